"""Bringing a batch into the private file: what is new, what changed, what is gone, and a line of history for each."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from mapping.batch import Batch
from mapping.errors import InvalidRecord
from mapping.model import RECORDS, Record, least_precise, references, strictest
from mapping.store_rows import as_json, stored_rows, to_row, upsert

CHUNK = 10_000
"""Records that are compared with what is stored at a time."""


@dataclass(frozen=True)
class Missing:
    """A record that a source gave before and that its new file does not hold."""

    table: str
    id: str
    name: str


@dataclass
class Change:
    """What adding a batch did, or would do: table -> number of records.

    ``removed`` are parts of records (a phone, opening hours) that the source gave before and gives no more; they go
    with the record's new state. ``missing`` are whole records that its new file does not hold: they stay, and a
    person decides.
    """

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    missing: list[Missing] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in one line."""
        counts = [("new", self.added.total()), ("changed", self.changed.total()), ("as before", self.unchanged.total())]
        counts += [(word, n) for word, n in (("removed", self.removed.total()), ("missing", len(self.missing))) if n]
        return ", ".join(f"{count} {word}" for word, count in counts)


PARTS = frozenset(
    {
        "service_at_location", "address", "contact", "phone", "schedule", "language", "service_area", "funding",
        "cost_option", "required_document", "accessibility", "url", "service_capacity", "attribute", "translation",
        "organization_identifier",
    }
)  # fmt: skip
"""Tables whose records are parts of another record and are replaced with it."""

WHOLES = ("organization", "service", "location", "activity", "referral_agreement")
"""Tables whose records are missed when a source no longer gives them."""


