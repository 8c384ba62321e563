"""Pathway: the way along the referral mechanism for somebody's needs, and which hand-overs are agreed.

Found, safe, treated, counselled, advised, with a living: the steps of `mapping.analysis.pathways`, here for one
person from one place. Where nobody takes a step, or nothing is agreed, it says so.
"""

from dataclasses import dataclass
from typing import Literal

from mapping.analysis.pathways import Link, Step, links
from mapping.words import Message
from web.partner_finder import Agreement, Confidential, Finder, Fitting, agreements

REACH = 120
"""Minutes of travel within which a step counts as near."""

SHOWN = 2
"""Services that are named for a step."""

State = Literal["agreed", "one body", "unagreed", "broken"]

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
    """How somebody comes from the step before to this one; the names are those of two bodies."""

    state: State
    giver: str = ""
    taker: str = ""
    agreement: Agreement | None = None


@dataclass(frozen=True)
class Stage:
    """A step for these needs: who takes it, whether within reach, and the hand-over to it."""

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
        """Count the hand-overs that break."""
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


def _takers(finder: Finder, step: Step) -> list[Fitting]:
    """Return the services that take a step for these needs and are reached, the surest and nearest first."""
    family = step.family.code
    found = [
        each
        for each in finder.judged.values()
        if each.sign != "no" and each.reached and any(code.partition("-")[0] == family for code in each.entry.types)
    ]
    return sorted(found, key=lambda each: (not each.first, each.sign != "yes", not _near(each), each.order))


def _near(fitting: Fitting) -> bool:
    return fitting.minutes is None or min(fitting.minutes) <= REACH


def _stage(step: Step, takers: list[Fitting], hand: HandOver | None) -> Stage:
    code = step.family.code
    order = takers
    if hand and hand.agreement:  # who is named in the hand-over stands first
        order = sorted(takers, key=lambda each: each.entry.organization.name != hand.taker)
    near = [each for each in order if _near(each)]
    return Stage(code, TITLES[code], tuple((near or order)[:SHOWN]), len(near or order), bool(near), step.hidden, hand)


def _hand(finder: Finder, link: Link, givers: list[Fitting], takers: list[Fitting]) -> HandOver:
    """Say whether the hand-over to a step is agreed between two bodies that take both."""
    if not givers or not takers:
        return HandOver("broken")
    names = {each.entry.organization.id: each.entry.organization.name for each in (*givers, *takers)}
    both = [each.entry.organization.id for each in takers]
    for each in agreements(finder.edition):
        codes = set(each.types)
        covered = not codes or not codes.isdisjoint(link.after.codes)
        if each.holds and covered and each.taker in both and any(g.entry.organization.id == each.giver for g in givers):
            return HandOver("agreed", names[each.giver], names[each.taker], each)
    giving = {each.entry.organization.id for each in givers}
    if one := next((body for body in both if body in giving), None):
        return HandOver("one body", names[one], names[one])
    return HandOver("unagreed")
