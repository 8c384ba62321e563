"""What nobody knows, varied together: many draws of how things may be, and the people within reach in each.

A draw sets all at once: the season, whether the village tracks that no file holds are there, how fast people travel,
who can get a ride, how people are spread within each unit, how wide the cells of the grid are, whether services
count whose check is overdue, and where in its unit a service stands of which no point is shown. Draws are the same for
every question, so that a number has the same range wherever it stands. They depend on a fixed seed and the study area
alone.

Season, tracks, cells and services choose a travel surface; there are few of these. Speeds stretch its minutes (an hour
at nine tenths of the speed is what 54 minutes are at full speed), and rides and spread weigh counts on it. So some
seventy surfaces answer for all draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.unit_places import PLACEMENTS, Point, move_units
from mapping.analysis.common.wording import labels
from mapping.area import grid
from mapping.area.settings import Tracks
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import zone_sums
from mapping.language.i18n import Message, Share, Text
from mapping.travel import Ground, ground, on_foot, scenario_of, scenarios, sources
from mapping.travel.surfaces import Client, Minutes, Progress, survey

Floats = NDArray[np.float64]

DRAWS = 256
"""How many draws there are."""

SHARE = 0.9
"""Share of the draws that a range holds, with what was asked for."""

SPEEDS = np.round(np.linspace(0.8, 1.2, 21), 6)
"""Factors on all speeds, each as likely."""

RIDES = (0.6, 1.0)
"""Share of people who can get a ride; the others walk. An assumption: nobody has counted."""

FACTORS: Mapping[str, Text] = labels("ensemble")
"""What is varied, and what it is called."""


@dataclass(frozen=True)
class Choices:
    """The seasons and the assumptions on village tracks among which draws choose; what was asked for is the first."""

    seasons: tuple[str, ...]
    tracks: tuple[Tracks, ...]
    wide: bool
    driven: bool


def other_scenarios(area: StudyArea, scenario: str) -> list[str]:
    """Return the seasons beside the one asked for; travel on foot alone is another question, not a season."""
    roads = {plan.id: plan.roads for plan in scenarios(area)}
    return [name for name, factor in roads.items() if name != scenario and factor > 0 and roads.get(scenario, 0) > 0]


def choices(area: StudyArea, scenario: str) -> Choices:
    """Return what may be otherwise in a study area, for a scenario that is asked about.

    Tracks are as assumed, half as fast, only where twice as many people live, or nowhere. Where ways up and down are
    told apart, tracks and cells stay as they are: such surfaces take a hundred times as long.
    """
    plain = area.settings.travel.direction == "average" or area.settings.speeds.slope == "none"
    driven = scenario_of(area, scenario).roads > 0 and area.ready_friction is None
    own = area.settings.speeds.tracks
    tracks: tuple[Tracks, ...] = (own,)
    if own.speed and plain and driven:
        tracks += (
            Tracks(people=own.people, speed=own.speed / 2),
            Tracks(people=own.people * 2, speed=own.speed),
            Tracks(people=own.people, speed=0),
        )
    return Choices((scenario, *other_scenarios(area, scenario)), tracks, plain, driven)


Draws = dict[str, NDArray[Any]]
"""What each draw sets, by factor; shape (draws,) each.

``season`` and ``tracks`` are numbers in the lists of `Choices`, ``place`` one of the places of a unit
(`mapping.analysis.common.unit_places`); ``cells`` and ``unchecked`` are 0 or 1; ``speed`` is a factor; ``rides`` the
share of people who can get a ride; ``spread`` how far people are spread by land alone.
"""


def draws(among: Choices) -> Draws:
    """Return the draws: each factor goes through all its values evenly, in an order of its own."""
    random = np.random.default_rng(20)
    even = [(random.permutation(DRAWS) + 0.5) / DRAWS for _ in range(8)]

    def of(column: int, count: int) -> NDArray[np.int64]:
        return np.floor(even[column] * count).astype(np.int64)

    return {
        "season": of(0, len(among.seasons)),
        "tracks": of(1, len(among.tracks)),
        "cells": of(2, 2) * among.wide,
        "unchecked": of(3, 2),
        "place": of(7, PLACEMENTS),
        "speed": SPEEDS[of(4, len(SPEEDS))],
        "rides": RIDES[0] + even[5] * (RIDES[1] - RIDES[0]) if among.driven else np.ones(DRAWS),
        "spread": even[6],
    }


def interval(variants: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the range of some numbers; the first row is what was asked for, the others are the draws.

    The range holds nine in ten of the draws, and what was asked for.
    """
    if len(variants) == 1:
        return variants[0], variants[0]
    low, high = np.quantile(variants[1:], [(1 - SHARE) / 2, (1 + SHARE) / 2], axis=0)
    return np.minimum(low, variants[0]), np.maximum(high, variants[0])