class Import:
    """One batch on its way into the tables, within a transaction."""

    def __init__(self, db: sqlite_utils.Database, batch: Batch, change: Change, *, number: int) -> None:
        self.db = db
        self.batch = batch
        self.change = change
        self.number = number
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        for record in (batch.source, *batch.records):
            self._take(record)

    def store(self) -> None:
        """Put every record in its table, in an order in which parents come first."""
        for table in RECORDS:
            if table in self.rows:
                self._put(table, self.rows[table])
        self._take_out()
        if not self.batch.partial:
            earlier = self._given_before()
            self._replace_parts(earlier)
            self._note_missing(earlier)

    def require_references(self) -> None:
        """Refuse the batch when one of its records refers to a record that does not exist."""
        broken = []
        for table in self.rows:
            for _, _, parent, _ in self.db.execute(f'PRAGMA foreign_key_check("{table}")').fetchall():
                broken.append(f"{table} -> {parent}")
            broken += [f"{table} -> {parent}" for parent in self._broken_links(table)]
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
        rows = self.rows.setdefault(record.table, {})
        row = to_row(record)
        if record.id in rows:
            _never_lower(rows[record.id], row)
        rows[record.id] = row

    def _put(self, table: str, rows: Mapping[str, dict[str, Any]]) -> None:
        ids = list(rows)
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            before = stored_rows(self.db, table, chunk)
            changed = []
            for record in chunk:
                row, old = rows[record], before.get(record)
                if old is not None:
                    _never_lower(old, row)
                if row == old:
                    self.change.unchanged[table] += 1
                    continue
                (self.change.added if old is None else self.change.changed)[table] += 1
                changed.append((record, old, row))
            try:
                upsert(self.db, table, (row for _, _, row in changed))
            except sqlite3.IntegrityError as error:
                raise InvalidRecord(f"{self.batch.file}: {table}: {error}; nothing was stored") from error
            self._log(table, changed)
            self._end_consents(changed)

    def _log(
        self, table: str, changes: Iterable[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]
    ) -> None:
        """Write changes into the history: (record, before, after), None where it was not there."""
        self.db.conn.executemany(
            'INSERT INTO history (batch, "table", record, change, before, after) VALUES (?, ?, ?, ?, ?, ?)',
            (
                (
                    self.number, table, record,
                    "added" if before is None else "removed" if after is None else "changed",
                    as_json(before), as_json(after),
                )
                for record, before, after in changes
            ),
        )  # fmt: skip

    def _end_consents(self, changed: Iterable[tuple[str, Mapping[str, Any] | None, Mapping[str, Any]]]) -> None:
        """End the agreement that lowered a record when a source now asks for more secrecy than before."""
        raised = [
            record
            for record, before, after in changed
            if before is not None and any(before.get(name) != after.get(name) for name in ("audience", "precision"))
        ]
        if not raised:
            return
        query = (
            "SELECT id FROM approval WHERE kind IN ('audience', 'precision') AND subject IN"
            " (SELECT value FROM json_each(?)) AND coalesce(consent_until, '') > ''"
        )
        ids = [record for (record,) in self.db.conn.execute(query, [json.dumps(raised)])]
        before = stored_rows(self.db, "approval", ids)
        after = {record: row | {"consent_until": None} for record, row in before.items()}
        self.db.conn.executemany("UPDATE approval SET consent_until = NULL WHERE id = ?", ((one,) for one in ids))
        self._log("approval", ((one, before[one], after[one]) for one in ids))
        self.change.changed["approval"] += len(ids)

    def _given_before(self) -> dict[str, set[str]]:
        """Return what this list gave before and no longer gives: table -> ids of records that are still here."""
        earlier: dict[str, set[str]] = {}
        query = (
            'SELECT DISTINCT h."table", h.record FROM history h JOIN batch b ON b.number = h.batch'
            " WHERE b.source = ? AND b.series = ? AND b.number < ? AND h.change = 'added'"
        )
        values = (self.batch.source.id, series(self.batch.file), self.number)
        for table, record in self.db.conn.execute(query, values):
            if table in (*PARTS, *WHOLES) and record not in self.rows.get(table, ()):
                earlier.setdefault(table, set()).add(record)
        return {table: set(stored_rows(self.db, table, sorted(ids))) for table, ids in earlier.items()}

    def _take_out(self) -> None:
        """Remove the parts of records that the batch names for it."""
        named: dict[str, list[str]] = {}
        for table, record in self.batch.removed:
            if table not in PARTS:
                raise InvalidRecord(f"{self.batch.file}: a {table} is no part of a record and cannot be taken out")
            named.setdefault(table, []).append(record)
        for table in reversed(RECORDS):
            rows = stored_rows(self.db, table, sorted(named.get(table, ())))
            self.db.conn.executemany(f'DELETE FROM "{table}" WHERE id = ?', ((record,) for record in rows))
            self._log(table, ((record, row, None) for record, row in rows.items()))
            if rows:
                self.change.removed[table] += len(rows)

    def _replace_parts(self, earlier: Mapping[str, set[str]]) -> None:
        """Remove parts of the batch's records that this list gave before and gives no more."""
        for table in reversed(RECORDS):
            if table not in PARTS or not earlier.get(table):
                continue
            rows = stored_rows(self.db, table, sorted(earlier[table]))
            gone = [(record, row, None) for record, row in sorted(rows.items()) if self._is_part_of_batch(table, row)]
            self.db.conn.executemany(f'DELETE FROM "{table}" WHERE id = ?', ((record,) for record, _, _ in gone))
            self._log(table, gone)
            if gone:
                self.change.removed[table] += len(gone)

    def _is_part_of_batch(self, table: str, row: Mapping[str, Any]) -> bool:
        owners: list[tuple[Any, Any]] = [
            (parent, row[name]) for name, parent in references(RECORDS[table]).items() if parent in WHOLES
        ]
        owners.append((row.get("link_entity"), row.get("link_id")))
        return any(record in self.rows.get(parent or "", ()) for parent, record in owners)

    def _note_missing(self, earlier: Mapping[str, set[str]]) -> None:
        """Note the wholes that this list gave before, and that nothing in the batch speaks of."""
        for table in WHOLES:
            if table in self.rows and earlier.get(table):
                gone = earlier[table] - self._mentioned()
                rows = stored_rows(self.db, table, sorted(gone))
                self.change.missing += [Missing(table, record, row.get("name") or "") for record, row in rows.items()]

    def _mentioned(self) -> set[str]:
        """Return the ids that records of the batch refer to."""
        return {
            row[name]
            for table, rows in self.rows.items()
            for name in (*references(RECORDS[table]), *(c for c in ("link_id",) if c in RECORDS[table].model_fields))
            for row in rows.values()
            if row[name] is not None
        }

    def _broken_links(self, table: str) -> list[str]:
        """Return the tables in which linked records of the batch are not to be found, once a broken link."""
        wanted: dict[str, set[str]] = {}
        for row in self.rows[table].values():
            if row.get("link_id") is not None:
                wanted.setdefault(row["link_entity"], set()).add(row["link_id"])
        broken = []
        for entity, ids in wanted.items():
            known = stored_rows(self.db, entity, sorted(ids)) if entity in RECORDS else {}
            broken += [entity] * len(ids - set(known))
        return broken


def series(file: str) -> str:
    """Return what the editions of one list have in common: the name of the file without numbers and months.

    >>> series("NGO list 2026-11 (final).xlsx") == series("ngo_list_2026-10.csv")
    True
    """
    words = re.findall(r"[^\W\d_]+", Path(file).stem.casefold())
    return " ".join(word for word in words if word not in _EDITION_WORDS)


_EDITION_WORDS = frozenset(
    {
        "final", "new", "copy", "v", "ver", "version", "export", "updated", "january", "february", "march", "april",
        "may", "june", "july", "august", "september", "october", "november", "december", "январь", "февраль", "март",
        "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
    }
)  # fmt: skip


def _never_lower(old: Mapping[str, Any], row: dict[str, Any]) -> None:
    """Keep the strictest marking of what was said before and what is said now."""
    if "audience" in row:
        row["audience"] = strictest(old["audience"], row["audience"])
    if "precision" in row:
        row["precision"] = least_precise(old["precision"], row["precision"])
