"""What the pages of the staff portal share: the directory of a request, what may be seen of it, its day, its grants.

This is the only part of the web that opens the private directory. Pages for stewards show what `web.staff_seen` takes
from it, and nothing besides: what is for custodians only never reaches a template from here.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import abort, current_app, g

from mapping.area import StudyArea
from mapping.model import RECORDS, Record
from mapping.store import Directory
from mapping.words import Message
from web.guard import me, now
from web.inbox import Inbox
from web.roles import Action
from web.staff_seen import Seen


@dataclass(frozen=True)
class MenuItem:
    """A link of the menu: its path within the language, what it is called, and the action that it needs."""

    path: str
    label: Message
    action: Action


def study_area() -> StudyArea:
    """Return the study area of the portal."""
    area: StudyArea = current_app.config["AREA"]
    return area


def inbox() -> Inbox:
    """Return what visitors and partners sent in."""
    found: Inbox = current_app.config["INBOX"]
    return found


def today() -> dt.date:
    """Return the day of this request where the study area is."""
    return now().astimezone(ZoneInfo(study_area().timezone)).date()


def directory() -> Directory:
    """Return the directory, opened for this request and closed at its end."""
    if "directory" not in g:
        g.directory = Directory(cast("Path", current_app.config["DIRECTORY"]), study_area())
    return cast("Directory", g.directory)


def close_directory(_error: BaseException | None = None) -> None:
    """Close what `directory` opened."""
    opened: Directory | None = g.pop("directory", None)
    if opened is not None:
        opened.close()


def everything_seen() -> Seen:
    """Return what stewards see of the directory, in every region; worked out anew after each change and each day."""
    (last,) = directory().db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    state = (last, today())
    kept: dict[str, Any] = current_app.extensions.setdefault("rohnamo_seen", {})
    if kept.get("state") != state:
        seen = Seen.of(directory(), study_area(), today(), tables=_tables(kept.setdefault("tables", {})))
        kept.update(state=state, seen=seen, regions={})
    return cast("Seen", kept["seen"])


def _tables(kept: dict[str, tuple[int, list[Record]]]) -> dict[str, list[Record]]:
    """Return the records of every table; those that were not changed since are as they were read then."""
    last = dict(directory().db.conn.execute('SELECT "table", max(number) FROM history GROUP BY "table"').fetchall())
    for table in RECORDS:
        if table not in kept or kept[table][0] != last.get(table, 0):
            kept[table] = (last.get(table, 0), directory().records(table))
    return {table: kept[table][1] for table in RECORDS}


def seen() -> Seen:
    """Return what whoever is signed in sees of the directory: in the regions granted to them."""
    whole = everything_seen()
    kept: dict[frozenset[str], Seen] = current_app.extensions["rohnamo_seen"]["regions"]
    regions = me().grants.regions
    if regions not in kept:
        kept[regions] = whole.within(regions)
    return kept[regions]


def require_over(action: Action, record: Any) -> None:
    """Refuse the request unless the person may do this to a record, by where it is."""
    if not me().may(action, everything_seen().units(record)):
        abort(403)
