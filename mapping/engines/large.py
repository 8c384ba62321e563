"""Least-cost surfaces over grids larger than memory: `mapping.engines.travel`, a block of the grid at a time.

The grid lies in files. A *block* is a square of it with the cells around it that a step can reach. A visit reads the
block's friction and costs, settles them with the engine for grids in memory, and writes the costs back, those of the
cells around it too. Where these improved, the blocks that they belong to wait for a visit; the one with the smallest
improved cost goes first. When none waits, no step can improve any cell: the same state, to the bit, that the engine
reaches in memory.
"""

import heapq
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mapping.engines.travel import (
    INFINITY,
    Floats,
    Ints,
    Neighbours,
    checked_friction,
    checked_halves,
    checked_limit,
    checked_sources,
    spread,
)
from mapping.errors import InvalidRecord


class WindowedGrid(Protocol):
    """A grid of numbers that is read and written by windows: ``np.memmap``, a Zarr or HDF5 array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""

    def __getitem__(self, window: tuple[slice, slice], /) -> npt.ArrayLike:
        """Read a window."""

    def __setitem__(self, window: tuple[slice, slice], values: Floats, /) -> None:
        """Write a window."""


def large_cost_surface(
    friction: WindowedGrid,
    sources: npt.ArrayLike,
    out: WindowedGrid,
    *,
    cell_size: npt.ArrayLike,
    limit: float = np.inf,
    neighbours: Neighbours = 8,
    side: int = 4096,
) -> int:
    """Compute the least minutes from the nearest source to every cell, into a grid that need not fit in memory.

    Parameters
    ----------
    friction, sources, cell_size, limit, neighbours
        As in `mapping.engines.travel.cost_surface`; ``friction`` is read by windows.
    out
        Where the minutes go, float32 of the friction's shape.
    side
        Rows and columns of a block. Memory for about 12 bytes a cell of one block is needed: 0.2 GB for 4096.

    Returns
    -------
    How many blocks were visited.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape, type or range; a source lies outside the grid.

    Examples
    --------
    >>> import numpy as np
    >>> friction = np.full((300, 300), 0.012, np.float32)  # or np.load("friction.npy", mmap_mode="r")
    >>> minutes = np.empty((300, 300), np.float32)  # or np.lib.format.open_memmap("minutes.npy", "w+", ...)
    >>> large_cost_surface(friction, [(0, 0)], minutes, cell_size=100, side=128)
    9
    >>> float(minutes[0, 10].round(3))
    12.0
    """
    shape = tuple(friction.shape)
    if len(shape) != 2 or tuple(out.shape) != shape or not isinstance(side, int | np.integer) or side < 8:
        raise InvalidRecord(
            f"friction, out: need grids of one shape, rows and columns, not {shape} and {tuple(out.shape)}; "
            f"side: 8 or more cells, not {side!r}"
        )
    if neighbours not in (8, 16):
        raise InvalidRecord(f"neighbours: 8 or 16, not {neighbours!r}")
    halves = checked_halves(cell_size, shape[0])
    blocks = _Blocks(friction, out, halves, checked_limit(limit), neighbours, int(side))
    return blocks.settle(checked_sources(sources, shape))


class _Blocks:
    """The blocks of a grid, and which of them wait for a visit."""

    def __init__(
        self,
        friction: WindowedGrid,
        out: WindowedGrid,
        halves: Floats,
        limit: np.float32,
        neighbours: Neighbours,
        side: int,
    ) -> None:
        self.friction, self.out, self.halves, self.limit = friction, out, halves, limit
        self.neighbours, self.side = neighbours, side
        self.reach = 1 if neighbours == 8 else 2
        self.rows, self.columns = friction.shape
        self.sources: dict[tuple[int, int], Ints] = {}
        self.waiting: dict[tuple[int, int], float] = {}
        self.heap: list[tuple[float, tuple[int, int]]] = []

    def settle(self, sources: Ints) -> int:
        for top in range(0, self.rows, self.side):
            rows = slice(top, min(top + self.side, self.rows))
            self.out[rows, slice(0, self.columns)] = np.full((rows.stop - top, self.columns), INFINITY)
        owners = sources // self.side
        for block in sorted({(int(y), int(x)) for y, x in owners}):
            self.sources[block] = sources[(owners == block).all(axis=1)]
            self._await(block, 0.0)
        visits = 0
        while self.heap:
            value, block = heapq.heappop(self.heap)
            if self.waiting.get(block) == value:
                del self.waiting[block]
                self._visit(block)
                visits += 1
        return visits

    def _await(self, block: tuple[int, int], value: float) -> None:
        if value < self.waiting.get(block, np.inf):
            self.waiting[block] = value
            heapq.heappush(self.heap, (value, block))

    def _visit(self, block: tuple[int, int]) -> None:
        """Settle a block with the cells around it, write it back, and let those that improved wait."""
        reach, side = self.reach, self.side
        top, left = max(0, block[0] * side - reach), max(0, block[1] * side - reach)
        bottom, right = min(self.rows, (block[0] + 1) * side + reach), min(self.columns, (block[1] + 1) * side + reach)
        window = (slice(top, bottom), slice(left, right))
        ground = checked_friction(self.friction[window])
        cost = np.array(self.out[window], np.float32, order="C")
        before = _edges(cost, 2 * reach)
        own = self.sources.pop(block, None)
        start = None if own is None else own - np.array([top, left])
        front = np.argwhere(before < INFINITY)
        spread(
            ground,
            cost,
            np.ascontiguousarray(self.halves[top:bottom]),
            sources=start,
            front=front,
            limit=self.limit,
            neighbours=self.neighbours,
        )
        cost[cost > self.limit] = INFINITY
        self.out[window] = cost
        better = np.argwhere(_edges(cost, 2 * reach) < before)
        values = cost[better[:, 0], better[:, 1]]
        for other, value in self._beside(block, better, values, (top, left)):
            self._await(other, value)

    def _beside(
        self, block: tuple[int, int], better: Ints, values: Floats, corner: tuple[int, int]
    ) -> list[tuple[tuple[int, int], float]]:
        """Return the blocks around this one that read a cell of it which improved, with the smallest such cost."""
        costs: dict[tuple[int, int], float] = {}
        cells = better + np.array(corner)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                other = (block[0] + dy, block[1] + dx)
                if (dy, dx) == (0, 0) or min(other) < 0:
                    continue
                low = np.array(other) * self.side - self.reach
                high = (np.array(other) + 1) * self.side + self.reach
                read = ((cells >= low) & (cells < high)).all(axis=1)
                if other[0] * self.side < self.rows and other[1] * self.side < self.columns and read.any():
                    costs[other] = float(values[read].min())
        return list(costs.items())


def _edges(cost: Floats, width: int) -> Floats:
    edges = np.full_like(cost, INFINITY)
    for part in (np.s_[:width], np.s_[-width:], np.s_[:, :width], np.s_[:, -width:]):
        edges[part] = cost[part]
    return edges
