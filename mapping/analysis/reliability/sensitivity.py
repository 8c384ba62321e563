"""Sensitivity: by how much the people within reach change with what nobody knows for sure, and what moves them most."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
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
)
from mapping.analysis.common.reached import Floats, Progress, gathering
from mapping.analysis.common.variants import Variant, VariantQuestion, variants
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share, Text
from mapping.result import Column, Figure, Result
from mapping.travel.surfaces import Client
from mapping.view.view import View

METHOD = Message(
    "We counted the people within reach again and again, each time with one thing changed: in another season, with all "
    "speeds 20% lower and higher, with services whose check is overdue, with people spread over each unit by land "
    "cover alone, with ways through neighbour countries, and with other data where there are any. The range goes from "
    "the lowest to the highest answer; what moves the number most is the change that takes it farthest. Who travels on "
    "foot only is another question: it has a column of its own and takes no part in the range. Changes that come "
    "together may add up, and wrong or missing entries are in no range."
)


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
    figures hold each type's share with its range.

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here, or a folder of other data does not fit.
    """
    minutes = chosen_minutes("sensitivity", minutes)
    level, entries = chosen_level(area, level), counted(view, stale=stale)
    first, *others = chosen_types(types)
    sorts = [first, *(sort for sort in others if points(sort.of(entries), area))]
    if first.hidden and not points(first.of(entries), area):
        sorts = sorts[1:] or [sort_of(ANY)]
    asked = VariantQuestion(sorts, minutes, scenario, client, progress)
    found = variants(area, asked, entries, counted(view, stale=not stale), stale=stale)
    table, total = _table(area, found, level), _total(found)
    state = state_of(sorts[0].of(entries), area)
    return Result(
        name="sensitivity",
        title=Message("How sure the numbers are"),
        finding=_finding(total, found, state, minutes),
        also=_also(total, found, sorts, state),
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=_states(table, state),
        total=_totals(total, found),
        columns=_columns(found, minutes),
        headline=("asked", *(one.key for one in found[1:]), "most"),
        figures=_figures(total, found, sorts, state, minutes),
        method=METHOD,
        inputs=wording.inputs(view, area, travel=True),
        caveats=(*wording.caveats(area, travel=True), *wording.unshown(by_area(sort_of(ANY).of(entries), area))),
    )


def _shares(found: Sequence[Variant], matrix: Floats) -> Floats:
    """Return the share within reach of each variant, sort and unit that the matrix gathers."""
    shares = []
    for one in found:
        people = matrix @ one.people
        shares.append(np.minimum(one.within @ matrix.T / np.where(people > 0, people, 1), 1))
    return np.stack(shares)


def _in_range(found: Sequence[Variant]) -> list[int]:
    return [number for number, one in enumerate(found) if not one.question]


def _most(found: Sequence[Variant], shares: Floats) -> Text:
    """Return what takes a share farthest from what was asked for."""
    far = [abs(float(share - shares[0])) * (not one.question) for one, share in zip(found, shares, strict=True)]
    return found[int(np.argmax(far))].label if max(far) >= 0.005 else Message("Nothing by half a point or more")


def _table(area: StudyArea, found: Sequence[Variant], level: int) -> pd.DataFrame:
    units = area.units(level)
    codes = [str(code) for code in units.index]
    shares = _shares(found, gathering(area, codes, level))[:, 0]
    ranged = shares[_in_range(found)]
    columns: dict[str, object] = {
        "people": units["people"].to_numpy("int64"),
        "asked": shares[0],
        "asked_low": ranged.min(axis=0),
        "asked_high": ranged.max(axis=0),
    }
    columns |= {one.key: row for one, row in zip(found[1:], shares[1:], strict=True)}
    columns["most"] = [_most(found, row) for row in shares.T]
    return pd.DataFrame(columns, index=pd.Index(codes, name="code"))


def _total(found: Sequence[Variant]) -> Floats:
    """Return the share of the whole area, shape (variants, sorts)."""
    return _shares(found, np.ones((1, found[0].people.size)))[:, :, 0]


def _totals(total: Floats, found: Sequence[Variant]) -> dict[str, object]:
    shares, ranged = total[:, 0], total[_in_range(found), 0]
    rest = {one.key: float(share) for one, share in zip(found[1:], shares[1:], strict=True)}
    ends = {"asked_low": float(ranged.min()), "asked_high": float(ranged.max())}
    return {
        "people": float(found[0].people.sum()),
        "asked": float(shares[0]),
        **ends,
        **rest,
        "most": _most(found, shares),
    }


def _states(table: pd.DataFrame, state: str) -> pd.DataFrame:
    values = np.where(table["people"] == 0, "not applicable", state)
    return pd.DataFrame({key: values for key in table if key != "people"}, index=table.index, dtype=object)


def _columns(found: Sequence[Variant], minutes: int) -> tuple[Column, ...]:
    label = Message("People within {minutes} min", {"minutes": minutes})
    return (
        Column("people", Message("People"), "people"),
        Column("asked", label, "share", "asked_low", "asked_high", "better"),
        *(Column(one.key, one.label, "share") for one in found[1:]),
        Column("most", Message("What moves it most"), "text"),
    )


def _figures(
    total: Floats, found: Sequence[Variant], sorts: Sequence[Sort], state: str, minutes: int
) -> dict[str, Figure]:
    figures, kept = {}, _in_range(found)
    for number, sort in enumerate(sorts if not state else sorts[1:], len(state) and 1):
        label = Message("{type}: people within {minutes} min", {"type": sort.label, "minutes": minutes})
        shares = total[kept, number]
        figures[sort.key] = Figure(float(shares[0]), "share", label, float(shares.min()), float(shares.max()))
    return figures


def _finding(total: Floats, found: Sequence[Variant], state: str, minutes: int) -> Message:
    if state:
        return Message("No service is listed that people could travel to, so nothing can move the number")
    if found[0].people.sum() == 0:
        return Message("Nobody lives here, so nothing can move the number")
    shares = total[_in_range(found), 0]
    words = {"low": Share(shares.min()), "high": Share(shares.max()), "minutes": minutes}
    return Message("Between {low} and {high} of the people are within {minutes} minutes of a service", words)


def _also(total: Floats, found: Sequence[Variant], sorts: Sequence[Sort], state: str) -> tuple[Message, ...]:
    """Say what moves the number most, what travel on foot only makes of it, and which type is least sure."""
    if state or found[0].people.sum() == 0:
        return ()
    said = [Message("What moves the share most: {what}.", {"what": _most(found, total[:, 0])})]
    said += [
        Message("{how}: {share}.", {"how": one.label, "share": Share(total[number, 0])})
        for number, one in enumerate(found)
        if one.question
    ]
    ranged = np.ptp(total[_in_range(found)], axis=0)
    widest = int(ranged.argmax())
    if widest and ranged[widest] > ranged[0]:
        shares = total[_in_range(found), widest]
        words = {
            "type": sorts[widest].label,
            "low": Share(shares.min()),
            "high": Share(shares.max()),
            "what": _most(found, total[:, widest]),
        }
        said.append(Message("Least sure: “{type}”, between {low} and {high}. What moves it most: {what}.", words))
    return tuple(said)
