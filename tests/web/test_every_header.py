"""The headers of every route and every error of every portal: none is forgotten, and none tells more than it should."""

import re
import socket
import time

import pytest

from tests.support.sample import TODAY
from tests.web.support.desk import Desk
from tests.web.support.office import Office
from tests.web.support.served import waitress
from web import create_app
from web.headers import CONTENT_POLICY, EMBEDDED, HEADERS, headers_for, kept_for, open_headers

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
TELLING = ("Server", "X-Powered-By", "Last-Modified", "Via")
"""Headers that would say what runs here, or when something secret changed."""

PORTALS = ("public", "partner", "staff")


def public_portal(folder, area, view_file, results, _partner_views):
    app = create_app(view_file, area, demo=True, inbox=folder / "inbox.db")
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    app.config["TODAY"] = lambda: TODAY
    return app, app.test_client()


def partner_portal(folder, area, _view_file, _results, partner_views):
    desk = Desk(folder, area, partner_views)
    return desk.app, desk.client("caseworker")


def staff_portal(folder, area, _view_file, _results, _partner_views):
    office = Office(folder, area)
    return office.app, office.client("steward")


MADE = {"public": public_portal, "partner": partner_portal, "staff": staff_portal}


@pytest.fixture(scope="module", params=PORTALS)
def portal(request, tmp_path_factory, tiny_area, view_file, sample_results, partner_views):
    """A portal with a browser in which somebody is signed in, where that is possible."""
    given = tiny_area, view_file, sample_results, partner_views
    return MADE[request.param](tmp_path_factory.mktemp(request.param), *given)


def paths(app) -> list[str]:
    """Every route, with what stands for each of its parts."""
    kinds = {"int": "1", "path": "a/b.js", "string": "en", "default": "en"}
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", lambda m: kinds.get(m[1] or "default", "1"), rule.rule)
        found.append(path)
    return sorted(set(found))


def check(response, path: str) -> None:
    """Check the headers of one answer."""
    where = f"{response.request.method} {path}: {response.status_code}"
    for name, value in headers_for(path, str(response.status_code)).items():
        assert response.headers.getlist(name) == [value], f"{where}: {name}"
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, where
    assert "http" not in policy, where
    for name in TELLING:
        assert name not in response.headers, f"{where}: {name}"
    kept = response.headers["Cache-Control"]
    lasting = kept_for(path) != "no-store" or path.startswith(("/profile/", "/api"))
    lasting = lasting and response.status_code == 200
    assert kept == "no-store" or lasting, f"{where}: {kept}"
    if response.mimetype.startswith("text/"):
        assert response.mimetype_params.get("charset") == "utf-8", where
    if response.mimetype == "text/html" and response.data and response.status_code // 100 != 3:
        assert f'content="{CONTENT_POLICY}"'.replace("'", "&#39;") in response.text, f"{where}: no policy in the page"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=\"|\sstyle=\"|javascript:", response.text), where


def test_every_route_and_method_has_them(portal):
    app, client = portal
    seen = 0
    for path in paths(app):
        answers = {method: client.open(path, method=method) for method in METHODS}
        for answer in answers.values():
            check(answer, path)
            assert answer.status_code < 500, path
            seen += 1
        assert answers["HEAD"].status_code == answers["GET"].status_code, path
        assert answers["HEAD"].data == b"", path
    assert seen > 7 * len(METHODS)


def test_one_page_alone_may_stand_in_a_frame_of_another_site(portal):
    """The public map without its frame; where there is none, its address is refused like any other."""
    app, client = portal
    framed = {path for path in paths(app) if "frame-ancestors *" in client.get(path).headers["Content-Security-Policy"]}
    assert framed == ({"/en/embed.html"} if "PORTAL" not in app.config else set())
    for path in framed:
        assert EMBEDDED.fullmatch(path)
        assert "X-Frame-Options" not in client.get(path).headers
        assert "<form" not in client.get(path).text
    refused = client.get("/xx/embed.html")
    assert refused.headers["X-Frame-Options"] == HEADERS["X-Frame-Options"]


