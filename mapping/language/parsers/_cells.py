"""What every parser does first: take a cell as a text, and refuse what holds no value."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from mapping.language.fold import INVISIBLE, numbered, skeleton, wildcard, words_for
from mapping.language.i18n import Message, quoted
from mapping.language.languages import word_rows


class Unreadable(ValueError):
    """A cell that no value can be read from: what is wrong with it, and what to do."""

    def __init__(self, problem: Message, fix: Message) -> None:
        super().__init__(f"{problem}; {fix}")
        self.problem = problem
        self.fix = fix


class Partly(Unreadable):
    """A cell of which only a part could be read: ``value`` is what the parser returns otherwise, ``rest`` what is left.

    The rest may hold anything, a secret too: it is for the person who looks at the import, never for a record.
    """

    def __init__(self, value: Any, rest: str, problem: Message, fix: Message) -> None:
        super().__init__(problem, fix)
        self.value = value
        self.rest = rest


_ERRORS = re.compile(r"#(?:ref|n/?a|value|name|div/0|num|null|ссылка|н/д|знач|имя|дел/0|число|пусто)[!?]?", re.I)
_DASHES = re.compile(r"[-–—−_/.\s·*'\"]*")

NOT_YET = words_for("not known yet")
"""Words that stand in a cell until someone knows better."""

NUMBERS = (
    numbered("numbers")
    | numbered("teens", 11)
    | {word: 10 * tens for word, tens in numbered("tens from thirty", 3).items()}
)
"""Folded words for numbers that people write out."""

NONE = words_for("none")
"""Words by which a cell says that there is nothing of the kind."""

LONGEST_VALUE = 4_000
"""Letters of a cell that holds a value at most: patterns look at each letter beside each other."""

LONGEST_NONE = 20
"""Letters that no such word reaches."""


def cell(value: object) -> str:
    """Return a cell as one text: nothing unseen, one kind of space and of digits, whole numbers without a point."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return _text(str(value))


@lru_cache(maxsize=20_000)
def _text(text: str) -> str:
    """Return a text as `cell` does; the same is asked of every cell several times."""
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    if not text.isascii():
        text = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing, or only dashes."""
    return _is_blank(value) if isinstance(value, str) else _DASHES.fullmatch(cell(value)) is not None


@lru_cache(maxsize=20_000)
def _is_blank(text: str) -> bool:
    return _DASHES.fullmatch(_text(text)) is not None


def is_one_of(text: str, folded: Collection[str]) -> bool:
    """Tell whether a text is one of some folded phrases, also where letters of it are lost."""
    if skeleton(text) in folded:
        return True
    pattern = wildcard(text)
    return pattern is not None and any(map(pattern.fullmatch, folded))


_NONE_AS_WRITTEN = frozenset(word.casefold() for row in word_rows()["none"] for word in row.split(";"))


def says_none(text: str) -> bool:
    """Tell whether a text says that there is nothing of the kind; in capitals only by a word as it is written.

    >>> says_none("йук"), says_none("НЕТ"), says_none("ЮК")
    (True, True, False)
    """
    if len(text) >= LONGEST_NONE or skeleton(text) not in NONE:
        return False
    return not text.isupper() or text.strip().casefold() in _NONE_AS_WRITTEN


def says_unknown(text: str) -> bool:
    """Tell whether a text says that nobody knows, and so nothing of another kind than its column's.

    >>> says_unknown("нет данных"), says_unknown("?"), says_unknown("пн-пт")
    (True, True, False)
    """
    return not text.strip("?!. ") or (not any(map(str.isdigit, text)) and skeleton(text) in NOT_YET)


def given(value: object, what: Message) -> str:
    """Return a cell's text if it holds a value at all.

    Raises
    ------
    Unreadable
        For prose, a blank, an error of a spreadsheet, question marks, and words such as "to be clarified".
    """
    text = cell(value)
    if len(text) > LONGEST_VALUE:
        raise Unreadable(
            Message("the cell holds {count} letters, and a field {most} at most", count=len(text), most=LONGEST_VALUE),
            Message("look whether a whole file was pasted into it, and shorten it"),
        )
    if _DASHES.fullmatch(text):
        raise Unreadable(Message("no {what} is given", what=what), Message("ask the sender"))
    if _ERRORS.fullmatch(text):
        raise Unreadable(
            Message("{text} is an error of the spreadsheet, not a {what}", text=text, what=what),
            Message("mend the formula and send the list again"),
        )
    if not text.strip("?!. "):
        raise Unreadable(
            Message("{text!r} says that the {what} is not known", text=text, what=what), Message("ask the sender")
        )
    if says_unknown(text):
        raise Unreadable(
            Message("{text!r}: the {what} is not known yet", text=text, what=what), Message("ask the sender")
        )
    return text


def shown(text: str, most: int = 60) -> Message:
    """Return a text for a message, which quotes it, cut to length."""
    text = " ".join(text.split())
    return quoted(text if len(text) <= most else text[: most - 1] + "…")
