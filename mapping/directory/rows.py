"""Records as rows of the private file, and back."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Literal

import sqlite_utils
from pydantic_core import to_json

from mapping.model import RECORDS, Record, columns
from mapping.record_tables import Values, reader, to_values

__all__ = [
    "STORED",
    "Claim",
    "Merged",
    "Proposal",
    "ProposalKind",
    "Row",
    "as_json",
    "holds",
    "holds_any",
    "insert",
    "named",
    "reader",
    "row_values",
    "rows_where",
    "stored_ids",
    "stored_rows",
    "to_row",
    "upsert",
]

Row = dict[str, Any]


class Claim(Record):
    """What one source says of a record that others speak of too; ``fields`` is JSON, without what it leaves blank.

    ``said_of`` is the id under which the source gave it, which differs from ``link_id`` where records were merged.
    """

    table = "claim"
    link_entity: str
    link_id: str
    said_of: str
    source_id: str
    said_on: str | None = None
    batch: int
    fields: str


class Merged(Record):
    """An id that imports must take for another; where it is its own, the record stands as a steward left it."""

    table = "merged"
    link_entity: str
    kept: str
    on: dt.date


ProposalKind = Literal[
    "edit", "add", "new", "remove", "erase", "merge", "audience", "precision", "statement", "map", "phones", "undo"
]


class Proposal(Record):
    """A change that waits for a second person (`mapping.directory.proposals`); ``fields`` is JSON.

    ``seen`` is the last change of the record when it was proposed; ``signed_in`` whether whoever proposed it signed in.
    """

    table = "proposal"
    kind: ProposalKind
    link_entity: str
    link_id: str
    fields: str
    seen: int = 0
    reason: str
    consent_by: str | None = None
    consent_until: dt.date | None = None
    proposed_by: str
    proposed_on: dt.date
    signed_in: bool = False
    decision: Literal["waiting", "accepted", "refused", "withdrawn"] = "waiting"
    decided_by: str | None = None
    decided_on: dt.date | None = None
    note: str | None = None


STORED: dict[str, type[Record]] = RECORDS | {"claim": Claim, "merged": Merged, "proposal": Proposal}
"""Every table whose changes are kept in the history: the records, and what the directory notes about them."""


def named(kind: type[Record]) -> str:
    """Return the columns of a table for a statement."""
    return ", ".join(f'"{name}"' for name in columns(kind))


def to_row(record: Record) -> Row:
    """Return a record as SQLite keeps it: dates as text, yes and no as numbers."""
    kind = type(record)
    return dict(zip(columns(kind), to_values(kind)(record), strict=True))


def as_json(row: Mapping[str, Any] | None) -> str | None:
    """Return a row as the history keeps it."""
    return None if row is None else json.dumps(row, ensure_ascii=False)


def holds_any(db: sqlite_utils.Database, table: str, record: str | None = None) -> bool:
    """Tell whether a table has any row, or one of an id."""
    query = f'SELECT 1 FROM "{table}" WHERE ?1 IS NULL OR id = ?1 LIMIT 1'
    return db.conn.execute(query, [record]).fetchone() is not None


def holds(db: sqlite_utils.Database, table: str, rows: Sequence[Row]) -> bool:
    """Tell whether a table has rows, just as they are."""
    sql = f'SELECT {named(STORED[table])} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    cursor = db.conn.execute(sql, [json.dumps([row["id"] for row in rows])])
    return {tuple(row.values()) for row in rows} <= set(cursor)


def stored_rows(db: sqlite_utils.Database, table: str, ids: Sequence[str]) -> dict[str, Row]:
    """Return the rows of some records, by id."""
    if not holds_any(db, table):
        return {}
    return rows_where(db, table, "id IN (SELECT value FROM json_each(?))", json.dumps(ids))


def rows_where(db: sqlite_utils.Database, table: str, condition: str, *values: Any) -> dict[str, Row]:
    """Return the rows of a table of which a condition holds, by id."""
    names = list(columns(STORED[table]))
    cursor = db.conn.execute(f'SELECT {named(STORED[table])} FROM "{table}" WHERE {condition}', values)
    place = names.index("id")
    return {row[place]: dict(zip(names, row, strict=True)) for row in cursor}


def stored_ids(db: sqlite_utils.Database, table: str, values: Collection[str], column: str = "id") -> set[str]:
    """Return the ids of the records of a table in which a column has one of some values."""
    sql = f'SELECT id FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
    return {record for (record,) in db.conn.execute(sql, [to_json([*values]).decode()])}


ROWS_AT_ONCE = 1_000


def insert(db: sqlite_utils.Database, table: str, rows: Iterable[Values], *, otherwise: str = "") -> None:
    """Store rows whose ids are new, some at a time; sqlite-utils would do it one by one."""
    names, left = [*columns(STORED[table])], iter(rows)
    while lot := [*islice(left, ROWS_AT_ONCE)]:
        given = zip(names, zip(*lot, strict=True), strict=True)
        # what none gives is blank by itself, and Python takes longer to say nothing than to give a value
        filled = {f'"{name}"': own for name, own in given if own[0] is not None or own.count(None) < len(lot)}
        sql = f'INSERT INTO "{table}" ({", ".join(filled)}) VALUES ({", ".join("?" * len(filled))}) {otherwise}'
        db.conn.executemany(sql, zip(*filled.values(), strict=True))


def upsert(db: sqlite_utils.Database, table: str, rows: Iterable[Row]) -> None:
    """Store rows, in place of those of the same ids; SQLite takes three times as long for it as for new ones."""
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns(STORED[table]) if name != "id")
    insert(db, table, map(row_values(table), rows), otherwise=f"ON CONFLICT (id) DO UPDATE SET {updates}")


def row_values(table: str) -> Callable[[Row], Values]:
    """Return a function that takes the values of a row of a table in the order of its columns."""
    return itemgetter(*columns(STORED[table]))
