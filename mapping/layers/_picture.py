"""Pictures from the study area's grid, warped to the projection of web maps."""

from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds

from mapping.area import StudyArea

MERCATOR = "EPSG:3857"


def mercator(
    area: StudyArea, values: NDArray[np.float32], *, width: int, nearest: bool = False
) -> tuple[NDArray[np.float32], list[list[float]]]:
    """Warp values of the area's grid to a Web Mercator picture of the study area's bounds.

    Returns the picture (rows, ``width``; NaN outside the grid) and its bounds as [[south, west], [north, east]]. The
    bounds are those of the study area, whatever is shown.
    """
    west, south, east, north = area.bounds
    left, bottom, right, top = transform_bounds("EPSG:4326", MERCATOR, west, south, east, north)
    rows = round(width * (top - bottom) / (right - left))
    picture = np.full((rows, width), np.nan, np.float32)
    reproject(
        values, picture, src_transform=area.grid.transform, src_crs=area.grid.crs, src_nodata=np.nan,
        dst_transform=from_bounds(left, bottom, right, top, width, rows), dst_crs=MERCATOR, dst_nodata=np.nan,
        resampling=Resampling.nearest if nearest else Resampling.bilinear,
    )  # fmt: skip
    return picture, [[south, west], [north, east]]


def webp(bands: NDArray[np.uint8], *, lossless: bool = False) -> bytes:
    """Encode red, green, blue and alpha (4, rows, columns) as WebP."""
    options: dict[str, Any] = {"LOSSLESS": "YES"} if lossless else {"QUALITY": "60"}
    with MemoryFile() as memory:
        with memory.open(
            driver="WEBP", width=bands.shape[2], height=bands.shape[1], count=4, dtype="uint8", **options
        ) as picture:
            picture.write(bands)
            picture.colorinterp = (
                rasterio.enums.ColorInterp.red, rasterio.enums.ColorInterp.green, rasterio.enums.ColorInterp.blue,
                rasterio.enums.ColorInterp.alpha,
            )  # fmt: skip
        return bytes(memory.read())
