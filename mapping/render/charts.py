"""Charts: a picture of a result as SVG, for pages and print.

The pictures are written by hand rather than by a plotting library: the same result gives the same bytes anywhere, a
picture weighs a few kilobytes, text stays text, and nothing in it needs a style sheet or a script. No colour stands
alone: patterns, signs and numbers say the same. Every picture carries its title and its finding, so that it can be read
aloud.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Text, number, percent, show, translate
from mapping.render.svg import Drawing, Line
from mapping.result import STATE_SIGNS, STATES, Column, Curve, Kind, Picture, Result, State, write

WIDTH = 400
"""Units across: 14 units of text are as high as print of 9 points in a column of 7 cm."""

WIDE = 720
"""Units across for a whole page: text is as high as print of 9 points in a column of 17 cm."""

MOST, MOST_WIDE = 12, 8
"""So many bars a chart shows at most, the worst; on a page of print fewer, so that the picture fits below text."""

PANELS = 8
PANEL = 84
"""Units in height of one of several panels."""

STATE_FILLS: dict[State, str] = {
    "present": "a",
    "single": "b",
    "only remote": "b/",
    "line": "a/",
    "no agreement": "d-",
    "stale": "d-",
    "unknown": "n.",
    "none listed": "d",
    "not published": "n",
    "not applicable": "n",
}

HIDDEN: frozenset[State] = frozenset({"not published", "unknown", "not applicable"})
"""States of which no bar is drawn."""

SHARE_FILLS = ("a", "b/", "c", "d-", "n.")
"""Fills of the parts of a stacked bar, from the best to what is not known; of fewer parts the middle is left out."""


def kind_of(result: Result) -> Picture:
    """Return which chart shows a result best, "none" where there is nothing to draw."""
    kind = result.picture
    if not kind:
        kind = "heat" if result.layout == "matrix" else "curve" if result.curves else "bars"
    if result.table.empty or not result.columns or not _drawable(result, kind):
        return "none"
    return kind


def chart(
    result: Result,
    area: StudyArea,
    *,
    language: str,
    kind: Picture | None = None,
    width: float = WIDTH,
    titled: bool = True,
) -> str:
    """Draw a result as an SVG picture in a language.

    ``kind`` is one of `mapping.result.Picture`; by default what shows the result best (`kind_of`). ``width`` is in the
    units in which a text is 14 high: `WIDE` for a page of print. The title stands in it unless it is not ``titled``,
    because a caption says it.

    Raises
    ------
    NotFound
        The result has nothing that such a chart could show.
    """
    kind = kind or kind_of(result)
    if kind in ("", "none") or not _drawable(result, kind):
        raise NotFound(f"{result.name}: there is nothing to draw as {kind or 'a chart'}; show its table")
    drawing = Drawing(width, result.title.into(language), f"{result.finding.into(language)}.", titled=titled)
    DRAW[kind](drawing, result, area, language)
    return drawing.text()


def unit_of(result: Result) -> Kind | None:
    """Return what the numbers of a result's chart are counted in; None where its axes or headings say that."""
    kind = kind_of(result)
    if kind == "bars":
        return _bars(result)[0].kind
    if kind == "before-after":
        return _pairs(result)[0][0].kind
    if kind == "stacked" and not any(column.kind == "state" for column in result.columns):
        return "share"
    return "count" if kind in ("stacked", "heat") else None


def _drawable(result: Result, kind: Picture) -> bool:
    """Tell whether there is something to draw."""
    if kind in ("curve", "dots"):
        return any(curve.x for curve in result.curves)
    parts: Mapping[str, Callable[[Result], Sequence[object]]]
    parts = {"stacked": _stacks, "bars": _bars, "before-after": _pairs}
    return bool(len(result.table)) and bool(parts.get(kind, _heat_columns)(result))


# Bars


class Bar(NamedTuple):
    """A bar of a unit (its code) or of a figure: the key of its column or figure, what it is called, and its number."""

    code: str | None
    key: str
    label: Text
    kind: Kind
    ends: tuple[float, float | None, float | None]
    """Value, low, high."""
    worse: bool
    """Whether a longer bar is worse: good and bad never share a colour."""


