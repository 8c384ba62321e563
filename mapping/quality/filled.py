"""Tables of ours that somebody filled in a spreadsheet and gave back."""

import csv
from pathlib import Path

from mapping.errors import FormatError


def filled_rows(path: Path, needed: set[str], advice: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table with their numbers, whichever sign parts its cells.

    Raises
    ------
    FormatError
        It is not in UTF-8, or a ``needed`` column is not there; ``advice`` says which file to fill.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: is not in UTF-8; save it as CSV UTF-8") from error
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=head.count))
    if missing := needed - set(reader.fieldnames or ()):
        raise FormatError(f"{path}: has no column {' and '.join(sorted(missing))}; {advice}")
    return [
        (number, {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)})
        for number, row in enumerate(reader, 2)
    ]
