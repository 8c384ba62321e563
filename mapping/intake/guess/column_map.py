"""Guess a column map from the names of columns and from what stands in them.

It is enough for a first look at a plain list; `mapping.intake.guess.draft` writes it down as a map to go on from.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap, Expected, Header, Shape, Sheets, Skip, fold_header
from mapping.errors import FormatError
from mapping.formats import Sheet, refusal
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
)
from mapping.intake.services import ROUND_THE_CLOCK, asks_of_cost
from mapping.language.composition import composed
from mapping.language.fold import coarse, skeleton, words_for
from mapping.language.i18n import Message, listing, quoted
from mapping.language.parsers.permission import asks_consent, asks_to_publish, only_of
from mapping.language.taxonomy import match_term
from mapping.safety.sensitive_text import hides_number

SAMPLE = 300
"""Rows whose cells are looked at."""
ALIKE, LIKE = 0.7, 0.5
"""Share of its columns that a sheet must have in common with another to be a part of the same list, and the same where
both name bodies and kinds of help."""
LEAST_KNOWN = 0.3
"""Share of known kinds of help from which on a column tells them."""
LEAST_DAYS = 4
"""More columns than these that are called by days of the week hold the hours of the days."""

KIND = "kind:"
"""What a column of yes and no is taken for, before the code of the kind of help that it says yes or no to."""
PRIVATE, PASSED = "private", "passed"
"""What a column is taken for of which nothing is kept, and one that says nothing of its own: what counts the rows."""

HEADING_SAYS = ("latitude", "longitude", "coordinates", "verified_on", "funded_until", "key", "status", "country")
"""Fields whose headings are believed: a column that is called so and holds something else is nothing else."""
SHAPED = ("email", "website", "marking")
"""What cells can be for sure, whatever stands above them."""
SPOKEN = ("organization", "description", "place_name")
"""Fields that have a column for each language."""
SEVERAL = ("phone", "service", "place", "unit")
"""Fields that several columns of a sheet may fill."""
OF_BODIES = {"service", "description", "address", "place", "unit", "coordinates", "latitude", "website", "hours"}
"""Fields that tell of organizations, and not of those who work there."""
OTHER_DAYS = ("valid_to", "signed_on", "start", "end", "document", "other day")
"""Fields of other lists whose days are no check of a service."""
OTHER_BOUND = {"minimum_age": "maximum_age", "opens": "closes"}
"""First bound -> the last one, whose column may be called "to" alone."""

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

_DATA = re.compile(
    r"^(?:\d+(?:[.,]\d+)?%?|\+?\d(?:[ ()-]{0,3}\d){6,14}|[\w.+-]+@[\w.-]+\.\w+|"
    r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{2,4})$|(?<![\d.,])\d{1,4}(?:[ ()-]{1,2}\d{2,4}){2,4}(?!\d)"
)
"""A number, a day or mail, or a number to dial among words: no name of a column."""

NO_NAMES = Message(
    "no row looks like the names of columns; is it a list? If it is, write their names into a row above the "
    "others, as Organization, Kind of help, Town, Phone"
)
DELETE = Message("delete the file, tell whoever sent it, and ask for the list of services alone")


@dataclass
class Guessed:
    """What was made of the columns of one sheet."""

    sheet: Sheet
    header: Header
    first: int
    """Index of the first row below the header."""
    names: list[str]
    taken: dict[str, str] = field(default_factory=dict)
    """Column -> the field that it fills, `PRIVATE`, `PASSED` or `KIND` with a code; empty where nobody could guess."""
    why: dict[str, str] = field(default_factory=dict)
    """Column -> by what it was guessed."""
    seen: dict[str, ColumnGuess] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    """Names of all sheets with the same columns."""
    other: OtherShape | Literal[""] = ""
    """The shape of a list whose rows are no services."""
    count: int = 0
    notes: list[str] = field(default_factory=list)
    """What a steward should know of how the columns were guessed."""

    def columns(self, *taken_for: str) -> list[str]:
        """Return the columns that are taken for one of some things, in their order."""
        return [name for name, taken in self.taken.items() if taken in taken_for]

    @property
    def fields(self) -> dict[str, list[str]]:
        """Field -> its columns."""
        fields = defaultdict[str, list[str]](list)
        for name, taken in self.taken.items():
            if taken not in ("", PRIVATE, PASSED) and not taken.startswith(KIND):
                fields[taken].append(name)
        return dict(fields)

    @property
    def services(self) -> dict[str, str]:
        """Column of yes and no -> the kind of help that it is about."""
        return {name: taken.removeprefix(KIND) for name, taken in self.taken.items() if taken.startswith(KIND)}

    @property
    def private(self) -> list[str]:
        """Columns of which nothing is kept: people, remarks, and words that nobody knows, which are looked at."""
        return [*self.columns(PRIVATE), *(name for name in self.open if name in self.seen and self.seen[name].worded)]

    @property
    def open(self) -> list[str]:
        """Columns that nobody could guess."""
        return self.columns("")

    @property
    def key(self) -> str:
        """The column with the sender's own number of a row; empty where there is none."""
        return next(iter(self.columns("key")), "")

    @property
    def top(self) -> int:
        """Index of the first row of the header."""
        return self.first - self.header.rows - self.header.skip_after

    @property
    def shape(self) -> Shape:
        """What a row is; columns of yes and no tell which services a place has where no cells name them."""
        return self.other or ("place" if self.services else "service")

    @property
    def asks_kind(self) -> bool:
        """Whether no column tells the kind of help, so that one is asked for all rows."""
        return not (self.other or self.services or self.columns("service"))


