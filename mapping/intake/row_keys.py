"""What tells the rows of a list from each other, and which of them say the same."""

import datetime as dt
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mapping.column_map import fold_header
from mapping.intake.row_reader import Intake, Reader, first_of
from mapping.intake.rows import BEYOND, SheetRow
from mapping.language import parsers
from mapping.language.fold import name_key, skeleton
from mapping.language.i18n import Phrase
from mapping.model import Audience, strictest

SIGNS = 3
"""By so many signs rows are told to be about the same."""


@dataclass
class Repeats:
    """Rows that say a second time what another says, or something else of the same."""

    instead: dict[int, Reader | None] = field(default_factory=dict)
    """Place -> what is read there instead of a new reading of its row; None where nothing is."""
    left_out: set[int] = field(default_factory=set)
    """Places of rows that may ask for more silence than the one that stands for them."""
    signs: "array[int]" = field(default_factory=lambda: array("q"))
    """Of each row `SIGNS` numbers in turn; rows that share one are about the same."""

    def sign(self, *signs: object) -> None:
        """Note what the next row is about."""
        self.signs.extend(map(hash, signs))

    def take_same(self, place: int, first: int, row: SheetRow) -> None:
        """Leave out a row that is the same in every cell as one before; what stands beside its cells may differ."""
        self.instead[place] = None
        self.signs.extend(self.signs[first * SIGNS : first * SIGNS + SIGNS])
        if row.comment or BEYOND in row.raw:
            self.left_out.add(place)

    def standing(self, rows: Sequence[SheetRow], intake: Intake) -> Iterator[Reader]:
        """Yield what is read at each place; nobody sees it who may not see another row about the same."""
        about, at_most, silent = self._about(), dict[int, Audience](), intake.silent()
        several = np.bincount(about) > 1
        for place, row in enumerate(rows if several.any() else ()):
            same = int(about[place])
            if several[same]:
                own = Reader(intake if place in self.left_out else silent, row).audience()
                at_most[same] = strictest(at_most.get(same, "public"), own)
        for place, row in enumerate(rows):
            if (reader := self.instead.pop(place) if place in self.instead else Reader(intake, row)) is not None:
                reader.at_most = at_most.get(int(about[place]), "public")
                yield reader

    def _about(self) -> NDArray[np.int64]:
        """Return of each row the number of what it is about, shape (rows,): one for all that shared signs join."""
        if not self.signs:
            return np.zeros(0, np.int64)
        signs, named = np.unique(np.frombuffer(self.signs, np.int64), return_inverse=True)
        rows, size = len(named) // SIGNS, len(named) // SIGNS + len(signs)
        pairs = np.ones(len(named), bool), (np.arange(len(named)) // SIGNS, rows + named)
        labels: NDArray[np.int64] = connected_components(coo_array(pairs, shape=(size, size)), directed=False)[1]
        return labels[:rows]


def read_once(rows: Sequence[SheetRow], intake: Intake) -> Iterator[Reader]:
    """Leave out rows that are the same in every cell as one before, and say so."""
    repeats = Repeats()
    for place, (reader, first) in enumerate(_compared(rows, intake)):
        if first is not None:
            repeats.take_same(place, first, reader.row)
        else:
            repeats.sign(*[("place", place)] * SIGNS)
    return repeats.standing(rows, intake)


def _compared(rows: Sequence[SheetRow], intake: Intake) -> Iterator[tuple[Reader, int | None]]:
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


def without_repeats(rows: Sequence[SheetRow], intake: Intake) -> Iterator[Reader]:
    """Leave out rows that say a second time what another says, and say so; of two checks the later stands.

    Rows that are the same in every cell repeat each other. In a list without numbers of its own, so do rows of one
    body, place and kind of help.
    """
    repeats = Repeats()
    standing: dict[str, Standing] = {}
    for place, (reader, first) in enumerate(_compared(rows, intake)):
        if first is not None:
            repeats.take_same(place, first, reader.row)
            continue
        more = "|".join(skeleton(reader.any_text(name)) for name in ("place", "description"))
        number, key = _number(reader), f"{_content_key(reader)}|{more}|{reader.row.under}"
        repeats.sign(*_signs(reader, number, key))
        if reader.said:
            repeats.instead[place] = reader
        if not number and not reader.reasons:  # what is set aside stands for no other row, which would be lost with it
            nothing_more = reader.row._replace(cells={}, raw={})
            mine = Standing(place, place, nothing_more, reader.text("verified_on"))
            if (other := standing.get(key)) is not None:
                repeats.instead[place], mine = None, mine._replace(place=other.place)
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


def _number(reader: Reader) -> str:
    """Return the sender's own number of a row; empty where it has none."""
    parts = [reader.row.cells.get(fold_header(column), "") for column in reader.intake.columns.key]
    return "|".join(parts) if any(parts) else ""


def _signs(reader: Reader, number: str, content: str) -> tuple[object, ...]:
    """Return by what a row is told to be about the same as another, `SIGNS` of them.

    That is its number in its part of the list, for each part may count anew; its number and its body; and its content
    where that says more than a body in a district, or where there is no number.
    """
    if not number:
        return (content,) * SIGNS
    whole = content if reader.text("address") else ("number", number, reader.row.sheet, reader.row.under)
    return ("number", number, reader.row.sheet, reader.row.under), ("body", number, _who(reader)), whole


def row_key(reader: Reader, uses: dict[str, int]) -> str:
    """Return the sender's key of a row: its own number, else what tells it from the others."""
    number = _number(reader) or reader.row.cells.get("_uuid", "")
    key = number or _content_key(reader)
    if not number and key in uses:  # the first keeps the id that it always had
        key = f"{key}|{skeleton(reader.any_text('place'))}|{skeleton(reader.text('description'))}"
    uses[key] = uses.get(key, 0) + 1
    if uses[key] == 1:
        return key
    if number:
        reader.say(
            "".join(reader.intake.columns.key[:1]),
            Phrase("the key {key!r} stands in the file {count} times", key=key, count=uses[key]),
            Phrase("tell which row is meant; both were read"),
        )
    return f"{key}#{uses[key]}"


def _content_key(reader: Reader) -> str:
    """Return what tells a row from the others where the sender gives no number."""
    place = "|".join(skeleton(reader.text(name)) for name in ("country", "unit", "address"))
    return f"{_who(reader)}|{place}|{skeleton(reader.text('service'))}"


def _who(reader: Reader) -> str:
    """Return the name of a row's body as names are compared."""
    return name_key(first_of((reader.text("organization"), *reader.translations("organization").values())))
