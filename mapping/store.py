"""Directory: the private SQLite file. Batches go in whole or not at all; ``view`` is the only way out."""

import datetime as dt
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self, get_args

import sqlite_utils
from sqlite_utils.migrations import Migrations

from mapping import model
from mapping.area import StudyArea
from mapping.area_settings import Thresholds
from mapping.batch import Batch
from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.model import NAMESPACE, RECORDS, Audience, Record, columns, least_precise, record_id, references, strictest
from mapping.safety import PUBLISHED, Rules, TypeRule, project, rename
from mapping.scan import doubtful_neighbours, refuse_hidden_facts
from mapping.taxonomy import Taxonomy, Term
from mapping.view import View
from mapping.view_file import Context, write_view

log = logging.getLogger(__name__)
migrations = Migrations("rohnamo")

APPLICATION_ID = 0x526F686E
"""Stands in the header of a directory: "Rohn"."""

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "busy_timeout": 5000,
}
"""What each connection to the private file must run under; checked every time it is opened."""

CHUNK = 10_000
"""Records that are compared with what is stored at a time."""


@migrations()
def create_tables(db: sqlite_utils.Database) -> None:
    """Make a table for each kind of record, one for batches, and the history of every change."""
    for name, kind in RECORDS.items():
        db.table(name).create(
            {column: {"TEXT": str, "INTEGER": int, "REAL": float}[type_] for column, type_ in columns(kind).items()},
            pk="id",
            foreign_keys=[(column, parent, "id") for column, parent in references(kind).items()],
            not_null={"id"},
            strict=True,
        )
        for column in (*references(kind), *(c for c in ("link_id",) if c in kind.model_fields)):
            db.table(name).create_index([column])
    batch = {"number": int, "source": str, "file": str, "series": str, "by": str, "on": str, "rows": int}
    db.table("batch").create(batch, pk="number", not_null=set(batch), strict=True)
    history = {
        "number": int, "batch": int, "table": str, "record": str, "change": str, "before": str, "after": str,
    }  # fmt: skip
    db.table("history").create(
        history, pk="number", not_null={"batch", "table", "record", "change"},
        foreign_keys=[("batch", "batch", "number")], strict=True,
    )  # fmt: skip
    db.table("history").create_index(["record"])
    db.table("history").create_index(["batch"])


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


