"""Searching a view: which services fit, in which order. In SQL, on the tables that `mapping.view_index` writes.

Each filter is a set of codes; the smallest set, or the words, lead the search and the others are asked row by row.
"""

import datetime as dt
import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from pyproj import Geod
from rapidfuzz import fuzz, process

from mapping.errors import InvalidRecord
from mapping.fold import tokens
from mapping.taxonomy import FILLERS, Taxonomy
from mapping.view_index import coarse_word
from mapping.words import chain

GEOD = Geod(ellps="WGS84")
HALF_WAY_ROUND = 20_100
"""More kilometres than there are between any two points of the earth."""

MANY = 4000
"""A larger set of services is not gone through whole: the search walks along the names, or ring by ring."""

ALIKE = 76
"""How alike, of 100, a word that nothing is listed under must be to one that something is."""

TAKES = {"AGE-CHI": ("AGE-CHI", "AGE-ADO"), "AGE-ADO": ("AGE-ADO", "AGE-CHI")}
REFUSES = {"AGE-ADO": ("AGE-ADO", "AGE-CHI")}
"""Groups of which one is part of another: children under 18, adolescents from 12 to 17."""

AGES = {"AGE-CHI": (0, 18), "AGE-ADO": (12, 18), "AGE-ADU": (18, 60), "AGE-OLD": (60, 200)}
"""The first age of a group, and the first one beyond it."""


@dataclass(frozen=True)
class Query:
    """What is looked for; `mapping.view.View.find` tells what each field means."""

    text: str = ""
    type: str | None = None
    serves: str | None = None
    speaks: str | None = None
    area_units: frozenset[str] | None = None
    near: tuple[float, float] | None = None
    within_km: float | None = None
    open_at: dt.datetime | None = None
    language: str = "en"
    limit: int = 20

    def check(self) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        InvalidRecord
            Naming the value and the ones that are allowed.
        """
        if self.near is not None:
            latitude, longitude = self.near
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise InvalidRecord(f"near {self.near}: is not a latitude and a longitude; are they swapped?")
        if self.within_km is not None:
            if self.near is None:
                raise InvalidRecord("within_km needs the point that it is measured from: near=(latitude, longitude)")
            if not self.within_km >= 0:
                raise InvalidRecord(f"within_km {self.within_km}: is not a distance")
        if self.limit < 0:
            raise InvalidRecord(f"limit {self.limit}: is not a number of entries")


class Hit(NamedTuple):
    """A service that fits, and how far it is where that was asked."""

    service: str
    km: float | None = None


@dataclass
class Hits:
    """What fits: services with a point, the rest, and how many there are of both."""

    here: list[Hit] = field(default_factory=list)
    elsewhere: list[Hit] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True)
class Condition:
    """Something that a row of ``listed`` must meet, in SQL."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Leader(Condition):
    """A query for the numbers of the services that meet a condition, and how many they are, at most or exactly."""

    size: int = 0
    exact: bool = False


