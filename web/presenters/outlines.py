"""Outlines of area units as small pictures: one of them filled, or all to be tapped."""

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from mapping.analysis.common.listed import exact_points
from mapping.language.i18n import translate
from web.presenters.edition import Edition, kept

WIDTH = 640
DETAIL = 1.5
"""Pixels below which a bend of a line is left out."""


@dataclass(frozen=True)
class Canvas:
    """A picture of some degrees of longitude and latitude, `WIDTH` pixels wide."""

    west: float
    south: float
    east: float
    north: float

    @property
    def scale(self) -> float:
        """Return pixels a degree of longitude."""
        return WIDTH / (self.east - self.west)

    @property
    def stretch(self) -> float:
        """Return how much longer a degree of latitude is."""
        return 1 / math.cos(math.radians((self.south + self.north) / 2))

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return round((self.north - self.south) * self.scale * self.stretch)

    def spot(self, x: float, y: float) -> tuple[int, int]:
        """Return the pixel of a longitude and latitude."""
        return round((x - self.west) * self.scale), round((self.north - y) * self.scale * self.stretch)

    def path(self, shape: BaseGeometry) -> str:
        """Return the outline of a shape, as SVG draws it."""
        plain = shape.simplify(DETAIL / self.scale)
        rings = ([self.spot(x, y) for x, y in part.exterior.coords] for part in getattr(plain, "geoms", [plain]))
        return "".join("M" + "L".join(f"{x} {y}" for x, y in dict.fromkeys(ring)) + "z" for ring in rings)


ROOM = 0.15
"""Part of the width and height of a unit that is shown of what lies around it."""


def picture(edition: Edition, code: str, language: str) -> str:
    """Return a picture in which the unit is filled, with its surroundings and the services whose place is public."""
    area = edition.area
    words = translate("{unit} on the map of {country}", language, unit=area.label(code, language), country=area.name)
    height, drawn = _picture(edition, code)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(words)}">{drawn}</svg>'


@kept
def _picture(edition: Edition, code: str) -> tuple[int, str]:
    """Return the height of a unit's picture, and what is drawn."""
    shape = _shape(edition, code)
    west, south, east, north = shape.bounds
    room = max(east - west, north - south) * ROOM
    canvas = Canvas(west - room, south - room, east + room, north + room)
    shapes = edition.area.units(edition.area.levels[-1].level).geometry
    around = shapes[shapes.intersects(shapely.box(canvas.west, canvas.south, canvas.east, canvas.north))]
    land = "".join(f'<path class="land rl" d="{canvas.path(each)}"/>' for each in around)
    dots = "".join(f'<circle class="dot" cx="{x}" cy="{y}" r="7"/>' for x, y in _spots(edition, canvas, shape))
    return canvas.height, f'{land}<path class="f0" d="{canvas.path(shape)}"/>{dots}'


def _spots(edition: Edition, canvas: Canvas, shape: BaseGeometry) -> list[tuple[int, int]]:
    """Return the pixels of the services within a unit, each once; one of which only the area is shown has none."""
    shown = edition.keep("exact points", lambda: _exact(edition))
    return sorted({canvas.spot(lon, lat) for lat, lon in shown if shape.contains(shapely.Point(lon, lat))})


def _exact(edition: Edition) -> set[tuple[float, float]]:
    return {point for entry in edition.in_any_language() if entry.active for point in exact_points(entry, edition.area)}


def tappable(edition: Edition, units: Mapping[str, tuple[str, str]]) -> str:
    """Return a picture of units, each a link: unit -> its name and where it leads to.

    It is for pointers only: who reads with a keyboard or by ear finds the same links beside it.
    """
    height, drawn = edition.keep(("tappable", tuple(units)), lambda: _outlines(edition, units))
    parts = "".join(
        f'<a href="{html.escape(path)}" tabindex="-1"><title>{html.escape(name)}</title><path d="{drawn[code]}"/></a>'
        for code, (name, path) in units.items()
    )
    return f'<svg class="tap" viewBox="0 0 {WIDTH} {height}" aria-hidden="true">{parts}</svg>'


def _outlines(edition: Edition, units: Iterable[str]) -> tuple[int, dict[str, str]]:
    shapes = {code: _shape(edition, code) for code in units}
    canvas = Canvas(*shapely.union_all(list(shapes.values())).bounds)
    return canvas.height, {code: canvas.path(shape) for code, shape in shapes.items()}


def _shape(edition: Edition, code: str) -> BaseGeometry:
    shape: BaseGeometry = edition.area.units(edition.area.unit(code).level).geometry[code]
    return shape
