"""Help abroad: the country is chosen first, then what help; who is there, and which numbers work from there."""

from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace

from mapping.errors import NotFound
from mapping.language.i18n import translate
from web.presenters import choices
from web.presenters.cards import Card, country_name, first_choice
from web.presenters.choices import ABROAD, Choice
from web.presenters.edition import Edition
from web.presenters.entries import emergency, next_page
from web.presenters.hotlines import line_for
from web.presenters.lists import callable_first, consulates, reaches, together


def numbers_there(edition: Edition, language: str) -> list[SimpleNamespace]:
    """Return whom to call in each country that the search understands; the code "*" stands for any other one."""
    area, listed = edition.area, choices.countries(edition)
    line = line_for(edition, language, abroad=True)

    def numbers(code: str, name: str) -> SimpleNamespace:
        there = emergency(area, language, country=code)
        path = f"c-{code.lower()}.html" if code.lower() in listed else "c.html"
        return SimpleNamespace(code=code, name=name, line=line, emergency=there, path=path)

    countries = [
        numbers(code, country_name(area, code, language))
        for code in dict.fromkeys((*area.settings.country_names, *listed.values()))
        if code != area.code and (code.lower() in listed or code in area.settings.emergency_abroad)
    ]
    return [*countries, numbers("*", translate("Abroad", language))]


def countries(edition: Edition, language: str) -> list[tuple[str, str]]:
    """Return the countries where something is listed: code in an address, and name."""
    listed = choices.countries(edition).items()
    return [(code, country_name(edition.area, country, language)) for code, country in listed]


def country(edition: Edition, code: str, language: str) -> SimpleNamespace:
    """Return what the page of a country shows; ``zz`` is one where nothing is listed.

    That is its emergency numbers, consulates, other organizations there, lines that can be called from there, what is
    not sure, and what can be asked for with the address that it leads to.
    """
    listed = choices.countries(edition)
    if code not in (*listed, ABROAD):
        raise NotFound("no such page")
    choice, here = Choice(choices.needs()[0], code), listed.get(code, "")
    blocks: dict[str, list[Card]] = defaultdict(list)
    for entry in edition.entries(language).values():
        there = bool(here) and any(place.country == here for place in entry.places)
        reached = there or here in entry.covers or choices.crosses_borders(entry, edition.area)
        if entry.listed and reached and reaches(edition, entry, choice):
            name = "later" if not first_choice(entry) else "others" if there else "lines"
            blocks[name].append(callable_first(edition.card(entry, language)))
    desks = (callable_first(edition.card(entry, language)) for entry in consulates(edition, code, language))
    official = together(desks, by_place=False)
    return SimpleNamespace(
        code=code,
        name=choices.where_name(choice, edition.area, language),
        line=line_for(edition, language, abroad=True),
        emergency=emergency(edition.area, language, country=code.upper()),
        consulates=official,
        others=_each_once(blocks["others"], but=official),
        lines=_each_once(blocks["lines"], but=[*official, *blocks["others"]]),
        later=_each_once(blocks["later"], but=[*official, *blocks["others"], *blocks["lines"]]),
        needs=[(need, next_page(edition, Choice(need, code))) for need in choices.needs()],
    )


def _each_once(cards: Iterable[Card], *, but: Iterable[Card]) -> list[Card]:
    """Return cards with each organization once, but those of organizations that stand elsewhere already."""
    shown = {card.entry.organization.id for card in but}
    return together((card for card in cards if card.entry.organization.id not in shown), by_place=False)
