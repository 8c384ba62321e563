"""Columns of a list whose rows are no services: what each holds, by its heading and by what stands beneath it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.column_map import fold_header
from mapping.formats import Sheet
from mapping.intake.guess.cells import ColumnGuess
from mapping.intake.guess.headings import REMARKS, RUNNING, field_of, named
from mapping.intake.guess.shapes import (
    YEAR,
    OtherShape,
    answer_of,
    holds_items,
    is_answer,
    item_number,
    names_two,
    scores,
)
from mapping.intake.rows import LOOK_FOR_HEADER, LOOKED_AT, joined, stands_over, texts_of, written
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.fold import coarse, skeleton, tokens, words_for
from mapping.language.parsers.permission import asks_to_publish
from mapping.language.taxonomy import Vocabulary, checklist_item, match_listed, match_term
from mapping.language.taxonomy import words_of as spellings

FIELDS_OF: dict[str, tuple[str, ...]] = {
    "activity": (
        "organization",
        "implementer",
        "funder",
        "programme",
        "activity",
        "service",
        "unit",
        "unit_code",
        "start",
        "end",
        "target_group",
        "planned",
        "reached",
        "reached_women",
        "budget",
        "updated",
    ),
    "agreement": (
        "from",
        "to",
        "parties",
        "service",
        "document",
        "number",
        "signed_on",
        "valid_to",
        "consent",
        "route",
        "answer_within",
    ),
    "assessment": (
        "organization",
        "service",
        "service_ref",
        "standard",
        "answer",
        "evidence",
        "assessed_on",
        "assessed_by",
    ),
    "case": (
        "year",
        "period",
        "measure",
        "unit_of_count",
        "count",
        "law_article",
        "unit",
        "place",
        "sex",
        "age_band",
        "exploitation",
        "nationality",
        "counted_by",
        "source_url",
        "printed",
        "definition",
        "confidence",
    ),
}
"""Shape -> the fields that its columns may fill, besides those of any list."""

SHARED = ("status", "key", "marking")
"""Fields that a column of any list may fill, but for answers and counts, which have no status."""

NEEDED = {
    "activity": ("organization", "unit"),
    "agreement": ("from", "to"),
    "assessment": ("organization", "standard", "answer"),
    "case": ("year", "measure", "count"),
}
"""Shape -> the fields without which no row counts."""

LISTED = {"measure": "case_measures", "sex": "sexes", "age_band": "age_bands", "exploitation": "exploitation"}
"""Fields of counts that a heading may say -> the list of their words."""

HIGHEST = 2
"""Rows that the names of columns stand in at most."""

MOST = 0.6
"""Share of the cells of a column that tells what it holds."""


@dataclass(kw_only=True)
class GuessedColumns:
    """What the columns of a list were taken for."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field -> column of one of several choices -> what a yes in it stands for."""
    headings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Column of counts or answers -> what its heading says of them."""
    standards: dict[str, str] = field(default_factory=dict)
    """Column of answers -> the item of the checklist that they answer."""
    constants: dict[str, str] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    """Columns that say nothing of their own: running numbers, and answers that other columns hold too."""
    open: list[str] = field(default_factory=list)
    """Columns that nobody could guess."""
    why: dict[str, str] = field(default_factory=dict)
    """Column -> by what it was guessed."""

    def lacking(self, shape: str) -> list[str]:
        """Return the fields without which no row counts and which no column fills."""
        filled = {*self.fields, *self.choices, *self.constants, *self.said_by_headings()}
        filled |= {"count", "answer"} if self.headings else set()
        filled |= {"standard", "answer"} if self.standards else set()
        filled |= {"from", "to"} if "parties" in self.fields else set()
        filled |= {"organization"} if "service_ref" in self.fields else set()
        return [name for name in NEEDED[shape] if name not in filled]

    def said_by_headings(self) -> set[str]:
        """Return the fields that the headings of columns of counts say."""
        return {name for values in self.headings.values() for name in values}


def give_own_fields(
    own: GuessedColumns,
    shape: OtherShape,
    looks: Mapping[str, ColumnGuess],
    titles: Sequence[str],
    area: StudyArea | None,
) -> None:
    """Give the columns of a list the fields of its own shape: each the one whose longest word its heading holds.

    ``titles`` are the texts above the headings, by which all rows of a list of counts may say what was counted.
    """
    left = list(_not_kept(shape, looks, own))
    if shape == "assessment":
        left = list(_of_bodies(list(_answers(left, looks, own)), looks, own))
    if shape == "case":
        left = list(_counts(left, looks, own, area))
    if shape == "agreement" and (pairs := [name for name in left if names_two([*looks[name].counts])]):
        own.fields["parties"] = pairs[:1]
        own.why[pairs[0]] = "by what stands in it"
        left.remove(pairs[0])
    candidates = (*FIELDS_OF[shape], *(SHARED if shape in ("activity", "agreement") else ("key", "marking")))
    best = {name: _best(name, candidates) for name in left}
    for name in sorted(left, key=lambda name: -best[name][1]):
        about = best[name][0]
        if about == "target_group" and _numbers(looks[name]):
            about = "reached"
        if about and (about not in own.fields or about == "service") and _fits(about, looks[name]):
            own.fields.setdefault(about, []).append(name)
            own.why[name] = "by its name"
    taken = {name for names in own.fields.values() for name in names}
    for name in left:
        if name in taken:
            continue
        about = next((about for about in _by_cells(shape, looks[name]) if about not in own.fields), "")
        if about:
            own.fields[about] = [name]
            own.why[name] = "by what stands in it"
        else:
            own.open.append(name)
    if shape == "case":
        if own.headings and "count" in own.fields:  # all together, beside those of parts
            own.headings |= {name: {} for name in own.fields.pop("count")}
        own.constants |= _said_above(titles, own)
    own.constants |= _lines_above(titles, shape, own)
    _name_who(shape, looks, own)
    order = {name: place for place, name in enumerate(candidates)}
    own.fields = dict(sorted(own.fields.items(), key=lambda pair: order[pair[0]]))


def _name_who(shape: OtherShape, looks: Mapping[str, ColumnGuess], own: GuessedColumns) -> None:
    """Say who a row is about where no heading does: who carried it out, else the first column of words nobody knows."""
    if shape == "agreement":
        _name_parties(own)
    if "organization" not in NEEDED[shape]:
        return
    if "organization" in {*own.fields, *own.constants, *own.said_by_headings()}:
        return
    if "implementer" in own.fields:
        own.fields["organization"] = own.fields.pop("implementer")
    elif worded := [name for name in own.open if looks[name].worded]:
        own.open.remove(worded[0])
        own.fields["organization"] = worded[:1]
        own.why[worded[0]] = "PERHAPS, since no other column looks like names of bodies"


def _name_parties(own: GuessedColumns) -> None:
    """Take the organization of a row for the party that no heading names."""
    bodies = [name for name in own.open if field_of(name) == "organization"]
    for about in ("from", "to"):
        if bodies and not own.fields.keys() & {about, "parties"}:
            own.fields[about] = bodies[:1]
            own.why[bodies[0]] = "PERHAPS, since it names organizations"
            own.open.remove(bodies.pop(0))


def _lines_above(titles: Sequence[str], shape: OtherShape, own: GuessedColumns) -> dict[str, str]:
    """Return what lines above the headings say of all rows ("Организация: «Умед»"), where no column says it."""
    filled = {*own.fields, *own.choices, *own.constants, *own.said_by_headings()}
    values: dict[str, str] = {}
    parts = (
        part.rstrip(" .;").lstrip()
        for title in titles
        for part in re.split(r"[.;]\s+(?=[^.:;\n]{2,40}:\s)|[.;]\s*$", title)
    )
    for line in filter(None, map(_LINE.fullmatch, parts)):
        about = _best(line["name"], FIELDS_OF[shape])[0]
        if about and about not in filled and about not in PERHAPS_PEOPLE:
            values.setdefault(about, line["value"].strip())
    return values


PERHAPS_PEOPLE = ("assessed_by", "evidence")
"""Fields that a line may say by somebody's name, which no draft holds."""

