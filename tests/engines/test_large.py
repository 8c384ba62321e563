"""Grids larger than memory: the same bits as in memory, whatever the blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mapping.engines.large import large_cost_surface
from mapping.engines.travel import cost_surface
from mapping.errors import InvalidRecord
from tests.support.examples import examples

grids = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=45).flatmap(
    lambda shape: st.tuples(
        hnp.arrays(np.float32, shape, elements=st.sampled_from([np.inf, 0.0, 0.01, 0.02, 0.3]), fill=st.just(0.01)),
        st.lists(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)), max_size=5),
    )
)


@settings(max_examples=examples(80))
@given(grids, st.integers(8, 20), st.sampled_from([8, 16]), st.sampled_from([np.inf, 3.0, 20.0]))
def test_any_blocks_give_the_bits_of_one_piece(grid, side, neighbours, limit):
    friction, sources = grid
    out = np.empty(friction.shape, np.float32)
    large_cost_surface(friction, sources, out, cell_size=100, side=side, neighbours=neighbours, limit=limit)
    assert np.array_equal(out, cost_surface(friction, sources, cell_size=100, neighbours=neighbours, limit=limit))


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_maze_winds_through_the_blocks_many_times(neighbours):
    friction = np.full((201, 203), 0.01, np.float32)
    friction[1::2] = np.inf
    friction[1::4, -1] = 0.01
    friction[3::4, 0] = 0.01
    friction += np.random.default_rng(5).uniform(0, 0.01, friction.shape).astype(np.float32)
    out = np.empty(friction.shape, np.float32)
    visits = large_cost_surface(friction, [(0, 0)], out, cell_size=50, side=50, neighbours=neighbours)
    assert np.array_equal(out, cost_surface(friction, [(0, 0)], cell_size=50, neighbours=neighbours))
    assert visits > 100


def test_files_are_read_and_written_by_windows(tmp_path):
    rng = np.random.default_rng(2)
    friction = rng.uniform(0.001, 0.05, (300, 500)).astype(np.float32)
    np.save(tmp_path / "friction.npy", friction)
    out = np.lib.format.open_memmap(tmp_path / "minutes.npy", "w+", np.float32, (300, 500))
    sizes = np.linspace(90, 110, 300)
    sources = [(10, 10), (250, 480), (250, 481)]
    read = np.load(tmp_path / "friction.npy", mmap_mode="r")
    assert large_cost_surface(read, sources, out, cell_size=sizes, side=128) < 40
    out.flush()
    again = np.load(tmp_path / "minutes.npy")
    assert np.array_equal(again, cost_surface(friction, sources, cell_size=sizes))


def test_no_more_than_a_block_is_asked_for():
    class Watched:
        shape = (200, 200)

        def __init__(self, values):
            self.values, self.largest = values, 0

        def __getitem__(self, window):
            self.largest = max(self.largest, self.values[window].size)
            return self.values[window]

        def __setitem__(self, window, values):
            self.values[window] = values

    friction, out = (Watched(np.full((200, 200), 0.01, np.float32)) for _ in range(2))
    large_cost_surface(friction, [(100, 100)], out, cell_size=100, side=32)
    assert friction.largest <= 34 * 34
    assert out.largest <= 34 * 34


@pytest.mark.parametrize(
    ("out", "changes"),
    [
        (np.empty((3, 4), np.float32), {}),
        (np.empty((3, 3), np.float32), {"side": 4}),
        (np.empty((3, 3), np.float32), {"neighbours": 4}),
        (np.empty((3, 3), np.float32), {"limit": -1}),
        (np.empty((3, 3), np.float32), {"sources": [(3, 3)]}),
    ],
)
def test_what_does_not_fit_is_said(out, changes):
    arguments = {"sources": [(0, 0)], "cell_size": 100} | changes
    with pytest.raises(InvalidRecord):
        large_cost_surface(np.ones((3, 3), np.float32), arguments.pop("sources"), out, **arguments)
