"""Build a study area's folder from files as they lie on a disk: units, people, ground, roads, places."""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import tomlkit
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from numpy.typing import NDArray

from mapping.area import check
from mapping.area.build import inputs
from mapping.area.build.coast import to_nearest_unit
from mapping.area.build.inputs import Findings, SpeedTable
from mapping.area.files import MOST_CELLS, TOML
from mapping.area.grid import Grid, unit_grid
from mapping.area.rasters import write_raster
from mapping.area.settings import BOTH_SIDES, spans_both_sides
from mapping.errors import InvalidRecord

COUNTRIES = Path(__file__).with_name("countries.csv")
OWN_CODES = tuple(
    {"AA", "ZZ", *(f"X{letter}" for letter in ascii_uppercase), *(f"Q{letter}" for letter in "MNOPQRSTUVWXYZ")} - {"XK"}
)
"""Codes that ISO 3166 leaves to its users, without the one that is in use (Kosovo's)."""
METRES_A_DEGREE = 111_195
LEAST_SHARE = 0.005
"""A raster of which fewer people lie in the units is one of another country."""

ALL_PARTS = ("admin", "population", "raster", "roads", "places", "basemap")

LABELS = {
    0: {"en": "Country", "ru": "Страна", "tg": "Кишвар", "uz": "Mamlakat", "fr": "Pays", "es": "País"},
    1: {"en": "Region", "ru": "Регион", "tg": "Минтақа", "uz": "Hudud", "fr": "Région", "es": "Región"},
    2: {"en": "District", "ru": "Район", "tg": "Ноҳия", "uz": "Tuman", "fr": "District", "es": "Distrito"},
}
ALL_YEAR = {"en": "All year", "ru": "Весь год", "tg": "Тамоми сол", "uz": "Yil boʻyi", "fr": "Toute l'année"}


@dataclass(frozen=True)
class BuildPlan:
    """What a study area is built from: the options of ``rohnamo area build`` (docs/study-area.md).

    Files are read and never changed. ``surface`` needs ``speeds`` (a table class,label,speed_kmh); ``friction`` is in
    minutes a metre. With either the grid is that raster's own where it lies in metres.
    """

    code: str
    name: str
    languages: tuple[str, ...]
    units: Path
    unit_name: str
    population: Path
    unit_code: str | None = None
    region_name: str | None = None
    population_date: dt.date | None = None
    surface: Path | None = None
    speeds: Path | None = None
    friction: Path | None = None
    dem: Path | None = None
    roads: Path | None = None
    road_class: str | None = None
    barriers: Path | None = None
    places: Path | None = None
    timezone: str | None = None
    cell_size: float | None = None
    credits: tuple[str | tuple[tuple[str, ...], str], ...] = ()
    """Source and licence, of all or of some parts of the study area."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What people should know of the files, kept in the settings."""


@dataclass
class _Sources:
    units: gpd.GeoDataFrame
    speeds: SpeedTable
    roads: gpd.GeoDataFrame | None
    barriers: gpd.GeoSeries | None
    places: pd.DataFrame | None


def build(out: str | Path, plan: BuildPlan) -> list[str]:
    """Write a study area's folder, checked; return sentences on what was done.

    Raises
    ------
    InvalidRecord
        Something is wrong with the files or options; the text names every fault, one a line, and nothing is written.
    """
    out, findings = Path(out), Findings()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        findings.fault(str(out), "is there already and not empty", "choose another folder, or remove it")
    _check_options(plan, findings)
    sources = _read(plan, findings)
    _stop(findings)
    assert sources is not None
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".area-") as scratch:
        folder = Path(scratch) / "area"
        folder.mkdir()
        _write(folder, plan, sources, findings)
        _stop(findings)
        findings.faults += check.faults(folder)
        _stop(findings)
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
    return findings.notes


def _stop(findings: Findings) -> None:
    if findings.faults:
        raise InvalidRecord("\n".join(str(fault) for fault in dict.fromkeys(findings.faults)))