_LINE = re.compile(r"(?P<name>[^:\n]{2,40}):\s{1,9}(?P<value>[^:\n]{2,120})")
"""A line above the headings that names a field and says it."""


def _best(heading: str, candidates: Sequence[str]) -> tuple[str, int]:
    """Return the field that a heading names in most letters, and in how many."""
    for part in (*reversed(heading.split(" / ")), heading):  # of a name in two lines the lower one says more
        scores = {about: named(part, about) for about in (*candidates, *_EITHER)}
        best = max(scores, key=lambda about: scores[about])
        about = _EITHER.get(best, best)
        if scores[best]:
            return (about, scores[best]) if about in candidates else ("", 0)
    return "", 0


_EITHER = {"start and end": "start"}
"""Words for several fields at once -> the field that is read for all."""


def _not_kept(shape: str, looks: Mapping[str, ColumnGuess], own: GuessedColumns) -> Iterator[str]:
    """Yield the columns that may be kept, having put aside remarks, people and running numbers."""
    for name in looks:
        is_own = any(named(name, about) for about in FIELDS_OF[shape])
        if set(re.findall(r"[^\W_]+", coarse(name))) & REMARKS:
            own.private.append(name)
            own.why[name] = "remarks are never kept"
        elif field_of(name) == "contact" and not is_own:
            own.private.append(name)
            own.why[name] = "a person"
        elif RUNNING.match(name):
            own.passed.append(name)
        elif asks_to_publish(name) and not is_own and "marking" not in own.fields:
            own.fields["marking"] = [name]
            own.why[name] = "by its name"
        else:
            yield name


