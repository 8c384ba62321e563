"""Ages of those who are helped, in the languages that lists are read in.

A text becomes tokens, one letter each: numbers, and the words of ``patterns.csv`` that stand beside ages ("age: from").
`GRAMMAR` reads the letters. A number is an age only where it is written as one: with "years", with "from", "under" and
their like, as a range, or with a plus. Limits are read part by part: those of children who come with somebody are no
limits of the service, and several join into one where they touch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mapping.language.composition import Composition, composed, concepts_in
from mapping.language.fold import patterns, skeleton
from mapping.language.i18n import Message
from mapping.language.parsers._cells import NUMBERS, Unreadable, given, says_none, shown
from mapping.language.parsers.lists import left_out, says_everybody
from mapping.language.taxonomy import LEFT_OUT, match_term

AGES = {"AGE-CHI": (0, 18), "AGE-ADO": (12, 18), "AGE-YOU": (15, 25), "AGE-ADU": (18, 60), "AGE-OLD": (60, 200)}
"""The first age of a group, and the first one beyond it; young people are of the ages that the United Nations count."""

OLDEST = 99
"""A number beyond it is no age."""
GROWN = 18
"""The age at which childhood ends."""
LAST = {"AGE-ADO": 19, "AGE-YOU": 24}
"""The last age of adolescents as the World Health Organization counts them, and of youth as the United Nations do."""
LONGEST = 1000
"""Letters of a text beyond which it is a description, and no ages are looked for."""
AROUND = 100
"""Letters around a number that are looked at for what it counts."""


class AgeRange(NamedTuple):
    """The ages at which people are helped, both ends included; None where an end is not said."""

    least: int | None
    most: int | None


class Aged(NamedTuple):
    """What a text says of ages.

    ``ages`` are those of all whom it names; ``unread`` tells whether it names limits that are not; ``words`` are what
    is left of it without ages.
    """

    ages: AgeRange | None
    unread: bool
    words: str


WORDS = {
    "p": "and over",
    "k": "and younger",
    "m": "at most",
    "l": "at least",
    "u": "under",
    "d": "to, of a range",
    "f": "from",
    "t": "to",
    "b": "between",
    "a": "of",
    "B": "birth",
    "o": "months",
    "y": "years",
    "K": "smaller",
    "c": "and",
}
"""Letter of a token -> the words for it in ``patterns.csv``."""
_ENDINGS = {"F": "ending, from", "G": "ending, to", "R": "ending, reached"}
_JOINED_YEARS = patterns("age: years, joined")
_TOKEN = re.compile(
    r"(?P<none>[\s:]+)"
    + "".join(rf"|(?P<{letter}>(?<!\w){patterns(f'age: {name}')}(?!\w))" for letter, name in WORDS.items())
    + rf"|(?P<Y>(?<=[^\W\d_]){_JOINED_YEARS}|{_JOINED_YEARS}(?=\w))"
    + "".join(rf"|(?P<{letter}>{patterns(f'age: {name}')}(?!\w))" for letter, name in _ENDINGS.items())
    + rf"|(?P<N>(?<![\d.,:/№])\d{{1,2}}(?:[.,]\d)?(?:\s?-\s?{patterns('age: ending of a number')}(?!\w))?"
    r"(?![\d:]|[.,]\d))"
    r"|(?P<X>\d+)"
    rf"|(?P<word>[^\W\d_](?:[^\W\d_]|['‘’ʻʼ`](?=[^\W\d_])){{0,60}}?(?={_JOINED_YEARS}|(?!['‘’ʻʼ`]?[^\W\d_])))"
    r"|(?P<D>[-–—−])|(?P<S>>=?|≥)|(?P<M><=|≤)|(?P<U><)|(?P<P>\+)|(?P<C>&)|(?P<other>.)",
    re.I,
)
_LETTERS = {"Y": "y", "M": "m", "U": "u", "P": "p", "C": "c"}
_NUMBER = "(?:N|T[Dc]?n|[Tn])"
"""A number in digits, or in one word or two: tens and a unit."""
_AGE = rf"{_NUMBER}(?:D?y)?"
GRAMMAR = re.compile(
    rf"(?P<range>(?<![NX]D)(?:[afy]{{0,4}}(?:B|{_AGE}|{_NUMBER}o)[Ddt]{_AGE}|{_AGE}F{_AGE}G|ba?{_AGE}c{_AGE})(?!D[NX]))"
    rf"|(?P<under>ua?{_AGE}|{_AGE}F?K)"
    rf"|(?P<most>ma?{_AGE}|{_AGE}k)"
    rf"|(?P<least>[lS]a?{_AGE}p?|fa?{_AGE}p?|[ay]?{_AGE}[pS]|{_AGE}(?:Fp?|R))"
    rf"|(?P<to>ta?{_AGE}|{_AGE}G)"
)
_SURE = frozenset("abpykKRS")
"""Letters beside a number by which it is an age, whatever follows."""
_ENDS = re.compile(rf"\s*(?:$|[-,;.()/|&\n!?]|{patterns('age: behind it')}\b)", re.I)
"""What may stand behind an age without "years": anything else could be what is counted."""
_COUNTED = re.compile(rf"(?:№|{patterns('age: counted')}\w{{0,20}})\.?[\s:]{{0,9}}$", re.I)
"""Words before a number that make it something else than an age."""
_PERSONS = re.compile(rf"\s+{patterns('age: persons')}", re.I)
"""What is counted behind "three or more": a family of three children is not of an age."""
_STAY = re.compile(rf"\b{patterns('age: stay')}", re.I)
_PART = re.compile(rf"[,;|&\n()]|(?<!\bw)/|\.\s|\s{patterns('age: and')}\s|(?<=\w)\s\+\s", re.I)
_WITH_SOMEBODY = re.compile(rf"\b{patterns('age: with somebody')}", re.I)
"""Children who come with somebody, or somebody who comes with children: their ages are no limit of the service."""
_WITHOUT = re.compile(rf"\b{patterns('age: without')}\s+\w+", re.I)
_ANY = re.compile(rf"\b{patterns('age: any')}\b", re.I)
_GROWN = frozenset({"women", "men", "adult", "old", "family", "mother"})
_MINORS = frozenset({"girl", "boy", "child", "adolescent"})
_KINDS = _GROWN | _MINORS | {"everybody"}
"""Concepts of people (`mapping.language.composition`) that limits of age are said of."""
_MARK = re.compile("[\ue000-\uf8ff]")
_FIRST_MARK = 0xE000


class _Listed(NamedTuple):
    """A part of a list: the kinds of people it names and their limits, and whether it is of those who come along."""

    kinds: frozenset[str]
    limits: tuple[AgeRange, ...]
    beside: bool


def ages(text: str) -> AgeRange | None:
    """Read the ages that hold for all whom a text names; None where it names none, or none for all.

    A range includes both its ends. "До 45", "up to 45", "то 45" and "45 yoshgacha" include the age that is named, but
    for 18: people say it of children, and "до 18 лет" is up to 17. "Under 45", "младше 45" and "< 45" are up to 44,
    "старше 45" and "> 45" from 45.

    Examples
    --------
    >>> ages("дети от 3 до 14 лет"), ages("women 18 and over"), ages("до 18 лет")
    (AgeRange(least=3, most=14), AgeRange(least=18, most=None), AgeRange(least=None, most=17))
    >>> ages("girls 9-17, boys 9-12"), ages("матери с детьми до 12 лет")
    (AgeRange(least=9, most=17), None)
    """
    return aged(text).ages


def age_range(value: object) -> AgeRange:
    """Read a cell of a column of ages; without limits where any age is taken, or where it names people alone.

    Raises
    ------
    Unreadable
        For a blank, and for ages that are not those of all whom the cell names.

    Examples
    --------
    >>> age_range("16 and over"), age_range("без ограничений")
    (AgeRange(least=16, most=None), AgeRange(least=None, most=None))
    """
    text = given(value, Message("age"))
    read = aged(text)
    if read.ages is None and (re.search(r"\d", text) or not (_ANY.search(text) or concepts_in(text) & _KINDS)):
        raise Unreadable(
            Message("{text} names no ages that hold for all", text=shown(text)),
            Message("write from which age to which people are helped"),
        )
    return read.ages or AgeRange(None, None)


def no_bound(text: str) -> bool:
    """Tell whether a cell for the first or the last age says that there is none.

    >>> no_bound("нет ограничений"), no_bound("any"), no_bound("17")
    (True, True, False)
    """
    return not re.search(r"\d", text) and (_ANY.search(text) is not None or says_none(text))


@lru_cache(maxsize=20_000)
def aged(text: str) -> Aged:
    """Read the ages of a text, without those of people whom it leaves out.

    Examples
    --------
    >>> aged("женщины 18–45, мест 10")
    Aged(ages=AgeRange(least=18, most=45), unread=False, words='женщины, мест 10')
    """
    if len(text) > LONGEST:
        return Aged(None, False, text)
    plain = left_out(text).rest
    marked, limits = _limits(plain)
    if not limits:
        return Aged(None, False, plain)
    pieces = _PART.split(re.sub(rf"\(\s*({_MARK.pattern})\s*\)", r" \1 ", marked))
    parts = [_part(piece, limits) for piece in pieces]
    joined = None if None in limits else _joined(parts)
    if joined is None:  # brackets with ages of their own name some of those before them
        marked = re.sub(rf"\([^()]*{_MARK.pattern}[^()]*\)", " ", marked)
    words = re.sub(r"[ \t]+", " ", _MARK.sub(" ", marked))
    words = re.sub(r"(?<![\s:])[\s:]++(?=[,;.)]|$)|\([^\w()]*\)", "", words).strip(" ,;")
    return Aged(joined, joined is None or any(part.beside and part.limits for part in parts), words)


def _letters(text: str) -> tuple[str, list[tuple[int, int, int]]]:
    """Return the letters of a text for `GRAMMAR`, and of each its number, its start and its end."""
    letters, places, folded = list[str](), list[tuple[int, int, int]](), ""
    for match in _TOKEN.finditer(text):
        name, number = str(match.lastgroup), 0
        if name == "N":
            number = int(re.split("[^0-9]", match[0])[0])
        elif name == "word":
            before, folded = folded, skeleton(match[0])
            if both := NUMBERS.get(f"{before} {folded}"):  # two words that are known together
                letters.pop()
                places.pop()
            number = both or NUMBERS.get(folded) or NUMBERS.get(folded.removesuffix("u"), 0)
            name = "?" if not number else "T" if number in range(20, 100, 10) or number == 10 else "n"
        elif name != "none":
            folded = ""
        if name != "none":
            letters.append(_LETTERS.get(name, name if len(name) == 1 else "?"))
            places.append((number, match.start(), match.end()))
    return "".join(letters), places


def _limits(text: str) -> tuple[str, list[AgeRange | None]]:
    """Return a text with a mark where each of its ages stands, and what they say; None where that cannot be."""
    text = _MARK.sub(" ", text)
    letters, places = _letters(text)
    limits: list[AgeRange | None] = []
    marked, end = "", 0
    for match in GRAMMAR.finditer(letters):
        (_, start, _), (_, _, stop) = places[match.start()], places[match.end() - 1]
        if not _is_age(text[max(0, start - AROUND) : start], match[0], text[stop : stop + AROUND]):
            continue
        spans = [atom.span() for atom in re.finditer(f"B|{_NUMBER}", match[0])]
        first, *others = (sum(places[match.start() + n][0] for n in range(*span)) for span in spans)
        first //= 12 if "o" in match[0] else 1
        limits.append(_limit(str(match.lastgroup), first, others[-1] if others else 0))
        marked += f"{text[end:start]} {chr(_FIRST_MARK + len(limits) - 1)} "
        end = stop
    return marked + text[end:], limits


def _is_age(before: str, letters: str, behind: str) -> bool:
    """Tell whether numbers are ages by the letters of their tokens and by the text before and behind them."""
    if _COUNTED.search(before) or _STAY.search(f"{_PART.split(before)[-1]} {_PART.split(behind)[0]}"):
        return False
    if _PERSONS.match(behind) and "y" not in letters:
        return False
    return not _SURE.isdisjoint(letters) or _ENDS.match(behind) is not None


def _limit(kind: str, first: int, last: int) -> AgeRange | None:
    if kind == "range":
        return AgeRange(first, last) if first <= last else None
    if kind == "least":
        return AgeRange(first, None)
    most = first - (kind == "under" or (kind == "to" and first == GROWN))
    return AgeRange(None, most) if first else None


def _part(piece: str, limits: Sequence[AgeRange | None]) -> _Listed:
    own = (limits[ord(mark) - _FIRST_MARK] for mark in _MARK.findall(piece))
    concepts = concepts_in(_WITHOUT.sub("", piece)) - {"small"}
    kinds = concepts if concepts == {"everybody"} else concepts & (_GROWN | _MINORS)
    return _Listed(
        kinds - {"women"} if "girl" in kinds else kinds,
        tuple(filter(None, own)),
        _WITH_SOMEBODY.search(piece) is not None,
    )


def _joined(parts: Sequence[_Listed]) -> AgeRange | None:
    """Return the one range of ages of all parts of a list; None where there is none, or several.

    A limit holds for what stands before it too ("women, girls from 14"), unless that cannot be of its age.
    """
    spans: list[AgeRange] = []
    named: set[str] = set()
    free: set[str] = set()
    for part in parts:
        own = () if part.beside else part.limits
        for limit in own:
            narrowed = _narrowed(spans[-1], limit) if spans and not part.kinds else None
            spans[-1:] = [narrowed] if narrowed else [*spans[-1:], limit]
        if not part.limits and not part.beside and spans and not part.kinds <= named:
            return None  # people who are named behind the limits of others
        free |= part.kinds if not own else set()
        named |= part.kinds
    whole = _union(spans)
    if whole is None or (free & _MINORS and (whole.least or 0) >= GROWN):
        return None
    if free & _GROWN and whole.most is not None and whole.most <= GROWN:
        return None
    return None if "everybody" in free and named - free else whole


def _narrowed(span: AgeRange, limit: AgeRange) -> AgeRange | None:
    """Return the range of which one limit says where it begins and another where it ends."""
    (least, _), (_, most) = (span, limit) if limit.least is None else (limit, span)
    open_ended = {span.least is None, limit.least is None} == {True, False} == {span.most is None, limit.most is None}
    return AgeRange(least, most) if open_ended and least is not None and most is not None and least <= most else None


def _union(spans: Sequence[AgeRange]) -> AgeRange | None:
    """Return what some ranges cover together; None where a gap is between them, or nothing is left out."""
    ordered = sorted((span.least or 0, OLDEST if span.most is None else span.most) for span in spans)
    if not ordered:
        return None
    reached = ordered[0][1]
    for start, end in ordered:
        if start > reached + 1:
            return None
        reached = max(reached, end)
    least = None if any(span.least is None for span in spans) else ordered[0][0]
    most = None if any(span.most is None for span in spans) else reached
    return None if least is most is None else AgeRange(least, most)


_QUALIFIED = re.compile(rf",\s+(?={patterns('age: who')})", re.I)
"""A comma behind which words say more of those who stand before it."""
_BRACKETED = re.compile(r"((?<![^,;()\n])[^,;()\n]*+)\(([^()]*)\)")


_INCLUDING = re.compile(rf"(?<![\s,(])[\s,(]++{patterns('age: including')}\s.*$", re.I | re.S)
_PEOPLE = "beneficiaries"


def for_whom(text: str) -> str:
    """Return what a text says of who is helped, for its groups to be found: without ages and those who are left out.

    Brackets that name groups are opened: of "migrants (nationals abroad)" only what stands in them is meant. "All,
    including men" is all.

    Examples
    --------
    >>> for_whom("мигранты, вернувшиеся из России, от 20 лет, кроме женщин"), for_whom("дети (сироты) 3-7 лет")
    ('мигранты вернувшиеся из России', 'дети сироты')
    """
    words = aged(text).words
    if says_everybody(before := _INCLUDING.sub("", words)):
        return before.strip()
    words = _BRACKETED.sub(_opened, _QUALIFIED.sub(" ", words))
    return re.sub(r"[ \t]+", " ", words).strip()


def _opened(match: re.Match[str]) -> str:
    """Open a bracket that names groups, unless it is part of a term's name."""
    whole, outer, inner = match[0], match_term(_PEOPLE, match[1]), match[2]
    if not match[1].strip():
        return inner
    term = match_term(_PEOPLE, whole)
    if (term and term.how != "fuzzy" and term.score > LEFT_OUT) or not (
        match_term(_PEOPLE, inner) or composed(_PEOPLE, inner).codes
    ):
        return whole
    both = composed(_PEOPLE, f"{match[1]} {inner}").codes
    return inner if outer and both and outer.code not in both else f"{match[1]} {inner} "


