"""Look deep into a study area's folder: shapes, cells of people, rasters, places and the basemap."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.errors import RasterioError

from mapping.area.files import TOML, AreaTables, Fault, counts, read, read_csv, read_shapes
from mapping.area.grid import NO_LANDCOVER
from mapping.area.settings import AreaFile

INSIDE = 0.95
"""The least share of a unit that must lie inside its parent."""

COVERED = 0.05
"""By which share the units of a parent may miss or exceed its area."""

ROUNDING = 0.005
"""By which share the cells of a unit may differ from its census."""


def faults(folder: Path) -> list[Fault]:
    """Return all faults of a folder, those of the cheap checks first.

    A check that needs a file which cannot be read is left out; the file itself is a fault already.
    """
    tables = read(folder)
    for check in CHECKS:
        if tables.file is not None:
            check(tables, tables.file)
    return list(dict.fromkeys(tables.faults))


def check_shapes(tables: AreaTables, file: AreaFile) -> None:
    """Units are valid polygons."""
    for level, frame in zip(file.level, tables.units, strict=False):
        shapes = frame.geometry
        flat = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
        for code in frame.index[~flat]:
            tables.fault(level.file, f"unit {code!r} is no polygon", "draw its outline")
        for code, reason in zip(frame.index[flat], shapely.is_valid_reason(shapes[flat].to_numpy()), strict=True):
            if reason != "Valid Geometry":
                tables.fault(level.file, f"the outline of {code!r} is not valid ({reason})", "repair it (make valid)")


def check_nesting(tables: AreaTables, file: AreaFile) -> None:
    """Units lie inside their parents and fill them."""
    for level, above, frame in zip(file.level[1:], tables.units, tables.units[1:], strict=False):
        if not above.index.is_unique:
            continue
        parents = shapely.make_valid(above.geometry.to_crs(file.area_crs).to_numpy())
        shapes = shapely.make_valid(frame.geometry.to_crs(file.area_crs).to_numpy())
        of = above.index.get_indexer(pd.Index(frame["parent"], dtype=object))
        area = shapely.area(shapes)
        inside = np.where(of >= 0, shapely.area(shapely.intersection(shapes, parents[of])), area)
        for code, parent, share in zip(frame.index, frame["parent"], inside / np.maximum(area, 1e-9), strict=True):
            if share < INSIDE:
                fix = "mend the outlines, or the parent's code"
                tables.fault(level.file, f"only {share:.0%} of {code!r} lies inside its parent {parent!r}", fix)
        filled = np.bincount(of[of >= 0], area[of >= 0], minlength=len(above)) / shapely.area(parents)
        for code, share in zip(above.index, filled, strict=True):
            if abs(share - 1) > COVERED:
                fix = "the units of a parent must cover it once"
                tables.fault(level.file, f"the units of {code!r} have {share:.0%} of its area", fix)


def check_cells(tables: AreaTables, file: AreaFile) -> None:
    """The cells of people lie in the window, name units, and add up to the census."""
    name = file.population.cells
    if name is None or not _there(tables, name) or not tables.units or "people" not in tables.units[-1]:
        return
    key = file.population.key
    table = read_csv(tables, name, (key, "lat", "lon", "population"))
    if table is None:
        return
    people = counts(tables, name, table["population"], whole=False)
    _check_points(tables, file, name, table)
    units = tables.units[-1]
    if strangers := sorted(set(table[key]) - set(units.index)):
        tables.fault(name, f"names the unknown units {_some(strangers)}", "use the codes of the finest level")
    summed = people.groupby(table[key]).sum().reindex(units.index).fillna(0)
    for code, census, summed_people in zip(units.index, units["people"], summed, strict=True):
        if abs(summed_people - census) > max(1, ROUNDING * census):
            tables.fault(
                name, f"the cells of {code!r} hold {summed_people:.0f} people, the census {census}", "rebuild the cells"
            )


def check_rasters(tables: AreaTables, file: AreaFile) -> None:
    """Rasters hold what they should: classes that have a speed, heights that there are."""
    known = set(file.settings.speeds.on_landcover)
    for kind in ("elevation", "landcover"):
        name = getattr(file.raster, kind)
        if name is None or not _there(tables, name):
            continue
        try:
            with rasterio.open(tables.folder / name) as source:
                values = source.read(1, masked=True)
        except RasterioError:
            tables.fault(name, "cannot be read to its end", "copy it again")
            continue
        if kind == "landcover":
            strange = sorted(set(np.unique(values.compressed()).tolist()) - known - {NO_LANDCOVER})
            if strange:
                tables.fault(
                    name, f"holds the classes {strange}, which have no speed", "add them to [speeds.landcover]"
                )
        elif values.count() and (values.min() < -500 or values.max() > 9000):
            heights = f"from {values.min()} to {values.max()}"
            tables.fault(name, f"holds heights {heights} m", "metres above the sea; declare the value of no data")


def check_relief(tables: AreaTables, file: AreaFile) -> None:
    """The relief has its bounds."""
    picture, bounds = file.raster.relief, file.raster.relief_bounds
    if (picture is None) != (bounds is None):
        tables.fault(TOML, "raster.relief and raster.relief_bounds belong together", "name both or neither")
    elif bounds is not None and _there(tables, bounds):
        try:
            (south, west), (north, east) = json.loads((tables.folder / bounds).read_text(encoding="utf-8"))["bounds"]
            right = -180 <= west < east <= 180 and -90 <= south < north <= 90
        except (ValueError, TypeError, KeyError):
            right = False
        if not right:
            tables.fault(bounds, "does not say the bounds", 'write {"bounds": [[south, west], [north, east]]}')


def check_places(tables: AreaTables, file: AreaFile) -> None:
    """Places have a name, a unit of the finest level and a point in the window, or at least the unit."""
    if not tables.units:
        return
    units = set(tables.units[-1].index)
    languages = [f"name_{language}" for language in file.languages]
    for kind in ("settlements", "official_towns", "border"):
        name = getattr(file.places, kind)
        if name is None or not _there(tables, name):
            continue
        needed = ("lat", "lon", *(() if kind == "border" else (file.places.unit,)))
        table = read_csv(tables, name, needed)
        if table is None:
            continue
        names = [column for column in ("name", *languages) if column in table]
        if not names:
            tables.fault(name, "has no column of names", "add name, or name_<language>")
        elif (nameless := (table[names] == "").all(axis=1)).any():
            tables.fault(name, f"row {_first(nameless)} has no name", "add one, or delete the row")
        if kind != "border" and (strangers := sorted(set(table[file.places.unit]) - units)):
            tables.fault(name, f"names the unknown units {_some(strangers)}", "use the codes of the finest level")
        if file.places.key in table:
            ids = table.loc[table[file.places.key] != "", file.places.key]
            for place_id in sorted(set(ids[ids.duplicated()])):
                tables.fault(name, f"{file.places.key} {place_id!r} stands twice", "keep one row")
        _check_points(tables, file, name, table, optional=kind == "official_towns")


def check_basemap(tables: AreaTables, file: AreaFile) -> None:
    """The files of the basemap are GeoJSON in degrees."""
    for _, name in file.basemap:
        if name and _there(tables, name):
            read_shapes(tables, name)


def _there(tables: AreaTables, name: str) -> bool:
    """Tell whether a file can be looked into; one that cannot is a fault already."""
    return (tables.folder / name).is_file() and name not in {fault.file for fault in tables.faults}


def _some(words: list[str]) -> str:
    return ", ".join(map(repr, words[:5])) + (f" and {len(words) - 5} more" if len(words) > 5 else "")


def _first(rows: pd.Series) -> int:
    return int(np.flatnonzero(rows.to_numpy())[0]) + 2


def _check_points(
    tables: AreaTables, file: AreaFile, name: str, table: pd.DataFrame, *, optional: bool = False
) -> None:
    west, south, east, north = file.extent
    lat = pd.to_numeric(table["lat"].where(table["lat"] != "", None), errors="coerce")
    lon = pd.to_numeric(table["lon"].where(table["lon"] != "", None), errors="coerce")
    none = lat.isna() | lon.isna()
    if optional:
        none &= (table["lat"] != "") | (table["lon"] != "")
    if none.any():
        tables.fault(name, f"row {_first(none)} has no point", "write lat and lon in degrees")
    outside = (lat < south) | (lat > north) | (lon < west) | (lon > east)
    if outside.any():
        row = _first(outside)
        point = f"{table['lat'].iloc[row - 2]}, {table['lon'].iloc[row - 2]}"
        tables.fault(name, f"row {row} lies at {point}, outside the window", "are latitude and longitude swapped?")


CHECKS: tuple[Callable[[AreaTables, AreaFile], None], ...] = (
    check_shapes,
    check_nesting,
    check_cells,
    check_rasters,
    check_relief,
    check_places,
    check_basemap,
)
