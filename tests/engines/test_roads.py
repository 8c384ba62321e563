"""Travel over roads: by hand, and against networkx on graphs invented at random."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines.catchment import enhanced_two_step, gaussian
from mapping.engines.pairs import Pairs
from mapping.engines.roads import minutes_on_roads, pairs_on_roads, road_graph
from mapping.errors import InvalidRecord
from tests.support.examples import examples

CROSS = [[0, 0], [3000, 0], [6000, 0], [3000, 4000], [1500, 0]]
"""A street from west to east, and one from its middle to the north; the last point lies on the first street."""


def edges(roads):
    """Return (tail point, head point, minutes) of every stretch."""
    coo = roads.minutes.tocoo()
    points = [tuple(map(int, point)) for point in roads.points.tolist()]
    return sorted((points[i], points[j], round(t, 6)) for i, j, t in zip(coo.row, coo.col, coo.data, strict=True))


def test_a_point_between_junctions_is_no_node_and_a_street_of_one_way_has_one_direction():
    roads = road_graph(CROSS, [[0, 4, 1, 2], [1, 3]], forward=[60, 30], backward=[60, 0], spacing=5000)
    west, middle, east, north = (0, 0), (3000, 0), (6000, 0), (3000, 4000)
    assert edges(roads) == sorted(
        [(west, middle, 3.0), (middle, west, 3.0), (middle, east, 3.0), (east, middle, 3.0), (middle, north, 8.0)]
    )


def test_long_stretches_keep_points_to_walk_to():
    line = [[x, 0] for x in range(0, 5001, 100)]
    roads = road_graph(line, [range(51)], forward=[60], backward=[60], spacing=1000)
    assert sorted(roads.points[:, 0].tolist()) == [0, 1000, 2000, 3000, 4000, 5000]


def test_of_two_ways_between_two_junctions_the_faster_counts_and_a_ring_is_kept():
    square = [[0, 0], [1000, 0], [1000, 1000], [0, 1000]]
    roads = road_graph(square, [[0, 1], [0, 3, 2, 1], [0, 1]], forward=[30, 60, 60], backward=[30, 60, 0], spacing=9e9)
    assert edges(roads) == [((0, 0), (1000, 0), 1.0), ((1000, 0), (0, 0), 2.0)]
    ring = road_graph(square, [[0, 1, 2, 3, 0]], forward=[60], backward=[0], spacing=500)
    assert minutes_on_roads(ring, [[1000, 0]], [[0, 0]], farthest=1)[0] == 3


def test_closed_roads_and_the_points_of_closed_roads_are_gone():
    roads = road_graph(CROSS, [[0, 1, 2], [1, 3]], forward=[60, 0], backward=[60, 0])
    assert [3000, 4000] not in roads.points.tolist()


def test_the_way_is_walked_driven_and_walked():
    roads = road_graph(CROSS, [[0, 1, 2], [1, 3]], forward=[60, 30], backward=[60, 30])
    found = minutes_on_roads(roads, [[0, 400], [3000, 4200]], [[6000, 200]], walking=6, junctions=1)
    assert found.tolist() == pytest.approx([4 + 6 + 2, 2 + 8 + 3 + 2])


def test_walking_all_the_way_where_that_is_faster():
    roads = road_graph(CROSS, [[0, 1, 2]], forward=[60], backward=[60])
    assert minutes_on_roads(roads, [[0, 900]], [[0, 1200]], walking=6).tolist() == [3]


def test_nobody_walks_farther_than_they_do():
    roads = road_graph(CROSS, [[0, 1, 2]], forward=[60], backward=[60])
    assert np.isinf(minutes_on_roads(roads, [[0, 1001]], [[6000, 0]], farthest=1000)).all()
    assert np.isfinite(minutes_on_roads(roads, [[0, 1000]], [[6000, 0]], farthest=1000)).all()


def test_one_place_is_no_stepping_stone_for_another():
    roads = road_graph([[0, 0], [9000, 0]], [[0, 1]], forward=[60], backward=[60])
    places = [[9000, 1600], [9000, 800]]
    alone, beside = (minutes_on_roads(roads, some, [[0, 0]], farthest=1000)[0] for some in (places[:1], places))
    assert np.isinf(alone)
    assert np.isinf(beside)


def test_a_stretch_without_length_is_a_way_and_no_gap():
    """Two points of a road lie on each other; SciPy takes what is not stored for no way, and a stored 0 for one."""
    roads = road_graph(
        [[0, 0], [3000, 0], [3000, 0], [6000, 0]], [[0, 1], [1, 2], [2, 3]], forward=[60] * 3, backward=[0] * 3
    )
    assert minutes_on_roads(roads, [[0, 0]], [[6000, 0]], farthest=1, junctions=1).tolist() == [6]
    assert pairs_on_roads(roads, [[0, 0]], [[6000, 0]], limit=6, farthest=1, junctions=1).minutes.tolist() == [6]


def test_nothing_at_all():
    empty = road_graph(np.zeros((0, 2)), [], forward=[], backward=[])
    assert minutes_on_roads(empty, [[0, 0], [0, 600]], [[0, 0]], walking=6).tolist() == [0, 6]
    assert np.isinf(minutes_on_roads(empty, [[0, 0]], np.zeros((0, 2)))).all()
    assert minutes_on_roads(empty, np.zeros((0, 2)), [[0, 0]]).size == 0
    assert pairs_on_roads(empty, [[0, 0]], np.zeros((0, 2)), limit=9).services == 0


@pytest.mark.parametrize(
    ("ways", "forward", "match"),
    [
        ([[0]], [5], "way 0 needs two or more of the 5 points"),
        ([[0, 5]], [5], "way 0 needs"),
        ([[0, 1]], [5, 5], "1 ways and 2 speeds"),
        ([[0, 1]], [-5], "below 0"),
        ([[0, 1]], [np.nan], "below 0"),
    ],
)
def test_what_is_no_road_is_refused(ways, forward, match):
    with pytest.raises(InvalidRecord, match=match):
        road_graph(CROSS, ways, forward=forward, backward=forward)


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"walking": 0}, {"farthest": -1}, {"junctions": 0}])
def test_what_is_no_question_is_refused(wrong):
    roads = road_graph(CROSS, [[0, 1]], forward=[60], backward=[60])
    with pytest.raises(InvalidRecord, match=next(iter(wrong))):
        minutes_on_roads(roads, [[0, 0]], [[0, 0]], **wrong)
    with pytest.raises(InvalidRecord, match="without place"):
        minutes_on_roads(roads, [[0, np.nan]], [[0, 0]])


# --- against networkx ------------------------------------------------------------------------------------------------


def invented(seed):
    """Return random ways on random points, with places and services."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 9000, (int(rng.integers(2, 25)), 2)).astype(float)
    ways = [rng.choice(len(points), min(len(points), int(rng.integers(2, 5))), replace=False) for _ in range(12)]
    forward, backward = (rng.choice([0, 20, 60], 12) for _ in range(2))
    places, services = (rng.integers(0, 9000, (n, 2)).astype(float) for n in (8, 4))
    places[0] = services[0] = points[0]  # ways of no length at all: on foot to the road, and to each other
    return points, ways, forward, backward, places, services


