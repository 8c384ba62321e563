"""What a view says of a service, an organization, a place: plain values, in one language, ready to be shown."""

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from mapping.freshness import Freshness, active, checked_in_time, confirmed, listed, offered, rank
from mapping.language.parsers import AGES
from mapping.language.rare_days import RareDays
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import WEEKDAYS, Precision, Weekday

NO_PAPERS = "NONE"
"""The code by which a service says that it asks for no papers."""

DAY = 24 * 60
"""Minutes of a day."""


class Span(NamedTuple):
    """A time of a weekday, in minutes since midnight, and the first and last day it holds."""

    day: Weekday
    opens: int
    closes: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class PhoneEntry:
    """A number to call; ``number`` is E.164 or short, as it is dialled."""

    number: str
    kind: str = ""
    extension: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours: days as in RRULE ("MO,TU"), times "08:00"; or times of rarer days; or only words.

    ``utc_offset`` is that of the times in hours; None stands for the study area's own time. ``rare`` days are told in
    words; nobody counts when it is open on them, but of those of every week that begin on a day to come.
    """

    days: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    note: str = ""
    utc_offset: float | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rare: RareDays | None = None

    def told_on(self, day: dt.date) -> "Hours | None":
        """Return the hours as an edition of a day tells them: none that are over, and of those to come the first day.

        >>> Hours(("MO",), "08:00", "17:00", valid_from=dt.date(2027, 1, 4)).told_on(dt.date(2026, 11, 24)).rare.since
        datetime.date(2027, 1, 4)
        """
        if self.valid_to is not None and self.valid_to < day:
            return None
        if self.valid_from is None or self.valid_from <= day:
            return self
        return replace(self, rare=replace(self.rare or RareDays(self.days), since=self.valid_from))

    @property
    def all_day(self) -> bool:
        """Whether it is open day and night on its days."""
        return minutes_of(self.opens) == 0 and minutes_of(self.closes, end=True) == DAY

    def open_at(self, moment: dt.datetime) -> bool:
        """Whether it is open at a moment, given in the time that these hours are in.

        From 22:00 to 06:00 means through the night; hours that are only words tell nothing, so they are not open.

        >>> Hours(("FR",), "22:00", "06:00").open_at(dt.datetime(2026, 11, 28, 2, 30))  # a Saturday
        True
        """
        day, minute = WEEKDAYS[moment.weekday()], moment.hour * 60 + moment.minute
        today = moment.date()
        return any(
            (span.first is None or span.first <= today) and (span.last is None or today <= span.last)
            for span in self.spans()
            if span.day == day and span.opens <= minute < span.closes
        )

    def spans(self) -> list[Span]:
        """Return when it is open, cut at midnight; nothing where the hours are only words."""
        opens, closes = minutes_of(self.opens), minutes_of(self.closes, end=True)
        if opens is None or closes is None:
            return []
        days = [place for place, day in enumerate(WEEKDAYS) if day in self.days]
        if opens < closes:
            return [Span(WEEKDAYS[day], opens, closes, self.valid_from, self.valid_to) for day in days]
        night = dt.timedelta(days=1)
        first, last = (day + night if day else None for day in (self.valid_from, self.valid_to))
        before = [Span(WEEKDAYS[day], opens, DAY, self.valid_from, self.valid_to) for day in days]
        return before + [Span(WEEKDAYS[(day + 1) % 7], 0, closes, first, last) for day in days]


def minutes_of(time: str, *, end: bool = False) -> int | None:
    """Return the minutes since midnight of "08:00"; None for what is no time. An ``end`` of 23:59 is midnight.

    >>> minutes_of("08:30"), minutes_of("23:59", end=True), minutes_of("noon")
    (510, 1440, None)
    """
    hours, colon, minutes = time.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal()):
        return None
    total = int(hours) * 60 + int(minutes[:2])
    if end and total in (0, DAY - 1):
        return DAY
    return total if total <= DAY else None


@dataclass(frozen=True)
class ServicePlace:
    """Where a service is: a point, or only an area unit, or only a country."""

    id: str
    name: str = ""
    address: str = ""
    city: str = ""
    area_unit: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision = "none"
    position_basis: str = "none"
    role: str = "delivery"
    transportation: str = ""
    accessibility: str = ""

    @property
    def has_point(self) -> bool:
        """Whether it may stand on a map and take part in distances."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True)
