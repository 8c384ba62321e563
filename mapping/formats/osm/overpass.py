"""OpenStreetMap in, as the Overpass interface gives it: JSON with elements, ways and relations with their centres."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap
from mapping.formats import Sheet, refusal
from mapping.formats._json import beginning, load
from mapping.formats.osm import _tags as osm
from mapping.language.i18n import Message

SUFFIX = ".json"
LABEL = Message("Places of OpenStreetMap, as Overpass gives them (JSON)")


def recognises(path: Path) -> bool:
    """Tell whether a file is an answer of Overpass."""
    start = beginning(path)
    return re.match(r"\s*\{", start) is not None and re.search(r'"elements"\s*:\s*\[', start) is not None


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Return the map of a sheet of elements, from Overpass or an extract; None for any other."""
    return osm.columns(sheets, area)


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the elements that are help, as one sheet (`mapping.formats.osm._tags`).

    Raises
    ------
    FormatError
        When the file is no JSON or holds no elements.
    """
    whole = load(Path(path))
    elements = whole.get("elements") if isinstance(whole, Mapping) else None
    if not isinstance(elements, list):
        raise refusal("{path}: holds no elements; ask Overpass with [out:json] and `out center`", path=path)
    yield osm.sheet_of(_elements(elements))


def _elements(elements: list[object]) -> Iterator[osm.Element]:
    for element in elements:
        tags = element.get("tags") if isinstance(element, Mapping) else None
        if not isinstance(element, Mapping) or not isinstance(tags, Mapping) or not tags:
            continue
        at = next((element[key] for key in ("center", "bounds") if isinstance(element.get(key), Mapping)), element)
        latitude, longitude = (_number(at.get(key)) for key in ("lat", "lon"))
        if latitude is None and isinstance(element.get("geometry"), list):
            points = [
                (_number(p.get("lat")), _number(p.get("lon"))) for p in element["geometry"] if isinstance(p, Mapping)
            ]
            latitude, longitude = osm.centre([(a, b) for a, b in points if a is not None and b is not None])
        if latitude is None and "minlat" in at:
            ends = [(_number(at.get(f"{end}lat")), _number(at.get(f"{end}lon"))) for end in ("min", "max")]
            latitude, longitude = osm.centre([(a, b) for a, b in ends if a is not None and b is not None])
        texts = {str(key): str(value) for key, value in tags.items()}
        yield osm.Element(f"{element.get('type', 'element')}/{element.get('id', '')}", texts, latitude, longitude)


def _number(value: object) -> float | None:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 180 else None
    )
