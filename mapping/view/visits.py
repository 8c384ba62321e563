"""Where people can go: places at home, and beyond a border those that say they are for people of this country."""

from mapping.area.study_area import StudyArea
from mapping.view.entries import Entry, ServicePlace


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


def region_of(entry: Entry, area: StudyArea) -> str:
    """Return the region of a service's first place in the country, or the country."""
    units = (place.area_unit for place in entry.places if place.area_unit in area.all_units())
    return next((area.region_of(str(unit)) for unit in units), area.code)


def _usable_beyond(entry: Entry, place: ServicePlace, area: StudyArea) -> bool:
    if place.latitude is None or place.longitude is None or place.role == "virtual":
        return False
    units = area.all_units()
    return any(code in units for code in entry.covers) and area.grid.cell(place.latitude, place.longitude) is not None
