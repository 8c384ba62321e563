"""Rows of a list: sheets become rows of cleaned cells by the names of their columns."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, pairwise, zip_longest
from typing import NamedTuple

from mapping.column_map import ColumnMap, fold_header
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.clean import clean, is_formula
from mapping.language.fold import alternatives
from mapping.language.i18n import Message
from mapping.safety.sensitive_text import asks_silence

LOOK_FOR_HEADER = 25
"""Rows from the top among which the names of the columns stand."""

LOOKED_AT = 300
"""Rows that tell whether a column without a name is one."""
_TOTAL, _TOTAL_OF = alternatives("total of rows"), alternatives("total beside a number")
TOTAL = re.compile(rf"^\W*(?:{_TOTAL}|{_TOTAL_OF})\W*(\d{{1,6}})\b", re.I)
"""A cell that tells how many rows a list has."""
OF_TOTALS = re.compile(rf"^\W*(?:{_TOTAL}|{_TOTAL_OF}\W*(?:\d|$|(?:beds|places|rows|number)\b))", re.I)
"""The name in a row of totals, or a cell of it where it has no name: "Всего 16 мест" of a named shelter makes none."""

AT_A_TOWN = ("address", "place_name", "coordinates", "latitude", "longitude")
"""Fields that say where in a town something is: beside another town, "there" is not where the row above is."""

BEYOND, COMMENT = "beyond the last column", "a comment"
"""What a row holds besides its columns."""
ONLY_TOTAL = re.compile(rf"\W*(?:{_TOTAL}|{_TOTAL_OF})\W*", re.I)
"""The first cell of a row of totals, whatever its others count: "Итого: | 9 учреждений"."""


_OF_HELP = re.compile(
    r"\b(?:free|(?:anonymous|бесплатн|анонимн)\w{0,9})\W{1,9}(?:(?:and|и|ва|va)\W{1,9})?(?:confidential|конфиденциальн)\w*|"
    r"(?:confidential|конфиденциальн)\w{0,9}\s+(?:help|support|counsel|service|advice|hotline|line|assist|помощ|консульт|"
    r"поддерж|услуг|лини|телефон)|дома\s+у\s|на\s+дому|\bhome\b|дар\s+хонаи|маълумот\w{0,9}\s+махфӣ\s+нигоҳ",
    re.I,
)
"""What help is like, not a list: "free and confidential", at home."""
_OF_LISTS = re.compile(
    r"\b(?:secret|classified)\b|\bofficial\s+use\b|\brestricted\s+(?:distribution|circulation|access)|"
    r"(?:\b|_)секретн|ограниченн\w{0,9}\s+(?:доступ|распростран)|барои\s+истифодаи\s+(?:хизмат|дохил)|"
    r"xizmat\w{0,9}\s+(?:doirasida|foydalan)|ichki\s+foydalan",
    re.I,
)
"""Words of a list by which it asks not to be shown, besides those of remarks."""


def asks_for_all(text: str) -> bool:
    """Tell whether a title, a note or a name of a list asks that what it is about be not shown.

    >>> asks_for_all("shelters_confidential"), asks_for_all("Free and confidential help"), asks_for_all("ДСП")
    (True, False, True)
    """
    words = _OF_HELP.sub(" ", text.replace("_", " "))
    return asks_silence(words) or _OF_LISTS.search(words) is not None


class SheetRow(NamedTuple):
    """One row of a sheet: cleaned text by folded column name, and the cells as they were read."""

    sheet: str
    number: int
    cells: dict[str, str]
    raw: dict[str, str]
    cut: str = ""
    """The first column that the row does not reach, where it ends early."""
    comment: str = ""
    """What is noted beside its cells."""
    under: str = ""
    """The heading of its part of the list, where a row above holds nothing else."""

    def text(self, columns: Sequence[str]) -> str:
        """Return the first of some columns that says anything."""
        return next((text for name in columns if (text := self.cells.get(fold_header(name), ""))), "")


@dataclass
class Rows:
    """What the sheets of a file gave."""

    rows: list[SheetRow] = field(default_factory=list)
    children: list[SheetRow] = field(default_factory=list)
    skipped: dict[Message, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Why rows, columns and sheets were passed over -> where."""
    hidden: int = 0
    """Rows of the sheets of the list that are hidden."""
    cleaned: Counter[str] = field(default_factory=Counter)
    totals: list[tuple[str, int, int]] = field(default_factory=list)
    """(sheet, row, total) of rows that tell how many there should be."""
    formulas: list[tuple[str, int, str, str]] = field(default_factory=list)
    """(sheet, row, name of a column, formula) of cells that hold a formula as a text: nothing is read from them."""
    doubled: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(sheet, column) -> rows in which a second column of the name says something else, which is not read."""
    headers: dict[str, list[str]] = field(default_factory=dict)
    """Sheet -> its column names as they stand in the file."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """Sheet -> what is written around its rows and among them that asks for silence."""

    @property
    def asking(self) -> dict[str, str]:
        """Sheet -> the note that asks that its rows be not shown; a heading asks so for the rows of its part alone."""
        parts = {(row.sheet, row.under) for row in (*self.rows, *self.children)}
        notes = {
            sheet: next((note for note in notes if (sheet, note) not in parts), "")
            for sheet, notes in self.notes.items()
        }
        return {sheet: note for sheet, note in notes.items() if note}


def rows_of(sheets: Sequence[Sheet], columns: ColumnMap, path: object) -> Rows:
    """Cut sheets into rows as a column map says.

    Raises
    ------
    FormatError
        When no sheet of the list is there, or none of its columns is one that the map names.
    """
    rows = Rows()
    wanted = [sheet for sheet in sheets if sheet.rows and columns.sheets.wants(sheet.name)]
    for sheet in sheets:
        for what in sheet.skipped:
            rows.skipped[what].append(f"[{sheet.name}]" if sheet.rows else "")
    if not wanted:
        there = ", ".join(repr(sheet.name) for sheet in sheets if sheet.rows) or "none"
        raise FormatError(
            Message(
                "{path}: none of the sheets of this list is in the file (it has {there}); is it the right map?",
                path=path,
                there=there,
            )
        )
    for sheet in wanted:
        rows.hidden += sheet.hidden_rows
        _take(sheet, columns, path, rows)
    return rows


def _take(sheet: Sheet, columns: ColumnMap, path: object, rows: Rows) -> None:
    """Add the rows of one sheet, and what is written over them and among them."""
    start, names = _header(sheet, columns, path)
    rows.headers[sheet.name] = names
    into = rows.children if columns.sheets.children and sheet.name == columns.sheets.children else rows.rows
    above = start - columns.header.rows - columns.header.skip_after
    around = (
        re.split(r"[\\/]", str(path))[-1],
        sheet.name,
        *texts_of(cell for row in sheet.rows[:above] for cell in row),
    )
    rows.notes[sheet.name] = [text for text in around if asks_for_all(text)]
    into.extend(_Lines(sheet, names, columns, rows).read(start))


def unnamed_columns(rows: Rows, columns: ColumnMap) -> Iterator[tuple[str, str, str]]:
    """Yield (sheet, column, likely meant) of the columns that the map does not speak of."""
    named = columns.named()
    for sheet, names in rows.headers.items():
        for name in names:
            if name and fold_header(name) not in named:
                close = difflib.get_close_matches(fold_header(name), named, 1, 0.75)
                yield sheet, name, close[0] if close else ""


def missing_columns(rows: Rows, columns: ColumnMap) -> list[str]:
    """Return the fields of the map for which the file has no column."""
    there = {fold_header(name) for names in rows.headers.values() for name in names}
    return [f for f, names in columns.fields.items() if not any(fold_header(name) in there for name in names)]


def _header(sheet: Sheet, columns: ColumnMap, path: object) -> tuple[int, list[str]]:
    """Find the row where the column names stand; return the first row after it and the names, merged cells filled."""
    named, wanted = columns.named(), fold_header(columns.header.has)
    best, most = None, 0
    for place, row in enumerate(sheet.rows[:LOOK_FOR_HEADER]):
        folded = [fold_header(cell) for cell in row if cell not in (None, "")]
        if wanted and wanted in folded:
            best = place
            break
        hits = sum(cell in named for cell in folded)
        if not wanted and hits > most:
            best, most = place, hits
    if best is None:
        what = (
            Message("no row holds {heading!r}", heading=columns.header.has)
            if wanted
            else Message("no column is one that the map names")
        )
        raise FormatError(
            Message(
                "{path} [{name}]: {what}; is it the right map for this file?", path=path, name=sheet.name, what=what
            )
        )
    height = columns.header.rows
    first = best + height + columns.header.skip_after
    names = joined([list(row) for row in sheet.rows[best : best + height]])
    return first, numbered(names, sheet.rows, first)


def stands_over(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Tell whether several names of a row stand over more columns of the row below it: under one of them is a gap.

    Where merged cells were filled, as in a text of Word, it has its own names again in each other column.
    """
    pairs = [*zip_longest(upper, lower)]
    gaps = sum(above in (None, "") and below not in (None, "") for above, below in pairs)
    if gaps:
        return sum(above not in (None, "") for above, _ in pairs) > 1
    wide = {above for (above, _), (other, _) in pairwise(pairs) if above == other and above not in (None, "")}
    beside = [(above, below) for above, below in pairs if above not in wide]
    return bool(wide) and len(beside) > 1 and all(above == below or below in (None, "") for above, below in beside)


