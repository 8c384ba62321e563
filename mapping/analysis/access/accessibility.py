"""Accessibility: how much of the services falls to the people around them, who share it, by area unit and type."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.catchments import Surroundings, spanned, stated, supply
from mapping.analysis.common.listed import (
    ANY,
    Sort,
    by_area,
    chosen_level,
    chosen_minutes,
    chosen_types,
    counted,
    points,
    sort_of,
    state_of,
    state_without,
)
from mapping.analysis.common.reached import Floats, Progress, Reached, gathering, people_of, people_within, without
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.result import Column, Figure, Result
from mapping.view.view import Entry, View

SERVICES, PLACES = 100_000, 10_000
"""Per how many people services are told, and places."""

METHOD = Message(
    "A service is shared by all who can reach it. So for each listed service we counted the people around it: fully "
    "those in the nearest third of the time, 68% of those in the second third, and 22% of those in the last. Then we "
    "added up, for every square kilometre, the part of each service around it that falls to one person there, "
    "weighted in the same way, and took the mean over the people of each unit. This is the two-step floating "
    "catchment with distance weights (Luo and Qi 2009). Ways lead over roads and open ground and across the "
    "lines of areas. The range beside a number is the lowest and the highest answer when all speeds are 20% lower or "
    "higher, and in other seasons. Beside shares of people it is wider: nine in ten counts in which speeds, seasons, "
    "village tracks and all else that nobody knows for sure were changed together."
)


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

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here.
    """
    minutes = chosen_minutes("accessibility", minutes)
    level, entries, sorts = chosen_level(area, level), counted(view, stale=stale), chosen_types(types)
    shown = [sort for sort in sorts if points(sort.of(entries), area) or not sort.hidden]
    around = Surroundings(
        area,
        [entry for sort in shown for entry in sort.of(entries)],
        minutes=minutes,
        scenario=scenario,
        progress=progress,
    )
    known = {sort.key: stated(view, sort.of(entries), area) for sort in shown}
    doubtful = counted(view, stale=not stale)
    within = people_within(
        area,
        {sort.key: points(sort.of(entries), area) for sort in shown},
        minutes=[minutes],
        scenario=scenario,
        unchecked={sort.key: points(sort.of(doubtful), area) for sort in shown},
    )
    table, total = _tables(around, shown, entries, known, within, level)
    return Result(
        name="accessibility",
        basis="visited",
        title=Message("Services for each 100,000 people around them"),
        finding=_finding(total, shown, entries, area, minutes),
        also=_also(area, table, total, shown, entries),
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=_states(area, table, shown, entries),
        total=total,
        columns=_columns(shown, known, minutes),
        headline=("people", *(_keys(shown[0], known) if shown else ())),
        groups={sort.key: _keys(sort, known) for sort in shown},
        group_labels={sort.key: sort.label for sort in shown},
        figures=_figures(total, shown, entries, area, minutes),
        method=METHOD,
        inputs=wording.inputs(view, area, travel=True),
        caveats=(
            *wording.caveats(area, travel=True),
            *wording.unshown(by_area(sort_of(ANY).of(entries), area)),
            *wording.snapping(area, lost=around.lost, snapped=around.snapped),
            *_unknown(known, shown, entries, area),
            *wording.hidden(sorts, shown),
        ),
    )


Known = Mapping[str, Mapping[str, float]]
"""Sort of services -> what each of those can take that say it."""


def _keys(sort: Sort, known: Known) -> tuple[str, ...]:
    ends = ("none", "services", "places") if known[sort.key] else ("none", "services")
    return tuple(f"{sort.key}_{end}" for end in ends)


