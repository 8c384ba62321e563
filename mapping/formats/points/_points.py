"""What the formats of places share: features of other programs become sheets, and a view becomes a table of points."""

import datetime as dt
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, damage_refused, readable, refusal
from mapping.formats.reader_process import require_driver
from mapping.formats.tables._flat import LISTED, flat_rows, properties
from mapping.language.i18n import Message
from mapping.view.view import View


def checked(path: str | Path) -> Path:
    """Return the path of a file that is there, not empty and not too large.

    Raises
    ------
    FormatError
        When it is not.
    """
    path = Path(path)
    with readable(path):
        return path


def layers(path: Path, driver: str, source: str = "") -> Iterator[Sheet]:
    """Read every layer of a file of features as a sheet: its attributes, and latitude and longitude in WGS 84.

    ``source`` is what GDAL opens instead of the file: a file within it, or a copy.

    It runs where ``driver`` is the only one that GDAL has (`mapping.formats.reader_process`).

    Raises
    ------
    FormatError
        When GDAL cannot read the file, or it is larger than a list can be.
    """
    require_driver(driver)
    with damage_refused(path), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL finds odd is either read or refused
        sheets = _layers(path, source or path)
    yield from sheets


def _layers(path: Path, source: str | Path) -> list[Sheet]:
    import pyogrio

    sheets = []
    names = [str(name) for name, _ in pyogrio.list_layers(source)]
    for name in names:
        count = pyogrio.read_info(source, layer=name, force_feature_count=True)
        wide = len(count["fields"])
        if wide > MAX_COLUMNS or count["features"] * max(wide, 1) > MAX_CELLS:
            raise refusal(
                "{path} [{name}]: {count} features of {wide} attributes are too many",
                path=path,
                name=name,
                count=count["features"],
                wide=wide,
            )
        try:
            table = pyogrio.read_dataframe(source, layer=name, use_arrow=False)
        except UnicodeDecodeError as error:
            raise refusal("{path}: cuts texts off within a letter; export it again as GeoPackage", path=path) from error
        sheets.append(sheet(name if len(names) > 1 else "", table, path))
    return sheets


def sheet(name: str, frame: Any, path: Path) -> Sheet:
    """Return a table of features as a sheet: headings, attributes as they are, then latitude and longitude.

    Raises
    ------
    FormatError
        When the coordinates cannot be turned into degrees.
    """
    import geopandas as gpd
    import pandas as pd

    located = isinstance(frame, gpd.GeoDataFrame)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name) if located else frame)
    heads = [str(column) for column in plain.columns]
    cells = [[_plain(cell) for cell in row] for row in plain.astype(object).to_numpy()]
    if not located or frame.geometry.isna().all():
        return Sheet(name, [heads, *cells])
    points, skipped = _points(frame.geometry, path)
    taken = {head.strip().casefold() for head in heads}
    latitude, longitude = (  # a column of that name beside a geometry says less than the geometry
        next(heading for heading in (word, f"{word} (geometry)") if heading not in taken)
        for word in ("latitude", "longitude")
    )
    rows = [[*cell, *point] for cell, point in zip(cells, points, strict=True)]
    return Sheet(name, [[*heads, latitude, longitude], *rows], skipped=skipped)


def _plain(value: Any) -> Any:
    """Return an attribute as a cell: several values joined, days as days, nothing for what is missing or no text."""
    if isinstance(value, list | tuple | set) or type(value).__name__ == "ndarray":
        return LISTED.join(str(part) for part in value)
    if isinstance(value, dt.datetime):
        return None if value != value else value.date() if value.time() == dt.time() else value
    if value is None or isinstance(value, bytes | dict) or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _points(shapes: Any, path: Path) -> tuple[list[tuple[float | None, float | None]], tuple[Message, ...]]:
    from pyproj.exceptions import ProjError

    try:
        degrees = shapes if shapes.crs is None else shapes.to_crs(4326)
    except (ProjError, ValueError) as error:
        raise refusal(
            "{path}: its coordinates are in a system that cannot be read ({error})", path=path, error=error
        ) from error
    there = ~(degrees.isna() | degrees.is_empty)
    away = there & (degrees.geom_type != "Point")
    spots = degrees.where(~away, degrees.representative_point()) if away.any() else degrees
    points: list[tuple[float | None, float | None]] = [
        (round(float(spot.y), 7), round(float(spot.x), 7)) if here else (None, None)
        for spot, here in zip(spots, there, strict=True)
    ]
    skipped: list[Message] = []
    if count := int(away.sum()):
        skipped.append(
            Message(
                "{count} {count:shape that is no point, taken by a point within it|"
                "shapes that are no points, taken by a point within them}",
                count=count,
            )
        )
    if count := int((~there).sum()):
        skipped.append(
            Message(
                "{count} {count:feature without a place, kept as a row|"
                "features without a place, kept as rows} without coordinates",
                count=count,
            )
        )
    return points, tuple(skipped)


DAYS = ("verified_on", "next_due", "edition")
"""Columns that hold days."""


def table(view: View, area: StudyArea, language: str) -> Any:
    """Return a row for each service at each place, with a point where one may be shown and an empty geometry else.

    Days are dates, so that map programs sort and filter by them.
    """
    import geopandas as gpd
    import shapely

    rows: list[dict[str, Any]] = []
    points = []
    for row, place in flat_rows(view, area, language):
        attributes = properties(row)
        days = {name: dt.date.fromisoformat(attributes[name]) for name in DAYS if attributes[name]}
        rows.append(attributes | days)
        spot: Any = (place.longitude, place.latitude) if place is not None else (None, None)
        points.append(shapely.Point(spot) if None not in spot else None)
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326)
