"""Searching a view: which services fit, in which order.

Words, codes, units, groups and hours are sets of services that `mapping.view.index` stored, cut with each other here.
"""

import datetime as dt
import math
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from pyproj import Geod

from mapping.errors import InvalidRecord
from mapping.language.fold import tokens
from mapping.language.meaning import GOOD, LEAST, Meaning, near, starts
from mapping.language.taxonomy import Vocabulary
from mapping.view.postings import (
    Bits,
    Numbers,
    Postings,
    Reals,
    count,
    grades,
    holds,
    least,
    members,
    part_of,
    unpacked,
)
from mapping.view.rules.kinds import POLICE_TYPES
from mapping.view.rules.opening import is_day_off

GEOD = Geod(ellps="WGS84")
RADIUS = 6371.0088
"""Kilometres, of the sphere that distances are estimated on before they are measured."""
SPHERE = 0.006
"""The share by which an estimated distance may be wrong: the earth is flattened by a third of a percent."""
ROUNDED = 0.01
"""Kilometres by which two estimates may be wrong beside that: 32 bits tell a place to some three metres."""

TABLED = ("in", "covers", "night", "free", "everywhere", "far", "police")
"""Kinds of codes that a search outside the file needs."""
FLAGS = ("night", "free", "everywhere", "far", "police")

