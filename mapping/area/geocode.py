"""Find where a row is: by its coordinates, else by the name of its place, else by its administrative unit.

Names meet across scripts and spellings, former names included; what could mean two things is said and never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Literal, NamedTuple

import numpy as np

from mapping.area._distance import kilometres, kilometres_outside, kilometres_to, point_inside, unit_near
from mapping.area.names.countries import city_abroad, country_abroad, country_code, says_country
from mapping.area.names.place_names import (
    SEAT,
    How,
    NamedPlace,
    Names,
    bare_code,
    bare_words,
    key_of,
    names_of,
    place_stages,
    unit_stages,
)
from mapping.area.study_area import StudyArea
from mapping.language.fold import alternatives, skeleton
from mapping.language.i18n import UNSAID, Label, Message, country_name, listing

Precision = Literal["exact", "place", "unit", "none"]
Level = Literal["note", "doubt", "refused"]

DRAWN_KM = 15.0
"""A point this far outside the unit it names may be right, and the line wrong."""
APART_KM = 50.0
"""A point this far from the place it names is not believed."""


class Note(NamedTuple):
    """Something to tell about a row's place, as an Issue of that level."""

    level: Level
    problem: Message
    fix: Message = UNSAID

    @property
    def text(self) -> str:
        """What it says, in English."""
        return f"{self.problem}; {self.fix}" if self.fix else self.problem

    def __str__(self) -> str:
        """Return the text."""
        return self.text


@dataclass(frozen=True)
class Located:
    """Where a row is: a point, the finest unit that is known, and how it was found.

    ``exact``: by coordinates. ``place``: the point of the place it names. ``unit``: only the unit is known, and the
    point is one inside it. ``none``: not found, or abroad without coordinates. ``country`` is its code if abroad.
    """

    lat: float | None
    lon: float | None
    unit: str | None
    precision: Precision
    notes: tuple[Note, ...] = ()
    country: str = ""


@dataclass(frozen=True)
class UnitMatch:
    """The unit that a text names, or the several it could mean (``unit`` is None then).

    ``named`` tells that it names all of them, one beside another.
    """

    unit: str | None
    candidates: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    named: bool = False
    how: How = "now"


def locate(
    area: StudyArea,
    *,
    lat: float | None = None,
    lon: float | None = None,
    place: str = "",
    unit: str = "",
    country: str = "",
    here: str | None = None,
) -> Located:
    """Find where a row is.

    Parameters
    ----------
    area
        The study area.
    lat, lon
        Its coordinates in degrees, where it gives any (see `mapping.language.parsers.coordinates`).
    place, unit
        The names of its place and of its administrative unit, or the unit's code.
    country
        The country it says it is in; empty means the study area's.
    here
        The finest unit that its coordinates fall in, where `StudyArea.units_at` told it for many rows at once.
    """
    if here is None and lat is not None and lon is not None:
        here = area.unit_at(lat, lon)
    abroad = country_code(area, country)
    if abroad not in {"", area.code}:
        return _abroad(area, lat, lon, here, abroad)
    if not country.strip() and here is None and (away := _city_abroad(area, place, unit)) is not None:
        text, abroad = away
        problem = Message("{text!r} is read as abroad: {country}", text=text, country=country_name(abroad))
        there = _abroad(area, lat, lon, here, abroad)
        return replace(there, notes=(Note("note", problem, Message("look whether it is right")), *there.notes))
    named = find_unit(area, unit) if unit.strip() and not says_country(area, unit) else UnitMatch(None)
    claim = _Claim(area, named, _find_place(area, place, named) if place.strip() else None)
    if country.strip() and not abroad:
        problem = Message("{country!r} is no country that is known", country=country)
        claim.notes.append(Note("doubt", problem, Message("write its name or ISO 3166 code")))
    if lat is not None and lon is not None:
        point = claim.by_point(lat, lon, here)
        if point is not None:
            return point
        if kilometres_outside(area, lat, lon) > APART_KM and (named.unit is None or named.how == "town"):
            return Located(None, None, None, "none", tuple(claim.notes))
    return claim.by_name()


