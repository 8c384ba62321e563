"""Answers: which services a list offers for what was chosen, in which order, and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from mapping.language.i18n import show, translate
from mapping.language.need_fits import LAST, fit
from mapping.language.parsers import country_of
from mapping.view.entries import NO_PAPERS
from mapping.view.view import Entry, ServicePlace
from web.presenters import choices
from web.presenters.beyond import minutes_beyond
from web.presenters.cards import Blocks, Card, ContactLink, T, first_choice, minutes_to
from web.presenters.choices import CHILD, CONSULAR, EVERYWHERE, GROUPS_OF, Choice, Fit
from web.presenters.edition import Edition

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
    services_of: dict[str, list[ListedService]] = defaultdict(list)
    elsewhere: list[tuple[int, Entry]] = []
    for entry in answering(edition, choice, language):
        block, taken, rank = (
            choices.place_of(entry, choice, area),
            choices.fits(entry, choice.who),
            rank_of(entry, choice),
        )
        if taken == "no" or rank is None:
            continue
        if block == "":
            if unit and first_choice(entry) and taken == "yes" and _is_place(entry):
                elsewhere.append((rank, entry))
            continue
        minutes = minutes_to(entry, summer, winter) if _is_place(entry) else None
        if listing.reaches(entry):
            name = "later" if not first_choice(entry) else "ask" if taken == "ask" else block
            services_of[name].append(ListedService(entry, rank, block, minutes))
    in_order = {name: _fitting(services) for name, services in services_of.items()}
    near = in_order.get("near", [])
    far = _elsewhere(listing, elsewhere, near, seat[0] if seat else "")
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
    timed: list[tuple[Entry, Fit]] = []
    blocks: dict[str, list[ListedService]] = defaultdict(list)
    for entry in answering(edition, choice, language):
        block, taken, rank = (
            choices.place_of(entry, choice, area),
            choices.fits(entry, choice.who),
            rank_of(entry, choice),
        )
        if taken == "no" or not first_choice(entry) or rank is None:
            continue
        if seat and _is_place(entry):
            timed.append((entry, taken))
        elif block:
            blocks["ask" if taken == "ask" else "named"].append(ListedService(entry, rank, block))
    for name, wanted in (("near", "yes"), ("ask", "ask")):
        entries = [entry for entry, taken in timed if taken == wanted]
        blocks[name] = [*_by_travel(listing, entries, seat[0] if seat else ""), *blocks[name]]
    parts = (
        together(_fitting(blocks[name]))[:most]
        for name, most in (("near", NEAREST), ("named", NEAREST), ("ask", ENOUGH))
    )
    return Answers(listing.card, Blocks(*map(tuple, parts)), start=show(seat[1], language) if seat else "")


def _is_place(entry: Entry) -> bool:
    """Tell whether a service is a place to go to."""
    return bool(entry.points) and not entry.by_phone


def _by_travel(listing: Listing, entries: list[Entry], place: str) -> list[ListedService]:
    """Return services by minutes from a place: those within the published times, else the nearest, however far."""
    edition, choice = listing.edition, listing.choice

    def services(minutes_from: Callable[[Edition, str, str], Mapping[str, float]]) -> list[ListedService]:
        summer, winter = (minutes_from(edition, place, scenario) for scenario in ("summer", "winter"))
        timed = ((entry, minutes_to(entry, summer, winter)) for entry in entries if listing.reaches(entry))
        return _fitting(
            ListedService(entry, rank_of(entry, choice) or LAST, choices.place_of(entry, choice, edition.area), minutes)
            for entry, minutes in timed
            if minutes
        )

    near = services(Edition.minutes)
    return near if len(near) >= ENOUGH else services(minutes_beyond)[:ENOUGH]


def _elsewhere(
    listing: Listing, ranked: list[tuple[int, Entry]], near: list[ListedService], place: str
) -> list[ListedService]:
    """Return the services of other units that fit better than any that is near; the nearest where few are near.

    ``ranked`` are services there, each with how well it fits.
    """
    few = len(near) < ENOUGH
    best = LAST + 1 if few else min(service.fit for service in near)
    if not place or all(rank >= best for rank, _ in ranked):
        return []
    far = _by_travel(listing, [entry for _, entry in ranked], place)
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
    numbers = [phone.number for phone in entry.phones]
    return any(not _is_short(number) for number in numbers) and is_for(edition, entry, country)


def _is_short(number: str) -> bool:
    return ContactLink(number, number).short


def is_for(edition: Edition, entry: Entry, country: str) -> bool:
    """Tell whether a service that answers by phone is for people in a country, or for those in any.

    One with a number at home is; another is for where its organization is seated abroad, else where its numbers are.
    """
    if entry.covers:
        return country in entry.covers or edition.area.code in entry.covers
    if not choices.answers_abroad(entry, edition.area):
        return True
    if seats := _seats_abroad(edition).get(entry.organization.id):
        return country in seats
    return any(country_of(phone.number) == country for phone in entry.phones)


def _seats_abroad(edition: Edition) -> dict[str, set[str]]:
    """Return the countries abroad in which each organization has a place, by its id."""

    def find() -> dict[str, set[str]]:
        seats: dict[str, set[str]] = defaultdict(set)
        for entry in edition.entries("en").values():
            for place in entry.places:
                if place.country and place.country != edition.area.code:
                    seats[entry.organization.id].add(place.country)
        return dict(seats)

    return edition.keep("seats abroad", find)


def consulates(edition: Edition, where: str, language: str) -> list[Entry]:
    """Return the desks of confirmed consulates in a country."""
    country = where.upper()
    return [
        entry
        for entry in edition.entries(language).values()
        if first_choice(entry)
        and is_consular(entry)
        and entry.phones
        and (
            any(place.country == country for place in entry.places)
            or (entry.remote and is_for(edition, entry, country))
        )
    ]


def is_consular(entry: Entry) -> bool:
    """Tell whether a service is an embassy's or a consulate's."""
    return entry.organization.kind == "embassy" or CONSULAR in entry.types


def rank_of(entry: Entry, choice: Choice) -> int | None:
    """Return how well a service fits what was chosen: 1, 2, 3 for a last resort, None where it is no answer."""
    return _rank(choice.need.code, entry.types, choice.who)


@lru_cache(4096)
def _rank(need: str, types: tuple[str, ...], who: str) -> int | None:
    return fit(need, types, GROUPS_OF[who])


def _fitting(services: Iterable[ListedService]) -> list[ListedService]:
    """Return services by how well they fit, then by minutes, then by name; a last resort only where nothing else is."""
    ordered = sorted(services, key=lambda service: (service.fit, service.minutes or (float("inf"), float("inf"))))
    return [service for service in ordered if service.fit < LAST] or ordered


def together(services: Iterable[T], *, by_place: bool = True) -> list[T]:
    """Return services with those of one organization at one place as one: the first, with the others beside it."""
    groups: dict[tuple[str, frozenset[tuple[object, ...]]], list[T]] = {}
    for service in services:
        spots = frozenset(map(_spot, service.entry.places)) if by_place else frozenset()
        groups.setdefault((service.entry.organization.id, spots), []).append(service)
    return [replace(first, also=tuple(others)) if others else first for first, *others in groups.values()]  # type: ignore[type-var]


def _spot(place: ServicePlace) -> tuple[object, ...]:
    """Return what two places have in common where people go to the same door."""
    if place.has_point:
        return place.latitude, place.longitude
    return place.country, place.area_unit, place.city, place.address


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


def answering(edition: Edition, choice: Choice, language: str) -> list[Entry]:
    """Return the services that meet a need and are not closed for good, by name."""

    def read() -> list[Entry]:
        return [
            entry
            for entry in edition.entries(language).values()
            if choices.listed(entry) and fit(choice.need.code, entry.types) is not None
        ]

    return edition.keep(("answering", choice.need.code, language), read)
