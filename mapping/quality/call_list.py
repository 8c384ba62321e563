"""The call list: which services must be checked, whom to call, what to ask, and what the calls found.

The list is one row a service, grouped by body so that one call is enough. It goes out as CSV with empty columns for
what was found and comes back filled: see docs/quality.md.
"""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.errors import InvalidRecord
from mapping.freshness import next_due, offered
from mapping.language import parsers
from mapping.language.fold import skeleton, words_for
from mapping.language.i18n import Message
from mapping.language.spreadsheet import neutral
from mapping.language.taxonomy import Vocabulary
from mapping.model import WEEKDAYS, Record, Schedule, Source, Verification, record_id
from mapping.quality.completeness import completeness
from mapping.quality.filled import filled_rows
from mapping.quality.holdings import NOT_REACHED, HeldService, Holdings
from mapping.quality.known_organizations import RecordsByKind
from mapping.resources import for_owner

PUBLIC_LINE, ONLY_ONE, NEVER, LAPSED, PER_DAY, MOST = 3.0, 3.0, 2.0, 2.0, 1 / 60, 8.0
"""What puts a call first: a number that the public calls, the only service of its type in its unit, nobody ever
checked it, it is no longer offered; and the days that it is overdue, a point for each two months, up to eight."""

SOURCE = Source(id=record_id("calls", "source"), name="Calls of the stewards")
QUESTIONS = 3
"""So many missing facts are asked for in one call."""

COLUMNS = (
    "service_id",
    "call",
    "body",
    "service",
    "type",
    "unit",
    "state",
    "last_checked",
    "how",
    "level",
    "due_on",
    "days_over",
    "attempts",
    "why",
    "ask",
)
ANSWERS = ("result", "on", "by", "method", "note")
"""Columns that the caller fills."""

RESULTS = {
    word: result
    for result in ("confirmed", "changed", "closed", "paused", "unreachable")
    for word in words_for(f"call found {result}")
}
"""Folded word of what a call found -> what it means."""

METHODS = {"": "phone"} | {
    word: level
    for level, name in {
        "phone": "checked by phone",
        "visit": "checked by visit",
        "official": "checked by official letter",
        "self-reported": "checked self-reported",
    }.items()
    for word in words_for(name)
}
"""Folded word of how it was found -> the level of a verification so made."""

STATUS = {"closed": "defunct", "paused": "temporarily closed"}


@dataclass(frozen=True)
class Due:
    """A service to ask about: how much it matters, why, and what to ask."""

    held: HeldService
    points: float
    why: tuple[Message, ...]
    ask: tuple[Message, ...]
    days_over: int | None


@dataclass(frozen=True)
class Call:
    """One call: a body, the number to call, and its services to ask about."""

    body: str
    number: str
    due: tuple[Due, ...]

    @property
    def points(self) -> float:
        """How much the call matters: as the weightiest of its services, and a little for each further one."""
        return max(service.points for service in self.due) + 0.1 * (len(self.due) - 1)


def calls(directory: RecordsByKind, area: StudyArea, today: dt.date) -> list[Call]:
    """Return the calls to make, those that matter most first."""
    return calls_of(Holdings.of(directory, area, today))


def calls_of(holdings: Holdings) -> list[Call]:
    """Return the calls to make for what a directory holds."""
    rivals = _rivals(holdings)
    groups: dict[str, list[Due]] = {}
    for held in holdings.listed:
        if held.freshness != "fresh":
            groups.setdefault(held.service.organization_id or held.service.id, []).append(_due(held, holdings, rivals))
    calls = []
    for owner, dues in groups.items():
        body = holdings.organizations.get(owner)
        dues.sort(key=lambda due: (-due.points, due.held.service.name, due.held.service.id))
        numbers = [phone.number for due in dues for phone in holdings.numbers(due.held)]
        calls.append(Call(body.name if body else "", numbers[0] if numbers else "", tuple(dues)))
    return sorted(calls, key=lambda call: (-call.points, call.body, call.due[0].held.service.id))


