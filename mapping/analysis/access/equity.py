"""Equity: how evenly services fall to people, by the curve of Lorenz and the index of Gini."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.catchments import Surroundings, spanned, supply
from mapping.analysis.common.listed import (
    ANY,
    Sort,
    by_area,
    chosen_level,
    chosen_minutes,
    counted,
    points,
    sort_of,
    state_of,
    state_without,
)
from mapping.analysis.common.reached import Floats, Progress, Reached, gathering, people_of, people_within, without
from mapping.area.study_area import StudyArea
from mapping.errors import UnsafePublication
from mapping.language.i18n import Message, Share, number
from mapping.language.languages import codes
from mapping.result import Column, Curve, Figure, Result
from mapping.view.view import Entry, View

FIFTH = 0.2
PER = 100_000
STEPS = 101
"""Points of a curve that is drawn."""

METHOD = Message(
    "For every square kilometre where people live we worked out how much of the services around falls to one person "
    "(two-step floating catchment, as in the analysis of accessibility). Then we put all people in a row, those with "
    "least first. The curve of Lorenz (1905) shows what share of the services falls to each share of the people; if "
    "all had the same it would be the straight line. The index of Gini (1912) is twice the area between the two, 0 "
    "where all have the same and near 1 where one has everything: 1 less the sum, along the row, of each step in "
    "people times the shares of services before and after it. Between areas it leaves out what is uneven inside "
    "them. The range beside a number is the lowest and the highest answer when all speeds are 20% lower or higher, "
    "and in other seasons. Beside shares of people it is wider: nine in ten counts in which speeds, seasons, village "
    "tracks and all else that nobody knows for sure were changed together."
)


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

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here.
    UnsafePublication
        The type is secret by default, and nothing of it is open.
    """
    minutes = chosen_minutes("equity", minutes)
    sort, level, entries = sort_of(type or ANY), chosen_level(area, level), counted(view, stale=stale)
    spots, counts = supply(sort.of(entries), area)
    if sort.hidden and not spots:
        raise UnsafePublication(f"equity: services of {sort.key} are not published; choose another type")
    around = Surroundings(area, sort.of(entries), minutes=minutes, scenario=scenario, progress=progress)
    score = around.scores(spots, counts)
    doubtful = points(sort.of(counted(view, stale=not stale)), area)
    within = people_within(
        area, {"": points(sort.of(entries), area)}, minutes=[minutes], scenario=scenario, unchecked={"": doubtful}
    )[""]
    held = around.by_unit(score) * people_of(area)
    table = _table(around, held, within, level)
    cells = [lorenz(cell_scores, around.people) for cell_scores in score]
    units = [lorenz(unit_scores, people_of(area)) for unit_scores in around.by_unit(score)]
    somebody = bool((score[0] * around.people).sum() > 0)
    total = _total(table, held.sum(axis=1), cells, units, somebody=somebody)
    everybody = people_of(area).sum(keepdims=True)
    none = without("none", within.gathered(np.ones((1, len(area.unit_codes)))), everybody)
    total |= {key: float(values[0]) for key, values in none.items()}
    return Result(
        name="equity",
        basis="visited",
        title=Message("How evenly services fall to people: {type}", {"type": sort.label}),
        finding=_finding(total, sort, somebody=somebody),
        also=_also(total, len(area.unit_codes), somebody=somebody),
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=_states(area, table, sort, entries),
        total=total,
        columns=_columns(minutes),
        headline=("people", "none", "services", "share", "of_people"),
        figures=_figures(total, somebody=somebody),
        method=METHOD,
        inputs=wording.inputs(view, area, travel=True),
        caveats=(
            *wording.caveats(area, travel=True),
            *wording.unshown(by_area(sort.of(entries), area)),
            *wording.snapping(area, lost=around.lost, snapped=around.snapped),
            Message("Each service counts the same here, however many people it can take."),
        ),
        curves=_curves(cells[0], units[0]) if somebody else (),
        axes=(Message("Share of people, those with least first"), Message("Share of services that falls to them")),
        picture="curve" if somebody else "none",
    )


def _table(around: Surroundings, held: Floats, within: Reached, level: int) -> pd.DataFrame:
    area = around.area
    frame, people = area.units(level), people_of(area)
    codes = [str(code) for code in frame.index]
    matrix = gathering(area, codes, level)
    crowd = matrix @ people
    safe = np.where(crowd > 0, crowd, 1)
    columns: dict[str, Floats] = {"people": frame["people"].to_numpy(float)}
    held = held @ matrix.T
    columns |= spanned("services", held / safe * PER)
    everything = held.sum(axis=1, keepdims=True)
    columns |= spanned("share", np.clip(held / np.where(everything > 0, everything, 1), 0, 1))
    columns["of_people"] = crowd / max(crowd.sum(), 1)
    columns |= without("none", within.gathered(matrix), crowd)
    return pd.DataFrame(columns, index=pd.Index(codes, name="code")).astype({"people": "int64"})


def _total(
    table: pd.DataFrame, held: Floats, cells: list[Lorenz], units: list[Lorenz], *, somebody: bool
) -> dict[str, float]:
    """Return the values of the whole area; ``held`` is what falls to all its people, by variant."""
    total = {"people": float(table["people"].sum())}
    if somebody:
        total |= {key: float(value) for key, value in spanned("services", held / total["people"] * PER).items()}
        total |= {"share": 1.0, "of_people": 1.0}
        for key, values in (
            ("gini", [cell.gini for cell in cells]),
            ("gini_units", [unit.gini for unit in units]),
            ("fifth", [cell.share(FIFTH) for cell in cells]),
            ("richest", [1 - cell.share(1 - FIFTH) for cell in cells]),
        ):
            total |= {end: float(value) for end, value in spanned(key, np.array(values)).items()}
    return total


def _states(area: StudyArea, table: pd.DataFrame, sort: Sort, entries: list[Entry]) -> pd.DataFrame:
    state = state_of(sort.of(entries), area)
    own = {"services": state, "share": state, "none": state_without(state)}
    nobody = table["people"] == 0
    return pd.DataFrame({k: np.where(nobody, "not applicable", s) for k, s in own.items()}, table.index, dtype=object)


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
        return (
            Message(
                "If all had the same, it would be a fifth. The index of Gini is {gini} (0: all have the same).", words
            ),
        )
    return (
        Message(
            "If all had the same, it would be a fifth. The index of Gini is {gini} over all people, and {units} "
            "between units (0: all have the same).",
            words,
        ),
    )


def _two(value: float) -> dict[str, str]:
    """Write an index with two digits, as each language does."""
    return {language: number(value, language, digits=2) for language in codes()}


def _figures(total: Mapping[str, float], *, somebody: bool) -> dict[str, Figure]:
    if not somebody:
        return {}
    label = Message("Share of services that falls to the fifth of the people who have least")
    return {"fifth": Figure(total["fifth"], "share", label, total["fifth_low"], total["fifth_high"])}


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
