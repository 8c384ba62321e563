"""Travel times over a study area: how long each metre takes, and how far each cell is from the nearest point.

A cell is crossed at the speed of the fastest road in it, else of a village track where enough people live, else on
foot, by land cover and slope. What a speed is stands in ``area.toml``; a scenario changes it. A study area that comes
with ready-made ground (``raster.friction`` or ``raster.surface``) has that instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.area.settings import Direction, Scenario, Tracks
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound

if TYPE_CHECKING:
    from mapping.engines.slopes import Pace
    from mapping.engines.travel import Neighbours

__all__ = [
    "Ground",
    "SlopedGround",
    "Snap",
    "TravelTime",
    "friction",
    "ground",
    "langmuir",
    "on_foot",
    "scenarios",
    "sloped_ground",
    "tobler",
    "travel_time",
]


@dataclass(frozen=True)
class Snap:
    """A point that lay on impassable ground: its index, and the metres to the middle of the cell it was moved to."""

    index: int
    metres: float


@dataclass(frozen=True)
class TravelTime:
    """Minutes from each cell to the nearest point (float32, inf where there is no way), and what became of the points.

    ``snapped`` were moved to passable ground; ``lost`` took no part: outside the grid, without a place, or further
    from passable ground than ``travel.snap_km``.
    """

    minutes: NDArray[np.float32]
    snapped: list[Snap]
    lost: list[int]


@dataclass(frozen=True)
class SourceCells:
    """The cells (row, column) where travel to some points ends, with the index of each point; the rest as above."""

    cells: NDArray[np.int64]
    points: list[int]
    snapped: list[Snap]
    lost: list[int]


def scenarios(area: StudyArea) -> list[Scenario]:
    """Return the scenarios of a study area, in the order of its area.toml."""
    return list(area.settings.scenarios)


def tobler(slope: ArrayLike) -> NDArray[np.float64]:
    """Return what a slope leaves of the walking speed on level ground, on average up and down.

    Tobler's hiking function, 6 exp(-3.5 |s + 0.05|) km/h for a rise over run of s (Tobler 1993, Three presentations
    on geographical analysis and modeling, NCGIA 93-1). A grid that keeps one figure a cell cannot tell up from down:
    the paces both ways are averaged, as one who goes and comes back has them.
    """
    steep = np.abs(np.asarray(slope, float))
    up, down = np.exp(3.5 * (steep + 0.05)), np.exp(3.5 * np.abs(steep - 0.05))
    return np.asarray(2 * math.exp(3.5 * 0.05) / (up + down))


def langmuir(slope: ArrayLike) -> NDArray[np.float64]:
    """Return what a slope leaves of the walking speed on level ground, on average up and down.

    Naismith's rule of 5 km/h and an hour more for each 600 m of ascent, with Langmuir's corrections for descent: ten
    minutes less for each 300 m between 5 and 12 degrees, ten minutes more where it is steeper (Langmuir 1984,
    Mountaincraft and leadership).
    """
    steep = np.abs(np.asarray(slope, float))
    level = 60 / 5000  # minutes a metre
    up = level + steep * 60 / 600
    gentle = (steep >= math.tan(math.radians(5))) & (steep <= math.tan(math.radians(12)))
    down = level + steep * 10 / 300 * np.where(gentle, -1, steep > math.tan(math.radians(12)))
    return np.asarray(2 * level / (up + down))


def friction(
    area: StudyArea, scenario: str = "summer", *, cross_borders: bool | None = None, tracks: Tracks | None = None
) -> NDArray[np.float32]:
    """Return the minutes that a metre takes in each cell of the grid; inf is a barrier.

    Barriers are land cover without a speed (water, permanent ice) and, unless people cross borders, all that lies
    outside the country; ``travel.cross_borders`` says whether they do where ``cross_borders`` does not. A road is
    always passable, also where its cell lies across a modelled border, and so is ground where people live. ``tracks``
    are the village tracks to assume, those of the study area by default.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    crossing = area.settings.travel.cross_borders if cross_borders is None else cross_borders
    return _known_friction(area, scenario_of(area, scenario), crossing, tracks or area.settings.speeds.tracks)