def _rivals(holdings: Holdings) -> dict[tuple[str, str], set[str]]:
    """Return the services that are offered, by type and unit."""
    there: dict[tuple[str, str], set[str]] = {}
    for held in holdings.listed:
        if offered(held.service.status, held.freshness):
            for code in held.types:
                for unit in held.units:
                    there.setdefault((code, unit), set()).add(held.service.id)
    return there


def _due(held: HeldService, holdings: Holdings, rivals: dict[tuple[str, str], set[str]]) -> Due:
    points, why = 0.0, []
    over = (holdings.today - held.next_due).days if held.next_due else None
    if held.freshness == "unverified":
        points, why = NEVER, [Message("nobody ever checked it")]
    elif held.freshness == "lapsed":
        points, why = LAPSED, [Message("it is no longer offered first")]
    if over is not None and over > 0:
        points += min(MOST, over * PER_DAY)
        why.append(Message("{days} days overdue", {"days": over}))
    if any(phone.audience == "public" for phone in held.phones):
        points += PUBLIC_LINE
        why.append(Message("the public calls its number"))
    alone = [
        (code, unit)
        for code in held.types
        for unit in held.units
        if not rivals.get((code, unit), set()) - {held.service.id}
    ]
    if alone:
        points += ONLY_ONE
        type_ = Vocabulary.load("service_types").term(alone[0][0]).labels
        why.append(Message("the only one in its area: {type}", {"type": type_}))
    return Due(held, round(points, 2), tuple(why), _questions(held, holdings), over)


def _questions(held: HeldService, holdings: Holdings) -> tuple[Message, ...]:
    """Return what to ask: whether it still holds what the directory says, then what it does not say."""
    questions = [Message("Is it still there, and does it do the same?")]
    if numbers := [phone.number for phone in holdings.numbers(held)]:
        questions.append(Message("Is {number} the number that people should call?", {"number": numbers[0]}))
    if held.parts["schedule"]:
        hours = "; ".join(dict.fromkeys(_hours(row) for row in held.parts["schedule"]))
        questions.append(Message("Is it still open {hours}?", {"hours": hours}))
    missing = [fact.question for fact in completeness(held).missing if fact.key != "verified"]
    return (*questions, *missing[:QUESTIONS])


def _hours(row: Schedule) -> str:
    if not row.opens_at:
        return row.description or ""
    days = [day for day in WEEKDAYS if day in (row.byday or "").split(",")]
    first, last = (WEEKDAYS.index(days[end]) for end in (0, -1)) if days else (0, 0)
    whole = len(days) > 2 and last - first + 1 == len(days)
    return f"{f'{days[0]}-{days[-1]}' if whole else ','.join(days)} {row.opens_at}-{row.closes_at}".strip()


def write_calls(calls: Sequence[Call], path: str | Path, area: StudyArea, language: str = "en") -> None:
    """Write the call list as CSV, readable by its owner only, with empty columns for what the calls find."""
    with for_owner(Path(path)).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*COLUMNS, *ANSWERS))
        for call in calls:
            for due in call.due:
                writer.writerow([neutral(str(cell)) for cell in (*_cells(call, due, area, language), *("",) * 5)])


def _cells(call: Call, due: Due, area: StudyArea, language: str) -> tuple[object, ...]:
    held, types, units = due.held, Vocabulary.load("service_types"), area.all_units()
    check = held.verification
    return (
        held.service.id,
        call.number,
        call.body,
        held.service.name,
        "; ".join(str(types.label(code, language)) for code in held.types),
        "; ".join(area.label(unit, language) if unit in units else unit for unit in held.units),
        held.freshness,
        check.verified_on if check else "",
        (check.method or "") if check else "",
        check.level if check else "",
        held.next_due or "",
        due.days_over if due.days_over is not None else "",
        len(held.attempts) or "",
        "; ".join(reason.into(language) for reason in due.why),
        " ".join(ask.into(language) for ask in due.ask),
    )


@dataclass(frozen=True)
class CallListAnswers:
    """What a filled call list says: the records to store, and what was found how often."""

    batch: Batch
    found: dict[str, int]
    to_enter: tuple[str, ...]
    """What changed, by service, for a steward to enter."""


