"""Taking back what a batch did, from the history."""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlite_utils

from mapping.directory.rows import STORED, Row, stored_rows
from mapping.directory.writing import Writing
from mapping.errors import InvalidRecord, NotFound
from mapping.model import RECORDS, references


@dataclass(frozen=True)
class BatchLine:
    """One batch of the history: who brought what and when, what it did, and which batch undid it, if one did."""

    number: int
    on: dt.date
    by: str
    file: str
    reason: str | None = None
    added: int = 0
    changed: int = 0
    removed: int = 0
    undone_by: "BatchLine | None" = None
    tables: Counter[str] = field(default_factory=Counter)
    """Table -> lines of history."""


def batches(db: sqlite_utils.Database) -> list[BatchLine]:
    """Return every batch, oldest first."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    tables: dict[int, Counter[str]] = defaultdict(Counter)
    query = 'SELECT batch, "table", change, count(*) FROM history GROUP BY batch, "table", change'
    for number, table, change, count in db.conn.execute(query):
        if table in RECORDS:  # the directory's own notes are nothing that a steward counts
            counts[number][change] += count
            tables[number][table] += count
    off = undone(db)
    rows = db.conn.execute('SELECT number, "on", "by", file, reason FROM batch ORDER BY number DESC')
    lines: dict[int, BatchLine] = {}
    for number, on, by, file, reason in rows:
        lines[number] = BatchLine(
            number,
            dt.date.fromisoformat(on),
            by,
            file,
            reason,
            counts[number]["added"],
            counts[number]["changed"],
            counts[number]["removed"] + counts[number]["erased"],
            lines.get(off.get(number, 0)),
            tables[number],
        )
    return [*reversed(lines.values())]


def undone(db: sqlite_utils.Database) -> dict[int, int]:
    """Return the batches that no longer count: those that were undone, by what undid them.

    An undoing that was itself undone undid nothing.
    """
    off: dict[int, int] = {}
    for number, undoes in db.conn.execute(
        "SELECT number, undoes FROM batch WHERE undoes IS NOT NULL ORDER BY number DESC"
    ):
        if number not in off:
            off[undoes] = number
    return off


def undoable(db: sqlite_utils.Database, batch: int | None) -> int:
    """Return the number of the batch to undo, by default the last that changed anything and still counts.

    Raises
    ------
    NotFound
        There is no such batch, or none left.
    InvalidRecord
        It was undone already.
    """
    off = undone(db)
    if batch is None:
        query = "SELECT DISTINCT h.batch FROM history h JOIN batch b ON b.number = h.batch WHERE b.undoes IS NULL"
        numbers = [number for (number,) in db.conn.execute(query) if number not in off]
        if not numbers:
            raise NotFound("there is nothing to undo: no batch changed anything that was not undone")
        return int(max(numbers))
    if not db.conn.execute("SELECT 1 FROM batch WHERE number = ?", [batch]).fetchone():
        raise NotFound(f"there is no batch {batch}; `rohnamo undo --list` shows them")
    if batch in off:
        raise InvalidRecord(f"batch {batch} was undone by batch {off[batch]}; undo that one to have it back")
    return batch


def undo(writing: Writing, batch: int) -> None:
    """Bring every record that a batch changed back to what it was before.

    Raises
    ------
    InvalidRecord
        Later batches changed the same records or refer to them, or what was there before was erased.
    """
    db = writing.db
    writing.ends_consents = False  # what the batch did to agreements stands in the history as well
    _refuse_changed_since(writing, batch)
    before: dict[str, dict[str, Row | None]] = defaultdict(dict)
    query = 'SELECT "table", record, change, before FROM history WHERE batch = ? ORDER BY number'
    for table, record, change, row in db.conn.execute(query, [batch]):
        if change == "erased":
            raise InvalidRecord(f"batch {batch} erased a person's data; nothing was kept from which it could come back")
        if record not in before[table]:
            before[table][record] = json.loads(row) if row else None
    for table in STORED:
        rows = {record: whole_row(table, row) for record, row in before.get(table, {}).items() if row is not None}
        if rows:
            writing.put(table, rows)
    gone = {table: [identifier for identifier, row in before.get(table, {}).items() if row is None] for table in STORED}
    for table in ("source", "taxonomy", "taxonomy_term", "unit"):  # words that later batches use stay
        gone[table] = [identifier for identifier in gone[table] if identifier not in _used(db, table, gone)]
    for table in reversed(STORED):
        writing.remove(table, gone[table])
    for table, ids in gone.items():
        if table in RECORDS:
            _refuse_orphans(writing, table, ids, batch)


def _used(db: sqlite_utils.Database, table: str, gone: Mapping[str, list[str]]) -> set[str]:
    """Return which of a table's records others refer to, besides those that go with them."""
    used: set[str] = set()
    for child, column in _referring(table):
        if column != "link_id":
            query = f'SELECT DISTINCT "{column}" FROM "{child}" WHERE id NOT IN (SELECT value FROM json_each(?))'
            used |= {identifier for (identifier,) in db.conn.execute(query, [json.dumps(gone[child])])}
    return used


