"""HXL: a row of hashtags says what the columns of a 3W or 4W table mean, so that no map is needed.

In: rows become activities, presence in an administrative unit and never a point. Out: the activities of a view.

References
----------
HXL 1.1, tagging conventions and core dictionary. hxlstandard.org
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.column_map import UNNAMED, ColumnMap, Expected, Header, Sheets
from mapping.formats import Sheet
from mapping.formats.humanitarian._hashtags import TaggedColumn, licence, unit_cells, unit_columns, write_table
from mapping.language.i18n import Message, listing
from mapping.language.taxonomy import Vocabulary
from mapping.view.view import View

SUFFIX = ".hxl.csv"
LABEL = Message("Activities with HXL hashtags: who does what, where, for whom (CSV)")
FILE = "activities.hxl.csv"
TRANSLATED = True

WITHIN = 25
"""Rows from the top in which the hashtags must stand."""

TAG = re.compile(r"#\s*([a-z]\w*)((?:\s*\+\s*[a-z]\w*)*)", re.I)

LEAST_SHARE = 0.5
"""Share of the filled cells of a row that must be hashtags; a heading may hold one by chance."""

MARKING = "HXL"
"""What every row is marked with: such tables are made to be shared, and are so once two people approved the source."""

POINTS = {"geo", "lat_deg", "lon_deg"}
PRIVATE = {"contact", "description", "comments", "comment"}
SILENT = {"meta", "country"}


@dataclass(frozen=True)
class Tag:
    """A hashtag: its name and attributes, in any order."""

    name: str
    attributes: frozenset[str]
    written: str

    def has(self, *names: str) -> bool:
        """Tell whether one of some attributes is there."""
        return not self.attributes.isdisjoint(names)


def tag_of(cell: object) -> Tag | None:
    """Read a hashtag; None for any other cell, errors of a spreadsheet such as "#N/A" among them."""
    text = str(cell).strip() if isinstance(cell, str) else ""
    match = TAG.fullmatch(text)
    if not match:
        return None
    attributes = frozenset(part.strip().casefold() for part in match[2].split("+") if part.strip())
    return Tag(match[1].casefold(), attributes, text)


def tags_of(sheet: Sheet) -> tuple[int, list[Tag | None]] | None:
    """Find the row of hashtags of a sheet; return its place and the tag of each column."""
    for place, row in enumerate(sheet.rows[:WITHIN]):
        tags = [tag_of(cell) for cell in row]
        filled = sum(str(cell).strip() != "" for cell in row if cell is not None)
        there = sum(tag is not None for tag in tags)
        if there and there >= filled * LEAST_SHARE:
            return place, tags
    return None


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Return the map that the hashtags of a sheet imply; None where no sheet has any that tell who and where.

    A table that tells how one reaches a service, by phone at a door or at some hours, is one of services: its headings
    say more than its hashtags.
    """
    for sheet in sheets:
        header = tags_of(sheet)
        if header is None:
            continue
        tags = [tag for tag in header[1] if tag is not None]
        if any(tag.has("phone", "tel") for tag in tags) and any(tag.has("hours", "address") for tag in tags):
            continue
        fields = _fields(tags, max(level.level for level in area.levels))
        if "organization" in fields and {"unit", "unit_code"} & fields.keys():
            return _map(sheet, tags, fields)
    return None


def _map(sheet: Sheet, tags: Sequence[Tag], fields: dict[str, list[str]]) -> ColumnMap:
    used = {column for names in fields.values() for column in names}
    spare = [tag for tag in tags if tag.written not in used]
    left = sorted({tag.written for tag in spare if tag.name in POINTS})
    notes: list[str] = [Message("read by its hashtags")]
    if left:
        notes.append(
            Message("points are not read, an activity is presence in a unit: {columns} left out", columns=listing(left))
        )
    private = [tag.written for tag in spare if tag.name in PRIVATE]
    silent = {tag.written for tag in spare if tag.name in POINTS | SILENT}
    return ColumnMap(
        source=UNNAMED,
        name="HXL table",
        shape="activity",
        fields=fields,
        key=fields.get("key", []),
        rows=Expected(least=1, refused=None),
        sheets=Sheets(only=[sheet.name]),
        header=Header(has=tags[0].written),
        notes=notes,
        constants={"marking": MARKING},
        markings={MARKING: "public"},
        private=private,
        ignored=sorted(silent),
    )


def _fields(tags: Sequence[Tag], levels: int) -> dict[str, list[str]]:
    """Return field -> the columns that fill it, the best first."""
    candidates: dict[str, list[tuple[int, str]]] = {}
    for tag in tags:
        field, worth = _field(tag, levels)
        if field:
            candidates.setdefault(field, []).append((worth, tag.written))
    fields = {
        name: [written for _, written in sorted(columns, key=lambda pair: -pair[0])]
        for name, columns in candidates.items()
    }
    if "organization" not in fields and "implementer" in fields:
        fields["organization"] = fields.pop("implementer")
    return fields


FUNDERS = ("funder", "funding", "donor")
IMPLEMENTERS = ("impl", "implementing", "implementer", "partner")
LEADERS = ("prog", "programming", "lead", "reporting", "resp")