_LISTED = re.compile(r"[,;()\n]")


def _city_abroad(area: StudyArea, place: str, unit: str) -> tuple[str, str] | None:
    """Return the text of a row that names a city abroad, and its country; None where it may be here.

    It is abroad where it stands beside its country, or where nothing that the row names is known here.
    """
    texts = [text for text in (place, unit) if text.strip()]
    away = {text: [country_abroad(area, part) for part in _LISTED.split(text) if part.strip()] for text in texts}
    beside = [text for text, countries in away.items() if len(countries) > 1 and len(set(countries)) == 1]
    unknown = [] if any(_is_here(area, text) for text in texts) else texts
    return next(((text, code) for text in (*beside, *unknown) for code in away[text] if code), None)


def _is_here(area: StudyArea, text: str) -> bool:
    """Tell whether a text may name a unit or place: several units that are only alike count for less than a city.

    Where a city abroad is called so, the name must be that of a unit without the word for what it is: "г. Ош".
    """
    abroad = city_abroad(area, text)
    match = find_unit(area, key_of(text).key if abroad else text)
    known = match.unit or match.named or (match.candidates and not abroad)
    return bool(known) or key_of(text).key in names_of(area).places


_APART = re.compile(rf"[/:;,+&\n]|\s{alternatives('between names')}\s", re.I)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_OF_ZONES = re.compile(rf"(?<!\w){alternatives('zone')}", re.I)
"""Words for what is no unit, but made up of several."""
_WITHIN_A_UNIT = re.compile(rf"(?<!\w){alternatives('smaller than a unit')}", re.I)
"""Words for what is smaller than any unit: a part with one may be unknown."""
_SMALLER = re.compile(
    rf"(?<!\w){alternatives('smaller than a unit; before its name')}\s+[^\s,;/]+"
    rf"|(?<![^\s,;/])[^\s,;/]++\s+{alternatives('smaller than a unit; behind its name')}",
    re.I,
)
"""What is smaller than any unit, with its name."""
MOST_WORDS = 6
"""A text of more words names no two units without anything between them."""


@lru_cache(maxsize=10_000)
def find_unit(area: StudyArea, text: str) -> UnitMatch:
    """Find the administrative unit that a text names or whose code it is, in any script and spelling.

    Former names count where no unit has the name now. Several that fit are all returned, and none is chosen. Of the
    parts of a text, apart by commas, brackets or words such as "and", each narrows the others.
    """
    names = names_of(area)
    if code := names.codes.get(bare_code(text)):
        return UnitMatch(code, (code,))
    if skeleton(text) in names.whole:
        return _by_name(area, text)
    inner = [part for inside in _BRACKETS.findall(text) for part in _parts(inside)]
    parts = [*_parts(_BRACKETS.sub(" , ", text)), *inner]
    if len(parts) > 1:
        return _among(area, text, parts, set(inner))
    return _by_name(area, parts[0] if parts else text)


def _parts(text: str) -> list[str]:
    parts = (part.strip() for part in _APART.split(text))
    return [own for part in parts for own in _beside_smaller(part) if own.strip(" .")]


def _beside_smaller(part: str) -> list[str]:
    wider = _SMALLER.sub(" ", part).strip(" .")
    if not wider or not bare_words(wider):
        return [part]  # "Дж. Расуловский район" has no part but the person's
    return [own.strip() for own in _SMALLER.sub(lambda smaller: f",{smaller[0]},", part).split(",")]


