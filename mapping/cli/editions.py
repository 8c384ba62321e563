"""Views and pages out: the demo, an edition, its site, the portal."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.cli.options import (
    HOST,
    VIEW,
    DemoOption,
    HostOption,
    JsonOption,
    OfView,
    SignedIn,
    ViewOption,
    admitted,
    command,
    err,
    out,
    print_json,
    progress_bar,
    require_writable,
    serve_app,
    step,
    study_area,
)
from mapping.directory.gate import OnePerson
from mapping.errors import InvalidRecord, NotFound, UnsafePublication
from mapping.safety.persons import may_agree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from mapping.area.study_area import StudyArea
    from mapping.directory.directory import Directory
    from mapping.editions.releases import Plan, Releases

DEMO_DAY = dt.date(2026, 11, 24)
"""The demo's today, fixed so that two builds give the same bytes."""

NOTHING_SHOWN = 5
"""Exit code of an edition that shows nothing new, because all that could be new waits for a second person."""

SIGNS = 12
"""So many signs of a checksum name an edition that was looked at."""

app = typer.Typer()


@dataclass(frozen=True)
class OfEdition(SignedIn):
    """Options of commands that put a view in the place of another."""

    view: ViewOption = VIEW

    @cached_property
    def region(self) -> "StudyArea":
        """The study area: where there is a view, that tells which."""
        return study_area(self.area, self.view if self.view.exists() else self.directory)

    def releases(self, audience: str) -> "Releases":
        """Return the editions for an audience."""
        from mapping.editions.releases import Releases

        path = self.view
        return Releases(self.directory.parent / "editions", path, audience)  # type: ignore[arg-type]


@command(app)
def demo(
    build: Annotated[Path, typer.Option(help="Folder to build into.")] = Path("build"),
    serve_on: Annotated[int | None, typer.Option("--serve", help="Then serve on this port of 127.0.0.1.")] = None,
) -> None:
    """Build the demonstration from the shipped partners' files: directory, reports, public view and site."""
    from mapping.demo import import_demo
    from mapping.directory.directory import Directory
    from mapping.editions.publish import publish as write

    private = build / "private"
    require_writable(private)
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
            progress.console.print(f"  {outcome}")
        inbox = _invented_messages(private / "inbox.db")
        demand = demand_told(inbox, directory, DEMO_DAY)
        publication = write(
            directory,
            "public",
            build / "public.db",
            area=area,
            edition=DEMO_DAY,
            demand=demand,
            progress=step(progress, "Publishing the view"),
        )
        _tell_warnings(publication.warnings, directory.path, progress.console)
        write_site(build / "public.db", area, build / "site", demo=True, progress=progress)
    out.print(f"Private directory and import reports: {private}   (never served)")
    out.print(
        f"Public view: {build / 'public.db'}   Site: {build / 'site' / 'index.html'}   (also opens from the disk)"
    )
    if serve_on is not None:
        serve_view(build / "public.db", area, port=serve_on, demo=True, inbox=inbox)


