"""The words of HSDS: its tables and columns in all versions, and how records stand inside each other in JSON.

Every reader of this family gives a `SentRow` under the names of `mapping.model` for each row; what becomes of it is
said in `mapping.formats.hsds._rows`.

References
----------
Open Referral, Human Services Data Specification 1.1, 2.0.1 and 3.1.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mapping.formats import refusal
from mapping.model import RECORDS, WEEKDAYS, references
from mapping.resources import table_beside

DEEPEST = 24
"""How deep records may stand in each other; HSDS needs 8."""

NO_ID = "no id: "
"""How an id begins that was made for a row without one."""

STANDARD = frozenset(
    {
        *("organization", "program", "service", "location", "service_at_location", "address", "contact", "phone"),
        *("schedule", "language", "service_area", "funding", "cost_option", "required_document", "accessibility"),
        *("organization_identifier", "url", "unit", "service_capacity", "taxonomy", "taxonomy_term", "attribute"),
    }
)
"""Tables that are the standard's own."""

OURS = frozenset({"verification", "translation", "activity", "referral_agreement", "standard_assessment"})
"""Tables of our profile that are read."""


_OLD_NAMES = table_beside(__file__, "old_names")

OTHER_NAMES = {row["table"]: row["ours"] for row in _OLD_NAMES if not row["column"]}
"""What a table is called besides, in the singular: in older versions, or as a property of JSON."""

PASSED_OVER = frozenset(
    {
        *("metadata", "meta_table_description", "meta_table_descriptions", "payment_accepted", "payments_accepted"),
        *("statement", "statements", "case_count", "case_counts", "standard_summary", "standard_summaries"),
        *("area_unit", "area_units"),
    }
)
"""Tables that are known and not read: `metadata` may hold what was made secret, of others people here decide."""

SAYS_NOTHING = {"freshness", "listed", "text_languages", "metadata"}
"""Properties that are worked out from others, or must not be read."""

RENAMED = {(row["table"], row["column"]): row["ours"] for row in _OLD_NAMES if row["column"]}
"""Our table and an older column of it -> our column."""

IGNORED = frozenset({"taxonomy_ids", "parent_name", "service_id", "department", "wkst"})
"""Older columns that repeat another, or say nothing of a service."""

REFERENCES: dict[str, Mapping[str, str]] = {table: references(kind) for table, kind in RECORDS.items()}
"""Table -> its foreign keys: column -> table."""

NESTED = (list, dict)
"""Kinds of values in which JSON holds others."""


@dataclass(slots=True)
class SentRow:
    """One row of a table: its cells and where they stood; then the id of its record and what was read of it."""

    table: str
    cells: dict[str, Any]
    sheet: str
    row: int | None
    id: str = ""
    sent: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


def bare(name: str) -> str:
    """Return a table's name as it is written in the standard: of "hsds/Services.csv" services."""
    return name.replace("\\", "/").rpartition("/")[2].removesuffix(".csv").strip().casefold().replace("-", "_")


@lru_cache(maxsize=1_000)
def table_of(name: str) -> str | None:
    """Return our table of a file or property of this name, in any version; None where there is none.

    >>> table_of("Services_at_location.csv"), table_of("regular_schedule"), table_of("prices")
    ('service_at_location', 'schedule', None)
    """
    name = _singular(name)
    table = OTHER_NAMES.get(name, name)
    return table if table in STANDARD | OURS else None


@lru_cache(maxsize=1_000)
def _singular(name: str) -> str:
    name = bare(name)
    for end, instead in (("ies", "y"), ("sses", "ss"), ("s", "")):
        singular = name.removesuffix(end) + instead
        if name.endswith(end) and singular in STANDARD | OURS | OTHER_NAMES.keys():
            return singular
    return name


