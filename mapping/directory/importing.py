"""Bringing a batch into the private file: what is new, what changed, what is gone, and whose word counts."""

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import sqlite_utils

from mapping.batch import Batch, Progress
from mapping.directory.conflicts import CLAIMED, claim, claims_of, ranks, said, said_anew, settled
from mapping.directory.edits import Edits, kept_where_empty, owner_names
from mapping.directory.rows import Row, holds_any, row_values, stored_ids, stored_rows, to_row
from mapping.directory.undo import undone
from mapping.directory.writing import CHUNK, Change, Missing, Writing, belongs
from mapping.errors import InvalidRecord
from mapping.language.fold import skeleton
from mapping.model import (
    ENTRIES,
    PARTS,
    RECORDS,
    WHOLES,
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
    progress: Progress | None,
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


def missing(db: sqlite_utils.Database, batch: Batch, *, sight: Sight) -> list[Missing]:
    """Return what a sender gave before and a list that is not stored does not hold, from what may be seen alone."""
    (newest,) = db.conn.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    import_ = Import(db, batch, Change(), number=newest + 1)
    if batch.partial or not import_.lists_before:
        return []
    _, earlier = import_.given_before(sight)
    asked = {move.service for move in moves(db) if sight(Service.table, move.now)}
    return [replace(record, moved=record.moved or record.id in asked) for record in import_.missing(earlier, sight)]


class Move(NamedTuple):
    """A service that a list no longer holds, and another of its organization and name that the list newly holds."""

    service: str
    now: str
    batch: int
    """The newest list of the sender."""


def still_missing(db: sqlite_utils.Database) -> list[tuple[str, str]]:
    """Return what the newest list of a sender does not hold and nobody saw to: table and id; `moves` is apart."""
    asked = {move.service for move, _ in _moves(db)}
    return [(table, record) for table, record, _, _ in _not_seen_to(db) if record not in asked]


def moves(db: sqlite_utils.Database) -> list[Move]:
    """Return what seems to have moved and nobody saw to, nor said whether it did."""
    return [move for move, answered in _moves(db) if not answered]


def _moves(db: sqlite_utils.Database) -> list[tuple[Move, bool]]:
    rows = [row for row in _not_seen_to(db) if row[0] == Service.table]
    query = """SELECT old.name, s.id, s.name, EXISTS (
        SELECT 1 FROM decision d WHERE d.kind = 'different' AND d.link_entity = 'service'
        AND (d.one, d.other) IN (VALUES (old.id, s.id), (s.id, old.id))
        ) FROM service old JOIN service s ON s.organization_id = old.organization_id AND s.id <> old.id
        WHERE old.id = ? AND EXISTS (SELECT 1 FROM history h JOIN batch b ON b.number = h.batch
        WHERE h.record = s.id AND h.change = 'added' AND h.batch >= ?
        AND b.source = (SELECT source FROM batch WHERE number = ?)) ORDER BY s.id"""
    return [
        (Move(record, now, batch), bool(answered))
        for _, record, batch, since in rows
        for name, now, new_name, answered in db.conn.execute(query, [record, since, batch])
        if skeleton(name) == skeleton(new_name)
    ]


def _not_seen_to(db: sqlite_utils.Database) -> list[tuple[str, str, int, int]]:
    """Return what the newest list of a sender does not hold and nobody changed or checked since it was first missed.

    Table, id, the list, and the list that missed it first. What was undone counts for nothing.
    """
    query = """WITH void(number) AS (SELECT value FROM json_each(?)),
        newest(number) AS (SELECT max(number) FROM batch WHERE whole AND number NOT IN void GROUP BY source, series)
        SELECT m."table", m.record, m.batch, m.since FROM missing m JOIN newest ON newest.number = m.batch
        WHERE NOT EXISTS (
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
        query = "SELECT count(*) FROM batch WHERE source = ? AND number < ?"
        (self.lists_before,) = db.conn.execute(query, (batch.source.id, number)).fetchone()
        self.outside: dict[tuple[str, str], list[str]] = defaultdict(list)
        """(table, other table) -> ids to which rows of the first refer and that are not in the batch itself."""
        self.given: dict[str, dict[str, dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
        """Table -> kept id -> id under which the source gave it -> what it gave; only of records that were merged."""
        self.records = self._single()
        """What the batch says, once of each id."""
        self._ids: dict[str, set[str]] = {}
        self._emptied: list[tuple[str, Row, Sequence[str]]] = []
        """What the batch leaves empty and what stays: table, row, the fields in question."""

    def store(self, progress: Progress | None) -> None:
        """Put every record in its table, in an order in which parents come first."""
        self._store_rows(progress)
        self._take_out()
        if not self.batch.partial:
            series, earlier = self.given_before()
            self._replace_parts(earlier)
            self._note_missing(series, [*self.missing(earlier)])
        self._tell()

    def _tell(self) -> None:
        if any(self.change.changed[table] + self.change.unchanged[table] for table in ENTRIES):
            edits = Edits(self.db, self.number)
            self.change.entries = edits.entries()
            self.change.edits, self.change.emptied = edits.named(), edits.emptied(self._emptied)

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
            keeps = self.batch.keeps_emptied and table in (*ENTRIES, *PARTS) and row["id"] not in self.batch.edited
            if keeps and (kept := kept_where_empty(row, old)):
                self._emptied.append((table, old, kept))
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
                if before is not None and self.batch.keeps_emptied:
                    kept_where_empty(told := dict(row), json.loads(before["fields"]))
                    claim_row["fields"] = json.dumps(said(told), ensure_ascii=False, sort_keys=True)
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
        """Remove parts of the batch's records that this list gave before and gives no more.

        Where cells that it leaves empty say nothing, only those in whose place it gives others.
        """
        for table in reversed(RECORDS):
            if table in PARTS and earlier.get(table):
                rows = stored_rows(self.db, table, sorted(earlier[table]))
                left = {record: row for record, row in rows.items() if self._is_part_of_batch(table, row)}
                if self.batch.keeps_emptied:
                    names = owner_names(table)
                    filled = {*self.records.told(RECORDS[table], *names)}
                    for record in [own for own, row in left.items() if itemgetter(*names)(row) not in filled]:
                        self._emptied.append((table, left.pop(record), ()))
                self.writing.remove(table, left)

    def _is_part_of_batch(self, table: str, row: Mapping[str, Any]) -> bool:
        owners: list[tuple[Any, Any]] = [
            (parent, row[name]) for name, parent in references(RECORDS[table]).items() if parent in MISSED
        ]
        owners.append((row.get("link_entity"), row.get("link_id")))
        return any(record in self.ids(parent or "") for parent, record in owners)

    def _note_missing(self, series: str, missing: Sequence[Missing]) -> None:
        query = (
            "SELECT record, since FROM missing WHERE batch = (SELECT max(number) FROM batch"
            " WHERE whole AND source = ? AND series = ? AND number NOT IN (SELECT value FROM json_each(?)))"
        )
        since = dict(self.db.conn.execute(query, [self.batch.source.id, series, _void(self.db)]).fetchall())
        self.db.conn.execute("UPDATE batch SET series = ?, whole = 1 WHERE number = ?", [series, self.number])
        rows = [(self.number, record.table, record.id, since.get(record.id, self.number)) for record in missing]
        self.db.conn.executemany('INSERT INTO missing (batch, "table", record, since) VALUES (?, ?, ?, ?)', rows)
        moved = {move.service for move in moves(self.db)}
        self.change.missing += [replace(record, moved=record.id in moved) for record in missing]

    def missing(self, earlier: Mapping[str, set[str]], sight: Sight | None = None) -> Iterator[Missing]:
        """Yield the wholes that this list gave before, and that nothing in the batch speaks of.

        With ``sight``, a service has moved where the list gives another of its name and organization, not seen yet.
        """
        services = self.records.told(Service, "id", "organization_id", "name") if sight else ()
        new = {(of or "", skeleton(name)) for id_, of, name in services if sight and not sight(Service.table, id_)}
        for table in MISSED:
            if earlier.get(table) and len(self.records.rows(RECORDS[table])):
                rows = self._rows(table, earlier[table] - self._mentioned(table), sight)
                owners = {str(of) for row in rows.values() if (of := row.get("organization_id"))}
                names = {body: str(row["name"]) for body, row in self._rows("organization", owners, sight).items()}
                for record, row in rows.items():
                    of = row.get("organization_id") or ""
                    moved = table == Service.table and (of, skeleton(row["name"])) in new
                    yield Missing(table, record, row.get("name") or "", names.get(of, ""), moved)

    def _rows(self, table: str, ids: Collection[str], sight: Sight | None) -> dict[str, Row]:
        if sight is None:
            return stored_rows(self.db, table, sorted(ids))
        seen_records = ((record, sight(table, record)) for record in sorted(ids))
        return {record: to_row(seen_record) for record, seen_record in seen_records if seen_record is not None}

    def _mentioned(self, table: str) -> set[str]:
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
