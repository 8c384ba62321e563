"""Directory: the private SQLite file. Batches go in whole or not at all; ``view`` is the only way out."""

import datetime as dt
import hashlib
import hmac
import json
import os
import re
import secrets
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Self

import sqlite_utils
from sqlite_utils.migrations import Migrations

from mapping.area.settings import Thresholds
from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Progress, without_collecting
from mapping.directory import gate
from mapping.directory.conflicts import STEWARDS, Conflict, conflicts
from mapping.directory.erasure import empty_journal, erasable, require_untold
from mapping.directory.gate import Waiting
from mapping.directory.importing import Move, Sight, bring_in, missing, moves, series, still_missing
from mapping.directory.merge import checked, keep_edit, merge
from mapping.directory.proposals import (
    Decided,
    Outdated,
    carry_out,
    keep_decision,
    keep_proposal,
    require_reasons,
    stored_proposal,
    stored_proposals,
    version,
)
from mapping.directory.rows import (
    STORED,
    Proposal,
    ProposalKind,
    Row,
    holds,
    holds_any,
    named,
    reader,
    stored_rows,
    to_row,
    upsert,
)
from mapping.directory.undo import BatchLine, batches, undo, undoable
from mapping.directory.writing import Change, Missing, Writing
from mapping.errors import InvalidRecord, MappingError, NotFound, said_clearly
from mapping.language.taxonomy import Vocabulary, term_id, vocabulary
from mapping.model import RECORDS, AnyRecord, Audience, Record, columns, named_id, record_id, references
from mapping.safety.agreed import Agreed, Showing, digest_of
from mapping.safety.leak_scan import HiddenFacts, columns_in
from mapping.safety.licences import shown_licence
from mapping.safety.neighbours import Neighbours
from mapping.safety.persons import IsAdmitted, NotAdmitted
from mapping.safety.redaction import PUBLISHED, Rules, Shown, TypeRule, agreed_rules, project, rename
from mapping.view.view import View
from mapping.view.writer import ViewContext, write_view

__all__ = ["Change", "Directory", "Missing", "public_id", "rules"]

migrations = Migrations("rohnamo")

DEMO_STEWARDS = "demo-stewards"
"""Who decides in the demonstration: a directory that has this source is invented, and so is every view of it."""

TRIAL = "trial"
"""Who agrees in a trial (`rohnamo try`): what is made of a directory that has this source says that it is one."""

APPLICATION_ID = 0x526F686E
"""Stands in the header of a directory: "Rohn"."""

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "busy_timeout": 5000,
    "cache_size": -64_000,
}
"""What each connection to the private file must run under; checked every time it is opened."""


@migrations()
def create_tables(db: sqlite_utils.Database) -> None:
    """Make a table for each kind of record, one for batches, and the history of every change."""
    complete_tables(db)
    batch = {"number": int, "source": str, "file": str, "series": str, "by": str, "on": str, "rows": int}
    db.table("batch").create(batch, pk="number", not_null=set(batch), strict=True)
    history = {
        "number": int,
        "batch": int,
        "table": str,
        "record": str,
        "change": str,
        "before": str,
        "after": str,
    }
    db.table("history").create(
        history,
        pk="number",
        not_null={"batch", "table", "record", "change"},
        foreign_keys=[("batch", "batch", "number")],
        strict=True,
    )
    db.table("history").create_index(["record"])
    db.table("history").create_index(["batch"])


@migrations()
def keep_undone(db: sqlite_utils.Database) -> None:
    """Let a batch say which other it undid, and why a steward acted."""
    db.execute("ALTER TABLE batch ADD COLUMN undoes INTEGER")
    db.execute("ALTER TABLE batch ADD COLUMN reason TEXT")


@migrations()
def keep_agreed(db: sqlite_utils.Database) -> None:
    """Keep what each audience was agreed to see, what waits, which lists were whole, and what these do not hold."""
    if "shown" in db.table_names():  # made step by step before 0.2
        return
    gate.create_gate(db)
    db.execute("ALTER TABLE batch ADD COLUMN whole INTEGER NOT NULL DEFAULT 0")
    missed = {"batch": int, "table": str, "record": str, "since": int}
    db.table("missing").create(missed, pk=("batch", "record"), not_null={"since"}, strict=True)


