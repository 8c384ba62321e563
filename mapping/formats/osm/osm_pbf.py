"""OpenStreetMap in, from an extract (PBF); needs the extra ``osm``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapping.formats import Sheet, refusal
from mapping.formats.osm import _tags as osm
from mapping.language.i18n import Message

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
        raise refusal(
            "{path}: reading extracts of OpenStreetMap needs the extra 'osm'; install it: pip install 'rohnamo[osm]'",
            path=path,
        ) from error
    try:
        yield osm.sheet_of(_elements(osmium, str(path)))
    except (RuntimeError, OSError, ValueError) as error:
        raise refusal(
            "{path}: cannot be read as an extract ({error}); fetch it again", path=path, error=error
        ) from error


def _elements(osmium: Any, path: str) -> Iterator[osm.Element]:
    """Yield what could be help. Relations are read first, since their members are needed to place them."""
    relations = _relations(osmium, path)
    points: dict[Member, Points] = {member: [] for _, members in relations.values() for member in members}
    first = osm.first_keys()
    for feature in osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations():
        kind = "node" if feature.is_node() else "way"
        member = kind[0], feature.id
        may_help = any(tag.k in first for tag in feature.tags)
        if not may_help and member not in points:
            continue
        own = _points(feature)
        if may_help:
            yield osm.Element(f"{kind}/{feature.id}", _tags(feature), *osm.centre(own))
        if member in points:
            points[member] = own
    for number, (tags, members) in sorted(relations.items()):
        yield osm.Element(
            f"relation/{number}", tags, *osm.centre([point for member in members for point in points[member]])
        )


Member = tuple[str, int]
"""A node ("n") or a way ("w") of a relation, and its number."""
Points = list[tuple[float, float]]
"""Latitudes and longitudes."""


def _relations(osmium: Any, path: str) -> dict[int, tuple[dict[str, str], list[Member]]]:
    """Return the tags of the relations that could be help, and the nodes and ways that place them, by their numbers."""
    relations = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter(*osm.first_keys()))
    return {
        relation.id: (
            _tags(relation),
            [(member.type, member.ref) for member in relation.members if member.type in ("n", "w")],
        )
        for relation in relations
    }


def _points(feature: Any) -> Points:
    if feature.is_node():
        return [(feature.lat, feature.lon)]
    return [(node.lat, node.lon) for node in feature.nodes if node.location.valid()]


def _tags(feature: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in feature.tags}
