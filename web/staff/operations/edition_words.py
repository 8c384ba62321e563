"""What an edition would change, in words: whose entry, what is newly read in it, and before and after side by side."""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, get_args

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import ENTRY_POINTS, RECORDS
from mapping.view.diff import EntryChange, FieldChange, Kind
from web.staff.fields import TABLES, label_of, labels, said

SIGNS = labels("sign")
"""What of an entry is to be looked at first."""


class EntryWords(NamedTuple):
    """An entry that differs: what names it in a form, in words, and its fields: what they are called, before, after."""

    key: str
    kind: Kind
    name: str
    table: Message
    organization: str
    signs: tuple[Message, ...]
    rows: tuple[tuple[str, str, str], ...]


def in_words(items: Iterable[EntryChange], area: StudyArea, language: str) -> Iterator[EntryWords]:
    """Yield what differs between two editions, in words."""
    terms = dict(_terms(language))
    for item in items:
        found = {"new"} if item.kind == "new" else {_sign(fact) for fact in item.facts if fact.newly}
        signs = tuple(label for sign, label in SIGNS.items() if sign in found)
        words = partial(_words, area=area, terms=terms, language=language)
        rows = tuple(
            (_label(item, fact, language), words(fact, fact.before), words(fact, fact.now)) for fact in item.facts
        )
        name = terms.get(item.name, item.name)
        yield EntryWords(item.key, item.kind, name, TABLES[item.table], item.organization, signs, rows)


def _sign(fact: FieldChange) -> str:
    table, _, field = fact.field.partition(".")
    if field == "audience" and fact.before:
        return "wider"
    if table in ("location", "address") and (field == "precision" or not fact.before):
        return "closer"
    leads = field in ENTRY_POINTS.get(table, ()) or field in ("organization_id", "location_id")
    return "leads" if leads else ""


def _label(item: EntryChange, fact: FieldChange, language: str) -> str:
    table, _, field = fact.field.partition(".")
    label = label_of(table, field).into(language)
    return f"{TABLES[table].into(language)}: {label}" if table != item.table and table in TABLES else label


def _words(fact: FieldChange, value: str, *, area: StudyArea, terms: dict[str, str], language: str) -> str:
    table, _, field = fact.field.partition(".")
    if field in ("taxonomy_term_id", "service_type"):
        return terms.get(value, value)
    types = RECORDS[table].model_fields[field].annotation
    typed: Any = dt.date.fromisoformat(value) if value and dt.date in (types, *get_args(types)) else value
    return said(table, field, value == "1" if value and types is bool else typed, area, language)


def _terms(language: str) -> Iterator[tuple[str, str]]:
    for name in ("service_types", "beneficiaries", "standards"):
        vocabulary = Vocabulary.load(name)
        for term in vocabulary.terms():
            label = str(vocabulary.label(term.code, language))
            yield from ((term.code, label), (str(vocabulary.label(term.code, "en")), label))
