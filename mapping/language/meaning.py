"""What somebody who types a few words is asking for: which kinds of help, where, and whether a line comes first.

``web/static/meaning.js`` goes by the same table (`mapping.language.rules`) and lexicon; a test holds both to the same
answers. Nothing here knows a service.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import takewhile

from rapidfuzz.distance import OSA

from mapping.language.fold import coarse_word, nominative, tokens
from mapping.language.lexicon import NOT, PLACE_WORDS, Lexicon, place_key
from mapping.language.rules import RULES

READING = RULES["reading"]
MOST: int = READING["most_words"]
GOOD: float = READING["good"]
SECOND: float = READING["second"]
LEAST: float = READING["least"]
SAME: int = READING["same"]
SHORT: int = READING["short"]
LONG: int = READING["long"]
NAMED: float = READING["named"]
VOWELS: str = READING["vowels"]
CONDITIONS: list[str] = READING["conditions"]
ASIDE, QUIET, PEOPLE, OUTSIDE = (frozenset(READING[name]) for name in ("aside", "quiet", "people", "outside"))

GUESSED = ("weak", "alone")
"""Modes of rules that only guess."""
NEVER = "never"
BELOW = "below"
EMERGENCY = "emergency"
"""Somebody types an emergency number."""
ABROAD = "abroad"
PLANNED = "abroadjob"
"""Who is about to go to a country is not there yet."""
COST = "cost"
"""Who asks whether help costs something is shown what is free."""
SPEAKS = "speaks-"
"""How concepts begin that name a language: ``speaks-uz``."""
WHO: dict[str, list[str]] = READING["who"]
HARD_I = re.compile(READING["hard_i"][0])


@dataclass(frozen=True)
class Meaning:
    """What a text asks for.

    ``types`` are scores of service types; ``line`` tells that a line must stand above everything, ``below`` that it
    stands below what was found: a need is named, and there may be danger behind it; ``places`` are codes,
    and ``home`` tells that one of them is in the study area;
    ``conditions`` are "night", "free" and languages as "speaks-uz", which decide among services that are as good;
    ``named`` are words that can only be names or numbers; ``words`` are all that count; ``dropped`` met nothing;
    ``nothing`` says that none of this is help that anybody lists; ``never`` are service types that are named as the
    ones who hurt, or are not wanted; ``who`` are groups (beneficiaries) that whoever needs help is of.
    """

    types: dict[str, float] = field(default_factory=dict)
    line: bool = False
    below: bool = False
    places: tuple[str, ...] = ()
    home: bool = False
    conditions: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    nothing: bool = False
    never: tuple[str, ...] = ()
    who: tuple[str, ...] = ()

    def first_types(self) -> list[str]:
        """Return the kinds of service that share the first places of a list, so that no one kind fills them all.

        Who tells of two things at once needs both: places that are left go to the best kinds of other families.
        """
        best = max(self.types.values(), default=0.0)
        ranked = sorted(self.types, key=lambda code: (-self.types[code], code))
        first = [code for code in ranked if self.types[code] >= GOOD * best][: READING["shared"]]
        for code in ranked:
            other = all(code[: READING["family"]] != better[: READING["family"]] for better in first)
            if len(first) < READING["shared"] and other and self.types[code] >= SECOND * best > 0:
                first.append(code)
        return first

    def score(self, types: Iterable[str]) -> float:
        """Return the best score of some types."""
        return max((self.types.get(code, 0.0) for code in types), default=0.0)


class QueryReader:
    """Reads texts by a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.small = frozenset(lexicon["small"])
        self.languages = tuple(sorted(name for name in _named_in(lexicon) if name.startswith(SPEAKS)))
        self.quiet = QUIET.union(self.languages, WHO)
        self.concepts = {word: concepts.split() for word, concepts in lexicon["words"].items()}
        self.countries = frozenset(lexicon["abroad"].values())
        self.nameless = self.small.union(lexicon["cries"])
        self.stems = {stem: concepts.split() for stem, concepts in lexicon["stems"].items()}
        self.phrases: dict[str, list[tuple[list[str], list[str]]]] = {}
        for row, concepts in lexicon["phrases"]:
            either = len(row) == 2 and concepts not in WHO  # руки распускает as распускает руки, but not "man, I"
            for order in (row, row[::-1])[: 2 if either else 1]:
                self.phrases.setdefault(order[0][:2], []).append((order, concepts.split()))
        self.coarse: dict[str, set[str]] = {}
        for table in (self.concepts, self.stems):
            for word, concepts in table.items():
                if len(word) >= 5:
                    self.coarse.setdefault(coarse_word(word), set()).update(concepts)
        self.coarse_stems = frozenset(coarse_word(stem) for stem in self.stems if len(stem) >= 5)
        self.coarse_places: dict[str, str] = {}
        for name, code in lexicon["places"].items():
            self.coarse_places.setdefault(place_key(name), code)
        self.called = [(code, row) for code, rows in lexicon["terms"].items() for row in rows]
        self.precise_from = len(self.called)
        self.called += [(code, row) for code, rows in lexicon["precise"].items() for row in rows]
        self.called_by_start: dict[str, list[int]] = {}
        for number, (_, row) in enumerate(self.called):
            for word in row:
                self.called_by_start.setdefault(word[:SAME], []).append(number)
        self.rules_of: dict[str, list[int]] = {}
        """Concept -> rules that ask for it first, so that most need not be looked at."""
        for number, (groups, *_) in enumerate(lexicon["rules"]):
            for concept in groups[0]:
                self.rules_of.setdefault(concept, []).append(number)

    @cached_property
    def concepts_by_slip(self) -> dict[str, list[str]]:
        """The words by what is left of them without a letter."""
        return _by_slip(self.concepts)

    @cached_property
    def stems_by_slip(self) -> dict[str, list[str]]:
        """The stems by what is left of them without a letter."""
        return _by_slip(self.stems)

    @cached_property
    def places_by_slip(self) -> dict[str, list[str]]:
        """The names of places by what is left of them without a letter."""
        return _by_slip(self.lexicon["places"])

    @cached_property
    def in_order(self) -> list[str]:
        """The words and the stems in the order of their letters, so that those that begin alike stand together."""
        return sorted({*self.concepts, *self.stems})

    def read(self, text: str, is_name: Callable[[str, bool], bool] | None = None) -> Meaning:
        """Return what a text asks for; ``is_name`` tells whether a word stands in a name, or, loosely, slightly off."""
        words = self._named_whole(joined(tokens(text)[:MOST]))
        concepts: list[set[str]] = [set() if self._names_place(word) else self.exact(word) for word in words]
        self._phrases(words, concepts)
        places: list[str] = []
        countries: list[str] = []
        named: list[str] = []
        dropped: list[str] = []
        at_places: set[int] = set()
        content = 0
        for at, word in enumerate(words):
            if not concepts[at] and word not in self.small:
                if word.isdigit():
                    concepts[at] = {"police", EMERGENCY} if word in self.lexicon["numbers"] else set()
                    named += [] if concepts[at] or len(word) < 3 else [word]
                elif place := self.place(word):
                    places.append(place)
                    at_places.add(at)
                else:
                    known = bool(is_name and is_name(word, False))
                    concepts[at] = set() if known else self.alike(word, last=at == len(words) - 1)
                    if not concepts[at]:
                        (named if known or (is_name and is_name(word, True)) else dropped).append(word)
            if ABROAD in concepts[at] and (country := self.country(word)):
                countries.append(country)
            content += bool(concepts[at] - self.quiet) and not concepts[at] & OUTSIDE
        places += [] if any(PLANNED in of for of in concepts) else countries
        unnamed = at_places.union(at for at, of in enumerate(concepts) if COST in of)
        names = [word for at, word in enumerate(words) if word not in self.nameless and at not in unnamed]
        return self._meaning(words, concepts, (places, named, dropped), content, self._called(names))

    def _meaning(
        self,
        words: list[str],
        concepts: list[set[str]],
        parts: tuple[list[str], list[str], list[str]],
        content: int,
        by_name: tuple[dict[str, float], set[str], dict[str, float]],
    ) -> Meaning:
        (places, named, dropped), (called, used, precisely) = parts, by_name
        met = set().union(*concepts)
        wanted = met | {"free"} if COST in met else met
        conditions = tuple(name for name in (*CONDITIONS, *self.languages) if name in wanted)
        types, line, below, size, never = self._rules(met, vague=len(dropped) > content)
        ruled = bool(types)
        if not types and called and len(used) < len(set(dropped) - used):
            called, precisely = {}, {}
        if not size and met & PEOPLE:  # what happened to somebody is not understood
            line = line or NOT in met or bool(set(dropped) - used)
        for code, score in called.items():
            types[code] = types.get(code, 0.0) + (0.3 * score if ruled else 2 * score)
        for code, score in precisely.items():
            types[code] = max(types.get(code, 0.0), score)
        dropped = [word for word in dropped if not (types and word in used)]
        outside = sum(bool(of & OUTSIDE) for of in concepts)
        unforeseen = (set(dropped) - used) | {word for word in named if not word.isdigit()}
        sentence = len(words) >= READING["sentence"]
        tells = sentence and not outside and bool(unforeseen)
        named = (
            [] if sentence and (line or below) and ruled else named
        )  # who tells of danger asks for help, not for a name
        nothing = outside > 0 and not (line or below) and size < 2 and outside >= content
        types = {} if nothing else {code: score for code, score in types.items() if code not in never}
        nothing = nothing or not (types or named or places or conditions)
        if not types and len(dropped) > len(named) and not (line or below):
            nothing = True
        line = line or EMERGENCY in met or (tells and not size)
        return Meaning(
            types={code: round(score, 3) for code, score in sorted(types.items())},
            line=line,
            below=not line and (below or tells),
            places=tuple(dict.fromkeys(places)),
            home=not self.countries.issuperset(places),
            conditions=conditions,
            named=() if nothing else tuple(dict.fromkeys(named)),
            words=tuple(part for word in words if word not in self.nameless for part in word.split()),
            dropped=tuple(dict.fromkeys(dropped)),
            nothing=nothing,
            never=tuple(sorted(never)),
            who=tuple(sorted({group for name in met.intersection(WHO) for group in WHO[name]})),
        )

    def exact(self, word: str) -> set[str]:
        """Return the concepts of a word as it stands: of itself, and of every stem that it begins with.

        A word that asks what help costs asks for no money, though it begins with it.
        """
        concepts = set(self.concepts.get(word, ()))
        if word in self.small or COST in concepts:
            return concepts
        for cut in range(2, len(word) + 1):
            if word[:cut] in self.stems:
                concepts.update(self.stems[word[:cut]], () if word in self.concepts else self._joined_on(word, cut))
        return concepts

    def _joined_on(self, word: str, cut: int) -> set[str]:
        """Return the concepts of a word that was typed without a blank behind another, of so many letters."""
        return set(self.concepts.get(word[cut:], ())) if SHORT <= cut <= len(word) - LONG else set()

    def _phrases(self, words: list[str], concepts: list[set[str]]) -> None:
        """Add the concepts of words that stand side by side; what is left behind asks for nothing by itself."""
        behind: list[int] = []
        for at, word in enumerate(words):
            for row, meanings in self.phrases.get(word[:2], ()):
                if meets(word, row[0]) and len(words) >= at + len(row) and all(map(meets, words[at:], row)):
                    for place in range(at, at + len(row)):
                        concepts[place].update(meanings)
                        behind += [place] if ASIDE.intersection(meanings) else []
        for place in behind:
            concepts[place] &= ASIDE

    def alike(self, word: str, *, last: bool) -> set[str]:
        """Return the concepts of words that a word is a spelling or a slip of, or, as the last, the beginning."""
        if len(word) >= 5:
            if exact := self.exact(HARD_I.sub(r"\1i", word)):
                return exact
            key = coarse_word(word)
            if key in self.coarse:
                return set(self.coarse[key])
            for table, by_slip, whole in (
                (self.concepts, self.concepts_by_slip, True),
                (self.stems, self.stems_by_slip, False),
            ):
                parts = [word] if whole else [word[:cut] for cut in range(5, len(word) + 1)]
                others = {other for part in parts for form in _slipped(part) for other in by_slip.get(form, ())}
                fits = [other for other in others if starts(word, other) and slips(word, other, whole=whole)]
                if concepts := {concept for other in fits for concept in table[other]}:
                    return concepts
            for cut in range(len(key) - 1, 5, -1):
                if key[:cut] in self.coarse_stems:
                    return set(self.coarse[key[:cut]])
            for cut in range(SHORT, len(word) - SHORT + 1):  # two words that were typed without a blank
                if word[:cut] in self.concepts and word[cut:] in self.concepts:
                    return {*self.concepts[word[:cut]], *self.concepts[word[cut:]]}
                if cut > SHORT and word[:cut] in self.small and (concepts := self._joined_on(word, cut)):
                    return concepts
        if last and len(word) >= 3:
            begins = takewhile(lambda other: other.startswith(word), self.in_order[bisect_left(self.in_order, word) :])
            tables = (self.concepts, self.stems)
            begun = set().union(*(table.get(other, ()) for other in begins for table in tables)) - QUIET
            if len(begun) <= 2:
                return begun
        return set()

    def country(self, word: str) -> str | None:
        """Return the code of a country abroad by its name, or that of a city there, in another case or spelling."""
        names: dict[str, str] = self.lexicon["abroad"]
        same, _, best = max(((shared(word, name), -len(name), name) for name in names), default=(0, 0, ""))
        return names[best] if word == best or same >= max(SAME, len(best) - 2) else None

    def _named_whole(self, words: list[str]) -> list[str]:
        """Return words in which those that name a place together are one, with blanks between them."""
        row: list[str] = []
        while words:
            sizes = range(min(PLACE_WORDS, len(words)), 1, -1)
            size = next((size for size in sizes if self.place(" ".join(words[:size]))), 1)
            row.append(" ".join(words[:size]))
            words = words[size:]
        return row

    def _names_place(self, word: str) -> bool:
        """Tell whether a word is the name of a place though it begins as a word of the search does: Пяндж as пьян."""
        if " " in word:
            return True
        places, word = self.lexicon["places"], nominative(word)
        cut = next((cut for cut in range(len(word), max(SAME, len(word) - 4), -1) if word[:cut] in places), 0)
        stems = [word[:cut] for cut in range(2, len(word) + 1) if word[:cut] in self.stems]
        own = cut > len(stems[-1]) if stems else False
        return own and word not in self.concepts and not any(ABROAD in self.stems[stem] for stem in stems)

    def place(self, word: str) -> str | None:
        """Return the code of a place by its name, with an ending or without; words of a name are parted by a blank."""
        places: dict[str, str] = self.lexicon["places"]
        word = " ".join(map(nominative, word.split()))
        least = max(SAME, word.rfind(" ") + 3, len(word) - 4)
        if word in places:
            return places[word]
        if code := self._place_like(word, SAME) or self._place_near(word):
            return code
        for cut in range(len(word) - 1, least - 1, -1):
            start = word[:cut]
            if start in places:
                return places[start]
            if len(word) - cut > 2:
                continue
            for vowel in VOWELS:
                if cut >= 5 and start + vowel in places:
                    return places[start + vowel]
            if code := self._place_like(start, 5):
                return code
        return self._place_near(word[:-1]) if word[-1] in VOWELS else None

    def _place_like(self, word: str, least: int) -> str | None:
        """Return the code of a place that a word of so many letters at the least is another spelling of."""
        return self.coarse_places.get(place_key(word)) if len(word) >= least else None

    def _place_near(self, word: str) -> str | None:
        """Return the code of a place from whose name a word is off by one slip."""
        if len(word) < 6:
            return None
        others = {other for form in _slipped(word) for other in self.places_by_slip.get(form, ())}
        fits = {name for name in others if name[0] == word[0] and near(word, name)}
        places: dict[str, str] = self.lexicon["places"] if fits else {}
        return next((code for name, code in places.items() if name in fits), None)

    def _rules(self, met: set[str], *, vague: bool) -> tuple[dict[str, float], bool, bool, int, set[str]]:
        """Return the scores of service types for concepts, whether a line comes first or last, and how sure that is.

        How sure is the number of concepts that the surest rule asks for; 0 where weak rules only guess.
        ``vague`` says that more words met nothing than met something: what a weak rule guesses is then left out. Last
        the types that must not answer.
        """
        fired: list[tuple[frozenset[str], int, str, list[str]]] = []
        for number in sorted({number for concept in met for number in self.rules_of.get(concept, ())}):
            groups, barred, mode, codes = self.lexicon["rules"][number]
            used = [met.intersection(group) for group in groups]
            if all(used) and not met.intersection(barred):
                fired.append((frozenset().union(*used), len(groups), mode, codes))
        never = {code for *_, mode, codes in fired if mode == NEVER for code in codes}
        fired = [rule for rule in fired if rule[2] != NEVER]
        strong = [rule for rule in fired if rule[2] not in GUESSED]
        rules = strong or [rule for rule in fired if rule[2] == "alone" or not vague]
        rules = [rule for rule in rules if not any(rule[1] <= other[1] and rule[0] < other[0] for other in rules)]
        types: dict[str, float] = {}
        for _, size, mode, codes in rules:
            weight = max(NAMED, size) if mode == "named" else size * (1.5 if mode in ("yes", BELOW) else 1.0)
            for place, code in enumerate(codes):
                types[code] = max(types.get(code, 0.0), weight * (1 - 0.1 * place))
        line = any(mode in ("yes", "alone") for _, _, mode, _ in rules)
        below = any(mode == BELOW for _, _, mode, _ in rules)
        return types, line, below, max((size for _, size, _, _ in rules), default=0) if strong else 0, never

    def _called(self, words: list[str]) -> tuple[dict[str, float], set[str], dict[str, float]]:
        """Return how much of what service types are called stands in words, of 1, and the words that told it.

        Last the types that are named precisely: with the number of words that do, and at least 2, so that they come
        before what is said of why, or for whom.
        """
        shares: dict[str, float] = {}
        used: set[str] = set()
        precisely: dict[str, float] = {}
        for number in sorted({number for word in words for number in self.called_by_start.get(word[:SAME], ())}):
            code, row = self.called[number]
            hits = [word for word in words if any(inflected(word, other) for other in row)]
            covered = sum(any(inflected(word, other) for word in hits) for other in row) / len(row) if hits else 0
            if covered > 0.5 or (covered == 0.5 and len(row) == 2):
                used.update(hits)
                shares[code] = max(shares.get(code, 0.0), covered)
            if covered == 1 and number >= self.precise_from:
                precisely[code] = max(precisely.get(code, NAMED), len(row))
        return shares, used, precisely


