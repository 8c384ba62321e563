"""What stewards see of a directory, worked out once after a change and kept from request to request."""

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Collection, Iterator, Mapping

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory
from mapping.directory.rows import reader
from mapping.directory.undo import whole_row
from mapping.model import RECORDS, Record
from mapping.safety.redaction import Rules
from web.staff.visible import VisibleRecords, shown, told


class VisibleCache:
    """What may be seen of one directory; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, dt.date] | None = None
        """The last batch and the day for which the rest holds."""
        self._tables: Mapping[str, list[Record]]
        self._rules: Rules
        self._whole: VisibleRecords
        self._in_regions: dict[frozenset[str], VisibleRecords] = {}
        self._gone: dict[int, dict[tuple[str, str], Record]] = {}

    def seen(
        self, directory: Directory, area: StudyArea, day: dt.date, regions: Collection[str] | None = None
    ) -> VisibleRecords:
        """Return what may be seen now: everything, or in some regions."""
        with self._lock:
            if self._state != (_last_batch(directory), day):
                self._state = None  # when it fails, it is tried again the next time
                self._state = self._project(directory, area, day), day
            if regions is None:
                return self._whole
            wanted = frozenset(regions)
            if wanted not in self._in_regions:
                self._in_regions[wanted] = self._whole.within(wanted)
            return self._in_regions[wanted]

    def gone(self, directory: Directory, area: StudyArea, day: dt.date, since: int) -> dict[tuple[str, str], Record]:
        """Return by table and id what was removed from a batch on and might be seen if it were still there.

        It is looked at as it was when it went, together with all that is there now; a place at which nothing else is
        that may be seen comes with it.
        """
        whole = self.seen(directory, area, day)
        with self._lock:
            if since not in self._gone:
                removed = [*_removed(directory, since)]
                ids = {record.id for record in removed}
                tables = {table: [*records] for table, records in self._tables.items()}
                for record in removed:
                    tables[record.table].append(record)
                visible = shown(tables, self._rules) if removed else {}
                self._gone[since] = {
                    (table, record.id): record
                    for table, records in visible.items()
                    for record in records
                    if record.id in ids or not whole.has(table, record.id)
                }
            return self._gone[since]

    def _project(self, directory: Directory, area: StudyArea, day: dt.date) -> int:
        with _reading(directory):
            last = _last_batch(directory)
            self._tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
            self._rules = directory.rules(day)
            visible = VisibleRecords(shown(self._tables, self._rules), area, day, key=directory.key)
            real = {record.id: record for records in self._tables.values() for record in records}
            self._whole = visible.with_conflicts(told(directory.conflicts(), visible, real))
        self._in_regions, self._gone = {}, {}
        return last


def _last_batch(directory: Directory) -> int:
    (last,) = directory.db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    return int(last)


def _removed(directory: Directory, since: int) -> Iterator[Record]:
    query = (
        "SELECT \"table\", before FROM history h WHERE batch >= ? AND change = 'removed' AND NOT EXISTS"
        ' (SELECT 1 FROM history l WHERE l.record = h.record AND l."table" = h."table" AND l.number > h.number)'
    )
    for table, before in directory.db.conn.execute(query, [since]):
        if table in RECORDS:
            yield reader(RECORDS[table])([*whole_row(table, json.loads(before)).values()])


@contextlib.contextmanager
def _reading(directory: Directory) -> Iterator[None]:
    """Read all of a directory as it is at one moment, whoever writes meanwhile."""
    directory.db.execute("BEGIN")
    try:
        yield
    finally:
        directory.db.execute("COMMIT")
