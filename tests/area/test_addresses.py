"""Tests of `mapping.area.addresses`."""

import pytest

from mapping.area.addresses import whereabouts


@pytest.mark.parametrize(
    ("address", "unit", "place"),
    [
        ("г. Душанбе, ул. Рудаки 12", "Dushanbe", "г. Душанбе"),
        ("Хатлонская область, г. Бохтар, ул. Айни 5", "Bokhtar", "г. Бохтар"),
        ("734025, г. Душанбе, пр. Рудаки, 33", "Dushanbe", "г. Душанбе"),
        ("ш. Душанбе, н. Сино, к. Карамов 12", "Dushanbe", "ш. Душанбе"),
        ("г.Хорог ул.Ленина 10", "Khorugh", "г.Хорог"),
        ("ноҳияи Рашт, ҷамоати Навобод", "Rasht", ""),
        ("Khujand city, Lenin street 12", "Khujand", "Khujand city"),
        ("Вахдат, ул. Сомони", "Vahdat", "Вахдат"),
        ("Таджикистан, Душанбе, Айни 46", "Dushanbe", "Душанбе"),
        ("Душанбе, Айни", "Dushanbe", "Душанбе"),
        ("Panjakent shahri, Rudaki ko'chasi 5", "Panjakent", "Panjakent shahri"),
        ("ул. Айни 5, г. Куляб", "Kulob", "г. Куляб"),
    ],
)
def test_the_unit_and_the_place_of_an_address(tj_area, address, unit, place):
    found = whereabouts(tj_area, address)
    assert (tj_area.label(found.unit, "en"), found.place) == (unit, place)


@pytest.mark.parametrize(
    "address", ["", "ул. Айни 5", "проспект Рудаки", "дом 3", "734025", "г. Куляб, г. Хорог", "Таджикистан", "Москва"]
)
def test_an_address_that_names_no_unit_or_two_apart(tj_area, address):
    assert whereabouts(tj_area, address) == ("", "")


def test_a_village_of_the_gazetteer_is_the_place(tj_area):
    villages = tj_area.gazetteer
    names = villages["name"].value_counts()
    row = next(
        r
        for r in villages.to_dict("records")
        if r["seat"] < 0 and names[r["name"]] == 1 and r["unit"] in tj_area.all_units()
    )
    label = tj_area.label(row["unit"], "ru")
    assert whereabouts(tj_area, f"{label}, с. {row['name']}, дом 4") == (row["unit"], row["name"])
