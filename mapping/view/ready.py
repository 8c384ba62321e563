"""Ready records: the HSDS records that are asked for most, written into a view once, when it is published.

A record stands there in full and, where lists show it short, flat; in no language of its own, so with all its
translations. Whoever asks for it in one language, or in another form, has it made from the rows (`mapping.view.hsds`).
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

from mapping.view import hsds
from mapping.view.view import View

Form = Literal["full", "flat"]

FORMS: dict[str, tuple[Form, ...]] = {
    "service": ("full", "flat"),
    "organization": ("full", "flat"),
    "service_at_location": ("flat",),
    "location": ("full", "flat"),
}
"""Table -> the forms that stand ready: those that are asked for most, and are long to make."""

TABLE = "CREATE TABLE ready (entity TEXT, form TEXT, id TEXT, json BLOB, PRIMARY KEY (entity, form, id))"


def dump(value: object) -> bytes:
    """Write JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write_ready(path: Path) -> None:
    """Write the ready records of a view into its file, which nobody may be reading."""
    beside = path.with_name(path.name + ".ready")
    try:
        with View(path) as view, closing(sqlite3.connect(beside, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = off")
            connection.execute(f"{TABLE} STRICT, WITHOUT ROWID")
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO ready VALUES (?, ?, ?, ?)", _records(view))
            connection.execute("COMMIT")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = off")
            connection.execute("ATTACH ? AS beside", [str(beside)])
            connection.execute(f"{TABLE} STRICT, WITHOUT ROWID")
            connection.execute("INSERT INTO ready SELECT * FROM beside.ready ORDER BY entity, form, id")
    finally:
        beside.unlink(missing_ok=True)


def _records(view: View) -> Iterator[tuple[str, str, str, bytes]]:
    filled = hsds.filled_tables(view)
    for table, forms in FORMS.items():
        for form in forms if table in filled else ():
            for record in hsds.records(view, table, full=form == "full"):
                yield table, form, record["id"], zlib.compress(dump(record))


def ready_records(view: View, table: str, form: Form, ids: Iterable[str]) -> dict[str, bytes]:
    """Return the JSON of some records by id, as far as it stands ready."""
    query = "SELECT id, json FROM ready WHERE entity = ? AND form = ? AND id IN (SELECT value FROM json_each(?))"
    rows = view.connection.execute(query, [table, form, json.dumps(list(ids))])
    return {record: zlib.decompress(text) for record, text in rows}


def is_ready(view: View) -> bool:
    """Whether a view holds ready records: those that were published do, those made in a notebook do not."""
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ready'"
    return view.connection.execute(query).fetchone() is not None
