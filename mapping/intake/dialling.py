"""Codes of towns, by which a number that is written as it is dialled within a town becomes whole."""

from collections import defaultdict
from functools import lru_cache

import phonenumbers

from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.intake.row_reader import read_once
from mapping.language import parsers
from mapping.language.fold import skeleton


def lacks_town(text: str, region: str) -> bool:
    """Tell whether some number of a cell cannot be read as it stands and may be one within a town."""
    _, error = read_once(parsers.phones, text, (region, ()), ())
    return error is not None and any(letter.isdigit() for letter in text)


def town_codes(area: StudyArea, region: str, unit: str | None, place: str) -> tuple[str, ...]:
    """Return the beginnings of a country's numbers in a town: of a unit of the study area, or of a place abroad.

    They are those of the library phonenumbers, which names the towns; empty where it names none for this one.

    Parameters
    ----------
    area
        The study area.
    region
        Country of the numbers, ISO 3166-1 alpha-2.
    unit
        Code of the unit of the study area that the town is in.
    place
        Name of the town, for towns abroad.
    """
    if region == (area.settings.phone_region or area.code):
        return _by_unit(area, region).get(unit or "", ())
    return _by_name(region).get(skeleton(place), ()) if place else ()


@lru_cache(maxsize=4)
def _by_unit(area: StudyArea, region: str) -> dict[str, tuple[str, ...]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for name, beginnings in _by_name(region).items():
        unit = find_unit(area, name).unit
        if unit:
            codes[unit].update(beginnings)
    return {unit: tuple(sorted(beginnings)) for unit, beginnings in codes.items()}


@lru_cache(maxsize=32)
def _by_name(region: str) -> dict[str, tuple[str, ...]]:
    """Return the beginnings of numbers by folded name of town, in each language that the library has it in."""
    from phonenumbers.geodata import GEOCODE_DATA  # 0.3 s and 100 MB: only once a list has such numbers

    own = str(phonenumbers.country_code_for_region(region))
    codes: dict[str, set[str]] = defaultdict(set)
    for beginning, names in GEOCODE_DATA.items():
        if beginning.startswith(own):
            for name in names.values():
                codes[skeleton(name.partition(",")[0].partition("(")[0])].add(beginning.removeprefix(own))
    return {name: tuple(sorted(beginnings)) for name, beginnings in codes.items()}
