"""HSDS: the records of a view nested as Open Referral HSDS 3.1 nests them, for the API and for exports.

Records are read for many ids at once, table by table. Fields that nobody filled are left out, texts that HSDS
requires are empty; ``metadata`` is left out always, since it would tell what stood in a field before it was hidden.
What our profile adds are the fields that `mapping.model.ours` names, and the properties in `ADDED`.

References
----------
Open Referral, Human Services Data Specification 3.1, "API reference" and "Schema reference".
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Literal, NamedTuple, get_args

from mapping.model import RECORDS, columns, record_id
from mapping.view.view import View, best_texts

Nested = dict[str, Any]
"""A record as JSON nests it."""

ADDED: dict[str, str] = {
    "translations": "Every text of the record in other languages, where it was asked for in none.",
    "text_languages": "Field -> language that its text is written in, where the record was asked for in one.",
    "verifications": "When and how the record was found true, the last time first.",
    "freshness": "Of a service, on the day of the edition: fresh, due, overdue, lapsed or unverified.",
    "listed": "Of a service: whether lists and search show it. Not where it is closed for good, nor a line that nobody"
    " can call: it has no number, and its organization none.",
    "services": "Of an organization: its services.",
    "service": "Of a service at a location: the service.",
    "standard_assessments": "Of a service: how it meets minimum standards, where that may be seen.",
}
"""Properties of our profile that are no fields of a table: what they say."""

CHUNK = 500
"""How many records are nested at once: enough that queries are few, and little memory."""


class NestedTable(NamedTuple):
    """Records that stand inside another: their table, and the column that ties the two."""

    table: str
    column: str


_PARTS = {
    "service": "url phone schedule service_area service_at_location language funding cost_option required_document"
    " contact service_capacity standard_assessment",
    "service_at_location": "service_area contact phone schedule",
    "location": "language address contact accessibility phone schedule",
    "organization": "url funding contact phone location service",
    "contact": "phone",
    "phone": "language",
}
_PLURALS = {
    ("service", "url"): "additional_urls",
    ("organization", "url"): "additional_websites",
    ("service", "service_capacity"): "capacities",
    ("location", "address"): "addresses",
    ("location", "accessibility"): "accessibility",
    ("service", "funding"): "funding",
    ("organization", "funding"): "funding",
}
MANY: dict[str, dict[str, NestedTable]] = {
    table: {_PLURALS.get((table, part), f"{part}s"): NestedTable(part, f"{table}_id") for part in parts.split()}
    for table, parts in _PARTS.items()
}
"""Table -> property -> the records that name one of the table in a column."""

ONE: dict[str, dict[str, NestedTable]] = {
    "service": {"organization": NestedTable("organization", "organization_id")},
    "service_at_location": {
        "location": NestedTable("location", "location_id"),
        "service": NestedTable("service", "service_id"),
    },
    "service_capacity": {"unit": NestedTable("unit", "unit_id")},
    "attribute": {"taxonomy_term": NestedTable("taxonomy_term", "taxonomy_term_id")},
    "taxonomy_term": {"taxonomy_detail": NestedTable("taxonomy", "taxonomy_id")},
}
"""Table -> property -> the one record that a column names."""


LINKED: dict[str, str] = {"attribute": "attributes", "verification": "verifications", "translation": "translations"}
"""Tables that say something of any record, by its ``link_id``: the property that holds them."""

LINKED_BY = {table: NestedTable(table, "link_id") for table in LINKED}

Services = Literal["none", "flat", "full"]
"""How an organization shows its services."""


def records(
    view: View,
    table: str,
    ids: Iterable[str] | None = None,
    *,
    full: bool = True,
    language: str | None = None,
    services: Services = "flat",
) -> Iterator[Nested]:
    """Yield records of a table with all that belongs to them, in the order of the ids, or of all by id.

    Parameters
    ----------
    view
        What one audience may see; a place of which only the area may be known has no coordinates and no address.
    table
        The table of HSDS whose records are wanted.
    ids
        Ids that the view does not have are passed over.
    full
        Otherwise only what there is one of: fields, and the organization.
    language
        Every text in this language or the nearest to it, and ``text_languages`` says which; without one, texts as
        they are stored and all ``translations`` of them.
    services
        How an organization shows its services.
    """
    for chunk in _chunks(view, table, ids):
        nest = _Nest(view, table, full=full, language=language, services=services if full else "none")
        yield from nest.made(chunk)


def both_forms(view: View, table: str, ids: Iterable[str]) -> Iterator[tuple[str, Nested, Nested]]:
    """Yield (id, full record, flat record) of some records: as `records` does, the rows read once."""
    for chunk in _chunks(view, table, ids):
        nest = _Nest(view, table, full=True, language=None, services="flat")
        for nested in nest.made(chunk):
            yield nested["id"], nested, nest.flat(nested["id"])


def _chunks(view: View, table: str, ids: Iterable[str] | None) -> Iterator[list[str]]:
    """Yield ids, or all of a table, so many at once."""
    if ids is None:
        ids = [identifier for (identifier,) in view.connection.execute(f'SELECT id FROM "{table}" ORDER BY id')]
    left = iter(ids)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


class _Nest:
    """The rows that some records of one table need, and how they stand in each other."""

    def __init__(self, view: View, table: str, *, full: bool, language: str | None, services: Services) -> None:
        self.view = view
        self.table = table
        self.full = full
        self.language = language
        self.services = services
        self.rows: dict[str, dict[str, Nested]] = defaultdict(dict)
        self.inside: dict[NestedTable, dict[str, list[Nested]]] = defaultdict(dict)
        self.modified: Mapping[str, str] = {}

    def made(self, ids: Sequence[str]) -> Iterator[Nested]:
        """Yield the records of these ids, in this order."""
        self._read(NestedTable(self.table, "id"), ids, (), self.full)
        if self.full:
            self._read(LINKED_BY["attribute"], self._at_hand(), (), True)
        self._read(LINKED_BY["verification"], self._at_hand() if self.full else self.rows["service"], (), True)
        if self.full or self.language is not None:
            self._read(LINKED_BY["translation"], self._at_hand(), (), True)
        if "modified" in self.view.filled and self.rows["service"]:
            self.modified = modified_on(self.view, "service", self.rows["service"])
        for identifier in ids:
            if identifier in self.rows[self.table]:
                yield self._nested(self.table, self.rows[self.table][identifier], (), self.full)

    def flat(self, identifier: str) -> Nested:
        """Return a record that was read, as `records` gives it where it is not full."""
        return self._nested(self.table, self.rows[self.table][identifier], (), False)

    def _at_hand(self) -> list[str]:
        """Return the ids of all records that were read, but for what is said of records."""
        return [record for table in self.rows.keys() - LINKED for record in self.rows[table]]

    def _read(self, part: NestedTable, values: Iterable[str | None], above: tuple[str, ...], full: bool) -> None:
        """Read the rows of a table whose column is among some values, with what stands in them.

        ``above`` are the tables of the records in which they stand.
        """
        table, held = part.table, self.inside[part]
        wanted = [value for value in dict.fromkeys(values) if value and value not in held]
        if not wanted or table not in self.view.filled:
            return
        query = f'SELECT * FROM "{table}" WHERE "{part.column}" IN (SELECT value FROM json_each(?)) ORDER BY id'
        rows = [dict(row) for row in self.view.connection.execute(query, [json.dumps(wanted)])]
        for row in rows:
            self.rows[table][row["id"]] = row
            held.setdefault(row[part.column], []).append(row)
        down = (*above, table)
        for one in ONE.get(table, {}).values():
            if one.table not in above:
                self._read(NestedTable(one.table, "id"), [row[one.column] for row in rows], down, full)
        for name, inner in MANY.get(table, {}).items() if full else ():
            if self._has(table, name, inner.table, above):
                self._read(inner, [row["id"] for row in rows], down, self._is_full(name))

    def _nested(self, table: str, row: Nested, above: tuple[str, ...], full: bool) -> Nested:
        """Return a row with what belongs to it; ``above`` are the tables of the records that it stands in."""
        nested = self._fields(table, row)
        down = (*above, table)
        for name, part in ONE.get(table, {}).items():
            if part.table not in above and nested.get(part.column):
                whole = self.rows[part.table].get(nested.pop(part.column))
                if whole is not None:
                    nested[name] = self._nested(part.table, whole, down, full)
        if full:
            for name, part in MANY.get(table, {}).items():
                rows = self.inside[part].get(row["id"])
                if rows and self._has(table, name, part.table, above):
                    nested[name] = [self._without(part, inner, down, self._is_full(name)) for inner in rows]
            self._say(table, row["id"], nested)
        if table == "service":
            checks = self.inside[LINKED_BY["verification"]].get(row["id"], ())
            nested["freshness"] = self.view.last_check(checks)[3]
            nested["listed"] = row["id"] in self.view.listed
        if table == "service_capacity" and "unit" not in nested:
            nested["unit"] = dict(UNNAMED_UNIT)
        return nested

    def _is_full(self, name: str) -> bool:
        """Whether records in a property stand there with all that belongs to them."""
        return name != "services" or self.services == "full"

    def _has(self, table: str, name: str, inner: str, above: tuple[str, ...]) -> bool:
        """Whether a record shows a property here: nothing holds itself, and only a root shows all of an organization.

        A body of 500 places would otherwise stand with all of them in each of its services.
        """
        if inner in above:
            return False
        if name == "services":
            return not above and self.services != "none"
        return not (table == "organization" and name == "locations" and above)

    def _without(self, part: NestedTable, row: Nested, above: tuple[str, ...], full: bool) -> Nested:
        """Return a row inside another, without the column that says so."""
        nested = self._nested(part.table, row, above, full)
        nested.pop(part.column, None)
        return nested

    def _fields(self, table: str, row: Nested) -> Nested:
        """Return the fields of a row that say something."""
        needed, written = needed_texts(table), _written(table)
        translations = self.inside[LINKED_BY["translation"]].get(row["id"], ()) if self.language is not None else ()
        texts = {name: text for (_, name), text in best_texts(translations, self.language or "").items()}
        fields: Nested = {}
        for name, value in row.items():
            if name in texts:
                fields[name] = texts[name][0]
            elif value is not None:
                fields[name] = written[name](value) if name in written else value
            elif name in needed:
                fields[name] = needed[name]
        if table == "service" and (on := self.modified.get(row["id"])) is not None:
            fields["last_modified"] = moment(on)
        if text_languages := {name: texts[name][1] for name in row if name in texts}:
            fields["text_languages"] = text_languages
        return fields

    def _say(self, table: str, record_id: str, nested: Nested) -> None:
        """Add the attributes, verifications and translations of a record."""
        for linked, name in LINKED.items():
            rows = self.inside[LINKED_BY[linked]].get(record_id)
            if not rows or (linked == "translation" and self.language is not None):
                continue
            if linked == "translation" and table in ("taxonomy", "taxonomy_term") and table != self.table:
                continue  # a term stands in every record that it is said of; its own record has them
            made = [self._without(LINKED_BY[linked], row, (), True) for row in rows]
            if linked == "verification":
                made.sort(key=lambda attribute: (attribute.get("verified_on", ""), attribute["id"]), reverse=True)
            if linked != "attribute":
                made = [{k: v for k, v in record.items() if k != "link_entity"} for record in made]
            nested[name] = made


@cache
def needed_texts(table: str) -> Mapping[str, str]:
    """Return the fields of a table that are always written: what stands where nobody filled them."""
    needed = {}
    for name, field in (RECORDS[table].model_fields if table in RECORDS else {}).items():
        kinds = set(get_args(field.annotation)) or {field.annotation}
        if (type(None) not in kinds and str in kinds) or all(isinstance(kind, str) for kind in kinds):
            needed[name] = field.default if isinstance(field.default, str) else ""
    return needed


@cache
def _written(table: str) -> Mapping[str, Callable[[Any], Any]]:
    """Return how some fields of a table are written: yes or no, whole numbers, and days that are moments."""
    fields = RECORDS[table].model_fields if table in RECORDS else {}
    kinds = {name: set(get_args(field.annotation)) or {field.annotation} for name, field in fields.items()}
    written: dict[str, Callable[[Any], Any]] = {name: bool for name, own in kinds.items() if bool in own}
    written |= {name: _number for name, type_ in columns(RECORDS[table]).items() if type_ == "REAL"} if fields else {}
    return written | ({"updated": moment} if table == "service_capacity" else {})


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


UNNAMED_UNIT: Nested = {"id": record_id("hsds", "unit", "unnamed"), "name": ""}
"""Stands where nobody said what a capacity is counted in: HSDS requires a unit."""


def modified_on(view: View, entity: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the day on which records last changed, as far as the view says it."""
    rows = view.connection.execute(
        "SELECT id, modified_on FROM modified WHERE entity = ? AND id IN (SELECT value FROM json_each(?))",
        [entity, json.dumps(list(ids))],
    )
    return {identifier: day for identifier, day in rows if day is not None}


def moment(day: str) -> str:
    """Write a day as the moment in which it begins, which HSDS wants for some fields.

    >>> moment("2026-11-24")
    '2026-11-24T00:00:00Z'
    """
    return day if "T" in day else f"{day}T00:00:00Z"
