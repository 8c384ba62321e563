"""p-median: which sites make all ways together shortest, with a proof that no others do better.

min  sum_i w_i min_{j open} c_ij   with p sites open beside those that stand (Hakimi 1964, Operations Research 12(3)).

Method
------
1. A good answer: greedy choice and interchange (Teitz and Bart 1968).
2. A bound: each place must go to one site; that rule is given up for a price u_i (Cornuejols, Fisher and Nemhauser
   1977, Management Science 23). With these prices site j is worth rho_j = sum_i min(0, w_i c_ij - u_i), and no answer
   costs less than sum u + the p least rho. Prices are bettered step by step.
3. Fixing: a site whose use lifts the bound to the best answer cannot be in a better one, and one whose absence does
   must be in it. Few sites remain.
4. Branching over the sites that remain, each branch with prices of its own, until bound and answer meet: the branches
   are closed by the bound of 2, so that no large program has to be solved.

Sums are float64; an answer is ``optimal`` when bound and answer agree to one part in 10^9.

>>> best = p_median([[0, 4, 9], [4, 0, 4], [9, 4, 0]], 1)
>>> best.sites, best.objective, best.status, best.assigned.tolist()
((1,), 8.0, 'optimal', [1, 1, 1])
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mapping.engines._compiled import reordered
from mapping.engines.location._covering import Numbers
from mapping.engines.location._program import Floats, Status, proven
from mapping.engines.location.covering_models import (
    TIME,
    Siting,
    checked_costs,
    checked_weights,
    chosen_sites,
    nearest_sites,
)
from mapping.errors import InvalidRecord

CLOSE = 1e-9
"""Bound and answer that differ by less than this share are equal."""

ROUNDS = 200
"""Steps of prices between two looks at the clock; eight times as many at first."""

EARLY = 6
"""In so many branches sites are exchanged too: near the first prices lie good answers, and a better one fixes more."""

LOOK, GAIN = 40, 0.02
"""Prices are left alone when that many steps closed less than this share of the gap: branching closes more."""


def p_median(
    costs: ArrayLike,
    p: int,
    *,
    weights: ArrayLike | None = None,
    fixed: Sequence[int] = (),
    candidates: Sequence[int] | None = None,
    beyond: float | None = None,
    seconds: float = TIME,
) -> Siting:
    """Choose ``p`` sites so that the sum over places of weight times the cost to the nearest site is least.

    Parameters
    ----------
    costs
        Shape (sites, places), 0 or more, inf where there is no way.
    p
        How many to choose beside those that stand; all candidates where there are fewer.
    weights
        People of each place, 1 by default.
    fixed, candidates, seconds
        As for `mapping.engines.location.covering_models.mclp`.
    beyond
        What a place costs where no open site is reached, and at most. Without it every cost must be finite.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape or range; a place may be left without any way, and ``beyond`` is not given; or
        there would be no site at all.
    """
    begun = time.perf_counter()
    far = checked_costs(costs)
    own = checked_weights(weights, far.shape[1])
    lost = np.flatnonzero(np.isinf(far.min(axis=0, initial=np.inf)))
    if beyond is not None:
        far = np.minimum(far, beyond)
    standing, free = chosen_sites(far.shape[0], fixed, candidates)
    p = min(p, free.size)
    if p < 0 or (not standing.size and not p and beyond is None):
        raise InvalidRecord(f"p: {p} sites and none that stands; choose at least one")
    if np.isinf(far[np.concatenate([standing, free])]).any():
        raise InvalidRecord("costs: some site has no way to some place; say with ``beyond`` what that costs")
    most = np.inf if beyond is None else beyond

    def cost_of(used: Numbers) -> Floats:
        nearest = far[used].min(axis=0, initial=most)
        return np.asarray(np.multiply(nearest, own, out=np.zeros_like(own), where=own > 0))

    tree = _Tree(np.ascontiguousarray(far[free] * own), cost_of(standing), p, begun + seconds)
    status: Status = tree.search()
    sites = np.sort(free[np.array(tree.best, np.int64)])
    used = np.concatenate([standing, sites])
    assigned, objective = nearest_sites(far, used, most), float(cost_of(used).sum())
    bound, status = proven(objective, tree.bound, status)
    return Siting(
        tuple(sites.tolist()),
        objective,
        float(bound),
        status,
        time.perf_counter() - begun,
        tree.said(),
        np.where(assigned >= 0, 1.0, 0.0),
        assigned,
        lost,
    )


@dataclass
class _Branch:
    """Sites that are in, and those still open to choice; prices, and the bound that they gave the branch above."""

    inside: list[int]
    free: Numbers
    prices: Floats
    bound: float


class _Tree:
    """The search: the best answer so far, and a bound on all that is not searched yet."""

    def __init__(self, table: Floats, base: Floats, p: int, until: float) -> None:
        self.table, self.base, self.p, self.until = table, base, p, until
        self.best: list[int] = list(range(p)) if p == len(table) or not base.size else []
        self.value = self.bound = self._cost(self.best) if self.best or not p else float("inf")
        self.branches = 0

    def said(self) -> str:
        """Say how the answer was found."""
        how = "p-median: greedy choice and interchange"
        if self.branches or self.value == self.bound:
            return f"{how}, Lagrangian bound, reduced-cost fixing, {self.branches} branches"
        return how + "; time ran out before a bound was worked out"

    def search(self) -> Status:
        """Find the best answer; return whether it is proven."""
        if np.isfinite(self.value):
            return "optimal"
        self._start()
        ways = np.vstack([self.base, self.table[self.best], np.full_like(self.base, np.inf)])
        first, second = np.sort(ways, axis=0)[:2]
        prices = first + np.where(np.isfinite(second), (second - first) * 0.5, first * 0.5)
        stack = [_Branch([], np.arange(len(self.table)), prices, 0.0)]
        while stack:
            if time.perf_counter() > self.until:
                self.bound = min(branch.bound for branch in stack)
                return "time limit"
            branch = stack.pop()
            if branch.bound < self._goal():
                stack += self._searched(branch)
                self.branches += 1
        self.best = self._exchanged(self.best)
        self.value = self.bound = self._cost(self.best)
        return "optimal"

    def _goal(self) -> float:
        """Return the bound from which on a branch holds nothing better."""
        return self.value - CLOSE * max(1.0, abs(self.value))

    def _cost(self, chosen: Sequence[int]) -> float:
        return float(np.minimum(self.base, self.table[list(chosen)].min(axis=0, initial=np.inf)).sum())

    def _start(self) -> None:
        chosen: list[int] = []
        for _ in range(self.p):
            chosen.append(int(np.argmin(self._costs_beside(chosen))))
        self._offer(chosen if time.perf_counter() > self.until else self._exchanged(chosen))

    def _costs_beside(self, chosen: list[int]) -> Floats:
        base = np.minimum(self.base, self.table[chosen].min(axis=0, initial=np.inf))
        costs = np.array([np.minimum(base, row).sum() for row in self.table])
        costs[chosen] = np.inf
        return costs

    def _exchanged(self, chosen: list[int]) -> list[int]:
        """Exchange one site at a time for the best, of equals that of the lowest number, until none changes."""
        chosen, changed = sorted(chosen), True
        while changed:
            changed = False
            for place, site in enumerate(chosen):
                best = int(np.argmin(self._costs_beside(chosen[:place] + chosen[place + 1 :])))
                chosen[place], changed = best, changed or best != site
            chosen.sort()
        return chosen

    def _offer(self, chosen: list[int]) -> None:
        value = self._cost(chosen)
        if value < self.value:
            self.best, self.value = sorted(chosen), value

    def _searched(self, branch: _Branch) -> list[_Branch]:
        """Better the prices of a branch and fix what can be; where nothing can, part it in two."""
        inside, free, left = branch.inside, branch.free, self.p - len(branch.inside)
        if left == 0 or free.size <= left:
            self._offer(inside + free[:left].tolist())
            return []
        base = np.minimum(self.base, self.table[inside].min(axis=0, initial=np.inf))
        rounds = ROUNDS if self.branches else 8 * ROUNDS
        priced, prices, worth, use = _priced(
            self.table, base, free, left, np.minimum(branch.prices, base), self.value, rounds
        )
        bound = max(branch.bound, priced)
        order = np.argsort(worth, kind="stable")
        chosen = inside + free[order[:left]].tolist()
        self._offer(chosen if self.branches > EARLY else self._exchanged(chosen))
        if bound >= self._goal():
            return []
        out = priced + worth - worth[order[left - 1]] >= self._goal()
        out[order[:left]] = False
        into = priced - worth + worth[order[left]] >= self._goal()
        into[order[left:]] = False
        if (out | into).any():
            return [_Branch(inside + free[into].tolist(), free[~(out | into)], prices, bound)]
        pivot = int(np.argmin(np.abs(use - 0.5)))  # the one that prices settle least
        rest = np.delete(free, pivot)
        return [_Branch(inside, rest, prices, bound), _Branch([*inside, int(free[pivot])], rest, prices, bound)]


# --- prices: table (sites, places) holds weight times cost, base what each place costs without any of them -----------


@reordered
def _priced(
    table: Floats,
    base: Floats,
    free: Numbers,
    left: int,
    prices: Floats,
    goal: float,
    rounds: int,
) -> tuple[float, Floats, Floats, Floats]:
    """Better the prices of places; return the best bound with its prices, and each free site's worth and use there.

    A price above what a place costs anyway (``base``) is never better than that cost: prices stay below it.
    """
    places = base.size
    u, best_u = prices.copy(), prices.copy()
    best, best_worth = -np.inf, np.zeros(free.size)
    worth, slope, drift = np.empty(free.size), np.empty(places), np.zeros(places)
    step, idle = 1.0, 0
    use = np.zeros(free.size)  # how often of late each site was among the best, a share
    before = -np.inf
    for number in range(1, rounds + 1):
        if number % LOOK == 0:
            if best - before < GAIN * (goal - best):
                break
            before = best
        bound = 0.0
        for i in range(places):
            bound += u[i]
            slope[i] = u[i] < base[i]
        for n in range(free.size):
            row, total = table[free[n]], 0.0
            for i in range(places):
                total += min(0.0, row[i] - u[i])
            worth[n] = total
        rest = worth.copy()
        use *= 0.97
        for _ in range(left):
            n = int(np.argmin(rest))  # in the order of sorts, of equals the first; numba takes seconds to compile one
            rest[n] = np.inf
            bound += worth[n]
            use[n] += 0.03
            row = table[free[n]]
            for i in range(places):
                slope[i] -= row[i] < u[i]
        if bound > best + 1e-7 * abs(best):
            idle = 0
        else:
            idle += 1
        if bound > best:
            best = bound
            best_u, best_worth = u.copy(), worth.copy()  # anew: numba takes seconds to compile a copy into an array
        if best >= goal - 1e-9 * max(1.0, abs(goal)):
            break
        if idle >= 12:
            step, idle = step * 0.6, 0
            u, drift = best_u.copy(), np.zeros(places)
            if step < 1e-4:
                break
            continue
        norm = 0.0
        for i in range(places):
            drift[i] = slope[i] + 0.7 * drift[i]
            norm += drift[i] * drift[i]
        if norm == 0:
            break
        pace = step * (goal - bound) / norm
        for i in range(places):
            u[i] = min(u[i] + pace * drift[i], base[i])
    return best, best_u, best_worth, use
