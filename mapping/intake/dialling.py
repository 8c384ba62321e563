"""Codes of towns, by which a number that is written as it is dialled within a town becomes whole."""

from collections import defaultdict
from functools import lru_cache

import phonenumbers

from mapping.area.geocode import find_unit
from mapping.area.names.place_names import key_of, names_of
from mapping.area.study_area import StudyArea


@lru_cache(maxsize=4)
def town_codes(area: StudyArea) -> dict[str, tuple[str, ...]]:
    """Return the beginnings of numbers by unit of a study area, as the library phonenumbers has them by name of town.

    The library may be older than a change of names. Where it has a unit under a former name too, a name that this unit
    bears now and another one bore before is that of the other.
    """
    from phonenumbers.geodata import GEOCODE_DATA  # 0.3 s and 100 MB: only once a list has such numbers

    country = str(phonenumbers.country_code_for_region(area.phone_country))
    beginnings = [
        (unit, name, beginning.removeprefix(country))
        for beginning, names in GEOCODE_DATA.items()
        if beginning.startswith(country)
        for name in (text.partition(",")[0].partition("(")[0].strip() for text in names.values())
        if (unit := find_unit(area, name).unit)
    ]
    codes: dict[str, set[str]] = defaultdict(set)
    units = names_of(area).units
    renamed = {unit for unit, name, _ in beginnings if unit not in units.get(("now", key_of(name).key), ())}
    for unit, name, code in beginnings:
        before = units.get(("former", key_of(name).key), set()) - {unit}
        codes[before.pop() if unit in renamed and len(before) == 1 else unit].add(code)
    return {unit: tuple(sorted(of_unit)) for unit, of_unit in codes.items()}
