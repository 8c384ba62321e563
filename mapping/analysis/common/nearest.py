"""What is nearest to an area unit for a need, however far: one answer for district pages, briefs and finders."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from mapping.analysis.common.listed import units_of
from mapping.area.study_area import StudyArea
from mapping.language.need_fits import LAST, fit
from mapping.travel import sources, travel_time
from mapping.view.view import Entry
from mapping.view.visits import serves

Minutes = Mapping[str, float]
"""Location -> minutes to it."""


@dataclass(frozen=True)
class NearestService:
    """A service with its minutes in summer and winter (None: by phone, or nobody knows), and whether it is inside."""

    entry: Entry
    minutes: tuple[float, float] | None
    inside: bool


def seats(area: StudyArea) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the main place of each area unit, its seat or else its largest: id and names by language."""
    places = area.gazetteer
    if places.empty:
        return {}
    places = places[places["lat"].notna()]
    rank = places["seat"].where(places["seat"] >= 0, 9)
    ordered = places.assign(rank=rank).sort_values(
        ["rank", "people", "place_id"], ascending=[True, False, True], na_position="last"
    )
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for row in ordered.to_dict("records"):
        unit = str(row["unit"])
        names = {
            language: str(row[f"name_{language}"])
            for language in area.languages
            if isinstance(row.get(f"name_{language}"), str) and row[f"name_{language}"]
        }
        if unit in area.all_units() and names:
            for code in (unit, *area.ancestors(unit)):
                found.setdefault(code, (str(row["place_id"]), names))
    return found


def minutes_to_all(entries: Iterable[Entry], area: StudyArea, place: str, scenario: str) -> dict[str, float]:
    """Return the whole minutes from a place of the gazetteer to every public point in the country that is reached.

    By location id, rounded up; empty where the place has no coordinates or the study area no such scenario. One
    without a winter has the minutes of summer then.
    """
    scenarios = {plan.id for plan in area.settings.scenarios}
    if scenario == "winter" and scenario not in scenarios:
        scenario = "summer"
    rows = area.gazetteer[area.gazetteer["place_id"].astype(str) == place].dropna(subset=["lat", "lon"])
    spots = {
        spot.id: (spot.latitude, spot.longitude)
        for entry in entries
        for spot in entry.points
        if not area.is_abroad(spot.country)
    }
    if rows.empty or scenario not in scenarios or not spots:
        return {}
    ends, ids = sources(area, np.array(list(spots.values()), float), scenario=scenario), list(spots)
    minutes = travel_time(area, rows[["lat", "lon"]].to_numpy()[:1], scenario=scenario).minutes
    ways = np.ceil(minutes[ends.cells[:, 0], ends.cells[:, 1]]).tolist()
    return {ids[point]: way for point, way in zip(ends.points, ways, strict=True) if math.isfinite(way)}


def fitting(entries: Iterable[Entry], need: str) -> list[tuple[int, Entry]]:
    """Return what is confirmed for a need, but no last resort: how well each fits; the best and surest first."""
    ranked = ((fit(need, entry.types) or LAST, entry) for entry in entries if entry.confirmed)
    return sorted((pair for pair in ranked if pair[0] < LAST), key=lambda pair: (pair[0], pair[1].rank))


def nearest_service(
    fits: Sequence[tuple[int, Entry]],
    unit: str,
    area: StudyArea,
    published: tuple[Minutes, Minutes],
    beyond: Callable[[], tuple[Minutes, Minutes]],
) -> NearestService | None:
    """Return the nearest of the services that fit best and can be travelled to; else one in the unit, else by phone.

    ``fits`` are those of `fitting`; ``published`` the minutes of summer and winter from the main place of the unit,
    ``beyond`` returns them to any distance, and is asked where the published ones reach nothing.
    """
    reached = _reached(fits, *published) or _reached(fits, *beyond())
    if reached:
        minutes, entry = min(reached, key=lambda row: tuple(map(_as_read, row[0])))
        return NearestService(entry, minutes, unit in units_of(entry, area))
    inside = [entry for _, entry in fits if entry.points and unit in units_of(entry, area)]
    remote = [entry for _, entry in fits if serves(entry, unit, area)]
    first = next(iter((*inside, *remote)), None)
    return NearestService(first, None, bool(inside)) if first else None


def _reached(
    fits: Iterable[tuple[int, Entry]], summer: Minutes, winter: Minutes
) -> list[tuple[tuple[float, float], Entry]]:
    """Return the best fitting services that can be travelled to, each with the minutes to it; the best come first."""
    for _, alike in groupby(fits, itemgetter(0)):
        visited = ((minutes_to(entry, summer, winter), entry) for _, entry in alike)
        if reached := [(minutes, entry) for minutes, entry in visited if minutes]:
            return reached
    return []


def minutes_to(entry: Entry, summer: Minutes, winter: Minutes) -> tuple[float, float] | None:
    """Return the fewest minutes to a service in summer and winter; None where no place of it is within reach."""
    reached = [place.id for place in entry.points if place.id in summer or place.id in winter]
    if not reached:
        return None
    return (
        min(summer.get(location, math.inf) for location in reached),
        min(winter.get(location, math.inf) for location in reached),
    )


def shown_minutes(minutes: float) -> int:
    """Return minutes of travel as they are read: in steps of five, never none."""
    return 5 * round(minutes / 5) or 5


def _as_read(minutes: float) -> float:
    return minutes if math.isinf(minutes) else shown_minutes(minutes)