class OrganizationEntry:
    """An organization as a page shows it.

    ``language`` is the language that ``name`` is written in, empty where nobody said.
    """

    id: str
    name: str
    language: str = ""
    kind: str = ""
    description: str = ""
    email: str = ""
    website: str = ""
    phones: tuple[PhoneEntry, ...] = ()
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A service with all that belongs to it, in one language.

    ``name_language`` is the language that ``name`` is written in, where no text in the wanted one exists.
    Types, groups and languages are codes.
    """

    id: str
    name: str
    organization: OrganizationEntry
    name_language: str = ""
    description: str = ""
    description_language: str = ""
    status: str = "active"
    types: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    serves_notes: tuple[str, ...] = ()
    excludes_notes: tuple[str, ...] = ()
    minimum_age: float | None = None
    maximum_age: float | None = None
    places: tuple[ServicePlace, ...] = ()
    covers: tuple[str, ...] = ()
    phones: tuple[PhoneEntry, ...] = ()
    email: str = ""
    url: str = ""
    hours: tuple[Hours, ...] = ()
    languages: tuple[str, ...] = ()
    fees: str = ""
    documents: tuple[str, ...] = ()
    application: str = ""
    eligibility: str = ""
    alert: str = ""
    capacity: str = ""
    verified_on: dt.date | None = None
    next_due: dt.date | None = None
    verification_level: str = "unverified"
    freshness: Freshness = "unverified"

    @cached_property
    def points(self) -> tuple[ServicePlace, ...]:
        """Places that may stand on a map."""
        return tuple(place for place in self.places if place.has_point)

    @cached_property
    def doors(self) -> frozenset[Hashable]:
        """What of its places is the same where people go to the same door."""
        return frozenset(
            (place.latitude, place.longitude)
            if place.has_point
            else (place.country, place.area_unit, place.city, place.address)
            for place in self.places
        )

    @property
    def remote(self) -> bool:
        """Whether it has no place that may be shown: it is reached by phone or mail only."""
        return not self.places

    @cached_property
    def by_phone(self) -> bool:
        """Whether it answers by phone alone, wherever its office is."""
        kinds = Vocabulary.load("service_types")
        return bool(self.types) and all(
            code in kinds and kinds.term(code).location_kind == "remote" for code in self.types
        )

    @property
    def brought(self) -> tuple[str, ...]:
        """What to bring, as it stands or in codes: whatever a list says, nobody shows papers to call a line."""
        return (NO_PAPERS,) if self.by_phone else self.documents

    @property
    def papers(self) -> frozenset[str]:
        """Codes of the papers that it asks for, in whatever words they stand; no known paper stays as written."""
        return frozenset(match.code if (match := match_term("documents", text)) else text for text in self.brought)

    @property
    def listed(self) -> bool:
        """Whether it is listed: not closed for good."""
        return listed(self.status)

    @property
    def active(self) -> bool:
        """Whether it is listed, and not closed for a time."""
        return active(self.status)

    @property
    def checked_in_time(self) -> bool:
        """Whether somebody asked it, and its next check is not overdue."""
        return checked_in_time(self.freshness)

    @property
    def confirmed(self) -> bool:
        """Whether it is active and somebody checked it, not too long ago."""
        return confirmed(self.status, self.freshness)

    @property
    def offered(self) -> bool:
        """Whether it counts as help that is there: active, and its check has not lapsed."""
        return offered(self.status, self.freshness)

    @property
    def rank(self) -> int:
        """In which order it may be offered: 0 what was verified, 1 what never was, 2 what may be gone."""
        return rank(self.status, self.freshness)


@dataclass(frozen=True)
class StatementEntry:
    """A public sentence about something hidden, and the line through which it is arranged."""

    id: str
    text: str
    route: str
    service_type: str = ""
    area_unit: str = ""
    consent_until: dt.date | None = None


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    ``here`` are services with a point, in the order of their rank and nearest first (``kilometres`` in a straight
    line, by id) or by name. ``elsewhere`` are the ones that have none: known by area only, or reached by phone only;
    they stand by name and take no part in distances. ``total`` counts both, however many are shown.
    """

    here: tuple[Entry, ...] = ()
    elsewhere: tuple[Entry, ...] = ()
    kilometres: Mapping[str, float] = field(default_factory=dict)
    total: int = 0


