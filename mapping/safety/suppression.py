"""Counts that are too small to be shown, and the others from which they could be worked out.

A count of a few people tells of somebody. Leaving it out is not enough: the total less the other parts gives it back,
and so do two ways of parting the same total, by sex and by age. `suppress` therefore hides more counts until every
hidden one could be at least two numbers, whatever is worked out from those that stay.

Method
------
Counts of one year, measure and unit of count are cells of a table with the dimensions `DIMENSIONS`; a blank means all
together. Along each dimension a cell is part of a larger one: a district of its region, a quarter of its half-year.
Where the parts add up to the whole, in whichever source, that is an equation which a reader can know; so is a whole of
a source less the parts that it gives, which leaves those that it does not give. Every cell that is hidden is an unknown
of one or more; a part or a whole that nobody gave is an unknown too. An unknown is safe when an integer program finds
two values for it; otherwise, where it is hidden or too small to be told, the smallest count beside it is hidden as
well, and so on.

Readers keep what they were told. While a small count of a table is hidden, what was hidden before stays so: told now,
it would tell the small one to whoever has the older total. And what was told before hides nothing: another count that
was not told is hidden beside the small one, where there is one.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import compress
from typing import Any

import numpy as np

from mapping.errors import UnsafePublication

DIMENSIONS = ("period", "law_article", "area_unit", "place", "sex", "age_band", "exploitation", "nationality")
"""Fields that part a count; a blank stands for the whole."""

WHOLE = frozenset({"", "all", "both", "total", "year", "все", "всего", "год", "ҳама", "ҳамагӣ", "jami", "hammasi"})
"""Words by which lists say that a dimension is not parted."""

OTHER = "\0"
"""Begins the value of all that a source leaves out along a dimension; what it is left out of follows."""

MOST_CROSSED = 3000
"""Cells of a table that nobody gave are looked at where there are at most so many."""

UNCHECKED = "counts of cases: it could not be checked what is told by those that are shown"

NOT_GIVEN = -1
"""The count of a cell that follows from no row."""

Row = dict[str, Any]
Earlier = Mapping[str, Any] | None
"""A row as it was told last, without its ``count`` where that was hidden; None where nothing was told of it."""
Values = tuple[str, ...]
Cell = tuple[tuple[Any, ...], Values, int]
"""Table, values of the dimensions, and count: sources that give one figure give one cell."""
Kind = tuple[int, str]
"""Place of a dimension, and a way of parting it: a year by quarters, or by months."""
ParentUnit = Callable[[str], str | None]


@dataclass(frozen=True, order=True)
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
    published: set[Cell] = field(default_factory=set)
    """Cells that readers were told before: hiding them hides little."""
    withheld: set[Cell] = field(default_factory=set)
    """Cells that were hidden before."""

    def is_unknown(self, cell: Cell, hidden: set[Cell]) -> bool:
        """Whether a reader is not told a cell."""
        return cell in hidden or cell not in self.given

    @cached_property
    def ordered(self) -> list[_Sum]:
        """The sums in an order that does not depend on that of the rows."""
        return sorted(self.sums)

    @cached_property
    def sums_of(self) -> dict[Cell, list[_Sum]]:
        """The sums that each cell has a part in."""
        sums: dict[Cell, list[_Sum]] = defaultdict(list)
        for total in self.ordered:
            for cell in total.cells:
                sums[cell].append(total)
        return sums

    def left_alone(self, cell: Cell, hidden: set[Cell]) -> int:
        """Count the sums in which a cell would be the only unknown, were it hidden."""
        return sum(
            all(other == cell or (other in self.given and other not in hidden) for other in total.cells)
            for total in self.sums_of[cell]
        )

    def easiest(self, cells: Iterable[Cell], hidden: set[Cell]) -> Cell:
        """Return the count whose hiding leaves the fewest sums with one unknown; of these the smallest.

        One that was told before comes last, and one that was hidden before first.
        """
        return min(
            cells,
            key=lambda cell: (
                cell in self.published,
                cell not in self.withheld,
                self.left_alone(cell, hidden),
                cell[2],
                cell[1],
            ),
        )


def suppress(
    rows: Sequence[Row],
    *,
    least: int,
    parent_unit: ParentUnit = lambda _: None,
    before: Callable[[Row], Earlier] = lambda _: None,
) -> list[Row]:
    """Return rows of case counts, those that must not be told without their ``count`` and marked ``suppressed``.

    Hidden are counts from 1 to below ``least``, and as many others as it takes that none of them can be worked out;
    zeros are shown. The order of the rows has no influence on which are hidden. ``before`` gives what readers were told
    of a row until now.
    """
    keyed = [(row, _cell(row)) for row in rows]
    tables: dict[tuple[Any, ...], list[tuple[str, Cell]]] = defaultdict(list)
    published: set[Cell] = set()
    withheld: set[Cell] = set()
    for row, cell in keyed:
        if cell is not None:
            tables[cell[0]].append((str(row["source"]), cell))
            earlier = before(row)
            if earlier is not None and (table_of(earlier), _values(earlier)) == cell[:2]:
                if earlier["count"] is None:
                    withheld.add(cell)
                elif earlier["count"] == cell[2]:
                    published.add(cell)
    hidden: set[Cell] = set()
    for given in tables.values():
        hidden |= _hidden(given, least, parent_unit, published=published, withheld=withheld - published)
    return [row | {"count": None, "suppressed": True} if cell is None or cell in hidden else row for row, cell in keyed]


def _cell(row: Row) -> Cell | None:
    return None if row["count"] is None else (table_of(row), _values(row), row["count"])


def _values(row: Mapping[str, Any]) -> Values:
    year = str(row["year"])
    values = [" ".join(str(row[name] or "").casefold().split()) for name in DIMENSIONS]
    values[0] = re.sub(rf"^{year}[\s/-]*", "", values[0])
    return tuple("" if value in WHOLE else value for value in values)


def table_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what counts must share to be parts of one another: year, measure and unit of count."""
    return str(row["year"]), str(row["measure"]).casefold(), row["unit_of_count"]


