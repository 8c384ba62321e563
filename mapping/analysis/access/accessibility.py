"""Accessibility: how much of the services falls to the people around them, who share it, by area unit and type."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.catchments import Surroundings, spanned, stated, supply
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort, chosen_types, points, sort_of, state_of, state_without
from mapping.analysis.common.reached import Floats, Progress, Reached, people_of, without
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.result import Column, Result
from mapping.view.view import Entry, View

SERVICES, PLACES = 100_000, 10_000
"""Per how many people services are told, and places."""


def accessibility(
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
    """Work out how many services, and how many known places in them, fall to the people of each unit.

    Options are those of `coverage`. The table holds ``people``, and for each type ``t`` the columns ``t_none`` (share
    of people with none within reach), ``t_services`` (for each 100,000 people) and, where the capacity of any service
    is known, ``t_places`` (known places for each 10,000 people, so the least there is); each with its range.
    """
    frame = AnalysisFrame("accessibility", view, area, level, minutes=minutes, scenario=scenario, stale=stale)
    sorts = chosen_types(types)
    shown = [sort for sort in sorts if frame.spots(sort) or not sort.hidden]
    own = {sort.key: sort.of(frame.entries) for sort in shown}
    listed = [sort for sort in shown if frame.spots(sort)]
    every = [entry for entries in own.values() for entry in entries]
    around = Surroundings(area, every, minutes=minutes, scenario=scenario, progress=progress)
    known = {key: stated(view, entries, area) for key, entries in own.items()}
    within, measures = frame.within(shown), _measures(around, own, known)
    table, total = frame.tables(lambda units: _columns_of(units, within, measures))
    return frame.result(
        finding=_finding(total, listed, minutes),
        also=_also(area, table, shown[0]) if shown[:1] == listed[:1] and listed else (),
        table=table,
        states=_states(frame, table, shown),
        total=total,
        columns=_columns(shown, known, minutes),
        headline=("people", *(_keys(shown[0], known) if shown else ())),
        groups={sort.key: _keys(sort, known) for sort in shown},
        group_labels={sort.key: sort.label for sort in shown},
        figures={
            f"{sort.key}_none": figure(total, f"{sort.key}_none", "share", _without_any(sort, minutes))
            for sort in listed
        },
        unshown=sort_of(ANY).of(frame.entries),
        moved=[around],
        caveats=(*(_unknown(shown[0], known, frame) if shown else ()), *wording.hidden(sorts, shown)),
    )


Known = Mapping[str, Mapping[str, float]]
"""Sort of services -> what each of those can take that say it."""


def _keys(sort: Sort, known: Known) -> tuple[str, ...]:
    ends = ("none", "services", "places") if known[sort.key] else ("none", "services")
    return tuple(f"{sort.key}_{end}" for end in ends)


def _measures(around: Surroundings, own: Mapping[str, Sequence[Entry]], known: Known) -> dict[str, dict[str, Floats]]:
    """Return what falls to all people of each finest unit, by sort: services and, where any is known, places."""
    measures, people = {}, people_of(around.area)
    for key, entries in own.items():
        scores = around.scores(*supply(entries, around.area))
        measures[key] = {"services": around.by_unit(scores * SERVICES) * people}
        if known[key]:
            places = around.scores(*supply(entries, around.area, known[key]))
            measures[key]["places"] = around.by_unit(places * PLACES) * people
    return measures


def _columns_of(
    units: Gathered, within: Mapping[str, Reached], measures: Mapping[str, Mapping[str, Floats]]
) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for key, own in measures.items():
        columns |= without(f"{key}_none", within[key].gathered(units.matrix), units.people)
        for end, values in own.items():
            columns |= spanned(f"{key}_{end}", units.per_person(values))
    return columns


def _states(frame: AnalysisFrame, table: pd.DataFrame, sorts: Sequence[Sort]) -> pd.DataFrame:
    states: dict[str, object] = {}
    for sort in sorts:
        state = state_of(sort.of(frame.entries), frame.area)
        services, places = f"{sort.key}_services", f"{sort.key}_places"
        states |= {f"{sort.key}_none": state_without(state), services: state}
        if places in table:
            blank = (table[services] > 0) & (table[places] == 0) & (state == "")
            states[places] = np.where(blank, "unknown", state)
    return frame.states(states)


def _without_any(sort: Sort, minutes: int) -> Message:
    return Message("{type}: people with none within {minutes} min", {"type": sort.label, "minutes": minutes})


def _columns(sorts: Sequence[Sort], known: Known, minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for sort in sorts:
        words = {"type": sort.label, "minutes": minutes}
        keys = dict(zip(("none", "services", "places"), _keys(sort, known), strict=False))
        short = Message("With none within {minutes} min", {"minutes": minutes})
        columns.append(Column.ranged(keys["none"], _without_any(sort, minutes), "share", "worse", short))
        label = Message("{type}: services for each 100,000 people around", words)
        short = Message("Services for each 100,000 people")
        columns.append(Column.ranged(keys["services"], label, "number", "better", short))
        if "places" in keys:
            label = Message("{type}: known places for each 10,000 people around, at least", words)
            short = Message("Known places for each 10,000 people, at least")
            columns.append(Column.ranged(keys["places"], label, "number", "better", short))
    return tuple(columns)


def _finding(total: Mapping[str, float], listed: Sequence[Sort], minutes: int) -> Message:
    if not listed:
        return Message("No service is listed that people could travel to")
    if total["people"] == 0:
        return Message("Nobody lives here, so nobody shares a service")
    first = listed[0]
    words = {"type": first.label, "count": round(total[f"{first.key}_services"], 1), "minutes": minutes}
    if first.key == ANY:
        return Message("There are {count} services for each 100,000 people within {minutes} minutes of them", words)
    return Message("There are {count} of this for each 100,000 people within {minutes} minutes of it: “{type}”", words)


def _also(area: StudyArea, table: pd.DataFrame, first: Sort) -> tuple[Message, ...]:
    score = table[f"{first.key}_services"][table["people"] > 0]
    if len(score) < 2 or score.max() == score.min():
        return ()
    words = {
        "place": area.unit(str(score.idxmin())).titles,
        "least": round(float(score.min()), 1),
        "other": area.unit(str(score.idxmax())).titles,
        "most": round(float(score.max()), 1),
    }
    return (Message("The fewest fall to the people of {place}: {least}. The most in {other}: {most}.", words),)


def _unknown(first: Sort, known: Known, frame: AnalysisFrame) -> tuple[Message, ...]:
    given = len(known[first.key])
    count = sum(bool(points([entry], frame.area)) for entry in first.of(frame.entries))
    if not count or given == count:
        return ()
    if not given:
        return (Message("How many people a service can take is not known here, so each service counts the same."),)
    words = {"known": given, "count": count, "type": first.label}
    return (
        Message(
            "“{type}”: places are known of {known} of {count} services. Unknown ones are not guessed, so that the true "
            "number of places lies above the one told.",
            words,
        ),
    )
