"""Which records of a view an API request asks for: filters as sets of positions, distances, pages.

The records of a table stand in the order of their ids; a filter is a set of them, one truth value each, and filters
are cut with each other. Sets that belong to a term, a unit or a status are kept for as long as the edition is served;
what people type or where they stand is never kept.
"""

import json
import math
import threading
from bisect import bisect_left
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mapping.language.fold import tokens
from mapping.safety.redaction import require
from mapping.view import hsds
from mapping.view.diff import ENTITIES
from mapping.view.index import folded_words
from mapping.view.search import RADIUS, ROUNDED, SPHERE, Query, measured
from mapping.view.service_index import Mask, Reals
from mapping.view.view import View

Positions = NDArray[np.intp]
Asked = Mapping[str, Any]
"""Parameters of a request by name, those that were given."""

BAND = 32
"""Points to the south and to the north that are looked at first for each of the nearest records."""
KEPT = 256
"""How many sets are kept."""

TEXTS = {
    "organization": ("name", "alternate_name", "description"),
    "location": ("name", "alternate_name", "description"),
    "taxonomy": ("name", "description"),
    "taxonomy_term": ("code", "name", "description"),
    "activity": ("name", "programme", "funder"),
    "statement": ("text", "route"),
    "referral_agreement": ("document",),
    "case_count": ("measure", "source", "definition"),
}
"""Table -> fields that ``search`` looks through; services are found as on the site."""

UNIT_TABLES = ("location", "activity", "statement", "case_count")
"""Tables whose records name an area unit."""


class Chooser(Protocol):
    """What finds the ids that fit a value of a parameter."""

    def __call__(self, view: View, value: Any) -> Iterable[str]:
        """Return the ids."""


