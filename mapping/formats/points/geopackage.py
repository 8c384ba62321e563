"""GeoPackage in and out: every layer with its attributes, for desktop geographic information systems."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.formats.points._points import checked, layers, table
from mapping.formats.tables._flat import terms
from mapping.language.i18n import Message, Phrase
from mapping.view.view import View

SUFFIX = ".gpkg"
LABEL = Message("Services as a layer for QGIS and other map programs (GeoPackage)")
FILE = "list.gpkg"


def read(path: str | Path) -> Iterator[Sheet]:
    """Read each layer as a sheet of its attributes, with latitude and longitude; shapes by a point within them.

    Raises
    ------
    FormatError
        When the file is missing, empty, too large or no GeoPackage.
    """
    path = checked(path)
    with path.open("rb") as file:
        if not file.read(16).startswith(b"SQLite format 3\0"):
            raise FormatError(Phrase("{path}: is no GeoPackage; export it again as GeoPackage", path=path))
    yield from layers(path)


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write one layer of points, ``services``; what has no point to show has an empty geometry."""
    import pyogrio

    path, about = Path(path), terms(view, area)
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(
        table(view, area, language),
        path,
        layer="services",
        driver="GPKG",
        geometry_type="Point",
        layer_options={
            "SPATIAL_INDEX": "NO",
            "DESCRIPTION": f"{about.attribution}; {about.licence}",
            "IDENTIFIER": "services",
        },
    )
    day = f"{about.edition}T00:00:00.000Z"
    with closing(sqlite3.connect(path, isolation_level=None)) as layer:  # GDAL writes the clock, and counts writers
        layer.execute("PRAGMA journal_mode = DELETE")
        layer.execute("UPDATE gpkg_contents SET last_change = ?", [day])
        layer.execute("VACUUM")
    with path.open("r+b") as file:  # how often SQLite wrote depends on chance: both counters must be alike, no more
        for counter in (24, 92):
            file.seek(counter)
            file.write((1).to_bytes(4, "big"))