class Directory:
    """The private directory of a study area, in one SQLite file.

    Parameters
    ----------
    path
        The file; it is created with its tables when it is not there, readable by its owner only.
    area
        The study area it belongs to: it decides which unit an area-only place is shown under, and after how many
        months an entry must be verified again. Without one, area-only places are listed without a unit.

    Raises
    ------
    MappingError
        The file is no directory, or cannot be opened or created.

    Examples
    --------
    >>> directory = Directory(getfixture("tmp_path") / "directory.db")
    >>> directory.count("service")
    0
    """

    def __init__(self, path: str | Path, area: StudyArea | None = None) -> None:
        self.path = Path(path)
        self.area = area
        with self._said_clearly("cannot be opened as a directory"):
            self._create_private()
            self.db = sqlite_utils.Database(sqlite3.connect(self.path, isolation_level=None))
            try:
                self._require_directory()
                self._set_pragmas()
                migrations.apply(self.db)
                self._seed()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self.db.conn.close()

    def __enter__(self) -> Self:
        """Use the directory in a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it at the end of the block."""
        self.close()

    def add(self, batch: Batch, *, by: str = "import", on: dt.date, dry_run: bool = False) -> Change:
        """Store a batch, whole or not at all; known records are brought up to date by their id.

        An audience may be raised by a batch, never lowered, and so may the precision of a place: the strictest that
        any source said stays, and a blank counts as the strictest. Every change is kept in the history, with ``by``
        and ``on``. With ``dry_run`` nothing is stored.

        Raises
        ------
        InvalidRecord
            When a record refers to one that is neither here nor in the batch, or does not fit its table.
        MappingError
            When the file cannot be written: the disk is full, or another process is writing.
        The directory is as it was in each case.
        """
        change = Change()
        with self._said_clearly(f"could not store {batch.file}"), self._transaction(keep=not dry_run):
            import_ = _Import(self.db, batch, change, number=self._begin_batch(batch, by=by, on=on))
            import_.store()
            import_.require_references()
        return change

    def count(self, table: str) -> int:
        """Return how many records a table has."""
        return int(self.db.table(self._known(table)).count)

    def records(self, table: str) -> list[Record]:
        """Return the records of a table, in the order of their ids."""
        kind = RECORDS[self._known(table)]
        read = _reader(kind)
        cursor = self.db.conn.execute(f'SELECT {_named(kind)} FROM "{table}" ORDER BY id')
        return [read(row) for row in cursor]

    def record(self, table: str, record_id: str) -> Record:
        """Return one record.

        Raises
        ------
        NotFound
            When there is none.
        """
        kind = RECORDS[self._known(table)]
        row = self.db.conn.execute(f'SELECT {_named(kind)} FROM "{table}" WHERE id = ?', [record_id]).fetchone()
        if row is None:
            raise NotFound(f"{table} {record_id}: there is no such record; it may have been merged or removed")
        return _reader(kind)(row)

    def history(self, record_id: str) -> list[dict[str, Any]]:
        """Return the changes of a record, oldest first: who, when, in which file, before and after."""
        rows = self.db.query(
            'SELECT h.number, h."table", h.record, h.change, h.before, h.after, b."by", b."on", b.file, h.batch'
            " FROM history h JOIN batch b ON b.number = h.batch WHERE h.record = ? ORDER BY h.number",
            [record_id],
        )
        sides = ("before", "after")
        return [row | {side: json.loads(row[side]) if row[side] else None for side in sides} for row in rows]

    @property
    def key(self) -> bytes:
        """The secret from which published ids are made; it lies beside the file and never leaves it.

        Raises
        ------
        InvalidRecord
            The file is not what it was made as: 64 hexadecimal digits.
        """
        path = self.path.with_suffix(".key")
        with self._said_clearly(f"{path.name} cannot be read or written"):
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                path.chmod(0o600)
            else:
                with os.fdopen(descriptor, "w") as file:
                    file.write(secrets.token_hex(32))
            text = path.read_text(encoding="ascii", errors="replace").strip()
        if not re.fullmatch("[0-9a-f]{64}", text):
            raise InvalidRecord(
                f"{path}: does not hold 64 hexadecimal digits; put back the key that was made with the directory,"
                " or every published id changes"
            )
        return bytes.fromhex(text)

    def view(
        self,
        audience: Audience,
        path: str | Path,
        *,
        edition: dt.date,
        warn: Callable[[str], None] | None = None,
    ) -> View:
        """Write what an audience may see into a new SQLite file, and open it.

        ``warn`` is told, for the steward alone, what is no secret by its marking and could yet give one away.

        Raises
        ------
        UnsafePublication
            For an audience without a view, and where a text to be published names something hidden.
        """
        tables = {table: self.records(table) for table in RECORDS}
        shown = project(tables, audience, self.rules(edition))
        refuse_hidden_facts(tables, shown, common=self._common_names())
        if warn is not None:
            for warning in doubtful_neighbours(tables, shown):
                warn(warning)
        key = self.key
        published = rename(shown, lambda private: public_id(key, private))
        context = Context(audience=audience, edition=edition, area=self.area)
        write_view(published, path, fields=PUBLISHED, context=context)
        return View(path)

    def rules(self, today: dt.date) -> Rules:
        """Return what the projection must know besides the records."""
        return rules(today, self.area)

    def _common_names(self) -> list[str]:
        """Return names that everybody knows: of administrative units and places."""
        if self.area is None:
            return []
        units = self.area.all_units().values()
        names = [name for unit in units for name in (*unit.names.values(), *unit.other_names)]
        return names + [name for spelt in self.area.gazetteer["names"] for name in spelt]

    def _create_private(self) -> None:
        """Create the file, if it is not there, for its owner only; SQLite gives its journals the same rights."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            if os.access(self.path, os.W_OK):
                self.path.chmod(0o600)

    def _require_directory(self) -> None:
        """Refuse a database that is not a directory, such as a view."""
        (mark,) = self.db.execute("PRAGMA application_id").fetchone()
        if mark == APPLICATION_ID:
            return
        if self.db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None:
            raise InvalidRecord(f"{self.path}: is a database, but not a directory; is it a view?")
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _set_pragmas(self) -> None:
        for name, wanted in PRAGMAS.items():
            self.db.execute(f"PRAGMA {name} = {wanted}").fetchall()
            (found,) = self.db.execute(f"PRAGMA {name}").fetchone()
            if found != wanted:
                raise MappingError(f"{self.path}: SQLite runs with {name} = {found}, not {wanted}; use a local disk")

    def _seed(self) -> None:
        """Store the terms that come with Rohnamo, or bring them up to date."""
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        for record in vocabulary():
            rows.setdefault(record.table, {})[record.id] = _to_row(record)
        old = {table: own for table, own in rows.items() if _stored(self.db, table, list(own)) != own}
        if old:
            with self._transaction(keep=True):
                for table, own in old.items():
                    _upsert(self.db, table, own.values())

    @contextmanager
    def _said_clearly(self, what: str) -> Iterator[None]:
        """Turn errors of SQLite and of the disk into a text that says what to do."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise MappingError(f"{self.path}: {what} ({error}); {_advice(error)}") from error

    @contextmanager
    def _transaction(self, *, keep: bool) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self.db.execute("PRAGMA defer_foreign_keys = 1")
            yield
            self.db.execute("COMMIT" if keep else "ROLLBACK")
        except BaseException:
            if self.db.conn.in_transaction:  # SQLite itself rolls back when the disk is full
                self.db.execute("ROLLBACK")
            raise

    def _known(self, table: str) -> str:
        if table not in RECORDS:
            raise NotFound(f"{table!r} is not a table; the tables are {', '.join(RECORDS)}")
        return table

    def _begin_batch(self, batch: Batch, *, by: str, on: dt.date) -> int:
        row = {
            "source": batch.source.id, "file": batch.file, "series": series(batch.file), "by": by,
            "on": on.isoformat(), "rows": batch.rows,
        }  # fmt: skip
        return int(str(self.db.table("batch").insert(row).last_pk))


