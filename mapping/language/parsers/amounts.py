"""Amounts: what something costs, how many it takes, within what time."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from babel.numbers import get_currency_precision

from mapping.language.fold import alternatives, coarse, skeleton, words_for
from mapping.language.i18n import Message
from mapping.language.i18n import number as number_words
from mapping.language.languages import codes
from mapping.language.parsers._cells import NUMBERS, Partly, Unreadable, given, is_one_of, shown

CostKind = Literal["free", "tariff", "amount", "mixed"]
Counted = Literal["beds", "rooms", "places", "people", "cases", ""]
Every = Literal["day", "week", "month", "year", ""]


@dataclass(frozen=True)
class Money:
    """The money of a country: its code of ISO 4217, the words and signs for it in lists, its name in languages."""

    code: str
    words: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CostValue:
    """What something costs: nothing, by a list of prices, an amount, or nothing for some and an amount for others."""

    kind: CostKind
    amount: float | None = None
    currency: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Number:
    """A count; ``about`` where it was given as approximate, ``most`` where it was given as a range."""

    value: int
    most: int | None = None
    about: bool = False


@dataclass(frozen=True)
class CapacityValue:
    """How many can be taken at most: of what, in what time; ``full`` where none can be and no number is said."""

    number: Number | None
    counted: Counted = ""
    every: Every = ""
    full: bool = False


_FREE = words_for("free")
_TARIFF = words_for("by tariff")


def _survivors_free(code: str, price: str) -> str:
    return Message("Free for survivors, {price} for others", {"price": price}).into(code)


PRICES = {"free": Message("Free"), "tariff": Message("By price list")}
"""Kind of cost -> what is said of it."""


@cache
def _beside_price() -> set[frozenset[str]]:
    """Return the words beside a price by which it is free for survivors; catalogues are read first where one stands."""
    texts = [_survivors_free(code, "") for code in codes()]
    texts += ["free for survivors, others", "для пострадавших бесплатно, остальным"]
    return {frozenset(coarse(text).split()) for text in texts}


_PARTLY_PAID = words_for("partly") | words_for("partly paid")
_NOT = words_for("not free")
_FREE_STEMS = tuple(words_for("free stems"))
_CURRENCIES = {
    "RUB": "rub,руб,рубль,рублей,рубля,rubl,₽",
    "KZT": "kzt,тенге,тг,tenge,₸",
    "UZS": "uzs,сум,сўм,so‘m,som,sum",
    "KGS": "kgs,сом,сомов",
    "AED": "aed,дирхам,дирхамов,dirham,dirhams",
    "TRY": "try,лира,лир,tl,lira,₺",
    "USD": "usd,доллар,долларов,dollar,dollars,$,us$",
    "EUR": "eur,евро,euro,euros,€",
}
_GENERAL = tuple(Money(code, tuple(words.split(","))) for code, words in _CURRENCIES.items())
_AMOUNT = re.compile(
    r"(?<![\d.,'])(?P<whole>[1-9]\d{0,2}(?P<group>[ \u202f'.,])\d{3}(?:(?P=group)\d{3})*|\d+)"
    r"(?:(?!(?P=group))[.,](?P<part>\d{1,3}))?(?!\s?%)(?![\d.,']*\d)"
)
"""A number whose thousands may stand apart, by one sign, and a part of the whole behind another one."""


def cost(value: object, money: Money | None = None) -> CostValue:
    """Read what something costs, where ``money`` is that of the country: its words go before those of any other.

    Raises
    ------
    Unreadable
        For a blank, and where neither a price nor a word for one is found: a percentage, an amount without a currency.

    Examples
    --------
    >>> cost("free for survivors, others EUR 6")
    CostValue(kind='mixed', amount=6.0, currency='EUR', text='free for survivors, others EUR 6')
    """
    text = given(value, Message("cost"))
    if text == "0" or is_one_of(text, _FREE):
        return CostValue("free", text=text)
    if is_one_of(text, _TARIFF):
        return CostValue("tariff", text=text)
    if is_one_of(text, _PARTLY_PAID):
        return CostValue("mixed", text=text)
    currency = _currency(text, money)
    unsure = get_currency_precision(currency or "") == 3  # then 3.500 and 3,500 may be three and a half
    matches = [match for match in _AMOUNT.finditer(text) if not (unsure and match["group"] in (".", ","))]
    numbers = [(re.sub(r"\D", "", match["whole"]), match["part"] or "0") for match in matches]
    amounts = [float(f"{whole}.{part}") for whole, part in numbers if len(part) < 3]
    words = skeleton(text).split()
    says_free = [place for place, word in enumerate(words) if word.startswith(_FREE_STEMS)]
    free, negated = bool(says_free), any(_is_negated(words, place) for place in says_free)
    if amounts == [0.0] and (currency or free):
        return CostValue("free", text=text)
    if free and negated and not amounts:
        return CostValue("tariff", text=text)
    free = free and not negated
    if len(amounts) == 1 and currency:
        return CostValue("mixed" if free else "amount", amounts[0], currency, text)
    if len(amounts) == 1:
        raise Unreadable(
            Message("{text} is an amount without a currency", text=shown(text)), Message("write the currency behind it")
        )
    if free and not amounts:
        return CostValue("mixed", text=text)
    raise _no_price(text)


def _is_negated(words: list[str], place: int) -> bool:
    """Whether a word is denied by one shortly before it, or by what ends the text behind it."""
    behind = words[place + 1 :]
    return not _NOT.isdisjoint(words[max(0, place - 2) : place]) or (
        len(behind) <= 2 and not _NOT.isdisjoint(behind[:1])
    )


def _no_price(text: str) -> Unreadable:
    return Unreadable(
        Message("{text} is no price", text=shown(text)),
        Message("write 'free', 'by tariff', or one amount with its currency"),
    )


def price_words(cost: CostValue, money: Money | None = None) -> dict[str, str]:
    """Return what something costs by language, where its own words say nothing that we cannot say in each; else empty.

    Examples
    --------
    >>> price_words(cost("6 euros"))["ru"], price_words(cost("6 euros per visit"))
    ('6 EUR', {})
    """
    if cost.kind in PRICES:
        return {code: PRICES[cost.kind].into(code) for code in codes()}
    if cost.amount is None or cost.currency is None:
        return {}
    names = dict(money.names) if money is not None and money.code == cost.currency else {}
    own = frozenset(coarse(word) for word, code in _words(money).items() if code == cost.currency)
    beside = frozenset(coarse(_AMOUNT.sub(" ", cost.text)).split()) - own
    if beside and beside not in _beside_price():
        return {}
    digits = 0 if cost.amount.is_integer() else get_currency_precision(cost.currency)
    prices = {
        code: f"{number_words(cost.amount, code, digits=digits)} {names.get(code, cost.currency)}" for code in codes()
    }
    return {code: _survivors_free(code, price) if beside else price for code, price in prices.items()}


@cache
def _words(money: Money | None) -> dict[str, str]:
    """Return every word and sign for money with its code; those of the country stand above all others."""
    moneys = _GENERAL if money is None else (*_GENERAL, money)
    return {word.lower(): known.code for known in moneys for word in (known.code, *known.words)}


_LETTERS_BESIDE_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def _is_sign(word: str) -> bool:
    """Tell whether a word for money is a sign, perhaps behind letters: $, US$; behind other letters it is of others."""
    return any(unicodedata.category(character) == "Sc" for character in word)


def _currency(text: str, money: Money | None) -> str | None:
    """Return the one currency that is named, None for none and for several."""
    known = _words(money)
    by_word = {skeleton(word): code for word, code in known.items() if not _is_sign(word)}
    apart = _LETTERS_BESIDE_DIGITS.sub(" ", text)
    words = {by_word[word] for word in skeleton(apart).split() if word in by_word}
    signs = {
        code
        for word, code in known.items()
        if _is_sign(word) and re.search(rf"(?<![^\W\d_]){re.escape(word)}", text, re.I)
    }
    named = words | signs
    return named.pop() if len(named) == 1 else None


_ABOUT = re.compile(rf"(?<!\w)(?:~|≈|{alternatives('about a number')})\s*", re.I)
_AT_MOST = re.compile(rf"(?<!\w){alternatives('at most')}\s*(?=\d)", re.I)
_RANGE = re.compile(r"(\d[\d \u202f]{0,40})\s{0,9}[-–—]\s{0,9}(\d[\d \u202f]{0,40})")
MOST_DIGITS = 12
"""Digits of a number of people, places or hours at most."""

_COUNT = re.compile(r"\d{1,3}(?:[ ,\u202f']\d{3})+|\d+")
_AFTER_COUNT = re.compile(r"([\d ,.\u202f'–—-]*\d)(\+?) ?([^\d()]*)(\(.+\))?")
_BOUNDED = re.compile(rf"[<>≤≥]|\d\+(?=\s|$)(?!\s*\d)|(?<!\w){alternatives('bound of a number')}", re.I)
"""Words and signs by which a number is only a bound: "<5", "10+"."""
_PERSONS = tuple(words_for("people stems"))
"""How words for people begin, behind a number of them."""
_PERSON = words_for("people short")
"""Short words for people, and words that are cut short."""
_WOMEN = re.compile(rf"(?<!\d)(\d{{1,9}}) ?{alternatives('women counted')}", re.I)
_FULL = words_for("full")
_COUNTED: dict[str, Counted] = {
    stem: unit
    for unit in ("beds", "rooms", "places", "people", "cases")
    for stem in words_for("people counted stems" if unit == "people" else f"{unit} stems")
}
_EVERY: dict[str, Every] = {
    stem: time for time in ("day", "week", "month", "year") for stem in words_for(f"{time} stems")
}


def number(value: object) -> Number:
    """Read a count: 1 200, "~50", "около 10", "10-12".

    Raises
    ------
    Unreadable
        For words without a number ("many"), several numbers, and what is no whole number.

    Examples
    --------
    >>> number("about 1,200")
    Number(value=1200, most=None, about=True)
    """
    text = given(value, Message("number"))
    begin = _ABOUT.match(text)
    plain, about = text[begin.end() if begin else 0 :], begin is not None
    match = _AFTER_COUNT.fullmatch(plain)
    if not match or not all(map(_is_person, skeleton(match[3]).split())):
        raise _not_whole(text)
    read = _count(match[1], text, about or bool(match[2]))
    if match[4]:
        problem = Message("{text}: only {number} was read", text=shown(text), number=read.value)
        raise Partly(read, match[4], problem, Message("give each number a column of its own"))
    return read


def _not_whole(text: str) -> Unreadable:
    return Unreadable(Message("{text} is no whole number", text=shown(text)), Message("write digits only"))


def _count(digits: str, text: str, about: bool) -> Number:
    if match := _RANGE.fullmatch(digits):
        low, high = (_whole(part, text) for part in match.groups())
        if low > high:
            raise Unreadable(Message("{text} goes down", text=shown(text)), Message("write the smaller number first"))
        return Number(low, most=high, about=about)
    if not _COUNT.fullmatch(digits):
        raise _not_whole(text)
    return Number(_whole(digits, text), about=about)


def _whole(digits: str, text: str) -> int:
    """Return a whole number, its digits grouped or not; one that nobody can have counted is refused."""
    plain = re.sub(r"\D", "", digits)
    if len(plain) > MOST_DIGITS:
        raise _not_whole(text)
    return int(plain)


def _is_person(word: str) -> bool:
    """Tell whether a folded word behind a number says that people were counted."""
    return word in _PERSON or word.startswith(_PERSONS)


def women_among(value: object) -> int | None:
    """Return how many women a number of people says to be among them; None where it does not.

    Examples
    --------
    >>> women_among("120 (80 women)"), women_among("9 чел., из них 4 жен."), women_among("120")
    (80, 4, None)
    """
    women = _WOMEN.findall(str(value))
    return int(women[0]) if len(women) == 1 and re.search(r"\d\D+\d", str(value)) else None


_BELOW_ZERO = re.compile(r"(?:^|[:=(,;])\s*[-–—−]\d")
"""A number below zero; behind a word or a space the stroke is a dash."""
_BESIDE_CAPACITY = words_for("beside a capacity")
"""Words that may stand beside a capacity and change nothing of it."""


_DECIMAL = re.compile(r"(\d{1,3}(?: ?\d{3})*)[.,](?:0{1,2}|(000))")
"""A whole number with the decimals of a spreadsheet or an accounting program."""


def capacity(value: object) -> CapacityValue:
    """Read how many can be taken: "6 beds", "15 per month", "10-12", "full".

    Raises
    ------
    Unreadable
        For words without a number, for words that are no unit and no time, and for numbers that mean several things.
    Partly
        Where other words stand beside how many places, beds or people there are.

    Examples
    --------
    >>> capacity("15 per month")
    CapacityValue(number=Number(value=15, most=None, about=False), counted='', every='month', full=False)
    """
    text = given(value, Message("capacity"))
    if match := _DECIMAL.fullmatch(text):
        if match[2]:
            problem = Message("{text} may be {whole} or a thousand times as many", text=shown(text), whole=match[1])
            raise Unreadable(problem, Message("write digits only"))
        text = match[1]
    if _BELOW_ZERO.search(_ABOUT.sub("", text)):
        raise Unreadable(Message("{text} is less than nothing", text=shown(text)), Message("ask how many it takes"))
    if skeleton(text) in _FULL:
        return CapacityValue(number=None, full=True)
    if _BOUNDED.search(text):
        raise _not_whole(text)
    whole, _, rest = _AT_MOST.sub(" ", text).partition("(")
    numbers = [*re.finditer(f"{_RANGE.pattern}|{_COUNT.pattern}", whole)]
    if not numbers:
        raise Unreadable(
            Message("{text} says no number", text=shown(text)), Message("write how many, as '6 beds' or '15 per month'")
        )
    if len(numbers) > 1:
        raise Unreadable(
            Message("{text} has several numbers", text=shown(text)), Message("give each number a column of its own")
        )
    before, behind = whole[: numbers[0].start()], whole[numbers[0].end() :]
    about = _ABOUT.search(before) is not None
    counted, every, unknown = _unit_and_time(f"{_ABOUT.sub(' ', before)} {behind}")
    if unknown and not counted:
        raise Unreadable(
            Message("{text}: {word!r} is neither a unit nor a time", text=shown(text), word=unknown[0]),
            Message("write '6 beds' or '15 per month'"),
        )
    read = CapacityValue(_count(numbers[0][0].strip(), text, about), counted, every)
    left = rest.strip("( )") or ", ".join(unknown)
    if left and read.number is not None:
        problem = Message("{text}: only {number} was read", text=shown(text), number=read.number.value)
        raise Partly(read, left, problem, Message("give each number a column of its own"))
    return read


def _unit_and_time(text: str) -> tuple[Counted, Every, list[str]]:
    """Return what the words beside a number say that it counts, in what time, and the words that say neither."""
    counted: Counted = ""
    every: Every = ""
    others = []
    for word in skeleton(text).split():
        unit = next((unit for stem, unit in _COUNTED.items() if word.startswith(stem)), None)
        time = next((time for stem, time in _EVERY.items() if word.startswith(stem)), None)
        if word in _BESIDE_CAPACITY or (len(word) == 1 and not _is_person(word)):
            continue
        if time and (unit is None or word in _EVERY):
            every = time
        elif unit or _is_person(word):
            counted = counted or unit or "people"
        else:
            others.append(word)
    return counted, every, others


_UTC = re.compile(r"(?:UTC|GMT)?\s{0,9}([+\-−]?)\s{0,9}(\d{1,2})(?::?([0-5]\d))?", re.I)


def utc_offset(value: object) -> float:
    """Read an offset from UTC in hours: "+5", "UTC+5:30", "-3".

    Raises
    ------
    Unreadable
        For what is none, or beyond those in use (-12 to +14).
    """
    text = given(value, Message("offset from UTC"))
    match = _UTC.fullmatch(text)
    if not match:
        raise Unreadable(Message("{text} is no offset from UTC", text=shown(text)), Message("write it as +5"))
    hours = int(match[2]) + int(match[3] or 0) / 60
    hours = -hours if match[1] in ("-", "−") else hours
    if not -12 <= hours <= 14:
        raise Unreadable(Message("no place is {text} hours from UTC", text=text), Message("write it as +5"))
    return hours


_UNITS = {1 / 60: "minutes", 1: "hours", 24: "days", 168: "weeks"}
_HOURS = {word: hours for hours, name in _UNITS.items() for word in words_for(name)}
_ONE = words_for("one of its kind")
"""Times that are one where no number stands before them."""
_WORKING = words_for("working")
_NUMBER: dict[str, float] = (
    NUMBERS
    | {"a": 1, "an": 1}
    | dict.fromkeys(words_for("half"), 0.5)
    | dict.fromkeys(words_for("one and a half"), 1.5)
)
_WITHIN = words_for("within a time")
"""Words that set a limit to a time without changing how long it is."""
_SAME_DAY = words_for("same day")


def hours_within(value: object) -> float:
    """Read within how many hours something is done: "24 h", "в течение суток", "3 раб. дня", "1-2 weeks", "same day".

    A day counts 24 hours, a working day too: how many days off lie between is not known. Of a range the longer counts.

    Raises
    ------
    Unreadable
        For words without a time ("quickly").
    """
    text = given(value, Message("time"))
    folded = skeleton(text)
    if folded in _SAME_DAY:
        return 24.0
    words = [word for word in re.findall(r"\d+|[^\W\d]+", folded) if word not in _WORKING and word not in _WITHIN]
    unit = _HOURS.get(words[-1]) if words else None
    numbers = [
        float(word) if word.isdecimal() and len(word) <= MOST_DIGITS else _NUMBER.get(word) for word in words[:-1]
    ]
    ranged = len(numbers) == 2 and re.search(r"\d ?[-–—] ?\d", text)
    if not numbers and unit is not None and words[-1] not in _ONE:
        unit = None
    if unit is None or None in numbers or re.search(r"\d[.,]\d", text) or not (len(numbers) < 2 or ranged):
        raise Unreadable(
            Message("{text} says no time", text=shown(text)), Message("write it in hours or days: 24 h, 3 days")
        )
    return max([number for number in numbers if number is not None], default=1.0) * unit
