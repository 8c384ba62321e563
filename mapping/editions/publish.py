"""Publishing: the view of an audience in a file, with travel times, and what the steward should look at."""

import datetime as dt
import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from mapping.apart import Helper
from mapping.area.study_area import StudyArea
from mapping.batch import without_collecting
from mapping.directory import watching
from mapping.directory.directory import Directory
from mapping.editions.again import again, made_by
from mapping.errors import MappingError, UnsafePublication, cause
from mapping.language.taxonomy import Vocabulary
from mapping.model import Audience
from mapping.resources import checksum_of_parts, stamp_of
from mapping.safety.agreed import Key
from mapping.safety.redaction import Rules
from mapping.travel import cost_surface, friction
from mapping.view.ready import ReadyRecords, maker
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

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Publication:
    """What was published: the view, how many records each table has, and what the steward should look at.

    The warnings speak of hidden things: they are for the steward alone and enter no view.
    """

    view: View
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    noted: int = 0
    """The number under which the private file noted the view, to tell the next one from it; 0 where it could not."""


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
    anew: bool = False,
) -> Publication:
    """Write what an audience may see into a new file, with travel times from the places of the study area.

    The travel times are worked out from the view alone. An older file of that name stays until the new one is whole.
    ``previous`` is the view that this one replaces, which may be that file: the new view tells which of its records
    are gone, and when each was last changed. ``demand`` tells how often help was said to be missing since
    `demand_since`: (area unit, need) -> count; without it the view says nothing of that. ``unavailable`` tells how
    often referrals found a service unable to help in the last whole months: its published id -> count. The view has
    sums of it, by region and type, of services that it shows; see `_unavailable_rows`. What did not change is taken
    over from ``previous`` where that is, byte for byte, what was written from this directory, unless everything is to
    be made ``anew``, as an audit must.

    Raises
    ------
    UnsafePublication
        For an audience without a view, where a text to be published names something hidden, and where a count is
        under the threshold that two people agreed to.
    MappingError
        The file cannot be written.
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    rules = directory.agreed_rules(audience, edition)
    demand_counts = None if demand is None else _demand_rows(demand, edition, rules)
    ground = _ground(area) if area is not None else ""
    maker = made_by(directory, ground)
    known = None
    conceals: set[Key] = set()
    warnings: list[str] = []
    before, noted = None, 0
    try:
        stamp = stamp_of(previous) if previous is not None else (0, 0, 0)
        digest = checksum_of_parts(previous) if previous is not None and maker else ""
        if maker:
            noted = watching.begin(directory.db, audience, digest)
        if previous is not None and not anew:
            known = previous if watching.is_noted(directory.db, audience, digest) else None
            before = again(
                directory,
                audience,
                part,
                area=area,
                edition=edition,
                previous=previous,
                digest=digest,
                stamp=stamp,
                maker=maker,
            )
        if before is not None:
            conceals, warnings = {*before.conceals}, [*before.warnings]
        else:
            with Helper() as helper, ReadyRecords(helper, known) as ready:
                with directory.view(
                    audience,
                    part,
                    edition=edition,
                    warn=warnings.append,
                    previous=previous,
                    conceal=conceals.update,
                    filled=ready.begin if audience == "public" else lambda _: None,
                    helper=helper,
                ) as view:
                    travel = (
                        travel_times(view, area, previous=known, progress=progress)
                        if area is not None
                        else TravelTimes()
                    )
                _write_travel(part, travel, ground)
                if audience == "public":
                    ready.write(part)
        if demand_counts is not None:
            _write_counts(part, "demand", "need", demand_counts)
        if area is not None and unavailable:
            with View(part) as view:
                sums = _unavailable_rows(view, area, unavailable, rules)
            if sums:
                _write_counts(part, "unavailable", "service_type", sums)
        _settle(part)
        part.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise MappingError(
            f"{path}: the view cannot be written ({cause(error)}); check the folder, its rights and the free space"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    if noted:
        watching.note(directory.db, noted, path, maker, conceals, warnings)
    view = View(path)
    tables = ("organization", "service", "location", "statement")
    counts = {name: view.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    return Publication(view, warnings, counts, noted)


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
    """Whole minutes to each location from each start, `TOO_FAR` beyond `LIMIT`.

    ``starts`` are (place, scenario); ``minutes`` has a row for each of ``locations`` and a column for each start.
    """

    starts: Sequence[tuple[str, str]] = ()
    locations: Sequence[str] = ()
    minutes: NDArray[np.uint8] = np.empty((0, 0), np.uint8)

    def told(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield (place, location, scenario, minutes) of each location that is not too far."""
        for location, column in np.argwhere(self.minutes < TOO_FAR).tolist():
            place, scenario = self.starts[column]
            yield place, self.locations[location], scenario, int(self.minutes[location, column])


