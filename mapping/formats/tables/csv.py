"""CSV in, in Unicode or an old encoding, with any separator; and out, one row a service at its place."""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from mapping.area.study_area import StudyArea
from mapping.column_map import UNNAMED, ColumnMap, Expected, Header, Sheets
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, readable, refusal
from mapping.formats.osm import _tags as osm
from mapping.formats.tables._disguise import require_no_page
from mapping.formats.tables._flat import FIELDS, MEANINGS, cell, flat_rows
from mapping.language.i18n import Message
from mapping.model import Audience, Precision
from mapping.view.view import View

SUFFIX = ".csv .tsv .txt"
LABEL = Message("A table of services, one row for each at each place: for any program (CSV)")
FILE = "list.csv"
SEPARATORS = ",;\t|"
DAMAGED = 0.1
"""Up to this share of letters that are no UTF-8, a file is UTF-8 that was damaged, and not in another encoding."""


MAX_CELL = 2**17
"""Letters of a cell; more is a quotation mark that closes somewhere else."""

OF_A_ROW = 8
"""Cells that take as much memory as a row itself does: a file of nothing but line ends is held too."""


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Recognise a table of services that we wrote, as CSV or as points, and return the map of its columns.

    Whatever program saved it again: some put blanks around names of columns or write them large, and shapefiles cut
    them off.
    """
    del area
    for sheet in sheets:
        heads = _own_heads(sheet.rows[0]) if sheet.rows else {}
        if MEANINGS.keys() - {"latitude", "longitude"} <= heads.keys():
            fields = {field: [heads[name]] for name, field in FIELDS.items() if name in heads}
            read_ones = {heads[name] for name in (*FIELDS, "id", "place_id") if name in heads}
            others = [head for cell in sheet.rows[0] if (head := str(cell).strip()) and head not in read_ones]
            return ColumnMap(
                source=UNNAMED,
                name="Table of services",
                key=[heads["id"], heads["place_id"]],
                fields=fields,
                rows=Expected(least=0),
                sheets=Sheets(only=[sheet.name] if sheet.name else []),
                header=Header(has=heads["id"]),
                ignored=others,
                markings={audience: audience for audience in get_args(Audience)},
                precisions={precision: precision for precision in get_args(Precision)},
                notes=[Message("read as a table of ours; HSDS and the workbook bring back more")],
            )
    return None


OF_DBASE = 10
"""Letters of the name of a column that a shapefile has room for."""


def _own_heads(row: Sequence[object]) -> dict[str, str]:
    """Return our columns with what each is called in a row of names: it may be written large, padded or cut off."""
    called = {head.casefold(): head for cell in row if (head := str(cell).strip())}
    cut = bool(called) and max(map(len, called)) <= OF_DBASE
    return {name: called[short] for name in MEANINGS if (short := name[:OF_DBASE] if cut else name) in called}


def read(path: str | Path) -> Iterator[Sheet]:
    """Read a CSV file as one sheet of text cells.

    UTF-8, UTF-16 with its mark, else an old encoding of Cyrillic or Latin letters; the separator is the
    one that cuts most lines into the same number of cells.

    Raises
    ------
    FormatError
        When the file is missing, empty, not text, too large or cannot be cut into cells.
    """
    path = Path(path)
    with readable(path):
        contents = path.read_bytes()
    require_no_page(path)
    text, damaged = _decoded(path, contents)
    separator = _separator(text)
    csv.field_size_limit(MAX_CELL)  # it is one for the process: what another reader set stays
    try:
        rows = list(_within(path, _reader(text, separator)))
    except csv.Error as error:
        raise refusal(
            "{path}: cannot be cut into cells ({error}); save it again as CSV UTF-8", path=path, error=error
        ) from error
    _require_closed(path, text, separator, len(rows))
    widest = max(map(len, rows), default=0)
    if widest > MAX_COLUMNS:
        raise refusal(
            "{path}: {widest} columns are too many (at most {most}); is the separator right?",
            path=path,
            widest=widest,
            most=MAX_COLUMNS,
        )
    if not any(cell.strip() for row in rows for cell in row):
        raise refusal("{path}: no row holds anything; ask the sender for the file again", path=path)
    skipped = [Message("letters damaged on the way and read as ?: {count}", count=damaged)] if damaged else []
    if wide := _wider_rows(rows):
        skipped.append(
            Message(
                "rows with more cells than headings, perhaps since {separator!r} stands within a text: {rows}",
                separator=separator,
                rows=", ".join(map(str, wide[:ROWS_NAMED])) + (", ..." if len(wide) > ROWS_NAMED else ""),
            )
        )
    sheet = Sheet("", rows, skipped=tuple(skipped))
    yield osm.sheet_of_table(sheet) or sheet


ROWS_NAMED = 10


def _wider_rows(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the numbers of rows with more cells than most rows, where the headings are no wider."""
    widths = Counter(len(row) for row in rows if any(row))
    usual = max(widths, key=lambda width: widths[width])
    headings = next(number for number, row in enumerate(rows) if len(row) >= usual > 1 or usual == 1)
    if len(rows[headings]) != usual or usual == 1:
        return []
    return [number for number, row in enumerate(rows, 1) if number > headings and any(map(str.strip, row[usual:]))]


