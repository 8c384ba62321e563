"""Lists in, and their quality: import, approve, init; what may be there twice, what must be checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mapping.batch import Batch
from mapping.cli.options import (
    AREA,
    DIRECTORY,
    AreaOption,
    ColumnsOption,
    DirectoryOption,
    DryRunOption,
    OnDay,
    SignedIn,
    SpokenOrJson,
    acting,
    admitted,
    command,
    err,
    out,
    print_json,
    progress_bar,
    step,
    study_area,
    tell_edits,
    tell_missing,
    tell_shown,
)
from mapping.directory.directory import Directory
from mapping.errors import InvalidRecord
from mapping.formats.surveys.field_form import write_form
from mapping.intake.approvals import read_approvals
from mapping.intake.read import Known, draft_map, read
from mapping.intake.report import lines as issue_lines
from mapping.intake.report import summary, write_report
from mapping.intake.report import table as issue_table
from mapping.language.i18n import Message
from mapping.quality.call_list import Call, calls, read_done, write_calls
from mapping.quality.duplicates import apply, pairs, read_decisions, tables_of, write_pairs
from mapping.quality.overview import lines, overview, write_page
from mapping.registry import format_of
from mapping.safety.persons import NotAdmitted, two_people

app = typer.Typer()
LONGEST = 30
"""So many calls and pairs are shown on a screen; all of them stand in the file."""


@dataclass(frozen=True)
class HowToRead:
    """Options of commands that read a list."""

    columns: ColumnsOption = None
    source: Annotated[str, typer.Option("--source", help="Name of the sender, where the map does not say it.")] = ""
    kind: Annotated[str, typer.Option("--kind", help="Kind of help of all rows that tell none, as ACC or shelter.")] = (
        ""
    )


@command(app, "import")
def import_(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or CSV file.")],
    how: HowToRead,
    given: SignedIn,
    spoken: SpokenOrJson,
    report: Annotated[Path | None, typer.Option("--report", help="Folder for the import report.")] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Read a partner's list, clean and check it, and store it whole or not at all."""
    form = format_of(file)
    if how.columns is None and not dry_run and getattr(form, "PREVIEWED", False):
        next(iter(form.read(file)), None)  # what only has the ending of such a file is told as what it is
        raise InvalidRecord(
            Message(
                "{file}: its table may be cut wrongly; look at it with rohnamo check, write a column map with "
                "--draft, and import it with --columns",
                file=file,
            )
        )
    region, day = study_area(given.area), given.day
    lang, who = spoken.language(region), given.who("import", "import")
    given.directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(given.directory, region, signed_in=given.signed_in) as store, progress_bar() as progress:
        batch = read(
            file,
            **vars(how),
            area=region,
            today=day,
            known=Known.of(store),
            progress=step(progress, "Reading"),
        )
        change = store.add(batch, by=who, on=day, dry_run=dry_run, progress=step(progress, "Storing"))
    written = write_report(batch, report, language=lang) if report is not None else None
    if spoken.json_:
        print_json({**_about(batch, lang), "stored": not dry_run, "change": change, "report": written})
        return
    out.print(summary(batch, lang))
    out.print(f"{'Would be' if dry_run else 'Stored'}: {change}")
    tell_edits(change, lang)
    tell_missing(change, lang)
    tell_shown(change, given.login)
    if written is not None:
        out.print(f"Report: {written}")


@command(app)
def approve(
    file: Annotated[Path, typer.Argument(help="A table of what two people agreed to (docs/importing.md).")],
    given: SignedIn,
    other: Annotated[str, typer.Option("--and", help="Login of the second person, who signs in as well.")] = "",
) -> None:
    """Take in approvals: a column map, new numbers, a lowered audience, a field kept back.

    The two who sign in are those who approve, whatever names stand in the table; what it shows waits for another.
    """
    if not given.login or not other:
        raise InvalidRecord(
            "two people approve, each with an account that counts as a person: --as LOGIN --and LOGIN "
            "(rohnamo user add, rohnamo user meet); a typed name proves nothing"
        )
    people = given.who("approve"), acting(other, given.accounts, "approve")
    counts = admitted(given.accounts)
    if not two_people(*people) or not all(map(counts, people)):
        raise NotAdmitted
    batch = read_approvals(file, approvers=people)
    given.directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(given.directory, given.region, signed_in=counts) as store:
        change = store.add(batch, by=people[0], on=given.day)
    out.print(f"Approvals: {change}")
    tell_shown(change, given.login)


@command(app)
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the study area, as data/geo/tj.")],
    directory: DirectoryOption = DIRECTORY,
) -> None:
    """Start an empty directory for a study area."""
    if directory.exists():
        raise InvalidRecord(f"{directory}: is there already; choose another file with --directory")
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Directory(directory, study_area(folder, directory)) as store:
        store.keep_area()
        out.print(
            f"Empty directory: {directory}. Next: export {AREA}={folder}, then rohnamo check FILE --draft MAP.toml"
        )


@command(app)
def form(
    path: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="Where to write the form.")],
    area: AreaOption = None,
) -> None:
    """Make the form for collecting services in the field, an XLSForm for Kobo or ODK."""
    if path.suffix.lower() != ".xlsx":
        raise InvalidRecord(f"{path}: a form is a workbook; end the name in .xlsx")
    region = study_area(area)
    version = write_form(path, region)
    out.print(
        f"Form for {region.name['en']}: {path}, version {version}. "
        "Next: load it into Kobo or ODK, then rohnamo import EXPORT.xlsx"
    )


