"""Bringing a batch into the private file: what is new, what changed, what is gone, and whose word counts."""

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

import sqlite_utils

from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Progress
from mapping.directory.conflicts import CLAIMED, claim, claims_of, ranks, said, said_anew, settled
from mapping.directory.rows import Row, holds_any, row_values, stored_ids, stored_rows, to_row
from mapping.directory.undo import undone, whole_row
from mapping.directory.writing import CHUNK, Change, Missing, Writing, belongs
from mapping.errors import InvalidRecord
from mapping.language.fold import coarse, skeleton
from mapping.language.i18n import Label, Message, listing, show
from mapping.model import (
    ENTRIES,
    PARTS,
    RECORDS,
    WHOLES,
    Address,
    Decision,
    Location,
    Record,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Verification,
    columns,
    least_precise,
    references,
    strictest,
)
from mapping.record_tables import RecordTables, Values

__all__ = ["Change", "Import", "Missing"]

MISSED = tuple(t for t in ENTRIES if t in WHOLES or "organization" in references(RECORDS[t]).values())
"""Tables whose records are missed when a source no longer gives them."""


Sight = Callable[[str, str], Record | None]
"""Gives of a table and an id the record as it may be seen, None where it may not; no sight sees what is stored."""


def bring_in(
    db: sqlite_utils.Database,
    batch: Batch,
    change: Change,
    *,
    number: int,
    area: StudyArea | None,
    progress: Progress | None,
) -> None:
    """Put a batch into the tables.

    Raises
    ------
    InvalidRecord
        When a record refers to one that does not exist, or does not fit its table.
    """
    import_ = Import(db, batch, change, number=number, area=area)
    import_.store(progress)
    import_.require_references()


def missing(db: sqlite_utils.Database, batch: Batch, *, area: StudyArea | None, sight: Sight) -> list[Missing]:
    """Return what a sender gave before and a list that is not stored does not hold, from what may be seen alone."""
    (newest,) = db.conn.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    import_ = Import(db, batch, Change(), number=newest + 1, area=area)
    if batch.partial or not import_.lists_before:
        return []
    _, earlier = import_.given_before(sight)
    return [*import_.missing(earlier, sight)]


class Move(NamedTuple):
    """A service that seems to have moved: its id, that of the one at its new place, and the places it was taken from.

    ``batch`` is the list that says so.
    """

    service: str
    now: str
    batch: int
    places: tuple[str, ...]


def still_missing(db: sqlite_utils.Database) -> list[tuple[str, str]]:
    """Return what the newest list of a sender does not hold and nobody saw to: table and id; `moves` is apart."""
    noted = {record for record, *_ in _moves_noted(db)}
    return [(table, record) for table, record in _not_seen_to(db) if record not in noted]


def moves(db: sqlite_utils.Database) -> list[Move]:
    """Return what seems to have moved and nobody saw to, nor said whether it did."""
    waiting = {record for _, record in _not_seen_to(db)}
    rows = [
        (record, now, batch) for record, now, batch, answered in _moves_noted(db) if not answered and record in waiting
    ]
    left = {batch: _left(db, batch) for batch in {batch for *_, batch in rows}}
    return [
        Move(record, now, batch, tuple(tie["location_id"] for tie in left[batch].get(record, ())))
        for record, now, batch in rows
    ]


def _not_seen_to(db: sqlite_utils.Database) -> list[tuple[str, str]]:
    """Return what the newest list of a sender does not hold and nobody changed or checked since it was first missed.

    What was undone counts for nothing.
    """
    query = """WITH void(number) AS (SELECT value FROM json_each(?)),
        newest(number) AS (SELECT max(number) FROM batch WHERE whole AND number NOT IN void GROUP BY source, series)
        SELECT m."table", m.record FROM missing m JOIN newest ON newest.number = m.batch WHERE NOT EXISTS (
        SELECT 1 FROM history h WHERE h.record = m.record AND h.batch > m.since AND h.batch NOT IN void
        ) AND NOT EXISTS (
        SELECT 1 FROM verification v JOIN history h ON h.record = v.id
        WHERE v.link_id = m.record AND h.batch > m.since AND h.batch NOT IN void
        )"""
    return db.conn.execute(query, [_void(db)]).fetchall()