def _named_in(lexicon: Lexicon) -> set[str]:
    """Return all concepts of a lexicon."""
    tables = (*lexicon["words"].values(), *lexicon["stems"].values(), *(concepts for _, concepts in lexicon["phrases"]))
    return {name for concepts in tables for name in concepts.split()}


def joined(words: list[str]) -> list[str]:
    """Return words in which digits that stand side by side are one number."""
    row: list[str] = []
    for word in words:
        if word.isdigit() and row and row[-1].isdigit():
            row[-1] += word
        else:
            row.append(word)
    return row


def meets(word: str, entry: str) -> bool:
    """Tell whether a word is an entry, or begins with it where the entry is a stem."""
    return word.startswith(entry[:-1]) if entry.endswith("*") else word == entry


def shared(word: str, other: str) -> int:
    """Return how many letters two words begin with alike."""
    shorter = min(len(word), len(other))
    return next((at for at in range(shorter) if word[at] != other[at]), shorter)


@lru_cache(maxsize=65536)
def inflected(word: str, other: str) -> bool:
    """Tell whether two words are one with different endings."""
    if word == other:
        return True
    shorter, same = min(len(word), len(other)), shared(word, other)
    if same == shorter and shorter >= 5:
        return True
    return same >= max(SAME, shorter - 2) and abs(len(word) - len(other)) <= 3 and shorter >= 5


