"""Records on their way into a directory: read, cleaned and checked, not yet stored."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar, overload

from mapping.language.i18n import UNSAID, Message, both
from mapping.model import RECORDS, Record, Source
from mapping.record_tables import RecordTables

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


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let Python look for no circles of objects meanwhile: records make none, and looking through many takes long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


UNAPPROVED = Message(
    "everything in it is for custodians only, and stays so: let two people agree to the map first, then store it"
)
"""What to do about a map that two people have not agreed to."""


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
    problem: Message
    fix: Message
    level: Level = "doubt"

    def __post_init__(self) -> None:
        """Take what a plugin says in English alone as it is."""
        object.__setattr__(self, "problem", Message.of(self.problem))
        object.__setattr__(self, "fix", Message.of(self.fix))

    def __str__(self) -> str:
        """Say it in one line, in English."""
        return self.phrase

    def into(self, language: str) -> str:
        """Say it in one line, as the command line prints it."""
        return self.phrase.into(language)

    @property
    def phrase(self) -> Message:
        """All of it in one line."""
        place = [
            Message.of(self.file),
            Message.of(f"[{self.sheet}]" if self.sheet else ""),
            Message("row {row}", row=str(self.row)) if self.row is not None else UNSAID,
            Message("column {column!r}", column=self.column) if self.column else UNSAID,
        ]
        where, problem = UNSAID, both(self.problem, self.fix)
        for part in filter(None, place):
            where = Message("{where} {part}", where=where, part=part) if where else part
        return Message("{where}: {problem}", where=where, problem=problem)


@dataclass(frozen=True)
class RefusedRow:
    """A row that was set aside whole, with its cells as they were read and the reasons."""

    sheet: str
    row: int
    cells: dict[str, str] = field(repr=False)
    reasons: tuple[Message, ...]


@dataclass(frozen=True)
class ReadColumn:
    """A column of a file: its heading, the field that it was taken for, and its first different values.

    The field is "private" where nothing of it is kept, which has no values either, and empty where it is not read.
    """

    heading: str
    taken_for: str
    values: tuple[str, ...] = field(default=(), repr=False)


class AnyRecords:
    """A field that holds whatever records it is given as `RecordTables`."""

    @overload
    def __get__(self, batch: None, owner: type) -> tuple[()]: ...
    @overload
    def __get__(self, batch: "Batch", owner: type) -> RecordTables: ...
    def __get__(self, batch: "Batch | None", owner: type) -> RecordTables | tuple[()]:
        """Return the records; of the class, those of a batch that is given none."""
        return () if batch is None else batch.__dict__["records"]

    def __set__(self, batch: "Batch", records: Iterable[Record]) -> None:
        """Hold records."""
        batch.__dict__["records"] = records if isinstance(records, RecordTables) else RecordTables(records)


@dataclass(repr=False)
class Batch:
    """What one file gave: records ready to store, and everything that was seen on the way.

    A row's private remarks stay in the import report; they are never part of a record.
    """

    source: Source
    file: str
    records: AnyRecords = AnyRecords()
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
    keeps_emptied: bool = False
    """Whether what it leaves empty says nothing, so that what stood there stays."""
    edited: set[str] = field(default_factory=set)
    """Ids of records of which somebody saw what is held and changed some fields: these count, blanks too."""
    unapproved: str = ""
    """Digest of the map that it was read by, where two people have not agreed to that: what an approval may name."""

    def __repr__(self) -> str:
        """Say how much there is, and nothing of what it says: a batch holds secrets."""
        return (
            f"<Batch {self.file}: {len(self.records)} records of {self.rows} rows, "
            f"{len(self.issues)} issues, {len(self.refused)} rows refused>"
        )

    def of(self, table: str) -> list[Record]:
        """Return the records of one table."""
        return [*self.records.of(RECORDS[table])]

    def extend(self, issues: Iterable[Issue]) -> None:
        """Add issues."""
        self.issues.extend(issues)
