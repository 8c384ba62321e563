"""Whatever is called proven, against programs that are written anew here and solved by SciPy."""

from bisect import bisect_left
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from mapping.engines import lscp, mclp, p_center, p_median
from mapping.engines.location import _program
from mapping.engines.location.p_median import _Tree
from mapping.engines.pairs import Pairs
from mapping.errors import MappingError
from tests.engines.or_library import CENTERS, FOLDER, MEDIANS, read_case
from tests.support.examples import examples


def pairs_of(reach):
    """Return the pairs of a table of booleans, shape (sites, places)."""
    site, place = np.nonzero(reach)
    return Pairs.of(place, site, np.ones(site.size), shape=reach.shape[::-1])


def by_program(cost, rows, low, high, most=1.0):
    """Return the least cost of whole numbers from 0 to ``most``, None where there is none."""
    solved = milp(
        cost, constraints=LinearConstraint(rows, low, high), integrality=np.ones(len(cost)), bounds=Bounds(0, most)
    )
    return None if solved.x is None else round(float(solved.fun), 6)


def fewest(reach):
    """Return how few sites cover every place that can be."""
    wanted = reach.any(axis=0)
    return by_program(np.ones(len(reach)), reach[:, wanted].T.astype(float), 1, np.inf)


def most(reach, weights, p):
    """Return the most weight that p sites cover."""
    sites, places = reach.shape
    rows = np.vstack(
        [np.hstack([reach.T.astype(float), -np.eye(places)]), np.r_[np.ones(sites), np.zeros(places)][None]]
    )
    low, high = np.r_[np.zeros(places), -np.inf], np.r_[np.full(places, np.inf), p]
    return -by_program(np.r_[np.zeros(sites), -weights], rows, low, high)


def shortest(far, weights, p):
    """Return the least sum of weighted ways to p sites."""
    sites, places = far.shape
    n = sites + sites * places
    rows, columns, data, low, high = [], [], [], [], []
    for i in range(places):
        for j in range(sites):
            rows.append(len(low)), columns.append(sites + j * places + i), data.append(1.0)
        low.append(1), high.append(1)
    for i in range(places):
        for j in range(sites):
            rows += [len(low)] * 2
            columns += [j, sites + j * places + i]
            data += [1.0, -1.0]
            low.append(0), high.append(np.inf)
    rows += [len(low)] * sites
    columns += range(sites)
    data += [1.0] * sites
    low.append(p), high.append(p)
    table = csr_array((data, (rows, columns)), shape=(len(low), n))
    return by_program(np.r_[np.zeros(sites), (far * weights).ravel()], table, low, high)


def longest(far, p):
    """Return the shortest longest way with p sites: the first that the fewest sites for it allow."""
    levels = np.unique(far)
    levels = levels[levels >= far.min(axis=0).max()]
    return levels[bisect_left(levels, -p, key=lambda level: -fewest(far <= level))]


def test_random_covers():
    """Reach is given by points in a square, as for services and villages, and by chance."""
    for seed in range(examples(40)):
        rng = np.random.default_rng(seed)
        sites, places = int(rng.integers(5, 31)), int(rng.integers(10, 70))
        if seed % 2:
            reach = rng.random((sites, places)) < rng.uniform(0.05, 0.3)
        else:
            reach = np.hypot(*(rng.random((2, sites, 1)) - rng.random((2, 1, places)))) < rng.uniform(0.15, 0.4)
        found, best = lscp(pairs_of(reach)), fewest(reach)
        assert (len(found.sites), found.objective, found.bound, found.gap, found.status) == (
            best,
            best,
            best,
            0,
            "optimal",
        )
        assert reach[list(found.sites)].any(axis=0)[reach.any(axis=0)].all()


def test_random_maximal_covers():
    for seed in range(examples(40)):
        rng = np.random.default_rng(seed)
        sites, places, p = int(rng.integers(5, 16)), int(rng.integers(10, 40)), int(rng.integers(1, 5))
        reach, weights = rng.random((sites, places)) < rng.uniform(0.05, 0.3), rng.integers(0, 99, places)
        found = mclp(pairs_of(reach), weights, p)
        assert weights[reach[list(found.sites)].any(axis=0)].sum() == found.objective
        assert (found.objective, found.bound, found.gap, found.status) == (
            most(reach, weights, p),
            found.objective,
            0,
            "optimal",
        )


@pytest.mark.parametrize(("limit", "p"), [(0.12, 6), (0.2, 4), (0.3, 8)])
def test_maximal_covers_of_many_places_are_those_of_another_program(limit, p):
    """Villages with about as many people each, so that the best choice and the next lie close together."""
    rng = np.random.default_rng(p)
    reach = np.hypot(*(rng.random((2, 40, 1)) - rng.random((2, 1, 200)))) < limit
    weights = 1000 + rng.integers(0, 99, 200)
    found = mclp(pairs_of(reach), weights, p)
    assert (found.objective, found.status) == (most(reach, weights, p), "optimal")
    for seconds in (0.0, 0.05):
        rushed = mclp(pairs_of(reach), weights, p, seconds=seconds)
        assert rushed.objective <= found.objective <= rushed.bound


