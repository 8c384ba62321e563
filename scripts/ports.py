"""Ports for servers that are started for a moment: in tests, benchmarks and pictures."""

from __future__ import annotations

import contextlib
import os
import socket

LOWEST, BEYOND = 20_000, 32_000
"""Below what systems give to whoever connects (Linux from 32768): who asks such a port again and again until a server
listens there would one day be given that very port, be connected with itself and read its own question."""


def free_port(count: int = 1) -> int:
    """Return the first of some ports in a row that nobody uses.

    Raises
    ------
    OSError
        There are none.
    """
    port: int
    rows = range(LOWEST, BEYOND, count)
    start = os.getpid() % len(rows)  # processes beside each other do not take the same
    for port in (*rows[start:], *rows[:start]):
        with contextlib.ExitStack() as stack:
            try:
                for number in range(count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + number))
            except OSError:
                continue
            return port
    raise OSError(f"no {count} ports in a row are free")
