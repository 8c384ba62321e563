"""Latin letters by rule: names that are known in Cyrillic only.

Names are written letter by letter for the readers of a page, in English near the BGN/PCGN systems, in Uzbek by its own
alphabet. What a rule has written says so: its language ends in ``-Latn``.
"""

import re

from mapping.language.rules import RULES as TABLE

LATIN = TABLE["latin"]
SCRIPT = "-Latn"
"""What the language of a text ends in that a rule has written in Latin letters."""

RULES: dict[str, dict[str, str]] = {code: LATIN["common"] | LATIN[code] for code in LATIN if code != "common"}
"""Letters by the language of the page; other languages keep the script that a name is in."""

_WORD = re.compile(r"[\u0400-\u04ff]+")
_AFTER_VOWEL = frozenset("аеёиоуыэюяӣӯў")


def latin(text: str, language: str) -> str:
    """Write a text in the Latin letters of a language; unchanged where it has no rule or nothing is Cyrillic.

    Examples
    --------
    >>> latin("Ҷамъияти «Пулбони Субҳ»", "en"), latin("Кӯлоб, Ғарм, Ёвон", "uz")
    ('Jamiyati «Pulboni Subh»', 'Koʻlob, Gʻarm, Yovon')
    >>> latin("Елена ҶДММ", "en")
    'Yelena JDMM'
    """
    rules = RULES.get(language)
    return text if rules is None else _WORD.sub(lambda word: _word(word[0], rules), text)


def _word(word: str, rules: dict[str, str]) -> str:
    written = "".join(
        _letter(letter, word[place - 1].lower() if place else "", rules) for place, letter in enumerate(word)
    )
    return written.upper() if word.isupper() and len(word) > 1 else written


def _letter(letter: str, before: str, rules: dict[str, str]) -> str:
    """Return a letter: е is ye where a word or a syllable begins with it."""
    lower = letter.lower()
    starts = not before or before in _AFTER_VOWEL or before in "ъь"
    latin = ("ye" if starts else "e") if lower == "е" else rules.get(lower, letter)
    return latin[:1].upper() + latin[1:] if letter != lower else latin
