"""Writing rows into the private file, with a line of history for each change: what all that changes it goes through."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlite_utils

from mapping.directory.edits import ContactChange
from mapping.directory.rows import Row, as_json, insert, row_values, rows_where, stored_ids, stored_rows, upsert
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, show
from mapping.language.parsers import Money
from mapping.model import PARTS, RECORDS, WORDS, Source, references
from mapping.record_tables import Values
from mapping.safety.agreed import Showing

CHUNK = 10_000
"""Records that are compared with what is stored at a time."""


NOT_HELD = Message("No longer in the list, and kept until somebody decides")
"""What is said of a record that is missing."""

WHETHER_MOVED = Message("Moved? The newer list has it at another place")
"""What is asked of a service that seems to have moved."""

MOVED = Message("Moved to another place, as it seems:")
"""What is said of those that seem to have moved, before how many they are."""


COUNTED: tuple[tuple[str, Message], ...] = (
    ("organization", Message("{count} {count:organization|organizations}")),
    ("service", Message("{count} {count:service|services}")),
    ("location", Message("{count} {count:place|places}")),
    ("activity", Message("{count} {count:activity|activities}")),
    ("referral_agreement", Message("{count} {count:agreement|agreements}")),
    ("standard_assessment", Message("{count} {count:answer|answers}")),
    ("case_count", Message("{count} {count:figure|figures}")),
)
"""Tables that a list is about, and how many of their records are told."""


@dataclass(frozen=True)
class Missing:
    """A record that a source gave before and that its new file does not hold."""

    table: str
    id: str
    name: str
    of: str = ""
    """Name of the organization that it is of."""
    moved: bool = False
    """Whether the list newly has its name and organization, so that it seems to have moved."""

    def __str__(self) -> str:
        """Say what it is in one line; of what has no name nothing is told."""
        return f"{self.table} {': '.join(filter(None, (self.of, self.name)))}"

    def into(self, language: str) -> str:
        """Say in a language that it is missing."""
        return f"{(WHETHER_MOVED if self.moved else NOT_HELD).into(language)}: {self}"


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
    entries: Counter[str] = field(default_factory=Counter)
    """Entries that were there and that a list changed, or a part of them: as a person counts."""
    edits: list[ContactChange] = field(default_factory=list)
    """Each number, address, status and the like that a list changed."""
    emptied: list[ContactChange] = field(default_factory=list)
    """What a list leaves empty and what stays as it was."""
    shows: Counter[str] = field(default_factory=Counter)
    """Records of which it newly shows something; it waits for a second person unless one agreed already."""
    showings: list[Showing] = field(default_factory=list)
    """What it newly shows, and to whom; of a batch only how much it is, since that would fill the memory."""
    proposal: str = ""
    """Id of the proposal that the act became, where it is done as a whole or not at all and waits."""

    def __str__(self) -> str:
        """Say it in one line; who sent the list is nothing that it gave."""
        counters = {"new": self.added, "changed": self.changed, "as before": self.unchanged, "removed": self.removed}
        if self.entries:
            before = self.changed + self.unchanged
            counters = {"new": self.added, "changed": self.entries, "as before": before - self.entries}
        about = {table for table, _ in COUNTED}
        if any({*counter} & about for counter in counters.values()):  # what belongs to them a person counts with them
            counters = {word: Counter({t: n for t, n in c.items() if t in about}) for word, c in counters.items()}
        counters["missing"] = Counter(record.table for record in self.missing)
        texts = (f"{kinds} {word}" for word, counter in counters.items() if (kinds := _kinds(counter)))
        return "; ".join(texts) or "nothing new, nothing changed"


def _kinds(counter: Counter[str]) -> str:
    counts = [(counter[table], words) for table, words in COUNTED]
    texts = [show(words.filled_with({"count": count}), "en") for count, words in counts if count]
    rest = counter.total() - counter[Source.table] - sum(count for count, _ in counts)
    return ", ".join([*texts, *([f"{rest} part{'s' if rest > 1 else ''}"] if rest else [])])


Changed = tuple[str, Row | None, Row | None]
"""Record, before, after; None where it was or is not there."""


def belongs(table: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a record is of another, whichever that is; one that never is of another belongs to itself."""
    owners = [name for name, parent in references(RECORDS[table]).items() if parent not in WORDS]
    return not owners or any(row[name] for name in owners) or bool(row.get("link_id"))


