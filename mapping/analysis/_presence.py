"""What is listed of a type of service in an area unit, and what may be said of it. From the view alone."""

from dataclasses import dataclass, field

from mapping.analysis._listed import units_at, units_covered, units_in
from mapping.area import StudyArea
from mapping.result import State
from mapping.taxonomy import Term
from mapping.view import Entry, View

COUNTRYWIDE, TRAVELLING = "remote", "mobile"
"""Kinds of location of types that come to people: a line reaches the whole country unless it says what it covers."""


@dataclass
class Presence:
    """Services of one type in one unit: in it, reaching it from elsewhere, listed but never checked, overdue."""

    here: int = 0
    remote: int = 0
    unchecked: int = 0
    stale: int = 0

    def state(self) -> tuple[State, int]:
        """Return the state that the services make, and how many services make it."""
        if self.here:
            return ("single" if self.here == 1 else "present"), self.here
        if self.remote:
            return "only remote", self.remote
        if self.unchecked:
            return "unknown", self.unchecked
        if self.stale:
            return "stale", self.stale
        return "none listed", 0


@dataclass
class Listing:
    """Every active service of a view with the units of a level that it is in and that it covers."""

    view: View
    area: StudyArea
    level: int
    units: tuple[str, ...] = ()
    nowhere: int = 0
    _entries: list[tuple[Entry, frozenset[str], frozenset[str]]] = field(default_factory=list)
    _reported: set[tuple[str, str]] = field(default_factory=set)
    _lines: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Look once where everything is."""
        self.units = tuple(str(code) for code in self.area.units(self.level).index)
        for entry in self.view.services():
            if entry.status == "active":
                places = units_in(entry, self.area, self.level), units_covered(entry, self.area, self.level)
                self._entries.append((entry, *places))
        for row in self.view.rows("activity"):
            if row["status"] == "ongoing" and row["service_type"] and row["area_unit"]:
                self._note(self._reported, row["service_type"], row["area_unit"])
        for statement in self.view.statements():
            if statement.service_type:
                self._note(self._lines, statement.service_type, statement.area_unit)

    def _note(self, where: set[tuple[str, str]], kind: str, unit: str) -> None:
        units = units_at(self.area, unit, self.level) if unit else self.units
        where.update((kind, one) for one in units)

    def presence(self, term: Term) -> dict[str, Presence]:
        """Return what is listed of a type in each unit."""
        found = {unit: Presence() for unit in self.units}
        for entry, places, covered in self._entries:
            if term.code not in entry.types:
                continue
            here, remote = self._reach(term, places, covered)
            for unit in here | remote:
                self._count(found[unit], entry, in_person=unit in here)
        return found

    def in_person(self, term: Term) -> int:
        """Return how many services of a type are in some unit and checked in time, each counted once."""
        return sum(
            term.code in entry.types
            and entry.offered
            and entry.freshness != "unknown"
            and bool(self._reach(term, places, covered)[0])
            for entry, places, covered in self._entries
        )

    def _reach(
        self, term: Term, places: frozenset[str], covered: frozenset[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the units that a service is in, and those that it only reaches from elsewhere."""
        if term.location_kind == COUNTRYWIDE:
            return covered or frozenset(self.units), frozenset()
        if term.location_kind == TRAVELLING:
            return places | covered, frozenset()
        return places, covered - places

    @staticmethod
    def _count(presence: Presence, entry: Entry, *, in_person: bool) -> None:
        if entry.freshness == "unknown":
            presence.unchecked += 1
        elif not entry.offered:
            presence.stale += 1
        elif in_person:
            presence.here += 1
        else:
            presence.remote += 1

    def states(self, term: Term) -> dict[str, tuple[State, int]]:
        """Return what may be said of a type in each unit, and the number of services behind it.

        A type that is secret by default is never said to be missing: a statement speaks for it, or nothing does.
        """
        said = {}
        for unit, presence in self.presence(term).items():
            state, count = presence.state()
            if state == "none listed":
                if self.arranged(term, unit):
                    state = "line"
                elif term.audience != "public":
                    state = "not published"
                elif {(term.code, unit), (term.parent, unit)} & self._reported:
                    state = "unknown"
            said[unit] = (state, count)
        return said

    def arranged(self, term: Term, unit: str) -> bool:
        """Tell whether a statement says openly that something of the type can be arranged in a unit."""
        return not self._lines.isdisjoint({(term.code, unit), (term.parent, unit)})

    def adrift(self, terms: list[Term]) -> int:
        """Return how many services of some types say neither where they are nor what they cover."""
        codes = {term.code for term in terms if term.location_kind != COUNTRYWIDE}
        return sum(
            not places and not covered and not codes.isdisjoint(entry.types) for entry, places, covered in self._entries
        )
