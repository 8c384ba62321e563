"""Languages and nights: who is reached in person, by phone, or not at all. Numbers of tests/tiny/README.md."""

from dataclasses import replace

import pytest

from mapping.analysis.supply.languages import languages
from mapping.analysis.supply.round_the_clock import at_night, round_the_clock
from mapping.errors import InvalidRecord
from mapping.view.view import Hours, PhoneEntry
from tests.analysis.invented import CHASHMA, QULLAOBOD, TODAY, service, view

ALWAYS = (Hours(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "00:00", "23:59"),)
NIGHTS = (Hours(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "20:00", "06:00"),)
DAYS = (Hours(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "08:00", "20:00"),)
WEEKDAYS = (Hours(("MO", "TU", "WE", "TH", "FR"), "00:00", "23:59"),)
CALL = (PhoneEntry("1313"),)


def helping(*codes, at=CHASHMA, kind="PSY-COU", **fields):
    return replace(service(kind, at=at), languages=codes, **fields)


def line(*codes, covers=(), **fields):
    return replace(service("IDN-HOT", covers=covers), languages=codes, phones=CALL, **fields)


def test_people_within_an_hour_of_help_in_a_language(tiny_area):
    """Within an hour of Chashma are 170 of 240 thousand; 135 in winter, fewer on foot. Nobody helps in Russian."""
    result = languages(view(helping("tg")), tiny_area)
    assert result.total["tg_asked"] * 240 == pytest.approx(170, abs=0.5)
    assert 60 < result.total["tg_low"] * 240 <= 135
    assert result.total["tg_without_asked"] == pytest.approx(70_000, abs=500)
    assert result.text("XT-W1", "ru", "en") == "none listed"
    assert result.total["ru_without"] == 240_000
    assert any("Russian" in str(each) for each in result.also)


def test_a_line_counts_where_it_reaches_and_not_as_a_visit(tiny_area):
    result = languages(view(helping("tg"), line("tg", "ru", covers=("XT-W",))), tiny_area)
    assert [result.text(unit, "ru_phone", "en") for unit in ("XT-W1", "XT-E1")] == ["listed", "none listed"]
    assert result.total["ru_phone"] == "present", "in the country there is one, and who have none are counted"
    assert result.total["tg_without_asked"] == pytest.approx(10_000, abs=500), "east: 60 less the 50 within an hour"
    assert result.text("XT-W1", "ru", "en").endswith("(only by phone or visit)")
    everywhere = languages(view(line("ru")), tiny_area)
    assert everywhere.total["ru_without"] == 0
    assert everywhere.total["ru_phone"] == "present"


def test_a_language_in_which_only_a_line_answers_is_the_one_in_which_nobody_is_near(tiny_area):
    result = languages(view(helping("tg"), line("ru")), tiny_area)
    assert str(result.finding).endswith("within 60 minutes of help in “Russian”: 0%")
    assert result.figures["ru"].text("en") == "0%"
    assert [*result.figures][:2] == ["ru", "tg"], "the number beside the sentence is of the language that it speaks of"
    assert "en" not in result.figures, "nobody says that they help in it"
    alone = languages(view(line("ru")), tiny_area)
    assert str(alone.finding) == "No service that people could travel to says in which language it helps"


def test_a_line_without_a_number_cannot_be_called(tiny_area):
    result = languages(view(replace(line("ru"), phones=())), tiny_area)
    assert result.total["ru_phone"] == "none listed"


def test_services_that_do_not_say_their_languages_are_told(tiny_area):
    result = languages(view(helping()), tiny_area)
    assert any("do not say in which languages they help: 1" in str(each) for each in result.caveats)


@pytest.mark.parametrize(
    ("hours", "open_"), [(ALWAYS, True), (NIGHTS, True), (DAYS, False), (WEEKDAYS, False), ((), False)]
)
def test_open_at_night_is_open_on_each_night(hours, open_):
    assert at_night(replace(service("HLT-EME"), hours=hours), TODAY) is open_


def test_hours_that_ran_out_do_not_count():
    past = tuple(replace(each, valid_to=TODAY.replace(year=2025)) for each in ALWAYS)
    assert not at_night(replace(service("HLT-EME"), hours=past), TODAY)


def test_people_who_reach_help_at_night(tiny_area):
    """Chashma closes at night; of Qullaobod see test_coverage: the hospital there is open."""
    by_day = helping(hours=DAYS)
    hospital = helping(at=QULLAOBOD, kind="HLT-EME", hours=ALWAYS)
    result = round_the_clock(view(by_day, hospital, line(hours=DAYS)), tiny_area)
    alone = round_the_clock(view(hospital), tiny_area)
    assert result.total["any"] == alone.total["any"] == result.total["HLT-EME"]
    assert 0 < result.total["any"] < 1
    assert "No phone line is listed that answers at night." in [str(each) for each in result.also]
    lit = round_the_clock(view(hospital, line(hours=ALWAYS)), tiny_area)
    assert lit.total["any_without"] == 0


def test_minutes_must_make_sense(tiny_area):
    with pytest.raises(InvalidRecord):
        languages(view(), tiny_area, minutes=0)
