"""Walking on slopes: analytic ramps, a plain Dijkstra, and the flat engine as oracles."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mapping.engines.slopes import pace, walking_surface
from mapping.engines.travel import cost_surface
from mapping.errors import InvalidRecord
from tests.support.examples import examples

LEVEL = 60 / 5000
"""Minutes a metre at 5 km/h."""


def flat(rows, columns, value=LEVEL):
    return np.full((rows, columns), value, np.float32)


def ramp(rows, columns, slope, size=100.0):
    return np.tile(np.arange(columns) * slope * size, (rows, 1))


@pytest.mark.parametrize(
    ("slope", "factor"),
    [
        (0.0, 1.0),
        (-0.05, math.exp(-0.175)),  # Tobler's fastest: 6 km/h
        (0.10, math.exp(0.35)),
        (-0.10, math.exp(3.5 * 0.05 - 0.175)),  # as fast as on the level
        (-0.45, math.exp(3.5 * 0.40 - 0.175)),
    ],
)
def test_toblers_function(slope, factor):
    assert pace(slope) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("slope", "minutes_a_kilometre"),
    [
        (0.0, 12.0),
        (0.06, 12 + 6.0),  # 60 m of ascent: six minutes
        (-0.05, 12.0),  # less than five degrees: as on the level
        (-0.15, 12 - 5.0),  # 150 m of descent at 8.5 degrees: five minutes less
        (-0.30, 12 + 10.0),  # 300 m of descent at 16.7 degrees: ten minutes more
    ],
)
def test_langmuirs_rule(slope, minutes_a_kilometre):
    assert pace(slope, "langmuir") * 12 == pytest.approx(minutes_a_kilometre)


def test_on_a_ramp_the_way_up_takes_longer_than_the_way_down():
    height = ramp(1, 11, 0.2)
    down = walking_surface(flat(1, 11), height, [(0, 0)], cell_size=100)  # people walk down to the first column
    up = walking_surface(flat(1, 11), height, [(0, 0)], cell_size=100, towards=False)
    assert down[0, 10] == pytest.approx(1000 * LEVEL * math.exp(3.5 * 0.15 - 0.175), rel=1e-5)
    assert up[0, 10] == pytest.approx(1000 * LEVEL * math.exp(3.5 * 0.25 - 0.175), rel=1e-5)


def test_to_a_place_and_from_it_are_mirror_images():
    rng = np.random.default_rng(7)
    height = rng.uniform(0, 300, (12, 15))
    there = walking_surface(flat(12, 15), height, [(3, 4)], cell_size=200)
    back = walking_surface(flat(12, 15), -height, [(3, 4)], cell_size=200, towards=False)
    np.testing.assert_allclose(there, back, rtol=1e-6)


def test_the_way_there_is_the_way_back_seen_from_the_other_end():
    height = np.random.default_rng(3).uniform(0, 500, (9, 9))
    friction = flat(9, 9)
    to_a = walking_surface(friction, height, [(1, 1)], cell_size=300)
    from_b = walking_surface(friction, height, [(7, 6)], cell_size=300, towards=False)
    assert to_a[7, 6] == pytest.approx(from_b[1, 1], rel=1e-5)


def test_steep_ground_that_is_level_as_a_whole_takes_the_mean_of_up_and_down():
    steep = flat(1, 5, 0.3)
    found = walking_surface(flat(1, 5), np.zeros((1, 5)), [(0, 0)], cell_size=100, steepness=steep)
    assert found[0, 4] == pytest.approx(400 * LEVEL * (pace(0.3) + pace(-0.3)) / 2, rel=1e-5)


def test_steepness_that_the_slope_reaches_changes_nothing():
    height = ramp(3, 6, 0.3)
    plain = walking_surface(flat(3, 6), height, [(1, 0)], cell_size=100)
    same = walking_surface(flat(3, 6), height, [(1, 0)], cell_size=100, steepness=flat(3, 6, 0.3))
    np.testing.assert_allclose(plain[1], same[1], rtol=1e-5)


def test_a_road_is_driven_at_its_speed_on_any_slope():
    road = flat(1, 6, -1.0)
    found = walking_surface(flat(1, 6, 0.001), ramp(1, 6, 0.4), [(0, 0)], cell_size=100, steepness=road)
    assert found[0, 5] == pytest.approx(0.5, rel=1e-5)


grids = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9).flatmap(
    lambda shape: st.tuples(
        hnp.arrays(np.float32, shape, elements=st.sampled_from([np.inf, 0.0, 0.006, 0.012, 0.05])),
        hnp.arrays(np.float32, shape, elements=st.integers(0, 400).map(float)),
        hnp.arrays(np.float32, shape, elements=st.sampled_from([-1.0, 0.0, 0.1, 0.5])),
        st.lists(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)), max_size=4),
    )
)


def slow(friction, height, steepness, sources, rule, towards, neighbours):
    """Dijkstra in plain Python, written from the model alone."""
    rows, columns = friction.shape
    steps = [(dy, dx) for dy in (-2, -1, 0, 1, 2) for dx in (-2, -1, 0, 1, 2)]
    steps = [s for s in steps if max(map(abs, s)) == 1 or (neighbours == 16 and sorted(map(abs, s)) == [1, 2])]

    def factor(slope, steep):
        if steep < 0:
            return 1.0
        m = max(abs(slope), steep)
        share = (1 + slope / m) / 2 if m else 0.5
        return share * float(pace(m, rule)) + (1 - share) * float(pace(-m, rule))

    def crossed(y, x, dy, dx):
        if abs(dy) + abs(dx) < 3:
            return [(y, x), (y + dy, x + dx)]
        sy, sx = (dy > 0) - (dy < 0), (dx > 0) - (dx < 0)
        return [(y, x), (y + dy - sy, x + dx - sx), (y + sy, x + sx), (y + dy, x + dx)]

    best = np.full(friction.shape, np.inf)
    queue = []
    for y, x in sources:
        if np.isfinite(friction[y, x]):
            best[y, x] = 0
            queue.append((0.0, y, x))
    heapq.heapify(queue)
    while queue:
        cost, y, x = heapq.heappop(queue)
        if cost > best[y, x]:
            continue
        for dy, dx in steps:
            ny, nx = y + dy, x + dx
            if not (0 <= ny < rows and 0 <= nx < columns):
                continue
            length = math.hypot(dy, dx) * 100
            slope = float(height[y, x] - height[ny, nx]) / length
            cells = crossed(y, x, dy, dx)
            step = sum(
                length / len(cells) * float(friction[c]) * factor(slope if towards else -slope, float(steepness[c]))
                for c in cells
            )
            if cost + step < best[ny, nx]:
                best[ny, nx] = cost + step
                heapq.heappush(queue, (cost + step, ny, nx))
    return best


@settings(max_examples=examples(60))
@given(grids, st.sampled_from(["tobler", "langmuir"]), st.booleans(), st.sampled_from([8, 16]))
def test_it_equals_a_plain_dijkstra(grid, rule, towards, neighbours):
    friction, height, steepness, sources = grid
    found = walking_surface(
        friction, height, sources, cell_size=100, steepness=steepness, rule=rule, towards=towards, neighbours=neighbours
    )
    np.testing.assert_allclose(found, slow(friction, height, steepness, sources, rule, towards, neighbours), rtol=2e-6)


@settings(max_examples=examples(40))
@given(grids, st.sampled_from([8, 16]), st.floats(0, 30))
def test_without_slopes_it_equals_the_flat_engine(grid, neighbours, limit):
    friction, _, _, sources = grid
    level = np.zeros(friction.shape)
    found = walking_surface(friction, level, sources, cell_size=100, neighbours=neighbours)
    flat_one = cost_surface(friction, sources, cell_size=100, neighbours=neighbours)
    np.testing.assert_allclose(found, flat_one, rtol=1e-5)
    within = walking_surface(friction, level, sources, cell_size=100, neighbours=neighbours, limit=limit)
    assert np.array_equal(np.isfinite(within), found <= limit) or np.any(np.isclose(found, limit))


def test_rows_of_cells_may_differ_in_size():
    sizes = np.array([100.0, 90.0, 80.0])
    found = walking_surface(flat(3, 3), np.zeros((3, 3)), [(0, 0)], cell_size=sizes)
    np.testing.assert_allclose(found, cost_surface(flat(3, 3), [(0, 0)], cell_size=sizes), rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"elevation": np.zeros((2, 2))}, "elevation: need metres of the shape of the friction"),
        ({"elevation": np.full((3, 3), np.nan)}, "elevation: every cell needs finite metres"),
        ({"steepness": np.zeros(3)}, "steepness: need slopes"),
        ({"rule": "naismith"}, "rule: tobler or langmuir"),
        ({"neighbours": 4}, "neighbours: 8 or 16"),
        ({"limit": -1}, "limit: 0 or more minutes"),
        ({"sources": [(5, 5)]}, "lie outside the grid"),
        ({"cell_size": 0}, "cell_size"),
    ],
)
def test_what_does_not_fit_is_said(changes, said):
    arguments = {"friction": flat(3, 3), "elevation": np.zeros((3, 3)), "sources": [(0, 0)], "cell_size": 100} | changes
    with pytest.raises(InvalidRecord, match=said):
        walking_surface(arguments.pop("friction"), arguments.pop("elevation"), arguments.pop("sources"), **arguments)
