"""What stewards see of a directory, worked out once after a change and kept from request to request."""

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Collection, Iterator

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory
from mapping.directory.rows import reader
from mapping.directory.undo import whole_row
from mapping.model import RECORDS, Record
from web.access.roles import EVERYWHERE
from web.staff.visible import VisibleRecords, shown, told


class VisibleCache:
    """What may be seen of one directory; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, dt.date], VisibleRecords] | None = None
        """What may be seen, with the last batch and the day for which it holds."""

    def seen(
        self, directory: Directory, area: StudyArea, day: dt.date, regions: Collection[str] = (EVERYWHERE,)
    ) -> VisibleRecords:
        """Return what may be seen now: everything, or in some regions."""
        with self._lock:
            if self._kept is None or self._kept[0] != (_last_batch(directory), day):
                self._kept = None  # when it fails, it is tried again the next time
                self._kept = _project(directory, area, day)
            return self._kept[1].within(frozenset(regions))

    def gone(self, directory: Directory, area: StudyArea, day: dt.date, since: int) -> dict[tuple[str, str], Record]:
        """Return by table and id what was removed from a batch on and might be seen if it were still there.

        It is looked at as it was when it went, together with all that is there now; a place at which nothing else is
        that may be seen comes with it.
        """
        if not (removed := [*_removed(directory, since)]):
            return {}
        whole, ids = self.seen(directory, area, day), {record.id for record in removed}
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        for record in removed:
            tables[record.table].append(record)
        return {
            (table, record.id): record
            for table, records in shown(tables, directory.rules(day)).items()
            for record in records
            if record.id in ids or not whole.has(table, record.id)
        }


def _project(directory: Directory, area: StudyArea, day: dt.date) -> tuple[tuple[int, dt.date], VisibleRecords]:
    with _reading(directory):
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        visible = VisibleRecords(shown(tables, directory.rules(day)), area, day, key=directory.key)
        real = {record.id: record for records in tables.values() for record in records}
        whole = visible.with_conflicts(told(directory.conflicts(), visible, real))
        return (_last_batch(directory), day), whole


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
