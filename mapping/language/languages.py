"""The languages: each is a folder here with a ``language.toml``, and nothing else of it stands elsewhere.

Beside it lie, as far as there are any: the catalogues of its texts (``*.po``); ``terms.csv`` (taxonomy, code, label)
and ``synonyms.csv`` (taxonomy, code, word) for terms that have no column ``label_<language>`` and no row in the tables
of ``terms/``; ``word_lists.csv``, words that cells, names and addresses have in it, by what they say; ``patterns.csv``,
regular expressions of words whose endings or neighbours count; ``concepts.csv``,
what words in cells mean, and ``search.csv``, those of somebody who looks for help.
"""

import contextlib
import csv
import html
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

import mapping.language
from mapping.errors import InvalidRecord

SOURCE = "en"
"""The language that the texts of the code are in."""

SPACE = "\u00a0"
"""No-break space: between the groups of a number, and before a percent sign."""


@dataclass(frozen=True)
class LanguageFolder:
    """A language, as its folder describes it; what the folder leaves out is CLDR's, or as most languages have it."""

    code: str
    folder: Path | None
    name: str
    """What it calls itself."""
    fallback: tuple[str, ...] = (SOURCE,)
    """The languages that a reader is shown instead, in order."""
    organization_names: tuple[str, ...] | None = None
    """The languages whose names of organizations stand before the name that an organization goes by; as the fallback,
    where it is not said."""
    document: str = ""
    """How a Word file names it, as ``ru-RU``."""
    decimal: str = ","
    group: str = SPACE
    percent: str = SPACE + "%"
    date: str = "long"
    """A pattern or a length of CLDR; with ``months`` a text with {day}, {month} and {year}."""
    months: tuple[str, ...] = ()
    """Names of months in the form that stands in a date, where CLDR has none."""
    months_alone: tuple[str, ...] = ()
    """Names of months as they stand alone, where those of dates differ."""
    weekdays: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    headings: tuple[str, ...] = ()
    """How lists mark a column in this language, folded."""
    place_names: tuple[str, ...] = ()
    """Languages whose names of places its readers can read, best first."""

    @property
    def written(self) -> str:
        """The language in which its readers are shown texts of the code: the source language without a folder."""
        return self.code if self.folder else SOURCE

    @property
    def direction(self) -> str:
        """The direction in which these texts are read: "ltr" or "rtl"."""
        return direction_of(self.written)

    @property
    def chain(self) -> tuple[str, ...]:
        """Itself, then the languages that stand in for it."""
        return (self.code, *self.fallback)

    @property
    def chain_of_organizations(self) -> tuple[str, ...]:
        """Itself, then the languages whose names of organizations stand in for its own.

        Where there is none of these, an organization has the name that it goes by.
        """
        return (self.code, *(self.fallback if self.organization_names is None else self.organization_names))


@cache
def folders() -> dict[str, Path]:
    """Return the folder of every language, by its code."""
    roots = [Path(root) for root in mapping.language.__path__]
    return {file.parent.name: file.parent for root in roots for file in sorted(root.glob("*/language.toml"))}


def codes() -> tuple[str, ...]:
    """Return the code of every language that has a folder, the source language first."""
    return tuple(sorted(folders(), key=lambda code: (code != SOURCE, code)))


@cache
def language(code: str) -> LanguageFolder:
    """Return a language; of one without a folder nothing is known but its code.

    Raises
    ------
    InvalidRecord
        Its ``language.toml`` cannot be read, or says something that no language has.
    """
    folder = folders().get(code)
    if folder is None:
        return LanguageFolder(code, None, _own_name(code), document=code, headings=(code,), place_names=(code, SOURCE))
    file = folder / "language.toml"
    try:
        settings: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        held: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
        }
        own = LanguageFolder(code, folder, **({"name": code} | held))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        known = ", ".join(LanguageFolder.__dataclass_fields__)
        raise InvalidRecord(f"{file}: {error}; a language has {known}") from error
    if len(own.weekdays) != 7 or {len(own.months), len(own.months_alone)} - {0, 12}:
        raise InvalidRecord(f"{file}: a week has seven days and a year twelve months; write them all, or none")
    return own


