"""Every name of a study area's units and places, folded, and what a text could mean among them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from mapping.area.study_area import AreaUnit, StudyArea
from mapping.language.fold import coarse, is_latin, nominative, skeleton, wildcard, words_for

LIKE = 87
"""Least likeness of the letters, out of 100, of a name that is spelt as nobody spells it."""
SHORTEST = 5
"""Shorter names must be spelt right."""
VOWELS = "aeiouy"
SEAT = 2
"""Rank of the smallest place that is the seat of a unit."""

UNIT_KINDS = ("city", "district", "region")
SMALL = words_for("small in a name")

_KINDS = {word.replace(" ", ""): kind for kind in UNIT_KINDS for word in words_for(f"kind of unit: {kind}")}
"""Words by which a name says what kind of unit it is."""
_VAGUE = words_for("vague place")
LEADING_WORDS = words_for("leading to a place")
"""Words before the name of where something is, works, or where people live."""
_ROMAN = re.compile(r"(?<![^\W_])(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})(?![^\W_])")
_NUMERALS = {"I": 1, "V": 5, "X": 10}
_ABBREVIATED = re.compile(r"\s*[^\W\d_]{1,3}\.")
_DUAL = re.compile(r"(?<!\s)\s*+[/()\[\];|]++\s*")
_CEDILLAS, _COMMAS = "şţŞŢ", "șțȘȚ"
"""Letters of Romanian as old files have them, and as they are written."""
_WITHIN_A_WORD = r"(?<=[^\W\d_]){}(?=[^\W\d_])"
_SHORTENED = re.compile(r"\bр-о?н[аеы]?\b\.?", re.I)


class NamedPlace(NamedTuple):
    """A place of the gazetteer under one of its names; ``rank`` is smaller for a larger place."""

    name: str
    unit: str
    lat: float
    lon: float
    rank: int


@dataclass
class Names:
    """Every spelling of units and places, folded."""

    current: dict[str, set[str]] = field(default_factory=dict)
    former: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=dict)
    initials: dict[str, set[str]] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[NamedPlace]] = field(default_factory=dict)
    bent: dict[str, list[NamedPlace]] = field(default_factory=dict)
    """Places by their names but for the vowels at the end: see `places_called`."""
    whole: dict[str, set[str]] = field(default_factory=dict)
    last: dict[str, set[str]] = field(default_factory=dict)
    """By the last word of a name of several: Джами, of Абдурахмона Джами."""
    scripts: bool = False
    """Whether names are written in more scripts than the Latin: then their vowels are often those of another script."""
    towns: dict[str, set[str]] = field(default_factory=dict)
    """What is left of names that are adjectives: "Khatlonski" is the district of "Khatlon"."""
    levels: dict[str, set[int]] = field(default_factory=dict)
    """Words by which the area calls a level of its units, such as "province", with their levels."""

    def level_of(self, word: str) -> set[int]:
        """Return the levels that a word, perhaps with an ending, calls; none for any other word."""
        folded = skeleton(word)
        endings = (folded[:cut] for cut in range(len(folded), max(len(folded) - 4, 3), -1))
        return next((self.levels[stem] for stem in endings if stem in self.levels), set())

    def add_unit(self, code: str, unit: AreaUnit) -> None:
        """Take the names of a unit, as it is called now and as it was."""
        called = unit.names.values()
        self.kinds[code] = {kind for name in called if (kind := key_of(name).kind)}
        self.scripts |= not all(map(is_latin, called))
        for spelt in dict.fromkeys(spelt for name in called for spelt in ways(name)):
            _put(self.whole, skeleton(spelt), code)
            for key in {key_of(spelt).key, key_of(self.without_levels(spelt)[0]).key}:
                _put(self.current, key, code)
                if key.endswith("ski"):
                    _put(self.towns, key.removesuffix("ski"), code)
            if len(words := bare_words(spelt)) > 1:
                _put(self.last, key_of(words[-1]).key, code)
            if len(initials := _initials(spelt)) >= 3:
                _put(self.initials, initials, code)
        for name in unit.other_names:
            for spelt in (way for part in spellings(name) for way in ways(part)):
                _put(self.parts if name in unit.parts else self.former, key_of(spelt).key, code)

    def add_place(self, place: NamedPlace, called: Iterable[str]) -> None:
        """Take what a place is called, where its unit is one that has a name."""
        if place.unit not in self.kinds:
            return
        for key in {key_of(way).key for spelt in called for way in ways(spelt)} - {""}:
            if place not in self.places.setdefault(key, []):
                self.places[key].append(place)
            if len(stem := key.rstrip(VOWELS)) >= SHORTEST - 1 and place not in self.bent.setdefault(stem, []):
                self.bent[stem].append(place)

    def places_called(self, key: str) -> list[NamedPlace]:
        """Return the places of a name, else those whose names differ in the vowels at the end: в Чашме, из Чашмы."""
        return self.places.get(key) or self.bent.get(key.rstrip(VOWELS), [])

    def is_carried_over(self, text: str) -> bool:
        """Tell whether other vowels of a class may be the same name in another script: Кӯлоб, Kulyab."""
        return self.scripts or not is_latin(text)

    def without_levels(self, text: str) -> tuple[str, set[int]]:
        """Return a text without the words that call a level, and the levels; as it was where no other word is left."""
        words = text.split()
        levels = [self.level_of(word) if len(word) > 2 else set() for word in words]
        left = [word for word, called in zip(words, levels, strict=True) if not called]
        while len(left) < len(words) and left and skeleton(left[0]) in SMALL:
            left = left[1:]
        return (" ".join(left), set().union(*levels)) if left else (text, set())


def _put(table: dict[str, set[str]], key: str, code: str) -> None:
    table.setdefault(key, set()).add(code)


@lru_cache(maxsize=4)
def names_of(area: StudyArea) -> Names:
    """Fold every name of an area once."""
    names = Names()
    for level in area.levels[1:]:
        for word in {skeleton(word) for label in level.label.values() for word in label.split()} - SMALL:
            if len(word) > 2:
                names.levels.setdefault(word, set()).add(level.level)
    for code, unit in area.all_units().items():
        if unit.level > 0:
            bare = bare_code(code)
            names.codes |= {bare: code, f"{area.code}{bare}": code}
            names.add_unit(code, unit)
    places = area.gazetteer
    for spelt_so, label, kind, seat, unit_code, lat, lon in zip(
        *(places[column] for column in ("names", "name", "kind", "seat", "unit", "lat", "lon")), strict=True
    ):
        rank = 0 if kind == "city" else 1 if kind == "town" else SEAT if seat >= 0 else SEAT + 1
        names.add_place(NamedPlace(str(label), str(unit_code), float(lat), float(lon), rank), [*spelt_so, label])
    return names


class NameKey(NamedTuple):
    """A name, folded and without the words for kinds of unit; the kind of unit if it says one; whether it is vague."""

    key: str
    kind: str
    vague: bool


@lru_cache(maxsize=65536)
def key_of(name: str) -> NameKey:
    """Fold the name of a unit or place."""
    words = skeleton(_ROMAN.sub(_arabic, _SHORTENED.sub("район", name))).split()
    while len(words) > 1 and words[0] in LEADING_WORDS and not _ABBREVIATED.match(name):
        words = words[1:]
    kinds = [_KINDS[word] for word in words if word in _KINDS]
    vague = any(word in _VAGUE for word in words)
    stems = [nominative(word) for word in words if word not in _KINDS and word not in _VAGUE]
    while kinds and len(stems) > 1 and len(stems[0]) > 1 and stems[0] in SMALL:
        stems = stems[1:]
    return NameKey("".join(stems or words), kinds[0] if kinds and stems else "", vague)


def spellings(names: str) -> list[str]:
    """Return the names that stand in one cell: "Qurghonteppa / Kurgan-Tyube"."""
    return [name for name in map(str.strip, re.split("[,/;]", names)) if name]


def _arabic(match: re.Match[str]) -> str:
    """Write a Roman number in digits: VII and VIII would fold to one."""
    values = [_NUMERALS[letter] for letter in match[0]]
    return str(sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)))


@lru_cache(maxsize=65536)
def ways(name: str) -> tuple[str, ...]:
    """Return a name as it is written, both names of what has two, and all of them in other orthographies.

    These are those of Romanian, and Russian without ё.

    >>> ways("Bender (Tighina)"), ways("Rîșca")
    (('Bender (Tighina)', 'Bender', 'Tighina'), ('Rîșca', 'Râșca', 'Rîşca', 'Râşca'))
    """
    parts = [part for part in _DUAL.split(name) if len(part) > 2 and skeleton(part).replace(" ", "") not in _KINDS]
    written = [name, *(parts if len(parts) > 1 else ())]
    for old, new in (("î", "â"), ("â", "î"), ("ё", "е")):
        written += [re.sub(_WITHIN_A_WORD.format(old), new, spelt) for spelt in written]
    for old, new in ((_COMMAS, _CEDILLAS), (_CEDILLAS, _COMMAS)):
        written += [spelt.translate(str.maketrans(old, new)) for spelt in written]
    return tuple(dict.fromkeys(written))


def bare_words(name: str) -> list[str]:
    """Return the words of a name without those for kinds of unit, as they are written."""
    return [word for word in re.findall(r"[^\s-]+", name) if skeleton(word).replace(" ", "") not in _KINDS]


@lru_cache(maxsize=65536)
def _squeezed_coarse(key: str) -> str:
    return coarse(key)


def _initials(name: str) -> str:
    return "".join(map(_initial_key, initial_letters(name)))


def initial_letters(name: str) -> list[str]:
    """Return the first letters of the words of a name: Г, Б, а, о."""
    return [word[0] for word in re.findall(r"[^\W\d_]+", name) if skeleton(word) not in SMALL]


def _initial_key(text: str) -> str:
    """Fold letter by letter, so that two alike do not become one (РРП)."""
    return "".join(skeleton(letter) for letter in text.strip())


def names_alone(unit: AreaUnit) -> list[str]:
    """Return the names by which a unit is told from all others."""
    return [name for language, name in unit.names.items() if unit.titles[language] == name]


@lru_cache(maxsize=4)
def short_names(area: StudyArea) -> dict[str, list[str]]:
    """Return what each unit is called in short: without its kind, by its last word; a region by initials too (ГБАО).

    A last word that two units share stands for neither, one that is all of another's name for that one, and a name of
    several units for none; an adjective stands for its town.
    """
    short: dict[str, list[str]] = {}
    last: dict[str, set[str]] = defaultdict(set)
    for code, unit in area.all_units().items():
        own = {spelt for name in names_alone(unit) for spelt in ways(name)} if unit.level else ()
        for name in sorted(own):
            words = bare_words(name)
            short.setdefault(code, []).append(" ".join(words))
            if len(words) == 1 and len(town := skeleton(words[0]).removesuffix("ski")) < len(skeleton(words[0])):
                short[code].append(town)
            if unit.level == 1 and len(initials := initial_letters(name)) >= 3:
                short[code].append("".join(initials))
            if len(words) > 1:
                last[words[-1]].add(code)
    whole = {skeleton(" ".join(bare_words(name))) for unit in area.all_units().values() for name in unit.names.values()}
    for word, codes in last.items():
        if len(codes) == 1 and skeleton(word) not in whole:
            short[min(codes)].append(word)
    return short


def bare_code(text: str) -> str:
    """Write a code without country letters, spaces, hyphens and a spreadsheet's ".0"."""
    return re.sub(r"[\s\-_.]", "", re.sub(r"\.0$", "", text.strip())).upper().lstrip()


