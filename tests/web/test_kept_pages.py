"""Pages that are kept: the same bytes, compressed, for as long as the edition is the same, and nothing else."""

import errno
import gzip
import hashlib
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import pytest

from tests.support.sample import organization, service
from tests.web.support.portal import published
from web import create_app, kept_pages
from web.kept_pages import AnswerFile, KeptAnswer, KeptPages
from web.static_files import VERSION

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


def test_a_visit_loads_what_the_search_needs_once(served):
    client = served.test_client()
    page = client.get("/en/index.html").text
    (template,) = re.findall("<template>(.*?)</template>", page, re.DOTALL)
    scripts = re.findall('src="([^"]+)"', template)
    assert {f"../words.js?{VERSION}", f"index.js?{VERSION}"} <= {*scripts}
    for script in scripts:
        path = urljoin("/en/index.html", script)
        assert client.get(path).headers["Cache-Control"].startswith("public, max-age="), path


def test_a_version_in_an_address_changes_nothing_of_what_is_kept(served):
    client, holds = served.test_client(), served.config[kept_pages.STANDS_READY]
    for path in ("/en/index.js", "/static/style.css"):
        whole = client.get(path)
        assert holds("GET", path, "1234abcd")
        versioned = client.get(f"{path}?1234abcd")
        assert (versioned.data, versioned.headers["ETag"]) == (whole.data, whole.headers["ETag"])
        assert versioned.headers["Cache-Control"] == whole.headers["Cache-Control"] != "no-store"
    client.get("/en/index.html")
    assert not holds("GET", "/en/index.html", "1234abcd")


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


@pytest.mark.parametrize("number", ["01", "0000000001", "\u0661", "+1", "-1", "9" * 5000])
def test_a_page_has_one_address_under_which_it_is_kept(served, number):
    """Whoever asked for a page under ever new addresses would fill the room for all others."""
    for path in ("/en/all-{}.html", "/en/report/actors-{}.svg", "/api/services-{}.json"):
        assert served.test_client().get(path.format(number)).status_code == 404, path


def test_refusals_questions_and_forms_are_not_kept(served):
    client = served.test_client()
    for path, status in (("/en/s/none.html", 404), ("/en/n9999.html", 404), ("/api/services?page=1", 200)):
        answers = [client.get(path) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [status] * 2
        assert "Content-Encoding" not in answers[1].headers
    assert client.post("/en/f2.html").status_code == 400
    assert client.get("/en/index.html?x=1").headers.get("ETag") is None


PAGE = hashlib.sha256(b"page").digest() * 100  # 3,200 bytes


def page(number):
    return KeptAnswer((("Content-Type", "image/png"),), bytes([number]) + PAGE[1:], False, str(number))


@pytest.fixture
def asked():
    return []


@pytest.fixture
def get(asked):
    def app(environ, start_response):
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "image/png")])
        return [PAGE]

    pages = KeptPages(app, fits=lambda _path: True, edition=lambda: None)

    def got(path):
        return b"".join(pages({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: None))

    return got


def test_no_more_is_kept_than_fits(monkeypatch, asked, get):
    monkeypatch.setattr(kept_pages, "MOST", 10_000)
    assert [get(path) for path in ("/a", "/b", "/c", "/d", "/a", "/c", "/d")] == [PAGE] * 7
    assert asked == ["/a", "/b", "/c", "/d", "/d"], "three fit"


def test_a_part_of_the_room_may_be_filled_and_all_of_it_is_a_part_of_what_is_free(monkeypatch):
    monkeypatch.setattr(kept_pages, "_free", lambda _file: 40_000)
    answers = AnswerFile()
    assert [answers.keep(f"/{number}", page(number), 0.5) for number in range(3)] == [True, False, False]
    assert [answers.keep(f"/{number}", page(number)) for number in range(5)] == [True, True, True, False, False]
    assert [f"/{number}" in answers for number in range(4)] == [True, True, True, False]
    assert [answers[f"/{number}"] for number in range(3)] == [page(number) for number in range(3)]


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def half(file, contents, start, write=os.pwrite):
    return write(file, contents[:1600], start)


@pytest.mark.parametrize("write", [full, half])
def test_a_full_disk_is_said_in_the_log_once_and_to_nobody_who_asks(monkeypatch, caplog, asked, get, write):
    get("/before")
    monkeypatch.setattr(os, "pwrite", write)
    assert [get(path) for path in ("/a", "/b", "/a", "/before")] == [PAGE] * 4
    assert asked == ["/before", "/a", "/b", "/a"]
    assert len(caplog.records) == 1


def test_where_no_file_can_be_made_answers_are_made_whenever_somebody_asks(monkeypatch, caplog, asked, get):
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert [get(path) for path in ("/a", "/a")] == [PAGE] * 2
    assert (asked, len(caplog.records)) == (["/a", "/a"], 1)


def test_what_can_no_longer_be_read_is_made_again(monkeypatch, asked, get):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    get("/a")
    monkeypatch.setattr(os, "pread", broken)
    assert (get("/a"), asked) == (PAGE, ["/a", "/a"])


def test_the_file_has_no_name_and_is_gone_with_its_edition(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    answers = AnswerFile()
    answers.keep("/a", page(1))
    file = answers._file
    inode = os.stat(file)
    assert (inode.st_dev, inode.st_nlink, [*tmp_path.iterdir()]) == (tmp_path.stat().st_dev, 0, [])
    del answers
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.stat(file)


def test_whoever_reads_an_edition_while_it_is_replaced_gets_its_bytes():
    editions = [object(), object()]
    pages = KeptPages(lambda *_: [], fits=lambda _path: True, edition=lambda: editions[0])
    old = pages.answers(editions[0])
    old.keep("/a", page(1))
    new = pages.answers(editions[1])
    assert (old["/a"], "/a" in new) == (page(1), False)


def test_many_threads_keep_and_read_what_is_theirs():
    answers = AnswerFile()

    def work(own):
        for number in range(own, 200, 3):  # others keep some of the same
            assert answers.keep(f"/{number}", page(number))
            assert answers[f"/{number}"] == page(number)

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(work, range(8))] == [None] * 8
    assert [answers[f"/{number}"] for number in range(200)] == [page(number) for number in range(200)]
