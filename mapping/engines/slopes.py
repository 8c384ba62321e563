"""Walking on slopes: least minutes where up and down differ, so that the way there and the way back are not the same.

Model
-----
A walker's pace on a slope s (rise over run, positive uphill) is F(s) times that on level ground:

- Tobler's hiking function (Tobler 1993, NCGIA technical report 93-1): speed 6 exp(-3.5 |s + 0.05|) km/h, so that
  F(s) = exp(3.5 |s + 0.05|) / exp(3.5 * 0.05); fastest at 5% downhill.
- Langmuir's rule (Langmuir 1984, Mountaincraft and leadership), on 5 km/h: ten minutes more for each 100 m of ascent,
  ten less for each 300 m of descent between 5 and 12 degrees, ten more where it is steeper.

A grid of wide cells hides slopes within them. Where the mean steepness m of a cell is known, a step whose ends differ
by a slope s is taken to go up on a share (1 + s / m) / 2 of its way and down on the rest, both at m: on the flat as a
whole that is the mean of the paces up and down, and where s reaches m it is F(s) itself.

Half of a straight or diagonal step counts at the pace of the cell it leaves and half at that of the cell it enters; a
knight's move counts a quarter in each of the four cells that it crosses. This is the model of `mapping.engines.travel`
with a factor for the slope; without slopes both give the same minutes.

Method
------
Dijkstra's algorithm over a heap that knows where each cell stands in it. The pace depends on the direction, so that
the vectorised lines of `mapping.engines.travel` do not apply; use that engine where the direction does not matter.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from mapping.engines._compiled import compiled
from mapping.engines._heap import rise, sink
from mapping.engines.travel import (
    DIAGONAL,
    KNIGHT,
    Floats,
    Ints,
    Neighbours,
    checked_friction,
    checked_halves,
    checked_limit,
    checked_sources,
)
from mapping.errors import InvalidRecord

Pace = Literal["tobler", "langmuir"]
Doubles = npt.NDArray[np.float64]

# One row a move: rows and columns to go, its length in halves of a cell's side (see `mapping.engines.travel`), and the
# two cells that a knight's move crosses on its way.
STRAIGHT = [(0, 1), (1, 0), (0, -1), (-1, 0)]
OBLIQUE = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
KNIGHTS = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
GENTLE, STEEP = float(np.tan(np.radians(5))), float(np.tan(np.radians(12)))


@compiled
def _pace(slope: float, langmuir: bool) -> float:
    """Return F(s): how many times as long a metre takes on a slope as on the level."""
    if not langmuir:
        return float(np.exp(3.5 * abs(slope + 0.05) - 3.5 * 0.05))
    level = 60 / 5000
    if slope >= 0:
        return (level + slope * 60 / 600) / level
    descent = -slope
    if descent < GENTLE:
        return 1.0
    return (level + descent * 10 / 300 * (-1 if descent <= STEEP else 1)) / level


@compiled
def _factor(slope: float, steepness: float, langmuir: bool) -> float:
    """Return the factor of a step with a slope from end to end, through ground of a mean steepness."""
    steep = max(abs(slope), steepness)
    if steep <= 0:
        return 1.0
    up = (1 + slope / steep) / 2
    return up * _pace(steep, langmuir) + (1 - up) * _pace(-steep, langmuir)


@compiled
def _spread(
    cost: Doubles,
    friction: Floats,
    height: Floats,
    steepness: Floats,
    half: Floats,
    moves: Ints,
    heap: Ints,
    place: Ints,
    size: int,
    towards: bool,
    langmuir: bool,
    limit: float,
) -> None:
    rows, columns = friction.shape
    while size > 0:
        here = heap[0]
        size -= 1
        place[here] = -2
        if size > 0:
            sink(heap, place, cost, size, heap[size])
        y, x = here // columns, here % columns
        reached = cost[here]
        if reached > limit:
            return
        for m in range(len(moves)):
            ny, nx = y + moves[m, 0], x + moves[m, 1]
            if ny < 0 or nx < 0 or ny >= rows or nx >= columns:
                continue
            there = ny * columns + nx
            if place[there] == -2:
                continue
            minutes = _step(friction, height, steepness, half, moves[m], y, x, towards, langmuir)
            if reached + minutes < cost[there]:
                cost[there] = reached + minutes
                if place[there] < 0:
                    heap[size] = there
                    place[there] = size
                    size += 1
                rise(heap, place, cost, place[there], there)


@compiled
def _step(
    friction: Floats,
    height: Floats,
    steepness: Floats,
    half: Floats,
    move: Ints,
    y: int,
    x: int,
    towards: bool,
    langmuir: bool,
) -> float:
    """Return the minutes of one step from a cell that was reached to the next; inf across a barrier."""
    dy, dx = move[0], move[1]
    ny, nx = y + dy, x + dx
    knight = abs(dy) + abs(dx) == 3
    length = float(KNIGHT) if knight else float(DIAGONAL) if dy and dx else 1.0
    run = (half[y] + half[ny]) * (2.0 * length if knight else length)
    rise = float(height[ny, nx]) - float(height[y, x])
    slope = (-rise if towards else rise) / run  # towards the source people walk the other way than the surface spreads
    minutes = _toll(friction, steepness, half, y, x, slope, langmuir)
    minutes += _toll(friction, steepness, half, ny, nx, slope, langmuir)
    if knight:
        across = move[2:]
        minutes += _toll(friction, steepness, half, y + across[0], x + across[1], slope, langmuir)
        minutes += _toll(friction, steepness, half, y + across[2], x + across[3], slope, langmuir)
    return length * minutes


@compiled
def _toll(friction: Floats, steepness: Floats, half: Floats, y: int, x: int, slope: float, langmuir: bool) -> float:
    """Return half the way across a cell in minutes; ground with a steepness below 0 is driven over, not walked."""
    f = float(friction[y, x])
    if not f >= 0:
        return np.inf
    steep = float(steepness[y, x])
    return f * float(half[y]) * (1.0 if steep < 0 else _factor(slope, steep, langmuir))


def pace(slope: npt.ArrayLike, rule: Pace = "tobler") -> Doubles:
    """Return how many times as long a metre takes on a slope (rise over run, positive uphill) as on the level."""
    langmuir = rule == "langmuir"
    flat = np.asarray(slope, np.float64)
    return np.array([_pace(rise, langmuir) for rise in flat.ravel()]).reshape(flat.shape)


def walking_surface(
    friction: npt.ArrayLike,
    elevation: npt.ArrayLike,
    sources: npt.ArrayLike,
    *,
    cell_size: npt.ArrayLike,
    steepness: npt.ArrayLike | None = None,
    rule: Pace = "tobler",
    towards: bool = True,
    limit: float = np.inf,
    neighbours: Neighbours = 8,
) -> Floats:
    """Compute the least minutes between every cell and the nearest source, up and down told apart.

    Parameters
    ----------
    friction
        Minutes per metre on the level, shape (rows, columns); barriers as in `mapping.engines.travel.cost_surface`.
    elevation
        Metres above sea level, same shape, finite.
    sources
        (row, column) of each, shape (n, 2).
    cell_size
        Side of a cell in metres: a number, or one for each row.
    steepness
        Mean slope within each cell (rise over run, 0 or more), same shape; negative where a vehicle drives, whose
        friction holds on any slope. Without it only the slopes between cells count, and all cells are walked.
    rule
        Whose pace on slopes.
    towards
        Whether people walk to the source (the default, as one asks for services) or from it.
    limit
        Minutes beyond which a cell counts as unreachable.
    neighbours
        8, or 16 with knight's moves.

    Returns
    -------
    Minutes, float32, shape (rows, columns); infinite where there is no way, never NaN.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape, type or range; a source lies outside the grid.
    """
    level = checked_friction(friction)
    shape = level.shape
    cells = checked_sources(sources, shape)
    halves = checked_halves(cell_size, shape[0])
    height = _checked_like(elevation, shape, "elevation", "metres")
    steep = np.zeros(shape, np.float32) if steepness is None else _checked_like(steepness, shape, "steepness", "slopes")
    if rule not in ("tobler", "langmuir"):
        raise InvalidRecord(f"rule: tobler or langmuir, not {rule!r}")
    if neighbours not in (8, 16):
        raise InvalidRecord(f"neighbours: 8 or 16, not {neighbours!r}")
    within = float(checked_limit(limit))
    cost = np.full(level.size, np.inf)
    heap, place = np.empty(level.size, np.int64), np.full(level.size, -1, np.int64)
    own = level[cells[:, 0], cells[:, 1]]
    starts = np.unique(cells[(own >= 0) & np.isfinite(own)] @ np.array([shape[1], 1], np.int64))
    cost[starts] = 0
    heap[: len(starts)], place[starts] = starts, np.arange(len(starts))
    _spread(
        cost,
        level,
        height,
        steep,
        halves,
        _moves(neighbours),
        heap,
        place,
        len(starts),
        towards,
        rule == "langmuir",
        within,
    )
    cost[cost > within] = np.inf
    return np.asarray(cost.reshape(shape), np.float32)


def _moves(neighbours: Neighbours) -> Ints:
    """Return one row a move: rows, columns, and the two cells that a knight's move crosses, by row and column."""
    moves = [(*step, 0, 0, 0, 0) for step in (*STRAIGHT, *OBLIQUE)]
    if neighbours == 16:
        for dy, dx in KNIGHTS:
            near = (int(np.sign(dy)) * (abs(dy) - 1), int(np.sign(dx)) * (abs(dx) - 1))
            moves.append((dy, dx, *near, int(np.sign(dy)), int(np.sign(dx))))
    return np.array(moves, np.int64)


def _checked_like(array: npt.ArrayLike, shape: tuple[int, ...], name: str, what: str) -> Floats:
    values = np.ascontiguousarray(array, np.float32)
    if values.shape != shape:
        raise InvalidRecord(f"{name}: need {what} of the shape of the friction, {shape}, not {values.shape}")
    if not np.isfinite(values).all():
        raise InvalidRecord(f"{name}: every cell needs finite {what}; fill the gaps first")
    return values
