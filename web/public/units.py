"""Pages of area units: what is here, what is near, who is responsible."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace

from mapping.analysis.common.listed import units_of
from mapping.analysis.common.nearest import fitting, nearest_service
from mapping.errors import NotFound
from mapping.language.i18n import show
from mapping.language.need_fits import FIRST, types_for
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import Entry
from web.presenters import choices
from web.presenters.cards import Card, first_choice, in_a_row, said
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import StatementCard, line_for, responsible, spoken_for
from web.presenters.lists import answering
from web.presenters.outlines import picture

SHOWN = 200
"""Services that a page lists of each part; a page for the slowest line holds no more. All are in the printed list."""


@dataclass(frozen=True)
class Nearest:
    """The nearest confirmed service for a need: in the unit itself, elsewhere, by phone only, or none that is known.

    ``said`` is what may be said of hidden help instead of a service.
    """

    need: Term
    card: Card | None = None
    inside: bool = False
    minutes: tuple[float, float] | None = None
    said: StatementCard | None = None


def regions(edition: Edition, language: str) -> list[SimpleNamespace]:
    """Return every region with its finest units, in the order of the study area: code, name, people, services."""
    area, inside = edition.area, _by_unit(edition)
    units = area.all_units().values()
    finest = max(unit.level for unit in units)
    return [
        SimpleNamespace(
            code=region,
            name=area.label(region, language),
            people=area.unit(region).people,
            units=[
                (unit.code, area.label(unit.code, language), unit.people, len(inside.get(unit.code, ())))
                for unit in units
                if unit.level == finest and unit.code != region and area.region_of(unit.code) == region
            ],
        )
        for region in choices.regions(area).values()
    ]


@kept
def _by_unit(edition: Edition) -> dict[str, set[str]]:
    """Return the ids of the listed services of each unit."""
    ids_of: dict[str, set[str]] = defaultdict(set)
    for entry in edition.in_any_language():
        for code in units_of(entry, edition.area) if entry.listed else ():
            ids_of[code].add(entry.id)
    return dict(ids_of)


def unit(edition: Edition, code: str, language: str) -> SimpleNamespace:
    """Return what the page of a unit shows; the country has none."""
    area = edition.area
    area_unit = area.unit(code)
    if area_unit.level == 0 and len(area.levels) > 1:
        raise NotFound("no such page")
    seat, ids = edition.seats.get(code), _by_unit(edition).get(code, ())
    inside = [edition.card(entry, language) for entry in edition.entries(language).values() if entry.id in ids]
    sure = [card for card in inside if first_choice(card.entry)]
    parts = {
        "here": [card for card in sure if card.entry.points],
        "named": [card for card in sure if not card.entry.points],
        "later": [card for card in inside if not first_choice(card.entry)],
    }
    spoken = {tongue for card in sure for tongue in card.entry.languages}
    children = [child for child in area.all_units().values() if child.parent == code]
    return SimpleNamespace(
        code=code,
        name=area.label(code, language),
        label=area.level_name(area_unit.level, language),
        label_below=area.level_name(children[0].level, language) if children else "",
        above=[(c, area.label(c, language)) for c in reversed(area.ancestors(code)) if area.unit(c).level > 0],
        below=[(child.code, area.label(child.code, language)) for child in children],
        people=area_unit.people,
        year=area.file.population.date.year,
        services=len(inside),
        organizations=len({card.entry.organization.id for card in inside}),
        speaks=in_a_row(sorted(said("languages", spoken, language)), language),
        start=show(seat[1], language) if seat else "",
        nearest=list(_nearest(edition, code, language)),
        **{name: cards[:SHOWN] for name, cards in parts.items()},
        left=max(map(len, parts.values())) > SHOWN,
        region=next((name for name, unit in choices.regions(area).items() if unit == area.region_of(code)), ""),
        statements=spoken_for(edition, code, (), language),
        responsible=responsible(edition, code, language),
        line=line_for(edition, language, abroad=False),
        picture=picture(edition, code, language),
        sources=area.attributions("admin", language=language),
    )


def _nearest(edition: Edition, code: str, language: str) -> Iterable[Nearest]:
    """Yield the nearest service for each need, by summer minutes from the unit's main place."""
    kinds, statements = Vocabulary.load("service_types"), spoken_for(edition, code, (), language)
    place = edition.seats.get(code, ("", {}))[0]
    published = edition.minutes(place, "summer"), edition.minutes(place, "winter")
    for need in choices.needs():
        answers = [kinds.term(of_type) for of_type in types_for(need.code, FIRST)]
        types = {term.code for term in answers}
        hidden = min(
            (statement for statement in statements if statement.entry.service_type in types),
            key=lambda statement: statement.call is None,
            default=None,
        )
        if hidden and 2 * sum(term.audience == "custodian" for term in answers) > len(answers):
            yield Nearest(need, said=hidden)  # such help is hidden: what is on the map is something else
            continue
        found = nearest_service(
            _fitting(edition, need.code, language),
            code,
            edition.area,
            published,
            lambda: (edition.minutes_beyond(place, "summer"), edition.minutes_beyond(place, "winter")),
        )
        if found:
            yield Nearest(need, edition.card(found.entry, language), found.inside, found.minutes)
        else:
            yield Nearest(need, said=hidden)


@kept
def _fitting(edition: Edition, need: str, language: str) -> list[tuple[int, Entry]]:
    """Return what is offered for a need, but no last resort: how well each fits; the best and surest first."""
    return fitting(answering(edition, need, language), need)
