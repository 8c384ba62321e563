"""What tells the rows of a list from each other, and which of them say the same."""

import datetime as dt
import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mapping.column_map import fold_header
from mapping.intake.row_reader import Intake, Reader, first_of
from mapping.intake.rows import BEYOND, SheetRow
from mapping.language import parsers
from mapping.language.fold import name_key, skeleton
from mapping.language.i18n import Phrase
from mapping.model import Audience, strictest
from mapping.packed import Packed


@dataclass
class Repeats:
    """Rows that say a second time what another says."""

    instead: dict[int, Reader | None] = field(default_factory=dict)
    """Place -> what is read there instead of a new reading of its row; None where nothing is."""
    read_at: dict[int, int] = field(default_factory=dict)
    """Place of a row that is left out, or that stands where another was -> where the one that stands is read."""
    left_out: set[int] = field(default_factory=set)
    """Places of rows that may ask for more silence than the one that stands for them."""

    def take_same(self, place: int, first: int, row: SheetRow) -> None:
        """Leave out a row that is the same in every cell as one before; what stands beside its cells may differ."""
        self.instead[place], self.read_at[place] = None, self.read_at.get(first, first)
        if row.comment or BEYOND in row.raw:
            self.left_out.add(place)

    def standing(self, rows: Packed[SheetRow], intake: Intake) -> Iterator[Reader]:
        """Yield what is read at each place; nobody sees it who may not see those that are left out for it."""
        at_most: dict[int, Audience] = {}
        for place, row in enumerate(rows if self.left_out else ()):
            if place in self.left_out:
                where = self.read_at.get(place, place)
                at_most[where] = strictest(at_most.get(where, "public"), Reader(intake, row).audience())
        for place, row in enumerate(rows):
            if (reader := self.instead.pop(place) if place in self.instead else Reader(intake, row)) is not None:
                reader.at_most = at_most.get(place, "public")
                yield reader


def read_once(rows: Packed[SheetRow], intake: Intake) -> Iterator[Reader]:
    """Leave out rows that are the same in every cell as one before, and say so."""
    repeats = Repeats()
    for place, (reader, first) in enumerate(_compared(rows, intake)):
        if first is not None:
            repeats.take_same(place, first, reader.row)
    return repeats.standing(rows, intake)


def _compared(rows: Packed[SheetRow], intake: Intake) -> Iterator[tuple[Reader, int | None]]:
    """Yield rows, each with the place of one before that is the same in every cell, which is said; None for no such."""
    first: dict[bytes, int] = {}
    numbers: array[int] = array("q")
    for place, row in enumerate(rows):
        reader = Reader(intake, row)
        numbers.append(row.number)
        whole = "|".join((*row.cells.values(), row.under)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(whole, digest_size=16).digest()
        if (before := first.setdefault(digest, place)) != place:
            problem = Phrase("the row repeats row {row}", row=str(numbers[before]))
            reader.say("", problem, Phrase("it was read once"), "note")
        yield reader, before if before != place else None


class Standing(NamedTuple):
    """The row that stands for those of one body, place and kind of help, its own place and that of the first."""

    place: int
    own: int
    row: SheetRow
    checked: str


def without_repeats(rows: Packed[SheetRow], intake: Intake) -> Iterator[Reader]:
    """Leave out rows that say a second time what another says, and say so; of two checks the later stands.

    Rows that are the same in every cell repeat each other. In a list without numbers of its own, so do rows of one
    body, place and kind of help.
    """
    repeats = Repeats()
    standing: dict[str, Standing] = {}
    numbers = [*map(fold_header, intake.columns.key)]
    for place, (reader, first) in enumerate(_compared(rows, intake)):
        if first is not None:
            repeats.take_same(place, first, reader.row)
        elif not any(map(reader.row.cells.get, numbers)):
            key = f"{_content_key(reader)}|{reader.row.under}"
            nothing_more = reader.row._replace(cells={}, raw={})
            if reader.said:
                repeats.instead[place] = reader
            mine = Standing(place, place, nothing_more, reader.text("verified_on"))
            if (other := standing.get(key)) is not None:
                repeats.instead[place], mine = None, mine._replace(place=other.place)
                repeats.read_at[place] = other.place
                later, older = (mine, other) if _day(mine, intake) >= _day(other, intake) else (other, mine)
                repeats.left_out.add(older.own)
                problem = Phrase("row {row} is of the same body, place and kind of help", row=str(later.row.number))
                Reader(intake, older.row).say("", problem, Phrase("the one checked last stands"))
                if later is mine:
                    repeats.instead[mine.place] = reader
                mine = later
            standing[key] = mine
        if reader.reasons:
            intake.set_aside(reader)
    standing.clear()
    return repeats.standing(rows, intake)


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
