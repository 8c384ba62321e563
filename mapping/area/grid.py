"""The raster of a study area: square cells in its own metric reference system, and people spread over them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject
from scipy.spatial import cKDTree

from mapping.engines.travel import cost_surface
from mapping.errors import InvalidRecord

Box = tuple[float, float, float, float]
"""West, south, east, north."""

NO_LANDCOVER = 255
"""What stands in a grid of land cover where it is not known."""

NOBODY = 1e-6
"""Fewer people than this in a whole unit are a rounding error."""


@cache
def _from_lonlat(crs: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@dataclass(frozen=True)
class Grid:
    """Square cells of ``cell_size`` metres in ``crs``; row 0 is the northernmost.

    Cell borders lie on whole multiples of the cell size, so that a grid of a wider window repeats the same cells.
    """

    transform: Affine
    shape: tuple[int, int]
    cell_size: float
    crs: str

    @classmethod
    def over(cls, box: Box, *, crs: str, cell_size: float) -> Grid:
        """Make the grid that covers a box of degrees."""
        left, bottom, right, top = _from_lonlat(crs).transform_bounds(*box, densify_pts=101)
        west, north = math.floor(left / cell_size), math.ceil(top / cell_size)
        shape = (north - math.floor(bottom / cell_size), math.ceil(right / cell_size) - west)
        transform = Affine(cell_size, 0, west * cell_size, 0, -cell_size, north * cell_size)
        return cls(transform, shape, cell_size, crs)

    def project(self, lats: ArrayLike, lons: ArrayLike) -> NDArray[np.float64]:
        """Return x and y in metres, shape (n, 2), of places in degrees; not finite where there is no place."""
        x, y = _from_lonlat(self.crs).transform(np.atleast_1d(lons).astype(float), np.atleast_1d(lats).astype(float))
        return np.column_stack([x, y])

    def cells(self, lats: ArrayLike, lons: ArrayLike) -> NDArray[np.int64]:
        """Return row and column, shape (n, 2), of places in degrees; -1, -1 outside the grid or without a place."""
        x, y = self.project(lats, lons).T
        with np.errstate(invalid="ignore"):
            rows = np.floor((self.transform.f - y) / self.cell_size)
            columns = np.floor((x - self.transform.c) / self.cell_size)
            inside = (rows >= 0) & (rows < self.shape[0]) & (columns >= 0) & (columns < self.shape[1])
        return np.where(inside[:, None], np.column_stack([rows, columns]), -1).astype(np.int64)

    def cell(self, lat: float, lon: float) -> tuple[int, int] | None:
        """Return the row and column of a place, None outside the grid."""
        row, column = self.cells([lat], [lon])[0].tolist()
        return (row, column) if row >= 0 else None

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """Return the latitude and longitude of the middle of a cell."""
        lats, lons = self.centres(np.array([row]), np.array([column]))
        return float(lats[0]), float(lons[0])

    def centres(self, rows: ArrayLike, columns: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the latitudes and longitudes of the middles of cells."""
        x = self.transform.c + (np.asarray(columns, float) + 0.5) * self.cell_size
        y = self.transform.f - (np.asarray(rows, float) + 0.5) * self.cell_size
        lons, lats = _from_lonlat(self.crs).transform(x, y, direction="INVERSE")
        return lats, lons

    @property
    def bounds(self) -> Box:
        """Return left, bottom, right and top in metres."""
        left, top = self.transform.c, self.transform.f
        return left, top - self.shape[0] * self.cell_size, left + self.shape[1] * self.cell_size, top

    @cached_property
    def bounds_lonlat(self) -> Box:
        """Return west, south, east and north in degrees of a box that holds the whole grid."""
        box: Box = _from_lonlat(self.crs).transform_bounds(*self.bounds, densify_pts=101, direction="INVERSE")
        return box

    def warp(self, path: Path, *, how: Literal["average", "nearest"], missing: float) -> NDArray[np.float32]:
        """Return the first band of a raster on this grid; ``missing`` where the raster has nothing.

        Raises
        ------
        InvalidRecord
            The file cannot be read to its end.
        """
        out = np.full(self.shape, np.nan, np.float32)
        try:
            with rasterio.open(path) as source:
                reproject(
                    source.read(1),
                    out,
                    src_transform=source.transform,
                    src_crs=source.crs,
                    src_nodata=source.nodata,
                    dst_transform=self.transform,
                    dst_crs=CRS.from_user_input(self.crs),
                    dst_nodata=np.nan,
                    resampling=Resampling.average if how == "average" else Resampling.nearest,
                )
        except RasterioError as error:
            raise InvalidRecord(f"{path.name}: cannot be read as a raster: save it as a GeoTIFF") from error
        return np.where(np.isnan(out), np.float32(missing), out)

    def burn(self, shapes: gpd.GeoSeries, values: ArrayLike, *, fill: float) -> NDArray[np.float32]:
        """Return the values of shapes in degrees on this grid, the last one on top.

        A polygon takes the cells whose middle it holds, a line the cells it runs through: an unbroken chain in which
        each cell touches the next by a side or a corner.
        """
        drawn = [
            (shape, float(value))
            for shape, value in zip(shapes.to_crs(self.crs), np.asarray(values, float), strict=True)
            if shape is not None and not shape.is_empty
        ]
        if not drawn:
            return np.full(self.shape, fill, np.float32)
        return np.asarray(rasterize(drawn, self.shape, fill=fill, transform=self.transform, dtype="float32"))


