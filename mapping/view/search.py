"""Searching a view: which services fit, in which order.

Words, codes, units, groups and hours each give a mask over the services of `mapping.view.service_index`; what all masks
leave is put in order by grades, one number a service and question.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mapping.errors import InvalidRecord
from mapping.language.meaning import GOOD, LEAST, Meaning, near, starts
from mapping.language.rules import RULES
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.kinds import POLICE_TYPES
from mapping.view.rules.opening import is_day_off
from mapping.view.service_index import Mask, Numbers, ServiceIndex

RANKING = RULES["ranking"]
FLAGS: tuple[str, ...] = tuple(RANKING["flags"])
REFUSES = "refuses-"
SHORTEST: int = RANKING["shortest"]
BESIDE = 2
"""The tier of services that are neither what is asked for nor something like it."""
ASKED: float = RANKING["asked"]


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


class Hits(NamedTuple):
    """What fits: ids of services with a point and of the rest, kilometres where they were asked, how many there are."""

    here: list[str]
    elsewhere: list[str]
    kilometres: dict[str, float]
    total: int


class Search:
    """One search of one view.

    A `Mask` says of each service of the index whether something holds of it.
    """

    def __init__(self, index: ServiceIndex, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.index = index
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        self.days_off = frozenset(facts.get("days_off", "").split())
        self._likes: dict[str, list[str]] = {}

    def run(self) -> Hits:
        """Find what fits."""
        numbers = self._ordered()
        here, elsewhere = self._blocks()
        first, others = numbers[here[numbers]], numbers[elsewhere[numbers]]
        kilometres: dict[str, float] = {}
        shown, count = self.index.ids(first[: self.query.limit]), len(first)
        if self.query.near is not None:
            kilometres, count = self._nearest(first, self.query.near)
            shown = list(kilometres)
        return Hits(shown, self.index.ids(others[: self.query.limit]), kilometres, count + len(others))

    def ranked(self) -> list[str]:
        """Return the ids of all services that fit, in the order in which they answer."""
        return self.index.ids(self._ordered())

    def fitting(self) -> list[str]:
        """Return the ids of the services that fit, with a unit those that are in it or cover it."""
        numbers = self._ordered()
        if self.query.area_units is not None:
            here, elsewhere = self._blocks()
            numbers = numbers[(here | elsewhere)[numbers]]
        return self.index.ids(numbers)

    @cached_property
    def meaning(self) -> Meaning:
        """Return what the text of the question asks for."""
        return self.index.reader.read(self.query.text, self._is_name) if self._has_text else Meaning()

    @property
    def _has_text(self) -> bool:
        return bool(self.query.text.strip())

    def _ordered(self) -> Numbers:
        """Return the services that fit, in order: the first of each kind that is asked for, then the others."""
        index, meaning = self.index, self.meaning
        if self._has_text and meaning.nothing:
            return np.empty(0, np.int64)
        fits = self._fits()
        by_name = index.places_by_name(self.query.language)
        if not self._has_text:
            numbers = np.flatnonzero(fits)
            return numbers[np.argsort(by_name[numbers])]
        level, tier = self._graded()
        inside = index.having("in", meaning.places)
        covers = self._covering(meaning.places) if meaning.home else index.having("covers", meaning.places)
        place = np.select([inside, covers], [0, 1], 2) if meaning.places else np.zeros(len(fits), int)
        met = np.sum([index.having(*_code(name)) for name in meaning.conditions], axis=0) + np.zeros(len(fits), int)
        weight = np.where(fits, self._weight(tier < BESIDE, inside + met), 0)
        numbers = np.flatnonzero((weight == weight.max(initial=0)) & (weight > 0))
        by_day, mute = ~index.having("night"), index.having("mute")
        keys = (by_name, by_day, mute, -met, level, place, tier, index.ranks)  # the last one counts first
        numbers = numbers[np.lexsort([key[numbers] for key in keys])]
        picked = self._of_each_kind(numbers, place)
        return np.concatenate([np.array(picked, np.int64), numbers[~np.isin(numbers, picked)]])

    def _graded(self) -> tuple[Numbers, Numbers]:
        """Return for each service the best score of its types, by its place (the lower, the better), and its tier.

        What was asked for is of tier 0, what is beside it of 1, the rest of `BESIDE`.
        """
        types = {code: score for code, score in self.meaning.types.items() if score > 0}
        levels = sorted(set(types.values()), reverse=True)
        tiers = [0 if score >= GOOD * levels[0] else 1 if score >= LEAST * levels[0] else BESIDE for score in levels]
        level = np.full(len(self.index.ranks), len(levels))
        for code in sorted(types, key=types.__getitem__):  # the best score is written last
            level[self.index.having("type", [code])] = levels.index(types[code])
        return level, np.array([*tiers, BESIDE])[level]

    def _weight(self, asked: Mask, rest: Numbers) -> NDArray[Any]:
        """Return how well each service answers: those with most are found.

        What somebody asks for counts most, then a name that is met whole, then words that can only be names.
        """
        meaning, whole = self.meaning, self._whole_name()
        weight = ASKED * (asked | whole) if len(meaning.words) == 1 else ASKED * asked + ASKED * whole
        for word in meaning.named:
            weight = weight + self._having_name(word)
        return weight if meaning.types or meaning.named else weight + rest

    def _blocks(self) -> tuple[Mask, Mask]:
        """Return which services stand first, and which of the others after them."""
        units, having = self.query.area_units, self.index.having
        if units is None:
            return having("pointed"), having("remote")
        inside = having("in", units)
        return inside & having("pointed") if self.query.near else inside, self._covering(units) & ~inside

    def _fits(self) -> Mask:
        """Return of which services all holds that is asked of every service that is found."""
        query, meaning, having = self.query, self.meaning, self.index.having
        fits = np.ones(len(self.index.ranks), bool)
        if query.type is not None:
            fits &= self._known("service_types", "type", query.type)
        if query.serves is not None:
            fits &= self._known("beneficiaries", "for", query.serves)
        if query.speaks is not None:
            fits &= having("speaks", [query.speaks])
        if query.open_at is not None:
            fits &= self._open(query.open_at)
        if POLICE_TYPES.intersection(meaning.never):  # nobody is sent to those who hurt
            fits &= ~having("police")
        for group in meaning.who:
            fits &= having("for", [group])
        if meaning.places and not meaning.home:  # who is abroad is sent to what can be called there
            fits &= having("far") | having("in", meaning.places)
        return fits

    def _covering(self, units: Collection[str]) -> Mask:
        """Return which services serve one of some units from elsewhere, or everybody in the country."""
        return self.index.having("covers", units) | self.index.having("everywhere")

    def _known(self, taxonomy: str, kind: str, code: str) -> Mask:
        """Return which services have a code; refuse one that neither the taxonomy nor the view knows."""
        if code not in self.index.codes(kind):
            Vocabulary.load(taxonomy).term(code)
        return self.index.having(kind, [code])

    def _open(self, moment: dt.datetime) -> Mask:
        """Return which services are open at a moment, each by its own clock: see `mapping.view.rules.opening`."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        if at.tzinfo is not None:
            clocks += [(hours, at.astimezone(dt.timezone(dt.timedelta(hours=hours)))) for hours in self.index.offsets]
        is_open = np.zeros(len(self.index.ranks), bool)
        for offset, time in clocks:
            by_clock = self.index.open_at(time, offset)
            if is_day_off(time.date(), self.days_off):
                by_clock &= self.index.having("night")
            is_open |= by_clock
        return is_open

    def _of_each_kind(self, numbers: Numbers, place: Numbers) -> list[int]:
        """Return the first service of each kind that was asked for, of those that are as good and as near as any."""
        first, ranks = numbers[:1], self.index.ranks
        alike = numbers[(ranks[numbers] == ranks[first]) & (place[numbers] == place[first])]
        picked: list[int] = []
        for code in self.meaning.first_types() if len(alike) > 1 else ():
            of_kind = alike[self.index.having("type", [code])[alike]]
            picked += [number for number in of_kind.tolist() if number not in picked][:1]
        return picked

    # -- names ----------------------------------------------------------------------------------------------------

    def _whole_name(self) -> Mask:
        """Return which services have a name that holds every word of the text, the last one perhaps begun only."""
        words = self.meaning.words
        if sum(map(len, words)) < SHORTEST:
            return self.index.holding("")
        return self.index.holding(" AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}" *']))

    def _having_name(self, word: str) -> Mask:
        """Return which services have a word in a name."""
        if word.isdigit() or (len(word) >= SHORTEST and self.index.begins_word(word)):
            return self.index.holding(f'"{word}" *')
        words = [word] if len(word) < SHORTEST else self._like(word)
        return self.index.holding(" OR ".join(f'"{other}"' for other in words))

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

    def _nearest(self, numbers: Numbers, near: tuple[float, float]) -> tuple[dict[str, float], int]:
        """Return the kilometres to the first of some services, best rank first and then nearest, and their count."""
        index, most, limit = self.index, self.query.within_km, self.query.limit
        away = index.kilometres_about(near)
        if most is not None:
            numbers = numbers[away[numbers] <= _farthest(most)]
            away = index.kilometres(near, numbers)
            numbers = numbers[away[numbers] <= most]
        if not limit or not len(numbers):
            return {}, len(numbers)
        ranks, count = index.ranks, len(numbers)
        last = numbers[np.lexsort((away[numbers], ranks[numbers]))][:limit][-1]
        closer = (ranks[numbers] == ranks[last]) & (away[numbers] <= _farthest(away[last]))
        numbers = numbers[(ranks[numbers] < ranks[last]) | closer]  # those that may be among the first
        away, by_name = index.kilometres(near, numbers), index.places_by_name(self.query.language)
        numbers = numbers[np.lexsort((by_name[numbers], away[numbers], ranks[numbers]))][:limit]
        return dict(zip(index.ids(numbers), away[numbers].tolist(), strict=True)), count


def _farthest(kilometres: float) -> float:
    """Return how far on the sphere something may be that is so far, or as near as what is so far, on the ellipsoid."""
    return 1.02 * kilometres + 0.001


def _code(name: str) -> tuple[str, list[str]]:
    """Return the kind and the codes of a condition such as "speaks-uz" or "night"."""
    kind, _, code = name.partition("-")
    return kind, [code]


@dataclass(frozen=True)
class SearchFacts:
    """What a service is found by: words of its names, and the codes of places that it is in or covers.

    ``flags`` are some of "night" (open day and night), "free", "everywhere" (it serves everybody), "far" (it can be
    called from another country), "police" (its organization is the police), and "refuses-" with a group that it does
    not take.
    """

    words: str
    inside: tuple[str, ...]
    covers: tuple[str, ...]
    flags: frozenset[str]


class SearchTable(NamedTuple):
    """The lexicon as JSON, and what each service is found by, by id."""

    lexicon: str
    services: dict[str, SearchFacts]


def search_table(index: ServiceIndex) -> SearchTable:
    """Return all that a search of a view reads, for one that cannot open the file."""
    codes: dict[str, dict[int, list[str]]] = {"in": defaultdict(list), "covers": defaultdict(list)}
    query = "SELECT kind, code, number FROM code WHERE kind IN ('in', 'covers') ORDER BY code"
    for kind, code, number in index.connection.execute(query):
        codes[kind][number].append(code)
    flags = {
        flag: ~index.having("for", [flag.removeprefix(REFUSES)]) if flag.startswith(REFUSES) else index.having(flag)
        for flag in FLAGS
    }
    services = {
        service: SearchFacts(
            words,
            tuple(codes["in"][number]),
            tuple(codes["covers"][number]),
            frozenset(flag for flag in FLAGS if flags[flag][number]),
        )
        for number, service, words in index.connection.execute("SELECT number, service, words FROM listed")
    }
    return SearchTable(index.lexicon, services)
