"""Reading one row: its fields by a column map, each fault said once with file, row and column."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeVar

from mapping.area.geocode import Located, locate
from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Issue, Level, Progress
from mapping.column_map import PROSE, ColumnMap, field_name, fold_header
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.composition import Composition, composed
from mapping.language.fold import apart, is_garbled
from mapping.language.i18n import Label, Message, both, listing, quoted
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import Audience, record_id
from mapping.quality.known_organizations import Known
from mapping.safety.sensitive_text import SHELTER, STREET, TELLING, address_tells

LONGEST_CELL = 32_767
"""Letters of a cell that fills a field of prose at most: as many as a cell of a workbook holds."""

MOST_WORDS = 400
"""Words of a cell that are looked at for words of the map side by side."""

SLIPPED = 3
"""From so many cells of the wrong kind on, a row has slipped by a column and none of it is believed."""

LISTED = ("phone", "email", "messenger")
"""Fields of which every column counts, not just the first that says anything."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Fields of the hours of one day."""

T = TypeVar("T")


@dataclass
class Intake:
    """Everything that the reading of a file shares."""

    columns: ColumnMap
    area: StudyArea
    today: dt.date
    known: Known
    batch: Batch
    progress: Progress | None = None
    rows: Sequence[SheetRow] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    """Organizations that this list has named so far."""
    towns: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Organization that this list names -> its towns as they are compared -> the first row of each."""
    headings: dict[str, list[str]] = field(default_factory=dict)
    """Sheet -> the headings of its columns, as they stand in the file."""
    asking: dict[str, str] = field(default_factory=dict)
    """Sheet -> the note that asks that its rows be not shown."""
    aside: dict[tuple[str, int], "Reader"] = field(default_factory=dict)
    """Sheet and number of each row that must be set aside whole, and what was read of it."""
    termed: dict[tuple[str, str, bool, str], "Terms"] = field(default_factory=dict)
    """Field, vocabulary, whether by names alone, and text -> what is read of it."""
    _located: dict[tuple[object, ...], Located] = field(default_factory=dict)
    _watched: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _texts: dict[str, Counter[str]] = field(default_factory=dict)
    _day_first: dict[str, bool | None] = field(default_factory=dict)

    def set_aside(self, reader: "Reader") -> None:
        """Note that a row has reasons for which it must be set aside."""
        self.aside[reader.row.sheet, reader.row.number] = reader

    def silent(self) -> "Intake":
        """Return an intake that keeps nothing of what is said of rows: they say it when they are read."""
        return replace(self, batch=Batch(self.batch.source, self.batch.file))

    def locate(
        self, lat: float | None = None, lon: float | None = None, place: str = "", unit: str = "", country: str = ""
    ) -> Located:
        """Return where something is, as `mapping.area.geocode.locate` finds it; asked again, it is remembered."""
        claim = (lat, lon, place, unit, country)
        if claim not in self._located:
            self._located[claim] = locate(self.area, lat=lat, lon=lon, place=place, unit=unit, country=country)
        return self._located[claim]

    def texts(self, name: str) -> Counter[str]:
        """Return how many rows have each text in a field."""
        if name not in self._texts:
            silent = self.silent()
            self._texts[name] = Counter(Reader(silent, row).text(name) for row in self.rows)
        return self._texts[name]

    def day_first(self, name: str) -> bool | None:
        """Whether the day stands before the month in a field, by all its cells; None where nothing tells."""
        if name not in self._day_first:
            self._day_first[name] = parsers.day_first(self.texts(name), self.area.code)
        return self._day_first[name]

    @cached_property
    def filling(self) -> dict[str, tuple[str, ...]]:
        """Field -> the columns that fill it, folded."""
        return {name: tuple(map(fold_header, names)) for name, names in self.columns.fields.items()}

    @cached_property
    def composed_fields(self) -> frozenset[str]:
        """Fields whose texts are more than a cell: of constants, choices or parts, or with words of the map."""
        columns = self.columns
        return frozenset((*columns.constants, *columns.choices, *columns.only, *columns.words, "hours", "ages"))

    def fills(self, *names: str) -> bool:
        """Whether the list holds any of some fields, in whatever language."""
        held = {*self.columns.fields, *self.columns.constants, *self.columns.choices}
        return not held.isdisjoint(names) or any(name.partition(".")[0] in names for name in held)

    def watched(self, headings: tuple[str, ...], chosen: Callable[[str], bool]) -> tuple[str, ...]:
        """Return those of the columns of a row that a test chooses; asked again, they are remembered."""
        if headings not in self._watched:
            self._watched[headings] = tuple(filter(chosen, headings))
        return self._watched[headings]

    @cached_property
    def written(self) -> dict[str, str]:
        """Folded heading -> the heading as it stands in the file."""
        return {fold_header(name): name for names in reversed(self.headings.values()) for name in reversed(names)}

    def spoken_as(self, folded: str) -> str:
        """Return a folded heading with spaces between its words, where the file has none there: "OKToPublish"."""
        heading = self.written.get(folded, folded)
        parted = apart(heading)
        return parted.casefold() if parted != heading else folded

    @cached_property
    def spoken(self) -> dict[str, tuple[str, ...]]:
        """Field -> the languages in which the list has it."""
        named = {*self.columns.fields, *self.columns.constants, *self.columns.choices}
        bases = {name.partition(".")[0] for name in named if "." in name}
        spoken = {base: tuple(code for code in self.area.languages if f"{base}.{code}" in named) for base in bases}
        return {base: languages for base, languages in spoken.items() if languages}

    @cached_property
    def marked(self) -> dict[str, Audience]:
        """The sender's marking, folded -> who may see a row of it."""
        return {fold_header(word): audience for word, audience in self.columns.markings.items()}

    @cached_property
    def remarks(self) -> dict[str, str]:
        """The columns of remarks and people, folded -> as they are called."""
        return {fold_header(name): name for name in self.columns.private}

    @cached_property
    def unfilling(self) -> dict[str, str]:
        """The columns of remarks and people and those that fill nothing, folded -> as they are called."""
        named = self.columns.named() - set(map(fold_header, self.columns.ignored))
        return self.remarks | {folded: name for folded, name in self.written.items() if folded and folded not in named}

    @cached_property
    def meant(self) -> dict[str, dict[str, str]]:
        """Field -> the sender's own word, folded -> what it stands for."""
        own = self.columns.words
        return {name: {fold_header(word): meaning for word, meaning in words.items()} for name, words in own.items()}

    @cached_property
    def source_id(self) -> str:
        """Return the id of the sender's record."""
        return record_id(self.columns.source, "source")

    @cached_property
    def approved(self) -> bool:
        """Whether two people approved this sender's map and marking table; no list says so of itself."""
        return self.known.approves(self.columns)


