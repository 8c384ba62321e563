"""Faults that `StudyArea.load` refuses: each spoils one thing in a copy of Orzustan."""

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    """What `StudyArea.load` refuses, which `StudyArea.faults` tells first."""
    try:
        StudyArea.load(folder)
    except InvalidRecord as refused:
        found = str(refused).split("\n")
        assert found == [str(fault) for fault in StudyArea.faults(folder)][: len(found)]
        return found
    return []


def properties(folder: Path, name: str, change) -> None:
    path = folder / name
    collection = json.loads(path.read_text(encoding="utf-8"))
    change(collection)
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


TOML_FAULTS = [
    ('code = "XT"\n', "", "area.toml: the key code is missing: add it"),
    ('code = "XT"\n', 'code = "Xt"\n', "area.toml: code: 'Xt' is no ISO 3166 country code, such as 'KZ': mend"),
    ("modelled = true", "modeled = true", "area.toml: unknown key modeled: did you mean 'modelled'?"),
    ("total = 240000", "totals = 240000", "area.toml: unknown key population.totals: did you mean 'total'?"),
    ("[speeds.roads]", "[speed.roads]", "area.toml: unknown key speed: did you mean 'speeds'?"),
    ('["tg", "ru", "en"]', '["tg", "ru", "xx"]', "area.toml: languages.3: 'xx' is no ISO 639 language code"),
    ('["tg", "ru", "en"]', '["tg", "ru", "ru"]', "area.toml: languages: tg, ru, ru are not all different"),
    ('["tg", "ru", "en"]', "[]", "area.toml: languages: tuple should have at least 1 item"),
    ("Indian/Maldives", "Indian/Atlantis", "area.toml: timezone: 'Indian/Atlantis' is no time zone"),
    ("+proj=eqc", "+proj=nothing", "area.toml: area_crs: '+proj=nothing"),
    ("+lat_ts=10 +lat_0=10 +lon_0=60 +datum=WGS84 +units=m", "+datum=WGS84 +units=km", "is not projected in metres"),
    ("+proj=eqc +lat_ts=10 +lat_0=10 +lon_0=60 +datum=WGS84 +units=m", "EPSG:4326", "is not projected in metres"),
    (
        "60.22, 10.144]",
        "59.0, 10.144]",
        "area.toml: bounds: [60.0, 10.0, 59.0, 10.144] is not west, south, east, north",
    ),
    (
        "[60.0, 10.0, 60.22, 10.144]",
        "[177.0, 10.0, -178.0, 10.144]",
        "[177.0, 10.0, -178.0, 10.144] lies on both sides of the 180th meridian",
    ),
    ("[60.0, 10.0, 60.22, 10.144]", "[-180.0, 10.0, 180.0, 10.144]", "lies on both sides of the 180th meridian"),
    ("60.22, 10.144]", "60.22, 95.0]", "is not west, south, east, north in degrees"),
    ("60.2553, 10.1795]", "60.2, 10.1795]", "area.toml: window does not hold bounds: widen window"),
    ('phone_region = "TJ"', 'phone_region = "XT"', "area.toml: phone_region: 'XT' is no country code that has a phone"),
    ('"03-21"', '"02-30"', "area.toml: holidays.1: '02-30' is no day written month-day, such as '03-21'"),
    ("main = 60", 'main = "fast"', "area.toml: speeds.roads.main = 'fast': input should be a valid number"),
    ("main = 60", "main = 0", "area.toml: speeds.roads.main = 0: input should be greater than 0"),
    ("main = 60", "main = nan", "area.toml: speeds.roads.main = nan: input should be"),
    ("10 = 5 ", "300 = 5 ", "area.toml: speeds.landcover"),
    ("roads = 0.5", "roads = -1", "area.toml: scenario.2.roads = -1: input should be greater than or equal to 0"),
    ('id = "walking"', 'id = "winter"', "area.toml: scenario: the ids summer, winter, winter are not all different"),
    ('id = "summer"', 'id = "dry"', "area.toml: scenario: one scenario must have the id 'summer'"),
    ("level = 2\n", "level = 3\n", "area.toml: level: the levels [0, 1, 3] must be 0, 1, 2 and so on"),
    ('parent = "parent"\nnames', "names", "area.toml: level: level 2 must name the column of its parent's code"),
    ('number = "0002"', 'number = "zero"', "area.toml: emergency.police.number = 'zero': string should match pattern"),
    ('en = "Orzustan"', 'uz = "Orzuston"', "area.toml: name has no text in 'en': add it, or take the language out"),
    ('tg = "Вилоят", ', "", "area.toml: level 1 label has no text in 'tg'"),
    ('en = "Winter"', 'uz = "Qish"', "area.toml: scenario winter label has no text in 'en'"),
    ('en = "Everything on this map is invented."', "", "area.toml: warning has no text in 'en'"),
    ("admin/names.csv", "../names.csv", "area.toml: level 2 names names '../names.csv', outside the folder"),
    ("admin/names.csv", "/etc/hostname", "area.toml: level 2 names names '/etc/hostname', outside the folder"),
    (
        "roads/roads.geojson",
        "roads/none.geojson",
        "roads/none.geojson: is not there, but roads.file of area.toml names",
    ),
    ("count = 4", "count = 5", "admin/adm2.geojson: holds 4 units, area.toml says 5: mend the file or count"),
    ("total = 240000", "total = 240001", "have 240000 people together, area.toml says 240001: mend the counts"),
    (
        "closed in winter",
        "closed in wintre",
        "no road has seasonal 'closed in wintre': did you mean 'closed in winter'?",
    ),
    ("where = { seasonal", "where = { saesonal", "names the unknown field 'saesonal': did you mean 'seasonal'?"),
    ('{ seasonal = "closed in winter" }', '{ seasonal = "closed in winter", class = "main" }', "fits no road"),
    ("pass = 30", "pas = 30", "roads/roads.geojson: road class 'pass' has no speed: add it to [speeds.roads]"),
    ("pass = 30", "pass = 30\ntrack = 9", "area.toml: speeds.roads names the class 'track', which no road has"),
    (
        'seasonal = "seasonal"',
        'seasonal = "season"',
        "roads/roads.geojson: has no field 'season': did you mean 'seasonal'?",
    ),
    ("[speeds.landcover]", "[grid]\ncell_size = 10\n[speeds.landcover]", ""),
    ("[speeds.landcover]", "[grid]\ncell_size = 1\n[speeds.landcover]", "area.toml: grid.cell_size = 1"),
    ("[speeds.landcover]", "[speeds.landcover", "area.toml: is no TOML"),
]


