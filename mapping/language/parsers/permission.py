"""What a row says of whether it may be shown at all: questions of consent, and the review of survey tools.

Such columns count whether or not a column map names them: nobody can overlook them.
"""

import re
from functools import lru_cache

from mapping.language.fold import alternatives, apart, patterns, tokens, words_for
from mapping.language.i18n import Message
from mapping.language.parsers._cells import Unreadable
from mapping.language.parsers.lists import yes_no

_PUBLISH = patterns("to publish")
"""Words for making something known to all."""

_OPEN_PLACES = patterns("open to all")
_CONSENT = patterns("to consent")
_ASK = rf"{_CONSENT}|{patterns('may it be')}|\?"
_CHOICE = rf"(?: ?\(?{patterns('yes or no')}\)?)?"
_CONSENT_ALONE = re.compile(
    r"^\W*(?:informed )?(?:consent|согласие|розигӣ|розигии? \w+|rozilik|ruxsat|иҷозат|onay|izin|permission(?= \w))"
    r"(?: (?:given|granted|obtained|получено|дано|имеется|олинган|гирифта шуд|дода шуд|(?:ber|ol)ilgan(?:mi)?))?"
    r"(?:(?: (?:of|by|from|от|со стороны))?(?: the)?"
    r"(?: (?:organi[sz]ation|provider|agency|head|director|manager|status|организации|учреждения|руководителя|"
    r"директора|ташкилот|муассиса|роҳбар|tashkilot|muassasa))+)?"
    rf"{_CHOICE}\W*$",
    re.I,
)
_TO_PUBLISH = re.compile(rf"^\W*{patterns('the act of publishing')}", re.I)
"""Headings that name the act itself: a cell beneath says yes or no to it."""

_DENIED = re.compile(patterns("not to be published"), re.I)
_NOT_TO_PUBLISH = re.compile(rf"^\W*{_DENIED.pattern}", re.I)
"""Headings that forbid it: what stands beneath is a yes to secrecy."""

_ITSELF = rf"(?: {patterns('itself')})?"
_SECRET = re.compile(rf"^\W*{patterns('secret')}{_ITSELF}\W*{_CHOICE}\W*$", re.I)
"""Headings that ask whether something is secret: what stands beneath is a yes to secrecy."""
_OPEN = re.compile(
    rf"^\W*(?:(?:для )?(?:открыт\w*|общ(?:его|ий|ая)|свободн\w*)|open|ochiq\w*){_ITSELF[:-1]}\W*{_CHOICE}\W*$|"
    rf"^\W*(?:(?:для )?публичн\w*|public\w*|ошкоро\w*|ommaviy\w*){_ITSELF}\W*{_CHOICE}\W*$|"
    rf"^\W*публикация(?: (?:в|на) .*)?{_CHOICE}\W*$",
    re.I,
)
"""Headings that ask whether something is open to all."""
_ACCESS = re.compile(rf"^\W*{patterns('level of access')}\W*$", re.I)
"""Headings that may be about who may see a row, or about how one gets there: only some answers tell which."""
_NARROW = re.compile(patterns("narrow access"), re.I)
_TAKE_PART = patterns("to take part")
"""What somebody is asked to agree to before they are asked anything else: whoever did not is in no list."""
_BOTH = re.compile(
    rf"\A(?:(?=.*(?:{_ASK}))(?=.*(?:{_PUBLISH}))|(?=.*(?:{_CONSENT}))(?=.*(?:{_OPEN_PLACES}|{_TAKE_PART})))",
    re.I | re.S,
)
_OTHER = re.compile(patterns("another question"), re.I)
"""Headings about other consents, about days, and of remarks, which may explain who may see a row."""

_EXCEPT = re.compile(patterns("except"), re.I)
_UNCONDITIONAL = re.compile(patterns("without condition"), re.I)
_OF_FIELDS = {
    field: re.compile(rf"(?<![^\W_]){alternatives(f'{field} in a question')}", re.I) for field in ("phone", "address")
}


@lru_cache(maxsize=10_000)
def excepted(answer: str) -> frozenset[str] | None:
    """Return the fields that a permission leaves out; none where it names what we do not know, None without exception.

    Examples
    --------
    >>> sorted(excepted("да, кроме телефона")), sorted(excepted("Yes, but not the address or phone"))
    (['phone'], ['address', 'phone'])
    >>> excepted("да, кроме фото"), excepted("да, можно")
    (frozenset(), None)
    """
    if not _EXCEPT.search(_UNCONDITIONAL.sub(" ", answer)):
        return None
    return frozenset(name for name, names in _OF_FIELDS.items() if names.search(answer))


_OF_ALL = re.compile(rf"\b{alternatives('everything of a row')}", re.I)


@lru_cache(maxsize=1_000)
def only_of(heading: str) -> frozenset[str]:
    """Return the fields that a question of consent is about alone; none where it is about the whole row.

    Examples
    --------
    >>> sorted(only_of("Публиковать телефон?")), sorted(only_of("May we show your information (phone, address)?"))
    (['phone'], [])
    """
    if not asks_consent(heading) or _forbids(heading) or _DENIED.search(heading) or _OF_ALL.search(heading):
        return frozenset()
    return frozenset(name for name, names in _OF_FIELDS.items() if names.search(heading))


