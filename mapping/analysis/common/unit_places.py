"""Where a service may stand of which only the area unit is shown: from the study area alone, never from its point."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mapping.area.study_area import StudyArea

Point = tuple[float, float]

PLACEMENTS = 3
"""How many places of a unit are tried: its largest one, and others where its people live."""

STEP = 1e-6
"""Degrees that tell the places of a unit from those of a wider one: a tenth of a metre."""


def unit_places(area: StudyArea) -> dict[str, tuple[Point, ...]]:
    """Return for each unit the middles of the cells in which a service of it may stand, the largest place first.

    The others are drawn by where people live. A unit where nobody lives has none, nor has the country, unless it is all
    that there is.
    """
    if area not in _PLACES:
        _PLACES[area] = _chosen(area)
    return _PLACES[area]


_PLACES: WeakKeyDictionary[StudyArea, dict[str, tuple[Point, ...]]] = WeakKeyDictionary()


def _chosen(area: StudyArea) -> dict[str, tuple[Point, ...]]:
    finest = area.levels[-1].level
    people, zones = area.people_grid.ravel().astype(np.float64), area.unit_grid.ravel()
    cells = np.flatnonzero((people > 0) & (zones >= 0))
    largest = _largest_places(area)
    places = {}
    for code, unit in area.all_units().items():
        if unit.level == 0 < finest:
            continue
        inside = [number for number, own in enumerate(area.unit_codes) if code in (own, *area.ancestors(own))]
        own = cells[np.isin(zones[cells], inside)]
        if own.size:
            known = [cell for cell in largest if zones[cell] in inside]
            first = known[0] if known else int(own[people[own].argmax()])
            random = np.random.default_rng(list(code.encode()))
            others = random.choice(own, PLACEMENTS - 1, p=people[own] / people[own].sum())
            rows, columns = np.divmod(np.array([first, *others]), area.unit_grid.shape[1])
            lats, lons = area.grid.centres(rows, columns)
            places[code] = tuple(zip((lats + STEP * (finest - unit.level)).tolist(), lons.tolist(), strict=True))
    return places


def _largest_places(area: StudyArea) -> list[int]:
    """Return the cells of the places of the gazetteer whose people are known, the largest first."""
    table = area.gazetteer.dropna(subset=["lat", "lon", "people"]).sort_values("people", ascending=False, kind="stable")
    cells: NDArray[np.int64] = area.grid.cells(table["lat"].to_numpy(float), table["lon"].to_numpy(float))
    return [row * area.unit_grid.shape[1] + column for row, column in cells.tolist() if row >= 0]


def move_units(area: StudyArea, spots: tuple[Point, ...], placement: int) -> tuple[Point, ...]:
    """Return some points with those that stand for a unit at another of its places."""
    elsewhere: Mapping[Point, Point] = {places[0]: places[placement] for places in unit_places(area).values()}
    return tuple(sorted({elsewhere.get(spot, spot) for spot in spots}))
