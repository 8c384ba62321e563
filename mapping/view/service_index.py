"""What a search reads of a view: the services of each code and word, their points, ranks and orders by name.

`mapping.view.index` writes it. A service stands in it by its number, in the order of the published ids.
"""

import datetime as dt
import json
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from mapping.language.fold import coarse_word
from mapping.language.i18n import chain
from mapping.language.meaning import QueryReader

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
"""Of each service, by its number, whether something holds."""
Reals = NDArray[np.floating[Any]]
"""Degrees or kilometres, one a point."""
GEOD = Geod(ellps="WGS84")
EARTH_KM = 6371

SCHEMA = """
CREATE TABLE listed (
    number INTEGER PRIMARY KEY, service TEXT NOT NULL, rank INTEGER NOT NULL, intake INTEGER NOT NULL,
    week INTEGER NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX listed_intake ON listed (intake);
CREATE INDEX listed_week ON listed (week);
CREATE TABLE lexicon (content TEXT NOT NULL) STRICT;
CREATE TABLE code (kind TEXT, code TEXT, number INTEGER, PRIMARY KEY (kind, code, number)) STRICT, WITHOUT ROWID;
CREATE TABLE taker (code TEXT, intake INTEGER, PRIMARY KEY (code, intake)) STRICT, WITHOUT ROWID;
CREATE TABLE open (
    day INTEGER NOT NULL, opens INTEGER NOT NULL, closes INTEGER NOT NULL, utc_offset REAL, first TEXT, last TEXT,
    week INTEGER NOT NULL
) STRICT;
CREATE INDEX open_day ON open (day, opens, closes);
CREATE TABLE point (number INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL) STRICT;
CREATE TABLE by_name (
    language TEXT, number INTEGER, place INTEGER NOT NULL, PRIMARY KEY (language, number)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = 'listed', content_rowid = 'number', tokenize = 'ascii', detail = 'none'
)
"""
"""``taker`` tells which groups services of an intake take, ``open`` when those of a week are open; ``place`` is that by
rank and then by name; ``word`` finds services by the words of ``listed``, which are folded already."""


def write_words(connection: sqlite3.Connection) -> None:
    """Make services findable by the words that stand in ``listed``."""
    connection.execute("INSERT INTO word (word) VALUES ('rebuild')")
    connection.execute("INSERT INTO word (word) VALUES ('optimize')")


@lru_cache(8)
def _reader(content: str) -> QueryReader:
    return QueryReader(json.loads(content))


