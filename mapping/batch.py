"""Records on their way into a directory: read, cleaned and checked, not yet stored."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from mapping.model import RECORDS, Record, Source

T = TypeVar("T")

Level = Literal["refused", "doubt", "note"]

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""

OFTEN = 500
"""Rows after which progress is told."""


def counted(items: Iterable[T], of: int, progress: Progress | None) -> Iterator[T]:
    """Yield items, of which there are about ``of``, telling now and then how many were taken."""
    done = 0
    for done, item in enumerate(items, 1):
        if progress is not None and done % OFTEN == 0:
            progress(done, max(done, of))
        yield item
    if progress is not None:
        progress(done, done)


@dataclass(frozen=True, order=True)
class Issue:
    """Something wrong or doubtful in a file: where, what, what to do.

    ``refused``: the value or row was left out. ``doubt``: taken, but a person should look.
    ``note``: mended by a rule, said for the record.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    problem: str
    fix: str
    level: Level = "doubt"

    def __str__(self) -> str:
        """Say it in one line, as the command line prints it."""
        place = " ".join(
            part
            for part in (
                self.file,
                f"[{self.sheet}]" if self.sheet else "",
                f"row {self.row}" if self.row is not None else "",
                f"column {self.column!r}" if self.column else "",
            )
            if part
        )
        return f"{place}: {self.problem}; {self.fix}" if self.fix else f"{place}: {self.problem}"


@dataclass(frozen=True)
class RefusedRow:
    """A row that was set aside whole, with its cells as they were read and the reasons."""

    sheet: str
    row: int
    cells: dict[str, str] = field(repr=False)
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ReadColumn:
    """A column of a file: its heading, the field that it was taken for, and its first different values.

    The field is "private" where nothing of it is kept, which has no values either, and empty where it is not read.
    """

    heading: str
    taken_for: str
    values: tuple[str, ...] = field(default=(), repr=False)


@dataclass(repr=False)
class Batch:
    """What one file gave: records ready to store, and everything that was seen on the way.

    A row's private remarks stay in the import report; they are never part of a record.
    """

    source: Source
    file: str
    records: list[Record] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    cleaned: Counter[str] = field(default_factory=Counter)
    """Cleaning step -> number of values it changed."""
    columns: list[ReadColumn] = field(default_factory=list)
    """What the columns of its sheets were taken for."""
    rows: int = 0
    """Rows that held anything, refused ones among them."""
    removed: list[tuple[str, str]] = field(default_factory=list)
    """(table, id) of parts of records, such as a phone, that the file asks to take out."""
    partial: bool = False
    """Whether it tells changes only: what it does not speak of stays, and is not missed."""
    edited: set[str] = field(default_factory=set)
    """Ids of records of which somebody saw what is held and changed some fields: these count, blanks too."""

    def __repr__(self) -> str:
        """Say how much there is, and nothing of what it says: a batch holds secrets."""
        return (
            f"<Batch {self.file}: {len(self.records)} records of {self.rows} rows, "
            f"{len(self.issues)} issues, {len(self.refused)} rows refused>"
        )

    def of(self, table: str) -> list[Record]:
        """Return the records of one table."""
        kind = RECORDS[table]
        return [record for record in self.records if type(record) is kind]

    def extend(self, issues: Iterable[Issue]) -> None:
        """Add issues."""
        self.issues.extend(issues)
