"""Whether a service is free of charge: one answer, yes, no or not said, for whatever orders services by it.

What is stored as a value and what stands as words must not speak against each other: where one says free and the other
a price, nobody promises either. Free for some only, or partly, promises nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from mapping.language.fold import alternatives
from mapping.language.parsers import Money, Unreadable, cost

IsFree = Literal["yes", "no", ""]
"""Whether it is free of charge; empty where that is not said, or not of everybody."""

OF_KIND: dict[str, IsFree] = {"free": "yes", "tariff": "no", "amount": "no", "mixed": ""}
"""Kind of cost, as it is read from a list (see `mapping.language.parsers.cost`) -> whether that is free."""

_PRICED = re.compile(rf"\b{alternatives('for money')}", re.I)


def free_of_charge(
    options: Iterable[tuple[str | None, float | None]], words: str, money: Money | None = None
) -> IsFree:
    """Tell whether a service is free of charge.

    Parameters
    ----------
    options
        The kind and the amount of each of its costs, as far as they are stored.
    words
        What is said of its cost.
    money
        That of the study area.

    Examples
    --------
    >>> free_of_charge([], "Free, anonymous"), free_of_charge([], "not free"), free_of_charge([("free", 5)], "")
    ('yes', 'no', 'no')
    """
    answers = {answer for option in options if (answer := _of_option(*option)) is not None}
    answers |= {answer for answer in [_of_words(words, money)] if answer is not None}
    return answers.pop() if len(answers) == 1 else ""


def _of_option(kind: str | None, amount: float | None) -> IsFree | None:
    if kind == "mixed":  # words say more, where it has no amount
        return "" if amount else None
    return "no" if amount else OF_KIND.get(kind or "", "yes" if amount == 0 else None)


@lru_cache(1024)  # most services say it in the same few words
def _of_words(words: str, money: Money | None) -> IsFree | None:
    """Return what words say: all of them, else their parts, if at least one says free and no other speaks of money."""
    whole = _read(words, money)
    if whole == "":
        parts = re.split(r"[,;]", words)
        others = [part for part in parts if _read(part, money) != "yes"]
        beside = all(_read(part, money) is None and not _PRICED.search(part) for part in others)
        return "yes" if beside and len(others) < len(parts) else ""
    return whole


def _read(words: str, money: Money | None) -> IsFree | None:
    try:
        return OF_KIND[cost(words, money).kind]
    except Unreadable:
        return None
