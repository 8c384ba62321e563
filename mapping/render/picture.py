"""A picture as PNG, for programs that show no SVG: charts, maps and diagrams of pages and reports."""

import resvg_py

WIDTH = 1600
"""Pixels across: sharp in print at the width of a page."""


def png(svg: str, width: int = WIDTH) -> bytes:
    """Return an SVG picture as PNG on white, drawn with the fonts of this machine."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, background="#ffffff", font_family="DejaVu Sans"))