def on_foot(area: StudyArea) -> NDArray[np.float32]:
    """Return the friction for somebody who walks all the way in summer, slopes as the mean of up and down."""
    plan = Scenario(id=FOOT, label={}, roads=0)
    return _known_friction(area, plan, area.settings.travel.cross_borders, area.settings.speeds.tracks)


FOOT = "on-foot"


def _known_friction(area: StudyArea, plan: Scenario, crossing: bool, tracks: Tracks) -> NDArray[np.float32]:
    key = (plan.id, crossing, tracks.people, tracks.speed)
    with _ONE_AT_A_TIME:  # warping rasters is not safe in two threads at once
        known = _KNOWN.setdefault(area, {})
        if key not in known:
            made = _friction(area, plan, crossing, tracks)
            made.flags.writeable = False
            known[key] = made
        return known[key]


_ONE_AT_A_TIME = Lock()
_KNOWN: WeakKeyDictionary[StudyArea, dict[tuple[str, bool, float, float], NDArray[np.float32]]] = WeakKeyDictionary()
"""Friction by study area, scenario, borders and tracks: it takes ten times as long as a surface over it."""


def _friction(area: StudyArea, plan: Scenario, crossing: bool, tracks: Tracks) -> NDArray[np.float32]:
    ready = area.ready_friction
    if ready is not None:
        cost = ready / np.float32(plan.walking)
        return cost if crossing else np.where(area.unit_grid < 0, np.float32(np.inf), cost)
    speed, driven = _walking(area) * plan.walking, _driving(area, plan, crossing, tracks)
    if not crossing:
        speed[area.unit_grid < 0] = 0
    with np.errstate(divide="ignore"):
        return np.asarray(60 / (np.maximum(speed, driven) * 1000), np.float32)


@dataclass(frozen=True)
class SlopedGround:
    """What `mapping.engines.slopes` needs: minutes a metre on the level, and how steep each cell is where one walks."""

    level: NDArray[np.float32]
    steepness: NDArray[np.float32]


