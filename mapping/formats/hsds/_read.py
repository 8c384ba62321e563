"""One row of HSDS by itself: its values are read, and what is wrong with them is said, whatever other rows say."""

import contextlib
import hashlib
import marshal
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError

from mapping.batch import Level
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
    SentRow,
    table_of,
)
from mapping.formats.hsds._values import Mended, language_code, parsers, plain, says_whom
from mapping.language.i18n import Phrase, listing
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.model import RECORDS, Audience, Provenance, ids_of, record_id, required, strictest
from mapping.record_tables import RecordRow, row_of_checked, row_of_read
from mapping.safety.sensitive_text import asks_in_prose, withholds

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
    """A late row: its fields so far, its cells, and where it stood."""

    id: str
    sent: str
    fields: dict[str, Any]
    table: str
    sheet: str
    row: int | None
    cells: dict[str, Any]

    @classmethod
    def of(cls, raw: Raw, own: str, sent: str, fields: dict[str, Any]) -> Self:
        """Return a row as a late one."""
        return cls(own, sent, fields, raw.table, raw.sheet, raw.row, raw.cells)


class Reading:
    """Reads the rows of one file of a sender, each by itself."""

    def __init__(self, sender: str, most: Audience, file: str) -> None:
        self.sender, self.file = sender, file
        self._most: Audience = most
        """Who may see most of what the sender gives."""
        self.keys: dict[str, dict[str, str]] = defaultdict(dict)
        """Table -> id as it was sent -> id of our record."""
        self._unknown: set[tuple[str, str]] = set()
        """Columns that were said to be unknown."""

    def say(self, raw: SentRow, column: str, problem: Phrase, fix: Phrase, level: Level = "doubt") -> None:
        """Say what is wrong with a row."""
        raise NotImplementedError

    def refuse(self, raw: SentRow, column: str, problem: Phrase, fix: Phrase) -> None:
        """Say why a row cannot be kept."""
        raise NotImplementedError

    def key(self, table: str, sent: object) -> str:
        """Return the id of our record of what the sender calls so."""
        text = sent if isinstance(sent, str) else str(sent)
        known = self.keys[table]
        if text not in known:
            known[text] = ids_of(self.sender, table)(text.strip())
        return known[text]

    def own(self, table: str, sent: str) -> str:
        """Return the id of the record of a row; it is only noted where columns of other rows can name it."""
        return self.key(table, sent) if table in NAMED else ids_of(self.sender, table)(sent)

    def read(self, raw: Raw, sent: str) -> dict[str, Any]:
        """Read a row that the sender calls so, saying what it lacks: our fields with their values."""
        if sent.startswith(NO_ID):
            self.say(
                raw,
                "id",
                Phrase("the row has no id"),
                Phrase("it is told from others by what it says; ask the sender for ids"),
            )
        for name in EXPECTED.get(raw.table, ()):
            if raw.cells.get(name) is None:
                self.say(
                    raw,
                    name,
                    Phrase("the row has no {name}, which HSDS asks for", name=name),
                    Phrase("ask the sender for it"),
                    "note",
                )
        return self._fields(raw)

    def _fields(self, raw: Raw) -> dict[str, Any]:
        """Read the cells of a row: our fields with their values, keys as ids of our records."""
        known, refs = parsers(raw.table), REFERENCES[raw.table]
        linked = raw.table in LINKED
        fields: dict[str, Any] = {}
        for name, value in raw.cells.items():
            if value is None or value == "":
                continue
            if name == "audience" and says_whom(value):
                self._note_whom(raw, str(value), fields)
            elif (parse := known.get(name)) is not None:
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
                problem = Phrase("{text} asks that it be not shown", text=shown(fields[name]))
                self.say(raw, name, problem, Phrase("it is for custodians only; ask its operator"))
                break
        if raw.table == "language" and "code" not in fields and fields.get("name"):
            with contextlib.suppress(Unreadable):
                fields["code"] = language_code(fields["name"])
        if linked and isinstance(link := raw.cells.get("link_id"), NAMES) and fields.get("link_entity"):
            fields["link_entity"] = table_of(fields["link_entity"]) or fields["link_entity"]
            fields["link_id"] = self.key(fields["link_entity"], link)
        return fields

    def _note_whom(self, raw: Raw, text: str, fields: dict[str, Any]) -> None:
        """Keep whom a record is for, where the column that says who may see ours says that of another directory's."""
        problem = Phrase("{text} says whom it is for, not who may see it", text=shown(text))
        self.say(raw, "audience", problem, Phrase("it is kept as words of eligibility"), "note")
        if raw.table == "service" and not raw.cells.get("eligibility_description"):
            fields["eligibility_description"] = plain(text)

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
            problem = Phrase("{text}: {lost}", text=shown(str(value)), lost=LOST[raw.table][name])
            self.say(raw, name, problem, Phrase("put it into the description, or the hours are wrong"))
        elif name in HOLDING:
            problem = Phrase("holds {text} where a record should stand", text=shown(str(value)))
            self.say(raw, name, problem, Phrase("it was left out; ask the sender what it holds"), "refused")
        elif name not in IGNORED.get(raw.table, ()) and self.is_news(raw.table, name):
            self.say(
                Raw(raw.table, {}, raw.sheet, None),
                name,
                Phrase("is a column that HSDS does not have"),
                Phrase("it was left out; ask the sender what it holds"),
            )

    def is_news(self, table: str, column: str) -> bool:
        """Note a column that HSDS does not have; tell whether nothing was said of it yet."""
        if (table, column) in self._unknown:
            return False
        self._unknown.add((table, column))
        return True

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

    def rows(self, raw: SentRow, own: str, fields: dict[str, Any], sent: str = "") -> list[RecordRow]:
        """Return the record of a row, and where it came from; nothing, with the reason said, where that cannot be."""
        kind = RECORDS[raw.table]
        if missing := sorted([name for name in NEEDED[raw.table] if fields.get(name) in (None, "")]):
            self.refuse(
                raw,
                missing[0],
                Phrase("the row has no {columns}", columns=listing(missing)),
                Phrase("ask the sender for it"),
            )
            return []
        try:
            row = row_of_read(kind)(own, fields)
        except ValidationError as error:
            self._refuse_misfit(raw, error)
            return []
        provenance = [self._provenance(raw, own, sent)] if sent and raw.table in ("organization", "service") else []
        return [(kind, row), *provenance]

    def _refuse_misfit(self, raw: SentRow, error: ValidationError) -> None:
        """Set a row aside of which a value does not fit its field."""
        fault = error.errors()[0]
        name = str(fault["loc"][0]) if fault["loc"] else ""
        problem = Phrase("{text}: {fault}", text=shown(str(fault["input"])), fault=Phrase.of(fault["msg"]))
        self.refuse(raw, name, problem, Phrase("mend the row"))

    def _provenance(self, raw: SentRow, own: str, sent: str) -> RecordRow:
        """Return which row of the source a record came from."""
        return Provenance, row_of_checked(Provenance)(
            {
                "id": record_id(self.sender, "provenance", raw.table, own, sent),
                "link_id": own,
                "link_entity": raw.table,
                "source_id": self.sender,
                "source_key": sent,
                "file": self.file,
                "sheet": raw.sheet or None,
                "row": raw.row,
            }
        )


def is_passed_over(cells: Mapping[str, Any]) -> bool:
    """Tell whether a row says something of a record that is not read."""
    return "link_entity" in cells and str(cells["link_entity"] or "") in PASSED_OVER


def digest_of(cells: Mapping[str, Any]) -> bytes:
    """Return a digest of what cells say, the same in every process; 1, 1.0 and true are not alike."""
    return hashlib.blake2b(marshal.dumps([*cells.items()], UNSHARED), digest_size=8).digest()


UNSHARED = 2
"""The last version of marshal that writes what is equal as equal bytes, whatever is one object."""


def _no_single_value() -> Unreadable:
    return Unreadable(Phrase("holds a list or an object where one value should stand"), Phrase("write one value"))
