"""Attend: one screen of what needs attention, and the records behind each count."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort

from mapping.directory.importing import Move
from mapping.language.i18n import Message, Phrase, translate
from mapping.model import WHOLES
from mapping.quality.call_list import calls_of
from mapping.quality.overview import AUDIENCE_NAMES, FRESHNESS_NAMES, Matter, State, matters
from web.access.guard import Open, me, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.agreeing import ASKED, about
from web.staff.common import directory, everything_seen, inbox, seen
from web.staff.records.duplicates import may_decide, moves, whether
from web.staff.records.records import RecordLine, line
from web.staff.review.inbox import waiting_for_me
from web.staff.review.proposals import due, may_see
from web.staff.review.shown import ShownAct, acts
from web.staff.visible import VisibleRecords
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


@dataclass(frozen=True)
class MatterRow:
    """A record behind a count: the day on which something of it ends, and the page on which that is renewed."""

    line: RecordLine
    ends: dt.date | None = None
    anew: str = ""
    path: str = ""
    """Where it is decided what became of it, if not on its own page."""
    question: Phrase | None = None


@attend.get("/<language>/attention.html")
def attention(language: str) -> str:
    """Show what needs attention in the regions of whoever is signed in, the most pressing first."""
    mine = seen()
    acts_waiting = acts() if me().may("approve") else []
    items = [
        item
        for item in (*_people(acts_waiting), *_signals(), *(_of(matter) for matter in _matters(mine)))
        if item.count
    ]
    states = Counter(held.freshness for held in mine.holdings.listed)
    audiences = Counter(held.service.audience for held in mine.holdings.services)
    order: list[State] = ["bad", "warn", "plain", "ok"]
    return page(
        "staff/attention.html",
        language,
        late=list(_late(acts_waiting, language)),
        today=today(),
        items=sorted(items, key=lambda item: order.index(item.state)),
        freshness=[(FRESHNESS_NAMES[name], states[name]) for name in FRESHNESS_NAMES],
        total=states.total(),
        audiences_counted=[(AUDIENCE_NAMES[name], audiences[name]) for name in ("public", "partner", "focal_point")],
    )


def _people(acts_waiting: list[ShownAct]) -> list[WorkItem]:
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
        count = sum(may_see(proposal) for proposal in directory().proposals())
        items += [
            WorkItem(count, Message("Changes wait for a second person"), "bad", "waiting.html"),
            WorkItem(
                len(acts_waiting), Message("What would newly be shown waits for a second person"), "bad", "waiting.html"
            ),
        ]
    return items


def _late(acts_waiting: list[ShownAct], language: str) -> Iterator[tuple[str, str, str, dt.date]]:
    """Yield what is late of what the person may agree to: what it is, its page, who proposed it, and its day."""
    if not me().may("approve"):
        return
    for proposal in directory().proposals():
        if today() > due(proposal.proposed_on) and may_see(proposal):
            name = f"{ASKED[proposal.kind].into(language)}: {about(proposal, everything_seen(), language)[0]}"
            yield name, f"p/{proposal.id}.html", proposal.proposed_by, due(proposal.proposed_on)
    for act in acts_waiting:
        if today() > due(act.on):
            what = act.what or translate("What would newly be shown", language)
            yield what, f"shown/{act.number}.html", act.by, due(act.on)


def _signals() -> list[WorkItem]:
    """Return what newer lists of senders, and the partners' taps and referrals, say of entries."""
    return [
        WorkItem(
            len(_moved()), Message("Moved, or two? A newer list has them at another place"), "warn", "see/moved.html"
        ),
        WorkItem(len(_missing()), Message("No longer in the list of their sender"), "warn", "see/missing.html"),
        WorkItem(len(_full()), Message("Services that say they are full"), "warn", "see/full.html"),
        WorkItem(
            len(_unavailable()), Message("Services that referrals found unavailable"), "bad", "see/unavailable.html"
        ),
    ]


def _missing() -> list[Any]:
    """Return the services that newer lists do not hold, and organizations of which nothing else could be checked."""
    whole = seen()
    records = [whole.record(*record) for record in directory().still_missing() if whole.has(*record)]
    return [
        record
        for record in records
        if not getattr(record, "do_not_list", False)
        and (
            record.table == "service"
            or (record.table == "organization" and not whole.of_owner("service", "organization_id", record.id))
        )
    ]


