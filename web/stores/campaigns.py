"""Campaigns: which organizations were asked to look at their own entry, by one-time links, and which answered.

Of a link only the digest is kept, with the published ids of the services that it opens: those that everybody may see.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mapping.errors import NotFound
from web.stores import sqlite_file

LASTS = dt.timedelta(days=30)
"""So long after the day until which answers are hoped for a link still takes one."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS campaign (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, due TEXT NOT NULL, begun_by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS asked (
    campaign INTEGER NOT NULL REFERENCES campaign(number), organization TEXT NOT NULL, name TEXT NOT NULL,
    services TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, asked_on TEXT NOT NULL, times INTEGER NOT NULL,
    answered_on TEXT, changes INTEGER, PRIMARY KEY (campaign, organization)
) STRICT;
"""


@dataclass(frozen=True)
class Campaign:
    """A round of asking: what it is called, until when answers are hoped for, and who began it."""

    number: int
    name: str
    due: dt.date
    begun_by: str


@dataclass(frozen=True)
class Asked:
    """An organization that was asked: what its link opens, when it was last asked, how often, and what came back."""

    campaign: int
    organization: str
    name: str
    services: tuple[str, ...]
    asked_on: dt.date
    times: int
    answered_on: dt.date | None
    changes: int | None


class Campaigns:
    """The campaigns of an office; the file is made with the first of them."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @classmethod
    def beside(cls, accounts: Path) -> Self:
        """Return the campaigns of an office, whose file lies beside that of its accounts."""
        return cls(accounts.with_name("campaigns.db"))

    def begin(self, name: str, due: dt.date, *, by: str) -> int:
        """Begin a campaign, and return its number."""
        sqlite_file.make(self.path, _SCHEMA)
        with sqlite_file.opened(self.path) as db:
            insert = "INSERT INTO campaign (name, due, begun_by) VALUES (?, ?, ?)"
            return int(db.execute(insert, [name, due.isoformat(), by]).lastrowid or 0)

    def all(self) -> list[Campaign]:
        """Return the campaigns, newest first."""
        rows = self._rows("SELECT number, name, due, begun_by FROM campaign ORDER BY number DESC")
        return [Campaign(number, name, dt.date.fromisoformat(due), by) for number, name, due, by in rows]

    def campaign(self, number: int) -> Campaign:
        """Return a campaign."""
        match = next((campaign for campaign in self.all() if campaign.number == number), None)
        if match is None:
            raise NotFound(f"there is no campaign {number}")
        return match

    def ask(self, number: int, organization: str, name: str, services: Collection[str], *, on: dt.date) -> str:
        """Make the link of an organization, and return its secret part; an earlier link of the campaign ends."""
        token = secrets.token_urlsafe(24)
        with sqlite_file.opened(self.path) as db:
            db.execute(
                "INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?, 1, NULL, NULL) ON CONFLICT DO UPDATE SET"
                " name = excluded.name, services = excluded.services, digest = excluded.digest,"
                " asked_on = excluded.asked_on, times = times + 1",
                [number, organization, name, json.dumps(sorted(services)), _digest(token), on.isoformat()],
            )
        return token

    def asked(self, number: int) -> list[Asked]:
        """Return the organizations that a campaign asked, by name."""
        return [_asked(row) for row in self._rows("SELECT * FROM asked WHERE campaign = ? ORDER BY name", number)]

    def of_link(self, token: str, *, on: dt.date) -> Asked:
        """Return whom a link is for."""
        query = (
            "SELECT asked.* FROM asked JOIN campaign ON number = campaign"
            " WHERE digest = ? AND answered_on IS NULL AND due >= ?"
        )
        rows = self._rows(query, _digest(token), (on - LASTS).isoformat())
        if not rows:
            raise NotFound("there is no such link")
        return _asked(rows[0])

    def answer(self, token: str, *, changes: int, on: dt.date) -> None:
        """Note that an answer came, so that its link ends."""
        with sqlite_file.opened(self.path) as db:
            done = db.execute(
                "UPDATE asked SET answered_on = ?, changes = ? WHERE digest = ? AND answered_on IS NULL",
                [on.isoformat(), changes, _digest(token)],
            )
        if done.rowcount != 1:
            raise NotFound("there is no such link")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return sqlite_file.rows(self.path, query, *values) if self.path.exists() else []


def _asked(row: tuple[Any, ...]) -> Asked:
    campaign, organization, name, services, _, asked_on, times, answered_on, changes = row
    on, answered = dt.date.fromisoformat(asked_on), dt.date.fromisoformat(answered_on) if answered_on else None
    return Asked(campaign, organization, name, tuple(json.loads(services)), on, times, answered, changes)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
