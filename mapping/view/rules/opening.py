"""When a service is open: one answer for search, API, finder, lists and the script of a page (``web/static/clock.js``).

Each service is judged by its own clock, on days on which its hours hold. On a public holiday, and on a day that may be
one, only what is always open is surely open: nobody knows the others' hours. Hours that are words tell nothing, nor do
days that are not of every week.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mapping.area.settings import Settings
from mapping.language.rare_days import RareDays, season_of
from mapping.model import WEEKDAYS, Weekday

DAY = 24 * 60
"""Minutes of a day."""


class Span(NamedTuple):
    """A time of a weekday, in minutes since midnight, and the first and last day it holds."""

    day: Weekday
    opens: int
    closes: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours: days as in RRULE ("MO,TU"), times "08:00"; or times of rarer days; or only words.

    ``utc_offset`` is that of the times in hours; None stands for the study area's own time. ``rare`` days are told in
    words; nobody counts when it is open on them, but of those of every week that begin on a day to come.
    """

    days: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    note: str = ""
    utc_offset: float | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rare: RareDays | None = None

    def told_on(self, day: dt.date) -> "Hours | None":
        """Return the hours as an edition of a day tells them: none that are over, and of those to come the first day.

        >>> Hours(("MO",), "08:00", "17:00", valid_from=dt.date(2027, 1, 4)).told_on(dt.date(2026, 11, 24)).rare.since
        datetime.date(2027, 1, 4)
        """
        if self.valid_to is not None and self.valid_to < day:
            return None
        if self.valid_from is None or self.valid_from <= day:
            return self
        return replace(self, rare=replace(self.rare or RareDays(self.days), since=self.valid_from))

    @property
    def all_day(self) -> bool:
        """Whether it is open day and night on its days."""
        return minutes_of(self.opens) == 0 and minutes_of(self.closes, end=True) == DAY

    def open_at(self, moment: dt.datetime) -> bool:
        """Whether it is open at a moment, given in the time that these hours are in.

        From 22:00 to 06:00 means through the night; hours that are only words tell nothing, so they are not open.

        >>> Hours(("FR",), "22:00", "06:00").open_at(dt.datetime(2026, 11, 28, 2, 30))  # a Saturday
        True
        """
        day, minute = WEEKDAYS[moment.weekday()], moment.hour * 60 + moment.minute
        today = moment.date()
        return any(
            (span.first is None or span.first <= today) and (span.last is None or today <= span.last)
            for span in self.spans()
            if span.day == day and span.opens <= minute < span.closes
        )

    def spans(self) -> list[Span]:
        """Return when it is open, cut at midnight; nothing where the hours are only words."""
        opens, closes = minutes_of(self.opens), minutes_of(self.closes, end=True)
        if opens is None or closes is None:
            return []
        days = [place for place, day in enumerate(WEEKDAYS) if day in self.days]
        if opens < closes:
            return [Span(WEEKDAYS[day], opens, closes, self.valid_from, self.valid_to) for day in days]
        night = dt.timedelta(days=1)
        first, last = (day + night if day else None for day in (self.valid_from, self.valid_to))
        before = [Span(WEEKDAYS[day], opens, DAY, self.valid_from, self.valid_to) for day in days]
        return before + [Span(WEEKDAYS[(day + 1) % 7], 0, closes, first, last) for day in days]


def minutes_of(time: str, *, end: bool = False) -> int | None:
    """Return the minutes since midnight of "08:00"; None for what is no time. An ``end`` of 23:59 is midnight.

    >>> minutes_of("08:30"), minutes_of("23:59", end=True), minutes_of("noon")
    (510, 1440, None)
    """
    hours, colon, minutes = time.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal()):
        return None
    total = int(hours) * 60 + int(minutes[:2])
    if end and total in (0, DAY - 1):
        return DAY
    return total if total <= DAY else None


def holidays(settings: Settings) -> tuple[str, ...]:
    """Return the public holidays of a study area: "03-21" those of every year, "2027-03-09" those that were told."""
    announced = (day.isoformat() for holiday in settings.moving_holidays for day in holiday.announced)
    return (*settings.holidays, *announced)


def perhaps_holidays(settings: Settings) -> tuple[str, ...]:
    """Return the days that may be holidays: those reckoned beforehand, and the days beside each."""
    estimated = (day for holiday in settings.moving_holidays for day in holiday.estimated)
    return tuple(sorted({(day + dt.timedelta(beside)).isoformat() for day in estimated for beside in (-1, 0, 1)}))


