import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, NotFound

TINY = Path(__file__).parents[1] / "tiny"
TAJIKISTAN = Path(__file__).parents[2] / "data" / "geo" / "tj"


def without(folder: Path, *sections: str) -> Path:
    """Take whole sections such as ``[roads]`` out of a folder's area.toml."""
    path = folder / "area.toml"
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    kept = [block for block in blocks if not any(block.startswith(f"[{one}]") for one in sections)]
    assert len(kept) < len(blocks)
    path.write_text("\n\n".join(kept), encoding="utf-8")
    return folder


def test_says_what_the_country_is(tiny_area):
    assert (tiny_area.code, tiny_area.code3) == ("XT", "XTA")
    assert tiny_area.name == {"tg": "Орзустон", "ru": "Орзустан", "en": "Orzustan"}
    assert tiny_area.languages == ("tg", "ru", "en")
    assert tiny_area.timezone == "Indian/Maldives"
    assert tiny_area.modelled
    assert set(tiny_area.warning) == {"tg", "ru", "en"}
    assert [(level.level, level.count, level.label["en"]) for level in tiny_area.levels] == [
        (0, 1, "Country"),
        (1, 2, "Region"),
        (2, 4, "District"),
    ]
    assert repr(tiny_area) == "<StudyArea XT: 1, 2, 4 units>"
    assert [tiny_area.is_abroad(country) for country in ("XT", "", None, "TJ")] == [False, False, False, True]


def test_never_changes(tiny_area):
    with pytest.raises(AttributeError):
        tiny_area.folder = Path()
    tiny_area.warning["en"] = "none"
    tiny_area.units()["people"] = 0
    tiny_area.all_units().clear()
    assert tiny_area.warning["en"] == "Everything on this map is invented."
    assert tiny_area.units()["people"].sum() == 240_000
    assert len(tiny_area.all_units()) == 7
    for name in ("people_grid", "unit_grid", "landcover", "elevation", "slope"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(tiny_area, name)[0, 0] = 1


def test_gives_the_units_of_each_level(tiny_area):
    finest = tiny_area.units()
    assert finest.index.tolist() == ["XT-W1", "XT-W2", "XT-E1", "XT-E2"] == tiny_area.unit_codes
    assert finest.index.name == "code"
    assert finest["people"].tolist() == [60_000, 120_000, 40_000, 20_000]
    assert finest["parent"].tolist() == ["XT-W", "XT-W", "XT-E", "XT-E"]
    assert finest["name"].tolist() == finest["name_tg"].tolist()
    assert (finest["women"] + finest["men"] == finest["people"]).all()
    assert finest.crs.to_epsg() == 4326
    assert tiny_area.units(1)["people"].to_dict() == {"XT-W": 180_000, "XT-E": 60_000}
    assert tiny_area.units(0)["parent"].tolist() == [None]
    with pytest.raises(NotFound, match="levels 0 to 2"):
        tiny_area.units(3)
    with pytest.raises(NotFound):
        tiny_area.units(-1)


def test_finds_a_unit_of_any_level(tiny_area):
    unit = tiny_area.unit("XT-W2")
    assert (unit.level, unit.parent, unit.people) == (2, "XT-W", 120_000)
    assert unit.names == {"tg": "Ноҳияи Ҷӯйбор", "ru": "Джуйборский район", "en": "Juybor District"}
    assert unit.other_names == ("Oktyabr", "Oktyabrskiy")
    assert tiny_area.unit("XT").parent is None
    assert list(tiny_area.all_units()) == ["XT", "XT-W", "XT-E", "XT-W1", "XT-W2", "XT-E1", "XT-E2"]
    with pytest.raises(NotFound, match="XT-W9: no administrative unit of XT"):
        tiny_area.unit("XT-W9")


def test_climbs_from_a_unit_to_the_country(tiny_area):
    assert tiny_area.ancestors("XT-E1") == ["XT-E", "XT"]
    assert tiny_area.ancestors("XT") == []
    assert [tiny_area.region_of(code) for code in ("XT-E1", "XT-E", "XT")] == ["XT-E", "XT-E", "XT"]
    with pytest.raises(NotFound):
        tiny_area.ancestors("nowhere")


def test_names_fall_back_to_a_language_there_is(tiny_area):
    assert tiny_area.label("XT-E1", "tg") == "Ноҳияи Қулла"
    assert tiny_area.label("XT-E1", "en") == "Qulla District"


def test_a_level_is_called_as_the_area_calls_it_else_by_a_neutral_word(tiny_area):
    label = tiny_area.levels[2].label
    assert [tiny_area.level_name(2, code) for code in label] == list(label.values())
    assert "uz" not in label
    assert (tiny_area.level_name(2, "uz"), tiny_area.level_name(-1, "uz")) == ("Hudud", "Hudud")
    assert tiny_area.level_name(2, "fil") == "Area"
    assert tiny_area.label("XT-E1", "uz") == "Кулинский район"  # uz, then ru


def test_a_place_given_by_area_stands_for_enough_people(tiny_area):
    # 100,000 people are needed: XT-W1 has 60,000 and its region 180,000; XT-E as a whole has 60,000
    published = {code: tiny_area.area_unit_for_publication(code) for code in tiny_area.all_units()}
    assert published == {
        "XT": "XT",
        "XT-W": "XT-W",
        "XT-E": "XT",
        "XT-W1": "XT-W",
        "XT-W2": "XT-W2",
        "XT-E1": "XT",
        "XT-E2": "XT",
    }


@pytest.mark.parametrize(("enough", "unit"), [(120_000, "XT-W2"), (120_001, "XT-W"), (999_999, "XT"), (0, "XT-W2")])
def test_the_threshold_of_people_is_a_setting(tiny_copy, enough, unit):
    path = tiny_copy / "area.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[thresholds]\narea_people = {enough}\n", encoding="utf-8")
    assert StudyArea.load(tiny_copy).area_unit_for_publication("XT-W2") == unit


