"""One row a service at its place: what the flat formats write, and the terms under which a view may be passed on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.language.languages import SOURCE
from mapping.resources import table_beside
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


_COLUMNS = table_beside(__file__, "flat_columns")

MEANINGS = {row["column"]: row["meaning"] for row in _COLUMNS}
"""Column of the flat formats -> what it means, as the data dictionary tells it."""

FIELDS = {row["column"]: row["field"] for row in _COLUMNS if row["field"]}
"""Column of the flat formats -> the field of a column map that it fills when the table comes back."""
