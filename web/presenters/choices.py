"""Choices: what help, where, for whom; each answer is a link with a neutral code, so that nothing is typed or sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import translate
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.rules import reach
from mapping.view.rules.takes import ANSWERS, OF_GROUP, TAKEN, WITH_CHILDREN, Answer, IntakeTerms, stays, takes, worst
from mapping.view.view import Entry
from mapping.view.visits import is_line, related, serves
from web.presenters.cards import country_name
from web.presenters.edition import Edition, kept

EVERYWHERE, ABROAD = "r0", "zz"
ADULT, CHILD, ANYONE, BOTH = "a", "c", "e", "f"
AGES_OF = {ADULT: ("AGE-ADU", (TAKEN["AGE-ADU"], OF_GROUP["AGE-ADU"][1])), CHILD: ("AGE-CHI", OF_GROUP["AGE-CHI"])}
"""The group of whom help is for, their ages, and those that must be taken where nothing has to be asked."""
MAP = "m"
"""In place of an answer to "who": the map of a region, to choose a district on."""
GROUPS_OF = {"": (), ANYONE: (), ADULT: ("AGE-ADU",), CHILD: ("AGE-CHI",), BOTH: ("HH-DEP",)}
"""Groups of beneficiaries that somebody belongs to, as far as the answer to "who" tells."""
PATTERN = re.compile(
    r"n(?P<need>\d)(?:-(?P<where>[rd]\d{1,3}|[a-z]{2})(?:-(?P<who>[acefm])(?:-(?P<sheet>[2-9]|[1-9]\d))?)?)?"
)
HOME = "home"
"""The need of who wants to come home from abroad."""
CONSULAR = reach.CONSULAR


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


@lru_cache(8)
def districts(area: StudyArea) -> Mapping[str, str]:
    """Return the code of an answer for each district, the finest area units: d1 -> code of the unit."""
    units = area.all_units().values()
    parents = {unit.parent for unit in units}
    own = set(regions(area).values())
    finest = [unit.code for unit in units if unit.code not in parents and unit.code not in own]
    return MappingProxyType({f"d{place}": code for place, code in enumerate(finest, 1)})


def districts_of(area: StudyArea, where: str) -> dict[str, str]:
    """Return the answers that are districts of a region: d1 -> unit; none where it is one itself."""
    region = regions(area).get(where)
    answers = {code: unit for code, unit in districts(area).items() if area.region_of(unit) == region}
    return answers if len(answers) > 1 else {}


@kept
def countries(edition: Edition) -> dict[str, str]:
    """Return the code of an answer for each country abroad where something is listed: kz -> KZ."""
    places = (place for entry in edition.in_any_language() if entry.listed for place in entry.places)
    abroad = {place.country for place in places if place.country and place.country != edition.area.code}
    order = {code: place for place, code in enumerate(edition.area.settings.country_names)}
    return {code.lower(): code for code in sorted(abroad, key=lambda code: (order.get(code, len(order)), code))}


def parse(code: str, edition: Edition) -> Choice:
    """Read answers from an address."""
    match = PATTERN.fullmatch(code)
    need = next((term for term in needs() if match and term.details["path"] == f"n{match['need']}"), None)
    if match is None or need is None:
        raise NotFound("no such page")
    where = match["where"] or ""
    who = match["who"] or ""
    inside = regions(edition.area)
    if where not in {"", EVERYWHERE, ABROAD, *inside, *districts(edition.area), *countries(edition)}:
        raise NotFound("no such page")
    if (who == MAP and match["sheet"]) or (who and where in districts(edition.area)):
        raise NotFound("no such page")
    return Choice(need, where, who, int(match["sheet"] or 1))


def where_name(choice: Choice, area: StudyArea, language: str) -> str:
    """Return the name of the place that was chosen; empty for everywhere."""
    if unit := unit_of(choice, area):
        return area.label(unit, language)
    if choice.where == ABROAD:
        return translate("another country", language)
    return country_name(area, choice.where.upper(), language) if choice.where not in ("", EVERYWHERE) else ""


def unit_of(choice: Choice, area: StudyArea) -> str:
    """Return the area unit that was chosen, a region or a district; empty where it was none."""
    return regions(area).get(choice.where) or districts(area).get(choice.where, "")


def place_of(entry: Entry, choice: Choice, area: StudyArea) -> Literal["near", "named", ""]:
    """Say whether an entry can be visited where somebody is, serves it in another way, or neither."""
    if choice.where in ("", EVERYWHERE):
        return "near" if entry.points else "named"
    unit = unit_of(choice, area)
    if not unit:
        return _abroad(entry, choice.where.upper(), area)
    around = related(area, unit)
    inside = [place for place in entry.sites if place.area_unit in around and not area.is_abroad(place.country)]
    if any(place.has_point for place in inside):
        return "near"
    return "named" if inside or serves(entry, unit, area) else ""


def abroad(choice: Choice, area: StudyArea) -> bool:
    """Tell whether the answer to where is a country abroad."""
    return choice.where not in ("", EVERYWHERE) and not unit_of(choice, area)


def _abroad(entry: Entry, country: str, area: StudyArea) -> Literal["near", "named", ""]:
    there = [place for place in entry.places if place.country == country]
    if there:
        return "near" if any(place.country == country for place in entry.points) else "named"
    return "named" if country in entry.covers or crosses_borders(entry, area) else ""


def crosses_borders(entry: Entry, area: StudyArea) -> bool:
    """Tell whether a service of the whole country can help by phone from abroad: a line can.

    Who else works in one place, goes to people, or keeps the place unsaid cannot, but for help made for coming home.
    """
    if entry.covers and area.code not in entry.covers:
        return False
    kinds = Vocabulary.load("service_types")
    terms = [kinds.term(code) for code in entry.types if code in kinds]
    return is_line(entry) or (
        entry.remote
        and any(
            term.parent == reach.CROSS_BORDER or (term.location_kind == "any" and term.precision != "none")
            for term in terms
        )
    )


def fits(entry: Entry, who: str) -> Answer:
    """Say whether a service takes somebody: by the one rule, `mapping.view.rules.takes`.

    Somebody with a child is sent to stay only where both are taken, elsewhere where one of the two is.
    """
    return _fits(entry.terms, who)


@lru_cache(4096)  # thousands of services take the same people
def _fits(terms: IntakeTerms, who: str) -> Answer:
    if who not in AGES_OF:
        return _fits_both(terms) if who == BOTH else "yes"
    return takes(terms, *AGES_OF[who]).answer


def _fits_both(terms: IntakeTerms) -> Answer:
    adult = takes(terms, *AGES_OF[ADULT])
    if stays(terms.types):
        return worst((adult, takes(terms, WITH_CHILDREN)))
    answers = {adult.answer, takes(terms, *AGES_OF[CHILD]).answer}
    return next(answer for answer in ANSWERS if answer in answers)
