"""Records by table, each held as the row that SQLite keeps of it: half of what a validated record takes."""

import datetime as dt
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, get_args

from mapping.model import AnyRecord, Record, columns, restorer

Values = tuple[Any, ...]
"""What a row holds, in the order of its columns."""

RecordRow = tuple[type[Record], Values]
"""A record as its kind and the row that SQLite keeps of it."""


class RecordTables:
    """Records by table, each held as a row: a value for each of its columns, of which the id is the first.

    Whoever asks is given new objects: what is done to them changes nothing here.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._rows: dict[type[Record], list[Values]] = defaultdict(list)
        self.extend(records)

    def __repr__(self) -> str:
        """Say how many there are, and nothing of what they say."""
        return f"<{len(self)} records>"

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(map(len, self._rows.values()))

    def __iter__(self) -> Iterator[Record]:
        """Yield the records, table by table; within one as they came."""
        return chain.from_iterable(map(self.of, self.kinds))

    def extend(self, records: Iterable[Record]) -> None:
        """Add records."""
        if isinstance(records, RecordTables):
            for kind, rows in records._rows.items():
                self._rows[kind] += rows
        else:
            self.add(map(record_row, records))

    def add(self, rows: Iterable[RecordRow]) -> None:
        """Add records as rows."""
        for kind, row in rows:
            self._rows[kind].append(row)

    def add_rows(self, kind: type[Record], rows: Iterable[Values]) -> None:
        """Add records of a kind as rows."""
        left = iter(rows)
        for first in left:
            self._rows[kind].extend(chain((first,), left))

    @property
    def kinds(self) -> tuple[type[Record], ...]:
        """The kinds of records that there are."""
        return tuple(self._rows)

    def of(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield the records of a kind."""
        return map(reader(kind), self.rows(kind))

    def as_held(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield what the records of a kind hold, as `told` does, by the names of their fields; it cannot be changed."""
        return map(_held(kind), self.rows(kind))

    def rows(self, kind: type[Record]) -> Sequence[Values]:
        """Return the records of a kind as rows."""
        return self._rows.get(kind, ())

    def ids(self, kind: type[Record]) -> Iterator[str]:
        """Yield the ids of the records of a kind."""
        return map(itemgetter(0), self.rows(kind))

    def told(self, kind: type[Record], *names: str) -> Iterator[Any]:
        """Yield what the records of a kind hold in some fields, as SQLite keeps it; it is quicker than to make each."""
        return map(telling(kind, *names), self.rows(kind))

    def change(self, kind: type[AnyRecord], change: Callable[[AnyRecord], None]) -> None:
        """Let a function change each record of a kind, but for its id."""
        if kind not in self._rows:
            return
        changed, values = [*self.of(kind)], to_values(kind)
        for record in changed:
            change(record)
        self._rows[kind] = [*map(values, changed)]

    def once(self, joined: Callable[[type[Record], Values, Values], Values] = lambda _, __, later: later) -> None:
        """Keep one row of each id, at the place of the first: the later, or the two ``joined``."""
        for kind, rows in self._rows.items():
            single: dict[str, Values] = {}
            for row in rows:
                single[row[0]] = joined(kind, single[row[0]], row) if row[0] in single else row
            self._rows[kind] = [*single.values()]


def telling(kind: type[Record], *names: str) -> Callable[[Values], Any]:
    """Return a function that takes the values of some fields out of a row; of one field the value alone."""
    return itemgetter(*map([*columns(kind)].index, names))


def record_row(record: Record) -> RecordRow:
    """Return a record as its kind and its row."""
    kind = type(record)
    return kind, to_values(kind)(record)


@cache
def _held(kind: type[AnyRecord]) -> Callable[[Values], AnyRecord]:
    make: Callable[[Values], AnyRecord] = namedtuple(kind.__name__, [*columns(kind)])._make  # type: ignore[attr-defined]
    return make


@cache
def to_values(kind: type[Record]) -> Callable[[Record], Values]:
    """Return a function that makes a row of a record, as SQLite keeps it: dates as text, yes and no as numbers."""
    take, converted = itemgetter(*columns(kind)), [[*columns(kind)].index(name) for name in converted_fields(kind)]

    def values(record: Record) -> Values:
        row: list[Any] = [*take(record.__dict__)]
        for place in converted:
            value = row[place]
            if isinstance(value, dt.date):
                row[place] = value.isoformat()
            elif isinstance(value, bool):
                row[place] = int(value)
        return tuple(row)

    def plain(record: Record) -> Values:
        row: Values = take(record.__dict__)
        return row

    return values if converted else plain


def row_of_read(kind: type[Record]) -> Callable[[str, Mapping[str, Any]], Values]:
    """Return a function that makes the row of an id and of values that parsers read.

    The function raises ValidationError as `Record.of_read` does.
    """
    values = to_values(kind)
    return lambda own, read: values(kind.of_read(id=own, **read))


@cache
def converted_fields(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields of a table that SQLite keeps otherwise."""
    return tuple(
        name
        for name, info in kind.model_fields.items()
        if {dt.date, bool} & {info.annotation, *get_args(info.annotation)}
    )


@cache
def reader(kind: type[AnyRecord]) -> Callable[[Sequence[Any]], AnyRecord]:
    """Return a function that makes a record of a row; rows were validated when they were stored."""
    names = list(columns(kind))
    converters: dict[str, Callable[[Any], Any]] = {}
    for name, info in kind.model_fields.items():
        types = get_args(info.annotation) or (info.annotation,)
        if dt.date in types:
            converters[name] = dt.date.fromisoformat
        elif bool in types:
            converters[name] = bool
    restored: Callable[[dict[str, Any]], AnyRecord] = restorer(kind)

    def plain(row: Sequence[Any]) -> AnyRecord:
        return restored(dict(zip(names, row, strict=True)))

    def read(row: Sequence[Any]) -> AnyRecord:
        values = dict(zip(names, row, strict=True))
        for name, convert in converters.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return restored(values)

    return read if converters else plain
