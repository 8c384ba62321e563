"""The records of a directory: Open Referral HSDS 3.1, one class a table, and the few additions of our profile.

Everything else derives from these classes: tables, headers, JSON, the data dictionary, what a view may carry.
Fields that HSDS does not have are marked with ``Ours``; foreign keys with ``Ref(table)``.

References
----------
Open Referral, Human Services Data Specification 3.1.
"""

import datetime as dt
import hashlib
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _RecordKind
else:

    class _RecordKind(type(BaseModel)):
        """Classes of records; whether an object is of one is asked often, and pydantic is slow to say no."""

        __instancecheck__ = type.__instancecheck__


Audience = Literal["public", "partner", "focal_point", "custodian"]
AUDIENCES: tuple[Audience, ...] = ("public", "partner", "focal_point", "custodian")
"""Who may see a record, from everyone to the few who may know a shelter's place."""

Precision = Literal["exact", "area", "none"]
PRECISIONS: tuple[Precision, ...] = ("exact", "area", "none")
"""How closely a place may be shown: its point, its area unit, or not at all (a way to get in touch only)."""

Standing = Literal["whole", "entry", "part", "check", "word", "note"]
"""A whole has parts and a page of its own; an entry stands for itself and has none; a part belongs to another record
and is replaced with it; a check belongs to another record and outlasts its lists; words describe records; notes are
what the directory keeps for itself."""

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
WEEKDAYS: tuple[Weekday, ...] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Ref:
    """A foreign key to another table."""

    table: str


@dataclass(frozen=True)
class OursMark:
    """A field that our profile adds to HSDS."""


LONGEST_TEXT = 100_000
"""Letters of a text of a record at most; what is longer is no description, and no page could show it."""

LONGEST_NUMBER = 500
"""Letters of a phone number at most, which may be the address of an account of a messenger."""

LONGEST_OUTLINE = 4_000_000
"""Letters of the outline of an area at most, as HSDS has it."""

Ours = OursMark()
Text = str | None
Latitude = Annotated[float | None, Field(ge=-90, le=90)]
Longitude = Annotated[float | None, Field(ge=-180, le=180)]
OrganizationId = Annotated[str | None, Ref("organization")]
ServiceId = Annotated[str | None, Ref("service")]
LocationId = Annotated[str | None, Ref("location")]
ServiceAtLocationId = Annotated[str | None, Ref("service_at_location")]
ContactId = Annotated[str | None, Ref("contact")]
PhoneId = Annotated[str | None, Ref("phone")]
Seen = Annotated[Audience, Ours]


_set_values, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)
"""What a record is made of, set past the checks that pydantic makes of every assignment."""


