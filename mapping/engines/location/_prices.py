"""Prices for covering problems: a bound on what p sites can reach, and which sites that settles.

That a place is reached only where a chosen site reaches it is given up for a price (Galvao and ReVelle 1996, European
Journal of Operational Research 88(1)): place i pays u_i, 0 <= u_i <= w_i, to every chosen site that reaches it, and
keeps w_i - u_i. Whatever the prices, no p sites reach more than what the places keep and what the p best paid sites
are paid. The prices are bettered step by step. Where the use of a site, or its absence, would bring that bound down to
an answer that is known, the site is settled: no better answer uses it, or every better answer does.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mapping.engines.location._program import Floats

CLOSE = 1e-9
"""Bound and answer that differ by less than this share are equal."""

ROUNDS = 600
"""Steps of prices at most."""

PATIENCE = 12
"""Steps without a better bound before they are made shorter."""


@dataclass(frozen=True)
class Priced:
    """What prices tell of the weight that p sites can reach.

    ``bound`` is what no choice can beat, ``prices`` (places,) those that gave it. ``inside`` and ``outside`` (sites,)
    hold for every choice that reaches more than ``reached``: the goal, or what the best choice seen reaches, which is
    then in ``chosen``.
    """

    bound: float
    prices: Floats
    inside: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    reached: float
    chosen: NDArray[np.int64] | None


def priced(sets: csr_array, weights: Floats, p: int, goal: float, prices: Floats, until: float) -> Priced:
    """Better the prices until the bound meets the goal, or no longer falls.

    Parameters
    ----------
    sets
        Shape (places, sites), 1 where a site reaches a place.
    weights
        Weight of each place, 0 or more.
    p
        How many sites to choose, at least 1 and fewer than there are.
    goal
        Weight that some choice is known to reach.
    prices
        Where to start, shape (places,).
    until
        When to stop, by `time.perf_counter`.
    """
    by_site, sites = sets.T.tocsr(), sets.shape[1]
    inside, outside = np.zeros(sites, np.bool_), np.zeros(sites, np.bool_)
    best, bound, chosen = prices, np.inf, None
    step, idle, drift = 1.0, 0, np.zeros(len(weights))
    for _ in range(ROUNDS):
        paid = by_site @ prices
        order = np.argsort(-paid, kind="stable")
        last, next_ = paid[order[p - 1]], paid[order[p]]
        now = float((weights - prices).sum() + paid[order[:p]].sum())
        used = np.zeros(sites, np.bool_)
        used[order[:p]] = True
        times = sets @ used.astype(float)
        own = float(weights[times > 0].sum())
        if own > goal * (1 + CLOSE):
            goal, chosen = own, np.flatnonzero(used)
        outside |= ~used & (now - last + paid <= goal * (1 + CLOSE))
        inside |= used & (now - paid + next_ <= goal * (1 + CLOSE))
        idle = 0 if now < bound * (1 - 1e-7) else idle + 1
        if now < bound:
            best, bound = prices, now
        if bound <= goal * (1 + CLOSE) or time.perf_counter() > until:
            break
        if idle >= PATIENCE:
            prices, step, idle, drift = best, step * 0.6, 0, np.zeros(len(weights))
            if step < 1e-4:
                break
            continue
        drift = times - (weights > prices) + 0.7 * drift
        size = float(drift @ drift)
        if size == 0:
            break
        prices = np.clip(prices - step * (now - goal) / size * drift, 0, weights)
    return Priced(bound, best, inside, outside, goal, chosen)
