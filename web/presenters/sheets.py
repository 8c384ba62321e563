"""Charts and maps that can be kept, printed and passed on: each says its finding, unit, edition and source itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from mapping.errors import NotFound
from mapping.language.i18n import translate
from mapping.render.charts import chart, unit_of
from mapping.render.layers.units import shaded
from mapping.render.picture import png
from mapping.render.report import print_map, sheet
from mapping.result import Kind, Result
from web.presenters.edition import Edition, kept

COLUMN, PAGE = 800, 1280
"""Pixels across as PNG of a chart and of a map: 300 to the inch in a column of 7 cm, 190 on a page."""

ALONE = "-chart"
"""What stands behind the name of an analysis where its chart is for its own page."""

MAP = "-map"
"""What stands behind the name of an analysis where its map is for its own page."""

FIRST_MAP = "map-coverage"
"""The light map of the first finding: it is on the page of the map at once."""


@dataclass(frozen=True)
class PictureSize:
    """How large a picture is, and what it says to those who cannot see it."""

    width: int
    height: int
    words: str

    @classmethod
    def of(cls, drawn: str, words: str) -> Self:
        """Return the size of an SVG picture."""
        match = re.search(r' width="([\d.]+)" height="([\d.]+)', drawn)
        width, height = (round(float(number)) for number in match.groups()) if match else (0, 0)
        return cls(width, height, words)


def picture(edition: Edition, name: str, language: str) -> str:
    """Return the chart of an analysis, or a map by its name, as SVG; with `ALONE` behind the name, the chart alone."""
    if name in (drawn := maps(edition, language)):
        return drawn[name]
    results, of = edition.results(), name.removesuffix(ALONE).removesuffix(MAP)
    if of not in results:
        raise NotFound("no such page")
    if name.endswith(MAP):
        return map_of(edition, results[of], language)
    return chart_of(edition, results[of], language) if of == name else alone(edition, results[of], language)


def picture_file(edition: Edition, name: str, language: str) -> bytes:
    """Return the same as PNG."""
    drawn = picture(edition, name, language)
    width = PAGE if name in maps(edition, language) else COLUMN
    return edition.keep(("picture", name, language), lambda: png(drawn, width))


def chart_of(edition: Edition, result: Result, language: str) -> str:
    """Return the chart of a result as SVG."""
    return edition.keep(
        ("chart", result.name, language),
        lambda: _sheet(edition, result, alone(edition, result, language), unit_of(result), language),
    )


def alone(edition: Edition, result: Result, language: str) -> str:
    """Return the chart of a result as SVG for a page that says its finding, day and sources itself."""
    return edition.keep(("chart alone", result.name, language), lambda: chart(result, edition.area, language=language))


def map_of(edition: Edition, result: Result, language: str) -> str:
    """Return the map of a result as SVG for its own page."""
    column = print_map.mapped(result)
    if column is None:
        raise NotFound("no such page")
    return edition.keep(
        ("map alone", result.name, language),
        lambda: print_map.labelled_map(edition.area, result, column, language=language),
    )


@kept
def maps(edition: Edition, language: str) -> dict[str, str]:
    """Return the maps as SVG, by name."""
    return dict(_maps(edition, language))


def _maps(edition: Edition, language: str) -> Iterator[tuple[str, str]]:
    results, area = edition.results(), edition.area
    sources = "; ".join(area.attributions("admin", "population", "roads", language=language))

    def whole(result: Result, drawn: str, kind: Kind, title: str = "") -> str:
        return _sheet(edition, result, drawn, kind, language, title=title, sources=sources)

    coverage, reach, siting = (results.get(name) for name in ("coverage", "reach", "siting"))
    if coverage is not None and len(coverage.table) and (column := shaded(coverage)):
        yield FIRST_MAP, whole(coverage, print_map.labelled_map(area, coverage, column, language=language), "share")
        if columns := print_map.functions(coverage):
            title = translate("People within an hour of each core function, by area", language)
            drawn = print_map.small_maps(area, coverage, columns, title=title, language=language)
            yield "map-functions", whole(coverage, drawn, "share", title)
    if reach is not None and reach.surface is not None:
        yield "map-reach", whole(reach, print_map.bands_map(area, reach.surface, language=language), "minutes")
    if siting is not None and siting.proposals:
        yield "map-siting", whole(siting, print_map.sites_map(area, siting, language=language), "people")


def _sheet(
    edition: Edition,
    result: Result,
    drawn: str,
    kind: Kind | None,
    language: str,
    *,
    title: str = "",
    sources: str = "",
) -> str:
    """Return a picture with a heading, which is the finding where it shows that, and with its sources."""
    foot = sheet.foot(result, language, kind=kind, sources=sources, notice=edition.notice)
    return sheet.sheet(drawn, title=title or sheet.finding(result, language), foot=foot)
