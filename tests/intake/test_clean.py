"""Cleaning: each step mends how something is written, is counted, and changes nothing the second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.intake.clean import CONTROL, INVISIBLE, SPACES, STEPS, clean, spaced, visible


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
        ("Oтдeл cоциальной защиты № 9", "Отдел социальной защиты № 9", "letters of two alphabets in a word made one"),
        ("Lоlа Сеntrе", "Lola Centre", "letters of two alphabets in a word made one"),
        ("  two\u00a0 words ", "two words", "spaces tidied"),
        (" two  words ", "two words", "spaces tidied"),
        ("one\r\n\n two", "one\ntwo", "spaces tidied"),
    ],
)
def test_each_step(text, cleaned, step):
    assert clean(text).text == cleaned
    assert step in clean(text).steps


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Умед",
        "9 < 10 and 11 > 3",
        "Mon-Fri 9:00-17:00",
        "+992 00 000 00 00",
        "a\nb",
        "CА",
        "Wi-Fi для гостей",
        "сайтlola",
    ],
)
def test_what_is_well_written_stays(text):
    assert clean(text)[:2] == (text, ())


def test_other_formulas_stay_as_text():
    """Only a link's shown words are taken; what else begins like a formula is neutralised where it is written out."""
    assert clean("=1+1").text == "=1+1"


def test_markup_that_hides_in_entities_does_not_come_back():
    """Entities are text once; what they spell is markup only to one who reads them twice."""
    assert "<script" not in clean("<p>&lt;script&gt;alert(1)&lt;/script&gt;").text


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    once = clean(text).text
    assert clean(once)[:2] == (once, ())


@given(st.text(st.sampled_from("аb ҷ\u00a0\u2003\u00ad\u200b\t\r\n\x07\x85\u2028")))
def test_texts_that_can_be_printed_need_no_patterns(text):
    assert visible(text) == CONTROL.sub(" ", INVISIBLE.sub("", text))
    lines = [SPACES.sub(" ", line).strip() for line in text.splitlines()]
    assert spaced(text) == "\n".join(filter(None, lines))


def test_the_steps_have_names():
    assert len({name for name, _ in STEPS}) == len(STEPS)