def read_done(path: str | Path, directory: RecordsByKind, area: StudyArea, today: dt.date) -> CallListAnswers:
    """Read a filled call list; rows without a result are passed over.

    Raises
    ------
    FormatError
        It is no call list.
    InvalidRecord
        Naming every row that cannot be taken; nothing is.
    """
    rows = filled_rows(Path(path), {"service_id", "result"}, "fill the file of `rohnamo due --csv`")
    held = {held_service.service.id: held_service for held_service in Holdings.of(directory, area, today).services}
    records: list[Record] = []
    faults: list[str] = []
    results: dict[str, int] = {}
    to_enter: list[str] = []
    row_of_service: dict[str, int] = {}
    for number, row in rows:
        if not row.get("result", ""):
            continue
        answer = _answer(row, held, today)
        if isinstance(answer, str):
            faults.append(f"row {number}: {answer}")
            continue
        held_service, result, day, level = answer
        if held_service.service.id in row_of_service:
            faults.append(
                f"row {number}: row {row_of_service[held_service.service.id]} is about this service too; keep one of "
                "them"
            )
            continue
        row_of_service[held_service.service.id] = number
        results[result] = results.get(result, 0) + 1
        records += found_by_call(held_service, result, day, level, row, area)
        if result == "changed":
            to_enter.append(f"{held_service.service.name}: {row.get('note') or '(no note)'}")
    if faults:
        raise InvalidRecord(f"{path}: nothing was stored; {'; '.join(faults)}")
    return CallListAnswers(batch_of_calls(Path(path).name, records, sum(results.values())), results, tuple(to_enter))


def batch_of_calls(file: str, records: list[Record], rows: int = 1) -> Batch:
    """Return what calls found as a batch: of a service it claims what a call changed, and no other field."""
    edited = {record.id for record in records if record.table == "service"}
    return Batch(SOURCE, file, records=records, rows=rows, partial=True, edited=edited)


def _answer(
    row: dict[str, str], held: dict[str, HeldService], today: dt.date
) -> tuple[HeldService, str, dt.date, str] | str:
    """Return the service, the result, the day and the level of a row, or what is wrong with it."""
    held_service = held.get(row["service_id"])
    if held_service is None:
        return f"service_id {row['service_id']!r} is no service of this directory; it may have been merged"
    result = RESULTS.get(skeleton(row["result"]))
    if result is None:
        return f"result {row['result']!r}: write confirmed, changed, closed, paused or unreachable"
    level = METHODS.get(skeleton(row.get("method", "")))
    if level is None:
        return f"method {row['method']!r}: write phone, visit, letter or self-reported"
    if not row.get("by"):
        return "by is empty: write who called"
    try:
        day = parsers.date(row["on"], today) if row.get("on") else today
    except parsers.Unreadable:
        return f"on {row['on']!r} is no day: write it as 2026-11-24"
    if day > today:
        return f"on {day} is after today, {today}"
    return held_service, result, day, level


def found_by_call(
    held_service: HeldService, result: str, day: dt.date, level: str, row: dict[str, str], area: StudyArea
) -> Iterable[Record]:
    """Yield the records that a call leaves behind."""
    service = held_service.service
    if result == "unreachable":
        days = sorted({*held_service.attempts, day.isoformat()})
        yield Verification(
            id=record_id("calls", "verification", service.id, "attempts"),
            link_id=service.id,
            link_entity="service",
            level="unverified",
            method=NOT_REACHED,
            verified_by=row["by"],
            evidence=" ".join(days),
        )
        return
    note = f"{result}: {row['note']}" if row.get("note") else result
    yield Verification(
        id=record_id("calls", "verification", service.id, day),
        link_id=service.id,
        link_entity="service",
        level=level,  # type: ignore[arg-type]
        method=row.get("method") or "phone",
        verified_by=row["by"],
        verified_on=day,
        next_due=next_due(day, held_service.types, area.settings.verification),
        evidence=note,
    )
    if result in STATUS:
        yield service.model_copy(update={"status": STATUS[result]})
    elif service.status == "temporarily closed":
        yield service.model_copy(update={"status": "active"})
