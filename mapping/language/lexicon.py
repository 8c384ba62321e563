"""The lexicon of the search: words of every language with what they are about, and what such words together call for.

A language brings ``<language>/search.csv``: a concept and the words by which people say it. ``*`` ends a stem and ``_``
joins words that stand side by side. ``terms/meanings.csv`` tells which concepts, met together, call for which kinds of
help, and when a line comes first. `lexicon` puts both into one table of plain values; the search of a view and the
search in the browser read the same one.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mapping.errors import InvalidRecord
from mapping.language.fold import coarse_word, nominative, tokens
from mapping.language.need_fits import FIRST, types_for
from mapping.language.rules import RULES, replacer
from mapping.language.taxonomy import TERMS, Vocabulary, words_of

HERE = Path(__file__).parent

Lexicon = dict[str, Any]
"""Plain values, as they stand in JSON; `lexicon` tells what they are."""

NEGATED = {"pay", "take", "contact", "let", "can", "want", "accept", "speak", "talk", "sad", "leave", "live"}
"""Concepts whose words take a "not" into themselves: намедиҳад, bermayapti, неплатят."""
PREFIXES = {"tg": ("na",), "ru": ("ne",)}
SUFFIXES = {"uz": ("may", "mad", "mas", "magan", "mish", "olmay")}
"""How a language says "not" in the word itself: before it, or after its stem."""

SMALL, NOT, HELP = "small", "not", "help"
PLACE_WORDS: int = RULES["reading"]["place_words"]
_short_place = replacer(RULES["folding"]["short_place"])


Names = Mapping[str, Iterable[str]]
"""Names of area units or countries by code."""


def lexicon(
    places: Names,
    emergency: Iterable[str] = (),
    less_sure: Names | None = None,
    kinds: Iterable[str] = (),
    abroad: Names | None = None,
) -> Lexicon:
    """Return the table that a search understands words by.

    ``places`` are names of area units and countries by code; ``less_sure`` such as yield to them: former ones and those
    of chief towns; ``emergency`` the numbers for a minute of danger; ``kinds`` words for units ("tumani"), beside which
    a common word is a name; ``abroad`` names of other countries and of cities there, by the country's code.

    The table holds ``words`` and ``stems`` (a folded word or the beginning of one -> its concepts), ``phrases``
    (several words in a row, and their concepts), ``small`` (words that do not count), ``cries`` (words that call for
    help, and stand in no name as such), ``rules`` (groups of concepts of which one each must be met; concepts that must
    not be; the mode; service types in order), ``terms`` (service type -> what it is called, as rows of folded words),
    ``precise`` (the same, where that names nothing else), ``places`` (folded name, its words parted by one blank ->
    code), ``abroad`` (folded name of one word -> code) and ``numbers``.
    """
    words, stems, phrases, small = _words()
    terms, precise = _terms()
    return {
        "words": words,
        "stems": stems,
        "phrases": phrases,
        "small": small,
        "cries": _cries(),
        "rules": _rules(),
        "terms": terms,
        "precise": precise,
        "places": _places(places, less_sure or {}, kinds=kinds),
        "abroad": _abroad(abroad or {}),
        "numbers": sorted(emergency),
    }


@cache
def _words() -> tuple[dict[str, str], dict[str, str], list[list[Any]], list[str]]:
    words: dict[str, set[str]] = defaultdict(set)
    stems: dict[str, set[str]] = defaultdict(set)
    phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
    small: set[str] = set()
    for path in sorted(HERE.glob("*/search.csv")):
        for concept, entry in entries(path):
            row = folded(entry)
            if not row:
                continue
            if concept == SMALL:
                small.update(word for word in row if len(row) == 1)
            elif len(row) > 1:
                phrases[row].add(concept)
            else:
                of = {concept, NOT} if concept in NEGATED and _negates(row[0], path.parent.name) else {concept}
                (stems if row[0].endswith("*") else words)[row[0].rstrip("*")] |= of
                for negated in _negated(row[0], path.parent.name) if concept in NEGATED else ():
                    stems[negated] |= {concept, NOT}
    flat = [{word: " ".join(sorted(of)) for word, of in sorted(table.items())} for table in (words, stems)]
    rows = [[list(row), " ".join(sorted(of))] for row, of in sorted(phrases.items())]
    return flat[0], flat[1], rows, sorted(small - set(words))


def _cries() -> list[str]:
    """Return the words that call for help and say nothing else."""
    return [word for word, concepts in _words()[0].items() if concepts == HELP]


def entries(path: Path) -> Iterable[tuple[str, str]]:
    """Yield concept and word of each entry of a language."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield from ((row["concept"], entry.strip()) for entry in row["words"].split(";") if entry.strip())


