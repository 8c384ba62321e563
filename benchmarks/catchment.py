"""Measure floating catchments beside PySAL access: ``python benchmarks/catchment.py``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from _harness import Measured, Table, fresh, main, timed

from mapping.engines.catchment import Steps, enhanced_two_step, within
from mapping.engines.pairs import Pairs, on_grid

LIMIT = 60.0
STEPS = {10: 1.0, 20: 0.68, 30: 0.22}

ABOUT = (
    "Access of many places to many services: plain two-step floating catchment (2SFCA) and the one with step weights "
    "(E2SFCA). Each program starts from what it keeps: ours from pairs by service, PySAL access from its data frames; "
    "one more row includes sorting a table of 32-bit numbers into pairs. Answers were compared. The last table has a "
    "million places on a grid: ours is given the friction and searches the ways itself, keeping no pairs; PySAL access "
    "is given all pairs, which somebody else worked out."
)


def table(places: int, services: int, each: int) -> tuple[Any, Any, Any, Any, Any]:
    """Invent pairs: each place has so many different services, at up to an hour."""
    rng = np.random.default_rng(1)
    i = np.repeat(np.arange(places, dtype=np.int32), each)
    first = rng.integers(0, services, places)
    j = ((first[:, None] + np.arange(each) * (services // each)) % services).astype(np.int32).ravel()
    minutes = rng.uniform(0.5, LIMIT, i.size).astype(np.float32)
    return i, j, minutes, rng.integers(1, 1000, places), rng.integers(1, 50, services)


def ours(places: int, services: int, each: int, steps: bool, sorting: bool = False) -> Measured:
    """Measure ours, from pairs or from the table that they are sorted from."""
    i, j, minutes, people, capacity = table(places, services, each)
    decay = Steps(tuple(STEPS), tuple(STEPS.values())) if steps else within(LIMIT)
    ready = Pairs.of(i, j, minutes, shape=(places, services))

    def call() -> Any:
        pairs = Pairs.of(i, j, minutes, shape=(places, services)) if sorting else ready
        return enhanced_two_step(pairs, people, capacity, decay=decay).low

    call()
    return timed(call, repeat=5, answer=lambda scores: scores)


def pysal(places: int, services: int, each: int, steps: bool) -> Measured:
    """Measure PySAL access, without the time to make its data frames."""
    import access
    import pandas as pd

    warnings.simplefilter("ignore")
    i, j, minutes, people, capacity = table(places, services, each)
    costs = pd.DataFrame({"origin": i, "dest": j, "cost": minutes})
    model = access.Access(
        demand_df=pd.DataFrame({"id": np.arange(places), "people": people}),
        demand_index="id",
        demand_value="people",
        supply_df=pd.DataFrame({"id": np.arange(services), "beds": capacity}),
        supply_index="id",
        supply_value="beds",
        cost_df=costs,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
        neighbor_cost_df=costs,
        neighbor_cost_origin="origin",
        neighbor_cost_dest="dest",
        neighbor_cost_name="cost",
    )

    def call() -> Any:
        if steps:
            return model.enhanced_two_stage_fca(name="score", weight_fn=access.weights.step_fn(STEPS))
        return model.two_stage_fca(name="score", max_cost=LIMIT)

    def scores(found: Any) -> Any:
        return found["score_beds"].reindex(np.arange(places)).fillna(0).to_numpy()

    return timed(call, answer=scores)


def on_a_grid(side: int, services: int) -> Measured:
    """Measure ours on a grid, searching the ways."""
    rng = np.random.default_rng(2)
    friction = rng.uniform(0.5, 1.5, (side, side)).astype(np.float32) * np.float32(0.0024)
    people, capacity = rng.integers(0, 9, (side, side)), rng.integers(1, 50, services)
    at = rng.integers(0, side, (services, 2))

    def call(n: int = services) -> Any:
        pairs = on_grid(friction, at[:n], cell_size=1000, limit=LIMIT)
        return enhanced_two_step(pairs, people.ravel(), capacity[:n], decay=within(LIMIT))

    call(2)
    return timed(call, answer=lambda found: found.supply)


def compared(rows: list[tuple[str, Measured]]) -> str:
    """Say by how much answers differ, and take them out of the rows."""
    answers = [m.answer for _, m in rows if m.answer is not None and not m.failure]
    worst = max((float(np.abs(answers[0] - other).max() / answers[0].max()) for other in answers[1:]), default=0.0)
    return f"The scores differ by at most {worst:.1e} of the largest."


def run(quick: bool) -> list[Table]:
    """Measure everything."""
    places, services, each = (10_000, 500, 100) if quick else (100_000, 5_000, 100)
    tables = []
    for steps, name in ((False, "2SFCA"), (True, "E2SFCA")):
        case = (places, services, each, steps)
        rows = [
            (f"{name} of pairs", fresh(ours, *case)),
            (f"{name} of a table, sorting it", fresh(ours, *case, True)),
            ("PySAL access", fresh(pysal, *case)),
        ]
        tables.append(
            Table(f"{name}: {places:,} places, {services:,} services, {places * each:,} pairs", rows, compared(rows))
        )
    side, services = (300, 500) if quick else (1000, 5_000)
    rows = [("2SFCA on a grid", fresh(on_a_grid, side, services))]
    rows.append(("PySAL access, from pairs", fresh(pysal, side * side, services, 13, False)))
    remark = "PySAL access was given 13 pairs for each place, as many as ours finds." if not quick else ""
    tables.append(Table(f"{side * side:,} places on a grid, {services:,} services", rows, remark))
    return tables


if __name__ == "__main__":
    main("catchment", "Floating catchments", run, about=ABOUT, packages=("numba", "access", "pandas", "numpy"))
