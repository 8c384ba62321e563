"""Lists in: import a file, take in what two people agreed to, start a directory."""

from pathlib import Path
from typing import Annotated

import typer

from mapping.cli.options import DIRECTORY, AreaOption, DirectoryOption, TodayOption, day_of, err, out, study_area
from mapping.errors import InvalidRecord

app = typer.Typer()


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
    from mapping.directory.directory import Directory
    from mapping.intake.read import Known, read
    from mapping.intake.report import summary, write_report

    region, day = study_area(area), day_of(today)
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, region) as store:
        batch = read(file, source=source, columns=columns, area=region, today=day, known=Known.of(store))
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
    from mapping.directory.directory import Directory
    from mapping.intake.approvals import read_approvals

    batch = read_approvals(file)
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, study_area(area)) as store:
        out.print(f"Approvals: {store.add(batch, by='stewards', on=day_of(today))}")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the study area, as data/geo/tj.")],
    directory: DirectoryOption = DIRECTORY,
) -> None:
    """Start an empty directory for a study area."""
    from mapping.directory.directory import Directory

    if directory.exists():
        raise InvalidRecord(f"{directory}: is there already; choose another file with --directory")
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, study_area(folder)):
        out.print(f"Empty directory: {directory}. Next: rohnamo import FILE --area {folder} --directory {directory}")


area_app = typer.Typer(help="Look at a study area: the folder of a country.", no_args_is_help=True)
app.add_typer(area_app, name="area")


@area_app.command("check")
def area_check(folder: Annotated[Path, typer.Argument(help="Folder with an area.toml.")]) -> None:
    """Check a study area: keys, nesting, sums of people, coordinates, missing files."""
    from mapping.area.study_area import StudyArea

    faults = StudyArea.faults(folder)
    for fault in faults:
        out.print(str(fault), markup=False)
    if faults:
        err.print(f"rohnamo: {folder}: {len(faults)} faults")
        raise typer.Exit(1)
    out.print(f"{folder}: no fault found")


@app.command()
def form(
    path: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="Where to write the form.")],
    area: AreaOption = None,
) -> None:
    """Make the form for collecting services in the field, an XLSForm for Kobo or ODK."""
    from mapping.formats.surveys.field_form import write_form

    version = write_form(path, study_area(area))
    out.print(f"Form: {path}, version {version}. Next: load it into Kobo or ODK, then rohnamo import EXPORT.xlsx")
