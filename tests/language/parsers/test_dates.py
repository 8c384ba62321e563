"""Tests of `mapping.language.parsers.dates`."""

import contextlib
import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Duration, Unreadable, date

TODAY = dt.date(2026, 11, 24)


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


@given(st.integers(1, 600), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)))
def test_a_term_ends_so_many_months_later_and_never_in_the_month_after(months, first):
    end = Duration(months).after(first)
    assert (end.year * 12 + end.month) - (first.year * 12 + first.month) == months
    assert end.day == first.day or (end + dt.timedelta(1)).day == 1
