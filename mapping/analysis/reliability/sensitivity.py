"""Sensitivity: by how much the people within reach change with what nobody knows for sure, and what moves them most."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mapping.analysis.common.ensemble import DRAWS, RIDES, Choices, choices, effects, evenly, middle, strongest
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, Sort, chosen_types, points, sort_of, state_of
from mapping.analysis.common.reached import (
    FASTER,
    SLOWER,
    Floats,
    Progress,
    Reached,
    interval,
    other_scenarios,
    people_of,
)
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, Share, Text
from mapping.result import Column, Figure, Result
from mapping.travel import scenarios
from mapping.travel.surfaces import Client, PeopleWithin, surfaces
from mapping.view.view import View

ALTERNATIVES = "alternatives"
"""Folder beside ``area.toml`` whose folders are study areas of the same country and units, made from other data."""

WITH = Message("With services whose check is overdue")
WITHOUT = Message("Without services whose check is overdue")
OPEN = Message("With ways through neighbour countries")
CLOSED = Message("Without ways through neighbour countries")


def sensitivity(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 60,
    types: Sequence[str] | None = None,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    client: Client = None,
    progress: Progress = None,
) -> Result:
    """Say how far the share of people within reach moves with seasons, speeds, entries, people and borders.

    Options are those of `coverage`. The table is about the first type: ``people``, ``asked`` (share within reach) with
    its range ``asked_low`` and ``asked_high``, a column for each variant, and ``most``, what moves the share most. The
    figures hold each type's share with its range. A folder of other data that does not fit is an `InvalidRecord`.
    """
    frame = AnalysisFrame(
        "sensitivity", view, area, level, minutes=minutes, scenario=scenario, stale=stale, client=client
    )
    first, *others = chosen_types(types)
    sorts = [first, *(sort for sort in others if frame.spots(sort))]
    if first.hidden and not frame.spots(first):
        sorts = sorts[1:] or [sort_of(ANY)]
    outcomes = _variants(frame, sorts, progress)
    drawn, among = frame.within(sorts), choices(area, scenario)
    shares = {
        key: reached.gathered(frame.whole.matrix).shares(frame.whole.people)[:, 0] for key, reached in drawn.items()
    }
    ends = np.array([interval(share) for share in shares.values()])  # (sorts, low or high)
    most = {key: strongest(effects(among, share[:, None])) for key, share in shares.items()}
    table = _table(frame, outcomes, drawn[sorts[0].key], among)
    total = _shares(outcomes, frame.whole.matrix)[:, :, 0]  # (variants, sorts)
    state = state_of(sorts[0].of(frame.entries), area)
    return frame.result(
        words={"draws": DRAWS, "low": Share(RIDES[0]), "high": Share(RIDES[1])},
        finding=_finding(outcomes, ends, state, minutes),
        also=_also(total, outcomes, sorts, ends, most, state),
        table=table,
        states=frame.states({str(key): state for key in table if key != "people"}),
        total=_totals(total, outcomes, ends, float(middle(shares[sorts[0].key])), most[sorts[0].key]),
        columns=_columns(outcomes, minutes),
        headline=("middle", "asked", *(variant.key for variant in outcomes[1:]), "most"),
        figures=_figures(shares, sorts, ends, state, minutes),
        unshown=sort_of(ANY).of(frame.entries),
    )


class Variant(NamedTuple):
    """One way in which things could be, with the people within reach, shape (sorts, finest units), and all people.

    A ``question`` of its own, such as who has no vehicle, takes no part in ranges.
    """

    key: str
    label: Text
    within: Floats
    people: Floats
    question: bool = False


def _variants(frame: AnalysisFrame, sorts: Sequence[Sort], progress: Progress) -> list[Variant]:
    """Return every variant, what was asked for first."""
    area, seasons = frame.area, other_scenarios(frame.area, frame.scenario)
    crossing, everybody = area.settings.travel.cross_borders, people_of(area)

    def within(
        where: StudyArea = area,
        *,
        scenario: str = frame.scenario,
        factor: float = 1,
        overdue: bool = False,
        evenly_spread: bool = False,
        borders: bool | None = None,
    ) -> Floats:
        edge, people = round(frame.minutes * factor, 6), evenly(where) if evenly_spread else where.people_grid
        entries = frame.doubtful if overdue else frame.entries
        found = surfaces(
            where,
            {sort.key: points(sort.of(entries), where, cross_borders=borders) for sort in sorts},
            scenarios=[scenario],
            limit=edge,
            cross_borders=borders,
            then=PeopleWithin(where.unit_grid, people, (edge,), len(where.unit_codes)),
            client=frame.client,
            progress=progress,
        )
        return np.stack([found[sort.key, scenario].found[:, 0] for sort in sorts])

    made = [Variant("asked", Message("As asked"), within(), everybody)]
    for plan in scenarios(area):
        if plan.id != frame.scenario:
            season = Message("Another season: {season}", {"season": plan.label})
            label: Text = season if plan.id in seasons else plan.label
            outcome = within(scenario=plan.id)
            made.append(Variant(f"scenario_{plan.id}", label, outcome, everybody, question=plan.id not in seasons))
    made += [
        Variant("slower", Message("Speeds 20% lower"), within(factor=SLOWER), everybody),
        Variant("faster", Message("Speeds 20% higher"), within(factor=FASTER), everybody),
        Variant("overdue", WITHOUT if frame.stale else WITH, within(overdue=True), everybody),
        Variant("evenly", Message("People spread by land cover only"), within(evenly_spread=True), everybody),
        Variant("border", CLOSED if crossing else OPEN, within(borders=not crossing), everybody),
    ]
    for path in sorted(Path(area.folder).glob(f"{ALTERNATIVES}/*/area.toml")):
        other, name = _alternative(path.parent, tuple(area.unit_codes)), path.parent.name
        label = Message("Other data: {name}", {"name": name})
        made.append(Variant(f"other_{name}", label, within(other), people_of(other)))
    return made


@cache
def _alternative(folder: Path, codes: tuple[str, ...]) -> StudyArea:
    other = StudyArea.load(folder)
    if tuple(other.unit_codes) != codes:
        raise InvalidRecord(f"{folder}: has other finest units than the study area; give them the same codes and order")
    return other


def _shares(variants: Sequence[Variant], matrix: Floats) -> Floats:
    """Return the share within reach of each variant, sort and unit that the matrix gathers."""
    people = [matrix @ variant.people for variant in variants]
    within = [
        variant.within @ matrix.T / np.where(own > 0, own, 1) for variant, own in zip(variants, people, strict=True)
    ]
    return np.minimum(within, 1)


def _table(frame: AnalysisFrame, variants: Sequence[Variant], drawn: Reached, among: Choices) -> pd.DataFrame:
    shares = _shares(variants, frame.units.matrix)[:, 0]
    draws = drawn.gathered(frame.units.matrix).shares(frame.units.people)
    draws[0] = shares[0]
    low, high = interval(draws)
    moved = effects(among, draws)
    columns: dict[str, object] = {
        "people": frame.census.astype("int64"),
        "asked": shares[0],
        "asked_low": low,
        "asked_high": high,
        "middle": middle(draws),
        **{variant.key: row for variant, row in zip(variants[1:], shares[1:], strict=True)},
        "most": [strongest(moved, unit) for unit in range(len(frame.codes))],
    }
    return pd.DataFrame(columns, frame.index)


def _totals(total: Floats, variants: Sequence[Variant], ends: Floats, half: float, most: Text) -> dict[str, object]:
    rest = {variant.key: float(share) for variant, share in zip(variants[1:], total[1:, 0], strict=True)}
    return {
        "people": float(variants[0].people.sum()),
        "asked": float(total[0, 0]),
        "asked_low": float(ends[0, 0]),
        "asked_high": float(ends[0, 1]),
        "middle": half,
        **rest,
        "most": most,
    }


def _columns(variants: Sequence[Variant], minutes: int) -> tuple[Column, ...]:
    label = Message("People within {minutes} min", {"minutes": minutes})
    return (
        Column("people", Message("People"), "people"),
        Column("middle", label, "share", "asked_low", "asked_high", "better", asked="asked"),
        Column("asked", Message("As asked"), "share"),
        *(Column(variant.key, variant.label, "share") for variant in variants[1:]),
        Column("most", Message("What moves it most"), "text"),
    )


def _figures(
    shares: Mapping[str, Floats], sorts: Sequence[Sort], ends: Floats, state: str, minutes: int
) -> dict[str, Figure]:
    figures = {}
    for number, sort in enumerate(sorts if not state else sorts[1:], len(state) and 1):
        label = Message("{type}: people within {minutes} min", {"type": sort.label, "minutes": minutes})
        low, high = ends[number]
        figures[sort.key] = Figure(float(middle(shares[sort.key])), "share", label, float(low), float(high))
    return figures


def _finding(variants: Sequence[Variant], ends: Floats, state: str, minutes: int) -> Message:
    if state:
        return Message("No service is listed that people could travel to, so nothing can move the number")
    if variants[0].people.sum() == 0:
        return Message("Nobody lives here, so nothing can move the number")
    words = {"low": Share(ends[0, 0]), "high": Share(ends[0, 1]), "minutes": minutes}
    return Message("Between {low} and {high} of the people are within {minutes} minutes of a service", words)


def _also(
    total: Floats,
    variants: Sequence[Variant],
    sorts: Sequence[Sort],
    ends: Floats,
    most: Mapping[str, Text],
    state: str,
) -> tuple[Message, ...]:
    if state or variants[0].people.sum() == 0:
        return ()
    first = sorts[0].key
    sentences = [
        Message("What moves the share most: {what}.", {"what": most[first]}),
        Message("As asked it is {share}.", {"share": Share(total[0, 0])}),
    ]
    sentences += [
        Message("{how}: {share}.", {"how": variant.label, "share": Share(total[number, 0])})
        for number, variant in enumerate(variants)
        if variant.question
    ]
    ranged = np.ptp(ends, axis=1)
    widest = int(ranged.argmax())
    if widest and ranged[widest] > ranged[0]:
        words = {
            "type": sorts[widest].label,
            "low": Share(ends[widest, 0]),
            "high": Share(ends[widest, 1]),
            "what": most[sorts[widest].key],
        }
        sentences.append(Message("Least sure: “{type}”, between {low} and {high}. What moves it most: {what}.", words))
    return tuple(sentences)