def oracle(points, ways, forward, backward, places, services, *, towards, walking, farthest, junctions):
    """Work out the table of minutes (services, places) with networkx, over every single segment."""
    graph = nx.DiGraph()
    for way, *speeds in zip(ways, forward, backward, strict=True):
        for a, b in itertools.pairwise(way):
            for tail, head, speed in ((a, b, speeds[0]), (b, a, speeds[1])):
                minutes = np.hypot(*(points[a] - points[b])) * 60 / (speed * 1000) if speed else np.inf
                if speed and minutes < graph.get_edge_data(tail, head, {"minutes": np.inf})["minutes"]:
                    graph.add_edge(tail, head, minutes=minutes)
    nodes = sorted(graph)

    def legs(point):
        far = sorted((np.hypot(*(points[node] - point)), node) for node in nodes)[:junctions]
        return [(node, metres / (walking * 1000 / 60)) for metres, node in far if metres <= farthest]

    table = np.full((len(services), len(places)), np.inf)
    for s, service in enumerate(services):
        for p, place in enumerate(places):
            metres = np.hypot(*(service - place))
            best = metres / (walking * 1000 / 60) if metres <= farthest else np.inf
            start, end = (place, service) if towards else (service, place)
            for a, out in legs(start):
                reach = nx.single_source_dijkstra_path_length(graph, a, weight="minutes")
                best = min([best, *(out + reach[b] + back for b, back in legs(end) if b in reach)])
            table[s, p] = best
    return table


ASKED = {"walking": 5.0, "farthest": 2500.0, "junctions": 3}


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([15.0, 60.0, 1e6]))
def test_pairs_and_nearest_are_those_of_networkx(seed, towards, limit):
    points, ways, forward, backward, places, services = invented(seed)
    # Every point is a node here, so that the nearest junctions are the same on both sides.
    roads = road_graph(points, ways, forward=forward, backward=backward, spacing=1e-6)
    truth = oracle(points, ways, forward, backward, places, services, towards=towards, **ASKED)
    pairs = pairs_on_roads(roads, places, services, limit=limit, towards=towards, **ASKED)
    table = np.full(truth.shape, np.inf)
    place, service, minutes = pairs.table()
    table[service, place] = minutes
    near = truth <= limit
    np.testing.assert_allclose(table[near], truth[near], rtol=1e-5, atol=1e-5)
    assert (table[truth > limit * 1.0001] == np.inf).all()
    nearest = minutes_on_roads(roads, places, services, limit=limit, towards=towards, **ASKED)
    np.testing.assert_array_equal(nearest, table.min(axis=0).astype(np.float32))


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1))
def test_leaving_out_what_is_no_junction_changes_no_way(seed):
    points, ways, forward, backward, *_ = invented(seed)
    whole, thin = (road_graph(points, ways, forward=forward, backward=backward, spacing=s) for s in (1e-6, 1e9))
    ends = thin.points
    if len(ends) < 2:
        return
    one, other = (pairs_on_roads(g, ends, ends, limit=1e6, farthest=0, junctions=1).table() for g in (whole, thin))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@settings(max_examples=examples(20))
@given(st.integers(0, 2**32 - 1))
def test_the_catchment_engine_takes_them_like_any_pairs(seed):
    points, ways, forward, backward, places, services = invented(seed)
    roads = road_graph(points, ways, forward=forward, backward=backward, spacing=1e-6)
    pairs = pairs_on_roads(roads, places, services, limit=60, **ASKED)
    truth = oracle(points, ways, forward, backward, places, services, towards=True, **ASKED)
    s, p = np.nonzero(truth <= 60)
    people, beds = np.arange(1, 9) * 100, [4, 8, 15, 16]
    own, other = (
        enhanced_two_step(each, people, beds, decay=gaussian(60))
        for each in (pairs, Pairs.of(p, s, truth[s, p], shape=(8, 4)))
    )
    np.testing.assert_allclose(own.low, other.low, rtol=1e-4, atol=1e-9)
