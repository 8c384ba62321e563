"""Cleaning: an ordered list of small named steps, each from a cell's text to a better one.

A step never guesses: it mends how something was written, not what was said. How many cells each step changed is kept in
the batch. What a cell means (phones, dates, hours) is read later by `mapping.language.parsers`.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from mapping.language.fold import LOOKALIKE, TO_CYRILLIC, TO_LATIN
from mapping.language.i18n import Message

DITTO = re.compile(
    r"[-–—=_\s]+[/\\|\"'″〃„“”»«]{1,3}[-–—=_\s]+|[\"″〃„“”]|''|"
    r"т(?:о|от|а|е)\s?же(?: сам(?:ое|ый|ая|ые))?|там же|ҳамон|хамон|ҳамин|oʻsha|xuddi shu|"
    r"ditto|same(?: as above)?|(?:as|see) above|"
    r"см\.? выше|как выше|чун дар боло|yuqoridagi(?:dek|day)?|"
    r"(?:те же|ҳамон|ҳамин|xuddi shu|oʻsha|(?:the )?same) (?:услуги|хизматҳо|services|xizmatlar)",
    re.I,
)
"""What people write in a cell in place of what stands above it: -//-, ", то же."""

Step = Callable[[str], str]

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TAG = re.compile(r"</?[^\W\d_!][^<>]{0,200}>(?: ?\(\d+:[\da-f]+\))?|<![^<>]{0,200}>")
"""A tag, or what an accounting program writes for what is not there: "<Object not found> (42:b1)"."""
WORD = re.compile(r"[^\W\d_]+")
MIXED = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
FORMULA = re.compile(r"^\s*=\s*HYPERLINK\s*\(\s*\"[^\"]*\"\s*[;,]\s*\"(?P<shown>[^\"]*)\"\s*\)\s*$", re.I)


_COMPUTES = re.compile(r"\s*=\s*(?:[+-]?\$?[A-Za-z]{1,3}\$?\d{1,7}(?!\w)|[^\W\d_][\w.]*\(|(?:'[^']+'|[^\W\d_]\w*)!)")


def is_formula(text: str) -> bool:
    """Tell whether a text is a formula of a spreadsheet, which typed into a cell for texts stays one.

    >>> is_formula("=B2"), is_formula("=СЦЕПИТЬ(A2;B2)"), is_formula("='Лист 1'!C4"), is_formula("= 12 мест")
    (True, True, True, False)
    """
    return _COMPUTES.match(text) is not None


def composed(text: str) -> str:
    """Write letters with marks as one character each, as search and matching expect."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Drop characters that nobody sees and that could turn a text around."""
    return text if text.isprintable() else CONTROL.sub(" ", INVISIBLE.sub("", text))


def shown_of_formula(text: str) -> str:
    """Keep what a link formula shows; the link goes."""
    match = FORMULA.match(text)
    return match["shown"] if match else text


def without_tags(text: str) -> str:
    """Take HTML out of a text, also what is written in entities; the rest is shown as text, never run."""
    while TAG.search(text):
        text = html.unescape(TAG.sub(" ", text))
    return text


def spaced(text: str) -> str:
    """Make spaces plain and single; line ends part the values of a cell, so they stay."""
    if text.isprintable():  # of all spaces and line ends only the plain space is
        return " ".join(text.split())
    lines = (SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def in_one_alphabet(text: str) -> str:
    """Write a word in the alphabet that it is in, where letters of another that look the same slipped in.

    >>> in_one_alphabet("\u004fтд\u0065л, Wi-Fi")  # with a Latin O and e
    'Отдел, Wi-Fi'
    """
    return WORD.sub(lambda word: _of_one_alphabet(word[0]), text) if MIXED.search(text) else text


def _of_one_alphabet(word: str) -> str:
    if not MIXED.search(word):
        return word
    apart = {letter for letter in word if letter not in "".join(LOOKALIKE)}  # those that tell which alphabet it is
    if not apart or (latin := {letter.isascii() for letter in apart}) == {True, False}:
        return word
    return word.translate(TO_LATIN if latin == {True} else TO_CYRILLIC)


STEPS: list[tuple[Message, Step]] = [
    (Message("letters composed"), composed),
    (Message("link formula replaced by what it shows"), shown_of_formula),
    (Message("HTML taken out"), without_tags),
    (Message("invisible characters dropped"), visible),
    (Message("letters of two alphabets in a word made one"), in_one_alphabet),
    (Message("spaces tidied"), spaced),
]
"""What is done to every cell, in this order."""


class Cleaned(NamedTuple):
    """A cell's text after all the steps."""

    text: str
    steps: tuple[Message, ...]
    """Those that changed it."""
    stands_for_above: bool
    """Whether it is written in place of what stands above it."""


@lru_cache(maxsize=4_000)  # few: they keep cells, and with them the memory of a whole sheet
def clean(text: str) -> Cleaned:
    """Take a cell's text through all the steps; many cells of a list say the same."""
    changed = []
    for name, step in STEPS:
        better = step(text)
        if better != text:
            changed.append(name)
        text = better
    return Cleaned(text, tuple(changed), DITTO.fullmatch(text) is not None)
