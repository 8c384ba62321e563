"""Coverage: how many people live within which travel time of services, by area unit and type of service."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.ensemble import interval, told
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
from mapping.analysis.common.reached import Floats, Progress, Reached, gathering, people_of, people_within, summary
from mapping.analysis.common.scenario import Added, Changes
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share
from mapping.result import Column, Figure, Result
from mapping.travel.surfaces import Client
from mapping.view.view import Entry, View

BANDS = (30, 60, 120)

METHOD = Message(
    "We took every listed service that can be visited and whose check is not overdue, and every square kilometre "
    "where people live. For each we asked how long the way to the nearest service takes, on foot and by road, "
    "across the lines of areas. Then we added up the people. The range beside a number holds "
    "nine in ten counts in which speeds, seasons, village tracks and all else that nobody knows for sure were changed "
    "together."
)


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

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here.

    Examples
    --------
    >>> coverage(view, area, types=["PSY"], level=1).finding.into("ru")  # doctest: +SKIP
    """
    level, bands = chosen_level(area, level), sorted({*BANDS, chosen_minutes("coverage", minutes)})
    changes, sorts = Changes.of(view, add, without), chosen_types(types)
    entries, doubtful = (changes.left(counted(view, stale=also)) for also in (stale, not stale))
    spots = {sort.key: changes.with_added(points(sort.of(entries), area), sort) for sort in sorts}
    shown = [sort for sort in sorts if spots[sort.key] or not sort.hidden]
    reached_by = people_within(
        area,
        {sort.key: spots[sort.key] for sort in shown},
        minutes=bands,
        scenario=scenario,
        unchecked={sort.key: changes.with_added(points(sort.of(doubtful), area), sort) for sort in shown},
        client=client,
        progress=progress,
    )
    table, total = _tables(area, shown, reached_by, level, bands, minutes)
    listed = [sort for sort in shown if spots[sort.key]]
    also = _also(area, table, total, listed, minutes)
    if also:
        also = (*_uncertain(area, reached_by[listed[0].key], scenario, bands.index(minutes), minutes), *also)
    return Result(
        name="coverage",
        basis="visited",
        title=Message("People within reach of services"),
        finding=_finding(total, shown, spots, minutes),
        also=also,
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=_states(area, table, shown, entries),
        total=total,
        columns=_columns(shown, bands, minutes),
        headline=_headline(shown, minutes),
        groups={sort.key: _keys(sort, bands) for sort in shown},
        group_labels={sort.key: sort.label for sort in shown},
        figures=_figures(total, shown, spots, minutes),
        method=METHOD,
        inputs=wording.inputs(view, area, travel=True),
        caveats=(
            *wording.caveats(area, travel=True),
            *wording.unshown(by_area(sort_of(ANY).of(entries), area)),
            *_notes(area, reached_by, sorts, shown),
        ),
    )


