"""Guess a column map from the names of columns and from what stands in them.

It is enough for a first look at a plain list; `mapping.intake.guess.draft` writes it down as a map to go on from.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Literal

from mapping.area.addresses import says_street
from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap, Expected, Header, Shape, Sheets, Skip, fold_header
from mapping.errors import FormatError
from mapping.formats import OF_A_CHAT, Sheet
from mapping.intake.guess.cells import ENOUGH, ColumnGuess, looked_at
from mapping.intake.guess.headings import REMARKS, RUNNING, bound_of, day_of, field_of, is_end, language_in, named
from mapping.intake.guess.questions import ManyChoices, questions
from mapping.intake.guess.shaped import (
    GuessedColumns,
    give_own_fields,
    holds_numbers,
    is_of_activities,
    own_header,
    titles_of,
)
from mapping.intake.guess.shapes import OtherShape, other_shape
from mapping.intake.row_reader import DAYS
from mapping.intake.rows import (
    LOOK_FOR_HEADER,
    ONLY_TOTAL,
    heads_a_part,
    joined,
    numbered,
    stands_over,
    texts_of,
    written,
)
from mapping.intake.services import ROUND_THE_CLOCK
from mapping.language.composition import composed
from mapping.language.fold import coarse, skeleton, words_for
from mapping.language.i18n import Phrase, Quoted, Several
from mapping.language.parsers.permission import asks_consent, asks_to_publish, only_of
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.quality.names import names_a_body
from mapping.safety.sensitive_text import hides_number

SAMPLE = 300
"""Rows whose cells are looked at."""

HEADING_SAYS = ("latitude", "longitude", "coordinates", "verified_on", "funded_until", "key", "status", "country")
"""Fields whose headings are believed: a column that is called so and holds something else is nothing else."""

SHAPED = ("email", "website", "marking")
"""What cells can be for sure, whatever stands above them."""

ADDED = re.compile(
    r"(?:.{0,200}/)?(?:timestamp|отметка времени|метка времени|start(?:time)?|end(?:time)?|today|deviceid|username|"
    r"_?submission_?(?:date|time)|_submitted_by|_validation_status|_status|_index|_id|_uuid|__version__|formhub/uuid|"
    r"_parent_\w+|_submission__\w+|(?:meta/)?instance(?:id|name)|reviewstate|submitterid|submittername|"
    r"_[\w ]{1,200}_(?:altitude|precision)|"
    r".{1,200} \d{1,9} - (?:label|type)|(?:creation|edit)date|creator|editor|globalid|objectid|"
    r"shape[_.]*(?:length|area|leng)|"
    r"created[_ ](?:at|by|date|user)|last_edited_(?:date|user)|modified(?:[_ ](?:at|by|date))?)$",
    re.I,
)
"""Headings of columns that survey tools, databases and address books add: when, by whom, where, of what kind."""

_TIMESTAMP = re.compile(r"timestamp|(?:отметка|метка) времени|vaqt belgisi", re.I)
_SENDER = re.compile(r"(?:e-?mail|электронн\w+ почт|username|имя пользовател)", re.I)
"""What a form asks of whoever fills it in, right behind the time: no address of the organization."""

SPOKEN = ("organization", "description", "place_name")
"""Fields that have a column for each language."""


@dataclass
class Guessed(GuessedColumns):
    """What was made of the columns of one sheet."""

    sheet: Sheet
    header: Header
    first: int
    """Index of the first row below the header."""
    names: list[str]
    key: list[str] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    seen: dict[str, ColumnGuess] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    """Names of all sheets with the same columns."""
    left: list[str] = field(default_factory=list)
    """Names of the sheets that are no part of the list."""
    titled: str = ""
    """What tells the kind of help of all rows, where no column does."""
    supposed: str = ""
    """The column that is supposed to hold the names of bodies, since no other looks like it."""
    missing: list[str] = field(default_factory=list)
    """Fields without which no row counts, and which no column was taken for."""
    children: str = ""
    """Name of the sheet with the services of each row, where a survey asked for them again and again."""
    other: OtherShape | Literal[""] = ""
    """The shape of a list whose rows are no services."""
    count: int = 0
    people: list[str] = field(default_factory=list)
    """Names of the sheets that list people who were helped."""

    @property
    def bodies(self) -> list[str]:
        """The columns with the names of organizations, in whatever language."""
        return [
            column for name in self.fields if name.partition(".")[0] == "organization" for column in self.fields[name]
        ]

    @property
    def top(self) -> int:
        """Index of the first row of the header."""
        return self.first - self.header.rows - self.header.skip_after

    @property
    def shape(self) -> Shape:
        """What a row is; whether columns of yes and no tell which services a place has, or cells name them."""
        if self.other:
            return self.other
        if self.children:
            return "repeat"
        return "place" if self.services and "service" not in (*self.fields, *self.choices) else "service"


def guessed_map(sheets: Sequence[Sheet], source: str, area: StudyArea | None = None) -> ColumnMap:
    """Return a map for the sheet that looks most like a list.

    Raises
    ------
    FormatError
        When no row looks like the names of columns, or the rows are no services: only a map says what they are, and
        whose.
    """
    guess = guessed(sheets, area)
    if guess.other:
        raise FormatError(
            Phrase(
                "[{name}] looks like a list whose rows are no services; it needs a column map with "
                'shape = "{what}": rohnamo check FILE --draft FILE.toml begins one',
                name=guess.sheet.name,
                what=guess.other,
            )
        )
    return _map(guess, source)


def guessed(sheets: Sequence[Sheet], area: StudyArea | None = None, *, to_draft: bool = False) -> Guessed:
    """Guess what the columns of the sheet are that looks most like a list.

    A draft, which a person goes on from, is made of any table: what nobody knows is supposed, and says so.

    Raises
    ------
    FormatError
        When no row looks like the names of columns, or none of them, but for a draft, like that of the organizations.
    """
    if any(map(_is_chat, sheets)):
        raise FormatError(OF_A_CHAT)
    guesses = [guess for sheet in sheets if sheet.rows for guess in _headers(sheet)]
    if people := _sheets_of_people(guesses):
        guesses = [pair for pair in guesses if pair[1].sheet.name not in people]
        if not guesses:
            raise FormatError(Phrase("{problem}; {fix}", problem=_of_people(people[0]), fix=DELETE))
    best = _guessed(guesses, sheets, area, to_draft=to_draft)
    best.people = people
    return best


def _guessed(
    guesses: list[tuple[float, Guessed]], sheets: Sequence[Sheet], area: StudyArea | None, *, to_draft: bool
) -> Guessed:
    sheet, other = _other_shape(guesses, sheets)
    if sheet is not None and other:
        return _guessed_of(sheet, other, sheets, area)
    if to_draft and not guesses:
        guesses = [fullest for sheet in sheets if (fullest := _fullest(sheet)) is not None]
    if not guesses:
        raise FormatError(NO_NAMES)
    _, best = max(guesses, key=lambda pair: (pair[0], -pair[1].header.rows, -pair[1].first))
    if (repeated := _repeated(guesses, area)) is not None:
        return _guessed_with(*repeated, sheets, area)
    alike = {
        guess.sheet.name: guess for _, guess in sorted(guesses, key=lambda pair: pair[0]) if _alike(guess, best)
    } | {best.sheet.name: best}
    best.sheets = [sheet.name for sheet in sheets if sheet.name in alike]
    best.left = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in alike]
    if best.header.rows == 1 and not all(best.header.has in guess.names for guess in alike.values()):
        best.header = best.header.model_copy(update={"has": ""})
    _guess_columns(best, list(alike.values()), area)
    if best.bodies or _take_body_of_all(best):
        return best
    if not to_draft and not ("service" in (*best.fields, *best.choices) or best.services):
        raise FormatError(
            Phrase(
                "[{name}] no column looks like the names of organizations; write a column map: "
                "rohnamo check FILE --draft FILE.toml begins one, and docs/importing.md leads on",
                name=best.sheet.name,
            )
        )
    _suppose_organization(best)
    if not to_draft and not best.bodies:
        raise FormatError(NO_NAMES)
    return best


def _sheets_of_people(guesses: Sequence[tuple[float, Guessed]]) -> list[str]:
    """Return the names of the sheets of people who were helped, by the headings and cells that each most likely has."""
    best = {guess.sheet.name: guess for _, guess in sorted(guesses, key=lambda pair: (pair[0], -pair[1].first))}
    return [sheet for sheet, guess in best.items() if _lists_helped(guess)]


def _lists_helped(guess: Guessed) -> bool:
    """Tell whether a sheet lists people who were helped: by a heading, a title, the birth, or sex and age of each.

    What only counts them names nobody.
    """
    if any(named(name, "helped") for name in guess.names):
        return True
    called = f" {' | '.join(map(skeleton, (guess.sheet.name, *titles_of(guess.sheet, guess.top))))} "
    listed = any(f" {words} " in called for words in words_for("list of people helped"))
    people = listed or _tells_births(guess) or _tells_sex_and_age(guess)
    return people and not _shape_of(guess.sheet, guess.first)


def _cells(guess: Guessed) -> list[list[str]]:
    """Return what stands in the columns of a sheet, without empty cells."""
    columns = zip_longest(*guess.sheet.rows[guess.first :][:SAMPLE], fillvalue="")
    return [*map(texts_of, columns)]


def _tells_births(guess: Guessed) -> bool:
    """Tell whether a sheet says of most of its rows when somebody was born, who is no contact of a body."""
    cells = _cells(guess)
    rows = max(map(len, cells), default=0)
    births = (
        texts
        for name, texts in zip(guess.names, cells, strict=False)
        if named(name, "born") and not named(name, "contact")
    )
    return any(len(texts) * 2 > rows for texts in births)


def _tells_sex_and_age(guess: Guessed) -> bool:
    """Tell whether a sheet has a column of sexes, one in a cell, and one of ages that differ."""
    cells = _cells(guess)
    of_sex, is_age = words_for("sexes"), re.compile(r"\d{1,2}").fullmatch
    return any(texts and all(skeleton(text) in of_sex for text in texts) for texts in cells) and any(
        texts and field_of(name) == "ages" and all(map(is_age, texts)) and len({*texts}) > 1
        for name, texts in zip(guess.names, cells, strict=False)
    )


def _of_people(sheet: str) -> Phrase:
    return Phrase("[{name}] lists people who were helped; nothing of it was read", name=sheet)


DELETE = Phrase("delete the file, tell whoever sent it, and ask for the list of services alone")


def _repeated(guesses: Sequence[tuple[float, Guessed]], area: StudyArea | None) -> tuple[Guessed, Guessed] | None:
    """Return the sheet of a survey's answers and that of what it asked several times, if that tells kinds of help."""
    of_survey = [guess for _, guess in guesses if guess.header.rows == 1]
    parent = next((g for g in of_survey if PARENT_KEY in g.names and CHILD_KEY not in g.names), None)
    for child in of_survey if parent is not None else ():
        columns = [*zip(*child.sheet.rows[child.first :], strict=False)]
        known = [looked_at(column, area).shares.get("service", 0.0) for column in columns]
        if parent is not None and CHILD_KEY in child.names and max(known, default=0.0) >= LEAST_KNOWN:
            return parent, child
    return None