def test_no_page_for_which_somebody_signs_in_lies_where_browsers_keep_what_they_load(portal):
    """A letter to the stewards lay beside the pictures of the public map, and was kept for ten minutes."""
    app, _ = portal
    kept = {path for path in paths(app) if kept_for(path) != "no-store" and not path.startswith("/static/")}
    assert not kept or "PORTAL" not in app.config, kept


ODD_PATHS = (
    "\0",
    "/\0",
    "/en/\0.html",
    "/en/s/\xed\xa0\x80.html",
    "/\xff\xfe",
    "/static/a\0b.css",
    "/static/" + "a/" * 3000,
    "/static/" + "a" * 60_000,
    "/en/s/" + "x" * 60_000 + ".html",
    "/en/r/\0",
    "/data/\0",
    "/api/services/\xed\xa0\x80",
    "/api/services/" + "x" * 60_000,
    "http://stranger.example/en/index.html",
    "/en//index.html",
    "/" + "../" * 5000,
    "*",
    "",
)
"""Paths as a server hands them on: no browser asks so."""

ODD_HEADERS = (
    ("RANGE", "bytes=0-0," + "2-2," * 3000),
    ("RANGE", "bytes=9-1"),
    ("IF_RANGE", "\0\xff"),
    ("IF_NONE_MATCH", '"' * 3000),
    ("IF_NONE_MATCH", ",".join(f'W/"{number}"' for number in range(3000))),
    ("IF_MATCH", '"x"'),
    ("IF_MODIFIED_SINCE", "Fri, 31 Dec 9999 23:59:59 -9999"),
    ("IF_UNMODIFIED_SINCE", "Thu, 99 Foo 99999 99:99:99 GMT"),
    ("HOST", "a b"),
    ("HOST", "[::1"),
    ("HOST", "\xff\xfe"),
    ("HOST", "x" * 5000),
    ("ACCEPT_LANGUAGE", ",".join(f"x{number}" for number in range(5000))),
    ("ACCEPT_ENCODING", "gzip;q=nan, *;q=1e999"),
    ("COOKIE", "rohnamo-staff=\x80.a.b; rohnamo-partner=" + "." * 3000),
    ("X_FORWARDED_FOR", "a," * 3000),
    ("TRANSFER_ENCODING", "chunked, chunked"),
)

ODD_QUESTIONS = (
    "&".join(f"q{number}=x" for number in range(3000)),
    "page=1&page=2&page[]=3",
    "%00=%00&x=%ED%A0%80&y=%FF",
    "search=" + "x" * 60_000,
    "a=" + "[" * 5000,
)

ODD_BODIES = (
    ("application/json", b"[" * 60_000),
    ("application/json", b'{"search":' * 20_000),
    ("application/json", b'{"search": "\\ud800", "page": 1e999}'),
    ("application/json", b"\xff\xfe\0"),
    ("text/plain", b"\0" * 1000),
    ("multipart/form-data", b"--"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a\0"; filename="\0..\xff"\r\n\r\n\0',
    ),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=%%00%%ED%%A0%%80" % number for number in range(3000))),
)


def requests_of(app):
    """Odd requests: what is asked for, and how."""
    known = set(paths(app))
    usual = known & {"/en/index.html", "/en/f2.html", "/en/sign-in.html", "/en/index.js"}
    usual |= {"/en/s/1.html", "/static/style.css"} | ({"/api/services"} if "api" in app.blueprints else set())
    for path in ODD_PATHS:
        for method in ("GET", "POST"):
            yield "/", {"method": method, "environ_overrides": {"PATH_INFO": path}}
    for path in sorted(usual):
        for name, value in ODD_HEADERS:
            yield path, {"environ_overrides": {f"HTTP_{name}": value}}
        for question in ODD_QUESTIONS:
            yield path, {"query_string": question}
    for path in sorted(known):
        kind, body = ODD_BODIES[len(path) % len(ODD_BODIES)]
        yield path, {"method": "POST", "content_type": kind, "data": body}
    for path in sorted(usual):
        for kind, body in ODD_BODIES:
            yield path, {"method": "POST", "content_type": kind, "data": body}


