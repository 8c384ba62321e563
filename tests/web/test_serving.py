"""The server of the portals: slow clients hold up nobody."""

import contextlib
import http.client
import socket
import time

import pytest
from flask import Flask

from tests.web.support.served import running
from web import serving

LARGE = 4 * 2**20
PATIENCE = 60.0
"""Seconds after which something hangs; a busy machine may take many."""

SLOW = {
    "heads": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "bodies": b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx",
    "readers": b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture
def server():
    app = Flask("served")
    app.add_url_rule("/", "home", lambda: "here")
    app.add_url_rule("/large", "large", lambda: "x" * LARGE)
    app.add_url_rule("/form", "form", lambda: "taken", methods=["POST"])
    with running(serving.create_server(app, port=0)) as running_server:
        yield running_server


def ask(port: int, path: str = "/") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read()


@pytest.mark.parametrize(("kind", "count"), [("heads", 400), ("bodies", 400), ("readers", 2 * serving.THREADS)])
def test_more_slow_clients_than_threads_hold_up_nobody(server, kind, count):
    port = server.effective_port
    with contextlib.ExitStack() as held:
        for _ in range(count):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(SLOW[kind])
        assert {ask(port) for _ in range(5)} == {b"here"}
        assert len(ask(port, "/large")) == LARGE


def test_who_says_nothing_is_closed_in_time(server):
    with socket.create_connection(("127.0.0.1", server.effective_port), PATIENCE) as silent:
        server.adj.channel_timeout, server.adj.cleanup_interval, server.next_channel_cleanup = 0.1, 0.1, 0
        time.sleep(0.2)
        assert silent.recv(1) == b""


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1 and more\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 2**18, "431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999\r\n\r\n", "413"),
    ],
    ids=["line", "length", "headers", "body"],
)
def test_what_the_server_itself_refuses_does_not_name_it(server, request_bytes, status):
    with socket.create_connection(("127.0.0.1", server.effective_port), PATIENCE) as connection:
        connection.sendall(request_bytes)
        with connection.makefile("rb") as answer:
            lines = b"".join(iter(answer.readline, b"\r\n")).decode().splitlines()
    assert lines[0].split()[1] == status
    assert not [line for line in lines if line.casefold().startswith("server:")]
