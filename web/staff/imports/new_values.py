"""What a list says otherwise, value by value: contacts and whereabouts first, doubtful rows apart."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.language.i18n import Message
from mapping.model import ENTRY_POINTS, WHOLES, Provenance, references
from web.staff.fields import FIELDS, LABELS, TABLES, said
from web.staff.visible import VisibleRecords, body_of, name_of

ADDED = ("phone", "address", "contact", "url")
"""Parts that lead people somewhere: a new one of a known record is told beside those that the list does not repeat."""


class NewValue(NamedTuple):
    """A field of a known record, as it is and as a list says."""

    owner: tuple[str, str]
    """Table and id of the entry."""
    table: str
    name: str
    before: list[Any]
    now: Any
    doubtful: bool
    """Whether something in its row has to be looked at."""


class SaidOtherwise(NamedTuple):
    """A new value in words."""

    entry: str
    body: str
    """The organization of the entry."""
    label: Message
    before: str
    now: str
    leads: bool
    """Whether people are led elsewhere by it."""
    doubtful: bool


def new_values(batch: Batch, whole: VisibleRecords) -> list[NewValue]:
    """Return what a list says otherwise, as far as it may be seen."""
    doubtful = _doubtful(batch)
    values = []
    for record, table, name, before, now in (*_changed(batch, whole), *_added(batch, whole)):
        owner = whole.owner(record) or (record.table, record.id)
        values.append(NewValue(owner, table, name, before, now, record.id in doubtful or owner[1] in doubtful))
    return values


def said_otherwise(
    values: Iterable[NewValue], whole: VisibleRecords, area: StudyArea, language: str
) -> list[SaidOtherwise]:
    """Return new values in words, contacts and whereabouts first; what may be seen no more is left out."""
    words = []
    for value in values:
        if whole.has(*value.owner):
            entry, table = whole.record(*value.owner), value.table
            words.append(
                SaidOtherwise(
                    name_of(whole, entry, language),
                    body_of(whole, entry, language),
                    LABELS[value.name] if table in WHOLES else TABLES[table],
                    "; ".join(said(table, value.name, old_value, area, language) for old_value in value.before),
                    said(table, value.name, value.now, area, language),
                    value.name in ENTRY_POINTS.get(table, ()),
                    value.doubtful,
                )
            )
    return sorted(words, key=lambda value: (not value.leads, value.entry))


def _changed(batch: Batch, whole: VisibleRecords) -> Iterator[tuple[Any, str, str, list[Any], Any]]:
    for record in batch.records:
        if record.table in FIELDS and whole.has(record.table, record.id):
            old = whole.record(record.table, record.id)
            if is_seen_by_its_unit(record, whole):
                continue
            for name in FIELDS[record.table]:
                before, now = getattr(old, name), getattr(record, name)
                if name != "audience" and now not in (None, "") and now != before:
                    yield record, record.table, name, [before], now


def _added(batch: Batch, whole: VisibleRecords) -> Iterator[tuple[Any, str, str, list[Any], Any]]:
    """Yield new contacts of known records, with those of the same kind that the list does not repeat."""
    given = {record.id for record in batch.records}
    for record in batch.records:
        if record.table not in ADDED or whole.has(record.table, record.id) or is_seen_by_its_unit(record, whole):
            continue
        name = ENTRY_POINTS[record.table][-1 if record.table == "contact" else 0]
        for column, table in references(type(record)).items():
            owner = getattr(record, column)
            if owner and table in WHOLES and whole.has(table, owner) and getattr(record, name):
                old = [contact for contact in whole.of_owner(record.table, column, owner) if contact.id not in given]
                yield record, record.table, name, [getattr(contact, name) for contact in old], getattr(record, name)


def is_seen_by_its_unit(record: Any, whole: VisibleRecords) -> bool:
    """Whether a record is a known place, or its address, of which no more is seen than the unit it is listed under."""
    place = {"location": record.id, "address": getattr(record, "location_id", None)}.get(record.table) or ""
    return whole.has("location", place) and whole.record("location", place).precision != "exact"


def _doubtful(batch: Batch) -> set[str]:
    """Return the records that come from rows of which something has to be looked at."""
    rows = {(issue.sheet, issue.row) for issue in batch.issues if issue.level == "doubt" and issue.row is not None}
    origins = (record for record in batch.records if isinstance(record, Provenance))
    return {origin.link_id for origin in origins if (origin.sheet or "", origin.row) in rows}
