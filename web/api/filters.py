"""Which records of a view an API request asks for: filters as sets of positions, distances, pages.

The records of a table stand in the order of their ids; a filter is a set of them, one truth value each, and filters
are cut with each other. Sets that belong to a term, a unit or a status are kept for as long as the edition is served;
what people type or where they stand is never kept.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.language.fold import tokens
from mapping.safety.redaction import require
from mapping.view import hsds
from mapping.view.diff import ENTITIES
from mapping.view.search import RADIUS, ROUNDED, SPHERE, Query, measured
from mapping.view.service_index import Mask, Reals
from mapping.view.view import View

Positions = NDArray[np.intp]
Asked = Mapping[str, Any]
"""Parameters of a request by name, those that were given."""

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

Chooser = Callable[[View, Any], Iterable[str]]
"""Returns the ids that fit a value of a parameter."""


class Roll:
    """The ids of a table's records in their order."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = list(ids)
        self.size = len(self.ids)
        self._places = {record_id: place for place, record_id in enumerate(self.ids)}

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def positions(self, ids: Iterable[str]) -> Positions:
        """Return where some ids stand; those that do not are passed over."""
        return np.array([self._places[record_id] for record_id in ids if record_id in self._places], np.intp)

    def mask(self, ids: Iterable[str]) -> Mask:
        """Return one truth value for each record: whether it is among some ids."""
        mask = np.zeros(self.size, bool)
        mask[self.positions(ids)] = True
        return mask

    def at(self, positions: Positions) -> list[str]:
        """Return the ids at some positions."""
        return [self.ids[place] for place in positions.tolist()]


class Selection(NamedTuple):
    """The records of a page by position, how many there are in all, and how far each is in metres if that was asked."""

    positions: Positions
    total: int
    metres: list[int] | None = None


class Points(NamedTuple):
    """Places that may stand on a map, by the position of the record that each is of, and where.

    ``sphere`` has them on a unit sphere, one a row; the places of the record at ``owners[n]`` begin at ``first[n]``.
    """

    owners: Positions
    first: Positions
    owner: Positions
    latitude: Reals
    longitude: Reals
    sphere: Reals

    @classmethod
    def of(cls, owner: Positions, latitude: Reals, longitude: Reals) -> "Points":
        """Bring the places of each record together."""
        order = np.argsort(owner, kind="stable")
        owner, latitude, longitude = owner[order], latitude[order], longitude[order]
        owners, first = np.unique(owner, return_index=True)
        return cls(owners, first, owner, latitude, longitude, _on_sphere(latitude, longitude))