def guessed_map(sheets: Sequence[Sheet], source: str, area: StudyArea | None = None) -> ColumnMap:
    """Return a map for the sheet that looks most like a list.

    Raises
    ------
    FormatError
        As `guessed`.
    """
    guess = guessed(sheets, area)
    unread = listing(map(quoted, guess.open))
    fields = {name: columns for name, columns in guess.fields.items() if name != "key"}
    return ColumnMap(
        source=source_code(source),
        name=source,
        fields=fields,
        header=guess.header,
        key=[guess.key] if guess.key else [],
        ignored=[name for name in guess.columns("", PASSED) if name not in guess.private],
        private=guess.private,
        sheets=Sheets(only=[name for name in guess.sheets if name]),
        shape=guess.shape,
        services=guess.services,
        rows=Expected(least=0, refused=None),
        notes=[
            *(
                [Message("not read, since nothing tells what stands there: {names}", names=unread)]
                if guess.open
                else ()
            ),
            *guess.notes,
        ],
        skip=Skip(fewer_cells=2),
    )


def source_code(name: str) -> str:
    """Return the code of a source from its name."""
    return re.sub(r"[^a-z0-9]+", "-", skeleton(name)).strip("-") or "list"


def guessed(sheets: Sequence[Sheet], area: StudyArea | None = None) -> Guessed:
    """Guess what the columns of the sheet are that looks most like a list; what nobody knows is supposed, and says so.

    Raises
    ------
    FormatError
        No row looks like the names of columns, no column can hold names of organizations, or its rows are people.
    """
    found = [pair for sheet in sheets if sheet.rows for pair in _headers(sheet)]
    ranked = [guess for _, guess in sorted(found, key=lambda pair: pair[0], reverse=True)]
    of_people = [name for name, guess in _by_sheet(ranked).items() if _lists_helped(guess)]
    notes: list[str] = [
        Message("{problem}; {fix}", problem=_of_people(name, "who were helped"), fix=DELETE) for name in of_people
    ]
    ranked = [guess for guess in ranked if guess.sheet.name not in of_people]
    if not ranked:
        raise FormatError(notes[0] if notes else NO_NAMES)
    best = ranked[0]
    alike = _by_sheet(guess for guess in ranked if _alike(guess, best))
    best.sheets = [sheet.name for sheet in sheets if sheet.name in alike]
    left = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in (*alike, *of_people)]
    if left:
        names = listing(map(quoted, left))
        notes.append(Message("sheets that look like no part of the list, not read: {names}", names=names))
    best.notes = notes
    if best.header.rows == 1 and not all(best.header.has in guess.names for guess in alike.values()):
        best.header = best.header.model_copy(update={"has": ""})
    best.other = other_shape(best.names)
    on = _look(best, list(alike.values()), area)
    if best.other:
        _take_other_list(best)
    else:
        _Columns(best, on).take()
    return best


