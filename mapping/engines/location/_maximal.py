"""The most weight that p sites can reach: settled by prices as far as they go, decided by HiGHS where they do not."""

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from mapping.engines.location._covering import Cover, Numbers, added, exchanged, merged, reached
from mapping.engines.location._prices import CLOSE, priced
from mapping.engines.location._program import IntegerProgram, Solved, Status, proven, solve

STARTS = 30
"""Starts of the interchange by chance, where the greedy one is not proven best at once."""


@dataclass(frozen=True)
class Most:
    """The best choice of candidates that was found, a bound on what any can add, and whether the two meet.

    ``left`` is how many sites HiGHS had to decide on; 0 where prices settled all.
    """

    chosen: list[int]
    bound: float
    status: Status
    left: int = 0


def most(cover: Cover, p: int, start: list[int], seconds: float) -> Most:
    """Settle sites by prices, round by round, from a good choice on; let HiGHS decide on those that remain."""
    until = time.perf_counter() + seconds
    best, value = start, reached(cover, start)
    alone = np.sort(added(cover, np.zeros(len(cover.weights), np.bool_)))[::-1]
    bound = min(float(alone[:p].sum()), float(cover.weights.sum()))
    times = np.asarray(cover.sets[:, start].sum(axis=1)).ravel()
    prices = np.where(times > 1, 0.0, cover.weights)
    inside: list[int] = []
    free, rows, tried = np.arange(len(cover.candidates)), np.arange(len(cover.weights)), False
    while bound > value * (1 + CLOSE):
        left, before = p - len(inside), reached(cover, inside)
        if left < 0:  # a better choice would have to use more than p sites: there is none
            return Most(best, value, "optimal")
        if left == 0 or free.size <= left:
            rest = sorted(inside + free[:left].tolist())
            best, value = max((best, value), (rest, reached(cover, rest)), key=lambda choice: choice[1])
            return Most(best, value, "optimal")
        settled = priced(cover.sets[rows][:, free], cover.weights[rows], left, value - before, prices, until)
        if settled.chosen is not None:
            best, value = sorted(inside + free[settled.chosen].tolist()), before + settled.reached
        bound = min(bound, before + max(settled.bound, value - before))
        inside += free[settled.inside].tolist()
        still = np.asarray(cover.sets[rows][:, free[settled.inside]].sum(axis=1)).ravel() == 0
        rows, prices = rows[still], settled.prices[still]
        few = settled.inside.sum() + settled.outside.sum() < free.size / 10
        free = free[~settled.inside & ~settled.outside]
        if few and not tried:  # a better answer settles more
            best, tried = _tried(cover, p, best, until), True
            value = reached(cover, best)
        elif few:
            return _decided(cover, p, inside, free, best, bound, until - time.perf_counter())
    return Most(best, value, "optimal")


def _tried(cover: Cover, p: int, best: list[int], until: float) -> list[int]:
    """Return the best of many choices by interchange, each from a start by chance (always the same ones)."""
    random, choices = np.random.default_rng(0), [best]
    for _ in range(STARTS):
        if time.perf_counter() > until:
            break
        start = random.permutation(len(cover.candidates))[:p].tolist()
        choices.append(exchanged(cover, start, rising=True))
    return max(choices, key=lambda choice: reached(cover, choice))


def _decided(
    cover: Cover, p: int, inside: list[int], free: Numbers, best: list[int], bound: float, seconds: float
) -> Most:
    """Let HiGHS choose among the free sites those that are best together with the ones inside."""
    done = np.asarray(cover.sets[:, inside].sum(axis=1)).ravel() > 0
    sets, weights, _ = merged(cover.sets[np.flatnonzero(~done)][:, free], cover.weights[~done])
    solution = _solved(Cover(sets, weights, free), p - len(inside), seconds)
    value = reached(cover, best)
    if solution.values is not None:
        own = sorted(inside + free[np.flatnonzero(solution.values[: free.size] > 0.5)].tolist())
        best, value = max((best, value), (own, reached(cover, own)), key=lambda choice: choice[1])
    # a better choice than the one known is among those that HiGHS looked at, or there is none
    bound = min(bound, max(value, float(cover.weights[done].sum()) - solution.bound))
    least, status = proven(-value, -bound, solution.status)
    return Most(best, -least, status, free.size)


def _solved(cover: Cover, p: int, seconds: float) -> Solved:
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
