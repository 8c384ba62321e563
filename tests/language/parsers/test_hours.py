"""Tests of `mapping.language.parsers.hours`."""

import contextlib
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Partly, Unreadable, hours

WORK, WEEK = "MO,TU,WE,TH,FR", "MO,TU,WE,TH,FR,SA,SU"


def spans(text):
    return [(span.byday, span.opens, span.closes) for span in hours(text)]


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_text_is_read_or_refused(text):
    try:
        found = hours(text)
    except Partly as error:
        found = error.value
    except Unreadable:
        return
    assert found
    for span in found:
        if span.kind == "appointment":
            assert (span.byday, span.opens, span.closes) == ("", None, None)
        else:
            assert re.fullmatch(r"(-?\d?(MO|TU|WE|TH|FR|SA|SU),?)+", span.byday)
            assert "00:00" <= span.opens < span.closes <= "23:59"


SHUFFLED = (
    "Mon",
    "пн",
    "Tue-Thu",
    "сеш",
    "9-18",
    "9:00",
    "-",
    ",",
    ";",
    "обед",
    "12-13",
    "to",
    "24",
    "(",
    ")",
    "first",
    "месяца",
    "до",
    "April",
    "круглосуточно",
    "call first",
    "x",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(SHUFFLED), max_size=9))
def test_any_order_of_known_words_is_read_or_refused(words):
    with contextlib.suppress(Unreadable):
        assert hours(" ".join(words))


DAY_NAMES = {
    "ru": (("пн", "вт", "ср", "чт", "пт", "сб", "вс"), "{} выходной, остальные дни {}-{}"),
    "tg": (("дш", "сш", "чш", "пш", "ҷм", "шн", "яш"), "{} истироҳат, дигар рӯзҳо аз {} то {}"),
    "en": (("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "{} closed, all other days {}-{}"),
    "uz": (("du", "se", "chor", "pay", "ju", "sha", "yak"), "{} dam olish, boshqa kunlar {}-{}"),
}
CODES = WEEK.split(",")


@given(
    st.sampled_from(sorted(DAY_NAMES)),
    st.sets(st.integers(0, 6), min_size=1, max_size=6),
    st.integers(0, 11),
    st.integers(13, 23),
)
def test_other_days_are_those_that_are_not_named(language, closed, opens, closes):
    names, pattern = DAY_NAMES[language]
    text = pattern.format(", ".join(names[day] for day in sorted(closed)), opens, closes)
    days = ",".join(code for n, code in enumerate(CODES) if n not in closed)
    assert spans(text) == [(days, f"{opens:02}:00", f"{closes:02}:00")]


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(0, 11), st.integers(12, 23)),
        min_size=1,
        max_size=4,
    )
)
def test_no_day_has_two_spans_that_overlap(clauses):
    names = DAY_NAMES["ru"][0]
    text = "; ".join(f"{', '.join(names[d] for d in sorted(days))} {a}:00-{b}:00" for days, a, b in clauses)
    by_day = {}
    try:
        read = spans(text)
    except Unreadable:
        return  # what contradicts itself is told
    for byday, opens, closes in read:
        for day in byday.split(","):
            by_day.setdefault(day, []).append((opens, closes))
    assert set(by_day) == {CODES[day] for days, _, _ in clauses for day in days}
    for times in by_day.values():
        times.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(times))


@given(st.sampled_from(["пн", "вт", "ср", "чт", "пт"]), st.integers(6, 11), st.integers(1, 6))
def test_a_closing_hour_before_the_opening_one_is_in_the_afternoon_of_a_working_day(day, opens, closes):
    if closes < opens:
        assert spans(f"{day} с {opens} до {closes}")[0][1:] == (f"{opens:02}:00", f"{closes + 12}:00")
        with pytest.raises(Unreadable):
            hours(f"вс {opens}-{closes}")
