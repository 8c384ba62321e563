"""Every text of the analyses is there in every language."""

import pytest

from mapping.analysis import _texts
from tests.translations import ROOT, problems, texts


def python_files(folder):
    """Return the Python files of a folder, from the root of the repository."""
    return [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / folder).glob("*.py"))]


PLANNING = tuple(f"mapping/analysis/{name}.py" for name in ("accessibility", "equity", "siting"))
"""Analyses whose texts have a catalogue of their own."""

SENSITIVITY = ("mapping/analysis/sensitivity.py", "mapping/analysis/_variants.py")
ELSEWHERE = (*PLANNING, *SENSITIVITY, "mapping/analysis/demand.py")

SOURCES = (
    *(path for path in python_files("mapping/analysis") if path not in ELSEWHERE),
    "mapping/result.py",
    "mapping/words.py",
)


def test_every_text_is_translated():
    assert problems("analysis", *SOURCES) == []


def test_every_text_of_planning_is_translated():
    assert problems("planning", *PLANNING) == []


def test_every_text_of_sensitivity_is_translated():
    assert problems("sensitivity", *SENSITIVITY, also=("analysis",)) == []


def test_the_texts_are_found():
    """The test above would pass for ever if it looked at nothing."""
    found = texts(*SOURCES)
    assert len(found) > 80
    assert found["not published here"] == "mapping/result.py"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "Almost no people"), (0.004, "Almost no people"), (0.006, "<1% of the people"[1:]),
        (0.1, "One in ten people"), (0.21, "One in five people"), (0.25, "A quarter of the people"),
        (1 / 3, "A third of the people"), (0.34, "A third of the people"), (0.36, "36% of the people"),
        (0.5, "Half of the people"), (0.55, "55% of the people"), (0.67, "Two thirds of the people"),
        (0.75, "Three quarters of the people"), (0.9, "Nine in ten people"), (0.97, "97% of the people"),
        (0.996, "Almost all people"), (1, "Almost all people"),
    ],
)  # fmt: skip
def test_shares_as_people_speak_of_them(share, words):
    assert str(_texts.who(share)) == words


def test_a_named_share_is_never_off_by_more_than_points():
    for percent in range(101):
        for named, words in _texts.FRACTIONS:
            if _texts.who(percent / 100) == words:
                assert abs(percent / 100 - named) <= 0.015 + 1e-12


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, "more than an hour"), (120, "more than two hours"), (45, "more than 45 minutes")],
)
def test_minutes_as_people_speak_of_them(minutes, words):
    assert str(_texts.farther(minutes)) == words
