"""An empty flat workbook, for partners who have no list yet; `mapping.formats.tables.workbook` reads it filled in."""

from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats.tables.workbook import write_workbook
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".xlsx"
LABEL = Message("An empty workbook to write your own services into and send to us (Excel)")
FILE = "empty.xlsx"
TRANSLATED = True


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write the workbook without rows: the columns, their lists and explanations in a language."""
    view.require_area(area)
    write_workbook(path, [], area=area, language=language, about=None)
