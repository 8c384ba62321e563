"""Directory: the private SQLite file. Batches go in whole or not at all; ``view`` is the only way out."""

import datetime as dt
import hashlib
import hmac
import json
import secrets
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self, get_args

import sqlite_utils
from sqlite_utils.migrations import Migrations

from mapping import model
from mapping.area import StudyArea
from mapping.batch import Batch
from mapping.errors import InvalidRecord, NotFound
from mapping.model import NAMESPACE, RECORDS, Audience, Record, record_id, references, strictest
from mapping.safety import Rules, TypeRule, project
from mapping.taxonomy import Taxonomy, Term
from mapping.view import View, write_view

migrations = Migrations("rohnamo")

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "busy_timeout": 5000,
}
"""What each connection to the private file must run under; checked every time it is opened."""


@migrations()
def create_tables(db: sqlite_utils.Database) -> None:
    """Make a table for each kind of record, and the history of every change."""
    for name, kind in RECORDS.items():
        db[name].create(
            {field_name: _sql_type(info.annotation) for field_name, info in kind.model_fields.items()},
            pk="id",
            foreign_keys=[(column, parent, "id") for column, parent in references(kind).items()],
            not_null={"id"},
        )
        for column in (*references(kind), *(c for c in ("link_id",) if c in kind.model_fields)):
            db[name].create_index([column])
    db["history"].create(
        {
            "number": int, "table": str, "record": str, "change": str, "before": str, "after": str, "by": str,
            "on": str, "batch": str,
        },
        pk="number",
        not_null={"table", "record", "change", "by", "on"},
    )  # fmt: skip
    db["history"].create_index(["record"])


@dataclass(frozen=True)
class Change:
    """What adding a batch did, or would do: table -> number of records."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Say it in one line."""
        counts = (("new", self.added), ("changed", self.changed), ("as before", self.unchanged))
        return ", ".join(f"{sum(counter.values())} {word}" for word, counter in counts)


