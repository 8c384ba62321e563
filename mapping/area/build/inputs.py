"""Read the files a study area is built from as they lie on a disk; whatever is wrong with one becomes a fault."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from pyogrio.errors import DataSourceError
from rasterio.errors import RasterioError

from mapping.area.files import Fault, perhaps
from mapping.resources import table_beside

_ROAD_CLASSES = table_beside(__file__, "road_classes")
ROAD_SPEEDS = {row["class"]: float(row["speed_kmh"]) for row in _ROAD_CLASSES if row["speed_kmh"]}
"""Speeds in km/h of OpenStreetMap's classes that no table names; a ``_link`` has that of its class."""

NO_CAR = frozenset(row["class"] for row in _ROAD_CLASSES) - {*ROAD_SPEEDS}
"""Classes of OpenStreetMap that no car drives on."""

ROAD_CLASSES = ("highway", "fclass", "road_class", "class")
"""Names of columns that hold the class of a road, where none is named."""


@dataclass
class Findings:
    """What reading showed: faults that stop the building, and sentences on what was done."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, file: str | Path, what: str, fix: str) -> None:
        """Add a fault of a file or of an option."""
        self.faults.append(Fault(file.name if isinstance(file, Path) else file, what, fix))

    def note(self, text: str) -> None:
        """Add a sentence on what was done."""
        self.notes.append(text)


@dataclass(frozen=True)
class SpeedTable:
    """Speeds in km/h by class: whole numbers are classes of a surface, words are classes of roads."""

    surface: dict[int, float]
    roads: dict[str, float]


def read_vector(path: Path, findings: Findings, *, osm: str = "") -> gpd.GeoDataFrame | None:
    """Read shapes of any format that GDAL reads, in degrees; None, with a fault, where it cannot be used.

    Of an OpenStreetMap extract (.pbf) what ``osm`` names is read: a layer of GDAL's, and a condition.
    """
    if not path.is_file():
        findings.fault(path, "there is no such file", "check the name")
        return None
    layer, _, where = osm.partition(" ")
    options = {"layer": layer, "where": where} if osm and path.suffix.lower() in (".pbf", ".osm") else {}
    try:
        with warnings.catch_warnings(action="ignore"):
            frame = gpd.read_file(path, **options)
    except (DataSourceError, ValueError) as error:
        findings.fault(path, f"cannot be read ({_short(error)})", "save it as GeoPackage, GeoJSON or a shapefile")
        return None
    if not isinstance(frame, gpd.GeoDataFrame) or not len(frame) or frame.geometry.isna().all():
        findings.fault(path, "holds no shapes", "save it with a geometry in each row")
        return None
    if frame.crs is None:
        findings.fault(path, "does not say in which reference system it lies", "save it with one, such as EPSG:4326")
        return None
    return frame[frame.geometry.notna() & ~frame.geometry.is_empty].to_crs("EPSG:4326").reset_index(drop=True)


def read_units(
    path: Path, name: str, code: str | None, region: str | None, languages: tuple[str, ...], prefix: str, out: Findings
) -> gpd.GeoDataFrame | None:
    """Return the finest units: code, name_<language>, region (a name, where a column is given), geometry in degrees.

    Names in other languages are taken from columns that differ in the language only, as ADM2_EN and ADM2_FR do.
    """
    frame = read_vector(path, out)
    if frame is None:
        return None
    code = code or _code_column(name, list(frame.columns))
    wanted = {"--unit-name": name, "--unit-code": code, "--region-name": region}
    absent = {option: column for option, column in wanted.items() if column and column not in frame}
    for option, column in absent.items():
        there = ", ".join(map(str, frame.columns.drop("geometry")))
        out.fault(path, f"has no column {column!r} for {option}", perhaps(column, frame.columns, f"it has {there}"))
    polygons = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    if not polygons.all():
        out.fault(path, f"{int((~polygons).sum())} of its shapes are no outlines", "keep the polygons of units only")
    if absent or not polygons.all():
        return None
    units = gpd.GeoDataFrame(geometry=_mended(frame.geometry, path, out), crs=frame.crs)
    for language in languages:
        units[f"name_{language}"] = _words(frame[_in_language(name, language, list(frame.columns))])
        if (nameless := units[f"name_{language}"] == "").any():
            units.loc[nameless, f"name_{language}"] = _words(frame[name])[nameless]
    if (nameless := units[f"name_{languages[0]}"] == "").any():
        out.fault(path, f"{int(nameless.sum())} units have no {name}", "give every unit a name, or name another column")
    width = len(str(len(units)))
    numbered = pd.Series([f"{prefix}-{number:0{width}}" for number in range(1, len(units) + 1)], units.index)
    units["code"] = _words(frame[code]) if code else numbered
    if (twice := units["code"].duplicated() | (units["code"] == "")).any():
        shown = ", ".join(sorted(set(units.loc[twice, "code"]))[:3]) or "an empty one"
        out.fault(path, f"codes that stand twice or are empty in {code}: {shown}", "name another column: --unit-code")
    if region:
        units["region"] = _words(frame[region])
        if (units["region"] == "").any():
            out.fault(path, f"some units have no {region}", "give every unit its region, or leave out --region-name")
    origin = f"codes from {code}" if code else f"codes {units['code'].iloc[0]} to {units['code'].iloc[-1]}"
    out.note(f"Units: {len(units)} from {path.name}, {origin}.")
    return units


def read_speeds(path: Path, findings: Findings) -> SpeedTable | None:
    """Read a table class,label,speed_kmh; None, with faults, where it cannot be used."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        findings.fault(path, f"cannot be read as a table ({_short(error)})", "save it as CSV: class,label,speed_kmh")
        return None
    table.columns = table.columns.str.strip().str.lower()
    column = next((column for column in ("speed_kmh", "speed") if column in table), None)
    if "class" not in table or column is None:
        there = ", ".join(table.columns)
        findings.fault(path, f"has the columns {there}", "name them class,label,speed_kmh")
        return None
    speeds = pd.to_numeric(table[column].str.strip(), errors="coerce")
    for row in np.flatnonzero(~(speeds.to_numpy() >= 0) | ~(speeds.to_numpy() <= 200)):
        fix = "write km/h from 0 (a barrier) to 200"
        findings.fault(path, f"row {row + 2}: the speed {table[column].iloc[row]!r} is none", fix)
    classes = table["class"].str.strip()
    for name in sorted(set(classes[classes.duplicated()])):
        findings.fault(path, f"class {name!r} stands twice", "keep one row")
    pairs = list(zip(classes, speeds, strict=True))
    surface = {int(name): float(speed) for name, speed in pairs if re.fullmatch(r"\d{1,5}", name)}
    roads = {name: float(speed) for name, speed in pairs if not re.fullmatch(r"\d{1,5}", name)}
    return SpeedTable(surface, roads)


