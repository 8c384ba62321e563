"""The field form: what a steward loads into Kobo or ODK to collect services."""

from pathlib import Path
from typing import Annotated

import typer

from mapping.commands.common import AreaOption, out, study_area

app = typer.Typer()


@app.command()
def form(
    path: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="Where to write the form.")],
    area: AreaOption = None,
) -> None:
    """Make the form for collecting services in the field, an XLSForm for Kobo or ODK."""
    from mapping.form import write_form

    version = write_form(path, study_area(area))
    out.print(f"Form: {path}, version {version}. Next: load it into Kobo or ODK, then rohnamo import EXPORT.xlsx")
