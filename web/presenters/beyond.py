"""Travel beyond the published table: minutes to what is farther than four hours, worked out when it is asked for."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mapping.travel import sources, travel_time
from web.presenters.edition import Edition, kept

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
    """Return the whole minutes from a place of the gazetteer to every public point in the country that is reached.

    By location id, rounded up, from the edition and the study area alone; empty where the place has no coordinates or
    the study area no such scenario. One without a winter has the minutes of summer then.
    """
    scenarios = {known.id for known in edition.area.settings.scenarios}
    if scenario == "winter" and scenario not in scenarios:
        scenario = "summer"

    def find() -> dict[str, float]:
        area = edition.area
        rows = area.gazetteer[area.gazetteer["place_id"].astype(str) == place].dropna(subset=["lat", "lon"])
        if rows.empty or scenario not in scenarios:
            return {}
        ids, cells = _ends(edition, scenario)
        if not ids:
            return {}
        minutes = travel_time(area, rows[["lat", "lon"]].to_numpy()[:1], scenario=scenario).minutes
        pairs = zip(ids, np.ceil(minutes[cells[:, 0], cells[:, 1]]).tolist(), strict=True)
        return {location: minutes for location, minutes in pairs if math.isfinite(minutes)}

    return edition.keep(("minutes beyond", place, scenario), find)


@kept
def _ends(edition: Edition, scenario: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the public points in the country where travel can end, by id, and the cell of each."""
    area = edition.area
    spots = {
        spot.id: (spot.latitude, spot.longitude)
        for entry in edition.in_any_language()
        for spot in entry.points
        if not area.is_abroad(spot.country)
    }
    ends, ids = sources(area, np.array(list(spots.values()), float), scenario=scenario), list(spots)
    return [ids[index] for index in ends.points], ends.cells