def _guessed_with(parent: Guessed, child: Guessed, sheets: Sequence[Sheet], area: StudyArea | None) -> Guessed:
    """Guess the columns of a survey's answers together with those of what it asked several times."""
    parent.children = child.sheet.name
    parent.sheets = [parent.sheet.name, child.sheet.name]
    parent.left = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in parent.sheets]
    parent.header = parent.header.model_copy(update={"has": ""})
    _guess_columns(parent, [parent, child], area)
    parent.count -= len(child.sheet.rows) - child.first
    return parent


PARENT_KEY, CHILD_KEY = "_index", "_parent_index"
"""Columns by which survey tools say to which answers something belongs that was asked several times."""
LEAST_KNOWN = 0.3
"""Share of known kinds of help from which on a column tells them."""


def _alike(guess: Guessed, best: Guessed) -> bool:
    """Tell whether a sheet has the columns of another, by the same names or by others for the same things."""
    if guess.header.rows != best.header.rows:
        return False
    same = len(set(guess.names) & set(best.names))
    mine, others = ({field_of(name) for name in names} - {""} for names in (guess.names, best.names))
    both, most = mine & others, max(len(mine), len(others))
    return same >= ALIKE * len(set(best.names)) or (
        "organization" in both and len(both) >= (LIKE if "service" in both else ALIKE) * most
    )


