"""Completeness: how much of what people need to know a record says, and what to ask next.

A hotline needs no street and a shelter's number of places matters more than its price: each fact counts only for the
services that it matters to. The weights stand in one table, with why.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.quality.holdings import HeldService


@dataclass(frozen=True)
class ExpectedFact:
    """Something that a service should say: what it weighs, for which services, and how to ask for it."""

    key: str
    weight: int
    holds: Callable[[HeldService], bool]
    question: Message
    why: str
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


FACTS: tuple[ExpectedFact, ...] = (
    ExpectedFact(
        "route",
        5,
        lambda h: bool(h.phones or h.service.email or h.service.url),
        Message("Which number or address do people reach it by?"),
        "without a way to reach it nothing else helps",
    ),
    ExpectedFact("type", 4, lambda h: bool(h.types), Message("What kind of help is it?"), "else nobody finds it"),
    ExpectedFact(
        "verified",
        4,
        lambda h: h.verification is not None,
        Message("Does it still exist? Who says so?"),
        "a wrong entry sends people in vain",
    ),
    ExpectedFact("hours", 3, lambda h: bool(h.parts["schedule"]), Message("When is it open?"), "people come once"),
    ExpectedFact(
        "unit",
        3,
        lambda h: bool(h.units),
        Message("In which area is it?"),
        "people look by area",
        lambda h: not _travels(h),
    ),
    ExpectedFact(
        "serves",
        3,
        lambda h: "serves" in h.attributes or "excludes" in h.attributes,
        Message("Whom does it take, and whom not?"),
        "being sent away harms",
    ),
    ExpectedFact(
        "covers",
        2,
        lambda h: bool(h.parts["service_area"]),
        Message("Which areas does it serve?"),
        "it has no place of its own",
        _travels,
    ),
    ExpectedFact(
        "point",
        2,
        lambda h: any(p.latitude is not None for p in h.places),
        Message("Where exactly is it? (coordinates, for the private directory)"),
        "travel times need it",
        _visited,
    ),
    ExpectedFact(
        "languages",
        2,
        lambda h: bool(h.parts["language"]),
        Message("Which languages are spoken?"),
        "help in a foreign tongue is none",
    ),
    ExpectedFact(
        "fees",
        2,
        lambda h: bool(h.service.fees_description or h.parts["cost_option"]),
        Message("What does it cost?"),
        "people who fled have no money",
    ),
    ExpectedFact(
        "documents",
        2,
        lambda h: bool(h.parts["required_document"]),
        Message("Which papers are asked for?"),
        "people who fled have none",
    ),
    ExpectedFact(
        "capacity",
        2,
        lambda h: bool(h.parts["service_capacity"]),
        Message("How many places has it?"),
        "the norm is counted in places",
        _stays,
    ),
    ExpectedFact(
        "description",
        1,
        lambda h: bool(h.service.description),
        Message("What does it do, in a sentence?"),
        "a type alone tells little",
    ),
    ExpectedFact(
        "body", 1, lambda h: h.organization is not None, Message("Who runs it?"), "people ask who is behind it"
    ),
    ExpectedFact(
        "funding",
        1,
        lambda h: bool(h.parts["funding"]),
        Message("Who pays for it, and until when?"),
        "what ends soon is a gap to come",
    ),
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
