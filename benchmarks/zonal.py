"""Measure zonal sums beside exactextract: ``python benchmarks/zonal.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
from _harness import Measured, Table, fresh, main, timed

from mapping.engines.zonal import band_sums, zone_sums

METRES = "EPSG:3857"

ABOUT = (
    "People of each zone of a raster. Ours works on zones that were rasterised before, as a study area keeps them: a "
    "cell belongs to the zone that holds its middle. exactextract weighs each cell by the part of it that lies in the "
    "zone, which matters where zones are a few cells wide. The last row of ours sums by zone and band of travel time "
    "in the same pass."
)


def country(side: int, across: int, down: int) -> tuple[Any, Any, Any]:
    """Invent people, minutes and zones: slanting stripes crossed by slanting stripes, as polygons and as a raster."""
    rng = np.random.default_rng(1)
    people = rng.gamma(0.5, 8, (side, side)).astype(np.float32)
    minutes = rng.uniform(0, 300, (side, side)).astype(np.float32)
    return people, minutes, polygons(side, across, down)


def polygons(side: int, across: int, down: int) -> Any:
    """Return quadrilaterals that fill the square, with corners moved from a regular net."""
    import shapely

    rng = np.random.default_rng(2)
    y, x = np.meshgrid(np.linspace(0, side, down + 1), np.linspace(0, side, across + 1), indexing="ij")
    inner = np.zeros(x.shape, bool)
    inner[1:-1, 1:-1] = True
    x[inner] += rng.uniform(-0.2, 0.2, inner.sum()) * side / across
    y[inner] += rng.uniform(-0.2, 0.2, inner.sum()) * side / down
    return [
        shapely.Polygon(
            [
                (x[r, c], y[r, c]),
                (x[r, c + 1], y[r, c + 1]),
                (x[r + 1, c + 1], y[r + 1, c + 1]),
                (x[r + 1, c], y[r + 1, c]),
            ]
        )
        for r in range(down)
        for c in range(across)
    ]


def rasterised(shapes: Any, side: int) -> Any:
    """Return the zone of each cell."""
    from affine import Affine
    from rasterio.features import rasterize

    transform = Affine(1, 0, 0, 0, -1, side)
    pairs = ((shape, number) for number, shape in enumerate(shapes))
    return rasterize(pairs, (side, side), fill=-1, transform=transform, dtype="int32")


def ours(side: int, across: int, down: int, banded: bool) -> Measured:
    """Measure ours."""
    people, minutes, shapes = country(side, across, down)
    zones, count = rasterised(shapes, side), across * down

    def call(n: int = side) -> Any:
        if banded:
            return band_sums(zones[:n], minutes[:n], people[:n], edges=[30, 60, 120], count=count).sum(axis=1)
        return zone_sums(zones[:n], people[:n], count=count)

    call(10)
    return timed(call, repeat=5, answer=lambda sums: sums)


def exact(side: int, across: int, down: int) -> Measured:
    """Measure exactextract."""
    import geopandas as gpd
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    people, _, shapes = country(side, across, down)
    frame = gpd.GeoDataFrame(geometry=shapes, crs=METRES)
    raster = NumPyRasterSource(people, xmin=0, ymin=0, xmax=side, ymax=side, srs_wkt=frame.crs.to_wkt())
    return timed(
        lambda: exact_extract(raster, frame, ["sum"], output="pandas"),
        repeat=2,
        answer=lambda found: found["sum"].to_numpy(),
    )


def run(quick: bool) -> list[Table]:
    """Measure everything."""
    case = (1000, 10, 7) if quick else (5000, 10, 7)
    rows = [
        ("zone_sums", fresh(ours, *case, False)),
        ("band_sums, four bands", fresh(ours, *case, True)),
        ("exactextract", fresh(exact, *case)),
    ]
    first, *others = [m.answer for _, m in rows if not m.failure]
    apart = np.abs(np.array(others) / first - 1)
    remark = (
        f"The sums of a zone differ by {np.median(apart[-1]):.1e} of it in the middle, {apart.max():.1e} at most, "
        "since ours gives a cell on the edge to one zone whole, and exactextract parts it."
    )
    title = f"{case[0]} x {case[0]} cells, {case[1] * case[2]} zones"
    return [Table(title, rows, remark)]


if __name__ == "__main__":
    main("zonal", "Zonal sums", run, about=ABOUT, packages=("numba", "exactextract", "rasterio", "numpy"))