def _void(db: sqlite_utils.Database) -> str:
    """Return the batches that changed nothing in the end, as JSON: those that were undone, and what undid them."""
    off = undone(db)
    return json.dumps([*off, *off.values()])


def _moves_noted(db: sqlite_utils.Database) -> list[tuple[str, str, int, int]]:
    """Return what lists that count say moved, as far as both are there.

    A service, what it is now, the list, and whether somebody said that it did not move.
    """
    query = """SELECT m.record, coalesce(k.kept, m.now) AS present, m.batch, EXISTS (
        SELECT 1 FROM decision d WHERE d.kind = 'different' AND d.link_entity = 'service'
        AND (d.one, d.other) IN (VALUES (m.record, s.id), (s.id, m.record))
        ) FROM moved m LEFT JOIN merged k ON k.id = m.now JOIN service s ON s.id = present
        WHERE m.record IN (SELECT id FROM service) AND present <> m.record
        AND m.batch NOT IN (SELECT value FROM json_each(?)) ORDER BY m.batch, m.record, present"""
    return db.conn.execute(query, [_void(db)]).fetchall()


def _left(db: sqlite_utils.Database, batch: int) -> dict[str, list[Row]]:
    """Return the ties to places that a batch took away, as they were, by their services."""
    query = "SELECT before FROM history WHERE batch = ? AND \"table\" = ? AND change = 'removed' ORDER BY record"
    ties = defaultdict[str, list[Row]](list)
    for (before,) in db.conn.execute(query, [batch, ServiceAtLocation.table]):
        tie = json.loads(before)
        ties[tie["service_id"]].append(tie)
    return ties


class PlacedAt(NamedTuple):
    """Where a place is, as far as it is known and, in ``text``, may be told."""

    unit: str | None
    street: str
    point: tuple[float, float] | None
    text: str

    @classmethod
    def of(cls, place: Row, address: Row | None, area: StudyArea | None) -> Self:
        """Return where a place with its address is; what only a custodian may know of it is not in the text."""
        point = None
        if place["position_basis"] == "given" and place["latitude"] is not None and place["longitude"] is not None:
            point = round(place["latitude"], 4), round(place["longitude"], 4)
        text = ""
        if address and address["audience"] != "custodian":
            text = ", ".join(filter(None, (address["city"], address["address_1"])))
        if not text and point and place["precision"] == "exact" and place["audience"] != "custodian":
            text = f"{point[0]}, {point[1]}"
        street = coarse(address["address_1"] or "") if address else ""
        if not text and area is not None and place["area_unit"] in area.all_units():
            titles = area.unit(area.area_unit_for_publication(place["area_unit"])).titles
            text = Label(show(titles, "en"), titles)
        return cls(place["area_unit"], street, point, text)

    def is_apart_from(self, other: "PlacedAt") -> bool:
        """Tell whether it is plainly another place; what says less than the other may be the same."""
        if self.point and self.point == other.point:
            return False
        if self.unit and other.unit and self.unit != other.unit:
            return True
        if self.street and other.street:
            return self.street != other.street
        return bool(self.point and other.point)


def whether_moved(before: Sequence[str], now: Sequence[str]) -> Message:
    """Ask whether something moved; of places that may not be told, or by one area alone, not from where to where."""
    if before == now or not all((*before, *now, before, now)):
        return Message("Moved? The newer list has it at another address; the old place is no longer shown")
    return Message(
        "Moved? It was at {before}, and the newer list has it at {now}; the old place is no longer shown",
        before=listing(before),
        now=listing(now),
    )


def _help_of(organization: str | None, name: str) -> tuple[str, str]:
    """Return what is the same of two services when one is the other at another place."""
    return organization or "", skeleton(name)


