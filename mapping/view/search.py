"""Searching a view: which services fit, in which order.

Words, codes, units, groups and hours are sets of services that `mapping.view.service_index` reads, cut with each other
here; what fits is put in order by grades, one number a service and question.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from mapping.errors import InvalidRecord
from mapping.language.fold import tokens
from mapping.language.meaning import GOOD, LEAST, Meaning, near, starts
from mapping.language.rules import RULES
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.kinds import POLICE_TYPES
from mapping.view.rules.opening import is_day_off
from mapping.view.service_index import Mask, Reals, ServiceIndex

Grades = NDArray[np.intp]
"""A number for each service; those of the lowest come first."""
RANKING = RULES["ranking"]
GEOD = Geod(ellps="WGS84")
TABLED = ("in", "covers", "night", "free", "everywhere", "far", "police")
"""Kinds of codes that a search outside the file needs."""
FLAGS: tuple[str, ...] = tuple(RANKING["flags"])
SHORTEST: int = RANKING["shortest"]
BESIDE = 2
"""The tier of services that are neither what is asked for nor something like it."""
ASKED: float = RANKING["asked"]

OPEN = (
    "SELECT number FROM listed WHERE week IN (SELECT week FROM open WHERE day = ? AND opens <= ? AND closes > ?"
    " AND utc_offset IS ? AND coalesce(first <= ?, 1) AND coalesce(last >= ?, 1))"
)


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

    def __init__(self, index: ServiceIndex, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.index = index
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        self.days_off = frozenset(facts.get("days_off", "").split())
        self.order: list[Grades] = [index.ranks]
        """What services are put in order by before their names; the first decides."""
        self.picked: list[int] = []
        """Services that come before all others."""
        self._likes: dict[str, list[str]] = {}

    def run(self) -> Hits:
        """Find what fits."""
        having = self.index.having
        fits = self._arranged(self.wanted())
        if self.query.area_units is not None:
            here = fits & having("in", self.query.area_units)
            elsewhere = fits & self._covering(self.query.area_units) & ~here
        else:
            here, elsewhere = fits & having("pointed"), fits & having("remote")
        if self.query.near is not None:
            first, total = self._nearest(here & having("pointed"), self.query.near)
        else:
            first, total = self._first_hits(here), int(here.sum())
        return Hits(first, self._first_hits(elsewhere), total + int(elsewhere.sum()))

    def ranked(self) -> list[str]:
        """Return the ids of all services that fit, in the order in which they answer."""
        return self.index.ids(self._answering(self._arranged(self.wanted()), self.index.size))

    def fitting(self) -> Mask:
        """Return the services that fit, with a unit those that are in it or cover it."""
        fits = self.wanted()
        if self.query.area_units is not None:
            units = self.query.area_units
            fits = fits & (self.index.having("in", units) | self._covering(units))
        return fits

    def _covering(self, units: Collection[str]) -> Mask:
        """Return the services that serve one of some units of the country from elsewhere, or everybody."""
        return self.index.having("covers", units) | self._everywhere

    @property
    def _everywhere(self) -> Mask:
        """The services that serve everybody in the country: see `mapping.view.rules.reach`."""
        return self.index.having("everywhere")

    def wanted(self) -> Mask:
        """Return the services that fit, wherever they are."""
        query = self.query
        fits = ~self.index.none()
        if query.type is not None:
            fits &= self._known("service_types", "type", query.type)
        if query.serves is not None:
            fits &= self._known("beneficiaries", "for", query.serves)
        if query.speaks is not None:
            fits &= self.index.having("speaks", [query.speaks])
        if query.open_at is not None:
            fits &= self._open(query.open_at)
        return self._meeting(self._usable(fits)) if query.text.strip() else fits

    def _usable(self, fits: Mask) -> Mask:
        """Return the services without those that hurt, and for who is abroad only those that can be called there."""
        meaning, having = self.meaning, self.index.having
        if POLICE_TYPES.intersection(meaning.never):
            fits = fits & ~having("police")
        if meaning.places and not meaning.home:
            fits = fits & (having("far") | having("in", meaning.places))
        return fits

    def _known(self, taxonomy: str, kind: str, code: str) -> Mask:
        """Return the services that have a code; refuse one that neither the taxonomy nor the view knows."""
        having = self.index.having(kind, [code])
        if not having.any():
            Vocabulary.load(taxonomy).term(code)
        return having

    @cached_property
    def meaning(self) -> Meaning:
        """Return what the text of the question asks for."""
        return self.index.reader.read(self.query.text, self._is_name)

    def _meeting(self, base: Mask) -> Mask:
        """Return, of some services, those that answer the text best.

        What somebody asks for counts most, then a name that is met whole, then words that can only be names.
        """
        meaning, index = self.meaning, self.index
        if meaning.nothing:
            return index.none()
        asked, whole = self._by_type[0] < BESIDE, self._whole_name()
        alone = len(meaning.words) == 1
        weight = ASKED * (asked | whole if alone else asked)
        for word in meaning.named:
            weight += self._having_name(word)
        if not alone:
            weight += ASKED * whole
        if not (meaning.types or meaning.named):
            weight += self._inside + self._conditions_met
        most = weight[base].max(initial=0)
        return base & (weight == most) if most else index.none()

    def _arranged(self, fits: Mask) -> Mask:
        """Return the services that fit, after their order was made what the text asks for."""
        if tokens(self.query.text) and fits.any():
            having = self.index.having
            tiers, scores = self._by_type
            most = len(self.meaning.conditions)
            called_first, open_first = having("mute").astype(int), (~having("night")).astype(int)
            self.order += [tiers, self._by_place, scores, most - self._conditions_met, called_first, open_first]
            self._share(fits)
        return fits

    @cached_property
    def _inside(self) -> Mask:
        """The services in the places that are asked for."""
        return self.index.having("in", self.meaning.places)

    @cached_property
    def _conditions_met(self) -> Grades:
        """How many of the conditions that are asked for each service meets."""
        met = np.zeros(self.index.size, int)
        for name in self.meaning.conditions:
            kind, _, code = name.partition("-")
            met += self.index.having(kind, [code])
        return met

    @cached_property
    def _by_type(self) -> tuple[Grades, Grades]:
        """The services by what is asked for: what was (0), what is beside it (1), the rest (`BESIDE`); and by score."""
        types = self.meaning.types
        best = max(types.values(), default=0.0)
        levels = sorted({score for score in types.values() if score > 0}, reverse=True)
        tiers, scores = (np.full(self.index.size, worst) for worst in (BESIDE, len(levels)))
        for code, score in sorted(types.items(), key=lambda pair: pair[1]):
            if score > 0:
                services = self.index.having("type", [code])
                scores[services] = levels.index(score)
                tiers[services] = 0 if score >= GOOD * best else 1 if score >= LEAST * best else BESIDE
        return tiers, scores

    @cached_property
    def _by_place(self) -> Grades:
        """The services in the places that are asked for (0), those that cover one of them (1), and the rest (2)."""
        if not self.meaning.places:
            return np.zeros(self.index.size, int)
        covers = self.index.having("covers", self.meaning.places)
        covers = covers | self._everywhere if self.meaning.home else covers
        return np.where(self._inside, 0, np.where(covers, 1, 2))

    def _share(self, fits: Mask) -> None:
        """Put the first service of each kind that was asked for before the others, where it is as good and as near."""
        ranks, tiers, places, *within = self.order
        first = self._first(fits, 1, [ranks, tiers, places])
        alike = fits & (ranks == ranks[first]) & (places == places[first])
        for code in self.meaning.first_types():
            own = alike & self.index.having("type", [code])
            own[self.picked] = False
            self.picked += self._first(own, 1, within)

    def _first(self, fits: Mask, most: int, order: list[Grades] | None = None) -> list[int]:
        """Return the first of some services by number, by each of their grades in turn and then by name."""
        numbers = np.flatnonzero(fits)
        place = np.zeros(numbers.size, int)
        for grades in self.order if order is None else order:
            place = place * (int(grades.max(initial=0)) + 1) + grades[numbers]
        place = place * self.index.size + self.index.by_name(self.query.language)[numbers]
        first: list[int] = numbers[np.argsort(place)][:most].tolist()
        return first

    def _whole_name(self) -> Mask:
        """Return the services whose names hold every word of the text, the last one perhaps begun only."""
        words = self.meaning.words
        if not words or sum(map(len, words)) < SHORTEST:
            return self.index.none()
        services = self.index.having_begun(words[-1])
        for word in words[:-1] if services.any() else ():
            services &= self.index.having_words([word])
        return services

    def _is_name(self, word: str, loosely: bool) -> bool:
        if loosely:
            return bool(self._like(word))
        if len(word) < SHORTEST and not word.isdigit():
            return self.index.is_word(word)
        return self.index.begins_word(word)

    def _like(self, word: str) -> list[str]:
        """Return the words of names that a word is another spelling of, or that it is off by one slip."""
        if len(word) < 5:
            return []
        if word not in self._likes:
            self._likes[word] = self.index.sounding_like(word) or [
                other
                for other in self.index.vocabulary
                if len(other) >= 5 and starts(word, other) and near(word, other)
            ]
        return self._likes[word]

    def _having_name(self, word: str) -> Mask:
        """Return the services in whose names a word stands."""
        if word.isdigit() or (len(word) >= SHORTEST and self.index.begins_word(word)):
            return self.index.having_begun(word)
        return self.index.having_words([word] if len(word) < SHORTEST else self._like(word))

    def _open(self, moment: dt.datetime) -> Mask:
        """Return the services that are open at a moment, each by its own clock: see `mapping.view.rules.opening`."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        connection = self.index.connection
        for (offset,) in connection.execute("SELECT DISTINCT utc_offset FROM open WHERE utc_offset IS NOT NULL"):
            if at.tzinfo is not None:
                clocks.append((offset, at.astimezone(dt.timezone(dt.timedelta(hours=offset)))))
        services = self.index.none()
        for clock, time in clocks:
            minute, day = time.hour * 60 + time.minute, time.date().isoformat()
            own = self.index.of_query(OPEN, time.weekday(), minute, minute, clock, day, day)
            services |= own & self.index.having("night") if is_day_off(time.date(), self.days_off) else own
        return services

    def _first_hits(self, fits: Mask) -> list[Hit]:
        """Return the first services that fit, in the order in which they answer."""
        return [Hit(service) for service in self.index.ids(self._answering(fits, self.query.limit))]

    def _answering(self, fits: Mask, most: int) -> list[int]:
        """Return the first of some services by number: those that were picked, then the others in their order."""
        picked = [number for number in self.picked if fits[number]][:most]
        others = fits.copy()
        others[self.picked] = False
        return picked + self._first(others, most - len(picked))

    def _nearest(self, fits: Mask, near: tuple[float, float]) -> tuple[list[Hit], int]:
        """Return the first services that fit, the best rank first and of these the nearest, and their count."""
        km = self._kilometres(near)
        if self.query.within_km is not None:
            fits = fits & (km <= self.query.within_km)
        numbers = np.flatnonzero(fits)
        grades = self.index.by_name(self.query.language)[numbers], km[numbers], self.index.ranks[numbers]
        first = numbers[np.lexsort(grades)][: self.query.limit]
        hits = [Hit(service, float(km[number])) for service, number in zip(self.index.ids(first), first, strict=True)]
        return hits, numbers.size

    def _kilometres(self, near: tuple[float, float]) -> Reals:
        """Return the kilometres from a point to the nearest point of each service; infinite without one."""
        points = self.index.points
        km = np.full(self.index.size, np.inf)
        np.minimum.at(km, points.owner, measured(near, points.latitude, points.longitude))
        return km


