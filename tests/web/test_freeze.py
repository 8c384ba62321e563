"""The frozen site: the same as the live pages, twice the same, whole or not at all, and without a trace of secrets."""

import gzip
import hashlib
import os
import posixpath
import random
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from mapping.errors import NotFound, UnsafePublication
from tests.support.canary import find_canaries
from tests.support.sample import (
    CHASHMA,
    HIDDEN,
    SECRETS,
    contact,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    secret_parts,
    service,
)
from tests.web.support.portal import published
from web import create_app, static_files
from web.freeze import freeze, links, zip_folder
from web.headers import kept_for
from web.static_files import VERSION


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder with the checksum of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_is_what_the_live_portal_answers(site, client):
    """In one language: what is made of it in the others the worlds below compare."""
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if path.is_file() and name not in ("404.html", "checksums.txt") and not name.startswith(("tg/", "ru/")):
            assert client.get(f"/{name}").data == path.read_bytes(), name


def test_every_kind_of_page_is_there(site, ids):
    for name in (
        "index.html",
        "404.html",
        "robots.txt",
        "checksums.txt",
        "en/index.html",
        "tg/n1.html",
        "en/embed.html",
        "ru/editions.atom",
        "tg/atlas-data.js",
        "en/g/coverage-map.svg",
        "static/atlas/grid.js",
        "ru/n9-zz-e.html",
        "en/all-1.html",
        "en/map.html",
        "en/g/coverage.png",
        "en/g/map-coverage.svg",
        "en/g/map-coverage.png",
        "en/gaps.html",
        "en/g/coverage.html",
        "en/g/norms.csv",
        "en/u/XT-W2.html",
        "en/u/index.html",
        "en/p1.html",
        "en/p2.html",
        "en/p3.html",
        "en/p4.html",
        "en/data.html",
        "en/index.js",
        "data/public.db",
        "data/catalog.jsonld",
        "data/list.csv",
        "data/list.geojson",
        "data/list-en.xlsx",
        "static/clock.js",
        f"en/s/{ids['Hotline']}.html",
        f"tg/o/{ids['@Umed']}.html",
    ):
        assert (site / name).is_file(), name


def test_every_link_leads_to_a_file(site):
    for path in site.rglob("*.html"):
        name = path.relative_to(site).as_posix()
        page = path.read_text()
        for link in links(page, name):
            assert (site / link).is_file(), (name, link)
        for match in re.finditer(r'(?:href|src)="([^"]*)"', page):
            assert not match[1].startswith("/"), (name, match[1])  # a link from the root breaks in a folder


def test_what_browsers_keep_is_asked_for_by_its_version(site):
    """A script that was kept from before an upgrade has another address: it never meets a new page or index."""
    lasting = set()
    for path in site.rglob("*.html"):
        folder = path.relative_to(site).parent.as_posix()
        for link in re.findall(r'(?:href|src)="([^":#]*)"', path.read_text()):
            name, _, version = link.partition("?")
            name = posixpath.normpath(posixpath.join(folder, name))
            keeps = kept_for(f"/{name}") != "no-store"
            assert version == (VERSION if keeps else ""), (path, link)
            lasting |= {name} if keeps else set()
    assert {"static/search.js", "static/style.css", "en/index.js", "travel.js", "en/m/map-start.js"} <= lasting


def test_a_picture_of_the_map_is_asked_for_by_what_it_shows(site):
    """One that was kept from the edition before has another address."""
    named = re.findall(r'"file":"([^"?]+)\?(\w+)"', (site / "en" / "m" / "map-layers.js").read_text())
    assert {"relief.webp", "bands-0.webp"} <= {name for name, _ in named}
    for name, version in named:
        assert hashlib.sha256((site / "static" / "m" / name).read_bytes()).hexdigest().startswith(version), name
    assert (site / "en" / "m" / "map-layers.js").read_text().count('"file":') == len(named)


def test_another_script_makes_another_version(tmp_path, monkeypatch):
    folder = shutil.copytree(static_files.OF_MAPS, tmp_path / "maps")
    monkeypatch.setattr(static_files, "OF_MAPS", folder)
    assert static_files._version() == VERSION
    (folder / "map.js").write_bytes((folder / "map.js").read_bytes() + b"//")
    assert static_files._version() != VERSION


