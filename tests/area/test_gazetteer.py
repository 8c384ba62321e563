import re

import numpy as np
import pytest

from mapping.area.study_area import StudyArea
from mapping.resources import shipped

COLUMNS = ["place_id", "kind", "seat", "unit", "lat", "lon", "people", "names"]


def test_settlements_come_first_and_then_the_towns_that_are_not_among_them(tiny_area):
    places = tiny_area.gazetteer
    assert places.columns.tolist() == [*COLUMNS, "name_tg", "name_ru", "name_en", "name"]
    assert places["place_id"].tolist() == ["p1", "p2", "p3", "p4", "p5", "XT-E2-sangin"]
    assert places["kind"].tolist() == ["city", "town", "town", "town", "settlement", "town"]
    assert places["unit"].tolist() == ["XT-W2", "XT-W1", "XT-E1", "XT-E2", "XT-W1", "XT-E2"]
    assert places["seat"].tolist() == [0, 2, 1, 2, -1, -1]


def test_every_spelling_is_kept_once(tiny_area):
    chashma = tiny_area.gazetteer.iloc[0]
    assert chashma["names"] == ["Чашма", "Chashma", "Čašma", "Tchachma", "Октябрск"]
    assert chashma["name"] == chashma["name_tg"] == "Чашма"


def test_a_missing_name_is_that_of_the_nearest_language_in_the_letters_of_the_reader(tiny_area):
    pushta = tiny_area.gazetteer.iloc[4]
    assert (pushta["name_tg"], pushta["name_ru"], pushta["name_en"]) == ("Пушта", "Пушта", "Pushta")


def test_places_of_the_demo_stand_in_the_letters_of_each_language_where_a_name_in_them_is_known():
    places = StudyArea.load(shipped("geo/tj")).gazetteer.set_index("name_en")
    assert places.loc["Vanj", "name_ru"] == "Ванҷ"
    assert places.loc["Varzob", ["name_tg", "name_ru", "name_uz"]].tolist() == ["Варзоб", "Варзоб", "Varzob"]
    cyrillic = places[["name_ru", "name_tg"]].map(lambda name: bool(re.search("[A-Za-z]", name)))
    assert (
        cyrillic.all(axis=1).sum() == cyrillic.any(axis=1).sum() == 4
    )  # of four no other name than a Latin one is known
    assert not places["name_uz"].str.contains("[а-яА-Я]").any()


def test_what_is_not_known_is_not_a_number(tiny_area):
    places = tiny_area.gazetteer
    assert places["people"].tolist()[:4] == [100_000, 40_000, 30_000, 15_000]
    assert np.isnan(places["people"].iloc[4])
    assert places[["lat", "lon"]].isna().all(axis=1).tolist() == [False] * 5 + [True]


def test_places_lie_in_their_unit(tiny_area):
    located = tiny_area.gazetteer.dropna(subset=["lat"])
    for place in located.itertuples():
        assert tiny_area.unit_at(place.lat, place.lon) == place.unit


def test_places_abroad_stand_apart(tiny_area):
    abroad = tiny_area.border_places
    assert abroad["country"].tolist() == ["XN"]
    assert abroad["name_en"].tolist() == ["Bandar"]
    assert abroad["name_tg"].tolist() == ["Бандар"]  # tg, then ru
    assert tiny_area.unit_at(abroad["lat"][0], abroad["lon"][0]) is None


@pytest.mark.parametrize("gone", ["settlements", "official_towns", "border"])
def test_each_table_may_be_absent(tiny_copy, gone):
    path = tiny_copy / "area.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(f"{gone} = ")]
    path.write_text("\n".join(lines), encoding="utf-8")
    area = StudyArea.load(tiny_copy)
    expected = {"settlements": (2, 1), "official_towns": (5, 1), "border": (6, 0)}
    assert (len(area.gazetteer), len(area.border_places)) == expected[gone]
    assert set(COLUMNS) <= set(area.gazetteer.columns)
    assert {"country", *COLUMNS} <= set(area.border_places.columns)


def test_ids_without_a_key_are_made_of_unit_and_name_and_differ(tiny_copy):
    path = tiny_copy / "places/settlements.csv"
    path.write_text(
        "unit,lat,lon,name\nXT-W1,10.1,60.05,Нав Обод\nXT-W1,10.11,60.05,Нав Обод\nXT-W2,10.02,60.05,Нав Обод\n"
    )
    (tiny_copy / "places/official_towns.csv").write_text("unit,lat,lon,name\n")
    area = StudyArea.load(tiny_copy)
    assert area.gazetteer["place_id"].tolist() == ["XT-W1-нав-обод", "XT-W1-нав-обод-2", "XT-W2-нав-обод"]
    assert area.gazetteer["name_en"].tolist() == ["Нав Обод"] * 3


def test_tajikistan(tj_area):
    places = tj_area.gazetteer
    assert len(places) == 116  # 103 settlements, and 13 of the 78 official towns without a point
    assert places["place_id"].is_unique
    assert places["lat"].isna().sum() == 13
    assert set(places["unit"]) <= set(tj_area.unit_codes)
    assert places[[f"name_{language}" for language in tj_area.languages]].ne("").all().all()
    khujand = places.set_index("name_en").loc["Khujand"]
    assert khujand["name_tg"] == "Хуҷанд"
    assert khujand["name_ru"] == "Худжанд"
    assert {"Хуҷанд", "Худжанд", "Khujand"} <= set(khujand["names"])
    assert sorted(places.loc[places["seat"].between(0, 1), "name_en"]) == ["Bokhtar", "Dushanbe", "Khorugh", "Khujand"]
    assert (tj_area.border_places["people"] > 0).sum() < len(tj_area.border_places)
    assert tj_area.border_places["people"].min() > 0  # a count of 0 means that it is not known
    assert set(tj_area.border_places["country"]) == {"AF", "CN", "KG", "PK", "UZ"}