def _moved() -> list[Move]:
    """Return the services that seem to have moved, of which the person may decide whether they did."""
    return [move for move in moves() if may_decide(move)]


def _full() -> list[Any]:
    """Return the services in the person's regions of which the last word is that they are full."""
    rooms = inbox().rooms(on=today())
    return _mine(service for service, room in rooms.items() if isinstance(room, Capacity) and room.room == "full")


def _unavailable() -> list[Any]:
    """Return the services that several referrals of the last months found unavailable."""
    referrals = [message.message for message in inbox().messages("referral")]
    sent = {referral.number: referral.service for referral in referrals if isinstance(referral, Referral)}
    counts: Counter[str] = Counter()
    for message in inbox().messages("outcome"):
        if isinstance(message.message, ReferralOutcome) and message.message.outcome == "unavailable":
            counts[sent.get(message.message.number, "")] += 1
    return _mine(service for service, count in counts.items() if count >= UNAVAILABLE)


def _mine(published: Any) -> list[Any]:
    whole = seen()
    identifiers = sorted(filter(None, (whole.private("service", identifier) for identifier in published)))
    return [whole.record("service", identifier) for identifier in identifiers if whole.has("service", identifier)]


SIGNALS: dict[str, Callable[[], list[Any]]] = {
    "moved": _moved,
    "missing": _missing,
    "full": _full,
    "unavailable": _unavailable,
}
"""What says of entries that somebody should look, by the name of its page."""


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
    if key in SIGNALS:
        title = next(item.title for item in _signals() if item.path == f"see/{key}.html")
        rows = [_row(signal, language) for signal in SIGNALS[key]()]
        return page("staff/matter.html", language, title=title, rows=rows, numbers=_numbers(mine, rows), key=key)
    matter = next((matter for matter in _matters(mine) if matter.key == key), None)
    if matter is None or key in ELSEWHERE:
        abort(404)
    rows = [
        MatterRow(record_line, ends, _anew(record))
        for record in matter.records
        for record_line, ends in [_line_of(mine, record, language)]
        if record_line
    ]
    rows.sort(key=lambda row: row.ends or dt.date.max)  # what ends first is looked to first
    return page("staff/matter.html", language, title=matter.title, rows=rows, numbers=_numbers(mine, rows), key=key)


def _row(signal: Any, language: str) -> MatterRow:
    """Return a record that somebody should look at, or a service that seems to have moved, as the page shows it."""
    if not isinstance(signal, Move):
        return MatterRow(line(seen(), signal, language))
    now = line(everything_seen(), everything_seen().record("service", signal.now), language)
    path = f"d/service/{signal.service}/{signal.now}.html"
    return MatterRow(now, path=path, question=whether(signal, language))


def _numbers(mine: VisibleRecords, rows: list[MatterRow]) -> dict[str, list[str]]:
    """Return, for each service on the page, the numbers on which to ask about it that the person may see."""
    services = {row.line.id: mine.held(row.line.id) for row in rows if row.line.table == "service"}
    return {
        identifier: list(dict.fromkeys(phone.number for phone in mine.holdings.numbers(held)))
        for identifier, held in services.items()
        if held
    }


def _anew(record: Any) -> str:
    """Return the page on which a consent is renewed, for what holds by one."""
    if not me().may("approve"):
        return ""
    return {"approval": f"consent/{record.id}.html", "statement": f"statement/{record.id}.html"}.get(record.table, "")


def _line_of(mine: Any, record: Any, language: str) -> tuple[RecordLine | None, Any]:
    """Return the line of the record that another speaks of, and the day on which it ends."""
    ends = getattr(record, "valid_to", None) or getattr(record, "consent_until", None)
    if record.table == "approval":
        return next(
            (line(mine, mine.record(t, record.subject), language) for t in WHOLES if mine.has(t, record.subject)), None
        ), ends
    if record.table == "referral_agreement":
        owner = ("organization", record.from_organization_id)
    elif record.table == "statement":
        name = f"{record.text} ({study_area().label(record.area_unit, language)})" if record.area_unit else record.text
        return RecordLine("statement", "", name, "", "", None, record.audience, False), ends
    else:
        owner = mine.owner(record) or ("", "")
    return (line(mine, mine.record(*owner), language) if mine.has(*owner) else None), ends
