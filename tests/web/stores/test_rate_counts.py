"""Counts that processes share: as `limits` asks for them, for a while, and in no file longer than that."""

import sqlite3
import threading

import pytest
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from web.stores import rate_counts
from web.stores.rate_counts import Counts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "inbox.counts"


@pytest.fixture
def clock(monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr(rate_counts.time, "time", lambda: now[0])
    return now


def test_two_processes_share_what_is_counted(path):
    one, other = (storage_from_string(rate_counts.address(path)) for _ in range(2))
    assert [each.incr("a", 60) for each in (one, other, one)] == [1, 2, 3]
    assert other.get("a") == 3
    assert other.get("b") == 0
    assert other.incr("b", 60, 5) == 5


def test_a_count_is_over_after_its_time_and_leaves_nothing(path, clock):
    kept = Counts(rate_counts.address(path))
    kept.incr("somebody", 60)
    clock[0] += 30
    assert kept.incr("somebody", 60) == 2
    assert kept.get_expiry("somebody") == 1_000_060
    clock[0] += 30
    assert (kept.get("somebody"), kept.get_expiry("somebody")) == (0, 1_000_060)
    assert kept.incr("another", 60) == 1
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM count").fetchall() == [("another",)]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert b"somebody" not in path.read_bytes()


def test_counts_can_be_forgotten(path):
    kept = Counts(rate_counts.address(path))
    kept.incr("a", 60)
    kept.incr("b", 60)
    kept.clear("a")
    assert (kept.get("a"), kept.get("b")) == (0, 1)
    assert kept.reset() == 1
    assert kept.check()


def test_limits_hold_for_many_at_once(path):
    limit, taken = parse("25 per hour"), []

    def hit():
        own = FixedWindowRateLimiter(storage_from_string(rate_counts.address(path)))
        taken.extend(own.hit(limit, "all") for _ in range(10))

    threads = [threading.Thread(target=hit) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(taken), sum(taken)) == (40, 25)


def test_a_file_that_cannot_be_read_is_said(path):
    kept = storage_from_string(rate_counts.address(path), wrap_exceptions=True)
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE count")
    db.close()
    assert not kept.check()
    with pytest.raises(StorageError):
        kept.incr("a", 60)
