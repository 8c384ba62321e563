"""Erasing a person's contact or a phone: out of the tables, the history and the bytes of the file."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlite_utils

from mapping.directory.rows import STORED, reader, stored_rows
from mapping.directory.writing import Writing
from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.model import RECORDS, references
from mapping.safety.leak_scan import FACT_FIELDS, HiddenFactFound, HiddenFacts, Leak

ERASABLE = ("contact", "phone")
"""Tables whose records are about a person."""


class StillTold(InvalidRecord):
    """Texts tell what is to be erased; ``leaks`` are all of them, for custodians alone."""

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = list(leaks)
        super().__init__(
            "a text still tells what is to be erased, and nothing was erased: once it is, nothing looks for it any "
            "more; custodians read in the staff portal which text it is"
        )


def erasable(db: sqlite_utils.Database, record: str) -> str:
    """Return the table of a record that can be erased.

    Raises
    ------
    NotFound
        No contact and no phone has this id, now or in the history.
    """
    query = 'SELECT DISTINCT "table" FROM history WHERE record = ?'
    known = {table for (table,) in db.conn.execute(query, [record])}
    known |= {table for (table,) in db.conn.execute("SELECT link_entity FROM proposal WHERE link_id = ?", [record])}
    table = next(
        (candidate for candidate in ERASABLE if candidate in known or stored_rows(db, candidate, [record])), None
    )
    if table is None:
        raise NotFound(f"{record}: is no contact and no phone; `rohnamo history` shows what an id belongs to")
    return table


def erase(writing: Writing, record: str) -> None:
    """Remove a record with what hangs on it, and what the history says of them; a line says that it was done.

    Raises
    ------
    NotFound
        As `erasable`.
    """
    db = writing.db
    table = erasable(db, record)
    for name, ids in reversed(_with_parts(db, table, record).items()):
        db.conn.executemany(f'DELETE FROM "{name}" WHERE id = ?', ((identifier,) for identifier in sorted(ids)))
        for identifier in sorted(ids):
            db.conn.execute('DELETE FROM history WHERE record = ? AND "table" = ?', [identifier, name])
            db.conn.execute(
                'INSERT INTO history (batch, "table", record, change) VALUES (?, ?, ?, ?)',
                [writing.number, name, identifier, "erased"],
            )
            for queue in ("shown", "waiting"):
                db.conn.execute(f'DELETE FROM {queue} WHERE record = ? AND "table" = ?', [identifier, name])
        if name in RECORDS:  # the directory's own notes are nothing that a steward counts
            writing.change.removed[name] += len(ids)


def require_untold(db: sqlite_utils.Database, record: str, *, common: Iterable[str]) -> None:
    """Require that no text of the directory tells what is to be erased, since nothing could look for it afterwards.

    What stands in another record as what it is, as a second entry of one person, is erased with that one. ``common`` as
    in `HiddenFacts`.

    Raises
    ------
    StillTold
        Some do.
    NotFound
        As `erasable`.
    """
    gone = _with_parts(db, erasable(db, record), record)
    facts = HiddenFacts(common)
    rows = {table: stored_rows(db, table, sorted(ids)) for table, ids in gone.items() if table in RECORDS}
    facts.add(
        {table: [reader(RECORDS[table])(list(row.values())) for row in own.values()] for table, own in rows.items()}, {}
    )

    def left(table: str, names: Sequence[str], without: Iterable[str] = ()) -> Iterable[tuple[Any, ...]]:
        columns = ", ".join("NULL" if name in without else f'"{name}"' for name in names)
        for row in db.conn.execute(f'SELECT id, {columns} FROM "{table}"'):
            if row[0] not in gone.get(table, ()):
                yield row[1:]

    def texts(table: str, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        kinds = FACT_FIELDS.get(table, {})
        rows = left(table, names, [name for name in names if kinds.get(name) in facts.hidden])
        if table != "translation":
            return rows
        of = left(table, ("link_entity", "field"))
        return (
            row
            for row, (entity, field) in zip(rows, of, strict=True)
            if FACT_FIELDS.get(entity, {}).get(field) not in facts.hidden
        )

    try:
        facts.refuse(texts, published=left)
    except HiddenFactFound as error:
        if leaks := [leak for leak in error.hits if leak.what in facts.hidden]:  # not a number of somebody else
            raise StillTold(leaks) from None


def _with_parts(db: sqlite_utils.Database, table: str, record: str) -> dict[str, set[str]]:
    ids_of: dict[str, set[str]] = {table: {record}}
    for child, kind in STORED.items():
        columns = [(column, ids_of[parent]) for column, parent in references(kind).items() if parent in ids_of]
        if "link_id" in kind.model_fields:
            columns.append(("link_id", {identifier for ids in ids_of.values() for identifier in ids}))
        for column, ids in columns:
            for identifier in ids:
                now = db.conn.execute(f'SELECT id FROM "{child}" WHERE "{column}" = ?', [identifier])
                before = db.conn.execute(
                    'SELECT record FROM history WHERE "table" = ? AND before IS NOT NULL'
                    f" AND json_extract(before, '$.{column}') = ?",
                    [child, identifier],
                )
                if hits := {identifier for (identifier,) in (*now.fetchall(), *before.fetchall())}:
                    ids_of.setdefault(child, set()).update(hits)
    # an entry that was proposed as a whole holds its numbers; it stays in the directory, what was proposed goes
    proposed = db.conn.execute(
        "SELECT id FROM proposal WHERE kind = 'new' AND instr(fields, ?)"
        " UNION SELECT record FROM history WHERE \"table\" = 'proposal' AND instr(coalesce(before, ''), ?)",
        [record, record],
    )
    if hits := {identifier for (identifier,) in proposed}:
        ids_of.setdefault("proposal", set()).update(hits)
    return ids_of


def empty_journal(db: sqlite_utils.Database) -> None:
    """Write the journal into the file and cut it to nothing; freed pages of the file are overwritten with zeros.

    Raises
    ------
    MappingError
        Another process still reads from the journal.
    """
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise MappingError(
            "the record is erased, but another process still reads an older state of the file: close it, and the "
            "journal is emptied when the last of them closes"
        )
