"""The values of HSDS columns: each field of a table is read by its kind, with what may be mended and what cannot."""

import datetime as dt
import html
import math
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any, Literal, get_args, get_origin

from mapping.language import parsers as values
from mapping.language.i18n import Phrase, listing
from mapping.language.parsers import Unreadable, shown
from mapping.language.taxonomy import match_term
from mapping.model import AUDIENCES, PRECISIONS, RECORDS, references

Parse = Callable[[Any], Any]
"""Read a value that is there: raise `Unreadable`, or return what was read; `Mended` where it was not as it should."""


class Mended(Exception):
    """A value that was written otherwise than the standard asks, and what it was read as; it is no error."""

    def __init__(self, value: Any, problem: Phrase, fix: Phrase, *, doubt: bool = False) -> None:
        super().__init__(problem)
        self.value, self.problem, self.fix, self.doubt = value, problem, fix, doubt


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_FORMULA = re.compile(r"[=@]\S|[+-](?=[A-Za-z(])")
LONGEST_TIME = 40
"""Letters of a time of day at most."""

_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:\.\d{1,9})?)?\s{0,9}([ap]\.?m\.?)?\s{0,9}(?:Z|[+-]\d{2}:?\d{2})?", re.I
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>\"]*)?")
_BYDAY = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)")
_WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def plain(value: Any) -> str:
    """Return a text of a record: markup taken out, no control characters."""
    if type(value) is str and "<" not in value and "&" not in value and value.isprintable():
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = CONTROL.sub("", text)
    if "<" in text or "&" in text:
        for _ in range(2):  # markup is often escaped once more than it should
            text = html.unescape(text)
        text = _MARKUP.sub(" ", text)
        text = CONTROL.sub("", re.sub(r"[ \t]+", " ", text))
    return text.strip()


def day(value: Any) -> dt.date:
    """Read a date; of a moment its day is kept."""
    text = plain(value)
    try:
        if _DAY.match(text):
            date = dt.date.fromisoformat(text[:10])
            if date.year >= 1800:
                return date
        read = values.date(text, dt.date.today())  # years of two digits are of this century
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(Phrase("{text} is no date", text=shown(text)), Phrase("write it as 2026-11-24")) from error
    raise Mended(
        read, Phrase("{text} was read as {day}", text=shown(text), day=read), Phrase("write dates as 2026-11-24")
    )


def clock(value: Any) -> str:
    """Read a time of day as "08:00".

    >>> clock("18:00:00")
    '18:00'
    """
    text = plain(value)
    match = _TIME.fullmatch(text) if len(text) <= LONGEST_TIME else None
    if match is None and (digits := re.fullmatch(r"(\d{2})(\d{2})", text)):
        hour, minute, half = int(digits[1]), int(digits[2]), None
    elif match is not None and (match[2] or match[4]):
        hour, minute, half = int(match[1]), int(match[2] or 0), match[4]
    else:
        raise _no_time(text)
    if half:
        if not 1 <= hour <= 12:
            raise _no_time(text)
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour == 24 and minute == 0:
        hour, minute = 23, 59
    if hour > 23 or minute > 59:
        raise _no_time(text)
    read = f"{hour:02d}:{minute:02d}"
    if half or not text.startswith(read):
        raise Mended(
            read,
            Phrase("{text} was read as {read}", text=shown(text), read=read),
            Phrase("write times as 08:00"),
        )
    return read


def _no_time(text: str) -> Unreadable:
    return Unreadable(Phrase("{text} is no time of day", text=shown(text)), Phrase("write it as 08:00"))