def middle(variants: Floats) -> Floats:
    """Return the median of the draws of some numbers; what was asked for where there are no draws."""
    return np.asarray(np.median(variants[1:] if len(variants) > 1 else variants, axis=0))


def summary(key: str, variants: Floats) -> dict[str, Floats]:
    """Return the columns of a number: the middle of its draws, what was asked for, and the ends of its range."""
    low, high = interval(variants)
    return {key: middle(variants), f"{key}_asked": variants[0], f"{key}_low": low, f"{key}_high": high}


def effects(among: Choices, variants: Floats) -> dict[str, Floats]:
    """Return by how much each factor moves some numbers; ``variants`` as for `interval`.

    For a factor with few values that is the distance between the means of the draws with each; for others between the
    lowest and the highest quarter of its values.
    """
    own, numbers = draws(among), variants[1:]
    moves = {}
    for factor in FACTORS:
        values = own[factor]
        if values.dtype.kind == "i":
            groups = [values == value for value in np.unique(values)]
        elif np.ptp(values):
            groups = [values <= np.quantile(values, 0.25), values >= np.quantile(values, 0.75)]
        else:
            groups = []
        means = (
            np.stack([numbers[group].mean(axis=0) for group in groups]) if groups else np.zeros((1, *numbers.shape[1:]))
        )
        moves[factor] = np.ptp(means, axis=0)
    return moves


def evenly(area: StudyArea) -> NDArray[np.float32]:
    """Return the people of each cell if only the count of each unit and the land were known, no finer table."""
    if area not in _EVENLY:
        weight = grid.habitability(area.landcover, area.slope, area.file.population.landcover_weights)
        counts = np.rint(zone_sums(area.unit_grid, area.people_grid, count=len(area.unit_codes))).astype(np.int64)
        _EVENLY[area] = grid.spread_people(area.grid, area.unit_grid, weight, counts)
    return _EVENLY[area]


_EVENLY: WeakKeyDictionary[StudyArea, NDArray[np.float32]] = WeakKeyDictionary()


