"""Measure many surfaces at once, on threads and on a cluster: ``python benchmarks/scale.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from _harness import Measured, Table, fresh, main, timed
from travel import scattered, terrain

from mapping.area.study_area import StudyArea
from mapping.resources import shipped
from mapping.travel import Ground, ground
from mapping.travel.surfaces import PeopleWithin, survey

ABOUT = (
    "Surfaces by type of service and season, each a task of its own, and the people within 30, 60 and 120 minutes of "
    "each counted where it was worked out. The cluster is one of dask with two processes on the same machine, started "
    "before the clock; sending it the ground is in its time. All answers were compared and are equal to the last bit. "
    "Processor time of a cluster is only that of the process that asks."
)

SEASONS, TYPES = ("summer", "winter"), 4
CELL = 1000.0


def demo_country(_side: int) -> tuple[dict[str, Ground], PeopleWithin]:
    """Take the demo's ground, people and districts."""
    area = StudyArea.load(shipped("geo/tj"))
    then = PeopleWithin(area.unit_grid, area.people_grid, (30.0, 60.0, 120.0), len(area.unit_codes))
    return {plan: ground(area, plan) for plan in SEASONS}, then


def invented(side: int) -> tuple[dict[str, Ground], PeopleWithin]:
    """Invent a square region with 100 districts and ten people in every cell."""
    summer, _ = terrain(side, side, 1)
    grounds = {"summer": Ground(summer, CELL), "winter": Ground(summer * np.float32(1.25), CELL)}
    tens = np.arange(side) * 10 // side
    zones = (tens[:, None] * 10 + tens).astype(np.int32)
    return grounds, PeopleWithin(zones, np.full((side, side), 10, np.float32), (30.0, 60.0, 120.0), 100)


def surveyed(make: Callable[[int], Any], side: int, sources: int, threads: int, processes: int) -> Measured:
    """Measure all surfaces of a region on threads, or on processes of a cluster where there are any."""
    grounds, then = make(side)
    cost = grounds["summer"].friction
    cells = scattered(cost, sources * TYPES)
    jobs = {(kind, plan): cells[kind::TYPES] for kind in range(TYPES) for plan in SEASONS}

    def call(client: Any = None) -> dict[Any, Any]:
        return survey(grounds, jobs, then=then, threads=threads, client=client)

    def answer(made: dict[Any, Any]) -> list[bytes]:
        return [made[job].tobytes() for job in jobs]

    small, _ = invented(300)
    survey(small, {(0, "summer"): np.array([[1, 1]])})  # compiled before the clock runs
    if not processes:
        return timed(call, repeat=2, answer=answer)
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=processes, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        survey(small, {(k, "summer"): np.array([[1, k]]) for k in range(8)}, client=client)
        return timed(lambda: call(client), repeat=2, answer=answer)


def together(title: str, make: Callable[[int], Any], side: int, sources: int) -> Table:
    """Measure a region on one thread, on two, and on a cluster of two processes; refuse answers that differ."""
    table = Table(title)
    for label, threads, processes in (("1 thread", 1, 0), ("2 threads", 2, 0), ("dask, 2 processes", 1, 2)):
        table.rows.append((label, fresh(surveyed, make, side, sources, threads, processes)))
    answers = [measured.answer for _, measured in table.rows if not measured.failure]
    if any(each != answers[0] for each in answers):
        raise AssertionError("the answers are not equal")
    return table


def run(quick: bool) -> list[Table]:
    """Measure everything."""
    region = 1000 if quick else 5000
    count = len(SEASONS) * TYPES
    return [
        together(f"A country: {count} surfaces of the demo's 651 x 857 cells, 50 services each", demo_country, 0, 50),
        together(f"A region: {count} surfaces of {region} x {region} cells, 500 services each", invented, region, 500),
    ]


if __name__ == "__main__":
    main("scale", "Scale", run, about=ABOUT, packages=["numpy", "numba", "scipy", "distributed"])
