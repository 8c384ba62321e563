"""The API's description: its collections, the schemas of what it answers, OpenAPI 3.1.

All of it is made from the records (`mapping.model`), from what of them may be published (`mapping.safety.redaction`),
from how they nest (`mapping.view.hsds`) and from the parameters (`web.api.parameters`), so that it cannot differ from
the answers.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mapping.freshness import Freshness
from mapping.model import RECORDS
from mapping.safety.redaction import PUBLISHED
from mapping.view import hsds
from web.api.parameters import BODY_LIMIT, KnownCodes, Parameter, Schema

HSDS_VERSION = "3.1"
_PAGED = ("page", "per_page", "format")
_FOUND = (
    "search",
    *_PAGED,
    "taxonomy_term_id",
    "taxonomy_id",
    "organization_id",
    "modified_after",
    "full",
    "minimal",
    "postcode",
    "proximity",
    "near",
    "area_unit",
    "service_type",
    "serves",
    "speaks",
    "status",
    "lang",
)


@dataclass(frozen=True)
class Collection:
    """A list of the API and the records in it: their table, what may be asked, and whether HSDS has it."""

    name: str
    table: str
    parameters: tuple[str, ...]
    standard: bool = False

    @property
    def of_one(self) -> tuple[str, ...]:
        """What may be asked of a single record."""
        return ("lang", "full_service") if self.table == "organization" else ("lang",)


COLLECTIONS: dict[str, Collection] = {
    collection.name: collection
    for collection in (
        Collection("services", "service", _FOUND, standard=True),
        Collection(
            "organizations",
            "organization",
            (
                "search",
                *_PAGED,
                "taxonomy_term_id",
                "taxonomy_id",
                "modified_after",
                "full",
                "full_service",
                "minimal",
                "lang",
            ),
            standard=True,
        ),
        Collection(
            "service_at_locations", "service_at_location", tuple(n for n in _FOUND if n != "minimal"), standard=True
        ),
        Collection("taxonomies", "taxonomy", ("search", *_PAGED, "lang"), standard=True),
        Collection(
            "taxonomy_terms",
            "taxonomy_term",
            ("search", *_PAGED, "taxonomy_id", "parent_id", "top_only", "lang"),
            standard=True,
        ),
        Collection(
            "locations",
            "location",
            ("search", *_PAGED, "organization_id", "area_unit", "modified_after", "full", "lang"),
        ),
        Collection("activities", "activity", ("search", *_PAGED, "organization_id", "area_unit", "lang")),
        Collection("statements", "statement", ("search", *_PAGED, "area_unit", "lang")),
        Collection("referral_agreements", "referral_agreement", ("search", *_PAGED, "organization_id", "lang")),
        Collection("case_counts", "case_count", ("search", *_PAGED, "area_unit", "year", "lang")),
        Collection("area_units", "area_unit", (*_PAGED, "lang")),
    )
    if collection.table in PUBLISHED or collection.table == "area_unit"
}
"""Every list by the last part of its address."""

DELTAS = ("since", "entity", *_PAGED)
"""What may be asked of the list of changes."""


@cache
def record_schema(table: str) -> Schema:
    """Return the schema of a record as the API answers it."""
    if table == "area_unit":
        return AREA_UNIT
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


AREA_UNIT: Schema = {
    "type": "object",
    "title": "AreaUnit",
    "description": "An administrative unit of the study area.",
    "properties": {
        "id": {"type": "string", "description": "Its code."},
        "name": {"type": "string"},
        "names": {"type": "object", "additionalProperties": {"type": "string"}, "description": "By language."},
        "parent_id": {"type": "string"},
        "level": {"type": "integer", "description": "0 is the country."},
        "people": {"type": "integer"},
        "text_languages": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["id", "name", "level"],
    "additionalProperties": False,
}

MINIMAL: Schema = {
    "type": "object",
    "description": "A record with `minimal`: its id, and when it last changed.",
    "properties": {"id": {"type": "string"}, "modified_date": {"type": "string", "format": "date"}},
    "required": ["id", "modified_date"],
    "additionalProperties": False,
}
CHANGE: Schema = {
    "type": "object",
    "description": "A record that changed, or that left the directory: take it out of copies.",
    "properties": {
        "entity": {"type": "string"},
        "id": {"type": "string"},
        "change": {"type": "string", "enum": ["changed", "gone"]},
        "on": {"type": "string", "format": "date"},
    },
    "required": ["entity", "id", "change", "on"],
    "additionalProperties": False,
}
PAGE_FIELDS: dict[str, Schema] = {
    "total_items": {"type": "integer", "minimum": 0},
    "total_pages": {"type": "integer", "minimum": 0},
    "page_number": {"type": "integer", "minimum": 1},
    "size": {"type": "integer", "minimum": 0},
    "first_page": {"type": "boolean"},
    "last_page": {"type": "boolean"},
    "empty": {"type": "boolean"},
}
PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "problem": {"type": "string"},
                    "allowed": {"type": "string"},
                },
                "required": ["parameter", "problem", "allowed"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}
ROOT: Schema = {
    "type": "object",
    "properties": {
        "version": {"type": "string"},
        "profile": {"type": "string", "format": "uri-reference"},
        "openapi_url": {"type": "string", "format": "uri-reference"},
        "publisher": {"type": "string"},
        "description": {"type": "string"},
        "license": {"type": "string", "format": "uri"},
        "edition": {"type": "string", "format": "date"},
        "languages": {"type": "array", "items": {"type": "string"}},
        "collections": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"total_items": {"type": "integer"}, "file_pages": {"type": "integer"}},
                "required": ["total_items", "file_pages"],
                "additionalProperties": False,
            },
        },
    },
    "required": [
        "version",
        "profile",
        "openapi_url",
        "publisher",
        "description",
        "license",
        "edition",
        "languages",
        "collections",
    ],
    "additionalProperties": False,
}


def page_schema(*kinds: str) -> Schema:
    """Return the schema of a page of records of one kind, or of one of several."""
    items = _ref(kinds[0]) if len(kinds) == 1 else {"anyOf": [_ref(kind) for kind in kinds]}
    return {
        "type": "object",
        "properties": {**PAGE_FIELDS, "contents": {"type": "array", "items": items}},
        "required": [*PAGE_FIELDS, "contents"],
        "additionalProperties": False,
    }


def openapi(choices: KnownCodes, title: str, description: str, licence: Mapping[str, str]) -> Schema:
    """Return the OpenAPI 3.1 document."""
    tables = {*PUBLISHED, "area_unit"}
    paths: Schema = {"/": {"get": _operation("root", "Say what this API is.", _json(_ref("root")), [])}}
    for collection in COLLECTIONS.values():
        kinds = (collection.table, "minimal") if "minimal" in collection.parameters else (collection.table,)
        about = f"List {collection.name.replace('_', ' ')}" + (
            "." if collection.standard else ", which HSDS does not have."
        )
        of_list = [choices.parameters[name] for name in collection.parameters]
        paths[f"/{collection.name}"] = _list(collection.name, about, page_schema(*kinds), of_list)
        of_record = [choices.parameters[name] for name in collection.of_one]
        operation = _operation(
            f"one_of_{collection.name}", f"Show one of {collection.name}.", _json(_ref(collection.table)), of_record
        )
        operation["responses"]["404"] = _problem("There is none of that id: a hidden one is as one that never was.")
        paths[f"/{collection.name}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": operation,
        }
    of_list = [choices.parameters[name] for name in DELTAS]
    paths["/deltas"] = _list("deltas", "List what changed and what left.", page_schema("change"), of_list)
    schemas = {table: record_schema(table) for table in sorted(tables)}
    schemas |= {"minimal": MINIMAL, "change": CHANGE, "problem": PROBLEM, "root": ROOT}
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
