"""Counts: how often something happened lately, in a small SQLite file that all processes of a portal share.

It is a storage of the library `limits`, so that its limits hold for all workers of a web server together. A count is
removed when its time is over.
"""

import sqlite3
import time
from contextlib import AbstractContextManager
from pathlib import Path

from limits.storage import Storage

from web.stores import sqlite_file

SCHEME = "counts"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS count (name TEXT PRIMARY KEY, times INTEGER NOT NULL, until REAL NOT NULL)
STRICT, WITHOUT ROWID;
"""


def address(path: Path) -> str:
    """Return by what name `limits` finds the counts of a file."""
    return f"{SCHEME}://{path}"


class Counts(Storage):
    """Counts in a file; ``uri`` is its `address`. It is made when it is not there, readable by its owner only."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (so the library asks for it)

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self.path = Path(uri.removeprefix(f"{SCHEME}://"))
        sqlite_file.make(self.path, _SCHEMA)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what is raised where the file cannot be used."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count something and return how often it happened; the time of a new count is over in ``expiry`` seconds."""
        now = time.time()
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM count WHERE until <= ?", [now])
            (times,) = db.execute(
                "INSERT INTO count VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET times = times + excluded.times"
                " RETURNING times",
                [key, amount, now + expiry],
            ).fetchone()
            db.execute("COMMIT")
        return int(times)

    def get(self, key: str) -> int:
        """Return how often something happened."""
        return int(self._row(key)[0])

    def get_expiry(self, key: str) -> float:
        """Return when the time of a count is over, in seconds since 1970; now, where there is none."""
        return float(self._row(key)[1])

    def check(self) -> bool:
        """Tell whether the file can be read."""
        try:
            self._row("")
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget all counts and return how many there were."""
        with self._opened() as db:
            return db.execute("DELETE FROM count").rowcount

    def clear(self, key: str) -> None:
        """Forget a count."""
        with self._opened() as db:
            db.execute("DELETE FROM count WHERE name = ?", [key])

    def _row(self, key: str) -> tuple[int, float]:
        now = time.time()
        with self._opened() as db:
            row = db.execute("SELECT times, until FROM count WHERE name = ? AND until > ?", [key, now]).fetchone()
        return row or (0, now)

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return sqlite_file.opened(self.path, synchronous="NORMAL")
