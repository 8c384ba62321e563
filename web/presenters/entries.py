"""What pages show: plain values, worked out here so that templates only place them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import islice
from types import SimpleNamespace

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import show, translate
from mapping.language.taxonomy import Vocabulary
from mapping.view.view import Entry
from web.presenters import choices, lists
from web.presenters.cards import Card, ContactLink, calls, country_name, entrance, first_choice, label, place_name
from web.presenters.choices import ADULT, BOTH, CHILD, Choice
from web.presenters.edition import Edition, kept, short_code
from web.presenters.hotlines import far_line, line_for, lines, only_abroad
from web.presenters.lists import Answers, nearest, statements
from web.presenters.outlines import tappable

TEXTS = ("p1", "p2", "p3", "p4")
"""Pages of text: about, method, safety, privacy; the names tell nothing to somebody who looks at a history."""

OTHERS = 4
"""Services that stand below one as other ways."""


@dataclass(frozen=True)
class Emergency:
    """A short number for a minute of danger, with its kind as ``area.toml`` names it: "police", "ambulance"."""

    kind: str
    label: str
    call: ContactLink


@dataclass(frozen=True)
class Option:
    """An answer to a question: its words, and the address that it leads to."""

    label: str
    path: str


def home(edition: Edition, language: str) -> SimpleNamespace:
    """Return what the first page shows: the line, one that works from abroad, others, and what can be asked for."""
    line = line_for(edition, language, abroad=False)
    return SimpleNamespace(
        line=line,
        far=far_line(edition, language),
        others=[hotline for hotline in lines(edition, language) if hotline != line][:3],
        emergency=emergency(edition.area, language),
        needs=choices.needs(),
    )


def numbers_in_all(edition: Edition) -> list[SimpleNamespace]:
    """Return whom to call in every language of the study area, for pages that are read before one is chosen."""
    numbers = []
    for language in edition.area.languages:
        line = line_for(edition, language, abroad=False)
        numbers.append(
            SimpleNamespace(
                language=language,
                text=translate("Talk to someone now", language),
                call=line.call if line else None,
                emergency=emergency(edition.area, language),
            )
        )
    return numbers


def emergency(area: StudyArea, language: str, *, country: str = "", but: Collection[str] = ()) -> tuple[Emergency, ...]:
    """Return the numbers for a minute of danger, at home or in a country abroad: none where they are not known.

    ``but`` are kinds of numbers that are left out, as ``area.toml`` names them: "police".
    """
    known = area.settings.emergency
    numbers = {kind: own.number for kind, own in known.items()}
    if country:
        numbers = dict(area.settings.emergency_abroad.get(country, {}))
    labels = {kind: (known[kind].label_abroad if country else None) or known[kind].label for kind in numbers}
    return tuple(
        Emergency(kind, show(labels[kind], language), ContactLink(number, number))
        for kind, number in numbers.items()
        if kind not in but
    )


def where(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
    """Return the question where somebody is: answers in groups, one that leaves it open, and a map to tap."""
    area = edition.area

    def page(code: str) -> str:
        return next_page(edition, replace(choice, where=code))

    links = {unit: (area.label(unit, language), page(code)) for code, unit in choices.regions(area).items()}
    inside = [Option(label, address) for label, address in links.values()]
    countries = choices.countries(edition).items()
    abroad = [Option(country_name(area, country, language), page(code)) for code, country in countries]
    abroad.append(Option(translate("Another country", language), page(choices.ABROAD)))
    groups = [(show(area.name, language), inside), (translate("Abroad", language), abroad)]
    abroad_first = choice.need.code == choices.HOME  # whoever wants to come home is abroad
    return SimpleNamespace(
        groups=groups[::-1] if abroad_first else groups,
        skip=Option(translate("Show all places", language), page(choices.EVERYWHERE)),
        line=line_for(edition, language, abroad=False),
        picture=tappable(edition, links),
        far=far_line(edition, language),
        abroad_first=abroad_first,
    )


def next_page(edition: Edition, choice: Choice) -> str:
    """Return where the answer to "where" leads: to the question for whom, or to the list if nothing depends on it."""
    return f"{choice.code if answered(edition, choice) else replace(choice, who=choices.ANYONE).code}.html"


def answered(edition: Edition, choice: Choice) -> list[str]:
    """Return the answers to "who is it for" that lead to something."""
    persons = (choices.ADULT, choices.BOTH, choices.CHILD)
    return [who for who in persons if lists.leads_on(edition, replace(choice, who=who))]


def who(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
    """Return the question for whom help is wanted."""
    labels = {
        choices.ADULT: translate("For me or another adult", language),
        choices.BOTH: translate("For me and my child", language),
        choices.CHILD: translate("For a child under 18", language),
    }
    return SimpleNamespace(
        groups=[("", [Option(labels[who], f"{choice.code}-{who}.html") for who in answered(edition, choice)])],
        skip=Option(translate("Show all", language), f"{choice.code}-{choices.ANYONE}.html"),
        line=line_for(edition, language, abroad=choices.abroad(choice, edition.area)),
    )


def district_question(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
    """Return the districts of the region that was chosen, by name and as a map to tap."""
    area, need = edition.area, choice.need.details["path"]
    inside = choices.districts_of(area, choice.where)
    if not inside:
        raise NotFound("no such page")
    links = {unit: (area.label(unit, language), f"{need}-{code}.html") for code, unit in inside.items()}
    return SimpleNamespace(
        choice=choice,
        region=choices.where_name(choice, area, language),
        districts=sorted(links.values()),
        picture=tappable(edition, links),
        line=line_for(edition, language, abroad=False),
    )


def nearest_in(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
    """Return what is nearest to the main town of a district: lists, each with the answers to "who" that share it."""
    area, unit = edition.area, choices.unit_of(choice, edition.area)
    groups: dict[object, tuple[Answers, list[str]]] = {}
    for who in (ADULT, BOTH, CHILD):
        answers = nearest(edition, replace(choice, who=who), language)
        blocks = (answers.blocks.near, answers.blocks.named, answers.blocks.ask)
        alike = tuple(tuple(card.id for card in block) for block in blocks)
        groups.setdefault(alike, (answers, []))[1].append(who)
    return SimpleNamespace(
        choice=choice,
        place=choices.where_name(choice, area, language),
        region=next(code for code, other in choices.regions(area).items() if other == area.region_of(unit)),
        region_name=area.label(area.region_of(unit), language),
        groups=[(who, answers.blocks.map(answers.card)) for answers, who in groups.values()],
        start=answers.start,
        line=line_for(edition, language, abroad=False),
        statements=statements(edition, choice, language),
    )


def service(edition: Edition, identifier: str, language: str) -> SimpleNamespace:
    """Return what the page of a service shows."""
    entry = edition.entries(language).get(identifier)
    if entry is None:
        raise NotFound("no such page")
    card, kinds = edition.card(entry, language), Vocabulary.load("service_types")
    foreign = {spoken for spoken in (card.name.language, entry.description_language) if spoken and spoken != language}
    met = {kinds.term(code).need for code in entry.types if code in kinds}
    return SimpleNamespace(
        card=card,
        code=short_code(identifier),
        spots=[
            SimpleNamespace(
                name=place.name,
                address=place.address,
                where=place_name(place, edition.area, language),
                transport=place.transportation,
                access=entrance(place.accessibility, language),
            )
            for place in entry.places
        ],
        others=others(edition, entry, language),
        line=line_for(edition, language, abroad=only_abroad(entry, edition.area)),
        fallback=min(foreign, default=""),
        needs=[need for need in choices.needs() if need.code in met],
    )


def others(edition: Edition, entry: Entry, language: str) -> list[Card]:
    """Return confirmed services of the same kind in the same region, by name."""
    own, of_type = _regions(edition, entry.id), _confirmed_by_type(edition, language)
    alike = {place: neighbour for code in entry.types for place, neighbour in of_type.get(code, ())}
    near = (
        neighbour
        for _, neighbour in sorted(alike.items(), key=lambda pair: pair[0])
        if neighbour.id != entry.id and (neighbour.remote or not own.isdisjoint(_regions(edition, neighbour.id)))
    )
    return [edition.card(neighbour, language) for neighbour in islice(near, OTHERS)]


@kept
def _confirmed_by_type(edition: Edition, language: str) -> dict[str, list[tuple[int, Entry]]]:
    """Return the confirmed services of each type, with their places in the order of names."""
    of_type: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for place, entry in enumerate(edition.entries(language).values()):
        for code in entry.types if first_choice(entry) else ():
            of_type[code].append((place, entry))
    return dict(of_type)


@kept
def _regions(edition: Edition, identifier: str) -> set[str]:
    """Return the regions and the countries abroad that a service is in."""
    area, known = edition.area, edition.area.all_units()
    places = edition.entries(area.languages[0])[identifier].places
    return {area.region_of(at.area_unit) if at.area_unit in known else at.country or "" for at in places}


def organization(edition: Edition, identifier: str, language: str) -> SimpleNamespace:
    """Return what the page of an organization shows."""
    own = edition.organizations(language).get(identifier)
    if own is None:
        raise NotFound("no such page")
    entries = [entry for entry in edition.entries(language).values() if entry.organization.id == identifier]
    abroad = bool(entries) and all(only_abroad(entry, edition.area) for entry in entries)
    return SimpleNamespace(
        organization=own,
        code=short_code(identifier),
        kind=label("organization_types", own.kind, language),
        cards=[edition.card(entry, language) for entry in entries],
        calls=calls(own.phones, edition.area, language),
        line=line_for(edition, language, abroad=abroad),
    )