class Directory:
    """The private directory of a study area, in one SQLite file.

    Parameters
    ----------
    path
        The file; it is created with its tables when it is not there.
    area
        The study area it belongs to: it decides which unit an area-only place is shown under. Without one,
        area-only places are listed without a unit.

    Examples
    --------
    >>> directory = Directory(getfixture("tmp_path") / "directory.db")
    >>> directory.count("service")
    0
    """

    def __init__(self, path: str | Path, area: StudyArea | None = None) -> None:
        self.path = Path(path)
        self.area = area
        try:
            self.db = sqlite_utils.Database(sqlite3.connect(self.path, isolation_level=None))
            self._set_pragmas()
            migrations.apply(self.db)
            self._seed()
        except sqlite3.Error as error:
            raise InvalidRecord(
                f"{self.path}: cannot be opened as a directory ({error}); check the path and the rights of its folder"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self.db.conn.close()

    def __enter__(self) -> Self:
        """Use the directory in a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it at the end of the block."""
        self.close()

    def add(self, batch: Batch, *, by: str = "import", on: dt.date, dry_run: bool = False) -> Change:
        """Store a batch, whole or not at all; known records are brought up to date by their id.

        An audience may be raised by a batch, never lowered. Every change is kept in the history with ``by`` and ``on``.

        Raises
        ------
        InvalidRecord
            When a record refers to one that is neither here nor in the batch. The directory is as it was.
        """
        change = Change()
        with self._transaction(keep=not dry_run):
            for record in _in_order([batch.source, *batch.records]):
                self._put(record, change, by=by, on=on, batch=batch.file)
            self._check_references(batch)
        return change

    def count(self, table: str) -> int:
        """Return how many records a table has."""
        return int(self.db[self._known(table)].count)

    def records(self, table: str) -> list[Record]:
        """Return the records of a table, in the order of their ids."""
        kind = RECORDS[self._known(table)]
        return [kind.model_construct(**_from_row(kind, row)) for row in self.db[table].rows_where(order_by="id")]

    def record(self, table: str, record_id: str) -> Record:
        """Return one record.

        Raises
        ------
        NotFound
            When there is none.
        """
        row = next(self.db[self._known(table)].rows_where("id = ?", [record_id]), None)
        if row is None:
            raise NotFound(f"{table} {record_id}: there is no such record; it may have been merged or removed")
        return RECORDS[table].model_construct(**_from_row(RECORDS[table], row))

    def history(self, record_id: str) -> list[dict[str, Any]]:
        """Return the changes of a record, oldest first: who, when, before and after."""
        rows = self.db["history"].rows_where("record = ?", [record_id], order_by="number")
        return [
            row | {side: json.loads(row[side]) if row[side] else None for side in ("before", "after")} for row in rows
        ]

    @property
    def key(self) -> bytes:
        """The secret from which published ids are made; it lies beside the file and never leaves it."""
        path = self.path.with_suffix(".key")
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return bytes.fromhex(path.read_text().strip())

    def view(self, audience: Audience, path: str | Path, *, edition: dt.date) -> View:
        """Write what an audience may see into a new SQLite file, and open it.

        Raises
        ------
        UnsafePublication
            For an audience without a view, and where a text to be published names something hidden.
        """
        tables = {table: self.records(table) for table in RECORDS}
        shown = project(tables, audience, self.rules(edition))
        key = self.key
        ids = {record.id: public_id(key, record.id) for records in shown.values() for record in records}
        write_view(shown, ids, path, audience=audience, edition=edition)
        return View(path)

    def rules(self, today: dt.date) -> Rules:
        """Return what the projection must know besides the records."""
        area = self.area
        types, sensitive = {}, set()
        terms = {r.id: getattr(r, "code") for r in self.records("taxonomy_term")}  # noqa: B009
        for taxonomy in ("service_types", "beneficiaries"):
            known = {term.code: term for term in Taxonomy.load(taxonomy).terms()}
            for record_id, code in terms.items():
                if (term := known.get(code)) is None:
                    continue
                if taxonomy == "service_types":
                    types[record_id] = TypeRule(term.audience, term.precision)
                elif term.sensitive and (area is None or code not in area.settings.sensitive_allowed):
                    sensitive.add(record_id)
        unit_to_show = area.area_unit_for_publication if area else lambda _unit: None
        return Rules(today=today, types=types, sensitive=sensitive, unit_to_show=unit_to_show)

    def _seed(self) -> None:
        """Store the terms that come with Rohnamo, or bring them up to date."""
        with self._transaction(keep=True):
            for record in vocabulary():
                if self.db[record.table].count_where("id = ?", [record.id]) == 0:
                    self.db[record.table].insert(_to_row(record))

    def _set_pragmas(self) -> None:
        for name, wanted in PRAGMAS.items():
            self.db.execute(f"PRAGMA {name} = {wanted}")
            (found,) = self.db.execute(f"PRAGMA {name}").fetchone()
            if found != wanted:
                raise InvalidRecord(f"{self.path}: SQLite runs with {name} = {found}, not {wanted}; use a local disk")

    @contextmanager
    def _transaction(self, *, keep: bool) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("PRAGMA defer_foreign_keys = 1")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT" if keep else "ROLLBACK")

    def _known(self, table: str) -> str:
        if table not in RECORDS:
            raise NotFound(f"{table!r} is not a table; the tables are {', '.join(RECORDS)}")
        return table

    def _put(self, record: Record, change: Change, *, by: str, on: dt.date, batch: str) -> None:
        table = record.table
        before = next(self.db[table].rows_where("id = ?", [record.id]), None)
        after = _to_row(record)
        if before is not None and "audience" in before:
            after["audience"] = strictest(before["audience"], after["audience"])
        if before == after:
            change.unchanged[table] += 1
            return
        (change.added if before is None else change.changed)[table] += 1
        self.db[table].upsert(after, pk="id")
        self.db["history"].insert(
            {
                "table": table, "record": record.id, "change": "added" if before is None else "changed",
                "before": json.dumps(before, ensure_ascii=False) if before else None,
                "after": json.dumps(after, ensure_ascii=False), "by": by, "on": on.isoformat(), "batch": batch,
            }
        )  # fmt: skip

    def _check_references(self, batch: Batch) -> None:
        broken = list(self.db.execute("PRAGMA foreign_key_check").fetchall())
        if broken:
            places = ", ".join(f"{table} -> {parent}" for table, _, parent, _ in broken[:5])
            raise InvalidRecord(
                f"{batch.file}: {len(broken)} records refer to records that do not exist ({places}); nothing was stored"
            )


VOCABULARIES = ("service_types", "beneficiaries", "standards")
"""Taxonomies that every directory holds."""


@cache
def vocabulary() -> tuple[Record, ...]:
    """Return the taxonomies that come with Rohnamo, their terms, and the labels of these in other languages."""
    records: list[Record] = []
    for name in VOCABULARIES:
        taxonomy = model.Taxonomy(id=record_id("rohnamo", "taxonomy", name), name=name, description="Rohnamo")
        terms = [_term_record(term, taxonomy.id) for term in Taxonomy.load(name).terms()]
        records += [taxonomy, *terms]
        for record, term in zip(terms, Taxonomy.load(name).terms(), strict=True):
            for language, text in term.labels.items():
                if language != "en":
                    records.append(
                        model.Translation(
                            id=record_id("rohnamo", "translation", name, term.code, language), link_id=record.id,
                            link_entity="taxonomy_term", field="name", language=language, text=text,
                        )
                    )  # fmt: skip
    return tuple(records)


def _term_record(term: Term, taxonomy_id: str) -> model.TaxonomyTerm:
    return model.TaxonomyTerm(
        id=record_id("rohnamo", "taxonomy_term", term.taxonomy, term.code), code=term.code,
        name=str(term.label("en")), description=term.definition, taxonomy=term.taxonomy, language="en",
        parent_id=record_id("rohnamo", "taxonomy_term", term.taxonomy, term.parent) if term.parent else None,
        taxonomy_id=taxonomy_id,
    )  # fmt: skip


def public_id(key: bytes, record_id: str) -> str:
    """Return the published id of a record: it stays the same and tells nothing of the private one."""
    return str(uuid.uuid5(NAMESPACE, hmac.new(key, record_id.encode(), hashlib.sha256).hexdigest()))


def _in_order(records: Iterable[Record]) -> list[Record]:
    """Sort records so that none comes before one it refers to; within a table, parents first."""
    order = {table: place for place, table in enumerate(RECORDS)}
    return sorted(records, key=lambda record: order[record.table])


def _sql_type(annotation: object) -> type:
    kinds = {kind for kind in get_args(annotation) or (annotation,)} - {type(None)}
    if kinds & {float}:
        return float
    if kinds & {int, bool}:
        return int
    return str


def _to_row(record: Record) -> dict[str, Any]:
    return record.model_dump(mode="json")


def _from_row(kind: type[Record], row: dict[str, Any]) -> dict[str, Any]:
    """Bring a row back to the types of its record; rows were validated when they were stored."""
    record = dict(row)
    for name, info in kind.model_fields.items():
        types = get_args(info.annotation) or (info.annotation,)
        if row[name] is not None and dt.date in types:
            record[name] = dt.date.fromisoformat(row[name])
        elif row[name] is not None and bool in types:
            record[name] = bool(row[name])
    return record
