"""What tells the rows of a list from each other, and which of them say the same."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mapping.column_map import fold_header
from mapping.intake.disclosure import audience_of
from mapping.intake.row_reader import Intake, Reader, first_of, read_once
from mapping.intake.rows import BEYOND, SheetRow
from mapping.language import parsers
from mapping.language.fold import name_key, skeleton
from mapping.language.i18n import Message
from mapping.model import Audience, strictest


def without_repeats(rows: Sequence[SheetRow], intake: Intake, *, by_content: bool) -> Iterator[Reader]:
    """Yield the rows but for those that say a second time what another says, which is said; of two checks the later.

    Rows that are the same in every cell repeat each other; ``by_content`` so do, in a list without numbers of its own,
    rows of one organization, place and kind of help. Nobody sees a row who may not see another about the same.
    """
    first: dict[int, int] = {}
    standing: dict[int, int] = {}
    left_out: dict[int, bool] = {}
    about: dict[int, list[int]] = defaultdict(list)
    signs: dict[int, tuple[int, ...]] = {}
    for place, row in enumerate(rows):
        reader = Reader(intake, row)
        same = first.setdefault(hash((tuple(row.cells.values()), row.under)), place)
        if same != place:
            problem = Message("the row repeats row {row}", row=str(rows[same].number))
            reader.say("", problem, Message("it was read once"), "note")
            left_out[place] = bool(row.comment) or BEYOND in row.raw
            signs[place] = signs.get(same, ())
        elif by_content:
            number, content = _number(reader), _content(reader)
            signs[place] = tuple(map(hash, _signs(reader, number, content)))
            if reader.reasons:
                intake.set_aside(reader)
            elif not number and (before := standing.setdefault(hash(content), place)) != place:
                is_later = _checked(reader) >= _checked(Reader(intake, rows[before]))
                later, older = (place, before) if is_later else (before, place)
                standing[hash(content)], left_out[older] = later, True
                problem = Message("row {row} is of the same body, place and kind of help", row=str(rows[later].number))
                Reader(intake, rows[older]).say("", problem, Message("the one checked last stands"))
        for sign in signs.get(place, ()):
            about[sign].append(place)
    at_most = _seen_by(rows, intake, about, left_out)
    for place, row in enumerate(rows):
        if place not in left_out and (row.sheet, row.number) not in intake.aside:
            yield Reader(intake, row, at_most=at_most.get(place, "public"))


def _seen_by(
    rows: Sequence[SheetRow], intake: Intake, about: dict[int, list[int]], left_out: dict[int, bool]
) -> dict[int, Audience]:
    """Return who may see each row that shares a sign with others: those who may see every one that it is joined to.

    What rows ``left_out`` ask for is told where they may say more than the one that stands for them.
    """
    joined: dict[int, set[int]] = {}
    for places in about.values():
        if len(places) > 1:
            group = set[int]().union(places, *(joined[place] for place in places if place in joined))
            joined |= dict.fromkeys(group, group)
    silent = intake.silent()
    own = {place: audience_of(Reader(intake if left_out.get(place) else silent, rows[place])) for place in joined}
    return {place: strictest(*(own[other] for other in group)) for place, group in joined.items()}


def _checked(reader: Reader) -> dt.date:
    """Return the day of a check, the first of all where it cannot be read."""
    today = reader.intake.today
    day, _ = read_once(parsers.date, reader.text("verified_on"), (today,), (("latest", today),))
    return day or dt.date.min


def _number(reader: Reader) -> str:
    """Return the sender's own number of a row; empty where it has none."""
    parts = [reader.row.cells.get(fold_header(column), "") for column in reader.intake.columns.key]
    return "|".join(parts) if any(parts) else ""


def _content(reader: Reader) -> str:
    more = "|".join(skeleton(reader.any_text(name)) for name in ("place", "description"))
    return f"{_content_key(reader)}|{more}|{reader.row.under}"


def _signs(reader: Reader, number: str, content: str) -> tuple[object, ...]:
    """Return by what a row is told to be about the same as another.

    That is its number in its part of the list, for each part may count anew; its number and its organization; and its
    content where that says more than an organization in a district, or where there is no number.
    """
    if not number:
        return (content,)
    signs = ("number", number, reader.row.sheet, reader.row.under), ("body", number, _who(reader))
    return (*signs, content) if reader.text("address") else signs


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
            Message("the key {key!r} stands in the file {count} times", key=key, count=uses[key]),
            Message("tell which row is meant; both were read"),
        )
    return f"{key}#{uses[key]}"


def _content_key(reader: Reader) -> str:
    """Return what tells a row from the others where the sender gives no number."""
    place = "|".join(skeleton(reader.text(name)) for name in ("country", "unit", "address"))
    return f"{_who(reader)}|{place}|{skeleton(reader.text('service'))}"


def _who(reader: Reader) -> str:
    """Return the name of a row's organization as names are compared."""
    return name_key(first_of((reader.text("organization"), *reader.translations("organization").values())))
