"""Codes of towns, by which a number that is written as it is dialled within a town becomes whole."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from mapping.area.geocode import find_unit
from mapping.area.names.place_names import key_of, names_of
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
    if region == area.phone_country:
        return _by_unit(area, region).get(unit or "", ())
    return _by_name(region).get(skeleton(place), ()) if place else ()


def towns_beside(area: StudyArea, region: str, text: str) -> tuple[str, ...]:
    """Return the beginnings of numbers in the towns that a cell names in brackets: 22-00-00 (Dushanbe)."""
    names = re.findall(r"[(\[]([^()\[\]\d]+)[)\]]", text)
    return tuple(code for name in names for code in town_codes(area, region, _surely(area, name), name))


def _surely(area: StudyArea, name: str) -> str | None:
    match = find_unit(area, name)
    return None if any(note.level == "doubt" for note in match.notes) else match.unit


@lru_cache(maxsize=4)
def _by_unit(area: StudyArea, region: str) -> dict[str, tuple[str, ...]]:
    """Return the beginnings of numbers by unit.

    The library may be older than a change of names. Where it has a unit under a former name too, a name that this unit
    bears now and another one bore before is that of the other.
    """
    codes: dict[str, set[str]] = defaultdict(set)
    beginnings = [(unit, name, code) for name, code in _names(region) if (unit := find_unit(area, name).unit)]
    known = names_of(area)
    renamed = {unit for unit, name, _ in beginnings if unit not in known.units.get(("now", key_of(name).key), ())}
    for unit, name, code in beginnings:
        before = known.units.get(("former", key_of(name).key), set()) - {unit}
        codes[before.pop() if unit in renamed and len(before) == 1 else unit].add(code)
    return {unit: tuple(sorted(own)) for unit, own in codes.items()}


@lru_cache(maxsize=32)
def _by_name(region: str) -> dict[str, tuple[str, ...]]:
    """Return the beginnings of numbers by folded name of town, in each language that the library has it in."""
    codes: dict[str, set[str]] = defaultdict(set)
    for name, code in _names(region):
        codes[skeleton(name)].add(code)
    return {name: tuple(sorted(beginnings)) for name, beginnings in codes.items()}


def _names(region: str) -> Iterator[tuple[str, str]]:
    """Yield the towns of a country, in each language that the library has them in, with the beginning of numbers."""
    from phonenumbers.geodata import GEOCODE_DATA  # 0.3 s and 100 MB: only once a list has such numbers

    own = str(phonenumbers.country_code_for_region(region))
    for beginning, names in GEOCODE_DATA.items():
        if beginning.startswith(own):
            for name in names.values():
                yield name.partition(",")[0].partition("(")[0].strip(), beginning.removeprefix(own)