BY_NUMBER = "by their numbers alone: look whether the list counts as our checklist does"


def _answers(names: Sequence[str], looks: Mapping[str, ColumnGuess], own: GuessedColumns) -> Iterator[str]:
    """Yield the columns that are no answers, having taken those whose headings are answers or items themselves."""
    ticks = {name: parsers.answer(last) for name in names if is_answer(last := name.split(" / ")[-1])}
    if len(ticks) > 1:
        own.choices["answer"] = ticks
        own.why |= dict.fromkeys(ticks, "a tick stands under the answer")
    items = {name: item for name in names if (item := _item_of(name))}
    if not items:  # they are called by numbers: of our checklist, as far as nobody says otherwise
        numbers = {name: f"STD-{int(number):03}" for name in names if (number := item_number(name)).isdigit()}
        items = {name: item for name, item in numbers.items() if item in Vocabulary.load("standards")}
        own.why |= dict.fromkeys(items, BY_NUMBER)
    own.standards |= items
    for name in names:
        if name in items or name in own.choices.get("answer", ()):
            continue
        if "standard" not in own.fields and not items and holds_items([*looks[name].counts]):
            own.fields["standard"] = [name]
            own.why[name] = "by what stands in it"
        else:
            yield name


def _of_bodies(names: Sequence[str], looks: Mapping[str, ColumnGuess], own: GuessedColumns) -> Iterator[str]:
    """Yield the columns that are no answers of one body, having taken those whose headings are names of bodies."""
    columns = [
        name
        for name in names
        if not item_number(name)
        and ("answer" in _by_cells("assessment", looks[name]) or scores([*looks[name].counts.elements()]))
    ]
    items = "standard" in own.fields or any(named(name, "standard") for name in names)
    asked_for = any(named(name, "answer") for name in names) or own.choices or own.standards
    if len(columns) > 1 and items and not asked_for:
        kinds = all(match_term("service_types", name) or composed("service_types", name).codes for name in columns)
        own.headings |= {name: {"service" if kinds else "organization": name} for name in columns}
        own.why |= dict.fromkeys(columns, "answers, of whom their heading says")
    yield from (name for name in names if name not in own.headings)


def _item_of(heading: str) -> str:
    """Return the code of the item of the checklist that a heading is, or nothing."""
    return next((item for part in (heading, *heading.split(" / ")) if (item := checklist_item(part))), "")


def _counts(
    names: Sequence[str], looks: Mapping[str, ColumnGuess], own: GuessedColumns, area: StudyArea | None
) -> Iterator[str]:
    """Yield the columns that hold no counts, having taken those of numbers whose headings say of what they are."""
    for name in names:
        values = counted(name)
        if not values and area is not None and find_unit(area, name).unit is not None:
            values = {"unit": name}
        if values and _numbers(looks[name]):
            own.headings[name] = values
            own.why[name] = "numbers, by their heading"
        else:
            yield name