def test_the_map_says_what_it_weighs(site):
    page = (site / "en" / "map.html").read_text()
    files = [site / link for link in links(page, "en/map.html") if "/m/" in link]
    assert {"leaflet.js", "map.js", "map-layers.js", "map-start.js", "bands-0.webp"} <= {path.name for path in files}
    size = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    assert f"Show the map ({round(size / 1000)} kB)" in page


def test_checksums_are_those_of_the_files(site):
    listed = dict(reversed(line.split("  ")) for line in (site / "checksums.txt").read_text().splitlines())
    found = tree(site)
    del found["checksums.txt"]
    assert listed == found


def test_weights(site):
    def weight(*names):
        return sum(len(gzip.compress((site / name).read_bytes(), 9, mtime=0)) for name in names)

    for language in ("tg", "ru", "en"):
        page = f"{language}/index.html"
        text = re.sub(
            "<template.*?</template>", "", (site / page).read_text(), flags=re.DOTALL
        )  # not before it is asked
        needed = [link for link in links(text, page) if link.startswith("static/")]
        assert {"static/style.css", "static/exit.js", "static/icon.svg"} <= set(needed)
        assert weight(page, *needed) <= 14_000
    assert max(weight(path.relative_to(site).as_posix()) for path in site.rglob("*.html")) <= 50_000


def test_it_reports_progress_and_sizes_and_replaces_the_old_site_whole(tmp_path):
    (tmp_path / "site" / "gone").mkdir(parents=True)
    steps: list[tuple[int, int]] = []
    frozen = freeze(pages(one="1", two="2"), tmp_path / "site", lambda done, of: steps.append((done, of)))
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][0] == steps[-1][1]
    assert frozen.folder == tmp_path / "site"
    assert frozen.files == len(tree(tmp_path / "site"))
    assert "kB" in str(frozen)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert not (tmp_path / "site" / "gone").exists()


def pages(**texts: str) -> Flask:
    """An app of a few pages, each linked to from the first one."""
    app = Flask("pages")
    texts = {f"{name}.html": text for name, text in texts.items()} | {"robots.txt": "", "404.html": "none"}
    texts["index.html"] = texts.get("index.html", "") + "".join(f'<a href="{name}">' for name in texts)

    @app.get("/")
    @app.get("/<path:name>")
    def page(name: str = "index.html") -> str:
        return texts[name]

    return app


def test_only_what_says_something_else_is_written_again(tmp_path):
    site = tmp_path / "site"
    freeze(pages(same="same", changed="before", gone="gone"), site)
    before = {path.name: path.stat() for path in site.iterdir()}
    os.link(site / "changed.html", tmp_path / "old")
    freeze(pages(same="same", changed="after", new="new"), site)
    freeze(pages(same="same", changed="after", new="new"), tmp_path / "anew")
    assert tree(site) == tree(tmp_path / "anew")
    after = {path.name: path.stat() for path in site.iterdir()}
    assert {*before} - {*after} == {"gone.html"}
    kept = {name for name in {*before} & {*after} if os.path.samestat(before[name], after[name])}
    assert kept == {"same.html", "robots.txt", "404.html"}
    assert all(before[name].st_mtime_ns == after[name].st_mtime_ns for name in kept)
    assert (tmp_path / "old").read_text() == "before"  # no file of the old site was written into


