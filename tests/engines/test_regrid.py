"""Counts on another raster: none lost, none made, each where its middle lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.engines.regrid import spread_counts


def lattice(height, width, step, scale, shift):
    """Corners of the source in cells of the target: the same axes, another size and origin."""
    rows, columns = step * np.arange(-(-height // step) + 1), step * np.arange(-(-width // step) + 1)
    across, down = np.meshgrid(columns * scale + shift, rows * scale + shift)
    return across.astype(float), down.astype(float)


@given(scale=st.sampled_from([0.1, 0.5, 1.0, 1.7, 4.0]), step=st.integers(1, 7), seed=st.integers(0, 99))
def test_nothing_is_lost_inside(scale, step, seed):
    counts = np.random.default_rng(seed).integers(0, 1000, (9, 11)).astype(np.float32)
    target = np.zeros((60, 60), np.float32)
    spread_counts(counts, lattice(9, 11, step, scale, 5.3), step=step, target=target)
    assert target.sum() == pytest.approx(counts.sum(), rel=1e-5)


def test_a_cell_goes_to_the_four_it_covers():
    target = np.zeros((3, 3), np.float32)
    spread_counts(np.array([[16.0]], np.float32), lattice(1, 1, 1, 1.0, 0.5), step=1, target=target)
    assert target.tolist() == [[4, 4, 0], [4, 4, 0], [0, 0, 0]]


def test_what_lies_outside_or_is_no_count_is_dropped():
    target = np.zeros((1, 1), np.float32)
    counts = np.array([[7.0, -9999.0], [np.nan, np.inf]], np.float32)
    spread_counts(counts, lattice(2, 2, 1, 1.0, 0.0), step=1, target=target)
    assert target.tolist() == [[7]]