def _is_chat(sheet: Sheet) -> bool:
    """Tell whether a sheet is what a messenger copies: lines that begin with a time and who wrote them."""
    lines = (", ".join(filter(None, map(written, row))) for row in sheet.rows[:SAMPLE])
    return sum(_WRITES.match(line) is not None for line in lines) >= LEAST_MESSAGES


_MOMENT = r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp]\.?[Mm]\.?)?"
_WRITES = re.compile(rf"\W*{_MOMENT}\W{{1,4}}[^:]{{1,60}}:|[^\[\]]{{1,60}},\s*\[{_MOMENT}\]")
LEAST_MESSAGES = 2
NO_NAMES = Phrase(
    "no row looks like the names of columns; is it a list? If it is, write their names into a row above the "
    "others, as Organization, Kind of help, Town, Phone"
)

ALIKE = 0.7
"""Share of its columns that a sheet must have in common with another to be a part of the same list."""
LIKE = 0.5
"""The same where both name bodies and kinds of help."""


def _other_shape(
    guesses: Sequence[tuple[float, "Guessed"]], sheets: Sequence[Sheet]
) -> tuple[Sheet | None, OtherShape | Literal[""]]:
    """Return the sheet that looks most like a list and the shape of its rows, if they are no services."""
    if guesses:
        _, best = max(guesses, key=lambda pair: (pair[0], -pair[1].header.rows, -pair[1].first))
        return best.sheet, _shape_of(best.sheet, best.first)
    shapes = ((sheet, _shape_of(sheet, HEADS)) for sheet in sheets if sheet.rows)
    return next(((sheet, what) for sheet, what in shapes if what), (None, ""))