class Record(BaseModel, metaclass=_RecordKind):
    """One row of one table."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, str_max_length=LONGEST_TEXT, validate_assignment=True
    )
    table: ClassVar[str]
    stands: ClassVar[Standing] = "part"
    """What a record of the table is beside others; said here and nowhere else."""
    id: str

    @classmethod
    def of_read(cls, **values: Any) -> Self:
        """Return the record of values that parsers read, each of the kind and of the words that its field has.

        They are validated only where that could still matter: numbers may be out of bounds, texts too long or padded.

        Raises
        ------
        ValidationError
            As for a record that is made of them.
        """
        for value in values.values():
            kind = type(value)
            if kind is str:
                if len(value) > LONGEST_NUMBER or value != value.strip():
                    return cls(**values)
            elif kind not in _SURE:
                return cls(**values)
        return cls.restored(_defaults(cls) | values)

    @classmethod
    def restored(cls, values: dict[str, Any]) -> Self:
        """Return the record of values, one for each field, that were validated when they were first given."""
        record: Self = restorer(cls)(values)
        return record

    def model_post_init(self, _context: Any) -> None:
        """Share the names of the fields, which would take more memory than what a record says."""
        _set_names(self, _names(type(self)))

    def get(self, name: str) -> Any:
        """Return what a field holds; None where the table has no such field."""
        return self.__dict__.get(name)


AnyRecord = TypeVar("AnyRecord", bound=Record)


@cache
def restorer(kind: type[AnyRecord]) -> Callable[[dict[str, Any]], AnyRecord]:
    """Return `Record.restored` of a kind of records: to look for it each time would take as long as it does."""
    names = _names(kind)

    def restored(values: dict[str, Any]) -> AnyRecord:
        record = object.__new__(kind)
        _set_values(record, values)
        _set_extra(record, None)
        _set_private(record, None)
        _set_names(record, names)
        return record

    return restored


_SURE = frozenset({type(None), bool, int, dt.date})
"""Kinds of values in which nothing can be wrong that a parser read."""


@cache
def _names(kind: type[Record]) -> set[str]:
    return set(kind.model_fields)


@cache
def _defaults(kind: type[Record]) -> dict[str, Any]:
    """Return what the fields of a table hold where nothing is said; None where something must be."""
    return {name: None if info.is_required() else info.get_default() for name, info in kind.model_fields.items()}


class Source(Record):
    """A sender of lists."""

    table = "source"
    stands = "note"
    name: str
    licence: Text = None
    rank: int = 0
    retrieved_on: dt.date | None = None


class Taxonomy(Record):
    """A controlled vocabulary."""

    table = "taxonomy"
    stands = "word"
    name: str
    description: str = ""
    uri: Text = None
    version: Text = None


class TaxonomyTerm(Record):
    """A term of a taxonomy."""

    table = "taxonomy_term"
    stands = "word"
    code: Text = None
    name: str
    description: str = ""
    parent_id: Annotated[str | None, Ref("taxonomy_term")] = None
    taxonomy: Text = None
    language: Text = None
    taxonomy_id: Annotated[str | None, Ref("taxonomy")] = None
    term_uri: Text = None


class Unit(Record):
    """What a capacity is counted in (HSDS's word; an administrative unit is an ``area_unit`` here)."""

    table = "unit"
    stands = "word"
    name: str
    scheme: Text = None
    identifier: Text = None
    uri: Text = None


class Organization(Record):
    """A body that offers services or takes part in the referral mechanism."""

    table = "organization"
    stands = "whole"
    name: str
    alternate_name: Text = None
    description: str = ""
    email: Text = None
    website: Text = None
    tax_status: Text = None
    tax_id: Text = None
    year_incorporated: int | None = None
    legal_status: Text = None
    logo: Text = None
    uri: Text = None
    parent_organization_id: OrganizationId = None
    kind: Annotated[Text, Ours] = None
    do_not_list: Annotated[bool, Ours] = False
    audience: Seen = "custodian"


class Program(Record):
    """A named programme of an organization."""

    table = "program"
    stands = "note"
    organization_id: OrganizationId = None
    name: str
    alternate_name: Text = None
    description: str = ""


class Service(Record):
    """Something an organization does for people."""

    table = "service"
    stands = "whole"
    organization_id: OrganizationId = None
    program_id: Annotated[str | None, Ref("program")] = None
    name: str
    alternate_name: Text = None
    description: Text = None
    url: Text = None
    email: Text = None
    status: Literal["active", "inactive", "defunct", "temporarily closed"] = "active"
    interpretation_services: Text = None
    application_process: Text = None
    fees_description: Text = None
    wait_time: Text = None
    accreditations: Text = None
    eligibility_description: Text = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    assured_date: dt.date | None = None
    assurer_email: Text = None
    alert: Text = None
    last_modified: dt.date | None = None
    do_not_list: Annotated[bool, Ours] = False
    audience: Seen = "custodian"


class Location(Record):
    """A place where a service is given, or the number that stands for one."""

    table = "location"
    stands = "whole"
    organization_id: OrganizationId = None
    location_type: Literal["physical", "postal", "virtual"] = "physical"
    url: Text = None
    name: Text = None
    alternate_name: Text = None
    description: Text = None
    transportation: Text = None
    latitude: Latitude = None
    longitude: Longitude = None
    external_identifier: Text = None
    external_identifier_type: Text = None
    area_unit: Annotated[Text, Ours] = None
    country: Annotated[Text, Ours] = None
    position_basis: Annotated[Literal["given", "place", "unit", "none"], Ours] = "none"
    precision: Annotated[Precision, Ours] = "none"
    audience: Seen = "custodian"


class ServiceAtLocation(Record):
    """A service at one of its places."""

    table = "service_at_location"
    service_id: ServiceId = None
    location_id: LocationId = None
    description: Text = None
    role: Annotated[Literal["delivery", "intake", "referral_desk", "mobile_stop", "virtual"], Ours] = "delivery"
    audience: Seen = "custodian"


class Address(Record):
    """The postal or physical address of a location; unknown required parts are empty strings."""

    table = "address"
    location_id: LocationId = None
    attention: Text = None
    address_1: str = ""
    address_2: Text = None
    city: str = ""
    region: Text = None
    state_province: str = ""
    postal_code: str = ""
    country: str = ""
    address_type: Literal["physical", "postal", "virtual"] = "physical"
    audience: Seen = "custodian"


class Contact(Record):
    """A person or desk to ask for; people's names stay with the custodians unless raised by hand."""

    table = "contact"
    organization_id: OrganizationId = None
    service_id: ServiceId = None
    service_at_location_id: ServiceAtLocationId = None
    location_id: LocationId = None
    name: Text = None
    title: Text = None
    department: Text = None
    email: Text = None
    audience: Seen = "custodian"


class Phone(Record):
    """A number to call, in E.164 or, for short numbers, as it is dialled."""

    table = "phone"
    location_id: LocationId = None
    service_id: ServiceId = None
    organization_id: OrganizationId = None
    contact_id: ContactId = None
    service_at_location_id: ServiceAtLocationId = None
    number: Annotated[str, Field(max_length=LONGEST_NUMBER)]
    extension: int | None = None
    type: Text = None
    description: Text = None
    audience: Seen = "custodian"


class Schedule(Record):
    """Weekly opening hours; 24 hours are written 00:00 to 23:59."""

    table = "schedule"
    service_id: ServiceId = None
    location_id: LocationId = None
    service_at_location_id: ServiceAtLocationId = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    dtstart: dt.date | None = None
    timezone: float | None = None
    until: dt.date | None = None
    freq: Literal["WEEKLY", "MONTHLY"] | None = None
    interval: int | None = None
    byday: Text = None
    bymonthday: Text = None
    description: Text = None
    opens_at: Text = None
    closes_at: Text = None
    schedule_link: Text = None
    attending_type: Text = None
    notes: Text = None
    audience: Seen = "custodian"


class Language(Record):
    """A language in which a service is given."""

    table = "language"
    service_id: ServiceId = None
    location_id: LocationId = None
    phone_id: PhoneId = None
    name: Text = None
    code: Text = None
    note: Text = None


class ServiceArea(Record):
    """An area that a service covers."""

    table = "service_area"
    service_id: ServiceId = None
    service_at_location_id: ServiceAtLocationId = None
    name: Text = None
    description: Text = None
    extent: Annotated[str | None, Field(max_length=LONGEST_OUTLINE)] = None
    extent_type: Text = None
    uri: Text = None
    area_unit: Annotated[Text, Ours] = None


class Funding(Record):
    """Who pays, and until when."""

    table = "funding"
    organization_id: OrganizationId = None
    service_id: ServiceId = None
    source: Text = None
    valid_to: Annotated[dt.date | None, Ours] = None
    audience: Seen = "custodian"


class CostOption(Record):
    """What a service costs."""

    table = "cost_option"
    service_id: ServiceId = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    option: Text = None
    currency: Text = None
    amount: float | None = None
    amount_description: Text = None


class RequiredDocument(Record):
    """A paper that is asked for."""

    table = "required_document"
    service_id: ServiceId = None
    document: Text = None
    uri: Text = None


class Accessibility(Record):
    """How a place can be entered and used by people with disabilities."""

    table = "accessibility"
    location_id: LocationId = None
    description: Text = None
    details: Text = None
    url: Text = None


class OrganizationIdentifier(Record):
    """A register's number for an organization."""

    table = "organization_identifier"
    organization_id: OrganizationId = None
    identifier_scheme: Text = None
    identifier_type: str
    identifier: str


class Url(Record):
    """A further web page."""

    table = "url"
    label: Text = None
    url: str
    organization_id: OrganizationId = None
    service_id: ServiceId = None


class ServiceCapacity(Record):
    """How many a service can take at most, and how many now: the same where only the one is known.

    HSDS requires the day on which it was ``updated``. A list seldom tells it: without one, the directory puts the day
    on which it was first told this, so that the same list again changes nothing.
    """

    table = "service_capacity"
    service_id: ServiceId = None
    unit_id: Annotated[str | None, Ref("unit")] = None
    available: float
    maximum: float | None = None
    description: Text = None
    updated: dt.date | None = None
    audience: Seen = "custodian"


class Attribute(Record):
    """A term said of a record: what kind of service it is, whom it takes, whom it does not.

    A ``classification`` is a term of another's taxonomy, kept as it was sent; it decides nothing.
    """

    table = "attribute"
    link_id: str
    link_entity: str
    link_type: Literal["service_type", "serves", "excludes", "organization_type", "classification"] = "service_type"
    taxonomy_term_id: Annotated[str | None, Ref("taxonomy_term")] = None
    value: Text = None
    label: Text = None


class Verification(Record):
    """When and how a record was last found true."""

    table = "verification"
    stands = "check"
    link_id: str
    link_entity: str
    level: Literal["unverified", "self-reported", "phone", "visit", "official"] = "unverified"
    method: Text = None
    verified_by: Text = None
    verified_on: dt.date | None = None
    next_due: dt.date | None = None
    evidence: Text = None


class Activity(Record):
    """Who does what where and when (4W): presence in an area, never a point."""

    table = "activity"
    stands = "entry"
    organization_id: OrganizationId = None
    implementer: Text = None
    implementer_id: OrganizationId = None
    funder: Text = None
    programme: Text = None
    service_type: Text = None
    name: str = ""
    area_unit: Text = None
    start: dt.date | None = None
    end: dt.date | None = None
    status: Literal["planned", "ongoing", "completed", "cancelled", "unknown"] = "unknown"
    target_group: Text = None
    planned: int | None = None
    reached: int | None = None
    reached_women: int | None = None
    budget_band: Text = None
    reported_on: dt.date | None = None
    audience: Seen = "custodian"


class ReferralAgreement(Record):
    """An agreement that one body sends people to another."""

    table = "referral_agreement"
    stands = "entry"
    from_organization_id: OrganizationId = None
    to_organization_id: OrganizationId = None
    service_types: str = ""
    document: Text = None
    number: Text = None
    signed_on: dt.date | None = None
    valid_to: dt.date | None = None
    consent_form: bool | None = None
    contact_route: Text = None
    answer_within_hours: float | None = None
    status: Literal["active", "expired", "suspended", "draft", "unknown"] = "unknown"
    audience: Seen = "custodian"


class Translation(Record):
    """A field of a record in another language."""

    table = "translation"
    link_id: str
    link_entity: str
    field: str
    language: str
    text: str
    kind: Literal["original", "machine", "human", "approved"] = "original"


class Statement(Record):
    """The only way to say openly that something hidden can be arranged, and through which line."""

    table = "statement"
    stands = "entry"
    text: str
    service_type: Text = None
    area_unit: Text = None
    route: str
    consent_by: str
    consent_until: dt.date
    approved_by: str
    approved_by_too: str
    audience: Seen = "custodian"


class StandardAssessment(Record):
    """An answer to one item of the checklist of minimum standards."""

    table = "standard_assessment"
    stands = "check"
    service_id: ServiceId = None
    standard: str
    answer: Literal["met", "partly", "not met", "unknown"] = "unknown"
    evidence: Text = None
    assessed_by: Text = None
    assessed_on: dt.date | None = None
    comment: Text = None
    audience: Seen = "custodian"


class StandardSummary(Record):
    """How often an item of the checklist is met in a family of services; only views hold such sums."""

    table = "standard_summary"
    stands = "entry"
    family: str
    standard: str
    met: int = 0
    partly: int = 0
    not_met: int = 0
    unknown: int = 0
    providers: int = 0


class CaseCount(Record):
    """A number of cases, crimes or people that somebody gave for a period: counts only, never a case.

    A blank place, sex, age band, form, nationality or article means all of them together. ``count`` is None where it
    is too small to be shown (``suppressed``) or was not told. Sources that disagree each keep their own figure.
    ``printed`` says that the cited source itself prints the number where anybody can read it.
    """

    table = "case_count"
    stands = "entry"
    year: int
    period: str = ""
    measure: str
    unit_of_count: Literal["cases", "crimes", "persons", "households", "calls", "referrals", "unknown"] = "unknown"
    law_article: Text = None
    area_unit: Text = None
    place: Text = None
    sex: Text = None
    age_band: Text = None
    exploitation: Text = None
    nationality: Text = None
    count: Annotated[int | None, Field(ge=0)] = None
    suppressed: bool = False
    printed: bool = False
    source: str
    source_url: Text = None
    definition: Text = None
    confidence: Text = None
    note: Text = None
    audience: Seen = "custodian"


class Provenance(Record):
    """Which source gave a record, under which key and where in its file; a merged record has several.

    ``cell`` is that which names it, as spreadsheets call cells: "C12".
    """

    table = "provenance"
    stands = "note"
    link_id: str
    link_entity: str
    source_id: Annotated[str, Ref("source")]
    source_key: str
    file: Text = None
    sheet: Text = None
    row: int | None = None
    cell: Text = None


class Approval(Record):
    """What two people agreed to: a column map, a new public phone, a lowered audience or precision, a field kept back.

    ``subject`` is what it is about, the id of a record or the name of a source; ``value`` is what was agreed: the
    audience, the precision, the name of the field.
    """

    table = "approval"
    stands = "note"
    kind: Literal["map", "phone", "audience", "precision", "statement", "withhold"]
    subject: str
    value: Text = None
    approved_by: str
    approved_by_too: str
    approved_on: dt.date
    consent_by: Text = None
    consent_until: dt.date | None = None
    reason: Text = None


class Decision(Record):
    """What a steward said of two records that look alike: one, two, or to be asked again."""

    table = "decision"
    stands = "note"
    kind: Literal["same", "different", "later"]
    link_entity: str
    one: str
    other: str
    decided_by: str
    decided_on: dt.date
    reason: Text = None


RECORDS: dict[str, type[Record]] = {kind.table: kind for kind in Record.__subclasses__()}
"""Every table by name, in the order of this file, in which no record refers to a later one (but for ids within one
table)."""

WHOLES = tuple(table for table, kind in RECORDS.items() if kind.stands == "whole")
"""Tables whose records have parts: organizations, services and places."""

ENTRIES = tuple(table for table, kind in RECORDS.items() if kind.stands in ("whole", "entry"))
"""Tables whose records stand for themselves; all others belong to one of these, or are words or notes."""

PARTS = frozenset(table for table, kind in RECORDS.items() if kind.stands == "part")
"""Tables whose records are parts of another record and are replaced with it."""

WORDS = tuple(table for table, kind in RECORDS.items() if kind.stands == "word")
"""Tables of the words that records are described in."""

ENTRY_POINTS: dict[str, tuple[str, ...]] = {
    "phone": ("number", "extension"),
    "address": ("address_1", "address_2", "city", "region", "state_province", "postal_code", "country"),
    "contact": ("name", "title", "department", "email"),
    "organization": ("email", "website"),
    "service": ("email", "url"),
    "url": ("url",),
    "statement": ("text", "route"),
    "schedule": (
        "byday",
        "bymonthday",
        "opens_at",
        "closes_at",
        "freq",
        "interval",
        "valid_from",
        "valid_to",
        "dtstart",
        "until",
        "timezone",
    ),
    "location": (
        "latitude",
        "longitude",
        "area_unit",
        "country",
        "position_basis",
        "precision",
        "location_type",
        "name",
        "alternate_name",
        "description",
        "transportation",
    ),
    "service_at_location": ("description",),
}
"""Table -> fields that send people somewhere, or tell where something is: with them a trap can be laid."""

NAMESPACE = uuid.UUID("6f1f3b0e-5a52-5c0e-9a57-2f0f0f7c2d11")
_HASH_OF_NAMESPACE = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)