SHORTEST = 4
"""Letters from which a word may be the beginning of a name."""
FEW = 512
"""So many services are sorted whole, where only the first are wanted."""
BAND = 32
"""Points to the south and to the north that are looked at first for each of the nearest services."""
ASKED = 1.5
"""What the help that is asked for counts beside one word of a name."""


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

    def __init__(self, postings: Postings, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.postings = postings
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        self.days_off = frozenset(facts.get("days_off", "").split())
        self.order: list[list[Bits]] = [postings.ranks]
        """What services are put in order by before their names: sets that part them, those that come first first."""
        self.picked: list[int] = []
        """Services that come before all others."""
        self._likes: dict[str, list[str]] = {}

    def run(self) -> Hits:
        """Find what fits."""
        having = self.postings.having
        fits = self._arranged(self.wanted())
        if self.query.area_units is not None:
            here = fits & having("in", self.query.area_units)
            elsewhere = fits & self._covering(self.query.area_units) & ~here
        else:
            here, elsewhere = fits & having("pointed", [""]), fits & having("remote", [""])
        if self.query.near is not None:
            first, total = self._nearest(here, self.query.near)
        else:
            first, total = self._first_hits(here), count(here)
        return Hits(first, self._first_hits(elsewhere), total + count(elsewhere))

    def ranked(self) -> list[str]:
        """Return the ids of all services that fit, in the order in which they answer."""
        return self.postings.ids(self._answering(self._arranged(self.wanted()), self.postings.size))

    def fitting(self) -> Bits:
        """Return the services that fit, with a unit those that are in it or cover it."""
        fits = self.wanted()
        if self.query.area_units is not None:
            having = self.postings.having
            fits = fits & (having("in", self.query.area_units) | self._covering(self.query.area_units))
        return fits

    def _covering(self, units: Collection[str]) -> Bits:
        """Return the services that serve one of some units of the country from elsewhere, or everybody."""
        return self.postings.having("covers", units) | self._everywhere

    @property
    def _everywhere(self) -> Bits:
        """The services that serve everybody in the country: see `mapping.view.rules.reach`."""
        return self.postings.having("everywhere", [""])

    def wanted(self) -> Bits:
        """Return the services that fit, wherever they are."""
        query = self.query
        fits = self.postings.everything
        if query.type is not None:
            fits = fits & self._known("service_types", "type", query.type)
        if query.serves is not None:
            fits = fits & self._known("beneficiaries", "for", query.serves)
        if query.speaks is not None:
            fits = fits & self.postings.having("speaks", [query.speaks])
        if query.open_at is not None:
            fits = fits & self._open(query.open_at)
        return self._meeting(self._usable(fits)) if query.text.strip() else fits

    def _usable(self, fits: Bits) -> Bits:
        """Return the services without those that hurt, and for who is abroad only those that can be called there."""
        meaning, having = self.meaning, self.postings.having
        if POLICE_TYPES.intersection(meaning.never):
            fits = fits & ~having("police", [""])
        if meaning.places and not meaning.home:
            fits = fits & (having("far", [""]) | having("in", meaning.places))
        return fits

    def _known(self, taxonomy: str, kind: str, code: str) -> Bits:
        """Return the services that have a code; refuse one that neither the taxonomy nor the view knows."""
        having = self.postings.having(kind, [code])
        if not having.any():
            Vocabulary.load(taxonomy).term(code)
        return having

    @cached_property
    def meaning(self) -> Meaning:
        """Return what the text of the question asks for."""
        return self.postings.reader.read(self.query.text, self._is_name)

    def _meeting(self, base: Bits) -> Bits:
        """Return, of some services, those that answer the text best.

        What somebody asks for counts most, then a name that is met whole, then words that can only be names.
        """
        meaning, postings = self.meaning, self.postings
        if meaning.nothing:
            return postings.none()
        tiers, _ = self._by_type
        whole = self._whole_name()
        alone = len(meaning.words) == 1
        weights = [(tiers[0] | tiers[1] | whole if alone else tiers[0] | tiers[1], ASKED)]
        weights += [(self._having_name(word), 1) for word in meaning.named]
        weights += [] if alone else [(whole, ASKED)]
        if not (meaning.types or meaning.named):
            weights += [(self._inside, 1), *self._conditions]
        most, fits = next(iter(grades(base, weights)), (0, base))
        return fits if most else postings.none()

    def _arranged(self, fits: Bits) -> Bits:
        """Return the services that fit, after their order was made what the text asks for."""
        if tokens(self.query.text) and fits.any():
            tiers, scores = self._by_type
            places = self._by_place(self._inside) if self.meaning.places else [fits]
            self.order += [tiers, places, scores, [bits for _, bits in grades(fits, self._conditions)]]
            self.order += [self._by_number, self._by_hours]
            self._share(fits)
        return fits

    @cached_property
    def _inside(self) -> Bits:
        """The services in the places that are asked for."""
        return self.postings.having("in", self.meaning.places)

    @cached_property
    def _conditions(self) -> list[tuple[Bits, float]]:
        """The services that meet each condition that is asked for, each with its weight."""
        parts = (name.partition("-") for name in self.meaning.conditions)
        return [(self.postings.having(kind, [code]), 1.0) for kind, _, code in parts]

    @cached_property
    def _by_number(self) -> list[Bits]:
        """The services that can be called, and those of which no number is known."""
        mute = self.postings.having("mute", [""])
        return [self.postings.everything & ~mute, mute]

    @cached_property
    def _by_hours(self) -> list[Bits]:
        """The services that are open day and night, and the others: whoever is in need cannot wait for the morning."""
        always = self.postings.having("night", [""])
        return [always, self.postings.everything & ~always]

    @cached_property
    def _of_type(self) -> dict[str, Bits]:
        """The services of each type that is asked for."""
        return self.postings.by_code("type", self.meaning.types)

    @cached_property
    def _by_type(self) -> tuple[list[Bits], list[Bits]]:
        """The services by what is asked for: what was, what is beside it, the rest; and by score."""
        types, of_type = self.meaning.types, self._of_type
        best = max(types.values(), default=0.0)
        tiers = [self.postings.none() for _ in range(3)]
        scores: list[Bits] = []
        rest = self.postings.everything
        for score in sorted(set(types.values()), reverse=True):
            own = [of_type[code] & rest for code, value in types.items() if value == score and code in of_type]
            if own and score > 0:
                scores.append(reduce(np.bitwise_or, own))
                rest = rest & ~scores[-1]
                tiers[0 if score >= GOOD * best else 1 if score >= LEAST * best else 2] |= scores[-1]
        tiers[2] |= rest
        return tiers, [*scores, rest]

    def _by_place(self, inside: Bits) -> list[Bits]:
        """Return the services in the places that are asked for, those that cover one of them, and the rest."""
        postings = self.postings
        covers = postings.having("covers", self.meaning.places)
        covers = (covers | self._everywhere if self.meaning.home else covers) & ~inside
        return [inside, covers, postings.everything & ~inside & ~covers]

    def _share(self, fits: Bits) -> None:
        """Put the first service of each kind that was asked for before the others, where it is as good and as near."""
        ranks, tiers, places, *within = self.order
        head, own_parts = fits, []
        for parts in (ranks, tiers, places):
            own_parts.append(next(part for part in parts if (head & part).any()))
            head = head & own_parts[-1]
        alike = fits & own_parts[0] & own_parts[2]
        picked: list[int] = []
        for code in self.meaning.first_types():
            if code in self._of_type:
                own = alike & self._of_type[code] & ~self._set(picked)
                picked += self._first(own, 1, within)
        self.picked = picked

    def _set(self, numbers: list[int]) -> Bits:
        return self.postings.union([(False, np.array(numbers, "<u4").tobytes())])

    def _first(self, fits: Bits, most: int, order: list[list[Bits]] | None = None) -> list[int]:
        """Return the first of some services by number, in the order of the sets that part them and then by name.

        Few are sorted; of many only those parts are looked at in which the first are.
        """
        size = count(fits)
        if not size or not most:
            return []
        order = self.order if order is None else order
        if size <= max(FEW, most):
            numbers = members(fits)
            by_name = self.postings.by_name(self.query.language)[numbers]
            places = [part_of(parts, numbers) for parts in reversed(order)]
            return [int(number) for number in numbers[np.lexsort([by_name, *places])][:most]]
        if not order:
            return self.postings.first_by_name(fits, most, self.query.language)
        first: list[int] = []
        for part in order[0]:
            first += self._first(fits & part, most - len(first), order[1:])
        return first

    def _whole_name(self) -> Bits:
        """Return the services whose names hold every word of the text, the last one perhaps begun only."""
        words = self.meaning.words
        if not words or sum(map(len, words)) < SHORTEST:
            return self.postings.none()
        bits = self.postings.everything
        for word in words[:-1]:
            bits = bits & self.postings.having_words([word])
            if not bits.any():
                return bits
        return bits & self.postings.having_begun(words[-1])

    def _is_name(self, word: str, loosely: bool) -> bool:
        if loosely:
            return bool(self._like(word))
        if len(word) < SHORTEST and not word.isdigit():
            return self.postings.is_word(word)
        return self.postings.begins_word(word)

    def _like(self, word: str) -> list[str]:
        """Return the words of names that a word is another spelling of, or that it is off by one slip."""
        if len(word) < 5:
            return []
        if word not in self._likes:
            self._likes[word] = self.postings.sounding_like(word) or [
                other
                for other in self.postings.vocabulary
                if len(other) >= 5 and starts(word, other) and near(word, other)
            ]
        return self._likes[word]

    def _having_name(self, word: str) -> Bits:
        """Return the services in whose names a word stands."""
        if word.isdigit() or (len(word) >= SHORTEST and self.postings.begins_word(word)):
            return self.postings.having_begun(word)
        return self.postings.having_words([word] if len(word) < SHORTEST else self._like(word))

    def _open(self, moment: dt.datetime) -> Bits:
        """Return the services that are open at a moment, each by its own clock: see `mapping.view.rules.opening`."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        connection = self.postings.connection
        for (offset,) in connection.execute("SELECT DISTINCT utc_offset FROM open WHERE utc_offset IS NOT NULL"):
            if at.tzinfo is not None:
                clocks.append((offset, at.astimezone(dt.timezone(dt.timedelta(hours=offset)))))
        bits = self.postings.none()
        for clock, time in clocks:
            minute, day = time.hour * 60 + time.minute, time.date().isoformat()
            services = self.postings.union(
                connection.execute(
                    "SELECT bits, numbers FROM open WHERE day = ? AND opens <= ? AND closes > ? AND utc_offset IS ?"
                    " AND coalesce(first <= ?, 1) AND coalesce(last >= ?, 1)",
                    (time.weekday(), minute, minute, clock, day, day),
                )
            )
            bits |= (
                services & self.postings.having("night", [""]) if is_day_off(time.date(), self.days_off) else services
            )
        return bits

    def _first_hits(self, fits: Bits) -> list[Hit]:
        """Return the first services that fit, in the order in which they answer."""
        return [Hit(service) for service in self.postings.ids(self._answering(fits, self.query.limit))]

    def _answering(self, fits: Bits, most: int) -> list[int]:
        """Return the first of some services by number: those that were picked, then the others in their order."""
        if not self.picked:
            return self._first(fits, most)
        picked = np.array(self.picked, "<u4")
        first: list[int] = picked[holds(fits, picked)].tolist()[:most]
        return first + self._first(fits & ~self._set(self.picked), most - len(first))

    def _nearest(self, fits: Bits, near: tuple[float, float]) -> tuple[list[Hit], int]:
        """Return the first services that fit, those of the best rank first and of these the nearest, and their count.

        Distances are estimated for all, and measured on the ellipsoid for those whose place or count depends on it.
        """
        total, first = 0, dict[int, float]()
        pointed = fits & self.postings.having("pointed", [""])
        for ranked in self.postings.ranks:
            part, left = pointed & ranked, self.query.limit - len(first)
            if self.query.within_km is None and not left:
                total += count(part)
                continue
            services, km = self._within(*self._estimated(self._close(part, near, left), near), near)
            total += count(part) if self.query.within_km is None else services.size
            if not left:
                continue
            if left < services.size:
                last = np.partition(km, left - 1)[left - 1]
                services = services[km <= last * (1 + 3 * SPHERE) + ROUNDED]
            exact = self._measured(services, near)
            order = np.lexsort([self.postings.by_name(self.query.language)[services], exact])[:left]
            first |= zip(services[order].tolist(), exact[order].tolist(), strict=True)
        ids = self.postings.ids(first)
        return [Hit(service, km) for service, km in zip(ids, first.values(), strict=True)], total

    def _close(self, fits: Bits, near: tuple[float, float], most: int) -> Numbers:
        """Return services of a set, among them all that are near enough or, without a distance, the nearest ``most``.

        They are looked for in a band of latitudes that grows until what lies outside is farther away. Where it would
        have more points than the set has services, the whole set is returned.
        """
        latitudes, whole, size = self.postings.northward[1], count(fits), BAND * most
        middle = int(np.searchsorted(latitudes, near[0]))
        if self.query.within_km is not None:
            degrees = math.degrees((self.query.within_km * (1 + SPHERE) + ROUNDED) / RADIUS)
            first, last = np.searchsorted(latitudes, (near[0] - degrees, near[0] + degrees))
            return self.postings.of_band(fits, first, last) if last - first < whole else members(fits)
        while size < whole:
            first, last = max(0, middle - size), middle + size
            services = self.postings.of_band(fits, first, last)
            if services.size >= most:
                km = self._estimated(services, near)[1]
                bound = np.partition(km, most - 1)[most - 1] * (1 + 3 * SPHERE) + ROUNDED
                south = near[0] - latitudes[first] if first else math.inf
                north = latitudes[last] - near[0] if last < latitudes.size else math.inf
                if bound + ROUNDED <= math.radians(min(south, north)) * RADIUS:
                    return np.asarray(services[km <= bound])
            size *= 2
        return members(fits)

    def _estimated(self, services: Numbers, near: tuple[float, float]) -> tuple[Numbers, Reals]:
        """Return services that have points, with the estimated kilometres to the nearest, from numbers of 32 bits."""
        points, first = self.postings.points(services)
        series = (self.postings.series(name)[points].astype(np.float32) for name in ("latitude", "longitude"))
        return services, least(estimated(near, *series), first)

    def _within(self, services: Numbers, km: Reals, near: tuple[float, float]) -> tuple[Numbers, Reals]:
        """Return those of some services that are near enough, with their estimated kilometres."""
        within = self.query.within_km
        if within is None:
            return services, km
        unsure = np.abs(km - within) <= within * SPHERE + ROUNDED
        near_enough = km <= within
        near_enough[unsure] = self._measured(services[unsure], near) <= within
        return services[near_enough], km[near_enough]

    def _measured(self, services: Numbers, near: tuple[float, float]) -> Reals:
        """Return the geodesic kilometres from a point to the nearest point of each service, on the ellipsoid."""
        points, first = self.postings.points(services)
        latitudes, longitudes = (self.postings.series(name)[points] for name in ("latitude", "longitude"))
        return least(measured(near, latitudes, longitudes), first)


def estimated(near: tuple[float, float], latitudes: Reals, longitudes: Reals) -> Reals:
    """Return the kilometres from a point to others on a sphere, within `SPHERE` of the truth; of the type of these."""
    up, along = np.radians(latitudes), np.radians(longitudes) - math.radians(near[1])
    x = np.cos(up) * np.cos(along) - math.cos(math.radians(near[0]))
    y, z = np.cos(up) * np.sin(along), np.sin(up) - math.sin(math.radians(near[0]))
    return np.asarray(2 * RADIUS * np.arcsin(np.minimum(np.sqrt(x * x + y * y + z * z) / 2, 1)))


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
    listed = connection.execute("SELECT number, service, words FROM listed ORDER BY number").fetchall()
    sets: dict[str, list[set[str]]] = {kind: [set() for _ in listed] for kind in TABLED}
    marks = ", ".join("?" * len(TABLED))
    rows = connection.execute(f"SELECT kind, code, bits, numbers FROM code WHERE kind IN ({marks})", TABLED)
    for kind, code, bits, numbers in rows:
        for number in np.flatnonzero(unpacked(bool(bits), numbers, len(listed))).tolist():
            sets[kind][number].add(code)
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