def test_no_odd_request_breaks_a_portal_or_takes_long(portal, caplog, monkeypatch):
    app, client = portal
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    for path, request in requests_of(app):
        begun = time.process_time()
        answer = client.open(path, **request)
        where = f"{path[:40]} {str(request)[:80]}"
        assert answer.status_code < 500, where
        assert time.process_time() - begun < 2, where
        check(answer, request.get("environ_overrides", {}).get("PATH_INFO") or path)
    assert caplog.records == []


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/en/nothing.html",
        "/xx/index.html",
        "/en/s/..%2f..%2fetc%2fpasswd.html",
        "/static/../forms.py",
        "/static/%00",
        "/en/%F0%9F%92%A9.html",
        "/api/nothing",
        "//stranger.example/x",
        "/en/s/" + "a" * 5000 + ".html",
    ],
)
def test_every_refusal_has_them(portal, path):
    _app, client = portal
    response = client.get(path)
    assert response.status_code in (301, 302, 303, 308, 400, 401, 403, 404)
    check(response, path)


def test_an_error_of_ours_has_them_and_tells_nothing(portal, monkeypatch):
    app, client = portal

    def broken(*_args, **_named):
        raise RuntimeError("secret words")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    name = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == "/<language>/index.html")
    monkeypatch.setitem(app.view_functions, name, broken)
    response = client.get("/en/index.html")
    assert response.status_code == 500
    assert "secret words" not in response.text
    check(response, "/en/index.html")


@pytest.mark.parametrize("portal", ["public"], indirect=True)  # the same one: its pages are made already
def test_the_public_portal_sets_no_cookie(portal):
    app, client = portal
    for path in paths(app):
        assert not client.get(path).headers.getlist("Set-Cookie"), path


def test_a_form_that_is_too_large_or_too_much(tmp_path, tiny_area, view_file):
    _app, client = public_portal(tmp_path, tiny_area, view_file, {}, None)
    answers = {"need": "talk", "area_unit": "XT-W1"}
    check(client.post("/en/f2.html", data=answers | {"why": "x" * 9999}), "/en/f2.html")
    codes = []
    for _ in range(12):
        response = client.post("/en/f2.html", data=answers)
        codes.append(response.status_code)
        check(response, "/en/f2.html")
    assert codes.count(429) == 2


def test_only_the_public_portal_has_addresses_that_pages_of_others_may_read(portal):
    """What a sign-in guards stands under no such address."""
    app, _client = portal
    opened = {path.split("/")[1] for path in paths(app) if open_headers(path)}
    assert opened == ({"api", "data"} if "public" in app.blueprints else set())


RAW = {
    b"GET http://stranger.example/en/index.html HTTP/1.1\r\nHost: x\r\n": "200",
    b"GET http://stranger.example HTTP/1.1\r\nHost: x\r\n": "200",
    b"GET //stranger.example/ HTTP/1.1\r\nHost: x\r\n": "404",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n": "404",
    b"CONNECT stranger.example:443 HTTP/1.1\r\nHost: x\r\n": "404",
    b"GET /en/index.html HTTP/1.1\r\nHost: a b\r\n": "200",
    b"GET /en/index.html HTTP/1.1\r\nHost: x\r\nHost: y\r\n": "200",
    b"GET /en/s/%00.html HTTP/1.1\r\nHost: x\r\n": "404",
    b"GET /en/s/%ED%A0%80.html HTTP/1.1\r\nHost: x\r\n": "404",
    b"GET /en/s/\xed\xa0\x80.html HTTP/1.1\r\nHost: x\r\n": "400",
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n": "404",
    b"GET /en/index.html HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0,5-5\r\n": "200",
    b"GET /en/index.html\0 HTTP/1.1\r\nHost: x\r\n": "404",
}
"""What no client of ours sends -> the status of the answer."""


@pytest.mark.parametrize("portal", ["public"], indirect=True)
def test_odd_bytes_are_answered_by_the_server_too(portal, caplog):
    app, _client = portal
    statuses = {}
    with waitress(app) as port:
        for sent in RAW:
            with socket.create_connection(("127.0.0.1", port), 60) as connection:
                connection.sendall(sent + b"Connection: close\r\n\r\n")
                got = b"".join(iter(lambda: connection.recv(2**16), b""))
            statuses[sent] = got.split()[1].decode()
            assert b"Traceback" not in got
            assert b"stranger" not in got
    assert statuses == RAW
    assert caplog.records == []
