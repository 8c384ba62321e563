"""Care for records: what sources disagree on, edits, merging, undoing, erasing, the history of a record."""

import getpass
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.cli.options import (
    DryRunOption,
    JsonOption,
    OfDirectory,
    SignedIn,
    acting,
    admitted,
    command,
    out,
    print_json,
    tell_shown,
    tell_waits,
)
from mapping.directory.proposals import new_records
from mapping.directory.undo import undoable
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import skeleton
from mapping.language.i18n import show
from mapping.model import RECORDS, Audience, Organization, Record, Service
from mapping.quality.kept_out import Enlarged, like_kept_out
from mapping.quality.names import fields_with_people
from mapping.safety.agreed import Showing, digest_of
from web.staff.agreeing import ASKED, about, why
from web.staff.fields import AUDIENCE_LABELS
from web.staff.showing import by_entry, in_words
from web.staff.visible import VisibleRecords

if TYPE_CHECKING:
    from mapping.directory.conflicts import Claimed
    from mapping.directory.directory import Directory
    from mapping.directory.gate import Waiting
    from mapping.directory.rows import Proposal
    from mapping.directory.undo import BatchLine

app = typer.Typer()

ReasonOption = Annotated[str, typer.Option("--reason", prompt="Why", help="Why, as the history is to tell.")]
TableOption = Annotated[str, typer.Option("--table", help="Table of the record: organization, service, location ...")]


@dataclass(frozen=True)
class Steward(SignedIn):
    """Options of commands that change records."""

    by: Annotated[str, typer.Option("--by", help="Who does it, as the history is to tell. Default: your login.")] = ""

    @property
    def author(self) -> str:
        """Who edits: an account whose owner signs in, else a name that proves nothing."""
        return self.who("edit", self.by or getpass.getuser())


@command(app)
def conflicts(given: OfDirectory, json_: JsonOption = False) -> None:
    """Show every field on which sources disagree: the value that counts, why, and what the others say."""
    with given.opened() as store:
        disagreements = store.conflicts()
    if json_:
        print_json(disagreements)
        return
    for conflict in disagreements:
        out.print(f"{conflict.table} {conflict.name or conflict.record} ({conflict.record}), {conflict.field}:")
        out.print(f"    {_said(conflict.winner)} counts: {conflict.why}")
        for other in conflict.losers:
            out.print(f"    {_said(other)}")
    out.print(f"{len(disagreements)} fields on which sources disagree; `rohnamo edit` settles one.")


@command(app)
def edit(
    record: Annotated[str, typer.Argument(help="Id of the record.")],
    values: Annotated[list[str], typer.Argument(help="field=value; field= empties it.")],
    reason: ReasonOption,
    given: Steward,
    table: TableOption = "service",
) -> None:
    """Change fields of a record as a steward; no later import undoes it."""
    fields: dict[str, Any] = {}
    for assignment in values:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise InvalidRecord(f"{assignment}: write field=value")
        fields[name.strip()] = value.strip() or None
    who = given.author
    with given.opened(signed_in=given.signed_in) as store:
        change = store.edit(table, record, fields, by=who, on=given.day, reason=reason)
    out.print(f"Edited: {change}")
    if fields.get("audience") != "custodian":
        _print_people(table, fields)
    tell_shown(change, given.login)


@command(app)
def merge(
    keep: Annotated[str, typer.Argument(help="Id of the record to keep.")],
    others: Annotated[list[str], typer.Argument(help="Ids of the records that are the same.")],
    reason: ReasonOption,
    given: Steward,
    table: TableOption = "organization",
    dry_run: DryRunOption = False,
) -> None:
    """Make one record of several; every source that speaks of one of them then speaks of that one."""
    who = given.author
    with given.opened(signed_in=given.signed_in) as store:
        change = store.merge(keep, others, table=table, by=who, on=given.day, reason=reason, dry_run=dry_run)
        last = store.batches()[-1].number
    done = not dry_run and not change.proposal
    out.print(f"{'Merged' if done else 'Would be'}: {change}")
    tell_shown(change, given.login)
    if done:
        out.print(f"Take it back with: rohnamo undo {last}")


