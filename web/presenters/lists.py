"""Lists of services: which answer a choice, in which order and why, and the list of everything, in sheets of twenty."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Self

from mapping.analysis.common.nearest import minutes_to, shown_minutes
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import show, translate
from mapping.language.need_fits import LAST, fit
from mapping.language.parsers import country_of
from mapping.view.entries import NO_PAPERS
from mapping.view.rules.takes import Answer
from mapping.view.view import Entry, StatementEntry
from mapping.view.visits import answers_abroad
from web.presenters import choices
from web.presenters.beyond import minutes_beyond
from web.presenters.cards import Blocks, Card, ContactLink, InList, T, first_choice, label
from web.presenters.choices import CHILD, CONSULAR, EVERYWHERE, GROUPS_OF, MAP, Choice
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import Hotline, line_for, route, spoken_for
from web.presenters.hours import week

SHEET = 20
"""Entries on a sheet: a page of them stays under 14 kB, a round trip of a slow connection."""
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
    (`web.presenters.choices.place_of`); ``taken`` whether it takes whom help is for; ``minutes`` are from the place
    that the list starts at, where that is known; ``also`` are other services of the organization at the same place.
    """

    entry: Entry
    fit: int = 0
    block: str = ""
    taken: Answer = "yes"
    minutes: Pair | None = None
    also: "tuple[ListedService, ...]" = ()

    @property
    def id(self) -> str:
        """Return the published id."""
        return self.entry.id


@kept
def answering(edition: Edition, need: str, language: str) -> list[Entry]:
    """Return the services that meet a need and are not closed for good, by name."""
    entries = edition.entries(language).values()
    return [entry for entry in entries if entry.listed and fit(need, entry.types) is not None]


def judged(edition: Edition, choice: Choice, language: str) -> list[ListedService]:
    """Return the services that answer a choice and take whom help is for, or may do so; ``block`` is "" elsewhere."""
    entries = answering(edition, choice.need.code, language)

    def place() -> dict[str, str]:
        blocks = ((entry.id, choices.place_of(entry, choice, edition.area)) for entry in entries)
        return {service: block for service, block in blocks if block}

    blocks = edition.keep(("blocks", choice.need.code, choice.where), place)  # the same in every language
    services = []
    for entry in entries:
        taken = choices.fits(entry, choice.who)
        rank = _rank(choice.need.code, entry.types, entry.serves, choice.who)
        if taken != "no" and rank:
            services.append(ListedService(entry, rank, blocks.get(entry.id, ""), taken))
    return services


def lists_well(services: Iterable[ListedService]) -> bool:
    """Whether more than a last resort stands in the list of the place that was chosen."""
    return any(service.block and service.fit < LAST for service in services)


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
    everywhere = judged(edition, choice, language)
    services_of: dict[str, list[ListedService]] = defaultdict(list)
    for service in everywhere:
        if service.block and listing.reaches(service.entry):
            timed = seat and service.entry.points
            minutes = minutes_to(service.entry, summer, winter) if timed else None
            first = first_choice(service.entry)
            name = "later" if not first else "ask" if service.taken == "ask" else service.block
            services_of[name].append(replace(service, minutes=minutes))
    in_order = {name: _fitting(services) for name, services in services_of.items()}
    near = in_order.get("near", [])
    far = _elsewhere(listing, everywhere, near, seat[0]) if unit and seat else []
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
    offered = [service for service in judged(edition, choice, language) if first_choice(service.entry)]
    timed = [service for service in offered if seat and service.entry.points]
    blocks: dict[str, list[ListedService]] = defaultdict(list)
    for name, wanted in (("near", "yes"), ("ask", "ask")):
        to_visit = [service for service in timed if service.taken == wanted]
        blocks[name] = _by_travel(listing, to_visit, seat[0] if seat else "")
    for service in offered:
        if service.block and not (seat and service.entry.points):
            blocks["ask" if service.taken == "ask" else "named"].append(service)
    parts = (
        together(_fitting(blocks[name]))[:most]
        for name, most in (("near", NEAREST), ("named", NEAREST), ("ask", ENOUGH))
    )
    return Answers(listing.card, Blocks(*map(tuple, parts)), start=show(seat[1], language) if seat else "")


def _by_travel(listing: Listing, services: Iterable[ListedService], place: str) -> list[ListedService]:
    """Return some services by minutes from a place: those within the published times, else the nearest, however far."""
    reached = [service for service in services if listing.reaches(service.entry)]

    def timed(minutes_from: Callable[[Edition, str, str], Mapping[str, float]]) -> list[ListedService]:
        summer, winter = (minutes_from(listing.edition, place, scenario) for scenario in ("summer", "winter"))
        minutes = ((service, minutes_to(service.entry, summer, winter)) for service in reached)
        return _fitting(replace(service, minutes=pair) for service, pair in minutes if pair)

    near = timed(Edition.minutes)
    return near if len(near) >= ENOUGH else timed(minutes_beyond)[:ENOUGH]


