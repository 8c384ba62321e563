"""Answers given before the portal, asked for over the wire: as the portal gives them, with every header once."""

import gzip
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapping.area.study_area import StudyArea
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, organization, public_parts, secret_parts, service
from tests.web.support.desk import Desk
from tests.web.support.office import Office
from tests.web.support.portal import published
from tests.web.support.served import running
from web import create_app, serving
from web.api.schema import COLLECTIONS
from web.headers import API_HEADERS
from web.kept_pages import STANDS_READY, TAKES_TURNS


class Wire:
    """A portal of its own view, served as portals are."""

    def __init__(self, port: int, view: Path, names: list[str], area: StudyArea) -> None:
        self.port, self.view, self.names, self.area = port, view, names, area

    def send(self, *requests: bytes) -> list[tuple[int, list[tuple[str, str]], bytes]]:
        """Send requests at once on one connection, and return status, headers and body of each answer."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(b"".join(requests))
            with connection.makefile("rb") as stream:
                return [answer(stream, request.startswith(b"HEAD")) for request in requests]

    def get(self, path: str, *more: str, method: str = "GET") -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask for a path, written as it is."""
        (got,) = self.send(asking(path, *more, method=method))
        return got


def asking(path: str, *more: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *more, "", ""]).encode("latin-1")


def answer(stream, head: bool) -> tuple[int, list[tuple[str, str]], bytes]:
    status = int(stream.readline().split()[1])
    lines = [line.decode("latin-1").strip() for line in iter(stream.readline, b"\r\n")]
    headers = [(name.casefold(), value) for name, _, value in (line.partition(": ") for line in lines)]
    size = int(dict(headers).get("content-length", 0))
    return status, headers, b"" if head or status == 304 else stream.read(size)


def require_headers(headers: list[tuple[str, str]]) -> None:
    names = [name for name, _ in headers]
    assert len(names) == len({*names}), f"a header stands twice: {sorted(names)}"
    assert {name.casefold(): value for name, value in API_HEADERS.items()}.items() <= dict(headers).items()
    assert "cache-control" in names
    assert "server" not in names


def served(view: Path, area: StudyArea) -> Iterator[Wire]:
    app = create_app(view, area, keep=True)
    client = app.test_client()
    client.get("/api/")
    names = [record["id"] for record in client.get("/api/services").json["contents"]]
    with running(serving.create_server(app, port=0)) as server:
        yield Wire(server.effective_port, view, names, area)


@pytest.fixture
def wire(view_file, tmp_path, tiny_area) -> Iterator[Wire]:
    """The sample, in a file that may be spoilt."""
    yield from served(Path(shutil.copyfile(view_file, tmp_path / "public.db")), tiny_area)


def test_every_way_of_asking_has_every_header_once(wire: Wire) -> None:
    path = f"/api/services/{wire.names[0]}"
    (_, headers, whole) = wire.get(path)
    tag = dict(headers)["etag"]
    expected = [
        (wire.get(path), 200),
        (wire.get(f"{path}.json"), 200),
        (wire.get(f"{path}?"), 200),
        (wire.get(path, method="HEAD"), 200),
        (wire.get(path, "Range: bytes=0-5"), 200),
        (wire.get(path, "Host: elsewhere.example"), 200),
        (wire.get(path, f"If-None-Match: {tag}"), 304),
        (wire.get(path, 'If-Match: "other"'), 412),
        (wire.get(f"{path}?x=1"), 400),
        (wire.get(path, "Content-Length: 0", method="POST"), 405),
        (wire.get(path, method="DELETE"), 405),
        (wire.get("/api/services/never"), 404),
        (wire.get("/api/services/%2e%2e"), 404),
        (wire.get("/api/services/%2e%2e%2fservices"), 404),
        (wire.get("/api/services/" + "a" * 5000), 404),
        (wire.get("/api/services/%00"), 404),
        (wire.get("/api/services/%ff"), 404),
        (wire.get(f"/{path}"), 200),
    ]
    for (status, given, body), wanted in expected:
        assert status == wanted
        require_headers(given)
        if status == 200 and body:
            assert body == whole
    tags = {dict(given).get("etag") for (status, given, _), _ in expected if status in (200, 304)}
    assert len(tags) == 2  # of the address with .json another