class _Import:
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
        row = _to_row(record)
        if record.id in rows:
            _never_lower(rows[record.id], row)
        rows[record.id] = row

    def _put(self, table: str, rows: Mapping[str, dict[str, Any]]) -> None:
        ids = list(rows)
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            before = _stored(self.db, table, chunk)
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
                _upsert(self.db, table, (row for _, _, row in changed))
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
                    _json(before), _json(after),
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
        before = _stored(self.db, "approval", ids)
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
        return {table: set(_stored(self.db, table, sorted(ids))) for table, ids in earlier.items()}

    def _replace_parts(self, earlier: Mapping[str, set[str]]) -> None:
        """Remove parts of the batch's records that this list gave before and gives no more."""
        for table in reversed(RECORDS):
            if table not in PARTS or not earlier.get(table):
                continue
            rows = _stored(self.db, table, sorted(earlier[table]))
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
        for table in WHOLES:
            if table not in self.rows:
                continue
            rows = _stored(self.db, table, sorted(earlier.get(table, ())))
            self.change.missing += [Missing(table, record, row.get("name") or "") for record, row in rows.items()]

    def _broken_links(self, table: str) -> list[str]:
        """Return the tables in which linked records of the batch are not to be found, once a broken link."""
        wanted: dict[str, set[str]] = {}
        for row in self.rows[table].values():
            if row.get("link_id") is not None:
                wanted.setdefault(row["link_entity"], set()).add(row["link_id"])
        broken = []
        for entity, ids in wanted.items():
            known = _stored(self.db, entity, sorted(ids)) if entity in RECORDS else {}
            broken += [entity] * len(ids - set(known))
        return broken


VOCABULARIES = ("service_types", "beneficiaries", "standards")
"""Taxonomies that every directory holds."""


@cache
def vocabulary() -> tuple[Record, ...]:
    """Return the taxonomies that come with Rohnamo, their terms, and the labels of these in other languages."""
    records: list[Record] = []
    for name in VOCABULARIES:
        terms = Taxonomy.load(name).terms()
        taxonomy = model.Taxonomy(id=record_id("rohnamo", "taxonomy", name), name=name, description="Rohnamo")
        records += [taxonomy, *(_term_record(term, taxonomy.id) for term in terms)]
        records += [
            model.Translation(
                id=record_id("rohnamo", "translation", name, term.code, language), link_id=_term_id(term),
                link_entity="taxonomy_term", field="name", language=language, text=text,
            )
            for term in terms
            for language, text in term.labels.items()
            if language != "en"
        ]  # fmt: skip
    return tuple(records)


def _term_id(term: Term) -> str:
    return record_id("rohnamo", "taxonomy_term", term.taxonomy, term.code)


