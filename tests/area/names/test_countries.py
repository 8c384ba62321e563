"""Tests of `mapping.area.names.countries`."""

import pytest

from mapping.area.names.countries import country_abroad, country_code, says_country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Россия", "RU"),
        ("Russia", "RU"),
        ("KZ", "KZ"),
        ("ОАЭ - UAE", "AE"),
        ("Türkiye", "TR"),
        ("Турция", "TR"),
        ("Қазоқистон", "KZ"),
        ("Таджикистан", "TJ"),
        ("Тоҷикистон", "TJ"),
        ("tj", "TJ"),
        ("Республика Узбекистан", "UZ"),
        ("Ўзбекистон Республикаси", "UZ"),
        ("Ҷумҳурии Қазоқистон", "KZ"),
        ("Российская Федерация", "RU"),
        ("Russian Federation", "RU"),
        ("Кыргызская Республика", "KG"),
        ("Kyrgyz Republic", "KG"),
        ("Islamic Republic of Afghanistan", "AF"),
        ("из Афганистана", "AF"),
        ("в Турции", "TR"),
        ("Turkey", "TR"),
        ("Белоруссия", "BY"),
        ("РТ", "TJ"),
        ("РУз", "UZ"),
        ("в Нигерии", "NG"),
        ("Нигер", "NE"),
        ("республика", ""),
        ("", ""),
        ("Нигде", ""),
    ],
)
def test_countries_are_known_in_every_language(tj_area, text, code):
    assert country_code(tj_area, text) == code


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("по всей стране", True),
        ("все районы", True),
        ("саросари Тоҷикистон", True),
        ("TJ", True),
        ("по РТ", True),
        ("вся территория РТ", True),
        ("районы", False),
        ("в районах", False),
        ("все, кроме ГБАО", False),
        ("", False),
    ],
)
def test_a_country_is_named_as_a_whole(tj_area, text, whole):
    assert says_country(tj_area, text) is whole


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Казахстан", "KZ"),
        ("Федератсияи Русия", "RU"),
        ("г. Москва", "RU"),
        ("Moscow", "RU"),
        ("Варшава", "PL"),
        ("Warsaw", "PL"),
        ("Toshkent shahri", "UZ"),
        ("шаҳри Кобул", "AF"),
        ("Istanbul", "TR"),
        ("г. Казань", "RU"),
        ("Astana", "KZ"),
        ("РФ", "RU"),
        ("Таджикистан", ""),
        ("Душанбе", ""),
        ("Худжанд", ""),
        ("PR", ""),
        ("", ""),
    ],
)
def test_a_country_abroad_is_known_by_its_name_and_its_cities(tj_area, text, code):
    assert country_abroad(tj_area, text) == code
