"""What the pages of the staff portal share: the directory of a request, what may be seen of it, and its day.

This is the only part of the web that opens the private directory. Pages for stewards show what `mapping.safety`
projects for focal points, and nothing besides: what is for custodians only never reaches a template from here.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g

from mapping.area import StudyArea
from mapping.model import RECORDS, Audience
from mapping.safety import Row, Shown, project
from mapping.store import Directory
from mapping.words import Message
from web.guard import now
from web.roles import Action

SEEN_BY_STAFF: Audience = "focal_point"
"""The widest audience whose records stand on pages of stewards."""


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


def shown() -> Shown:
    """Return what may be seen of the directory on these pages, by table, under private ids."""
    if "shown" not in g:
        tables = {table: directory().records(table) for table in RECORDS}
        g.shown = project(tables, SEEN_BY_STAFF, directory().rules(today()))
    return cast("Shown", g.shown)


def shown_row(table: str, record: str) -> Row | None:
    """Return a record as far as it may be seen; None where it is hidden or is not there, which look the same."""
    return next((row for row in shown().get(table, ()) if row["id"] == record), None)
