"""Bodies that are known already, so that a list that speaks of one meets its record."""

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from mapping.column_map import ColumnMap
from mapping.language.fold import coarse, name_key
from mapping.language.taxonomy import Vocabulary
from mapping.model import (
    Address,
    AnyRecord,
    Approval,
    Attribute,
    Audience,
    Decision,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Provenance,
    Record,
    Service,
    ServiceAtLocation,
    Translation,
    record_id,
)
from mapping.quality.names import Name, alike, kinds_of_bodies
from mapping.safety.persons import two_people

Point = tuple[float, float]
"""Latitude and longitude."""

SAME_NAME, SAME_QUOTED = 0.95, 0.9
"""How alike two names are that say the same kind of body and the same proper words, or the same between quotes."""

QUOTED = re.compile(r"[«\"“„]([^»\"”“]{1,300})[»\"”“]")
NUMBER = re.compile(r"(?:№|No\.?|no\.?|N)[\s.-]*(\d+)")


@lru_cache(maxsize=20_000)
def signature(name: str) -> str:
    """Return what a body is and its proper name or number, the same in every language; "" where it is not clear.

    "Women's support centre "Savsani Juybori"" and "Центр поддержки женщин «Савсани Чуйбори»" have one signature.
    """
    folded = coarse(name.replace("-", " "))
    words, kind = next(((words, kind) for words, kind in kinds_of_bodies() if words in folded), ("", ""))
    quoted, number = QUOTED.search(name), NUMBER.search(name)
    if not kind:
        return ""
    if quoted and words not in coarse(quoted[1].replace("-", " ")):  # else the quotes hold the whole name
        return f"{kind}|{coarse(quoted[1])}" + (f"|{number[1]}" if number else "")
    return f"{kind}|{number[1]}" if number else ""


def _point(place: Location | None) -> Point | None:
    if place is None or place.position_basis != "given" or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def _domain(mail: str) -> str:
    return mail.rpartition("@")[2].casefold()


def _host(address: str | None) -> str:
    host = (address or "").strip().casefold().partition("://")[2] or (address or "").strip().casefold()
    return host.partition("/")[0].removeprefix("www.")


@cache
def service_types() -> dict[str | None, str]:
    """Return the code of each service type by the id of its term in a directory."""
    terms = Vocabulary.load("service_types").terms()
    return {record_id("rohnamo", "taxonomy_term", "service_types", term.code): term.code for term in terms}


class OfKind(Protocol):
    """Gives records of a kind, as often as it is asked: a large directory's would fill the memory, were all there."""

    def __call__(self, kind: type[AnyRecord], /) -> Iterable[AnyRecord]:
        """Return the records of a kind."""


class RecordsByKind(Protocol):
    """What holds records by kind: a `mapping.directory.directory.Directory`."""

    def records(self, kind: type[AnyRecord], /) -> Iterable[AnyRecord]:
        """Return the records of a kind."""


class Signs(NamedTuple):
    """What tells that two entries of one name are one body: a phone, a mail domain or a unit in common."""

    phones: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    unit: str | None = None


@dataclass(slots=True)
class Body:
    """An organization under all its names, with the signs that tell it from another of the same name."""

    id: str
    name: str
    phones: set[str] = field(default_factory=set)
    mails: Set[str] = frozenset()
    units: Set[str] = frozenset()
    audience: Audience = "public"
    kept_out: bool = False
    """Whether it is kept out of every list."""
    names: Set[str] = frozenset()
    sites: Set[str] = frozenset()
    """Hosts of its web pages."""
    registers: Set[tuple[str, str]] = frozenset()
    """Kind of register and number in it."""
    points: set[Point] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    """Language -> id of the translation that names it."""

    def shares(self, signs: Signs) -> bool:
        """Tell whether another entry has a phone, a mail domain or a unit in common with this body."""
        return bool(
            signs.unit in self.units
            or self.phones & signs.phones
            or {*map(_domain, self.mails)} & {*map(_domain, signs.mails)}
        )


@dataclass(slots=True)
class KnownService:
    """A service, with the signs that tell it from others of its body."""

    codes: frozenset[str] = frozenset()
    """Codes of its kinds of help."""
    unit: str = ""
    country: str = ""
    point: Point | None = None
    street: str = ""
    numbers: tuple[str, ...] = ()
    """Each once; most have one, and sets would take four times the memory."""
    sources: frozenset[str] = frozenset()
    """Ids of the sources that list it."""


class ToldService(NamedTuple):
    """What a row of a list tells of a service: its key in the list, its kind of help, and numbers."""

    id: str
    key: str
    code: str
    numbers: tuple[str, ...]


@dataclass(slots=True)
class ToldPlace:
    """What a row of a list tells of a place, and of the services that are there."""

    id: str
    unit: str | None
    country: str
    point: Point | None
    street: str = ""
    services: list[ToldService] = field(default_factory=list)

    @classmethod
    def of(cls, location: Location) -> "ToldPlace":
        """Return a place without its street and its services."""
        return cls(location.id, location.area_unit, location.country or "", _point(location))


