"""Publish a directory of the sample for tests of the portal."""

from pathlib import Path

from sample import TODAY, sample_directory

from mapping.area import StudyArea
from mapping.publish import publish


def published(folder: Path, area: StudyArea, *parts) -> Path:
    """Publish these parts, or the whole sample, and return the view's file."""
    with sample_directory(folder, area, *parts) as directory:
        publish(directory, "public", folder / "public.db", area=area, edition=TODAY)
    return folder / "public.db"
