"""Find where a row is: by its coordinates, else by the name of its place, else by its administrative unit.

Names meet across scripts and spellings, former names included; what could mean two things is said and never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from mapping.area._distance import kilometres, kilometres_outside, kilometres_to, point_inside, unit_near
from mapping.area.names.countries import city_abroad, country_abroad, country_code, says_country
from mapping.area.names.place_names import (
    SEAT,
    NamedPlace,
    Names,
    bare_code,
    key_of,
    names_of,
    place_stages,
    unit_stages,
)
from mapping.area.study_area import StudyArea
from mapping.language.fold import alternatives, skeleton, wildcard
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
    guessed: bool = False
    """Whether it was only read from letters that are alike."""


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
        if kilometres_outside(area, lat, lon) > APART_KM and not _names_unit(area, named, unit):
            return Located(None, None, None, "none", tuple(claim.notes))
    return claim.by_name()


_LISTED = re.compile(r"[,;()\n]")


def _city_abroad(area: StudyArea, place: str, unit: str) -> tuple[str, str] | None:
    """Return the text of a row that names a city abroad, and its country; None where it may be here."""
    texts = tuple(text for text in (place, unit) if _beside_its_country(area, text)) or _unknown_here(area, place, unit)
    for text in texts:
        if away := next(filter(None, (country_abroad(area, part) for part in _LISTED.split(text))), ""):
            return text, away
    return None


def _beside_its_country(area: StudyArea, text: str) -> bool:
    """Tell whether a text names one country abroad and a city of it, whatever is called so here: "Россия, Москва"."""
    parts = [part for part in _LISTED.split(text) if part.strip()]
    countries = [country_abroad(area, part) for part in parts]
    return len(parts) > 1 and all(countries) and len(set(countries)) == 1


def _unknown_here(area: StudyArea, *texts: str) -> tuple[str, ...]:
    """Return the names that a row gives, if none of them is one of a unit or place of the area."""
    given = tuple(text for text in texts if text.strip())
    known = any(_is_here(area, text) or key_of(text).key in names_of(area).places for text in given)
    return () if known else given


def _is_here(area: StudyArea, text: str) -> bool:
    """Tell whether a text may name a unit: several that are only alike count for less than a city abroad.

    Where a city abroad is called so, the name must be that of a unit without the word for what it is: "г. Ош".
    """
    match = find_unit(area, key_of(text).key if city_abroad(area, text) else text)
    return bool(match.unit or match.named or (match.candidates and not city_abroad(area, text)))


@lru_cache(maxsize=10_000)
def find_unit(area: StudyArea, text: str) -> UnitMatch:
    """Find the administrative unit that a text names or whose code it is, in any script and spelling.

    Former names count where no unit has the name now. Several that fit are all returned, and none is chosen.
    """
    return _UnitName(area, text).match()


class _UnitName:
    """A text that is read as the name of a unit, in one way after another until one gives something."""

    def __init__(self, area: StudyArea, text: str) -> None:
        self.area, self.names, self.text = area, names_of(area), text
        whole = text.strip()
        self.bare = whole if skeleton(text) in self.names.whole else re.sub(r"\([^)]*\)", " ", text).strip()
        """The text without what stands in brackets."""
        self.notes: list[Note] = []

    def match(self) -> UnitMatch:
        """Return the unit or units that are meant, or that none is known."""
        ways = (
            self._by_code,
            self._as_zone,
            self._by_brackets,
            self._as_list,
            self._around_smaller,
            self._by_name,
            self._after_person,
            self._in_another,
            self._with_a_noun,
        )
        return next((match for way in ways if (match := way()) is not None), None) or self._unknown()

    def _by_code(self) -> UnitMatch | None:
        code = self.names.codes.get(bare_code(self.text))
        return UnitMatch(code, (code,)) if code else None

    def _as_zone(self) -> UnitMatch | None:
        made_up = _ZONE.fullmatch(self.text.strip())
        return find_unit(self.area, made_up["units"]) if made_up else None

    def _by_brackets(self) -> UnitMatch | None:
        """Return the unit that the brackets tell from others of its name; else they are left out."""
        if not self.bare or self.bare == self.text.strip():
            return None
        around = {find_unit(self.area, named).unit for named in re.findall(r"\(([^()]+)\)", self.text)}
        if (inside := _inside(self.area, self.bare, around)) is not None:
            return UnitMatch(inside, (inside,))
        problem = Message(
            "what stands in brackets in {text!r} is not part of any unit's name: left out", text=self.text
        )
        self.notes.append(Note("note", problem))
        return None

    def _as_list(self) -> UnitMatch | None:
        parts = _parts(self.names, self.bare)
        return _among(self.area, self.text, parts, self.notes) if len(parts) > 1 else None

    def _around_smaller(self) -> UnitMatch | None:
        """Return the unit that is named beside something smaller."""
        wider = _SMALLER.sub(" ", self.bare).strip(" ,.")
        if not wider or wider == self.bare or not (match := find_unit(self.area, wider)).unit:
            return None
        return UnitMatch(match.unit, match.candidates, (*self.notes, *match.notes, self._read_as("note", match.unit)))

    def _by_name(self) -> UnitMatch | None:
        kind, (plain, levels) = self._kind, self.names.without_levels(self.bare)
        if key_of(self.bare).vague:
            self.notes.append(Note("doubt", Message("{text!r} is only roughly a place", text=self.text)))
        spellings = dict.fromkeys((self.bare, plain))
        stages = [stage for spelt in spellings for stage in unit_stages(self.names, spelt, key_of(spelt).key)]
        stages.sort(key=lambda stage: stage[1] == "like")
        sure = [(codes, how) for codes, how in stages if how in ("now", "former")]
        of_kind = [({c for c in codes if kind in self.names.kinds[c]}, how) for codes, how in sure if kind]
        of_level = [({c for c in codes if self.area.unit(c).level in levels}, how) for codes, how in sure if levels]
        for candidates, how in [*of_kind, *of_level, *stages]:
            fitting = _widest(self.area, candidates)
            if len(fitting) == 1:
                return self._sole(min(fitting), how, {c for codes, of in stages if of == "now" for c in codes})
            if fitting:
                return _several(self.area, self.text, fitting, self.notes)
        return None

    def _sole(self, unit: str, how: str, called_so: set[str]) -> UnitMatch:
        """Return the only unit that fits; others ``called_so`` now may be meant where it was only once."""
        others = _finest(self.area, called_so) - {unit}
        bearers = {bearer for bearer in others if unit not in self.area.ancestors(bearer)}
        self.notes += _said(self.area, self.text, unit, self._kind, self.names, how, bearers)
        if how != "like" and _SMALLER.fullmatch(self.bare):
            self.notes.append(self._read_as("doubt", unit))
        return UnitMatch(unit, (unit,), tuple(self.notes), guessed=how == "like")

    def _after_person(self) -> UnitMatch | None:
        short = _without_first_names(self.area, self.names, self.bare, self._kind) if self._kind else ""
        return UnitMatch(short, (short,), tuple(self.notes)) if short else None

    def _in_another(self) -> UnitMatch | None:
        nested = None if self._is_zone else _nested(self.area, self.bare)
        return UnitMatch(nested.unit, nested.candidates, (*self.notes, *nested.notes)) if nested is not None else None

    def _with_a_noun(self) -> UnitMatch | None:
        unit = None if self._is_zone else _with_a_noun(self.area, self.bare)
        if unit is None:
            return None
        return UnitMatch(unit, (unit,), (*self.notes, self._read_as("doubt", unit)), guessed=True)

    def _unknown(self) -> UnitMatch:
        if re.search(r"\d{3}", self.bare):
            problem = Message("no unit has the code {text!r}", text=self.text)
            self.notes.append(Note("doubt", problem, Message("look it up")))
        elif self.bare:
            problem = Message("{text!r} is no unit that is known", text=self.text)
            self.notes.append(Note("doubt", problem, Message("write the name of the unit")))
        return UnitMatch(None, (), tuple(self.notes))

    @property
    def _kind(self) -> str:
        """The kind of unit that the text says it is; or nothing."""
        return key_of(self.bare).kind

    @property
    def _is_zone(self) -> bool:
        """Whether the text is of a zone that is no level of units."""
        zone = re.search(_OF_ZONES, self.bare, re.I)
        return zone is not None and not self.names.level_of(zone[0])

    def _read_as(self, level: Level, unit: str) -> Note:
        return Note(level, Message("{text!r} is read as {label}", text=self.text, label=coded_unit(self.area, unit)))


def _without_first_names(area: StudyArea, names: Names, text: str, kind: str) -> str:
    """Return the unit of a kind that is named after a person whose last name or initials are given; or ""."""
    key = key_of(_INITIALS.sub("", text)).key
    for table in (names.current, names.last, names.former):
        units = _finest(area, {code for code in table.get(key, ()) if kind in names.kinds[code]})
        if units:
            return min(units) if len(units) == 1 else ""
    return ""


_INITIALS = re.compile(r"(?<!\w)(?:[A-ZА-ЯЁҲҶҚҒӢӮЎ][a-zа-яё]?\.\s*)+")
_OF_ZONES = rf"(?<!\w){alternatives('zone')}"
_ZONE = re.compile(rf".*{_OF_ZONES}[^()]{{0,200}}\((?P<units>[^()]+)\)", re.I)
"""A zone that is no unit, and in brackets the units that it is made up of."""
_BESIDE = re.compile(rf"[/:;,+&\n]|\s{alternatives('between names')}\s", re.I)
_WITHIN_A_UNIT = re.compile(rf"(?<!\w){alternatives('smaller than a unit')}", re.I)
"""Words for what is smaller than any unit: a part with one may be unknown."""
_SMALLER = re.compile(
    rf"(?<!\w){alternatives('smaller than a unit; before its name')}\s+[^\s,;/]+"
    rf"|(?<![^\s,;/])[^\s,;/]++\s+{alternatives('smaller than a unit; behind its name')}",
    re.I,
)
"""What is smaller than any unit, with its name."""


def _nested(area: StudyArea, text: str) -> UnitMatch | None:
    """Return the smaller of two units, one in the other, that a text names without anything between them."""
    words = text.split()
    matches = set()
    for cut in range(1, len(words) if len(words) <= MOST_WORDS else 0):
        pair = [find_unit(area, " ".join(part)) for part in (words[:cut], words[cut:])]
        if all(match.unit and not any(note.level == "doubt" for note in match.notes) for match in pair):
            first, last = pair
            if first.unit in area.ancestors(str(last.unit)):
                matches.add(last)
            elif first.unit == last.unit or last.unit in area.ancestors(str(first.unit)):
                matches.add(first)
    return matches.pop() if len({match.unit for match in matches}) == 1 else None


def _inside(area: StudyArea, name: str, around: set[str | None]) -> str | None:
    """Return the one unit of a name that lies in one of several: of "Carmen (Bohol)" and "Carmen (Cebu)" the first."""
    names = names_of(area)
    called = {
        code for spelt in (name, names.without_levels(name)[0]) for code in names.current.get(key_of(spelt).key, ())
    }
    inside = _finest(area, {code for code in called if around & set(area.ancestors(code))})
    return min(inside) if len(inside) == 1 else None


def _with_a_noun(area: StudyArea, text: str) -> str | None:
    """Return the unit that a text names beside one word that is no part of a name: in small letters, or shortened."""
    names, words = names_of(area), text.split()
    units = set[str]()
    for place, word in enumerate(words if 1 < len(words) <= MOST_WORDS else ()):
        bare = word.strip(".,")
        if word.endswith(".") or bare.islower() or (bare.isupper() and len(bare) > 1):
            rest = " ".join(words[:place] + words[place + 1 :])
            units |= names.current.get(key_of(rest).key, set())
    units = _widest(area, units)
    return min(units) if len(units) == 1 else None


MOST_WORDS = 6
"""A text of more words names no unit."""


def _parts(names: Names, text: str) -> list[str]:
    """Cut a text at what stands between names, unless it is a name as a whole."""
    if skeleton(text) in names.whole:
        return [text]
    return [part.strip() for part in _BESIDE.split(text) if part.strip(" .\n\t")]


def _among(area: StudyArea, text: str, parts: list[str], notes: list[Note]) -> UnitMatch:
    """Find the unit that several names together tell, such as a district and its region, or all that they name."""
    smaller = [not _SMALLER.sub(" ", part).strip(" ,.") for part in parts]
    matches = [UnitMatch(None) if small else find_unit(area, part) for part, small in zip(parts, smaller, strict=True)]
    narrowed = [_narrowed(area, match, matches) for match in _believed(area, matches)]
    units = _finest(area, {code for match in narrowed for code in match.candidates})
    unknown = [part for part, match in zip(parts, narrowed, strict=True) if not match.candidates]
    lost = [part for part in unknown if not _WITHIN_A_UNIT.search(part)]
    if not units:
        problem = Message("{text!r} is no unit that is known", text=text)
        return UnitMatch(None, (), (*notes, Note("doubt", problem, Message("write the name of the unit"))))
    if any(len(match.candidates) > 1 for match in narrowed) and len(units) > 1:
        return _several(area, text, units, notes)
    if lost and len(units) > 1:
        return _several(area, text, units, notes)
    if len(units) > 1:
        choices = listing(coded_unit(area, code) for code in sorted(units))
        problem = Message("{text!r} names {choices}, and not in which of them it is", text=text, choices=choices)
        fix = Message("it is taken as serving all of them; write where it is")
        return UnitMatch(None, tuple(sorted(units)), (*notes, Note("doubt", problem, fix)), named=True)
    sole = min(units)
    for match in narrowed:
        notes += [note for note in match.notes if match.unit == sole]
    for part in unknown:
        level: Level = "doubt" if part in lost else "note"
        problem = Message("{part!r} is not known here; it is read as {unit}", part=part, unit=coded_unit(area, sole))
        notes.append(Note(level, problem, Message("look whether it is right")))
    return UnitMatch(sole, (sole,), tuple(notes))


def _believed(area: StudyArea, matches: list[UnitMatch]) -> list[UnitMatch]:
    """Take back what was only guessed where a name beside it is known, and neither lies in the other."""
    sure = {code for match in matches if not match.guessed for code in match.candidates}

    def fits(match: UnitMatch) -> bool:
        lines = {code: {code, *area.ancestors(code)} for code in (*match.candidates, *sure)}
        return any(code in lines[other] or other in lines[code] for code in match.candidates for other in sure)

    return [UnitMatch(None) if match.guessed and sure and not fits(match) else match for match in matches]


def _narrowed(area: StudyArea, match: UnitMatch, beside: list[UnitMatch]) -> UnitMatch:
    """Keep of the units that a name may mean those that lie in a unit named beside it."""
    if len(match.candidates) < 2 or match.named:
        return match
    around = {other.unit for other in beside if other.unit}
    within = tuple(code for code in match.candidates if around & set(area.ancestors(code)))
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
    """What a row says in words of where it is, and what there is to tell of that."""

    area: StudyArea
    unit: UnitMatch
    place: "_Found | None"
    notes: list[Note] = field(default_factory=list)

    def by_point(self, lat: float, lon: float, here: str | None) -> Located | None:
        """Read coordinates as given, or swapped, or with a slipped decimal point; None where they cannot be right."""
        if lat == 0 and lon == 0:
            fix = Message("leave the coordinates empty where they are not known")
            self.notes.append(Note("refused", Message("0, 0 lies in the ocean"), fix))
            return None
        point = f"{lat:g}, {lon:g}"
        (lat, lon), here = self._mended(point, lat, lon, here or unit_near(self.area, lat, lon))
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
        if (refused := self._far_from_place(point, lat, lon)) is not None:
            self.notes.append(refused)
            return None
        unit = self._settled(lat, lon, here)
        self.notes[:0] = [note for note in self.unit.notes if note not in self.notes and self.unit.unit is None]
        return Located(lat, lon, unit, "exact", tuple(self.notes))

    def _mended(self, point: str, lat: float, lon: float, here: str | None) -> tuple[tuple[float, float], str | None]:
        """Return a point that lies nowhere here with its numbers swapped, or a decimal point moved, if it then does."""
        if here is None and (swapped := unit_near(self.area, lon, lat)) is not None:
            level: Level = "note" if self._is_near(lon, lat) else "doubt"
            problem = Message("{point}: latitude and longitude were swapped, and are put in order", point=point)
            self.notes.append(Note(level, problem))
            return (lon, lat), swapped
        if here is None and (slip := self._slipped(lat, lon)) is not None:
            problem = Message("{point}: the decimal point has slipped", point=point)
            fix = Message("read as {lat}, {lon}", lat=f"{slip[0]:g}", lon=f"{slip[1]:g}")
            self.notes.append(Note("doubt", problem, fix))
            return slip, unit_near(self.area, *slip)
        return (lat, lon), here

    def _slipped(self, lat: float, lon: float) -> tuple[float, float] | None:
        """Move one decimal point by a place or two where that puts the point where the row says it is."""
        ways = set()
        for up, across in product((1, 10, 100, 0.1, 0.01), repeat=2):
            moved = round(lat * up, 7), round(lon * across, 7)
            if (up == 1) == (across == 1) or unit_near(self.area, *moved) is None:
                continue
            if self._is_near(*moved) or self._from_place(*moved) <= APART_KM:
                ways.add(moved)
        return ways.pop() if len(ways) == 1 else None

    def _is_near(self, lat: float, lon: float) -> bool:
        """Tell whether a point is in the unit that the row names, or as near as a line may be wrong."""
        return self.unit.unit is not None and kilometres_to(self.area, lat, lon, self.unit.unit) <= DRAWN_KM

    def _from_place(self, lat: float, lon: float) -> float:
        """Return how many kilometres a point is from the place that the row names; infinity where none is known."""
        place = self.place.place if self.place else None
        return kilometres(lat, lon, place.lat, place.lon) if place and np.isfinite(place.lat) else np.inf

    def _far_from_place(self, point: str, lat: float, lon: float) -> Note | None:
        """Return why a point is not believed: it is too far from the place that the row names, and from its unit."""
        place, apart = self.place.place if self.place else None, self._from_place(lat, lon)
        if place is None or place.unit != self.unit.unit or not APART_KM < apart < np.inf or self._is_near(lat, lon):
            return None
        return Note(
            "refused",
            Message(
                "{point} is {apart} km from {place}, which the row names: the place is taken, not the point",
                point=point,
                apart=round(apart),
                place=place.name,
            ),
        )

    def _settled(self, lat: float, lon: float, here: str) -> str:
        """Choose between the unit a point falls in and the one the row names."""
        wanted = self.unit.unit
        if wanted is None or wanted == here or wanted in self.area.ancestors(here):
            return here
        away = kilometres_to(self.area, lat, lon, wanted)
        named, other = coded_unit(self.area, wanted), coded_unit(self.area, here)
        if away > DRAWN_KM:
            problem = Message(
                "the point lies in {other}, {away} km from {named}, which the row names",
                other=other,
                away=round(away),
                named=named,
            )
            self.notes.append(Note("doubt", problem, Message("which is right?")))
            return here
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
        """Take the name of a place that is not in the gazetteer for that of a unit, in the named one if one is."""
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
            level: Level = "doubt" if unit.guessed or _WITHIN_A_UNIT.search(text) else "note"
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
    """Tell whether a point is far from a country and would be near it with its two numbers exchanged."""
    if abs(lat) > 90:
        return True
    cities = _time_zone_cities().get(country, ())
    if not cities or abs(lon) > 90:
        return False
    given, exchanged = (min(kilometres(*point, *city) for city in cities) for point in ((lat, lon), (lon, lat)))
    return exchanged * 3 < given


@cache
def _time_zone_cities() -> dict[str, list[tuple[float, float]]]:
    """Return where the cities lie that stand for time zones, by ISO 3166 code of their country."""
    cities: dict[str, list[tuple[float, float]]] = defaultdict(list)
    table = resources.files("tzdata").joinpath("zoneinfo/zone1970.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            codes, position, *_ = line.split("\t")
            lat, lon = (_iso6709(part) for part in re.findall(r"[+-]\d+", position))
            for code in codes.split(","):
                cities[code].append((lat, lon))
    return cities


def _iso6709(text: str) -> float:
    """Return degrees of a coordinate that is written as degrees, minutes and perhaps seconds without separators."""
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    seconds = int(digits[-2:]) if len(digits) > 5 else 0
    digits = digits[:-2] if len(digits) > 5 else digits
    return sign * (int(digits[:-2]) + int(digits[-2:]) / 60 + seconds / 3600)


# By name -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """The place that a text names, and what there is to say; ``unknown`` is a text that names none at all."""

    place: NamedPlace | None
    notes: tuple[Note, ...] = ()
    unknown: str = ""


def _unit_inside(area: StudyArea, place: str, claim: UnitMatch) -> UnitMatch | None:
    """Return the unit that a place's name is, where it is the named one, or surely one inside it."""
    if inside := _inside(area, place, {claim.unit}):
        return UnitMatch(inside, (inside,))
    match = UnitMatch(None) if _WITHIN_A_UNIT.search(place) else find_unit(area, place)
    return match if match.unit and _agrees(area, match.unit, claim) else None


