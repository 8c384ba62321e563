"""When a service is open: search, finder and the script of a page say the same of every moment, holidays too."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.model import WEEKDAYS, Schedule
from mapping.view.rules.opening import Hours, always, days_off, holidays, is_open, perhaps_holidays, script
from tests.support.examples import examples
from tests.support.sample import key, organization, sample_view, service
from tests.view.test_search import in_node, needs_node, of_the_site
from tests.view.test_view import everything

EDITION = dt.date(2026, 11, 24)
AHEAD = dt.timezone(dt.timedelta(hours=5))
"""Orzustan's clocks."""

times = st.sampled_from(["00:00", "06:00", "08:00", "12:30", "18:00", "22:00", "23:59"])
days = st.sampled_from([WEEKDAYS, WEEKDAYS, WEEKDAYS[:5], ("SA", "SU"), ("MO",), ("SU",)])
# beside holidays of Orzustan: 21 March, 9 March 2027 (announced), 26 February 2028 (estimated)
around = st.sampled_from([(2026, 11, 25), (2027, 3, 8), (2027, 3, 20), (2028, 2, 24), (2028, 2, 27), (2028, 9, 8)])
dates = st.builds(lambda day, n: dt.date(*day) + dt.timedelta(n), around, st.integers(0, 3))
schedules = st.tuples(days, times, times, st.none() | dates, st.none() | dates, st.sampled_from([1, 1, 1, 2]))
services = st.lists(st.tuples(st.lists(schedules, max_size=3), st.sampled_from([None, None, 3.0, -5.5])), max_size=8)
moments = st.builds(
    lambda day, hour, minute: dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=AHEAD),
    dates,
    st.integers(0, 23),
    st.sampled_from([0, 29, 30, 59]),
)


def parts(drawn: list[Any]) -> list[Any]:
    made: list[Any] = [organization("Umed")]
    for number, (rows, offset) in enumerate(drawn):
        made.append(service(f"Service {number}", of="Umed"))
        made += [
            Schedule(
                id=f"{number} {place}",
                service_id=key("service", f"Service {number}"),
                freq="WEEKLY",
                interval=every,
                byday=",".join(on),
                opens_at=opens,
                closes_at=closes,
                timezone=offset,
                valid_from=first,
                valid_to=last,
                audience="public",
            )
            for place, (on, opens, closes, first, last, every) in enumerate(rows)
            if first is None or last is None or first <= last
        ]
    return made


def is_known_open(hours: tuple[Hours, ...], moment: dt.datetime, off: frozenset[str]) -> bool:
    """Look at each day on which some hours may have begun, without the rule's own cutting at midnight."""
    for span in hours:
        local = moment.astimezone(
            AHEAD if span.utc_offset is None else dt.timezone(dt.timedelta(hours=span.utc_offset))
        )
        for began in (local.date(), local.date() - dt.timedelta(1)):
            opens = dt.datetime.combine(began, dt.time.fromisoformat(span.opens), local.tzinfo)
            closes = dt.datetime.combine(began, dt.time.fromisoformat(span.closes), local.tzinfo)
            closes += dt.timedelta(minutes=span.closes == "23:59")
            closes += dt.timedelta(closes <= opens)
            holds = (span.valid_from or began) <= began <= (span.valid_to or began)
            holiday = {f"{local:%Y-%m-%d}", f"{local:%m-%d}"} & off and not always(hours)
            if WEEKDAYS[began.weekday()] in span.days and holds and opens <= local < closes and not holiday:
                return True
    return False


@given(drawn=services, asked=st.lists(moments, min_size=4, max_size=8))
@settings(max_examples=examples(25), deadline=None)
def test_search_and_finder_know_when_a_service_is_open(
    drawn: list[Any], asked: list[dt.datetime], tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory
) -> None:
    off = days_off(tiny_area.settings)
    with sample_view(tmp_path_factory.mktemp("open"), tiny_area, *parts(drawn)) as view:
        for moment in asked:
            known = {entry.name for entry in view.services() if is_known_open(entry.hours, moment, off)}
            told = {entry.name for entry in view.services() if is_open(entry.hours, moment, tiny_area.timezone, off)}
            assert told == known
            assert everything(view.find(open_at=moment, limit=100)) == known


