"""The page of the map: what `mapping.render.maps` draws, put into the frame of the site."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

from mapping.errors import NotFound
from mapping.render import atlas
from mapping.render.report.sheet import title_of
from mapping.result import Result
from mapping.view.view import View
from web.presenters import sheets
from web.presenters.edition import Edition, kept
from web.presenters.sheets import PictureSize
from web.public.findings import overview

if TYPE_CHECKING:
    from mapping.render.maps import Page

SHOWN = ("coverage", "reach", "demand", "siting")
"""Analyses whose findings can be chosen as layers."""

LAYERS = "map-layers.js"
"""The file that names the pictures of a map."""


def map_page(edition: Edition, language: str) -> SimpleNamespace:
    """Return the map of a language: its parts, the paths of the files that it needs, and what it shows as findings.

    ``size`` is what the map and all that it needs have in kilobytes, compressed: what somebody who asks for it loads at
    most. ``sheets`` are maps that can be kept, by name.
    """
    page = _drawn(edition, language)
    linked = {*page.styles, *page.scripts}
    return SimpleNamespace(
        page=page,
        styles=[_path(name, language) for name in page.styles],
        scripts=[_path(name, language) for name in page.scripts],
        pictures=[_path(name, language) for name in page.files if name not in linked],
        findings=[finding for finding in overview(edition, language) if finding.name in SHOWN],
        size=round(sum(len(gzip.compress(contents, 6, mtime=0)) for contents in page.files.values()) / 1000),
        sheets={name: PictureSize.of(drawn, title_of(drawn)) for name, drawn in sheets.maps(edition, language).items()},
    )


@kept
def atlas_data(edition: Edition, language: str) -> bytes:
    """Return what the Atlas says in a language, as a script."""
    with View(edition.path) as view:
        return atlas.data_file(view, edition.area, [*edition.results().values()], language)


def atlas_file(edition: Edition, name: str) -> bytes:
    """Return a file that the Atlas of each language shares."""
    season = name.removeprefix("ground-")
    if name == "grid":
        return atlas.grid_file(edition.area)
    if name == "outlines":
        return atlas.outlines_file(edition.area)
    if season == name or season not in atlas.season_ids(edition.area):
        raise NotFound("no such page")
    return atlas.ground_file(edition.area, season)


def map_file(edition: Edition, name: str, language: str) -> bytes:
    """Return a file of the map in one language."""
    return _file(_drawn(edition, language), name, own=True)


def shared_file(edition: Edition, name: str) -> bytes:
    """Return a file that the maps of all languages share."""
    return _file(_drawn(edition, edition.area.languages[0]), name, own=False)


@kept
def _drawn(edition: Edition, language: str) -> Page:
    from mapping.render.maps import draw  # folium takes a fifth of a second, which no other page needs

    results = [_headlines(result) for name, result in edition.results().items() if name in SHOWN]
    with View(edition.path) as view:
        drawn = draw(view, edition.area, *results, language=language, links="s/{}.html")
        return _with_versions(drawn.page("map", base="../static/m/"))


def _with_versions(page: Page) -> Page:
    """Have each picture asked for by a digest of its bytes: a browser keeps it for a day, the next edition has another.

    Else what can be reached in an hour would be that of before, beside the places of now.
    """
    layers = page.files[LAYERS].decode()
    for name, contents in page.files.items():
        version = hashlib.sha256(contents).hexdigest()[:8]
        layers = layers.replace(f'"file":"{name}"', f'"file":"{name}?{version}"')
    return replace(page, files={**page.files, LAYERS: layers.encode()})


def _headlines(result: Result) -> Result:
    """Return a result with what the map shows of it: its short table and each core function within an hour.

    Of proposed sites it shows where they are; how far everything is stands in a layer of its own.
    """
    hour = [c for c in result.columns if c.key.endswith("_60") and c not in result.headlines]
    columns = (*result.headlines, *hour)
    drawn_keys = {column.key for column in columns}
    groups = {group: tuple(key for key in keys if key in drawn_keys) for group, keys in result.groups.items()}
    shown = replace(result, columns=columns, groups={g: k for g, k in groups.items() if k}, headline=())
    return replace(shown, surface=None, scenarios=()) if result.proposals else shown


def _own(name: str) -> bool:
    return name.startswith("map-")


def _path(name: str, language: str) -> str:
    return f"{language}/m/{name}" if _own(name) else f"static/m/{name}"


def _file(page: Page, name: str, *, own: bool) -> bytes:
    if name not in page.files or _own(name) != own:
        raise NotFound("no such page")
    return page.files[name]
