"""Files out: a view in the formats that other programs read."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mapping.commands.common import VIEW, AreaOption, LanguageOption, ViewOption, err, out, study_area
from mapping.errors import NotFound

app = typer.Typer()


@app.command()
def export(
    output: Annotated[Path, typer.Argument(help="File to write, such as list.xlsx; or the word list.")],
    format_: Annotated[str, typer.Option("--format", help="Name of the format, where the ending is not enough.")] = "",
    view: ViewOption = VIEW,
    lang: LanguageOption = "en",
    area: AreaOption = None,
) -> None:
    """Write a view as a file for other programs; `export list` tells the formats."""
    from mapping.exporting import export as write
    from mapping.view import View

    if str(output) == "list":
        out.print(_known())
        return
    if not view.exists():
        raise NotFound(f"{view}: there is no view; run `rohnamo publish` or `rohnamo demo` first")
    region = study_area(area)
    if lang not in region.languages:
        raise NotFound(f"--lang {lang}: this area speaks {', '.join(region.languages)}")
    with View(view) as opened:
        write(opened, output, area=region, language=lang, name=format_)
        out.print(f"Exported {output} ({output.stat().st_size / 1000:.0f} kB), edition {opened.edition}")
        if opened.audience != "public":
            err.print(f"Restricted: made for {opened.audience}; give it to nobody else")


def _known() -> Table:
    from mapping.exporting import writers
    from mapping.words import show

    table = Table("format", "ending", "what it is good for")
    for name, module in writers().items():
        table.add_row(name, module.SUFFIX, show(module.LABEL, "en"))
    return table
