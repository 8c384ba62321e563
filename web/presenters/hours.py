"""Opening hours as people read them, and as the page's script does."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from mapping.area.settings import Settings
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, ranged, translate
from mapping.language.languages import within
from mapping.language.rare_days import DAYS, RareDays
from mapping.model import WEEKDAYS
from mapping.view.rules import opening
from mapping.view.view import Hours

SHORT = (
    Message("Mon"),
    Message("Tue"),
    Message("Wed"),
    Message("Thu"),
    Message("Fri"),
    Message("Sat"),
    Message("Sun"),
)


@dataclass(frozen=True)
class HoursRow:
    """One line of a table of hours; an empty ``times`` means closed."""

    days: str
    times: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """The hours of a service: a table, a short line, words that fit no table, and what the script reads.

    The short line says the same times of days apart once.
    """

    rows: tuple[HoursRow, ...]
    short: str
    notes: tuple[str, ...]
    always: bool
    script: str
    offset: float | None


@lru_cache(4096)  # most services are open at the hours of others
def week(hours: tuple[Hours, ...], language: str) -> Week:
    """Write weekly hours in a language; days in a row with the same times are one line of the table."""
    by_day = _by_day(hours)
    known = any(by_day.values())
    always = opening.always(hours)
    rows = tuple(_rows(by_day, DAYS, language)) if known and not always else ()
    others = (span for span in hours if span.opens and span.closes and (span.rare or not {*span.days} & {*WEEKDAYS}))
    rarely = tuple(dict.fromkeys(_rarely(span, language) for span in others))
    short = translate("Day and night", language) if always else "; ".join((*_shortly(by_day, language), *rarely))
    offsets = {span.utc_offset for span in hours if span.spans()}
    return Week(
        rows=rows,
        short=short,
        always=always,
        notes=(*rarely, *dict.fromkeys(note(span.note, language) for span in hours if span.note)),
        script=opening.script(hours),
        offset=offsets.pop() if len(offsets) == 1 else None,
    )


MIDNIGHT = ("23:59", "24:00", "00:00")
"""Times that are the end of a day."""

NOTES = {"by appointment": Message("By appointment")}
"""What readers of lists write of hours that are no times; other words stand as they were sent."""


def note(text: str, language: str) -> str:
    """Return words on hours in a language where they are known ones."""
    return NOTES[text].into(language) if text in NOTES else text


def _rarely(hours: Hours, language: str) -> str:
    """Say times of days that are not those of every week, or of which nobody said on which days."""
    times = _time(hours.opens, "24:00" if hours.closes in MIDNIGHT else hours.closes, language)
    days = hours.rare.words(language) if hours.rare else ""
    if hours.rare in (None, RareDays(), RareDays(since=hours.valid_from)):
        unknown = translate("{times}; on which days is not known", language, times=times)
        return f"{days}: {unknown}" if days else unknown
    return f"{days} {times}"


YEARS = 5
"""How long a saved page knows when clocks are changed."""


@cache
def ahead(timezone: str, day: dt.date) -> str:
    """Return how many hours a time zone is ahead of UTC, as the page's script reads it: 5, or with each change to come.

    A browser could tell it too, but takes a tenth of a second for its first question, on a cheap phone much more.

    Examples
    --------
    >>> ahead("Asia/Dushanbe", dt.date(2026, 11, 24))
    '5'
    >>> ahead("Europe/Rome", dt.date(2026, 11, 24))[:44]
    '1 2027-03-28T01:00Z 2 2027-10-31T01:00Z 1 20'
    """
    zone, hour = ZoneInfo(timezone), dt.timedelta(hours=1)

    def offset(time: dt.datetime) -> str:
        return f"{(time.astimezone(zone).utcoffset() or dt.timedelta()) / hour:g}"

    start = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    offsets = [offset(start)]
    for number in range(365 * YEARS):
        today, tomorrow = (start + dt.timedelta(number + hours_later) for hours_later in (0, 1))
        if offset(tomorrow) != offset(today):
            change = next(time for hours_on in range(25) if offset(time := today + hours_on * hour) != offset(today))
            offsets += [f"{change:%Y-%m-%dT%H:%MZ}", offset(tomorrow)]
    return " ".join(offsets)


def is_open(hours: tuple[Hours, ...], moment: dt.datetime, area: StudyArea) -> bool:
    """Tell whether it is surely open at a moment: see `mapping.view.rules.opening`."""
    return opening.is_open(hours, moment, area.timezone, _days_off(area))


@lru_cache(8)
def _days_off(area: StudyArea) -> frozenset[str]:
    return opening.days_off(area.settings)


def _by_day(hours: Iterable[Hours]) -> dict[str, list[tuple[str, str]]]:
    times_of: dict[str, set[tuple[str, str]]] = {day: set() for day in WEEKDAYS}
    for span in hours:
        if span.rare or not (span.opens and span.closes):
            continue
        closes = "24:00" if span.closes in MIDNIGHT else span.closes
        for day in span.days:
            if day in times_of:
                times_of[day].add((span.opens, closes))
    return {day: sorted(times) for day, times in times_of.items()}


def _spans(by_day: dict[str, list[tuple[str, str]]]) -> Iterable[tuple[int, int, list[tuple[str, str]]]]:
    """Yield runs of days with the same times: first, last, times."""
    days = list(by_day.values())
    start = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place] != days[start]:
            yield start, place - 1, days[start]
            start = place


def _rows(by_day: dict[str, list[tuple[str, str]]], names: Sequence[Message], language: str) -> Iterable[HoursRow]:
    for first, last, times in _spans(by_day):
        yield HoursRow(_days(first, last, names, language), tuple(_time(*pair, language) for pair in times))


def _shortly(by_day: dict[str, list[tuple[str, str]]], language: str) -> Iterable[str]:
    days: dict[tuple[str, ...], list[str]] = {}
    for row in _rows(by_day, SHORT, language):
        days.setdefault(row.times, []).append(row.days)
    return (f"{', '.join(named)} {', '.join(times)}" for times, named in days.items() if times)


def _days(first: int, last: int, names: Sequence[Message], language: str) -> str:
    begin, end = (names[place].into(language) for place in (first, last))
    if first == last:
        return begin
    if names is SHORT:
        return f"{begin}–{end}"
    return f"{begin} – {within(end, language)}"


def _time(opens: str, closes: str, language: str) -> str:
    return ranged(opens.removeprefix("0"), closes.removeprefix("0"), language)


def holidays(settings: Settings, *, estimated: bool = False) -> str:
    """Return the holidays as the page's script reads them; with ``estimated`` the days that may be some."""
    return " ".join(opening.perhaps_holidays(settings) if estimated else opening.holidays(settings))
