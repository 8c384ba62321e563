"""What a cell of a partner's list says in words of its own: which terms its words make up together.

`mapping.language.taxonomy.match_term` knows terms by what they are called. People also write "юр. и псих. помощь для
ЖТЛ": here words mean concepts (``<language>/concepts.csv``: ``*`` ends a stem, ``_`` joins words that stand side by
side), and ``terms/compositions.csv`` tells which terms concepts make up. What is read so is always said, to be looked
at: it is never as sure as a name.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from mapping.errors import InvalidRecord
from mapping.language.fold import coarse_word, patterns, tokens
from mapping.language.lexicon import entries, folded
from mapping.language.meaning import meets
from mapping.language.taxonomy import TERMS, Vocabulary

HERE = Path(__file__).parent
MOST_WORDS = 40
"""A longer text is a description, and no term is read from it."""
LONG = 5
"""Letters of a folded word that is known in a rougher spelling too: чустучу for ҷустуҷӯ."""
SMALL, NOT = "small", "not"
TOWARD, REACH, SHELTER = "toward", "reach", "shelter"
CURE, OF_CURE = "cure", ("medical", "doctor", SMALL)
"""The concept of treatment, and those that its words mean besides."""
ARTICLES = ("the", "a", "our")
_ELIDED = re.compile(rf"\b{patterns('word with its end cut')}['’]", re.I)
_BRACKET = re.compile(r"\([^)]*\)?")


@dataclass(frozen=True)
class Composition:
    """The terms that a text makes up, its words that nobody knows, and whether all that it says is in the terms."""

    codes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class _Rule:
    """Concepts that make up terms where they meet; those of ``barred`` do not, those of ``over`` add nothing."""

    when: frozenset[str]
    barred: frozenset[str]
    codes: tuple[str, ...]
    over: frozenset[str]


@dataclass
class _Words:
    """Folded words, beginnings of words and rows of words, with the concepts that they mean."""

    whole: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stems: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rough: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=lambda: defaultdict(list))


def composed(taxonomy: str, text: str, beside: str = "") -> Composition:
    """Return the terms of a taxonomy that the words of a text make up; none where it says that something is not there.

    ``beside`` is what the cell lists before it: "лечение" behind a psychiatrist is that psychiatrist's.

    Examples
    --------
    >>> composed("service_types", "юр. консультация").codes, composed("service_types", "приюта нет").codes
    (('LEG-INF',), ())
    """
    made = _composed(taxonomy, text)
    if beside and made.codes and not made.unread and _met(text)[0] <= {CURE, *OF_CURE} and CURE in _met(text)[0]:
        together, before = _composed(taxonomy, f"{beside} {text}"), _composed(taxonomy, beside)
        return before if together.codes == before.codes else made
    return made


@lru_cache(maxsize=20_000)
def _composed(taxonomy: str, text: str) -> Composition:
    bare = _BRACKET.sub(lambda match: "" if NOT in _met(match[0])[0] else match[0], text)
    met, unread = _met(bare)
    if NOT in met:
        return Composition((), unread)
    fired = _fired(taxonomy, met)
    left = [rule for rule in fired if not any(_covers(other, rule) for other in fired)]
    codes = list(dict.fromkeys(code for rule in left for code in rule.codes))
    terms = Vocabulary.load(taxonomy)
    families = {terms.term(code).parent for code in codes}
    meant = {SMALL}.union(*(rule.when | rule.over for rule in fired))
    return Composition(tuple(code for code in codes if code not in families), unread, not unread and met <= meant)


def _covers(other: _Rule, rule: _Rule) -> bool:
    """Tell whether another rule already says what one does, and more of it."""
    if other is rule or not rule.when <= other.when | other.over:
        return False
    return not other.when <= rule.when | rule.over or (len(other.when), other.codes) > (len(rule.when), rule.codes)


@lru_cache(maxsize=20_000)
def made_up(taxonomy: str, text: str) -> Mapping[str, frozenset[str]]:
    """Return the terms that several words of a text make up together, each with these words, folded.

    A term that a part of the words makes up, or one word alone, comes with none.

    Examples
    --------
    >>> {code: sorted(words) for code, words in made_up("service_types", "Legal consultations in Chashma").items()}
    {'LEG': [], 'LEG-INF': ['consultations', 'legal']}
    """
    words = tokens(text)
    concepts = _concepts_of(words)
    made: dict[str, frozenset[str]] = {}
    for rule in _fired(taxonomy, frozenset().union(*concepts)):
        own = frozenset(word for word, of in zip(words, concepts, strict=True) if rule.when & of)
        for code in rule.codes:
            made[code] = made.get(code, frozenset()) | (own if len(rule.when) > 1 and len(own) > 1 else frozenset())
    return made


def _fired(taxonomy: str, met: Collection[str]) -> list[_Rule]:
    return [rule for rule in _rules(taxonomy) if rule.when.issubset(met) and rule.barred.isdisjoint(met)]


def _met(text: str) -> tuple[set[str], tuple[str, ...]]:
    """Return the concepts of a text, and its words that mean none."""
    words = tokens(_ELIDED.sub(r"\g<0> ", text))
    if len(words) > MOST_WORDS:
        return set(), tuple(words)
    concepts = _concepts_of(words)
    unread = tuple(word for word, of in zip(words, concepts, strict=True) if not of and not word.isdigit())
    return set().union(*concepts) - {TOWARD, REACH}, unread


def _concepts_of(words: Sequence[str]) -> list[frozenset[str]]:
    """Return the concepts of each of some folded words."""
    known = _words()
    concepts = [_concepts(word, known) for word in words]
    for at, word in enumerate(words):
        for row, concept in known.rows.get(word[:2], ()):
            part = words[at : at + len(row)]
            if len(part) == len(row) and all(map(meets, part, row)):
                for place in range(at, at + len(row)):
                    concepts[place] = (concepts[place] - {NOT}) | {concept}
    for at in range(len(words) - 1):  # where somebody is brought to is not the help, unless what is told is the access
        goal = at + 1 + (words[at + 1] in ARTICLES)
        while TOWARD in concepts[at] and REACH not in concepts[at] and SHELTER in (*concepts, "")[goal]:
            concepts[goal], goal = frozenset({SMALL}), goal + 1
    return concepts


def _concepts(word: str, known: _Words) -> frozenset[str]:
    concepts = set(known.whole.get(word, ()))
    for cut in range(2, len(word) + 1):
        concepts |= known.stems.get(word[:cut], set())
    if not concepts and len(word) >= LONG:
        rough = coarse_word(word)
        for cut in range(len(rough), LONG - 1, -1):
            if key := known.rough.get(rough[:cut]):
                return frozenset(key)
    return frozenset(concepts)


@cache
def _words() -> _Words:
    known = _Words()
    for path in sorted(HERE.glob("*/concepts.csv")):
        for concept, entry in entries(path):
            row = folded(entry)
            if len(row) > 1:
                known.rows[row[0].rstrip("*")[:2]].append((row, concept))
            elif row:
                word = row[0].rstrip("*")
                (known.stems if row[0].endswith("*") else known.whole)[word].add(concept)
                if row[0].endswith("*") and len(coarse_word(word)) >= LONG:
                    known.rough[coarse_word(word)].add(concept)
    return known


@cache
def _rules(taxonomy: str) -> tuple[_Rule, ...]:
    """Return the rules of a taxonomy.

    Raises
    ------
    InvalidRecord
        Where a rule names a concept without words, or a term that is not there.
    """
    known = {concept for path in HERE.glob("*/concepts.csv") for concept, _ in entries(path)}
    return tuple(
        rule for rule in _read(known) if set(rule.codes) <= {t.code for t in Vocabulary.load(taxonomy).terms()}
    )


def _read(known: set[str]) -> Iterator[_Rule]:
    with (TERMS / "compositions.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            when = frozenset(word for word in row["when"].split() if not word.startswith("-"))
            barred = frozenset(word[1:] for word in row["when"].split() if word.startswith("-"))
            over, codes = frozenset(row["over"].split()), tuple(row["codes"].split())
            unknown = sorted((when | barred | over) - known)
            unknown += [code for code in codes if code not in Vocabulary.load(row["taxonomy"])]
            if unknown:
                raise InvalidRecord(f"compositions.csv, row {number}: nothing is called {', '.join(unknown)}")
            yield _Rule(when, barred, codes, over)


def concepts_in(text: str) -> frozenset[str]:
    """Return the concepts that the words of a text mean, denied or not.

    >>> sorted(concepts_in("женщины и дети") & {"women", "child", "men"})
    ['child', 'women']
    """
    return frozenset(_met(text)[0])


def only_means(concept: str, text: str) -> bool:
    """Tell whether the words of a text mean a concept and nothing else."""
    met, unread = _met(text)
    return concept in met and met <= {concept, SMALL} and not unread
