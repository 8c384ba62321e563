"""The frame of an analysis: its units, its services, and what its result is made of and limited by."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.analysis.common import wording
from mapping.analysis.common.listed import Sort, by_area, counted, points, sort_of
from mapping.analysis.common.unit_places import Point
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.language.i18n import Message
from mapping.result import Figure, Input, Kind, Result
from mapping.view.rules.opening import DAY
from mapping.view.view import Entry, View

if TYPE_CHECKING:  # travel is compiled, which takes a portal long that only reads results
    from mapping.analysis.common.reached import Progress, Reached
    from mapping.travel.surfaces import Client

Floats = NDArray[np.float64]

MadeOf = Literal["list", "units", "travel"]
"""What a result is made of: the list alone, population and lines of units too, or also roads and terrain."""


class Gathered(NamedTuple):
    """Units that finest units are added up to: the matrix that does so, their people on the grid and in the census."""

    matrix: Floats
    people: Floats
    census: Floats

    def per_person(self, sums: Floats) -> Floats:
        """Return what sums by finest unit come to for each person of a unit, 0 where nobody lives."""
        return sums @ self.matrix.T / np.where(self.people > 0, self.people, 1)


class AnalysisFrame:
    """One question to a view: by which units, within how many minutes, in which season, with which services.

    ``usual`` is the level of area units where none is named, the finest by default.

    Raises
    ------
    InvalidRecord
        The study area has no such level, or the minutes are none or more than a day.
    """

    def __init__(
        self,
        name: str,
        view: View,
        area: StudyArea,
        level: int | None = None,
        *,
        usual: int | None = None,
        minutes: int = 60,
        scenario: str = "summer",
        stale: bool = False,
        client: "Client" = None,
        progress: "Progress" = None,
    ) -> None:
        if not 0 < minutes <= DAY:
            raise InvalidRecord(f"{name}: {minutes} minutes; choose between 1 and {DAY}")
        finest = area.levels[-1].level
        self.level = level if level is not None else finest if usual is None else min(usual, finest)
        if not 0 <= self.level <= finest:
            raise InvalidRecord(f"level {level}: {area.code} has the levels 0 to {finest}")
        self.name, self.view, self.area = name, view, area
        self.minutes, self.scenario, self.stale = minutes, scenario, stale
        self.client, self.progress = client, progress
        units = area.units(self.level)
        self.codes = [str(code) for code in units.index]
        self.index = pd.Index(self.codes, name="code")
        self.census = units["people"].to_numpy(float)

    @cached_property
    def entries(self) -> list[Entry]:
        """The services that count."""
        return counted(self.view, stale=self.stale)

    @cached_property
    def doubtful(self) -> list[Entry]:
        """The services that would count if those whose check is overdue did, or did not."""
        return counted(self.view, stale=not self.stale)

    def spots(self, sort: Sort) -> tuple[Point, ...]:
        """Return where services of a sort can be visited."""
        return points(sort.of(self.entries), self.area)

    def open_sort(self, code: str, *, shown: bool = False) -> Sort:
        """Return a sort of services that may be asked about; with ``shown`` a hidden one too of which a place is shown.

        Raises
        ------
        NotFound
            There is no such sort.
        UnsafePublication
            It is secret by default.
        """
        sort = sort_of(code)
        if sort.hidden and not (shown and self.spots(sort)):
            raise UnsafePublication(f"{self.name}: services of {sort.key} are not published; choose another type")
        return sort

    def within(
        self,
        sorts: Collection[Sort],
        minutes: Sequence[float] = (),
        *,
        added: Callable[[Iterable[Point], Sort], tuple[Point, ...]] = lambda spots, _: tuple(spots),
    ) -> "dict[str, Reached]":
        """Return the people within the minutes of each sort of services, in every draw, by finest unit.

        ``added`` puts down more of a sort.
        """
        wanted, unchecked = (
            {sort.key: added(points(sort.of(entries), self.area), sort) for sort in sorts}
            for entries in (self.entries, self.doubtful)
        )
        return self.near_points(wanted, unchecked, minutes)

    def near_points(
        self,
        wanted: Mapping[str, tuple[Point, ...]],
        unchecked: Mapping[str, tuple[Point, ...]] | None = None,
        minutes: Sequence[float] = (),
    ) -> "dict[str, Reached]":
        """Return the people within the minutes of the nearest of some points, by key, in every draw.

        ``unchecked`` are those of draws that count services otherwise whose check is overdue.
        """
        from mapping.analysis.common.reached import people_within

        return people_within(
            self.area,
            wanted,
            minutes=minutes or [self.minutes],
            scenario=self.scenario,
            unchecked=unchecked,
            client=self.client,
            progress=self.progress,
        )

    @cached_property
    def units(self) -> Gathered:
        """The units of the level."""
        from mapping.analysis.common.reached import gathering, people_of

        matrix = gathering(self.area, self.codes, self.level)
        return Gathered(matrix, matrix @ people_of(self.area), self.census)

    @cached_property
    def whole(self) -> Gathered:
        """The whole area as one unit."""
        from mapping.analysis.common.reached import people_of

        everything = np.ones((1, len(self.area.unit_codes)))
        return Gathered(everything, everything @ people_of(self.area), self.census.sum(keepdims=True))

    def tables(self, columns: Callable[[Gathered], Mapping[str, Floats]]) -> tuple[pd.DataFrame, dict[str, float]]:
        """Return people and some columns by unit, and the same for the whole area."""
        table = pd.DataFrame({"people": self.census, **columns(self.units)}, self.index).astype({"people": "int64"})
        total = {"people": self.whole.census, **columns(self.whole)}
        return table, {key: float(values[0]) for key, values in total.items()}

    def states(self, states: Mapping[str, Any]) -> pd.DataFrame:
        """Return states of columns; all do not apply where nobody lives."""
        nobody = self.census.astype("int64") == 0
        own = {key: np.where(nobody, "not applicable", state) for key, state in states.items()}
        return pd.DataFrame(own, self.index, dtype=object)

    def result(
        self,
        *,
        words: Mapping[str, object] | None = None,
        unshown: Collection[Entry] = (),
        moved: Collection[Any] = (),
        inputs: Sequence[Input] = (),
        caveats: Sequence[Message] = (),
        also: Sequence[Message] = (),
        **parts: Any,
    ) -> Result:
        """Return a result with what it is made of and what limits it before its own inputs and caveats.

        What the table ``analyses.csv`` says of the analysis (title, method, basis, ``made_of``) holds where no part
        says otherwise, and its ``words`` are filled in; one that is not in the table says all in its parts.
        ``unshown`` are services some of which are shown by their area only; ``moved`` what has numbers of points that
        were ``lost`` or ``snapped`` to ground that can be crossed.
        """
        parts = wording.fixed(self.name, words) | parts
        made_of: MadeOf = parts.pop("made_of", "list")
        travel = made_of == "travel"
        first = slice(1) if made_of == "list" else slice(None)
        lost, snapped = (max((getattr(part, name) for part in moved), default=0) for name in ("lost", "snapped"))
        limits = (
            *wording.caveats(self.area, travel=travel)[first],
            *wording.unshown(by_area(unshown, self.area)),
            *wording.snapping(self.area, lost=lost, snapped=snapped),
        )
        return Result(
            name=self.name,
            audience=self.view.audience,
            edition=self.view.edition,
            level=self.level,
            inputs=(*wording.inputs(self.view, self.area, travel=travel)[first], *inputs),
            caveats=(*limits, *wording.notes(self.name), *caveats),
            also=(*also, *(wording.on_foot(self.area) if travel else ())),
            **parts,
        )


def figure(total: Mapping[str, Any], key: str, kind: Kind, label: Message) -> Figure:
    """Return a number of the whole area as a figure, with its range."""
    return Figure(total[key], kind, label, total[f"{key}_low"], total[f"{key}_high"])
