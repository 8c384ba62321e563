"""Yes and no, lists of terms, and languages."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice, pairwise
from typing import NamedTuple

from mapping.language.composition import only_means
from mapping.language.fold import alternatives, patterns, skeleton, words_for
from mapping.language.i18n import Message
from mapping.language.languages import SOURCE, codes_by_name
from mapping.language.parsers._cells import Partly, Unreadable, given, shown
from mapping.language.taxonomy import FILLERS, match_listed, match_term

_YES = words_for("yes")
_NO = words_for("no")
_SIGNS = dict.fromkeys(("+", "1", "-1", *"✓✔☑vхx"), True) | dict.fromkeys("-−–—0☐", False)
_HALF = words_for("partly")


def says_everybody(text: str) -> bool:
    """Tell whether a text says that something is for all people, in four languages."""
    return only_means("everybody", text)


_NOBODY = re.compile(rf"\W*{patterns('nobody')}\W*", re.I)


def says_nobody(text: str) -> bool:
    """Tell whether a text about those who are left out says that nobody is.

    >>> says_nobody("Никого"), says_nobody("принимаем всех"), says_nobody("мужчин")
    (True, True, False)
    """
    return _NOBODY.fullmatch(text) is not None


class LeftOut(NamedTuple):
    """A text without those whom it leaves out, who they are, as it names them, and those of whom that is not clear."""

    rest: str
    who: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁҒӢҚӮҲҶЎ])|[;\n]|(?<=[!?])$")
_BUT = re.compile(
    rf"(?<!\w){patterns('but not for')}\s+(?P<who>[^)]+)|{patterns('we do not take')}\s+(?P<object>[^,)]+)"
    r"|(?:^|(?<=[,(]))\s*(?:but\s+)?no\s+(?P<none>[^,)]+)",
    re.I,
)
"""Words that stand before those who are left out."""
_NOT_TAKEN = re.compile(
    rf"(?:(?<!\s)\s*+\b(?:{patterns('words before a denial')}\s+){{0,3}}{patterns('are not taken')}"
    rf"|{patterns('apart from, behind')})(?!\w)",
    re.I,
)
"""Words that stand behind them."""
_ENDED = re.compile(rf"\s*(?:$|[,;.!?)(]|{patterns('here with us')}\b)", re.I)
_RELATIVE = re.compile(rf"\b{patterns('who in a sentence')}\b", re.I)
"""Words by which a denial says more of people rather than that they are left out."""
_FIRST = re.compile(rf"\b{patterns('only or accepting')}\b", re.I)
_AND = re.compile(rf"\s(?:{patterns('and of people')}|&)\s", re.I)
_CONTRAST = re.compile(rf",?\s{patterns('in contrast')}\s", re.I)


def left_out(text: str) -> LeftOut:
    """Part a text into what it says of who is helped and those whom it leaves out, before or behind the words for it.

    In "женщины и дети, мужчин не принимаем" the men are left out alone; in "мужчин, детей не принимаем" that is not
    clear of those before the comma, who are then neither.

    Examples
    --------
    >>> left_out("все, кроме мужчин и детей")
    LeftOut(rest='все', who=('мужчин и детей',), unclear=())
    >>> left_out("erkaklardan tashqari").who, left_out("women; men are not accepted")[:2], left_out("women").who
    (('erkaklar',), ('women', ('men',)), ())
    """
    rest, who, unclear = list[str](), list[str](), list[str]()
    for sentence in _SENTENCE.split(text) if len(text) <= MOST_OF_PEOPLE else ():
        plain = _BUT.sub(partial(_put_away, who), sentence)
        match = _NOT_TAKEN.search(plain)
        if match:
            start = max((mark.end() for mark in _CONTRAST.finditer(plain, 0, match.start())), default=0)
            start = max(start, plain.rfind("(", 0, match.start()) + 1)
            listed, comma, last = plain[start : match.start()].rpartition(",")
            before, behind = plain[:start], plain[match.end() :]
            if _RELATIVE.search(last):
                pass
            elif not _ENDED.match(behind):
                unclear.append(plain[start:])
                plain = before
            else:
                who.append(last)
                if comma and not _closed(listed, last):
                    unclear.append(listed)
                else:
                    before += listed
                plain = f"{before}{', ' if before.strip() and behind.strip(' ,)') else ''}{behind}"
        rest.append(plain)
    if not who and not unclear:
        return LeftOut(text)
    texts = (re.sub(r"\([^\w()]*\)", " ", part).strip(" ,.!?;(") for part in rest)
    named = (re.sub(r"^барои\s+", "", part.strip(" ,.!?;"), flags=re.I) for part in who)
    return LeftOut("; ".join(filter(None, texts)), tuple(filter(None, named)), tuple(part.strip() for part in unclear))


MOST_OF_PEOPLE = 1000
"""Letters of a text that says who is helped; a longer one is a description."""


_AGED = re.compile(r"\s(?:aged?|under|over|below|above|up\s+to|older|younger|from)\b|\s\d", re.I)
"""Where words for people go on to their ages."""


def _put_away(who: list[str], match: re.Match[str]) -> str:
    """Take those out of a text whom its words leave out; "no men" is such words, "no papers needed" is not."""
    none = match["none"]
    if none is not None and match_term("beneficiaries", _AGED.split(none)[0].strip(" .!")) is None:
        return match[0]
    who.append(match["who"] or match["object"] or none)
    return ""


def _closed(listed: str, last: str) -> bool:
    """Tell whether what stands before a comma is a list of its own, and not one with what stands behind it."""
    if _AND.search(last):
        return False
    nominative = re.compile(r"^\W*(?:\w+\s)?\w+[ыие]\b")
    return bool(
        _AND.search(listed) or _FIRST.search(listed) or (nominative.match(listed) and not nominative.match(last))
    )


_MORE = re.compile(r"\s*([^\W\d_]{2,12})\s*[,(;:–—-]\s*+(.*?\w.*)", re.S)


def answered(text: str) -> tuple[str, str]:
    """Part an answer that begins with yes or no in a word from what it says besides; nothing besides for any other.

    >>> answered("да, по средам 14-16"), answered("da (24/24, 10 locuri)"), answered("по запросу, да")
    (('да', 'по средам 14-16'), ('da', '24/24, 10 locuri'), ('по запросу, да', ''))
    """
    match = _MORE.fullmatch(text)
    if match and skeleton(match[1]) in _YES | _NO:
        return match[1], match[2].rstrip(" )")
    return text, ""


def yes_no(value: object) -> bool:
    """Read yes or no, in four languages, as + and -, or as 1 and 0.

    Raises
    ------
    Unreadable
        For a blank, and for what is neither: "partly", "on Tuesdays", "?".
    """
    text = "-" if str(value).strip() in ("-", "–", "—", "−") else given(value, Message("answer"))
    plain = text.strip().casefold().rstrip(".!")
    if plain in _SIGNS:
        return _SIGNS[plain]
    folded = skeleton(text)
    if folded in _YES or folded in _NO:
        return folded in _YES
    if folded in _HALF:
        raise Unreadable(
            Message("{text} is neither yes nor no", text=shown(text)),
            Message("say what there is and what not, in words"),
        )
    raise Unreadable(
        Message("{text} is neither yes nor no", text=shown(text)),
        Message("write yes or no; a condition belongs into the description"),
    )


_SIGNED = words_for("signed")
"""Words by which a cell says that people sign, if it says nothing else."""
_FORM = _SIGNED | words_for("consent")
"""Words that may stand beside them."""
_WITHOUT = words_for("without consent")


def consent_form(value: object) -> bool:
    """Read whether people sign that they agree: yes or no, or in words that only say so ("да, письменно", "бланк").

    Raises
    ------
    Unreadable
        As `yes_no`; also where anything else is said: "by word of mouth", "yes, but not for children".

    Examples
    --------
    >>> consent_form("да (форма № 2)"), consent_form("не требуется")
    (True, False)
    """
    words = [word for word in skeleton(str(value).replace("№", " ")).split() if not word.isdecimal()]
    if " ".join(words) in _WITHOUT:
        return False
    if len(words) > 1 and set(words) <= _FORM | _YES and set(words) & (_SIGNED | _YES):
        return True
    return True if len(words) == 1 and words[0] in _SIGNED else yes_no(value)


_ANSWERS = {
    **dict.fromkeys("+✓✔☑✅", "met"),
    **dict.fromkeys("✗✘❌", "not met"),
    **dict.fromkeys(("±", "+/-", "-/+", "+-", "+/−", "+/–", "½"), "partly"),
}


def answer(value: object) -> str:
    """Read an answer to an item of the checklist, as a code of the list ``answers``.

    Signs are read too, and several words that all say the same ("да, полностью").

    Raises
    ------
    Unreadable
        For a blank, for what is no answer, and for words that say different things ("yes, but not at night").

    Examples
    --------
    >>> answer("✓"), answer("±"), answer("Ҳа, пурра")
    ('met', 'partly', 'met')
    """
    text = given(value, Message("answer"))
    if text in _ANSWERS:
        return _ANSWERS[text]
    match = match_listed("answers", text)
    codes = {match.code if match else None}
    if match is None:
        pieces = (match_listed("answers", piece.strip()) for piece in re.split("[,;]", text))
        codes = {match.code if match else None for match in pieces}
    code = codes.pop()
    if codes or code is None:
        raise Unreadable(Message("{answer!r} is no answer that we know", answer=text), Message("it counts as unknown"))
    return code


Known = Callable[[str], bool]

_STRONG = re.compile(r"[;\n|•·]|\s\+\s|\+(?=[^\W\d])|(?:^|(?<=\s))\d{1,2}[.)](?=\s)")
_WEAKER = (
    re.compile(r"(?<!\b[а-яё])(?<!\bw)/", re.I),  # not in з/п
    re.compile(r","),
    re.compile(rf"\s(?:{patterns('and in a list')}|&)\s", re.I),
)
_SPACE = re.compile(r"\s+")
MOST_WORDS = 24
"""Words of a list without separators that are looked at for known terms."""


def split_list(value: object, known: Known | None = None) -> list[str]:
    """Cut a cell into the terms that it lists, as they are written, without repeats.

    Semicolons, lines and + always part; a slash, a comma and "and" do so outside brackets, and not inside a term that
    ``known`` recognises ("unpaid wages, labour disputes"). With ``known``, words that stand side by side without a
    separator are parted if each of them is known, as survey tools write several choices.

    Examples
    --------
    >>> split_list("help (food, clothes), advice")
    ['help (food, clothes)', 'advice']
    >>> split_list("advice, unpaid wages, labour disputes", {"unpaid wages, labour disputes"}.__contains__)
    ['advice', 'unpaid wages, labour disputes']
    """
    text = "" if value is None else str(value).strip()
    terms: list[str] = []
    known = _bounded(known) if known else None
    whole = known is not None and "\n" not in text and ";" not in text and known(text)
    for part in [text] if whole else _cut(text, _STRONG):
        terms += _terms(part, known, 0)
    return list(dict.fromkeys(term for term in map(_trimmed, terms) if term))


def _terms(text: str, known: Known | None, level: int) -> list[str]:
    """Cut a text at ever weaker separators, until its pieces are known."""
    text = _trimmed(text)
    if not text or (known and known(text)):
        return [text]
    if level == len(_WEAKER):
        return _side_by_side(text, known) if known else [text]
    pieces = _cut(text, _WEAKER[level], keep=True)
    if len(pieces) == 1:
        return _terms(text, known, level + 1)
    if len(pieces) > 2 * MOST_TERMS:
        return [text]
    joined = _join_known(pieces, known) if known and len(pieces) < 2 * MOST_JOINED else pieces[::2]
    return [term for piece in joined for term in _terms(piece, known, level + 1)]


def _bounded(known: Known) -> Known:
    """Return a test for terms that does not look at texts which are longer than any term."""
    return lambda text: len(text) <= MOST_LETTERS and known(text)


MOST_LETTERS = 300
"""Letters of a text that may be one known term."""

MOST_TERMS = 200
"""Terms of one cell; a text with more separators is no list of terms and stays whole."""

MOST_JOINED = 40
"""Pieces of a cell up to which terms with separators inside them are looked for."""

LONGEST_TERM = 8
"""Pieces of which a known term may consist, where separators stand inside it."""


def _join_known(pieces: Sequence[str], known: Known) -> list[str]:
    """Put pieces together again where they are one known term, the longest first; separators stand between them."""
    joined, start = [], 0
    while start < len(pieces):
        ends = range(min(len(pieces), start + 2 * LONGEST_TERM - 1), start + 1, -2)
        end = next((end for end in ends if known(_trimmed("".join(pieces[start:end])))), start + 1)
        joined.append("".join(pieces[start:end]))
        start = end + 1
    return joined


def _side_by_side(text: str, known: Known) -> list[str]:
    """Part words without separators into known terms, if all of them are known; else leave them together."""
    words = _SPACE.split(text)
    if not 1 < len(words) <= MOST_WORDS:
        return [text]
    best: list[list[str] | None] = [[]] + [None] * len(words)
    for end in range(1, len(words) + 1):
        for start in range(end):
            before = best[start]
            if FILLERS & {skeleton(words[start]), skeleton(words[end - 1])}:
                continue  # "transport to the shelter" is no list
            if before is not None and known(term := " ".join(words[start:end])):
                longer = [*before, term]
                shortest = best[end]
                best[end] = longer if shortest is None or len(longer) < len(shortest) else shortest
    return best[-1] or [text]


def _cut(text: str, separator: re.Pattern[str], *, keep: bool = False) -> list[str]:
    """Cut a text at separators that stand outside brackets; with ``keep``, separators stand between the pieces."""
    pieces, start, depth, looked = [], 0, 0, 0
    for match in separator.finditer(text):
        depth += text.count("(", looked, match.start()) - text.count(")", looked, match.start())
        looked = match.start()
        if depth > 0:
            continue
        pieces.append(text[start : match.start()])
        if keep:
            pieces.append(match[0])
        start = match.end()
    return [*pieces, text[start:]]


def _trimmed(text: str) -> str:
    return text.strip(" \t\n,;/+").strip()


_ONLY = re.compile(rf"(?<!\w){alternatives('only')}(?!\w)", re.I)
_OR = re.compile(rf"\s{alternatives('joining numbers')}\s", re.I)
_WHEN_ASKED = re.compile(rf"(?<!\w){patterns('when asked')}(?!\w)", re.I)
_OF_THE_STATE = re.compile(patterns("language of the state"), re.I)


def language_codes(value: object, state: str = "", spoken: tuple[str, ...] = ()) -> list[str]:
    """Read languages, by name or code in any of four languages, as ISO 639 codes; ``state`` is the code of the state's.

    Of languages that we have no words for, the names by CLDR are known: those in English, and in languages ``spoken``.

    Raises
    ------
    Unreadable
        For what names no language ("all local").
    Partly
        When some of the words name languages.

    Examples
    --------
    >>> language_codes("таджикский/русский"), language_codes("TJ, RU, sign"), language_codes("то?ик?/рус?")
    (['tg', 'ru'], ['tg', 'ru', 'sgn'], ['tg', 'ru'])
    """
    text = given(value, Message("language"))
    own = _OF_THE_STATE.sub(f" {state} ", text) if state else text
    own = " ".join(_ONLY.sub(" ", own).replace(".", " ").split())
    asked_for = _WHEN_ASKED.findall(own)
    listed = _OR.sub("; ", _WHEN_ASKED.sub(" ", own))
    parts = {part: match_term("languages", part) for part in split_list(listed, _is_language)}
    read = {part: match.code if match else _by_name(part, spoken) for part, match in parts.items()}
    codes = list(dict.fromkeys(filter(None, read.values())))
    unread = [part for part, code in read.items() if not code and re.search(r"\w", part)]
    if not codes:
        raise Unreadable(
            Message("{text} names no language", text=shown(text)), Message("write the names of the languages")
        )
    if unread:
        words = ", ".join(unread)
        raise Partly(
            codes,
            words,
            Message("{text} is no language that is known here", text=shown(words)),
            Message("write its name in full"),
        )
    if asked_for:
        words = ", ".join(asked_for)
        raise Partly(
            codes, words, Message("{text} holds for a part", text=shown(words)), Message("say which at a call")
        )
    return codes


_IF_THERE = patterns("if there is one")
_WISHED = re.compile(rf"(?<!\w)(?:{_IF_THERE})(?!\w)", re.I)


def wished(parts: Sequence[str]) -> set[str]:
    """Return those of some entries that are wished and not asked for: "паспорт (если есть)", and "pasport", "bo‘lsa".

    Examples
    --------
    >>> sorted(wished(["referral", "passport", "if any"]))
    ['if any', 'passport']
    """
    alone = {part for part in parts if not re.search(r"\w", _WISHED.sub(" ", part))}
    before = {part for part, after in pairwise(parts) if after in alone}
    return alone | before | set(filter(_WISHED.search, parts))


def _by_name(text: str, spoken: tuple[str, ...]) -> str:
    """Return the code of a language by its name in one of some languages; nothing where it is none."""
    tables = map(codes_by_name, (*spoken, SOURCE))
    return next((table[text.casefold()] for table in tables if text.casefold() in table), "")


def _is_language(text: str) -> bool:
    return match_term("languages", text) is not None


_BETWEEN = re.compile(
    rf"^.*?{patterns('between two')}\s+|(?<!\s)\s++{patterns('between, behind two')}(?!\w).*$", re.I | re.S
)
_PARTED = re.compile(rf"[;\n/|↔→⇄,–—]|\s[-–—]{{1,9}}>?\s|\s(?:{patterns('and between names')}|&|\+)\s", re.I)
"""What may part two names: signs and words for "and" and "with"."""
_ABOUT = re.compile(rf"\s{patterns('about what')}\s.*$", re.I | re.S)
"""What two have agreed about, behind their names."""
MOST_PARTS = 30
"""Signs and words at which two names can be cut at most; what has more is no pair of names."""


def two_names(text: str) -> list[tuple[str, str]]:
    """Return the ways in which a cell can name two: cut at a dash, a slash, a comma or a word for "and", once.

    Examples
    --------
    >>> two_names("договор между «Умед» и «Нур»"), two_names("Umed / Nur and Co")
    ([('«Умед»', '«Нур»')], [('Umed', 'Nur and Co'), ('Umed / Nur', 'Co')])
    >>> two_names("Umed and Nur on referral")
    [('Umed', 'Nur on referral'), ('Umed', 'Nur')]
    """
    plain = _BETWEEN.sub("", text.strip())
    places = [*islice(_PARTED.finditer(plain), MOST_PARTS + 1)]
    if len(places) > MOST_PARTS:
        return []
    cuts = [(plain[: cut.start()].strip(), plain[cut.end() :].strip()) for cut in places]
    pairs = [(left, name) for left, right in cuts for name in (right, _ABOUT.sub("", right).strip())]
    return [(left, right) for left, right in dict.fromkeys(pairs) if left and right]
