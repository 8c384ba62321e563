"""Answers: which services a list offers for what was chosen, in which order, and why."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mapping.language.i18n import show, translate
from mapping.language.need_fits import LAST, fit
from mapping.language.parsers import country_of
from mapping.view.entries import NO_PAPERS
from mapping.view.rules.takes import ANSWERS, Answer
from mapping.view.view import Entry
from mapping.view.visits import answers_abroad
from web.presenters import choices
from web.presenters.beyond import minutes_beyond
from web.presenters.cards import Blocks, Card, ContactLink, T, first_choice, minutes_to
from web.presenters.choices import CHILD, CONSULAR, EVERYWHERE, GROUPS_OF, Choice
from web.presenters.edition import Edition, kept

FARTHER = 5
"""How many services of other regions are offered where a region has none that can be visited."""

ENOUGH = 3
"""Services near by from which nobody is told of those beyond the published travel times."""

NEAREST = 5
"""Services that are told to somebody in a district."""

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ListedService:
    """A service in its place in a list; a card is made of it where it is shown, which of a long list are few.

    ``fit`` is how well it fits what was chosen, 1 best and 0 where that says nothing; ``block`` is what it is near by
    (`web.presenters.choices.place_of`); ``minutes`` are from the place that the list starts at, where that is known;
    ``also`` are other services of the organization at the same place.
    """

    entry: Entry
    fit: int = 0
    block: str = ""
    minutes: Pair | None = None
    also: "tuple[ListedService, ...]" = ()

    @property
    def id(self) -> str:
        """Return the published id."""
        return self.entry.id


@dataclass(frozen=True)
class Alike:
    """Services in groups within which a decision is the same for all, so that it is made once for each group.

    ``group`` is the number of each service's, ``examples`` are the first service of each.
    """

    group: NDArray[np.intp]
    examples: tuple[Entry, ...]

    @classmethod
    def by(cls, key: Callable[[Entry], Hashable], entries: Sequence[Entry]) -> Self:
        """Put services together that have the same key: all that the decision looks at."""
        examples: dict[Hashable, tuple[int, Entry]] = {}
        group = [examples.setdefault(key(entry), (len(examples), entry))[0] for entry in entries]
        return cls(np.array(group, np.intp), tuple(entry for _, entry in examples.values()))

    def decide(self, decision: Callable[[Entry], int]) -> NDArray[np.int8]:
        """Return what is decided about each group, as a small number."""
        return np.array([decision(entry) for entry in self.examples], np.int8)


@dataclass(frozen=True)
class Answering:
    """The services that meet a need and are not closed for good, by name, and what is decided about them alike.

    ``first`` tells of each whether it may be offered first, ``place`` whether it is a place to go to.
    """

    entries: tuple[Entry, ...]
    placed: Alike
    taken: Alike
    typed: Alike
    first: NDArray[np.bool_]
    place: NDArray[np.bool_]

    @classmethod
    def of(cls, edition: Edition, need: str, language: str) -> "Answering":
        """Return those that meet a need."""

        def find() -> Answering:
            entries = tuple(
                entry
                for entry in edition.entries(language).values()
                if entry.listed and fit(need, entry.types) is not None
            )
            return cls(
                entries,
                placed=Alike.by(lambda entry: choices.placed_by(entry, edition.area), entries),
                taken=Alike.by(lambda entry: entry.terms, entries),
                typed=Alike.by(lambda entry: (entry.types, entry.serves), entries),
                first=np.array([first_choice(entry) for entry in entries], bool),
                place=np.array([_is_place(entry) for entry in entries], bool),
            )

        return edition.keep(("answering", need, language), find)


BLOCKS = ("", "near", "named")
TAKEN = ANSWERS[::-1]
"""What a service may be near by, and what it may say of whom help is for: `Judged` holds the places in these."""


@dataclass(frozen=True)
class Judged:
    """What a choice makes of each service that meets its need.

    ``block`` is what it is near by (`web.presenters.choices.place_of`), ``taken`` whether it takes whom help is for,
    ``rank`` how well it fits, 0 where it is no answer.
    """

    answering: Answering
    block: NDArray[np.int8]
    taken: NDArray[np.int8]
    rank: NDArray[np.int8]

    @classmethod
    def of(cls, edition: Edition, choice: Choice, language: str) -> Self:
        """Judge the services that meet the need of a choice."""
        answering, area = Answering.of(edition, choice.need.code, language), edition.area
        placed, taken, typed = answering.placed, answering.taken, answering.typed
        blocks = edition.keep(
            ("blocks", choice.need.code, choice.where, language),
            lambda: placed.decide(lambda entry: BLOCKS.index(choices.place_of(entry, choice, area))),
        )
        takes = edition.keep(
            ("takes", choice.need.code, choice.who, language),
            lambda: taken.decide(lambda entry: TAKEN.index(choices.fits(entry, choice.who))),
        )
        return cls(
            answering,
            blocks[placed.group],
            takes[taken.group],
            typed.decide(lambda entry: _rank(choice.need.code, entry.types, entry.serves, choice.who) or 0)[
                typed.group
            ],
        )

    @property
    def fits(self) -> NDArray[np.bool_]:
        """Tell of each service whether it answers, and takes whom help is for or may do so."""
        fits: NDArray[np.bool_] = (self.taken > 0) & (self.rank > 0)
        return fits

    @property
    def lists_well(self) -> bool:
        """Whether more than a last resort stands in the list of the place that was chosen."""
        return bool((self.fits & (self.block > 0) & (self.rank < LAST)).any())

    def takes(self, fit: Answer) -> NDArray[np.bool_]:
        """Tell of each service whether it is one that takes whom help is for, or one to ask first."""
        takes: NDArray[np.bool_] = self.taken == TAKEN.index(fit)
        return takes

    def services(self, which: NDArray[np.bool_]) -> Iterator[tuple[Entry, str, str, int, bool, bool]]:
        """Yield some services: each with its block, whether it takes them, its rank, whether first, whether a place."""
        places = np.flatnonzero(which)
        columns = (self.block, self.taken, self.rank, self.answering.first, self.answering.place)
        values = zip(places.tolist(), *(column[places].tolist() for column in columns), strict=True)
        for place, block, taken, rank, first, visited in values:
            yield self.answering.entries[place], BLOCKS[block], TAKEN[taken], rank, first, visited


@dataclass(frozen=True)
class Answers:
    """Services that answer a choice: in blocks, those elsewhere where few are near, and the town to start at.

    ``card`` makes the card of one of them.
    """

    card: Callable[[ListedService], Card]
    blocks: Blocks[ListedService]
    far: tuple[ListedService, ...] = ()
    start: str = ""


def chosen(edition: Edition, choice: Choice, language: str) -> Answers:
    """Return the services that answer a choice.

    They stand by how well they fit, then by travel time from the main town of the region or district that was chosen;
    services of one organization at one place stand as one.
    """
    area = edition.area
    unit = choices.unit_of(choice, area)
    seat = edition.seats.get(unit)
    summer, winter = (edition.minutes(seat[0], scenario) if seat else {} for scenario in ("summer", "winter"))
    listing = Listing(edition, choice, language)
    judged = Judged.of(edition, choice, language)
    services_of: dict[str, list[ListedService]] = defaultdict(list)
    for entry, block, taken, rank, first, place in judged.services(judged.fits & (judged.block > 0)):
        minutes = minutes_to(entry, summer, winter) if place and seat else None
        if listing.reaches(entry):
            name = "later" if not first else "ask" if taken == "ask" else block
            services_of[name].append(ListedService(entry, rank, block, minutes))
    in_order = {name: _fitting(services) for name, services in services_of.items()}
    near = in_order.get("near", [])
    far = _elsewhere(listing, judged, near, seat[0]) if unit and seat else []
    start = show(seat[1], language) if seat and any(service.minutes for service in (*near, *far)) else ""
    blocks = _folded(in_order, abroad=listing.abroad)
    if listing.abroad and not (blocks.near or blocks.named):
        far = together(map(ListedService, consulates(edition, choice.where, language)), by_place=False)
    return Answers(listing.card, blocks, tuple(far), start)


@dataclass(frozen=True)
class Listing:
    """What one list is about; it makes the cards of it."""

    edition: Edition
    choice: Choice
    language: str

    def reaches(self, entry: Entry) -> bool:
        """Tell whether somebody can turn to a service from where they are, which from abroad is not sure."""
        return not self.abroad or reaches(self.edition, entry, self.choice)

    def card(self, service: ListedService) -> Card:
        """Return the card of a service with why it is listed."""
        made = self.edition.card(service.entry, self.language)
        if self.abroad:
            made = callable_first(made)
        why = tuple(self.why(made, service.block)) if service.fit else made.why
        also = tuple(map(self.card, service.also))
        return replace(made, minutes=service.minutes, fit=service.fit, why=why, also=also)

    def why(self, made: Card, block: str) -> Iterator[str]:
        """Yield the reasons for which an entry stands in the list."""
        yield self._need
        if self.choice.who == CHILD and choices.fits(made.entry, CHILD) == "yes":
            yield translate("takes children", self.language)
        if reason := self._where.get(block):
            yield reason
        if made.week.always:
            yield translate("open day and night", self.language)
        if NO_PAPERS in made.entry.papers:
            yield translate("no papers asked", self.language)

    @cached_property
    def abroad(self) -> bool:
        """Whether a country abroad was chosen."""
        return choices.abroad(self.choice, self.edition.area)

    @cached_property
    def _need(self) -> str:
        return show(self.choice.need.labels, self.language)

    @cached_property
    def _where(self) -> dict[str, str]:
        """Block -> why a place is a reason for it."""
        if self.choice.where in ("", EVERYWHERE):
            return {}
        place = choices.where_name(self.choice, self.edition.area, self.language)
        return {"near": place, "named": translate("by phone or visit: {place}", self.language, place=place)}


def nearest(edition: Edition, choice: Choice, language: str) -> Answers:
    """Return the services that answer a choice of a district, nearest to its main town whatever unit they lie in.

    One that has none starts from its region's. Beyond the published travel times the nearest `ENOUGH`, however far.
    """
    area, unit = edition.area, choices.unit_of(choice, edition.area)
    seat = next((edition.seats[code] for code in (unit, area.region_of(unit)) if code in edition.seats), None)
    listing = Listing(edition, choice, language)
    judged = Judged.of(edition, choice, language)
    offered, timed = judged.fits & judged.answering.first, judged.answering.place & bool(seat)
    blocks: dict[str, list[ListedService]] = defaultdict(list)
    for entry, block, taken, rank, _, _ in judged.services(offered & ~timed & (judged.block > 0)):
        blocks["ask" if taken == "ask" else "named"].append(ListedService(entry, rank, block))
    takes: tuple[tuple[str, Answer], ...] = (("near", "yes"), ("ask", "ask"))
    for name, wanted in takes:
        which = offered & timed & judged.takes(wanted)
        blocks[name] = [*_by_travel(listing, judged, which, seat[0] if seat else ""), *blocks[name]]
    parts = (
        together(_fitting(blocks[name]))[:most]
        for name, most in (("near", NEAREST), ("named", NEAREST), ("ask", ENOUGH))
    )
    return Answers(listing.card, Blocks(*map(tuple, parts)), start=show(seat[1], language) if seat else "")


def _is_place(entry: Entry) -> bool:
    """Tell whether a service is a place to go to."""
    return bool(entry.points)


def _by_travel(listing: Listing, judged: Judged, which: NDArray[np.bool_], place: str) -> list[ListedService]:
    """Return some services by minutes from a place: those within the published times, else the nearest, however far."""

    def services(minutes_from: Callable[[Edition, str, str], Mapping[str, float]]) -> list[ListedService]:
        summer, winter = (minutes_from(listing.edition, place, scenario) for scenario in ("summer", "winter"))
        return _fitting(
            ListedService(entry, rank, block, minutes)
            for entry, block, _, rank, _, _ in judged.services(which)
            if (minutes := minutes_to(entry, summer, winter)) and listing.reaches(entry)
        )

    near = services(Edition.minutes)
    return near if len(near) >= ENOUGH else services(minutes_beyond)[:ENOUGH]


def _elsewhere(listing: Listing, judged: Judged, near: list[ListedService], place: str) -> list[ListedService]:
    """Return the services of other units that fit better than any that is near; the nearest where few are near."""
    few = len(near) < ENOUGH
    best = LAST + 1 if few else min(service.fit for service in near)
    offered = judged.answering.first & judged.answering.place & judged.fits & judged.takes("yes")
    which = offered & (judged.block == 0)
    if not (which & (judged.rank < best)).any():
        return []
    far = _by_travel(listing, judged, which, place)
    return together(service for service in far if service.fit < best)[:FARTHER]


def callable_first(made: Card) -> Card:
    """Return a card whose first number works from abroad, without those that do not, where it has one."""
    calls = tuple(sorted((call for call in made.calls if not call.short), key=lambda call: not call.spoken))
    return replace(made, calls=calls or made.calls)


def reaches(edition: Edition, entry: Entry, choice: Choice) -> bool:
    """Tell whether somebody in the country abroad that was chosen can turn to a service: go there, or call it."""
    country = choice.where.upper()
    if any(place.country == country for place in entry.places):
        return True
    numbers = (ContactLink(phone.number, phone.number) for phone in entry.phones)
    return any(not number.short for number in numbers) and is_for(edition, entry, country)


def is_for(edition: Edition, entry: Entry, country: str) -> bool:
    """Tell whether a service that answers by phone is for people in a country, or for those in any.

    One with a number at home is; another is for where its organization is seated abroad, else where its numbers are.
    """
    if entry.covers:
        return country in entry.covers or edition.area.code in entry.covers
    if not answers_abroad(entry, edition.area):
        return True
    if seats := _seats_abroad(edition).get(entry.organization.id):
        return country in seats
    return any(country_of(phone.number) == country for phone in entry.phones)


@kept
def _seats_abroad(edition: Edition) -> dict[str, set[str]]:
    """Return the countries abroad in which each organization has a place, by its id."""
    seats: dict[str, set[str]] = defaultdict(set)
    for entry in edition.in_any_language():
        for place in entry.places:
            if place.country and place.country != edition.area.code:
                seats[entry.organization.id].add(place.country)
    return dict(seats)


def consulates(edition: Edition, where: str, language: str) -> list[Entry]:
    """Return the desks of confirmed consulates in a country."""
    country = where.upper()
    return [
        entry
        for entry in _consular(edition, language)
        if any(place.country == country for place in entry.places) or (entry.remote and is_for(edition, entry, country))
    ]


@kept
def _consular(edition: Edition, language: str) -> list[Entry]:
    """Return the confirmed desks of embassies and consulates that can be called."""
    entries = edition.entries(language).values()
    return [entry for entry in entries if first_choice(entry) and is_consular(entry) and entry.phones]


def is_consular(entry: Entry) -> bool:
    """Tell whether a service is an embassy's or a consulate's."""
    return entry.organization.kind == "embassy" or CONSULAR in entry.types


@lru_cache(4096)
def _rank(need: str, types: tuple[str, ...], serves: tuple[str, ...], who: str) -> int | None:
    """Return how well a service fits what was chosen: 1, 2, 3 for a last resort, None where it is no answer."""
    return fit(need, types, GROUPS_OF[who], serves)


def _fitting(services: Iterable[ListedService]) -> list[ListedService]:
    """Return services by how well they fit, by minutes, those without a number last, then by name.

    A last resort stands there only where nothing else is.
    """

    def place(service: ListedService) -> tuple[int, tuple[float, float], bool]:
        return service.fit, service.minutes or (math.inf, math.inf), not service.entry.phones

    ordered = sorted(services, key=place)
    return [service for service in ordered if service.fit < LAST] or ordered


def together(services: Iterable[T], *, by_place: bool = True) -> list[T]:
    """Return services with those of one organization at one place as one: the first, with the others beside it."""
    groups: dict[tuple[str, frozenset[Hashable]], list[T]] = {}
    for service in services:
        doors: frozenset[Hashable] = service.entry.doors if by_place else frozenset()
        groups.setdefault((service.entry.organization.id, doors), []).append(service)
    return [replace(first, also=tuple(others)) if others else first for first, *others in groups.values()]  # type: ignore[type-var]


def _folded(blocks: Mapping[str, list[ListedService]], *, abroad: bool) -> Blocks[ListedService]:
    """Return the blocks of a list; abroad an organization stands once in it, wherever its desks are."""
    near, named, ask, later = (blocks.get(name, []) for name in ("near", "named", "ask", "later"))
    if not abroad:
        return Blocks(*(tuple(together(services)) for services in (near, named, ask, later)))
    there = {service.id for service in near}
    shown = together([*near, *named], by_place=False)
    known = {service.entry.organization.id for service in shown}
    return Blocks(
        tuple(service for service in shown if service.id in there),
        tuple(service for service in shown if service.id not in there),
        tuple(together(ask, by_place=False)),
        tuple(together((service for service in later if service.entry.organization.id not in known), by_place=False)),
    )
