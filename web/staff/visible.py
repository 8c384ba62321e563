"""What stewards see of a directory: records as focal points may see them, in the shape in which a directory answers.

Whatever judges a directory as a whole (`mapping.quality.overview`, `mapping.quality.call_list`,
`mapping.quality.matching`) is handed this instead, so that no count, no example and no reason tells of a record for
custodians only.
"""

import contextlib
import copy
import datetime as dt
import json
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from mapping.area.study_area import StudyArea
from mapping.directory.conflicts import Conflict
from mapping.directory.directory import Directory, public_id
from mapping.directory.rows import reader
from mapping.directory.undo import whole_row
from mapping.errors import NotFound
from mapping.model import RECORDS, WHOLES, AnyRecord, Audience, Organization, Record, Service, references
from mapping.quality.call_list import SOURCE as CALLS
from mapping.quality.candidate import Candidate
from mapping.quality.holdings import NOT_REACHED, HeldService, Holdings
from mapping.quality.matching import candidates
from mapping.safety.redaction import PLACE_TEXTS, PRIVATE, PUBLISHED, Rules, Tables, project
from web.access.roles import EVERYWHERE
from web.staff.fields import FIELDS, TABLES

SEEN_BY_STAFF: Audience = "focal_point"
"""The widest audience whose records stand on pages of stewards."""

OWN_WORD = ("stewards", CALLS.name)
"""Whose word nobody is asked about while it counts: what stewards wrote themselves, and what they found by a check."""


def shown(tables: Tables, rules: Rules) -> dict[str, list[Record]]:
    """Return what stewards may see of some records: the whole rule, and the only one.

    It looks at a record together with what it belongs to, and depends on nothing but its arguments. What is not to be
    listed is seen as well, with its flag. Sums of answers are of no record and stand on no page.
    """
    flagged = {
        record.id for table in WHOLES for record in tables.get(table, ()) if getattr(record, "do_not_list", False)
    }
    listed = {**tables} | {table: _unflagged(tables.get(table, ())) for table in ("organization", "service")}
    rows = project(listed, SEEN_BY_STAFF, rules) | {"standard_summary": []}
    checks: list[Any] = list(tables.get("verification", ()))
    tried = {check.id: check.evidence for check in checks if check.method == NOT_REACHED}
    visible: dict[str, list[Record]] = {table: [] for table in RECORDS}
    for table, own in rows.items():
        kind = RECORDS[table]
        blank = {name: None if info.is_required() else info.get_default() for name, info in kind.model_fields.items()}
        visible[table] = [kind.model_construct(**(blank | row)) for row in own]
    for record in (*visible["organization"], *visible["service"]):
        record.__dict__["do_not_list"] = record.id in flagged
    for record in visible["verification"]:
        if record.id in tried:  # a call that nobody answered: nothing but its days
            record.__dict__.update(method=NOT_REACHED, evidence=tried[record.id])
    ids = {record.id for own in visible.values() for record in own}
    for table in sorted(PRIVATE):
        visible[table] = [record for record in tables.get(table, ()) if _may_be_seen(record, ids)]
    return visible


def told(conflicts: Iterable[Conflict], visible: "VisibleRecords", real: Mapping[str, Record]) -> list[Conflict]:
    """Return the conflicts that may be seen: of open fields of records that are for more than custodians.

    ``real`` are the records as the directory holds them, by id.
    """
    open_ = {table: {*FIELDS[table]} & {*PUBLISHED[table]} - {*PLACE_TEXTS.get(table, ())} for table in WHOLES}
    return [
        conflict
        for conflict in conflicts
        if visible.has(conflict.table, conflict.record)
        and getattr(real.get(conflict.record), "audience", "custodian") != "custodian"
        and conflict.field in open_[conflict.table]
        and conflict.winner.source not in OWN_WORD
    ]


