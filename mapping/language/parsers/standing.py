"""What a remark says of whether something still works: closed, closed for a while, or nothing."""

import datetime as dt
import re
from contextlib import suppress
from functools import lru_cache
from typing import Literal

from mapping.language.fold import alternatives, patterns, tokens, words_for
from mapping.language.parsers._cells import Unreadable
from mapping.language.parsers.dates import MONTHS, date, date_value

Standing = Literal["inactive", "temporarily closed", "defunct"]

_OF_SOMETHING_ELSE = re.compile(patterns("closed, and not the service"), re.I)
_AGAIN = re.compile(patterns("works again"), re.I)
_FOR_A_WHILE = re.compile(patterns("closed for a while"), re.I)
_MEANWHILE = re.compile(rf"\b{alternatives('for repair')}|{patterns('meanwhile')}", re.I)
"""Words for "for a while", which say nothing of a close by themselves: a temporary place to stay is none, and who mends
houses is not closed."""
_STOPS = re.compile(patterns("stops"), re.I)
"""Words by which something stops, beside those for a while."""


def _pauses(text: str) -> re.Match[str] | None:
    """Return the words for a while of a clause that says so of a close, or that says nothing else.

    >>> bool(_pauses("temporarily not working")), bool(_pauses("vaqtincha yashash")), bool(_pauses("муваққатан"))
    (True, False, True)
    """
    for clause in re.split(r"[.;,()\n]", text):
        hit = _MEANWHILE.search(clause)
        if hit and (_STOPS.search(clause) or not tokens(clause.replace(hit[0], " "))):
            return hit
    return None


_FOR_GOOD = re.compile(patterns("closed for good"), re.I)
_CLOSED = re.compile(patterns("closed"), re.I)

_NOT_OPEN = re.compile(patterns("not open yet"), re.I)
_WORKS = re.compile(patterns("works"), re.I)
_OVER = re.compile(rf"\b{alternatives('done to its end')}", re.I)
"""Words of a status by which something was done to its end."""
_NOT_SURE = re.compile(rf"\?|\b{patterns('not sure')}\b|n['’]t\b", re.I)
"""Words beside which nothing surely works: denials and doubts."""


def status(words: str) -> tuple[Standing | Literal["active"], str] | None:
    """Return what the words of a column of statuses say, with those that say it; None where they do not say it.

    No word is taken for another that is like it: "ishlaydi" works, and "ishlamaydi" does not. What is planned to open
    does not work yet.

    Examples
    --------
    >>> status("working till June"), status("скоро откроется"), status("не дозвонились")
    (('active', 'working'), ('inactive', 'скоро откроется'), None)
    """
    if outcome := standing(words):
        return outcome
    if hit := _NOT_OPEN.search(words):
        return "inactive", _whole_words(words, hit)
    if (hit := _OVER.search(words)) and not _NOT_SURE.search(words):
        return "inactive", _whole_words(words, hit)
    hit = _AGAIN.search(words) or (None if _NOT_SURE.search(words) else _WORKS.search(words))
    return ("active", _whole_words(words, hit)) if hit else None


@lru_cache(maxsize=10_000)
def standing(remark: str) -> tuple[Standing, str] | None:
    """Return what a remark says that the service has become, with the words that say so, or None for nothing of that.

    The rest of the remark may be private.

    Examples
    --------
    >>> standing("закрыт на ремонт до сентября"), standing("ликв."), standing("закрытый тип"), standing("не закрыт")
    (('temporarily closed', 'ремонт'), ('defunct', 'ликв'), None, None)
    >>> standing("закрыто до мая 2027")
    ('temporarily closed', 'закрыто')
    """
    plain = _OF_SOMETHING_ELSE.sub(" ", remark)
    if _AGAIN.search(plain):
        return None
    ways: tuple[tuple[Standing, re.Match[str] | None], ...] = (
        ("temporarily closed", _FOR_A_WHILE.search(plain) or _pauses(plain)),
        ("defunct", _FOR_GOOD.search(plain)),
        ("inactive", _CLOSED.search(plain)),
    )
    outcome = next(((meant, _whole_words(plain, hit)) for meant, hit in ways if hit), None)
    if outcome and outcome[0] == "inactive" and _opens_again(plain, outcome[1]):
        return "temporarily closed", outcome[1]
    if outcome and _is_of_a_season(plain, *outcome):
        return None
    return outcome


def _opens_again(text: str, words: str) -> bool:
    """Tell whether a text that says by some words that something is closed says until when it is.

    >>> _opens_again("closed until spring", "closed"), _opens_again("зачинено до війни", "зачинено")
    (True, False)
    """
    if any(day["until"] or day["to"] for day in _DAYS.finditer(text)):
        return True
    clause = next((part for part in re.split(r"[.;,()\n]", text) if words in part), text)
    names = tokens(clause)
    for place, name in enumerate(names):
        beside = names[place + 1 : place + 3] if name in _BEFORE_END else []
        beside = names[max(0, place - 2) : place] if name in _BEHIND_END else beside
        joined = [name] if name.endswith(_JOINED_END) else []
        if any(word.startswith(_TO_COME) for word in (*beside, *joined)):
            return True
    return False


