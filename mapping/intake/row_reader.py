"""Reading one row: its fields by a column map, each fault said once with file, row and column."""

import contextlib
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import Any, Literal, TypeVar

from mapping.area.geocode import Located, locate
from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Issue, Level, Progress
from mapping.column_map import PROSE, ColumnMap, field_name, fold_header, marking
from mapping.intake.rows import BEYOND, COMMENT, SheetRow, asks_for_all
from mapping.language import parsers
from mapping.language.composition import Composition, composed
from mapping.language.fold import apart, is_garbled
from mapping.language.i18n import Label, Message, Phrase, both, listing, quoted
from mapping.language.parsers.permission import (
    asks_consent,
    asks_first,
    excepted,
    is_review,
    only_of,
    refuses,
    refuses_for_now,
    says_no,
    says_yes,
)
from mapping.language.taxonomy import Vocabulary, by_initials, match_term
from mapping.model import Audience, Record, columns, ids_of, record_id, strictest
from mapping.quality.known_organizations import Known
from mapping.quality.names import person_of
from mapping.record_tables import RecordRow, Values, to_values
from mapping.safety.sensitive_text import (
    SHELTER,
    STREET,
    TELLING,
    address_tells,
    asks_in_prose,
    asks_silence,
    withholds,
)

__all__ = ["SHELTER", "STREET", "TELLING", "Intake", "Reader", "first_of"]

MOST_WORDS = 400
"""Words of a cell that are looked at for words of the map side by side."""

LONGEST_CELL = 32_767
"""Letters of a cell that fills a field of prose at most: as many as a cell of a workbook holds."""

MOST_DESCRIBED = 20_000
"""Different descriptions of a record that are remembered at most."""

MANY = 3
"""From so many cells of the wrong kind on, a row has slipped by a column and none of it is believed."""

ASK_WHOM = Phrase("the row is for custodians only; ask whom")

OTHER_KINDS: tuple[Callable[[object], object], ...] = (parsers.hours, parsers.language_codes, parsers.emails)
"""What cells of words hold, by which a row that slipped is told."""

LISTED = ("phone", "email", "messenger")
"""Fields of which every column counts, not just the first that says anything."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Fields of the hours of one day."""