@pytest.mark.parametrize(
    ("lat", "lon", "unit"),
    [
        (10.0404, 60.0593, "XT-W2"),  # Chashma
        (10.1123, 60.0228, "XT-W1"),
        (10.1123, 60.1323, "XT-E1"),
        (10.0135, 60.2052, "XT-E2"),
        (10.0404, 60.23, None),  # beyond the border, in the window
        (0, 0, None),
        (60.0593, 10.0404, None),  # swapped
        (float("nan"), 60, None),
        (float("inf"), 60, None),
    ],
)
def test_finds_the_unit_at_a_point(tiny_area, lat, lon, unit):
    assert tiny_area.unit_at(lat, lon) == unit


def test_a_point_on_a_border_belongs_to_one_unit(tiny_area):
    (lon, lat) = tiny_area.units().geometry["XT-W1"].exterior.coords[1]  # shared by all four districts
    assert tiny_area.unit_at(lat, lon) == "XT-W1"


def test_a_point_belongs_to_the_first_unit_whose_outline_holds_it(tj_area):
    outlines = tj_area.units().geometry
    west, south, east, north = outlines.total_bounds
    rng = np.random.default_rng(5)
    for lon, lat in zip(rng.uniform(west, east, 60), rng.uniform(south, north, 60), strict=True):
        holds = [code for code, outline in outlines.items() if outline.intersects(shapely.Point(lon, lat))]
        assert tj_area.unit_at(lat, lon) == next(iter(holds), None)


