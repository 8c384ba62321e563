"""Candidate: two records that may be one and the same, and what is said of both."""

import math
from dataclasses import dataclass
from typing import Literal

from mapping.language.i18n import Message
from mapping.quality.known_organizations import Point

Table = Literal["organization", "service", "location"]
TABLES: tuple[Table, ...] = ("organization", "service", "location")
"""Tables in which doubles are looked for."""

Pair = frozenset[str]
"""The ids of two records."""

LEAST = 0.55
"""The least score of a pair that is worth a person's time."""

SAME_PLACE = 0.3
"""Kilometres within which two points may be one place."""


@dataclass(frozen=True)
class Candidate:
    """Two records that may be one: how likely, from 0 to 1, and why."""

    table: Table
    one: str
    other: str
    score: float
    reasons: tuple[Message, ...] = ()

    @property
    def pair(self) -> Pair:
        """The two, in no order."""
        return frozenset({self.one, self.other})


def score_of(odds: float) -> float:
    """Return the score of log-odds; nothing is certain but what a person says."""
    return min(round(1 / (1 + math.exp(-odds)), 2), 0.99)


def kilometres(point: Point, other: Point) -> float:
    """Return about how far two near points are apart."""
    north, east = point[0] - other[0], (point[1] - other[1]) * math.cos(math.radians(point[0]))
    return math.hypot(north, east) * 111.2


def apart(kilometres: float) -> Message:
    """Say how far two places are apart."""
    return Message("{metres} m apart", {"metres": round(kilometres * 1000)})


def shared_number(number: str) -> Message:
    """Say that two records have a number in common."""
    return Message("both have the number {number}", {"number": number})