def _alike(key: str, known: Iterable[str]) -> list[str]:
    """Return the folded names that differ from a key by a slip of the pen."""
    if len(key) < SHORTEST:
        return []
    scores = {spelt: fuzz.ratio(key, spelt) for spelt in known if spelt[:1] == key[:1]}
    best = max(scores.values(), default=0)
    return [spelt for spelt, score in scores.items() if score == best] if best >= LIKE else []


def place_stages(names: Names, text: str, key: str) -> Iterator[tuple[list[NamedPlace], bool]]:
    """Yield the places that fit, surest first, and whether that is a guess."""
    if pattern := wildcard(text):
        hits = [p for spelt, places in names.places.items() if pattern.fullmatch(spelt) for p in places]
        if hits:
            yield hits, False
    if key in names.places:
        yield names.places[key], False
    rough = _squeezed_coarse(key)
    hits = [p for spelt, places in names.places.items() if _squeezed_coarse(spelt) == rough for p in places]
    if hits:
        yield hits, not names.is_carried_over(text)
    if key not in names.places and (bent := names.places_called(key)):
        yield bent, True
    if like := _alike(key, names.places):
        yield [p for spelt in like for p in names.places[spelt]], True


def unit_stages(names: Names, text: str, key: str) -> Iterator[tuple[set[str], str]]:
    """Yield the units that fit, surest first, and how they were found."""
    if pattern := wildcard(text):
        yield {code for spelt, codes in names.whole.items() if pattern.fullmatch(spelt) for code in codes}, "now"
    if not key:
        return
    rough, stem = _squeezed_coarse(key), re.sub(r"(?:in|ov|ev)?ski$", "", key)
    spellings = list(dict.fromkeys((key, re.sub(r"ski$", "", key), stem)))
    yield names.current.get(key, set()), "now"
    yield names.initials.get(_initial_key(text), set()), "now"
    yield names.former.get(key, set()), "former"
    carried = names.is_carried_over(text)
    for table, how in ((names.parts, "part"), (names.current, "now"), (names.former, "former")):
        yield _roughly(table, rough), how if carried else "like"
    for spelt in spellings:
        if spelt != key:
            yield _roughly(names.current, _squeezed_coarse(spelt)), "now" if carried else "like"
            yield _roughly(names.former, _squeezed_coarse(spelt)), "former" if carried else "like"
        yield _without_ending(names.current, spelt), "now"
        yield _without_ending(names.former, spelt, rough=True), "former"
        yield {p.unit for p in names.places_called(spelt)}, "town"
        yield _without_ending(names.towns, spelt), "town"
    yield _abbreviated(names, text), "short"
    for spelt in spellings:
        yield {code for known in _alike(spelt, names.current) for code in names.current[known]}, "like"