_ASK_FIRST = re.compile(rf"\b{patterns('to ask first')}", re.I)


def asks_first(answer: str) -> bool:
    """Tell whether a permission holds only once somebody was asked: a condition is no yes.

    >>> asks_first("yes, but ask first"), asks_first("да, по согласованию с директором"), asks_first("да, согласны")
    (True, True, False)
    """
    return _ASK_FIRST.search(answer) is not None


REVIEWS = ("_validation_status", "reviewstate", "__system/reviewstate")
"""Columns in which survey tools keep what a reviewer decided."""

_PASSED = re.compile(rf"^{patterns('review passed')}$", re.I)


def _plain(heading: str) -> str:
    """Return a heading as words: of a survey's path of names ("grp_loc/show_location") the last."""
    last = heading.rpartition("/")[2] if " " not in heading and heading.isascii() else heading
    return apart(last or heading).replace("_", " ")


@lru_cache(maxsize=10_000)
def asks_consent(heading: str) -> bool:
    """Tell whether a column asks whether something may be published, in four languages.

    Examples
    --------
    >>> asks_consent("Можно ли публиковать?"), asks_consent("May we publish?"), asks_consent("Published on")
    (True, True, False)
    """
    heading = _plain(heading)
    if _OTHER.search(heading):
        return False
    patterns = (_CONSENT_ALONE, _TO_PUBLISH, _NOT_TO_PUBLISH, _BOTH, _SECRET, _OPEN, _ACCESS)
    return any(pattern.match(part) for part in (heading, *heading.split(" / ")[1:]) for pattern in patterns)


def asks_to_publish(heading: str) -> bool:
    """Tell whether a heading that asks for consent names what is asked for: to be shown.

    >>> asks_to_publish("Можно ли публиковать?"), asks_to_publish("Согласны ли Вы ответить?")
    (True, False)
    """
    return re.search(_PUBLISH, heading, re.I) is not None


def _forbids(heading: str) -> bool:
    """Tell whether a heading says that something is not to be published."""
    heading = _plain(heading)
    parts = (heading, *heading.split(" / ")[1:])
    return any(pattern.match(part) for pattern in (_NOT_TO_PUBLISH, _SECRET) for part in parts)


@lru_cache(maxsize=10_000)
def is_review(heading: str) -> bool:
    """Tell whether a column holds what a reviewer of a survey decided."""
    return any(heading.casefold().endswith(name) for name in REVIEWS)


def refuses(heading: str, answer: str) -> Message | None:
    """Return why the answer in a column keeps a row from being shown, or nothing.

    To a question of consent only a clear yes lets it be shown; in a column that forbids to publish only a clear no or
    nothing does. A review holds a row back unless it was approved, and where nobody has reviewed yet it says nothing.
    """
    if is_review(heading):
        return Message("the review says {answer!r}", answer=answer) if answer and not _PASSED.match(answer) else None
    if not asks_consent(heading):
        return None
    answered = Message("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
    if _ACCESS.match(_plain(heading)):
        return answered if _NARROW.search(answer) else None
    if _forbids(heading):
        return answered if answer and not says_no(answer) else None
    if answer and _DENIED.search(_plain(heading)):
        return answered  # "May we publish, or not to be published?": no answer tells which
    if not answer:
        return Message("{heading!r} is not answered", heading=heading)
    return None if says_yes(answer) else answered


def says_no(answer: str) -> bool:
    """Tell whether an answer is a clear no."""
    if _answered(answer) is False:
        return True
    words = tokens(answer)
    if words and _OPENING.issuperset(words):
        return True
    return len(words) > 1 and words[0] in _REFUSING and _GRANTING.issuperset(words[1:])


def refuses_for_now(answer: str) -> bool:
    """Tell whether an answer is a no that may become a yes; until then it is one.

    >>> refuses_for_now("ҳоло не"), refuses_for_now("пока да")
    (True, False)
    """
    return {*tokens(answer)} - _FOR_NOW in [{no} for no in _REFUSING]


def says_yes(answer: str) -> bool:
    """Tell whether an answer is a clear yes, in any words that hold no condition.

    Examples
    --------
    >>> says_yes("Да, можно"), says_yes("не возражаем"), says_yes("да, кроме адреса"), says_yes("розӣ нест")
    (True, True, False, False)
    """
    if _answered(answer) is True:
        return True
    words = tokens(_NO_OBJECTION.sub("да", answer))
    return bool(_GRANTING.intersection(words)) and (_GRANTING | _BESIDE).issuperset(w for w in words if not w.isdigit())


_NO_OBJECTION = re.compile(patterns("no objection"), re.I)
_GRANTING = words_for("allowed to show")
"""Words of an answer by which somebody lets a row be shown."""
_OPENING = words_for("not secret")
"""Words that answer a question after secrecy with no."""
_REFUSING = words_for("no")
_FOR_NOW = words_for("for now")
"""Words beside a no that may become a yes."""
_BESIDE = words_for("beside a permission")
"""Words that may stand beside them and take nothing back."""


def _answered(answer: str) -> bool | None:
    try:
        return yes_no(answer)
    except Unreadable:
        return None
