"""Shapefiles in, in a zip with their parts: each is a sheet of its attributes, with latitude and longitude."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mapping.formats import Sheet
from mapping.formats._archives import members
from mapping.formats.points._points import checked, layers
from mapping.language.i18n import Message

SUFFIX = ".zip"
DRIVER = "ESRI Shapefile"
LABEL = Message("Places of a shapefile, zipped")
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""Endings of the files of which one consists: none is read alone."""


def recognises(path: Path) -> bool:
    """Tell whether an archive holds a shapefile."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().endswith(".shp") for name in archive.namelist()[:2000])
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return False


def read(path: str | Path) -> Iterator[Sheet]:
    """Read each shapefile of an archive as a sheet.

    Raises
    ------
    FormatError
        When the archive is damaged or hostile, or a shapefile is not whole.
    """
    path = checked(path)
    for member in members(path):
        shape = Path(member.filename)
        if shape.suffix.lower() == ".shp":
            for sheet in layers(path, DRIVER, f"/vsizip/{path}/{member.filename}"):
                yield replace(sheet, name=sheet.name or shape.stem)
