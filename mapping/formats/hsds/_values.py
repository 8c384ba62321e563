"""The values of HSDS columns: each field of a table is read by its kind, with what may be mended and what cannot."""

import datetime as dt
import html
import math
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from mapping.formats.hsds._fields import FieldKind, Kind, kinds_of_fields
from mapping.language import parsers as values
from mapping.language.i18n import Message, listing
from mapping.language.parsers import Unreadable, shown
from mapping.language.taxonomy import match_term
from mapping.model import AUDIENCES, LONGEST_OUTLINE, LONGEST_TEXT

Parse = Callable[[Any], Any]
"""Read a value that is there: raise `Unreadable`, or return what was read; `Mended` where it was not as it should."""


class Mended(Exception):
    """A value that was written otherwise than the standard asks, and what it was read as; it is no error."""

    def __init__(self, value: Any, problem: Message, fix: Message, *, doubt: bool = False) -> None:
        super().__init__(problem)
        self.value, self.problem, self.fix, self.doubt = value, problem, fix, doubt


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_FORMULA = re.compile(r"[=@]\S|[+-](?=[A-Za-z(])")
_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:\.\d{1,9})?)?\s{0,9}([ap]\.?m\.?)?\s{0,9}(?:Z|[+-]\d{2}:?\d{2})?", re.I
)
_BYDAY = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)")
_WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_LONGEST_TIME = 40


