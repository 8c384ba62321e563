"""Workbooks of other programs in: .xls of old Excel, .ods of LibreOffice; values, without hidden sheets."""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml import ElementTree

from mapping.errors import FormatError
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, require_readable
from mapping.formats._archives import content, members
from mapping.formats.tables import csv as text_tables
from mapping.formats.tables import xlsx
from mapping.formats.tables._disguise import is_text, require_no_page
from mapping.formats.tables.xlsx import MOST_COLOURED, Look, sheet_as_it_looks, with_colours
from mapping.language.i18n import Message, Phrase

SUFFIX = ".xls .ods"
LABEL = Message("Workbooks of LibreOffice and older ones of Excel")
UNSEEN = Phrase(
    "what is hidden or struck through cannot be told apart in such a file: it is read; comments beside cells are "
    "not: save it as .xlsx if it has any"
)
"""What is not seen in a file of the old Excel."""

OFFICE, TABLE, TEXT, STYLE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text", "style")
)
BACKGROUND = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}background-color"


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the cells of a workbook's visible sheets, as values; formulas and macros are never run.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged or too large.
    """
    path = Path(path)
    try:
        looks = _looks(path) if path.suffix.lower() == ".ods" else None
        require_readable(path, path.stat().st_size)
        with path.open("rb") as file:
            start = file.read(4)
        if looks is None and start == b"PK\x03\x04":
            yield from xlsx.read(path)
            return
        require_no_page(path)
        if is_text(path):  # as programs of the nineties name what they export
            yield from text_tables.read(path)
            return
        sheets = _sheets(path, looks)
        yield from with_colours([*sheets], looks) if looks else sheets
    except OSError as error:
        raise FormatError(
            Phrase("{path}: cannot be read ({error}); check the name, or save it as .xlsx", path=path, error=error)
        ) from error
    except (python_calamine.CalamineError, ParseError, ValueError, RuntimeError) as error:
        raise FormatError(
            Phrase("{path}: the workbook is damaged or encrypted ({error}); save it as .xlsx", path=path, error=error)
        ) from error


def _sheets(path: Path, looks: dict[str, Look] | None) -> Iterator[Sheet]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.CalamineError:
        if looks is None:
            raise
        workbook = python_calamine.CalamineWorkbook.from_filelike(_without_gaps(path))
    for place, about in enumerate(workbook.sheets_metadata):
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(f"hidden sheet {place + 1}", (), skipped=(Phrase("a hidden sheet, not read"),))
            continue
        look = Look(notes=(UNSEEN,)) if looks is None else looks.get(about.name, Look())
        yield sheet_as_it_looks(path, workbook, about.name, look)


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


def _looks(path: Path) -> dict[str, Look]:
    """Return what the part of each sheet of LibreOffice tells: what is hidden, struck, merged, coloured or noted."""
    texts = next((content(path, member) for member in members(path) if member.filename == "content.xml"), b"")
    if not any(sign in texts for sign in TELLING):
        return {}
    root = ElementTree.fromstring(texts)
    styles = {style.get(f"{STYLE}name", ""): style for style in root.iter(f"{STYLE}style")}
    struck = {name for name, style in styles.items() if _strikes(style)}
    colours = {name: colour for name, style in styles.items() if (colour := _colour(style))}
    return {sheet.get(f"{TABLE}name", ""): _look(sheet, struck, colours) for sheet in root.iter(f"{TABLE}table")}


TELLING = (b"annotation", b"line-through", b"visibility", b"rows-spanned", b"background-color")
"""What stands in the part of the sheets where one tells more than its values."""
HIDDEN = ("collapse", "filter")


def _strikes(style: Element) -> bool:
    text = style.find(f"{STYLE}text-properties")
    lines = () if text is None else [text.get(f"{STYLE}text-line-through-{part}") for part in ("style", "type")]
    return any(lines) and "none" not in lines


def _colour(style: Element) -> str:
    cells = style.find(f"{STYLE}table-cell-properties")
    colour = "" if cells is None else cells.get(BACKGROUND, "").casefold()
    return "" if colour in ("transparent", "#ffffff") else colour


def _look(sheet: Element, struck: set[str], colours: dict[str, str]) -> Look:
    hidden: set[int] = set()
    comments: dict[int, str] = {}
    crossed: set[tuple[int, int]] = set()
    coloured: dict[tuple[int, int], str] = {}
    merged: list[tuple[int, int, int]] = []
    y = 0
    for row in sheet.iter(f"{TABLE}table-row"):
        x, rows = 0, _repeated(row, "rows")
        if row.get(f"{TABLE}visibility") in HIDDEN and any(len(cell) for cell in row):
            hidden.update(range(y, y + min(rows, MAX_CELLS)))
        for cell in row:
            columns, style = _repeated(cell, "columns"), cell.get(f"{TABLE}style-name", "")
            if len(cell):
                places = product(range(y, y + rows), range(x, x + columns))
                if style in colours and len(coloured) <= MOST_COLOURED:
                    coloured |= dict.fromkeys(islice(places, MOST_COLOURED + 1), colours[style])
                places = product(range(y, y + rows), range(x, x + columns))
                if style in struck or _all_struck(cell, struck):
                    crossed.update(islice(places, MAX_CELLS - len(crossed)))
            if (below := int(cell.get(f"{TABLE}number-rows-spanned", 1))) > 1:
                merged.append((x, y, y + below - 1))
            if notes := [text for note in cell.iter(f"{OFFICE}annotation") for text in note.iter(f"{TEXT}p")]:
                noted = " ".join("".join(text.itertext()) for text in notes)
                comments[y + 1] = " ".join(filter(None, (comments.get(y + 1), noted)))
            x += columns
        y += rows
    return Look(
        frozenset(hidden),
        frozenset(_hidden_columns(sheet)),
        struck=frozenset(crossed),
        comments=comments,
        colours=coloured if len(coloured) <= MOST_COLOURED else {},
        merged=tuple(merged),
    )


def _repeated(part: Element, what: str) -> int:
    return int(part.get(f"{TABLE}number-{what}-repeated", 1))


def _all_struck(cell: Element, struck: set[str]) -> bool:
    """Tell whether all words of a cell are in pieces that are struck through."""
    lines = cell.findall(f"{TEXT}p")
    pieces = [piece for line in lines for piece in line]
    between = "".join(filter(None, [*(line.text for line in lines), *(piece.tail for piece in pieces)]))
    return bool(pieces) and not between.strip() and all(piece.get(f"{TEXT}style-name") in struck for piece in pieces)


def _hidden_columns(sheet: Element) -> Iterator[int]:
    """Yield the columns of a sheet that are hidden, from 0."""
    x = 0
    for column in sheet.iter(f"{TABLE}table-column"):
        columns = _repeated(column, "columns")
        if column.get(f"{TABLE}visibility") in HIDDEN:
            yield from range(x, min(x + columns, MAX_COLUMNS))
        x += columns
