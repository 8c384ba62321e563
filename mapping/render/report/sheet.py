"""A picture as a sheet of its own: the finding above, what is drawn, and below it unit, edition and source.

Whoever passes a picture on cuts it off from its page. What a reader needs to judge it therefore stands inside.
"""

import html
import re

from mapping.language.i18n import Message, translate
from mapping.render.report.sources import input_words
from mapping.render.svg import BOLD, FONT, INK, PAPER, SOFT, wrapped
from mapping.result import Kind, Result

TITLE, FOOT = 17, 11.5
"""Sizes of letters in a picture of the width of a page."""

UNITS: dict[Kind, Message] = {
    "share": Message("percent"),
    "people": Message("people"),
    "minutes": Message("hours and minutes"),
    "count": Message("number"),
    "number": Message("number"),
}
"""What the numbers of a kind are counted in."""


def sheet(drawn: str, *, title: str, foot: str = "") -> str:
    """Return an SVG picture between its title, of five lines at most, and its foot, as one SVG picture."""
    match = re.match(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)', drawn)
    if match is None:
        raise ValueError("a sheet holds an SVG picture with a width and a height")
    width, height = float(match[1]), float(match[2])
    size = TITLE if width > 500 else TITLE - 2
    texts, y = [], 8.0
    for line in wrapped(title, width - 16, size * BOLD, 5):
        y += size + 5
        texts.append(f'<text x="8" y="{y:g}" font-size="{size}" font-weight="bold">{html.escape(line)}</text>')
    y += 6
    inside = drawn.strip().replace("<svg ", f'<svg y="{y:g}" ', 1)
    y += height
    for line in wrapped(foot, width - 16, FOOT, 12) if foot else ():
        y += FOOT + 3.5
        texts.append(f'<text x="8" y="{y:g}" font-size="{FOOT}" fill="{SOFT}">{html.escape(line)}</text>')
    y += 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{y:g}" viewBox="0 0 {width:g} {y:g}"'
        f' role="img" font-family="{FONT}" fill="{INK}"><title>{html.escape(title)}</title>'
        f'<rect width="{width:g}" height="{y:g}" fill="{PAPER}"/>{"".join(texts)}{inside}</svg>\n'
    )


def title_of(drawn: str) -> str:
    """Return the title of a sheet."""
    return html.unescape(re.findall(r"<title>([^<]*)", drawn)[0])


def finding(result: Result, language: str) -> str:
    """Return what a result found as a sentence: the title of its pictures."""
    return f"{result.finding.into(language)}."


def foot(result: Result, language: str, *, kind: Kind | None = None, sources: str = "", demo: bool = False) -> str:
    """Return what stands below a picture of a result: unit, day and source, and that a demonstration is one.

    ``kind`` is of what the picture draws, none where its axes say it; ``sources`` are those of a map beside the
    result's own.
    """
    parts = [translate("Demonstration: everything here is invented.", language)] if demo else []
    if kind in UNITS:
        parts.append(translate("Unit: {unit}.", language, unit=UNITS[kind].into(language)))
    parts.append(translate("Edition of {day}.", language, day=result.edition))
    origins = "; ".join([*(input_words(origin, language) for origin in result.inputs), sources]).split("; ")
    own = "; ".join(dict.fromkeys(source.strip().rstrip(".") for source in origins if source))
    parts.append(translate("Source: {sources}.", language, sources=own))
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts)
