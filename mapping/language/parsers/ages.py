"""Ages of those who are helped, in the words of four languages."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from mapping.language.composition import Composition, composed

AGES = {"AGE-CHI": (0, 18), "AGE-ADO": (12, 18), "AGE-ADU": (18, 60), "AGE-OLD": (60, 200)}
"""The first age of a group, and the first one beyond it."""

OLDEST = 99
"""A number beyond it is no age."""


class AgeRange(NamedTuple):
    """The ages at which people are helped, both ends included; None where an end is not said."""

    least: int | None
    most: int | None


_YEARS = r"(?:\s*(?:-?\s*x?\s*)?(?:лет|года?|г\.|years?(?: old)?|yrs?|y\.?o\.?|сола?|солагӣ|yosh|ёш)(?!\w))?"
_BETWEEN = re.compile(
    rf"(?:\b(?:от|с|from|аз|between|ages?|aged|в возрасте)\s*)*(?<!\d)(\d{{1,2}}){_YEARS}\s*(?:[-–—]|до|to|то|and)\s*"
    rf"(\d{{1,2}})(?!\d){_YEARS}",
    re.I,
)
_FROM = re.compile(
    rf"(?<!не )\b(?:от|с|старше|не младше|from|over|above|older than|at least|аз|болотар аз)\s*"
    rf"(\d{{1,2}})(?!\d){_YEARS}"
    r"(?:\s*(?:и старше|и более|боло|ба боло|and over|and above|and older))?"
    rf"|(?<!\d)(\d{{1,2}}){_YEARS}\s*(?:\+|и старше|и более|ва боло|боло|and over|and above|and older|or over|or older|"
    r"dan katta|dan yuqori|yoshdan)(?!\w)",
    re.I,
)
_UNDER = re.compile(
    rf"(?<!не )\b(?:до|младше|under|below|younger than|то)\s*(\d{{1,2}})(?!\d){_YEARS}"
    r"|(?<!\d)(\d{1,2})\s*(?:yoshgacha|gacha|-?солагӣ)(?!\w)",
    re.I,
)
_AT_MOST = re.compile(rf"\b(?:не старше|up to|at most|not over)\s*(\d{{1,2}})(?!\d){_YEARS}", re.I)
_SEVERAL = re.compile(r"[,;/\n|]|\s(?:и|ва|va|and|или|or|ё|yoki|с|со|with|бо|bilan)\s", re.I)
_DENIED = re.compile(
    r"\b(?:не|нет|кроме|исключая|not|no|except|excluding|нест\w*|наме\w+|ғайр|ҷуз|emas|tashqari|\w+maydi)\b", re.I
)
"""Words that make ages those of who is not helped."""
_COUNTED = re.compile(
    r"\b(?:класс|синф|sinf|grade|чел|мест|нафар|раз|час|соат|д[её]н|дн|мес|недел|week|month|day)", re.I
)
"""Words that make a number something else than an age."""


def ages(text: str) -> AgeRange | None:
    """Read the ages that a text of one group names; None where it names none, several, or several groups.

    "до 18 лет" is under that age, as in laws on children; a range includes both its ends. Ages of children who
    come with somebody are not those of who is helped.

    Examples
    --------
    >>> ages("дети от 3 до 14 лет"), ages("women 18 and over"), ages("до 18 лет")
    (AgeRange(least=3, most=14), AgeRange(least=18, most=None), AgeRange(least=None, most=17))
    """
    for pattern in (_BETWEEN, _AT_MOST, _FROM, _UNDER):
        matches = list(pattern.finditer(text))
        if not matches:
            continue
        rest = pattern.sub(" ", text)
        others = _SEVERAL.search(f" {rest.strip()} ") or _COUNTED.search(rest) or _DENIED.search(rest)
        if len(matches) > 1 or re.search(r"\d", rest) or others:
            return None
        numbers = [int(number) for number in matches[0].groups() if number]
        if pattern is _BETWEEN:
            return AgeRange(*numbers) if numbers[0] <= numbers[1] <= OLDEST else None
        if pattern is _FROM:
            return AgeRange(numbers[0], None)
        return AgeRange(None, numbers[0] - (pattern is _UNDER)) if numbers[0] else None
    return None


def age_groups(codes: Iterable[str], text: str) -> tuple[str, ...]:
    """Return codes of groups as the ages in a text allow them: those of other ages go, the one that is meant comes.

    >>> age_groups(["SEX-F", "AGE-ADU"], "girls below 18"), age_groups(["SEX-F"], "women 18+")
    (('SEX-F', 'AGE-CHI'), ('SEX-F', 'AGE-ADU'))
    """
    if (read := ages(text)) is None:
        return tuple(codes)
    least = read.least or 0
    most = read.most if read.most is not None else AGES["AGE-OLD"][1]
    left = tuple(code for code in codes if code not in AGES or (least < AGES[code][1] and most >= AGES[code][0]))
    if any(code in AGES for code in left):
        return left
    grown = least >= AGES["AGE-ADU"][0] and read.most is None
    meant = [code for code, (first, beyond) in AGES.items() if first <= least < beyond and (grown or most < beyond)]
    return left + tuple(meant[-1:])


def composed_groups(text: str) -> Composition:
    """Return the groups that the words and the ages of a text make up: see `mapping.language.composition.composed`."""
    made = composed("beneficiaries", text)
    return replace(made, codes=age_groups(made.codes, text))
