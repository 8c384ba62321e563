"""Capacity: whom services have room for, when each can take so many people and no more, by area unit."""

from collections.abc import Mapping, Sequence

import numpy as np

from mapping.analysis.adequacy.norms import Norm, countable, norm_inputs
from mapping.analysis.common import wording
from mapping.analysis.common.catchments import Surroundings, spanned, stated, supply
from mapping.analysis.common.catchments import within as only_within
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import Sort, points, state_of, state_without
from mapping.analysis.common.reached import Floats, Progress, Reached, without
from mapping.area.study_area import StudyArea
from mapping.engines.catchment import fill
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, People
from mapping.result import Column, Result
from mapping.view.view import View

KIND = "PSY-COU"
"""The type of service that is asked about where none is named: for it a norm says how many people one should serve."""


def capacity(
    view: View,
    area: StudyArea,
    *,
    type: str = KIND,  # noqa: A002
    minutes: int = 60,
    serves: int | None = None,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    progress: Progress = None,
) -> Result:
    """Work out for what share of the people of each unit the services of a type within some minutes have room.

    One service takes ``serves`` people, by default as many as the strictest norm for the type says; where none can be
    counted it is not known. One that told a capacity, where the view shows it, takes as many times that as its
    capacity is of the median of those told. The table holds ``people`` and three shares of them, which add up to all:
    ``served`` (there is room for them), ``full`` (near enough, and no room) and ``none`` (none within ``minutes``),
    with their ranges.

    The method is that of N. Ray and S. Ebener, AccessMod 3.0: computing geographic coverage and accessibility to
    health care services using anisotropic movement of patients, International Journal of Health Geographics 7 (2008),
    63. Services are filled in the order of the people around them, an order that AccessMod 5 offers.

    Raises `UnsafePublication` where the type is secret by default.
    """
    if serves is not None and serves <= 0:
        raise InvalidRecord(f"capacity: {serves} people for one service; choose 1 or more")
    frame = AnalysisFrame("capacity", view, area, level, minutes=minutes, scenario=scenario, stale=stale)
    sort = frame.open_sort(type)
    entries = sort.of(frame.entries)
    norm = _strictest(sort, area) if serves is None else None
    size = _people_for(norm, area) if norm else serves
    around = Surroundings(area, entries, minutes=minutes, scenario=scenario, progress=progress)
    visited = [entry for entry in entries if points([entry], area)]
    sizes = _relative_sizes(stated(view, visited, area))
    _, relative = supply(visited, area, {entry.id: sizes.get(entry.id, 1.0) for entry in visited})
    filled, within = _filled(around, [own * (size or 0) for own in relative]), frame.within([sort])[sort.key]
    table, total = frame.tables(lambda units: _shares(units, filled, within))
    if size is None:
        total = {key: value for key, value in total.items() if not key.startswith(("served", "full"))}
    known = size is not None and around.spots and total["people"] > 0
    words = {"type": sort.label, "minutes": minutes}
    served = Message("{type}: people for whom there is room", words)
    state = state_of(entries, area)
    room = state if size is not None else state or "unknown"
    return frame.result(
        finding=_finding(total, sort, size, listed=bool(around.spots)),
        also=(_also(total, minutes),) if known else (),
        table=table,
        states=frame.states({"served": room, "full": room, "none": state_without(state)}),
        total=total,
        columns=_columns(served, words),
        headline=("people", "full", "served", "none"),  # the chart shows what only this analysis tells
        figures={"served": figure(total, "served", "share", served)} if known else {},
        inputs=norm_inputs([norm] if norm else []),
        unshown=entries,
        moved=[around],
        caveats=(_sizes_told(len(sizes), len(visited)),),
    )


def _columns(served: Message, words: Mapping[str, object]) -> tuple[Column, ...]:
    return (
        Column("people", Message("People"), "people"),
        Column.ranged("served", served, "share", "better"),
        Column.ranged("full", Message("Near enough, but no room"), "share", "worse"),
        Column.ranged("none", Message("With none within {minutes} min", words), "share", "worse"),
    )


