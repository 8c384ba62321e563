"""Travel beyond the published table: minutes to what is farther than four hours, worked out when it is asked for."""

from collections.abc import Mapping

from mapping.analysis.common.nearest import minutes_to_all
from web.presenters.edition import Edition

FOUR_HOURS = 240
"""Minutes beyond which the published table tells nothing."""


def minutes_within(edition: Edition, place: str, scenario: str) -> Mapping[str, float]:
    """Return the minutes from a place to every location within four hours, by id: as published, else worked out."""
    published = edition.minutes(place, scenario)
    if published:
        return published
    minutes_of = minutes_beyond(edition, place, scenario)
    return {location: minutes for location, minutes in minutes_of.items() if minutes <= FOUR_HOURS}


def minutes_beyond(edition: Edition, place: str, scenario: str) -> dict[str, float]:
    """Return the minutes from a place to every public point: see `mapping.analysis.common.nearest.minutes_to_all`."""

    def find() -> dict[str, float]:
        return minutes_to_all(edition.in_any_language(), edition.area, place, scenario)

    return edition.keep(("minutes beyond", place, scenario), find)
