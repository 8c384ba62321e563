"""GeoParquet in and out, with the extra ``parquet``: large tables of places, for analysis."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats import MAX_CELLS, MAX_COLUMNS, Sheet, damage_refused, refusal
from mapping.formats.points._points import checked, sheet, table
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".parquet .geoparquet"
LABEL = Message("Services as points for analysis in Python, R and DuckDB (GeoParquet)")
FILE = "list.parquet"


def available() -> bool:
    """Tell whether the extra that this format needs is installed."""
    return find_spec("pyarrow") is not None


def read(path: str | Path) -> Iterator[Sheet]:
    """Read a table as a sheet of its attributes, with latitude and longitude where it has a geometry.

    Raises
    ------
    FormatError
        When the extra is not installed, or the file is missing, empty, too large or no Parquet.
    """
    path = checked(path)
    _require_arrow(path)
    import geopandas as gpd
    import pandas as pd
    import pyarrow.parquet as pq

    with damage_refused(path):
        about = pq.read_metadata(path)
        if about.num_columns > MAX_COLUMNS or about.num_rows * max(about.num_columns, 1) > MAX_CELLS:
            raise refusal(
                "{path}: {num_rows} rows of {num_columns} columns are too many",
                path=path,
                num_rows=about.num_rows,
                num_columns=about.num_columns,
            )
        frame = gpd.read_parquet(path) if b"geo" in (about.metadata or {}) else pd.read_parquet(path)
        attributes = sheet("", frame, path)
    yield attributes


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write a table of points; what has no point to show has an empty geometry.

    Raises
    ------
    FormatError
        When the extra is not installed.
    """
    view.require_area(area)
    _require_arrow(path)
    frame = table(view, area, language)
    frame.to_parquet(path, index=False, compression="zstd", schema_version="1.1.0")


def _require_arrow(path: object) -> None:
    if not available():
        raise refusal(
            "{path}: GeoParquet needs the extra 'parquet'; install it with: pip install rohnamo[parquet]", path=path
        )
