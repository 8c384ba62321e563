"""Tests of `mapping.area.addresses`."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.area.addresses import whereabouts
from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.resources import shipped

AREA = StudyArea.load(shipped("geo/tj"))
UNITS = [code for code, unit in AREA.all_units().items() if unit.level == 2]


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
    "address",
    [
        "",
        "ул. Айни 5",
        "проспект Рудаки",
        "дом 3",
        "734025",
        "г. Куляб, г. Хорог",
        "Таджикистан",
        "Москва",
        "Чинорзор, 904",
    ],
)
def test_an_address_that_names_no_unit_or_two_apart(tj_area, address):
    assert whereabouts(tj_area, address)[:3] == ("", "", "")


def test_a_village_of_the_gazetteer_is_the_place(tj_area):
    villages = tj_area.gazetteer
    names = villages["name"].value_counts()
    row = next(
        r
        for r in villages.to_dict("records")
        if r["seat"] < 0 and names[r["name"]] == 1 and r["unit"] in tj_area.all_units()
    )
    label = tj_area.label(row["unit"], "ru")
    assert whereabouts(tj_area, f"{label}, с. {row['name']}, дом 4")[:2] == (row["unit"], row["name"])


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        # a former name, or the name of a centre, that stands first
        ("Ура-Тюбе, ул. Ленина 5", "Istaravshan"),
        ("Чкаловск, рынок", "Buston"),
        ("Ленинабад, общежитие", "Khujand"),
        ("Қӯрғонтеппа, кӯчаи Айнӣ 4", "Bokhtar"),
        ("Gharm, hospital", "Rasht"),
        ("735360, Курган-Тюбе (ныне Бохтар), рынок", "Bokhtar"),
        ("Хатлонская обл., Курган-Тюбе, рынок", "Bokhtar"),
        ("Шайдон, ул. Мира", "Asht"),
        ("12 Lenin street, Kurgan-Tube", "Bokhtar"),
        # the kind of a town before the centre of a district
        ("г. Шайдон, ул. Мира 1", "Asht"),
        # what stands before the first figure
        ("г. Худжанд 19-й микрорайон, дом 2", "Khujand"),
        ("ш. Бохтар 12/4", "Bokhtar"),
        ("Айни 12, г. Куляб", "Kulob"),
        # words before and behind names
        ("Аэропорт Худжанд, касса", "Khujand"),
        ("Room 3, second floor, Hukumat, Spitamen district", "Spitamen"),
        ("р-н А. Джами, рынок", "Abdurahmoni Jomi"),
        ("Расуловский р-н", "Jabbor Rasulov"),
        ("Rasulov district, market", "Jabbor Rasulov"),
        ("Офис: г. Куляб, рынок", "Kulob"),
        ("Куляб: ул. Айни 5", "Kulob"),
        ("Больница г.Куляб", "Kulob"),
        ("хукумати ноҳияи Фархор", "Farkhor"),
        ("в здании хукумата района Восе", "Vose"),
        ("Худжанд дом 3", "Khujand"),
        ("Душанбе офис 5", "Dushanbe"),
        ("Душанбе, Самарканд, 5", "Dushanbe"),
        ("Rasht valley, Nurobod district", "Nurobod"),
        ("Рудаки street 8, Khorugh", "Khorugh"),
        ("Рудаки пр. 8, г. Худжанд", "Khujand"),
    ],
)
def test_a_unit_is_known_by_former_names_centres_and_among_other_words(tj_area, address, unit):
    found = whereabouts(tj_area, address)
    assert found.unit, address
    assert (tj_area.label(found.unit, "en"), found.country) == (unit, "")


@pytest.mark.parametrize(
    "address",
    [
        "пос. Шаартуз, рынок",  # the town, or the district of its name
        "пос. Дусти, рынок",  # the centre of one district, the name of another
        "Бохтарский район, рынок",  # the former name of one, the name of another now
        "рынок, Гарм",  # a former name that does not stand first may be a street
        "Rasht valley",
        "Зеравшанская долина",
        "с. Гулистон, школа",
        "гостиница Худжанд",
        "Москва, ул. Мира",  # a town here, and a city abroad
        "Душанбе (Рудаки), рынок",
        "Рудаки, 45",  # a street in a town that is not told
        "Rudaki, 12-a",
    ],
)
def test_what_may_be_another_place_is_left_to_a_person(tj_area, address):
    assert whereabouts(tj_area, address)[:3] == ("", "", "")


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("Россия, г. Казань, ул. Мира 4", "RU"),
        ("г. Москва, ул. Мира 4", "RU"),
        ("ул. Мира 4, Самара, РФ", "RU"),
        ("Shymkent, Kazakhstan", "KZ"),
        ("Ҷумҳурии Қазоқистон, ш. Алмаато", "KZ"),
        ("Тошкент шаҳри, Навоий кўчаси", "UZ"),
        ("ш. Истанбул", "TR"),
        ("Генконсульство РТ в Екатеринбурге, ул. Мира 4", "RU"),
        ("Embassy of Tajikistan, Ankara", "TR"),
        ("Kabul, Balkh street 4", "AF"),
        ("Посольство Казахстана, Душанбе", ""),
        ("ул. Москва 4, Душанбе", ""),
    ],
)
def test_a_country_or_a_city_abroad_places_an_address_there(tj_area, address, country):
    found = whereabouts(tj_area, address)
    assert found.country == country
    assert not country or found[:2] == ("", "")


def test_a_unit_here_and_a_country_abroad_are_left_to_a_person(tj_area):
    assert whereabouts(tj_area, "г. Худжанд, Казахстан") == ("", "", "", ())


@pytest.mark.parametrize(
    "address",
    [
        "1) г. Куляб, ул. Мира 3; 2) г. Хорог, ул. Мира 5",
        "г. Куляб, рынок. Филиал: г. Хорог, рынок",
        "ш. Кӯлоб; ш. Хоруғ",
        "Kulob city, market; Khorugh city, market",
    ],
)
def test_units_apart_are_all_named(tj_area, address):
    found = whereabouts(tj_area, address)
    assert [tj_area.label(code, "en") for code in found.several] == ["Kulob", "Khorugh"]
    assert found[:3] == ("", "", "")


@given(
    st.sampled_from(["г. Куляб", "ш. Хоруғ", "Khujand city", "Bokhtar shahri", "г. Бохтар", "г. Вахдат"]),
    st.sampled_from(UNITS),
    st.sampled_from(["ru", "tg", "en", "uz"]),
    st.sampled_from(
        ["{town}, ул. {name} 5", "{name} пр. 5, {town}", "{town}, {name} street 5", "{town}, {name} ko'chasi"]
    ),
)
def test_a_street_that_bears_the_name_of_a_unit_never_changes_the_town(town, unit, language, pattern):
    name = re.sub(
        r"район\w*|Ноҳияи|Шаҳри|шаҳри|город|tumani|shahri|\w+ская|ский", "", AREA.label(unit, language)
    ).strip()
    found = whereabouts(AREA, pattern.format(town=town, name=name))
    assert found.unit == find_unit(AREA, town).unit


@given(st.sampled_from(UNITS), st.sampled_from(["ru", "tg", "en", "uz"]), st.sampled_from(["{}, ул. Мира 5", "{}, 5"]))
def test_an_address_is_in_the_unit_that_it_names_first_or_nowhere(unit, language, pattern):
    found = whereabouts(AREA, pattern.format(AREA.label(unit, language)))
    assert found.unit in ("", unit)
    assert found.country == ""


@given(st.sampled_from([(unit, name) for unit in UNITS for name in AREA.unit(unit).other_names]))
def test_a_former_name_is_that_of_its_unit_or_of_none(former):
    unit, name = former
    assert whereabouts(AREA, f"{name}, рынок").unit in ("", unit, *AREA.ancestors(unit))
