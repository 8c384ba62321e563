"""Tables as they stand on a sheet: several side by side, or one on its side, with its names in the first column."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from pathlib import Path
from types import ModuleType

from mapping.formats import Sheet, read_sheets
from mapping.intake.guess.headings import RUNNING, SERVICE, field_of, is_named
from mapping.intake.rows import LOOK_FOR_HEADER, texts_of, written
from mapping.language.i18n import Phrase, and_more

LEAST_FIELDS = 4
"""Fields that the first column of a table on its side names at least."""

LONGEST_NAME = 60
"""Letters of the name of a column at most."""
MOST_LYING = 60
"""Rows of a sheet beyond which no table lies on its side: so many things nobody tells of an organization."""

Rows = Sequence[Sequence[object]]


def tables_in(module: ModuleType, path: str | Path) -> list[Sheet]:
    """Return the tables that a format's module reads from a file, as `tables_of` gives them.

    Raises
    ------
    FormatError
        When the file cannot be read.
    """
    return [*tables_of(read_sheets(module, path))]


def tables_of(sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    """Yield the tables of some sheets, each as a sheet of its own that stands upright; most sheets are one already."""
    lying = [sheet.name for sheet in sheets if _lies(sheet.rows)]
    stands = bool(lying) and any(_stands(sheet.rows) for sheet in sheets if sheet.name not in lying)
    for sheet in sheets:
        if not stands and sheet.name in lying:
            yield _stood_up(sheet)
        else:
            for table in _one_below_another(sheet):
                yield from _side_by_side(table)


def _stood_up(sheet: Sheet) -> Sheet:
    """Return a table on its side with its columns as rows, each called by the number of its column."""
    lines = [row for row in sheet.rows if _filled(row)]
    titles = [*takewhile(lambda row: _filled(row) == 1, lines)]
    width = max(map(len, lines))
    turned = [[row[x] if x < len(row) else None for row in lines[len(titles) :]] for x in range(width)]
    beside = "; ".join(dict.fromkeys(sheet.comments.values()))  # of which column each is, nothing says
    return replace(
        sheet,
        rows=[*titles, *turned],
        first_row=1 - len(titles),
        skipped=(
            *sheet.skipped,
            Phrase("nothing; its columns are read as rows, since the names stand in the first column"),
        ),
        comments=dict.fromkeys(range(1, width + 1), beside) if beside else {},
    )


def _filled(row: Sequence[object]) -> int:
    """Return how many cells of a row hold anything."""
    return len(texts_of(row))


def _fields(cells: Sequence[object]) -> set[str]:
    texts = (cell for cell in cells if isinstance(cell, str) and 1 < len(cell) <= LONGEST_NAME)
    return {field for text in texts if not text[0].isdigit() and (field := field_of(text))}


def _lies(rows: Rows) -> bool:
    """Tell whether the names of a table stand in its first column, and in no row."""
    if len(rows) > MOST_LYING:
        return False
    first = _fields([row[0] for row in rows if row])
    if len(first) < LEAST_FIELDS or "organization" not in first:
        return False
    heads = rows[:LOOK_FOR_HEADER]
    return not any(len(_fields(row)) * 2 > len(first) or _names_columns(row) for row in heads)


def _stands(rows: Rows) -> bool:
    """Tell whether a row holds the names of a table: what lies beside it on another sheet only explains them."""
    fields = map(_fields, rows[:LOOK_FOR_HEADER])
    return any("organization" in own and len(own) >= LEAST_FIELDS for own in fields)


def _names_columns(row: Sequence[object]) -> bool:
    """Tell whether all cells of a row name columns, and several nothing else."""
    texts = texts_of(row)
    heads = {text for text in texts if len(text) <= LONGEST_NAME and is_named(text, HEADS)}
    if len(heads) < LEAST_HEADS or any(letter.isdigit() for text in texts for letter in text):
        return False
    return all(text in heads or field_of(text) or RUNNING.match(text) for text in texts)


HEADS = (*SERVICE, "note")


def _one_below_another(sheet: Sheet) -> Iterator[Sheet]:
    """Yield the tables that stand one below another on a sheet, each from its title on.

    Another one begins where names of columns that stand in no row above, which are several, follow upon an empty row,
    with nothing between but a title.
    """
    rows, starts = sheet.rows, [0]
    for gap in (place for place, row in enumerate(rows) if not any(row)):
        head = gap + 1 + (gap + 2 < len(rows) and _filled(rows[gap + 1]) == 1)
        if head >= len(rows) or not _names_columns(rows[head]):
            continue
        above = [[*row] for row in rows[starts[-1] : gap] if _filled(row) >= LEAST_HEADS]
        if len(above) > 1 and [*rows[head]] not in above:
            starts.append(gap + 1)
    if len(starts) == 1:
        yield sheet
        return
    below = and_more([str(sheet.first_row + start) for start in starts[1:]], len(starts))
    note = Phrase("other tables below, each taken for a sheet of its own, from row {rows} on", rows=below)
    for number, (start, end) in enumerate(pairwise([*starts, len(rows)]), 1):
        first = sheet.first_row + start
        comments = {line: text for line, text in sheet.comments.items() if first <= line < sheet.first_row + end}
        called = sheet.name if number == 1 else f"{sheet.name} {number}".strip()  # a map names the first of them so
        skipped = (*sheet.skipped, note) if number == 1 else ()
        yield replace(sheet, name=called, rows=rows[start:end], first_row=first, skipped=skipped, comments=comments)


LEAST_HEADS = 3
"""Cells of a row at least that are names of columns where another table begins below the first."""


def _side_by_side(sheet: Sheet) -> Iterator[Sheet]:
    """Yield the tables that stand side by side on a sheet, parted by an empty column, each with names of its own.

    What stands right over one of them, and only over it, is the heading of all its rows; what stands further above, and
    what is noted under them all, is said of each.
    """
    heads = ((place, list(_blocks(row))) for place, row in enumerate(sheet.rows[:LOOK_FOR_HEADER]))
    place, blocks = next(
        (
            (place, blocks)
            for place, blocks in heads
            if len(blocks) > 1 and all(_names_bodies(sheet.rows[place][start:end]) for start, end in blocks)
        ),
        (0, []),
    )
    below = sheet.rows[place + 1 :]
    if not blocks or any(texts_of(_beside(line, blocks)) for line in below):
        yield sheet
        return
    above = sheet.rows[place - 1] if place else ()
    last = max((n for n, row in enumerate(below, 1) if _filled(row) > 1), default=0)
    for number, (start, end) in enumerate(blocks, 1):
        over = texts_of(above[start:end])
        heading = len(over) == 1 and (start > 0 or _filled(above) > 1)
        rows = [*sheet.rows[: place - heading], sheet.rows[place][start:end]]
        rows += [over] if heading else []
        rows += [*(row[start:end] for row in below[:last]), *below[last:]]
        called = f"{sheet.name} {number}".strip()
        yield replace(sheet, name=called, rows=rows, skipped=sheet.skipped if number == 1 else ())


def _names_bodies(cells: Sequence[object]) -> bool:
    """Tell whether some headings are those of a table: of organizations and of something else."""
    fields = _fields(cells)
    return "organization" in fields and len(fields) > 1


def _blocks(row: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the stretches of filled cells of a row."""
    start = None
    for place, cell in enumerate([*row, None]):
        filled = bool(written(cell).strip())
        if filled and start is None:
            start = place
        elif not filled and start is not None:
            yield start, place
            start = None


def _beside(row: Sequence[object], blocks: Sequence[tuple[int, int]]) -> Iterator[object]:
    """Yield the cells of a row that stand beside all blocks."""
    within = {place for start, end in blocks for place in range(start, end)}
    return (cell for place, cell in enumerate(row) if place not in within)
