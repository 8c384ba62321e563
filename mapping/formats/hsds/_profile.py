"""Our profile of HSDS: what this directory adds to the standard, as JSON merge patches and schemas of its own.

Everything is derived from `mapping.model` and from what a view may hold. The texts of the standard are not repeated:
whoever validates merges the patches into its schemas, as the standard asks of profiles.

References
----------
Open Referral, "Creating profiles"; RFC 7396, JSON Merge Patch.
"""

import inspect
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from mapping.formats.hsds._fields import Kind, kinds_of_fields
from mapping.formats.hsds._names import STANDARD
from mapping.formats.hsds._package import columns, file_of, resource, tables
from mapping.freshness import Freshness
from mapping.model import RECORDS, ours, required
from mapping.safety.redaction import PUBLISHED
from mapping.view import hsds

NAME = "rohnamo"
HSDS_VERSION = "3.1"
DRAFT = "https://json-schema.org/draft/2020-12/schema"

COMMON = ("verifications", "translations", "text_languages")
"""Properties that any record may have in JSON."""

FIELDS: dict[str, str] = {
    "audience": "Who may see the record; of an open file always everybody.",
    "precision": "How closely the place may be shown: its point, only its administrative unit, or not at all.",
    "position_basis": "How the point is known: given, that of the town, only the administrative unit, or not.",
    "area_unit": "Code of the administrative unit.",
    "country": "ISO 3166-1 code of the country.",
    "role": "What happens at the place: the service itself, taking in, a desk that refers, a stop of a mobile team.",
    "kind": "What kind of body it is, by the taxonomy organization_types.",
    "valid_to": "Last day for which it is paid.",
}
"""Field of ours -> what it says."""


