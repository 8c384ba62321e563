"""Tests of `mapping.language.parsers.standing`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.language.taxonomy import match_term, words_of


def _slips(word: str) -> st.SearchStrategy[str]:
    """Return words that are like a word: a letter is left out, doubled or another one, or two are put between."""
    place = st.integers(1, len(word) - 1)
    return st.one_of(
        place.map(lambda at: word[:at] + word[at + 1 :]),
        place.map(lambda at: word[:at] + word[at - 1] + word[at:]),
        place.map(lambda at: word[:at] + "ma" + word[at:]),
        st.just("не" + word),
    )


WORDS = [
    (taxonomy, code, word)
    for taxonomy in ("statuses", "activity_statuses", "agreement_statuses")
    for code, words in words_of(taxonomy).items()
    for word in words
    if len(word) > 4
]


@given(st.data())
def test_no_status_is_guessed_from_letters_that_are_alike(data):
    taxonomy, _, word = data.draw(st.sampled_from(WORDS))
    match = match_term(taxonomy, data.draw(_slips(word)))
    assert match is None or match.how != "fuzzy"


@pytest.mark.parametrize(("word", "code"), [("ishlaydi", "active"), ("ishlamaydi", "inactive"), ("ishladi", None)])
def test_a_word_that_works_is_not_one_that_does_not(word, code):
    assert getattr(match_term("statuses", word), "code", None) == code
