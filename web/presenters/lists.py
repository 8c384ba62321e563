"""Lists of services: those that answer a choice, and the list of everything, in sheets of twenty."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.need_fits import LAST
from mapping.view.view import StatementEntry
from web.presenters import choices
from web.presenters.answers import Answers, Judged, ListedService, chosen
from web.presenters.cards import Blocks, Card, ContactLink, InList, T, first_choice, label, shown_minutes
from web.presenters.choices import MAP, Choice
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import Hotline, line_for, route, spoken_for
from web.presenters.hours import week

SHEET = 20
"""Entries on a sheet: a page of them stays under 14 kB, a round trip of a slow connection."""


@dataclass(frozen=True)
class StatementCard:
    """A statement with the number through which it is arranged."""

    entry: StatementEntry
    call: ContactLink | None

    @classmethod
    def of(cls, entry: StatementEntry, area: StudyArea, language: str) -> Self:
        """Return the card of a statement."""
        return cls(entry, route(entry, area, language))


@dataclass(frozen=True)
class ListSheet:
    """A sheet of a list.

    ``spoken`` are the languages, code and name, of services on all its sheets. ``rest`` names what stands on the
    others, for a script that narrows the whole list: places in the order of ids among all that is listed, or ``*``
    where that is everything; empty where this is the only sheet. ``others`` tells by block, on the
    first sheet, when what stands on the others is open. ``districts`` is where a district of the region can
    be chosen. ``letters`` are those that the sheets of a list by name begin with.
    """

    title: str
    blocks: Blocks[Card]
    total: int
    sheet: int
    sheets: int
    path: str
    line: Hotline | None
    choice: Choice | None = None
    place: str = ""
    start: str = ""
    far: tuple[Card, ...] = ()
    statements: tuple[StatementCard, ...] = ()
    abroad: bool = False
    spoken: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    districts: str = ""
    letters: tuple[str, ...] = ()

    @property
    def sheet_paths(self) -> list[tuple[int, str, str]]:
        """Return the number of each sheet, its address as a link from another has it, and the letter it begins with."""
        stem = self.choice.code if self.choice else "all"
        paths = [f"{stem}-{number}.html" for number in range(1, self.sheets + 1)]
        first = [f"{stem}.html", *paths[1:]] if self.choice else paths
        return list(zip(range(1, self.sheets + 1), first, self.letters or [""] * self.sheets, strict=True))


def found(edition: Edition, choice: Choice, language: str) -> ListSheet:
    """Return a sheet of what answers a choice.

    Raises
    ------
    NotFound
        When the list has fewer sheets.
    """
    area = edition.area

    def whole() -> tuple[Answers, tuple[tuple[str, str], ...]]:
        answers = chosen(edition, choice, language)
        return answers, spoken((*answers.blocks.services, *answers.far), language)

    answers, tongues = edition.keep_lately(("list", choice.code, language), whole)  # whoever reads on wants it again
    blocks, abroad = answers.blocks, choices.abroad(choice, area)
    sheets = sheets_of(blocks)
    shown = cut(blocks, choice.sheet, sheets)
    return ListSheet(
        title=choice.code,
        blocks=shown.map(answers.card),
        total=len(blocks.services),
        sheet=choice.sheet,
        sheets=sheets,
        path=f"{choice.code}.html",
        line=line_for(edition, language, abroad=abroad),
        choice=choice,
        abroad=abroad,
        spoken=tongues,
        rest=rest(edition, blocks, shown) if sheets > 1 else "",
        others=others(edition, blocks, shown, language) if choice.sheet == 1 < sheets else {},
        place=choices.where_name(choice, area, language),
        start=answers.start,
        far=tuple(map(answers.card, answers.far)) if choice.sheet == 1 else (),
        statements=statements(edition, choice, language) if choice.sheet == 1 else (),
        districts=replace(choice, who=MAP).code if choices.districts_of(area, choice.where) else "",
    )


def statements(edition: Edition, choice: Choice, language: str) -> tuple[StatementCard, ...]:
    """Return what may be said of hidden help for a choice; abroad only what can be arranged from there."""
    unit = choices.unit_of(choice, edition.area) or None
    entries = spoken_for(edition, unit, {choice.need.code}, language)
    made = (StatementCard.of(statement, edition.area, language) for statement in entries)
    abroad = choices.abroad(choice, edition.area)
    return tuple(card for card in made if not (abroad and card.call and card.call.short))


def leads_on(edition: Edition, choice: Choice, language: str) -> bool:
    """Tell whether more than a last resort is listed for a choice, so that no question leads to nothing.

    It is so in every language or in none; the services are looked at in one that is read anyway.
    """

    def look() -> bool:
        abroad = choices.abroad(choice, edition.area)
        if not abroad and Judged.of(edition, choice, language).lists_well:
            return True
        answers = chosen(edition, choice, language)
        services = (*answers.blocks.all, *(() if abroad else answers.far))
        return any(service.fit < LAST for service in services) or bool(statements(edition, choice, language))

    return edition.keep(("answers", choice.code), look)


def everything(edition: Edition, sheet: int, language: str) -> ListSheet:
    """Return a sheet of the list of everything: by name, those not confirmed for too long last."""

    def read() -> tuple[Blocks[ListedService], tuple[tuple[str, str], ...]]:
        services = [ListedService(entry) for entry in edition.entries(language).values() if entry.listed]
        blocks = Blocks(
            near=tuple(service for service in services if first_choice(service.entry) and service.entry.points),
            named=tuple(service for service in services if first_choice(service.entry) and not service.entry.points),
            later=tuple(service for service in services if not first_choice(service.entry)),
        )
        return blocks, spoken(services, language)

    blocks, tongues = edition.keep(("everything", language), read)
    sheets = sheets_of(blocks)
    return ListSheet(
        title="all",
        blocks=cut(blocks, sheet, sheets).map(lambda service: edition.card(service.entry, language)),
        total=len(blocks),
        sheet=sheet,
        sheets=sheets,
        path=f"all-{sheet}.html",
        line=line_for(edition, language, abroad=False),
        spoken=tongues,
        rest="*" if sheets > 1 else "",
        letters=tuple(service.entry.name[:1].upper() for service in blocks.all[::SHEET]) if sheets > 1 else (),
        statements=tuple(
            StatementCard.of(statement, edition.area, language)
            for statement in (edition.statements(language) if sheet == 1 else ())
        ),
    )


def spoken(services: Iterable[InList], language: str) -> tuple[tuple[str, str], ...]:
    """Return the languages that are spoken by services, code and name, by name."""
    codes = {code for service in services for code in service.entry.languages}
    return tuple(sorted(((code, str(label("languages", code, language))) for code in codes), key=lambda pair: pair[1]))


def rest(edition: Edition, whole: Blocks[ListedService], shown: Blocks[ListedService]) -> str:
    """Return the places of what is on other sheets among the ids of all that is listed."""
    places, here = columns(edition), {service.id for service in shown.services}
    return " ".join(
        str(places[service.id]) for service in whole.services if service.id in places and service.id not in here
    )


def others(
    edition: Edition, whole: Blocks[ListedService], shown: Blocks[ListedService], language: str
) -> dict[str, str]:
    """Return, as JSON by block, what a script sorts the entries on later sheets by that have hours.

    Of each its place among the ids of all that is listed, how well it fits, its hours, their offset from UTC, and the
    minutes of travel in summer and winter, null where it is cut off.
    """
    places = columns(edition)
    blocks = {"near": whole.near[len(shown.near) :], "named": whole.named[len(shown.named) :]}
    rows = {
        block: [
            (places[service.id], service.fit, hours.script, hours.offset, travel(service))
            for service in services
            if (hours := week(service.entry.hours, language)).script and service.id in places
        ]
        for block, services in blocks.items()
    }
    return {block: json.dumps(row, separators=(",", ":")) for block, row in rows.items() if row}


def travel(service: ListedService) -> list[int | None] | None:
    """Return the minutes to a service in summer and winter as they are read."""
    return service.minutes and [
        shown_minutes(minutes) if math.isfinite(minutes) else None for minutes in service.minutes
    ]


@kept
def columns(edition: Edition) -> dict[str, int]:
    """Return the place of each service among the ids of all that is listed."""
    ids = sorted(entry.id for entry in edition.in_any_language() if entry.listed)
    return {identifier: place for place, identifier in enumerate(ids)}


def sheets_of(blocks: Blocks[ListedService]) -> int:
    """Return how many sheets a list takes; an empty one takes one."""
    return max(1, -(-len(blocks) // SHEET))


def cut(blocks: Blocks[T], sheet: int, sheets: int) -> Blocks[T]:
    """Return the part of a list that stands on a sheet."""
    if not 1 <= sheet <= sheets:
        raise NotFound("no such page")
    start, stop = SHEET * (sheet - 1), SHEET * sheet
    parts = []
    for part in (blocks.near, blocks.named, blocks.ask, blocks.later):
        parts.append(part[max(0, start) : max(0, stop)])
        start, stop = start - len(part), stop - len(part)
    return Blocks(*parts)