def winding(grid: Grid, roads: gpd.GeoSeries, metres: ArrayLike) -> NDArray[np.float64]:
    """Return how many times as long each road is as the shortest way through the cells it is drawn in.

    On cells of a kilometre the bends of a pass road run into each other, and one would drive straight through. Roads
    shorter than five cells, and those that are not one line, count as straight: 1. ``metres`` are their lengths.
    """
    ratio = np.ones(len(roads))
    for index, (line, length) in enumerate(zip(roads.to_crs(grid.crs), np.asarray(metres, float), strict=True)):
        if not isinstance(line, shapely.LineString) or length < 5 * grid.cell_size:
            continue
        west, south, east, north = line.bounds
        left, top = (
            math.floor(west / grid.cell_size) * grid.cell_size,
            math.ceil(north / grid.cell_size) * grid.cell_size,
        )
        shape = (math.floor((top - south) / grid.cell_size) + 1, math.floor((east - left) / grid.cell_size) + 1)
        transform = Affine(grid.cell_size, 0, left, 0, -grid.cell_size, top)
        drawn = rasterize([line], shape, transform=transform, dtype="float32")
        first, last = (
            (int((top - y) / grid.cell_size), int((x - left) / grid.cell_size))
            for x, y in (line.coords[0], line.coords[-1])
        )
        metre_by_metre = np.where(drawn > 0, np.float32(1), np.float32(np.inf))
        chain = float(cost_surface(metre_by_metre, [first], cell_size=grid.cell_size)[last])
        if 5 * grid.cell_size <= chain < math.inf:
            ratio[index] = length / chain
    return ratio


def unit_grid(grid: Grid, units: gpd.GeoSeries) -> NDArray[np.int32]:
    """Return the index of the unit in which the middle of each cell lies, -1 outside all.

    A unit too small to hold the middle of any cell takes one: the cell it lies in, unless another unit would be left
    with none; then the nearest cell that can be spared.
    """
    burnt = grid.burn(units, np.arange(len(units)), fill=-1).astype(np.int32)
    projected = units.to_crs(grid.crs)
    small = np.setdiff1d(np.arange(len(units)), burnt)
    for index in sorted(small, key=lambda one: (projected.iloc[one].area, one)):
        sizes = np.bincount(burnt[burnt >= 0], minlength=len(units))
        rows, columns = np.nonzero((burnt < 0) | (sizes[burnt] > 1))
        if rows.size:
            row, column = _nearest_cell(grid, projected.iloc[index], rows, columns)
            burnt[row, column] = index
    return burnt


