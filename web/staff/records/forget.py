"""Forgetting a person: a custodian finds a contact or a phone by name or number, hides it and asks to erase it.

Another custodian agrees to that on the page of what waits (`web.staff.review.proposals`). A name is looked for in the
whole directory, since whoever asks to be forgotten may stand where nobody else looks; so the search needs a reason,
every search is a line of the log, and only custodians for all regions may.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.language.fold import skeleton
from mapping.language.i18n import Message
from mapping.model import Contact, Location, Organization, Phone, Service, ServiceAtLocation
from web.access.guard import log, log_at_most, me, now, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, require_everywhere
from web.staff.operations.host import LASTS
from web.staff.records.reveal import LEAST_REASON, SHORT

blueprint = Pages("forget")


OWNERS = ("contact_id", "service_id", "service_at_location_id", "location_id", "organization_id")
"""What a contact or a phone can be of, the nearest first."""
MOST = 20
"""So many searches by one person in 24 hours."""

LEAST_WORD = 4
"""Signs of a name or a number that are looked for at least."""

TOO_SHORT = Message("Write at least four letters of the name or digits of the number.")
STOPPED = Message("You looked for 20 people in 24 hours. Talk to your administrator.")
NOBODY = Message("Nobody was chosen, so nothing was erased. Look for them again and choose one.")


class Found(NamedTuple):
    """A contact or a phone: its id, what it says, and whose it is."""

    id: str
    said: str
    owner: str


@blueprint.form("reveal", "forget.html", menu=(Message("Forget a person"), 77))
def find(language: str) -> ResponseReturnValue:
    """Look for the contacts and phones in which a name or a number stands."""
    require_everywhere()
    if request.method == "GET":
        return _page(language)
    word, reason = request.form.get("word", "").strip(), request.form.get("reason", "").strip()
    wrong = {} if _is_enough(word) else {"word": TOO_SHORT}
    wrong |= {} if len(reason) >= LEAST_REASON else {"reason": SHORT}
    if wrong:
        return _page(language, wrong=wrong), 400
    if not log_at_most(MOST, "person_looked_for", since=now() - LASTS, subject="", reason=reason):
        return _page(language, problem=STOPPED), 429
    return _page(language, found=list(_matching(word)))


@blueprint.act("reveal", "forget/erase")
def erase(language: str) -> ResponseReturnValue:
    """Hide one of them, and ask a second person to erase it with its history."""
    require_everywhere()
    reason, record = request.form.get("reason", "").strip(), request.form.get("id", "")
    problem = SHORT if len(reason) < LEAST_REASON else None if record else NOBODY
    if problem is not None:
        return _page(language, problem=problem, found=[*told(record)] or None), 400
    directory().erase(record, by=me().login, on=today(), reason=reason)
    log("proposed", subject=f"{record}: erase", reason=reason)
    return redirect(f"/{language}/forget.html?waits", code=303)


def told(record: str) -> Iterator[Found]:
    """Yield what a contact or a phone says and whose it is, if it is there."""
    return (each for each in _everybody() if each.id == record)


def _page(language: str, **values: object) -> str:
    return page("ops/forget.html", language, **{"found": None, **values})


def _is_enough(word: str) -> bool:
    """Whether a word tells people apart: as it is looked for, in which what is written twice counts once."""
    return max(len(skeleton(word)), len(_digits(word))) >= LEAST_WORD


def _matching(word: str) -> Iterator[Found]:
    name, digits = skeleton(word), _digits(word)
    for each in _everybody():
        if (len(name) >= LEAST_WORD and any(name in skeleton(text) for text in each.said.split("; "))) or (
            len(digits) >= LEAST_WORD and digits in _digits(each.said)
        ):
            yield each


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _everybody() -> Iterator[Found]:
    store = directory()
    names = {organization.id: organization.name for organization in store.records(Organization)}
    parts: list[Service | Location] = [*store.records(Service), *store.records(Location)]
    for part in parts:
        names[part.id] = ", ".join(filter(None, (part.name, names.get(part.organization_id or "", ""))))
    names |= {tie.id: names.get(tie.service_id or "", "") for tie in store.records(ServiceAtLocation)}
    contacts = store.records(Contact)
    names |= {contact.id: contact.name or "" for contact in contacts}
    for contact in contacts:
        yield Found(contact.id, "; ".join(filter(None, (contact.name, contact.email))), _whose(contact, names))
    for phone in store.records(Phone):
        yield Found(phone.id, phone.number, _whose(phone, names))


def _whose(record: Contact | Phone, names: dict[str, str]) -> str:
    owners = (getattr(record, column, None) for column in OWNERS)
    return next((names[owner] for owner in owners if owner in names), "")