def joined(lines: list[list[object]]) -> list[str]:
    """Join header rows: a name over merged cells goes with each name below it."""
    width = max(map(len, lines))
    texts = [[re.sub(r"\s+", " ", written(c)).strip() for c in line] + [""] * (width - len(line)) for line in lines]
    if len(texts) > 1:
        for column in range(1, width):
            if not texts[0][column] and any(line[column] for line in texts[1:]):
                texts[0][column] = texts[0][column - 1]
    return [" / ".join(dict.fromkeys(part for line in texts if (part := line[column]))) for column in range(width)]


def numbered(names: list[str], rows: Sequence[Sequence[object]], first: int) -> list[str]:
    """Return the names of columns; one that has none, and is filled in half of the rows or more, is called by place.

    The rows from ``first`` on are looked at, as many as tell.
    """
    if all(names):
        return names
    there = [row for row in rows[first : first + LOOKED_AT] if any(cell not in (None, "") for cell in row)]
    for column, name in enumerate(names):
        filled = sum(column < len(row) and row[column] not in (None, "") for row in there) if not name else 0
        if filled > 1 and filled * 2 >= len(there):
            names[column] = f"column {column + 1}"
    return names


_CODE_OF_UNKNOWN = re.compile(
    r"(?<![\w-])(?P<code>-?\d{1,4})\s*[-–—=:]?\s*(?:не знаю|нет ответа|не известно|don.?t know|unknown|not known|"
    r"no answer|намедонам|номаълум|bilmayman|noma.?lum|bilmiyorum)",
    re.I,
)
"""What a survey says in a heading of a number that stands for none: "999 - don't know"."""
_COUNTED = [str(number) for number in range(1, 100)]
"""A row of the numbers of the columns, as official forms have it under their headings."""