def patches() -> dict[str, dict[str, Any]]:
    """Return the merge patch of each schema of the standard that gains something: file -> patch."""
    changes = {}
    for table in tables():
        if table not in STANDARD:
            continue
        kind = RECORDS[table]
        added = {name: _property(table, name) for name in columns(table) if name in ours(kind)}
        added |= _nested(table)
        if added:
            changes[f"{table}.json"] = {"properties": added}
    return changes


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas of the tables that the standard does not have: file -> schema; they refuse unknown fields."""
    documents = {}
    for table in tables():
        if table in STANDARD:
            continue
        kind = RECORDS[table]
        names = columns(table)
        needed = [name for name in names if name == "id" or (name in required(kind) and not name.startswith("link_"))]
        documents[f"{table}.json"] = {
            "$schema": DRAFT,
            "name": table,
            "path": file_of(table),
            "type": "object",
            "description": " ".join(inspect.cleandoc(kind.__doc__ or "").split()),
            "properties": {name: _property(table, name) for name in names} | _nested(table),
            "required": needed,
            "additionalProperties": False,
        }
    return documents


def datapackage() -> dict[str, Any]:
    """Return the description of the tables as a Tabular Data Package, without any data."""
    return {
        "name": f"{NAME}-profile",
        "title": "HSDS with the additions of Rohnamo",
        "profile": "tabular-data-package",
        "version": HSDS_VERSION,
        "resources": [resource(table) for table in tables()],
    }


def about() -> dict[str, Any]:
    """Return what the profile is and which files it has."""
    return {
        "name": NAME,
        "title": "Rohnamo: services for people who were trafficked",
        "hsds_version": HSDS_VERSION,
        "description": (
            "Adds to HSDS who may see a record and how closely a place may be shown, when it was verified, texts in"
            " several languages, who is present where, agreements of referral, standards and counts of cases."
        ),
        "patches": [f"schema/{name}" for name in patches()],
        "schemas": [f"schema/{name}" for name in schemas()],
        "datapackage": "datapackage.json",
    }


@cache
def files() -> Mapping[str, bytes]:
    """Return every file of the profile: path -> contents, the same bytes each time."""
    documents: dict[str, Any] = {"profile.json": about(), "datapackage.json": datapackage()}
    documents |= {f"schema/{name}": schema for name, schema in (patches() | schemas()).items()}
    return MappingProxyType(
        {name: _json(content) for name, content in documents.items()} | {"README.md": readme().encode()}
    )


def rows() -> list[tuple[str, str, str, str]]:
    """Return what the profile adds, for a page: (table, property, kind, what it says); without what all may have."""
    table_rows = []
    for name, schema in (patches() | schemas()).items():
        for field, about_it in schema["properties"].items():
            if field in COMMON:
                continue
            kind = about_it.get("type") or about_it.get("$ref", "").removesuffix(".json")
            if kind == "array":
                kind = f"list of {about_it['items'].get('$ref', '').removesuffix('.json')}"
            words = ", ".join(map(str, about_it.get("enum", ())))
            description = " ".join(filter(None, (about_it.get("description", ""), words and f"One of: {words}.")))
            table_rows.append((name.removesuffix(".json"), field, str(kind), description))
    return table_rows


def readme() -> str:
    """Return the profile as a page that people read."""
    lines = [
        "# The HSDS profile of Rohnamo",
        "",
        about()["description"],
        "",
        f"It builds on the Human Services Data Specification {HSDS_VERSION} of Open Referral. `schema/` holds"
        " JSON merge patches (RFC 7396) for tables of the standard and whole schemas for tables of our own;"
        " `datapackage.json` describes the tables as CSV. To validate, merge each patch into the schema of the same"
        " name.",
        "",
        "`metadata` is never published: it would tell what stood in a field before it was made secret. Required parts"
        " of an address that nobody knows are empty texts.",
        "",
        "Every record may have these besides:",
        "",
        *(f"- `{name}`: {hsds.ADDED[name]}" for name in COMMON),
        "",
    ]
    own_schemas, fields = schemas(), rows()
    for table in dict.fromkeys(row[0] for row in fields):
        lines += [f"## {table}", ""]
        lines += [own_schemas[f"{table}.json"]["description"], ""] if f"{table}.json" in own_schemas else []
        lines += ["| property | kind | what it says |", "|---|---|---|"]
        lines += [f"| `{field}` | {kind} | {description} |" for of, field, kind, description in fields if of == table]
        lines.append("")
    return "\n".join(lines)


SCHEMAS: dict[Kind, dict[str, Any]] = {
    "key": {"format": "uuid"},
    "day": {"format": "date"},
    "yes": {"type": "boolean"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
}
"""Kind of a field -> how a JSON schema says it; of others it is a text."""


def _property(table: str, name: str) -> dict[str, Any]:
    """Return the schema of one field: what is unknown is left out, so that nothing is null."""
    field = kinds_of_fields(table)[name]
    schema = {"type": "string"} | SCHEMAS.get(field.kind, {})
    if field.words:
        schema["enum"] = list(field.words)
    if name in FIELDS and field.kind != "key":
        schema["description"] = FIELDS[name]
    return schema


def _nested(table: str) -> dict[str, Any]:
    """Return the properties that a record has in JSON besides its fields: what stands inside it, what is said of it."""
    properties: dict[str, Any] = {}
    if table not in hsds.LINKED:
        properties |= {name: _list(linked) for linked, name in hsds.LINKED.items() if name in hsds.ADDED}
    for name, part in (hsds.MANY.get(table, {}) | hsds.ONE.get(table, {})).items():
        if name in hsds.ADDED and part.table in PUBLISHED:
            properties[name] = _list(part.table) if name in hsds.MANY.get(table, {}) else {"$ref": f"{part.table}.json"}
    if table not in hsds.LINKED:
        properties["text_languages"] = {"type": "object", "additionalProperties": {"type": "string"}}
    if table == "service":
        properties["freshness"] = {"type": "string", "enum": list(get_args(Freshness))}
        properties["listed"] = {"type": "boolean"}
    return {name: schema | {"description": hsds.ADDED[name]} for name, schema in properties.items()}


def _list(table: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"{table}.json"}}


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
