"""Old editions: a view that was published, without what may no longer be read in it.

A record that was marked for fewer people, kept back or erased since leaves the old editions too, with all that hangs
on it. The file is written anew from the rows that stay, so that nothing is left in free pages or in the index.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, public_id
from mapping.model import RECORDS, Audience, references
from mapping.safety.leak_scan import HiddenFacts, columns_in
from mapping.safety.redaction import PUBLISHED, VOCABULARIES, Row, Shown, project
from mapping.view.ready import is_ready, write_ready
from mapping.view.view import View
from mapping.view.writer import ViewContext, write_view

DAYS = ("tombstone", "modified")
OLD = "old edition: "


class Hidden:
    """What a directory hides from an audience on a day, by the ids and fields under which it was once published."""

    def __init__(self, directory: Directory, audience: Audience, day: dt.date) -> None:
        self.directory = directory
        self.tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        self.shown = shown = project(self.tables, audience, directory.rules(day), directory.agreed(audience))
        key = directory.key
        self.ids: set[str] = {public_id(key, identifier) for identifier in _erased(directory)}
        self.fields: dict[str, dict[str, Any]] = {}
        """Published id -> fields that are shown otherwise than the directory has them -> what is shown."""
        for table, names in PUBLISHED.items():
            if table in VOCABULARIES or table == "standard_summary":
                continue
            rows = {row["id"]: row for row in shown.get(table, ())}
            for record in self.tables[table]:
                identifier = public_id(key, record.id)
                row = rows.get(record.id)
                if row is None:
                    self.ids.add(identifier)
                elif fields := {name: row[name] for name in names if row[name] != getattr(record, name)}:
                    self.fields[identifier] = fields

    def refuse(self, rows: Shown) -> None:
        """Refuse rows of an old view if a text of theirs tells something that is hidden now.

        Raises
        ------
        UnsafePublication
            Naming the record and the field of each.
        """
        facts = HiddenFacts(self.directory.common_names())
        facts.add(self.tables, self.shown)
        facts.refuse(columns_in(rows), published=columns_in(self.shown), known_as=_of_old_edition)


def _of_old_edition(table: str, ids: Collection[str]) -> dict[str, str]:
    del table
    return {record: f"{OLD}{record}" for record in ids}


def without_hidden(old: Path, out: Path, hidden: Hidden, *, area: StudyArea | None) -> bool:
    """Write a view without what is hidden now; tell whether there was anything of it, else write nothing."""
    with View(old) as view:
        ids = _ids(view)
        otherwise = ids & hidden.fields.keys()
        if not ids & hidden.ids and not _kept(_rows(view, otherwise), hidden)[1]:
            return False  # and nobody waits for all of it to be read
        rows, _ = _kept(_rows(view), hidden)
        context = ViewContext(
            audience=view.audience, edition=view.edition, area=area, previous=None, licences=view.licences
        )
        write_view(rows, out, fields=PUBLISHED, context=context)
        there = {row["id"] for own in rows.values() for row in own}
        _copy_rest(view.connection, out, gone=_ids(view) - there)
        if is_ready(view):
            write_ready(out)
    return True


def rows_of(path: Path) -> Shown:
    """Return the rows of a view by table, as `mapping.safety.redaction.project` gives them."""
    with View(path) as view:
        return _rows(view)


def _kept(rows: Shown, hidden: Hidden) -> tuple[Shown, bool]:
    """Return the rows that stay, and whether that changes anything."""
    gone = new = {row["id"] for own in rows.values() for row in own} & hidden.ids
    while new := {row["id"] for table, own in rows.items() for row in _hanging(table, own, new)} - gone:
        gone = gone | new
    changed = bool(gone)
    if gone & {row["id"] for row in (*rows["organization"], *rows["service"])}:
        rows["standard_summary"] = []  # sums that counted it would tell its answers beside new ones
    for table, own in rows.items():
        rows[table] = [row for row in own if row["id"] not in gone]
        for row in rows[table]:
            for name, value in hidden.fields.get(row["id"], {}).items():
                if name in row and name not in references(RECORDS[table]) and row[name] not in (value, None):
                    row[name] = value
                    changed = True
    return rows, changed


def _hanging(table: str, rows: list[Row], gone: Collection[str]) -> list[Row]:
    """Return the rows of a table that name one of some others."""
    if not gone or table in VOCABULARIES:
        return []
    columns = (*references(RECORDS[table]), "link_id")
    return [row for row in rows if any(row.get(column) in gone for column in columns)]


def _rows(view: View, ids: Collection[str] | None = None) -> Shown:
    """Return the rows of a view, or those of some ids."""
    where, values = ("1", []) if ids is None else ("id IN (SELECT value FROM json_each(?))", [json.dumps([*ids])])
    rows: Shown = {}
    for table, names in PUBLISHED.items():
        dates = _dates(table)
        rows[table] = [
            {name: _date(row[name]) if name in dates else row[name] for name in ("id", *names)}
            for row in view.connection.execute(f'SELECT * FROM "{table}" WHERE {where} ORDER BY id', values)
        ]
    return rows


def _dates(table: str) -> set[str]:
    fields = RECORDS[table].model_fields
    return {name for name, field in fields.items() if dt.date in (get_args(field.annotation) or (field.annotation,))}


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _ids(view: View) -> set[str]:
    return {identifier for table in PUBLISHED for (identifier,) in view.connection.execute(f'SELECT id FROM "{table}"')}


def _copy_rest(old: sqlite3.Connection, out: Path, *, gone: Collection[str]) -> None:
    """Give a new file what the old one had besides records: days of change, travel times and the like."""
    with closing(sqlite3.connect(out, isolation_level=None)) as new:
        new.execute("PRAGMA journal_mode = off")
        new.execute("BEGIN")
        there = {name for (name,) in new.execute("SELECT name FROM sqlite_schema")}
        tables: Mapping[str, str] = dict(old.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
        made = {*there, "ready", "series"}  # ready records nest others, which may be gone; series are of an older index
        rest = {name: sql for name, sql in tables.items() if name not in made and not name.startswith("sqlite_")}
        for sql in rest.values():
            new.execute(sql)
        for name in DAYS:
            new.execute(f'DELETE FROM "{name}"')
        for name in (*rest, *DAYS):
            rows = [tuple(row) for row in old.execute(f'SELECT * FROM "{name}"')]
            stay = [row for row in rows if name == "tombstone" or not any(cell in gone for cell in row)]
            if stay:
                new.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(stay[0]))})', stay)
        new.execute("COMMIT")


def _erased(directory: Directory) -> set[str]:
    rows = directory.db.execute("SELECT DISTINCT record FROM history WHERE change = 'erased'")
    return {identifier for (identifier,) in rows}
