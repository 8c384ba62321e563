"""Tables of a PDF in: those with ruled lines; a scan holds none.

What is read is what a person sees drawn, so that columns and lines can be cut wrongly: such a list is looked at in the
preview, or has a column map, before anything of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, readable, refusal
from mapping.language.i18n import Message

if TYPE_CHECKING:
    from pdfplumber.table import Table

SUFFIX = ".pdf"
LABEL = Message("Tables of a PDF, which are looked at before they are read")
PREVIEWED = True
"""Nothing of such a file is stored before somebody saw how it was cut."""

MAX_PAGES = 500
HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_])")
WRAPPED = re.compile(r"(?<!\s)[^\S\n]*+\n\s*(?!\+)")
"""A line end within a cell, which the width of its column made; a number of its own begins with +."""

NOTE = Message("read from a PDF: columns and lines may be cut wrongly, so compare it with what is drawn")


def available() -> bool:
    """Tell whether the extra is installed."""
    return find_spec("pdfplumber") is not None


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the tables of a PDF; one that goes on over pages is one sheet.

    Raises
    ------
    FormatError
        When the file is missing, no PDF, encrypted, damaged, too large, a scan, or holds no table; or the extra is not
        installed.
    """
    path = Path(path)
    if not available():
        raise refusal("{path}: reading PDF needs the extra 'pdf'; install it with: pip install rohnamo[pdf]", path=path)
    tables, letters = _tables(path)
    if not letters:
        raise refusal(
            "{path}: holds pictures and no text: it is a scan; ask for the list as a table, or type it in", path=path
        )
    if not tables:
        raise refusal("{path}: holds no table; ask for the list as a table", path=path)
    if sum(map(len, tables)) * max(len(row) for table in tables for row in table) > MAX_CELLS:
        raise refusal("{path}: its tables are too large; ask for the list as a table", path=path)
    for number, rows in enumerate(tables, 1):
        yield Sheet(f"table {number}" if len(tables) > 1 else "", rows, skipped=(NOTE,))


def _tables(path: Path) -> tuple[list[list[list[str]]], int]:
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    tables: list[list[list[str]]] = []
    letters = 0
    try:
        with readable(path), pdfplumber.open(path) as document:
            if len(document.pages) > MAX_PAGES:
                raise refusal(
                    "{path}: {count} pages are too many; ask for the list as a table",
                    path=path,
                    count=len(document.pages),
                )
            for page in document.pages:
                letters += len(page.chars)
                for rows in filter(_is_table, map(_rows, page.find_tables())):
                    if tables and len(tables[-1][-1]) == len(rows[0]):
                        tables[-1] += rows
                    else:
                        tables.append(rows)
                page.close()  # else every page stays in the memory
    except PdfminerException as error:
        if error.args and type(error.args[0]).__name__ == "PDFPasswordIncorrect":
            raise refusal("{path}: is encrypted; ask the sender for it without a password", path=path) from error
        raise refusal("{path}: is no PDF or a damaged one; ask the sender for it again", path=path) from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, AssertionError) as error:
        # the parser meets hostile files with whatever its next line raises
        raise refusal("{path}: is no PDF or a damaged one; ask the sender for it again", path=path) from error
    return tables, letters


def _is_table(rows: list[list[str]]) -> bool:
    return len(rows[0]) > 1


def _rows(table: Table) -> list[list[str]]:
    """Return the cells of a table; what is merged downwards stands in each row that it spans."""
    texts = table.extract()
    rows: list[list[str]] = []
    for number, (row, line) in enumerate(zip(table.rows, texts, strict=True)):
        cells = [_joined(text or "") for text in line]
        for column, cell in enumerate(row.cells):
            if cell is None and number and _spans(table, number, column):
                cells[column] = rows[-1][column]
        rows.append(cells[:MAX_COLUMNS])
    return rows


def _spans(table: Table, number: int, column: int) -> bool:
    above = next((row.cells[column] for row in reversed(table.rows[:number]) if row.cells[column] is not None), None)
    middle = sum(table.rows[number].bbox[1::2]) / 2
    return above is not None and above[1] < middle < above[3]


def _joined(text: str) -> str:
    return WRAPPED.sub(" ", HYPHEN.sub("", text)).strip()
