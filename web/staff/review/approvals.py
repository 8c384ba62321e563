"""Approvals: what waits for a second person, each on one page beside how it is now; and who agrees to it.

Two things wait: proposals, which change nothing until somebody else agrees, and acts, which are stored and of which
nobody sees what would newly be shown until then.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.erasure import StillTold
from mapping.directory.gate import OnePerson, Waiting
from mapping.directory.proposals import OF_NO_RECORD, SamePerson, new_records
from mapping.directory.rows import Proposal
from mapping.editions.releases import Plan
from mapping.errors import FormatError, InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.model import RECORDS, WHOLES, Audience, Record
from mapping.quality.kept_out import Enlarged, like_kept_out
from mapping.safety.agreed import Showing, digest_of
from mapping.safety.persons import same_person, two_people
from web.access.accounts import NOT_ADMITTED, Account
from web.access.deputies import on_leave
from web.access.guard import accounts, log, me, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.agreeing import ASKED, about, may_agree, may_agree_to_show, others, others_of_list, why
from web.staff.common import directory, everything_seen, is_me, is_other_person, to_be_met
from web.staff.fields import AUDIENCE_LABELS, CHOOSE, FIELDS, LABELS, TABLES, said
from web.staff.imports import reading
from web.staff.operations.publish import FOR, built_by_others, count_refusal, too_many_refusals
from web.staff.persons import people_in
from web.staff.records.forget import told
from web.staff.records.lists import WorkList, WorkRow, work_page
from web.staff.showing import by_entry, entries_page, name_in_words
from web.staff.visible import name_of

blueprint = Pages("approvals")

APPROVALS = Message("Approvals")

TAKES_TWO = Message(
    "After that day more people are told. Nothing is ever agreed to because time passed: it takes two people, however "
    "late."
)
SEVERAL = Message("several, or somebody who did not sign in")
NO_ACT = Message("A day passed, or settings, the study area or the vocabulary changed")
CHOICES = ("accepted", "refused", "withdrawn")
OUTDATED = Message("Somebody else changed this record or decided meanwhile. Look at it again.")
MET = Message("I have met this person: it is who the account says, and they signed in before me")
SAME = Message("You proposed this yourself: somebody else must agree.")
DONE_YOURSELF = Message("You did this yourself: somebody else must agree.")
AGAIN = Message("Password or code is not right. Nothing was erased.")
FILE_GONE = Message(
    "The file is no longer here, so that nothing of it can be shown. Ask for it again before you agree."
)
GONE = Message("This is no longer what would be shown. Look at it again.")
STILL_TOLD = Message(
    "Nothing was erased: these texts still say it. Change them first, since once it is erased nothing looks for it."
)


class ShownAct(NamedTuple):
    """An act whose difference waits: what was done, by whom, and how many records it would show to whom."""

    number: int
    what: str
    by: str
    on: dt.date
    audiences: Counter[Audience]


# -- the queue -------------------------------------------------------------------------------------------------------


@blueprint.page("approve", "waiting.html", menu=(APPROVALS, 30))
def waiting(language: str) -> str:
    """Show what waits for a second person, and who proposed it."""
    away = [account for account in accounts().accounts() if account.may("approve") and on_leave(account, today())]
    return work_page(language, APPROVALS, approvals_lists(), todo=TAKES_TWO, away=away)


def approvals_lists() -> list[WorkList]:
    """Return what waits for somebody like the person signed in to agree: proposals, and what acts would show."""
    directory().catch_up(on=today())
    newly = Message("What would newly be shown waits for a second person")
    return [
        WorkList(Message("Changes wait for a second person"), "bad", "waiting.html", proposals(), _row),
        WorkList(newly, "bad", "waiting.html", acts(), _act_row),
        WorkList(Message("Editions to be looked at"), "bad", "publish.html", built_by_others(), _edition_row),
        WorkList(Message("People to be met"), "warn", "waiting.html", _people_to_meet(), _person_row, MET),
    ]


def _edition_row(plan: Plan, language: str) -> WorkRow:
    return WorkRow(FOR[plan.audience].into(language), f"next/{plan.audience}.html", by=plan.by, on=plan.day)


def _people_to_meet() -> list[Account]:
    """Return whom somebody from outside may say to have met; administrators do so on the page of the account."""
    if not me().counts or not me().may("meet") or me().may("administer"):
        return []
    return [account for account in to_be_met() if account.enrolled and me().login not in account.admission.met_by]


def _person_row(account: Account, _language: str) -> WorkRow:
    return WorkRow(account.name, about=account.login, action=f"people/{account.id}/meet", buttons=(("met", "1", MET),))


def proposals() -> list[Proposal]:
    """Return the proposals that the person may agree to; the numbers of a list stand with its map."""
    found = [proposal for proposal in directory().proposals() if may_see(proposal)]
    return [
        proposal
        for proposal in found
        if proposal.kind != "phones" or "map" not in {other.kind for other in others_of_list(proposal, directory())}
    ]


def acts() -> list[ShownAct]:
    """Return the acts whose differences wait for somebody like the person signed in, oldest first."""
    by_act = groupby(_theirs_to_see(directory().waiting()), key=lambda difference: difference.batch)
    return [_act(number, list(differences)) for number, differences in by_act]


def may_see(proposal: Proposal) -> bool:
    """Whether a proposal is about something that the person sees, in a region where they may agree."""
    return may_agree(me(), proposal, directory(), everything_seen())


def _row(proposal: Proposal, language: str) -> WorkRow:
    name, _ = about(proposal, everything_seen(), language)
    table = TABLES[proposal.link_entity].into(language) if proposal.link_entity in TABLES else ""
    return WorkRow(
        f"{ASKED[proposal.kind].into(language)}: {name}",
        f"p/{proposal.id}.html",
        table,
        (why(proposal.reason, language),),
        by=proposal.proposed_by,
        on=proposal.proposed_on,
        until=_due(proposal.proposed_on),
    )


def _act_row(act: ShownAct, language: str) -> WorkRow:
    newly = (f"{AUDIENCE_LABELS[audience].into(language)}: {count}" for audience, count in act.audiences.items())
    return WorkRow(
        act.what if act.number else NO_ACT.into(language),
        f"shown/{act.number}.html",
        notes=(Message("records newly seen by"), ", ".join(newly)),
        by=act.by or SEVERAL.into(language),
        on=act.on,
        until=_due(act.on),
    )


def _due(begun: dt.date) -> dt.date:
    return begun + dt.timedelta(study_area().settings.second_person_days)


def _theirs_to_see(differences: list[Waiting]) -> list[Waiting]:
    whole, person = everything_seen(), me()
    return [difference for difference in differences if may_agree_to_show(person, difference.showing, whole)]


def _act(number: int, differences: list[Waiting]) -> ShownAct:
    first = differences[0]
    audiences = Counter(difference.showing.audience for difference in differences)
    return ShownAct(number, first.what, first.by, first.on, audiences)


# -- what an act would show ------------------------------------------------------------------------------------------


@blueprint.page("approve", "shown/<int:number>.html")
def act(language: str, number: int, *, problem: Message | None = None) -> str:
    """Show what an act would newly show, before and now, entry by entry: first what the person may agree to."""
    differences = _theirs_to_see(directory().waiting(number))
    if not differences:
        raise NotFound("nothing of this waits")
    theirs = _of_others(differences)
    shows = [difference.showing for difference in theirs or differences]
    done = _act(number, differences)
    return page(
        "staff/approval.html",
        language,
        act=done,
        is_mine=not theirs,
        is_nobodys=not theirs and any(not difference.by for difference in differences),
        may_press=_who_may_press(done.by, differences),
        problem=problem,
        shows=digest_of(shows),
        **_shown_in_words(shows, language),
    )


@blueprint.act("widen", "shown/<int:number>/take-up")
def take_up(language: str, number: int) -> ResponseReturnValue:
    """Stand for what nobody who signed in did alone, so that somebody else can agree to it."""
    showings = [difference.showing for difference in _theirs_to_see(directory().waiting(number)) if not difference.by]
    if not showings:
        abort(404)
    try:
        directory().take_up(showings, by=me().login, on=today())
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("taken_up", subject=f"act {number}: {len(showings)} differences")
    return redirect(f"/{language}/shown/{number}.html", code=303)


@blueprint.act("approve", "shown/<int:number>")
def agree(language: str, number: int) -> ResponseReturnValue:
    """Agree to what an act shows and somebody else did, exactly as it stands: all of it, or the ticked entries."""
    waits = _theirs_to_see(directory().waiting(number))
    if not waits:
        abort(404)
    showings = [difference.showing for difference in _of_others(waits)]
    if not showings:
        return act(language, number, problem=DONE_YOURSELF), 403
    if request.form.get("shows") != digest_of(showings):
        return act(language, number, problem=GONE), 409
    if request.form.get("choice") == "ticked":
        ticked = {*request.form.getlist("entry")}
        entries = by_entry(showings, everything_seen())
        showings = [one for owner, found in entries.items() if "/".join(owner) in ticked for one in found]
        if not showings:
            return act(language, number, problem=CHOOSE), 400
    try:
        directory().agree(showings, by=me().login, on=today())
    except OnePerson:
        return act(language, number, problem=DONE_YOURSELF), 403
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("agreed", subject=f"act {number}: {len(showings)} differences")
    return redirect(f"/{language}/waiting.html?done", code=303)


def _of_others(differences: list[Waiting]) -> list[Waiting]:
    doers = {doer for doer in {difference.by for difference in differences} if is_other_person(doer)}
    return [difference for difference in differences if difference.by in doers]


def _who_may_press(by: str, waits: Sequence[Proposal | Waiting]) -> list[Account]:
    store, whole = directory(), everything_seen()
    return [
        account
        for account in accounts().accounts()
        if account.counts
        and not account.disabled
        and not same_person(by, account.login)
        and any(may_agree(account, each, store, whole) for each in waits[:1])
    ]


def _shown_in_words(shows: Sequence[Showing], language: str, further: Sequence[Record] = ()) -> dict[str, object]:
    """Return what is told of differences: entry by entry, like which hidden one they look, and whom they name."""
    whole = everything_seen()
    values = entries_page(shows, whole, language) | {"alike": _alike_kept_out(shows, language, further)}
    people = people_in(shows, ((record.table, record.__dict__) for record in further))
    return values | {"people": people}


def _alike_kept_out(shows: Sequence[Showing], language: str, further: Sequence[Record]) -> list[tuple[str, str, str]]:
    whole = everything_seen()
    records = [record for showing in shows if (record := whole.get(showing.table, showing.id)) is not None]
    there, pairs = (Enlarged(whole, further), None) if further else (whole, whole.doubles)
    proposed = {record.id: record for record in further}
    alike = []
    for table, entry, other, pair in like_kept_out(there, [*records, *further], area=study_area(), pairs=pairs):
        name = name_of(whole, proposed.get(entry) or whole.record(table, entry), language)
        path = f"r/{table}/{other}.html" if entry in proposed else f"d/{table}/{pair.one}/{pair.other}.html"
        alike.append((name, name_in_words(whole, table, other, language), path))
    return alike


# -- proposals -------------------------------------------------------------------------------------------------------


@blueprint.form("approve", "p/<number>.html")
def one(language: str, number: str) -> ResponseReturnValue:
    """Show a proposal beside how it is now, and take what a second person says."""
    proposal = directory().proposal(number)
    if not may_see(proposal):
        raise NotFound("there is no such proposal")
    if request.method == "GET" or proposal.decision != "waiting":
        return _page(language, proposal)
    choice, note = request.form.get("choice", ""), request.form.get("note", "").strip()
    if choice not in CHOICES:
        return _page(language, proposal, wrong={"choice": CHOOSE}), 400
    if choice == "accepted" and not is_other_person(proposal.proposed_by):
        return _page(language, proposal, problem=SAME if me().counts else NOT_ADMITTED), 403
    looked_at = request.form.get("shows", "")
    if choice == "accepted" and proposal.kind in ("map", "phones"):
        try:
            reading.agree(proposal, by=me().login, note=note, looked_at=looked_at)
        except FormatError:
            return _page(language, directory().proposal(number), problem=FILE_GONE), 409
        except (InvalidRecord, NotFound):
            return _page(language, directory().proposal(number), problem=OUTDATED), 409
        return redirect(f"/{language}/waiting.html?done", code=303)
    if choice == "accepted" and proposal.kind == "erase":
        if not is_me():
            return _page(language, proposal, problem=AGAIN), 400
        if too_many_refusals(me().login):
            return _page(language, proposal, problem=STILL_TOLD), 409
    try:
        for each in (proposal, *(others_of_list(proposal, directory()) if choice != "accepted" else ())):
            directory().decide(each.id, choice, by=me().login, on=today(), note=note, looked_at=looked_at)  # type: ignore[arg-type]
    except SamePerson:
        return _page(language, proposal, problem=SAME), 403
    except StillTold as error:
        count_refusal(f"erase {proposal.link_entity}", who=me().login)
        details = [*map(str, error.leaks)] if me().may("reveal") else []
        return _page(language, proposal, problem=STILL_TOLD, details=details), 409
    except InvalidRecord:
        return _page(language, directory().proposal(number), problem=OUTDATED), 409
    erased = choice == "accepted" and proposal.kind == "erase"
    log(
        "person_erased" if erased else f"proposal_{choice}",
        subject=f"{proposal.link_entity} {proposal.link_id}",
        reason=note,
    )
    return redirect(f"/{language}/waiting.html?done", code=303)


def _page(language: str, proposal: Proposal, **more: object) -> str:
    name, path = about(proposal, everything_seen(), language)
    opened = reading.opens(proposal, language)
    waits = proposal.decision == "waiting"
    shows = _shows(proposal) if opened is None else []
    visible = [showing for showing in shows if may_agree_to_show(me(), showing, everything_seen())]
    further = new_records(json.loads(proposal.fields)) if waits and proposal.kind == "new" else []
    return page(
        "staff/approval.html",
        language,
        one=proposal,
        name=name,
        path=path,
        rows=list(_rows(proposal, language)),
        asked=ASKED,
        is_mine=not two_people(proposal.proposed_by, me().login),
        may_press=_who_may_press(proposal.proposed_by, [proposal]) if waits else [],
        label=TABLES.get(proposal.link_entity) if proposal.kind not in OF_NO_RECORD else None,
        opened=opened,
        **_shown_in_words(opened.shown if opened else visible, language, further),
        shows=digest_of(opened.shown if opened else shows),
        **more,
    )


def _shows(proposal: Proposal) -> list[Showing]:
    """Return what a proposal that waits would newly show; nothing where it cannot be done any more."""
    try:
        return directory().would_show(proposal.id, on=today()) if proposal.decision == "waiting" else []
    except InvalidRecord:
        return []


def _rows(proposal: Proposal, language: str) -> Iterator[tuple[Message, str, str]]:
    fields, table, whole = json.loads(proposal.fields), proposal.link_entity, everything_seen()
    now = whole.get(table, proposal.link_id)
    if proposal.kind == "new":
        for record in new_records(fields):
            yield from _new_rows(record, language)
    elif proposal.kind == "statement":
        for name, label in STATEMENT_FIELDS.items():
            before, then = getattr(now, name, None), fields[name]
            yield label, statement_words(name, before, language), statement_words(name, then, language)
    elif proposal.kind == "erase":
        log("person_looked_for", subject=proposal.link_id, reason=proposal.reason)
        for who in told(proposal.link_id):
            yield TABLES[table], " · ".join(filter(None, (who.said, who.owner))), ""
    elif proposal.kind == "merge":
        for other in others(proposal):
            yield TABLES[table], name_in_words(whole, table, other, language), name_of(whole, now, language)
    elif proposal.kind == "audience":
        before = said(table, "audience", getattr(now, "audience", None), study_area(), language)
        yield LABELS["audience"], before, AUDIENCE_LABELS[fields["value"]].into(language)
    elif table in FIELDS and (now is not None or proposal.kind == "add"):  # else it is looked at by revealing it
        for name in (*FIELDS[table], "do_not_list"):
            if name in RECORDS[table].model_fields and (name in fields or (proposal.kind == "remove" and now)):
                values = (getattr(now, name, None), fields.get(name))
                before, then = (said(table, name, value, study_area(), language) for value in values)
                yield LABELS[name], before if now else "", then


def _new_rows(record: Any, language: str) -> Iterator[tuple[Message, str, str]]:
    for name in FIELDS.get(record.table, ()):
        if getattr(record, name, None) not in (None, "") and (name != "audience" or record.table in WHOLES):
            yield LABELS[name], "", said(record.table, name, getattr(record, name), study_area(), language)
    if record.table == "service_at_location" and everything_seen().has("location", record.location_id):
        yield TABLES["location"], "", name_in_words(everything_seen(), "location", record.location_id, language)


def statement_words(name: str, value: Any, language: str) -> str:
    """Return what a field of a statement says, in words."""
    return said("statement", name, value, study_area(), language)


STATEMENT_FIELDS: dict[str, Message] = {
    "text": Message("What can be arranged"),
    **{name: LABELS[name] for name in ("route", "service_type", "area_unit", "audience")},
}
