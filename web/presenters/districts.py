"""Districts: which one somebody is in, and what is nearest to its main town for everybody who may need it."""

from dataclasses import replace
from types import SimpleNamespace

from mapping.errors import NotFound
from web.presenters import choices
from web.presenters.choices import ADULT, BOTH, CHILD, Choice
from web.presenters.edition import Edition
from web.presenters.hotlines import line_for
from web.presenters.lists import Answers, nearest, statements
from web.presenters.outlines import tappable


def question(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
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


def found(edition: Edition, choice: Choice, language: str) -> SimpleNamespace:
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
