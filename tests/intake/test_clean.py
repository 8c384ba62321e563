"""Cleaning: each step mends how something is written, is counted, and changes nothing the second time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.intake.clean import STEPS, clean


@pytest.mark.parametrize(
    ("text", "cleaned", "step"),
    [
        ("Кӯлоб".replace("ӯ", "у\u0304"), "Кӯлоб", "letters composed"),
        ('=HYPERLINK("https://lola.example";"Лола")', "Лола", "link formula replaced by what it shows"),
        ('=HYPERLINK("https://lola.example", "Lola")', "Lola", "link formula replaced by what it shows"),
        ("<b>room</b> 9", "room 9", "HTML taken out"),
        ("<img src=x onerror=alert(1)> room", "room", "HTML taken out"),
        ("Проф\u00adсоюз\u200b", "Профсоюз", "invisible characters dropped"),
        ("\u202egnp.exe", "gnp.exe", "invisible characters dropped"),
        ("a\x07b", "a b", "invisible characters dropped"),
        ("  two\u00a0 words ", "two words", "spaces tidied"),
        ("one\r\n\n two", "one\ntwo", "spaces tidied"),
    ],
)
def test_each_step(text, cleaned, step):
    counts = Counter()
    assert clean(text, counts) == cleaned
    assert counts[step] == 1


@pytest.mark.parametrize("text", ["", "Умед", "9 < 10 and 11 > 3", "Mon-Fri 9:00-17:00", "+992 00 000 00 00", "a\nb"])
def test_what_is_well_written_stays(text):
    counts = Counter()
    assert clean(text, counts) == text
    assert not counts


def test_other_formulas_stay_as_text():
    """Only a link's shown words are taken; what else begins like a formula is neutralised where it is written out."""
    assert clean("=1+1", Counter()) == "=1+1"


def test_markup_that_hides_in_entities_does_not_come_back():
    """Entities are text once; what they spell is markup only to one who reads them twice."""
    assert "<script" not in clean("<p>&lt;script&gt;alert(1)&lt;/script&gt;", Counter())


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    once = clean(text, Counter())
    again = Counter()
    assert clean(once, again) == once
    assert not again


def test_the_steps_have_names():
    assert len({name for name, _ in STEPS}) == len(STEPS)
