"""Which listed services count, where they are, and which area units they reach. From the view alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from mapping.analysis.common.unit_places import Point, unit_places
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, Text
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.entries import ServicePlace
from mapping.view.view import Entry, View
from mapping.view.visits import at_home, can_be_visited

ANY = "any"
"""Key of all services that help people themselves, of whatever type."""


@dataclass(frozen=True)
class Sort:
    """A type of service, a family of types, all that answer one need, or any: what is counted together.

    ``hidden`` tells that all its types are secret by default.
    """

    key: str
    label: Text
    codes: frozenset[str]
    hidden: bool = False

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the services of this sort."""
        return [entry for entry in entries if not self.codes.isdisjoint(entry.types)]


def sort_of(code: str) -> Sort:
    """Return what is meant by the code of a type, a family or a need, or by ``any``.

    Raises
    ------
    NotFound
        There is no such type, family or need.
    """
    types = Vocabulary.load("service_types").terms()
    needs = {term.code: term for term in Vocabulary.load("needs").terms()}
    if code == ANY:
        helping = [term for term in types if term.need]
        families = {term.parent for term in helping}
        return _sort(ANY, Message("Any listed service"), [*helping, *(term for term in types if term.code in families)])
    if code in needs:
        return _sort(code, needs[code].labels, [term for term in types if term.need == code])
    if own := [term for term in types if code in (term.code, term.parent)]:
        return _sort(code, own[0].labels, own)
    raise NotFound(
        f"{code!r} is no type of service, no family of types and no need; "
        f"needs are {', '.join(needs)}, families are {', '.join(term.code for term in types if not term.parent)}"
    )


def _sort(key: str, label: Text, terms: Sequence[Term]) -> Sort:
    own = [term for term in terms if term.parent] or list(terms)
    return Sort(
        key,
        label,
        frozenset(term.code for term in terms),
        hidden=all(term.audience != "public" for term in own),
    )


def core_types() -> list[Term]:
    """Return the core functions of the referral mechanism: the rows of its matrix."""
    return [term for term in Vocabulary.load("service_types").terms() if term.matrix_row]


def chosen_types(types: Sequence[str] | None) -> list[Sort]:
    """Return the sorts that are asked for: by default any service and the core functions that people visit."""
    if types is None:
        types = (ANY, *(term.code for term in core_types() if term.audience != "public" or visited(term)))
    return [sort_of(code) for code in dict.fromkeys(types)]


def visited(term: Term) -> bool:
    """Tell whether people go to services of a type, and whether it is shown where these are."""
    return term.location_kind in ("fixed", "any") and term.precision == "exact"


def listed_services(view: View, *, language: str = "en") -> list[Entry]:
    """Return the services that are listed, by name: all that are not closed for good."""
    return [entry for entry in view.services(language=language) if entry.listed]


def counted(view: View, *, stale: bool = False) -> list[Entry]:
    """Return the services that may be offered: active and not overdue, or with ``stale`` all that are active."""
    return [entry for entry in view.services() if entry.offered or (stale and entry.active)]


def points(entries: Iterable[Entry], area: StudyArea, *, cross_borders: bool | None = None) -> tuple[Point, ...]:
    """Return the latitudes and longitudes where services can be visited: each once, in order.

    Beyond the border as `mapping.view.visits.can_be_visited` says. A service of which only the area unit is shown
    stands at the largest place of that (`mapping.analysis.common.unit_places`).
    """
    spots: set[Point] = set()
    for entry in entries:
        exact = exact_points(entry, area, cross_borders=cross_borders)
        spots |= exact
        units = {unit for spot in exact if (unit := area.unit_at(*spot))}
        reached = {code for unit in units for code in (unit, *area.ancestors(unit))}
        for code in _units_shown(entry, area) - reached:
            spots.update(unit_places(area).get(code, ())[:1])
    return tuple(sorted(spots))


def exact_points(entry: Entry, area: StudyArea, *, cross_borders: bool | None = None) -> set[Point]:
    """Return the public points of a service; a point that stands for a whole area unit is none."""
    return {
        (place.latitude, place.longitude)
        for place in entry.points
        if place.latitude is not None
        and place.longitude is not None
        and _is_exact(place)
        and can_be_visited(entry, place, area, cross_borders=cross_borders)
    }


def _is_exact(place: ServicePlace) -> bool:
    return place.precision == "exact" and place.position_basis != "unit"


def _unit_of(place: ServicePlace, area: StudyArea) -> str | None:
    """Return the unit that a place is said to be in, else that of its point."""
    if place.area_unit is None and place.latitude is not None and place.longitude is not None:
        return area.unit_at(place.latitude, place.longitude)
    return place.area_unit


def _units_shown(entry: Entry, area: StudyArea) -> set[str]:
    """Return the units of the places of a service of which no point is shown."""
    hidden = (p for p in entry.sites if at_home(p, area) and not (p.has_point and _is_exact(p)))
    return {code for code in (_unit_of(place, area) for place in hidden) if code}


def by_area(entries: Iterable[Entry], area: StudyArea) -> list[Entry]:
    """Return the services that have places in the country, none of which may be shown as a point."""
    return [
        entry
        for entry in entries
        if any(at_home(place, area) for place in entry.sites) and not exact_points(entry, area)
    ]


def state_of(entries: Sequence[Entry], area: StudyArea) -> str:
    """Say what a 0 of services means where nothing of them is a point: "" where something is.

    Where all that is listed has a place that may not be shown, how far it is cannot be known.
    """
    if points(entries, area):
        return ""
    if by_area(entries, area):
        return "unknown"
    return "only remote" if entries else "none listed"


def state_without(state: str) -> str:
    """Return the state of a number of people who reach nothing: where nothing is listed these are all, and known."""
    return "" if state == "none listed" else state


def units_at(area: StudyArea, code: str, level: int) -> tuple[str, ...]:
    """Return the unit of a level that a unit lies in, or all those that lie in it; none for an unknown code."""
    units = area.all_units()
    if code not in units:
        return ()
    if units[code].level >= level:
        return tuple(place for place in (code, *area.ancestors(code)) if units[place].level == level)
    return tuple(unit for unit in units if units[unit].level == level and code in area.ancestors(unit))


def units_in(entry: Entry, area: StudyArea, level: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the units in which a service has a place, and those in one of which it has one, we do not know which."""
    return units_with(entry.sites, area, level)


def units_with(places: Iterable[ServicePlace], area: StudyArea, level: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the units in which one of some places is, and those in one of which one is, we do not know which.

    A place is given by its point or by its area; one that is only given by a wider area may be in any unit of that.
    """
    here: set[str] = set()
    perhaps: set[str] = set()
    for place in places:
        if at_home(place, area):
            units = units_at(area, _unit_of(place, area) or "", level)
            (here if len(units) == 1 else perhaps).update(units)
    return frozenset(here), frozenset(perhaps - here)


def units_of(entry: Entry, area: StudyArea) -> set[str]:
    """Return the units that a service has a place in that people go to, with those above them."""
    own = {_unit_of(place, area) for place in entry.sites if at_home(place, area)} & area.all_units().keys()
    return {unit for code in own if code for unit in (code, *area.ancestors(code))}


def units_covered(entry: Entry, area: StudyArea, level: int) -> frozenset[str]:
    """Return the units that a service says it covers."""
    return frozenset(unit for code in entry.covers for unit in units_at(area, code, level))


def rows_of(view: View, table: str) -> list[Row]:
    """Return the rows of a table, none where the view was written before there was such a table."""
    try:
        return view.rows(table)
    except NotFound:
        return []
