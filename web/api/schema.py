"""The API's description: its collections, the schemas of what it answers, OpenAPI 3.1.

All of it is made from the records (`mapping.model`), from what of them may be published (`mapping.safety.redaction`),
from how they nest (`mapping.view.hsds`) and from the parameters (`web.api.parameters`), so that it cannot differ from
the answers.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mapping.freshness import Freshness
from mapping.model import RECORDS
from mapping.safety.redaction import PUBLISHED
from mapping.view import hsds
from web.api.parameters import BODY_LIMIT, DESCRIPTION, Parameter, Schema

HSDS_VERSION = "3.1"


@dataclass(frozen=True)
class Collection:
    """A list of the API and the records in it: their table, what may be asked, and whether HSDS has it."""

    name: str
    table: str
    parameters: Sequence[str]
    standard: bool = False

    @property
    def of_one(self) -> tuple[str, ...]:
        """What may be asked of a single record."""
        return ("lang", "full_service") if self.table == "organization" else ("lang",)


COLLECTIONS: dict[str, Collection] = {
    name: Collection(name, **described)
    for name, described in DESCRIPTION["collections"].items()
    if described["table"] in PUBLISHED or described["table"] == "area_unit"
}
"""Every list by the last part of its address."""

DELTAS: tuple[str, ...] = tuple(DESCRIPTION["deltas"])
"""What may be asked of the list of changes."""

SCHEMAS: dict[str, Schema] = DESCRIPTION["schemas"]
"""Schemas of what is no record of the directory."""


@cache
def record_schema(table: str) -> Schema:
    """Return the schema of a record as the API answers it."""
    if table == "area_unit":
        return SCHEMAS["area_unit"]
    kind, fields = RECORDS[table], PUBLISHED[table]
    described = kind.model_json_schema()
    properties: dict[str, Schema] = {"id": {"type": "string"}} | {
        name: _plain(described["properties"][name], described.get("$defs", {})) for name in fields
    }
    needed = ["id", *(name for name in fields if name in hsds.needed_texts(table) and not name.startswith("link_"))]
    if table == "service_capacity":
        properties["updated"] = {"type": "string", "format": "date-time"}
        needed += ["unit", "available", "updated"]
    for name, part in hsds.ONE.get(table, {}).items():
        properties[name] = _ref(part.table)
    for name, part in hsds.MANY.get(table, {}).items():
        if part.table in PUBLISHED:
            properties[name] = {"type": "array", "items": _ref(part.table)}
    properties |= _said(table)
    return {
        "type": "object",
        "title": kind.__name__,
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": properties,
        "required": sorted(set(needed)),
        "additionalProperties": False,
    }


def _said(table: str) -> dict[str, Schema]:
    """Return the properties that any record may have, and those of services."""
    properties: dict[str, Schema] = {
        name: {"type": "array", "items": _ref(linked)}
        for linked, name in hsds.LINKED.items()
        if table not in hsds.LINKED
    }
    properties["text_languages"] = {"type": "object", "additionalProperties": {"type": "string"}}
    if table == "service":
        properties["freshness"] = {"type": "string", "enum": list(Freshness.__args__)}  # type: ignore[attr-defined]
        properties["listed"] = {"type": "boolean"}
        properties["last_modified"] = {"type": "string", "format": "date-time"}
    if table in ("service", "service_at_location"):
        properties["distance"] = {
            "type": "integer",
            "minimum": 0,
            "description": "Metres from what was asked for as near.",
        }
    return properties


def _plain(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    """Return a field's schema without null, which is never written, and without titles and defaults."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    plain = dict(kinds[0]) if len(kinds) == 1 else {"anyOf": [dict(kind) for kind in kinds]}
    if "$ref" in plain:
        plain = dict(definitions[str(plain["$ref"]).rsplit("/", 1)[1]])
    return {name: value for name, value in plain.items() if name not in ("title", "default")}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def page_schema(*kinds: str) -> Schema:
    """Return the schema of a page of records of one kind, or of one of several."""
    page = SCHEMAS["page"]
    items = _ref(kinds[0]) if len(kinds) == 1 else {"anyOf": [_ref(kind) for kind in kinds]}
    return page | {"properties": page["properties"] | {"contents": {"type": "array", "items": items}}}


