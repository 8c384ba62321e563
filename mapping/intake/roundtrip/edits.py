"""Edits of known records: what a directory holds of them, and what a row that came back makes of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from mapping.batch import Issue, Level
from mapping.directory.directory import public_id
from mapping.intake.row_reader import Reader
from mapping.language.i18n import Phrase
from mapping.model import AUDIENCES, RECORDS, Audience, Record
from mapping.quality.known_organizations import Known

KEYED = ("service", "location")
"""Tables whose published ids stand in a workbook."""


class HeldRecords:
    """What a directory holds of the records that rows speak of, by private and by published id."""

    def __init__(self, known: Known) -> None:
        key = getattr(known.held, "key", None)
        if known.held is None or key is None:
            raise LookupError("no directory")
        self.held, self.key = known.held, key

    @cached_property
    def private(self) -> dict[tuple[str, str], str]:
        """Private id by table and published id."""
        return {
            (table, public_id(self.key, identifier)): identifier
            for table in KEYED
            for identifier in self.records(table)
        }

    def records(self, table: str) -> dict[str, Record]:
        """Return the records of a table by id."""
        if table not in self._tables:
            self._tables[table] = {record.id: record for record in self.held.records(RECORDS[table])}
        return self._tables[table]

    @cached_property
    def _tables(self) -> dict[str, dict[str, Record]]:
        return {}

    def of(self, table: str, column: str, owner: str) -> list[Record]:
        """Return the records of a table that belong to another by a column."""
        if (table, column) not in self._owned:
            grouped: dict[str, list[Record]] = defaultdict(list)
            for record in self.records(table).values():
                grouped[getattr(record, column) or ""].append(record)
            self._owned[table, column] = grouped
        return self._owned[table, column].get(owner, [])

    @cached_property
    def _owned(self) -> dict[tuple[str, str], dict[str, list[Record]]]:
        return {}


@dataclass
class Edit:
    """A row that changes a known record: its cells, the records that it speaks of, and what becomes of them."""

    reader: Reader
    held: HeldRecords
    columns: set[str]
    """Columns whose cells were edited."""
    audience: Audience
    """For whom the workbook was made: what they could not see stays as it is."""
    service: str
    location: str | None
    organization: str | None
    language: str
    records: dict[str, Record]
    removed: list[tuple[str, str]]
    touched: bool = False
    """Whether the row changed anything."""

    @property
    def source(self) -> str:
        """Short name of the sender."""
        return self.reader.intake.columns.source

    def text(self, key: str) -> str:
        """Return the text of one of our columns."""
        return self.reader.row.text([self.heading(key)])

    def heading(self, key: str) -> str:
        """Return the heading of one of our columns."""
        returned = self.reader.intake.columns.returned
        return returned.columns[key] if returned else key

    def seen(self, record: Record) -> bool:
        """Whether the audience of the workbook could see a record."""
        marked: Audience = getattr(record, "audience", "public")
        return AUDIENCES.index(marked) <= AUDIENCES.index(self.audience)

    def current(self, table: str, identifier: str) -> Record | None:
        """Return a record as this file has changed it so far."""
        return self.records.get(identifier) or self.held.records(table).get(identifier)

    def put(self, record: Record) -> None:
        """Give a record that is new or changed."""
        self.records[record.id] = record
        self.touched = True

    def set(self, table: str, identifier: str | None, key: str, **fields: Any) -> None:
        """Change fields of a known record; what does not fit is said, and changes nothing."""
        record = self.current(table, identifier or "")
        if record is None:
            self.reader.say(
                "", Phrase("there is no {table} to change", table=table), Phrase("ask a steward"), "refused"
            )
            return
        try:
            self.put(type(record).model_validate(record.model_dump() | fields))
        except ValidationError as error:
            reason = Phrase.of(error.errors()[0]["msg"])
            self.say(
                key,
                Phrase("{text!r} cannot stand here ({reason})", text=self.text(key), reason=reason),
                Phrase("look at the sheet that explains the columns"),
            )

    def say(self, key: str, problem: Phrase, fix: Phrase, level: Level = "refused") -> None:
        """Keep an issue of a cell."""
        batch, row = self.reader.intake.batch, self.reader.row
        batch.issues.append(Issue(batch.file, row.sheet, row.number, self.heading(key), problem, fix, level))

    def remove(self, record: Record) -> None:
        """Take out a part of a record, with its texts in other languages."""
        texts = self.held.of("translation", "link_id", record.id)
        self.removed += [(record.table, record.id), *((text.table, text.id) for text in texts)]
        self.touched = True

    def replace(self, old: Sequence[Record], new: Mapping[Any, Record], key_of: Callable[[Record], Any]) -> None:
        """Put new parts in place of old ones that could be seen; those that are the same stay untouched."""
        for record in old:
            if self.seen(record) and key_of(record) not in new:
                self.remove(record)
        there = {key_of(record) for record in old}
        for key, record in new.items():
            if key not in there:
                self.put(record)
