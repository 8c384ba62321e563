"""The administrative unit and the place that an address names, where a list has no columns of their own for them."""

import re
from typing import NamedTuple

from mapping.area.geocode import UnitMatch, find_unit
from mapping.area.names.countries import says_country
from mapping.area.names.place_names import key_of, names_of
from mapping.area.study_area import StudyArea


class Whereabouts(NamedTuple):
    """The code of a unit, and the name of a place in it; "" for what an address does not name."""

    unit: str
    place: str


_STREET = re.compile(
    r"(?<!\w)(?:(?:ул|пр|просп|пер|к|д|корп|стр|st|ave|rd)\.|(?:ул|пр|улица|проспект|пр-т|переулок|мкр|микрорайон|"
    r"квартал|дом|корпус|офис|этаж|здание|к[ӯу]ча[ий]?|хиёбон[иу]?|гузар[иу]?|ма[ҳх]алла[ий]?|бино[иу]?|хона[ий]?|"
    r"street|avenue|road|building|office|floor|house|ko.?chasi|mahallasi|mavze|uyi?)(?!\w))",
    re.I,
)
"""Where an address goes on to what lies within a town or village."""
_VILLAGE = re.compile(r"^(?:с\.|село|пос\.|пос[её]лок|пгт|кишлак|де[ҳх]а[ий]?|қишлоқи|дер\.|village)\s*", re.I)
_POSTAL_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)[\s,]*")


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


def whereabouts(area: StudyArea, address: str) -> Whereabouts:
    """Return the unit and the place that an address names, both "" where it names none, or several apart.

    Streets bear the names of towns, so that a name without the kind of unit counts only as long as none was met, or
    within the one that was.

    Examples
    --------
    >>> from mapping.resources import shipped
    >>> area = StudyArea.load(shipped("geo/tj"))
    >>> whereabouts(area, "735700, Согдийская обл., г. Худжанд, ул. Айни 5")
    Whereabouts(unit='3505401', place='г. Худжанд')
    """
    unit, place = "", ""
    for part in re.split(r"[,;\n]", _POSTAL_CODE.sub(" ", address)):
        named = _STREET.split(part)[0].strip(" .-")
        if not named or re.search(r"\d", named) or says_country(area, named):
            continue
        if _VILLAGE.match(named):
            place = _known_place(area, _VILLAGE.sub("", named), unit) or place
            continue
        match, kind = find_unit(area, named), key_of(named)[1]
        if not _is_sure(match, kind):
            continue
        code = str(match.unit)
        if not unit or unit in area.ancestors(code):
            # a district is more than the town of its name
            unit, place = code, _known_place(area, named, code) if kind in ("", "city") else ""
        elif code != unit and code not in area.ancestors(unit) and kind:
            return Whereabouts("", "")
    return Whereabouts(unit, place if unit else "")


def _is_sure(match: UnitMatch, kind: str) -> bool:
    """Tell whether a unit is meant: by the name it has now or, where its kind is said, by any."""
    notes = [note for note in match.notes if note.level == "doubt" or not kind]
    return match.unit is not None and not notes


def _known_place(area: StudyArea, name: str, unit: str) -> str:
    """Return the name of a place of the gazetteer within a unit; "" where there is no such, or more than one."""
    places = names_of(area).places.get(key_of(name)[0], [])
    within = [place for place in places if unit in (place.unit, *area.ancestors(place.unit))]
    return name if len(within) == 1 else ""