def whole_row(table: str, row: Row) -> Row:
    """Return a row of the history with the columns that records have gained since."""
    return {
        name: row[name] if name in row else None if info.is_required() else info.get_default()
        for name, info in STORED[table].model_fields.items()
    }


def _refuse_changed_since(writing: Writing, batch: int) -> None:
    off = undone(writing.db)
    query = (
        'SELECT l.batch, count(DISTINCT l."table" || l.record), min(l."table"), min(l.record) FROM history h'
        ' JOIN history l ON l.record = h.record AND l."table" = h."table" AND l.batch > h.batch'
        " WHERE h.batch = ? GROUP BY l.batch ORDER BY l.batch DESC"
    )
    later = [row for row in writing.db.conn.execute(query, [batch]) if row[0] not in (*off, *off.values())]
    later = [row for row in later if row[0] != writing.number]
    if later:
        counts = [
            f"batch {number} ({_file(writing.db, number)}) changed {count} of its records"
            for number, count, *_ in later
        ]
        named = _called(writing.db, later[0][2], later[0][3])
        raise InvalidRecord(
            f"batch {batch} cannot be undone: {_few(counts)}, such as {named}; undo these first, beginning with the "
            "last"
        )


def _refuse_orphans(writing: Writing, table: str, ids: Iterable[str], batch: int) -> None:
    wanted = json.dumps(list(ids))
    if wanted == "[]":
        return
    for child, column in _referring(table):
        match = f'link_entity = "{table}" AND ' if column == "link_id" else ""
        match = match.replace('"', "'")
        query = f'SELECT id FROM "{child}" WHERE {match}"{column}" IN (SELECT value FROM json_each(?)) ORDER BY id'
        left = [identifier for (identifier,) in writing.db.conn.execute(query, [wanted])]
        if left:
            (number,) = writing.db.conn.execute(
                'SELECT max(batch) FROM history WHERE record = ? AND "table" = ?', [left[0], child]
            ).fetchone()
            raise InvalidRecord(
                f"batch {batch} cannot be undone: {len(left)} records of {child} belong to what it brought, such as "
                f"{_called(writing.db, child, left[0])} of batch {number} ({_file(writing.db, number)}); "
                "undo that first"
            )


def _referring(table: str) -> Iterator[tuple[str, str]]:
    for child, kind in RECORDS.items():
        yield from ((child, column) for column, parent in references(kind).items() if parent == table)
        if "link_id" in kind.model_fields:
            yield child, "link_id"


def _file(db: sqlite_utils.Database, number: Any) -> str:
    row = db.conn.execute("SELECT file FROM batch WHERE number = ?", [number]).fetchone()
    return str(row[0]) if row else "unknown"


def _called(db: sqlite_utils.Database, table: str, record: str) -> str:
    row = stored_rows(db, table, [record]).get(record, {})
    name = row.get("name") or row.get("number") or row.get("city")
    return f"{table} {name!r} ({record})" if name else f"{table} {record}"


def _few(counts: list[str]) -> str:
    return "; ".join(counts[:5]) + (f"; and {len(counts) - 5} more" if len(counts) > 5 else "")
