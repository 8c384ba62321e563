"""The administrative unit and the place that an address names, where a list has no columns of their own for them."""

import re
from typing import NamedTuple

from mapping.area.geocode import UnitMatch, find_unit
from mapping.area.names.countries import city_abroad, country_abroad, says_country
from mapping.area.names.place_names import SEAT, key_of, names_of
from mapping.area.study_area import StudyArea
from mapping.language.fold import alternatives, skeleton, words_for


class Whereabouts(NamedTuple):
    """What an address names, "" for what it does not: the code of a unit, the name of a place in it, a country abroad.

    ``several`` are the codes of units that it names apart, so that none of them is taken.
    """

    unit: str
    place: str
    country: str = ""
    several: tuple[str, ...] = ()


_STREET = re.compile(rf"(?<!\w){alternatives('within a town')}", re.I)
"""Where an address goes on to what lies within a town or village."""
_ROAD = re.compile(alternatives("road"), re.I)
"""Those of them that may stand behind the name of a street: "Rudaki street 5"."""
_TOWN = re.compile(rf"^{alternatives('settlement of a town')}\s*", re.I)
_WITHIN_WORDS = re.compile(rf"(?<=\s){alternatives('unit behind other words')}\s*[^\W\d_].*$", re.I)
"""A unit with its kind at the end of other words: "hospital of the city of Kulob"."""
_PARTS = re.compile(r"[,;\n]|(?:^|(?<=\s))\d\)\s|[.;]\s+(?=[^\W\d_]+:)")
_LABEL = re.compile(r"(?P<of>[^\W\d_]{1,40}(?:\s[^\W\d_]{1,40})?):\s*")
"""What an address begins with that says what it is of: "Office: Dushanbe"."""
_OF_A_TOWN = re.compile(rf"^{alternatives('named after its town')}\s+", re.I)
"""What bears the name of the town that it is in."""
_EMBASSY = re.compile(rf"^{alternatives('embassy')}\s", re.I)
_VILLAGE = re.compile(rf"^{alternatives('village')}\s*", re.I)
_HOUSE = re.compile(r"\d{1,3}(?:\s?[-/]?\s?[^\W\d_]|/\d{1,3})?")
"""The number of a house: what stands before it is a street, unless it is a town."""
_POSTAL_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)[\s,]*")


SHORT = 3
"""Letters of words that are met whole, not by how they begin."""
_ELSEWHERE, _POINTED_AT = words_for("pointing elsewhere"), words_for("what is pointed at stems")
_STEMS = tuple(word for word in _POINTED_AT if len(word) > SHORT)


def points_elsewhere(address: str) -> bool:
    """Tell whether an address says nothing but that it is that of another row or office.

    Examples
    --------
    >>> points_elsewhere("как в головном офисе"), points_elsewhere("ҳамон суроғаи дафтари марказӣ")
    (True, True)
    >>> points_elsewhere("Central office"), points_elsewhere("the same building as the police")
    (False, False)
    """
    if any(map(str.isdigit, address)):
        return False  # a house, or a number of something else
    words = skeleton(address).split()
    elsewhere = [word in _ELSEWHERE for word in words]
    return any(elsewhere) and all(
        there or word in _POINTED_AT or word.startswith(_STEMS) for there, word in zip(elsewhere, words, strict=True)
    )


def postal_code(address: str) -> tuple[str, str]:
    """Return the postal code that stands before everything else in an address, "" without one, and the rest.

    Examples
    --------
    >>> postal_code("734025, г. Душанбе"), postal_code("Душанбе, 221234")
    (('734025', 'г. Душанбе'), ('', 'Душанбе, 221234'))
    """
    text = address.strip()
    match = _POSTAL_CODE.match(text)
    rest = text[match.end() :] if match else ""
    return (text[:6], rest) if rest else ("", text)


def says_street(text: str) -> bool:
    """Tell whether a text says more than a place: a street, a house, a number.

    >>> says_street("ул. Айни"), says_street("Khujand, 5"), says_street("Khujand, Isfara")
    (True, True, False)
    """
    return bool(_STREET.search(text) or re.search(r"\d", text))


def whereabouts(area: StudyArea, address: str) -> Whereabouts:
    """Return the unit and the place that an address names, or the country abroad; "" where it names none, or both.

    Streets bear the names of towns, so that a name without the kind of unit counts only as long as none was met, or
    within the one that was; a former name, or the name of a district's centre, only where it comes first.

    Examples
    --------
    >>> from mapping.resources import shipped
    >>> area = StudyArea.load(shipped("geo/tj"))
    >>> whereabouts(area, "735700, Согдийская обл., г. Худжанд, ул. Айни 5")
    Whereabouts(unit='3505401', place='г. Худжанд', country='', several=())
    >>> whereabouts(area, "г. Алматы, ул. Айни 5").country
    'KZ'
    """
    parts = _PARTS.split(_POSTAL_CODE.sub(" ", address))
    read = _Address(area)
    for part, behind in zip(parts, [*parts[1:], ""], strict=True):
        read.take(part.strip(), behind.strip())
        if read.several:
            return Whereabouts("", "", several=read.several)
    if read.country and read.unit:
        return Whereabouts("", "")
    return Whereabouts(read.unit, read.place if read.unit else "", read.country)