def openapi(parameters: Mapping[str, Parameter], title: str, description: str, licence: Mapping[str, str]) -> Schema:
    """Return the OpenAPI 3.1 document."""
    tables = {*PUBLISHED, "area_unit"}
    paths: Schema = {"/": {"get": _operation("root", "Say what this API is.", _json(_ref("root")), [])}}
    for collection in COLLECTIONS.values():
        kinds = (collection.table, "minimal") if "minimal" in collection.parameters else (collection.table,)
        about = f"List {collection.name.replace('_', ' ')}" + (
            "." if collection.standard else ", which HSDS does not have."
        )
        of_list = [parameters[name] for name in collection.parameters]
        paths[f"/{collection.name}"] = _list(collection.name, about, page_schema(*kinds), of_list)
        of_record = [parameters[name] for name in collection.of_one]
        operation = _operation(
            f"one_of_{collection.name}", f"Show one of {collection.name}.", _json(_ref(collection.table)), of_record
        )
        operation["responses"]["404"] = _problem("There is none of that id: a hidden one is as one that never was.")
        paths[f"/{collection.name}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": operation,
        }
    of_list = [parameters[name] for name in DELTAS]
    paths["/deltas"] = _list("deltas", "List what changed and what left.", page_schema("change"), of_list)
    schemas = {table: record_schema(table) for table in sorted(tables)}
    schemas |= {name: SCHEMAS[name] for name in ("minimal", "change", "problem", "root")}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": HSDS_VERSION, "description": description, "license": dict(licence)},
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _list(name: str, about: str, page: Schema, parameters: list[Parameter]) -> Schema:
    got = _operation(name, about, _json(page), parameters)
    posted = _operation(f"{name}_by_post", about, _json(page), [])
    posted["requestBody"] = {
        "required": False,
        "description": f"The same parameters as with GET, at most {BODY_LIMIT} bytes; they then stand in no log.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {parameter.name: _described(parameter) for parameter in parameters},
                    "additionalProperties": False,
                }
                | _needs_a_place(parameters)
            }
        },
    }
    posted["responses"]["413"] = _problem("The body is too large.")
    for operation in (got, posted):
        operation["responses"]["200"]["content"]["application/x-ndjson"] = {"schema": {"type": "string"}}
    return {"get": got, "post": posted}


def _needs_a_place(parameters: list[Parameter]) -> Schema:
    """Return what a body must hold beside a distance: from where it is measured."""
    if not any(parameter.name == "proximity" for parameter in parameters):
        return {}
    return {"dependentSchemas": {"proximity": {"anyOf": [{"required": ["near"]}, {"required": ["postcode"]}]}}}


def _operation(name: str, about: str, content: Schema, parameters: list[Parameter]) -> Schema:
    return {
        "operationId": name,
        "summary": about,
        "parameters": [
            {
                "name": parameter.name,
                "in": "query",
                "required": False,
                "description": parameter.about,
                "schema": parameter.schema,
            }
            for parameter in parameters
        ],
        "responses": {
            "200": {"description": "What was asked for.", "content": content},
            "304": {"description": "Nothing has changed since the answer whose ETag was sent as If-None-Match."},
            "400": _problem("Parameters that cannot be taken, all of them, with what is allowed."),
        },
    }


def _described(parameter: Parameter) -> Schema:
    return parameter.schema | {"description": parameter.about}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _problem(about: str) -> Schema:
    return {"description": about, "content": {"application/problem+json": {"schema": _ref("problem")}}}
