"""Serving: a portal on waitress, so that slow or many connections do not keep others waiting.

A connection waits for the head of a request, or for the next request, for a few seconds and no longer, however slowly
its bytes come; it takes no thread meanwhile. One address has a share of all connections: past it, that of its own which
waits longest gives way. What stands ready is answered in the thread that reads from all connections: handing it to
another and back takes longer than the answer.
"""

import logging
import resource
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import waitress.server
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from web.headers import HEADERS
from web.kept_pages import AT_ONCE, STANDS_READY, TAKES_TURNS, Ready

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it would tell of each request that has to wait

HEAD_WAIT, BODY_WAIT = 15.0, 300.0
"""Seconds in which the head of a request has to be there, and the whole of it with what is uploaded."""

CONNECTIONS, THREADS = 4000, 64
"""Connections that are open at once at most, and requests that are worked on at once: more than sign in at once, so
that those who wait for their password to be checked hold up nobody else."""

LEAST_THREADS, BACKLOG = 8, 2048
"""Requests that one of several processes works on at once at least, and connections that wait to be taken in."""

SHARES = 4
"""One address may have so many times fewer connections than there are: an office behind one address fits in."""


class Refusal(ErrorTask):  # type: ignore[misc]
    """What the server itself says of a request that reaches no portal, with the headers that every answer has."""

    def execute(self) -> None:
        """Send it."""
        self.response_headers.extend([*HEADERS.items(), ("Cache-Control", "no-store")])
        super().execute()


class TimedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when it waits for a request to be whole."""

    error_task_class = Refusal
    answers_now = False
    """Whether the request that came is answered as soon as it is taken in."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self.waits_since = time.time()
        super().__init__(*given, **named)
        self.server.admit(self)

    def del_channel(self, map: Any = None) -> None:  # noqa: A002 - waitress calls it so
        """Forget the connection."""
        super().del_channel(map)
        self.server.forget(self)

    def writable(self) -> bool:
        """Tell whether there is something to send, unless another thread is sending it: else we would ask on and on."""
        if not super().writable():
            return False
        if self.will_close:
            return True
        if not self.outbuf_lock.acquire(blocking=False):
            return False
        self.outbuf_lock.release()
        return True

    def write_soon(self, data: Any) -> int:
        """Take what is to be sent, and send of it what can be sent now; have the rest sent."""
        count = int(super().write_soon(data))
        if self.total_outbufs_len:
            self.server.pull_trigger()
        return count

    def received(self, data: bytes) -> bool:
        """Take in bytes; when a request is whole, the time for the next one begins."""
        taken = bool(super().received(data))
        if self.answers_now:
            self.service()  # what was asked for at once after it is for another thread
            self.answers_now = False
            self._flush_exception(self._flush_some_if_lockable)
        if self.request is None:
            self.waits_since = time.time()
        return taken

    def late(self, now: float) -> bool:
        """Tell whether the time for the request that is waited for is over; it begins anew after each answer."""
        if self.requests or self.total_outbufs_len:
            self.waits_since = now  # else whoever waited long for an answer would be closed with its last byte
            return False
        head = self.request is None or not self.request.headers_finished
        return now - self.waits_since > (HEAD_WAIT if head else BODY_WAIT)


