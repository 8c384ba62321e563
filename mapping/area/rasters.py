"""Rasters of a study area: tiled GeoTIFFs on its grid, and arrays with coordinates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from numpy.typing import NDArray

from mapping.area.grid import Grid
from mapping.errors import InvalidRecord

if TYPE_CHECKING:
    from xarray import DataArray


def write_raster(path: Path, values: NDArray[np.generic], grid: Grid, *, missing: float | None = None) -> Path:
    """Write one band on a grid as a tiled, compressed GeoTIFF; return its path.

    ``missing`` is the value that stands for no data. Row 0 of ``values`` is the northernmost.
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
        compress="deflate",
        predictor=predictor,
    ) as target:
        target.write(values, 1)
    return path


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
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