@dataclass
class Reader:
    """One row with its fields."""

    intake: Intake
    row: SheetRow
    reasons: list[Message] = field(default_factory=list)
    """Why the row as a whole must be set aside."""
    said: set[Issue] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    """Fields whose cells hold another kind of thing than they should."""
    at_most: Audience = "public"
    """Who may see it at most, by other rows about the same."""
    heading: str = ""
    """The column whose heading says what stands in ``values``, where the row is read once for each such column."""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The sender, by whom ids of records are made."""
        return self.intake.columns.source

    def text(self, name: str, language: str = "") -> str:
        """Return a field's text: that of the column the map names, or the map's constant.

        One that is too long sets the row aside.
        """
        if name in self.values:
            return self.values[name]
        full = f"{name}.{language}" if language else name
        columns = self.intake.filling.get(full, ())
        text = self._of_columns(full, columns) if columns else ""
        if full in self.intake.composed_fields:
            text = self._composed(full, text)
        if len(text) > (most := LONGEST_CELL if name in PROSE else parsers.LONGEST_VALUE):
            problem = Message("the cell holds {count} letters, and a field {most} at most", count=len(text), most=most)
            self.refuse(full, problem, Message("look whether a whole file was pasted into it, and shorten it"))
            return ""
        return text

    def _of_columns(self, name: str, columns: tuple[str, ...]) -> str:
        cells = self.row.cells
        if len(columns) == 1:
            return cells.get(columns[0], "")
        filled = (cell for column in columns if (cell := cells.get(column)) and not parsers.is_blank(cell))
        if name in LISTED:
            return "; ".join(filled)
        text = next(filled, "")
        if name == "hours" and parsers.half_of_hours(text):  # days alone, and times alone, stand in their own columns
            return f"{text} {next(filled, '')}".strip()
        return text

    def _composed(self, name: str, text: str) -> str:
        """Return a text with what constants, choices and parts of the map add to its cell."""
        columns = self.intake.columns
        if name in columns.choices:  # words for "other" stand beside the choices
            text = "; ".join(filter(None, (self._chosen(name), text)))
        text = text or columns.constants.get(name, "")
        if name == "hours":
            text = self._hours_of_parts(text)
        elif name == "ages":
            text = text or self._ages_of_parts()
        if name in columns.only and not re.search(columns.only[name], text):
            return ""
        return self._side_by_side(name, text) if name in columns.words and " " in text else text

    def _ages_of_parts(self) -> str:
        bounds = (("от", "minimum_age"), ("до", "maximum_age"))
        texts = ((word, re.sub(r"\([^()\d]*\)", "", self.text(name)).strip()) for word, name in bounds)
        return " ".join(
            f"{word} {age}" for word, age in texts if age and not parsers.is_blank(age) and not parsers.no_bound(age)
        )

    def _hours_of_parts(self, text: str) -> str:
        """Return the hours that stand in columns of their own: when it opens and closes, or each day's."""
        if self.intake.fills("opens") and self.intake.fills("closes"):
            opens, closes = (_OF_A_CLOCK.sub(r"\1", self.text(bound)) for bound in ("opens", "closes"))
            if opens and closes:
                return f"{text} {opens}-{closes}"
        if text or not self.intake.fills(*DAYS):
            return text
        days = {day: hours for day in DAYS if (hours := self.text(day)) and not parsers.is_blank(hours)}
        said = {*days.values()}
        if len(said) == 1 and read_once(parsers.hours, *said, (), ())[0]:  # it names the days itself
            return said.pop()
        return "; ".join(f"{day} {hours}" for day, hours in days.items())

    def _chosen(self, name: str) -> str:
        """Return what the columns of a field's choices say yes to, and what one without a meaning says itself."""
        chosen = []
        for column, meaning in self.intake.columns.choices[name].items():
            answer = self.row.text([column])
            if not meaning:
                chosen.append(answer)
                continue
            try:
                chosen.append(meaning if answer and parsers.yes_no(answer) else "")
            except parsers.Unreadable:
                problem = Message("{column!r} holds {answer!r}, neither yes nor no", column=column, answer=answer)
                self.say(name, problem, Message("it counts as no"))
        return "; ".join(dict.fromkeys(filter(None, chosen)))

    def _side_by_side(self, name: str, text: str) -> str:
        """Part words of the map that stand side by side, as survey tools write several choices; else leave the text."""
        meant, words = self.intake.meant[name], fold_header(text).split()
        if fold_header(text) in meant or len(words) > MOST_WORDS or not all(word in meant for word in words):
            return text
        return "; ".join(dict.fromkeys(meant[word] for word in words))

    def translations(self, name: str) -> dict[str, str]:
        """Return a field's texts in the languages that the list has it in."""
        languages = self.intake.spoken.get(name, ())
        return {language: text for language in languages if (text := self.text(name, language))}

    def any_text(self, name: str) -> str:
        """Return a field's text, or the first of its translations; a word of the map as what it stands for."""
        return self.word(name, self.text(name) or first_of(self.translations(name).values()))

    def word(self, name: str, text: str) -> str:
        """Return what the map says a sender's word stands for, or the word."""
        meant = self.intake.meant.get(name)
        return meant.get(fold_header(text), text) if meant else text

    def column(self, name: str) -> str:
        """Return the column of the file that a field comes from, as it is written there."""
        if name in self.values:
            return self.heading
        for key in (name, *(f"{name}.{language}" for language in self.intake.spoken.get(name, ()))):
            for column in self.intake.columns.fields.get(key, ()):
                if fold_header(column) in self.row.cells:
                    return column
        return field_name(name) if name else name

    def cell_as_sent(self, folded: str) -> str:
        """Return what stands in a column, by its folded heading, before anything was replaced in it."""
        return next((text for name, text in self.row.raw.items() if fold_header(name) == folded), "").strip()

    def provenance(self, entity: str, record: str, key: str, *, named_by: str) -> dict[str, Any]:
        """Return what `mapping.model.Provenance` says of a record of this row; the cell of a field names it."""
        letters = _letters(tuple(self.intake.headings.get(self.row.sheet, ()))).get(fold_header(self.column(named_by)))
        return {
            "id": record_id(self.source, "provenance", entity, record, key),
            "link_id": record,
            "link_entity": entity,
            "source_id": self.intake.source_id,
            "source_key": key,
            "file": self.intake.batch.file,
            "sheet": self.row.sheet.strip() or None,
            "row": self.row.number,
            "cell": f"{letters}{self.row.number}" if letters else None,
        }

    def say(self, name: str, problem: Message, fix: Message, level: Level = "doubt") -> None:
        """Keep an issue of this row."""
        self.say_of(self.column(name), problem, fix, level)

    def say_of(self, heading: str, problem: Message, fix: Message, level: Level = "doubt") -> None:
        """Keep an issue of this row about a column by its heading, which need not fill any field."""
        batch, column = self.intake.batch, self.intake.written.get(heading, heading)
        issue = Issue(batch.file, self.row.sheet, self.row.number, column, problem, fix, level)
        if issue not in self.said:
            self.said.add(issue)
            batch.issues.append(issue)

    def refuse(self, name: str, problem: Message, fix: Message) -> None:
        """Keep an issue that sets the whole row aside."""
        self.say(name, problem, fix, "refused")
        if (reason := both(problem, fix)) not in self.reasons:
            self.reasons.append(reason)

    def refuse_if_slipped(self) -> None:
        """Set the row aside when several of its cells hold the wrong kind of thing; that is then all that is said.

        A word that nobody knows, and that other rows have in the same column, is how the sender writes there.
        """
        if sum(self.intake.texts(name)[self.text(name)] < 2 for name in self.unread) < SLIPPED:
            return
        batch = self.intake.batch
        batch.issues[:] = [issue for issue in batch.issues if issue not in self.said]
        problem = Message(
            "{count} {count:cell holds another kind of thing than its|"
            "cells hold another kind of thing than their} column ({names})",
            count=len(self.unread),
            names=listing(quoted(self.column(name)) for name in sorted(self.unread)),
        )
        self.reasons.clear()
        self.refuse("", problem, Message("look whether the row has slipped by a column, and send it again"))

    def beside_name(self) -> list[str]:
        """Return what is said beside the name of the organization: in brackets, or behind a dash."""
        return [text for pair in _BESIDE_A_NAME.findall(self.text("organization")) for text in pair if text]

    def unit_by_code(self) -> str | None:
        """Return the unit whose code the row gives, as the area writes it or with the country's letters before it."""
        code, units = self.text("unit_code"), self.intake.area.all_units()
        digits = "".join(letter for letter in code.partition(".")[0] if letter.isdigit())
        return next((unit for unit in (code, digits) if unit in units), None)

    def country(self) -> str:
        """Return the country of the row: its own column, else a word of the map that stands as unit or place."""
        if own := self.text("country"):
            return self.word("country", own)
        known = self.intake.meant.get("country", {})
        return next((known[t] for n in ("unit", "place") if (t := fold_header(self.any_text(n))) in known), "")

    def take(self, name: str, parse: Callable[..., T], *more: Hashable, **options: Hashable) -> T | None:
        """Read a field; what cannot be read is an issue and None, what is read in part is an issue and the part.

        ``parse`` is asked once for each text with what else is given, and its answer remembered: it must be pure.
        """
        text = self.text(name)
        if not text or parsers.is_blank(text):
            return None
        value, error = read_once(parse, self.word(name, text), more, tuple(sorted(options.items())))
        if error is None:
            return value  # type: ignore[no-any-return]
        if isinstance(error, parsers.Partly):
            self.say(name, error.problem, error.fix)
            return error.value  # type: ignore[no-any-return]
        self.say(name, error.problem, error.fix, "refused")
        if not parsers.says_unknown(text):
            self.unread.add(name)
        return None

    def day(self, name: str, *, past: bool = False, of_period: Literal["first", "last"] = "first") -> dt.date | None:
        """Read a day, saying which way it was read where it could be another; with ``past``, none still to come."""
        today = self.intake.today
        day_first = self.intake.day_first(name)
        latest = today if past else None
        value = self.take(name, parsers.date_value, today, latest=latest, of_period=of_period, day_first=day_first)
        if value is not None and past and value.precise != "day":
            problem = Message("{text!r} is no day; {day} was taken", text=self.text(name), day=value.day)
            self.say(name, problem, Message("write the day if it is known"), "note")
        return self.certain(name, value)

    def certain(self, name: str, value: parsers.DateValue | None) -> dt.date | None:
        """Return a day, saying which way it was read where it could be another."""
        if value is not None and value.doubt:
            self.say(name, value.doubt, Message("write the month as a word, or the day as 2026-12-31"))
        return None if value is None else value.day

    def parts(self, name: str, taxonomy: str, text: str | None = None) -> list[str]:
        """Cut a cell with several entries, or a text made of it, into entries, keeping together what is one term."""
        text = self.text(name) if text is None else text
        meant = self.intake.meant.get(name, {})
        if fold_header(text) in meant:
            return [meant[fold_header(text)]]
        if parsers.is_blank(text) or (parsers.says_none(text) and match_term(taxonomy, text) is None):
            return []

        def known(part: str) -> bool:
            return fold_header(part) in meant or match_term(taxonomy, part) is not None

        return [self.word(name, part) for part in parsers.split_list(text, known=known)]

    def terms(
        self, name: str, taxonomy: str, *, named: bool = False, text: str | None = None
    ) -> tuple[list[str], list[str]]:
        """Return the codes of a field's words and the words that neither are nor make up a term.

        ``named`` takes terms by what they are called alone: who is left out is never more than was said. ``text`` is
        what is read instead of the whole cell.
        """
        text = self.text(name) if text is None else text
        key = (name, taxonomy, named, text)
        if key not in self.intake.termed:
            self.intake.termed[key] = _terms(taxonomy, self.parts(name, taxonomy, text), named=named)
        codes, words, doubts = self.intake.termed[key]
        for problem, level in doubts:
            self.say(name, problem, Message("put it into the map if that is wrong"), level)
        return [*codes], [*words]

    def papers(self) -> tuple[list[str], list[str]]:
        """Return the codes of the papers that are asked for and the words for none that is known, as `terms` does.

        A paper that is only wished for is not asked for; where nothing else is, none is.
        """
        parts = self.parts("documents", "documents")
        wished = parsers.wished(parts)
        for word in sorted(wished):
            problem = Message("{word!r} is wished for, not asked for", word=word)
            self.say("documents", problem, Message("look whether it is right"), "note")
        asked = None if not wished else "; ".join(part for part in parts if part not in wished)
        codes, words = self.terms("documents", "documents", text=asked)
        if wished and not codes and not words:
            codes = ["NONE"]
        return [code for code in codes if code != "NONE" or len(codes) == 1], words

    def say_unknown(self, problem: Message) -> None:
        """Say that a word means no kind of help that is known."""
        self.say("service", problem, Message("write a code for it into [words.{name}]", name="service"))

    def harmless(self, name: str, text: str) -> str:
        """Return a text that may be published, or nothing and an issue: it could name a place, a person or a number."""
        if is_garbled(text):
            fix = Message("it was left out; ask for the list saved as UTF-8")
            self.say(name, Message("{text!r} has lost letters", text=text), fix)
            return ""
        area = self.intake.area
        postal_codes = area.file.settings.postal_codes
        if name == "address":
            tells = address_tells(text, area.phone_country, postal_codes)
        else:
            plain = text if SHELTER.search(text) else _QUOTED.sub(_without_saying, text)
            tells = bool(TELLING.search(plain) or STREET.search(text) or parsers.names_person(text))
        if tells:
            fix = Message("it stays private; put it into its own column")
            self.say(name, Message("holds a number, a name or an address"), fix)
            return ""
        return text


