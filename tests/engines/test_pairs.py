"""Pairs of places and services, against cost_surface, a full table and distances worked out one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines.pairs import Pairs, between_points, on_grid
from mapping.engines.travel import cost_surface
from mapping.errors import InvalidRecord
from tests.support.examples import examples


def rows(pairs):
    """Return place, service and minutes of each pair, sorted."""
    return sorted(zip(*(column.tolist() for column in pairs.table()), strict=True))


def test_a_table_is_sorted_by_service_and_of_equal_pairs_the_shorter_way_counts():
    pairs = Pairs.of([2, 0, 2, 1, 2], [1, 0, 1, 1, 0], [9, 4, 7, 3, np.nan], shape=(3, 2))
    assert pairs.starts.tolist() == [0, 1, 3]
    assert rows(pairs) == [(0, 0, 4.0), (1, 1, 3.0), (2, 1, 7.0)]


def test_a_table_may_be_empty():
    pairs = Pairs.of(np.zeros(0, int), np.zeros(0, int), [], shape=(4, 2))
    assert (pairs.services, pairs.count, rows(pairs)) == (2, 4, [])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (([0, 1], [0], [5]), "three of one length"),
        (([0.5], [0], [5]), "number them from 0"),
        (([3], [0], [5]), "row 0 has place 3 of 3"),
        (([0, 0], [0, 2], [5, 5]), "row 1 has place 0 of 3, service 2 of 2"),
        (([0], [-1], [5]), "service -1 of 2"),
        (([0], [0], [-5]), "at -5.0 minutes"),
    ],
)
def test_what_cannot_be_a_table_of_pairs_is_refused(columns, match):
    with pytest.raises(InvalidRecord, match=match):
        Pairs.of(*columns, shape=(3, 2))


@settings(max_examples=examples(20))
@given(st.integers(0, 2**32 - 1), st.floats(0, 1000), st.sampled_from([25, 150]))
def test_a_search_finds_what_cost_surface_finds_to_the_bit(seed, limit, most):
    """Within the block around a service, at the edge of the grid, and far beyond the block."""
    rng = np.random.default_rng(seed)
    friction = rng.uniform(0.0, 0.03, rng.integers(1, most, 2)).astype(np.float32)
    friction[rng.random(friction.shape) < 0.2] = np.inf
    friction[rng.random(friction.shape) < 0.05] = np.nan
    friction[rng.random(friction.shape) < 0.05] = -1
    corners = [[0, 0], [friction.shape[0] - 1, friction.shape[1] - 1]]
    services = np.stack([rng.integers(0, side, 4) for side in friction.shape], axis=1)
    services = np.concatenate([services, corners])
    sizes = rng.uniform(500, 1500, friction.shape[0])
    pairs = on_grid(friction, services, cell_size=sizes, limit=limit)
    for number, service in enumerate(services):
        own = np.full(friction.size, np.inf, np.float32)
        part = slice(pairs.starts[number], pairs.starts[number + 1])
        own[pairs.places[part]] = pairs.minutes[part]
        expected = cost_surface(friction, [service], cell_size=sizes, limit=limit)
        assert own.tobytes() == expected.tobytes()


def test_chosen_cells_change_nothing():
    rng = np.random.default_rng(1)
    friction = rng.uniform(0.005, 0.02, (40, 50)).astype(np.float32)
    services = rng.integers(0, 40, (17, 2))
    one = on_grid(friction, services, cell_size=1000, limit=90)
    among = np.array([0, 7, 800, 1500])
    few = on_grid(friction, services, cell_size=1000, limit=90, among=among)
    number = {cell: place for place, cell in enumerate(among.tolist())}
    assert rows(few) == sorted((number[i], j, t) for i, j, t in rows(one) if i in number)
    assert few.count == 4


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(InvalidRecord, match="limit"):
        on_grid([[1.0]], [[0, 0]], cell_size=1, limit=-1)
    with pytest.raises(InvalidRecord, match="outside the grid"):
        on_grid([[1.0]], [[0, 1]], cell_size=1, limit=1)
    with pytest.raises(InvalidRecord, match="among"):
        on_grid([[1.0, 1.0]], [[0, 1]], cell_size=1, limit=1, among=[1, 0])


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1))
def test_points_against_all_distances(seed):
    rng = np.random.default_rng(seed)
    places, services = rng.integers(0, 9, (rng.integers(0, 12), 2)), rng.integers(0, 9, (rng.integers(0, 5), 2))
    pairs = between_points(places, services, limit=2.5, speed=2)
    expected = [
        (i, j, float(np.float32(np.hypot(*(place - service)) / 2)))
        for i, place in enumerate(places)
        for j, service in enumerate(services)
        if np.hypot(*(place - service)) / 2 <= 2.5
    ]
    assert rows(pairs) == sorted(expected)
    assert (pairs.count, pairs.services) == (len(places), len(services))


def test_points_without_a_place_are_refused():
    with pytest.raises(InvalidRecord, match="without place"):
        between_points([[np.nan, 0]], [[0, 0]], limit=1)
