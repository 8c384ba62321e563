"""Searching a view: which services fit, in which order.

Words are met in SQLite's full-text index, a radius in its R*Tree; codes, units, groups and hours are sets of services
that `mapping.view.index` stored, cut with each other here.
"""

import datetime as dt
import json
import math
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from mapping.errors import InvalidRecord
from mapping.language.fold import tokens
from mapping.language.i18n import chain
from mapping.language.meaning import GOOD, LEAST, Meaning, QueryReader, near, starts
from mapping.language.taxonomy import Vocabulary
from mapping.view.index import ORDER, SERIES, Mask, coarse_word, unpacked

GEOD = Geod(ellps="WGS84")
RADIUS = 6371.0088
"""Kilometres, of the sphere that distances are estimated on before they are measured."""
SPHERE = 0.006
"""The share by which an estimate may be wrong: the earth is flattened by a third of a percent."""

MANY = 20_000
"""With more points than this a radius is looked up in the R*Tree before distances are estimated."""

TABLED = ("in", "covers", "night", "free", "remote", "bounded")
"""Kinds of codes that a search outside the file needs."""
FLAGS = ("night", "free", "everywhere")

SHORTEST = 4
"""Letters from which a word may be the beginning of a name."""
ASKED = 1.5
"""What the help that is asked for counts beside one word of a name."""


@lru_cache(8)
def reader(content: str) -> QueryReader:
    """Return the reader of a lexicon that a view holds."""
    return QueryReader(json.loads(content))


@dataclass(frozen=True)
class Query:
    """What is looked for; `mapping.view.view.View.find` tells what each field means."""

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


