"""The ledger: what was done stays, and tampering is found."""

import datetime as dt
import sqlite3
import threading

import pytest

from mapping.errors import MappingError
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    for number in range(5):
        ledger.append(f"user{number % 2}", "edited", subject=f"service {number}", reason="сабаб", now=NOW)
    return ledger


def tamper(ledger, *statements):
    db = sqlite3.connect(ledger.path)
    db.executescript("DROP TRIGGER no_change; DROP TRIGGER no_removal;")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_lines_are_read_newest_first(ledger):
    assert ledger.faults() == []
    assert [line.number for line in ledger.lines(newest=2)] == [5, 4]
    assert [line.subject for line in ledger.lines(who="user1")] == ["service 3", "service 1"]
    assert [line.at for line in ledger.lines(subject="service 0")] == ["2026-11-24T09:00:00+00:00"]


@pytest.mark.parametrize("statement", ["UPDATE line SET who = 'x'", "DELETE FROM line WHERE number = 5"])
def test_the_file_itself_refuses_change(ledger, statement):
    db = sqlite3.connect(ledger.path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE line SET who = 'x' WHERE number = 3"], "line 3 was changed"),
        (["UPDATE line SET reason = '' WHERE number = 1"], "line 1 was changed"),
        (["UPDATE line SET at = '2026-11-25T09:00:00+00:00' WHERE number = 5"], "line 5 was changed"),
        (["DELETE FROM line WHERE number = 2"], "line 2 is missing"),
        (["DELETE FROM line WHERE number = 5"], "lines 5 to 5 are missing at the end"),
        (["DELETE FROM line WHERE number > 2"], "lines 3 to 5 are missing at the end"),
        (["DELETE FROM line"], "lines 1 to 5 are missing at the end"),
        (
            [
                "UPDATE line SET number = 9 WHERE number = 2",
                "UPDATE line SET number = 2 WHERE number = 3",
                "UPDATE line SET number = 3 WHERE number = 9",
            ],
            "line 2 was changed",
        ),
        (
            ["DELETE FROM line WHERE number = 2", "UPDATE line SET number = number - 1 WHERE number > 2"],
            "line 2 was changed",
        ),
        (["INSERT INTO line VALUES (6, 'x', 'x', 'x', 'x', 'x', 'x')"], "line 6 was changed"),
    ],
)
def test_tampering_is_found(ledger, statements, said):
    tamper(ledger, *statements)
    assert any(said in fault for fault in ledger.faults()), ledger.faults()


def test_an_old_copy_of_the_end_is_found(ledger):
    end = ledger.path.with_suffix(".end")
    old = end.read_text()
    ledger.append("a", "edited", now=NOW)
    ledger.append("a", "edited", now=NOW)
    end.write_text(old)
    assert ledger.faults() == ["the end is not the one that was noted"]
    end.write_text("7 abc def")
    assert ledger.faults()
    end.unlink()
    assert ledger.faults()


def test_a_line_whose_end_was_not_noted_is_no_fault(ledger, monkeypatch):
    monkeypatch.setattr(Ledger, "_note_end", lambda *_: None)  # the machine stopped between the two
    ledger.append("a", "edited", now=NOW)
    monkeypatch.undo()
    assert ledger.faults() == []
    ledger.append("a", "edited", now=NOW)
    assert ledger.faults() == []


def test_many_at_once_keep_the_chain(ledger):
    def write(who):
        own = Ledger(ledger.path)
        for _ in range(10):
            own.append(who, "edited", now=NOW)

    threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.faults() == []
    assert len(ledger.lines()) == 45


def test_what_cannot_be_logged_is_not_done(ledger):
    db = sqlite3.connect(ledger.path, isolation_level=None)
    db.execute("DROP TABLE line")
    db.close()
    with pytest.raises(MappingError, match="so nothing was done"):
        ledger.append("a", "edited", now=NOW)
