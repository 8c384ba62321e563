"""Tests of `mapping.language.parsers.lists`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Unreadable, language_codes, left_out, split_list
from mapping.language.taxonomy import Vocabulary


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="abcде ", min_size=1, max_size=8).map(str.strip).filter(bool), max_size=5, unique=True)
)
def test_what_is_joined_by_semicolons_is_cut_again(terms):
    assert split_list("; ".join(terms)) == terms


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nothing_is_lost_but_separators(text):
    letters = {letter for term in split_list(text, lambda term: len(term) < 4) for letter in term}
    kept = {letter for letter in text if letter.isdigit()}
    assert kept <= letters


@pytest.mark.parametrize(
    ("text", "spoken", "codes"),
    [
        ("română, rusă", ("ro", "ru"), ["ro", "ru"]),
        ("Romanian, Gagauz", (), ["ro", "gag"]),
        ("Swahili; English", ("sw", "en"), ["sw", "en"]),
        ("Spanish or English", (), ["es", "en"]),
        ("Mandarin", (), ["zh"]),
        ("Kiswahili, Kiingereza", ("sw", "en"), ["sw", "en"]),
    ],
)
def test_languages_that_no_table_of_ours_has(text, spoken, codes):
    assert language_codes(text, "", spoken) == codes
    assert all(code in Vocabulary.load("languages") for code in codes)


def test_a_language_by_cldr_has_labels_and_no_other_word_is_one():
    assert str(Vocabulary.load("languages").label("ro", "ru")) == "Румынский"
    assert "qqq" not in Vocabulary.load("languages")
    with pytest.raises(Unreadable):
        language_codes("rom", "", ("ro",))


@given(st.text(max_size=60))
def test_any_text_says_who_is_left_out_or_nobody(text):
    out = left_out(text)
    assert out.rest == text or out.who or out.unclear
