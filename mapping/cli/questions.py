"""Questions to a view: find services, run an analysis, draw a map."""

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from mapping.analysis.common.scenario import SavedScenario
from mapping.analysis.supply.coverage import gains
from mapping.area.geocode import locate
from mapping.cli.options import (
    STDOUT,
    Counted,
    OfView,
    Spoken,
    SpokenOrJson,
    command,
    err,
    file_or_stdout,
    out,
    print_json,
    require_writable,
)
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import show
from mapping.registry import analyses
from mapping.render.maps import draw
from mapping.render.report.sheet import table_csv
from mapping.view.view import Entry, View

if TYPE_CHECKING:
    from mapping.area.study_area import StudyArea

app = typer.Typer()


@command(app)
def find(
    given: OfView,
    spoken: SpokenOrJson,
    text: Annotated[str, typer.Argument(help="Words, in any language and spelling.")] = "",
    type_: Annotated[str | None, typer.Option("--type", help="Service type or family, as LEG or LEG-INF.")] = None,
    serves: Annotated[str | None, typer.Option(help="Whom it must take, as SEX-F or AGE-CHI.")] = None,
    near: Annotated[str | None, typer.Option(help="Name of a town, or latitude,longitude.")] = None,
    within_km: Annotated[float | None, typer.Option(help="Not farther than this.")] = None,
) -> None:
    """Find services in a view: nearest first, or by name."""
    region = given.region
    lang = spoken.language(region)
    point = _point(near, region) if near else None
    with View(given.view) as opened:
        matches = opened.find(text, type=type_, serves=serves, near=point, within_km=within_km, language=lang)
        danger = bool(text) and opened.meaning(text).line
    if spoken.json_:
        print_json([_told(entry, matches.kilometres.get(entry.id)) for entry in (*matches.here, *matches.elsewhere)])
        return
    if danger:
        numbers = [f"{show(number.label, lang)} {number.number}" for number in region.settings.emergency.values()]
        out.print(f"This may tell of danger. Call first: {', '.join([*numbers, 'a hotline'])}.")
    table = Table("Service", "Organization", "Where", "Call", "km")
    for entry in (*matches.here, *matches.elsewhere):
        place = _where(entry.places[0], region, lang) if entry.places else "by phone"
        phone = entry.phones[0].number if entry.phones else ""
        distance = matches.kilometres.get(entry.id)
        table.add_row(
            entry.name, entry.organization.name, place, phone, f"{distance:.0f}" if distance is not None else ""
        )
    out.print(table if table.row_count else "Nothing is listed for this. That does not mean that there is no help.")


@command(app)
def analyse(
    name: Annotated[str, typer.Argument(help="Name of the analysis; `rohnamo analyse list` shows them.")],
    given: OfView,
    spoken: SpokenOrJson,
    counted: Counted,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the table to this file; - for the output.")] = None,
) -> None:
    """Run an analysis on a view and print its finding, figures and table."""
    known = analyses()
    if name == "list":
        width = max(map(len, known))
        for title, function in known.items():
            out.print(f"{title:{width}} {(function.__doc__ or '').strip().splitlines()[0]}")
        return
    if name not in known:
        raise NotFound(f"{name!r} is not an analysis; there are: {', '.join(known)}")
    if csv is not None:
        require_writable(csv)
    region = given.region
    lang = spoken.language(region)
    with View(given.view) as opened:
        result = known[name](opened, region, **_taken(name, known[name], vars(counted)))
        table = b"" if csv is None else table_csv(result, region, lang, notice=opened.notice)
    if csv == STDOUT:
        sys.stdout.write(table.decode("utf-8-sig"))
        return
    if spoken.json_:
        frame = result.frame(lang)
        rows = json.loads(frame.to_json(orient="index", force_ascii=False))
        print_json({"finding": result.finding.into(lang), "method": result.method.into(lang), "rows": rows})
        return
    for sentence in (result.finding, *result.also):
        out.print(sentence.into(lang), style="bold" if sentence is result.finding else None)
    out.print(_table(result, region, lang))
    out.print(result.method.into(lang))
    if csv is not None:
        csv.write_bytes(table)
        out.print(f"Table: {csv}")


