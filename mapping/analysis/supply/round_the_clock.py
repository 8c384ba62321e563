"""Round the clock: how many people reach help at night, in person or by phone, by area unit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, Sort, core_types, sort_of, visited
from mapping.analysis.common.reached import Progress
from mapping.analysis.common.served import CountedServices, served
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.model import WEEKDAYS
from mapping.result import Result
from mapping.view.view import Entry, View

NIGHT = 2 * 60
"""Two o'clock at night, in minutes since midnight: what is open then on every day of the week is open at night."""


def round_the_clock(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 60,
    types: Sequence[str] | None = None,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    progress: Progress = None,
) -> Result:
    """Count the people who reach help at night in person, by phone only, or not at all.

    ``types`` are codes of types, families or needs; by default any service that helps people, and each core function
    that people visit and of which one is open at night. For each type ``t`` the table has the share ``t`` (with
    ``t_low`` and ``t_high``), the state ``t_phone``, and the people with neither, ``t_without``.
    """
    frame = AnalysisFrame(
        "round_the_clock", view, area, level, minutes=minutes, scenario=scenario, stale=stale, progress=progress
    )
    nightly = [entry for entry in frame.entries if at_night(entry, view.edition)]
    sorts = _sorts(types, nightly)
    doubtful = [entry for entry in frame.doubtful if at_night(entry, view.edition)]
    kinds = [
        CountedServices(sort.key, sort.label, tuple(sort.of(nightly)), tuple(sort.of(doubtful)))
        for sort in sorts
        if not sort.hidden
    ]
    parts = served(frame, kinds)
    return frame.result(
        finding=_finding(parts, kinds, minutes),
        also=_also(parts, kinds),
        headline=("people", *(f"{kinds[0].key}{end}" for end in ("", "_phone", "_without"))) if kinds else ("people",),
        caveats=wording.counted((SILENT, sum(not spans(entry) for entry in frame.entries))),
        **parts,
    )


def spans(entry: Entry) -> bool:
    """Tell whether the hours of a service are written as days and times."""
    return any(hours.spans() for hours in entry.hours)


def at_night(entry: Entry, day: dt.date) -> bool:
    """Tell whether a service is open at two o'clock on each night of a week, by the hours that hold on a day."""
    open_on = {
        span.day
        for hours in entry.hours
        for span in hours.spans()
        if span.opens <= NIGHT < span.closes
        and (span.first is None or span.first <= day)
        and (span.last is None or day <= span.last)
    }
    return len(open_on) == len(WEEKDAYS)


def _sorts(types: Sequence[str] | None, nightly: Sequence[Entry]) -> list[Sort]:
    if types is not None:
        return [sort_of(code) for code in dict.fromkeys(types)]
    core = [sort_of(term.code) for term in core_types() if visited(term) and term.audience == "public"]
    return [sort_of(ANY), *(sort for sort in core if sort.of(nightly))]


def _finding(parts: Mapping[str, Any], kinds: Sequence[CountedServices], minutes: int) -> Message:
    if not kinds or kinds[0].key not in parts["figures"] or not parts["total"]["people"]:
        return Message("No service is listed that people could go to at night")
    words = {
        "who": wording.who(wording.ranged(parts["total"], kinds[0].key, rest=True)),
        "far": wording.farther(minutes),
    }
    if kinds[0].key == ANY:
        return Message("{who} live {far} from any help that is open at night", words)
    return Message("{who} live {far} from what they may need at night: “{type}”", words | {"type": kinds[0].label})


def _also(parts: Mapping[str, Any], kinds: Sequence[CountedServices]) -> tuple[Message, ...]:
    if not kinds:
        return ()
    first = kinds[0]
    if parts["total"][f"{first.key}_phone"] == "present":
        called = parts["table"][f"{first.key}_phone"] == "present"
        if called[parts["table"]["people"] > 0].all():
            return (Message("A phone line answers at night everywhere."),)
        return (Message("A phone line answers at night in some places only."),)
    return (Message("No phone line is listed that answers at night."),)


SILENT = Message("Services whose hours nobody wrote as days and times, so that they do not count: {count}.")
