"""People who reach some services in person, or by phone only: what several analyses count, by area unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.listed import by_area, chosen_minutes, points, state_of
from mapping.analysis.common.reached import Floats, Progress, Reached, gathering, people_of, people_within, summary
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text
from mapping.result import Column, Figure
from mapping.view.view import Entry
from mapping.view.visits import is_line, serves


@dataclass(frozen=True)
class CountedServices:
    """Services that are counted together, under a key and a label."""

    key: str
    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Served:
    """The table of people who are served in person or by phone, and what goes with it."""

    table: pd.DataFrame
    states: pd.DataFrame
    total: dict[str, float | str]
    columns: tuple[Column, ...]
    figures: dict[str, Figure]
    caveats: tuple[Message, ...]


def served(
    area: StudyArea,
    kinds: Sequence[CountedServices],
    *,
    name: str,
    level: int,
    minutes: int,
    scenario: str,
    progress: Progress = None,
) -> Served:
    """Count the people within some minutes of each kind of services, and those whom only a line reaches, or nothing.

    ``name`` is that of the analysis.

    For each key ``k`` the table has ``k`` (share of people within reach, with ``k_low`` and ``k_high``), ``k_phone``
    (the state "present" where a line covers the unit, else "none listed") and ``k_without`` (people who neither
    reach anything in person nor have a line, with its range).

    Raises
    ------
    InvalidRecord
        The minutes make no sense.
    """
    minutes = chosen_minutes(name, minutes)
    spots = {kind.key: points(kind.entries, area) for kind in kinds}
    reached = people_within(area, spots, minutes=[minutes], scenario=scenario, progress=progress)
    units = area.units(level)
    codes = [str(code) for code in units.index]
    census, people = units["people"].to_numpy(float), people_of(area)
    matrix, everything = gathering(area, codes, level), np.ones((1, len(area.unit_codes)))
    columns: dict[str, object] = {"people": census.astype("int64")}
    states: dict[str, object] = {}
    total: dict[str, float | str] = {"people": float(census.sum())}
    for kind in kinds:
        lines = [entry for entry in kind.entries if is_line(entry)]
        called = np.array([any(serves(line, code, area) for line in lines) for code in codes], bool)
        block = _block(kind.key, reached[kind.key].gathered(matrix), matrix @ people, census)
        for end in ("", "_asked", "_low", "_high"):
            block[f"{kind.key}_without{end}"] = np.where(called, 0, block[f"{kind.key}_without{end}"])
        columns |= block | {f"{kind.key}_phone": np.where(called, "present", "none listed").astype(object)}
        whole = _block(kind.key, reached[kind.key].gathered(everything), everything @ people, census.sum(keepdims=True))
        far = matrix[~called].sum(axis=0, keepdims=True)  # where no line can be called; each variant adds up by itself
        left = _block(kind.key, reached[kind.key].gathered(far), far @ people, census[~called].sum(keepdims=True))
        without = {key: values for key, values in left.items() if key.startswith(f"{kind.key}_without")}
        total |= {key: float(values[0]) for key, values in (whole | without).items()}
        total[f"{kind.key}_phone"] = "present" if called.any() else "none listed"
        states[kind.key] = np.where(census == 0, "not applicable", state_of(kind.entries, area))
    index = pd.Index(codes, name="code")
    table = pd.DataFrame(columns, index=index)
    return Served(
        table=table,
        states=pd.DataFrame(states, index=index, dtype=object),
        total=total,
        columns=_columns(kinds, minutes),
        figures={
            kind.key: Figure(
                float(total[kind.key]),
                "share",
                within_label(kind, minutes),
                float(total[f"{kind.key}_low"]),
                float(total[f"{kind.key}_high"]),
            )
            for kind in kinds
            if spots[kind.key]
        },
        caveats=_caveats(area, reached.values(), kinds),
    )


def _block(key: str, reached: Reached, people: Floats, census: Floats) -> dict[str, Floats]:
    shares = reached.shares(people)
    return summary(key, shares) | summary(f"{key}_without", (1 - shares) * census)


def within_label(kind: CountedServices, minutes: int) -> Message:
    """Return what the share of people who are near a kind of service is called."""
    return Message("{type}: people within {minutes} min", {"type": kind.label, "minutes": minutes})


def _columns(kinds: Sequence[CountedServices], minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for kind in kinds:
        key, words = kind.key, {"type": kind.label, "minutes": minutes}
        short = Message("Within {minutes} min", words)
        columns += [
            Column(
                key, within_label(kind, minutes), "share", f"{key}_low", f"{key}_high", "better", short, f"{key}_asked"
            ),
            Column(f"{key}_phone", Message("{type}: by phone", words), "state", short=Message("By phone")),
            Column.ranged(
                f"{key}_without",
                Message("{type}: people with neither", words),
                "people",
                "worse",
                Message("People with neither"),
            ),
        ]
    return tuple(columns)


def _caveats(area: StudyArea, reached: Iterable[Reached], kinds: Sequence[CountedServices]) -> tuple[Message, ...]:
    made = list(reached)
    lost, snapped = (max((getattr(count, name) for count in made), default=0) for name in ("lost", "snapped"))
    unshown = {entry.id: entry for kind in kinds for entry in by_area(kind.entries, area)}
    return (
        *wording.caveats(area, travel=True),
        *wording.unshown(list(unshown.values())),
        *wording.snapping(area, lost=lost, snapped=snapped),
    )