def _elsewhere(
    listing: Listing, services: Iterable[ListedService], near: list[ListedService], place: str
) -> list[ListedService]:
    """Return the services of other units that fit better than any that is near; the nearest where few are near."""
    few = len(near) < ENOUGH
    best = LAST + 1 if few else min(service.fit for service in near)
    offered = [
        service
        for service in services
        if not service.block and service.taken == "yes" and first_choice(service.entry) and service.entry.points
    ]
    if all(service.fit >= best for service in offered):
        return []
    return together(service for service in _by_travel(listing, offered, place) if service.fit < best)[:FARTHER]


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


@dataclass(frozen=True)
class StatementCard:
    """A statement with the number through which it is arranged."""

    entry: StatementEntry
    call: ContactLink | None

    @classmethod
    def of(cls, entry: StatementEntry, area: StudyArea, language: str) -> Self:
        """Return the card of a statement."""
        return cls(entry, route(entry, area, language))


@dataclass(frozen=True)
class ListSheet:
    """A sheet of a list.

    ``spoken`` are the languages, code and name, of services on all its sheets. ``rest`` names what stands on the
    others, for a script that narrows the whole list: places in the order of ids among all that is listed, or ``*``
    where that is everything; empty where this is the only sheet. ``others`` tells by block, on the
    first sheet, when what stands on the others is open. ``districts`` is where a district of the region can
    be chosen. ``letters`` are those that the sheets of a list by name begin with.
    """

    title: str
    blocks: Blocks[Card]
    total: int
    sheet: int
    sheets: int
    path: str
    line: Hotline | None
    choice: Choice | None = None
    place: str = ""
    start: str = ""
    far: tuple[Card, ...] = ()
    statements: tuple[StatementCard, ...] = ()
    abroad: bool = False
    spoken: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    districts: str = ""
    letters: tuple[str, ...] = ()

    @property
    def sheet_paths(self) -> list[tuple[int, str, str]]:
        """Return the number of each sheet, its address as a link from another has it, and the letter it begins with."""
        stem = self.choice.code if self.choice else "all"
        paths = [f"{stem}-{number}.html" for number in range(1, self.sheets + 1)]
        first = [f"{stem}.html", *paths[1:]] if self.choice else paths
        return list(zip(range(1, self.sheets + 1), first, self.letters or [""] * self.sheets, strict=True))


def found(edition: Edition, choice: Choice, language: str) -> ListSheet:
    """Return a sheet of what answers a choice.

    Raises
    ------
    NotFound
        When the list has fewer sheets.
    """
    area = edition.area

    def whole() -> tuple[Answers, tuple[tuple[str, str], ...]]:
        answers = chosen(edition, choice, language)
        return answers, spoken((*answers.blocks.services, *answers.far), language)

    answers, tongues = edition.keep_lately(("list", choice.code, language), whole)  # whoever reads on wants it again
    blocks, abroad = answers.blocks, choices.abroad(choice, area)
    sheets = sheets_of(blocks)
    shown = cut(blocks, choice.sheet, sheets)
    return ListSheet(
        title=choice.code,
        blocks=shown.map(answers.card),
        total=len(blocks.services),
        sheet=choice.sheet,
        sheets=sheets,
        path=f"{choice.code}.html",
        line=line_for(edition, language, abroad=abroad),
        choice=choice,
        abroad=abroad,
        spoken=tongues,
        rest=rest(edition, blocks, shown) if sheets > 1 else "",
        others=others(edition, blocks, shown, language) if choice.sheet == 1 < sheets else {},
        place=choices.where_name(choice, area, language),
        start=answers.start,
        far=tuple(map(answers.card, answers.far)) if choice.sheet == 1 else (),
        statements=statements(edition, choice, language) if choice.sheet == 1 else (),
        districts=replace(choice, who=MAP).code if choices.districts_of(area, choice.where) else "",
    )


def statements(edition: Edition, choice: Choice, language: str) -> tuple[StatementCard, ...]:
    """Return what may be said of hidden help for a choice; abroad only what can be arranged from there."""
    unit = choices.unit_of(choice, edition.area) or None
    entries = spoken_for(edition, unit, {choice.need.code}, language)
    made = (StatementCard.of(statement, edition.area, language) for statement in entries)
    abroad = choices.abroad(choice, edition.area)
    return tuple(card for card in made if not (abroad and card.call and card.call.short))


