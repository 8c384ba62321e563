"""Sums by zone and band, against loops and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mapping.engines.zonal import band_sums, medians, zone_sums
from mapping.errors import InvalidRecord
from tests.support.examples import examples

ZONES = np.array([[0, 0, 1], [1, -1, 1]], np.int32)
PEOPLE = np.array([[10, 20, 5], [0, 99, 7]], np.float32)
MINUTES = np.array([[15, 60, 45], [90, 0, np.inf]], np.float32)


def test_by_hand():
    """Zone 0: 10 people at 15 minutes, 20 at 60. Zone 1: 5 at 45, 7 cut off; the cell outside counts nowhere."""
    assert zone_sums(ZONES, PEOPLE, count=2).tolist() == [30, 12]
    assert band_sums(ZONES, MINUTES, PEOPLE, edges=[30, 60], count=2).tolist() == [[10, 20, 0], [0, 5, 7]]
    assert medians(ZONES, MINUTES, PEOPLE, count=2).tolist() == [60, np.inf]


def test_an_edge_belongs_to_the_band_below_it():
    assert band_sums([[0, 0]], [[30.0, 30.001]], [[1.0, 2.0]], edges=[30], count=1).tolist() == [[1, 2]]


def test_zones_without_cells_and_grids_without_zones_are_zero():
    assert zone_sums(ZONES, PEOPLE, count=4).tolist() == [30, 12, 0, 0]
    outside = np.full((2, 3), -1)
    assert band_sums(outside, MINUTES, PEOPLE, edges=[30], count=1).tolist() == [[0, 0]]
    assert medians(outside, MINUTES, PEOPLE, count=1).tolist() == [np.inf]
    empty = np.zeros((0, 0), np.int32)
    assert band_sums(empty, empty, empty, edges=[30], count=2).tolist() == [[0, 0], [0, 0]]


def test_without_edges_all_is_one_band():
    assert band_sums(ZONES, MINUTES, PEOPLE, edges=[], count=2).tolist() == [[30], [12]]


def test_unknown_values_lie_beyond_all_bands_and_unknown_weights_count_nothing():
    assert band_sums([[0, 0]], [[np.nan, 5]], [[3.0, np.nan]], edges=[30], count=1).tolist() == [[0, 3]]
    assert zone_sums([[0, 0]], [[3.0, np.nan]], count=1).tolist() == [3]
    assert medians([[0, 0]], [[np.nan, 5.0]], [[3.0, np.nan]], count=1).tolist() == [np.inf]


def test_the_median_is_what_half_of_the_weight_does_not_exceed():
    """100,000 at 0 minutes, 20,000 at 35: half of 120,000 have 0. Equal halves: the first half suffices."""
    assert medians([[0, 0]], [[0.0, 35.5]], [[100_000, 20_000]], count=1).tolist() == [0]
    assert medians([[0, 0]], [[10.0, 20.0]], [[1, 1]], count=1).tolist() == [10]
    assert medians([[0, 0, 0]], [[10.0, 20.0, 30.0]], [[1, 1, 1]], count=1).tolist() == [20]
    assert medians([[0, 0]], [[10.0, 20.0]], [[0, 0]], count=1).tolist() == [np.inf], "nobody lives there"


def test_a_sum_of_many_small_counts_stays_exact():
    """Ten million halves in single precision would stop growing at 16.8 million and are 5 million here."""
    ones = np.full((2500, 4000), 0.5, np.float32)
    zones = np.zeros((2500, 4000), np.int32)
    assert zone_sums(zones, ones, count=1)[0] == 5_000_000
    assert band_sums(zones, ones, ones, edges=[1], count=1).tolist() == [[5_000_000, 0]]


@pytest.mark.parametrize("function", [zone_sums, medians, band_sums])
@pytest.mark.parametrize(
    ("zones", "values", "text"),
    [
        ([[0, 1]], [[1.0], [2.0]], "shape"),
        ([[0.0, 1.0]], [[1.0, 2.0]], "signed integers"),
        ([[0, 2]], [[1.0, 2.0]], "there is a zone 2, but only zones below 2"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(function, zones, values, text):
    options = {"edges": [30]} if function is band_sums else {}
    arrays = (zones, values) if function is zone_sums else (zones, values, values)
    with pytest.raises(InvalidRecord, match=text):
        function(*arrays, count=2, **options)


@pytest.mark.parametrize("edges", [[60, 30], [30, 30], [np.nan], [30, np.nan]])
def test_edges_must_rise(edges):
    with pytest.raises(InvalidRecord, match="do not rise"):
        band_sums(ZONES, MINUTES, PEOPLE, edges=edges, count=2)


def test_arguments_are_not_changed():
    before = [array.copy() for array in (ZONES, MINUTES, PEOPLE)]
    band_sums(ZONES, MINUTES, PEOPLE, edges=[30], count=2)
    medians(ZONES, MINUTES, PEOPLE, count=2)
    assert all(np.array_equal(a, b) for a, b in zip(before, (ZONES, MINUTES, PEOPLE), strict=True))


SHAPE = st.tuples(st.integers(1, 6), st.integers(1, 6))
MINUTE = st.one_of(st.floats(0, 200, width=32), st.just(np.inf))


@st.composite
def rasters(draw):
    shape = draw(SHAPE)
    zones = draw(hnp.arrays(np.int32, shape, elements=st.integers(-1, 3)))
    minutes = draw(hnp.arrays(np.float32, shape, elements=MINUTE))
    people = draw(hnp.arrays(np.float32, shape, elements=st.floats(0, 1000, width=32)))
    edges = sorted(draw(st.sets(st.integers(1, 200), max_size=4)))
    return zones, minutes, people, edges


@settings(max_examples=examples(60), deadline=None)
@given(rasters())
def test_against_loops(raster):
    zones, minutes, people, edges = raster
    bands = np.zeros((4, len(edges) + 1))
    for zone, minute, weight in zip(zones.ravel(), minutes.ravel(), people.ravel(), strict=True):
        if zone >= 0:
            bands[zone, sum(bool(minute > edge) for edge in edges)] += weight
    found = band_sums(zones, minutes, people, edges=edges, count=4)
    assert np.allclose(found, bands, rtol=1e-12)
    assert np.allclose(found.sum(axis=1), zone_sums(zones, people, count=4), rtol=1e-12), "bands add up to the zone"


@settings(max_examples=examples(60), deadline=None)
@given(rasters())
def test_the_median_splits_the_weight_in_two(raster):
    zones, minutes, people, _edges = raster
    for zone, median in enumerate(medians(zones, minutes, people, count=4)):
        weight, value = people[zones == zone].astype(float), minutes[zones == zone]
        if weight.sum() == 0:
            assert median == np.inf
            continue
        assert weight[value <= median].sum() >= weight.sum() / 2 * (1 - 1e-9)
        assert weight[value < median].sum() <= weight.sum() / 2 * (1 + 1e-9)
