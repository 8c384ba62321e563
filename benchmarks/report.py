"""Measure the national report and the brief of a district on the demo's view: ``python benchmarks/report.py``.

The view is build/public.db, which `rohnamo demo` makes; ``--quick`` leaves the analyses and the Word file out.
"""

from __future__ import annotations

from pathlib import Path

from _harness import Table, main, timed

from mapping.area.study_area import StudyArea
from mapping.render import report
from mapping.render.report import brief
from mapping.render.report.writers import docx, html, pdf
from mapping.resources import shipped
from mapping.view.view import View

VIEW = Path("build/public.db")
DISTRICT, LANGUAGE = "Rasht", "ru"
ABOUT = (
    "The demo's country in Russian, which makes the longest pages: its analyses, then the brief of a district and the "
    "report, each from its parts to the file. No other program does this; the ratios are to the first row."
)


def run(quick: bool) -> list[Table]:
    """Measure the analyses, then every file that is made of them."""
    if not VIEW.exists():
        raise SystemExit(f"{VIEW}: there is no view; run `rohnamo demo` first")
    area = StudyArea.load(shipped("geo/tj"))
    table = Table("The demo's view")
    rows = table.rows
    with View(VIEW) as view:
        results = report.gather(view, area)
        if not quick:
            rows.append(("analyses", timed(lambda: report.gather(view, area))))
        unit = brief.find_unit(area, DISTRICT)

        def district() -> bytes:
            return pdf.write(brief.make(view, area, unit, language=LANGUAGE, results=results))

        rows.append(("brief of a district as PDF", timed(district, repeat=2)))
        made = report.make(view, area, language=LANGUAGE, results=results)
        rows.append(("report worked out", timed(lambda: report.make(view, area, language=LANGUAGE, results=results))))
        rows.append(("report as HTML", timed(lambda: html.write(made))))
        rows.append(("report as PDF", timed(lambda: pdf.write(made))))
        if not quick:
            rows.append(("report as a Word document", timed(lambda: docx.write(made))))
    return [table]


if __name__ == "__main__":
    main("report", "The report and the brief", run, about=ABOUT, packages=["weasyprint", "pydyf", "python-docx"])
