"""Whether two names are those of two people: however they are spelt, and whatever letters look alike."""

import unicodedata
from functools import cache

from confusable_homoglyphs import confusables

from mapping.language.fold import skeleton


def same_person(name: str, other: str) -> bool:
    """Tell whether two names may be one person's, by the letters that are seen or by how they sound in Latin ones.

    >>> same_person("Anna  Karimova", "ANNA-KARIMOVA"), same_person("Anna", "Zarina")
    (True, False)
    """
    return _seen(name) == _seen(other) or _heard(name) == _heard(other)


def two_people(name: str, other: str) -> bool:
    """Tell whether two names are there and are those of two people."""
    return bool(_seen(name)) and bool(_seen(other)) and not same_person(name, other)


def _seen(name: str) -> str:
    """Return what a name looks like: its letters and digits, each as the Latin one it can be taken for."""
    return "".join(map(_lookalike, _letters(name))).casefold()


def _heard(name: str) -> str:
    return skeleton(_letters(name))


def _letters(name: str) -> str:
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in unicodedata.normalize("NFD", whole) if unicodedata.category(c)[0] in ("L", "N"))


@cache
def _lookalike(letter: str) -> str:
    """Return the Latin letter or digit that a letter can be taken for, else itself."""
    if letter.isascii():
        return {"0": "o", "1": "l", "i": "l"}.get(letter, letter)
    lookalikes = confusables.is_confusable(letter, greedy=True, preferred_aliases=[]) or []
    like = sorted(h["c"] for group in lookalikes for h in group["homoglyphs"] if h["c"].isascii() and h["c"].isalnum())
    return _lookalike(like[0].casefold()) if like else letter
