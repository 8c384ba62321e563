"""Tests of `mapping.language.parsers.ages`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.language.parsers import (
    AGES,
    Unreadable,
    age_groups,
    age_range,
    aged,
    ages,
    composed_groups,
    for_whom,
    no_bound,
)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("женщины 18-59", 18, 59),
        ("дети от 3 до 14", 3, 14),
        ("подростки 12–17 лет", 12, 17),
        ("children aged 6 to 15", 6, 15),
        ("аз 14 то 30 сола", 14, 30),
        ("14-30 yosh", 14, 30),
        ("18-35 yaş", 18, 35),
        ("18-35 жас", 18, 35),
        ("18-35 ani", 18, 35),
        ("18+", 18, None),
        ("women (18+)", 18, None),
        ("women 18 and over", 18, None),
        ("занони аз 18 сола боло", 18, None),
        ("18 yoshdan katta", 18, None),
        ("старше 60", 60, None),
        ("с 18 лет", 18, None),
        ("не моложе 20", 20, None),
        ("> 21", 21, None),
        ("21 и >", 21, None),
        ("50 or older", 50, None),
        ("аз 25 боло", 25, None),
        ("under 12", None, 11),
        ("младше 14 лет", None, 13),
        ("< 10", None, 9),
        ("не старше 35 лет", None, 35),
        ("до 40 лет включительно", None, 40),
        ("с двадцати лет", 20, None),
        ("from six to ten years", 6, 10),
        ("аз панҷ то даҳ сола", 5, 10),
        ("oʻn ikki yoshdan katta", 12, None),
        ("2,5 года – 6 лет", 2, 6),
        ("9 мес. – 4 года", 0, 4),
        ("18 months to 3 years", 1, 3),
        ("от рождения до 4 лет", 0, 4),
        ("newborn to 6", 0, 6),
        ("аз навзод то 2 сола", 0, 2),
        ("below the age of 13", None, 12),
        ("ages 5 through 11", 5, 11),
        ("boys between 8 & 15", 8, 15),
        ("лица, достигшие 20 лет", 20, None),
        ("не достигшие 16 лет", None, 15),
        ("20 yoshga toʻlganlar", 20, None),
        ("занон аз 20 то 50 сола, бе кӯдак", 20, 50),
        ("unaccompanied minors under 16", None, 15),
        ("girls 11–19 in villages", 11, 19),
        ("от трёх до восемнадцати", 3, 18),
        ("женщины от двадцати пяти лет", 25, None),
        ("older than eighteen", 18, None),
        ("from twenty-one to forty", 21, 40),
        ("аз се то ҳаждаҳсола", 3, 18),
        ("аз бисту панҷ сола боло", 25, None),
        ("fete de la 14 ani", 14, None),
        ("copii până la 18 ani", None, 17),
        ("copii sub 14 ani", None, 13),
        ("femei între 18 și 60 de ani", 18, 60),
        ("copii de la trei la optsprezece ani", 3, 18),
        ("femei de la treizeci și cinci de ani", 35, None),
        ("femei de 18 ani și peste", 18, None),
        ("від 14 до 18 років", 14, 18),
        ("від трьох до вісімнадцяти років", 3, 18),
        ("старші 18 років", 18, None),
        ("14 жастан 18 жасқа дейін", 14, 18),
        ("он төрт жастан он сегіз жасқа дейін", 14, 18),
        ("18 жасқа толған", 18, None),
        ("14 жаштан 18 жашка чейин", 14, 18),
        ("он төрт жаштан жогору", 14, None),
        ("14 yaşından 18 yaşına kadar", 14, 18),
        ("on sekiz yaşından büyük", 18, None),
        ("18 yaş ve üzeri", 18, None),
        ("18 yaş altı", None, 17),
    ],
)
def test_ages_of_one_group(text, least, most):
    assert ages(text) == (least, most)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("дети от 6 до 13 лет, сироты", 6, 13),
        ("сироты, 6–13 лет, сельские", 6, 13),
        ("мужчины 20–50, мест 8", 20, 50),
        ("муж., 21+", 21, None),
        ("40 женщин в год, 20–45 лет", 20, 45),
        ("мужчины и юноши с 15 лет", 15, None),
        ("занон ва духтарон аз 13-сола боло", 13, None),
        ("women and girls (15-49)", 15, 49),
        ("девочки 8-16 лет, мальчики 8-11 лет", 8, 16),
        ("men (20–60) and boys (15–19)", 15, 60),
        ("мужчины от 25 лет и женщины от 20 лет", 20, None),
        ("старше 20, не старше 50", 20, 50),
        ("мужчины 21+, вернувшиеся с заработков", 21, None),
        ("старше 15 (до 18 с опекуном)", 15, None),
        ("women 17 or older with or without children", 17, None),
        ("все от 16 лет", 16, None),
        ("женщины от 20 лет, кроме тех, кому 30-35", 20, None),
    ],
)
def test_ages_with_a_list_around_them(text, least, most):
    assert ages(text) == (least, most)


@pytest.mark.parametrize(
    "text",
    [
        "женщины 18-59, дети до 14",
        "женщины 18+ и дети",
        "дети 5-12 лет, женщины",
        "женщины 20-40, мужчины",
        "все; женщины 20+",
        "взрослые: 20-50, дети: 3-9",
        "мамы, мальчики до 10 лет",
        "женщины с детьми до 12 лет",
        "дети до 3 лет с матерями",
        "women with children under 5",
        "матери и их дети до 6 лет",
        "mothers; daughters under 15",
        "модарон бо кӯдакони то 5 сола",
        "59-18",
    ],
)
def test_ages_that_do_not_hold_for_all_are_not_read_and_that_is_known(text):
    assert (aged(text).ages, aged(text).unread) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "женщины",
        "",
        "1-5 класс",
        "grades 5-9",
        "10-12 чел.",
        "до 20 человек",
        "over 40 women",
        "то 15 нафар",
        "10 dan 20 gacha kishi",
        "до 30 дней",
        "up to 6 months",
        "то 3 моҳ",
        "проживание до 2 лет",
        "5-10 places",
        "24/7",
        "с 9:00 до 18:00",
        "100 женщин",
        "7 женщин и 3 детей",
        "с 2019 года",
        "тел. 22-13-14",
        "кроме детей до 14 лет",
        "лица младше 18 не принимаются",
        "not for children under 12",
        "то 18 сола намегиранд",
        "18 yoshgacha qabul qilinmaydi",
        "до 16 " * 400,
    ],
)
def test_numbers_of_other_things_and_ages_of_those_who_are_left_out_are_none(text):
    assert (aged(text).ages, aged(text).unread) == (None, False)


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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("boys aged 6 to 11", "boys"),
        ("дети с аутизмом (3-17)", "дети с аутизмом"),
        ("30 женщин в год, 20-40 лет", "30 женщин в год"),
        ("матери (мальчики до 9 лет)", "матери"),
        ("беженцы, ищущие работу, от 20 лет", "беженцы ищущие работу"),
        ("мигранты (наши граждане за границей)", "наши граждане за границей"),
        ("жертвы насилия (жен. и дети)", "жертвы насилия жен. и дети"),
        ("все, включая мужчин", "все"),
        ("everybody, including children under 7", "everybody"),
        ("бездомные, в т.ч. дети", "бездомные, в т.ч. дети"),
        ("юристы (по записи)", "юристы (по записи)"),
        ("People at risk (prevention)", "People at risk (prevention)"),
    ],
)
def test_words_for_groups_are_what_is_left_without_ages(text, words):
    assert for_whom(text) == words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("16+", (16, None)),
        ("4-9", (4, 9)),
        ("до 18", (None, 17)),
        ("любой", (None, None)),
        ("any age", (None, None)),
        ("взрослые", (None, None)),
    ],
)
def test_a_column_of_ages(text, read):
    assert age_range(text) == read


@pytest.mark.parametrize("text", ["", "—", "не указан", "18", "женщины 20+, дети", "по согласованию"])
def test_a_cell_without_ages_of_all_is_refused(text):
    with pytest.raises(Unreadable):
        age_range(text)


def test_an_age_at_which_childhood_ends_is_no_limit_of_grown_people_beside():
    assert aged("жен., подростки 14-18 лет") == (None, True, "жен., подростки")


@pytest.mark.parametrize(
    ("text", "none"), [("нет ограничений", True), ("any", True), ("нет", True), ("17", False), ("до 17 лет", False)]
)
def test_a_bound_may_say_that_it_is_none(text, none):
    assert no_bound(text) == none


@pytest.mark.parametrize(
    "text",
    [
        "от трёх до пяти раз в неделю",
        "курс от трёх до шести месяцев",
        "группы от трёх до восьми человек",
        "families with 3 or more children",
        "семьи от трёх и более детей",
        "familii cu 3 copii și mai mult",
        "de la două la patru ședințe",
    ],
)
def test_numbers_in_words_of_something_else_are_no_ages(text):
    assert ages(text) is None
