"""Opening hours as tables, as a short line, and as the page's script reads them."""

import datetime as dt

import pytest

from mapping.area.settings import MovingHoliday, Settings
from mapping.view.rules.opening import hours_of
from mapping.view.view import Hours
from web.presenters.hours import ahead, holidays, week

WORKDAYS = ("MO", "TU", "WE", "TH", "FR")
ALL = (*WORKDAYS, "SA", "SU")


def test_days_with_the_same_times_stand_in_one_line():
    made = week(
        (
            Hours(WORKDAYS, "08:00", "17:00"),
            Hours(("SA",), "09:00", "13:00"),
        ),
        "en",
    )
    assert [(row.days, row.times) for row in made.rows] == [
        ("Monday – Friday", ("8:00–17:00",)),
        ("Saturday", ("9:00–13:00",)),
        ("Sunday", ()),
    ]
    assert made.short == "Mon–Fri 8:00–17:00; Sat 9:00–13:00"
    assert made.script.split(",") == [f"{day} 08:00 17:00" for day in WORKDAYS] + ["SA 09:00 13:00"]
    assert not made.always


@pytest.mark.parametrize(
    ("days", "english", "russian"),
    [
        (("TU", "TH"), "Tue, Thu 9:00–13:00", "вт, чт 9:00–13:00"),
        (("MO", "TU", "WE", "SA"), "Mon–Wed, Sat 9:00–13:00", "пн–ср, сб 9:00–13:00"),
    ],
)
def test_times_of_days_apart_are_said_once(days, english, russian):
    hours = (Hours(days, "09:00", "13:00"),)
    assert (week(hours, "en").short, week(hours, "ru").short) == (english, russian)
    assert len(week(hours, "en").rows) > 2, "the table goes through the week"


def test_times_of_other_days_stand_between():
    hours = (Hours(("MO", "WE"), "08:00", "12:00"), Hours(("TU",), "13:00", "17:00"))
    assert week(hours, "en").short == "Mon, Wed 8:00–12:00; Tue 13:00–17:00"


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("en", "Monday – Friday"),
        ("my", "Monday – Friday"),
        ("ru", "Понедельник – пятница"),
        ("tg", "Рӯзи душанбе – ҷумъа"),
    ],
)
def test_the_last_of_days_in_a_row_is_written_as_the_language_writes_days(language, days):
    assert week((Hours(WORKDAYS, "08:00", "17:00"),), language).rows[0].days == days


def test_two_spans_a_day():
    made = week(
        (
            Hours(("MO",), "08:00", "12:00"),
            Hours(("MO",), "13:00", "17:00"),
        ),
        "en",
    )
    assert made.rows[0].times == ("8:00–12:00", "13:00–17:00")
    assert made.short == "Mon 8:00–12:00, 13:00–17:00"


def test_day_and_night_is_said_and_has_no_table():
    made = week((Hours(ALL, "00:00", "23:59"),), "ru")
    assert made.always
    assert made.rows == ()
    assert made.short == "Круглосуточно"


def test_times_without_days_are_of_no_day_and_words_stay_words():
    made = week((Hours((), "08:00", "17:00", note="by appointment"),), "en")
    assert (made.rows, made.script) == ((), "")
    assert made.short == "8:00–17:00; on which days is not known"
    assert made.notes == (made.short, "By appointment")
    only_words = week((Hours(note="ask first"),), "en")
    assert only_words.notes == ("ask first",)
    assert (only_words.rows, only_words.short, only_words.script) == ((), "", "")


def test_an_offset_of_its_own_is_kept_where_it_is_one():
    assert week((Hours(("MO",), "08:00", "17:00", utc_offset=3.0),), "en").offset == 3.0
    two = (Hours(("MO",), "08:00", "17:00", utc_offset=3.0), Hours(("TU",), "08:00", "17:00", utc_offset=4.0))
    assert week(two, "en").offset is None


def test_how_far_a_zone_is_ahead_of_utc_with_each_change_to_come():
    assert ahead("Indian/Maldives", dt.date(2026, 11, 24)) == "5"
    assert ahead("Asia/Kabul", dt.date(2026, 11, 24)) == "4.5"
    rome = ahead("Europe/Rome", dt.date(2026, 11, 24)).split()
    assert rome[:7] == ["1", "2027-03-28T01:00Z", "2", "2027-10-31T01:00Z", "1", "2028-03-26T01:00Z", "2"]
    assert len(rome) == 1 + 2 * 10