def _by_name(area: StudyArea, text: str) -> UnitMatch:
    names, (_, kind, vague) = names_of(area), key_of(text)
    if _is_zone(names, text):
        return _unknown(text)
    notes = [Note("doubt", Message("{text!r} is only roughly a place", text=text))] if vague else []
    plain, levels = names.without_levels(text)
    stages = [stage for spelt in dict.fromkeys((text, plain)) for stage in unit_stages(names, spelt)]
    stages.sort(key=lambda stage: stage[1] == "like")
    sure = [(codes, how) for codes, how in stages if how in ("now", "former")]
    of_kind = [({code for code in codes if kind in names.kinds[code]}, how) for codes, how in sure if kind]
    of_level = [({c for c in codes if area.unit(c).level in levels}, how) for codes, how in sure if levels]
    for candidates, how in [*of_kind, *of_level, *stages]:
        fitting = _widest(area, candidates)
        if how == "like" and fitting and (nested := _nested(area, text)):
            return nested
        if len(fitting) == 1:
            unit = min(fitting)
            now = _finest(area, {code for codes, of in stages if of == "now" for code in codes}) - {unit}
            bearers = {bearer for bearer in now if unit not in area.ancestors(bearer)}
            notes += _said(area, text, unit, kind, names, how, bearers)
            return UnitMatch(unit, (unit,), tuple(notes), how=how)
        if fitting:
            return _several(area, text, fitting, notes)
    return _nested(area, text) or _unknown(text)


def _is_zone(names: Names, text: str) -> bool:
    zone = _OF_ZONES.search(text)
    return zone is not None and not names.level_of(zone[0])


def _unknown(text: str) -> UnitMatch:
    problem, fix = Message("{text!r} is no unit that is known", text=text), Message("write the name of the unit")
    if re.search(r"\d{3}", text):
        problem, fix = Message("no unit has the code {text!r}", text=text), Message("look it up")
    return UnitMatch(None, (), (Note("doubt", problem, fix),) if text.strip() else ())


def _nested(area: StudyArea, text: str) -> UnitMatch | None:
    """Return the smaller of two units, one in the other, that a text names without anything between them."""
    words = text.split()
    found = {}
    for cut in range(1, len(words) if len(words) <= MOST_WORDS else 0):
        pair = [find_unit(area, " ".join(part)) for part in (words[:cut], words[cut:])]
        if all(match.unit and not any(note.level == "doubt" for note in match.notes) for match in pair):
            for inner, outer in (pair, pair[::-1]):
                if outer.unit in (inner.unit, *area.ancestors(str(inner.unit))):
                    found[inner.unit] = inner
    return min(found.values(), key=str) if len(found) == 1 else None


def _inside(area: StudyArea, name: str, around: set[str | None]) -> str | None:
    """Return the one unit of a name that lies in one of several: of "Carmen (Bohol)" and "Carmen (Cebu)" the first."""
    names = names_of(area)
    keys = {key_of(spelt).key for spelt in (name, names.without_levels(name)[0])}
    called = {code for key in keys for code in names.units.get(("now", key), ())}
    inside = _finest(area, {code for code in called if around & set(area.ancestors(code))})
    return min(inside) if len(inside) == 1 else None


def _among(area: StudyArea, text: str, parts: list[str], in_brackets: set[str]) -> UnitMatch:
    small = [bool(_SMALLER.fullmatch(part)) for part in parts]
    matches = [UnitMatch(None) if less else find_unit(area, part) for part, less in zip(parts, small, strict=True)]
    matches = [_narrowed(area, match, matches) for match in _believed(area, matches)]
    units = _finest(area, {code for match in matches for code in match.candidates})
    unknown = [part for part, match in zip(parts, matches, strict=True) if not match.candidates]
    lost = [
        part
        for part in unknown
        if part not in in_brackets and not _WITHIN_A_UNIT.search(part) and not _is_zone(names_of(area), part)
    ]
    if not units:
        return _unknown(text)
    if len(units) > 1 and (lost or any(len(match.candidates) > 1 and not match.named for match in matches)):
        return _several(area, text, units, [])
    if len(units) > 1:
        choices = listing(coded_unit(area, code) for code in sorted(units))
        problem = Message("{text!r} names {choices}, and not in which of them it is", text=text, choices=choices)
        fix = Message("it is taken as serving all of them; write where it is")
        return UnitMatch(None, tuple(sorted(units)), (Note("doubt", problem, fix),), named=True)
    sole = min(units)
    notes = [note for match in matches if match.unit == sole for note in match.notes]
    for part in unknown:
        level: Level = "doubt" if part in lost else "note"
        problem = Message("{part!r} is not known here; it is read as {unit}", part=part, unit=coded_unit(area, sole))
        notes.append(Note(level, problem, Message("look whether it is right")))
    how: How = next((match.how for match in matches if match.unit == sole), "now")
    return UnitMatch(sole, (sole,), tuple(dict.fromkeys(notes)), how=how)