@command(app)
def scenario(
    file: Annotated[Path, typer.Argument(help="A scenario that the Atlas saved.")],
    given: OfView,
    spoken: SpokenOrJson,
) -> None:
    """Count whom the services of a scenario bring within reach, by district."""
    region = given.region
    lang, saved = spoken.language(region), SavedScenario.read(file)
    with View(given.view) as opened:
        before, after, gained = gains(opened, region, saved)
    key = f"{saved.kind}_{saved.minutes}"
    if spoken.json_:
        print_json({"name": saved.name, "gained": sum(gained.values()), "units": gained})
        return
    out.print(
        f"{saved.name or file.stem}: {sum(gained.values()):+,} people within {saved.minutes} minutes", style="bold"
    )
    shown = Table("", "Before", "Now", "People gained")
    for code in sorted(gained, key=lambda code: -abs(gained[code])):
        if gained[code]:
            cells = (result.text(code, key, lang) for result in (before, after))
            shown.add_row(region.label(code, lang), *cells, f"{gained[code]:+,}")
    out.print(shown)


@command(app, "map")
def map_(
    output: Annotated[Path, typer.Argument(help="Page to write, as coverage.html; - for the output.")],
    given: OfView,
    spoken: Spoken,
    counted: Counted,
    analysis: Annotated[list[str] | None, typer.Option("--analysis", help="Analysis to show; may be repeated.")] = None,
) -> None:
    """Draw a map of a view, with the findings of analyses on it."""
    require_writable(output)
    region, known = given.region, analyses()
    lang = spoken.language(region)
    with View(given.view) as opened:
        results = [known[name](opened, region, **_taken(name, known[name], vars(counted))) for name in analysis or ()]
        with file_or_stdout(output, ".html") as path:
            draw(opened, region, *results, language=lang).save(path)
    err.print(f"Map: {output}")


def _taken(name: str, function: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    known, taken = inspect.signature(function).parameters, {}
    for option, value in options.items():
        if value is None:
            continue
        if option in known:
            taken[option] = value
        elif option == "types" and "type" in known and len(value) == 1:
            taken["type"] = value[0]
        elif option == "types" and "type" in known:
            raise InvalidRecord(f"--type: {name} takes one kind of help at a time")
        else:
            fitting = [
                f"--{option}"
                for option in ("minutes", "level", "type", "scenario")
                if {option, f"{option}s"} & {*known}
            ]
            written = "type" if option == "types" else option
            raise InvalidRecord(f"--{written}: {name} takes {', '.join(fitting) or 'none of these options'}")
    return taken


def _told(entry: Entry, kilometres: float | None) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "organization": entry.organization.name,
        "types": entry.types,
        "phones": [phone.number for phone in entry.phones],
        "units": [place.area_unit for place in entry.places],
        "kilometres": kilometres,
        "verified_on": entry.verified_on and entry.verified_on.isoformat(),
    }


def _point(text: str, area: "StudyArea") -> tuple[float, float]:
    latitude, comma, longitude = text.partition(",")
    if comma:
        try:
            return float(latitude), float(longitude)
        except ValueError as error:
            raise InvalidRecord(f"--near {text}: write latitude,longitude as 38.56,68.78, or a town") from error
    located = locate(area, place=text)
    if located.lat is None or located.lon is None or located.precision != "place":
        raise NotFound(f"--near {text}: no such place in the gazetteer; write latitude,longitude instead")
    return located.lat, located.lon


def _where(place: Any, area: "StudyArea", language: str) -> str:
    return str(place.city or (area.label(place.area_unit, language) if place.area_unit else place.country or ""))


def _table(result: Any, area: "StudyArea", language: str) -> Table:
    codes, columns = [str(code) for code in result.table.index], result.headlines
    labels = {column.key: show(column.label, language) for column in columns}
    if result.layout == "matrix" or len(columns) > len(codes):  # a terminal is narrow
        shown = Table("", *(area.label(code, language) for code in codes))
        for column in columns:
            shown.add_row(labels[column.key], *(result.text(code, column.key, language) for code in codes))
        return shown
    shown = Table("", *labels.values())
    for code in codes:
        shown.add_row(area.label(code, language), *(result.text(code, column.key, language) for column in columns))
    return shown
