"""Lists whose rows are no services, told by their headings: activities, agreements, answers to a checklist, counts."""

from collections.abc import Sequence
from typing import Literal

from mapping.intake.guess.headings import field_of, named
from mapping.language.taxonomy import match_listed

OtherShape = Literal["activity", "agreement", "assessment", "case"]
"""Shapes of lists whose rows are no services."""

FIELDS_OF: dict[OtherShape, tuple[str, ...]] = {
    "activity": (
        *("organization", "implementer", "funder", "programme", "activity", "service", "unit", "unit_code", "start"),
        *("end", "target_group", "planned", "reached", "reached_women", "budget", "updated", "status"),
    ),
    "agreement": (
        *("from", "to", "service", "document", "number", "signed_on", "valid_to", "consent", "route"),
        *("answer_within", "status"),
    ),
    "assessment": (
        *("organization", "service", "service_ref", "standard", "answer", "evidence", "assessed_on", "assessed_by"),
    ),
    "case": (
        *("year", "period", "measure", "unit_of_count", "count", "law_article", "unit", "place", "sex", "age_band"),
        *("exploitation", "nationality", "counted_by", "source_url", "printed", "definition", "confidence"),
    ),
}
"""Shape -> the fields that its columns may fill, besides the key and the marking."""

NEEDED: dict[OtherShape, tuple[tuple[str, ...], ...]] = {
    "agreement": (("from",), ("to",)),
    "assessment": (("standard",), ("answer",), ("organization", "service_ref")),
    "case": (("year",), ("measure",), ("count",)),
    "activity": (
        ("organization", "implementer"),
        ("activity", "programme"),
        ("unit", "unit_code"),
        ("start", "end", "planned", "reached", "status", "implementer", "funder"),
    ),
}
"""Shape -> what its headings must name, one field of each; the first shape that has all counts."""

OF_SERVICES = frozenset(
    ("phone", "email", "website", "hours", "cost", "capacity", "documents", "languages", "latitude", "address")
)
"""Fields that a list of services has, and none of these."""


def other_shape(headings: Sequence[str]) -> OtherShape | Literal[""]:
    """Return the shape of a list whose rows are no services; empty for a list of services.

    >>> other_shape(["activity", "organisation", "status", "district"]), other_shape(["Name", "Activity", "Phone"])
    ('activity', '')
    """
    if any(map(_is_of_services, headings)):
        return ""
    if any(named(name, "year") for name in headings) and any(match_listed("case_measures", name) for name in headings):
        return "case"
    return next(
        (
            shape
            for shape, needed in NEEDED.items()
            if all({*names} & own_fields(headings, shape).keys() for names in needed)
        ),
        "",
    )


def _is_of_services(heading: str) -> bool:
    field = field_of(heading)
    own = max(named(heading, name) for names in FIELDS_OF.values() for name in names)
    return field in OF_SERVICES and named(heading, field) >= own


def own_fields(headings: Sequence[str], shape: OtherShape) -> dict[str, list[str]]:
    """Return the fields of a shape with their columns: each is the one whose longest word its heading holds."""
    order = (*FIELDS_OF[shape], "start and end", "key", "marking")
    fields: dict[str, list[str]] = {}
    best = {name: max(order, key=lambda about: named(name, about)) for name in headings if name}
    for name in sorted(best, key=lambda name: -named(name, best[name])):
        about = "start" if best[name] == "start and end" else best[name]
        if named(name, best[name]) and about in order and about not in fields:
            fields[about] = [name]
    if shape == "activity" and "organization" not in fields and "implementer" in fields:
        fields["organization"] = fields.pop("implementer")
    return {name: fields[name] for name in order if name in fields}