class VisibleRecords:
    """What may be seen of a directory on a day, in some regions or in all.

    Parameters
    ----------
    tables
        Records by table, as `shown` gives them.
    conflicts
        The fields on which sources differ, as `told` gives them.
    """

    def __init__(
        self,
        tables: Mapping[str, Iterable[Record]],
        area: StudyArea,
        day: dt.date,
        *,
        key: bytes,
        conflicts: Iterable[Conflict] = (),
    ) -> None:
        self.area, self.day, self.key = area, day, key
        self._by_id = {
            table: {record.id: record for record in sorted(tables.get(table, ()), key=lambda record: record.id)}
            for table in RECORDS
        }
        self._conflicts = list(conflicts)
        self._owned: dict[tuple[str, str], dict[str, list[Any]]] = {}
        self._within: dict[frozenset[str], VisibleRecords] = {}

    def records(self, kind: type[AnyRecord]) -> list[AnyRecord]:
        """Return the records of a kind that may be seen."""
        return cast("list[AnyRecord]", list(self._by_id[kind.table].values()))

    def conflicts(self) -> list[Conflict]:
        """Return the fields on which sources differ, of records that may be seen."""
        return self._conflicts

    def with_conflicts(self, conflicts: Iterable[Conflict]) -> "VisibleRecords":
        """Return the same records with the fields on which sources differ."""
        new = copy.copy(self)
        new._conflicts, new._within = list(conflicts), {}
        return new

    def record(self, table: str, record: str) -> Any:
        """Return one record.

        Raises
        ------
        NotFound
            It is not there, or may not be seen: nobody can tell which.
        """
        row = self.get(table, record)
        if row is None:
            raise NotFound(f"there is no such {table}")
        return row

    def get(self, table: str, record: str) -> Record | None:
        """Return one record, None where it is not there or may not be seen."""
        return self._by_id.get(table, {}).get(record)

    def has(self, table: str, record: str | None) -> bool:
        """Tell whether a record may be seen."""
        return record in self._by_id.get(table, {})

    def of_owner(self, table: str, column: str, owner: str) -> list[Any]:
        """Return the records of a table that refer to another by a column."""
        if (table, column) not in self._owned:
            grouped = defaultdict[str, list[Any]](list)
            for record in self._by_id[table].values():
                grouped[getattr(record, column) or ""].append(record)
            self._owned[table, column] = grouped
        return self._owned[table, column].get(owner, [])

    def private(self, table: str, published: str) -> str | None:
        """Return the private id of what is published under an id."""
        return self._published.get((table, published))

    def places(self, service: str) -> list[Any]:
        """Return the places of a service."""
        ties = self.of_owner("service_at_location", "service_id", service)
        return [self.record("location", tie.location_id) for tie in ties if self.has("location", tie.location_id)]

    def owner(self, record: Any) -> tuple[str, str] | None:
        """Return the organization, service or place that a record is, or is a part of."""
        if record.table in WHOLES:
            return record.table, record.id
        if getattr(record, "link_entity", "") in WHOLES:
            return record.link_entity, record.link_id
        for table in ("service", "location", "organization"):
            if owner := getattr(record, f"{table}_id", None):
                return table, owner
        if tie := getattr(record, "service_at_location_id", None):
            return self.owner(self.record("service_at_location", tie)) if self.has("service_at_location", tie) else None
        return None

    def units(self, record: Any) -> frozenset[str]:
        """Return the codes of the units that a record is in or serves, and of those above them."""
        owner = self.owner(record)
        own = {getattr(record, "area_unit", None)} - {None} if owner is None else self._units_of(*owner)
        return frozenset(above for unit in own if unit for above in self.above(unit))

    def within(self, regions: frozenset[str]) -> "VisibleRecords":
        """Return what may be seen in some regions only."""
        if EVERYWHERE in regions:
            return self
        if regions not in self._within:
            part = _Regions(self, regions)
            tables = {
                table: [record for record in records.values() if part.holds(record)]
                for table, records in self._by_id.items()
            }
            conflicts = [conflict for conflict in self._conflicts if part.inside(conflict.table, conflict.record)]
            self._within[regions] = VisibleRecords(tables, self.area, self.day, key=self.key, conflicts=conflicts)
        return self._within[regions]

    @cached_property
    def holdings(self) -> Holdings:
        """Every service with its parts, as those who judge a directory read it."""
        return Holdings.of(self, self.area, self.day)

    def held(self, service: str) -> HeldService | None:
        """Return a service with its parts; None where it may not be seen."""
        return self._held.get(service)

    @cached_property
    def doubles(self) -> list[Candidate]:
        """Records that may be one."""
        return candidates(self, self.area)

    @cached_property
    def _held(self) -> dict[str, HeldService]:
        return {held.service.id: held for held in self.holdings.services}

    @cached_property
    def _published(self) -> dict[tuple[str, str], str]:
        return {
            (table, public_id(self.key, identifier)): identifier
            for table in WHOLES
            for identifier in self._by_id[table]
        }

    def _units_of(self, table: str, record: str) -> set[str | None]:
        if table == "location":
            return {self.record(table, record).area_unit} if self.has(table, record) else set()
        if table == "service":
            covers = {area.area_unit for area in self.of_owner("service_area", "service_id", record)}
            return covers | {place.area_unit for place in self.places(record)}
        own = {place.area_unit for place in self.of_owner("location", "organization_id", record)}
        for service in self.of_owner("service", "organization_id", record):
            own |= self._units_of("service", service.id)
        return own

    def above(self, unit: str) -> Iterable[str]:
        """Yield a unit and those above it."""
        units, code = self.area.all_units(), unit
        while code:
            yield code
            code = units[code].parent or "" if code in units else ""


def name_of(whole: VisibleRecords, record: Any, language: str) -> str:
    """Return what a record is called in a language, if it has a name in it."""
    texts = {
        text.language: text.text for text in whole.of_owner("translation", "link_id", record.id) if text.field == "name"
    }
    if record.table == "location" and not record.name:
        streets = [street.address_1 or street.city for street in whole.of_owner("address", "location_id", record.id)]
        return next(filter(None, streets), TABLES["location"].into(language))
    return str(texts.get(language) or record.name)


