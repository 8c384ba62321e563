"""Ready records: the HSDS records that are asked for most, written into a view once, when it is published.

A record stands there in full and, where lists show it short, flat; in no language of its own, so with all its
translations. Whoever asks for it in one language, or in another form, has it made from the rows (`mapping.view.hsds`).
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Literal

from pydantic_core import to_json

from mapping.resources import CODE_DIGEST
from mapping.view import hsds
from mapping.view.view import View

Form = Literal["full", "flat"]

FORMS: dict[str, tuple[Form, ...]] = {"service": ("full", "flat")}
"""Table -> the forms that stand ready: those that are asked for most, and are long to make."""

TABLE = (
    "CREATE TABLE ready (number INTEGER PRIMARY KEY, entity TEXT NOT NULL, form TEXT NOT NULL, id TEXT NOT NULL,"
    " json BLOB NOT NULL) STRICT"
)
INDEX = "CREATE UNIQUE INDEX ready_record ON ready (entity, form, id)"

SHORT = 1000
"""Bytes up to which a record is stored as it is: little of it repeats, and it would take as long as making it."""


def dump(value: object) -> bytes:
    """Write JSON without blanks."""
    return to_json(value)


def _packed(text: bytes) -> bytes:
    return zlib.compress(text) if len(text) > SHORT else text


def _unpacked(content: bytes) -> bytes:
    return content if content.startswith(b"{") else zlib.decompress(content)


def write_ready(path: Path) -> None:
    """Write the ready records of a view into its file; nobody may be reading it."""
    made: dict[tuple[str, Form], list[tuple[str, str, str, bytes]]] = {}
    with View(path, mapped=False) as view:
        for table in filter(view.filled.__contains__, FORMS):
            ids = [record for (record,) in view.connection.execute(f'SELECT id FROM "{table}" ORDER BY id')]
            for identifier, *records in hsds.both_forms(view, table, ids):
                for form, record in zip(FORMS[table], records, strict=True):
                    row = (table, form, identifier, _packed(dump(record)))
                    made.setdefault((table, form), []).append(row)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = off")
        db.execute("PRAGMA synchronous = off")  # `publish` writes it anew, page after page
        db.execute("BEGIN")
        db.execute("INSERT OR REPLACE INTO edition VALUES ('ready', ?)", [maker()])
        db.execute(TABLE)
        for rows in made.values():
            db.executemany("INSERT INTO ready VALUES (NULL, ?, ?, ?, ?)", sorted(rows))
        db.execute(INDEX)
        db.execute("COMMIT")


def maker() -> str:
    """Return a text that is another wherever another code could make other records of the same rows."""
    return f"{CODE_DIGEST} {zlib.ZLIB_RUNTIME_VERSION}"


def ready_records(view: View, table: str, form: Form, ids: Iterable[str]) -> dict[str, bytes]:
    """Return the JSON of some records by id, as far as it stands ready."""
    query = "SELECT id, json FROM ready WHERE entity = ? AND form = ? AND id IN (SELECT value FROM json_each(?))"
    rows = view.connection.execute(query, [table, form, json.dumps(list(ids))])
    return {record: _unpacked(content) for record, content in rows}


def is_ready(view: View) -> bool:
    """Whether a view holds ready records: those that were published do, those made in a notebook do not."""
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ready'"
    return view.connection.execute(query).fetchone() is not None
