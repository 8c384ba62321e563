"""What a row says of whether it may be shown at all: questions of consent, and the review of survey tools.

Such columns count whether or not a column map names them: nobody can overlook them.
"""

import re
from functools import lru_cache

from mapping.language.parsers._cells import Unreadable
from mapping.language.parsers.lists import yes_no

_PUBLISH = (
    r"публик|опублик|обнарод|разгла[шс]|огласк|размещ|показыва|показать|publi[sc]|disclos|"
    r"\bshar(?:e|ed|ing)\b|\blist(?:ed)?\b|\bshow|made? public|нашр|чоп |эълон|намоиш|ошкор|nashr|chop et|e.?lon|"
    r"ko.?rsat|oshkor|yayın|yayim|payla[sş]"
)
_ASK = (
    r"можно|может|могу|могут|разреш|соглас|не возража|\bmay\b|\bcan\b|\bcould\b|\ballow|permi[ts]|consent|agree|"
    r"мумкин|иҷозат|ичозат|розиг|розӣ|розиҳ|метавон|mumkin|ruxsat|rozi|izin|onay|olur mu|\?"
)
_CONSENT_ALONE = re.compile(
    r"^\W*(?:informed )?(?:consent|согласие|розигӣ|розигии? \w+|rozilik|ruxsat|иҷозат|onay|izin)"
    r"(?: (?:given|obtained|получено|дано|олинган|гирифта шуд|berilgan|olingan))?\W*$",
    re.I,
)
_BOTH = re.compile(rf"(?=.*(?:{_ASK}))(?=.*(?:{_PUBLISH}))", re.I | re.S)
_OTHER = re.compile(
    r"visitor|client|beneficiar|survivor|клиент|получател|пострадав|мизоҷ|mijoz|referral|перенаправ|"
    r"примеч|комментар|пояснен|\bnotes?\b|remark|comment|эзоҳ|изоҳ|izoh|шарҳ|legend|условн",
    re.I,
)
"""Headings about other consents, and of remarks, which may explain who may see a row."""

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
    if _OTHER.search(heading):
        return False
    return bool(_CONSENT_ALONE.match(heading) or _BOTH.match(heading))


def is_review(heading: str) -> bool:
    """Tell whether a column holds what a reviewer of a survey decided."""
    return any(heading.casefold().endswith(name) for name in REVIEWS)


def refuses(heading: str, answer: str) -> str:
    """Return why the answer in a column keeps a row from being shown, or nothing.

    To a question of consent only a clear yes lets it be shown; a review holds it back unless it was approved, and where
    nobody has reviewed yet it says nothing.
    """
    if is_review(heading):
        return f"the review says {answer!r}" if answer and not _PASSED.match(answer) else ""
    if not asks_consent(heading):
        return ""
    if not answer:
        return f"{heading!r} is not answered"
    return "" if says_yes(answer) else f"{heading!r} is answered {answer!r}"


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
