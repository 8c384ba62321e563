"""A list on the screen, alone: what is shown, what is not, and that every page says that it is a trial."""

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mapping.area.study_area import StudyArea
from mapping.cli import app
from mapping.cli.trial import trial
from mapping.view.view import View
from tests.conftest import TINY
from web import create_app

TODAY = dt.date(2026, 11, 24)
LIST = """Name of organization;What they do;Phone;Town
Umed;legal advice;+992 44 600 12 34;Chashma
Nur;counselling;+992 44 600 12 35;Chashma
Secret house;shelter for victims of trafficking;+992 44 600 12 99;Chashma
Daryo;knitting;+992 44 600 12 36;Chashma
"""


@pytest.fixture
def partners_list(tmp_path: Path) -> Path:
    path = tmp_path / "partners.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_what_may_be_shown_is_shown_with_its_number(partners_list: Path, tiny_area: StudyArea, tmp_path: Path) -> None:
    tried = trial(partners_list, tiny_area, tmp_path, today=TODAY)
    assert (tried.services, tried.shown) == (4, 2)
    with View(tried.view) as view:
        assert view.trial
        assert view.licences == ("Trial: not for publication",)
        assert not view.demo
        assert sorted(row["name"] for row in view.rows("organization")) == ["Nur", "Umed"]
        assert {row["number"] for row in view.rows("phone")} == {"+992446001234", "+992446001235"}
    for secret in (b"Secret house", b"446001299"):
        assert secret not in tried.view.read_bytes()


def test_rows_without_a_kind_take_the_one_that_is_said(
    partners_list: Path, tiny_area: StudyArea, tmp_path: Path
) -> None:
    assert trial(partners_list, tiny_area, tmp_path, kind="LEG-INF", today=TODAY).shown == 3


def test_every_page_and_file_says_that_it_is_a_trial(partners_list: Path, tiny_area: StudyArea, tmp_path: Path) -> None:
    tried = trial(partners_list, tiny_area, tmp_path, today=TODAY)
    client = create_app(tried.view, tiny_area).test_client()
    for page in ("en/index.html", "en/gaps.html", "en/data.html"):
        text = client.get(f"/{page}").get_data(as_text=True)
        assert "Trial: not for publication." in text, page
    assert "Trial: not for publication" in client.get("/data/catalog.jsonld").get_data(as_text=True)


def test_the_command_writes_pages_and_keeps_nothing_else(
    partners_list: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    pages = tmp_path / "pages"
    arguments = ["try", str(partners_list), "--area", str(TINY), "--site", str(pages), "--today", TODAY.isoformat()]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "2 of 4 services are on the pages." in result.output
    assert (pages / "index.html").exists()
    assert not list(temporary.iterdir())
