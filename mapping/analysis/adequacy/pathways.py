"""Pathways: where the way of a person through the referral mechanism breaks, or nothing is agreed, by area unit."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import points, rows_of, units_at
from mapping.analysis.common.presence import ServicePresence
from mapping.analysis.common.reached import FASTER, SLOWER, Floats, Progress, other_scenarios, zones_of
from mapping.analysis.common.unit_places import Point
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, listing
from mapping.language.languages import codes
from mapping.language.taxonomy import Term, Vocabulary
from mapping.result import Column, Figure, Result, State, duration
from mapping.travel import sources, travel_time
from mapping.view.rules.opening import DAY
from mapping.view.view import Entry, View

CHAIN = ("IDN", "ACC", "HLT", "PSY", "LEG", "INC")
"""Families of service types in the order of the way: found, safe, treated, counselled, advised, with a living."""


@dataclass(frozen=True)
class PathwayStep:
    """A step of the way: its family and the core functions of it."""

    family: Term
    terms: tuple[Term, ...]

    @property
    def hidden(self) -> bool:
        """Whether nothing is published of where it is taken."""
        return all(term.audience != "public" for term in self.terms)

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes of the family and of its core functions."""
        return frozenset({self.family.code, *(term.code for term in self.terms)})

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the services that take the step."""
        types = {term.code for term in self.terms}
        return [entry for entry in entries if not types.isdisjoint(entry.types)]


@dataclass(frozen=True)
class Link:
    """A referral from one step to the next."""

    before: PathwayStep
    after: PathwayStep

    @property
    def key(self) -> str:
        """Return the column's key."""
        return f"{self.before.family.code}_{self.after.family.code}"

    @property
    def label(self) -> Text:
        """Return what the link is called."""
        return Message("{one} → {other}", {"one": self.before.family.labels, "other": self.after.family.labels})


def links() -> list[Link]:
    """Return the referrals: from each step to the next, and past a hidden one to the step after it."""
    taxonomy = Vocabulary.load("service_types")
    steps = [PathwayStep(taxonomy.term(f), tuple(t for t in taxonomy.children(f) if t.core)) for f in CHAIN]
    chain, before = [], steps[0]
    for step in steps[1:]:
        chain.append(Link(before, step))
        before = before if step.hidden else step
    return chain


def pathways(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 120,
    scenario: str = "summer",
    level: int | None = None,
    progress: Progress = None,
) -> Result:
    """Say for each area unit and each referral of the referral mechanism whether it holds.

    The table has the number of referrals that break (``broken``) and for which nothing is agreed (``unagreed``), the
    minutes of the longest way from a service of the unit to the nearest that takes its next step (``way``), and for
    each link, under the codes of its two families (``PSY_LEG``), a state: "present", "no agreement", "none listed"
    (it breaks), "unknown", "not applicable" (nobody here refers); towards safe places "line" or "not published".
    ``level`` is that of the area units, the finest by default.
    """
    frame = AnalysisFrame("pathways", view, area, level, minutes=minutes, scenario=scenario)
    looked, unavailable = _Look(frame), _unavailable(view, area)
    chain, broken = links(), []
    states = {}
    for done, link in enumerate(chain, 1):
        states[link.key], variants = looked.states(link)
        broken.append(variants)
        if progress is not None:
            progress(done, len(chain))
    ways, starts = looked.ways(chain)
    table, counts = _table(frame, states, ways), Counter(str(state) for own in states.values() for state in own)
    unknown = np.where(starts, "unknown", "not applicable")
    return frame.result(
        finding=_finding(table, counts),
        also=(*_also(table, chain, counts), *_longest(table, area), *_not_to_be_had(unavailable, area)),
        table=table,
        states=pd.DataFrame({"way": np.where(np.isnan(ways[0]), unknown, "")}, table.index, dtype=object),
        columns=(*COLUMNS, *(Column(link.key, link.label, "state", more_is="better") for link in chain)),
        headline=("broken", "unagreed", *(link.key for link in chain)),
        figures=_figures(table, counts, np.sum(broken, axis=0)) | _times(unavailable),
        picture="stacked",
    )


