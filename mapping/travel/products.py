"""What is handed on of travel times: a raster of minutes, and the shares of people within some of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mapping.area.build.inputs import Findings, read_points
from mapping.area.rasters import write_raster
from mapping.area.study_area import StudyArea
from mapping.engines.zonal import band_sums
from mapping.errors import InvalidRecord

NO_WAY = -1.0
"""What stands in a raster of minutes where there is no way."""


def points_of(path: Path) -> NDArray[np.float64]:
    """Return latitude and longitude of the points of a file, shape (n, 2): a CSV with lat and lon, or shapes.

    Raises
    ------
    InvalidRecord
        The file cannot be read, or holds no points.
    """
    findings = Findings()
    points = read_points(path, findings)
    if points is None:
        raise InvalidRecord("\n".join(str(fault) for fault in findings.faults))
    return np.column_stack([points.geometry.y, points.geometry.x])


def write_minutes(path: Path, area: StudyArea, minutes: NDArray[np.float32]) -> Path:
    """Write minutes of travel as a GeoTIFF on the grid of a study area; no data (-1) where there is no way."""
    return write_raster(path, np.where(np.isfinite(minutes), minutes, np.float32(NO_WAY)), area.grid, missing=NO_WAY)


def people_within(area: StudyArea, minutes: NDArray[np.float32], bands: Sequence[float]) -> pd.DataFrame:
    """Return how many people of each unit live within each of some minutes, and which share of its people that is.

    Index ``code``: the finest units, then the country. Columns name, people, and for each band ``within_60`` and
    ``share_60`` (of 1; 0 where nobody lives).

    Raises
    ------
    InvalidRecord
        The bands do not rise.
    """
    sums = band_sums(area.unit_grid, minutes, area.people_grid, edges=list(bands), count=len(area.unit_codes))
    sums = np.vstack([sums, sums.sum(axis=0)])
    people = sums.sum(axis=1)
    main = area.languages[0]
    codes = [*area.unit_codes, area.code]
    names = [*area.units()["name"], area.name[main]]
    table = pd.DataFrame({"name": names, "people": people}, index=pd.Index(codes, name="code"))
    within = np.cumsum(sums, axis=1)
    for number, band in enumerate(bands):
        table[f"within_{band:g}"] = within[:, number]
        table[f"share_{band:g}"] = within[:, number] / np.where(people > 0, people, 1)
    return table