@cache
def direction_of(code: str) -> str:
    """Return the direction in which a language is read, by CLDR: "ltr" or "rtl"."""
    with contextlib.suppress(UnknownLocaleError, ValueError):
        return Locale.parse(code).text_direction
    return "ltr"


def attributes(code: str, within: str = SOURCE) -> str:
    """Return what a tag of HTML says of a text in a language, on a page in another: which way it is written too.

    >>> attributes("tg"), attributes("ar")
    ('lang="tg"', 'lang="ar" dir="rtl"')
    """
    own = direction_of(code)
    return f'lang="{html.escape(code)}"' + (f' dir="{own}"' if own != language(within).direction else "")


def isolated(text: str, code: str, spoken: str | None = None) -> str:
    """Return a text of another writing, a number or a time as it stands in a language: from right to left, isolated.

    Its signs are then in the order that its own first letter gives, or from left to right where it has none, and do
    not turn what stands around it. In a language from left to right it stays as it is. A text that is known to be
    ``spoken`` in a language is isolated where that one is written the other way.
    """
    own = language(code).direction
    turned = own == "rtl" if spoken is None else own != direction_of(spoken)
    return f"\u2068{text}\u2069" if turned and text else text


def within(name: str, code: str) -> str:
    """Write the name of a day or a language as it stands within a sentence: only English keeps its capital letter.

    Examples
    --------
    >>> within("Пятница", "ru"), within("Friday", "en"), within("Friday", "my")
    ('пятница', 'Friday', 'Friday')
    """
    return name if language(code).written == SOURCE else name[:1].lower() + name[1:]


def _own_name(code: str) -> str:
    """Return what a language calls itself by CLDR, with a capital letter as in a menu; else its code."""
    try:
        name = Locale.parse(code).get_language_name(code) or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


@cache
def names_of(code: str) -> dict[str, str]:
    """Return what a language is called, by CLDR: in every language with a folder and in itself; nothing if unknown."""
    names = {}
    for spoken in (*codes(), code):
        with contextlib.suppress(UnknownLocaleError, ValueError):
            if name := Locale.parse(spoken).languages.get(code):
                names[spoken] = name[:1].upper() + name[1:]
    return names if SOURCE in names else {}


@cache
def codes_by_name(spoken: str) -> dict[str, str]:
    """Return the codes of languages by what a language calls them, by CLDR, in small letters."""
    with contextlib.suppress(UnknownLocaleError, ValueError):
        return {name.casefold(): code for code, name in Locale.parse(spoken).languages.items() if len(code) <= 3}
    return {}


@cache
def weekdays_of(spoken: str) -> dict[str, str]:
    """Return the English for the days of the week, long and short, and for "and" in a language, by CLDR."""
    english = Locale.parse(SOURCE).days["format"]["wide"]
    days: dict[str, str] = {}
    with contextlib.suppress(UnknownLocaleError, ValueError):
        for widths in Locale.parse(spoken).days.values():
            for width in ("short", "abbreviated", "wide"):
                days |= {name.casefold().rstrip("."): english[day] for day, name in widths.get(width, {}).items()}
        days[Locale.parse(spoken).list_patterns["standard"]["2"].format("", "").strip()] = "and"
    return days


@cache
def word_rows() -> dict[str, list[str]]:
    """Return the words of each list that ``word_lists.csv`` of a language holds, a row a language.

    ";" parts the words of a row; where their order counts, as with months, "|" parts the spellings of one.
    """
    return _lists("word_lists.csv")


@cache
def pattern_rows() -> dict[str, list[str]]:
    """Return the regular expressions of each list that ``patterns.csv`` of a language holds."""
    return _lists("patterns.csv")


def _lists(file_name: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = defaultdict(list)
    for root in map(Path, mapping.language.__path__):
        for path in sorted(root.glob(f"*/{file_name}")):
            with path.open(encoding="utf-8", newline="") as file:
                for name, words in islice(csv.reader(file), 1, None):
                    rows[name].append(words)
    return dict(rows)


def forget() -> None:
    """Read the folders anew when they are next asked for."""
    folders.cache_clear()
    language.cache_clear()
