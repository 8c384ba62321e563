"""What changed between two editions of a view, worked out from the two files alone.

Whoever keeps a copy of what is published asks what is gone and what was changed since. The directory knows; but it
knows as well what nobody may see. So the new view is compared with the one that it replaces, and nothing else: a
record that was closed, merged, or taken out of the public leaves the same trace, its published id and a day.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from mapping.errors import InvalidRecord
from mapping.model import RECORDS, Audience, references
from mapping.safety.redaction import PUBLISHED, VOCABULARIES, Row

ENTITIES = (
    "taxonomy",
    "taxonomy_term",
    "organization",
    "service",
    "location",
    "service_at_location",
    "activity",
    "referral_agreement",
    "statement",
    "case_count",
)
"""Tables whose records are told as changed or gone; all others are parts of these."""

Key = tuple[str, str]
"""(table, published id)."""

Changes = dict[Key, dt.date]


def write_changes(
    connection: sqlite3.Connection,
    fields: Mapping[str, Sequence[str]],
    *,
    audience: Audience,
    edition: dt.date,
    previous: Path | None,
) -> None:
    """Write the tables ``tombstone`` (entity, id, gone_on) and ``modified`` (entity, id, modified_on) of a new view.

    Raises
    ------
    InvalidRecord
        The previous file is no view, or one for another audience, from whose records the new one must not tell.
    """
    ids = {(table, row[0]) for table in ENTITIES if table in fields for row in connection.execute(_ids(table))}
    gone: Changes = {}
    modified: Changes = dict.fromkeys(ids, edition)
    if previous is not None:
        old = _open(previous, audience)
        try:
            gone, modified = _compare(connection, old, fields, ids, edition)
        finally:
            old.close()
    for name, day, rows in (("tombstone", "gone_on", gone), ("modified", "modified_on", modified)):
        connection.execute(
            f'CREATE TABLE "{name}" (entity TEXT, id TEXT, {day} TEXT NOT NULL, PRIMARY KEY (entity, id))'
            " STRICT, WITHOUT ROWID"
        )
        connection.executemany(
            f'INSERT INTO "{name}" VALUES (?, ?, ?)',
            ((entity, one, day.isoformat()) for (entity, one), day in sorted(rows.items())),
        )


def _compare(
    new: sqlite3.Connection,
    old: sqlite3.Connection,
    fields: Mapping[str, Sequence[str]],
    ids: set[Key],
    edition: dt.date,
) -> tuple[Changes, Changes]:
    """Return what is gone, and when each record that is there was last changed."""
    common = {table: names for table in fields if (names := _columns(old, table) & _columns(new, table))}
    before, now = _digests(old, common), _digests(new, common)
    (day,) = old.execute("SELECT value FROM edition WHERE name = 'edition'").fetchone()
    earlier: Changes = dict.fromkeys((key for key in before if key[0] in ENTITIES), dt.date.fromisoformat(day))
    earlier |= _days(old, "modified", "modified_on")
    gone = {key: day for key, day in _days(old, "tombstone", "gone_on").items() if key not in ids}
    gone |= dict.fromkeys((key for key in earlier if key not in ids and key not in gone), edition)
    modified = {key: earlier[key] if before.get(key) == now.get(key) and key in earlier else edition for key in ids}
    return gone, modified


def _digests(connection: sqlite3.Connection, common: Mapping[str, set[str]]) -> dict[Key, int]:
    """Return for each record a number that changes with it, with its parts, and for a service with its places."""
    found: dict[Key, int] = defaultdict(int)
    ties: list[tuple[str, str | None, str | None]] = []
    for table, names in common.items():
        columns = sorted(names)
        refers = [(columns.index(name), parent) for name, parent in references(RECORDS[table]).items() if name in names]
        linked = [columns.index(name) for name in ("link_entity", "link_id") if name in names]
        where = columns.index("id")
        for row in connection.execute(f'SELECT {", ".join(map(_quoted, columns))} FROM "{table}"'):
            told = int.from_bytes(blake2b(repr((table, row)).encode(), digest_size=8).digest())
            if table in ENTITIES:
                found[table, row[where]] += told
                if table == "service_at_location":
                    ties.append((row[where], row[columns.index("service_id")], row[columns.index("location_id")]))
                continue
            owners = [(parent, row[place]) for place, parent in refers if parent in ENTITIES]
            if len(linked) == 2:
                owners.append((row[linked[0]], row[linked[1]]))
            for owner in owners:
                if owner[1] is not None and owner[0] in ENTITIES:
                    found[owner] += told
    for tie, service, place in ties:
        found["service_at_location", tie] += found.get(("location", place or ""), 0)
        if service:
            found["service", service] += found["service_at_location", tie]
    return found


def _open(path: Path, audience: Audience) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT value FROM edition WHERE name = 'audience'").fetchone()
        if row is None or row[0] != audience:
            raise InvalidRecord(f"{path}: is not a view for {audience}; name the view that this one replaces")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise InvalidRecord(f"{path}: is not a view ({error}); name the view that this one replaces") from error
    except InvalidRecord:
        connection.close()
        raise
    return connection


def _days(connection: sqlite3.Connection, table: str, day: str) -> Changes:
    """Return a table of days of an earlier view; views that were written before there was one have none."""
    if not _columns(connection, table):
        return {}
    rows = connection.execute(f'SELECT entity, id, {day} FROM "{table}"')
    return {(entity, one): dt.date.fromisoformat(on) for entity, one, on in rows}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}


def _ids(table: str) -> str:
    return f'SELECT id FROM "{table}"'


def _quoted(name: str) -> str:
    return f'"{name}"'


ENTRIES = (
    "organization",
    "service",
    "location",
    "activity",
    "referral_agreement",
    "statement",
    "case_count",
    "standard_summary",
)
"""Tables whose records are entries; all others are parts of these, but for the words they are described in."""

PARENTS = ("service_id", "location_id", "organization_id", "service_at_location_id", "contact_id", "phone_id")
"""To what a part belongs: the first of these that it names."""

NAMED = ("name", "text", "number", "address_1", "measure", "document", "standard", "role")
"""Fields that can stand for a record: the first that it has."""

UNTOLD = {"id", "link_id", "link_entity", *PARENTS}
"""Fields that only tie records together, and are told where they name an entry besides the one they belong to."""

Kind = Literal["new", "changed", "gone"]
Values = Mapping[tuple[str, str, str], str]
"""(table, id of the part, field) -> value."""


@dataclass(frozen=True)
class FieldChange:
    """A field of an entry or of a part of it, before and now; empty where there is none."""

    field: str
    before: str
    now: str

    @property
    def newly(self) -> bool:
        """Whether something can be read that could not be read before."""
        return bool(self.now)


@dataclass(frozen=True)
class EntryChange:
    """An entry that differs between two views."""

    kind: Kind
    table: str
    id: str
    name: str
    facts: tuple[FieldChange, ...]
    organization: str = ""
    """Name of the organization that it belongs to, if it belongs to one."""

    @property
    def key(self) -> str:
        """What names the item in a form."""
        return f"{self.table}:{self.id}"

    @property
    def newly(self) -> bool:
        """Whether readers of the new view learn something from it that the old one did not tell."""
        return any(fact.newly for fact in self.facts)


def compare(old: Path | None, new: Path) -> list[EntryChange]:
    """Return what differs between two views, by table and name; without an old one everything is new."""
    before = _entries(old) if old is not None else {}
    now = _entries(new)
    found: list[EntryChange] = []
    for key in {*before, *now}:
        was, is_ = before.get(key), now.get(key)
        if was != is_:
            kind: Kind = "new" if was is None else "gone" if is_ is None else "changed"
            entry = is_ or was or _Entry("", {})
            facts = tuple(_facts(was.values if was else {}, is_.values if is_ else {}))
            found.append(EntryChange(kind, *key, entry.name, facts, entry.organization))
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
    organization: str = ""


def _entries(view: Path) -> dict[Key, _Entry]:
    with closing(sqlite3.connect(f"{view.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        rows = {table: {row["id"]: row for row in _rows(db, table)} for table in PUBLISHED if table not in VOCABULARIES}
        terms = {row["id"]: row["name"] or row["code"] for row in _rows(db, "taxonomy_term")}
    names = {(table, record): _name(row) for table in ENTRIES for record, row in rows[table].items()}
    for row in rows["address"].values():  # most places have no name
        place = "location", row["location_id"]
        names[place] = names.get(place) or ", ".join(filter(None, (row["address_1"], row["city"])))
    organizations = {key: rows[key[0]][key[1]].get("organization_id") for key in names}
    for row in rows["service_at_location"].values():
        place = "location", row["location_id"]
        organizations[place] = organizations.get(place) or organizations.get(("service", row["service_id"]))
    values: dict[Key, dict[tuple[str, str, str], str]] = defaultdict(dict)
    for table, own in rows.items():
        parents = references(RECORDS[table])
        for record, row in own.items():
            owner = _owner(rows, table, record)
            if owner is not None:
                for field, value in row.items():
                    parent = parents.get(field, ""), value
                    if field == "taxonomy_term_id":
                        value = terms.get(value, value)
                    elif parent in names and parent != owner:  # another entry that it ties its own to
                        value = names[parent] or value
                    elif field in UNTOLD:
                        continue
                    if value not in (None, ""):
                        values[owner][table, record, field] = str(value)
    return {
        key: _Entry(name, values[key], names.get(("organization", organizations.get(key) or ""), ""))
        for key, name in names.items()
        if key[1] in rows[key[0]]
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


def _facts(before: Values, now: Values) -> Iterator[FieldChange]:
    """Yield the fields that differ; what merely moved to another record of the same kind does not."""
    gone = {key: value for key, value in before.items() if now.get(key) != value}
    come = {key: value for key, value in now.items() if before.get(key) != value}
    for key in sorted({*gone, *come}):
        table, _, field = key
        was, is_ = gone.get(key, ""), come.get(key, "")
        yield FieldChange(f"{table}.{field}", was, is_)