def modern(name: str, cells: dict[str, Any], sheet: str, row: int | None) -> SentRow:
    """Return a row of a table of any version as one of ours, which its cells then belong to."""
    called, table = _singular(name), table_of(name) or ""
    if table == "taxonomy" and not {"vocabulary", "parent_id", "parent_name"}.isdisjoint(cells):
        table = "taxonomy_term"  # up to version 1.1 the terms themselves were called so
    cells = {RENAMED.get((table, column), column): value for column, value in cells.items()}
    if table == "address":
        _mend_address(called, cells)
    elif table == "phone":
        _add_prefix(cells)
    elif called == "regular_schedule":
        cells.setdefault("freq", "WEEKLY")
        cells["byday"] = cells.get("byday") or cells.pop("weekday", None)
    elif called == "holiday_schedule":
        _mend_holiday(cells)
    elif called == "eligibility":
        cells["id"] = cells.pop("service_id", None)
    elif called == "other_attribute":  # of version 2, whose link_type named the table
        if not cells.get("link_entity"):
            cells |= {"link_entity": cells.get("link_type"), "link_type": None}
    elif table == "attribute" and called.startswith("service"):
        cells |= {"link_id": cells.get("service_id") or cells.get("link_id"), "link_entity": "service"}
    return SentRow(table, cells, sheet, row)


def _mend_address(called: str, cells: dict[str, Any]) -> None:
    if called != "address":
        cells["address_type"] = called.partition("_")[0]
    lines = [str(cells.pop(f"address_{number}", None) or "").strip() for number in (2, 3, 4)]
    if any(lines):
        cells["address_2"] = ", ".join(filter(None, lines))


def _add_prefix(cells: dict[str, Any]) -> None:
    """Write the country's code, which stood apart, before the number."""
    prefix, number = re.sub(r"\D", "", str(cells.pop("country_prefix", ""))), str(cells.get("number") or "").strip()
    if prefix and number and not number.startswith("+"):
        cells["number"] = f"+{prefix} {number.lstrip('0')}"


def _mend_holiday(cells: dict[str, Any]) -> None:
    """Write hours of some days only as of today; closed on them where the row says so."""
    if str(cells.pop("closed", "") or "").strip().casefold() in ("true", "1", "yes", "y", "t"):
        cells |= {"opens_at": None, "closes_at": None, "description": cells.get("description") or "Closed"}
    elif cells.get("opens_at"):
        cells |= {"freq": "WEEKLY", "byday": ",".join(WEEKDAYS)}


def rows_of_document(
    name: str, document: Mapping[str, Any], row: int, around: Mapping[str, Any] | None = None, depth: int = 0
) -> list[SentRow]:
    """Return the rows that one nested document holds, outermost first; ``row`` is its number in the file.

    ``around`` are cells that its place within another gives it: these tell better than it does itself what it is of.

    Raises
    ------
    FormatError
        Records stand in each other deeper than HSDS can need.
    """
    if depth > DEEPEST:
        raise refusal(
            "document {row}: records stand in each other more than {most} deep; is it HSDS?", row=row, most=DEEPEST
        )
    table, cells = table_of(name) or "", dict(around or {})
    inside: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, NESTED) and key not in SAYS_NOTHING and table_of(key) is not None:
            inside[key] = value
        elif key not in SAYS_NOTHING and (key not in cells or (key[:5] != "link_" and value not in (None, ""))):
            cells[key] = value
    own = cells["id"] = identified(table, cells)
    children: list[SentRow] = []
    for key, value in inside.items():
        inner = table_of(key) or ""
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, dict):
                if f"{inner}_id" in REFERENCES[table]:
                    cells[f"{inner}_id"] = identified(inner, child)
                children += rows_of_document(key, child, row, _ties(table, inner, own), depth + 1)
            elif child not in (None, ""):
                cells[key] = child  # no record: told where rows are taken
    return [modern(name, cells, name, row), *children]


def _ties(table: str, inner: str, own: str) -> dict[str, str]:
    """Return the cells by which a record inside another names it."""
    if f"{inner}_id" in REFERENCES[table]:
        return {}
    if f"{table}_id" in REFERENCES[inner]:
        return {f"{table}_id": own}
    return {"link_id": own, "link_entity": table} if inner in ("attribute", "verification", "translation") else {}


def identified(table: str, cells: Mapping[str, Any]) -> str:
    """Return the id of a row as text; where it has none, one made of what it says, the same whenever it is sent."""
    sent = cells.get("id")
    if isinstance(sent, str | int) and (text := str(sent).strip()):
        return text
    pairs = sorted((key, str(value)) for key, value in cells.items() if not isinstance(value, NESTED) and value)
    return NO_ID + hashlib.sha1(repr((table, pairs)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
