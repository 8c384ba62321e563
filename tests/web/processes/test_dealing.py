"""Processes that share out connections: each seat is one, here all in this process."""

import contextlib
import resource
import socket
import subprocess
import sys

import pytest

from web.processes.dealing import Dealer


@pytest.fixture
def dealer():
    made = Dealer(3)
    yield made
    for ends in made.pairs:
        for end in ends:
            end.close()


@pytest.fixture
def connection():
    """An end of a connection, and the other one."""
    ends = socket.socketpair()
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(end) for end in ends]


def seated(dealer, *counts):
    seats = [dealer.seat(place) for place in range(len(counts))]
    for seat, count in zip(seats, counts, strict=True):
        seat.count(count)
    return seats


@pytest.mark.parametrize(
    ("counts", "giver", "taker"),
    [((2, 1, 3), 0, 1), ((2, 1, 3), 2, 1), ((2, 1, 3), 1, None), ((2, 2, 2), 1, None), ((1, 1, 0), 0, 2)],
)
def test_a_connection_is_for_the_process_that_has_the_fewest(dealer, connection, counts, giver, taker):
    seats = seated(dealer, *counts)
    mine, other = connection
    assert seats[giver].hands_on(mine) is (taker is not None)
    mine.close()
    handed = [seat.handed() for seat in seats]
    assert [place for place, end in enumerate(handed) if end is not None] == ([] if taker is None else [taker])
    if taker is not None:
        with handed[taker] as taken:
            taken.sendall(b"hello")
            assert other.recv(5) == b"hello"


def test_a_connection_that_a_process_can_hold_no_file_for_is_lost_alone(dealer, connection):
    """The next is handed on: the place where it is handed stays open."""
    busy, idle, _ = seated(dealer, 2, 0, 2)
    assert busy.hands_on(connection[0])
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        lost = idle.handed()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert lost is None
    assert (dealer.given.sum(axis=0) == dealer.received).all()
    assert busy.hands_on(connection[0])
    with idle.handed() as taken:
        assert taken.fileno() > 0


def test_what_a_process_was_handed_counts_before_it_has_it_and_once(dealer, connection):
    busy, idle, third = seated(dealer, 4, 0, 4)
    assert [busy.hands_on(connection[0]) for _ in range(5)] == [True, True, True, True, False]
    assert not third.hands_on(connection[0])
    handed = [idle.handed() for _ in range(5)]
    assert handed.pop() is None
    idle.count(4)
    assert not busy.hands_on(connection[0])
    idle.count(3)
    assert busy.hands_on(connection[0])
    for end in [*handed, idle.handed()]:
        end.close()


def test_a_process_that_has_ended_is_handed_nothing_until_it_is_begun_anew(dealer, connection):
    busy, *_ = seated(dealer, 4, 0, 4)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        dealer.pids[1] = ended.pid
    assert not busy.hands_on(connection[0])
    dealer.seat(1)
    assert busy.hands_on(connection[0])


def test_who_takes_in_nothing_is_not_waited_for(dealer, connection):
    busy, *_ = seated(dealer, 100_000, 0, 100_000)
    handed = 0
    while busy.hands_on(connection[0]):
        handed += 1
    assert 10 < handed < 100_000
