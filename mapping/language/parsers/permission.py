"""What a row says of whether it may be shown at all: questions of consent, and the review of survey tools.

Such columns count whether or not a column map names them: nobody can overlook them.
"""

import re
from functools import lru_cache

from mapping.language.i18n import Phrase
from mapping.language.parsers._cells import Unreadable
from mapping.language.parsers.lists import yes_no

_PUBLISH = (
    r"публик|опублик|обнарод|разгла[шс]|огласк|размещ|размест|показыва|показать|внесен|внести|включен|включить|"
    r"открыть для всех|publi[sc]h|disclos|\bshar(?:e|ed|ing)\b|\blist(?:ed)?\b|\bshow|\bma[dk]e (?:\w+ ){0,2}public|"
    r"\bincluded? |\bput (?:\w+ ){0,2}on|\bgo online|нашр|чоп |эълон|намоиш|нишон д|ошкор|nashr|chop et|e.?lon|"
    r"ko.?rsat|oshkor|yayın|yayim|payla[sş]"
)
"""Words for making something known to all."""

_OPEN_PLACES = (
    r"сайт|реестр|справочник|каталог|на карт|открыт\w+ доступ|для всех|website|director(?:y|ies)|public|online|"
    r"сомона|харита|феҳрист|барои ҳама|sayt|xarita|ochiq|omma|hammaga"
)
_CONSENT = (
    r"разреш|соглас|не возража|\ballow|permi[ts]|consent|agree|иҷозат|ичозат|розиг|розӣ|розиҳ|ruxsat|rozi|izin|onay"
)
_ASK = (
    rf"{_CONSENT}|можно|может|могу|можем|\bmay\b|\bcan\b|\bcould\b|\bok(?:ay)?\b|мумкин|метавон|mumkin|olur mu|\?|"
    r"да ?/ ?нет|yes ?/ ?no|\by ?/ ?n\b|ҳа ?/ ?не|ha ?/ ?yo"
)
_CHOICE = r"(?: ?\(?(?:да ?/ ?нет|yes ?/ ?no|y ?/ ?n|ҳа ?/ ?не|ha ?/ ?yo\S*?q)\)?)?"
_CONSENT_ALONE = re.compile(
    r"^\W*(?:informed )?(?:consent|согласие|розигӣ|розигии? \w+|rozilik|ruxsat|иҷозат|onay|izin|permission(?= \w))"
    r"(?: (?:given|granted|obtained|получено|дано|имеется|олинган|гирифта шуд|дода шуд|(?:ber|ol)ilgan(?:mi)?))?"
    rf"{_CHOICE}\W*$",
    re.I,
)
_TO_PUBLISH = re.compile(
    r"^\W*(?:публиковать|опубликовать|показ(?:ыв)?ать (?:всем|на карте|на сайте|публично)|publish\b|"
    r"(?:show|display|visible) (?:on|in|to) (?:all|everybody|(?:the |a )?(?:public|web|site|map|director))|"
    r"нашр кун|нашр кард|намоиш д|нашр шав|nashr qil|e.?lon qil)",
    re.I,
)
"""Headings that name the act itself: a cell beneath says yes or no to it."""

_NOT_TO_PUBLISH = re.compile(
    r"^\W*(?:не (?:для )?(?:публик|опублик|разглаша|показыва|размещ)\w*|do not (?:publish|share|show|list|disclose)|"
    r"don.?t (?:publish|share|show)|not (?:for|to be) (?:publi|shar|show|disclos)\w*|"
    r"(?:нашр|чоп|ошкор|эълон) (?:на?кун|нашав|карда нашав)\w*|nashr qilma\w*|ko.?rsatilmasin)",
    re.I,
)
"""Headings that forbid it: what stands beneath is a yes to secrecy."""

_BOTH = re.compile(rf"(?=.*(?:{_ASK}))(?=.*(?:{_PUBLISH}))|(?=.*(?:{_CONSENT}))(?=.*(?:{_OPEN_PLACES}))", re.I | re.S)
_OTHER = re.compile(
    r"visitor|client|beneficiar|survivor|клиент|получател|пострадав|мизоҷ|mijoz|referral|перенаправ|"
    r"примеч|комментар|пояснен|\bnotes?\b|remark|comment|эзоҳ|изоҳ|izoh|шарҳ|legend|условн|"
    r"\bdate\b|дата\b|\bсанаи|\bwhen\b|\bкогда\b|родител|parent",
    re.I,
)
"""Headings about other consents, about days, and of remarks, which may explain who may see a row."""

REVIEWS = ("_validation_status", "reviewstate", "__system/reviewstate")
"""Columns in which survey tools keep what a reviewer decided."""

_PASSED = re.compile(r"^(?:validation_status_)?approved$|^received$|^edited$", re.I)


@lru_cache(maxsize=10_000)
def asks_consent(heading: str) -> bool:
    """Tell whether a column asks whether something may be published, in four languages.

    Examples
    --------
    >>> asks_consent("Можно ли публиковать?"), asks_consent("May we publish?"), asks_consent("Published on")
    (True, True, False)
    """
    heading = heading.replace("_", " ")
    if _OTHER.search(heading):
        return False
    patterns = (_CONSENT_ALONE, _TO_PUBLISH, _NOT_TO_PUBLISH, _BOTH)
    return any(pattern.match(part) for part in (heading, *heading.split(" / ")[1:]) for pattern in patterns)


def _forbids(heading: str) -> bool:
    """Tell whether a heading says that something is not to be published."""
    heading = heading.replace("_", " ")
    return any(_NOT_TO_PUBLISH.match(part) for part in (heading, *heading.split(" / ")[1:]))


@lru_cache(maxsize=10_000)
def is_review(heading: str) -> bool:
    """Tell whether a column holds what a reviewer of a survey decided."""
    return any(heading.casefold().endswith(name) for name in REVIEWS)


def refuses(heading: str, answer: str) -> Phrase | None:
    """Return why the answer in a column keeps a row from being shown, or nothing.

    To a question of consent only a clear yes lets it be shown; in a column that forbids to publish only a clear no or
    nothing does. A review holds a row back unless it was approved, and where nobody has reviewed yet it says nothing.
    """
    if is_review(heading):
        return Phrase("the review says {answer!r}", answer=answer) if answer and not _PASSED.match(answer) else None
    if not asks_consent(heading):
        return None
    answered = Phrase("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
    if _forbids(heading):
        return answered if answer and not says_no(answer) else None
    if not answer:
        return Phrase("{heading!r} is not answered", heading=heading)
    return None if says_yes(answer) else answered


def says_no(answer: str) -> bool:
    """Tell whether an answer is a clear no."""
    return _answered(answer) is False


def says_yes(answer: str) -> bool:
    """Tell whether an answer is a clear yes."""
    return _answered(answer) is True


def _answered(answer: str) -> bool | None:
    try:
        return yes_no(answer)
    except Unreadable:
        return None
