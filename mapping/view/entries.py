"""What a view says of a service, an organization, a place: plain values, in one language, ready to be shown."""

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mapping.freshness import Freshness, active, checked_in_time, confirmed, offered, rank
from mapping.language.taxonomy import match_term
from mapping.model import Precision
from mapping.view.rules.listing import stands_in_lists
from mapping.view.rules.opening import Hours
from mapping.view.rules.reach import by_phone
from mapping.view.rules.takes import IntakeTerms, Verdict, takes
from mapping.view.rules.takes import Span as Ages

ENTRANCES = {"Step-free entrance": True, "Steps at the entrance": False}
"""What is kept of an entrance where a list answers yes or no -> whether a wheelchair gets in."""

NO_PAPERS = "NONE"
"""The code by which a service says that it asks for no papers."""


@dataclass(frozen=True)
class PhoneEntry:
    """A number to call; ``number`` is E.164 or short, as it is dialled."""

    number: str
    kind: str = ""
    extension: int | None = None
    note: str = ""


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
    def step_free(self) -> bool | None:
        """Whether a wheelchair gets in; None where nobody said it in words that are known."""
        return ENTRANCES.get(self.accessibility)

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
    def sites(self) -> tuple[ServicePlace, ...]:
        """Places that people go to: none of those where only a phone is answered."""
        return () if self.by_phone else self.places

    @cached_property
    def points(self) -> tuple[ServicePlace, ...]:
        """Places that may stand on a map and take part in distances: those that people go to."""
        return tuple(place for place in self.sites if place.has_point)

    @cached_property
    def doors(self) -> frozenset[Hashable]:
        """What of its places is the same where people go to the same door."""
        return frozenset(
            (place.latitude, place.longitude)
            if place.has_point
            else (place.country, place.area_unit, place.city, place.address)
            for place in self.places
        )

    @cached_property
    def step_free(self) -> bool | None:
        """Whether a wheelchair gets in at one of its places; None where it is not known of any."""
        known = [place.step_free for place in self.places if place.step_free is not None]
        return any(known) if known else None

    @property
    def remote(self) -> bool:
        """Whether it has no place to go to that may be shown: it is reached by phone or mail only."""
        return not self.sites

    @cached_property
    def by_phone(self) -> bool:
        """Whether it answers by phone alone, wherever its office is."""
        return by_phone(self.types)

    @property
    def brought(self) -> tuple[str, ...]:
        """What to bring, as it stands or in codes: whatever a list says, nobody shows papers to call a line."""
        return (NO_PAPERS,) if self.by_phone else self.documents

    @property
    def papers(self) -> frozenset[str]:
        """Codes of the papers that it asks for, in whatever words they stand; no known paper stays as written."""
        return frozenset(match.code if (match := match_term("documents", text)) else text for text in self.brought)

    @cached_property
    def terms(self) -> IntakeTerms:
        """What it says of whom it takes."""
        groups = frozenset(self.serves), frozenset(self.excludes)
        return IntakeTerms(*groups, frozenset(self.types), self.minimum_age, self.maximum_age)

    def takes(self, group: str, ages: tuple[Ages, Ages] | None = None) -> Verdict:
        """Tell whether it takes somebody of a group: see `mapping.view.rules.takes.takes`."""
        return takes(self.terms, group, ages)

    @property
    def listed(self) -> bool:
        """Whether it is listed: see `mapping.view.rules.listing`."""
        return stands_in_lists(self.status, self.types, has_number=bool(self.phones))

    @property
    def active(self) -> bool:
        """Whether it is listed, and not closed for a time."""
        return self.listed and active(self.status)

    @property
    def checked_in_time(self) -> bool:
        """Whether somebody asked it, and its next check is not overdue."""
        return checked_in_time(self.freshness)

    @property
    def confirmed(self) -> bool:
        """Whether it is active and somebody checked it, not too long ago."""
        return self.listed and confirmed(self.status, self.freshness)

    @property
    def offered(self) -> bool:
        """Whether it counts as help that is there: active, and its check has not lapsed."""
        return self.listed and offered(self.status, self.freshness)

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