def days_off(settings: Settings) -> frozenset[str]:
    """Return the days on which nobody knows the hours of what is not always open."""
    return frozenset((*holidays(settings), *perhaps_holidays(settings)))


def is_day_off(day: dt.date, off: Collection[str]) -> bool:
    """Tell whether a day is one of some days off."""
    return day.isoformat() in off or f"{day:%m-%d}" in off


def always(hours: Iterable[Hours]) -> bool:
    """Tell whether hours, as an edition tells them, are day and night on every day of the week."""
    return {day for times in hours if not times.rare and times.all_day for day in times.days} >= {*WEEKDAYS}


@lru_cache(1024)  # most services are open at the hours of others
def is_open(hours: tuple[Hours, ...], moment: dt.datetime, timezone: str, off: frozenset[str] = frozenset()) -> bool:
    """Tell whether a service is surely open at a moment, by hours that are known, each in its own time.

    Parameters
    ----------
    hours
        As an edition tells them.
    moment
        With its time zone.
    timezone
        That of the study area, for hours without an offset of their own.
    off
        Days off of the study area: see `days_off`.
    """
    whole = always(hours)
    for times in hours:
        zone = ZoneInfo(timezone) if times.utc_offset is None else dt.timezone(dt.timedelta(hours=times.utc_offset))
        local = moment.astimezone(zone).replace(tzinfo=None)
        if times.open_at(local) and (whole or not is_day_off(local.date(), off)):
            return True
    return False


def script(hours: tuple[Hours, ...]) -> str:
    """Return hours as the script of a page reads them: "MO 09:00 18:00,TU 09:00 18:00 2027-01-04 -".

    Each is a day, when it opens and closes, and the first and last day on which it holds where these are known. A
    leading "?," says that there are other hours, which no script reads: whether it is closed is not known then. Hours
    by several clocks are not told.
    """
    weekly = [times for times in hours if times.spans()]
    if len({times.utc_offset for times in weekly}) > 1:
        return ""
    spans = {
        (WEEKDAYS.index(day), _clock(times.opens), _clock(times.closes, end=True), *_bounds(times))
        for times in weekly
        for day in times.days
        if day in WEEKDAYS
    }
    texts = [" ".join(filter(None, (WEEKDAYS[day], *times))) for day, *times in sorted(spans)]
    others = any(times.opens and times.closes and times not in weekly for times in hours)
    return ",".join(["?"] * (others and bool(texts)) + texts)


def _bounds(hours: Hours) -> tuple[str, str]:
    """Return the first and the last day on which hours hold, "-" for one that is not known, nothing for both."""
    first, last = hours.valid_from if hours.rare else None, hours.valid_to
    return (str(first or "-"), str(last or "-")) if first or last else ("", "")


def _clock(time: str, *, end: bool = False) -> str:
    minutes = minutes_of(time, end=end) or 0
    return f"{minutes // 60:02}:{minutes % 60:02}"


def hours_of(row: Any) -> Hours:
    """Return the opening hours that a row of ``schedule`` gives."""
    return _hours(*(row[name] for name in _TIMES))


_TIMES = [
    "freq",
    "interval",
    "byday",
    "bymonthday",
    "opens_at",
    "closes_at",
    "description",
    "timezone",
    "valid_from",
    "valid_to",
]


@lru_cache(maxsize=4096)  # many services keep the same hours
def _hours(*times: Any) -> Hours:
    freq, interval, byday, bymonthday, opens, closes, note, utc_offset, valid_from, valid_to = times
    days = tuple(re.findall(r"[+-]?\d?[A-Z]{2}", byday or ""))
    dates = tuple(map(int, re.findall(r"-?\d+", bymonthday or "")))
    season = season_of(note or "")
    monthly = freq == "MONTHLY" or any(len(day) > 2 for day in days)  # "1WE" is of a month, said or not
    others = RareDays(days, dates, monthly, interval or 1, season)
    rare = others if others != RareDays(days) else None
    return Hours(
        days=() if rare else days,
        opens=opens or "",
        closes=closes or "",
        note="" if season else note or "",
        utc_offset=utc_offset,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
        rare=rare,
    )


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
