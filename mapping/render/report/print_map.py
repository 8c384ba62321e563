"""A map for print: the units of a study area shaded in five steps, as SVG and, for formats without SVG, as PNG."""

import html
import itertools
import math
import warnings
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from shapely.geometry.base import BaseGeometry

from mapping.area.study_area import StudyArea
from mapping.language.i18n import percent, show
from mapping.render.svg import FONT, INK, PAPER, wrapped
from mapping.result import Column, Result

WIDTH = 640
PIXELS = 1600
"""Width of the PNG."""

DETAIL = 0.004
"""Degrees below which a bend of a line is left out."""

SHADES = ("#eef4f6", "#bcd8e0", "#82b6c6", "#40869c", "#0b4a5e")
"""From the best fifth of a share to the worst; lightness alone tells them apart."""

STEPS = (0.2, 0.4, 0.6, 0.8)
CHOSEN = "#d9653b"

Size = tuple[float, float, float, float]


def shaded(result: Result, column: Column) -> dict[str, int]:
    """Return the step of each unit, 0 the best, by a share of which more is better or worse."""
    steps = {}
    for code, value in result.table[column.key].astype(float).items():
        worse = value if column.more_is == "worse" else 1 - value
        steps[str(code)] = sum(worse > step for step in STEPS)
    return steps


def legend(column: Column, language: str) -> list[str]:
    """Return what each step means, the best first."""
    edges = (0.0, *STEPS, 1.0)
    spans = list(itertools.pairwise(edges))
    if column.more_is != "worse":
        spans = [(1 - high, 1 - low) for low, high in spans]
    return [f"{percent(low, language).rstrip('%').strip()}–{percent(high, language)}" for low, high in spans]


def country_map(
    area: StudyArea, steps: Mapping[str, int], *, level: int, title: str, key: list[str], language: str
) -> str:
    """Return units shaded by their step, with the lines and names of regions, and what the shades mean."""
    height, spot = _frame(area)
    drawn = [
        f'<path d="{_path(shape, spot)}" fill="{SHADES[steps.get(str(code), 0)]}" stroke="#8a979e" stroke-width="0.6"/>'
        for code, shape in area.units(level).geometry.items()
    ]
    drawn += _regions(area, spot, language)
    for place, words in enumerate(key):
        y = height + 12 + 22 * (place // 3)
        x = 8 + (WIDTH / 3) * (place % 3)
        drawn.append(f'<rect x="{x:.0f}" y="{y}" width="26" height="15" fill="{SHADES[place]}" stroke="{INK}"/>')
        drawn.append(f'<text x="{x + 34:.0f}" y="{y + 13}" font-size="16">{html.escape(words)}</text>')
    return _svg(height + 12 + 22 * math.ceil(len(key) / 3), title, drawn)


def unit_map(area: StudyArea, code: str, *, title: str, language: str) -> str:
    """Return the country with one unit filled; a ring around it where it is hard to see."""
    height, spot = _frame(area)
    shape = area.units(area.unit(code).level).geometry[code]
    outline = area.units(0).geometry.iloc[0]
    drawn = [
        f'<path d="{_path(outline, spot)}" fill="{SHADES[0]}"/>',
        f'<path d="{_path(shape, spot)}" fill="{CHOSEN}" stroke="{INK}" stroke-width="0.8"/>',
    ]
    drawn += _regions(area, spot, language)
    if shape.area < outline.area / 60:
        middle = shape.representative_point()
        x, y = spot(middle.x, middle.y)
        drawn.append(f'<circle cx="{x}" cy="{y}" r="16" fill="none" stroke="{CHOSEN}" stroke-width="3"/>')
    return _svg(height, title, drawn)


def _regions(area: StudyArea, spot: "PicturePoint", language: str) -> list[str]:
    """Return the lines of the regions, and the names of those that have room for one."""
    if len(area.levels) < 2:
        return []
    frame, drawn = area.units(1), []
    whole = sum(shape.area for shape in frame.geometry)
    for code, shape in frame.geometry.items():
        drawn.append(f'<path d="{_path(shape, spot)}" fill="none" stroke="{INK}" stroke-width="1.8"/>')
        if shape.area < whole / 50:
            continue
        middle = shape.representative_point()
        x, y = spot(middle.x, middle.y)
        lines = wrapped(area.label(str(code), language), 210, 16, 3)
        for number, line in enumerate(lines):
            down = y + 18 * number - 9 * (len(lines) - 1) + 5
            drawn.append(
                f'<text x="{x}" y="{down}" text-anchor="middle" font-size="16" font-weight="bold" stroke="{PAPER}"'
                f' stroke-width="4" stroke-linejoin="round">{html.escape(line)}</text>'
                f'<text x="{x}" y="{down}" text-anchor="middle" font-size="16" font-weight="bold">'
                f"{html.escape(line)}</text>"
            )
    return drawn


class PicturePoint:
    """Where a longitude and a latitude stand in a picture."""

    def __init__(self, west: float, north: float, scale: float, stretch: float) -> None:
        self.west, self.north, self.scale, self.stretch = west, north, scale, stretch

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return the point, to a tenth of a unit."""
        return round((x - self.west) * self.scale, 1), round((self.north - y) * self.scale * self.stretch, 1)


def _frame(area: StudyArea) -> tuple[int, PicturePoint]:
    west, south, east, north = area.bounds
    scale, stretch = WIDTH / (east - west), 1 / math.cos(math.radians((south + north) / 2))
    return round((north - south) * scale * stretch), PicturePoint(west, north, scale, stretch)


def _path(shape: BaseGeometry, spot: PicturePoint) -> str:
    plain = shape.simplify(DETAIL)
    rings = [
        [spot(x, y) for x, y in ring.coords]
        for part in getattr(plain, "geoms", [plain])
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in dict.fromkeys(ring)) + "z" for ring in rings)


def _svg(height: float, title: str, drawn: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}"'
        f' role="img" font-family="{FONT}" fill="{INK}"><title>{html.escape(title)}</title>{"".join(drawn)}</svg>\n'
    )


def as_png(area: StudyArea, steps: Mapping[str, int], *, level: int) -> bytes:
    """Return units shaded by their step as PNG, with white lines between them."""
    west, south, east, north = area.bounds
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    shape = (round(PIXELS * (north - south) / (east - west) * stretch), PIXELS)
    transform = rasterio.transform.from_bounds(west, south, east, north, shape[1], shape[0])
    frame = area.units(level)
    burnt = rasterize(
        ((one, steps.get(str(code), 0) + 1) for code, one in frame.geometry.items()),
        shape,
        transform=transform,
        dtype="uint8",
    )
    lines = rasterize(frame.geometry.boundary, shape, transform=transform, all_touched=True, dtype="uint8")
    palette = np.array([(255, 255, 255), *(_rgb(shade) for shade in SHADES), (90, 100, 106)], np.uint8)
    picture = palette[np.where(lines == 1, len(SHADES) + 1, burnt)].transpose(2, 0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture of a page has no place of its own
        with MemoryFile() as memory:
            with memory.open(driver="PNG", width=shape[1], height=shape[0], count=3, dtype="uint8") as file:
                file.write(picture)
            return bytes(memory.read())


@lru_cache
def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def title_of(result: Result, column: Column, language: str) -> str:
    """Return what a shaded map shows."""
    return f"{result.title.into(language)}: {show(column.label, language)}"
