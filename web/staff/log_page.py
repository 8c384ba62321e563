"""The log: who did what, to what, and why, in words. Lines hold codes, so that the log tells no secret.

Names are those that everybody may know; of any other record stands what it is, and the code by which people call it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import request

from mapping.area.study_area import StudyArea
from mapping.directory.directory import public_id
from mapping.language.i18n import Message, show, translate
from mapping.model import Organization, Service
from web.access.guard import ledger, study_area
from web.access.mailer import WHY
from web.access.pages import Pages
from web.access.roles import ACTIONS, ROLES
from web.access.signin import page
from web.presenters.edition import short_code
from web.staff.agreeing import ASKED, why
from web.staff.common import everything_seen
from web.staff.fields import AUDIENCE_LABELS, LABELS, TABLES, labels
from web.staff.operations.office import LABELS as SETTINGS
from web.staff.operations.publish import FOR
from web.staff.review.inbox import CALLED
from web.staff.visible import VisibleRecords, is_open
from web.stores.deeds import DEEDS
from web.stores.ledger import LedgerLine

blueprint = Pages("ledger")


LINES = 200
"""How many lines the page of the log shows."""
CODED = re.compile(
    r"account_(added|changed)|granted|grant_taken_back|leave_set|mail_(failed|sent)|refus(al_alarm|ed)|reminder_sent|"
    r"reveal_alarm|settings_changed|sign_in(_refused)?"
)
"""Acts whose reason is written by code; all others hold what somebody wrote."""
ROLE_NAMES: dict[str, Message] = {code: rule.label for code, rule in ROLES.items()}
WORDS: dict[str, Message] = {
    **ROLE_NAMES,
    **{code: ASKED[code] for code in ("map", "phones", "statement", "undo")},
    **LABELS,
    **AUDIENCE_LABELS,
    **TABLES,
    **CALLED,
}
"""What a code in the second column of the log stands for."""
REASONS: dict[str, Message] = {
    **{str(code): label for code, label in ACTIONS.items()},
    **SETTINGS,
    **ROLE_NAMES,
    **WHY,
    **labels("log_reason"),
    "refusal_alarm": DEEDS["refusal_alarm"],
    "reveal_alarm": DEEDS["reveal_alarm"],
}
"""What a code in the last column stands for."""
SENTENCES = labels("log_sentence")
"""What code writes as a sentence, by pattern, and how it is said."""


@blueprint.page("read_log", "log.html", menu=(Message("Log"), 103))
def lines(language: str) -> str:
    """Show the log, and whether it is whole."""
    book = ledger()
    wanted = {name: request.args.get(name, "").strip() for name in ("who", "action", "subject")}
    names = names_of(everything_seen(), study_area(), language)
    newest = None if wanted["subject"] else LINES
    found = book.lines(newest=newest, who=wanted["who"], action=wanted["action"])
    said = ((line, *in_words(line, names, language)) for line in found)
    sought = wanted["subject"].casefold()
    fitting = (each for each in said if any(sought in text.casefold() for text in (each[1], each[0].subject)))
    values = {"lines": list(islice(fitting, LINES)), "wanted": wanted, "faults": book.faults(), "most": LINES}
    return page("ops/log.html", language, **values, deeds=DEEDS)


def names_of(whole: VisibleRecords, area: StudyArea, language: str) -> dict[str, str]:
    """Return names that everybody may know: of organizations and services by both of their ids, of units by code."""
    named = {code: str(show(unit.titles, language)) for code, unit in area.all_units().items()}
    bodies = {record.id: record for record in filter(is_open, whole.records(Organization))}
    services = (record for record in filter(is_open, whole.records(Service)) if record.organization_id in bodies)
    found: list[Organization | Service] = [*bodies.values(), *services]
    for record in found:
        named[record.id] = named[public_id(whole.key, record.id)] = record.name
    return named


def in_words(line: LedgerLine, names: Mapping[str, str], language: str) -> tuple[str, str]:
    """Say to what and why a line was done, in a language; ``names`` are those of `names_of`."""
    subject = "" if line.action == "refused" else _said(line.subject, WORDS, names, language)
    reason = (
        _said(line.reason, REASONS, names, language) if CODED.fullmatch(line.action) else why(line.reason, language)
    )
    return subject, reason


def _said(text: str, words: Mapping[str, Message], names: Mapping[str, str], language: str) -> str:
    for pattern, message in SENTENCES.items():
        if match := re.fullmatch(pattern, text):
            values: dict[str, Any] = {}
            for name, part in match.groupdict().items():
                said = {"audience": FOR.get(part), "day": part, "digest": part}.get(name)
                values[name] = said or _said(part, words, names, language)
            if "day" in values:
                values["day"] = dt.date.fromisoformat(values["day"])
            return translate(message.text, language, **values)

    def word(match: re.Match[str]) -> str:
        code = match[0]
        if code in names:
            return names[code]
        if code in words:
            return words[code].into(language)
        is_id = re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}", code)
        return short_code(code) if is_id else code

    return re.sub(r"[\w*-]+", word, text)
