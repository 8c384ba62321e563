"""GeoJSON in and out: features with their attributes, for maps of any program."""

import json
from collections.abc import Iterator
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.formats import Sheet, refusal
from mapping.formats.osm import _tags as osm
from mapping.formats.points._points import checked, layers
from mapping.formats.tables._flat import flat_rows, properties, terms
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".geojson"
DRIVER = "GeoJSON"
LABEL = Message("Services as points with all that is known of them: for maps (GeoJSON)")
FILE = "list.geojson"


def read(path: str | Path) -> Iterator[Sheet]:
    """Read features as rows of their attributes, with latitude and longitude; shapes by a point within them.

    Raises
    ------
    FormatError
        When the file is missing, empty, too large or no GeoJSON.
    """
    path = checked(path)
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{"):
        raise refusal("{path}: is no GeoJSON; export it again as GeoJSON", path=path)
    for sheet in layers(path, DRIVER):
        yield osm.sheet_of_table(sheet) or sheet


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write a feature for each service at each place; where no point may be shown the geometry is null."""
    view.require_area(area)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]}
            if place is not None and place.has_point
            else None,
            "properties": properties(row),
        }
        for row, place in flat_rows(view, area, language)
    ]
    about = terms(view, area)
    collection = {
        "type": "FeatureCollection",
        "license": about.licence_url or about.licence,
        "attribution": about.attribution,
        "edition": about.edition,
        "audience": about.audience,
        "features": features,
    }
    Path(path).write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