class Writing:
    """The changes of one batch, within a transaction."""

    def __init__(
        self, db: sqlite_utils.Database, change: Change, *, number: int, file: str, money: Money | None = None
    ) -> None:
        self.db = db
        self.money = money
        """That in which prices are told."""
        self.change = change
        self.number = number
        self.file = file
        self.ends_consents = True
        """Whether a marking that changes ends the agreements that lowered it."""

    def put(self, table: str, rows: Mapping[str, Row]) -> None:
        """Store rows by their ids, new ones and others."""
        ids = sorted(rows)
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            before = stored_rows(self.db, table, chunk)
            if new := [rows[record] for record in chunk if record not in before]:
                self.add(table, map(row_values(table), new))
            self.change_rows(table, before, {record: rows[record] for record in chunk if record in before})

    def add(self, table: str, rows: Iterable[Values]) -> None:
        """Store rows whose ids are new, in the order in which they come."""
        last = f'SELECT coalesce(max(rowid), 0) FROM "{table}"'
        (before,) = self.db.conn.execute(last).fetchone()
        self._insert(table, rows)
        added = self.db.conn.execute(  # within SQLite: each line would take as long from here as the row itself
            'INSERT INTO history (batch, "table", record, change)'
            f" SELECT ?, ?, id, 'added' FROM \"{table}\" WHERE rowid > ? ORDER BY rowid",
            (self.number, table, before),
        ).rowcount
        if table in RECORDS and added:
            self.change.added[table] += added

    def change_rows(
        self,
        table: str,
        before: Mapping[str, Row],
        rows: Mapping[str, Row],
        *,
        mend: Callable[[Row, Row], Any] | None = None,
    ) -> None:
        """Bring rows up to date; ``mend`` is given each as it was ``before``, and the new one, to change it."""
        change = self.change if table in RECORDS else Change()  # of what the directory only notes nobody keeps count
        changed: list[Changed] = []
        for record, row in rows.items():
            old = before[record]
            if mend is not None:
                mend(old, row)
            if row == old:
                change.unchanged[table] += 1
                continue
            change.changed[table] += 1
            changed.append((record, old, row))
        self._insert(table, (row for _, _, row in changed if row is not None), upsert)
        self.log(table, changed)
        self._end_consents(changed)

    def remove(self, table: str, ids: Iterable[str]) -> int:
        """Remove rows; tell how many were there."""
        rows = stored_rows(self.db, table, sorted(ids))
        self.db.conn.executemany(f'DELETE FROM "{table}" WHERE id = ?', ((record,) for record in sorted(rows)))
        self.log(table, [(record, row, None) for record, row in sorted(rows.items())])
        if rows and table in RECORDS:
            self.change.removed[table] += len(rows)
        return len(rows)

    def take_out(self, table: str, ids: Collection[str]) -> None:
        """Remove parts of records with what is a part of them alone; what is of another record too only leaves them."""
        for child in sorted(PARTS):
            kind = RECORDS[child]
            for column in (column for column, parent in references(kind).items() if parent == table):
                rows = rows_where(self.db, child, f'"{column}" IN (SELECT value FROM json_each(?))', json.dumps([*ids]))
                left = {record: row | {column: None} for record, row in rows.items()}
                apart = [record for record, row in left.items() if not belongs(child, row)]
                self.put(child, {record: row for record, row in left.items() if record not in apart})
                if apart:
                    self.take_out(child, apart)
            if "link_id" in kind.model_fields and (linked := stored_ids(self.db, child, ids, "link_id")):
                self.take_out(child, linked)
        self.remove(table, ids)

    def settle(self, table: str, record: str, *, survivor: str | None = None) -> None:
        """Let imports leave a record as it stands, be it there or taken out, or take it for another."""
        (on,) = self.db.conn.execute('SELECT "on" FROM batch WHERE number = ?', [self.number]).fetchone()
        self.put("merged", {record: {"id": record, "link_entity": table, "kept": survivor or record, "on": on}})

    def _insert(self, table: str, rows: Iterable[Any], way: Callable[..., None] = insert) -> None:
        try:
            way(self.db, table, rows)
        except sqlite3.IntegrityError as error:
            raise InvalidRecord(f"{self.file}: {table}: {error}; nothing was stored") from error

    def log(self, table: str, changes: Iterable[Changed]) -> None:
        """Write changes into the history: what was before; what is after stands in the next line or in the table."""
        self.db.conn.executemany(
            'INSERT INTO history (batch, "table", record, change, before) VALUES (?, ?, ?, ?, ?)',
            (
                (
                    self.number,
                    table,
                    record,
                    "added" if before is None else "removed" if after is None else "changed",
                    as_json(before),
                )
                for record, before, after in changes
            ),
        )

    def _end_consents(self, changed: Iterable[Changed]) -> None:
        """End the agreement that lowered a record when a source now asks for more secrecy than before."""
        raised = [
            record
            for record, before, after in changed
            if before is not None
            and after is not None
            and any(before.get(name) != after.get(name) for name in ("audience", "precision"))
        ]
        if raised and self.ends_consents:
            self.end_consents(raised)

    def end_consents(self, ids: Sequence[str]) -> None:
        """End the agreements by which records were lowered."""
        condition = (
            "kind IN ('audience', 'precision') AND subject IN (SELECT value FROM json_each(?))"
            " AND coalesce(consent_until, '') > ''"
        )
        before = rows_where(self.db, "approval", condition, json.dumps(list(ids)))
        self.db.conn.executemany("UPDATE approval SET consent_until = NULL WHERE id = ?", [(own,) for own in before])
        self.log("approval", ((own, row, row | {"consent_until": None}) for own, row in before.items()))
        if before:
            self.change.changed["approval"] += len(before)