def _term_record(term: Term, taxonomy_id: str) -> model.TaxonomyTerm:
    return model.TaxonomyTerm(
        id=_term_id(term), code=term.code, name=str(term.label("en")), description=term.definition,
        taxonomy=term.taxonomy, language="en", taxonomy_id=taxonomy_id,
        parent_id=record_id("rohnamo", "taxonomy_term", term.taxonomy, term.parent) if term.parent else None,
    )  # fmt: skip


def rules(today: dt.date, area: StudyArea | None = None) -> Rules:
    """Return what the projection of a study area's directory must know besides the records."""
    types: dict[str, TypeRule] = {}
    for term in Taxonomy.load("service_types").terms():
        types[term.code] = types[_term_id(term)] = TypeRule(term.audience, term.precision)
    allowed = area.settings.sensitive_allowed if area else ()
    groups = Taxonomy.load("beneficiaries").terms()
    units = area.all_units() if area else {}

    def unit_to_show(unit: str) -> str | None:
        return area.area_unit_for_publication(unit) if area is not None and unit in units else None

    return Rules(
        today=today,
        types=types,
        sensitive={_term_id(term) for term in groups if term.sensitive and term.code not in allowed},
        vocabulary={record.id for record in vocabulary()},
        unit_to_show=unit_to_show,
        least_count=(area.settings.thresholds if area else Thresholds()).case_cells,
    )


def public_id(key: bytes, record_id: str) -> str:
    """Return the published id of a record: it stays the same and tells nothing of the private one."""
    return str(uuid.uuid5(NAMESPACE, hmac.new(key, record_id.encode(), hashlib.sha256).hexdigest()))


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


def _stored(db: sqlite_utils.Database, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of some records, by id."""
    names = list(columns(RECORDS[table]))
    sql = f'SELECT {_named(RECORDS[table])} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    cursor = db.conn.execute(sql, [json.dumps(ids)])
    return {row[names.index("id")]: dict(zip(names, row, strict=True)) for row in cursor}


def _upsert(db: sqlite_utils.Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store rows, in place of those of the same ids; sqlite-utils would do it one by one."""
    names = list(columns(RECORDS[table]))
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    sql = (
        f'INSERT INTO "{table}" ({_named(RECORDS[table])}) VALUES ({", ".join("?" * len(names))})'
        f" ON CONFLICT (id) DO UPDATE SET {updates}"
    )
    db.conn.executemany(sql, (tuple(row[name] for name in names) for row in rows))


def _never_lower(old: Mapping[str, Any], row: dict[str, Any]) -> None:
    """Keep the strictest marking of what was said before and what is said now."""
    if "audience" in row:
        row["audience"] = strictest(old["audience"], row["audience"])
    if "precision" in row:
        row["precision"] = least_precise(old["precision"], row["precision"])


def _advice(error: Exception) -> str:
    """Say what to do about an error of SQLite or of the disk."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return "another process is writing; nothing was stored, try again when it has finished"
    if "full" in text or "No space" in text:
        return "nothing was stored; make room on the disk and try again"
    if "readonly" in text or "Permission" in text or "Read-only" in text:
        return "nothing was stored; check the rights of the file and of its folder"
    if "malformed" in text or "not a database" in text:
        return "the file is damaged or is not a directory; restore it from a backup"
    return "check the path, and the rights of its folder"


def _named(kind: type[Record]) -> str:
    return ", ".join(f'"{name}"' for name in columns(kind))


def _to_row(record: Record) -> dict[str, Any]:
    return {name: _stored_value(value) for name, value in record.__dict__.items()}


def _stored_value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _json(row: Mapping[str, Any] | None) -> str | None:
    return None if row is None else json.dumps(row, ensure_ascii=False)


@cache
def _reader(kind: type[Record]) -> Callable[[Sequence[Any]], Record]:
    """Return a function that makes a record of a row; rows were validated when they were stored."""
    names = list(columns(kind))
    converters: dict[str, Callable[[Any], Any]] = {}
    for name, info in kind.model_fields.items():
        types = get_args(info.annotation) or (info.annotation,)
        if dt.date in types:
            converters[name] = dt.date.fromisoformat
        elif bool in types:
            converters[name] = bool

    def read(row: Sequence[Any]) -> Record:
        values = dict(zip(names, row, strict=True))
        for name, convert in converters.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return kind.model_construct(**values)

    return read