def _bars(result: Result, most: int = MOST) -> Sequence[Bar]:
    """Return what bars stand for: units where most people are worst off, else figures, else units or one row."""
    people = _units(result, lambda c: c.kind == "people" and c.more_is == "worse", most)
    if people:
        return people
    shares = [(key, f) for key, f in result.figures.items() if f.kind == "share"]
    if len(shares) >= 3 and any(f.value for _, f in shares):
        worse = {str(column.label) for column in result.columns if column.more_is == "worse"}
        ordered = sorted(shares, key=lambda pair: -pair[1].value)[:most]
        return [Bar(None, k, f.label, f.kind, (f.value, f.low, f.high), str(f.label) in worse) for k, f in ordered]
    if len(result.table) == 1:
        grouped = [result.column(key) for keys in result.groups.values() for key in keys]
        code = str(result.table.index[0])
        bars = [_bar(result, code, c) for c in grouped if c.kind in ("count", "share", "people")]
        return bars[:most] if any(bar.ends[0] for bar in bars) else []
    units = _units(result, lambda c: c.more_is != "neither" and c.kind not in ("state", "text"), most)
    return units or _units(result, lambda c: c.kind in ("count", "people", "share") and c.key != "people", most)


def _units(result: Result, fits: Callable[[Column], bool], most: int) -> list[Bar]:
    """Return the units where the first headline column that fits is worst; none where all is 0."""
    for column in result.headlines:
        if fits(column) and len(result.table) > 1:
            shown = {code for code in map(str, result.table.index) if result.state(code, column.key) not in HIDDEN}
            if any(result.value(code, column.key) for code in shown):
                worst = [code for code in result.worst_first(column) if code in shown]
                return [_bar(result, code, column) for code in worst[:most]]
    return []


def _bar(result: Result, code: str, column: Column) -> Bar:
    low, high = (_number(result, code, key) if key else None for key in (column.low, column.high))
    ends = _number(result, code, column.key), low, high
    return Bar(code, column.key, column.label, column.kind, ends, column.more_is == "worse")


def _draw_bars(drawing: Drawing, result: Result, area: StudyArea, language: str) -> None:
    bars = _bars(result, _most(drawing))
    if bars[0].code is not None and len(result.table) > 1:
        heading, labels = show(bars[0].label, language), [area.label(str(bar.code), language) for bar in bars]
    else:
        heading, labels = _shared([show(bar.label, language) for bar in bars])
    if heading:
        drawing.heading(heading)
    share = bars[0].kind == "share"
    most = max((end for bar in bars for end in (bar.ends[0], bar.ends[2] or 0.0) if math.isfinite(end)), default=1.0)
    top = next(end for end in (0.1, 0.25, 0.5, 1.0) if min(most, 1.0) <= end) if share else _round(most)
    for bar, label in zip(bars, labels, strict=True):
        text = result.text(bar.code, bar.key, language) if bar.code else result.figures[bar.key].text(language)
        drawing.label(label, text)
        value, *span = bar.ends
        low, high = (None if end is None else min(end / top, 1) for end in span)
        drawing.bar(value / top, low, high, fill="d" if bar.worse else "a")
    drawing.axis(_ticks(top, share=share, language=language))
    if any(bar.ends[1] is not None for bar in bars):
        drawing.note(translate("The thin line is the range.", language))


def _most(drawing: Drawing) -> int:
    return MOST_WIDE if drawing.width >= WIDE else MOST


def _shared(labels: Sequence[str]) -> tuple[str, list[str]]:
    """Return what all names of bars end in after a colon, which then stands once above them, and the names without."""
    parts = [label.rpartition(": ") for label in labels]
    if len(labels) < 2 or not parts[0][0] or len({tail for _, _, tail in parts}) > 1:
        return "", list(labels)
    tail = parts[0][2]
    return tail[:1].upper() + tail[1:], [name for name, _, _ in parts]


