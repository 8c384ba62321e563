"""Tables of ours that somebody filled in a spreadsheet and gave back."""

from pathlib import Path

from mapping.errors import FormatError
from mapping.registry import format_of


def filled_rows(path: Path, needed: set[str], advice: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table with their numbers, in whatever kind of file a spreadsheet program saved it.

    Raises
    ------
    FormatError
        It is no table, or a ``needed`` column is not there; ``advice`` says which file to fill.
    """
    module = format_of(path)
    if not hasattr(module, "read"):
        raise FormatError(f"{path}: is no table; {advice}")
    missing = needed
    for sheet in module.read(path):
        head, *lines = [[_text(cell) for cell in row] for row in sheet.rows] or [[]]
        if not (missing := needed - set(head)):
            if sheet.hidden_rows:
                raise FormatError(
                    f"{path}: rows are hidden ({sheet.hidden_rows}); take the filter off and save it again"
                )
            return [
                (number, dict(zip(head, line, strict=False)))
                for number, line in enumerate(lines, sheet.first_row + 1)
                if any(line)
            ]
    raise FormatError(f"{path}: has no column {' and '.join(sorted(missing))}; {advice}")


def _text(cell: object) -> str:
    """Return a cell as it would stand in a table of text: days as 2026-11-24, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()
