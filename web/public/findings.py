"""Findings: any result of an analysis as a heading, a picture, the same as a table, and how it was worked out."""

from types import SimpleNamespace
from typing import NamedTuple, cast

from mapping import registry
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, date, show, translate
from mapping.render.atlas import REACH
from mapping.render.charts import kind_of
from mapping.render.report.print_map import mapped
from mapping.render.report.sheet import table_csv
from mapping.result import STATE_NOTES, STATE_SIGNS, STATES, Column, Input, Result, State
from web.presenters.edition import Edition, kept
from web.presenters.sheets import PictureSize, alone, map_of

FEW = 8
"""With at most so many area units a table reads better with the units across and the columns down."""

LOOKS: dict[State, str] = {
    "present": "h2",
    "single": "h1",
    "only remote": "hr",
    "line": "hc",
    "no agreement": "hs",
    "stale": "hs",
    "unknown": "hx",
    "none listed": "h0",
    "not published": "hp",
    "not applicable": "hp",
}
"""State -> the class of its box."""


class FindingCell(NamedTuple):
    """A box: its class, what stands in it, and what that means."""

    look: str
    text: str
    meaning: str = ""


class RowGroup(NamedTuple):
    """Rows of a table that stand under one heading; the heading may be empty."""

    heading: str
    rows: list[tuple[str, list[FindingCell]]]


def overview(edition: Edition, language: str) -> list[SimpleNamespace]:
    """Return every finding, in the order of what a reader should see first."""

    def place(result: Result) -> tuple[bool, bool, int, str]:
        return result.layout != "matrix", kind_of(result) == "none", result.level, result.name

    return [finding(edition, result.name, language) for result in sorted(edition.results().values(), key=place)]


OTHER = Message("What else was found")


def questions(edition: Edition, language: str) -> list[tuple[str, list[SimpleNamespace]]]:
    """Return every finding under the question that it answers."""
    waiting = {finding.name: finding for finding in overview(edition, language)}
    groups = [
        (question, [waiting.pop(name) for name in list(waiting) if name in names])
        for question, names in registry.questions()
    ]
    groups.append((OTHER, list(waiting.values())))
    return [(question.into(language), findings) for question, findings in groups if findings]


@kept
def finding(edition: Edition, name: str, language: str) -> SimpleNamespace:
    """Return one finding."""
    return present(edition, _result(edition, name), language)


def table(edition: Edition, name: str, language: str, *, notice: Message | None = None) -> bytes:
    """Return the whole table of a result as CSV: every column, its range and what its cells mean."""
    return table_csv(_result(edition, name), edition.area, language, notice=notice or edition.notice)


def _result(edition: Edition, name: str) -> Result:
    results = edition.results()
    if name not in results:
        raise NotFound("no such page")
    return results[name]


def present(edition: Edition, result: Result, language: str) -> SimpleNamespace:
    """Put a result into the words and the shapes of a page."""
    across = result.layout == "matrix" or (len(result.table) <= FEW and len(result.columns) > len(result.table))
    return SimpleNamespace(
        name=result.name,
        title=result.title.into(language),
        heading=result.finding.into(language),
        also=[message.into(language) for message in result.also],
        figures=[(figure.label.into(language), figure.text(language)) for figure in result.figures.values()],
        key=_key(result, language),
        grid=(_across if across else _down)(result, edition.area, language),
        picture=_picture(result, edition, language),
        drawable=kind_of(result) != "none",
        map=_map(result, edition, language),
        method=result.method.into(language),
        inputs=tuple(_input(source, language) for source in result.inputs),
        caveats=[caveat.into(language) for caveat in result.caveats],
    )


def _input(source: Input, language: str) -> str:
    day = date(source.day, language) if source.day else ""
    return ", ".join(filter(None, (source.name.into(language), day, show(source.source, language))))


def _key(result: Result, language: str) -> list[tuple[str, str, str, str]]:
    """Return the states that occur: class, sign, words and what they mean."""
    states: set[str] = set() if result.states is None else set(result.states.to_numpy().ravel())
    for column in result.columns:
        if column.kind == "state":
            states |= set(result.table[column.key])
    return [
        (LOOKS[state], STATE_SIGNS[state], words.into(language), STATE_NOTES[state].into(language))
        for state, words in STATES.items()
        if state in states
    ]


