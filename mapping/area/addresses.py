"""The administrative unit and the place that an address names, where a list has no columns of their own for them."""

import re
from typing import NamedTuple

from mapping.area.geocode import find_unit
from mapping.area.names.countries import city_abroad, country_abroad, says_country
from mapping.area.names.place_names import key_of, names_of
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
    unit = place = country = ""
    first = True
    parts = [part.strip() for part in _PARTS.split(_POSTAL_CODE.sub(" ", address))]
    for part, behind in zip(parts, [*parts[1:], ""], strict=True):
        named = _name_in(area, part)
        if not named or says_country(area, named) or (unit and city_abroad(area, named)):
            continue  # what bears the name of a city behind a town is a street
        if away := _abroad(area, named):
            country, first = country or away, False
            continue
        if village := _VILLAGE.match(named):
            place = _known_place(area, named[village.end() :], unit) or place
            if not _TOWN.match(named):
                continue
        match = _unit_in(area, named, behind, first=first)
        first = first and match is None and bool(village)
        if match is None:
            continue
        code, named = match
        if not unit or unit in area.ancestors(code):
            unit, place = code, _known_place(area, named, code) if key_of(named).kind in ("", "city") else ""
            first = area.unit(code).level == 1
        elif code != unit and code not in area.ancestors(unit) and key_of(named).kind:
            return Whereabouts("", "", several=(unit, code))
    if country and unit:
        return Whereabouts("", "")
    return Whereabouts(unit, place if unit else "", country)


def _name_in(area: StudyArea, part: str) -> str:
    label = _LABEL.match(part)
    if label and not find_unit(area, label["of"]).candidates:
        part = part[label.end() :]
    street = _STREET.search(part)
    before = (part[: street.start()] if street else part).strip(" .-:")
    behind = part[street.end() :] if street else ""
    of_street = bool(street and _ROAD.match(street[0])) and not re.search(r"[^\W\d_]{2}", behind)
    if number := re.search(r"\d", before):
        before, of_street = before[: number.start()].strip(" .-"), True
    if of_street and not key_of(before).kind:  # without the kind of a unit it is the name of a street
        return ""
    return _OF_A_TOWN.sub("", before)


def _unit_in(area: StudyArea, named: str, behind: str, *, first: bool) -> tuple[str, str] | None:
    inner = _WITHIN_WORDS.search(named)
    for text in (named, inner[0]) if inner else (named,):
        match, kind = find_unit(area, text), key_of(text).kind
        doubted = any(note.level == "doubt" for note in match.notes) and not (match.how == "town" and kind == "city")
        if match.unit is None or doubted or not (kind or first or not match.notes):
            continue
        if kind or not _HOUSE.fullmatch(behind) or "city" in names_of(area).kinds[match.unit]:
            return match.unit, text
    return None


def _abroad(area: StudyArea, name: str) -> str:
    if _EMBASSY.match(name):
        return city_abroad(area, name.split()[-1])
    names, (key, kind, _) = names_of(area), key_of(name)
    places = names.places.get(key, [])
    here = names.units.get(("now", key)) or places
    if kind == "city":  # "г. Москва" is no village that is called so
        here = [place for place in places if "city" in names.kinds[place.unit]]
    return "" if here else country_abroad(area, name)


def _known_place(area: StudyArea, name: str, unit: str) -> str:
    places = names_of(area).places_called(key_of(name).key)
    within = [place for place in places if unit in (place.unit, *area.ancestors(place.unit))]
    return name if len(within) == 1 else ""