def folded(entry: str) -> tuple[str, ...]:
    """Return the folded words of an entry, each still with the star that ends a stem."""
    row = []
    for part in entry.split("_"):
        folded = tokens(part.rstrip("*"))
        row += folded[:-1] + [word + "*" * part.endswith("*") for word in folded[-1:]]
    return tuple(row)


def _negates(word: str, language: str) -> bool:
    """Tell whether a word has taken a "not" into itself."""
    if language in PREFIXES and language != "ru":
        return len(word) > 4 and word.startswith(PREFIXES[language])
    return any(suffix in word[2:] for suffix in SUFFIXES.get(language, ()))


def _negated(word: str, language: str) -> Iterable[str]:
    """Yield stems of a word that has taken a "not" into itself."""
    stem = word.rstrip("*")
    if len(stem) >= 3:
        yield from (prefix + stem for prefix in PREFIXES.get(language, ()) if not stem.startswith(prefix))
        yield from (stem + suffix for suffix in SUFFIXES.get(language, ()) if word.endswith("*"))


@cache
def _rules() -> list[list[Any]]:
    """Return the rules: groups of concepts, concepts that bar it, the mode, and service types in order.

    The mode is "yes" where a line comes first, "named" for what names a service precisely, "weak" for what is only
    guessed where nothing else is said, "alone" for a line and a guess, "never" for who hurts and so does not help, else
    empty.
    """
    known = {concept for path in sorted(HERE.glob("*/search.csv")) for concept, _ in entries(path)}
    types = Vocabulary.load("service_types")
    rules = []
    with (TERMS / "meanings.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            when = row["when"].split()
            groups = [group.split("|") for group in when if not group.startswith("-")]
            barred = [group[1:] for group in when if group.startswith("-")]
            help_ = row["help"].split()
            unknown = [concept for group in (*groups, barred) for concept in group if concept not in known]
            unknown += [code for code in help_ if code not in types]
            if unknown:
                raise InvalidRecord(f"meanings.csv, row {number}: no language has words for {', '.join(unknown)}")
            rules.append([groups, barred, row["line"], help_])
    return rules


@cache
def _terms() -> tuple[dict[str, list[list[str]]], dict[str, list[list[str]]]]:
    """Return what each service type is called, and what is asked for where it fits best, as rows of folded words.

    First what may also be said of other things, then what names this kind of service and nothing else: several words,
    or one where no need of a person leads to it, so that only those say it who plan such services.
    """
    small = {*_words()[3], *_cries()}
    needs: dict[str, set[str]] = defaultdict(set)
    for need in Vocabulary.load("needs").terms():
        for code in types_for(need.code, FIRST):
            needs[code] |= words_of("needs")[need.code]
    loose, precise = {}, {}
    for term in Vocabulary.load("service_types").terms():
        if term.parent:
            names = _rows(words_of("service_types")[term.code], small)
            own = {row for row in names if len(row) > 1 or not term.need}
            loose[term.code] = [list(row) for row in sorted((names | _rows(needs[term.code], small)) - own)]
            precise[term.code] = [list(row) for row in sorted(own)]
    return loose, precise


def _rows(texts: Iterable[str], small: set[str]) -> set[tuple[str, ...]]:
    """Return the folded words of each text that count."""
    return {row for text in texts if (row := tuple(word for word in tokens(text) if word not in small))}


def _places(*tables: Names, kinds: Iterable[str]) -> dict[str, str]:
    """Return the codes of places by folded name, surest first; a common word is a name only beside a word for units."""
    words, _, _, small_words = _words()
    small = {*words, *small_words}
    beside = sorted({nominative(word) for kind in kinds for word in tokens(kind)})
    codes: dict[str, str] = {}
    for table in tables:
        surer = {place_key(name): code for name, code in codes.items()}
        for code, name in ((code, name) for code, names in table.items() for name in names if len(name) >= 3):
            row = [nominative(word) for word in tokens(name)]
            key = " ".join(row)
            fits = key and key.isascii() and not small.intersection(row) and len(row) <= PLACE_WORDS
            if fits and surer.get(place_key(key), code) == code:
                codes.setdefault(key, code)
            elif key in small:
                codes |= {" ".join(pair): code for kind in beside for pair in ((key, kind), (kind, key))}
    return codes


def _abroad(names: Names) -> dict[str, str]:
    """Return the codes of countries by the folded names of one word: their own, and those of their cities."""
    folded = ((tokens(name), code) for code, spelt in names.items() for name in spelt if len(name) >= 3)
    codes: dict[str, str] = {}
    for row, code in folded:
        if len(row) == 1 and row[0].isascii():
            codes.setdefault(row[0], code)
    return codes


def place_key(word: str) -> str:
    """Return what spellings of a place's name share; in a short one fewer vowels are alike, and Дӯстӣ is no дасти."""
    return coarse_word(word) if len(word) >= 6 else _short_place(word)
