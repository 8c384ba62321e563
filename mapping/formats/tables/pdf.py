"""Tables of a PDF in: those with ruled lines, else those whose text stands in columns; a scan holds none.

What is read is what a person sees drawn, so that columns and lines can be cut wrongly: such a list is looked at in the
preview, or has a column map, before anything of it is stored.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapping.errors import FormatError
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, readable
from mapping.language.i18n import Message, Phrase

if TYPE_CHECKING:
    from pdfplumber.page import Page
    from pdfplumber.table import Table

SUFFIX = ".pdf"
LABEL = Message("Tables of a PDF, which are looked at before they are read")
PREVIEWED = True
"""Nothing of such a file is stored before somebody saw how it was cut."""

MAX_PAGES = 500
LEAST_ROWS, LEAST_COLUMNS = 3, 3
"""What text in columns must have to be a table."""

GUTTER = 0.6
"""Space between two columns at least, in heights of a line: a space between words is about a third of one."""

HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_])")
WRAPPED = re.compile(r"(?<!\s)[^\S\n]*+\n\s*(?!\+)")
"""A line end within a cell, which the width of its column made; a number of its own begins with +."""

NOTE = Phrase("read from a PDF: columns and lines may be cut wrongly, so compare it with what is drawn")


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
        raise FormatError(
            Phrase("{path}: reading PDF needs the extra 'pdf'; install it with: pip install rohnamo[pdf]", path=path)
        )
    tables, letters = _tables(path)
    if not letters:
        raise FormatError(
            Phrase(
                "{path}: holds pictures and no text: it is a scan; ask for the list as a table, or type it in",
                path=path,
            )
        )
    if not tables:
        raise FormatError(Phrase("{path}: holds no table; ask for the list as a table", path=path))
    if sum(map(len, tables)) * max(len(row) for table in tables for row in table) > MAX_CELLS:
        raise FormatError(Phrase("{path}: its tables are too large; ask for the list as a table", path=path))
    for number, rows in enumerate(tables, 1):
        yield Sheet(f"table {number}" if len(tables) > 1 else "", rows, skipped=(NOTE,))


def _tables(path: Path) -> tuple[list[list[list[str]]], int]:
    """Return the tables of all pages, and how many letters the pages hold."""
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    tables: list[list[list[str]]] = []
    letters = 0
    try:
        with readable(path), pdfplumber.open(path) as document:
            if len(document.pages) > MAX_PAGES:
                raise FormatError(
                    Phrase(
                        "{path}: {count} pages are too many; ask for the list as a table",
                        path=path,
                        count=len(document.pages),
                    )
                )
            for page in document.pages:
                letters += len(page.chars)
                for rows in _of_page(page):
                    if tables and len(tables[-1][-1]) == len(rows[0]):
                        tables[-1] += rows
                    else:
                        tables.append(rows)
                page.close()  # else every page stays in the memory
    except PdfminerException as error:
        if error.args and type(error.args[0]).__name__ == "PDFPasswordIncorrect":
            raise FormatError(
                Phrase("{path}: is encrypted; ask the sender for it without a password", path=path)
            ) from error
        raise FormatError(
            Phrase("{path}: is no PDF or a damaged one; ask the sender for it again", path=path)
        ) from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, AssertionError) as error:
        # the parser meets hostile files with whatever its next line raises
        raise FormatError(
            Phrase("{path}: is no PDF or a damaged one; ask the sender for it again", path=path)
        ) from error
    return tables, letters


def _of_page(page: Page) -> Iterator[list[list[str]]]:
    ruled = [rows for table in page.find_tables() if len((rows := _rows(table))[0]) > 1]
    if ruled:
        yield from ruled
        return
    rows = _in_columns(list(_segments(page)))
    if len(rows) >= LEAST_ROWS:
        yield rows


Segment = tuple[float, float, str]
"""A piece of a line: where it begins and ends, in points from the left, and its text."""


def _segments(page: Page) -> Iterator[list[Segment]]:
    """Yield each line of text, cut where there is more space than between words."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for word in page.extract_words():
        lines[round(word["bottom"])].append(word)
    for _, words in sorted(lines.items()):
        line: list[Segment] = []
        for word in sorted(words, key=lambda word: float(word["x0"])):
            left, right, text = word["x0"], word["x1"], word["text"]
            if line and left - line[-1][1] < GUTTER * (word["bottom"] - word["top"]):
                line[-1] = line[-1][0], right, f"{line[-1][2]} {text}"
            else:
                line.append((left, right, text))
        yield line


def _in_columns(lines: Sequence[list[Segment]]) -> list[list[str]]:
    """Return the rows of lines in several pieces that stand below each other; a line that goes on is in its row."""
    bands: list[tuple[float, float]] = []
    for left, right, _ in sorted(piece for line in lines if len(line) >= LEAST_COLUMNS for piece in line):
        if bands and left < bands[-1][1]:
            bands[-1] = bands[-1][0], max(bands[-1][1], right)
        else:
            bands.append((left, right))
    if len(bands) < LEAST_COLUMNS:
        return []
    rows: list[list[str]] = []
    for line in lines:
        places = [
            next((n for n, band in enumerate(bands) if left < band[1] and right > band[0]), -1)
            for left, right, _ in line
        ]
        whole = all(
            bands[n][0] <= left and right <= bands[n][1] for n, (left, right, _) in zip(places, line, strict=True)
        )
        if len(line) < LEAST_COLUMNS and not (rows and whole):
            continue  # prose above, between or below
        if len(line) >= LEAST_COLUMNS or 0 in places:
            rows.append([""] * len(bands))
        for place, (_, _, text) in zip(places, line, strict=True):
            rows[-1][place] = f"{rows[-1][place]} {text}".strip()
    return rows


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
    """Tell whether the cell that stands above one goes down into it."""
    above = next((row.cells[column] for row in reversed(table.rows[:number]) if row.cells[column] is not None), None)
    middle = sum(table.rows[number].bbox[1::2]) / 2
    return above is not None and above[1] < middle < above[3]


def _joined(text: str) -> str:
    return WRAPPED.sub(" ", HYPHEN.sub("", text)).strip()
