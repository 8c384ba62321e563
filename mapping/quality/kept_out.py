"""Kept out: what would be shown and looks like an entry that is kept out of every list, told before anybody agrees.

An organization that asked to be taken out, or was a trafficker's front, may come again under another name.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple, cast

from mapping.area.study_area import StudyArea
from mapping.model import WHOLES, AnyRecord, Organization, Record, Service, references
from mapping.quality.candidate import Candidate, Table
from mapping.quality.known_organizations import Known, RecordsByKind
from mapping.quality.matching import organizations
from mapping.quality.matching_services import services


class Resemblance(NamedTuple):
    """An entry that would be shown, one that is kept out, by their ids, and the pair that they are."""

    table: Table
    entry: str
    kept_out: str
    pair: Candidate


class Enlarged:
    """A directory as it would be with further records, or with others of the same ids."""

    def __init__(self, directory: RecordsByKind, records: Iterable[Record]) -> None:
        self.directory = directory
        self.further = [*records]

    def records(self, kind: type[AnyRecord], /) -> Iterable[AnyRecord]:
        """Return the records of a kind."""
        own = {record.id: record for record in self.further if isinstance(record, kind)}
        held = (record for record in self.directory.records(kind) if record.id not in own)
        return chain(held, own.values()) if own else held


def like_kept_out(
    directory: RecordsByKind,
    shown: Iterable[Record],
    *,
    area: StudyArea | None = None,
    pairs: Iterable[Candidate] | None = None,
) -> list[Resemblance]:
    """Return which entries of some records look like one that is kept out, likeliest first.

    Parameters
    ----------
    directory
        What holds all records, those that would be shown among them.
    shown
        What would be shown: entries, or parts of entries.
    area
        The study area, for what stands near.
    pairs
        The pairs that may be one, where they were worked out already.
    """
    flagged: set[tuple[str, str]] = set()
    for kind in (Organization, Service):
        flagged |= {(kind.table, record.id) for record in directory.records(kind) if record.__dict__["do_not_list"]}
    if not flagged:
        return []
    entries = {*_entries(directory, shown)} - flagged
    if pairs is None:
        pairs = _pairs(directory, entries, area)
    return [
        Resemblance(pair.table, entry, other, pair)
        for pair in pairs
        for entry, other in ((pair.one, pair.other), (pair.other, pair.one))
        if (pair.table, entry) in entries and (pair.table, other) in flagged
    ]


def _entries(directory: RecordsByKind, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Yield table and id of each entry that records are or belong to, and of its organization."""
    entries: set[tuple[str, str]] = set()
    for record in cast("Iterable[Any]", records):
        if record.table in WHOLES:
            entries.add((record.table, record.id))
        kind: type[Record] = type(record)
        for column, table in references(kind).items():
            if table in WHOLES and (owner := getattr(record, column)):
                entries.add((table, owner))
        if getattr(record, "link_entity", "") in WHOLES:
            entries.add((record.link_entity, record.link_id))
    yield from entries
    owned = {identifier for table, identifier in entries if table == "service"}
    for service in directory.records(Service) if owned else ():
        if service.id in owned and service.organization_id:
            yield "organization", service.organization_id


def _pairs(directory: RecordsByKind, entries: Iterable[tuple[str, str]], area: StudyArea | None) -> list[Candidate]:
    """Return the pairs of organizations and services that one of the entries is in."""
    ids: dict[str, set[str]] = {"organization": set(), "service": set()}
    for table, identifier in entries:
        ids.setdefault(table, set()).add(identifier)
    known = Known.of(directory)
    bodies = organizations(known, of=ids["organization"], area=area)
    return [*bodies, *services(known, of=ids["service"], bodies=bodies, area=area)]
