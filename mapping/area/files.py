"""Read a study area's folder: ``area.toml`` and the tables that everything needs, with every fault they have."""

from __future__ import annotations

import difflib
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from pydantic import BaseModel, ValidationError
from pyogrio.errors import DataSourceError
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from mapping.area import settings
from mapping.area.grid import Grid
from mapping.area.norms import COLUMNS, read_norms
from mapping.area.settings import SETTINGS, AreaFile, Level, RoadRule
from mapping.errors import InvalidRecord
from mapping.language.taxonomy import Term

TOML = "area.toml"
MOST_CELLS = 200_000_000


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a study area's folder: in which file, what, and how to mend it."""

    file: str
    what: str
    fix: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.file}: {self.what}: {self.fix}"


@dataclass
class AreaTables:
    """What was read of a folder. Where ``faults`` is not empty, the rest may be incomplete."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    file: AreaFile | None = None
    units: list[gpd.GeoDataFrame] = field(default_factory=list)
    """One frame a level, or none at all. Index code; name_<language>, name, parent, level, people, [women, men]."""
    other_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Former names of units, and those of their parts."""
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of parts of units that are no units themselves, such as the districts of a city."""
    roads: gpd.GeoDataFrame | None = None
    """Every column of the file, and ``class``, ``speed_kmh``, ``km`` and ``seasonal`` ("" for none)."""
    norms: tuple[Term, ...] = ()
    """The country's own norms."""

    def fault(self, file: str, what: str, fix: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(file, what, fix))


def read(folder: Path) -> AreaTables:
    """Read a folder with the checks that cost little: keys, files, names, parents, counts and sums."""
    tables = AreaTables(folder)
    tables.file = _read_toml(tables)
    if tables.file is None:
        return tables
    _check_texts(tables, tables.file)
    if not _check_extent(tables, tables.file):
        return tables
    missing = _check_paths(tables, tables.file)
    if any(level.file in missing for level in tables.file.level) or tables.file.population.units in missing:
        return tables
    _check_rasters(tables, tables.file, missing)
    frames = [_read_level(tables, tables.file, level) for level in tables.file.level]
    tables.units = [frame for frame in frames if frame is not None]
    if len(tables.units) < len(frames):
        tables.units = []
        return tables
    _check_codes(tables)
    _read_people(tables, tables.file)
    _read_other_names(tables, tables.file, missing)
    if tables.file.roads and tables.file.roads.file not in missing:
        tables.roads = _read_roads(tables, tables.file)
    name = tables.file.norms
    if name and name not in missing and (frame := read_csv(tables, name, COLUMNS)) is not None:
        tables.norms = tuple(read_norms(frame, tables.file.languages, partial(tables.fault, name)))
    return tables


