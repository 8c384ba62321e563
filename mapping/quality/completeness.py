"""Completeness: how much of what people need to know a record says, and what to ask next.

A hotline needs no street and a shelter's number of places matters more than its price: each fact counts only for the
services that it matters to. The weights stand in one table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.quality.holdings import HeldService


@dataclass(frozen=True)
class ExpectedFact:
    """Something that a service should say: what it weighs, how to ask for it, and for which services it matters."""

    key: str
    weight: int
    holds: Callable[[HeldService], bool]
    question: Message
    matters: Callable[[HeldService], bool] = lambda _: True


def _kinds(held: HeldService) -> set[str]:
    """Return the kinds of place that a service's types need: fixed, mobile, remote or any."""
    terms = Vocabulary.load("service_types")
    return {terms.term(code).location_kind for code in held.types if code in terms}


def _visited(held: HeldService) -> bool:
    """Tell whether people go there."""
    return bool(held.places) or "fixed" in _kinds(held)


def _travels(held: HeldService) -> bool:
    return bool(_kinds(held) & {"mobile", "remote"})


def _stays(held: HeldService) -> bool:
    return any(code.startswith("ACC") for code in held.types)


def _has(table: str) -> Callable[[HeldService], bool]:
    return lambda held: bool(held.parts[table])


def _reached(held: HeldService) -> bool:
    return bool(held.phones or held.service.email or held.service.url)


def _priced(held: HeldService) -> bool:
    return bool(held.service.fees_description or held.parts["cost_option"])


def _takes(held: HeldService) -> bool:
    return bool({"serves", "excludes"} & held.attributes)


_WHERE = Message("Where exactly is it? (coordinates, for the private directory)")
FACTS: tuple[ExpectedFact, ...] = (
    ExpectedFact("route", 5, _reached, Message("Which number or address do people reach it by?")),
    ExpectedFact("type", 4, lambda held: bool(held.types), Message("What kind of help is it?")),
    ExpectedFact("verified", 4, lambda held: bool(held.verification), Message("Does it still exist? Who says so?")),
    ExpectedFact("hours", 3, _has("schedule"), Message("When is it open?")),
    ExpectedFact("unit", 3, lambda held: bool(held.units), Message("In which area is it?"), lambda h: not _travels(h)),
    ExpectedFact("serves", 3, _takes, Message("Whom does it take, and whom not?")),
    ExpectedFact("covers", 2, _has("service_area"), Message("Which areas does it serve?"), _travels),
    ExpectedFact("point", 2, lambda held: any(p.latitude is not None for p in held.places), _WHERE, _visited),
    ExpectedFact("languages", 2, _has("language"), Message("Which languages are spoken?")),
    ExpectedFact("fees", 2, _priced, Message("What does it cost?")),
    ExpectedFact("documents", 2, _has("required_document"), Message("Which papers are asked for?")),
    ExpectedFact("capacity", 2, _has("service_capacity"), Message("How many places has it?"), _stays),
    ExpectedFact("description", 1, lambda h: bool(h.service.description), Message("What does it do, in a sentence?")),
    ExpectedFact("body", 1, lambda held: held.organization is not None, Message("Who runs it?")),
    ExpectedFact("funding", 1, _has("funding"), Message("Who pays for it, and until when?")),
)
"""What a service should say, weightiest first."""


@dataclass(frozen=True)
class Score:
    """How complete a record is, from 0 to 1, and the questions to ask, weightiest first."""

    share: float
    missing: tuple[ExpectedFact, ...] = ()

    @property
    def questions(self) -> tuple[Message, ...]:
        """What to ask."""
        return tuple(fact.question for fact in self.missing)


def completeness(held: HeldService) -> Score:
    """Score a service by the facts that matter to it."""
    wanted = [fact for fact in FACTS if fact.matters(held)]
    missing = tuple(fact for fact in wanted if not fact.holds(held))
    whole = sum(fact.weight for fact in wanted)
    return Score(round(1 - sum(fact.weight for fact in missing) / whole, 3), missing)


def mean(services: Iterable[HeldService]) -> float | None:
    """Return the mean score of services; None without any."""
    shares = [completeness(held).share for held in services]
    return round(sum(shares) / len(shares), 3) if shares else None
