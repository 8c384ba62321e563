"""Rows of HSDS become records: each value is read, each fault is said with its row, and what can be kept is kept.

`Taking.take` is given rows in any order; `mapping.formats.hsds._finish` settles what needs all of them.
"""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from mapping.batch import Batch, Issue, Level, RefusedRow
from mapping.formats import ReadContext
from mapping.formats.hsds._names import (
    EXPECTED,
    HOLDING,
    IGNORED,
    NAMES,
    NESTED,
    NO_ID,
    PASSED_OVER,
    REFERENCES,
    Raw,
    identified,
    table_of,
)
from mapping.formats.hsds._values import Mended, language_code, parsers, plain, values_shown
from mapping.language.i18n import Phrase, Several, both
from mapping.language.parsers import Partly, Unreadable
from mapping.model import (
    RECORDS,
    Audience,
    Provenance,
    Record,
    Source,
    ids_of,
    least_precise,
    record_id,
    required,
    strictest,
)
from mapping.packed import RecordRow, RecordsById, row_of_read
from mapping.safety.sensitive_text import asks_in_prose, withholds

MOST_SAID = 50
"""How often one fault is said row by row; after that it is only counted."""

NEEDED: dict[str, frozenset[str]] = {table: frozenset(required(kind) - {"id"}) for table, kind in RECORDS.items()}

CALLED: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("name", "alternate_name", "title", "alert"), withholds),
    "description": asks_in_prose,
}
"""Fields in which a sender may ask that a record be not shown -> what tells whether the sender does."""
MARKED = frozenset(table for table, kind in RECORDS.items() if "audience" in kind.model_fields)
"""Tables whose records say who may see them."""

LINKED = frozenset(table for table, kind in RECORDS.items() if "link_id" in kind.model_fields)
"""Tables of what is said of a record of any table."""

NAMED = frozenset(table for refs in REFERENCES.values() for table in refs.values())
"""Tables whose records columns of other rows name."""

LATE = frozenset({"location", "address", "phone", "attribute", "taxonomy", "taxonomy_term"})
"""Tables whose rows are settled when all rows are there: they need others to be understood."""

SHARED = frozenset({"organization", "program", "unit", "taxonomy", "taxonomy_term", "location", "phone", "contact"})
"""Tables whose records stand in many documents of JSON."""

LOST: dict[str, dict[str, Phrase]] = {
    "schedule": {
        "count": Phrase("how often the hours repeat is not kept"),
        "byweekno": Phrase("in which weeks the hours hold is not kept"),
        "byyearday": Phrase("on which days of the year the hours hold is not kept"),
    },
}
"""Columns of HSDS that this directory does not keep, and what that means."""

ADDED_TO: dict[str, dict[str, str]] = {"service": {"fees": "fees_description", "licenses": "accreditations"}}
"""Columns of HSDS that are kept as part of another text."""


@dataclass(slots=True)
class LateRow:
    """A late row: its fields so far, and where it stood."""

    id: str
    sent: str
    fields: dict[str, Any]
    raw: Raw


class LateRows(MutableMapping[str, LateRow]):
    """Late rows by the id of their record, each held as one tuple of what it says: to change one, put it back."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Any, ...]] = {}
        """Id -> the names, how the sender calls it, its sheet and row; the fields; the cells."""
        self._names: dict[_RowNames, _RowNames] = {}

    def __contains__(self, own: object) -> bool:
        """Tell whether there is a row of an id."""
        return own in self._held

    def __getitem__(self, own: str) -> LateRow:
        """Return the row of an id."""
        held = self._held[own]
        (table, fields, cells), sent, sheet, row = held[:4]
        end = 4 + len(fields)
        raw = Raw(table, dict(zip(cells, held[end:], strict=True)), sheet, row)
        return LateRow(own, sent, dict(zip(fields, held[4:end], strict=True)), raw)

    def __setitem__(self, own: str, row: LateRow) -> None:
        """Hold a row."""
        fields, raw = row.fields, row.raw
        names = (raw.table, tuple(fields), tuple(raw.cells))
        names = self._names.setdefault(names, names)
        self._held[own] = (names, row.sent, raw.sheet, raw.row, *fields.values(), *raw.cells.values())

    def __delitem__(self, own: str) -> None:
        """Let go of a row."""
        del self._held[own]

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._held)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._held)

    def taken(self) -> Iterator[LateRow]:
        """Yield the rows, letting go of each."""
        for own in [*self._held]:
            yield self[own]
            del self[own]

    def told(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield the id of each row, and what it says in a field."""
        for own, ((_, fields, _), *values) in self._held.items():
            yield own, values[3 + fields.index(name)] if name in fields else None