def plain(value: Any) -> str:
    """Return a text of a record: markup taken out, no control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = CONTROL.sub("", str(value))
    if "<" in text or "&" in text:
        text = html.unescape(html.unescape(text))  # markup is often escaped once more than it should
        text = CONTROL.sub("", re.sub(r"[ \t]+", " ", _MARKUP.sub(" ", text)))
    return text.strip()


def day(value: Any) -> dt.date:
    """Read a date; of a moment its day is kept."""
    text = plain(value)
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}", text) and (date := dt.date.fromisoformat(text[:10])).year >= 1800:
            return date
        read = values.date(text, dt.date.today())  # years of two digits are of this century
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(Message("{text} is no date", text=shown(text)), Message("write it as 2026-11-24")) from error
    raise Mended(
        read, Message("{text} was read as {day}", text=shown(text), day=read), Message("write dates as 2026-11-24")
    )


def clock(value: Any) -> str:
    """Read a time of day as "08:00".

    >>> clock("18:00:00")
    '18:00'
    """
    text = plain(value)
    digits = re.fullmatch(r"(\d{2})(\d{2})()()", text)
    match = digits or (_TIME.fullmatch(text) if len(text) <= _LONGEST_TIME else None)
    if match is None or not (match[2] or match[4]):
        raise _no_time(text)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[4] or ""
    if half:
        if not 1 <= hour <= 12:
            raise _no_time(text)
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if (hour, minute) == (24, 0):
        hour, minute = 23, 59
    if hour > 23 or minute > 59:
        raise _no_time(text)
    read = f"{hour:02d}:{minute:02d}"
    if half or not text.startswith(read):
        problem = Message("{text} was read as {read}", text=shown(text), read=read)
        raise Mended(read, problem, Message("write times as 08:00"))
    return read


def _no_time(text: str) -> Unreadable:
    return Unreadable(Message("{text} is no time of day", text=shown(text)), Message("write it as 08:00"))


def number(value: Any) -> float:
    """Read a number."""
    text = plain(value).replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,15},\d{1,15}", text):
        text = text.replace(",", ".")
    try:
        read = float(text)
    except ValueError:
        read = math.nan
    if not abs(read) < 1e15:
        raise Unreadable(Message("{text} is no number", text=shown(str(value))), Message("write digits only"))
    return read


def whole(value: Any) -> int:
    """Read a whole number."""
    read = number(value)
    if not read.is_integer():
        raise Unreadable(
            Message("{text} is no whole number", text=shown(str(value))),
            Message("leave the part after the point out"),
        )
    return int(read)


def yes(value: Any) -> bool:
    """Read yes or no."""
    return value if isinstance(value, bool) else values.yes_no(value)


def email(value: Any) -> str:
    """Read one mail address."""
    text = plain(value)
    addresses = values.emails(text)
    if not addresses:
        raise Unreadable(
            Message("{text} is no mail address", text=shown(text)), Message("write it as name@example.org")
        )
    return addresses[0]


def web(value: Any) -> str:
    """Read the address of a page; only http and https are kept, since others could run something."""
    text = plain(value)
    address = values.website(text)
    if address is None:
        raise Unreadable(
            Message("{text} is no web address", text=shown(text)), Message("write it as https://example.org")
        )
    return address


def weekdays(value: Any) -> str:
    """Read the days of a schedule, as RRULE writes them: "MO,TU" or "1SA"."""
    text = plain(value)
    parts = [part.upper() for part in re.split(r"[,;\s]+", text) if part]
    if parts and all(_BYDAY.fullmatch(part) for part in parts):
        return ",".join(parts)
    named = [next((day[:2] for day in _WEEK if len(part) > 2 and day.startswith(part)), "") for part in parts]
    if parts and all(named):
        problem = Message("{text} was read as {days}", text=shown(text), days=",".join(named))
        raise Mended(",".join(named), problem, Message("write days as MO,TU,WE"))
    raise Unreadable(Message("{text} names no days", text=shown(text)), Message("write them as MO,TU,WE"))


def word(value: Any, *, allowed: tuple[str, ...], otherwise: str | None, synonyms: Mapping[str, str]) -> str:
    """Read one of some words; an unknown one becomes ``otherwise``, or is no value."""
    text = " ".join(plain(value).split())
    if text in allowed:
        return text
    folded = text.casefold().replace("_", " ")
    meant = next((choice for choice in allowed if choice.casefold().replace("_", " ") == folded), synonyms.get(folded))
    use = Message("use one of {words}", words=listing(allowed))
    if meant is not None:
        raise Mended(meant, Message("{text} was read as {word!r}", text=shown(text), word=meant), use)
    if otherwise is None:
        raise Unreadable(Message("{text} is none of the words of HSDS", text=shown(text)), use)
    problem = Message("{text} is unknown and was taken as {otherwise!r}", text=shown(text), otherwise=otherwise)
    raise Mended(otherwise, problem, use, doubt=True)


def status(value: Any) -> str:
    """Read whether a service is given; a word that nobody knows counts as inactive."""
    text = " ".join(plain(value).split())
    allowed = ("active", "inactive", "defunct", "temporarily closed")
    match = match_term("statuses", text) if text not in allowed else None
    synonyms = {text.casefold().replace("_", " "): match.code} if match else {}
    return word(text, allowed=allowed, otherwise="inactive", synonyms=synonyms)


def language_code(value: Any) -> str:
    """Read the code of a language; a name is looked up."""
    text = plain(value)
    if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", text):
        return re.split("[-_]", text)[0].lower()
    return values.language_codes(text)[0]


def text(value: Any, *, longest: int = LONGEST_TEXT) -> str:
    """Read a text; a number or a yes in its place is taken as it is written."""
    read = plain(value)
    if len(read) > longest:
        raise Unreadable(
            Message("{text} is a text of more than {most} letters", text=shown(read), most=longest),
            Message("mend the row"),
        )
    if isinstance(value, int | float):
        problem = Message("{value} stands where a text should", value=read)
        raise Mended(read, problem, Message("write it in quotation marks"))
    if _MARKUP.search(value):
        raise Mended(read, Message("{text} holds markup", text=shown(value)), Message("it was taken out"))
    if _FORMULA.match(read):
        problem = Message("{text} begins like a formula", text=shown(read))
        raise Mended(read, problem, Message("look whether it is meant; it is kept as a text"), doubt=True)
    return read


def currency(value: Any) -> str:
    """Read the code of a currency."""
    code = plain(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unreadable(
            Message("{text} is no code of a currency", text=shown(plain(value))),
            Message("write it as EUR or USD (ISO 4217)"),
        )
    return code


def says_whom(value: Any) -> bool:
    """Whether words in a column of audiences are those for whom something is, and none of who may see it.

    >>> says_whom("women and children"), says_whom("General public"), says_whom("public"), says_whom("staff")
    (True, True, False, False)
    """
    words = plain(value).casefold()
    is_mark = words.replace("_", " ") in (mark.replace("_", " ") for mark in AUDIENCES)
    return not is_mark and (values.says_everybody(words) or bool(values.composed_groups(words).codes))


BY_KIND: dict[Kind, Parse] = {
    "day": day,
    "yes": yes,
    "whole": whole,
    "number": number,
    "time": clock,
    "mail": email,
    "web": web,
    "text": text,
}
OF_ONE_FIELD: dict[tuple[str, str], Parse] = {
    ("service", "status"): status,
    ("schedule", "byday"): weekdays,
    ("schedule", "freq"): partial(word, allowed=("WEEKLY", "MONTHLY"), otherwise=None, synonyms={"daily": "WEEKLY"}),
    ("cost_option", "currency"): currency,
    ("language", "code"): language_code,
    ("service_area", "extent"): partial(text, longest=LONGEST_OUTLINE),
}
OTHERWISE: dict[str, str] = {
    "audience": "custodian",
    "precision": "none",
    "location_type": "physical",
    "address_type": "physical",
    "role": "delivery",
    "position_basis": "none",
    "level": "unverified",
    "answer": "unknown",
    "kind": "original",
    "unit_of_count": "unknown",
    "status": "unknown",
}
"""Field of words -> what an unknown word counts as."""
SYNONYMS: dict[str, dict[str, str]] = {
    "location_type": {"fixed": "physical", "mail": "postal", "mailing": "postal", "online": "virtual"},
    "address_type": {"mail": "postal", "mailing": "postal", "street": "physical", "online": "virtual"},
}


@cache
def parsers(table: str) -> dict[str, Parse]:
    """Return how each field of a table is read, but for its keys and what is read when all rows are there."""
    later = {"link_type", "link_entity", *(("number",) if table == "phone" else ())}
    return {
        name: OF_ONE_FIELD.get((table, name)) or _parser(name, field)
        for name, field in kinds_of_fields(table).items()
        if field.kind != "key" and name not in later
    }


def _parser(name: str, field: FieldKind) -> Parse:
    if field.kind == "word":
        return partial(word, allowed=field.words, otherwise=OTHERWISE.get(name), synonyms=SYNONYMS.get(name, {}))
    return BY_KIND[field.kind]
