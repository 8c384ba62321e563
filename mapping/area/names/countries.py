"""Countries by their names: the study area as a whole, other countries, and cities abroad that stand for them."""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from mapping.area.names.place_names import LEADING_WORDS, SHORTEST, VOWELS, key_of
from mapping.area.study_area import StudyArea
from mapping.language.fold import coarse_word, skeleton, tokens, words_for

_STATE = words_for("kind of state")
"""Words that say what kind of state a country is."""

_WHOLE = words_for("whole")
_COUNTRY = words_for("country")
_UNITS = words_for("units")
_ALL = words_for("all")
"""Words for a country as a whole; words for units, which are all of them only beside one of the last."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")


@lru_cache(maxsize=10_000)
def says_country(area: StudyArea, text: str) -> bool:
    """Tell whether a text names the study area as a whole: by its code, its name, or words for all of a country."""
    if text.strip().upper() in {area.code, area.code3}:
        return True
    names = [words[0] for name in area.name.values() if len(words := tokens(name)) == 1]
    short = {name for name, code in _other_country_names().items() if code == area.code}
    words = tokens(re.sub(r"\([^()]*\)", " ", text))
    named = {word for word in words if word in short or any(_inflects(word, name) for name in names)}
    left = [word for word in words if word not in named and word not in _WHOLE]
    every = _UNITS if _ALL.intersection(words) else frozenset()
    return bool(named or left) and (_COUNTRY | every).issuperset(left)


def _inflects(word: str, name: str) -> bool:
    rough, known = coarse_word(word), coarse_word(name)
    return rough[: len(known) - 1] == known[:-1] and len(rough) - len(known) <= 3


def _bends(word: str, name: str) -> bool:
    """Tell whether a word is a name with another ending, in the same spelling: "матнҳо" is no Mayotte."""
    return word.startswith(name[:-1]) and len(word) - len(name) <= 3


@lru_cache(maxsize=10_000)
def country_code(area: StudyArea, text: str) -> str:
    """Return the ISO 3166 code of a country, or "".

    Its name may be in any language of the study area or English, in full or short, in another case: "Республика
    Узбекистан", "из Кыргызстана", "РФ".
    """
    country = text.strip()
    if not country:
        return ""
    if country.upper() in {area.code, area.code3}:
        return area.code
    known = _country_names(area)
    parts = [country, *re.split("[-–/(),]", country)]
    for part in parts:
        if code := known.get(skeleton(part)):
            return code
        if len(part) == 2 and part.upper() in Locale("en").territories:
            return part.upper()
        if len(part) == 3 and len(codes := get_global("territory_aliases").get(part.upper(), ())) == 1:
            return str(codes[0])
    return next(filter(None, (_in_another_case(area, part) for part in parts)), "")


def _in_another_case(area: StudyArea, text: str) -> str:
    """Return the country that a text names without the words for its kind of state, or in another case; or "".

    Words and names in Cyrillic letters bend among themselves: "сведения" is no case of Sweden.
    """
    known, bare = _country_names(area), _without_state(text)
    if bare in known or len(bare) < SHORTEST:
        return known.get(bare, "")
    own = _in_cyrillic(area) if _CYRILLIC.search(text) else known.keys()
    names = [name for name in own if name in known and len(name) >= SHORTEST - 1 and _bends(bare, name)]
    return known[max(names, key=len)] if names else ""


def _without_state(text: str) -> str:
    return " ".join(word for word in tokens(text) if word not in _STATE and word not in LEADING_WORDS)


@lru_cache(maxsize=4)
def _country_names(area: StudyArea) -> dict[str, str]:
    """Return the folded names of all countries -> ISO 3166 code: the study area's first, then those of all languages.

    Those of the languages are in the CLDR; official, short and older ones in ``terms/countries.csv``.
    """
    own = {skeleton(name): area.code for name in area.name.values()}
    named = {skeleton(n): code for code, names in area.settings.country_names.items() for n in names.values()}
    return {**_other_country_names(), **_countries(tuple(area.languages)), **named, **own}


@lru_cache(maxsize=4)
def _in_cyrillic(area: StudyArea) -> frozenset[str]:
    names = {name for own in area.settings.country_names.values() for name in own.values()} | {*area.name.values()}
    names |= {name for row in _table() for name in row["names"].split(";")}
    names |= {name for language in area.languages for name in _territories(language).values()}
    return frozenset(skeleton(name) for name in names if _CYRILLIC.search(name))


@cache
def _other_country_names() -> dict[str, str]:
    return {skeleton(name): row["code"] for row in _table() for name in row["names"].split(";") if name.strip()}


@cache
def _table() -> list[dict[str, str]]:
    table = resources.files("mapping.language").joinpath("terms/countries.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(table.splitlines()))


@cache
def _countries(languages: tuple[str, ...]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in dict.fromkeys((*languages, "en")):
        for code, name in _territories(language).items():
            if re.fullmatch("[A-Z]{2}", code):
                codes.setdefault(skeleton(name), code)
    return codes


def _territories(language: str) -> Mapping[str, str]:
    try:
        territories: Mapping[str, str] = Locale.parse(language).territories
    except UnknownLocaleError:
        return {}
    return territories


@lru_cache(maxsize=10_000)
def country_abroad(area: StudyArea, text: str) -> str:
    """Return the ISO 3166 code of the other country that a text names as a whole, or by a city of it; or "".

    Cities are those that stand for time zones in the CLDR, and some more to which people go.
    """
    bare = text.strip(" .")
    if not bare or says_country(area, bare):
        return ""
    known = _country_names(area)
    code = known.get(skeleton(bare)) or known.get(_without_state(bare)) or city_abroad(area, bare)
    return "" if code == area.code else code


def city_abroad(area: StudyArea, text: str) -> str:
    """Return the ISO 3166 code of the country of a city abroad, or ""; in Cyrillic letters also in another case."""
    cities, key = _cities(area.code, tuple(area.languages)), key_of(text).key
    return cities.get(key) or (cities.get(_stem(key), "") if _CYRILLIC.search(text) else "")


def _stem(key: str) -> str:
    """Return a folded name with a mark for the vowels at its end, which change with the case: Москва, в Москве."""
    stem = key.rstrip(VOWELS)
    return f"{stem}-" if len(stem) >= SHORTEST - 1 else key


@cache
def _cities(code: str, languages: tuple[str, ...]) -> dict[str, str]:
    """Return the cities of other countries, folded -> ISO 3166 code; a name in two countries stands for neither."""
    countries: dict[str, set[str]] = defaultdict(set)
    for city, country in _city_names(languages):
        key = key_of(city).key
        for spelt in {key, _stem(key)}:
            countries[spelt].add(country or "")
    return {city: own for city, codes in countries.items() if len(codes) == 1 and (own := min(codes)) != code}


def _city_names(languages: tuple[str, ...]) -> list[tuple[str, str | None]]:
    zones, other = get_global("zone_territories"), get_global("zone_aliases")
    named = [
        (facts["city"], zones.get(zone) or zones.get(other.get(zone, "")))
        for language in dict.fromkeys((*languages, "en"))
        for zone, facts in _time_zones(language).items()
        if "city" in facts
    ]
    named += [(zone.rpartition("/")[2].replace("_", " "), country) for zone, country in zones.items()]
    named += [(city.strip(), row["code"]) for row in _table() for city in row["cities"].split(";") if city.strip()]
    return named


def names_abroad(area: StudyArea) -> dict[str, list[str]]:
    """Return what people call each other country that a study area names, and its cities, by the country's code."""
    names = {code: list(own.values()) for code, own in area.settings.country_names.items() if code != area.code}
    shorter = ((name.strip(), row["code"]) for row in _table() for name in row["names"].split(";") if name.strip())
    for name, code in (*shorter, *_city_names(tuple(area.languages))):
        if code in names:
            names[code].append(name)
    return names


def _time_zones(language: str) -> Mapping[str, Mapping[str, str]]:
    try:
        zones: Mapping[str, Mapping[str, str]] = Locale.parse(language).time_zones
    except UnknownLocaleError:
        return {}
    return zones