def paths(table: BaseModel, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each file that area.toml, or a table of it, names, with the key that names it."""
    for name, info in type(table).model_fields.items():
        value = getattr(table, name)
        if settings.IN_FOLDER in info.metadata and value:
            yield f"{above}{name}", value
        elif isinstance(value, BaseModel):
            yield from paths(value, "" if name == "settings" else f"{name}.")
        elif name == "level" and isinstance(value, tuple):
            for level in value:
                yield from paths(level, f"level {level.level} ")


def read_csv(tables: AreaTables, name: str, needed: tuple[str, ...]) -> pd.DataFrame | None:
    """Read a CSV of a folder as text, empty cells as ""; None, with a fault, where it cannot be used."""
    try:
        frame = pd.read_csv(tables.folder / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        tables.fault(name, "is not in UTF-8", "save it as CSV UTF-8")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        tables.fault(name, f"is no table ({str(error).strip()})", "save it as CSV, one heading, commas between values")
    else:
        absent = [column for column in needed if column not in frame]
        for column in absent:
            fix = perhaps(column, frame.columns, "add it, or rename the one that holds it")
            tables.fault(name, f"has no column {column!r}", fix)
        return None if absent else frame
    return None


def read_shapes(tables: AreaTables, name: str) -> gpd.GeoDataFrame | None:
    """Read a GeoJSON of a folder; None, with a fault, where it is none or does not lie in longitude and latitude."""
    try:
        frame = gpd.read_file(tables.folder / name)
    except DataSourceError:
        tables.fault(name, "cannot be read as GeoJSON", "save it as GeoJSON, a FeatureCollection")
        return None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        tables.fault(name, "holds no shapes", "save it as GeoJSON with a geometry in each feature")
        return None
    west, south, east, north = frame.total_bounds
    if frame.crs is None or not frame.crs.is_geographic:
        stated = "nothing" if frame.crs is None else frame.crs.name
        tables.fault(name, f"says it lies in {stated}", "save it in longitude and latitude (EPSG:4326)")
    elif not _holds((-180, -90, 180, 90), (west, south, east, north)):
        tables.fault(
            name,
            f"has coordinates from {west:g}, {south:g} to {east:g}, {north:g}, which are no degrees",
            "save it in longitude and latitude (EPSG:4326)",
        )
    else:
        return frame
    return None


def counts(tables: AreaTables, name: str, column: pd.Series, *, whole: bool = True) -> pd.Series:
    """Read a column of text as counts of people; what is none of them is a fault and NaN."""
    numbers = pd.to_numeric(column.where(column != "", None), errors="coerce")
    wrong = numbers.isna() | (numbers < 0) | ~np.isfinite(numbers)
    if whole:
        wrong |= numbers != numbers.round()
    if wrong.any():
        row = int(wrong.idxmax())
        kind = "whole number of people" if whole else "number of people"
        tables.fault(
            name,
            f"row {row + 2}: {column.name} {column[row]!r} is no {kind}" + _more(int(wrong.sum())),
            "write digits only",
        )
    return numbers.where(~wrong)


def _more(number: int) -> str:
    return f" (and {number - 1} more)" if number > 1 else ""


def perhaps(word: str, known: Any, otherwise: str) -> str:
    """Return a hint at the known word nearest to one that is not, or what else to do."""
    close = difflib.get_close_matches(word, [str(choice) for choice in known], 1)
    return f"did you mean {close[0]!r}?" if close else otherwise


def _read_toml(tables: AreaTables) -> AreaFile | None:
    path = tables.folder / TOML
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        tables.fault(TOML, f"there is none in {tables.folder}", "give the folder of a country, such as data/geo/<code>")
    except UnicodeDecodeError:
        tables.fault(TOML, "is not in UTF-8", "save it in UTF-8")
    except tomllib.TOMLDecodeError as error:
        tables.fault(TOML, f"is no TOML ({error})", "mend the line; texts stand in quotes, lists in [ ]")
    else:
        try:
            return AreaFile.model_validate(table)
        except ValidationError as error:
            tables.faults += [_settings_fault(problem) for problem in error.errors()]
    return None


def _settings_fault(problem: Mapping[str, Any]) -> Fault:
    steps = [step for step in problem["loc"] if step != "settings"]
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in steps) or "the file"
    kind, given = problem["type"], problem["input"]
    if kind == "missing":
        return Fault(TOML, f"the key {key} is missing", "add it")
    if kind == "extra_forbidden":
        return Fault(TOML, f"unknown key {key}", perhaps(str(steps[-1]), _known_keys(top=len(steps) == 1), "delete it"))
    message = problem["msg"].removeprefix("Value error, ")
    shown = "" if kind == "value_error" or isinstance(given, dict | list) else f" = {given!r}"
    return Fault(
        TOML, f"{key}{shown}: {message[:1].lower()}{message[1:]}", "mend the value; docs/study-area.md lists the keys"
    )


def _known_keys(*, top: bool) -> set[str]:
    if top:
        return {*AreaFile.model_fields, *SETTINGS}
    models = (
        setting for setting in vars(settings).values() if isinstance(setting, type) and issubclass(setting, BaseModel)
    )
    return {item.alias or name for model in models for name, item in model.model_fields.items()}


def _check_texts(tables: AreaTables, file: AreaFile) -> None:
    texts = [("name", file.name)]
    texts += [(f"level {level.level} label", level.label) for level in file.level]
    texts += [
        (f"scenario {scenario.id} label", scenario.label)
        for scenario in file.settings.scenarios
        if "scenarios" in file.settings.model_fields_set
    ]
    texts += [(f"emergency.{key}.label", number.label) for key, number in file.settings.emergency.items()]
    texts += [(f"context {number} text", sentence.text) for number, sentence in enumerate(file.settings.context, 1)]
    if file.modelled:
        texts.append(("warning", file.warning))
    for number, sentence in enumerate(file.attribution, 1):
        if "en" not in sentence.text:
            fix = "add it: it stands where a page's language has none"
            tables.fault(TOML, f"attribution {number} has no text in 'en'", fix)
    for key, text in texts:
        for language in file.languages:
            if language not in text:
                tables.fault(
                    TOML, f"{key} has no text in {language!r}", "add it, or take the language out of languages"
                )


def _check_extent(tables: AreaTables, file: AreaFile) -> bool:
    if not _holds(file.extent, file.bounds):
        tables.fault(TOML, "window does not hold bounds", "widen window, so that travel near the border can be counted")
    if file.settings.grid.file:
        return True
    try:
        rows, columns = Grid.over(file.extent, crs=file.area_crs, cell_size=file.settings.grid.cell_size).shape
    except (OverflowError, ProjError):
        tables.fault(TOML, "area_crs has no place for the window", "choose a reference system made for this country")
        return False
    if rows * columns > MOST_CELLS:
        tables.fault(TOML, f"the grid would have {rows} x {columns} cells", "raise grid.cell_size")
    return True


def _holds(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _check_paths(tables: AreaTables, file: AreaFile) -> set[str]:
    root, missing = tables.folder.resolve(), set()
    for key, name in paths(file):
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            tables.fault(TOML, f"{key} names {name!r}, outside the folder", "copy the file into the folder")
            missing.add(name)
        elif not path.is_file():
            tables.fault(name, f"is not there, but {key} of {TOML} names it", "add the file, or take the key out")
            missing.add(name)
    return missing


def _check_rasters(tables: AreaTables, file: AreaFile, missing: set[str]) -> None:
    if (name := file.settings.grid.file) is not None and name not in missing:
        try:
            grid = Grid.of_raster(tables.folder / name)
        except InvalidRecord as error:
            tables.faults.append(Fault(name, *str(error).removeprefix(f"{Path(name).name}: ").split(": ", 1)))
        else:
            if abs(grid.cell_size - file.settings.grid.cell_size) > 1e-6 * grid.cell_size:
                fix = f"write cell_size = {grid.cell_size!r} in [grid] of {TOML}"
                tables.fault(name, f"has cells of {grid.cell_size:g} metres, {TOML} says another size", fix)
    for name in (file.raster.elevation, file.raster.landcover):
        if name is None or name in missing:
            continue
        try:
            with warnings.catch_warnings(action="ignore"), rasterio.open(tables.folder / name) as source:
                crs, box = source.crs, source.bounds
        except RasterioError:
            tables.fault(name, "cannot be read as a raster", "save it as a GeoTIFF")
            continue
        if crs is None:
            tables.fault(name, "does not say in which reference system it lies", "save it as a GeoTIFF with EPSG:4326")
        elif not file.settings.grid.file and not _holds(reach := transform_bounds(crs, "EPSG:4326", *box), file.bounds):
            shown = ", ".join(f"{degrees:.2f}" for degrees in reach)
            tables.fault(name, f"lies within {shown} and does not cover the country", "cut it to the window")


def _read_level(tables: AreaTables, file: AreaFile, level: Level) -> gpd.GeoDataFrame | None:
    frame = read_shapes(tables, level.file)
    if frame is None:
        return None
    names = [f"name_{language}" for language in file.languages]
    codes = [level.key, level.parent] if level.parent else [level.key]
    absent = [column for column in codes if column not in frame]
    for column in absent:
        tables.fault(level.file, f"has no field {column!r}", perhaps(column, frame.columns, "add it to every feature"))
    for column in names:
        if column not in frame:
            tables.fault(level.file, f"has no field {column!r}", "add the name to every feature")
    if absent:
        return None
    if len(frame) != level.count:
        tables.fault(level.file, f"holds {len(frame)} units, {TOML} says {level.count}", "mend the file or count")
    text = {column: _texts(frame, column) for column in (*codes, *names)}
    for column in filter(frame.columns.__contains__, names):
        for code, name in zip(text[level.key], text[column], strict=True):
            if not name.strip():
                tables.fault(level.file, f"unit {code!r} has no {column}", "add the name")
    shapes = frame.geometry.to_numpy()
    for code, shape in zip(text[level.key], shapes, strict=True):
        if shape is None or shape.is_empty:
            tables.fault(level.file, f"unit {code!r} has no shape", "draw its outline")
    if not _overlaps(frame.total_bounds, file.bounds):
        tables.fault(level.file, f"lies outside bounds of {TOML}", "check both; are longitude and latitude swapped?")
    out = {column: text[column] for column in names} | {
        "name": text[names[0]],
        "parent": text[level.parent] if level.parent else None,
        "level": level.level,
    }
    rows = pd.DataFrame(out, pd.Index(text[level.key], dtype=object, name="code"))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    values = frame[column]
    return [str(value) if there else "" for value, there in zip(values.tolist(), values.notna(), strict=True)]


def _overlaps(bounds: Any, other: tuple[float, ...]) -> bool:
    return bool(bounds[0] < other[2] and bounds[2] > other[0] and bounds[1] < other[3] and bounds[3] > other[1])


def _check_codes(tables: AreaTables) -> None:
    assert tables.file is not None
    levels, files = tables.file.level, dict[str, str]()
    for level, frame in zip(levels, tables.units, strict=True):
        for code in frame.index:
            if not code.strip():
                tables.fault(level.file, f"a unit has no {level.key}", "give every unit a code")
            elif code in files:
                fix = "give every unit of every level a code of its own, or name another column as key"
                tables.fault(level.file, f"code {code!r} stands twice, also in {files[code]}", fix)
            files[code] = level.file
    for above, frame, level in zip(tables.units, tables.units[1:], levels[1:], strict=False):
        if level.parent is None and len(above) == 1:
            frame["parent"] = above.index[0]
        for code, parent in frame.loc[~frame["parent"].isin(above.index), "parent"].items():
            fix = perhaps(str(parent), above.index, f"name a {levels[level.level - 1].key} of the level above")
            tables.fault(level.file, f"unit {code!r} has the unknown parent {parent!r}", fix)


def _read_people(tables: AreaTables, file: AreaFile) -> None:
    name = file.population.units
    keys = dict.fromkeys(level.people_key or file.population.key for level in file.level)
    table = read_csv(tables, name, (*keys, "population"))
    if table is None:
        return
    if "level" in table:  # finer rows than the levels in use may stand in the same file
        table = table[table["level"].isin([str(level.level) for level in file.level])]
    columns = {"population": "people"} | {column: column for column in ("women", "men") if column in table}
    numbers = pd.DataFrame({new: counts(tables, name, table[old]) for old, new in columns.items()})
    uncounted: list[set[str]] = []
    for level, frame in zip(file.level, tables.units, strict=True):
        rows = numbers.set_axis(table[level.people_key or file.population.key])
        if "level" in table:
            rows = rows[(table["level"] == str(level.level)).to_numpy()]
        rows = rows[rows.index.isin(frame.index)]
        for code in dict.fromkeys(rows.index[rows.index.duplicated()]):
            tables.fault(name, f"unit {code!r} of level {level.level} stands twice", "keep one row")
        uncounted.append({*frame.index} - {*rows.index})
        for code in sorted(uncounted[-1]):
            tables.fault(name, f"unit {code!r} of level {level.level} has no row", "add its count of people")
        own = rows[~rows.index.duplicated()].reindex(frame.index).fillna(0).astype("int64")
        frame[[*own]] = own
    _check_sums(tables, file, [*numbers], uncounted)


def _check_sums(tables: AreaTables, file: AreaFile, columns: list[str], uncounted: list[set[str]]) -> None:
    """See that counts add up; ``uncounted`` holds the units of each level that have none."""
    name, whole = file.population.units, tables.units[-1]["people"].sum()
    if whole != file.population.total and not uncounted[-1]:
        what = f"the units of level {len(tables.units) - 1} have {whole} people together"
        tables.fault(name, f"{what}, {TOML} says {file.population.total}", "mend the counts or population.total")
    for above, frame, of_above, of_frame in zip(tables.units, tables.units[1:], uncounted, uncounted[1:], strict=False):
        unknown = of_above | {*frame.loc[[*of_frame], "parent"]}
        sums = pd.DataFrame(frame).groupby("parent")[columns].sum().reindex(above.index, fill_value=0)
        for column in columns:
            for code, total, own in zip(above.index, above[column], sums[column], strict=True):
                if total != own and code not in unknown:
                    what = f"{code!r} has {total} {column}, its units together {own}"
                    tables.fault(name, what, "mend the counts")
    if {"women", "men"} <= set(columns):
        for frame in tables.units:
            for code in frame.index[frame["women"] + frame["men"] != frame["people"]]:
                tables.fault(name, f"women and men of {code!r} are not its people together", "mend the counts")


def _read_other_names(tables: AreaTables, file: AreaFile, missing: set[str]) -> None:
    """Read former names of units and names of their parts: columns ``former...`` and ``parts...``.

    Names are parted by semicolons, remarks stand in brackets.
    """
    for level, frame in zip(file.level, tables.units, strict=True):
        if not level.names or level.names in missing:
            continue
        table = read_csv(tables, level.names, (level.key,))
        if table is None:
            continue
        for code in table.loc[~table[level.key].isin(frame.index), level.key]:
            tables.fault(level.names, f"names the unknown unit {code!r}", perhaps(code, frame.index, "delete the row"))
        for beginning in ("former", "parts"):
            columns = [column for column in table.columns.astype(str) if column.startswith(beginning)]
            for code, *cells in table[[level.key, *columns]].itertuples(index=False):
                given = (re.sub(r"\([^()]*\)", "", name).strip() for cell in cells for name in cell.split(";"))
                if names := tuple(dict.fromkeys(name for name in given if name)):
                    tables.other_names[code] = (*tables.other_names.get(code, ()), *names)
                    if beginning == "parts":
                        tables.parts[code] = names


def _read_roads(tables: AreaTables, file: AreaFile) -> gpd.GeoDataFrame | None:
    roads = file.roads
    assert roads is not None
    frame = read_shapes(tables, roads.file)
    if frame is None:
        return None
    for column in filter(None, (roads.road_class, roads.speed, roads.length, roads.seasonal)):
        if column not in frame:
            fix = perhaps(column, frame.columns, f"name another field in [roads] of {TOML}")
            tables.fault(roads.file, f"has no field {column!r}", fix)
            return None
    if not frame.geom_type.isin(["LineString", "MultiLineString"]).all():
        tables.fault(roads.file, "holds something else than lines", "keep the lines of roads only")
    classes = frame[roads.road_class].astype(str)
    speed = classes.map(file.settings.speeds.roads).astype(float)
    if roads.speed:
        speed = speed.fillna(pd.to_numeric(frame[roads.speed], errors="coerce"))
    for road_class in sorted(set(classes[~(speed > 0)])):
        tables.fault(roads.file, f"road class {road_class!r} has no speed", f"add it to [speeds.roads] of {TOML}")
    for road_class in sorted(set(file.settings.speeds.roads) - set(classes)):
        tables.fault(
            TOML,
            f"speeds.roads names the class {road_class!r}, which no road has",
            perhaps(road_class, set(classes), "delete it"),
        )
    for scenario in file.settings.scenarios:
        for number, rule in enumerate(scenario.road, 1):
            _check_rule(tables, f"road rule {number} of scenario {scenario.id!r}", rule, frame)
    km = frame.geometry.to_crs(file.area_crs).length / 1000
    if roads.length:
        stated = pd.to_numeric(frame[roads.length], errors="coerce")
        km = stated.where(stated > 0, km)
    notes = frame[roads.seasonal] if roads.seasonal else pd.Series("", frame.index)
    notes = notes.astype(object).where(notes.notna(), "")
    return frame.assign(**{"class": classes, "speed_kmh": speed, "km": km, "seasonal": notes})


def _check_rule(tables: AreaTables, which: str, rule: RoadRule, roads: gpd.GeoDataFrame) -> None:
    fits = pd.Series(True, roads.index)
    for column, values in rule.values():
        if column not in roads:
            tables.fault(TOML, f"{which} names the unknown field {column!r}", perhaps(column, roads.columns, "mend it"))
            return
        there = roads[column].astype(str)
        for value in set(values) - set(there):
            fix = perhaps(value, set(there), "mend the value")
            tables.fault(TOML, f"{which}: no road has {column} {value!r}", fix)
        fits &= there.isin(values)
    if not fits.any():
        tables.fault(TOML, f"{which} fits no road", "mend its values: a road must have one of each")
