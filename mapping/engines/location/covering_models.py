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


# --- what both cover problems need -----------------------------------------------------------------------------------


def chosen_sites(count: int, fixed: Sequence[int], candidates: Sequence[int] | None) -> tuple[Numbers, Numbers]:
    """Return the sites that stand, and those that may be chosen, by number.

    Raises
    ------
    InvalidRecord
        A number is that of no site.
    """
    standing = np.unique(np.asarray(fixed, np.int64))
    free = np.arange(count) if candidates is None else np.unique(np.asarray(candidates, np.int64))
    for name, own in (("fixed", standing), ("candidates", free)):
        if own.size and not (own[0] >= 0 and own[-1] < count):
            raise InvalidRecord(f"{name}: there are the sites 0 to {count - 1}, not {own[0]} to {own[-1]}")
    return standing, np.setdiff1d(free, standing)


def checked_weights(weights: ArrayLike | None, count: int) -> Floats:
    """Return the people of each place, 1 where nothing is given.

    Raises
    ------
    InvalidRecord
        There is not one number of 0 or more for each place.
    """
    own = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if own.shape != (count,) or not (np.isfinite(own).all() and (own >= 0).all()):
        raise InvalidRecord(f"weights: need a number of 0 or more for each of {count} places; got shape {own.shape}")
    return own


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
    far = np.asarray(costs, np.float64)
    if far.ndim != 2 or np.isnan(far).any() or (far < 0).any():
        raise InvalidRecord(f"costs: need a table (sites, places) of 0 or more, not shape {far.shape}")
    standing, free = chosen_sites(far.shape[0], fixed, candidates)
    if p < 0:
        raise InvalidRecord(f"p: 0 or more sites, not {p}")
    used = np.concatenate([standing, free])
    nearest = far[used].min(axis=0, initial=np.inf)
    lost, reachable = np.flatnonzero(np.isinf(nearest)), np.flatnonzero(np.isfinite(nearest))
    levels = np.unique(far[used][:, reachable])
    levels = levels[np.isfinite(levels) & (levels >= nearest[reachable].max(initial=0))]
    best = _farthest_first(far[:, reachable], standing, free, p)
    # from `high` on so many sites are known to do, below `low` they are proven not to
    low, high, status = 0, int(np.searchsorted(levels, _longest(far[:, reachable], standing, best))), "optimal"
    while low < high and status == "optimal":
        middle = (low + high) // 2
        j, i = np.nonzero(far[:, reachable] <= levels[middle])
        near = Pairs.of(i, j, np.zeros(i.size), shape=(reachable.size, far.shape[0]))
        left = seconds - (time.perf_counter() - begun)
        siting = lscp(near, fixed=fixed, candidates=free.tolist(), seconds=left)
        if len(siting.sites) <= p:
            best = np.array(siting.sites, np.int64)
            high = int(np.searchsorted(levels, _longest(far[:, reachable], standing, best)))
        elif siting.bound > p:
            low = middle + 1
        else:
            status = "time limit"
    radius = _longest(far[:, reachable], standing, best)
    if low == levels.size and reachable.size:
        return replace(_center(far, standing, best[:0], lost), status="infeasible", seconds=time.perf_counter() - begun)
    bound = float(levels[low]) if reachable.size else 0.0
    least, proof = proven(radius, bound, "optimal" if low >= high else "time limit")
    answer = _center(far, standing, np.sort(best), lost)
    return replace(answer, objective=radius, bound=least, status=proof, seconds=time.perf_counter() - begun)


def _longest(far: Floats, standing: Numbers, chosen: Numbers) -> float:
    """Return the longest way from a place to the nearest of some sites, 0 where there is no place."""
    ways = far[np.concatenate([standing, chosen])].min(axis=0, initial=np.inf)
    return float(ways.max(initial=0.0))


def _farthest_first(far: Floats, standing: Numbers, free: Numbers, p: int) -> Numbers:
    """Choose the site nearest to the place that is farthest from all sites so far, again and again."""
    chosen: list[int] = []
    now = far[standing].min(axis=0, initial=np.inf)
    for _ in range(min(p, free.size) if now.size else 0):
        place = int(np.argmax(now))
        chosen.append(int(free[np.argmin(far[free, place])]))
        now = np.minimum(now, far[chosen[-1]])
    return np.unique(np.array(chosen, np.int64))


def _center(far: Floats, standing: Numbers, sites: Numbers, lost: Numbers) -> Siting:
    """Make an answer of the longest way from its sites; how good it is is not known yet."""
    assigned, chosen = np.full(far.shape[1], -1), np.concatenate([standing, sites])
    if chosen.size:
        assigned = np.where(np.isfinite(far[chosen].min(axis=0)), chosen[far[chosen].argmin(axis=0)], -1)
    return Siting(
        tuple(sites.tolist()),
        float("inf"),
        float("inf"),
        "time limit",
        0.0,
        "p-center: farthest place first, set covering by HiGHS, radius halved",
        np.where(assigned >= 0, 1.0, 0.0),
        assigned,
        lost,
    )
