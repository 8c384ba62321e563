"""Pictures from the study area's grid, warped to the projection of web maps."""

import warnings

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds

from mapping.area.study_area import StudyArea

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
        values,
        picture,
        src_transform=area.grid.transform,
        src_crs=area.grid.crs,
        src_nodata=np.nan,
        dst_transform=from_bounds(left, bottom, right, top, width, rows),
        dst_crs=MERCATOR,
        dst_nodata=np.nan,
        resampling=Resampling.nearest if nearest else Resampling.bilinear,
    )
    return picture, [[south, west], [north, east]]


def webp(bands: NDArray[np.uint8], *, quality: int | None = None) -> bytes:
    """Encode red, green, blue and perhaps alpha (3 or 4, rows, columns) as WebP; without a quality, without loss."""
    return encoded(bands, "WEBP", **({"LOSSLESS": "YES"} if quality is None else {"QUALITY": str(quality)}))


def encoded(bands: NDArray[np.uint8], driver: str, **options: str) -> bytes:
    """Encode red, green, blue and perhaps alpha (3 or 4, rows, columns) with a driver of GDAL."""
    count, rows, columns = bands.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture of a page has no place of its own
        with MemoryFile() as memory:
            with memory.open(
                driver=driver, width=columns, height=rows, count=count, dtype="uint8", **options
            ) as picture:
                picture.write(bands)
            return bytes(memory.read())