def _field(tag: Tag, levels: int) -> tuple[str, int]:
    """Return the field that a tag fills, and of two tags for one field which is worth more."""
    level = re.fullmatch(r"adm([1-9])", tag.name)
    if level:
        worth = int(level[1]) if int(level[1]) <= levels else -int(level[1])  # finer than the study area knows
        return ("unit_code" if tag.has("code", "pcode", "v_pcode", "id") else "unit"), worth
    if tag.name == "org" and not tag.has("code", "type", "acronym", "id"):
        if tag.has(*FUNDERS):
            return "funder", 1
        return ("implementer", 1) if tag.has(*IMPLEMENTERS) else ("organization", 2 if tag.has(*LEADERS) else 1)
    if tag.name in ("sector", "subsector", "service", "activity", "cause"):
        return _what(tag)
    if tag.name == "date":
        names = (("start", "start"), ("end", "end"), ("reported", "updated"), ("updated", "updated"))
        return next(((field, 1) for name, field in names if tag.has(name)), ("", 0))
    if tag.name == "status":
        return "status", 1
    if tag.name in ("reached", "targeted", "beneficiary", "affected", "population"):
        return _whom(tag)
    if tag.name == "meta" and tag.has("id"):
        return "key", 1
    if tag.name == "value" and tag.has("budget"):
        return "budget", 1
    return "", 0


def _what(tag: Tag) -> tuple[str, int]:
    if tag.name == "activity":
        if tag.has("id", "code") and not tag.has("type"):
            return "key", 2
        if tag.has("programme", "program", "project"):
            return "programme", 1
        if tag.has("type"):
            return "service", 6 if tag.has("code") else 4
        return "activity", 1
    return "service", {"service": 5, "subsector": 3, "sector": 2}.get(tag.name, 0)


def _whom(tag: Tag) -> tuple[str, int]:
    if tag.has("type", "group", "name"):
        return "target_group", 1
    if tag.name == "targeted" or tag.has("targeted", "planned"):
        return ("planned", 1) if not tag.has("f", "m", "children", "adults") else ("", 0)
    if tag.name == "reached" or tag.has("reached") or (tag.name == "beneficiary" and not tag.attributes - {"num"}):
        if tag.has("m", "children", "adults", "elderly", "infants"):
            return "", 0
        return ("reached_women", 1) if tag.has("f") else ("reached", 1)
    return "", 0


BEFORE_UNITS = (
    ("#activity+id", Message("Number"), "id"),
    ("#org+name", Message("Organization"), ""),
    ("#org+impl", Message("Carried out by"), ""),
    ("#org+funder", Message("Paid by"), "funder"),
    ("#activity+programme", Message("Programme"), "programme"),
    ("#sector+name", Message("Kind of help"), ""),
    ("#activity+type+name", Message("Type of activity"), ""),
    ("#activity+type+code", Message("Code of the type"), ""),
    ("#activity+name", Message("Activity"), "name"),
)
AFTER_UNITS = (
    ("#date+start", Message("First day"), "start"),
    ("#date+end", Message("Last day"), "end"),
    ("#status", Message("Status"), ""),
    ("#beneficiary+type", Message("For whom"), "target_group"),
    ("#targeted", Message("People planned"), "planned"),
    ("#reached", Message("People reached"), "reached"),
    ("#reached+f", Message("Women and girls among them"), "reached_women"),
    ("#value+budget", Message("Budget"), "budget_band"),
    ("#date+reported", Message("Reported on"), "reported_on"),
    ("#meta+licence", Message("Licence"), ""),
)
"""Hashtag, heading, and the field of an activity that stands in the column as it is."""


def write(view: View, path: Path, *, area: StudyArea, language: str = "en") -> None:
    """Write the activities of a view as a 4W table, with a row of hashtags under the headings."""
    view.require_area(area)
    before, after = ([TaggedColumn(*column[:2]) for column in part] for part in (BEFORE_UNITS, AFTER_UNITS))
    write_table(path, [*before, *unit_columns(area), *after], _rows(view, area, language), language)


def _rows(view: View, area: StudyArea, language: str) -> Iterator[dict[str, object]]:
    """Yield the activities by organization, place and type."""
    names = {organization.id: organization.name for organization in view.organizations(language=language)}
    types, given = Vocabulary.load("service_types"), licence(view, area)
    rows = []
    for activity in view.rows("activity"):
        code = activity["service_type"] if activity["service_type"] in types else ""
        row: dict[str, object] = {tag: activity[name] for tag, _, name in (*BEFORE_UNITS, *AFTER_UNITS) if name}
        row |= {
            "#org+name": names.get(activity["organization_id"], ""),
            "#org+impl": names.get(activity["implementer_id"], ""),
            "#sector+name": str(types.family(code).label(language)) if code else "",
            "#activity+type+name": str(types.label(code, language)) if code else "",
            "#activity+type+code": code,
            "#status": "" if activity["status"] == "unknown" else activity["status"],
            "#meta+licence": given,
        }
        rows.append(row | unit_cells(area, activity["area_unit"], language))
    order = ("#org+name", *(f"#adm{level.level}+code" for level in area.levels), "#activity+type+code", "#date+start")
    yield from sorted(rows, key=lambda row: [str(row.get(tag) or "") for tag in (*order, "#activity+id")])
