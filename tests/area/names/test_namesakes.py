"""Names in a country that is built otherwise: three levels, towns of one name, words and letters of its own.

Corunia does not exist. Its provinces are Alba, with the towns Alba, Miro and Șoara, Southern Alba, with the town Tavo,
and Boro in the north, with the towns Boro City, Miro and Râșca (Vadul Nou).
"""

import json

import pytest

from mapping import StudyArea
from mapping.area.geocode import find_unit, locate
from mapping.area.names.place_names import short_names, ways

PROVINCES = {"XQ-1": ("XQ-S", "Alba"), "XQ-2": ("XQ-S", "Southern Alba"), "XQ-3": ("XQ-N", "Boro")}
TOWNS = {
    "11": ("XQ-1", "Alba"),
    "12": ("XQ-1", "Miro"),
    "13": ("XQ-1", "Șoara"),
    "21": ("XQ-2", "Tavo"),
    "31": ("XQ-3", "Boro City"),
    "32": ("XQ-3", "Miro"),
    "33": ("XQ-3", "Râșca (Vadul Nou)"),
}
AREA = """
code = "XQ"
code3 = "XQA"
languages = ["ro", "en"]
area_crs = "+proj=eqc +lat_ts=10 +lat_0=10 +lon_0=60 +datum=WGS84 +units=m"
bounds = [60.0, 10.0, 60.7, 10.1]
timezone = "Indian/Maldives"
modelled = true
phone_region = "TJ"
name = { ro = "Corunia", en = "Corunia" }
warning = { ro = "Inventat.", en = "Invented." }
population = { date = 2025-01-01, total = 7000, units = "people.csv", key = "code" }
"""
LABELS = (("Țară", "Country"), ("Regiune", "Region"), ("Ținut", "Province"), ("Comună sau oraș", "Commune or town"))


@pytest.fixture(scope="module")
def corunia(tmp_path_factory):
    """Corunia: seven squares in a row, a town each."""
    folder = tmp_path_factory.mktemp("corunia")
    places = {town: place for place, town in enumerate(TOWNS)}
    provinces = {code: [town for town, (of, _) in TOWNS.items() if of == code] for code in PROVINCES}
    regions = {"XQ-S": [*provinces["XQ-1"], *provinces["XQ-2"]], "XQ-N": provinces["XQ-3"]}
    levels = [
        {"XQ": ("", "Corunia", list(TOWNS))},
        {code: ("XQ", {"XQ-S": "South", "XQ-N": "Region VII"}[code], towns) for code, towns in regions.items()},
        {code: (parent, name, provinces[code]) for code, (parent, name) in PROVINCES.items()},
        {code: (parent, name, [code]) for code, (parent, name) in TOWNS.items()},
    ]
    text, rows = AREA, ["code,population"]
    for level, units in enumerate(levels):
        features = []
        for code, (parent, name, towns) in units.items():
            west, east = (60 + places[town] / 10 for town in (towns[0], towns[-1]))
            ring = [[west, 10.0], [east + 0.1, 10.0], [east + 0.1, 10.1], [west, 10.1], [west, 10.0]]
            properties = {"code": code, "parent": parent, "name_ro": name, "name_en": name}
            features.append(
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
            rows.append(f"{code},{1000 * len(towns)}")
        (folder / f"{level}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        text += f'[[level]]\nlevel = {level}\nfile = "{level}.geojson"\nkey = "code"\ncount = {len(units)}\n'
        text += 'parent = "parent"\n' if level else ""
        text += f'label = {{ ro = "{LABELS[level][0]}", en = "{LABELS[level][1]}" }}\n'
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    (folder / "area.toml").write_text(text)
    return StudyArea.load(folder)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Alba", "XQ-1"),  # the province surely holds it, whichever is meant
        ("Province of Alba", "XQ-1"),
        ("Alba province", "XQ-1"),
        ("Ținutul Alba", "XQ-1"),
        ("commune of Alba", "11"),
        ("Boro", "XQ-3"),
        ("Boro City", "31"),
        ("So. Alba", "XQ-2"),
        ("S. Alba", "XQ-2"),
        ("Miro, Alba", "12"),
        ("Miro (Boro)", "32"),
        ("Alba (Alba)", "11"),
        ("town of Miro, Boro", "32"),
        ("Șoara", "13"),
        ("Şoara", "13"),  # with a cedilla, as old files have it
        ("Soara", "13"),
        ("orașul Șoara", "13"),
        ("Râșca", "33"),
        ("Rîșca", "33"),
        ("Rasca", "33"),
        ("Vadul Nou", "33"),
        ("Râșca (Vadul Nou)", "33"),
        ("Region 7", "XQ-N"),
        ("Region VII", "XQ-N"),
    ],
)
def test_a_unit_is_found_and_nothing_is_doubted(corunia, text, code):
    found = find_unit(corunia, text)
    assert found.unit == code
    assert [note for note in found.notes if note.level == "doubt"] == []


