"""Dealing: processes that take connections from one socket hand them to each other, so that all have about as many.

Who is woken first takes most of what comes at once, and a connection stays where it is: without this, one of two
processes would work on three quarters of a hundred visitors, and the other would wait.
"""

import mmap
import os
import socket
from contextlib import suppress
from typing import Any

import numpy as np
from waitress import wasyncore

from web.serving import BoundedServer, TimedChannel

WORDS = 3
"""Numbers that a process tells beside those of connections given away: its pid, how many it has open and was given."""


class Dealer:
    """What processes that are copied from this one know of each other's connections, in memory that they share.

    Each number there is written by one process alone.
    """

    def __init__(self, processes: int) -> None:
        self.pairs = [socket.socketpair() for _ in range(processes)]
        """Where each process is handed connections, and where the others hand them to it."""
        for ends in self.pairs:
            for end in ends:
                end.setblocking(False)
        shared = mmap.mmap(-1, 8 * processes * (processes + WORDS))
        numbers = np.frombuffer(shared, np.int64).reshape(processes + WORDS, processes)
        self.pids, self.open, self.received, self.given = numbers[0], numbers[1], numbers[2], numbers[3:]
        """One a process; ``given`` has a row for each that gives and a column for each that is given."""

    def seat(self, place: int) -> "Seat":
        """Return the place of this process among the others."""
        self.pids[place] = os.getpid()
        self.open[place] = 0
        return Seat(self, place)


class Seat:
    """A process among those that share out connections."""

    def __init__(self, dealer: Dealer, place: int) -> None:
        self.dealer, self.place = dealer, place
        self.inbox = dealer.pairs[place][0]

    def count(self, connections: int) -> None:
        """Say how many connections this process has open."""
        self.dealer.open[self.place] = connections

    def hands_on(self, connection: socket.socket) -> bool:
        """Hand a connection to the process that has the fewest, unless it is this one or cannot take any."""
        dealer = self.dealer
        held = dealer.open + dealer.given.sum(axis=0) - dealer.received
        other = int(held.argmin())
        if held[other] >= held[self.place]:
            return False
        with suppress(OSError):  # it has ended, or has not taken in what it was handed before
            os.kill(int(dealer.pids[other]), 0)
            socket.send_fds(dealer.pairs[other][1], [b"."], [connection.fileno()])
            dealer.given[self.place, other] += 1
            return True
        return False

    def handed(self) -> socket.socket | None:
        """Return a connection that another process handed to this one; None where there is none.

        Where this process may open no more files the system ends the connection, and it counts no more.
        """
        with suppress(BlockingIOError):
            _, files, _, _ = socket.recv_fds(self.inbox, 1, 1)
            self.dealer.received[self.place] += 1
            return socket.socket(fileno=files[0]) if files else None
        return None


class SharingServer(BoundedServer):
    """The server of one of several processes, at its seat among them."""

    def __init__(self, seat: Seat, *given: Any, **named: Any) -> None:
        self.seat = seat
        super().__init__(*given, **named)
        Handover(self)

    def accept(self) -> tuple[socket.socket, Any] | None:
        """Return a new connection; None where there is none, or another process has it."""
        accepted: tuple[socket.socket, Any] | None = super().accept()
        if accepted is not None and self.seat.hands_on(accepted[0]):
            accepted[0].close()
            return None
        return accepted

    def take_in(self, connection: socket.socket) -> None:
        """Serve a connection that another process accepted."""
        try:
            self.set_socket_options(connection)
            address = self.fix_addr(connection.getpeername())
        except OSError:  # it is gone already
            connection.close()
        else:
            self.channel_class(self, connection, address, self.adj, map=self._map)

    def admit(self, channel: TimedChannel) -> None:
        """Take in a new connection, and count it."""
        super().admit(channel)
        self.seat.count(len(self.active_channels))

    def forget(self, channel: TimedChannel) -> None:
        """Count a connection that is closed no more."""
        super().forget(channel)
        self.seat.count(len(self.active_channels))


class Handover(wasyncore.dispatcher):  # type: ignore[misc]
    """Where a server is handed connections."""

    def __init__(self, server: SharingServer) -> None:
        self.server = server
        super().__init__(server.seat.inbox, map=server._map)

    def readable(self) -> bool:
        """Tell whether the server takes connections in at all."""
        return bool(self.server.accepting and not self.server.in_connection_overflow)

    def writable(self) -> bool:
        """Tell that nothing is sent from here."""
        return False

    def handle_read(self) -> None:
        """Take in a connection."""
        connection = self.server.seat.handed()
        if connection is not None:
            self.server.take_in(connection)
