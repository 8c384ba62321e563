"""Which services a list offers, in which order: near a district, folded, abroad; and no question leads to nothing."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import pytest

from mapping.errors import NotFound
from tests.support.sample import CHASHMA, KULNISHIN, QULLAOBOD, organization, place, service, statement
from tests.web.support.portal import published
from web.presenters import choices, entries, lists
from web.presenters.cards import card
from web.presenters.edition import Edition
from web.presenters.lists import chosen, is_for, nearest, together

FRESH = {"verified": dt.date(2026, 9, 1), "next_due": dt.date(2027, 3, 1)}


@pytest.fixture(scope="module")
def edition(tmp_path_factory, tiny_area):
    parts = [
        organization("Nav"),
        organization("Hospital"),
        organization("Desk"),
        organization("Line"),
        service("Surgery", of="Hospital", types=["HLT-EME"], speaks=["ru"], **FRESH),
        service("Children's ward", of="Hospital", types=["HLT-PHC"], serves=["AGE-CHI"], speaks=["tg"], **FRESH),
        place("a", of=["Surgery", "Children's ward"], at=CHASHMA, unit="XT-W2"),
        service("Far clinic", of="Nav", types=["HLT-PHC"], **FRESH),
        place("b", of=["Far clinic"], at=QULLAOBOD, unit="XT-E1"),
        service("Middle clinic", of="Nav", types=["HLT-PHC"], serves=["AGE-ADU"], **FRESH),
        place("c", of=["Middle clinic"], at=KULNISHIN, unit="XT-W1"),
        service("Line", of="Line", types=["IDN-HOT"], phones=["1313"], **FRESH),
        place("d", of=["Line"], at=CHASHMA, unit="XT-W2"),
        service("Silent line", of="Line", types=["PSY-CRI"], **FRESH),
        place("e", of=["Silent line"], at=CHASHMA, unit="XT-W2"),
        service("Consul", of="Desk", types=["RET-CON"], phones=["+70000001110"], **FRESH),
        place("f", of=["Consul"], at=(10.07, 60.25), country="RU"),
        service("Papers by phone", of="Desk", types=["RET-TRM"], phones=["+70000001110"], **FRESH),
        statement("Beds can be arranged", service_type="ACC-VOT", route="1313"),
    ]
    return Edition(published(tmp_path_factory.mktemp("answers"), tiny_area, *parts), tiny_area)


def names(cards):
    return [str(card.name) for card in cards]


def answers(edition, code):
    return shown(chosen(edition, choices.parse(code, edition), "en"))


def shown(answers):
    """Make the cards of all that a list holds."""
    return SimpleNamespace(blocks=answers.blocks.map(answers.card), far=tuple(map(answers.card, answers.far)))


def district(edition, unit):
    return next(code for code, own in choices.districts(edition.area).items() if own == unit)


def test_services_of_one_organization_at_one_place_stand_as_one(edition):
    first = answers(edition, "n3-r1-e").blocks.near[0]
    assert names([first, *first.also]) == ["Children's ward", "Surgery"]
    assert set(first.languages) == {"ru", "tg"}, "who narrows the list by a language finds both"
    assert together([]) == []


def test_a_sheet_counts_services_and_not_entries(edition):
    sheet = lists.found(edition, choices.parse("n3-r1-e", edition), "en")
    assert sheet.total == len(sheet.blocks.services) > len(sheet.blocks)


@pytest.mark.parametrize(("unit", "first"), [("XT-W1", "Middle clinic"), ("XT-E1", "Far clinic")])
def test_a_district_sees_what_is_nearest_to_it_in_whatever_region(edition, unit, first):
    choice = choices.parse(f"n3-{district(edition, unit)}-a".removesuffix("-a"), edition)
    near = shown(nearest(edition, choice, "en")).blocks.near
    assert str(near[0].name) == first
    assert sorted(card.minutes for card in near) == [card.minutes for card in near]
    assert len(near) == 3
    inside = [edition.area.label(unit, "en") in card.why for card in near]
    assert inside == [True, False, False], "only what lies there is said to be there"


def test_a_district_has_one_list_for_all_who_are_offered_the_same(edition):
    district_list = entries.nearest_in(edition, choices.parse(f"n3-{district(edition, 'XT-W1')}", edition), "en")
    by_who = {who: names(blocks.near) for group, blocks in district_list.groups for who in group}
    assert by_who.keys() == {"a", "f", "c"}
    assert "Middle clinic" not in by_who["c"], "it takes adults"
    assert "Children's ward" in by_who["c"]


def test_districts_are_asked_for_by_name_and_on_a_map(edition):
    asked = entries.district_question(edition, choices.parse("n3-r1-m", edition), "en")
    units = choices.districts_of(edition.area, "r1")
    assert {address for _, address in asked.districts} == {f"n3-{code}.html" for code in units}
    assert asked.picture.count("<a href=") == len(units)
    for code in ("n3-r0-m", "n3-xn-m", "n3-r1-m-2", f"n3-{next(iter(units))}-a"):
        with pytest.raises(NotFound):
            entries.district_question(edition, choices.parse(code, edition), "en")


def test_a_line_is_called_from_everywhere_and_travelled_to_from_nowhere(edition):
    blocks = answers(edition, "n2-r2-a").blocks
    assert names(blocks.named) == ["Line"]
    assert blocks.named[0].minutes is None
    assert "Silent line" not in names(blocks.all), "nobody can call it"


def test_abroad_an_organization_stands_once(edition):
    blocks = answers(edition, "n8-ru-a").blocks
    (desk,) = (*blocks.near, *blocks.named)
    assert names([desk, *desk.also]) == ["Consul", "Papers by phone"]


@pytest.mark.parametrize(("country", "for_it"), [("RU", True), ("KZ", False), ("TR", False)])
def test_a_desk_abroad_answers_for_its_own_country(edition, country, for_it):
    desk = next(each for each in edition.entries("en").values() if each.name == "Papers by phone")
    assert is_for(edition, desk, country) is for_it


def test_abroad_nothing_is_arranged_through_a_number_that_works_at_home_only(edition):
    assert lists.found(edition, choices.parse("n1-ru-a", edition), "en").statements == ()
    assert len(lists.found(edition, choices.parse("n1-r1-a", edition), "en").statements) == 1


def test_where_nothing_is_listed_abroad_the_consulate_is(edition):
    given = answers(edition, "n3-ru-a")
    assert len(given.blocks) == 0
    assert names(given.far) == ["Consul"]


def paths(edition, code=""):
    """Every address of a list that questions lead to, from a need on."""
    for need in choices.needs():
        choice = choices.parse(need.details["path"], edition)
        asked = entries.where(edition, choice, "en")
        for option in (*(each for _, options in asked.groups for each in options), asked.skip):
            here = choices.parse(option.path.removesuffix(".html"), edition)
            if here.who:
                yield here
                continue
            question = entries.who(edition, here, "en")
            assert question.groups[0][1], "a question has answers"
            for answer in (*question.groups[0][1], question.skip):
                yield choices.parse(answer.path.removesuffix(".html"), edition)


def test_no_question_leads_to_nothing_without_saying_so(edition, app):
    """A list that no answer leads to is the open one: it says that nothing is listed, and who can be asked."""
    for choice in paths(edition):
        sheet = lists.found(edition, choice, "en")
        if not (sheet.total or sheet.far or sheet.statements):
            assert choice.who == choices.ANYONE, choice.code


def test_a_condition_is_no_group_that_is_refused(edition):
    entry = next(entry for entry in edition.entries("ru").values() if entry.name == "Surgery")
    made = card(
        dataclasses.replace(entry, excludes_notes=("Only residents of this area", "пьющие")), edition.area, "ru"
    )
    assert made.serves == ("Только местные жители",)
    assert made.excludes == ("пьющие",)


def test_sheets_of_a_list_by_name_say_the_letter_that_each_begins_with(edition, monkeypatch):
    monkeypatch.setattr(lists, "SHEET", 2)
    numbers = range(1, lists.everything(edition, 1, "en").sheets + 1)
    shown = [lists.everything(edition, number, "en") for number in numbers]
    first = [next(iter(sheet.blocks.all)).name[0].upper() for sheet in shown]
    assert len(set(first)) > 1
    assert [letter for *_, letter in shown[0].sheet_paths] == first
    by_need = lists.found(edition, choices.parse("n3-r0-e", edition), "en")  # that one is not by name
    assert {letter for *_, letter in by_need.sheet_paths} == {""}
