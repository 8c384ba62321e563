"""Places where new services are proposed, each with the people whom it would add."""

from collections.abc import Iterator, Sequence

from mapping.area.study_area import StudyArea
from mapping.language.i18n import show, translate
from mapping.render.layers import Layer, LegendLine
from mapping.result import ProposedSite, Result, write
from mapping.view.view import View

ORDER = 80


def layers(_view: View, _area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield the proposals of each result that makes any."""
    del links
    for number, result in enumerate(results):
        if result.proposals:
            places = [
                {"at": [site.latitude, site.longitude], "rank": 1, "name": gain(site, language)}
                for site in result.proposals
            ]
            sign = '<i class="proposal"></i>'
            words = [translate("A new service here would add so many people", language)]
            words += [said(site, language) for site in result.proposals]
            yield Layer(
                f"candidates-{number}",
                "labels",
                translate("Proposed places", language),
                {"places": places, "pane": "tooltipPane", "mark": "proposal"},
                legend=tuple(LegendLine(sign, line) for line in words),
            )


def gain(site: ProposedSite, language: str) -> str:
    """Return what stands beside a proposal on the map, as short as it can be: +120,000."""
    return f"+{write(site.adds.value, site.adds.kind, language)}"


def said(site: ProposedSite, language: str) -> str:
    """Return what the legend says of a proposal: Panjakent adds 120,000 people (90,000–140,000)."""
    words = {"place": show(site.name, language), "people": site.adds.text(language)}
    return translate("{place} adds {people} people", language, **words)
