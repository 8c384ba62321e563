"""An app served on this machine, for a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server
from werkzeug.serving import make_server

SOON = 0.02
"""Seconds after which a server sees that it is to end; its own half second, or second, would be lost in each test."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on loopback, and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(SOON,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def waitress(app: Flask, **options) -> Iterator[int]:
    """Serve an app on loopback as portals are served; yield its port."""
    with running(create_server(app, host="127.0.0.1", port=0, threads=4, **options)) as server:
        yield server.effective_port


@contextmanager
def running(server) -> Iterator:
    """Run a waitress server as long as it is needed, and end it in its own thread, which waits on what is closed."""
    server.adj.asyncore_loop_timeout = SOON
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(lambda: _end(server))
        thread.join(timeout=60)
    assert not thread.is_alive()


def _end(server) -> None:
    server.close()
    for channel in list(server.active_channels.values()):
        channel.handle_close()