def _by_slip(words: Iterable[str]) -> dict[str, list[str]]:
    """Return words of six letters and more by each form that `_slipped` gives them."""
    forms: dict[str, list[str]] = {}
    for word in words:
        for form in _slipped(word) if len(word) >= 6 else ():
            forms.setdefault(form, []).append(word)
    return forms


def _slipped(word: str) -> set[str]:
    """Return a word whole and without each of its letters: two that are `near` have one of these in common."""
    written = {word, _one_letter_each(word)}
    return written | {form[:at] + form[at + 1 :] for form in written for at in range(len(form))}


def _one_letter_each(word: str) -> str:
    """Write what one letter of Cyrillic stands for (sh, ch) as one letter."""
    return word.replace("sh", "ş").replace("ch", "ç")


def near(word: str, other: str) -> bool:
    """Tell whether two words differ by one slip at most: a letter wrong, missing, too many, or two swapped.

    What one letter of Cyrillic stands for (sh, ch) counts as one letter, or as two.
    """
    pairs = ((word, other), (_one_letter_each(word), _one_letter_each(other)))
    return any(OSA.distance(*pair, score_cutoff=1) <= 1 for pair in pairs)


def starts(word: str, other: str) -> bool:
    """Tell whether two words begin alike; in a long one the slip may be in its first letter."""
    return word[0] == other[0] or len(word) >= 8


def slips(word: str, other: str, *, whole: bool) -> bool:
    """Tell whether a word is another with a slip, or, where that is a stem, begins with it so."""
    if whole:
        return near(word, other)
    size = len(other)
    return size >= 6 and any(near(word[:cut], other) for cut in (size - 1, size, size + 1) if cut <= len(word))
