"""What changed between two editions of a view, worked out from the two files alone.

Whoever keeps a copy of what is published asks what is gone and what was changed since. The directory knows; but it
knows as well what nobody may see. So the new view is compared with the one that it replaces, and nothing else: a
record that was closed, merged, or taken out of the public leaves the same trace, its published id and a day.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
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

Tables = Mapping[str, Mapping[str, Row]]
"""Table -> id -> row."""


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
    today, entities = edition.isoformat(), [table for table in ENTITIES if table in tables]
    if previous is None:
        ids = {table: connection.execute(f'SELECT id FROM "{table}"').fetchall() for table in entities}
        modified: dict[Key, str | None] = {(table, row[0]): today for table in entities for row in ids[table]}
        gone: dict[Key, str | None] = {}
    else:
        now, (before, day, days) = _tables(connection, tables), _of_view(previous, tables, audience)
        changed = _changed(before, now)
        was: dict[Key, str | None] = {(table, record): day for table in ENTITIES for record in before.get(table, ())}
        was |= days["modified"]
        modified = {
            (table, record): was.get((table, record)) if record in before[table] and key not in changed else today
            for table in entities
            for record in now[table]
            for key in [(table, record)]
        }
        gone = {**dict.fromkeys(was, today), **days["tombstone"]}
        gone = {key: on for key, on in gone.items() if key not in modified}
    for name, days_of in {"tombstone": gone, "modified": modified}.items():
        connection.execute(
            f'CREATE TABLE "{name}" (entity TEXT, id TEXT, {DAYS_OF[name]} TEXT NOT NULL, PRIMARY KEY (entity, id))'
            " STRICT, WITHOUT ROWID"
        )
        lines = ((*key, on) for key, on in sorted(days_of.items()))
        connection.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?)', lines)


def _of_view(
    path: Path, tables: Sequence[str], audience: Audience
) -> tuple[Tables, str, dict[str, dict[Key, str | None]]]:
    """Return the rows of the view that another replaces, its day, and the days of `DAYS_OF` that it tells."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            facts = dict(db.execute("SELECT name, value FROM edition"))
            days = {name: {(row[0], row[1]): row[2] for row in _lines(db, name)} for name in DAYS_OF}
            rows = _tables(db, tables)
    except sqlite3.DatabaseError as error:
        raise InvalidRecord(f"{path}: is not a view ({error}); name the view that this one replaces") from error
    if facts.get("audience") != audience:
        raise InvalidRecord(f"{path}: is not a view for {audience}; name the view that this one replaces")
    return rows, facts["edition"], days


def _changed(before: Tables, now: Tables) -> set[Key]:
    """Return the records that differ between two views, by themselves, by a part, or a service by its places."""
    changed: set[Key] = set()
    for table in now:
        some_before, some_now = (next(iter(rows[table].values()), {}) for rows in (before, now))
        new = some_now.keys() ^ some_before.keys() if some_now and some_before else set()  # columns that one has alone
        for record in before[table].keys() | now[table].keys():
            rows = [own[table][record] for own in (before, now) if record in own[table]]
            plain = [{name: row[name] for name in row if name not in new} for row in rows] if new else rows
            if len(rows) == 1 or plain[0] != plain[1]:
                changed |= {owner for row in rows for owner in _owners(table, row) if owner[0] in ENTITIES}
    for rows_of in (before, now):
        for tie, row in rows_of["service_at_location"].items():
            if ("location", row["location_id"]) in changed or ("service_at_location", tie) in changed:
                changed |= {("service_at_location", tie), ("service", row["service_id"])}
    return changed


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


def _lines(db: sqlite3.Connection, table: str) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a table; none where there is no such table, as in a view of an earlier version."""
    known = db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", [table]).fetchone()
    return db.execute(f'SELECT * FROM "{table}"') if known else ()


def _tables(db: sqlite3.Connection, tables: Iterable[str]) -> dict[str, dict[str, Row]]:
    """Return the rows of some tables by id."""
    rows: dict[str, dict[str, Row]] = {}
    for table in tables:
        names = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
        found = (dict(zip(names, line, strict=True)) for line in _lines(db, table))
        rows[table] = {row["id"]: row for row in found}
    return rows


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
        return {(table, record) for table, rows in _tables(db, ENTRIES).items() for record in rows}


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


def _names(rows: Tables) -> dict[Key, str]:
    """Return what entries are called; most places have no name, and are called by their address."""
    names = {(table, record): _name(row) for table in ENTRIES for record, row in rows[table].items()}
    for row in rows["address"].values():
        place = "location", row["location_id"]
        names[place] = names.get(place) or ", ".join(filter(None, (row["address_1"], row["city"])))
    return names


def _values(
    rows: Tables, names: Mapping[Key, str], terms: Mapping[str, str]
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
        rows = _tables(db, [*SAID, "taxonomy_term"])
    terms = {record: row["name"] or row["code"] for record, row in rows.pop("taxonomy_term").items()}
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


def _owner(rows: Tables, table: str, identifier: str) -> Key | None:
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
