"""Equity of Orzustan, with the scores of test_accessibility: 70 have 0, 5 have 0.22, 50 have 0.68, 115 have 1 part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.analysis.access.equity import equity, lorenz
from mapping.errors import InvalidRecord, UnsafePublication
from tests.analysis.invented import CHASHMA, QULLAOBOD, service, view, without_people


def counselling():
    return service("PSY-COU", at=CHASHMA)


def test_gini_and_lorenz_by_hand():
    """One of two has everything: 0.5. One of four has everything: 0.75. All have the same: 0."""
    ones = np.ones(4)
    assert lorenz(np.array([0.0, 1.0]), np.ones(2)).gini == pytest.approx(0.5)
    assert lorenz(np.array([0.0, 8.0, 0.0, 0.0]), ones).gini == pytest.approx(0.75)
    assert lorenz(np.full(4, 3.0), ones).gini == pytest.approx(0)
    curve = lorenz(np.array([3.0, 1.0]), np.array([1.0, 3.0]))
    assert curve.people.tolist() == [0, 0.75, 1]
    assert curve.held.tolist() == [0, 0.5, 1]
    assert curve.share(0.375) == pytest.approx(0.25)
    assert lorenz(np.zeros(3), np.ones(3)).gini == 0, "where nobody has anything all have the same"


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 50)), min_size=1, max_size=12))
def test_gini_against_all_pairs_of_people(given_to):
    """Half the mean difference between two people over the mean (the definition by differences)."""
    each = np.repeat([value for value, _ in given_to], [count for _, count in given_to])
    curve = lorenz(np.array([value for value, _ in given_to]), np.array([count for _, count in given_to], float))
    if each.sum() > 1e-6:
        differences = np.abs(np.subtract.outer(each, each)).mean()
        assert curve.gini == pytest.approx(differences / (2 * each.mean()), abs=1e-9)
        assert (np.diff(curve.people) > 0).all()
        assert (np.diff(curve.held) >= -1e-12).all()


def test_the_country_by_hand(tiny_area):
    result = equity(view(counselling()), tiny_area)
    x = np.array([0, 70, 75, 125, 240]) / 240
    y = np.array([0, 0, 1.1, 35.1, 150.1]) / 150.1
    assert result.total["gini_asked"] == pytest.approx(1 - np.sum(np.diff(x) * (y[1:] + y[:-1])))
    assert result.total["fifth_asked"] == 0
    assert result.total["none_asked"] == pytest.approx(70 / 240)
    # of 240 people the last 48 have 115.0 / 115 each of the 150.1
    richest = 1 - np.interp(0.8 * 240, [125, 240], [35.1, 150.1]) / 150.1
    assert result.total["richest_asked"] == pytest.approx(richest)
    assert str(result.finding) == (
        "Of the services, 33% fall to the fifth of the people who have most, and 0% to the fifth who have least"
    )
    assert result.total["services_asked"] == pytest.approx(100_000 / 240_000), "the one service, over all people"
    assert result.total_text("share", "en") == result.total_text("of_people", "en") == "100%"
    assert result.total["gini_units"] < result.total["gini"], "what is uneven inside a unit does not show between units"


def test_shares_add_up_and_stand_beside_those_of_people(tiny_area):
    table = equity(view(counselling(), service("PSY-COU", at=QULLAOBOD)), tiny_area).table
    assert table["share_asked"].sum() == pytest.approx(1)
    assert table["of_people"].to_dict() == pytest.approx({"XT-W1": 0.25, "XT-W2": 0.5, "XT-E1": 1 / 6, "XT-E2": 1 / 12})


def test_curves_are_there_for_a_chart(tiny_area):
    result = equity(view(counselling()), tiny_area)
    assert [str(curve.label) for curve in result.curves] == ["All have the same", "By square kilometre", "By unit"]
    for curve in result.curves:
        assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
        assert (np.array(curve.y) <= np.array(curve.x) + 1e-6).all()
    assert result.picture == "curve"


def test_without_services_there_is_no_curve_and_no_false_zero(tiny_area):
    result = equity(view(), tiny_area)
    assert result.curves == ()
    assert result.figures == {}
    assert "gini" not in result.total
    assert str(result.finding) == "No service is listed that people could travel to"
    assert result.text("XT-W1", "share", "en") == "none listed"
    assert result.total_text("share", "en") == "none listed"


def test_where_nobody_lives(tiny_area):
    result = equity(view(counselling()), without_people(tiny_area, *tiny_area.unit_codes))
    assert str(result.finding) == "Nobody lives here, so nobody shares a service"
    assert result.curves == ()


def test_secret_types_are_refused(tiny_area):
    with pytest.raises(UnsafePublication, match="ACC-VOT are not published"):
        equity(view(counselling()), tiny_area, type="ACC-VOT")
    with pytest.raises(InvalidRecord, match="minutes"):
        equity(view(), tiny_area, minutes=0)