def record_id(source: str, table: str, *key: object) -> str:
    """Make the stable id of a record: uuid5 of its source, table and source key.

    A second import of the same row meets the first, whatever else changed in it.
    """
    return named_id("\x1f".join((source, table, *map(str, key))))


def named_id(name: str) -> str:
    """Return the uuid5 of a name, which `uuid.uuid5` makes three times as slowly."""
    return _id_of_hash(_HASH_OF_NAMESPACE.copy(), name)


@cache
def ids_of(source: str, table: str) -> Callable[[str], str]:
    """Return a function that makes the ids of a source's records of a table, each of one key, as `record_id` does."""
    begun = _HASH_OF_NAMESPACE.copy()
    begun.update(f"{source}\x1f{table}\x1f".encode())
    return lambda key: _id_of_hash(begun.copy(), key)


def _id_of_hash(hashed: Any, rest: str) -> str:
    hashed.update(rest.encode())
    digest = hashed.hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


@cache
def references(kind: type[Record]) -> Mapping[str, str]:
    """Return the foreign keys of a table: field -> table it refers to."""
    return {name: ref for name, field in kind.model_fields.items() if (ref := _mark(field.metadata, Ref))}


def ours(kind: type[Record]) -> set[str]:
    """Return the fields of a table that HSDS does not have."""
    return {name for name, field in kind.model_fields.items() if Ours in field.metadata}


