import heapq
import os
import signal
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines import _turn, travel
from mapping.engines._compiled import compiled
from mapping.engines.pairs import on_grid
from mapping.engines.travel import cost_surface
from mapping.errors import InvalidRecord
from tests.support.examples import examples

INF = np.inf
ROOT2, ROOT5 = 2**0.5, 5**0.5
STEPS = np.array([(y, x) for y in range(-2, 3) for x in range(-2, 3) if max(abs(y), abs(x)) == 1 or abs(y * x) == 2])


@numba.njit(cache=True)
def _dijkstra(toll, sources, steps, diagonal, knight):
    """Textbook Dijkstra over tolls, in their own precision; diagonal and knight are the factors of those steps."""
    height, width = toll.shape
    cost = np.full_like(toll, np.inf)
    heap = [(toll[0, 0], -1, -1)]  # says the types to numba, and is passed over
    for y, x in sources:
        if toll[y, x] < np.inf:
            cost[y, x] = 0
            heapq.heappush(heap, (cost[y, x], y, x))
    while heap:
        value, y, x = heapq.heappop(heap)
        if y == -1 or value > cost[y, x]:
            continue
        for dy, dx in steps:
            v, u = y + dy, x + dx
            if not (0 <= v < height and 0 <= u < width):
                continue
            step = toll[y, x] + toll[v, u]
            if abs(dy) == 2:
                step = knight * (step + (toll[y + dy // 2, x] + toll[y + dy // 2, u]))
            elif abs(dx) == 2:
                step = knight * (step + (toll[y, x + dx // 2] + toll[v, x + dx // 2]))
            elif dy != 0 and dx != 0:
                step = diagonal * step
            if value + step < cost[v, u]:
                cost[v, u] = value + step
                heapq.heappush(heap, (cost[v, u], v, u))
    return cost


def dijkstra(friction, sources, cell_size, neighbours, number=np.float64):
    """The reference: exact in float64; in float32 with the engine's order of additions, so that bits compare."""
    friction = np.asarray(friction, np.float32)
    half = np.broadcast_to(np.asarray(cell_size) / 2, len(friction)).astype(np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        toll = np.where(friction >= 0, friction, np.inf).astype(number) * half.astype(number)[:, None]
    steps = STEPS if neighbours == 16 else STEPS[np.abs(STEPS).max(axis=1) == 1]
    sources = np.asarray(sources, np.int64).reshape(-1, 2)
    return _dijkstra(np.ascontiguousarray(toll, number), sources, steps, number(ROOT2), number(ROOT5 / 2))


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def random_grid(rng, shape, *, spread=1.0, barriers=0.1, free=0.0):
    """Frictions over `spread` orders of magnitude, with barriers of every kind and cells that cost nothing."""
    friction = (10 ** rng.uniform(-2 - spread / 2, -2 + spread / 2, shape)).astype(np.float32)
    friction[rng.random(shape) < free] = 0
    walls = rng.random(shape) < barriers
    friction[walls] = rng.choice(np.array([np.inf, np.nan, -1, -np.inf], np.float32), np.count_nonzero(walls))
    return friction


def random_cells(rng, shape, n):
    return np.column_stack([rng.integers(0, side, n) for side in shape])


def serpentine(rows, columns):
    """A corridor one cell wide: even rows are open, odd rows have one gap, at the right and at the left by turns."""
    friction = np.full((rows, columns), np.inf, np.float32)
    friction[::2] = 1
    friction[1::4, -1] = 1
    friction[3::4, 0] = 1
    return friction


def maze(rng, rows, columns):
    """A random spanning tree of corridors one cell wide."""
    friction = np.full((2 * rows + 1, 2 * columns + 1), np.inf, np.float32)
    seen, path = {(0, 0)}, [(0, 0)]
    friction[1, 1] = 1
    while path:
        y, x = path[-1]
        beside = [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        ahead = [(v, u) for v, u in beside if 0 <= v < rows and 0 <= u < columns and (v, u) not in seen]
        if not ahead:
            path.pop()
            continue
        v, u = ahead[rng.integers(len(ahead))]
        friction[y + v + 1, x + u + 1] = friction[2 * v + 1, 2 * u + 1] = 1
        seen.add((v, u))
        path.append((v, u))
    return friction


# --- worked by hand --------------------------------------------------------------------------------------------------


def test_open_ground_by_hand():
    minutes = cost_surface(np.full((3, 4), 0.5, np.float32), [(0, 0)], cell_size=10)
    d, s = 5 * ROOT2, 5.0
    expected = [[0, s, 2 * s, 3 * s], [s, d, d + s, d + 2 * s], [2 * s, d + s, 2 * d, 2 * d + s]]
    np.testing.assert_allclose(minutes, expected, rtol=1e-6)


def test_knights_move_on_open_ground_by_hand():
    minutes = cost_surface(np.ones((3, 3), np.float32), [(0, 0)], cell_size=1, neighbours=16)
    expected = [[0, 1, 2], [1, ROOT2, ROOT5], [2, ROOT5, 2 * ROOT2]]
    np.testing.assert_allclose(minutes, expected, rtol=1e-6)


def test_a_step_costs_the_mean_friction_of_its_ends():
    friction = np.array([[1, 3], [5, 7]], np.float32)
    minutes = cost_surface(friction, [(0, 0)], cell_size=100)
    np.testing.assert_allclose(minutes, [[0, 200], [300, 400 * ROOT2]], rtol=1e-6)


def test_a_knights_move_costs_the_mean_friction_of_four_cells():
    friction = np.array([[1, 2, 100], [100, 3, 4]], np.float32)
    minutes = cost_surface(friction, [(0, 0)], cell_size=1, neighbours=16)
    # straight and diagonal: 1.5 to (0, 1), 2 * sqrt 2 = 2.83 to (1, 1), 1.5 + 3 * sqrt 2 = 5.74 to (1, 2)
    assert minutes[1, 2] == pytest.approx(ROOT5 * (1 + 2 + 3 + 4) / 4)


def test_the_cheapest_way_is_not_the_shortest():
    friction = np.array([[1, 9, 1], [1, 9, 1], [1, 1, 1]], np.float32)
    minutes = cost_surface(friction, [(0, 0)], cell_size=1)
    assert minutes[0, 2] == pytest.approx(2 + 2 * ROOT2)  # down, around the corner twice, up; not 10 straight through


def test_each_row_may_have_its_own_cell_size():
    friction = np.array([[1, 1], [2, 2], [1, 1]], np.float32)
    minutes = cost_surface(friction, [(0, 0)], cell_size=[10, 8, 6])
    # tolls by row: 5, 8, 3
    np.testing.assert_allclose(minutes, [[0, 10], [13, 13 * ROOT2], [24, 13 + 11 * ROOT2]], rtol=1e-6)
    knight = cost_surface(friction, [(0, 0)], cell_size=[10, 8, 6], neighbours=16)
    assert knight[2, 1] == pytest.approx(ROOT5 / 2 * (5 + 8 + 8 + 3))


def test_one_cell_and_one_row():
    assert cost_surface(np.ones((1, 1), np.float32), [(0, 0)], cell_size=1).tolist() == [[0]]
    line = cost_surface(np.full((1, 200), 2, np.float32), [(0, 70)], cell_size=3, neighbours=16)
    np.testing.assert_allclose(line[0], 6 * np.abs(np.arange(200) - 70), rtol=1e-6)
    column = cost_surface(np.full((200, 1), 2, np.float32), [(70, 0)], cell_size=3)
    assert same_bits(column.T.copy(), line)


@pytest.mark.parametrize("barrier", [np.inf, np.nan, -1, -np.inf])
@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_wall_one_cell_wide_is_not_crossed(barrier, neighbours):
    friction = np.ones((70, 70), np.float32)
    friction[:, 63] = barrier
    minutes = cost_surface(friction, [(5, 5)], cell_size=1, neighbours=neighbours)
    assert np.isfinite(minutes[:, :63]).all()
    assert np.isposinf(minutes[:, 63:]).all()


def test_diagonal_steps_pass_between_barriers_and_knights_moves_do_not():
    friction = np.array([[1, INF, 1], [INF, 1, 1]], np.float32)
    minutes = cost_surface(friction, [(0, 0)], cell_size=1, neighbours=16)
    assert minutes[1, 1] == pytest.approx(ROOT2)
    assert minutes[1, 2] == pytest.approx(ROOT2 + 1)  # the knight's move would pass the barrier (0, 1)
    assert np.isposinf(minutes[friction == INF]).all()


def test_the_nearest_of_several_sources_counts():
    minutes = cost_surface(np.ones((1, 9), np.float32), [(0, 0), (0, 8), (0, 8)], cell_size=1)
    assert minutes[0].tolist() == [0, 1, 2, 3, 4, 3, 2, 1, 0]


def test_free_cells_cost_nothing():
    friction = np.zeros((130, 130), np.float32)
    friction[129, 129] = 4
    minutes = cost_surface(friction, [(64, 64)], cell_size=1, limit=0)
    assert not minutes[friction == 0].any()
    assert np.isposinf(minutes[129, 129])
    assert cost_surface(friction, [(64, 64)], cell_size=1)[129, 129] == 2


@pytest.mark.parametrize("barrier", [np.inf, np.nan, -1])
def test_a_source_on_a_barrier_reaches_nothing(barrier):
    friction = np.ones((3, 3), np.float32)
    friction[1, 1] = barrier
    assert np.isposinf(cost_surface(friction, [(1, 1)], cell_size=1)).all()


@pytest.mark.parametrize("sources", [[], np.zeros((0, 2), np.int64)])
def test_without_sources_nothing_is_reached(sources):
    minutes = cost_surface(np.ones((70, 3), np.float32), sources, cell_size=1)
    assert minutes.shape == (70, 3)
    assert np.isposinf(minutes).all()


def test_frictions_too_large_for_float32_are_barriers():
    friction = np.array([[1.0, 1e300, 1.0, 1.0]])
    assert cost_surface(friction, [(0, 2)], cell_size=1)[0].tolist() == [INF, INF, 0, 1]
    assert np.isposinf(cost_surface(np.full((1, 2), 3e38, np.float32), [(0, 0)], cell_size=1000)).all()


# --- analytic values of the grid metrics -----------------------------------------------------------------------------


@pytest.mark.parametrize(("neighbours", "worst", "mean"), [(8, 1.08239, 1.05479), (16, 1.0275, 1.0144)])
def test_open_ground_is_overstated_by_the_known_factor(neighbours, worst, mean):
    middle = 600
    minutes = cost_surface(
        np.ones((2 * middle + 1,) * 2, np.float32), [(middle, middle)], cell_size=1, neighbours=neighbours
    )
    y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1]
    distance = np.hypot(y, x)
    ring = (distance > middle - 2) & (distance <= middle)
    angle = np.arctan2(y[ring], x[ring])
    order = np.argsort(angle)
    ratio = (minutes[ring] / distance[ring])[order]
    assert ratio.max() == pytest.approx(worst, abs=5e-5)
    assert ratio.min() == pytest.approx(1, abs=5e-5)
    by_angle = np.trapezoid(ratio, angle[order]) / np.ptp(angle)
    assert by_angle == pytest.approx(mean, abs=5e-5)


# --- against Dijkstra ------------------------------------------------------------------------------------------------

SIDES = st.one_of(st.integers(1, 12), st.integers(58, 67), st.integers(118, 132), st.sampled_from([180, 186, 187, 249]))


@st.composite
def cases(draw):
    shape = (draw(SIDES), draw(SIDES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    friction = random_grid(
        rng,
        shape,
        spread=draw(st.sampled_from([0, 1, 3, 8])),
        barriers=draw(st.sampled_from([0, 0.05, 0.3, 0.45])),
        free=draw(st.sampled_from([0, 0, 0.2])),
    )
    cell_size = draw(st.sampled_from([1.0, 1000.0, 0.3]))
    if draw(st.booleans()):
        cell_size = cell_size * np.cos(np.radians(np.linspace(36, 41, shape[0])))
    sources = random_cells(rng, shape, draw(st.sampled_from([1, 1, 2, 9, 40])))
    return friction, sources, cell_size, draw(st.sampled_from([8, 16]))


@settings(max_examples=examples(60), deadline=None)
@given(case=cases())
def test_equals_dijkstra(case):
    friction, sources, cell_size, neighbours = case
    minutes = cost_surface(friction, sources, cell_size=cell_size, neighbours=neighbours)
    assert same_bits(minutes, dijkstra(friction, sources, cell_size, neighbours, np.float32))
    np.testing.assert_allclose(minutes, dijkstra(friction, sources, cell_size, neighbours), rtol=2e-4)


SYMMETRIES = [(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


def turned(grid, turns, mirrored):
    return np.rot90(np.fliplr(grid) if mirrored else grid, turns)


@pytest.mark.parametrize(("turns", "mirrored"), SYMMETRIES)
def test_a_way_back_that_only_rounding_makes_shorter(turns, mirrored):
    # Beside 8192 float32 knows multiples of 0.00098 only: the step over 2 * 0.0003 is rounded up, the way round by the
    # free cell is two steps that are both rounded down. Dijkstra takes it, so the fixed point does.
    friction = np.array([[INF, INF, 0], [INF, 0.0003, 0.0003], [INF, 8192, INF]], np.float32)
    source = np.zeros((3, 3))
    source[2, 1] = 1
    friction, sources = turned(friction, turns, mirrored), np.argwhere(turned(source, turns, mirrored))
    minutes = cost_surface(friction, sources, cell_size=2)
    assert (minutes == 8192).sum() == 3
    assert same_bits(minutes, dijkstra(friction, sources, 2, 8, np.float32))


@pytest.mark.parametrize(("turns", "mirrored"), SYMMETRIES)
def test_a_knights_move_from_the_second_cell_beyond_a_border(turns, mirrored):
    # Tiles are 60 cells wide here. The tile of the first source is visited first; then the other improves the cell of
    # toll 10, which is its second beyond the border, and no cell beside it. The best way to the cell of toll 1 is a
    # knight's move from there.
    friction, source = np.full((120, 120), INF, np.float32), np.zeros((120, 120))
    friction[19, 58] = 19.8
    friction[20, 58:61] = 2, 10, 0
    friction[21, 57:59] = 1, 0
    source[19, 58], source[20, 60] = 1, 2
    friction, source = turned(friction, turns, mirrored), turned(source, turns, mirrored)
    sources = [np.argwhere(source == 1)[0], np.argwhere(source == 2)[0]]
    minutes = cost_surface(friction, sources, cell_size=2, neighbours=16)
    assert minutes[friction == 1] == pytest.approx(10 + ROOT5 / 2 * 13)
    assert same_bits(minutes, dijkstra(friction, sources, 2, 16, np.float32))


@settings(max_examples=examples(150), deadline=None)
@given(case=cases(), share=st.floats(0, 1.1))
def test_the_limit_cuts_and_changes_nothing_else(case, share):
    friction, sources, cell_size, neighbours = case
    free = cost_surface(friction, sources, cell_size=cell_size, neighbours=neighbours)
    limit = share * float(free[np.isfinite(free)].max(initial=0))
    minutes = cost_surface(friction, sources, cell_size=cell_size, neighbours=neighbours, limit=limit)
    assert same_bits(minutes, np.where(free <= np.float32(limit), free, np.float32(INF)))


def test_beyond_the_limit_nothing_is_searched(monkeypatch):
    ends = []
    work = travel._work
    monkeypatch.setattr(travel, "SLICE", 1)
    monkeypatch.setattr(travel, "_work", lambda *args: ends.append(1) or work(*args))
    friction = np.ones((620, 620), np.float32)  # 10 x 10 tiles
    cost_surface(friction, [(93, 93)], cell_size=1, limit=30)  # the middle of a tile
    assert len(ends) - 1 == 1
    ends.clear()
    cost_surface(friction, [(93, 93)], cell_size=1, limit=40)
    assert len(ends) - 1 <= 9


@pytest.mark.parametrize("neighbours", [8, 16])
def test_equals_scikit_image(neighbours):
    graph = pytest.importorskip("skimage.graph")
    rng = np.random.default_rng(4)
    friction = random_grid(rng, (190, 257), spread=2, barriers=0)
    friction[rng.random(friction.shape) < 0.2] = np.inf
    sources = np.argwhere(np.isfinite(friction))[::9001]
    minutes = cost_surface(friction, sources, cell_size=250.0, neighbours=neighbours)
    peer = graph.MCP_Geometric(friction.astype(np.float64) * 250, fully_connected=True)
    expected, _ = peer.find_costs(list(map(tuple, sources)))
    if neighbours == 8:
        np.testing.assert_allclose(minutes, expected, rtol=2e-5)
    else:
        reached = np.isfinite(expected)
        assert (minutes[reached] <= expected[reached] * (1 + 2e-5)).all()
        assert (np.isfinite(minutes) == reached).all()


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_serpentine_over_many_tiles(neighbours):
    rows, columns = 201, 131
    minutes = cost_surface(serpentine(rows, columns), [(0, 0)], cell_size=1, neighbours=neighbours)
    assert same_bits(minutes, dijkstra(serpentine(rows, columns), [(0, 0)], 1, neighbours, np.float32))
    if neighbours == 8:
        # 101 corridors from the second to the last cell but one, a cell more at the start and the end, and 100 turns of
        # two diagonal steps into and out of the gap
        assert minutes[200].max() == pytest.approx(101 * (columns - 3) + 2 + 100 * 2 * ROOT2, rel=1e-4)


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_maze_over_many_tiles(neighbours):
    friction = maze(np.random.default_rng(8), 70, 95)
    exact = dijkstra(friction, [(1, 1)], 1, neighbours, np.float32)
    assert np.isfinite(exact).sum() == 2 * 70 * 95 - 1
    assert same_bits(cost_surface(friction, [(1, 1)], cell_size=1, neighbours=neighbours), exact)


def test_work_grows_with_the_tiles_and_not_with_the_ways_through_them(monkeypatch):
    visits = []
    work = travel._work
    monkeypatch.setattr(travel, "SLICE", 1)
    monkeypatch.setattr(travel, "_work", lambda *args: visits.append(1) or work(*args))
    cost_surface(np.ones((620, 620), np.float32), [(300, 300)], cell_size=1)
    assert len(visits) - 1 == 10 * 10  # from the middle outwards, every tile once
    visits.clear()
    cost_surface(serpentine(301, 301), [(0, 0)], cell_size=1)
    assert len(visits) - 1 < 30 * 5 * 5  # about once for every corridor that enters a tile
    visits.clear()
    rng = np.random.default_rng(0)
    friction = random_grid(rng, (620, 620), spread=2, barriers=0.2)
    cost_surface(friction, random_cells(rng, friction.shape, 9), cell_size=1)
    assert len(visits) - 1 < 320  # 303 when this was written; a queue that forgets improvements needs 326


# --- callers in threads of their own ---------------------------------------------------------------------------------


def test_two_callers_at_once_do_not_disturb_each_other():
    rng = np.random.default_rng(12)
    grids = [random_grid(rng, (400, 400)) for _ in range(4)]
    alone = [cost_surface(friction, [(200, 200)], cell_size=1) for friction in grids]
    found = [None] * len(grids)

    def run(i):
        found[i] = cost_surface(grids[i], [(200, 200)], cell_size=1)

    callers = [threading.Thread(target=run, args=(i,)) for i in range(len(grids))]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert all(same_bits(a, b) for a, b in zip(alone, found, strict=True))


@pytest.fixture
def interrupt():
    """Send the main thread what Ctrl-C sends."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_it_can_be_interrupted(monkeypatch, interrupt):
    slices = []
    work = travel._work

    def interrupted(*args):
        slices.append(1)
        if len(slices) == 3:
            interrupt()
        return work(*args)

    monkeypatch.setattr(travel, "_work", interrupted)
    monkeypatch.setattr(travel, "SLICE", 1)
    with pytest.raises(KeyboardInterrupt):
        cost_surface(np.ones((900, 900), np.float32), [(450, 450)], cell_size=1)
    assert 3 <= len(slices) < 10


# --- inputs and outputs ----------------------------------------------------------------------------------------------


def test_result_is_a_new_writable_float32_grid():
    minutes = cost_surface(np.ones((3, 5)), [(0, 0)], cell_size=1)
    assert minutes.dtype == np.float32
    assert minutes.flags.c_contiguous
    assert minutes.flags.writeable


def test_inputs_are_not_changed_and_may_be_read_only():
    rng = np.random.default_rng(3)
    friction, sources, sizes = random_grid(rng, (130, 70)), random_cells(rng, (130, 70), 5), rng.uniform(1, 2, 130)
    copies = [a.copy() for a in (friction, sources, sizes)]
    first = cost_surface(friction, sources, cell_size=sizes, limit=0.5)
    assert friction.flags.writeable
    for a in (friction, sources, sizes):
        a.flags.writeable = False
    again = cost_surface(friction, sources, cell_size=sizes, limit=0.5)
    assert same_bits(first, again)
    assert all(same_bits(a, b) for a, b in zip((friction, sources, sizes), copies, strict=True))


def test_read_only_grids_are_not_compiled_for_again():
    def run():
        cost_surface(friction, sources, cell_size=1, limit=5)
        return [len(kernel.signatures) for kernel in vars(travel).values() if hasattr(kernel, "signatures")]

    friction, sources = np.ones((99, 99), np.float32), np.array([(0, 0)])
    before = run()
    friction.flags.writeable = sources.flags.writeable = False
    assert run() == before
    sources = []
    assert run() == before


@pytest.mark.parametrize(
    "other",
    [
        lambda a: a.astype(np.float64),
        lambda a: a.astype(">f4"),
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
        lambda a: np.flip(np.flip(a).copy()),
        lambda a: a.tolist(),
        lambda a: np.ma.masked_array(np.where(np.isfinite(a), a, 0.001), ~np.isfinite(a)),
    ],
    ids=["float64", "big-endian", "by columns", "every second", "negative strides", "lists", "masked"],
)
def test_any_layout_of_the_grid_gives_the_same(other):
    friction = random_grid(np.random.default_rng(5), (67, 131))
    friction[~(friction >= 0)] = np.inf
    expected = cost_surface(friction, [(3, 4), (60, 100)], cell_size=30)
    assert same_bits(cost_surface(other(friction), [(3, 4), (60, 100)], cell_size=30), expected)


def test_whole_number_frictions_and_unsigned_sources():
    minutes = cost_surface(np.full((2, 2), 3, np.uint8), np.array([[0, 0]], np.uint16), cell_size=np.int32(2))
    assert minutes[0, 1] == 6


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"friction": np.ones(9, np.float32)}, r"friction: .* shape \(9,\)"),
        ({"friction": np.ones((2, 3, 3), np.float32)}, r"friction: .*one band"),
        ({"friction": np.ones((0, 3), np.float32)}, r"friction: .* shape \(0, 3\)"),
        ({"friction": np.ones((3, 3), complex)}, "friction: .*complex"),
        ({"friction": np.full((3, 3), "1")}, "friction: "),
        ({"friction": [[1, 2], [1]]}, "friction: .*equal length"),
        ({"friction": None}, "friction: .*object"),
        ({"sources": [(0, 0), (3, 1), (5, 5)]}, r"sources: 2 of 3 .*3 rows.* number 1 at row 3, column 1"),
        ({"sources": [(-1, -1)]}, "sources: .*row -1, column -1"),
        ({"sources": [(0, 3)]}, "sources: .*row 0, column 3"),
        ({"sources": (1, 1)}, r"sources: .*shape \(2,\)"),
        ({"sources": [(1, 1, 1)]}, r"sources: .*shape \(1, 3\)"),
        ({"sources": [(1.0, 1.0)]}, "sources: .*float64"),
        ({"sources": [(1, 1), (1,)]}, "sources: .*pairs"),
        ({"cell_size": 0}, "cell_size: .*0 metres"),
        ({"cell_size": -30.0}, "cell_size: "),
        ({"cell_size": np.nan}, "cell_size: "),
        ({"cell_size": np.inf}, "cell_size: "),
        ({"cell_size": 1e-60}, "cell_size: "),
        ({"cell_size": 0.00833}, "cell_size: 0.00833 metres look like degrees"),
        ({"cell_size": [1, 2]}, r"cell_size: .*3 rows.*shape \(2,\)"),
        ({"cell_size": [1, 0, 1]}, "cell_size: "),
        ({"cell_size": "1 km"}, "cell_size: .*1 km"),
        ({"neighbours": 4}, "neighbours: 8 or 16, not 4"),
        ({"limit": -1}, "limit: .*-1"),
        ({"limit": np.nan}, "limit: .*nan"),
        ({"limit": "60"}, "limit: .*'60'"),
    ],
)
def test_wrong_arguments_are_named(change, text):
    arguments = {"friction": np.ones((3, 3), np.float32), "sources": [(0, 0)], "cell_size": 1.0} | change
    with pytest.raises(InvalidRecord, match=text):
        cost_surface(**arguments)


def test_a_limit_that_no_float32_holds_is_none():
    ground = np.full((3, 3), 0.01, np.float32)
    whole = cost_surface(ground, [(0, 0)], cell_size=1000)
    assert np.array_equal(cost_surface(ground, [(0, 0)], cell_size=1000, limit=1e300), whole)
    assert on_grid(ground, [[0, 0]], cell_size=1000, limit=1e300).minutes.max() == whole.max()


@pytest.mark.parametrize(("steps", "shape"), [(9_999, (1, 10_000)), (999_999, (1, 1_000_000))])
@pytest.mark.parametrize("friction", [0.012, 0.0137, 1 / 3])
def test_long_ways_drift_no_more_than_is_said(steps, shape, friction):
    """A straight way of n steps, against the same sum in double precision."""
    ground = np.full(shape, friction, np.float32)
    far = float(cost_surface(ground, [(0, 0)], cell_size=1000)[0, -1])
    assert far == pytest.approx(steps * 1000 * float(np.float32(friction)), rel=(steps + 4) * 6e-8)


# --- compiling -------------------------------------------------------------------------------------------------------


def test_every_kernel_releases_the_gil():
    kernels = [k for k in vars(travel).values() if hasattr(k, "targetoptions") and not k.targetoptions.get("inline")]
    assert len(kernels) > 10
    assert all(kernel.targetoptions["nogil"] for kernel in kernels)


def test_kernels_are_kept_on_disk():
    """Another process takes over what this one compiled, where its cache can be written to."""
    cost_surface(np.ones((3, 3), np.float32), [(0, 0)], cell_size=1, limit=9)
    script = (
        "import numpy as np; from mapping.engines import travel as t\n"
        "t.cost_surface(np.ones((3, 3), np.float32), [(0, 0)], cell_size=1, limit=9)\n"
        "kernels = (t._work, t._start, t._cut)\n"
        "raise SystemExit(10 + sum(bool(k.stats.cache_hits) and not k.stats.cache_misses for k in kernels))\n"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(travel.__file__)))
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": root}, check=False)
    assert done.returncode == 13


def test_kernels_work_where_nothing_can_be_written(monkeypatch):
    njit = numba.njit

    def njit_without_folder(*args, cache=False, **options):
        if cache:
            return lambda function: njit(cache=_refuse(), **options)(function)
        return njit(*args, **options)

    def _refuse():
        raise RuntimeError("cannot cache function: no locator available for file")

    monkeypatch.setattr(numba, "njit", njit_without_folder)
    assert compiled(lambda a: a + 1)(2) == 3


@pytest.mark.parametrize("unlike", [[], [(0, 0)], [(15, 3), (15, 15), (2, 9)]])
def test_a_square_is_turned_over_its_diagonal(unlike):
    side = _turn.SQUARE
    width, source, target = side + 5, 7, 1000
    buffer = np.zeros(2000, np.float32)
    lines = np.arange(side)[:, None] * width + np.arange(side)
    square = np.arange(side * side, dtype=np.float32).reshape(side, side)
    square[4, 7] = np.inf
    buffer[source + lines] = square
    buffer[target + lines] = square.T
    for row, column in unlike:
        buffer[target + row * width + column] = -1
    before = buffer.copy()
    before[target + lines] = square.T
    changed = _turn_square(buffer, np.uint64(source), np.uint64(target), np.uint64(width))
    assert changed == sum({1 << row for row, _ in unlike})
    assert (buffer == before).all()


@compiled
def _turn_square(buffer, source, target, width):
    return _turn.turned(buffer, source, target, width)
