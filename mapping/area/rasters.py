"""Write the rasters of a study area: tiled GeoTIFFs on a grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from mapping.area.grid import Grid


def write_raster(path: Path, values: NDArray[np.generic], grid: Grid, *, missing: float | None = None) -> Path:
    """Write one band on a grid as a tiled, compressed GeoTIFF; return its path.

    ``missing`` is the value that stands for no data. Row 0 of ``values`` is the northernmost.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
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
        compress="deflate",
        predictor=3 if values.dtype.kind == "f" else 2,
        bigtiff="if_safer",
    ) as target:
        target.write(values, 1)
    return path