@pytest.mark.parametrize(("old", "new", "expected"), TOML_FAULTS)
def test_says_what_is_wrong_with_area_toml(tiny_copy, old, new, expected):
    spoil(tiny_copy, "area.toml", old, new)
    found = faults(tiny_copy)
    if expected:
        assert any(expected in fault for fault in found), found
    else:
        assert found == []


def test_says_all_faults_at_once(tiny_copy):
    spoil(tiny_copy, "area.toml", 'code3 = "XTA"\n', "")
    spoil(tiny_copy, "area.toml", "main = 60", "main = 900")
    spoil(tiny_copy, "area.toml", "Indian/Maldives", "nowhere")
    assert [fault.split(":")[1].split()[0] for fault in faults(tiny_copy)] == ["the", "timezone", "speeds.roads.main"]


def test_faults_of_several_files_come_together(tiny_copy):
    (tiny_copy / "roads/roads.geojson").unlink()
    spoil(tiny_copy, "population/census.csv", "XT-E2,2,20000", "XT-E2,2,20001")
    (tiny_copy / "raster/elevation.tif").write_text("no raster")
    properties(tiny_copy, "admin/adm2.geojson", lambda c: c["features"][0]["properties"].update(name_en=" "))
    names = {fault.split(":")[0] for fault in faults(tiny_copy)}
    assert names == {"roads/roads.geojson", "population/census.csv", "raster/elevation.tif", "admin/adm2.geojson"}


def test_a_folder_without_area_toml(tmp_path):
    assert faults(tmp_path) == [
        f"area.toml: there is none in {tmp_path}: give the folder of a country, such as data/geo/<code>"
    ]
    assert "there is none in" in faults(tmp_path / "nowhere")[0]


def test_a_file_instead_of_a_folder(tiny_copy):
    assert "there is none in" in faults(tiny_copy / "area.toml")[0]


def test_area_toml_that_is_no_text(tiny_copy):
    (tiny_copy / "area.toml").write_bytes(b"\xff\xfe\x00")
    assert faults(tiny_copy) == ["area.toml: is not in UTF-8: save it in UTF-8"]


def unit(number, **changes):
    return lambda collection: collection["features"][number]["properties"].update(changes)