@pytest.mark.parametrize("text", ["Region VIII", "New Tavo", "Northern Boro", "UTA Râșca"])
def test_another_name_is_no_unit(corunia, text):
    assert find_unit(corunia, text).unit is None


def test_namesakes_are_told_apart_by_what_they_lie_in(corunia):
    assert "Miro (Alba), Miro (Boro)" in find_unit(corunia, "Miro").notes[0].text
    assert [corunia.label(code, "en") for code in ("XQ-1", "11", "12", "21")] == [
        "Alba",
        "Alba (Alba)",
        "Miro (Alba)",
        "Tavo",
    ]


@pytest.mark.parametrize(
    ("unit", "place", "code"),
    [("Alba", "Miro", "12"), ("Boro", "Miro", "32"), ("Alba", "Alba", "11"), ("Region VII", "commune of Miro", "32")],
)
def test_a_place_that_is_a_unit_of_the_named_one_is_found_there(corunia, unit, place, code):
    found = locate(corunia, unit=unit, place=place)
    assert (found.unit, found.precision, found.notes) == (code, "unit", ())


@pytest.mark.parametrize(
    ("unit", "place", "code"),
    [("Southern Alba", "Brgy. Tavo", "XQ-2"), ("Alba", "village Miro", "XQ-1"), ("Boro", "Purok Miro", "XQ-3")],
)
def test_a_village_is_not_the_town_of_its_name(corunia, unit, place, code):
    found = locate(corunia, unit=unit, place=place)
    assert (found.unit, found.precision) == (code, "unit")


@pytest.mark.parametrize("text", ["Tova", "Brgy. Tavo", "village of Tova"])
def test_a_unit_that_only_sounds_so_is_a_doubt(corunia, text):
    """Where no name is written in two scripts, other vowels make another name; and a village is not its town."""
    for found in (locate(corunia, place=text, unit="Nowhere"), locate(corunia, place=text), find_unit(corunia, text)):
        assert found.unit in (None, "21")
        assert "doubt" in [note.level for note in found.notes if "Nowhere" not in note.text]


@pytest.mark.parametrize("text", ["Tova", "village Tova", "Brgy. Tavo"])
def test_a_sound_in_another_unit_places_nothing_there(corunia, text):
    assert locate(corunia, place=text, unit="Boro").unit == "XQ-3"


def test_a_likeness_counts_for_nothing_beside_names_that_are_known(corunia):
    assert find_unit(corunia, "Tavvi, Miro, Alba").unit == "12"


def test_a_region_that_is_one_unit_has_its_name(tj_area):
    assert {
        tj_area.label(code, "en") for code in tj_area.all_units() if "Dushanbe" in tj_area.unit(code).names["en"]
    } == {"Dushanbe"}


def test_a_search_takes_no_name_of_several_for_a_unit(corunia):
    """Alba is the province, not the town in it nor Southern Alba; Miro is searched as a word."""
    of: dict[str, str] = {}
    for code, names in short_names(corunia).items():
        for name in names:
            of.setdefault(name, code)
    assert (of["Alba"], of["Boro"], of["Tavo"], of["Şoara"]) == ("XQ-1", "XQ-3", "21", "13")
    assert "Miro" not in of


def test_a_name_is_known_without_its_dots_too():
    assert "Березово" in ways("Берёзово")
