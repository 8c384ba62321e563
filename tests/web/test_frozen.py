"""Frozen pages are sent as the portal answers, of the very view that is in use, and never of one before it."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mapping.directory.directory import Directory, public_id
from mapping.editions.hiding import hide
from mapping.editions.publish import publish
from mapping.editions.releases import Releases
from tests.support.sample import TODAY, key, sample_directory
from web import create_app, frozen
from web.freeze import SUMS, _Files, _forms
from web.frozen import FrozenPages


class Here:
    """A process that runs at once, within this one."""

    def __init__(self, target, args, daemon) -> None:
        self.start = lambda: target(*args[:-1], frozen.os.getppid())
        self.is_alive = lambda: False


@pytest.fixture(autouse=True)
def at_once(monkeypatch) -> None:
    monkeypatch.setattr(frozen.multiprocessing, "get_context", lambda _: type("Context", (), {"Process": Here}))
    monkeypatch.setattr(frozen.os, "nice", lambda _: 0)
    monkeypatch.setattr(frozen.os, "umask", lambda _: 0)
    monkeypatch.setattr(frozen, "freeze", few_pages)


NAMES = "index.html", "en/index.html", "en/index.js", "en/all-1.html", "en/data.html", "static/style.css"


def few_pages(app: Flask, out: Path, look: Callable[[int, int], None], *, before: Path | None) -> None:
    """Freeze the pages of this test alone, and those of services."""
    files, client = _Files(out, before or out), app.test_client()
    services = [f"en/s/{identifier}.html" for identifier in app.config["EDITIONS"].now().entries("en")]
    for name in (*NAMES, *services):
        look(1, 1)
        answer = client.get(f"/{name}")
        assert answer.status_code == 200
        files.write(name, answer.data)
    files.write(SUMS, "".join(f"0  {name}\n" for name in (*NAMES, *services)).encode())


@pytest.fixture
def directory(tmp_path, tiny_area) -> Iterator[Directory]:
    with sample_directory(tmp_path, tiny_area) as opened:
        publish(opened, "public", tmp_path / "public.db", area=tiny_area, edition=TODAY).view.close()
        yield opened


class Portal:
    """A portal whose pages are frozen."""

    def __init__(self, view: Path, area, inbox: Path | None = None) -> None:
        self.pages = FrozenPages(view.with_suffix(".pages"), view, area, inbox=inbox)
        self.live: Flask = create_app(view, area, inbox=inbox)
        self.client: FlaskClient = create_app(view, area, inbox=inbox, shortcut=self.pages.before).test_client()
        self.client.open = partial(self.client.open, buffered=True)  # closes the file

    @property
    def site(self) -> Path:
        (site,) = self.pages.folder.iterdir()
        return site


@pytest.fixture
def portal(directory, tmp_path, tiny_area) -> Portal:
    return Portal(tmp_path / "public.db", tiny_area, tmp_path / "inbox.db")


PATHS = ("/", "/index.html", "/en/", "/en/index.html", "/en/index.js", "/static/style.css?v=1", "/en/data.html")


def test_files_are_sent_as_the_portal_answers(portal):
    portal.pages.refresh()
    live = portal.live.test_client()
    for path in PATHS:
        for method in ("GET", "HEAD"):
            expected, answer = (client.open(path, method=method) for client in (live, portal.client))
            assert (answer.status, answer.data, dict(answer.headers)) == (
                expected.status,
                expected.data,
                dict(expected.headers),
            ), path


def test_pages_come_from_files_and_all_else_from_the_portal(portal):
    portal.pages.refresh()
    (portal.site / "en" / "index.html").write_text("from a file")
    assert portal.client.get("/en/index.html").text == "from a file"
    assert portal.client.get("/en/index.html?x=1").text != "from a file"
    assert portal.client.post("/en/index.html").status_code == 405
    assert portal.client.get("/api/services").json["contents"]
    assert portal.client.get("/en/f2.html").status_code == 200
    for path in ("/../public.db", "/checksums.txt", f"/{portal.site.name}/index.html", "/en/../en/index.html", "/%00"):
        assert portal.client.get(path).status_code == 404, path


def test_what_is_hidden_leaves_all_that_is_served_at_once(portal, directory, tmp_path):
    portal.pages.refresh()
    before, record = portal.site, key("service", "Hotline")
    page = f"/en/s/{public_id(directory.key, record)}.html"
    assert portal.client.get(page).status_code == 200
    releases = Releases(tmp_path / "editions", tmp_path / "public.db", "public")
    assert hide(directory, "service", record, [releases], by="a", day=TODAY, reason="x")
    for _ in range(2):
        assert portal.client.get(page).status_code == 404
        assert page.rpartition("/")[2] not in portal.client.get("/en/all-1.html").text
        portal.pages.refresh()
    assert portal.site != before, "the pages before are removed"
    assert not (portal.site / page.removeprefix("/")).exists()


def test_pages_before_are_sent_until_the_new_ones_are_there(portal, directory, tmp_path, tiny_area):
    portal.pages.refresh()
    (portal.site / "en" / "index.html").write_text("from a file")
    later = TODAY + dt.timedelta(1)
    publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=later).view.close()
    assert portal.client.get("/en/index.html").text == "from a file"
    portal.pages.refresh()
    assert portal.client.get("/en/index.html").text != "from a file"


def test_what_cannot_be_frozen_is_not_tried_on_and_on(portal, monkeypatch):
    tried = []
    monkeypatch.setattr(FrozenPages, "_freeze", lambda *_: bool(tried.append(1)))
    for _ in range(3):
        portal.pages.refresh()
    assert tried == [1]
    assert portal.client.get("/en/index.html").status_code == 200


def test_pages_are_made_once_and_files_that_stay_the_same_are_not_written_again(portal, directory, tmp_path, tiny_area):
    portal.pages.refresh()
    style = portal.site / "static" / "style.css"
    inode = style.stat().st_ino
    again = Portal(tmp_path / "public.db", tiny_area, tmp_path / "inbox.db")
    again.pages._freeze = None
    again.pages.refresh()
    later = TODAY + dt.timedelta(1)
    publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=later).view.close()
    portal.pages.refresh()
    assert (portal.site / "static" / "style.css").stat().st_ino == inode
    assert f"{later:%Y}" in portal.client.get("/en/data.html").text


def test_a_folder_that_cannot_be_written_leaves_all_pages_to_the_portal(portal):
    portal.pages.folder.write_text("no folder")
    with pytest.raises(OSError, match=r"public\.pages"):
        portal.pages.refresh()
    assert portal.client.get("/en/index.html").status_code == 200


def test_forms_are_not_frozen(portal):
    is_form = _forms(portal.live)
    assert [path for path in ("en/f2.html", "tg/f1/x.html", "en/index.html", "nowhere") if is_form(path)] == [
        "en/f2.html",
        "tg/f1/x.html",
    ]


def test_pages_are_frozen_by_a_process_of_its_own(portal, monkeypatch):
    monkeypatch.undo()
    process = frozen.multiprocessing.get_context("spawn").Process(
        target=frozen.freeze_apart, args=(portal.pages.make, "", portal.pages.folder / "x", 0)
    )
    process.start()
    process.join()
    assert process.exitcode == 1, "its parent is another"
