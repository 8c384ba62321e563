"""Pathway: the way along the referral mechanism for somebody's needs, and which referrals are agreed.

Found, safe, treated, counselled, advised, with a living: the steps of `mapping.analysis.adequacy.pathways`, here for
one person from one place. Where nobody takes a step, or nothing is agreed, it says so.
"""

from dataclasses import dataclass
from typing import Literal

from mapping.analysis.adequacy.pathways import Link, PathwayStep, links
from mapping.language.i18n import Message
from web.partner.finding.agreements import Agreement, agreements
from web.partner.finding.finder import Confidential, Finder, Fitting

REACH = 120
"""Minutes of travel within which a step counts as near."""

SHOWN = 2
"""Services that are named for a step."""

State = Literal["agreed", "one body", "far", "unagreed", "broken"]
"""Far is a referral that is agreed, though not between two who are near."""

TITLES: dict[str, Message] = {
    "IDN": Message("Found and identified"),
    "ACC": Message("A safe place"),
    "HLT": Message("Medical help"),
    "PSY": Message("Someone to talk to"),
    "LEG": Message("Advice on rights, and papers"),
    "INC": Message("Back to a stable life"),
}


@dataclass(frozen=True)
class HandOver:
    """How somebody comes from the step before to this one: two bodies by name, and the id of the one that takes it."""

    state: State
    giver: str = ""
    taker: str = ""
    body: str = ""
    agreement: Agreement | None = None
    minutes: tuple[float, float] | None = None


@dataclass(frozen=True)
class Stage:
    """A step for these needs: who takes it, whether within reach, and the referral to it."""

    code: str
    title: Message
    shown: tuple[Fitting, ...]
    total: int
    near: bool
    hidden: bool = False
    hand: HandOver | None = None


@dataclass(frozen=True)
class Pathway:
    """All steps; a safe place is told by what may be said of it, and by nothing else."""

    stages: tuple[Stage, ...]
    confidential: Confidential

    @property
    def broken(self) -> int:
        """Count the referrals that break."""
        return sum(1 for stage in self.stages if stage.hand and stage.hand.state == "broken")


def pathway(finder: Finder) -> Pathway:
    """Return the way for the needs of a finder."""
    chain = links()
    first = chain[0].before
    takers = {first.family.code: _takers(finder, first)}
    stages = [_stage(first, takers[first.family.code], None)]
    for link in chain:
        code = link.after.family.code
        takers[code] = _takers(finder, link.after)
        hand = None if link.after.hidden else _hand(finder, link, takers[link.before.family.code], takers[code])
        stages.append(_stage(link.after, takers[code], hand))
    return Pathway(tuple(stages), finder.confidential())


def _takers(finder: Finder, step: PathwayStep) -> list[Fitting]:
    """Return the services that take a step for these needs and are reached: the surest, core and nearest first."""

    def order(service: Fitting) -> tuple[object, ...]:
        other = step.codes.isdisjoint(service.entry.types)
        return not service.first, service.sign != "yes", not near(service), other, service.order

    services = (service for service in finder.judged.values() if service.sign != "no")
    family = step.family.code
    return sorted((s for s in services if any(code.partition("-")[0] == family for code in s.entry.types)), key=order)


def near(fitting: Fitting) -> bool:
    """Tell whether a service is within `REACH`, or comes to the person."""
    return fitting.minutes is None or min(fitting.minutes) <= REACH


def _stage(step: PathwayStep, takers: list[Fitting], hand: HandOver | None) -> Stage:
    code = step.family.code
    close = [taker for taker in takers if near(taker)]
    shown = close or takers
    if hand and hand.state in ("agreed", "one body"):  # who is named in the referral stands first
        shown = sorted(shown, key=lambda taker: taker.entry.organization.id != hand.body)
    different: dict[object, Fitting] = {}
    for taker in shown:  # a body's second service of one kind there is no other way
        different.setdefault(taker.same_help, taker)
    return Stage(code, TITLES[code], (*different.values(),)[:SHOWN], len(shown), bool(close), step.hidden, hand)


def _hand(finder: Finder, link: Link, givers: list[Fitting], takers: list[Fitting]) -> HandOver:
    """Say whether the referral to a step is agreed between two bodies that take both, those first that are near."""
    if not givers or not takers:
        return HandOver("broken")
    agreed = [agreement for agreement in agreements(finder.edition) if agreement.holds and _covers(agreement, link)]
    states: tuple[State, ...] = ("agreed", "far")
    for state in states:
        some, others = ([service for service in group if state == "far" or near(service)] for group in (givers, takers))
        giving = {giver.entry.organization.id: giver.entry.organization.name for giver in some}
        for taker in others:
            body = taker.entry.organization
            if body.id in giving and state == "agreed":
                return HandOver("one body", body.name, body.name, body.id)
            for agreement in agreed:
                if agreement.taker == body.id and agreement.giver in giving:
                    return HandOver(state, giving[agreement.giver], body.name, body.id, agreement, taker.minutes)
    return HandOver("unagreed")


def _covers(agreement: Agreement, link: Link) -> bool:
    """Tell whether an agreement is about the next step; one without kinds of help is about all."""
    return not agreement.types or not link.after.codes.isdisjoint(agreement.types)
