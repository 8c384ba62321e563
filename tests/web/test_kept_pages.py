"""Pages that are kept: the same bytes, compressed, for as long as the edition is the same, and nothing else."""

import gzip
import hashlib
import os
import shutil

import pytest

from tests.support.sample import organization, service
from tests.web.support.portal import published
from web import create_app, kept_pages
from web.kept_pages import KeptPages

PATHS = ("/", "/en/index.html", "/tg/all-1.html", "/en/index.js", "/travel.js", "/static/style.css", "/en/map.html")


@pytest.fixture(scope="module")
def served(view_file, tiny_area, tmp_path_factory):
    return create_app(view_file, tiny_area, demo=True, keep=True, inbox=tmp_path_factory.mktemp("in") / "inbox.db")


@pytest.fixture(scope="module")
def plain(view_file, tiny_area, tmp_path_factory):
    return create_app(view_file, tiny_area, demo=True, inbox=tmp_path_factory.mktemp("in") / "inbox.db")


@pytest.mark.parametrize("path", PATHS)
def test_the_bytes_and_headers_are_those_that_the_portal_makes(served, plain, path):
    made = plain.test_client().get(path)
    for _ in range(2):
        kept = served.test_client().get(path)
        packed = served.test_client().get(path, headers={"Accept-Encoding": "br, gzip"})
        assert kept.data == made.data
        assert (gzip.decompress(packed.data) if "Content-Encoding" in packed.headers else packed.data) == made.data
        expected = {name: value for name, value in made.headers if name not in ("ETag", "Vary")}
        assert {name: kept.headers[name] for name in expected} == expected
        assert int(packed.headers["Content-Length"]) == len(packed.data)


def test_the_index_of_the_search_goes_out_compressed_and_may_be_kept_for_minutes(served):
    answer = served.test_client().get("/en/index.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert served.test_client().get("/en/index.html").headers["Cache-Control"] == "no-store"


def test_what_a_browser_has_already_is_not_sent_again(served):
    client = served.test_client()
    first = client.get("/en/index.js")
    again = client.get("/en/index.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"]
    other = client.get("/en/index.js", headers={"If-None-Match": 'W/"other"'})
    assert other.data == first.data


def test_a_head_has_the_headers_and_no_bytes(served):
    head, whole = (served.test_client().open("/en/index.html", method=method) for method in ("HEAD", "GET"))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_a_new_edition_is_shown_at_once(tiny_area, tmp_path):
    view = published(tmp_path / "one", tiny_area)
    client = create_app(view, tiny_area, keep=True).test_client()
    before = client.get("/en/all-1.html")
    few = [organization("Umed"), service("Only this", of="Umed", phones=["+992000100001"])]
    other = published(tmp_path / "two", tiny_area, *few)
    shutil.copy(other, tmp_path / "new.db")
    os.replace(tmp_path / "new.db", view)
    after = client.get("/en/all-1.html")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.data == create_app(other, tiny_area).test_client().get("/en/all-1.html").data


def test_refusals_questions_and_forms_are_not_kept(served):
    client = served.test_client()
    for path, status in (("/en/s/none.html", 404), ("/en/n9999.html", 404), ("/api/services?page=1", 200)):
        answers = [client.get(path) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [status] * 2
        assert "Content-Encoding" not in answers[1].headers
    assert client.post("/en/f2.html").status_code == 400
    assert client.get("/en/index.html?x=1").headers.get("ETag") is None


def test_no_more_is_kept_than_fits(monkeypatch):
    monkeypatch.setattr(kept_pages, "MOST", 10_000)
    asked = []

    def app(environ, start_response):
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "image/png")])
        return [hashlib.sha256(environ["PATH_INFO"].encode()).digest() * 100]  # 3,200 bytes

    pages = KeptPages(app, fits=lambda _path: True, edition=lambda: None)

    def get(path):
        return b"".join(pages({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: None))

    for path in ("/a", "/b", "/c", "/a", "/d"):
        assert get(path) == hashlib.sha256(path.encode()).digest() * 100
    assert asked == ["/a", "/b", "/c", "/d"]
    get("/b")  # it was not asked for the longest, and went
    assert asked[-1] == "/b"
    assert pages._size <= 10_000