@command(app)
def undo(
    given: Steward,
    number: Annotated[int | None, typer.Argument(help="Number of the batch; without one, the last.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the batches, and undo nothing.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Take back what an import, an edit, a merge or an undoing did, whole or not at all."""
    who = "" if list_ else given.author
    with given.opened(signed_in=given.signed_in) as store:
        if list_:
            batches = store.batches()
            if not batches:
                out.print("Nothing was stored yet.")
            for line in batches:
                out.print(_line(line))
            return
        batch = undoable(store.db, number)
        change = store.undo(batch, by=who, on=given.day, dry_run=dry_run)
        done = store.batches()[-1]
    out.print(f"{'Would be' if dry_run else 'Undone'}: {change}")
    tell_shown(change, given.login)
    if not dry_run:
        out.print(f"This is batch {done.number} ({done.file}); to have it back: rohnamo undo {done.number}")


@command(app)
def agree(
    given: SignedIn,
    what: Annotated[
        str, typer.Argument(help="Number of the act, or id of the proposal; without one, what waits is listed.")
    ] = "",
    other: Annotated[str, typer.Option("--and", help="Login of a second person, where the act has no known one.")] = "",
) -> None:
    """Agree to what an act shows, or list what waits; who agrees signs in with their own password and code."""
    day = given.day
    with given.opened(signed_in=admitted(given.accounts)) as store:
        store.catch_up(on=day)
        acts = store.waiting(int(what) if what.isdigit() else None) if not what or what.isdigit() else []
        proposals = [proposal for proposal in store.proposals() if proposal.id == what or not what]
        would = {proposal.id: store.would_show(proposal.id, on=day) for proposal in proposals}
        whole = VisibleRecords(store.tables() if acts or proposals else {}, given.region, day, key=store.key)
        _print_acts(acts, store, whole)
        for proposal in proposals:
            _print_proposal(proposal, would[proposal.id], store, whole)
        if what and not (acts or proposals):
            raise NotFound(f"{what}: nothing of this number or id waits; `rohnamo agree` lists what does")
        if not what:
            both = " --and LOGIN" if any(not act.by for act in acts) else ""
            out.print(f"To agree: rohnamo agree NUMBER --as LOGIN{both}" if acts or proposals else "Nothing waits.")
            return
        authors = {act.by for act in acts} or {p.proposed_by if p.signed_in else "" for p in proposals}
        people = _who_agrees(authors, given.login, other, given.accounts)
        if acts:
            store.agree([act.showing for act in acts], by=people[0], also=people[-1], on=day)
        for person in people if proposals else ():  # of two the first has proposed it, where nobody was known to
            store.decide(what, "accepted", by=person, on=day, looked_at=digest_of(would[what]))
    effect = "it is shown from the next edition on"
    if any(proposal.kind == "erase" for proposal in proposals):
        effect = "it is erased for good; old backups, import reports and the sender's own file still hold it"
    out.print(f"Agreed to by {' and '.join(people)}; {effect}.")


def _print_acts(acts: "Sequence[Waiting]", store: "Directory", whole: VisibleRecords) -> None:
    for (batch, on, file, by), own in groupby(acts, key=lambda act: (act.batch, act.on, act.what, act.by)):
        author = by or "several, or somebody who did not sign in"
        done = f"{on}, {file}, by {author}" if batch else "other settings or another day"
        out.print(f"Act {batch}, {done}:")
        _print_shown(shown := [act.showing for act in own], whole)
        _print_kept_out(store, shown)


def _print_proposal(
    proposal: "Proposal", would: "Sequence[Showing]", store: "Directory", whole: VisibleRecords
) -> None:
    name, _ = about(proposal, whole, "en")
    words = [show(ASKED[proposal.kind], "en"), name, f"{proposal.link_entity} {proposal.link_id}"]
    by = proposal.proposed_by if proposal.signed_in else "somebody who did not sign in"
    out.print(
        f"Proposal {proposal.id}, {proposal.proposed_on}, {', '.join(words)}, by {by}: {why(proposal.reason, 'en')}"
    )
    _print_shown(would, whole)
    further = new_records(json.loads(proposal.fields)) if proposal.kind == "new" else []
    for record in further:
        _print_people(record.table, record.__dict__)
    _print_kept_out(store, would, further)


def _print_kept_out(store: "Directory", shown: "Sequence[Showing]", further: "Sequence[Record]" = ()) -> None:
    ids: dict[str, list[str]] = {}
    for showing in shown:
        if showing.table in RECORDS:
            ids.setdefault(showing.table, []).append(showing.id)
    records = [record for table, own in ids.items() for record in store.records(RECORDS[table]) if record.id in {*own}]
    there = Enlarged(store, further)
    if not (alike := like_kept_out(there, [*records, *further], area=store.area)):
        return
    names = {record.id: record.__dict__["name"] for kind in (Organization, Service) for record in there.records(kind)}
    for entry in alike:
        both = f"{names[entry.entry]} ({entry.entry}) = {names[entry.kept_out]} ({entry.kept_out})"
        out.print(f"    LOOK at both first, it looks like one that is kept out of every list: {entry.table} {both}")


def _who_agrees(authors: set[str], login: str, other: str, accounts: Path) -> list[str]:
    if "" in authors and not other:
        raise InvalidRecord("nobody alone signed in for this: two people agree, with --as LOGIN and --and LOGIN")
    return [acting(person, accounts, "approve") for person in ([login, other] if "" in authors else [login])]


def _print_shown(shown: "Sequence[Showing]", whole: VisibleRecords) -> None:
    for entry in in_words(by_entry(shown, whole), whole, whole.area, "en"):
        label = show(entry.label, "en") if entry.label else ""
        nameless = entry.id if label and not entry.name else ""
        told = [entry.name, label, entry.organization, nameless, _to(entry.audiences)]
        out.print(f"    {', '.join(filter(None, told))}")
        for of, audiences, records in entry.groups:
            part = ", ".join(filter(None, [show(of, "en") if of else "", "" if entry.audiences else _to(audiences)]))
            for record in records:
                for name, before, now in record.rows:
                    change = f"{before} -> {now or '-'}" if before else now or "-"
                    out.print(f"        {part}: {show(name, 'en')}: {change}")
                if not record.rows:
                    out.print(f"        {part}: is not seen yet")
    for showing in shown:
        _print_people(showing.table, {name: now for name, (_, now) in showing.fields.items()})


def _to(audiences: Sequence[Audience]) -> str:
    return f"to {', '.join(show(AUDIENCE_LABELS[name], 'en') for name in audiences)}" if audiences else ""


def _print_people(table: str, fields: Mapping[str, Any]) -> None:
    for name in fields_with_people(table, fields):
        out.print(f"    LOOK first, it looks like somebody's name: {name}: {_text(fields[name])}")


@command(app)
def history(record: Annotated[str, typer.Argument(help="Id of the record.")], given: OfDirectory) -> None:
    """Show every change of a record: when, by whom, from which file, and what it was before."""
    with given.opened() as store:
        lines = store.history(record)
    if not lines:
        raise NotFound(f"{record}: the history tells nothing of it; is it the private id?")
    for line in lines:
        reason = f": {line['reason']}" if line["reason"] else ""
        text = f"{line['on']}  batch {line['batch']}  {line['change']} by {line['by']} ({line['file']}{reason})"
        out.print(text)
        before, after = line["before"] or {}, line["after"] or {}
        for name in after or before:
            old, new = before.get(name), after.get(name)
            if old != new and name != "id":
                out.print(f"    {name}: {_text(old)} -> {_text(new)}")


@command(app)
def contacts(
    words: Annotated[str, typer.Argument(help="Part of a person's name, in any script, or of a number.")],
    given: OfDirectory,
) -> None:
    """Show the contacts and phones in which a name or a number stands, with the ids by which they are erased."""
    wanted, digits = skeleton(words), re.sub(r"\D", "", words)
    found = []
    with given.opened() as store:
        bodies = {organization.id: organization.__dict__["name"] for organization in store.records(Organization)}
        for table, fields in (("contact", ("name", "email")), ("phone", ("number", "description"))):
            for record in store.records(RECORDS[table]):
                texts = {name: str(record.__dict__[name]) for name in fields if record.__dict__.get(name)}
                hit = len(digits) >= 4 and digits in re.sub(r"\D", "", texts.get("number", ""))
                if hit or (wanted and any(wanted in skeleton(text) for text in texts.values())):
                    owner = bodies.get(record.__dict__.get("organization_id") or "", "")
                    found.append(f"{record.id}  {table}  {'; '.join(filter(None, [*texts.values(), owner]))}")
    for line in found:
        out.print(line)
    out.print(f"{len(found)} found. To forget one for good: rohnamo erase ID" if found else "None found.")


@command(app)
def erase(
    record: Annotated[str, typer.Argument(help="Id of a contact or a phone.")],
    reason: ReasonOption,
    given: Steward,
) -> None:
    """Hide a person's contact or a phone, and remove it for good once another agrees; that cannot be undone."""
    who = given.author
    with given.opened(signed_in=given.signed_in) as store:
        proposal = store.erase(record, by=who, on=given.day, reason=reason)
    out.print("Hidden from the next edition on: publish anew.")
    tell_waits(proposal, given.login)


def _line(line: "BatchLine") -> str:
    did = f"{line.added} new, {line.changed} changed, {line.removed} removed"
    off = line.undone_by
    undone = f"; undone by {off.by} on {off.on} (batch {off.number})" if off else ""
    reason = f" ({line.reason})" if line.reason else ""
    return f"{line.number:5}  {line.on}  {line.file}{reason} by {line.by}: {did}{undone}"


def _said(claim: "Claimed") -> str:
    return f"{_text(claim.value)} ({claim.source}{f', as of {claim.on}' if claim.on else ''})"


def _text(value: Any) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)
