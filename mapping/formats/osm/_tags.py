"""OpenStreetMap: which elements are help, and what their tags say, as a sheet with a map of its own.

Data of OpenStreetMap are under the ODbL: the licence is kept with the source of each record. What is a refuge stays
with the custodians, whoever has put it on the map.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap, Expected, Sheets
from mapping.formats import Sheet
from mapping.formats.osm._hours import plain_hours
from mapping.language.i18n import Message
from mapping.language.taxonomy import TERMS
from mapping.resources import table_beside
from mapping.safety.licences import OPENSTREETMAP

SHEET = "OpenStreetMap"
LICENCE = OPENSTREETMAP
TAGS = TERMS / "osm_tags.csv"
GONE = ("disused", "abandoned", "demolished", "removed", "razed", "was", "construction", "proposed")
"""Keys, and beginnings of keys, of what is no longer there or not yet."""


_COLUMNS = table_beside(__file__, "osm_columns")

COLUMNS = {row["column"]: row["field"] for row in _COLUMNS}
"""Column of the sheet -> the field that it fills."""

TAKEN = [(row["column"], row["keys"].split("|"), row["taken"]) for row in _COLUMNS if row["keys"]]
"""Column of the sheet -> keys whose values stand there: all of them, the first of them, or the first key's whole."""

KINDS = {
    "ngo": "ngo",
    "government": "government",
    "public": "government",
    "religious": "religious",
    "private": "business",
    "charity": "ngo",
    "community": "ngo",
}
WHEELCHAIR = {"designated": "yes", "limited": "partly"}
"""Words of OpenStreetMap for an entrance -> ours; "partly" is said to whoever imports it, and not taken for a yes."""
NATIONALS = "nationals of "


@dataclass(frozen=True)
class Element:
    """A node, way or relation: its kind and number, its tags, and its point or centre."""

    id: str
    tags: Mapping[str, str]
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class TagRule:
    """What some tags together mean."""

    tags: tuple[tuple[str, str], ...]
    service_type: str
    organization_type: str
    serves: str
    restricted: bool


@cache
def rules() -> tuple[TagRule, ...]:
    """Return what tags mean, from ``terms/osm_tags.csv``."""
    with TAGS.open(encoding="utf-8", newline="") as file:
        return tuple(
            TagRule(
                tuple((tag.partition("=")[0], tag.partition("=")[2]) for tag in row["tags"].split(";")),
                row["service_type"],
                row["organization_type"],
                row["serves"],
                row["restricted"] == "1",
            )
            for row in csv.DictReader(file)
        )


@cache
def first_keys() -> frozenset[str]:
    """Return the keys by which an element may be help."""
    return frozenset(rule.tags[0][0] for rule in rules() if rule.service_type)


def meaning(tags: Mapping[str, str]) -> list[TagRule]:
    """Return the rules that hold for an element: of those that begin alike, the ones that say most."""
    fitting = [rule for rule in rules() if all(value in _values(tags, key) for key, value in rule.tags)]
    most: dict[tuple[str, str], int] = {}
    for rule in fitting:
        most[rule.tags[0]] = max(most.get(rule.tags[0], 0), len(rule.tags))
    return [rule for rule in fitting if len(rule.tags) == most[rule.tags[0]]]


def is_gone(tags: Mapping[str, str]) -> bool:
    """Tell whether the tags say that it is no longer there, or not yet."""
    return any(tags.get(key, "no") not in ("no", "") for key in GONE)


def sheet_of(elements: Iterable[Element]) -> Sheet:
    """Return the elements that are help as a sheet; what else there is, is counted."""
    rows: list[list[object]] = []
    skipped: list[Message] = []
    named: set[str] = set()
    help_elements = []
    for element in elements:
        if is_gone(element.tags):
            skipped.append(Message("an element that is no longer there, or not yet"))
            continue
        holds = meaning(element.tags)
        if not any(rule.service_type for rule in holds):
            skipped.append(Message("an element whose tags name no help that we list"))
            continue
        if element.latitude is None:
            skipped.append(
                Message("no position or centre: {element}; ask for it with `out center`", element=element.id)
            )
        help_elements.append((element, holds))
        named |= {key for key in element.tags if re.fullmatch(r"name:[a-z]{2,3}", key)}
    languages = sorted(named)
    for element, holds in help_elements:
        rows.append([*_cells(element, holds), *(element.tags.get(key, "") for key in languages)])
    return Sheet(SHEET, [[*COLUMNS, *languages], *rows], skipped=tuple(skipped))


IDS = ("@id", "full_id")
"""What overpass-turbo and QuickOSM call the column with the kind and number of an element."""


