"""Opening hours as OpenStreetMap writes them, told so that `mapping.language.parsers.hours` reads them.

Later rules stand over earlier ones for the days they name ("Mo-Su 08:00-18:00; Su off"), which a list of days and
times in words does not know. Holidays are left out. What is no plain rule of days and times stays as it was written.
"""

import re
from collections.abc import Iterator

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAYS = ("PH", "SH")
_DAY = rf"(?:{'|'.join((*DAYS, *HOLIDAYS))})"
_SPAN = r"\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d"
_RULE = re.compile(
    rf"(?P<days>{_DAY}(?:\s*[-,]\s*{_DAY})*)?\s*+(?::\s*+)?"
    rf"(?P<what>off|closed|24/7|open|{_SPAN}(?:\s*,\s*{_SPAN})*)",
    re.I,
)
_NEXT = re.compile(rf",\s*(?={_DAY}\b[^,;]*\d:\d\d)", re.I)
"""A comma between two rules of which neither takes the other's place."""


def plain_hours(text: str) -> str:
    """Return opening hours with each day said once; the text itself where it says more than days and times.

    Examples
    --------
    >>> plain_hours("Mo-Fr 08:00-17:00; PH off")
    'Mo,Tu,We,Th,Fr 08:00-17:00'
    >>> plain_hours("Mo-Su 08:00-18:00; Sa 09:00-12:00; Su off")
    'Mo,Tu,We,Th,Fr 08:00-18:00; Sa 09:00-12:00'
    """
    bare = re.sub(r'"[^"]*"', " ", text).strip()
    if not bare or len(bare) > 500:
        return text
    week: dict[str, list[str]] = {}
    for rule in filter(None, (part.strip() for part in bare.split(";"))):
        fresh: set[str] = set()
        for part in _parts(rule):
            match = _RULE.fullmatch(part.strip())
            if match is None:
                return text
            times = _times(match["what"])
            for day in _days(match["days"]):
                if day not in fresh:
                    week[day] = []
                fresh.add(day)
                week[day] += times
    return _told(week) or text


def _parts(rule: str) -> list[str]:
    """Cut a rule at commas that begin another one: "Mo-Fr 09:00-12:00, Sa 10:00-11:00"."""
    parts: list[str] = []
    start = 0
    for comma in _NEXT.finditer(rule):
        if re.search(r"\d:\d\d|24/7", rule[start : comma.start()]):
            parts.append(rule[start : comma.start()])
            start = comma.end()
    return [*parts, rule[start:]]


def _days(text: str | None) -> Iterator[str]:
    """Yield the days of a selector; all of them where there is none. Holidays are no days of the week."""
    if not text:
        yield from DAYS
        return
    for part in text.split(","):
        ends = [end.strip().capitalize() for end in part.split("-")]
        if any(end not in DAYS for end in ends):
            continue
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        yield from (DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1))


def _times(text: str) -> list[str]:
    folded = text.strip().casefold()
    if folded in ("off", "closed"):
        return []
    if folded in ("24/7", "open"):
        return ["00:00-24:00"]
    return [re.sub(r"\s+", "", span) for span in text.split(",")]


def _told(week: dict[str, list[str]]) -> str:
    groups: dict[tuple[str, ...], list[str]] = {}
    for day in DAYS:
        if week.get(day):
            groups.setdefault(tuple(week[day]), []).append(day)
    if list(groups) == [("00:00-24:00",)] and len(groups["00:00-24:00",]) == 7:
        return "24/7"
    return "; ".join(f"{','.join(days)} {','.join(times)}" for times, days in groups.items())
