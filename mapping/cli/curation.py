"""Care for records: what sources disagree on, edits, merging, undoing, erasing, the history of a record."""

import datetime as dt
import getpass
import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.cli.accounts import ACCOUNTS, AccountsOption
from mapping.cli.options import DIRECTORY, AreaOption, DirectoryOption, TodayOption, day_of, out, study_area, tell_shown
from mapping.directory.directory import Directory
from mapping.directory.undo import undoable
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import skeleton
from mapping.model import RECORDS, Organization
from mapping.safety.agreed import Showing
from web.access.accounts import Accounts

if TYPE_CHECKING:
    from mapping.directory.conflicts import Claimed
    from mapping.directory.undo import BatchLine

app = typer.Typer()

ByOption = Annotated[str, typer.Option("--by", help="Who does it, as the history is to tell. Default: your login.")]
ReasonOption = Annotated[str, typer.Option("--reason", prompt="Why", help="Why, as the history is to tell.")]
TableOption = Annotated[str, typer.Option("--table", help="Table of the record: organization, service, location ...")]
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
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Change fields of a record as a steward; no later import undoes it."""
    fields: dict[str, Any] = {}
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise InvalidRecord(f"{each}: write field=value")
        fields[name.strip()] = value.strip() or None
    with _open(directory, area) as store:
        change = store.edit(table, record, fields, by=by or getpass.getuser(), on=day_of(today), reason=reason)
    out.print(f"Edited: {change}")
    tell_shown(change)


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
    tell_shown(change)
    if not dry_run:
        out.print(f"Take it back with: rohnamo undo {last}")


@app.command()
def undo(
    number: Annotated[int | None, typer.Argument(help="Number of the batch; without one, the last.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the batches, and undo nothing.")] = False,
    by: ByOption = "",
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
        change = store.undo(batch, by=by or getpass.getuser(), on=day_of(today), dry_run=dry_run)
        done = store.batches()[-1]
    out.print(f"{'Would be' if dry_run else 'Undone'}: {change}")
    tell_shown(change)
    if not dry_run:
        out.print(f"This is batch {done.number} ({done.file}); to have it back: rohnamo undo {done.number}")


@app.command()
def agree(
    number: Annotated[int | None, typer.Argument(help="Number of the act; without one, what waits is listed.")] = None,
    login: Annotated[str, typer.Option("--as", help="Your login.")] = "",
    other: Annotated[str, typer.Option("--and", help="Login of a second person, where the act has no known one.")] = "",
    accounts: AccountsOption = ACCOUNTS,
    directory: DirectoryOption = DIRECTORY,
    area: AreaOption = None,
    today: TodayOption = None,
) -> None:
    """Agree to what an act shows, or list what waits; who agrees signs in with their own password and code."""
    with _open(directory, area) as store:
        found = store.waiting(number)
        for act, own in groupby(found, key=lambda each: (each.batch, each.on, each.what, each.by)):
            batch, on, what, by = act
            out.print(f"Act {batch}, {on}, {what}, by {by or 'somebody who did not sign in'}:", markup=False)
            for line in told([each.showing for each in own]):
                out.print(f"    {line}", markup=False)
        if number is None or not found:
            out.print("To agree: rohnamo agree NUMBER --as LOGIN" if found else "Nothing waits.")
            return
        book, author = Accounts(accounts), found[0].by or other
        if not author:
            raise InvalidRecord("nobody signed in for this act: two people agree, with --as LOGIN and --and LOGIN")
        people = [login] if found[0].by else [login, other]
        for one in people:
            _sign_in(book, one)
        if book.one_person(login, author):
            raise InvalidRecord(f"{login}: counts as one person with {author}; somebody else must agree")
        store.agree([each.showing for each in found], by=login, also=other, on=day_of(today))
    out.print(f"Agreed to by {' and '.join(people)}; it is shown from the next edition on.")


def _sign_in(book: "Accounts", login: str) -> None:
    """Let somebody who may agree prove who they are.

    Raises
    ------
    SignInRefused
        Login, password or code is wrong.
    InvalidRecord
        They may not agree.
    """
    password = typer.prompt(f"Password of {login}", hide_input=True)
    code = typer.prompt(f"Code of {login}")
    book.end(book.sign_in(login, password, code, now=dt.datetime.now(dt.UTC)))
    if not book.by_login(login).may("approve"):
        raise InvalidRecord(f"{login}: may not agree; an account whose role lets it agree does")


def told(shown: "Sequence[Showing]") -> "Iterator[str]":
    """Say what is shown, record by record: before and now, and to whom."""
    by_record: dict[tuple[str, str], list[Showing]] = {}
    for one in shown:
        by_record.setdefault((one.table, one.id), []).append(one)
    for (table, record), own in by_record.items():
        audiences = ", ".join(one.audience for one in own)
        yield f"{table} {record}, to {audiences}{': is not seen yet' if own[0].appears else ''}"
        for name, (before, now) in own[0].fields.items():
            yield f"    {name}: {_text(before)} -> {_text(now)}"


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


def _line(one: "BatchLine") -> str:
    did = f"{one.added} new, {one.changed} changed, {one.removed} removed"
    undone = f"; undone by {one.undone_by}" if one.undone_by else ""
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.number:5}  {one.on}  {one.file}{reason} by {one.by}: {did}{undone}"


def _said(one: "Claimed") -> str:
    return f"{_text(one.value)} ({one.source}{f', as of {one.on}' if one.on else ''})"


def _text(value: Any) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)
