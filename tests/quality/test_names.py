"""Names of bodies: alike across spellings, scripts and languages, and never where a number or a proper word differs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.fold import name_key
from mapping.quality.names import Name, alike


def alike_names(one, other):
    return alike(Name.of(one), Name.of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hospital «Sebiston» № 935", "Hospital «Sebiston» № 925"),
        ("Hospital No. 911", "Hospital No. 91"),
        ("«Нони Гарм-9»", "«Нони Гарм»"),
        ("", "Сояи Чинор"),
    ],
)
def test_names_that_differ_in_a_number_are_never_alike(one, other):
    assert alike_names(one, other) == alike_names(other, one) == 0.0


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("ТЧ «Шохаи Беди Мачнун»", "ТҶ «Шохаи Беди Маҷнун»", 0.97, 0.97),
        ("Верёвка-связка", "Веревка-связка", 0.85, 0.96),
        ("Фонд «Тень чинары и К»", "ОО «Тень чинары»", 0.0, 0.85),
        ("Адвокат Мисолзода Аргувон", "Адвокат Мисолзода Чинора", 0.0, 0.7),
        ("Центр поддержки женщин «Нилуфари Кухсор»", "Центр поддержки женщин «Наргиси Кухсор»", 0.0, 0.7),
        ("Комиссия по делам несовершеннолетних, Согд", "Комиссия по делам несовершеннолетних, Хатлон", 0.0, 0.7),
        ("Центр женщин Райхони Борони", "Центр женщин Райхони Чуйбори", 0.0, 0.7),
        ("Маркази дастгирии занон «Нилуфари Обӣ»", "Центр женщин «Нилуфари Оби»", 0.9, 0.9),
        ("Больница «Себистон» № 901", "Hospital “Sebiston” No. 901", 0.9, 0.9),
        ("Адвокат Озмунзода Анор", "Адвокат Озмунзода Анори", 0.9, 0.96),
        ("Деж. стол № 923, ОВД, город Куляб", "Дежурный стол № 923, ОВД, город Куляб", 0.9, 0.96),
        ("Сояи Чинор", "Пулбони Субҳ", 0.0, 0.5),
    ],
)
def test_likeness_of_names(one, other, least, most):
    assert least <= alike_names(one, other) <= most
    assert alike_names(one, other) == pytest.approx(alike_names(other, one))


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_between_0_and_1_and_full_for_itself(one, other):
    assert 0.0 <= alike_names(one, other) <= 1.0
    if name_key(one):
        assert alike_names(one, one) == 1.0