def _nearest_cell(
    grid: Grid, shape: shapely.Geometry, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[int, int]:
    """Return that of some cells whose middle is nearest to a point in the shape."""
    point = shapely.point_on_surface(shape)
    far = np.hypot(
        grid.transform.c + (columns + 0.5) * grid.cell_size - point.x,
        grid.transform.f - (rows + 0.5) * grid.cell_size - point.y,
    )
    best = int(far.argmin())
    return int(rows[best]), int(columns[best])


def slope(elevation: NDArray[np.float32], cell_size: float) -> NDArray[np.float32]:
    """Return the steepness (rise over run) of each cell, by central differences."""
    if min(elevation.shape) < 2:
        return np.zeros(elevation.shape, np.float32)
    down, across = np.gradient(elevation, cell_size)
    return np.asarray(np.hypot(down, across), np.float32)


def habitability(
    landcover: NDArray[np.uint8], steepness: NDArray[np.float32], weights: dict[int, float]
) -> NDArray[np.float64]:
    """Return how readily people live in each cell: the weight of its land cover, less where it is steep.

    A slope of 10% leaves 37% of the weight, and no slope less than 1%. Land cover that is not known counts as 1.
    """
    table = np.full(256, 0.55)
    table[NO_LANDCOVER] = 1.0
    for cover, weight in weights.items():
        table[cover] = weight
    return np.asarray(table[landcover] * np.maximum(np.exp(-((steepness / 0.1) ** 2)), 0.01))


def spread_people(
    grid: Grid,
    unit_of: NDArray[np.int32],
    weight: NDArray[np.float64],
    census: NDArray[np.int64],
    *,
    cells: pd.DataFrame | None = None,
    cell_degrees: float | None = None,
    origin: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float32]:
    """Return the people of each cell, so that those of a unit are its census count.

    ``unit_of`` is the unit of each cell, an index into ``census``, -1 outside; ``weight`` is how readily people live
    there (see `habitability`). ``cells`` is a finer table of people: ``unit`` (index), ``lat``, ``lon``, ``people``.
    Each of its rows goes to the cells of its own unit within its square of ``cell_degrees``, by weight; squares are
    counted from ``origin``, the longitude and latitude of the north-western corner. Where the square holds no cell
    of the unit, and where a row is a point, it goes to the nearest cell of the unit. Without the table, and where it
    has nobody in a unit, the census is spread over the whole unit by weight.
    """
    people = np.zeros(grid.shape)
    if cells is not None and len(cells):
        left = cells
        if cell_degrees is not None:
            left = _fill_squares(grid, unit_of, weight, people, cells, cell_degrees, origin)
        _fill_nearest(grid, unit_of, people, left)
    inside = unit_of >= 0
    index = unit_of[inside]
    given = np.bincount(index, people[inside], minlength=len(census))
    empty = inside & (given < NOBODY)[unit_of]
    people[empty] = _even_where_zero(weight[empty], unit_of[empty])
    total = np.bincount(index, people[inside], minlength=len(census))
    people[inside] *= (census / np.where(total > 0, total, 1))[index]
    return people.astype(np.float32)


def _even_where_zero(weight: NDArray[np.float64], group: NDArray[Any]) -> NDArray[np.float64]:
    """Return the weights, 1 throughout a group in which all are 0."""
    if not group.size:
        return weight
    return np.where(np.bincount(group, weight)[group] > 0, weight, 1.0)


def _fill_squares(
    grid: Grid,
    unit_of: NDArray[np.int32],
    weight: NDArray[np.float64],
    people: NDArray[np.float64],
    cells: pd.DataFrame,
    degrees: float,
    origin: tuple[float, float],
) -> pd.DataFrame:
    """Add the people of square cells to ``people``; return the rows whose square holds no cell of their unit."""
    rows, columns = np.nonzero(unit_of >= 0)
    lats, lons = grid.centres(rows, columns)

    def square(lat: ArrayLike, lon: ArrayLike, unit: ArrayLike) -> pd.MultiIndex:
        down = np.floor((origin[1] - np.asarray(lat, float)) / degrees).astype(int)
        across = np.floor((np.asarray(lon, float) - origin[0]) / degrees).astype(int)
        return pd.MultiIndex.from_arrays([down, across, np.asarray(unit)])

    of_cell = square(lats, lons, unit_of[rows, columns])
    of_row = square(cells["lat"], cells["lon"], cells["unit"])
    counts = pd.Series(cells["people"].to_numpy(float)).groupby(of_row).sum()
    group = counts.index.get_indexer(of_cell)
    held = group >= 0
    rows, columns, group = rows[held], columns[held], group[held]
    shares = _even_where_zero(weight[rows, columns], group)
    totals = np.bincount(group, shares, minlength=len(counts))
    people[rows, columns] += counts.to_numpy()[group] * shares / totals[group]
    return cells[~of_row.isin(counts.index[np.unique(group)])]


def _fill_nearest(grid: Grid, unit_of: NDArray[np.int32], people: NDArray[np.float64], cells: pd.DataFrame) -> None:
    """Add the people of each row to the cell it falls in, or to the nearest cell of its unit."""
    at = grid.project(cells["lat"], cells["lon"])
    for unit, members in cells.reset_index(drop=True).groupby("unit").groups.items():
        rows, columns = np.nonzero(unit_of == unit)
        if not rows.size:
            continue
        middles = np.column_stack(
            [
                grid.transform.c + (columns + 0.5) * grid.cell_size,
                grid.transform.f - (rows + 0.5) * grid.cell_size,
            ]
        )
        _, nearest = cKDTree(middles).query(at[members])
        np.add.at(people, (rows[nearest], columns[nearest]), cells["people"].to_numpy(float)[members])
