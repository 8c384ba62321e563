"""Measure putting the people of a country on a grid of 100 m: ``python benchmarks/area.py``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from _harness import Measured, Table, fresh, main, timed

from mapping.area.study_area import StudyArea
from mapping.resources import shipped

ABOUT = (
    "The people of Tajikistan on cells of 100 m: units burnt, elevation and land cover warped, slopes, the census "
    "spread by land cover and slope."
)


def spread(folder: str) -> Measured:
    """Put the people of a study area on its grid."""
    area = StudyArea.load(folder)
    return timed(lambda: area.people_grid, answer=lambda people: people.size)


def run(quick: bool) -> list[Table]:
    """Measure on cells of 100 m."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(shipped("geo/tj"), Path(scratch) / "tj"))
        with (folder / "area.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[grid]\ncell_size = {1000 if quick else 100}\n")
        rows = [("people", fresh(spread, str(folder)))]
    return [Table(f"{rows[0][1].answer / 1e6:.1f} million cells", rows)]


if __name__ == "__main__":
    main("area", "A study area at 100 m", run, about=ABOUT, packages=["numpy", "rasterio", "scipy"])
