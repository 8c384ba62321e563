"""Bringing a batch into the private file: what is new, what changed, what is gone, and whose word counts."""

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import sqlite_utils

from mapping.batch import Batch, Progress
from mapping.directory.conflicts import CLAIMED, claim, claims_of, ranks, said, said_anew, settled
from mapping.directory.rows import Row, holds_any, read_rows, stored_ids, stored_rows, to_row
from mapping.directory.undo import undone
from mapping.directory.writing import CHUNK, Change, Missing, Writing
from mapping.errors import InvalidRecord
from mapping.model import (
    ENTRIES,
    PARTS,
    RECORDS,
    WHOLES,
    AnyRecord,
    Record,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Verification,
    least_precise,
    references,
    strictest,
)

__all__ = ["Change", "Import", "Missing"]

MISSED = tuple(t for t in ENTRIES if t in WHOLES or "organization" in references(RECORDS[t]).values())
"""Tables whose records are missed when a source no longer gives them."""


def bring_in(
    db: sqlite_utils.Database, batch: Batch, change: Change, *, number: int, progress: Progress | None
) -> None:
    """Put a batch into the tables.

    Raises
    ------
    InvalidRecord
        When a record refers to one that does not exist, or does not fit its table.
    """
    import_ = Import(db, batch, change, number=number)
    import_.store(progress)
    import_.require_references()


