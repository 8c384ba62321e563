"""Guess a column map from the names of columns and from what stands in them.

It is enough for a first look at a plain list; `mapping.intake.guess.draft` writes it down as a map to go on from.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Literal

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap, Expected, Header, Shape, Sheets, Skip, fold_header
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.guess.cells import ENOUGH, SOME, ColumnGuess, looked_at
from mapping.intake.guess.headings import REMARKS, RUNNING, bound_of, day_of, field_of, is_end, language_in, named
from mapping.intake.guess.other_lists import OtherShape, other_shape, own_fields
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
from mapping.intake.services import ROUND_THE_CLOCK, asks_of_cost
from mapping.language.composition import composed
from mapping.language.fold import coarse, skeleton, words_for
from mapping.language.i18n import Message, listing, quoted
from mapping.language.parsers.permission import asks_consent, asks_to_publish, only_of
from mapping.language.taxonomy import Vocabulary, match_term
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
class Guessed:
    """What was made of the columns of one sheet."""

    sheet: Sheet
    header: Header
    first: int
    """Index of the first row below the header."""
    names: list[str]
    fields: dict[str, list[str]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    """Column of yes and no -> the kind of help that it is about."""
    key: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    """Columns that say nothing of their own: running numbers, what survey tools add."""
    open: list[str] = field(default_factory=list)
    """Columns that nobody could guess."""
    why: dict[str, str] = field(default_factory=dict)
    """Column -> by what it was guessed."""
    seen: dict[str, ColumnGuess] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    """Names of all sheets with the same columns."""
    left: list[str] = field(default_factory=list)
    """Names of the sheets that are no part of the list."""
    supposed: str = ""
    """The column that is supposed to hold the names of bodies, since no other looks like it."""
    all_rows: str = ""
    """The kind of help that a title tells, where no column does: it is asked whether all rows are of it."""
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
        return self.other or ("place" if self.services and "service" not in self.fields else "service")

    @property
    def asks_kind(self) -> bool:
        """Whether no column tells the kind of help, so that one is asked for all rows."""
        return not (self.other or self.services or "service" in {*self.fields, *self.constants})


def guessed_map(sheets: Sequence[Sheet], source: str, area: StudyArea | None = None) -> ColumnMap:
    """Return a map for the sheet that looks most like a list.

    Raises
    ------
    FormatError
        When no row looks like the names of columns, or no column can hold names of organizations.
    """
    return _map(guessed(sheets, area), source)


def guessed(sheets: Sequence[Sheet], area: StudyArea | None = None) -> Guessed:
    """Guess what the columns of the sheet are that looks most like a list; what nobody knows is supposed, and says so.

    Raises
    ------
    FormatError
        When no row looks like the names of columns, or no column can hold names of organizations.
    """
    guesses = [guess for sheet in sheets if sheet.rows for guess in _headers(sheet)]
    if people := _sheets_of_people(guesses):
        guesses = [pair for pair in guesses if pair[1].sheet.name not in people]
        if not guesses:
            raise FormatError(Message("{problem}; {fix}", problem=_of_people(people[0]), fix=DELETE))
    guesses = guesses or [fullest for sheet in sheets if (fullest := _fullest(sheet)) is not None]
    if not guesses:
        raise FormatError(NO_NAMES)
    _, best = max(guesses, key=lambda pair: (pair[0], -pair[1].header.rows, -pair[1].first))
    best.people = people
    alike = {
        guess.sheet.name: guess for _, guess in sorted(guesses, key=lambda pair: pair[0]) if _alike(guess, best)
    } | {best.sheet.name: best}
    best.sheets = [sheet.name for sheet in sheets if sheet.name in alike]
    best.left = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in alike]
    if best.header.rows == 1 and not all(best.header.has in guess.names for guess in alike.values()):
        best.header = best.header.model_copy(update={"has": ""})
    best.other = other_shape(best.names)
    if best.other:
        _look(best, list(alike.values()), area)
        best.fields = own_fields(best.names, best.other)
        if best.other == "case" and "measure" not in best.fields:
            raise FormatError(
                Message(
                    "[{name}] looks like a list whose rows are no services; it needs a column map with "
                    'shape = "{what}": rohnamo check FILE --draft FILE.toml begins one',
                    name=best.sheet.name,
                    what=best.other,
                )
            )
        best.key = best.fields.pop("key", [])
        taken = {name for names in (*best.fields.values(), best.key) for name in names}
        best.private = [name for name in best.names if name and name not in taken]
        return best
    _guess_columns(best, list(alike.values()), area)
    if not best.bodies:
        _suppose_organization(best)
    if not best.bodies:
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
    return people and not other_shape(guess.names)


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


def _of_people(sheet: str) -> Message:
    return Message("[{name}] lists people who were helped; nothing of it was read", name=sheet)


DELETE = Message("delete the file, tell whoever sent it, and ask for the list of services alone")


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


NO_NAMES = Message(
    "no row looks like the names of columns; is it a list? If it is, write their names into a row above the "
    "others, as Organization, Kind of help, Town, Phone"
)

ALIKE = 0.7
"""Share of its columns that a sheet must have in common with another to be a part of the same list."""
LIKE = 0.5
"""The same where both name bodies and kinds of help."""


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
    return not ((len(lines) == 2 and not _continues(*lines)) or _holds_data(lines))


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
    """Tell whether a row holds numbers, days or mail, or a number to dial among words, as no names of columns do."""
    texts = [written(cell).strip() for line in lines for cell in line]
    return any(_NUMBER_OR_DAY.fullmatch(text) or _DIALLED.search(text) for text in texts)


_NUMBER_OR_DAY = re.compile(
    r"\d+(?:[.,]\d+)?%?|\+?\d(?:[ ()-]{0,3}\d){6,14}|[\w.+-]+@[\w.-]+\.\w+|"
    r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{2,4}"
)


_DIALLED = re.compile(r"(?<![\d.,])\d{1,4}(?:[ ()-]{1,2}\d{2,4}){2,4}(?!\d)")
"""Digits in groups, as numbers to dial are written."""


def _fullest(sheet: Sheet) -> tuple[float, Guessed] | None:
    """Return the first row that is filled as far as any, if it may name columns: nothing else tells them."""
    rows = [list(row) for row in sheet.rows[:LOOK_FOR_HEADER]]
    filled = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    if not filled or max(filled) < 2 or len(sheet.rows) < 2:
        return None
    place = filled.index(max(filled))
    names = joined(rows[place : place + 1])
    texts = [*filter(None, names)]
    if len({*texts}) < len(texts) or max(map(len, texts)) > LONGEST_NAME or _holds_data(rows[place : place + 1]):
        return None
    header = Header(has=next(str(cell) for cell in rows[place] if cell not in (None, "")))
    return len(sheet.rows) / 100, Guessed(sheet, header, place + 1, names)


LONGEST_NAME = 60
"""Letters of the name of a column at most, where nobody knows it."""


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
    days = {name: day for name in cells if (day := day_of(name))}
    bounds = {name: bound for name in cells if (bound := bound_of(name))}
    for before, name in pairwise(cells):
        if bounds.get(before) in OTHER_BOUND and is_end(name):
            bounds[name] = OTHER_BOUND[bounds[before]]
    for name in _bodies_first(cells):
        if _asks_always(name, guess.seen[name]):
            guess.passed.append(name)
        elif len(set(days.values())) > LEAST_DAYS and name in days:
            giving.give(name, days[name], "a day of the week")
        elif name in bounds and (
            {"opens", "closes"} <= set(bounds.values()) or bounds[name] not in ("opens", "closes")
        ):
            giving.give(name, bounds[name], "by its name")
        else:
            giving.column(name)
    for part in (guess.private, guess.passed, guess.open):
        part.sort(key=cells.index)
    _choose_service(guess)
    _call_faxes(guess)
    _keep_from_people(guess)
    if any(named(name, "job") for name in guess.names) and not OF_BODIES & guess.fields.keys():
        problem = Message("[{name}] lists people who work there; nothing of it was read", name=guess.sheet.name)
        raise FormatError(Message("{problem}; {fix}", problem=problem, fix=DELETE))
    if guess.asks_kind:
        guess.all_rows = _kind_of_titles(guess)
    guess.private += [name for name in guess.open if name in guess.seen and guess.seen[name].worded]


OF_BODIES = frozenset(
    ("service", "description", "address", "place", "unit", "coordinates", "latitude", "website", "hours")
)
"""Fields that tell of organizations, and not of those who work there."""


def _bodies_first(names: Sequence[str]) -> list[str]:
    """Return columns in their order, but of those that are called like organizations the one that says it best first.

    "Agency" says more than the "Name" of a street or of somebody.
    """
    return sorted(names, key=lambda name: -named(name, "organization") if field_of(name) == "organization" else 0)


@dataclass
class _Giving:
    """Columns as they are given their fields."""

    guess: Guessed
    on: Mapping[str, set[str]]
    """Column -> the sheets that have it."""
    marking: str = ""
    """The column that says who may see a row; others that ask for consent count with any map."""

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
        elif look.holds_phones():
            self.give(name, "phone", f"by what stands in it ({max(look.shares['dialled'], look.shares['phone']):.0%})")
        elif look.taken_for and not self._taken(name, look.taken_for):
            self.give(name, look.taken_for, f"by what stands in it ({look.share:.0%})")
        else:
            guess.open.append(name)

    def _about(self, name: str) -> str:
        """Return the field that a column is called by; numbers to dial are phones, whatever they are called."""
        look = self.guess.seen[name]
        about = "marking" if name == self.marking else "" if asks_consent(name) else field_of(name)
        if about in ("organization", "key", "place") and not look.worded and look.holds_phones():
            about = "phone"  # "Telephone / town" over the numbers of lines in towns
        if about == "service" and look.shares.get("organization_kind", 0.0) > look.shares.get("service", 0.0):
            about = "organization_kind"
        if about == "cost" and look.answers and not asks_of_cost(name):
            about = ""
        if about == "verified_on" and named(name, "other day"):
            about = ""
        if about in ("contact", "email") and named(name, "phone") and look.shares.get("dialled", 0.0) >= ENOUGH:
            about = "phone"  # the numbers, and who answers or the mail beside them
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
    if look.holds_codes() and look.shares.get("valid phone", 0.0) >= SOME:
        return "PERHAPS phones, or codes of one length: no two are the same"
    if look.taken_for == "verified_on" and any(named(name, other) for other in OTHER_DAYS):
        return "is called the day of something else"
    return ""


SEVERAL = ("phone", "service", "place", "unit")
"""Fields that several columns of a sheet may fill."""
LEAST_DAYS = 4
"""More columns than these that are called by days of the week hold the hours of the days."""


def _call_faxes(guess: Guessed) -> None:
    """Take a column for phones and faxes as that of the phones, where no other is: the cells say which is a fax."""
    faxes = [name for name in guess.fields.get("fax", ()) if named(name, "phone")]
    if faxes and "phone" not in guess.fields:
        guess.fields["phone"] = guess.fields.pop("fax")


def _keep_from_people(guess: Guessed) -> None:
    """Take the numbers of contact persons as theirs where another column has those of the organization."""
    phones = guess.fields.get("phone", [])
    own = [name for name in phones if named(name, "contact")]
    if own and len(own) < len(phones):
        guess.fields["phone"] = [name for name in phones if name not in own]
        guess.private += own
        guess.why |= dict.fromkeys(own, "numbers of people are never kept")


def _kind_of_titles(guess: Guessed) -> str:
    """Return the one kind of help that the heading of the names, the sheets or the title tells; else nothing."""
    kinds = Vocabulary.load("service_types")
    for texts in (guess.bodies, guess.sheets, titles_of(guess.sheet, guess.top)):
        codes = {code for text in texts for code in composed("service_types", text).codes}
        codes = {code for code in codes if kinds.term(code).need or "-" not in code}
        narrow = [code for code in codes if not any(other.startswith(f"{code}-") for other in codes)]
        if narrow:
            return narrow[0] if len(narrow) == 1 else ""
    return ""


def titles_of(sheet: Sheet, place: int) -> list[str]:
    """Return the texts above the names of the columns, and the name of the sheet."""
    rows = [*map(texts_of, sheet.rows[:place])]
    lines = [f"{row[0].rstrip(':')}: {row[1]}" if len(row) == 2 else text for row in rows for text in row]
    return [text for text in dict.fromkeys((*lines, sheet.name)) if fold_header(text)]


def _asks_always(name: str, look: ColumnGuess) -> bool:
    """Tell whether a column asks whether something is open day and night, which counts with any map."""
    return look.answers and ROUND_THE_CLOCK.search(name) is not None


LEAST_KNOWN = 0.3
"""Share of known kinds of help from which on a column tells them."""


def _choose_service(guess: Guessed) -> None:
    """Keep the columns that name kinds of help; where none does, columns of yes and no tell them."""
    columns = guess.fields.get("service", [])
    known = {name: guess.seen[name].shares.get("service", 0.0) for name in columns}
    columns.sort(key=lambda name: -known[name])
    if columns and known[columns[0]] >= LEAST_KNOWN:
        guess.open += [name for name in columns if known[name] < LEAST_KNOWN]
        guess.fields["service"] = [name for name in columns if known[name] >= LEAST_KNOWN]
    if columns:
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
    unread = [quoted(name) for name in guess.open]
    notes: list[str] = []
    if unread:
        notes.append(Message("not read, since nothing tells what stands there: {names}", names=listing(unread)))
    if guess.supposed:
        notes.append(
            Message(
                "no column is called like names of organizations; {name} is taken for it; "
                "put it into the map if that is wrong",
                name=quoted(guess.supposed),
            )
        )
    if guess.other:
        notes.append(
            Message(
                'the rows are read as "{what}" and not as services, by the headings; write shape into the map if that '
                "is wrong",
                what=guess.other,
            )
        )
    notes += [Message("{problem}; {fix}", problem=_of_people(sheet), fix=DELETE) for sheet in guess.people]
    if left := [sheet for sheet in guess.left if sheet not in guess.people]:
        names = listing(map(quoted, left))
        notes.append(Message("sheets that look like no part of the list, not read: {names}", names=names))
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
        constants=guess.constants,
        private=guess.private,
        sheets=Sheets(only=[name for name in guess.sheets if name]),
        shape=guess.shape,
        services=guess.services,
        rows=Expected(least=0, refused=None),
        notes=notes,
        skip=Skip(fewer_cells=2),
    )
