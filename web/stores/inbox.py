"""Inbox: what visitors and partners send in. One append-only SQLite file; the directory is never opened here.

What may be sent is a closed form for each kind: codes, counts, days and published ids. There is no field in which a
person could be described, and nothing of the request (address, time of day, browser) is kept. What stewards decide
about a message is a line of its own.
"""

import datetime as dt
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mapping.errors import InvalidRecord, MappingError, NotFound
from web.stores import sqlite_file

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Day = dt.date
PublishedId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]

Wrong = Literal[
    "number_silent", "number_of_another", "closed", "moved", "other_hours", "turned_away", "asked_for_money", "not_safe"
]
Why = Literal["none_known", "too_far", "closed", "turned_away", "not_in_my_language", "cannot_pay"]
Room = Literal["open", "waitlist", "full", "assess_first"]
Outcome = Literal["accepted", "provided", "already_received", "not_applicable", "declined", "unavailable"]
Reason = Literal["full", "not_eligible", "out_of_area", "no_staff", "safety", "papers", "other"]


class InboxForm(BaseModel):
    """What is sent: nothing but the fields of its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SomethingWrong(InboxForm):
    """A visitor says that an entry is not right."""

    service: PublishedId
    what: Wrong


class HelpMissing(InboxForm):
    """A visitor says that help is missing in a place."""

    need: Code
    area_unit: Code
    who: Literal["adult", "child", "unknown"] = "unknown"
    why: Why = "none_known"


class Capacity(InboxForm):
    """A provider says whether a service has room."""

    service: PublishedId
    room: Room
    until: Day | None = None


class Referral(InboxForm):
    """A caseworker sent somebody to a service; nothing says whom."""

    number: Code
    service: PublishedId
    service_type: Code
    sent_by: PublishedId | None = None
    month: Month


class ReferralOutcome(InboxForm):
    """What came of a referral."""

    number: Code
    outcome: Outcome
    reason: Reason | None = None


class Draft(InboxForm):
    """A provider's own change of an entry: the fields that it would change, for a steward to look at."""

    entity: Literal["service", "organization"]
    record: PublishedId
    fields: dict[Code, Annotated[str, Field(max_length=2000)]]


class StandardsAnswers(InboxForm):
    """A provider's answers to the checklist of standards."""

    service: PublishedId
    answers: dict[Code, Literal["met", "partly", "not met", "unknown"]]
    evidence: dict[Code, Annotated[str, Field(max_length=500)]] = {}


KINDS: dict[str, type[InboxForm]] = {
    "wrong": SomethingWrong,
    "missing": HelpMissing,
    "capacity": Capacity,
    "referral": Referral,
    "outcome": ReferralOutcome,
    "draft": Draft,
    "answers": StandardsAnswers,
}
MONTHLY = (Referral, ReferralOutcome)
"""What is kept under the first day of its month, whatever the day: a referral is a number, a month and a service."""

FRESH_DAYS = 7
"""So long a word on a service's room counts."""