def body_of(whole: VisibleRecords, record: Any, language: str) -> str:
    """Return what the organization of a service or a place is called; "" for none, and for one that is not seen."""
    owner = getattr(record, "organization_id", None) or ""
    return name_of(whole, whole.record("organization", owner), language) if whole.has("organization", owner) else ""


def is_open(record: Organization | Service) -> bool:
    """Whether everybody may know a record: it is public, and not kept out of every list."""
    return record.audience == "public" and not record.do_not_list


def _unflagged(records: Iterable[Record]) -> list[Record]:
    return [
        record.model_copy(update={"do_not_list": False}) if getattr(record, "do_not_list", 0) else record
        for record in records
    ]


def _may_be_seen(record: Any, ids: Collection[str]) -> bool:
    """Whether a record that is never published speaks of nothing but what may be seen."""
    if record.table == "source":
        return True
    if record.table == "approval":
        return record.kind in ("map", "phone") or record.subject in ids
    if record.table == "decision":
        return record.one in ids and record.other in ids
    return getattr(record, "link_id", None) in ids


class _Regions:
    """Which records are in some regions, or are of something there."""

    def __init__(self, whole: VisibleRecords, regions: Collection[str]) -> None:
        self.whole, self.regions = whole, regions
        self._ids = {
            table: {record.id for record in whole.records(RECORDS[table]) if self._is_here(record)} for table in WHOLES
        }
        owners = {whole.record("service", service).organization_id for service in self._ids["service"]}
        self._ids["organization"] |= {owner for owner in owners if owner}

    def inside(self, table: str, identifier: str) -> bool:
        """Whether an organization, a service or a place is in the regions."""
        return identifier in self._ids[table]

    def holds(self, record: Any) -> bool:
        """Whether a record may be seen in the regions: it is in them, or of something there."""
        if record.table in WHOLES:
            return self.inside(record.table, record.id)
        if record.table in ("source", "taxonomy", "taxonomy_term", "unit"):
            return True
        parents = [(parent, getattr(record, name)) for name, parent in references(RECORDS[record.table]).items()]
        parents.append((getattr(record, "link_entity", ""), getattr(record, "link_id", None)))
        entries = [(parent, parent_id) for parent, parent_id in parents if parent in WHOLES and parent_id]
        if entries:
            return any(self.inside(*entry) for entry in entries)
        return self._is_here(record) or record.table in ("translation", "approval", "decision", "language")

    def _is_here(self, record: Any) -> bool:
        return not self.whole.units(record).isdisjoint(self.regions)


class VisibleCache:
    """What may be seen of one directory, worked out once after a change and kept; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, dt.date], VisibleRecords] | None = None
        """What may be seen, with the last batch and the day for which it holds."""

    def seen(
        self, directory: Directory, area: StudyArea, day: dt.date, regions: Collection[str] = (EVERYWHERE,)
    ) -> VisibleRecords:
        """Return what may be seen now: everything, or in some regions."""
        with self._lock:
            if self._kept is None or self._kept[0] != (_last_batch(directory), day):
                self._kept = None  # when it fails, it is tried again the next time
                self._kept = _project(directory, area, day)
            return self._kept[1].within(frozenset(regions))

    def gone(self, directory: Directory, area: StudyArea, day: dt.date, since: int) -> dict[tuple[str, str], Record]:
        """Return by table and id what was removed from a batch on and might be seen if it were still there.

        It is looked at as it was when it went, together with all that is there now; a place at which nothing else is
        that may be seen comes with it.
        """
        if not (removed := [*_removed(directory, since)]):
            return {}
        whole, ids = self.seen(directory, area, day), {record.id for record in removed}
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        for record in removed:
            tables[record.table].append(record)
        return {
            (table, record.id): record
            for table, records in shown(tables, directory.rules(day)).items()
            for record in records
            if record.id in ids or not whole.has(table, record.id)
        }


def _project(directory: Directory, area: StudyArea, day: dt.date) -> tuple[tuple[int, dt.date], VisibleRecords]:
    with _reading(directory):
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        visible = VisibleRecords(shown(tables, directory.rules(day)), area, day, key=directory.key)
        real = {record.id: record for records in tables.values() for record in records}
        whole = visible.with_conflicts(told(directory.conflicts(), visible, real))
        return (_last_batch(directory), day), whole


def _last_batch(directory: Directory) -> int:
    (last,) = directory.db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    return int(last)


def _removed(directory: Directory, since: int) -> Iterator[Record]:
    query = (
        "SELECT \"table\", before FROM history h WHERE batch >= ? AND change = 'removed' AND NOT EXISTS"
        ' (SELECT 1 FROM history l WHERE l.record = h.record AND l."table" = h."table" AND l.number > h.number)'
    )
    for table, before in directory.db.conn.execute(query, [since]):
        if table in RECORDS:
            yield reader(RECORDS[table])([*whole_row(table, json.loads(before)).values()])


@contextlib.contextmanager
def _reading(directory: Directory) -> Iterator[None]:
    directory.db.execute("BEGIN")
    try:
        yield
    finally:
        directory.db.execute("COMMIT")