def _shape_of(sheet: Sheet, first: int) -> OtherShape | Literal[""]:
    return other_shape(sheet, first) or ("activity" if is_of_activities(sheet) else "")


def _guessed_of(sheet: Sheet, other: OtherShape, sheets: Sequence[Sheet], area: StudyArea | None) -> Guessed:
    """Guess what the columns of a list are whose rows are no services, and which sheets have the same.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    guesses = {own.name: guess for own in sheets if own.rows and (guess := _headed(own, other)) is not None}
    guess = guesses.get(sheet.name)
    if guess is None:
        raise FormatError(NO_NAMES)
    alike = [own for own in guesses.values() if _alike(own, guess)]
    guess.other = other
    guess.sheets = [own.sheet.name for own in alike]
    guess.left = [own.name for own in sheets if own.rows and own.name not in guess.sheets]
    if not all(guess.header.has in own.names for own in alike):
        guess.header = guess.header.model_copy(update={"has": ""})
    _look(guess, alike, area)
    looks = {name: guess.seen[name] for name in guess.names if name}
    give_own_fields(guess, other, looks, titles_of(sheet, guess.top), area)
    guess.key, guess.missing = guess.fields.pop("key", []), guess.lacking(other)
    return guess


def _headed(sheet: Sheet, other: OtherShape) -> Guessed | None:
    """Return a sheet with the names of its columns as such a list has them; None where it has none."""
    header = own_header(sheet, other)
    if header is None:
        fullest = _fullest(sheet)
        return fullest[1] if fullest else None
    place, height, names = header
    above = {written(cell) for row in sheet.rows[:place] for cell in row}
    own = [text for cell in sheet.rows[place] if (text := written(cell))]
    has = next((text for text in own if text not in above), own[0])
    first = place + height
    return Guessed(sheet, Header(has=has, rows=height), first, numbered(names, sheet.rows, first))


HEADS = 4
"""Rows that may be headings where no row looks like the names of columns."""


def _suppose_organization(guess: Guessed) -> None:
    """Suppose that the names of bodies stand in the column of unknown words that is filled most, and differs most."""
    worded = [name for name in guess.open if name in guess.seen and guess.seen[name].worded]
    if not worded:
        return
    looks = {name: (guess.seen[name].filled, len(guess.seen[name].counts)) for name in worded}
    name = max(worded, key=lambda column: (*looks[column], -guess.names.index(column)))
    guess.open.remove(name)
    guess.fields = {"organization": [name]} | guess.fields
    guess.supposed = name
    guess.why[name] = "PERHAPS, since no other column looks like names of bodies"


def source_code(name: str) -> str:
    """Return the code of a source from its name."""
    return re.sub(r"[^a-z0-9]+", "-", skeleton(name)).strip("-") or "list"


def _headers(sheet: Sheet) -> Iterator[tuple[float, Guessed]]:
    """Yield rows that may hold the names of columns, with how much they look like it."""
    rows = [list(row) for row in sheet.rows[: LOOK_FOR_HEADER + 2]]
    body = sum(any(cell not in (None, "") for cell in row) for row in sheet.rows)
    for place in range(min(LOOK_FOR_HEADER, len(rows))):
        for height in (1, 2):
            lines = rows[place : place + height]
            if len(lines) == height and _may_be_names(lines):
                names = joined(lines)
                hits = len({field for name in names if (field := field_of(name))})
                called = any(field_of(name) == "organization" for name in names)
                filled = sum(map(bool, names))
                if filled > 1 and (hits > 1 or called):
                    score = hits + 5 * called + filled / 10 + min(body, 100) / 50
                    yield score, _under_names(sheet, rows, slice(place, place + height), names)


def _may_be_names(lines: list[list[object]]) -> bool:
    """Tell whether one row or two look like names of columns and like no rows of a list."""
    if not all(any(cell not in (None, "") for cell in line) for line in lines):
        return False
    return not ((len(lines) == 2 and not _continues(*lines)) or holds_numbers(lines) or _holds_data(lines))


def _under_names(sheet: Sheet, rows: list[list[object]], at: slice, names: list[str]) -> Guessed:
    """Return a list whose columns are named ``at`` some of its first rows; hashtags in the row below are left out."""
    tagged = at.stop < len(rows) and sum(str(cell or "").startswith("#") for cell in rows[at.stop]) > 1
    above = {str(cell) for line in rows[: at.start] for cell in line}
    own = [str(cell) for cell in rows[at.start] if cell not in (None, "")]
    has = next((text for text in own if text not in above), own[0])
    first = at.stop + int(tagged)
    header = Header(has=has, rows=at.stop - at.start, skip_after=int(tagged))
    return Guessed(sheet, header, first, numbered(names, sheet.rows, first))


def _holds_data(lines: Sequence[Sequence[object]]) -> bool:
    """Tell whether a row holds a number to dial, also among words, as no names of columns do."""
    return any(_DIALLED.search(written(cell)) for line in lines for cell in line)


_DIALLED = re.compile(r"(?<![\d.,])\d{1,4}(?:[ ()-]{1,2}\d{2,4}){2,4}(?!\d)")
"""Digits in groups, as numbers to dial are written."""


def _fullest(sheet: Sheet) -> tuple[float, Guessed] | None:
    """Return the first row that is filled as far as any: the names of columns, where nothing else tells them."""
    rows = [list(row) for row in sheet.rows[:LOOK_FOR_HEADER]]
    filled = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    if not filled or max(filled) < 2 or len(sheet.rows) < 2:
        return None
    place = filled.index(max(filled))
    names = joined(rows[place : place + 1])
    header = Header(has=next(str(cell) for cell in rows[place] if cell not in (None, "")))
    return len(sheet.rows) / 100, Guessed(sheet, header, place + 1, names)


def _continues(upper: list[object], lower: list[object]) -> bool:
    """Tell whether a row goes on with the names above it: under merged cells, in words and not in data."""
    texts = [str(cell) for cell in lower if cell not in (None, "")]
    over = [str(cell).rstrip() for cell in upper if cell not in (None, "")]
    if 0 < sum(text.endswith(":") for text in over) < len(over):  # what a report was asked for: "Отбор: | Регион"
        return False
    if any(re.search(r"\d{3,}|@", text) for text in texts) or len(set(texts)) < len(texts):
        return False
    return stands_over(upper, lower)


def _look(guess: Guessed, alike: Sequence[Guessed], area: StudyArea | None) -> dict[str, set[str]]:
    """Look at the cells of all columns; return the sheets that have each."""
    cells: dict[str, list[object]] = {name: [] for name in guess.names if name}
    on: dict[str, set[str]] = defaultdict(set)
    for other in (guess, *(other for other in alike if other is not guess)):
        body = other.sheet.rows[other.first :]
        filled = [row for row in body if sum(cell not in (None, "") for cell in row) > 1 and not _no_row(row)]
        guess.count += len(filled)
        for place, name in enumerate(other.names):
            if name:
                cells.setdefault(name, []).extend(row[place] for row in filled[:SAMPLE] if place < len(row))
                on[name].add(other.sheet.name)
    guess.names += [name for name in cells if name not in guess.names]
    guess.seen = {name: looked_at(column, area) for name, column in cells.items()}
    return on


def _no_row(row: Sequence[object]) -> bool:
    """Tell whether a row counts the others, numbers the columns or heads a part: its cells are like none of theirs."""
    filled = [text for cell in row if (text := written(cell))]
    return ONLY_TOTAL.fullmatch(filled[0]) is not None or heads_a_part(filled)


def _guess_columns(guess: Guessed, alike: Sequence[Guessed], area: StudyArea | None) -> None:
    """Give every column its field: by its name where its cells do not speak against it, else by its cells."""
    on = _look(guess, alike, area)
    cells = list(guess.seen)
    of_rows = (name for name in cells if asks_consent(name) and not only_of(name))
    consents = sorted(of_rows, key=asks_to_publish, reverse=True)
    giving = _Giving(guess, on, next(iter(consents), ""))
    several = questions(cells, {name for name, look in guess.seen.items() if look.answers or not look.filled})
    giving.ask(several)
    days = {name: day for name in cells if (day := day_of(name))}
    bounds = {name: bound for name in cells if (bound := bound_of(name))}
    for before, name in pairwise(cells):
        if bounds.get(before) in OTHER_BOUND and is_end(name):
            bounds[name] = OTHER_BOUND[bounds[before]]
    for name in cells:
        if name in giving.done:
            continue
        if _asks_always(name, guess.seen[name]):
            guess.passed.append(name)
        elif len(set(days.values())) > LEAST_DAYS and name in days:
            giving.give(name, days[name], "a day of the week")
        elif name in bounds and (
            {"opens", "closes"} <= set(bounds.values()) or bounds[name] not in ("opens", "closes")
        ):
            giving.give(name, bounds[name], "by its name")
        elif {"opens", "closes"} <= set(bounds.values()) and field_of(name) == "hours":
            giving.give(name, "hours", "the days, beside the hours")
        else:
            giving.column(name)
    _choose_service(guess)
    _name_bodies(guess)
    _call_faxes(guess)
    _join_halves(guess)
    _keep_from_people(guess)
    _take_service_of_all(guess)
    _take_offset_of_all(guess)
    guess.private += [name for name in guess.open if name in guess.seen and guess.seen[name].worded]


@dataclass
class _Giving:
    """Columns as they are given their fields."""

    guess: Guessed
    on: Mapping[str, set[str]]
    """Column -> the sheets that have it."""
    marking: str = ""
    """The column that says who may see a row; others that ask for consent count with any map."""
    done: set[str] = field(default_factory=set)

    def ask(self, several: Sequence[ManyChoices]) -> None:
        """Give the answers to questions with several choices to the field that the question is about."""
        guess = self.guess
        for question in several:
            name = _field_of_choices([*filter(None, question.choices.values())]) or field_of(question.text)
            if name not in CHOSEN:
                continue
            guess.choices.setdefault(name, {}).update(question.choices)
            guess.passed += question.others
            self.done |= {*question.choices, *question.others}

    def column(self, name: str) -> None:
        """Give a column its field."""
        guess, look, about = self.guess, self.guess.seen[name], self._about(name)
        if why := self._why_private(name, about):
            guess.private.append(name)
            guess.why[name] = why
        elif RUNNING.match(name) or (asks_consent(name) and name != self.marking):
            guess.passed.append(name)
        elif about in ("", "service") and (code := _service_of(name, look)) is not None:
            guess.services[name] = code
            guess.why[name] = "yes or no, by its name"
        elif about and (not look.speaks_against(about) or (about == "hours" and look.half_of_hours)):
            self.give(name, about, "by its name")
            if about == "address" and look.names_units() and "unit" not in guess.fields:
                guess.fields["unit"] = [name]
        elif (code := _service_of(name, look)) is not None:
            guess.services[name] = code
            guess.why[name] = "yes or no, by its name"
        elif why := _why_open(name, about, look):
            guess.open.append(name)
            guess.why[name] = why
        elif look.holds_parted_numbers() and look.shares.get("dialled", 0.0) >= ENOUGH:
            self.give(name, "phone", f"by what stands in it ({look.shares['dialled']:.0%})")
        elif look.taken_for and not self._taken(name, look.taken_for):
            self.give(name, look.taken_for, f"by what stands in it ({look.share:.0%})")
        else:
            guess.open.append(name)

    def _about(self, name: str) -> str:
        """Return the field that a column is called by; numbers count as phones, whatever they are called."""
        look = self.guess.seen[name]
        about = "marking" if name == self.marking else "" if asks_consent(name) else field_of(name)
        if (about == "organization" and look.holds_numbers()) or (about == "key" and look.holds_parted_numbers()):
            about = "phone"
        if about == "verified_on" and named(name, "other day"):
            about = ""
        if about in ("contact", "email") and named(name, "phone") and look.shares.get("dialled", 0.0) >= ENOUGH:
            about = "phone"  # the numbers, and who answers or the mail beside them
        if about == "place" and look.holds_numbers() and look.holds_parted_numbers():
            about = "phone"  # "Telephone / town" over the numbers of lines in towns
        return about

    def _why_private(self, name: str, about: str) -> str:
        """Return why nothing of a column is kept; or nothing."""
        look = self.guess.seen[name]
        if ADDED.match(fold_header(name)) or self._of_sender(name):
            return "added by the survey tool"
        if not look.answers and max(named(name, "person"), named(name, "job")) > named(name, "organization"):
            return "of people nothing is kept"
        if named(name, "enumerator"):
            return "whoever filled it in is no part of the list"
        if REMARKS & set(re.findall(r"[^\W_]+", coarse(name))):
            return "remarks are never kept"
        if about not in ("contact", "marking") and not asks_consent(name) and hides_number(name):
            return "its heading asks that it be shown to nobody"
        return ""

    def _of_sender(self, name: str) -> bool:
        before = self.guess.names[: self.guess.names.index(name)]
        return len(before) == 1 and bool(_TIMESTAMP.search(before[0]) and _SENDER.search(name))

    def give(self, name: str, about: str, why: str) -> None:
        """Give a column a field, if no other column of its sheet has it."""
        guess = self.guess
        spoken = language_in(name) if about in SPOKEN else ""
        full = f"{about}.{spoken}" if spoken else about
        if full not in SEVERAL and self._taken(name, full):
            if full == "organization" and guess.seen[name].taken_for:
                self.give(name, guess.seen[name].taken_for, why)
            else:
                guess.open.append(name)
            return
        guess.fields.setdefault(full, []).append(name)
        guess.why[name] = why
        if full == "key":
            guess.key = [name]
        if full == "contact":
            guess.why[name] = "a person: stays with the custodians"

    def _taken(self, name: str, full: str) -> bool:
        return any(self.on[name] & self.on[other] for other in self.guess.fields.get(full, ()))


OTHER_DAYS = ("valid_to", "signed_on", "start", "end", "document", "other day")
"""Fields of other lists whose days are no check of a service."""

OTHER_BOUND = {"minimum_age": "maximum_age", "opens": "closes"}
"""First bound -> the last one, whose column may be called "to" alone."""


def _why_open(name: str, about: str, look: ColumnGuess) -> str:
    """Return why a column is left open though its name or its cells tell of something; or nothing."""
    if about in HEADING_SAYS and look.taken_for not in SHAPED:
        return f"is called {about}, and holds something else"
    if look.taken_for == "verified_on" and any(named(name, other) for other in OTHER_DAYS):
        return "is called the day of something else"
    return ""


def _field_of_choices(choices: Sequence[str]) -> str:
    """Return the field that choices are of whatever was asked: days; else nothing."""
    if len(choices) > LEAST_DAYS and all(map(day_of, choices)):
        return "hours"
    return ""


CHOSEN = ("service", "serves", "excludes", "languages", "documents", "covers", "hours")
"""Fields that may hold several choices."""
SEVERAL = ("phone", "service", "place", "unit")
"""Fields that several columns of a sheet may fill."""
LEAST_DAYS = 4
"""More columns than these that are called by days of the week hold the hours of the days."""


def _name_bodies(guess: Guessed) -> None:
    """Take names of bodies from a column that is called like kinds of help and names none: "Service: Women's line"."""
    if guess.bodies or "service" not in guess.fields:
        return
    there = (*guess.fields["service"], *guess.open)
    different = {
        name: len(guess.seen[name].counts) / max(guess.seen[name].filled, 1)
        for name in there
        if field_of(name) == "service"
    }
    name = max(different, key=different.__getitem__, default="")
    if not name:
        return
    if guess.seen[name].worded and different[name] > DIFFERENT and min(different.values()) < DIFFERENT / 2:
        guess.fields["service"] = [column for column in different if column != name]
        guess.open = [column for column in guess.open if column not in different]
        guess.fields["organization"] = [name]
        guess.why[name] = "its cells differ, and those of another column name the kinds of help"


def _call_faxes(guess: Guessed) -> None:
    """Take a column for phones and faxes as that of the phones, where no other is: the cells say which is a fax."""
    faxes = [name for name in guess.fields.get("fax", ()) if named(name, "phone")]
    if faxes and "phone" not in guess.fields:
        guess.fields["phone"] = guess.fields.pop("fax")


def _join_halves(guess: Guessed) -> None:
    """Take the times from a column of their own where that of the hours has the days alone, or the days."""
    hours = guess.fields.get("hours", [])
    half = guess.seen[hours[0]].half_of_hours if len(hours) == 1 else ""
    others = [
        name for name in guess.open if half and name in guess.seen and guess.seen[name].half_of_hours not in ("", half)
    ]
    if len(others) == 1:
        hours.append(others[0])
        guess.open.remove(others[0])
        guess.why[others[0]] = "the other half of the hours"


def _keep_from_people(guess: Guessed) -> None:
    """Take the numbers of contact persons as theirs where another column has those of the organization."""
    phones = guess.fields.get("phone", [])
    own = [name for name in phones if named(name, "contact")]
    if own and len(own) < len(phones):
        guess.fields["phone"] = [name for name in phones if name not in own]
        guess.private += own
        guess.why |= dict.fromkeys(own, "numbers of people are never kept")


def _take_offset_of_all(guess: Guessed) -> None:
    """Take from the heading of the hours in what time they are told: "Время (МСК)"."""
    hours = [name for about in OF_HOURS for name in guess.fields.get(about, ())]
    if any(map(_MOSCOW.search, hours)) and "utc_offset" not in guess.fields:
        guess.constants["utc_offset"] = "+3"


_MOSCOW = re.compile(r"\bмск\b|моск\w{1,9}\s+врем|врем\w{0,9}\s+моск|\bmsk\b|moscow|москв|maskav|moskva", re.I)
OF_HOURS = ("hours", "opens", "closes", *DAYS)
"""Fields that tell hours."""


def _take_service_of_all(guess: Guessed) -> None:
    """Take the kind of help from what stands over the names of bodies where no column tells it: "Shelter name".

    Else from the names of the sheets or the title, where it is help that people come for: a sheet "survey" tells none.
    Where several kinds stand there, each row must tell its own.
    """
    if guess.shape == "place" or "service" in (*guess.fields, *guess.choices):
        return
    if any(named(name, "job") for name in guess.names):
        problem = Phrase("[{name}] lists people who work there; nothing of it was read", name=guess.sheet.name)
        raise FormatError(Phrase("{problem}; {fix}", problem=problem, fix=DELETE))
    kinds = Vocabulary.load("service_types")
    for texts in (guess.bodies, guess.sheets, titles_of(guess.sheet, guess.top)):
        made = {text: composed("service_types", text).codes for text in texts}
        codes = {code for codes in made.values() for code in codes if kinds.term(code).need or "-" not in code}
        if narrow := [code for code in codes if not any(other.startswith(f"{code}-") for other in codes)]:
            if len(narrow) == 1:
                guess.constants["service"] = narrow[0]
                guess.titled = next(text for text, codes in made.items() if narrow[0] in codes)
            return


_ENTITLED = re.compile(
    r"^[^\w«\"“№]*((?:[^«»\"“”№,;:]{0,60}[«\"“]++[^«»\"“”]++[»\"”]++|[^,;:№]{0,60}№\s*\d+))\W*(.*)$", re.S
)
"""A title that begins with the name of a body, in quotation marks or with its number, and what stands behind it."""


_OF_A_FORM = re.compile(r"\W*[^\W\d_a-zа-яё]{2,4}\s+[«\"“]")
"""A name that begins with the letters of a legal form: "ГУ «…»"."""


def _take_body_of_all(guess: Guessed) -> bool:
    """Take the body that all rows are of from a title that is its name, with its address; tell whether one is."""
    for title in titles_of(guess.sheet, guess.top):
        match = _ENTITLED.match(title)
        if (
            match
            and (names_a_body(match[1]) or _OF_A_FORM.match(match[1]))
            and not composed("service_types", title).codes
        ):
            guess.constants["organization"] = match[1]
            if says_street(match[2]) and not {"address", "place", "unit"} & guess.fields.keys():
                guess.constants["address"] = match[2]
            return True
    return False


def _asks_always(name: str, look: ColumnGuess) -> bool:
    """Tell whether a column asks whether something is open day and night, which counts with any map."""
    return look.answers and ROUND_THE_CLOCK.search(name) is not None


DIFFERENT = 0.9
"""Share of different cells from which on a column rather names bodies than kinds of help."""


def _choose_service(guess: Guessed) -> None:
    """Keep the columns that name kinds of help; where none does, columns of yes and no tell them."""
    columns = guess.fields.get("service", [])
    known = {name: guess.seen[name].shares.get("service", 0.0) for name in columns}
    columns.sort(key=lambda name: -known[name])
    if columns and known[columns[0]] >= LEAST_KNOWN:
        guess.open += [name for name in columns if known[name] < LEAST_KNOWN]
        guess.fields["service"] = [name for name in columns if known[name] >= LEAST_KNOWN]
    if columns or "service" in guess.choices:
        guess.open += guess.services
        guess.services = {}


def _service_of(name: str, column_guess: ColumnGuess) -> str | None:
    """Return the kind of help that a column of yes and no is about."""
    if not column_guess.answers and column_guess.shares.get("answers", 0.0) < ENOUGH:
        return None  # what else such a column says is told
    if (match := match_term("service_types", name)) is not None:
        return match.code
    made = composed("service_types", name.replace(" / ", " "))
    in_a_group = " / " in name  # a group of columns and one of them
    return made.codes[0] if len(made.codes) == 1 and (in_a_group or not made.unread) else None


def _map(guess: Guessed, source: str) -> ColumnMap:
    fields = {name: columns for name, columns in guess.fields.items() if name != "key"}
    unread = [Quoted(name) for name in guess.open]
    notes: list[str] = []
    if unread:
        notes.append(Phrase("not read, since nothing tells what stands there: {names}", names=Several(unread)))
    if guess.titled:
        code, text = guess.constants["service"], Quoted(guess.titled)
        notes.append(
            Phrase(
                "no column tells the kind of help: by {text}, every row is taken for {code}; "
                "put it into the map if that is wrong",
                text=text,
                code=code,
            )
        )
    if "organization" in guess.constants:
        name = Quoted(guess.constants["organization"])
        notes.append(
            Phrase(
                "no column names the organizations; all rows are taken for {name}, by the title; "
                "put it into the map if that is wrong",
                name=name,
            )
        )
    if guess.supposed:
        notes.append(
            Phrase(
                "no column is called like names of organizations; {name} is taken for it; "
                "put it into the map if that is wrong",
                name=Quoted(guess.supposed),
            )
        )
    notes += [Phrase("{problem}; {fix}", problem=_of_people(sheet), fix=DELETE) for sheet in guess.people]
    if left := [sheet for sheet in guess.left if sheet not in guess.people]:
        names = Several(map(Quoted, left))
        notes.append(Phrase("sheets that look like no part of the list, not read: {names}", names=names))
    return ColumnMap(
        source=source_code(source),
        name=source,
        fields=fields,
        header=guess.header,
        key=guess.key,
        ignored=[
            *(name for name in guess.open if name not in guess.private),
            *guess.passed,
            *(() if guess.shape == "place" else guess.services),
        ],
        choices=guess.choices,
        headings=guess.headings,
        standards=guess.standards,
        constants=guess.constants,
        private=guess.private,
        sheets=Sheets(only=[name for name in guess.sheets if name], children=guess.children),
        shape=guess.shape,
        services=guess.services,
        rows=Expected(least=0, refused=20 + guess.count // 2),
        notes=notes,
        skip=Skip(fewer_cells=2),
    )
