"""What changed in the private file since a view was written from it: noted by the file itself, whatever wrote to it.

A view is noted with its checksum and with what it was made by. From then on triggers note the id of each row that is
written, removed, or agreed to be shown; so that the next view can be told from this one by looking at these alone.
Nothing but ids is noted of records.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from mapping.directory.gate import DECIDED_BY, DECIDING, SHOWABLE, Ids
from mapping.directory.rows import stored_ids
from mapping.model import Audience
from mapping.resources import checksum_of_parts
from mapping.safety.agreed import Key
from mapping.safety.leak_scan import FACT_FIELDS

MOST = 2_000
"""Noted changes from which on none is noted any more: a whole view is quicker."""

NOTED = 3
"""So many views of an audience are noted besides the one in use: those that were built and looked at since."""

TABLES = (
    "CREATE TABLE IF NOT EXISTS written (number INTEGER PRIMARY KEY AUTOINCREMENT, audience TEXT NOT NULL,"
    " upto INTEGER NOT NULL, digest TEXT, maker TEXT, conceals TEXT, warnings TEXT) STRICT",
    'CREATE TABLE IF NOT EXISTS unwritten (number INTEGER PRIMARY KEY, "table" TEXT NOT NULL, record TEXT) STRICT',
)
LAST = "SELECT coalesce(max(number), 0) FROM unwritten"

WATCHED: dict[str, tuple[tuple[str, str], ...]] = {
    **{table: ((f"'{table}'", "id"),) for table in {**dict.fromkeys(DECIDING), **FACT_FIELDS}},
    "source": (("'source'", "id"),),  # each list that is added names its own anew
    "shown": (('"table"', "record"),),
    "provenance": (("'sender'", "source_id"),),
}
"""Table -> what is noted of its rows: the table of a record, and its id."""


def _trigger(table: str, event: str) -> str:
    """Return the statement of a trigger that notes a row, and what it decides about: as it was, and as it is.

    A row in whose place another program puts one of the same id is deleted without an event: it is noted before.
    """
    notes = [
        *WATCHED[table],
        *((f"'{owner}'", other[table]) for owner, other in DECIDED_BY.items() if table in other),
        *([("'subject'", "subject")] if table == "approval" else []),
    ]
    rows = {"replace": ("old",), "insert": ("new",), "update": ("old", "new"), "delete": ("old",)}[event]
    values = ", ".join(
        f"({name if name.startswith(chr(39)) else f'{row}.{name}'}, {row}.{column})"
        for row in rows
        for name, column in notes
    )
    note, moment = f"VALUES {values}", f"AFTER {event}"
    if event == "replace":
        pairs = " UNION ALL ".join(
            f'SELECT {name}, {column} FROM "{table}" WHERE id = new.id' for name, column in notes
        )
        note, moment = pairs, "BEFORE insert"
    licence = " AND old.licence IS NOT new.licence" if (table, event) == ("source", "update") else ""
    return (
        f'CREATE TRIGGER "unwritten_{table}_{event}" {moment} ON "{table}"'
        f" WHEN ({LAST}) < (SELECT max(upto) + {MOST} FROM written){licence}"
        f' BEGIN INSERT INTO unwritten ("table", record) {note}; END'
    )


def _triggers() -> set[str]:
    """Return the statements of all triggers."""
    events = ("replace", "insert", "update", "delete")
    return {_trigger(table, event) for table in WATCHED for event in (events[1:] if table == "shown" else events)}


def _require_triggers(db: sqlite_utils.Database) -> None:
    """Make the triggers; where one was missing or another, forget every view, since nobody knows what changed."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'unwritten\\_%' ESCAPE '\\'"
    there = dict(db.execute(query).fetchall())
    if {*there.values()} != (wanted := _triggers()):
        for statement in (*(f'DROP TRIGGER "{name}"' for name in there), *wanted, "DELETE FROM written"):
            db.execute(statement)


@dataclass(frozen=True)
class Since:
    """What a view that was noted is told anew from: what changed, what it conceals, and what the steward was warned of.

    ``changed`` are the records; ``conceals`` those of which something is not shown.
    """

    changed: Ids
    conceals: frozenset[Key]
    warnings: tuple[str, ...]


def begin(db: sqlite_utils.Database, audience: Audience, previous: str) -> int:
    """Note that a view is going to be written, before anything is read for it, and return the number of the note.

    The view of the checksum ``previous`` stays noted, with the last ones.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in TABLES:
            db.execute(statement)
        _require_triggers(db)
        db.execute(
            "DELETE FROM written WHERE audience = :audience AND number NOT IN (SELECT number FROM written"
            " WHERE audience = :audience AND digest IS NOT NULL ORDER BY number DESC LIMIT :noted)"
            " AND number <> (SELECT coalesce(max(number), 0) FROM written"
            " WHERE audience = :audience AND digest = :previous)",
            {"audience": audience, "previous": previous, "noted": NOTED},
        )
        number = db.execute(f"INSERT INTO written (audience, upto) SELECT ?, ({LAST})", [audience]).lastrowid
        db.execute("DELETE FROM unwritten WHERE number < (SELECT min(upto) FROM written)")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return int(number or 0)


def note(
    db: sqlite_utils.Database, number: int, path: Path, maker: str, conceals: Iterable[Key], warnings: Iterable[str]
) -> None:
    """Note a view that was written since `begin` gave a number; a file that is changed after it is another."""
    db.execute(
        "UPDATE written SET digest = ?, maker = ?, conceals = ?, warnings = ? WHERE number = ?",
        [checksum_of_parts(path), maker, json.dumps(sorted(conceals)), json.dumps(list(warnings)), number],
    )


def note_again(db: sqlite_utils.Database, number: int, path: Path) -> None:
    """Note that something was added to a view that was noted, which is not of the directory."""
    db.execute("UPDATE written SET digest = ? WHERE number = ?", [checksum_of_parts(path), number])


def forget(db: sqlite_utils.Database) -> None:
    """Forget every view: the next ones are written whole."""
    if "written" in db.table_names():
        db.execute("DELETE FROM written")


def is_noted(db: sqlite_utils.Database, audience: Audience, digest: str) -> bool:
    """Tell whether a view of a checksum is one that was written from this file."""
    query = "SELECT 1 FROM written WHERE audience = ? AND digest = ?"
    return "written" in db.table_names() and db.execute(query, [audience, digest]).fetchone() is not None


def since(db: sqlite_utils.Database, audience: Audience, digest: str, maker: str) -> Since | None:
    """Return what changed since a view was written; None where nobody can tell, or where it is too much."""
    line = db.execute(
        "SELECT upto, conceals, warnings FROM written WHERE audience = ? AND maker = ? AND digest = ?"
        " ORDER BY number DESC LIMIT 1",
        [audience, maker, digest],
    ).fetchone()
    if line is None:
        return None
    upto, conceals, warnings = line
    changes = db.execute('SELECT "table", record FROM unwritten WHERE number > ?', [upto]).fetchall()
    if not 0 <= db.execute(LAST).fetchone()[0] - upto < MOST:  # fewer were noted than before: some were taken out
        return None
    changed: Ids = {}
    for table, record in changes:
        owners = SHOWABLE if table == "subject" else (table,)
        for owner in owners if record else ():
            if table != "subject" or stored_ids(db, owner, [record]):
                changed.setdefault(owner, set()).add(record)
    return Since(changed, frozenset(map(tuple, json.loads(conceals))), tuple(json.loads(warnings)))
