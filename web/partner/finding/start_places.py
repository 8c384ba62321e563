"""Places that a person may be in: those whose point is known, and any other by the nearest of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
    spelt, known = _spellings(edition), _places(edition, language)
    whole = [identifier for identifier, names in spelt.items() if coarse(text) in map(coarse, names)]
    shown = [place.id for place in known.values() if skeleton(place.name) == typed]
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
    """Return every place of the gazetteer by id; those of one name stand with their unit, else with their kind."""
    area = edition.area
    places, kinds = {}, {}
    for row in area.gazetteer.to_dict("records"):
        identifier, unit = str(row["place_id"]), str(row["unit"])
        if unit in area.all_units():
            names = {tongue: row.get(f"name_{tongue}") for tongue in area.languages}
            spelt = {tongue: name for tongue, name in names.items() if isinstance(name, str) and name}
            name = show(spelt, next((tongue for tongue in chain(language) if tongue in spelt), language))
            region = area.label(area.region_of(unit), language)
            places[identifier] = StartPlace(identifier, name, unit, region)
            kinds[identifier] = KINDS.get(row["kind"])
    for place in _twins(places):
        unit = area.label(place.unit, language)
        own = unit.startswith(f"{place.name} (")  # a unit of the town's name, which is told apart itself
        places[place.id] = replace(place, name=unit if own else f"{place.name} ({unit})")
    for place in _twins(places):  # two in one unit
        if kind := kinds[place.id]:
            places[place.id] = replace(place, name=f"{place.name}, {kind.into(language)}")
    return places


def _twins(places: dict[str, StartPlace]) -> list[StartPlace]:
    counts = Counter(place.name for place in places.values())
    return [place for place in places.values() if counts[place.name] > 1]


def _spellings(edition: Edition) -> dict[str, list[str]]:
    """Return every spelling of each place, by id; what stands in brackets after a name only tells it from another."""
    places = edition.area.gazetteer
    names = ([*given, *(name.partition(" (")[0] for name in given)] for given in places["names"])
    return dict(zip(places["place_id"].astype(str), names, strict=True))


def _start_of(edition: Edition, language: str, identifier: str) -> Iterator[StartPlace]:
    """Yield a place as one to start from: by itself, else by one of its unit; nothing where none has travel times."""
    start_places, place = starts(edition, language), _places(edition, language).get(identifier)
    if identifier in start_places:
        yield start_places[identifier]
    elif place is not None:
        near = next((start for start in start_places.values() if start.unit == place.unit), None)
        if near is not None:
            yield replace(place, id=near.id, near=near.name)


def _of_units(edition: Edition, language: str, text: str) -> Iterator[StartPlace]:
    """Yield the main place of each unit that a text names or once named."""
    start_places = starts(edition, language)
    for unit in find_unit(edition.area, text).candidates:
        place = start_places.get(edition.seats.get(unit, ("", {}))[0])
        if place is not None:
            yield replace(place, name=edition.area.label(unit, language), near=place.name)
