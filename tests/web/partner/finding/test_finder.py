"""The finder's answers: for whom a need is, what must be asked, tonight, beyond four hours, places by their names."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import pytest

from mapping.language.i18n import show
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.kinds import POLICE_TYPES
from tests.analysis.invented import Changed
from tests.support.sample import (
    CHASHMA,
    agreement,
    organization,
    place,
    public_parts,
    records_of,
    secret_parts,
    service,
)
from tests.web.support.desk import Desk, post, views
from web.partner.finding import judgement
from web.partner.finding.agreements import agreements
from web.partner.finding.finder import HOTLINE, URGENT, Block, Finder
from web.partner.finding.needs import AGES, MARKED_GROUPS, SEXES, Needs, needs_form
from web.partner.finding.start_places import search, starts
from web.presenters import choices
from web.presenters.edition import Edition
from web.presenters.hours import is_open
from web.stores.inbox import Capacity

ALL_DAYS = "MO,TU,WE,TH,FR,SA,SU"
NIGHT = [(ALL_DAYS, "00:00", "23:59")]
DAY = [(ALL_DAYS, "08:00", "17:00")]
ENTRANCE = {"Open talk": "Step-free entrance", "Silent talk": "Steps at the entrance"}
MORE = records_of(
    organization("Bodies of tests"),
    *(
        part
        for name, fields in {
            "Guardian": {"types": ["CHP-GUA"], "serves": ["AGE-CHI"]},
            "Playroom": {"types": ["CHP-FRI"]},
            "Women's talk": {"types": ["PSY-COU"], "serves": ["SEX-F", "AGE-ADU"]},
            "Open talk": {"types": ["PSY-COU"], "speaks": ["tg"]},
            "Silent talk": {"types": ["PSY-COU"]},
            "Night clinic": {"types": ["HLT-EME"], "hours": NIGHT},
            "A clinic for women": {"types": ["HLT-SRH"], "hours": NIGHT},
            "Day clinic": {"types": ["HLT-PHC"], "hours": DAY},
            "Consulate here": {"types": ["RET-CON"]},
            "For citizens": {"types": ["RET-REP"], "serves": ["MIG-RET"]},
            "For foreigners": {"types": ["RET-REP"], "serves": ["MIG-FOR"]},
            "Day desk": {"types": ["CMG-REF"], "hours": DAY},
            "Night desk": {"types": ["CMG-REF"], "hours": NIGHT},
            "Night commission": {"types": ["CRD-COM"], "hours": NIGHT},
            "Police desk": {"types": ["IDN-FID"]},
            "Night rescue": {"types": ["IDN-EMR"], "hours": NIGHT},
            "Full rescue": {"types": ["IDN-EMR"], "hours": NIGHT},
            "Day rescue": {"types": ["IDN-EMR"], "hours": DAY},
            "Rescue": {"types": ["IDN-EMR"]},
            "Law for the disabled": {"types": ["LEG-INF"], "serves": ["VUL-DIS"]},
            "Law for women and the disabled": {"types": ["LEG-INF"], "serves": ["SEX-F", "VUL-DIS"]},
            "Mute line": {"types": ["IDN-HOT"], "phones": []},
        }.items()
        for part in (
            service(name, of="Bodies of tests", **{"phones": ["+992000100077"], **fields}),
            place(f"{name}, Chashma", of=[name], at=CHASHMA, unit="XT-W2", access=ENTRANCE.get(name, "")),
        )
    ),
    agreement("Umed", "Bodies of tests", service_types="PSY-COU", valid_to=dt.date(2026, 1, 31)),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory, tiny_area):
    return views(tmp_path_factory.mktemp("views"), tiny_area, public_parts(), secret_parts(), MORE)


@pytest.fixture
def desk(tmp_path, tiny_area, published):
    return Desk(tmp_path, tiny_area, published)


def block(desk, need, moment=None, **needs):
    """Return the answers to one need as names by answer."""
    finder = Finder(desk.editions(), "en", Needs(place="p1", need=(need,), **needs), moment=moment)
    (found,) = finder.blocks()
    return {answer: [str(each.card.name) for each in getattr(found, answer)] for answer in ("fit", "ask", "no")}


def reasons(desk, name, need, **needs):
    finder = Finder(desk.editions(), "en", Needs(place="p1", need=(need,), **needs))
    (found,) = finder.blocks()
    (fitting,) = [each for each in (*found.fit, *found.ask, *found.no) if str(each.card.name) == name]
    return [show(reason.said, "en") for reason in fitting.reasons]


def test_help_for_a_child_is_judged_for_the_child_and_not_for_its_mother(desk):
    mother = {"sex": "SEX-F", "age": "AGE-ADU", "marks": frozenset({"children"}), "happened": ("VUL-DV",)}
    assert {"Guardian", "Playroom"} <= set(block(desk, "child", **mother)["fit"])
    assert "Women's talk" in block(desk, "talk", **mother)["fit"]
    finder = Finder(desk.editions(), "en", Needs(place="p1", need=("child", "talk"), **mother))
    assert finder.judged[desk.id("Guardian")].sign == "yes"  # side by side too
    assert finder.judged[desk.id("Women's talk")].sign == "yes"


def test_of_a_child_that_comes_along_only_that_it_is_one_is_known():
    along = Needs(age="AGE-ADU", need=("child",)).person("child")
    assert (along.age, along.ages) == ("AGE-CHI", (0, 18))
    assert Needs(age="AGE-CHI").person("child").ages == (0, 12)


def test_every_code_that_decides_is_one_of_its_list():
    groups, kinds = Vocabulary.load("beneficiaries"), Vocabulary.load("service_types")
    deciding = judgement.NATIONALS | judgement.FOREIGNERS | {*MARKED_GROUPS.values(), *AGES, *SEXES}
    assert {code for code in deciding if code not in groups} == set()
    assert {code for code in POLICE_TYPES | {HOTLINE} if code not in kinds} == set()
    assert {*URGENT} <= {need.code for need in choices.needs()}


def test_the_nearest_of_what_fits_is_told():
    fit = tuple(SimpleNamespace(minutes=minutes) for minutes in ((50, 60), None, (20, 90)))
    answers = dict.fromkeys(("need", "person", "ask", "no", "beyond"), ())
    assert Block(fit=fit, far=0, **answers).nearest == (20, 90)
    assert Block(fit=fit[1:2], far=0, **answers).nearest is None


def test_places_are_chosen_by_region_and_name(desk, monkeypatch):
    form = needs_form(desk.editions(), "en")
    usual = {region: [place.name for place in places] for region, places in form.places.items()}
    assert len(usual) > 1
    assert [*usual] == sorted(usual)
    assert all(names == sorted(names) for names in usual.values())
    monkeypatch.setattr("web.partner.finding.needs.starts", lambda *given: dict(reversed(starts(*given).items())))
    other = needs_form(desk.editions(), "en").places
    assert [(region, [place.name for place in places]) for region, places in other.items()] == [*usual.items()]


def test_what_is_not_known_is_asked_and_never_stands_above_what_is(desk):
    assert "Open talk" in block(desk, "talk", speaks="tg")["fit"]
    assert "Silent talk" in block(desk, "talk", speaks="tg")["ask"]
    answers = block(desk, "talk", speaks="tg", marks=frozenset({"disability"}))
    assert answers["fit"] == ["Open talk", "Hotline"]  # what is called has no entrance
    assert "Silent talk" in answers["ask"]
    assert "Steps at the entrance: ask how to get in" in reasons(
        desk, "Silent talk", "talk", marks=frozenset({"disability"})
    )


def test_what_is_only_for_people_who_live_with_something_is_asked_where_nothing_is_known_of_it(desk):
    only = "Only for: Persons with disabilities. Ask whether this person is taken"
    assert "Law for the disabled" in block(desk, "lawyer")["ask"]
    assert only in reasons(desk, "Law for the disabled", "lawyer", sex="SEX-F", happened=("EXP-LAB",))
    named = reasons(desk, "Law for the disabled", "lawyer", marks=frozenset({"disability"}))
    assert "Takes: Persons with disabilities" in named
    assert only not in named
    assert only not in reasons(desk, "Law for the disabled", "lawyer", marks=frozenset({"deaf"}))
    among_others = reasons(desk, "Law for women and the disabled", "lawyer", sex="SEX-F")
    assert only not in among_others


def test_what_is_made_for_something_else_is_asked_last(desk):
    answers = block(desk, "talk")
    assert "Police desk" in answers["ask"]
    finder = Finder(desk.editions(), "en", Needs(place="p1", need=("talk",)))
    (found,) = finder.blocks()
    ranks = [fitting.rank for fitting in found.fit]
    assert ranks == sorted(ranks)
    assert max(ranks) < 3


def test_of_what_is_as_near_the_kind_most_often_needed_stands_first(desk):
    doctors = block(desk, "doctor")["fit"]
    assert doctors.index("Night clinic") < doctors.index("Day clinic") < doctors.index("A clinic for women")


def test_what_one_body_lists_once_more_stands_after_the_others(desk):
    talks = {"Open talk", "Silent talk", "Women's talk"}  # of one body, at one door
    names = block(desk, "talk", sex="SEX-F")["fit"]
    assert len(talks.intersection(names[:-2])) == 1
    assert set(names[-2:]) < talks


def test_nobody_is_in_two_answers(desk):
    for needs in ({}, {"sex": "SEX-M", "age": "AGE-CHI"}, {"speaks": "uz", "marks": frozenset({"no_papers"})}):
        for need in ("stay", "talk", "doctor", "lawyer", "papers", "wages", "child", "home", "work"):
            answers = block(desk, need, **needs)
            names = [name for found in answers.values() for name in found]
            assert len(names) == len(set(names)), (need, needs)


def test_tonight_names_what_is_open_and_the_numbers(desk):
    needs = Needs(place="p1", sex="SEX-F", need=("doctor",), marks=frozenset({"danger"}))
    night = Finder(desk.editions(), "en", needs, moment=dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC)).tonight()
    assert "Night clinic" in [str(each.card.name) for each in night.open_now]
    assert "Day clinic" not in [str(each.card.name) for each in night.open_now]
    assert "A clinic for women" not in [str(each.card.name) for each in night.open_now]  # one body, at one door
    assert night.line.dial == "1313"
    assert [statement.entry.text for statement in night.confidential.statements] == [
        "A safe place to stay can be arranged"
    ]
    desks = [str(card.name) for card in night.confidential.desks]
    assert desks == ["Night commission"], "the day's desk takes nobody tonight, and the night's has the same number"
    assert Finder(desk.editions(), "en", Needs(place="p1", need=("doctor",))).tonight() is None


def test_tonight_nothing_is_said_to_take_somebody_that_is_full_and_what_is_not_known_is_asked(desk):
    rooms = {desk.id("Full rescue"): Capacity(service=desk.id("Full rescue"), room="full")}
    needs = Needs(place="p1", need=("stay",), marks=frozenset({"danger"}))
    at_night = dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC)
    night = Finder(desk.editions(), "en", needs, rooms=rooms, moment=at_night).tonight()
    assert {str(fitting.card.name): fitting.sign for fitting in night.takes} == {"Night rescue": "yes", "Rescue": "ask"}
    assert "Full rescue" not in [str(fitting.card.name) for fitting in night.open_now]


def test_who_is_asked_for_a_safe_place_is_named_and_not_only_of_what_kind_it_is(desk):
    desk.token("caseworker")
    page = post(desk.client("caseworker"), "/en/find.html", place="p1", need=["stay"]).text
    asked = page[page.index('aria-labelledby="focal"') :].partition("</section>")[0]
    assert "Bodies of tests" in asked
    assert "Night commission" not in asked


def test_hours_are_read_in_their_own_time(desk, tiny_area):
    hours = desk.editions().entries("en")[desk.id("Day clinic")].hours
    noon_there = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
    assert is_open(hours, noon_there, Changed(tiny_area, timezone="Asia/Dushanbe"))  # 10:00
    assert not is_open(hours, noon_there, Changed(tiny_area, timezone="Europe/London"))  # 5:00
    abroad = tuple(dataclasses.replace(span, utc_offset=0) for span in hours)
    assert not is_open(abroad, noon_there, Changed(tiny_area, timezone="Asia/Dushanbe"))


@pytest.mark.parametrize(("name", "feast"), [("Day clinic", False), ("Night clinic", True)])
def test_on_a_holiday_only_what_is_always_open_is_open_for_sure(desk, tiny_area, name, feast):
    hours = desk.editions().entries("en")[desk.id(name)].hours
    before, on = (dt.datetime(2027, 3, day, 5, 0, tzinfo=dt.UTC) for day in (19, 21))
    assert (is_open(hours, before, tiny_area), is_open(hours, on, tiny_area)) == (True, feast)


def test_hours_that_are_not_known_are_said_to_be(desk):
    page = post(desk.client("caseworker"), "/en/find.html", place="p1", need=["talk", "doctor"]).text
    without, known = (page[page.index(f">{name}<") :].partition("</li>")[0] for name in ("Silent talk", "Day clinic"))
    assert ("Hours: not known." in without, "Hours: not known." in known) == (True, False)


def test_a_page_tells_when_what_is_closed_opens_as_the_public_lists_do(desk):
    page = post(desk.client("caseworker"), "/en/find.html", place="p1", need=["doctor"]).text
    assert "static/clock.js" in page
    assert "data-ahead=" in page
    clinic = page[page.index(">Day clinic<") :].partition("</li>")[0]
    assert 'data-hours="MO 08:00 17:00,' in clinic


@pytest.mark.parametrize(
    ("name", "nationality", "answer"),
    [
        ("For citizens", "", "ask"),
        ("For citizens", "XT", "fit"),
        ("For citizens", "other", "no"),
        ("For foreigners", "", "ask"),
        ("For foreigners", "XT", "no"),
        ("For foreigners", "other", "fit"),
        ("Consulate here", "XT", "ask"),
    ],
)
def test_nationality_decides_where_it_counts(desk, name, nationality, answer):
    assert name in block(desk, "home", nationality=nationality)[answer]
    assert "For citizens" not in block(desk, "talk", nationality="other")["no"]


def test_where_somebody_wants_to_go_is_asked_where_it_is_not_said(desk):
    assert "For foreigners" in block(desk, "home", nationality="other", destination="other")["ask"]
    assert "For foreigners" in block(desk, "home", nationality="other", destination="XT")["fit"]


def test_minutes_beyond_the_table_are_those_of_the_study_area(desk):
    edition = desk.editions()
    entries = edition.entries("en")
    points = {name: entries[desk.id(name)].points[0].id for name in ("Emergency ward", "School places", "Counselling")}
    summer, winter = (edition.minutes_beyond("p1", scenario) for scenario in ("summer", "winter"))
    # tests/tiny/README.md: Qullaobod 23.12 and 107, Hamvor 14 and 28, Kulnishin 94.5 and 99 minutes from Chashma
    assert [summer[points[name]] for name in points] == [24, 14, 95]
    assert [winter[points[name]] for name in points] == [107, 28, 99]
    assert edition.minutes_beyond("p1", "by camel") == {}


def test_what_the_table_does_not_tell_is_worked_out(desk, monkeypatch):
    edition = desk.editions()
    visited = {point.id for entry in edition.entries("en").values() for point in entry.points}
    told = {place: minutes for place, minutes in edition.minutes_within("p1", "summer").items() if place in visited}
    monkeypatch.setattr(edition, "minutes", lambda *_: {})
    assert edition.minutes_within("p1", "summer") == told


def test_beyond_four_hours_the_nearest_three_are_named(desk, monkeypatch):
    edition = desk.editions()
    monkeypatch.setattr(Edition, "minutes_within", lambda *_: {})  # as if all were farther
    finder = Finder(edition, "en", Needs(place="p1", need=("talk",)))
    (found,) = finder.blocks()
    assert len(found.beyond) == 3
    assert [fitting.minutes for fitting in found.beyond] == sorted(fitting.minutes for fitting in found.beyond)
    assert found.far >= len(found.beyond)


def test_a_line_without_a_number_is_no_answer_however_far(desk, monkeypatch):
    assert all("Mute line" not in names for names in block(desk, "talk").values())
    monkeypatch.setattr(Edition, "minutes_within", lambda *_: {})
    (found,) = Finder(desk.editions(), "en", Needs(place="p1", need=("talk",))).blocks()
    assert "Mute line" not in [str(fitting.card.name) for fitting in found.beyond]


def test_nobody_is_sent_far_to_ask_what_can_be_asked_near_by(desk, monkeypatch):
    """Of talks near by that speak Uzbek none is known, and more than three can be asked."""
    edition = desk.editions()
    near = {point.id for name in ("Women's talk", "Open talk", "Silent talk") for point in points_of(desk, name)}
    told = edition.minutes_within("p1", "summer")
    monkeypatch.setattr(
        Edition,
        "minutes_within",
        lambda *_: {point: minutes for point, minutes in told.items() if point in near},
    )

    def beyond(**needs):
        (found,) = Finder(edition, "en", Needs(place="p1", need=("talk",), **needs)).blocks()
        return found.beyond

    assert beyond(speaks="uz", sex="SEX-F", age="AGE-ADU") == ()
    assert [fitting.sign for fitting in beyond(speaks="uz", sex="SEX-M")] == ["ask"]  # only two near by take men


def points_of(desk, name):
    return desk.editions().entries("en")[desk.id(name)].points


def test_a_place_is_found_by_any_spelling_and_by_its_district(desk):
    edition = desk.editions()
    for text in ("Chashma", "чашма", "Tchachma", "Октябрск"):
        assert [found.id for found in search(edition, "en", text)] == ["p1"], text
    assert [found.id for found in search(edition, "en", "Push")] == ["p5"]
    assert search(edition, "en", "Atlantis") == []
    assert search(edition, "en", " ") == []
    assert [found.id for found in search(edition, "en", "Hamvora")] == ["p4"]


def test_a_place_without_travel_times_starts_at_one_of_its_unit_that_has_them(desk, monkeypatch):
    edition = desk.editions()
    told = {key: found for key, found in starts(edition, "en").items() if key != "p5"}
    monkeypatch.setattr("web.partner.finding.start_places.starts", lambda *_: told)
    (found,) = search(edition, "en", "Pushta")
    assert (found.id, found.name, found.near) == ("p2", "Pushta", "Kulnishin")  # the first one of its unit


def test_twins_in_units_of_their_name_are_called_as_these_are(tmp_path, tiny_area, published):
    places = tiny_area.gazetteer
    twins = places.assign(name_en=places["name_en"].where(places["place_id"] != "p4", "Chashma"))
    titles = {"XT-W2": "Chashma (West)", "XT-E2": "Chashma (East)"}
    area = Changed(tiny_area, gazetteer=twins, label=lambda code, _language: titles.get(code, code))
    names = {found.id: found.name for found in starts(Desk(tmp_path, area, published).editions(), "en").values()}
    assert (names["p1"], names["p4"]) == ("Chashma (West)", "Chashma (East)")


def test_twins_in_one_unit_are_told_apart_by_what_they_are(tmp_path, tiny_area, published):
    places = tiny_area.gazetteer
    first = places.loc[places["place_id"] == "p1"].iloc[0]
    other = places["place_id"] == "p4"
    twins = places.assign(
        name_en=places["name_en"].where(~other, first["name_en"]),
        unit=places["unit"].where(~other, first["unit"]),
        kind=places["kind"].where(places["place_id"] != "p1", "city").where(~other, "settlement"),
    )
    edition = Desk(tmp_path, Changed(tiny_area, gazetteer=twins), published).editions()
    names = {found.id: found.name for found in starts(edition, "en").values()}
    assert (names["p1"].rpartition(", ")[2], names["p4"].rpartition(", ")[2]) == ("city", "village")
    assert names["p1"].rpartition(", ")[0] == names["p4"].rpartition(", ")[0]
    assert not any(", " in name for key, name in names.items() if key not in ("p1", "p4"))


def test_twins_are_told_apart_by_their_district(tmp_path, tiny_area, published):
    places = tiny_area.gazetteer
    twins = places.assign(name_en=places["name_en"].where(places["place_id"] != "p4", "Chashma"))
    edition = Desk(tmp_path, Changed(tiny_area, gazetteer=twins), published).editions()
    names = {found.id: found.name for found in starts(edition, "en").values()}
    assert (names["p1"], names["p4"], names["p2"]) == (
        "Chashma (Juybor District)",
        "Chashma (Hamvora District)",
        "Kulnishin",
    )


def test_a_typed_place_leads_on_and_an_unclear_one_asks(desk):
    client = desk.client()
    assert post(client, "/en/find.html", typed="чашма", need=["lawyer"]).status_code == 200
    unknown = post(client, "/en/find.html", typed="Atlantis", need=["lawyer"])
    assert unknown.status_code == 400
    assert "No place of that name" in unknown.text
    assert "Atlantis" not in unknown.text
    assert 'value="lawyer" checked' in unknown.text


def test_an_agreement_stands_once_and_says_when_it_ended(desk):
    found = agreements(desk.editions())
    assert len(found) == len(set(found))
    text = desk.client().get("/en/agreements.html").text
    assert "ended on 31 January 2026" in text
    assert "not in force" not in text
