"""Pathways: where the way of a person through the referral mechanism breaks, or nothing is agreed, by area unit."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import points, rows_of, units_at
from mapping.analysis.common.presence import ServicePresence
from mapping.analysis.common.reached import FASTER, SLOWER, Floats, Progress, other_scenarios
from mapping.analysis.common.unit_places import Point
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, listing
from mapping.language.languages import codes
from mapping.language.taxonomy import Term, Vocabulary
from mapping.result import Column, Figure, Result, State, duration
from mapping.travel import sources, travel_time
from mapping.view.rules.opening import DAY
from mapping.view.view import View

CHAIN = ("IDN", "ACC", "HLT", "PSY", "LEG", "INC")
"""Families of service types in the order of the way: found, safe, treated, counselled, advised, with a living."""

METHOD = Message(
    "A person who was found is referred on: to a safe place, to a doctor, to a psychologist, to a lawyer, and to those "
    "who help back to a stable life. For each area and each referral we looked at the services that are confirmed "
    "and are in the unit, cover it, or are within the stated minutes of its largest place. Is "
    "somebody there who refers? Is somebody there who takes the next step? Is an agreement in force between two of "
    "them, or are they one organization? Of safe places nothing is told but public statements, so the step after them "
    "is looked at from the step before. The longest way is that from a service of the area to the nearest that takes "
    "its next step, agreed or not, wherever it is; its range is the shortest and the longest when all speeds are 20% "
    "lower or higher, and in other seasons."
)


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
    table = _table(frame, states, ways)
    unknown = np.where(starts, "unknown", "not applicable")
    return frame.result(
        "travel",
        basis="confirmed",
        title=Message("Where the way through help breaks"),
        finding=_finding(table),
        also=(*_also(table, chain), *_longest(table, area), *_not_to_be_had(unavailable, area)),
        table=table,
        states=pd.DataFrame({"way": np.where(np.isnan(ways[0]), unknown, "")}, table.index, dtype=object),
        columns=(*COLUMNS, *(Column(link.key, link.label, "state", more_is="better") for link in chain)),
        headline=("broken", "unagreed", *(link.key for link in chain)),
        figures=_figures(table, np.sum(broken, axis=0)) | _times(unavailable),
        method=METHOD,
        caveats=NOTES,
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

NOTES = (
    Message("Only agreements are known here whose two organizations may both be shown. Others may exist."),
    Message("Nobody who takes the next step is listed within reach: this does not prove that there is nobody."),
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
        nobody_sure = self._doubtful(link.before), self._doubtful(link.after)
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
        states_of_terms = [self.listing.states(term) for term in step.terms]
        lines = [any(states[unit][0] == "line" for states in states_of_terms) for unit in self.units]
        return ["line" if line else "not published" for line in lines]

    def _doubtful(self, step: PathwayStep) -> set[str]:
        """Return the units in which something of a step is listed that nobody confirmed."""
        states_of_terms = [self.listing.states(term) for term in step.terms]
        return {
            unit for unit in self.units if any(states[unit][0] in ("unknown", "stale") for states in states_of_terms)
        }

    def _within(self, step: PathwayStep) -> list[dict[str, set[str]]]:
        """Return for each variant of travel and each unit the bodies that take a step there or within reach."""
        serving = self.listing.serving(step.terms)
        here = {unit: {entry.organization.id for entry in entries} for unit, entries in serving.items()}
        own = {term.code for term in step.terms}
        offered = [e for e in self.listing.confirmed() if not own.isdisjoint(e.types)]
        by_spot: dict[Point, set[str]] = {}
        for entry in offered:
            for spot in points([entry], self.area):
                by_spot.setdefault(spot, set()).add(entry.organization.id)
        cells = self.area.grid.cells(np.array([lat for lat, _ in by_spot]), np.array([lon for _, lon in by_spot]))
        bodies = list(by_spot.values())
        at = np.asarray(cells, int).reshape(-1, 2)
        inside = at[:, 0] >= 0
        variants = []
        for plan, factor in self._variants:
            bodies_of_unit = {}
            for unit in self.units:
                minutes = self._minutes(unit, plan)
                near = inside & (minutes[at[:, 0], at[:, 1]] / factor <= self.minutes)
                bodies_of_unit[unit] = here[unit].union(*(bodies[n] for n in np.flatnonzero(near)))
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
            givers, takers = self._spots(link.before), self._spots(link.after)
            inside = [units_at(self.area, self.area.unit_at(*spot) or "", self.level) for spot in givers]
            starts[[row[unit] for units in inside for unit in units]] = True
            for number, (plan, factor) in enumerate(self._variants if takers else ()):
                minutes = travel_time(self.area, takers, scenario=plan, limit=DAY).minutes / factor
                ends = sources(self.area, givers, scenario=plan)
                for point, cell in zip(ends.points, ends.cells, strict=True):
                    for unit in inside[point]:
                        longest[number, row[unit]] = np.fmax(longest[number, row[unit]], minutes[tuple(cell)])
        return longest, starts

    def _spots(self, step: PathwayStep) -> tuple[Point, ...]:
        own = {term.code for term in step.terms}
        return points([entry for entry in self.listing.confirmed() if not own.isdisjoint(entry.types)], self.area)

    def _minutes(self, unit: str, plan: str) -> NDArray[np.float32]:
        """Return the minutes between each cell and where most people of a unit live; inf where nobody lives."""
        if (unit, plan) not in self._surfaces:
            home = self._homes.get(unit)
            spots = [home] if home else []
            surface = travel_time(self.area, spots, scenario=plan, limit=self.minutes * FASTER)
            self._surfaces[unit, plan] = surface.minutes
        return self._surfaces[unit, plan]

    def _agreed(self, link: Link, givers: set[str], takers: set[str]) -> bool:
        """Tell whether a body within reach takes both steps, or an agreement holds between two of them."""
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
    inside: dict[str, list[int]] = {unit: [] for unit in units}
    for number, code in enumerate(area.unit_codes):
        for unit in units_at(area, code, level):
            inside[unit].append(number)
    places = {}
    for unit, numbers in inside.items():
        people = np.where(np.isin(area.unit_grid, numbers), area.people_grid, 0)
        if people.any():
            row, column = np.unravel_index(int(people.argmax()), people.shape)
            places[unit] = area.grid.centre(int(row), int(column))
    return places


def _keys(table: pd.DataFrame) -> list[str]:
    return [str(key) for key in table if key not in ("people", "broken", "unagreed", "way", "way_low", "way_high")]


def _finding(table: pd.DataFrame) -> Message:
    states = table[_keys(table)]
    judged = states.isin(["present", "no agreement", "none listed"]).to_numpy()
    if not judged.any():
        return Message("No referral can be judged: nobody who refers is listed and confirmed")
    held, unagreed = (int((states == state).to_numpy().sum()) for state in ("present", "no agreement"))
    if unagreed > int(table["broken"].sum()):
        agreed = {"count": unagreed, "of": held + unagreed}
        return Message(
            "No agreement is in force for {count} of the {of} referrals where both services are within reach", agreed
        )
    return _breaks(table) or Message("Somebody within reach takes every next step that was looked at")


def _breaks(table: pd.DataFrame) -> Message | None:
    count = int((table["broken"] > 0).sum())
    if count == len(table) == 1:
        return Message("The way through help breaks at least once")
    words = {"count": count, "units": len(table)}
    return Message("The way through help breaks at least once in {count} of {units} areas", words) if count else None


def _also(table: pd.DataFrame, chain: Sequence[Link]) -> tuple[Message, ...]:
    sentences = []
    broken = {link.key: int((table[link.key] == "none listed").sum()) for link in chain}
    worst = max(chain, key=lambda link: broken[link.key])
    if broken[worst.key]:
        words: dict[str, object] = {"link": worst.label, "count": broken[worst.key]}
        sentences.append(Message("It breaks most often here: {link}. Areas: {count}.", words))
    states = table[_keys(table)].to_numpy()
    held, unagreed = int((states == "present").sum()), int((states == "no agreement").sum())
    if unagreed > sum(broken.values()) > 0:  # the finding tells the agreements then
        sentences.insert(0, Message("{finding}.", {"finding": _breaks(table)}))
    elif 0 < unagreed <= sum(broken.values()):
        words = {"count": unagreed, "of": held + unagreed}
        sentences.append(
            Message(
                "No agreement is in force for {count} of the {of} referrals where both services are within reach.",
                words,
            )
        )
    return tuple(sentences)


def _longest(table: pd.DataFrame, area: StudyArea) -> tuple[Message, ...]:
    """Say where the way from a service to the next step is longest, of those that lead there."""
    ways = table["way"].where(np.isfinite(table["way"]), 0)
    if not ways.max():
        return ()
    time = {language: duration(float(ways.max()), language) for language in codes()}
    place = wording.named(area, str(ways.idxmax()))
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
    """Name the help that is listed and that referrals yet found unavailable."""
    if not rows:
        return ()
    types = Vocabulary.load("service_types")
    cells = (
        {
            "place": wording.named(area, row["area_unit"]),
            "help": types.term(row["service_type"]).labels,
            "count": row["count"],
        }
        for row in rows
    )
    what = listing(Message("{place}, {help} ({count})", words) for words in cells)
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


def _figures(table: pd.DataFrame, variants: Floats) -> dict[str, Figure]:
    broken = int(table["broken"].sum())
    states = table[_keys(table)].to_numpy()
    held, unagreed = int((states == "present").sum()), int((states == "no agreement").sum())
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