def _believed(area: StudyArea, matches: list[UnitMatch]) -> list[UnitMatch]:
    """Take back what was only guessed where a name beside it is known, and neither lies in the other."""
    sure = {code for match in matches if match.how != "like" for code in match.candidates}

    def fits(match: UnitMatch) -> bool:
        lines = {code: {code, *area.ancestors(code)} for code in (*match.candidates, *sure)}
        return any(code in lines[other] or other in lines[code] for code in match.candidates for other in sure)

    return [UnitMatch(None) if match.how == "like" and sure and not fits(match) else match for match in matches]


def _narrowed(area: StudyArea, match: UnitMatch, beside: list[UnitMatch]) -> UnitMatch:
    if len(match.candidates) < 2 or match.named:
        return match
    around = {other.unit for other in beside if other.unit}
    within = tuple(code for code in match.candidates if around & {code, *area.ancestors(code)})
    return UnitMatch(within[0], within) if len(within) == 1 else match


def units_served(area: StudyArea, text: str) -> tuple[str, ...]:
    """Return the codes of all units that a text names as those that are served; the whole country counts as one."""
    if says_country(area, text):
        return (area.code,)
    match = find_unit(area, text) if text.strip() else UnitMatch(None)
    return match.candidates if match.unit or match.named else ()


def served(area: StudyArea, text: str) -> str | None:
    """Return the code of the unit that is served, by its code or name; the whole country counts as one."""
    code = text.strip()
    if says_country(area, text):
        return area.code
    return code if code in area.all_units() else locate(area, unit=code).unit


# By point ------------------------------------------------------------------------------------------------------------


