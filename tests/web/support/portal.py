"""Publish a directory of the sample for tests of the portal."""

from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.editions.publish import publish
from tests.support.sample import TODAY, sample_directory


def published(folder: Path, area: StudyArea, *parts) -> Path:
    """Publish these parts, or the whole sample, and return the view's file."""
    with sample_directory(folder, area, *parts) as directory:
        publish(directory, "public", folder / "public.db", area=area, edition=TODAY)
    return folder / "public.db"