_RowNames = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What many rows share: their table, the names of their fields, and those of their cells."""


@dataclass
class Taking:
    """The records of one file on their way into a batch.

    ``counted`` is what a row is for the batch: every row of a table, or every document.
    """

    context: ReadContext
    file: str
    counted: int = 0
    batch: Batch = field(init=False)
    records: RecordsById = field(default_factory=RecordsById)
    late: dict[str, LateRows] = field(default_factory=lambda: defaultdict(LateRows))
    sheets: dict[str, str] = field(default_factory=dict)
    """Table -> sheet that its records came from; record -> sheet, where that was another."""
    keys: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Table -> id as it was sent -> id of our record."""
    marked: set[str] = field(default_factory=set)
    """Records that say themselves who may see them."""
    unnamed: set[str] = field(default_factory=set)
    """Units without a name, which stand where nobody said what a capacity is counted in."""
    eligibility: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Service -> what a table of older versions says of whom it takes."""

    def __post_init__(self) -> None:
        """Start the batch of the file."""
        self.batch = Batch(self.context.source, self.file)
        self.sender = self.context.source.id
        self._sent: dict[str, dict[str, str]] = {}
        self._said: Counter[tuple[str, str, Phrase, Level]] = Counter()
        self._issues: set[Issue] = set()
        self._unknown: set[tuple[str, str]] = set()
        self._cells: dict[str, dict[str, int]] = defaultdict(dict)
        """Table -> id as it was sent -> hash of what its row said last."""
        self._most = self.context.audience

    @property
    def source(self) -> Source:
        """The sender."""
        return self.context.source

    def key(self, table: str, sent: object) -> str:
        """Return the id of our record of what the sender calls so."""
        text = sent if isinstance(sent, str) else str(sent)
        known = self.keys[table]
        if text not in known:
            known[text] = ids_of(self.sender, table)(text.strip())
        return known[text]

    def _own(self, table: str, sent: str) -> str:
        """Return the id of the record of a row; it is only noted where columns of other rows can name it."""
        return self.key(table, sent) if table in NAMED else ids_of(self.sender, table)(sent)

    def sent_as(self, table: str, own: str) -> str:
        """Return what the sender calls a record of ours, for a message."""
        if table not in self._sent or own not in self._sent[table]:
            self._sent[table] = {made: sent for sent, made in self.keys[table].items()}
        return self._sent[table].get(own, own)

    def settling(self, table: str) -> Iterator[LateRow]:
        """Yield the late rows of a table, letting go of each: their records take the memory that they took."""
        yield from self.late.pop(table, LateRows()).taken()

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

    def _put(self, raw: Raw, record: RecordRow) -> None:
        """Keep a record, and where it came from, for whatever may turn out wrong."""
        own = record[1][0]
        self.records.put(record, raw.row)
        if self.sheets.setdefault(raw.table, raw.sheet) != raw.sheet:
            self.sheets[own] = raw.sheet
        elif own in self.sheets:
            del self.sheets[own]

    def _sheet(self, table: str, own: str) -> str:
        """Return the sheet that a record came from."""
        return self.sheets.get(own, self.sheets.get(table, ""))

    def take(self, raw: Raw) -> None:
        """Take one row."""
        table, cells = raw.table, raw.cells
        if table not in RECORDS:
            self._aside(raw)
            return
        if "link_entity" in cells and str(cells["link_entity"] or "") in PASSED_OVER:
            return  # what is said of a record that is not read
        sent = identified(table, cells)
        if table == "unit" and not cells.get("name"):
            self.unnamed.add(self.key(table, sent))
            return
        if table in SHARED:
            digests, digest = self._cells[table], _digest(cells)
            if digests.get(sent) == digest:
                return
            digests[sent] = digest
        if sent.startswith(NO_ID):
            self.say(
                raw,
                "id",
                Phrase("the row has no id"),
                Phrase("it is told from others by what it says; ask the sender for ids"),
            )
        for name in EXPECTED.get(table, ()):
            if cells.get(name) is None:
                self.say(
                    raw,
                    name,
                    Phrase("the row has no {name}, which HSDS asks for", name=name),
                    Phrase("ask the sender for it"),
                    "note",
                )
        fields = self._fields(raw)
        own = self._own(table, sent)
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
            rows[own] = LateRow(own, sent, fields, raw)
            return
        earlier = rows[own]
        own = self._apart(table, own, earlier.fields, fields)
        if own != earlier.id:
            rows.setdefault(own, LateRow(own, sent, fields, raw))
            return
        for name, value in fields.items():
            before = earlier.fields.get(name)
            if before is not None and self._meant(name, before) != self._meant(name, value):
                self._twice(raw, name, before, value)
            earlier.fields[name] = self._later(name, before, value)
        rows[own] = earlier

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
            before=values_shown(str(before)),
            now=values_shown(str(value)),
        )
        self.say(raw, name, problem, Phrase("the later row stands; ask the sender which is right"))

    def _apart(self, table: str, own: str, before: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
        """Return the id of a part that belongs to another record than before: one phone of two services is two."""
        if table in ("organization", "service", "location", "taxonomy", "taxonomy_term", "unit", "program"):
            return own
        names = [*REFERENCES[table], *(("link_id",) if table in LINKED else ())]
        other = [fields[n] for n in names if fields.get(n) and before.get(n) and fields[n] != before[n]]
        return record_id(self.sender, table, own, *other) if other else own

    def add(self, raw: Raw, own: str, fields: dict[str, Any], sent: str = "") -> None:
        """Make a record and keep it; where that cannot be, set the row aside with the reason."""
        kind = RECORDS[raw.table]
        if missing := sorted([name for name in NEEDED[raw.table] if fields.get(name) in (None, "")]):
            self.refuse(
                raw,
                missing[0],
                Phrase("the row has no {columns}", columns=Several(missing)),
                Phrase("ask the sender for it"),
            )
            return
        try:
            row = row_of_read(kind)(own, fields)
        except ValidationError as error:
            self._refuse_misfit(raw, error)
            return
        self._put(raw, (kind, row))
        if sent and raw.table in ("organization", "service"):
            self.add_provenance(raw.table, own, sent)

    def _refuse_misfit(self, raw: Raw, error: ValidationError) -> None:
        """Set a row aside of which a value does not fit its field."""
        fault = error.errors()[0]
        name = str(fault["loc"][0]) if fault["loc"] else ""
        problem = Phrase("{text}: {fault}", text=values_shown(str(fault["input"])), fault=Phrase.of(fault["msg"]))
        self.refuse(raw, name, problem, Phrase("mend the row"))

    def add_provenance(self, table: str, own: str, sent: str) -> None:
        """Note which row of the source a record came from."""
        mark = record_id(self.sender, "provenance", table, own, sent)
        self.records[mark] = Provenance.of_checked(
            id=mark,
            link_id=own,
            link_entity=table,
            source_id=self.sender,
            source_key=sent,
            file=self.file,
            sheet=self._sheet(table, own) or None,
            row=self.records.place(own),
        )

    def _fields(self, raw: Raw) -> dict[str, Any]:
        """Read the cells of a row: our fields with their values, keys as ids of our records."""
        known, refs = parsers(raw.table), REFERENCES[raw.table]
        linked = raw.table in LINKED
        fields: dict[str, Any] = {}
        for name, value in raw.cells.items():
            if value is None or value == "":
                continue
            if (parse := known.get(name)) is not None:
                try:
                    if type(value) in NESTED:
                        raise _no_single_value()
                    read = parse(value)
                except (Mended, Unreadable) as error:
                    read = self._misread(raw, name, error)
                if read is not None and read != "":
                    fields[name] = read
            elif name in refs:
                if isinstance(value, NAMES) and str(value).strip():
                    fields[name] = self.key(refs[name], value)
                elif type(value) in NESTED:
                    self._misread(raw, name, _no_single_value())
            elif name == "number" and raw.table == "phone":
                fields[name] = value  # numbers are read when their country is known
            elif name == "id" or name == "link_type":
                continue  # a word of the sender: see `mapping.formats.hsds._terms`
            elif linked and name == "link_entity":
                fields[name] = plain(value)
            elif not (linked and name == "link_id"):
                self._other(raw, name, value, fields)
        for name, asks in CALLED.items() if raw.table in MARKED else ():
            if name in fields and asks(str(fields[name] or "")):
                fields["audience"] = "custodian"
                problem = Phrase("{text} asks that it be not shown", text=values_shown(fields[name]))
                self.say(raw, name, problem, Phrase("it is for custodians only; ask its operator"))
                break
        if raw.table == "language" and "code" not in fields and fields.get("name"):
            with contextlib.suppress(Unreadable):
                fields["code"] = language_code(fields["name"])
        if linked and isinstance(link := raw.cells.get("link_id"), NAMES) and fields.get("link_entity"):
            fields["link_entity"] = table_of(fields["link_entity"]) or fields["link_entity"]
            fields["link_id"] = self.key(fields["link_entity"], link)
        return fields

    def _misread(self, raw: Raw, name: str, error: Mended | Unreadable) -> Any:
        """Say what is wrong with a cell; return what was read all the same."""
        if isinstance(error, Mended):
            self.say(raw, name, error.problem, error.fix, "doubt" if error.doubt else "note")
            return error.value
        if isinstance(error, Partly):
            self.say(raw, name, error.problem, error.fix)
            return error.value[0] if isinstance(error.value, list) and error.value else None
        self.say(raw, name, error.problem, Phrase("the value was left out; {fix}", fix=error.fix), "refused")
        return None

    def _other(self, raw: Raw, name: str, value: Any, fields: dict[str, Any]) -> None:
        """Deal with a column that is no field of ours."""
        into = ADDED_TO.get(raw.table, {}).get(name)
        if into is not None:
            text = plain(value)
            before = raw.cells.get(into)
            if text and text != before and text != into:
                fields[into] = f"{plain(before)}\n{text}" if before else text
        elif name in LOST.get(raw.table, {}):
            problem = Phrase("{text}: {lost}", text=values_shown(str(value)), lost=LOST[raw.table][name])
            self.say(raw, name, problem, Phrase("put it into the description, or the hours are wrong"))
        elif name in HOLDING:
            problem = Phrase("holds {text} where a record should stand", text=values_shown(str(value)))
            self.say(raw, name, problem, Phrase("it was left out; ask the sender what it holds"), "refused")
        elif name not in IGNORED.get(raw.table, ()) and (raw.table, name) not in self._unknown:
            self._unknown.add((raw.table, name))
            self.say(
                Raw(raw.table, {}, raw.sheet, None),
                name,
                Phrase("is a column that HSDS does not have"),
                Phrase("it was left out; ask the sender what it holds"),
            )

    def with_audience(self, table: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Add who may see a record: what it says itself, and never more than the source as a whole."""
        if table in MARKED:
            audience = fields.get("audience")
            if table == "contact" and audience is None:
                audience = "custodian"  # people's names stay with the custodians until somebody says otherwise
            elif table in ("funding", "service_capacity"):
                audience = strictest(audience or "partner", "partner")
            fields["audience"] = self.audience(audience)
        return fields

    def audience(self, audience: Audience | None) -> Audience:
        """Return who may see what says this of itself; a feed never lowers."""
        return strictest(self._most, audience) if audience else self._most

    def say(self, raw: Raw, column: str, problem: Phrase, fix: Phrase, level: Level = "doubt") -> None:
        """Keep an issue of a row; of one that repeats, the first ones by row."""
        key = (raw.sheet, column, fix, level)
        issue = Issue(self.file, raw.sheet, raw.row, column, problem, fix, level)
        if issue in self._issues:
            return  # one record may stand in a document several times
        self._said[key] += 1
        if self._said[key] <= MOST_SAID:
            self._issues.add(issue)
            self.batch.issues.append(issue)

    def refuse(self, raw: Raw, column: str, problem: Phrase, fix: Phrase) -> None:
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


def _digest(cells: Mapping[str, Any]) -> int:
    """Return a hash of what cells say; of what is no text by how it is written, since -1 and -2 have one hash."""
    return hash((*cells, *[value if type(value) is str else (repr(value),) for value in cells.values()]))


def _no_single_value() -> Unreadable:
    return Unreadable(Phrase("holds a list or an object where one value should stand"), Phrase("write one value"))
