"""Care for records: what sources disagree on, edits, merging, undoing, erasing, the history of a record."""

import getpass
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.cli.options import DIRECTORY, AreaOption, DirectoryOption, TodayOption, day_of, out, study_area
from mapping.directory.directory import Directory
from mapping.directory.merge import checked
from mapping.directory.undo import shows_more, undoable
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import skeleton
from mapping.model import RECORDS, Organization

if TYPE_CHECKING:
    from mapping.directory.conflicts import Claimed
    from mapping.directory.undo import BatchLine

app = typer.Typer()

ByOption = Annotated[str, typer.Option("--by", help="Who does it, as the history is to tell. Default: your login.")]
ReasonOption = Annotated[str, typer.Option("--reason", prompt="Why", help="Why, as the history is to tell.")]
TableOption = Annotated[str, typer.Option("--table", help="Table of the record: organization, service, location ...")]
SecondOption = Annotated[
    str, typer.Option("--agreed-by", help="A second person, where the change shows more people something.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")]


@app.command()
def conflicts(directory: DirectoryOption = DIRECTORY, area: AreaOption = None) -> None:
    """Show every field on which sources disagree: the value that counts, why, and what the others say."""
    with _open(directory, area) as store:
        found = store.conflicts()
    for one in found:
        out.print(f"{one.table} {one.name or one.record} ({one.record}), {one.field}:", markup=False)
        out.print(f"    {_said(one.winner)} counts: {one.why}", markup=False)
        for other in one.losers:
            out.print(f"    {_said(other)}", markup=False)
    out.print(f"{len(found)} fields on which sources disagree; `rohnamo edit` settles one.")


