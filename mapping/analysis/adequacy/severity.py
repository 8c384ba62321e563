"""Severity: which area units are worst off when distance, choice, sharing and need are held together."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mapping.analysis.access.accessibility import accessibility
from mapping.analysis.access.demand import demand
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, Sort, sort_of, visited
from mapping.analysis.common.listed import core_types as core_functions
from mapping.analysis.common.reached import Floats, Progress
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import zone_sums
from mapping.language.i18n import Message, Text, listing
from mapping.result import Column, Figure, Kind, Result
from mapping.travel import travel_time
from mapping.view.view import View

LIMITS: Mapping[str, tuple[float, float, float, float]] = {
    "distance": (0.05, 0.2, 0.4, 0.6),
    "functions": (0.2, 0.4, 0.6, 0.8),
    "shared": (-6, -4, -2, -1),
    "need": (5, 10, 20, 40),
}
"""From which values on each dimension scores 2, 3, 4 and 5; what more of is better is counted below zero."""

LABELS: Mapping[str, Message] = labels("severity")

COUNTED = 3
"""So many of the highest scores make the level; with fewer known it is not known."""

SEVERE = 4
"""From this level on help is called far, thin or missing."""

PER = 100_000


def severity(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 60,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    progress: Progress = None,
) -> Result:
    """Score each area unit from 1 to 5 by distance, choice, sharing and need, and give it a level.

    The table holds ``people``, ``level`` with its range, and for each dimension ``d`` of `LIMITS` what was measured,
    under ``d`` (``shared`` is services for each 100,000 people), and its score under ``d_score``; 0 with a state where
    it is not known.
    """
    frame = AnalysisFrame(
        "severity", view, area, level, minutes=minutes, scenario=scenario, stale=stale, progress=progress
    )
    level = frame.level
    fall = accessibility(
        view, area, minutes=minutes, types=[ANY], scenario=scenario, level=level, stale=stale, progress=progress
    )
    index = fall.table.index
    people = fall.table["people"].to_numpy(float)
    measured = {
        "distance": fall.table["any_none"].to_numpy(float),
        "functions": _functions(frame),
        "shared": fall.table["any_services"].to_numpy(float),
        "need": _need(view, area, level, people),
    }
    lived_in = people > 0
    of_list = lived_in & [
        fall.state(str(code), "any_services") != "none listed" for code in index
    ]  # an empty one tells of
    tells = dict.fromkeys(("distance", "functions", "shared"), of_list)  # itself, and of no area
    measured = {key: np.where(tells.get(key, lived_in), values, np.nan) for key, values in measured.items()}
    ends = {
        "low": ("any_none_low", "any_services_high"),
        "high": ("any_none_high", "any_services_low"),
    }
    scored = levels(measured)
    table = pd.DataFrame({"people": people, "level": scored}, index)
    for end, (distance, shared) in ends.items():
        other = {"distance": fall.table[distance].to_numpy(float), "shared": fall.table[shared].to_numpy(float)}
        moved = levels(measured | {key: np.where(of_list, values, np.nan) for key, values in other.items()})
        table[f"level_{end}"] = np.minimum(scored, moved) if end == "low" else np.maximum(scored, moved)
    states = pd.DataFrame({"level": np.where(scored == 0, "unknown", "")}, index, dtype=object)
    for key, values in measured.items():
        table[key], table[f"{key}_score"] = np.nan_to_num(values), scores(key, values)
        states[key] = states[f"{key}_score"] = np.where(np.isnan(values), "unknown", "")
    states.loc[people == 0, :] = "not applicable"
    table = table.astype({"people": "int64", "level": "int64", "level_low": "int64", "level_high": "int64"})
    figures = _figures(table, states)
    return frame.result(
        finding=_finding(table, figures),
        also=_also(area, table, states, minutes),
        table=table,
        states=states,
        columns=_columns(minutes),
        headline=("people", "level", *LIMITS),
        figures=figures,
        picture="none",  # bars of levels are all alike; the table and the map tell them apart
    )


def scores(dimension: str, values: Floats) -> Floats:
    """Return the scores of what was measured, 1 to 5; 0 where it is not known (NaN)."""
    signed = -values if LIMITS[dimension][0] < 0 else values
    steps = 1 + np.searchsorted(LIMITS[dimension], signed, side="right").astype(np.float64)
    return np.where(np.isnan(values), 0.0, steps)


def levels(measured: Mapping[str, Floats]) -> Floats:
    """Return the level of each unit: the rounded mean of its highest scores, 0 where too few are known."""
    all_scores = np.sort(np.stack([scores(key, values) for key, values in measured.items()]), axis=0)[::-1]
    highest = all_scores[:COUNTED]
    return np.where(highest.min(axis=0) > 0, np.floor(highest.mean(axis=0) + 0.5), 0.0)


def _functions(frame: AnalysisFrame) -> Floats:
    """Return the share of the core functions that people visit which half of a unit's people do not reach in time."""
    area, (matrix, people, _) = frame.area, frame.units
    missing = []
    for sort in _visited_functions():
        spots = frame.spots(sort)
        reached = np.zeros(len(area.unit_codes))
        if spots:
            near = travel_time(area, spots, scenario=frame.scenario, limit=frame.minutes).minutes <= frame.minutes
            reached = zone_sums(area.unit_grid, np.where(near, area.people_grid, 0), count=len(area.unit_codes))
        missing.append(matrix @ reached < people / 2)
    return np.where(people > 0, np.mean(missing, axis=0), np.nan) if missing else np.full(len(people), np.nan)


