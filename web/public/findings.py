"""Findings: any result of an analysis as a heading, a picture, the same as a table, and how it was worked out."""

from dataclasses import dataclass
from typing import cast

from mapping import registry
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, date, show, translate
from mapping.render.charts import kind_of
from mapping.render.report.sheet import table_csv
from mapping.result import STATE_NOTES, STATE_SIGNS, STATES, Column, Input, Result, State
from web.presenters.edition import Edition, kept
from web.presenters.sheets import PictureSize, alone

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


@dataclass(frozen=True)
class FindingCell:
    """A box: its class, what stands in it, and what that means."""

    look: str
    text: str
    meaning: str = ""


@dataclass(frozen=True)
class RowGroup:
    """Rows of a table that stand under one heading; the heading may be empty."""

    heading: str
    rows: tuple[tuple[str, tuple[FindingCell, ...]], ...]


@dataclass(frozen=True)
class FindingTable:
    """A table: what stands across with links where there are pages, and groups of rows."""

    caption: str
    corner: str
    across: tuple[tuple[str, str], ...]
    groups: tuple[RowGroup, ...]
    heat: bool
    down: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A result in one language, ready to be placed."""

    name: str
    title: str
    heading: str
    also: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    key: tuple[tuple[str, str, str, str], ...]
    grid: FindingTable
    picture: PictureSize | None
    drawable: bool
    method: str
    inputs: tuple[str, ...]
    caveats: tuple[str, ...]


def overview(edition: Edition, language: str) -> list[Finding]:
    """Return every finding, in the order of what a reader should see first."""
    results = edition.results().values()
    ordered = sorted(
        results, key=lambda result: (result.layout != "matrix", kind_of(result) == "none", result.level, result.name)
    )
    return [finding(edition, result.name, language) for result in ordered]


OTHER = Message("What else was found")


def questions(edition: Edition, language: str) -> list[tuple[str, list[Finding]]]:
    """Return every finding under the question that it answers."""
    waiting = {finding.name: finding for finding in overview(edition, language)}
    groups = [
        (question, [waiting.pop(name) for name in list(waiting) if name in names])
        for question, names in registry.questions()
    ]
    groups.append((OTHER, list(waiting.values())))
    return [(question.into(language), findings) for question, findings in groups if findings]


@kept
def finding(edition: Edition, name: str, language: str) -> Finding:
    """Return one finding.

    Raises
    ------
    NotFound
        When no analysis has this name.
    """
    results = edition.results()
    if name not in results:
        raise NotFound("no such page")
    return present(edition, results[name], language)


def table(edition: Edition, name: str, language: str) -> bytes:
    """Return the whole table of a result as CSV: every column, its range and what its cells mean."""
    results = edition.results()
    if name not in results:
        raise NotFound("no such page")
    return table_csv(results[name], edition.area, language, demo=edition.demo)


def present(edition: Edition, result: Result, language: str) -> Finding:
    """Put a result into the words and the shapes of a page."""
    area = edition.area
    across = result.layout == "matrix" or (len(result.table) <= FEW and len(result.columns) > len(result.table))
    grid = _across(result, area, language) if across else _down(result, area, language)
    return Finding(
        name=result.name,
        title=result.title.into(language),
        heading=result.finding.into(language),
        also=tuple(message.into(language) for message in result.also),
        figures=tuple((f.label.into(language), f.text(language)) for f in result.figures.values()),
        key=_key(result, language),
        grid=grid,
        picture=_picture(result, edition, language),
        drawable=kind_of(result) != "none",
        method=result.method.into(language),
        inputs=tuple(_input(source, language) for source in result.inputs),
        caveats=tuple(caveat.into(language) for caveat in result.caveats),
    )


def _input(source: Input, language: str) -> str:
    parts = [
        source.name.into(language),
        date(source.day, language) if source.day else "",
        show(source.source, language),
    ]
    return ", ".join(filter(None, parts))


def _key(result: Result, language: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return the states that occur: class, sign, words and what they mean."""
    states: set[str] = set()
    if result.states is not None:
        states |= set(result.states.to_numpy().ravel())
    for column in result.columns:
        if column.kind == "state":
            states |= set(result.table[column.key])
    return tuple(
        (LOOKS[state], STATE_SIGNS[state], words.into(language), STATE_NOTES[state].into(language))
        for state, words in STATES.items()
        if state in states
    )


