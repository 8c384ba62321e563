"""Invented services for the tests of analyses: entries as a view gives them, without a file behind them."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

from mapping.view.entries import PhoneEntry
from mapping.view.view import Entry, OrganizationEntry, ServicePlace, StatementEntry

TODAY = dt.date(2026, 11, 24)

CHASHMA = (10.0404242, 60.0592913)
QULLAOBOD = (10.1122894, 60.1322651)
"""Towns of Orzustan, see tests/tiny/README.md."""


def place(at=None, *, unit=None, precision="exact", basis="given", role="delivery", country=None):
    latitude, longitude = at or (None, None)
    return ServicePlace(
        id="place",
        latitude=latitude,
        longitude=longitude,
        area_unit=unit,
        precision=precision,
        position_basis=basis,
        role=role,
        country=country,
    )


BODIES = itertools.count()


def service(*types, at=None, places=None, covers=(), status="active", freshness="fresh", name="Service", by=None):
    """Make a service of a body of its own, or of the one named; ``at`` is the one point where it can be visited.

    A line has a number: without one it is not listed.
    """
    if places is None:
        places = (place(at),) if at else ()
    return Entry(
        id=f"{name}-{'-'.join(types)}-{at}",
        name=name,
        organization=OrganizationEntry(by or f"o{next(BODIES)}", "Organization"),
        types=types,
        places=tuple(places),
        covers=tuple(covers),
        status=status,
        freshness=freshness,
        verified_on=None if freshness == "unverified" else TODAY,
        phones=(PhoneEntry("1313"),) if "IDN-HOT" in types else (),
    )


def statement(kind, unit=""):
    return StatementEntry("s", "Accommodation can be arranged", "0011", service_type=kind, area_unit=unit)


def activity(kind, unit, status="ongoing", **fields):
    blank = dict.fromkeys(("organization_id", "implementer_id", "start", "end", "reached"))
    return blank | {"service_type": kind, "area_unit": unit, "status": status} | fields


@dataclass
class InventedView:
    """What analyses ask of a view."""

    entries: list = field(default_factory=list)
    said: list = field(default_factory=list)
    activities: list = field(default_factory=list)
    tables: dict = field(default_factory=dict)
    audience: str = "public"
    edition: dt.date = TODAY

    def services(self, *, language="en"):
        return list(self.entries)

    def active_places(self):
        return {entry.id: entry.places for entry in self.services() if entry.status == "active"}

    def statements(self, *, language="en"):
        return list(self.said)

    def rows(self, table):
        return list(self.activities) if table == "activity" else list(self.tables.get(table, ()))


def view(*entries, said=(), activities=(), audience="public", **tables):
    return InventedView(list(entries), list(said), list(activities), tables, audience)


class Changed:
    """A study area that differs from another in a few attributes."""

    def __init__(self, area, **changes):
        self._area, self._changes = area, changes

    def __getattr__(self, name):
        changes = self.__dict__["_changes"]
        return changes[name] if name in changes else getattr(self.__dict__["_area"], name)


def without_people(area, *codes):
    """Return the area with nobody in some of its finest units."""
    grid = area.people_grid.copy()
    for code in codes:
        grid[area.unit_grid == area.unit_codes.index(code)] = 0
    gone = {code: set() for code in area.all_units()}
    for code in codes:
        for one in (code, *area.ancestors(code)):
            gone[one].add(code)

    def units(level=None):
        frame = area.units(level)
        for code in frame.index:
            frame.loc[code, "people"] -= sum(area.unit(one).people for one in gone[code])
        return frame

    return Changed(area, people_grid=grid, units=units)


def lowered(area, **travel):
    """Return the area with other travel settings."""
    changed = area.settings.model_copy(update={"travel": area.settings.travel.model_copy(update=travel)})
    return Changed(area, settings=changed)