@app.command()
def edit(
    record: Annotated[str, typer.Argument(help="Id of the record.")],
    values: Annotated[list[str], typer.Argument(help="field=value; field= empties it.")],
    reason: ReasonOption,
    table: TableOption = "service",
    by: ByOption = "",
    agreed_by: SecondOption = "",
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Change fields of a record as a steward; no later import undoes it."""
    from mapping.directory.proposals import needs_two

    fields: dict[str, Any] = {}
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise InvalidRecord(f"{each}: write field=value")
        fields[name.strip()] = value.strip() or None
    with _open(directory, area) as store:
        old = store.record(RECORDS[table], record)
        new = checked(old, fields)
        two = needs_two(table, old.__dict__, {name: new.__dict__[name] for name in fields})
        who = _who(by, agreed_by, "the edit" if two else "")
        change = store.edit(table, record, fields, by=who, on=day_of(today), reason=reason)
    out.print(f"Edited: {change}")


@app.command()
def merge(
    keep: Annotated[str, typer.Argument(help="Id of the record to keep.")],
    others: Annotated[list[str], typer.Argument(help="Ids of the records that are the same.")],
    reason: ReasonOption,
    table: TableOption = "organization",
    by: ByOption = "",
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Make one record of several; every source that speaks of one of them then speaks of that one."""
    with _open(directory, area) as store:
        who, day = by or getpass.getuser(), day_of(today)
        change = store.merge(keep, others, table=table, by=who, on=day, reason=reason, dry_run=dry_run)
        last = store.batches()[-1].number
    out.print(f"{'Would be' if dry_run else 'Merged'}: {change}")
    if not dry_run:
        out.print(f"Take it back with: rohnamo undo {last}")


@app.command()
def undo(
    number: Annotated[int | None, typer.Argument(help="Number of the batch; without one, the last.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the batches, and undo nothing.")] = False,
    by: ByOption = "",
    agreed_by: SecondOption = "",
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take back what an import, an edit, a merge or an undoing did, whole or not at all."""
    with _open(directory, area) as store:
        if list_:
            for each in store.batches():
                out.print(_line(each), markup=False)
            return
        batch = undoable(store.db, number)
        who = _who(by, agreed_by, f"undoing batch {batch}" if not dry_run and shows_more(store.db, batch) else "")
        change = store.undo(batch, by=who, on=day_of(today), dry_run=dry_run)
        done = store.batches()[-1]
    out.print(f"{'Would be' if dry_run else 'Undone'}: {change}")
    if not dry_run:
        out.print(f"This is batch {done.number} ({done.file}); to have it back: rohnamo undo {done.number}")


@app.command()
def history(
    record: Annotated[str, typer.Argument(help="Id of the record.")],
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
) -> None:
    """Show every change of a record: when, by whom, from which file, and what it was before."""
    with _open(directory, area) as store:
        lines = store.history(record)
    if not lines:
        raise NotFound(f"{record}: the history tells nothing of it; is it the private id?")
    for line in lines:
        reason = f": {line['reason']}" if line["reason"] else ""
        said = f"{line['on']}  batch {line['batch']}  {line['change']} by {line['by']} ({line['file']}{reason})"
        out.print(said, markup=False)
        before, after = line["before"] or {}, line["after"] or {}
        for name in after or before:
            old, new = before.get(name), after.get(name)
            if old != new and name != "id":
                out.print(f"    {name}: {_text(old)} -> {_text(new)}", markup=False)


@app.command()
def contacts(
    words: Annotated[str, typer.Argument(help="Part of a person's name, in any script, or of a number.")],
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
) -> None:
    """Show the contacts and phones in which a name or a number stands, with the ids by which they are erased."""
    wanted, digits = skeleton(words), re.sub(r"\D", "", words)
    shown = 0
    with _open(directory, area) as store:
        bodies = {one.id: one.__dict__["name"] for one in store.records(Organization)}
        for table, fields in (("contact", ("name", "email")), ("phone", ("number", "description"))):
            for one in store.records(RECORDS[table]):
                told = {name: str(one.__dict__[name]) for name in fields if one.__dict__.get(name)}
                number = re.sub(r"\D", "", told.get("number", ""))
                hit = len(digits) >= 4 and digits in number
                if hit or (wanted and any(wanted in skeleton(text) for text in told.values())):
                    owner = bodies.get(one.__dict__.get("organization_id") or "", "")
                    out.print(f"{one.id}  {table}  {'; '.join([*told.values(), owner]).rstrip('; ')}", markup=False)
                    shown += 1
    out.print(f"{shown} found. To forget one for good: rohnamo erase ID" if shown else "None found.")


@app.command()
def erase(
    record: Annotated[str, typer.Argument(help="Id of a contact or a phone.")],
    reason: ReasonOption,
    by: ByOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Remove a person's contact or a phone for good, and from the history; this cannot be undone."""
    if not yes:
        typer.confirm(f"Erase {record} with its history? It cannot be undone", abort=True)
    with _open(directory, area) as store:
        change = store.erase(record, by=by or getpass.getuser(), on=day_of(today), reason=reason)
    out.print(f"Erased: {change}. Backups, import reports and the partner's own file still hold it; publish anew.")


def _open(directory: Path, area: Path | None) -> "Directory":

    if not directory.exists():
        raise NotFound(f"{directory}: there is no directory; import a list first or build the demo")
    return Directory(directory, study_area(area))


def _who(by: str, agreed_by: str, needs_two: str) -> str:
    """Return who does it, as the history is to tell.

    Raises
    ------
    InvalidRecord
        It takes two people, and no second one is named.
    """
    who = by or getpass.getuser()
    if not needs_two and not agreed_by:
        return who
    if not agreed_by or agreed_by.strip().casefold() == who.strip().casefold():
        raise InvalidRecord(
            f"{needs_two or '--agreed-by'}: shows more people something, or leads them elsewhere; a second person must "
            "agree: name both with --by and --agreed-by. Nothing was changed"
        )
    return f"{who} and {agreed_by}"


def _line(one: "BatchLine") -> str:
    did = f"{one.added} new, {one.changed} changed, {one.removed} removed"
    undone = f"; undone by {one.undone_by}" if one.undone_by else ""
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.number:5}  {one.on}  {one.file}{reason} by {one.by}: {did}{undone}"


def _said(one: "Claimed") -> str:
    return f"{_text(one.value)} ({one.source}{f', as of {one.on}' if one.on else ''})"


def _text(value: Any) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)
