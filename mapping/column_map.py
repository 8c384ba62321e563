"""Column maps: how one sender's list becomes records, written once in TOML and kept beside the list.

A map names every column of the file: the field it fills, or that it is ignored on purpose or private. A column that
nobody named is said, so that a new one is never overlooked.
"""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WrapValidator,
    model_validator,
)

from mapping.errors import FormatError
from mapping.language.i18n import Label, Message, listing
from mapping.language.languages import codes
from mapping.language.taxonomy import Vocabulary
from mapping.model import Audience, Precision
from mapping.resources import table_beside

Notice = Literal["custodian", "inactive", "defunct", "temporarily closed"]

Shape = Literal["service", "place", "repeat", "activity", "agreement", "assessment", "case"]
"""What a row is: a service at a place; a place whose columns say which services it has; a provider whose services are
rows of another sheet; or an activity, an agreement, an answer to the checklist of standards, a count of cases."""

Remark = Annotated[str, WrapValidator(lambda text, check: text if isinstance(text, Message) else check(text))]
"""A text of whoever wrote the map, or a phrase of ours."""

PROSE = frozenset({"description", "evidence", "definition", "note"})
"""Fields that hold sentences; what the others hold is short."""

FIELDS = {row["field"]: Message.of(row["meaning"]) for row in table_beside(__file__, "fields")}
"""Every field that a column can fill, and what it means."""


@lru_cache(maxsize=1000)
def field_name(name: str) -> Label:
    """Return the name of a field for whom no column stands, which is said in words in the languages of readers."""
    text = FIELDS.get(name.partition(".")[0])
    return Label(name, {code: text.into(code).partition(";")[0] for code in codes() if code != "en"} if text else {})


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]


class Expected(BaseModel):
    """How many rows the sender's list should have, and how many may be refused."""

    model_config = ConfigDict(extra="forbid")
    least: int = Field(default=1, ge=0)
    most: int = Field(default=1_000_000, ge=1)
    refused: int | None = Field(default=20, ge=0)
    """How many rows may be refused; None where any number may, as long as one row is read."""


class Sheets(BaseModel):
    """Which sheets hold the list: by name, or all but some."""

    model_config = ConfigDict(extra="forbid")
    only: Names = []
    but: Names = []
    children: str = ""
    """Sheet with the repeated rows, in the shape ``repeat``."""
    parent_key: str = "_index"
    child_key: str = "_parent_index"

    def wants(self, name: str) -> bool:
        """Tell whether a sheet is part of the list."""
        return name not in self.but and (not self.only or name in self.only)


class Header(BaseModel):
    """Where the names of the columns stand: the first row that holds ``has``, and how many rows it takes."""

    model_config = ConfigDict(extra="forbid")
    has: str = ""
    rows: int = Field(default=1, ge=1, le=4)
    skip_after: int = Field(default=0, ge=0, le=5)


class Skip(BaseModel):
    """Rows that are no entries: totals, section headings, repeated headers, tags."""

    model_config = ConfigDict(extra="forbid")
    any_cell: Names = []
    """Regular expressions; a row with a matching cell is passed over and counted."""
    fewer_cells: int = Field(default=1, ge=0)
    """A row with fewer filled cells than this is a heading or empty."""


class Returned(BaseModel):
    """A list of ours that comes back edited: its language, and the heading of each of our columns."""

    model_config = ConfigDict(extra="forbid")
    language: str
    columns: dict[str, str]


