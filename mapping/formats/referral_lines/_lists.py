"""What the lists of referral lines (iCarol, AIRS) have in common: flags of privacy, states of a record, free text."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._names import SentRow
from mapping.formats.hsds._values import plain
from mapping.language import parsers
from mapping.language.i18n import UNSAID, Message
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.resources import table_beside

TAXONOMY = "211 taxonomy"
YES = frozenset({"yes", "true", "1", "y", "t", "on"})
NO = frozenset({"no", "false", "0", "n", "f", "off", ""})


class State(NamedTuple):
    """What a sender says of a record as a whole."""

    status: str = "active"
    do_not_list: bool = False


_STATES: tuple[tuple[str, State, Message], ...] = (
    (r"do not refer|not for referral", State("active", True), UNSAID),
    (
        r"delet|remov",
        State("inactive"),
        Message("the sender removed the record; it was kept as inactive until a person decides"),
    ),
    (r"defunct|closed permanently|no longer", State("defunct"), UNSAID),
    (r"inactiv|disabl|suspend|not active", State("inactive"), UNSAID),
    (r"temporar|closed", State("temporarily closed"), UNSAID),
    (r"^(?:active|add|added|new|update|updated|change|changed|current|yes|true|)$", State(), UNSAID),
)
"""What stands in the field of a status, what it means, and what a steward must know of it; the first that fits."""


def state(feed: Feed, place: SentRow, column: str, text: str) -> State:
    """Return what a status of a sender means; an unknown word counts as inactive."""
    folded = " ".join(text.split()).casefold()
    for pattern, meant, fix in _STATES:
        if re.search(pattern, folded):
            if fix:
                feed.say(place, column, Message("the record is marked {text}", text=shown(text)), fix)
            return meant
    feed.say(
        place,
        column,
        Message("{text} is no state that is known", text=shown(text)),
        Message("it counts as inactive; ask what it means"),
    )
    return State("inactive")


def hidden(feed: Feed, place: SentRow, column: str, text: Any, *, when: bool = True) -> bool:
    """Tell whether a flag hides what it stands for; a word that is neither yes nor no hides too.

    ``when`` is the answer that hides: yes for "is private", no for "available for the directory".
    """
    folded = str(text or "").strip().casefold()
    if folded in NO:
        return not when and folded != ""
    if folded in YES:
        return when
    fix = Message("it was taken for private, and is for custodians only; ask the sender")
    feed.say(place, column, Message("{text} is neither yes nor no", text=shown(str(text))), fix)
    return True


def schedules(feed: Feed, place: SentRow, column: str, text: str, owner: dict[str, Any]) -> Iterator[SentRow]:
    """Yield opening hours that were written in words; what is not understood stays private, it may hold anything."""
    text = plain(text)
    if not text:
        return
    try:
        spans = parsers.hours(text)
    except Partly as error:
        feed.say(place, column, error.problem, error.fix)
        spans = error.value
    except Unreadable as error:
        feed.say(place, column, error.problem, Message("the words are kept for custodians only; {fix}", fix=error.fix))
        cells = owner | {"id": f"{_of(owner)} hours", "description": text, "audience": "custodian"}
        yield SentRow("schedule", cells, place.sheet, place.row)
        return
    for number, span in enumerate(spans):
        cells = owner | span.fields() | {"id": f"{_of(owner)} hours {number}"}
        yield SentRow("schedule", cells, place.sheet, place.row)


def languages(place: SentRow, text: str, service: str) -> Iterator[SentRow]:
    """Yield the languages that a text names."""
    try:
        codes = parsers.language_codes(text)
    except Partly as error:
        codes = error.value
    except Unreadable:
        codes = []
    for code in codes:
        cells = {"id": f"{service} {code}", "service_id": service, "code": code}
        yield SentRow("language", cells, place.sheet, place.row)


def terms(place: SentRow, named: Iterable[tuple[str, str]], service: str) -> Iterator[SentRow]:
    """Yield the terms of a service as (code, name), and that they are said of it."""
    for code, name in dict.fromkeys(named):
        sent = code or name
        term = {"id": sent, "code": code or None, "name": name or code, "description": "", "taxonomy": TAXONOMY}
        yield SentRow("taxonomy_term", term, place.sheet, place.row)
        cells = {"id": f"{service} {sent}", "link_id": service, "link_entity": "service", "taxonomy_term_id": sent}
        yield SentRow("attribute", cells, place.sheet, place.row)


def _of(owner: dict[str, Any]) -> str:
    return " ".join(str(value) for value in owner.values())


@cache
def fields_of(format_: str) -> dict[str, dict[str, list[str]]]:
    """Return where the fields of each table stand in a format, from ``fields.csv``: the first that holds anything."""
    tables: dict[str, dict[str, list[str]]] = {}
    for row in table_beside(__file__, "fields"):
        if row["format"] == format_:
            tables.setdefault(row["table"], {})[row["field"]] = row["from"].split("|")
    return tables
