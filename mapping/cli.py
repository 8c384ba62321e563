"""The command line: one command for each verb.

Every command prints what it did and what to do next; what goes wrong is one line and exit code 1.
"""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.resources import shipped

if TYPE_CHECKING:
    from mapping.area import StudyArea

DEMO_DAY = dt.date(2026, 11, 24)
"""The demo's today, fixed so that two builds give the same bytes."""

app = typer.Typer(
    help="""Rohnamo keeps one directory of assistance services and publishes safe maps and gap analyses from it.

    A list goes in (import), the private directory is checked (check), what an audience may see is written to a file
    of its own (publish), and everything that people see is made from that file (find, analyse, map, site, serve).

    Start with: rohnamo demo
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
area_app = typer.Typer(help="Look at a study area: the folder of a country.", no_args_is_help=True)
app.add_typer(area_app, name="area")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

AreaOption = Annotated[
    Path | None, typer.Option("--area", help="Folder of the study area. Default: Tajikistan, the demo.")
]
DirectoryOption = Annotated[Path, typer.Option("--directory", help="The private directory, a SQLite file.")]
ViewOption = Annotated[Path, typer.Option("--view", help="The published view, a SQLite file.")]
TodayOption = Annotated[
    str | None, typer.Option("--today", help="Day to judge dates by, as 2026-11-24. Default: today.")
]
LanguageOption = Annotated[str, typer.Option("--lang", help="Language of the output.")]
DIRECTORY, VIEW = Path("build/private/directory.db"), Path("build/public.db")


def main() -> None:
    """Run the command line; what Rohnamo refuses is one line on standard error and exit code 1."""
    try:
        app()
    except MappingError as error:
        err.print(f"rohnamo: {error}", markup=False)
        sys.exit(1)
    except OSError as error:
        err.print(
            f"rohnamo: {error.filename or 'file'}: {error.strerror}; check the path, its rights and the free space"
        )
        sys.exit(1)


@app.command()
def demo(
    build: Annotated[Path, typer.Option(help="Folder to build into.")] = Path("build"),
    serve_on: Annotated[int | None, typer.Option("--serve", help="Then serve on this port of 127.0.0.1.")] = None,
) -> None:
    """Build the demonstration from the shipped partners' files: directory, reports, public view and site."""
    from mapping.demo import import_demo
    from mapping.store import Directory

    private = build / "private"
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    area = _area(None)
    with Directory(private / "directory.db", area) as directory, _progress() as progress:
        outcomes = import_demo(
            directory,
            area,
            today=DEMO_DAY,
            report_dir=private / "reports",
            progress=_step(progress, "Importing partners' files"),
        )
        for outcome in outcomes:
            progress.console.print(f"  {outcome}", markup=False)
        _publish(directory, area, build / "public.db", audience="public", day=DEMO_DAY, progress=progress)
        _site(build / "public.db", area, build / "site", demo=True, progress=progress)
    out.print(f"Private directory and import reports: {private}   (never served)")
    out.print(
        f"Public view: {build / 'public.db'}   Site: {build / 'site' / 'index.html'}   (also opens from the disk)"
    )
    if serve_on is not None:
        _serve(build / "public.db", area, port=serve_on, demo=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or CSV file.")],
    columns: Annotated[Path | None, typer.Option("--columns", help="Column map (TOML) of this sender.")] = None,
    source: Annotated[str, typer.Option("--source", help="Name of the sender, where the map does not say it.")] = "",
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
    report: Annotated[Path | None, typer.Option("--report", help="Folder for the import report.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
) -> None:
    """Read a partner's list, clean and check it, and store it whole or not at all."""
    from mapping.import_report import summary, write_report
    from mapping.intake import Known, read
    from mapping.store import Directory

    study_area, day = _area(area), _day(today)
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, study_area) as store:
        batch = read(file, source=source, columns=columns, area=study_area, today=day, known=Known.of(store))
        change = store.add(batch, on=day, dry_run=dry_run)
    out.print(summary(batch), markup=False)
    out.print(f"{'Would be' if dry_run else 'Stored'}: {change}")
    if report is not None:
        out.print(f"Report: {write_report(batch, report)}")


@app.command()
def approve(
    file: Annotated[Path, typer.Argument(help="A table of what two people agreed to (docs/importing.md).")],
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Take in what two people agreed to: a column map, new numbers, a lowered audience, a field kept back."""
    from mapping.approvals import read_approvals
    from mapping.store import Directory

    batch = read_approvals(file)
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, _area(area)) as store:
        out.print(f"Approvals: {store.add(batch, by='stewards', on=_day(today))}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or CSV file.")],
    columns: Annotated[Path | None, typer.Option("--columns", help="Column map (TOML) of this sender.")] = None,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Show every issue of a file, without a directory."""
    from mapping.import_report import summary
    from mapping.intake import read

    batch = read(file, source=file.stem, columns=columns, area=_area(area), today=_day(today))
    for issue in batch.issues:
        out.print(str(issue), markup=False)
    out.print(summary(batch), markup=False)
    if batch.refused:
        raise typer.Exit(1)


@app.command()
def publish(
    view: ViewOption = VIEW,
    directory: DirectoryOption = DIRECTORY,
    audience: Annotated[str, typer.Option(help="public, partner or focal_point.")] = "public",
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Write what an audience may see into a file of its own."""
    from mapping.store import Directory

    if not directory.exists():
        raise NotFound(f"{directory}: there is no directory; import a list first or build the demo")
    study_area = _area(area)
    with Directory(directory, study_area) as store, _progress() as progress:
        _publish(store, study_area, view, audience=audience, day=_day(today), progress=progress)
    out.print(f"Published for {audience}: {view}")


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Words, in any language and spelling.")] = "",
    type_: Annotated[str | None, typer.Option("--type", help="Service type or family, as LEG or LEG-INF.")] = None,
    serves: Annotated[str | None, typer.Option(help="Whom it must take, as SEX-F or AGE-CHI.")] = None,
    near: Annotated[str | None, typer.Option(help="Name of a town, or latitude,longitude.")] = None,
    within_km: Annotated[float | None, typer.Option(help="Not farther than this.")] = None,
    view: ViewOption = VIEW,
    area: AreaOption = None,
    lang: LanguageOption = "en",
) -> None:
    """Find services in a view: nearest first, or by name."""
    from mapping.view import View

    study_area = _area(area)
    point = _point(near, study_area) if near else None
    with View(view) as opened:
        found = opened.find(text, type=type_, serves=serves, near=point, within_km=within_km, language=lang)
    table = Table("Service", "Organization", "Where", "Call", "km")
    for entry in (*found.here, *found.elsewhere):
        place = _where(entry.places[0], study_area, lang) if entry.places else "by phone"
        phone = entry.phones[0].number if entry.phones else ""
        distance = found.kilometres.get(entry.id)
        table.add_row(
            entry.name, entry.organization.name, place, phone, f"{distance:.0f}" if distance is not None else ""
        )
    out.print(table if table.row_count else "Nothing is listed for this. That does not mean that there is no help.")


@app.command()
def analyse(
    name: Annotated[str, typer.Argument(help="Name of the analysis; `rohnamo analyse list` shows them.")],
    view: ViewOption = VIEW,
    area: AreaOption = None,
    lang: LanguageOption = "en",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the table to this file.")] = None,
) -> None:
    """Run an analysis on a view and print its finding, figures and table."""
    from mapping.registry import analyses
    from mapping.tables import table_csv
    from mapping.view import View

    known = analyses()
    if name == "list":
        for each, function in known.items():
            out.print(f"{each:12} {(function.__doc__ or '').strip().splitlines()[0]}", markup=False)
        return
    if name not in known:
        raise NotFound(f"{name!r} is not an analysis; there are: {', '.join(known)}")
    study_area = _area(area)
    with View(view) as opened:
        result = known[name](opened, study_area)
    for sentence in (result.finding, *result.also):
        out.print(sentence.into(lang), markup=False, style="bold" if sentence is result.finding else None)
    out.print(_table(result, study_area, lang))
    out.print(result.method.into(lang), markup=False)
    if csv is not None:
        csv.write_text(table_csv(result, study_area, lang), encoding="utf-8")
        out.print(f"Table: {csv}")


@app.command("map")
def map_(
    output: Annotated[Path, typer.Argument(help="Page to write, as coverage.html.")],
    analysis: Annotated[list[str] | None, typer.Option("--analysis", help="Analysis to show; may be repeated.")] = None,
    view: ViewOption = VIEW,
    area: AreaOption = None,
    lang: LanguageOption = "en",
) -> None:
    """Draw a map of a view, with the findings of analyses on it."""
    from mapping.maps import draw
    from mapping.registry import analyses
    from mapping.view import View

    study_area, known = _area(area), analyses()
    with View(view) as opened:
        results = [known[name](opened, study_area) for name in analysis or ()]
        draw(opened, study_area, *results, language=lang).save(output)
    out.print(f"Map: {output}")


@app.command()
def site(
    output: Annotated[Path, typer.Argument(help="Folder to write.")] = Path("build/site"),
    view: ViewOption = VIEW,
    area: AreaOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")] = False,
) -> None:
    """Write the portal of a view as static pages that need no server."""
    with _progress() as progress:
        _site(view, _area(area), output, demo=demo, progress=progress)
    out.print(f"Site: {output / 'index.html'}")


@app.command()
def serve(
    view: ViewOption = VIEW,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
    area: AreaOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")] = False,
) -> None:
    """Serve the portal of a view on this machine."""
    _serve(view, _area(area), port=port, demo=demo)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the study area, as data/geo/tj.")],
    directory: DirectoryOption = DIRECTORY,
) -> None:
    """Start an empty directory for a study area."""
    from mapping.store import Directory

    if directory.exists():
        raise InvalidRecord(f"{directory}: is there already; choose another file with --directory")
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, _area(folder)):
        out.print(f"Empty directory: {directory}. Next: rohnamo import FILE --area {folder} --directory {directory}")


@area_app.command("check")
def area_check(folder: Annotated[Path, typer.Argument(help="Folder with an area.toml.")]) -> None:
    """Check a study area: keys, nesting, sums of people, coordinates, missing files."""
    from mapping.area import StudyArea

    faults = StudyArea.faults(folder)
    for fault in faults:
        out.print(str(fault), markup=False)
    if faults:
        err.print(f"rohnamo: {folder}: {len(faults)} faults")
        raise typer.Exit(1)
    out.print(f"{folder}: no fault found")


def _area(folder: Path | None) -> "StudyArea":
    from mapping.area import StudyArea

    return StudyArea.load(folder or shipped("geo/tj"))


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidRecord(f"--today {text}: is not a date; write it as 2026-11-24") from error


def _point(text: str, area: "StudyArea") -> tuple[float, float]:
    from mapping.places import locate

    latitude, comma, longitude = text.partition(",")
    if comma:
        try:
            return float(latitude), float(longitude)
        except ValueError as error:
            raise InvalidRecord(f"--near {text}: write latitude,longitude as 38.56,68.78, or a town") from error
    located = locate(area, place=text)
    if located.lat is None or located.lon is None:
        raise NotFound(f"--near {text}: no such place in the gazetteer; write latitude,longitude instead")
    return located.lat, located.lon


def _where(place: Any, area: "StudyArea", language: str) -> str:
    return str(place.city or (area.label(place.area_unit, language) if place.area_unit else place.country or ""))


def _table(result: Any, area: "StudyArea", language: str) -> Table:
    """Lay a result out as it reads best: units down the page, or across it."""
    from mapping.words import show

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


def _publish(directory: Any, area: "StudyArea", path: Path, *, audience: Any, day: dt.date, progress: Any) -> None:
    from mapping.publish import publish as write

    path.parent.mkdir(parents=True, exist_ok=True)
    publication = write(
        directory, audience, path, area=area, edition=day, progress=_step(progress, "Publishing the view")
    )
    if publication.warnings:
        looked = directory.path.with_name("publishing.txt")
        looked.write_text("\n".join(map(str, publication.warnings)) + "\n", encoding="utf-8")
        progress.console.print(f"  {len(publication.warnings)} places to look at before the next edition: {looked}")


def _site(view: Path, area: "StudyArea", folder: Path, *, demo: bool, progress: Any) -> None:
    from web import create_app
    from web.freeze import freeze

    if not view.exists():
        raise NotFound(f"{view}: there is no view; run `rohnamo publish` or `rohnamo demo` first")
    freeze(create_app(view, area, demo=demo), folder, progress=_step(progress, "Writing the site"))


def _serve(view: Path, area: "StudyArea", *, port: int, demo: bool) -> None:
    import waitress

    from web import create_app

    if not view.exists():
        raise NotFound(f"{view}: there is no view; run `rohnamo publish` or `rohnamo demo` first")
    portal = create_app(view, area, demo=demo)
    out.print(f"Rohnamo is at http://127.0.0.1:{port}/   (Ctrl-C ends it)")
    waitress.serve(portal, host="127.0.0.1", port=port, threads=8, ident=None, _quiet=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


def _step(progress: Progress, label: str) -> Callable[[int, int], None]:
    """Return a callback (done, of) that moves one line of the progress display."""
    task = progress.add_task(label, total=None)

    def report(done: int, of: int) -> None:
        progress.update(task, completed=done, total=of)

    return report


if __name__ == "__main__":
    main()