UNIT_FAULTS = [
    (unit(1, code="XT-W1"), "code 'XT-W1' stands twice, also in admin/adm2.geojson: give every unit"),
    (unit(1, code="XT-W"), "code 'XT-W' stands twice, also in admin/adm1.geojson"),
    (unit(1, code=None), "a unit has no code: give every unit a code"),
    (unit(1, parent="XT-N"), "unit 'XT-W2' has the unknown parent 'XT-N': did you mean 'XT-"),
    (unit(1, parent=None), "unit 'XT-W2' has the unknown parent ''"),
    (unit(2, name_ru=""), "unit 'XT-E1' has no name_ru: add the name"),
    (unit(2, name_ru=None), "unit 'XT-E1' has no name_ru: add the name"),
    (lambda c: [f["properties"].pop("code") for f in c["features"]], "has no field 'code'"),
    (lambda c: [f["properties"].pop("parent") for f in c["features"]], "has no field 'parent'"),
    (
        lambda c: [f["properties"].pop("name_en") for f in c["features"]],
        "has no field 'name_en': add the name to every",
    ),
    (lambda c: c["features"].pop(), "holds 3 units, area.toml says 4"),
    (lambda c: c["features"].clear(), "holds no shapes"),
    (lambda c: c["features"][3].update(geometry=None), "unit 'XT-E2' has no shape: draw its outline"),
]


@pytest.mark.parametrize(("change", "expected"), UNIT_FAULTS)
def test_says_what_is_wrong_with_units(tiny_copy, change, expected):
    properties(tiny_copy, "admin/adm2.geojson", change)
    assert any(f"admin/adm2.geojson: {expected}" in fault for fault in faults(tiny_copy)), faults(tiny_copy)


def reproject(folder: Path, name: str, *, say: bool) -> None:
    frame = gpd.read_file(folder / name).to_crs("EPSG:32640")
    if not say:
        frame = frame.set_crs(None, allow_override=True).set_crs("EPSG:4326")
    frame.to_file(folder / name, driver="GeoJSON")


def test_units_in_metres_that_say_so(tiny_copy):
    reproject(tiny_copy, "admin/adm1.geojson", say=True)
    assert faults(tiny_copy) == [
        "admin/adm1.geojson: says it lies in WGS 84 / UTM zone 40N: save it in longitude and latitude (EPSG:4326)"
    ]


def test_units_in_metres_that_do_not_say_so(tiny_copy):
    reproject(tiny_copy, "admin/adm1.geojson", say=False)
    (fault,) = faults(tiny_copy)
    assert re.match(r"admin/adm1.geojson: has coordinates from \S+, \S+ to \S+, \S+, which are no degrees: ", fault)


def test_units_with_latitude_first(tiny_copy):
    def swap(collection):
        for feature in collection["features"]:
            feature["geometry"]["coordinates"] = [[point[::-1] for point in feature["geometry"]["coordinates"][0]]]

    properties(tiny_copy, "admin/adm1.geojson", swap)
    assert "are longitude and latitude swapped?" in faults(tiny_copy)[0]


@pytest.mark.parametrize("text", ["{not json", "[]", "", "code,name\n1,2\n"])
def test_units_that_are_no_geojson(tiny_copy, text):
    (tiny_copy / "admin/adm1.geojson").write_text(text)
    assert faults(tiny_copy)[0].startswith("admin/adm1.geojson: ")


CENSUS_FAULTS = [
    ("XT-E2,2,20000,10200,9800\n", "", "unit 'XT-E2' of level 2 has no row: add its count of people"),
    ("XT-E2,2,20000", "XT-E2,2,many", "row 8: population 'many' is no whole number of people: write digits only"),
    ("XT-E2,2,20000", "XT-E2,2,", "row 8: population '' is no whole number of people"),
    ("XT-E2,2,20000", "XT-E2,2,20000.5", "row 8: population '20000.5' is no whole number of people"),
    ("XT-E2,2,20000", "XT-E2,2,-5", "row 8: population '-5' is no whole number of people"),
    ("XT-E2,2,20000", "XT-E2,2,inf", "row 8: population 'inf' is no whole number of people"),
    ("XT-E2,2,20000", "XT-E2,2,20001", "'XT-E' has 60000 people, its units together 60001: mend the counts"),
    ("XT-W,1,180000", "XT-W,1,170000", "'XT' has 240000 people, its units together 230000: mend the counts"),
    ("10200,9800", "10300,9700", "'XT-E' has 30700 women, its units together 30800: mend the counts"),
    ("10200,9800", "10200,9801", "women and men of 'XT-E2' are not its people together: mend the counts"),
    ("population", "people", "has no column 'population': did you mean"),
    ("code,level", "kode,level", "has no column 'code': did you mean 'kode'?"),
    ("XT-E2,2,20000", "XT-E1,2,20000", "unit 'XT-E1' of level 2 stands twice: keep one row"),
]


@pytest.mark.parametrize(("old", "new", "expected"), CENSUS_FAULTS)
def test_says_what_is_wrong_with_the_census(tiny_copy, old, new, expected):
    if expected.startswith("has no column 'population'"):
        expected = "has no column 'population'"
    spoil(tiny_copy, "population/census.csv", old, new)
    assert any(f"population/census.csv: {expected}" in fault for fault in faults(tiny_copy)), faults(tiny_copy)


