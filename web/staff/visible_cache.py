"""Kept: what stewards see of a directory, brought up to date by what was changed since, instead of worked out anew.

There is one rule, `web.staff.visible.shown`. It looks at a record together with what it belongs to; so after a change
it is asked again of all that hangs together with what was changed, and of nothing else. Whatever would change what is
seen elsewhere (a vocabulary, the day, an erasure, very many records at once) makes everything be worked out anew.
"""

import contextlib
import datetime as dt
import json
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.directory.conflicts import CLAIMED, Conflict
from mapping.directory.directory import Directory
from mapping.directory.rows import reader, stored_rows
from mapping.directory.undo import whole_row
from mapping.model import RECORDS, Record, Source, references
from mapping.safety.redaction import PUBLISHED, VOCABULARIES, Rules
from web.staff.visible import VisibleRecords, shown, told

BETWEEN = ("activity", "referral_agreement", "decision")
"""Tables whose records belong to several bodies without making them one: nothing is seen otherwise through them."""

MOST = 20_000
"""Where a change concerns more records than these, everything is looked at anew."""


class Kin:
    """Records as the directory holds them, and which hang together."""

    def __init__(self, tables: Mapping[str, Iterable[Record]]) -> None:
        self.records: dict[str, Record] = {}
        self.near: dict[str, set[str]] = defaultdict(set)
        """Id -> ids of the records that refer to it."""
        self.clear = True
        """Whether no two records have one id."""
        for own in tables.values():
            for record in own:
                self.clear &= record.id not in self.records
                self._put(record)

    def change(self, now: Mapping[str, Record | None]) -> set[str]:
        """Put records in place of those of the same ids, or take them out; return from where to look around."""
        start = set(now)
        for identifier, new in now.items():
            old = self.records.pop(identifier, None)
            if old is not None:
                for owner in _owners(old):
                    self.near[owner].discard(identifier)
                start |= _owners(old) if old.table not in BETWEEN else set()
            if new is not None:
                self.clear &= old is None or old.table == new.table
                self._put(new)
        return start

    def around(self, start: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return what may be seen otherwise when some records changed, and all that it takes to tell."""
        touched = self._hanging(start, between=True)
        between = (self.records[identifier] for identifier in touched if self._is_between(identifier))
        return touched, touched | self._hanging(
            (o for identifier in between for o in _owners(identifier)), between=False
        )

    def _hanging(self, start: Iterable[str], *, between: bool) -> set[str]:
        around, waiting = set[str](), list(start)
        while waiting:
            identifier = waiting.pop()
            if identifier in around or (self._is_between(identifier) and not between):
                continue
            around.add(identifier)
            waiting += self.near.get(identifier, ())
            if identifier in self.records and not self._is_between(identifier):
                waiting += _owners(self.records[identifier])
        return around

    def _is_between(self, identifier: str) -> bool:
        return identifier in self.records and self.records[identifier].table in BETWEEN

    def _put(self, record: Record) -> None:
        self.records[record.id] = record
        for owner in _owners(record):
            self.near[owner].add(record.id)


class VisibleCache:
    """What may be seen of one directory, from request to request; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, dt.date] | None = None
        self._kin: Kin
        self._rules: Rules
        self._seen: dict[frozenset[str], VisibleRecords] = {}
        """What is seen in some regions; under no region at all, everything."""
        self._gone: dict[int, dict[tuple[str, str], Record]] = {}

    def seen(
        self, directory: Directory, area: StudyArea, day: dt.date, regions: Collection[str] | None = None
    ) -> VisibleRecords:
        """Return what may be seen now: everything, or in some regions."""
        with self._lock:
            (last,) = directory.db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
            if self._state != (last, day):
                self._gone = {}
                before, self._state = self._state, None  # when it fails, everything is worked out anew the next time
                with _reading(directory):
                    (last,) = directory.db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
                    if not (before and before[1] == day and before[0] <= last and self._mend(directory, before[0])):
                        self._begin(directory, area, day)
                self._state = last, day
            whole = self._seen[frozenset()]
            if regions is None:
                return whole
            wanted = frozenset(regions) or frozenset({""})  # no region granted: nothing is seen, not everything
            if wanted not in self._seen:
                self._seen[wanted] = whole.within(wanted)
            return self._seen[wanted]

    def gone(self, directory: Directory, area: StudyArea, day: dt.date, since: int) -> dict[tuple[str, str], Record]:
        """Return by table and id what was taken out from a batch on and might be seen if it were still there.

        It is looked at as it was when it went, together with all that is there now; a place at which nothing else is
        that may be seen comes with it.
        """
        whole = self.seen(directory, area, day)
        with self._lock:
            if since not in self._gone:
                old = dict(_removed(directory, since))
                _, needed = self._kin.around(self._kin.change(old))
                visible = shown(self._tables(needed), self._rules)
                self._kin.change(dict.fromkeys(old))
                self._gone[since] = {
                    (table, r.id): r
                    for table, own in visible.items()
                    for r in own
                    if r.id in old or not whole.has(table, r.id)
                }
            return self._gone[since]

    def _tables(self, ids: Collection[str]) -> dict[str, list[Record]]:
        tables: dict[str, list[Record]] = {table: [] for table in RECORDS}
        for identifier in sorted(ids & self._kin.records.keys()):
            tables[self._kin.records[identifier].table].append(self._kin.records[identifier])
        return tables

    def _begin(self, directory: Directory, area: StudyArea, day: dt.date) -> None:
        """Work out everything."""
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        self._kin, self._rules = Kin(tables), directory.rules(day)
        whole = VisibleRecords(shown(tables, self._rules), area, day, key=directory.key)
        conflicts = told(directory.conflicts(), whole, self._kin.records)
        self._seen = {frozenset(): whole.patched((), {}, conflicts)}

    def _mend(self, directory: Directory, last: int) -> bool:
        """Work out what changed after a batch; False where that could change what is seen elsewhere."""
        now = _changed(directory, last)
        if now is None:
            return False
        old = [self._kin.records.get(record) for record in now]
        whole = self._seen[frozenset()]
        touched, needed = self._kin.around(self._kin.change(now))
        if (
            not self._kin.clear
            or len(needed) > MOST
            or any(whole.has(table, identifier) for table in VOCABULARIES for identifier in touched)
        ):
            return False
        visible = shown(self._tables(needed), self._rules)
        here = {table: [record for record in own if record.id in touched] for table, own in visible.items()}
        if _words(whole, touched) - {*self._rules.vocabulary} != _words_of(here) - {*self._rules.vocabulary}:
            return False  # a word of another's list is used for the first time, or no more
        ranked = any(isinstance(record, Source) for record in (*now.values(), *old))  # ranks decide whose word counts
        claimed = None if ranked else _claimed(directory, last) | touched
        after = self._judged(directory, whole.patched(touched, here, ()), claimed)
        self._seen = {
            regions: after.within(regions, before=before, touched=touched) if regions else after
            for regions, before in self._seen.items()
        }
        return True

    def _judged(self, directory: Directory, after: VisibleRecords, claimed: set[str] | None) -> VisibleRecords:
        """Return what may be seen after a change with its conflicts: those of claimed records, or of all, anew."""
        fresh = told(directory.conflicts(claimed), after, self._kin.records)
        held = () if claimed is None else self._seen[frozenset()].conflicts()
        remaining = [conflict for conflict in held if claimed is None or conflict.record not in claimed]
        return after.patched((), {}, sorted(remaining + fresh, key=_place))