def _check_options(plan: BuildPlan, findings: Findings) -> None:
    if plan.code not in iso_codes():
        findings.fault(
            "--code", f"{plan.code!r} is no ISO 3166 code of two letters", "write it as MW; XA to XZ are for anybody"
        )
    for language in plan.languages:
        if language not in Locale("en").languages or not re.fullmatch("[a-z]{2,3}", language):
            findings.fault("--languages", f"{language!r} is no ISO 639 code", "write them as en,ny")
    if not plan.languages:
        findings.fault("--languages", "names none", "write them as en,ny, the main one first")
    if plan.timezone is not None and plan.timezone not in available_timezones():
        findings.fault("--timezone", f"{plan.timezone!r} is none", "write it as Africa/Blantyre")
    zones = () if plan.code in OWN_CODES else get_global("territory_zones").get(plan.code)
    if plan.timezone is None and plan.code in iso_codes() and not zones:
        findings.fault("--timezone", f"none is known for {plan.code}", "write it as Africa/Blantyre")
    if plan.timezone is None and zones and len({_times(zone) for zone in zones}) > 1:
        shown = ", ".join(zones[:5]) + (" ..." if len(zones) > 5 else "")
        findings.fault("--timezone", f"{plan.code} has several: {shown}", "name that of most people")
    counted = _day(plan)
    if counted is None:
        what = f"the name of {plan.population.name} says no year, or several"
        findings.fault("--population-date", what, "give the day the people were counted, as 2020-01-01")
    elif plan.population_date is None:
        findings.note(f"People: counted {counted}, by the name of {plan.population.name}; else give --population-date.")
    if plan.surface and plan.friction:
        findings.fault("--friction", "--surface is given as well", "give the one that you trust")
    if plan.surface and not plan.speeds:
        findings.fault("--speeds", "--surface needs it", "give a table class,label,speed_kmh of its classes")
    if plan.cell_size and (plan.surface or plan.friction):
        findings.fault("--cell-size", "the grid is that of the raster", "leave it out")


