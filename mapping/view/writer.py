"""Writing a view file: the rows that an audience may see, and what makes them quick to search.

The file is new, its rows are inserted in the order of their published ids, and nothing but its arguments has an
influence on it: the same rows give the same bytes, in whatever order they came.
"""

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.errors import said_clearly
from mapping.freshness import next_due
from mapping.model import RECORDS, Audience, columns, references
from mapping.view.diff import write_changes
from mapping.view.file_format import APPLICATION_ID, FORMAT
from mapping.view.index import create_index, write_index
from mapping.view.rules.opening import days_off

PAGE = 16_384
"""Bytes of a page: a large view is written and copied in less time than with the 4,096 that SQLite takes by itself."""

Row = Mapping[str, Any]

Rows = Mapping[str, Sequence[Row]]
"""Table -> rows."""


@dataclass(frozen=True)
class ViewContext:
    """What a view is written for besides its rows: the audience, the day, and the study area, if there is one."""

    audience: Audience
    edition: dt.date
    area: StudyArea | None = None
    previous: Path | None = None
    """The view that this one replaces, from which it is told what changed."""
    licences: tuple[str, ...] = ()
    """Licences of sources that whatever is made of the view must name."""
    demo: bool = False
    """Everything is invented, and whatever is made of the view says so."""
    trial: bool = False
    """Nobody has agreed to it: it is not for publication, and whatever is made of the view says so."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that names are sorted in."""
        return tuple(dict.fromkeys((*(self.area.languages if self.area else ()), "en")))


def write_view(rows: Rows, path: str | Path, *, fields: Mapping[str, Sequence[str]], context: ViewContext) -> None:
    """Write rows, already under their published ids, into a new file; ``fields`` names the columns of each table.

    An older file of that name stays as it is until the new one is complete; until then nobody but its owner may read
    the new one.

    Raises
    ------
    MappingError
        The file cannot be written.
    """
    path = Path(path)
    fresh = path.with_name(path.name + ".new")
    try:
        with said_clearly(f"{path}: the view cannot be written"):
            fresh.unlink(missing_ok=True)
            fresh.touch()
            usual = fresh.stat().st_mode
            fresh.chmod(0o600)
            with closing(sqlite3.connect(fresh.resolve().as_uri(), uri=True, isolation_level=None)) as connection:
                _write(connection, with_due_days(rows, months_of(context.area)), fields, context)
            if context.audience == "public":
                fresh.chmod(usual)
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write(
    connection: sqlite3.Connection, rows: Rows, fields: Mapping[str, Sequence[str]], context: ViewContext
) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("PRAGMA journal_mode = off")
    connection.execute("PRAGMA synchronous = off")  # what is on the disk at the end is enough
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("BEGIN")
    for table, names in fields.items():
        _write_table(connection, table, names, rows.get(table, ()))
    _write_units(connection, context.area)
    create_index(connection)
    write_changes(
        connection, tuple(fields), audience=context.audience, edition=context.edition, previous=context.previous
    )
    connection.execute("CREATE TABLE edition (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
    connection.executemany("INSERT INTO edition VALUES (?, ?)", sorted(_facts(context).items()))
    connection.execute("COMMIT")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("BEGIN")
    write_index(connection, context.languages, context.area)
    connection.execute("COMMIT")


def _write_table(connection: sqlite3.Connection, table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write a table in the order of its ids."""
    kinds, names = columns(RECORDS[table]), ("id", *names)
    own = ", ".join(f'"{name}" {kinds[name]}' for name in names)
    connection.execute(f'CREATE TABLE "{table}" ({own}, PRIMARY KEY (id)) STRICT, WITHOUT ROWID')
    lines = ([_as_text(row[name]) for name in names] for row in sorted(rows, key=itemgetter("id")))
    connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(names))})', lines)
    for name in (*references(RECORDS[table]), "link_id"):
        if name in names:
            filled = f'"{name}" IS NOT NULL'  # many columns name something in few rows
            connection.execute(f'CREATE INDEX "{table}_{name}" ON "{table}" ("{name}") WHERE {filled}')


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _facts(context: ViewContext) -> dict[str, str]:
    """Return what a view is of, as its table ``edition`` has it."""
    facts = {"audience": context.audience, "edition": context.edition.isoformat(), "format": FORMAT}
    facts["languages"] = " ".join(context.languages)
    facts |= {"licences": "\n".join(sorted({*context.licences}))} if context.licences else {}
    facts |= {name: "1" for name in ("demo", "trial") if getattr(context, name)}
    if context.area is not None:
        facts |= {"area": context.area.code, "timezone": context.area.timezone}
        facts |= {name: str(days) for name, days in context.area.settings.freshness}
        facts["days_off"] = " ".join(sorted(days_off(context.area.settings)))
    return facts


def _write_units(connection: sqlite3.Connection, area: StudyArea | None) -> None:
    """Write the administrative units, which are open data and the same whatever the directory holds."""
    connection.execute(
        "CREATE TABLE area_unit (code TEXT PRIMARY KEY, parent TEXT, level INTEGER, people INTEGER)"
        " STRICT, WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE area_unit_name (code TEXT, language TEXT, name TEXT, PRIMARY KEY (code, language))"
        " STRICT, WITHOUT ROWID"
    )
    units = sorted(area.all_units().values()) if area else []
    connection.executemany(
        "INSERT INTO area_unit VALUES (?, ?, ?, ?)", ((u.code, u.parent, u.level, u.people) for u in units)
    )
    names = [(unit.code, language, name) for unit in units for language, name in unit.names.items() if name]
    connection.executemany("INSERT INTO area_unit_name VALUES (?, ?, ?)", sorted(names))


def months_of(area: StudyArea | None) -> Mapping[str, int]:
    """Return after how many months a service of a kind is to be verified again."""
    return area.settings.verification if area else {}


def with_due_days(tables: Rows, months: Mapping[str, int]) -> dict[str, Sequence[Row]]:
    """Say for each verified service when it is to be verified again, where the one who verified it did not.

    After the ``months`` that the study area sets for its kind, the fewest of them where it is of several kinds.
    """
    types = _types(tables)
    verifications = []
    for row in tables.get("verification", ()):
        due = row["next_due"]
        if due is None and row["verified_on"] is not None:
            due = next_due(row["verified_on"], types.get(row["link_id"], ()), months)
        verifications.append({**row, "next_due": due})
    return {**tables, "verification": verifications}


def _types(tables: Rows) -> dict[str, set[str]]:
    """Return the codes of the service types of each service, by its id."""
    codes = {row["id"]: row["code"] for row in tables.get("taxonomy_term", ())}
    types: dict[str, set[str]] = {}
    for row in tables.get("attribute", ()):
        if row["link_type"] == "service_type" and row["taxonomy_term_id"] in codes:
            types.setdefault(row["link_id"], set()).add(codes[row["taxonomy_term_id"]])
    return types
