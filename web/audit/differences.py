"""Comparing what was published with what was made again: files of folders, tables of views."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mapping.resources import checksum

Sums = Mapping[str, str]
"""Checksum of each file below a folder, by its path."""


@dataclass(frozen=True)
class Difference:
    """A file, or a part of one, that is not what it should be."""

    name: str
    what: str


def sums(folder: Path) -> dict[str, str]:
    """Return the checksum of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): checksum(path) for path in files}


def compared(own: Sums, again: Sums, *, added: str, missing: str, other: str) -> list[Difference]:
    """Return how the files of one folder differ from those of another, in the words that are given."""
    differences = [Difference(name, added) for name in sorted(own.keys() - again.keys())]
    differences += [Difference(name, missing) for name in sorted(again.keys() - own.keys())]
    both = sorted(own.keys() & again.keys())
    return differences + [Difference(name, other) for name in both if own[name] != again[name]]


def tables_that_differ(path: Path, other: Path) -> list[str]:
    """Return the tables in which two views differ; where only their bytes do, the file itself is named."""
    if checksum(path) == checksum(other):
        return []
    with closing(_opened(path)) as first, closing(_opened(other)) as second:
        names = sorted({*_tables(first), *_tables(second)})
        tables = [name for name in names if _rows(first, name) != _rows(second, name)]
    return tables or ["the file itself"]


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _tables(view: sqlite3.Connection) -> Iterator[str]:
    for (name,) in view.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"):
        yield str(name)


def _rows(view: sqlite3.Connection, table: str) -> list[tuple[object, ...]] | None:
    try:
        return sorted(view.execute(f'SELECT * FROM "{table}"'), key=repr)
    except sqlite3.OperationalError:  # this view has no such table
        return None
