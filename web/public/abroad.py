"""Help abroad: the country is chosen first, then who is there, and which numbers work from there."""

from dataclasses import dataclass

from mapping.errors import NotFound
from mapping.language.taxonomy import Term
from web.presenters import choices
from web.presenters.cards import Card, ContactLink, country_name, first_choice
from web.presenters.choices import ABROAD, Choice
from web.presenters.edition import Edition
from web.presenters.hotlines import Hotline, line_for

CONSULAR = "RET-CON"


@dataclass(frozen=True)
class Country:
    """Help in a country: consulates, other bodies there, lines that can be called from there, and what is not sure."""

    code: str
    name: str
    line: Hotline | None
    short: ContactLink | None
    consulates: tuple[Card, ...]
    others: tuple[Card, ...]
    lines: tuple[Card, ...]
    later: tuple[Card, ...]
    needs: tuple[Term, ...]


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
    found: dict[str, list[Card]] = {"consulates": [], "others": [], "lines": [], "later": []}
    for entry in edition.entries(language).values():
        there = any(place.country == known.get(code) for place in entry.places) if code in known else False
        reached = choices.crosses_borders(entry, edition.area) or known.get(code) in entry.covers
        if entry.status not in ("active", "temporarily closed") or not (there or reached):
            continue
        made = choices.callable_first(edition.card(entry, language))
        if not there and (not made.calls or made.calls[0].short):
            continue
        consular = entry.organization.kind == "embassy" or CONSULAR in entry.types
        block = "later" if not first_choice(entry) else "lines" if not there else "consulates" if consular else "others"
        found[block].append(made)
    line = line_for(edition, language, abroad=True)
    home = line_for(edition, language, abroad=False)
    return Country(
        code,
        choices.where_name(Choice(choices.needs()[0], code), edition.area, language),
        line,
        home.call if home and home.call.short else None,
        **{name: tuple(cards) for name, cards in found.items()},
        needs=tuple(choices.needs()),
    )
