"""HXL: a row of hashtags says what the columns of a 3W or 4W table mean, so that no map is needed.

In: rows become activities, presence in an administrative unit and never a point. Out: the activities of a view.

References
----------
HXL 1.1, tagging conventions and core dictionary. hxlstandard.org
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.column_map import UNNAMED, ColumnMap, Expected, Header, Sheets
from mapping.formats import Sheet
from mapping.formats.humanitarian._hashtags import TaggedColumn, licence, unit_cells, unit_columns, write_table
from mapping.language.i18n import Message, listing
from mapping.language.taxonomy import Vocabulary
from mapping.resources import table_beside
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


@dataclass(frozen=True)
class TagMeaning:
    """What a tag of a name, with some attributes and without others, fills; of two for one field, which is better."""

    tags: tuple[str, ...]
    attributes: tuple[frozenset[str], ...]
    without: frozenset[str]
    field: str
    worth: int

    def holds(self, tag: Tag) -> bool:
        """Tell whether a tag is meant; ``*`` is any attribute that tells more than that it is a number."""
        others = self.without & tag.attributes if "*" not in self.without else tag.attributes - {"num"}
        return tag.name in self.tags and not others and any(own <= tag.attributes for own in self.attributes)


@cache
def _meanings() -> list[TagMeaning]:
    """Return what tags fill, from ``hxl_tags.csv``: the first that holds counts."""
    return [
        TagMeaning(
            tuple(row["tags"].split("|")),
            tuple(frozenset(filter(None, part.split("+"))) for part in row["with"].split("|")),
            frozenset(filter(None, row["without"].split("|"))),
            row["field"],
            int(row["worth"] or 0),
        )
        for row in table_beside(__file__, "hxl_tags")
    ]


def _field(tag: Tag, levels: int) -> tuple[str, int]:
    """Return the field that a tag fills, and of two tags for one field which is worth more."""
    level = re.fullmatch(r"adm([1-9])", tag.name)
    if level:
        worth = int(level[1]) if int(level[1]) <= levels else -int(level[1])  # finer than the study area knows
        return ("unit_code" if tag.has("code", "pcode", "v_pcode", "id") else "unit"), worth
    return next(((row.field, row.worth) for row in _meanings() if row.holds(tag)), ("", 0))


COLUMNS = table_beside(__file__, "hxl_columns")
"""Hashtag, heading, the field of an activity that stands in the column as it is; whether it stands after the units."""


def write(view: View, path: Path, *, area: StudyArea, language: str = "en") -> None:
    """Write the activities of a view as a 4W table, with a row of hashtags under the headings."""
    view.require_area(area)
    before, after = (
        [TaggedColumn(row["tag"], Message.of(row["heading"])) for row in COLUMNS if bool(row["after_units"]) is later]
        for later in (False, True)
    )
    write_table(path, [*before, *unit_columns(area), *after], _rows(view, area, language), language)


def _rows(view: View, area: StudyArea, language: str) -> Iterator[dict[str, object]]:
    names = {organization.id: organization.name for organization in view.organizations(language=language)}
    types, given = Vocabulary.load("service_types"), licence(view, area)
    rows = []
    for activity in view.rows("activity"):
        code = activity["service_type"] if activity["service_type"] in types else ""
        row: dict[str, object] = {column["tag"]: activity[column["field"]] for column in COLUMNS if column["field"]}
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
