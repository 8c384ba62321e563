"""Ages of those who are helped, in words of the languages that lists are read in.

A number is an age only where it is written as one: with "years", with "from", "under" and their like, as a range, or
with a plus. Numbers of people and rooms, lengths of stay, years and grades are none. Limits are read part by part:
those of children who come with somebody are no limits of the service, and several join into one where they touch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from mapping.language.composition import Composition, composed
from mapping.language.fold import skeleton
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


_LETTERS = r"[^\W\d_]+(?:['‘’ʻʼ`][^\W\d_]+)?"
_WORDS = re.compile(_LETTERS)
_YEARS_JOINED = ("сола", "yoshli", "yoshgacha", "yoshdan")
"""Words for years that may be joined to a number in words: "ҳаждаҳсола"."""
_JOINT = re.compile(r"[\s-]{1,3}(?:(?:și|si)\s)?")
"""What stands between the two words of a number: "twenty-five", "treizeci și cinci"."""

_YEARS = (
    r"(?P<years{}>\s{{0,9}}-?\s{{0,9}}(?:лет(?:н\w+)?|года?|годов|г\.|л\b\.?|years?(?:[ -]olds?| of age)?|yrs?\b\.?|"
    r"y\.?\s?o\b\.?|"
    r"сол(?:а\w*)?|(?:yosh|ёш)(?:li|dagi|ли|даги)?|yaş(?:\s+aras[ıi])?|жа[сш](?:тагы|тағы)?|(?:de\s+)?ani|ans|рок(?:ів|и|у)|"
    r"рік|річн\w+)(?!\w))?"
)
_DIGITS = r"(?P<{}>\d{{1,2}})(?:[.,]\d)?(?![\d:]|[.,]\d)(?:\s?-\s?(?:х|ти|и|ми|ех|ёх)\b)?"
_YOSH = r"(?P<years{}>\s*(?:yosh|ёш))?\s?-?\s?"


def _age(name: str) -> str:
    return (_DIGITS + _YEARS).format(name, name)


def _stem(name: str) -> str:
    """Return what matches an Uzbek age to which an ending is joined."""
    return _OPEN + (_DIGITS + _YOSH).format(name, name)


_OF_TURKS = r"(?P<years{}>\s{{0,3}}-?\s{{0,3}}(?:жа[сш]|yaş))"
_WITH_YEARS = {
    "from": r"(?:т[ае]н|ı?ndan)",
    "to": r"(?:[қк][аое]\s+(?:дейін|шейін|чейин)|ı?na\s+kadar)\b",
    "over": r"\s+(?:асқан|ашкан|жоғары|жогору|үлкен|улуу|büyük|itibaren|üzer[ie]|sonra)\w*",
    "under": r"\s+(?:кіші|кичүү|төмен|küçük)\w*",
    "reached": r"(?:[қк][аое]\s+тол\w+|ı?nı\s+doldur\w+|\s+(?:ve|және|жана)\s+"
    r"(?:üzer[ie]|üst[üu]|daha\s+büyük|одан\s+жоғары|андан\s+жогору)\w*)",
    "below": r"\s+alt[ıi]\w*",
}
"""Endings of the word for years, and what follows, in Kazakh, Kyrgyz and Turkish."""


def _turkic(name: str, *ways: str) -> str:
    """Return what matches an age in Kazakh, Kyrgyz and Turkish, with the endings that say how it is meant."""
    return _OPEN + (_DIGITS + _OF_TURKS).format(name, name) + "".join(_WITH_YEARS[way] for way in ways)


_OPEN = r"(?<![\d.,:/№])(?<!\d[-–—−])"
_OF_AGE = (
    r"(?P<of>\b(?:(?:the\s+)?ages?(?:\s+of)?|aged|в\s+возрасте|возраст\w*|лет|синну\s+сол\w*|yoshi|"
    r"vârst[aăe]\w*|вік\w*)\b[\s:]*)"
)
_AND_UP = (
    r"(?P<up>\s*(?:\+|[>≥]|et\s+plus\b|(?:и|или)\s*(?:старше|выше|более|больше|[>≥])|"
    r"(?:ва\s+|ба\s+|аз\s+он\s+)*(?:боло(?:тар)?|калон(?:тар)?)\b|(?:and|or)\s+(?:over|above|older|up|more)\b|"
    r"(?:і|й|та|або)\s+(?:старш[іе]|більше|вище)|(?:în|in)\s+sus\b|(?:și|si|sau)\s+(?:peste|mai\s+m(?:ult|ari|are))\b|"
    r"va\s+(?:undan\s+)?(?:katta|yuqori)\w*|ва\s+(?:ундан\s+)?(?:катта|юқори)\w*))"
)
_FROM = (
    r"\b(?:от|с|со|старше|достигш\w+|свыше|from|over|above|older\s+than|"
    r"more\s+than|более|больше|(?:\w+тар\s+)?аз|болои|"
    r"de\s+la|peste|mai\s+mari\s+de|cel\s+puțin|від|з|із|старш[іе](?:\s+за)?|понад)\s+"
)
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        ("range", rf"{_stem('a')}(?:dan|дан)\s+{_stem('b')}(?:gacha|гача)\b"),
        ("range", rf"{_turkic('a', 'from')}\s+{_turkic('b', 'to')}"),
        ("range", rf"{_OF_AGE}?\b(?:between|între|intre|між)\s+{_age('a')}\s*(?:and|&|și|si|та|і)\s*{_age('b')}"),
        (
            "range",
            rf"(?:{_FROM}|{_OF_AGE}){{0,4}}{_OPEN}{_age('a')}\s*(?:[-–—−]|(?:и\s+до|до|up\s+to|to|through|то|până\s+la|pana\s+la|la)\b)\s*{_age('b')}",
        ),
        (
            "most",
            r"(?:\b(?:не\s+(?:старше|более|больше)|(?:not|no)\s+(?:older\s+than|over)|at\s+most|max(?:imum)?(?:\s+age)?)\b|"
            rf"≤|<=)[\s:]*{_age('a')}",
        ),
        (
            "least",
            r"(?:\b(?:не\s+(?:моложе|младше|менее)|(?:not|no)\s+(?:younger\s+than|under|below)|at\s+least|"
            rf"min(?:imum)?(?:\s+age)?)\b|≥|>=?)[\s:]*{_age('a')}{_AND_UP}?",
        ),
        (
            "under",
            r"(?:\b(?:младше|моложе|менее|не\s+достигш\w+|under|below|younger\s+than|less\s+than|sub|mai\s+mici\s+de|молодш[іе](?:\s+за)?|менше|(?:хурд|поён|кам)тар\s+аз)\b|<)\s*"
            rf"{_OF_AGE}?{_age('a')}",
        ),
        ("under", rf"{_stem('a')}(?P<up>(?:dan|дан)\s+(?:kichik|кичик))\w*"),
        ("under", rf"{_turkic('a', 'from')}(?P<up>{_WITH_YEARS['under']})"),
        ("under", rf"{_turkic('a', 'below')}"),
        ("least", rf"{_turkic('a', 'from')}(?:{_WITH_YEARS['over']})?"),
        ("least", rf"{_turkic('a', 'reached')}"),
        ("to", rf"{_turkic('a', 'to')}"),
        ("least", rf"{_FROM}{_OF_AGE}?{_age('a')}{_AND_UP}?"),
        ("least", rf"{_OF_AGE}?{_OPEN}{_age('a')}{_AND_UP}"),
        ("least", rf"{_stem('a')}(?:dan|дан)\b(?P<up>\s+(?:katta|yuqori|oshgan|катта|юқори|ошган)\w*)?"),
        ("least", rf"{_stem('a')}(?P<up>(?:ga|га)\s+(?:to['‘’ʻʼ`]lgan|тўлган))\w*"),
        ("most", rf"{_OPEN}{_age('a')}(?P<up>\s+(?:и\s+младше|(?:and|or)\s+(?:under|younger)))\b"),
        ("to", rf"\b(?:до|up\s+to|то|until|till|până\s+la|pana\s+la)\s+{_OF_AGE}?{_age('a')}"),
        ("to", rf"{_stem('a')}(?:gacha|гача)\b"),
    )
)
_MONTHS = re.compile(
    rf"{_OPEN}(\d{{1,2}})\s*(?:мес\w*\.?|months?|моҳ\w*|oy\w*)(?=\s*(?:[-–—−]|до\b|to\b|то\b)\s*\d)", re.I
)
_BIRTH = re.compile(
    r"\b(?:рождения|новорожд[её]нн\w*|(?:new)?born|birth|навзод\w*|таваллуд|tug['‘’ʻʼ`]ilgan\w*)"
    r"(?=\s*(?:[-–—−]|до\b|to\b|up\s+to\b|то\b)\s*\d)",
    re.I,
)
_ENDS = re.compile(
    r"\s*(?:$|[,;.()/|&\n!?\ue000-\uf8ff]|включительно|inclusive|(?:и|или|с|со|из|в|во|на|по|для|от|без|кто|котор\w*|не|ва|"
    r"ё|бо|дар|аз|ки|va|yoki|bilan|in|on|of|at|and|or|with|without|who|from|for|only)\b)",
    re.I,
)
"""What may stand behind an age without "years": anything else could be what is counted."""
_COUNTED = re.compile(
    r"(?:класс|grade|синф|sinf|мест|комнат|койк|чел|групп|этаж|каб|№|тел|room|bed|place|seat|capacity|вместим|phone|"
    r"ҷой|нафар|o.rin|xona|kishi|стат|час|соат|soat|hour|режим)\w{0,20}\.?[\s:]{0,9}$",
    re.I,
)
"""Words before a number that make it something else than an age."""
_MORE = re.compile(r"(?:более|больше|more|зиёд\w{0,9}|mai\s+mult|більше|ortiq|ko['‘’ʻʼ`]p)\s{0,9}$", re.I)
_OF_CHILDREN = re.compile(
    r"\s+(?:дет|реб[её]н|child|kids?\b|copii|діт|bola|farzand|фарзанд|кӯдак|человек|people|persons?\b)", re.I
)
"""What is counted behind "three or more": a family of three children is not of an age."""
_STAY = re.compile(
    r"\b(?:срок|пребыва|прожива|стаж|опыт|в\s+течение|последн|раз\s+в|stay|duration|experience|within|last|муддат|"
    r"мӯҳлат|muddat)",
    re.I,
)
_PART = re.compile(
    r"[,;|&\n()]|(?<!\bw)/|\.\s|\s(?:и|или|а\s+также|and|or|ва|ё|va|yoki)\s|(?<=\w)\s\+\s",
    re.I,
)
_WITH_SOMEBODY = re.compile(
    r"\b(?:с|со|при|без)\s+(?:\w+\s+){0,2}?(?:дет|реб[её]н|младен|сын|доч|матер|мам|родител|опекун)|"
    r"\b(?:их|её|своими?|свои)\s+(?:\w+\s+)?(?:дет|реб[её]н)|\b(?:сын|доч)\w*|\bсопровожд|"
    r"\bw(?:ith(?:out)?\s+|/\s*)(?:\w+\s+){0,2}?(?:child|kid|bab|infant|mother|parent|guardian)|\btheir\b|\bsons?\b|"
    r"\bdaughters?\b|\baccompan|\b(?:бо|бе)\s+(?:\w+\s+)?(?:кӯдак|кудак|тифл|модар|волидай)|\bфарзанд|\bҳамроҳ|"
    r"\bbolali\b|\bbolalari|\bfarzand|\b(?:bolasi|onasi)\s+bilan",
    re.I,
)
"""Children who come with somebody, or somebody who comes with children: their ages are no limit of the service."""
_WITHOUT = re.compile(r"\b(?:без|without|бе)\s+\w+", re.I)
_KINDS = {
    "women": r"женщ|жен(?:ск\w*)?\b|мам[аы]|матер|мать|wom[ae]n|females?\b|mothers?\b|зан(?:он\w*|ҳо\w*|и|о)?\b|модар|"
    r"ayol|xotin|аёл|хотин",
    "men": r"мужч|муж(?:ск\w*)?\b|отц|m[ae]n\b|males?\b|мард|erkak|эркак",
    "adults": r"взросл|совершеннолет|пожил|пенсион|семь|семей|родител|adult|elder|famil|parents?\b|калонсол|пирон|оила|"
    r"keksa|katta|oila|кекса",
    "girls": r"девоч|girl|духтар|qiz|қиз",
    "boys": r"мальч|boy|писар|o['‘’ʻʼ`]g['‘’ʻʼ`]il|ўғил",
    "children": r"дет|реб[её]н|несоверш|малыш|малолет|школьник|подрост|child|kids?\b|minors?\b|teen|adolesc|pupil|"
    r"кӯдак|кудак|наврас|ноболи|bola|o['‘’ʻʼ`]smir|бола",
    "everybody": r"вс[её]м?\b|всех\b|люб(?:ой|ые)\b|населен|everyone|everybody|anyone|all\b|ҳама|hamma|barcha",
}
_KIND = re.compile(rf"\b(?:{'|'.join(f'(?P<{kind}>{pattern})' for kind, pattern in _KINDS.items())})", re.I)
_OF_GROWN, _OF_MINORS = {"women", "men", "adults"}, {"girls", "boys", "children"}
_ANY = re.compile(
    r"\b(?:нет\s+огранич\w*|любо[йг]\w*|все\w*\s+возраст\w*|без\s+(?:возрастн\w+\s+)?огранич\w*|не\s+огранич\w*|any|all|no\s+limits?|"
    r"ҳама\w*|бе\s*маҳдудият\w*|har\s+qanday|barcha|cheklovsiz)",
    re.I,
)
_MARKS = range(0xE000, 0xF8FF)
_MARK = re.compile("[\ue000-\uf8ff]")
LONGEST = 1000
"""Letters of a text beyond which it is a description, and no ages are looked for."""
AROUND = 100
"""Letters around a number that are looked at for what it counts."""


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
    if read.ages is None and (re.search(r"\d", text) or not (_ANY.search(text) or _KIND.search(text))):
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
    plain = _BIRTH.sub("0", _MONTHS.sub(lambda months: str(int(months[1]) // 12), _in_digits(left_out(text).rest)))
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


_QUALIFIED = re.compile(r",\s+(?=\w+(?:вш|щ)(?:ие|их|ий|ая|ей)(?:ся)?\b|котор\w+|who\b|whose\b)(?!лица)", re.I)
"""A comma behind which words say more of those who stand before it."""
_BRACKETED = re.compile(r"((?<![^,;()\n])[^,;()\n]*+)\(([^()]*)\)")


_INCLUDING = re.compile(
    r"(?<![\s,(])[\s,(]++(?:включая|в\s+т(?:ом\s+числе|\.?\s*ч\.?)|including|incl\.?|аз\s+ҷумла|shu\s+jumladan)\s.*$",
    re.I | re.S,
)


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


_PEOPLE = "beneficiaries"


def _in_digits(text: str) -> str:
    """Return a text with its numbers in digits, if it then says more ages."""
    plain = _with_digits(text)
    return plain if plain != text and len(_limits(plain)[1]) > len(_limits(text)[1]) else text


def _with_digits(text: str) -> str:
    words = list(_WORDS.finditer(text))
    folded = [skeleton(word[0]) for word in words]
    pieces, end, place = list[str](), 0, 0
    while place < len(words):
        number, last = NUMBERS.get(folded[place]), place
        if (other := _second_word(text, words, place)) is not None:
            tens, unit = number or NUMBERS.get(folded[place].removesuffix("u"), 0), NUMBERS.get(folded[other], 0)
            joined = tens + unit if tens in range(10, 100, 10) and unit in range(1, 10) else None
            joined = NUMBERS.get(f"{folded[place]} {folded[other]}", joined)
            number, last = (joined, other) if joined else (number, place)
        years = "" if number else next((word for word in _YEARS_JOINED if folded[last].endswith(skeleton(word))), "")
        number = number or NUMBERS.get(folded[last].removesuffix(skeleton(years or "?")))
        if number:
            pieces += [text[end : words[place].start()], f"{number} {years}".rstrip()]
            end = words[last].end()
        place = last + 1
    return "".join((*pieces, text[end:]))


def _second_word(text: str, words: Sequence[re.Match[str]], place: int) -> int | None:
    """Return the place of what may be the second word of a number: behind a blank, a hyphen or a Romanian "and"."""
    for other in (place + 2, place + 1):
        if other < len(words) and _JOINT.fullmatch(text[words[place].end() : words[other].start()]):
            return other
    return None


def _limits(text: str) -> tuple[str, list[AgeRange | None]]:
    """Return a text with a mark where each of its ages stands, and what they say."""
    limits: list[AgeRange | None] = []
    marked = _MARK.sub(" ", text)
    for kind, pattern in _PATTERNS:
        marked = pattern.sub(partial(_marked, kind, limits), marked)
    return marked, limits


def _marked(kind: str, limits: list[AgeRange | None], match: re.Match[str]) -> str:
    """Put a mark where an age stands, and keep what it says; None where it cannot be. What is no age stays."""
    text, groups = match.string, match.groupdict()
    before, behind = text[max(0, match.start() - AROUND) : match.start()], text[match.end() : match.end() + AROUND]
    sure = any(groups.get(name) for name in ("of", "up", "yearsa", "yearsb")) or _ENDS.match(text, match.end())
    around = f"{_PART.split(before)[-1]} {_PART.split(behind)[0]}"
    if _OF_CHILDREN.match(behind) and not groups.get("yearsa") and _MORE.search(groups.get("up") or ""):
        return match[0]
    if not sure or _COUNTED.search(before) or _STAY.search(around) or len(limits) == len(_MARKS):
        return match[0]
    number, other = int(match["a"]), int(groups.get("b") or 0)
    if kind == "range":
        limits.append(AgeRange(number, other) if number <= other else None)
    elif kind == "least":
        limits.append(AgeRange(number, None))
    else:
        most = number - (kind == "under" or (kind == "to" and number == GROWN))
        limits.append(AgeRange(None, most) if number else None)
    return f" {chr(_MARKS[len(limits) - 1])} "


def _part(piece: str, limits: Sequence[AgeRange | None]) -> _Listed:
    own = (limits[ord(mark) - _MARKS[0]] for mark in _MARK.findall(piece))
    kinds = frozenset(filter(None, (match.lastgroup for match in _KIND.finditer(_WITHOUT.sub("", piece)))))
    return _Listed(kinds, tuple(filter(None, own)), _WITH_SOMEBODY.search(piece) is not None)


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
    if whole is None or (free & _OF_MINORS and (whole.least or 0) >= GROWN):
        return None
    if free & _OF_GROWN and whole.most is not None and whole.most <= GROWN:
        return None
    return None if "everybody" in free and named - free else whole


def _narrowed(span: AgeRange, limit: AgeRange) -> AgeRange | None:
    """Return the range of which one limit says where it begins and another where it ends."""
    if span.least is not None and span.most is None and limit.least is None and (limit.most or 0) >= span.least:
        return AgeRange(span.least, limit.most)
    if span.least is None and span.most is not None and limit.most is None and (limit.least or 0) <= span.most:
        return AgeRange(limit.least, span.most)
    return None


def _union(spans: Sequence[AgeRange]) -> AgeRange | None:
    """Return what some ranges cover together; None where a gap is between them, or nothing is left out."""
    ordered = sorted((span.least or 0, OLDEST if span.most is None else span.most) for span in spans)
    if not ordered:
        return None
    least, most = ordered[0]
    for start, end in ordered:
        if start > most + 1:
            return None
        most = max(most, end)
    ends = AgeRange(
        None if any(span.least is None for span in spans) else least,
        None if any(span.most is None for span in spans) else most,
    )
    return None if ends == (None, None) else ends


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
