"""What stewards see of a directory: records as focal points may see them, in the shape in which a directory answers.

Whatever judges a directory as a whole (`mapping.quality.overview`, `mapping.quality.call_list`,
`mapping.quality.matching`) is handed this instead, so that no count, no example and no reason tells of a record for
custodians only.
"""

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from mapping.area.study_area import StudyArea
from mapping.directory.conflicts import Conflict
from mapping.directory.directory import public_id
from mapping.errors import NotFound
from mapping.model import RECORDS, WHOLES, AnyRecord, Audience, Organization, Record, Service, references
from mapping.quality.call_list import SOURCE as CALLS
from mapping.quality.candidate import Candidate
from mapping.quality.holdings import NOT_REACHED, HeldService, Holdings
from mapping.quality.known_organizations import LEARNT
from mapping.quality.matching import candidates
from mapping.safety.redaction import PLACE_TEXTS, PRIVATE, PUBLISHED, Rules, Tables, project
from web.access.roles import EVERYWHERE
from web.staff.fields import FIELDS, TABLES

SEEN_BY_STAFF: Audience = "focal_point"
"""The widest audience whose records stand on pages of stewards."""

COMPARED = {*LEARNT, "address"}
"""Tables from which doubles are told."""


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
    """What may be seen of a directory on a day, in some regions or in all. It never changes: `patched` makes another.

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
        self._owned = _Owned(self._by_id)

    def records(self, kind: type[AnyRecord]) -> list[AnyRecord]:
        """Return the records of a kind that may be seen."""
        return cast("list[AnyRecord]", list(self._by_id[kind.table].values()))

    def conflicts(self) -> list[Conflict]:
        """Return the fields on which sources differ, of records that may be seen."""
        return self._conflicts

    def patched(
        self, touched: Collection[str], now: Mapping[str, Iterable[Record]], conflicts: Iterable[Conflict]
    ) -> "VisibleRecords":
        """Return what may be seen after a change.

        Parameters
        ----------
        touched
            Ids of what may be seen otherwise than before: whole bodies, services and places with their parts.
        now
            What may be seen of these, by table.
        conflicts
            All that may be seen now.
        """
        new = copy.copy(self)
        new._by_id, new._conflicts = dict(self._by_id), list(conflicts)
        changed: dict[str, tuple[list[Record], list[Record]]] = {}
        for table, held in self._by_id.items():
            gone = {identifier: held[identifier] for identifier in touched if identifier in held}
            come = {record.id: record for record in now.get(table, ())}
            if {identifier: gone[identifier].__dict__ for identifier in gone} != {
                identifier: come[identifier].__dict__ for identifier in come
            }:
                changed[table] = [*gone.values()], [*come.values()]
                remaining = {identifier: record for identifier, record in held.items() if identifier not in gone} | come
                new._by_id[table] = dict(sorted(remaining.items()))
        new._owned = self._owned.patched(new._by_id, changed)
        for name in ("_published", "_held", "holdings", *(("doubles",) if COMPARED & {*changed} else ())):
            new.__dict__.pop(name, None)
        if "_published" in self.__dict__:
            new.__dict__["_published"] = new._published_after(self._published, changed)
        if "holdings" in self.__dict__:
            new.__dict__["holdings"] = new._holdings_after(self.holdings, touched, now)
        return new

    def _published_after(
        self, before: dict[tuple[str, str], str], changed: Mapping[str, tuple[list[Record], list[Record]]]
    ) -> dict[tuple[str, str], str]:
        published = dict(before)
        for table in {*changed} & {*WHOLES}:
            gone, come = changed[table]
            for record in gone:
                published.pop((table, public_id(self.key, record.id)), None)
            published |= {(table, public_id(self.key, record.id)): record.id for record in come}
        return published

    def _holdings_after(
        self, before: Holdings, touched: Collection[str], now: Mapping[str, Iterable[Record]]
    ) -> Holdings:
        part = VisibleRecords(now, self.area, self.day, key=self.key).holdings
        services = [held for held in before.services if held.service.id not in touched] + part.services
        bodies = {
            identifier: body for identifier, body in before.organizations.items() if identifier not in touched
        } | part.organizations
        phones = {
            identifier: own for identifier, own in before.body_phones.items() if identifier not in touched
        } | part.body_phones
        return Holdings(
            self.area,
            self.day,
            sorted(services, key=lambda held: held.service.id),
            dict(sorted(bodies.items())),
            phones,
        )

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

    def within(
        self, regions: Collection[str], *, before: "VisibleRecords | None" = None, touched: Collection[str] = ()
    ) -> "VisibleRecords":
        """Return what may be seen in some regions only.

        ``before`` is what that was before a change that ``touched`` some records, where it is known: only these are
        looked at then.
        """
        if EVERYWHERE in regions:
            return self
        now = {table: [*held.values()] for table, held in self._by_id.items()}
        if before is not None:
            ordered = sorted(touched)
            now = {table: [held[own] for own in ordered if own in held] for table, held in self._by_id.items()}
        part = _Regions(self, now, set(regions), before, touched)
        tables = {table: [record for record in records if part.holds(record)] for table, records in now.items()}
        conflicts = [conflict for conflict in self._conflicts if part.inside(conflict.table, conflict.record)]
        if before is not None:
            return before.patched(touched, tables, conflicts)
        return VisibleRecords(tables, self.area, self.day, key=self.key, conflicts=conflicts)

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


Groups = dict[str, list[Any]]


class _Owned(dict[tuple[str, str], Groups]):
    """Records by the table and the column by which they refer to another, worked out when asked for."""

    def __init__(self, tables: Mapping[str, Mapping[str, Record]]) -> None:
        super().__init__()
        self.tables = tables

    def __missing__(self, wanted: tuple[str, str]) -> Groups:
        table, column = wanted
        grouped: Groups = defaultdict(list)
        for record in self.tables[table].values():
            grouped[getattr(record, column) or ""].append(record)
        self[wanted] = grouped
        return grouped

    def patched(
        self, tables: Mapping[str, Mapping[str, Record]], changed: Mapping[str, tuple[list[Record], list[Record]]]
    ) -> "_Owned":
        """Return the same of tables of which some records went and others came."""
        new = _Owned(tables)
        for (table, column), groups in [*self.items()]:
            new[table, column] = groups
            if table in changed:
                new[table, column] = after = dict(groups)
                gone, come = changed[table]
                for owner in {getattr(record, column) or "" for record in (*gone, *come)}:
                    ids = {record.id for record in gone}
                    remaining = [record for record in groups.get(owner, ()) if record.id not in ids]
                    own = remaining + [record for record in come if (getattr(record, column) or "") == owner]
                    after[owner] = sorted(own, key=lambda record: record.id)
        return new


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
    """What of all that may be seen is in some regions: of ``now``, and of what was ``before`` and was not touched."""

    def __init__(
        self,
        whole: VisibleRecords,
        now: Mapping[str, Iterable[Record]],
        regions: set[str],
        before: VisibleRecords | None,
        touched: Collection[str],
    ) -> None:
        self.whole, self.regions, self.before, self.touched = whole, regions, before, touched
        self._ids = {table: {record.id for record in now[table] if self._is_here(record)} for table in WHOLES}
        owners = {whole.record("service", service).organization_id for service in self._ids["service"]}
        self._ids["organization"] |= {owner for owner in owners if owner}

    def inside(self, table: str, identifier: str) -> bool:
        """Tell whether an organization, a service or a place is in the regions."""
        if identifier in self._ids[table]:
            return True
        return self.before is not None and identifier not in self.touched and self.before.has(table, identifier)

    def holds(self, record: Any) -> bool:
        """Tell whether a record that is looked at may be seen in the regions: it is in them, or of something there."""
        if record.table in WHOLES:
            return record.id in self._ids[record.table]
        if record.table in ("source", "taxonomy", "taxonomy_term", "unit"):
            return True
        parents = [(parent, getattr(record, name)) for name, parent in references(RECORDS[record.table]).items()]
        parents.append((getattr(record, "link_entity", ""), getattr(record, "link_id", None)))
        wholes = [(parent, parent_id) for parent, parent_id in parents if parent in WHOLES and parent_id]
        if wholes:
            return any(self.inside(parent, parent_id) for parent, parent_id in wholes)
        return self._is_here(record) or record.table in ("translation", "approval", "decision", "language")

    def _is_here(self, record: Any) -> bool:
        return not self.regions.isdisjoint(self.whole.units(record))
