"""Which records of a view an API request asks for: each filter a condition in SQL, distances, pages."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mapping.language.fold import tokens
from mapping.safety.redaction import require
from mapping.view.diff import ENTITIES
from mapping.view.search import Query
from mapping.view.service_index import measured
from mapping.view.view import View

Asked = Mapping[str, Any]
"""Parameters of a request by name, those that were given."""

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

_IN_TERM = """(WITH RECURSIVE term(id) AS (
    SELECT :taxonomy_term_id
    UNION SELECT taxonomy_term.id FROM taxonomy_term JOIN term ON taxonomy_term.parent_id = term.id
) SELECT link_id FROM attribute WHERE link_type != 'excludes' AND taxonomy_term_id IN (SELECT id FROM term))"""
_IN_TAXONOMY = """(SELECT link_id FROM attribute WHERE link_type != 'excludes'
    AND taxonomy_term_id IN (SELECT id FROM taxonomy_term WHERE taxonomy_id = :taxonomy_id))"""
_IN_UNIT = """area_unit IN (WITH RECURSIVE below(code) AS (
    SELECT :area_unit UNION SELECT area_unit.code FROM area_unit JOIN below ON area_unit.parent = below.code
) SELECT code FROM below)"""
_IN_POSTCODE = "(SELECT location_id FROM address WHERE lower(replace(postal_code, ' ', '')) = :postcode)"
_OF_BODY = "organization_id = :organization_id"
_OR_A_SERVICE = "(id IN {0} OR id IN (SELECT organization_id FROM service WHERE id IN {0}))"

FILTERS: dict[tuple[str, str], str] = {
    ("service", "taxonomy_term_id"): f"id IN {_IN_TERM}",
    ("service", "taxonomy_id"): f"id IN {_IN_TAXONOMY}",
    ("service", "status"): "status = :status",
    ("service", "postcode"): f"id IN (SELECT service_id FROM service_at_location WHERE location_id IN {_IN_POSTCODE})",
    ("service_at_location", "postcode"): f"location_id IN {_IN_POSTCODE}",
    ("service_at_location", "area_unit"): f"location_id IN (SELECT id FROM location WHERE {_IN_UNIT})",
    ("organization", "taxonomy_term_id"): _OR_A_SERVICE.format(_IN_TERM),
    ("organization", "taxonomy_id"): _OR_A_SERVICE.format(_IN_TAXONOMY),
    ("taxonomy_term", "taxonomy_id"): "taxonomy_id = :taxonomy_id",
    ("taxonomy_term", "parent_id"): "parent_id = :parent_id",
    ("taxonomy_term", "top_only"): "(parent_id IS NULL OR NOT :top_only)",
    ("referral_agreement", "organization_id"): ":organization_id IN (from_organization_id, to_organization_id)",
    ("case_count", "year"): "year = :year",
    **{
        (table, "organization_id"): "organization_id = :organization_id"
        for table in ("service", "location", "activity")
    },
    **{(table, "area_unit"): _IN_UNIT for table in ("location", "activity", "statement", "case_count")},
}
"""(table, parameter) -> what must hold of a record."""

OF_PLACES = ("area_unit", "postcode", "proximity", "near", "modified_after")
"""Filters that ask of the place of a service, not of the service."""


class Selection(NamedTuple):
    """The ids of a page of records, how many there are in all, and how far each is in metres if that was asked."""

    ids: list[str]
    total: int
    metres: list[int] | None = None


class VisitedPlace(NamedTuple):
    """A place that people go to, of a service at a location."""

    service_at_location: str
    service: str
    latitude: float
    longitude: float


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
        self._rolls: dict[str, dict[str, None]] = {}
        self._texts: dict[str, dict[str, str]] = {}
        with self.view() as view:
            require(view.audience, "public")
            self.facts = dict(view.facts)
            self.tables = view.filled

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

    def roll(self, table: str) -> Mapping[str, None]:
        """Return the ids of a table in their order."""
        if table not in self._rolls:
            self._rolls[table] = dict.fromkeys(self._fitting(table, {}))
        return self._rolls[table]

    def select(self, table: str, filters: Asked, page: int | None, per_page: int) -> Selection:
        """Return a page of the records that fit all that was asked, or all of them where ``page`` is None."""
        span = slice(None) if page is None else slice((page - 1) * per_page, page * per_page)
        ids = self._fitting(table, filters) if filters else [*self.roll(table)]
        centre = self._centre(filters)
        if centre is not None:
            return self._nearest(table, ids, centre, filters.get("proximity"), span)
        if "proximity" in filters:  # nobody knows where that postcode is
            return Selection([], 0)
        return Selection(ids[span], len(ids))

    def _rows(self, query: str, values: Any = ()) -> list[Any]:
        with self.view() as view:
            return view.connection.execute(query, values).fetchall()

    def _fitting(self, table: str, filters: Asked) -> list[str]:
        """Return the ids of the records that fit each filter but the distance, in their order."""
        if table not in self.tables and table != "area_unit":
            return []
        key = "code" if table == "area_unit" else "id"
        values = {**filters, "edition": self.facts["edition"], "postcode": plain_code(filters.get("postcode", ""))}
        where = " AND ".join(self._conditions(table, filters, values)) or "1"
        bound = {name: value for name, value in values.items() if f":{name}" in where}
        return [record for (record,) in self._rows(f'SELECT {key} FROM "{table}" WHERE {where} ORDER BY {key}', bound)]

    def _conditions(self, table: str, filters: Asked, values: dict[str, Any]) -> Iterator[str]:
        """Yield what must hold of a record, and put what that is compared with into ``values``."""
        for name in filters:
            if (table, name) in FILTERS and not (name == "postcode" and "proximity" in filters):
                yield FILTERS[table, name]
        if "modified_after" in filters and table in ENTITIES:  # also those of which nobody knows when
            yield ":modified_after <= :edition"
            if "modified" in self.tables:
                earlier = f"entity = '{table}' AND modified_on < :modified_after"
                yield f"id NOT IN (SELECT id FROM modified WHERE {earlier})"
        if "search" in filters and table in TEXTS:
            values["holding"] = json.dumps(self._holding_words(table, filters["search"]))
            yield "id IN (SELECT value FROM json_each(:holding))"
        if table == "service" and (listed := self._listed(filters)) is not None:
            values["listed"] = json.dumps(listed)
            yield "id IN (SELECT value FROM json_each(:listed))"
        if table == "service_at_location":
            theirs = {name: value for name, value in filters.items() if name not in OF_PLACES}
            conditions = " AND ".join(self._conditions("service", theirs, values))
            yield f"service_id IN (SELECT id FROM service WHERE {conditions or '1'})"

    def _listed(self, filters: Asked) -> list[str] | None:
        """Return what the site's own search finds: services that are active, or closed for a time."""
        named = {"search": "text", "service_type": "type", "serves": "serves", "speaks": "speaks"}
        wanted = {field: filters[name] for name, field in named.items() if name in filters}
        if not wanted and "area_unit" not in filters:
            return None
        units = frozenset([filters["area_unit"]]) if "area_unit" in filters else None
        with self.view() as view:
            return view.search(Query(**wanted, area_units=units)).fitting()

    def _holding_words(self, table: str, text: str) -> list[str]:
        """Return the records that have each word of a text, or one that goes on from it, in any language."""
        if table not in self._texts:
            self._texts[table] = self._folded(table)
        words = [f" {word}" for word in tokens(text)]
        if not words and text.strip():
            return []
        return [record for record, held in self._texts[table].items() if all(word in held for word in words)]

    def _folded(self, table: str) -> dict[str, str]:
        """Return the folded words of each record of a table and of its translations, each after a space."""
        fields = ", ".join(f'"{name}"' for name in TEXTS[table])
        texts = {record: [*filter(None, row)] for record, *row in self._rows(f'SELECT id, {fields} FROM "{table}"')}
        if "translation" in self.tables:
            for link, text in self._rows("SELECT link_id, text FROM translation WHERE link_entity = ?", [table]):
                texts.get(link, []).append(text)
        return {record: "".join(f" {word}" for text in own for word in tokens(text)) for record, own in texts.items()}

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
        ((latitude, longitude),) = self._rows(query, {"postcode": plain_code(filters["postcode"])})
        return None if latitude is None else (latitude, longitude)

    @cached_property
    def _points(self) -> list[VisitedPlace]:
        """The places of services that are listed and that people go to."""
        query = (
            "SELECT tie.id, tie.service_id, latitude, longitude FROM service_at_location AS tie"
            " JOIN location ON location.id = tie.location_id WHERE latitude IS NOT NULL"
        )
        with self.view() as view:
            visited = view.visited()
        return [point for point in map(VisitedPlace._make, self._rows(query)) if point.service in visited]

    def _nearest(
        self, table: str, ids: Iterable[str], centre: tuple[float, float], metres: float | None, span: slice
    ) -> Selection:
        """Return those with a point, the nearest first; equally near ones by id."""
        known = set(ids)
        points = [point for point in self._points if getattr(point, table) in known]
        latitudes, longitudes = (np.array([point[place] for point in points]) for place in (2, 3))
        away: dict[str, float] = {}
        for point, kilometres in zip(points, measured(centre, latitudes, longitudes).tolist(), strict=True):
            if metres is None or kilometres * 1000 <= metres:
                owner = getattr(point, table)
                away[owner] = min(kilometres, away.get(owner, kilometres))
        order = sorted((round(kilometres * 1000), owner) for owner, kilometres in away.items())
        return Selection([owner for _, owner in order[span]], len(order), [far for far, _ in order[span]])

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
        ((total,),) = self._rows(f"SELECT count(*) FROM ({query})", values)
        rows = self._rows(f"{query} ORDER BY day, entity, id, change LIMIT ? OFFSET ?", [*values, size, skip])
        made = [
            {"entity": entity, "id": record_id, "change": change, "on": day} for day, entity, record_id, change in rows
        ]
        return made, int(total)


def plain_code(postcode: str) -> str:
    """Return a postcode as it is compared: "734 025" and "734025" are one."""
    return "".join(postcode.split()).lower()
