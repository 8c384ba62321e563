"""Where people can go, and whom a service reaches from elsewhere.

They go to places at home, and beyond a border to those that say they are for people of this country.
"""

from collections.abc import Sequence
from functools import lru_cache

from mapping.area.study_area import StudyArea
from mapping.view.entries import Entry, PhoneEntry, ServicePlace
from mapping.view.rules import reach


def at_home(place: ServicePlace, area: StudyArea) -> bool:
    """Tell whether a place is in the country, and one that people can go to."""
    return not area.is_abroad(place.country) and place.role != "virtual"


def can_be_visited(entry: Entry, place: ServicePlace, area: StudyArea, *, cross_borders: bool | None = None) -> bool:
    """Tell whether people of the country may go to a place of a service.

    Beyond the border only where people cross it (``travel.cross_borders``, where ``cross_borders`` does not say), only
    on the grid, and only to services whose service area names a unit of this country.
    """
    crossing = area.settings.travel.cross_borders if cross_borders is None else cross_borders
    return at_home(place, area) or (crossing and _usable_beyond(entry, place, area))


def serves(entry: Entry, unit: str, area: StudyArea) -> bool:
    """Tell whether a service says that it serves an area unit, or serves everybody: see `mapping.view.rules.reach`."""
    if entry.covers:
        return not related(area, unit).isdisjoint(entry.covers)
    return _serves_everybody(entry.types, entry.phones, area.phone_country, placed=not entry.remote)


def is_called_from(entry: Entry, unit: str, area: StudyArea) -> bool:
    """Tell whether a service is a line that people of an area unit can call, whatever else it is."""
    return is_line(entry) and serves(entry, unit, area)


def is_line(entry: Entry) -> bool:
    """Tell whether a service is a line, whatever else it is: one without a number is none."""
    return bool(entry.phones) and reach.is_line(entry.types)


def answers_abroad(entry: Entry, area: StudyArea) -> bool:
    """Tell whether all numbers of a service are of other countries; a short one is dialled at home."""
    return reach.all_abroad([phone.number for phone in entry.phones], area.phone_country)


@lru_cache(512)
def related(area: StudyArea, unit: str) -> frozenset[str]:
    """Return the units that lie in a unit, itself too, and those that are so large that it lies in them."""
    return frozenset(
        (*area.ancestors(unit), *(code for code in area.all_units() if unit in (code, *area.ancestors(code))))
    )


@lru_cache(4096)  # asked of the same service for each unit
def _serves_everybody(types: Sequence[str], phones: tuple[PhoneEntry, ...], home: str, *, placed: bool) -> bool:
    return reach.serves_everybody(types, [phone.number for phone in phones], home, placed=placed, bounded=False)


def region_of(entry: Entry, area: StudyArea) -> str:
    """Return the region of a service's first place in the country, or the country."""
    units = (place.area_unit for place in entry.places if place.area_unit in area.all_units())
    return next((area.region_of(str(unit)) for unit in units), area.code)


def _usable_beyond(entry: Entry, place: ServicePlace, area: StudyArea) -> bool:
    if place.latitude is None or place.longitude is None or place.role == "virtual":
        return False
    units = area.all_units()
    return any(code in units for code in entry.covers) and area.grid.cell(place.latitude, place.longitude) is not None