def _hidden(
    given: Sequence[tuple[str, Cell]], least: int, parent_unit: ParentUnit, *, published: set[Cell], withheld: set[Cell]
) -> set[Cell]:
    """Return the cells of one table that must not be told."""
    hidden = {cell for _, cell in given if 0 < cell[2] < least}
    table = _table_of(given, parent_unit)
    table.published, table.withheld = published, withheld
    if hidden:
        hidden |= withheld & table.given
    safe: set[Cell] = set()
    while more := _second(table, hidden) or _beside_told(table, hidden, safe, least):
        hidden.add(more)
    return hidden


def _table_of(given: Sequence[tuple[str, Cell]], parent_unit: ParentUnit) -> _CountTable:
    table = _CountTable({cell for _, cell in given})
    by_source: dict[str, dict[Values, set[Cell]]] = defaultdict(lambda: defaultdict(set))
    mixed: dict[Values, set[Cell]] = defaultdict(set)
    for source, cell in given:
        by_source[source][cell[1]].add(cell)
        mixed[cell[1]].add(cell)  # a part of one source and a part of another
    for source, cells in sorted(by_source.items()):
        parts = _parts(cells, parent_unit)
        values_of = _values_of(cells, parts)
        _add_sums(table, cells, parts, values_of, mixed=False)
        rests = _rests(cells, values_of, source, parent_unit)
        if _System(table, {*table.sums, *rests}, set()).is_possible():
            table.sums |= rests  # a source that contradicts itself tells nothing of what it leaves out
    parts = _parts(mixed, parent_unit)
    _add_sums(table, mixed, parts, _values_of(mixed, parts), mixed=True)
    return table


def _parts(cells: Iterable[Values], parent_unit: ParentUnit) -> dict[tuple[Values, Kind], set[Values]]:
    """Return the parts of every whole that some cells belong to, for each way of parting it."""
    bands = _bands(cells)
    parts: dict[tuple[Values, Kind], set[Values]] = defaultdict(set)
    waiting = sorted(cells)
    met = set(waiting)
    while waiting:
        values = waiting.pop()
        for whole, kind in _wholes(values, bands, parent_unit):
            parts[whole, kind].add(values)
            if whole not in met:
                met.add(whole)
                waiting.append(whole)
    return parts


