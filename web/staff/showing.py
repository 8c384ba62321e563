"""What would newly be shown, in words, entry by entry: for whoever is asked to agree, on a page or a command line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.model import AUDIENCES, PARTS, RECORDS, WHOLES, Audience, references
from mapping.safety.agreed import OWNERS, THRESHOLD, Showing
from web.access.guard import study_area
from web.staff.fields import LABELS, TABLES, label_of, labels, said
from web.staff.visible import VisibleRecords, body_of, name_of

Owner = tuple[str, str]
"""Table and id of the organization, service, place or other record that something is, or is a part of."""

THRESHOLDS = labels("threshold")


@dataclass(frozen=True)
class ShownRecord:
    """A record of which something would newly be shown: each field in words, as it is and as it would be."""

    table: str
    rows: tuple[tuple[Message, str, str], ...]
    audiences: tuple[Audience, ...]

    @property
    def stands_alone(self) -> bool:
        """Whether it is no part of another record: each of its fields stands in a line of its own."""
        return self.table not in PARTS


@dataclass(frozen=True)
class ShownEntry:
    """An entry of which something would newly be shown, itself or parts of it: what it is called, and its records."""

    table: str
    id: str
    name: str
    organization: str
    records: tuple[ShownRecord, ...]

    @property
    def label(self) -> Message | None:
        """What such an entry is called; None for what is no record."""
        return TABLES.get(self.table)

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """Whom all of it would be shown to; none where its records differ in that."""
        first, *others = {record.audiences for record in self.records}
        return () if others else first

    @property
    def groups(self) -> list[tuple[Message | None, tuple[Audience, ...], list[ShownRecord]]]:
        """Its records by what they are called and whom they would be shown to, itself first."""
        groups = defaultdict[tuple[str, tuple[Audience, ...]], list[ShownRecord]](list)
        for record in self.records:
            groups[record.table, record.audiences].append(record)
        return [(TABLES.get(table), audiences, records) for (table, audiences), records in groups.items()]


def by_entry(shown: Iterable[Showing], whole: VisibleRecords) -> dict[Owner, list[Showing]]:
    """Gather what would be shown by the entry that it is of: services first, and the parts of an entry behind it."""

    def place(showing: Showing) -> tuple[int, Owner, bool, str, str]:
        owner = _owner(showing, whole)
        rank = OWNERS.index(owner[0]) if owner[0] in OWNERS else len(OWNERS)
        return rank, owner, (showing.table, showing.id) != owner, showing.table, showing.id

    entries = defaultdict[Owner, list[Showing]](list)
    for showing in sorted(shown, key=place):
        entries[_owner(showing, whole)].append(showing)
    return entries


def in_words(
    entries: Mapping[Owner, Sequence[Showing]], whole: VisibleRecords, area: StudyArea, language: str
) -> list[ShownEntry]:
    """Say what would be shown of entries (`by_entry`), with the names of what ``whole`` holds."""
    words = []
    for (table, identifier), showings in entries.items():
        by_record = defaultdict[Owner, list[Showing]](list)
        for showing in showings:
            by_record[showing.table, showing.id].append(showing)
        records = tuple(
            ShownRecord(
                own[0].table,
                tuple(_rows(own[0], whole, area, language, of=identifier)),
                tuple(sorted((showing.audience for showing in own), key=AUDIENCES.index)),
            )
            for own in by_record.values()
        )
        name, body = name_in_words(whole, table, identifier, language), ""
        if table == THRESHOLD:
            name = THRESHOLDS[identifier].into(language)
        elif whole.has(table, identifier) and table in WHOLES:
            body = body_of(whole, whole.record(table, identifier), language)
        elif not name:
            name, body = _own_names(showings, whole, language)
        words.append(ShownEntry(table, identifier, name, body, records))
    return words


SHOWN = 200
"""So many entries stand on one page; the page after it shows the next."""


def entries_page(shown: Iterable[Showing], whole: VisibleRecords, language: str) -> dict[str, object]:
    """Return the entries of a page of what would be shown, in words, and from which entry the next page begins."""
    entries = by_entry(shown, whole)
    first = request.args.get("from", 0, type=int)
    owners = [*entries][first : first + SHOWN]
    words = in_words({owner: entries[owner] for owner in owners}, whole, study_area(), language)
    more = len(entries) - first - len(owners)
    return {"entries": words, "more": max(0, more), "next_entry": first + SHOWN}


def name_in_words(whole: VisibleRecords, table: str, record: str | None, language: str) -> str:
    """Return what a whole is called; "" for none, and for one that is not seen here."""
    if record is None or table not in WHOLES or not whole.has(table, record):
        return ""
    return name_of(whole, whole.record(table, record), language)


def _owner(showing: Showing, whole: VisibleRecords) -> Owner:
    table, identifier = showing.table, showing.id
    if table == THRESHOLD or table in WHOLES:
        return table, identifier
    if whole.has(table, identifier):
        return whole.owner(whole.record(table, identifier)) or (table, identifier)
    return showing.owner or (table, identifier)


def _own_names(showings: Sequence[Showing], whole: VisibleRecords, language: str) -> tuple[str, str]:
    """Return the name of an entry that is not stored yet, and that of its organization, as it says itself."""
    found = (showing.fields.items() for showing in showings if showing.table in (*WHOLES, "address"))
    now = {name: value for fields in found for name, (_, value) in fields}
    unit = said("location", "area_unit", now.get("area_unit"), whole.area, language)
    name = next(filter(None, (now.get("name"), now.get("address_1"), now.get("city"), unit)), "")
    return name, name_in_words(whole, "organization", now.get("organization_id"), language)


def _rows(
    showing: Showing, whole: VisibleRecords, area: StudyArea, language: str, *, of: str
) -> Iterable[tuple[Message, str, str]]:
    """Yield the fields that would newly be shown, before and now; a tie to the entry that it stands under is none."""
    if showing.table == THRESHOLD:
        before, now = showing.fields["least"]
        yield THRESHOLDS[showing.id], str(before), str(now)
        return
    refers = references(RECORDS[showing.table])
    for field, (before, now) in showing.fields.items():
        if field in LABELS and refers.get(field, "taxonomy_term") == "taxonomy_term":
            yield (
                label_of(showing.table, field),
                said(showing.table, field, before, area, language),
                said(showing.table, field, now, area, language),
            )
    for field, (before, now) in showing.fields.items():
        if (table := refers.get(field)) in WHOLES and (before, now) != (None, of):
            yield (
                label_of(showing.table, field),
                name_in_words(whole, table, before, language),
                name_in_words(whole, table, now, language),
            )
