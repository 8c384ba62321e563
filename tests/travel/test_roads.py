"""Roads as a graph: tags of OpenStreetMap, an extract made here, and the roads of Orzustan beside its grid."""

import sys

import numpy as np
import osmium
import pytest

from mapping.area.settings import RoadRule, Scenario
from mapping.engines.roads import minutes_on_roads, pairs_on_roads
from mapping.errors import FormatError, NotFound
from mapping.travel import scenario_of, travel_time
from mapping.travel.roads import area_roads, osm_roads, way_speeds
from tests.support.sample import km

SUMMER = Scenario(id="summer", label={"en": "Summer"})
SNOW = Scenario(
    id="winter", label={"en": "Winter"}, roads=0.5, walking=0.8, road=(RoadRule(where={"class": "track"}, speed=0),)
)
WALKING = Scenario(id="walking", label={"en": "On foot"}, roads=0)


@pytest.mark.parametrize(
    ("plan", "tags", "speeds"),
    [
        (SUMMER, {"highway": "primary"}, (60, 60)),
        (SUMMER, {"highway": "primary_link", "oneway": "yes"}, (60, 0)),
        (SUMMER, {"highway": "primary", "oneway": "-1"}, (0, 60)),
        (SUMMER, {"highway": "motorway"}, (90, 0)),
        (SUMMER, {"highway": "motorway", "oneway": "no"}, (90, 90)),
        (SUMMER, {"highway": "residential", "junction": "roundabout"}, (25, 0)),
        (SUMMER, {"highway": "primary", "maxspeed": "40"}, (40, 40)),
        (SUMMER, {"highway": "primary", "maxspeed": "100 km/h"}, (60, 60)),
        (SUMMER, {"highway": "primary", "maxspeed": "20 mph"}, (32.18688, 32.18688)),
        (SUMMER, {"highway": "primary", "maxspeed": "RU:urban"}, (60, 60)),
        (SUMMER, {"highway": "primary", "maxspeed": "0"}, (60, 60)),
        (SUMMER, {"highway": "primary", "access": "private"}, (0, 0)),
        (SUMMER, {"highway": "pedestrian", "area": "yes"}, (0, 0)),
        (SUMMER, {"highway": "main"}, (60, 60)),
        (SUMMER, {"highway": "path"}, (5, 5)),
        (SUMMER, {"highway": "path", "foot": "no"}, (0, 0)),
        (SUMMER, {"highway": "proposed"}, (0, 0)),
        (SUMMER, {}, (0, 0)),
        (SNOW, {"highway": "primary"}, (30, 30)),
        (SNOW, {"highway": "track"}, (0, 0)),
        (SNOW, {"highway": "path"}, (4, 4)),
        (WALKING, {"highway": "primary", "oneway": "yes"}, (5, 5)),
        (WALKING, {"highway": "motorway"}, (0, 0)),
    ],
)
def test_what_tags_say_about_speed(plan, tags, speeds, tiny_area):
    assert way_speeds(tags, tiny_area, plan) == pytest.approx(speeds)


@pytest.fixture
def extract(tmp_path):
    """Two streets of 2 km that cross at (1, 1) km, one of them of one way from west to east, and a shop."""
    path = tmp_path / "town.osm.pbf"
    spots = {1: km(0, 1), 2: km(1, 1), 3: km(2, 1), 4: km(1, 0), 5: km(1, 2), 6: km(1.5, 1)}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lat, lon) in spots.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags={"highway": "crossing"}))
        ways = {
            1: ([1, 2, 6, 3], {"highway": "primary", "oneway": "yes"}),
            2: ([4, 2, 5], {"highway": "main"}),
            3: ([4, 5], {"building": "yes"}),
            4: ([3, 99], {"highway": "primary"}),  # leaves the extract at once
        }
        for number, (nodes, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def metres(area, *points):
    lat, lon = np.array([km(*point) for point in points]).T
    return area.grid.project(lat, lon)


def test_an_extract_becomes_a_directed_graph(extract, tiny_area):
    roads = osm_roads(extract, tiny_area)
    assert len(roads.points) == 5
    west, east, north = metres(tiny_area, (0, 1), (2, 1), (1, 2))
    options = {"farthest": 100}
    assert minutes_on_roads(roads, [west, north], [east], **options).tolist() == pytest.approx([2, 2], rel=1e-3)
    assert minutes_on_roads(roads, [east], [west, north], **options).tolist() == [np.inf]
    assert minutes_on_roads(roads, [east], [west], towards=False, **options).tolist() == pytest.approx([2], rel=1e-3)
    pairs = pairs_on_roads(roads, [west, east], [north], limit=60, **options)
    assert pairs.places.tolist() == [0]


def test_winter_is_slower_and_on_foot_both_ways_are_open(extract, tiny_area):
    west, east = metres(tiny_area, (0, 1), (2, 1))
    winter, walking = (osm_roads(extract, tiny_area, scenario=one) for one in ("winter", "walking"))
    assert minutes_on_roads(winter, [west], [east], farthest=100).tolist() == pytest.approx([4], rel=1e-3)
    assert minutes_on_roads(walking, [east], [west], farthest=100).tolist() == pytest.approx([24], rel=1e-3)


def test_an_extract_without_roads(tmp_path, tiny_area):
    path = tmp_path / "sea.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="10" lon="60" version="1"/></osm>', "utf-8")
    assert osm_roads(path, tiny_area).points.shape == (0, 2)


def test_what_cannot_be_read_is_said(tmp_path, tiny_area, monkeypatch):
    (tmp_path / "broken.pbf").write_bytes(b"not a map")
    for name in ("broken.pbf", "missing.pbf"):
        with pytest.raises(FormatError, match="cannot be read as an extract"):
            osm_roads(tmp_path / name, tiny_area)
    with pytest.raises(NotFound, match="no such scenario"):
        osm_roads(tmp_path / "broken.pbf", tiny_area, scenario="spring")
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(FormatError, match=r"rohnamo\[osm\]"):
        osm_roads(tmp_path / "broken.pbf", tiny_area)


def test_the_roads_of_the_area_take_as_long_as_its_grid(tj_area):
    """From town to town over roads, both ways of counting agree within the length of a few cells."""
    towns = np.array([[38.56, 68.78], [38.48, 68.78], [37.83, 68.78], [39.92, 69.01]])
    services, others = tj_area.grid.project(*towns[:1].T), tj_area.grid.project(*towns[1:].T)
    over_roads = minutes_on_roads(area_roads(tj_area), others, services)
    surface = travel_time(tj_area, towns[:1]).minutes
    over_grid = surface[tuple(tj_area.grid.cells(*towns[1:].T).T)]
    assert over_roads[1:] == pytest.approx(over_grid[1:], rel=0.2)


def test_roads_that_are_closed_in_winter_are_gone(tiny_area):
    summer, winter = (area_roads(tiny_area, scenario=one) for one in ("summer", "winter"))
    assert len(winter.points) < len(summer.points)
    assert area_roads(tiny_area, scenario="walking").points.size == 0


def test_a_scenario_by_its_name(tiny_area):
    assert scenario_of(tiny_area, "winter").roads == 0.5