def age_groups(codes: Iterable[str], read: AgeRange) -> list[str]:
    """Return codes of groups as ages allow them: those of other ages go, and the one comes of which all are.

    Adolescents and young people beyond these ages are adults too. "From 18" is adults, among whom older persons are.

    >>> age_groups(["SEX-F", "AGE-ADU"], AgeRange(None, 17)), age_groups(["SEX-F"], AgeRange(18, None))
    (['SEX-F', 'AGE-CHI'], ['SEX-F', 'AGE-ADU'])
    """
    least, most = read.least or 0, OLDEST if read.most is None else read.most
    left = [code for code in codes if code not in AGES or (least < AGES[code][1] and most >= AGES[code][0])]
    if most < GROWN:  # young people of whom none is grown are children
        left = [code for code in left if code != "AGE-YOU"]
    named = {code for code in left if code in AGES}
    if named and named <= LAST.keys() and max(LAST[code] for code in named) < most < OLDEST:
        return [*left, "AGE-ADU"]
    if named or read == (None, None):
        return left
    if least >= GROWN:
        return [*left, "AGE-OLD" if least >= AGES["AGE-OLD"][0] else "AGE-ADU"]
    if most < GROWN:
        return [*left, "AGE-ADO" if least >= AGES["AGE-ADO"][0] else "AGE-CHI"]
    return left


def composed_groups(text: str) -> Composition:
    """Return the groups that the words and the ages of a text make up: see `mapping.language.composition.composed`."""
    read = aged(text)
    made = composed(_PEOPLE, read.words)
    return replace(made, codes=tuple(age_groups(made.codes, read.ages or AgeRange(None, None))))