def _round(value: float) -> float:
    """Return the next number above that reads well at the end of an axis: 1, 2 or 4 by tens, or 8."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if value <= step * power * 1.0001)


def _ticks(top: float, *, share: bool, language: str) -> list[tuple[float, str]]:
    if share:
        parts = (0.0, 0.5, 1.0) if top < 0.25 else (0.0, 0.25, 0.5, 0.75, 1.0)
        return [(part, percent(part * top, language, digits=int(bool(part * top * 100 % 1)))) for part in parts]
    digits = None if top >= 4 else 1
    marks = [0.0, top / 4, top / 2, 3 * top / 4, top] if top >= 4 else [0.0, top / 2, top]
    return [(mark / top, number(mark, language, digits=digits if mark % 1 else 0)) for mark in marks]


# Stacked bars


_Stack = tuple[Mapping[str, str] | str | Column, list[tuple[object, float]]]
"""A bar, of a unit, a group or a column, and its parts: a column or a state, and how much it is."""


def _stacks(result: Result) -> Sequence[_Stack]:
    """Return the bars and the parts of each."""
    states = [column for column in result.columns if column.kind == "state"]
    if len(states) >= 2:
        return [_stack_of_states(result, column) for column in states]
    if len(result.table) == 1 and (groups := list(_stacks_of_groups(result))):
        return groups
    shares = [c for c in result.headlines if c.kind == "share"]
    codes = map(str, result.table.index)
    stacks: list[_Stack] = [(code, [(c, _number(result, code, c.key)) for c in shares]) for code in codes]
    return [stack for stack in stacks if any(part for _, part in stack[1])]


def _stack_of_states(result: Result, column: Column) -> _Stack:
    tally = Counter(str(value) for value in result.table[column.key])
    return column, [(state, float(tally[state])) for state in STATES if tally[state]]


def _stacks_of_groups(result: Result) -> Iterator[_Stack]:
    """Yield the groups of columns that are the parts of a whole, of a result of one row."""
    code = str(result.table.index[0])
    for group, keys in result.groups.items():
        columns = [column for column in map(result.column, keys) if column.kind == "share"]
        parts = [column for column in columns if column.short is not None and column.more_is == "neither"]
        if len(parts) > 1:
            yield group, [(column, _number(result, code, column.key)) for column in parts]


def draw_stacked(drawing: Drawing, result: Result, area: StudyArea, language: str) -> None:
    """Add a bar for each whole of a result, cut into its parts, and what each fill says."""
    stacks = _stacks(result)
    fills: dict[str, str] = {}
    for whole, parts in stacks:
        total = sum(value for _, value in parts) or 1.0
        drawing.label(_stack_label(result, whole, area, language), "")
        drawn = []
        shares = (*SHARE_FILLS[: max(len(parts) - 2, 0)], *SHARE_FILLS[-min(len(parts), 2) :])
        for place, (part, value) in enumerate(parts):
            if isinstance(part, Column):
                name = show(part.short or part.label, language)
                fill, text = shares[place % len(shares)], write(value, "share", language)
            else:
                name = STATES[part].into(language)  # type: ignore[index]
                fill, text = STATE_FILLS[part], number(value, language, digits=0)  # type: ignore[index]
            fills.setdefault(name, fill)
            drawn.append((value / total, fill, text if value else ""))
        drawing.stack(drawn)
    of_states = isinstance(stacks[0][1][0][0], str)
    order = [STATE_FILLS[state] for state in STATES] if of_states else []
    names = sorted(fills, key=lambda name: order.index(fills[name]) if order else 0)
    drawing.key([(fills[name], "", name) for name in names])


def _stack_label(result: Result, whole: object, area: StudyArea, language: str) -> str:
    if isinstance(whole, Column):
        return show(whole.label, language)
    name = str(whole)
    return show(result.group_labels[name], language) if name in result.group_labels else area.label(name, language)


# Heat map


def _heat_columns(result: Result) -> list[Column]:
    """Return the columns of a matrix: those that stand in a group, or all that have states."""
    stated = [] if result.states is None else list(result.states)
    grouped = [result.column(key) for keys in result.groups.values() for key in keys]
    return grouped or [column for column in result.columns if column.kind == "state" or column.key in stated]


def _draw_heat(drawing: Drawing, result: Result, area: StudyArea, language: str) -> None:
    codes = [str(code) for code in result.table.index]
    drawing.head([area.label(code, language) for code in codes])
    states: dict[str, None] = {}
    own = {key: group for group, keys in result.groups.items() for key in keys}
    before = ""
    for column in _heat_columns(result):
        group = own.get(column.key, "")
        if group != before and group in result.group_labels:
            drawing.heading(show(result.group_labels[group], language))
        before = group
        cells = []
        for code in codes:
            state = result.state(code, column.key)
            fill, sign = (STATE_FILLS[state], STATE_SIGNS[state]) if state else ("", "")
            value = result.table.at[code, column.key]
            plain = column.kind != "state"
            cells.append((fill, sign or (write(value, column.kind, language) if plain else "✓")))
            if state:
                states.setdefault(state)
        drawing.cells(show(column.short if group and column.short else column.label, language), cells)
    drawing.key([(STATE_FILLS[s], STATE_SIGNS[s], STATES[s].into(language)) for s in STATES if s in states])


# Lines


def _draw_curve(drawing: Drawing, result: Result, _area: StudyArea, language: str) -> None:
    """Draw lines in a square; of shares with the line of equal ones, as Lorenz curves are."""
    axes = result.axes or ({"en": ""}, {"en": ""})
    curves = [curve for curve in result.curves if curve.x]
    tops = [max(map(max, ends)) for ends in ([c.x for c in curves], [c.y for c in curves])]
    shares = max(tops) <= 1.0001
    across, up = (1.0 if shares else _round(top) for top in tops)
    drawing.lines(
        [Line([(x / across, y / up) for x, y in zip(c.x, c.y, strict=True)]) for c in curves],
        _ticks(across, share=shares, language=language),
        _ticks(up, share=shares, language=language),
        (show(axes[0], language), show(axes[1], language)),
        equal=shares,
    )
    if len(curves) > 1 or shares:
        drawing.lines_key([show(curve.label, language) for curve in curves])


def _draw_dots(drawing: Drawing, result: Result, _area: StudyArea, language: str) -> None:
    """Draw a low panel for each measure, with a mark for each source: a line leads through one source only."""
    panels: dict[str, list[Curve]] = {}
    for curve in result.curves:
        if curve.x:
            panels.setdefault(_word(curve, "measure", language), []).append(curve)
    most = sorted(panels, key=lambda name: -sum(len(c.x) for c in panels[name]))[:PANELS]  # others are in the table
    first, last = (end(x for name in most for curve in panels[name] for x in curve.x) for end in (min, max))
    span = max(last - first, 1.0)
    for name in (name for name in panels if name in most):
        curves, top = panels[name], _round(max(max(curve.y) for curve in panels[name]))
        points = [sorted(((x - first) / span, y / top, y) for x, y in zip(c.x, c.y, strict=True)) for c in curves]
        drawing.heading(name)
        drawing.lines(
            [
                Line([point[:2] for point in own], [number(y, language) for *_, y in own], curve.joined)
                for own, curve in zip(points, curves, strict=True)
            ],
            [(0.0, f"{first:.0f}"), (1.0, f"{last:.0f}")][: 2 if last > first else 1],
            tall=PANEL,
        )
        drawing.lines_key([_word(curve, "source", language) for curve in curves], drawn=False)


def _word(curve: Curve, name: str, language: str) -> str:
    """Return what a curve's label says in one of its values: what is counted, or who counted."""
    return show(getattr(curve.label, "values", {}).get(name, curve.label), language)