class Search:
    """One search of one view."""

    def __init__(self, connection: sqlite3.Connection, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.connection = connection
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        languages = facts["languages"].split()
        wanted = next((candidate for candidate in chain(query.language) if candidate in languages), languages[0])
        self.order = f"by_name_{wanted}"
        self.asked_order: NDArray[Any] | None = None
        (self.size,) = connection.execute("SELECT count(*) FROM listed").fetchone()

    def run(self) -> Hits:
        """Find what fits."""
        fits = self.wanted()
        if self.query.area_units is not None:
            here = fits & self.having("in", self.query.area_units)
            elsewhere = fits & self.having("covers", self.query.area_units) & ~here
        else:
            here, elsewhere = fits & self.having("pointed", [""]), fits & self.having("remote", [""])
        if self.query.near is not None:
            first, count = self._nearest(here, self.query.near)
        else:
            first, count = self._by_name(here), int(here.sum())
        return Hits(first, self._by_name(elsewhere), count + int(elsewhere.sum()))

    def ranked(self) -> list[str]:
        """Return the ids of all services that fit, in the order in which they answer."""
        fits = self.wanted()
        order = self._series(self.order) if self.asked_order is None else self.asked_order
        numbers = np.flatnonzero(fits)
        return self._services(numbers[np.argsort(order[numbers])])

    def wanted(self) -> Mask:
        """Return the services that fit, wherever they are."""
        query = self.query
        fits = np.ones(self.size, bool)
        if query.type is not None:
            fits = fits & self._known("service_types", "type", query.type)
        if query.serves is not None:
            fits = fits & self._known("beneficiaries", "for", query.serves)
        if query.speaks is not None:
            fits = fits & self.having("speaks", [query.speaks])
        if query.open_at is not None:
            fits = fits & self._open(query.open_at)
        return self._meeting(fits) if tokens(query.text) else fits

    def _known(self, taxonomy: str, kind: str, code: str) -> Mask:
        """Return the services that have a code; refuse one that neither the taxonomy nor the view knows."""
        having = self.having(kind, [code])
        if not having.any():
            Vocabulary.load(taxonomy).term(code)
        return having

    def having(self, kind: str, codes: Iterable[str]) -> Mask:
        """Return the services that have one of some codes."""
        rows = self.connection.execute(
            "SELECT bits, numbers FROM code WHERE kind = ? AND code IN (SELECT value FROM json_each(?))",
            (kind, json.dumps(sorted(codes))),
        )
        return self._any(rows)

    def _any(self, sets: Iterable[Any]) -> Mask:
        """Return the services that are in one of some packed sets."""
        mask = np.zeros(self.size, bool)
        for bits, content in sets:
            mask |= unpacked(bool(bits), content, self.size)
        return mask

    @cached_property
    def meaning(self) -> Meaning:
        """Return what the text of the question asks for."""
        row = self._one("SELECT content FROM lexicon")
        return reader(row[0] if row else "{}").read(self.query.text, self._is_name)

    def _meeting(self, base: Mask) -> Mask:
        """Return, of some services, those that answer the text best, and keep the order in which they do.

        What somebody asks for counts most, then a name that is met whole, then words that can only be names.
        """
        meaning = self.meaning
        if meaning.nothing:
            return np.zeros(self.size, bool)
        best = max(meaning.types.values(), default=0.0)
        score = np.zeros(self.size)
        for code, value in meaning.types.items():
            own = self.having("type", [code])
            score[own] = np.maximum(score[own], value)
        tier = np.where((score <= 0) | (score < LEAST * best), 0, np.where(score >= GOOD * best, 2, 1))
        whole = self._whole_name()
        named = sum((self._matching(self._ways(word)).astype(int) for word in meaning.named), np.zeros(self.size, int))
        alone = whole if len(meaning.words) == 1 else np.zeros(self.size, bool)
        met = ASKED * ((tier > 0) | alone) + named + (ASKED * whole if len(meaning.words) > 1 else 0)
        inside = self.having("in", meaning.places)
        where = np.where(inside, 2, np.where(self.having("covers", meaning.places) | self._everywhere(), 1, 0))
        where = where if meaning.places else np.zeros(self.size, int)
        conditions = sum((self.having(kind, [""]).astype(int) for kind in meaning.conditions), np.zeros(self.size, int))
        if not (meaning.types or meaning.named):
            met = met + inside + conditions
        fits: Mask = base & (met > 0)
        if fits.any():
            fits = fits & (met == met[fits].max())
        later = self._series("rank") if self.size else np.zeros(0)
        numbers = np.flatnonzero(fits)
        keys = (self._series(self.order), -conditions, -score, -where, -tier, later)
        ordered = numbers[np.lexsort([key[numbers] for key in keys])]
        place = np.empty(self.size, np.int64)
        place[ordered] = np.arange(ordered.size)
        self._share(place, ordered, np.stack([later, tier, where]))
        self.asked_order = place
        return fits

    def _share(self, place: NDArray[Any], ordered: NDArray[Any], grades: NDArray[Any]) -> None:
        """Put the first service of each kind that was asked for before the others, where it is as good and as near."""
        if not ordered.size:
            return
        alike = ordered[(grades[:, ordered] == grades[:, ordered[:1]]).all(axis=0)]
        picked: list[int] = []
        for code in self.meaning.first_types():
            own = alike[self.having("type", [code])[alike]]
            picked += [number for number in own.tolist() if number not in picked][:1]
        place[picked] = np.arange(-len(picked), 0)

    def _everywhere(self) -> Mask:
        """Return the services without a place that say of no area that it is theirs."""
        return self.having("remote", [""]) & ~self.having("bounded", [""])

    def _whole_name(self) -> Mask:
        """Return the services whose names hold every word of the text, the last one perhaps begun only."""
        words = self.meaning.words
        if not words or sum(map(len, words)) < SHORTEST:
            return np.zeros(self.size, bool)
        return self._matching([" AND ".join([f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}" *'])])

    def _matching(self, ways: list[str]) -> Mask:
        """Return the services that one of several questions to the full-text index finds."""
        mask = np.zeros(self.size, bool)
        if ways:
            match = " OR ".join(f"({way})" for way in ways)
            rows = self.connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (match,)).fetchall()
            mask[[number for (number,) in rows]] = True
        return mask

    def _is_name(self, word: str, loosely: bool) -> bool:
        if loosely:
            return bool(self._like(word))
        if len(word) < SHORTEST and not word.isdigit():
            return self._one("SELECT 1 FROM word WHERE word = ?", word) is not None
        return self._begins(word)

    def _begins(self, word: str) -> bool:
        """Tell whether a word of a name begins with a word."""
        after = word + "\U0010ffff"
        return self._one("SELECT 1 FROM word WHERE word >= ? AND word < ? LIMIT 1", word, after) is not None

    def _like(self, word: str) -> list[str]:
        """Return the words of names that a word is another spelling of, or that it is off by one slip."""
        if len(word) < 5:
            return []
        rows = self.connection.execute("SELECT word FROM word WHERE coarse = ? ORDER BY word", (coarse_word(word),))
        return [other for (other,) in rows] or [
            other for other in self._vocabulary if len(other) >= 5 and starts(word, other) and near(word, other)
        ]

    def _ways(self, word: str) -> list[str]:
        """Return the ways to look for a word that stands in a name."""
        if word.isdigit() or (len(word) >= SHORTEST and self._begins(word)):
            return [f'"{word}" *']
        return [f'"{other}"' for other in ([word] if len(word) < SHORTEST else self._like(word))]

    @cached_property
    def _vocabulary(self) -> list[str]:
        return [word for (word,) in self.connection.execute("SELECT word FROM word ORDER BY word")]

    def _open(self, moment: dt.datetime) -> Mask:
        """Return the services that are open at a moment, each by its own clock."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        for (offset,) in self.connection.execute("SELECT DISTINCT utc_offset FROM open WHERE utc_offset IS NOT NULL"):
            if at.tzinfo is not None:
                clocks.append((offset, at.astimezone(dt.timezone(dt.timedelta(hours=offset)))))
        mask = np.zeros(self.size, bool)
        for clock, time in clocks:
            minute, day = time.hour * 60 + time.minute, time.date().isoformat()
            mask |= self._any(
                self.connection.execute(
                    "SELECT bits, numbers FROM open WHERE day = ? AND opens <= ? AND closes > ? AND utc_offset IS ?"
                    " AND coalesce(first <= ?, 1) AND coalesce(last >= ?, 1)",
                    (time.weekday(), minute, minute, clock, day, day),
                )
            )
        return mask

    def _by_name(self, fits: Mask) -> list[Hit]:
        """Return the first services that fit, those of the best rank first and by name."""
        numbers = np.flatnonzero(fits)
        order = (self._series(self.order) if self.asked_order is None else self.asked_order)[numbers]
        first = numbers[_lowest(order, self.query.limit)]
        return [Hit(service) for service in self._services(first)]

    def _nearest(self, fits: Mask, near: tuple[float, float]) -> tuple[list[Hit], int]:
        """Return the first services that fit, those of the best rank first and of these the nearest, and their count.

        Distances are estimated for all, and measured on the ellipsoid for those whose place or count depends on it.
        """
        within, owner = self.query.within_km, self._series("point")
        points = np.flatnonzero(fits[owner])
        if within is not None and points.size > MANY:
            points = self._in_box(fits, near, within)
        latitude, longitude = (self._series(name)[points] for name in ("latitude", "longitude"))
        km = estimated(near, latitude, longitude)
        if within is not None:
            near_edge = np.abs(km - within) <= within * SPHERE + 0.001
            km[near_edge] = measured(near, latitude[near_edge], longitude[near_edge])
            points, km = points[km <= within], km[km <= within]
        services, first = np.unique(owner[points], return_index=True)
        if not services.size or not self.query.limit:
            return [], int(services.size)
        nearest = np.minimum.reduceat(km, first)
        chosen = self._close_enough(services, nearest)
        sure = np.flatnonzero(np.isin(owner[points], services[chosen]))
        exact = measured(near, self._series("latitude")[points[sure]], self._series("longitude")[points[sure]])
        exactly: dict[int, float] = {}
        for number, exact_distance in zip(owner[points[sure]].tolist(), exact.tolist(), strict=True):
            exactly[number] = min(exact_distance, exactly.get(number, math.inf))
        ranks, order = self._series("rank"), self._series(self.order)
        best = sorted(exactly, key=lambda number: (ranks[number], exactly[number], order[number]))
        best = best[: self.query.limit]
        names = self._services(best)
        return [Hit(name, exactly[number]) for name, number in zip(names, best, strict=True)], int(services.size)

    def _close_enough(self, services: NDArray[Any], km: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the places of the services that can be among the first, by the estimate of their distance."""
        ranks = self._series("rank")[services]
        chosen: list[NDArray[np.intp]] = []
        left = self.query.limit
        for rank in np.unique(ranks):
            ranked = np.flatnonzero(ranks == rank)
            if left < ranked.size:
                last = np.partition(km[ranked], left - 1)[left - 1]
                ranked = ranked[km[ranked] <= last * (1 + 3 * SPHERE) + 0.001]
            chosen.append(ranked)
            left -= ranked.size
            if left <= 0:
                break
        return np.concatenate(chosen)

    def _in_box(self, fits: Mask, near: tuple[float, float], radius: float) -> NDArray[np.intp]:
        """Return the points of services that fit in a box around a circle."""
        south, north, west, east = box(near, radius)
        rows = self.connection.execute(
            "SELECT id FROM spot WHERE north >= ? AND south <= ? AND east >= ? AND west <= ?",
            (south, north, west, east),
        ).fetchall()
        points = np.array(sorted(number for (number,) in rows), np.intp)
        inside: NDArray[np.intp] = points[fits[self._series("point")[points]]]
        return inside

    def _series(self, name: str) -> NDArray[Any]:
        """Return a series of numbers, one a service or one a point."""
        row = self._one("SELECT numbers FROM series WHERE name = ?", name)
        return np.frombuffer(row[0] if row else b"", SERIES.get(name, ORDER))

    def _services(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of services by number."""
        wanted = [int(number) for number in numbers]
        rows = self.connection.execute(
            "SELECT number, service FROM listed WHERE number IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]
        )
        ids = {number: service for number, service in rows}  # noqa: C416
        return [ids[number] for number in wanted]

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return row


def _lowest(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Return the places of the lowest values, in their order."""
    if count < values.size:
        places = np.argpartition(values, count)[:count]
        return places[np.argsort(values[places])]
    return np.argsort(values)


def estimated(
    near: tuple[float, float], latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the kilometres from a point to others on a sphere, within `SPHERE` of the truth."""
    latitude, longitude = np.radians(near[0]), np.radians(near[1])
    others, along = np.radians(latitudes), np.radians(longitudes) - longitude
    half = np.sin((others - latitude) / 2) ** 2 + np.cos(latitude) * np.cos(others) * np.sin(along / 2) ** 2
    return np.asarray(2 * RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1))))


def measured(
    near: tuple[float, float], latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the geodesic kilometres from a point to others on the ellipsoid."""
    here = np.ones(latitudes.size)
    return np.asarray(GEOD.inv(here * near[1], here * near[0], longitudes, latitudes)[2]) / 1000


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


@dataclass(frozen=True)
class SearchFacts:
    """What a service is found by: words of its names, and the codes of places that it is in or covers.

    ``flags`` are some of "night" (open day and night), "free" and "everywhere" (it has no place, and no bounds).
    """

    words: str
    inside: tuple[str, ...]
    covers: tuple[str, ...]
    flags: frozenset[str]


@dataclass(frozen=True)
class SearchTable:
    """The lexicon as JSON, and what each service is found by, by id."""

    lexicon: str
    services: dict[str, SearchFacts]


def search_table(connection: sqlite3.Connection) -> SearchTable:
    """Return all that a search of a view reads, for one that cannot open the file."""
    listed = connection.execute("SELECT number, service, words FROM listed ORDER BY number").fetchall()
    sets: dict[str, list[set[str]]] = {kind: [set() for _ in listed] for kind in TABLED}
    sets["everywhere"] = []
    marks = ", ".join("?" * len(TABLED))
    rows = connection.execute(f"SELECT kind, code, bits, numbers FROM code WHERE kind IN ({marks})", TABLED)
    for kind, code, bits, numbers in rows:
        for number in np.flatnonzero(unpacked(bool(bits), numbers, len(listed))).tolist():
            sets[kind][number].add(code)
    for number, bounds in enumerate(sets["bounded"]):
        sets["everywhere"].append({""} if sets["remote"][number] and not bounds else set())
    flags = [frozenset(kind for kind in FLAGS if sets[kind][number]) for number, _, _ in listed]
    services = {
        service: SearchFacts(
            words,
            tuple(sorted(sets["in"][number])),
            tuple(sorted(sets["covers"][number])),
            flags[number],
        )
        for number, service, words in listed
    }
    (content,) = connection.execute("SELECT content FROM lexicon").fetchone()
    return SearchTable(content, services)
