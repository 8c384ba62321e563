"""Lists of services: which answer a choice, in which order and why, and the list of everything, in sheets of twenty."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace

from mapping.analysis.common.nearest import minutes_to, shown_minutes
from mapping.errors import NotFound
from mapping.language.i18n import show, translate
from mapping.language.need_fits import LAST, fit
from mapping.language.parsers import country_of
from mapping.view.entries import NO_PAPERS
from mapping.view.view import Entry
from mapping.view.visits import answers_abroad
from web.presenters import choices
from web.presenters.cards import Blocks, Card, ContactLink, first_choice, label
from web.presenters.choices import CHILD, CONSULAR, EVERYWHERE, GROUPS_OF, MAP, Choice
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import StatementCard, line_for, spoken_for

SHEET = 20
"""Entries on a sheet: a page of them stays under 14 kB, a round trip of a slow connection."""
FARTHER = 5
"""How many services of other regions are offered where a region has none that can be visited."""

ENOUGH = 3
"""Services near by from which nobody is told of those beyond the published travel times."""

NEAREST = 5
"""Services that are told to somebody in a district."""


@dataclass(frozen=True)
class Answers:
    """Services that answer a choice: in blocks, those elsewhere where few are near, and the town to start at."""

    edition: Edition
    choice: Choice
    language: str
    blocks: Blocks
    far: tuple[Card, ...] = ()
    start: str = ""

    def card(self, card: Card) -> Card:
        """Return the card of a service with why it is listed."""
        if choices.abroad(self.choice, self.edition.area):
            card = callable_first(card)
        why = tuple(self.why(card)) if card.fit else card.why
        return replace(card, why=why, also=tuple(map(self.card, card.also)))

    def why(self, card: Card) -> Iterator[str]:
        """Yield the reasons for which an entry stands in the list."""
        yield show(self.choice.need.labels, self.language)
        if self.choice.who == CHILD and choices.fits(card.entry, CHILD) == "yes":
            yield translate("takes children", self.language)
        if card.block and self.choice.where not in ("", EVERYWHERE):
            place = choices.where_name(self.choice, self.edition.area, self.language)
            by_phone = card.block == "named"
            yield translate("by phone or visit: {place}", self.language, place=place) if by_phone else place
        if card.week.always:
            yield translate("open day and night", self.language)
        if NO_PAPERS in card.entry.papers:
            yield translate("no papers asked", self.language)


@kept
def answering(edition: Edition, need: str, language: str) -> list[Entry]:
    """Return the services that meet a need and are not closed for good, by name."""
    entries = edition.entries(language).values()
    return [entry for entry in entries if entry.listed and fit(need, entry.types) is not None]


def judged(edition: Edition, choice: Choice, language: str) -> list[Card]:
    """Return the services that answer a choice and take whom help is for, or may do so; ``block`` is "" elsewhere."""
    blocks = (
        (card, choices.place_of(card.entry, choice, edition.area)) for card in _for_whom(edition, choice, language)
    )
    return [replace(card, block=block) if block else card for card, block in blocks]


def _for_whom(edition: Edition, choice: Choice, language: str) -> list[Card]:
    """Return the services that answer a choice wherever they are: kept, since a district asks for the same again."""
    need, who = choice.need.code, choice.who

    def read() -> Iterator[Card]:
        for entry in answering(edition, need, language):
            taken, rank = choices.fits(entry, who), _rank(need, entry.types, entry.serves, who)
            if taken != "no" and rank:
                yield replace(edition.card(entry, language), fit=rank, taken=taken)

    return edition.keep(("for whom", need, who, language), lambda: list(read()))


@lru_cache(4096)
def _rank(need: str, types: tuple[str, ...], serves: tuple[str, ...], who: str) -> int | None:
    """Return how well a service fits what was chosen: 1, 2, 3 for a last resort, None where it is no answer."""
    return fit(need, types, GROUPS_OF[who], serves)


def chosen(edition: Edition, choice: Choice, language: str) -> Answers:
    """Return the services that answer a choice.

    They stand by how well they fit, then by travel time from the main town of the region or district that was chosen;
    services of one organization at one place stand as one.
    """
    return _chosen(edition, choice.code, language)


@lru_cache(16)  # whoever reads on wants the next sheet of the same list
def _chosen(edition: Edition, code: str, language: str) -> Answers:
    choice = choices.parse(code, edition)
    unit, abroad = choices.unit_of(choice, edition.area), choices.abroad(choice, edition.area)
    seat = edition.seats.get(unit, ("", {}))
    everywhere = judged(edition, choice, language)
    block_of: dict[str, list[Card]] = defaultdict(list)
    for card in everywhere:
        if card.block and _can_turn_to(edition, card.entry, choice):
            minutes = minutes_from(edition, seat[0], card.entry)
            name = "ask" if card.taken == "ask" else card.block
            block_of[name if first_choice(card.entry) else "later"].append(replace(card, minutes=minutes))
    in_order = {name: _fitting(cards) for name, cards in block_of.items()}
    near = in_order.get("near", [])
    far = _elsewhere(edition, choice, everywhere, near, seat[0]) if unit and seat[0] else []
    start = show(seat[1], language) if any(card.minutes for card in (*near, *far)) else ""
    blocks = _folded(in_order, abroad=abroad)
    if abroad and not (blocks.near or blocks.named):
        desks = (edition.card(entry, language) for entry in consulates(edition, choice.where, language))
        far = together(desks, by_place=False)
    return Answers(edition, choice, language, blocks, tuple(far), start)


def minutes_from(
    edition: Edition,
    place: str,
    entry: Entry,
    times: Callable[[Edition, str, str], Mapping[str, float]] = Edition.minutes,
) -> tuple[float, float] | None:
    """Return the minutes from a place of the gazetteer to a service in summer and winter; None where unreachable."""
    if not place or not entry.points:
        return None
    return minutes_to(entry, times(edition, place, "summer"), times(edition, place, "winter"))


def nearest(edition: Edition, choice: Choice, language: str) -> Answers:
    """Return the services that answer a choice of a district, nearest to its main town whatever unit they lie in.

    One that has none starts from its region's. Beyond the published travel times the nearest `ENOUGH`, however far.
    """
    area, unit = edition.area, choices.unit_of(choice, edition.area)
    seats = (edition.seats[code] for code in (unit, area.region_of(unit)) if code in edition.seats)
    place, names = next(seats, ("", {}))
    offered = [card for card in judged(edition, choice, language) if first_choice(card.entry)]
    timed = [card for card in offered if place and card.entry.points]
    here = [card for card in offered if card.block and not (place and card.entry.points)]
    yes, ask = ([card for card in timed if card.taken == answer] for answer in ("yes", "ask"))
    near = _by_travel(edition, choice, yes, place)
    named = [card for card in here if card.taken != "ask"]
    ask = [*_by_travel(edition, choice, ask, place), *(card for card in here if card.taken == "ask")]
    parts = (
        tuple(together(_fitting(cards))[:most]) for cards, most in ((near, NEAREST), (named, NEAREST), (ask, ENOUGH))
    )
    return Answers(edition, choice, language, Blocks(*parts), start=show(names, language))


def _by_travel(edition: Edition, choice: Choice, cards: Iterable[Card], place: str) -> list[Card]:
    """Return some services by minutes from a place: those within the published times, else the nearest, however far."""
    reached = [card for card in cards if _can_turn_to(edition, card.entry, choice)]

    def timed(times: Callable[[Edition, str, str], Mapping[str, float]]) -> list[Card]:
        pairs = ((card, minutes_from(edition, place, card.entry, times)) for card in reached)
        return _fitting(replace(card, minutes=minutes) for card, minutes in pairs if minutes)

    near = timed(Edition.minutes)
    return near if len(near) >= ENOUGH else timed(Edition.minutes_beyond)[:ENOUGH]


def _elsewhere(edition: Edition, choice: Choice, cards: Iterable[Card], near: list[Card], place: str) -> list[Card]:
    """Return the services of other units that fit better than any that is near; the nearest where few are near."""
    best = LAST + 1 if len(near) < ENOUGH else min(card.fit for card in near)
    offered = [
        card
        for card in cards
        if not card.block and card.taken == "yes" and first_choice(card.entry) and card.entry.points
    ]
    if all(card.fit >= best for card in offered):
        return []
    return together(card for card in _by_travel(edition, choice, offered, place) if card.fit < best)[:FARTHER]


def callable_first(card: Card) -> Card:
    """Return a card whose first number works from abroad, without those that do not, where it has one."""
    calls = tuple(sorted((call for call in card.calls if not call.short), key=lambda call: not call.spoken))
    return replace(card, calls=calls or card.calls)


def _can_turn_to(edition: Edition, entry: Entry, choice: Choice) -> bool:
    """Whether somebody can turn to a service from where they are, which from abroad is not sure."""
    return not choices.abroad(choice, edition.area) or reaches(edition, entry, choice)


def reaches(edition: Edition, entry: Entry, choice: Choice) -> bool:
    """Whether somebody in the country abroad that was chosen can turn to a service: go there, or call it."""
    country = choice.where.upper()
    if any(place.country == country for place in entry.places):
        return True
    numbers = (ContactLink(phone.number, phone.number) for phone in entry.phones)
    return any(not number.short for number in numbers) and is_for(edition, entry, country)


def is_for(edition: Edition, entry: Entry, country: str) -> bool:
    """Whether a service that answers by phone is for people in a country, or for those in any.

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
    """Return the confirmed desks of embassies and consulates for a country that can be called."""
    country = where.upper()
    return [
        entry
        for entry in edition.entries(language).values()
        if first_choice(entry) and entry.phones and is_consular(entry)
        if any(place.country == country for place in entry.places) or (entry.remote and is_for(edition, entry, country))
    ]


