"""The Tabular Data Package of HSDS 3.1 with our profile: which tables and columns it has, of what kind, tied how.

Everything is derived from `mapping.model` and from what a view may hold; no text of the standard is copied.
"""

import datetime as dt
from typing import Any, Literal, get_args, get_origin

from mapping.formats.hsds._names import PASSED_OVER, TABLES
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

WEB = frozenset({"website", "url", "uri", "term_uri", "schedule_link"})
HSDS_TABLES = frozenset(
    set(TABLES)
    - {
        "verification",
        "translation",
        "activity",
        "referral_agreement",
        "standard_assessment",
        "eligibility",
        "payment_accepted",
    }
)
"""Tables that are the standard's own; the others are our profile's."""


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


def field(table: str, name: str) -> dict[str, Any]:
    """Return what a column holds, as a table schema says it."""
    kind = RECORDS[table]
    about: dict[str, Any] = {"name": name, "type": "string"}
    constraints: dict[str, Any] = {}
    annotation = kind.model_fields[name].annotation
    kinds = set(get_args(annotation) or (annotation,))
    choices = [get_args(part) for part in (annotation, *get_args(annotation)) if get_origin(part) is Literal]
    if choices:
        constraints["enum"] = list(choices[0])
    elif dt.date in kinds:
        about["type"] = "datetime" if (table, name) in MOMENTS else "date"
    elif bool in kinds:
        about["type"] = "boolean"
    elif int in kinds:
        about["type"] = "integer"
    elif float in kinds:
        about["type"] = "number"
    elif name in ("opens_at", "closes_at"):
        about |= {"type": "time", "format": "%H:%M"}
    elif name == "id" or name == "link_id" or name in references(kind):
        about["format"] = "uuid"
    elif name == "email":
        about["format"] = "email"
    elif name in WEB:
        about["format"] = "uri"
    if name == "latitude":
        constraints |= {"minimum": -90, "maximum": 90}
    elif name == "longitude":
        constraints |= {"minimum": -180, "maximum": 180}
    if name == "id" or name in NEEDED.get(table, ()):
        constraints["required"] = True
    if name == "id":
        constraints["unique"] = True
    elif table not in HSDS_TABLES and name in required(kind):
        constraints["required"] = True
    if constraints:
        about["constraints"] = constraints
    if name in ours(kind) or table not in HSDS_TABLES:
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


__all__ = ["HSDS_TABLES", "MOMENTS", "NEEDED", "PASSED_OVER", "columns", "field", "file_of", "resource", "tables"]