def _by_sheet(ranked: Iterable[Guessed]) -> dict[str, Guessed]:
    by_sheet: dict[str, Guessed] = {}
    for guess in ranked:
        by_sheet.setdefault(guess.sheet.name, guess)
    return by_sheet


def _take_other_list(guess: Guessed) -> None:
    """Give the columns of a list whose rows are no services the fields that their headings name best."""
    fields = own_fields(guess.names, guess.other or "activity")
    if guess.other == "case" and "measure" not in fields:
        raise refusal(
            "[{name}] looks like a list whose rows are no services; it needs a column map with "
            'shape = "{what}": rohnamo check FILE --draft FILE.toml begins one',
            name=guess.sheet.name,
            what=guess.other,
        )
    guess.notes.append(
        Message(
            'the rows are read as "{what}" and not as services, by the headings; write shape into the map if that '
            "is wrong",
            what=guess.other,
        )
    )
    guess.taken = {name: about for about, columns in fields.items() for name in columns}
    guess.taken |= {name: PRIVATE for name in guess.names if name and name not in guess.taken}


# -- where the names of the columns stand ----------------------------------------------------------------------------


def _headers(sheet: Sheet) -> Iterator[tuple[tuple[float, int, int], Guessed]]:
    rows = [list(row) for row in sheet.rows[: LOOK_FOR_HEADER + 2]]
    body = sum(any(cell not in (None, "") for cell in row) for row in sheet.rows)
    for place in range(min(LOOK_FOR_HEADER, len(rows))):
        for height in (1, 2):
            lines = rows[place : place + height]
            if len(lines) == height and _may_be_names(lines):
                names = joined(lines)
                called = {field_of(name) for name in names} - {""}
                filled = sum(map(bool, names))
                if filled > 1 and (len(called) > 1 or "organization" in called or other_shape(names)):
                    score = len(called) + 5 * ("organization" in called) + filled / 10 + min(body, 100) / 50
                    yield (score, -height, -place), _under_names(sheet, rows, slice(place, place + height), names)


def _may_be_names(lines: list[list[object]]) -> bool:
    """Whether one row or two look like names of columns and like no rows of a list."""
    if not all(map(texts_of, lines)) or any(_DATA.search(text) for line in lines for text in texts_of(line)):
        return False
    return len(lines) == 1 or _continues(*lines)


def _continues(upper: list[object], lower: list[object]) -> bool:
    """Whether a row goes on with the names above it: under merged cells, in words and not in data."""
    over, texts = texts_of(upper), texts_of(lower)
    if 0 < sum(text.endswith(":") for text in over) < len(over):  # what a report was asked for: "Отбор: | Регион"
        return False
    if any(re.search(r"\d{3,}|@", text) for text in texts) or len({*texts}) < len(texts):
        return False
    return stands_over(upper, lower)


def _under_names(sheet: Sheet, rows: list[list[object]], at: slice, names: list[str]) -> Guessed:
    """Return a list whose columns are named ``at`` some of its first rows; hashtags in the row below are left out."""
    tagged = at.stop < len(rows) and sum(str(cell or "").startswith("#") for cell in rows[at.stop]) > 1
    above = {str(cell) for line in rows[: at.start] for cell in line}
    own = [str(cell) for cell in rows[at.start] if cell not in (None, "")]
    has = next((text for text in own if text not in above), own[0])
    first = at.stop + int(tagged)
    header = Header(has=has, rows=at.stop - at.start, skip_after=int(tagged))
    return Guessed(sheet, header, first, numbered(names, sheet.rows, first))


