"""What stewards see of a directory: records as focal points may see them, in the shape in which a directory answers.

Whatever judges a directory as a whole (`mapping.overview`, `mapping.due`, `mapping.match`) is handed this instead, so
that no count, no example and no reason tells of a record for custodians only.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, cast

from mapping.area import StudyArea
from mapping.claims import Conflict
from mapping.errors import NotFound
from mapping.holdings import NOT_REACHED, Holdings
from mapping.match import Candidate, candidates
from mapping.model import RECORDS, Audience, Record, references
from mapping.safety import PLACE_TEXTS, PRIVATE, PUBLISHED, project
from mapping.store import Directory, public_id
from web.roles import EVERYWHERE
from web.staff_fields import FIELDS

SEEN_BY_STAFF: Audience = "focal_point"
"""The widest audience whose records stand on pages of stewards."""

WHOLES = ("organization", "service", "location")


class Seen:
    """What may be seen of a directory on a day, in some regions or in all."""

    def __init__(
        self, tables: dict[str, list[Record]], area: StudyArea, day: dt.date, *, key: bytes, conflicts: list[Conflict]
    ) -> None:
        self.tables, self.area, self.day, self.key = tables, area, day, key
        self._conflicts = conflicts

    @classmethod
    def of(
        cls, directory: Directory, area: StudyArea, day: dt.date, *, tables: dict[str, list[Record]] | None = None
    ) -> "Seen":
        """Take from a directory what may be seen; what is not to be listed is seen as well, with its flag.

        ``tables`` are its records, where they were read already.
        """
        tables = tables or {table: directory.records(table) for table in RECORDS}
        flagged = {one.id for table in WHOLES for one in tables[table] if getattr(one, "do_not_list", False)}
        listed = tables | {table: _unflagged(tables[table]) for table in ("organization", "service")}
        rows = project(listed, SEEN_BY_STAFF, directory.rules(day))
        checks: list[Any] = list(tables["verification"])
        tried = {one.id: one.evidence for one in checks if one.method == NOT_REACHED}
        seen: dict[str, list[Record]] = {table: [] for table in RECORDS}
        for table, own in rows.items():
            kind = RECORDS[table]
            blank = {
                name: None if info.is_required() else info.get_default() for name, info in kind.model_fields.items()
            }
            seen[table] = [kind.model_construct(**(blank | row)) for row in own]
        for one in (*seen["organization"], *seen["service"]):
            one.__dict__["do_not_list"] = one.id in flagged
        for one in seen["verification"]:
            if one.id in tried:  # a call that nobody answered: nothing but its days
                one.__dict__.update(method=NOT_REACHED, evidence=tried[one.id])
        ids = {one.id for own in seen.values() for one in own}
        for table in sorted(PRIVATE):
            seen[table] = [one for one in tables[table] if _may_be_seen(one, ids)]
        strict = {one.id for table in WHOLES for one in cast("list[Any]", tables[table]) if one.audience == "custodian"}
        open_ = {table: {*FIELDS[table]} & {*PUBLISHED[table]} - {*PLACE_TEXTS.get(table, ())} for table in WHOLES}
        conflicts = [
            one
            for one in directory.conflicts()
            if one.record in ids - strict and one.field in open_[one.table] and one.winner.source != "stewards"
        ]
        return cls(seen, area, day, key=directory.key, conflicts=conflicts)

    def records(self, table: str) -> list[Record]:
        """Return the records of a table that may be seen."""
        return self.tables[table]

    def conflicts(self) -> list[Conflict]:
        """Return the fields on which sources differ, of records that may be seen."""
        return self._conflicts

    def record(self, table: str, record: str) -> Any:
        """Return one record.

        Raises
        ------
        NotFound
            It is not there, or may not be seen: nobody can tell which.
        """
        found = self._by_id.get(table, {}).get(record)
        if found is None:
            raise NotFound(f"there is no such {table}")
        return found

    def has(self, table: str, record: str | None) -> bool:
        """Tell whether a record may be seen."""
        return record in self._by_id.get(table, {})

    def of_owner(self, table: str, column: str, owner: str) -> list[Any]:
        """Return the records of a table that refer to another by a column."""
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

    def within(self, regions: Collection[str]) -> "Seen":
        """Return what may be seen in some regions only."""
        if EVERYWHERE in regions:
            return self
        wanted = set(regions)
        kept: dict[str, set[str]] = {
            table: {one.id for one in self.records(table) if self.units(one) & wanted} for table in WHOLES
        }
        owners = {getattr(self.record("service", one), "organization_id") for one in kept["service"]}  # noqa: B009
        kept["organization"] |= {one for one in owners if one}

        def stays(one: Any) -> bool:
            if one.table in WHOLES:
                return one.id in kept[one.table]
            if one.table in ("source", "taxonomy", "taxonomy_term", "unit", "standard_summary"):
                return True
            parents = [(parent, getattr(one, name)) for name, parent in references(type(one)).items()]
            parents.append((getattr(one, "link_entity", ""), getattr(one, "link_id", None)))
            named = [(parent, each) for parent, each in parents if parent in WHOLES and each]
            if named:
                return any(each in kept[parent] for parent, each in named)
            return bool(self.units(one) & wanted) or one.table in ("translation", "approval", "decision", "language")

        tables = {table: [one for one in own if stays(one)] for table, own in self.tables.items()}
        conflicts = [one for one in self._conflicts if one.record in kept[one.table]]
        return Seen(tables, self.area, self.day, key=self.key, conflicts=conflicts)

    @cached_property
    def holdings(self) -> Holdings:
        """Every service with its parts, as those who judge a directory read it."""
        return Holdings.of(self, self.area, self.day)

    @cached_property
    def doubles(self) -> list[Candidate]:
        """Records that may be one."""
        return candidates(self, self.area)

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Record]]:
        return {table: {one.id: one for one in own} for table, own in self.tables.items()}

    @cached_property
    def _owned(self) -> "_Owned":
        return _Owned(self.tables)

    @cached_property
    def _published(self) -> dict[tuple[str, str], str]:
        return {(table, public_id(self.key, one.id)): one.id for table in WHOLES for one in self.tables[table]}

    def _units_of(self, table: str, record: str) -> set[str | None]:
        if table == "location":
            return {self.record(table, record).area_unit} if self.has(table, record) else set()
        if table == "service":
            covers = {each.area_unit for each in self.of_owner("service_area", "service_id", record)}
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


class _Owned(dict[tuple[str, str], dict[str, list[Any]]]):
    """Records by the table and the column by which they refer to another, worked out when asked for."""

    def __init__(self, tables: dict[str, list[Record]]) -> None:
        super().__init__()
        self.tables = tables

    def __missing__(self, wanted: tuple[str, str]) -> dict[str, list[Any]]:
        table, column = wanted
        grouped: dict[str, list[Any]] = defaultdict(list)
        for one in self.tables[table]:
            grouped[getattr(one, column) or ""].append(one)
        self[wanted] = grouped
        return grouped


def _unflagged(records: Iterable[Record]) -> list[Record]:
    return [one.model_copy(update={"do_not_list": False}) if getattr(one, "do_not_list", 0) else one for one in records]


def _may_be_seen(one: Any, ids: Collection[str]) -> bool:
    """Whether a record that is never published speaks of nothing but what may be seen."""
    if one.table == "source":
        return True
    if one.table == "approval":
        return one.kind in ("map", "phone") or one.subject in ids
    if one.table == "decision":
        return one.one in ids and one.other in ids
    return getattr(one, "link_id", None) in ids
