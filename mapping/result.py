"""Result: what an analysis found, in a shape that any map, table, chart or report can show."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.model import Audience
from mapping.words import Message

Kind = Literal["people", "share", "minutes", "count", "state", "text", "number"]
State = Literal["present", "single", "none listed", "line", "unknown", "stale", "not published", "not applicable"]


@dataclass(frozen=True)
class Column:
    """One column of a result's table.

    ``kind`` says what the numbers are: ``share`` is of 1, ``minutes`` may be inf (unreachable).
    ``low`` and ``high`` name the columns that hold the range of this one.
    """

    key: str
    label: Message | Mapping[str, str]
    kind: Kind
    low: str = ""
    high: str = ""
    more_is: Literal["better", "worse", "neither"] = "neither"


@dataclass(frozen=True)
class Figure:
    """A headline number with its unit and, where it was worked out, its range."""

    value: float
    kind: Kind
    label: Message
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Input:
    """Something a result was computed from, of which day, and from whom."""

    name: Message
    day: dt.date | None = None
    source: str = ""


@dataclass(frozen=True)
class Surface:
    """Minutes of travel on the study area's grid (float32, inf where unreachable)."""

    minutes: NDArray[np.float32]
    label: Message


@dataclass(frozen=True)
class Result:
    """A finding with its table, and everything a reader needs to judge it.

    ``table`` has one row an area unit, indexed by its code, in the order of the study area; shares are of 1;
    no cell is NaN. ``states`` (same index, columns of kind ``state``) says what a cell means where a number alone
    would mislead: unknown is not zero. ``groups`` names the heading under which columns stand together.
    """

    name: str
    title: Message
    finding: Message
    audience: Audience
    edition: dt.date
    level: int
    table: pd.DataFrame
    columns: tuple[Column, ...]
    method: Message
    states: pd.DataFrame | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group_labels: Mapping[str, Message | Mapping[str, str]] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    caveats: tuple[Message, ...] = ()
    surface: Surface | None = None

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(column for column in self.columns if column.key == key)
