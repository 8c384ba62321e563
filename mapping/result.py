"""Result: what an analysis found, in a shape that any map, table, chart or report can show."""

import datetime as dt
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message, Text, about, number, percent, ranged, show, translate
from mapping.language.languages import SPACE
from mapping.model import Audience
from mapping.resources import table_beside

Kind = Literal["people", "share", "minutes", "count", "state", "text", "number"]
State = Literal[
    "present",
    "single",
    "only remote",
    "line",
    "no agreement",
    "stale",
    "unknown",
    "none listed",
    "not published",
    "not applicable",
]

Picture = Literal["", "none", "heat", "bars", "stacked", "curve", "dots", "before-after"]

Basis = Literal["listed", "visited", "confirmed", "abroad", "activities", "answers", "cases"]
"""What is counted: all that is listed; services that can be visited and are not overdue; confirmed ones; those abroad;
activities; answers to the checklist; case statistics."""

_STATES = {cast("State", row["state"]): row for row in table_beside(__file__, "states")}
STATES: dict[State, Message] = {state: Message.of(row["label"]) for state, row in _STATES.items()}
"""What a state is called in a cell."""

STATE_SIGNS: dict[State, str] = {state: row["sign"] for state, row in _STATES.items()}
"""What stands for a state in a small cell, on pages, in pictures and in print; empty where the number does."""

STATE_NOTES: dict[State, Message] = {state: Message.of(row["note"]) for state, row in _STATES.items()}
"""What a state means, for a legend."""

SPEAKING: frozenset[State] = frozenset({"line", "unknown", "none listed", "not published", "not applicable"})
"""States that stand in place of a number; the others stand beside one."""


@dataclass(frozen=True)
class Column:
    """One column of a result's table.

    ``kind`` says what the values are: ``share`` is of 1, ``minutes`` may be inf (unreachable), ``state`` holds a
    `State` and no number at all. ``low`` and ``high`` name the columns of the table that hold the range of this one.
    A number with a range is the middle of its draws; ``asked`` names the column with what comes out where every
    assumption stands as asked. ``short`` is the label where the heading of the column's group stands above it.
    """

    key: str
    label: Text
    kind: Kind
    low: str = ""
    high: str = ""
    more_is: Literal["better", "worse", "neither"] = "neither"
    short: Text | None = None
    asked: str = ""

    @classmethod
    def ranged(
        cls,
        key: str,
        label: Text,
        kind: Kind,
        more_is: Literal["better", "worse", "neither"] = "neither",
        short: Text | None = None,
    ) -> Self:
        """Return a column with its range and what was asked for, in the columns ``_low``, ``_high`` and ``_asked``."""
        return cls(key, label, kind, f"{key}_low", f"{key}_high", more_is, short, f"{key}_asked")


@dataclass(frozen=True)
class Figure:
    """A headline number with its unit and, where it was worked out, its range."""

    value: float
    kind: Kind
    label: Message
    low: float | None = None
    high: float | None = None

    def text(self, language: str) -> str:
        """Write the number with its range: 39% (31–47)."""
        return write(self.value, self.kind, language, low=self.low, high=self.high)

    into = text
    """So that it stands in a `Message`."""


@dataclass(frozen=True)
class Input:
    """Something a result was computed from, of which day, and from whom."""

    name: Message
    day: dt.date | None = None
    source: Text | str = ""


@dataclass(frozen=True)
class Surface:
    """Minutes of travel on the study area's grid (float32, inf where unreachable).

    ``scenario`` names the season or the way to travel, and ``figures`` say what the surface says of the whole area.
    """

    minutes: NDArray[np.float32]
    label: Message
    scenario: Text = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Curve:
    """Points that a chart draws beside the table: joined by a line, or as dots where they are no series.

    ``x`` and ``y`` are of one length; ``low`` and ``high`` are empty or hold the range of each ``y``.
    """

    label: Text
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    joined: bool = True


@dataclass(frozen=True)
class ProposedSite:
    """A place where a new service is proposed, and the people whom it would add, with their range."""

    name: Text
    latitude: float
    longitude: float
    adds: Figure