def _tables(
    area: StudyArea,
    sorts: Sequence[Sort],
    reached_by: Mapping[str, Reached],
    level: int,
    bands: Sequence[int],
    minutes: int,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table of a level's units, and the same columns for the whole area."""
    units = area.units(level)
    codes = pd.Index([str(code) for code in units.index], name="code")
    matrix, people, census = gathering(area, list(codes), level), people_of(area), units["people"].to_numpy(float)
    everything = np.ones((1, len(area.unit_codes)))
    columns, total = {"people": census}, {"people": float(census.sum())}
    for sort in sorts:
        reached = reached_by[sort.key]
        columns |= _block(sort.key, reached.gathered(matrix), matrix @ people, census, bands, minutes)
        whole = _block(
            sort.key, reached.gathered(everything), everything @ people, census.sum(keepdims=True), bands, minutes
        )
        total |= {key: float(values[0]) for key, values in whole.items()}
    table = pd.DataFrame(columns, index=codes)
    return table.astype({"people": "int64"}), total


def _block(
    key: str, reached: Reached, people: Floats, census: Floats, bands: Sequence[int], minutes: int
) -> dict[str, Floats]:
    """Return the columns of one sort of services."""
    columns: dict[str, Floats] = {}
    for number, band in enumerate(bands):
        columns |= summary(f"{key}_{band}", reached.shares(people, number))
    beyond = (1 - reached.shares(people, list(bands).index(minutes))) * census
    return columns | summary(f"{key}_beyond", beyond)


def _states(area: StudyArea, table: pd.DataFrame, sorts: Sequence[Sort], entries: Sequence[Entry]) -> pd.DataFrame:
    """Say where a 0 is not what it looks like: nobody lives there, or nothing of the sort can be visited."""
    states = {}
    for sort in sorts:
        state = state_of(sort.of(entries), area)
        for key in table:
            if str(key).rpartition("_")[0] == sort.key:
                own = state_without(state) if str(key).endswith("_beyond") else state
                states[str(key)] = np.where(table["people"] == 0, "not applicable", own)
    return pd.DataFrame(states, index=table.index, dtype=object)


def _keys(sort: Sort, bands: Sequence[int]) -> tuple[str, ...]:
    return (*(f"{sort.key}_{band}" for band in bands), f"{sort.key}_beyond")


def _headline(sorts: Sequence[Sort], minutes: int) -> tuple[str, ...]:
    if not sorts:
        return ("people",)
    return ("people", *(f"{sorts[0].key}_{end}" for end in dict.fromkeys((minutes, 120, "beyond"))))


def _columns(sorts: Sequence[Sort], bands: Sequence[int], minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for sort in sorts:
        for band in sorted(bands, key=lambda band: (band != minutes, band)):
            key, words = f"{sort.key}_{band}", {"type": sort.label, "minutes": band}
            label = Message("{type}: people within {minutes} min", words)
            short = Message("Within {minutes} min", {"minutes": band})
            columns.append(Column.ranged(key, label, "share", "better", short))
        key, words = f"{sort.key}_beyond", {"type": sort.label, "minutes": minutes}
        label = Message("{type}: people over {minutes} min away", words)
        short = Message("People over {minutes} min away", {"minutes": minutes})
        columns.append(Column.ranged(key, label, "people", "worse", short))
    return tuple(columns)


def _finding(total: Mapping[str, float], sorts: Sequence[Sort], spots: Mapping[str, object], minutes: int) -> Message:
    """Say what share of the people is out of reach of the first sort."""
    if not any(spots[sort.key] for sort in sorts):
        return Message("No service is listed that people could travel to")
    if total["people"] == 0:
        return Message("Nobody lives here, so nobody is out of reach")
    first = sorts[0]
    key = f"{first.key}_{minutes}"
    words = {"who": wording.who(1 - total[key]), "far": wording.farther(minutes), "type": first.label}
    if first.key == ANY:
        return Message("{who} live {far} from any listed service", words)
    return Message("{who} live {far} from what they may need: “{type}”", words)


def _also(
    area: StudyArea, table: pd.DataFrame, total: Mapping[str, float], sorts: Sequence[Sort], minutes: int
) -> tuple[Message, ...]:
    """Say where the share and the number out of reach are largest, and which sort is farthest away."""
    sentences: list[Message] = []
    if not sorts or total["people"] == 0:
        return ()
    first, farthest = sorts[0], min(sorts, key=lambda sort: total[f"{sort.key}_{minutes}"])
    beyond = table[f"{first.key}_beyond"]
    if len(table) > 1 and beyond.max() > 0:
        share, number = str((1 - table[f"{first.key}_{minutes}"])[table["people"] > 0].idxmax()), str(beyond.idxmax())
        words = {"place": wording.named(area, share), "other": wording.named(area, number)}
        if share == number:
            sentences.append(
                Message("The largest share and the largest number of people out of reach are in {place}.", words)
            )
        else:
            sentences.append(
                Message("The largest share out of reach is in {place}, the largest number of people in {other}.", words)
            )
    if farthest != first:
        beyond_it = Share(1 - total[f"{farthest.key}_{minutes}"])
        farthest_words = {"type": farthest.label, "share": beyond_it, "far": wording.farther(minutes)}
        sentences.append(Message("Farthest away: “{type}”. {share} of the people live {far} from it.", farthest_words))
    return tuple(sentences)


def _uncertain(area: StudyArea, reached: Reached, scenario: str, band: int, minutes: int) -> tuple[Message, ...]:
    """Say the range and the middle of the share out of reach, what is within reach on foot, and what moves it most."""
    everybody = people_of(area).sum(keepdims=True)
    whole = reached.gathered(np.ones((1, len(area.unit_codes))))
    foot = float(min(whole.foot[0, band] / max(everybody[0], 1), 1))
    shares = whole.shares(everybody, band)[:, 0]
    low, high = interval(shares)
    range_ = wording.between(1 - float(high), 1 - float(low), asked=1 - float(shares[0]))
    return (range_, *told(area, scenario, shares, foot, minutes))


def _figures(
    total: Mapping[str, float], sorts: Sequence[Sort], spots: Mapping[str, object], minutes: int
) -> dict[str, Figure]:
    """Return the share of all people within reach of each sort that can be visited, with its range."""
    figures = {}
    for sort in sorts:
        if spots[sort.key]:
            key = f"{sort.key}_{minutes}"
            label = Message("{type}: people within {minutes} min", {"type": sort.label, "minutes": minutes})
            figures[key] = Figure(total[key], "share", label, total[f"{key}_low"], total[f"{key}_high"])
    return figures


def _notes(
    area: StudyArea, reached_by: Mapping[str, Reached], sorts: Sequence[Sort], shown: Sequence[Sort]
) -> tuple[Message, ...]:
    """Say which places were moved or left out, and which types are not published."""
    lost, snapped = (
        max((getattr(reached, name) for reached in reached_by.values()), default=0) for name in ("lost", "snapped")
    )
    return (*wording.snapping(area, lost=lost, snapped=snapped), *wording.hidden(sorts, shown))
