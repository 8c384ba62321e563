"""The choke point: what an audience may see of a directory, and nothing else.

``project`` is the only way from the private tables to anything published. It is a pure function and an allow-list:
a table or field that is not named here is not published, and a record of an unknown kind is refused.
Places that may not be shown are left out, never blurred: whatever is computed from them gives them away.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mapping.errors import UnsafePublication
from mapping.model import (
    AUDIENCES,
    RECORDS,
    Approval,
    Attribute,
    Audience,
    Location,
    Precision,
    Record,
    Service,
    ServiceAtLocation,
    Statement,
    least_precise,
    references,
    strictest,
)

VIEWS: tuple[Audience, ...] = ("public", "partner", "focal_point")
"""Audiences that a view may be written for; what custodians know enters no view file."""

Tables = Mapping[str, list[Record]]

PUBLISHED: dict[str, tuple[str, ...]] = {
    "taxonomy": ("name", "description", "uri", "version"),
    "taxonomy_term": ("code", "name", "description", "parent_id", "taxonomy", "language", "taxonomy_id", "term_uri"),
    "unit": ("name", "scheme", "identifier", "uri"),
    "organization": ("name", "alternate_name", "description", "email", "website", "legal_status", "kind", "audience"),
    "service": (
        "organization_id", "name", "alternate_name", "description", "url", "email", "status",
        "interpretation_services", "application_process", "fees_description", "wait_time", "accreditations",
        "eligibility_description", "minimum_age", "maximum_age", "assured_date", "alert", "audience",
    ),
    "location": (
        "organization_id", "location_type", "name", "alternate_name", "description", "transportation", "latitude",
        "longitude", "area_unit", "country", "position_basis", "precision", "audience",
    ),
    "service_at_location": ("service_id", "location_id", "description", "role", "audience"),
    "address": ("location_id", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country",
                "address_type", "audience"),
    "contact": ("organization_id", "service_id", "service_at_location_id", "location_id", "name", "title",
                "department", "email", "audience"),
    "phone": ("location_id", "service_id", "organization_id", "contact_id", "service_at_location_id", "number",
              "extension", "type", "description", "audience"),
    "schedule": (
        "service_id", "location_id", "service_at_location_id", "valid_from", "valid_to", "dtstart", "timezone",
        "until", "freq", "interval", "byday", "bymonthday", "description", "opens_at", "closes_at",
        "attending_type", "audience",
    ),
    "language": ("service_id", "location_id", "phone_id", "name", "code", "note"),
    "service_area": ("service_id", "service_at_location_id", "name", "description", "extent_type", "area_unit"),
    "funding": ("organization_id", "service_id", "source", "valid_to", "audience"),
    "cost_option": ("service_id", "valid_from", "valid_to", "option", "currency", "amount", "amount_description"),
    "required_document": ("service_id", "document", "uri"),
    "accessibility": ("location_id", "description", "details", "url"),
    "url": ("label", "url", "organization_id", "service_id"),
    "service_capacity": ("service_id", "unit_id", "available", "maximum", "description", "updated", "audience"),
    "attribute": ("link_id", "link_entity", "link_type", "taxonomy_term_id", "value", "label"),
    "verification": ("link_id", "link_entity", "level", "verified_on", "next_due"),
    "activity": (
        "organization_id", "implementer_id", "funder", "programme", "service_type", "name", "area_unit", "start",
        "end", "status", "target_group", "planned", "reached", "reached_women", "budget_band", "reported_on",
        "audience",
    ),
    "referral_agreement": ("from_organization_id", "to_organization_id", "service_types", "document", "signed_on",
                           "valid_to", "consent_form", "answer_within_hours", "status", "audience"),
    "translation": ("link_id", "link_entity", "field", "language", "text", "kind"),
    "statement": ("text", "service_type", "area_unit", "route", "consent_until", "audience"),
    "standard_assessment": ("service_id", "standard", "answer", "assessed_by", "assessed_on", "audience"),
}  # fmt: skip
"""Table -> fields that may be published, besides the id. The rest stays private whatever the audience."""

PRIVATE = {"source", "program", "organization_identifier", "provenance", "approval"}
"""Tables that never leave the directory."""

OPEN_TABLES = {"taxonomy", "taxonomy_term", "unit"}
"""Vocabularies: the same whatever the directory holds."""

PLACE_TEXTS = ("name", "alternate_name", "description", "transportation")
"""Fields of a location that could tell where it is, dropped unless its point may be shown."""


@dataclass(frozen=True)
class TypeRule:
    """What a type of service is by default, until it is lowered by hand: who may see it, how closely."""

    audience: Audience
    precision: Precision


@dataclass(frozen=True)
class Rules:
    """What the projection must know besides the records.

    ``types`` maps a taxonomy term's id to the rule of that service type; ``sensitive`` are ids of terms that
    must not be public; ``unit_to_show`` climbs from a unit to one with enough people, or gives None.
    """

    today: dt.date
    types: Mapping[str, TypeRule] = field(default_factory=dict)
    sensitive: Collection[str] = ()
    unit_to_show: Callable[[str], str | None] = lambda _unit: None


def allows(audience: Audience, wanted: Audience) -> bool:
    """Tell whether readers of ``audience`` may see what is marked ``wanted``."""
    return AUDIENCES.index(wanted) <= AUDIENCES.index(audience)


def require(audience: Audience, wanted: Audience) -> None:
    """Refuse to show something made for ``audience`` to the wider audience ``wanted``.

    Raises
    ------
    UnsafePublication
        Always refuses; it never only warns.
    """
    if not allows(wanted, audience):
        raise UnsafePublication(
            f"this was made for {audience} and may not be shown to {wanted}; make it from that view"
        )


def project(tables: Tables, audience: Audience, rules: Rules) -> dict[str, list[Record]]:
    """Return what an audience may see: allowed fields of allowed records, ids still private.

    The strictest marking on the way from organization to service to place wins, together with the default of the
    service's types, unless two people lowered it with the operator's consent.

    Raises
    ------
    UnsafePublication
        For an audience that has no view, and for tables that this module does not know.
    """
    if audience not in VIEWS:
        raise UnsafePublication(f"there is no view for {audience!r}; choose one of {', '.join(VIEWS)}")
    if unknown := sorted(set(tables) - set(PUBLISHED) - PRIVATE):
        raise UnsafePublication(
            f"tables {unknown} are not known to mapping.safety; say there what of them may be shown"
        )
    seen = _Seen(tables, audience, rules)
    shown: dict[str, list[Record]] = {}
    for table in PUBLISHED:
        kept = (redacted for record in tables.get(table, ()) if (redacted := seen.redact(record)) is not None)
        shown[table] = list(kept)
    return shown


def publish_only(record: Record, *, without: Iterable[str] = ()) -> Record:
    """Return a copy that holds nothing but the published fields, less some of them."""
    fields = set(PUBLISHED[record.table]) - set(without)
    return type(record).model_construct(
        id=record.id,
        **{
            name: getattr(record, name) if name in fields else None if info.is_required() else info.get_default()
            for name, info in type(record).model_fields.items()
            if name != "id"
        },
    )


class _Seen:
    """Which records an audience may see; everything is worked out once, from the tables alone."""

    def __init__(self, tables: Tables, audience: Audience, rules: Rules) -> None:
        self.audience = audience
        self.rules = rules
        self.lowered: dict[str, Audience] = {}
        self.withheld: dict[str, set[str]] = defaultdict(set)
        for approval in tables.get("approval", ()):
            self._apply(approval)
        self.types: dict[str, list[TypeRule]] = defaultdict(list)
        for attribute in tables.get("attribute", ()):
            self._note_type(attribute)
        self.ids: dict[str, set[str]] = {}
        organizations = self._filter(tables, "organization", lambda record: self._own(record))
        self.ids["organization"] = organizations
        self.ids["service"] = self._filter(tables, "service", self._service)
        self.locations: dict[str, Location] = {r.id: r for r in tables.get("location", ()) if isinstance(r, Location)}
        reachable = {
            record.location_id
            for record in tables.get("service_at_location", ())
            if isinstance(record, ServiceAtLocation) and self._at_location(record)
        }
        self.ids["location"] = {i for i in reachable if i is not None}
        self.ids["service_at_location"] = self._filter(tables, "service_at_location", self._at_location)
        self.ids["contact"] = self._filter(tables, "contact", lambda r: self._own(r) and self._parents_seen(r))
        self.ids["phone"] = self._filter(tables, "phone", lambda r: self._own(r) and self._parents_seen(r))
        for table in OPEN_TABLES:
            self.ids[table] = {record.id for record in tables.get(table, ())}

    def redact(self, record: Record) -> Record | None:
        """Return what may be shown of a record, or None."""
        if record.table in OPEN_TABLES:
            return publish_only(record)
        if record.table in self.ids:
            if record.id not in self.ids[record.table]:
                return None
        elif not (self._own(record) and self._parents_seen(record) and self._allowed(record)):
            return None
        without = set(self.withheld.get(record.id, ()))
        if isinstance(record, Location):
            return self._location(record, without)
        return publish_only(record, without=without)

    def _apply(self, approval: Record) -> None:
        if not isinstance(approval, Approval) or approval.approved_by == approval.approved_by_too:
            return
        if approval.kind == "withhold":
            self.withheld[approval.subject].add(approval.value or "")
        consent = (
            approval.consent_until is not None and approval.consent_until >= self.rules.today and approval.consent_by
        )
        if approval.kind == "audience" and consent and approval.value in AUDIENCES:
            self.lowered[approval.subject] = next(a for a in AUDIENCES if a == approval.value)

    def _note_type(self, attribute: Record) -> None:
        if not isinstance(attribute, Attribute) or attribute.link_type != "service_type":
            return
        rule = self.rules.types.get(attribute.taxonomy_term_id or "")
        self.types[attribute.link_id].append(rule or TypeRule("custodian", "none"))

    def _filter(self, tables: Tables, table: str, test: Callable[[Record], bool]) -> set[str]:
        return {record.id for record in tables.get(table, ()) if test(record)}

    def _own(self, record: Record) -> bool:
        """Whether the record's own marking lets the audience see it; records without one follow their parents."""
        marked: Audience = self.lowered.get(record.id) or getattr(record, "audience", "public")
        return allows(self.audience, marked)

    def _service(self, record: Record) -> bool:
        if not isinstance(record, Service) or record.organization_id not in self.ids["organization"]:
            return False
        if record.id in self.lowered:
            return allows(self.audience, self.lowered[record.id])
        rules = self.types.get(record.id)
        if not rules:  # a service of no known kind could be a shelter
            return False
        return allows(self.audience, strictest(record.audience, *(rule.audience for rule in rules)))

    def _at_location(self, record: Record) -> bool:
        if not isinstance(record, ServiceAtLocation) or not self._own(record):
            return False
        location = self.locations.get(record.location_id or "")
        if location is None or record.service_id not in self.ids["service"] or not self._own(location):
            return False
        if location.organization_id is not None and location.organization_id not in self.ids["organization"]:
            return False
        rules = self.types.get(record.service_id or "", [])
        types = () if record.service_id in self.lowered else tuple(rule.precision for rule in rules)
        return least_precise(location.precision, *types) != "none"

    def _location(self, record: Location, without: set[str]) -> Record:
        if record.precision == "exact":
            return publish_only(record, without=without)
        unit = self.rules.unit_to_show(record.area_unit) if record.area_unit else None
        hidden = publish_only(record, without={*without, *PLACE_TEXTS, "latitude", "longitude", "position_basis"})
        return hidden.model_copy(update={"area_unit": unit, "position_basis": "unit" if unit else "none"})

    def _parents_seen(self, record: Record) -> bool:
        """Every record that this one belongs to must be seen; one that belongs to none is private."""
        parents = 0
        for name, table in _PARENTS[record.table].items():
            value = getattr(record, name)
            if value is None:
                continue
            parents += 1
            if value not in self.ids.get(table, ()):
                return False
        link = getattr(record, "link_id", None)
        if link is not None:
            parents += 1
            if link not in self.ids.get(getattr(record, "link_entity"), ()):  # noqa: B009
                return False
        return parents > 0 or record.table == "statement"

    def _allowed(self, record: Record) -> bool:
        """Whether a rule of its own table lets the record be shown."""
        if isinstance(record, Statement):
            return record.approved_by != record.approved_by_too and record.consent_until >= self.rules.today
        if isinstance(record, Attribute):
            return self.audience != "public" or record.taxonomy_term_id not in self.rules.sensitive
        if record.table == "standard_assessment":
            return self.audience != "public"
        if record.table == "translation":
            return self._translation(record)
        if record.table in ("address", "accessibility"):
            location = self.locations.get(getattr(record, "location_id") or "")  # noqa: B009
            return location is not None and location.precision == "exact"
        return True

    def _translation(self, record: Record) -> bool:
        link, name, table = (getattr(record, key) for key in ("link_id", "field", "link_entity"))
        if name not in PUBLISHED.get(table, ()) or name in self.withheld.get(link, ()):
            return False
        location = self.locations.get(link)
        return location is None or location.precision == "exact"


def _parents(table: str) -> dict[str, str]:
    return {name: parent for name, parent in references(RECORDS[table]).items() if parent not in OPEN_TABLES}


_PARENTS = {table: _parents(table) for table in RECORDS}
