"""No pattern may try every way there is: a cell of letters without end would hold an import, or a page, for hours."""

import re
import time

import pytest

from mapping.intake.row_reader import LONGEST_CELL
from tests.formats.patterns import Pieces, Used, patterns, tried
from tests.support.patience import at_most

SHORT, LONGER = 200, 1_200
END = "\0"
SUSPICIOUS = 0.0005
"""Seconds: of a pattern that takes less for some thousand letters nothing is looked at further."""
PATIENCE = 1.5
"""Seconds for the longest cell: most patterns take a hundredth of one, and what goes back over all of it takes ten."""


def seconds(used: Used, text: str) -> float:
    start = time.thread_time()
    tried(used, text)
    return time.thread_time() - start


def text(start: str, piece: str, length: int) -> str:
    """Return a text: its beginning, a piece again and again, and an end that nothing matches."""
    return start + (piece * (length // len(piece) + 1))[:length] + END


def stumbles(used: Used) -> str:
    """Return what a pattern takes too long over: at most a few letters of it, or nothing."""
    for start, piece in Pieces(used.pattern).pieces():
        try:
            with at_most(PATIENCE):
                taken = seconds(used, text(start, piece, LONGER))
                if taken > SUSPICIOUS and taken > 14 * seconds(used, text(start, piece, SHORT)):
                    tried(used, text(start, piece, LONGEST_CELL))
        except AssertionError:
            return f"{used.place} stumbles over {text(start, piece, 60)!r}"
    return ""


@pytest.fixture(scope="module")
def every() -> list[Used]:
    return patterns()


def test_patterns_are_found_wherever_they_stand(every):
    places = " ".join(used.place for used in every)
    assert len(every) > 400
    for kind in (
        "mapping.language.parsers.amounts._RANGE",
        "mapping.language.parsers.points._PAIR",
        "web.freeze.BUDGETS",
    ):
        assert kind in places
    assert any(used.place.rpartition(":")[2].isdigit() for used in every), "a call of re within a function"


@pytest.mark.parametrize("pattern", [r"\s*\s*,", r"(?:a|b|ab)*c", rb"(\w+)\s*(\w+)!"])
def test_a_pattern_that_goes_back_is_noticed(pattern):
    assert stumbles(Used(re.compile(pattern), "here", frozenset()))


def test_no_pattern_goes_back_over_all_it_has_seen(every):
    assert list(filter(None, map(stumbles, every))) == []