def _without_ending(table: dict[str, set[str]], key: str, *, rough: bool = False) -> set[str]:
    """Return the units of which a key is the name, but for the vowels at its end: Айнӣ, в Айне, г. Худжанда."""
    fold = _squeezed_coarse if rough else str
    stem = fold(key).rstrip(VOWELS)
    if len(stem) < SHORTEST - 1:
        return set()
    return {code for spelt, codes in table.items() if fold(spelt).rstrip(VOWELS) == stem for code in codes}


_PIECE = re.compile(r"[^\W\d_]+\.?")


def _abbreviated(names: Names, text: str) -> set[str]:
    """Return the units whose names have words shortened: Б. Гафуров, Дж. Расуловский район, Хатл. обл."""
    pieces = [
        (folded, piece.endswith("."))
        for piece in _PIECE.findall(_SHORTENED.sub("район", text))
        if (folded := skeleton(piece))
    ]
    if not any(short for _, short in pieces):
        return set()
    known = [([word for word in spelt.split() if word not in _KINDS], codes) for spelt, codes in names.whole.items()]
    for own in (pieces, [piece for piece in pieces if piece[0] not in _KINDS], pieces[1:]):
        units = {code for words, codes in known if own and _shorten(own, words) for code in codes}
        if units:
            return units
    return set()


def _shorten(pieces: list[tuple[str, bool]], words: list[str]) -> bool:
    """Tell whether pieces are words one by one, some of them shortened."""
    return len(pieces) == len(words) and all(_shortens(*piece, word) for piece, word in zip(pieces, words, strict=True))


def _shortens(piece: str, short: bool, word: str) -> bool:
    """Tell whether a piece is a word, with another ending, or its beginning where a full stop follows."""
    if short and word.startswith(piece):
        return True
    rough, known = coarse(piece), coarse(word)
    ending = len(rough) - len(known)
    return len(known) > 3 and -1 <= ending <= 3 and rough[: len(known) - 1] == known[:-1]


def _roughly(table: dict[str, set[str]], rough: str) -> set[str]:
    return {code for spelt, codes in table.items() if _squeezed_coarse(spelt) == rough for code in codes}