def _table(frame: AnalysisFrame, states: Mapping[str, list[State]], ways: Floats) -> pd.DataFrame:
    """Return what is told of each unit: how many links break or lack an agreement, the longest way, and each link."""
    links = pd.DataFrame(states, frame.index, dtype=object)
    return pd.DataFrame(
        {
            "people": frame.census.astype("int64"),
            "broken": (links == "none listed").sum(axis=1),
            "unagreed": (links == "no agreement").sum(axis=1),
            "way": np.nan_to_num(ways[0], posinf=np.inf),
            "way_low": np.nan_to_num(np.fmin.reduce(ways), posinf=np.inf),
            "way_high": np.nan_to_num(np.fmax.reduce(ways), posinf=np.inf),
            **states,
        },
        frame.index,
    )


WAY = Message("Longest way from a service here to the next step")
COLUMNS = (
    Column("people", Message("People"), "people"),
    Column("broken", Message("Referrals that break"), "count", more_is="worse"),
    Column("unagreed", Message("Referrals without an agreement"), "count", more_is="worse"),
    Column("way", WAY, "minutes", "way_low", "way_high", "worse"),
)


class _Look:
    """What is needed to judge each link: who serves which unit, what is agreed, and how far it is."""

    def __init__(self, frame: AnalysisFrame) -> None:
        self.area, self.minutes, self.units, self.level = frame.area, frame.minutes, frame.codes, frame.level
        self.listing = ServicePresence(frame.view, self.area, self.level)
        first, *others = frame.scenario, *other_scenarios(self.area, frame.scenario)
        self._variants = [(first, 1.0), (first, SLOWER), (first, FASTER), *((plan, 1.0) for plan in others)]
        self.agreed = [row for row in frame.view.rows("referral_agreement") if in_force(row, frame.view.edition)]
        self._surfaces: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._homes = homes(self.area, self.units, self.level)

    def states(self, link: Link) -> tuple[list[State], Floats]:
        """Return the state of a link in each unit, and in how many units it breaks by variant of travel."""
        variants = np.zeros(len(self._variants))
        if link.after.hidden:
            return self._told(link.after), variants
        givers, takers = self._within(link.before), self._within(link.after)
        nobody_sure = [self._units_in(step, "unknown", "stale") for step in (link.before, link.after)]
        states: list[State] = []
        for unit in self.units:
            if not givers[0][unit]:
                states.append("unknown" if unit in nobody_sure[0] else "not applicable")
            elif not takers[0][unit] and unit in nobody_sure[1]:
                states.append("unknown")
            else:
                variants += [not variant[unit] for variant in takers]
                if not takers[0][unit]:
                    states.append("none listed")
                else:
                    states.append("present" if self._agreed(link, givers[0][unit], takers[0][unit]) else "no agreement")
        return states, variants

    def _told(self, step: PathwayStep) -> list[State]:
        """Return what statements say of a hidden step: a place is arranged by phone, or nothing is published."""
        lines = self._units_in(step, "line")
        return ["line" if unit in lines else "not published" for unit in self.units]

    def _units_in(self, step: PathwayStep, *wanted: State) -> set[str]:
        """Return the units in which a function of a step has one of some states."""
        states = [self.listing.states(term) for term in step.terms]
        return {unit for unit in self.units if any(own[unit][0] in wanted for own in states)}

    def _within(self, step: PathwayStep) -> list[dict[str, set[str]]]:
        """Return for each variant of travel and each unit the bodies that take a step there or within reach."""
        serving = self.listing.serving(step.terms)
        here = {unit: {entry.organization.id for entry in entries} for unit, entries in serving.items()}
        ends = [(spot, e.organization.id) for e in step.of(self.listing.confirmed()) for spot in points([e], self.area)]
        lats, lons = (np.array([spot[axis] for spot, _ in ends]) for axis in (0, 1))
        at = np.asarray(self.area.grid.cells(lats, lons), int).reshape(-1, 2)
        inside = at[:, 0] >= 0
        variants = []
        for plan, factor in self._variants:
            bodies_of_unit = {}
            for unit in self.units:
                minutes = self._minutes(unit, plan)
                near = inside & (minutes[at[:, 0], at[:, 1]] / factor <= self.minutes)
                bodies_of_unit[unit] = here[unit] | {ends[n][1] for n in np.flatnonzero(near)}
            variants.append(bodies_of_unit)
        return variants

    def ways(self, chain: Sequence[Link]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the longest way from a service of each unit to the nearest of its next step; (variants, units).

        NaN where there is none, inf where no way leads there within a day; and which units have a service that refers.
        """
        longest = np.full((len(self._variants), len(self.units)), np.nan)
        row = {unit: number for number, unit in enumerate(self.units)}
        starts = np.zeros(len(self.units), bool)
        for link in (link for link in chain if not link.after.hidden):
            confirmed = self.listing.confirmed()
            givers, takers = (points(step.of(confirmed), self.area) for step in (link.before, link.after))
            inside = [units_at(self.area, self.area.unit_at(*spot) or "", self.level) for spot in givers]
            starts[[row[unit] for units in inside for unit in units]] = True
            for number, (plan, factor) in enumerate(self._variants if takers else ()):
                minutes = travel_time(self.area, takers, scenario=plan, limit=DAY).minutes / factor
                ends = sources(self.area, givers, scenario=plan)
                for point, cell in zip(ends.points, ends.cells, strict=True):
                    for unit in inside[point]:
                        longest[number, row[unit]] = np.fmax(longest[number, row[unit]], minutes[tuple(cell)])
        return longest, starts

    def _minutes(self, unit: str, plan: str) -> NDArray[np.float32]:
        """Return the minutes between each cell and where most people of a unit live; inf where nobody lives."""
        if (unit, plan) not in self._surfaces:
            spots = [self._homes[unit]] if unit in self._homes else []
            minutes = travel_time(self.area, spots, scenario=plan, limit=self.minutes * FASTER).minutes
            self._surfaces[unit, plan] = minutes
        return self._surfaces[unit, plan]

    def _agreed(self, link: Link, givers: set[str], takers: set[str]) -> bool:
        handed = {str(row["to_organization_id"]) for row in self.agreed if covers_link(row, link, givers)}
        return bool(takers & (givers | handed))


def in_force(row: Row, on: dt.date) -> bool:
    """Tell whether a referral agreement holds on a day."""
    return row["status"] == "active" and (not row["valid_to"] or str(row["valid_to"]) >= on.isoformat())


def covers_link(row: Row, link: Link, givers: Collection[str]) -> bool:
    """Tell whether an agreement is of one of the givers and covers the next step; without types it covers all."""
    codes = set(str(row["service_types"] or "").replace(";", " ").split())
    return row["from_organization_id"] in givers and (not codes or not link.after.codes.isdisjoint(codes))


def homes(area: StudyArea, units: Sequence[str], level: int) -> dict[str, Point]:
    """Return the middle of the cell of each unit in which the most people live; none where nobody does."""
    inside = zones_of(area, list(units), level)
    places = {}
    for number, unit in enumerate(units):
        people = np.where(inside == number, area.people_grid, 0)
        if people.any():
            row, column = np.unravel_index(int(people.argmax()), people.shape)
            places[unit] = area.grid.centre(int(row), int(column))
    return places


AGREED = Message("No agreement is in force for {count} of the {of} referrals where both services are within reach")


def _judged(counts: Mapping[str, int]) -> tuple[int, int, int]:
    """Return how many referrals hold, lack an agreement, and break."""
    return counts["present"], counts["no agreement"], counts["none listed"]


def _finding(table: pd.DataFrame, counts: Mapping[str, int]) -> Message:
    held, unagreed, broken = _judged(counts)
    if not held + unagreed + broken:
        return Message("No referral can be judged: nobody who refers is listed and confirmed")
    if unagreed > broken:
        return AGREED.filled_with({"count": unagreed, "of": held + unagreed})
    return _breaks(table) or Message("Somebody within reach takes every next step that was looked at")


def _breaks(table: pd.DataFrame) -> Message | None:
    count = int((table["broken"] > 0).sum())
    if count == len(table) == 1:
        return Message("The way through help breaks at least once")
    words = {"count": count, "units": len(table)}
    return Message("The way through help breaks at least once in {count} of {units} areas", words) if count else None


def _also(table: pd.DataFrame, chain: Sequence[Link], counts: Mapping[str, int]) -> tuple[Message, ...]:
    held, unagreed, broken = _judged(counts)
    if not broken:
        return ()
    of_link = {link.key: int((table[link.key] == "none listed").sum()) for link in chain}
    worst = max(chain, key=lambda link: of_link[link.key])
    most = Message(
        "It breaks most often here: {link}. Areas: {count}.", {"link": worst.label, "count": of_link[worst.key]}
    )
    if unagreed > broken:  # the finding tells the agreements then
        return (Message("{finding}.", {"finding": _breaks(table)}), most)
    words = {"count": unagreed, "of": held + unagreed}
    agreed = Message(
        "No agreement is in force for {count} of the {of} referrals where both services are within reach.", words
    )
    return (most, agreed) if unagreed else (most,)


def _longest(table: pd.DataFrame, area: StudyArea) -> tuple[Message, ...]:
    ways = table["way"].where(np.isfinite(table["way"]), 0)
    if not ways.max():
        return ()
    time = {language: duration(float(ways.max()), language) for language in codes()}
    place = area.unit(str(ways.idxmax())).titles
    return (
        Message(
            "From a service to the nearest for the next step the way is longest in {place}: {time}.",
            {"place": place, "time": time},
        ),
    )


def _unavailable(view: View, area: StudyArea) -> list[Row]:
    """Return how often referrals found listed help unavailable, by region and type, the most frequent first."""
    types, units = Vocabulary.load("service_types"), area.all_units()
    rows = [row for row in rows_of(view, "unavailable") if row["service_type"] in types and row["area_unit"] in units]
    return sorted(rows, key=lambda row: (-row["count"], row["id"]))


def _not_to_be_had(rows: Sequence[Row], area: StudyArea) -> tuple[Message, ...]:
    if not rows:
        return ()
    types = Vocabulary.load("service_types")
    cells = ((area.unit(row["area_unit"]).titles, types.term(row["service_type"]).labels, row["count"]) for row in rows)
    what = listing(
        Message("{place}, {help} ({count})", {"place": place, "help": help_, "count": count})
        for place, help_, count in cells
    )
    since, until = (dt.date.fromisoformat(rows[0][name]) for name in ("since", "until"))
    return (
        Message(
            "Listed, and yet not to be had, as those said who were asked to take somebody, {since} to {until}: {what}.",
            {"what": what, "since": since, "until": until},
        ),
    )


def _times(rows: Sequence[Row]) -> dict[str, Figure]:
    label = Message("Times that listed help was said to be unavailable, as far as shown")
    return {"unavailable": Figure(sum(row["count"] for row in rows), "count", label)} if rows else {}


def _figures(table: pd.DataFrame, counts: Mapping[str, int], variants: Floats) -> dict[str, Figure]:
    held, unagreed, broken = _judged(counts)
    if not held + unagreed + broken:  # nothing can be judged, so 0 would say too much
        return {}
    low, high = min(broken, int(variants.min())), max(broken, int(variants.max()))
    people = int(table["people"][table["broken"] > 0].sum())
    return {
        "broken": Figure(broken, "count", Message("Referrals that break"), low, high),
        "unagreed": Figure(unagreed, "count", Message("Referrals without an agreement")),
        "held": Figure(held, "count", Message("Referrals that hold")),
        "people": Figure(people, "people", Message("People in areas where a referral breaks")),
    }
