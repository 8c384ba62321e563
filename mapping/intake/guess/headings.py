"""What the heading of a column says that stands beneath it, in English, Russian, Tajik and Uzbek."""

import re
from functools import cache, lru_cache

from mapping.column_map import fold_header
from mapping.intake.row_reader import DAYS
from mapping.language import parsers
from mapping.language.fold import alternatives, apart, coarse, skeleton
from mapping.language.languages import codes, language, word_rows
from mapping.model import WEEKDAYS

SERVICE = (
    *("excludes", "marking", "serves", "contact", "description", "covers", "precision", "utc_offset", "funded_until"),
    *("verified_how", "verified_by", "organization_kind", "place_name", "fax", "messenger", "status", "ages"),
    *("organization", "phone", "languages", "cost", "service", "unit", "place", "latitude", "longitude", "address"),
    *("coordinates", "email", "website", "hours", "documents", "capacity", "accessible", "funder", "verified_on"),
    *("country", "unit_code", "key"),
)
"""Fields of a list of services; whichever stands first counts where a heading has words of several: those that are told
by several words together stand before the plain ones."""

ENDINGS = 3
"""Letters by which a heading may be longer than a word of five or more: "manzili", "телефонам"."""

RUNNING = re.compile(r"^\W*(?:no\.?\W*)?(?:п\W*п|т\W*р|р\W*т|t\W*r)\W*$|^[^\w№]*№\W*$", re.I)
"""Headings of numbers that only count the rows."""


LETTERS = 300
"""Letters of a heading that are looked at."""


@lru_cache(maxsize=10_000)
def field_of(heading: str) -> str:
    """Return the field that a heading speaks of, or nothing; of a name in two lines the lower one counts first.

    Examples
    --------
    >>> field_of("Контактные данные / телефон"), field_of("Организация, руководитель"), field_of("Стоим.")
    ('phone', 'organization', 'cost')
    >>> field_of("На каких языках можно обратиться?"), field_of("Shoe size")
    ('languages', '')
    """
    heading = heading[:LETTERS]
    if {"latitude", "longitude"} <= {_field(part) for part in re.split(r"[/,;&]", heading)}:
        return "coordinates"
    heading = _leaf(heading)
    parts = heading.split(" / ")
    if len(parts) > 1 and language_in(parts[-1]):
        parts = parts[:-1]
    for part in (*reversed(parts), heading):
        whole = _field(part)
        if whole in ("contact", "fax", "messenger"):  # beside another thing it tells what else stands there
            first = re.split(r"[,/;+&\n]", part)[0]
            whole = _field(first) or whole
        if whole:
            return whole
    return ""


_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+")


def _leaf(heading: str) -> str:
    """Return the last name of a survey's path of names where it speaks of a field itself: "grp_hours/days"."""
    leaf = heading.rpartition("/")[2] if _PATH.fullmatch(heading) and heading.isascii() else ""
    return leaf if leaf and _field(leaf) else heading


def _field(text: str) -> str:
    if (parted := apart(text)) != text and (name := _field(parted)):
        return name
    words = _words(text)
    spoken = (
        (" " not in phrase, place)  # words that belong together tell more than each by itself
        for place, name in enumerate(SERVICE)
        for phrase in _phrases(name)
        if words.hold(phrase) and (name != "key" or len(words.coarse) <= ENDINGS)
    )
    if best := min(spoken, default=None):
        return SERVICE[best[1]]
    short = tuple(re.findall(r"(?<![^\W\d_])([^\W\d_]{2,}+)\.", _plain(text)))
    meant = {name for name, words in _single_words() for word in words if word.startswith(short)} if short else set()
    if len(meant) == 1:
        return meant.pop()
    russian = re.sub("ё", "е", text, flags=re.I)  # in which both are one letter
    return _field(russian) if russian != text else ""


SHORT = 3
"""Letters of a word so short that others sound like it: "Legal aid" is no number, "Full" not the Tajik for "active"."""


class _HeadingWords:
    """The words of a heading, as they are compared with the phrases of fields."""

    def __init__(self, heading: str) -> None:
        plain = _plain(heading)
        self.coarse = [*coarse(plain).split(), *(["№"] * ("№" in plain))]
        self.spelt = {*skeleton(plain).split()}

    def hold(self, phrase: str) -> bool:
        """Whether a word of a field stands in the heading, whatever its ending, or several words together."""
        sign, words = phrase[:1], self.coarse
        if sign == "=":
            return words == phrase[1:].split()
        if sign == "~":
            return phrase[1:] in self.spelt
        if " " in phrase:
            return f" {phrase}" in f" {' '.join(words)}"
        if len(phrase) == 1:
            return words == [phrase]
        return phrase in words or (
            len(phrase) > 4 and any(word.startswith(phrase) and len(word) - len(phrase) <= ENDINGS for word in words)
        )