class ServiceIndex:
    """The search index of one view. What it has read of words and points it keeps."""

    def __init__(self, connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
        self.connection = connection
        self.languages = facts["languages"].split()
        self._codes: dict[str, list[str]] = {}
        self._numbers: dict[tuple[str, str], Numbers] = {}
        self._by_name: dict[str, Numbers] = {}

    def codes(self, kind: str) -> list[str]:
        """Return the codes of a kind that a service has, sorted."""
        if kind not in self._codes:
            query = "SELECT DISTINCT code FROM code WHERE kind = ? UNION SELECT code FROM taker WHERE ? = 'for'"
            self._codes[kind] = sorted(code for (code,) in self.connection.execute(query, (kind, kind)))
        return self._codes[kind]

    @cached_property
    def _listed(self) -> tuple[Numbers, Numbers, Numbers]:
        """The rank, the intake and the week of each service, by its number."""
        rows = self.connection.execute("SELECT rank, intake, week FROM listed ORDER BY number")
        ranks, intakes, weeks = np.array([*map(tuple, rows)], np.int64).reshape(-1, 3).T
        return ranks, intakes, weeks

    @property
    def ranks(self) -> Numbers:
        """The rank of each service, by its number."""
        return self._listed[0]

    def ids(self, numbers: Numbers) -> list[str]:
        """Return the ids of some services."""
        return [self._ids[number] for number in numbers.tolist()]

    @cached_property
    def _ids(self) -> list[str]:
        return [service for (service,) in self.connection.execute("SELECT service FROM listed ORDER BY number")]

    def having(self, kind: str, codes: Iterable[str] = ("",)) -> Mask:
        """Return which services have one of some codes; of a group ("for"), which take it."""
        found = np.zeros(len(self.ranks), bool)
        for code in codes:
            if (kind, code) not in self._numbers and code in self.codes(kind):  # not whatever somebody asks for
                self._numbers[kind, code] = self._having(kind, code)
            found[self._numbers.get((kind, code), [])] = True
        return found

    def _having(self, kind: str, code: str) -> Numbers:
        if kind == "for":
            intakes = self._column("SELECT intake FROM taker WHERE code = ?", code)
            return np.flatnonzero(np.isin(self._listed[1], intakes))
        return self._column("SELECT number FROM code WHERE kind = ? AND code = ?", kind, code)

    def holding(self, match: str) -> Mask:
        """Return which services have words that a question to FTS5 meets in their names, places and numbers."""
        found = np.zeros(len(self.ranks), bool)
        if match:
            found[self._column("SELECT rowid FROM word WHERE word MATCH ?", match)] = True
        return found

    def open_at(self, time: dt.datetime, utc_offset: float | None) -> Mask:
        """Return which services of a clock are open at a time by it."""
        minute, day = time.hour * 60 + time.minute, time.date().isoformat()
        weeks = self._column(
            "SELECT week FROM open WHERE day = ? AND opens <= ? AND closes > ? AND utc_offset IS ?"
            " AND coalesce(first <= ?, 1) AND coalesce(last >= ?, 1)",
            *(time.weekday(), minute, minute, utc_offset, day, day),
        )
        return np.isin(self._listed[2], weeks)

    @cached_property
    def offsets(self) -> list[float]:
        """The clocks of services that say by which one they are open, in hours from Greenwich."""
        query = "SELECT DISTINCT utc_offset FROM open WHERE utc_offset IS NOT NULL"
        return [offset for (offset,) in self.connection.execute(query)]

    def _column(self, query: str, *values: object) -> Numbers:
        return np.array([number for (number,) in self.connection.execute(query, values)], np.int64)

    def places_by_name(self, language: str) -> Numbers:
        """Return the place of each service among all, sorted by rank and by name for the readers of a language."""
        spoken = self.sorted_in(language)
        if spoken not in self._by_name:
            query = "SELECT place FROM by_name WHERE language = ? ORDER BY number"
            self._by_name[spoken] = self._column(query, spoken)
        return self._by_name[spoken]

    def sorted_in(self, language: str) -> str:
        """Return the language of the view in which names are sorted for the readers of one."""
        return next((tried for tried in chain(language) if tried in self.languages), self.languages[0])

    @cached_property
    def points(self) -> tuple[Numbers, Reals, Reals]:
        """All points that people go to: the number of the service of each, latitudes and longitudes."""
        rows = self.connection.execute("SELECT number, latitude, longitude FROM point ORDER BY rowid").fetchall()
        latitudes, longitudes = np.array([row[1:] for row in map(tuple, rows)], float).reshape(-1, 2).T
        return np.array([row[0] for row in rows], np.int64), latitudes, longitudes

    def kilometres_about(self, near: tuple[float, float]) -> Reals:
        """Return about how far the nearest point of each service is, on a sphere; infinite for those without one."""
        numbers, latitudes, longitudes = self.points
        return self._nearest_of_each(numbers, on_sphere(near, latitudes, longitudes))

    def kilometres(self, near: tuple[float, float], services: Numbers) -> Reals:
        """Return how far the nearest point of each of some services is; infinite for all others."""
        numbers, latitudes, longitudes = self.points
        asked = np.isin(numbers, services)
        return self._nearest_of_each(numbers[asked], measured(near, latitudes[asked], longitudes[asked]))

    def _nearest_of_each(self, numbers: Numbers, kilometres: Reals) -> Reals:
        away = np.full(len(self.ranks), np.inf)
        np.minimum.at(away, numbers, kilometres)
        return away

    def is_word(self, word: str) -> bool:
        """Whether it is a word of a name; what has a digit is none."""
        return self.vocabulary[(at := bisect_left(self.vocabulary, word)) : at + 1] == [word]

    def begins_word(self, start: str) -> bool:
        """Whether a word of a name begins so."""
        at = bisect_left(self.vocabulary, start)
        return any(word.startswith(start) for word in self.vocabulary[at : at + 1])

    def sounding_like(self, word: str) -> list[str]:
        """Return the words of names that have the same coarse key as a word."""
        return self._by_sound.get(coarse_word(word), [])

    @cached_property
    def vocabulary(self) -> list[str]:
        """The words of names, sorted; none has a digit."""
        rows = self.connection.execute("SELECT words FROM listed")
        words = {word for (row,) in rows for word in row.split()}
        return sorted(word for word in words if not any(map(str.isdigit, word)))

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        words: dict[str, list[str]] = defaultdict(list)
        for word in self.vocabulary:
            words[coarse_word(word)].append(word)
        return words

    @cached_property
    def reader(self) -> QueryReader:
        """The reader of what people type."""
        return _reader(self.lexicon)

    @property
    def lexicon(self) -> str:
        """The table that words are understood by, as JSON."""
        row = self.connection.execute("SELECT content FROM lexicon").fetchone()
        return str(row[0]) if row else "{}"


def on_sphere(near: tuple[float, float], latitudes: Reals, longitudes: Reals) -> Reals:
    """Return the kilometres from a point to others on a sphere: at most 0.6% less or more than on the ellipsoid."""
    latitude, longitude = np.radians(near)
    north, east = np.radians(latitudes), np.radians(longitudes)
    chord = np.sin((north - latitude) / 2) ** 2
    chord += np.cos(latitude) * np.cos(north) * np.sin((east - longitude) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1))))


def measured(near: tuple[float, float], latitudes: Reals, longitudes: Reals) -> Reals:
    """Return the geodesic kilometres from a point to others on the ellipsoid."""
    here = np.ones(latitudes.size)
    return np.asarray(GEOD.inv(here * near[1], here * near[0], longitudes, latitudes)[2]) / 1000
