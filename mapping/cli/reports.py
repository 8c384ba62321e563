"""Reports out: the mapping report, and the brief of a district."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from mapping.analysis.common.scenario import SavedScenario
from mapping.cli.options import OfView, Spoken, command, err, file_or_stdout, out, require_writable
from mapping.errors import InvalidRecord
from mapping.language.i18n import show
from mapping.render import report as reports
from mapping.render.export import export as write
from mapping.render.export import writers
from mapping.render.report import EDITIONS
from mapping.render.report import brief as briefs
from mapping.render.report.recommendations import read_csv
from mapping.render.report.writers import files
from mapping.view.view import View

app = typer.Typer()


@dataclass(frozen=True)
class Written:
    """Options of what is written for readers."""

    format_: Annotated[str, typer.Option("--format", help="html, pdf or docx. Default: by the ending of the file.")] = (
        ""
    )
    edition: Annotated[str, typer.Option(help="public, or restricted: from a view for focal points.")] = "public"
    reader: Annotated[str, typer.Option(help="For whom a restricted edition is; stands on every page.")] = ""
    demo: Annotated[bool, typer.Option("--demo", help="Say that the content is invented.")] = False

    @property
    def told(self) -> dict[str, Any]:
        """What a report or a brief must know of it."""
        if self.edition not in EDITIONS:
            raise InvalidRecord(f"--edition {self.edition}: is {' or '.join(EDITIONS)}")
        return {"edition": self.edition, "reader": self.reader, "demo": self.demo}


@command(app, "report")
def report_(
    output: Annotated[Path, typer.Argument(metavar="OUT", help="File to write, as report.pdf.")],
    given: OfView,
    spoken: Spoken,
    of: Written,
    previous: Annotated[Path | None, typer.Option(help="View of the edition before, for the same readers.")] = None,
    progress: Annotated[Path | None, typer.Option(help="Recommendations of the edition before, as CSV.")] = None,
    scenario: Annotated[list[Path] | None, typer.Option(help="Scenario of the Atlas, as an annex; repeatable.")] = None,
    recommendations: Annotated[Path | None, typer.Option(help="Write the recommendations to this CSV.")] = None,
) -> None:
    """Write the mapping report of a view: twelve chapters, as a web page, a PDF or a Word document."""
    kind, region = files.format_of(output, of.format_), given.region
    earlier = read_csv(progress) if progress is not None else []
    scenarios = [SavedScenario.read(path) for path in scenario or ()]
    for path in filter(None, (output, recommendations)):
        require_writable(path)
    with ExitStack() as stack:
        opened = stack.enter_context(View(given.view))
        old = stack.enter_context(View(previous)) if previous is not None else None
        with err.status("Working the report out"):
            made = reports.make(
                opened,
                region,
                language=spoken.language(region),
                previous=old,
                earlier=earlier,
                scenarios=scenarios,
                **of.told,
            )
            files.write(made, output, kind, reader=of.reader)
    out.print(f"Report: {output}")
    if recommendations is not None:
        files.write_recommendations(made, recommendations)
        out.print(f"Recommendations: {recommendations}   (give it to the next report with --progress)")


@command(app)
def brief(
    unit: Annotated[str, typer.Argument(help="Code or name of the district.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="File to write, as rasht.pdf.")],
    given: OfView,
    spoken: Spoken,
    of: Written,
) -> None:
    """Write two pages on a district for its commission: what is there, what is near, what is missing."""
    kind, region = files.format_of(output, of.format_), given.region
    code = briefs.find_unit(region, unit)
    require_writable(output)
    with View(given.view) as opened, err.status("Working the brief out"):
        made = briefs.make(opened, region, code, language=spoken.language(region), **of.told)
        files.write(made, output, kind, reader=of.reader)
    out.print(f"Brief: {output}")


@command(app)
def export(
    output: Annotated[
        Path, typer.Argument(help="File to write, such as list.xlsx; - for the output; or the word list.")
    ],
    given: OfView,
    spoken: Spoken,
    format_: Annotated[str, typer.Option("--format", help="Name of the format, where the ending is not enough.")] = "",
) -> None:
    """Write a view as a file for other programs; `export list` tells the formats."""
    if str(output) == "list":
        out.print(_known())
        return
    region = given.region
    language = spoken.language(region)
    with View(given.view) as opened:
        with file_or_stdout(output) as path:
            write(opened, path, area=region, language=language, name=format_)
            err.print(f"Exported {output} ({path.stat().st_size / 1000:.0f} kB), edition {opened.edition}")
        if opened.audience != "public":
            err.print(f"Restricted: made for {opened.audience}; give it to nobody else")


def _known() -> Table:
    table = Table("format", "ending", "what it is good for")
    for name, module in writers().items():
        table.add_row(name, module.SUFFIX, show(module.LABEL, "en"))
    return table