class Import:
    """One batch on its way into the tables, within a transaction."""

    def __init__(self, db: sqlite_utils.Database, batch: Batch, change: Change, *, number: int) -> None:
        self.db = db
        self.batch = batch
        self.change = change
        self.number = number
        self.writing = Writing(db, change, number=number, file=batch.file)
        self.kept: dict[str, str] = dict(db.conn.execute("SELECT id, kept FROM merged").fetchall())
        """Merged id -> the id that stands for it."""
        self.erased = {record for (record,) in db.conn.execute("SELECT record FROM history WHERE change = 'erased'")}
        self.records: dict[str, dict[str, Record]] = {}
        """Table -> id -> what the batch says of it; rows are made of a table when it is its turn, and not kept."""
        query = "SELECT count(*) FROM batch WHERE source = ? AND number < ?"
        (self.lists_before,) = db.conn.execute(query, (batch.source.id, number)).fetchone()
        self.mentioned: set[str] = set()
        """Ids that records of the batch refer to; noted where the sender gave a list before, of which some may miss."""
        self.outside: dict[tuple[str, str], list[str]] = defaultdict(list)
        """(table, other table) -> ids to which rows of the first refer and that are not in the batch itself."""
        self.given: dict[str, dict[str, dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
        """Table -> kept id -> id under which the source gave it -> what it gave; only of records that were merged."""
        for record in chain((batch.source,), batch.records):
            self._take(record)

    def store(self, progress: Progress | None) -> None:
        """Put every record in its table, in an order in which parents come first."""
        done, of = 0, sum(map(len, self.records.values()))
        for table in RECORDS:
            records = self.records.get(table, {})
            ids, there = sorted(records), bool(records) and holds_any(self.db, table)
            for start in range(0, len(ids), CHUNK):  # the rows of a large list would fill the memory beside its records
                chunk = ids[start : start + CHUNK]
                before = stored_rows(self.db, table, chunk) if there else {}
                self._put(table, {record: records[record] for record in chunk}, before)
                done += len(chunk)
                if progress is not None:
                    progress(done, of)
        self._take_out()
        if not self.batch.partial:
            earlier = self._given_before()
            self._replace_parts(earlier)
            self._note_missing(earlier)

    def _put(self, table: str, records: Mapping[str, Record], before: Mapping[str, Row]) -> None:
        """Put some records in their table, of which some may be there as they were ``before``."""
        new = [record for own, record in records.items() if own not in before] if before else [*records.values()]
        if table == ServiceCapacity.table:
            new = [record.restored(record.__dict__ | {"updated": record.get("updated") or self._on}) for record in new]
        if new:
            self.writing.add(table, read_rows(RECORDS[table], new))
            self._note_references(table, [record.__dict__ for record in new])
        if not before:
            return
        rows = {own: to_row(record) for own, record in records.items() if own in before}
        settle = self._settling(table, rows, before) if table in CLAIMED else {}
        left = self._left_as_they_are(table, rows)

        def mend(old: Row, row: Row) -> None:
            if row["id"] in left:
                row |= {name: value for name, value in old.items() if name not in ("audience", "precision")}
            elif row["id"] in settle:
                row |= settle[row["id"]]
            _never_lower(old, row)
            if table == ServiceCapacity.table and row["updated"] is None:
                row["updated"] = old["updated"] if row | {"updated": old["updated"]} == old else self._on.isoformat()

        self.writing.change_rows(table, before, rows, mend=mend)
        self._note_references(table, rows.values())

    def require_references(self) -> None:
        """Refuse the batch when one of its records refers to a record that does not exist."""
        broken = []
        for (table, parent), ids in self.outside.items():
            stored = stored_ids(self.db, parent, {*ids}) if parent in RECORDS else set()
            broken += [f"{table} -> {parent}" for record in ids if record not in stored]
        if broken:
            places = ", ".join(dict.fromkeys(broken))
            raise InvalidRecord(
                f"{self.batch.file}: {len(broken)} records refer to records that do not exist ({places}); "
                "nothing was stored"
            )

    def _take(self, record: Record) -> None:
        """Note a record; of two with one id the later stands, under the strictest marking of both."""
        if RECORDS.get(record.table) is not type(record):
            raise InvalidRecord(f"{self.batch.file}: {type(record).__name__} is no kind of record that is stored")
        if self.erased and (record.id in self.erased or record.get("link_id") in self.erased):
            return
        records = self.records.setdefault(record.table, {})
        kept_id = self.kept.get(record.id, record.id)
        if self.erased or self.kept or kept_id in records:
            values = record.__dict__.copy()
            values |= {name: None for name in references(type(record)) if values[name] in self.erased}
            self._follow_merges(record.table, values)
            if kept_id in records:
                _never_lower(records[kept_id].__dict__, values)
            given, record = record.id, record.restored(values)
            if self.kept and record.table in CLAIMED:
                self.given[record.table][kept_id][given] = to_row(record)
        records[kept_id] = record

    def _follow_merges(self, table: str, values: dict[str, Any]) -> None:
        """Let a record, and what it refers to, mean the records that they were merged into."""
        for name in (
            "id",
            *references(RECORDS[table]),
            *(column for column in ("link_id", "subject") if column in values),
        ):
            values[name] = self.kept.get(values[name], values[name])

    def _note_references(self, table: str, rows: Collection[Mapping[str, Any]]) -> None:
        """Note what the rows of a table refer to, as they stand in it."""
        for name, parent in references(RECORDS[table]).items():
            self._note_ids(table, parent, [*map(itemgetter(name), rows)])
        if "link_id" in RECORDS[table].model_fields:
            ids: dict[str, list[str | None]] = defaultdict(list)
            for entity, record in map(itemgetter("link_entity", "link_id"), rows):
                ids[entity].append(record)
            for entity, own in ids.items():
                self._note_ids(table, entity, own)

    def _note_ids(self, table: str, parent: str, ids: Collection[str | None]) -> None:
        mentioned = {record for record in ids if record is not None}
        if outside := mentioned.difference(self.records.get(parent, {})):
            self.outside[table, parent] += [record for record in ids if record in outside]
        if self.lists_before:
            self.mentioned |= mentioned

    def _left_as_they_are(self, table: str, rows: Mapping[str, Row]) -> frozenset[str]:
        """Return the parts that merging or a steward settled: a list may only raise their markings."""
        if table in CLAIMED or not self.kept:
            return frozenset()
        return frozenset(self.kept.values()) & rows.keys()

    @cached_property
    def _verified(self) -> dict[tuple[str, str], str]:
        """The last day on which the batch says that a record was verified, or a service of it."""
        days: dict[tuple[str, str], dt.date] = {}

        def note(table: str, record: str | None, day: dt.date | None) -> None:
            if record and day:
                days[table, record] = max(day, days.get((table, record), day))

        for check in self._of(Verification):
            note(check.link_entity, check.link_id, check.verified_on)
        for service in self._of(Service):
            note("service", service.id, service.assured_date)
            note("organization", service.organization_id, days.get(("service", service.id)))
        for at in self._of(ServiceAtLocation):
            note("location", at.location_id, days.get(("service", at.service_id or "")))
        return {record: day.isoformat() for record, day in days.items()}

    def _of(self, kind: type[AnyRecord]) -> Collection[AnyRecord]:
        """Return the records of the batch of a kind."""
        return cast("Collection[AnyRecord]", self.records.get(kind.table, {}).values())

    def _settling(self, table: str, rows: Mapping[str, Row], known: Mapping[str, Row]) -> dict[str, Row]:
        """Note what the batch claims of records that other sources speak of; return how these records stand then."""
        source, rank = self.batch.source.id, ranks(self.db)
        claims = claims_of(self.db, table, list(known))
        origins = origins_of(self.db, table, [record for record in known if record not in claims])
        claim_rows: dict[str, Row] = {}
        settle = {}
        for record in known:
            origin = origins.get(record)
            given = self.given[table].get(record) or {record: rows[record]}
            if record not in claims and (origin is None or origin[0] == source) and len(given) == 1:
                continue
            own = {claim_row["id"]: claim_row for claim_row in claims.get(record, ())}
            if record not in claims and origin is not None:
                first = claim(
                    table,
                    record,
                    record,
                    origin[0],
                    fields=said(table, known[record]),
                    said_on=verified_before(self.db, table, record),
                    batch=origin[1],
                )
                own[first["id"]] = claim_rows[first["id"]] = first
            if record in self.batch.edited:
                given = {}
                if changed := said_anew(known[record], rows[record]):
                    mine = claim(table, record, record, source, fields={}, said_on=None, batch=self.number)["id"]
                    earlier = json.loads(own[mine]["fields"]) if mine in own else {}
                    fields, day = earlier | changed, self._on.isoformat()
                    own[mine] = claim_rows[mine] = claim(
                        table, record, record, source, fields=fields, said_on=day, batch=self.number
                    )
            for said_of, row in given.items():
                claim_row = claim(
                    table,
                    record,
                    said_of,
                    source,
                    fields=said(table, row),
                    batch=self.number,
                    said_on=self._verified.get((table, record)),
                )
                before = own.get(claim_row["id"])
                if (
                    before is not None
                    and before["fields"] == claim_row["fields"]
                    and before["said_on"] == claim_row["said_on"]
                ):
                    continue  # said again: nothing new
                own[claim_row["id"]] = claim_rows[claim_row["id"]] = claim_row
            row = settled(table, rows[record], own.values(), rank)
            settle[record] = {name: row[name] for name in row if name not in ("id", "audience", "precision")}
        if claim_rows:
            self.writing.put("claim", claim_rows)
        return settle

    @cached_property
    def _on(self) -> dt.date:
        """The day of the import."""
        (day,) = self.db.conn.execute('SELECT "on" FROM batch WHERE number = ?', [self.number]).fetchone()
        return dt.date.fromisoformat(str(day))

    def _given_before(self) -> dict[str, set[str]]:
        """Return what this list gave before and no longer gives: table -> ids of records that are still here."""
        lists: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        query = (
            'SELECT DISTINCT b.series, h."table", h.record FROM history h JOIN batch b ON b.number = h.batch'
            " WHERE b.source = ? AND b.number < ? AND h.change = 'added'"
        )
        for name, table, record in self.db.conn.execute(query, (self.batch.source.id, self.number)):
            if table in (*PARTS, *MISSED):
                lists[name][table].add(record)
        name = series(self.batch.file)
        if name not in lists:
            name = next((other for other, given in lists.items() if self._is_edition_of(given)), name)
            self.db.conn.execute("UPDATE batch SET series = ? WHERE number = ?", [name, self.number])
        earlier = {table: ids - self.records.get(table, {}).keys() for table, ids in lists[name].items()}
        return {table: stored_ids(self.db, table, ids) for table, ids in earlier.items() if ids}

    def _is_edition_of(self, given: Mapping[str, set[str]]) -> bool:
        """Tell whether the batch is a list that came before under another name: half of either stands in the other."""
        tables = [table for table in MISSED if table != "organization"]  # which many lists of a sender speak of
        before = sum(len(given.get(table, ())) for table in tables)
        now = sum(len(self.records.get(table, ())) for table in tables)
        both = sum(len(given.get(table, set()) & self.records.get(table, {}).keys()) for table in tables)
        return both > 0 and 2 * both >= min(before, now)

    def _take_out(self) -> None:
        """Remove the parts of records that the batch names for it."""
        named: dict[str, list[str]] = {}
        for table, record in self.batch.removed:
            if table not in PARTS:
                raise InvalidRecord(f"{self.batch.file}: a {table} is no part of a record and cannot be taken out")
            named.setdefault(table, []).append(record)
        for table in reversed(RECORDS):
            self.writing.remove(table, named.get(table, ()))

    def _replace_parts(self, earlier: Mapping[str, set[str]]) -> None:
        """Remove parts of the batch's records that this list gave before and gives no more."""
        for table in reversed(RECORDS):
            if table in PARTS and earlier.get(table):
                rows = stored_rows(self.db, table, sorted(earlier[table]))
                self.writing.remove(
                    table, [identifier for identifier, row in rows.items() if self._is_part_of_batch(table, row)]
                )

    def _is_part_of_batch(self, table: str, row: Mapping[str, Any]) -> bool:
        owners: list[tuple[Any, Any]] = [
            (parent, row[name]) for name, parent in references(RECORDS[table]).items() if parent in MISSED
        ]
        owners.append((row.get("link_entity"), row.get("link_id")))
        return any(record in self.records.get(parent or "", ()) for parent, record in owners)

    def _note_missing(self, earlier: Mapping[str, set[str]]) -> None:
        """Note the wholes that this list gave before, and that nothing in the batch speaks of."""
        for table in MISSED:
            if table in self.records and earlier.get(table):
                gone = earlier[table] - self.mentioned
                rows = stored_rows(self.db, table, sorted(gone))
                self.change.missing += [Missing(table, record, row.get("name") or "") for record, row in rows.items()]


def origins_of(db: sqlite_utils.Database, table: str, ids: list[str]) -> dict[str, tuple[str, int]]:
    """Return the source and the batch by which records last came to be what they are; a steward's act is none."""
    query = (
        'SELECT h.record, b.source, max(b.number) FROM history h JOIN batch b ON b.number = h.batch WHERE h."table" = ?'
        " AND h.record IN (SELECT value FROM json_each(?)) AND b.undoes IS NULL AND b.reason IS NULL"
        " AND b.number NOT IN (SELECT value FROM json_each(?)) GROUP BY h.record"
    )
    rows = db.conn.execute(query, [table, json.dumps(ids), json.dumps(list(undone(db)))])
    return {record: (source, number) for record, source, number in rows}


def verified_before(db: sqlite_utils.Database, table: str, record: str) -> str | None:
    """Return the day on which a stored record, or a service of it, was last verified."""
    services = {
        "service": "SELECT ?",
        "organization": "SELECT id FROM service WHERE organization_id = ?",
        "location": "SELECT service_id FROM service_at_location WHERE location_id = ?",
    }[table]
    query = f"SELECT max(verified_on) FROM verification WHERE link_id = ? OR link_id IN ({services})"
    (day,) = db.conn.execute(query, [record, record]).fetchone()
    return day if day is None else str(day)


def series(file: str) -> str:
    """Return what the editions of one list have in common: the name of the file without numbers and months.

    >>> series("NGO list 2026-11 (final).xlsx") == series("ngo_list_2026-10.csv")
    True
    """
    words = re.findall(r"[^\W\d_]+", Path(file).stem.casefold())
    return " ".join(word for word in words if word not in _EDITION_WORDS)


_EDITION_WORDS = frozenset(
    {
        "final",
        "new",
        "copy",
        "v",
        "ver",
        "version",
        "export",
        "updated",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "январь",
        "февраль",
        "март",
        "апрель",
        "май",
        "июнь",
        "июль",
        "август",
        "сентябрь",
        "октябрь",
        "ноябрь",
        "декабрь",
    }
)


def _never_lower(old: Mapping[str, Any], row: dict[str, Any]) -> None:
    """Keep the strictest marking of what was said before and what is said now."""
    if "audience" in row:
        row["audience"] = strictest(old["audience"], row["audience"])
    if old.get("do_not_list"):
        row["do_not_list"] = 1
    if "precision" in row:
        row["precision"] = least_precise(old["precision"], row["precision"])
