"""Choices: what help, where, for whom; each answer is a link with a neutral code, so that nothing is typed or sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from phonenumbers import country_code_for_region

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import show, translate
from mapping.language.need_fits import LAST, fit
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import Entry
from web.presenters.cards import Blocks, Card, country_name, first_choice, minutes_to
from web.presenters.edition import Edition

Fit = Literal["yes", "ask", "no"]

EVERYWHERE, ABROAD = "r0", "zz"
ADULT, CHILD, ANYONE, BOTH = "a", "c", "e", "f"
CHILDREN, GROWN = {"AGE-CHI", "AGE-ADO"}, {"AGE-ADU", "AGE-OLD"}
GROUPS_OF = {"": (), ANYONE: (), ADULT: ("AGE-ADU",), CHILD: ("AGE-CHI",), BOTH: ("HH-DEP",)}
"""Groups of beneficiaries that somebody belongs to, as far as the answer to "who" tells."""
PATTERN = re.compile(
    r"n(?P<need>\d)(?:-(?P<where>r\d{1,3}|[a-z]{2})(?:-(?P<who>[acef])(?:-(?P<sheet>[2-9]|[1-9]\d))?)?)?"
)
CROSS_BORDER = "RET"
"""The family of help that starts abroad and ends at home."""

NO_PAPERS = "NONE"
"""The code by which a service says that it asks for no papers."""

FARTHER = 5
"""How many services of other regions are offered where a region has none that can be visited."""


@dataclass(frozen=True)
class Choice:
    """Answers so far; empty ones were not asked yet."""

    need: Term
    where: str = ""
    who: str = ""
    sheet: int = 1

    @property
    def code(self) -> str:
        """Return the answers as they stand in an address, without the sheet."""
        return "-".join(filter(None, (self.need.details["path"], self.where, self.who)))


def needs() -> list[Term]:
    """Return the kinds of help that are asked for first, in their order."""
    return Vocabulary.load("needs").terms()


@lru_cache(8)
def regions(area: StudyArea) -> Mapping[str, str]:
    """Return the code of an answer for each region: r1 -> code of the unit."""
    level = min(1, len(area.levels) - 1)
    units = [unit.code for unit in area.all_units().values() if unit.level == level]
    return MappingProxyType({f"r{place}": code for place, code in enumerate(units, 1)})


def countries(edition: Edition) -> dict[str, str]:
    """Return the code of an answer for each country abroad where something is listed: kz -> KZ."""

    def read() -> dict[str, str]:
        places = (place for entry in edition.entries("en").values() for place in entry.places)
        found = {place.country for place in places if place.country and place.country != edition.area.code}
        order = {code: place for place, code in enumerate(edition.area.settings.country_names)}
        return {code.lower(): code for code in sorted(found, key=lambda code: (order.get(code, len(order)), code))}

    return edition.keep("countries", read)


def parse(code: str, edition: Edition) -> Choice:
    """Read answers from an address.

    Raises
    ------
    NotFound
        When it holds an answer that is not offered.
    """
    found = PATTERN.fullmatch(code)
    need = next((each for each in needs() if found and each.details["path"] == f"n{found['need']}"), None)
    if found is None or need is None:
        raise NotFound("no such page")
    where = found["where"] or ""
    if where not in {"", EVERYWHERE, ABROAD, *regions(edition.area), *countries(edition)}:
        raise NotFound("no such page")
    return Choice(need, where, found["who"] or "", int(found["sheet"] or 1))


def where_name(choice: Choice, area: StudyArea, language: str) -> str:
    """Return the name of the place that was chosen; empty for everywhere."""
    units = regions(area)
    if choice.where in units:
        return area.label(units[choice.where], language)
    if choice.where == ABROAD:
        return translate("another country", language)
    return country_name(area, choice.where.upper(), language) if choice.where not in ("", EVERYWHERE) else ""


def chosen(edition: Edition, choice: Choice, language: str) -> tuple[Blocks, tuple[Card, ...], str]:
    """Return the services that answer a choice, those farther away where the region has none, and the town to start at.

    Services are in the order of travel time from the region's main town, which is named; else in order of name.
    """
    area = edition.area
    unit = regions(area).get(choice.where)
    seat = edition.seats.get(unit) if unit else None
    summer = edition.minutes(seat[0], "summer") if seat else {}
    winter = edition.minutes(seat[0], "winter") if seat else {}
    found: dict[str, list[Card]] = {"near": [], "named": [], "ask": [], "later": [], "far": []}
    for entry in answering(edition, choice, language):
        block, taken = place_of(entry, choice, area), fits(entry, choice.who)
        if taken == "no" or rank_of(entry, choice) is None or (block == "" and not unit):
            continue
        minutes = minutes_to(entry, summer, winter)
        if block == "" and (minutes is None or not first_choice(entry) or taken == "ask"):
            continue
        made = edition.card(entry, language)
        if abroad(choice, area):
            made = callable_first(made)
            there = any(place.country == choice.where.upper() for place in entry.places)
            if not there and (not made.calls or made.calls[0].short):
                continue
        made = replace(made, minutes=minutes, why=tuple(why(made, choice, block, area)))
        if not first_choice(entry):
            found["later"].append(made)
        elif taken == "ask":
            found["ask"].append(made)
        else:
            found[block or "far"].append(made)
    in_order = {name: _fitting(cards, choice) for name, cards in found.items()}
    near = in_order["near"]
    far = _better(in_order["far"], near, choice)[:FARTHER]
    start = show(seat[1], language) if seat and any(card.minutes for card in (*near, *far)) else ""
    blocks = Blocks(tuple(near), *(tuple(in_order[name]) for name in ("named", "ask", "later")))
    return blocks, tuple(far), start


def callable_first(made: Card) -> Card:
    """Return a card whose first number works from abroad, where it has one."""
    return replace(made, calls=tuple(sorted(made.calls, key=lambda call: (not call.spoken, call.short))))


def rank_of(entry: Entry, choice: Choice) -> int | None:
    """Return how well a service fits what was chosen: 1, 2, 3 for a last resort, None where it is no answer."""
    return fit(choice.need.code, entry.types, GROUPS_OF[choice.who])


def _fitting(cards: list[Card], choice: Choice) -> list[Card]:
    """Return services by how well they fit, then by minutes, then by name; a last resort only where nothing else is."""

    def key(card: Card) -> tuple[int, tuple[float, float]]:
        return rank_of(card.entry, choice) or LAST, card.minutes or (float("inf"), float("inf"))

    ordered = sorted(cards, key=key)
    return [card for card in ordered if key(card)[0] < LAST] or ordered


def _better(far: list[Card], near: list[Card], choice: Choice) -> list[Card]:
    """Return the services of other regions that fit better than any that is near; all where nothing is."""
    best = min((rank_of(card.entry, choice) or LAST for card in near), default=LAST + 1)
    return [card for card in far if (rank_of(card.entry, choice) or LAST) < best]


def answering(edition: Edition, choice: Choice, language: str) -> list[Entry]:
    """Return the services that meet a need and are not closed for good, by name."""

    def read() -> list[Entry]:
        return [
            entry
            for entry in edition.entries(language).values()
            if entry.status in ("active", "temporarily closed") and fit(choice.need.code, entry.types) is not None
        ]

    return edition.keep(("answering", choice.need.code, language), read)


def place_of(entry: Entry, choice: Choice, area: StudyArea) -> Literal["near", "named", ""]:
    """Say whether an entry can be visited where somebody is, serves it in another way, or neither."""
    if choice.where in ("", EVERYWHERE):
        return "near" if entry.points else "named"
    unit = regions(area).get(choice.where)
    if unit is None:
        return _abroad(entry, choice.where.upper(), area)
    inside = [
        place
        for place in entry.places
        if place.country in (None, "", area.code) and place.area_unit and _within(area, place.area_unit, unit)
    ]
    if any(place.has_point for place in inside):
        return "near"
    if inside or covers(entry, unit, area):
        return "named"
    return ""


def abroad(choice: Choice, area: StudyArea) -> bool:
    """Tell whether the answer to where is a country abroad."""
    return choice.where not in ("", EVERYWHERE, *regions(area))


def _abroad(entry: Entry, country: str, area: StudyArea) -> Literal["near", "named", ""]:
    there = [place for place in entry.places if place.country == country]
    if there:
        return "near" if any(place.has_point for place in there) else "named"
    return "named" if country in entry.covers or crosses_borders(entry, area) else ""


def crosses_borders(entry: Entry, area: StudyArea) -> bool:
    """Tell whether a service of the whole country can help by phone from abroad.

    Who works in one place, goes to people, or keeps the place unsaid cannot, unless the help is made for coming home.
    """
    if not entry.remote or (entry.covers and area.code not in entry.covers):
        return False
    kinds = Vocabulary.load("service_types")
    terms = [kinds.term(code) for code in entry.types if code in kinds]
    return any(
        term.parent == CROSS_BORDER
        or term.location_kind == "remote"
        or (term.location_kind == "any" and term.precision != "none")
        for term in terms
    )


def covers(entry: Entry, unit: str, area: StudyArea) -> bool:
    """Tell whether a service says that it serves an area unit, or has neither place nor area and serves everyone.

    Who can only be called in another country serves people there, unless the help is made for coming home.
    """
    if not entry.covers:
        coming_home = any(code.partition("-")[0] == CROSS_BORDER for code in entry.types)
        return entry.remote and (coming_home or not _answers_abroad(entry, area))
    known = area.all_units()
    around = {unit, *area.ancestors(unit)}
    return any(code in around or (code in known and unit in area.ancestors(code)) for code in entry.covers)


def _answers_abroad(entry: Entry, area: StudyArea) -> bool:
    """Tell whether all numbers of a service are of other countries; a short one is dialled at home."""
    home = f"+{country_code_for_region(area.settings.phone_region or area.code)}"
    numbers = [phone.number for phone in entry.phones if not phone.number.startswith("http")]
    return bool(numbers) and all(number.startswith("+") and not number.startswith(home) for number in numbers)


def _within(area: StudyArea, code: str, region: str) -> bool:
    """Tell whether a place's unit lies in a region, or is so large that the region lies in it."""
    return code in area.all_units() and (area.region_of(code) == region or code in area.ancestors(region))