def test_a_disk_on_which_no_file_stands_in_two_folders_has_the_same_site(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError

    freeze(pages(same="same"), tmp_path / "site")
    before = tree(tmp_path / "site")
    monkeypatch.setattr("web.freeze.os.link", refuse)
    freeze(pages(same="same"), tmp_path / "site")
    assert tree(tmp_path / "site") == before


def test_a_broken_link_leaves_the_old_site(view_file, tiny_area, tmp_path, monkeypatch):
    app = create_app(view_file, tiny_area)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("old")
    monkeypatch.setattr("web.presenters.entries.TEXTS", ("p1", "p2", "p3"))  # p4 is linked to from every page
    with pytest.raises(NotFound, match=r"links to \w\w/p4.html, which answers 404"):
        freeze(app, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site" / "index.html").read_text() == "old"


def test_one_process_and_several_write_the_same(view_file, tiny_area, tmp_path, monkeypatch):
    app = create_app(view_file, tiny_area)
    for processes in (1, 3):
        monkeypatch.setattr("web.freeze.os.cpu_count", lambda processes=processes: processes)
        freeze(app, tmp_path / str(processes))
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


@pytest.mark.skipif(sys.platform != "linux", reason="one process saves a site here")
def test_a_process_that_is_ended_leaves_the_old_site(tmp_path, monkeypatch):
    freeze(pages(same="old"), tmp_path / "site")
    monkeypatch.setattr("web.freeze.os.cpu_count", lambda: 2)
    monkeypatch.setattr("web.freeze._Saver.save", lambda *_: os._exit(1))
    with pytest.raises(UnsafePublication, match="is there memory enough"):
        freeze(pages(same="new"), tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["index", "other"])
def test_a_page_that_is_too_heavy_is_refused(name, tmp_path):
    heavy = {name: random.Random(1).randbytes(60_000).hex()}
    with pytest.raises(UnsafePublication, match=rf"{name}\.html: \d+ bytes compressed, at most"):
        freeze(pages(**heavy), tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_the_report_may_grow_with_the_directory(tmp_path):
    heavy = random.Random(1).randbytes(60_000).hex()
    assert freeze(pages(**{"en/report/annexes": heavy}), tmp_path / "site").heaviest == "en/report/annexes.html"


def other_secrets():
    """The sample with its shelter in another place, and more bodies, phones and people that nobody may see."""
    moved = {"latitude": HIDDEN[0] + 0.05, "longitude": HIDDEN[1] + 0.1}
    return records_of(
        public_parts(),
        [
            record.model_copy(update=moved) if record.table == "location" and record.latitude == HIDDEN[0] else record
            for record in secret_parts()
        ],
        organization("Нуҳуфта", audience="custodian"),
        service("Хонаи Нуҳуфта", of="Нуҳуфта", types=["ACC-GBV"], audience="custodian"),
        place("Боғи Нуҳуфта", of=["Хонаи Нуҳуфта"], at=(10.1, 60.15), unit="XT-E2", audience="custodian"),
        service("Advice for partners", of="Umed", types=["LEG-INF"], audience="partner"),
        contact("Зарина Нуҳуфта", organization="Legal Centre"),
        phone("+992935550101", organization="Legal Centre", audience="custodian"),
    )


def test_worlds_that_differ_in_secrets_give_one_view(view_file, tiny_area, tmp_path):
    """A site is made of its view and nothing else: `web/audit` makes one anew, also with other secrets beside it."""
    for name, parts in (("without", public_parts()), ("other", other_secrets())):
        assert published(tmp_path / name, tiny_area, parts).read_bytes() == view_file.read_bytes(), name


def test_a_public_difference_does_change_the_site(site, tiny_area, tmp_path):
    """The comparison of two worlds would see a difference if there were one."""
    for name, parts in (("same", ()), ("more", service("One more", of="Umed", types=["LEG-INF"]))):
        app = create_app(published(tmp_path / name, tiny_area, public_parts(), parts), tiny_area, demo=True)
        page = app.test_client().get("/en/all-1.html").data
        assert (page == (site / "en/all-1.html").read_bytes()) == (name == "same")


def test_the_whole_site_is_one_file_too(in_one_language, tmp_path):
    """Unpacked it is the site itself, but for what says where the one file is: so it also opens from a disk."""
    archived = in_one_language / "site"
    packed = archived / "data" / "site.zip"
    with zipfile.ZipFile(packed) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(tmp_path)
    zip_folder(tmp_path / "rohnamo", tmp_path / "again.zip", top="rohnamo")
    assert packed.read_bytes() == (tmp_path / "again.zip").read_bytes()
    whole, unpacked = tree(archived), tree(tmp_path / "rohnamo")
    offering = {"tg/data.html"}
    differing = {name for name in whole | unpacked if whole.get(name) != unpacked.get(name)}
    assert differing == {"data/site.zip", "checksums.txt"} | offering
    listed = dict(reversed(line.split("  ")) for line in (archived / "checksums.txt").read_text().splitlines())
    del whole["checksums.txt"]
    assert listed == whole
    for name in offering:
        page = (archived / name).read_text()
        assert 'href="../data/site.zip"' in page
        assert listed["data/site.zip"] in page
        assert "site.zip" not in (tmp_path / "rohnamo" / name).read_text()


def test_no_byte_holds_a_secret(site):
    assert find_canaries([site], SECRETS) == []


def test_the_canaries_would_be_found(site):
    """What is public is found by the same search, so the search can fail."""
    public = {"an address": "1 Market Street", "a mail": "umed@umed.example", "a latitude": CHASHMA[0]}
    folders = site / "en", site / "data"
    assert {found.secret for found in find_canaries(folders, public)} == set(public)