class Roll:
    """The ids of a table's records in their order."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = np.array([record_id.encode() for record_id in ids] or [b""], dtype=np.bytes_)
        self.size = 0 if self.ids[0] == b"" else len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return (record_id.decode() for record_id in self.ids[: self.size].tolist())

    def positions(self, ids: Iterable[str]) -> Positions:
        """Return where some ids stand; those that do not are passed over."""
        wanted = np.array([record_id.encode() for record_id in ids] or [b""], dtype=np.bytes_)
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        positions: Positions = places[(self.ids[places] == wanted) & (wanted != b"")]
        return positions

    def mask(self, ids: Iterable[str]) -> Mask:
        """Return one truth value for each record: whether it is among some ids."""
        mask = np.zeros(self.size, bool)
        mask[self.positions(ids)] = True
        return mask

    def at(self, positions: Positions) -> list[str]:
        """Return the ids at some positions."""
        return [record_id.decode() for record_id in self.ids[positions].tolist()]


class Selection(NamedTuple):
    """The records of a page by position, how many there are in all, and how far each is in metres if that was asked."""

    positions: Positions
    total: int
    metres: list[int] | None = None


NOTHING = Selection(np.zeros(0, np.intp), 0)


class Points(NamedTuple):
    """Places that may stand on a map, the southernmost first: the position of the record that each is of, and where.

    ``sphere`` has the same points on a unit sphere, one a row; ``pointed`` is the set of records that have any.
    """

    owner: Positions
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    sphere: NDArray[np.float64]
    pointed: Mask

    @classmethod
    def of(cls, owner: Positions, latitude: NDArray[np.float64], longitude: NDArray[np.float64], size: int) -> Self:
        """Make those of a table with so many records."""
        pointed = np.zeros(size, bool)
        pointed[owner] = True
        order = np.argsort(latitude, kind="stable")
        owner, latitude, longitude = owner[order], latitude[order], longitude[order]
        return cls(owner, latitude, longitude, _on_sphere(latitude, longitude), pointed)

    def within(self, centre: tuple[float, float], fits: Mask, within: float) -> tuple[Positions, Reals]:
        """Return the points of records that fit and are within so many km, with estimated km; some farther."""
        reach = within * (1 + 2 * SPHERE) + ROUNDED
        degrees = math.degrees(reach / RADIUS)
        first, last = np.searchsorted(self.latitude, (centre[0] - degrees, centre[0] + degrees))
        places, km = self._estimated(centre, fits, int(first), int(last))
        return places[km <= reach], km[km <= reach]

    def nearest(self, centre: tuple[float, float], fits: Mask, most: int) -> tuple[Positions, Reals]:
        """Return points of records that fit, with estimated km, among them all of the ``most`` nearest records.

        They are looked for in a band of latitudes that grows until what lies outside is farther away.
        """
        middle, size = int(np.searchsorted(self.latitude, centre[0])), BAND * most
        while True:
            first, last = max(0, middle - size), min(middle + size, self.owner.size)
            places, km = self._estimated(centre, fits, first, last)
            bound = self.reach(places, km, most)
            south = centre[0] - self.latitude[first] if first else math.inf
            north = self.latitude[last] - centre[0] if last < self.owner.size else math.inf
            if bound + ROUNDED <= math.radians(min(south, north)) * RADIUS:
                return places[km <= bound], km[km <= bound]
            size *= 4

    def reach(self, places: Positions, km: Reals, most: int) -> float:
        """Return up to how many estimated km the ``most`` nearest records can be; infinitely many where all can."""
        size = most
        while size < km.size:
            nearest = np.argpartition(km, size)[:size]
            if len({*self.owner[places[nearest]].tolist()}) >= most:
                return float(km[nearest].max()) * (1 + 3 * SPHERE) + ROUNDED
            size *= 2
        return math.inf

    def _estimated(self, centre: tuple[float, float], fits: Mask, first: int, last: int) -> tuple[Positions, Reals]:
        """Return the points of records that fit from one place to another, with estimated km."""
        places = np.flatnonzero(fits[self.owner[first:last]]) + first
        up, along = math.radians(centre[0]), math.radians(centre[1])
        at = np.array([math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)])
        squares = np.maximum(2 - 2 * (self.sphere[places] @ at), 0)
        return places, 2 * RADIUS * np.arcsin(np.minimum(np.sqrt(squares) / 2, 1))


def _on_sphere(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of a unit sphere, one a row."""
    up, along = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)])


