"""Erasing a person's contact or a phone: out of the tables, the history and the bytes of the file."""

import sqlite_utils

from mapping.directory import watching
from mapping.directory.rows import STORED, stored_rows
from mapping.directory.writing import Writing
from mapping.errors import MappingError, NotFound
from mapping.model import RECORDS, references

ERASABLE = ("contact", "phone")
"""Tables whose records are about a person."""


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
    for name, ids in reversed(_with_parts(writing, table, record).items()):
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
    watching.forget(db)  # a warning to the steward tells a number


def _with_parts(writing: Writing, table: str, record: str) -> dict[str, set[str]]:
    """Return a record and what refers to it, now or as the history tells, by table; owners come first."""
    ids_of: dict[str, set[str]] = {table: {record}}
    for child, kind in STORED.items():
        columns = [(column, ids_of[parent]) for column, parent in references(kind).items() if parent in ids_of]
        if "link_id" in kind.model_fields:
            columns.append(("link_id", {identifier for ids in ids_of.values() for identifier in ids}))
        for column, ids in columns:
            for identifier in ids:
                now = writing.db.conn.execute(f'SELECT id FROM "{child}" WHERE "{column}" = ?', [identifier])
                before = writing.db.conn.execute(
                    'SELECT record FROM history WHERE "table" = ? AND before IS NOT NULL'
                    f" AND json_extract(before, '$.{column}') = ?",
                    [child, identifier],
                )
                if hits := {identifier for (identifier,) in (*now.fetchall(), *before.fetchall())}:
                    ids_of.setdefault(child, set()).update(hits)
    # an entry that was proposed as a whole holds its numbers; it stays in the directory, what was proposed goes
    proposed = writing.db.conn.execute(
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
