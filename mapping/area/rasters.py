"""Rasters of a study area: tiled GeoTIFFs on its grid, and large grids kept beside its files once worked out."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from mapping.area.grid import Grid
from mapping.errors import InvalidRecord

if TYPE_CHECKING:
    from xarray import DataArray

Scalar = TypeVar("Scalar", bound=np.generic)

KEPT = "cache"
"""The folder within a study area's in which grids are kept."""

WORTH_KEEPING = 4_000_000
"""A grid of fewer cells is worked out anew as fast as it is read."""

METHOD = 1
"""To be raised when grids are worked out in another way, so that those that were kept are not taken."""


def write_raster(
    path: Path, values: NDArray[np.generic], grid: Grid, *, missing: float | None = None, fast: bool = False
) -> Path:
    """Write one band on a grid as a tiled, compressed GeoTIFF; return its path.

    ``missing`` is the value that stands for no data. Row 0 of ``values`` is the northernmost. ``fast`` takes a
    compression that not every program reads.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    predictor = 3 if values.dtype.kind == "f" else 2
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=grid.shape[0],
        width=grid.shape[1],
        count=1,
        dtype=values.dtype,
        crs=grid.crs,
        transform=grid.transform,
        nodata=missing,
        tiled=True,
        blockxsize=256,
        blockysize=256,
        bigtiff="if_safer",
        **({"compress": "zstd", "zstd_level": 1} if fast else {"compress": "deflate", "predictor": predictor}),
    ) as target:
        target.write(values, 1)
    return path


def kept(
    folder: Path, name: str, files: Iterable[Path], grid: Grid, make: Callable[[], NDArray[Scalar]]
) -> NDArray[Scalar]:
    """Return a grid that is worked out from files, or as it was kept in the folder when it last was.

    Only grids of `WORTH_KEEPING` cells are kept, where the folder can be written to. A change of any file (its size or
    its time) makes the grid be worked out anew.
    """
    if grid.shape[0] * grid.shape[1] < WORTH_KEEPING:
        return make()
    path = folder / KEPT / f"{name}-{state(files)}.tif"
    try:
        with rasterio.open(path) as source:
            if source.shape == grid.shape:
                return source.read(1)  # type: ignore[no-any-return]
    except RasterioError:
        pass
    made = make()
    with contextlib.suppress(OSError, RasterioError):
        part = path.with_name(f".{os.getpid()}-{path.name}")
        write_raster(part, made, grid, fast=True)
        for old in path.parent.glob(f"{name}-*.tif"):
            old.unlink(missing_ok=True)
        part.replace(path)
    return made


def as_xarray(values: NDArray[np.generic], grid: Grid, name: str, **attributes: str) -> DataArray:
    """Return a grid as an `xarray.DataArray` with ``x`` and ``y`` in metres and its reference system (``.rio.crs``).

    Raises
    ------
    InvalidRecord
        The extra ``raster`` is not installed.
    """
    try:
        import rioxarray  # noqa: F401  it gives .rio
        import xarray
    except ImportError as error:
        raise InvalidRecord("xarray is not installed: pip install 'rohnamo[raster]'") from error
    left, _, _, top = grid.bounds
    array = xarray.DataArray(
        np.asarray(values),
        coords={
            "y": top - (np.arange(grid.shape[0]) + 0.5) * grid.cell_size,
            "x": left + (np.arange(grid.shape[1]) + 0.5) * grid.cell_size,
        },
        dims=("y", "x"),
        name=name,
        attrs=attributes,
    )
    return array.rio.write_crs(grid.crs).rio.write_transform(grid.transform)  # type: ignore[no-any-return]


def state(files: Iterable[Path]) -> str:
    """Return a name for what some files are now, by their sizes and times."""
    lines = [f"{file.name} {(now := file.stat()).st_size} {now.st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join([str(METHOD), *lines]).encode()).hexdigest()[:16]
