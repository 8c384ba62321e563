"""What falls to each person of the services around: pairs over a study area's grid, and scores by cell and unit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.listed import points
from mapping.analysis.common.reached import FASTER, SLOWER, Floats, Progress, other_scenarios
from mapping.analysis.common.unit_places import Point
from mapping.area.settings import Tracks
from mapping.area.study_area import StudyArea
from mapping.engines.catchment import Steps, enhanced_two_step
from mapping.engines.pairs import Pairs, on_grid
from mapping.engines.zonal import zone_sums
from mapping.travel import friction, sources, travel_time
from mapping.view.view import Entry, View

WEIGHTS = (1.0, 0.68, 0.22)
"""Of the thirds of the time within reach (Luo and Qi 2009)."""


def living(area: StudyArea) -> NDArray[np.intp]:
    """Return the cells of the country where people live, numbered row by row."""
    return np.flatnonzero((area.people_grid.ravel() > 0) & (area.unit_grid.ravel() >= 0))


@dataclass(frozen=True)
class Near:
    """Pairs of living cells and points in one season; ``lost`` points reach nothing, ``snapped`` ones were moved."""

    pairs: Pairs
    lost: int
    snapped: int


def near(area: StudyArea, spots: Sequence[Point], *, scenario: str, limit: float, tracks: Tracks | None = None) -> Near:
    """Return which living cells are within some minutes of each point, ways on slopes as the study area counts them.

    ``tracks`` are village tracks other than those of the study area, as for `mapping.travel.ground`.
    """
    ends, cells = sources(area, spots, scenario=scenario), living(area)
    if area.settings.travel.direction == "average" or area.settings.speeds.slope == "none":
        cost = friction(area, scenario, tracks=tracks)
        own = on_grid(cost, ends.cells, cell_size=area.grid.cell_size, limit=limit, among=cells)
        lengths = np.zeros(len(spots), np.int64)
        lengths[ends.points] = np.diff(own.starts)
        pairs = Pairs(np.concatenate([[0], np.cumsum(lengths)]), own.places, own.minutes, cells.size)
    else:
        rows = [travel_time(area, [spot], scenario=scenario, limit=limit).minutes.ravel()[cells] for spot in spots]
        table = np.array(rows).reshape(len(spots), cells.size)
        j, i = np.nonzero(np.isfinite(table))
        pairs = Pairs.of(i, j, table[j, i], shape=(cells.size, len(spots)))
    return Near(pairs, len(ends.lost), len(ends.snapped))


def only(pairs: Pairs, wanted: Sequence[int], factor: float = 1.0) -> Pairs:
    """Return the pairs of some of the points, at speeds changed by a factor."""
    parts = [slice(pairs.starts[number], pairs.starts[number + 1]) for number in wanted]
    starts = np.concatenate([[0], np.cumsum([part.stop - part.start for part in parts], dtype=np.int64)])
    places = np.concatenate([np.zeros(0, np.int32), *(pairs.places[part] for part in parts)])
    minutes = np.concatenate([np.zeros(0, np.float32), *(pairs.minutes[part] for part in parts)])
    return Pairs(starts.astype(np.int64), places, (minutes / np.float32(factor)).astype(np.float32), pairs.count)


def within(pairs: Pairs, minutes: float) -> Pairs:
    """Return the pairs that are within fewer minutes."""
    near = pairs.minutes <= np.float32(minutes)
    before = np.concatenate([[0], np.cumsum(near)])
    return Pairs(before[pairs.starts], pairs.places[near], pairs.minutes[near], pairs.count)


class Surroundings:
    """The points of all services with the living cells around them, in every season and at every speed."""

    def __init__(
        self, area: StudyArea, entries: Sequence[Entry], *, minutes: float, scenario: str, progress: Progress = None
    ) -> None:
        self.area, self.minutes = area, minutes
        self.cells = living(area)
        self.people = area.people_grid.ravel()[self.cells].astype(np.float64)
        self.units = area.unit_grid.ravel()[self.cells]
        self.spots = list(points(entries, area))
        plans = [scenario, *other_scenarios(area, scenario)]
        self._near: list[Pairs] = []
        self.lost = self.snapped = 0
        for done, plan in enumerate(plans, 1):
            found = near(area, self.spots, scenario=plan, limit=minutes * FASTER)
            self._near.append(found.pairs)
            if done == 1:
                self.lost, self.snapped = found.lost, found.snapped
            if progress is not None:
                progress(done, len(plans))

    def variants(self, wanted: Sequence[Point]) -> list[Pairs]:
        """Return the pairs of some points: as asked for, slower, faster, and in other seasons."""
        number = {spot: place for place, spot in enumerate(self.spots)}
        own = [number[spot] for spot in wanted]
        base, *others = self._near
        return [only(base, own, factor) for factor in (1.0, SLOWER, FASTER)] + [only(other, own) for other in others]

    def scores(self, wanted: Sequence[Point], capacity: Sequence[float]) -> Floats:
        """Return what each person has, shape (variants, cells).

        Capacity that is not known (NaN) counts as none: scores are the least that there is.
        """
        decay = Steps((self.minutes / 3, self.minutes * 2 / 3, self.minutes), WEIGHTS)
        variants = self.variants(wanted)
        return np.stack([enhanced_two_step(pairs, self.people, capacity, decay=decay).low for pairs in variants])

    def by_unit(self, values: Floats) -> Floats:
        """Return the mean of a value over the people of each finest unit, 0 where nobody lives; (variants, units)."""
        people = self.sums(self.people)
        sums = [self.sums(row * self.people) for row in np.atleast_2d(values)]
        return np.stack(sums) / np.where(people > 0, people, 1)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of a value of each cell by finest unit, shape (units,)."""
        return zone_sums(self.units, values, count=len(self.area.unit_codes))


