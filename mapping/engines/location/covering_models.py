"""Siting: where new services reach the most people, or everybody with the fewest, and how good the answer is.

=========  ======================================================  ================================================
problem    question                                                source
=========  ======================================================  ================================================
`mclp`     which p sites bring the most people within the limit    Church and ReVelle 1974, Papers in Regional Sc. 32
`lscp`     how few sites bring everybody within the limit          Toregas and others 1971, Operations Research 19(6)
`p_center` which p sites make the longest way shortest             Hakimi 1964, Operations Research 12(3)
p-median   which p sites make all ways together shortest           `mapping.engines.location.p_median`
=========  ======================================================  ================================================

Every answer says how good it is: the objective, a bound that no answer can beat, and the gap between them; with the
status ``optimal`` they meet to one part in a million, which is a proof. No solver is believed: the objective is added
up anew from the sites and the data and held against the solver's own bound, and what does not fit is an error. Where
time runs out, the best found so far is returned with the gap that remains. Greedy choice is handed on only when time
ran out before anything better was found, and ``method`` says so.

Places with the same sites within reach are merged, which keeps programs small. HiGHS solves them (Huangfu and Hall
2018, Mathematical Programming Computation 10). Of answers that are equally good, the one is kept that no exchange with
a site of lower number leaves as good.

>>> from mapping.engines.pairs import Pairs
>>> near = Pairs.of([0, 1, 1, 2, 2], [0, 0, 1, 1, 2], [5, 9, 9, 5, 5], shape=(3, 3))
>>> best = mclp(near, [10, 20, 30], 1)
>>> best.sites, best.objective, best.gap, best.status
((1,), 50.0, 0.0, 'optimal')
>>> lscp(near).sites
(0, 1)
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, hstack, vstack

from mapping.engines.location._covering import (
    Cover,
    Numbers,
    greedy,
    lowered,
    reached,
    site_sets,
    thinned,
    uncovered,
)
from mapping.engines.location._program import EXACT, Floats, IntegerProgram, Solved, Status, proven, solve
from mapping.engines.pairs import Pairs
from mapping.errors import InvalidRecord, MappingError

TIME = 60.0
"""Seconds that a search may take where nothing else is said."""


@dataclass(frozen=True)
class Siting:
    """Where to build, and how good that is.

    ``sites`` are the chosen ones without those that stood before, by number. ``bound`` is what no answer can beat and
    ``gap`` is |bound - objective| / |objective|; 0 with the status ``optimal``. ``served`` holds, by place, the share
    of its people that are served (for a p-median and p-center, 1); ``assigned`` the site that each place goes to, -1
    for none (only where each goes to one). ``unreachable`` numbers the places that no site reaches at all.
    """

    sites: tuple[int, ...]
    objective: float
    bound: float
    status: Status
    seconds: float
    method: str
    served: Floats
    assigned: Numbers
    unreachable: Numbers

    @property
    def gap(self) -> float:
        """Return the share by which the objective may still be improved at most."""
        if self.status == "infeasible":
            return float("inf")
        away = abs(self.bound - self.objective)
        return 0.0 if away == 0 else away / abs(self.objective) if self.objective else float("inf")


# --- what all of them need -------------------------------------------------------------------------------------------


def chosen_sites(count: int, fixed: Sequence[int], candidates: Sequence[int] | None) -> tuple[Numbers, Numbers]:
    """Return the sites that stand, and those that may be chosen, by number; refuse the number of no site."""
    standing = np.unique(np.asarray(fixed, np.int64))
    free = np.arange(count) if candidates is None else np.unique(np.asarray(candidates, np.int64))
    for name, own in (("fixed", standing), ("candidates", free)):
        if own.size and not (own[0] >= 0 and own[-1] < count):
            raise InvalidRecord(f"{name}: there are the sites 0 to {count - 1}, not {own[0]} to {own[-1]}")
    return standing, np.setdiff1d(free, standing)


def checked_weights(weights: ArrayLike | None, count: int) -> Floats:
    """Return the people of each place, 1 where nothing is given; refuse other lengths and numbers below 0."""
    own = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if own.shape != (count,) or not (np.isfinite(own).all() and (own >= 0).all()):
        raise InvalidRecord(f"weights: need a number of 0 or more for each of {count} places; got shape {own.shape}")
    return own


def checked_costs(costs: ArrayLike) -> Floats:
    """Return a table of costs, shape (sites, places); refuse what is none, or holds a cost below 0 or NaN."""
    far = np.asarray(costs, np.float64)
    if far.ndim != 2 or np.isnan(far).any() or (far < 0).any():
        raise InvalidRecord(f"costs: need a table (sites, places) of 0 or more, not shape {far.shape}")
    return far


def nearest_sites(far: Floats, used: Numbers, most: float = np.inf) -> Numbers:
    """Return the site of those that are used to which each place has the least cost, -1 where none costs less."""
    if not used.size:
        return np.full(far.shape[1], -1)
    return np.where(far[used].min(axis=0) < most, used[far[used].argmin(axis=0)], -1)


# --- the most people with p sites ------------------------------------------------------------------------------------


def mclp(
    pairs: Pairs,
    weights: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    candidates: Sequence[int] | None = None,
    seconds: float = TIME,
) -> Siting:
    """Choose ``p`` sites so that the most people are within the limit of a site (maximal covering location).

    Parameters
    ----------
    pairs
        Places within the limit of each site, standing ones and candidates alike (`mapping.engines.pairs`).
    weights
        People of each place.
    p
        How many to choose; fewer are chosen where no other adds anybody.
    fixed
        Sites that stand and count anyway; the objective holds their people too.
    candidates
        Sites that may be chosen; all others by default.
    seconds
        When to stop with what there is.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape or range.
    """
    begun = time.perf_counter()
    own, sets = checked_weights(weights, pairs.count), site_sets(pairs)
    standing, free = chosen_sites(pairs.services, fixed, candidates)
    if p < 0:
        raise InvalidRecord(f"p: 0 or more sites, not {p}")
    cover, served = uncovered(sets, own, standing, free)
    start = greedy(cover, p)
    solved = _most(cover, p, seconds - (time.perf_counter() - begun))
    chosen, how = start, "greedy choice; time ran out before anything better was found"
    if solved.values is not None:
        found = np.flatnonzero(solved.values[: len(free)] > 0.5).tolist()
        if solved.status == "optimal" or reached(cover, found) > reached(cover, start):
            chosen, how = max(start, found, key=lambda sites: reached(cover, sites)), "greedy choice and HiGHS"
    if solved.status == "optimal":
        chosen = lowered(cover, thinned(cover, chosen))
    answer = _answer(sets, own, standing, free[chosen], begun=begun, method=f"maximal covering: {how}")
    everybody = float(own[served].sum() + cover.weights.sum())
    least, status = proven(-answer.objective, max(-everybody, solved.bound - float(own[served].sum())), solved.status)
    return replace(answer, bound=-least, status=status)


def _most(cover: Cover, p: int, seconds: float) -> Solved:
    """Solve: most of weight y with y <= the sum of x in its set, sum of x <= p."""
    groups, sites = cover.sets.shape
    if not groups or not p:
        return Solved(np.zeros(sites + groups), 0.0, "optimal")
    unit = csr_array((np.ones(groups), (np.arange(groups), np.arange(groups))), shape=(groups, groups))
    count = csr_array(np.concatenate([np.ones(sites), np.zeros(groups)])[None, :])
    program = IntegerProgram(
        cost=np.concatenate([np.zeros(sites), -cover.weights]),
        low=np.zeros(sites + groups),
        high=np.ones(sites + groups),
        whole=np.arange(sites + groups) < sites,
        rows=csr_array(vstack([hstack([cover.sets, -unit]), count])),
        row_low=np.concatenate([np.zeros(groups), [-np.inf]]),
        row_high=np.concatenate([np.full(groups, np.inf), [float(p)]]),
    )
    return solve(program, seconds=seconds)


def _answer(
    sets: csr_array, weights: Floats, standing: Numbers, chosen: Numbers, *, begun: float, method: str
) -> Siting:
    """Make the answer of a covering problem, counted anew from its sites; how good it is is not known yet."""
    sites = np.sort(chosen)
    served = np.asarray(sets[:, np.concatenate([standing, sites])].sum(axis=1)).ravel() > 0
    return Siting(
        tuple(sites.tolist()),
        float(weights[served].sum()),
        float(weights.sum()),
        "time limit",
        time.perf_counter() - begun,
        method,
        served.astype(np.float64),
        np.full(len(weights), -1),
        np.flatnonzero(np.diff(sets.indptr) == 0),
    )


# --- everybody with the fewest sites ---------------------------------------------------------------------------------


def lscp(
    pairs: Pairs,
    weights: ArrayLike | None = None,
    *,
    fixed: Sequence[int] = (),
    candidates: Sequence[int] | None = None,
    seconds: float = TIME,
) -> Siting:
    """Choose the fewest sites so that everybody who can be is within the limit of one (location set covering).

    Places without people need not be covered; places that neither a standing site nor a candidate reaches cannot be,
    and are named in ``unreachable``. The objective is the number of new sites. Parameters are those of `mclp`.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape or range.
    """
    begun = time.perf_counter()
    own, sets = checked_weights(weights, pairs.count), site_sets(pairs)
    standing, free = chosen_sites(pairs.services, fixed, candidates)
    usable = np.asarray(sets[:, np.concatenate([standing, free])].sum(axis=1)).ravel() > 0
    lost = np.flatnonzero(~usable & (own > 0))
    cover, _ = uncovered(sets, own, standing, free)
    start = lowered(cover, thinned(cover, greedy(cover, None)))
    solved = _fewest(cover, seconds - (time.perf_counter() - begun))
    chosen = start
    if solved.values is not None and np.count_nonzero(solved.values > 0.5) < len(start):
        chosen = lowered(cover, np.flatnonzero(solved.values > 0.5).tolist())
    ran_out = solved.status == "time limit" and chosen == start
    how = "greedy choice; time ran out before HiGHS found better" if ran_out else "greedy choice, HiGHS"
    answer = _answer(sets, own, standing, free[chosen], begun=begun, method=f"set covering: {how}")
    if not answer.served[usable & (own > 0)].all():
        raise MappingError("lscp: the sites do not cover all; please report this with your input")
    bound, status = proven(len(chosen), max(0.0, np.ceil(solved.bound - EXACT)), solved.status)
    return replace(answer, objective=float(len(chosen)), bound=float(bound), status=status, unreachable=lost)


def _fewest(cover: Cover, seconds: float) -> Solved:
    groups, sites = cover.sets.shape
    if not groups:
        return Solved(np.zeros(sites), 0.0, "optimal")
    program = IntegerProgram(
        cost=np.ones(sites),
        low=np.zeros(sites),
        high=np.ones(sites),
        whole=np.ones(sites, np.bool_),
        rows=cover.sets,
        row_low=np.ones(groups),
        row_high=np.full(groups, np.inf),
    )
    return solve(program, seconds=seconds)


# --- the longest way -------------------------------------------------------------------------------------------------


def p_center(
    costs: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    candidates: Sequence[int] | None = None,
    seconds: float = TIME,
) -> Siting:
    """Choose at most ``p`` sites so that the longest way from a place to its nearest site is shortest.

    ``costs`` has the shape (sites, places), inf where there is no way. Halves the list of all different costs, asking
    each time whether so many sites cover everything within it. Places that no site reaches are named and left out.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape or range.
    """
    begun = time.perf_counter()
    far = checked_costs(costs)
    standing, free = chosen_sites(far.shape[0], fixed, candidates)
    if p < 0:
        raise InvalidRecord(f"p: 0 or more sites, not {p}")
    nearest = far[np.concatenate([standing, free])].min(axis=0, initial=np.inf)
    lost, ways = np.flatnonzero(np.isinf(nearest)), far[:, np.isfinite(nearest)]
    levels = np.unique(ways[ways >= nearest[np.isfinite(nearest)].max(initial=0)])
    levels = levels[np.isfinite(levels)] if ways.size else np.zeros(1)
    # below the level ``least`` so many sites are proven not to do; from ``high`` on they do
    low, least, high, best = 0, 0, levels.size, np.zeros(0, np.int64)
    while low < high:
        middle = (low + high) // 2
        site, place = np.nonzero(ways <= levels[middle])
        near = Pairs.of(place, site, np.zeros(site.size), shape=ways.shape[::-1])
        found = lscp(near, fixed=fixed, candidates=free.tolist(), seconds=seconds - (time.perf_counter() - begun))
        if len(found.sites) <= p:
            high, best = middle, np.array(found.sites, np.int64)
        else:
            low = middle + 1
            least = low if found.bound > p else least
    used = np.concatenate([standing, best])
    done = high < levels.size
    radius = float(ways[used].min(axis=0, initial=np.inf).max(initial=0.0)) if done else np.inf
    bound = float(levels[least]) if least < levels.size else np.inf
    status: Status = "infeasible" if least == levels.size else "optimal" if least == high else "time limit"
    if status != "infeasible":
        bound, status = proven(radius, bound, status)
    assigned = nearest_sites(far, used)
    return Siting(
        tuple(best.tolist()),
        radius,
        bound,
        status,
        time.perf_counter() - begun,
        "p-center: set covering by HiGHS, radius halved",
        np.where(assigned >= 0, 1.0, 0.0),
        assigned,
        lost,
    )