def test_days_that_are_no_days_are_left_out():
    assert week((Hours(("XX",), "08:00", "17:00"),), "en").short == "8:00–17:00; on which days is not known"


def hours_in(**row):
    names = ["freq", "interval", "byday", "bymonthday", "description", "timezone", "valid_from", "valid_to"]
    return hours_of(dict.fromkeys(names) | {"opens_at": "09:00", "closes_at": "12:00"} | row)


@pytest.mark.parametrize(
    ("row", "english", "russian"),
    [
        (
            {"freq": "MONTHLY", "byday": "1WE,3WE"},
            "1st, 3rd Wednesday of each month 9:00–12:00",
            "Среда (1-й раз, 3-й раз в месяце) 9:00–12:00",
        ),
        ({"byday": "-1FR"}, "last Friday of each month 9:00–12:00", "Пятница (последний раз в месяце) 9:00–12:00"),
        ({"freq": "MONTHLY", "bymonthday": "1, 15"}, "day 1, 15 of each month 9:00–12:00", None),
        ({"freq": "WEEKLY", "interval": 2, "byday": "MO,TU"}, "Monday, Tuesday, every 2 weeks 9:00–12:00", None),
        (
            {"byday": "MO,TU,WE,TH,FR", "description": "April to October"},
            "April–October: Monday–Friday 9:00–12:00",
            "апрель–октябрь: Понедельник–Пятница 9:00–12:00",
        ),
    ],
)
def test_days_that_are_not_of_every_week_are_told_and_never_counted_as_open(row, english, russian):
    hours = hours_in(**row)
    made = week((hours,), "en")
    assert (made.rows, made.script, made.always) == ((), "", False)
    assert (made.short, made.notes) == (english, (english,))
    assert hours.spans() == []
    if russian:
        assert week((hours,), "ru").short == russian
    both = week((hours, Hours(("SU",), "10:00", "11:00")), "en")  # "closed now" may be wrong beside rarer days
    assert both.script == "?,SU 10:00 11:00"
    assert both.short == f"Sun 10:00–11:00; {english}"


@pytest.mark.parametrize(
    ("row", "english"),
    [
        ({"byday": "MO,TU,WE"}, "from 4 January 2027: Monday–Wednesday 9:00–12:00"),
        ({"byday": "1WE"}, "from 4 January 2027: 1st Wednesday of each month 9:00–12:00"),
        ({}, "from 4 January 2027: 9:00–12:00; on which days is not known"),
    ],
)
def test_hours_that_begin_after_the_edition_say_from_which_day(row, english):
    hours = hours_in(**row, valid_from="2027-01-04").told_on(dt.date(2026, 11, 24))
    assert week((hours,), "en").short == english
    assert week((hours, Hours(("SU",), "10:00", "11:00")), "en").script.endswith("SU 10:00 11:00")
    assert week((hours_in(**row, valid_from="2027-01-04").told_on(dt.date(2027, 1, 4)),), "en").short != english


def test_the_hours_of_each_language_say_their_first_day():
    hours = hours_in(byday="MO", valid_from="2027-01-04").told_on(dt.date(2026, 11, 24))
    assert week((hours,), "ru").short == "с 4 января 2027\u00a0г.: Понедельник 9:00–12:00"
    assert week((hours,), "tg").short == "аз 4 январи соли 2027: Рӯзи душанбе 9:00–12:00"


def test_holidays_that_move_are_told_by_their_year_and_estimates_with_the_days_beside_them(tiny_area):
    assert holidays(tiny_area.settings) == "03-21 09-09 2027-03-09"
    assert holidays(tiny_area.settings, estimated=True) == "2028-02-25 2028-02-26 2028-02-27"
    assert holidays(Settings()) == holidays(Settings(), estimated=True) == ""
    with pytest.raises(ValueError, match="2027-03-09 is announced"):
        MovingHoliday(name={"en": "Feast"}, announced=["2027-03-09"], estimated=["2027-03-09"])
