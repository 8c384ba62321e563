"""The rows of a file of HSDS: each value is read, each fault is said with its row, and what can be kept is kept.

`Feed.take` is given rows in any order; `mapping.formats.hsds._finish` settles what needs all of them.
"""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mapping.batch import Batch, Issue, Level, RefusedRow
from mapping.formats import ReadContext
from mapping.formats.hsds._names import (
    IGNORED,
    NESTED,
    NO_ID,
    PASSED_OVER,
    REFERENCES,
    SentRow,
    identified,
    table_of,
)
from mapping.formats.hsds._values import MARKUP, language_code, parsers, plain, says_whom
from mapping.language.i18n import Message, both
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.model import RECORDS, Audience, Source, ids_of, least_precise, record_id, strictest
from mapping.safety.sensitive_text import asks_in_prose, withholds

MOST_SAID = 50
"""How often one fault is said row by row; after that it is only counted."""

SILENCING: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("name", "alternate_name", "title", "alert"), withholds),
    "description": asks_in_prose,
}
"""Fields in which a sender may ask that a record be not shown -> what tells whether the sender does."""

MARKED = frozenset(table for table, kind in RECORDS.items() if "audience" in kind.model_fields)
"""Tables whose records say who may see them."""

LINKED = frozenset(table for table, kind in RECORDS.items() if "link_id" in kind.model_fields)
"""Tables of what is said of a record of any table."""

WHOLE = frozenset({"organization", "service", "location", "taxonomy", "taxonomy_term", "unit", "program"})
"""Tables of which two rows of one id are one record, whatever they belong to."""