def complete_tables(db: sqlite_utils.Database) -> None:
    """Give a file that was made earlier the tables and columns that records have gained since."""
    there = set(db.table_names())
    for name, kind in STORED.items():
        types = {column: {"TEXT": str, "INTEGER": int, "REAL": float}[type_] for column, type_ in columns(kind).items()}
        if name not in there:
            db.table(name).create(
                types,
                pk="id",
                foreign_keys=[(column, parent, "id") for column, parent in references(kind).items()],
                not_null={"id"},
                strict=True,
            )
            for column in (*references(kind), *(c for c in ("link_id",) if c in kind.model_fields)):
                db.table(name).create_index([column])
    for name, column in lacking(db):
        kind = STORED[name]
        db.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {columns(kind)[column]}')
        default = kind.model_fields[column].get_default()
        if isinstance(default, str | int | float):
            db.execute(f'UPDATE "{name}" SET "{column}" = ?', [default])


def lacking(db: sqlite_utils.Database) -> list[tuple[str, str]]:
    """Return the columns that a file of an earlier version does not have, by table."""
    query = "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.schema = 'main'"
    there = set(db.conn.execute(query))
    wanted = [(name, column) for name, kind in STORED.items() for column in columns(kind)]
    return [pair for pair in wanted if pair not in there]


@cache
def terms() -> dict[str, list[Row]]:
    """Return the rows that every file holds, by table: the terms that come with Rohnamo."""
    rows: dict[str, list[Row]] = {}
    for record in vocabulary():
        rows.setdefault(record.table, []).append(to_row(record))
    return rows