@dataclass(frozen=True)
class PeopleBelow:
    """Counts the people of each zone within each of some minutes, as they live and spread evenly; (2, zones, minutes).

    ``cells`` are those where anybody lives, numbered row by row over a grid of ``shape``; surfaces may be of that grid,
    or of one with cells twice as wide.
    """

    shape: tuple[int, int]
    cells: NDArray[np.int64]
    zones: NDArray[np.int64]
    people: Floats
    edges: Floats
    count: int

    def __call__(self, minutes: Minutes) -> Floats:
        """Count over a surface."""
        row, column = np.divmod(self.cells, self.shape[1])
        values = minutes.ravel()[self.cells] if minutes.shape == self.shape else minutes[row // 2, column // 2]
        bands = len(self.edges) + 1
        place = self.zones * bands + np.searchsorted(self.edges, values.astype(np.float64), side="left")
        sums = [np.bincount(place, people, minlength=self.count * bands) for people in self.people]
        return np.asarray(np.cumsum(np.reshape(sums, (2, self.count, bands)), axis=2)[:, :, :-1])


@dataclass(frozen=True)
class Reached:
    """People within each of some minutes, by area unit; ``variants`` has the shape (variants, units, minutes).

    The first variant is the one asked for, the others are draws. ``foot`` (units, minutes) is on foot alone. ``lost``
    points took no part, ``snapped`` ones were moved to the nearest passable ground.
    """

    variants: Floats
    foot: Floats
    lost: int = 0
    snapped: int = 0

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
    """Count the people within each of some minutes of the nearest of some points in every draw, by finest unit.

    ``wanted`` holds the points by key, ``unchecked`` those where a draw counts services otherwise: with those whose
    check is overdue (or, where these were asked for, without them). Everything is counted on the grid, neighbouring
    units included. With a ``client`` the surfaces are worked out on its cluster, see `mapping.travel.surfaces`.
    """
    among = choices(area, scenario)
    doubtful = dict(wanted) | dict(unchecked or {})
    steps = np.array([scenario_of(area, name).walking for name in among.seasons])
    factors = np.unique(np.concatenate([SPEEDS, [1.0], *(SPEEDS * step for step in steps), steps]))
    edges = np.unique(np.round(np.multiply.outer(minutes, factors).ravel(), 6))
    counting = _counting(area, edges)
    different = {*wanted.values(), *doubtful.values()}
    placed = {(spots, place): move_units(area, spots, place) for spots in different for place in range(PLACEMENTS)}
    grounds, jobs, snaps = _jobs(area, {*different, *placed.values()} - {()}, among)
    made = survey(grounds, jobs, limit=float(edges[-1]), then=counting, client=client, progress=progress)
    nobody = np.zeros((2, counting.count, len(edges)))
    counted = {}
    for key, spots in wanted.items():
        own = {
            (season, track, cells, group, place): made.get((placed[points, place], f"{season} {track} {cells}"), nobody)
            for season, track, cells in product((*range(len(among.seasons)), -1), range(len(among.tracks)), (0, 1))
            for group, points in enumerate((spots, doubtful[key]))
            for place in range(PLACEMENTS)
        }
        lost, snapped = snaps.get(spots, (0, 0))
        counted[key] = Reached(*_in_each(own, draws(among), among, steps, edges, minutes), lost, snapped)
    return counted


def _counting(area: StudyArea, edges: Floats) -> PeopleBelow:
    own, spread, zones = area.people_grid.ravel(), evenly(area).ravel(), area.unit_grid.ravel()
    cells = np.flatnonzero((zones >= 0) & ((own > 0) | (spread > 0)))
    people = np.stack([own[cells], spread[cells]]).astype(np.float64)
    rows, columns = area.people_grid.shape
    return PeopleBelow((rows, columns), cells, zones[cells].astype(np.int64), people, edges, len(area.unit_codes))


Spots = tuple[Point, ...]
Surface = tuple[int, int, int, int, int]
"""The season, tracks, cells, services and places by which a surface is called."""


def _jobs(
    area: StudyArea, spots: set[Spots], among: Choices
) -> tuple[dict[str, Ground], dict[tuple[Spots, str], NDArray[np.int64]], dict[Spots, tuple[int, int]]]:
    """Return the grounds, the cells where ways end on each, and how many points are lost and snapped as asked.

    A ground is called by season (-1: on foot), tracks and cells.
    """
    grounds: dict[str, Ground] = {}
    jobs: dict[tuple[Spots, str], NDArray[np.int64]] = {}
    moved: dict[Spots, tuple[int, int]] = {}
    wide = (0, 1) if among.wide else (0,)
    for number, season in enumerate(among.seasons):
        ends = {own: sources(area, own, scenario=season) for own in sorted(spots)}
        if number == 0:
            moved = {own: (len(end.lost), len(end.snapped)) for own, end in ends.items()}
        for track, tracks in enumerate(among.tracks):
            base = ground(area, season, tracks=tracks)
            for cells in wide:
                grounds[f"{number} {track} {cells}"] = base.coarser() if cells else base
        if number == 0 and among.driven:
            feet = Ground(on_foot(area), area.grid.cell_size)
            for cells in wide:
                grounds[f"-1 0 {cells}"] = feet.coarser() if cells else feet
        for name in list(grounds)[len(jobs) // max(len(ends), 1) :]:  # those of this season
            jobs |= {(own, name): end.cells // (1 + int(name[-1])) for own, end in ends.items()}
    return grounds, jobs, moved


def _in_each(
    counts: Mapping[Surface, Floats],
    own: Draws,
    among: Choices,
    steps: Floats,
    edges: Floats,
    minutes: Sequence[float],
) -> tuple[Floats, Floats]:
    """Return the people within each of the minutes as asked and in each draw, and on foot."""
    row = {key: number for number, key in enumerate(counts)}
    totals = np.stack([*counts.values()])

    def at(keys: Iterable[Surface], factors: Floats) -> Floats:
        places = np.searchsorted(edges, np.round(np.multiply.outer(factors, minutes), 6) - 1e-9)
        rows = np.array([row[key] for key in keys])
        return np.moveaxis(totals[rows[:, None], :, :, places], 1, -1)

    base = at([(0, 0, 0, 0, 0)], np.ones(1))[0, 0]
    others = list(zip(*(own[key].tolist() for key in ("cells", "unchecked", "place")), strict=True))
    ways = zip(own["season"].tolist(), own["tracks"].tolist(), others, strict=True)
    both = at(((season, tracks, *other) for season, tracks, other in ways), own["speed"])
    spread = own["spread"][:, None, None]
    if among.driven:
        rides = own["rides"][:, None, None, None]
        walked = at(((-1, 0, *other) for other in others), own["speed"] * steps[own["season"]])
        both = rides * both + (1 - rides) * walked
        feet = at([(-1, 0, 0, 0, 0)], steps[:1])[0, 0]
    variants = (1 - spread) * both[:, 0] + spread * both[:, 1]
    return np.concatenate([base[None], variants]), feet if among.driven else base


def strongest(moves: Mapping[str, Floats], unit: int = 0) -> Text:
    """Return what moves a share most: the factor with the largest effect on one unit."""
    name = max(moves, key=lambda factor: float(moves[factor][unit]))
    return FACTORS[name] if float(moves[name][unit]) >= 0.005 else Message("Nothing by half a point or more")


def told(area: StudyArea, scenario: str, shares: Floats, foot: float, minutes: int) -> tuple[Message, ...]:
    """Say of one share, shape (draws + 1,), what it is on foot alone, and what moves it most."""
    among = choices(area, scenario)
    most = Message("What moves the share most: {what}.", {"what": strongest(effects(among, shares[:, None]))})
    if not among.driven:
        return (most,)
    words = {"share": Share(foot), "minutes": minutes}
    return (Message("On foot alone {share} of the people are within {minutes} minutes.", words), most)
