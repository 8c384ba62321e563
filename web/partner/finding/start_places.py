"""Places that a person may be in: those whose point is known, and any other by the nearest of them."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from mapping.area.geocode import find_unit
from mapping.language.fold import coarse, skeleton
from mapping.language.i18n import Message, chain, show
from web.presenters.edition import Edition, kept

SHORTEST = 3
"""Letters that a name must have been typed to, before longer names that begin so are offered."""

KINDS = {"city": Message("city"), "town": Message("small town"), "settlement": Message("village")}
"""Kinds of places, as places of one name in one unit are told apart."""

MOST = 12
"""Places that are offered for what was typed."""


@dataclass(frozen=True)
class StartPlace:
    """A place that a person may be in: its name, unit and region; no unit abroad.

    ``id`` is that of the place from which travel times are told; ``near`` is its name where that is another one.
    """

    id: str
    name: str
    unit: str = ""
    region: str = ""
    near: str = ""


@kept
def starts(edition: Edition, language: str) -> dict[str, StartPlace]:
    """Return by id the places of the gazetteer whose point is known; twins stand with their unit."""
    known = edition.area.gazetteer.dropna(subset=["lat", "lon"])["place_id"].astype(str)
    places = _places(edition, language)
    return {identifier: places[identifier] for identifier in known if identifier in places}


def search(edition: Edition, language: str, text: str) -> list[StartPlace]:
    """Return the places that a typed text can mean, in any script and spelling: towns, villages, then districts.

    A place without travel times of its own stands with the nearest one that has them. Names that are typed whole come
    alone; else those that begin so, `MOST` at most.
    """
    typed = skeleton(text)
    if not typed:
        return []
    spelt = _spellings(edition)
    whole = [identifier for identifier, names in spelt.items() if coarse(text) in {coarse(name) for name in names}]
    shown = [place.id for place in _places(edition, language).values() if skeleton(place.name) == typed]
    if len(shown) == 1 and len(whole) <= 1:  # one of several twins is named with its unit
        return list(_start_of(edition, language, shown[0]))
    begun = [
        identifier
        for identifier, names in spelt.items()
        if len(typed) >= SHORTEST and any(skeleton(name).startswith(typed) for name in names)
    ]
    places = [place for identifier in whole or begun for place in _start_of(edition, language, identifier)]
    units = {place.unit for place in places}
    places += [place for place in _of_units(edition, language, text) if place.unit not in units]
    return places[:MOST]


def place_names(edition: Edition, language: str) -> list[str]:
    """Return the names of all places of the gazetteer, to be offered while somebody types."""
    return sorted({place.name for place in _places(edition, language).values()})


@kept
def _places(edition: Edition, language: str) -> dict[str, StartPlace]:
    area = edition.area
    known, places = area.all_units(), {}
    for row in area.gazetteer.to_dict("records"):
        unit = str(row["unit"])
        if unit in known:
            names = {tongue: row.get(f"name_{tongue}") for tongue in area.languages}
            spelt = {tongue: name for tongue, name in names.items() if isinstance(name, str) and name}
            name = show(spelt, next((tongue for tongue in chain(language) if tongue in spelt), language))
            region = area.label(area.region_of(unit), language)
            places[str(row["place_id"])] = StartPlace(str(row["place_id"]), name, unit, region)
    twins = _twins(places)

    def apart(place: StartPlace) -> StartPlace:
        unit = area.label(place.unit, language)
        own = unit.startswith(f"{place.name} (")  # a unit of the town's name, which is told apart itself
        return replace(place, name=unit if own else f"{place.name} ({unit})") if place.name in twins else place

    places = {identifier: apart(place) for identifier, place in places.items()}
    kinds = dict(zip(area.gazetteer["place_id"].astype(str), area.gazetteer["kind"], strict=True))
    twins = _twins(places)  # two in one unit

    def called(place: StartPlace) -> StartPlace:
        kind = KINDS.get(kinds[place.id]) if place.name in twins else None
        return replace(place, name=f"{place.name}, {kind.into(language)}") if kind else place

    return {identifier: called(place) for identifier, place in places.items()}


def _twins(places: Mapping[str, StartPlace]) -> set[str]:
    return {name for name, count in Counter(place.name for place in places.values()).items() if count > 1}


def _spellings(edition: Edition) -> dict[str, list[str]]:
    """Return every spelling of each place, by id; what stands in brackets after a name only tells it from another."""
    places = edition.area.gazetteer
    names = ([*given, *(name.partition(" (")[0] for name in given)] for given in places["names"])
    return dict(zip(places["place_id"].astype(str), names, strict=True))


def _start_of(edition: Edition, language: str, identifier: str) -> Iterator[StartPlace]:
    """Yield a place as one to start from; nothing where no travel times are told near it."""
    start_places, place = starts(edition, language), _places(edition, language).get(identifier)
    if place is None:
        return
    if identifier in start_places:
        yield place
    elif nearest := _nearest(edition.area.gazetteer, identifier, start_places):
        yield replace(place, id=nearest, near=start_places[nearest].name)


def _nearest(places: pd.DataFrame, identifier: str, codes: Collection[str]) -> str:
    """Return the place with travel times that is nearest to a place, in a straight line, or in its unit; or nothing."""
    rows = {str(row["place_id"]): row for row in places.to_dict("records")}
    own = rows[identifier]
    if math.isnan(own["lat"]):
        return next((code for code in codes if rows[code]["unit"] == own["unit"]), "")

    def apart(code: str) -> float:
        across = (rows[code]["lon"] - own["lon"]) * math.cos(math.radians(own["lat"]))
        return math.hypot(rows[code]["lat"] - own["lat"], across)

    return min(codes, key=apart, default="")


def _of_units(edition: Edition, language: str, text: str) -> Iterator[StartPlace]:
    """Yield the main place of each unit that a text names or once named."""
    start_places = starts(edition, language)
    for unit in find_unit(edition.area, text).candidates:
        seat = edition.seats.get(unit)
        if seat and seat[0] in start_places:
            place = start_places[seat[0]]
            yield replace(place, name=edition.area.label(unit, language), near=place.name)
