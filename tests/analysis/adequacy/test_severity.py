"""Severity: scores by the stated limits, levels by hand, and what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.analysis.adequacy.severity import LIMITS, levels, scores, severity
from tests.analysis.invented import CHASHMA, service, view, without_people


@pytest.mark.parametrize(
    ("dimension", "values", "expected"),
    [
        ("distance", [0, 0.049, 0.05, 0.2, 0.4, 0.6, 1], [1, 1, 2, 3, 4, 5, 5]),
        ("functions", [0.19, 0.2, 0.4, 0.6, 0.8], [1, 2, 3, 4, 5]),
        ("shared", [6.1, 6, 4, 2, 1, 0], [1, 2, 3, 4, 5, 5]),
        ("need", [4, 5, 10, 20, 40, np.nan], [1, 2, 3, 4, 5, 0]),
    ],
)
def test_scores_go_by_the_stated_limits(dimension, values, expected):
    assert scores(dimension, np.array(values, float)).tolist() == expected


def measured(*rows):
    return {key: np.array(values, float) for key, values in zip(LIMITS, zip(*rows, strict=True), strict=True)}


def test_the_level_is_the_mean_of_the_three_highest_scores():
    units = measured(
        (0.7, 0.9, 0.5, np.nan),  # 5, 5, 5: 5
        (0.0, 0.9, 3, 12),  # 1, 5, 4, 3: (5 + 4 + 3) / 3 = 4
        (0.3, 0.5, 3, np.nan),  # 3, 3, 4: 3.33
        (0.3, 0.7, np.nan, np.nan),  # two are no level
    )
    assert levels(units).tolist() == [5, 4, 3, 0]


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4), st.integers(0, 3), st.floats(0, 1))
def test_what_is_worse_in_one_thing_is_never_better_in_all(values, place, more):
    worse = list(values)
    worse[place] = values[place] - more if list(LIMITS)[place] == "shared" else values[place] + more
    before, after = levels(measured(values, worse))
    assert before <= after


def test_orzustan_by_hand(tiny_area):
    """One counsellor in Chashma: of the core functions that people visit it answers for one."""
    result = severity(view(service("PSY-COU", at=CHASHMA)), tiny_area)
    far = result.table.loc["XT-W1"]
    assert far["distance"] > 0.9
    assert (far["distance_score"], far["functions_score"], far["shared_score"], far["level"]) == (5, 5, 5, 5)
    assert result.text("XT-W1", "need", "en") == "not known", "nobody said that anything is missing"
    assert (result.table["level_low"] <= result.table["level"]).all()
    assert "areas at level 4 or 5" in str(result.finding)


def test_need_counts_as_far_as_it_may_be_shown(tiny_area):
    period = {"since": "2026-01-01", "until": "2026-06-30"}
    rows = [{"id": "a", "area_unit": "XT-E1", "need": "talk", "count": 30, **period}]
    table = severity(view(service("PSY-COU", at=CHASHMA), demand=rows), tiny_area).table
    people = tiny_area.units(2).loc["XT-E1", "people"]
    assert table.at["XT-E1", "need"] == pytest.approx(30 / people * 100_000)


def test_an_area_without_people_has_no_level(tiny_area):
    result = severity(view(service("PSY-COU", at=CHASHMA)), without_people(tiny_area, "XT-E1"))
    assert result.text("XT-E1", "level", "en") == "does not apply"
    assert "Qulla" not in " ".join(map(str, (result.finding, *result.also))), (
        "it is at no level, so in none that is bad"
    )
    assert (result.table.loc["XT-E1", ["level_low", "level", "level_high"]] == 0).all()


def test_an_empty_list_puts_no_area_at_a_level(tiny_area):
    """That nothing is listed says what the list lacks, not where people are worst off."""
    result = severity(view(), tiny_area)
    assert str(result.finding) == "Too little is known to tell where people are worst off"
    assert (result.table[["level_low", "level", "level_high"]] == 0).all(axis=None)
    assert {result.text(code, "distance", "en") for code in result.table.index} == {"not known"}


def test_how_old_the_entries_of_a_list_are_is_no_need(tiny_area):
    """A district whose only entry was never checked is as badly off as it was with a fresh one."""
    fresh, unchecked = (
        severity(view(service("PSY-COU", at=CHASHMA, **checked)), tiny_area, stale=True).table
        for checked in ({}, {"freshness": "unverified"})
    )
    assert fresh["level"].tolist() == unchecked["level"].tolist()
    assert not [key for key in fresh if "unchecked" in key]