_AFTER = "\uffff"
_LETTERS_AFTER = str.maketrans(
    {letter: like + _AFTER for letter, like in zip("ёғӣқӯҳҷپچژگ", "егикухчبجزك", strict=True)}
    | {"ک": "ك", "ی": "ي", "آ": "ا"}
    | {"ў": "у" + 2 * _AFTER}
    | dict.fromkeys("ʻʼ‘’", _AFTER)
)
"""Letters that stand in the alphabet right after the one they look like."""


def sort_key(name: str) -> str:
    """Return a key by which names stand in the order of the Tajik, Russian, Uzbek or Persian alphabet.

    >>> sorted(["Қалам", "Лола", "Кӯл", "Кабк", "Куч"], key=sort_key)
    ['Кабк', 'Куч', 'Кӯл', 'Қалам', 'Лола']
    >>> sorted(["یار", "گل", "لاله", "پنجره", "کابل", "تهران", "بلخ"], key=sort_key)
    ['بلخ', 'پنجره', 'تهران', 'کابل', 'گل', 'لاله', 'یار']
    """
    return name.casefold().translate(_LETTERS_AFTER)


MINORS = frozenset({"AGE-CHI", "AGE-ADO"})
TAKES = {
    "AGE-CHI": frozenset({"AGE-CHI", "AGE-ADO"}),
    "AGE-ADO": frozenset({"AGE-ADO", "AGE-CHI", "AGE-YOU"}),
    "AGE-YOU": frozenset({"AGE-YOU", "AGE-ADU"}),
    "AGE-OLD": frozenset({"AGE-OLD", "AGE-ADU"}),
    "VUL-DEA": frozenset({"VUL-DEA", "VUL-DIS"}),
}
REFUSES = {
    "AGE-ADO": frozenset({"AGE-ADO", "AGE-CHI"}),
    "AGE-YOU": frozenset({"AGE-YOU", "AGE-ADU"}),
    "AGE-OLD": frozenset({"AGE-OLD", "AGE-ADU"}),
    "VUL-DEA": frozenset({"VUL-DEA", "VUL-DIS"}),
}
"""Groups of which one is part of another: children under 18, adolescents from 12 to 17; adults, young and older ones;
persons with disabilities, deaf ones.

Some of those whom lists call young people are adolescents; most are adults.
"""


def suits(
    group: str,
    serves: frozenset[str],
    excludes: frozenset[str],
    minimum_age: float | None = None,
    maximum_age: float | None = None,
    stays: bool = False,
    span: tuple[int, int] | None = None,
) -> bool:
    """Tell whether a service may be offered to a group.

    It must not exclude the group, and if it names groups of the same kind (ages, sexes and so on), it must name this
    one. Where people stay, a child must be named. Ages count where they are given; ``span`` is of which ages the
    person is (the first, and the first beyond), by default those of the group.

    >>> suits("AGE-CHI", frozenset(), frozenset()), suits("AGE-CHI", frozenset({"AGE-ADU"}), frozenset())
    (True, False)
    """
    if excludes & REFUSES.get(group, {group}):
        return False
    groups = Vocabulary.load("beneficiaries")
    named = bool(serves & TAKES.get(group, {group}))
    if group in groups and not named:
        kind = groups.term(group).dimension
        if any(code in groups and groups.term(code).dimension == kind for code in serves):
            return False
    if stays and group in MINORS and not serves & MINORS:
        return False
    first, beyond = span or AGES.get(group, (0, 200))
    return (minimum_age is None or minimum_age < beyond) and (maximum_age is None or maximum_age >= first)
