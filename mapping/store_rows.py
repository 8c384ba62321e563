"""Records as rows of the private file, and back."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, get_args

import sqlite_utils

from mapping.model import RECORDS, Record, columns

Row = dict[str, Any]


def named(kind: type[Record]) -> str:
    """Return the columns of a table for a statement."""
    return ", ".join(f'"{name}"' for name in columns(kind))


def to_row(record: Record) -> Row:
    """Return a record as SQLite keeps it: dates as text, yes and no as numbers."""
    return {name: _stored_value(value) for name, value in record.__dict__.items()}


def _stored_value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def as_json(row: Mapping[str, Any] | None) -> str | None:
    """Return a row as the history keeps it."""
    return None if row is None else json.dumps(row, ensure_ascii=False)


@cache
def reader(kind: type[Record]) -> Callable[[Sequence[Any]], Record]:
    """Return a function that makes a record of a row; rows were validated when they were stored."""
    names = list(columns(kind))
    converters: dict[str, Callable[[Any], Any]] = {}
    for name, info in kind.model_fields.items():
        types = get_args(info.annotation) or (info.annotation,)
        if dt.date in types:
            converters[name] = dt.date.fromisoformat
        elif bool in types:
            converters[name] = bool

    def read(row: Sequence[Any]) -> Record:
        values = dict(zip(names, row, strict=True))
        for name, convert in converters.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return kind.model_construct(**values)

    return read


def stored_rows(db: sqlite_utils.Database, table: str, ids: Sequence[str]) -> dict[str, Row]:
    """Return the rows of some records, by id."""
    names = list(columns(RECORDS[table]))
    sql = f'SELECT {named(RECORDS[table])} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    cursor = db.conn.execute(sql, [json.dumps(ids)])
    return {row[names.index("id")]: dict(zip(names, row, strict=True)) for row in cursor}


def upsert(db: sqlite_utils.Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store rows, in place of those of the same ids; sqlite-utils would do it one by one."""
    names = list(columns(RECORDS[table]))
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    sql = (
        f'INSERT INTO "{table}" ({named(RECORDS[table])}) VALUES ({", ".join("?" * len(names))})'
        f" ON CONFLICT (id) DO UPDATE SET {updates}"
    )
    db.conn.executemany(sql, (tuple(row[name] for name in names) for row in rows))
