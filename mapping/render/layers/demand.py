"""Area units shaded by how often help was said to be missing, as far as that may be shown."""

import itertools
from collections.abc import Iterator, Sequence

from mapping.area.study_area import StudyArea
from mapping.language.i18n import ranged, translate
from mapping.render.layers import Layer, LegendLine
from mapping.result import Result
from mapping.view.view import View

ORDER = 35
STEPS = (1, 20, 40, 80, 160)
"""From how many on a unit has the next darker colour; counts under the threshold are not in the result at all."""


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the units of a result of the analysis ``demand`` of the finest level, if anything may be shown."""
    del links
    finest = area.levels[-1].level
    for result in results:
        if result.name != "demand" or result.level != finest or not result.table["said"].any():
            continue
        classes, tips = {}, {}
        for code, missing in result.table["said"].items():
            classes[str(code)] = f"unit c{sum(missing >= step for step in STEPS)}" if missing else "unit c0"
            tips[str(code)] = translate(
                "{unit}: help was said to be missing: {said}; services: {listed}",
                language,
                unit=area.label(str(code), language),
                **{key: result.text(str(code), key, language) for key in ("said", "listed")},
            )
        contents = {"of": "units", "classes": classes, "tips": tips, "pane": "bands"}
        label = translate("Help said to be missing", language)
        yield Layer("demand", "shapes", label, contents, group="colour", legend=_legend(language))


def _legend(language: str) -> tuple[LegendLine, ...]:
    edges = [ranged(low, high - 1, language) for low, high in itertools.pairwise(STEPS)] + [f"{STEPS[-1]}+"]
    none = LegendLine('<i class="fn"></i>', translate("none that may be shown", language))
    lines = (LegendLine(f'<i class="f{n}"></i>', text) for n, text in enumerate(edges, 1))
    words = translate("times that it was said; none is shown under the threshold", language)
    return (none, *lines, LegendLine("", words))
