"""Main roads; those that winter closes are dashed."""

from collections.abc import Iterator, Sequence

from mapping.area.study_area import StudyArea
from mapping.language.i18n import translate
from mapping.render.layers import Layer, LegendLine
from mapping.render.layers.basemap import feature
from mapping.result import Result
from mapping.view.view import View

ORDER = 40


def layers(_view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the roads of the study area."""
    del results, links
    roads = area.roads
    if roads is None or roads.empty:
        return
    fastest = roads["speed_kmh"].max()
    features = []
    for _, road in roads.iterrows():
        style = "road" + (" main" if road["speed_kmh"] >= 0.7 * fastest else "")
        features.append(feature(road.geometry.simplify(0.004), style + (" seasonal" if road["seasonal"] else "")))
    label = translate("Main roads (modelled)", language) if area.modelled else translate("Main roads", language)
    contents = {"features": {"type": "FeatureCollection", "features": features}, "pane": "roads"}
    legend = (LegendLine(_LINE, label), LegendLine(_DASHED, translate("closed or restricted at times", language)))
    yield Layer("roads", "shapes", label, contents, legend=legend)


_LINE = '<svg width="28" height="8" aria-hidden="true"><path d="M0 4h28" stroke="#6f6455" stroke-width="2"/></svg>'
_DASHED = _LINE.replace('stroke-width="2"', 'stroke-width="2" stroke-dasharray="5 4"')
