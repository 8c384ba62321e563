"""Ports for servers of a moment: free, in a row, and never ones that whoever connects is given."""

import socket

from scripts.ports import BEYOND, LOWEST, free_port

WHOLE = 32_768
"""The lowest that Linux gives by itself (ip_local_port_range)."""


def test_three_in_a_row_are_free_and_below_what_is_given_to_whoever_connects():
    first = free_port(3)
    assert first >= LOWEST
    assert first + 2 < BEYOND <= WHOLE
    for port in range(first, first + 3):
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))


def test_a_row_with_one_in_use_is_passed_by():
    first = free_port(3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", first + 1))
        assert free_port(3) > first + 2 or free_port(3) < first