def _alike(guess: Guessed, best: Guessed) -> bool:
    """Whether a sheet has the columns of another, by the same names or by others for the same things."""
    if guess.header.rows != best.header.rows:
        return False
    same = len({*guess.names} & {*best.names})
    mine, others = ({field_of(name) for name in names} - {""} for names in (guess.names, best.names))
    both, most = mine & others, max(len(mine), len(others))
    return same >= ALIKE * len({*best.names}) or (
        "organization" in both and len(both) >= (LIKE if "service" in both else ALIKE) * most
    )


# -- lists of people -------------------------------------------------------------------------------------------------


def _of_people(sheet: str, who: Literal["who were helped", "who work there"]) -> Message:
    if who == "who work there":
        return Message("[{name}] lists people who work there; nothing of it was read", name=sheet)
    return Message("[{name}] lists people who were helped; nothing of it was read", name=sheet)


def _lists_helped(guess: Guessed) -> bool:
    """Whether a sheet lists people who were helped: by a heading, a title, the birth, or sex and age of each.

    What only counts them names nobody.
    """
    if any(named(name, "helped") for name in guess.names):
        return True
    titles = [text for row in guess.sheet.rows[: guess.top] for text in texts_of(row)]
    called = f" {' | '.join(map(skeleton, (guess.sheet.name, *titles)))} "
    listed = any(f" {words} " in called for words in words_for("list of people helped"))
    return (listed or _tells_of_each(guess)) and not other_shape(guess.names)


def _tells_of_each(guess: Guessed) -> bool:
    """Whether most rows say when somebody was born, who is no contact of a body, or each tells one sex and an age."""
    body = guess.sheet.rows[guess.first :][:SAMPLE]
    columns = [
        (name, texts_of(row[place] for row in body if place < len(row))) for place, name in enumerate(guess.names)
    ]
    rows = max((len(texts) for _, texts in columns), default=0)
    if any(named(name, "born") and not named(name, "contact") and len(texts) * 2 > rows for name, texts in columns):
        return True
    sexes, is_age = words_for("sexes"), re.compile(r"\d{1,2}").fullmatch
    return any(texts and all(skeleton(text) in sexes for text in texts) for _, texts in columns) and any(
        field_of(name) == "ages" and all(map(is_age, texts)) and len({*texts}) > 1 for name, texts in columns
    )


# -- what each column is ---------------------------------------------------------------------------------------------


def _look(guess: Guessed, alike: Sequence[Guessed], area: StudyArea | None) -> dict[str, set[str]]:
    cells: dict[str, list[object]] = {name: [] for name in guess.names if name}
    on: dict[str, set[str]] = defaultdict(set)
    for part in (guess, *(other for other in alike if other is not guess)):
        body = [row for row in part.sheet.rows[part.first :] if _is_row(texts_of(row))]
        guess.count += len(body)
        for place, name in enumerate(part.names):
            if name:
                cells.setdefault(name, []).extend(row[place] for row in body[:SAMPLE] if place < len(row))
                on[name].add(part.sheet.name)
    guess.names += [name for name in cells if name not in guess.names]
    guess.seen = {name: looked_at(column, area) for name, column in cells.items()}
    return on


def _is_row(texts: Sequence[str]) -> bool:
    """Whether a line is a row of the list: it neither counts the others, nor numbers the columns or heads a part."""
    return len(texts) > 1 and ONLY_TOTAL.fullmatch(texts[0]) is None and not heads_a_part(texts)