def sheet_of_table(sheet: Sheet) -> Sheet | None:
    """Return the elements of a table with a column for each tag, as `sheet_of` gives them; None for any other table."""
    heads = [str(cell) for cell in sheet.rows[0]] if sheet.rows else []
    own = next((name for name in IDS if name in heads), None)
    if own is None or first_keys().isdisjoint(heads):
        return None
    elements = []
    for row in sheet.rows[1:]:
        cells = {name: str(cell).strip() for name, cell in zip(heads, row, strict=False) if cell is not None}
        latitude, longitude = (
            next((number for name in names if (number := _degrees(cells.get(name, ""))) is not None), None)
            for names in (("@lat", "latitude"), ("@lon", "longitude"))
        )
        tags = {name: cell for name, cell in cells.items() if cell and not name.startswith("@")}
        elements.append(Element(cells.get(own, ""), tags, latitude, longitude))
    read = sheet_of(elements)
    return replace(read, skipped=(*sheet.skipped, *read.skipped))


def _degrees(text: str) -> float | None:
    with suppress(ValueError):
        return float(text)
    return None


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Return the map of a sheet that `sheet_of` made, None for any other."""
    sheet = next((s for s in sheets if s.name == SHEET and s.rows and {*COLUMNS} <= {*map(str, s.rows[0])}), None)
    if sheet is None:
        return None
    header = [str(cell) for cell in sheet.rows[0]]
    own = {
        f"organization.{language}": [f"name:{language}"] for language in area.languages if f"name:{language}" in header
    }
    serves = header.index("serves")
    terms = {part for row in sheet.rows[1:] for cell in row[serves : serves + 1] for part in str(cell).split("; ")}
    nationals = sorted(part for part in terms if part.startswith(NATIONALS))  # the digest of a map hangs on its order
    groups = {part: "MIG-ABR" if part == NATIONALS + area.code else "MIG-FOR" for part in nationals}
    return ColumnMap(
        source="openstreetmap",
        name="OpenStreetMap",
        licence=LICENCE,
        rank=-10,
        key=["osm id"],
        rows=Expected(least=0, refused=None),
        sheets=Sheets(only=[SHEET]),
        fields={field: [column] for column, field in COLUMNS.items() if field} | own,
        constants={},
        markings={"open": "public", "restricted": "custodian"},
        precisions={"exact": "exact", "none": "none"},
        words={"serves": groups},
        ignored=[name for name in header if name not in COLUMNS and [name] not in own.values()],
        notes=[Message("{licence}: name it wherever these records are shown", licence=LICENCE)],
    )


def _cells(element: Element, holds: Sequence[TagRule]) -> list[object]:
    tags = element.tags
    services = dict.fromkeys(rule.service_type for rule in holds if rule.service_type)
    kinds = [KINDS.get(tags.get("operator:type", ""), ""), *(rule.organization_type for rule in holds)]
    serves = dict.fromkeys(rule.serves for rule in holds if rule.serves)
    embassy = "embassy" in kinds
    if embassy and re.fullmatch(r"[A-Z]{2}", tags.get("country", "")):
        serves[NATIONALS + tags["country"]] = None
    restricted = any(rule.restricted for rule in holds)
    cells = {column: _said(tags, keys, taken) for column, keys, taken in TAKEN}
    cells |= {
        "osm id": element.id,
        "services": "; ".join(services),
        "kind": next(filter(None, kinds), ""),
        "serves": "; ".join(serves),
        "latitude": element.latitude,
        "longitude": element.longitude,
        "address": " ".join(filter(None, (tags.get("addr:street"), tags.get("addr:housenumber")))),
        "opening hours": plain_hours(tags.get("opening_hours", "")),
        "wheelchair": WHEELCHAIR.get(tags.get("wheelchair", ""), tags.get("wheelchair", "")),
        "country": tags.get("target", "") if embassy else "",
        "marking": "restricted" if restricted else "open",
        "precision": "none" if restricted else "exact",
    }
    return [cells[column] for column in COLUMNS]


def _values(tags: Mapping[str, str], key: str) -> list[str]:
    return [part.strip() for part in tags.get(key, "").split(";")]


def _said(tags: Mapping[str, str], keys: Sequence[str], taken: str) -> object:
    """Return what some keys say: all of it once, the first part, or the whole value of the first that says anything."""
    values = (
        (tags.get(key, "") for key in keys) if taken == "whole" else (v for key in keys for v in _values(tags, key))
    )
    said = dict.fromkeys(filter(None, values))
    return "; ".join(said) if taken == "all" else next(iter(said), "")


def centre(points: Iterator[tuple[float, float]] | Sequence[tuple[float, float]]) -> tuple[float | None, float | None]:
    """Return the middle of the box around points (latitude, longitude), as Overpass gives it for a way."""
    known = list(points)
    if not known:
        return None, None
    latitudes, longitudes = zip(*known, strict=True)
    return (round((min(latitudes) + max(latitudes)) / 2, 7), round((min(longitudes) + max(longitudes)) / 2, 7))
