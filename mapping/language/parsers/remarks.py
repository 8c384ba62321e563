"""What a remark says that a column of its own should say: how many it takes, languages, for whom alone."""

import re
from functools import cache, lru_cache

from mapping.language.fold import alternatives, skeleton, tokens, words_for
from mapping.language.parsers.amounts import Money, names_amount
from mapping.language.parsers.dates import MONTHS
from mapping.language.parsers.hours import names_days
from mapping.language.parsers.lists import left_out
from mapping.language.parsers.standing import works_until
from mapping.language.taxonomy import match_term, words_of

WORDS_AFTER = 4
"""Words behind "only" among which people may be named."""

LEAST = 4
"""Letters by which a language is known in any case: "узбекском" begins like "узбекский"."""


@lru_cache(maxsize=20_000)
def remarked(text: str, money: Money | None = None) -> tuple[str, ...]:
    """Return the fields that a remark seems to say something of: capacity, languages, serves, hours, address, cost.

    Nothing is read from a remark, which may say anything of anybody: that it speaks of them is all that is told.
    ``money`` is that of the country.

    Examples
    --------
    >>> remarked("12 коек, только женщины"), remarked("говорят по-узбекски"), remarked("позвонить утром")
    (('capacity', 'serves'), ('languages',), ())
    >>> remarked("мужчин не консультируем")
    ('serves',)
    >>> remarked("Türkçe, Arapça konuşulur"), remarked("работают до марта 2027")
    (('languages',), ('status',))
    >>> remarked("летом с 7 до 14"), remarked("с 1 декабря переезжаем"), remarked("в августе закрыты, ücretsiz")
    (('hours',), ('address',), ('hours', 'cost'))
    >>> remarked("lawyer Tue & Thu only"), remarked("пулакӣ барои хориҷиён"), remarked("безопасная среда, есть душ")
    (('hours',), ('cost',), ())
    >>> remarked("стипендия 300 сомони в месяц", Money("TJS", ("сомони",)))
    ('cost',)
    """
    words = skeleton(text).split()
    says = {
        "capacity": _takes(words),
        "languages": _speaks(words),
        "serves": _only(words) or bool(left_out(text).who),
        "hours": _begins(words, "season stems") or _tells_times(text, words),
        "cost": tells_price(text) or _BEGINS_WITH_MONEY.search(text) is not None or names_amount(text, money),
        "address": _begins(words, "moved stems"),
        "status": works_until(text),
    }
    return tuple(name for name, there in says.items() if there)


@lru_cache(maxsize=20_000)
def beside_help(text: str) -> tuple[str, ...]:
    """Return the fields that words for kinds of help seem to say something of besides: capacity, hours, cost.

    >>> beside_help("приют (8 мест)"), beside_help("Mon-Fri lawyer"), beside_help("бесплатный юрист")
    (('capacity',), ('hours',), ('cost',))
    """
    says = {
        "capacity": _takes(skeleton(text).split()),
        "hours": names_days(text, surely=True),
        "cost": tells_price(text),
    }
    return tuple(name for name, there in says.items() if there)


CHANGES = ("hours", "address", "status")
"""Fields of which a remark tells what a column of its own does not: other hours of a season, a move, a last day."""


def _begins(words: list[str], name: str) -> bool:
    """Tell whether a word begins as one of a list does."""
    stems = tuple(words_for(name))
    return any(word.startswith(stems) for word in words)


@lru_cache(maxsize=20_000)
def tells_price(text: str) -> bool:
    """Tell whether a text says that something is free, or in brackets that it is paid.

    >>> tells_price("бесплатный юрист"), tells_price("free legal aid"), tells_price("freedom from violence")
    (True, True, False)
    >>> tells_price("адвокат (платно, от 150 сомони)"), tells_price("взыскание заработной платы")
    (True, False)
    """
    if any(_FOR_MONEY.match(beside) for beside in _BRACKETS.findall(text)):
        return True
    stems = words_for("free stems")
    return any(word == stem or (len(stem) > WHOLE and word.startswith(stem)) for word in tokens(text) for stem in stems)


_BRACKETS = re.compile(r"\(\s*([^()]*)")
_FOR_MONEY = re.compile(alternatives("for money"), re.I)
_BEGINS_WITH_MONEY = re.compile(rf"(?:^|[;,.!])\s*{alternatives('for money')}", re.I)
"""A remark, or a part of it, that begins with what something costs; elsewhere the words are of wages and fees too."""
WHOLE = 3
"""Letters of a word that stands whole: "free" is the beginning of too many others."""


def _tells_times(text: str, words: list[str]) -> bool:
    """Tell whether days of the week are named, or the months in which something is so every year.

    Beside numbers a day counts however it is written; else in so many letters that it is no other word, or with others.
    """
    if re.search(r"\d", _DIALLED.sub(" ", text)) is not None:
        return names_days(text)
    return any(word.startswith(_MONTHS) for word in words) or names_days(text, surely=True)


_DIALLED = re.compile(r"\+?\d(?:[ ()-]*\d){4,}")
_MONTHS = tuple(name for name in MONTHS if len(name) > len("may"))


def _takes(words: list[str]) -> bool:
    """Tell whether a number of beds or places stands there."""
    stems = tuple(words_for("beds stems") | words_for("places stems"))
    return any(
        word.isdecimal()
        and any(near.startswith(stems) for near in (*words[place + 1 : place + 3], *words[place - 1 : place]))
        for place, word in enumerate(words)
    )


def _speaks(words: list[str]) -> bool:
    """Tell whether a language is named: beside a word for speaking, by its own ending, or with no other word.

    >>> _speaks(["rusha", "destek"]), _speaks(["rus", "maktab"]), _speaks(["dari", "va", "pashtu"])
    (True, False, True)
    """
    stems = tuple(words_for("speaking stems"))
    if any(word.startswith(stems) for word in words) and any(word[:LEAST] in _languages() for word in words):
        return True
    named = {word for word in words if match_term("languages", word) is not None}
    of_tongues = any(len(word) > LEAST and word.endswith(_IN_A_TONGUE) for word in named)
    return of_tongues or (
        bool(named) and named.issuperset(word for word in words if len(word) >= LEAST and word not in words_for("only"))
    )


_IN_A_TONGUE = ("cha", "che", "cho", "sha", "she")
"""Endings, folded, by which Turkic languages make of a people the name of what it speaks."""


@cache
def _languages() -> frozenset[str]:
    names = (skeleton(name) for spellings in words_of("languages").values() for name in spellings)
    return frozenset(name[:LEAST] for name in names if len(name) >= LEAST)


def _only(words: list[str]) -> bool:
    """Tell whether people are named behind a word for "only", or before it."""
    only = words_for("only")
    near = [
        span
        for place, word in enumerate(words)
        if word in only
        for span in (words[place + 1 : place + 1 + WORDS_AFTER], words[max(0, place - 2) : place])
    ]
    phrases = (
        " ".join(span[start:end])
        for span in near
        for start in range(len(span))
        for end in range(start + 1, len(span) + 1)
    )
    return any(
        len(re.findall(r"[^\W\d]", phrase)) > 2 and match_term("beneficiaries", phrase) is not None
        for phrase in phrases
    )