def test_an_answer_is_compressed_for_who_can_unpack_it_and_known_by_the_same_tag(wire: Wire) -> None:
    for path in (f"/api/services/{wire.names[0]}", "/api/services", "/api/services?full=true", "/api/openapi.json"):
        (_, plain_headers, plain), (_, headers, packed) = wire.get(path), wire.get(path, "Accept-Encoding: br, gzip")
        require_headers(headers)
        assert (len(packed) < len(plain), gzip.decompress(packed)) == (True, plain)
        assert dict(headers)["content-encoding"] == "gzip"
        assert (dict(headers)["vary"], dict(plain_headers)["vary"]) == ("Accept-Encoding",) * 2
        tag = dict(headers)["etag"]
        assert tag == dict(plain_headers)["etag"]
        for ways in ((), ("Accept-Encoding: gzip",)):
            status, unchanged, body = wire.get(path, f"If-None-Match: {tag}", *ways)
            assert (status, body, dict(unchanged)["vary"]) == (304, b"", "Accept-Encoding")
        (status, head, _) = wire.get(path, "Accept-Encoding: gzip", method="HEAD")
        assert (status, dict(head)["content-encoding"], "content-length" in dict(head)) == (200, "gzip", False)


@pytest.mark.parametrize("refused", ["", "identity", "br", "gzip;q=0"])
def test_who_cannot_unpack_it_gets_it_plain(wire: Wire, refused: str) -> None:
    path = f"/api/services/{wire.names[0]}"
    (status, headers, body) = wire.get(path, f"Accept-Encoding: {refused}")
    assert (status, "content-encoding" in dict(headers), body) == (200, False, wire.get(path)[2])


def test_a_list_that_comes_line_by_line_is_compressed_as_it_comes(wire: Wire) -> None:
    client = create_app(wire.view, wire.area, keep=True).test_client()
    plain = client.get("/api/services.ndjson")
    packed = client.get("/api/services.ndjson", headers={"Accept-Encoding": "gzip"}, buffered=False)
    assert packed.headers.get("Content-Length") is None
    assert gzip.decompress(packed.data) == plain.data
    assert len(plain.data.splitlines()) == len(wire.names)


def test_what_is_refused_and_what_is_short_stays_plain(wire: Wire) -> None:
    for path in ("/api/services/never", "/api/services?x=1", "/api/services?search=zzzz"):
        assert "content-encoding" not in dict(wire.get(path, "Accept-Encoding: gzip")[1])


def test_a_list_is_answered_before_the_portal_as_the_portal_answers_it(view_file, tiny_area, monkeypatch) -> None:
    ready = create_app(view_file, tiny_area, keep=True).test_client()
    monkeypatch.setattr("web.public.app.ReadyAnswers", Passing)
    plain = create_app(view_file, tiny_area, keep=True).test_client()
    unit = plain.get("/api/area_units").json["contents"][-1]["id"]
    taken = [
        *(f"/api/{name}" for name in COLLECTIONS),
        "/api/services?page=2&per_page=3",
        "/api/services?page=999",
        "/api/services?near=10.05,60.1&per_page=2",
        "/api/service_at_locations?near=10.05,60.1&proximity=9000",
        "/api/services?search=%D1%8E%D1%80%D0%B8%D1%81%D1%82&lang=ru",
        "/api/organizations?minimal=true",
        "/api/services?full=true&lang=tg",
        f"/api/services?area_unit={unit}&serves=AGE-CHI",
        "/api/services?",
    ]
    left = [
        "/api/services?page=0&per_page=x&y=1",
        "/api/services?page=1&page=1",
        "/api/services?search=%ff",
        "/api/services?proximity=5",
        "/api/services?format=ndjson",
        "/api/services/",
        "/api/nothing",
    ]
    for path in (*taken, *left):
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            answers = [client.get(path, headers=headers) for client in (plain, ready)]
            first, second = ((answer.status, sorted(answer.headers), answer.data) for answer in answers)
            assert first == second, path

    monkeypatch.setattr("flask.Flask.full_dispatch_request", lambda *_: pytest.fail("the portal was asked"))
    assert {ready.get(path).status_code for path in taken} == {200}


class Passing:
    """What stands before a portal and leaves every question to it."""

    def __init__(self, app, _editions) -> None:
        self.app = app

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)

    def holds(self, *_request_line: str) -> bool:
        return False

    takes_turns = holds