@cache
def new_file() -> bytes:
    """Return what a new file holds, made once in a process: an empty one brought up to date, as an older one is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "directory.db"
        path.touch()
        with Directory(path) as directory:
            directory.db.execute("PRAGMA journal_mode = delete")  # where WAL is not to be had, opening it says so
            return directory.db.conn.serialize()


class Waits(InvalidRecord):
    """An act that is done as a whole would show something, which waits for a second person."""

    def __init__(self) -> None:
        super().__init__("this shows something new; two people who sign in must agree to it before it is done")


class Directory:
    """The private directory of a study area, in one SQLite file.

    Parameters
    ----------
    path
        The file; it is created with its tables when it is not there, readable by its owner only.
    area
        The study area it belongs to: it decides which unit an area-only place is shown under, and after how many
        months an entry must be verified again. Without one, area-only places are listed without a unit.
    signed_in
        Whether whoever is named as acting signed in, or a function that tells of a login whether it counts as a person
        (`mapping.safety.persons`). What somebody does who did not sign in or does not count is nobody's: two people
        who count must agree to what it shows.

    Raises
    ------
    MappingError
        The file is no directory, or cannot be opened or created.

    Examples
    --------
    >>> with Directory(getfixture("tmp_path") / "directory.db") as directory:
    ...     directory.count("service")
    0
    """

    def __init__(
        self, path: str | Path, area: StudyArea | None = None, *, signed_in: bool | IsAdmitted = False
    ) -> None:
        self.path = Path(path)
        self.signed_in = signed_in
        self.area = area
        with said_clearly(f"{self.path}: cannot be opened as a directory"):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(self.path, new_file)
            self.db = sqlite_utils.Database(sqlite3.connect(self.path, isolation_level=None))
            try:
                self._require_directory()
                self._set_pragmas()
                migrations.apply(self.db)
                if lacking(self.db) or not self._has_our_terms():
                    with self._transaction(keep=True):
                        complete_tables(self.db)
                self._begin_gate()
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

    @without_collecting()
    def add(
        self,
        batch: Batch,
        *,
        by: str = "import",
        on: dt.date,
        dry_run: bool = False,
        agreed_by: str | None = None,
        progress: Progress | None = None,
    ) -> Change:
        """Store a batch, whole or not at all; known records are brought up to date by their id.

        An audience may be raised by a batch, never lowered, and so may the precision of a place: the strictest that
        any source said stays, and a blank counts as the strictest. Every change is kept in the history, with ``by``
        and ``on``. With ``dry_run`` nothing is stored. What it newly shows (`Change.shows`) waits for a second person,
        but where ``agreed_by`` names one who looked at it already and agreed. ``progress`` is told how many of the
        records are stored.

        Raises
        ------
        InvalidRecord
            When a record refers to one that is neither here nor in the batch, or does not fit its table.
        MappingError
            When the file cannot be written: the disk is full, or another process is writing.
        The directory is as it was in each case.
        """
        change = Change()
        with said_clearly(f"{self.path}: could not store {batch.file}"), self._transaction(keep=not dry_run):
            of_list = {"source": batch.source.id, "file": batch.file, "series": series(batch.file), "rows": batch.rows}
            number = self._begin_batch(of_list, by=by, on=on)
            bring_in(self.db, batch, change, number=number, progress=progress)
            change.shows = self._pass_gate(number, by=by, on=on, agreed_by=agreed_by)
        return change

    def edit(
        self,
        table: str,
        record_id: str,
        fields: Mapping[str, Any],
        *,
        by: str,
        on: dt.date,
        reason: str,
        last_change: int | None = None,
        dry_run: bool = False,
    ) -> Change:
        """Change fields of a record as a steward; no later import undoes it.

        ``last_change`` is the change after which the record was looked at (`mapping.directory.proposals.version`).

        Raises
        ------
        Outdated
            When it was changed since.
        InvalidRecord
            For values that do not fit, and for a marking that is lowered: that takes an approval by two people.
        NotFound
            When there is no such record.
        """
        with self.acting("edit", by=by, on=on, reason=reason, keep=not dry_run) as writing:
            if last_change is not None and version(self.db, table, record_id) != last_change:
                raise Outdated
            old = self.record(RECORDS[self._known(table)], record_id)
            new = checked(old, fields)
            keep_edit(writing, to_row(old), to_row(new), table=table, fields=fields)
        return writing.change

    def conflicts(self, records: Collection[str] | None = None) -> list[Conflict]:
        """Return every field on which sources differ, with the value that counts and why; or only of some records."""
        return conflicts(self.db, records)

    def merge(
        self, keep: str, others: Sequence[str], *, table: str, by: str, on: dt.date, reason: str, dry_run: bool = False
    ) -> Change:
        """Make one record of several of a table; every source that speaks of one of them then speaks of that one.

        What would show something new is not done by halves: the whole merge waits as a proposal (`Change.proposal`).

        Raises
        ------
        InvalidRecord
            For a table whose records are not merged, and for a record that is to be merged into itself.
        NotFound
            When one of them is not there.
        """
        for record in (keep, *others):
            self.record(RECORDS[self._known(table)], record)
        try:
            with self.acting("merge", by=by, on=on, reason=reason, keep=not dry_run, whole=not dry_run) as writing:
                merge(writing, table, keep, others)
        except Waits:
            fields = {"others": list(others)}
            writing.change.proposal = self.propose("merge", table, keep, fields, by=by, on=on, reason=reason)
        return writing.change

    def undo(self, batch: int | None = None, *, by: str, on: dt.date, dry_run: bool = False) -> Change:
        """Take back what a batch did, by default the last one; an edit, a merge or an undoing is a batch too.

        Raises
        ------
        NotFound
            When there is no such batch, or nothing left to undo.
        InvalidRecord
            When later batches changed the same records, or added to them: these must be undone first.
        """
        undone = undoable(self.db, batch)
        with self.acting(f"undo {undone}", by=by, on=on, undoes=undone, keep=not dry_run) as writing:
            undo(writing, undone)
        return writing.change

    def missing(self, batch: Batch, *, sight: Sight) -> list[Missing]:
        """Return what a sender gave before and a list does not hold, before it is stored.

        ``sight`` gives of a table and an id the record as whoever asks may see it, or None: nothing else counts.
        """
        return missing(self.db, batch, sight=sight)

    def still_missing(self) -> list[tuple[str, str]]:
        """Return what the newest lists of senders did not hold and nobody saw to since: table and id."""
        return still_missing(self.db)

    def moves(self) -> list[Move]:
        """Return the services that seem to have moved and of which nobody said whether they did.

        Merging the two says that it did, a decision that they are different that it did not.
        """
        return moves(self.db)

    def batches(self) -> list[BatchLine]:
        """Return every batch, oldest first: when, by whom, from which file, what it did and whether it was undone."""
        return batches(self.db)

    def propose(
        self,
        kind: ProposalKind,
        table: str,
        record: str,
        fields: Mapping[str, Any],
        *,
        by: str,
        on: dt.date,
        reason: str,
        consent_by: str = "",
        consent_until: dt.date | None = None,
    ) -> str:
        """Keep a change that waits for a second person; return its id.

        ``kind`` is ``edit`` (fields of a record), ``add`` (a part, all of its fields), ``new`` (an organization, a
        service or a place with its parts, `as_fields`), ``remove`` (a part), ``erase`` (see there), ``merge``
        (``others`` in ``fields`` into the record), ``audience`` or ``precision`` (lowered to the one of that name in
        ``fields``, with the operator's consent and its last day), ``statement`` (a new one, or its consent anew),
        ``map`` or ``phones`` (a sender's column map with its digest, or their numbers; ``record`` is its short name),
        or ``undo`` (a batch, of the number ``record``).

        Raises
        ------
        InvalidRecord
            Nobody is named, there is no reason, a consent is missing or over, or a value does not fit.
        NotFound
            There is no such record.
        """
        require_reasons(kind, by=by, on=on, reason=reason, consent_by=consent_by, consent_until=consent_until)
        proposal = Proposal(
            id="",
            kind=kind,
            link_entity=table,
            link_id=record,
            fields=json.dumps(dict(fields), ensure_ascii=False, sort_keys=True, default=str),
            seen=0,
            reason=reason,
            consent_by=consent_by or None,
            consent_until=consent_until,
            proposed_by=by,
            proposed_on=on,
            signed_in=self.counts(by),
        )
        with self.acting(f"propose {kind}", by=by, on=on, reason=reason) as writing:
            return keep_proposal(writing, proposal)

    def proposals(self, *, waiting: bool = True) -> list[Proposal]:
        """Return what was proposed, oldest first; those that wait, or all."""
        return stored_proposals(self.db, waiting=waiting)

    def proposal(self, proposal_id: str) -> Proposal:
        """Return what was proposed under an id.

        Raises
        ------
        NotFound
            There is nothing.
        """
        proposal: Proposal = reader(Proposal)([*stored_proposal(self.db, proposal_id).values()])
        return proposal

    def would_show(self, proposal_id: str, *, on: dt.date) -> list[Showing]:
        """Return what a proposal would newly show, were it agreed to; nothing is stored.

        Raises
        ------
        NotFound
            There is no such proposal.
        Outdated
            The record was changed since it was proposed.
        """
        row = stored_proposal(self.db, proposal_id)
        with self.acting("look", by="somebody", on=on, keep=False) as writing:
            carry_out(writing, row, by="somebody else", on=on)
        return writing.change.showings

    def decide(
        self,
        proposal_id: str,
        decided: Decided,
        *,
        by: str,
        on: dt.date,
        note: str = "",
        looked_at: str | None = None,
    ) -> Change:
        """Agree to a proposal, which is done then, or refuse it; whoever made it may only withdraw it.

        Where whoever made it did not sign in, the first who signs in and agrees has proposed it, and another decides.
        ``looked_at`` is the digest (`mapping.safety.agreed.digest_of`) of what it would show (`would_show`) as whoever
        agrees has looked at it: nothing else is shown. Without it whatever it shows now is agreed to.

        Raises
        ------
        SamePerson
            Whoever made it wants to agree to it.
        NotAdmitted
            Whoever agrees does not count as a person.
        Outdated
            The record was changed since it was proposed, something else would be shown than what was looked at, or
            somebody decided already.
        Waits
            It is done as a whole or not at all, and one of the two did not sign in.
        StillTold
            It would be erased, and a text of the directory tells it.
        MappingError
            Something was erased while another process reads the file, so that its journal cannot be emptied; the
            record is gone by then.
        """
        proposal = self.proposal(proposal_id)
        back = undoable(self.db, int(proposal.link_id)) if proposal.kind == "undo" and decided == "accepted" else None
        if decided == "accepted":
            self._require_admitted(by)
        both = decided == "accepted" and self.counts(by) and proposal.signed_in
        erases = both and proposal.kind == "erase"
        what = f"undo {back}" if back else "erase" if erases else f"proposal {decided}"
        also, whole = proposal.proposed_by if both else None, proposal.kind == "merge"
        with self.acting(
            what,
            by=by,
            on=on,
            reason=note or None,
            undoes=back,
            agreed_by=also,
            whole=whole,
            looked_at=looked_at if both else None,
        ) as writing:
            if erases:
                require_untold(self.db, proposal.link_id, common=self.common_names())
            keep_decision(writing, proposal_id, decided, by=by, on=on, note=note, signed_in=self.counts(by))
        if erases:
            with said_clearly(f"{self.path}: was cleared of the record, but not its journal"):
                empty_journal(self.db)
        return writing.change

    def erase(self, record_id: str, *, by: str, on: dt.date, reason: str) -> str:
        """Hide a person's contact or a phone, and propose to remove every trace of it; return the proposal's id.

        One person hides. Once another agrees (`decide`) it is gone from the tables, the history and the bytes of the
        file, and imports bring it no more: that cannot be taken back, so both must have signed in.

        Raises
        ------
        NotFound
            When there is no contact and no phone of that id.
        InvalidRecord
            Nobody is named, or there is no reason.
        """
        return self.propose("erase", erasable(self.db, record_id), record_id, {}, by=by, on=on, reason=reason)

    def catch_up(self, *, on: dt.date) -> None:
        """Let what another day or other rules would show wait for two people, as the next act would.

        Raises
        ------
        InvalidRecord
            The study area is another than the directory's.
        """
        with said_clearly(f"{self.path}: could not be brought up to date"), self._transaction(keep=True):
            self._require_area()
            gate.catch_up(self, self.rules(on))

    @without_collecting()
    def waiting(self, batch: int | None = None) -> list[Waiting]:
        """Return what waits for a second person before it is shown, by act; of one act or of all."""
        return gate.waiting(self.db, batch)

    @without_collecting()
    def agree(self, shown: Collection[Showing], *, by: str, on: dt.date, also: str = "") -> list[Showing]:
        """Let what waits be shown, each difference exactly as it was looked at; return it.

        ``by`` is whoever agrees; ``also`` a second who agrees with them, for what nobody is known to have done.

        Raises
        ------
        OnePerson
            Whoever agrees did it.
        NotAdmitted
            Whoever agrees does not count as a person.
        NotFound
            Something waits no more, or is another difference now.
        """
        for person in filter(None, (by, also)):
            self._require_admitted(person)
        with self.acting("agree", by=by, on=on):
            return gate.agree(self, self.rules(on), shown, by=by, also=also)

    def take_up(self, shown: Collection[Showing], *, by: str, on: dt.date) -> None:
        """Let somebody who signed in stand for what waits and nobody is known to have done; another must agree then.

        Raises
        ------
        InvalidRecord
            Nobody signed in.
        NotFound
            Something waits no more, is another difference now, or somebody stands for it already.
        """
        if not self.signed_in:
            raise InvalidRecord("sign in first: a typed name proves nothing")
        self._require_admitted(by)
        with self.acting("take up", by=by, on=on):
            gate.take_up(self.db, shown, by=by)

    def agreed(self, audience: Audience) -> Agreed:
        """Return what an audience was last agreed to see, for `mapping.safety.redaction.project`."""
        return gate.agreed(self.db, audience)

    def count(self, table: str) -> int:
        """Return how many records a table has."""
        return int(self.db.table(self._known(table)).count)

    def records(self, kind: type[AnyRecord], **where: Any) -> list[AnyRecord]:
        """Return the records of a kind, in the order of their ids; ``where`` gives the values that fields must have.

        >>> from mapping.model import Phone
        >>> with Directory(getfixture("tmp_path") / "directory.db") as directory:
        ...     directory.records(Phone, organization_id="nobody")
        []
        """
        if unknown := sorted({*where} - {*kind.model_fields}):
            raise NotFound(f"{kind.table}: there is no field {', '.join(unknown)}")
        match = " AND ".join(f'"{name}" IS ?' for name in where) or "1"
        read = reader(kind)
        cursor = self.db.conn.execute(
            f'SELECT {named(kind)} FROM "{kind.table}" WHERE {match} ORDER BY id', list(where.values())
        )
        return [read(row) for row in cursor]

    def tables(self, names: Iterable[str] = RECORDS) -> dict[str, list[Record]]:
        """Return every record, by table; or those of some tables."""
        return {table: self.records(RECORDS[table]) for table in names}

    def record(self, kind: type[AnyRecord], record_id: str) -> AnyRecord:
        """Return one record.

        Raises
        ------
        NotFound
            When there is none.
        """
        for record in self.records(kind, id=record_id):
            return record
        raise NotFound(f"{kind.table} {record_id}: there is no such record; it may have been merged or removed")

    def history(self, record_id: str) -> list[dict[str, Any]]:
        """Return the changes of a record, oldest first: who, when, in which file, before and after."""
        rows = list(
            self.db.query(
                'SELECT h.number, h."table", h.record, h.change, h.before, h.after, b."by", b."on", b.file, h.batch,'
                " b.reason FROM history h JOIN batch b ON b.number = h.batch WHERE h.record = ? ORDER BY h.number",
                [record_id],
            )
        )
        for row in rows:
            row["before"] = json.loads(row["before"]) if row["before"] else None
        for row, later in zip(
            rows, [*rows[1:], None][: len(rows)], strict=True
        ):  # what is after one change is before the next
            row["after"] = later["before"] if later else stored_rows(self.db, row["table"], [record_id]).get(record_id)
        return rows

    @property
    def key(self) -> bytes:
        """The secret from which published ids are made; it lies beside the file and never leaves it.

        Raises
        ------
        InvalidRecord
            The file is not what it was made as: 64 hexadecimal digits.
        """
        path = self.path.with_suffix(".key")
        with said_clearly(f"{self.path}: {path.name} cannot be read or written"):
            _make_private(path, lambda: secrets.token_hex(32).encode())
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
        previous: Path | None = None,
    ) -> View:
        """Write what an audience may see into a new SQLite file, and open it.

        ``previous`` is the view that this one replaces: what is gone since and what changed is told from the two files.
        ``warn`` is told, for the steward alone, what is no secret by its marking and could yet give one away.

        Raises
        ------
        UnsafePublication
            For an audience without a view, and where a text to be published names something hidden.
        InvalidRecord
            The directory is of another study area than the one given.
        """
        if self.area is not None:
            self._refuse_other_area()
        is_demo, is_trial = (holds_any(self.db, "source", record_id(of, "source")) for of in (DEMO_STEWARDS, TRIAL))
        facts, neighbours = HiddenFacts(self.common_names()), Neighbours()
        with self.snapshot():
            tables, staying = self.tables(), gate.staying(self.db, audience)
            shown = project(tables, audience, self.rules(edition), self.agreed(audience), staying)
            licences = _licences(self.db, shown)
        for gathering in (facts, neighbours):
            gathering.add(tables, shown)
        rows = rename(shown, partial(public_id, self.key))
        facts.refuse(columns_in(rows), known_as=self._private_ids)
        if warn is not None:
            for warning in neighbours.warnings(columns_in(rows), known_as=self._private_ids):
                warn(warning)
        context = ViewContext(
            audience=audience,
            edition=edition,
            area=self.area,
            previous=previous,
            licences=tuple(sorted(licences)),
            demo=is_demo,
            trial=is_trial,
        )
        write_view(rows, path, fields=PUBLISHED, context=context)
        return View(path)

    def _private_ids(self, table: str, ids: Collection[str]) -> dict[str, str]:
        key, rows = self.key, self.db.conn.execute(f'SELECT id FROM "{table}"')
        return {public: record for (record,) in rows if (public := public_id(key, record)) in ids}

    def rules(self, today: dt.date) -> Rules:
        """Return what the projection must know besides the records."""
        return rules(today, self.area)

    def agreed_rules(self, audience: Audience, today: dt.date) -> Rules:
        """Return the rules with the least counts that two people agreed to show an audience."""
        return agreed_rules(self.rules(today), gate.agreed_thresholds(self.db, audience))

    def common_names(self) -> list[str]:
        """Return names that everybody knows: of administrative units and places."""
        if self.area is None:
            return []
        units = self.area.all_units().values()
        names = [name for unit in units for name in (*unit.names.values(), *unit.other_names)]
        return names + [name for spelt in self.area.gazetteer["names"] for name in spelt]

    def _require_directory(self) -> None:
        (mark,) = self.db.execute("PRAGMA application_id").fetchone()
        if mark == APPLICATION_ID:
            return
        if self.db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None:
            raise InvalidRecord(f"{self.path}: is a database, but not a directory; is it a view?")
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _set_pragmas(self) -> None:
        for name, wanted in PRAGMAS.items():
            self.db.execute(f"PRAGMA {name} = {wanted}").fetchall()
            (setting,) = self.db.execute(f"PRAGMA {name}").fetchone()
            if setting != wanted:
                raise MappingError(f"{self.path}: SQLite runs with {name} = {setting}, not {wanted}; use a local disk")

    def _has_our_terms(self) -> bool:
        return all(holds(self.db, table, rows) for table, rows in terms().items())

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything as it is at one moment, whatever other processes write meanwhile."""
        if self.db.conn.in_transaction:
            yield
            return
        self.db.execute("BEGIN")
        try:
            yield
        finally:
            self.db.execute("ROLLBACK")

    @contextmanager
    def _transaction(self, *, keep: bool) -> Iterator[None]:
        """Do all or nothing; where it changes the words that come with Rohnamo, they are put right with it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self.db.execute("PRAGMA defer_foreign_keys = 1")
            yield
            if keep and not self._has_our_terms():
                for table, rows in terms().items():
                    upsert(self.db, table, rows)
            self.db.execute("COMMIT" if keep else "ROLLBACK")
        except BaseException:
            if self.db.conn.in_transaction:  # SQLite itself rolls back when the disk is full
                self.db.execute("ROLLBACK")
            raise

    @contextmanager
    def acting(
        self,
        what: str,
        *,
        by: str,
        on: dt.date,
        reason: str | None = None,
        undoes: int | None = None,
        keep: bool = True,
        agreed_by: str | None = None,
        whole: bool = False,
        looked_at: str | None = None,
    ) -> Iterator[Writing]:
        """Open a batch of a steward's own, and let it through the gate (`mapping.directory.gate`) when it is done.

        Raises
        ------
        Outdated
            It shows something else than what was looked at (`decide`): nothing was done.
        Waits
            It is to be done as a ``whole``, and what it shows waits for a second person: nothing was done.
        """
        with said_clearly(f"{self.path}: could not {what}"), self._transaction(keep=keep):
            own = {"source": STEWARDS, "file": what, "series": what, "rows": 0, "undoes": undoes, "reason": reason}
            number = self._begin_batch(own, by=by, on=on)
            money = self.area.money if self.area else None
            writing = Writing(self.db, Change(), number=number, file=what, money=money)
            yield writing
            showings = writing.change.showings
            writing.change.shows = self._pass_gate(number, by=by, on=on, agreed_by=agreed_by, showings=showings)
            if looked_at is not None and digest_of(writing.change.showings) != looked_at:
                raise Outdated
            if whole and gate.waiting(self.db, number):
                raise Waits

    def _pass_gate(
        self, number: int, *, by: str, on: dt.date, agreed_by: str | None, showings: list[Showing] | None = None
    ) -> Counter[str]:
        return gate.pass_gate(
            self,
            self.rules(on),
            number=number,
            by=by,
            agreed_by=agreed_by,
            signed_in=self.counts(by),
            showings=showings,
        )

    def counts(self, login: str) -> bool:
        """Whether an act of this login is that of one of two people."""
        return self.signed_in(login) if callable(self.signed_in) else self.signed_in

    def _require_admitted(self, login: str) -> None:
        if callable(self.signed_in) and not self.signed_in(login):
            raise NotAdmitted

    def keep_area(self) -> None:
        """Note the study area that it is opened with as its own, so that no other is taken by mistake."""
        with self._transaction(keep=True):
            self._require_area()

    def _require_area(self) -> None:
        self._refuse_other_area()
        if self.area is not None:
            self.db.execute("INSERT OR IGNORE INTO gate VALUES ('area', ?)", [self.area.code])

    def _refuse_other_area(self) -> None:
        """Refuse another study area than the one that the directory was kept under: its places would lose their units.

        Raises
        ------
        InvalidRecord
            It is another, or none is given.
        """
        (known_code,) = self.db.execute("SELECT max(value) FROM gate WHERE name = 'area'").fetchone()
        code = self.area.code if self.area else None
        if known_code is not None and known_code != code:
            raise InvalidRecord(
                f"{self.path}: is a directory of the study area {known_code}; give that area, not {code}"
            )

    def _begin_gate(self) -> None:
        """Take what a file of an earlier version shows for agreed, once."""
        if self.db.execute("SELECT 1 FROM gate WHERE name = 'begun'").fetchone() is None:
            with self._transaction(keep=True):
                if self.count("organization"):
                    gate.pass_everything(self, self.rules(dt.date.today()))
                self.db.execute("INSERT OR REPLACE INTO gate VALUES ('begun', '1')")

    def _known(self, table: str) -> str:
        if table not in RECORDS:
            raise NotFound(f"{table!r} is not a table; the tables are {', '.join(RECORDS)}")
        return table

    def _begin_batch(self, row: Row, *, by: str, on: dt.date) -> int:
        """Let what another day would show wait, and note a batch as begun; return its number."""
        self._require_area()
        gate.catch_up(self, self.rules(on))
        return int(str(self.db.table("batch").insert(row | {"by": by, "on": on.isoformat()}).last_pk))


def _make_private(path: Path, content: Callable[[], bytes]) -> None:
    """Make a file, if it is not there, whole and for its owner only; SQLite gives its journals the same rights."""
    if path.exists():
        if os.access(path, os.W_OK):
            path.chmod(0o600)
        return
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            pass  # another process was faster: its file is the one
        except OSError:  # a disk without links, as a memory stick is
            if not path.exists():
                beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@lru_cache(maxsize=4)
def rules(today: dt.date, area: StudyArea | None = None) -> Rules:
    """Return what the projection of a study area's directory must know besides the records."""
    types: dict[str, TypeRule] = {}
    for term in Vocabulary.load("service_types").terms():
        types[term.code] = types[term_id(term)] = TypeRule(term.audience, term.precision)
    allowed = area.settings.sensitive_allowed if area else ()
    groups = Vocabulary.load("beneficiaries").terms()
    sensitive = frozenset(term_id(term) for term in groups if term.sensitive and term.code not in allowed)
    units = area.all_units() if area else {}
    named = {unit: area.area_unit_for_publication(unit) for unit in units} if area else {}
    parents = {unit: units[unit].parent for unit in units}
    own = frozenset(record.id for record in vocabulary())
    thresholds = area.settings.thresholds if area else Thresholds()
    least = thresholds.case_cells, thresholds.providers
    facts = [
        "counts of cases as they are told",  # not as they stand, as versions before 29 November 2026 kept them
        sorted(types.items()),
        sorted(sensitive),
        sorted(own),
        sorted(named.items()),
        sorted(parents.items()),
        least,
    ]
    return Rules(
        today=today,
        types=types,
        sensitive=sensitive,
        vocabulary=own,
        unit_to_show=named.get,
        parent_unit=parents.get,
        least_count=thresholds.case_cells,
        least_providers=thresholds.providers,
        digest=hashlib.sha256(repr(facts).encode()).hexdigest(),
    )


def _licences(db: sqlite_utils.Database, shown: Shown) -> set[str]:
    licences = dict(db.execute("SELECT id, licence FROM source WHERE coalesce(licence, '') <> ''").fetchall())
    query = "SELECT DISTINCT source_id FROM provenance WHERE link_id IN (SELECT value FROM json_each(?))"
    ids = json.dumps([row["id"] for rows in shown.values() for row in rows]) if licences else "[]"
    sources = {source for (source,) in db.execute(query, [ids]).fetchall()}
    return {shown_licence(text) for source, text in licences.items() if source in sources}


@lru_cache(4)  # a key is begun once: to begin takes as long as the rest
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def public_id(key: bytes, record_id: str) -> str:
    """Return the published id of a record: it stays the same and tells nothing of the private one.

    There are ten for each service.
    """
    name = _keyed(key).copy()
    name.update(record_id.encode())
    return named_id(name.hexdigest())
