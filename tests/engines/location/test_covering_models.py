"""Covering problems: by hand, against every subset, the published San Francisco set, and spopt."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines.location.covering_models import lscp, mclp, p_center
from mapping.engines.pairs import Pairs
from mapping.errors import InvalidRecord
from tests.engines.san_francisco import load, within
from tests.support.examples import examples

LINE = Pairs.of([0, 1, 1, 2, 2, 3], [0, 0, 1, 1, 2, 2], [1] * 6, shape=(5, 3))
"""Places 0 to 4 in a row, sites between them: 0 reaches places 0 and 1, 1 reaches 1 and 2, 2 reaches 2 and 3."""


def test_the_most_people_by_hand():
    """10, 20, 30, 25: site 2 reaches 55, site 1 50, site 0 30; with two, 0 and 2 reach all 85."""
    one, two = (mclp(LINE, [10, 20, 30, 25, 99], p) for p in (1, 2))
    assert (one.sites, one.objective, one.bound, one.gap, one.status) == ((2,), 55, 55, 0, "optimal")
    assert (two.sites, two.objective) == ((0, 2), 85)
    assert two.served.tolist() == [1, 1, 1, 1, 0]
    assert two.unreachable.tolist() == [4]
    assert "HiGHS" in two.method


def test_what_stands_counts_and_is_not_chosen_again():
    found = mclp(LINE, [10, 20, 30, 25, 0], 1, fixed=[2])
    assert (found.sites, found.objective) == ((0,), 85)
    assert mclp(LINE, [10, 20, 30, 25, 0], 1, candidates=[1]).sites == (1,)
    assert lscp(LINE, fixed=[2]).sites == (0,)


def test_no_more_sites_are_chosen_than_help():
    assert mclp(LINE, [10, 20, 30, 25, 0], 3).sites == (0, 2)
    assert mclp(LINE, [0, 0, 0, 0, 0], 2).sites == ()
    assert mclp(LINE, [1, 1, 1, 1, 1], 0).sites == ()


def test_the_fewest_by_hand():
    found = lscp(LINE)
    assert (found.sites, found.objective, found.bound, found.status) == ((0, 2), 2, 2, "optimal")
    assert found.unreachable.tolist() == [4]
    assert lscp(LINE, [0, 1, 1, 0, 1]).sites == (1,), "where nobody lives nothing need be covered"
    assert lscp(LINE, [0] * 5).sites == ()


def test_equal_answers_go_by_number():
    twins = Pairs.of([0, 0, 0, 1], [3, 1, 2, 0], [1] * 4, shape=(2, 4))
    assert mclp(twins, [5, 1], 1).sites == (1,)
    assert lscp(twins).sites == (0, 1)


def test_the_longest_way_by_hand():
    far = [[0, 4, 9, 9], [4, 0, 3, 9], [9, 3, 0, 2], [np.inf] * 4]
    one, two = (p_center(far, p) for p in (1, 2))
    assert (one.objective, one.bound, one.status) == (9, 9, "optimal")
    assert two.objective == 3
    assert p_center(far, 1, fixed=[2]).objective == min(
        max(min(row[i], far[2][i]) for i in range(4)) for row in far[:2]
    )
    lost = p_center([[1, np.inf]], 1)
    assert (lost.objective, lost.unreachable.tolist(), lost.assigned.tolist()) == (1, [1], [0, -1])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: mclp(LINE, [1], 1), "weights"),
        (lambda: mclp(LINE, [1, 1, 1, 1, -1], 1), "weights"),
        (lambda: mclp(LINE, [1] * 5, -1), "p: 0 or more"),
        (lambda: mclp(LINE, [1] * 5, 1, fixed=[3]), "fixed"),
        (lambda: lscp(LINE, candidates=[-1]), "candidates"),
        (lambda: p_center([[-1.0]], 1), "costs"),
    ],
)
def test_what_makes_no_sense_is_refused(call, match):
    with pytest.raises(InvalidRecord, match=match):
        call()


def test_san_francisco(shared):
    far, people = load(shared)
    near = within(far, 5000)
    assert lscp(near).objective == 8
    for p, reached in ((2, 671_938), (4, 875_247), (8, 955_113)):
        found = mclp(near, people, p)
        assert (found.objective, found.status, found.gap) == (reached, "optimal", 0)
    center = p_center(far, 4)
    assert center.objective == pytest.approx(7403.0638, abs=1e-4)
    assert center.bound == center.objective


MANY = 20_000
"""People of every place besides a few: choices then differ by a share so small that a bound must be exact to tell."""


def random_case(seed):
    rng = np.random.default_rng(seed)
    reach = rng.random((int(rng.integers(1, 7)), int(rng.integers(1, 10)))) < 0.35
    site, place = np.nonzero(reach)
    fixed = [0] if rng.random() < 0.3 else []
    return (
        reach,
        Pairs.of(place, site, np.ones(site.size), shape=reach.shape[::-1]),
        rng.integers(0, 9, reach.shape[1]) + MANY * int(rng.integers(2)),
        fixed,
    )


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_against_every_subset(seed, p):
    reach, pairs, weights, fixed = random_case(seed)
    free = [site for site in range(len(reach)) if site not in fixed]

    def reached(chosen):
        return reach[[*fixed, *chosen]].any(axis=0)

    subsets = [s for n in range(len(free) + 1) for s in itertools.combinations(free, n)]
    best = max(float(weights[reached(s)].sum()) for s in subsets if len(s) <= p)
    found = mclp(pairs, weights, p, fixed=fixed)
    assert (found.objective, found.status, found.gap) == (best, "optimal", 0)
    assert float(weights[reached(found.sites)].sum()) == best
    assert len(found.sites) <= p
    assert not set(found.sites) & set(fixed)
    wanted = reach.any(axis=0) & (weights > 0)
    fewest = min(len(s) for s in subsets if reached(s)[wanted].all())
    covering = lscp(pairs, weights, fixed=fixed)
    assert (covering.objective, covering.bound) == (fewest, fewest)
    assert reached(covering.sites)[wanted].all()
    rushed, few = mclp(pairs, weights, p, fixed=fixed, seconds=0.0), lscp(pairs, weights, fixed=fixed, seconds=0.0)
    assert rushed.objective <= best <= rushed.bound
    assert few.bound <= fewest <= few.objective


def test_when_time_runs_out_the_start_is_handed_on_and_said_to_be():
    rng = np.random.default_rng(0)
    place, site = np.nonzero(rng.random((3000, 300)) < 0.02)
    pairs = Pairs.of(place, site, np.ones(site.size), shape=(3000, 300))
    found = mclp(pairs, rng.integers(1, 99, 3000), 20, seconds=0.0)
    assert found.status == "time limit"
    assert len(found.sites) == 20
    assert 0 < found.gap < np.inf
    assert "time ran out" in found.method
    few = lscp(pairs, seconds=0.0)
    assert few.status == "time limit"
    assert few.served[np.setdiff1d(np.arange(3000), few.unreachable)].all()
    assert few.bound <= few.objective


def test_two_runs_are_equal():
    rng = np.random.default_rng(4)
    place, site = np.nonzero(rng.random((200, 40)) < 0.08)
    pairs = Pairs.of(place, site, np.ones(site.size), shape=(200, 40))
    weights = rng.integers(1, 9, 200)
    assert mclp(pairs, weights, 6).sites == mclp(pairs, weights, 6).sites
    assert lscp(pairs).sites == lscp(pairs).sites


@pytest.mark.filterwarnings("ignore")
def test_spopt_says_the_same():
    locate, pulp = pytest.importorskip("spopt.locate"), pytest.importorskip("pulp")
    rng = np.random.default_rng(6)
    far, weights = rng.uniform(0, 100, (40, 12)), rng.integers(1, 99, 40)
    pairs = within(far.T, 25)
    theirs = locate.MCLP.from_cost_matrix(far, weights, 25, p_facilities=3).solve(pulp.PULP_CBC_CMD(msg=False))
    assert mclp(pairs, weights, 3).objective == pytest.approx(theirs.problem.objective.value())
