"""The ground of a map: neighbours, relief, lakes, rivers, borders and names, all from the study area."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mapping.area.study_area import StudyArea
from mapping.language import languages
from mapping.language.i18n import translate
from mapping.render.layers import Layer
from mapping.render.layers._picture import mercator, webp
from mapping.result import Result
from mapping.view.view import View

ORDER = 10
BESIDE = 0.1
"""Degrees around the country within which rivers and lakes are shown."""

DIGITS = 3
"""Decimals of coordinates: 0.001 degrees is about 100 m, less than a pixel of a national map."""


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the layers that are always there, and a switch for names."""
    del results, links
    units = simplified(area)
    neighbours = area.basemap("neighbours")
    if neighbours["features"]:
        shapes = [shapely.geometry.shape(f["geometry"]).simplify(0.01) for f in neighbours["features"]]
        yield _shapes("neighbours", "land", list(_neighbours(area, shapes)))
    yield _shapes("units", "land", [feature(shape, "land", id=code) for code, shape in units.items()])
    if area.elevation is not None:
        picture, bounds = relief(area)
        contents = {"file": "relief.webp", "bounds": bounds, "class": "relief", "pane": "land"}
        yield Layer("relief", "image", "", contents, group="base", files={"relief.webp": picture})
    lakes, rivers = area.basemap("lakes"), area.basemap("rivers")
    country = shapely.union_all(units.to_numpy()).buffer(BESIDE)  # water would end in the straight edge of its file
    if lakes["features"]:
        yield _shapes("lakes", "lines", shapes_of(lakes, "lake", near=country))
    if rivers["features"]:
        yield _shapes("rivers", "lines", shapes_of(rivers, "river", near=country))
    yield Layer("edges", "shapes", "", {"of": "units", "class": "edge2", "pane": "lines"}, group="base")
    yield _shapes("regions", "lines", [_regions(area, units)])
    yield Layer("names", "labels", translate("Place names", language), _names(area, language))


def simplified(area: StudyArea, metres: float = 800) -> gpd.GeoSeries:
    """Return the finest units in lon/lat, simplified as one coverage: no gap and no overlap appears."""
    units = area.units().geometry.to_crs(area.crs)
    simple = gpd.GeoSeries(shapely.coverage_simplify(units.to_numpy(), metres), index=units.index, crs=area.crs)
    return simple.to_crs(4326)


def feature(geometry: BaseGeometry, style: str, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature with a style class and rounded coordinates."""
    shape = shapely.geometry.mapping(shapely.set_precision(geometry, 10**-DIGITS, mode="pointwise"))
    return {
        "type": "Feature",
        "properties": {"class": style, **properties},
        "geometry": {"type": shape["type"], "coordinates": rounded(shape["coordinates"])},
    }


def rounded(coordinates: Any) -> Any:
    """Round nested coordinates."""
    if isinstance(coordinates, float):
        return round(coordinates, DIGITS)
    return [rounded(part) for part in coordinates]


def shapes_of(collection: dict[str, Any], style: str, near: BaseGeometry | None = None) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON collection, simplified to about 1 km; with ``near``, what lies within it."""
    shapes = (shapely.geometry.shape(f["geometry"]).simplify(0.008) for f in collection["features"])
    if near is not None:
        shapes = (shape.intersection(near) for shape in shapes)
    return [feature(shape, style) for shape in shapes if not shape.is_empty]


def relief(area: StudyArea) -> tuple[bytes, list[list[float]]]:
    """Return a hillshade of the area's elevation as a picture in Web Mercator, and its bounds.

    Light from the north-west at 45 degrees, heights stretched three times. White where it is bright: the page
    multiplies it with the land under it.
    """
    heights = np.nan_to_num(area.elevation.astype(np.float32))
    down, right = np.gradient(heights * 3, area.grid.cell_size)
    slope, aspect = np.arctan(np.hypot(right, down)), np.arctan2(down, -right)
    light = np.sin(np.pi / 4) * np.cos(slope) + np.cos(np.pi / 4) * np.sin(slope) * np.cos(np.radians(135) - aspect)
    image, bounds = mercator(area, (255 - np.clip((0.72 - light) * 230, 0, 150)).astype(np.float32), width=640)
    return webp(np.repeat(np.nan_to_num(image, nan=255).astype(np.uint8)[None], 3, axis=0), quality=45), bounds


def _neighbours(area: StudyArea, shapes: list[BaseGeometry]) -> Iterator[dict[str, Any]]:
    """Yield neighbours as areas, and the lines between them; the edge of the window is not a border."""
    yield from (feature(shape, "nbr") for shape in shapes)
    window = shapely.box(*area.window).boundary.buffer(0.05)
    yield feature(shapely.union_all([shape.boundary for shape in shapes]).difference(window), "edge0")


def _regions(area: StudyArea, units: gpd.GeoSeries) -> dict[str, Any]:
    regions = units.groupby([area.region_of(code) for code in units.index]).agg(lambda shapes: shapes.union_all())
    lines = shapely.line_merge(shapely.union_all(gpd.GeoSeries(regions, crs=4326).boundary.to_numpy()))
    return feature(lines, "edge1" + (" modelled" if area.modelled else ""))


def _names(area: StudyArea, language: str) -> dict[str, Any]:
    """Return the names of towns: those with most people are shown first, the others when one comes nearer."""
    places = area.gazetteer.dropna(subset=["lat", "lon"]).sort_values("people", ascending=False, na_position="last")
    names = []
    ranks: list[tuple[float, float, int]] = []
    for _, place in places.drop_duplicates(subset=["unit"]).iterrows():
        lat, lon = float(place["lat"]), float(place["lon"])
        rank = next(rank for rank in (1, 2, 3) if rank == 3 or not _crowded(lat, lon, rank, ranks))
        ranks.append((lat, lon, rank))
        names.append({"name": _name(place, language), "at": [round(lat, DIGITS), round(lon, DIGITS)], "rank": rank})
    return {"places": names, "pane": "names"}


ROOM = {1: (0.5, 2.6), 2: (0.22, 1.1)}
"""Degrees of latitude and longitude that a name of a rank needs at the zoom from which it is shown."""


def _crowded(lat: float, lon: float, rank: int, ranks: list[tuple[float, float, int]]) -> bool:
    high, wide = ROOM[rank]
    return any(abs(lat - y) < high and abs(lon - x) < wide for y, x, taken in ranks if taken <= rank)


def _name(place: Any, language: str) -> str:
    for tried in languages.language(language).place_names:
        if isinstance(place.get(f"name_{tried}"), str) and place[f"name_{tried}"]:
            return str(place[f"name_{tried}"])
    return str(place["names"][0])


def _shapes(name: str, pane: str, features: Iterable[dict[str, Any]]) -> Layer:
    collection = {"type": "FeatureCollection", "features": list(features)}
    return Layer(name, "shapes", "", {"features": collection, "pane": pane}, group="base")