def measured(near: tuple[float, float], latitudes: Reals, longitudes: Reals) -> Reals:
    """Return the geodesic kilometres from a point to others on the ellipsoid."""
    here = np.ones(latitudes.size)
    return np.asarray(GEOD.inv(here * near[1], here * near[0], longitudes, latitudes)[2]) / 1000


@dataclass(frozen=True)
class SearchFacts:
    """What a service is found by: words of its names, and the codes of places that it is in or covers.

    ``flags`` are some of "night" (open day and night), "free", "everywhere" (it serves everybody), "far" (it can be
    called from another country) and "police" (its organization is the police).
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
    codes: dict[str, dict[int, set[str]]] = {kind: defaultdict(set) for kind in TABLED}
    marks = ", ".join("?" * len(TABLED))
    query = f"SELECT kind, code, number FROM code WHERE kind IN ({marks})"
    for kind, code, number in connection.execute(query, TABLED):
        codes[kind][number].add(code)
    services = {
        service: SearchFacts(
            words,
            tuple(sorted(codes["in"][number])),
            tuple(sorted(codes["covers"][number])),
            frozenset(flag for flag in FLAGS if number in codes[flag]),
        )
        for number, service, words in connection.execute("SELECT number, service, words FROM listed ORDER BY number")
    }
    (content,) = connection.execute("SELECT content FROM lexicon").fetchone()
    return SearchTable(content, services)
