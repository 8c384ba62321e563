"""Sets of services as a view holds them, and what a search reads of it: sets of codes and words, orders, points.

Sets are bits in a row, one a service, and are met with each other 64 services at a time.
"""

import json
import sqlite3
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapping.language.fold import coarse
from mapping.language.i18n import chain
from mapping.language.meaning import QueryReader

Mask = NDArray[np.bool_]
"""One truth value a service."""
Bits = NDArray[np.uint64]
"""A set of services: 64 of them in a number; beyond the last service there is none."""
Numbers = NDArray[np.intp]
"""Services, or points, by number."""
Reals = NDArray[np.floating[Any]]
"""Degrees or kilometres, one a point or a service."""

SERIES = {"rank": "<u1", "point": "<u4", "latitude": "<f8", "longitude": "<f8"}
"""Numbers of all services, or of all points, in a row: their type. ``point`` is the service that a point is of."""
ORDER = "<u4"
"""The type of the series ``by_name_<language>``: the place of each service, by rank and then by name."""

SPARSE = 64
"""Where fewer than one service of so many is in a set, its first by name are found by looking at all of the set."""
KEPT_SETS = 256
"""Sets of codes that stay in memory: few are asked for, again and again."""
STEP = 4096
"""Services that are looked at in one go, where the first by name of a set are found by going through all services."""


@lru_cache(8)
def reader(content: str) -> QueryReader:
    """Return the reader of a lexicon that a view holds."""
    return QueryReader(json.loads(content))


@lru_cache(maxsize=65536)
def coarse_word(word: str) -> str:
    """Return the coarse key of a folded word."""
    return coarse(word)


def packed(numbers: Iterable[int], size: int) -> tuple[bool, bytes]:
    """Pack a set of numbers below ``size``: as bits (True), or in a row where that is shorter."""
    members = sorted(numbers)  # most sets have one or two, for which NumPy takes longer
    if 32 * len(members) <= size:
        return False, struct.pack(f"<{len(members)}I", *members)
    mask = np.zeros(size, bool)
    mask[members] = True
    return True, np.packbits(mask).tobytes()


def unpacked(bits: bool, content: bytes, size: int) -> Mask:
    """Return a packed set as one truth value a service."""
    if bits:
        return np.unpackbits(np.frombuffer(content, np.uint8), count=size).view(bool)
    mask = np.zeros(size, bool)
    mask[np.frombuffer(content, "<u4")] = True
    return mask


