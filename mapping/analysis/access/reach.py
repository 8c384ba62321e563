"""Reach: the travel time to the nearest service from everywhere, and how the people are spread over it."""

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from mapping.analysis.common.ensemble import middle
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort
from mapping.analysis.common.reached import Floats, Progress, Reached, Zones, interval, zones_of
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import band_sums, medians, zone_sums
from mapping.language.i18n import Message, Share
from mapping.result import Column, Figure, Result, Surface
from mapping.travel import scenario_of, scenarios
from mapping.travel.surfaces import Client, Minutes, surfaces
from mapping.view.view import View

BANDS = (30, 60, 120, 240)
STEPS = (*range(5, 240, 5), *range(240, 721, 30))
"""Minutes at which people are counted in each draw; the median lies between two of them, beyond the last is no way."""

HALF = Message("Minutes that half of the people need at most")


KEYS = (*(f"to_{band}" for band in BANDS), f"over_{BANDS[-1]}")
"""Columns of the shares of people by band of minutes."""


def reach(
    view: View,
    area: StudyArea,
    *,
    type: str | None = None,  # noqa: A002
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    client: Client = None,
    progress: Progress = None,
) -> Result:
    """Work out the travel time to the nearest service from everywhere, and the people in each band of it.

    ``type`` is the code of a type, a family or a need; by default any service that helps people counts. The result
    carries the surface, and that of every other scenario. With a ``client`` they are worked out on its cluster, see
    `mapping.travel.surfaces`. The table holds ``people``, ``half`` (minutes that half of the people need at most), and
    the shares ``to_30``, ``to_60``, ``to_120``, ``to_240`` and ``over_240``, each with ``_low`` and ``_high``.

    Raises `UnsafePublication` where the type is secret by default and nothing of it is open.
    """
    frame = AnalysisFrame("reach", view, area, level, scenario=scenario, stale=stale, client=client)
    sort = frame.open_sort(type or ANY, shown=True)
    spots = frame.spots(sort)
    every = [scenario, *(season.id for season in scenarios(area) if season.id != scenario)]
    surveyed = surfaces(area, {"": spots}, scenarios=every, client=client, progress=progress)
    first, zones = surveyed["", scenario], zones_of(area, frame.codes, frame.level)
    country = np.where(zones >= 0, 0, -1).astype(np.int32)
    drawn = frame.within([sort], STEPS)[sort.key]

    def columns(units: Gathered) -> dict[str, Floats]:
        own = zones if len(units.matrix) == len(frame.codes) else country
        return _with_ranges(_on_surface(area, own, len(units.matrix), first.found), drawn.gathered(units.matrix), units)

    table, total = frame.tables(columns)
    shown = tuple(_surface(area, country, sort, plan, surveyed["", plan].found) for plan in every)
    state = "" if spots else "none listed"
    return frame.result(
        title=_title(area, sort, scenario),
        finding=_finding(total, sort, has_points=bool(spots)),
        also=_also(total, has_points=bool(spots)),
        table=table,
        states=frame.states({str(key): state for key in table if key != "people"}),
        total=total,
        columns=_columns(),
        headline=("people", "half", *KEYS),
        figures={"half": figure(total, "half", "minutes", HALF)},
        unshown=sort.of(frame.entries),
        moved=[first],
        surface=shown[0],
        scenarios=shown,
    )


def _surface(area: StudyArea, country: Zones, sort: Sort, plan: str, minutes: Minutes) -> Surface:
    """Return a scenario's surface with what it says of the whole area."""
    row = {key: float(values[0]) for key, values in _on_surface(area, country, 1, minutes).items()}
    hour = row["to_30"] + row["to_60"]
    figures = (Figure(row["half"], "minutes", HALF), Figure(min(hour, 1), "share", Message("Within an hour")))
    return Surface(minutes, _title(area, sort, plan), scenario_of(area, plan).label, figures)


def _on_surface(area: StudyArea, zones: Zones, count: int, minutes: Minutes) -> dict[str, Floats]:
    people = zone_sums(zones, area.people_grid, count=count)
    inside = band_sums(zones, minutes, area.people_grid, edges=BANDS, count=count)
    share = np.minimum(inside / np.where(people > 0, people, 1).reshape(-1, 1), 1)
    half = medians(zones, minutes, area.people_grid, count=count)
    return {"half": half} | {key: share[:, number] for number, key in enumerate(KEYS)}


