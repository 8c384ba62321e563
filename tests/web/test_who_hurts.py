"""Who hurts is no help, and numbers work where they stand: in search, finder, pathway, tonight, lists and cards."""

import datetime as dt
import json
import re

import pytest

from mapping.view.police import leads_to_police, police_organizations
from mapping.view.view import View
from tests.conftest import DEMO_DAY
from tests.support.sample import organization, phone, public_parts, service
from tests.web.support.portal import published
from web.partner.finding.finder import Finder
from web.partner.finding.needs import Needs
from web.partner.finding.pathway import pathway
from web.partner.finding.start_places import starts
from web.presenters import choices
from web.presenters.edition import Edition
from web.presenters.hotlines import lines
from web.public.app import create_app

NIGHT = dt.datetime.combine(DEMO_DAY, dt.time(21), dt.UTC)
HURT = ("изнасиловал начальник милиции", "милиция избила меня", "beaten by the police", "не хочу в милицию")
ABROAD = ("В Москве держат взаперти", "меня избили в Алматы")


@pytest.fixture(scope="module")
def demo(demo_view, tj_area):
    return Edition(demo_view("partner"), tj_area, "partner")


def named(finder):
    """Every service that the finder's page names."""
    for block in finder.blocks():
        yield from (fitting.entry for fitting in (*block.fit, *block.ask, *block.no, *block.beyond))
    for stage in pathway(finder).stages:
        yield from (fitting.entry for fitting in stage.shown)
    yield from (card.entry for card in finder.confidential().desks)
    tonight = finder.tonight()
    yield from (fitting.entry for fitting in (*tonight.open_now, *tonight.takes))
    yield from (desk.entry for desk in tonight.confidential.desks)
    yield from (line.card.entry for line in (finder.confidential().line,) if line)
    yield from (fitting.entry for fitting in finder.judged.values())


def test_no_place_of_the_demo_sends_to_the_police_who_must_not_meet_them(demo):
    police = police_organizations(demo.entries("en").values())
    assert len(police) > 10
    needs = tuple(need.code for need in choices.needs())
    met = 0
    for place in (*starts(demo, "en"), "ru"):
        asked = Needs(place=place, sex="SEX-F", age="AGE-ADU", need=needs, marks=frozenset({"danger"}))
        quiet = Finder(demo, "en", Needs(**{**vars(asked), "marks": asked.marks | {"no_police"}}), moment=NIGHT)
        assert [entry.name for entry in named(quiet) if leads_to_police(entry, police)] == [], place
        assert "police" not in {number.kind for number in quiet.emergency()}
        met += any(leads_to_police(entry, police) for entry in named(Finder(demo, "en", asked, moment=NIGHT)))
    assert met > 10  # without the mark many places name them


@pytest.mark.parametrize("text", HURT)
def test_the_search_sends_nobody_to_those_who_hurt(text, demo_view, tj_area):
    edition = Edition(demo_view("public"), tj_area)
    police = police_organizations(edition.entries("ru").values())
    with View(edition.path) as view:
        answers = view.find(text, limit=200)
    assert len(answers.here) + len(answers.elsewhere) > 3
    entries = (*answers.here, *answers.elsewhere)
    assert [entry.name for entry in entries if leads_to_police(entry, police)] == []


@pytest.mark.parametrize("text", ABROAD)
def test_who_is_abroad_finds_only_what_is_there_or_can_be_called_from_there(text, demo_view):
    with View(demo_view("public")) as view:
        answers = view.find(text, limit=100)
    found = (*answers.here, *answers.elsewhere)
    assert found
    for entry in found:
        numbers = [number.number for number in entry.phones]
        there = any(place.country in ("RU", "KZ") for place in entry.places)
        assert there or any(number.startswith(("+", "http")) for number in numbers), entry.name


def test_the_box_holds_the_numbers_of_each_country(demo_view, tj_area):
    client = create_app(demo_view("public"), tj_area).test_client()
    for path in ("/ru/index.html", "/ru/all-1.html"):
        text = client.get(path).text
        there = dict(re.findall(r'<div data-where="([A-Z*]*)"[^>]*>(.*?)</div>', text))
        assert "0002" in there[""]
        assert "0002" not in there["RU"]
        assert "tel:0702" in there["RU"]
        assert "c-ru.html" in there["RU"]
        assert set(re.findall('tel:([^"]+)', there["*"])).isdisjoint({"0002", "0003", "0011"})


def test_a_line_for_children_is_not_the_line_and_says_whom_it_is_for(tmp_path, tiny_area):
    child = service(
        "Children's line",
        of="Umed",
        types=["IDN-HOT"],
        serves=["AGE-CHI", "AGE-ADO"],
        hours=[("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")],
    )
    own = (organization("Line of tests"), child, phone("1919", service="Children's line"))
    edition = Edition(published(tmp_path, tiny_area, *public_parts(), *own), tiny_area)
    assert lines(edition, "en")[0].card.entry.takes("AGE-ADU").answer != "no"
    assert any(line.only_for for line in lines(edition, "en"))
    assert json.dumps([line.only_for for line in lines(edition, "en")[:1]]) == "[[]]"
