"""Taxonomies and their terms: the words in which services, people and papers are described, in every language.

The terms stand in CSV files in ``terms/``, with labels in English, Russian, Tajik and Uzbek. `Vocabulary` holds them;
`match_term` finds the term that a partner means by a word of theirs.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from rapidfuzz import fuzz, process

from mapping.errors import NotFound
from mapping.language import languages
from mapping.language.fold import coarse, skeleton, wildcard, words_for
from mapping.language.i18n import Label, chain
from mapping.model import (
    AUDIENCES,
    PRECISIONS,
    Audience,
    Precision,
    Record,
    TaxonomyTerm,
    Translation,
    record_id,
)
from mapping.model import Taxonomy as TaxonomyRecord

TERMS = Path(__file__).parent / "terms"

FILES = ("service_types", "beneficiaries", "standards", "norms", "needs")
"""Taxonomies with a file of their own."""

LISTS = (
    "documents",
    "conditions",
    "languages",
    "statuses",
    "activity_statuses",
    "answers",
    "verification",
    "organization_types",
    "agreement_documents",
    "agreement_statuses",
    "assessors",
    "case_measures",
    "case_units",
    "exploitation",
    "age_bands",
    "sexes",
)
"""Short taxonomies, which share ``lists.csv``."""

OPPOSITES = frozenset({"statuses", "activity_statuses", "agreement_statuses"})
"""Lists whose terms say the contrary of each other in words that are alike (ishlaydi, ishlamaydi): none is guessed."""

T = TypeVar("T", bound=str)
Obligation = Literal["", "must", "should"]


@dataclass(frozen=True, kw_only=True)
class Term:
    """A term of a taxonomy.

    ``drafts`` are the languages whose label no native speaker has reviewed. ``audience`` and ``precision`` are what a
    service of this type starts with; a family takes the strictest of its types. ``service_type`` is what a standard or
    a norm is about, None where it is about all. ``details`` holds the further columns of the file.
    """

    taxonomy: str
    code: str
    labels: Mapping[str, str]
    drafts: frozenset[str] = frozenset()
    definition: str = ""
    parent: str | None = None
    pillar: int | None = None
    need: str | None = None
    audience: Audience = "public"
    precision: Precision = "exact"
    location_kind: str = ""
    core: bool = False
    matrix_row: bool = False
    sensitive: bool = False
    dimension: str = ""
    service_type: str | None = None
    obligation: Obligation = ""
    value: float | None = None
    unit: str = ""
    per: float | None = None
    population_base: str = ""
    source: str = ""
    source_url: str = ""
    source_status: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str) -> Label:
        """Return the label in a language, or in the nearest one there is: tg -> ru -> en, uz -> ru -> en."""
        nearest = next((code for code in (*chain(language), "en") if self.labels.get(code)), None)
        return Label(self.labels[nearest], self.labels, nearest) if nearest else Label(self.code)


@dataclass(frozen=True)
class Match:
    """The term that a text means: its code, how sure that is (of 1), and what it was found by."""

    code: str
    score: float
    how: Literal["code", "label", "synonym", "words", "spelling", "damaged", "fuzzy", "abbreviation"]


class Vocabulary:
    """A controlled vocabulary, loaded once and never changed."""

    def __init__(self, name: str, terms: Iterable[Term]) -> None:
        self.name = name
        self._terms = {term.code: term for term in terms}

    @staticmethod
    def load(name: str) -> "Vocabulary":
        """Return a taxonomy by its name.

        Raises
        ------
        NotFound
            When there is none of this name.
        """
        return _load(name)

    def terms(self) -> list[Term]:
        """Return every term, in the order of the file."""
        return list(self._terms.values())

    def __contains__(self, code: object) -> bool:
        """Tell whether there is a term of this code."""
        return code in self._terms or bool(self.name == "languages" and languages.names_of(str(code)))

    def term(self, code: str) -> Term:
        """Return a term.

        Raises
        ------
        NotFound
            When there is none of this code; the text names those that are like it.
        """
        if code in self._terms:
            return self._terms[code]
        if self.name == "languages" and (labels := languages.names_of(code)):
            return replace(self._terms[languages.SOURCE], code=code, labels=labels, drafts=frozenset())
        raise NotFound(f"{self.name} has no term {code!r}; {_perhaps(code, self._terms)}")

    def children(self, code: str | None = None) -> list[Term]:
        """Return the terms below one, or the top ones."""
        if code is not None:
            self.term(code)
        return [term for term in self._terms.values() if term.parent == code]

    def family(self, code: str) -> Term:
        """Return the topmost term that a term belongs to, itself if it is one."""
        term = self.term(code)
        while term.parent is not None:
            term = self.term(term.parent)
        return term

    def label(self, code: str, language: str) -> Label:
        """Return the label of a term in a language, or in the nearest one there is.

        Examples
        --------
        >>> label = Vocabulary.load("standards").label("STD-082", "fr")
        >>> str(label), label.language
        ('Access to education for children.', 'en')
        """
        return self.term(code).label(language)


@lru_cache(maxsize=2_000)
def labels_in(taxonomy: str, code: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """Return the label of a term in those of some languages that it has one in; rows name few different terms.

    What a record holds as its text in a language is in that language: where there is none, whoever reads it falls back.

    >>> dict(labels_in("documents", "BIRTH", ("ne", "ru")))
    {'ru': 'Свидетельство о рождении'}
    """
    labels = Vocabulary.load(taxonomy).term(code).labels
    return MappingProxyType({language: text for language in languages if (text := labels.get(language))})


def labels_with_english(taxonomy: str, code: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """Return the label of a term in English, which records hold, and in some languages."""
    return labels_in(taxonomy, code, tuple(dict.fromkeys(("en", *languages))))


def match_term(taxonomy: str, text: str, *, least: float = 0.88) -> Match | None:
    """Find the term that a text means, or None.

    A label or a synonym, in any language and script, is found first; then the same words in another order, in another
    spelling, or with letters lost in an export; then words with slips of the pen, if the likeness is at least
    ``least``. What stands in brackets is left out when it does not help, at a score of 0.85, since it may say for whom
    this does not hold. Two terms that fit equally well are none.

    At 0.88, of 1,000 labels and synonyms with one slip 85 % meet their term and none another, and no word of another
    taxonomy meets one; at 0.84 the first of these do ("migrants" as micro-grants).

    Examples
    --------
    >>> match_term("service_types", "бесплатная правовая консультация")
    Match(code='LEG-INF', score=1.0, how='synonym')
    >>> match_term("beneficiaries", "?абрдидагони з?ровар?").code
    'VUL-DV'
    """
    return _match(taxonomy, " ".join(text.split()), least)


def match_listed(taxonomy: str, text: str) -> Match | None:
    """Find the term of a short list that a text means, also by the beginning of its only word, with a point behind it.

    Examples
    --------
    >>> match_listed("answers", "част.").code, match_listed("answers", "вып.")
    ('partly', None)
    """
    match = match_term(taxonomy, text)
    begin = skeleton(text)
    if match or not text.rstrip().endswith(".") or len(begin) < SHORTEST or " " in begin:
        return match
    codes = {code for key, own in _index(taxonomy).exact.items() if key.startswith(begin) for code in own}
    return Match(code, LEFT_OUT, "abbreviation") if (code := _only(codes)) else None


def checklist_item(text: str) -> str | None:
    """Return the code of the item of the checklist of standards that a text is: its code in any letters, or its words.

    Examples
    --------
    >>> checklist_item("std-7"), checklist_item("СТД 007"), checklist_item("7")
    ('STD-007', 'STD-007', None)
    """
    code = _items().get(_bare(text))
    match = match_listed("standards", text) if code is None and " " in text.strip() else None
    return match.code if match else code


@cache
def _items() -> dict[str, str]:
    return {_bare(term.code): term.code for term in _load("standards").terms()}


def _bare(code: str) -> str:
    """Return a code without what people leave out or add: its line and zeros ("СТД-7" for STD-007)."""
    return re.sub(r"(?<!\d)0+|\s", "", skeleton(code))


def words_of(taxonomy: str) -> dict[str, set[str]]:
    """Return all that is said for each term: code -> labels and synonyms, as they are written."""
    words: dict[str, set[str]] = {term.code: set(term.labels.values()) - {""} for term in _load(taxonomy).terms()}
    for code, word in _synonyms().get(taxonomy, ()):
        words[code].add(word)
    return words


SHORTEST = 3
"""Letters of an abbreviation at least."""

LEFT_OUT = 0.85
"""Highest score of a match that leaves out what stands in brackets."""

FILLERS = words_for("filler")
"""Words that may be missing from a term without changing what it means; never "with", "without" or "not"."""

_BRACKETS = str.maketrans("([{", "(((") | str.maketrans(")]}", ")))")


@dataclass
class _Index:
    """What is said for the terms of a taxonomy, by each key that a text is looked up with."""

    codes: dict[str, str]
    exact: dict[str, dict[str, Literal["label", "synonym"]]] = field(default_factory=lambda: defaultdict(dict))
    words: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    coarse: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_length: dict[int, dict[tuple[str, ...], set[str]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, code: str, word: str, how: Literal["label", "synonym"]) -> None:
        for spelt in _spellings(word):
            key = skeleton(spelt)
            if not key:
                continue
            self.exact[key].setdefault(code, how)
            self.coarse[coarse(spelt)].add(code)
            words = _content(key)
            self.words[words].add(code)
            self.by_length[len(words)].setdefault(words, set()).add(code)


def _spellings(text: str) -> set[str]:
    """Return a text with and without the dots of ё, which Russian leaves out."""
    return {text, text.replace("ё", "е").replace("Ё", "Е")}


def _content(key: str) -> tuple[str, ...]:
    """Return the words of a skeleton that matter, in one order."""
    words = key.split()
    return tuple(sorted(word for word in words if word not in FILLERS) or words)


@lru_cache(maxsize=8192)
def _match(taxonomy: str, text: str, least: float) -> Match | None:
    index = _index(taxonomy)
    if code := index.codes.get(text.casefold()):
        return Match(code, 1.0, "code")
    least = 2.0 if taxonomy in OPPOSITES else least  # more alike than anything is
    match = _look_up(index, text) or _fuzzy(index, text, least)
    bare = _without_brackets(text)
    if match or bare == text:
        return match
    match = _look_up(index, bare) or _fuzzy(index, bare, least)
    return replace(match, score=min(match.score, LEFT_OUT)) if match else None


def _look_up(index: _Index, text: str) -> Match | None:
    """Find a text by its keys, the strictest first."""
    key = skeleton(text)
    if not key:
        return None
    for spelt in (key, *map(skeleton, _spellings(text))):
        codes = index.exact.get(spelt, {})
        if code := _only(codes):
            return Match(code, 1.0, codes[code])
    if code := _only(index.words.get(_content(key), ())):
        return Match(code, 0.98, "words")
    if code := _only(index.coarse.get(coarse(text), ())):
        return Match(code, 0.96, "spelling")
    if (pattern := wildcard(text)) is None:
        return None
    fits = {code for key, codes in index.exact.items() if pattern.fullmatch(key) for code in codes}
    return Match(code, 0.95, "damaged") if (code := _only(fits)) else None


def _fuzzy(index: _Index, text: str, least: float) -> Match | None:
    """Find a text in whose words letters are wrong, missing or too many, or that end otherwise."""
    words = _content(skeleton(text))
    likest: dict[str, float] = {}
    for spelling, codes in index.by_length.get(len(words), {}).items():
        if (score := _likeness(words, spelling)) >= least:
            for code in codes:
                likest[code] = max(score, likest.get(code, 0.0))
    if not likest:
        return None
    best = max(likest.values())
    likest_code = _only({code for code, score in likest.items() if score > best - 0.02})
    return Match(likest_code, round(min(best, 0.94), 2), "fuzzy") if likest_code else None


def _likeness(words: tuple[str, ...], spelling: tuple[str, ...]) -> float:
    """Return how alike two lists of as many words are: of 1, and 0 as soon as one word has no counterpart."""
    left = list(spelling)
    alike = 0.0
    for word in words:
        score, other = max((fuzz.ratio(word, other) / 100, other) for other in left)
        if score < (0.75 if min(len(word), len(other)) > 4 else 1.0) or _denies(word, other) or _denies(other, word):
            return 0.0
        left.remove(other)
        alike += score * len(word)
    return alike / sum(map(len, words)) if words else 0.0


_DENYING = ("be", "bez", "bes", "ne", "no", "un", "non", "dis")
"""What before a word turns it into its opposite, folded."""


def _denies(word: str, other: str) -> bool:
    """Tell whether a word is another with "not" before it: "бешаҳрвандон" are no "шаҳрвандон"."""
    return any(word.startswith(f"{sign}{other[:5]}") for sign in _DENYING)


def _only(codes: Iterable[str]) -> str | None:
    """Return the code if there is just one."""
    distinct = set(codes)
    return distinct.pop() if len(distinct) == 1 else None


def _without_brackets(text: str) -> str:
    """Return a text without what stands in brackets, whole if nothing would be left."""
    letters, depth = [], 0
    for letter in text.translate(_BRACKETS):
        depth += letter == "("
        if depth == 0:
            letters.append(letter)
        depth -= letter == ")" and depth > 0
    return " ".join("".join(letters).split()) or text


@cache
def _index(taxonomy: str) -> _Index:
    terms = _load(taxonomy).terms()
    index = _Index({term.code.casefold(): term.code for term in terms})
    for term in terms:
        for language in languages.codes():
            if label := term.labels.get(language):
                index.add(term.code, label, "label")
                index.add(term.code, _without_brackets(label), "label")
    for code, word in _synonyms().get(taxonomy, ()):
        index.add(code, word, "synonym")
    return index


@cache
def _synonyms() -> dict[str, list[tuple[str, str]]]:
    """Return the synonyms of all taxonomies: taxonomy -> (code, word)."""
    words: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows("synonyms"):
        words[row["taxonomy"]].append((row["code"], row["word"]))
    for language in languages.codes():
        for (taxonomy, code), own in _own_words("synonyms", language).items():
            words[taxonomy] += [(code, word) for word in own]
    return dict(words)


@cache
def _load(name: str) -> Vocabulary:
    if name not in (*FILES, *LISTS):
        raise NotFound(f"there is no taxonomy {name!r}; {_perhaps(name, (*FILES, *LISTS))}")
    rows = _rows(name) if name in FILES else [row for row in _rows("lists") if row["taxonomy"] == name]
    return Vocabulary(name, [_term(name, row, rows) for row in rows])


def _rows(name: str) -> list[dict[str, str]]:
    return _read(TERMS / f"{name}.csv")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _term(taxonomy: str, row: dict[str, str], rows: list[dict[str, str]]) -> Term:
    """Make a term of its row; ``rows`` are those of the whole taxonomy."""
    code = row["code"]
    below = [other for other in rows if other.get("parent") == code]
    plain: dict[str, Any] = {name: row.get(name, "") for name in _TEXTS}
    plain |= {name: row.get(column) == "1" for name, column in _FLAGS.items()}
    return Term(
        taxonomy=taxonomy,
        code=code,
        labels=_labels(taxonomy, code, row),
        drafts=frozenset(row["draft"].split()),
        definition=row.get("definition_en", ""),
        parent=row.get("parent") or None,
        pillar=int(row["nrm_pillar"]) if row.get("nrm_pillar") else None,
        need=row.get("need") or None,
        audience=_strictest(AUDIENCES, row.get("audience", ""), (other["audience"] for other in below)),
        precision=_strictest(PRECISIONS, row.get("precision", ""), (other["precision"] for other in below)),
        service_type=row.get("service_type") or None,
        obligation=_obligation(row.get("obligation", "")),
        value=_number(row.get("value", "")),
        per=_number(row.get("per", "")),
        details={key: text for key, text in row.items() if key not in _USED and not key.startswith("label_") and text},
        **plain,
    )


_TEXTS = ("location_kind", "dimension", "unit", "population_base", "source", "source_url", "source_status")
"""Columns whose text a term keeps as it is."""
_FLAGS = {"core": "core_nrm", "matrix_row": "matrix_row", "sensitive": "sensitive"}
"""Truths of a term, and the columns in which 1 stands for them."""
_USED = {*Term.__dataclass_fields__, *_FLAGS.values(), "draft", "definition_en", "nrm_pillar"}


def _labels(taxonomy: str, code: str, row: Mapping[str, str]) -> dict[str, str]:
    """Return language -> label: from the row's columns; from the folders of languages that have none there; from CLDR.

    CLDR names languages alone.
    """
    known = languages.names_of(code) if taxonomy == "languages" else {}
    labels = {}
    for language in languages.codes():
        own = _own_words("terms", language).get((taxonomy, code), [""])[0]
        labels[language] = row.get(f"label_{language}") or own or known.get(language, "")
    return {language: label for language, label in labels.items() if label}


@cache
def _own_words(name: str, language: str) -> dict[tuple[str, str], list[str]]:
    """Return what the folder of a language says of terms in a table of its own: (taxonomy, code) -> words."""
    folder = languages.folders()[language]
    words: dict[tuple[str, str], list[str]] = defaultdict(list)
    if (folder / f"{name}.csv").exists():
        for row in _read(folder / f"{name}.csv"):
            words[row["taxonomy"], row["code"]].append(row.get("label") or row["word"])
    return dict(words)


def _strictest(order: tuple[T, ...], own: str, below: Iterable[str]) -> T:
    """Return the strictest of a term's own value and those below it; the mildest where nothing is said."""
    values = {own, *below}
    return next((value for value in reversed(order) if value in values), order[0])


