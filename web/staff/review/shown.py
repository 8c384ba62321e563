"""What acts would newly show: each act with its records before and now, and a second person who agrees to all of it."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, current_app, redirect
from flask.typing import ResponseReturnValue

from mapping.directory.gate import OnePerson, Waiting
from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.model import RECORDS, WHOLES, Audience, references
from mapping.safety.agreed import THRESHOLD, Showing
from web.access.accounts import Accounts
from web.access.guard import Open, log, me
from web.access.roles import Action
from web.access.signin import page
from web.staff.common import directory, everything_seen, study_area, today
from web.staff.fields import LABELS, TABLES, said
from web.staff.visible import VisibleRecords, name_of

blueprint = Blueprint("shown", __name__)

ROUTES: dict[str, Action | Open] = {
    "shown.act": "approve",
    "shown.take_up": "approve",
    "shown.agree": "approve",
}
MENU = ()

SAMPLE = 50
"""Records of one act that its page shows; the rest is counted."""

THRESHOLDS = {
    "case_cells": Message("Least number of people in a count that is shown"),
    "providers": Message("Least number of organizations whose answers are added up"),
}
SAME = Message("You did this yourself: somebody else must agree.")
GONE = Message("This is no longer what would be shown. Look at it again.")


@dataclass(frozen=True)
class ShownAct:
    """An act whose difference waits: what was done, by whom, and how many records it would show to whom."""

    number: int
    what: str
    by: str
    on: Any
    records: int
    audiences: Counter[Audience]


def acts() -> list[ShownAct]:
    """Return the acts whose differences wait for somebody like the person signed in, oldest first."""
    directory().catch_up(on=today())
    found = [each for each in directory().waiting() if _may_agree(each.showing)]
    return [_act(number, list(own)) for number, own in groupby(found, key=lambda each: each.batch)]


@blueprint.get("/<language>/shown/<int:number>.html")
def act(language: str, number: int, *, problem: Message | None = None) -> str:
    """Show what an act would newly show, before and now, record by record."""
    found = [each for each in directory().waiting(number) if _may_agree(each.showing)]
    if not found:
        raise NotFound("nothing of this waits")
    records = shown_records([each.showing for each in found], language)
    mine, nobody = not _other_person(found), any(not each.by for each in found)
    told = {"act": _act(number, found), "records": records[:SAMPLE], "more": max(0, len(records) - SAMPLE)}
    return page("staff/shown.html", language, **told, mine=mine, nobody=nobody, problem=problem)


@blueprint.post("/<language>/shown/<int:number>/take-up")
def take_up(language: str, number: int) -> ResponseReturnValue:
    """Stand for what nobody who signed in did, so that somebody else can agree to it."""
    found = [each.showing for each in directory().waiting(number) if not each.by and _may_agree(each.showing)]
    if not found:
        abort(404)
    try:
        directory().take_up(found, by=me().login, on=today())
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("taken_up", subject=f"act {number}: {len(found)} differences")
    return redirect(f"/{language}/shown/{number}.html", code=303)


@blueprint.post("/<language>/shown/<int:number>")
def agree(language: str, number: int) -> ResponseReturnValue:
    """Agree to all that an act shows, exactly as it stands."""
    found = [each for each in directory().waiting(number) if _may_agree(each.showing)]
    if not found:
        abort(404)
    if not _other_person(found):
        return act(language, number, problem=SAME), 403
    try:
        directory().agree([each.showing for each in found], by=me().login, on=today())
    except OnePerson:
        return act(language, number, problem=SAME), 403
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("agreed", subject=f"act {number}: {len(found)} differences")
    return redirect(f"/{language}/waiting.html?done", code=303)


def _may_agree(one: Showing) -> bool:
    """Whether the person sees the record, in a region where they may agree."""
    whole = everything_seen()
    if one.table == THRESHOLD:
        return me().may("approve")
    if not whole.has(one.table, one.id):
        return me().role == "custodian" and me().may("approve")
    units = whole.units(whole.record(one.table, one.id))
    return me().may("approve", units) if units else me().may("approve")


def _other_person(found: list[Waiting]) -> bool:
    accounts: Accounts = current_app.config["ACCOUNTS"]
    return all(each.by and not accounts.one_person(each.by, me().login) for each in found)


def _act(number: int, found: list[Waiting]) -> ShownAct:
    records = {(each.showing.table, each.showing.id) for each in found}
    audiences = Counter(each.showing.audience for each in found)
    return ShownAct(number, found[0].what, found[0].by, found[0].on, len(records), audiences)


def shown_records(shown: list[Showing], language: str) -> list[dict[str, Any]]:
    """Return the records of which something would newly be shown, with that, as far as somebody may see them."""
    whole = everything_seen()
    visible = [each for each in shown if _may_agree(each)]
    by_record = groupby(sorted(visible, key=_record_of), key=_record_of)
    return [_record(whole, list(own), language) for _, own in by_record]


def _record_of(one: Showing) -> tuple[str, str]:
    return one.table, one.id


def _record(whole: VisibleRecords, shown: list[Showing], language: str) -> dict[str, Any]:
    """Return a record with the fields that would newly be shown, before and now."""
    one, area = shown[0], study_area()
    audiences = [each.audience for each in shown]
    if one.table == THRESHOLD:
        before, now = one.fields["least"]
        return {"label": None, "name": "", "rows": [(THRESHOLDS[one.id], before, now)], "audiences": audiences}
    owner = whole.owner(whole.record(one.table, one.id)) if whole.has(one.table, one.id) else None
    rows = [
        (LABELS[field], said(one.table, field, before, area, language), said(one.table, field, now, area, language))
        for field, (before, now) in one.fields.items()
        if field in LABELS
    ]
    for field, (before, now) in one.fields.items():
        table = references(RECORDS[one.table]).get(field, "")
        if table in WHOLES:
            rows.append((TABLES[table], _name(whole, table, before, language), _name(whole, table, now, language)))
    return {
        "label": TABLES.get(one.table),
        "name": _name(whole, *owner, language) if owner else "",
        "rows": rows,
        "audiences": audiences,
    }


def _name(whole: VisibleRecords, table: str, record: str | None, language: str) -> str:
    """Return what a record is called; "" for none, and for one that is not seen here."""
    return name_of(whole, whole.record(table, record), language) if record and whole.has(table, record) else ""
