"""Counts that are too small to be shown, and the others from which they could be worked out.

A count of a few people tells of somebody. Leaving it out is not enough: the total less the other parts gives it back,
and so do two ways of parting the same total, by sex and by age. `suppress` therefore hides more counts until every
hidden one could be at least two numbers, whatever is worked out from those that stay.

Method
------
Counts of one year, measure and unit of count are cells of a table with the dimensions `DIMENSIONS`; a blank means all
together. Along each dimension a cell is part of a larger one: a district of its region, a quarter of its half-year.
Where the parts add up to the whole, in whichever source, that is an equation which a reader can know. Every cell that
is hidden is an unknown of one or more; a whole that nobody gave is an unknown too. An unknown is safe when an integer
program finds two values for it; otherwise the smallest count beside it is hidden as well, and so on.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

DIMENSIONS = ("period", "law_article", "area_unit", "place", "sex", "age_band", "exploitation", "nationality")
"""Fields that part a count; a blank stands for the whole."""

WHOLE = frozenset({"", "all", "both", "total", "year", "все", "всего", "год", "ҳама", "ҳамагӣ", "jami", "hammasi"})
"""Words by which lists say that a dimension is not parted."""

Row = dict[str, Any]
Values = tuple[str, ...]
Cell = tuple[tuple[Any, ...], Values, int]
"""Table, values of the dimensions, and count: sources that give one figure give one cell."""
ParentUnit = Callable[[str], str | None]


@dataclass(frozen=True)
class _Sum:
    """A whole, its parts, and whether these add up to it."""

    whole: Cell
    parts: tuple[Cell, ...]
    exact: bool

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (self.whole, *self.parts)


@dataclass
class _CountTable:
    """The cells of one table and the sums among them."""

    given: set[Cell] = field(default_factory=set)
    """Cells that a row gives; the others are wholes that follow from their parts."""
    sums: set[_Sum] = field(default_factory=set)

    @cached_property
    def ordered(self) -> list[_Sum]:
        """The sums in an order that does not depend on that of the rows."""
        return sorted(self.sums, key=lambda each: (each.whole, each.parts, each.exact))

    @cached_property
    def sums_of(self) -> dict[Cell, list[_Sum]]:
        """The sums that each cell has a part in."""
        found: dict[Cell, list[_Sum]] = defaultdict(list)
        for each in self.ordered:
            for cell in each.cells:
                found[cell].append(each)
        return found

    def left_alone(self, cell: Cell, hidden: set[Cell]) -> int:
        """Count the sums in which a cell would be the only unknown, were it hidden."""
        return sum(
            all(other == cell or (other in self.given and other not in hidden) for other in each.cells)
            for each in self.sums_of[cell]
        )


def suppress(rows: Sequence[Row], *, least: int, parent_unit: ParentUnit = lambda _: None) -> list[Row]:
    """Return rows of case counts, those that must not be told without their ``count`` and marked ``suppressed``.

    Hidden are counts from 1 to below ``least``, and as many others as it takes that none of them can be worked out;
    zeros are shown. The order of the rows has no influence on which are hidden.
    """
    if least <= 1:
        return list(rows)
    keys = [_cell(row) for row in rows]
    tables: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, cell in enumerate(keys):
        if cell is not None:
            tables[cell[0]].append(number)
    hidden: set[Cell] = set()
    for numbers in tables.values():
        hidden |= _hidden([(str(rows[n]["source"]), cell) for n in numbers if (cell := keys[n])], least, parent_unit)
    return [
        row | {"count": None, "suppressed": True} if cell in hidden or row["count"] is None else row
        for row, cell in zip(rows, keys, strict=True)
    ]


def _cell(row: Row) -> Cell | None:
    if row["count"] is None:
        return None
    year = str(row["year"])
    values = [" ".join(str(row[name] or "").casefold().split()) for name in DIMENSIONS]
    values[0] = re.sub(rf"^{year}[\s/-]*", "", values[0])
    values = ["" if value in WHOLE else value for value in values]
    return (year, str(row["measure"]).casefold(), row["unit_of_count"]), tuple(values), row["count"]


def _hidden(given: Sequence[tuple[str, Cell]], least: int, parent_unit: ParentUnit) -> set[Cell]:
    """Return the cells of one table that must not be told."""
    hidden = {cell for _, cell in given if 0 < cell[2] < least}
    if not hidden:
        return hidden
    table = _table_of(given, parent_unit)
    safe: set[Cell] = set()
    while True:
        while more := _second(table, hidden):
            hidden.add(more)
        found = _told(table, hidden, safe)
        if found is None:
            return hidden
        beside = _beside(table, hidden, found)
        if beside is None:
            safe.add(found)  # nothing is left that could tell it
        else:
            hidden.add(beside)


def _table_of(given: Sequence[tuple[str, Cell]], parent_unit: ParentUnit) -> _CountTable:
    table = _CountTable({cell for _, cell in given})
    by_source: dict[str, dict[Values, set[Cell]]] = defaultdict(lambda: defaultdict(set))
    for source, cell in given:
        by_source[source][cell[1]].add(cell)
        by_source["\0any"][cell[1]].add(cell)  # a part of one source and a part of another
    for source in sorted(by_source):
        _add_sums(table, by_source[source], parent_unit, mixed=source == "\0any")
    return table


def _add_sums(table: _CountTable, cells: dict[Values, set[Cell]], parent_unit: ParentUnit, *, mixed: bool) -> None:
    """Add every sum among the cells of a source, and the wholes that nobody gave, part by part."""
    bands = sorted({values[DIMENSIONS.index("age_band")] for values in cells} - {""})
    parts: dict[tuple[Values, str], set[Values]] = defaultdict(set)
    waiting = sorted(cells)
    seen = set(waiting)
    while waiting:
        values = waiting.pop()
        for whole, kind in _wholes(values, bands, parent_unit):
            parts[whole, kind].add(values)
            if whole not in seen:
                seen.add(whole)
                waiting.append(whole)
    name = next(iter(table.given))[0]
    # smaller wholes first, so that a whole which nobody gave is known before it is a part itself
    for (whole, _), members in sorted(parts.items(), key=lambda item: (-_depth(item[0][0], parent_unit), item[0])):
        chosen = [cells.get(values, set()) for values in sorted(members)]
        if any(len(one) != 1 for one in chosen):
            continue
        own = tuple(cell for one in chosen for cell in one)
        total = (name, whole, sum(cell[2] for cell in own))
        table.sums.add(_Sum(total, own, exact=True))
        if not mixed:
            table.sums |= {_Sum(other, own, exact=False) for other in cells.get(whole, set()) - {total}}
        cells.setdefault(whole, {total})


def _depth(values: Values, parent_unit: ParentUnit) -> int:
    area = values[DIMENSIONS.index("area_unit")]
    above = len(list(_units_above(area, parent_unit))) if area else 0
    quarter = {"h": 1, "q": 2}.get(values[0][:1], 3) if values[0] else 0
    band = _band(values[DIMENSIONS.index("age_band")])
    narrow = 200 - int(min(band[1], 150) - band[0]) if band else 0
    return sum(map(bool, values)) * 1000 + above * 1000 + quarter * 1000 + narrow


def _wholes(values: Values, bands: Sequence[str], parent_unit: ParentUnit) -> Iterator[tuple[Values, str]]:
    """Yield the cells that a cell is part of, and the kind of parts that it is one of."""
    for place, (name, value) in enumerate(zip(DIMENSIONS, values, strict=True)):
        if not value:
            continue
        for above, kind in _above(name, value, bands, parent_unit):
            yield (*values[:place], above, *values[place + 1 :]), f"{name} {kind}"


def _above(name: str, value: str, bands: Sequence[str], parent_unit: ParentUnit) -> Iterator[tuple[str, str]]:
    if name == "area_unit":
        units = list(_units_above(value, parent_unit))
        for unit in (*units, ""):
            yield unit, str(len(units))
    elif name == "period":
        yield "", value[:1] if value[:1] in "hq" else "m"
        if quarter := re.fullmatch(r"q([1-4])", value):
            yield f"h{(int(quarter[1]) + 1) // 2}", "q"
        elif month := re.fullmatch(r"m?(0?[1-9]|1[0-2])", value):
            yield f"q{(int(month[1]) + 2) // 3}", "m"
            yield f"h{(int(month[1]) + 5) // 6}", "m"
    elif name == "age_band":
        yield _wider(value, bands), ""
    else:
        yield "", ""


def _units_above(unit: str, parent_unit: ParentUnit) -> Iterator[str]:
    above = parent_unit(unit.upper()) or parent_unit(unit)
    while above is not None:
        yield above.casefold()
        above = parent_unit(above)


def _wider(value: str, bands: Sequence[str]) -> str:
    """Return the narrowest band of ages that holds another; "" for all ages."""
    own = _band(value)
    if own is None:
        return ""
    around = [
        (each[1] - each[0], band)
        for band in bands
        if (each := _band(band)) is not None and each != own and each[0] <= own[0] and each[1] >= own[1]
    ]
    return min(around)[1] if around else ""


def _band(text: str) -> tuple[float, float] | None:
    """Return the first and last age of a band: "18-29", "60+", "under 18", a word for children or adults."""
    words = {"child": (0, 17), "children": (0, 17), "minors": (0, 17), "adult": (18, 150), "adults": (18, 150)}
    if text in words:
        return words[text]
    if span := re.fullmatch(r"(\d+)\s*[-\u2013]\s*(\d+)", text):
        return float(span[1]), float(span[2])
    if open_ := re.fullmatch(r"(\d+)\s*\+", text):
        return float(open_[1]), 150
    under = re.fullmatch(r"(?:under|<|до)\s*(\d+)", text)
    return (0, float(under[1]) - 1) if under else None


def _second(table: _CountTable, hidden: set[Cell]) -> Cell | None:
    """Return the count to hide beside one that is alone in a sum: the part that leaves the fewest others alone."""
    for each in table.ordered:
        unknown = [c for c in each.cells if c in hidden or c not in table.given]
        if len(unknown) != 1 or unknown[0] not in hidden or not (each.exact or unknown[0] in each.parts):
            continue
        shown = [c for c in each.parts if c not in hidden and c[2]]
        if not shown and each.exact and each.whole not in hidden:
            shown = [each.whole]
        if shown:
            return min(shown, key=lambda c: (table.left_alone(c, hidden), c[2], c[1]))
    return None


def _told(table: _CountTable, hidden: set[Cell], safe: set[Cell]) -> Cell | None:
    """Return the first hidden cell that can be only one number; add those that can be two to ``safe``."""
    sums = [each for each in table.ordered if each.exact]
    cells = sorted({cell for each in sums for cell in each.cells if cell in hidden or cell not in table.given})
    place = {cell: number for number, cell in enumerate(cells)}
    matrix = sparse.lil_matrix((len(sums), len(cells)))
    right = np.zeros(len(sums))
    for number, each in enumerate(sums):
        for cell, sign in ((each.whole, -1), *((part, 1) for part in each.parts)):
            if cell in place:
                matrix[number, place[cell]] += sign
            else:
                right[number] -= sign * cell[2]
    actual = np.array([cell[2] for cell in cells], float)
    system = (sparse.csr_matrix(matrix), right)
    least = np.array([1.0 if cell in table.given else 0.0 for cell in cells])
    for cell in cells:
        if cell in hidden and cell not in safe:
            other = _another(system, least, actual, place[cell])
            if other is None:
                return cell
            safe |= {one for one in cells if other[place[one]] != actual[place[one]]}
    return None


def _another(system: tuple[Any, Any], least: Any, actual: Any, column: int) -> Any | None:
    """Return a solution in which an unknown is another number than it is; None where there is none."""
    matrix, right = system
    most = actual.max() * 2 + 10
    for direction in (-1.0, 1.0):
        costs = np.zeros(len(actual))
        costs[column] = direction
        found = milp(
            costs,
            integrality=np.ones(len(actual)),
            bounds=Bounds(least, np.full(len(actual), most)),
            constraints=LinearConstraint(matrix, right, right),
        )
        if found.x is not None and (solution := np.round(found.x))[column] != actual[column]:
            return solution
    return None


def _beside(table: _CountTable, hidden: set[Cell], cell: Cell) -> Cell | None:
    """Return the smallest count that is shown and belongs to a sum with a cell; failing that, of the whole table."""
    near: set[Cell] = set()
    reached = {cell}
    while not near:
        around = reached | {c for one in reached for each in table.sums_of[one] for c in each.cells}
        near = {c for c in around if c in table.given and c not in hidden and c[2]}
        if around == reached:
            break
        reached = around
    parts = {c for each in table.sums_of[cell] if cell in each.parts for c in each.parts} & near
    return min(parts or near, key=lambda c: (table.left_alone(c, hidden), c[2], c[1]), default=None)