def sloped_ground(area: StudyArea, scenario: str = "summer", *, cross_borders: bool | None = None) -> SlopedGround:
    """Return the ground of a study area without the slopes, and the slopes beside it; -1 where a vehicle drives.

    A cell is driven through where that is faster than walking there on average up and down, as in `friction`.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    crossing = area.settings.travel.cross_borders if cross_borders is None else cross_borders
    cost = friction(area, scenario, cross_borders=crossing)
    with _ONE_AT_A_TIME:
        known = _SLOPED.setdefault(area, {})
        if (scenario, crossing) not in known:
            plan = scenario_of(area, scenario)
            level = _walking(area, sloped=False) * plan.walking
            driven = _driving(area, plan, crossing, area.settings.speeds.tracks)
            with np.errstate(divide="ignore", invalid="ignore"):
                drives = driven >= 60 / (cost.astype(float) * 1000) * (1 - 1e-6)
                minutes = np.where(drives, cost, np.where(np.isfinite(cost), 60 / (level * 1000), np.inf))
            known[scenario, crossing] = SlopedGround(
                np.asarray(minutes, np.float32), np.where(drives, np.float32(-1), area.slope)
            )
        return known[scenario, crossing]


_SLOPED: WeakKeyDictionary[StudyArea, dict[tuple[str, bool], SlopedGround]] = WeakKeyDictionary()


def travel_time(
    area: StudyArea,
    points: ArrayLike,
    *,
    scenario: str = "summer",
    limit: float = math.inf,
    neighbours: Neighbours = 8,
    direction: Direction | None = None,
) -> TravelTime:
    """Return how long it takes from each cell of the grid to the nearest of some points.

    ``points`` has one row a point, latitude and longitude. A point on impassable ground is moved to the middle of the
    nearest passable cell within ``travel.snap_km``. Where no cell is reached within ``limit`` minutes stands inf.

    ``direction`` says how slopes count for those who walk: the mean of up and down, towards the points, or away from
    them; without it as the study area says (``travel.direction``).
    """
    source_cells = sources(area, points, scenario=scenario)
    minutes = ground(area, scenario, direction).minutes(source_cells.cells, limit=limit, neighbours=neighbours)
    return TravelTime(minutes, source_cells.snapped, source_cells.lost)


@dataclass(frozen=True)
class Ground:
    """All that a surface needs of a study area in one scenario: arrays, which can be sent to another machine.

    ``elevation`` and ``sloped`` are None where ways up and down count the same.
    """

    friction: NDArray[np.float32]
    cell_size: float
    rule: Pace = "tobler"
    towards: bool = True
    elevation: NDArray[np.float32] | None = None
    sloped: SlopedGround | None = None

    def coarser(self) -> Ground:
        """Return the same ground in cells twice as wide, each as fast as the fastest of its four: as roads are kept."""
        rows, columns = (-(-n // 2) * 2 for n in self.friction.shape)
        padded = np.full((rows, columns), np.inf, np.float32)
        padded[: self.friction.shape[0], : self.friction.shape[1]] = self.friction
        return Ground(padded.reshape(rows // 2, 2, columns // 2, 2).min(axis=(1, 3)), self.cell_size * 2)

    def minutes(
        self, cells: NDArray[np.int64], *, limit: float = math.inf, neighbours: Neighbours = 8
    ) -> NDArray[np.float32]:
        """Return the minutes from each cell to the nearest of some cells (row, column), inf beyond the limit."""
        if not cells.size:
            return np.full(self.friction.shape, np.inf, np.float32)
        from mapping.engines.slopes import walking_surface  # compilers take half a second, which no portal waits for
        from mapping.engines.travel import cost_surface

        if self.sloped is None or self.elevation is None:
            return cost_surface(self.friction, cells, cell_size=self.cell_size, limit=limit, neighbours=neighbours)
        return walking_surface(
            self.sloped.level,
            self.elevation,
            cells,
            cell_size=self.cell_size,
            steepness=self.sloped.steepness,
            rule=self.rule,
            towards=self.towards,
            limit=limit,
            neighbours=neighbours,
        )


def ground(
    area: StudyArea,
    scenario: str = "summer",
    direction: Direction | None = None,
    *,
    cross_borders: bool | None = None,
    tracks: Tracks | None = None,
) -> Ground:
    """Return the ground of a study area; ``direction`` as for `travel_time`, the others as for `friction`.

    Where ways up and down are told apart, tracks are those of the study area.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    cost = friction(area, scenario, cross_borders=cross_borders, tracks=tracks)
    size, rule = area.grid.cell_size, area.settings.speeds.slope
    direction = direction or area.settings.travel.direction
    if direction == "average" or rule == "none" or area.ready_friction is not None:
        return Ground(cost, size)
    sloped = sloped_ground(area, scenario, cross_borders=cross_borders)
    return Ground(cost, size, rule, direction == "towards", area.elevation, sloped)


def sources(
    area: StudyArea, points: ArrayLike, *, scenario: str = "summer", cross_borders: bool | None = None
) -> SourceCells:
    """Return the cells of the grid where travel to some points ends; ``points`` as for `travel_time`."""
    cost = friction(area, scenario, cross_borders=cross_borders)
    places = np.asarray(points, float).reshape(-1, 2)
    reach = area.settings.travel.snap_km * 1000
    cells, indices, snapped, lost = [], [], [], []
    at = area.grid.project(places[:, 0], places[:, 1])
    for index, (cell, place) in enumerate(zip(area.grid.cells(places[:, 0], places[:, 1]).tolist(), at, strict=True)):
        nearest = None if cell[0] < 0 else _passable(area, cost, (cell[0], cell[1]), place, reach)
        if nearest is None:
            lost.append(index)
            continue
        source, metres = nearest
        cells.append(source)
        indices.append(index)
        if metres:
            snapped.append(Snap(index, metres))
    return SourceCells(np.array(cells, np.int64).reshape(-1, 2), indices, snapped, lost)


