"""Study areas: build the folder of a country from public files, check it, and how long people travel in it."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from mapping.analysis.common.wording import NO_ROADS
from mapping.area.build import BuildPlan, build
from mapping.area.study_area import StudyArea
from mapping.cli.options import TodayOption, command, day_of, err, out
from mapping.errors import InvalidRecord
from mapping.travel import travel_time
from mapping.travel.products import people_within, points_of, write_minutes

app = typer.Typer()
area_app = typer.Typer(help="Build or check a study area: the folder of a country.", no_args_is_help=True)
app.add_typer(area_app, name="area")

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the study area.")]


@area_app.command("check")
def area_check(folder: FolderArgument) -> None:
    """Check a study area: keys, nesting, sums of people, coordinates, missing files."""
    faults = StudyArea.faults(folder)
    for fault in faults:
        out.print(str(fault))
    if faults:
        err.print(f"rohnamo: {folder}: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
        raise typer.Exit(1)
    out.print(f"{folder}: no fault found")


@dataclass(frozen=True)
class BuildOptions:
    """Options of what a study area is built from: those of `BuildPlan`, as they are typed."""

    code: Annotated[str, typer.Option("--code", help="ISO 3166 code of two letters, as MW.")]
    name: Annotated[str, typer.Option("--name", help="Name of the country in the main language.")]
    languages: Annotated[str, typer.Option("--languages", help="ISO 639 codes, the main one first: en,ny.")]
    units: Annotated[Path, typer.Option("--units", help="Outlines of the finest units: any file of GIS.")]
    unit_name: Annotated[str, typer.Option("--unit-name", help="Column of their names, as ADM2_EN.")]
    population: Annotated[Path, typer.Option("--population", help="Raster of people a cell: WorldPop, GHSL, Meta.")]
    unit_code: Annotated[str | None, typer.Option("--unit-code", help="Column of their codes.")] = None
    region_name: Annotated[str | None, typer.Option("--region-name", help="Column of the region of each unit.")] = None
    population_date: Annotated[
        str | None,
        typer.Option("--population-date", help="Day the people were counted. Default: the year in the file's name."),
    ] = None
    surface: Annotated[Path | None, typer.Option("--surface", help="Raster of classes; needs --speeds.")] = None
    speeds: Annotated[Path | None, typer.Option("--speeds", help="Table class,label,speed_kmh.")] = None
    friction: Annotated[Path | None, typer.Option("--friction", help="Raster of minutes a metre, as MAP has.")] = None
    dem: Annotated[Path | None, typer.Option("--dem", help="Raster of metres above the sea.")] = None
    roads: Annotated[Path | None, typer.Option("--roads", help="Roads: OpenStreetMap (.pbf) or any lines.")] = None
    road_class: Annotated[str | None, typer.Option("--road-class", help="Column of their class.")] = None
    barriers: Annotated[Path | None, typer.Option("--barriers", help="Rivers and lakes that only roads cross.")] = None
    places: Annotated[Path | None, typer.Option("--places", help="Towns and villages: points or a CSV.")] = None
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="As Africa/Blantyre. Default: the country's, where it has one.")
    ] = None
    cell_size: Annotated[float | None, typer.Option("--cell-size", help="Metres. Default: 1000.")] = None
    credits: Annotated[list[str] | None, typer.Option("--credit", help="Source and licence; may be repeated.")] = None


@command(area_app, "build")
def area_build(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; it must not be there yet.")],
    typed: BuildOptions,
) -> None:
    """Build the folder of a country from public rasters and outlines as they lie on a disk."""
    read: dict[str, Any] = {
        "code": typed.code.upper(),
        "languages": tuple(language.strip() for language in typed.languages.split(",") if language.strip()),
        "population_date": typed.population_date and day_of(typed.population_date, "--population-date"),
        "credits": tuple(typed.credits or ()),
    }
    for note in build(folder, BuildPlan(**vars(typed) | read)):
        out.print(note)
    out.print(f"{folder}: checked, no fault found. Next: rohnamo travel {folder} --from POINTS --to minutes.tif")


@area_app.command("fetch")
def area_fetch(
    code: Annotated[str, typer.Argument(metavar="CODE", help="ISO 3166 code of two letters, as MW.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to write. Default: the code, in small letters.")
    ] = None,
    given: Annotated[
        Path | None, typer.Option("--from", help="Folder of files that are there already; nothing is downloaded.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the country. Default: that of CLDR.")] = "",
    languages: Annotated[str, typer.Option("--languages", help="As en,ny. Default: the official ones.")] = "",
    timezone: Annotated[str | None, typer.Option("--timezone", help="As Africa/Blantyre.")] = None,
    without: Annotated[str, typer.Option("--without", help="Leave out: dem,friction,regions,roads.")] = "",
    today: TodayOption = None,
) -> None:
    """Download the public files of a country from their homes, and build its folder of them."""
    from mapping.area.build.fetch import fetch  # the only part that asks third parties for anything

    folder = to or Path(code.lower())
    notes = fetch(
        code.upper(),
        folder,
        downloads=folder.with_name(f"{folder.name}-downloads"),
        given=given,
        name=name,
        languages=languages,
        timezone=timezone,
        without=[part.strip() for part in without.split(",")],
        today=day_of(today),
        say=out.print,
    )
    for note in notes:
        out.print(note)
    out.print(f"{folder}: checked, no fault found. Next: rohnamo init {folder}")


@app.command()
def travel(
    folder: FolderArgument,
    points: Annotated[Path, typer.Option("--from", help="Places to reach: a file of points, or a CSV with lat, lon.")],
    to: Annotated[Path, typer.Option("--to", help="GeoTIFF of minutes to write.")],
    table: Annotated[Path | None, typer.Option("--table", help="CSV of the shares of people to write.")] = None,
    bands: Annotated[str, typer.Option("--bands", help="Minutes, rising: 60,120.")] = "60,120",
    scenario: Annotated[str, typer.Option("--scenario", help="A season or way to travel of the area.")] = "summer",
    limit: Annotated[float, typer.Option("--limit", help="Minutes beyond which nobody travels.")] = float("inf"),
) -> None:
    """Write the minutes from everywhere to the nearest of some points, and how many people live within some of them."""
    edges = _edges(bands)
    area, places = StudyArea.load(folder), points_of(points)
    surface = travel_time(area, places, scenario=scenario, limit=limit)
    shares = people_within(area, surface.minutes, edges)
    write_minutes(to, area, surface.minutes)
    reached = float((surface.minutes < float("inf")).mean())
    out.print(f"Minutes: {to}, from {len(places) - len(surface.lost)} points; {reached:.1%} of the cells are reached.")
    if area.everybody_walks:
        out.print(NO_ROADS.into("en"))
    if surface.snapped:
        farthest = max(snap.metres for snap in surface.snapped)
        out.print(f"{len(surface.snapped)} points lay on barriers and were moved, at most {farthest:.0f} m.")
    if surface.lost:
        rows = ", ".join(str(index + 1) for index in surface.lost[:10])
        out.print(f"{len(surface.lost)} points took no part, outside the grid or far from passable ground: {rows}.")
    whole = shares.iloc[-1]
    for edge in edges:
        out.print(f"Within {edge:g} minutes: {whole[f'share_{edge:g}']:.4%} of {whole['people']:,.0f} people.")
    if table is not None:
        shares.to_csv(table, float_format="%.6f")
        out.print(f"Table: {table}")


def _edges(text: str) -> list[float]:
    try:
        edges = [float(part) for part in text.split(",")]
    except ValueError:
        edges = []
    if not edges or edges[0] <= 0 or any(b <= a for a, b in pairwise(edges)):
        raise InvalidRecord(f"--bands {text}: write rising minutes, as 60,120")
    return edges
