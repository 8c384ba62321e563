"""What a search reads of a view: the services of each code and word, their points, ranks and orders by name.

`mapping.view.index` writes it. A service stands in it by its number, in the order of the published ids.
"""

import json
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.language.fold import coarse_word
from mapping.language.i18n import chain
from mapping.language.meaning import QueryReader

Mask = NDArray[np.bool_]
"""A set of services: one truth value each."""
Numbers = NDArray[np.intp]
"""Services by number."""
Reals = NDArray[np.floating[Any]]
"""Degrees or kilometres, one a point or a service."""

CACHED_CODES = 256
"""Codes whose services stay in memory: few are asked for, again and again."""

OF_CODE = "SELECT number FROM code WHERE kind = ? AND code = ?"
OF_GROUP = "SELECT number FROM listed JOIN taker USING (intake) WHERE taker.code = ?"
"""Many services say the same of whom they take, so groups are kept for each such intake."""


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


class ServicePoints(NamedTuple):
    """Where services are: ``owner`` is the number of the service of each point."""

    owner: Numbers
    latitude: Reals
    longitude: Reals


@lru_cache(8)
def _reader(content: str) -> QueryReader:
    return QueryReader(json.loads(content))


class ServiceIndex:
    """The search index of one view. What it has read of points, orders and codes it keeps."""

    def __init__(self, connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
        self.connection = connection
        self.languages = facts["languages"].split()
        self._orders: dict[str, Numbers] = {}
        self._of_code = lru_cache(CACHED_CODES)(self._read_code)

    @cached_property
    def ranks(self) -> Numbers:
        """The rank of each service; those of the lowest are offered first."""
        return self._numbers("SELECT rank FROM listed ORDER BY number")

    @property
    def size(self) -> int:
        """How many services there are."""
        return self.ranks.size

    def none(self) -> Mask:
        """Return the set without services."""
        return np.zeros(self.size, bool)

    def having(self, kind: str, codes: Iterable[str] = ("",)) -> Mask:
        """Return the services that have one of some codes."""
        services = self.none()
        for code in codes:
            services |= self._of_code(kind, code)
        return services

    def codes(self, kind: str) -> list[str]:
        """Return the codes of a kind that a service has, sorted."""
        query = (
            "SELECT DISTINCT code FROM code WHERE kind = ? UNION SELECT code FROM taker WHERE ? = 'for' ORDER BY code"
        )
        return sorted(code for (code,) in self.connection.execute(query, (kind, kind)))

    def _read_code(self, kind: str, code: str) -> Mask:
        services = self.of_query(OF_GROUP, code) if kind == "for" else self.of_query(OF_CODE, kind, code)
        services.flags.writeable = False  # it is kept
        return services

    # -- words ----------------------------------------------------------------------------------------------------

    def having_words(self, words: Iterable[str]) -> Mask:
        """Return the services that have one of some words in their names, places or numbers."""
        query = " OR ".join(f'"{word}"' for word in words)
        return self.of_query("SELECT rowid FROM word WHERE word MATCH ?", query) if query else self.none()

    def having_begun(self, start: str) -> Mask:
        """Return the services that have a word that begins so."""
        return self.of_query("SELECT rowid FROM word WHERE word MATCH ?", f'"{start}" *')

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
        row = self.connection.execute("SELECT content FROM lexicon").fetchone()
        return _reader(row[0] if row else "{}")

    # -- orders and points ----------------------------------------------------------------------------------------

    @cached_property
    def points(self) -> ServicePoints:
        """All points that people go to, by the number of the service."""
        rows = self.connection.execute("SELECT number, latitude, longitude FROM point ORDER BY rowid").fetchall()
        owner, latitude, longitude = np.array([tuple(row) for row in rows], float).reshape(-1, 3).T
        return ServicePoints(owner.astype(np.intp), latitude, longitude)

    def by_name(self, language: str) -> Numbers:
        """Return the place of each service, by rank and then by name in a language of the view."""
        if language not in self._orders:
            own = next((tried for tried in chain(language) if tried in self.languages), self.languages[0])
            self._orders[language] = self._numbers("SELECT place FROM by_name WHERE language = ? ORDER BY number", own)
        return self._orders[language]

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of services by number."""
        wanted = [int(number) for number in numbers]
        query = "SELECT number, service FROM listed WHERE number IN (SELECT value FROM json_each(?))"
        ids = dict(map(tuple, self.connection.execute(query, [json.dumps(wanted)])))
        return [ids[number] for number in wanted]

    def _numbers(self, query: str, *values: str) -> Numbers:
        return np.fromiter((number for (number,) in self.connection.execute(query, values)), np.intp)

    def of_query(self, query: str, *values: object) -> Mask:
        """Return the services whose numbers a query gives."""
        services = self.none()
        services[[number for (number,) in self.connection.execute(query, values)]] = True
        return services