def test_the_units_of_many_points_are_those_of_each(tj_area, tiny_area):
    shared = tiny_area.units().geometry["XT-W1"].exterior.coords[:]  # some of them by all four districts
    beyond = [(np.nan, 60.0), (10.0, np.nan), (np.inf, 60.0), (-np.inf, np.inf), (0.0, 0.0), (1e300, -1e300)]
    south, west, north, east = 36.5, 67.0, 41.2, 75.3
    rng = np.random.default_rng(7)
    anywhere = [*zip(rng.uniform(south, north, 200), rng.uniform(west, east, 200), strict=True)]
    for area, points in ((tiny_area, [(lat, lon) for lon, lat in shared] + beyond), (tj_area, anywhere + beyond)):
        assert area.units_at(*zip(*points, strict=True)) == [area.unit_at(lat, lon) for lat, lon in points]
    assert tiny_area.units_at([], []) == []


def test_grid_is_the_kilometres_of_the_plane(tiny_area):
    grid = tiny_area.grid
    assert grid.shape == (24, 32)
    assert grid.bounds == (-4000, -4000, 28000, 20000)
    sizes = np.bincount(tiny_area.unit_grid[tiny_area.unit_grid >= 0])
    assert sizes.tolist() == [96, 96, 96, 96]  # 12 by 8 km each
    assert (tiny_area.unit_grid == -1).sum() == 24 * 32 - 4 * 96
    assert grid.cell(10.0404, 60.0593) == (15, 10)  # Chashma: 6.5 km east, 4.5 north
    assert tiny_area.unit_codes[tiny_area.unit_grid[15, 10]] == "XT-W2"


def test_people_stand_where_the_cells_say(tiny_area):
    people = tiny_area.people_grid
    assert people.dtype == np.float32
    rows, columns = np.nonzero(people)
    found = {(int(c) - 4 + 0.5, 20 - int(r) - 0.5): float(people[r, c]) for r, c in zip(rows, columns, strict=True)}
    assert found == {
        (2.5, 12.5): 40_000,
        (10.5, 13.5): 20_000,
        (6.5, 4.5): 100_000,
        (1.5, 1.5): 20_000,
        (14.5, 12.5): 30_000,
        (21.5, 14.5): 10_000,
        (20.5, 4.5): 15_000,
        (22.5, 1.5): 5_000,
    }


def test_terrain(tiny_area):
    assert (tiny_area.elevation == 500).all()
    assert (tiny_area.slope == 0).all()
    lake = np.argwhere(tiny_area.landcover == 0)
    assert lake.min(0).tolist() == [8, 8]  # 12 km north, 4 km east
    assert lake.max(0).tolist() == [10, 11]
    assert len(lake) == 12
    assert set(np.unique(tiny_area.landcover)) == {0, 10}


def test_roads(tiny_area):
    roads = tiny_area.roads
    assert roads["class"].tolist() == ["main", "pass"]
    assert roads["speed_kmh"].tolist() == [60, 30]
    assert roads["seasonal"].tolist() == ["", "closed in winter"]
    assert roads["km"].round(3).tolist() == [23, 8]
    assert tiny_area.road_winding.round(3).tolist() == [1, 1]


def test_attributions_of_parts(tj_area, tiny_area):
    assert (
        tiny_area.attributions()
        == tiny_area.attributions("roads", "admin")
        == ["Orzustan: invented for the tests of Rohnamo"]
    )
    assert tiny_area.attributions("nothing") == []
    assert tj_area.attributions("roads") == ["Places: GeoNames (CC BY 4.0)", "Elevation: NOAA GLOBE"]
    # a part of a part, and a whole of which a part is named
    assert "Land cover: MODIS MCD12C1 v006 (NASA LP DAAC)" in tj_area.attributions("population")
    assert "Country outline © OpenStreetMap contributors (ODbL 1.0)" in tj_area.attributions("basemap/neighbours")
    assert "Country outline © OpenStreetMap contributors (ODbL 1.0)" not in tj_area.attributions("basemap/rivers")
    assert len(tj_area.attributions()) == len(tj_area.attribution) == 7


