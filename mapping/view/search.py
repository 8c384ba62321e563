"""Searching a view: which services fit, in which order.

Words, codes, units, groups and hours are conditions of one statement over the tables of `mapping.view.service_index`;
what fits is put in order by grades, one number a service and question.
"""

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from pyproj import Geod

from mapping.errors import InvalidRecord
from mapping.language.meaning import GOOD, LEAST, Meaning, near, starts
from mapping.language.rules import RULES
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.kinds import POLICE_TYPES
from mapping.view.rules.opening import is_day_off
from mapping.view.service_index import Reals, ServiceIndex

RANKING = RULES["ranking"]
GEOD = Geod(ellps="WGS84")
TABLED = ("in", "covers", "night", "free", "everywhere", "far", "police")
"""Kinds of codes that a search outside the file needs."""
FLAGS: tuple[str, ...] = tuple(RANKING["flags"])
REFUSES = "refuses-"
SHORTEST: int = RANKING["shortest"]
BESIDE = 2
"""The tier of services that are neither what is asked for nor something like it."""
ASKED: float = RANKING["asked"]

TYPES = (
    "SELECT number, min(json_extract(value, '$[1]')) AS level, min(json_extract(value, '$[2]')) AS tier"
    " FROM json_each(:types) JOIN code ON kind = 'type' AND code = json_extract(value, '$[0]') GROUP BY number"
)
"""The services of the types that are asked for: the place of the best of their scores, and the tier that it makes."""
GRADED = f"""
WITH weighed AS MATERIALIZED (
    SELECT number, coalesce(tier, {BESIDE}) AS tier, coalesce(level, json_array_length(:types)) AS level,
    {{weight}} AS weight
    FROM {{among}} LEFT JOIN ({TYPES}) USING (number) WHERE {{fits}}
)
SELECT number, service, CASE WHEN {{here}} THEN 1 WHEN {{elsewhere}} THEN 0 END AS block, rank, {{place}} AS place,
by_name.place AS named
FROM weighed CROSS JOIN listed USING (number) CROSS JOIN by_name USING (number)
WHERE by_name.language = :language AND weight = (SELECT max(weight) FROM weighed) AND weight > 0
ORDER BY rank, {{by_text}} named
"""
BY_TEXT = "tier, place, level, 0 - ({met}), {mute}, NOT {night},"
"""What services are put in order by where words are asked for, between their ranks and their names."""


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


class Answer(NamedTuple):
    """A service that fits: whether it stands in the first block (1), in the other (0) or in none, and its grades."""

    number: int
    service: str
    block: int | None
    rank: int
    place: int
    named: int


