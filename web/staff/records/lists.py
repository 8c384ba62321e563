"""Work lists: what waits for somebody, in rows of one shape, each with what can be done about it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapping.language.i18n import Message, Text
from mapping.quality.overview import State
from web.access.guard import me, today
from web.access.signin import page
from web.staff.common import everything_seen, seen
from web.staff.fields import RESULTS
from web.staff.records.records import RecordLine

Words = Text | Message | str
ORDER: tuple[State, ...] = ("bad", "warn", "plain", "ok")
SHOWN, SHOWN_OF_SEVERAL = 200, 5
"""So many rows of a list stand on its page, and of each on a page of several lists."""
BY_CALL = ("confirmed", "changed", "unreachable")
"""Results of a call that a row takes; the others are noted on the page of the entry."""
AGAIN = (1, 3, 7)
"""Days after which whoever did not answer is called again: after the first call, the second, and each later one."""
NOBODY = Message("Nobody answered, again on {day}")


@dataclass(frozen=True)
class WorkRow:
    """A row of a work list: what it is and on which page it is seen to."""

    name: str
    path: str = ""
    about: str = ""
    """The organization, or where it is."""
    notes: tuple[Words, ...] = ()
    numbers: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    """Days of calls that nobody answered."""
    again: dt.date | None = None
    """When to call again, where nobody answered: the row stands behind the others until then."""
    by: str = ""
    on: dt.date | None = None
    until: dt.date | None = None
    """By when it is to be answered, or when it ends."""
    renew: str = ""
    """The page on which what ends is renewed."""
    action: str = ""
    """Where its buttons are sent, with ``sent``."""
    sent: Mapping[str, object] = field(default_factory=dict)
    buttons: tuple[tuple[str, str, Words], ...] = ()
    """Name, value and label of each button."""

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in its list: what rests until a day last, else what is late first, then by organization."""
        return self.again is not None and today() < self.again, not self.late, self.until or dt.date.max, self.about

    @property
    def late(self) -> bool:
        """Whether its day is over."""
        return self.until is not None and today() > self.until


@dataclass(frozen=True)
class WorkList:
    """What waits of one kind; ``row`` says an item in a language."""

    title: Message
    state: State
    path: str
    items: Sequence[Any]
    row: Callable[[Any, str], WorkRow]
    todo: Message | None = None


def work_page(language: str, title: Message, lists: Sequence[WorkList], **more: object) -> str:
    """Show work lists, the most pressing first; in each what is late first, then organization by organization."""
    found = sorted((work for work in lists if work.items), key=lambda work: ORDER.index(work.state))
    most = SHOWN if len(found) == 1 else SHOWN_OF_SEVERAL
    rows = []
    for work in found:
        named = [row for row in (work.row(item, language) for item in work.items) if row.name]
        rows.append(sorted(named, key=lambda row: row.place)[:most])
    return page("staff/work.html", language, title=title, lists=list(zip(found, rows, strict=True)), **more)


def again_on(tried: Iterable[dt.date]) -> dt.date | None:
    """Return the day on which to call somebody again, after the days on which nobody answered."""
    days = sorted({*tried})
    return days[-1] + dt.timedelta(AGAIN[min(len(days), len(AGAIN)) - 1]) if days else None


def record_row(line: RecordLine, *, back: str, until: dt.date | None = None, renew: str = "") -> WorkRow:
    """Return an entry as a row: of a service with the numbers to call and buttons for what the call found."""
    path = f"r/{line.table}/{line.id}.html" if line.id else ""
    held = seen().held(line.id) if line.table == "service" else None
    calls: dict[str, Any] = {}
    if held is not None:
        calls["numbers"] = tuple(dict.fromkeys(phone.number for phone in seen().holdings.numbers(held)))
        calls["tried"] = held.attempts
        calls["again"] = again_on(map(dt.date.fromisoformat, held.attempts))
        if me().may("edit", everything_seen().units(held.service)):
            calls |= {"action": f"c/{line.id}", "sent": {"level": "phone", "next": back}}
            nobody = NOBODY.filled_with({"day": again_on([*map(dt.date.fromisoformat, held.attempts), today()])})
            labels = {**RESULTS, "unreachable": nobody}
            calls["buttons"] = tuple(("result", result, labels[result]) for result in BY_CALL)
    return WorkRow(line.name, path, line.body or line.units, until=until, renew=renew, **calls)
