"""Pages of a provider: room in own services, a change of an own entry, and the checklist of standards.

What is sent goes into the inbox; a change or an answer counts when a steward has taken it, a word on room at once.
"""

import datetime as dt
from collections.abc import Mapping
from typing import cast, get_args

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import Entry
from web.access.guard import log, me, require, today
from web.access.pages import Pages
from web.access.roles import EVERYWHERE, Action
from web.partner.common import edition, inbox, page
from web.partner.finding.judgement import ROOMS
from web.stores.inbox import Capacity, Draft, InboxForm, Received, Room, StandardsAnswers, read_form

blueprint = Pages("own")


ROOM_DAYS = 7
"""A word on room holds for so many days and is then shown no more."""

FIELDS: dict[str, Message] = {
    "name": Message("Name of the service"),
    "description": Message("What is done here"),
    "application_process": Message("How to begin"),
    "eligibility_description": Message("Who is helped here"),
    "fees_description": Message("Cost"),
    "wait_time": Message("Waiting time"),
    "alert": Message("A notice for now"),
    "email": Message("Mail"),
    "url": Message("Web page"),
}
"""Fields of a service that a provider may propose to change. A new number is told by phone: two people check it."""

ATTRIBUTES = {
    "application_process": "application",
    "eligibility_description": "eligibility",
    "fees_description": "fees",
}
"""Fields of a service that an entry of an edition calls otherwise."""

ANSWERS: dict[str, Message] = {
    "met": Message("Met"),
    "partly": Message("Partly"),
    "not met": Message("Not met"),
    "unknown": Message("Not known"),
}


@blueprint.page("set_capacity", "rooms.html", menu=(Message("Our services"), 30))
def rooms(language: str) -> str:
    """Show the own services with buttons for their room, and what was proposed."""
    return page(
        "partner/rooms.html",
        language,
        services=_own(language),
        known=inbox().rooms(on=today()),
        rooms=ROOMS,
        lasts=ROOM_DAYS,
        proposed=_proposed(),
        decisions=inbox().decisions(),
    )


@blueprint.act("set_capacity", "rooms.html")
def set_room(language: str) -> ResponseReturnValue:
    """Note whether a service has room; it goes stale by itself."""
    entry = _entry(language, "set_capacity", request.form.get("service", ""))
    room = request.form.get("room", "")
    if room not in get_args(Room):
        raise InvalidRecord("choose again: room")
    until = today() + dt.timedelta(days=ROOM_DAYS)
    inbox().put(Capacity(service=entry.id, room=cast("Room", room), until=until), on=today(), sender=me().login)
    log("room_told", subject=entry.id)
    return redirect(f"/{language}/rooms.html#s-{entry.id}", code=303)


@blueprint.form("propose", "own/<identifier>.html")
def draft(language: str, identifier: str) -> ResponseReturnValue:
    """Propose a change of an own service; only what differs is sent."""
    entry = _entry(language, "propose", identifier)
    shown: dict[str, object] = {"entry": entry, "fields": FIELDS, "now": fields_of(entry)}
    if request.method == "GET":
        return page("partner/draft.html", language, **shown)
    sent = draft_of(entry, request.form)
    if sent is None:
        return page("partner/draft.html", language, same=True, **shown), 400
    inbox().put(sent, on=today(), sender=me().login)
    log("change_proposed", subject=entry.id)
    return redirect(f"/{language}/rooms.html#sent", code=303)


@blueprint.form("assess", "standards/<identifier>.html")
def standards(language: str, identifier: str) -> ResponseReturnValue:
    """Ask for the answers to the checklist that fits an own service."""
    entry = _entry(language, "assess", identifier)
    asked = checklist(entry)
    if request.method == "GET":
        shown: dict[str, object] = {"entry": entry, "asked": asked, "answers": ANSWERS, "before": _before(entry.id)}
        return page("partner/standards.html", language, **shown)
    given, shown_by = (
        {term.code: text for term in asked if (text := request.form.get(f"{field}-{term.code}", "").strip())}
        for field in ("a", "e")
    )
    if not given:
        raise InvalidRecord("choose again: answers")
    evidence = {code: text for code, text in shown_by.items() if code in given}
    fields: dict[str, object] = {"service": entry.id, "answers": given, "evidence": evidence}
    inbox().put(read_form(StandardsAnswers, fields), on=today(), sender=me().login)
    log("standards_answered", subject=entry.id)
    return redirect(f"/{language}/rooms.html#sent", code=303)


def checklist(entry: Entry) -> list[Term]:
    """Return the standards that a service should meet: those for all, for its families and for its kinds."""
    about = {None, *entry.types, *(code.partition("-")[0] for code in entry.types)}
    return [term for term in Vocabulary.load("standards").terms() if term.service_type in about]


def _own(language: str) -> list[Entry]:
    bodies = me().grants.organizations
    entries = edition().entries(language).values()
    return [entry for entry in entries if EVERYWHERE in bodies or entry.organization.id in bodies]


def _entry(language: str, action: Action, identifier: str) -> Entry:
    """Return an own service; one of others is refused, and one that is not there is not found."""
    entry = edition().entries(language).get(identifier)
    if entry is None:
        raise NotFound("no such page")
    require(action, [entry.organization.id])
    return entry


def fields_of(entry: Entry) -> dict[str, str]:
    """Return what a service says now, in the language of the page."""
    return {name: getattr(entry, ATTRIBUTES.get(name, name), "") for name in FIELDS}


def draft_of(entry: Entry, sent: Mapping[str, str]) -> InboxForm | None:
    """Return what some texts, by field, would change of a service; None where that is nothing."""
    now = fields_of(entry)
    texts = {name: text.replace("\r\n", "\n").strip() for name, text in sent.items() if name in FIELDS}
    changed = {name: text for name, text in texts.items() if text != now[name].strip()}
    fields: dict[str, object] = {"entity": "service", "record": entry.id, "fields": changed}
    return read_form(Draft, fields) if changed else None


def _proposed() -> list[Received]:
    return [message for message in inbox().messages("draft", "answers") if message.sender == me().login][::-1]


def _before(service: str) -> dict[str, str]:
    sent = (cast("StandardsAnswers", each.message) for each in _proposed() if each.kind == "answers")
    return dict(next((answers.answers for answers in sent if answers.service == service), {}))
