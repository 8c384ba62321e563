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
from mapping.language.i18n import Message
from mapping.model import AUDIENCES, AnyRecord, Audience, Location, Record, Service, Translation, record_id
from mapping.quality.known_organizations import Known

KEYED: tuple[type[Record], ...] = (Service, Location)
"""Records whose published ids stand in a workbook."""


class HeldRecords:
    """What a directory holds of the records that rows speak of, by private and by published id."""

    def __init__(self, known: Known) -> None:
        key = getattr(known.held, "key", None)
        if known.held is None or key is None:
            raise LookupError("no directory")
        self.held, self.key = known.held, key
        self._tables: dict[type[Record], dict[str, Any]] = {}
        self._owned: dict[tuple[type[Record], str], dict[str, list[Any]]] = {}

    @cached_property
    def private(self) -> dict[tuple[str, str], str]:
        """Private id by table and published id."""
        return {
            (kind.table, public_id(self.key, identifier)): identifier
            for kind in KEYED
            for identifier in self.records(kind)
        }

    def records(self, kind: type[AnyRecord]) -> dict[str, AnyRecord]:
        """Return the records of a kind by id."""
        if kind not in self._tables:
            self._tables[kind] = {record.id: record for record in self.held.records(kind)}
        records: dict[str, AnyRecord] = self._tables[kind]
        return records

    def of(self, kind: type[AnyRecord], column: str, owner: str | None) -> list[AnyRecord]:
        """Return the records of a kind that belong to another by a column."""
        if (kind, column) not in self._owned:
            grouped: dict[str, list[Any]] = defaultdict(list)
            for record in self.records(kind).values():
                grouped[getattr(record, column) or ""].append(record)
            self._owned[kind, column] = grouped
        return self._owned[kind, column].get(owner or "-", [])


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
    records: dict[str, Any]
    """What the file has changed so far, by id."""
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

    def current(self, kind: type[AnyRecord], identifier: str | None) -> AnyRecord | None:
        """Return a record as this file has changed it so far."""
        return self.records.get(identifier or "") or self.held.records(kind).get(identifier or "")

    def id_of(self, kind: type[Record], key: str) -> str | None:
        """Return the id of the service, organization or place of the row; that it has no place is said."""
        if kind is Location and self.location is None:
            fix = Message("write a new row for the place, without ids")
            self.say(key, Message("the row is about a service without a place"), fix)
        return {Service: self.service, Location: self.location}.get(kind, self.organization)

    def own_id(self, table: str, *key: object) -> str:
        """Return the id of a record of the sender's."""
        return record_id(self.source, table, *key)

    def put(self, record: Record) -> None:
        """Give a record that is new or changed."""
        self.records[record.id] = record
        self.touched = True

    def set(self, kind: type[Record], identifier: str | None, key: str, **fields: Any) -> None:
        """Change fields of a known record; what does not fit is said, and changes nothing."""
        record = self.current(kind, identifier)
        if record is None:
            problem = Message("there is no {table} to change", table=kind.table)
            self.reader.say("", problem, Message("ask a steward"), "refused")
            return
        try:
            self.put(kind.model_validate(record.model_dump() | fields))
        except ValidationError as error:
            reason = Message.of(error.errors()[0]["msg"])
            self.say(
                key,
                Message("{text!r} cannot stand here ({reason})", text=self.text(key), reason=reason),
                Message("look at the sheet that explains the columns"),
            )

    def say(self, key: str, problem: Message, fix: Message, level: Level = "refused") -> None:
        """Keep an issue of a cell."""
        batch, row = self.reader.intake.batch, self.reader.row
        batch.issues.append(Issue(batch.file, row.sheet, row.number, self.heading(key), problem, fix, level))

    def remove(self, record: Record) -> None:
        """Take out a part of a record, with its texts in other languages."""
        texts = self.held.of(Translation, "link_id", record.id)
        self.removed += [(record.table, record.id), *((text.table, text.id) for text in texts)]
        self.touched = True

    def replace(
        self, old: Sequence[AnyRecord], new: Mapping[Any, AnyRecord], key_of: Callable[[AnyRecord], Any]
    ) -> None:
        """Put new parts in place of old ones that could be seen; those that are the same stay untouched."""
        for record in old:
            if self.seen(record) and key_of(record) not in new:
                self.remove(record)
        there = {key_of(record) for record in old}
        for key, record in new.items():
            if key not in there:
                self.put(record)
