"""People whom a raster has beyond a coast, where outlines are coarser than it: they belong to the nearest unit."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt
from scipy.spatial import cKDTree

from mapping.area.grid import Grid, unit_grid

NEAR = 3_000.0
"""Metres beyond the outlines within which people belong to a unit, where nobody lives farther out."""
FARTHER = 10_000.0
"""Metres around such a cell in which people beyond `NEAR` show that another country begins there."""
WIDE_CELL = 1_000.0


def to_nearest_unit(
    people: NDArray[np.float32], inside: NDArray[np.bool_], grid: Grid, units: gpd.GeoSeries, population: Path
) -> float:
    """Move people who live just beyond a coast into the nearest cell of a unit, in place; return how many."""
    outside = (people > 0) & ~inside
    edge = np.argwhere(inside & binary_dilation(~inside))
    at = np.argwhere(outside)
    if not len(at) or not len(edge):
        return 0.0
    cells, nearest = cKDTree(edge).query(at, distance_upper_bound=max(NEAR / grid.cell_size, 2.0))
    found = np.isfinite(cells)
    at, nearest = at[found], nearest[found]
    coast = ~_is_inhabited_beyond(at, grid, units, population)
    own, to = tuple(at[coast].T), tuple(edge[nearest[coast]].T)
    moved = people[own].copy()
    people[own] = 0
    np.add.at(people, to, moved)
    return float(moved.sum())


def _is_inhabited_beyond(
    cells: NDArray[np.int64], grid: Grid, units: gpd.GeoSeries, population: Path
) -> NDArray[np.bool_]:
    """Tell of cells outside the units whether people live around them farther out than `NEAR`."""
    wide = _around(grid)
    there, within = wide.sums(population), unit_grid(wide, units) >= 0
    metres_out = distance_transform_edt(~within) * wide.cell_size
    far = np.argwhere((there > 0) & (metres_out > NEAR + wide.cell_size))
    if not len(far):
        return np.zeros(len(cells), bool)
    metres, _ = cKDTree(_middles(far, wide)).query(_middles(cells, grid))
    return np.asarray(metres <= FARTHER)


def _around(grid: Grid) -> Grid:
    side, reach = max(WIDE_CELL, grid.cell_size), FARTHER + NEAR
    left, bottom, right, top = grid.bounds
    shape = (math.ceil((top - bottom + 2 * reach) / side), math.ceil((right - left + 2 * reach) / side))
    return Grid(Affine(side, 0, left - reach, 0, -side, top + reach), shape, side, grid.crs)


def _middles(cells: NDArray[np.int64], grid: Grid) -> NDArray[np.float64]:
    rows, columns = (cells.T + 0.5) * grid.cell_size
    return np.column_stack([grid.transform.c + columns, grid.transform.f - rows])
