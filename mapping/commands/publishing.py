"""Views and pages out: the demo, an edition, its site, the portal."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.commands.common import (
    DIRECTORY,
    VIEW,
    AreaOption,
    DirectoryOption,
    TodayOption,
    ViewOption,
    day_of,
    out,
    progress_bar,
    step,
    study_area,
)
from mapping.errors import NotFound

if TYPE_CHECKING:
    from mapping.area import StudyArea

DEMO_DAY = dt.date(2026, 11, 24)
"""The demo's today, fixed so that two builds give the same bytes."""

app = typer.Typer()


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
    area = study_area(None)
    with Directory(private / "directory.db", area) as directory, progress_bar() as progress:
        outcomes = import_demo(
            directory,
            area,
            today=DEMO_DAY,
            report_dir=private / "reports",
            progress=step(progress, "Importing partners' files"),
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
    region = study_area(area)
    previous = view if view.exists() else None
    with Directory(directory, region) as store, progress_bar() as progress:
        _publish(store, region, view, audience=audience, day=day_of(today), progress=progress, previous=previous)
    out.print(f"Published for {audience}: {view}")


@app.command()
def site(
    output: Annotated[Path, typer.Argument(help="Folder to write.")] = Path("build/site"),
    view: ViewOption = VIEW,
    area: AreaOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")] = False,
) -> None:
    """Write the portal of a view as static pages that need no server."""
    with progress_bar() as progress:
        _site(view, study_area(area), output, demo=demo, progress=progress)
    out.print(f"Site: {output / 'index.html'}")


@app.command()
def serve(
    view: ViewOption = VIEW,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
    area: AreaOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")] = False,
    inbox: Annotated[
        Path | None, typer.Option(help="File for what visitors send; without it pages have no forms.")
    ] = None,
) -> None:
    """Serve the portal of a view on this machine."""
    _serve(view, study_area(area), port=port, demo=demo, inbox=inbox)


def _publish(
    directory: Any, area: "StudyArea", path: Path, *, audience: Any, day: dt.date, progress: Any,
    previous: Path | None = None,
) -> None:  # fmt: skip
    from mapping.publish import publish as write

    path.parent.mkdir(parents=True, exist_ok=True)
    publication = write(
        directory, audience, path, area=area, edition=day, previous=previous,
        progress=step(progress, "Publishing the view"),
    )  # fmt: skip
    if publication.warnings:
        looked = directory.path.with_name("publishing.txt")
        looked.write_text("\n".join(map(str, publication.warnings)) + "\n", encoding="utf-8")
        progress.console.print(f"  {len(publication.warnings)} places to look at before the next edition: {looked}")


def _site(view: Path, area: "StudyArea", folder: Path, *, demo: bool, progress: Any) -> None:
    from web import create_app
    from web.freeze import freeze

    if not view.exists():
        raise NotFound(f"{view}: there is no view; run `rohnamo publish` or `rohnamo demo` first")
    freeze(create_app(view, area, demo=demo), folder, progress=step(progress, "Writing the site"))


def _serve(view: Path, area: "StudyArea", *, port: int, demo: bool, inbox: Path | None = None) -> None:
    import waitress

    from web import create_app

    if not view.exists():
        raise NotFound(f"{view}: there is no view; run `rohnamo publish` or `rohnamo demo` first")
    portal = create_app(view, area, demo=demo, inbox=inbox)
    out.print(f"Rohnamo is at http://127.0.0.1:{port}/   (Ctrl-C ends it)")
    waitress.serve(portal, host="127.0.0.1", port=port, threads=8, ident=None, _quiet=True)
