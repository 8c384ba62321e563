"""Rows and records of a large list in little memory: packed as they come, made anew each time that they are asked for.

They stay in the memory and are never written to a disk: what a list tells may be secret.
"""

import datetime as dt
import math
import pickle
import zlib
from array import array
from bisect import bisect_right
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache, partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Generic, NamedTuple, Self, TypeVar, get_args

import numpy as np

from mapping.model import LONGEST_NUMBER, AnyRecord, Record, bounded, columns, restorer

Values = tuple[Any, ...]
"""What a row holds, in the order of its columns."""

RecordRow = tuple[type[Record], Values]
"""A record as its kind and the row that SQLite keeps of it."""

AnyValues = TypeVar("AnyValues", bound=Values)

TOGETHER = 1_000
"""Rows that are packed together: what several of them say is held once."""


class Packed(Generic[AnyValues]):
    """Rows in the order in which they were given, to be walked through rather than picked from."""

    def __init__(self, rows: Iterable[AnyValues] = ()) -> None:
        self._packs: list[bytes] = []
        self._ends: list[int] = []
        """How many rows there are up to the end of each pack."""
        self._open: list[AnyValues] = []
        self._last: tuple[int, list[AnyValues]] = (-1, [])
        self.extend(rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._packed + len(self._open)

    @property
    def _packed(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[AnyValues]:
        """Yield the rows."""
        for pack in self._packs:
            yield from self._unpacked(pack)
        yield from self._open

    def __getitem__(self, place: int) -> AnyValues:
        """Return the row at a place, from 0; it is quick where its neighbour was asked for just before."""
        number = bisect_right(self._ends, place)
        if number == len(self._packs):
            return self._open[place - self._packed]
        if self._last[0] != number:
            self._last = number, self._unpacked(self._packs[number])
        return self._last[1][place - self._ends[number]]

    def copy(self) -> Self:
        """Return the same rows, to which others may be added."""
        same = type(self)()
        same._packs, same._ends, same._open = [*self._packs], [*self._ends], [*self._open]
        return same

    def append(self, row: AnyValues) -> None:
        """Add a row."""
        self.extend((row,))

    def extend(self, rows: Iterable[AnyValues]) -> None:
        """Add rows."""
        left = iter(rows)
        while lot := [*islice(left, TOGETHER - len(self._open))]:
            self._open += lot
            if len(self._open) == TOGETHER:
                self._close()

    def _close(self) -> None:
        """Pack what is open."""
        self._packs.append(self._pack(self._open))
        self._ends.append(len(self))
        self._open.clear()

    def _pack(self, rows: Sequence[Values]) -> bytes:
        return zlib.compress(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL), 1)

    def _unpacked(self, pack: bytes) -> list[AnyValues]:
        rows: list[AnyValues] = pickle.loads(zlib.decompress(pack))  # noqa: S301 - this very process packed it
        return rows


class PackedTable(Packed[Values]):
    """Rows of a table, packed column by column: ids as the bytes that they spell, few values each once."""

    def __init__(self, rows: Iterable[Values] = ()) -> None:
        self._hashes = array("q")
        """Of the ids of the rows that are packed, until one row of each is left."""
        self._single = 0
        """So many rows there were when each had an id of its own."""
        super().__init__(rows)

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process may take on: hashes are those of this one."""
        return {**self.__dict__, "_hashes": array("q"), "_last": (-1, [])}

    def close(self) -> None:
        """Pack what is left, few as it may be: no more is to come."""
        if self._open:
            self._close()

    def take_on(self, table: "PackedTable") -> None:
        """Add the rows of another table, packed as they are there."""
        if table._packs:
            self.close()
        before = self._packed
        for pack in table._packs:
            self._hashes.extend(map(hash, self._ids(pack)))
        self._packs += table._packs
        self._ends += (before + end for end in table._ends)
        self.extend(table._open)

    def copy(self) -> Self:
        """Return the same rows, to which others may be added."""
        same = super().copy()
        same._hashes, same._single = self._hashes[:], self._single
        return same

    def once(self, joined: Callable[[Values, Values], Values]) -> "PackedTable":
        """Return one row of each id, at the place of the first: the two ``joined`` where there are two."""
        if self._single == len(self):
            return self
        if len(self._hashes) < self._packed:
            self._hashes = array("q", map(hash, map(itemgetter(0), self)))[: self._packed]
        own = array("q", map(hash, map(itemgetter(0), self._open)))
        hashes, counts = np.unique(self._hashes + own, return_counts=True)
        several = {*hashes[counts > 1].tolist()}
        single = PackedTable(_once(self, several, joined)) if several else self
        single._hashes, single._single = array("q"), len(single)
        return single

    def _pack(self, rows: Sequence[Values]) -> bytes:
        columns = [*zip(*rows, strict=True)]
        self._hashes.extend(map(hash, columns[0]))
        packed = [*map(_packed_column, columns)]
        ids = [column if isinstance(column, Ids) else None for column in packed]
        rest = [column for column in packed if not isinstance(column, Ids)]
        return pickle.dumps((len(rows), ids, super()._pack(rest)), pickle.HIGHEST_PROTOCOL)

    def told(self, places: Sequence[int]) -> Iterator[Any]:
        """Yield what the rows hold at some places, of one the value alone: what stands at others is not unpacked."""
        for pack in self._packs:
            own = self._columns(pack, places)
            yield from own[0] if len(own) == 1 else zip(*own, strict=True)
        yield from map(itemgetter(*places), self._open)

    def _unpacked(self, pack: bytes) -> list[Values]:
        return [*zip(*self._columns(pack), strict=True)]

    def _ids(self, pack: bytes) -> Sequence[Any]:
        """Return the ids of the rows of a pack."""
        return self._columns(pack, (0,))[0]

    def _columns(self, pack: bytes, places: Sequence[int] = ()) -> list[Sequence[Any]]:
        """Return the columns of a pack; with ``places`` only those, in that order."""
        count, ids, packed = pickle.loads(pack)  # noqa: S301 - this very code packed it
        rest = iter(super()._unpacked(packed))
        columns = [column or next(rest) for column in ids]
        return [_unpacked_column(columns[place], count) for place in places or range(len(columns))]


class FewValues(NamedTuple):
    """A column of few different values."""

    values: Sequence[Any]
    places: bytes
    """Of the value of each row; none where there is one value."""


class Ids(NamedTuple):
    """A column of ids, as the bytes that they spell: 16 each, in which nothing repeats."""

    spelt: bytes
    places: bytes
    """Of the id of each row, where there are few; none where each row has one of its own."""


def _packed_column(column: Values) -> Ids | FewValues | Values:
    """Return what a column holds in little."""
    if column[0] is None and column.count(None) == len(column):  # as most are
        return FewValues((None,), b"")
    kinds = {*map(type, column)}
    if not (kinds <= TEXTS or kinds in WHOLE_NUMBERS):  # one of other numbers may be equal to another and not the same
        return column
    values, places = [*dict.fromkeys(column)], b""
    if 1 < len(values) <= MOST_FEW:
        places = bytes(map({value: place for place, value in enumerate(values)}.__getitem__, column))
    if len(values) > 1 and kinds == {str} and (spelt := _spelt(values if places else column)):
        return Ids(spelt, places)
    return FewValues(values, places) if len(values) <= MOST_FEW else column


def _unpacked_column(column: Ids | FewValues | Values, count: int) -> Sequence[Any]:
    if isinstance(column, Ids):
        ids = _ids_of(column.spelt)
        return [*map(ids.__getitem__, column.places)] if column.places else ids
    if isinstance(column, FewValues):
        return [*map(column.values.__getitem__, column.places)] if column.places else [*column.values] * count
    return column


TEXTS = {str, type(None)}
WHOLE_NUMBERS = ({int}, {bool}, {int, type(None)}, {bool, type(None)})
MOST_FEW = 256
"""So many values a byte tells apart."""

OF_ID, DASHES = 36, [8, 13, 18, 23]
"""How many letters an id has, and where its dashes stand among them."""
DIGITS = np.delete(np.arange(OF_ID), DASHES)
NO_DIGIT = 16
NUMBERS = np.full(256, NO_DIGIT, np.uint8)
"""Letter -> its number as a digit of an id."""
NUMBERS[[*b"0123456789abcdef"]] = range(16)


def _spelt(ids: Sequence[str]) -> bytes:
    """Return the bytes that ids spell, 16 each; nothing where one is no id."""
    if {*map(len, ids)} != {OF_ID} or not (text := "".join(ids)).isascii():
        return b""
    letters = np.frombuffer(text.encode(), np.uint8).reshape(-1, OF_ID)
    numbers = NUMBERS.take(letters[:, DIGITS])
    if (letters[:, DASHES] != ord("-")).any() or numbers.max() == NO_DIGIT:
        return b""
    return (numbers[:, ::2] << 4 | numbers[:, 1::2]).tobytes()


def _ids_of(spelt: bytes) -> list[str]:
    """Return the ids that bytes spell."""
    letters = np.full((len(spelt) // 16, OF_ID), ord("-"), np.uint8)
    letters[:, DIGITS] = np.frombuffer(spelt.hex().encode(), np.uint8).reshape(-1, 32)
    text = letters.tobytes().decode()
    return [text[start : start + OF_ID] for start in range(0, len(text), OF_ID)]


class PackedRecords:
    """Records by table, each held as the row that SQLite keeps of it.

    Whoever asks is given new objects: what is done to them changes nothing here.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._packed: dict[type[Record], PackedTable] = defaultdict(PackedTable)
        self.extend(records)

    def __reduce__(self) -> tuple[type[Self], tuple[list[Record]]]:
        """Return what a copy is made of."""
        return type(self), ([*self],)

    def __repr__(self) -> str:
        """Say how many there are, and nothing of what they say."""
        return f"<{len(self)} records>"

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(map(len, self._packed.values()))

    def __iter__(self) -> Iterator[Record]:
        """Yield the records, table by table; within one as they came."""
        return chain.from_iterable(map(self.of, self.kinds))

    def extend(self, records: Iterable[Record]) -> None:
        """Add records."""
        if isinstance(records, PackedRecords) and not self._packed.keys() & records._packed.keys():
            self._packed |= {kind: packed.copy() for kind, packed in records._packed.items()}
            return
        self.add(map(record_row, records))

    def add(self, rows: Iterable[RecordRow]) -> None:
        """Add records as rows."""
        left = iter(rows)
        while lot := [*islice(left, TOGETHER)]:
            by_kind: dict[type[Record], list[Values]] = defaultdict(list)
            for kind, row in lot:
                by_kind[kind].append(row)
            for kind, of_kind in by_kind.items():
                self.add_rows(kind, of_kind)

    def take_on(self, kind: type[Record], rows: PackedTable) -> None:
        """Add records of a kind as rows that are packed already."""
        self._packed[kind].take_on(rows)

    def add_rows(self, kind: type[Record], rows: Iterable[Values]) -> None:
        """Add records of a kind as rows."""
        left = iter(rows)
        for first in left:
            self._packed[kind].extend(chain((first,), left))

    @property
    def kinds(self) -> tuple[type[Record], ...]:
        """The kinds of records that there are."""
        return tuple(self._packed)

    def of(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield the records of a kind."""
        return map(reader(kind), self.rows(kind))

    def as_held(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield what the records of a kind hold, as `told` does, by the names of their fields; it cannot be changed."""
        return map(_held(kind), self.rows(kind))

    def rows(self, kind: type[Record]) -> PackedTable:
        """Return the records of a kind as rows: a value for each of its columns, of which the id is the first."""
        return self._packed.get(kind) or PackedTable()

    def ids(self, kind: type[Record]) -> Iterator[str]:
        """Yield the ids of the records of a kind."""
        return self.rows(kind).told((0,))

    def told(self, kind: type[Record], *names: str) -> Iterator[Any]:
        """Yield what the records of a kind hold in some fields, as SQLite keeps it; it is quicker than to make each."""
        return self.rows(kind).told([*map([*columns(kind)].index, names)])

    def change(self, kind: type[AnyRecord], change: Callable[[AnyRecord], None]) -> None:
        """Let a function change each record of a kind, but for its id."""
        if kind not in self._packed:
            return
        changed, values = PackedTable(), to_values(kind)
        for record in self.of(kind):
            change(record)
            changed.append(values(record))
        self._packed[kind] = changed

    def once(self, joined: Callable[[type[Record], Values, Values], Values] = lambda _, __, later: later) -> None:
        """Keep one row of each id, at the place of the first: the later, or the two ``joined``."""
        for kind, packed in self._packed.items():
            self._packed[kind] = packed.once(partial(joined, kind))


class RecordsById(MutableMapping[str, Record]):
    """Records by their ids, each held as the row that SQLite keeps of it: half of what the record would take.

    Whoever asks is given a new object: to change what is held, put it back.
    """

    def __init__(self) -> None:
        self._rows: dict[str, Values] = {}
        """Id -> the kind, the number of the row of the list that told it, and after them the row."""

    def __contains__(self, own: object) -> bool:
        """Tell whether there is a record of an id."""
        return own in self._rows

    def __getitem__(self, own: str) -> Record:
        """Return the record of an id."""
        return _made(self._rows[own])

    def __setitem__(self, own: str, record: Record) -> None:
        """Hold a record; where it came from stays as it was noted."""
        self._rows[own] = (type(record), self.place(own), *to_values(type(record))(record))

    def row(self, own: str) -> RecordRow:
        """Return the record of an id as a row."""
        kind, _, *row = self._rows[own]
        return kind, tuple(row)

    def place(self, own: str) -> int | None:
        """Return the number of the row of the list that told a record; None where nobody noted it."""
        row = self._rows.get(own)
        return None if row is None else row[1]

    def put(self, record: RecordRow, place: int | None = None) -> None:
        """Hold a record that is a row, and where it came from."""
        kind, row = record
        self._rows[row[0]] = (kind, place, *row)

    def change(self, own: str, name: str, value: Any) -> None:
        """Let a record hold another value in a field, as SQLite keeps it."""
        row = [*self._rows[own]]
        row[[*columns(row[0])].index(name) + 2] = value
        self._rows[own] = tuple(row)

    def __delitem__(self, own: str) -> None:
        """Let go of a record."""
        del self._rows[own]

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._rows)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._rows)

    def of(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield the records of a kind that there are when they are asked for, whatever is done to them meanwhile."""
        make, rows = reader(kind), [row for row in self._rows.values() if row[0] is kind]
        return (make(row[2:]) for row in rows)

    def among(self, *kinds: type[Record]) -> Iterator[Record]:
        """Yield the records of some kinds, as `of` those of one."""
        return map(_made, [row for row in self._rows.values() if row[0] in kinds])

    def told(self, kind: type[Record], *names: str) -> Iterator[Any]:
        """Yield what the records of a kind hold in some fields, as that of `PackedRecords` does."""
        return HeldRows(kind, [row for row in self._rows.values() if row[0] is kind]).told(*names)

    def rows(self, *kinds: type[Record]) -> Iterator[RecordRow]:
        """Yield the records of some kinds as rows, in the order in which they came."""
        return ((row[0], row[2:]) for row in [row for row in self._rows.values() if row[0] in kinds])

    def by_kind(self) -> dict[type[Record], "HeldRows"]:
        """Return the rows of each kind that there is."""
        rows = defaultdict[type[Record], list[Values]](list)
        for row in self._rows.values():
            rows[row[0]].append(row)
        return {kind: HeldRows(kind, held) for kind, held in rows.items()}

    def unknown(self, ids: Iterable[str | None]) -> set[str | None]:
        """Return those of some ids of which there is no record; None is no id."""
        return {*ids}.difference(self._rows, (None,))

    def move(self, records: PackedRecords) -> None:
        """Hand every record over, letting go of each."""
        by_kind = self.by_kind()
        self._rows.clear()
        for kind, rows in by_kind.items():
            records.add_rows(kind, rows.taken())


class HeldRows:
    """The rows of a kind that `RecordsById` held when it was asked."""

    def __init__(self, kind: type[Record], held: list[Values]) -> None:
        self._kind, self._held = kind, held

    def told(self, *names: str) -> Iterator[Any]:
        """Yield what they hold in some fields."""
        places = [*columns(self._kind)]
        return map(itemgetter(*[places.index(name) + 2 for name in names]), self._held)

    def taken(self) -> Iterator[Values]:
        """Yield the rows, letting go of each."""
        self._held.reverse()
        while self._held:
            yield self._held.pop()[2:]


def telling(kind: type[Record], *names: str) -> Callable[[Values], Any]:
    """Return a function that takes the values of some fields out of a row; of one field the value alone."""
    return itemgetter(*map([*columns(kind)].index, names))


def record_row(record: Record) -> RecordRow:
    """Return a record as its kind and its row."""
    kind = type(record)
    return kind, to_values(kind)(record)


def _made(row: Values) -> Record:
    record: Record = reader(row[0])(row[2:])
    return record


def _once(rows: Packed[Values], several: set[int], joined: Callable[[Values, Values], Values]) -> Iterator[Values]:
    """Yield one row of each id; ``several`` are the hashes of the ids that may have more."""
    last: dict[str, Values] = {}
    for row in rows:
        if hash(row[0]) in several:
            last[row[0]] = joined(last[row[0]], row) if row[0] in last else row
    for row in rows:
        if hash(row[0]) not in several:
            yield row
        elif (final := last.pop(row[0], None)) is not None:
            yield final


@cache
def _held(kind: type[AnyRecord]) -> Callable[[Values], AnyRecord]:
    """Return a function that gives the values of a row the names of their fields."""
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


@cache
def row_of_checked(kind: type[Record]) -> Callable[[Mapping[str, Any]], Values]:
    """Return a function that makes the row of values as SQLite keeps them, as `Record.of_checked` the record."""
    blank = to_values(kind)(kind.of_checked())
    places = {name: place for place, name in enumerate(columns(kind))}

    def made(values: Mapping[str, Any]) -> Values:
        row: list[Any] = [*blank]
        for name, value in values.items():
            row[places[name]] = value
        return tuple(row)

    return made


@cache
def row_of_read(kind: type[Record]) -> Callable[[str, Mapping[str, Any]], Values]:
    """Return a function that makes the row of an id and of values that parsers read, as `Record.of_read` the record.

    The function raises ValidationError as that does.
    """
    blank = to_values(kind)(kind.of_checked(id=""))
    places, bounds = {name: place for place, name in enumerate(columns(kind))}, bounded(kind)

    def made(own: str, values: Mapping[str, Any]) -> Values:
        row: list[Any] = [*blank]
        row[0] = own
        for name, value in values.items():
            type_ = type(value)
            if type_ is str:
                if len(value) > LONGEST_NUMBER or value != value.strip():
                    return validated(own, values)
            elif type_ is float:
                least, most = bounds.get(name, ANY_NUMBER)
                if not least <= value <= most:
                    return validated(own, values)
            elif type_ is dt.date:
                value = value.isoformat()
            elif type_ is bool:
                value = int(value)
            elif type_ is not int and value is not None:
                return validated(own, values)
            row[places[name]] = value
        return tuple(row)

    def validated(own: str, values: Mapping[str, Any]) -> Values:
        return to_values(kind)(kind(id=own, **values))

    return made


ANY_NUMBER = -math.inf, math.inf


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
