"""Writing tables with a row of headings and a row of hashtags: what our HXL files share."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from mapping.formats.tables._flat import terms
from mapping.language.i18n import Message, Text, show
from mapping.language.spreadsheet import neutral
from mapping.view.view import View


class TaggedColumn(NamedTuple):
    """A column: its hashtag, and what stands above it."""

    tag: str
    heading: Text


def licence(view: View, area: StudyArea) -> str:
    """Return under which licence a file is given and whom to name, sources that ask for it among them."""
    about = terms(view, area)
    return f"{about.licence}; {about.attribution}"


def unit_columns(area: StudyArea) -> list[TaggedColumn]:
    """Return the columns for the unit of each level below the country: its name and its code."""
    return [
        TaggedColumn(f"#adm{level.level}+{part}", heading)
        for level in area.levels
        if level.level > 0
        for part, heading in (("name", level.label), ("code", Message("Code ({level})", {"level": level.label})))
    ]


def unit_cells(area: StudyArea, code: str | None, language: str) -> dict[str, str]:
    """Return the cells of a unit and of those that it lies in, by hashtag."""
    units = area.all_units()
    if not code or code not in units:
        return {}
    cells: dict[str, str] = {}
    for unit in (code, *area.ancestors(code)):
        level = units[unit].level
        if level > 0:
            cells |= {f"#adm{level}+name": area.label(unit, language), f"#adm{level}+code": unit}
    return cells


def write_table(
    path: Path, columns: Sequence[TaggedColumn], rows: Iterable[Mapping[str, object]], language: str
) -> None:
    """Write rows, given by hashtag, as CSV in UTF-8; a cell that a spreadsheet would run is made harmless.

    Raises
    ------
    MappingError
        When the file cannot be written.
    """
    try:
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([show(column.heading, language) for column in columns])
            writer.writerow([column.tag for column in columns])
            for row in rows:
                writer.writerow([_cell(row.get(column.tag)) for column in columns])
    except OSError as error:
        raise MappingError(f"{path}: cannot be written ({error.strerror}); check the folder and its rights") from error


def _cell(value: object) -> str:
    return "" if value is None else neutral(value) if isinstance(value, str) else str(value)
