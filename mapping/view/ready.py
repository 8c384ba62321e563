"""Ready records: the HSDS records that are asked for most, written into a view once, when it is published.

A record stands there in full and, where lists show it short, flat; in no language of its own, so with all its
translations. Whoever asks for it in one language, or in another form, has it made from the rows (`mapping.view.hsds`).
"""

import datetime as dt
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal, Self

from pydantic_core import to_json

from mapping import freshness
from mapping.apart import Helper, Shared, file_beside
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


APART = 10_000
"""Records that are made while a second process begins: of fewer it would make none."""

Block = tuple[str, Sequence[str]]
"""Records of a table that are to be made together: their ids, in their order."""

SIZE = 500
"""Records of a block, but for the last."""


def dump(value: object) -> bytes:
    """Write JSON without blanks."""
    return to_json(value)


def _packed(text: bytes) -> bytes:
    return zlib.compress(text) if len(text) > SHORT else text


def _unpacked(content: bytes) -> bytes:
    return content if content.startswith(b"{") else zlib.decompress(content)


def write_ready(path: Path, *, previous: Path | None = None) -> None:
    """Write the ready records of a view into its file, as `ReadyRecords` does; nobody may be reading it."""
    with Helper() as helper, ReadyRecords(helper, previous) as ready:
        ready.write(path)


