"""Study areas: the folder of a country."""

from pathlib import Path
from typing import Annotated

import typer

from mapping.commands.common import err, out

app = typer.Typer()
area_app = typer.Typer(help="Look at a study area: the folder of a country.", no_args_is_help=True)
app.add_typer(area_app, name="area")


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
