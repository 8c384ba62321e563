"""OpenStreetMap in, from an extract (PBF); needs the extra ``osm``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.formats.osm import _tags as osm
from mapping.language.i18n import Message, Phrase

SUFFIX = ".pbf"
LABEL = Message("A part of OpenStreetMap (PBF)")


def read(path: str | Path) -> Iterator[Sheet]:
    """Read the elements of an extract that are help, as one sheet (`mapping.formats.osm._tags`).

    The centre of a way or a relation is the middle of the box around its nodes.

    Raises
    ------
    FormatError
        When the extra is not installed, or the file is missing or damaged.
    """
    try:
        import osmium
    except ImportError as error:
        raise FormatError(
            Phrase(
                "{path}: reading extracts of OpenStreetMap needs the extra 'osm'; install it: pip "
                "install 'rohnamo[osm]'",
                path=path,
            )
        ) from error
    try:
        yield osm.sheet_of(_elements(osmium, str(path)))
    except (RuntimeError, OSError, ValueError) as error:
        raise FormatError(
            Phrase("{path}: cannot be read as an extract ({error}); fetch it again", path=path, error=error)
        ) from error


def _elements(osmium: Any, path: str) -> Iterator[osm.Element]:
    """Yield what could be help. Relations come first, since their ways are needed to place them."""
    related: dict[int, tuple[dict[str, str], set[int], set[int]]] = {}
    for relation in osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(
        osmium.filter.KeyFilter(*osm.first_keys())
    ):
        tags = {tag.k: tag.v for tag in relation.tags}
        ways = {member.ref for member in relation.members if member.type == "w"}
        related[relation.id] = tags, ways, {member.ref for member in relation.members if member.type == "n"}
    wanted_ways = {way for _, ways, _ in related.values() for way in ways}
    wanted_nodes = {node for _, _, nodes in related.values() for node in nodes}
    first = osm.first_keys()
    boxes: dict[str, list[tuple[float, float]]] = {}
    for feature in osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations():
        known = any(tag.k in first for tag in feature.tags)
        if feature.is_node():
            if known:
                yield osm.Element(
                    f"node/{feature.id}", {tag.k: tag.v for tag in feature.tags}, feature.lat, feature.lon
                )
            if feature.id in wanted_nodes:
                boxes[f"n{feature.id}"] = [(feature.lat, feature.lon)]
        elif known or feature.id in wanted_ways:
            points = [(node.lat, node.lon) for node in feature.nodes if node.location.valid()]
            if known:
                yield osm.Element(f"way/{feature.id}", {tag.k: tag.v for tag in feature.tags}, *osm.centre(points))
            if feature.id in wanted_ways:
                boxes[f"w{feature.id}"] = points
    for number, (tags, ways, nodes) in sorted(related.items()):
        names = [*(f"w{way}" for way in sorted(ways)), *(f"n{node}" for node in sorted(nodes))]
        points = [point for name in names for point in boxes.get(name, ())]
        yield osm.Element(f"relation/{number}", tags, *osm.centre(points))
