"""To do: all that waits for somebody on one page, and each kind of it on a page of its own."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import abort

from mapping.language.i18n import Message, show
from mapping.model import WHOLES
from mapping.quality.call_list import calls_of
from mapping.quality.overview import AUDIENCE_NAMES, FRESHNESS_NAMES, Matter, State, matters
from web.access.guard import me, study_area, today
from web.access.pages import Pages
from web.staff.common import directory, inbox, seen
from web.staff.records.duplicates import MAY_BE_ONE, conflicts_list, duplicates_list, moved_list
from web.staff.records.lists import WorkList, WorkRow, record_row, work_page
from web.staff.records.records import RecordLine, line
from web.staff.review.approvals import acts, approvals_lists, proposals
from web.staff.review.inbox import letters_lists, waiting_for_me
from web.stores.referral_log import noted

blueprint = Pages("attend")

TO_DO = Message("To do")

ELSEWHERE = ("conflicts", *(f"double-{table}" for table in MAY_BE_ONE))
"""Matters that have a list of their own."""
UNAVAILABLE = 3
"""So many referrals to a service that found it unavailable are a sign."""
ASK_WHETHER_CLOSED = Message(
    "Is it closed, or only left out? Ask the sender, or call. What you find you note on the page of the entry: "
    "it leaves this list then."
)


@blueprint.page("attend", "attention.html", menu=(TO_DO, 10))
def attention(language: str) -> str:
    """Show what waits in the regions of whoever is signed in, the most pressing first."""
    holdings = seen().holdings
    states: Counter[str] = Counter(held.freshness for held in holdings.listed)
    audiences = Counter(held.service.audience for held in holdings.services)
    return work_page(
        language,
        TO_DO,
        [*work_lists()],
        freshness=[(FRESHNESS_NAMES[name], states[name]) for name in FRESHNESS_NAMES],
        total=states.total(),
        audiences_counted=[(AUDIENCE_NAMES[name], audiences[name]) for name in ("public", "partner", "focal_point")],
    )


@blueprint.page("attend", "see/<key>.html")
def matter(language: str, key: str) -> str:
    """Show the part of the work list of one kind."""
    work = next((work for work in (*_signals(), *_matters()) if work.path == f"see/{key}.html"), None)
    if work is None:
        abort(404)
    more = "statement.html" if key == "statement" and me().may("widen") else ""
    return work_page(language, work.title, [work], todo=work.todo, new=more)


def work_lists() -> Iterator[WorkList]:
    """Yield all that waits for whoever is signed in, each kind as a list."""
    yield from letters_lists() if me().may("review") else ()
    yield from approvals_lists() if me().may("approve") else ()
    yield from _signals()
    yield conflicts_list()
    yield from map(duplicates_list, MAY_BE_ONE)
    yield from _matters()


def waiting_count() -> int:
    """Return how many letters and approvals wait for whoever is signed in."""
    letters = sum(1 for _ in waiting_for_me()) if me().may("review") else 0
    return letters + (len(proposals()) + len(acts()) if me().may("approve") else 0)


def _signals() -> Iterator[WorkList]:
    yield moved_list()
    missing = Message("No longer in the list of their sender")
    yield _of_records("missing", missing, "warn", _missing(), ASK_WHETHER_CLOSED)
    full = (service for service, room in inbox().rooms(on=today()).items() if room.room == "full")
    yield _of_records("full", Message("Services that say they are full"), "warn", _mine(full))
    unavailable = Message("Services that referrals found unavailable")
    yield _of_records("unavailable", unavailable, "bad", _mine(_unavailable()))


def _matters() -> Iterator[WorkList]:
    mine = seen()
    for found in matters(mine, mine.holdings, calls_of(mine.holdings), ()):
        path = "import.html" if found.key == "approval" else f"see/{found.key}.html"
        if found.key in ELSEWHERE:
            continue
        if found.count and not found.records:
            yield WorkList(found.title, found.state, path, range(found.count), _example(found, path))
        else:
            records = [record for record in found.records if _owner(record)]
            yield _of_records(found.key, found.title, found.state, records)


def _of_records(
    key: str, title: Message, state: State, records: Iterable[Any], todo: Message | None = None
) -> WorkList:
    path = f"see/{key}.html"

    def row(record: Any, language: str) -> WorkRow:
        record_line, until = _line_of(record, language)
        return record_row(record_line, back=path, until=until, renew=_renewal(record))

    return WorkList(title, state, path, [*records], row, todo)


def _example(found: Matter, path: str) -> Callable[[int, str], WorkRow]:
    """Return how the examples of a matter are said whose records have no page; the others have no name."""
    names = dict(enumerate(found.examples or (found.todo,)))
    return lambda number, language: WorkRow(str(show(names.get(number, ""), language)), path)


def _missing() -> Iterator[Any]:
    """Yield the services that newer lists do not hold, and organizations of which nothing else could be checked."""
    whole = seen()
    for table, identifier in directory().still_missing():
        record: Any = whole.get(table, identifier)
        if record is None or getattr(record, "do_not_list", False):
            continue
        is_empty = table == "organization" and not whole.of_owner("service", "organization_id", identifier)
        if table == "service" or is_empty:
            yield record


def _unavailable() -> Iterator[str]:
    counts = Counter(note.referral.service for note in noted(inbox()) if note.outcome == "unavailable")
    return (service for service, count in counts.items() if count >= UNAVAILABLE)


def _mine(published: Iterable[str]) -> list[Any]:
    whole = seen()
    found = (whole.get("service", whole.private("service", identifier) or "") for identifier in published)
    return sorted(filter(None, found), key=lambda service: service.id)


def _renewal(record: Any) -> str:
    pages = {"approval": f"consent/{record.id}.html", "statement": f"statement/{record.id}.html"}
    return pages.get(record.table, "") if me().may("widen") else ""


def _owner(record: Any) -> tuple[str, str] | None:
    """Return the record that another speaks of, if it may be seen; a statement speaks for itself."""
    mine = seen()
    if record.table == "statement":
        return "statement", record.id
    if record.table == "approval":
        return next(((table, record.subject) for table in WHOLES if mine.has(table, record.subject)), None)
    if record.table == "referral_agreement":
        owner = ("organization", record.from_organization_id)
    else:
        owner = mine.owner(record) or ("", "")
    return owner if mine.has(*owner) else None


def _line_of(record: Any, language: str) -> tuple[RecordLine, dt.date | None]:
    """Return the line of the record that another speaks of, and the day on which it ends."""
    until = getattr(record, "valid_to", None) or getattr(record, "consent_until", None)
    table, identifier = _owner(record) or ("", "")
    if table == "statement":
        where = study_area().label(record.area_unit, language) if record.area_unit else ""
        name = f"{record.text} ({where})" if where else record.text
        return RecordLine("statement", "", name, "", "", None, record.audience, False), until
    return line(seen(), seen().record(table, identifier), language), until