def check_raster(path: Path, findings: Findings) -> bool:
    """Tell whether a raster opens and says where it lies; a fault where it does not."""
    try:
        with warnings.catch_warnings(action="ignore"), rasterio.open(path) as source:
            crs, transform = source.crs, source.transform
    except RasterioError:
        what, fix = ("there is no such file", "check the name") if not path.is_file() else ("is no raster", "")
        findings.fault(path, what, fix or "save it as a GeoTIFF")
        return False
    if crs is None or transform.is_identity:
        findings.fault(path, "does not say where it lies", "save it as a GeoTIFF with a reference system")
        return False
    return True


def read_roads(
    path: Path, column: str | None, speeds: dict[str, float], window: shapely.Geometry, findings: Findings
) -> gpd.GeoDataFrame | None:
    """Return the roads that touch the window: class, speed_kmh, geometry in degrees; None, with a fault, without any.

    Classes that the table of speeds does not name have those of OpenStreetMap (`ROAD_SPEEDS`); footpaths are left out.
    """
    frame = read_vector(path, findings, osm="lines highway IS NOT NULL")
    if frame is None:
        return None
    column = column or next((candidate for candidate in ROAD_CLASSES if candidate in frame), None)
    if column not in frame:
        there = ", ".join(map(str, frame.columns.drop("geometry")))
        what = f"has no column {column!r}" if column else "has no column of road classes that is known"
        findings.fault(path, what, f"name it with --road-class; it has {there}")
        return None
    lines = frame[frame.geom_type.isin(["LineString", "MultiLineString"])]
    roads = gpd.GeoDataFrame({"class": _words(lines[column])}, geometry=lines.geometry, crs=lines.crs)
    whole = len(roads)
    roads = roads[~roads["class"].isin(NO_CAR - set(speeds))]
    footpaths, roads = whole - len(roads), roads[roads.intersects(window)]
    known = ROAD_SPEEDS | {f"{name}_link": speed for name, speed in ROAD_SPEEDS.items()} | speeds
    roads["speed_kmh"] = roads["class"].map(known)
    if unknown := sorted(set(roads.loc[~(roads["speed_kmh"] > 0), "class"])):
        fix = "give each a row class,label,speed_kmh in the table of --speeds"
        findings.fault(path, f"road classes without a speed: {', '.join(unknown[:12])}", fix)
        return None
    if roads.empty:
        findings.fault(path, "none of its roads lies in the country", "take the file of this country")
        return None
    km = gpd.GeoSeries(roads.geometry).to_crs(roads.estimate_utm_crs()).length.sum() / 1000
    left = f", {footpaths:,} that no car drives on left out" if footpaths else ""
    findings.note(f"Roads: {len(roads):,} of {whole:,} lines of {path.name}, {km:,.0f} km{left}.")
    return roads.reset_index(drop=True)