def _visited_functions() -> list[Sort]:
    return [sort_of(term.code) for term in core_functions() if term.audience == "public" and visited(term)]


def _need(view: View, area: StudyArea, level: int, people: Floats) -> Floats:
    """Return how often help was said to be missing, for each 100,000 people; NaN where that may not be shown."""
    missing = demand(view, area, level=level).table["said"].to_numpy(float)
    return np.where((missing > 0) & (people > 0), missing / np.where(people > 0, people, 1) * PER, np.nan)


def _columns(minutes: int) -> tuple[Column, ...]:
    columns = [
        Column("people", Message("People"), "people"),
        Column("level", Message("Level, 1 to 5"), "count", "level_low", "level_high", "worse"),
    ]
    for key in LIMITS:
        kind: Kind = "number" if key in ("shared", "need") else "share"
        columns.append(Column(key, _label(key, minutes), kind, more_is="better" if key == "shared" else "worse"))
    for key in LIMITS:
        label = Message("Score: {what}", {"what": _label(key, minutes)})
        columns.append(Column(f"{key}_score", label, "count", more_is="worse"))
    return tuple(columns)


def _label(key: str, minutes: int) -> Message:
    return LABELS[key].filled_with({"minutes": minutes})


def _severe(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["level"] >= SEVERE]


def _finding(table: pd.DataFrame, figures: Mapping[str, Figure]) -> Message:
    if not figures:
        return Message("Too little is known to tell where people are worst off")
    severe = _severe(table)
    words = {
        "count": len(severe),
        "units": len(table),
        "people": figures["severe"],
        "level": SEVERE,
    }
    if severe.empty:
        return Message("No area is at level {level} or above", words)
    if len(table) == 1:
        return Message("{people} people live at level {level} or 5, where 5 is the worst off", words)
    return Message(
        "{people} people live in areas at level {level} or 5, where 5 is the worst off: {count} of {units} areas", words
    )


def _also(area: StudyArea, table: pd.DataFrame, states: pd.DataFrame, minutes: int) -> tuple[Message, ...]:
    severe = _severe(table)
    if severe.empty:
        return ()
    sentences = []
    for step in sorted(set(severe["level"]), reverse=True):
        names: list[Text] = [area.unit(str(code)).titles for code in severe.index[severe["level"] == step]]
        sentences.append(Message("At level {level}: {places}.", {"level": int(step), "places": listing(names)}))
    sure = int((table["level_low"] >= SEVERE).sum())
    words = {"level": SEVERE, "sure": sure, "most": int((table["level_high"] >= SEVERE).sum())}
    sentences.append(
        Message(
            "At level {level} or 5 in every count of the range: {sure} {sure:area|areas}; in some count: {most}.", words
        )
    )
    means = {key: float(severe[f"{key}_score"][states.loc[severe.index, key] == ""].mean()) for key in LIMITS}
    worst = max(means, key=lambda key: np.nan_to_num(means[key]))
    sentences.append(Message("What scores highest there: {what}.", {"what": _label(worst, minutes)}))
    return tuple(sentences)


def _figures(table: pd.DataFrame, states: pd.DataFrame) -> dict[str, Figure]:
    if not (states["level"] == "").any():
        return {}
    low, value, high = (
        float(table["people"][table[key] >= SEVERE].sum()) for key in ("level_low", "level", "level_high")
    )
    return {"severe": Figure(value, "people", Message("People in areas at level 4 or 5"), low, high)}