class TurnTaker(waitress.server.ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads that answer requests, and a few beside them for those that take turns: the first comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.in_turn = waitress.server.ThreadedTaskDispatcher()

    def shutdown(self, *given: Any, **named: Any) -> Any:
        """End all threads."""
        self.in_turn.shutdown(*given, **named)
        return super().shutdown(*given, **named)


class BoundedServer(waitress.server.TcpWSGIServer):  # type: ignore[misc]
    """A waitress server that closes connections whose time is over."""

    channel_class = TimedChannel

    def __init__(self, *given: Any, most_of_one: int, ready: Ready, takes_turns: Ready, **named: Any) -> None:
        self.most_of_one = most_of_one
        self.ready, self.takes_turns = ready, takes_turns
        self.reader: int | None = None
        """The thread that reads from all connections."""
        self.channels_of: dict[str, set[TimedChannel]] = defaultdict(set)
        """Address -> its connections."""
        super().__init__(*given, **named)

    def run(self) -> None:
        """Serve until it is ended."""
        self.reader = threading.get_ident()
        super().run()

    def add_task(self, channel: TimedChannel) -> None:
        """Have a request answered: at once where that takes no time and nothing, else by another thread.

        Behind bytes that wait to be sent an answer might have to wait, and nobody would send them meanwhile.
        """
        request = channel.requests[0]
        free = not channel.total_outbufs_len
        reads = threading.get_ident() == self.reader and not channel.answers_now
        if reads and free and _holds(self.ready, request):
            channel.answers_now = True
        elif free and _holds(self.takes_turns, request):
            self.task_dispatcher.in_turn.add_task(channel)
        else:
            super().add_task(channel)

    def pull_trigger(self) -> None:
        """Wake the thread that reads, if it is another."""
        if threading.get_ident() != self.reader:
            super().pull_trigger()

    def admit(self, channel: TimedChannel) -> None:
        """Take in a new connection; past the share of its address, close that of its own which waits longest."""
        own = self.channels_of[channel.addr[0]]
        own.add(channel)
        if len(own) > self.most_of_one:
            there = [other for other in own if not other.will_close]
            if len(there) > self.most_of_one:
                idle = [other for other in there if not other.requests and not other.total_outbufs_len]
                min(idle, key=lambda other: other.waits_since).will_close = True

    def forget(self, channel: TimedChannel) -> None:
        """Count a connection that is closed no more."""
        source = channel.addr[0] if channel.addr else ""  # some are gone before they are there
        own = self.channels_of.get(source, set())
        own.discard(channel)
        if not own:
            self.channels_of.pop(source, None)

    def maintenance(self, now: float) -> None:
        """Close connections without activity, and those that are late."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.late(now):
                channel.will_close = True


HOST = "127.0.0.1"


def _holds(rule: Ready, request: Any) -> bool:
    """Tell whether a rule holds for a request; where it fails, another thread answers, and says why."""
    with suppress(Exception):
        return request.error is None and rule(request.command, request.path, request.query)
    return False


def listening(port: int, host: str = HOST) -> socket.socket:
    """Return a socket that takes connections for several processes.

    Raises
    ------
    OSError
        The port cannot be used.
    """
    ((family, kind, protocol, address),) = waitress.server.Adjustments(host=host, port=port).listen
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def create_server(
    app: Flask,
    *,
    port: int = 0,
    proxies: int = 0,
    host: str = HOST,
    listener: socket.socket | None = None,
    processes: int = 1,
    kind: Callable[..., BoundedServer] = BoundedServer,
) -> BoundedServer:
    """Return a server of a portal; ``run`` serves until it is ended. By default this machine alone reaches it.

    With a ``listener`` it takes connections from there, as one of several ``processes`` that share what all of them
    together may have open and work on; ``kind`` is how it does so.

    ``proxies`` is how many web servers of ours stand before it: without one, what others say of whom they forward is
    taken out. With one, all connections are its own, and it is the one to share them out.

    Raises
    ------
    OSError
        The port cannot be used.
    """
    most = min(CONNECTIONS // processes, _open_files() - 200)
    settings = waitress.server.Adjustments(
        host=host,
        port=port,
        threads=max(LEAST_THREADS, THREADS // processes),
        ident=None,
        connection_limit=most,
        backlog=BACKLOG,
        channel_timeout=30,
        cleanup_interval=2,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=not proxies,
    )
    dispatcher = TurnTaker()
    dispatcher.set_thread_count(settings.threads)
    dispatcher.in_turn.set_thread_count(AT_ONCE)
    (place,) = settings.listen
    return kind(
        app,
        {},
        True,
        listener,
        bind_socket=listener is None,
        dispatcher=dispatcher,
        adj=settings,
        sockinfo=place,
        most_of_one=most if proxies else most // SHARES,
        ready=app.config.get(STANDS_READY, lambda *_: False),
        takes_turns=app.config.get(TAKES_TURNS, lambda *_: False),
    )


def _open_files() -> int:
    """Return how many files this process may have open, once it may have as many as the host allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 500
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
        return files
    return wanted if soft == resource.RLIM_INFINITY else soft
