"""Covering problems as places merged by the candidates that reach them, and what is quick to say of them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mapping.engines.location._program import Floats
from mapping.engines.pairs import Pairs

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """Places that are not served yet, merged by the candidates that reach them.

    ``sets`` (groups, candidates) holds a 1 for each candidate of a group; ``weights`` are the people of each group.
    """

    sets: csr_array
    weights: Floats
    candidates: Numbers


def site_sets(pairs: Pairs) -> csr_array:
    """Return the sites of each place, shape (places, sites)."""
    ones = np.ones(len(pairs.places), np.float64)
    sets = csr_array((ones, pairs.places, pairs.starts), shape=(pairs.services, pairs.count)).T.tocsr()
    sets.sort_indices()
    return sets


def merged(sets: csr_array, weights: Floats) -> tuple[csr_array, Floats]:
    """Merge rows with the same columns; return them and their weight."""
    known: dict[bytes, int] = {}
    rows = (sets.indices[start:end].tobytes() for start, end in pairwise(sets.indptr))
    group = np.array([known.setdefault(row, len(known)) for row in rows], np.int64)
    first = np.unique(group, return_index=True)[1]
    return sets[first], np.bincount(group, weights, minlength=len(first)).astype(np.float64)


def uncovered(sets: csr_array, weights: Floats, fixed: Numbers, free: Numbers) -> tuple[Cover, NDArray[np.bool_]]:
    """Return what the candidates can still add, and which places the standing sites serve."""
    served = np.asarray(sets[:, fixed].sum(axis=1)).ravel() > 0
    open_rows = np.flatnonzero(~served & (weights > 0))
    rest = sets[open_rows][:, free]
    some = np.diff(rest.indptr) > 0
    groups, heavy = merged(rest[np.flatnonzero(some)], weights[open_rows[some]])
    return Cover(groups, heavy, free), served


def added(cover: Cover, done: NDArray[np.bool_]) -> Floats:
    """Return the weight that each candidate would add where some groups are served, shape (candidates,)."""
    return np.asarray(cover.sets.T @ np.where(done, 0.0, cover.weights))


def greedy(cover: Cover, count: int | None) -> list[int]:
    """Choose the candidate that adds most, again and again: so many, or until all is covered."""
    chosen: list[int] = []
    done = np.zeros(len(cover.weights), np.bool_)
    while (count is None or len(chosen) < count) and len(chosen) < len(cover.candidates):
        gains = added(cover, done)
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        chosen.append(best)
        done |= cover.sets[:, [best]].toarray().ravel() > 0
    return chosen


def lowered(cover: Cover, chosen: list[int]) -> list[int]:
    """Exchange one site at a time for one of lower number that is as good."""
    columns = cover.sets.tocsc()
    counts = np.asarray(cover.sets[:, chosen].sum(axis=1)).ravel()
    chosen, changed = sorted(chosen), True
    while changed:
        changed = False
        for place, site in enumerate(chosen):
            counts -= columns[:, [site]].toarray().ravel()
            gains = added(cover, counts > 0)
            as_good = np.flatnonzero(gains[:site] >= gains[site])
            new = next((int(other) for other in as_good if other not in chosen), site)
            counts += columns[:, [new]].toarray().ravel()
            chosen[place], changed = new, changed or new != site
        chosen.sort()
    return chosen


def reached(cover: Cover, chosen: list[int]) -> float:
    """Return the weight that a choice of candidates adds."""
    return float(cover.weights[np.asarray(cover.sets[:, chosen].sum(axis=1)).ravel() > 0].sum())


def thinned(cover: Cover, chosen: list[int]) -> list[int]:
    """Drop sites that the others make needless, the last chosen first."""
    counts = np.asarray(cover.sets[:, chosen].sum(axis=1)).ravel()
    sites = list(chosen)
    for site in reversed(chosen):
        own = cover.sets[:, [site]].toarray().ravel()
        if (counts[own > 0] > 1).all():
            counts -= own
            sites.remove(site)
    return sites