_QUOTED = re.compile(r"[«“„\"]\s?([^\W\d_])[^«»“”„\"\d@]{3,300}[»”“\"]")


def _without_saying(quoted: re.Match[str]) -> str:
    """Pass over words in quotation marks that begin with a small letter: a saying, and not what a body is called."""
    return " " if quoted[1].islower() else quoted[0]


_OF_A_CLOCK = re.compile(r"^(\d{1,2}:\d\d):\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$")
"""A time to the second, as survey tools and databases have it."""

_BESIDE_A_NAME = re.compile(r"\(([^()]*)\)|\s[-–—]\s([^-–—()]+)$")
"""What is said beside a name: in brackets, or behind a dash at its end."""

HELD = {"case": "count", "assessment": "answer"}
"""Shape -> the field that the cells of a column fill whose heading says the other fields."""


def by_headings(reader: Reader) -> Iterator[Reader]:
    """Yield a row once for each filled column whose heading says of what it is; as it is where the map has none.

    When all were read: a row of which no column could be is set aside, and what is wrong with one column is told alone.
    """
    columns = reader.intake.columns
    if not columns.headings:
        yield reader
        return
    several: list[Reader] = []
    for heading, values in columns.headings.items():
        text = reader.row.text([heading])
        if text and not parsers.is_blank(text):
            held = {**values, HELD[columns.shape]: text}
            several.append(Reader(reader.intake, reader.row, said=reader.said, heading=heading, values=held))
    yield from several
    if all(part.reasons for part in several):
        reader.reasons += dict.fromkeys(reason for part in several for reason in part.reasons)