PARTED = {"hours": ("opens", "closes", *DAYS), "ages": ("minimum_age", "maximum_age")}
"""Fields -> the parts of them that a list may have in columns of their own."""

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
    made: set[str] = field(default_factory=set)
    """Bodies that this list has named so far."""
    towns: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Body that this list names -> its towns as they are compared -> the first row of each."""
    headings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sheet -> folded heading -> the heading as it stands in the file."""
    asking: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sheet -> a mark that rows bear, empty for all of them -> the note that asks that they be not shown."""
    signs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sheet -> a sign beside cells, the longest first -> what a note says of it."""
    titles: dict[str, list[str]] = field(default_factory=dict)
    """Sheet -> its name, that of the file, and what stands over its rows."""
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sheet -> folded heading -> the letters by which spreadsheets call its column."""
    columns_of_cells: dict[tuple[str, str], str] = field(default_factory=dict)
    """(sheet, field) -> the letters of the column that fills it; empty where none does."""

    countries: dict[str, str] = field(default_factory=dict)
    """Sheet -> the country abroad that its rows are of, where they are of one; empty where they are not."""
    units: dict[str, str] = field(default_factory=dict)
    """Sheet -> the unit that its titles name, as they do; empty where they name none, or several."""
    _located: dict[tuple[object, ...], Located] = field(default_factory=dict)
    """What a row says of where it is -> where that is; many rows say the same."""
    described: dict[tuple[object, ...], tuple["Part", ...]] = field(default_factory=dict)
    """What cells say of a record -> the parts that they give it; those of few hundred thousand rows differ."""
    _filled: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    parted: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    """Field, taxonomy and the text of a cell -> the entries of which it is a list."""
    termed: dict[tuple[str, str, bool, str], tuple[list[str], list[str]]] = field(default_factory=dict)
    """Field, taxonomy, how it is read and the text of a cell -> its terms and its other words, where none is told."""
    _watched: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    rows: Sequence[SheetRow] = field(default_factory=list)
    aside: dict[tuple[str, int], "Reader"] = field(default_factory=dict)
    """Sheet and number of each row that must be set aside whole, and what was read of it."""
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

    def columns_of(self, name: str) -> tuple[str, ...]:
        """Return the columns that fill a field, folded as the cells of a row are."""
        filling = self.fillings[name]
        return filling.columns if filling else ()

    @cached_property
    def fillings(self) -> "Fillings":
        """Field -> what fills it; None where nothing does."""
        return Fillings(self.columns, self.meant)

    def filled(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of some fields that the list fills, in every language that it has them in."""
        filled = self._filled.get(names)
        if filled is None:
            spoken = (f"{name}.{language}" for name in names for language in self.spoken.get(name, ()))
            parts = PARTED["hours"] if "hours" in names else ()
            filled = self._filled[names] = tuple(name for name in (*names, *parts, *spoken) if self.fillings[name])
        return filled

    def watched(self, headings: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns, of those of a row, that ask for consent or hold a review: they count with any map."""
        watched = self._watched.get(headings)
        if watched is None:
            of_clients = self.columns_of("consent")
            asking = (name for name in headings if asks_consent(self.spoken_as(name)) or withholds(name))
            consents = () if self.columns.consent_asked else asking
            watched = (*consents, *filter(is_review, headings))
            watched = self._watched[headings] = tuple(name for name in watched if name not in of_clients)
        return watched

    def spoken_as(self, folded: str) -> str:
        """Return a folded heading with spaces between its words, where the file has none there: "OKToPublish"."""
        return self._apart.get(folded, folded)

    @cached_property
    def asks_of_fields(self) -> tuple[str, ...]:
        """The folded headings that ask for consent to show one field alone; mostly none."""
        headings = {folded for names in self.headings.values() for folded in names}
        return tuple(heading for heading in headings if only_of(self.spoken_as(heading)))

    @cached_property
    def _apart(self) -> dict[str, str]:
        headings = ((folded, name) for names in self.headings.values() for folded, name in names.items())
        return {folded: parted.casefold() for folded, name in headings if (parted := apart(name)) != name}

    @cached_property
    def spoken(self) -> dict[str, tuple[str, ...]]:
        """Field -> the languages in which the list has it."""
        spoken: dict[str, tuple[str, ...]] = {}
        for name in (*self.columns.fields, *self.columns.constants, *self.columns.choices):
            base, _, language = name.partition(".")
            if language in self.area.languages:
                spoken[base] = tuple(dict.fromkeys((*spoken.get(base, ()), language)))
        order = self.area.languages
        return {base: tuple(sorted(languages, key=order.index)) for base, languages in spoken.items()}

    @cached_property
    def marked(self) -> dict[str, Audience]:
        """The sender's marking, folded -> who may see a row of it."""
        return {fold_header(word): audience for word, audience in self.columns.markings.items()}

    @cached_property
    def notices(self) -> list[tuple[str, str, re.Pattern[str]]]:
        """(word of a remark, what it stands for, pattern that finds it); none where no column holds remarks."""
        notices = self.columns.notices.items() if self.columns.private else ()
        return [(word, meant, re.compile(re.escape(word), re.I)) for word, meant in notices]

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """The columns of remarks and people, folded as the cells of a row are."""
        return tuple(map(fold_header, self.columns.private))

    @cached_property
    def unfilling(self) -> dict[str, str]:
        """The columns of remarks and people and those that fill nothing, folded -> as they are called."""
        named = self.columns.named() - set(map(fold_header, self.columns.ignored))
        there = {folded: name for names in self.headings.values() for folded, name in names.items()}
        unnamed = {folded: name for folded, name in there.items() if folded and folded not in named}
        return dict(zip(self.remarks, self.columns.private, strict=True)) | unnamed

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


@dataclass(frozen=True)
class Part:
    """A part of a record that cells describe, before it is known which record: one for all rows that say the same.

    ``key`` tells it from other parts of the record, as it stands in its id; what it holds was validated and stands
    around the field that names the record, ``before`` it, but for its own id, and ``after`` it.
    """

    kind: type[Record]
    key: str
    before: Values
    after: Values

    @classmethod
    def like(cls, record: Record, key: tuple[object, ...], of: str) -> "Part":
        """Return the part that a record is, whatever its ids; ``of`` is the field that names what it belongs to."""
        kind = type(record)
        values, place = to_values(kind)(record), [*columns(kind)].index(of)
        return cls(kind, "".join(f"\x1f{part}" for part in key), values[1:place], values[place + 1 :])

    def belonging_to(self, record: str, source: str) -> RecordRow:
        """Return the part as that of a record."""
        return self.under(ids_of(source, self.kind.table)(f"{record}{self.key}"), record)

    def under(self, own: str, record: str) -> RecordRow:
        """Return the part of an id as that of a record."""
        return self.kind, (own, *self.before, record, *self.after)


@dataclass(frozen=True)
class Filling:
    """What fills a field: columns, folded, else a constant, or the columns of its choices."""

    columns: tuple[str, ...]
    constant: str
    chosen: bool
    only: re.Pattern[str] | None
    """What a text must hold to be taken."""
    meant: bool
    """Whether the map says what words of the sender stand for."""
    alone: str
    """The column whose cells are the texts of the field as they stand; empty where more is to be done."""


class Fillings(dict[str, Filling | None]):
    """What fills each field by a map, found when it is first asked for; every row asks for dozens."""

    def __init__(self, columns: ColumnMap, meant: Mapping[str, object]) -> None:
        self._columns, self._meant = columns, meant

    def __missing__(self, name: str) -> Filling | None:
        """Find what fills a field."""
        columns, only = self._columns, self._columns.only.get(name)
        filled = tuple(map(fold_header, columns.fields.get(name, ())))
        constant, chosen = columns.constants.get(name, ""), name in columns.choices
        there = filled or constant or chosen
        pattern, meant = re.compile(only) if only is not None else None, name in self._meant
        more = constant or chosen or only is not None or meant or name in PARTED
        alone = "" if more or len(filled) != 1 else filled[0]
        self[name] = Filling(filled, constant, chosen, pattern, meant, alone) if there else None
        return self[name]


@dataclass
class Reader:
    """One row with its fields."""

    intake: Intake
    row: SheetRow
    reasons: list[Phrase] = field(default_factory=list)
    """Why the row as a whole must be set aside."""
    said: set[Issue] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    """Fields whose cells hold another kind of thing than they should."""
    faults: int = 0
    """How often something was said of the row, whether or not it had been said before."""
    at_most: Audience = "public"
    """Who may see it at most, by other rows about the same."""

    @property
    def source(self) -> str:
        """The sender, by whom ids of records are made."""
        return self.intake.columns.source

    def text(self, name: str, language: str = "") -> str:
        """Return a field's text: that of the column the map names, or the map's constant.

        One that is too long sets the row aside.
        """
        full = f"{name}.{language}" if language else name
        filling = self.intake.fillings[full]
        if filling is None:
            return self._of_parts(full) if full in PARTED else ""
        cells, text = self.row.cells, filling.constant
        if filling.alone and len(alone := cells.get(filling.alone, "")) <= parsers.LONGEST_VALUE:
            return alone
        several = len(filling.columns) > 1
        for column in filling.columns:
            if (cell := cells.get(column)) and not (several and parsers.is_blank(cell)):
                between = "; " if full in LISTED else " "
                text = f"{text}{between}{cell}" if text != filling.constant else cell
                if full not in LISTED and not (several and full == "hours" and parsers.half_of_hours(text)):
                    break  # days alone, and times alone, stand in columns of their own
        if chosen := self._chosen(full) if filling.chosen else "":  # words for "other" stand beside the choices
            text = f"{chosen}; {text}" if text != filling.constant else chosen
        if full in PARTED:
            text = self._of_parts(full, text)
        if len(text) > (most := LONGEST_CELL if name in PROSE else parsers.LONGEST_VALUE):
            problem = Phrase("the cell holds {count} letters, and a field {most} at most", count=len(text), most=most)
            self.refuse(full, problem, Phrase("look whether a whole file was pasted into it, and shorten it"))
            return ""
        if filling.only is not None and not filling.only.search(text):
            return ""
        return self._side_by_side(full, text) if filling.meant and " " in text else text

    def _of_parts(self, name: str, text: str = "") -> str:
        """Return what columns of its parts say of hours or ages; ``text`` is what its own column says."""
        if not self.intake.filled(PARTED[name]):
            return text
        if name == "ages":
            bounds = (("от", self._bound("minimum_age")), ("до", self._bound("maximum_age")))
            return text or " ".join(f"{word} {age}" for word, age in bounds if age)
        opens, closes = (_OF_A_CLOCK.sub(r"\1", self.text(bound)) for bound in ("opens", "closes"))
        if opens and closes:
            return f"{text} {opens}-{closes}"
        days = {day: hours for day in DAYS if (hours := self.text(day)) and not parsers.is_blank(hours)}
        if text or not days:
            return text
        if set(days.values()) == {whole := next(iter(days.values()))} and says_hours(whole):
            return whole
        return "; ".join(f"{day} {hours}" for day, hours in days.items())

    def _bound(self, name: str) -> str:
        """Return the age at which a column of its own ends those of a service; nothing where it says that none does."""
        text = re.sub(r"\([^()\d]*\)", "", self.text(name)).strip()
        return "" if parsers.is_blank(text) or parsers.no_bound(text) else text

    def _chosen(self, name: str) -> str:
        """Return what the columns of a field's choices say yes to, and what one without a meaning says itself."""
        chosen = []
        for column, meaning in self.intake.columns.choices[name].items():
            answer = self.row.cells.get(fold_header(column), "")
            if not meaning and answer:
                chosen.append(answer)
                continue
            try:
                if answer and parsers.yes_no(answer):
                    chosen.append(meaning)
            except parsers.Unreadable:
                self.say(
                    name,
                    Phrase("{column!r} holds {answer!r}, neither yes nor no", column=column, answer=answer),
                    Phrase("it counts as no"),
                )
        return "; ".join(dict.fromkeys(chosen))

    def _side_by_side(self, name: str, text: str) -> str:
        """Part words of the map that stand side by side, as survey tools write several choices; else leave the text."""
        meant = self.intake.meant[name]
        words = fold_header(text).split(" ")
        if " ".join(words) in meant or len(words) > MOST_WORDS:
            return text
        longest = max((word.count(" ") + 1 for word in meant), default=0)
        best: list[list[str] | None] = [[], *([None] * len(words))]
        for end in range(1, len(words) + 1):
            for start in range(max(0, end - longest), end):
                before, meaning = best[start], meant.get(" ".join(words[start:end]))
                if before is not None and meaning is not None:
                    best[end] = [*before, meaning]
                    break
        whole = best[-1]
        return "; ".join(dict.fromkeys(whole)) if whole and len(whole) > 1 else text

    def described(
        self, names: tuple[str, ...], owner: "Reader", describe: Callable[..., Iterable[Part]], *more: Hashable
    ) -> tuple[Part, ...]:
        """Return the parts that some fields of a row, and of the row of its place, give a record.

        ``describe`` is asked once for all rows whose fields say the same, unless something is to be said of them: it
        must read nothing of the rows but these fields, and ``more``.
        """
        filled, memory = self.intake.filled(names), self.intake.described
        key = (describe, *map(self.text, filled), *(map(owner.text, filled) if owner is not self else ()), *more)
        parts = memory.get(key)
        if parts is None:
            faults = self.faults + owner.faults
            parts = tuple(describe(self, owner, *more))
            if self.faults + owner.faults == faults:
                if len(memory) >= MOST_DESCRIBED:
                    memory.clear()
                memory[key] = parts
        return parts

    def translations(self, name: str) -> dict[str, str]:
        """Return a field's texts in the languages that the list has it in."""
        languages = self.intake.spoken.get(name)
        if not languages:
            return {}
        return {language: text for language in languages if (text := self.text(name, language))}

    def any_text(self, name: str) -> str:
        """Return a field's text, or the first of its translations; a word of the map as what it stands for."""
        text = self.text(name)
        if not text and name in self.intake.spoken:
            text = first_of(self.translations(name).values())
        return self.word(name, text)

    def column(self, name: str) -> str:
        """Return the column of the file that a field comes from, as it is written there."""
        for key in (name, *(f"{name}.{language}" for language in self.intake.spoken.get(name, ()))):
            for column in self.intake.columns.fields.get(key, ()):
                if fold_header(column) in self.row.cells:
                    return column
        return field_name(name) if name else name

    def cell_as_sent(self, folded: str) -> str:
        """Return what stands in a column, by its folded heading, before anything was replaced in it."""
        return next((text for name, text in self.row.raw.items() if fold_header(name) == folded), "").strip()

    def cell(self, name: str) -> str | None:
        """Return the cell that a field comes from, as spreadsheets call it; None where no column fills it."""
        own, sheet = self.intake.columns_of_cells, self.row.sheet
        if (sheet, name) not in own:
            own[sheet, name] = self.intake.letters.get(sheet, {}).get(fold_header(self.column(name)), "")
        return f"{letters}{self.row.number}" if (letters := own[sheet, name]) else None

    def provenance(self, entity: str, record: str, key: str, *, named_by: str) -> dict[str, Any]:
        """Return what `mapping.model.Provenance` says of a record of this row; the cell of a field names it."""
        return {
            "id": record_id(self.source, "provenance", entity, record, key),
            "link_id": record,
            "link_entity": entity,
            "source_id": self.intake.source_id,
            "source_key": key,
            "file": self.intake.batch.file,
            "sheet": self.row.sheet.strip() or None,
            "row": self.row.number,
            "cell": self.cell(named_by),
        }

    def say(self, name: str, problem: Phrase, fix: Phrase, level: Level = "doubt") -> None:
        """Keep an issue of this row."""
        self._keep(self.column(name), problem, fix, level)

    def _keep(self, column: str, problem: Phrase, fix: Phrase, level: Level) -> None:
        batch = self.intake.batch
        self.faults += 1
        issue = Issue(batch.file, self.row.sheet, self.row.number, column, problem, fix, level)
        if issue not in self.said:
            self.said.add(issue)
            batch.issues.append(issue)

    def refuse(self, name: str, problem: Phrase, fix: Phrase) -> None:
        """Keep an issue that sets the whole row aside."""
        self.say(name, problem, fix, "refused")
        if (reason := both(problem, fix)) not in self.reasons:
            self.reasons.append(reason)

    def refuse_if_slipped(self) -> None:
        """Set the row aside when several of its cells hold the wrong kind of thing; that is then all that is said.

        A word that nobody knows, and that other rows have in the same column, is how the sender writes there.
        """
        if len(self.unread) >= MANY and self._looks_slipped():
            issues, left = self.intake.batch.issues, len(self.said)
            for place in reversed(range(len(issues))):  # its own stand last, or nearly
                if left and issues[place] in self.said:
                    del issues[place]
                    left -= 1
                elif not left:
                    break
            names = listing(quoted(self.column(name)) for name in sorted(self.unread))
            self.reasons.clear()
            self.refuse(
                "",
                Phrase(
                    "{count} {count:cell holds another kind of thing than its|"
                    "cells hold another kind of thing than their} column ({names})",
                    count=len(self.unread),
                    names=names,
                ),
                Phrase("look whether the row has slipped by a column, and send it again"),
            )

    def _looks_slipped(self) -> bool:
        """Tell whether a cell that cannot be read is another column's, or many of them stand in no other row."""
        texts = {name: self.text(name) for name in self.unread}
        for text in texts.values():
            for parse in OTHER_KINDS:
                with contextlib.suppress(parsers.Unreadable):
                    parse(text)
                    return True
        return sum(self.intake.texts(name)[text] < 2 for name, text in texts.items()) >= MANY

    def beside_name(self) -> tuple[str, ...]:
        """Return what is said beside the name of the body: in brackets, or behind a dash."""
        return _beside(self.text("organization"))

    def unsigned(self, name: str) -> str:
        """Return a name without the signs behind it, whose meaning is said: a note explains it, or nobody does."""
        signs = self._signs()
        while name:
            name = name.rstrip()
            if sign := next(filter(name.endswith, signs), ""):
                problem = Phrase("{note!r} is said of it", note=f"{sign} {signs[sign]}")
                self.say("organization", problem, Phrase("look whether it is right"), "note")
            elif sign := (_UNEXPLAINED.search(name) or [""])[0]:
                problem = Phrase("a sign that nothing explains stands behind {name!r}", name=name)
                self.say("organization", problem, Phrase("ask the sender what it means"))
            else:
                break
            name = name.removesuffix(sign)
        return name

    def _signs(self) -> dict[str, str]:
        """Return the signs that notes around the rows explain, the longest first, each with what is said of it."""
        return self.intake.signs.get(self.row.sheet, {})

    def closing(self) -> str | None:
        """Return the status that a remark gives the row, such as closed; remarks are looked at, never kept.

        What the map says of a word counts first, then what a remark or the brackets of a name say.
        """
        remarked = dict(zip(self.intake.remarks, self.intake.columns.private, strict=True))
        for word, meant, pattern in self.intake.notices:
            if meant != "custodian" and (column := self._remark_with(remarked, pattern.search)):
                self.say(
                    column,
                    Phrase("the remark says {word!r}", word=word),
                    Phrase("the service counts as {meant}", meant=coded("statuses", meant)),
                    "note",
                )
                return meant
        brackets, described = " ".join(self.beside_name()), self._begins_with_closing()
        signs = {sign: text for sign, text in self._signs().items() if self.row.bears(sign)}
        instead = self._instead_of_hours()
        if not (brackets or instead or described or signs or self.intake.columns.private or self.row.comment):
            return None
        private = (name for name in self.intake.columns.private if not is_review(fold_header(name)))
        remarks = {name: self.row.cells.get(fold_header(name), "") for name in private} | {COMMENT: self.row.comment}
        texts = {**remarks, self.column("organization"): brackets, self.column("hours"): instead, **signs}
        texts |= {self.column("description"): described} if described else {}
        for column, text in texts.items():
            if text and (outcome := parsers.standing(text)) and not self._still_works(column, text, outcome[1]):
                return self._counts_as(outcome[0], column, outcome[1])
        return None

    def _counts_as(self, status: str, column: str, words: str) -> str:
        """Return a status, having said by which words of a column it is one."""
        fix = Phrase("the service counts as {meant}", meant=coded("statuses", status))
        self._keep(column, Phrase("it says {text!r}", text=words), fix, "doubt")
        return status

    def _instead_of_hours(self) -> str:
        """Return what stands where the hours should and is none: "closed since 2024"."""
        text = self.text("hours")
        if not text or parsers.is_blank(text):
            return ""
        _, error = read_once(parsers.hours, text, (), ())
        return "" if error is None or isinstance(error, parsers.Partly) or parsers.names_days(text) else text

    def unit_by_code(self) -> str | None:
        """Return the unit whose code the row gives, as the area writes it or with the country's letters before it."""
        code, units = self.text("unit_code"), self.intake.area.all_units()
        digits = "".join(letter for letter in code.partition(".")[0] if letter.isdigit())
        return next((unit for unit in (code, digits) if unit in units), None)

    def _begins_with_closing(self) -> str:
        """Return the sentence of the description that begins with what became of it: "CLOSED since 2024"."""
        text = self.text("description")
        for sentence in re.split(r"[.;!\n]\s*", text) if text else ():
            outcome = parsers.standing(sentence)
            if outcome and sentence.lstrip(" *(").startswith(outcome[1]):
                return sentence
        return ""

    def _still_works(self, column: str, text: str, words: str) -> bool:
        """Tell whether words say that something closes on a day still to come, and tell it."""
        day = parsers.closes_on(text, self.intake.today)
        if day is not None:
            fix = Phrase("until then it counts as working; send the list again after it")
            self._keep(column, Phrase("it says {text!r}, from {day} on", text=words, day=day), fix, "doubt")
        return day is not None

    def say_moved(self) -> None:
        """Say that a remark speaks of a move."""
        for name, folded in zip(self.intake.columns.private, self.intake.remarks, strict=True):
            if parsers.moves(self.row.cells.get(folded, "")):
                problem = Phrase("the remark seems to say this: {field}", field=field_name("address"))
                self._keep(name, problem, Phrase("write it into a column of its own"), "doubt")

    def held_back(self) -> bool:
        """Tell whether a remark asks that the row be shown to nobody."""
        patterns = [pattern.search for _, meant, pattern in self.intake.notices if meant == "custodian"]
        asking = self._remark_with(self.intake.unfilling, asks_silence, *patterns)
        if not asking and any(map(asks_silence, self.beside_name())):
            asking = "organization"
        if not asking and any(asks_in_prose(self.text(name)) for name in self.intake.filled(("description",))):
            asking = "description"
        if asking:
            self.say(asking, Phrase("a remark asks that this be not shown"), ASK_WHOM)
        return bool(asking) or self._asked_for_all() or self._not_permitted()

    def _asked_for_all(self) -> bool:
        """Tell whether a title, a note or the name of the list or of its part asks that the row be not shown."""
        row = self.row
        asking = self.intake.asking.get(row.sheet, {})
        note = first_of(note for mark, note in asking.items() if row.bears(mark)) if asking else ""
        note = note or (row.under if row.under and asks_for_all(row.under) else "")
        if note:
            problem = Phrase("{note!r} is said of it", note=note)
            self.say("", problem, ASK_WHOM)
        return bool(note)

    def withholds(self, name: str) -> bool:
        """Tell whether the answer that lets the row be shown leaves a field out, "phone" or "address", and say it."""
        for heading in self.intake.asks_of_fields and self.intake.watched(tuple(self.row.cells)):
            answer = self.row.cells[heading]
            question = self.intake.spoken_as(heading)
            if name in only_of(question) and (reason := refuses(question, answer)):
                fix = Phrase("for custodians only, whatever is approved: {field}", field=field_name(name))
                self.say_of(heading, reason, fix)
                return True
        answer = self.text("marking")
        if not answer or name not in (excepted(answer) or ()):
            return False
        heading, field = self.column("marking"), field_name(name)
        problem = Phrase("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
        self.say("marking", problem, Phrase("for custodians only, whatever is approved: {field}", field=field))
        return True

    def _not_permitted(self) -> bool:
        """Tell whether a question of consent or a review keeps the row from being shown; both count with any map."""
        marking = self.intake.columns_of("marking")
        for heading in self.intake.watched(tuple(self.row.cells)):
            answer, question = self.row.cells[heading], self.intake.spoken_as(heading)
            if heading not in marking and only_of(question):
                continue  # it keeps that field alone back
            if self._holds_later_or_no_more(heading, answer):
                return True
            no = says_no(answer) or refuses_for_now(answer)
            if heading in marking and self.intake.columns.markings and not no:
                continue  # the sender's table of markings says what else an answer means
            silent = not asks_consent(question) and not is_review(heading)  # "Confidential location, do not print"
            answered = Phrase("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
            if reason := (answered if says_yes(answer) else None) if silent else refuses(question, answer):
                self.say_of(heading, reason, Phrase("the row is for custodians only until that changes"))
                return True
        return False

    def _holds_later_or_no_more(self, heading: str, answer: str) -> bool:
        """Tell whether a permission is one only once somebody was asked, or was one until a day, and say it."""
        if (
            not answer
            or not asks_consent(self.intake.spoken_as(heading))
            or self.intake.marked.get(fold_header(answer), "public") != "public"
        ):
            return False
        if asks_first(answer):
            problem = Phrase(
                "{heading!r} is answered {answer!r}: somebody is to be asked first", heading=heading, answer=answer
            )
            fix = Phrase("it is for custodians only; ask whoever sent the list, and write yes once they agreed")
            self.say_of(heading, problem, fix)
            return True
        day = parsers.until(answer, self.intake.today)
        if day is None or says_no(answer):
            return False
        held = day < self.intake.today
        fix = Phrase("ask anew before that day; nothing takes it back by itself")
        if held:
            fix = Phrase("it is for custodians only; ask anew")
        self.say_of(heading, Phrase("{heading!r}: the permission holds until {day}", heading=heading, day=day), fix)
        return held

    def status(self) -> str:
        """Return the status that the row gives, "active" where it gives none; words that only tell it are told."""
        status, words = self._says_status(self.text("status")) or ("active", "")
        return self._counts_as(status, self.column("status"), words) if status != "active" and words else status

    def tells_status(self) -> bool:
        """Tell whether the row's status, if it has one, is one; words that are none are told."""
        text = self.text("status")
        if self._says_status(text):
            return True
        problem = Phrase("{word!r} does not say that it works", word=text)
        self.say("status", problem, Phrase("it is for custodians only until somebody has asked"))
        return False

    def _says_status(self, text: str) -> tuple[str, str] | None:
        """Return the status of a text and, where it is not called by its name, the words for it; None for no status."""
        if not text or parsers.is_blank(text):
            return "active", ""
        match = match_term("statuses", self.word("status", text))
        status = (match.code, "") if match else self._answered(text) or parsers.status(text)
        if status and status[0] != "active" and status[1] and self._still_works(self.column("status"), text, status[1]):
            return "active", ""
        return status

    def _answered(self, text: str) -> tuple[str, str] | None:
        """Return the status that yes or no gives under a heading which asks whether it works."""
        if not ASKS_WHETHER_IT_WORKS.search(apart(self.column("status"))):
            return None
        return ("active", "") if says_yes(text) else ("inactive", text) if says_no(text) else None

    def say_of(self, heading: str, problem: Phrase, fix: Phrase) -> None:
        """Keep an issue of this row about a column by its folded heading, which need not fill any field."""
        names = self.intake.headings.get(self.row.sheet, {})
        self._keep(names.get(heading, heading), problem, fix, "doubt")

    def _remark_with(self, columns: Mapping[str, str], *say: Callable[[str], object]) -> str:
        """Return the first of some columns, or the comment, of which something is true; empty where nothing is."""
        for folded, name in columns.items():
            text = self.row.cells.get(folded, "")
            if text and any(true(text) for true in say):
                return name
        comment = self.row.comment
        return COMMENT if comment and any(true(comment) for true in say) else ""

    def country(self) -> str:
        """Return the country of the row: its own column, else a word of the map that stands as unit or place."""
        own = self.text("country")
        if own:
            return self.word("country", own)
        known = self.intake.meant.get("country")
        if not known:
            return ""
        return next((known[t] for n in ("unit", "place") if (t := fold_header(self.any_text(n))) in known), "")

    def take(self, name: str, parse: Callable[..., T], *more: Hashable, **options: Hashable) -> T | None:
        """Read a field; what cannot be read is an issue and None, what is read in part is an issue and the part.

        ``parse`` is asked once for each text with what else is given, and its answer remembered: it must be pure.
        """
        text = self.text(name)
        if not text or parsers.is_blank(text):
            return None
        try:
            return _remembered(parse, self.word(name, text), more, tuple(sorted(options.items())) if options else ())
        except parsers.Partly as error:
            self.say(name, error.problem, error.fix)
            return error.value  # type: ignore[no-any-return]
        except parsers.Unreadable as error:
            self.say(name, error.problem, error.fix, "refused")
            if not parsers.says_unknown(text):
                self.unread.add(name)
            return None

    def day(self, name: str, *, past: bool = False, of_period: Literal["first", "last"] = "first") -> dt.date | None:
        """Read a day, saying which way it was read where it could be another; with ``past``, none still to come."""
        today = self.intake.today
        latest = today if past else None
        day_first = self.intake.day_first(name)
        value = self.take(name, parsers.date_value, today, latest=latest, of_period=of_period, day_first=day_first)
        if value is not None and past and value.precise != "day":
            problem = Phrase("{text!r} is no day; {day} was taken", text=self.text(name), day=value.day)
            self.say(name, problem, Phrase("write the day if it is known"), "note")
        return self._certain(name, value)

    def last_day(self, name: str) -> dt.date | None:
        """Read the last day of something; None where it has no end, or one that is past and was to be renewed."""
        today = self.intake.today
        value = self.take(name, parsers.last_day, today, day_first=self.intake.day_first(name))
        if value is not None and value.renewed and not self._holds(name, value.day):
            return None
        return self._certain(name, value)

    def day_after(self, name: str, first: dt.date | None) -> dt.date | None:
        """Read the last day of what began on a day, also where its cell says how long it holds ("3 years")."""
        try:
            term = parsers.term(text := self.text(name))
        except parsers.Unreadable:
            return self.last_day(name)
        if first is None:
            problem = Phrase("{text!r} is a term, and no day says from when", text=text)
            self.say(name, problem, Phrase("write the day of signature, or the last day"), "refused")
            return None
        end = term.after(first)
        problem = Phrase("{text!r} from {first} ends on {end}", text=text, first=first, end=end)
        self.say(name, problem, Phrase("write the last day if it is another"), "note")
        return None if term.renewed and not self._holds(name, end) else end

    def _holds(self, name: str, end: dt.date) -> bool:
        """Tell whether something that is renewed by itself has not ended yet; whether it was renewed is doubted."""
        problem = Phrase("{text!r}: whether it was renewed is not known", text=self.text(name))
        self.say(name, problem, Phrase("ask until when it holds now"))
        return end >= self.intake.today

    def end_of(self, name: str) -> dt.date | None:
        """Return the last day of the period that a cell names; None where it names a day or cannot be read."""
        try:
            first, last = (
                parsers.date_value(self.text(name), self.intake.today, of_period=part) for part in ("first", "last")
            )
        except parsers.Unreadable:
            return None
        return last.day if last.day != first.day else None

    def _certain(self, name: str, value: parsers.DateValue | None) -> dt.date | None:
        """Return a day, saying which way it was read where it could be another."""
        if value is not None and value.doubt:
            self.say(name, value.doubt, Phrase("write the month as a word, or the day as 2026-12-31"))
        return None if value is None else value.day

    def word(self, name: str, text: str) -> str:
        """Return what the map says a sender's word stands for, or the word."""
        meant = self.intake.meant.get(name)
        return meant.get(fold_header(text), text) if meant else text

    def parts(self, name: str, taxonomy: str, text: str | None = None) -> list[str]:
        """Cut a cell with several entries, or a text made of it, into entries, keeping together what is one term."""
        text = self.text(name) if text is None else text
        if not text:
            return []
        entries = self.intake.parted.get((name, taxonomy, text))
        if entries is None:
            entries = self.intake.parted[name, taxonomy, text] = self._cut(name, taxonomy, text)
        return entries

    def _cut(self, name: str, taxonomy: str, text: str) -> list[str]:
        meant = self.intake.meant.get(name, {})
        if fold_header(text) in meant:
            return [meant[fold_header(text)]]
        if parsers.is_blank(text) or (parsers.says_none(text) and match_term(taxonomy, text) is None):
            return []

        def known(part: str) -> bool:
            return fold_header(part) in meant or match_term(taxonomy, part) is not None

        return [self.word(name, part) for part in parsers.split_list(text, known=known)]

    def terms(
        self,
        name: str,
        taxonomy: str,
        *,
        named: bool = False,
        without: frozenset[str] = frozenset(),
        text: str | None = None,
    ) -> tuple[list[str], list[str]]:
        """Return the codes of a field's words and the words that neither are nor make up a term; read only.

        ``named`` takes terms by what they are called alone: who is left out is never more than was said. Entries
        ``without`` which the cell is read follow from its text. ``text`` is what is read instead of the whole cell.
        """
        text = self.text(name) if text is None else text
        memory, key = self.intake.termed, (name, taxonomy, named, text)
        if key not in memory:
            faults = self.faults
            terms = self._terms(name, taxonomy, text, named=named, without=without)
            if faults != self.faults:
                return terms
            memory[key] = terms
        return memory[key]

    def _terms(
        self, name: str, taxonomy: str, text: str, *, named: bool, without: frozenset[str]
    ) -> tuple[list[str], list[str]]:
        codes: list[str] = []
        words: list[str] = []
        for before, part in pairwise(("", *self.parts(name, taxonomy, text))):
            if part in without:
                continue
            match = match_term(taxonomy, part)
            made = Composition((match.code,)) if match else Composition() if named else _made(taxonomy, part, before)
            codes += made.codes
            if not made.codes:
                words.append(part)
            elif match is None or match.score < SURE:
                terms = listing(_named(taxonomy, code) for code in made.codes)
                level: Level = "doubt" if made.unread or len(made.codes) > 1 else "note"
                problem = Phrase("{part!r} was taken for {term}", part=part, term=terms)
                self.say(name, problem, Phrase("put it into the map if that is wrong"), level)
        return list(dict.fromkeys(codes)), words

    def papers(self) -> tuple[list[str], list[str]]:
        """Return the codes of the papers that are asked for and the words for none that is known, as `terms` does.

        A paper that is only wished for is not asked for; where nothing else is, none is.
        """
        entries = self.parts("documents", "documents")
        left = parsers.wished(entries)
        codes, words = self.terms("documents", "documents", without=frozenset(left))
        for word in sorted(left):
            self.say(
                "documents",
                Phrase("{word!r} is wished for, not asked for", word=word),
                Phrase("look whether it is right"),
                "note",
            )
        if left and not codes and not words:
            codes = ["NONE"]
        return [code for code in codes if code != "NONE" or len(codes) == 1], words

    def say_unknown(self, word: str, problem: Phrase) -> None:
        """Say that a word means no kind of help that is known, and of which kinds it may be the initials."""
        near = listing(_named("service_types", code) for code in by_initials("service_types", word)[:MOST_NEAR])
        fix = Phrase("write a code for it into [words.{name}]", name="service")
        self.say("service", problem, Phrase("{fix}; is it {near}?", fix=fix, near=near) if near else fix)

    def harmless(self, name: str, text: str) -> str:
        """Return a text that may be published, or nothing and an issue: it could name a place, a person or a number."""
        if is_garbled(text):
            self.say(
                name,
                Phrase("{text!r} has lost letters", text=text),
                Phrase("it was left out; ask for the list saved as UTF-8"),
            )
            return ""
        area = self.intake.area
        postal_codes = area.file.settings.postal_codes
        tells = address_tells(text, area.phone_country, postal_codes) if name == "address" else _tells(text)
        if tells:
            self.say(
                name,
                Phrase("holds a number, a name or an address"),
                Phrase("it stays private; put it into its own column"),
            )
            return ""
        return text

    def audience(self) -> Audience:
        """Return who may see the row: its marking by the approved table, else custodians only.

        No more may see it than may see each other row about the same.
        """
        own = self._own_audience()
        if strictest(own, self.at_most) != own:
            problem = Phrase("another row about the same is for fewer to see")
            self.say("marking", problem, Phrase("that counts; ask the sender which is meant"))
        return strictest(own, self.at_most)

    def _misfit(self) -> tuple[str, Phrase, Phrase] | None:
        """Return what is wrong with a row that nobody but custodians may see for it: field, problem, what to do."""
        if self.row.cut:
            problem = Phrase("the row ends before {cut!r}", cut=self.row.cut)
            return "marking", problem, Phrase("it is for custodians only; ask for the rest of the row")
        if beyond := self.row.raw.get(BEYOND):
            problem = Phrase("the row goes on behind the last column: {beyond!r}", beyond=beyond)
            return "", problem, Phrase("it is for custodians only; look whether it has slipped by a column")
        names = (self.text("organization"), *self.translations("organization").values())
        if garbled := next(filter(is_garbled, names), ""):
            problem = Phrase("{garbled!r} has lost letters", garbled=garbled)
            return "organization", problem, Phrase("it is for custodians only; ask for the name")
        if any(map(_TRIAL.fullmatch, names)):
            problem = Phrase("the name is one of a trial")
            return "organization", problem, Phrase("it is for custodians only; leave it out of the list")
        if any(name and person_of(name) for name in names):
            problem = Phrase("the name is that of a person")
            return "organization", problem, Phrase("it is for custodians only; name the body that helps")
        return None

    def _own_audience(self) -> Audience:
        intake = self.intake
        text = self.text("marking")
        if misfit := self._misfit():
            self.say(*misfit)
            return "custodian"
        if self.held_back() or not intake.approved:
            return "custodian"
        if not intake.columns.fields.get("marking"):
            return marking(intake.columns, intake.columns.constants.get("marking", ""))[0]
        audience = intake.marked.get(fold_header(text))
        if audience is None:
            problem = (
                Phrase("the marking {text!r} is not in the sender's table", text=text)
                if text
                else Phrase("there is no marking")
            )
            self.say("marking", problem, Phrase("the row is for custodians only until the sender says who may see it"))
        return audience or "custodian"

    def narrowed(self, audience: Audience) -> Audience:
        """Return who may see one service: those who may see its row, or fewer where it says so itself."""
        if audience != "custodian" and self.held_back():
            return "custodian"
        text = self.text("marking_service")
        if not text:
            return audience
        own, known = marking(self.intake.columns, text)
        if not known:
            problem = Phrase("the marking {text!r} is not in the sender's table", text=text)
            self.say(
                "marking_service",
                problem,
                Phrase("the service is for custodians only until the sender says who may see it"),
            )
        return strictest(audience, own)


_TRIAL = re.compile(
    r"\W*(?:тест(?:ов\w+)?|test|trial|dummy|проба|пробн\w+|sinov|санҷиш\w*|deneme|x{3,}|asdf\w*)"
    r"(?:\W+(?:анкет\w*|организаци\w+|запис\w+|строк\w+|форм\w*|row|entry|record|organi[sz]ation|form|survey|service|"
    r"ташкилот|tashkilot|анкета|\d+))*\W*",
    re.I,
)
"""Names that somebody writes to try a form."""

_OF_A_CLOCK = re.compile(r"^(\d{1,2}:\d\d):\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$")
"""A time to the second, as survey tools and databases have it."""

HELD = {"case": "count", "assessment": "answer"}
"""Shape -> the field that the cells of a column fill whose heading says the other fields."""


@dataclass
class ColumnReader(Reader):
    """A row as one of its columns has it: what the heading of the column says stands beside its cells."""

    heading: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, language: str = "") -> str:
        """Return a field's text: what the heading says, or the row."""
        return self.values[name] if name in self.values else super().text(name, language)

    def column(self, name: str) -> str:
        """Return the column that a field comes from: this one for all that it says."""
        return self.heading if name in self.values else super().column(name)


def by_headings(reader: Reader) -> Iterator[Reader]:
    """Yield a row once for each filled column whose heading says of what it is; as it is where the map has none.

    When all were read: a row of which no column could be is set aside, and what is wrong with one column is told alone.
    """
    columns = reader.intake.columns
    if not columns.headings:
        yield reader
        return
    several: list[ColumnReader] = []
    for heading, values in columns.headings.items():
        text = reader.row.text([heading])
        if text and not parsers.is_blank(text):
            values = {**values, HELD[columns.shape]: text}
            several.append(ColumnReader(reader.intake, reader.row, said=reader.said, heading=heading, values=values))
    yield from several
    if all(part.reasons for part in several):
        reader.reasons += dict.fromkeys(reason for part in several for reason in part.reasons)


Options = tuple[tuple[str, Hashable], ...]


def _remembered(parse: Callable[..., T], text: str, more: tuple[Hashable, ...], options: Options) -> T:
    """Read a text, or remember how it was read: the cells of a column say few different things."""
    value, error = read_once(parse, text, more, options)
    if error is not None:
        raise error.with_traceback(None)
    return value  # type: ignore[no-any-return]


@lru_cache(maxsize=20_000)
def read_once(
    parse: Callable[..., Any], text: str, more: tuple[Hashable, ...], options: Options
) -> tuple[Any, parsers.Unreadable | None]:
    """Return what a parser reads from a text and why it cannot; asked again, it is remembered."""
    try:
        return parse(text, *more, **dict(options)), None
    except parsers.Unreadable as error:
        return None, error


def says_hours(text: str) -> bool:
    """Tell whether a text says by itself when something is open, without a day beside it."""
    try:
        return bool(parsers.hours(text))
    except parsers.Unreadable:
        return False


def coded(taxonomy: str, code: str) -> Label:
    """Return the code of a term for a phrase, which says its label in the languages of its readers."""
    return Label(code, Vocabulary.load(taxonomy).term(code).labels)


def _made(taxonomy: str, part: str, before: str) -> Composition:
    return parsers.composed_groups(part) if taxonomy == "beneficiaries" else composed(taxonomy, part, before)


_UNEXPLAINED = re.compile(r"(?<![*†‡])[*†‡]+$")
"""Signs behind a name that are no part of it."""

ASKS_WHETHER_IT_WORKS = re.compile(
    r"^(?!.*(?:закры|не\s+раб|closed|inactive|not\s|пӯшид|баста|yopi|намекун|lama)).*"
    r"(?:работа|действ|актив|открыт|\bactive|operat|work|\bopen|фаъол|кор\s+мекун|faol|ishla)",
    re.I,
)
"""Headings under which yes means that something works."""

_BESIDE_A_NAME = re.compile(r"\(([^()]*)\)|\s[-–—]\s([^-–—()]+)$")
"""What is said beside a name: in brackets, or behind a dash at its end."""


@lru_cache(maxsize=4_000)
def _beside(name: str) -> tuple[str, ...]:
    return tuple(filter(None, chain(*_BESIDE_A_NAME.findall(name))))


def _named(taxonomy: str, code: str) -> Label:
    """Return a term for a phrase: in English by its label and its code, which a map asks for; else by its label."""
    labels = Vocabulary.load(taxonomy).term(code).labels
    return Label(f"{labels.get('en', '')} ({code})".strip(), labels)


MOST_NEAR = 3
"""Terms at most of which one is asked whether it was meant."""

SURE = 0.9
"""Least score of a match that needs no note."""


def first_of(texts: Iterable[str]) -> str:
    """Return the first text that is not empty."""
    for text in texts:
        if text:
            return text
    return ""


def shortened(word: str) -> Message:
    """Return the beginning of a word as it was written, for a message."""
    return quoted(word if len(word) <= 80 else word[:79] + "…")


def readers_of(reader: Reader, owner: Reader) -> tuple[Reader, ...]:
    """Return the row of a service and that of its place, where it is another."""
    return (reader,) if reader is owner else (reader, owner)


def _tells(text: str) -> bool:
    return bool(TELLING.search(text) or STREET.search(text) or parsers.names_person(text))