def scenario_of(area: StudyArea, name: str) -> Scenario:
    """Return a scenario by its id.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    for scenario in area.settings.scenarios:
        if scenario.id == name:
            return scenario
    known = ", ".join(scenario.id for scenario in area.settings.scenarios)
    raise NotFound(f"{name}: {area.code} has no such scenario; it has {known}")


def _walking(area: StudyArea, *, sloped: bool = True) -> NDArray[np.float64]:
    """Return the walking speed of each cell in km/h by land cover and slope, 0 for a barrier."""
    speeds = area.settings.speeds
    table = np.full(256, speeds.walking)
    for cover, level_speed in speeds.on_landcover.items():
        table[cover] = level_speed
    speed: NDArray[np.float64] = table[area.landcover]
    lived_in = area.people_grid > 0
    speed[lived_in & (speed == 0)] = speeds.walking
    speed[area.barriers] = 0
    speed[~lived_in] *= speeds.off_path
    if sloped and speeds.slope != "none":
        speed *= (tobler if speeds.slope == "tobler" else langmuir)(area.slope)
    return speed


def _driving(area: StudyArea, plan: Scenario, crossing: bool, tracks: Tracks) -> NDArray[np.float32]:
    """Return the speed of the fastest road or village track in each cell in km/h, 0 where there is none."""
    speed = _road_speed(area, plan)
    if tracks.speed:
        density = area.people_grid * np.float32(1e6 / area.grid.cell_size**2)
        settled = (density >= tracks.people) & (density > 0)
        if not crossing:
            settled &= area.unit_grid >= 0
        speed = np.where(settled, np.maximum(speed, np.float32(tracks.speed * plan.roads)), speed)
    return speed


def _road_speed(area: StudyArea, plan: Scenario) -> NDArray[np.float32]:
    """Return the speed of the fastest open road in each cell in km/h, 0 where there is none.

    A road that winds within its cells crosses them more slowly, so that from end to end it takes as long as it is.
    """
    speed = road_speeds(area, plan) / area.road_winding
    order = np.argsort(speed, kind="stable")
    order = order[speed[order] > 0]
    return area.grid.burn(area.roads.geometry.iloc[order], speed[order], fill=0)


def road_speeds(area: StudyArea, plan: Scenario) -> NDArray[np.float64]:
    """Return the speed on each road of a study area in km/h, 0 where the scenario closes it."""
    roads = area.roads
    factor = np.full(len(roads), plan.roads)
    if plan.roads:
        for rule in reversed(plan.road):  # the first rule that fits stands
            fits = np.ones(len(roads), bool)
            for column, values in rule.values():
                fits &= _among(roads[column], values)
            factor[fits] = rule.speed
    return np.asarray(roads["speed_kmh"].to_numpy(float) * factor)


def _among(column: Iterable[object], values: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([str(value) in values for value in column], bool)


def _passable(
    area: StudyArea, cost: NDArray[np.float32], cell: tuple[int, int], place: NDArray[np.float64], reach: float
) -> tuple[tuple[int, int], float] | None:
    """Return the cell of a point, or the nearest passable one within ``reach`` metres, and how far it was moved."""
    if np.isfinite(cost[cell]):
        return cell, 0.0
    grid = area.grid
    span = math.ceil(reach / grid.cell_size) + 1
    top, left = max(0, cell[0] - span), max(0, cell[1] - span)
    rows, columns = np.nonzero(np.isfinite(cost[top : cell[0] + span + 1, left : cell[1] + span + 1]))
    rows, columns = rows + top, columns + left
    far = np.hypot(
        grid.transform.c + (columns + 0.5) * grid.cell_size - place[0],
        grid.transform.f - (rows + 0.5) * grid.cell_size - place[1],
    )
    if not far.size or far.min() > reach:
        return None
    best = int(far.argmin())
    return (int(rows[best]), int(columns[best])), float(far[best])
