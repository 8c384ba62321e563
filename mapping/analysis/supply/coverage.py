"""Coverage: how many people live within which travel time of services, by area unit and type of service."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.ensemble import told
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort, chosen_types, sort_of, state_of, state_without
from mapping.analysis.common.reached import Floats, Progress, Reached, summary
from mapping.analysis.common.scenario import Added, Changes, SavedScenario
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share
from mapping.result import Column, Result
from mapping.travel.surfaces import Client
from mapping.view.view import View

BANDS = (30, 60, 120)


def coverage(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 60,
    types: Sequence[str] | None = None,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    add: Sequence[Added] = (),
    without: Collection[str] = (),
    client: Client = None,
    progress: Progress = None,
) -> Result:
    """Count the people within 30, 60 and 120 minutes of the nearest service, by area unit and type of service.

    The finding goes by ``minutes``, which are added to the bands. ``types`` are codes of types, families or needs, or
    ``any``; by default ``any`` and the core functions that people visit. ``level`` is that of the area units, the
    finest by default. With ``stale``, services count too whose check is overdue. ``add`` puts down services that are
    not there yet, each a kind of help with latitude and longitude in degrees; ``without`` takes away those of some ids.
    With a ``client`` the surfaces are worked out on its cluster, see `mapping.travel.surfaces`.

    The table holds ``people``, and for each type ``t`` and band ``b`` the columns ``t_b`` (share of people),
    ``t_b_low`` and ``t_b_high``, and ``t_beyond`` (people farther away than ``minutes``) with its range.

    Examples
    --------
    >>> coverage(view, area, types=["PSY"], level=1).finding.into("ru")  # doctest: +SKIP
    """
    frame = AnalysisFrame(
        "coverage",
        view,
        area,
        level,
        minutes=minutes,
        scenario=scenario,
        stale=stale,
        client=client,
        progress=progress,
    )
    bands, changes, sorts = sorted({*BANDS, minutes}), Changes.of(view, add, without), chosen_types(types)
    frame.entries, frame.doubtful = changes.left(frame.entries), changes.left(frame.doubtful)
    spots = {sort.key: changes.with_added(frame.spots(sort), sort) for sort in sorts}
    shown = [sort for sort in sorts if spots[sort.key] or not sort.hidden]
    reached = frame.within(shown, bands, added=changes.with_added)
    table, total = frame.tables(lambda units: _columns_of(units, reached, bands, minutes))
    listed = [sort for sort in shown if spots[sort.key]]
    also = _also(area, table, total, listed, minutes)
    if also:
        also = (*_uncertain(frame, reached[listed[0].key], bands.index(minutes)), *also)
    return frame.result(
        finding=_finding(total, shown, spots, minutes),
        also=also,
        table=table,
        states=_states(frame, table, shown),
        total=total,
        columns=_columns(shown, bands, minutes),
        headline=_headline(shown, minutes),
        groups={sort.key: _keys(sort, bands) for sort in shown},
        group_labels={sort.key: sort.label for sort in shown},
        figures={
            f"{sort.key}_{minutes}": figure(total, f"{sort.key}_{minutes}", "share", _within(sort, minutes))
            for sort in listed
        },
        unshown=sort_of(ANY).of(frame.entries),
        moved=reached.values(),
        caveats=wording.hidden(sorts, shown),
    )


class Gains(NamedTuple):
    """What a saved scenario changes: coverage before and after, and the people gained (lost, below 0) by area unit."""

    before: Result
    after: Result
    people: dict[str, int]


def gains(view: View, area: StudyArea, saved: SavedScenario) -> Gains:
    """Count whom a scenario brings within reach, as the Atlas does in a browser: one season, without the range.

    Raises
    ------
    NotFound
        The view lists no service that is taken away, or there is no such kind of help or season.
    """
    ask = partial(coverage, view, area, types=[saved.kind], minutes=saved.minutes, scenario=saved.season)
    before, after = ask(), ask(add=saved.add, without=saved.without)
    asked = f"{saved.kind}_{saved.minutes}_asked"
    more = (after.table[asked] - before.table[asked]) * before.table["people"]
    return Gains(before, after, {str(code): round(people) for code, people in more.items()})


def _columns_of(
    units: Gathered, reached: Mapping[str, Reached], bands: Sequence[int], minutes: int
) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for key, of_finest in reached.items():
        own = of_finest.gathered(units.matrix)
        for number, band in enumerate(bands):
            columns |= summary(f"{key}_{band}", own.shares(units.people, number))
        beyond = (1 - own.shares(units.people, bands.index(minutes))) * units.census
        columns |= summary(f"{key}_beyond", beyond)
    return columns


def _states(frame: AnalysisFrame, table: pd.DataFrame, sorts: Sequence[Sort]) -> pd.DataFrame:
    states = {}
    for sort in sorts:
        state = state_of(sort.of(frame.entries), frame.area)
        for key in map(str, table):
            if key.rpartition("_")[0] == sort.key:
                states[key] = state_without(state) if key.endswith("_beyond") else state
    return frame.states(states)


def _keys(sort: Sort, bands: Sequence[int]) -> tuple[str, ...]:
    return (*(f"{sort.key}_{band}" for band in bands), f"{sort.key}_beyond")


def _headline(sorts: Sequence[Sort], minutes: int) -> tuple[str, ...]:
    if not sorts:
        return ("people",)
    return ("people", *(f"{sorts[0].key}_{end}" for end in dict.fromkeys((minutes, 120, "beyond"))))


def _within(sort: Sort, minutes: int) -> Message:
    return Message("{type}: people within {minutes} min", {"type": sort.label, "minutes": minutes})


def _columns(sorts: Sequence[Sort], bands: Sequence[int], minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for sort in sorts:
        for band in sorted(bands, key=lambda band: (band != minutes, band)):
            short = Message("Within {minutes} min", {"minutes": band})
            columns.append(Column.ranged(f"{sort.key}_{band}", _within(sort, band), "share", "better", short))
        key, words = f"{sort.key}_beyond", {"type": sort.label, "minutes": minutes}
        label = Message("{type}: people over {minutes} min away", words)
        short = Message("People over {minutes} min away", {"minutes": minutes})
        columns.append(Column.ranged(key, label, "people", "worse", short))
    return tuple(columns)


def _finding(total: Mapping[str, float], sorts: Sequence[Sort], spots: Mapping[str, object], minutes: int) -> Message:
    if not any(spots[sort.key] for sort in sorts):
        return Message("No service is listed that people could travel to")
    if total["people"] == 0:
        return Message("Nobody lives here, so nobody is out of reach")
    first = sorts[0]
    key = f"{first.key}_{minutes}"
    words = {
        "who": wording.who(wording.ranged(total, key, rest=True)),
        "far": wording.farther(minutes),
        "type": first.label,
    }
    if first.key == ANY:
        return Message("{who} live {far} from any listed service", words)
    return Message("{who} live {far} from what they may need: “{type}”", words)


def _also(
    area: StudyArea, table: pd.DataFrame, total: Mapping[str, float], sorts: Sequence[Sort], minutes: int
) -> tuple[Message, ...]:
    sentences: list[Message] = []
    if not sorts or total["people"] == 0:
        return ()
    first, farthest = sorts[0], min(sorts, key=lambda sort: total[f"{sort.key}_{minutes}"])
    beyond = table[f"{first.key}_beyond"]
    if len(table) > 1 and beyond.max() > 0:
        share, number = str((1 - table[f"{first.key}_{minutes}"])[table["people"] > 0].idxmax()), str(beyond.idxmax())
        words = {"place": area.unit(share).titles, "other": area.unit(number).titles}
        if share == number:
            sentences.append(
                Message("The largest share and the largest number of people out of reach are in {place}.", words)
            )
        else:
            sentences.append(
                Message("The largest share out of reach is in {place}, the largest number of people in {other}.", words)
            )
    if farthest != first:
        beyond_it = wording.ranged(total, f"{farthest.key}_{minutes}", rest=True)
        farthest_words = {"type": farthest.label, "share": beyond_it, "far": wording.farther(minutes)}
        sentences.append(Message("Farthest away: “{type}”. {share} of the people live {far} from it.", farthest_words))
    return tuple(sentences)


def _uncertain(frame: AnalysisFrame, reached: Reached, band: int) -> tuple[Message, ...]:
    everybody, whole = frame.whole.people, reached.gathered(frame.whole.matrix)
    foot = float(min(whole.foot[0, band] / max(everybody[0], 1), 1))
    shares = whole.shares(everybody, band)[:, 0]
    asked = Message("As asked it is {share}.", {"share": Share(1 - float(shares[0]))})
    return (asked, *told(frame.area, frame.scenario, shares, foot, frame.minutes))
