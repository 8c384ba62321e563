"""The words of HSDS: its tables and columns in all versions, and how records stand inside each other in JSON.

Every reader of this family gives `Raw` rows under the names of `mapping.model`; `mapping.formats.hsds._take` makes
records of them.

References
----------
Open Referral, Human Services Data Specification 1.1, 2.0.1 and 3.1.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple, Protocol

from mapping.errors import FormatError
from mapping.language.i18n import Phrase
from mapping.model import RECORDS, WEEKDAYS, references

DEEPEST = 24
"""How deep records may stand in each other; HSDS needs 8."""

NO_ID = "no id: "
"""How an id begins that was made for a row without one."""


class Raw(NamedTuple):
    """One row of a table as it was sent: its cells, and where it stood."""

    table: str
    cells: dict[str, Any]
    sheet: str
    row: int | None


class SentRow(Protocol):
    """A row of a table and where it stood: `Raw`, or one whose cells are put together when they are asked for."""

    @property
    def table(self) -> str: ...
    @property
    def cells(self) -> dict[str, Any]: ...
    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int | None: ...


TABLES: dict[str, tuple[str, ...]] = {
    "organization": ("organizations", "organisation", "organisations"),
    "program": ("programs",),
    "service": ("services",),
    "location": ("locations",),
    "service_at_location": (
        "service_at_locations",
        "services_at_location",
        "services_at_locations",
        "service_location",
        "service_locations",
    ),
    "address": ("addresses", "physical_address", "physical_addresses", "postal_address", "postal_addresses"),
    "contact": ("contacts",),
    "phone": ("phones",),
    "schedule": (
        "schedules",
        "regular_schedule",
        "regular_schedules",
        "holiday_schedule",
        "holiday_schedules",
    ),
    "language": ("languages",),
    "service_area": ("service_areas",),
    "funding": ("fundings",),
    "cost_option": ("cost_options",),
    "required_document": ("required_documents",),
    "accessibility": ("accessibility_for_disabilities", "accessibilities"),
    "organization_identifier": ("organization_identifiers",),
    "url": ("urls", "additional_urls", "additional_websites"),
    "unit": ("units",),
    "service_capacity": ("service_capacities", "capacities", "capacity"),
    "taxonomy": ("taxonomies", "taxonomy_detail"),
    "taxonomy_term": ("taxonomy_terms",),
    "attribute": (
        "attributes",
        "service_attribute",
        "service_attributes",
        "other_attribute",
        "other_attributes",
        "service_taxonomy",
        "service_taxonomys",
        "service_taxonomies",
        "services_taxonomy",
        "services_taxonomies",
        "services_attributes",
    ),
    "verification": ("verifications",),
    "translation": ("translations",),
    "activity": ("activities",),
    "referral_agreement": ("referral_agreements",),
    "standard_assessment": ("standard_assessments",),
    "eligibility": ("eligibilitys", "eligibilities"),
    "payment_accepted": ("payments_accepted",),
}
"""Table of ours -> what else it is called: in the plural, in older versions, as a property of JSON."""

EXPECTED: dict[str, tuple[str, ...]] = {
    "organization": ("description",),
    "service": ("status",),
    "service_at_location": ("location_id",),
    "location": ("location_type",),
    "address": ("address_1", "city", "state_province", "postal_code", "country", "address_type"),
    "phone": ("number",),
    "taxonomy_term": ("name", "description"),
}
"""Columns that version 3.1 asks for and without which we take a row all the same; those we need too are not here."""

PASSED_OVER = {
    "metadata": Phrase("former values of fields, which may have been made secret"),
    **dict.fromkeys(("meta_table_description", "meta_table_descriptions"), Phrase("nothing about services")),
    **dict.fromkeys(("statement", "statements"), Phrase("statements, which two people of this directory must approve")),
    **dict.fromkeys(("case_count", "case_counts"), Phrase("case statistics, which have a form of their own")),
    **dict.fromkeys(
        ("standard_summary", "standard_summaries"), Phrase("summaries, which are worked out from the answers")
    ),
    **dict.fromkeys(("area_unit", "area_units"), Phrase("administrative units, which come with the study area")),
}
"""Tables that are known and not read, and what they hold."""

KNOWN: dict[str, str] = {name: table for table, names in TABLES.items() for name in (table, *names)}

PROPERTIES = {"additional_urls", "additional_websites", "taxonomy_detail", "metadata", *KNOWN}
"""Properties of nested JSON that hold records, not values."""

SAYS_NOTHING = {"freshness", "listed", "text_languages", "metadata"}
"""Properties that are worked out from others, or must not be read."""

HOLDING = PROPERTIES - PASSED_OVER.keys()
"""Properties of nested JSON whose records are read."""

LINKS = ("link_id", "link_entity")

RENAMED: dict[str, dict[str, str]] = {
    "organization": {"url": "website"},
    "taxonomy_term": {"term": "name", "vocabulary": "taxonomy"},
    "accessibility": {"accessibility": "description"},
    "language": {"language": "name"},
    "service_area": {"service_area": "name"},
    "address": {"address": "address_1", "postcode": "postal_code", "state": "state_province"},
    "location": {"lat": "latitude", "lon": "longitude", "lng": "longitude"},
    "schedule": {"start_date": "valid_from", "end_date": "valid_to"},
    "attribute": {"taxonomy_detail": "value", "taxonomy_id": "taxonomy_term_id"},
}
"""Table -> older column -> ours."""

IGNORED: dict[str, set[str]] = {
    "service": {"taxonomy_ids"},
    "taxonomy_term": {"parent_name"},
    "attribute": {"service_id"},
    "phone": {"department", "country_prefix"},
    "schedule": {"weekday", "closed", "wkst"},
    "address": {"address_3", "address_4"},
}
"""Older columns that `modern` reads, or that repeat another."""

_DAY_NAMES = {day.casefold(): day for day in WEEKDAYS} | {
    name[:length]: name[:2].upper()
    for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for length in (3, len(name))
}


def table_of(name: str) -> str | None:
    """Return our table of a file or property of this name, in any version; None where there is none.

    >>> table_of("Services_at_location.csv"), table_of("regular_schedule"), table_of("prices")
    ('service_at_location', 'schedule', None)
    """
    return KNOWN.get(bare(name))


@lru_cache(maxsize=1_000)
def bare(name: str) -> str:
    """Return a table's name as it is written in the standard: of "hsds/Services.csv" services."""
    return name.replace("\\", "/").rpartition("/")[2].removesuffix(".csv").strip().casefold().replace("-", "_")


