"""Rows of HSDS become records: each value is read, each fault is said with its row, and what can be kept is kept.

`Taking.take` is given rows in any order; `mapping.formats.hsds._finish` settles what needs all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from mapping.batch import Batch, Issue, Level, RefusedRow
from mapping.formats import ReadContext
from mapping.formats.hsds._names import NAMES, REFERENCES, Raw, SentRow, identified
from mapping.formats.hsds._read import (
    LATE,
    LINKED,
    SHARED,
    LateRow,
    Reading,
    digest_of,
    is_passed_over,
)
from mapping.language.i18n import Phrase, both
from mapping.language.parsers import shown
from mapping.model import RECORDS, Record, Source, least_precise, record_id, strictest
from mapping.record_tables import RecordRow, RecordsById

MOST_SAID = 50
"""How often one fault is said row by row; after that it is only counted."""


@dataclass
class Taking(Reading):
    """The records of one file on their way into a batch.

    ``counted`` is what a row is for the batch: every row of a table, or every document.
    """

    context: ReadContext
    file: str
    counted: int = 0
    batch: Batch = field(init=False)
    records: RecordsById = field(default_factory=RecordsById)
    late: dict[str, dict[str, LateRow]] = field(default_factory=lambda: defaultdict(dict))
    sheets: dict[str, str] = field(default_factory=dict)
    """Table -> sheet that its records came from; record -> sheet, where that was another."""
    marked: set[str] = field(default_factory=set)
    """Records that say themselves who may see them."""
    unnamed: set[str] = field(default_factory=set)
    """Units without a name, which stand where nobody said what a capacity is counted in."""
    eligibility: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Service -> what a table of older versions says of whom it takes."""

    def __post_init__(self) -> None:
        """Start the batch of the file."""
        super().__init__(self.context.source.id, self.context.audience, self.file)
        self.batch = Batch(self.context.source, self.file)
        self._sent: dict[str, dict[str, str]] = {}
        self._said: Counter[tuple[str, str, Phrase, Level]] = Counter()
        self._issues: set[Issue] = set()
        self._cells: dict[str, dict[str, bytes]] = defaultdict(dict)
        """Table -> id as it was sent -> digest of what its row said last."""

    @property
    def source(self) -> Source:
        """The sender."""
        return self.context.source

    def sent_as(self, table: str, own: str) -> str:
        """Return what the sender calls a record of ours, for a message."""
        if table not in self._sent or own not in self._sent[table]:
            self._sent[table] = {made: sent for sent, made in self.keys[table].items()}
        return self._sent[table].get(own, own)

    def settling(self, table: str) -> Iterator[LateRow]:
        """Yield the late rows of a table, letting go of each: their records take the memory that they took."""
        rows = self.late.pop(table, {})
        for own in [*rows]:
            yield rows.pop(own)

    def forget_cells(self) -> None:
        """Let go of the cells of the rows, once all have come: no row of them will come again."""
        self._cells.clear()

    def where(self, record: Record) -> Raw:
        """Return where a record stood, for a message."""
        return self.place_of(record.table, record.id)

    def place_of(self, table: str, own: str) -> Raw:
        """Return where a record of a table stood, for a message."""
        place = self.records.place(own)
        return Raw(table, {}, table if place is None else self._sheet(table, own), place)

    def _hold(self, table: str, sheet: str, place: int | None, rows: Sequence[RecordRow]) -> None:
        """Keep the record of a row, and where it came from, for whatever may turn out wrong."""
        if not rows:
            return
        record, *provenance = rows
        own = record[1][0]
        self.records.put(record, place)
        if self.sheets.setdefault(table, sheet) != sheet:
            self.sheets[own] = sheet
        elif own in self.sheets:
            del self.sheets[own]
        for other in provenance:
            self.records.put(other)

    def _sheet(self, table: str, own: str) -> str:
        """Return the sheet that a record came from."""
        return self.sheets.get(own, self.sheets.get(table, ""))

    def take(self, raw: Raw) -> None:
        """Take one row."""
        table, cells = raw.table, raw.cells
        if table not in RECORDS:
            self._aside(raw)
            return
        if is_passed_over(cells):
            return
        sent = identified(table, cells)
        if table == "unit" and not cells.get("name"):
            self.unnamed.add(self.key(table, sent))
            return
        if table in SHARED:
            digests, digest = self._cells[table], digest_of(cells)
            if digests.get(sent) == digest:
                return
            digests[sent] = digest
        fields = self.read(raw, sent)
        own = self.own(table, sent)
        if "audience" in fields:
            self.marked.add(own)
        if table in LATE:
            self._keep(table, own, sent, fields, raw)
            return
        self._add(own, sent, fields, raw)

    def _aside(self, raw: Raw) -> None:
        """Keep what a table without records of its own says of services."""
        service = raw.cells.get("service_id")
        if raw.table == "eligibility" and isinstance(service, NAMES):
            texts = {name: raw.cells[name] for name in ("minimum_age", "maximum_age") if raw.cells.get(name)}
            if raw.cells.get("eligibility"):
                texts["eligibility_description"] = raw.cells["eligibility"]
            self.eligibility.setdefault(self.key("service", service), {}).update(texts)
        elif raw.table == "payment_accepted":
            self.say(
                raw,
                "payment",
                Phrase("how one can pay is not kept"),
                Phrase("put it into the description of the fees"),
                "note",
            )

    def _keep(self, table: str, own: str, sent: str, fields: dict[str, Any], raw: Raw) -> None:
        rows = self.late[table]
        if own not in rows:
            rows[own] = LateRow.of(raw, own, sent, fields)
            return
        earlier = rows[own]
        own = self._apart(table, own, earlier.fields, fields)
        if own != earlier.id:
            rows.setdefault(own, LateRow.of(raw, own, sent, fields))
            return
        for name, value in fields.items():
            before = earlier.fields.get(name)
            if before is not None and self._meant(name, before) != self._meant(name, value):
                self._twice(raw, name, before, value)
            earlier.fields[name] = self._later(name, before, value)

    def _add(self, own: str, sent: str, fields: dict[str, Any], raw: Raw) -> None:
        """Make the record of a row, or bring the one of the same id up to date."""
        if own in self.records:
            own = self._apart(raw.table, own, self.records[own].__dict__, fields)
        if own not in self.records:
            self.add(raw, own, self.with_audience(raw.table, fields), sent)
            return
        earlier = self.records[own]
        for name, value in fields.items():
            before, meant = getattr(earlier, name), self._meant(name, value)
            if before is not None and before != meant and before != RECORDS[raw.table].model_fields[name].default:
                self._twice(raw, name, before, value)
            try:
                setattr(earlier, name, self._later(name, before, value))
            except ValidationError as error:
                self._refuse_misfit(raw, error)
        self.records[own] = earlier

    def _meant(self, name: str, value: Any) -> Any:
        """Return what stands of a value: of a marking, what the source as a whole leaves of it."""
        return self.audience(value) if name == "audience" else value

    def _later(self, name: str, before: Any, value: Any) -> Any:
        """Return what stands of two values: the later one, but of markings the strictest."""
        if name == "audience" and before is not None:
            return strictest(before, self._meant(name, value))
        if name == "precision" and before is not None:
            return least_precise(before, value)
        return bool(before) or value if name == "do_not_list" else value

    def _twice(self, raw: Raw, name: str, before: Any, value: Any) -> None:
        problem = Phrase(
            "the id of the row stands twice: {before} and {now}",
            before=shown(str(before)),
            now=shown(str(value)),
        )
        self.say(raw, name, problem, Phrase("the later row stands; ask the sender which is right"))

    def _apart(self, table: str, own: str, before: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
        """Return the id of a part that belongs to another record than before: one phone of two services is two."""
        if table in ("organization", "service", "location", "taxonomy", "taxonomy_term", "unit", "program"):
            return own
        names = [*REFERENCES[table], *(("link_id",) if table in LINKED else ())]
        other = [fields[n] for n in names if fields.get(n) and before.get(n) and fields[n] != before[n]]
        return record_id(self.sender, table, own, *other) if other else own

    def add(self, raw: SentRow, own: str, fields: dict[str, Any], sent: str = "") -> None:
        """Make a record and keep it; where that cannot be, set the row aside with the reason."""
        self._hold(raw.table, raw.sheet, raw.row, self.rows(raw, own, fields, sent))

    def say(self, raw: SentRow, column: str, problem: Phrase, fix: Phrase, level: Level = "doubt") -> None:
        """Keep an issue of a row; of one that repeats, the first ones by row."""
        key = (raw.sheet, column, fix, level)
        issue = Issue(self.file, raw.sheet, raw.row, column, problem, fix, level)
        if issue in self._issues:
            return  # one record may stand in a document several times
        self._said[key] += 1
        if self._said[key] <= MOST_SAID:
            self._issues.add(issue)
            self.batch.issues.append(issue)

    def refuse(self, raw: SentRow, column: str, problem: Phrase, fix: Phrase) -> None:
        """Set a row aside whole, with its reason."""
        self.say(raw, column, problem, Phrase("the row was left out; {fix}", fix=fix), "refused")
        cells = {name: str(value) for name, value in raw.cells.items() if value is not None}
        self.batch.refused.append(RefusedRow(raw.sheet, raw.row or 0, cells, (both(problem, fix),)))

    def overflow(self) -> None:
        """Say how often faults stood in further rows, that were not said one by one."""
        for (sheet, column, fix, level), count in self._said.items():
            if count > MOST_SAID:
                problem = Phrase("and {count} more {count:row|rows} with the same fault", count=count - MOST_SAID)
                self.batch.issues.append(Issue(self.file, sheet, None, column, problem, fix, level))