class Search:
    """One search of one view."""

    def __init__(self, connection: sqlite3.Connection, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.connection = connection
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        languages = facts["languages"].split()
        wanted = next((one for one in chain(query.language) if one in languages), languages[0])
        self.order = f'listed.rank, listed."by_name_{wanted}"'
        self.conditions: list[Condition] = []
        self.leaders: list[Leader] = []
        self.impossible = False

    def run(self) -> Hits:
        """Find what fits."""
        self._words()
        self._codes()
        if self.query.serves is not None:
            self._serves(self.query.serves)
        if self.query.open_at is not None:
            self._open(self.query.open_at)
        if self.impossible:
            return Hits()
        here, elsewhere = self._here(), self._elsewhere()
        return Hits(here[0], elsewhere[0], here[1] + elsewhere[1])

    def _words(self) -> None:
        """Look for each word, for words that begin with it or that it begins with, or else for words like it."""
        asked = tokens(self.query.text)
        asked = [word for word in asked if word not in FILLERS] or asked
        if not asked:
            return
        ways = [self._ways(word) for word in asked]
        if not all(ways):
            self.impossible = True
            return
        match = " AND ".join(f"({' OR '.join(way)})" for way in ways)
        self.leaders.append(Leader("SELECT rowid AS number FROM search WHERE search MATCH ?", (match,)))

    def _ways(self, word: str) -> list[str]:
        """Return the ways to look for a word that meet something."""
        ways = []
        if len(word) == 1:
            return [f'words : "{word}"']
        if self._one("SELECT 1 FROM word WHERE word >= ? AND word < ? LIMIT 1", word, word + "\U0010ffff"):
            ways.append(f'words : "{word}" *')
        shorter = [word[:-cut] for cut in (1, 2) if len(word) - cut >= 4]
        ways += [f'words : "{s}"' for s in shorter if self._one("SELECT 1 FROM word WHERE word = ?", s)]
        if len(word) >= 4 and self._one("SELECT 1 FROM word WHERE coarse = ? LIMIT 1", coarse_word(word)):
            ways.append(f'coarse : "{coarse_word(word)}"')
        if not ways and len(word) >= 4:
            alike = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=8)
            best = alike[0][1] if alike else 0
            ways = [f'words : "{other}"' for other, score, _ in alike if score > best - 8]
        return ways

    @cached_property
    def _vocabulary(self) -> list[str]:
        return [word for (word,) in self.connection.execute("SELECT word FROM word")]

    def _codes(self) -> None:
        if self.query.type is not None:
            self._known("service_types", "type", self.query.type)
            self._filter("type", [self.query.type])
        if self.query.speaks is not None:
            self._filter("speaks", [self.query.speaks])

    def _known(self, taxonomy: str, kind: str, code: str) -> None:
        """Refuse a code that neither the taxonomy nor the view knows."""
        if not self._one("SELECT 1 FROM code_size WHERE kind = ? AND code = ?", kind, code):
            Taxonomy.load(taxonomy).term(code)

    def _filter(self, kind: str, codes: Iterable[str]) -> None:
        condition, leader = self._among(kind, codes)
        self.conditions.append(condition)
        self.leaders.append(leader)

    def _among(self, kind: str, codes: Iterable[str]) -> tuple[Condition, Leader]:
        """Return the condition of having one of some codes, and the query that leads with it."""
        wanted = sorted(codes)
        marks = ", ".join("?" * len(wanted))
        where = f"kind = ? AND code IN ({marks})"
        values = (kind, *wanted)
        (size,) = self._one(f"SELECT coalesce(sum(size), 0) FROM code_size WHERE {where}", *values) or (0,)
        distinct = "DISTINCT" if len(wanted) > 1 else ""
        return (
            Condition(f"EXISTS (SELECT 1 FROM code WHERE {where} AND number = listed.number)", values),
            Leader(f"SELECT {distinct} number FROM code WHERE {where}", values, size, exact=len(wanted) == 1),
        )

    def _serves(self, code: str) -> None:
        """Keep services that take a group: they name it, or none of its kind, and they do not exclude it.

        Where people stay, a child must be named. Ages count where they are given.
        """
        groups = Taxonomy.load("beneficiaries")
        self._known("beneficiaries", "serves", code)
        takes, _ = self._among("serves", TAKES.get(code, (code,)))
        refuses, _ = self._among("excludes", REFUSES.get(code, (code,)))
        self.conditions.append(Condition(f"NOT {refuses.sql}", refuses.values))
        if code in groups:
            others, _ = self._among("serves some", [groups.term(code).dimension])
            stays = "NOT listed.stays AND" if code in TAKES else ""
            self.conditions.append(
                Condition(f"({takes.sql} OR {stays} NOT {others.sql})", (*takes.values, *others.values))
            )
        if code in AGES:
            first, beyond = AGES[code]
            self.conditions.append(
                Condition("coalesce(listed.youngest < ?, 1) AND coalesce(listed.oldest >= ?, 1)", (beyond, first))
            )

    def _open(self, moment: dt.datetime) -> None:
        """Keep services that are open at a moment, each by its own clock."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        for (offset,) in self.connection.execute("SELECT code FROM code_size WHERE kind = 'utc_offset'"):
            if at.tzinfo is not None:
                clocks.append((float(offset), at.astimezone(dt.timezone(dt.timedelta(hours=float(offset))))))
        spans, values = [], []
        for offset, time in clocks:
            minute, day = time.hour * 60 + time.minute, time.date().isoformat()
            spans.append(
                "utc_offset IS ? AND day = ? AND opens <= ? AND closes > ?"
                " AND coalesce(first <= ?, 1) AND coalesce(last >= ?, 1)"
            )
            values += [offset, time.weekday(), minute, minute, day, day]
        either = " OR ".join(f"({span})" for span in spans)
        self.conditions.append(
            Condition(f"EXISTS (SELECT 1 FROM hours WHERE number = listed.number AND ({either}))", tuple(values))
        )

    def _here(self) -> tuple[list[Hit], int]:
        """Return the services that can be visited, and how many fit."""
        conditions, leaders = list(self.conditions), list(self.leaders)
        if self.query.area_units is not None:
            within = self._family(self.query.area_units, up=False)
            condition, leader = self._among("in", within)
        else:
            condition, leader = Condition("listed.pointed"), self._among("pointed", [""])[1]
        conditions.append(condition)
        leaders.append(leader)
        if self.query.near is not None:
            return self._nearest(conditions, leaders, self.query.near)
        return self._by_name(conditions, leaders)

    def _elsewhere(self) -> tuple[list[Hit], int]:
        """Return the services that have no point, or that cover a unit from outside it, and how many fit."""
        conditions, leaders = list(self.conditions), list(self.leaders)
        if self.query.area_units is not None:
            inside, _ = self._among("in", self._family(self.query.area_units, up=False))
            covers, leader = self._among("covers", self._family(self.query.area_units, up=True))
            conditions += [covers, Condition(f"NOT {inside.sql}", inside.values)]
        else:
            conditions.append(Condition("NOT listed.pointed"))
            leader = self._among("remote", [""])[1]
        return self._by_name(conditions, [*leaders, leader])

    def _family(self, units: frozenset[str], *, up: bool) -> set[str]:
        """Return units with all that lie in them and, with ``up``, all that they lie in."""
        tree = """
            WITH RECURSIVE family (code) AS (
                SELECT value FROM json_each(?) UNION SELECT area_unit.{to} FROM area_unit JOIN family
                ON area_unit.{by} = family.code WHERE area_unit.{to} IS NOT NULL
            ) SELECT code FROM family
        """
        asked = json.dumps(sorted(units))
        ways = [("code", "parent"), *([("parent", "code")] if up else [])]
        return {
            code for to, by in ways for (code,) in self.connection.execute(tree.format(to=to, by=by), (asked,))
        } | units

    def _by_name(self, conditions: Sequence[Condition], leaders: Sequence[Leader]) -> tuple[list[Hit], int]:
        """Return the services that fit, those of the best rank first and by name, and how many fit."""
        leader = min(leaders, key=lambda one: one.size)
        led, where, values = _clauses(conditions, leader)
        if leader.size > MANY:  # most fit: walk along the names until there are enough
            rest = values[len(leader.values) :]
            top = (f"SELECT service FROM listed WHERE {where} ORDER BY {self.order} LIMIT ?", rest)
        else:
            top = (f"SELECT service FROM {led} WHERE {where} ORDER BY {self.order} LIMIT ?", values)
        hits = [Hit(service) for (service,) in self.connection.execute(top[0], (*top[1], self.query.limit))]
        if len(hits) < self.query.limit:
            return hits, len(hits)
        return hits, self._count(conditions, leader)

    def _count(self, conditions: Sequence[Condition], leader: Leader) -> int:
        if len(conditions) == 1 and leader.exact:
            return leader.size
        led, where, values = _clauses(conditions, leader)
        return int(self.connection.execute(f"SELECT count(*) FROM {led} WHERE {where}", values).fetchone()[0])

    def _nearest(
        self, conditions: Sequence[Condition], leaders: Sequence[Leader], near: tuple[float, float]
    ) -> tuple[list[Hit], int]:
        """Return the services that fit, those of the best rank first and of these the nearest, and how many fit."""
        leader = min(leaders, key=lambda one: one.size)
        limit, within = self.query.limit, self.query.within_km
        if leader.size <= MANY:
            led, where, values = _clauses(conditions, leader)
            points = f"{led} CROSS JOIN point ON point.number = listed.number"
            found = self._measured(points, where, values, near, math.inf if within is None else within)
            return [hit for _, hit in found[:limit]], len(found)
        if within is not None:
            found = self._in_ring(conditions, near, within)
            return [hit for _, hit in found[:limit]], len(found)
        radius = 10.0
        while True:
            found = self._in_ring(conditions, near, radius)
            whole = radius > HALF_WAY_ROUND
            best = [hit for rank, hit in found if whole or rank == 0]
            if whole or len(best) >= limit:
                return best[:limit], self._count(conditions, leader)
            radius *= 2.5

    def _in_ring(
        self, conditions: Sequence[Condition], near: tuple[float, float], radius: float
    ) -> list[tuple[int, Hit]]:
        """Return the rank and the service of all that fit within a radius, in their order."""
        south, north, west, east = box(near, radius)
        where = ["spot.north >= ?", "spot.south <= ?", "spot.east >= ?", "spot.west <= ?"]
        where += [condition.sql for condition in conditions]
        values = (south, north, west, east, *(value for condition in conditions for value in condition.values))
        spots = "spot CROSS JOIN listed ON listed.number = spot.number"
        return self._measured(spots, " AND ".join(where), values, near, radius)

    def _measured(
        self, source: str, where: str, values: tuple[object, ...], near: tuple[float, float], within: float
    ) -> list[tuple[int, Hit]]:
        """Return the rank and the service, with the way to its nearest point, of all that are within a radius."""
        rows = self.connection.execute(
            f"SELECT latitude, longitude, {self.order}, listed.service FROM {source} WHERE {where}", values
        ).fetchall()
        if not rows:
            return []
        latitudes, longitudes, ranks, names, services = zip(*rows, strict=True)
        kilometres = _kilometres(near, latitudes, longitudes)
        found: dict[str, tuple[int, float, int]] = {}
        for service, one in zip(services, zip(ranks, kilometres, names, strict=True), strict=True):
            if one[1] <= within and (service not in found or one < found[service]):
                found[service] = one
        ordered = sorted(found.items(), key=lambda item: item[1])
        return [(rank, Hit(service, km)) for service, (rank, km, _) in ordered]

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return row


def _clauses(conditions: Sequence[Condition], leader: Leader) -> tuple[str, str, tuple[object, ...]]:
    """Return FROM, WHERE and their values for services that a leader names and that meet the conditions."""
    source = f"({leader.sql}) AS lead CROSS JOIN listed ON listed.number = lead.number"
    where = " AND ".join(condition.sql for condition in conditions) or "1"
    return source, where, (*leader.values, *(value for condition in conditions for value in condition.values))


def _kilometres(near: tuple[float, float], latitudes: Sequence[float], longitudes: Sequence[float]) -> list[float]:
    """Return the geodesic distances from a point to others on the ellipsoid."""
    count = len(latitudes)
    _, _, metres = GEOD.inv(np.full(count, near[1]), np.full(count, near[0]), longitudes, latitudes)
    kilometres: list[float] = (np.asarray(metres) / 1000).tolist()
    return kilometres


def box(near: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    """Return south, north, west and east of a box that holds everything within a radius in km.

    All longitudes near a pole, and where the box would cross the 180th meridian.
    """
    latitude, longitude = near
    up = radius / 110.5 + 1e-6
    south, north = latitude - up, latitude + up
    if south <= -89 or north >= 89:
        return south, north, -180, 180
    across = up / math.cos(math.radians(max(abs(south), abs(north))))
    west, east = longitude - across, longitude + across
    if west < -180 or east > 180:
        return south, north, -180, 180
    return south, north, west, east
