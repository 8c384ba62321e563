"""Fixtures for all tests: the study areas."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from mapping.area.study_area import StudyArea
from tests.support.browser import chromium, open_page  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "tiny"
TAJIKISTAN = ROOT / "data" / "geo" / "tj"


settings.register_profile("rohnamo", deadline=None, derandomize=True)  # a slow machine is no fault
settings.register_profile("fuzz", deadline=None, max_examples=2000, print_blob=True)  # at random and long: make fuzz
settings.load_profile("rohnamo")


@pytest.fixture(scope="session")
def tiny_area() -> StudyArea:
    """Orzustan, an invented country whose people and minutes can be worked out by hand: tests/tiny/README.md."""
    return StudyArea.load(TINY)


@pytest.fixture
def tiny_copy(tmp_path: Path) -> Path:
    """A copy of Orzustan's folder to spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def tj_area() -> StudyArea:
    """The default study area of the repository."""
    return StudyArea.load(TAJIKISTAN)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of material that the repository does not hold; tests that need it skip without."""
    folder = Path(os.environ.get("ROHNAMO_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"needs material that is not part of the repository: no folder {folder.name!r} beside it")
    return folder
