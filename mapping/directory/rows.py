"""Records as rows of the private file, and back."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Literal, get_args

import sqlite_utils

from mapping.model import RECORDS, AnyRecord, Record, columns

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
    "edit", "add", "new", "remove", "merge", "audience", "precision", "statement", "map", "phones", "undo"
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
    row = record.__dict__.copy()
    for name in _converted(type(record)):
        value = row[name]
        if isinstance(value, dt.date):
            row[name] = value.isoformat()
        elif isinstance(value, bool):
            row[name] = int(value)
    return row


@cache
def _converted(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields of a table that SQLite keeps otherwise."""
    return tuple(
        name
        for name, info in kind.model_fields.items()
        if {dt.date, bool} & {info.annotation, *get_args(info.annotation)}
    )


def read_rows(kind: type[Record], records: Iterable[Record]) -> Iterable[Row]:
    """Yield records as SQLite keeps them, to be read only: what a record holds is not copied where nothing differs."""
    return map(to_row, records) if _converted(kind) else (record.__dict__ for record in records)


def as_json(row: Mapping[str, Any] | None) -> str | None:
    """Return a row as the history keeps it."""
    return None if row is None else json.dumps(row, ensure_ascii=False)


@cache
def reader(kind: type[AnyRecord]) -> Callable[[Sequence[Any]], AnyRecord]:
    """Return a function that makes a record of a row; rows were validated when they were stored."""
    names = list(columns(kind))
    converters: dict[str, Callable[[Any], Any]] = {}
    for name, info in kind.model_fields.items():
        types = get_args(info.annotation) or (info.annotation,)
        if dt.date in types:
            converters[name] = dt.date.fromisoformat
        elif bool in types:
            converters[name] = bool

    def read(row: Sequence[Any]) -> AnyRecord:
        values = dict(zip(names, row, strict=True))
        for name, convert in converters.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return kind.restored(values)

    return read


def holds_any(db: sqlite_utils.Database, table: str) -> bool:
    """Tell whether a table has any row."""
    return db.conn.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is not None


def holds(db: sqlite_utils.Database, table: str, rows: Sequence[Row]) -> bool:
    """Tell whether a table has rows, just as they are."""
    sql = f'SELECT {named(STORED[table])} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    cursor = db.conn.execute(sql, [json.dumps([row["id"] for row in rows])])
    return {tuple(row.values()) for row in rows} <= set(cursor)


def stored_rows(db: sqlite_utils.Database, table: str, ids: Sequence[str]) -> dict[str, Row]:
    """Return the rows of some records, by id."""
    if not holds_any(db, table):
        return {}
    names = list(columns(STORED[table]))
    sql = f'SELECT {named(STORED[table])} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    cursor = db.conn.execute(sql, [json.dumps(ids)])
    place = names.index("id")
    return {row[place]: dict(zip(names, row, strict=True)) for row in cursor}


def stored_ids(db: sqlite_utils.Database, table: str, values: Collection[str], column: str = "id") -> set[str]:
    """Return the ids of the records of a table in which a column has one of some values."""
    sql = f'SELECT id FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
    return {record for (record,) in db.conn.execute(sql, [json.dumps(sorted(values))])}


def insert(db: sqlite_utils.Database, table: str, rows: Iterable[Mapping[str, Any]], *, otherwise: str = "") -> None:
    """Store rows whose ids are new; sqlite-utils would do it one by one."""
    names = list(columns(STORED[table]))
    sql = f'INSERT INTO "{table}" ({named(STORED[table])}) VALUES ({", ".join("?" * len(names))})'
    db.conn.executemany(f"{sql} {otherwise}", map(itemgetter(*names), rows))


def upsert(db: sqlite_utils.Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store rows, in place of those of the same ids; SQLite takes three times as long for it as for new ones."""
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns(STORED[table]) if name != "id")
    insert(db, table, rows, otherwise=f"ON CONFLICT (id) DO UPDATE SET {updates}")