Decision = Literal["accepted", "refused", "done"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, received_on TEXT NOT NULL, sender TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_kind ON message (kind, number);
CREATE TABLE IF NOT EXISTS decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL REFERENCES message(number),
    decision TEXT NOT NULL, decided_by TEXT NOT NULL, decided_on TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS no_change BEFORE UPDATE ON message BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_removal BEFORE DELETE ON message BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_other_decision BEFORE UPDATE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_lost_decision BEFORE DELETE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
"""


@dataclass(frozen=True)
class Received:
    """A message as it came in; ``sender`` is the login of a partner, empty for a visitor.

    Of referrals and their outcomes it is a number that names nobody, and the day is the first of the month.
    """

    number: int
    kind: str
    received_on: dt.date
    sender: str
    message: InboxForm


class Inbox:
    """Everything that was sent in.

    Parameters
    ----------
    path
        The file; made when it is not there, readable by its owner only.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        sqlite_file.make(self.path, _SCHEMA)

    def put(self, message: InboxForm, *, on: dt.date, sender: str = "") -> int:
        """Take a message in, and return its number; it is on the disk when this returns."""
        return self.put_all([message], on=on, sender=sender)

    def put_all(self, messages: Iterable[InboxForm], *, on: dt.date, sender: str = "") -> int:
        """Take messages in, all or none, and return the number of the last; see `put`."""
        rows = [
            (
                next(name for name, form in KINDS.items() if type(message) is form),
                (on.replace(day=1) if isinstance(message, MONTHLY) else on).isoformat(),
                sender,
                message.model_dump_json(exclude_none=True),
            )
            for message in messages
        ]
        insert = "INSERT INTO message (kind, received_on, sender, body) VALUES (?, ?, ?, ?)"
        try:
            with sqlite_file.opened(self.path) as db:
                db.execute("BEGIN IMMEDIATE")
                last = [db.execute(insert, row).lastrowid for row in rows][-1]
                db.execute("COMMIT")
                return int(last or 0)
        except sqlite3.Error as error:
            raise MappingError(f"the message could not be kept ({error}); try again later") from error

    def put_once(self, outcome: ReferralOutcome, *, on: dt.date, sender: str) -> bool:
        """Take in what came of a referral, unless this sender told it before; tell whether it was taken."""
        body = outcome.model_dump_json(exclude_none=True)
        with sqlite_file.opened(self.path) as db:
            cursor = db.execute(
                "INSERT INTO message (kind, received_on, sender, body) SELECT 'outcome', ?, ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM message WHERE kind = 'outcome' AND sender = ? AND json_extract(body, '$.number') = ?)",
                (on.replace(day=1).isoformat(), sender, body, sender, outcome.number),
            )
            return cursor.rowcount == 1

    def messages(self, *kinds: str, waiting: bool = False, since: dt.date | None = None) -> Iterator[Received]:
        """Yield messages in the order in which they came: of some kinds, undecided ones only, from a day on."""
        where = ["1"]
        values: list[str] = []
        if kinds:
            where.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values += kinds
        if waiting:
            where.append("number NOT IN (SELECT message FROM decision)")
        if since is not None:
            where.append("received_on >= ?")
            values.append(since.isoformat())
        query = f"SELECT * FROM message WHERE {' AND '.join(where)} ORDER BY number"
        yield from map(_received, sqlite_file.rows(self.path, query, *values))

    def message(self, number: int) -> Received:
        """Return one message."""
        for row in sqlite_file.rows(self.path, "SELECT * FROM message WHERE number = ?", number):
            return _received(row)
        raise NotFound(f"there is no message {number}")

    def decide(self, number: int, decision: Decision, *, by: str, on: dt.date, note: str = "") -> None:
        """Note what was decided about a message."""
        if decision not in get_args(Decision):
            raise InvalidRecord(f"{decision!r} is no decision; there are {', '.join(get_args(Decision))}")
        self.message(number)
        with sqlite_file.opened(self.path) as db:
            db.execute("BEGIN IMMEDIATE")
            done = db.execute("SELECT decided_by, decided_on FROM decision WHERE message = ?", [number]).fetchone()
            if done is not None:
                db.execute("ROLLBACK")
                raise InvalidRecord(f"message {number} was decided by {done[0]} on {done[1]}; look at it again")
            db.execute(
                "INSERT INTO decision (message, decision, decided_by, decided_on, note) VALUES (?, ?, ?, ?, ?)",
                [number, decision, by, on.isoformat(), note],
            )
            db.execute("COMMIT")

    def decisions(self) -> dict[int, tuple[str, str, dt.date]]:
        """Return what was decided: message -> decision, by whom, on which day."""
        rows = sqlite_file.rows(self.path, "SELECT message, decision, decided_by, decided_on FROM decision")
        return {row[0]: (row[1], row[2], dt.date.fromisoformat(row[3])) for row in rows}

    def rooms(self, *, on: dt.date) -> dict[str, Capacity]:
        """Return the latest word on each service's room that has not gone stale."""
        latest: dict[str, Capacity] = {}
        for received in self.messages("capacity", since=on - dt.timedelta(days=FRESH_DAYS)):
            if isinstance(received.message, Capacity):
                latest[received.message.service] = received.message
        return {service: room for service, room in latest.items() if room.until is None or room.until >= on}

    def missing_help(
        self, *, least: int, since: dt.date | None = None, until: dt.date | None = None
    ) -> dict[tuple[str, str], int]:
        """Return how often help was said to be missing: (area unit, need) -> count, only from ``least`` on.

        From the day ``since`` to the day ``until``; what stewards refused, such as a flood, does not count.
        """
        refused = {number for number, (decision, *_) in self.decisions().items() if decision == "refused"}
        counts: Counter[tuple[str, str]] = Counter()
        for received in self.messages("missing", since=since):
            late = until is not None and received.received_on > until
            if isinstance(received.message, HelpMissing) and received.number not in refused and not late:
                counts[received.message.area_unit, received.message.need] += 1
        return {key: count for key, count in sorted(counts.items()) if count >= least}


def _received(row: tuple[Any, ...]) -> Received:
    number, kind, received_on, sender, body = row
    return Received(number, kind, dt.date.fromisoformat(received_on), sender, KINDS[kind].model_validate_json(body))


def read_form(kind: type[InboxForm], fields: Iterable[tuple[str, str]] | dict[str, object]) -> InboxForm:
    """Make a message from the fields of a form."""
    given = dict(fields)
    try:
        return kind.model_validate_json(json.dumps({name: value for name, value in given.items() if value != ""}))
    except ValidationError as error:
        names = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}))
        raise InvalidRecord(f"choose again: {names}") from error
