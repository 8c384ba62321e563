"""HSDS: the records of a view nested as Open Referral HSDS 3.1 nests them, for the API and for exports.

Records are read for many ids at once, table by table. Fields that nobody filled are left out, texts that HSDS
requires are empty; ``metadata`` is left out always, since it would tell what stood in a field before it was hidden.
What our profile adds are the fields that `mapping.model.ours` names, and the properties in `ADDED`.

References
----------
Open Referral, Human Services Data Specification 3.1, "API reference" and "Schema reference".
"""

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Literal, NamedTuple, get_args
from weakref import WeakKeyDictionary

from mapping.freshness import DUE_DAYS, LAPSED_DAYS, Freshness, freshness, latest
from mapping.language.i18n import chain_of
from mapping.model import RECORDS, WORDS, columns, record_id
from mapping.view.rules.listing import stands_in_lists
from mapping.view.view import View

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


MANY: dict[str, dict[str, NestedTable]] = {
    "service": {
        "additional_urls": NestedTable("url", "service_id"),
        "phones": NestedTable("phone", "service_id"),
        "schedules": NestedTable("schedule", "service_id"),
        "service_areas": NestedTable("service_area", "service_id"),
        "service_at_locations": NestedTable("service_at_location", "service_id"),
        "languages": NestedTable("language", "service_id"),
        "funding": NestedTable("funding", "service_id"),
        "cost_options": NestedTable("cost_option", "service_id"),
        "required_documents": NestedTable("required_document", "service_id"),
        "contacts": NestedTable("contact", "service_id"),
        "capacities": NestedTable("service_capacity", "service_id"),
        "standard_assessments": NestedTable("standard_assessment", "service_id"),
    },
    "service_at_location": {
        "service_areas": NestedTable("service_area", "service_at_location_id"),
        "contacts": NestedTable("contact", "service_at_location_id"),
        "phones": NestedTable("phone", "service_at_location_id"),
        "schedules": NestedTable("schedule", "service_at_location_id"),
    },
    "location": {
        "languages": NestedTable("language", "location_id"),
        "addresses": NestedTable("address", "location_id"),
        "contacts": NestedTable("contact", "location_id"),
        "accessibility": NestedTable("accessibility", "location_id"),
        "phones": NestedTable("phone", "location_id"),
        "schedules": NestedTable("schedule", "location_id"),
    },
    "organization": {
        "additional_websites": NestedTable("url", "organization_id"),
        "funding": NestedTable("funding", "organization_id"),
        "contacts": NestedTable("contact", "organization_id"),
        "phones": NestedTable("phone", "organization_id"),
        "locations": NestedTable("location", "organization_id"),
        "services": NestedTable("service", "organization_id"),
    },
    "contact": {"phones": NestedTable("phone", "contact_id")},
    "phone": {"languages": NestedTable("language", "phone_id")},
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


class TableRead(NamedTuple):
    """Read the rows of a table whose column is among the values of another table's column."""

    table: str
    column: str
    known: str
    of: str


_AT = TableRead("location", "id", "service_at_location", "location_id")
_BODY = TableRead("organization", "id", "service", "organization_id")
TRUNK: dict[str, tuple[TableRead, ...]] = {
    "service": (_BODY, TableRead("service_at_location", "service_id", "service", "id"), _AT),
    "organization": (
        TableRead("service", "organization_id", "organization", "id"),
        TableRead("service_at_location", "service_id", "service", "id"),
        _AT,
        TableRead("location", "organization_id", "organization", "id"),
    ),
    "service_at_location": (_AT, TableRead("service", "id", "service_at_location", "service_id"), _BODY),
    "taxonomy_term": (TableRead("taxonomy", "id", "taxonomy_term", "taxonomy_id"),),
}
"""What is read of the main tables for a record of each, in this order."""

LEAVES = (
    "service_area",
    "contact",
    "phone",
    "schedule",
    "language",
    "address",
    "accessibility",
    "url",
    "funding",
    "cost_option",
    "required_document",
    "service_capacity",
    "standard_assessment",
)
"""Tables whose rows stand inside those of main tables, or of ones that come before them here."""

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

    They are to be read only: a term that stands in several is one object.

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
    said_of: dict[str, set[str]] = {}
    for number, chunk in enumerate(_chunks(view, table, ids)):
        if number == 1:  # it takes as long as some hundred records
            said_of = _said_of(view)
        nest = _Nest(view, table, full=True, language=None, services="flat")
        nest.said_of = said_of
        for nested in nest.made(chunk):
            identifier = nested["id"]
            yield identifier, nested, nest.flat(identifier)


def _said_of(view: View) -> dict[str, set[str]]:
    """Return for each table of `LINKED` the tables of whose records it says something."""
    tables = [table for table in LINKED if table in filled_tables(view)]
    return {
        table: {entity for (entity,) in view.connection.execute(f'SELECT DISTINCT link_entity FROM "{table}"')}
        for table in tables
    }


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
        self.rows: dict[str, dict[str, sqlite3.Row]] = defaultdict(dict)
        self.inside: dict[NestedTable, dict[str, list[sqlite3.Row]]] = {}
        self.tables = filled_tables(view)
        self.said_of: Mapping[str, Collection[str]] = {}
        """Table of `LINKED` -> the tables of whose records it says something, where that is known: few of all."""
        self.modified: Mapping[str, str] = {}
        self.unlisted: Collection[str] = ()
        """Services at hand that stand in no list."""
        self.days = {
            name: int(view.facts.get(name, days))
            for name, days in (("due_days", DUE_DAYS), ("lapsed_days", LAPSED_DAYS))
        }
        self._parts: dict[tuple[str, tuple[str, ...]], _Parts] = {}
        self._columns: dict[str, _Columns] = {}
        self._words: dict[tuple[str, str, tuple[str, ...], bool], Nested] = {}
        self._said: list[tuple[str, str, NestedTable, dict[str, list[sqlite3.Row]]]] = []
        """What is said of records at hand: a table of `LINKED`, its property, and the rows by the record."""

    def made(self, ids: Sequence[str]) -> Iterator[Nested]:
        """Yield the records of these ids, in this order."""
        self._read(self.table, "id", ids)
        for step in TRUNK.get(self.table, ()):
            if self._wanted(step):
                known = self.rows[step.known].values()
                self._read(step.table, step.column, {row[step.of] for row in known if row[step.of]})
        if self.full:
            flat = ("service",) if self.table == "organization" and self.services != "full" else ()
            for leaf in LEAVES:
                for table in (table_name for table_name in MANY if table_name not in flat):
                    for part in MANY[table].values():
                        if part.table == leaf:
                            self._read(leaf, part.column, self.rows[table])
        self._read_linked()
        for identifier in ids:
            if identifier in self.rows[self.table]:
                yield self._nested(self.table, self.rows[self.table][identifier], (), self.full)

    def flat(self, identifier: str) -> Nested:
        """Return a record that was read, as `records` gives it where it is not full."""
        return self._nested(self.table, self.rows[self.table][identifier], (), False)

    def _wanted(self, step: TableRead) -> bool:
        """Whether a step is needed: flat records need only the one that their columns name."""
        if not self.full:
            return step.column == "id"
        if self.table == "organization" and step.table != "location":
            return self.services == "full" or (self.services == "flat" and step.table == "service")
        return True

    def _read(self, table: str, column: str, values: Iterable[str]) -> None:
        """Read the rows of a table whose column is among some values."""
        wanted = list(values)
        if not wanted or table not in self.tables:
            return
        cursor = self.view.connection.execute(
            f'SELECT * FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?)) ORDER BY id',
            [json.dumps(wanted)],
        )
        names = [description[0] for description in cursor.description]
        key, at = names.index("id"), names.index(column)  # a row finds a name by going through all of them
        rows = self.rows[table]
        rows_by_value = self.inside.setdefault(NestedTable(table, column), defaultdict(list))
        for row in cursor:
            rows[row[key]] = row
            rows_by_value[row[at]].append(row)

    def _read_linked(self) -> None:
        """Read what is said of all records at hand: attributes with their terms, verifications and translations."""
        if self.full:
            self._read("attribute", "link_id", self._owners("attribute"))
            terms = {row["taxonomy_term_id"] for row in self.rows["attribute"].values()} - {None}
            self._read("taxonomy_term", "id", terms)
            self._read("taxonomy", "id", {row["taxonomy_id"] for row in self.rows["taxonomy_term"].values()} - {None})
            self._read("unit", "id", {row["unit_id"] for row in self.rows["service_capacity"].values()} - {None})
        self._read("verification", "link_id", self._owners("verification") if self.full else self.rows["service"])
        if self.full or self.language is not None:
            self._read("translation", "link_id", self._owners("translation"))
        self._said = [
            (linked, name, part, self.inside[part])
            for linked, name in LINKED.items()
            if self.inside.get(part := LINKED_BY[linked]) and (linked != "translation" or self.language is None)
        ]
        if self.rows["service"]:
            self.unlisted = self._unlisted()
        if "modified" in self.tables and self.rows["service"]:
            self.modified = modified_on(self.view, "service", self.rows["service"])

    def _unlisted(self) -> set[str]:
        """Return the services at hand that `mapping.view.rules.listing` keeps out of lists; few are lines at all."""
        services = self.rows["service"]
        types = self.view.types_of_lines(services)
        owners = {owner for service in types for owner in (service, services[service]["organization_id"])}
        called: set[str] = set()
        if owners and "phone" in self.tables:
            query = (
                "SELECT service_id FROM phone WHERE service_id IN (SELECT value FROM json_each(?1))"
                " UNION SELECT organization_id FROM phone WHERE organization_id IN (SELECT value FROM json_each(?1))"
            )
            called = {owner for (owner,) in self.view.connection.execute(query, [json.dumps(sorted(owners))])}
        return {
            service
            for service, row in services.items()
            if not stands_in_lists(
                row["status"],
                types.get(service, ()),
                has_number=not called.isdisjoint((service, row["organization_id"])),
            )
        }

    def _owners(self, linked: str) -> list[str]:
        """Return the records at hand of which a table may say something."""
        tables = self.said_of.get(linked, self.rows.keys() - LINKED)
        return [record for table in tables for record in self.rows.get(table, ())]

    def _nested(self, table: str, row: sqlite3.Row, above: tuple[str, ...], full: bool) -> Nested:
        """Return a row with what belongs to it; ``above`` are the tables of the records that it stands in."""
        parts = self._parts.get((table, above)) or self._parts_of(table, above)
        nested = self._fields(table, row)
        down = (*above, table)
        for name, part, wholes in parts.ones:
            if value := nested.get(part.column):
                del nested[part.column]
                whole = wholes.get(value)
                if whole is not None and part.table in WORDS:
                    nested[name] = self._word(part.table, value, whole, down, full)
                elif whole is not None:
                    nested[name] = self._nested(part.table, whole, down, full)
        if full:
            for name, part, held in parts.many:
                if rows := held.get(row["id"]):
                    inner = name != "services" or self.services == "full"
                    nested[name] = [self._without(part, part_row, down, inner) for part_row in rows]
            self._say(table, row["id"], nested)
        if table == "service":
            nested["freshness"] = self._freshness(row["id"])
            nested["listed"] = row["id"] not in self.unlisted
        if table == "service_capacity" and "unit" not in nested:
            nested["unit"] = dict(UNNAMED_UNIT)
        return nested

    def _word(self, table: str, identifier: str, row: sqlite3.Row, above: tuple[str, ...], full: bool) -> Nested:
        """Return a word as it stands in some kind of record: made once, and the same in all that are said in it."""
        key = table, identifier, above, full
        if key not in self._words:
            self._words[key] = self._nested(table, row, above, full)
        return self._words[key]

    def _parts_of(self, table: str, above: tuple[str, ...]) -> "_Parts":
        """Return what records of a table, inside those of others, show of the rows at hand."""
        ones = ONE.get(table, {}).items()
        many = MANY.get(table, {}).items()
        self._parts[table, above] = _Parts(
            [(name, part, self.rows[part.table]) for name, part in ones if part.table not in above],
            [
                (name, part, self.inside[part])
                for name, part in many
                if self.inside.get(part) and self._has(table, name, part.table, above)
            ],
        )
        return self._parts[table, above]

    def _has(self, table: str, name: str, inner: str, above: tuple[str, ...]) -> bool:
        """Whether a record shows a property here: nothing holds itself, and only a root shows all of an organization.

        A body of 500 places would otherwise stand with all of them in each of its services.
        """
        if inner in above:
            return False
        if name == "services":
            return not above and self.services != "none"
        return not (table == "organization" and name == "locations" and above)

    def _without(self, part: NestedTable, row: sqlite3.Row, above: tuple[str, ...], full: bool) -> Nested:
        """Return a row inside another, without the column that says so."""
        nested = self._nested(part.table, row, above, full)
        nested.pop(part.column, None)
        return nested

    def _fields(self, table: str, row: sqlite3.Row) -> Nested:
        """Return the fields of a row that say something."""
        layout = self._columns.get(table) or self._columns_of(table, row)
        fields: Nested = {
            name: needed if value is None else value
            for name, needed, value in zip(layout.names, layout.needed, row, strict=True)
            if value is not None or needed is not None
        }
        text_languages: dict[str, str] = {}
        if self.language is not None and (texts := self._texts(row["id"])):
            text_languages = {name: texts[name][1] for name in layout.names if name in texts}
            fields = {
                name: texts[name][0] if name in texts else fields[name]
                for name in layout.names
                if name in texts or name in fields
            }
        for name in layout.numbers:
            if name in fields and fields[name].is_integer():
                fields[name] = int(fields[name])
        for name in layout.booleans:
            if name in fields:
                fields[name] = bool(fields[name])
        for name in layout.moments:
            if name in fields:
                fields[name] = moment(fields[name])
        if table == "service" and (on := self.modified.get(row["id"])) is not None:
            fields["last_modified"] = moment(on)
        if text_languages:
            fields["text_languages"] = text_languages
        return fields

    def _columns_of(self, table: str, row: sqlite3.Row) -> "_Columns":
        self._columns[table] = layout = _columns(table, tuple(row.keys()))
        return layout

    def _texts(self, record_id: str) -> dict[str, tuple[str, str]]:
        """Return the best text of each field for the readers of the language, with its own language."""
        best: dict[str, tuple[str, str]] = {}
        for row in self.inside.get(NestedTable("translation", "link_id"), {}).get(record_id, ()):
            spoken, name = row["language"], row["field"]
            order = chain_of(row["link_entity"], name, self.language or "")
            if spoken in order and (name not in best or order.index(spoken) < order.index(best[name][1])):
                best[name] = (row["text"], spoken)
        return best

    def _say(self, table: str, record_id: str, nested: Nested) -> None:
        """Add the attributes, verifications and translations of a record."""
        for linked, name, part, held in self._said:
            rows = held.get(record_id)
            if not rows:
                continue
            if linked == "translation" and table in ("taxonomy", "taxonomy_term") and table != self.table:
                continue  # a term stands in every record that it is said of; its own record has them
            made = [self._without(part, row, (), True) for row in rows]
            if linked == "verification":
                made.sort(key=lambda attribute: (attribute.get("verified_on", ""), attribute["id"]), reverse=True)
            if linked != "attribute":
                made = [{k: v for k, v in record.items() if k != "link_entity"} for record in made]
            nested[name] = made

    def _freshness(self, service_id: str) -> Freshness:
        """Judge a service by its last verification, on the day of the edition."""
        rows = self.inside.get(NestedTable("verification", "link_id"), {}).get(service_id, ())
        check = latest(rows)  # type: ignore[arg-type]
        on, due = (_day(check[name]) if check else None for name in ("verified_on", "next_due"))
        return freshness(on, due, self.view.edition, **self.days)


class _Parts(NamedTuple):
    """What records of a table show of others: the one that a column names, by id, and those inside, by its id."""

    ones: list[tuple[str, NestedTable, dict[str, sqlite3.Row]]]
    many: list[tuple[str, NestedTable, dict[str, list[sqlite3.Row]]]]


class _Columns(NamedTuple):
    """The columns of a table: what stands where nobody filled one that HSDS requires, and those that are rewritten."""

    names: tuple[str, ...]
    needed: tuple[str | None, ...]
    numbers: tuple[str, ...]
    booleans: tuple[str, ...]
    moments: tuple[str, ...]


@cache
def _columns(table: str, names: tuple[str, ...]) -> _Columns:
    kind = _kind(table)
    types = columns(RECORDS[table]) if table in RECORDS else {}
    return _Columns(
        names,
        tuple(map(kind.needed.get, names)),
        tuple(name for name in names if types.get(name) == "REAL"),
        tuple(name for name in names if name in kind.booleans),
        tuple(name for name in names if name in kind.moments),
    )


class _Kind(NamedTuple):
    """How the fields of a table are written: the texts that HSDS requires, yes or no, and days that are moments."""

    needed: Mapping[str, str]
    booleans: frozenset[str]
    moments: frozenset[str]


def needed_texts(table: str) -> Mapping[str, str]:
    """Return the fields of a table that are always written: what stands where nobody filled them."""
    return _kind(table).needed


@cache
def _kind(table: str) -> _Kind:
    fields = RECORDS[table].model_fields if table in RECORDS else {}
    needed = {}
    booleans = set()
    for name, field in fields.items():
        kinds = set(get_args(field.annotation)) or {field.annotation}
        if bool in kinds:
            booleans.add(name)
        if (type(None) not in kinds and str in kinds) or all(isinstance(kind, str) for kind in kinds):
            needed[name] = field.default if isinstance(field.default, str) else ""
    return _Kind(needed, frozenset(booleans), frozenset({"updated"} if table == "service_capacity" else ()))


UNNAMED_UNIT: Nested = {"id": record_id("hsds", "unit", "unnamed"), "name": ""}
"""Stands where nobody said what a capacity is counted in: HSDS requires a unit."""

_FILLED: WeakKeyDictionary[View, frozenset[str]] = WeakKeyDictionary()


def filled_tables(view: View) -> frozenset[str]:
    """Return the tables of a view that have rows; the others need not be asked."""
    if view not in _FILLED:
        names = [name for (name,) in view.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        known = [name for name in names if name in RECORDS or name in OTHERS]
        _FILLED[view] = frozenset(
            name for name in known if view.connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()
        )
    return _FILLED[view]


OTHERS = frozenset({"tombstone", "modified"})
"""Tables of a view that hold no records: what left it, and when a record last changed."""


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


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