def is_consular(entry: Entry) -> bool:
    """Whether a service is an embassy's or a consulate's."""
    return entry.organization.kind == "embassy" or CONSULAR in entry.types


def _fitting(cards: Iterable[Card]) -> list[Card]:
    """Return services by how well they fit, by minutes, those without a number last, then by name.

    A last resort stands there only where nothing else is.
    """
    ordered = sorted(cards, key=lambda card: (card.fit, card.minutes or (math.inf, math.inf), not card.entry.phones))
    return [card for card in ordered if card.fit < LAST] or ordered


def together(cards: Iterable[Card], *, by_place: bool = True) -> list[Card]:
    """Return services with those of one organization at one place as one: the first, with the others beside it."""
    groups: dict[tuple[str, frozenset[Hashable]], list[Card]] = {}
    for card in cards:
        doors: frozenset[Hashable] = card.entry.doors if by_place else frozenset()
        groups.setdefault((card.entry.organization.id, doors), []).append(card)
    return [replace(first, also=tuple(others)) if others else first for first, *others in groups.values()]


def _folded(blocks: Mapping[str, list[Card]], *, abroad: bool) -> Blocks:
    """Return the blocks of a list; abroad an organization stands once in it, wherever its desks are."""
    near, named, ask, later = (blocks.get(name, []) for name in ("near", "named", "ask", "later"))
    if not abroad:
        return Blocks(*(tuple(together(cards)) for cards in (near, named, ask, later)))
    shown = together([*near, *named], by_place=False)
    known = {card.entry.organization.id for card in shown}
    return Blocks(
        tuple(card for card in shown if card.block == "near"),
        tuple(card for card in shown if card.block != "near"),
        tuple(together(ask, by_place=False)),
        tuple(together((card for card in later if card.entry.organization.id not in known), by_place=False)),
    )


