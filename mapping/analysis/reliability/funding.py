"""Funding: which services run out of money soon, and how many people would then be without help within reach."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from sqlite3 import Row

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.listed import ANY, by_area, chosen_level, counted, points, sort_of, units_in
from mapping.analysis.common.reached import Floats, Progress, Reached, gathering, people_of, people_within, summary
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.freshness import months_after
from mapping.language.i18n import Message, People
from mapping.result import Column, Figure, Result
from mapping.view.view import Entry, View

METHOD = Message(
    "For the services whose funding is known to end we looked at the last day that somebody pays for them. We took "
    "away those that end within the stated months and counted again the people who have a listed service within "
    "reach, on foot and by road. The difference is who would lose it. The range beside a number holds nine in ten "
    "counts in which speeds, seasons, village tracks and all else that nobody knows for sure were changed together. "
    "Services that do not say until when they are funded are taken to go on."
)


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

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here.
    """
    if not 0 < minutes <= 1440 or not 0 < months <= 120:
        raise InvalidRecord(f"funding: {minutes} minutes, {months} months; choose up to 1440 and up to 120")
    level = chosen_level(area, level)
    helping = sort_of(ANY).of(counted(view))
    ends = last_days(view.rows("funding"), helping)
    until = months_after(view.edition, months)
    ending = {entry.id for entry in helping if (day := ends.get(entry.id)) and day <= until}
    spots = {
        "before": points(helping, area),
        "after": points([entry for entry in helping if entry.id not in ending], area),
    }
    reached = people_within(area, spots, minutes=[minutes], scenario=scenario, progress=progress)
    table, total = _tables(area, level, helping, ends, ending, reached)
    state = "" if ends else "unknown" if view.audience != "public" else "not published"
    states = pd.DataFrame(
        {key: np.where(table["people"] == 0, "not applicable", state) for key in ("ending", "silent", "losing")},
        table.index,
        dtype=object,
    )
    if state:
        total = {key: value for key, value in total.items() if not key.startswith(("ending", "losing", "silent"))}
    return Result(
        name="funding",
        basis="visited",
        title=Message("Where funding ends"),
        finding=_finding(total, state, len(ending), months, minutes),
        also=_also(area, table, bool(ending)),
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=states,
        total=total,
        columns=_columns(months, minutes),
        figures=_figures(total, months),
        method=METHOD,
        inputs=wording.inputs(view, area, travel=True),
        caveats=(*wording.caveats(area, travel=True), *wording.unshown(by_area(helping, area))),
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


def _tables(
    area: StudyArea,
    level: int,
    helping: Sequence[Entry],
    ends: Mapping[str, dt.date],
    ending: set[str],
    reached: Mapping[str, Reached],
) -> tuple[pd.DataFrame, dict[str, float]]:
    units = area.units(level)
    codes = [str(code) for code in units.index]
    index = pd.Index(codes, name="code")
    census = units["people"].to_numpy(float)
    here = [(unit, entry.id) for entry in helping for unit in units_in(entry, area, level)[0]]
    by_state = {
        "services": Counter(unit for unit, _ in here),
        "ending": Counter(unit for unit, entry in here if entry in ending),
        "silent": Counter(unit for unit, entry in here if entry not in ends),
    }
    counts = pd.DataFrame({key: [units_of[unit] for unit in codes] for key, units_of in by_state.items()}, index)
    matrix, everything = gathering(area, codes, level), np.ones((1, len(area.unit_codes)))
    table = pd.DataFrame(
        {"people": census.astype("int64"), **counts, **_losing(reached, matrix, people_of(area), census)}, index
    )
    whole = _losing(reached, everything, people_of(area), census.sum(keepdims=True))
    total = {
        "people": float(census.sum()),
        "services": len(helping),
        "ending": len(ending),
        "silent": sum(entry.id not in ends for entry in helping),
    }
    return table, total | {key: float(values[0]) for key, values in whole.items()}


def _losing(reached: Mapping[str, Reached], matrix: Floats, people: Floats, census: Floats) -> dict[str, Floats]:
    """Return the people who lose reach, each variant of travel by itself."""
    before, after = (reached[key].gathered(matrix).variants[:, :, 0] for key in ("before", "after"))
    here = matrix @ people
    lost = np.maximum(before - after, 0) / np.where(here > 0, here, 1) * census
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
    """Say how many services are about to end, and what that would do."""
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


def _also(area: StudyArea, table: pd.DataFrame, some: bool) -> tuple[Message, ...]:
    if not some or len(table) < 2 or table["losing"].max() < 1:
        return ()
    words = {"place": wording.named(area, str(table["losing"].idxmax()))}
    return (Message("The most people would lose it in {place}.", words),)


def _figures(total: Mapping[str, float], months: int) -> dict[str, Figure]:
    if "ending" not in total:
        return {}
    return {
        "ending": Figure(total["ending"], "count", Message("Funding ends within {months} months", {"months": months})),
        "losing": Figure(
            total["losing"],
            "people",
            Message("People who would lose what is within reach"),
            total["losing_low"],
            total["losing_high"],
        ),
    }
