"""An empty flat workbook, for partners who have no list yet; filled in, it comes back as `mapping.formats.workbook`."""

from pathlib import Path

from mapping.area import StudyArea
from mapping.formats.workbook import write_workbook
from mapping.view import View
from mapping.words import Message

SUFFIX = ".xlsx"
LABEL = Message("An empty workbook to write your own services into and send to us (Excel)")
FILE = "empty.xlsx"
TRANSLATED = True


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001 - nothing of it is shown
    """Write the workbook without rows: the columns, their lists and explanations in a language."""
    write_workbook(path, [], area=area, language=language, about=None)