def heads_a_part(filled: Sequence[str]) -> bool:
    """Tell whether the filled cells of a line number the columns, or say one thing over several of them.

    >>> heads_a_part(["1", "2", "3"]), heads_a_part(["А", "Б", "1.", "2.", "3."]), heads_a_part(["Khatlon"] * 4)
    (True, True, True)
    >>> heads_a_part(["1", "Umed", "2"]), heads_a_part(["Khatlon"])
    (False, False)
    """
    if len(filled) > 2 and filled[0] == filled[1] and len({*filled}) == 1:
        return True
    if not filled or len(filled[0]) > len("(1.)"):
        return False
    bare = [text.strip(" .()") for text in filled]
    numbers = [*dropwhile(lambda text: len(text) == 1 and text.isalpha(), bare)]
    return numbers == _COUNTED[: max(len(numbers), 3)]


REPEATED = Message("a repeated header")
BY_THE_MAP = Message("a row that the map passes over")
OF_ALL = Message("a row of totals")
HEADING = Message("a heading or a row with almost nothing in it")


class _Lines:
    """The lines below the names of the columns: each is a row, or is passed over for a reason."""

    def __init__(self, sheet: Sheet, names: list[str], columns: ColumnMap, rows: Rows) -> None:
        self.sheet, self.names, self.rows = sheet, names, rows
        self.folded = [fold_header(name) for name in names]
        self.called_by = [name or f"column {place}" for place, name in enumerate(names, 1)]
        self.unknown = {name: match["code"] for name in self.folded if (match := _CODE_OF_UNKNOWN.search(name))}
        self.patterns = [re.compile(pattern, re.I) for pattern in columns.skip.any_cell]
        self.fewest = columns.skip.fewer_cells
        self.telling = columns.telling()
        self.of_names = columns.columns_of("organization", "from", "to")
        self.of_doors = columns.columns_of(*AT_A_TOWN)
        self.of_towns = columns.columns_of("place", "unit", "unit_code", "country") - self.of_doors
        self.above: dict[str, str] = {}
        """The cells of the row above."""
        self.under = ""
        """The heading of the part of the list that is read."""

    def read(self, start: int) -> Iterator[SheetRow]:
        """Yield the rows from a line on, and tell why other lines are passed over."""
        for number, cells in enumerate(self.sheet.rows[start:], self.sheet.first_row + start):
            texts = [cell if type(cell) is str else written(cell) for cell in cells]
            filled = [text for text in texts if text.strip()]
            if not filled:
                continue
            if reason := self._passed_over(number, texts, filled):
                self.rows.skipped[reason].append(f"{self.sheet.name} {number}".strip())
            else:
                yield self._row(number, texts)

    def _passed_over(self, number: int, texts: list[str], filled: list[str]) -> Message | None:
        """Return why a line is no row, having learnt what it tells of the list; None for a row."""
        if all(fold_header(text) == name for text, name in zip(texts, self.folded, strict=False)):
            return REPEATED
        called = self._filled_of(self.of_names, texts)
        of_totals = any(map(OF_TOTALS.match, called or filled)) or ONLY_TOTAL.fullmatch(filled[0]) is not None
        if of_totals:
            totals = filter(None, map(TOTAL.match, filled))
            self.rows.totals += ((self.sheet.name, number, int(match[1])) for match in totals)
        if self.patterns and any(pattern.search(text) for pattern in self.patterns for text in filled):
            return BY_THE_MAP
        if of_totals and self.of_names:
            return OF_ALL
        different = len(set(filled))
        if not self._is_heading(texts, filled, different):
            return None
        if different == 1:
            self.under = filled[0]
        self.rows.notes[self.sheet.name] += filter(asks_for_all, filled)
        return HEADING

    def _is_heading(self, texts: list[str], filled: list[str], different: int) -> bool:
        """Tell whether a line heads a part of the list, numbers its columns, or holds too little to be a row."""
        if self.telling and not self._filled_of(self.telling, texts):
            return True
        if different == 1 and len(self.names) > 1 and asks_for_all(filled[0]):
            return True
        return len(filled) < self.fewest or heads_a_part(filled)

    def _filled_of(self, columns: set[str], texts: list[str]) -> list[str]:
        return [text for name, text in zip(self.folded, texts, strict=False) if name in columns and text.strip()]

    def _row(self, number: int, texts: list[str]) -> SheetRow:
        raw = {name: text for name, text in zip(self.called_by, texts, strict=False) if text}
        if beyond := [text for text in texts[len(self.names) :] if text.strip()]:
            raw[BEYOND] = "; ".join(beyond)
        self.above = self._like_above(*self._cleaned(number, texts))
        cut = self.names[len(texts)] if len(texts) < len(self.names) else ""
        return SheetRow(self.sheet.name, number, self.above, raw, cut, self.sheet.comments.get(number, ""), self.under)

    def _cleaned(self, number: int, texts: list[str]) -> tuple[dict[str, str], list[str]]:
        """Return the cleaned cells, and the columns whose cell stands for the one above it."""
        cells: dict[str, str] = {}
        as_above: list[str] = []
        for name, text in zip_longest(self.folded, texts[: len(self.folded)], fillvalue=""):
            if name and not cells.get(name):  # of columns with one name, the first that says anything
                cells[name], steps, stands_for_above = clean(text)
                if steps:
                    self.rows.cleaned.update(steps)
                if cells[name].startswith("=") and is_formula(cells[name]):
                    heading = self.called_by[self.folded.index(name)]
                    self.rows.formulas.append((self.sheet.name, number, heading, cells[name]))
                    cells[name] = ""
                if stands_for_above:
                    as_above.append(name)
            elif name and text.strip() and clean(text).text != cells[name]:
                self.rows.doubled[self.sheet.name, name].append(number)
        for name, code in self.unknown.items():
            if cells.get(name) == code:
                cells[name] = ""
                self.rows.cleaned[Message("a code that by its heading stands for what is not known, left out")] += 1
        return cells, as_above

    def _like_above(self, cells: dict[str, str], as_above: list[str]) -> dict[str, str]:
        """Return cells with what stands above those that stand for it, unless that is a door of another town."""
        signs = {name: text for name in as_above if (text := cells[name]) and self.above.get(name)}
        cells |= {name: self.above[name] for name in signs}
        if signs and any(cells.get(name) and cells[name] != self.above.get(name) for name in self.of_towns):
            for name in self.of_doors & signs.keys():
                cells[name] = signs.pop(name)
        if signs:
            self.rows.cleaned[Message("a sign such as -//- replaced by what stands above it")] += len(signs)
        return cells


def written(cell: object) -> str:
    """Return a cell as text: whole numbers without the spreadsheet's ``.0``, days as 2026-11-24."""
    if type(cell) is str:
        return cell
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else ("1" if cell else "0")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def texts_of(cells: Iterable[object]) -> list[str]:
    """Return what stands in some cells, without those that hold nothing."""
    return [text for cell in cells if (text := written(cell).strip())]
