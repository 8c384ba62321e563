"""What tells the rows of a list from each other, and which of them say the same."""

import datetime as dt
from collections.abc import Iterable, Iterator

from mapping.column_map import fold_header
from mapping.intake.row_reader import Reader, first_of
from mapping.language import parsers
from mapping.language.fold import name_key, skeleton
from mapping.language.i18n import Phrase


def read_once(readers: Iterable[Reader]) -> Iterator[Reader]:
    """Leave out rows that are the same in every cell as one before, and say so."""
    first: dict[str, Reader] = {}
    for reader in readers:
        whole = "|".join(reader.row.cells.values())
        if whole in first:
            reader.say(
                "",
                Phrase("the row repeats row {row}", row=str(first[whole].row.number)),
                Phrase("it was read once"),
                "note",
            )
            continue
        first[whole] = reader
        yield reader


def without_repeats(readers: list[Reader]) -> Iterator[Reader]:
    """Leave out rows that say a second time what another says, and say so; of two checks the later stands.

    Rows that are the same in every cell repeat each other. In a list without numbers of its own, so do rows of one
    body, place and kind of help.
    """
    readers_of: dict[str, Reader] = {}
    for reader in read_once(readers):
        numbered = any(reader.row.cells.get(fold_header(column)) for column in reader.intake.columns.key)
        key = f"row {reader.row.sheet} {reader.row.number}" if numbered else _content_key(reader)
        other = readers_of.get(key)
        if other is not None:
            days = [_day_of_check(row) for row in (other, reader)]
            reader, older = (reader, other) if days[1] >= days[0] else (other, reader)
            problem = Phrase("row {row} is of the same body, place and kind of help", row=str(reader.row.number))
            older.say("", problem, Phrase("the one checked last stands"))
        readers_of[key] = reader
    yield from readers_of.values()


def _day_of_check(reader: Reader) -> dt.date:
    try:
        today = reader.intake.today
        return parsers.date(reader.text("verified_on"), today, latest=today) or dt.date.min
    except parsers.Unreadable:
        return dt.date.min


def row_key(reader: Reader, uses: dict[str, int]) -> str:
    """Return the sender's key of a row: its own number, else what tells it from the others."""
    columns = reader.intake.columns
    parts = [reader.row.cells.get(c.strip().casefold(), "") for c in columns.key]
    key = "|".join(parts) if any(parts) else reader.row.cells.get("_uuid", "")
    if not key:
        key = _content_key(reader)
    uses[key] = uses.get(key, 0) + 1
    if uses[key] > 1:
        column = columns.key[0] if columns.key else "organization"
        reader.say(
            column,
            Phrase("the key {key!r} stands in the file {count} times", key=key, count=uses[key]),
            Phrase("tell which row is meant; both were read"),
        )
        return f"{key}#{uses[key]}"
    return key


def _content_key(reader: Reader) -> str:
    """Return what tells a row from the others where the sender gives no number."""
    who = first_of((reader.text("organization"), *reader.translations("organization").values()))
    place = "|".join(skeleton(reader.text(name)) for name in ("country", "unit", "address"))
    return f"{name_key(who)}|{place}|{skeleton(reader.text('service'))}"
