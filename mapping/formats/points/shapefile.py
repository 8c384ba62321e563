"""Shapefiles in, in a zip with their parts: each is a sheet of its attributes, with latitude and longitude."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.formats._archives import content, members
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
    parts = [member for member in members(path) if Path(member.filename).suffix.lower() in PARTS]
    homes = {name: str(number) for number, name in enumerate(dict.fromkeys(_whole_name(member) for member in parts))}
    with tempfile.TemporaryDirectory() as folder:
        for member in parts:
            name = Path(member.filename)
            home = Path(folder) / homes[_whole_name(member)]
            home.mkdir(exist_ok=True)
            (home / f"{name.stem}{name.suffix.lower()}").write_bytes(content(path, member))
        for shape in sorted(Path(folder).glob("*/*.shp")):
            try:
                sheets = list(layers(shape, DRIVER))
            except FormatError as error:
                raise FormatError(str(error).replace(str(shape), f"{path} [{shape.stem}]")) from error
            yield from (Sheet(sheet.name or shape.stem, sheet.rows, sheet.first_row, sheet.skipped) for sheet in sheets)


def _whole_name(member: zipfile.ZipInfo) -> str:
    """Return the name that the parts of one shapefile share."""
    return str(Path(member.filename).with_suffix(""))
