"""Publishing: the view of an audience in a file, with travel times, and what the steward should look at."""

import datetime as dt
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.area.study_area import StudyArea
from mapping.batch import without_collecting
from mapping.directory.directory import Directory
from mapping.errors import UnsafePublication, said_clearly
from mapping.language.taxonomy import Vocabulary
from mapping.model import Audience
from mapping.resources import for_owner
from mapping.safety.leak_scan import HiddenFactFound
from mapping.safety.redaction import Rules
from mapping.travel import friction
from mapping.view.ready import write_ready
from mapping.view.view import View
from mapping.view.visits import can_be_visited, region_of

SCENARIOS = ("summer", "winter")
LIMIT = 240.0
"""Minutes beyond which a place counts as too far to be told."""

TOO_FAR = 255
"""Stands for minutes beyond the limit."""

DEMAND_MONTHS = 12
"""For so long, back from the edition, it is told how often help was said to be missing."""

MOST_PLACES = 120
"""Places of the gazetteer that a person may say they are in."""

MOST_REFUSALS = 500
"""Lines that are kept of what refused editions."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Publication:
    """What was published: the view, how many records each table has, and what the steward should look at.

    The warnings speak of hidden things: they are for the steward alone and enter no view.
    """

    view: View
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@without_collecting()
def publish(
    directory: Directory,
    audience: Audience,
    path: str | Path,
    *,
    area: StudyArea | None,
    edition: dt.date,
    previous: Path | None = None,
    demand: Mapping[tuple[str, str], int] | None = None,
    unavailable: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> Publication:
    """Write what an audience may see into a new file, with travel times from the places of the study area.

    The travel times are worked out from the view alone. An older file of that name stays until the new one is whole.
    ``previous`` is the view that this one replaces, which may be that file: the new view tells which of its records
    are gone, and when each was last changed. ``demand`` tells how often help was said to be missing since
    `demand_since`: (area unit, need) -> count; without it the view says nothing of that. ``unavailable`` tells how
    often referrals found a service unable to help in the last whole months: its published id -> count. The view has
    sums of it, by region and type, of services that it shows; see `_unavailable_rows`.

    Raises
    ------
    UnsafePublication
        For an audience without a view, where a text to be published names something hidden, and where a count is
        under the threshold that two people agreed to.
    MappingError
        The file cannot be written.
    """
    path = Path(path)
    rules = directory.agreed_rules(audience, edition)
    demand_counts = None if demand is None else _demand_rows(demand, edition, rules)
    with _new_file(path) as part:
        warnings: list[str] = []
        directory.view(audience, part, edition=edition, warn=warnings.append, previous=previous).close()
        _write_travel(part, area, progress)
        if audience == "public":
            write_ready(part)
        if demand_counts is not None:
            _write_counts(part, "demand", "need", demand_counts)
        if area is not None and unavailable:
            _write_unavailable(part, area, unavailable, rules)
    view = View(path)
    tables = ("organization", "service", "location", "statement")
    counts = {name: view.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    return Publication(view, warnings, counts)


def warnings_file(directory: Path) -> Path:
    """Return the file beside a directory of what could give something hidden away when it was last published."""
    return directory.with_name("publishing.txt")


def note_warnings(warnings: Iterable[str], directory: Path) -> None:
    """Keep what could give something hidden away, a line each, in the place of what was kept before.

    The lines name what is hidden, so that only custodians may read them.
    """
    for_owner(warnings_file(directory)).write_text("".join(f"{line}\n" for line in warnings), encoding="utf-8")


def refusals_file(directory: Path) -> Path:
    """Return the file beside a directory of the texts for which editions were refused lately."""
    return directory.with_name("refused.txt")


def note_refusal(error: UnsafePublication, directory: Path, *, day: dt.date) -> None:
    """Add what refused an edition to the last of them, for custodians alone: an edition that is built takes none away.

    The lines name the record and the field of each text, and what kind of hidden thing it holds.
    """
    path = for_owner(refusals_file(directory))
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = map(str, error.hits) if isinstance(error, HiddenFactFound) else str(error).splitlines()
    new = [f"{day}: {line}" for line in found]
    path.write_text("".join(f"{line}\n" for line in [*before, *new][-MOST_REFUSALS:]), encoding="utf-8")


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """Give the name of a file that takes the place of another when it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        with said_clearly(f"{path}: the view cannot be written"):
            yield part
            _settle(part)
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Write a view anew, page after page: what it holds alone decides its bytes, and nothing of what was there is left.

    Not even the number of times that its tables were made.
    """
    settled = path.with_name(path.name + ".settled")
    settled.unlink(missing_ok=True)  # a run that was killed may have left it
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as view:
            view.execute("PRAGMA schema_version = 1")
            view.execute("VACUUM INTO ?", [str(settled)])
        settled.chmod(path.stat().st_mode)
        settled.replace(path)
    finally:
        settled.unlink(missing_ok=True)


class TravelTimes(NamedTuple):
    """Whole minutes to each location (a row) from each start (a column), `TOO_FAR` beyond `LIMIT`.

    ``starts`` are (place, scenario).
    """

    starts: Sequence[tuple[str, str]] = ()
    locations: Sequence[str] = ()
    minutes: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Yield (location, minutes) of each location that is not too far from every start."""
        for location, minutes in zip(self.locations, self.minutes, strict=True):
            if (minutes < TOO_FAR).any():
                yield location, minutes.tobytes()

    def told(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield (place, location, scenario, minutes) of each location that is not too far."""
        for location, line in self.lines():
            for (place, scenario), minutes in zip(self.starts, line, strict=True):
                if minutes < TOO_FAR:
                    yield place, location, scenario, minutes


def travel_times(view: View, area: StudyArea, *, progress: Progress | None = None) -> TravelTimes:
    """Return the minutes from each of `places` to the locations of a view, rounded up so that nobody comes too late.

    Over the study area's roads and ground. Locations abroad take part as `mapping.view.visits.can_be_visited` says.
    """
    from mapping.engines.travel import cost_surface  # compilers take half a second, which no portal waits for

    abroad = _usable_abroad(view, area)
    query = "SELECT id, country, latitude, longitude FROM location WHERE latitude IS NOT NULL ORDER BY id"
    located = [row for row in view.connection.execute(query) if not area.is_abroad(row[1]) or row[0] in abroad]
    if not located:
        return TravelTimes()
    points = np.array([(latitude, longitude) for _, _, latitude, longitude in located])
    towns = places(area)
    scenarios = [scenario.id for scenario in area.settings.scenarios if scenario.id in SCENARIOS]
    starts = [(str(place), scenario) for scenario in scenarios for place in towns["place_id"]]
    minutes = np.full((len(points), len(starts)), TOO_FAR, np.uint8)
    columns = iter(range(len(starts)))
    for scenario in scenarios:
        cost = friction(area, scenario)
        cells = _cells(area, cost, points)
        inside = cells[:, 0] >= 0
        rows, along = cells[inside].T
        for start in _cells(area, cost, towns[["lat", "lon"]].to_numpy()):
            column = next(columns)
            if start[0] >= 0:
                surface = cost_surface(cost, start[None, :], cell_size=area.grid.cell_size, limit=LIMIT)
                reached = np.ceil(surface[rows, along])
                minutes[inside, column] = np.where(reached <= LIMIT, reached, TOO_FAR)
            if progress is not None:
                progress(column + 1, len(starts))
    return TravelTimes(starts, [row[0] for row in located], minutes)


def _usable_abroad(view: View, area: StudyArea) -> set[str]:
    """Return the locations in other countries that people of this one may go to."""
    if not area.settings.travel.cross_borders:
        return set()
    return {p.id for service in view.services() for p in service.points if can_be_visited(service, p, area)}


@lru_cache(maxsize=4)
def places(area: StudyArea) -> pd.DataFrame:
    """Return the places from which travel times are told: seats of units first, then by people, `MOST_PLACES` at most.

    The rows of `StudyArea.gazetteer` that have coordinates; they are remembered, and nothing may change them.
    """
    known = area.gazetteer.dropna(subset=["lat", "lon"])
    level = known["seat"].where(known["seat"] >= 0, 99)
    order = known.assign(_level=level, _people=-known["people"].fillna(0))
    chosen = order.sort_values(["_level", "_people", "place_id"], kind="stable").head(MOST_PLACES)
    return chosen.drop(columns=["_level", "_people"])


def _cells(area: StudyArea, cost: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the cell of each point, or the nearest passable one within the snap distance; -1, -1 without one."""
    cells = np.asarray(area.grid.cells(*points.T), np.int64).reshape(-1, 2)
    inside = cells[:, 0] >= 0
    barrier = ~np.isfinite(cost)
    if barrier.all():
        return np.full_like(cells, -1)
    from scipy import ndimage  # takes long to load: what only reads a view never needs it

    far, nearest = ndimage.distance_transform_edt(barrier, return_indices=True)
    rows, columns = cells[inside].T
    moved = nearest[:, rows, columns].T
    too_far = far[rows, columns] * area.grid.cell_size > area.settings.travel.snap_km * 1000
    moved[too_far] = -1
    cells[inside] = moved
    cells[~inside] = -1
    return cells


def demand_since(edition: dt.date) -> dt.date:
    """Return the first day of the months in which it is counted how often help was said to be missing."""
    months = edition.year * 12 + edition.month - 1 - DEMAND_MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


def _demand_rows(
    demand: Mapping[tuple[str, str], int], edition: dt.date, rules: Rules
) -> list[tuple[str, str, str, int, str, str]]:
    """Return the rows of the table ``demand``; one count under the threshold refuses them all."""
    few = sum(count < rules.least_count for count in demand.values())
    if few:
        raise UnsafePublication(
            f"how often help was said to be missing: {few} counts are under {rules.least_count}, "
            "the least that may be published; leave them out"
        )
    period = demand_since(edition).isoformat(), edition.isoformat()
    return [(f"{unit} {need}", unit, need, count, *period) for (unit, need), count in sorted(demand.items())]


def _write_unavailable(path: Path, area: StudyArea, unavailable: Mapping[str, int], rules: Rules) -> None:
    with View(path) as view:
        sums = _unavailable_rows(view, area, unavailable, rules)
    if sums:
        _write_counts(path, "unavailable", "service_type", sums)


def _unavailable_rows(
    view: View, area: StudyArea, unavailable: Mapping[str, int], rules: Rules
) -> list[tuple[str, str, str, int, str, str]]:
    """Return the rows of the table ``unavailable``: sums by region and type of the services that the view shows.

    Nothing is said of types whose places are secret, of a sum under the threshold of counts, nor where so few bodies
    offer the help that one of them is meant.
    """
    types = Vocabulary.load("service_types")
    counts: Counter[tuple[str, str]] = Counter()
    bodies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in view.services():
        kind = entry.types[0] if entry.types else ""
        if kind in types and types.term(kind).audience == "public":
            cell = region_of(entry, area), kind
            counts[cell] += unavailable.get(entry.id, 0)
            bodies[cell].add(entry.organization.id)
    before = view.edition.replace(day=1) - dt.timedelta(1)
    period = demand_since(view.edition).isoformat(), before.isoformat()
    return [
        (f"{unit} {kind}", unit, kind, count, *period)
        for (unit, kind), count in sorted(counts.items())
        if count >= rules.least_count and len(bodies[unit, kind]) >= rules.least_providers
    ]


def _write_travel(path: Path, area: StudyArea | None, progress: Progress | None) -> None:
    """Write the table ``travel``: one byte for each of the starts, in a row for each location that any leads to."""
    travel = TravelTimes()
    if area is not None:
        with View(path, mapped=False) as view:
            travel = travel_times(view, area, progress=progress)
    starts = ((number, *start) for number, start in enumerate(travel.starts, 1))
    _write(
        path,
        "CREATE TABLE travel_from (number INTEGER PRIMARY KEY, place TEXT NOT NULL, scenario TEXT NOT NULL) STRICT",
        "INSERT INTO travel_from VALUES (?, ?, ?)",
        starts,
    )
    _write(
        path,
        "CREATE TABLE travel (location TEXT PRIMARY KEY, minutes BLOB NOT NULL) STRICT, WITHOUT ROWID",
        "INSERT INTO travel VALUES (?, ?)",
        travel.lines(),
    )


def _write_counts(path: Path, table: str, of: str, rows: list[tuple[str, str, str, int, str, str]]) -> None:
    _write(
        path,
        f"CREATE TABLE {table} (id TEXT PRIMARY KEY, area_unit TEXT NOT NULL, {of} TEXT NOT NULL,"
        " count INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL) STRICT, WITHOUT ROWID",
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )


def _write(path: Path, table: str, insert: str, rows: Iterable[tuple[object, ...]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = off")
        connection.execute("PRAGMA synchronous = off")  # `_settle` writes it anew, page after page
        connection.execute("BEGIN")
        connection.execute(table)
        connection.executemany(insert, rows)
        connection.execute("COMMIT")
    finally:
        connection.close()
