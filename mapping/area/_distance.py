"""Distances between points and units of a study area, in kilometres."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import Transformer

from mapping.area.study_area import StudyArea

BORDER_KM = 3.0
"""A point this far outside the country is taken for one at its border, which no map draws to the metre."""


class _Shapes(NamedTuple):
    units: dict[str, shapely.Geometry]
    all: shapely.Geometry
    to_metres: Transformer


@lru_cache(maxsize=4)
def _shapes(area: StudyArea) -> _Shapes:
    units: dict[str, shapely.Geometry] = {}
    for level in range(1, len(area.levels)):
        frame = area.units(level).to_crs(area.crs)
        units.update(zip(frame.index, frame.geometry, strict=True))
    whole = area.units(0).to_crs(area.crs).geometry.union_all()
    return _Shapes(units, whole, Transformer.from_crs("EPSG:4326", area.crs, always_xy=True))


def _point(area: StudyArea, lat: float, lon: float) -> shapely.Point:
    return shapely.Point(_shapes(area).to_metres.transform(lon, lat))


def unit_near(area: StudyArea, lat: float, lon: float) -> str | None:
    """Return the finest unit of a point, the nearest one for a point just outside the country."""
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    if (inside := area.unit_at(lat, lon)) is not None:
        return inside
    if kilometres_outside(area, lat, lon) > BORDER_KM:
        return None
    return min(area.unit_codes, key=lambda code: kilometres_to(area, lat, lon, code))


def kilometres_to(area: StudyArea, lat: float, lon: float, unit: str) -> float:
    return float(_point(area, lat, lon).distance(_shapes(area).units[unit])) / 1000


def kilometres_outside(area: StudyArea, lat: float, lon: float) -> float:
    if abs(lat) > 90 or abs(lon) > 180:
        return np.inf
    point = _point(area, lat, lon)
    return float(point.distance(_shapes(area).all)) / 1000 if np.isfinite([point.x, point.y]).all() else np.inf


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance on a sphere of 6371 km (haversine)."""
    phi, two, across = np.radians([lat, other_lat, other_lon - lon])
    chord = np.sin((two - phi) / 2) ** 2 + np.cos(phi) * np.cos(two) * np.sin(across / 2) ** 2
    return float(2 * 6371.0 * np.arcsin(np.sqrt(chord)))


def point_inside(area: StudyArea, unit: str) -> shapely.Point:
    """Return a point inside a unit, in degrees."""
    point = shapely.point_on_surface(_shapes(area).units[unit])
    lon, lat = _shapes(area).to_metres.transform(point.x, point.y, direction="INVERSE")
    return shapely.Point(lon, lat)
