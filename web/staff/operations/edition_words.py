"""What an edition would change, in words: whose entry, what is newly read in it, and before and after side by side."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import ENTRY_POINTS, RECORDS, WHOLES
from mapping.view.diff import EntryChange, FieldChange, Kind
from web.staff.fields import TABLES, label_of, said

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
    is_whole: bool = True
    """Whether its name tells it from others; counts of cases and agreements are told apart by what they say."""


def in_words(items: Iterable[EntryChange], area: StudyArea, language: str) -> Iterator[EntryWords]:
    """Yield what differs between two editions, in words."""
    terms = dict(_terms(language))
    for item in items:
        signs = list(_signs(item))
        yield EntryWords(
            item.key,
            item.kind,
            terms.get(item.name, item.name),
            TABLES[item.table],
            item.organization,
            tuple(sign for sign in SIGNS if sign in signs),
            tuple(_row(item, fact, area, terms, language) for fact in item.facts),
            item.table in WHOLES,
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
    label = label_of(table, field).into(language)
    if table != item.table and table in TABLES:
        label = f"{TABLES[table].into(language)}: {label}"
    before, now = (_words(table, field, value, area, terms, language) for value in (fact.before, fact.now))
    return label, before, now


def _words(table: str, field: str, value: str, area: StudyArea, terms: dict[str, str], language: str) -> str:
    if field in ("taxonomy_term_id", "service_type"):
        return terms.get(value, value)
    types = RECORDS[table].model_fields[field].annotation
    given: Any = dt.date.fromisoformat(value) if value and dt.date in (types, *get_args(types)) else value
    if value and types is bool:
        given = value == "1"
    return said(table, field, given, area, language)


def _terms(language: str) -> Iterator[tuple[str, str]]:
    for name in ("service_types", "beneficiaries", "standards"):
        vocabulary = Vocabulary.load(name)
        for term in vocabulary.terms():
            yield term.code, str(vocabulary.label(term.code, language))
            yield str(vocabulary.label(term.code, "en")), str(vocabulary.label(term.code, language))