def _cell(result: Result, code: str, column: Column, language: str, *, short: bool) -> FindingCell:
    state, text = result.state(code, column.key), result.text(code, column.key, language)
    if state is None:
        return FindingCell("", text)
    count = int(cast("int", result.table[column.key][code])) if column.kind == "count" else 0
    look, sign = "h3" if state == "present" and count >= 3 else LOOKS[state], STATE_SIGNS[state]
    if not short:
        return FindingCell(look if column.kind == "state" or sign else "", text)
    shown = sign or ("✓" if column.kind == "state" else str(count) if column.kind == "count" else text)
    if sign == "!" and column.kind != "state":
        shown = f"{count} !"
    return FindingCell(look, shown, STATES[state].into(language))


def _grouped(result: Result) -> list[tuple[str, list[Column]]]:
    """Return columns under the key of their group, those without one first."""
    grouped = {key for keys in result.groups.values() for key in keys}
    ranges = {key for column in result.columns for key in (column.low, column.high) if key}
    chosen = result.headlines if result.layout == "rows" else result.columns
    wanted = [column for column in result.columns if column in chosen and column.key not in ranges]
    parts = [("", [column for column in wanted if column.key not in grouped])]
    parts += [(group, [column for column in wanted if column.key in keys]) for group, keys in result.groups.items()]
    return [(group, columns) for group, columns in parts if columns]


def _across(result: Result, area: StudyArea, language: str) -> SimpleNamespace:
    """Lay a table with the units across; boxes are short and coloured where it is a matrix."""
    codes, heat = [str(code) for code in result.table.index], result.layout == "matrix"
    across = [(area.label(code, language), _unit_path(area, code)) for code in codes]
    if result.total:
        across.append((translate("Country", language), ""))
    groups = []
    for group, columns in _grouped(result):
        rows = []
        for column in columns:
            cells = [_cell(result, code, column, language, short=heat) for code in codes]
            if result.total:
                cells.append(FindingCell("", result.total_text(column.key, language)))
            rows.append((show(column.short if group and column.short else column.label, language), cells))
        groups.append(RowGroup(show(result.group_labels.get(group, ""), language), rows))
    return SimpleNamespace(
        caption=result.title.into(language),
        corner=translate("Function", language) if heat else "",
        across=across,
        groups=groups,
        heat=heat,
        down=[],
    )


def _down(result: Result, area: StudyArea, language: str) -> SimpleNamespace:
    """Lay a table with a row for each unit, under its region."""
    columns = [column for _, part in _grouped(result) for column in part]
    units_of: dict[str, list[str]] = {}
    for code in map(str, result.table.index):
        region = area.region_of(code)
        units_of.setdefault(area.label(region, language) if region != code else "", []).append(code)
    groups = {
        heading: [
            (area.label(code, language), [_cell(result, code, column, language, short=False) for column in columns])
            for code in codes
        ]
        for heading, codes in units_of.items()
    }
    down = [_unit_path(area, code) for codes in units_of.values() for code in codes]
    if result.total:
        totals = [FindingCell("", result.total_text(column.key, language)) for column in columns]
        groups.setdefault("", []).append((translate("Country", language), totals))
        down.append("")
    return SimpleNamespace(
        caption=result.title.into(language),
        corner=area.level_name(result.level, language),
        across=[(show(column.label, language), "") for column in columns],
        groups=[RowGroup(heading, rows) for heading, rows in groups.items()],
        heat=False,
        down=down,
    )


def _unit_path(area: StudyArea, code: str) -> str:
    return f"u/{code}.html" if area.unit(code).level > 0 or len(area.levels) == 1 else ""


def _map(result: Result, edition: Edition, language: str) -> SimpleNamespace | None:
    """Return the size of a result's map, and the state of the Atlas that shows the same; none without units."""
    column = mapped(result)
    if column is None:
        return None
    words = f"{result.title.into(language)}: {show(column.label, language)}."
    measure = REACH if result.name == REACH else f"{result.name}.{column.key}"
    return SimpleNamespace(size=PictureSize.of(map_of(edition, result, language), words), measure=measure)


def _picture(result: Result, edition: Edition, language: str) -> PictureSize | None:
    """Return the size of a result's chart; none where there is nothing to draw, or the table is a picture itself."""
    if result.layout == "matrix" or kind_of(result) == "none":
        return None
    words = f"{result.title.into(language)}: {result.finding.into(language)}."
    return PictureSize.of(alone(edition, result, language), words)