def _relative_sizes(places: Mapping[str, float]) -> dict[str, float]:
    """Return how large services are beside the usual one, the median of those that say what they can take."""
    usual = float(np.median(list(places.values()))) if places else 0.0
    return {service: own / usual for service, own in places.items()} if usual > 0 else {}


def _sizes_told(stating: int, visited: int) -> Message:
    if not stating:
        return Message("Each service counts the same here, however many people it can take.")
    return Message(
        "{told} of {all} services said how many people they can take, and count as larger or smaller by it; the "
        "others count as usual.",
        {"told": stating, "all": visited},
    )


def _strictest(sort: Sort, area: StudyArea) -> Norm | None:
    """Return the norm by which one service of a type is for the fewest people; none where none can be counted."""
    norms = [
        norm
        for norm in countable(area, drafts=False)
        if norm.type.code == sort.key and norm.base in ("people", "women") and norm.base in area.units(0)
    ]
    return min(norms, key=lambda norm: _people_for(norm, area), default=None)


def _people_for(norm: Norm, area: StudyArea) -> int:
    country = area.units(0)
    return round(norm.per / norm.value * float(country["people"].sum()) / max(float(country[norm.base].sum()), 1))


def _filled(around: Surroundings, room: Sequence[float]) -> tuple[Floats, Floats]:
    """Return the people for whom there is room and those near enough, by finest unit; both (variants, units).

    Every season and speed is there twice: with the services filled first that have most people around, and fewest.
    """
    served, near = [], []
    for pairs in around.variants(around.spots):
        inside = only_within(pairs, around.minutes)
        places, services, _ = inside.table()
        around_each = np.bincount(services, around.people[places], minlength=inside.services)
        reached = np.where(np.isin(np.arange(inside.count), places), around.people, 0)
        for sign in (-1, 1):
            _, left = fill(inside, around.people, room, np.argsort(sign * around_each, kind="stable"))
            served.append(around.sums(around.people - left))
            near.append(around.sums(reached))
    return np.array(served), np.array(near)


def _shares(units: Gathered, filled: tuple[Floats, Floats], within: Reached) -> dict[str, Floats]:
    served, near = (np.minimum(units.per_person(counts), 1) for counts in filled)
    columns = spanned("served", served) | spanned("full", np.maximum(near - served, 0))
    columns |= without("none", within.gathered(units.matrix), units.people)
    columns["served"] = np.minimum(columns["served"], 1 - columns["none"])  # the three add up to all
    columns["full"] = 1 - columns["none"] - columns["served"]
    for key in ("served", "full"):
        columns[f"{key}_low"] = np.minimum(columns[f"{key}_low"], columns[key])
        columns[f"{key}_high"] = np.maximum(columns[f"{key}_high"], columns[key])
    return columns


def _finding(total: Mapping[str, float], sort: Sort, size: int | None, *, listed: bool) -> Message:
    if not total["people"]:
        return Message("Nobody lives here, so nobody shares a service")
    if not listed:
        return Message("No service is listed that people could travel to: “{type}”", {"type": sort.label})
    if size is None:
        return Message(
            "For how many people there is room is not known: no norm that can be counted here speaks of “{type}”",
            {"type": sort.label},
        )
    words = {"share": wording.ranged(total, "served"), "type": sort.label, "people": People(size)}
    return Message("There is room for {share} of the people, if one service is for {people} people: “{type}”", words)


def _also(total: Mapping[str, float], minutes: int) -> Message:
    words = {"full": wording.ranged(total, "full"), "none": wording.ranged(total, "none"), "minutes": minutes}
    return Message(
        "{full} of the people live near enough, but there is no room for them; {none} have none within {minutes} "
        "minutes.",
        words,
    )