SqlType = Literal["TEXT", "INTEGER", "REAL"]


@cache
def columns(kind: type[Record]) -> Mapping[str, SqlType]:
    """Return the columns of a table: field -> type in SQLite. Dates are text, as 2026-11-24; yes and no are 1 and 0."""
    return {name: _sql_type(field.annotation) for name, field in kind.model_fields.items()}


def bounded(kind: type[Record]) -> dict[str, tuple[float, float]]:
    """Return the fields of a table that hold no number beyond some: field -> the least and the greatest."""

    def end(marks: list[Any], name: str, otherwise: float) -> float:
        return next((getattr(mark, name) for mark in marks if hasattr(mark, name)), otherwise)

    marks = {name: field.metadata for name, field in kind.model_fields.items()}
    ends = {name: (end(of, "ge", -math.inf), end(of, "le", math.inf)) for name, of in marks.items()}
    return {name: both for name, both in ends.items() if both != (-math.inf, math.inf)}


def required(kind: type[Record]) -> set[str]:
    """Return the fields without which there is no record of a table."""
    return {name for name, field in kind.model_fields.items() if field.is_required()}


@cache
def strictest(*audiences: Audience) -> Audience:
    """Return the audience that lets the fewest see."""
    return max(audiences, key=AUDIENCES.index)


@cache
def least_precise(*precisions: Precision) -> Precision:
    """Return the precision that shows the least."""
    return max(precisions, key=PRECISIONS.index)


def _sql_type(annotation: object) -> SqlType:
    kinds = {kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)}
    if float in kinds:
        return "REAL"
    return "INTEGER" if kinds & {int, bool} else "TEXT"


def _mark(metadata: list[Any], kind: type[Ref]) -> str | None:
    return next((mark.table for mark in metadata if isinstance(mark, kind)), None)
