"""How the analyses word shares and counts."""

import pytest

from mapping.analysis.common import wording
from mapping.language.i18n import Share


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
    assert str(wording.who(share, share, share)) == words


def test_a_named_share_is_never_off_by_more_than_points():
    for percent in range(101):
        for named, words in wording.FRACTIONS:
            if wording.who(*[percent / 100] * 3) == words:
                assert abs(percent / 100 - named) <= 0.015 + 1e-12


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, "more than an hour"), (120, "more than two hours"), (45, "more than 45 minutes")],
)
def test_minutes_as_people_speak_of_them(minutes, words):
    assert str(wording.farther(minutes)) == words


@pytest.mark.parametrize(
    ("share", "low", "high", "least"),
    [
        (0.21, 0.21, 0.60, True),
        (0.21, 0.205, 0.60, True),  # half a point below is the same
        (0.21, 0.15, 0.60, False),  # it may be less as well
        (0.21, 0.21, 0.25, False),  # differences under five points are noise
        (0.60, 0.21, 0.60, False),
    ],
)
def test_a_share_at_the_lower_end_of_its_range_is_told_as_the_least(share, low, high, least):
    assert wording.is_least(share, low, high) == least


@pytest.mark.parametrize(
    ("share", "low", "high", "words"),
    [
        (0.28, 0.28, 0.67, "At least 28% of the people"),
        (0.21, 0.10, 0.21, "At most 21% of the people"),  # not "one in five": most cases fall short of it
        (0.21, 0.10, 0.30, "One in five people"),
        (0.002, 0.002, 0.2, "Almost no people"),
    ],
)
def test_a_share_at_an_end_of_its_range_says_which(share, low, high, words):
    assert str(wording.who(share, low, high)) == words


def test_a_share_within_a_sentence_is_the_most_that_it_can_be():
    assert str(wording.up_to(0.64, 0.30, 0.64)) == "at most 64%"
    assert wording.up_to(0.64, 0.30, 0.70) == Share(0.64)


@pytest.mark.parametrize("counted", [True, False])
def test_that_slopes_are_not_counted_is_told_where_they_are_not(counted, tiny_area, monkeypatch):
    monkeypatch.setattr(type(tiny_area), "counts_slopes", counted)
    told = [str(caveat) for caveat in wording.caveats(tiny_area, travel=True)]
    assert ("Slopes are not counted: every way is taken for level." in told) is not counted