OLDER = {
    "taxonomy": {"vocabulary", "parent_id", "parent_name"},
    "address": {"address_2", "address_3", "address_4"},
    "phone": {"country_prefix"},
}
"""Table -> other columns by which `modern` knows a row of an older version, or one that is written like it."""


def modern(name: str, cells: dict[str, Any], sheet: str, row: int | None) -> Raw:
    """Return a row of a table of any version as one of ours, which its cells then belong to."""
    name = bare(name)
    table = KNOWN[name]
    if table == "taxonomy" and not OLDER[table].isdisjoint(cells):
        table = "taxonomy_term"  # up to version 1.1 the terms themselves were called so
    renamed = RENAMED.get(table)
    if renamed and not renamed.keys().isdisjoint(cells):
        cells = {renamed.get(column, column): value for column, value in cells.items()}
    if name in _VERSIONS:
        _VERSIONS[name](cells)
    if table == "address":
        _lines_of_address(cells)
    elif table == "phone" and cells.get("country_prefix"):
        _with_prefix(cells)
    return Raw(table, cells, sheet, row)


def _lines_of_address(cells: dict[str, Any]) -> None:
    lines = [str(cells.get(f"address_{number}") or "").strip() for number in (2, 3, 4)]
    if any(lines):
        cells["address_2"] = ", ".join(filter(None, lines))


def _with_prefix(cells: dict[str, Any]) -> None:
    prefix, number = re.sub(r"\D", "", str(cells["country_prefix"])), str(cells.get("number") or "").strip()
    if prefix and number and not number.startswith("+"):
        cells["number"] = f"+{prefix} {number.lstrip('0')}"


def _address_of(kind: str, cells: dict[str, Any]) -> None:
    cells["address_type"] = kind


def _regular(cells: dict[str, Any]) -> None:
    """Hours of one weekday a row, by number or name."""
    if cells.get("weekday") not in (None, "") and not cells.get("byday"):
        day = str(cells["weekday"]).strip().casefold()
        if day.isdecimal() and 1 <= int(day) <= 7:
            cells["byday"] = WEEKDAYS[int(day) - 1]
        else:
            cells["byday"] = _DAY_NAMES.get(day) or _DAY_NAMES.get(day[:3], str(cells["weekday"]))
    cells.setdefault("freq", "WEEKLY")


def _holiday(cells: dict[str, Any]) -> None:
    """Hours of some days only; closed on them where the row says so."""
    if str(cells.get("closed") or "").strip().casefold() in ("true", "1", "yes", "y", "t"):
        cells |= {"opens_at": None, "closes_at": None, "description": cells.get("description") or "Closed"}
    elif cells.get("opens_at"):
        cells |= {"freq": "WEEKLY", "byday": ",".join(WEEKDAYS)}


def _of_service(cells: dict[str, Any]) -> None:
    cells |= {"link_id": cells.get("service_id") or cells.get("link_id"), "link_entity": "service"}


def _other(cells: dict[str, Any]) -> None:
    """Attributes of version 2, whose ``link_type`` named the table."""
    if not cells.get("link_entity"):
        cells |= {"link_entity": cells.get("link_type"), "link_type": None}


_VERSIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    **{f"{kind}_address{more}": partial(_address_of, kind) for kind in ("physical", "postal") for more in ("", "es")},
    **dict.fromkeys(("regular_schedule", "regular_schedules"), _regular),
    **dict.fromkeys(("holiday_schedule", "holiday_schedules"), _holiday),
    **dict.fromkeys((name for name in TABLES["attribute"] if name.startswith("service")), _of_service),
    **dict.fromkeys(("other_attribute", "other_attributes"), _other),
}
"""Table of an older version -> what makes its cells those of ours."""


def rows_of_document(table: str, document: Mapping[str, Any], row: int) -> list[Raw]:
    """Return the rows that one nested document holds, outermost first; ``row`` is its number in the file.

    Raises
    ------
    FormatError
        Records stand in each other deeper than HSDS can need.
    """
    rows: list[Raw] = []
    _gather(rows, table, document, row, {}, 0)
    return rows


NESTED = (list, dict)
"""Kinds of values in which JSON holds others."""

NAMES = (str, int)
"""Kinds of values that an id may be sent as: a tuple, since a union would be made anew for each value."""


def _gather(
    rows: list[Raw], name: str, document: Mapping[str, Any], row: int, above: Mapping[str, Any], depth: int
) -> None:
    """Add the row of a document and those inside it to ``rows``."""
    if depth > DEEPEST:
        raise FormatError(
            Phrase(
                "document {row}: records stand in each other more than {most} deep; is it HSDS?",
                row=row,
                most=DEEPEST,
            )
        )
    properties = _properties(name, tuple(document), tuple(above))
    cells: dict[str, Any] = {**above, **document}
    for key in properties.passed_over:
        del cells[key]
    for key in properties.told_twice:
        if key in LINKS or document[key] in (None, ""):
            cells[key] = above[key]  # where a record stands tells better than it does itself what it is said of
    inside = [(held, cells.pop(held.name)) for held in properties.holding if isinstance(cells[held.name], NESTED)]
    own = cells["id"] = identified(properties.table, cells)
    children: list[tuple[str, Mapping[str, Any], Mapping[str, str]]] = []
    for held, value in inside:
        around = {cell: properties.table if cell == "link_entity" else own for cell in held.names}
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, dict):
                if held.up:
                    cells[held.up] = identified(held.table, child)
                children.append((held.name, child, around))
            elif child not in (None, ""):
                cells[held.name] = child  # no record: told where rows are taken
    rows.append(Raw(properties.table, cells, name, row) if properties.modern else modern(name, cells, name, row))
    for held_name, child, down in children:
        _gather(rows, held_name, child, row, down, depth + 1)


class _Held(NamedTuple):
    """A property that holds records: their table, and how these and the record around them name each other (`_tie`)."""

    name: str
    table: str
    names: tuple[str, ...]
    up: str


class _Properties(NamedTuple):
    """What is done with the properties of a document; a feed has few different sets of them."""

    table: str
    passed_over: tuple[str, ...]
    told_twice: tuple[str, ...]
    """Those that the place of the document within another tells too."""
    holding: tuple[_Held, ...]
    modern: bool
    """Whether none is one of an older version."""


@lru_cache(maxsize=1_000)
def _properties(name: str, names: tuple[str, ...], above: tuple[str, ...]) -> _Properties:
    table = KNOWN[name]
    holding = tuple(_Held(inner, KNOWN[inner], *_tie(table, KNOWN[inner])) for inner in names if inner in HOLDING)
    older = {*RENAMED.get(table, ()), *OLDER.get(table, ())}
    return _Properties(
        table,
        tuple(inner for inner in names if inner in SAYS_NOTHING),
        tuple(inner for inner in names if inner in above),
        holding,
        name not in _VERSIONS and older.isdisjoint((*names, *above, *(held.up for held in holding))),
    )


def identified(table: str, cells: Mapping[str, Any]) -> str:
    """Return the id of a row as text; where it has none, one made of what it says, the same whenever it is sent."""
    sent = cells.get("id")
    if isinstance(sent, NAMES) and (text := str(sent).strip()):
        return text
    pairs = sorted((key, str(value)) for key, value in cells.items() if not isinstance(value, NESTED) and value)
    return NO_ID + hashlib.sha1(repr((table, pairs)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


@cache
def _tie(table: str, inner: str) -> tuple[tuple[str, ...], str]:
    """Return the cells by which a record inside names the one around it, and the one by which it is named instead."""
    if f"{inner}_id" in _REFERENCES[table]:
        return (), f"{inner}_id"
    if f"{table}_id" in _REFERENCES[inner]:
        return (f"{table}_id",), ""
    if inner in ("attribute", "verification", "translation"):
        return ("link_id", "link_entity"), ""
    return ("service_id",) if inner in ("eligibility", "payment_accepted") else (), ""


REFERENCES: dict[str, Mapping[str, str]] = {table: references(kind) for table, kind in RECORDS.items()}
"""Table -> its foreign keys: column -> table, worked out once."""

_REFERENCES: dict[str, Mapping[str, str]] = {
    table: REFERENCES.get(table, {"service_id": "service"}) for table in TABLES
}