_words = lru_cache(maxsize=10_000)(_HeadingWords)


def _plain(heading: str) -> str:
    return fold_header(heading).replace("_", " ")


def language_in(heading: str) -> str:
    """Return the code of the language that a heading names, or nothing."""
    words = re.findall(r"[^\W\d_]+", heading.casefold())
    return next(
        (
            code
            for code in codes()
            if any(
                word == sign or (len(sign) > 2 and word.startswith(sign))
                for word in words
                for sign in language(code).headings
            )
        ),
        "",
    )


def words_of(field: str) -> list[str]:
    """Return the words by which a column of a field may be called, in all languages."""
    return [word for row in word_rows().get(f"heading of {field}", ()) for word in row.split(";")]


@cache
def _phrases(field: str) -> tuple[str, ...]:
    """Return the phrases of a field for `_HeadingWords`: "=" stands before a whole heading, "~" before a short word."""
    return tuple(dict.fromkeys(map(_phrase, words_of(field))))


def _phrase(word: str) -> str:
    plain = _plain(word.removeprefix("="))
    sound = coarse(plain)
    if word.startswith("=") or not sound:
        return "=" * word.startswith("=") + (sound or plain)
    return f"~{skeleton(plain)}" if " " not in sound and 1 < len(sound) <= SHORT else sound


@cache
def _single_words() -> list[tuple[str, list[str]]]:
    return [(name, [_plain(word) for word in words_of(name) if " " not in word]) for name in SERVICE]


REMARKS = frozenset(map(coarse, words_of("note")))
"""Words of columns that are never kept."""


@lru_cache(maxsize=50_000)
def named(heading: str, field: str) -> int:
    """Return how many letters of a heading name a field: the longest of its words there, that of the lower line first.

    >>> named("Дата подписания", "signed_on") > named("Дата подписания", "assessed_on") > 0
    True
    >>> named("Shoe size", "signed_on")
    0
    """
    words = _words(heading)
    return max((len(phrase.lstrip("~=")) for phrase in _phrases(field) if words.hold(phrase)), default=0)


@lru_cache(maxsize=1_000)
def day_of(heading: str) -> str:
    """Return the field of the day of the week that a heading is, or nothing.

    >>> day_of("Вт"), day_of("Ҷумъа"), day_of("Mon"), day_of("Monday to Friday"), day_of("Phone")
    ('tuesday', 'friday', 'monday', '', '')
    """
    try:
        spans = parsers.hours(f"{heading} 8:00-9:00")
    except parsers.Unreadable:
        return ""
    return DAYS[WEEKDAYS.index(spans[0].byday)] if len(spans) == 1 and spans[0].byday in WEEKDAYS else ""


_BEGINS, _ENDS = alternatives("beginning in a heading"), alternatives("end in a heading")
_LOWEST, _HIGHEST = alternatives("lowest in a heading"), alternatives("highest in a heading")
_BOUNDS = {
    ("hours", "opens"): re.compile(rf"(?:^|\W){_BEGINS}\W*$|^{_BEGINS}\W", re.I),
    ("hours", "closes"): re.compile(rf"(?:^|\W){_ENDS}\W*$|^{_ENDS}\W", re.I),
    ("age", "minimum_age"): re.compile(rf"(?:^|\W){_LOWEST}(?:\W|$)", re.I),
    ("age", "maximum_age"): re.compile(rf"(?:^|\W){_HIGHEST}(?:\W|$)", re.I),
}
_OF_AGE = re.compile(rf"\b{alternatives('age in a heading')}", re.I)


def bound_of(heading: str) -> str:
    """Return the field of a bound that a heading asks for by itself: an hour or an age, the first or the last.

    >>> bound_of("Часы работы: с"), bound_of("До какого возраста?"), bound_of("grp/min_age"), bound_of("Время работы")
    ('opens', 'maximum_age', 'minimum_age', '')
    """
    heading = _leaf(heading).replace("_", " ")
    about = "age" if _OF_AGE.search(heading) else field_of(heading)
    return next((name for (of, name), asks in _BOUNDS.items() if of == about and asks.search(heading)), "")


def is_end(heading: str) -> bool:
    """Tell whether a heading is a word for a last bound and nothing else.

    >>> is_end("до"), is_end("To:"), is_end("До какого возраста?")
    (True, True, False)
    """
    return re.fullmatch(rf"\W*{_ENDS}\W*", heading, re.I) is not None