def _on_sphere(latitude: Reals, longitude: Reals) -> Reals:
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
        self._rolls: dict[str, Roll] = {}
        self._texts: dict[str, list[str]] = {}
        self._kept = lru_cache(KEPT)(self._set)
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
            query = f'SELECT "{column}" FROM "{table}" ORDER BY "{column}"'
            there = table in self.tables or table == "area_unit"
            self._rolls[table] = Roll(record_id for (record_id,) in self._rows(query)) if there else Roll(())
        return self._rolls[table]

    def select(self, table: str, filters: Asked, page: int | None, per_page: int) -> Selection:
        """Return a page of the records that fit all that was asked, or all of them where ``page`` is None."""
        size = self.roll(table).size
        span = slice(None) if page is None else slice((page - 1) * per_page, page * per_page)
        fits = np.ones(size, bool)
        for mask in self._masks(table, filters):
            fits &= mask
        centre = self._centre(filters)
        if centre is not None:
            return self._nearest(self._points[table], fits, centre, filters.get("proximity"), span)
        if "proximity" in filters:  # nobody knows where that postcode is
            return Selection(np.zeros(0, np.intp), 0)
        return Selection(np.flatnonzero(fits)[span], int(fits.sum()))

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self.view() as view:
            return view.connection.execute(query, values).fetchall()

    def _set(self, table: str, name: str, value: Any) -> Mask:
        """Return the records of a table that fit a value of a parameter."""
        with self.view() as view:
            return self.roll(table).mask(FILTERS[table, name](view, value))

    def _masks(self, table: str, filters: Asked) -> Iterator[Mask]:
        """Yield what fits each filter but the distance."""
        for name, value in filters.items():
            if name == "postcode" and "proximity" not in filters:
                yield self._set(table, name, plain_code(value))
            elif name != "postcode" and (table, name) in FILTERS:
                yield self._kept(table, name, value)
        if "search" in filters and table in TEXTS:
            yield self._holding_words(table, filters["search"])
        if table == "service":
            yield from self._listed(filters)
        elif table == "service_at_location":
            theirs = {name: value for name, value in filters.items() if name not in OF_PLACES}
            for mask in self._masks("service", theirs):
                yield mask[self._ties[0]]

    def _listed(self, filters: Asked) -> Iterator[Mask]:
        """Yield what the site's own search finds: services that are active, or closed for a time."""
        named = {"search": "text", "service_type": "type", "serves": "serves", "speaks": "speaks"}
        wanted = {field: filters[name] for name, field in named.items() if name in filters}
        if not wanted and "area_unit" not in filters:
            return
        units = frozenset([filters["area_unit"]]) if "area_unit" in filters else None
        mask = np.zeros(self.roll("service").size, bool)
        with self.view() as view:
            mask[self._listed_at] = view.search(Query(**wanted, area_units=units)).fitting()
        yield mask

    @cached_property
    def _listed_at(self) -> Positions:
        """The position of each service of the search index."""
        listed = self._rows("SELECT service FROM listed ORDER BY number")
        return self.roll("service").positions(service_id for (service_id,) in listed)

    @cached_property
    def _ties(self) -> tuple[Positions, Positions]:
        """The positions of the service and of the location of each service at a location."""
        pairs = self._rows("SELECT service_id, location_id FROM service_at_location ORDER BY id")
        services = self.roll("service").positions(service for service, _ in pairs)
        locations = self.roll("location").positions(location for _, location in pairs)
        return services, locations

    def _holding_words(self, table: str, text: str) -> Mask:
        """Return the records that have each word of a text, or one that goes on from it, in any language."""
        if table not in self._texts:
            self._texts[table] = self._folded(table)
        words = [f" {word}" for word in tokens(text)]
        if not words:
            return np.full(self.roll(table).size, not text.strip())
        return np.array([all(word in held for word in words) for held in self._texts[table]], bool)

    def _folded(self, table: str) -> list[str]:
        """Return the folded words of each record of a table and of its translations, each after a space."""
        fields = ", ".join(f'"{name}"' for name in TEXTS[table])
        roll = self.roll(table)
        texts: list[list[str]] = [[] for _ in roll]
        if roll.size:
            for own, row in zip(texts, self._rows(f'SELECT {fields} FROM "{table}" ORDER BY id'), strict=True):
                own += filter(None, tuple(row))
        if "translation" in self.tables:
            for link, text in self._rows("SELECT link_id, text FROM translation WHERE link_entity = ?", table):
                for place in roll.positions([link]).tolist():
                    texts[place].append(text)
        return ["".join(f" {word}" for text in own for word in tokens(text)) for own in texts]

    def _centre(self, filters: Asked) -> tuple[float, float] | None:
        """Return where distances are measured from: a point, or the middle of a postcode."""
        if "near" in filters:
            near: tuple[float, float] = filters["near"]
            return near
        if "proximity" not in filters or "postcode" not in filters:
            return None
        query = (
            f"SELECT avg(latitude), avg(longitude) FROM location WHERE latitude IS NOT NULL AND id IN {_IN_POSTCODE}"
        )
        ((latitude, longitude),) = self._rows(query, plain_code(filters["postcode"]))
        return None if latitude is None else (latitude, longitude)

    @cached_property
    def _points(self) -> dict[str, Points]:
        """The points of services that are listed and that people go to, and of these at their locations."""
        rows = self._rows("SELECT latitude, longitude FROM location ORDER BY id")
        latitude, longitude = np.array([tuple(row) for row in rows], dtype=float).reshape(-1, 2).T
        services, locations = self._ties
        visited = np.zeros(self.roll("service").size, bool)
        with self.view() as view:
            visited[self._listed_at] = view.visited()
        ties = np.flatnonzero(~np.isnan(latitude[locations]) & visited[services])
        where = latitude[locations[ties]], longitude[locations[ties]]
        return {"service_at_location": Points.of(ties, *where), "service": Points.of(services[ties], *where)}

    def _nearest(
        self, points: Points, fits: Mask, centre: tuple[float, float], metres: float | None, span: slice
    ) -> Selection:
        """Return those with a point, the nearest first; equally near ones by id.

        Distances are estimated for all, and measured on the ellipsoid for those that place or count depends on.
        """
        there = _on_sphere(np.array([centre[0]]), np.array([centre[1]]))[0]
        chords = np.where(fits[points.owner], np.maximum(2 - 2 * (points.sphere @ there), 0), np.inf)
        total = int(fits[points.owners].sum())
        if metres is not None:
            bound, wrong = metres / 1000, SPHERE
        else:
            last = min(span.stop or total, total)
            closest = np.minimum.reduceat(chords, points.first) if total else chords
            bound, wrong = _kilometres(np.partition(closest, last - 1)[last - 1]) if last else 0.0, 3 * SPHERE
        near = np.flatnonzero(chords <= _chord(bound * (1 + wrong) + ROUNDED))
        owner = points.owner[near]
        km = measured(centre, points.latitude[near], points.longitude[near])
        if metres is not None:
            owner, km = owner[km * 1000 <= metres], km[km * 1000 <= metres]
            total = np.unique(owner).size
        by_owner = np.lexsort((km, owner))
        owners, first = np.unique(owner[by_owner], return_index=True)
        away = np.rint(km[by_owner[first]] * 1000).astype(int)
        order = np.lexsort((owners, away))[span]
        return Selection(owners[order], total, away[order].tolist())

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
        ((total,),) = self._rows(f"SELECT count(*) FROM ({query})", *values)
        rows = self._rows(f"{query} ORDER BY day, entity, id, change LIMIT ? OFFSET ?", *values, size, skip)
        made = [
            {"entity": entity, "id": record_id, "change": change, "on": day} for day, entity, record_id, change in rows
        ]
        return made, int(total)


