"""Names of bodies, compared across spellings, scripts and languages.

A name is a proper part ("Savsani Juybori"), words that say what the body is ("women's support centre"), and a legal
form that says nothing. The words are told by ``terms/name_words.csv`` in four languages, so that "Центр поддержки
женщин Нилуфар" and "Nilufar Women's Support Centre" are one name, and "Нилуфар Hospital" is another.
"""

import csv
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from rapidfuzz import fuzz

from mapping.language.fold import coarse, coarse_word, is_damaged, key_words, quoted_key, skeleton, tokens, wildcard
from mapping.language.parsers import is_of_person, is_person, names_person
from mapping.language.taxonomy import TERMS

BODY_WORDS = TERMS / "body_words.csv"

NAME_WORDS = TERMS / "name_words.csv"
FILLER = "of"
"""The concept of words that say nothing."""

LIKE_WORDS = 0.8
"""Least likeness of two words that may be one, a slip of the pen apart."""

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Name:
    """A name folded once, to be compared many times.

    ``proper`` are the words that tell which body it is, ``concepts`` what kind of body, ``languages`` those that the
    words of its kind are from.
    """

    text: str
    key: str
    coarse: str
    numbers: tuple[str, ...]
    quoted: str
    proper: tuple[str, ...]
    concepts: frozenset[str]
    languages: frozenset[str]
    damaged: re.Pattern[str] | None
    latin: bool

    @classmethod
    @lru_cache(maxsize=1 << 13)  # each list that is read is compared with all that the directory holds
    def of(cls, text: str) -> "Name":
        """Fold a name."""
        words = key_words(_whole_words(text))
        concepts_of_words = [concept_of(word) for word in words]
        proper = [
            word
            for word, concept in zip(words, concepts_of_words, strict=True)
            if concept is None and not word.isdigit()
        ]
        concepts = {concept[0] for concept in concepts_of_words if concept} - {FILLER}
        spoken = [concept[1] for concept in concepts_of_words if concept and concept[0] != FILLER]
        return cls(
            text=text,
            key="".join(words),
            coarse="".join(map(coarse_word, words)),
            numbers=tuple(_NUMBER.findall(text)),
            quoted=" ".join(map(coarse_word, quoted_key(text).split())),
            proper=tuple(coarse_word(word) for word in proper),
            concepts=frozenset(concepts),
            languages=frozenset.intersection(*spoken) if spoken else frozenset(),
            damaged=wildcard(text),
            latin=_is_latin(text),
        )


def alike(name: Name, other: Name, common: Container[str] = frozenset()) -> float:
    """Say how likely two names mean the same body, from 0 to 1.

    ``common`` are words that many bodies have in their names: they may be what a body is, in words nobody told us, and
    so stand for nothing where two names are in different languages.

    1 is the same but for spelling and legal form, 0.97 the same but for vowels or lost letters. Else the proper words
    decide: each must have its like in the other name, or the names are at most 0.75 alike (words on one side are left
    over) or 0.7 (on both). Names whose numbers differ are never alike.

    >>> alike(Name.of("Центр поддержки женщин Нилуфар"), Name.of("Nilufar Women's Support Centre"))
    0.96
    >>> alike(Name.of("Больница «Себистон» № 901"), Name.of("Hospital Sebiston No. 902"))
    0.0
    """
    if name.numbers != other.numbers or not name.key or not other.key:
        return 0.0
    if name.key == other.key:
        return 1.0
    if name.coarse == other.coarse or _stands_for(name, other) or _stands_for(other, name):
        return 0.97
    kind = _kind(name, other)
    if name.quoted and name.quoted == other.quoted:
        return 0.9 if kind > 0 else 0.75
    proper, proper_of_other = name.proper, other.proper
    if not proper or not proper_of_other:
        both = not proper and not proper_of_other
        return round((0.9 if kind == 1 else 0.6 * kind) if both else 0.5 * kind, 3)
    share, left, left_of_other = matched(proper, proper_of_other)
    kinds_known = bool(name.concepts and other.concepts)  # else a word that many bodies have may be what they are
    if share and (left or left_of_other) and not kinds_known and other_languages(name, other):
        own = _without_common(proper, left, common), _without_common(proper_of_other, left_of_other, common)
        if own != ([*proper], [*proper_of_other]):
            kind = min(kind, 0.7)
            share, left, left_of_other = matched(*own)
    return round(_by_words(share, bool(left), bool(left_of_other), kind), 3)


def _stands_for(damaged: Name, whole: Name) -> bool:
    """Tell whether a name is another of which letters were lost."""
    return damaged.damaged is not None and damaged.damaged.fullmatch(skeleton(whole.text)) is not None


def _without_common(words: Sequence[str], left: Sequence[str], common: Container[str]) -> list[str]:
    """Return the words of a name without those left over that many bodies have in theirs."""
    return [word for word in words if word not in left or word not in common]


def other_languages(name: Name, other: Name) -> bool:
    """Tell whether two names are in different languages, by script or by what their words are from."""
    if name.latin != other.latin:
        return True
    return bool(name.languages and other.languages and not name.languages & other.languages)


def _by_words(share: float, left: bool, left_of_other: bool, kind: float) -> float:
    """Judge how alike two names are by their proper words, and by how alike the kinds of the two bodies are."""
    if left and left_of_other:
        return share * (0.4 + 0.3 * kind)
    if left or left_of_other:
        return 0.75 * (0.5 + 0.5 * share) * (0.7 + 0.3 * kind)
    ceiling = 0.7 + 0.26 * kind if kind else 0.6
    return ceiling * (1 - 0.6 * (1 - share))