def counted(heading: str) -> dict[str, str]:
    """Return what a heading says of the numbers beneath it: year and its part, measure, sex, ages, exploitation.

    >>> counted("2024 г."), counted("Выявлено жертв / 2024"), counted("Район")
    ({'year': '2024'}, {'measure': 'victims_identified', 'year': '2024'}, {})
    """
    values: dict[str, str] = {}
    for part in heading.split(" / "):
        years = YEAR.findall(part)
        if len(years) == 1:
            values["year"] = years[0]
        words = YEAR.sub(" ", part).strip(" ,.;:()")
        for name, taxonomy in LISTED.items():
            if (match := match_listed(taxonomy, words)) is not None:
                values[name] = match.code
                break
        else:
            beside = [word for word in words.split() if not {*tokens(word)} <= _OF_A_YEAR]
            if len(years) == 1 and beside:  # "9 мес. 2025" is no whole year
                values["period"] = " ".join(beside)
    return values


_OF_A_YEAR = words_for("beside a date") | words_for("years") | words_for("within a year")
"""Words beside a year that leave it whole."""


def _said_above(titles: Sequence[str], own: GuessedColumns) -> dict[str, str]:
    """Return what the title of a list says of all its counts, where no column says it."""
    values: dict[str, str] = {}
    filled = {*own.fields, *own.said_by_headings()}
    years = {year for title in titles for year in YEAR.findall(title)}
    if "year" not in filled and len(years) == 1:
        values["year"] = years.pop()
    measures = {code for title in titles if (code := _measure_in(title))}
    if "measure" not in filled and len(measures) == 1:
        values["measure"] = measures.pop()
    return values


def _measure_in(title: str) -> str:
    """Return the measure of counts that a title names in the longest words, or nothing."""
    text = f" {skeleton(title)} "
    lengths = {
        code: max((len(own) for word in words if f" {(own := skeleton(word))}" in text), default=0)
        for code, words in spellings("case_measures").items()
    }
    best = max(lengths, key=lambda code: lengths[code])
    return best if lengths[best] and [*lengths.values()].count(lengths[best]) == 1 else ""


def _numbers(look: ColumnGuess) -> bool:
    """Tell whether most cells of a column are numbers."""
    numbers = sum(count for text, count in look.counts.items() if re.fullmatch(r"[\d\s.,≈~<>±]+|\d+\s*\S{0,12}", text))
    return look.filled == 0 or numbers >= MOST * look.filled


_SHAPES_OF_CELLS = {
    "from": ("organization",),
    "to": ("organization",),
    "organization": ("organization",),
    "start": ("verified_on", "day numbers"),
    "signed_on": ("verified_on", "day numbers"),
    "assessed_on": ("verified_on", "day numbers"),
    "unit": ("unit",),
    "service": ("service",),
}


def _fits(about: str, look: ColumnGuess) -> bool:
    """Tell whether cells do not stand against the name of their column: a count is a number, a paper's day a day."""
    if about in ("count", "planned", "reached", "reached_women", "year"):
        return _numbers(look) or not look.filled
    if about == "service":
        return look.shares.get("organization", 0.0) < MOST or look.shares.get("service", 0.0) >= 1 - MOST
    if about in ("signed_on", "assessed_on"):
        return not look.filled or any(re.search(r"\d", text) for text in look.counts)
    return True


def _by_cells(shape: OtherShape, look: ColumnGuess) -> Iterator[str]:
    """Yield the fields of a shape that the cells of a column look like."""
    for about, names in _SHAPES_OF_CELLS.items():
        if about in FIELDS_OF[shape] and sum(look.shares.get(name, 0.0) for name in names) >= MOST:
            yield about
    answers = sum(count for text, count in look.counts.items() if answer_of(text))
    if shape == "assessment" and look.filled and answers >= MOST * look.filled:
        yield "answer"
    measures = sum(count for text, count in look.counts.items() if match_listed("case_measures", text))
    if shape == "case" and look.filled and measures >= MOST * look.filled:
        yield "measure"


