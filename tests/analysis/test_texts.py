"""How the analyses word shares and counts."""

import pytest

from mapping.analysis.common import wording
from mapping.language.i18n import UNSAID
from mapping.result import Figure


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "Almost no people"),
        (0.004, "Almost no people"),
        (0.006, "<1% of the people"[1:]),
        (0.1, "One in ten people"),
        (0.21, "One in five people"),
        (0.25, "A quarter of the people"),
        (1 / 3, "A third of the people"),
        (0.34, "A third of the people"),
        (0.36, "36% of the people"),
        (0.5, "Half of the people"),
        (0.55, "55% of the people"),
        (0.67, "Two thirds of the people"),
        (0.75, "Three quarters of the people"),
        (0.9, "Nine in ten people"),
        (0.97, "97% of the people"),
        (0.996, "Almost all people"),
        (1, "Almost all people"),
    ],
)
def test_shares_as_people_speak_of_them(share, words):
    assert str(wording.who(Figure(share, "share", UNSAID))) == words


def test_a_named_share_is_never_off_by_more_than_points():
    for percent in range(101):
        for named, words in wording.FRACTIONS:
            if wording.who(Figure(percent / 100, "share", UNSAID)) == words:
                assert abs(percent / 100 - named) <= 0.015 + 1e-12


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, "more than an hour"), (120, "more than two hours"), (45, "more than 45 minutes")],
)
def test_minutes_as_people_speak_of_them(minutes, words):
    assert str(wording.farther(minutes)) == words


@pytest.mark.parametrize("counted", [True, False])
def test_that_slopes_are_not_counted_is_told_where_they_are_not(counted, tiny_area, monkeypatch):
    monkeypatch.setattr(type(tiny_area), "counts_slopes", counted)
    told = [str(caveat) for caveat in wording.caveats(tiny_area, travel=True)]
    assert ("Slopes are not counted: every way is taken for level." in told) is not counted


@pytest.mark.parametrize(("high", "words"), [(0.52, "Half of the people"), (0.6, "50% (50–60) of the people")])
def test_a_share_is_said_with_its_range_unless_that_is_narrow(high, words):
    assert str(wording.who(Figure(0.5, "share", UNSAID, 0.5, high))) == words
