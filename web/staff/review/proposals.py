"""Agree: what waits for a second person, beside how it is now."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.erasure import StillTold
from mapping.directory.proposals import Outdated, SamePerson, new_records
from mapping.directory.rows import Proposal
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import RECORDS, WHOLES, Record
from mapping.safety.agreed import Showing, digest_of
from mapping.safety.people import two_people
from web.access.accounts import NOT_ADMITTED, Account
from web.access.deputies import on_leave
from web.access.guard import Open, accounts, log, me, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.agreeing import ASKED, about, due_on, may_agree, others, why
from web.staff.common import directory, everything_seen, is_me, is_other_person
from web.staff.fields import AUDIENCE_LABELS, CHOOSE, FIELDS, LABELS, TABLES, said
from web.staff.imports.reading import opened_by
from web.staff.operations.publish import count_refusal, too_many_refusals
from web.staff.persons import people_in
from web.staff.records.forget import told
from web.staff.records.lists import WorkList, WorkRow, work_page
from web.staff.review.shown import ShownAct, acts, alike_kept_out, shown_entries
from web.staff.visible import name_of
from web.staff.work import comes_in_time, how_far
from web.stores.deeds import Deed

agree = Blueprint("agree", __name__)
blueprint = agree

ROUTES: dict[str, Action | Open] = {"agree.waiting": "approve", "agree.one": "approve"}
APPROVALS = Message("Approvals")
MENU = (MenuItem("waiting.html", APPROVALS, "approve", 30),)

TAKES_TWO = Message(
    "After that day more people are told. Nothing is ever agreed to because time passed: it takes two people, however "
    "late."
)
SEVERAL = Message("several, or somebody who did not sign in")
NO_ACT = Message("A day passed, or settings, the study area or the vocabulary changed")

DEED_OF: dict[str, Deed] = {
    "accepted": "proposal_accepted",
    "refused": "proposal_refused",
    "withdrawn": "proposal_withdrawn",
}
OUTDATED = Message("Somebody else changed this record or decided meanwhile. Look at it again.")
SAME = Message("You proposed this yourself: somebody else must agree.")
AGAIN = Message("Password or code is not right. Nothing was erased.")
STILL_TOLD = Message(
    "Nothing was erased: these texts still say it. Change them first, since once it is erased nothing looks for it."
)


@agree.get("/<language>/waiting.html")
def waiting(language: str) -> str:
    """Show what waits for a second person, and who proposed it."""
    return work_page(language, APPROVALS, approvals_lists(), todo=TAKES_TWO, away=away())


def approvals_lists() -> list[WorkList]:
    """Return what waits for somebody like the person signed in to agree: proposals, and what acts would show."""
    proposals = [proposal for proposal in directory().proposals() if may_see(proposal)]
    return [
        WorkList(Message("Changes wait for a second person"), "bad", "waiting.html", proposals, _row),
        WorkList(
            Message("What would newly be shown waits for a second person"), "bad", "waiting.html", acts(), _act_row
        ),
    ]


def _row(proposal: Proposal, language: str) -> WorkRow:
    name, _ = about(proposal, everything_seen(), language)
    return WorkRow(
        f"{ASKED[proposal.kind].into(language)}: {name}",
        f"p/{proposal.id}.html",
        TABLES[proposal.link_entity].into(language) if proposal.link_entity in TABLES else "",
        (why(proposal.reason, language),),
        by=proposal.proposed_by,
        on=proposal.proposed_on,
        until=due(proposal.proposed_on),
    )


def _act_row(act: ShownAct, language: str) -> WorkRow:
    newly = (f"{AUDIENCE_LABELS[audience].into(language)}: {count}" for audience, count in act.audiences.items())
    return WorkRow(
        act.what if act.number else NO_ACT.into(language),
        f"shown/{act.number}.html",
        notes=(Message("records newly seen by"), ", ".join(newly)),
        by=act.by or SEVERAL.into(language),
        on=act.on,
        until=due(act.on),
    )


def due(proposed_on: dt.date) -> dt.date:
    """Return the day by which a second person should have answered."""
    return due_on(proposed_on, study_area().settings.second_person_days)


def away() -> list[Account]:
    """Return who may agree somewhere and is on leave."""
    return [account for account in accounts().accounts() if account.may("approve") and on_leave(account, today())]


def may_see(proposal: Proposal) -> bool:
    """Whether a proposal is about something that the person sees, in a region where they may agree."""
    return may_agree(me(), proposal, directory(), everything_seen())


@agree.route("/<language>/p/<number>.html", methods=["GET", "POST"])
def one(language: str, number: str) -> ResponseReturnValue:
    """Show a proposal beside how it is now, and take what a second person says."""
    proposal = directory().proposal(number)
    if not may_see(proposal):
        raise NotFound("there is no such proposal")
    if request.method == "GET" or proposal.decision != "waiting":
        if (work := opened_by(proposal, language)) is not None and not comes_in_time(work):
            return how_far(language, work)
        return _page(language, proposal)
    choice, note = request.form.get("choice", ""), request.form.get("note", "").strip()
    if choice not in DEED_OF:
        return _page(language, proposal, wrong={"choice": CHOOSE}), 400
    if choice == "accepted" and not is_other_person(proposal.proposed_by):
        return _page(language, proposal, problem=NOT_ADMITTED if not me().counts else SAME), 403
    erases = choice == "accepted" and proposal.kind == "erase"
    if erases and not is_me():
        return _page(language, proposal, problem=AGAIN), 400
    if erases and too_many_refusals(me().login):
        return _page(language, proposal, problem=STILL_TOLD), 409
    try:
        looked_at = request.form.get("shows", "")
        directory().decide(number, choice, by=me().login, on=today(), note=note, looked_at=looked_at)  # type: ignore[arg-type]
    except Outdated:
        return _page(language, directory().proposal(number), problem=OUTDATED), 409
    except SamePerson:
        return _page(language, proposal, problem=SAME), 403
    except StillTold as error:
        count_refusal(f"erase {proposal.link_entity}", who=me().login)
        details = [*map(str, error.leaks)] if me().may("reveal") else []
        return _page(language, proposal, problem=STILL_TOLD, details=details), 409
    except InvalidRecord:
        return _page(language, proposal, problem=OUTDATED), 409
    deed: Deed = "person_erased" if erases else DEED_OF[choice]
    log(deed, subject=f"{proposal.link_entity} {proposal.link_id}", reason=note)
    return redirect(f"/{language}/waiting.html?done", code=303)


def _page(language: str, proposal: Proposal, **more: object) -> str:
    name, path = about(proposal, everything_seen(), language)
    shows, work, further = _shows(proposal), opened_by(proposal, language), _proposed(proposal)
    return page(
        "staff/proposal.html",
        language,
        one=proposal,
        name=name,
        path=path,
        rows=list(_rows(proposal, language)),
        asked=ASKED,
        shown=shown_entries(shows, language),
        alike=alike_kept_out(shows, language, further),
        people=people_in(shows, ((record.table, record.__dict__) for record in further)),
        shows=digest_of(shows),
        mine=not two_people(proposal.proposed_by, me().login),
        label=TABLES.get(proposal.link_entity),
        map_=work.result() if work and proposal.kind == "map" else None,
        calls=work.result() if work and proposal.kind == "phones" else None,
        **more,
    )


def _proposed(proposal: Proposal) -> list[Record]:
    waits = proposal.kind == "new" and proposal.decision == "waiting"
    return new_records(json.loads(proposal.fields)) if waits else []


def _shows(proposal: Proposal) -> list[Showing]:
    """Return what a proposal that waits would newly show; nothing where it cannot be done any more."""
    try:
        return directory().would_show(proposal.id, on=today()) if proposal.decision == "waiting" else []
    except InvalidRecord:
        return []


def _rows(proposal: Proposal, language: str) -> list[tuple[Message, str, str]]:
    fields, table = json.loads(proposal.fields), proposal.link_entity
    whole, area = everything_seen(), study_area()
    if proposal.kind == "new":
        return [row for record in new_records(fields) for row in _new_rows(record, language)]
    if proposal.kind == "statement":
        return _statement_rows(proposal, fields, language)
    if proposal.kind == "erase":
        log("person_looked_for", subject=proposal.link_id, reason=proposal.reason)
        return [(TABLES[table], " · ".join(filter(None, (who.said, who.owner))), "") for who in told(proposal.link_id)]
    now = whole.record(table, proposal.link_id) if whole.has(table, proposal.link_id) else None
    if proposal.kind == "merge":
        survivor = name_of(whole, now, language)
        return [
            (TABLES[table], name_of(whole, whole.record(table, other), language), survivor)
            for other in others(proposal)
        ]
    if proposal.kind == "audience":
        before = AUDIENCE_LABELS[now.audience].into(language) if now is not None else ""
        return [(LABELS["audience"], before, AUDIENCE_LABELS[fields["value"]].into(language))]
    if table not in FIELDS or (now is None and proposal.kind != "add"):
        return []  # what is for custodians only is looked at by revealing it, not here
    names = [name for name in (*FIELDS[table], "do_not_list") if name in fields or (proposal.kind == "remove" and now)]

    def words(name: str, value: Any) -> str:
        return said(table, name, value, area, language)

    return [
        (LABELS[name], words(name, getattr(now, name, None)) if now else "", words(name, fields.get(name)))
        for name in names
        if name in RECORDS[table].model_fields
    ]


def _new_rows(record: Any, language: str) -> Iterator[tuple[Message, str, str]]:
    for name in FIELDS.get(record.table, ()):
        if getattr(record, name, None) not in (None, "") and (name != "audience" or record.table in WHOLES):
            yield LABELS[name], "", said(record.table, name, getattr(record, name), study_area(), language)
    if record.table == "service_at_location" and everything_seen().has("location", record.location_id):
        known = everything_seen().record("location", record.location_id)
        yield TABLES["location"], "", name_of(everything_seen(), known, language)


def _statement_rows(proposal: Proposal, fields: dict[str, Any], language: str) -> list[tuple[Message, str, str]]:
    whole = everything_seen()
    now = whole.record("statement", proposal.link_id) if whole.has("statement", proposal.link_id) else None
    return [
        (
            label,
            statement_words(name, getattr(now, name, None), language),
            statement_words(name, fields[name], language),
        )
        for name, label in STATEMENT_FIELDS.items()
    ]


def statement_words(name: str, value: Any, language: str) -> str:
    """Return what a field of a statement says, in words."""
    area = study_area()
    if value and name == "service_type":
        return str(Vocabulary.load("service_types").label(value, language))
    if value and name == "audience":
        return AUDIENCE_LABELS[value].into(language)
    return area.label(value, language) if name == "area_unit" and value in area.all_units() else value or ""


STATEMENT_FIELDS: dict[str, Message] = {
    "text": Message("What can be arranged"),
    **{name: LABELS[name] for name in ("route", "service_type", "area_unit", "audience")},
}
