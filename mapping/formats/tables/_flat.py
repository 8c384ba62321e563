"""One row a service at its place: what the flat formats write, and the terms under which a view may be passed on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.language.languages import SOURCE
from mapping.view.view import Entry, Hours, ServicePlace, View

Row = dict[str, Any]

LISTED = "; "
"""Between several values of one cell."""


@dataclass(frozen=True)
class Terms:
    """What every export says of itself: who may use it, under which licence, and of which day it is."""

    audience: str
    edition: str
    licence: str
    licence_url: str
    attribution: str

    def row(self) -> Row:
        """Return the terms as cells."""
        return {
            "licence": self.licence,
            "licence_url": self.licence_url,
            "attribution": self.attribution,
            "edition": self.edition,
            "audience": self.audience,
        }


def terms(view: View, area: StudyArea) -> Terms:
    """Return the terms of a view: the area's licence where it is public, and none where it is for few."""
    licence, edition = area.settings.licence, view.edition.isoformat()
    public = view.audience == "public"
    own = f"Rohnamo, directory of assistance services, {area.name.get('en', area.code)}, edition {edition}"
    return Terms(
        audience=view.audience,
        edition=edition,
        licence=licence.id
        if public
        else f"restricted: for {view.audience.replace('_', ' ')} only, not to be passed on",
        licence_url=licence.url if public else "",
        attribution="; ".join((own, *view.licences)),
    )


def pairs(view: View, language: str) -> Iterator[tuple[Entry, ServicePlace | None]]:
    """Yield each service with each of its places, or with none, by name and id."""
    for entry in view.services(language=language):
        for place in entry.places or (None,):
            yield entry, place


def flat_rows(view: View, area: StudyArea, language: str) -> Iterator[tuple[Row, ServicePlace | None]]:
    """Yield the row of each service at each place: codes of terms, names in every language of the area."""
    names = {spoken: {entry.id: entry.name for entry in view.services(language=spoken)} for spoken in area.languages}
    end = terms(view, area).row()
    for entry, place in pairs(view, language):
        yield _row(entry, place, {f"name_{spoken}": names[spoken][entry.id] for spoken in area.languages}) | end, place


def _row(entry: Entry, place: ServicePlace | None, names: Row) -> Row:
    where = place or ServicePlace("")
    return {
        "id": entry.id,
        "name": entry.name,
        **names,
        "organization": entry.organization.name,
        "status": entry.status,
        "types": entry.types,
        "serves": (*entry.serves, *entry.serves_notes),
        "excludes": (*entry.excludes, *entry.excludes_notes),
        "languages": entry.languages,
        "phones": tuple(phone.number for phone in entry.phones),
        "email": entry.email,
        "url": entry.url,
        "description": entry.description,
        "fees": entry.fees,
        "documents": entry.documents,
        "hours": tuple(hours_text(hours) for hours in entry.hours),
        "covers": entry.covers,
        "place_id": where.id,
        "place": where.name,
        "address": where.address,
        "city": where.city,
        "area_unit": where.area_unit,
        "country": where.country,
        "latitude": where.latitude,
        "longitude": where.longitude,
        "precision": where.precision if place else None,
        "verified_on": entry.verified_on,
        "next_due": entry.next_due,
        "verification_level": entry.verification_level,
    }


def hours_text(hours: Hours) -> str:
    """Write hours in two-letter days, as "MO,TU 08:00-17:00", with what else is said of them."""
    span = "-".join(filter(None, (hours.opens, hours.closes)))
    days = hours.rare.words(SOURCE) if hours.rare else ",".join(hours.days)
    return " ".join(filter(None, (days, span, hours.note)))


def cell(value: Any) -> str | int | float:
    """Return a value as a cell for programs, as it is: several joined, days as 2026-11-24."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return LISTED.join(map(str, value))
    return value if isinstance(value, int | float) else str(value)


def properties(row: Row) -> Row:
    """Return a row as the attributes of a point: texts and numbers, no coordinates, None where nothing is known."""
    shown = {name: value for name, value in row.items() if name not in ("latitude", "longitude")}
    return {
        name: LISTED.join(map(str, value)) or None
        if isinstance(value, tuple)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        if value != ""
        else None
        for name, value in shown.items()
    }


MEANINGS: dict[str, str] = {
    "id": "published id of the service, the same in every edition; it stands in a row for each place",
    "name": "name of the service in English, or in the nearest language that it has one in; name_xx: in that language",
    "organization": "name of the body that gives it",
    "status": "active, temporarily closed; inactive or defunct: closed for good, so that no number counts it as listed",
    "types": "codes of the kinds of help; here and below, a semicolon and a space part several values",
    "serves": "codes or words of the groups it is for; empty: everybody",
    "excludes": "codes or words of the groups it does not take",
    "languages": "ISO 639 codes",
    "phones": "numbers in E.164, or short as they are dialled",
    "email": "mail address",
    "url": "web page",
    "description": "what it does, in words",
    "fees": "what it costs, in words",
    "documents": "papers that are asked for",
    "hours": "days as MO,TU and times; 00:00-23:59 is day and night",
    "covers": "codes of the administrative units it serves",
    "place_id": "published id of the place",
    "place": "name of the place",
    "address": "street and house, where it may be shown",
    "city": "town or village",
    "area_unit": "code of the administrative unit; for a place shown by area only, the one that stands for it",
    "country": "ISO 3166 code",
    "latitude": "degrees north, where the point may be shown",
    "longitude": "degrees east",
    "precision": "exact: a point; area: the unit only; none: no place may be shown",
    "verified_on": "day on which it was last found true",
    "next_due": "day by which that should be done again",
    "verification_level": "unverified, self-reported, phone, visit, official",
    "licence": "licence of the table",
    "licence_url": "its text",
    "attribution": "what to name where you use it",
    "edition": "day of the edition",
    "audience": "who may see the table",
}
"""Column of the flat formats -> what it means, as the data dictionary tells it."""