def _kilometres(chord: float) -> float:
    """Return how far two points of a unit sphere are whose squared distance is known."""
    return float(2 * RADIUS * np.arcsin(min(np.sqrt(chord) / 2, 1)))


def _chord(kilometres: float) -> float:
    """Return the squared distance on a unit sphere of points that are so far from each other."""
    return float(4 * np.sin(min(kilometres / (2 * RADIUS), np.pi / 2)) ** 2) + 1e-12


OF_PLACES = ("area_unit", "postcode", "proximity", "near", "modified_after")
"""Filters that ask of the place of a service, not of the service."""

_BELOW = """WITH RECURSIVE below(code) AS (
    SELECT ? UNION SELECT area_unit.code FROM area_unit JOIN below ON area_unit.parent = below.code
)"""
_TERMS = """WITH RECURSIVE term(id) AS (
    SELECT ? UNION SELECT taxonomy_term.id FROM taxonomy_term JOIN term ON taxonomy_term.parent_id = term.id
)"""
_SAID = "SELECT link_id FROM attribute WHERE link_type != 'excludes' AND taxonomy_term_id IN"
_IN_TERM = f"{_TERMS} {_SAID} (SELECT id FROM term)"
_IN_TAXONOMY = f"{_SAID} (SELECT id FROM taxonomy_term WHERE taxonomy_id = ?)"
_IN_UNIT = "area_unit IN (SELECT code FROM below)"
_IN_POSTCODE = "(SELECT location_id FROM address WHERE lower(replace(postal_code, ' ', '')) = ?)"


