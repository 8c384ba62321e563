"""Measure siting beside spopt: ``python benchmarks/siting.py``."""

from __future__ import annotations

import resource
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from _harness import Measured, Table, fresh, main, timed

from mapping.engines.location.covering_models import mclp
from mapping.engines.location.p_median import p_median
from mapping.engines.pairs import between_points

LIMIT = 80.0
PATIENCE = 120

ABOUT = (
    "Which sites of many reach the most people (MCLP), and make all ways together shortest (p-median): places and "
    "sites scattered over a square of 1000 by 1000. Both programs start from pairs or distances and give a proven "
    "best answer, unless the row says otherwise. spopt builds a program with PuLP and hands it to CBC; CBC's part is "
    "also given alone. For the p-median of this size spopt's program has two and a half million columns; it is "
    "measured on a smaller one, CBC's part alone. Memory of spopt is without that of CBC, a program of its own."
)


def with_children(call: Callable[[], Any], answer: Callable[[Any], Any]) -> Measured:
    """Time a call whose work a program does that it starts, and count that program's processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = timed(call, answer=answer)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return replace(measured, cpu=measured.cpu + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def scattered(places: int, sites: int) -> tuple[Any, Any, Any]:
    """Invent places, sites and people."""
    rng = np.random.default_rng(1)
    return rng.random((places, 2)) * 1000, rng.random((sites, 2)) * 1000, rng.integers(1, 1000, places)


def distances(places: Any, sites: Any) -> Any:
    """Return distances, shape (sites, places)."""
    return np.hypot(sites[:, None, 0] - places[None, :, 0], sites[:, None, 1] - places[None, :, 1])


def ours_mclp(places: int, sites: int, p: int) -> Measured:
    """Measure mclp from the pairs."""
    at, where, people = scattered(places, sites)
    pairs = between_points(at, where, limit=LIMIT)
    mclp(between_points(at[:50], where[:9], limit=LIMIT), people[:50], 2)
    return timed(lambda: mclp(pairs, people, p), repeat=3, answer=lambda found: (found.objective, found.status))


def spopt_mclp(places: int, sites: int, p: int, alone: bool) -> Measured:
    """Measure spopt's MCLP with CBC: from the distances to the answer, or CBC's part ``alone``."""
    import pulp
    from spopt.locate import MCLP

    warnings.simplefilter("ignore")
    at, where, people = scattered(places, sites)
    far, solver = distances(at, where).T, pulp.PULP_CBC_CMD(msg=False, threads=1)

    def built() -> Any:
        return MCLP.from_cost_matrix(far, people, LIMIT, p_facilities=p)

    ready = built() if alone else None
    return with_children(
        lambda: (ready or built()).solve(solver, results=False),
        answer=lambda found: (found.problem.objective.value(), ""),
    )


def ours_median(places: int, sites: int, p: int) -> Measured:
    """Measure p_median from the distances."""
    at, where, people = scattered(places, sites)
    far = distances(at, where)
    p_median(far[:9, :50], 2, weights=people[:50])
    return timed(
        lambda: p_median(far, p, weights=people, seconds=PATIENCE), answer=lambda found: (found.objective, found.status)
    )


def spopt_median(places: int, sites: int, p: int) -> Measured:
    """Measure spopt's PMedian with CBC, solve alone."""
    import pulp
    from spopt.locate import PMedian

    warnings.simplefilter("ignore")
    at, where, people = scattered(places, sites)
    model = PMedian.from_cost_matrix(distances(at, where).T, people, p_facilities=p)
    solver = pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=PATIENCE)
    try:
        return with_children(
            lambda: model.solve(solver, results=False), answer=lambda found: (found.problem.objective.value(), "")
        )
    except RuntimeError:  # so spopt says that CBC ended without a solution
        return Measured(failure=f"no answer within {PATIENCE} s")


def said(rows: list[tuple[str, Measured]]) -> str:
    """Tell the objectives."""
    told = [f"{label}: {m.answer[0]:,.0f} {m.answer[1]}".strip() for label, m in rows if not m.failure]
    return "Objectives: " + "; ".join(told) + "."


def run(quick: bool) -> list[Table]:
    """Measure everything."""
    places, sites, p = (800, 80, 5) if quick else (5_000, 500, 10)
    few = (200, 30, 4) if quick else (1_000, 100, 8)
    rows = [
        ("mclp", fresh(ours_mclp, places, sites, p)),
        ("spopt MCLP", fresh(spopt_mclp, places, sites, p, False)),
        ("of it: CBC", fresh(spopt_mclp, places, sites, p, True)),
    ]
    tables = [Table(f"MCLP: {places:,} places, {sites} sites, p = {p}", rows, said(rows))]
    rows = [("p_median", fresh(ours_median, *few)), ("spopt PMedian, CBC", fresh(spopt_median, *few))]
    tables.append(Table(f"p-median: {few[0]:,} places, {few[1]} sites, p = {few[2]}", rows, said(rows)))
    rows = [(f"p_median, p = {n}", fresh(ours_median, places, sites, n)) for n in ((p,) if quick else (5, p))]
    tables.append(Table(f"p-median: {places:,} places, {sites} sites", rows, said(rows)))
    return tables


if __name__ == "__main__":
    main("siting", "Siting", run, about=ABOUT, packages=("scipy", "spopt", "pulp", "numba", "numpy"))
