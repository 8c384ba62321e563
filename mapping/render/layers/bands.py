"""Bands of travel time on the grid, from every result that carries a surface."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject

from mapping.area.study_area import StudyArea
from mapping.language.i18n import ranged, show, translate
from mapping.render.layers import Layer, LegendLine
from mapping.render.layers._picture import encoded, mercator, webp
from mapping.result import Result, Surface
from mapping.view.view import View

ORDER = 20
BANDS = (30, 60, 120, 240)
FAR = ("fbeccb", "f2c987", "dc964b", "b0592a", "6a2a17")
"""The site's ramp of "more is worse", lightest first."""


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield a picture of each result's surface in every scenario, within the borders of the study area."""
    del links
    with_surface = (result.scenarios or (result.surface,) for result in results if result.surface is not None)
    for number, surfaces in enumerate(with_surface):
        first = f"bands-{number}"
        for place, surface in enumerate(surfaces):
            yield _layer(area, surface, f"{first}-{place}" if place else first, first if place else "", language)


def _layer(area: StudyArea, surface: Surface, name: str, instead_of: str, language: str) -> Layer:
    picture, bounds = mercator(area, _inside(area, surface), width=800, nearest=True)
    contents = {"file": f"{name}.webp", "bounds": bounds, "class": "bands", "pane": "bands"}
    return Layer(
        name,
        "image",
        surface.label.into(language),
        contents,
        group="colour",
        legend=legend(language),
        files={f"{name}.webp": webp(_painted(picture))},
        instead_of=instead_of,
        scenario=show(surface.scenario, language),
        figures=tuple((show(figure.label, language), figure.text(language)) for figure in surface.figures),
    )


def flat(area: StudyArea, surface: Surface, width: int, height: int) -> bytes:
    """Return the bands as PNG in degrees rather than in Mercator's projection, for a map on paper."""
    picture = np.full((height, width), np.nan, np.float32)
    reproject(
        _inside(area, surface),
        picture,
        src_transform=area.grid.transform,
        src_crs=area.grid.crs,
        src_nodata=np.nan,
        dst_transform=from_bounds(*area.bounds, width, height),
        dst_crs="EPSG:4326",
        dst_nodata=np.nan,
        resampling=Resampling.nearest,
    )
    return encoded(_painted(picture), "PNG")


def _inside(area: StudyArea, surface: Surface) -> np.ndarray:
    return np.where(area.unit_grid >= 0, surface.minutes, np.nan).astype(np.float32)


def legend(language: str) -> tuple[LegendLine, ...]:
    """Return the bands' colours and what they mean."""
    minutes = translate("min", language)
    words = (
        translate("under {n} min", language, n=BANDS[0]),
        *(f"{ranged(low, high, language)} {minutes}" for low, high in itertools.pairwise(BANDS)),
        translate("over {n} min or cut off", language, n=BANDS[-1]),
    )
    return tuple(LegendLine(f'<i class="f{n}"></i>', text) for n, text in enumerate(words, 1))


def _painted(minutes: np.ndarray) -> np.ndarray:
    """Return red, green, blue, alpha (4, rows, columns); clear where there are no minutes."""
    colours = np.array([[*bytes.fromhex(colour), 255] for colour in FAR] + [[0, 0, 0, 0]], np.uint8)
    band = np.where(np.isnan(minutes), len(FAR), np.digitize(np.nan_to_num(minutes, posinf=1e9), BANDS, right=False))
    return np.moveaxis(colours[band], -1, 0)
