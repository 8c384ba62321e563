"""Roads: a directed graph of minutes, ways on foot to it and between, and the travel times that follow.

Whoever travels walks in a straight line to one of the nearest junctions, goes along the roads, and walks on from one of
the junctions nearest to the service; or walks all the way where that is faster. Distances are in a plane, in metres.

>>> road = road_graph([[0, 0], [6000, 0]], [[0, 1]], forward=[60], backward=[0])  # a street of one way, 60 km/h
>>> minutes_on_roads(road, [[0, 0], [6000, 0]], [[6000, 0]], farthest=1000).tolist()
[6.0, 0.0]
>>> minutes_on_roads(road, [[6000, 0]], [[0, 0]], farthest=1000).tolist()
[inf]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from mapping.engines.pairs import Pairs, between_points, on_graph
from mapping.errors import InvalidRecord

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class RoadGraph:
    """Junctions and the stretches of road between them.

    ``points`` are metres in a plane, shape (nodes, 2); ``minutes`` is sparse, shape (nodes, nodes), from row to column.
    """

    points: Floats
    minutes: csr_array


def road_graph(
    points: ArrayLike, ways: Sequence[ArrayLike], *, forward: ArrayLike, backward: ArrayLike, spacing: float = 1000.0
) -> RoadGraph:
    """Make a graph of roads from lines that share points where they meet.

    Only junctions and ends become nodes, and so many points between that no stretch is longer than ``spacing`` and
    one segment. Of several stretches between two nodes the fastest counts.

    Parameters
    ----------
    points
        Metres in a plane, shape (n, 2).
    ways
        For each way the indices of its points, in the direction of travel.
    forward, backward
        Speed along each way and against it in km/h; 0 is closed.
    spacing
        Metres.

    Raises
    ------
    InvalidRecord
        A way has fewer than two points or one that is not there; there are not as many speeds as ways; a speed is
        negative or not finite.
    """
    at, lines = np.asarray(points, float).reshape(-1, 2), [np.asarray(way, np.int64).ravel() for way in ways]
    speeds = np.stack([np.asarray(speed, float).ravel() for speed in (forward, backward)])
    _check(at, lines, speeds)
    if not lines:
        return RoadGraph(np.zeros((0, 2)), csr_array((0, 0)))
    flat, way = np.concatenate(lines), np.repeat(np.arange(len(lines)), [line.size for line in lines])
    new = np.diff(way, prepend=-1) > 0  # the first point of each way
    steps = np.where(new, 0, np.hypot(*(at[flat] - at[np.roll(flat, 1)]).T))
    along = np.cumsum(steps)
    along -= along[new][way]
    is_node = (np.bincount(flat, minlength=len(at)) > 1)[flat] | new | np.roll(new, -1)
    is_node |= np.diff(along // spacing, prepend=0) > 0
    flat, way, along = flat[is_node], way[is_node], along[is_node]
    same = way[1:] == way[:-1]
    tails, heads, metres = flat[:-1][same], flat[1:][same], np.diff(along)[same]
    speed = speeds[:, way[1:][same]]
    return _graph(at, np.r_[tails, heads], np.r_[heads, tails], np.r_[metres, metres], speed.ravel())


def _check(points: Floats, lines: Sequence[Numbers], speeds: Floats) -> None:
    if speeds.shape[1] != len(lines):
        raise InvalidRecord(f"road_graph: {len(lines)} ways and {speeds.shape[1]} speeds; give one for each")
    if not np.isfinite(points).all():
        raise InvalidRecord("road_graph: a point without place; leave it out of its way")
    if not (np.isfinite(speeds) & (speeds >= 0)).all():
        raise InvalidRecord("road_graph: a speed below 0 or without an end; 0 is closed")
    for number, line in enumerate(lines):
        if line.size < 2 or line.min() < 0 or line.max() >= len(points):
            raise InvalidRecord(f"road_graph: way {number} needs two or more of the {len(points)} points")


def _graph(points: Floats, tails: Numbers, heads: Numbers, metres: Floats, speed: Floats) -> RoadGraph:
    """Keep the fastest of equal stretches, and only nodes from or to which one may travel."""
    open_ = (speed > 0) & (tails != heads)
    tails, heads, minutes = tails[open_], heads[open_], metres[open_] * 60 / (speed[open_] * 1000)
    order = np.lexsort((minutes, heads, tails))
    tails, heads, minutes = tails[order], heads[order], minutes[order]
    first = (np.diff(tails, prepend=-1) != 0) | (np.diff(heads, prepend=-1) != 0)
    nodes, ends = np.unique(np.r_[tails[first], heads[first]], return_inverse=True)
    rows, columns = ends.reshape(2, -1)
    return RoadGraph(points[nodes], csr_array((minutes[first], (rows, columns)), shape=(nodes.size, nodes.size)))


def minutes_on_roads(
    roads: RoadGraph,
    places: ArrayLike,
    services: ArrayLike,
    *,
    limit: float = np.inf,
    towards: bool = True,
    walking: float = 4.0,
    farthest: float = 5000.0,
    junctions: int = 4,
) -> NDArray[np.float32]:
    """Return the minutes from each place to the nearest service (float32, inf where none is within ``limit``).

    Parameters
    ----------
    roads
        From `road_graph`.
    places, services
        Metres in the plane of the roads, shape (n, 2).
    limit
        Minutes beyond which nothing is searched.
    towards
        Travel from the places to the services; else the other way round.
    walking
        Speed on foot in a straight line, km/h.
    farthest
        Metres that anybody walks, to the road and from it, or all the way.
    junctions
        How many of the nearest junctions are tried.

    Raises
    ------
    InvalidRecord
        A point without a place, or a speed or limit that is none.
    """
    at, edges = _joined(roads, places, services, limit, towards, walking, farthest, junctions)
    there = np.arange(len(roads.points) + len(at[0]), edges.shape[0])
    if not there.size:
        return np.full(len(at[0]), np.inf, np.float32)
    far = dijkstra(csr_array(edges.T if towards else edges), indices=there, min_only=True, limit=limit)
    return np.asarray(far[len(roads.points) : len(roads.points) + len(at[0])], np.float32)


def pairs_on_roads(
    roads: RoadGraph,
    places: ArrayLike,
    services: ArrayLike,
    *,
    limit: float,
    towards: bool = True,
    walking: float = 4.0,
    farthest: float = 5000.0,
    junctions: int = 4,
) -> Pairs:
    """Return the places within ``limit`` minutes of each service; parameters and errors of `minutes_on_roads`."""
    at, edges = _joined(roads, places, services, limit, towards, walking, farthest, junctions)
    first = len(roads.points)
    number = np.arange(first, edges.shape[0])
    return on_graph(edges, number[: len(at[0])], number[len(at[0]) :], limit=limit, towards=towards)


def _joined(
    roads: RoadGraph,
    places: ArrayLike,
    services: ArrayLike,
    limit: float,
    towards: bool,
    walking: float,
    farthest: float,
    junctions: int,
) -> tuple[tuple[Floats, Floats], csr_array]:
    """Return the points, and the graph with the places and then the services as further nodes.

    Ways lead out of where a journey starts and into where it ends, never through either: what one place reaches does
    not depend on which others were asked for.
    """
    own, far = (np.asarray(points, float).reshape(-1, 2) for points in (places, services))
    if not (np.isfinite(own).all() and np.isfinite(far).all()):
        raise InvalidRecord("roads: a point without place; leave it out")
    if not 0 < walking < np.inf:
        raise InvalidRecord(f"walking: the speed on foot is more than 0 km/h, such as 4, not {walking!r}")
    if not (limit >= 0 and farthest >= 0 and junctions >= 1):
        raise InvalidRecord(
            f"limit: 0 or more minutes, not {limit!r}; farthest: 0 or more metres, not {farthest!r}; junctions: 1 or "
            f"more, not {junctions!r}"
        )
    pace, nodes = walking * 1000 / 60, len(roads.points)
    whole = between_points(own, far, limit=min(limit, farthest / pace), speed=pace).table()
    parts: list[tuple[NDArray[Any], ...]] = [(whole[0] + nodes, whole[1] + nodes + len(own), whole[2].astype(float))]
    for points, before, out in ((own, nodes, towards), (far, nodes + len(own), not towards)):
        point, node, metres = _nearest(roads.points, points, junctions, farthest)
        ends = (point + before, node) if out else (node, point + before)
        parts.append((*ends, metres / pace))
    if not towards:
        parts[0] = (parts[0][1], parts[0][0], parts[0][2])
    edges = roads.minutes.tocoo()
    rows, columns, minutes = (
        np.concatenate([*column]) for column in zip((edges.row, edges.col, edges.data), *parts, strict=True)
    )
    count = nodes + len(own) + len(far)
    return (own, far), csr_array((minutes, (rows, columns)), shape=(count, count))


def _nearest(nodes: Floats, points: Floats, count: int, farthest: float) -> tuple[Numbers, Numbers, Floats]:
    """Return point, node and metres for the nearest nodes of each point."""
    count = min(count, len(nodes))
    if not (count and len(points)):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    metres, nearest = KDTree(nodes).query(
        points, k=np.arange(1, count + 1), distance_upper_bound=np.nextafter(farthest, np.inf)
    )
    near = np.isfinite(metres)
    return np.nonzero(near)[0], nearest[near], metres[near]