class Search:
    """One search of one view."""

    def __init__(self, index: ServiceIndex, query: Query, facts: dict[str, str]) -> None:
        query.check()
        self.index = index
        self.query = query
        self.timezone = ZoneInfo(facts["timezone"]) if "timezone" in facts else None
        self.days_off = frozenset(facts.get("days_off", "").split())
        self._values: dict[str, Any] = {}
        """What the statement is given, by the names of its places."""
        self._likes: dict[str, list[str]] = {}

    def run(self) -> Hits:
        """Find what fits."""
        answers = self._answers()
        blocks = ([answer for answer in answers if answer.block == block] for block in (1, 0))
        here, elsewhere = blocks
        if self.query.near is not None:
            first, total = self._nearest(here, self.query.near)
        else:
            first, total = [Hit(answer.service) for answer in here[: self.query.limit]], len(here)
        others = [Hit(answer.service) for answer in elsewhere[: self.query.limit]]
        return Hits(first, others, total + len(elsewhere))

    def ranked(self) -> list[str]:
        """Return the ids of all services that fit, in the order in which they answer."""
        return [answer.service for answer in self._answers()]

    def fitting(self) -> list[str]:
        """Return the ids of the services that fit, with a unit those that are in it or cover it."""
        within = self.query.area_units is None
        return [answer.service for answer in self._answers() if within or answer.block is not None]

    @cached_property
    def meaning(self) -> Meaning:
        """Return what the text of the question asks for."""
        return self.index.reader.read(self.query.text, self._is_name) if self.query.text.strip() else Meaning()

    def _answers(self) -> list[Answer]:
        """Return what fits, in order: the first of each kind that is asked for, then the others."""
        meaning, asks = self.meaning, bool(self.query.text.strip())
        if asks and meaning.nothing:
            return []
        here, elsewhere = self._blocks()
        inside = self._is("in", meaning.places)
        covers = self._covering(meaning.places) if meaning.home else self._is("covers", meaning.places)
        met = " + ".join(["0", *(self._is(*_code(name)) for name in meaning.conditions)])
        place = f"CASE WHEN {inside} THEN 0 WHEN {covers} THEN 1 ELSE 2 END" if meaning.places else "0"
        order = BY_TEXT.format(met=met, mute=self._is("mute"), night=self._is("night"))
        statement = GRADED.format(
            place=place,
            here=here,
            elsewhere=elsewhere,
            weight=" + ".join(self._weights(inside, met)) if asks else "1",
            fits=" AND ".join(["1", *self._conditions()]),
            among=f"({self._may_answer()}) CROSS JOIN listed USING (number)" if asks else "listed",
            by_text=order if asks else "",
        )
        self._values |= {
            "types": json.dumps(_levels(meaning.types)),
            "language": self.index.sorted_in(self.query.language),
        }
        answers = [*map(Answer._make, self.index.connection.execute(statement, self._values))]
        picked = self._of_each_kind(answers) if asks else []
        return picked + [answer for answer in answers if answer not in picked] if picked else answers

    def _blocks(self) -> tuple[str, str]:
        """Return what holds of the services that stand first, and of those of the others that stand after them."""
        units = self.query.area_units
        here, elsewhere = self._is("pointed"), self._is("remote")
        if units is not None:
            here, elsewhere = self._is("in", units), self._covering(units)
            here += f" AND {self._is('pointed')}" if self.query.near is not None else ""
            elsewhere += f" AND NOT {self._is('in', units)}"
        return here, elsewhere

    def _conditions(self) -> Iterator[str]:
        """Yield what must hold of every service that is found."""
        query, meaning = self.query, self.meaning
        if query.type is not None:
            yield self._known("service_types", "type", query.type)
        if query.serves is not None:
            yield self._known("beneficiaries", "for", query.serves)
        if query.speaks is not None:
            yield self._has("speaks", [query.speaks])
        if query.open_at is not None:
            yield f"({' OR '.join(self._open(query.open_at))})"
        if POLICE_TYPES.intersection(meaning.never):  # nobody is sent to those who hurt
            yield f"NOT {self._has('police')}"
        yield from (self._has("for", [group]) for group in meaning.who)
        if meaning.places and not meaning.home:  # who is abroad is sent to what can be called there
            yield f"({self._has('far')} OR {self._has('in', meaning.places)})"

    def _may_answer(self) -> str:
        """Return the numbers of all services that weigh anything, so that the others are not looked at."""
        meaning, numbers = self.meaning, "SELECT number FROM listed WHERE "
        ways = [f"SELECT number FROM ({TYPES})", numbers + self._whole_name()]
        ways += [numbers + self._having_name(word) for word in meaning.named]
        if not (meaning.types or meaning.named):
            ways += [numbers + self._has("in", meaning.places)]
            ways += [numbers + self._has(*_code(name)) for name in meaning.conditions]
        return " UNION ".join(ways)

    def _weights(self, inside: str, met: str) -> Iterator[str]:
        """Yield what makes a service one that answers: those with most are found.

        What somebody asks for counts most, then a name that is met whole, then words that can only be names.
        """
        meaning, whole = self.meaning, self._whole_name()
        asked = f"(coalesce(tier, {BESIDE}) < {BESIDE})"
        if len(meaning.words) == 1:
            yield f"{ASKED} * ({asked} OR {whole})"
        else:
            yield f"{ASKED} * {asked} + {ASKED} * {whole}"
        yield from map(self._having_name, meaning.named)
        if not (meaning.types or meaning.named):
            yield f"{inside} + {met}"

    def _bound(self, value: Any) -> str:
        """Return the name under which the statement is given a value."""
        name = f"v{len(self._values)}"
        self._values[name] = value
        return f":{name}"

    def _has(self, kind: str, codes: Iterable[str] = ("",)) -> str:
        """Return the condition that a service has one of some codes."""
        match [*codes]:
            case [code]:
                one_of = f"= {self._bound(code)}"
            case wanted:
                one_of = f"IN (SELECT value FROM json_each({self._bound(json.dumps(wanted))}))"
        if kind == "for":
            return f"(intake IN (SELECT intake FROM taker WHERE code {one_of}))"
        return f"(number IN (SELECT number FROM code WHERE kind = {self._bound(kind)} AND code {one_of}))"

    def _is(self, kind: str, codes: Iterable[str] = ("",)) -> str:
        """Return the same of a service that is found already: quicker for few than to list all that have a code."""
        wanted = f"SELECT value FROM json_each({self._bound(json.dumps([*codes]))})"
        here = f"kind = {self._bound(kind)} AND code IN ({wanted}) AND code.number = listed.number"
        return f"EXISTS (SELECT 1 FROM code WHERE {here})"

    def _covering(self, units: Collection[str]) -> str:
        """Return the condition that a service serves one of some units from elsewhere, or everybody in the country."""
        return f"({self._is('covers', units)} OR {self._is('everywhere')})"

    def _known(self, taxonomy: str, kind: str, code: str) -> str:
        """Return the condition that a service has a code; refuse one that neither the taxonomy nor the view knows."""
        if code not in self.index.codes(kind):
            Vocabulary.load(taxonomy).term(code)
        return self._has(kind, [code])

    def _open(self, moment: dt.datetime) -> Iterator[str]:
        """Yield when a service is open at a moment, by each clock: see `mapping.view.rules.opening`."""
        at = moment.replace(tzinfo=self.timezone) if moment.tzinfo is None else moment
        local = at.astimezone(self.timezone) if self.timezone is not None and at.tzinfo is not None else at
        clocks: list[tuple[float | None, dt.datetime]] = [(None, local)]
        query = "SELECT DISTINCT utc_offset FROM open WHERE utc_offset IS NOT NULL"
        for (offset,) in self.index.connection.execute(query) if at.tzinfo is not None else ():
            clocks.append((offset, at.astimezone(dt.timezone(dt.timedelta(hours=offset)))))
        for offset, time in clocks:
            minute, day = self._bound(time.hour * 60 + time.minute), self._bound(time.date().isoformat())
            yield (
                f"(week IN (SELECT week FROM open WHERE day = {time.weekday()} AND opens <= {minute}"
                f" AND closes > {minute} AND utc_offset IS {self._bound(offset)}"
                f" AND coalesce(first <= {day}, 1) AND coalesce(last >= {day}, 1))"
                f"{' AND ' + self._has('night') if is_day_off(time.date(), self.days_off) else ''})"
            )

    def _of_each_kind(self, answers: list[Answer]) -> list[Answer]:
        """Return the first service of each kind that was asked for, of those that are as good and as near as any."""
        alike = [answer for answer in answers if (answer.rank, answer.place) == (answers[0].rank, answers[0].place)]
        picked: list[Answer] = []
        for code in self.meaning.first_types() if len(alike) > 1 else ():
            numbers = self.index.numbers("type", code)
            picked += [answer for answer in alike if answer.number in numbers and answer not in picked][:1]
        return picked

    # -- names ----------------------------------------------------------------------------------------------------

    def _holding(self, match: str) -> str:
        """Return the condition that the names, places and numbers of a service hold some words."""
        return f"(number IN (SELECT rowid FROM word WHERE word MATCH {self._bound(match)}))" if match else "0"

    def _whole_name(self) -> str:
        """Return the condition that a name holds every word of the text, the last one perhaps begun only."""
        words = self.meaning.words
        if not words or sum(map(len, words)) < SHORTEST:
            return "0"
        return self._holding(" AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}" *']))

    def _having_name(self, word: str) -> str:
        """Return the condition that a word stands in a name."""
        if word.isdigit() or (len(word) >= SHORTEST and self.index.begins_word(word)):
            return self._holding(f'"{word}" *')
        words = [word] if len(word) < SHORTEST else self._like(word)
        return self._holding(" OR ".join(f'"{other}"' for other in words))

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

    def _nearest(self, answers: list[Answer], near: tuple[float, float]) -> tuple[list[Hit], int]:
        """Return the first of some services, the best rank first and of these the nearest, and their count."""
        numbers, latitudes, longitudes = self.index.points
        asked = np.isin(numbers, [answer.number for answer in answers])
        kilometres = measured(near, latitudes[asked], longitudes[asked])
        away: dict[int, float] = {}
        for number, km in zip(numbers[asked].tolist(), kilometres.tolist(), strict=True):
            away[number] = min(km, away.get(number, km))
        most = self.query.within_km
        within = [answer for answer in answers if most is None or away[answer.number] <= most]
        order = nsmallest(self.query.limit, within, key=lambda a: (a.rank, away[a.number], a.named))
        return [Hit(answer.service, away[answer.number]) for answer in order], len(within)


def _code(name: str) -> tuple[str, list[str]]:
    """Return the kind and the codes of a condition such as "speaks-uz" or "night"."""
    kind, _, code = name.partition("-")
    return kind, [code]


def _levels(types: dict[str, float]) -> list[tuple[str, int, int]]:
    """Return the types that are asked for, each with the place of its score, and its tier.

    What was asked for is of tier 0, what is beside it of 1, the rest of `BESIDE`.
    """
    best = max(types.values(), default=0.0)
    levels = sorted({score for score in types.values() if score > 0}, reverse=True)
    return [
        (code, levels.index(score), 0 if score >= GOOD * best else 1 if score >= LEAST * best else BESIDE)
        for code, score in types.items()
        if score > 0
    ]


def measured(near: tuple[float, float], latitudes: Reals, longitudes: Reals) -> Reals:
    """Return the geodesic kilometres from a point to others on the ellipsoid."""
    here = np.ones(latitudes.size)
    return np.asarray(GEOD.inv(here * near[1], here * near[0], longitudes, latitudes)[2]) / 1000


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


@dataclass(frozen=True)
class SearchTable:
    """The lexicon as JSON, and what each service is found by, by id."""

    lexicon: str
    services: dict[str, SearchFacts]


def search_table(connection: sqlite3.Connection) -> SearchTable:
    """Return all that a search of a view reads, for one that cannot open the file."""
    codes: dict[str, dict[int, set[str]]] = {kind: defaultdict(set) for kind in (*TABLED, *FLAGS)}
    marks = ", ".join("?" * len(TABLED))
    query = f"SELECT kind, code, number FROM code WHERE kind IN ({marks})"
    for kind, code, number in connection.execute(query, TABLED):
        codes[kind][number].add(code)
    for flag in FLAGS:
        if flag.startswith(REFUSES):
            query = "SELECT number FROM listed WHERE intake NOT IN (SELECT intake FROM taker WHERE code = ?)"
            for (number,) in connection.execute(query, [flag.removeprefix(REFUSES)]):
                codes[flag][number].add("")
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
