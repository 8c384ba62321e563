"""XLSX in, with or without macros, which are never run: values only, hidden sheets, columns and rows left out."""

import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from openpyxl.utils import column_index_from_string

from mapping.errors import FormatError
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, readable
from mapping.formats._archives import MAX_MEMBERS, require_honest
from mapping.formats.tables._disguise import require_no_text
from mapping.language.i18n import Message, listing

SUFFIX = ".xlsx .xlsm"
LABEL = Message("Workbooks of Excel")

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the visible cells of a workbook's visible sheets, as values; formulas and links are never followed.

    Raises
    ------
    FormatError
        When the file is missing, empty, no workbook, encrypted, damaged, too large or a zip bomb.
    """
    path = Path(path)
    looks = _looked_at(path)
    try:
        if path.suffix.lower() in SUFFIX.split():
            workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        else:  # one under another ending
            workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        yield from _sheets(path, workbook, looks)
    except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError, OSError) as error:
        raise FormatError(
            Message(
                "{path}: the workbook is damaged ({error}); open it and save it again as .xlsx", path=path, error=error
            )
        ) from error


def _sheets(path: Path, workbook: python_calamine.CalamineWorkbook, looks: Mapping[str, "Look"]) -> Iterator[Sheet]:
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(f"hidden sheet {place + 1}", (), skipped=(Message("a hidden sheet, not read"),))
            continue
        yield sheet_as_it_looks(path, workbook, about.name, looks.get(about.name, Look()))


@dataclass(frozen=True)
class Look:
    """What a sheet's part tells before it is read: hidden rows and columns, from 0, and what is left out besides."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    notes: tuple[Message, ...] = ()
    struck: frozenset[tuple[int, int]] = frozenset()
    """Cells that are struck through, by row and column from 0."""
    comments: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Number of a row -> what is noted beside its cells."""


def sheet_as_it_looks(path: Path, workbook: python_calamine.CalamineWorkbook, name: str, look: Look) -> Sheet:
    """Return the visible cells of a sheet, and what is told of the others.

    Raises
    ------
    FormatError
        It has too many cells.
    """
    sheet = workbook.get_sheet_by_name(name)
    if sheet.width > MAX_COLUMNS or sheet.height * sheet.width > MAX_CELLS:
        raise _too_many(path, name, sheet.height, sheet.width)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    rows = _filled(rows, sheet.merged_cell_ranges or ())
    if look.rows or look.columns:
        rows = [
            [None if x in look.columns or y in look.rows else cell for x, cell in enumerate(row)]
            for y, row in enumerate(rows)
        ]
    skipped: list[Message] = []
    hidden_rows = sum(row < sheet.height for row in look.rows)
    if count := hidden_rows:
        skipped.append(
            Message("1 hidden row, not read")
            if count == 1
            else Message("{count} hidden {count:row|rows}, not read", count=count)
        )
    if count := sum(column < sheet.width for column in look.columns):
        skipped.append(
            Message("1 hidden column, not read")
            if count == 1
            else Message("{count} hidden {count:column|columns}, not read", count=count)
        )
    if look.struck:
        rows, crossed = _without_struck(rows, look.struck)
        skipped += crossed
    if look.comments:
        places = listing(map(str, sorted(look.comments)))
        skipped.append(Message("comments beside cells, looked at as remarks: rows {rows}", rows=places))
    return Sheet(name, rows, skipped=(*skipped, *look.notes), comments=look.comments, hidden_rows=hidden_rows)


def _filled(rows: list[list[object]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[list[object]]:
    """Fill what stands in the first of merged cells into each cell below it: it holds for all these rows."""
    left = MAX_CELLS
    for (first, column), (last, _) in merged:
        for y in range(first + 1, min(last + 1, len(rows), first + left)):
            if column < len(rows[y]) and rows[y][column] in (None, ""):
                rows[y][column] = rows[first][column]
        left -= min(last, len(rows)) - first
        if left <= 0:
            break
    return rows


def _without_struck(
    rows: Sequence[Sequence[object]], struck: frozenset[tuple[int, int]]
) -> tuple[list[list[object]], list[Message]]:
    """Return rows without what is struck through, and where that stood: whoever crossed it out took it back."""
    rows_left: list[list[object]] = []
    whole: list[str] = []
    some: list[str] = []
    for y, row in enumerate(rows):
        left = [None if (y, x) in struck else cell for x, cell in enumerate(row)]
        rows_left.append(left)
        if left != list(row):
            (some if any(cell not in (None, "") for cell in left) else whole).append(str(y + 1))
    notes = [Message("struck through, not read: row {rows}", rows=listing(whole))] if whole else []
    notes += [Message("struck through, not read: cells of row {rows}", rows=listing(some))] if some else []
    return rows_left, notes


def _looked_at(path: Path) -> dict[str, Look]:
    """Check a workbook's parts before anything is unpacked; return what each sheet's part tells."""
    try:
        with readable(path), zipfile.ZipFile(path) as parts:
            _require_honest(path, parts)
            return _looks(path, parts)
    except zipfile.BadZipFile as error:
        with path.open("rb") as file:
            start = file.read(8)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise FormatError(
                Message("{path}: is encrypted or an old .xls; take the password off or save it as .xlsx", path=path)
            ) from error
        require_no_text(path)
        raise FormatError(
            Message("{path}: is not a workbook; check that the sender saved it as .xlsx", path=path)
        ) from error
    except (ParseError, DefusedXmlException, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FormatError(
            Message(
                "{path}: the workbook is damaged or hostile ({error}); ask for it as values only",
                path=path,
                error=error,
            )
        ) from error


def _require_honest(path: Path, parts: zipfile.ZipFile) -> None:
    members = parts.infolist()
    require_honest(path, members, Message("ask for it as values only"))
    if len(members) > MAX_MEMBERS:
        raise FormatError(
            Message(
                "{path}: has {count} parts, which no honest list has; ask for it as values only",
                path=path,
                count=len(members),
            )
        )


def _looks(path: Path, parts: zipfile.ZipFile) -> dict[str, Look]:
    names = set(parts.namelist())
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    kinds = (
        ("vbaproject.bin", Message("macros, not read")),
        ("externallinks/", Message("links to other files, not followed")),
    )
    notes = tuple(note for sign, note in kinds if any(sign in name.casefold() for name in names))
    looks: dict[str, Look] = {}
    styles = ElementTree.fromstring(parts.read("xl/styles.xml")) if "xl/styles.xml" in names else None
    crossing = _crossing(styles) if styles is not None else set()
    for sheet in book.iter(f"{MAIN}sheet"):
        part = targets.get(sheet.get(REL), "")
        part = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
        if part in names:
            xml = parts.read(part)
            _require_extent(path, sheet.get("name", ""), xml)
            rows, columns = _hidden_in(xml) if b"hidden=" in xml else (set[int](), set[int]())
            empty = len(NO_VALUE.findall(xml)) if b"<f" in xml or b":f" in xml else 0
            wrong = len(ERROR.findall(xml)) if b'"e"' in xml or b"'e'" in xml else 0
            unread: list[Message] = []
            if empty:
                unread.append(
                    Message(
                        "{count} {count:formula|formulas} without a value, read as empty: "
                        "save it in a spreadsheet program",
                        count=empty,
                    )
                )
            if wrong:
                unread.append(Message("{count} cells that hold an error such as #REF!, read as empty", count=wrong))
            looks[sheet.get("name", "")] = Look(
                frozenset(rows),
                frozenset(columns),
                (*notes, *unread),
                frozenset(_styled(xml, crossing)) if crossing else frozenset(),
                _comments(parts, part, names),
            )
            notes = ()
    return looks


def _comments(parts: zipfile.ZipFile, part: str, names: set[str]) -> dict[int, str]:
    """Return what is noted beside the cells of each row of a sheet, which the part that it links to holds."""
    folder, _, name = part.rpartition("/")
    links = f"{folder}/_rels/{name}.rels"
    if links not in names:
        return {}
    texts: dict[int, list[str]] = defaultdict(list)
    for link in ElementTree.fromstring(parts.read(links)):
        target = link.get("Target", "")
        noted = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        if link.get("Type", "").rpartition("/")[2] == "comments" and noted in names:
            for comment in ElementTree.fromstring(parts.read(noted)).iter(f"{MAIN}comment"):
                row = re.search(r"\d{1,7}$", comment.get("ref", ""))
                if row is not None:
                    texts[int(row[0])].append("".join(text.text or "" for text in comment.iter(f"{MAIN}t")))
    return {row: "; ".join(own) for row, own in texts.items()}


def _crossing(styles: Element) -> set[int]:
    """Return the numbers of the styles whose letters are struck through."""
    fonts = styles.find(f"{MAIN}fonts")
    used = styles.find(f"{MAIN}cellXfs")
    crossed = {
        number
        for number, font in enumerate(fonts if fonts is not None else ())
        if (strike := font.find(f"{MAIN}strike")) is not None and strike.get("val", "1") not in ("0", "false")
    }
    return {
        number
        for number, style in enumerate(used if used is not None else ())
        if _number(style.get("fontId")) in crossed
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _styled(xml: bytes, styles: set[int]) -> Iterator[tuple[int, int]]:
    """Yield row and column, from 0, of the cells in one of some styles."""
    for cell in STYLED.finditer(xml):
        place = CELL_NAME.search(cell[0])
        style = CELL_STYLE.search(cell[0])
        if place and style and int(style[1]) in styles:
            yield int(place[2]) - 1, _place(place[1])


def _place(letters: bytes) -> int:
    """Return the place of a column, from 0, by its letters: at most three."""
    return int(column_index_from_string(letters.decode())) - 1


STYLED = re.compile(rb"<(?:\w{1,20}:)?c\s[^<>]*>")
CELL_NAME = re.compile(rb"""\br=["']([A-Za-z]{1,3})(\d{1,7})["']""")
CELL_STYLE = re.compile(rb"""\bs=["'](\d+)["']""")
CELL = re.compile(rb"""<(?:\w{1,20}:)?c\s[^<>]*?\br=["']([A-Za-z]+)(\d+)["']""")
ROW = re.compile(rb"""<(?:\w{1,20}:)?row\s[^<>]*?\br=["'](\d+)["']""")
HIDDEN = re.compile(rb"""<(?:\w{1,20}:)?(row|col)\s[^<>]*?\bhidden=["'](?:1|true)["'][^<>]*>""")
NUMBER = re.compile(rb"""\b(r|min|max)=["'](\d+)["']""")


ERROR = re.compile(rb"""<(?:\w{1,20}:)?c\s[^<>]*?\bt=["']e["']""")
NO_VALUE = re.compile(
    rb"<(?:\w{1,20}:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w{1,20}:)?f>)\s*(?:<(?:\w{1,20}:)?v\s*/>|<v></v>)?\s*</(?:\w{1,20}:)?c>"
)
TALL = re.compile(rb"""r=["'][A-Za-z]*(\d{6,9})""")
WIDE = re.compile(rb"""r=["']([A-Za-z]{2,9})\d""")
MAX_ROWS = 2**20
"""Rows that a sheet can have."""


def _require_extent(path: Path, name: str, xml: bytes) -> None:
    """Refuse a sheet whose cells lie far apart: the reader makes room for all between them, and dies of it."""
    tags = xml.count(b"<row") + xml.count(b":row")
    if tags > 2 * MAX_ROWS:
        raise _too_many(path, name, tags, 0)
    # seen in no time: row numbers of six digits or more, and columns of two letters or more, wherever they stand, also
    # behind another attribute whose name ends in r
    height = max(map(int, {match[1] for match in TALL.finditer(xml)}), default=99_999)
    columns = {match[1].upper() for match in WIDE.finditer(xml)} or {b"Z"}
    if _fits(height, max(map(_width, columns))):
        return
    rows = max((int(match[1]) for match in ROW.finditer(xml)), default=0)
    last, columns = 0, set()
    for match in CELL.finditer(xml):
        columns.add(match[1].upper())
        last = max(last, int(match[2]))
    height, width = max(rows, last), max(map(_width, columns), default=0)
    if not _fits(height, width):
        raise _too_many(path, name, height, width)


def _fits(height: int, width: int) -> bool:
    return width <= MAX_COLUMNS and height <= MAX_ROWS and height * max(width, 1) <= MAX_CELLS


def _width(letters: bytes) -> int:
    """Return the columns of a sheet whose last has these letters, however many they are."""
    width = 0
    for letter in letters:
        width = width * 26 + letter - 64
    return width


def _too_many(path: Path, name: str, height: int, width: int) -> FormatError:
    return FormatError(
        Message(
            "{path} [{name}]: {height} rows and {width} columns are too many; delete the empty "
            "ones at the end and save it again",
            path=path,
            name=name,
            height=height,
            width=width,
        )
    )


def _hidden_in(xml: bytes) -> tuple[set[int], set[int]]:
    """Find hidden rows and columns by their attributes, without building a tree of a large sheet."""
    rows: set[int] = set()
    columns: set[int] = set()
    for tag in HIDDEN.finditer(xml):
        numbers = {key: int(value) for key, value in NUMBER.findall(tag[0])}
        if tag[1] == b"row" and b"r" in numbers:
            rows.add(numbers[b"r"] - 1)
        elif b"min" in numbers:
            columns.update(range(numbers[b"min"] - 1, min(numbers.get(b"max", 0), MAX_COLUMNS)))
    return rows, columns
