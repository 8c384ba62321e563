"""A list of one's own on the screen, alone: a trial in a folder that is thrown away."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from mapping.batch import Batch
from mapping.cli.options import (
    AreaOption,
    BrowserOption,
    TodayOption,
    day_of,
    err,
    open_browser,
    out,
    progress_bar,
    step,
    study_area,
)
from mapping.column_map import ColumnMap
from mapping.directory.directory import TRIAL, Directory
from mapping.editions.publish import publish
from mapping.errors import FormatError
from mapping.intake.guess.column_map import source_code
from mapping.intake.read import Known, draft_map, read
from mapping.intake.report import summary
from mapping.language.i18n import show
from mapping.language.taxonomy import Vocabulary
from mapping.model import Approval, Record, Source, record_id

if TYPE_CHECKING:
    from mapping.area.study_area import StudyArea

PROPOSER, SECOND = "one (trial)", "two (trial)"
"""The invented people who agree to everything in a trial."""

app = typer.Typer()


@dataclass(frozen=True)
class Trial:
    """What a list gave in a trial: the batch as it was read, its view, and how many services are shown of how many."""

    batch: Batch
    view: Path
    services: int
    shown: int


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(metavar="LIST", help="A spreadsheet, CSV or map file of services.")],
    columns: Annotated[Path | None, typer.Option("--columns", help="Column map (TOML), if there is one.")] = None,
    kind: Annotated[str, typer.Option("--kind", help="Kind of help of all rows that tell none, as LEG.")] = "",
    area: AreaOption = None,
    today: TodayOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
    browser: BrowserOption = True,
    site: Annotated[
        Path | None, typer.Option("--site", help="Write the pages to this folder and end, in place of serving them.")
    ] = None,
) -> None:
    """Show a list of your own as map, lists and gaps on this machine, for a trial; nothing of it is kept."""
    from mapping.cli.editions import serve_view, write_site

    region, day = study_area(area), day_of(today)
    with TemporaryDirectory(prefix="rohnamo-trial-") as folder:
        err.print(f"Reading {file.name} as a list of {show(region.name, 'en')} ...")
        tried = trial(file, region, Path(folder), columns=columns, kind=kind, today=day)
        if not kind and tried.shown < tried.services and (kind := _asked_kind(tried)):
            tried = trial(file, region, Path(folder), columns=columns, kind=kind, today=day)
        out.print(summary(tried.batch))
        out.print(f"{tried.shown} of {tried.services} services are on the pages.")
        if tried.shown < tried.services:
            out.print(
                "Hidden: shelters, what is marked so, and rows without a known kind of help (say it with --kind)."
            )
        if site is not None:
            with progress_bar() as progress:
                write_site(tried.view, region, site, demo=False, progress=progress)
            out.print(f"Pages: {site / 'index.html'} (a trial, not for publication)")
            return
        if browser:
            open_browser(f"http://127.0.0.1:{port}/")
        serve_view(tried.view, region, port=port, demo=False)


def trial(
    file: Path, area: "StudyArea", folder: Path, *, columns: Path | None = None, kind: str = "", today: dt.date
) -> Trial:
    """Read a list into a new directory in a folder and publish it there, as if two people had agreed to all of it.

    Raises
    ------
    FormatError
        The list as a whole cannot be taken.
    """
    with TemporaryDirectory(dir=folder) as private:
        map_ = _all_public(ColumnMap.load(columns) if columns else _drafted(file, area, Path(private)))
        code = map_.source if map_ else source_code(file.stem)
        with Directory(Path(private) / "directory.db", area, signed_in=True) as directory, progress_bar() as progress:
            for _ in range(2):  # the second time the map is agreed to
                known, told = Known.of(directory), step(progress, "Reading")
                batch = read(file, columns=map_, kind=kind, area=area, today=today, known=known, progress=told)
                if not batch.unapproved:
                    break
                directory.add(_agreements(batch, code, today), by=PROPOSER, agreed_by=SECOND, on=today)
            directory.add(batch, by=PROPOSER, agreed_by=SECOND, on=today)
            services = directory.count("service")
            path = folder / "trial.db"
            with publish(
                directory, "public", path, area=area, edition=today, progress=step(progress, "Ways")
            ).view as view:
                shown = len(view.rows("service"))
    return Trial(batch, path, services, shown)


def _drafted(file: Path, area: "StudyArea", folder: Path) -> ColumnMap | None:
    """Return the map that is drafted for a list; None where the list says itself what it holds."""
    with suppress(FormatError):
        draft_map(file, folder / "map.toml", area=area)
        return ColumnMap.load(folder / "map.toml")
    return None


def _all_public(columns: ColumnMap | None) -> ColumnMap | None:
    if columns is None or "marking" not in columns.constants:
        return columns
    return columns.model_copy(update={"markings": dict.fromkeys(columns.markings, "public")})


def _agreements(batch: Batch, code: str, today: dt.date) -> Batch:
    approvals: list[Record] = [
        Approval(
            id=record_id(TRIAL, "approval", kind, code),
            kind=kind,  # type: ignore[arg-type]
            subject=code,
            value=value,
            approved_by=PROPOSER,
            approved_by_too=SECOND,
            approved_on=today,
        )
        for kind, value in (("map", batch.unapproved), ("phone", None))
    ]
    return Batch(Source(id=record_id(TRIAL, "source"), name="Trial"), batch.file, records=approvals)


def _asked_kind(tried: Trial) -> str:
    if not err.is_terminal:
        return ""
    families = Vocabulary.load("service_types")
    for term in families.terms():
        if term.parent is None:
            err.print(f"  {term.code:5} {families.label(term.code, 'en')}")
    hidden = tried.services - tried.shown
    answer: str = typer.prompt(
        f"{hidden} rows tell no kind of help that is known. All of them are", default="", err=True
    )
    return answer.strip()
