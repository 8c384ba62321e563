"""People who reach some services in person, or by phone only: what several analyses count, by area unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import points, state_of
from mapping.analysis.common.reached import Floats, Reached, people_of, summary
from mapping.language.i18n import Message, Text
from mapping.result import Column
from mapping.view.view import Entry
from mapping.view.visits import is_line, serves


@dataclass(frozen=True)
class CountedServices:
    """Services that are counted together, under a key and a label."""

    key: str
    label: Text
    entries: tuple[Entry, ...]
    unchecked: tuple[Entry, ...]
    """Those of counts that take services whose check is overdue otherwise."""


def served(frame: AnalysisFrame, kinds: Sequence[CountedServices]) -> dict[str, Any]:
    """Count the people within some minutes of each kind of services, and those whom only a line reaches, or nothing.

    Returns the parts of a result.

    For each key ``k`` the table has ``k`` (share of people within reach, with ``k_low`` and ``k_high``), ``k_phone``
    (the state "present" where a line covers the unit, else "none listed") and ``k_without`` (people who neither
    reach anything in person nor have a line, with its range).
    """
    area, units, whole = frame.area, frame.units, frame.whole
    spots = {kind.key: points(kind.entries, area) for kind in kinds}
    reached = frame.near_points(spots, {kind.key: points(kind.unchecked, area) for kind in kinds})
    columns: dict[str, object] = {"people": units.census.astype("int64")}
    total: dict[str, float | str] = {"people": float(whole.census[0])}
    for kind in kinds:
        lines, without = [entry for entry in kind.entries if is_line(entry)], f"{kind.key}_without"
        called = np.array([any(serves(line, code, area) for line in lines) for code in frame.codes], bool)
        block = _block(kind.key, reached[kind.key], units)
        for key in block:
            block[key] = np.where(called, 0, block[key]) if key.startswith(without) else block[key]
        columns |= block | {f"{kind.key}_phone": np.where(called, "present", "none listed").astype(object)}
        far = units.matrix[~called].sum(axis=0, keepdims=True)  # where no line can be called
        beyond = Gathered(far, far @ people_of(area), units.census[~called].sum(keepdims=True))
        left = {key: own for key, own in _block(kind.key, reached[kind.key], beyond).items() if key.startswith(without)}
        total |= {key: float(own[0]) for key, own in (_block(kind.key, reached[kind.key], whole) | left).items()}
        total[f"{kind.key}_phone"] = "present" if called.any() else "none listed"
    return {
        "table": pd.DataFrame(columns, index=frame.index),
        "states": frame.states({kind.key: state_of(kind.entries, area) for kind in kinds}),
        "total": total,
        "columns": _columns(kinds, frame.minutes),
        "groups": {kind.key: (kind.key, f"{kind.key}_phone", f"{kind.key}_without") for kind in kinds},
        "group_labels": {kind.key: kind.label for kind in kinds},
        "figures": {
            kind.key: figure(total, kind.key, "share", within_label(kind, frame.minutes))
            for kind in kinds
            if spots[kind.key]
        },
        "unshown": list({entry.id: entry for kind in kinds for entry in kind.entries}.values()),
        "moved": reached.values(),
        "picture": "bars",
        "basis": "visited",
    }


def _block(key: str, reached: Reached, units: Gathered) -> dict[str, Floats]:
    shares = reached.gathered(units.matrix).shares(units.people)
    return summary(key, shares) | summary(f"{key}_without", (1 - shares) * units.census)


def within_label(kind: CountedServices, minutes: int) -> Message:
    """Return what the share of people who are near a kind of service is called."""
    return Message("{type}: people within {minutes} min", {"type": kind.label, "minutes": minutes})


def _columns(kinds: Sequence[CountedServices], minutes: int) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for kind in kinds:
        key, words = kind.key, {"type": kind.label, "minutes": minutes}
        short = Message("Within {minutes} min", words)
        columns += [
            Column.ranged(key, within_label(kind, minutes), "share", "better", short),
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
