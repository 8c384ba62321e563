"""Young people: who the United Nations count so (15 to 24), read, kept apart from adolescents, and judged."""

import pytest

from mapping.language.parsers import AGES
from mapping.language.parsers.ages import AgeRange, age_groups, composed_groups
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.view.rules.takes import STAYS, IntakeTerms, takes


@pytest.mark.parametrize(
    "word", ["youth", "Young people", "молодёжь", "молодежь", "ҷавонон", "yoshlar", "ёшлар", "young adults"]
)
def test_young_people_are_known_by_each_word_for_them(word):
    assert match_term("beneficiaries", word).code == "AGE-YOU"


@pytest.mark.parametrize(
    ("word", "code"),
    [("teenagers", "AGE-ADO"), ("подростки", "AGE-ADO"), ("наврасон", "AGE-ADO"), ("oʻsmirlar", "AGE-ADO")],
)
def test_adolescents_stay_adolescents(word, code):
    assert match_term("beneficiaries", word).code == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("женщины и молодёжь", {"SEX-F", "AGE-YOU"}),
        ("children and youth", {"AGE-CHI", "AGE-YOU"}),
        ("ayollar va yoshlar", {"SEX-F", "AGE-YOU"}),
        ("занон ва ҷавонон", {"SEX-F", "AGE-YOU"}),
        ("безработная молодежь", {"AGE-YOU"}),
        ("подростки и молодёжь", {"AGE-ADO", "AGE-YOU"}),
        ("young women", {"SEX-F"}),  # grown or not: nobody knows
    ],
)
def test_young_people_are_read_among_other_words(text, codes):
    assert set(composed_groups(text).codes) == codes


@pytest.mark.parametrize(
    ("ages", "codes"),
    [((15, 24), ["AGE-YOU"]), ((14, 29), ["AGE-YOU", "AGE-ADU"]), ((None, None), ["AGE-YOU"]), ((14, 17), ["AGE-ADO"])],
)
def test_ages_beyond_youth_are_of_adults_too(ages, codes):
    assert age_groups(["AGE-YOU"], AgeRange(*ages)) == codes


def test_the_label_names_no_ages_in_any_language():
    labels = Vocabulary.load("beneficiaries").term("AGE-YOU").labels
    assert [str(labels[code]) for code in ("en", "ru", "tg", "uz")] == [
        "Young people",
        "Молодёжь",
        "Ҷавонон",
        "Yoshlar",
    ]
    assert AGES["AGE-YOU"] == (15, 25)


@pytest.mark.parametrize(
    ("group", "serves", "stays", "answer"),
    [
        ("AGE-YOU", {"AGE-YOU"}, False, "yes"),
        ("AGE-YOU", {"AGE-ADU"}, True, "yes"),
        ("AGE-YOU", {"AGE-CHI"}, False, "ask"),  # some of them are not grown
        ("AGE-ADO", {"AGE-YOU"}, False, "ask"),
        ("AGE-ADO", {"AGE-YOU"}, True, "no"),  # where people stay, a child must be named
        ("AGE-CHI", {"AGE-YOU"}, False, "ask"),
        ("AGE-OLD", {"AGE-YOU"}, False, "no"),
        ("VUL-DEA", {"VUL-DIS"}, False, "yes"),
        ("VUL-DIS", {"VUL-DEA"}, False, "ask"),
    ],
)
def test_whom_a_service_for_a_part_of_a_group_takes(group, serves, stays, answer):
    types = frozenset(STAYS[:1] if stays else ())
    assert takes(IntakeTerms(frozenset(serves), types=types), group).answer == answer