def travel_times(
    view: View, area: StudyArea, *, previous: Path | None = None, progress: Progress | None = None
) -> TravelTimes:
    """Return the minutes from each of `places` to the locations of a view, rounded up so that nobody comes too late.

    Over the study area's roads and ground. Locations abroad take part as `mapping.view.visits.can_be_visited` says.
    Those of which a ``previous`` view tells the minutes to the same point, over the same ground, are taken over.
    """
    towns = places(area)
    abroad = _usable_abroad(view, area)
    rows = view.connection.execute(
        "SELECT id, country, latitude, longitude FROM location WHERE latitude IS NOT NULL ORDER BY id"
    )
    locations = [row for row in rows if not area.is_abroad(row["country"]) or row["id"] in abroad]
    if not locations:
        return TravelTimes()
    scenarios = [scenario.id for scenario in area.settings.scenarios if scenario.id in SCENARIOS]
    starts = [(str(place), scenario) for scenario in scenarios for place in towns["place_id"]]
    minutes = np.full((len(locations), len(starts)), TOO_FAR, np.uint8)
    known = _known_minutes(previous, area, starts) if previous is not None else {}
    places_left = []
    for number, row in enumerate(locations):
        taken = known.get((row["id"], row["latitude"], row["longitude"]))
        if taken is None:
            places_left.append(number)
        else:
            minutes[number] = np.frombuffer(taken, np.uint8)
    if not places_left:
        if progress is not None:
            progress(len(starts), len(starts))
        return TravelTimes(starts, [row["id"] for row in locations], minutes)
    for done, (scenario, start) in enumerate(product(scenarios, range(len(towns)))):
        if start == 0:
            cost = friction(area, scenario)
            points = [(locations[number]["latitude"], locations[number]["longitude"]) for number in places_left]
            there = _cells(area, cost, points)
            inside = there[:, 0] >= 0
            at, usable = (there[inside, 0], there[inside, 1]), np.array(places_left)[inside]
            cells = _cells(area, cost, list(zip(towns["lat"], towns["lon"], strict=True)))
        if cells[start, 0] >= 0:
            surface = cost_surface(cost, cells[start][None, :], cell_size=area.grid.cell_size, limit=LIMIT)
            reached = np.ceil(surface[at])
            minutes[usable, done] = np.where(reached <= LIMIT, reached, TOO_FAR)
        if progress is not None:
            progress(done + 1, len(starts))
    return TravelTimes(starts, [row["id"] for row in locations], minutes)


def _known_minutes(
    previous: Path, area: StudyArea, starts: Sequence[tuple[str, str]]
) -> dict[tuple[str, float, float], bytes]:
    """Return what another view tells of the minutes to its locations: (id, latitude, longitude) -> one byte a start.

    Nothing where it was made over other ground, from other places or by another version. A location of the country
    that it says nothing of is too far from everywhere.
    """
    with closing(sqlite3.connect(f"{previous.resolve().as_uri()}?mode=ro", uri=True)) as db:
        facts = dict(db.execute("SELECT name, value FROM edition"))
        if not (ground := _ground(area)) or facts.get("ground") != ground:
            return {}
        if db.execute("SELECT place, scenario FROM travel_from ORDER BY number").fetchall() != [*starts]:
            return {}
        rows = db.execute(
            "SELECT l.id, l.latitude, l.longitude, coalesce(t.minutes, ?) FROM location l"
            " LEFT JOIN travel t ON t.location = l.id WHERE l.latitude IS NOT NULL"
            " AND (t.location IS NOT NULL OR coalesce(l.country, '') IN ('', ?))",
            [bytes([TOO_FAR]) * len(starts), area.code],
        )
        return {(record, latitude, longitude): minutes for record, latitude, longitude, minutes in rows}


LIBRARIES = ("numpy", "scipy", "numba", "rasterio", "shapely", "pyproj", "geopandas")
"""What works out travel times besides Rohnamo itself."""


@cache
def _versions() -> tuple[str, ...]:
    return tuple(map(version, LIBRARIES))


def _ground(area: StudyArea) -> str:
    """Return a text that is another wherever minutes could be others; "" where nobody can tell what they were."""
    if not area.digest:
        return ""
    facts = [maker(), area.digest, area.settings.model_dump_json(), *_versions()]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _usable_abroad(view: View, area: StudyArea) -> set[str]:
    """Return the locations in other countries that people of this one may go to."""
    if not area.settings.travel.cross_borders:
        return set()
    return {p.id for service in view.services() for p in service.points if can_be_visited(service, p, area)}


def places(area: StudyArea) -> pd.DataFrame:
    """Return the places from which travel times are told: seats of units first, then by people, `MOST_PLACES` at most.

    The rows of `StudyArea.gazetteer` that have coordinates.
    """
    known = area.gazetteer.dropna(subset=["lat", "lon"])
    level = known["seat"].where(known["seat"] >= 0, 99)
    order = known.assign(_level=level, _people=-known["people"].fillna(0))
    chosen = order.sort_values(["_level", "_people", "place_id"], kind="stable").head(MOST_PLACES)
    return chosen.drop(columns=["_level", "_people"])


def _cells(area: StudyArea, cost: NDArray[np.float32], points: list[tuple[float, float]]) -> NDArray[np.int64]:
    """Return the cell of each point, or the nearest passable one within the snap distance; -1, -1 without one."""
    at = np.asarray(points, float).reshape(-1, 2)
    cells = np.asarray(area.grid.cells(at[:, 0], at[:, 1]), np.int64).reshape(-1, 2)
    inside = cells[:, 0] >= 0
    barrier = ~np.isfinite(cost)
    if barrier.all():
        return np.full_like(cells, -1)
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


def _write_travel(path: Path, travel: TravelTimes, ground: str) -> None:
    """Write the table ``travel``: one byte for each of the starts, in a row for each location that any leads to.

    ``ground`` says over what it was worked out, so that the next view may take it over.
    """
    reached = np.flatnonzero((travel.minutes < TOO_FAR).any(axis=1)).tolist()
    rows = ((travel.locations[number], travel.minutes[number].tobytes()) for number in reached)
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
        rows,
    )
    if ground:
        with closing(sqlite3.connect(path, isolation_level=None)) as view:
            view.execute("PRAGMA journal_mode = off")
            view.execute("INSERT INTO edition VALUES ('ground', ?)", [ground])


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
        connection.execute("BEGIN")
        connection.execute(table)
        connection.executemany(insert, rows)
        connection.execute("COMMIT")
    finally:
        connection.close()
