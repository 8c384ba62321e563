"""Opening hours as people read them, and as the page's script does."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mapping.model import WEEKDAYS
from mapping.view import Hours
from mapping.words import Message, translate

DAYS = (
    Message("Monday"), Message("Tuesday"), Message("Wednesday"), Message("Thursday"), Message("Friday"),
    Message("Saturday"), Message("Sunday"),
)  # fmt: skip
SHORT = (
    Message("Mon"), Message("Tue"), Message("Wed"), Message("Thu"), Message("Fri"), Message("Sat"), Message("Sun"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of a table of hours; an empty ``times`` means closed."""

    days: str
    times: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """The hours of a service: a table, a short line, words that fit no table, and what the script reads."""

    rows: tuple[Row, ...]
    short: str
    notes: tuple[str, ...]
    always: bool
    script: str
    offset: float | None


def week(hours: Sequence[Hours], language: str) -> Week:
    """Write weekly hours in a language; days with the same times stand in one line."""
    by_day = _by_day(hours)
    known = any(by_day.values())
    always = known and all(("00:00", "24:00") in day for day in by_day.values())
    rows = tuple(_rows(by_day, DAYS, language)) if known and not always else ()
    short = translate("Day and night", language) if always else "; ".join(_shortly(by_day, language))
    spans = [[day, opens, closes] for day, times in by_day.items() for opens, closes in times]
    offsets = {one.utc_offset for one in hours if one.utc_offset is not None}
    return Week(
        rows=rows, short=short, always=always,
        notes=tuple(dict.fromkeys(one.note for one in hours if one.note)),
        script=json.dumps(spans, separators=(",", ":")) if spans else "",
        offset=offsets.pop() if len(offsets) == 1 else None,
    )  # fmt: skip


def _by_day(hours: Iterable[Hours]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {day: set() for day in WEEKDAYS}
    for one in hours:
        if not (one.opens and one.closes):
            continue
        closes = "24:00" if one.closes in ("23:59", "24:00", "00:00") else one.closes
        for day in one.days or WEEKDAYS:
            if day in found:
                found[day].add((one.opens, closes))
    return {day: sorted(times) for day, times in found.items()}


def _spans(by_day: dict[str, list[tuple[str, str]]]) -> Iterable[tuple[int, int, list[tuple[str, str]]]]:
    """Yield runs of days with the same times: first, last, times."""
    days = list(by_day.values())
    start = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place] != days[start]:
            yield start, place - 1, days[start]
            start = place


def _rows(by_day: dict[str, list[tuple[str, str]]], names: Sequence[Message], language: str) -> Iterable[Row]:
    for first, last, times in _spans(by_day):
        yield Row(_days(first, last, names, language), tuple(_time(*each) for each in times))


def _shortly(by_day: dict[str, list[tuple[str, str]]], language: str) -> Iterable[str]:
    for row in _rows(by_day, SHORT, language):
        if row.times:
            yield f"{row.days} {', '.join(row.times)}"


def _days(first: int, last: int, names: Sequence[Message], language: str) -> str:
    said = [names[place].into(language) for place in (first, last)]
    return said[0] if first == last else f"{said[0]}–{said[1]}" if names is SHORT else f"{said[0]} – {said[1]}"


def _time(opens: str, closes: str) -> str:
    return f"{opens.removeprefix('0')}–{closes.removeprefix('0')}"
