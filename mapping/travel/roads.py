"""The roads of a study area as a graph: from an extract of OpenStreetMap, or from the area's own lines.

Both give `mapping.engines.roads.RoadGraph` in the plane of the study area, which answers the same questions as the
grid: `minutes_on_roads` and `pairs_on_roads` of `mapping.engines.roads`. Speeds are those of ``area.toml``, changed by
a scenario.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.area.settings import Scenario
from mapping.area.study_area import StudyArea
from mapping.engines.roads import RoadGraph, road_graph
from mapping.errors import FormatError
from mapping.travel import road_speeds, scenario_of

SPEEDS = {
    "motorway": 90,
    "trunk": 70,
    "primary": 60,
    "secondary": 50,
    "tertiary": 40,
    "unclassified": 30,
    "road": 25,
    "residential": 25,
    "living_street": 15,
    "service": 15,
    "track": 15,
}
"""km/h by highway class where ``speeds.roads`` says nothing: assumptions for ordinary roads, not a measurement."""

ON_FOOT = frozenset({"pedestrian", "footway", "path", "steps", "bridleway", "cycleway", *SPEEDS} - {"motorway"})
"""Classes that one may walk on; those without a speed are only walked on."""

MILE = 1.609344


class Way(NamedTuple):
    """Numbers of its nodes, and the speed along it and against it in km/h; 0 is closed."""

    nodes: list[int]
    forward: float
    backward: float


def osm_roads(path: str | Path, area: StudyArea, *, scenario: str = "summer") -> RoadGraph:
    """Read the roads of an extract (PBF or XML); needs the extra ``osm``.

    A class of highway has the speed of ``speeds.roads`` in area.toml, else the one of `SPEEDS`; ``maxspeed`` lowers it.
    Rules of the scenario look at the tags, and at the class as ``class``. Streets of one way are open in one direction;
    what is private is closed. Paths, and with a scenario without roads all ways but motorways, are walked on.

    Raises
    ------
    FormatError
        The extra is not installed, or the file is missing or damaged.
    NotFound
        The study area has no such scenario.
    """
    try:
        import osmium
    except ImportError as error:
        raise FormatError(
            f"{path}: reading extracts of OpenStreetMap needs the extra 'osm'; install it: pip install 'rohnamo[osm]'"
        ) from error
    plan = scenario_of(area, scenario)
    positions: dict[int, tuple[float, float]] = {}
    try:
        ways = list(_ways(osmium, str(path), area, plan, positions))
    except (RuntimeError, OSError, ValueError) as error:
        raise FormatError(f"{path}: cannot be read as an extract ({error}); fetch it again") from error
    number = {node: place for place, node in enumerate(positions)}
    degrees = np.array(list(positions.values()), float).reshape(-1, 2)
    return road_graph(
        area.grid.project(degrees[:, 0], degrees[:, 1]),
        [[number[node] for node in way.nodes] for way in ways],
        forward=[way.forward for way in ways],
        backward=[way.backward for way in ways],
    )


def _ways(
    osmium: Any, path: str, area: StudyArea, plan: Scenario, positions: dict[int, tuple[float, float]]
) -> Iterator[Way]:
    """Yield the ways that are open, and keep where their nodes are (latitude, longitude).

    A way that leaves the extract ends at its last node that is known.
    """
    kinds = osmium.osm.NODE | osmium.osm.WAY
    for way in osmium.FileProcessor(path, kinds).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way():
            continue
        forward, backward = way_speeds({tag.k: tag.v for tag in way.tags}, area, plan)
        known = [node for node in way.nodes if node.location.valid()]
        if len(known) > 1 and (forward or backward):
            positions.update({node.ref: (node.lat, node.lon) for node in known})
            yield Way([node.ref for node in known], forward, backward)


def way_speeds(tags: Mapping[str, str], area: StudyArea, plan: Scenario) -> tuple[float, float]:
    """Return the speed along a way of OpenStreetMap and against it in km/h, 0 where it is closed."""
    kind = tags.get("highway", "").removesuffix("_link")
    if tags.get("access") in ("no", "private") or tags.get("area") == "yes":
        return 0.0, 0.0
    rules = (rule for rule in plan.road if _fits(rule.values(), {**tags, "class": kind}))
    factor = next((rule.speed for rule in rules), plan.roads) if plan.roads else 0.0
    speed = min(area.settings.speeds.roads.get(kind, SPEEDS.get(kind, 0)), _most(tags.get("maxspeed", ""))) * factor
    if speed > 0:
        direction = tags.get("oneway", "")
        along = direction in ("yes", "true", "1") or tags.get("junction") == "roundabout"
        along |= kind == "motorway" and not direction
        return (0.0, speed) if direction in ("-1", "reverse") else (speed, 0.0 if along else speed)
    closed = factor == 0 and plan.roads > 0 and kind in SPEEDS  # by a rule: what snow closes is closed on foot too
    walked = 0.0 if closed or kind not in ON_FOOT or tags.get("foot") == "no" else area.settings.speeds.walking
    return walked * plan.walking, walked * plan.walking


def _fits(rule: Iterator[tuple[str, tuple[str, ...]]], tags: Mapping[str, str]) -> bool:
    return all(tags.get(key) in values for key, values in rule)


def _most(text: str) -> float:
    """Return the speed limit in km/h; inf where there is none or it is no number, such as ``RU:urban``."""
    limit = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?", text.strip())
    return float(limit[1]) * (MILE if limit[2] == "mph" else 1) if limit and float(limit[1]) > 0 else float("inf")


def area_roads(area: StudyArea, *, scenario: str = "summer") -> RoadGraph:
    """Return the study area's own roads as a graph, open both ways; lines meet where they share a point.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    plan = scenario_of(area, scenario)
    lines, road = shapely.get_parts(area.roads.geometry.to_numpy(), return_index=True)
    known: dict[tuple[float, float], int] = {}
    ways = [[known.setdefault((x, y), len(known)) for x, y, *_ in np.round(line.coords, 6).tolist()] for line in lines]
    degrees = np.array(list(known), float).reshape(-1, 2)
    points = area.grid.project(degrees[:, 1], degrees[:, 0])
    drawn = np.bincount(road, [_length(points[way]) for way in ways], minlength=len(area.roads))
    # A road is as long as its file says, not as it is drawn.
    speed = road_speeds(area, plan) * drawn / (area.roads["km"].to_numpy(float) * 1000)
    return road_graph(points, ways, forward=speed[road], backward=speed[road])


def _length(line: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())
