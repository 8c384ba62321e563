"""Area units shaded by a result: the first column that says how many people are beyond reach."""

import itertools
from collections.abc import Iterator, Sequence

from mapping.area.study_area import StudyArea
from mapping.language.i18n import percent, ranged, show, translate
from mapping.render.layers import Layer, LegendLine
from mapping.result import Column, Result
from mapping.view.view import View

ORDER = 30
STEPS = (0.2, 0.4, 0.6, 0.8)
RAMPS = {"worse": ("c", "f"), "better": ("b", "g")}
"""Whether more is worse or better -> the classes of a unit and of its key: darker is more of what the title says."""


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the units of each result of the finest level that holds a share of people."""
    del links
    finest = area.levels[-1].level
    for number, result in enumerate(results):
        column = shaded(result)
        if column is None or result.level != finest:
            continue
        yield _layer(area, result, column, f"units-{number}", language)
        others = [c for c in result.columns if c.key.endswith(HOUR) and c != column and c.more_is != "neither"]
        for place, other in enumerate(others):
            yield _layer(area, result, other, f"units-{number}-{place}", language)


HOUR = "_60"
"""End of the keys of columns that hold the share of people within an hour of one kind of help."""


def _layer(area: StudyArea, result: Result, column: Column, name: str, language: str) -> Layer:
    classes, tips = {}, {}
    for code in area.units().index:
        value = float(result.table.loc[code, column.key])
        classes[code] = f"unit {RAMPS[column.more_is][0]}{1 + sum(value > step for step in STEPS)}"
        tips[code] = f"{area.label(str(code), language)}: {result.text(str(code), column.key, language)}"
    contents = {"of": "units", "classes": classes, "tips": tips, "pane": "bands"}
    label = show(column.label, language)
    return Layer(name, "shapes", label, contents, group="colour", legend=legend(column, language))


def shaded(result: Result) -> Column | None:
    """Return the column that a map shades by: the first share that says whether more is better or worse."""
    return next((c for c in result.headlines if c.kind == "share" and c.more_is != "neither"), None)


def spans(language: str) -> list[str]:
    """Return what each step of a share means, the lowest first."""
    edges = itertools.pairwise((0.0, *STEPS, 1.0))
    return [ranged(f"{low * 100:.0f}", percent(high, language), language) for low, high in edges]


def legend(column: Column, language: str) -> tuple[LegendLine, ...]:
    """Return what each colour of a layer means."""
    letter = RAMPS[column.more_is][1]
    lines = (LegendLine(f'<i class="{letter}{n}"></i>', words) for n, words in enumerate(spans(language), 1))
    return (*lines, LegendLine("", translate("share of people", language)))