def _add_sums(
    table: _CountTable,
    cells: dict[Values, set[Cell]],
    parts: Mapping[tuple[Values, Kind], set[Values]],
    values_of: Mapping[tuple[Kind, str], set[str]],
    *,
    mixed: bool,
) -> None:
    """Add every sum among the cells of a source, and the wholes that nobody gave, part by part."""
    name = next(iter(table.given))[0]
    parts_of: dict[Values, set[Values]] = defaultdict(set)
    for (whole, _), members in parts.items():
        parts_of[whole] |= members
    # a whole that nobody gave is known before it is a part itself
    place = {values: number for number, values in enumerate(TopologicalSorter(parts_of).static_order())}
    for whole, kind in sorted(parts, key=lambda key: (place[key[0]], key[1])):
        members = parts[whole, kind]
        chosen = [cells.get(values, set()) for values in sorted(members)]
        if all(len(figures) == 1 for figures in chosen):
            own = tuple(cell for figures in chosen for cell in figures)
            total = (name, whole, sum(cell[2] for cell in own))
            if len(members) == len(values_of[kind, whole[kind[0]]]):
                cells.setdefault(whole, {total})
            for figure in cells.get(whole, ()):
                if figure == total or not mixed:
                    table.sums.add(_Sum(figure, own, exact=figure == total))


def _rests(
    cells: Mapping[Values, set[Cell]],
    values_of: Mapping[tuple[Kind, str], set[str]],
    source: str,
    parent_unit: ParentUnit,
) -> set[_Sum]:
    """Return the sums of a source in which parts or wholes are unknown that it does not give."""
    bands = _bands(cells)
    sums: set[_Sum] = set()
    crossed = _crossed(cells, values_of)
    waiting = sorted(cells)
    met = set(waiting)
    while waiting:
        values = waiting.pop()
        around = [*_wholes(values, bands, parent_unit)]
        around += [(values, kind) for kind, above in crossed if values[kind[0]] == above]
        for whole, kind in around:
            place = kind[0]
            members = [(*whole[:place], value, *whole[place + 1 :]) for value in sorted(values_of[kind, whole[place]])]
            waiting += sorted({whole, *members} - met)
            met |= {whole, *members}
            figures = [cells.get(values) or {((source,), values, NOT_GIVEN)} for values in (whole, *members)]
            if all(len(figure) == 1 for figure in figures):
                total, *own = (cell for figure in figures for cell in figure)
                known = sum(max(cell[2], 0) for cell in own)
                if known <= total[2] or total[2] == NOT_GIVEN:
                    sums.add(_Sum(total, tuple(own), exact=True))
    return sums


def _crossed(cells: Iterable[Values], values_of: Mapping[tuple[Kind, str], set[str]]) -> list[tuple[Kind, str]]:
    """Return the ways of parting the dimensions that a source crosses, unless that gives too many cells.

    Several tables of two dimensions each tell of the one of all these dimensions that nobody gave.
    """
    places = {place for values in cells if sum(map(bool, values)) > 1 for place, value in enumerate(values) if value}
    parted = [(kind, above) for kind, above in sorted(values_of) if kind[0] in places]
    counts = [sum(len(values_of[key]) for key in parted if key[0][0] == place) + 1 for place in sorted(places)]
    return parted if math.prod(counts) <= MOST_CROSSED else []


def _values_of(
    cells: Mapping[Values, set[Cell]], parts: Mapping[tuple[Values, Kind], set[Values]]
) -> dict[tuple[Kind, str], set[str]]:
    """Return the values that part a value of a dimension; others besides, where those do not make up the whole."""
    values_of: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    for (whole, kind), members in parts.items():
        values_of[kind, whole[kind[0]]] |= {values[kind[0]] for values in members}
    for (whole, kind), members in parts.items():
        known = values_of[kind, whole[kind[0]]]
        figures = [cells.get(values, set()) for values in members]
        short = all(len(figure) == 1 for figure in figures) and any(
            total[2] > sum(cell[2] for figure in figures for cell in figure) for total in cells.get(whole, ())
        )
        if len(known) == 1 or (short and len(members) == len(known)):
            known.add(f"{OTHER}{kind[1]} {whole[kind[0]]}")
    return values_of


def _wholes(values: Values, bands: Iterable[str], parent_unit: ParentUnit) -> Iterator[tuple[Values, Kind]]:
    """Yield the cells that a cell is part of, and the kind of parts that it is one of."""
    for place, value in enumerate(values):
        if not value or value.startswith(OTHER):
            continue
        for above, kind in _above(DIMENSIONS[place], value, bands, parent_unit):
            yield (*values[:place], above, *values[place + 1 :]), (place, kind)