def test_random_centers():
    for seed in range(examples(40)):
        rng = np.random.default_rng(seed)
        sites, places, p = int(rng.integers(3, 13)), int(rng.integers(5, 25)), int(rng.integers(1, 4))
        far = np.rint(np.hypot(*(rng.random((2, sites, 1)) - rng.random((2, 1, places)))) * 100)
        found = p_center(far, p)
        best = longest(far, p)
        assert (found.objective, found.bound, found.gap, found.status) == (best, best, 0, "optimal")
        assert far[list(found.sites)].min(axis=0).max() == best
        assert len(found.sites) <= p


def test_random_medians():
    for seed in range(examples(40)):
        rng = np.random.default_rng(seed)
        sites, places, p = int(rng.integers(3, 11)), int(rng.integers(5, 16)), int(rng.integers(1, 4))
        far, weights = rng.integers(0, 99, (sites, places)).astype(float), rng.integers(1, 9, places)
        far += seed % 2 * 2000  # long ways to all, so that the best choice and the next differ by little
        found = p_median(far, p, weights=weights)
        rushed = p_median(far, p, weights=weights, seconds=0.0)
        assert rushed.bound <= found.objective <= rushed.objective
        assert found.objective == far[list(found.sites)].min(axis=0) @ weights
        assert (found.objective, found.bound, found.gap, found.status) == (
            shortest(far, weights, p),
            found.objective,
            0,
            "optimal",
        )


def test_the_search_for_medians_proves_what_it_says_without_a_good_start(monkeypatch):
    """From a good start nobody sees whether a bound is too high: the best is known before anything is ruled out."""
    monkeypatch.setattr(_Tree, "_start", lambda tree: tree._offer(list(range(tree.p))))
    monkeypatch.setattr(_Tree, "_exchanged", lambda _, chosen: list(chosen))
    for seed in range(examples(40)):
        rng = np.random.default_rng(seed)
        far, p = rng.integers(0, 99, (8, 14)).astype(float) + seed % 2 * 2000, int(rng.integers(2, 5))
        found = p_median(far, p)
        best = min(far[list(chosen)].min(axis=0).sum() for chosen in combinations(range(8), p))
        assert (found.objective, found.bound, found.status) == (best, best, "optimal")


def cases(published):
    return [pytest.param(FOLDER / f"pmed{number}.txt", best, id=f"pmed{number}") for number, best in published.items()]


@pytest.mark.parametrize(("path", "best"), cases(MEDIANS))
def test_or_library_medians(path, best):
    if not path.exists():
        pytest.skip(f"{path.name} of the OR-Library is not here")
    far, p = read_case(path)
    found = p_median(far, p)
    assert (found.objective, found.status) == (best, "optimal")


@pytest.mark.parametrize(("path", "best"), cases(CENTERS))
def test_or_library_centers(path, best):
    if not path.exists():
        pytest.skip(f"{path.name} of the OR-Library is not here")
    far, p = read_case(path)
    found = p_center(far, p)
    assert (found.objective, found.bound, found.status) == (best, best, "optimal")
    assert far[list(found.sites)].min(axis=0).max() == best


def test_a_case_is_read_as_it_is_written(tmp_path):
    """Three nodes in a row, the middle edge given twice: 1-2 costs 5, 2-3 costs 4, so 1-3 costs 9."""
    path = tmp_path / "pmed0.txt"
    path.write_text(" 3 3 1 \n 1 2 5\n 2 3 7\n 3 2 4 \n")
    far, p = read_case(path)
    assert (far.tolist(), p) == ([[0, 5, 9], [5, 0, 4], [9, 4, 0]], 1)


# --- a solver that errs ----------------------------------------------------------------------------------------------


REACH = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 0]], bool)


def wrong(monkeypatch, change):
    """Let HiGHS hand back something else than it found."""
    real = _program.run

    def run(program, seconds):
        return change(program, real(program, seconds))

    monkeypatch.setattr(_program, "run", run)


def test_an_answer_that_breaks_a_rule_is_an_error(monkeypatch):
    wrong(monkeypatch, lambda _, found: replace(found, values=np.zeros_like(found.values)))
    with pytest.raises(MappingError, match="HiGHS"):
        lscp(pairs_of(REACH))


def test_an_answer_that_costs_more_than_is_said_is_an_error(monkeypatch):
    wrong(monkeypatch, lambda _, found: replace(found, values=np.ones_like(found.values)))
    with pytest.raises(MappingError, match="HiGHS"):
        lscp(pairs_of(REACH))


def test_a_bound_that_an_answer_beats_is_an_error(monkeypatch):
    wrong(monkeypatch, lambda _, found: replace(found, bound=found.bound + 1))
    with pytest.raises(MappingError, match="HiGHS"):
        lscp(pairs_of(REACH))


def test_a_bound_that_is_too_low_is_no_proof(monkeypatch):
    wrong(monkeypatch, lambda _, found: replace(found, bound=found.bound - 1))
    with pytest.raises(MappingError, match="HiGHS"):
        lscp(pairs_of(REACH))
