"""What an edition would change, in words: whose entry, what is newly read in it, and before and after side by side."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import ENTRY_POINTS, PRECISIONS, RECORDS
from mapping.view.diff import EntryChange, FieldChange, Kind
from web.staff.fields import LABELS, TABLES, said
from web.staff.fields import LEVELS as CHECKED

MORE_TABLES: dict[str, Message] = {
    "activity": Message("Activity"),
    "referral_agreement": Message("Agreement"),
    "statement": Message("Statement"),
    "case_count": Message("Count of cases"),
    "standard_summary": Message("Sum of answers about standards"),
    "contact": Message("Person or desk"),
    "url": Message("Web page"),
    "verification": Message("Check"),
    "service_at_location": Message("Where it is given"),
}
MORE_LABELS: dict[str, Message] = {
    "organization_id": TABLES["organization"],
    "service_id": TABLES["service"],
    "location_id": TABLES["location"],
    "precision": Message("How closely the place is shown"),
    "country": Message("Country"),
    "kind": Message("Kind of organization"),
    "title": Message("Role"),
    "department": Message("Department"),
    "route": Message("Through which line"),
    "service_type": Message("Kind of help"),
    "level": Message("How it was checked"),
    "verified_on": Message("Checked on"),
    "next_due": Message("To be checked again by"),
    "consent_until": Message("Consent until"),
    "valid_from": Message("First day"),
}
PRECISE: dict[str, Message] = dict(
    zip(
        PRECISIONS,
        (Message("the place itself"), Message("its district or region only"), Message("not at all")),
        strict=True,
    )
)

NEW = Message("newly visible")
WIDER = Message("for more people")
CLOSER = Message("place shown more closely")
LEADS = Message("leads people there")
SIGNS = NEW, WIDER, CLOSER, LEADS


@dataclass(frozen=True)
class EntryWords:
    """An entry that differs: what names it in a form, in words, and its fields: what they are called, before, after."""

    key: str
    kind: Kind
    name: str
    table: Message
    organization: str
    signs: tuple[Message, ...]
    """What of it is to be looked at first."""
    rows: tuple[tuple[str, str, str], ...]


def tables() -> dict[str, Message]:
    """Return what records of each table are called."""
    return TABLES | MORE_TABLES


def in_words(items: Iterable[EntryChange], area: StudyArea, language: str) -> Iterator[EntryWords]:
    """Yield what differs between two editions, in words."""
    terms = dict(_terms(language))
    for item in items:
        signs = list(_signs(item))
        yield EntryWords(
            item.key,
            item.kind,
            item.name,
            tables()[item.table],
            item.organization,
            tuple(sign for sign in SIGNS if sign in signs),
            tuple(_row(item, fact, area, terms, language) for fact in item.facts),
        )


def _signs(item: EntryChange) -> Iterator[Message]:
    if item.kind == "new":
        yield NEW
    for fact in item.facts if item.kind == "changed" else ():
        table, _, field = fact.field.partition(".")
        if not fact.newly:
            continue
        if field == "audience" and fact.before:
            yield WIDER
        elif table in ("location", "address") and (field == "precision" or not fact.before):
            yield CLOSER
        elif field in ENTRY_POINTS.get(table, ()) or field in ("organization_id", "location_id"):
            yield LEADS


def _row(
    item: EntryChange, fact: FieldChange, area: StudyArea, terms: dict[str, str], language: str
) -> tuple[str, str, str]:
    table, _, field = fact.field.partition(".")
    label = (LABELS | MORE_LABELS)[field].into(language) if field in LABELS or field in MORE_LABELS else field
    if table != item.table and table in tables():
        label = f"{tables()[table].into(language)}: {label}"
    before, now = (_words(table, field, value, area, terms, language) for value in (fact.before, fact.now))
    return label, before, now


def _words(table: str, field: str, value: str, area: StudyArea, terms: dict[str, str], language: str) -> str:
    """Return what a field of a view says, in words: views hold days as text and terms by their English name."""
    known: dict[str, Message] = {"precision": PRECISE, "level": {**CHECKED}}.get(field, {})
    if value in known:
        return known[value].into(language)
    if field in ("taxonomy_term_id", "service_type"):
        return terms.get(value, value)
    types = RECORDS[table].model_fields[field].annotation
    given: Any = dt.date.fromisoformat(value) if value and dt.date in (types, *get_args(types)) else value
    return said(table, field, given, area, language)


def _terms(language: str) -> Iterator[tuple[str, str]]:
    for name in ("service_types", "beneficiaries"):
        vocabulary = Vocabulary.load(name)
        for term in vocabulary.terms():
            yield term.code, str(vocabulary.label(term.code, language))
            yield str(vocabulary.label(term.code, "en")), str(vocabulary.label(term.code, language))
