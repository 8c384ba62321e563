"""Workbooks of other programs in: .xls of old Excel, .ods of LibreOffice; values, without hidden sheets."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from mapping.formats import Sheet, damage_refused, readable, refusal
from mapping.formats._archives import content, members
from mapping.formats.tables import xlsx
from mapping.formats.tables._disguise import require_no_text
from mapping.language.i18n import Message

SUFFIX = ".xls .ods"
LABEL = Message("Workbooks of LibreOffice and older ones of Excel")
UNSEEN = Message(
    "what is hidden or struck through cannot be told apart in such a file: it is read; comments beside cells are "
    "not: save it as .xlsx if it has any"
)
"""What is not seen in a file of the old Excel."""


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the cells of a workbook's visible sheets, as values; formulas and macros are never run.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged or too large.
    """
    path = Path(path)
    is_open = path.suffix.lower() == ".ods"
    with readable(path), path.open("rb") as file:
        start = file.read(4)
    if is_open:
        _require_nothing_unseen(path)
    elif start == b"PK\x03\x04":
        yield from xlsx.read(path)
        return
    require_no_text(path)
    with damage_refused(path):
        yield from _sheets(path, is_open=is_open)


UNSEEN_PARTS = re.compile(
    rb"""<office:annotation\b|table:visibility=["'](?:collapse|filter)|table:number-rows-spanned=["'](?!1["'])|"""
    rb"""style:text-line-through-(?:style|type)=["'](?!none)"""
)


def _require_nothing_unseen(path: Path) -> None:
    """Refuse a workbook of LibreOffice whose reader would not see what is hidden, struck through, noted or merged.

    Raises
    ------
    FormatError
        It holds any of these.
    """
    for member in members(path):
        if member.filename == "content.xml" and UNSEEN_PARTS.search(content(path, member)):
            raise refusal(
                "{path}: hides, merges or strikes cells through, or has comments beside them, which is seen in "
                ".xlsx alone: save it as .xlsx",
                path=path,
            )


def _sheets(path: Path, *, is_open: bool) -> Iterator[Sheet]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.CalamineError:
        if not is_open:
            raise
        workbook = python_calamine.CalamineWorkbook.from_filelike(_without_gaps(path))
    for place, about in enumerate(workbook.sheets_metadata, 1):
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(f"hidden sheet {place}", (), skipped=(xlsx.HIDDEN_SHEET,))
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        xlsx.require_size(path, about.name, sheet.height, sheet.width)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        for (first, column), (last, _) in sheet.merged_cell_ranges or ():
            xlsx.fill_down(rows, first, last, column)
        yield Sheet(about.name, rows, skipped=() if is_open else (UNSEEN,))


_GAP = re.compile(rb"(</?table:[^>]*>)\s+(?=</?table:)")
"""Line ends between the parts of a table, as GDAL and so QGIS write them."""


def _without_gaps(path: Path) -> io.BytesIO:
    """Return a workbook of LibreOffice's kind without line ends between cells, at which its reader stumbles."""
    mended = io.BytesIO()
    with zipfile.ZipFile(mended, "w") as archive:
        for member in members(path):
            texts = content(path, member)
            archive.writestr(member.filename, _GAP.sub(rb"\1", texts) if member.filename == "content.xml" else texts)
    mended.seek(0)
    return mended
