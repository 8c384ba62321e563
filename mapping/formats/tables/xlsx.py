"""XLSX in, with or without macros, which are never run: values only, hidden sheets, columns and rows left out."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, damage_refused, readable, refusal
from mapping.formats._archives import content, members
from mapping.formats.tables._disguise import require_no_text
from mapping.language.i18n import Message, listing

SUFFIX = ".xlsx .xlsm"
LABEL = Message("Workbooks of Excel")

OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
HIDDEN_SHEET = Message("a hidden sheet, not read")
NO_VALUE = re.compile(
    rb"<(?:\w{1,20}:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w{1,20}:)?f>)\s*(?:<(?:\w{1,20}:)?v\s*/>|<v></v>)?\s*</(?:\w{1,20}:)?c>"
)
"""A formula for which no program stored a value."""


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the visible cells of a workbook's visible sheets, as values; formulas and links are never followed.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged, too large or a zip bomb.
    """
    import openpyxl  # takes a tenth of a second, and every list that is imported has its format looked for

    path = Path(path)
    notes = _require_honest(path)
    with damage_refused(path), path.open("rb") as file:
        book = openpyxl.load_workbook(file, data_only=True, keep_links=False)
        if not book.sheetnames:
            raise refusal("{path}: is not a workbook; check that the sender saved it as .xlsx", path=path)
        for place, sheet in enumerate(book.worksheets, 1):
            if sheet.sheet_state != "visible":
                yield Sheet(f"hidden sheet {place}", (), skipped=(HIDDEN_SHEET,))
            else:
                yield _sheet(path, sheet, notes)
                notes = []


def _require_honest(path: Path) -> list[Message]:
    """Refuse what is no workbook or is made to harm; return what of its parts is not read."""
    with readable(path), path.open("rb") as file:
        start = file.read(4)
    if start == OLD_OR_ENCRYPTED:
        raise refusal("{path}: is encrypted or an old .xls; take the password off or save it as .xlsx", path=path)
    require_no_text(path)
    empty = 0
    parts = members(path)
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            xml = content(path, part)
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
                raise refusal(
                    "{path}: holds entities or a document type, which no honest export does; do not trust it", path=path
                )
            if part.filename.startswith("xl/worksheets/"):
                empty += len(NO_VALUE.findall(xml))
    kinds = (
        ("vbaproject.bin", Message("macros, not read")),
        ("externallinks/", Message("links to other files, not followed")),
    )
    notes = [note for sign, note in kinds if any(sign in part.filename.casefold() for part in parts)]
    if empty:
        notes.append(
            Message(
                "{count} {count:formula|formulas} without a value, read as empty: save it in a spreadsheet program",
                count=empty,
            )
        )
    return notes


def _sheet(path: Path, sheet: Any, notes: list[Message]) -> Sheet:
    require_size(path, sheet.title, sheet.max_row, sheet.max_column)
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden and number <= sheet.max_row}
    hidden_columns = {
        number
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min, min(column.max, sheet.max_column) + 1)
    }
    rows: list[list[Any]] = []
    struck: dict[int, bool] = {}
    comments: dict[int, list[str]] = defaultdict(list)
    errors = 0
    for number, line in enumerate(sheet.iter_rows(), 1):
        row: list[Any] = []
        for cell in line:
            value = _value(cell.value)
            if cell.comment is not None:
                comments[number].append(cell.comment.text)
            if cell.data_type == "e":
                errors += 1
                value = None
            if value is not None and cell.has_style and cell.font.strike:
                struck[number] = True
                value = None
            row.append(value)
        rows.append(row)
    for area in sheet.merged_cells.ranges:
        fill_down(rows, area.min_row - 1, area.max_row - 1, area.min_col - 1)
    for number, row in enumerate(rows, 1):
        for column in range(1, len(row) + 1) if number in hidden_rows else hidden_columns:
            row[column - 1] = None
    whole = [str(number) for number in struck if not any(cell not in (None, "") for cell in rows[number - 1])]
    some = [str(number) for number in struck if str(number) not in whole]
    told = (
        (len(hidden_rows), Message("{count} hidden {count:row|rows}, not read", count=len(hidden_rows))),
        (len(hidden_columns), Message("{count} hidden {count:column|columns}, not read", count=len(hidden_columns))),
        (len(whole), Message("struck through, not read: row {rows}", rows=listing(whole))),
        (len(some), Message("struck through, not read: cells of row {rows}", rows=listing(some))),
        (
            len(comments),
            Message("comments beside cells, looked at as remarks: rows {rows}", rows=listing(map(str, comments))),
        ),
        (errors, Message("{count} cells that hold an error such as #REF!, read as empty", count=errors)),
    )
    skipped = (*(message for count, message in told if count), *notes)
    texts = {number: "; ".join(own) for number, own in comments.items()}
    return Sheet(sheet.title, rows, skipped=skipped, comments=texts, hidden_rows=len(hidden_rows))


def _value(value: Any) -> Any:
    """Return a cell as it is, but a day without a time as a day."""
    is_day = isinstance(value, dt.datetime) and value.time() == dt.time()
    return value.date() if is_day else value


def fill_down(rows: list[list[Any]], first: int, last: int, column: int) -> None:
    """Fill what stands in the first of merged cells into each cell below it: it holds for all these rows."""
    for row in rows[first + 1 : last + 1]:
        if column < len(row) and row[column] in (None, ""):
            row[column] = rows[first][column]


def require_size(path: Path, name: str, height: int, width: int) -> None:
    """Refuse a sheet of more cells than any list has.

    Raises
    ------
    FormatError
        It has more.
    """
    if width > MAX_COLUMNS or height * width > MAX_CELLS:
        raise refusal(
            "{path} [{name}]: {height} rows and {width} columns are too many; delete the empty "
            "ones at the end and save it again",
            path=path,
            name=name,
            height=height,
            width=width,
        )
