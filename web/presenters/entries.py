"""What pages show: plain values, worked out here so that templates only place them."""

import heapq
import itertools
import operator
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import show, translate
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import Entry, OrganizationEntry
from web.presenters import choices, lists
from web.presenters.cards import Card, ContactLink, calls, country_name, entrance, first_choice, label, place_name
from web.presenters.choices import Choice
from web.presenters.edition import Edition, kept, short_code
from web.presenters.hotlines import Hotline, far_line, line_for, lines, only_abroad
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
class NumbersInLanguage:
    """Whom to call, in one language; no ``call`` where no line is listed."""

    language: str
    text: str
    call: ContactLink | None
    emergency: tuple[Emergency, ...]


@dataclass(frozen=True)
class Home:
    """The first page: the line, the one that works from abroad, other lines, and what can be asked for."""

    line: Hotline | None
    far: Hotline | None
    others: tuple[Hotline, ...]
    emergency: tuple[Emergency, ...]
    needs: tuple[Term, ...]


@dataclass(frozen=True)
class Option:
    """An answer to a question: its words, and the address that it leads to."""

    label: str
    path: str


@dataclass(frozen=True)
class ChoiceQuestion:
    """A question with its answers in groups; ``skip`` leaves it open, ``picture`` shows answers on a map.

    ``far`` is the line for those who are abroad, where the ``line`` has a number that works at home only.
    """

    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    skip: Option
    line: Hotline | None
    picture: str = ""
    far: Hotline | None = None
    abroad_first: bool = False


@dataclass(frozen=True)
class PlaceText:
    """A place of a service, in words."""

    name: str
    address: str
    where: str
    transport: str
    access: str
    unit: str


@dataclass(frozen=True)
class ServicePage:
    """A service with what stands beside it."""

    card: Card
    code: str
    organization: OrganizationEntry
    spots: tuple[PlaceText, ...]
    others: tuple[Card, ...]
    line: Hotline | None
    fallback: str
    needs: tuple[Term, ...]


@dataclass(frozen=True)
class OrganizationPage:
    """An organization with its services."""

    organization: OrganizationEntry
    code: str
    kind: str
    cards: tuple[Card, ...]
    calls: tuple[ContactLink, ...]
    line: Hotline | None


def home(edition: Edition, language: str) -> Home:
    """Return what the first page shows."""
    first = line_for(edition, language, abroad=False)
    others = [hotline for hotline in lines(edition, language) if hotline != first]
    return Home(
        first,
        far_line(edition, language),
        tuple(others[:3]),
        emergency(edition.area, language),
        tuple(choices.needs()),
    )


def numbers_in_all(edition: Edition) -> list[NumbersInLanguage]:
    """Return whom to call in every language of the study area, for pages that are read before one is chosen."""
    numbers = []
    for language in edition.area.languages:
        line = line_for(edition, language, abroad=False)
        text = translate("Talk to someone now", language)
        numbers.append(
            NumbersInLanguage(language, text, line.call if line else None, emergency(edition.area, language))
        )
    return numbers


def emergency(area: StudyArea, language: str, *, country: str = "", but: Collection[str] = ()) -> tuple[Emergency, ...]:
    """Return the numbers for a minute of danger, at home or in a country abroad: none where they are not known.

    ``but`` are kinds of numbers that are left out, as ``area.toml`` names them: "police".
    """
    settings = area.settings
    if country:
        numbers = settings.emergency_abroad.get(country, {})
        labels = {kind: settings.emergency[kind].label_abroad or settings.emergency[kind].label for kind in numbers}
        return tuple(
            Emergency(kind, show(labels[kind], language), ContactLink(number, number))
            for kind, number in numbers.items()
            if kind not in but
        )
    return tuple(
        Emergency(kind, show(number.label, language), ContactLink(number.number, number.number))
        for kind, number in settings.emergency.items()
        if kind not in but
    )


def where(edition: Edition, choice: Choice, language: str) -> ChoiceQuestion:
    """Return the question where somebody is; where nothing depends on whom help is for, that is not asked next."""
    area = edition.area

    def page(code: str) -> str:
        return next_page(edition, replace(choice, where=code), language)

    links = {unit: (area.label(unit, language), page(code)) for code, unit in choices.regions(area).items()}
    inside = tuple(Option(label, address) for label, address in links.values())
    abroad = [
        Option(country_name(area, country, language), page(code))
        for code, country in choices.countries(edition).items()
    ]
    abroad.append(Option(translate("Another country", language), page(choices.ABROAD)))
    groups = ((show(area.name, language), inside), (translate("Abroad", language), tuple(abroad)))
    abroad_first = choice.need.code == choices.HOME  # whoever wants to come home is abroad
    skip = Option(translate("Show all places", language), page(choices.EVERYWHERE))
    return ChoiceQuestion(
        groups[::-1] if abroad_first else groups,
        skip,
        line_for(edition, language, abroad=False),
        picture=tappable(edition, links),
        far=far_line(edition, language),
        abroad_first=abroad_first,
    )


