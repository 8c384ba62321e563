"""Severity: scores by the stated limits, phases by hand, and what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.analysis.adequacy.severity import LIMITS, phases, scores, severity
from tests.analysis.invented import CHASHMA, service, view, without_people


@pytest.mark.parametrize(
    ("dimension", "values", "expected"),
    [
        ("distance", [0, 0.049, 0.05, 0.2, 0.4, 0.6, 1], [1, 1, 2, 3, 4, 5, 5]),
        ("functions", [0.19, 0.2, 0.4, 0.6, 0.8], [1, 2, 3, 4, 5]),
        ("shared", [6.1, 6, 4, 2, 1, 0], [1, 2, 3, 4, 5, 5]),
        ("need", [4, 5, 10, 20, 40, np.nan], [1, 2, 3, 4, 5, 0]),
        ("unchecked", [0.05, 0.1, 0.25, 0.5, 0.75], [1, 2, 3, 4, 5]),
    ],
)
def test_scores_go_by_the_stated_limits(dimension, values, expected):
    assert scores(dimension, np.array(values, float)).tolist() == expected


def measured(*rows):
    return {key: np.array(values, float) for key, values in zip(LIMITS, zip(*rows, strict=True), strict=True)}


def test_the_phase_is_the_mean_of_the_three_highest_scores():
    units = measured(
        (0.7, 0.9, 0.5, np.nan, 0.0),  # 5, 5, 5 of 1: 5
        (0.0, 0.0, 3, 12, 0.8),  # 1, 1, 4, 3, 5: (5 + 4 + 3) / 3 = 4
        (0.3, 0.5, 3, np.nan, np.nan),  # 3, 3, 4: 3.33
        (0.3, 0.7, np.nan, np.nan, np.nan),  # two are no phase
    )
    assert phases(units).tolist() == [5, 4, 3, 0]


@given(st.lists(st.floats(0, 100), min_size=5, max_size=5), st.integers(0, 4), st.floats(0, 1))
def test_what_is_worse_in_one_thing_is_never_better_in_all(values, place, more):
    worse = list(values)
    worse[place] = values[place] - more if list(LIMITS)[place] == "shared" else values[place] + more
    before, after = phases(measured(values, worse))
    assert before <= after


def test_orzustan_by_hand(tiny_area):
    """One counsellor in Chashma: of the core functions that people visit it answers for one."""
    result = severity(view(service("PSY-COU", at=CHASHMA)), tiny_area)
    far = result.table.loc["XT-W1"]
    assert far["distance"] > 0.9
    assert (far["distance_score"], far["functions_score"], far["shared_score"], far["phase"]) == (5, 5, 5, 5)
    assert result.text("XT-W1", "need", "en") == "not known", "nobody said that anything is missing"
    assert result.text("XT-W1", "unchecked", "en") == "not known", "nothing is there to be checked"
    assert (result.table["phase_low"] <= result.table["phase"]).all()
    assert "areas of phase 4 or 5" in str(result.finding)


def test_need_counts_as_far_as_it_may_be_shown(tiny_area):
    period = {"since": "2026-01-01", "until": "2026-06-30"}
    rows = [{"id": "a", "area_unit": "XT-E1", "need": "talk", "count": 30, **period}]
    table = severity(view(service("PSY-COU", at=CHASHMA), demand=rows), tiny_area).table
    people = tiny_area.units(2).loc["XT-E1", "people"]
    assert table.at["XT-E1", "need"] == pytest.approx(30 / people * 100_000)


def test_an_area_without_people_has_no_phase(tiny_area):
    result = severity(view(service("PSY-COU", at=CHASHMA)), without_people(tiny_area, "XT-E1"))
    assert result.text("XT-E1", "phase", "en") == "does not apply"
    assert "Qulla" not in " ".join(map(str, (result.finding, *result.also))), (
        "it is in no phase, so in none that is bad"
    )
    assert (result.table.loc["XT-E1", ["phase_low", "phase", "phase_high"]] == 0).all()


def test_an_empty_list_puts_no_area_in_a_phase(tiny_area):
    """That nothing is listed says what the list lacks, not where people are worst off."""
    result = severity(view(), tiny_area)
    assert str(result.finding) == "Too little is known to tell where people are worst off"
    assert (result.table[["phase_low", "phase", "phase_high"]] == 0).all(axis=None)
    assert {result.text(code, "distance", "en") for code in result.table.index} == {"not known"}