@dataclass
class _Claim:
    area: StudyArea
    unit: UnitMatch
    place: "_Found | None"
    notes: list[Note] = field(default_factory=list)

    def by_point(self, lat: float, lon: float, here: str | None) -> Located | None:
        """Read coordinates as given, or swapped; None where they cannot be right."""
        if lat == 0 and lon == 0:
            fix = Message("leave the coordinates empty where they are not known")
            self.notes.append(Note("refused", Message("0, 0 lies in the ocean"), fix))
            return None
        point = f"{lat:g}, {lon:g}"
        here = here or unit_near(self.area, lat, lon)
        if here is None and (swapped := unit_near(self.area, lon, lat)) is not None:
            lat, lon, here = lon, lat, swapped
            problem = Message("{point}: latitude and longitude were swapped, and are put in order", point=point)
            self.notes.append(Note("note" if self._is_near(lat, lon) else "doubt", problem))
        if here is None:
            far = kilometres_outside(self.area, lat, lon)
            problem = Message(
                "{point} lies {far} km outside {country}",
                point=point,
                far=round(far) if np.isfinite(far) else "∞",
                country=Label(self.area.name.get("en", self.area.code), self.area.name),
            )
            self.notes.append(Note("refused", problem, Message("correct it, or say which country it is in")))
            return None
        if self._is_apart(lat, lon, here):
            return None
        unit = self._settled(lat, lon, here)
        self.notes[:0] = [note for note in self.unit.notes if note not in self.notes and self.unit.unit is None]
        return Located(lat, lon, unit, "exact", tuple(self.notes))

    def _is_near(self, lat: float, lon: float) -> bool:
        return self.unit.unit is not None and kilometres_to(self.area, lat, lon, self.unit.unit) <= DRAWN_KM

    def _is_apart(self, lat: float, lon: float, here: str) -> bool:
        place = self.place.place if self.place else None
        if place is None or place.unit != self.unit.unit:
            return False
        away = kilometres_to(self.area, lat, lon, place.unit)
        if away > APART_KM:
            self.notes.append(self._elsewhere("refused", here, away, place.unit))
        return away > APART_KM

    def _elsewhere(self, level: Level, here: str, away: float, wanted: str) -> Note:
        problem = Message(
            "the point lies in {other}, {away} km from {named}, which the row names",
            other=coded_unit(self.area, here),
            away=round(away),
            named=coded_unit(self.area, wanted),
        )
        return Note(level, problem, Message("which is right?"))

    def _settled(self, lat: float, lon: float, here: str) -> str:
        wanted = self.unit.unit
        if wanted is None or wanted == here or wanted in self.area.ancestors(here):
            return here
        away = kilometres_to(self.area, lat, lon, wanted)
        if away > DRAWN_KM:
            self.notes.append(self._elsewhere("doubt", here, away, wanted))
            return here
        named = coded_unit(self.area, wanted)
        away = max(0.1, round(away, 1))
        problem = Message("the point lies {away} km outside {named} as drawn", away=away, named=named)
        self.notes.append(Note("note", problem, Message("the unit that the row names is kept")))
        return wanted if self.area.unit(wanted).level == self.area.unit(here).level else here

    def by_name(self) -> Located:
        """Place a row by the names it gives; a place that nobody knows may be a unit that is written as a town."""
        if self.place is not None and self.place.unknown:
            self._read_place_as_unit(self.place, self.place.unknown)
        place = self.place.place if self.place else None
        if not (place and place.unit in self.unit.candidates):
            self.notes += self.unit.notes
        if self.place is not None:
            self.notes += self.place.notes
        notes = tuple(dict.fromkeys(self.notes))
        if place is not None and np.isfinite(place.lat):
            return Located(place.lat, place.lon, place.unit, "place", notes)
        unit = place.unit if place is not None else self.unit.unit
        if unit is None:
            return Located(None, None, None, "none", notes)
        point = point_inside(self.area, unit)
        return Located(point.y, point.x, unit, "unit", notes)

    def _read_place_as_unit(self, place: "_Found", text: str) -> None:
        if self.unit.candidates:
            if (inside := _unit_inside(self.area, text, self.unit)) is not None:
                self.unit = replace(inside, notes=(*self.unit.notes, *inside.notes))
                self.place = _Found(None, place.notes[:-1])
            return
        unit = find_unit(self.area, text)
        if not unit.candidates:
            problem = Message(
                "the place {place!r} is not in the gazetteer, and no unit is called so: only the country is known",
                place=text,
            )
            note = Note("doubt", problem, Message("write the name of the unit"))
            self.place = _Found(None, (*place.notes[:-1], note))
            return
        if unit.unit:
            problem = Message("the place {place!r} is not in the gazetteer", place=text)
            fix = Message("it is read as the unit {unit}", unit=coded_unit(self.area, unit.unit))
            level: Level = "doubt" if unit.how == "like" or _WITHIN_A_UNIT.search(text) else "note"
            self.place = _Found(None, (*place.notes[:-1], Note(level, problem, fix)))
        self.unit = replace(unit, notes=(*self.unit.notes, *unit.notes))