def _find_place(area: StudyArea, text: str, claim: UnitMatch) -> _Found:
    """Find a place in the gazetteer, in the named unit if one is named."""
    bare = re.sub(r"\([^)]*\)", " ", text).strip()
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
        places = [p for p in places if p.rank <= SEAT and p.unit in names_of(area).current.get(key, ())]
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
    """Tell whether a unit holds a single one of the finest."""
    return sum(code in area.ancestors(finest) for finest in area.unit_codes) == 1


def _said(
    area: StudyArea, text: str, code: str, kind: str, names: Names, how: str, bearers: Iterable[str]
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


def _names_unit(area: StudyArea, claim: UnitMatch, text: str) -> bool:
    """Tell whether a text names a unit by itself, not only by a town in it."""
    names, (key, _kind, _vague) = names_of(area), key_of(re.sub(r"\([^)]*\)", " ", text).strip())
    return claim.unit is not None and (
        bare_code(text) in names.codes
        or any(claim.unit in table.get(key, ()) for table in (names.current, names.former))
        or wildcard(text) is not None
    )


def coded_unit(area: StudyArea, code: str) -> Label:
    """Return the code of a unit for a phrase, which says its label in the languages of its readers."""
    return Label(area.label(code, "en"), {language: area.label(code, language) for language in area.languages})
