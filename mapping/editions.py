"""What changed between two editions of a view, worked out from the two files alone.

Whoever keeps a copy of what is published asks what is gone and what was changed since. The directory knows; but it
knows as well what nobody may see. So the new view is compared with the one that it replaces, and nothing else: a
record that was closed, merged, or taken out of the public leaves the same trace, its published id and a day.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from mapping.errors import InvalidRecord
from mapping.model import RECORDS, Audience, references

ENTITIES = (
    "taxonomy", "taxonomy_term", "organization", "service", "location", "service_at_location", "activity",
    "referral_agreement", "statement", "case_count",
)  # fmt: skip
"""Tables whose records are told as changed or gone; all others are parts of these."""

Key = tuple[str, str]
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
