"""What a private directory holds of each service and body, gathered once for everything that judges it as a whole."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.freshness import Freshness, freshness, latest, next_due
from mapping.model import RECORDS, Attribute, Location, Organization, Phone, Service, ServiceAtLocation, Verification
from mapping.quality.known_organizations import RecordsByKind, service_types

NOT_REACHED = "not reached"
"""Method of the record that keeps the days of calls which nobody answered."""

PARTS = (
    "phone",
    "schedule",
    "language",
    "service_area",
    "cost_option",
    "required_document",
    "service_capacity",
    "funding",
)
"""Tables whose rows belong to a service by ``service_id``."""


@dataclass
class HeldService:
    """A service with what the directory holds of it."""

    service: Service
    organization: Organization | None
    types: tuple[str, ...]
    places: tuple[Location, ...]
    parts: Mapping[str, list[Any]]
    attributes: frozenset[str]
    """What kinds of terms are said of it: service_type, serves, excludes."""
    verification: Verification | None
    next_due: dt.date | None
    freshness: Freshness
    attempts: tuple[str, ...]
    """Days of calls since the last check that nobody answered."""

    @property
    def units(self) -> tuple[str, ...]:
        """Units that it is in, or else covers."""
        here = [place.area_unit for place in self.places if place.area_unit]
        return tuple(dict.fromkeys(here or [a.area_unit for a in self.parts["service_area"] if a.area_unit]))

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Numbers that people answer; no fax."""
        return tuple(phone for phone in self.parts["phone"] if phone.type != "fax")

    @property
    def listed(self) -> bool:
        """Whether it is meant to be listed and kept up to date."""
        flags = self.service.do_not_list or (self.organization is not None and self.organization.do_not_list)
        return self.service.status in ("active", "temporarily closed") and not flags


@dataclass
class Holdings:
    """The services and bodies of a directory on a day."""

    area: StudyArea
    today: dt.date
    services: list[HeldService] = field(default_factory=list)
    organizations: dict[str, Organization] = field(default_factory=dict)
    body_phones: dict[str, list[Phone]] = field(default_factory=dict)

    @classmethod
    def of(cls, directory: RecordsByKind, area: StudyArea, today: dt.date) -> "Holdings":
        """Gather them."""
        organizations = {organization.id: organization for organization in directory.records(Organization)}
        locations = {location.id: location for location in directory.records(Location)}
        places = _grouped(directory.records(ServiceAtLocation), "service_id")
        attributes = _grouped(directory.records(Attribute), "link_id")
        checks = _grouped(directory.records(Verification), "link_id")
        parts = {table: _grouped(directory.records(RECORDS[table]), "service_id") for table in PARTS}
        holdings = cls(area, today, organizations=organizations)
        for phone in directory.records(Phone):
            if phone.organization_id:
                holdings.body_phones.setdefault(phone.organization_id, []).append(phone)
        for service in sorted(directory.records(Service), key=lambda service: service.id):
            service_attributes = attributes.get(service.id, [])
            codes = {
                service_types().get(a.taxonomy_term_id) for a in service_attributes if a.link_type == "service_type"
            }
            at = (locations.get(row.location_id or "") for row in places.get(service.id, []))
            holdings.services.append(
                holdings._held(
                    service,
                    checks.get(service.id, []),
                    tuple(sorted(code for code in codes if code)),
                    places=tuple(place for place in at if place is not None),
                    parts={table: rows.get(service.id, []) for table, rows in parts.items()},
                    attributes=frozenset(a.link_type for a in service_attributes),
                )
            )
        return holdings

    def _held(self, service: Service, checks: list[Verification], types: tuple[str, ...], **rest: Any) -> HeldService:
        last = latest([{"verified_on": check.verified_on, "id": check.id, "record": check} for check in checks])
        check: Verification | None = last["record"] if last else None
        days = dict(self.area.settings.freshness)
        due = None
        if check is not None and check.verified_on is not None:
            due = check.next_due or next_due(check.verified_on, types, self.area.settings.verification)
        since = check.verified_on.isoformat() if check is not None and check.verified_on else ""
        tried = [day for check in checks if check.method == NOT_REACHED for day in (check.evidence or "").split()]
        return HeldService(
            service=service,
            organization=self.organizations.get(service.organization_id or ""),
            types=types,
            verification=check,
            next_due=due,
            freshness=freshness(check.verified_on if check else None, due, self.today, **days),
            attempts=tuple(sorted(day for day in set(tried) if day > since)),
            **rest,
        )

    @cached_property
    def listed(self) -> list[HeldService]:
        """Services that are meant to be listed."""
        return [held for held in self.services if held.listed]

    def numbers(self, held: HeldService) -> list[Phone]:
        """Return the numbers on which to ask about a service: its own, else those of its body; public ones first."""
        body = self.body_phones.get(held.service.organization_id or "", [])
        phones = held.phones or tuple(phone for phone in body if phone.type != "fax")
        return sorted(phones, key=lambda phone: (phone.audience != "public", phone.number))


def _grouped(records: Iterable[Any], column: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        if getattr(record, column):
            groups[getattr(record, column)].append(record)
    return groups
