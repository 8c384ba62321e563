"""Writing a view file: the rows that an audience may see, and what makes them quick to search.

The file is new, its rows are inserted in the order of their published ids, and nothing but its arguments has an
influence on it: the same rows give the same bytes, in whatever order they came.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.errors import MappingError, cause
from mapping.freshness import next_due
from mapping.model import RECORDS, Audience, SqlType, columns, references
from mapping.safety.agreed import DAYS
from mapping.view.diff import write_changes
from mapping.view.index import SearchIndex, write_index

FORMAT = "7"
"""What a view is read by: raised with every change of its tables, or of the lexicon that is kept in it."""
APPLICATION_ID = 0x526F6876
"""Stands in the header of a view file: "Rohv"."""

Row = Mapping[str, Any]


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

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that names are sorted in."""
        return tuple(dict.fromkeys((*(self.area.languages if self.area else ()), "en")))


def write_view(
    tables: Mapping[str, Sequence[Row]],
    path: str | Path,
    *,
    fields: Mapping[str, Sequence[str]],
    context: ViewContext,
) -> None:
    """Write rows, already under their published ids, into a new file; ``fields`` names the columns of each table.

    An older file of that name stays as it is until the new one is complete.

    Raises
    ------
    MappingError
        The file cannot be written.
    """
    path = Path(path)
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        with_due = with_due_days(tables, context.area)
        connection = sqlite3.connect(fresh.resolve().as_uri(), uri=True, isolation_level=None)
        try:
            _write(connection, with_due, fields, context)
        finally:
            connection.close()
        if context.audience != "public":
            fresh.chmod(0o600)
        fresh.replace(path)
    except (sqlite3.Error, OSError) as error:
        fresh.unlink(missing_ok=True)
        raise MappingError(
            f"{path}: the view cannot be written ({cause(error)}); check the folder, its rights and the free space"
        ) from error


def _write(
    connection: sqlite3.Connection,
    tables: Mapping[str, Sequence[Row]],
    fields: Mapping[str, Sequence[str]],
    context: ViewContext,
) -> None:
    connection.execute("PRAGMA journal_mode = off")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("BEGIN")
    for table, names in fields.items():
        types = columns(RECORDS[table])
        _table(connection, table, {name: types[name] for name in ("id", *names)}, tables.get(table, ()))
        for name in (*references(RECORDS[table]), "link_id"):
            if name in names:
                connection.execute(f'CREATE INDEX "{table}_{name}" ON "{table}" ("{name}")')
    _write_units(connection, context.area)
    write_index(connection, SearchIndex(tables, context.languages, context.edition, context.area))
    write_changes(connection, fields, audience=context.audience, edition=context.edition, previous=context.previous)
    facts = {"audience": context.audience, "edition": context.edition.isoformat(), "format": FORMAT}
    facts["languages"] = " ".join(context.languages)
    facts |= {"licences": "\n".join(context.licences)} if context.licences else {}
    facts |= {"demo": "1"} if context.demo else {}
    if context.area is not None:
        facts |= {"area": context.area.code, "timezone": context.area.timezone}
        facts |= {name: str(days) for name, days in context.area.settings.freshness}
    connection.execute("CREATE TABLE edition (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
    connection.executemany("INSERT INTO edition VALUES (?, ?)", sorted(facts.items()))
    connection.execute("COMMIT")


def _table(connection: sqlite3.Connection, table: str, types: Mapping[str, SqlType], rows: Iterable[Row]) -> None:
    """Make a table and fill it in the order of the ids."""
    named = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    connection.execute(f'CREATE TABLE "{table}" ({named}, PRIMARY KEY (id)) STRICT, WITHOUT ROWID')
    marks = ", ".join("?" * len(types))
    cells = itemgetter(*types)
    days = [place for place, name in enumerate(types) if name in DAYS[table]]
    ordered = (cells(row) for row in sorted(rows, key=itemgetter("id")))
    connection.executemany(
        f'INSERT INTO "{table}" VALUES ({marks})', (_with_texts(row, days) for row in ordered) if days else ordered
    )


def _with_texts(row: tuple[Any, ...], days: Iterable[int]) -> list[Any]:
    """Return a row in which days are texts."""
    values = list(row)
    for place in days:
        if isinstance(values[place], dt.date):
            values[place] = values[place].isoformat()
    return values


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


def with_due_days(tables: Mapping[str, Sequence[Row]], area: StudyArea | None) -> dict[str, Sequence[Row]]:
    """Say for each verified service when it is to be verified again, where the one who verified it did not.

    After the months that the study area sets for its kind, the fewest of them where it is of several kinds.
    """
    types = _types(tables)
    months = area.settings.verification if area else {}
    verifications = []
    for row in tables.get("verification", ()):
        due = row["next_due"]
        if due is None and row["verified_on"] is not None:
            due = next_due(row["verified_on"], types.get(row["link_id"], ()), months)
        verifications.append({**row, "next_due": due})
    return {**tables, "verification": verifications}


def _types(tables: Mapping[str, Sequence[Row]]) -> dict[str, set[str]]:
    """Return the codes of the service types of each service, by its id."""
    codes = {row["id"]: row["code"] for row in tables.get("taxonomy_term", ())}
    types: dict[str, set[str]] = {}
    for row in tables.get("attribute", ()):
        if row["link_type"] == "service_type" and row["taxonomy_term_id"] in codes:
            types.setdefault(row["link_id"], set()).add(codes[row["taxonomy_term_id"]])
    return types