@needs_node
@given(drawn=st.lists(services, min_size=10, max_size=10), asked=st.lists(moments, min_size=20, max_size=20))
@settings(max_examples=examples(8), deadline=None)
def test_the_script_of_a_page_says_the_same(
    drawn: list[list[Any]], asked: list[dt.datetime], tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory
) -> None:
    off, hours = days_off(tiny_area.settings), [told(*one) for many in drawn for one in many]
    given_ = [[script(one), one[0].utc_offset if one else None] for one in hours]
    answers = in_node(
        tmp_path_factory.mktemp("open"),
        [page(tiny_area), *of_the_site("clock")],
        [given_, [moment.timestamp() * 1000 for moment in asked]],
        "given[1].map(now => given[0].map(([text, offset]) => rohnamoClock.open(text, offset, new Date(now))))",
    )
    for moment, row in zip(asked, answers, strict=True):
        assert row == [is_open(one, moment, tiny_area.timezone, off) for one in hours]
    everyday = in_node(
        tmp_path_factory.mktemp("always"),
        [page(tiny_area), *of_the_site("clock")],
        given_,
        "given.map(([text]) => rohnamoClock.always(text))",
    )
    assert everyday == [always(one) for one in hours]


def told(rows: list[Any], offset: float | None) -> tuple[Hours, ...]:
    """Return hours as an edition tells them."""
    made = (
        Hours(on, opens, closes, utc_offset=offset, valid_from=first, valid_to=last).told_on(EDITION)
        for on, opens, closes, first, last, _ in rows
    )
    return tuple(hours for hours in made if hours)


def page(area: StudyArea) -> str:
    """Return what a page of a study area tells its script."""
    words = dict.fromkeys(("always", "open", "shut", "today", "holiday", "perhaps", "days"), "")
    words |= {"ahead": "5", "lapsed": "90", "holidays": " ".join(holidays(area.settings))}
    words["estimated"] = " ".join(perhaps_holidays(area.settings))
    document = f"{{ body: {{ dataset: {json.dumps(words)} }}, querySelectorAll: () => [] }}"
    return f"globalThis.document = {document}; globalThis.addEventListener = () => {{}};"


def test_a_script_that_does_not_know_all_hours_does_not_call_a_service_closed(
    tmp_path: Path, tiny_area: StudyArea
) -> None:
    hours = Hours(("MO",), "08:00", "17:00"), Hours((), "08:00", "17:00")
    assert script(hours) == "?,MO 08:00 17:00"
    assert script((Hours(("MO",), "08:00", "17:00"), Hours(("TU",), "08:00", "17:00", utc_offset=3.0))) == ""
    assert script((Hours(("MO",), "8:00", "00:00", valid_to=dt.date(2027, 1, 1)),)) == "MO 08:00 24:00 - 2027-01-01"


def test_on_a_holiday_a_view_finds_only_what_is_always_open(tmp_path: Path, tiny_area: StudyArea) -> None:
    workdays = [(",".join(WEEKDAYS[:5]), "08:00", "17:00")]
    made = (
        organization("Umed"),
        service("Office", of="Umed", hours=workdays),
        service("Line", of="Umed", hours=[(",".join(WEEKDAYS), "00:00", "23:59")]),
    )
    with sample_view(tmp_path, tiny_area, *made) as view:
        assert everything(view.find(open_at=dt.datetime(2027, 9, 8, 10))) == {"Office", "Line"}
        assert everything(view.find(open_at=dt.datetime(2027, 9, 9, 10))) == {"Line"}, "a holiday of every year"
        assert everything(view.find(open_at=dt.datetime(2027, 3, 9, 10))) == {"Line"}, "a day that was announced"
        assert everything(view.find(open_at=dt.datetime(2028, 2, 25, 10))) == {"Line"}, "beside an estimated day"