def _above(name: str, value: str, bands: Iterable[str], parent_unit: ParentUnit) -> Iterator[tuple[str, str]]:
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


def _bands(cells: Iterable[Values]) -> set[str]:
    return {values[DIMENSIONS.index("age_band")] for values in cells}


def _wider(value: str, bands: Iterable[str]) -> str:
    """Return the narrowest band of ages that holds another; "" for all ages."""
    own = _band(value)
    if own is None:
        return ""
    around = [
        (years[1] - years[0], band)
        for band in bands
        if (years := _band(band)) is not None and years != own and years[0] <= own[0] and years[1] >= own[1]
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
    for total in table.ordered:
        unknown = [c for c in total.cells if table.is_unknown(c, hidden)]
        if len(unknown) != 1 or unknown[0] not in hidden or not (total.exact or unknown[0] in total.parts):
            continue
        shown = [c for c in total.parts if c not in hidden and c[2]]
        if not shown and total.exact and total.whole not in hidden:
            shown = [total.whole]
        if shown:
            return table.easiest(shown, hidden)
    return None


def _beside_told(table: _CountTable, hidden: set[Cell], safe: set[Cell], least: int) -> Cell | None:
    """Return the count to hide beside the first unknown that can be only one number, and is hidden or too small.

    Unknowns that can be two numbers are added to ``safe``.
    """
    system = _System(table, table.sums, hidden)
    if not system.cells:
        return None
    low = system.solve(np.ones(len(system.cells)))
    for number, cell in enumerate(system.cells):
        if cell in safe or not (cell in hidden or 0 < low[number] < least):
            continue
        own = np.array([other == cell for other in system.cells], float)
        for costs in (own, -own):
            safe.update(compress(system.cells, low != system.solve(costs)))
        if cell not in safe:
            return _beside(table, hidden, cell)
    return None


class _System:
    """What a reader knows of the unknown cells of a table: linear equations, and the smallest number of each."""

    def __init__(self, table: _CountTable, sums: Iterable[_Sum], hidden: set[Cell]) -> None:
        from scipy import sparse  # takes long to load, as does the solver: few tables need them

        exact = sorted(total for total in sums if total.exact)
        self.cells = sorted({cell for total in exact for cell in total.cells if table.is_unknown(cell, hidden)})
        self.place = {cell: number for number, cell in enumerate(self.cells)}
        self.matrix = sparse.lil_matrix((len(exact), len(self.cells)))
        self.right = np.zeros(len(exact))
        for number, total in enumerate(exact):
            for cell, sign in ((total.whole, -1), *((part, 1) for part in total.parts)):
                if cell in self.place:
                    self.matrix[number, self.place[cell]] = sign
                else:
                    self.right[number] -= sign * cell[2]
        self.matrix = self.matrix.tocsr()
        self.least = np.array([1.0 if cell in hidden else 0.0 for cell in self.cells])
        self.most = np.full(len(self.cells), sum(cell[2] for cell in table.given) + 10.0)

    def is_possible(self) -> bool:
        """Whether there are numbers that the unknowns can be."""
        return not self.cells or self._solve(np.zeros(len(self.cells))).x is not None

    def solve(self, costs: Any) -> Any:
        """Return the numbers of least cost that the unknowns can be.

        Raises
        ------
        UnsafePublication
            The solver gives none, or numbers that do not add up: it is not known what a reader could find out.
        """
        answer = self._solve(costs).x
        if answer is not None:
            numbers = np.round(answer)
            if (numbers >= self.least).all() and (self.matrix @ numbers == self.right).all():
                return numbers
        raise UnsafePublication(UNCHECKED)

    def _solve(self, costs: Any) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, milp

        return milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(self.least, self.most),
            constraints=LinearConstraint(self.matrix, self.right, self.right),
        )


def _beside(table: _CountTable, hidden: set[Cell], cell: Cell) -> Cell:
    """Return the count to hide beside one: a part of a sum that it is a part of, of any sum, or of the whole table.

    Raises
    ------
    UnsafePublication
        Everything is hidden.
    """
    sums = table.sums_of[cell]
    parts = {c for total in sums if cell in total.parts for c in total.parts}
    for near in (parts, {c for total in sums for c in total.cells}, table.given):
        if shown := {c for c in near & table.given if c not in hidden and c[2]}:
            return table.easiest(shown, hidden)
    raise UnsafePublication(UNCHECKED)