def _tables(
    around: Surroundings,
    sorts: Sequence[Sort],
    entries: Sequence[Entry],
    known: Known,
    within: Mapping[str, Reached],
    level: int,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table of a level's units, and the same columns for the whole area."""
    area = around.area
    units = area.units(level)
    codes = pd.Index([str(code) for code in units.index], name="code")
    census, people = units["people"].to_numpy(float), people_of(area)
    matrices = gathering(area, list(codes), level), np.ones((1, len(area.unit_codes)))
    tables: list[dict[str, Floats]] = [{"people": census}, {"people": census.sum(keepdims=True)}]
    for sort in sorts:
        own, sizes = sort.of(entries), known[sort.key]
        measures = {"services": around.by_unit(around.scores(*supply(own, area)) * SERVICES)}
        if sizes:
            measures["places"] = around.by_unit(around.scores(*supply(own, area, sizes)) * PLACES)
        for matrix, columns in zip(matrices, tables, strict=True):
            weight = matrix @ people
            columns |= without(f"{sort.key}_none", within[sort.key].gathered(matrix), weight)
            for end, values in measures.items():
                mean = (values * people) @ matrix.T / np.where(weight > 0, weight, 1)
                key = f"{sort.key}_{end}"
                columns |= spanned(key, mean)
    table = pd.DataFrame(tables[0], index=codes).astype({"people": "int64"})
    return table, {key: float(values[0]) for key, values in tables[1].items()}


def _states(area: StudyArea, table: pd.DataFrame, sorts: Sequence[Sort], entries: Sequence[Entry]) -> pd.DataFrame:
    """Say where a 0 is not what it looks like (`mapping.analysis.supply.coverage`); nor is unknown capacity."""
    states = {}
    for sort in sorts:
        state = state_of(sort.of(entries), area)
        for end in ("none", "services", "places"):
            key = f"{sort.key}_{end}"
            if key not in table:
                continue
            own = state_without(state) if end == "none" else state
            states[key] = np.where(table["people"] == 0, "not applicable", own)
            if end == "places":
                blank = (table[f"{sort.key}_services"] > 0) & (table[key] == 0) & (states[key] == "")
                states[key] = np.where(blank, "unknown", states[key])
    return pd.DataFrame(states, index=table.index, dtype=object)


def _columns(sorts: Sequence[Sort], known: Known, minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for sort in sorts:
        words = {"type": sort.label, "minutes": minutes}
        keys = dict(zip(("none", "services", "places"), _keys(sort, known), strict=False))
        label = Message("{type}: people with none within {minutes} min", words)
        short = Message("With none within {minutes} min", {"minutes": minutes})
        columns.append(Column.ranged(keys["none"], label, "share", "worse", short))
        label = Message("{type}: services for each 100,000 people around", words)
        short = Message("Services for each 100,000 people")
        columns.append(Column.ranged(keys["services"], label, "number", "better", short))
        if "places" in keys:
            label = Message("{type}: known places for each 10,000 people around, at least", words)
            short = Message("Known places for each 10,000 people, at least")
            columns.append(Column.ranged(keys["places"], label, "number", "better", short))
    return tuple(columns)


def _finding(
    total: Mapping[str, float], sorts: Sequence[Sort], entries: Sequence[Entry], area: StudyArea, minutes: int
) -> Message:
    if not any(points(sort.of(entries), area) for sort in sorts):
        return Message("No service is listed that people could travel to")
    if total["people"] == 0:
        return Message("Nobody lives here, so nobody shares a service")
    first = sorts[0]
    words = {"type": first.label, "count": round(total[f"{first.key}_services"], 1), "minutes": minutes}
    if first.key == ANY:
        return Message("There are {count} services for each 100,000 people within {minutes} minutes of them", words)
    return Message("There are {count} of this for each 100,000 people within {minutes} minutes of it: “{type}”", words)


def _also(
    area: StudyArea,
    table: pd.DataFrame,
    total: Mapping[str, float],
    sorts: Sequence[Sort],
    entries: Sequence[Entry],
) -> tuple[Message, ...]:
    """Say where services are shared most thinly and most amply."""
    if not sorts or total["people"] == 0 or not points(sorts[0].of(entries), area):
        return ()
    first = f"{sorts[0].key}_services"
    score = table[first][table["people"] > 0]
    sentences = []
    if len(score) > 1 and score.max() > score.min():
        least, most = str(score.idxmin()), str(score.idxmax())
        words = {
            "place": wording.named(area, least),
            "least": round(float(score.min()), 1),
            "other": wording.named(area, most),
            "most": round(float(score.max()), 1),
        }
        sentences.append(
            Message("The fewest fall to the people of {place}: {least}. The most in {other}: {most}.", words)
        )
    return tuple(sentences)


def _figures(
    total: Mapping[str, float], sorts: Sequence[Sort], entries: Sequence[Entry], area: StudyArea, minutes: int
) -> dict[str, Figure]:
    figures = {}
    for sort in sorts:
        if points(sort.of(entries), area):
            key, words = f"{sort.key}_none", {"type": sort.label, "minutes": minutes}
            label = Message("{type}: people with none within {minutes} min", words)
            figures[key] = Figure(total[key], "share", label, total[f"{key}_low"], total[f"{key}_high"])
    return figures


def _unknown(known: Known, sorts: Sequence[Sort], entries: Sequence[Entry], area: StudyArea) -> tuple[Message, ...]:
    """Say of how many services nobody knows how many people they can take."""
    if not sorts:
        return ()
    given = len(known[sorts[0].key])
    count = sum(bool(points([entry], area)) for entry in sorts[0].of(entries))
    if not count or given == count:
        return ()
    if not given:
        return (Message("How many people a service can take is not known here, so each service counts the same."),)
    words = {"known": given, "count": count, "type": sorts[0].label}
    return (
        Message(
            "“{type}”: places are known of {known} of {count} services. Unknown ones are not guessed, so that the true "
            "number of places lies above the one told.",
            words,
        ),
    )
