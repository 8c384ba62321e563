"""Comparison of two views: which entries are new, changed or gone, field by field, and what nobody could read before.

An entry is a body, a service, a place, or another record that stands for itself; what belongs to it (phones, hours,
addresses, texts in other languages) is told with it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mapping.model import RECORDS, references
from mapping.safety import PUBLISHED, VOCABULARIES, Row

ENTRIES = (
    "organization", "service", "location", "activity", "referral_agreement", "statement", "case_count",
    "standard_summary",
)  # fmt: skip
"""Tables whose records are entries; all others are parts of these, but for the words they are described in."""

PARENTS = ("service_id", "location_id", "organization_id", "service_at_location_id", "contact_id", "phone_id")
"""To what a part belongs: the first of these that it names."""

NAMED = ("name", "text", "number", "address_1", "measure", "document", "standard", "role")
"""Fields that can stand for a record: the first that it has."""

UNTOLD = {"id", "link_id", "link_entity", *PARENTS}
"""Fields that only tie records together."""

Kind = Literal["new", "changed", "gone"]
Key = tuple[str, str]
"""(table, published id)."""

Values = Mapping[tuple[str, str, str], str]
"""(table, id of the part, field) -> value."""


@dataclass(frozen=True)
class Fact:
    """A field of an entry or of a part of it, before and now; empty where there is none."""

    field: str
    before: str
    now: str

    @property
    def newly(self) -> bool:
        """Whether something can be read that could not be read before."""
        return bool(self.now)


@dataclass(frozen=True)
class Item:
    """An entry that differs between two views."""

    kind: Kind
    table: str
    id: str
    name: str
    facts: tuple[Fact, ...]

    @property
    def key(self) -> str:
        """What names the item in a form."""
        return f"{self.table}:{self.id}"

    @property
    def newly(self) -> bool:
        """Whether readers of the new view learn something from it that the old one did not tell."""
        return any(fact.newly for fact in self.facts)


def compare(old: Path | None, new: Path) -> list[Item]:
    """Return what differs between two views, by table and name; without an old one everything is new."""
    before = _entries(old) if old is not None else {}
    now = _entries(new)
    found: list[Item] = []
    for key in {*before, *now}:
        was, is_ = before.get(key), now.get(key)
        if was != is_:
            kind: Kind = "new" if was is None else "gone" if is_ is None else "changed"
            name = (is_ or was or _Entry("", {})).name
            found.append(Item(kind, *key, name, tuple(_facts(was.values if was else {}, is_.values if is_ else {}))))
    order = {table: at for at, table in enumerate(ENTRIES)}
    return sorted(found, key=lambda item: (order[item.table], item.name.casefold(), item.id))


def entries(view: Path) -> set[Key]:
    """Return the entries of a view."""
    return set(_entries(view))


@dataclass(frozen=True)
class _Entry:
    """An entry with all that belongs to it."""

    name: str
    values: Values


def _entries(view: Path) -> dict[Key, _Entry]:
    with closing(sqlite3.connect(f"{view.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        rows = {table: {row["id"]: row for row in _rows(db, table)} for table in PUBLISHED if table not in VOCABULARIES}
        terms = {row["id"]: row["name"] or row["code"] for row in _rows(db, "taxonomy_term")}
    values: dict[Key, dict[tuple[str, str, str], str]] = defaultdict(dict)
    for table, own in rows.items():
        for one, row in own.items():
            owner = _owner(rows, table, one)
            if owner is not None:
                for field, value in row.items():
                    if field not in UNTOLD and value not in (None, ""):
                        told = terms.get(value, value) if field == "taxonomy_term_id" else value
                        values[owner][table, one, field] = str(told)
    return {
        (table, one): _Entry(_name(row), values[table, one])
        for table, own in rows.items()
        if table in ENTRIES
        for one, row in own.items()
    }


def _rows(db: sqlite3.Connection, table: str) -> list[Row]:
    there = db.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [table]).fetchone()
    return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')] if there else []


def _owner(rows: Mapping[str, Mapping[str, Row]], table: str, one: str) -> Key | None:
    """Return the entry that a record belongs to, itself if it is one."""
    for _ in range(5):  # a text of a phone of a person of a service at a place
        if table in ENTRIES:
            return table, one
        row = rows.get(table, {}).get(one)
        if row is None:
            return None
        refers = references(RECORDS[table])
        held = next((field for field in PARENTS if field in refers and row.get(field)), None)
        if held is not None:
            table, one = refers[held], row[held]
        elif row.get("link_id"):
            table, one = row["link_entity"], row["link_id"]
        else:
            return None
    return None


def _name(row: Row) -> str:
    return next((str(row[field]) for field in NAMED if row.get(field)), "")


def _facts(before: Values, now: Values) -> Iterator[Fact]:
    """Yield the fields that differ; what merely moved to another record of the same kind does not."""
    gone = {key: value for key, value in before.items() if now.get(key) != value}
    come = {key: value for key, value in now.items() if before.get(key) != value}
    for key in sorted({*gone, *come}):
        table, _, field = key
        was, is_ = gone.get(key, ""), come.get(key, "")
        yield Fact(f"{table}.{field}", was, is_)