@command(app)
def check(
    how: HowToRead,
    given: OnDay,
    spoken: SpokenOrJson,
    file: Annotated[
        Path | None, typer.Argument(help="A list to look at; without one, the directory as a whole.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", help="With FILE: write a column map for it to go on from.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the state of the directory to this page.")] = None,
) -> None:
    """Show every issue of a file, or write the draft of its column map; without a file, the state of the directory."""
    if file is not None and draft is not None:
        _draft(file, draft, given.area)
        return
    if file is not None:
        _check_file(file, how, given, spoken)
        return
    if draft is not None:
        raise InvalidRecord("--draft: name the file that the column map is for")

    lang = spoken.language(given.region)
    with given.opened() as store:
        state = overview(store, given.region, given.day)
    for line in lines(state, lang):
        out.print(line)
    if html is not None:
        out.print(f"Page: {write_page(state, html, given.region, lang)} (private)")


def _draft(file: Path, draft: Path, area: Path | None) -> None:
    draft_map(file, draft, area=study_area(area))
    where = f" --area {area}" if area else ""
    out.print(f"Draft: {draft}. Read it line by line, mend it, then: rohnamo check {file} --columns {draft}{where}")


def _check_file(file: Path, how: HowToRead, given: OnDay, spoken: SpokenOrJson) -> None:
    region = study_area(given.area)
    lang = spoken.language(region)
    with progress_bar() as progress:
        batch = read(file, **vars(how), area=region, today=given.day, progress=step(progress, "Reading"))
    if spoken.json_:
        print_json(_about(batch, lang))
    else:
        country = region.name.get("en") or region.name.get(region.languages[0], region.code)
        out.print(f"Read as a list of {country}.")
        for line in issue_lines(batch.issues, lang, {column.heading: column.taken_for for column in batch.columns}):
            out.print(line)
        out.print(summary(batch, lang, examples=0))
    if batch.refused:
        raise typer.Exit(1)


def _about(batch: Batch, lang: str) -> dict[str, object]:
    issues = issue_table(batch.issues, lang)
    return {"file": batch.file, "rows": batch.rows, "refused": len(batch.refused), "issues": issues}


@command(app)
def due(
    given: OnDay,
    spoken: SpokenOrJson,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the call list to this file, to be filled.")] = None,
    done: Annotated[Path | None, typer.Option("--done", help="Take in a filled call list.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --done: store nothing.")] = False,
) -> None:
    """Say whom to call so that entries stay true, what to ask, and take in what was found."""
    region, day = given.region, given.day
    lang = spoken.language(region)
    with given.opened() as store:
        if done is not None:
            filled = read_done(done, store, region, day)
            change = store.add(filled.batch, by="calls", on=day, dry_run=dry_run)
            out.print(", ".join(f"{n} {what}" for what, n in filled.found.items()) or "No row has a result.")
            out.print(f"{'Would be' if dry_run else 'Stored'}: {change}")
            for text in filled.to_enter:
                out.print(f"To enter: {text}")
            return
        call_list = calls(store, region, day)
    if csv is not None:
        write_calls(call_list, csv, region, lang)
    if spoken.json_:
        print_json([_call(call, lang) for call in call_list])
        return
    for call in call_list[:LONGEST]:
        out.print(f"{call.number or 'no number':16} {call.body or '(no body)'}", style="bold")
        for question in call.due:
            held = question.held
            last = f"last {held.verification.verified_on}" if held.verification else "never"
            why = "; ".join(reason.into(lang) for reason in question.why)
            out.print(f"    {held.service.name} [{held.freshness}, {last}] {why}")
    out.print(f"{len(call_list)} calls about {sum(len(call.due) for call in call_list)} services.")
    if csv is not None:
        out.print(f"Call list: {csv} (private). Fill it and give it back: rohnamo due --done {csv}")


def _call(call: Call, lang: str) -> dict[str, object]:
    services = [
        {
            "id": question.held.service.id,
            "name": question.held.service.name,
            "freshness": question.held.freshness,
            "verified_on": question.held.verification and question.held.verification.verified_on,
            "why": [reason.into(lang) for reason in question.why],
        }
        for question in call.due
    ]
    return {"organization": call.body, "number": call.number, "services": services}


@command(app)
def duplicates(
    given: OnDay,
    spoken: SpokenOrJson,
    table: Annotated[str, typer.Option("--table", help="organization, service, location, or all.")] = "all",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the pairs to this file, to be decided.")] = None,
    decide: Annotated[Path | None, typer.Option("--decide", help="Take in a decided file.")] = None,
    by: Annotated[str, typer.Option("--by", help="With --decide: who decided.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --decide: store nothing.")] = False,
) -> None:
    """Show records that may be one, with the reasons; take in what was decided."""
    region, day = given.region, given.day
    lang = spoken.language(region)
    with given.opened() as store:
        if decide is not None:
            decisions = read_decisions(decide, store)
            for line in apply(store, decisions, by=by, on=day, dry_run=dry_run):
                out.print(line)
            return
        moved = [(move.service, move.now) for move in store.moves()]
        shown_pairs = pairs(store, region, tables_of(table), moved)
    if csv is not None:
        write_pairs(shown_pairs, csv, lang)
    if spoken.json_:
        print_json(shown_pairs)
        return
    for pair in shown_pairs[:LONGEST]:
        reasons = "; ".join(reason.into(lang) for reason in pair.candidate.reasons)
        out.print(f"{pair.candidate.score:.2f} {pair.candidate.table}: {reasons}", style="bold")
        out.print(f"    {pair.one}")
        out.print(f"    {pair.other}")
    out.print(f"{len(shown_pairs)} pairs may be one.")
    if csv is not None:
        out.print(f"Pairs: {csv} (private). Decide them: rohnamo duplicates --decide {csv} --by NAME")
    elif len(shown_pairs) > LONGEST:
        err.print(f"{len(shown_pairs) - LONGEST} more: write them to a file with --csv FILE")
