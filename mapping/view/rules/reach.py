"""Whom a service reaches without a place near them: one rule for search, API, public lists, finder and analyses.

A line is a type of help that is given by phone. Whoever runs one answers calls from wherever they come, unless it says
which areas it is for, whatever else is done at its door. Where all that is done is answering, nobody goes to its door.
"""

from collections.abc import Collection
from functools import cache

from mapping.language.parsers import country_of
from mapping.language.taxonomy import Vocabulary

BY_PHONE = "remote"
"""The kind of location of help that is given by phone alone."""
CROSS_BORDER = "RET"
"""The family of help that starts abroad and ends at home."""
CONSULAR = "RET-CON"
"""Help of a consulate, for people in the country where it is."""


def by_phone(types: Collection[str]) -> bool:
    """Tell whether a service of some types answers by phone alone, wherever its office is."""
    return bool(types) and _lines().issuperset(types)


def is_line(types: Collection[str]) -> bool:
    """Tell whether a service of some types is a line that people call, whatever else it is."""
    return not _lines().isdisjoint(types)


@cache
def _lines() -> frozenset[str]:
    """Return the types of help that is given by phone."""
    terms = Vocabulary.load("service_types").terms()
    return frozenset(term.code for term in terms if term.location_kind == BY_PHONE)


def all_abroad(numbers: Collection[str], home: str) -> bool:
    """Tell whether all numbers are of other countries; a short one is dialled at home, and an account has none."""
    dialled = [number for number in numbers if not number.startswith("http")]
    return bool(dialled) and all(country_of(number) not in ("", home) for number in dialled)


def serves_everybody(
    types: Collection[str], numbers: Collection[str], home: str, *, placed: bool, bounded: bool
) -> bool:
    """Tell whether a service is for whoever is in the country.

    It is where it is a line with a number, or says no place, and says no area. Who can only be called in another
    country serves people there, unless the help is made for coming home and no consulate's.

    Parameters
    ----------
    types
        Codes of what it does.
    numbers
        Those by which it is called.
    home
        The country of the study area whose numbers need no prefix.
    placed, bounded
        Whether it has a place that may be shown; whether it says which areas it covers.
    """
    if bounded or (placed and not (numbers and is_line(types))):
        return False
    coming_home = any(code.partition("-")[0] == CROSS_BORDER and code != CONSULAR for code in types)
    return coming_home or not all_abroad(numbers, home)
