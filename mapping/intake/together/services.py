"""Rows of services one after another: what each gives, and which bodies it meets.

What the cells of a row say depends on no other row; which body it is about does. So a second process may read rows of a
large list ahead, as though nobody were known. What it made of a row holds where nobody else may be meant by the names
in it; the others are read again here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from mapping.apart import Helper
from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Issue, counted
from mapping.intake.facts.places import LOOKED_AT
from mapping.intake.row_keys import row_key, without_repeats
from mapping.intake.row_reader import MANY, Intake, Reader
from mapping.intake.rows import PackedRows, SheetRow
from mapping.intake.services import read_row
from mapping.language.i18n import Phrase
from mapping.model import Audience, Record
from mapping.packed import TOGETHER, Packed, PackedTable, RecordRow, Values, record_row
from mapping.quality.known_organizations import Body, Known, Told

MANY_ROWS = 8_000
"""Rows of a file from which on a second process pays: it takes two seconds until it can read any."""


class UnreadRow(NamedTuple):
    """A row to be read, as another process can be given it: its key, and what is known of it from other rows."""

    row: Values
    key: str
    reasons: list[Phrase]
    said: set[Issue]
    unread: set[str]
    faults: int
    at_most: Audience

    def reader(self, intake: Intake) -> Reader:
        """Return its reader."""
        row = SheetRow._make(self.row)
        return Reader(intake, row, self.reasons, self.said, self.unread, self.faults, self.at_most)


class ReadRow(NamedTuple):
    """What was made of a row by itself."""

    told: Told | None
    """What it tells of a body; None where it may have to be set aside: then it is read again."""
    kinds: bytes
    """The numbers of the tables in which its records stand."""
    issues: list[Issue]


class ReadRows(NamedTuple):
    """What was made of some rows, and their records by table."""

    rows: list[ReadRow]
    tables: dict[type[Record], PackedTable]


def read_services(rows: Packed[SheetRow], intake: Intake, children: Mapping[str, list[Reader]], helper: Helper) -> None:
    """Read rows of services into the batch, in two processes where the helper has begun.

    Those that must be set aside are noted with their reasons, and give nothing.
    """
    intake.rows = rows
    unread = _unread(rows, intake)
    parts = iter(lambda: [*islice(unread, TOGETHER)], [])
    joining = Joining(intake, children)
    for _ in counted(joining.joined(parts, helper), len(rows), intake.progress):
        pass


def _unread(rows: Packed[SheetRow], intake: Intake) -> Iterator[UnreadRow]:
    """Yield the rows that are to be read."""
    uses: dict[str, int] = {}
    for reader in without_repeats(rows, intake):
        key = row_key(reader, uses)
        known = reader.reasons, reader.said, reader.unread, reader.faults, reader.at_most
        yield UnreadRow(tuple(reader.row), key, *known)


@dataclass
class Joining:
    """The rows of a list on their way into its batch, in their order."""

    intake: Intake
    children: Mapping[str, list[Reader]]

    def joined(self, parts: Iterator[list[UnreadRow]], helper: Helper) -> Iterator[None]:
        """Read parts of the list, and yield after each row."""
        if self.children or not helper.has_begun:
            for part in parts:
                yield from self._read_all(part)
            return
        for part, made in helper.ahead(parts, reading, _of_nobody_known(self.intake)):
            yield from self._read_all(part) if made is None else self._join(part, *made)

    def _read_all(self, part: list[UnreadRow]) -> Iterator[None]:
        """Read rows, and add their records together."""
        records: list[RecordRow] = []
        for unread in part:
            records += self._read(unread)
            yield
        self.intake.batch.records.add(records)

    def _read(self, unread: UnreadRow) -> list[RecordRow]:
        """Read a row; return its records."""
        reader = unread.reader(self.intake)
        site = read_row(reader, self.children, unread.key)
        if reader.reasons:
            self.intake.set_aside(reader)
        elif site is not None:
            self._learn(site.body, site.told)
            return site.rows
        return []

    def _learn(self, body: Body, mention: Told) -> None:
        intake = self.intake
        if mention.organization is not None and body.id not in intake.made:
            intake.batch.records.add((record_row(mention.organization),))
        else:
            mention.organization = None
        intake.made.add(body.id)
        intake.known.learn_told(body, mention, intake.source_id)

    def _join(self, part: list[UnreadRow], made: ReadRows) -> Iterator[None]:
        """Take on what another process made of rows, but for those that others count for: these are read here."""
        instead: dict[int, list[RecordRow]] = {}
        known, batch = self.intake.known, self.intake.batch
        for place, (unread, row) in enumerate(zip(part, made.rows, strict=True)):
            if (mention := row.told) is not None and self._holds(mention):
                batch.issues += row.issues
                self._learn(known.bodies.get(mention.body) or Body(mention.body, mention.names[0]), mention)
            elif (records := self._read(unread)) or row.kinds:
                instead[place] = records
            yield
        if not instead:
            for kind, table in made.tables.items():
                batch.records.take_on(kind, table)
            return
        tables, records = [(kind, iter(table)) for kind, table in made.tables.items()], list[RecordRow]()
        for place, row in enumerate(made.rows):
            own = [(kind, next(left)) for kind, left in map(tables.__getitem__, row.kinds)]
            records += instead.get(place, own)
        batch.records.add(records)

    def _holds(self, mention: Told) -> bool:
        """Tell whether a row is about the body that the list itself makes of it, and says no more than it does then."""
        says_again = mention.doubts and mention.body in self.intake.made
        return not says_again and not self.intake.known.meets_another(mention)


def be_ready(_work: object, area: StudyArea) -> None:
    """Load what rows are read with: what a second process does while this one finds them."""
    _ = area.all_units(), area.gazetteer


def _of_nobody_known(intake: Intake) -> Intake:
    """Return what the reading of a file shares, where nothing was read, nobody is known and few rows are there."""
    known = Known(maps=intake.known.maps, phones=intake.known.phones)
    batch = Batch(intake.batch.source, intake.batch.file)
    rows = PackedRows(islice(intake.rows, LOOKED_AT))
    return replace(intake, known=known, batch=batch, progress=None, made=set(), aside={}, rows=rows)


def reading(intake: Intake) -> Callable[[list[UnreadRow]], ReadRows]:
    """Return a function that reads rows by themselves."""

    def read(part: list[UnreadRow]) -> ReadRows:
        intake.made.clear()
        records: dict[type[Record], list[Values]] = defaultdict(list)
        numbers: dict[type[Record], int] = {}
        rows = []
        for unread in part:
            issues: list[Issue] = []
            intake.batch.issues = issues
            reader = unread.reader(intake)
            site = read_row(reader, {}, unread.key)
            if site is None or reader.reasons or len(reader.unread) >= MANY:
                rows.append(ReadRow(None, b"", []))
                continue
            for kind, row in site.rows:
                records[kind].append(row)
            intake.made.add(site.told.body)
            kinds = bytes(numbers.setdefault(kind, len(numbers)) for kind, _ in site.rows)
            rows.append(ReadRow(site.told, kinds, issues))
        return ReadRows(rows, {kind: _packed(own) for kind, own in records.items()})

    return read


def _packed(rows: list[Values]) -> PackedTable:
    table = PackedTable(rows)
    table.close()
    return table
