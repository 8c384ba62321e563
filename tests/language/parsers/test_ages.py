"""Tests of `mapping.language.parsers.ages`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.language.parsers import AGES, age_groups, ages, composed_groups


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("женщины 18-59", 18, 59),
        ("дети от 3 до 14", 3, 14),
        ("подростки 12–17 лет", 12, 17),
        ("children aged 6 to 15", 6, 15),
        ("аз 14 то 30 сола", 14, 30),
        ("14-30 yosh", 14, 30),
        ("18+", 18, None),
        ("women (18+)", 18, None),
        ("women 18 and over", 18, None),
        ("занони аз 18 сола боло", 18, None),
        ("18 yoshdan katta", 18, None),
        ("старше 60", 60, None),
        ("с 18 лет", 18, None),
        ("дети до 18 лет", None, 17),
        ("girls under 18", None, 17),
        ("кӯдакони то 18 сола", None, 17),
        ("18 yoshgacha", None, 17),
        ("не старше 35 лет", None, 35),
        ("up to 16 years", None, 16),
    ],
)
def test_ages_of_one_group(text, least, most):
    assert ages(text) == (least, most)


@pytest.mark.parametrize(
    "text",
    [
        "женщины",
        "",
        "женщины 18-59, дети до 14",
        "женщины 18+ и дети",
        "женщины с детьми до 12 лет",
        "дети до 3 лет с матерями",
        "women with children under 5",
        "1-5 класс",
        "кроме детей до 14 лет",
        "лица младше 18 не принимаются",
        "not for children under 12",
        "то 18 сола намегиранд",
        "18 yoshgacha qabul qilinmaydi",
        "10-12 чел.",
        "24/7",
        "59-18",
        "100 женщин",
        "с 2019 года",
    ],
)
def test_what_names_no_ages_of_one_group(text):
    assert ages(text) is None


@given(
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(["{}-{}", "от {} до {} лет", "{} to {}", "аз {} то {} сола"]),
)
def test_every_range_is_read_back(low, high, form):
    assert ages(form.format(low, high)) == ((low, high) if low <= high else None)


@given(st.text(max_size=40))
def test_any_text_is_read_or_not(text):
    found = ages(text)
    assert found is None or (found.least, found.most) != (None, None)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("girls below 18", {"SEX-F", "AGE-CHI"}),
        ("children below 18", {"AGE-CHI"}),
        ("девочки до 18 лет", {"SEX-F", "AGE-CHI"}),
        ("девушки 18-35", {"SEX-F", "AGE-ADU"}),
        ("women 18 and over", {"SEX-F", "AGE-ADU"}),
        ("men above 60", {"SEX-M", "AGE-OLD"}),
        ("мужчины старше 60", {"SEX-M", "AGE-OLD"}),
        ("girls 14-30", {"SEX-F"}),
    ],
)
def test_ages_say_which_group_is_helped(text, codes):
    assert set(composed_groups(text).codes) == codes


@given(st.integers(1, 99), st.sampled_from(["girls under {}", "women below {}", "дети до {} лет", "мужчины младше {}"]))
def test_nobody_older_is_read_from_under_an_age(beyond, words):
    read = age_groups(AGES, words.format(beyond))
    assert read
    assert all(AGES[code][0] < beyond for code in read)
