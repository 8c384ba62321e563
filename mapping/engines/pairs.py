"""Pairs: which places are within a limit of which services, and how far, in sparse form.

Pairs come from a friction grid (`on_grid`), from points in a plane (`between_points`) or from a table that somebody
else worked out (`Pairs.of`). Only what lies within the limit is searched and kept. A place is wherever people are: a
cell, a village.

>>> import numpy as np
>>> friction = np.full((1, 5), 0.01, np.float32)  # 10 minutes a cell of 1 km
>>> near = on_grid(friction, [[0, 0], [0, 4]], cell_size=1000, limit=20)
>>> near.places.tolist(), near.minutes.tolist()
([0, 1, 2, 2, 3, 4], [0.0, 10.0, 20.0, 20.0, 10.0, 0.0])
>>> near.starts.tolist()
[0, 3, 6]
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from mapping.engines._compiled import compiled
from mapping.engines._heap import rise, sink
from mapping.engines.travel import (
    checked_friction,
    checked_halves,
    checked_limit,
    checked_sources,
    new_buffer,
    search_block,
)
from mapping.errors import InvalidRecord

Floats = NDArray[np.float64]
Minutes = NDArray[np.float32]
Places = NDArray[np.int32]
Starts = NDArray[np.int64]

DIAGONAL = np.float32(2**0.5)
INFINITY = np.float32(np.inf)


@dataclass(frozen=True)
class Pairs:
    """Places within a limit of each service.

    Those of service s are ``places[starts[s]:starts[s + 1]]`` (int32), each once, at ``minutes`` (float32) in the same
    order. ``count`` is the number of places that there are, near or not.
    """

    starts: Starts
    places: Places
    minutes: Minutes
    count: int

    @property
    def services(self) -> int:
        """Return the number of services."""
        return len(self.starts) - 1

    @classmethod
    def of(cls, places: ArrayLike, services: ArrayLike, minutes: ArrayLike, *, shape: tuple[int, int]) -> "Pairs":
        """Sort a table of pairs by service; ``shape`` is the number of places and of services.

        Where a pair stands in it twice, the shorter way counts. Pairs without a finite number of minutes are left out.

        Raises
        ------
        InvalidRecord
            The columns differ in length, an index is outside the shape, or minutes are negative.
        """
        i, j, t = np.asarray(places), np.asarray(services), np.ascontiguousarray(minutes, np.float32)
        if not i.shape == j.shape == t.shape or i.ndim != 1:
            raise InvalidRecord(
                f"pairs: columns of shapes {i.shape}, {j.shape} and {t.shape}; give three of one length"
            )
        for name, column in (("place", i), ("service", j)):
            if column.size and not np.issubdtype(column.dtype, np.integer):
                raise InvalidRecord(f"pairs: the {name}s are {column.dtype}; number them from 0 first")
        outside = (i < 0) | (i >= shape[0]) | (j < 0) | (j >= shape[1]) | (t < 0)
        if outside.any():
            wrong = int(outside.argmax())
            raise InvalidRecord(
                f"pairs: row {wrong} has place {i[wrong]} of {shape[0]}, service {j[wrong]} of {shape[1]}, at "
                f"{t[wrong]} minutes; number both from 0, and give minutes of 0 or more"
            )
        finite = t < INFINITY
        key, t = j[finite].astype(np.int64) * shape[0] + i[finite], t[finite]
        if (np.diff(key) <= 0).any():
            order = np.argsort(key, kind="stable")
            key, t = key[order], t[order]
            first = np.flatnonzero(np.diff(key, prepend=-1))
            key, t = key[first], np.minimum.reduceat(t, first)
        service, place = np.divmod(key, max(shape[0], 1))
        return cls(np.searchsorted(service, np.arange(shape[1] + 1)), place.astype(np.int32), t, shape[0])

    def table(self) -> tuple[Places, Places, Minutes]:
        """Return places, services and minutes, one row a pair."""
        services = np.repeat(np.arange(self.services, dtype=np.int32), np.diff(self.starts))
        return self.places, services, self.minutes


# --- a grid ----------------------------------------------------------------------------------------------------------


class FrictionSearch:
    """A search from one service at a time over a friction grid, whose memory is used again for the next.

    Works out the same minutes, bit for bit, as `mapping.engines.travel.cost_surface` with 8 neighbours does. The cost
    of a search grows with the cells that it reaches, not with the grid: what lies within the block around the service
    is relaxed line by line, and what leads beyond is searched cell by cell.

    Parameters are those of `cost_surface`.
    """

    def __init__(self, friction: ArrayLike, *, cell_size: ArrayLike, limit: float) -> None:
        grid = checked_friction(friction)
        self.shape = (grid.shape[0], grid.shape[1])
        self.limit = checked_limit(limit)
        with np.errstate(over="ignore", invalid="ignore"):
            tolls = grid * checked_halves(cell_size, grid.shape[0])[:, None]
        self._tolls = np.where(grid >= 0, tolls, INFINITY).astype(np.float32)
        self._desk = _desk(grid.size)

    def cells(self, services: ArrayLike) -> NDArray[np.int64]:
        """Return services as (row, column) pairs, all of which lie inside the grid."""
        return checked_sources(services, self.shape)

    def run(self, row: int, column: int) -> tuple[Places, Minutes]:
        """Return the cells within the limit, numbered row by row, and their minutes, in no order.

        The arrays hold until the next search.
        """
        cost, place, heap, cells, minutes, buffer = self._desk
        n, front = search_block(self._tolls, row, column, self.limit, buffer, cells, minutes, heap)
        if front:
            n = _search_on(self._tolls, n, front, self.limit, cost, place, heap, cells, minutes)
        return cells[:n], minutes[:n]


def _desk(size: int) -> tuple[Minutes, Places, Places, Places, Minutes, Minutes]:
    """Return cost and place in the heap by cell, the heap, the cells found with their minutes, and a block."""
    return (
        np.full(size, INFINITY),
        np.full(size, -1, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.float32),
        new_buffer(),
    )


@compiled
def _search_on(
    tolls: Minutes,
    n: int,
    front: int,
    limit: np.float32,
    cost: Minutes,
    place: Places,
    heap: Places,
    cells: Places,
    minutes: Minutes,
) -> int:
    """Dijkstra's algorithm from the first n cells, of which those in the heap may lead on; return how many are found.

    ``place`` is -1 for cells that do not wait in the heap, -2 for settled ones.
    """
    rows, columns = tolls.shape
    toll = tolls.ravel()
    for k in range(n):
        cost[cells[k]] = minutes[k]
    for k in range(front):
        rise(heap, place, cost, k, heap[k])
    size = front
    while size > 0:
        cell = heap[0]
        size -= 1
        if size > 0:
            sink(heap, place, cost, size, heap[size])
        place[cell] = -2
        here = cost[cell]
        y, x = cell // columns, cell % columns
        for dy in range(-1 if y > 0 else 0, 2 if y < rows - 1 else 1):
            for dx in range(-1 if x > 0 else 0, 2 if x < columns - 1 else 1):
                other = cell + dy * columns + dx
                if place[other] == -2:
                    continue
                step = np.float32(toll[other] + toll[cell])
                new = np.float32(here + (step if dx == 0 or dy == 0 else np.float32(DIAGONAL * step)))
                if new <= limit and new < cost[other]:
                    if cost[other] == INFINITY:
                        cells[n] = other
                        n += 1
                    cost[other] = new
                    if place[other] < 0:
                        rise(heap, place, cost, size, other)
                        size += 1
                    else:
                        rise(heap, place, cost, place[other], other)
    for k in range(n):
        minutes[k] = cost[cells[k]]
        cost[cells[k]] = INFINITY
        place[cells[k]] = -1
    return n


def on_grid(
    friction: ArrayLike,
    services: ArrayLike,
    *,
    cell_size: ArrayLike,
    limit: float,
    among: ArrayLike | None = None,
) -> Pairs:
    """Return the cells within ``limit`` minutes of each service over a friction grid.

    Parameters
    ----------
    friction, cell_size, limit
        As for `mapping.engines.travel.cost_surface`.
    services
        (row, column) of each, shape (n, 2). One on a barrier reaches nothing.
    among
        Cells that count as places, numbered row by row, rising; all cells by default. A place's index in the pairs is
        its position here.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape, type or range; a service lies outside the grid.
    """
    search = FrictionSearch(friction, cell_size=cell_size, limit=limit)
    sources = search.cells(services)
    size = search.shape[0] * search.shape[1]
    number = np.full(size, -1, np.int32)
    chosen = np.arange(size) if among is None else np.asarray(among, np.int64).ravel()
    if chosen.size and not (chosen.min() >= 0 and chosen.max() < size and (np.diff(chosen) > 0).all()):
        raise InvalidRecord(f"among: cells must rise from 0 to at most {size - 1}, each once")
    number[chosen] = np.arange(chosen.size, dtype=np.int32)

    parts = []
    for row, column in sources.tolist():
        cells, minutes = search.run(row, column)
        places = number[cells]
        order = np.argsort(places, kind="stable")
        order = order[np.searchsorted(places[order], 0) :]
        parts.append((places[order], minutes[order]))
    return _joined(parts, chosen.size)


# --- points -----------------------------------------------------------------------------------------------


def between_points(places: ArrayLike, services: ArrayLike, *, limit: float, speed: float = 1.0) -> Pairs:
    """Return the places within ``limit`` of each service in a straight line, points of shape (n, 2) in one plane.

    ``speed`` turns lengths into minutes: metres a minute where points are in metres. With 1, ``limit`` and the minutes
    of the pairs are lengths.
    """
    at, sources = np.asarray(places, float).reshape(-1, 2), np.asarray(services, float).reshape(-1, 2)
    if not (np.isfinite(at).all() and np.isfinite(sources).all() and speed > 0 and limit >= 0):
        raise InvalidRecord("between_points: a point without place, a speed of 0 or a limit below 0")
    if not at.size:
        return _joined([(np.zeros(0, np.int32), np.zeros(0, np.float32)) for _ in sources], 0)
    tree, near_enough = KDTree(at), []
    for source in sources:
        near = np.array(sorted(tree.query_ball_point(source, limit * speed * (1 + 1e-9))), np.int32)
        minutes = np.hypot(at[near, 0] - source[0], at[near, 1] - source[1]) / speed
        trips = minutes <= limit
        near_enough.append((near[trips], minutes[trips].astype(np.float32)))
    return _joined(near_enough, len(at))


def _joined(trips: list[tuple[Places, Minutes]], count: int) -> Pairs:
    starts = np.cumsum([0, *(places.size for places, _ in trips)])
    none = (np.zeros(0, np.int32), np.zeros(0, np.float32))
    return Pairs(
        starts,
        np.concatenate([none[0], *(p for p, _ in trips)]),
        np.concatenate([none[1], *(m for _, m in trips)]),
        count,
    )