@dataclass(frozen=True)
class Result:
    """A finding with its table, and everything a reader needs to judge it.

    ``finding`` is a heading of one sentence, ``also`` holds further ones.

    ``table`` has one row an area unit, indexed by its code, in the order of the study area; shares are of 1;
    no cell is NaN. ``states`` (same index, columns named as in the table) says what a cell means where a number alone
    would mislead: unknown is not zero. ``total`` holds the values of the whole area, as far as there are any.

    ``headline`` names the columns for a short table (all where it is empty); the first of them of which more is
    better or worse shades a map. ``groups`` names the heading under which columns stand together. ``layout`` is
    ``matrix`` where the columns read better down the page and the units across it. ``curves`` are for a chart whose
    axes are called ``axes``; ``picture`` says which chart shows the result best, by its shape where it is empty.
    ``basis`` says what was counted, so that a report tells how much of that is known and checked.
    ``proposals`` are places for new services, the one that adds most people first. ``scenarios`` hold the surface in
    every season and way to travel, ``surface`` the first of them. ``names`` are those of the units, where
    they are known.

    Raises
    ------
    InvalidRecord
        The parts do not fit each other: a column without values, a value that is NaN, another index.
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
    group_labels: Mapping[str, Text] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    caveats: tuple[Message, ...] = ()
    surface: Surface | None = None
    also: tuple[Message, ...] = ()
    total: Mapping[str, Any] = field(default_factory=dict)
    headline: tuple[str, ...] = ()
    layout: Literal["rows", "matrix"] = "rows"
    curves: tuple[Curve, ...] = ()
    axes: tuple[Text, Text] | None = None
    picture: Picture = ""
    basis: Basis = "listed"
    proposals: tuple[ProposedSite, ...] = ()
    scenarios: tuple[Surface, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the parts fit."""
        named = [key for column in self.columns for key in (column.key, column.asked, column.low, column.high) if key]
        wrong = [f"no values for {key}" for key in dict.fromkeys(named) if key not in self.table]
        wrong += [f"NaN in {key}" for key, missing in self.table.isna().any().items() if missing]
        if self.states is not None:
            if not self.states.index.equals(self.table.index):
                wrong.append("states of other area units than the table's")
            wrong += [f"states of {key}, which is no column" for key in self.states if key not in self.table]
            unknown = set(self.states.to_numpy().ravel()) - {*STATES, ""}
            wrong += [f"no such state: {state}" for state in sorted(map(str, unknown))]
        keys = {column.key for column in self.columns}
        lists = (*self.groups.values(), self.headline)
        wrong += [f"{key} is grouped, but no column" for part in lists for key in part if key not in keys]
        wrong += [f"curve {c.label}: x and y differ in length" for c in self.curves if len(c.x) != len(c.y)]
        if wrong:
            raise InvalidRecord(f"result {self.name}: {'; '.join(wrong)}: mend the analysis that made it")

    def __repr__(self) -> str:
        """Say in a line what was found, rather than print the whole table."""
        return f"<Result {self.name}, {self.audience}, {self.edition}: {self.finding}>"

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{html.escape(str(sentence))}</p>" for sentence in (self.finding, *self.also))
        codes = [str(code) for code in self.table.index]
        shown = {show(c.label, "en"): [self.text(code, c.key, "en") for code in codes] for c in self.headlines}
        named = [show(self.names[code], "en") if code in self.names else code for code in codes]
        return sentences + pd.DataFrame(shown, index=named).to_html()

    def frame(self, language: str = "en") -> pd.DataFrame:
        """Return the table with types: numbers are numbers, and missing where a state stands in their place.

        Index ``code``; ``name`` in a language where it is known; each column, beside it its range and, as
        ``<key>_state``, its state in words of the code (missing where the number says everything). ``attrs["units"]``
        says of what kind each column is: share is of 1, minutes may be inf (no way).
        """
        parts: dict[str, pd.Series] = {}
        if self.names:
            names = [show(self.names.get(str(code), {}), language) for code in self.table.index]
            parts["name"] = pd.Series(names, self.table.index, "string")
        kinds = {}
        for column in self.columns:
            states = self.states[column.key] if self.states is not None and column.key in self.states else None
            hidden = None if states is None else states.isin(SPEAKING)
            for key in filter(None, (column.key, column.asked, column.low, column.high)):
                if column.kind in ("state", "text"):
                    texts = [show(value, language) if column.kind == "text" else value for value in self.table[key]]
                    parts[key] = pd.Series(texts, self.table.index, "string")
                    continue
                values = self.table[key].astype("Float64")
                parts[key] = values if hidden is None else values.mask(hidden)
                kinds[key] = column.kind
            if states is not None:
                parts[f"{column.key}_state"] = states.astype("string").mask(states == "")
        table = pd.DataFrame(parts, index=self.table.index.astype("string").rename("code"))
        table.attrs["units"] = kinds
        return table

    def to_geodataframe(self, area: Any, language: str = "en") -> Any:
        """Return `frame` with the outlines of its units (a ``geopandas.GeoDataFrame`` in EPSG:4326)."""
        units = area.units(self.level)
        table = self.frame(language)
        table.index = units.index[units.index.get_indexer(self.table.index)]
        named = table if "name" in table else units[["name"]].join(table)
        return units[["geometry"]].join(named, how="right")[[*named, "geometry"]]

    def plot(self, area: Any, column: str | None = None, *, language: str = "en", **options: Any) -> Any:
        """Draw the units shaded by a column, the first of `headlines` that is a number; return the axes.

        ``options`` go to ``GeoDataFrame.plot``. Needs the extra ``notebook``.
        """
        shown, shapes = self._shaded(area, column, language)
        grey = {"color": "lightgrey", "label": "no number"}
        axes = shapes.plot(shown, **{"legend": True, "missing_kwds": grey, "cmap": "viridis"} | options)
        axes.set_title(shown)
        axes.set_axis_off()
        return axes

    def explore(self, area: Any, column: str | None = None, *, language: str = "en", **options: Any) -> Any:
        """Return an interactive map (``folium.Map``) of the units shaded by a column, without tiles of anybody else.

        ``options`` go to ``GeoDataFrame.explore``. Needs the extra ``notebook``.
        """
        shown, shapes = self._shaded(area, column, language)
        return shapes.explore(shown, **{"tiles": None, "cmap": "viridis"} | options)

    def _shaded(self, area: Any, column: str | None, language: str) -> tuple[str, Any]:
        """Return the label of the column that shades a map, and the units with their names and its numbers."""
        numbers = [headline for headline in self.headlines if headline.kind not in ("state", "text")]
        chosen = self.column(column) if column is not None else numbers[0] if numbers else None
        if chosen is None or chosen.kind in ("state", "text"):
            raise InvalidRecord(f"{self.name}: no number to shade by; name a column: {', '.join(self.table.columns)}")
        shapes, label = self.to_geodataframe(area, language), show(chosen.label, language)
        return label, shapes[["name", "geometry"]].assign(**{label: shapes[chosen.key].astype(float)})

    def to_xarray(self, area: Any) -> Any:
        """Return the minutes of its surface as an `xarray.DataArray`: x and y in metres, inf where there is no way.

        Raises
        ------
        NotFound
            The analysis has no surface.
        """
        if self.surface is None:
            raise NotFound(f"{self.name}: has no surface of minutes; reach and access have one")
        return area.array(self.surface.minutes, "minutes", units="minutes")

    def column(self, key: str) -> Column:
        """Return a column by its key.

        Raises
        ------
        NotFound
            The result has no such column.
        """
        column = self._by_key.get(key)
        if column is None:
            raise NotFound(f"{self.name}: no column {key!r}; there are {', '.join(c.key for c in self.columns)}")
        return column

    @cached_property
    def _by_key(self) -> Mapping[str, Column]:
        return {column.key: column for column in reversed(self.columns)}

    @cached_property
    def _cells(self) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]:
        """Values and states by key and code: pages and reports ask for thousands, which pandas looks up one by one."""
        frames = (self.table, pd.DataFrame() if self.states is None else self.states)
        values, states = (
            {str(key): dict(zip(part.index, part[key].tolist(), strict=True)) for key in part} for part in frames
        )
        return values, states

    @cached_property
    def _numbers(self) -> Mapping[str, NDArray[np.float64]]:
        keys = [column.key for column in self.columns if column.kind not in ("state", "text")]
        return {key: self.table[key].to_numpy(float, na_value=np.nan) for key in keys}

    def value(self, code: str, key: str) -> Any:
        """Return what stands in the table for a unit under a key; ``KeyError`` where there is no such unit or key."""
        return self._cells[0][key][code]

    @property
    def headlines(self) -> tuple[Column, ...]:
        """Columns for a short table; the first of which more is better or worse shades a map."""
        return tuple(self.column(key) for key in self.headline) or self.columns

    def worst_first(self, by: Column | None = None) -> list[str]:
        """Return the codes of units, the worst off first: by a column, then by all headlines that say what is worse.

        More of a column is worse, unless the column says that it is better.
        """
        judging = [c for c in self.headlines if c.more_is != "neither" and c.kind not in ("state", "text")]
        rising = {c.key: c.more_is == "better" for c in ((by, *judging) if by else judging)}
        codes = [str(code) for code in self.table.index]
        if not rising:
            return codes
        numbers = [self._numbers[key] * (1 if up else -1) for key, up in rising.items()]
        return [codes[place] for place in np.lexsort(numbers[::-1])]  # what has no number stands last

    def state(self, code: str, key: str) -> State | None:
        """Return what the state of a cell is, None where its number says everything."""
        where = self._cells[0 if self.column(key).kind == "state" else 1]
        return cast("State | Literal['']", where[key][code]) or None if key in where else None

    def text(self, code: str, key: str, language: str) -> str:
        """Write a cell as people should read it: a number with its range, and the state where that says more.

        Use this wherever a cell is shown: a 0 that means "not published" must not be shown as a number.
        """
        column, state = self.column(key), self.state(code, key)
        if state in SPEAKING or (state is not None and column.kind == "state"):
            return STATES[state].into(language)
        low, high = (self.value(code, name) if name else None for name in (column.low, column.high))
        text = write(self.value(code, key), column.kind, language, low=low, high=high)
        return f"{text} ({STATES[state].into(language)})" if state in ("stale", "only remote") else text

    def total_text(self, key: str, language: str) -> str:
        """Write the value of the whole area, with its range; empty where there is none.

        What stands in place of the number of every unit stands in place of none, or of a 0, of all together too.
        """
        column = self.column(key)
        states = {self.state(str(code), key) for code in self.table.index} if not self.total.get(key) else set()
        if len(states) == 1 and (state := states.pop()) in SPEAKING:
            return STATES[state].into(language)
        if key not in self.total:
            return ""
        return write(
            self.total[key], column.kind, language, low=self.total.get(column.low), high=self.total.get(column.high)
        )

    def sheet(self) -> pd.DataFrame:
        """Return the table as it may be handed on: every column, its range, and beside it what its cells mean.

        A number that a state stands in place of is left empty.
        """
        return pd.DataFrame(self.cells, index=self.table.index)

    @cached_property
    def cells(self) -> Mapping[str, Any]:
        """The columns of `sheet` as arrays, worked out once: a site writes them in each language."""
        parts: dict[str, Any] = {}
        for column in self.columns:
            states = None
            if self.states is not None and column.key in self.states:
                states = self.states[column.key].to_numpy(object)
                spoken = np.array([state in SPEAKING for state in states], bool)
            for key in filter(None, (column.key, column.asked, column.low, column.high)):
                values = self.table[key].array
                # by numpy: a report and a site ask for hundreds of columns
                parts[key] = values if states is None else np.where(spoken, "", values.to_numpy(object))
            if states is not None:
                parts[f"{column.key}_state"] = states
        return parts


