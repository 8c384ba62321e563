"""Pages of area units: what is here, what is near, who is responsible."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mapping.analysis.common.listed import units_of
from mapping.analysis.common.nearest import fitting, nearest_service
from mapping.errors import NotFound
from mapping.language.i18n import show
from mapping.language.need_fits import FIRST, types_for
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import Entry
from web.presenters import choices
from web.presenters.beyond import minutes_beyond
from web.presenters.cards import Card, first_choice, in_a_row, said
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import Hotline, line_for, responsible, spoken_for
from web.presenters.lists import StatementCard, answering
from web.presenters.outlines import picture


@dataclass(frozen=True)
class Nearest:
    """The nearest confirmed service for a need: in the unit itself, elsewhere, by phone only, or none that is known.

    ``said`` is what may be said of hidden help instead of a service.
    """

    need: Term
    card: Card | None
    inside: bool
    minutes: tuple[float, float] | None
    said: StatementCard | None = None


@dataclass(frozen=True)
class UnitPage:
    """An area unit with all that is said of it."""

    code: str
    name: str
    label: str
    label_below: str
    above: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...]
    people: int
    year: int
    services: int
    organizations: int
    speaks: tuple[str, ...]
    start: str
    nearest: tuple[Nearest, ...]
    here: tuple[Card, ...]
    named: tuple[Card, ...]
    later: tuple[Card, ...]
    statements: tuple[StatementCard, ...]
    responsible: tuple[Card, ...]
    line: Hotline | None
    picture: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A region and the units in it: code, name, people and listed services of each."""

    code: str
    name: str
    people: int
    units: tuple[tuple[str, str, int, int], ...]


def regions(edition: Edition, language: str) -> list[Region]:
    """Return every region with its units, in the order of the study area."""
    area = edition.area
    counts = _counts(edition)
    units = area.all_units().values()
    finest = max(unit.level for unit in units)
    all_regions = []
    for code in choices.regions(area).values():
        inside = [
            unit for unit in units if unit.level == finest and unit.code != code and area.region_of(unit.code) == code
        ]
        rows = tuple((u.code, area.label(u.code, language), u.people, counts.get(u.code, 0)) for u in inside)
        all_regions.append(Region(code, area.label(code, language), area.unit(code).people, rows))
    return all_regions


@kept
def _counts(edition: Edition) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in edition.in_any_language():
        for code in units_of(entry, edition.area) if entry.listed else ():
            counts[code] = counts.get(code, 0) + 1
    return counts


def unit(edition: Edition, code: str, language: str) -> UnitPage:
    """Return what the page of a unit shows.

    Raises
    ------
    NotFound
        When the study area has no such unit, and for the country, which has no page.
    """
    area = edition.area
    area_unit = area.unit(code)
    if area_unit.level == 0 and len(area.levels) > 1:
        raise NotFound("no such page")
    seat = edition.seats.get(code)
    inside = _by_unit(edition, language).get(code, [])
    here = [edition.card(e, language) for e in inside if first_choice(e) and e.points]
    named = [edition.card(e, language) for e in inside if first_choice(e) and not e.points]
    codes = {code for card in (*here, *named) for code in card.entry.languages}
    above = tuple((c, area.label(c, language)) for c in reversed(area.ancestors(code)) if area.unit(c).level > 0)
    children = [u for u in area.all_units().values() if u.parent == code]
    below = tuple((u.code, area.label(u.code, language)) for u in children)
    return UnitPage(
        code=code,
        name=area.label(code, language),
        label=area.level_name(area_unit.level, language),
        label_below=area.level_name(children[0].level, language) if children else "",
        above=above,
        below=below,
        people=area_unit.people,
        year=area.file.population.date.year,
        services=len(inside),
        organizations=len({card.organization.id for card in inside}),
        speaks=in_a_row(sorted(said("languages", codes, language)), language),
        start=show(seat[1], language) if seat else "",
        nearest=tuple(_nearest(edition, code, language)),
        here=tuple(here),
        named=tuple(named),
        later=tuple(edition.card(e, language) for e in inside if not first_choice(e)),
        statements=tuple(StatementCard.of(e, area, language) for e in spoken_for(edition, code, (), language)),
        responsible=tuple(responsible(edition, code, language)),
        line=line_for(edition, language, abroad=False),
        picture=picture(edition, code, language),
        sources=tuple(area.attributions("admin", language=language)),
    )


def _nearest(edition: Edition, code: str, language: str) -> Iterable[Nearest]:
    """Yield the nearest service for each need, by summer minutes from the unit's main place."""
    area, seat, kinds = edition.area, edition.seats.get(code), Vocabulary.load("service_types")
    summer = edition.minutes(seat[0], "summer") if seat else {}
    winter = edition.minutes(seat[0], "winter") if seat else {}

    def beyond(season: str) -> Mapping[str, float]:
        return minutes_beyond(edition, seat[0], season) if seat else {}

    for need in choices.needs():
        answers = [kinds.term(code) for code in types_for(need.code, FIRST)]
        types = {term.code for term in answers}
        confirmed = _fitting(edition, need.code, language)
        hidden = _said(edition, code, types, language)
        if hidden and 2 * sum(term.audience == "custodian" for term in answers) > len(answers):
            yield Nearest(need, None, False, None, hidden)  # such help is hidden: what is on the map is something else
            continue
        found = nearest_service(confirmed, code, area, (summer, winter), lambda: (beyond("summer"), beyond("winter")))
        if found:
            yield Nearest(need, edition.card(found.entry, language), found.inside, found.minutes)
        else:
            yield Nearest(need, None, False, None, hidden)


@kept
def _by_unit(edition: Edition, language: str) -> dict[str, list[Entry]]:
    """Return the services of each unit that are not closed for good, by name."""
    entries_of: dict[str, list[Entry]] = defaultdict(list)
    for entry in edition.entries(language).values():
        for code in units_of(entry, edition.area) if entry.listed else ():
            entries_of[code].append(entry)
    return dict(entries_of)


@kept
def _fitting(edition: Edition, need: str, language: str) -> list[tuple[int, Entry]]:
    """Return what is offered for a need, but no last resort: how well each fits; the best and surest first."""
    return fitting(answering(edition, need, language), need)


def _said(edition: Edition, code: str, types: Collection[str], language: str) -> StatementCard | None:
    """Return what is said of hidden help of these types in a unit, what has a number first."""
    statements = [statement for statement in spoken_for(edition, code, (), language) if statement.service_type in types]
    made = [StatementCard.of(statement, edition.area, language) for statement in statements]
    return min(made, key=lambda card: card.call is None, default=None)
