"""The ground of a map: neighbours, relief, lakes, rivers, borders and names, all from the study area."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mapping.area import StudyArea
from mapping.layers import Layer
from mapping.layers._picture import mercator, webp
from mapping.result import Result
from mapping.view import View
from mapping.words import translate

ORDER = 10
DIGITS = 3
"""Decimals of coordinates: 0.001 degrees is about 100 m, less than a pixel of a national map."""


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the layers that are always there, and a switch for names."""
    del results, links
    neighbours = area.basemap("neighbours")
    if neighbours:
        yield _shapes("neighbours", "land", shapes_of(neighbours, "nbr"))
    units = simplified(area)
    yield _shapes("land", "land", [feature(units.union_all(), "land")])
    if area.elevation is not None:
        picture, bounds = relief(area)
        contents = {"file": "relief.webp", "bounds": bounds, "class": "relief", "pane": "land"}
        yield Layer("relief", "image", "", contents, group="base", files={"relief.webp": picture})
    for name, style in (("lakes", "lake"), ("rivers", "river")):
        shapes = area.basemap(name)
        if shapes:
            yield _shapes(name, "lines", shapes_of(shapes, style))
    yield _shapes("borders", "lines", list(_borders(area, units)))
    yield Layer("names", "labels", translate("Place names", language), _names(area, language))


def simplified(area: StudyArea, metres: float = 600) -> gpd.GeoSeries:
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


def shapes_of(collection: dict[str, Any], style: str) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON collection, simplified to about 1 km."""
    shapes = (shapely.geometry.shape(f["geometry"]).simplify(0.008) for f in collection["features"])
    return [feature(shape, style) for shape in shapes if not shape.is_empty]


def relief(area: StudyArea) -> tuple[bytes, list[list[float]]]:
    """Return a hillshade of the area's elevation as a picture in Web Mercator, and its bounds.

    Light from the north-west at 45 degrees, heights stretched three times; shade is ink of varying opacity, so that it
    darkens whatever lies under it.
    """
    heights = np.nan_to_num(area.elevation.astype(np.float32))
    down, right = np.gradient(heights * 3, area.grid.cell_size)
    slope, aspect = np.arctan(np.hypot(right, down)), np.arctan2(down, -right)
    light = np.sin(np.pi / 4) * np.cos(slope) + np.cos(np.pi / 4) * np.sin(slope) * np.cos(np.radians(135) - aspect)
    shade = np.clip((0.72 - light) * 210, 0, 150)
    image, bounds = mercator(area, shade.astype(np.float32), width=760)
    alpha = np.nan_to_num(image).astype(np.uint8)
    ink = np.broadcast_to(np.array([22, 35, 43], np.uint8)[:, None, None], (3, *alpha.shape))
    return webp(np.concatenate([ink, alpha[None]])), bounds


def _borders(area: StudyArea, units: gpd.GeoSeries) -> Iterator[dict[str, Any]]:
    modelled = " modelled" if area.modelled else ""
    yield feature(shapely.line_merge(shapely.union_all(units.boundary.to_numpy())), "edge2")
    regions = units.groupby([area.region_of(code) for code in units.index]).agg(lambda shapes: shapes.union_all())
    lines = shapely.union_all(gpd.GeoSeries(regions, crs=4326).boundary.to_numpy())
    yield feature(shapely.line_merge(lines), "edge1" + modelled)


def _names(area: StudyArea, language: str) -> dict[str, Any]:
    """Return the names of towns: those with most people are shown first, the others when one comes nearer."""
    places = area.gazetteer.dropna(subset=["lat", "lon"]).sort_values("people", ascending=False, na_position="last")
    places = places.drop_duplicates(subset=["unit"]).head(40)
    names = []
    taken: list[tuple[float, float]] = []
    for _, place in places.iterrows():
        at = (float(place["lat"]), float(place["lon"]))
        near = any(abs(at[0] - lat) < 0.3 and abs(at[1] - lon) < 0.55 for lat, lon in taken)
        taken.append(at)
        name = _name(place, language)
        names.append({"name": name, "at": [round(at[0], DIGITS), round(at[1], DIGITS)], "rank": 2 if near else 1})
    return {"places": names, "pane": "names"}


def _name(place: Any, language: str) -> str:
    for tried in (language, "ru" if language in ("tg", "uz") else "en", "en"):
        if isinstance(place.get(f"name_{tried}"), str) and place[f"name_{tried}"]:
            return str(place[f"name_{tried}"])
    return str(place["names"][0])


def _shapes(name: str, pane: str, features: Iterable[dict[str, Any]]) -> Layer:
    collection = {"type": "FeatureCollection", "features": list(features)}
    return Layer(name, "shapes", "", {"features": collection, "pane": pane}, group="base")
