"""Scenarios: services that are not there yet, and services that are taken away."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapping.analysis.common.listed import Sort, sort_of
from mapping.analysis.common.unit_places import Point
from mapping.errors import FormatError, InvalidRecord, NotFound
from mapping.view.view import Entry, View

FORM = "rohnamo-scenario"
"""What a file of the Atlas says that it is."""

Added = tuple[str, float, float]
"""A kind of help (a type, family or need, or ``any``), and the latitude and longitude where it is put down."""


@dataclass(frozen=True)
class Changes:
    """What a scenario changes: new services, and the ids of services that are taken away."""

    add: tuple[Added, ...] = ()
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, view: View, add: Sequence[Added], without: Collection[str]) -> "Changes":
        """Check what is asked for.

        Raises
        ------
        InvalidRecord
            A point is none on earth.
        NotFound
            The view lists no such service, or there is no such kind of help.
        """
        for kind, latitude, longitude in add:
            sort_of(kind)
            if not (abs(latitude) <= 90 and abs(longitude) <= 180):
                raise InvalidRecord(f"add: {latitude}, {longitude} is no latitude and longitude in degrees")
        if without and (unknown := sorted({*without} - {entry.id for entry in view.services()})):
            raise NotFound(f"without: the view lists no service {', '.join(unknown)}")
        return cls(tuple((kind, float(lat), float(lon)) for kind, lat, lon in add), frozenset(without))

    def left(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the services that are not taken away."""
        return [entry for entry in entries if entry.id not in self.without]

    def with_added(self, points: Iterable[Point], sort: Sort) -> tuple[Point, ...]:
        """Return some points of a sort of services with those that are put down, each once, in order."""
        added = ((lat, lon) for kind, lat, lon in self.add if not sort_of(kind).codes.isdisjoint(sort.codes))
        return tuple(sorted({*points, *added}))


@dataclass(frozen=True)
class SavedScenario:
    """A scenario as the Atlas saves it: a question, and what is changed."""

    name: str
    kind: str
    minutes: int
    season: str
    add: tuple[Added, ...]
    without: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "SavedScenario":
        """Read the file.

        Raises
        ------
        FormatError
            It is no scenario of the Atlas.
        """
        try:
            said: Any = json.loads(path.read_text(encoding="utf-8"))
            if said.get("form") != FORM:
                raise ValueError(f"its form is not {FORM}")
            kind = str(said["kind"])
            add = tuple((kind, float(lat), float(lon)) for lat, lon in said.get("add", ()))
            without = tuple(map(str, said.get("without", ())))
            return cls(str(said.get("name", "")), kind, int(said["minutes"]), str(said["season"]), add, without)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise FormatError(f"{path}: is no scenario that the Atlas saved ({error})") from error