def _obligation(text: str) -> Obligation:
    return "must" if text == "must" else "should" if text == "should" else ""


def _number(text: str) -> float | None:
    """Return a number, or None for a blank and for what is not one number ("2 / 5")."""
    return float(text) if text.replace(".", "", 1).isdigit() else None


def _perhaps(wrong: str, known: Iterable[str]) -> str:
    """Say which known names a wrong one may have meant."""
    names = list(known)
    likely = process.extract(wrong, names, processor=str.upper, limit=3, score_cutoff=60)
    if likely:
        return f"did you mean {', '.join(name for name, _, _ in likely)}?"
    return f"there are {', '.join(names[:12])}{' and more' if len(names) > 12 else ''}"


VOCABULARIES = ("service_types", "beneficiaries", "standards")
"""Taxonomies that every directory holds."""


@cache
def vocabulary() -> tuple[Record, ...]:
    """Return the taxonomies that every directory holds, their terms, and the labels of these in other languages."""
    records: list[Record] = []
    for name in VOCABULARIES:
        terms = Vocabulary.load(name).terms()
        taxonomy = TaxonomyRecord(id=record_id("rohnamo", "taxonomy", name), name=name, description="Rohnamo")
        records += [taxonomy, *(_term_record(term, taxonomy.id) for term in terms)]
        records += [
            Translation(
                id=record_id("rohnamo", "translation", name, term.code, language),
                link_id=term_id(term),
                link_entity="taxonomy_term",
                field="name",
                language=language,
                text=text,
            )
            for term in terms
            for language, text in term.labels.items()
            if language != "en"
        ]
    return tuple(records)


def term_id(term: Term) -> str:
    """Return the id of the record of a term."""
    return _term_id(term.taxonomy, term.code)


@cache
def _term_id(taxonomy: str, code: str) -> str:
    return record_id("rohnamo", "taxonomy_term", taxonomy, code)


def _term_record(term: Term, taxonomy_id: str) -> TaxonomyTerm:
    return TaxonomyTerm(
        id=term_id(term),
        code=term.code,
        name=str(term.label("en")),
        description=term.definition,
        taxonomy=term.taxonomy,
        language="en",
        taxonomy_id=taxonomy_id,
        parent_id=record_id("rohnamo", "taxonomy_term", term.taxonomy, term.parent) if term.parent else None,
    )
