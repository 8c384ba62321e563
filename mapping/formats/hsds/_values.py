"""The values of HSDS columns: each field of a table is read from its plain text by its kind."""

import datetime as dt
import html
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any

from mapping.formats.hsds._fields import FieldKind, Kind, kinds_of_fields
from mapping.language import parsers as values
from mapping.language.i18n import Message, listing
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.language.taxonomy import match_term
from mapping.model import AUDIENCES, LONGEST_OUTLINE, LONGEST_TEXT, WEEKDAYS

Parse = Callable[[str], Any]
"""Read a plain text: raise `Unreadable`, or `Partly` with what it was taken as, or return what was read."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_FORMULA = re.compile(r"[=@]\S|[+-](?=[A-Za-z(])")
_ZONE = re.compile(r"(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?$")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p", "%I:%M:%S %p")
_BYDAY = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)")
_WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def plain(value: Any) -> str:
    """Return a text of a record: markup taken out, no control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = CONTROL.sub("", str(value))
    if "<" in text or "&" in text:
        text = html.unescape(html.unescape(text))  # markup is often escaped once more than it should
        text = CONTROL.sub("", re.sub(r"[ \t]+", " ", MARKUP.sub(" ", text)))
    return text.strip()


def day(text: str) -> dt.date:
    """Read a date; of a moment its day is kept."""
    with suppress(ValueError):
        if re.match(r"\d{4}-\d{2}-\d{2}", text) and (date := dt.date.fromisoformat(text[:10])).year >= 1800:
            return date
    return values.date(text, dt.date.today())  # years of two digits are of this century


def clock(text: str) -> str:
    """Read a time of day as "08:00".

    >>> clock("18:00:00"), clock("9:30 am")
    ('18:00', '09:30')
    """
    time = _ZONE.sub("", text.upper()) if len(text) < 40 else ""
    time = "23:59" if time in ("24:00", "24:00:00") else time.replace("A.M.", "AM").replace("P.M.", "PM")
    for form in _TIMES:
        with suppress(ValueError):
            return f"{dt.datetime.strptime(time, form):%H:%M}"
    raise Unreadable(Message("{text} is no time of day", text=shown(text)), Message("write it as 08:00"))


def number(text: str) -> float:
    """Read a number."""
    try:
        read = float(re.sub(r"\s", "", text).replace(",", "."))
    except ValueError:
        read = math.nan
    if not abs(read) < 1e15:
        raise Unreadable(Message("{text} is no number", text=shown(text)), Message("write digits only"))
    return read


def whole(text: str) -> int:
    """Read a whole number."""
    read = number(text)
    if not read.is_integer():
        raise Unreadable(
            Message("{text} is no whole number", text=shown(text)), Message("leave the part after the point out")
        )
    return int(read)


def weekdays(text: str) -> str:
    """Read the days of a schedule as RRULE writes them, "MO,TU" or "1SA"; of version 1 also a name or a number."""
    days = [_weekday(part.upper()) for part in re.split(r"[,;\s]+", text) if part]
    if not all(days):
        raise Unreadable(Message("{text} names no days", text=shown(text)), Message("write them as MO,TU,WE"))
    return ",".join(days)


def _weekday(text: str) -> str:
    if text in tuple("1234567"):
        return WEEKDAYS[int(text) - 1]
    named = (day[:2] for day in _WEEK if len(text) > 2 and day.startswith(text))
    return text if _BYDAY.fullmatch(text) else next(named, "")


def word(text: str, *, allowed: tuple[str, ...], otherwise: str | None, synonyms: Mapping[str, str]) -> str:
    """Read one of some words; an unknown one becomes ``otherwise``, or is no value."""
    folded = " ".join(text.casefold().replace("_", " ").split())
    meant = {choice.casefold().replace("_", " "): choice for choice in allowed} | dict(synonyms)
    if folded in meant:
        return meant[folded]
    use = Message("use one of {words}", words=listing(allowed))
    if otherwise is None:
        raise Unreadable(Message("{text} is none of the words of HSDS", text=shown(text)), use)
    problem = Message("{text} is unknown and was taken as {otherwise!r}", text=shown(text), otherwise=otherwise)
    raise Partly(otherwise, text, problem, use)


def status(text: str) -> str:
    """Read whether a service is given; a word that nobody knows counts as inactive."""
    match = match_term("statuses", text)
    allowed = ("active", "inactive", "defunct", "temporarily closed")
    return word(match.code if match else text, allowed=allowed, otherwise="inactive", synonyms={})


def language_code(text: str) -> str:
    """Read the code of a language; a name is looked up."""
    if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", text):
        return re.split("[-_]", text)[0].lower()
    return values.language_codes(text)[0]


def words(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Read a text."""
    if len(text) > longest:
        raise Unreadable(
            Message("{text} is a text of more than {most} letters", text=shown(text), most=longest),
            Message("mend the row"),
        )
    if _FORMULA.match(text):
        problem = Message("{text} begins like a formula", text=shown(text))
        raise Partly(text, "", problem, Message("look whether it is meant; it is kept as a text"))
    return text


def currency(text: str) -> str:
    """Read the code of a currency."""
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise Unreadable(
            Message("{text} is no code of a currency", text=shown(text)), Message("write it as EUR or USD (ISO 4217)")
        )
    return text.upper()


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
    "yes": values.yes_no,
    "whole": whole,
    "number": number,
    "time": clock,
    "mail": values.emails,
    "web": values.website,
    "text": words,
}
OF_ONE_FIELD: dict[tuple[str, str], Parse] = {
    ("service", "status"): status,
    ("schedule", "byday"): weekdays,
    ("schedule", "freq"): partial(word, allowed=("WEEKLY", "MONTHLY"), otherwise=None, synonyms={"daily": "WEEKLY"}),
    ("cost_option", "currency"): currency,
    ("language", "code"): language_code,
    ("service_area", "extent"): partial(words, longest=LONGEST_OUTLINE),
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