@dataclass(slots=True)
class Told:
    """What a row of a list tells of a body: its id, what it is called, and one place of it with the services there."""

    body: str
    names: list[str]
    place: ToldPlace
    called: dict[str, str] = field(default_factory=dict)
    """Language -> id of the translation that names it."""
    organization: Organization | None = None
    """The organization, where no row of the list before made it."""


@lru_cache(maxsize=10_000)
def _with(texts: Set[str], text: str) -> frozenset[str]:
    """Return some texts and one more: the same object for all that say the same."""
    return frozenset((*texts, text))


@dataclass
class Known:
    """What a directory holds already: bodies by folded name, services by source key, and what was approved."""

    names: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    signatures: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    """Signature -> bodies: met again where a name alone is not known, as in another language."""
    bodies: dict[str, Body] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    """Source key of a service -> its id."""
    services_of: dict[tuple[str, str], str] = field(default_factory=dict)
    """Body and service type -> a service's id."""
    places: dict[str, str] = field(default_factory=dict)
    """Location -> body."""
    owners: dict[str, str] = field(default_factory=dict)
    """Service -> body."""
    offers: dict[str, KnownService] = field(default_factory=lambda: defaultdict(KnownService))
    """Service -> what help it is and where."""
    different: set[frozenset[str]] = field(default_factory=set)
    """Pairs of records that somebody called different."""
    maps: set[str] = field(default_factory=set)
    """Digests of the column maps, with their tables of markings, that two people approved."""
    phones: set[str] = field(default_factory=set)
    """Sources whose new numbers were called back by two people, or single numbers."""

    held: RecordsByKind | None = None
    """The directory itself, for lists of ours that come back."""

    @classmethod
    def of(cls, directory: RecordsByKind) -> "Known":
        """Gather what a directory knows."""
        known = cls(held=directory)
        known.learn_of(directory.records)
        return known

    def learn(self, records: Iterable[Record]) -> None:
        """Take in what records say of bodies, services and approvals, whatever their order."""
        by_kind: dict[type[Record], list[Any]] = defaultdict(list)
        for record in records:
            by_kind[type(record)].append(record)
        self.learn_of(by_kind.__getitem__)

    def learn_of(self, of: OfKind) -> None:
        """Take in what the records that ``of`` gives say of bodies, services and approvals."""
        for body in of(Organization):
            self._learn_body(body)
        for text in of(Translation):
            if text.field in ("name", "alternate_name") and text.link_id in self.bodies:
                if text.field == "name":
                    self.bodies[text.link_id].called.setdefault(text.language, text.id)
                self.add(self.bodies[text.link_id], [text.text])
        for service in of(Service):
            if service.organization_id:
                self.owners[service.id] = service.organization_id
        for phone in of(Phone):
            if phone.service_id:
                self._learn_numbers(phone.service_id, (phone.number,))
            if (owner := self.owners.get(phone.service_id or "", phone.organization_id)) in self.bodies:
                self.bodies[owner].phones.add(phone.number)
        for place in of(Location):
            if (owner := place.organization_id) in self.bodies:
                self._learn_place(self.bodies[owner], place.id, place.area_unit, _point(place))
        for number in of(OrganizationIdentifier):
            if number.organization_id in self.bodies:
                self.bodies[number.organization_id].registers |= {(number.identifier_type, number.identifier)}
        for decision in of(Decision):
            if decision.kind == "different":
                self.different.add(frozenset({decision.one, decision.other}))
        for approval in of(Approval):
            if two_people(approval.approved_by, approval.approved_by_too):
                if approval.kind == "map" and approval.value:
                    self.maps.add(approval.value)
                elif approval.kind == "phone":
                    self.phones.add(approval.subject)
        self._learn_services(of)

    def learn_told(self, body: Body, mention: Told, source: str) -> None:
        """Take in what a row of a source's list tells of a body: as `learn` does what the records of the row say."""
        self.add(body, mention.names)
        if mention.organization is not None:
            self.learn((mention.organization,))
        for language, translation in mention.called.items():
            body.called.setdefault(language, translation)
        place = mention.place
        self._learn_place(body, place.id, place.unit, place.point)
        for service in place.services:
            self.owners[service.id] = body.id
            self._learn_numbers(service.id, service.numbers)
            body.phones.update(service.numbers)
            self._learn_whereabouts(service.id, (place.unit or "", place.country, place.point), place.street)
            self._learn_kind(service.id, service.code)
            self._learn_source(service.id, service.key, source)

    def approves(self, columns: ColumnMap | None) -> bool:
        """Whether two people approved this very map, whoever wrote it: not another one of the same sender."""
        return columns is not None and columns.digest in self.maps

    def _learn_body(self, record: Organization) -> None:
        body = self.bodies.get(record.id) or Body(record.id, record.name)
        body.audience = record.audience
        body.kept_out |= record.do_not_list
        if record.email:
            body.mails |= {record.email}
        if host := _host(record.website):
            body.sites |= {host}
        if record.tax_id:
            body.registers |= {("tax", record.tax_id)}
        self.add(body, [record.name, record.alternate_name or ""])

    def _learn_services(self, of: OfKind) -> None:
        places = {place.id: (place.area_unit or "", place.country or "", _point(place)) for place in of(Location)}
        streets = {a.location_id: a.address_1 for a in of(Address) if a.location_id and a.address_1}
        for at in of(ServiceAtLocation):
            if at.service_id and at.location_id in places:
                self._learn_whereabouts(at.service_id, places[at.location_id], streets.get(at.location_id, ""))
        for attribute in of(Attribute):
            code = service_types().get(attribute.taxonomy_term_id)
            if attribute.link_type == "service_type" and code and attribute.link_id in self.owners:
                self._learn_kind(attribute.link_id, code)
        for row in of(Provenance):
            if row.link_entity == "service":
                self._learn_source(row.link_id, row.source_key, row.source_id)

    def _learn_place(self, body: Body, place: str, unit: str | None, point: Point | None) -> None:
        self.places[place] = body.id
        if unit and unit not in body.units:
            body.units = _with(frozenset(body.units), unit)
        if point:
            body.points.add(point)

    def _learn_numbers(self, service: str, numbers: Iterable[str]) -> None:
        offer = self.offers[service]
        for number in numbers:
            if number not in offer.numbers:
                offer.numbers += (number,)

    def _learn_whereabouts(self, service: str, where: tuple[str, str, Point | None], street: str) -> None:
        offer = self.offers[service]
        offer.unit, offer.country, offer.point = where
        offer.street = street

    def _learn_kind(self, service: str, code: str) -> None:
        self.services_of.setdefault((self.owners[service], code), service)
        offer = self.offers[service]
        offer.codes = _with(offer.codes, code)

    def _learn_source(self, service: str, key: str, source: str) -> None:
        self.services.setdefault(key, service)
        offer = self.offers[service]
        offer.sources = _with(offer.sources, source)

    def add(self, body: Body, names: Iterable[str]) -> None:
        """Remember a body under names."""
        names = list(names)
        self.bodies[body.id] = body
        body.names |= {body.name, *names} - {""}
        for key in {name_key(name) for name in names if name} - {""}:
            if body not in self.names[key]:
                self.names[key].append(body)
        for sign in {signature(name) for name in names if name} - {""}:
            if body not in self.signatures[sign]:
                self.signatures[sign].append(body)

    def alike(self, name: str) -> list[Body]:
        """Return the bodies of the same kind with the same proper name or number, in whatever language."""
        return list(self.signatures.get(signature(name), ())) if signature(name) else []

    def called(self, names: Iterable[str]) -> list[Body]:
        """Return the bodies of any of these names, in the order in which they became known."""
        bodies = [body for name in names if name for body in self.names.get(name_key(name), ())]
        return list({body.id: body for body in bodies}.values())


