"""How many people are within which travel time, unit by unit, with the range that seasons and speeds leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.listed import Point, units_at
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import zone_sums
from mapping.travel import scenarios
from mapping.travel.surfaces import Client, PeopleWithin, Surveyed, surfaces

Progress = Callable[[int, int], None] | None
Floats = NDArray[np.float64]

SLOWER, FASTER = 0.8, 1.2
"""By how much all speeds may be wrong. Within 60 minutes at 0.8 of the speed is within 48 at the full one."""


@dataclass(frozen=True)
class Reached:
    """People within each of some minutes, by area unit; ``variants`` has the shape (variants, units, minutes).

    The first variant is the one asked for; the others are slower and faster speeds, and other seasons.
    ``lost`` points took no part, ``snapped`` ones were moved to the nearest passable ground.
    """

    variants: Floats
    lost: int = 0
    snapped: int = 0

    @property
    def value(self) -> Floats:
        """What was asked for."""
        return np.asarray(self.variants[0])

    @property
    def low(self) -> Floats:
        """The least of all variants."""
        return np.asarray(self.variants.min(axis=0))

    @property
    def high(self) -> Floats:
        """The most of all variants."""
        return np.asarray(self.variants.max(axis=0))

    def gathered(self, matrix: Floats) -> "Reached":
        """Add units up to wider ones; each variant by itself, since a range of sums is no sum of ranges."""
        return Reached(np.matmul(matrix, self.variants), self.lost, self.snapped)


def other_scenarios(area: StudyArea, scenario: str) -> list[str]:
    """Return the seasons beside the one asked for; travel on foot alone is another question, not a season."""
    roads = {one.id: one.roads for one in scenarios(area)}
    return [one for one, factor in roads.items() if one != scenario and factor > 0 and roads.get(scenario, 0) > 0]


def people_within(
    area: StudyArea,
    wanted: Mapping[str, tuple[Point, ...]],
    *,
    minutes: Sequence[float],
    scenario: str,
    client: Client = None,
    progress: Progress = None,
) -> dict[str, Reached]:
    """Count the people within each of some minutes of the nearest of some points, by finest unit.

    ``wanted`` holds the points by key. Everything is counted on the grid, neighbouring units included. With a
    ``client`` the surfaces are worked out on its cluster, see `mapping.travel.surfaces`.
    """
    plans = [scenario, *other_scenarios(area, scenario)]
    edges = sorted({round(limit * factor, 6) for limit in minutes for factor in (SLOWER, 1, FASTER)})
    counts = surfaces(
        area,
        {key: spots for key, spots in wanted.items() if spots},
        scenarios=plans,
        limit=edges[-1],
        then=PeopleWithin(area.unit_grid, area.people_grid, tuple(edges), len(area.unit_codes)),
        client=client,
        progress=progress,
    )
    nobody = Reached(np.zeros((1, len(area.unit_codes), len(minutes))))
    return {
        key: _variants([counts[key, plan] for plan in plans], edges, minutes) if spots else nobody
        for key, spots in wanted.items()
    }


def _variants(counts: Sequence[Surveyed[Floats]], edges: Sequence[float], minutes: Sequence[float]) -> Reached:
    """Pick what each variant says of each of the minutes."""
    base, *seasons = counts

    def at(within: Floats, factor: float) -> Floats:
        return within[:, [edges.index(round(limit * factor, 6)) for limit in minutes]]

    picked = [at(base.found, factor) for factor in (1, SLOWER, FASTER)] + [at(one.found, 1) for one in seasons]
    return Reached(np.stack(picked), base.lost, base.snapped)


def gathering(area: StudyArea, codes: Sequence[str], level: int) -> Floats:
    """Return the matrix of ones that adds the finest units up to the units of a level."""
    row = {code: number for number, code in enumerate(codes)}
    matrix = np.zeros((len(codes), len(area.unit_codes)))
    for column, code in enumerate(area.unit_codes):
        for wider in units_at(area, code, level):
            matrix[row[wider], column] = 1
    return matrix


def people_of(area: StudyArea) -> Floats:
    """Return the people of each finest unit as they stand on the grid."""
    return zone_sums(area.unit_grid, area.people_grid, count=len(area.unit_codes))