def _abroad(area: StudyArea, lat: float | None, lon: float | None, here: str | None, country: str) -> Located:
    """Place a row that says it is abroad: coordinates are taken as they are, unless they lie in the study area."""
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return Located(None, None, None, "none", (), country)
    if here is not None:
        own = Label(area.name.get("en", area.code), area.name)
        problem = Message(
            "{point} lies in {own}, but the row says {country}",
            point=f"{lat:g}, {lon:g}",
            own=own,
            country=country_name(country),
        )
        return Located(None, None, None, "none", (Note("refused", problem, Message("which is right?")),), country)
    if _looks_swapped(lat, lon, country):
        problem = Message(
            "{point} looks swapped: {swapped} lies in {country}",
            point=f"{lat:g}, {lon:g}",
            swapped=f"{lon:g}, {lat:g}",
            country=country_name(country),
        )
        note = Note("refused", problem, Message("give the latitude first"))
        return Located(None, None, None, "none", (note,), country)
    return Located(lat, lon, None, "exact", (), country)


def _looks_swapped(lat: float, lon: float, country: str) -> bool:
    """Tell whether a point is far from the cities of a country, and would be near one with its numbers exchanged."""
    cities = _cities().get(country, ())
    if abs(lat) > 90 or abs(lon) > 90 or not cities:
        return abs(lat) > 90
    given, exchanged = (min(kilometres(*point, *city) for city in cities) for point in ((lat, lon), (lon, lat)))
    return exchanged * 3 < given


@cache
def _cities() -> dict[str, list[tuple[int, int]]]:
    table = resources.files("tzdata").joinpath("zoneinfo/zone1970.tab").read_text(encoding="utf-8")
    cities = defaultdict(list)
    for codes, lat, lon in re.findall(r"^([A-Z,]+)\t([+-]\d\d)\d+([+-]\d{3})\d+", table, re.M):
        for code in codes.split(","):
            cities[code].append((int(lat), int(lon)))
    return cities


# By name -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """The place that a text names, and what there is to say; ``unknown`` is a text that names none at all."""

    place: NamedPlace | None
    notes: tuple[Note, ...] = ()
    unknown: str = ""


def _unit_inside(area: StudyArea, place: str, claim: UnitMatch) -> UnitMatch | None:
    if inside := _inside(area, place, {claim.unit}):
        return UnitMatch(inside, (inside,))
    match = UnitMatch(None) if _WITHIN_A_UNIT.search(place) else find_unit(area, place)
    return match if match.unit and _agrees(area, match.unit, claim) else None


def _find_place(area: StudyArea, text: str, claim: UnitMatch) -> _Found:
    bare = re.sub(r"\([^()]*\)", " ", text).strip()
    key = key_of(bare)
    notes = [Note("doubt", Message("{text!r} is only roughly a place", text=text))] if key.vague else []
    unknown = Note("note", Message("the place {text!r} is not in the gazetteer", text=text))
    for places, guessed in place_stages(names_of(area), bare, key.key):
        within = [p for p in places if _agrees(area, p.unit, claim)]
        if within or not claim.candidates:
            place, more = _largest(area, text, key.key, within or places)
            if place is None:
                return _Found(None, (*notes, *more))
            notes += more
            if not claim.candidates and city_abroad(area, text):
                label = coded_unit(area, place.unit)
                problem = Message("{text!r} is a name in {label}, and a city abroad", text=text, label=label)
                notes.append(Note("doubt", problem, Message("write which")))
            if guessed:
                problem = Message("the place {text!r} is read as {place}", text=text, place=place.name)
                notes.append(Note("doubt", problem))
            return _Found(place, tuple(notes))
        where = listing(sorted({coded_unit(area, p.unit) for p in places}))
        if not guessed:
            named = listing(coded_unit(area, code) for code in claim.candidates)
            problem = Message(
                "the place {text!r} is known in {where}, not in {named}, which the row names",
                text=text,
                where=where,
                named=named,
            )
            return _Found(None, (*notes, Note("doubt", problem)))
        like = listing(sorted({p.name for p in places}))
        problem = Message(
            "{text!r} is not known there, and {like} in {where} is written much like it",
            text=text,
            like=like,
            where=where,
        )
        unknown = Note("doubt", problem)
    return _Found(None, (*notes, unknown), unknown=text)


