"""A picture as PNG, for programs that show no SVG: charts, maps and diagrams of pages and reports."""

from pathlib import Path

import resvg_py

WIDTH = 1600
"""Pixels across: sharp in print at the width of a page."""

FOLDER = Path(__file__).with_name("fonts")
FONTS = [str(path) for path in sorted(FOLDER.glob("*.ttf"))]
"""Fetched when the package is built. A machine without fonts would draw no letters, and each other ones."""


def png(svg: str, width: int | None = None) -> bytes:
    """Return an SVG picture as PNG on white, `WIDTH` across unless it is said: the same bytes on every machine."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width or WIDTH,
            background="#ffffff",
            font_family="DejaVu Sans",
            font_files=FONTS,
            skip_system_fonts=True,
        )
    )
