"""Tables of a text in Word: each is a sheet; what is merged stands in each of its cells, what is struck through not.

What the text says right before a table stands above its rows, as titles do in a workbook, and what is noted under it,
by a sign or behind the last table, below them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, damage_refused, refusal
from mapping.formats._archives import members
from mapping.language.i18n import Message

SUFFIX = ".docx"
LABEL = Message("Tables of a Word document")

TITLES = 3
"""Paragraphs before a table that may be its title at most."""

LETTERS = 300
"""Letters of a title at most; what is longer is no title."""


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the tables of a text, one after the other; tables within tables are not looked into.

    Raises
    ------
    FormatError
        When the file is missing, no text of Word, damaged, too large, or holds no table.
    """
    path = Path(path)
    members(path)
    with damage_refused(path):
        tables = _tables(path)
    if not tables:
        raise refusal("{path}: holds no table; ask for the list as a table", path=path)
    for number, (titles, rows, struck) in enumerate(tables, 1):
        skipped = (
            (Message("{count} {count:text that is|texts that are} struck through, not read", count=struck),)
            if struck
            else ()
        )
        name = f"table {number}" if len(tables) > 1 else ""
        yield Sheet(name, [*([title] for title in titles), *rows], first_row=1 - len(titles), skipped=skipped)


def _tables(path: Path) -> list[tuple[list[str], list[list[str]], int]]:
    import docx  # 0.1 s, and every list that is imported has its format looked for

    tables: list[tuple[list[str], list[list[str]], int]] = []
    between: list[str] = []
    for part in docx.Document(str(path)).iter_inner_content():
        if isinstance(part, docx.table.Table):
            tables.append((between[-TITLES:], *_rows(path, part)))
            between = []
        elif (text := _text([part])[0]) and len(text) <= LETTERS:
            if tables and not between and not text[0].isalnum():  # a sign, such as that of a footnote
                tables[-1][1].append([text])
            else:
                between.append(text)
    if tables:
        tables[-1][1].extend([text] for text in between)
    return tables


def _rows(path: Path, table: Any) -> tuple[list[list[str]], int]:
    from docx.table import _Cell

    rows: list[list[str]] = []
    struck = cells = 0
    for line in table._tbl.tr_lst:
        row: list[str] = []
        for cell in line.tc_lst:
            if cell.vMerge == "continue" and rows and len(row) < len(rows[-1]):
                text = rows[-1][len(row)]
            else:
                text, crossed = _text(_Cell(cell, table).paragraphs)
                struck += crossed
            row += [text] * cell.grid_span
        cells += len(row)
        if len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise refusal("{path}: a table of {cells} cells or more is too large", path=path, cells=cells)
        rows.append(row)
    return rows, struck


def _text(paragraphs: Iterable[Any]) -> tuple[str, int]:
    lines, struck = [], 0
    for paragraph in paragraphs:
        runs = [run for run in paragraph.runs if not (run.font.strike or run.font.double_strike)]
        struck += len(paragraph.runs) - len(runs)
        whole = paragraph.text if len(runs) == len(paragraph.runs) else "".join(run.text for run in runs)
        lines.append(whole.strip())
    return "\n".join(filter(None, lines)), struck