def _within(path: Path, rows: Iterable[list[str]]) -> Iterator[list[str]]:
    cells = 0
    for row in rows:
        cells += OF_A_ROW + len(row)
        if cells > MAX_CELLS:
            raise refusal("{path}: a table of {cells} cells or more is too large", path=path, cells=cells)
        yield row


def _require_closed(path: Path, text: str, separator: str, rows: int) -> None:
    """Refuse a file whose last quotation mark never closes: all rows after it would be taken for one cell."""
    try:
        for _row in _reader(text, separator, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise refusal(
                "{path}: row {rows} opens a quotation mark that never closes, and swallows the rest; "
                "close it or double it",
                path=path,
                rows=rows,
            ) from error


def _decoded(path: Path, contents: bytes) -> tuple[str, int]:
    if contents.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise refusal("{path}: is not CSV but another kind of file; give it its true ending, as .xlsx", path=path)
    if contents.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in contents:
        raise refusal("{path}: is not a text file; export it as CSV from the program it was made with", path=path)
    else:
        encodings = ["utf-8-sig", *_old_encodings(contents)]
        mended = contents.decode("utf-8-sig", errors="replace")
        damaged, foreign = mended.count("\ufffd"), sum(letter > "\x7f" for letter in mended)
        if 0 < damaged < foreign * DAMAGED:
            return mended.replace("\ufffd", "?"), damaged
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return contents.decode(encoding), 0
    raise refusal("{path}: its letters are in no encoding we know; save it again as CSV UTF-8", path=path)


CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic")
LATIN = ("cp1254", "mac-roman")
"""Old encodings: cp1254 is that of Turkish, which has the letters of western Europe too."""
USUAL_SIGNS = "’‘“”–—«»№€™"
FREQUENT = "оеаинтсрвлкмдпу"
"""The letters that are most of any Russian text; those of other languages in these alphabets are among them."""
_WORD_OF_MARKED_LETTERS = re.compile(rb"[\x80-\xff]{4,}")


def _old_encodings(contents: bytes) -> list[str]:
    """Return old encodings, likeliest first: Cyrillic if most letters beyond ASCII stand together, else Latin."""
    start = contents[:100_000]
    together = sum(map(len, _WORD_OF_MARKED_LETTERS.findall(start)))
    is_cyrillic = together * 2 > sum(byte > 0x7F for byte in start)
    return sorted(CYRILLIC if is_cyrillic else LATIN, key=lambda encoding: _likeness(start, encoding), reverse=True)


def _likeness(contents: bytes, encoding: str) -> int:
    """Return how much a text is like one of people: frequent letters, no capital within a word, few odd signs."""
    text = contents.decode(encoding, errors="replace")
    inside = sum(letter.islower() and other > "\x7f" and other.isupper() for letter, other in itertools.pairwise(text))
    odd = sum(letter > "\x7f" and not letter.isalpha() and letter not in USUAL_SIGNS for letter in text)
    return sum(map(text.count, FREQUENT)) - 2 * inside - odd


def _separator(text: str) -> str:
    """Return the separator that gives most lines the same number (two or more) of cells.

    Of several, that which stands behind every quotation mark that ends a cell.
    """

    def agreement(separator: str) -> tuple[int, bool, int]:
        rows = list(itertools.islice(_rows(text, separator), LOOKED_AT))
        counts = Counter(len(row) for row in rows if any(row))
        width, lines = max(((w, n) for w, n in counts.items() if w > 1), key=lambda c: (c[1], c[0]), default=(0, 0))
        return lines, rows == list(itertools.islice(_rows(text, separator, strict=True), LOOKED_AT)), width

    return max(SEPARATORS, key=agreement)


LOOKED_AT = 200
"""Rows by which a separator is told."""


def _rows(text: str, separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    with contextlib.suppress(csv.Error):
        yield from _reader(text, separator, strict=strict)


def _reader(text: str, separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=True)


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write a row for each service at each of its places, for programs: each cell as it is."""
    view.require_area(area)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, (row, _) in enumerate(flat_rows(view, area, language)):
            if number == 0:
                writer.writerow(row)
            writer.writerow([cell(value) for value in row.values()])
        if file.tell() == 0:
            writer.writerow(["id", "name"])
