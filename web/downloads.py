"""Open data: the public view as files that anybody may use, each with its licence, size and checksum."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mapping.errors import NotFound
from mapping.tables import neutral
from mapping.view import Entry, Hours, OrganizationEntry, PhoneEntry, Place
from mapping.words import Message
from web.edition import Edition

LANGUAGE = "en"
"""Names stand in every language of the study area; other texts in the nearest to this one."""


@dataclass(frozen=True)
class Offer:
    """A file of open data."""

    name: str
    label: Message
    size: int
    checksum: str


LABELS = {
    "list.csv": Message("Services as a table (CSV)"),
    "list.geojson": Message("Services with a point, for maps (GeoJSON)"),
    "list.json": Message("Services with all that belongs to them (JSON, Open Referral HSDS 3.1)"),
    "public.db": Message("The whole public directory (SQLite)"),
}


def offered(edition: Edition) -> list[Offer]:
    """Return every file with its size and SHA-256 checksum."""

    def make() -> list[Offer]:
        found = []
        for name, label in LABELS.items():
            held = contents(edition, name)
            found.append(Offer(name, label, len(held), hashlib.sha256(held).hexdigest()))
        return found

    return edition.keep("offers", make)


def contents(edition: Edition, name: str) -> bytes:
    """Return a file of open data.

    Raises
    ------
    NotFound
        When no such file is offered.
    """
    if name not in LABELS:
        raise NotFound("no such page")
    return edition.keep(("data", name), lambda: MAKERS[name](edition))


def table(edition: Edition) -> bytes:
    """Return a row for each service at each of its places, with neutral cells."""
    languages = edition.area.languages
    names = {language: edition.entries(language) for language in languages}
    head = [
        "id", "name", *(f"name_{language}" for language in languages), "organization", "status", "types", "serves",
        "excludes", "languages", "phones", "email", "url", "fees", "documents", "hours", "covers", "place", "address",
        "city", "area_unit", "country", "latitude", "longitude", "precision", "verified_on", "next_due",
        "verification_level", "licence",
    ]  # fmt: skip
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(head)
    for entry in edition.entries(LANGUAGE).values():
        for place in entry.places or (None,):
            row = _row(entry, place, [names[language][entry.id].name for language in languages])
            writer.writerow([*(_cell(value) for value in row), edition.area.settings.licence.id])
    return lines.getvalue().encode()


def _row(entry: Entry, place: Place | None, names: Iterable[str]) -> list[Any]:
    where = (
        [place.name, place.address, place.city, place.area_unit, place.country, place.latitude, place.longitude,
         place.precision]
        if place
        else [None] * 8
    )  # fmt: skip
    return [
        entry.id, entry.name, *names, entry.organization.name, entry.status, entry.types,
        (*entry.serves, *entry.serves_notes), (*entry.excludes, *entry.excludes_notes), entry.languages,
        tuple(phone.number for phone in entry.phones), entry.email, entry.url, entry.fees, entry.documents,
        tuple(_hours(each) for each in entry.hours), entry.covers, *where, entry.verified_on, entry.next_due,
        entry.verification_level,
    ]  # fmt: skip


def _hours(hours: Hours) -> str:
    return " ".join(
        filter(None, (",".join(hours.days), "-".join(filter(None, (hours.opens, hours.closes))), hours.note))
    )


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return neutral("; ".join(map(str, value)))
    return value if isinstance(value, int | float) else neutral(str(value))


def geojson(edition: Edition) -> bytes:
    """Return a point for each service at each place that may be shown as one."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
            "properties": {
                "id": entry.id, "name": entry.name, "organization": entry.organization.name,
                "types": list(entry.types), "phones": [phone.number for phone in entry.phones],
                "area_unit": place.area_unit, "country": place.country, "verified_on": _day(entry.verified_on),
            },
        }
        for entry in edition.entries(LANGUAGE).values()
        for place in entry.points
    ]  # fmt: skip
    licence = edition.area.settings.licence
    return _json(
        {"type": "FeatureCollection", "license": licence.url, "edition": _day(edition.day), "features": features}
    )


def hsds(edition: Edition) -> bytes:
    """Return every service as HSDS 3.1 nests it; required texts that are unknown are empty."""
    licence = edition.area.settings.licence
    services = [_service(entry) for entry in edition.entries(LANGUAGE).values()]
    return _json({"version": "3.1", "license": licence.url, "edition": _day(edition.day), "services": services})


def _service(entry: Entry) -> dict[str, Any]:
    said = (("service_type", entry.types), ("serves", entry.serves), ("excludes", entry.excludes))
    return _filled(
        {
            "id": entry.id, "name": entry.name, "status": entry.status, "description": entry.description,
            "email": entry.email, "url": entry.url, "fees_description": entry.fees, "alert": entry.alert,
            "application_process": entry.application, "eligibility_description": entry.eligibility,
            "assured_date": _day(entry.verified_on), "organization": _organization(entry.organization),
            "phones": [_phone(phone) for phone in entry.phones],
            "schedules": [_schedule(hours) for hours in entry.hours],
            "languages": [{"code": code} for code in entry.languages],
            "service_areas": [{"name": code} for code in entry.covers],
            "required_documents": [{"document": text} for text in entry.documents],
            "service_at_locations": [{"location": _location(place)} for place in entry.places],
            "attributes": [
                {"link_type": link, "taxonomy_term": {"code": code}}
                for link, codes in said
                for code in codes
            ],
        }
    )  # fmt: skip


def _organization(organization: OrganizationEntry) -> dict[str, Any]:
    own = {"id": organization.id, "name": organization.name, "description": organization.description}
    return own | _filled({"website": organization.website, "email": organization.email})


def _phone(phone: PhoneEntry) -> dict[str, Any]:
    return {"number": phone.number} | _filled(
        {"extension": phone.extension, "type": phone.kind, "description": phone.note}
    )


def _schedule(hours: Hours) -> dict[str, Any]:
    return _filled(
        {
            "freq": "WEEKLY" if hours.days else None, "byday": ",".join(hours.days), "opens_at": hours.opens,
            "closes_at": hours.closes, "description": hours.note, "timezone": hours.utc_offset,
            "valid_from": _day(hours.valid_from), "valid_to": _day(hours.valid_to),
        }
    )  # fmt: skip


def _location(place: Place) -> dict[str, Any]:
    address = {
        "address_1": place.address, "city": place.city, "state_province": "", "postal_code": "",
        "country": place.country or "", "address_type": "physical",
    }  # fmt: skip
    own: dict[str, Any] = {"id": place.id, "location_type": "physical"}
    own |= _filled(
        {
            "name": place.name, "latitude": place.latitude, "longitude": place.longitude,
            "transportation": place.transportation, "area_unit": place.area_unit, "precision": place.precision,
        }
    )  # fmt: skip
    return own | ({"addresses": [address]} if place.address or place.city else {})


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


MAKERS: dict[str, Callable[[Edition], bytes]] = {
    "list.csv": table,
    "list.geojson": geojson,
    "list.json": hsds,
    "public.db": lambda edition: edition.path.read_bytes(),
}