def number(value: Any) -> float:
    """Read a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15:
        read = float(value)
    else:
        text = plain(value).replace("\u00a0", "").replace(" ", "")
        if re.fullmatch(r"[+-]?\d{1,15},\d{1,15}", text):
            text = text.replace(",", ".")
        try:
            read = float(text)
        except ValueError as error:
            raise Unreadable(Phrase("{text} is no number", text=shown(text)), Phrase("write digits only")) from error
    if not math.isfinite(read) or abs(read) >= 1e15:
        raise Unreadable(Phrase("{text} is no number", text=shown(str(value))), Phrase("write digits only"))
    return read


def whole(value: Any) -> int:
    """Read a whole number."""
    read = number(value)
    if not read.is_integer():
        raise Unreadable(
            Phrase("{text} is no whole number", text=shown(str(value))),
            Phrase("leave the part after the point out"),
        )
    return int(read)


def yes(value: Any) -> bool:
    """Read yes or no."""
    return value if isinstance(value, bool) else values.yes_no(value)


def email(value: Any) -> str:
    """Read one mail address."""
    text = plain(value)
    if _MAIL.fullmatch(text):
        return text
    addresses = values.emails(text)
    if not addresses:
        raise Unreadable(Phrase("{text} is no mail address", text=shown(text)), Phrase("write it as name@example.org"))
    return addresses[0]


def web(value: Any) -> str:
    """Read the address of a page; only http and https are kept, since others could run something."""
    text = plain(value)
    if _WEB.fullmatch(text):
        return text
    address = values.website(text)
    if address is None:
        raise Unreadable(
            Phrase("{text} is no web address", text=shown(text)), Phrase("write it as https://example.org")
        )
    return address


def weekdays(value: Any) -> str:
    """Read the days of a schedule, as RRULE writes them: "MO,TU" or "1SA"."""
    text = plain(value)
    parts = [part.strip().upper() for part in re.split(r"[,;\s]+", text) if part.strip()]
    if parts and all(_BYDAY.fullmatch(part) for part in parts):
        return ",".join(parts)
    named = [next((day[:2] for day in _WEEK if len(part) > 2 and day.startswith(part)), "") for part in parts]
    if parts and all(named):
        raise Mended(
            ",".join(named),
            Phrase("{text} was read as {days}", text=shown(text), days=",".join(named)),
            Phrase("write days as MO,TU,WE"),
        )
    raise Unreadable(Phrase("{text} names no days", text=shown(text)), Phrase("write them as MO,TU,WE"))


def word(value: Any, *, allowed: tuple[str, ...], otherwise: str | None, synonyms: Mapping[str, str]) -> str:
    """Read one of some words; an unknown one becomes ``otherwise``, or is no value."""
    text = " ".join(plain(value).split())
    if text in allowed:
        return text
    folded = text.casefold().replace("_", " ")
    known = {choice.casefold(): choice for choice in allowed} | dict(synonyms)
    use = Phrase("use one of {words}", words=listing(allowed))
    if folded in known:
        raise Mended(known[folded], Phrase("{text} was read as {word!r}", text=shown(text), word=known[folded]), use)
    if otherwise is None:
        raise Unreadable(Phrase("{text} is none of the words of HSDS", text=shown(text)), use)
    raise Mended(
        otherwise,
        Phrase("{text} is unknown and was taken as {otherwise!r}", text=shown(text), otherwise=otherwise),
        use,
        doubt=True,
    )


def status(value: Any) -> str:
    """Read whether a service is given; a word that nobody knows counts as inactive."""
    text = " ".join(plain(value).split())
    allowed = ("active", "inactive", "defunct", "temporarily closed")
    if text in allowed:
        return text
    match = match_term("statuses", text)
    synonyms = {text.casefold().replace("_", " "): match.code} if match else {}
    return word(text, allowed=allowed, otherwise="inactive", synonyms=synonyms)


def frequency(value: Any) -> str:
    """Read how often hours repeat."""
    return word(value, allowed=("WEEKLY", "MONTHLY"), otherwise=None, synonyms={"daily": "WEEKLY"})


def language_code(value: Any) -> str:
    """Read the code of a language; a name is looked up."""
    text = plain(value)
    if re.fullmatch(r"[a-z]{2,3}", text):
        return text
    if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", text):
        return re.split("[-_]", text)[0].lower()
    return values.language_codes(text)[0]


def text(value: Any) -> str:
    """Read a text; a number or a yes in its place is taken as it is written."""
    if type(value) is not str and isinstance(value, (int, float)):
        raise Mended(
            plain(value),
            Phrase("{value} stands where a text should", value=plain(value)),
            Phrase("write it in quotation marks"),
        )
    read = plain(value)
    if _MARKUP.search(value):
        raise Mended(read, Phrase("{text} holds markup", text=shown(value)), Phrase("it was taken out"))
    if _FORMULA.match(read):
        problem = Phrase("{text} begins like a formula", text=shown(read))
        raise Mended(read, problem, Phrase("look whether it is meant; it is kept as a text"), doubt=True)
    return read


def currency(value: Any) -> str:
    """Read the code of a currency."""
    code = plain(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unreadable(
            Phrase("{text} is no code of a currency", text=shown(plain(value))),
            Phrase("write it as EUR or USD (ISO 4217)"),
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


_BY_NAME: dict[str, Parse] = {
    "email": email,
    "assurer_email": email,
    "website": web,
    "url": web,
    "logo": web,
    "uri": web,
    "term_uri": web,
    "schedule_link": web,
    "opens_at": clock,
    "closes_at": clock,
    "byday": weekdays,
    "status": status,
    "freq": frequency,
    "currency": currency,
}
_DEFAULTS: dict[str, str | None] = {
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
}
_SYNONYMS: dict[str, dict[str, str]] = {
    "audience": {word: word for word in AUDIENCES} | {"focal point": "focal_point"},
    "precision": {word: word for word in PRECISIONS},
    "location_type": {"fixed": "physical", "mail": "postal", "mailing": "postal", "online": "virtual"},
    "address_type": {"mail": "postal", "mailing": "postal", "street": "physical", "online": "virtual"},
}


LATER = {"phone": ("number",)}
"""Fields that are read when the country of what they belong to is known."""


@cache
def parsers(table: str) -> dict[str, Parse]:
    """Return how each field of a table is read, but for its keys and what is read when all rows are there."""
    kind = RECORDS[table]
    parses: dict[str, Parse] = {}
    for name, about in kind.model_fields.items():
        if name not in ("id", "link_id", "link_entity", "link_type", *references(kind), *LATER.get(table, ())):
            parses[name] = _parser(table, name, about.annotation)
    if table == "language":
        parses["code"] = language_code
    return parses


def _parser(table: str, name: str, annotation: Any) -> Parse:
    parse = _parser_of_kind(table, name, annotation)
    return parse if parse in REPEATED_SELDOM else lru_cache(maxsize=1_000, typed=True)(parse)


REPEATED_SELDOM = (text, email, web, number, whole)
"""Parsers of which most values differ: to remember these would take longer than to read them."""


def _parser_of_kind(table: str, name: str, annotation: Any) -> Parse:
    if name in _BY_NAME and not (name == "status" and table != "service"):
        return _BY_NAME[name]
    choices = next((get_args(kind) for kind in (annotation, *get_args(annotation)) if get_origin(kind) is Literal), ())
    if choices:
        default = "unknown" if name == "status" else _DEFAULTS.get(name)
        return partial(word, allowed=choices, otherwise=default, synonyms=_SYNONYMS.get(name, {}))
    kinds = set(get_args(annotation) or (annotation,))
    for kind, parse in ((dt.date, day), (bool, yes), (int, whole), (float, number)):
        if kind in kinds:
            return parse
    return text