def _largest(
    area: StudyArea, text: str, key: str, places: list[NamedPlace]
) -> tuple[NamedPlace | None, tuple[Note, ...]]:
    """Return the largest of places of one name; of those in several units the one after which its unit is called."""
    units, notes = {p.unit for p in places}, tuple[Note, ...]()
    if len(units) > 1:
        where = listing(sorted(coded_unit(area, code) for code in units))
        problem = Message("there are several places {text!r}: in {where}", text=text, where=where)
        notes = (Note("doubt", problem, Message("name the unit too")),)
        places = [p for p in places if p.rank <= SEAT and p.unit in names_of(area).units.get(("now", key), ())]
        if len({p.unit for p in places}) != 1:
            return None, notes
    return min(places, key=lambda p: (p.rank, p.name)), notes


def _agrees(area: StudyArea, unit: str, claim: UnitMatch) -> bool:
    return any(code == unit or code in area.ancestors(unit) for code in claim.candidates)


def _finest(area: StudyArea, codes: set[str]) -> set[str]:
    """Keep the finest of nested units: a city that is a region of its own is the city."""
    return {code for code in codes if not any(code in area.ancestors(other) for other in codes)}


def _widest(area: StudyArea, codes: set[str]) -> set[str]:
    """Keep of nested units of one name the one that surely holds what is meant: the widest, or the finest of equals.

    A province may hold a town of its own name; a city that is a region of its own is the city.
    """
    widest = set()
    for code in _finest(area, codes):
        holding = [above for above in area.ancestors(code) if above in codes and not _is_one_unit(area, above)]
        widest.add(holding[-1] if holding else code)
    return widest


def _is_one_unit(area: StudyArea, code: str) -> bool:
    return sum(code in area.ancestors(finest) for finest in area.unit_codes) == 1


def _said(
    area: StudyArea, text: str, code: str, kind: str, names: Names, how: How, bearers: Iterable[str]
) -> Iterator[Note]:
    """Say what is odd about a match; ``bearers`` are other units that have the name now."""
    label = coded_unit(area, code)
    if how == "former" and bearers:
        other = listing(coded_unit(area, bearer) for bearer in sorted(bearers))
        problem = Message(
            "{text!r} is a former name of {label}; {other} is called so now", text=text, label=label, other=other
        )
        yield Note("doubt", problem, Message("write which"))
    elif how in ("former", "town") and city_abroad(area, text):
        problem = Message("{text!r} is a name in {label}, and a city abroad", text=text, label=label)
        yield Note("doubt", problem, Message("write which"))
    elif how == "former":
        yield Note("note", Message("{text!r} is a former name of {label}", text=text, label=label))
    elif how == "town":
        yield Note(
            "note", Message("{text!r} is no unit of its own: the unit of that town is {label}", text=text, label=label)
        )
    elif how == "part":
        yield Note("note", Message("{text!r} is a part of {label}", text=text, label=label))
        return
    elif how == "like":
        yield Note("doubt", Message("{text!r} is read as {label}", text=text, label=label))
    if kind and kind not in names.kinds[code] and names.kinds[code]:
        yield Note("doubt", Message("{text!r} is called another kind of unit than {label} is", text=text, label=label))


def _several(area: StudyArea, text: str, codes: Iterable[str], notes: list[Note]) -> UnitMatch:
    known = tuple(sorted(codes))
    choices = listing(coded_unit(area, code) for code in known)
    problem = Message("{text!r} could be {choices}", text=text, choices=choices)
    return UnitMatch(None, known, (*notes, Note("doubt", problem, Message("write which"))))


def coded_unit(area: StudyArea, code: str) -> Label:
    """Return the code of a unit for a phrase, which says its label in the languages of its readers."""
    return Label(area.label(code, "en"), {language: area.label(code, language) for language in area.languages})