def _times(zone: str) -> tuple[dt.timedelta | None, ...]:
    return tuple(dt.datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


def _read(plan: BuildPlan, findings: Findings) -> _Sources | None:
    units = inputs.read_units(
        plan.units, plan.unit_name, plan.unit_code, plan.region_name, plan.languages, plan.code, findings
    )
    speeds = inputs.read_speeds(plan.speeds, findings) if plan.speeds else SpeedTable({}, {})
    for path in (plan.population, plan.surface, plan.friction, plan.dem):
        if path is not None:
            inputs.check_raster(path, findings)
    if units is None:
        return None
    west, _, east, _ = units.total_bounds
    if spans_both_sides(west, east):
        findings.fault(
            plan.units, BOTH_SIDES, "keep the units on the side that most people live on, and cut the others"
        )
        return None
    window = shapely.box(*units.total_bounds)
    roads = barriers = places = None
    if plan.roads and speeds is not None:
        roads = inputs.read_roads(plan.roads, plan.road_class, speeds.roads, window, findings)
    if plan.barriers:
        barriers = inputs.read_barriers(plan.barriers, window, findings)
    if plan.places:
        places = inputs.read_places(plan.places, units, findings)
    return None if speeds is None else _Sources(units, speeds, roads, barriers, places)


def _check_friction(cost: NDArray[np.float32], path: Path, findings: Findings) -> None:
    values = cost[np.isfinite(cost) & (cost > 0)]
    speed = 60 / (float(np.median(values)) * 1000) if values.size else 0.0
    if not values.size:
        findings.fault(path, "nothing of it lies in the country", "take the file of this country")
    elif not 0.2 <= speed <= 120:
        findings.fault(path, f"its middle value would be {speed:.3g} km/h", "give minutes a metre, as MAP does")


def _write(folder: Path, plan: BuildPlan, sources: _Sources, findings: Findings) -> None:
    grid, ground = _ground(folder, plan, sources, findings)
    if grid is None:
        return
    census = _people(folder, plan, sources.units, grid, findings)
    if findings.faults:
        return
    levels = _units(folder, plan, sources.units, census)
    surfaced = "raster" in ground
    travel: dict[str, Any] = {"cross_borders": bool(ground.get("raster"))}
    tables: dict[str, Any] = {"raster": dict(ground.get("raster", {}))}
    if plan.dem:
        tables["raster"]["elevation"] = _elevation(folder, plan.dem, grid, findings)
        if surfaced:
            findings.note("Slopes: none counted, as the surface says itself how fast each cell is crossed.")
    tables |= _drawn(folder, sources, travel, findings, surfaced=surfaced)
    speeds = {"slope": "tobler" if plan.dem and not surfaced else "none", **_speeds(sources, ground)}
    head = _head(plan, sources.units, grid)
    settings = {"grid": ground["grid"], "travel": travel, "speeds": speeds}
    tables["population"] = {
        "date": _day(plan),
        "total": int(census.sum()),
        "units": "population/units.csv",
        "key": "code",
        "grid": "population/people.tif",
    }
    repeated = [("level", level) for level in levels]
    if surfaced:
        repeated.append(("scenario", {"id": "summer", "label": _texts(ALL_YEAR, plan.languages)}))
    for credit in plan.credits:
        parts, text = (ALL_PARTS, credit) if isinstance(credit, str) else credit
        repeated.append(("attribution", {"for": [*parts], "text": text}))
    tables["notes"] = dict(plan.notes)
    (folder / TOML).write_text(_toml(head, {**tables, **settings}, repeated), encoding="utf-8")
    (folder / "README.md").write_text(_readme(plan, findings.notes), encoding="utf-8")


def _drawn(
    folder: Path, sources: _Sources, travel: dict[str, Any], findings: Findings, *, surfaced: bool
) -> dict[str, Any]:
    """Write roads, barriers and places, and return their tables; where no surface has barriers, they slow ways."""
    tables: dict[str, Any] = {}
    if sources.roads is not None:
        _shapes(folder / "roads/roads.geojson", sources.roads)
        tables["roads"] = {"file": "roads/roads.geojson", "class": "class", "speed": "speed_kmh"}
        if surfaced:
            findings.note("Roads are drawn on maps only: the surface has them already.")
    if sources.barriers is not None:
        tables["basemap"] = _water(folder, sources.barriers)
        if surfaced:
            findings.note("Barriers are drawn on maps only: the surface has them already.")
        else:
            _shapes(folder / "barriers.geojson", gpd.GeoDataFrame(geometry=sources.barriers))
            travel["barriers"] = "barriers.geojson"
    if sources.places is not None:
        (folder / "places").mkdir()
        sources.places.to_csv(folder / "places/settlements.csv", index=False)
        tables["places"] = {"settlements": "places/settlements.csv"}
    return tables


def _ground(
    folder: Path, plan: BuildPlan, sources: _Sources, findings: Findings
) -> tuple[Grid | None, dict[str, dict[str, Any]]]:
    source = plan.surface or plan.friction
    if source is None:
        grid = _metric_grid(sources.units, plan.cell_size or 1000.0)
        findings.note(f"Grid: {_shown(grid)}; everybody walks at 5 km/h where no road is.")
        return _not_too_large(grid, findings), {"grid": {"cell_size": grid.cell_size}}
    kind = "surface" if plan.surface else "friction"
    name = f"raster/{kind}.tif"
    try:
        grid = Grid.of_raster(source)
        findings.note(f"Grid: that of {source.name}, unchanged: {_shown(grid)}.")
    except InvalidRecord:
        grid = _metric_grid(sources.units, _side(source))
        reason = "whose cells are no squares in metres; each cell takes the value at its middle"
        findings.note(f"Grid: {_shown(grid)}, as fine as {source.name}, {reason}.")
    if _not_too_large(grid, findings) is None:
        return None, {}
    if plan.surface:
        classes = grid.warp(source, how="nearest", missing=65535).astype(np.int64)
        _tell_classes(classes, sources.speeds, source, findings)
        known = (classes >= 0) & (classes < 65535)
        write_raster(folder / name, np.where(known, classes, 65535).astype(np.uint16), grid, missing=65535)
    else:
        cost = grid.warp(source, how="nearest", missing=-9999)
        _check_friction(cost, source, findings)
        write_raster(folder / name, cost, grid, missing=-9999)
        findings.note(f"Friction: {np.mean(cost > 0):.1%} of the cells of {source.name} can be crossed.")
    return grid, {"grid": {"file": name, "cell_size": grid.cell_size}, "raster": {kind: name}}


def _tell_classes(classes: NDArray[np.int64], speeds: SpeedTable, path: Path, findings: Findings) -> None:
    numbers, counts = np.unique(classes, return_counts=True)
    counted = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    crossed = {number for number, speed in speeds.surface.items() if speed > 0} & set(counted)
    if not crossed:
        known = ", ".join(map(str, list(counted)[:12]))
        findings.fault(path, f"none of its classes ({known}) has a speed", "name them in the table of --speeds")
        return
    walls = ", ".join(
        f"{'no data' if number == 65535 else number} ({count:,})"
        for number, count in counted.items()
        if number not in crossed
    )
    barriers = f"; barriers, as they have no speed: {walls}" if walls else ""
    findings.note(f"Surface: classes {', '.join(map(str, sorted(crossed)))} of {path.name} have a speed{barriers}.")
    if absent := sorted(set(speeds.surface) - set(counted)):
        findings.note(f"Speeds: no cell has the classes {', '.join(map(str, absent))}.")


def _people(
    folder: Path, plan: BuildPlan, units: gpd.GeoDataFrame, grid: Grid, findings: Findings
) -> NDArray[np.int64]:
    people = grid.sums(plan.population)
    of = unit_grid(grid, units.geometry)
    inside = of >= 0
    moved = to_nearest_unit(people, inside, grid, units.geometry, plan.population)
    census = np.bincount(of[inside], people[inside], minlength=len(units))
    whole, name = _total(plan.population), plan.population.name
    if not census.sum() > LEAST_SHARE * (0 if math.isnan(whole) else whole):
        fix = "take counts of people of this country, not of another one and not people a km²"
        findings.fault(plan.population, f"{census.sum():,.0f} of its {whole:,.0f} people lie in the units", fix)
    elif math.isnan(whole):
        findings.note(f"People: {census.sum():,.0f} of {name} live in the units.")
    else:
        share = census.sum() / whole
        findings.note(f"People: {whole:,.0f} in {name}, {census.sum():,.0f} ({share:.1%}) of them in the units.")
    if moved >= 0.5:
        findings.note(f"Coast: {moved:,.0f} people in cells beyond the outlines were moved to the nearest unit.")
    if nobody := [str(name) for name, count in zip(units["code"], census, strict=True) if count < 0.5]:
        findings.note(f"Nobody lives in {len(nobody)} units: {', '.join(nobody[:8])}.")
    write_raster(folder / "population/people.tif", people, grid)
    return np.rint(census).astype(np.int64)


def _total(path: Path) -> float:
    total = 0.0
    with rasterio.open(path) as source:
        if source.width * source.height > MOST_CELLS:  # of a continent or the world
            return math.nan
        for _, window in source.block_windows(1):
            values = source.read(1, window=window, masked=True).compressed().astype(float)
            total += float(values[np.isfinite(values) & (values > 0)].sum())
    return total


def _units(folder: Path, plan: BuildPlan, units: gpd.GeoDataFrame, census: NDArray[np.int64]) -> list[dict[str, Any]]:
    names = [f"name_{language}" for language in plan.languages]
    units = units.assign(population=census, parent=plan.code)
    frames = [units]
    if plan.region_name:
        regions = units.dissolve("region", aggfunc={"population": "sum"}).reset_index()
        width = len(str(len(regions)))
        regions["code"] = [f"{plan.code}-R{number:0{width}}" for number in range(1, len(regions) + 1)]
        regions = regions.assign(parent=plan.code, **dict.fromkeys(names, regions["region"]))
        units["parent"] = units["region"].map(regions.set_index("region")["code"])
        frames = [regions, units]
    country = gpd.GeoDataFrame(
        {"code": [plan.code], "population": [int(census.sum())], "parent": [""]},
        geometry=[shapely.union_all(units.geometry.to_numpy())],
        crs="EPSG:4326",
    )
    for language, column in zip(plan.languages, names, strict=True):
        country[column] = _country_name(plan, language)
    levels = []
    for number, frame in enumerate([country, *frames]):
        file = f"admin/adm{number}.geojson"
        _shapes(folder / file, frame[["code", "parent", *names, "geometry"]])
        label = LABELS[min(number + (number > 0 and not plan.region_name), 2)]
        level = {"level": number, "file": file, "key": "code", "count": len(frame)}
        levels.append(level | ({"parent": "parent"} if number else {}) | {"label": _texts(label, plan.languages)})
    (folder / "population").mkdir(exist_ok=True)
    counts = [frame.assign(level=number) for number, frame in enumerate([country, *frames])]
    table = pd.concat([frame[["code", "level", "population"]] for frame in counts])
    table.to_csv(folder / "population/units.csv", index=False)
    return levels


def _elevation(folder: Path, dem: Path, grid: Grid, findings: Findings) -> str:
    metres = grid.warp(dem, how="average", missing=-32768)
    there = metres > -1000
    if not there.any():
        findings.fault(dem, "none of it lies in the country", "take the file of this country")
        return ""
    findings.note(f"Elevation: {dem.name} covers {there.mean():.1%} of the grid; the rest counts as level.")
    values = np.where(there, np.rint(metres), -32768).astype(np.int16)
    write_raster(folder / "raster/elevation.tif", values, grid, missing=-32768)
    return "raster/elevation.tif"


def _water(folder: Path, barriers: gpd.GeoSeries) -> dict[str, str]:
    lines = barriers.geom_type.isin(["LineString", "MultiLineString"])
    files = {}
    for name, shapes in (("rivers", barriers[lines]), ("lakes", barriers[~lines])):
        if len(shapes):
            _shapes(folder / f"basemap/{name}.geojson", gpd.GeoDataFrame(geometry=shapes))
            files[name] = f"basemap/{name}.geojson"
    return files


def _shapes(path: Path, frame: gpd.GeoDataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=7)


def _speeds(sources: _Sources, ground: dict[str, dict[str, Any]]) -> dict[str, Any]:
    speeds: dict[str, Any] = {}
    if sources.roads is not None:
        speeds["roads"] = dict(sorted(zip(sources.roads["class"], sources.roads["speed_kmh"], strict=True)))
    if "surface" in ground.get("raster", {}):
        speeds["surface"] = {str(number): speed for number, speed in sources.speeds.surface.items()}
    return speeds


def _metric_grid(units: gpd.GeoDataFrame, cell_size: float) -> Grid:
    """Return square cells over the units and a margin of 3 km, in an equal-area projection around their middle."""
    west, south, east, north = units.total_bounds
    crs = f"+proj=laea +lat_0={(south + north) / 2:.2f} +lon_0={(west + east) / 2:.2f} +datum=WGS84 +units=m"
    up = 3000 / METRES_A_DEGREE
    across = up / max(0.01, math.cos(math.radians(max(abs(south), abs(north)))))
    return Grid.over((west - across, south - up, east + across, north + up), crs=crs, cell_size=cell_size)


def _side(path: Path) -> float:
    with rasterio.open(path) as source:
        height = abs(source.transform.e)
        return float(round(height * METRES_A_DEGREE if source.crs.is_geographic else height))


def _not_too_large(grid: Grid, findings: Findings) -> Grid | None:
    rows, columns = grid.shape
    if rows * columns > MOST_CELLS:
        findings.fault("--cell-size", f"the grid would have {rows:,} x {columns:,} cells", "choose larger cells")
        return None
    return grid


def _shown(grid: Grid) -> str:
    crs = grid.crs if len(grid.crs) < 20 else grid.crs.split(" +lat")[0].removeprefix("+proj=")
    return f"{grid.shape[0]:,} x {grid.shape[1]:,} cells of {grid.cell_size:g} m, {crs}"


def _head(plan: BuildPlan, units: gpd.GeoDataFrame, grid: Grid) -> dict[str, Any]:
    bounds = [float(bound) for bound in units.total_bounds]
    west, south, east, north = grid.bounds_lonlat
    window = [min(bounds[0], west), min(bounds[1], south), max(bounds[2], east), max(bounds[3], north)]
    return {
        "code": plan.code,
        "code3": iso_codes()[plan.code],
        "languages": list(plan.languages),
        "area_crs": grid.crs,
        "bounds": [round(bound, 6) for bound in bounds],
        "window": [
            *(math.floor(degree * 1e4) / 1e4 for degree in window[:2]),
            *(math.ceil(degree * 1e4) / 1e4 for degree in window[2:]),
        ],
        "timezone": plan.timezone or get_global("territory_zones")[plan.code][0],
        "modelled": False,
        "name": {language: _country_name(plan, language) for language in plan.languages},
    }


def iso_codes() -> dict[str, str]:
    """Return ISO 3166 codes of three letters by those of two; of those that the standard leaves to its users too."""
    lines = COUNTRIES.read_text(encoding="ascii").split()[1:]
    return {code: code + code[1] for code in OWN_CODES} | dict(line.split(",") for line in lines)


def _country_name(plan: BuildPlan, language: str) -> str:
    known = {code: _of_cldr(plan.code, code) for code in plan.languages}
    return known[language] or plan.name if plan.name in known.values() else plan.name


def _of_cldr(code: str, language: str) -> str:
    try:
        return "" if code in OWN_CODES else str(Locale(language).territories.get(code, ""))
    except UnknownLocaleError:
        return ""


def _texts(texts: dict[str, str], languages: Sequence[str]) -> dict[str, str]:
    return {language: texts.get(language, texts["en"]) for language in languages}


def _day(plan: BuildPlan) -> dt.date | None:
    """Return the day the people were counted: as given, else the first of the only year in the file's name."""
    years = set(re.findall(r"(?<!\d)(?:19[5-9]\d|20[0-4]\d)(?!\d)", plan.population.name))
    return plan.population_date or (dt.date(int(years.pop()), 1, 1) if len(years) == 1 else None)


def _toml(
    head: dict[str, Any], tables: dict[str, dict[str, Any]], repeated: Sequence[tuple[str, dict[str, Any]]]
) -> str:
    lists = {name: [table for other, table in repeated if other == name] for name, _ in repeated}
    filled = {name: table for name, table in tables.items() if table}
    comment = "# Study area, built by: rohnamo area build. docs/study-area.md lists every key."
    return f"{comment}\n{tomlkit.dumps(head | lists | filled)}"


def _readme(plan: BuildPlan, notes: Sequence[str]) -> str:
    lines = "\n".join(f"- {note}" for note in notes)
    credit = (
        "\n".join(f"- {credit if isinstance(credit, str) else credit[1]}" for credit in plan.credits)
        or "- None was given: write source and licence of each file."
    )
    return f"# {plan.name}\n\nBuilt by `rohnamo area build`.\n\n{lines}\n\n## Sources and licences\n\n{credit}\n"