class Catalogue:
    """The view that an edition is served from, open for several threads.

    Raises
    ------
    UnsafePublication
        When the view was made for fewer people than everybody.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: deque[View] = deque()
        self._kept: OrderedDict[object, Mask] = OrderedDict()
        self._lock = threading.Lock()
        self._rolls: dict[str, Roll] = {}
        self._words: dict[str, tuple[list[str], dict[str, list[int]]]] = {}
        with self.view() as view:
            require(view.audience, "public")
            self.facts = dict(view.facts)
            self.tables = hsds.filled_tables(view)

    @contextmanager
    def view(self) -> Iterator[View]:
        """Lend a view to one thread."""
        try:
            view = self._idle.pop()
        except IndexError:
            view = View(self.path)
        try:
            yield view
        finally:
            self._idle.append(view)

    def roll(self, table: str) -> Roll:
        """Return the ids of a table."""
        if table not in self._rolls:
            column = "code" if table == "area_unit" else "id"
            there = table in self.tables or table == "area_unit"
            with self.view() as view:
                query = f'SELECT "{column}" FROM "{table}" ORDER BY "{column}"'
                self._rolls[table] = (
                    Roll(record_id for (record_id,) in view.connection.execute(query)) if there else Roll(())
                )
        return self._rolls[table]

    def select(self, table: str, filters: Asked, page: int | None, per_page: int) -> Selection:
        """Return a page of the records that fit all that was asked, or all of them where ``page`` is None."""
        roll = self.roll(table)
        first, last = (0, roll.size) if page is None else ((page - 1) * per_page, page * per_page)
        fits = self._fitting(table, filters)
        centre = self._centre(filters)
        if centre is not None:
            return self._nearest(table, fits, centre, filters, (first, last))
        if "proximity" in filters:
            return NOTHING  # nobody knows where that postcode is
        if fits is None:
            return Selection(np.arange(min(first, roll.size), min(last, roll.size)), roll.size)
        return Selection(np.flatnonzero(fits)[first:last], int(fits.sum()))

    def kept(self, key: object, table: str, ids: Callable[[View], Iterable[str]]) -> Mask:
        """Return a set of a table's records, as it was made before or made now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self.view() as view:
            mask = self.roll(table).mask(ids(view))
        mask.flags.writeable = False  # it is kept
        with self._lock:
            self._kept[key] = mask
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return mask

    def _fitting(self, table: str, filters: Asked) -> Mask | None:
        """Return what fits all filters but the distance; None where there are none."""
        sets = list(self._own(table, filters))
        if table == "service":
            sets += self._listed(filters)
        elif table == "service_at_location":
            theirs = {name: value for name, value in filters.items() if name not in OWN_OF_TIES}
            services = self._fitting("service", theirs)
            if services is not None:
                sets.append(services[self._ties[0]])
        fitting: Mask | None = None
        for mask in sets:
            fitting = mask if fitting is None else fitting & mask
        return fitting

    def _listed(self, filters: Asked) -> Iterator[Mask]:
        """Yield what the site's own search finds: services that are active, or closed for a time."""
        named = {"search": "text", "service_type": "type", "serves": "serves", "speaks": "speaks"}
        wanted = {field: filters[name] for name, field in named.items() if name in filters}
        if not wanted and "area_unit" not in filters:
            return
        with self.view() as view:
            units = frozenset([filters["area_unit"]]) if "area_unit" in filters else None
            fits = view.search(Query(**wanted, area_units=units)).fitting()
        if self._listed_at is None:
            yield fits
            return
        mask = np.zeros(self.roll("service").size, bool)
        mask[self._listed_at] = fits
        yield mask

    @cached_property
    def _listed_at(self) -> Positions | None:
        """The position of each service of the search index; None where these are all services in their order."""
        with self.view() as view:
            ids = Roll(
                service_id for (service_id,) in view.connection.execute("SELECT service FROM listed ORDER BY number")
            )
        services = self.roll("service")
        return None if np.array_equal(ids.ids, services.ids) else services.positions(ids)

    @cached_property
    def _ties(self) -> tuple[Positions, Positions]:
        """The positions of the service and of the location of each service at a location."""
        with self.view() as view:
            rows = view.connection.execute("SELECT service_id, location_id FROM service_at_location ORDER BY id")
            pairs = rows.fetchall()
        services = self.roll("service").positions(service for service, _ in pairs)
        locations = self.roll("location").positions(location for _, location in pairs)
        return services, locations

    def _own(self, table: str, filters: Asked) -> Iterator[Mask]:
        """Yield what each filter lets through that the columns of a table answer."""
        for name, value in filters.items():
            if (table, name) in FILTERS:
                yield self.kept((table, name, value), table, partial(FILTERS[table, name], value=value))
        if "search" in filters and table in TEXTS:
            yield self._meeting(table, filters["search"])
        if "postcode" in filters and "proximity" not in filters and table in ("service", "service_at_location"):
            yield self._in_postcode(table, filters["postcode"])
        if "area_unit" in filters and table in UNIT_TABLES:
            yield self._in_unit(table, filters["area_unit"])
        elif "area_unit" in filters and table == "service_at_location":
            yield self._in_unit("location", filters["area_unit"])[self._ties[1]]
        since = filters.get("modified_after")
        if since is not None and since > self.facts["edition"]:
            yield self.roll(table).mask(())
        elif since is not None and "modified" in self.tables and table in ENTITIES:
            yield self.kept((table, "modified_after", since), table, lambda view: _modified(view, table, since))

    def _in_unit(self, table: str, unit: str) -> Mask:
        """Return the records that lie in a unit or in one below it."""

        def ids(view: View) -> Iterable[str]:
            query = f'{_BELOW} SELECT id FROM "{table}" WHERE area_unit IN (SELECT code FROM below)'
            return [record_id for (record_id,) in view.connection.execute(query, [unit])]

        return self.kept((table, "area_unit", unit), table, ids)

    @cached_property
    def _postcodes(self) -> dict[str, list[str]]:
        """Postcode -> locations that have an address with it."""
        locations: dict[str, list[str]] = defaultdict(list)
        if "address" in self.tables:
            with self.view() as view:
                query = "SELECT postal_code, location_id FROM address WHERE postal_code != '' ORDER BY id"
                for code, location in view.connection.execute(query):
                    locations[plain_code(code)].append(location)
        return locations

    def _in_postcode(self, table: str, postcode: str) -> Mask:
        places = self.roll("location").mask(self._postcodes.get(plain_code(postcode), ()))
        there = places[self._ties[1]]
        if table == "service_at_location":
            return there
        mask = np.zeros(self.roll("service").size, bool)
        mask[self._ties[0][there]] = True
        return mask

    def _meeting(self, table: str, text: str) -> Mask:
        """Return the records that have each word of a text, or one that goes on from it, in any language."""
        words, holders = self.words(table)
        wanted = tokens(text)
        fits = np.full(self.roll(table).size, bool(wanted) or not text.strip())
        for word in wanted:
            met = np.zeros(fits.size, bool)
            for place in range(bisect_left(words, word), bisect_left(words, word + "\U0010ffff")):
                met[holders[words[place]]] = True
            fits &= met
        return fits

    def words(self, table: str) -> tuple[list[str], dict[str, list[int]]]:
        """Return the folded words of a table in their order, and the positions of the records that have each."""
        if table not in self._words:
            self._words[table] = self._read(table)
        return self._words[table]

    def _read(self, table: str) -> tuple[list[str], dict[str, list[int]]]:
        holders: dict[str, set[int]] = defaultdict(set)
        fields = ", ".join(f'"{name}"' for name in TEXTS[table])
        roll = self.roll(table)
        with self.view() as view:
            for place, row in enumerate(view.connection.execute(f'SELECT {fields} FROM "{table}" ORDER BY id')):
                for text in filter(None, tuple(row)):
                    for word in folded_words(text):
                        holders[word].add(place)
            query = "SELECT link_id, text FROM translation WHERE link_entity = ?"
            rows = view.connection.execute(query, [table]).fetchall() if "translation" in self.tables else []
        for link, text in rows:
            for place in roll.positions([link]).tolist():
                for word in folded_words(text):
                    holders[word].add(place)
        return sorted(holders), {word: sorted(places) for word, places in holders.items()}

    def _centre(self, filters: Asked) -> tuple[float, float] | None:
        """Return where distances are measured from: a point, or the middle of a postcode."""
        if "near" in filters:
            near: tuple[float, float] = filters["near"]
            return near
        if "proximity" not in filters or "postcode" not in filters:
            return None
        latitude, longitude = self._location_points
        places = self.roll("location").positions(self._postcodes.get(plain_code(filters["postcode"]), ()))
        pointed = places[~np.isnan(latitude[places])]
        if not pointed.size:
            return None
        return float(latitude[pointed].mean()), float(longitude[pointed].mean())

    @cached_property
    def _location_points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latitude and longitude of each location, not a number where it may not stand on a map."""
        with self.view() as view:
            rows = view.connection.execute("SELECT latitude, longitude FROM location ORDER BY id").fetchall()
        values = np.array([tuple(row) for row in rows], dtype=float).reshape(-1, 2)
        return values[:, 0], values[:, 1]

    @cached_property
    def _points(self) -> dict[str, Points]:
        """The points of services that are listed and that people go to, and of these at their locations."""
        latitude, longitude = self._location_points
        services, locations = self._ties
        visited = np.zeros(self.roll("service").size, bool)
        with self.view() as view:
            visited[self._listed_at if self._listed_at is not None else slice(None)] = view.visited()
        shown = ~np.isnan(latitude[locations]) & ~np.isnan(longitude[locations]) & visited[services]
        ties, places = np.flatnonzero(shown), locations[shown]
        return {
            "service_at_location": Points.of(ties, latitude[places], longitude[places], services.size),
            "service": Points.of(services[shown], latitude[places], longitude[places], self.roll("service").size),
        }

    def _nearest(
        self, table: str, mask: Mask | None, centre: tuple[float, float], filters: Asked, span: tuple[int, int]
    ) -> Selection:
        """Return those with a point, the nearest first; equally near ones by id.

        Distances are estimated for all that may be near enough, and measured on the ellipsoid where place or count
        depends on it.
        """
        points = self._points[table]
        fits = points.pointed if mask is None else points.pointed & mask
        total = int(fits.sum())
        if "proximity" in filters:
            within = filters["proximity"] / 1000
            near, km = points.within(centre, fits, within)
            edge = np.abs(km - within) <= within * SPHERE + 0.001
            km[edge] = measured(centre, points.latitude[near[edge]], points.longitude[near[edge]])
            near, km = near[km <= within], km[km <= within]
            total = np.unique(points.owner[near]).size
        if span[0] >= total:
            return Selection(NOTHING.positions, total, [])
        last = min(span[1], total)
        if "proximity" not in filters:
            near, km = points.nearest(centre, fits, last)
        near = near[km <= points.reach(near, km, last)]
        exact = measured(centre, points.latitude[near], points.longitude[near])
        by_owner = np.lexsort((exact, points.owner[near]))
        owners, first = np.unique(points.owner[near[by_owner]], return_index=True)
        metres = np.rint(exact[by_owner[first]] * 1000).astype(int)
        order = np.lexsort((owners, metres))[span[0] : last]
        return Selection(owners[order], total, metres[order].tolist())

    def changes(self, filters: Asked, page: int | None, per_page: int) -> tuple[list[dict[str, str]], int]:
        """Return a page of what changed or left on a day or later, in the order of days, and how much in all.

        A view without days of change stands for one in which everything changed on the day of its edition.
        """
        if "modified" in self.tables:
            parts = ["SELECT modified_on, entity, id, 'changed' FROM modified"]
        else:
            day, known = self.facts["edition"], [entity for entity in ENTITIES if entity in self.tables]
            parts = [f"SELECT '{day}', '{entity}', id, 'changed' FROM \"{entity}\"" for entity in known]
        if "tombstone" in self.tables:
            parts.append("SELECT gone_on, entity, id, 'gone' FROM tombstone")
        parts = parts or ["SELECT '', '', '', '' WHERE 0"]
        query = f"WITH delta(day, entity, id, change) AS ({' UNION ALL '.join(parts)}) SELECT * FROM delta"
        query += " WHERE day >= ? AND entity = coalesce(?, entity)"
        values = [filters.get("since", ""), filters.get("entity")]
        size, skip = (-1, 0) if page is None else (per_page, (page - 1) * per_page)
        with self.view() as view:
            (total,) = view.connection.execute(f"SELECT count(*) FROM ({query})", values).fetchone()
            rows = view.connection.execute(
                f"{query} ORDER BY day, entity, id, change LIMIT ? OFFSET ?", [*values, size, skip]
            ).fetchall()
        made = [
            {"entity": entity, "id": record_id, "change": change, "on": day} for day, entity, record_id, change in rows
        ]
        return made, int(total)


OWN_OF_TIES = ("area_unit", "postcode", "proximity", "near", "modified_after")
"""Filters that ask of the place of a service, not of the service."""

_BELOW = """WITH RECURSIVE below(code) AS (
    SELECT ? UNION SELECT area_unit.code FROM area_unit JOIN below ON area_unit.parent = below.code
)"""
_TERMS = """WITH RECURSIVE term(id) AS (
    SELECT ? UNION SELECT taxonomy_term.id FROM taxonomy_term JOIN term ON taxonomy_term.parent_id = term.id
)"""


def _ids(query: str) -> Chooser:
    """Return a filter that is one query for ids."""

    def ids(view: View, value: Any) -> Iterable[str]:
        return [record_id for (record_id,) in view.connection.execute(query, [value])]

    return ids


_SAID = "SELECT link_id FROM attribute WHERE link_type != 'excludes' AND taxonomy_term_id IN"
_IN_TERM = f"{_TERMS} {_SAID} (SELECT id FROM term)"
_IN_TAXONOMY = f"{_SAID} (SELECT id FROM taxonomy_term WHERE taxonomy_id = ?)"


def _bodies(query: str) -> Chooser:
    """Return a filter of organizations: those that a term is said of, or of one of their services."""

    def ids(view: View, value: Any) -> Iterable[str]:
        linked = [body_id for (body_id,) in view.connection.execute(query, [value])]
        bodies = view.connection.execute(
            "SELECT organization_id FROM service WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(linked)]
        )
        return {*linked, *(body_id for (body_id,) in bodies)}

    return ids


def _either_end(view: View, value: Any) -> Iterable[str]:
    query = "SELECT id FROM referral_agreement WHERE from_organization_id = ? OR to_organization_id = ?"
    return [record_id for (record_id,) in view.connection.execute(query, [value, value])]


def _top(view: View, value: Any) -> Iterable[str]:
    query = "SELECT id FROM taxonomy_term WHERE parent_id IS NULL OR NOT ?"
    return [record_id for (record_id,) in view.connection.execute(query, [value])]


FILTERS: dict[tuple[str, str], Chooser] = {
    ("service", "taxonomy_term_id"): _ids(_IN_TERM),
    ("service", "taxonomy_id"): _ids(_IN_TAXONOMY),
    ("service", "organization_id"): _ids("SELECT id FROM service WHERE organization_id = ?"),
    ("service", "status"): _ids("SELECT id FROM service WHERE status = ?"),
    ("organization", "taxonomy_term_id"): _bodies(_IN_TERM),
    ("organization", "taxonomy_id"): _bodies(_IN_TAXONOMY),
    ("taxonomy_term", "taxonomy_id"): _ids("SELECT id FROM taxonomy_term WHERE taxonomy_id = ?"),
    ("taxonomy_term", "parent_id"): _ids("SELECT id FROM taxonomy_term WHERE parent_id = ?"),
    ("taxonomy_term", "top_only"): _top,
    ("location", "organization_id"): _ids("SELECT id FROM location WHERE organization_id = ?"),
    ("activity", "organization_id"): _ids("SELECT id FROM activity WHERE organization_id = ?"),
    ("referral_agreement", "organization_id"): _either_end,
    ("case_count", "year"): _ids("SELECT id FROM case_count WHERE year = ?"),
}
"""(table, parameter) -> the ids that fit a value."""


def _modified(view: View, entity: str, since: str) -> list[str]:
    """Return the records that changed on a day or later, and those of which nobody knows when."""
    query = f'SELECT id FROM "{entity}" WHERE id NOT IN (SELECT id FROM modified WHERE entity = ? AND modified_on < ?)'
    return [record_id for (record_id,) in view.connection.execute(query, [entity, since])]


def plain_code(postcode: str) -> str:
    """Return a postcode as it is compared: "734 025" and "734025" are one."""
    return "".join(postcode.split()).casefold()
