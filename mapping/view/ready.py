"""Ready records: the HSDS records that are asked for most, written into a view once, when it is published.

A record stands there in full and, where lists show it short, flat; in no language of its own, so with all its
translations. Whoever asks for it in one language, or in another form, has it made from the rows (`mapping.view.hsds`).
"""

import datetime as dt
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

from pydantic_core import to_json

from mapping import freshness
from mapping.model import WORDS
from mapping.resources import CODE_DIGEST
from mapping.view import hsds
from mapping.view.diff import OLD, TIES, attach, differing, hanging_together
from mapping.view.view import View

Form = Literal["full", "flat"]

FORMS: dict[str, tuple[Form, ...]] = {"service": ("full", "flat")}
"""Table -> the forms that stand ready: those that are asked for most, and are long to make."""

TABLE = (
    "CREATE TABLE {}.ready (number INTEGER PRIMARY KEY, entity TEXT NOT NULL, form TEXT NOT NULL, id TEXT NOT NULL,"
    " json BLOB NOT NULL) STRICT"
)
INDEX = "CREATE UNIQUE INDEX ready_record ON ready (entity, form, id)"

NESTED = {table: TIES[table] for table in (*hsds.MANY, *hsds.LEAVES, *hsds.LINKED)}
"""Table of which ready records are made -> its columns that name other rows of these."""

SHORT = 1000
"""Bytes up to which a record is stored as it is: little of it repeats, and it would take as long as making it."""


def dump(value: object) -> bytes:
    """Write JSON without blanks."""
    return to_json(value)


def _packed(text: bytes) -> bytes:
    return zlib.compress(text) if len(text) > SHORT else text


def _unpacked(content: bytes) -> bytes:
    return content if content.startswith(b"{") else zlib.decompress(content)