def test_attributions_stand_in_the_language_of_the_page(tj_area, tiny_area, tiny_copy):
    assert tj_area.attributions("roads", language="ru") == [
        "Населённые пункты: GeoNames (CC BY 4.0)",
        "Рельеф: NOAA GLOBE",
    ]
    for language in tj_area.languages:
        assert all(language in text for _, text in tj_area.attribution), language
    # one sentence for all languages, and a language that has none
    assert tiny_area.attributions(language="tg") == ["Orzustan: invented for the tests of Rohnamo"]
    told = tiny_copy / "area.toml"
    text = told.read_text()
    given = 'text = "Orzustan: invented for the tests of Rohnamo"'
    told.write_text(text.replace(given, 'text = { en = "Invented", ru = "Выдумано" }'))
    named = StudyArea.load(tiny_copy)
    assert [named.attributions(language=each) for each in ("ru", "tg", "fr")] == [
        ["Выдумано"],
        ["Выдумано"],
        ["Invented"],
    ]
    told.write_text(text.replace(given, 'text = { ru = "Выдумано" }'))
    with pytest.raises(InvalidRecord, match="attribution 1 has no text in 'en'"):
        StudyArea.load(tiny_copy)


def test_basemap_and_relief(tiny_area, tj_area):
    lakes = tiny_area.basemap("lakes")
    assert lakes["features"][0]["properties"]["name"] == "Kul"
    assert tiny_area.relief is None
    relief = tj_area.relief
    assert relief.path.is_file()
    assert relief.bounds == (66.5, 36.0, 76.0, 41.75)


def test_a_country_may_lack_what_is_optional(tiny_copy):
    """Without roads, places, rasters, basemap, attribution and cells everything still answers."""
    folder = without(tiny_copy, "roads", "places", "raster", "basemap", "[attribution]", "speeds.roads")
    toml = (folder / "area.toml").read_text(encoding="utf-8")
    toml = toml.replace('cells = "population/cells.csv"\n', "").replace("[[scenario.road]]", "")
    toml = toml.replace('where = { seasonal = "closed in winter" }\nspeed = 0\n', "")
    (folder / "area.toml").write_text(toml, encoding="utf-8")
    for name in ("roads", "places", "raster", "basemap"):
        shutil.rmtree(folder / name)
    assert StudyArea.faults(folder) == []
    area = StudyArea.load(folder)
    assert len(area.roads) == 0
    assert len(area.gazetteer) == 0
    assert len(area.border_places) == 0
    assert area.relief is None
    assert area.basemap("rivers") == {"type": "FeatureCollection", "features": []}
    assert (area.elevation == 0).all()
    assert (area.landcover == 255).all()
    # the people of XT-W1, 60,000, lie evenly over its 96 cells
    assert np.unique(area.people_grid[area.unit_grid == 0]).tolist() == [60_000 / 96]
    assert area.people_grid.sum(dtype=float) == pytest.approx(240_000)


def test_without_a_window_the_bounds_get_a_margin(tiny_copy):
    path = tiny_copy / "area.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("window")]
    path.write_text("\n".join(lines).replace("[speeds.landcover]", "[grid]\nmargin_km = 10\n[speeds.landcover]"))
    area = StudyArea.load(tiny_copy)
    west, south, east, north = area.window
    assert (60 - west) == pytest.approx(east - 60.22)
    assert (10 - south) * 111.32 == pytest.approx(10)
    assert (north - 10.144) * 111.32 == pytest.approx(10)
    assert (60 - west) * 111.32 * np.cos(np.radians(10.144)) == pytest.approx(10, abs=0.05)
    assert area.grid.cell(10.0404, 60.0593) is not None
    assert area.people_grid.sum(dtype=float) == pytest.approx(240_000)


