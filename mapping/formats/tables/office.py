"""Workbooks of other programs in: .xls of old Excel, .ods of LibreOffice; values, without hidden sheets."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine

from mapping.errors import FormatError
from mapping.formats import Sheet, require_readable
from mapping.formats._archives import content, members
from mapping.formats.tables import csv as text_tables
from mapping.formats.tables import xlsx
from mapping.formats.tables._disguise import is_text, require_no_page
from mapping.formats.tables.xlsx import Look, sheet_as_it_looks
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
    try:
        is_open = path.suffix.lower() == ".ods"
        require_readable(path, path.stat().st_size)
        with path.open("rb") as file:
            start = file.read(4)
        if is_open:
            _require_nothing_unseen(path)
        elif start == b"PK\x03\x04":
            yield from xlsx.read(path)
            return
        require_no_page(path)
        if is_text(path):  # as programs of the nineties name what they export
            yield from text_tables.read(path)
            return
        yield from _sheets(path, is_open=is_open)
    except OSError as error:
        raise FormatError(
            Message("{path}: cannot be read ({error}); check the name, or save it as .xlsx", path=path, error=error)
        ) from error
    except (python_calamine.CalamineError, ValueError, RuntimeError) as error:
        raise FormatError(
            Message("{path}: the workbook is damaged or encrypted ({error}); save it as .xlsx", path=path, error=error)
        ) from error


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
            raise FormatError(
                Message(
                    "{path}: hides, merges or strikes cells through, or has comments beside them, which is seen in "
                    ".xlsx alone: save it as .xlsx",
                    path=path,
                )
            )


def _sheets(path: Path, *, is_open: bool) -> Iterator[Sheet]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.CalamineError:
        if not is_open:
            raise
        workbook = python_calamine.CalamineWorkbook.from_filelike(_without_gaps(path))
    for place, about in enumerate(workbook.sheets_metadata):
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(f"hidden sheet {place + 1}", (), skipped=(Message("a hidden sheet, not read"),))
            continue
        yield sheet_as_it_looks(path, workbook, about.name, Look() if is_open else Look(notes=(UNSEEN,)))


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