def next_page(edition: Edition, choice: Choice, language: str) -> str:
    """Return where the answer to "where" leads: to the question for whom, or to the list if nothing depends on it."""
    return f"{choice.code if answered(edition, choice, language) else replace(choice, who=choices.ANYONE).code}.html"


def answered(edition: Edition, choice: Choice, language: str) -> list[str]:
    """Return the answers to "who is it for" that lead to something."""
    persons = (choices.ADULT, choices.BOTH, choices.CHILD)
    return [who for who in persons if lists.leads_on(edition, replace(choice, who=who), language)]


def who(edition: Edition, choice: Choice, language: str) -> ChoiceQuestion:
    """Return the question for whom help is wanted."""
    labels = {
        choices.ADULT: translate("For me or another adult", language),
        choices.BOTH: translate("For me and my child", language),
        choices.CHILD: translate("For a child under 18", language),
    }
    answers = tuple(Option(labels[who], f"{choice.code}-{who}.html") for who in answered(edition, choice, language))
    skip = Option(translate("Show all", language), f"{choice.code}-{choices.ANYONE}.html")
    abroad = choices.abroad(choice, edition.area)
    return ChoiceQuestion((("", answers),), skip, line_for(edition, language, abroad=abroad))


def service(edition: Edition, identifier: str, language: str) -> ServicePage:
    """Return what the page of a service shows.

    Raises
    ------
    NotFound
        When the edition has none of this id.
    """
    entries = edition.entries(language)
    if identifier not in entries:
        raise NotFound("no such page")
    entry = entries[identifier]
    made = edition.card(entry, language)
    foreign = {lang for lang in (made.name.language, entry.description_language) if lang and lang != language}
    kinds = Vocabulary.load("service_types")
    met = {kinds.term(code).need for code in entry.types if code in kinds}
    return ServicePage(
        card=made,
        code=short_code(identifier),
        organization=entry.organization,
        spots=tuple(spots(entry, edition.area, language)),
        others=tuple(others(edition, entry, language)),
        line=line_for(edition, language, abroad=only_abroad(entry, edition.area)),
        fallback=next(iter(sorted(foreign)), ""),
        needs=tuple(need for need in choices.needs() if need.code in met),
    )


def spots(entry: Entry, area: StudyArea, language: str) -> Iterable[PlaceText]:
    """Yield where a service is."""
    for place in entry.places:
        known = place.area_unit in area.all_units()
        yield PlaceText(
            place.name,
            place.address,
            place_name(place, area, language),
            place.transportation,
            entrance(place.accessibility, language),
            str(place.area_unit) if known else "",
        )


def others(edition: Edition, entry: Entry, language: str) -> Iterable[Card]:
    """Yield confirmed services of the same kind in the same region, by name."""
    area, known = edition.area, edition.area.all_units()

    def around(service_entry: Entry) -> set[str]:
        return {area.region_of(p.area_unit) if p.area_unit in known else p.country or "" for p in service_entry.places}

    def by_type() -> dict[str, list[tuple[int, Entry, set[str]]]]:
        confirmed: dict[str, list[tuple[int, Entry, set[str]]]] = defaultdict(list)
        for place, entry in enumerate(edition.entries(language).values()):
            for code in entry.types if first_choice(entry) else ():
                confirmed[code].append((place, entry, around(entry)))
        return dict(confirmed)

    confirmed, own = edition.keep(("confirmed by type", language), by_type), around(entry)
    place = operator.itemgetter(0)
    alike = heapq.merge(*(confirmed.get(code, ()) for code in entry.types), key=place)
    once = (next(same) for _, same in itertools.groupby(alike, key=place))
    near = (neighbour for _, neighbour, where in once if neighbour.id != entry.id and (where & own or neighbour.remote))
    for neighbour in itertools.islice(near, OTHERS):
        yield edition.card(neighbour, language)


def organization(edition: Edition, identifier: str, language: str) -> OrganizationPage:
    """Return what the page of an organization shows.

    Raises
    ------
    NotFound
        When the edition has none of this id.
    """
    known = edition.organizations(language)
    if identifier not in known:
        raise NotFound("no such page")
    organization_entry = known[identifier]
    cards = tuple(edition.card(entry, language) for entry in _by_organization(edition, language).get(identifier, ()))
    return OrganizationPage(
        organization=organization_entry,
        code=short_code(identifier),
        kind=str(label("organization_types", organization_entry.kind, language)),
        cards=cards,
        calls=calls(organization_entry.phones, edition.area, language),
        line=line_for(
            edition, language, abroad=bool(cards) and all(only_abroad(made.entry, edition.area) for made in cards)
        ),
    )


@kept
def _by_organization(edition: Edition, language: str) -> dict[str, list[Entry]]:
    """Return the services of each organization, by name."""
    entries_of: dict[str, list[Entry]] = defaultdict(list)
    for entry in edition.entries(language).values():
        entries_of[entry.organization.id].append(entry)
    return dict(entries_of)


def text(edition: Edition, language: str) -> dict[str, Any]:
    """Return the values that a page of text fills in."""
    return {"line": line_for(edition, language, abroad=False), "emergency": emergency(edition.area, language)}
