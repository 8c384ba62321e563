"""What no text says and a map or a phone book would: visible things that point at hidden ones, told to custodians."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from pyproj import Geod
from scipy.spatial import cKDTree

from mapping.language.fold import skeleton
from mapping.model import Address, Attribute, Location, Phone, ServiceAtLocation
from mapping.safety.leak_scan import ColumnsOf, KnownAs, address_key, columns_in, same_ids
from mapping.safety.redaction import Shown, Tables, of_kind

GEOD = Geod(ellps="WGS84")
NEAR_METRES = 150.0
"""Nearer than this, a visible place may give a hidden one away."""


class Neighbours:
    """What is hidden of a directory, compared with what stands beside it in a view."""

    def __init__(self) -> None:
        self._points: set[tuple[str, float, float]] = set()
        """Hidden places whose points somebody gave: the middle of a town is near to much."""
        self._houses: set[tuple[tuple[str, ...], str]] = set()
        self._phones: set[tuple[str, str]] = set()
        self._shared: set[str] = set()
        self._untyped: set[str] = set()

    def add(self, tables: Tables, shown: Shown) -> None:
        """Take records, and what is shown of them."""
        visible = {table: {row["id"]: row for row in rows} for table, rows in shown.items()}
        places, services, phones = (visible.get(table, {}) for table in ("location", "service", "phone"))
        for place in of_kind(tables, Location):
            is_shown = places.get(place.id, {}).get("latitude") is not None
            is_given = place.position_basis == "given" and not is_shown
            if is_given and place.latitude is not None and place.longitude is not None:
                self._points.add((place.id, place.latitude, place.longitude))
        self._phones |= {(p.number, p.id) for p in of_kind(tables, Phone) if p.id not in phones and p.number}
        self._shared |= {*_shared_places(tables, shown)}
        self._houses |= {*_hidden_houses(tables, visible)}
        types = [tag for tag in of_kind(tables, Attribute) if tag.link_type == "service_type" and tag.taxonomy_term_id]
        typed = {tag.link_id for tag in types}
        own = {service.id for service in tables.get("service", ())}
        self._untyped |= own - typed - services.keys()

    def warnings(self, columns_of: ColumnsOf, *, known_as: KnownAs = same_ids) -> list[str]:
        """Tell what could betray something hidden: a visible place close to a hidden one, the same house or phone.

        For the steward alone: the lines speak of hidden records, by their ids.
        """
        lines = {*self._shared, *self._shared_phones(columns_of, known_as)}
        at = [*self._close_places(columns_of), *self._shared_houses(columns_of)]
        names = _place_names(columns_of, {place for place, _ in at}) if at else {}
        ids = known_as("location", names) if at else {}
        lines |= {f"{_named(names[place], ids[place])} is shown, {what}" for place, what in at}
        if untyped := len(self._untyped):
            lines.add(f"{untyped} services are not shown, since nobody knows of which kind they are: give them a type")
        return sorted(lines)

    def _close_places(self, columns_of: ColumnsOf) -> Iterator[tuple[str, str]]:
        """Yield the visible point closest to each hidden one: the id of its place, and what is said of it."""
        if not self._points:
            return
        rows = columns_of("location", ("id", "latitude", "longitude"))
        shown = sorted((latitude, longitude, place) for place, latitude, longitude in rows if latitude is not None)
        if not shown:
            return
        tree = cKDTree(_on_a_sphere([row[:2] for row in shown]))
        hidden = sorted(self._points)
        closest = tree.query(_on_a_sphere([point[1:] for point in hidden]))[1]
        for (place, latitude, longitude), (own_latitude, own_longitude, own) in zip(
            hidden, (shown[number] for number in closest), strict=True
        ):
            metres = GEOD.inv(longitude, latitude, own_longitude, own_latitude)[2]
            if metres < NEAR_METRES:
                yield own, f"{metres:.0f} m from the hidden location {place}"

    def _shared_houses(self, columns_of: ColumnsOf) -> Iterator[tuple[str, str]]:
        """Yield visible places that have the address of a hidden one, and what is said of them."""
        places: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for house, hidden in self._houses:
            places[house].append(hidden)
        for place, *address in columns_of("address", ("location_id", "address_1", "city")) if places else ():
            for hidden in places.get(_house(*address), ()):
                yield place, f"and the hidden location {hidden} has its address"

    def _shared_phones(self, columns_of: ColumnsOf, known_as: KnownAs) -> Iterator[str]:
        """Yield visible numbers that are also those of something hidden."""
        hidden, visible = {number for number, _ in self._phones}, defaultdict(list)
        for phone, number in columns_of("phone", ("id", "number")) if hidden else ():
            if number in hidden:
                visible[number].append(phone)
        ids = known_as("phone", {phone for own in visible.values() for phone in own}) if visible else {}
        for number, phone in self._phones:
            if number in visible:
                shown = max(ids[own] for own in visible[number])
                yield f"phone {number} ({shown}) is shown, and it is also the hidden phone {phone}"


def _on_a_sphere(points: list[Any]) -> Any:
    """Return points, given by their degrees, in three dimensions: the closest there is the closest on the ground."""
    latitude, longitude = np.radians(np.array(points, float)).T
    return np.stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)), axis=1
    )


def _place_names(columns_of: ColumnsOf, places: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    ties = columns_of("service_at_location", ("service_id", "location_id"))
    services: dict[str, str] = {place: service for service, place in ties if place in places}
    owners: dict[str, str] = dict(columns_of("service", ("id", "organization_id")))
    bodies: dict[str, str] = dict(columns_of("organization", ("id", "name")))
    streets: dict[str, str] = dict(columns_of("address", ("location_id", "address_1")))
    return {place: (bodies.get(owners.get(services.get(place, ""), "")), streets.get(place)) for place in places}


def _shared_places(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible places where a hidden service is too."""
    visible = {row["id"] for row in shown.get("location", ()) if row["precision"] == "exact"}
    visible &= {place.id for place in of_kind(tables, Location)}
    services = {row["id"] for row in shown.get("service", ())}
    hidden = [
        (tie.location_id, tie.service_id)
        for tie in of_kind(tables, ServiceAtLocation)
        if tie.location_id and tie.location_id in visible and tie.service_id not in services
    ]
    names = _place_names(columns_in(shown), {place for place, _ in hidden}) if hidden else {}
    for place, service in hidden:
        yield f"{_named(names[place], place)} is shown, and the hidden service {service} is in the same place"


def _named(names: tuple[str | None, str | None], place: str) -> str:
    return f"{', '.join(dict.fromkeys(filter(None, names)))} ({place})"


def _hidden_houses(tables: Tables, visible: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield houses that are not shown, with the ids of their places."""
    unplaced = {place.id for place in of_kind(tables, Location) if place.position_basis != "given"}
    # a place shown by its unit because nobody knows its point is no secret
    open_ones = visible.get("location", {}).keys() & unplaced
    for address in of_kind(tables, Address):
        is_shown = address.id in visible.get("address", ()) or address.location_id in open_ones
        if not is_shown and (house := _house(address.address_1, address.city)):
            yield house, str(address.location_id)


def _house(street: str | None, city: str | None) -> tuple[str, ...]:
    key = address_key(street or "")
    return (skeleton(city or ""), *key) if key else ()
