"""What stands before the chapters, and the first: its summary on a page."""

from collections.abc import Iterator

from mapping.language.i18n import Message
from mapping.render.layers.units import spans
from mapping.render.report import print_map
from mapping.render.report.composer import Pen
from mapping.render.report.elements import Cell
from mapping.render.report.sources import Sources

FINDINGS = ("coverage", "severity", "nrm", "pathways", "round_the_clock")
"""Results whose findings stand on the first page."""

GAPS = 5
"""So many gaps stand below them; a list that knows little has fewer."""

LISTED = ("present", "single", "only remote", "line")
"""States of a core function of which something is listed."""


def _notices(pen: Pen) -> None:
    area = pen.material.area
    for notice in pen.material.view.licences:
        pen.say(notice, "small")
    pen.items(area.attributions(language=pen.material.language), small=True)
    if area.modelled:
        pen.say(area.warning, "small")


def _findings(pen: Pen) -> None:
    """Write the page that is read when nothing else is: five findings and five gaps."""
    material, results = pen.material, pen.material.results
    pen.heading(Message("Five findings"))
    findings = [f"{material.say(results[name].finding).rstrip('.')}." for name in FINDINGS]
    if results["coverage"].also:
        findings[0] = f"{findings[0]} {material.say(results['coverage'].also[0])}"
    pen.items(findings, ordered=True)
    gaps = list(_gaps(material))[:GAPS]
    pen.heading(Message("Five gaps") if len(gaps) == GAPS else Message("Gaps"))
    pen.items(gaps, ordered=True)


def _gaps(material: Sources) -> Iterator[Message]:
    """Yield one gap of each kind, where there is one: far, missing, closed, abroad, unspoken."""
    results = material.results
    coverage, norms = results["coverage"], results["norms"]
    if coverage.figures and coverage.total.get("any_beyond"):
        beyond = coverage.table["any_beyond"]
        people, unit = coverage.total_text("any_beyond", material.language), str(beyond.idxmax())
        far = Message("{people} people live more than an hour from any listed service", {"people": people})
        there = coverage.text(unit, "any_beyond", material.language)
        words = {"far": far, "unit": material.area.unit(unit).titles, "there": there}
        yield (
            Message("{far}.", words)
            if len(beyond) == 1
            else Message("{far}; the area with the most of them is {unit}, with {there}.", words)
        )
    short = {norm: int(norms.total.get(f"{norm}_missing", 0)) for norm in norms.groups}
    if any(short.values()):
        norm = max(short, key=lambda norm: short[norm])
        yield Message(
            "{norm}: {missing} {missing:is|are} missing, region by region.",
            {"norm": norms.group_labels[norm], "missing": short[norm]},
        )
    if any(figure.value for figure in results["beneficiaries"].figures.values()):
        yield results["beneficiaries"].finding
    abroad = results["destinations"]
    for key in abroad.groups.get("countries", ()):
        if not abroad.table.iloc[0][key]:
            country = abroad.column(key).label
            yield Message("Nothing is listed in this main country of destination: {country}.", {"country": country})
            break
    yield results["languages"].finding


def _coverage_map(pen: Pen) -> None:
    """Draw how many people are within an hour of any help, unit by unit."""
    material = pen.material
    result = material.results["coverage"]
    column = next((c for c in result.headlines if c.kind == "share"), None)
    if column is None or result.table.empty:
        return
    language = material.language
    title = f"{result.title.into(language)}: {material.say(column.label)}"
    pen.picture(
        print_map.labelled_map(material.area, result, column, language=language),
        result,
        words=f"{title}. {material.say(result.finding)}. {'. '.join(map(material.say, result.also))}",
        caption=column.label,
        of="map-coverage",
        source=material.source(result),
        anchor="map",
        legend=material.say(Message("From light to dark: {steps}.", {"steps": ", ".join(spans(language))})),
    )


def _matrix_by_pillar(pen: Pen) -> None:
    """Say for each pillar and region of how many core functions something is listed."""
    material = pen.material
    result = material.results["nrm"]
    codes = [str(code) for code in result.table.index]

    def cell(code: str, keys: tuple[str, ...]) -> Cell:
        states = [state for key in keys if (state := result.state(code, key)) != "not published"]
        listed = sum(state in LISTED for state in states)
        share = listed / len(states) if states else 0.0
        look = "a" if share >= 0.8 else "b" if share >= 0.6 else "c" if share >= 0.4 else "d"
        return Cell(material.say(Message("{there} of {all}", {"there": listed, "all": len(states)})), look)

    pen.outlined(
        "pillars",
        (
            (result.group_labels.get(group, group), *(cell(code, keys) for code in codes))
            for group, keys in result.groups.items()
        ),
        source=material.source(result),
        columns=[material.area.unit(code).titles for code in codes],
    )


def _changed(pen: Pen) -> None:
    pen.heading(Message("What changed since the previous edition"))
    pen.say(pen.material.results["change"].finding)
    pen.items(pen.material.results["change"].also)
    if pen.progress is not None:
        reached = sum(status == "reached" for _, status in pen.progress.outcomes)
        words = {"asked": len(pen.progress.outcomes), "reached": reached}
        pen.say(Message("Recommendations of the previous edition: {asked}. Reached: {reached}.", words))


PARTS = {
    "notices": _notices,
    "findings": _findings,
    "coverage_map": _coverage_map,
    "matrix_by_pillar": _matrix_by_pillar,
    "changed": _changed,
}
