"""A picture or a table as a sheet of its own, with its finding or headings, unit, edition and source.

Whoever passes one on cuts it off from its page. What a reader needs to judge it therefore stands inside.
"""

import csv
import html
import io
import re

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, show, translate
from mapping.language.spreadsheet import neutral
from mapping.render.report.recommendations import LABELS
from mapping.render.report.sources import input_words
from mapping.render.svg import BOLD, FONT, INK, PAPER, SOFT, wrapped
from mapping.result import STATES, Kind, Result

TITLE, FOOT = 17, 11.5
"""Sizes of letters in a picture of the width of a page."""

UNITS, IN_FILES = LABELS["unit"], LABELS["in_files"]
"""Kind of number -> what it is counted in, and how it is written in a file where its heading does not say it."""


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
    # nothing is cut off at the edges of what is inside: as PNG that takes as long as all else
    inside = drawn.strip().replace("<svg ", f'<svg y="{y:g}" overflow="visible" ', 1)
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


def foot(
    result: Result, language: str, *, kind: Kind | None = None, sources: str = "", notice: Message | None = None
) -> str:
    """Return what stands below a picture of a result: the notice of its view, unit, day and source.

    ``kind`` is of what the picture draws, none where its axes say it; ``sources`` are those of a map beside the
    result's own.
    """
    parts = [notice.into(language)] if notice is not None else []
    if kind in UNITS:
        parts.append(translate("Unit: {unit}.", language, unit=UNITS[kind].into(language)))
    parts.append(translate("Edition of {day}.", language, day=result.edition))
    origins = "; ".join([*(input_words(origin, language) for origin in result.inputs), sources]).split("; ")
    own = "; ".join(dict.fromkeys(source.strip().rstrip(".") for source in origins if source))
    parts.append(translate("Source: {sources}.", language, sources=own))
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts)


def table_csv(result: Result, area: StudyArea, language: str, *, notice: Message | None = None) -> bytes:
    """Return a result's whole table as CSV that sheets open as it is (UTF-8 with a mark), with neutral cells.

    A heading is the label of pages and reports with its unit and, in brackets, the key that is the same in every
    language (`key_of`). Numbers are numbers; beside them stands what they mean, at the end of a row source and licence.
    """
    codes = [str(code) for code in result.table.index]
    columns: dict[str, list[object]] = {
        _heading(Message("Code"), "area_unit", language): [*codes],
        _heading(Message("Name"), "name", language): [area.label(code, language) for code in codes],
    }
    labels = _labels(result)
    for key, cells in result.cells.items():
        columns[_heading(labels[key], key, language)] = [_written(cell, language) for cell in cells.tolist()]
    licence = area.settings.licence.id if result.audience == "public" else ""
    for label, key, text in (
        (Message("Source"), "source", foot(result, language, notice=notice)),
        (Message("Licence"), "licence", licence),
    ):
        columns[_heading(label, key, language)] = [text] * len(codes)
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(map(neutral, columns))
    for row in zip(*columns.values(), strict=True):
        lines.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def key_of(heading: str) -> str:
    """Return the key that stands in brackets at the end of a heading of `table_csv`."""
    return heading.rpartition("[")[2].removesuffix("]")


def _heading(label: Text, key: str, language: str) -> str:
    return f"{show(label, language)} [{key}]"


def _labels(result: Result) -> dict[str, Text]:
    """Return what each column of a result's file is called: its values, both ends of their range, and their states."""
    labels: dict[str, Text] = {}
    for column in result.columns:
        unit = IN_FILES.get(column.kind)
        for key, text in (
            (column.key, column.label),
            (column.asked, Message("{what}: as asked", {"what": column.label})),
            (column.low, Message("{what}: low end of the range", {"what": column.label})),
            (column.high, Message("{what}: high end of the range", {"what": column.label})),
        ):
            labels[key] = Message("{what} ({unit})", {"what": text, "unit": unit}) if unit else text
        labels[f"{column.key}_state"] = Message("{what}: what the number means", {"what": column.label})
    return labels


def _written(cell: object, language: str) -> object:
    if isinstance(cell, str):
        return STATES[cell].into(language) if cell in STATES else cell
    return cell
