"""The Tabular Data Package of HSDS 3.1 with our profile: which tables and columns it has, of what kind, tied how.

Everything is derived from `mapping.model` and from what a view may hold; no text of the standard is copied.
"""

from typing import Any

from mapping.formats.hsds._fields import Kind, kinds_of_fields
from mapping.formats.hsds._names import STANDARD
from mapping.model import RECORDS, ours, references, required
from mapping.safety.redaction import PUBLISHED

FILES: dict[str, str] = {
    "accessibility": "accessibility",
    "funding": "funding",
    "service_at_location": "service_at_location",
    "service_capacity": "service_capacity",
    "url": "url",
    "taxonomy": "taxonomies",
    "statement": "statements",
    "case_count": "case_counts",
}
"""Table -> stem of its file, where it is not simply in the plural."""

NEEDED: dict[str, tuple[str, ...]] = {
    "organization": ("name",),
    "service": ("organization_id", "name", "status"),
    "location": ("location_type",),
    "service_at_location": ("service_id", "location_id"),
    "phone": ("number",),
    "taxonomy": ("name",),
    "taxonomy_term": ("name",),
    "attribute": ("link_id", "link_entity"),
    "unit": ("name",),
    "service_capacity": ("service_id", "available", "updated"),
    "address": ("address_type",),
    "url": ("url",),
    "cost_option": ("service_id",),
}
"""Table -> columns that every row fills. What HSDS requires besides and nobody knows is an empty string."""

MOMENTS = {("service_capacity", "updated")}
"""Columns that HSDS has as moments and we know by the day."""


def tables() -> tuple[str, ...]:
    """Return the tables of a package, in an order in which none refers to a later one."""
    return tuple(table for table in RECORDS if table in PUBLISHED)


def file_of(table: str) -> str:
    """Return the name of a table's file.

    >>> file_of("service"), file_of("activity"), file_of("address")
    ('services.csv', 'activities.csv', 'addresses.csv')
    """
    if table in FILES:
        return f"{FILES[table]}.csv"
    if table.endswith("y"):
        return f"{table[:-1]}ies.csv"
    return f"{table}{'es' if table.endswith('s') else 's'}.csv"


def columns(table: str) -> list[str]:
    """Return the columns of a table that may be published, in the order of the model."""
    return ["id", *(name for name in RECORDS[table].model_fields if name in PUBLISHED[table])]


TYPES: dict[Kind, dict[str, str]] = {
    "key": {"format": "uuid"},
    "day": {"type": "date"},
    "yes": {"type": "boolean"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "time": {"type": "time", "format": "%H:%M"},
    "mail": {"format": "email"},
    "web": {"format": "uri"},
}
"""Kind of a field -> how a table schema says it; of others it is a text."""

UNSAID_IN_TABLES = {"assurer_email", "logo"}
"""Fields whose kind the tables do not say."""

BOUNDS = {"latitude": {"minimum": -90, "maximum": 90}, "longitude": {"minimum": -180, "maximum": 180}}


def field(table: str, name: str) -> dict[str, Any]:
    """Return what a column holds, as a table schema says it."""
    record, held = RECORDS[table], kinds_of_fields(table)[name]
    about: dict[str, Any] = {"name": name, "type": "string"}
    about |= {} if name in UNSAID_IN_TABLES else TYPES.get(held.kind, {})
    if (table, name) in MOMENTS:
        about["type"] = "datetime"
    constraints: dict[str, Any] = {"enum": list(held.words)} if held.words else {}
    constraints |= BOUNDS.get(name, {})
    if name == "id" or name in NEEDED.get(table, ()) or (table not in STANDARD and name in required(record)):
        constraints["required"] = True
    if name == "id":
        constraints["unique"] = True
    if constraints:
        about["constraints"] = constraints
    if name in ours(record) or table not in STANDARD:
        about["rohnamo:ours"] = True
    return about


def resource(table: str) -> dict[str, Any]:
    """Return the resource of a table: its file, columns and keys."""
    names = columns(table)
    keys = [
        {"fields": name, "reference": {"resource": "" if parent == table else parent, "fields": "id"}}
        for name, parent in references(RECORDS[table]).items()
        if name in names and parent in PUBLISHED
    ]
    schema: dict[str, Any] = {
        "fields": [field(table, name) for name in names],
        "primaryKey": "id",
        "missingValues": [""],
    }
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": table,
        "path": file_of(table),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": (RECORDS[table].__doc__ or "").split("\n")[0],
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }
