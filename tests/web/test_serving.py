"""The server of the portals: slow connections hold up nobody, and are closed in time."""

import contextlib
import http.client
import re
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from flask import Flask

from tests.web.support.served import running
from web import serving
from web.headers import HEADERS
from web.kept_pages import AT_ONCE, STANDS_READY, TAKES_TURNS

LARGE = 4 * 2**20
"""Bytes of an answer of which five are more than a server keeps to be sent."""

PATIENCE = 60.0
"""Seconds after which something hangs; a busy machine may take many."""


def failing(inner):
    """An app within which nobody catches what fails at one address."""

    def answer(environ, start_response):
        if environ["PATH_INFO"] == "/fails":
            raise RuntimeError("it fails")
        return inner(environ, start_response)

    return answer


def served():
    """A server of one page, as long as it is needed."""
    app = Flask("served")
    app.add_url_rule("/", "home", lambda: "here")
    app.add_url_rule("/thread", "thread", lambda: str(threading.get_ident()))
    app.add_url_rule("/ready", "ready", lambda: str(threading.get_ident()))
    app.add_url_rule("/ready/large", "large", lambda: "x" * LARGE)
    app.wsgi_app = failing(app.wsgi_app)
    app.add_url_rule("/turn/large", "turn", lambda: "x" * LARGE)
    app.config[STANDS_READY] = lambda _method, path, _query: path.startswith("/ready")
    app.config[TAKES_TURNS] = lambda _method, path, _query: path.startswith("/turn")
    return running(serving.create_server(app, port=0))


def until(holds):
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ask(port, source="127.0.0.1", path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.fixture
def patient(monkeypatch):
    """Let servers find no request late."""
    monkeypatch.setattr(serving, "HEAD_WAIT", 10 * PATIENCE)


@pytest.mark.usefixtures("patient")
def test_four_hundred_slow_connections_hold_up_nobody():
    with served() as server, contextlib.ExitStack() as held:
        port = server.effective_port
        for _ in range(400):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert {ask(port) for _ in range(5)} == {b"here"}


@pytest.fixture
def small(monkeypatch, patient):
    """A server that may have 80 connections."""
    monkeypatch.setattr(serving, "CONNECTIONS", 80)
    with served() as server:
        yield server


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one address on loopback")
def test_one_address_does_not_take_all_connections(small):
    port = small.effective_port
    with contextlib.ExitStack() as held:
        for _ in range(150):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert {ask(port, f"127.0.0.{n}") for n in range(2, 12)} == {b"here"}
        assert ask(port) == b"here"  # who waits longest gives way to others at the same address
        until(lambda: len(small.channels_of["127.0.0.1"]) <= 80 // serving.SHARES)
    assert ask(port) == b"here"


def test_connections_that_are_closed_are_counted_no_more(small):
    for _ in range(100):
        assert ask(small.effective_port) == b"here"
    until(lambda: not small.channels_of)


def test_the_web_server_before_it_has_all_connections(monkeypatch):
    monkeypatch.setattr(serving, "CONNECTIONS", 80)
    for proxies, most in ((0, 20), (1, 80)):
        server = serving.create_server(Flask("served"), port=0, proxies=proxies)
        assert server.most_of_one == most
        server.task_dispatcher.shutdown()
        server.close()


def test_whoever_sends_a_byte_now_and_then_is_closed_all_the_same(monkeypatch):
    monkeypatch.setattr(serving, "HEAD_WAIT", 0.2)
    with served() as server, socket.create_connection(("127.0.0.1", server.effective_port), PATIENCE) as slow:
        server.adj.cleanup_interval, server.next_channel_cleanup = 0.1, 0

        def is_closed():
            try:
                slow.sendall(b"X")
                return slow.recv(1000, socket.MSG_DONTWAIT) == b""
            except BlockingIOError:
                return False
            except OSError:
                return True

        slow.sendall(b"GET / HTTP/1.1\r\n")
        until(is_closed)


def test_a_connection_that_is_used_again_has_its_time_anew(small):
    connection = http.client.HTTPConnection("127.0.0.1", small.effective_port, timeout=PATIENCE)
    began = time.time()
    for _ in range(3):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"here"
        (channel,) = small.active_channels.values()
        until(lambda own=channel: own.waits_since >= began)
        channel.waits_since = began - PATIENCE
    connection.close()


def test_the_time_for_the_next_request_begins_after_a_long_answer():
    channel = object.__new__(serving.TimedChannel)
    channel.waits_since, channel.request, channel.requests, channel.total_outbufs_len = 0.0, None, ["one"], 0
    assert not channel.late(100.0)
    channel.requests, channel.total_outbufs_len = [], 1
    assert not channel.late(200.0)
    channel.total_outbufs_len = 0
    assert not channel.late(200.0 + serving.HEAD_WAIT)
    assert channel.late(201.0 + serving.HEAD_WAIT)


def test_what_stands_ready_is_answered_by_the_thread_that_reads(small):
    port = small.effective_port
    assert ask(port, path="/ready") == b"%d" % small.reader
    assert ask(port, path="/thread") != b"%d" % small.reader


def test_those_that_take_turns_hold_up_nobody_else_and_come_in_their_order(monkeypatch):
    monkeypatch.setattr(serving, "AT_ONCE", 1)
    app, begun, going_on = Flask("served"), [], threading.Event()
    app.add_url_rule("/", "home", lambda: "here")
    app.add_url_rule("/turn/<name>", "turn", lambda name: begun.append(int(name)) or str(going_on.wait(PATIENCE)))
    app.config[TAKES_TURNS] = lambda _method, path, _query: path.startswith("/turn")
    with running(serving.create_server(app, port=0)) as server, contextlib.ExitStack() as waiting:
        connections = []
        for number in range(serving.THREADS + 10):
            connection = waiting.enter_context(socket.create_connection(("127.0.0.1", server.effective_port), PATIENCE))
            connection.sendall(b"GET /turn/%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
            assert ask(server.effective_port) == b"here"  # so that the next is not read together with this one
            connections.append(connection)
        assert begun == [0]
        going_on.set()
        for connection in connections:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert begun == [*range(serving.THREADS + 10)]


@pytest.mark.parametrize("first", [["/ready", "/thread"], ["/ready", "/ready"]])
def test_answers_come_in_the_order_of_requests_whoever_gives_them(small, first):
    paths = [*first, "/ready", "/ready", "/", "/ready"]
    with socket.create_connection(("127.0.0.1", small.effective_port), PATIENCE) as connection:
        connection.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() for path in paths))
        bodies = []
        with connection.makefile("rb") as answers:
            for _ in paths:
                head = b"".join(iter(answers.readline, b"\r\n"))
                bodies.append(answers.read(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])))
    assert bodies[0] == b"%d" % small.reader != bodies[1]
    assert bodies[4] == b"here"


