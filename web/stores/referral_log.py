"""Referral log: how many were referred, to what, and what came of it. Counts only; nobody is described anywhere.

A referral is kept as a number, a service and a month: neither its day nor the login of whoever noted it.

Counts for planners leave out small numbers, and others from which those could be worked out, and cover months that are
over, so that nobody sees a single referral by looking twice.
"""

import datetime as dt
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.view.view import Entry
from mapping.view.visits import region_of
from web.stores.inbox import Inbox, Outcome, Reason, Referral, ReferralOutcome

LINK = "one-time link"
"""The sender of what a receiver without an account told."""

OUTCOMES: dict[Outcome, Message] = {
    "accepted": Message("Accepted: help will be given"),
    "provided": Message("Help was given"),
    "already_received": Message("Helped already, by us or by others"),
    "not_applicable": Message("Not what we do"),
    "declined": Message("Declined"),
    "unavailable": Message("The service is not available"),
}
REASONS: dict[Reason, Message] = {
    "full": Message("No room"),
    "not_eligible": Message("Does not meet our conditions"),
    "out_of_area": Message("Lives outside our area"),
    "no_staff": Message("No staff for it now"),
    "safety": Message("Would not be safe here"),
    "papers": Message("Papers are missing"),
    "other": Message("Another reason"),
}


@dataclass(frozen=True)
class Noted:
    """A referral with the last word on it; ``sender`` is the number under which whoever noted it finds it again."""

    referral: Referral
    sender: str
    outcome: Outcome | None = None
    reason: Reason | None = None


def noted(inbox: Inbox, *, sender: str | None = None) -> list[Noted]:
    """Return the referrals, of one sender or of all, newest first."""
    answers: dict[str, ReferralOutcome] = {}
    for received in inbox.messages("outcome"):
        if isinstance(received.message, ReferralOutcome):
            answers[received.message.number] = received.message
    referrals = []
    for received in inbox.messages("referral"):
        referral = received.message
        if isinstance(referral, Referral) and sender in (None, received.sender):
            last = answers.get(referral.number)
            outcome, reason = (last.outcome, last.reason) if last else (None, None)
            referrals.append(Noted(referral, received.sender, outcome, reason))
    return referrals[::-1]


def alias(key: bytes, account: str) -> str:
    """Return the number under which an account finds its own referrals; without the key it tells nobody whose."""
    return hmac.new(key, f"referrals of {account}".encode(), hashlib.sha256).hexdigest()[:32]


def find_noted(inbox: Inbox, number: str) -> Noted | None:
    """Return a referral by its number."""
    return next((note for note in noted(inbox) if note.referral.number == number), None)


@dataclass(frozen=True)
class Tally:
    """Counts of one kind of help in one region: None stands for a count that is not shown."""

    region: str
    service_type: str
    total: int
    outcomes: Mapping[str, int | None]


def tally(referrals: Iterable[Noted], entries: Mapping[str, Entry], area: StudyArea, *, least: int) -> list[Tally]:
    """Count referrals by region and kind of help, in their order, where there are ``least`` or more.

    Only services that the edition shows are counted.
    """
    cells: dict[tuple[str, str], list[Noted]] = defaultdict(list)
    for note in referrals:
        entry = entries.get(note.referral.service)
        if entry is not None:
            cells[region_of(entry, area), note.referral.service_type].append(note)
    return [_tally(*key, some, least) for key, some in sorted(cells.items()) if len(some) >= least]


def _tally(region: str, kind: str, some: list[Noted], least: int) -> Tally:
    counts: Counter[str] = Counter(note.outcome or "waiting" for note in some)
    return Tally(region, kind, len(some), shown(counts, least))


def shown(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Return counts without the small ones, and without as many others as it takes to hide these.

    >>> shown({"accepted": 30, "declined": 12, "unavailable": 3}, 10)
    {'accepted': 30, 'declined': None, 'unavailable': None}
    """
    order = sorted(counts, key=lambda name: (counts[name], name))
    hidden: list[str] = []
    for name in order:
        together = sum(counts[cell] for cell in hidden)
        if counts[name] < least or 0 < together < least:
            hidden.append(name)
    if 0 < sum(counts[cell] for cell in hidden) < least:
        hidden = order
    return {name: None if name in hidden else count for name, count in counts.items()}


@dataclass(frozen=True)
class Signal:
    """A gap: how often a kind of help that is listed in a region was said to be unavailable."""

    region: str
    service_type: str
    count: int


def unavailable(
    referrals: Iterable[Noted], entries: Mapping[str, Entry], area: StudyArea, *, least: int
) -> list[Signal]:
    """Return where help that is listed was not to be had, from ``least`` times on, the most frequent first."""
    counts = Counter(
        (region_of(entries[note.referral.service], area), note.referral.service_type)
        for note in referrals
        if note.outcome == "unavailable" and note.referral.service in entries
    )
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Signal(*key, count) for key, count in ordered if count >= least]


def not_to_be_had(inbox: Inbox, on: dt.date) -> dict[str, int]:
    """Return how often each service was said to be unavailable in the last twelve whole months, for publishing."""
    return Counter(note.referral.service for note in last_months(noted(inbox), on) if note.outcome == "unavailable")


def last_months(referrals: Iterable[Noted], on: dt.date, months: int = 12) -> list[Noted]:
    """Return the referrals of the last whole months before the one that a day is in."""
    start = on.year * 12 + on.month - 1 - months
    since, before = f"{start // 12:04}-{start % 12 + 1:02}", f"{on:%Y-%m}"
    return [note for note in referrals if since <= note.referral.month < before]
