"""What a search reads of a view: the services of each code and word, their points, ranks and orders by name.

`mapping.view.index` writes it. A service stands in it by its number, in the order of the published ids.
"""

import json
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapping.language.fold import coarse_word
from mapping.language.i18n import chain
from mapping.language.meaning import QueryReader

Numbers = NDArray[np.int64]
Reals = NDArray[np.floating[Any]]
"""Degrees or kilometres, one a point."""

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

    def codes(self, kind: str) -> list[str]:
        """Return the codes of a kind that a service has, sorted."""
        query = (
            "SELECT DISTINCT code FROM code WHERE kind = ? UNION SELECT code FROM taker WHERE ? = 'for' ORDER BY code"
        )
        return sorted(code for (code,) in self.connection.execute(query, (kind, kind)))

    def numbers(self, kind: str, code: str) -> set[int]:
        """Return the services that have a code."""
        rows = self.connection.execute("SELECT number FROM code WHERE kind = ? AND code = ?", [kind, code])
        return {number for (number,) in rows}

    def sorted_in(self, language: str) -> str:
        """Return the language of the view in which names are sorted for the readers of one."""
        return next((tried for tried in chain(language) if tried in self.languages), self.languages[0])

    @cached_property
    def points(self) -> tuple[Numbers, Reals, Reals]:
        """All points that people go to: the number of the service of each, latitudes and longitudes."""
        rows = self.connection.execute("SELECT number, latitude, longitude FROM point ORDER BY rowid").fetchall()
        latitudes, longitudes = np.array([row[1:] for row in map(tuple, rows)], float).reshape(-1, 2).T
        return np.array([row[0] for row in rows], np.int64), latitudes, longitudes

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