# Before and after


WORDS = (("before", "after"), ("listed", "needed"), ("without", "left"))
"""Words by which the keys of two columns that are drawn beside each other differ."""


def _pairs(result: Result) -> list[tuple[Column, Column]]:
    """Return columns that are drawn beside each other: their keys differ in two words only."""
    columns = {column.key: column for column in result.columns if column.kind not in ("state", "text")}
    return [
        (column, columns[other])
        for first, second in WORDS
        for key, column in columns.items()
        if first in key and (other := key.replace(first, second)) in columns
    ]


def _draw_pairs(drawing: Drawing, result: Result, area: StudyArea, language: str) -> None:
    """Draw two bars for each unit in which the most changes; of several pairs, those of the whole area."""
    pairs = _pairs(result)
    (first, other), rows = pairs[0], []
    if len(pairs) > 1 and all(column.key in result.total for pair in pairs for column in pair):
        for pair in pairs:
            group = next((group for group, keys in result.groups.items() if pair[0].key in keys), "")
            bars = [(float(result.total[c.key]), result.total_text(c.key, language)) for c in pair]
            rows.append((show(result.group_labels.get(group, pair[0].label), language), bars))
    else:
        change = (result.table[other.key].astype(float) - result.table[first.key].astype(float)).abs()
        most = change[change > change.max() / 100] if change.any() else change
        for code in map(str, most.sort_values(ascending=False, kind="stable").index[: _most(drawing)]):
            bars = [(_number(result, code, c.key), result.text(code, c.key, language)) for c in (first, other)]
            rows.append((area.label(code, language), bars))
    share = first.kind == "share"
    top = 1.0 if share else _round(max(value for _, bars in rows for value, _ in bars))
    for name, bars in rows:
        drawing.label(name, "")
        for fill, (value, text) in zip(("b/", "a"), bars, strict=True):
            drawing.bar(value / top, None, None, fill=fill, text=text)
    drawing.axis(_ticks(top, share=share, language=language))
    names = (show(column.short or column.label, language) for column in (first, other))
    drawing.key([(fill, "", name) for fill, name in zip(("b/", "a"), names, strict=True)])


def _number(result: Result, code: str, key: str) -> float:
    return float(result.value(code, key))


DRAW: Mapping[str, Callable[[Drawing, Result, StudyArea, str], None]] = {
    "bars": _draw_bars,
    "stacked": draw_stacked,
    "heat": _draw_heat,
    "curve": _draw_curve,
    "dots": _draw_dots,
    "before-after": _draw_pairs,
}
