"""Workbooks of other programs in: .xls of old Excel, .ods of LibreOffice; values, without hidden sheets."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import python_calamine
from defusedxml import ElementTree

from mapping.errors import FormatError
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, require_readable
from mapping.formats._archives import content, members
from mapping.formats.tables import csv as text_tables
from mapping.formats.tables import xlsx
from mapping.formats.tables._disguise import is_text, require_no_page
from mapping.formats.tables.xlsx import noted_beside
from mapping.language.i18n import Phrase

SUFFIX = ".xls .ods"
UNSEEN = {
    ".ods": Phrase("what is hidden or struck through cannot be told apart in such a file: it is read"),
    ".xls": Phrase(
        "what is hidden or struck through cannot be told apart in such a file: it is read; comments beside cells are "
        "not: save it as .xlsx if it has any"
    ),
}
"""Ending -> what is not seen in a file of it."""

OFFICE, TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text"))


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the cells of a workbook's visible sheets, as values; formulas and macros are never run.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged or too large.
    """
    path = Path(path)
    ending = path.suffix.lower()
    comments = _comments(path) if ending == ".ods" else {}
    try:
        require_readable(path, path.stat().st_size)
        with path.open("rb") as file:
            start = file.read(4)
        if ending == ".xls" and start == b"PK\x03\x04":
            yield from xlsx.read(path)
            return
        require_no_page(path)
        if is_text(path):  # as programs of the nineties name what they export
            yield from text_tables.read(path)
            return
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        for place, about in enumerate(workbook.sheets_metadata):
            if about.visible != python_calamine.SheetVisibleEnum.Visible:
                yield Sheet(f"hidden sheet {place + 1}", (), skipped=(Phrase("a hidden sheet, not read"),))
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            if sheet.width > MAX_COLUMNS or sheet.height * sheet.width > MAX_CELLS:
                raise FormatError(
                    Phrase(
                        "{path} [{name}]: {height} rows and {width} columns are too many",
                        path=path,
                        name=about.name,
                        height=sheet.height,
                        width=sheet.width,
                    )
                )
            yield Sheet(
                about.name,
                sheet.to_python(skip_empty_area=False),
                skipped=(UNSEEN[ending], *noted_beside(comments.get(about.name, {}))),
                comments=comments.get(about.name, {}),
            )
    except OSError as error:
        raise FormatError(
            Phrase("{path}: cannot be read ({error}); check the name, or save it as .xlsx", path=path, error=error)
        ) from error
    except (python_calamine.CalamineError, ValueError, RuntimeError) as error:
        raise FormatError(
            Phrase("{path}: the workbook is damaged or encrypted ({error}); save it as .xlsx", path=path, error=error)
        ) from error


def _comments(path: Path) -> dict[str, dict[int, str]]:
    """Return what is noted beside the cells of each sheet of LibreOffice: sheet -> row -> texts."""
    texts = next((content(path, member) for member in members(path) if member.filename == "content.xml"), b"")
    if b"annotation" not in texts:
        return {}
    comments: dict[str, dict[int, str]] = defaultdict(dict)
    for sheet in ElementTree.fromstring(texts).iter(f"{TABLE}table"):
        number = 1
        for row in sheet.iter(f"{TABLE}table-row"):
            notes = [note.itertext() for cell in row.iter(f"{OFFICE}annotation") for note in cell.iter(f"{TEXT}p")]
            if notes:
                comments[sheet.get(f"{TABLE}name", "")][number] = " ".join(map("".join, notes))
            number += int(row.get(f"{TABLE}number-rows-repeated", 1))
    return comments