class _Columns:
    """Columns as they are given their fields: by their names where the cells do not speak against it, else by these."""

    def __init__(self, guess: Guessed, on: Mapping[str, set[str]]) -> None:
        self.guess, self.seen, self.on = guess, guess.seen, on
        of_rows = (name for name in self.seen if asks_consent(name) and not only_of(name))
        self.marking = max(of_rows, key=asks_to_publish, default="")
        """The column that says who may see a row; others that ask for consent count with any map."""
        days = {name: day for name in self.seen if (day := day_of(name))}
        bounds = {name: bound for name in self.seen if (bound := bound_of(name))}
        for before, name in pairwise(self.seen):
            if bounds.get(before) in OTHER_BOUND and is_end(name):
                bounds[name] = OTHER_BOUND[bounds[before]]
        if not {"opens", "closes"} <= {*bounds.values()}:
            bounds = {name: bound for name, bound in bounds.items() if bound not in ("opens", "closes")}
        self.sure = bounds | (days if len({*days.values()}) > LEAST_DAYS else {})
        """Columns for a day of the week or for a bound of hours or ages."""

    def take(self) -> None:
        """Give every column its field.

        Of those that are called like organizations the one that says it best is first: "Agency" says more than "Name".
        """
        guess = self.guess
        for name in sorted(
            self.seen, key=lambda name: -named(name, "organization") * (field_of(name) == "organization")
        ):
            if name in self.sure:
                self._give(name, self.sure[name], "by its name")
            else:
                self._column(name)
        guess.taken = {name: guess.taken[name] for name in self.seen}
        self._choose_service()
        self._settle_phones()
        if any(named(name, "job") for name in guess.names) and OF_BODIES.isdisjoint(guess.fields):
            problem = _of_people(guess.sheet.name, "who work there")
            raise refusal("{problem}; {fix}", problem=problem, fix=DELETE)
        if not any(taken.partition(".")[0] == "organization" for taken in guess.taken.values()):
            self._suppose_organization()

    def _column(self, name: str) -> None:
        look, about = self.seen[name], self._about(name)
        if why := self._why_private(name, about):
            self._set(name, PRIVATE, why)
        elif RUNNING.match(name) or (asks_consent(name) and name != self.marking) or _asks_always(name, look):
            self._set(name, PASSED)
        elif about in ("", "service") and (code := _service_of(name, look)):
            self._set(name, f"{KIND}{code}", "yes or no, by its name")
        elif about and not look.speaks_against(about):
            self._give(name, about, "by its name")
        elif code := _service_of(name, look):
            self._set(name, f"{KIND}{code}", "yes or no, by its name")
        elif why := _why_open(name, about, look):
            self._set(name, "", why)
        elif look.holds_phones():
            share = max(look.shares["dialled"], look.shares["phone"])
            self._give(name, "phone", f"by what stands in it ({share:.0%})")
        elif (found := look.taken_for) and not self._is_taken(name, found):
            share = look.shares.get(found, 1.0)
            self._give(name, found, f"by what stands in it ({share:.0%})")
        else:
            self._set(name, "")

    def _set(self, name: str, taken: str, why: str = "") -> None:
        self.guess.taken[name], self.guess.why[name] = taken, why

    def _give(self, name: str, about: str, why: str) -> None:
        """Give a column a field, if no other column of its sheet has it."""
        spoken = language_in(name) if about in SPOKEN else ""
        full = f"{about}.{spoken}" if spoken else about
        if full in SEVERAL or not self._is_taken(name, full):
            self._set(name, full, "a person: stays with the custodians" if full == "contact" else why)
        elif full == "organization" and self.seen[name].taken_for not in ("", full):
            self._give(name, self.seen[name].taken_for, why)
        else:
            self._set(name, "")

    def _is_taken(self, name: str, full: str) -> bool:
        return any(self.on[name] & self.on[other] for other in self.guess.columns(full))

    def _about(self, name: str) -> str:
        """Return the field that a column is called by; numbers to dial are phones, whatever they are called."""
        look = self.seen[name]
        about = "marking" if name == self.marking else "" if asks_consent(name) else field_of(name)
        if about in ("organization", "key", "place") and not look.worded and look.holds_phones():
            return "phone"  # "Telephone / town" over the numbers of lines in towns
        if about in ("contact", "email") and named(name, "phone") and look.shares.get("dialled", 0.0) >= ENOUGH:
            return "phone"  # the numbers, and who answers or the mail beside them
        if about == "address" and look.names_units():
            return "unit"  # "Location: nationwide"
        if about == "service" and look.shares.get("organization_kind", 0.0) > look.shares.get("service", 0.0):
            return "organization_kind"
        is_other = (about == "cost" and look.answers and not asks_of_cost(name)) or (
            about == "verified_on" and named(name, "other day")
        )
        return "" if is_other else about

    def _why_private(self, name: str, about: str) -> str:
        before = self.guess.names[: self.guess.names.index(name)]
        is_of_sender = len(before) == 1 and _TIMESTAMP.search(before[0]) and _SENDER.search(name)
        if ADDED.match(fold_header(name)) or is_of_sender:
            return "added by the survey tool"
        if not self.seen[name].answers and max(named(name, "person"), named(name, "job")) > named(name, "organization"):
            return "of people nothing is kept"
        if named(name, "enumerator"):
            return "whoever filled it in is no part of the list"
        if REMARKS & {*re.findall(r"[^\W_]+", coarse(name))}:
            return "remarks are never kept"
        if about not in ("contact", "marking") and not asks_consent(name) and hides_number(name):
            return "its heading asks that it be shown to nobody"
        return ""

    def _choose_service(self) -> None:
        """Keep the columns that name kinds of help, the best first, else those of yes and no that tell them."""
        guess = self.guess
        known = {name: self.seen[name].shares.get("service", 0.0) for name in guess.columns("service")}
        if not known:
            return
        best = max(known.values())
        unknown = [name for name, share in known.items() if best >= LEAST_KNOWN > share]
        guess.taken |= dict.fromkeys((*unknown, *guess.services), "")
        guess.taken = {name: guess.taken[name] for name in sorted(guess.taken, key=lambda name: -known.get(name, 0.0))}

    def _settle_phones(self) -> None:
        """Keep no number of a contact person beside others; a column of phones and faxes holds phones."""
        guess, phones = self.guess, self.guess.columns("phone")
        of_people = [name for name in phones if named(name, "contact")]
        if len(of_people) < len(phones):
            for name in of_people:
                self._set(name, PRIVATE, "numbers of people are never kept")
        faxes = guess.columns("fax")
        if not phones and any(named(name, "phone") for name in faxes):  # the cells say which is a fax
            guess.taken |= dict.fromkeys(faxes, "phone")

    def _suppose_organization(self) -> None:
        """Take the column of unknown words that is filled most, and differs most, for the names of bodies."""
        guess = self.guess
        looks = {name: self.seen[name] for name in guess.open if self.seen[name].worded}
        if not looks:
            raise FormatError(NO_NAMES)
        name = max(looks, key=lambda column: (looks[column].filled, len(looks[column].counts)))
        self._set(name, "organization", "PERHAPS, since no other column looks like names of bodies")
        guess.notes.append(
            Message(
                "no column is called like names of organizations; {name} is taken for it; "
                "put it into the map if that is wrong",
                name=quoted(name),
            )
        )


def _asks_always(name: str, look: ColumnGuess) -> bool:
    return look.answers and ROUND_THE_CLOCK.search(name) is not None


def _why_open(name: str, about: str, look: ColumnGuess) -> str:
    """Return why a column is left open though its name or its cells tell of something; or nothing."""
    if about in HEADING_SAYS and look.taken_for not in SHAPED:
        return f"is called {about}, and holds something else"
    if look.holds_codes() and look.shares.get("valid phone", 0.0) >= SOME:
        return "PERHAPS phones, or codes of one length: no two are the same"
    if look.taken_for == "verified_on" and any(named(name, other) for other in OTHER_DAYS):
        return "is called the day of something else"
    return ""


def _service_of(name: str, look: ColumnGuess) -> str | None:
    if look.shares.get("answers", 0.0) < ENOUGH:
        return None  # what else such a column says is told
    if (match := match_term("service_types", name)) is not None:
        return match.code
    made = composed("service_types", name.replace(" / ", " "))
    in_a_group = " / " in name  # a group of columns and one of them
    return made.codes[0] if len(made.codes) == 1 and (in_a_group or not made.unread) else None
