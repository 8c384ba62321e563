"""How many people are within which travel time, unit by unit, with the range that seasons and speeds leave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.ensemble import Floats, Reached, interval, other_scenarios, people_within, summary
from mapping.analysis.common.listed import units_at
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import zone_sums
from mapping.travel.surfaces import Progress

__all__ = ["Floats", "Progress", "Reached", "interval", "other_scenarios", "people_within", "summary"]

SLOWER, FASTER = 0.8, 1.2
"""By how much all speeds may be wrong. Within 60 minutes at 0.8 of the speed is within 48 at the full one."""


def without(key: str, reached: Reached, people: Floats) -> dict[str, Floats]:
    """Return the share of people who are not within the first of the minutes, with its range, under a key."""
    return summary(key, np.where(people > 0, 1 - reached.shares(people), 1.0))


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


Zones = NDArray[np.int32]
"""The number of the unit that each cell of the grid lies in, -1 outside."""


def zones_of(area: StudyArea, codes: Sequence[str], level: int) -> Zones:
    """Return the number of the unit of a level that each cell of the grid lies in, -1 outside."""
    wider = [codes.index(units_at(area, code, level)[0]) for code in area.unit_codes]
    return np.array([*wider, -1], np.int32)[area.unit_grid]
