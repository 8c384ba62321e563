"""The chart of the referral mechanism: its steps, and what becomes of each referral from one to the next."""

from mapping.area.study_area import StudyArea
from mapping.language.taxonomy import Vocabulary
from mapping.render.charts import WIDE, draw_stacked
from mapping.render.svg import Drawing
from mapping.result import Result


def mechanism(result: Result, area: StudyArea, *, language: str) -> str:
    """Return the chart as SVG; empty where no referral was looked at.

    Below the steps stands a bar of all area units for each referral, as in the chart of the result itself.
    """
    links = [column for column in result.columns if column.kind == "state" and "_" in column.key]
    if not links or result.table.empty:
        return ""
    types = Vocabulary.load("service_types")
    drawing = Drawing(WIDE, result.title.into(language), f"{result.finding.into(language)}.", titled=False)
    steps = list(dict.fromkeys(code for column in links for code in column.key.split("_")))
    drawing.steps([str(types.label(code, language)) for code in steps if code in types])
    draw_stacked(drawing, result, area, language)
    return drawing.text()
