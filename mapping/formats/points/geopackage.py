"""GeoPackage in and out: every layer with its attributes, for desktop geographic information systems."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats import Sheet, refusal
from mapping.formats.points._points import DAYS, checked, layers, table
from mapping.formats.tables._flat import MEANINGS, terms
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".gpkg"
DRIVER = "GPKG"
LABEL = Message("Services as a layer for QGIS and other map programs (GeoPackage)")
FILE = "list.gpkg"
LAYER = "services"


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
            raise refusal("{path}: is no GeoPackage; export it again as GeoPackage", path=path)
    yield from layers(path, DRIVER)


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write one layer of points, ``services``, with what each column means; without a point the geometry is empty."""
    view.require_area(area)
    import numpy as np
    import pyogrio.raw
    import shapely

    path, about = Path(path), terms(view, area)
    path.unlink(missing_ok=True)
    points = table(view, area, language)
    attributes = points.drop(columns="geometry")
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.asarray(points.geometry)),
        [
            column.to_numpy("datetime64[D]") if name in DAYS else column.astype(object).to_numpy()
            for name, column in attributes.items()
        ],
        np.asarray(attributes.columns, dtype=object),
        layer=LAYER,
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4326",
        layer_options={"DESCRIPTION": f"{about.attribution}; {about.licence}", "IDENTIFIER": LAYER},
    )
    day = f"{about.edition}T00:00:00.000Z"
    with closing(sqlite3.connect(path, isolation_level=None)) as layer:  # GDAL writes the clock, and counts writers
        layer.execute("PRAGMA journal_mode = DELETE")
        _explain(layer, attributes.columns)
        layer.execute("UPDATE gpkg_contents SET last_change = ?", [day])
        layer.execute("VACUUM")
    with path.open("r+b") as file:  # how often SQLite wrote depends on chance: both counters must be alike, no more
        for counter in (24, 92):
            file.seek(counter)
            file.write((1).to_bytes(4, "big"))


def _explain(layer: sqlite3.Connection, columns: Iterable[str]) -> None:
    """Write what each column means where map programs look for it: in the table of the schema extension."""
    layer.execute(
        "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, "
        "description TEXT, mime_type TEXT, constraint_name TEXT, "
        "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    layer.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, description) VALUES (?, ?, ?)",
        [(LAYER, column, MEANINGS[column]) for column in columns if column in MEANINGS],
    )
    layer.execute(
        "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, "
        "value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, "
        "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    )
    layer.executemany(  # the standard asks for both tables, the second empty or not
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', "
        "'http://www.geopackage.org/spec121/#extension_schema', 'read-write')",
        [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
    )