def left_to_send(server):
    """Return how many bytes wait to be sent on each connection."""
    return [channel.total_outbufs_len for channel in [*server.active_channels.values()]]


@pytest.mark.parametrize("kind", ["ready", "turn"])
def test_whoever_asks_for_much_and_reads_nothing_holds_up_nobody(small, kind):
    port = small.effective_port
    with contextlib.ExitStack() as asking:
        for _ in range(AT_ONCE):
            greedy = asking.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            greedy.sendall(b"GET /%s/large HTTP/1.1\r\nHost: x\r\n\r\n" % kind.encode() * 8)
        until(lambda: sum(left > 3 * LARGE for left in left_to_send(small)) == AT_ONCE)
        assert ask(port) == b"here"
        assert ask(port, path="/ready") == b"%d" % small.reader
        assert len(ask(port, path="/turn/large")) == LARGE


def test_a_ready_answer_that_fails_ends_nothing(small):
    assert b"Not Found" in ask(small.effective_port, path="/ready/never")
    assert ask(small.effective_port) == b"here"


def test_a_connection_that_is_to_close_after_a_ready_answer_closes(small):
    with socket.create_connection(("127.0.0.1", small.effective_port), PATIENCE) as connection:
        connection.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = b"".join(iter(lambda: connection.recv(1000), b""))
    assert got.endswith(b"%d" % small.reader)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1 and more\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 2**18, "431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999\r\n\r\n", "413"),
        (b"GET /fails HTTP/1.1\r\nHost: x\r\n\r\n", "500"),
    ],
    ids=["line", "length", "headers", "body", "app"],
)
def test_what_the_server_itself_refuses_has_the_headers_of_every_answer(small, request_bytes, status):
    with socket.create_connection(("127.0.0.1", small.effective_port), PATIENCE) as connection:
        connection.sendall(request_bytes)
        with connection.makefile("rb") as answer:
            lines = b"".join(iter(answer.readline, b"\r\n")).decode().splitlines()
    assert lines[0].split()[1] == status
    for name, value in HEADERS.items():
        assert f"{name.title()}: {value}" in [re.sub(r"^[\w-]+", lambda m: m[0].title(), line) for line in lines]
    assert "Cache-Control: no-store" in lines
    assert not [line for line in lines if line.startswith("Server:")]


def channel_with(left: int, *, will_close: bool = False) -> serving.TimedChannel:
    """A connection on which so many bytes wait to be sent, and the times at which its server was woken."""
    channel = serving.TimedChannel.__new__(serving.TimedChannel)
    channel.total_outbufs_len, channel.will_close, channel.close_when_flushed = left, will_close, False
    channel.outbuf_lock, channel.woken = threading.Condition(), []
    channel.server = SimpleNamespace(pull_trigger=lambda: channel.woken.append(left))
    return channel


@pytest.mark.parametrize(
    ("left", "will_close", "alone", "beside_another"),
    [(0, False, False, False), (5, False, True, False), (0, True, True, True), (5, True, True, True)],
)
def test_nobody_asks_on_and_on_about_what_another_thread_is_sending(left, will_close, alone, beside_another):
    channel = channel_with(left, will_close=will_close)
    assert channel.writable() is alone
    with ThreadPoolExecutor(1) as other:
        with channel.outbuf_lock:
            assert other.submit(channel.writable).result(PATIENCE) is beside_another
        assert other.submit(channel.writable).result(PATIENCE) is alone  # the lock was given back


@pytest.mark.parametrize("left", [0, 5])
def test_what_could_not_be_sent_at_once_is_for_the_thread_that_reads(left, monkeypatch):
    monkeypatch.setattr(serving.HTTPChannel, "write_soon", lambda _, data: len(data))
    channel = channel_with(left)
    assert channel.write_soon(b"abc") == 3
    assert channel.woken == ([left] if left else [])
