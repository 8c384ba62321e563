"""Workbooks of other programs in: .xls of old Excel, .ods of LibreOffice; values only, without hidden sheets."""

from collections.abc import Iterator
from pathlib import Path

import python_calamine

from mapping.errors import FormatError
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, require_readable
from mapping.formats._archives import members
from mapping.formats.tables import csv as text_tables
from mapping.formats.tables import xlsx
from mapping.formats.tables._disguise import is_text, require_no_page
from mapping.language.i18n import Phrase

SUFFIX = ".xls .ods"
UNSEEN = Phrase("rows and columns that are hidden cannot be told apart in such a file: they are read")


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the cells of a workbook's visible sheets, as values; formulas and macros are never run.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged or too large.
    """
    path = Path(path)
    if path.suffix.lower() == ".ods":
        members(path)
    try:
        require_readable(path, path.stat().st_size)
        with path.open("rb") as file:
            start = file.read(4)
        if path.suffix.lower() == ".xls" and start == b"PK\x03\x04":
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
            yield Sheet(about.name, sheet.to_python(skip_empty_area=False), skipped=(UNSEEN,))
    except OSError as error:
        raise FormatError(
            Phrase("{path}: cannot be read ({error}); check the name, or save it as .xlsx", path=path, error=error)
        ) from error
    except (python_calamine.CalamineError, ValueError, RuntimeError) as error:
        raise FormatError(
            Phrase("{path}: the workbook is damaged or encrypted ({error}); save it as .xlsx", path=path, error=error)
        ) from error