class NamesHeld:
    """The names of the bodies that are known, to ask which body a name means in another language, script or spelling.

    It is made once; bodies that become known afterwards are not in it.
    """

    def __init__(self, bodies: Iterable[Body]) -> None:
        self._by_word: dict[str, list[tuple[Name, Body]]] = defaultdict(list)
        for body in bodies:
            for name in sorted(map(Name.of, body.names or {body.name}), key=lambda name: name.text):
                for word in set(name.proper):
                    self._by_word[word].append((name, body))

    def meant(self, text: str) -> list[Body]:
        """Return the bodies whose names are so like a text that it means one of them; none where only part fits."""
        name, likeness = Name.of(text), dict[str, tuple[float, Body]]()
        for held, body in (pair for word in set(name.proper) for pair in self._by_word.get(word, ())):
            score = _same(name, held)
            if score > likeness.get(body.id, (0.0, body))[0]:
                likeness[body.id] = score, body
        best = max((score for score, _ in likeness.values()), default=0.0)
        return [body for score, body in likeness.values() if score == best]


def may_be_one(body: Body, other: Body) -> bool:
    """Tell whether two bodies have one name and are not known to be in different places."""
    if body.units and other.units and not body.units & other.units:
        return False
    names, others = ([*map(Name.of, body.names or {body.name})] for body in (body, other))
    return any(_same(name, another) for name in names for another in others)


def _same(name: Name, other: Name) -> float:
    """Return how alike two names are, or 0 where they are not one name in two spellings or languages."""
    score = alike(name, other)
    quoted = name.quoted and name.quoted == other.quoted
    return score if score >= (SAME_QUOTED if quoted else SAME_NAME) else 0.0
