"""Draw pages of the report for docs/report.md: ``python -m docs.figures.report_pictures [VIEW] [LANGUAGE]``.

VIEW is build/public.db by default, as `rohnamo demo` makes it. Pages are found by what stands in them, so that they
may move; pictures go to docs/images/report-NAME.png.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pypdfium2
from PIL import Image

from docs.figures.screenshots import LARGEST, ROOT, fewer_colours
from mapping.area.study_area import StudyArea
from mapping.render import report
from mapping.render.report.elements import Picture, Report, ReportTable
from mapping.render.report.writers import pdf
from mapping.resources import shipped
from mapping.view.view import View

PAGES = {
    "summary": "pillars",
    "actors": "actors",
    "mechanism": "mechanism",
    "maps": "small-maps",
    "programmes": "funders",
    "matrix": "nrm",
    "reach": "coverage",
    "pathways": "pathways",
    "siting": "siting",
    "recommendations": "matrix",
}
"""Name of a picture -> anchor of a table or figure on its page; the one of a table begins with ``t-``."""

SCALE = 1.15
"""Dots for a point of print."""


def caption_of(made: Report, anchor: str) -> str:
    """Return how the caption of a table or figure begins: its label."""
    for block in made.blocks():
        if isinstance(block, ReportTable | Picture) and block.anchor in (anchor, f"t-{anchor}"):
            return f"{block.label}."
    raise LookupError(f"the report has no table or figure {anchor}")


def main(view: str = "build/public.db", language: str = "en") -> int:
    """Write the pictures; 1 where one is too large."""
    area, large = StudyArea.load(shipped("geo/tj")), 0
    with View(Path(view)) as opened:
        made = report.make(opened, area, language=language)
    document = pypdfium2.PdfDocument(pdf.write(made))
    texts = [page.get_textpage().get_text_range() for page in document]
    first = next(n for n, text in enumerate(texts) if made.chapters[0].title in text and n > 2)
    for name, anchor in PAGES.items():
        label = caption_of(made, anchor)
        number = next(n for n, text in enumerate(texts) if n >= first and label in text)
        shot: Image.Image = document[number].render(scale=SCALE).to_pil()
        out = io.BytesIO()
        shot.save(out, "PNG")
        png = fewer_colours(out.getvalue())
        (ROOT / "docs" / "images" / f"report-{name}.png").write_bytes(png)
        large += len(png) > LARGEST
        print(f"report-{name}.png  page {number + 1}  {len(png) / 1000:.0f} kB")
    return int(large > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