def bits_of(mask: Mask) -> Bits:
    """Return a set that is given by one truth value a service, or a record of another table."""
    bits = np.zeros(-(-mask.size // 64), np.uint64)
    bits.view(np.uint8)[: -(-mask.size // 8)] = np.packbits(mask)
    return bits


def mask_of(bits: Bits, size: int) -> Mask:
    """Return a set as one truth value a service, or a record of another table, of so many."""
    return np.unpackbits(bits.view(np.uint8), count=size).view(bool)


def count(bits: Bits) -> int:
    """Return how many services are in a set."""
    return int(np.bitwise_count(bits).sum())


def members(bits: Bits) -> NDArray[np.intp]:
    """Return the services of a set by number, the lowest first."""
    words = np.flatnonzero(bits != 0)  # NumPy looks for what is true ten times as fast as for what is not 0
    places = np.flatnonzero(np.unpackbits(bits[words].view(np.uint8)).view(bool))
    numbers: NDArray[np.intp] = words[places >> 6] * 64 + (places & 63)
    return numbers


def holds(bits: Bits, numbers: NDArray[Any]) -> Mask:
    """Tell of some services whether each is in a set."""
    return np.asarray((bits.view(np.uint8)[numbers >> 3] << (numbers & 7).astype(np.uint8)) & 0x80).astype(bool)


def part_of(parts: Sequence[Bits], numbers: NDArray[Any]) -> NDArray[np.uint8]:
    """Return for some services in which of several sets each is: the place of that set."""
    places = np.zeros(numbers.size, np.uint8)
    for place, part in enumerate(parts[1:], 1):
        places[holds(part, numbers)] = place
    return places


def grades(base: Bits, weights: Iterable[tuple[Bits, float]]) -> list[tuple[float, Bits]]:
    """Part a set by the weights of further sets: (sum of the weights of those that a service is in, such services).

    The heaviest stand first; sums that no service has are left out.
    """
    parts = {0.0: base}
    for bits, weight in weights:
        finer: dict[float, Bits] = {}
        for value, part in parts.items():
            for total, cut in ((value + weight, part & bits), (value, part & ~bits)):
                finer[total] = finer[total] | cut if total in finer else cut
        parts = {value: part for value, part in finer.items() if part.any()}
    return sorted(parts.items(), key=lambda part: -part[0])


class Postings:
    """What a search reads of one view; series that it has read it keeps."""

    def __init__(self, connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
        self.connection = connection
        self.languages = facts["languages"].split()
        row = self._row("SELECT length(numbers) FROM series WHERE name = 'rank'")
        self.size: int = row[0] if row else 0
        self._width = -(-self.size // 64)
        self._read: dict[str, NDArray[Any]] = {}
        self.of_code = lru_cache(KEPT_SETS)(self._of_code)

    # -- sets -----------------------------------------------------------------------------------------------------

    def none(self) -> Bits:
        """Return the set without services."""
        return np.zeros(self._width, np.uint64)

    @cached_property
    def everything(self) -> Bits:
        """The set of all services."""
        return bits_of(np.ones(self.size, bool))

    @cached_property
    def ranks(self) -> list[Bits]:
        """The services of each rank, the best first."""
        rank = self.series("rank")
        return [bits_of(rank == value) for value in range(int(rank.max(initial=0)) + 1)]

    def having(self, kind: str, codes: Iterable[str]) -> Bits:
        """Return the services that have one of some codes."""
        codes = sorted(codes)
        if len(codes) == 1:
            return self.of_code(kind, codes[0])
        query = "SELECT bits, numbers FROM code WHERE kind = ? AND code IN (SELECT value FROM json_each(?))"
        return self.union(self.connection.execute(query, (kind, json.dumps(codes))))

    def _of_code(self, kind: str, code: str) -> Bits:
        bits = self.union(
            self.connection.execute("SELECT bits, numbers FROM code WHERE kind = ? AND code = ?", (kind, code))
        )
        bits.flags.writeable = False  # it is kept
        return bits

    def by_code(self, kind: str, codes: Iterable[str]) -> dict[str, Bits]:
        """Return the services that have each of some codes; codes that none has are left out."""
        sets = {code: self.of_code(kind, code) for code in sorted(codes)}
        return {code: bits for code, bits in sets.items() if bits.any()}

    def union(self, sets: Iterable[Any]) -> Bits:
        """Return the services that are in one of some packed sets."""
        bits = self.none()
        content = []
        for whole, numbers in sets:
            if whole:
                bits |= self._whole(np.frombuffer(numbers, np.uint8))
            else:
                content.append(numbers)
        if content:
            numbers = np.frombuffer(b"".join(content), "<u4")
            np.bitwise_or.at(bits.view(np.uint8), numbers >> 3, np.uint8(128) >> (numbers & 7).astype(np.uint8))
        return bits

    def _whole(self, content: NDArray[np.uint8]) -> Bits:
        bits = self.none()
        bits.view(np.uint8)[: content.size] = content
        return bits

    # -- words ----------------------------------------------------------------------------------------------------

    def having_words(self, words: Iterable[str]) -> Bits:
        """Return the services that have one of some words in their names, places or numbers."""
        query = "SELECT bits, numbers FROM word WHERE word IN (SELECT value FROM json_each(?))"
        return self.union(self.connection.execute(query, [json.dumps(sorted(words))]))

    def having_begun(self, start: str) -> Bits:
        """Return the services that have a word that begins so."""
        query = "SELECT bits, numbers FROM word WHERE word >= ? AND word < ?"
        return self.union(self.connection.execute(query, (start, start + LAST)))

    def is_word(self, word: str) -> bool:
        """Tell whether it is a word of a name; what has a digit is none."""
        return self._row("SELECT 1 FROM word WHERE word = ? AND coarse IS NOT NULL", word) is not None

    def begins_word(self, start: str) -> bool:
        """Tell whether a word of a name begins so."""
        query = "SELECT 1 FROM word WHERE word >= ? AND word < ? AND coarse IS NOT NULL LIMIT 1"
        return self._row(query, start, start + LAST) is not None

    def sounding_like(self, word: str) -> list[str]:
        """Return the words of names that have the same coarse key as a word."""
        query = "SELECT word FROM word WHERE coarse = ? ORDER BY word"
        return [other for (other,) in self.connection.execute(query, (coarse_word(word),))]

    @cached_property
    def vocabulary(self) -> list[str]:
        """The words of names, sorted; none has a digit."""
        query = "SELECT word FROM word WHERE coarse IS NOT NULL ORDER BY word"
        return [word for (word,) in self.connection.execute(query)]

    @cached_property
    def reader(self) -> QueryReader:
        """The reader of what people type."""
        row = self._row("SELECT content FROM lexicon")
        return reader(row[0] if row else "{}")

    # -- orders and points ----------------------------------------------------------------------------------------

    def series(self, name: str) -> NDArray[Any]:
        """Return a series of numbers, one a service or one a point."""
        if name not in self._read:
            row = self._row("SELECT numbers FROM series WHERE name = ?", name)
            self._read[name] = np.frombuffer(row[0] if row else b"", SERIES.get(name, ORDER))
        return self._read[name]

    def points(self, services: Numbers) -> tuple[Numbers, Numbers]:
        """Return the points of some services, which have one each at least, and where those of each begin in them."""
        starts, counts = self._starts[services], self._starts[services + 1] - self._starts[services]
        first = np.cumsum(counts) - counts
        return np.repeat(starts - first, counts) + np.arange(counts.sum()), first

    @cached_property
    def _starts(self) -> Numbers:
        """Where the points of each service begin, and where the last of them end."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.series("point"), minlength=self.size))])

    @cached_property
    def northward(self) -> tuple[Numbers, Reals]:
        """The services that all points are of, the southernmost point first, and the latitudes of the points."""
        order = np.argsort(self.series("latitude"))
        return self.series("point")[order], self.series("latitude")[order]

    def of_band(self, bits: Bits, first: int, last: int) -> Numbers:
        """Return the services of a set that have one of the points from one place to another in ``northward``."""
        owners = self.northward[0][first:last]
        mask = np.zeros(self.size, bool)
        mask[owners] = True
        return members(bits & bits_of(mask))

    def by_name(self, language: str) -> NDArray[Any]:
        """Return the place of each service, by rank and then by name in a language of the view."""
        return self.series(f"by_name_{self._language(language)}")

    def first_by_name(self, bits: Bits, number: int, language: str) -> list[int]:
        """Return the first services of a set, by rank and then by name in a language of the view."""
        order = self.by_name(language)
        if count(bits) * SPARSE <= self.size:
            numbers = members(bits)
            first: list[int] = numbers[lowest(order[numbers], number)].tolist()
            return first
        name = f"named_{self._language(language)}"
        if name not in self._read:
            self._read[name] = np.empty_like(order)
            self._read[name][order] = np.arange(order.size, dtype=order.dtype)
        named, first = self._read[name], list[int]()
        start = next(int(before) for before, rank in zip(self._before, self.ranks, strict=True) if (rank & bits).any())
        while len(first) < number and start < self.size:
            numbers = named[start : start + STEP]
            first += numbers[holds(bits, numbers)].tolist()
            start += STEP
        return first[:number]

    @cached_property
    def _before(self) -> list[int]:
        """How many services stand before the first of each rank."""
        return [0, *np.cumsum([count(bits) for bits in self.ranks]).tolist()][: len(self.ranks)]

    def _language(self, language: str) -> str:
        return next((tried for tried in chain(language) if tried in self.languages), self.languages[0])

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of services by number."""
        wanted = [int(number) for number in numbers]
        rows = self.connection.execute(
            "SELECT number, service FROM listed WHERE number IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]
        )
        ids = {number: service for number, service in rows}  # noqa: C416
        return [ids[number] for number in wanted]

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return row


def least(values: Reals, first: Numbers) -> Reals:
    """Return the least value of each group, by where the groups begin."""
    return np.minimum.reduceat(values, first) if first.size else values


LAST = "\U0010ffff"
"""Stands after every letter."""


def lowest(values: NDArray[Any], number: int) -> NDArray[np.intp]:
    """Return the places of the lowest values, in their order."""
    if number < values.size:
        places = np.argpartition(values, number)[:number]
        return places[np.argsort(values[places])]
    return np.argsort(values)
