"""Tests of `mapping.language.parsers.ages`."""

from hypothesis import given
from hypothesis import strategies as st

from mapping.language.parsers import (
    AGES,
    age_groups,
    aged,
    ages,
    for_whom,
)

RANGES = (
    "{}-{}",
    "{} – {} лет",
    "от {} до {} лет",
    "с {} до {}",
    "в возрасте {}-{}",
    "{} to {}",
    "aged {} to {}",
    "between {} and {} years",
    "from {} to {} years old",
    "аз {} то {} сола",
    "{}-{} сола",
    "аз {} солагӣ то {} солагӣ",
    "{}-{} yosh",
    "{} yoshdan {} yoshgacha",
    "{} ёшдан {} ёшгача",
)
FROM = (
    "{}+",
    "от {}",
    "с {} лет",
    "старше {}",
    "не младше {} лет",
    "{} лет и старше",
    "over {}",
    "at least {}",
    "{} and above",
    "{} or older",
    ">{}",
    "аз {} сола боло",
    "аз {} боло",
    "{} yoshdan katta",
    "{} yoshdan yuqori",
)
TO = ("до {}", "до {} лет", "up to {}", "up to {} years", "то {} сола", "то {}-сола", "{} yoshgacha", "{} ёшгача")
UNDER = ("младше {}", "моложе {} лет", "under {}", "below {}", "younger than {}", "<{}", "хурдтар аз {}")
AT_MOST = ("не старше {}", "не старше {} лет", "not older than {}", "at most {}", "≤{}")
AGE = st.integers(1, 99)
AROUND = st.sampled_from(["{}", "женщины {}", "men ({})", "занон, {}", "bolalar: {}", "{}, сельские жители"])


@given(AGE, AGE, st.sampled_from(RANGES))
def test_every_range_is_read_back(low, high, form):
    assert ages(form.format(low, high)) == ((low, high) if low <= high else None)


@given(AGE, st.sampled_from(FROM), AROUND)
def test_every_lower_end_is_read_back(age, form, around):
    assert ages(around.format(form.format(age))) == (age, None)


@given(AGE, st.sampled_from([(TO, 0), (UNDER, 1), (AT_MOST, 0)]), st.data())
def test_every_upper_end_has_one_meaning_in_all_languages(age, forms, data):
    """What is named is included, but for 18, which ends childhood; "under" is under it."""
    text = data.draw(st.sampled_from(forms[0])).format(age)
    assert ages(text) == (None, age - (forms[1] or (forms[0] is TO and age == 18)))


@given(AGE, AGE, st.sampled_from(RANGES + FROM + TO + UNDER + AT_MOST), AROUND)
def test_ages_leave_no_number_among_the_words(low, high, form, around):
    low, high = sorted((low, high))
    assert not any(letter.isdigit() for letter in for_whom(around.format(form.format(low, high))))


@given(st.text(max_size=40))
def test_any_text_is_read_or_not(text):
    found = ages(text)
    assert found is None or (found.least, found.most) != (None, None)


@given(
    st.integers(1, 99), st.sampled_from(["girls under {}", "women below {}", "дети моложе {} лет", "мужчины младше {}"])
)
def test_nobody_older_is_read_from_under_an_age(beyond, words):
    read = age_groups(AGES, ages(words.format(beyond)))
    assert read
    assert all(AGES[code][0] < beyond for code in read)


@given(st.text(alphabet="от до лет-–+,;()0123456789 детиженщины", max_size=60))
def test_any_text_of_ages_is_read_or_not(text):
    found = aged(text)
    assert found.ages is None or found.ages != (None, None)
    assert "\ue000" not in found.words