def _ids(query: str) -> Chooser:
    """Return a filter that is one query for ids."""

    def ids(view: View, value: Any) -> Iterable[str]:
        return [record_id for (record_id,) in view.connection.execute(query, [value])]

    return ids


def _organizations(query: str) -> Chooser:
    """Return a filter of organizations: those that a term is said of, or of one of their services."""

    def ids(view: View, value: Any) -> Iterable[str]:
        linked = [record_id for (record_id,) in view.connection.execute(query, [value])]
        owners = view.connection.execute(
            "SELECT organization_id FROM service WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(linked)]
        )
        return {*linked, *(organization_id for (organization_id,) in owners)}

    return ids


def _modified(entity: str) -> Chooser:
    """Return a filter of records that changed on a day or later, and of those of which nobody knows when."""

    def ids(view: View, since: str) -> Iterable[str]:
        if since > view.facts["edition"]:
            return ()
        earlier = f"(SELECT id FROM modified WHERE entity = '{entity}' AND modified_on < ?)"
        known, values = ("modified" in hsds.filled_tables(view)), [since]
        query = f'SELECT id FROM "{entity}"' + (f" WHERE id NOT IN {earlier}" if known else "")
        return [record_id for (record_id,) in view.connection.execute(query, values if known else [])]

    return ids


FILTERS: dict[tuple[str, str], Chooser] = {
    ("service", "taxonomy_term_id"): _ids(_IN_TERM),
    ("service", "taxonomy_id"): _ids(_IN_TAXONOMY),
    ("service", "organization_id"): _ids("SELECT id FROM service WHERE organization_id = ?"),
    ("service", "status"): _ids("SELECT id FROM service WHERE status = ?"),
    ("service", "postcode"): _ids(f"SELECT service_id FROM service_at_location WHERE location_id IN {_IN_POSTCODE}"),
    ("service_at_location", "postcode"): _ids(
        f"SELECT id FROM service_at_location WHERE location_id IN {_IN_POSTCODE}"
    ),
    ("service_at_location", "area_unit"): _ids(
        f"{_BELOW} SELECT id FROM service_at_location WHERE location_id IN (SELECT id FROM location WHERE {_IN_UNIT})"
    ),
    ("organization", "taxonomy_term_id"): _organizations(_IN_TERM),
    ("organization", "taxonomy_id"): _organizations(_IN_TAXONOMY),
    ("taxonomy_term", "taxonomy_id"): _ids("SELECT id FROM taxonomy_term WHERE taxonomy_id = ?"),
    ("taxonomy_term", "parent_id"): _ids("SELECT id FROM taxonomy_term WHERE parent_id = ?"),
    ("taxonomy_term", "top_only"): _ids("SELECT id FROM taxonomy_term WHERE parent_id IS NULL OR NOT ?"),
    ("location", "organization_id"): _ids("SELECT id FROM location WHERE organization_id = ?"),
    ("activity", "organization_id"): _ids("SELECT id FROM activity WHERE organization_id = ?"),
    ("referral_agreement", "organization_id"): _ids(
        "SELECT id FROM referral_agreement WHERE ? IN (from_organization_id, to_organization_id)"
    ),
    ("case_count", "year"): _ids("SELECT id FROM case_count WHERE year = ?"),
    **{
        (table, "area_unit"): _ids(f'{_BELOW} SELECT id FROM "{table}" WHERE {_IN_UNIT}')
        for table in ("location", "activity", "statement", "case_count")
    },
    **{(entity, "modified_after"): _modified(entity) for entity in ENTITIES},
}
"""(table, parameter) -> the ids that fit a value."""


def plain_code(postcode: str) -> str:
    """Return a postcode as it is compared: "734 025" and "734025" are one."""
    return "".join(postcode.split()).lower()
