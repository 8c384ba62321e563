"""Operational presence in the shape of the Humanitarian Data Exchange: one row an organization, kind of help and unit.

References
----------
HDX Humanitarian API, operational presence (who does what where), and HXL 1.1 hashtags.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mapping.area.study_area import StudyArea
from mapping.formats.humanitarian._hashtags import TaggedColumn, licence, write_table
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.resources import table_beside
from mapping.view.view import View

SUFFIX = ".presence.csv"
LABEL = Message("Operational presence for the Humanitarian Data Exchange (CSV)")
FILE = "operational-presence.csv"
TRANSLATED = True

HEADINGS = {row["name"]: row["tag"] for row in table_beside(__file__, "presence_columns")}
"""Names of the exchange's columns -> hashtags. It knows two levels of units."""


class PresenceRow(NamedTuple):
    """That an organization gives a kind of help in a unit."""

    organization: str
    service_type: str
    unit: str


class Period(NamedTuple):
    """From when until when it is known to, as far as it is told, and by what: listed services or activities."""

    start: str
    end: str
    basis: str


def write(view: View, path: Path, *, area: StudyArea, language: str = "en") -> None:
    """Write who does what where: services that are offered in a unit that may be told, and activities."""
    view.require_area(area)
    columns = [TaggedColumn(tag, {"en": name}) for name, tag in HEADINGS.items()]
    write_table(path, columns, _rows(view, area, language), language)


def _rows(view: View, area: StudyArea, language: str) -> Iterator[dict[str, object]]:
    types, kinds = Vocabulary.load("service_types"), Vocabulary.load("organization_types")
    bodies = {organization.id: organization for organization in view.organizations(language=language)}
    given, units = licence(view, area), area.all_units()
    rows = []
    for presence, period in _presence(view, area).items():
        body = bodies[presence.organization]
        term = types.term(presence.service_type)
        kind = body.kind if body.kind in kinds else ""
        row: dict[str, object] = {
            "#country+code": area.code3,
            "#country+name": area.label(_top(area), language),
            "#adm+level": units[presence.unit].level,
            "#org+name": body.name,
            "#org+type+code": kind,
            "#org+type+name": str(kinds.label(kind, language)) if kind else "",
            "#sector+code": term.details.get("hpc_code", ""),
            "#sector+name": str(types.family(term.code).label(language)),
            "#service+code": term.code,
            "#service+name": str(term.label(language)),
            "#meta+basis": period.basis,
            "#date+start": period.start,
            "#date+end": period.end,
            "#meta+licence": given,
        }
        for unit in (presence.unit, *area.ancestors(presence.unit)):
            row |= {
                f"#adm{units[unit].level}+code": unit,
                f"#adm{units[unit].level}+name": area.label(unit, language),
            }
        rows.append(row)
    keys = ("#org+name", "#adm1+code", "#adm2+code", "#service+code", "#org+type+code")
    yield from sorted(rows, key=lambda row: [str(row.get(tag, "")) for tag in keys])


def _presence(view: View, area: StudyArea) -> dict[PresenceRow, Period]:
    types, units = Vocabulary.load("service_types"), area.all_units()
    periods: dict[PresenceRow, Period] = {}

    def add(presence: PresenceRow, period: Period) -> None:
        if presence.service_type not in types or presence.unit not in units:
            return
        before = periods.get(presence)
        if before is None:
            periods[presence] = period
            return
        start = min(filter(None, (before.start, period.start)), default="")
        end = max(before.end, period.end) if before.end and period.end else ""
        periods[presence] = Period(start, end, before.basis if before.basis == period.basis else "both")

    for entry in view.services():
        if not entry.offered:
            continue
        day = _text(entry.verified_on)
        for unit in {place.area_unit for place in entry.places if place.area_unit}:
            for code in entry.types:
                add(PresenceRow(entry.organization.id, code, unit), Period(day, "", "service"))
    for activity in view.rows("activity"):
        if activity["status"] not in ("cancelled", "planned"):
            period = Period(_text(activity["start"]), _text(activity["end"]), "activity")
            add(
                PresenceRow(activity["organization_id"], activity["service_type"] or "", activity["area_unit"] or ""),
                period,
            )
    return periods


def _text(day: dt.date | str | None) -> str:
    return "" if day is None else str(day)


def _top(area: StudyArea) -> str:
    return next(unit.code for unit in area.all_units().values() if unit.level == 0)