class ColumnMap(BaseModel):
    """The column map of one sender."""

    model_config = ConfigDict(extra="forbid")
    source: str = Field(min_length=1, pattern=r"^[a-z0-9-]+$")
    name: str
    licence: str = ""
    rank: int = 0
    shape: Shape = "service"
    key: Names = []
    rows: Expected = Expected()
    sheets: Sheets = Sheets()
    header: Header = Header()
    skip: Skip = Skip()
    fields: dict[str, Names] = {}
    constants: dict[str, str] = {}
    services: dict[str, str] = {}
    """Shape ``place``: column -> code of the service type it says yes or no to."""
    markings: dict[str, Audience] = {}
    precisions: dict[str, Precision] = {}
    choices: dict[str, dict[str, str]] = {}
    """Field -> column of one of several choices -> what a yes in it stands for."""
    standards: dict[str, str] = {}
    """Column with the answer to an item of the checklist of standards -> the item's code."""
    evidence: dict[str, str] = {}
    """Item of the checklist -> column that says what was shown."""
    headings: dict[str, dict[str, str]] = {}
    """Column of counts, or of answers -> what its heading says of them: field -> text, as year -> 2024."""
    words: dict[str, dict[str, str]] = {}
    """Field -> the sender's own word -> what it stands for; those of ``country`` are looked up in unit and place."""
    only: dict[str, str] = {}
    """Field -> regular expression that its text must hold; else the field is empty in that row, as where one column
    has names in two languages."""
    notices: dict[str, Notice] = {}
    """Words in a private column -> what follows from them: a status, or that the row is for custodians only."""
    ignored: Names = []
    private: Names = []
    """Columns that are never read into a record: remarks and notes."""
    notes: list[Remark] = []
    """What a steward should know of how the map came about."""
    emptied_removes: bool = False
    """Whether a cell that a newer list leaves empty takes out what stood there; else it says nothing."""
    returned: Returned | None = None
    """Set by the flat workbook, whose rows may carry published ids: such rows change records that are known."""

    _consent_asked: bool = PrivateAttr(default=False)
    _completes: str = PrivateAttr(default="")
    """Digest of the map that this one completes."""

    @property
    def consent_asked(self) -> bool:
        """Whether the form asked for consent itself, so that its export holds only what may be kept and is marked."""
        return self._consent_asked

    def completing(self, own: "ColumnMap") -> Self:
        """Return this map as one that completes another, which is what people read and agree to."""
        whole = self.model_copy()
        whole._completes = own.digest
        return whole

    def asking_consent(self) -> Self:
        """Return the map of a form that asks for consent itself; no file can say so of a sender's list."""
        asking = self.model_copy()
        asking._consent_asked = True
        return asking

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        faults = []
        for name in (*self.fields, *self.constants, *self.words, *self.only, *self.choices, *self.told_by_headings()):
            base = name.partition(".")[0]
            if base not in FIELDS:
                faults.append(_meant(Message("{name!r} is no field", name=name), base, FIELDS))
        for pattern in (*self.skip.any_cell, *self.only.values()):
            try:
                re.compile(pattern)
            except re.error as error:
                faults.append(Message("{pattern!r} is no regular expression ({why})", pattern=pattern, why=str(error)))
        items = Vocabulary.load("standards")
        used = {*self.standards.values(), *self.evidence}
        faults += [
            Message("{code!r} is no item of the checklist", code=code) for code in sorted(used) if code not in items
        ]
        terms = Vocabulary.load("service_types")
        faults += [
            Message("{code!r} of [services] is no service type", code=code)
            for code in self.services.values()
            if code not in terms
        ]
        for word, code in self.words.get("service", {}).items():
            if re.fullmatch(r"[A-Z]{3}(-[A-Z]{3})?", code) and code not in terms:
                problem = Message(
                    "{code!r}, which [words.service] gives for {word!r}, is no service type", code=code, word=word
                )
                faults.append(_meant(problem, code, [term.code for term in terms.terms()]))
        if self.shape == "place" and not self.services:
            faults.append(Message("shape 'place' needs [services]: which column says that which service is there"))
        if self.shape == "repeat" and not self.sheets.children:
            faults.append(Message("shape 'repeat' needs sheets.children: the sheet with the repeated rows"))
        if faults:
            raise ValueError(Message("{faults}", faults=listing(faults, "; ")))
        return self

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a map.

        Raises
        ------
        FormatError
            Naming every fault of the map at once.
        """
        path = Path(path)
        try:
            contents = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls.model_validate(contents)
        except OSError as error:
            why = error.strerror or ""
            raise FormatError(
                Message("{path}: cannot be read ({why}); check the name of the column map", path=path, why=why)
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FormatError(
                Message("{path}: is not TOML ({why}); see docs/importing.md", path=path, why=str(error))
            ) from error
        except ValidationError as error:
            faults = listing(_faults(error), "; ")
            raise FormatError(Message("{path}: {faults}; see docs/importing.md", path=path, faults=faults)) from error

    @property
    def digest(self) -> str:
        """Digest of all that it says, in hexadecimal digits: two people agree to this map, and to no other.

        A map that completes another has the digest of the other: what it adds is a convention and nobody's choice.
        """
        if self._completes:
            return self._completes
        whole = f"{self.model_dump_json(exclude_defaults=True)} {self._consent_asked}"
        return hashlib.sha256(whole.encode()).hexdigest()

    def told_by_headings(self) -> set[str]:
        """Return the fields of counts that the headings of their columns say."""
        return {name for values in self.headings.values() for name in values}

    def columns_of(self, *fields: str) -> set[str]:
        """Return the columns of some fields in whatever language, folded."""
        named = (names for field, names in self.fields.items() if field.partition(".")[0] in fields)
        return {fold_header(column) for names in named for column in names}

    def telling(self) -> set[str]:
        """Return every column that says something of a row, folded: all that are named but the ignored and private."""
        columns = {column for names in self.fields.values() for column in names} | {
            *self.services,
            *self.standards,
            *self.headings,
        }
        columns |= {column for choices in self.choices.values() for column in choices}
        return {fold_header(column) for column in columns}

    def named(self) -> set[str]:
        """Return every column that the map speaks of, folded as headers are."""
        columns = {column for names in self.fields.values() for column in names}
        columns |= {*self.services, *self.headings, *self.ignored, *self.private, *self.key}
        columns |= {column for choices in self.choices.values() for column in choices}
        columns |= {*self.standards, *self.evidence.values()}
        return {fold_header(column) for column in columns}


UNNAMED = "unnamed"
"""Source of a map that a convention implies and that does not say who sent the list."""


def fold_header(text: object) -> str:
    """Fold a header so that case, spaces and line ends do not matter."""
    return _folded(str(text))


@lru_cache(maxsize=4_000)  # few, as headings are: cells that it kept would keep the memory of a sheet
def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().replace("\u0307", "")  # the dot of a Turkish İ


def marking(columns: ColumnMap, text: str) -> tuple[Audience, bool]:
    """Return the audience of a marking and whether the map knows it; what is blank, odd or doubtful is custodian."""
    known: Mapping[str, Audience] = {fold_header(word): audience for word, audience in columns.markings.items()}
    folded = fold_header(text)
    return (known[folded], True) if folded in known else ("custodian", False)


FAULTS = {row["kind"]: Message.of(row["fault"]) for row in table_beside(__file__, "setting_faults")}
"""What is wrong with a setting, by pydantic's name for it."""


def _faults(error: ValidationError) -> Iterator[Message]:
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        context = fault.get("ctx", {})
        if fault["type"] == "value_error":
            problem = Message.of(context["error"].args[0])
        elif fault["type"] == "literal_error":
            problem = Message("is none of {choices}", choices=context["expected"])
        else:
            problem = FAULTS.get(fault["type"], Message.of(fault["msg"]))
        if fault["type"] == "extra_forbidden":
            problem = _meant(problem, where, ColumnMap.model_fields)
        yield Message("{where}: {problem}", where=where, problem=problem) if where else problem


def _meant(problem: Message, word: str, known: Iterable[str]) -> Message:
    close = difflib.get_close_matches(word, [*known], 1)
    return Message("{problem}; did you mean {close!r}?", problem=problem, close=close[0]) if close else problem