def _with_ranges(asked: Mapping[str, Floats], drawn: Reached, units: Gathered) -> dict[str, Floats]:
    below = np.stack([drawn.shares(units.people, step) for step in range(len(STEPS))], axis=2)
    bands = below[:, :, [STEPS.index(band) for band in BANDS]]
    shares = np.diff(bands, axis=2, prepend=0.0, append=1.0)
    half = np.concatenate([[asked["half"]], halves(below[1:])])
    low, high = _interval_with_inf(half)
    columns = {"half": middle(half), "half_asked": half[0], "half_low": low, "half_high": high}
    middles = np.diff(middle(bands), axis=1, prepend=0.0, append=1.0)  # so that they add up to all
    for number, key in enumerate(KEYS):
        low, high = interval(np.concatenate([[asked[key]], shares[1:, :, number]]))
        low, high = np.minimum(low, middles[:, number]), np.maximum(high, middles[:, number])
        columns |= {key: middles[:, number], f"{key}_asked": asked[key], f"{key}_low": low, f"{key}_high": high}
    return columns


def halves(below: Floats) -> Floats:
    """Return the minutes within which half of the people of each unit are, from their shares within each of `STEPS`.

    ``below`` has the shape (draws, units, steps); inf where more than half need longer than the last step.
    """
    ends, starts = np.array(STEPS, float), np.array([0.0, *STEPS[:-1]])
    step = np.argmax(below >= 0.5, axis=2)
    upper = np.take_along_axis(below, step[:, :, None], axis=2)[:, :, 0]
    lower = np.where(step > 0, np.take_along_axis(below, np.maximum(step - 1, 0)[:, :, None], axis=2)[:, :, 0], 0.0)
    part = np.clip((0.5 - lower) / np.where(upper > lower, upper - lower, 1), 0, 1)
    minutes = starts[step] + part * (ends[step] - starts[step])
    return np.where(below[:, :, -1] >= 0.5, minutes, np.inf)


def _interval_with_inf(variants: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the range of minutes, of which some may be inf: no number lies between those and others."""
    low, high = interval(np.where(np.isfinite(variants), variants, 1e9))
    return np.where(low < STEPS[-1] * 2, low, np.inf), np.where(high < STEPS[-1] * 2, high, np.inf)


def _columns() -> tuple[Column, ...]:
    labels = [Message("Up to {minutes} min", {"minutes": BANDS[0]})]
    labels += [Message("{low} to {high} min", {"low": low, "high": high}) for low, high in pairwise(BANDS)]
    labels.append(Message("Over {minutes} min, or cut off", {"minutes": BANDS[-1]}))
    return (
        Column("people", Message("People"), "people"),
        Column.ranged("half", HALF, "minutes", "worse"),
        *(Column.ranged(key, label, "share") for key, label in zip(KEYS, labels, strict=True)),
    )


def _title(area: StudyArea, sort: Sort, scenario: str) -> Message:
    words = {"type": sort.label, "season": scenario_of(area, scenario).label}
    return Message("Travel time to the nearest service: {type}, {season}", words)


def _finding(total: Mapping[str, float], sort: Sort, *, has_points: bool) -> Message:
    if not has_points:
        return Message("No service is listed that people could travel to")
    half = total["half"]
    if not math.isfinite(half):
        return Message("More than half of the people have no way at all to: “{type}”", {"type": sort.label})
    words = {"minutes": round(half), "type": sort.label}
    if math.isfinite(total["half_high"]):
        words |= {"low": round(total["half_low"]), "high": round(total["half_high"])}
        if sort.key == ANY:
            return Message("Half of the people are within {minutes} minutes ({low}–{high}) of a listed service", words)
        return Message(
            "Half of the people are within {minutes} minutes ({low}–{high}) of what they may need: “{type}”", words
        )
    if sort.key == ANY:
        return Message("Half of the people are within {minutes} minutes of a listed service", words)
    return Message("Half of the people are within {minutes} minutes of what they may need: “{type}”", words)


def _also(total: Mapping[str, float], *, has_points: bool) -> tuple[Message, ...]:
    far = total[f"over_{BANDS[-1]}"]
    if not has_points or far <= 0:
        return ()
    cut = {"share": Share(far), "minutes": BANDS[-1]}
    return (Message("{share} of the people need over {minutes} minutes, or are cut off.", cut),)
