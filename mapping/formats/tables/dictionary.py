"""The data dictionary: what each column of the tables of services means."""

import csv
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats.tables._flat import MEANINGS
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".dictionary.csv"
LABEL = Message("What each column of the tables means (CSV)")
FILE = "dictionary.csv"


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001
    """Write a line for each column; it is the same for every view."""
    view.require_area(area)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["column", "meaning"])
        writer.writerows(MEANINGS.items())
