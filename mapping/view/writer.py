"""Writing a view file: the rows that an audience may see, and what makes them quick to search.

The file is new, its rows are inserted in the order of their published ids, and nothing but its arguments has an
influence on it: the same rows give the same bytes, in whatever order they came.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
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
from mapping.view.file_format import APPLICATION_ID, FORMAT
from mapping.view.index import create_index, write_index
from mapping.view.rules.opening import days_off

PAGE = 16_384
"""Bytes of a page: a large view is written and copied in less time than with the 4,096 that SQLite takes by itself."""
CACHE = 32_000
"""Thousands of bytes of it that stay in the memory while a view is written, and that are put in order at once."""

Row = Mapping[str, Any]

Part = Mapping[str, Sequence[Row]]
"""Table -> rows that hang together."""


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


def write_view(rows: Part, path: str | Path, *, fields: Mapping[str, Sequence[str]], context: ViewContext) -> None:
    """Write rows, already under their published ids, into a new file; ``fields`` names the columns of each table.

    An older file of that name stays as it is until the new one is complete.

    Raises
    ------
    MappingError
        The file cannot be written.
    """
    with new_view(path, fields=fields, context=context) as view:
        view.add(rows)
        view.write_rows()
        view.write_index()


@contextmanager
def new_view(
    path: str | Path,
    *,
    fields: Mapping[str, Sequence[str]],
    context: ViewContext,
) -> Iterator["ViewWriter"]:
    """Give what writes a view: its parts, then its rows, then its index.

    At the end of the block it takes the place of an older file; until then nobody but its owner may read it.

    Raises
    ------
    MappingError
        The file cannot be written.
    """
    path = Path(path)
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch()
        usual = fresh.stat().st_mode
        fresh.chmod(0o600)
        with closing(sqlite3.connect(fresh.resolve().as_uri(), uri=True, isolation_level=None)) as connection:
            yield ViewWriter(connection, fresh, fields, context)
        if context.audience == "public":
            fresh.chmod(usual)
        fresh.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise MappingError(
            f"{path}: the view cannot be written ({cause(error)}); check the folder, its rights and the free space"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


class ViewWriter:
    """A view that is being written. Its rows come in parts, in any order, and one may come twice.

    They are put in order on the disk, in a file of SQLite's own that is gone with the connection: a large directory
    would fill the memory.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, fields: Mapping[str, Sequence[str]], context: ViewContext
    ) -> None:
        self.connection = connection
        self.path = path
        self.context = context
        self.licences = {*context.licences}
        """Licences of sources that whatever is made of the view must name."""
        self.types = _types_of(fields)
        self._schema = "staged"
        """Where the rows stand."""
        self._inserts: dict[str, str] = {}
        """Table of which rows came -> statement that stages a row of it."""
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA journal_mode = off")
        connection.execute("PRAGMA synchronous = off")  # what is on the disk at the end is enough
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("ATTACH '' AS staged")
        connection.execute("PRAGMA staged.journal_mode = off")
        connection.execute("BEGIN")

    def add(self, part: Part) -> None:
        """Take rows that hang together, already under their published ids."""
        for table, rows in with_due_days(part, months_of(self.context.area)).items():
            if not rows:
                continue
            types = self.types[table]
            if table not in self._inserts:
                columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
                self.connection.execute(f'CREATE TABLE staged."{table}" ({columns}) STRICT')
                self._inserts[table] = f'INSERT INTO staged."{table}" VALUES ({", ".join("?" * len(types))})'
            cells = map(itemgetter(*types), rows)
            days = [place for place, name in enumerate(types) if name in DAYS[table]]
            self.connection.executemany(
                self._inserts[table], (_with_texts(row, days) for row in cells) if days else cells
            )

    def rows(self, table: str, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return some columns of all rows of a table that came so far."""
        rows = self._rows(table, names)
        return self.connection.execute(rows) if rows else ()

    def _rows(self, table: str, names: Iterable[str]) -> str:
        """Return the statement that reads the rows that came of a table; nothing where none came."""
        columns = ", ".join(f'"{name}"' for name in names)
        return f'SELECT {columns} FROM {self._schema}."{table}"' if table in self._inserts else ""

    def write_rows(self) -> None:
        """Write the tables in the order of the ids, what changed in them, and what the view is of."""
        connection, context = self.connection, self.context
        for table, types in self.types.items():
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            connection.execute(f'CREATE TABLE "{table}" ({columns}, PRIMARY KEY (id)) STRICT, WITHOUT ROWID')
            if rows := self._rows(table, types):  # a row that came twice stands there once; two of one id are refused
                own, new = (", ".join(f'{of}."{name}"' for name in types) for of in (f'"{table}"', "excluded"))
                connection.execute(
                    f'INSERT INTO main."{table}" SELECT * FROM ({rows}) WHERE 1 ORDER BY id'
                    f" ON CONFLICT (id) DO UPDATE SET id = NULL WHERE ({own}) IS NOT ({new})"
                )
                connection.execute(f'DROP TABLE staged."{table}"')
            for name in (*references(RECORDS[table]), "link_id"):
                if name in types:
                    filled = f'"{name}" IS NOT NULL'  # many columns name something in few rows
                    connection.execute(f'CREATE INDEX "{table}_{name}" ON "{table}" ("{name}") WHERE {filled}')
        _write_units(connection, context.area)
        create_index(connection)
        write_changes(
            connection, tuple(self.types), audience=context.audience, edition=context.edition, previous=context.previous
        )
        facts = {"audience": context.audience, "edition": context.edition.isoformat(), "format": FORMAT}
        facts["languages"] = " ".join(context.languages)
        facts |= {"licences": "\n".join(sorted(self.licences))} if self.licences else {}
        facts |= {name: "1" for name in ("demo", "trial") if getattr(context, name)}
        if context.area is not None:
            facts |= {"area": context.area.code, "timezone": context.area.timezone}
            facts |= {name: str(days) for name, days in context.area.settings.freshness}
            facts["days_off"] = " ".join(sorted(days_off(context.area.settings)))
        connection.execute("CREATE TABLE edition (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
        connection.executemany("INSERT INTO edition VALUES (?, ?)", sorted(facts.items()))
        connection.execute("COMMIT")
        connection.execute("DETACH staged")
        self._schema = "main"

    def write_index(self) -> None:
        """Make of the rows what a search reads; the whole file is on the disk then."""
        self.connection.execute("PRAGMA synchronous = full")
        self.connection.execute("BEGIN")
        write_index(self.connection, self.context.languages, self.context.area)
        self.connection.execute("COMMIT")


def _types_of(fields: Mapping[str, Sequence[str]]) -> dict[str, dict[str, SqlType]]:
    types = {table: columns(RECORDS[table]) for table in fields}
    return {table: {name: types[table][name] for name in ("id", *names)} for table, names in fields.items()}


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


def months_of(area: StudyArea | None) -> Mapping[str, int]:
    """Return after how many months a service of a kind is to be verified again."""
    return area.settings.verification if area else {}


def with_due_days(tables: Part, months: Mapping[str, int]) -> dict[str, Sequence[Row]]:
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


def _types(tables: Part) -> dict[str, set[str]]:
    """Return the codes of the service types of each service, by its id."""
    codes = {row["id"]: row["code"] for row in tables.get("taxonomy_term", ())}
    types: dict[str, set[str]] = {}
    for row in tables.get("attribute", ()):
        if row["link_type"] == "service_type" and row["taxonomy_term_id"] in codes:
            types.setdefault(row["link_id"], set()).add(codes[row["taxonomy_term_id"]])
    return types