def read_barriers(path: Path, window: shapely.Geometry, findings: Findings) -> gpd.GeoSeries | None:
    """Return the lines and outlines that touch the window, in degrees."""
    frame = read_vector(path, findings, osm="lines waterway IS NOT NULL")
    if frame is None:
        return None
    shapes = frame.geometry[frame.geom_type != "Point"]
    shapes = shapes[shapes.intersects(window)].reset_index(drop=True)
    if shapes.empty:
        findings.fault(path, "no line or outline of it lies in the country", "take the file of this country")
        return None
    findings.note(f"Barriers: {len(shapes):,} of {len(frame):,} shapes of {path.name}; only roads cross them.")
    return shapes


def read_places(path: Path, units: gpd.GeoDataFrame, findings: Findings) -> pd.DataFrame | None:
    """Return the places that have a name and lie in a unit: name, lat, lon, unit, and population and kind if known."""
    points = read_points(path, findings)
    if points is None:
        return None
    name = next((column for column in ("name", "name_en", "asciiname") if column in points), None)
    if name is None:
        findings.fault(path, "has no column of names", "name the column name")
        return None
    named = points[_words(points[name]) != ""]
    within = gpd.sjoin(named, units[["code", "geometry"]], predicate="intersects")
    within = within[~within.index.duplicated()]
    if within.empty:
        findings.fault(path, "none of its places has a name and lies in a unit", "are lat and lon swapped?")
        return None
    table = pd.DataFrame(
        {
            "name": _words(within[name]),
            "lat": within.geometry.y.round(6),
            "lon": within.geometry.x.round(6),
            "unit": within["code"],
        }
    )
    if "population" in within:
        counts = pd.to_numeric(within["population"], errors="coerce")
        table["population"] = counts.where(counts > 0).round().astype("Int64")
    findings.note(f"Places: {len(table):,} of {len(points):,} of {path.name}; the rest has no name or lies outside.")
    return table


def read_points(path: Path, findings: Findings) -> gpd.GeoDataFrame | None:
    """Return points in degrees with the columns of their file: of a CSV with lat and lon, or of any file of shapes."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        frame = read_vector(path, findings, osm="points place IN ('city', 'town', 'village', 'hamlet')")
        if frame is not None and not (frame.geom_type == "Point").all():
            frame = frame.set_geometry(frame.geometry.representative_point())
        return frame
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, sep=None, engine="python", encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        findings.fault(path, f"cannot be read as a table ({_short(error)})", "save it as CSV UTF-8 with lat and lon")
        return None
    by_name = {str(column).strip().lower(): column for column in table}
    lat = next((by_name[column] for column in ("lat", "latitude", "y") if column in by_name), None)
    lon = next((by_name[column] for column in ("lon", "lng", "long", "longitude", "x") if column in by_name), None)
    if lat is None or lon is None:
        findings.fault(
            path,
            f"has the columns {', '.join(map(str, table.columns))}",
            "name those of the place lat and lon, in degrees",
        )
        return None
    x, y = (pd.to_numeric(table[column].str.strip().str.replace(",", "."), errors="coerce") for column in (lon, lat))
    there = (x.abs() <= 180) & (y.abs() <= 90)
    if not there.any():
        findings.fault(path, "no row has a point in degrees", "write lat and lon in degrees, as -15.78 and 35.01")
        return None
    if not there.all():
        findings.note(f"{path.name}: {int((~there).sum())} of {len(table)} rows have no point in degrees: left out.")
    return gpd.GeoDataFrame(table[there], geometry=gpd.points_from_xy(x[there], y[there]), crs="EPSG:4326")


def _mended(shapes: gpd.GeoSeries, path: Path, findings: Findings) -> gpd.GeoSeries:
    wrong = ~shapes.is_valid
    if not wrong.any():
        return shapes
    mended = shapes.copy()
    for index in shapes.index[wrong]:
        parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shapes[index])))
        mended[index] = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    findings.note(f"{path.name}: {int(wrong.sum())} outlines crossed themselves and were mended.")
    return mended


def _code_column(name: str, columns: list[str]) -> str | None:
    """Return the column of codes beside a column of names, as ADM2_PCODE stands beside ADM2_EN or adm2_name."""
    stem = re.sub(r"_(name|[a-z]{2})$", "", name, flags=re.IGNORECASE)
    return next((column for column in columns if column.lower() == f"{stem.lower()}_pcode"), None)


def _in_language(name: str, language: str, columns: list[str]) -> str:
    stem = re.sub(r"_[a-z]{2,3}$", "", name, flags=re.IGNORECASE)
    return next((column for column in columns if column.lower() == f"{stem}_{language}".lower()), name)


def _words(column: pd.Series) -> pd.Series:
    """Return a column as text without spaces around it; whole numbers without a decimal point."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("string").fillna("").astype(object).str.strip()


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
