"""What tells the rows of a list from each other, and which of them say the same."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mapping.column_map import fold_header
from mapping.intake.row_reader import Intake, Reader, first_of
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.fold import name_key, skeleton
from mapping.language.i18n import Phrase
from mapping.packed import Packed


def read_once(readers: Iterable[Reader]) -> Iterator[Reader]:
    """Leave out rows that are the same in every cell as one before, and say so."""
    return (reader for reader, repeats in _compared(readers) if not repeats)


def _compared(readers: Iterable[Reader]) -> Iterator[tuple[Reader, bool]]:
    """Yield rows, and whether they are the same in every cell as one before, which is said."""
    first: dict[bytes, int] = {}
    for reader in readers:
        whole = "|".join(reader.row.cells.values()).encode("utf-8", "surrogatepass")
        digest, number = hashlib.blake2b(whole, digest_size=16).digest(), reader.row.number
        if repeats := digest in first:
            problem = Phrase("the row repeats row {row}", row=str(first[digest]))
            reader.say("", problem, Phrase("it was read once"), "note")
        first.setdefault(digest, number)
        yield reader, repeats


class Standing(NamedTuple):
    """The row that stands for those of one body, place and kind of help, and the place of the first of them."""

    place: int
    row: SheetRow
    checked: str


def without_repeats(rows: Packed[SheetRow], intake: Intake) -> Iterator[Reader]:
    """Leave out rows that say a second time what another says, and say so; of two checks the later stands.

    Rows that are the same in every cell repeat each other. In a list without numbers of its own, so do rows of one
    body, place and kind of help.
    """
    instead: dict[int, Reader | None] = {}
    """Place -> what is read there instead of a new reading of its row; None where nothing is."""
    standing: dict[str, Standing] = {}
    numbers = [*map(fold_header, intake.columns.key)]
    for place, (reader, repeats) in enumerate(_compared(Reader(intake, row) for row in rows)):
        if repeats:
            instead[place] = None
        elif not any(map(reader.row.cells.get, numbers)):
            key, nothing_more = _content_key(reader), reader.row._replace(cells={}, raw={})
            if reader.said:
                instead[place] = reader
            mine = Standing(place, nothing_more, reader.text("verified_on"))
            if (other := standing.get(key)) is not None:
                instead[place], mine = None, mine._replace(place=other.place)
                later, older = (mine, other) if _day(mine, intake) >= _day(other, intake) else (other, mine)
                problem = Phrase("row {row} is of the same body, place and kind of help", row=str(later.row.number))
                Reader(intake, older.row).say("", problem, Phrase("the one checked last stands"))
                if later is mine:
                    instead[mine.place] = reader
                mine = later
            standing[key] = mine
        if reader.reasons:
            intake.set_aside(reader)
    standing.clear()
    for place, row in enumerate(rows):
        if (reader_there := instead.pop(place) if place in instead else Reader(intake, row)) is not None:
            yield reader_there


def _day(standing: Standing, intake: Intake) -> dt.date:
    """Return the day of a check, the first of all where it cannot be read."""
    try:
        return parsers.date(standing.checked, intake.today, latest=intake.today) or dt.date.min
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
