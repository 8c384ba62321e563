"""What could be otherwise: seasons, speeds, overdue checks, where people live, borders, other data of the same country.

For each, the people within some minutes of services, by area unit. Surfaces are worked out once and used for as many
variants as they serve: speeds of 0.8 turn 60 minutes into 48, and other people stand on the same surface.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.ensemble import evenly
from mapping.analysis.common.listed import Sort, points
from mapping.analysis.common.reached import FASTER, SLOWER, Floats, other_scenarios, people_of
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, Text
from mapping.travel import scenario_of, scenarios
from mapping.travel.surfaces import Client, PeopleWithin, Progress, surfaces
from mapping.view.view import Entry

ALTERNATIVES = "alternatives"
"""Folder beside ``area.toml`` whose folders are study areas of the same country and units, made from other data."""

SLOW, SAME, FAST = range(3)
"""Where the minutes at other speeds stand."""

WITH = Message("With services whose check is overdue")
WITHOUT = Message("Without services whose check is overdue")
OPEN = Message("With ways through neighbour countries")
CLOSED = Message("Without ways through neighbour countries")


@dataclass(frozen=True)
class Variant:
    """One way in which things could be: ``within`` holds the people within reach, shape (sorts, finest units).

    ``people`` are those of each finest unit. A ``question`` of its own, such as who has no vehicle, takes no part in
    ranges.
    """

    key: str
    label: Text
    within: Floats
    people: Floats
    question: bool = False


@dataclass(frozen=True)
class Counters:
    """Counts over several grids of people at once; shape (grids, zones, minutes)."""

    each: tuple[PeopleWithin, ...]

    def __call__(self, minutes: NDArray[np.float32]) -> Floats:
        """Count over a surface."""
        return np.stack([counter(minutes) for counter in self.each])


@dataclass(frozen=True)
class VariantQuestion:
    """What is asked of every variant: which sorts of services, within how many minutes, and where it is worked out."""

    sorts: Sequence[Sort]
    minutes: int
    scenario: str
    client: Client = None
    progress: Progress = None

    def count(
        self,
        area: StudyArea,
        entries: Sequence[Entry],
        people: Sequence[NDArray[np.float32]],
        *,
        scenarios: Sequence[str] = (),
        cross_borders: bool | None = None,
    ) -> Floats:
        """Return the people within reach, shape (scenarios, speeds, grids of people, sorts, finest units)."""
        edges = tuple(round(self.minutes * factor, 6) for factor in (SLOWER, 1, FASTER))
        then = Counters(tuple(PeopleWithin(area.unit_grid, grid, edges, len(area.unit_codes)) for grid in people))
        spots = {sort.key: points(sort.of(entries), area, cross_borders=cross_borders) for sort in self.sorts}
        plans = scenarios or (self.scenario,)
        surveyed = surfaces(
            area,
            spots,
            scenarios=plans,
            limit=edges[-1],
            cross_borders=cross_borders,
            then=then,
            client=self.client,
            progress=self.progress,
        )
        counts = np.array([[surveyed[key, plan].found for key in spots] for plan in plans])
        return counts.reshape(len(plans), len(spots), len(people), len(area.unit_codes), 3).transpose(0, 4, 2, 1, 3)


def variants(
    area: StudyArea, question: VariantQuestion, entries: Sequence[Entry], others: Sequence[Entry], *, stale: bool
) -> list[Variant]:
    """Return every variant, what was asked for first.

    ``others`` are the services with those whose check is overdue, or with ``stale`` without them.
    """
    plans = [question.scenario, *(season.id for season in scenarios(area) if season.id != question.scenario)]
    seasons, crossing = other_scenarios(area, question.scenario), area.settings.travel.cross_borders
    people, own = people_of(area), area.people_grid
    base = question.count(area, entries, (own, evenly(area)), scenarios=plans)
    with_others = question.count(area, others, (own,))
    border = question.count(area, entries, (own,), cross_borders=not crossing)
    made = [Variant("asked", Message("As asked"), base[0, SAME, 0], people)]
    for number, plan in enumerate(plans[1:], 1):
        called, season = scenario_of(area, plan).label, plan in seasons
        label: Text = Message("Another season: {season}", {"season": called}) if season else called
        made.append(Variant(f"scenario_{plan}", label, base[number, SAME, 0], people, question=not season))
    made += [
        Variant("slower", Message("Speeds 20% lower"), base[0, SLOW, 0], people),
        Variant("faster", Message("Speeds 20% higher"), base[0, FAST, 0], people),
        Variant("overdue", WITHOUT if stale else WITH, with_others[0, SAME, 0], people),
        Variant("evenly", Message("People spread by land cover only"), base[0, SAME, 1], people),
        Variant("border", CLOSED if crossing else OPEN, border[0, SAME, 0], people),
    ]
    for path in sorted(Path(area.folder).glob(f"{ALTERNATIVES}/*/area.toml")):
        other, name = alternative(path.parent, tuple(area.unit_codes)), path.parent.name
        label = Message("Other data: {name}", {"name": name})
        within = question.count(other, entries, (other.people_grid,))[0, SAME, 0]
        made.append(Variant(f"other_{name}", label, within, people_of(other)))
    return made


@cache
def alternative(folder: Path, codes: tuple[str, ...]) -> StudyArea:
    """Return a study area made from other data.

    Raises
    ------
    InvalidRecord
        The folder has faults, or other finest units.
    """
    other = StudyArea.load(folder)
    if tuple(other.unit_codes) != codes:
        raise InvalidRecord(f"{folder}: has other finest units than the study area; give them the same codes and order")
    return other