@lru_cache(maxsize=20_000)
def read_once(
    parse: Callable[..., Any], text: str, more: tuple[Hashable, ...], options: tuple[tuple[str, Hashable], ...]
) -> tuple[Any, parsers.Unreadable | None]:
    """Return what a parser reads from a text and why it cannot: the cells of a column say few different things."""
    try:
        return parse(text, *more, **dict(options)), None
    except parsers.Unreadable as error:
        return None, error.with_traceback(None)


@lru_cache(maxsize=100)
def _letters(headings: tuple[str, ...]) -> dict[str, str]:
    """Return the letters by which spreadsheets call columns, by folded heading; the first of one name counts."""
    from openpyxl.utils import get_column_letter

    places = {fold_header(name): place for place, name in reversed([*enumerate(headings, 1)])}
    return {name: get_column_letter(place) for name, place in places.items()}


def coded(taxonomy: str, code: str) -> Label:
    """Return the code of a term for a phrase, which says its label in the languages of its readers."""
    return Label(code, Vocabulary.load(taxonomy).term(code).labels)


Terms = tuple[list[str], list[str], list[tuple[Message, Level]]]
"""Codes, words for none, and what is to be said of them."""


def _terms(taxonomy: str, parts: Sequence[str], *, named: bool) -> Terms:
    codes, words, doubts = list[str](), list[str](), list[tuple[Message, Level]]()
    for before, part in pairwise(("", *parts)):
        match = match_term(taxonomy, part)
        if match or named:
            made = Composition((match.code,) if match else ())
        else:
            made = parsers.composed_groups(part) if taxonomy == "beneficiaries" else composed(taxonomy, part, before)
        codes += made.codes
        if not made.codes:
            words.append(part)
        elif match is None or match.score < SURE:
            terms = listing(_named(taxonomy, code) for code in made.codes)
            level: Level = "doubt" if made.unread or len(made.codes) > 1 else "note"
            doubts.append((Message("{part!r} was taken for {term}", part=part, term=terms), level))
    return list(dict.fromkeys(codes)), words, doubts


def _named(taxonomy: str, code: str) -> Label:
    """Return a term for a phrase: in English by its label and its code, which a map asks for; else by its label."""
    labels = Vocabulary.load(taxonomy).term(code).labels
    return Label(f"{labels.get('en', '')} ({code})".strip(), labels)


SURE = 0.9
"""Least score of a match that needs no note."""


def first_of(texts: Iterable[str]) -> str:
    """Return the first text that is not empty."""
    return next(filter(None, texts), "")


def shortened(word: str) -> Message:
    """Return the beginning of a word as it was written, for a message."""
    return quoted(word if len(word) <= 80 else word[:79] + "…")