def own_header(sheet: Sheet, shape: str) -> tuple[int, int, list[str]] | None:
    """Return where the names of the columns of such a list stand, in how many rows, and the names; None for none."""
    rows = [list(row) for row in sheet.rows[: LOOK_FOR_HEADER + HIGHEST]]
    best: tuple[tuple[int, int, int], tuple[int, int, list[str]]] | None = None
    for place in range(min(LOOK_FOR_HEADER, len(rows))):
        for height in range(1, HIGHEST + 1):
            lines = rows[place : place + height]
            if len(lines) < height or holds_numbers(lines) or (height > 1 and not goes_on(*lines)):
                continue
            names = joined(lines)
            telling = _telling(
                names, shape, [*rows[:place], *sheet.rows[place + height : place + height + LOOK_FOR_HEADER]]
            )
            if telling > 1 and (best is None or (telling, -height, -place) > best[0]):
                best = (telling, -height, -place), (place, height, names)
    return best[1] if best else None


OF_SERVICES = ("phone", "email", "website", "hours", "cost", "capacity", "documents", "languages", "latitude")
"""Fields that a list of services has, and none of activities."""


def is_of_activities(sheet: Sheet) -> bool:
    """Tell whether a sheet is a list of activities by its headings: from when to when, and how many came, in numbers.

    A day alone may be that of a check, and "women" a column of ticks.
    """
    header = own_header(sheet, "activity")
    if header is None:
        return False
    place, height, names = header
    rows = sheet.rows[place + height : place + height + LOOKED_AT]
    fields: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        if name and (about := _best(name, FIELDS_OF["activity"])[0]):
            fields.setdefault(about, []).append(column)
    people = [column for about in ("planned", "reached", "reached_women") for column in fields.get(about, ())]
    cells = texts_of(row[column] for row in rows for column in people if column < len(row))
    numbers = [text for text in cells if re.search(r"\d{2}", text)]
    timed = "end" in fields or any(named(names[column], "start and end") for column in fields.get("start", ()))
    of_services = any(field_of(name) in OF_SERVICES for name in names)
    return bool(timed and not of_services and len(numbers) * 3 > len(cells) > 0)


def _telling(names: Sequence[str], shape: str, body: Sequence[Sequence[object]]) -> int:
    """Return how many names tell what their columns hold; what is like the other cells of its column is no name."""
    fields = {_best(name, (*FIELDS_OF[shape], *SHARED))[0] for name in names if name} - {""}
    others = {
        name
        for column, name in enumerate(names)
        if name and _tells_itself(name, shape) and not _is_like(name, _cells(body, column))
    }
    return len(fields) + len(others)


def _cells(body: Sequence[Sequence[object]], column: int) -> list[str]:
    return texts_of(row[column] for row in body if column < len(row))


def _is_like(name: str, texts: Sequence[str]) -> bool:
    """Tell whether a name is an item or an answer as other cells of its column are."""
    if checklist_item(name) is not None:
        return holds_items(texts) and bool(texts)
    return bool(texts) and sum(map(is_answer, texts)) * 2 > len(texts)


def _tells_itself(name: str, shape: str) -> bool:
    if shape == "case":
        return bool(counted(name)) and len(name) < LONGEST_HEADING
    return shape == "assessment" and (is_answer(name.split(" / ")[-1]) or bool(_item_of(name)))


def holds_numbers(lines: Sequence[Sequence[object]]) -> bool:
    """Tell whether cells of a row are numbers, days or mail, as in data; names of columns are years at most."""
    texts = [written(cell).strip() for line in lines for cell in line]
    return any(_NUMBER_OR_DAY.fullmatch(text) and not YEAR.fullmatch(text) for text in texts)


_NUMBER_OR_DAY = re.compile(
    r"\d+(?:[.,]\d+)?%?|\+?\d(?:[ ()-]{0,3}\d){6,14}|[\w.+-]+@[\w.-]+\.\w+|"
    r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{2,4}"
)


LONGEST_HEADING = 60
"""Letters of a heading of counts at most: what is longer is a title."""


def goes_on(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Tell whether a row goes on with names above it that stand over several columns; years and answers are names."""
    texts = texts_of(lower)
    numbers = [text for text in texts if re.search(r"\d{3,}|@", text) and not YEAR.fullmatch(text.strip(" г."))]
    return not numbers and stands_over(upper, lower)


def titles_of(sheet: Sheet, place: int) -> list[str]:
    """Return the texts above the names of the columns, and the name of the sheet."""
    rows = [*map(texts_of, sheet.rows[:place])]
    lines = [f"{row[0].rstrip(':')}: {row[1]}" if len(row) == 2 else text for row in rows for text in row]
    return [text for text in dict.fromkeys((*lines, sheet.name)) if fold_header(text)]
