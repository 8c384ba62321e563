"""What stands before the chapters, and the first: what the report may not be used for, and its summary on a page."""

from collections.abc import Iterable, Iterator

from mapping.language.i18n import Message, People
from mapping.render.layers.units import spans
from mapping.render.report import print_map
from mapping.render.report.composer import Pen
from mapping.render.report.elements import Cell, TableRow
from mapping.render.report.sources import Sources


def front(pen: Pen) -> None:
    """Say what this edition is, and how to use it without doing harm."""
    material = pen.material
    pen.chapter("", Message("Before you read"), "front")
    if material.demo:
        pen.say(
            Message(
                "This is a demonstration. All organizations, services, numbers of phones and people in it are invented."
            ),
            "note",
        )
    if pen.reader:
        pen.say(
            Message(
                "This restricted edition was made for {reader} alone. Do not copy it, do not pass it on, and "
                "destroy it when a newer one comes.",
                {"reader": pen.reader},
            ),
            "note",
        )
    pen.heading(Message("So that nobody comes to harm"))
    pen.items(_harmless(pen))
    pen.heading(Message("How to read the numbers"))
    pen.items(
        (
            Message(
                "A number of people is worked out with a model and rounded. The range in brackets holds nine in ten "
                "counts in which seasons, roads, speeds and all else that nobody knows for sure were changed "
                "together; where it holds less, the method in the annexes says so."
            ),
            Message(
                "“None listed” means that nobody told us of one. It does not prove that there is none. Where nothing "
                "is known, the report says “not known”, and never 0."
            ),
            Message(
                "Below each table stands where its numbers are from, of which day, on how many of the known services "
                "they stand, and how many of these were checked in time."
            ),
        )
    )
    pen.heading(Message("Sources and licence"))
    if material.view.audience == "public":
        licence = material.area.settings.licence
        pen.say(
            Message(
                "Licence of this report and of the open data: {licence} ({url}).",
                {"licence": licence.text, "url": licence.url},
            )
        )
    for notice in material.view.licences:
        pen.say(notice, "small")
    pen.items(material.area.attributions(language=material.language), small=True)
    if material.area.modelled:
        pen.say(material.area.warning, "small")
    pen.say(
        Message(
            "This report is inspired by a mapping of services and activities that was presented in 2012; it "
            "does not reproduce it."
        ),
        "small",
    )
    pen.end()


def _harmless(pen: Pen) -> Iterable[Message]:
    if pen.material.view.audience == "public":
        yield Message(
            "Nothing here says where a secret place is, or whether there is one. Such places take part in "
            "no number, no table and no map."
        )
    else:
        yield Message(
            "This edition holds what may be known to those who arrange help. The addresses of shelters are "
            "in no edition."
        )
    yield Message(
        "Small numbers of cases are left out, so that nobody can be known from them, unless the source that is named "
        "prints them itself."
    )
    yield Message("Do not send anybody anywhere on the strength of this report: call first. Lists grow old.")
    yield Message("Maps and minutes are for planning. They are not for choosing a route or judging one village.")
    yield Message(
        "If you find something here that could put somebody in danger, tell the editors. The next edition "
        "will leave it out."
    )


FINDINGS = ("coverage", "severity", "nrm", "pathways", "freshness")
"""Results whose findings stand on the first page."""

GAPS = 5
"""So many gaps stand below them; a list that knows little has fewer."""


def summary(pen: Pen) -> None:
    """Write the page that is read when nothing else is: five findings, five gaps, a map, the matrix, what changed."""
    material = pen.material
    results = material.results
    pen.chapter("1", Message("Summary"), "summary")
    pen.heading(Message("Five findings"))
    findings = [f"{material.say(results[name].finding).rstrip('.')}." for name in FINDINGS]
    if results["coverage"].also:
        findings[0] = f"{findings[0]} {material.say(results['coverage'].also[0])}"
    pen.items(findings, ordered=True)
    gaps = list(_gaps(material))[:GAPS]
    pen.heading(Message("Five gaps") if len(gaps) == GAPS else Message("Gaps"))
    pen.items(gaps, ordered=True)
    coverage_map(pen)
    matrix_by_pillar(pen)
    pen.heading(Message("What changed since the previous edition"))
    change = results["change"]
    pen.say(change.finding)
    pen.items(change.also)
    if pen.progress is not None:
        pen.say(
            Message(
                "Recommendations of the previous edition: {asked}. Reached: {reached}.",
                {
                    "asked": len(pen.progress.outcomes),
                    "reached": sum(status == "reached" for _, status in pen.progress.outcomes),
                },
            )
        )
    pen.end()


def _gaps(material: Sources) -> Iterator[Message]:
    """Yield one gap of each kind, where there is one: far, missing, closed, shut at night, abroad, unspoken."""
    results = material.results
    coverage, norms = results["coverage"], results["norms"]
    if coverage.figures and (total := float(coverage.total.get("any_beyond", 0))):
        beyond = coverage.table["any_beyond"]
        words: dict[str, object] = {"people": People(total)}
        far = Message("{people} people live more than an hour from any listed service", words)
        words = {"far": far, "unit": material.area.unit(str(beyond.idxmax())).titles, "there": People(beyond.max())}
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
    yield results["round_the_clock"].finding
    abroad = results["destinations"]
    for key in abroad.groups.get("countries", ()):
        if not abroad.table.iloc[0][key]:
            yield Message(
                "Nothing is listed in this main country of destination: {country}.",
                {"country": abroad.column(key).label},
            )
            break
    yield results["languages"].finding


def coverage_map(pen: Pen) -> None:
    """Draw how many people are within an hour of any help, unit by unit."""
    material = pen.material
    result = material.results["coverage"]
    column = next((c for c in result.headlines if c.kind == "share"), None)
    if column is None or result.table.empty:
        return
    area, language = material.area, material.language
    title = print_map.title_of(result, column, language)
    steps, key = print_map.shaded(result, column), spans(language)
    colours = print_map.ramp(column)
    svg = print_map.country_map(area, steps, level=result.level, title=title, colours=colours, language=language)
    words = f"{title}. {material.say(result.finding)}. {'. '.join(material.say(sentence) for sentence in result.also)}"
    pen.picture(
        svg,
        result,
        words=words,
        caption=column.label,
        of="map-coverage",
        source=material.source(result),
        anchor="map",
        legend=material.say(Message("From light to dark: {steps}.", {"steps": ", ".join(key)})),
    )


def matrix_by_pillar(pen: Pen) -> None:
    """Say for each pillar and region of how many core functions something is listed."""
    material = pen.material
    result = material.results["nrm"]
    codes = [str(code) for code in result.table.index]
    rows = []
    for group, keys in result.groups.items():
        made = []
        for code in codes:
            states = [result.state(code, key) for key in keys]
            open_, there = [s for s in states if s != "not published"], [s for s in states if s in THERE]
            words = {"there": len(there), "all": len(open_)}
            made.append(Cell(material.say(Message("{there} of {all}", words)), _shade(len(there), len(open_))))
        rows.append(TableRow(material.say(result.group_labels.get(group, group)), tuple(made)))
    head = (Message("Pillar of the referral mechanism"), *(material.area.unit(code).titles for code in codes))
    pen.table(
        Message("Core functions that are listed, of those that can be published"),
        head,
        rows,
        source=material.source(result),
        anchor="pillars",
        small=True,
        even=True,
    )


THERE = ("present", "single", "only remote", "line")


def _shade(there: int, of: int) -> str:
    share = there / of if of else 0.0
    return "a" if share >= 0.8 else "b" if share >= 0.6 else "c" if share >= 0.4 else "d"
