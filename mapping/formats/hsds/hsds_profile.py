"""Our profile of HSDS, as a zip: what a file of ours has that the standard has not. It is the same for every view."""

from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats._archives import write_archive
from mapping.formats.hsds._profile import files
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".profile.zip"
"""No ending of files that hold data: it is written by its name only."""

LABEL = Message("What our HSDS files add to the standard: patches, schemas, tables (zip)")
FILE = "hsds-profile.zip"


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001
    """Write the profile into a zip: the same bytes each time."""
    view.require_area(area)
    write_archive(Path(path), sorted(files().items()))
