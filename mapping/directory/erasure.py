"""Erasing a person's contact or a phone: out of the tables, the history and the bytes of the file."""

import sqlite_utils

from mapping.directory.rows import STORED, stored_rows
from mapping.directory.writing import Writing
from mapping.errors import MappingError, NotFound
from mapping.model import references

ERASABLE = ("contact", "phone")
"""Tables whose records are about a person."""


def erase(writing: Writing, record: str) -> None:
    """Remove a record with what hangs on it, and what the history says of them; a line says that it was done.

    Raises
    ------
    NotFound
        No contact and no phone has this id, now or in the history.
    """
    db = writing.db
    query = 'SELECT DISTINCT "table" FROM history WHERE record = ?'
    known = {table for (table,) in db.conn.execute(query, [record])}
    known |= {table for (table,) in db.conn.execute("SELECT link_entity FROM proposal WHERE link_id = ?", [record])}
    table = next((one for one in ERASABLE if one in known or stored_rows(db, one, [record])), None)
    if table is None:
        raise NotFound(f"{record}: is no contact and no phone; `rohnamo history` shows what an id belongs to")
    for name, ids in reversed(_with_parts(writing, table, record).items()):
        db.conn.executemany(f'DELETE FROM "{name}" WHERE id = ?', ((one,) for one in sorted(ids)))
        for one in sorted(ids):
            db.conn.execute('DELETE FROM history WHERE record = ? AND "table" = ?', [one, name])
            db.conn.execute(
                'INSERT INTO history (batch, "table", record, change) VALUES (?, ?, ?, ?)',
                [writing.number, name, one, "erased"],
            )
            for kept in ("shown", "waiting"):
                db.conn.execute(f'DELETE FROM {kept} WHERE record = ? AND "table" = ?', [one, name])
        writing.change.removed[name] += len(ids)


def _with_parts(writing: Writing, table: str, record: str) -> dict[str, set[str]]:
    """Return a record and what refers to it, now or as the history tells, by table; owners come first."""
    found: dict[str, set[str]] = {table: {record}}
    for child, kind in STORED.items():
        columns = [(column, found[parent]) for column, parent in references(kind).items() if parent in found]
        if "link_id" in kind.model_fields:
            columns.append(("link_id", {one for ids in found.values() for one in ids}))
        for column, ids in columns:
            for one in ids:
                now = writing.db.conn.execute(f'SELECT id FROM "{child}" WHERE "{column}" = ?', [one])
                before = writing.db.conn.execute(
                    'SELECT record FROM history WHERE "table" = ? AND before IS NOT NULL'
                    f" AND json_extract(before, '$.{column}') = ?",
                    [child, one],
                )
                if hits := {each for (each,) in (*now.fetchall(), *before.fetchall())}:
                    found.setdefault(child, set()).update(hits)
    # an entry that was proposed as a whole holds its numbers; it stays in the directory, what was proposed goes
    proposed = writing.db.conn.execute(
        "SELECT id FROM proposal WHERE kind = 'new' AND instr(fields, ?)"
        " UNION SELECT record FROM history WHERE \"table\" = 'proposal' AND instr(coalesce(before, ''), ?)",
        [record, record],
    )
    if hits := {each for (each,) in proposed}:
        found.setdefault("proposal", set()).update(hits)
    return found


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