class Import:
    """One batch on its way into the tables, within a transaction."""

    def __init__(
        self, db: sqlite_utils.Database, batch: Batch, change: Change, *, number: int, area: StudyArea | None
    ) -> None:
        self.db = db
        self.area = area
        self.batch = batch
        self.change = change
        self.number = number
        self.writing = Writing(db, change, number=number, file=batch.file)
        self.kept: dict[str, str] = dict(db.conn.execute("SELECT id, kept FROM merged").fetchall())
        """Merged id -> the id that stands for it."""
        self.erased = {record for (record,) in db.conn.execute("SELECT record FROM history WHERE change = 'erased'")}
        query = "SELECT count(*) FROM batch WHERE source = ? AND number < ?"
        (self.lists_before,) = db.conn.execute(query, (batch.source.id, number)).fetchone()
        self.outside: dict[tuple[str, str], list[str]] = defaultdict(list)
        """(table, other table) -> ids to which rows of the first refer and that are not in the batch itself."""
        self.given: dict[str, dict[str, dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
        """Table -> kept id -> id under which the source gave it -> what it gave; only of records that were merged."""
        self.records = self._single()
        """What the batch says, once of each id."""
        self._ids: dict[str, set[str]] = {}

    def store(self, progress: Progress | None) -> None:
        """Put every record in its table, in an order in which parents come first."""
        stays = self._stays()
        self._store_rows(progress)
        self._take_out()
        for move in stays:
            self._bring_back(move)
        if not self.batch.partial:
            series, earlier = self.given_before()
            self._replace_parts(earlier)
            missing = [*self.missing(earlier)]
            self._note_missing(series, missing)
            self._leave_places([record.id for record in missing if record.now])

    def _store_rows(self, progress: Progress | None) -> None:
        done, of = 0, len(self.records)
        for table, kind in RECORDS.items():
            rows = self.records.rows(kind)
            there, left = holds_any(self.db, table), iter(rows)
            while chunk := sorted(islice(left, CHUNK), key=itemgetter(0)):  # near each other in the index of ids
                before = stored_rows(self.db, table, [row[0] for row in chunk]) if there else {}
                self._put(table, chunk, before)
                done += len(chunk)
                if progress is not None:
                    progress(done, of)

    def _put(self, table: str, given: Sequence[Values], before: Mapping[str, Row]) -> None:
        """Put some rows in their table, of which some may be there as they were ``before``."""
        names = [*columns(RECORDS[table])]
        new = [row for row in given if row[0] not in before] if before else given
        if table == ServiceCapacity.table:
            day, place = self._on.isoformat(), names.index("updated")
            new = [(*row[:place], row[place] or day, *row[place + 1 :]) for row in new]
        if new:
            self.writing.add(table, new)
            self._note_references(table, new)
        if not before:
            return
        rows = {row[0]: dict(zip(names, row, strict=True)) for row in given if row[0] in before}
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
        self._note_references(table, [*map(row_values(table), rows.values())])

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

    def _single(self) -> RecordTables:
        """Return what the batch says, once of each id: the later stands, under the strictest marking of all."""
        records = RecordTables((self.batch.source,))
        if self.erased or self.kept:
            records.extend(filter(None, map(self._followed, self.batch.records)))
        else:
            records.extend(self.batch.records)
        for kind in records.kinds:
            if RECORDS.get(kind.table) is not kind:
                raise InvalidRecord(f"{self.batch.file}: {kind.__name__} is no kind of record that is stored")
        records.once(_with_strictest)
        return records

    def _followed(self, record: Record) -> Record | None:
        """Return what a record says of what is still there, merged records as what they became.

        None of one that was erased or taken out, and of what is of such a one alone.
        """
        if record.id in self.erased:
            return None
        values, owners = record.__dict__.copy(), references(type(record))
        for name in ("id", *owners, *(column for column in ("link_id", "subject") if column in values)):
            values[name] = self.kept.get(values[name], values[name])
        if values["id"] in self._gone or values.get("link_id") in self._gone:
            return None
        lost = {name: None for name in owners if values[name] in self._gone}
        values |= lost
        if lost and not belongs(record.table, values):
            return None
        followed = record.restored(values)
        if record.table in CLAIMED and followed.id in self._merged:
            self.given[record.table][followed.id][record.id] = to_row(followed)
        return followed

    @cached_property
    def _merged(self) -> frozenset[str]:
        """The ids that stand for merged ones."""
        return frozenset(self.kept.values())

    @cached_property
    def _gone(self) -> frozenset[str]:
        """The ids of what was erased, and of what somebody took out and the batch does not bring as an edit."""
        parts = defaultdict[str, set[str]](set)
        for table, record in self.db.conn.execute("SELECT link_entity, kept FROM merged"):
            if table not in CLAIMED:
                parts[table].add(record)
        out = (ids - stored_ids(self.db, table, ids) for table, ids in parts.items())
        return frozenset(self.erased).union(*out) - self.batch.edited

    def ids(self, table: str) -> set[str]:
        """Return the ids of the records of a table that the batch speaks of."""
        if table not in self._ids:
            self._ids[table] = {*self.records.ids(RECORDS[table])} if table in RECORDS else set()
        return self._ids[table]

    def _note_references(self, table: str, rows: Sequence[Values]) -> None:
        """Note what the rows of a table refer to, as they stand in it."""
        names = [*columns(RECORDS[table])]
        for name, parent in references(RECORDS[table]).items():
            self._note_ids(table, parent, [*map(itemgetter(names.index(name)), rows)])
        if "link_id" in names:
            linked = [*map(itemgetter(names.index("link_entity"), names.index("link_id")), rows)]
            for entity in {entity for entity, _ in linked}:
                self._note_ids(table, entity, [record for own, record in linked if own == entity])

    def _note_ids(self, table: str, parent: str, ids: Collection[str | None]) -> None:
        mentioned = {record for record in ids if record is not None}
        if mentioned and (outside := mentioned.difference(self.ids(parent))):
            self.outside[table, parent] += [record for record in ids if record in outside]

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

        for check in self.records.of(Verification):
            note(check.link_entity, check.link_id, check.verified_on)
        for service in self.records.of(Service):
            note("service", service.id, service.assured_date)
            note("organization", service.organization_id, days.get(("service", service.id)))
        for at in self.records.of(ServiceAtLocation):
            note("location", at.location_id, days.get(("service", at.service_id or "")))
        return {record: day.isoformat() for record, day in days.items()}

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
                first = first_claim(self.db, table, known[record], origin)
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
                    fields=said(row),
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

    def given_before(self, sight: Sight | None = None) -> tuple[str, dict[str, set[str]]]:
        """Return of which series the list is, and what that gave before and it does not: table -> ids still here.

        With ``sight`` as one who sees no other records.
        """
        lists: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        query = (
            'SELECT DISTINCT b.series, h."table", h.record FROM history h JOIN batch b ON b.number = h.batch'
            " WHERE b.source = ? AND b.number < ? AND h.change = 'added'"
        )
        for name, table, record in self.db.conn.execute(query, (self.batch.source.id, self.number)):
            if table in (*PARTS, *MISSED) and (sight is None or sight(table, record)):
                lists[name][table].add(record)
        name = series(self.batch.file)
        if name not in lists:
            name = next((other for other, given in lists.items() if self._is_edition_of(given)), name)
        earlier = {table: ids.difference(self.records.ids(RECORDS[table])) for table, ids in lists[name].items()}
        return name, {table: stored_ids(self.db, table, ids) for table, ids in earlier.items() if ids}

    def _is_edition_of(self, given: Mapping[str, set[str]]) -> bool:
        """Tell whether the batch is a list that came before under another name: half of either stands in the other."""
        tables = [table for table in MISSED if table != "organization"]  # which many lists of a sender speak of
        before = sum(len(given.get(table, ())) for table in tables)
        now = sum(len(self.records.rows(RECORDS[table])) for table in tables)
        both = sum(len(given.get(table, set()) & self.ids(table)) for table in tables)
        return both > 0 and 2 * both >= min(before, now)

    def _take_out(self) -> None:
        """Remove the parts of records that the batch names for it; its sender's own list may bring its own again."""
        named: dict[str, list[str]] = {}
        for table, record in self.batch.removed:
            if table not in PARTS:
                raise InvalidRecord(f"{self.batch.file}: a {table} is no part of a record and cannot be taken out")
            named.setdefault(table, []).append(record)
        for table in named:
            origins = origins_of(self.db, table, named[table])
            for record in stored_ids(self.db, table, named[table]):
                if record not in origins or origins[record][0] != self.batch.source.id:
                    self.writing.settle(table, record)
        for table in reversed(RECORDS):
            if table in named:
                self.writing.take_out(table, named[table])

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
        return any(record in self.ids(parent or "") for parent, record in owners)

    def _leave_places(self, services: Collection[str]) -> None:
        """Take services from the places where they were, with what is said of them there."""
        ties = stored_ids(self.db, ServiceAtLocation.table, services, "service_id")
        for table, kind in RECORDS.items():
            if ServiceAtLocation.table in references(kind).values():
                self.writing.remove(table, stored_ids(self.db, table, ties, "service_at_location_id"))
        self.writing.remove(ServiceAtLocation.table, ties)

    def _stays(self) -> list[Move]:
        """Return what seems to have moved, of which the batch says that it did not."""
        two = [
            {decision.one, decision.other}
            for decision in self.records.of(Decision)
            if (decision.kind, decision.link_entity) == ("different", Service.table)
        ]
        return [move for move in moves(self.db) if {move.service, move.now} in two] if two else []

    def _bring_back(self, move: Move) -> None:
        """Bring a service back to the places that a list took it from, with what was said of it there."""
        own = _left(self.db, move.batch).get(move.service, ())
        ties = {row["id"]: whole_row(ServiceAtLocation.table, row) for row in own}
        there = stored_ids(self.db, Location.table, [row["location_id"] for row in ties.values()])
        ties = {tie: row for tie, row in ties.items() if row["location_id"] in there}
        self.writing.put(ServiceAtLocation.table, ties)
        query = (
            "SELECT record, before FROM history WHERE batch = ? AND \"table\" = ? AND change = 'removed'"
            " AND json_extract(before, '$.service_at_location_id') IN (SELECT value FROM json_each(?))"
        )
        for table, kind in RECORDS.items():
            if ServiceAtLocation.table in references(kind).values():
                rows = self.db.conn.execute(query, [move.batch, table, json.dumps([*ties])]).fetchall()
                self.writing.put(table, {record: whole_row(table, json.loads(before)) for record, before in rows})

    def _note_missing(self, series: str, missing: Sequence[Missing]) -> None:
        """Note what the list does not hold, since when, and what of it seems to have moved."""
        self.change.missing += missing
        query = (
            "SELECT record, since FROM missing WHERE batch = (SELECT max(number) FROM batch"
            " WHERE whole AND source = ? AND series = ? AND number NOT IN (SELECT value FROM json_each(?)))"
        )
        since = dict(self.db.conn.execute(query, [self.batch.source.id, series, _void(self.db)]).fetchall())
        self.db.conn.execute("UPDATE batch SET series = ?, whole = 1 WHERE number = ?", [series, self.number])
        rows = [(self.number, record.table, record.id, since.get(record.id, self.number)) for record in missing]
        self.db.conn.executemany('INSERT INTO missing (batch, "table", record, since) VALUES (?, ?, ?, ?)', rows)
        moves = ((self.number, record.id, now) for record in missing for now in record.now)
        self.db.conn.executemany("INSERT INTO moved (batch, record, now) VALUES (?, ?, ?)", moves)

    def missing(self, earlier: Mapping[str, set[str]], sight: Sight | None = None) -> Iterator[Missing]:
        """Yield the wholes that this list gave before, and that nothing in the batch speaks of."""
        for table in MISSED:
            if earlier.get(table) and len(self.records.rows(RECORDS[table])):
                rows = self._rows(table, earlier[table] - self._mentioned(table), sight)
                owners = {str(of) for row in rows.values() if (of := row.get("organization_id"))}
                names = {body: str(row["name"]) for body, row in self._rows("organization", owners, sight).items()}
                moves = self._moves(rows, earlier, sight) if table == Service.table else {}
                for record, row in rows.items():
                    of = names.get(row.get("organization_id") or "", "")
                    yield Missing(table, record, row.get("name") or "", of, *moves.get(record, (None, ())))

    def _moves(
        self, services: Mapping[str, Row], earlier: Mapping[str, set[str]], sight: Sight | None
    ) -> dict[str, tuple[Message, tuple[str, ...]]]:
        """Return of services that the list no longer holds from where to where they went, and what they are now.

        Of what an earlier list moved already, only that it did; nobody said yet whether that is so.
        """
        earlier_moves = {
            move.service: (whether_moved([], []), tuple[str, ...]())
            for move in moves(self.db)
            if move.now in self.ids(Service.table) and (sight is None or sight(Service.table, move.now))
        }
        return earlier_moves | self._newly_moved(services, earlier, sight)

    def _newly_moved(
        self, services: Mapping[str, Row], earlier: Mapping[str, set[str]], sight: Sight | None
    ) -> dict[str, tuple[Message, tuple[str, ...]]]:
        """Return of services that the list no longer holds from where to where they went, and what they are now.

        That is so where the list newly has the same help of the same organization, and only at other places. What
        another sender gives too did not move: they say otherwise. Nor did what is in another area now, unless half of
        the list stood in the one before: a sender may give each area a list of its own under one name.
        """
        now = self._newly_at({_help_of(row["organization_id"], row["name"]) for row in services.values()}, sight)
        if not now:
            return {}
        notes = self._rows("provenance", stored_ids(self.db, "provenance", services, "link_id"), sight)
        here = services.keys() - {row["link_id"] for row in notes.values() if row["source_id"] != self.batch.source.id}
        given = self._given_of(ServiceAtLocation, here, "service_id", earlier, sight)
        at = {row["location_id"] for row in given.values()} & earlier.get(Location.table, set())
        places = self._rows(Location.table, at, sight)
        addresses = self._given_of(Address, places, "location_id", earlier, sight)
        streets = {row["location_id"]: row for row in addresses.values()}
        known = len(self._added_before(self.ids(Service.table), sight))
        same_list = 2 * known >= min(known + len(services), len(self.ids(Service.table)))
        moved = {}
        for tie in given.values():
            service, place = services[tie["service_id"]], places.get(tie["location_id"])
            new = now.get(_help_of(service["organization_id"], service["name"]), ())
            if place is None or not new:
                continue
            old = PlacedAt.of(place, streets.get(place["id"]), self.area)
            near = [(at, other) for at, other in new if at.unit == old.unit]
            if (same_list or near) and all(old.is_apart_from(at) for at, _ in new):
                texts, others = zip(*(near or new), strict=True)
                text = sorted({at.text for at in texts})
                moved[service["id"]] = (whether_moved([old.text], text), tuple(sorted({*others})))
        return moved

    def _rows(self, table: str, ids: Collection[str], sight: Sight | None) -> dict[str, Row]:
        """Return the rows of some stored records, as they may be seen."""
        if sight is None:
            return stored_rows(self.db, table, sorted(ids))
        seen_records = ((record, sight(table, record)) for record in sorted(ids))
        return {record: to_row(seen_record) for record, seen_record in seen_records if seen_record is not None}

    def _given_of(
        self,
        kind: type[Record],
        owners: Collection[str],
        column: str,
        earlier: Mapping[str, set[str]],
        sight: Sight | None,
    ) -> dict[str, Row]:
        """Return the rows of a kind that are of some others, and that this list gave earlier."""
        ids = stored_ids(self.db, kind.table, owners, column)
        return self._rows(kind.table, ids & earlier.get(kind.table, set()), sight)

    def _newly_at(
        self, helps: Collection[tuple[str, str]], sight: Sight | None
    ) -> dict[tuple[str, str], list[tuple[PlacedAt, str]]]:
        """Return where the batch has help of some organizations in services that are new, and these."""
        services = {
            service: named
            for service, body, name in self.records.told(Service, "id", "organization_id", "name")
            if (named := _help_of(body, name)) in helps
        }
        for record in self._added_before(services, sight):
            del services[record]
        ties = self.records.told(ServiceAtLocation, "service_id", "location_id")
        at = [(service, place) for service, place in ties if service in services]
        wanted = {place for _, place in at}
        streets = {row.location_id: to_row(row) for row in self.records.of(Address) if row.location_id in wanted}
        places = {row.id: to_row(row) for row in self.records.of(Location) if row.id in wanted}
        newly = defaultdict[tuple[str, str], list[tuple[PlacedAt, str]]](list)
        for service, place in at:
            if place in places:
                newly[services[service]].append((PlacedAt.of(places[place], streets.get(place), self.area), service))
        return newly

    def _added_before(self, services: Collection[str], sight: Sight | None) -> set[str]:
        """Return those of some services that were there before the batch, as far as they may be seen."""
        query = (
            "SELECT record, batch FROM history WHERE change = 'added' AND batch < ?"
            " AND record IN (SELECT value FROM json_each(?))"
        )
        off = undone(self.db)
        rows = self.db.conn.execute(query, [self.number, json.dumps([*services])])
        added = {record for record, batch in rows if batch not in off}
        return added if sight is None else {record for record in added if sight(Service.table, record)}

    def _mentioned(self, table: str) -> set[str]:
        """Return the records of a table to which records of the batch refer."""
        ids: set[str] = set()
        for kind in self.records.kinds:
            for name, parent in references(kind).items():
                if parent == table:
                    ids.update(filter(None, self.records.told(kind, name)))
            if "link_id" in kind.model_fields:
                ids.update(
                    record for entity, record in self.records.told(kind, "link_entity", "link_id") if entity == table
                )
        return ids


def origins_of(db: sqlite_utils.Database, table: str, ids: list[str]) -> dict[str, tuple[str, int]]:
    """Return the source and the batch by which records last came to be what they are; a steward's act is none."""
    query = (
        'SELECT h.record, b.source, max(b.number) FROM history h JOIN batch b ON b.number = h.batch WHERE h."table" = ?'
        " AND h.record IN (SELECT value FROM json_each(?)) AND b.undoes IS NULL AND b.reason IS NULL"
        " AND b.number NOT IN (SELECT value FROM json_each(?)) GROUP BY h.record"
    )
    rows = db.conn.execute(query, [table, json.dumps(ids), json.dumps(list(undone(db)))])
    return {record: (source, number) for record, source, number in rows}


def first_claim(db: sqlite_utils.Database, table: str, row: Row, origin: tuple[str, int]) -> Row:
    """Return the claim of the one source that spoke of a record, of which the record stands as that said."""
    source, batch = origin
    day = verified_before(db, table, row["id"])
    return claim(table, row["id"], row["id"], source, fields=said(row), said_on=day, batch=batch)


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
    return " ".join(word for word in words if not _OF_AN_EDITION.fullmatch(word))


_OF_AN_EDITION = re.compile(
    "final|new|copy|v|ver|version|export|updated"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
    "|январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь"
)
"""Words by which the name of a file tells one edition of a list from another."""


def _with_strictest(kind: type[Record], row: Values, later: Values) -> Values:
    """Return the later of two rows under the strictest marking of both."""
    values = dict(zip(columns(kind), later, strict=True))
    _never_lower(dict(zip(columns(kind), row, strict=True)), values)
    return tuple(values.values())


def _never_lower(old: Mapping[str, Any], row: dict[str, Any]) -> None:
    """Keep the strictest marking of what was said before and what is said now."""
    if "audience" in row:
        row["audience"] = strictest(old["audience"], row["audience"])
    if old.get("do_not_list"):
        row["do_not_list"] = 1
    if "precision" in row:
        row["precision"] = least_precise(old["precision"], row["precision"])
