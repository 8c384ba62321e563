"""What is listed of a type of service in an area unit, and what may be said of it. From the view alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mapping.analysis.common.listed import units_at, units_covered, units_in
from mapping.area.study_area import StudyArea
from mapping.language.taxonomy import Term
from mapping.result import State
from mapping.view.rules.reach import is_line
from mapping.view.view import Entry, View
from mapping.view.visits import answers_abroad, is_called_from

TRAVELLING = "mobile"
"""The kind of location of types that come to people."""


@dataclass
class Presence:
    """Services of one type in one unit: in it, reaching it from elsewhere, not confirmed there, overdue."""

    here: int = 0
    remote: int = 0
    unconfirmed: int = 0
    stale: int = 0

    def state(self) -> tuple[State, int]:
        """Return the state that the services make, and how many services make it."""
        if self.here:
            return ("single" if self.here == 1 else "present"), self.here
        if self.remote:
            return "only remote", self.remote
        if self.unconfirmed:
            return "unknown", self.unconfirmed
        if self.stale:
            return "stale", self.stale
        return "none listed", 0


class PlacedService(NamedTuple):
    """An active service with the units that it is in, that it may be in, that it covers, and that can call it.

    One that is ``adrift`` may be anywhere: it says neither where it is, at home or abroad, nor what it covers.
    """

    entry: Entry
    here: frozenset[str]
    perhaps: frozenset[str]
    covered: frozenset[str]
    calling: frozenset[str]
    adrift: bool


class ServicePresence:
    """Every active service of a view with the units of a level that it is in and that it covers."""

    def __init__(self, view: View, area: StudyArea, level: int) -> None:
        self.area, self.level = area, level
        self.units = tuple(str(code) for code in area.units(level).index)
        self._located = [self._locate(entry) for entry in view.services() if entry.active]
        self._reported = self._pairs(
            (row["service_type"], row["area_unit"]) for row in view.rows("activity") if row["status"] == "ongoing"
        )
        self._lines = self._pairs(
            (statement.service_type, statement.area_unit or area.code) for statement in view.statements()
        )

    def _locate(self, entry: Entry) -> PlacedService:
        here, perhaps = units_in(entry, self.area, self.level)
        covered = units_covered(entry, self.area, self.level)
        placed = any(p.area_unit or p.latitude is not None or self.area.is_abroad(p.country) for p in entry.places)
        adrift = not (placed or covered or answers_abroad(entry, self.area))
        calling = frozenset(unit for unit in self.units if is_called_from(entry, unit, self.area))
        return PlacedService(entry, here, frozenset(self.units) if adrift else perhaps, covered, calling, adrift)

    def _pairs(self, pairs: Iterable[tuple[str | None, str | None]]) -> set[tuple[str, str]]:
        """Return each type with each unit of the level that it was said of."""
        country = str(self.area.units(0).index[0])
        units = ((kind, country if code == self.area.code else code) for kind, code in pairs if kind and code)
        return {(kind, unit) for kind, code in units for unit in units_at(self.area, code, self.level)}

    def presence(self, term: Term, only: Callable[[Entry], bool] | None = None) -> dict[str, Presence]:
        """Return what is listed of a type in each unit, of all services or ``only`` of some."""
        presences = {unit: Presence() for unit in self.units}
        for service in self._of(term, only):
            here, remote = self._reach(term, service)
            for unit in here | remote | service.perhaps:
                _count(presences[unit], service.entry, here=unit in here, remote=unit in remote)
        return presences

    def _of(self, term: Term, only: Callable[[Entry], bool] | None = None) -> list[PlacedService]:
        """Return the services of a type, one for each body and place.

        A body that two lists name is one body still: the entry that was checked best speaks for it.
        """
        best: dict[tuple[str, frozenset[object]], PlacedService] = {}
        for service in self._located:
            if term.code in service.entry.types and (only is None or only(service.entry)):
                places = frozenset(
                    place.area_unit or (place.latitude, place.longitude) for place in service.entry.places
                )
                key = service.entry.organization.id, places or service.covered
                if key not in best or service.entry.rank < best[key].entry.rank:
                    best[key] = service
        return list(best.values())

    def in_person(self, term: Term) -> int:
        """Return how many services of a type are in some unit and confirmed, each counted once."""
        return sum(service.entry.confirmed and bool(self._reach(term, service)[0]) for service in self._of(term))

    def _reach(self, term: Term, service: PlacedService) -> tuple[frozenset[str], frozenset[str]]:
        if is_line([term.code]):
            return service.calling, frozenset()
        if term.location_kind == TRAVELLING:
            return service.here | service.covered, frozenset()
        return service.here, service.covered - service.here

    def states(self, term: Term, only: Callable[[Entry], bool] | None = None) -> dict[str, tuple[State, int]]:
        """Return what may be said of a type in each unit, and the number of services behind it.

        A type that is secret by default is never said to be missing: a statement speaks for it, or nothing does.
        """
        states = {}
        for unit, presence in self.presence(term, only).items():
            state, count = presence.state()
            if state == "none listed":
                named = {(term.code, unit), (term.parent or "", unit)}
                if not self._lines.isdisjoint(named):
                    state = "line"
                elif term.audience != "public":
                    state = "not published"
                elif not self._reported.isdisjoint(named):
                    state = "unknown"
            states[unit] = (state, count)
        return states

    def serving(self, terms: Iterable[Term]) -> dict[str, list[Entry]]:
        """Return the services of some types that are in each unit or reach it, and are confirmed."""
        entries_of: dict[str, dict[str, Entry]] = {unit: {} for unit in self.units}
        for term in terms:
            for service in self._of(term):
                here, remote = self._reach(term, service)
                for unit in here | remote if service.entry.confirmed else ():
                    entries_of[unit][service.entry.id] = service.entry
        return {unit: list(entries.values()) for unit, entries in entries_of.items()}

    def confirmed(self) -> list[Entry]:
        """Return the services that somebody checked in time, wherever they are."""
        return [service.entry for service in self._located if service.entry.confirmed]

    def adrift(self, terms: Iterable[Term]) -> int:
        """Return how many services of some types say neither where they are nor what they cover."""
        codes = {term.code for term in terms if not is_line([term.code])}
        return sum(service.adrift and not codes.isdisjoint(service.entry.types) for service in self._located)


def _count(presence: Presence, entry: Entry, *, here: bool, remote: bool) -> None:
    if not entry.offered:
        presence.stale += 1
    elif not entry.confirmed or not (here or remote):
        presence.unconfirmed += 1
    elif here:
        presence.here += 1
    else:
        presence.remote += 1