@pytest.mark.parametrize(
    ("path", "query", "takes_turns"),
    [
        ("/api/services", "", True),
        ("/api/organizations", "search=%D1%8E%D1%80&page=2", True),
        ("/api/services", "near=1.5,2.5&", True),
        ("/api/services", "search=ndjson", True),
        ("/api/services", "format=ndjson", False),
        ("/api/services", "page=1&format=ndjson", False),
        ("/api/services", "f%6frmat=ndjson", False),
        ("/api/services", "format=json", False),
        ("/api/services", "format", False),
        ("/api/services.ndjson", "", False),
        ("/api/services/x", "", False),
        ("/en/index.html", "", False),
    ],
)
def test_pages_of_lists_take_turns_and_nothing_that_comes_line_by_line(wire: Wire, path, query, takes_turns) -> None:
    app = create_app(wire.view, wire.area, keep=True)
    assert [app.config[TAKES_TURNS](method, path, query) for method in ("GET", "POST")] == [takes_turns, False]


def test_a_body_is_no_part_of_the_next_request(wire: Wire) -> None:
    path = f"/api/services/{wire.names[0]}"
    inner = asking("/api/nothing")
    body = asking(path, f"Content-Length: {len(inner)}") + inner
    first, second = wire.send(body, asking(path))
    assert (first[0], first[2]) == (second[0], second[2])
    assert first[0] == 200


def test_a_view_that_cannot_be_read_is_told_with_all_headers_and_served_again_when_it_can(wire: Wire) -> None:
    path, away = f"/api/services/{wire.names[0]}", wire.view.with_name("away")
    before = wire.get(path)
    for broken in (b"", b"no view at all" * 1000, None):
        wire.view.rename(away)
        if broken is not None:
            wire.view.write_bytes(broken)
        for asked in (path, "/api/services", f"{path}?lang=en"):
            status, headers, body = wire.get(asked)
            assert (status, b"Failure" in body) == (500, True)
            require_headers(headers)
        assert wire.get("/en/index.html")[0] == 500
        away.replace(wire.view)
        assert wire.get(path)[::2] == before[::2]


def test_an_edition_that_takes_the_place_of_another_is_answered_from_at_once(wire: Wire, tmp_path, tiny_area) -> None:
    other = published(tmp_path / "other", tiny_area, organization("Umed"), service("New advice", of="Umed"))
    path = f"/api/services/{wire.names[0]}"
    assert wire.get(path)[0] == 200
    shutil.copyfile(other, wire.view.with_name("next"))
    os.replace(wire.view.with_name("next"), wire.view)
    assert wire.get(path)[0] == 404
    assert wire.get("/api/")[0] == 200
    assert wire.get(path)[0] == 404


def test_with_secrets_and_without_every_byte_is_the_same(tmp_path, tiny_area) -> None:
    worlds = []
    for name, parts in (("with", (public_parts(), secret_parts())), ("without", (public_parts(),))):
        for wire in served(published(tmp_path / name, tiny_area, *parts), tiny_area):
            requests = [asking(f"/api/services/{record}") for record in wire.names]
            got = wire.send(*requests)
            worlds.append([(status, [h for h in given if h[0] != "date"], body) for status, given, body in got])
    assert worlds[0] == worlds[1]
    file = tmp_path / "answers"
    file.write_bytes(b"".join(body for *_, body in worlds[0]))
    assert find_canaries([file], SECRETS) == []


def test_who_stops_reading_or_leaves_holds_up_nobody(wire: Wire) -> None:
    path = f"/api/services/{wire.names[0]}"
    whole = wire.get(path)
    with socket.create_connection(("127.0.0.1", wire.port), 10) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(asking(path) * 300)
        assert wire.get(path)[::2] == whole[::2]
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", wire.port), 10) as gone:
            gone.sendall(asking(path) * 5)
    assert wire.get(path)[::2] == whole[::2]


def test_nothing_of_the_portals_that_ask_who_is_there_stands_ready(tmp_path, tiny_area, partner_views) -> None:
    (tmp_path / "desk").mkdir()
    desk = Desk(tmp_path / "desk", tiny_area, partner_views)
    for app in (desk.app, Office(tmp_path / "office", tiny_area).app):
        assert not app.config[STANDS_READY]("GET", "/api/services/x", "")
        assert app.test_client().get("/api/services/x").status_code in (302, 401, 403, 404)
        for rule in app.url_map.iter_rules():
            assert not app.config[STANDS_READY]("GET", rule.rule, "")
