"""Rare days: the opening days that are not those of every week, and how they are said in each language."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from mapping.language.i18n import Message, date, month_name, ranged, translate
from mapping.model import WEEKDAYS

DAYS = (
    Message("Monday"),
    Message("Tuesday"),
    Message("Wednesday"),
    Message("Thursday"),
    Message("Friday"),
    Message("Saturday"),
    Message("Sunday"),
)
NTH = {
    "1": Message("1st"),
    "2": Message("2nd"),
    "3": Message("3rd"),
    "4": Message("4th"),
    "5": Message("5th"),
    "-1": Message("last"),
}
"""Which weekday of a month, as in RRULE; others are not written by people."""

_MONTHS = tuple(calendar.month_name)[1:]
_SEASON = re.compile(rf"({'|'.join(_MONTHS)}) to ({'|'.join(_MONTHS)})")
_WEEKDAY = re.compile(r"([+-]?\d+)?([A-Z]{2})")


@dataclass(frozen=True)
class RareDays:
    """Days that are not those of every week.

    ``weekdays`` are as in RRULE, "MO", and of a ``monthly`` opening "1WE" or "-1FR" too; ``dates`` are days of a month.
    ``every`` is 2 for every other week or month. ``season`` is its first and last month, 1 to 12, both included.
    ``since`` is the first of them, where that is still to come.
    """

    weekdays: tuple[str, ...] = ()
    dates: tuple[int, ...] = ()
    monthly: bool = False
    every: int = 1
    season: tuple[int, int] | None = None
    since: dt.date | None = None

    def words(self, language: str) -> str:
        """Say the days in a language.

        >>> RareDays(("1WE", "3WE"), monthly=True).words("en"), RareDays(("MO", "TU"), season=(4, 10)).words("en")
        ('1st, 3rd Wednesday of each month', 'April–October: Monday, Tuesday')
        """
        text = ", ".join(self._monthly(language) if self.monthly else self._weekly(language))
        if self.every > 1:
            often = Message("every {every} months") if self.monthly else Message("every {every} weeks")
            text = ", ".join(filter(None, (text, translate(often.text, language, every=self.every))))
        if self.season:
            first, last = (month_name(month, language) for month in self.season)
            text = f"{ranged(first, last, language)}: {text}".removesuffix(": ")
        if self.since:
            first_day = translate("from {day}", language, day=date(self.since, language))
            text = f"{first_day}: {text}".removesuffix(": ")
        return text

    def _weekly(self, language: str) -> Iterator[str]:
        """Yield the days of a week, in their order; of three and more in a row the first and the last."""
        for _, run in groupby(zip(WEEKDAYS, DAYS, strict=True), lambda pair: pair[0] in self.weekdays):
            labels = [label.into(language) for day, label in run if day in self.weekdays]
            yield from [ranged(labels[0], labels[-1], language)] if len(labels) > 2 else labels

    def _monthly(self, language: str) -> Iterator[str]:
        """Yield the days of a month: those of each weekday together."""
        for day, label in zip(WEEKDAYS, DAYS, strict=True):
            numbers = [match[1] for match in map(_WEEKDAY.fullmatch, self.weekdays) if match and match[2] == day]
            which = ", ".join(NTH[n.lstrip("+")].into(language) for n in numbers if n and n.lstrip("+") in NTH)
            if which:
                yield translate("{which} {day} of each month", language, which=which, day=label)
            elif None in numbers:
                yield label.into(language)
        if self.dates:
            dates = ", ".join(map(str, self.dates))
            yield translate("day {dates} of each month", language, dates=dates)


def season_text(first: int, last: int) -> str:
    """Return what a record says of hours that hold in a season: "April to October".

    >>> season_text(4, 10), season_of("April to October"), season_of("by appointment")
    ('April to October', (4, 10), None)
    """
    return f"{_MONTHS[first - 1]} to {_MONTHS[last - 1]}"


def season_of(text: str) -> tuple[int, int] | None:
    """Return the first and the last month of what `season_text` wrote; None of other words."""
    match = _SEASON.fullmatch(text)
    return (_MONTHS.index(match[1]) + 1, _MONTHS.index(match[2]) + 1) if match else None
