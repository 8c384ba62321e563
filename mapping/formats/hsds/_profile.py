"""Our profile of HSDS: what this directory adds to the standard, as JSON merge patches and schemas of its own.

Everything is derived from `mapping.model` and from what a view may hold. The texts of the standard are not repeated:
whoever validates merges the patches into its schemas, as the standard asks of profiles.

References
----------
Open Referral, "Creating profiles"; RFC 7396, JSON Merge Patch.
"""

import datetime as dt
import inspect
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from mapping.formats.hsds._package import HSDS_TABLES, columns, file_of, resource, tables
from mapping.freshness import Freshness
from mapping.model import RECORDS, ours, references, required
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
    found = {}
    for table in tables():
        if table not in HSDS_TABLES:
            continue
        kind = RECORDS[table]
        added = {name: _property(table, name) for name in columns(table) if name in ours(kind)}
        added |= _nested(table)
        if added:
            found[f"{table}.json"] = {"properties": added}
    return found


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas of the tables that the standard does not have: file -> schema; they refuse unknown fields."""
    found = {}
    for table in tables():
        if table in HSDS_TABLES:
            continue
        kind = RECORDS[table]
        names = columns(table)
        needed = [name for name in names if name == "id" or (name in required(kind) and not name.startswith("link_"))]
        found[f"{table}.json"] = {
            "$schema": DRAFT,
            "name": table,
            "path": file_of(table),
            "type": "object",
            "description": " ".join(inspect.cleandoc(kind.__doc__ or "").split()),
            "properties": {name: _property(table, name) for name in names} | _nested(table),
            "required": needed,
            "additionalProperties": False,
        }
    return found


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
    found: dict[str, Any] = {"profile.json": about(), "datapackage.json": datapackage()}
    found |= {f"schema/{name}": schema for name, schema in (patches() | schemas()).items()}
    return MappingProxyType(
        {name: _json(content) for name, content in found.items()} | {"README.md": readme().encode()}
    )


def rows() -> list[tuple[str, str, str, str]]:
    """Return what the profile adds, for a page: (table, property, kind, what it says); without what all may have."""
    found = []
    for name, schema in (patches() | schemas()).items():
        for field, about_it in schema["properties"].items():
            if field in COMMON:
                continue
            kind = about_it.get("type") or about_it.get("$ref", "").removesuffix(".json")
            if kind == "array":
                kind = f"list of {about_it['items'].get('$ref', '').removesuffix('.json')}"
            words = ", ".join(map(str, about_it.get("enum", ())))
            said = " ".join(filter(None, (about_it.get("description", ""), words and f"One of: {words}.")))
            found.append((name.removesuffix(".json"), field, str(kind), said))
    return found


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
    told, fields = schemas(), rows()
    for table in dict.fromkeys(row[0] for row in fields):
        lines += [f"## {table}", ""]
        lines += [told[f"{table}.json"]["description"], ""] if f"{table}.json" in told else []
        lines += ["| property | kind | what it says |", "|---|---|---|"]
        lines += [f"| `{field}` | {kind} | {said} |" for of, field, kind, said in fields if of == table]
        lines.append("")
    return "\n".join(lines)


def _property(table: str, name: str) -> dict[str, Any]:
    """Return the schema of one field: what is unknown is left out, so that nothing is null."""
    kind = RECORDS[table]
    if name == "id" or name == "link_id" or name in references(kind):
        return {"type": "string", "format": "uuid"}
    annotation = kind.model_fields[name].annotation
    kinds = set(get_args(annotation) or (annotation,))
    choices = [get_args(each) for each in (annotation, *get_args(annotation)) if get_origin(each) is Literal]
    found: dict[str, Any] = {"type": "string"}
    if choices:
        found["enum"] = list(choices[0])
    elif dt.date in kinds:
        found["format"] = "date"
    elif bool in kinds:
        found["type"] = "boolean"
    elif int in kinds:
        found["type"] = "integer"
    elif float in kinds:
        found["type"] = "number"
    if name in FIELDS:
        found["description"] = FIELDS[name]
    return found


def _nested(table: str) -> dict[str, Any]:
    """Return the properties that a record has in JSON besides its fields: what stands inside it, what is said of it."""
    said: dict[str, Any] = {}
    if table not in hsds.LINKED:
        said |= {name: _list(linked) for linked, name in hsds.LINKED.items() if name in hsds.ADDED}
    for name, part in (hsds.MANY.get(table, {}) | hsds.ONE.get(table, {})).items():
        if name in hsds.ADDED and part.table in PUBLISHED:
            said[name] = _list(part.table) if name in hsds.MANY.get(table, {}) else {"$ref": f"{part.table}.json"}
    if table not in hsds.LINKED:
        said["text_languages"] = {"type": "object", "additionalProperties": {"type": "string"}}
    if table == "service":
        said["freshness"] = {"type": "string", "enum": list(get_args(Freshness))}
    return {name: schema | {"description": hsds.ADDED[name]} for name, schema in said.items()}


def _list(table: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"{table}.json"}}


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
