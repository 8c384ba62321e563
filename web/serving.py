"""Serving: a portal on waitress as it is.

It reads whole requests before a thread works on them, and sends files without one, so that clients who send or read
slowly hold up nobody. A web server before the portal limits how long and how many (`deploy/nginx-public.conf`).
"""

import logging
import socket
from typing import Any

import waitress.server
from flask import Flask

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it would tell of each request that has to wait

HOST = "127.0.0.1"

CONNECTIONS, THREADS = 800, 32
"""Connections that are open at once at most, fewer than the files that a process may have open; and requests that are
worked on at once: more than sign in at once, so that those whose password is being checked hold up nobody else."""

BACKLOG = 1024
"""Connections that wait to be taken in."""

SEND_BUFFER = 128 * 1024
"""Bytes that the system holds for a reader: by itself it would take megabytes for each of many slow ones."""


def create_server(app: Flask, *, port: int = 0, proxies: int = 0, host: str = HOST) -> Any:
    """Return a server of a portal; ``run`` serves until it is ended. By default this machine alone reaches it.

    ``proxies`` is how many web servers of ours stand before it: without one, what others say of whom they forward is
    taken out.
    """
    server = waitress.server.create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        connection_limit=CONNECTIONS,
        backlog=BACKLOG,
        channel_timeout=30,
        cleanup_interval=5,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=not proxies,
    )
    server.adj.socket_options = [*server.adj.socket_options, (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)]
    return server