def _paths(stem: str, sheets: int, first: str = "", letters: Sequence[str] = ()) -> list[tuple[int, str, str]]:
    """Return the number of each sheet, its address as a link from another has it, and the letter it begins with."""
    addresses = [f"{stem}-{number}.html" for number in range(1, sheets + 1)]
    numbers = range(1, sheets + 1)
    return list(zip(numbers, [first or addresses[0], *addresses[1:]], letters or [""] * sheets, strict=True))


def found(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
    """Return a sheet of what answers a choice.

    ``spoken`` are the languages, code and name, of services on all its sheets. ``rest`` names what stands on the
    others, for a script that narrows the whole list: places in the order of ids among all that is listed, or ``*``
    where that is everything; empty where this is the only sheet. ``others`` tells by block, on the first sheet, when
    what stands on the others is open. ``districts`` is where a district of the region can be chosen.
    """
    area = edition.area
    answers = chosen(edition, choice, language)
    blocks, abroad = answers.blocks, choices.abroad(choice, area)
    sheets = sheets_of(blocks)
    shown = cut(blocks, choice.sheet, sheets)
    is_first = choice.sheet == 1
    return SimpleNamespace(
        blocks=shown.map(answers.card),
        total=len(blocks.services),
        sheet=choice.sheet,
        sheets=sheets,
        sheet_paths=_paths(choice.code, sheets, f"{choice.code}.html"),
        line=line_for(edition, language, abroad=abroad),
        choice=choice,
        abroad=abroad,
        spoken=spoken((*blocks.services, *answers.far), language),
        rest=rest(edition, blocks, shown) if sheets > 1 else "",
        others=others(edition, blocks, shown) if is_first and sheets > 1 else {},
        place=choices.where_name(choice, area, language),
        start=answers.start,
        far=tuple(map(answers.card, answers.far)) if is_first else (),
        statements=statements(edition, choice, language) if is_first else (),
        districts=replace(choice, who=MAP).code if choices.districts_of(area, choice.where) else "",
    )


def statements(edition: Edition, choice: Choice, language: str) -> tuple[StatementCard, ...]:
    """Return what may be said of hidden help for a choice; abroad only what can be arranged from there."""
    unit = choices.unit_of(choice, edition.area) or None
    cards = spoken_for(edition, unit, {choice.need.code}, language)
    abroad = choices.abroad(choice, edition.area)
    return tuple(card for card in cards if not (abroad and card.call and card.call.short))


@kept
def _leads_on(edition: Edition, code: str) -> bool:
    choice, language = choices.parse(code, edition), edition.area.languages[0]
    answers = chosen(edition, choice, language)
    far = () if choices.abroad(choice, edition.area) else answers.far
    return any(card.fit < LAST for card in (*answers.blocks.all, *far)) or bool(statements(edition, choice, language))


def leads_on(edition: Edition, choice: Choice) -> bool:
    """Whether more than a last resort is listed for a choice, so that no question leads to nothing."""
    return _leads_on(edition, choice.code)


def everything(edition: Edition, sheet: int, language: str) -> SimpleNamespace:
    """Return a sheet of the list of everything, with what `found` has: by name, those not confirmed for long last."""

    def read() -> Blocks:
        cards = [edition.card(entry, language) for entry in edition.entries(language).values() if entry.listed]
        return Blocks(
            near=tuple(card for card in cards if first_choice(card.entry) and card.entry.points),
            named=tuple(card for card in cards if first_choice(card.entry) and not card.entry.points),
            later=tuple(card for card in cards if not first_choice(card.entry)),
        )

    blocks = edition.keep(("everything", language), read)
    sheets = sheets_of(blocks)
    letters = tuple(card.entry.name[:1].upper() for card in blocks.all[::SHEET]) if sheets > 1 else ()
    return SimpleNamespace(
        choice=None,
        place="",
        start="",
        far=(),
        abroad=False,
        others={},
        districts="",
        blocks=cut(blocks, sheet, sheets),
        total=len(blocks),
        sheet=sheet,
        sheets=sheets,
        sheet_paths=_paths("all", sheets, letters=letters),
        line=line_for(edition, language, abroad=False),
        spoken=edition.keep(("spoken", language), lambda: spoken(blocks.all, language)),
        rest="*" if sheets > 1 else "",
        statements=spoken_for(edition, None, (), language) if sheet == 1 else (),
    )


def spoken(cards: Iterable[Card], language: str) -> tuple[tuple[str, str], ...]:
    """Return the languages that are spoken by services, code and name, by name."""
    codes = {code for card in cards for code in card.entry.languages}
    return tuple(sorted(((code, str(label("languages", code, language))) for code in codes), key=lambda pair: pair[1]))


def rest(edition: Edition, whole: Blocks, shown: Blocks) -> str:
    """Return the places of what is on other sheets among the ids of all that is listed."""
    places, here = columns(edition), {card.id for card in shown.services}
    return " ".join(str(places[card.id]) for card in whole.services if card.id in places and card.id not in here)


def others(edition: Edition, whole: Blocks, shown: Blocks) -> dict[str, str]:
    """Return, as JSON by block, what a script sorts the entries on later sheets by that have hours.

    Of each its place among the ids of all that is listed, how well it fits, its hours, their offset from UTC, and the
    minutes of travel in summer and winter, null where it is cut off.
    """

    def read(minutes: float) -> int | None:
        return shown_minutes(minutes) if math.isfinite(minutes) else None

    places = columns(edition)
    blocks = {"near": whole.near[len(shown.near) :], "named": whole.named[len(shown.named) :]}
    rows = {
        block: [
            (places[card.id], card.fit, card.week.script, card.week.offset, card.minutes and [*map(read, card.minutes)])
            for card in cards
            if card.week.script and card.id in places
        ]
        for block, cards in blocks.items()
    }
    return {block: json.dumps(row, separators=(",", ":")) for block, row in rows.items() if row}


@kept
def columns(edition: Edition) -> dict[str, int]:
    """Return the place of each service among the ids of all that is listed."""
    ids = sorted(entry.id for entry in edition.in_any_language() if entry.listed)
    return {identifier: place for place, identifier in enumerate(ids)}


def sheets_of(blocks: Blocks) -> int:
    """Return how many sheets a list takes; an empty one takes one."""
    return max(1, -(-len(blocks) // SHEET))


def cut(blocks: Blocks, sheet: int, sheets: int) -> Blocks:
    """Return the part of a list that stands on a sheet."""
    if not 1 <= sheet <= sheets:
        raise NotFound("no such page")
    start, stop = SHEET * (sheet - 1), SHEET * sheet
    parts = []
    for part in (blocks.near, blocks.named, blocks.ask, blocks.later):
        parts.append(part[max(0, start) : max(0, stop)])
        start, stop = start - len(part), stop - len(part)
    return Blocks(*parts)
