"""Answers of the API over the wire: every header once, and nothing of an edition before."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapping.area.study_area import StudyArea
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, organization, public_parts, secret_parts, service
from tests.web.support.portal import published
from tests.web.support.served import running
from web import create_app, serving
from web.headers import API_HEADERS


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
    app = create_app(view, area)
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
