"""Attend: one screen of what needs attention, and the records behind each count."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort

from mapping.language.i18n import Message
from mapping.model import WHOLES
from mapping.quality.call_list import calls_of
from mapping.quality.overview import AUDIENCE_NAMES, FRESHNESS_NAMES, Matter, State, matters
from web.access.guard import Open, me
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen, inbox, seen, study_area, today
from web.staff.records.records import RecordLine, line
from web.staff.review.inbox import waiting_for_me
from web.staff.review.proposals import may_see
from web.stores.inbox import Capacity, Referral, ReferralOutcome

attend = Blueprint("attend", __name__)
blueprint = attend

ROUTES: dict[str, Action | Open] = {"attend.attention": "attend", "attend.matter": "attend"}
MENU = (MenuItem("attention.html", Message("Attention"), "attend", 10),)

ELSEWHERE: dict[str, str] = {
    "conflicts": "conflicts.html",
    "double-organization": "doubles/organization.html",
    "double-service": "doubles/service.html",
    "double-location": "doubles/location.html",
    "approval": "import.html",
}
"""Matters that have a page of their own."""

UNAVAILABLE = 3
"""So many referrals to a service that found it unavailable are a sign."""


@dataclass(frozen=True)
class WorkItem:
    """A line of the screen: how many, what, how grave, and where it is seen to."""

    count: int
    title: Message
    state: State
    path: str


@attend.get("/<language>/attention.html")
def attention(language: str) -> str:
    """Show what needs attention in the regions of whoever is signed in, the most pressing first."""
    mine = seen()
    found = [item for item in (*_people(), *_signals(), *(_of(each) for each in _matters(mine))) if item.count]
    states = Counter(held.freshness for held in mine.holdings.listed)
    audiences = Counter(held.service.audience for held in mine.holdings.services)
    order: list[State] = ["bad", "warn", "plain", "ok"]
    return page(
        "staff/attention.html",
        language,
        items=sorted(found, key=lambda item: order.index(item.state)),
        freshness=[(FRESHNESS_NAMES[name], states[name]) for name in FRESHNESS_NAMES],
        total=states.total(),
        audiences_counted=[(AUDIENCE_NAMES[name], audiences[name]) for name in ("public", "partner", "focal_point")],
    )


def _people() -> list[WorkItem]:
    """Return what people wait for: what was sent in, and what needs a second person."""
    items = []
    if me().may("review"):
        kinds = Counter(received.kind for received in waiting_for_me())
        items = [
            WorkItem(kinds["wrong"], Message("Visitors say that something is wrong"), "bad", "inbox.html"),
            WorkItem(kinds["draft"], Message("Providers propose changes"), "warn", "inbox.html"),
            WorkItem(kinds["answers"], Message("Providers answered the checklist"), "warn", "inbox.html"),
            WorkItem(kinds["missing"], Message("Visitors say that help is missing"), "warn", "inbox.html"),
        ]
    if me().may("approve"):
        count = sum(may_see(each) for each in directory().proposals())
        items.append(WorkItem(count, Message("Changes wait for a second person"), "bad", "waiting.html"))
    return items


def _signals() -> list[WorkItem]:
    """Return what the partners' taps and referrals say of services."""
    return [
        WorkItem(len(_full()), Message("Services that say they are full"), "warn", "see/full.html"),
        WorkItem(
            len(_unavailable()), Message("Services that referrals found unavailable"), "bad", "see/unavailable.html"
        ),
    ]


def _full() -> list[str]:
    """Return the services in the person's regions of which the last word is that they are full."""
    rooms = inbox().rooms(on=today())
    return _mine(service for service, said in rooms.items() if isinstance(said, Capacity) and said.room == "full")


def _unavailable() -> list[str]:
    """Return the services that several referrals of the last months found unavailable."""
    referrals = [each.message for each in inbox().messages("referral")]
    sent = {each.number: each.service for each in referrals if isinstance(each, Referral)}
    counts: Counter[str] = Counter()
    for each in inbox().messages("outcome"):
        if isinstance(each.message, ReferralOutcome) and each.message.outcome == "unavailable":
            counts[sent.get(each.message.number, "")] += 1
    return _mine(service for service, count in counts.items() if count >= UNAVAILABLE)


def _mine(published: Any) -> list[str]:
    whole = seen()
    found = (whole.private("service", each) for each in published)
    return sorted(each for each in found if each and whole.has("service", each))


def _matters(mine: Any) -> tuple[Matter, ...]:
    doubles = [
        pair for pair in everything_seen().doubles if mine.has(pair.table, pair.one) or mine.has(pair.table, pair.other)
    ]
    return matters(mine, mine.holdings, calls_of(mine.holdings), doubles)


def _of(matter: Matter) -> WorkItem:
    return WorkItem(matter.count, matter.title, matter.state, ELSEWHERE.get(matter.key, f"see/{matter.key}.html"))


@attend.get("/<language>/see/<key>.html")
def matter(language: str, key: str) -> str:
    """Show the records behind a count."""
    mine = seen()
    if key in ("full", "unavailable"):
        title = next(item.title for item in _signals() if item.path == f"see/{key}.html")
        ids = _full() if key == "full" else _unavailable()
        rows = [(line(mine, mine.record("service", one), language), None, "") for one in ids]
        return page("staff/matter.html", language, title=title, rows=rows, states=FRESHNESS_NAMES, key=key)
    found = next((each for each in _matters(mine) if each.key == key), None)
    if found is None or key in ELSEWHERE:
        abort(404)
    rows = [(each, ends, _anew(one)) for one in found.records for each, ends in [_line_of(mine, one, language)] if each]
    return page("staff/matter.html", language, title=found.title, rows=rows, states=FRESHNESS_NAMES, key=key)


def _anew(one: Any) -> str:
    """Return the page on which a consent is renewed, for what holds by one."""
    if not me().may("approve"):
        return ""
    return {"approval": f"consent/{one.id}.html", "statement": f"statement/{one.id}.html"}.get(one.table, "")


def _line_of(mine: Any, one: Any, language: str) -> tuple[RecordLine | None, Any]:
    """Return the line of the record that another speaks of, and the day on which it ends."""
    ends = getattr(one, "valid_to", None) or getattr(one, "consent_until", None)
    if one.table == "approval":
        return next(
            (line(mine, mine.record(t, one.subject), language) for t in WHOLES if mine.has(t, one.subject)), None
        ), ends
    if one.table == "referral_agreement":
        owner = ("organization", one.from_organization_id)
    elif one.table == "statement":
        name = f"{one.text} ({study_area().label(one.area_unit, language)})" if one.area_unit else one.text
        return RecordLine("statement", "", name, "", "", None, one.audience, False), ends
    else:
        owner = mine.owner(one) or ("", "")
    return (line(mine, mine.record(*owner), language) if mine.has(*owner) else None), ends