def fits(entry: Entry, who: str) -> Fit:
    """Say whether a service takes somebody.

    A child is only sent where children are said to be taken; where nothing is said, one must ask first.
    """
    if who == BOTH:
        return _fits_both(entry)
    if who not in (ADULT, CHILD):
        return "yes"
    wanted, other = (CHILDREN, GROWN) if who == CHILD else (GROWN, CHILDREN)
    taken, refused = set(entry.serves), set(entry.excludes)
    if wanted & refused and not wanted & taken:
        return "no"
    if wanted & taken:
        return "yes"
    if other & taken:
        return "no"
    child_service = any(code.startswith("CHP") or code == "ACC-CHI" for code in entry.types)
    if who == CHILD:
        return "yes" if child_service else "ask"
    return "yes"


def _fits_both(entry: Entry) -> Fit:
    """Say whether a service takes somebody with a child: where people stay it must take both, else one of the two."""
    adult, child = fits(entry, ADULT), fits(entry, CHILD)
    if any(code.startswith("ACC") for code in entry.types):
        if "HH-DEP" in entry.serves and "no" not in (adult, child):
            return "yes"
        return "no" if "no" in (adult, child) else child
    return next(fit_ for fit_ in ("yes", "ask", "no") if fit_ in (adult, child))


def why(made: Card, choice: Choice, block: str, area: StudyArea) -> Iterator[str]:
    """Yield the reasons for which an entry stands in a list."""
    language = made.language
    yield show(choice.need.labels, language)
    if choice.who == CHILD and fits(made.entry, CHILD) == "yes":
        yield translate("takes children", language)
    if choice.where and choice.where != EVERYWHERE:
        place = where_name(choice, area, language)
        if block == "near":
            yield place
        elif block == "named":
            yield translate("by phone or visit: {place}", language, place=place)
    if made.week.always:
        yield translate("open day and night", language)
    if NO_PAPERS in made.entry.papers:
        yield translate("no papers asked", language)