def matched(words: Sequence[str], others: Sequence[str]) -> tuple[float, list[str], list[str]]:
    """Return how alike two lists of words are in any order, from 0 to 1, and the words of each that have no like."""
    pairs = sorted(
        ((word_likeness(word, other), m, n) for m, word in enumerate(words) for n, other in enumerate(others)),
        reverse=True,
    )
    used: set[int] = set()
    used_of_other: set[int] = set()
    total = 0.0
    for score, m, n in pairs:
        if score >= LIKE_WORDS and m not in used and n not in used_of_other:
            used.add(m)
            used_of_other.add(n)
            total += score * (len(words[m]) + len(others[n]))
    left = [word for n, word in enumerate(words) if n not in used]
    left_of_other = [word for n, word in enumerate(others) if n not in used_of_other]
    return total / (sum(map(len, [*words, *others])) or 1), left, left_of_other


@lru_cache(maxsize=1 << 18)
def word_likeness(word: str, other: str) -> float:
    """Return how alike two words are; a short form is quite like its long one."""
    if word == other:
        return 1.0
    short, long = sorted((word, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    likeness = float(fuzz.ratio(word, other)) / 100
    return likeness if len(short) > 3 or (len(short) == 3 and likeness > 0.85) else 0.0


@lru_cache(maxsize=1 << 16)
def concept_of(word: str) -> tuple[str, frozenset[str]] | None:
    """Return what a folded word says of the kind of a body, and in which languages; None for proper words."""
    whole, stems = _name_words()
    stem = next((stems[word[:n]] for n in range(len(word), 2, -1) if word[:n] in stems), None)
    if word not in whole:
        return stem
    concept, languages = whole[word]
    return concept, languages | stem[1] if stem and stem[0] == concept else languages


Concepts = dict[str, tuple[str, frozenset[str]]]


@cache
def _name_words() -> tuple[Concepts, Concepts]:
    """Return the folded words, and the folded stems, that name kinds of bodies."""
    tables: tuple[dict[str, tuple[str, set[str]]], ...] = ({}, {})
    with NAME_WORDS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            concept = row.pop("concept")
            for language, words in row.items():
                for word in filter(None, words.split(";")):
                    table = tables[word.endswith("*")]
                    table.setdefault("".join(tokens(word.rstrip("*"))), (concept, set()))[1].add(language)
    whole, stems = ({w: (c, frozenset(spoken)) for w, (c, spoken) in table.items()} for table in tables)
    return whole, stems


def _kind(name: Name, other: Name) -> float:
    """Return how alike the kinds of two bodies are: 1 the same, 0 nothing in common, between where one is not said."""
    if not name.concepts or not other.concepts:
        return 0.7 if name.concepts or other.concepts else 1.0
    return len(name.concepts & other.concepts) / min(len(name.concepts), len(other.concepts))


def _whole_words(text: str) -> str:
    """Return a name without the words that lost letters, if any others remain."""
    if not is_damaged(text):
        return text
    whole = [word for word in text.split() if "?" not in word]
    return " ".join(whole) or text


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter < "\u0250" for letter in letters) * 2 > len(letters)


@cache
def kinds_of_bodies() -> tuple[tuple[str, str], ...]:
    """Return (folded words, kind) of what bodies are called in several languages, longest first."""
    with BODY_WORDS.open(encoding="utf-8", newline="") as file:
        pairs = {(coarse(row["words"]), row["kind"]) for row in csv.DictReader(file)}
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


@lru_cache(maxsize=10_000)
def names_a_body(name: str) -> bool:
    """Tell whether a word of a name says what kind of body it is."""
    folded = f" {coarse(name.replace('-', ' '))}"
    return any(f" {words}" in folded for words, _ in kinds_of_bodies())


def person_of(name: str) -> Literal["helped", "somebody", ""]:
    """Tell whether a name is that of a person and of no body; see `mapping.language.parsers.is_person`."""
    return "" if names_a_body(name) else is_person(name)


FREE_TEXTS = frozenset(
    (
        "name",
        "alternate_name",
        "description",
        "transportation",
        "fees_description",
        "application_process",
        "wait_time",
        "eligibility_description",
        "alert",
        "option",
        "document",
        "text",
    )
)
"""Fields in which anything can be written."""


def fields_with_people(table: str, fields: Mapping[str, Any], body: str = "") -> list[str]:
    """Return the fields of a record that bear somebody's name, by the rules by which lists are read.

    Parameters
    ----------
    table
        Of the record.
    fields
        Names and values.
    body
        What the organization of the record is called: its mail address may bear that.

    Examples
    --------
    >>> fields_with_people("organization", {"name": "Каримова З. А.", "description": "Помощь", "email": "a@b.example"})
    ['name']
    >>> fields_with_people("service", {"name": "Психолог", "description": "приём ведёт психолог Каримова"})
    ['description']
    """
    of_body = table == "organization" or (table == "translation" and fields.get("link_entity") == "organization")
    names = {"name", "alternate_name"} | ({"text"} if "name" in str(fields.get("field")) else set())

    def bears(name: str, value: Any) -> bool:
        if not isinstance(value, str) or not value:
            return False
        if name == "email":
            return is_of_person(value, "", body)
        if name in names and of_body:
            return bool(person_of(value))
        return name in FREE_TEXTS and names_person(value)

    return [name for name, value in fields.items() if bears(name, value)]
