"""Freshness: how far a record may be relied on, judged by the day of its last check. One rule for everything.

Lists, the finder, pages, analyses and the call list all ask `freshness`; the order in which services are offered is
`rank`. The periods are those of the study area (``[verification]`` and ``[freshness]`` of its area.toml).
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary

LISTED_STATUSES = ("active", "temporarily closed")
"""What is inactive or defunct has a page at most: it is not listed."""

Freshness = Literal["fresh", "due", "overdue", "lapsed", "unverified"]
"""``fresh``: checked in time. ``due``: checked, and soon to be checked again. ``overdue``: the day has passed.
``lapsed``: it passed so long ago that the record is never offered first. ``unverified``: nobody ever checked it."""

Tone = Literal["ok", "warn", "bad", ""]

LEVELS = {
    "phone": Message("Confirmed by phone on {day}"),
    "visit": Message("Confirmed by a visit on {day}"),
    "official": Message("Confirmed by an official letter on {day}"),
    "self-reported": Message("Told by the provider on {day}"),
}
"""How an entry was checked last -> what is said of it while that is fresh."""
CONFIRMED = Message("Confirmed on {day}")

DUE_DAYS = 30
"""So many days before its day an entry is due to be checked, where the study area does not say otherwise."""

LAPSED_DAYS = 90
"""So many days after its day an entry has lapsed, where the study area does not say otherwise."""

MONTHS = 12
"""After so many months an entry must be checked again, where the study area does not say otherwise."""


def freshness(
    verified_on: dt.date | None,
    next_due: dt.date | None,
    on: dt.date,
    *,
    due_days: int = DUE_DAYS,
    lapsed_days: int = LAPSED_DAYS,
) -> Freshness:
    """Judge a record on a day by when it was last checked and by when it should be checked again.

    Without a ``next_due`` it is `MONTHS` after the check.

    >>> checked, again = dt.date(2026, 3, 1), dt.date(2026, 9, 1)
    >>> [freshness(checked, again, dt.date(2026, month, 2)) for month in (7, 8, 9, 12)]
    ['fresh', 'due', 'overdue', 'lapsed']
    >>> freshness(None, again, dt.date(2026, 7, 2))
    'unverified'
    """
    if verified_on is None:
        return "unverified"
    left = ((next_due or months_after(verified_on, MONTHS)) - on).days
    if left < 0:
        return "overdue" if -left <= lapsed_days else "lapsed"
    return "due" if left <= due_days else "fresh"


def rank(status: str, fresh: Freshness) -> int:
    """Return in which order a service may be offered: 0 what was checked, 1 what never was, 2 what may be gone.

    What is overdue is still offered among the first, with a warning: somebody checked it, and the day passed lately.
    """
    if status != "active" or fresh == "lapsed":
        return 2
    return 1 if fresh == "unverified" else 0


def listed(status: str) -> bool:
    """Tell whether a service is listed: it is not closed for good."""
    return status in LISTED_STATUSES


def active(status: str) -> bool:
    """Tell whether a service is active: listed, and not closed for a time."""
    return status == "active"


def checked_in_time(fresh: Freshness) -> bool:
    """Tell whether somebody asked the service, and the day of the next check has not passed."""
    return fresh in ("fresh", "due")


def offered(status: str, fresh: Freshness) -> bool:
    """Tell whether a service counts as help that is there."""
    return rank(status, fresh) < 2


def confirmed(status: str, fresh: Freshness) -> bool:
    """Tell whether a service is active and somebody checked it, at most a grace of some days too long ago."""
    return rank(status, fresh) == 0


def next_due(verified_on: dt.date, types: Iterable[str], months: Mapping[str, int]) -> dt.date:
    """Return the day by which a service must be checked again: its kind with the shortest period decides.

    Parameters
    ----------
    verified_on
        The day of its last check.
    types
        Codes of its service types.
    months
        Family of service types -> months, as in ``[verification]`` of area.toml; "default" stands for the others.

    >>> next_due(dt.date(2026, 8, 31), ["LEG-INF", "IDN-HOT"], {"IDN": 6, "LEG": 9})
    datetime.date(2027, 2, 28)
    """
    taxonomy, usual = Vocabulary.load("service_types"), months.get("default", MONTHS)
    families = {taxonomy.family(code).code for code in types if code in taxonomy}
    return months_after(verified_on, min((months.get(family, usual) for family in families), default=usual))


def latest(verifications: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the last of some rows of ``verification`` that says when it was made."""
    made: Sequence[Mapping[str, Any]] = [row for row in verifications if row["verified_on"] is not None]
    return max(made, key=lambda row: (str(row["verified_on"]), str(row["id"])), default=None)


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the last day of a shorter month.

    >>> months_after(dt.date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return dt.date(day.year + years, month + 1, min(day.day, last))


def how_checked(fresh: Freshness, level: str, day: dt.date | None) -> tuple[Tone, str, Message]:
    """Say how and when an entry was checked: a sentence, a sign that goes with it, and a tone that repeats both.

    What a provider said of itself is never called confirmed.

    >>> tone, sign, sentence = how_checked("lapsed", "self-reported", dt.date(2026, 3, 1))
    >>> f"{sign} {sentence}"
    '! Not confirmed for a long time: told by the provider on 1 March 2026. Call first.'
    """
    if day is None or fresh == "unverified":
        return "", "?", Message("Not confirmed yet. Call first.")
    own_word, on = level == "self-reported", {"day": day}
    if fresh == "overdue":
        if own_word:
            return "warn", "!", Message("Due for checking. Told by the provider on {day}. Call first.", on)
        return "warn", "!", Message("Due for checking. Last confirmed on {day}. Call first.", on)
    if fresh == "lapsed":
        if own_word:
            return "bad", "!", Message("Not confirmed for a long time: told by the provider on {day}. Call first.", on)
        return "bad", "!", Message("Not confirmed for a long time, last on {day}. Call first.", on)
    sentence = LEVELS.get(level, CONFIRMED).filled_with(on)
    return ("", "○", sentence) if own_word else ("ok", "✓", sentence)
