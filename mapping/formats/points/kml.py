"""KML and KMZ in, as Google My Maps, Earth and navigation devices write them: each folder of places is a sheet."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mapping.formats import Sheet, refusal
from mapping.formats._archives import content, members
from mapping.formats.points._points import checked, layers
from mapping.language.i18n import Message

SUFFIX = ".kml .kmz"
DRIVER = "LIBKML"
LABEL = Message("Places of Google My Maps or Google Earth (KML)")


def read(path: str | Path) -> Iterator[Sheet]:
    """Read each folder as a sheet of what its places say, with latitude and longitude.

    Links to files elsewhere are never followed: a map that holds nothing but such a link has no places.

    Raises
    ------
    FormatError
        When the file is missing, empty, too large, no KML, or has nothing but links.
    """
    path = checked(path)
    if path.suffix.lower() == ".kmz":
        documents = [member for member in members(path) if member.filename.lower().endswith(".kml")]
        if not documents:
            raise refusal("{path}: holds no KML; export the map again", path=path)
        text = content(path, documents[0])
    else:
        text = path.read_bytes()
    if b"<kml" not in text[:4096].lower() and b"<document" not in text[:4096].lower():
        raise refusal("{path}: is no KML; export the map again", path=path)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise refusal("{path}: defines entities, which no map needs; do not trust its sender", path=path)
    if b"<Placemark" not in text:
        raise refusal("{path}: holds no places, perhaps a link to them; export the map with its data", path=path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{path.stem}.kml"  # whose name a map without a name of its own takes
        copy.write_bytes(re.sub(rb"<NetworkLink\b.*?</NetworkLink>", b"", text, flags=re.S))
        yield from map(_without_looks, layers(path, DRIVER, str(copy)))


LOOKS = frozenset(("altitudemode", "tessellate", "extrude", "visibility", "draworder", "icon"))
"""Columns by which a map is drawn: they say nothing of a place, and "visibility" not who may see it."""


OWN_ID, NUMBER = "id2", "id"
"""What a column of ids is called beside the numbers that the program gives its places, and these."""


def _without_looks(sheet: Sheet) -> Sheet:
    """Return the places of a layer without the columns that only say how it is drawn, or number the places."""
    names = [str(name).casefold() for name in sheet.rows[0]] if sheet.rows else []
    left_out = {*LOOKS, NUMBER} if OWN_ID in names else LOOKS
    places = [place for place, name in enumerate(names) if name not in left_out]
    heads, *rows = [[row[place] for place in places if place < len(row)] for row in sheet.rows] or [[]]
    heads = [NUMBER if str(name).casefold() == OWN_ID else name for name in heads]
    return replace(sheet, rows=[heads, *rows] if sheet.rows else [])