@command(app)
def publish(
    given: OfEdition,
    audience: Annotated[str, typer.Option(help="public, partner or focal_point.")] = "public",
    inbox: Annotated[
        Path | None,
        typer.Option(help="File of what visitors and partners sent; the view then tells where help is missing."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what would change: in the edition that waits, or in a new one.")
    ] = False,
    confirm: Annotated[
        str,
        typer.Option(help="Publish what another person built and you looked at: the first 12 signs of its SHA-256."),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why something unusual is right.")] = "",
    json_: JsonOption = False,
) -> None:
    """Write what an audience may see into a file of its own, in the place of the one before, which is kept.

    One person builds an edition in which something could be read for the first time, and another confirms it; each
    signs in, here or in the staff portal.
    """
    from mapping.editions.releases import CHANGED_SINCE
    from web.stores.inbox import Inbox
    from web.stores.referral_log import not_to_be_had

    by = given.who("publish")
    if not check:
        require_writable(given.view)
    day, releases = given.day, given.releases(audience)
    with _told_to_custodians(given.directory, day), given.opened() as store, progress_bar() as progress:
        plan = releases.plan()
        if confirm:
            if plan is None or len(confirm) < SIGNS or not plan.digest.startswith(confirm):
                raise InvalidRecord(CHANGED_SINCE)
            if (plan.newly or plan.taken) and by and not may_agree(plan.by, by, admitted(given.accounts)):
                raise OnePerson
        else:
            waits = check and not by and plan is not None and not releases.is_outdated(plan, store, day=day)
            if plan is None or not waits:
                plan = releases.stage(
                    store,
                    day=day,
                    by=given.builder(by),
                    demand=demand_told(inbox, store, day) if inbox is not None else None,
                    unavailable=not_to_be_had(Inbox(inbox), day) if inbox is not None else None,
                    progress=step(progress, "Building the edition"),
                )
            if check and json_:
                print_json(plan)
                return
            if not json_:
                _tell(plan)
            if check:
                return
            if plan.newly or plan.taken:
                raise _another_looks(
                    plan, "something could be read for the first time, or a number or hours go", by, "build it"
                )
        edition = releases.publish(
            store,
            digest=plan.digest,
            confirmed={item.key for item in plan.newly},
            by=by,
            now=dt.datetime.now(dt.UTC),
            day=day,
            reason=reason,
        )
        shown = [act.showing for act in store.waiting() if act.showing.audience == audience]
        waiting = Counter(table for table, _ in {(showing.table, showing.id) for showing in shown})
    if json_:
        told = {"audience": audience, "warnings": plan.warnings, "waiting": waiting.total()}
        print_json({**asdict(edition), **told})
    else:
        _tell_warnings(plan.warnings, given.directory, out)
        out.print(f"Published for {audience}, edition {edition.number}: {given.view}\nSHA-256 {edition.digest}")
    if waiting and not plan.items:
        many, what = (waiting["service"], "service") if waiting["service"] else (waiting.total(), "record")
        err.print(
            f"Nothing new is shown: {many} {what}{'s wait' if many > 1 else ' waits'} for approval: rohnamo agree"
        )
        raise typer.Exit(NOTHING_SHOWN)
    if waiting and not json_:
        told_of = f"{waiting.total()} (rohnamo agree)"
        out.print(f"Records that wait until two people agreed, not in it or as they were: {told_of}")


@command(app)
def editions(
    given: OfEdition,
    audience: Annotated[str, typer.Option(help="public, partner or focal_point.")] = "public",
    back_to: Annotated[int | None, typer.Option(help="Put the edition of this number in use again.")] = None,
    reason: Annotated[str, typer.Option(help="Why one goes back to it.")] = "",
    json_: JsonOption = False,
) -> None:
    """Show the editions that are kept, or go back to one of them; what is hidden since leaves it first.

    Where it shows anything that the edition in use does not, another person confirms it as any new edition.
    """
    from rich.table import Table

    releases = given.releases(audience)
    if back_to is not None:
        by = given.who("publish")
        with _told_to_custodians(given.directory, given.day), given.opened() as store:
            plan = releases.roll_back(store, back_to, day=given.day, by=given.builder(by), reason=reason)
        if plan is None:
            edition = releases.edition(back_to)
            out.print(f"Edition {edition.number} of {edition.day} is in use again: {given.view}")
            return
        _tell(plan)
        raise _another_looks(plan, "something could be read that the edition in use does not show", by, "go back")
    if json_:
        print_json(releases.editions())
        return
    table = Table("Edition", "Day", "Services", "By", "In use", "SHA-256")
    for release in releases.editions():
        used = "yes" if release.live else ""
        day, entries = release.day.isoformat(), str(release.entries)
        table.add_row(str(release.number), day, entries, release.by, used, release.digest[:16])
    out.print(table)


def _another_looks(plan: "Plan", why: str, by: str, again: str) -> InvalidRecord:
    who = "somebody else" if by else f"{again} with --as LOGIN; then somebody else"
    return InvalidRecord(
        f"{why}, and nothing was published: {who} looks at it with `rohnamo publish --check` and publishes it with "
        f"--confirm {plan.digest[:SIGNS]} --as LOGIN, or in the staff portal"
    )


def _tell(plan: "Plan") -> None:
    kinds = [item.kind for item in plan.items]
    out.print(", ".join(f"{kinds.count(kind)} {kind}" for kind in ("new", "changed", "gone")))
    for item in plan.newly:
        of = f" of {item.organization}" if item.organization else ""
        out.print(f"  {item.kind}: {item.table} {item.name}{of}")
        for fact in item.facts if item.kind == "changed" else ():
            out.print(f"    {fact.field}: {fact.before or '-'} -> {fact.now or '-'}")
    for item in plan.taken:
        out.print(f"  LOOK: {item.name} loses a number or hours")
    for alarm in plan.alarms:
        out.print(f"  LOOK: {alarm.message}")
    out.print(f"SHA-256 {plan.digest}")


def _tell_warnings(warnings: "Sequence[object]", directory: Path, console: "Console") -> None:
    """Keep what could give something hidden away, and say where custodians read it, also where it is nothing."""
    from mapping.editions.publish import note_warnings, warnings_file

    note_warnings(map(str, warnings), directory)
    console.print(f"What could give something hidden away, for custodians: {warnings_file(directory)}")


@contextmanager
def _told_to_custodians(directory: Path, day: dt.date) -> Iterator[None]:
    """Refuse an edition in one sentence: which texts tell what is written where custodians read it."""
    from mapping.editions.publish import note_refusal, refusals_file
    from mapping.safety.leak_scan import HiddenFactFound

    try:
        yield
    except HiddenFactFound as error:
        note_refusal(error, directory, day=day)
        raise UnsafePublication(
            "some texts would tell what is hidden, and nothing was published; which they are stands in "
            f"{refusals_file(directory)}, for custodians"
        ) from None


@command(app)
def hide(
    record: Annotated[str, typer.Argument(help="Id of an organization, a service or a place.")],
    reason: Annotated[str, typer.Option(help="Why it must not be found any more.")],
    given: OfEdition,
    table: Annotated[str, typer.Option(help="organization, service or location.")] = "organization",
) -> None:
    """Take an entry out of every edition in use, at once: nothing else is published, and nobody else is asked."""
    from mapping.editions.hiding import hide as hide_now
    from mapping.editions.releases import Releases

    by, private = given.who("edit", "command line"), given.directory.parent
    views = {"public": given.view, **{name: private / f"{name}.db" for name in ("partner", "focal_point")}}
    with given.opened() as store:
        editions = [Releases(private / "editions", path, name) for name, path in views.items()]  # type: ignore[arg-type]
        gone = hide_now(store, table, record, editions, by=by, day=given.day, reason=reason)
    out.print(f"Hidden from now on; taken out of: {', '.join(gone) or 'no edition, it stood in none'}")
    out.print("A site of files is made anew with: rohnamo site")


@command(app)
def site(
    given: OfView,
    output: Annotated[Path, typer.Argument(help="Folder to write.")] = Path("build/site"),
    demo: DemoOption = False,
    archive: Annotated[bool, typer.Option("--zip", help="Offer the whole site as one file, too.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print editions as PDF, too; needs the extra pdf.")] = False,
) -> None:
    """Write the portal of a view as static pages that need no server."""
    require_writable(output)
    with progress_bar() as progress:
        write_site(given.view, given.region, output, demo=demo, progress=progress, archive=archive, pdf=pdf)
    out.print(f"Site: {output / 'index.html'}")


@command(app)
def serve(
    given: OfView,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
    demo: DemoOption = False,
    inbox: Annotated[
        Path | None, typer.Option(help="File for what visitors send; without it pages have no forms.")
    ] = None,
    proxies: Annotated[
        int, typer.Option(min=0, help="How many web servers of yours stand before it and note visitors' addresses.")
    ] = 0,
    host: HostOption = HOST,
) -> None:
    """Serve the portal of a view on this machine."""
    serve_view(given.view, given.region, port=port, demo=demo, inbox=inbox, proxies=proxies, host=host)


def demand_told(inbox: Path, directory: "Directory", day: dt.date) -> "Mapping[tuple[str, str], int]":
    """Return how often visitors said that help is missing, counts under the threshold left out."""
    from mapping.editions.publish import demand_since
    from web.stores.inbox import Inbox

    if not inbox.exists():
        raise NotFound(f"{inbox}: there is no inbox; `rohnamo serve --inbox` makes one, or leave the option out")
    least = directory.agreed_rules("public", day).least_count
    return Inbox(inbox).missing_help(least=least, since=demand_since(day), until=day)


def _invented_messages(path: Path) -> Path:
    from mapping.resources import shipped
    from web.stores.inbox import HelpMissing, Inbox

    inbox = Inbox(path)
    if any(inbox.messages()):
        return path
    lines = (shipped("demo") / "missing_help.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        day, times = dt.date.fromisoformat(f"{row.pop('month')}-15"), int(row.pop("times"))
        inbox.put_all([HelpMissing.model_validate(row)] * times, on=day)
    return path


def write_site(
    view: Path, area: "StudyArea", folder: Path, *, demo: bool, progress: Any, archive: bool = False, pdf: bool = False
) -> None:
    """Write the portal of a view into a folder as pages."""
    from web import create_app
    from web.freeze import freeze
    from web.public import printing

    app = create_app(view, area, demo=demo)
    if pdf:
        printing.offer_pdf(app)
    freeze(app, folder, progress=step(progress, "Writing the site"), archive=archive)


def serve_view(
    view: Path,
    area: "StudyArea",
    *,
    port: int,
    demo: bool,
    inbox: Path | None = None,
    proxies: int = 0,
    host: str = HOST,
) -> None:
    """Serve the portal of a view until somebody ends it."""
    from web import create_app

    serve_app(create_app(view, area, demo=demo, inbox=inbox, proxies=proxies), port=port, proxies=proxies, host=host)