def _cell(result: Result, code: str, column: Column, language: str, *, short: bool) -> FindingCell:
    state = result.state(code, column.key)
    text = result.text(code, column.key, language)
    if state is None:
        return FindingCell("", text)
    look, sign = LOOKS[state], STATE_SIGNS[state]
    count = _count(result, code, column)
    if state == "present" and count >= 3:
        look = "h3"
    if not short:
        return FindingCell(look if column.kind == "state" or sign else "", text)
    meaning = STATES[state].into(language)
    if column.kind == "state":
        return FindingCell(look, sign or "✓", meaning)
    if sign == "!":
        return FindingCell(look, f"{count} !", meaning)
    return FindingCell(look, sign or (str(count) if column.kind == "count" else text), meaning)


def _count(result: Result, code: str, column: Column) -> int:
    return int(cast("int", result.table[column.key][code])) if column.kind == "count" else 0


def _grouped(result: Result) -> list[tuple[str, list[Column]]]:
    """Return columns under the key of their group, those without one first."""
    grouped = {key for keys in result.groups.values() for key in keys}
    chosen = {column.key for column in result.headlines} if result.layout == "rows" else None
    ranges = {key for column in result.columns for key in (column.low, column.high) if key}
    wanted = [c for c in result.columns if c.key not in ranges and (chosen is None or c.key in chosen)]
    parts = [("", [column for column in wanted if column.key not in grouped])]
    parts += [(group, [c for c in wanted if c.key in keys]) for group, keys in result.groups.items()]
    return [(group, columns) for group, columns in parts if columns]


def _across(result: Result, area: StudyArea, language: str) -> FindingTable:
    """Lay a table with the units across; boxes are short and coloured where it is a matrix."""
    codes = [str(code) for code in result.table.index]
    heat = result.layout == "matrix"
    total = translate("Country", language) if result.total else ""
    groups = []
    for group, columns in _grouped(result):
        rows = []
        for column in columns:
            cells = [_cell(result, code, column, language, short=heat) for code in codes]
            if total:
                cells.append(FindingCell("", result.total_text(column.key, language)))
            rows.append((show(column.short if group and column.short else column.label, language), tuple(cells)))
        heading = show(result.group_labels[group], language) if group in result.group_labels else ""
        groups.append(RowGroup(heading, tuple(rows)))
    across = [(area.label(code, language), _unit_path(area, code)) for code in codes]
    corner = translate("Function", language) if heat else ""
    return FindingTable(
        result.title.into(language), corner, (*across, *([(total, "")] if total else [])), tuple(groups), heat
    )


def _down(result: Result, area: StudyArea, language: str) -> FindingTable:
    """Lay a table with a row for each unit, under its region."""
    columns = [column for _, part in _grouped(result) for column in part]
    groups: dict[str, list[tuple[str, tuple[FindingCell, ...]]]] = {}
    paths = []
    order: dict[str, list[str]] = {}
    for code in map(str, result.table.index):
        region = area.region_of(code)
        order.setdefault(area.label(region, language) if region != code else "", []).append(code)
    for heading, codes in order.items():
        for code in codes:
            cells = tuple(_cell(result, code, column, language, short=False) for column in columns)
            groups.setdefault(heading, []).append((area.label(code, language), cells))
            paths.append(_unit_path(area, code))
    if result.total:
        totals = tuple(FindingCell("", result.total_text(column.key, language)) for column in columns)
        groups[""] = [*groups.get("", []), (translate("Country", language), totals)]
        paths.append("")
    level = area.level_name(result.level, language)
    return FindingTable(
        result.title.into(language),
        level,
        tuple((show(c.label, language), "") for c in columns),
        tuple(RowGroup(heading, tuple(rows)) for heading, rows in groups.items()),
        heat=False,
        down=tuple(paths),
    )


def _unit_path(area: StudyArea, code: str) -> str:
    return f"u/{code}.html" if area.unit(code).level > 0 or len(area.levels) == 1 else ""


def _picture(result: Result, edition: Edition, language: str) -> PictureSize | None:
    """Return the size of a result's chart; none where there is nothing to draw, or the table is a picture itself."""
    if result.layout == "matrix" or kind_of(result) == "none":
        return None
    words = f"{result.title.into(language)}: {result.finding.into(language)}."
    return PictureSize.of(alone(edition, result, language), words)
