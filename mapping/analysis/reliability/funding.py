"""Funding: which services run out of money soon, and how many people would then be without help within reach."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from sqlite3 import Row

import numpy as np
import pandas as pd

from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, points, sort_of, units_in
from mapping.analysis.common.reached import Floats, Progress, Reached, summary
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.freshness import months_after
from mapping.language.i18n import Message, People
from mapping.result import Column, Figure, Result
from mapping.view.view import Entry, View


def funding(
    view: View,
    area: StudyArea,
    *,
    months: int = 6,
    minutes: int = 60,
    scenario: str = "summer",
    level: int | None = None,
    progress: Progress = None,
) -> Result:
    """Count the services whose funding ends within some months, and the people who would lose reach with them.

    The table has ``people``, ``services``, ``ending``, ``silent`` (services that do not say until when they are
    funded) and ``losing`` (people, with ``losing_low`` and ``losing_high``). ``level`` is that of the area units, the
    finest by default.
    """
    if not 0 < months <= 120:
        raise InvalidRecord(f"funding: {months} months; choose between 1 and 120")
    frame = AnalysisFrame("funding", view, area, level, minutes=minutes, scenario=scenario, progress=progress)
    helping = sort_of(ANY).of(frame.entries)
    ends = last_days(view.rows("funding"), helping)
    until = months_after(view.edition, months)
    ending = {entry.id for entry in helping if (day := ends.get(entry.id)) and day <= until}
    spots = {
        "before": points(helping, area),
        "after": points([entry for entry in helping if entry.id not in ending], area),
    }
    reached = frame.near_points(spots)
    table, total = frame.tables(lambda units: _losing(units, reached))
    here = [(unit, entry.id) for entry in helping for unit in units_in(entry, area, frame.level)[0]]
    silent = {entry.id for entry in helping} - ends.keys()
    for place, (key, own) in enumerate(
        {"services": silent | ends.keys(), "ending": ending, "silent": silent}.items(), 1
    ):
        tally = Counter(unit for unit, entry in here if entry in own)
        table.insert(place, key, [tally[unit] for unit in frame.codes])
        total[key] = len(own)
    state = "" if ends else "unknown" if view.audience != "public" else "not published"
    if state:
        total = {key: value for key, value in total.items() if not key.startswith(("ending", "losing", "silent"))}
    return frame.result(
        finding=_finding(total, state, len(ending), months, minutes),
        also=_also(area, table) if ending else (),
        table=table,
        states=frame.states(dict.fromkeys(("ending", "silent", "losing"), state)),
        total=total,
        columns=_columns(months, minutes),
        figures=_figures(total, months),
        unshown=helping,
        picture="none" if state else "bars",
    )


def last_days(rows: Sequence[Row], entries: Sequence[Entry]) -> dict[str, dt.date]:
    """Return the last day that each service is paid for; those without a known end are not there.

    What is said of a service itself goes before what is said of its organization.
    """
    own: dict[str, list[str | None]] = {}
    of_body: dict[str, list[str | None]] = {}
    for row in rows:
        if row["service_id"]:
            own.setdefault(row["service_id"], []).append(row["valid_to"])
        elif row["organization_id"]:
            of_body.setdefault(row["organization_id"], []).append(row["valid_to"])
    ends = {}
    for entry in entries:
        days = own.get(entry.id) or of_body.get(entry.organization.id) or [None]
        known = [day for day in days if day]
        if known and len(known) == len(days):  # one who pays without an end is enough
            ends[entry.id] = dt.date.fromisoformat(max(known))
    return ends


def _losing(units: Gathered, reached: Mapping[str, Reached]) -> dict[str, Floats]:
    before, after = (reached[key].gathered(units.matrix).variants[:, :, 0] for key in ("before", "after"))
    lost = np.maximum(before - after, 0) / np.where(units.people > 0, units.people, 1) * units.census
    return summary("losing", lost)


def _columns(months: int, minutes: int) -> tuple[Column, ...]:
    words = {"months": months, "minutes": minutes}
    return (
        Column("people", Message("People"), "people"),
        Column("services", Message("Services listed"), "count"),
        Column("ending", Message("Funding ends within {months} months", words), "count", more_is="worse"),
        Column("silent", Message("Do not say until when they are funded"), "count"),
        Column.ranged(
            "losing", Message("People who would have nothing within {minutes} min any more", words), "people", "worse"
        ),
    )


def _finding(total: Mapping[str, float], state: str, ending: int, months: int, minutes: int) -> Message:
    if state == "not published":
        return Message("Until when services are funded is not published here")
    if state:
        return Message("No service says until when it is funded")
    words = {"count": ending, "months": months, "minutes": minutes}
    if not ending:
        return Message("No listed service is known to run out of funding within {months} months", words)
    words["people"] = People(total["losing"])
    if words["people"]:
        return Message(
            "Services that run out of funding within {months} months: {count}. Without them {people} people would have "
            "none within {minutes} minutes",
            words,
        )
    return Message(
        "Services that run out of funding within {months} months: {count}. Others are near enough to all who use them",
        words,
    )


def _also(area: StudyArea, table: pd.DataFrame) -> tuple[Message, ...]:
    if len(table) < 2 or table["losing"].max() < 1:
        return ()
    words = {"place": area.unit(str(table["losing"].idxmax())).titles}
    return (Message("The most people would lose it in {place}.", words),)


def _figures(total: Mapping[str, float], months: int) -> dict[str, Figure]:
    if "ending" not in total:
        return {}
    label = Message("Funding ends within {months} months", {"months": months})
    return {
        "ending": Figure(total["ending"], "count", label),
        "losing": figure(total, "losing", "people", Message("People who would lose what is within reach")),
    }