@pytest.mark.parametrize(
    "row", ["XT,0,240000,122300,117700\n", "XT-W,1,180000,91600,88400\n", "XT-E2,2,20000,10200,9800\n"]
)
def test_a_unit_without_a_count_is_one_fault(tiny_copy, row):
    spoil(tiny_copy, "population/census.csv", row, "")
    code, level = row.split(",")[:2]
    assert faults(tiny_copy) == [
        f"population/census.csv: unit '{code}' of level {level} has no row: add its count of people"
    ]


def test_finer_rows_of_the_census_are_left_alone(tiny_copy):
    path = tiny_copy / "population/census.csv"
    path.write_text(path.read_text() + "XT-W2-1,3,7000,,\n")
    assert faults(tiny_copy) == []


def test_a_census_of_one_level_a_file_needs_no_column_level(tiny_copy):
    path = tiny_copy / "population/census.csv"
    path.write_text(
        "code,population\n" + "\n".join(f"{r.split(',')[0]},{r.split(',')[2]}" for r in path.read_text().split()[1:])
    )
    assert faults(tiny_copy) == []
    assert "women" not in StudyArea.load(tiny_copy).units()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("код;люди\n".encode("cp1251"), "is not in UTF-8: save it as CSV UTF-8"),
        (b"", "is no table"),
        (b'code,"population\n1,2', "is no table"),
    ],
)
def test_a_census_that_is_no_csv(tiny_copy, content, expected):
    (tiny_copy / "population/census.csv").write_bytes(content)
    assert faults(tiny_copy)[0].startswith(f"population/census.csv: {expected}")


def test_a_census_with_a_byte_order_mark(tiny_copy):
    path = tiny_copy / "population/census.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert faults(tiny_copy) == []


def test_former_names_of_units_that_are_none(tiny_copy):
    spoil(tiny_copy, "admin/names.csv", "XT-W2", "XT-W7")
    assert faults(tiny_copy)[0].startswith("admin/names.csv: names the unknown unit 'XT-W7': did you mean 'XT-W")


def write_raster(path: Path, **changes) -> None:
    with rasterio.open(path) as source:
        profile = source.profile
    values = np.zeros((profile["height"], profile["width"]), profile["dtype"])
    with rasterio.open(path, "w", **(profile | changes)) as out:
        out.write(values, 1)


def test_rasters_that_do_not_say_where_they_lie(tiny_copy):
    write_raster(tiny_copy / "raster/elevation.tif", crs=None)
    assert faults(tiny_copy) == [
        "raster/elevation.tif: does not say in which reference system it lies: save it as a GeoTIFF with EPSG:4326"
    ]


def test_rasters_that_lie_elsewhere(tiny_copy):
    write_raster(tiny_copy / "raster/landcover.tif", transform=rasterio.Affine(0.01, 0, 10, 0, -0.01, 60))
    (fault,) = faults(tiny_copy)
    where = "lies within 10.00, 59.76, 10.32, 60.00 and does not cover the country"
    assert fault == f"raster/landcover.tif: {where}: cut it to the window"


def test_rasters_that_are_none(tiny_copy):
    (tiny_copy / "raster/landcover.tif").write_text("no raster")
    assert faults(tiny_copy) == ["raster/landcover.tif: cannot be read as a raster: save it as a GeoTIFF"]


def test_roads_that_are_no_lines(tiny_copy):
    def to_point(collection):
        collection["features"][0]["geometry"] = {"type": "Point", "coordinates": [60.1, 10.1]}

    properties(tiny_copy, "roads/roads.geojson", to_point)
    assert "roads/roads.geojson: holds something else than lines: keep the lines of roads only" in faults(tiny_copy)


def test_roads_without_a_class_in_the_settings_keep_their_own_speed(tiny_copy):
    spoil(tiny_copy, "area.toml", "pass = 30", "")
    spoil(tiny_copy, "area.toml", 'seasonal = "seasonal"\n', 'seasonal = "seasonal"\nspeed = "kmh"\nlength = "km"\n')
    spoil(tiny_copy, "roads/roads.geojson", '"class":', '"kmh": 24, "km": 9, "class":')
    assert faults(tiny_copy) == []
    roads = StudyArea.load(tiny_copy).roads
    assert roads["speed_kmh"].tolist() == [60, 24]  # the settings stand above the file
    assert roads["km"].tolist() == [9, 9]


def test_a_projection_that_has_no_place_for_the_country(tiny_copy):
    spoil(tiny_copy, "area.toml", "+proj=eqc +lat_ts=10 +lat_0=10 +lon_0=60", "+proj=ortho +lat_0=-60 +lon_0=-120")
    assert any("area_crs has no place for the window" in fault for fault in faults(tiny_copy))