class ReadyRecords:
    """Ready records of a view, of many of them as many by a ``helper`` as that gets to meanwhile.

    What a ``previous`` view holds of records that hang together with nothing that differs is taken over, where the
    same code made it. The file has the same bytes with and without, and whether one process made them or two.
    """

    def __init__(self, helper: Helper, previous: Path | None = None) -> None:
        self.helper = helper
        self.previous = previous
        self._files = ExitStack()
        self._rows: Path | None = None
        """What the records are made of: a view, or a copy of one."""
        self._apart = Path()
        """What the other process makes."""
        self._blocks: Shared[Block] = Shared(())
        self._takes_over = False

    def __enter__(self) -> Self:
        """Return itself; what it writes beside the view is gone at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the files."""
        self._files.close()

    def begin(self, path: Path) -> None:
        """Tell what is to be made of a view that stays as it is, and let another process begin where it is much."""
        self._rows, unlike = path, None
        self._apart = file_beside(path, "apart", self._files)
        with View(path, mapped=False) as view:
            if self.previous is not None:
                attach(view.connection, self.previous)
                unlike = _unlike(view.connection)
                self._takes_over = unlike is not None
            blocks = _wanted(view, unlike)
        self._blocks = Shared(blocks)
        if sum(len(ids) for _, ids in blocks) > APART:
            self._blocks = self.helper.share(blocks, make_apart, path, self._apart)

    def write(self, path: Path) -> None:
        """Make what is left, and write all records into the view, which has the rows that it was begun with."""
        if self._rows is None:
            self.begin(path)
        besides = self._made()
        with closing(sqlite3.connect(path.resolve().as_uri(), uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = off")
            db.execute("PRAGMA synchronous = off")  # `publish` writes it anew, page after page
            db.execute("INSERT OR REPLACE INTO edition VALUES ('ready', ?)", [maker()])
            if self.previous is not None and self._takes_over:
                attach(db, self.previous)
            else:
                db.execute(f"ATTACH ':memory:' AS {OLD}")
                db.execute(TABLE.format(OLD))
            schemas = ("made_here", "made_apart", OLD)
            for schema, beside in zip(schemas, besides, strict=False):
                db.execute(f"ATTACH ? AS {schema}", [beside.resolve().as_uri()])
            made = ", ".join(f"{schema}.json" for schema in schemas)
            joins = " ".join(
                f"LEFT JOIN {schema}.ready {schema}"
                f" ON ({schema}.entity, {schema}.form, {schema}.id) = (:entity, :form, t.id)"
                for schema in schemas
            )
            db.execute("BEGIN")
            db.execute(TABLE.format("main"))
            for table, forms in FORMS.items():
                for form in forms:
                    db.execute(
                        f"INSERT INTO main.ready SELECT NULL, :entity, :form, t.id, coalesce({made})"
                        f' FROM main."{table}" t {joins} ORDER BY t.id',
                        {"entity": table, "form": form},
                    )
            db.execute(INDEX)
            db.execute("COMMIT")

    def _made(self) -> tuple[Path, Path]:
        """Make what the other process has not taken on, or could not make; return the files that hold all records."""
        rows = self._rows or Path()
        here, apart = file_beside(rows, "here", self._files), self._apart
        _make(rows, here, self._blocks)
        if self._blocks.outcome() is None:
            apart.write_bytes(b"")
            _make(rows, apart, self._blocks)
        return here, apart


def _make(path: Path, beside: Path, blocks: Iterable[Block]) -> None:
    """Make ready records of a view, and write them into a new file."""
    with View(path, mapped=False) as view, closing(sqlite3.connect(beside, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = off")
        made.execute("PRAGMA synchronous = off")
        made.execute("BEGIN")
        made.execute(TABLE.format("main"))
        made.executemany("INSERT INTO ready VALUES (NULL, ?, ?, ?, ?)", _records(view, blocks))
        made.execute(INDEX)
        made.execute("COMMIT")


def make_apart(blocks: Iterable[Block], path: Path, beside: Path) -> None:
    """Make ready records of blocks of a view, as a process of its own does that is told them."""
    _make(path, beside, blocks)


def _records(view: View, blocks: Iterable[Block]) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield (table, form, id, packed JSON) of some records."""
    for table, own in groupby(blocks, itemgetter(0)):
        for identifier, *made in hsds.both_forms(view, table, chain.from_iterable(ids for _, ids in own)):
            for form, record in zip(FORMS[table], made, strict=True):
                yield table, form, identifier, _packed(dump(record))


def _wanted(view: View, ids: set[str] | None) -> list[Block]:
    """Return those of some ids that are of rows of the tables that stand ready, or of all of them."""
    where, values = ("", []) if ids is None else ("WHERE id IN (SELECT value FROM json_each(?))", [json.dumps([*ids])])
    blocks: list[Block] = []
    for table in filter(hsds.filled_tables(view).__contains__, FORMS):
        query = f'SELECT id FROM "{table}" {where} ORDER BY id'
        records = [record for (record,) in view.connection.execute(query, values)]
        blocks += [(table, records[first : first + SIZE]) for first in range(0, len(records), SIZE)]
    return blocks


def maker() -> str:
    """Return a text that is another wherever another code could make other records of the same rows."""
    return f"{CODE_DIGEST} {zlib.ZLIB_RUNTIME_VERSION}"


def _unlike(db: sqlite3.Connection) -> set[str] | None:
    """Return the ids of all that hangs together with what differs from the attached view; None where all may differ."""
    facts, schemas = (
        [dict(db.execute(query.format(schema))) for schema in ("main", OLD)]
        for query in ("SELECT name, value FROM {}.edition", "SELECT name, sql FROM {}.sqlite_schema")
    )
    facts[0]["ready"] = maker()
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


def ready_numbers(view: View, table: str, form: Form) -> range:
    """Return the number of each record of a table that stands ready, in the order of their ids.

    Raises
    ------
    ValueError
        They do not stand one after the other.
    """
    query = "SELECT min(number), max(number), count(*) FROM ready WHERE entity = ? AND form = ?"
    first, last, size = view.connection.execute(query, [table, form]).fetchone()
    if size and last - first + 1 != size:
        raise ValueError(f"ready records of {table} do not stand one after the other")
    return range(first, last + 1) if size else range(0)


def ready_in_row(view: View, numbers: Sequence[int]) -> list[bytes]:
    """Return the JSON of the ready records of some numbers, in their order."""
    query = "SELECT number, ready.json FROM json_each(?) CROSS JOIN ready ON number = value"
    contents = dict(view.connection.execute(query, [str(list(numbers))]))
    return [_unpacked(contents[number]) for number in numbers]


def is_ready(view: View) -> bool:
    """Whether a view holds ready records: those that were published do, those made in a notebook do not."""
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ready'"
    return view.connection.execute(query).fetchone() is not None
