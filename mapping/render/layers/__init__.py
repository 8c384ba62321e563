"""Map layers: one file each.

A layer's module holds ``ORDER`` (place in the list of layers, lowest at the bottom of the map) and
``layers(view, area, *, results, language, links) -> Iterable[Layer]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class LegendLine:
    """One line of a legend: a sign (our own HTML, no text of a directory) and what it means."""

    sign: str
    words: str


@dataclass(frozen=True)
class Layer:
    """What ``static/map.js`` draws: JSON contents of a kind that it knows, and how the page speaks of it.

    ``group``: ``colour`` layers exclude each other, ``show`` layers are switched one by one, ``base`` layers are always
    there. ``files`` are pictures that the contents name. A layer that shows another season or way to travel names the
    layer that it stands in for as ``instead_of``; a slider changes between them. ``scenario`` and ``figures`` (label
    and value) say what it shows.
    """

    id: str
    kind: Literal["shapes", "image", "labels", "services"]
    label: str
    contents: Mapping[str, Any]
    group: Literal["base", "colour", "show"] = "show"
    shown: bool = True
    legend: tuple[LegendLine, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    instead_of: str = ""
    scenario: str = ""
    figures: tuple[tuple[str, str], ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether it is always on the map."""
        return self.group == "base"
