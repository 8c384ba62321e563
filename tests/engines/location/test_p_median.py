"""p-median: by hand, against every subset, and the published San Francisco set."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines.location.p_median import p_median
from mapping.errors import InvalidRecord
from tests.engines.san_francisco import load
from tests.support.examples import examples

ROAD = np.abs(np.subtract.outer([0, 5, 10], [0, 1, 5, 9, 10])).astype(float)
"""Sites at 0, 5 and 10 km of a road, places at 0, 1, 5, 9 and 10."""


def test_by_hand():
    """From 5: 5 + 4 + 0 + 4 + 5. From 0 and 10: 0 + 1 + 5 + 1 + 0. With people at 5 only, there."""
    one, two = (p_median(ROAD, p) for p in (1, 2))
    assert (one.sites, one.objective, one.bound, one.gap, one.status) == ((1,), 18, 18, 0, "optimal")
    assert (two.sites, two.objective, two.assigned.tolist()) == ((0, 2), 7, [0, 0, 0, 2, 2])
    assert p_median(ROAD, 1, weights=[9, 0, 0, 0, 0]).sites == (0,)
    assert "Lagrangian bound" in one.method


def test_what_stands_counts():
    found = p_median(ROAD, 1, fixed=[1])
    assert (found.sites, found.objective) == ((0,), 0 + 1 + 0 + 4 + 5)
    assert p_median(ROAD, 0, fixed=[1]).objective == 18
    assert p_median(ROAD, 9, fixed=[1]).sites == (0, 2)
    assert p_median(ROAD, 1, candidates=[2]).sites == (2,)


def test_ways_that_do_not_exist():
    far = [[1, np.inf], [np.inf, np.inf]]
    with pytest.raises(InvalidRecord, match="beyond"):
        p_median(far, 1)
    found = p_median(far, 1, beyond=50)
    assert (found.sites, found.objective) == ((0,), 51)
    assert found.assigned.tolist() == [0, -1]
    assert found.unreachable.tolist() == [1]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: p_median([1, 2], 1), "table"),
        (lambda: p_median([[-1.0]], 1), "0 or more"),
        (lambda: p_median(ROAD, 0), "choose at least one"),
        (lambda: p_median(ROAD, 1, weights=[1]), "weights"),
        (lambda: p_median(ROAD, 1, fixed=[7]), "fixed"),
    ],
)
def test_what_makes_no_sense_is_refused(call, match):
    with pytest.raises(InvalidRecord, match=match):
        call()


def test_san_francisco(shared):
    far, people = load(shared)
    for p, objective in ((2, 4_009_098_972.1349), (4, 2_848_268_129.7145), (8, 2_054_687_610.6382)):
        found = p_median(far, p, weights=people)
        assert found.objective == pytest.approx(objective, abs=0.01)
        assert (found.status, found.gap) == ("optimal", 0)


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.booleans())
def test_against_every_subset(seed, p, standing):
    rng = np.random.default_rng(seed)
    far = rng.integers(0, 20, (int(rng.integers(2, 9)), int(rng.integers(1, 12)))).astype(float)
    weights, fixed = rng.integers(0, 9, far.shape[1]), [0] if standing else []
    free = [site for site in range(len(far)) if site not in fixed]
    best = min(
        float(far[[*fixed, *chosen]].min(axis=0) @ weights)
        for chosen in itertools.combinations(free, min(p, len(free)))
    )
    found = p_median(far, p, weights=weights, fixed=fixed)
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert (found.status, found.gap) == ("optimal", 0)
    assert len(set(found.sites)) == min(p, len(free))
    assert not set(found.sites) & set(fixed)


def test_a_case_that_needs_branches_and_time():
    """Random costs leave a gap between prices and answer, so that branches must close it; without time it is said."""
    rng = np.random.default_rng(8)
    far = rng.uniform(0, 100, (30, 60))
    found = p_median(far, 5)
    hurried = p_median(far, 5, seconds=0.0)
    assert found.status == "optimal"
    assert int(found.method.split()[-2]) > 1
    assert hurried.status == "time limit"
    assert hurried.objective >= found.objective >= hurried.bound
    assert "time ran out" in hurried.method
    assert p_median(far, 5).sites == found.sites


@pytest.mark.parametrize("p", [1, 2, 3])
def test_equal_answers_go_by_number(p):
    assert p_median(np.zeros((5, 4)), p).sites == tuple(range(p))
