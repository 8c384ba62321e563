"""A SQLite file that opens in Datasette or any SQL program as it is: services, what each column means, the terms."""

import sqlite3
from contextlib import closing
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats.tables._flat import MEANINGS, Row, flat_rows, properties, terms
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".sqlite"
LABEL = Message("Services and what each column means, for Datasette and SQL (SQLite)")
FILE = "list.sqlite"

NUMBERS = ("latitude", "longitude")
SEARCHED = ("name", "organization", "description", "address", "city")
"""Columns in which Datasette offers to search."""


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write a row for each service at each of its places, with the dictionary and the terms beside it."""
    view.require_area(area)
    rows = [_cells(row) for row, _ in flat_rows(view, area, language)]
    names = [f"name_{spoken}" for spoken in area.languages]
    columns = [*list(MEANINGS)[:2], *names, *list(MEANINGS)[2:]]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        kinds = ", ".join(f'"{name}" {"REAL" if name in NUMBERS else "TEXT"}' for name in columns)
        db.execute(f"CREATE TABLE services ({kinds})")
        marks = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO services VALUES ({marks})", ([row[name] for name in columns] for row in rows))
        db.execute(f"CREATE VIRTUAL TABLE services_fts USING fts5({', '.join(SEARCHED)}, content='services')")
        db.execute("INSERT INTO services_fts(services_fts) VALUES ('rebuild')")
        db.execute("CREATE TABLE dictionary (column_name TEXT PRIMARY KEY, meaning TEXT)")
        db.executemany("INSERT INTO dictionary VALUES (?, ?)", MEANINGS.items())
        db.execute("CREATE TABLE about (what TEXT PRIMARY KEY, says TEXT)")
        db.executemany("INSERT INTO about VALUES (?, ?)", terms(view, area).row().items())
        db.execute("COMMIT")


def _cells(row: Row) -> Row:
    return properties(row) | {name: row[name] for name in NUMBERS}