class _Address:
    """What the parts of an address named so far."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area
        self.unit, self.place, self.country = "", "", ""
        self.several: tuple[str, ...] = ()
        self.first = True
        """Whether no part has named anything yet."""

    def take(self, part: str, behind: str) -> None:
        """Take what a part names, with the part behind it."""
        named = self._named(part)
        if not named or says_country(self.area, named) or (self.unit and city_abroad(self.area, named)):
            return  # what bears the name of a city behind a town is a street
        if away := _abroad(self.area, named):
            self.country, self.first = self.country or away, False
        elif _VILLAGE.match(named):
            self._take_village(named)
        else:
            self._take_unit(named, behind)

    def _named(self, part: str) -> str:
        label = _LABEL.match(part)
        return _name_in(part if label is None or find_unit(self.area, label["of"]).candidates else part[label.end() :])

    def _take_village(self, named: str) -> None:
        bare = _VILLAGE.sub("", named)
        if not self.unit and _TOWN.match(named) and (centred := _centred(self.area, bare)):
            self.unit, self.first = centred, False
        self.place = _known_place(self.area, bare, self.unit) or self.place

    def _take_unit(self, named: str, behind: str) -> None:
        inner = _WITHIN_WORDS.search(named)
        if inner and not _is_sure(self.area, find_unit(self.area, named), named, key_of(named).kind, self.first):
            named = inner[0]
        match, kind = find_unit(self.area, named), key_of(named).kind
        sure, self.first = _is_sure(self.area, match, named, kind, self.first), False
        if not sure or (_HOUSE.fullmatch(behind) and not kind and "city" not in _kinds(self.area, match)):
            return
        code = str(match.unit)
        if not self.unit or self.unit in self.area.ancestors(code):
            # a district is more than the town of its name
            self.unit, self.place = code, _known_place(self.area, named, code) if kind in ("", "city") else ""
            self.first = self.first or self.area.unit(code).level == 1
        elif code != self.unit and code not in self.area.ancestors(self.unit) and kind:
            self.several = (self.unit, code)


def _name_in(part: str) -> str:
    """Return what stands in a part of an address before street and number; "" where that is the street's name."""
    street = _STREET.search(part)
    before = (part[: street.start()] if street else part).strip(" .-:")
    behind = part[street.end() :] if street else ""
    of_street = bool(street and _ROAD.match(street[0])) and not re.search(r"[^\W\d_]{2}", behind)
    of_street = of_street and not key_of(before).kind
    if before and re.search(r"\d", before):
        before = re.split(r"\d", before, maxsplit=1)[0].strip(" .-")
        of_street = not key_of(before).kind  # without the kind of a unit it is the name of a street
    return "" if of_street else _OF_A_TOWN.sub("", before)


def _abroad(area: StudyArea, name: str) -> str:
    """Return the other country that a part of an address names, itself or by a city of it; or ""."""
    if _EMBASSY.match(name):
        return city_abroad(area, name.split()[-1])
    away = country_abroad(area, name)
    key, kind, _ = key_of(name)
    own = names_of(area).units.get(("now", key), set()) or names_of(area).places.get(key)
    return away if away and (not own or (kind == "city" and not _cities_of(area, key))) else ""


def _kinds(area: StudyArea, match: UnitMatch) -> frozenset[str]:
    return frozenset(names_of(area).kinds[str(match.unit)])


def _cities_of(area: StudyArea, key: str) -> list[str]:
    """Return the units of the area that are cities and have a place of some name."""
    kinds = names_of(area).kinds
    return [place.unit for place in names_of(area).places.get(key, []) if "city" in kinds[place.unit]]


def _is_sure(area: StudyArea, match: UnitMatch, name: str, kind: str, first: bool) -> bool:
    """Tell whether a unit is meant: by the name it has now or, where its kind is said or it comes first, by any.

    A district may be called by the town that is its centre.
    """
    if match.unit is None:
        return False
    doubts = [note for note in match.notes if note.level == "doubt"]
    if doubts:
        return kind == "city" and len(doubts) == 1 and _centred(area, name) == match.unit
    if not match.notes or kind:
        return True
    inner = re.findall(r"\(([^()]*)\)", name)
    if any(find_unit(area, text).unit not in (None, match.unit) for text in inner):
        return False
    key = key_of(re.sub(r"\([^)]*\)", " ", name))[0]
    return first and (_centred(area, name) == match.unit or not names_of(area).places_called(key))


def _centred(area: StudyArea, name: str) -> str:
    """Return the unit of which a town is the centre, if there is one such town and no other unit is called so."""
    names, key = names_of(area), key_of(re.sub(r"\([^)]*\)", " ", name))[0]
    units = {place.unit for place in names.places_called(key) if place.rank <= SEAT}
    bearers = names.units.get(("now", key), set()) - units
    return units.pop() if len(units) == 1 and not bearers and not city_abroad(area, name) else ""


def _known_place(area: StudyArea, name: str, unit: str) -> str:
    """Return the name of a place of the gazetteer within a unit; "" where there is no such, or more than one."""
    places = names_of(area).places_called(key_of(name).key)
    within = [place for place in places if unit in (place.unit, *area.ancestors(place.unit))]
    return name if len(within) == 1 else ""
