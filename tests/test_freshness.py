"""Freshness: the one rule by which records age, and that everything which shows them follows it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.freshness import DUE_DAYS, LAPSED_DAYS, freshness, latest, next_due, offered, rank
from mapping.render.layers import services
from mapping.view.entries import Entry
from tests.support.sample import CHASHMA, TODAY, organization, place, sample_view, service

DUE = dt.date(2026, 6, 30)
CHECKED = dt.date(2025, 12, 31)
ORDER = ["fresh", "due", "overdue", "lapsed"]


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (dt.date(2026, 5, 30), "fresh"),  # 31 days before
        (dt.date(2026, 5, 31), "due"),
        (dt.date(2026, 6, 30), "due"),
        (dt.date(2026, 7, 1), "overdue"),
        (dt.date(2026, 9, 28), "overdue"),  # 90 days after
        (dt.date(2026, 9, 29), "lapsed"),
    ],
)
def test_the_days_on_which_an_entry_ages(day, wanted):
    assert freshness(CHECKED, DUE, day) == wanted


def test_a_study_area_may_set_other_days():
    assert freshness(CHECKED, DUE, dt.date(2026, 6, 25), due_days=4) == "fresh"
    assert freshness(CHECKED, DUE, dt.date(2026, 7, 11), lapsed_days=10) == "lapsed"
    assert freshness(CHECKED, DUE, dt.date(2026, 7, 1), lapsed_days=0) == "lapsed"


def test_what_nobody_checked_is_unverified_whatever_day_was_set_for_it():
    assert freshness(None, None, TODAY) == "unverified"
    assert freshness(None, dt.date(2030, 1, 1), TODAY) == "unverified"


def test_without_a_due_day_a_check_holds_a_year():
    assert freshness(dt.date(2025, 7, 1), None, DUE) == "due"
    assert freshness(dt.date(2025, 6, 29), None, DUE) == "overdue"


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), st.integers(0, 2000), st.integers(0, 60), st.integers(0, 200)
)
def test_entries_only_grow_older(due, later, due_days, lapsed_days):
    day, next_day = (
        ORDER.index(freshness(due, due, due + dt.timedelta(n), due_days=due_days, lapsed_days=lapsed_days))
        for n in (later, later + 1)
    )
    assert day <= next_day <= day + 2
    assert offered("active", ORDER[next_day]) is (later + 1 <= lapsed_days)


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        (["LEG-INF"], dt.date(2027, 2, 28)),
        (["IDN-HOT", "LEG-INF"], dt.date(2026, 11, 30)),
        (["HLT-EME"], dt.date(2027, 5, 31)),
        ([], dt.date(2027, 5, 31)),
        (["no such type"], dt.date(2027, 5, 31)),
    ],
)
def test_the_kind_with_the_shortest_period_sets_the_next_day(types, wanted):
    assert next_due(dt.date(2026, 8, 31), types, {"default": 9, "LEG": 6, "IDN": 3}) == wanted


def test_the_last_dated_check_counts():
    rows = [
        {"id": "a", "verified_on": dt.date(2026, 1, 1)},
        {"id": "b", "verified_on": None},
        {"id": "c", "verified_on": dt.date(2026, 3, 1)},
    ]
    assert latest(rows)["id"] == "c"
    assert latest(rows[1:2]) is None


def test_a_rank_and_an_entry_agree():
    for state in (*ORDER, "unverified"):
        one = Entry(id="x", name="x", organization=None, freshness=state)
        assert one.rank == rank("active", state)
        assert one.offered is (state != "lapsed")


def test_a_view_carries_the_days_of_its_study_area(tiny_area: StudyArea, tmp_path):
    assert (DUE_DAYS, LAPSED_DAYS) == (30, 90)
    days = tiny_area.settings.freshness.model_copy(update={"due_days": 5, "lapsed_days": 7})
    settings = tiny_area.settings.model_copy(update={"freshness": days})
    file = tiny_area.file.model_copy(update={"settings": settings})
    area = StudyArea(tiny_area.folder, file, tiny_area._units, tiny_area._other_names, tiny_area._roads)
    parts = [organization("Umed")]
    for left in (6, 5, -7, -8):
        parts.append(service(f"{left}", of="Umed", next_due=TODAY + dt.timedelta(left)))
    with sample_view(tmp_path, area, *parts) as view:
        assert {one.name: one.freshness for one in view.services()} == {
            "6": "fresh",
            "5": "due",
            "-7": "overdue",
            "-8": "lapsed",
        }
        assert [one.name for one in (*view.find().here, *view.find().elsewhere)][-1] == "-8"


@pytest.mark.parametrize(
    ("left", "said"),
    [(100, "Confirmed"), (5, "Confirmed"), (-5, "Due for checking"), (-200, "Not confirmed for a long time")],
)
def test_the_map_warns_by_the_same_rule(tiny_area: StudyArea, tmp_path, left, said):
    parts = [
        organization("Umed"),
        service("S", of="Umed", next_due=TODAY + dt.timedelta(left)),
        service("Never", of="Umed", verified=None),
        place("P", of=["S", "Never"], at=CHASHMA, unit="XT-W2"),
    ]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        (layer,) = services.layers(view, tiny_area, results=(), language="en", links="")
    found = layer.contents["places"][0]["services"]
    assert [one["name"] for one in found] == (["S", "Never"] if left > -90 else ["Never", "S"])
    told = {one["name"]: one["checked"] for one in found}
    assert told["S"].startswith(said)
    assert told["Never"] == "Not confirmed yet. Call first."
