"""Faults of thirty kinds, planted in lists of two layouts: each is told on its row, and none shows what must not be."""

import pytest

from tests.support.planted import KINDS, measured


@pytest.mark.parametrize("seed", [1, 20261127])
def test_every_planted_fault_is_told_and_shows_nothing(tmp_path, tiny_area, seed):
    figures, false = measured(tmp_path, tiny_area, seed)
    assert [figure.kind for figure in figures if figure.told < figure.planted] == []
    assert [figure.kind for figure in figures if figure.shown] == []
    assert false == 0
    assert {figure.planted for figure in figures} == {8}
    assert len(figures) == len(KINDS)