@dataclass
class Feed:
    """The rows of one file on their way into a batch.

    ``counted`` is what a row is for the batch: every row of a table, or every document.
    """

    context: ReadContext
    file: str
    counted: int = 0
    rows: dict[str, dict[str, SentRow]] = field(default_factory=lambda: defaultdict(dict))
    """Table -> id of our record -> its row; of several, the first, brought up to date."""
    marked: set[str] = field(default_factory=set)
    """Records that say themselves who may see them."""
    unnamed: set[str] = field(default_factory=set)
    """Units without a name, which stand where nobody said what a capacity is counted in."""

    def __post_init__(self) -> None:
        """Start the batch of the file."""
        self.source: Source = self.context.source
        self.batch = Batch(self.source, self.file)
        self._most = self.context.audience
        self._cells: dict[tuple[str, str], dict[str, Any]] = {}
        self._sent: dict[str, str] = {}
        self._unknown: set[tuple[str, str]] = set()
        self._said: Counter[tuple[str, str, Message, Level]] = Counter()
        self._issues: set[Issue] = set()

    def key(self, table: str, sent: object) -> str:
        """Return the id of our record of what the sender calls so."""
        text = str(sent).strip()
        own = ids_of(self.source.id, table)(text)
        self._sent[own] = text
        return own

    def sent_as(self, own: str) -> str:
        """Return what the sender calls a record of ours, for a message."""
        return self._sent.get(own, own)

    def take(self, row: SentRow) -> None:
        """Take one row."""
        table, cells = row.table, row.cells
        if "link_entity" in cells and str(cells["link_entity"] or "") in PASSED_OVER:
            return
        row.sent = identified(table, cells)
        if self._cells.get((table, row.sent)) == cells:
            return  # one record stands in many documents
        self._cells[table, row.sent] = cells
        row.id = self.key(table, row.sent)
        if table == "unit" and not cells.get("name"):
            self.unnamed.add(row.id)
            return
        self._read(row)
        earlier = self.rows[table].get(row.id)
        if earlier is not None and table not in WHOLE and (other := self._belongs_elsewhere(earlier, row)):
            row.id = record_id(self.source.id, table, row.id, *other)  # one phone of two services is two
            earlier = self.rows[table].get(row.id)
        if earlier is None:
            self.rows[table][row.id] = row
        else:
            self._bring_up_to_date(earlier, row)

    def _read(self, row: SentRow) -> None:
        if row.sent.startswith(NO_ID):
            fix = Message("it is told from others by what it says; ask the sender for ids")
            self.say(row, "id", Message("the row has no id"), fix)
        fields = row.fields = self._values(row)
        if row.table == "language" and "code" not in fields and fields.get("name"):
            with contextlib.suppress(Unreadable):
                fields["code"] = language_code(plain(fields["name"]))
        if row.table in LINKED and (entity := plain(row.cells.get("link_entity") or "")):
            fields["link_entity"] = table_of(entity) or entity
            if isinstance(link := row.cells.get("link_id"), str | int):
                fields["link_id"] = self.key(fields["link_entity"], link)
        if row.table in MARKED:
            self._mark(row)

    def _values(self, row: SentRow) -> dict[str, Any]:
        """Return our fields with their values, keys as ids of our records."""
        known, refs, fields = parsers(row.table), REFERENCES[row.table], dict[str, Any]()
        for name, value in row.cells.items():
            if value is None or value == "" or name in ("id", "link_type", "link_id", "link_entity"):
                continue
            if name == "audience" and says_whom(value):
                problem = Message("{text} says whom it is for, not who may see it", text=shown(str(value)))
                self.say(row, name, problem, Message("it is kept as words of eligibility"), "note")
                if row.table == "service":
                    fields.setdefault("eligibility_description", plain(value))
            elif (name in known or name in refs) and isinstance(value, NESTED):
                problem = Message("holds a list or an object where one value should stand")
                self._leave_out(row, name, Unreadable(problem, Message("write one value")))
            elif name in known:
                read = self._value(row, name, value)
                if read is not None and read != "":
                    fields[name] = read
            elif name in refs:
                if isinstance(value, str | int) and str(value).strip():
                    fields[name] = self.key(refs[name], value)
            elif name == "number" and row.table == "phone":
                fields[name] = value  # numbers are read when their country is known
            else:
                self._say_other(row, name, value)
        return fields

    def _value(self, row: SentRow, name: str, value: Any) -> Any:
        """Return what a cell was read as, having said what is wrong with it; None where it is left out."""
        if isinstance(value, str) and MARKUP.search(value):
            self.say(row, name, Message("{text} holds markup", text=shown(value)), Message("it was taken out"))
        try:
            read = parsers(row.table)[name](plain(value))
        except Partly as error:
            self.say(row, name, error.problem, error.fix)
            read = error.value
        except Unreadable as error:
            self._leave_out(row, name, error)
            return None
        return next(iter(read), None) if isinstance(read, list) else read

    def _leave_out(self, row: SentRow, name: str, error: Unreadable) -> None:
        self.say(row, name, error.problem, Message("the value was left out; {fix}", fix=error.fix), "refused")

    def _say_other(self, row: SentRow, name: str, value: Any) -> None:
        if table_of(name) is not None:
            problem = Message("holds {text} where a record should stand", text=shown(str(value)))
            self.say(row, name, problem, Message("it was left out; ask the sender what it holds"), "refused")
        elif name not in IGNORED and (row.table, name) not in self._unknown:
            self._unknown.add((row.table, name))
            problem = Message("is a column that is not known")
            fix = Message("it was left out; ask the sender what it holds")
            self.say(SentRow(row.table, {}, row.sheet, None), name, problem, fix)

    def _mark(self, row: SentRow) -> None:
        """Say who may see a record: what it says itself, and never more than the source as a whole."""
        fields = row.fields
        silent = next((name for name, asks in SILENCING.items() if asks(str(fields.get(name) or ""))), None)
        if silent is not None:
            fields["audience"] = "custodian"
            problem = Message("{text} asks that it be not shown", text=shown(fields[silent]))
            self.say(row, silent, problem, Message("it is for custodians only; ask its operator"))
        if "audience" in fields:
            self.marked.add(row.id)
        elif row.table == "contact":
            fields["audience"] = "custodian"  # people's names stay with the custodians until somebody says otherwise
        least: Audience = "partner" if row.table in ("funding", "service_capacity") else "public"
        fields["audience"] = strictest(self._most, fields.get("audience", self._most), least)

    def _belongs_elsewhere(self, earlier: SentRow, row: SentRow) -> list[str]:
        """Return what a row belongs to where the earlier one of its id belongs to something else."""
        names = [*REFERENCES[row.table], "link_id"]
        pairs = [(earlier.fields.get(name), row.fields.get(name)) for name in names]
        return [now for before, now in pairs if before and now and before != now]

    def _bring_up_to_date(self, earlier: SentRow, row: SentRow) -> None:
        """Let a later row of an id stand, but of two markings the strictest."""
        for name, value in row.fields.items():
            before = earlier.fields.get(name)
            if before is not None and before != value:
                problem = Message(
                    "the id of the row stands twice: {before} and {now}",
                    before=shown(str(before)),
                    now=shown(str(value)),
                )
                self.say(row, name, problem, Message("the later row stands; ask the sender which is right"))
            if before is not None and name == "audience":
                value = strictest(before, value)
            elif before is not None and name == "precision":
                value = least_precise(before, value)
            earlier.fields[name] = bool(before) or value if name == "do_not_list" else value

    def say(self, row: SentRow, column: str, problem: Message, fix: Message, level: Level = "doubt") -> None:
        """Keep an issue of a row; of one that repeats, the first ones by row."""
        key = (row.sheet, column, fix, level)
        issue = Issue(self.file, row.sheet, row.row, column, problem, fix, level)
        if issue in self._issues:
            return  # one record may stand in a document several times
        self._said[key] += 1
        if self._said[key] <= MOST_SAID:
            self._issues.add(issue)
            self.batch.issues.append(issue)

    def refuse(self, row: SentRow, column: str, problem: Message, fix: Message) -> None:
        """Set a row aside whole, with its reason."""
        self.say(row, column, problem, Message("the row was left out; {fix}", fix=fix), "refused")
        cells = {name: str(value) for name, value in row.cells.items() if value is not None}
        self.batch.refused.append(RefusedRow(row.sheet, row.row or 0, cells, (both(problem, fix),)))
        self.rows.get(row.table, {}).pop(row.id, None)

    def overflow(self) -> None:
        """Say how often faults stood in further rows, that were not said one by one."""
        for (sheet, column, fix, level), count in self._said.items():
            if count > MOST_SAID:
                problem = Message("and {count} more {count:row|rows} with the same fault", count=count - MOST_SAID)
                self.batch.issues.append(Issue(self.file, sheet, None, column, problem, fix, level))
