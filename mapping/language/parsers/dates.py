"""Days, in the notations of spreadsheets and of four languages."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

from mapping.language.fold import numbered, skeleton, words_for
from mapping.language.i18n import UNSAID, Message
from mapping.language.parsers._cells import NUMBERS, Unreadable, cell, given, shown

Precise = Literal["day", "month", "quarter", "year"]
OfPeriod = Literal["first", "last"]

EARLIEST = dt.date(1990, 1, 1)
EXCEL_EPOCH = dt.date(1899, 12, 30)
EXCEL_DAYS = range(32874, 73051)
"""Day numbers of a spreadsheet that are taken for dates: 1990 to 2099."""

YEARS_AHEAD = 10


@dataclass(frozen=True)
class DateValue:
    """A day, how precisely it was given, what should be looked at, and whether what ends on it is renewed by itself."""

    day: dt.date
    precise: Precise = "day"
    doubt: Message = UNSAID
    renewed: bool = False


MONTHS = numbered("months")
"""Folded names of months, in the forms that stand in dates."""

_NOISE = words_for("beside a date")
_QUARTER = words_for("quarter")
_ROMAN = dict(
    zip(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], range(1, 13), strict=True)
)
_AS_ROMAN = str.maketrans("іхІХ", "ixix")
"""Cyrillic letters that look like those of Roman numbers."""
_FIRST = words_for("beginning")
_LAST = words_for("until")
_NO_END = words_for("no end")

_ENDED = words_for("ended")
_SINCE = words_for("since")
_RENEWED = re.compile(
    r"\b(?:(?:с|со|with|бо) )?(?:автоматич\w+ |automatic(?:ally)? |auto-?|авто-?)?"
    r"(?:продл|пролонг|prolong|renew|extend|extension|тамдид|uzaytir)\w*",
    re.I,
)

_WHOLE = re.compile(r"(?<!\d)(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2}))(?!\d)")
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_BASIC = re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)")
_AS_OF = re.compile(r"^(?:(?:по )?(?:состоянию )?на|as (?:of|at)|ба ҳолати) ", re.I)
_SHORT_YEAR = re.compile(r"(?:(\d{1,2})[ ./-])?([^\W\d_]{3,})\.?[ ./'’-](\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([ ./,-])(\d{1,2})\2(\d{4}|\d{2})(?:[, ]+\d{1,2}:\d{2}.*)?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})|(\d{4})[./-](\d{1,2})")


def date(
    value: object,
    today: dt.date,
    *,
    latest: dt.date | None = None,
    of_period: OfPeriod = "first",
    day_first: bool | None = None,
) -> dt.date:
    """Read a day; see `date_value`, which also tells how precise it is and what is doubtful about it."""
    return date_value(value, today, latest=latest, of_period=of_period, day_first=day_first).day


def date_value(
    value: object,
    today: dt.date,
    *,
    latest: dt.date | None = None,
    of_period: OfPeriod = "first",
    day_first: bool | None = None,
) -> DateValue:
    """Read a day: ISO, 31.12.2026, 31/12/26, "12 сентября 2026 г.", "15 майи 2026", a spreadsheet's day number.

    ``latest`` is the last day that makes sense, ten years from ``today`` by default; for a check that has been made
    pass ``today``. A month, quarter or year alone becomes its first or last day (``of_period``). ``day_first`` says
    which of 03/04/2026 is the day (`day_first`); None where nothing does, which is doubted.

    Raises
    ------
    Unreadable
        For what is no day, a day that does not exist, or one that cannot be.

    Examples
    --------
    >>> date_value("май 2026", dt.date(2026, 11, 24), of_period="last")
    DateValue(day=datetime.date(2026, 5, 31), precise='month', doubt='', renewed=False)
    """
    if isinstance(value, dt.datetime):
        day = DateValue(value.date())
    elif isinstance(value, dt.date):
        day = DateValue(value)
    else:
        day = _read(given(value, Message("date")), today, of_period=of_period, day_first=day_first)
    return _bounded(day, cell(value), today, latest)


def last_day(value: object, today: dt.date, *, day_first: bool | None = None) -> DateValue | None:
    """Read the last day of something, or None where it has no end ("бессрочно", "ongoing")."""
    if skeleton(cell(value)) in _NO_END:
        return None
    return date_value(value, today, of_period="last", day_first=day_first)


@dataclass(frozen=True)
class Duration:
    """How long something holds: so many months, and whether it is renewed by itself."""

    months: int
    renewed: bool = False

    def after(self, first: dt.date) -> dt.date:
        """Return the day on which a term ends that begins on a day: that of the same number, or the last of its month.

        >>> Duration(36).after(dt.date(2024, 2, 29))
        datetime.date(2027, 2, 28)
        """
        month = first.month - 1 + self.months
        year, month = first.year + month // 12, month % 12 + 1
        return dt.date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


_OF_TERM = {12: words_for("years of a term"), 1: words_for("months of a term")}
_TERM_NOISE = words_for("beside a term")
LONGEST_TERM = 50
"""Years that no agreement holds."""


def term(value: object) -> Duration:
    """Read how long something holds: "3 года", "на 3 (три) года", "2 сол", "18 oy", "one year".

    Raises
    ------
    Unreadable
        For what is no term, or one too long to be meant.

    Examples
    --------
    >>> term("на 3 (три) года"), term("6 months, automatically renewed")
    (Duration(months=36, renewed=False), Duration(months=6, renewed=True))
    """
    text = given(value, Message("term"))
    plain = _RENEWED.sub(" ", text)
    words = [word for word in re.findall(r"\d+|[^\W\d_]+", skeleton(plain)) if word not in _TERM_NOISE]
    unit = next((months for months, names in _OF_TERM.items() if words and words[-1] in names), 0)
    numbers = {int(word) if word.isdecimal() else NUMBERS.get(word, 0) for word in words[:-1]} if words[:-1] else {1}
    if unit and len(numbers) == 1 and 0 < (count := numbers.pop()) * unit <= LONGEST_TERM * 12:
        return Duration(count * unit, plain != text)
    raise Unreadable(Message("{text} is no term", text=shown(text)), Message("write it as 3 years, or the last day"))


def _bounded(date_value: DateValue, text: str, today: dt.date, latest: dt.date | None) -> DateValue:
    if date_value.day < EARLIEST:
        raise Unreadable(
            Message("{day} is before {year}", day=date_value.day, year=str(EARLIEST.year)),
            Message("look whether the year is right"),
        )
    if latest is not None and date_value.day > latest:
        if date_value.precise != "day" and _start(date_value) <= latest:
            return replace(date_value, day=latest)
        raise Unreadable(
            Message("{day} is after {latest}", day=date_value.day, latest=latest),
            Message("look whether day, month and year are right"),
        )
    if date_value.day > today.replace(year=today.year + YEARS_AHEAD, day=1):
        raise Unreadable(
            Message("{text} is more than {years} years ahead", text=shown(text), years=YEARS_AHEAD),
            Message("look whether the year is right"),
        )
    return date_value


def _start(date_value: DateValue) -> dt.date:
    """Return the first day of the month, quarter or year that was given."""
    month = {"year": 1, "quarter": (date_value.day.month - 1) // 3 * 3 + 1}.get(
        date_value.precise, date_value.day.month
    )
    return dt.date(date_value.day.year, month, 1)


def _read(text: str, today: dt.date, *, of_period: OfPeriod, day_first: bool | None) -> DateValue:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(float(text)) in EXCEL_DAYS:
        return DateValue(
            EXCEL_EPOCH + dt.timedelta(int(float(text))),
            doubt=Message("{text} is read as a spreadsheet's day number", text=text),
        )
    text = _AS_OF.sub("", text)
    if match := _ISO.fullmatch(text) or _BASIC.fullmatch(text):
        year, month, day = map(int, match.groups())
        return DateValue(_day(year, month, day, text))
    plain = re.sub(r"(?:г\.?|года|год|й\.?|y\.)$", "", text).strip()
    if match := _NUMBERS.fullmatch(plain):
        return _from_numbers(match, plain, today, day_first)
    if match := _MONTH_YEAR.fullmatch(plain):
        number, of_year = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _period(int(of_year), int(number), 1, of_period, text)
    if (match := _SHORT_YEAR.fullmatch(plain)) and (number := MONTHS.get(skeleton(match[2]))):
        of_year = _year(match[3], today)
        if match[1]:
            return DateValue(_day(of_year, number, int(match[1]), text))
        period = _period(of_year, number, 1, of_period, text)
        return replace(period, doubt=Message("{text} is read as a month of {year}", text=text, year=str(of_year)))
    if whole := _among_words(text, today, of_period, day_first):
        return whole
    return _in_words(text, of_period)


def _among_words(text: str, today: dt.date, of_period: OfPeriod, day_first: bool | None) -> DateValue | None:
    """Read a whole day that stands among words of limits, or one of two: "до 31.12.2027", "1.02.2026–20.02.2026".

    None where other words stand beside it: they could say anything of it.
    """
    days = [match[0] for match in _WHOLE.finditer(text)]
    rest = _RENEWED.sub(" ", _WHOLE.sub(" ", text))
    words = {word for word in skeleton(rest).split() if word not in _NOISE - _SINCE}
    limits = _LAST | _ENDED if of_period == "last" and len(days) == 1 else _LAST | _FIRST | _SINCE
    if len(days) not in (1, 2) or words - limits:
        return None
    day = _read(days[-1 if of_period == "last" else 0], today, of_period=of_period, day_first=day_first)
    return replace(day, renewed=_RENEWED.search(text) is not None)


def day_first(cells: Iterable[object], country: str = "") -> bool | None:
    """Whether the day stands before the month in a column, by all its cells; None where nothing tells.

    Where no cell tells, it is as people write in a country (ISO 3166 code).

    >>> day_first(["8/5/12", "8/17/11"]), day_first(["17/8/11"]), day_first(["8/5/12"]), day_first(["8/5/12"], "US")
    (False, True, None, False)
    """
    firsts, seconds = list[int](), list[int]()
    for text in map(cell, cells):
        if (match := _NUMBERS.fullmatch(text)) and match[2] not in ". ":
            firsts.append(int(match[1]))
            seconds.append(int(match[3]))
    if (max(firsts, default=0) > MONTHS_OF_A_YEAR) != (max(seconds, default=0) > MONTHS_OF_A_YEAR):
        return max(firsts) > MONTHS_OF_A_YEAR
    return False if _writes_month_first(country) else None


MONTHS_OF_A_YEAR = 12


@lru_cache(maxsize=500)
def _writes_month_first(country: str) -> bool:
    try:
        locale = Locale.parse(f"und_{country}")
    except (ValueError, UnknownLocaleError):
        return False
    return bool(locale is not None and str(locale.date_formats["short"].pattern).startswith("M"))


def _from_numbers(match: re.Match[str], text: str, today: dt.date, day_first: bool | None) -> DateValue:
    first, second, year = int(match[1]), int(match[3]), _year(match[4], today)
    dotted = match[2] in ". "
    is_day_first = dotted or day_first is not False
    if not dotted and first <= MONTHS_OF_A_YEAR < second:
        is_day_first = False
    elif first > MONTHS_OF_A_YEAR:
        is_day_first = True
    day, month = (first, second) if is_day_first else (second, first)
    day_of_month = _day(year, month, day, text)
    if dotted or day_first is not None or max(first, second) > MONTHS_OF_A_YEAR or first == second:
        return DateValue(day_of_month)
    other = dt.date(year, day, month)
    return DateValue(
        day_of_month,
        doubt=Message("{text} is read as {day}; it could be {other}", text=text, day=day_of_month, other=other),
    )


def _year(text: str, today: dt.date) -> int:
    """Return a year; of two digits, the one of the hundred years that end twenty years from now."""
    if len(text) == 4:
        return int(text)
    year = today.year // 100 * 100 + int(text)
    return year - 100 if year > today.year + 20 else year


def _in_words(text: str, of_period: OfPeriod) -> DateValue:
    """Read "15 майи 2026", "May 15, 2026", "Q1 2027", "Jan-Mar 2026", "end of 2027"."""
    months: list[int] = []
    part, numbers = 0, []
    for word in re.findall(r"\d+|[^\W\d_]+", text):
        folded = skeleton(word)
        if word.isdecimal():
            numbers.append(int(word))
        elif roman := _ROMAN.get(
            word.lower().translate(_AS_ROMAN)
        ):  # before folding, which makes one of double letters
            numbers.append(roman)
        elif folded in _QUARTER:
            part = 3
        elif folded in _LAST or folded in _FIRST:
            of_period = "last" if folded in _LAST else "first"
        elif folded in MONTHS and len(months) < 2:
            months.append(MONTHS[folded])
        elif folded and folded not in _NOISE and folded not in ("st", "nd", "rd", "th"):
            raise _not_a_date(text)
    years = [number for number in numbers if 1900 <= number <= 2999]
    others = [number for number in numbers if number not in years]
    if len(years) != 1 or len(others) > 1 or (months and part) or (len(months) == 2 and others):
        raise _not_a_date(text)
    if months and others:
        return DateValue(_day(years[0], months[0], others[0], text))
    if months:
        if months[-1] < months[0]:
            raise _not_a_date(text)
        return _period(years[0], months[0], months[-1] - months[0] + 1, of_period, text)
    if part and others and others[0] in range(1, 12 // part + 1):
        return _period(years[0], (others[0] - 1) * part + 1, part, of_period, text)
    if others or part:
        raise _not_a_date(text)
    return _period(years[0], 1, 12, of_period, text)


def _period(year: int, month: int, months: int, of_period: OfPeriod, text: str) -> DateValue:
    """Return the first or the last day of some months."""
    first = _day(year, month, 1, text)
    end = first.month + months - 1
    precise: Precise = {1: "month", 3: "quarter"}.get(months, "year")  # type: ignore[assignment]
    if of_period == "first":
        return DateValue(first, precise)
    return DateValue(dt.date(year, end, calendar.monthrange(year, end)[1]), precise)


def _day(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        if not 1 <= month <= 12:
            problem = Message("{text}: there is no month {month}", text=shown(text), month=month)
        elif not 1 <= year <= 9999:
            problem = Message("{text}: there is no year {year}", text=shown(text), year=str(year))
        else:
            problem = Message(
                "{text}: month {month} of {year} has {count} days",
                text=shown(text),
                month=month,
                year=str(year),
                count=calendar.monthrange(year, month)[1],
            )
        raise Unreadable(problem, Message("write the day that was meant, as 2026-12-31")) from None


def _not_a_date(text: str) -> Unreadable:
    return Unreadable(Message("{text} is no date", text=shown(text)), Message("write it as 2026-12-31"))