def write_ready(path: Path, *, previous: Path | None = None) -> None:
    """Write the ready records of a view into its file, which nobody may be reading.

    What a ``previous`` view holds of records that hang together with nothing that differs is taken over, where the
    same code made it. The file has the same bytes with and without.
    """
    beside = path.with_name(path.name + ".ready")
    try:
        with closing(sqlite3.connect(path.resolve().as_uri(), uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = off")
            db.execute("INSERT OR REPLACE INTO edition VALUES ('ready', ?)", [maker()])
            unlike = None
            if previous is not None:
                attach(db, previous)
                unlike = _unlike(db)
                if unlike is None:
                    db.execute(f"DETACH {OLD}")
            if unlike is None:
                db.execute(f"ATTACH ':memory:' AS {OLD}")
                db.execute(TABLE.format(OLD))
            with View(path) as view, closing(sqlite3.connect(beside, isolation_level=None)) as made:
                made.execute("PRAGMA journal_mode = off")
                made.execute("BEGIN")
                made.execute(TABLE.format("main"))
                made.executemany("INSERT INTO ready VALUES (NULL, ?, ?, ?, ?)", _records(view, unlike))
                made.execute(INDEX)
                made.execute("COMMIT")
            db.execute("ATTACH ? AS beside", [beside.resolve().as_uri()])
            db.execute("BEGIN")
            db.execute(TABLE.format("main"))
            for table, forms in FORMS.items():
                for form in forms:
                    db.execute(
                        "INSERT INTO main.ready SELECT NULL, :entity, :form, t.id, coalesce(made.json, taken.json)"
                        f' FROM main."{table}" t'
                        " LEFT JOIN beside.ready made ON (made.entity, made.form, made.id) = (:entity, :form, t.id)"
                        f" LEFT JOIN {OLD}.ready taken"
                        " ON (taken.entity, taken.form, taken.id) = (:entity, :form, t.id) ORDER BY t.id",
                        {"entity": table, "form": form},
                    )
            db.execute(INDEX)
            db.execute("COMMIT")
    finally:
        beside.unlink(missing_ok=True)


def rewrite_ready(path: Path, ids: set[str]) -> None:
    """Make the ready records of some ids anew in a view, which nobody may be reading; it has all of them."""
    with View(path) as view:
        records = [(text, *key) for *key, text in _records(view, ids)]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = off")
        db.execute("BEGIN")
        db.executemany("UPDATE ready SET json = ? WHERE entity = ? AND form = ? AND id = ?", records)
        db.execute("COMMIT")


def _records(view: View, ids: set[str] | None) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield (table, form, id, packed JSON) of some records, or of all."""
    filled = hsds.filled_tables(view)
    for table, forms in FORMS.items():
        wanted = None if ids is None else _there(view, table, ids)
        if table not in filled:
            continue
        for identifier, *made in hsds.both_forms(view, table, wanted):
            for form, record in zip(forms, made, strict=True):
                yield table, form, identifier, _packed(dump(record))


def _there(view: View, table: str, ids: set[str]) -> list[str]:
    """Return the ids that are those of rows of a table, in their order."""
    query = f'SELECT id FROM "{table}" WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id'
    return [identifier for (identifier,) in view.connection.execute(query, [json.dumps(sorted(ids))])]


def maker() -> str:
    """Return a text that is another wherever another code could make other records of the same rows."""
    return f"{CODE_DIGEST} {zlib.ZLIB_RUNTIME_VERSION}"


def _unlike(db: sqlite3.Connection) -> set[str] | None:
    """Return the ids of all that hangs together with what differs from the attached view; None where all may differ."""
    facts, schemas = (
        [dict(db.execute(query.format(schema))) for schema in ("main", OLD)]
        for query in ("SELECT name, value FROM {}.edition", "SELECT name, sql FROM {}.sqlite_schema")
    )
    days = [dt.date.fromisoformat(known.pop("edition")) for known in facts]
    for known in facts:
        known.pop("ground", None)  # minutes stand in no record
    if facts[0] != facts[1] or any(schemas[0].get(table) != schemas[1].get(table) for table in (*WORDS, *NESTED)):
        return None
    names = {table: [row[1] for row in db.execute(f'PRAGMA main.table_info("{table}")')] for table in schemas[0]}
    if any(True for table in WORDS for _ in differing(db, table, names[table])):
        return None
    unlike = {
        record
        for (record,) in db.execute(
            f"SELECT n.id FROM main.modified n LEFT JOIN {OLD}.modified o ON (o.entity, o.id) = (n.entity, n.id)"
            " WHERE o.modified_on IS NOT n.modified_on"
        )
    }
    for table, ties in NESTED.items():
        for row in differing(db, table, names[table]):
            if row.get("link_entity") in WORDS:
                return None
            unlike |= {row[name] for name in ("id", *ties)}
    unlike |= aged(db, days)
    return hanging_together(db, unlike, NESTED)


def aged(db: sqlite3.Connection, days: Sequence[dt.date]) -> set[str]:
    """Return the ids of records of a view of which a verification is judged otherwise on another of some days."""
    if len({*days}) == 1:
        return set()
    facts = db.execute("SELECT name, value FROM main.edition WHERE name IN ('due_days', 'lapsed_days')")
    limits = {name: int(value) for name, value in facts}
    rows = db.execute("SELECT link_id, verified_on, next_due FROM main.verification")
    return {
        record
        for record, on, due in rows
        if len({freshness.freshness(_day(on), _day(due), day, **limits) for day in days}) > 1
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def ready_records(view: View, table: str, form: Form, ids: Iterable[str]) -> dict[str, bytes]:
    """Return the JSON of some records by id, as far as it stands ready."""
    query = "SELECT id, json FROM ready WHERE entity = ? AND form = ? AND id IN (SELECT value FROM json_each(?))"
    rows = view.connection.execute(query, [table, form, json.dumps(list(ids))])
    return {record: _unpacked(content) for record, content in rows}


def is_ready(view: View) -> bool:
    """Whether a view holds ready records: those that were published do, those made in a notebook do not."""
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ready'"
    return view.connection.execute(query).fetchone() is not None
