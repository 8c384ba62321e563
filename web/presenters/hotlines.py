"""Lines that anybody may call, and what is said about help that has no address here."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from mapping.area.study_area import StudyArea
from mapping.language.fold import alternatives
from mapping.language.taxonomy import Vocabulary
from mapping.render.layers.services import spaced
from mapping.view.view import Entry, StatementEntry
from mapping.view.visits import answers_abroad, is_line
from web.presenters.cards import Card, ContactLink
from web.presenters.edition import Edition, kept

HOTLINE = "IDN-HOT"
COMMISSION, DESK = "CRD-COM", "CMG-REF"

_ANONYMOUS = re.compile(rf"(?<!\w){alternatives('anonymous')}", re.I)


@dataclass(frozen=True)
class Hotline:
    """A line to call: its card and its first number."""

    card: Card
    call: ContactLink

    @property
    def is_anonymous(self) -> bool:
        """Whether its own record says that nobody needs to say who they are."""
        entry = self.card.entry
        return any(_ANONYMOUS.search(text) for text in (entry.fees, entry.description, *entry.serves_notes) if text)

    @property
    def only_for(self) -> tuple[str, ...]:
        """The groups that it is for, in words, where it is not for adults: they stand beside its number."""
        return () if takes_adults(self.card.entry) else self.card.serves


def takes_adults(entry: Entry) -> bool:
    """Whether a line is for grown people too; a line for children is never the line of all."""
    return entry.takes("AGE-ADU").answer != "no"


@kept
def lines(edition: Edition, language: str) -> list[Hotline]:
    """Return the lines: for grown people too first, then those that answer at any hour and for the whole country."""
    cards = [
        edition.card(entry, language)
        for entry in edition.entries(language).values()
        if HOTLINE in entry.types and is_line(entry) and entry.offered
    ]
    ordered = sorted(cards, key=lambda card: _rank(card, edition.area))
    return [Hotline(card, card.calls[0]) for card in ordered if card.calls[0].spoken]


def line_for(edition: Edition, language: str, *, abroad: bool) -> Hotline | None:
    """Return the line to name first: one that can be called at home, for somebody abroad one that can from there."""
    for line in lines(edition, language):
        if not abroad and not answers_abroad(line.card.entry, edition.area):
            return line
        calls = [call for call in line.card.calls if call.spoken and not call.short]
        if abroad and calls:
            return Hotline(line.card, calls[0])
    return None


def far_line(edition: Edition, language: str) -> Hotline | None:
    """Return the line for somebody abroad, where the number of the first line works at home only."""
    line = line_for(edition, language, abroad=False)
    return line_for(edition, language, abroad=True) if line and line.call.short else None


def only_abroad(entry: Entry, area: StudyArea) -> bool:
    """Whether a service is in other countries and not here."""
    return bool(entry.places) and all(area.is_abroad(place.country) for place in entry.places)


def _rank(card: Card, area: StudyArea) -> tuple[object, ...]:
    entry = card.entry
    return (
        only_abroad(entry, area),
        not takes_adults(entry),
        bool(entry.covers) and area.code not in entry.covers,
        not card.week.always,
        not entry.checked_in_time,
        -len(entry.languages),
    )


@dataclass(frozen=True)
class StatementCard:
    """A statement with the number through which it is arranged."""

    entry: StatementEntry
    call: ContactLink | None


def spoken_for(edition: Edition, unit: str | None, needs: Collection[str], language: str) -> tuple[StatementCard, ...]:
    """Return what may be said about hidden help for a need, in a unit, in what lies around or within it."""
    area, kinds = edition.area, Vocabulary.load("service_types")
    statements = []
    for statement in edition.statements(language):
        need = kinds.term(statement.service_type).need if statement.service_type in kinds else None
        if need and needs and need not in needs:
            continue
        if unit is None or not statement.area_unit or _touch(area, unit, statement.area_unit):
            statements.append(StatementCard(statement, route(statement, area, language)))
    return tuple(statements)


def _touch(area: StudyArea, unit: str, other: str) -> bool:
    known = area.all_units()
    if unit not in known or other not in known:
        return False
    return unit == other or unit in area.ancestors(other) or other in area.ancestors(unit)


def route(statement: StatementEntry, area: StudyArea, language: str) -> ContactLink | None:
    """Return the number through which something is arranged, None where the route is no number."""
    number = re.sub(r"[ ()-]", "", statement.route)
    return ContactLink(number, spaced(number, area.code, language)) if re.fullmatch(r"[\d+]+", number) else None


def responsible(edition: Edition, unit: str, language: str) -> list[Card]:
    """Return the commissions and referral desks whose duty a unit is: they cover it, or lie in its region."""
    area, known = edition.area, edition.area.all_units()
    around, region = {unit, *area.ancestors(unit)}, area.region_of(unit)
    cards = []
    for entry in edition.entries(language).values():
        if entry.active and {COMMISSION, DESK}.intersection(entry.types):
            regions = {area.region_of(place.area_unit) for place in entry.places if place.area_unit in known}
            if around.intersection(entry.covers) or (not entry.covers and region in regions):
                cards.append(edition.card(entry, language))
    return sorted(cards, key=lambda card: COMMISSION not in card.entry.types)