def leads_on(edition: Edition, choice: Choice, language: str) -> bool:
    """Tell whether more than a last resort is listed for a choice, so that no question leads to nothing.

    It is so in every language or in none; the services are looked at in one that is read anyway.
    """

    def look() -> bool:
        abroad = choices.abroad(choice, edition.area)
        if not abroad and lists_well(judged(edition, choice, language)):
            return True
        answers = chosen(edition, choice, language)
        services = (*answers.blocks.all, *(() if abroad else answers.far))
        return any(service.fit < LAST for service in services) or bool(statements(edition, choice, language))

    return edition.keep(("answers", choice.code), look)


def everything(edition: Edition, sheet: int, language: str) -> ListSheet:
    """Return a sheet of the list of everything: by name, those not confirmed for too long last."""

    def read() -> tuple[Blocks[ListedService], tuple[tuple[str, str], ...]]:
        services = [ListedService(entry) for entry in edition.entries(language).values() if entry.listed]
        blocks = Blocks(
            near=tuple(service for service in services if first_choice(service.entry) and service.entry.points),
            named=tuple(service for service in services if first_choice(service.entry) and not service.entry.points),
            later=tuple(service for service in services if not first_choice(service.entry)),
        )
        return blocks, spoken(services, language)

    blocks, tongues = edition.keep(("everything", language), read)
    sheets = sheets_of(blocks)
    return ListSheet(
        title="all",
        blocks=cut(blocks, sheet, sheets).map(lambda service: edition.card(service.entry, language)),
        total=len(blocks),
        sheet=sheet,
        sheets=sheets,
        path=f"all-{sheet}.html",
        line=line_for(edition, language, abroad=False),
        spoken=tongues,
        rest="*" if sheets > 1 else "",
        letters=tuple(service.entry.name[:1].upper() for service in blocks.all[::SHEET]) if sheets > 1 else (),
        statements=tuple(
            StatementCard.of(statement, edition.area, language)
            for statement in (edition.statements(language) if sheet == 1 else ())
        ),
    )


def spoken(services: Iterable[InList], language: str) -> tuple[tuple[str, str], ...]:
    """Return the languages that are spoken by services, code and name, by name."""
    codes = {code for service in services for code in service.entry.languages}
    return tuple(sorted(((code, str(label("languages", code, language))) for code in codes), key=lambda pair: pair[1]))


def rest(edition: Edition, whole: Blocks[ListedService], shown: Blocks[ListedService]) -> str:
    """Return the places of what is on other sheets among the ids of all that is listed."""
    places, here = columns(edition), {service.id for service in shown.services}
    return " ".join(
        str(places[service.id]) for service in whole.services if service.id in places and service.id not in here
    )


def others(
    edition: Edition, whole: Blocks[ListedService], shown: Blocks[ListedService], language: str
) -> dict[str, str]:
    """Return, as JSON by block, what a script sorts the entries on later sheets by that have hours.

    Of each its place among the ids of all that is listed, how well it fits, its hours, their offset from UTC, and the
    minutes of travel in summer and winter, null where it is cut off.
    """
    places = columns(edition)
    blocks = {"near": whole.near[len(shown.near) :], "named": whole.named[len(shown.named) :]}
    rows = {
        block: [
            (places[service.id], service.fit, hours.script, hours.offset, travel(service))
            for service in services
            if (hours := week(service.entry.hours, language)).script and service.id in places
        ]
        for block, services in blocks.items()
    }
    return {block: json.dumps(row, separators=(",", ":")) for block, row in rows.items() if row}


def travel(service: ListedService) -> list[int | None] | None:
    """Return the minutes to a service in summer and winter as they are read."""
    return service.minutes and [
        shown_minutes(minutes) if math.isfinite(minutes) else None for minutes in service.minutes
    ]


@kept
def columns(edition: Edition) -> dict[str, int]:
    """Return the place of each service among the ids of all that is listed."""
    ids = sorted(entry.id for entry in edition.in_any_language() if entry.listed)
    return {identifier: place for place, identifier in enumerate(ids)}


def sheets_of(blocks: Blocks[ListedService]) -> int:
    """Return how many sheets a list takes; an empty one takes one."""
    return max(1, -(-len(blocks) // SHEET))


def cut(blocks: Blocks[T], sheet: int, sheets: int) -> Blocks[T]:
    """Return the part of a list that stands on a sheet."""
    if not 1 <= sheet <= sheets:
        raise NotFound("no such page")
    start, stop = SHEET * (sheet - 1), SHEET * sheet
    parts = []
    for part in (blocks.near, blocks.named, blocks.ask, blocks.later):
        parts.append(part[max(0, start) : max(0, stop)])
        start, stop = start - len(part), stop - len(part)
    return Blocks(*parts)