def test_a_folder_with_faults_is_refused_with_all_of_them(tiny_copy):
    (tiny_copy / "roads/roads.geojson").unlink()
    (tiny_copy / "basemap/lakes.geojson").unlink()
    with pytest.raises(InvalidRecord) as refusal:
        StudyArea.load(tiny_copy)
    lines = str(refusal.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("roads/roads.geojson: is not there")
    assert lines[1].startswith("basemap/lakes.geojson: is not there")
    assert all(line.count(": ") >= 2 for line in lines)


def test_tajikistan_has_no_faults(tj_area):
    assert StudyArea.faults(TAJIKISTAN) == []
    assert [level.count for level in tj_area.levels] == [1, 5, 65]


def test_orzustan_has_no_faults():
    assert StudyArea.faults(TINY) == []


def test_orzustan_is_what_its_maker_makes(tmp_path):
    runpy.run_path(str(TINY / "make.py"))["write"](tmp_path)
    for made in sorted(tmp_path.rglob("*.*")):
        kept = TINY / made.relative_to(tmp_path)
        if made.suffix == ".csv":
            assert made.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8"), made.name
        elif made.suffix == ".geojson":
            assert json.loads(made.read_text()) == json.loads(kept.read_text()), made.name


def test_people_of_tajikistan_are_its_census(tj_area):
    inside = tj_area.unit_grid >= 0
    summed = np.bincount(tj_area.unit_grid[inside], tj_area.people_grid[inside].astype(float))
    np.testing.assert_allclose(summed, tj_area.units()["people"], rtol=1e-6)
    assert tj_area.people_grid.sum(dtype=float) == pytest.approx(9_657_005, abs=0.1)
    assert (tj_area.people_grid[~inside] == 0).all()
    assert (tj_area.people_grid >= 0).all()
    assert set(np.unique(tj_area.unit_grid[inside])) == set(range(65))  # also the smallest city has cells


def test_people_of_tajikistan_live_on_passable_ground(tj_area):
    wet = np.isin(tj_area.landcover, [0, 15])
    assert tj_area.people_grid[wet].sum(dtype=float) / 9_657_005 < 0.001


def test_cells_of_tajikistan_keep_their_place(tj_area):
    """Spread over cells of 1 km, the people of a square of 2.8 by 2.2 km are still where they were."""
    table = pd.read_csv(TAJIKISTAN / "population/population_modelled.csv")
    rows, columns = np.nonzero(tj_area.people_grid)
    lats, lons = tj_area.grid.centres(rows, columns)
    people = tj_area.people_grid[rows, columns].astype(float)
    for step in (0.25, 0.5):  # squares of about 25 and 50 km
        before = table["population"].groupby([table["lat"] // step * 1000 + table["lon"] // step]).sum()
        after = pd.Series(people).groupby(lats // step * 1000 + lons // step).sum()
        moved = before.subtract(after, fill_value=0).abs().sum() / 2 / 9_657_005
        assert moved < 0.02


def test_regions_and_districts_have_codes_of_their_own(tj_area):
    assert tj_area.region_of("3505401") == "TJ-SU"
    assert tj_area.unit("TJ-DU").people == tj_area.unit("3501000").people == 948_251
    small = [code for code in tj_area.unit_codes if tj_area.unit(code).people < 100_000]
    assert len(small) == 29
    assert all(tj_area.area_unit_for_publication(code) == tj_area.region_of(code) for code in small)


def test_former_names_are_known(tj_area):
    assert tj_area.unit("3505203").other_names == ("Zahmatobod",)
    assert tj_area.unit("3505213").other_names == ("Ghonchi",)  # written "Ghonchi (until 2016)"


def test_no_text_is_missing_in_tajikistan(tj_area):
    for unit in tj_area.all_units().values():
        assert all(unit.names[language].strip() for language in ("tg", "ru", "en", "uz"))


def test_a_digest_is_another_for_other_files_and_none_where_one_changed_since_it_was_read(tiny_copy: Path) -> None:
    area = StudyArea.load(tiny_copy)
    assert len(area.digest) == 64
    assert StudyArea.load(tiny_copy).digest == area.digest
    before = StudyArea.load(tiny_copy)
    path = tiny_copy / "area.toml"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert before.digest == ""
    assert StudyArea.load(tiny_copy).digest not in ("", area.digest)
