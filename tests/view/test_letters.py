"""Names of bodies in the letters of a reader, and in English with their kind translated."""

import pytest

from mapping.view.letters import body_name


@pytest.mark.parametrize(
    ("name", "language", "shown"),
    [
        ("Мизи навбатдории № 925, ШКД, ноҳияи Рашт", "en", "Duty Desk No. 925, police department, Rasht"),
        ("Отдел социальной защиты № 903, город Куляб", "en", "Social Protection Office No. 903, Kulob"),
        ("Центр поддержки женщин «Ёсумани»", "en", "Women's Support Centre «Yosumani»"),
        ("Региональная комиссия по противодействию торговле людьми, г. Душанбе", "en", None),
        ("Сунбули Субхгох", "en", "Sunbuli Subkhgokh"),
        ("Duty Desk", "en", "Duty Desk"),
        ("Центр занятости № 953", "ru", "Центр занятости № 953"),
        ("Маркази шуғли № 953", "uz", "Markazi shugʻli № 953"),
    ],
)
def test_a_body_is_called_by_its_kind_in_english_and_by_its_letters_elsewhere(name, language, shown, tj_area):
    known = shown or "Regional Commission on Combating Trafficking in Persons, Dushanbe"
    assert body_name(name, language, tj_area) == known