LONG = 120
"""Minutes from which on they are told in hours."""


def duration(minutes: float, language: str) -> str:
    """Write minutes as people say them: 45 min, 2 h, 12 h 30 min.

    >>> [duration(minutes, "en") for minutes in (45, 120, 750)]
    ['45 min', '2 h', '12 h 30 min']
    """
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return translate("{minutes} min", language, minutes=rest)
    if not rest:
        return translate("{hours} h", language, hours=hours)
    return translate("{hours} h {minutes} min", language, hours=hours, minutes=rest)


def write(value: Any, kind: Kind, language: str, *, low: Any = None, high: Any = None) -> str:
    """Write a value of a kind as a language does, with its range where that says more: 39% (31–47).

    People are rounded to what a model can tell. Minutes that are infinite are "cut off"; where the value or an end of
    its range is told in hours, all three are.
    """
    if kind == "state":
        return STATES[value].into(language) if value in STATES else str(value)
    if kind == "text":
        return show(value, language)
    numbers = (value,) if low is None or high is None else (value, low, high)
    hours = kind == "minutes" and any(LONG <= number < np.inf for number in numbers)
    text, *ends = (_number(number, kind, language, hours=hours) for number in numbers)
    if not ends:
        return text
    if set(ends) == {text}:
        return text
    bare = [end.removesuffix("%").removesuffix(SPACE) for end in ends]
    return f"{text} ({ranged(bare[0], bare[1], language)})"


def _number(value: Any, kind: Kind, language: str, *, hours: bool) -> str:
    if kind == "share":
        return percent(float(value), language)
    if kind == "minutes" and np.isinf(value):
        return translate("cut off", language)
    if hours:
        return duration(float(value), language)
    if kind == "people":
        return number(about(float(value)), language)
    return number(float(value), language, digits=None if kind == "number" else 0)
