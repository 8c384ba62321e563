"""How many people are within which travel time, unit by unit, with the range that seasons and speeds leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.ensemble import count_people, interval, other_scenarios
from mapping.analysis.common.listed import Point, units_at
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import zone_sums
from mapping.travel.surfaces import Client

__all__ = [
    "FASTER",
    "SLOWER",
    "Floats",
    "Progress",
    "Reached",
    "gathering",
    "interval",
    "other_scenarios",
    "people_of",
    "people_within",
    "without",
]

Progress = Callable[[int, int], None] | None
Floats = NDArray[np.float64]

SLOWER, FASTER = 0.8, 1.2
"""By how much all speeds may be wrong. Within 60 minutes at 0.8 of the speed is within 48 at the full one."""


@dataclass(frozen=True)
class Reached:
    """People within each of some minutes, by area unit; ``variants`` has the shape (variants, units, minutes).

    The first variant is the one asked for, the others are the draws of `mapping.analysis.common.ensemble`. ``foot``
    (units, minutes) is on foot alone. ``lost`` points took no part, ``snapped`` ones were moved to the nearest passable
    ground.
    """

    variants: Floats
    foot: Floats
    lost: int = 0
    snapped: int = 0

    @property
    def value(self) -> Floats:
        """What was asked for."""
        return np.asarray(self.variants[0])

    @property
    def low(self) -> Floats:
        """The lower end of the range."""
        return interval(self.variants)[0]

    @property
    def high(self) -> Floats:
        """The upper end of the range."""
        return interval(self.variants)[1]

    def shares(self, people: Floats, band: int = 0) -> Floats:
        """Return the share of some people within one of the minutes; shape (variants, units)."""
        return np.minimum(self.variants[:, :, band] / np.where(people > 0, people, 1), 1)

    def gathered(self, matrix: Floats) -> "Reached":
        """Add units up to wider ones; each variant by itself, since a range of sums is no sum of ranges."""
        return Reached(np.matmul(matrix, self.variants), matrix @ self.foot, self.lost, self.snapped)


def people_within(
    area: StudyArea,
    wanted: Mapping[str, tuple[Point, ...]],
    *,
    minutes: Sequence[float],
    scenario: str,
    unchecked: Mapping[str, tuple[Point, ...]] | None = None,
    client: Client = None,
    progress: Progress = None,
) -> dict[str, Reached]:
    """Count the people within each of some minutes of the nearest of some points, by finest unit.

    ``wanted`` holds the points by key, ``unchecked`` those with services whose check is overdue (or, where these were
    asked for, without them). Everything is counted on the grid, neighbouring units included. With a ``client`` the
    surfaces are worked out on its cluster, see `mapping.travel.surfaces`.
    """
    counted = count_people(
        area, wanted, minutes=minutes, scenario=scenario, unchecked=unchecked, client=client, progress=progress
    )
    return {key: Reached(count.variants, count.foot, count.lost, count.snapped) for key, count in counted.items()}


def without(key: str, reached: Reached, people: Floats) -> dict[str, Floats]:
    """Return the share of people who are not within the first of the minutes, with its range, under a key."""
    shares = np.where(people > 0, 1 - reached.shares(people), 1.0)
    low, high = interval(shares)
    return {key: shares[0], f"{key}_low": low, f"{key}_high": high}


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
