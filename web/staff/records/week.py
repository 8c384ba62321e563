"""Hours as a week: a line of times for each day, and the schedules that say it."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mapping.language.i18n import Message
from mapping.language.rare_days import DAYS
from mapping.model import WEEKDAYS
from web.staff.fields import Field

SPAN = re.compile(r"(\d?\d:\d\d)\s*[-–]\s*(\d?\d:\d\d)")
LABELS = {day: Message("Hours: {day}", {"day": name}) for day, name in zip(WEEKDAYS, DAYS, strict=True)}
EXAMPLE = "08:00-12:00, 13:00-17:00"
NO_HOURS = Message("Write hours as 08:00-12:00, 13:00-17:00.")
ELSE = ("freq", "bymonthday", "valid_from", "valid_to", "until", "description", "notes", "schedule_link")
"""Fields of hours that are no part of an ordinary week."""


def ordinary(schedules: Iterable[Any]) -> list[Any]:
    """Return the schedules that say nothing but hours on days of every week."""
    return [
        each
        for each in schedules
        if each.opens_at
        and each.closes_at
        and {*(each.byday or "").split(",")} <= {*WEEKDAYS}
        and not any(getattr(each, name) for name in ELSE if (name, getattr(each, name)) != ("freq", "WEEKLY"))
    ]


def fields_of(schedules: Sequence[Any], prefix: str = "") -> list[Field]:
    """Return a field for each day of the week with its hours."""
    found = []
    for day in WEEKDAYS:
        own = sorted((each.opens_at, each.closes_at) for each in schedules if day in each.byday.split(","))
        text = ", ".join(f"{opens}-{closes}" for opens, closes in own)
        found.append(Field(f"{prefix}{day}", LABELS[day], "text", text, hint=EXAMPLE))
    return found


def entered(form: Mapping[str, str], prefix: str = "") -> tuple[list[dict[str, str]], dict[str, Message]]:
    """Return the schedules that a form says, one for all days with the same times, and what is none: name -> why."""
    days: dict[tuple[str, str], list[str]] = {}
    wrong = {}
    for day in WEEKDAYS:
        for text in filter(None, map(str.strip, form.get(f"{prefix}{day}", "").split(","))):
            found = SPAN.fullmatch(text)
            times = [time.zfill(5) for time in found.groups()] if found else []
            if len(times) == 2 and all(map(_is_time, times)):
                days.setdefault((times[0], "23:59" if times[1] == "24:00" else times[1]), []).append(day)
            else:
                wrong[f"{prefix}{day}"] = NO_HOURS
    rows = [{"byday": ",".join(own), "opens_at": opens, "closes_at": closes} for (opens, closes), own in days.items()]
    return rows, wrong


def _is_time(text: str) -> bool:
    try:
        dt.time.fromisoformat("23:59" if text == "24:00" else text)
    except ValueError:
        return False
    return True
