"""Ledger: who did what, append-only, each line bound to the one before it.

A line names ids, fields and reasons, never a value that may be secret. Lines are chained with a key that lies beside
the file; how many there are and the last seal are kept in a file of their own, so that change, removal, another
order and a missing end are all found by `Ledger.faults`.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from mapping.errors import MappingError
from web.stores import sqlite_file
from web.stores.deeds import DEEDS, Deed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS line (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    reason TEXT NOT NULL, seal TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS no_change BEFORE UPDATE ON line BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_removal BEFORE DELETE ON line BEGIN SELECT raise(ABORT, 'append-only'); END;
"""
START = "0" * 64


@dataclass(frozen=True)
class LedgerLine:
    """Something that was done: when (UTC), by which login, what, to which record, and why."""

    number: int
    at: str
    who: str
    action: str
    subject: str
    reason: str
    seal: str


class Ledger:
    """The log of an installation."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        sqlite_file.make(self.path, _SCHEMA)

    def append(self, who: str, action: Deed, *, subject: str = "", reason: str = "", now: dt.datetime) -> LedgerLine:
        """Write a line; it is on the disk when this returns."""
        with self._writing() as db:
            return self._add(db, now, who, action, subject, reason)

    def append_at_most(
        self, most: int, who: str, action: Deed, *, since: dt.datetime, subject: str, reason: str, now: dt.datetime
    ) -> int:
        """Write a line, unless there are ``most`` of this person and action after ``since`` already.

        Return how many there are with it; 0 where it was not written. Counting and writing are one step, so that
        requests at once do not overrun the limit.
        """
        query = "SELECT count(*) FROM line WHERE who = ? AND action = ? AND at > ?"
        with self._writing() as db:
            (count,) = db.execute(query, [who, action, _moment(since)]).fetchone()
            if count >= most:
                return 0
            self._add(db, now, who, action, subject, reason)
        return int(count) + 1

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Let one process at a time write lines; what it wrote is on the disk at the end."""
        try:
            with FileLock(self._beside(".lock")), sqlite_file.opened(self.path) as db:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
                last = db.execute("SELECT number, seal FROM line ORDER BY number DESC LIMIT 1").fetchone()
                if last:
                    self._note_end(*last)  # where this fails, lines stand behind the end, sealed all the same
        except (sqlite3.Error, OSError) as error:
            raise MappingError(
                f"{self.path.name}: could not be written ({error}), so nothing was done; make room on the disk or "
                "mend the rights, and try again"
            ) from error

    def _add(
        self, db: sqlite3.Connection, now: dt.datetime, who: str, action: Deed, subject: str, reason: str
    ) -> LedgerLine:
        if action not in DEEDS:
            raise ValueError(f"{action}: is no deed")
        last = db.execute("SELECT number, seal FROM line ORDER BY number DESC LIMIT 1").fetchone()
        number, before, at = (last[0] + 1, last[1], _moment(now)) if last else (1, START, _moment(now))
        seal = self._seal(before, number, at, who, action, subject, reason)
        line = LedgerLine(number, at, who, action, subject, reason, seal)
        db.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", [*vars(line).values()])
        return line

    def lines(
        self, *, newest: int | None = None, who: str = "", action: str = "", subject: str = ""
    ) -> list[LedgerLine]:
        """Return lines, newest first: all, or the newest so many of those that fit."""
        wanted = {name: value for name, value in (("who", who), ("action", action), ("subject", subject)) if value}
        where = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        query = f"SELECT * FROM line WHERE {where} ORDER BY number DESC LIMIT ?"
        rows = sqlite_file.rows(self.path, query, *wanted.values(), -1 if newest is None else newest)
        return [LedgerLine(*row) for row in rows]

    def faults(self) -> list[str]:
        """Return what is wrong with the log, a sentence each; nothing where it is whole."""
        faults = list(self._broken())
        count, seal = self._end()
        ((there,),) = sqlite_file.rows(self.path, "SELECT coalesce(max(number), 0) FROM line")
        noted = sqlite_file.rows(self.path, "SELECT seal FROM line WHERE number = ?", count)
        if there < count:
            faults.append(f"lines {there + 1} to {count} are missing at the end")
        elif (noted[0][0] if noted else START) != seal or there > count + 1:
            faults.append("the end is not the one that was noted")
        return faults

    def _broken(self) -> Iterator[str]:
        before, expected = START, 1
        with sqlite_file.opened(self.path) as db:
            for row in db.execute("SELECT * FROM line ORDER BY number"):
                line = LedgerLine(*row)
                if line.number != expected:
                    yield f"line {expected} is missing"
                seal = self._seal(before, line.number, line.at, line.who, line.action, line.subject, line.reason)
                if not hmac.compare_digest(seal, line.seal):
                    yield f"line {line.number} was changed, or the one before it"
                before, expected = line.seal, line.number + 1

    def _seal(self, before: str, *parts: object) -> str:
        text = json.dumps([before, *parts], ensure_ascii=False, separators=(",", ":"))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    @property
    def _key(self) -> bytes:
        return sqlite_file.key(self._beside(".key"))

    def _note_end(self, number: int, seal: str) -> None:
        text = f"{number} {seal} {self._seal('end', number, seal)}\n"
        beside = self._beside(".end.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._beside(".end"))
        sqlite_file.sync_folder(self.path.parent)

    def _end(self) -> tuple[int, str]:
        """Return how many lines there should be and the last seal; an end that nobody sealed counts as none."""
        path = self._beside(".end")
        if not path.exists():
            return 0, START
        number, seal, proof = (*path.read_text(encoding="ascii").split(), "", "", "")[:3]
        fits = number.isdigit() and hmac.compare_digest(proof, self._seal("end", int(number), seal))
        return (int(number), seal) if fits else (0, "unknown")

    def _beside(self, suffix: str) -> Path:
        return self.path.with_suffix(suffix)


def _moment(now: dt.datetime) -> str:
    return now.astimezone(dt.UTC).isoformat(timespec="seconds")
