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

from mapping.engines._compiled import read_only
from mapping.engines.travel import (
    checked_friction,
    checked_halves,
    checked_limit,
    checked_sources,
    spread,
)
from mapping.errors import InvalidRecord

Floats = NDArray[np.float64]
Minutes = NDArray[np.float32]
Places = NDArray[np.int32]
Starts = NDArray[np.int64]

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
    grid = checked_friction(friction)
    sources = checked_sources(services, grid.shape)
    halves, within = checked_halves(cell_size, grid.shape[0]), checked_limit(limit)
    number = np.full(grid.shape, -1, np.int32)
    chosen = np.arange(grid.size) if among is None else np.asarray(among, np.int64).ravel()
    if chosen.size and not (chosen.min() >= 0 and chosen.max() < grid.size and (np.diff(chosen) > 0).all()):
        raise InvalidRecord(f"among: cells must rise from 0 to at most {grid.size - 1}, each once")
    number.ravel()[chosen] = np.arange(chosen.size, dtype=np.int32)
    far, parts = _farthest(grid, halves, within), []
    for row, column in sources.tolist():
        top, left = max(0, row - far), max(0, column - far)
        window = slice(top, row + far + 1), slice(left, column + far + 1)
        ground = read_only(np.ascontiguousarray(grid[window]))
        minutes = np.full(ground.shape, INFINITY)
        start = read_only(np.array([[row - top, column - left]]))
        spread(ground, minutes, np.ascontiguousarray(halves[window[0]]), sources=start, limit=within)
        near = np.flatnonzero(minutes <= within)
        down, across = np.divmod(near, ground.shape[1])
        places = number[top + down, left + across]
        parts.append((places[places >= 0], minutes.ravel()[near[places >= 0]]))
    return _joined(parts, chosen.size)


def _farthest(friction: Minutes, halves: Minutes, limit: np.float32) -> int:
    """Return how many cells any way within the limit spans at most, over the fastest ground that there is."""
    fastest = np.min(friction * halves[:, None], where=friction >= 0, initial=INFINITY)
    cells = max(friction.shape)
    return cells if limit >= fastest * cells else int(limit / fastest) + 2


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