def spanned(key: str, variants: Floats) -> dict[str, Floats]:
    """Return the columns of a number from few variants: their middle, the first, the lowest and the highest."""
    ends = {f"{key}_asked": variants[0], f"{key}_low": variants.min(axis=0), f"{key}_high": variants.max(axis=0)}
    return {key: np.asarray(np.median(variants, axis=0)), **ends}


def supply(
    entries: Sequence[Entry], area: StudyArea, sizes: Mapping[str, float] | None = None
) -> tuple[list[Point], list[float]]:
    """Return the points of services, and how much stands at each: their number, or the sum of ``sizes`` by service.

    NaN where none of the services at a point has a size.
    """
    at: dict[Point, list[float]] = {spot: [] for spot in points(entries, area)}
    for entry in entries:
        if sizes is None or entry.id in sizes:
            for spot in points([entry], area):
                at[spot].append(1.0 if sizes is None else sizes[entry.id])
    return list(at), [sum(parts) if parts else math.nan for parts in at.values()]


def stated(view: View, entries: Sequence[Entry], area: StudyArea) -> dict[str, float]:
    """Return what services that can be visited say they can take at each of their points, by service.

    Services count in different things: places, beds, people a month. What most of them count in is taken; a service
    that counts in another thing is unknown. A service with several points shares what it can take out evenly.
    """
    visited = [entry for entry in entries if points([entry], area)]
    limits: dict[str, list[tuple[str, float]]] = {}
    for row in view.rows("service_capacity"):
        most = row["maximum"] if row["maximum"] is not None else row["available"]
        if most is not None:
            limits.setdefault(row["service_id"], []).append((row["description"] or "", float(most)))
    kinds = [kind for entry in visited for kind, _ in limits.get(entry.id, [])]
    common = min(set(kinds), key=lambda kind: (-kinds.count(kind), kind), default="")
    own = {entry.id: [most for kind, most in limits.get(entry.id, []) if kind == common] for entry in visited}
    return {entry.id: sum(own[entry.id]) / len(points([entry], area)) for entry in visited if own[entry.id]}