def _changed(directory: Directory, last: int) -> dict[str, Record | None] | None:
    """Return by id what changed after a batch, as it is now; None where that could change what is seen elsewhere."""
    query = 'SELECT DISTINCT "table", record, change FROM history WHERE batch > ?'
    changed: dict[str, set[str]] = defaultdict(set)
    for table, identifier, how in directory.db.conn.execute(query, [last]):
        if how == "erased":
            return None
        changed[table].add(identifier)
    now: dict[str, Record | None] = {}
    for table in {*changed} & {*RECORDS}:
        rows, read = stored_rows(directory.db, table, sorted(changed[table])), reader(RECORDS[table])
        now |= {own: read([*rows[own].values()]) if own in rows else None for own in changed[table]}
    return now


def _removed(directory: Directory, since: int) -> Iterator[tuple[str, Record]]:
    """Yield the ids of the records that were taken out from a batch on and are there no more, with what they were."""
    query = (
        "SELECT \"table\", record, before FROM history h WHERE batch >= ? AND change = 'removed' AND NOT EXISTS"
        ' (SELECT 1 FROM history l WHERE l.record = h.record AND l."table" = h."table" AND l.number > h.number)'
    )
    for table, identifier, before in directory.db.conn.execute(query, [since]):
        if table in RECORDS:
            yield identifier, reader(RECORDS[table])([*whole_row(table, json.loads(before)).values()])


def _claimed(directory: Directory, last: int) -> set[str]:
    """Return the records of which some source's word came or went after a batch."""
    query = (
        "SELECT json_extract(before, '$.link_id') FROM history WHERE batch > ? AND \"table\" = 'claim'"
        " UNION SELECT c.link_id FROM history h JOIN claim c ON c.id = h.record"
        " WHERE h.batch > ? AND h.\"table\" = 'claim'"
    )
    return {identifier for (identifier,) in directory.db.conn.execute(query, [last, last]) if identifier}


def _place(conflict: Conflict) -> tuple[int, str]:
    return CLAIMED.index(conflict.table), conflict.record


def _words(visible: VisibleRecords, touched: Collection[str]) -> set[str]:
    """Return the words that some records use."""
    own = {
        table: [visible.record(table, identifier) for identifier in touched if visible.has(table, identifier)]
        for table in _USING
    }
    return _words_of(own)


def _words_of(tables: Mapping[str, Iterable[Any]]) -> set[str]:
    return {getattr(record, column) for table, column in _USING.items() for record in tables[table]} - {None}


_USING = {"attribute": "taxonomy_term_id", "service_capacity": "unit_id"}


@cache
def _columns(table: str) -> tuple[str, ...]:
    """Return the fields by which records of a table hang on others."""
    kind = RECORDS[table]
    shown_ = PUBLISHED.get(table, ())
    names = [name for name, to in references(kind).items() if name in shown_ and to not in VOCABULARIES]
    return (*names, *(name for name in ("link_id", "subject", "one", "other") if name in kind.model_fields))


def _owners(record: Record) -> set[str]:
    """Return the ids of what a record hangs on."""
    values = record.__dict__
    return {values[name] for name in _columns(record.table) if values[name]}


@contextlib.contextmanager
def _reading(directory: Directory) -> Iterator[None]:
    """Read all of a directory as it is at one moment, whoever writes meanwhile."""
    directory.db.execute("BEGIN")
    try:
        yield
    finally:
        directory.db.execute("COMMIT")
