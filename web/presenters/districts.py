"""Districts: which one somebody is in, and what is nearest to its main town for everybody who may need it."""

from dataclasses import dataclass, replace

from mapping.errors import NotFound
from web.presenters import choices
from web.presenters.cards import Blocks, Card
from web.presenters.choices import ADULT, BOTH, CHILD, Choice
from web.presenters.edition import Edition
from web.presenters.hotlines import Hotline, line_for
from web.presenters.lists import Answers, StatementCard, nearest, statements
from web.presenters.outlines import tappable


@dataclass(frozen=True)
class DistrictQuestion:
    """The question in which district somebody is: answers as name and address, and a map of them to tap."""

    choice: Choice
    region: str
    districts: tuple[tuple[str, str], ...]
    picture: str
    line: Hotline | None


@dataclass(frozen=True)
class DistrictList:
    """What is nearest to a district's main town: in groups, answers to "who" and the list that they share."""

    choice: Choice
    place: str
    region: str
    region_name: str
    groups: tuple[tuple[tuple[str, ...], Blocks[Card]], ...]
    start: str
    line: Hotline | None
    statements: tuple[StatementCard, ...]


def question(edition: Edition, choice: Choice, language: str) -> DistrictQuestion:
    """Return the districts of the region that was chosen.

    Raises
    ------
    NotFound
        When the region has not several districts.
    """
    area = edition.area
    inside = choices.districts_of(area, choice.where)
    if not inside:
        raise NotFound("no such page")
    path = choice.need.details["path"]
    named = {code: area.label(unit, language) for code, unit in inside.items()}
    links = {unit: (named[code], f"{path}-{code}.html") for code, unit in inside.items()}
    by_name = sorted((name, f"{path}-{code}.html") for code, name in named.items())
    return DistrictQuestion(
        choice=choice,
        region=choices.where_name(choice, area, language),
        districts=tuple(by_name),
        picture=tappable(edition, links),
        line=line_for(edition, language, abroad=False),
    )


def found(edition: Edition, choice: Choice, language: str) -> DistrictList:
    """Return what is nearest to the main town of the district that was chosen."""
    area, unit = edition.area, choices.unit_of(choice, edition.area)
    region = next(code for code, other in choices.regions(area).items() if other == area.region_of(unit))
    groups: list[tuple[tuple[str, ...], Answers]] = []
    for who in (ADULT, BOTH, CHILD):
        answers = nearest(edition, replace(choice, who=who), language)
        same = next((place for place, (_, other) in enumerate(groups) if _alike(answers, other)), None)
        if same is None:
            groups.append(((who,), answers))
        else:
            groups[same] = ((*groups[same][0], who), groups[same][1])
    return DistrictList(
        choice=choice,
        place=choices.where_name(choice, area, language),
        region=region,
        region_name=area.label(area.region_of(unit), language),
        groups=tuple((who, answers.blocks.map(answers.card)) for who, answers in groups),
        start=next((answers.start for _, answers in groups), ""),
        line=line_for(edition, language, abroad=False),
        statements=statements(edition, choice, language),
    )


def _alike(answers: Answers, other: Answers) -> bool:
    """Tell whether two lists offer the same services in the same blocks."""

    def ids(answers: Answers) -> list[list[str]]:
        blocks = (answers.blocks.near, answers.blocks.named, answers.blocks.ask)
        return [[service.id for service in block] for block in blocks]

    return ids(answers) == ids(other)