_BEFORE_END, _BEHIND_END = words_for("before when it ends"), words_for("behind when it ends")
_JOINED_END = tuple(words_for("joined when it ends"))


def _is_of_a_season(text: str, standing: Standing, words: str) -> bool:
    """Tell whether something closes in a season or a month of every year, by what is said beside the words for it.

    >>> standing("закрыты на летние каникулы"), standing("closed since summer 2024")
    (None, ('inactive', 'closed'))
    >>> standing("Closed in August"), standing("в августе отпуск"), standing("закрылись в августе")
    (None, None, ('inactive', 'закрылись'))
    """
    clause = next((part for part in re.split(r"[.;,\n]", text) if words in part), text)
    off = _OFF.search(words)
    if _SINCE.search(clause) or not (standing == "inactive" or off):
        return False
    names = [word for word in tokens(clause) if not (off and word in tokens(words))]
    once = _ONCE.search(clause)
    return any(word.startswith(_SEASONS) or (not once and word.startswith(_MONTHS)) for word in names)


_SINCE = re.compile(rf"20\d\d|\b{patterns('closed since')}\b", re.I)
_OFF = re.compile(patterns("on leave"), re.I)
"""Words for leave, which comes every year."""
_ONCE = re.compile(patterns("closed once"), re.I)
"""Words by which something closes on a day, or closed once, rather than is closed in a month of every year."""
_MONTHS = tuple(name for name in MONTHS if len(name) > len("may"))
_SEASONS = tuple(words_for("season stems"))
_TO_COME = (*words_for("time to come stems"), *_MONTHS)
"""How words begin that tell until when something is closed: a season, a month, "further notice"."""
_DAYS = re.compile(
    r"(?P<until>\b(?:до|по|till?|until|to|by|то)\s+(?:конца\s+|охири\s+|моҳи\s+|(?:the\s+)?end\s+of\s+)*)?"
    r"(?P<day>\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d|\d{1,2}[./]20\d\d|20\d\d-\d\d(?:-\d\d)?|"
    r"(?:\d{1,2}(?:-?(?:го|уми|th|st|nd|rd))?\s+)?(?<![^\W\d_])[^\W\d_]{3,}+\.?,?\s+(?:соли\s+)?20\d\d|20\d\d)(?!\d)"
    r"(?P<to>[\s-]*(?:(?:yil|йил)\w*\s*)?(?:\d{1,2}-?\s*)?[^\W\d_]{0,30}(?:gacha|гача))?",
    re.I,
)


def until(text: str, today: dt.date) -> dt.date | None:
    """Return the day until which something holds by a text; None where it says no such day.

    >>> until("yes until 31.10.2026", dt.date(2026, 11, 28)), until("yes, since 2024", dt.date(2026, 11, 28))
    (datetime.date(2026, 10, 31), None)
    """
    for match in _DAYS.finditer(text):
        if match["until"] or match["to"]:
            with suppress(Unreadable):
                return date_value(match["day"], today, of_period="last").day
    return None


_NEXT_YEAR = re.compile(patterns("next year"), re.I)


def moves(remark: str) -> bool:
    """Whether a remark says that something moves.

    >>> moves("с 1 декабря переезжаем"), moves("позвонить утром")
    (True, False)
    """
    return any(word.startswith(tuple(words_for("moved stems"))) for word in tokens(remark))


def closes_on(remark: str, today: dt.date) -> dt.date | None:
    """Return the day still to come on which a remark says that something closes; None where it says no such day.

    A day until which it is closed is none.

    Examples
    --------
    >>> closes_on("закрывается 31.12.2027", dt.date(2026, 11, 28))
    datetime.date(2027, 12, 31)
    >>> closes_on("closed since 2024", dt.date(2026, 11, 28)), closes_on("до мая 2027", dt.date(2026, 11, 28))
    (None, None)
    """
    days: list[dt.date] = []
    for match in _DAYS.finditer(remark):
        if match["until"] or match["to"]:
            return None
        for text in (match["day"], match["day"][-4:]):
            try:
                days.append(date(text, today))
                break
            except Unreadable:
                continue
    if not days and _NEXT_YEAR.search(remark):
        return dt.date(today.year + 1, 1, 1)
    return min(days) if days and min(days) > today else None


def _whole_words(text: str, hit: re.Match[str]) -> str:
    """Return the words that a match begins and ends in, whole."""
    start, end = hit.span()
    before, after = re.search(r"(?<!\w)\w*$", text[:start]), re.match(r"\w*", text[end:])
    return f"{before[0] if before else ''}{hit[0]}{after[0] if after else ''}".strip()
