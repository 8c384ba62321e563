"""What changed between two editions of a view, worked out from the two files alone.

Whoever keeps a copy of what is published asks what is gone and what was changed since. The directory knows; but it
knows as well what nobody may see. So the new view is compared with the one that it replaces, and nothing else: a
record that was closed, merged, or taken out of the public leaves the same trace, its published id and a day.
"""

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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

DAYS_OF = {"tombstone": "gone_on", "modified": "modified_on"}
"""Tables of a view that tell when a record went, or was last changed: their column."""

OLD = "previous"
"""The name under which the view that another replaces is attached."""


def write_changes(
    connection: sqlite3.Connection,
    tables: Sequence[str],
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
    for name, day in DAYS_OF.items():
        connection.execute(
            f'CREATE TABLE "{name}" (entity TEXT, id TEXT, {day} TEXT NOT NULL, PRIMARY KEY (entity, id))'
            " STRICT, WITHOUT ROWID"
        )
    entities = sorted(table for table in ENTITIES if table in tables)
    if previous is None:
        for table in entities:
            query = f'INSERT INTO main.modified SELECT ?, id, ? FROM main."{table}" ORDER BY id'
            connection.execute(query, [table, edition.isoformat()])
    else:
        with _attached(connection, previous, audience):
            _compare(connection, tables, entities, edition)


def _compare(db: sqlite3.Connection, tables: Sequence[str], entities: Sequence[str], edition: dt.date) -> None:
    """Write what is gone since the attached view, and when each record that is there was last changed."""
    db.execute("CREATE TEMP TABLE differs (entity TEXT, id TEXT, PRIMARY KEY (entity, id)) WITHOUT ROWID")
    db.executemany("INSERT INTO temp.differs VALUES (?, ?)", _changed(db, tables))
    for name, day in DAYS_OF.items():  # views that were written before there were such tables have none
        there = f'SELECT entity, id, {day} FROM {OLD}."{name}"' if _columns(db, name, OLD) else "SELECT 1, 1, 1 WHERE 0"
        db.execute(f'CREATE TEMP TABLE "old_{name}" (entity TEXT, id TEXT, day TEXT, PRIMARY KEY (entity, id))')
        db.execute(f'INSERT INTO temp."old_{name}" {there}')
    (day,) = db.execute(f"SELECT value FROM {OLD}.edition WHERE name = 'edition'").fetchone()
    for table in ENTITIES:
        if _columns(db, table, OLD):
            there = f'SELECT ?, id, ? FROM {OLD}."{table}" WHERE 1 ON CONFLICT DO NOTHING'
            db.execute(f"INSERT INTO temp.old_modified {there}", [table, day])
    values = {"edition": edition.isoformat()}
    for table in entities:
        is_old = f'EXISTS (SELECT 1 FROM {OLD}."{table}" WHERE id = n.id)' if _columns(db, table, OLD) else "0"
        db.execute(
            f"INSERT INTO main.modified SELECT :table, n.id, iif(d.id IS NULL AND {is_old}, o.day, :edition)"
            f' FROM main."{table}" n LEFT JOIN temp.differs d ON (d.entity, d.id) = (:table, n.id)'
            " LEFT JOIN temp.old_modified o ON (o.entity, o.id) = (:table, n.id) ORDER BY n.id",
            values | {"table": table},
        )
    db.execute(
        "INSERT INTO main.tombstone SELECT entity, id, day FROM (SELECT entity, id, day FROM temp.old_tombstone"
        " UNION ALL SELECT entity, id, :edition FROM temp.old_modified o WHERE NOT EXISTS"
        " (SELECT 1 FROM temp.old_tombstone t WHERE (t.entity, t.id) = (o.entity, o.id))) gone WHERE NOT EXISTS"
        " (SELECT 1 FROM main.modified m WHERE (m.entity, m.id) = (gone.entity, gone.id)) ORDER BY entity, id",
        values,
    )
    for name in ("differs", *(f"old_{name}" for name in DAYS_OF)):
        db.execute(f'DROP TABLE temp."{name}"')


def _changed(db: sqlite3.Connection, tables: Sequence[str]) -> set[Key]:
    """Return the records that differ from the attached view, by themselves, by a part, or a service by its places."""
    changed: set[Key] = set()
    for table in tables:
        names = sorted(_columns(db, table, OLD) & _columns(db, table))
        for row in differing(db, table, names) if names else ():
            changed |= {owner for owner in _owners(table, row) if owner[0] in ENTITIES}
    return changed | _at_places(db, changed)


def _at_places(db: sqlite3.Connection, changed: set[Key]) -> set[Key]:
    """Return the services of which a place changed, with what ties them to it."""
    query = (
        "SELECT id, service_id FROM {}.service_at_location WHERE location_id IN (SELECT value FROM json_each(:ids))"
        " OR id IN (SELECT value FROM json_each(:ids))"
    )
    ids = json.dumps([record for table, record in changed if table in ("location", "service_at_location")])
    ties = [
        line
        for schema in (("main", OLD) if _columns(db, "service_at_location", OLD) else ())
        for line in db.execute(query.format(schema), {"ids": ids})
    ]
    return {key for tie, service in ties for key in (("service_at_location", tie), ("service", service))}


def _owners(table: str, row: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the records that a row is a part of, or itself where it is a record."""
    if table in ENTITIES:
        yield table, row["id"]
        return
    for name, parent in references(RECORDS[table]).items():
        if row.get(name):
            yield parent, row[name]
    if row.get("link_id") and row.get("link_entity"):
        yield row["link_entity"], row["link_id"]


def differing(db: sqlite3.Connection, table: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that are not the same in the attached view: as they are, and as they were."""
    row = ", ".join(f'n."{name}"' for name in names)
    other = ", ".join(f'o."{name}"' for name in names)
    for here, there in (("main", OLD), (OLD, "main")):
        cursor = db.execute(
            f'SELECT {row} FROM {here}."{table}" n LEFT JOIN {there}."{table}" o ON o.id = n.id'
            f" WHERE o.id IS NULL OR ({row}) IS NOT ({other})"
        )
        for values in cursor:
            yield dict(zip(names, values, strict=True))


@contextmanager
def _attached(connection: sqlite3.Connection, path: Path, audience: Audience) -> Iterator[None]:
    """Attach the view that another replaces, for reading."""
    try:
        connection.execute(f"ATTACH ? AS {OLD}", [f"{path.resolve().as_uri()}?mode=ro"])
        row = connection.execute(f"SELECT value FROM {OLD}.edition WHERE name = 'audience'").fetchone()
    except sqlite3.DatabaseError as error:
        raise InvalidRecord(f"{path}: is not a view ({error}); name the view that this one replaces") from error
    if row is None or row[0] != audience:
        raise InvalidRecord(f"{path}: is not a view for {audience}; name the view that this one replaces")
    yield


def _columns(db: sqlite3.Connection, table: str, schema: str = "main") -> set[str]:
    return {row[1] for row in db.execute(f'PRAGMA {schema}.table_info("{table}")')}


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

SAID = [table for table in PUBLISHED if table not in VOCABULARIES]
"""Tables whose rows say something of entries."""

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
    changes: list[EntryChange] = []
    for key in {*before, *now}:
        was, is_ = before.get(key), now.get(key)
        if was != is_:
            kind: Kind = "new" if was is None else "gone" if is_ is None else "changed"
            entry = is_ or was or _Entry("", {})
            facts = tuple(_facts(was.values if was else {}, is_.values if is_ else {}))
            changes.append(EntryChange(kind, *key, entry.name, facts, entry.organization))
    order = {table: at for at, table in enumerate(ENTRIES)}
    return sorted(changes, key=lambda item: (order[item.table], item.name.casefold(), item.id))


def entries(view: Path) -> set[Key]:
    """Return the entries of a view."""
    with closing(sqlite3.connect(f"{view.resolve().as_uri()}?mode=ro", uri=True)) as db:
        return {
            (table, row[0])
            for table in ENTRIES
            if _columns(db, table)
            for row in db.execute(f'SELECT id FROM "{table}"')
        }


def edition_day(view: Path) -> dt.date:
    """Return the day of a view's edition; of one that another version of this program wrote, too."""
    with closing(sqlite3.connect(f"{view.resolve().as_uri()}?mode=ro", uri=True)) as db:
        (day,) = db.execute("SELECT value FROM edition WHERE name = 'edition'").fetchone()
    return dt.date.fromisoformat(day)


@dataclass(frozen=True)
class _Entry:
    """An entry with all that belongs to it."""

    name: str
    values: Values
    organization: str = ""


_Tables = Mapping[str, Mapping[str, dict[str, Any]]]
"""Table -> id -> row."""


def _names(rows: _Tables) -> dict[Key, str]:
    """Return what entries are called; most places have no name, and are called by their address."""
    names = {(table, record): _name(row) for table in ENTRIES for record, row in rows[table].items()}
    for row in rows["address"].values():
        place = "location", row["location_id"]
        names[place] = names.get(place) or ", ".join(filter(None, (row["address_1"], row["city"])))
    return names


def _values(
    rows: _Tables, names: Mapping[Key, str], terms: Mapping[str, str]
) -> Iterator[tuple[Key, tuple[str, str, str], str]]:
    """Yield what each record says of its entry: the entry, (table, id, field), and the value as it is shown."""
    for table, own in rows.items():
        parents = references(RECORDS[table])
        for record, row in own.items():
            owner = _owner(rows, table, record)
            for field, value in row.items() if owner is not None else ():
                parent = parents.get(field, ""), value
                if field == "taxonomy_term_id":
                    value = terms.get(value, value)
                elif parent in names and parent != owner:  # another entry that it ties its own to
                    value = names[parent] or value
                elif field in UNTOLD:
                    continue
                if owner is not None and value not in (None, ""):
                    yield owner, (table, record, field), str(value)


def _entries(view: Path) -> dict[Key, _Entry]:
    """Return the entries of a view."""
    with closing(sqlite3.connect(f"{view.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        rows = {table: {row["id"]: row for row in _rows(db, table)} for table in SAID}
        terms = {row["id"]: row["name"] or row["code"] for row in _rows(db, "taxonomy_term")}
    names = _names(rows)
    organizations = {key: rows[key[0]][key[1]].get("organization_id") for key in names}
    for row in rows["service_at_location"].values():
        place = "location", row["location_id"]
        organizations[place] = organizations.get(place) or organizations.get(("service", row["service_id"]))
    values: dict[Key, dict[tuple[str, str, str], str]] = defaultdict(dict)
    for owner, field, value in _values(rows, names, terms):
        values[owner][field] = value
    return {
        key: _Entry(name, values[key], names.get(("organization", organizations.get(key) or ""), ""))
        for key, name in names.items()
        if key[1] in rows[key[0]]
    }


def _rows(db: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')] if _columns(db, table) else []


def _owner(rows: Mapping[str, Mapping[str, Row]], table: str, identifier: str) -> Key | None:
    """Return the entry that a record belongs to, itself if it is one."""
    for _ in range(5):  # a text of a phone of a person of a service at a place
        if table in ENTRIES:
            return table, identifier
        row = rows.get(table, {}).get(identifier)
        if row is None:
            return None
        refers = references(RECORDS[table])
        held = next((field for field in PARENTS if field in refers and row.get(field)), None)
        if held is not None:
            table, identifier = refers[held], row[held]
        elif row.get("link_id"):
            table, identifier = row["link_entity"], row["link_id"]
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
