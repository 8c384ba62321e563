"""What each field of a table holds, made of `mapping.model`: by it HSDS is read, written and described."""

import datetime as dt
from functools import cache
from typing import Literal, NamedTuple, get_args, get_origin

from mapping.model import RECORDS, references

Kind = Literal["key", "word", "day", "yes", "whole", "number", "time", "mail", "web", "text"]

BY_NAME: dict[str, Kind] = {
    "email": "mail",
    "assurer_email": "mail",
    "website": "web",
    "url": "web",
    "logo": "web",
    "uri": "web",
    "term_uri": "web",
    "schedule_link": "web",
    "opens_at": "time",
    "closes_at": "time",
}

BY_TYPE: dict[type, Kind] = {dt.date: "day", bool: "yes", int: "whole", float: "number"}


class FieldKind(NamedTuple):
    """What a field holds, and of words those that it may."""

    kind: Kind
    words: tuple[str, ...] = ()


@cache
def kinds_of_fields(table: str) -> dict[str, FieldKind]:
    """Return what each field of a table holds."""
    record, keys = RECORDS[table], {"id", "link_id", *references(RECORDS[table])}
    return {
        name: FieldKind("key") if name in keys else _kind(name, about.annotation)
        for name, about in record.model_fields.items()
    }


def _kind(name: str, annotation: object) -> FieldKind:
    parts = get_args(annotation) or (annotation,)
    words = next((get_args(part) for part in (annotation, *parts) if get_origin(part) is Literal), ())
    if words:
        return FieldKind("word", words)
    by_type = next((kind for type_, kind in BY_TYPE.items() if type_ in parts), None)
    return FieldKind(by_type or BY_NAME.get(name, "text"))
