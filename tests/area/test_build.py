"""A study area from files of the shapes in which people are given them: WorldPop, GHSL, MAP, SRTM, OpenStreetMap."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from mapping.area.build import BuildPlan, build
from mapping.area.grid import Grid, unit_grid
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.travel import friction, travel_time

WEST, SOUTH, EAST, NORTH = 34.0, -15.0, 34.4, -14.8  # two districts of 0.2 by 0.2 degrees
THIRTY_SECONDS = 1 / 120


def raster(path, values, *, west=WEST, north=NORTH, side=THIRTY_SECONDS, crs="EPSG:4326", missing=None):
    """Write one band whose north-western corner lies at west, north."""
    profile = {"driver": "GTiff", "count": 1, "dtype": values.dtype, "crs": crs, "nodata": missing}
    height, width = values.shape
    transform = from_origin(west, north, side, side)
    with rasterio.open(path, "w", height=height, width=width, transform=transform, **profile) as target:
        target.write(values, 1)
    return path


@pytest.fixture
def plan(tmp_path):
    """Two districts as HDX writes them, and a raster as WorldPop writes it: 2 people a cell of 30 seconds."""
    units = gpd.GeoDataFrame(
        {"ADM1_EN": ["North", "North"], "ADM2_EN": ["Left", "Right"], "ADM2_PCODE": ["MW101", "MW102"]},
        geometry=[shapely.box(WEST, SOUTH, 34.2, NORTH), shapely.box(34.2, SOUTH, EAST, NORTH)],
        crs="EPSG:4326",
    )
    units.to_file(tmp_path / "adm2.gpkg")
    people = np.full((24, 48), 2, np.float32)
    people[0, 0] = -99999
    population = raster(tmp_path / "mwi_ppp_2020_UNadj.tif", people, missing=-99999)
    return BuildPlan("MW", "Malawi", ("en", "ru"), tmp_path / "adm2.gpkg", "ADM2_EN", population)


def test_the_least_that_is_needed(tmp_path, plan):
    notes = build(tmp_path / "mw", plan)
    area = StudyArea.load(tmp_path / "mw")
    assert StudyArea.faults(tmp_path / "mw") == []
    assert (area.code, area.code3, area.timezone) == ("MW", "MWI", "Africa/Blantyre")
    assert area.name == {"en": "Malawi", "ru": "Малави"}
    assert list(area.units().index) == ["MW101", "MW102"]
    assert list(area.units()["name_ru"]) == ["Left", "Right"]
    assert area.file.population.date == dt.date(2020, 1, 1)
    people = 2 * (24 * 48 - 1)
    assert area.unit("MW").people == pytest.approx(people, rel=0.03)
    assert area.people_grid.sum() == pytest.approx(area.unit("MW").people, rel=1e-5)
    assert any(f"{people:,} in mwi_ppp_2020_UNadj.tif" in note for note in notes)


def with_people_around(path, *, cells):
    """Write 2 people a cell of 30 seconds within the districts and in so many cells around them."""
    people = np.full((24 + 2 * cells, 48 + 2 * cells), 2, np.float32)
    return raster(path, people, west=WEST - cells * THIRTY_SECONDS, north=NORTH + cells * THIRTY_SECONDS)


def test_people_of_a_coast_that_the_outlines_cut_belong_to_the_nearest_unit(tmp_path, plan):
    """Outlines are coarser than rasters: of islands a tenth of the people lives in cells beyond them."""
    population = with_people_around(tmp_path / "coast_2020.tif", cells=2)
    notes = build(tmp_path / "mw", replace(plan, population=population))
    area, everybody = StudyArea.load(tmp_path / "mw"), 2 * 28 * 52
    assert area.unit("MW").people == pytest.approx(everybody, abs=3)
    assert area.unit("MW101").people == pytest.approx(area.unit("MW102").people, rel=0.05)
    assert any("moved to the nearest unit" in note for note in notes)


def test_people_across_a_border_on_land_are_not_taken_in(tmp_path, plan):
    population = with_people_around(tmp_path / "both_2020.tif", cells=30)
    notes = build(tmp_path / "mw", replace(plan, population=population))
    assert StudyArea.load(tmp_path / "mw").unit("MW").people == pytest.approx(2 * 24 * 48, rel=0.03)
    assert not any("moved to the nearest unit" in note for note in notes)


@pytest.mark.parametrize(
    ("name", "languages", "names"),
    [
        ("São Miguel", ("pt", "en"), {"pt": "São Miguel", "en": "São Miguel"}),  # no country: never Portugal
        ("Portugal", ("pt", "ru"), {"pt": "Portugal", "ru": "Португалия"}),
        ("Португалия", ("pt", "ru"), {"pt": "Portugal", "ru": "Португалия"}),
        ("Portugal", ("ru", "en"), {"ru": "Португалия", "en": "Portugal"}),
    ],
)
def test_a_name_is_kept_in_its_language_and_the_country_does_not_take_its_place(tmp_path, plan, name, languages, names):
    build(tmp_path / "pt", replace(plan, code="PT", name=name, languages=languages, timezone="Atlantic/Azores"))
    assert StudyArea.load(tmp_path / "pt").name == names


@pytest.mark.parametrize("name", ["people.tif", "people_2015_2020.tif"])
def test_the_day_of_the_count_is_asked_for_where_no_name_says_it(tmp_path, plan, name):
    """The day on which a file was written says nothing of the day on which people were counted."""
    unnamed = replace(plan, population=plan.population.rename(tmp_path / name))
    with pytest.raises(InvalidRecord, match="--population-date"):
        build(tmp_path / "mw", unnamed)
    build(tmp_path / "mw", replace(unnamed, population_date=dt.date(2018, 9, 3)))
    assert StudyArea.load(tmp_path / "mw").file.population.date == dt.date(2018, 9, 3)


def test_a_day_that_was_taken_from_a_name_is_told(tmp_path, plan):
    notes = build(tmp_path / "mw", plan)
    assert any("2020-01-01" in note and "--population-date" in note for note in notes)


@pytest.mark.parametrize(("code", "code3"), [("AA", "AAA"), ("QM", "QMM"), ("XT", "XTT"), ("ZZ", "ZZZ")])
def test_a_code_that_the_standard_leaves_to_its_users_is_one(tmp_path, plan, code, code3):
    """Such a country has the name that was given, whatever CLDR calls the code, and needs a time zone."""
    with pytest.raises(InvalidRecord, match="none is known for"):
        build(tmp_path / "own", replace(plan, code=code, name="Orzustan"))
    build(tmp_path / "own", replace(plan, code=code, name="Orzustan", timezone="Asia/Dushanbe"))
    area = StudyArea.load(tmp_path / "own")
    assert (area.code, area.code3, area.name["ru"]) == (code, code3, "Orzustan")


def test_regions_are_made_of_their_units(tmp_path, plan):
    build(tmp_path / "mw", replace(plan, region_name="ADM1_EN"))
    area = StudyArea.load(tmp_path / "mw")
    assert [len(area.units(level)) for level in (0, 1, 2)] == [1, 1, 2]
    assert area.region_of("MW102") == "MW-R1"
    assert area.label("MW-R1", "en") == "North"


def test_people_as_ghsl_has_them_in_mollweide_at_100_metres(tmp_path, plan):
    """1 person a hectare: the land of both districts in hectares, whatever the projection."""
    corner = gpd.GeoSeries([shapely.box(WEST, SOUTH, EAST, NORTH)], crs="EPSG:4326").to_crs("ESRI:54009")
    west, south, east, north = corner.total_bounds
    values = np.full((int((north - south) / 100) + 400, int((east - west) / 100) + 400), 1.0)  # 20 km around
    values[:3] = -200
    ghsl = raster(
        tmp_path / "GHS_POP_E2025.tif",
        values,
        west=west - 20_000,
        north=north + 20_000,
        side=100,
        crs="ESRI:54009",
        missing=-200,
    )
    build(tmp_path / "mw", replace(plan, population=ghsl))
    area = StudyArea.load(tmp_path / "mw")
    assert area.unit("MW").people == pytest.approx(corner.area.iloc[0] / 10_000, rel=0.03)  # border cells are whole
    assert area.file.population.date == dt.date(2025, 1, 1)


def test_friction_as_map_has_it_in_degrees(tmp_path, plan):
    """0.012 minutes a metre are 12 minutes a kilometre, and a lake without data cuts the country in two."""
    values = np.full((60, 90), 0.012, np.float32)
    values[:, 44:46] = -9999  # from 34.2 - 0.033 for two cells
    source = raster(tmp_path / "friction.tif", values, west=33.8, north=-14.6, missing=-9999)
    notes = build(tmp_path / "mw", replace(plan, friction=source))
    area = StudyArea.load(tmp_path / "mw")
    assert area.grid.cell_size == 927  # 30 seconds of latitude
    assert any("927 m" in note and "friction.tif" in note for note in notes)
    minutes = travel_time(area, [(-14.9, 34.05)]).minutes
    row, column = area.grid.cell(-14.9, 34.05)
    assert minutes[row, column + 5] == pytest.approx(5 * 927 * 0.012, rel=1e-4)
    assert np.isinf(minutes[area.grid.cell(-14.9, 34.3)])


def test_the_grid_of_a_surface_in_metres_is_its_own(tmp_path, plan):
    west, north = 599_123.4, 8_370_456.7
    classes = np.ones((60, 80), np.int16)
    classes[:, 30] = 2000
    classes[20, 30] = 1001
    source = raster(tmp_path / "merged.tif", classes, west=west, north=north, side=1000, crs="EPSG:32736", missing=0)
    table = tmp_path / "speeds.csv"
    table.write_text("class,label,speed_kmh\n1,Bush,4\n1001,Bridge,60\n1002,Motorway,90\n", encoding="utf-8")
    notes = build(tmp_path / "mw", replace(plan, surface=source, speeds=table))
    area = StudyArea.load(tmp_path / "mw")
    assert area.grid == Grid.of_raster(source)
    assert area.crs == "EPSG:32736"
    expected = np.where(classes == 1, 60 / 4000, np.where(classes == 1001, 60 / 60000, np.inf))
    assert friction(area) == pytest.approx(expected.astype(np.float32))
    assert any("2000 (59)" in note for note in notes)
    assert any("no cell has the classes 1002" in note for note in notes)


def test_heights_as_srtm_has_them(tmp_path, plan):
    """A slope of 10% to the east: 1,113 m higher every tenth of a degree of longitude, nearly."""
    columns = np.arange(720) * 10.0
    values = np.broadcast_to(columns, (600, 720)).astype(np.int16).copy()
    values[:5] = -32768
    dem = raster(tmp_path / "srtm.tif", values, west=33.9, north=-14.7, side=THIRTY_SECONDS / 10, missing=-32768)
    build(tmp_path / "mw", replace(plan, dem=dem))
    area = StudyArea.load(tmp_path / "mw")
    inside = area.unit_grid >= 0
    rise = 10 / (THIRTY_SECONDS / 10 * 111_320 * np.cos(np.radians(14.9)))
    assert np.median(area.slope[inside]) == pytest.approx(rise, rel=0.02)


OSM = """<?xml version="1.0"?><osm version="0.6" generator="test">
<node id="1" lat="-14.9" lon="34.02" version="1"/><node id="2" lat="-14.9" lon="34.38" version="1"/>
<node id="3" lat="-14.85" lon="34.02" version="1"/><node id="4" lat="-14.85" lon="34.03" version="1"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="2" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/></way>
<way id="3" version="1"><nd ref="3"/><nd ref="1"/><tag k="waterway" v="river"/></way></osm>"""


def test_roads_barriers_and_places(tmp_path, plan):
    """The river along 34.2 is crossed on the road at -14.9 only."""
    (tmp_path / "country.osm").write_text(OSM, encoding="utf-8")
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(34.2, -15.2), (34.2, -14.6)])], crs="EPSG:4326")
    river.to_file(tmp_path / "rivers.gpkg")
    (tmp_path / "places.csv").write_text(
        "name,lat,lon,population\nMwanza,-14.85,34.1,900\nFar,-10,34,5\n,-14.9,34.1,\n"
    )
    asked = replace(
        plan,
        roads=tmp_path / "country.osm",
        barriers=tmp_path / "rivers.gpkg",
        places=tmp_path / "places.csv",
        credits=("OpenStreetMap contributors (ODbL)",),
    )
    notes = build(tmp_path / "mw", asked)
    area = StudyArea.load(tmp_path / "mw")
    assert list(area.roads["class"]) == ["primary"]
    assert list(area.roads["speed_kmh"]) == [60]
    assert any("1 of 2 lines" in note and "1 that no car drives on" in note for note in notes)
    assert list(area.gazetteer["name"]) == ["Mwanza"]
    assert list(area.gazetteer["unit"]) == ["MW101"]
    assert area.attributions("roads") == ["OpenStreetMap contributors (ODbL)"]
    blocked = np.isinf(friction(area)) & (area.unit_grid >= 0)
    row, column = area.grid.cell(-14.9, 34.2)
    assert not blocked[row, column]
    assert blocked[row - 5, column] or blocked[row - 5, column - 1]
    minutes = travel_time(area, [(-14.85, 34.1)]).minutes
    assert np.isfinite(minutes[area.grid.cell(-14.85, 34.3)])
    closed = travel_time(area, [(-14.85, 34.1)], scenario="walking").minutes
    assert np.isinf(closed[area.grid.cell(-14.85, 34.3)])


def test_a_country_of_several_times_asks_for_one(tmp_path, plan):
    """Its first by letters is that of few: America/Adak. Germany's two zones, and Malawi's one, are one time."""
    with pytest.raises(InvalidRecord, match=r"^--timezone: US has several: America/Adak, .*: name that of most people"):
        build(tmp_path / "us", replace(plan, code="US"))
    build(tmp_path / "us", replace(plan, code="US", timezone="America/Chicago"))
    assert StudyArea.load(tmp_path / "us").timezone == "America/Chicago"
    build(tmp_path / "de", replace(plan, code="DE"))
    assert StudyArea.load(tmp_path / "de").timezone == "Europe/Berlin"


def test_a_country_on_both_sides_of_the_180th_meridian_is_told_so(tmp_path, plan):
    """Its outlines reach from -180 to 180, and a grid over them would be that of half the world."""
    units = gpd.read_file(plan.units)
    units.geometry = [shapely.box(179.5, SOUTH, 180, NORTH), shapely.box(-180, SOUTH, -179.5, NORTH)]
    units.to_file(tmp_path / "fiji.gpkg")
    with pytest.raises(InvalidRecord, match=r"^fiji.gpkg: lies on both sides of the 180th meridian.*keep the units"):
        build(tmp_path / "fj", replace(plan, units=tmp_path / "fiji.gpkg"))


def test_every_fault_is_told_at_once(tmp_path, plan):
    (tmp_path / "speeds.csv").write_text("class,label,speed_kmh\n1,Bush,fast\n", encoding="utf-8")
    wrong = replace(
        plan,
        code="OO",
        languages=("en", "zz9"),
        unit_name="ADM2_NE",
        population=tmp_path / "nothing.tif",
        surface=tmp_path / "adm2.gpkg",
        speeds=tmp_path / "speeds.csv",
        timezone="Malawi",
    )
    with pytest.raises(InvalidRecord) as told:
        build(tmp_path / "mw", wrong)
    text = str(told.value)
    for part in ("'OO'", "'zz9'", "'ADM2_NE'", "did you mean 'ADM2_EN'?", "nothing.tif", "'fast'", "'Malawi'"):
        assert part in text, part
    assert not (tmp_path / "mw").exists()


def test_a_raster_of_another_country_is_refused(tmp_path, plan):
    far = raster(tmp_path / "ppp_2020.tif", np.full((24, 48), 5, np.float32), west=10)
    with pytest.raises(InvalidRecord, match="0 of its 5,760 people lie in the units"):
        build(tmp_path / "mw", replace(plan, population=far))


def test_friction_in_other_units_is_refused(tmp_path, plan):
    slow = raster(tmp_path / "speed.tif", np.full((60, 90), 5, np.float32), west=33.8, north=-14.6)
    with pytest.raises(InvalidRecord, match="minutes a metre"):
        build(tmp_path / "mw", replace(plan, friction=slow))


def test_a_folder_that_holds_something_is_left_alone(tmp_path, plan):
    (tmp_path / "mw").mkdir()
    (tmp_path / "mw/mine.txt").write_text("mine")
    with pytest.raises(InvalidRecord, match="not empty"):
        build(tmp_path / "mw", plan)
    assert [path.name for path in (tmp_path / "mw").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("side", [250.0, 1000.0, 3000.0])
def test_counts_are_neither_lost_nor_made_on_another_grid(tmp_path, side):
    rng = np.random.default_rng(3)
    counts = rng.gamma(1, 20, (40, 40)).astype(np.float32)
    source = raster(tmp_path / "people.tif", counts)
    box = (WEST - 0.1, NORTH - 0.5, WEST + 0.5, NORTH + 0.1)
    grid = Grid.over(box, crs="EPSG:32736", cell_size=side)
    assert grid.sums(source).sum() == pytest.approx(counts.sum(), rel=1e-5)


def test_units_keep_their_order_on_the_grid_of_a_raster(tmp_path, plan):
    build(tmp_path / "mw", plan)
    area = StudyArea.load(tmp_path / "mw")
    row, column = area.grid.cell(-14.9, 34.3)
    assert area.unit_codes[area.unit_grid[row, column]] == "MW102"
    assert (unit_grid(area.grid, area.units().geometry) == area.unit_grid).all()
