"""Equity: how evenly services fall to people, by the curve of Lorenz and the index of Gini."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mapping.analysis.common.catchments import Surroundings, spanned, supply
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort, state_of, state_without
from mapping.analysis.common.reached import Floats, Progress, Reached, people_of, without
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share, number
from mapping.language.languages import codes
from mapping.result import Column, Curve, Result
from mapping.view.view import View

FIFTH = 0.2
PER = 100_000
STEPS = 101
"""Points of a curve that is drawn."""


class Lorenz(NamedTuple):
    """Shares of people and of what they have, those with least first; both from 0 to 1."""

    people: Floats
    held: Floats

    @property
    def gini(self) -> float:
        """1 - sum of (x_k - x_k-1) (y_k + y_k-1)."""
        return float(np.clip(1 - np.sum(np.diff(self.people) * (self.held[1:] + self.held[:-1])), 0, 1))

    def share(self, of_people: float) -> float:
        """Return the share that falls to the people who have least."""
        return float(np.interp(of_people, self.people, self.held))


def lorenz(values: Floats, people: Floats) -> Lorenz:
    """Return the curve of what each of some people has; the straight line where nobody has anything."""
    order = np.argsort(values, kind="stable")
    order = order[people[order] > 0]
    crowd = np.concatenate([[0.0], np.cumsum(people[order])])
    held = np.concatenate([[0.0], np.cumsum(values[order] * people[order])])
    if held[-1] <= 0:
        return Lorenz(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return Lorenz(crowd / crowd[-1], held / held[-1])


def equity(
    view: View,
    area: StudyArea,
    *,
    type: str | None = None,  # noqa: A002
    minutes: int = 60,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    progress: Progress = None,
) -> Result:
    """Work out how evenly the services of a type fall to people: Gini, Lorenz, and the share of the worst-served fifth.

    ``type`` is the code of a type, a family or a need; by default any service that helps people counts. The table
    holds ``people``, ``services`` (for each 100,000 people), ``share`` (of all services), ``of_people`` (of all people)
    and ``none`` (share of people with none within ``minutes``). The total holds ``gini``, ``gini_units`` and ``fifth``
    with their ranges; ``curves`` hold the line of equal shares and the curves over cells and over units.

    Raises `UnsafePublication` where the type is secret by default and nothing of it is open.
    """
    frame = AnalysisFrame("equity", view, area, level, minutes=minutes, scenario=scenario, stale=stale)
    sort = frame.open_sort(type or ANY, shown=True)
    entries = sort.of(frame.entries)
    around = Surroundings(area, entries, minutes=minutes, scenario=scenario, progress=progress)
    score = around.scores(*supply(entries, area))
    within, people = frame.within([sort])[sort.key], people_of(area)
    held = around.by_unit(score) * people
    cells = [lorenz(cell_scores, around.people) for cell_scores in score]
    units = [lorenz(unit_scores, people) for unit_scores in around.by_unit(score)]
    somebody = bool((score[0] * around.people).sum() > 0)
    table, whole = frame.tables(lambda units: _columns_of(units, held, within))
    kept = ("people", "none", "services", "share", "of_people") if somebody else ("people", "none")
    total = {key: value for key, value in whole.items() if key.startswith(kept) and not key.startswith("share_")}
    if somebody:
        total |= {"share": 1.0} | _indices(cells, units)
    state = state_of(entries, area)
    return frame.result(
        words={"type": sort.label},
        finding=_finding(total, sort, somebody=somebody),
        also=_also(total, len(area.unit_codes), somebody=somebody),
        table=table,
        states=frame.states({"services": state, "share": state, "none": state_without(state)}),
        total=total,
        columns=_columns(minutes),
        headline=("people", "none", "services", "share", "of_people"),
        figures={"fifth": figure(total, "fifth", "share", LEAST)} if somebody else {},
        unshown=entries,
        moved=[around],
        curves=_curves(cells[0], units[0]) if somebody else (),
        axes=(Message("Share of people, those with least first"), Message("Share of services that falls to them")),
        picture="curve" if somebody else "none",
    )


LEAST = Message("Share of services that falls to the fifth of the people who have least")


def _columns_of(units: Gathered, held: Floats, within: Reached) -> dict[str, Floats]:
    """Return the columns of some units; ``held`` is what falls to all people of each finest unit, by variant."""
    everything = held.sum(axis=1, keepdims=True)
    share = np.clip(held @ units.matrix.T / np.where(everything > 0, everything, 1), 0, 1)
    columns = spanned("services", units.per_person(held) * PER) | spanned("share", share)
    columns["of_people"] = units.people / max(units.people.sum(), 1)
    return columns | without("none", within.gathered(units.matrix), units.people)


def _indices(cells: list[Lorenz], units: list[Lorenz]) -> dict[str, float]:
    values = {
        "gini": [cell.gini for cell in cells],
        "gini_units": [unit.gini for unit in units],
        "fifth": [cell.share(FIFTH) for cell in cells],
        "richest": [1 - cell.share(1 - FIFTH) for cell in cells],
    }
    return {end: float(value) for key in values for end, value in spanned(key, np.array(values[key])).items()}


def _columns(minutes: int) -> tuple[Column, ...]:
    none = Message("With none within {minutes} min", {"minutes": minutes})
    return (
        Column("people", Message("People"), "people"),
        Column.ranged("none", none, "share", "worse"),
        Column.ranged("services", Message("Services for each 100,000 people"), "number", "better"),
        Column.ranged("share", Message("Share of all services"), "share"),
        Column("of_people", Message("Share of all people"), "share"),
    )


def _finding(total: Mapping[str, float], sort: Sort, *, somebody: bool) -> Message:
    if total["people"] == 0:
        return Message("Nobody lives here, so nobody shares a service")
    if not somebody:
        return Message("No service is listed that people could travel to")
    words = {"share": Share(total["fifth"]), "most": Share(total["richest"]), "type": sort.label}
    if sort.key == ANY:
        return Message(
            "Of the services, {most} fall to the fifth of the people who have most, and {share} to the fifth who have "
            "least",
            words,
        )
    return Message(
        "Of this, {most} fall to the fifth of the people who have most, and {share} to the fifth who have least: "
        "“{type}”",
        words,
    )


def _also(total: Mapping[str, float], units: int, *, somebody: bool) -> tuple[Message, ...]:
    if not somebody or total["people"] == 0:
        return ()
    words = {"gini": _two(round(total["gini"], 2)), "units": _two(round(total["gini_units"], 2))}
    if units == 1:
        text = Message("If all had the same, it would be a fifth. The index of Gini is {gini} (0: all have the same).")
    else:
        text = Message(
            "If all had the same, it would be a fifth. The index of Gini is {gini} over all people, and {units} "
            "between units (0: all have the same)."
        )
    return (text.filled_with(words),)


def _two(value: float) -> dict[str, str]:
    return {language: number(value, language, digits=2) for language in codes()}


def _curves(cells: Lorenz, units: Lorenz) -> tuple[Curve, ...]:
    at = np.linspace(0, 1, STEPS)
    smooth = tuple(round(float(y), 6) for y in np.interp(at, cells.people, cells.held))
    return (
        Curve(Message("All have the same"), (0.0, 1.0), (0.0, 1.0)),
        Curve(Message("By square kilometre"), tuple(round(float(x), 6) for x in at), smooth),
        Curve(
            Message("By unit"),
            tuple(round(float(x), 6) for x in units.people),
            tuple(round(float(y), 6) for y in units.held),
        ),
    )
