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
from rasterio.warp import Resampling, reproject, transform_bounds
from rasterio.windows import Window

from mapping.errors import InvalidRecord

Box = tuple[float, float, float, float]
"""West, south, east, north."""

NO_LANDCOVER = 255
"""What stands in a grid of land cover where it is not known."""

NOBODY = 1e-6
"""Fewer people than this in a whole unit are a rounding error."""


LATTICE_METRES = 5000
"""Between points so far apart a straight line is off by less than a metre in any projection in use."""

WHOLE_CELLS = 200_000_000
"""A raster with more cells, as of the world, is read where it is needed only."""


@cache
def _between(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _side_metres(source: rasterio.DatasetReader) -> float:
    height = float(abs(source.transform.e))
    return height * 111_195 if source.crs.is_geographic else height


@cache
def _from_lonlat(crs: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def text_of_crs(crs: CRS) -> str:
    """Write a reference system in short: ``EPSG:32636``, or as WKT where it has no number."""
    number = crs.to_epsg()
    return f"EPSG:{number}" if number else str(crs.to_wkt())


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

    @classmethod
    def of_raster(cls, path: Path) -> Grid:
        """Take the cells of a raster as they are.

        Raises
        ------
        InvalidRecord
            It is no raster, or its cells are not squares in metres with north at the top.
        """
        try:
            with rasterio.open(path) as source:
                crs, transform, shape = source.crs, source.transform, source.shape
        except RasterioError as error:
            raise InvalidRecord(f"{path.name}: cannot be read as a raster: save it as a GeoTIFF") from error
        if crs is None:
            raise InvalidRecord(f"{path.name}: does not say in which reference system it lies: save it with one")
        if not crs.is_projected or abs(crs.linear_units_factor[1] - 1) > 1e-9:
            raise InvalidRecord(f"{path.name}: does not lie in metres: warp it to a reference system in metres")
        if transform.b or transform.d or transform.e >= 0 or abs(transform.a + transform.e) > 1e-6 * transform.a:
            raise InvalidRecord(f"{path.name}: has cells that are no squares with north at the top: warp it to such")
        return cls(transform, shape, float(transform.a), text_of_crs(crs))

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
                    rasterio.band(source, 1) if source.width * source.height > WHOLE_CELLS else source.read(1),
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
        out[np.isnan(out)] = missing
        return out

    def sums(self, path: Path) -> NDArray[np.float32]:
        """Return the first band of a raster of counts on this grid, so that counts are neither lost nor made.

        A cell of the raster gives each cell of the grid the share that lies in it. Values below 0 and those that the
        raster marks as missing count as 0.

        Raises
        ------
        InvalidRecord
            The file cannot be read to its end.
        """
        from mapping.engines.regrid import spread_counts  # compilers take half a second, which no list needs

        out = np.zeros(self.shape, np.float32)
        try:
            with rasterio.open(path) as source:
                if (
                    source.shape == self.shape
                    and source.transform == self.transform
                    and text_of_crs(source.crs) == self.crs
                ):
                    counts = source.read(1, out_dtype="float32", masked=True).filled(0)
                    return np.where((counts > 0) & np.isfinite(counts), counts, np.float32(0))
                part = self._seen_in(source)
                if part is None:
                    return out
                step = max(1, round(LATTICE_METRES / _side_metres(source)))
                counts = source.read(1, window=part, out_dtype="float32", masked=True).filled(0)
                spread_counts(counts, self._lattice(source, part, step), step=step, target=out)
        except RasterioError as error:
            raise InvalidRecord(f"{path.name}: cannot be read as a raster: save it as a GeoTIFF") from error
        return out

    def _seen_in(self, source: rasterio.DatasetReader) -> Window | None:
        """Return the rows and columns of a raster that may lie on this grid, None where none do."""
        west, south, east, north = transform_bounds(self.crs, source.crs, *self.bounds, densify_pts=101)
        inverse = ~source.transform
        corners = [inverse * corner for corner in ((west, north), (east, north), (west, south), (east, south))]
        left, right = (bound(x for x, _ in corners) for bound in (min, max))
        top, bottom = (bound(y for _, y in corners) for bound in (min, max))
        first, last = max(0, math.floor(top) - 1), min(source.height, math.ceil(bottom) + 1)
        start, end = max(0, math.floor(left) - 1), min(source.width, math.ceil(right) + 1)
        return Window(start, first, end - start, last - first) if first < last and start < end else None

    def _lattice(
        self, source: rasterio.DatasetReader, window: Window, step: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return column and row of this grid at every ``step``-th corner of the cells of a part of a raster."""
        down = window.row_off + step * np.arange(math.ceil(window.height / step) + 1)
        across = window.col_off + step * np.arange(math.ceil(window.width / step) + 1)
        columns, rows = np.meshgrid(across.astype(float), down.astype(float))
        x, y = source.transform * (columns, rows)
        x, y = _between(source.crs.to_wkt(), self.crs).transform(x, y)
        return (x - self.transform.c) / self.cell_size, (self.transform.f - y) / self.cell_size

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

    def barriers(self, shapes: gpd.GeoSeries) -> NDArray[np.bool_]:
        """Tell which cells shapes in degrees touch, so that a line leaves no gap that a diagonal step slips through."""
        drawn = [shape for shape in shapes.to_crs(self.crs) if shape is not None and not shape.is_empty]
        if not drawn:
            return np.zeros(self.shape, bool)
        return np.asarray(rasterize(drawn, self.shape, transform=self.transform, all_touched=True, dtype="uint8"), bool)


def winding(grid: Grid, roads: gpd.GeoSeries, metres: ArrayLike) -> NDArray[np.float64]:
    """Return how many times as long each road is as the shortest way through the cells it is drawn in.

    On cells of a kilometre the bends of a pass road run into each other, and one would drive straight through. Roads
    shorter than five cells, and those that are not one line, count as straight: 1. ``metres`` are their lengths.
    """
    from mapping.engines.travel import cost_surface  # as above

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
    there = np.zeros(len(units) + 1, bool)  # the last one is outside
    there[burnt] = True
    small = np.flatnonzero(~there[:-1])
    for index in sorted(small, key=lambda index: (projected.iloc[index].area, index)):
        sizes = np.bincount(burnt[burnt >= 0], minlength=len(units))
        rows, columns = np.nonzero((burnt < 0) | (sizes[burnt] > 1))
        if rows.size:
            row, column = _nearest_cell(grid, projected.iloc[index], rows, columns)
            burnt[row, column] = index
    return burnt


def _nearest_cell(
    grid: Grid, shape: shapely.Geometry, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[int, int]:
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
    return np.asarray(np.hypot(*np.gradient(elevation, cell_size)), np.float32)


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
    there (see `habitability`), of every cell or, row by row, of those inside only. ``cells`` is a finer table of
    people: ``unit`` (index), ``lat``, ``lon``, ``people``.
    Each of its rows goes to the cells of its own unit within its square of ``cell_degrees``, by weight; squares are
    counted from ``origin``, the longitude and latitude of the north-western corner. Where the square holds no cell
    of the unit, and where a row is a point, it goes to the nearest cell of the unit. Without the table, and where it
    has nobody in a unit, the census is spread over the whole unit by weight.
    """
    flat = np.flatnonzero(unit_of >= 0)
    inside = _Inside(grid, flat, unit_of.ravel()[flat], weight.ravel()[flat] if weight.ndim == 2 else weight)
    people = np.zeros(len(flat))
    if cells is not None and len(cells):
        left = cells
        if cell_degrees is not None:
            left = _fill_squares(inside, people, cells, cell_degrees, origin)
        _fill_nearest(inside, people, left)
    fit_census(people, inside.unit, census, weight=inside.weight)
    out = np.zeros(grid.shape, np.float32)
    out.ravel()[flat] = people
    return out


@dataclass(frozen=True)
class _Inside:
    """The cells of a grid inside all units, row by row: their place in the flat grid, unit and weight."""

    grid: Grid
    flat: NDArray[np.int64]
    unit: NDArray[np.int32]
    weight: NDArray[np.float64]


def fit_census(
    people: NDArray[Any],
    unit_of: NDArray[np.int32],
    census: NDArray[np.int64],
    *,
    weight: NDArray[np.float64] | None = None,
) -> NDArray[Any]:
    """Make the cells of each unit add up to its census, in place; return them.

    Arrays are of one shape. Where nobody stands in a unit that the census gives people, they are spread by ``weight``,
    evenly without one. Cells outside all units keep what they have.
    """
    inside: Any = unit_of >= 0
    if inside.all():
        inside = ...
    given = _sums(people[inside], unit_of[inside], len(census))
    if (given < NOBODY).any():
        empty = (given < NOBODY)[unit_of] & (unit_of >= 0)
        people[empty] = 1.0 if weight is None else _even_where_zero(weight[empty], unit_of[empty])
        given = _sums(people[inside], unit_of[inside], len(census))
    people[inside] *= (census / np.where(given > 0, given, 1))[unit_of[inside]]
    return people


def _sums(values: NDArray[Any], group: NDArray[Any], count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(group.ravel(), values.ravel(), minlength=count), np.float64)


def _even_where_zero(weight: NDArray[np.float64], group: NDArray[Any]) -> NDArray[np.float64]:
    """Return the weights, 1 throughout a group in which all are 0."""
    if not group.size:
        return weight
    some = np.bincount(group, weight) > 0
    return weight if some[group].all() else np.where(some[group], weight, 1.0)


def _fill_squares(
    inside: _Inside,
    people: NDArray[np.float64],
    cells: pd.DataFrame,
    degrees: float,
    origin: tuple[float, float],
) -> pd.DataFrame:
    """Add the people of square cells to ``people``; return the rows whose square holds no cell of their unit."""

    def square(lat: ArrayLike, lon: ArrayLike, unit: ArrayLike) -> NDArray[np.int64]:
        """Return one number for each square and unit, in the order of squares from the north-west."""
        down = np.floor((origin[1] - np.asarray(lat, float)) / degrees).astype(np.int64)
        across = np.floor((np.asarray(lon, float) - origin[0]) / degrees).astype(np.int64)
        return (down * SQUARES + across) * UNITS + np.asarray(unit, np.int64)

    of_row = square(cells["lat"], cells["lon"], cells["unit"])
    squares, number = np.unique(of_row, return_inverse=True)
    counts = np.bincount(number, cells["people"].to_numpy(float))
    group = np.empty(len(inside.flat), np.int32)
    for first in range(0, len(group), CHUNK):
        part = slice(first, first + CHUNK)
        of_cell = square(*inside.grid.centres(*np.divmod(inside.flat[part], inside.grid.shape[1])), inside.unit[part])
        nearest = np.minimum(np.searchsorted(squares, of_cell), len(squares) - 1)
        group[part] = np.where(squares[nearest] == of_cell, nearest, -1)
    held = group >= 0
    group = group[held]
    shares = _even_where_zero(inside.weight[held], group)
    totals = np.bincount(group, shares, minlength=len(counts))
    people[held] += counts[group] * shares / totals[group]
    return cells[~np.isin(number, np.flatnonzero(totals > 0))]


CHUNK = 1_000_000
"""So many cells are looked at in one go."""

SQUARES, UNITS = 10_000_000, 1_000_000
"""More squares around the earth, and more units, than there are."""


def _fill_nearest(inside: _Inside, people: NDArray[np.float64], cells: pd.DataFrame) -> None:
    from scipy.spatial import cKDTree  # takes long to load: a portal reads what was worked out before

    grid, width = inside.grid, inside.grid.shape[1]
    at = grid.project(cells["lat"], cells["lon"])
    for unit, members in cells.reset_index(drop=True).groupby("unit").groups.items():
        own = np.flatnonzero(inside.unit == unit)
        if not own.size:
            continue
        rows, columns = np.divmod(inside.flat[own], width)
        middles = np.column_stack(
            [
                grid.transform.c + (columns + 0.5) * grid.cell_size,
                grid.transform.f - (rows + 0.5) * grid.cell_size,
            ]
        )
        _, nearest = cKDTree(middles).query(at[members])
        np.add.at(people, own[nearest], cells["people"].to_numpy(float)[members])
