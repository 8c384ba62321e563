"""Help abroad: the country is chosen first, then what help; who is there, and which numbers work from there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mapping.errors import NotFound
from mapping.language.i18n import translate
from mapping.language.taxonomy import Term
from web.presenters import choices
from web.presenters.cards import Card, country_name, first_choice
from web.presenters.choices import ABROAD, Choice
from web.presenters.edition import Edition
from web.presenters.entries import Emergency, emergency, next_page
from web.presenters.hotlines import Hotline, line_for
from web.presenters.lists import callable_first, consulates, reaches, together


@dataclass(frozen=True)
class Country:
    """Help in a country: its emergency numbers, consulates, other organizations, lines that can be called from there.

    ``needs`` are what can be asked for, with the address that it leads to; ``later`` is what is not sure.
    """

    code: str
    name: str
    line: Hotline | None
    emergency: tuple[Emergency, ...]
    consulates: tuple[Card, ...]
    others: tuple[Card, ...]
    lines: tuple[Card, ...]
    later: tuple[Card, ...]
    needs: tuple[tuple[Term, str], ...]


@dataclass(frozen=True)
class NumbersThere:
    """Whom to call in a country abroad; of the code "*" in one of which no numbers are known."""

    code: str
    name: str
    line: Hotline | None
    emergency: tuple[Emergency, ...]
    path: str


def numbers_there(edition: Edition, language: str) -> list[NumbersThere]:
    """Return whom to call in each country that the search understands, and in any other one."""
    area, listed = edition.area, choices.countries(edition)
    line = line_for(edition, language, abroad=True)
    codes = [code for code in dict.fromkeys((*area.settings.country_names, *listed.values())) if code != area.code]
    return [
        NumbersThere(
            code,
            country_name(area, code, language),
            line,
            emergency(area, language, country=code),
            f"c-{code.lower()}.html" if code.lower() in listed else "c.html",
        )
        for code in codes
        if code.lower() in listed or code in area.settings.emergency_abroad
    ] + [NumbersThere("*", translate("Abroad", language), line, (), "c.html")]


def countries(edition: Edition, language: str) -> list[tuple[str, str]]:
    """Return the countries where something is listed: code in an address, and name."""
    return [
        (code, country_name(edition.area, country, language)) for code, country in choices.countries(edition).items()
    ]


def country(edition: Edition, code: str, language: str) -> Country:
    """Return what the page of a country shows; ``zz`` is one where nothing is listed.

    Raises
    ------
    NotFound
        When there is no such page.
    """
    known = choices.countries(edition)
    if code not in (*known, ABROAD):
        raise NotFound("no such page")
    choice = Choice(choices.needs()[0], code)
    blocks: dict[str, list[Card]] = defaultdict(list)
    for entry in edition.entries(language).values():
        there = any(place.country == known.get(code) for place in entry.places) if code in known else False
        reached = there or choices.crosses_borders(entry, edition.area) or known.get(code) in entry.covers
        if not entry.listed or not reached:
            continue
        if not reaches(edition, entry, choice):
            continue
        made = callable_first(edition.card(entry, language))
        blocks["later" if not first_choice(entry) else "others" if there else "lines"].append(made)
    desks = (callable_first(edition.card(entry, language)) for entry in consulates(edition, code, language))
    official = together(desks, by_place=False)
    line = line_for(edition, language, abroad=True)
    return Country(
        code=code,
        name=choices.where_name(choice, edition.area, language),
        line=line,
        emergency=emergency(edition.area, language, country=code.upper()),
        consulates=tuple(official),
        others=_each_once(blocks["others"], but=official),
        lines=_each_once(blocks["lines"], but=(*official, *blocks["others"])),
        later=_each_once(blocks["later"], but=(*official, *blocks["others"], *blocks["lines"])),
        needs=tuple((need, next_page(edition, Choice(need, code), language)) for need in choices.needs()),
    )


def _each_once(cards: Iterable[Card], *, but: Iterable[Card]) -> tuple[Card, ...]:
    """Return cards with each organization once, but those of organizations that stand elsewhere already."""
    shown = {card.entry.organization.id for card in but}
    return tuple(together((card for card in cards if card.entry.organization.id not in shown), by_place=False))
