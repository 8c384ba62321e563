"""Tests of `mapping.language.parsers.dates`."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import DateValue, Duration, Unreadable, date, date_value, day_first, last_day, term

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-14", "2026-05-14"),
        ("2026-10-10T14:12:00+05:00", "2026-10-10"),
        ("2026-10-10 14:12:00", "2026-10-10"),
        ("2026/5/4", "2026-05-04"),
        ("01.10.2026", "2026-10-01"),
        ("1.1.2026", "2026-01-01"),
        ("07.04.26", "2026-04-07"),
        ("07.04.99", "1999-04-07"),
        ("31/12/26", "2026-12-31"),
        ("31.12.2026 г.", "2026-12-31"),
        ("12 сентября 2026 г.", "2026-09-12"),
        ("12.III.2026", "2026-03-12"),
        ("5/XII/2026", "2026-12-05"),
        ("12-ІХ-26", "2026-09-12"),
        ("28,11,2025", "2025-11-28"),
        ("20261101", "2026-11-01"),
        ("28 Nov 25", "2025-11-28"),
        ("5-мая-26", "2026-05-05"),
        ("по состоянию на 01.10.2026", "2026-10-01"),
        ("as of 1 October 2026", "2026-10-01"),
        ("15 майи 2026", "2026-05-15"),
        ("15 майи соли 2026", "2026-05-15"),
        ("1 June 2026", "2026-06-01"),
        ("June 1st, 2026", "2026-06-01"),
        ("3 июл 2026", "2026-07-03"),
        ("15-may, 2026-yil", "2026-05-15"),
        ("2 Ağustos 2026", "2026-08-02"),
        ("29.02.2024", "2024-02-29"),
        (dt.date(2026, 6, 4), "2026-06-04"),
        (dt.datetime(2026, 6, 4, 12, 30), "2026-06-04"),
    ],
)
def test_days_in_many_notations(text, day):
    assert date_value(text, TODAY) == DateValue(dt.date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "first", "last", "precise"),
    [
        ("май 2026", "2026-05-01", "2026-05-31", "month"),
        ("May 2026", "2026-05-01", "2026-05-31", "month"),
        ("02.2025", "2025-02-01", "2025-02-28", "month"),
        ("03/2026", "2026-03-01", "2026-03-31", "month"),
        ("2026-03", "2026-03-01", "2026-03-31", "month"),
        ("1 кв. 2026", "2026-01-01", "2026-03-31", "quarter"),
        ("IV квартал 2026", "2026-10-01", "2026-12-31", "quarter"),
        ("Q2 2027", "2027-04-01", "2027-06-30", "quarter"),
        ("2025", "2025-01-01", "2025-12-31", "year"),
        ("2025 год", "2025-01-01", "2025-12-31", "year"),
    ],
)
def test_periods_become_their_first_or_last_day(text, first, last, precise):
    assert date_value(text, TODAY) == DateValue(dt.date.fromisoformat(first), precise)
    assert date_value(text, TODAY, of_period="last") == DateValue(dt.date.fromisoformat(last), precise)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("end of Q1 2027", "2027-03-31"),
        ("конец 2026", "2026-12-31"),
        ("охири майи 2027", "2027-05-31"),
        ("начало 2027", "2027-01-01"),
    ],
)
def test_words_for_beginning_and_end_go_before_the_rule(text, day):
    assert date(text, TODAY) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("text", ["мар.26", "Mar-26", "март 26", "mar'26"])
def test_a_month_with_the_last_digits_of_its_year_is_doubted(text):
    found = date_value(text, TODAY)
    assert (found.day, found.precise) == (dt.date(2026, 3, 1), "month")
    assert str(found.doubt) == f"{text} is read as a month of 2026"


@pytest.mark.parametrize(
    ("text", "first"),
    [("II кв. 2026", 4), ("III квартал 2026", 7), ("IV кв. 2026", 10), ("ІІ чоряки 2026", 4), ("2026 III Q", 7)],
)
def test_quarters_in_roman_numbers_are_not_taken_for_the_first(text, first):
    found = date_value(text, TODAY)
    assert (found.day, found.precise) == (dt.date(2026, first, 1), "quarter")


@pytest.mark.parametrize("value", [46100, 46100.0, "46100", "46100.0", "46100.5"])
def test_a_day_number_of_a_spreadsheet_is_read_and_said(value):
    found = date_value(value, TODAY)
    assert found.day == dt.date(2026, 3, 19)  # 1899-12-30 and 46100 days
    assert "spreadsheet's day number" in found.doubt


def test_day_and_month_that_could_be_exchanged_are_said():
    found = date_value("03/04/2026", TODAY)
    assert found.day == dt.date(2026, 4, 3)
    assert "could be 2026-03-04" in found.doubt
    assert date("03/04/2026", TODAY, day_first=False) == dt.date(2026, 3, 4)
    assert date("03.04.2026", TODAY, day_first=False) == dt.date(2026, 4, 3)  # with points the day is always first
    assert date_value("03.04.2026", TODAY).doubt == date_value("03/03/2026", TODAY).doubt == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-02-30", "month 2 of 2026 has 28 days"),
        ("30.02.2025", "month 2 of 2025 has 28 days"),
        ("31.06.2026", "month 6 of 2026 has 30 days"),
        ("2026-11-31", "month 11 of 2026 has 30 days"),
        ("31 июня 2026", "month 6 of 2026 has 30 days"),
        ("29.02.2025", "has 28 days"),
        ("13/25/2026", "there is no month 25"),
        ("2026-13-01", "there is no month 13"),
        ("2099-01-01", "more than 10 years ahead"),
        ("01.01.2037", "more than 10 years ahead"),
        ("12.05.1026", "before 1990"),
        ("уточняется", "not known yet"),
        ("10", "is no date"),
        ("вчера", "is no date"),
        ("2025-2026", "is no date"),
        ("5 кв. 2026", "is no date"),
        ("май", "is no date"),
        ("#REF!", "error of the spreadsheet"),
        ("", "no date is given"),
        (3.5, "is no date"),
    ],
)
def test_what_is_no_day_is_refused_with_a_reason(text, problem):
    with pytest.raises(Unreadable, match=problem):
        date(text, TODAY)


@pytest.mark.parametrize("value", ["2026-11-25", dt.date(2027, 3, 1), dt.datetime(2027, 3, 1), "31.12.2026"])
def test_a_check_cannot_have_been_made_after_today(value):
    assert date(value, TODAY) > TODAY
    with pytest.raises(Unreadable, match="is after 2026-11-24"):
        date(value, TODAY, latest=TODAY)
    assert date("2026-11-24", TODAY, latest=TODAY) == TODAY


def test_the_month_that_is_not_over_counts_until_the_latest_day():
    assert date("ноябрь 2026", TODAY, latest=TODAY, of_period="last") == TODAY
    assert date("2026", TODAY, latest=TODAY, of_period="last") == TODAY
    with pytest.raises(Unreadable, match="is after"):
        date("декабрь 2026", TODAY, latest=TODAY, of_period="last")


@pytest.mark.parametrize("text", ["бессрочно", "ongoing", "open-ended", "бемуҳлат", "muddatsiz", "Бессрочно"])
def test_what_has_no_end_has_no_last_day(text):
    assert last_day(text, TODAY) is None


def test_the_last_day_of_a_period_is_its_last():
    found = last_day("end of Q1 2027", TODAY)
    assert found == DateValue(dt.date(2027, 3, 31), "quarter")
    assert last_day("31/12/26", TODAY) == DateValue(dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "day", "renewed"),
    [
        ("до 31.12.2027 с пролонгацией", "2027-12-31", True),
        ("10.10.2028 (автопродление)", "2028-10-10", True),
        ("то 14.03.2028", "2028-03-14", False),
        ("14.03.2028 й.гача", "2028-03-14", False),
        ("истёк 10.10.2026", "2026-10-10", False),
        ("10.02.2026-20.02.2026", "2026-02-20", False),
        ("янв–март 2026", "2026-03-31", False),
        ("2 полугодие 2026", "2026-12-31", False),
        ("03/14/2025", "2025-03-14", False),
    ],
)
def test_the_last_day_among_words_of_limits(text, day, renewed):
    found = last_day(text, TODAY)
    assert (found.day.isoformat(), found.renewed) == (day, renewed)


@pytest.mark.parametrize("text", ["с 01.06.2025", "не позднее чем за месяц до 01.06.2025", "01.06.2025 или позже"])
def test_words_that_make_a_day_no_last_day_are_refused(text):
    with pytest.raises(Unreadable):
        last_day(text, TODAY)


@settings(deadline=None)
@given(st.dates(dt.date(1990, 1, 1), dt.date(2036, 10, 31)))
def test_every_day_is_read_back(day):
    assert date(day.isoformat(), TODAY) == day
    assert date(f"{day:%d.%m.%Y}", TODAY) == day
    assert date(f"{day.day}/{day.month}/{day.year}", TODAY) == day
    assert date((day - dt.date(1899, 12, 30)).days, TODAY) == day
    assert date(f"{day:%d %B %Y}", TODAY) == day


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(Unreadable):
        assert date(text, TODAY).year >= 1990


@pytest.mark.parametrize(
    ("text", "day", "precise"),
    [
        ("verified by visit on 7 May 2026", (2026, 5, 7), "day"),
        ("обновлено 03.06.2026 по телефону", (2026, 6, 3), "day"),
        ("последняя проверка: июнь 2026", (2026, 6, 1), "month"),
        ("санҷида шуд 12.02.2026", (2026, 2, 12), "day"),
        ("моҳи июни 2026", (2026, 6, 1), "month"),
        ("tekshirildi 4 mart 2026", (2026, 3, 4), "day"),
        ("20.04.2026 (earlier 01.02.2026)", (2026, 4, 20), "day"),
        ("май 2026, предыдущая 11.2025", (2026, 5, 1), "month"),
        ("08.03.2026, пештар 2024", (2026, 3, 8), "day"),
    ],
)
def test_a_day_among_words_for_its_check(text, day, precise):
    value = date_value(text, TODAY)
    assert (value.day, value.precise) == (dt.date(*day), precise)


@pytest.mark.parametrize(
    "text",
    ["не проверено с марта 2026", "to be checked in May 2026", "надо позвонить 03.05.2026", "проверить план 2026"],
)
def test_a_day_on_which_nothing_was_checked_is_none(text):
    with pytest.raises(Unreadable):
        date_value(text, TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("12-14 майи 2026", "2026-05-12", "2026-05-14"),
        ("12–14 мая 2026 г.", "2026-05-12", "2026-05-14"),
        ("с 12 по 14 мая 2026", "2026-05-12", "2026-05-14"),
        ("аз 12 то 14 майи соли 2026", "2026-05-12", "2026-05-14"),
        ("2026 yil 12-14 may kunlari", "2026-05-12", "2026-05-14"),
        ("May 12-14, 2026", "2026-05-12", "2026-05-14"),
        ("28 апреля – 3 мая 2026", "2026-04-28", "2026-05-03"),
        ("28 декабря 2025 г. – 3 января 2026 г.", "2025-12-28", "2026-01-03"),
        ("30.04.–03.05.2026", "2026-04-30", "2026-05-03"),
    ],
)
def test_some_days_have_a_first_and_a_last(text, first, last):
    days = [date_value(text, TODAY, of_period=part) for part in ("first", "last")]
    assert [str(value.day) for value in days] == [first, last]
    assert {value.precise for value in days} == {"day"}


@pytest.mark.parametrize(
    "text", ["14-12 мая 2026", "12 и 14 мая 2026", "5-7 июня", "3 мая 2026 – 28 апреля 2026", "20206"]
)
def test_days_that_follow_no_order_or_have_no_year_are_none(text):
    with pytest.raises(Unreadable):
        date_value(text, TODAY)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3 года", 36),
        ("на 3 (три) года", 36),
        ("сроком на один год", 12),
        ("3 сол", 36),
        ("2 yil", 24),
        ("two years", 24),
        ("18 months", 18),
        ("5 лет с даты подписания", 60),
        ("год", 12),
    ],
)
def test_how_long_something_holds(text, months):
    assert term(text) == Duration(months)


@pytest.mark.parametrize("text", ["2027", "31.12.2027", "бессрочно", "3", "2027 год", "3 (пять) лет", "3 дня"])
def test_what_is_no_term_is_refused(text):
    with pytest.raises(Unreadable):
        term(text)


@given(st.integers(1, 600), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)))
def test_a_term_ends_so_many_months_later_and_never_in_the_month_after(months, first):
    end = Duration(months).after(first)
    assert (end.year * 12 + end.month) - (first.year * 12 + first.month) == months
    assert end.day == first.day or (end + dt.timedelta(1)).day == 1


@pytest.mark.parametrize(
    ("cells", "country", "order"),
    [
        (["8/5/12 8:45", "8/17/11"], "", False),
        (["8/5/12", "17/8/11"], "US", True),
        (["8/5/12"], "US", False),
        (["8/5/12", ""], "TJ", None),
        (["8.17.11"], "", None),
    ],
)
def test_the_whole_column_tells_what_is_the_day(cells, country, order):
    assert day_first(cells, country) is order


def test_a_day_whose_order_is_known_is_not_doubted_and_a_short_year_is_of_this_century():
    assert date_value("8/5/12 8:45", TODAY, day_first=False) == DateValue(dt.date(2012, 8, 5))
    assert date_value("8/5/12", TODAY).doubt
