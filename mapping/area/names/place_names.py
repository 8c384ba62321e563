"""Every name of a study area's units and places, folded, and what a text could mean among them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from mapping.area.study_area import AreaUnit, StudyArea
from mapping.language.fold import coarse, is_latin, nominative, skeleton, wildcard, words_for

LIKE = 87
"""Least likeness of the letters, out of 100, of a name that is spelt as nobody spells it."""
SHORTEST = 5
"""Shorter names must be spelt right."""
VOWELS = "aeiouy"
SEAT = 2
"""Rank of the smallest place that is the seat of a unit."""

UNIT_KINDS = ("city", "district", "region", "county")
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


How = Literal["now", "former", "part", "person", "town", "like"]
"""How a text names a unit: by its name now or before, by a part of it, by the last name of the person that it is named
after, by a town in it, or only by letters that are alike."""


@dataclass
class Names:
    """Every spelling of units and places, folded: as it is, and roughly (`rough_key`)."""

    units: dict[tuple[How, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    rough: dict[tuple[How, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, list[NamedPlace]] = field(default_factory=lambda: defaultdict(list))
    rough_places: dict[str, list[NamedPlace]] = field(default_factory=lambda: defaultdict(list))
    whole: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names with the words for kinds of unit."""
    kinds: dict[str, set[str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    """Units by their codes, and by labels that no other has."""
    scripts: bool = False
    """Whether names are written in more scripts than the Latin: then their vowels are often those of another script."""
    levels: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
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
            self.whole[skeleton(spelt)].add(code)
            self._put("now", code, spelt)
            self._put("now", code, self.without_levels(spelt)[0])
            if len(words := bare_words(spelt)) > 1:
                self._put("person", code, words[-1])
            if len(initials := initial_letters(spelt)) >= 3:
                self.units["now", skeleton("".join(initials))].add(code)
        for name in unit.other_names:
            for spelt in (way for part in spellings(name) for way in ways(part)):
                self._put("part" if name in unit.parts else "former", code, spelt)

    def _put(self, how: How, code: str, name: str) -> None:
        key = key_of(name).key
        self.units[how, key].add(code)
        self.rough[how, rough_key(key)].add(code)

    def add_place(self, place: NamedPlace, called: Iterable[str]) -> None:
        """Take what a place is called, where its unit is one that has a name."""
        if place.unit not in self.kinds:
            return
        for key in {key_of(way).key for spelt in called for way in ways(spelt)} - {""}:
            rough = rough_key(key)
            for table, spelt in ((self.places, key), (self.rough_places, rough)):
                if place not in table[spelt]:
                    table[spelt].append(place)

    def places_called(self, key: str) -> list[NamedPlace]:
        """Return the places of a name, else those that are roughly called so: в Чашме, из Чашмы."""
        rough = rough_key(key)
        return self.places.get(key) or (self.rough_places.get(rough, []) if len(rough) >= SHORTEST - 1 else [])

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


@lru_cache(maxsize=4)
def names_of(area: StudyArea) -> Names:
    """Fold every name of an area once."""
    names = Names()
    for level in area.levels[1:]:
        for word in {skeleton(word) for label in level.label.values() for word in label.split()} - SMALL:
            if len(word) > 2:
                names.levels[word].add(level.level)
    labels: dict[str, set[str]] = defaultdict(set)
    for code, unit in area.all_units().items():
        if unit.level > 0:
            bare = bare_code(code)
            names.codes |= {bare: code, f"{area.code}{bare}": code}
            names.add_unit(code, unit)
            for language in area.languages:
                labels[bare_code(area.label(code, language))].add(code)
    names.codes = {label: min(codes) for label, codes in labels.items() if len(codes) == 1} | names.codes
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
    while len(stems) > 1 and len(stems[0]) > 1 and stems[0] in SMALL:
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
def rough_key(key: str) -> str:
    """Fold a key further: no ending of an adjective, no vowels at the end, and one vowel of each class.

    >>> rough_key("hamadoninski") == rough_key("hamadoni"), rough_key("kulob") == rough_key("kulyab")
    (True, True)
    """
    stem = coarse(_ADJECTIVE.sub("", key) or key)
    bent = stem.rstrip(VOWELS)
    return bent if len(bent) >= 3 else stem


_ADJECTIVE = re.compile(r"(?:in|ov|ev)?ski$")


def initial_letters(name: str) -> list[str]:
    """Return the first letters of the words of a name: Г, Б, а, о."""
    return [word[0] for word in re.findall(r"[^\W\d_]+", name) if skeleton(word) not in SMALL]


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
    if len(key) < SHORTEST:
        return []
    near = [spelt for spelt in known if spelt[:1] == key[:1]]
    found = process.extract(key, near, scorer=fuzz.ratio, score_cutoff=LIKE, limit=None)
    return [spelt for spelt, score, _ in found if score == found[0][1]]


def place_stages(names: Names, text: str, key: str) -> Iterator[tuple[list[NamedPlace], bool]]:
    """Yield the places that fit, surest first, and whether that is a guess."""
    pattern = wildcard(text)
    damaged = [p for spelt, own in names.places.items() if pattern and pattern.fullmatch(spelt) for p in own]
    like = [p for spelt in _alike(key, names.places) for p in names.places[spelt]]
    rough = names.places_called(key)
    stages = (
        (damaged, False),
        (names.places.get(key, []), False),
        ([p for p in rough if coarse(key_of(p.name).key) == coarse(key)], not names.is_carried_over(text)),
        (rough, True),
        (like, True),
    )
    yield from ((places, guessed) for places, guessed in stages if places)


def unit_stages(names: Names, text: str) -> Iterator[tuple[set[str], How]]:
    """Yield the units that fit, surest first, and how they are named."""
    if pattern := wildcard(text):
        yield {code for spelt, codes in names.whole.items() if pattern.fullmatch(spelt) for code in codes}, "now"
    key, kind, _ = key_of(text)
    if not key:
        return
    rough, carried = rough_key(key), names.is_carried_over(text)
    for how in EXACTLY:
        yield names.units.get((how, key), set()), how
    for how in ROUGHLY:
        yield names.rough.get((how, rough), set()), how if carried else "like"
    yield {place.unit for place in names.places_called(key)}, "town"
    last = key_of(_FIRST_NAMES.sub("", text)).key
    named_after: tuple[tuple[How, How], ...] = (("person", "person"), ("now", "like"), ("former", "like"))
    for of, how in named_after if kind or last != key else ():
        for table, spelt in ((names.units, last), (names.rough, rough_key(last))):
            yield {code for code in table.get((of, spelt), ()) if not kind or kind in names.kinds[code]}, how
    now = {spelt: codes for (how, spelt), codes in names.units.items() if how == "now"}
    for spelt in dict.fromkeys((key, _ADJECTIVE.sub("", key))):
        yield {code for known in _alike(spelt, now) for code in now[known]}, "like"


EXACTLY: tuple[How, ...] = ("now", "former", "part")
ROUGHLY: tuple[How, ...] = ("part", "now", "former")
_FIRST_NAMES = re.compile(r"(?<!\w)(?:[A-ZА-ЯЁҲҶҚҒӢӮЎ][a-zа-яё]?\.\s*)+")
"""Initials before the last name of a person after whom a unit is named."""
