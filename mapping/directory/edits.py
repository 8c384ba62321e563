"""What a batch changes of entries that are known, as a person counts and names it, with numbers and addresses."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache, cached_property
from typing import Any, NamedTuple

import sqlite_utils

from mapping.directory.conflicts import TOGETHER
from mapping.directory.rows import Row, stored_rows
from mapping.language.i18n import Message
from mapping.model import ENTRIES, PARTS, RECORDS, columns, references

ADDRESS = ("address_1", "address_2", "city")
NAMED: dict[str, tuple[tuple[Message, tuple[str, ...]], ...]] = {
    "phone": ((Message("Number"), ("number", "extension")),),
    "address": ((Message("Address"), ADDRESS),),
    "url": ((Message("Web page"), ("url",)),),
    "schedule": ((Message("Hours"), ("byday", "opens_at", "closes_at", "description")),),
    "organization": ((Message("Mail address"), ("email",)), (Message("Web page"), ("website",))),
    "service": (
        (Message("Status"), ("status",)),
        (Message("Mail address"), ("email",)),
        (Message("Web page"), ("url",)),
    ),
}
"""Table -> what of it is named when it changes, and the fields in which that stands."""

OWNERS = ("service_id", "organization_id", "location_id", "service_at_location_id", "contact_id", "phone_id")
"""Fields by which a part says whose it is, those first that tell most of it."""

ONE_THING = (*TOGETHER, ADDRESS)
"""Fields of which none is kept from before where another says something new."""


Key = tuple[str, str]
"""(table, id)."""


POSITIONS = ("given", "place", "unit", "none")
"""What the point of a place is taken from, the closest first."""


class ContactChange(NamedTuple):
    """Something that changed of an entry: its name, what it is, and how it stood and stands, empty where it is not."""

    of: str
    what: Message
    before: str
    now: str

    def into(self, language: str) -> str:
        """Say it in one line."""
        return f"{self.of}: {self.what.into(language)}: {self.before or '–'} → {self.now or '–'}"


@cache
def owner_names(table: str) -> tuple[str, ...]:
    """Return the fields that tell whose a part is and which of its things, such as its name in a language."""
    own = columns(RECORDS[table])
    if table == "service_at_location":
        return ("service_id",)
    return tuple(name for name in (*OWNERS, "link_entity", "link_id", "link_type", "field", "language") if name in own)


def kept_where_empty(row: Row, old: Mapping[str, Any]) -> list[str]:
    """Fill what a row leaves empty with what stood there; return the fields. What says a thing anew says all of it."""
    empty = {name for name, value in row.items() if value in (None, "") and old.get(name) not in (None, "")}
    for group in ONE_THING:
        own = [name for name in group if name in row]
        if "position_basis" in own and _is_told_less_closely(row, old):
            row |= {name: old[name] for name in own}
        elif any(row[name] not in (None, "", old.get(name)) for name in own):
            empty -= {*own}
    row |= {name: old[name] for name in empty}
    return sorted(empty)


def _is_told_less_closely(row: Row, old: Mapping[str, Any]) -> bool:
    """Tell whether a place is in the same unit as before, and its point no longer as close."""
    if "position_basis" not in old or row["area_unit"] not in (None, old.get("area_unit")):
        return False
    return POSITIONS.index(row["position_basis"]) > POSITIONS.index(old["position_basis"])


class Edits:
    """What the batch of a number changed, worked out from the history."""

    def __init__(self, db: sqlite_utils.Database, number: int) -> None:
        self.db = db
        self.number = number

    def entries(self) -> Counter[str]:
        """Return how many entries that were there before it changed, with their parts: table -> entries."""
        return Counter(table for table, _ in self._owned)

    def named(self) -> list[ContactChange]:
        """Return each number, address, status and the like that it changed, by the names of their entries."""
        edits = []
        for (table, record), rows in self._owned.items():
            texts: dict[Message, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
            for part, before, now in rows:
                for what, fields in NAMED.get(part, ()):
                    for side, row in zip(texts[what], (before, now), strict=True):
                        side.append(_text(row, fields))
            sides = {
                what: tuple("; ".join(sorted(filter(None, {*side}))) for side in both) for what, both in texts.items()
            }
            of = self._name(table, record)
            edits += [ContactChange(of, what, *both) for what, both in sides.items() if both[0] != both[1]]
        return sorted(edits, key=lambda edit: edit.of)

    def emptied(self, kept: Iterable[tuple[str, Row, Collection[str]]]) -> list[ContactChange]:
        """Return what a list leaves empty and what stays: table, row as it was, the fields in question."""
        edits = []
        for table, row, names in kept:
            owner = self._owner(table, row)
            for what, fields in NAMED.get(table, ()):
                if owner and (table in PARTS or {*fields} & {*names}) and (text := _text(row, fields)):
                    edits.append(ContactChange(self._name(*owner), what, text, text))
        return edits

    @cached_property
    def _owned(self) -> dict[Key, list[tuple[str, Row | None, Row | None]]]:
        first: dict[Key, Row | None] = {}
        tables = json.dumps([*ENTRIES, *sorted(PARTS)])
        query = (
            'SELECT "table", record, before FROM history WHERE batch = ?'
            ' AND "table" IN (SELECT value FROM json_each(?)) ORDER BY number'
        )
        for table, record, before in self.db.conn.execute(query, [self.number, tables]):
            first.setdefault((table, record), json.loads(before) if before else None)
        owned = defaultdict[Key, list[tuple[str, Row | None, Row | None]]](list)
        for table in (*ENTRIES, *PARTS):
            ids = [record for name, record in first if name == table]
            now = stored_rows(self.db, table, ids) if ids else {}
            for record in ids:
                before, row = first[table, record], now.get(record)
                owner = self._owner(table, row or before or {})
                if owner and before != row and first.get(owner, before or {}) is not None:
                    owned[owner].append((table, before, row))
        return owned

    def _owner(self, table: str, row: Row) -> Key | None:
        if table in ENTRIES:
            return table, row["id"]
        parents = references(RECORDS[table])
        owner = next(((parents[name], row[name]) for name in OWNERS if row.get(name)), None)
        if owner is None and row.get("link_id"):
            owner = row["link_entity"], row["link_id"]
        if owner is None or owner[0] in ENTRIES:
            return owner
        above = stored_rows(self.db, owner[0], [owner[1]]).get(owner[1]) if owner[0] in PARTS else None
        return self._owner(owner[0], above) if above else None

    def _name(self, table: str, record: str) -> str:
        row = stored_rows(self.db, table, [record]).get(record, {})
        body = row.get("organization_id")
        above = stored_rows(self.db, "organization", [body]).get(body, {}) if body else {}
        return ": ".join(filter(None, (above.get("name"), row.get("name")))) or table


def _text(row: Row | None, fields: Iterable[str]) -> str:
    return ", ".join(str(row[name]) for name in fields if row[name]) if row else ""
