"""Scale: many surfaces in one call, by type of service, season and way to travel.

The same call runs on threads of this machine or, given a client, on a cluster of dask (extra ``scale``):

    found = surfaces(area, {"PSY": clinics, "LEG": lawyers}, scenarios=["summer", "winter"])
    found = surfaces(area, {"PSY": clinics, "LEG": lawyers}, scenarios=["summer", "winter"], client=client)

Each surface is a task of its own. The ground of each scenario is sent to the cluster once, and ``then`` makes of a
surface what is wanted of it where it was worked out, so that only that comes back. Results are equal, bit for bit.
"""

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mapping.area.study_area import StudyArea
from mapping.engines.travel import Neighbours
from mapping.engines.zonal import band_sums
from mapping.travel import Ground, ground, sources

Minutes = NDArray[np.float32]
Key = TypeVar("Key", bound=Hashable)
T = TypeVar("T")
Progress = Callable[[int, int], None] | None
Point = tuple[float, float]

Client = Any
"""A ``distributed.Client``, or None for threads of this machine."""


@dataclass(frozen=True)
class Surveyed(Generic[T]):
    """What was made of a surface, and how many of its points took no part or were moved to passable ground."""

    found: T
    lost: int
    snapped: int


@dataclass(frozen=True)
class PeopleWithin:
    """Counts the people of each zone within each of some minutes: shape (zones, minutes)."""

    zones: NDArray[np.int32]
    people: NDArray[np.float32]
    edges: tuple[float, ...]
    count: int

    def __call__(self, minutes: Minutes) -> NDArray[np.float64]:
        """Count over a surface."""
        bands = band_sums(self.zones, minutes, self.people, edges=self.edges, count=self.count)
        return np.asarray(np.cumsum(bands, axis=1)[:, :-1])


def itself(minutes: Minutes) -> Minutes:
    """Return the surface as it is."""
    return minutes


def surfaces(
    area: StudyArea,
    wanted: Mapping[Key, Sequence[Point]],
    *,
    scenarios: Sequence[str] = ("summer",),
    limit: float = np.inf,
    neighbours: Neighbours = 8,
    cross_borders: bool | None = None,
    then: Callable[[Minutes], Any] = itself,
    threads: int | None = None,
    client: Client = None,
    progress: Progress = None,
) -> dict[tuple[Key, str], Surveyed[Any]]:
    """Return what ``then`` makes of the minutes to the nearest of some points, by key and scenario.

    Parameters
    ----------
    area
        The study area.
    wanted
        Points (latitude, longitude) by key; equal ones are worked out once.
    scenarios
        Ids of the study area's scenarios.
    limit, neighbours
        As for `mapping.travel.travel_time`.
    cross_borders
        As for `mapping.travel.friction`.
    then
        Called with each surface (float32, shape of the grid). For a cluster it must be something that pickle knows.
    threads
        As many as the machine has processors, at most 8, where none are given.
    client
        A ``distributed.Client`` on whose workers this package is installed.
    progress
        Called with the number of surfaces that are done, and of all.

    Raises
    ------
    NotFound
        The study area has no such scenario.
    """
    spots = {key: tuple(points) for key, points in wanted.items()}
    different = dict.fromkeys(spots.values())
    grounds = {
        plan: ground(area, plan, cross_borders=cross_borders) for plan in dict.fromkeys(scenarios)
    }  # before any thread: see `friction`
    ends = {
        (own, plan): sources(area, own, scenario=plan, cross_borders=cross_borders)
        for own in different
        for plan in grounds
    }
    jobs = {job: end.cells for job, end in ends.items()}
    made = survey(
        grounds, jobs, limit=limit, neighbours=neighbours, then=then, threads=threads, client=client, progress=progress
    )
    return {
        (key, plan): Surveyed(made[own, plan], len(ends[own, plan].lost), len(ends[own, plan].snapped))
        for key, own in spots.items()
        for plan in grounds
    }


Job = tuple[Any, str]
Work = Callable[[Ground, Callable[[Minutes], Any], NDArray[np.int64]], Any]


def survey(
    grounds: Mapping[str, Ground],
    jobs: Mapping[Job, NDArray[np.int64]],
    *,
    limit: float = np.inf,
    neighbours: Neighbours = 8,
    then: Callable[[Minutes], Any] = itself,
    threads: int | None = None,
    client: Client = None,
    progress: Progress = None,
) -> dict[Job, Any]:
    """Return what ``then`` makes of each of many surfaces, without a study area.

    ``jobs`` hold the cells (row, column) of the points by key and ground; the rest is as for `surfaces`.
    """
    work = partial(_one, limit=limit, neighbours=neighbours)
    if client is None:
        run = _on_threads(work, grounds, then, jobs, threads)
    else:
        run = _on_cluster(work, grounds, then, jobs, client)
    made: dict[Job, Any] = {}
    for done, (job, value) in enumerate(run, 1):
        made[job] = value
        if progress is not None:
            progress(done, len(jobs))
    return made


def _one(
    own: Ground, then: Callable[[Minutes], Any], cells: NDArray[np.int64], *, limit: float, neighbours: Neighbours
) -> Any:
    return then(own.minutes(cells, limit=limit, neighbours=neighbours))


def _on_threads(
    work: Work,
    grounds: Mapping[str, Ground],
    then: Callable[[Minutes], Any],
    jobs: Mapping[Job, NDArray[np.int64]],
    threads: int | None,
) -> Iterator[tuple[Job, Any]]:
    with ThreadPoolExecutor(threads or min(8, os.cpu_count() or 1)) as pool:
        running = {pool.submit(work, grounds[job[1]], then, cells): job for job, cells in jobs.items()}
        for future in as_completed(running):
            yield running[future], future.result()


def _on_cluster(
    work: Work,
    grounds: Mapping[str, Ground],
    then: Callable[[Minutes], Any],
    jobs: Mapping[Job, NDArray[np.int64]],
    client: Client,
) -> Iterator[tuple[Job, Any]]:
    from distributed import as_completed as completed

    # Keys of their own: with one made from the contents, a call could lose what an earlier one is giving up.
    held = {plan: client.scatter(own, broadcast=True, hash=False) for plan, own in grounds.items()}
    act = client.scatter(then, broadcast=True, hash=False)
    running = {client.submit(work, held[job[1]], act, cells, pure=False): job for job, cells in jobs.items()}
    for future, value in completed(list(running), with_results=True):  # type: ignore[no-untyped-call]
        yield running[future], value
