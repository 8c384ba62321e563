"""Fixtures for tests of the portal: the sample of Orzustan published, with its travel times."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mapping.area.study_area import StudyArea
from tests.conftest import TINY
from tests.support.once import once
from tests.web.support.desk import views
from tests.web.support.portal import published
from web import create_app
from web.freeze import freeze


@pytest.fixture(scope="session")
def app(view_file, tiny_area):
    return create_app(view_file, tiny_area, demo=True)


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def text(client) -> Callable[[str], str]:
    """The text of a page that must be there."""

    def get(path: str) -> str:
        response = client.get(path)
        assert response.status_code == 200, path
        return response.get_data(as_text=True)

    return get


@pytest.fixture(scope="session")
def partner_views(tmp_path_factory, tiny_area) -> Path:
    """A folder with what is published of the sample for partners and for focal points."""
    return once(tmp_path_factory, "partner-views", lambda folder: views(folder, tiny_area))


@pytest.fixture(scope="session")
def site(app, tmp_path_factory) -> Path:
    """The frozen site of the sample."""
    return once(tmp_path_factory, "frozen", lambda folder: freeze(app, folder / "site")) / "site"


@pytest.fixture(scope="session")
def in_one_language(tmp_path_factory) -> Path:
    """A folder with Orzustan as `area`, where Tajik alone is spoken; the sample's `portal/public.db`, and its `site`.

    The site is one file too.
    """

    def build(folder: Path) -> None:
        toml = Path(shutil.copytree(TINY, folder / "area")) / "area.toml"
        toml.write_text(toml.read_text("utf-8").replace('["tg", "ru", "en"]', '["tg"]', 1), "utf-8")
        area = StudyArea.load(folder / "area")
        view = published(folder / "portal", area)
        freeze(create_app(view, area, demo=True), folder / "site", archive=True)

    return once(tmp_path_factory, "in-one-language", build)


@pytest.fixture(scope="session")
def ids(app) -> dict[str, str]:
    """Published id of each service and organization of the sample, by English name."""
    edition = app.config["EDITIONS"].now()
    services = {entry.name: each for each, entry in edition.entries("en").items()}
    return services | {f"@{entry.name}": each for each, entry in edition.organizations("en").items()}
