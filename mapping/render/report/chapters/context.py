"""Chapter 2 and its sources: law, plans and figures."""

from mapping.area.settings import CountryFact
from mapping.language.i18n import Message
from mapping.render.report.composer import Pen
from mapping.render.report.elements import TableRow
from mapping.render.report.sources import source_words


def _law(pen: Pen) -> None:
    """Say what law and plans say, each sentence with the number of its source."""
    facts = pen.material.area.settings.context
    if not facts:
        pen.say(Message("Not known: the folder of the study area says nothing of law and plans."), "note")
        return
    sources = list(dict.fromkeys(_source(pen, fact) for fact in facts))
    pen.items(f"{pen.material.say(fact.text)} [{sources.index(_source(pen, fact)) + 1}]" for fact in facts)
    pen.say(Message("What the sources say, each in its year; this is no legal opinion."))
    pen.items(sources, ordered=True, small=True)


def _population(pen: Pen) -> None:
    material = pen.material
    area, language = material.area, material.language
    of_counts, of_people = (area.attributions(part, language=language) for part in ("population/census", "population"))
    words = {"day": area.file.population.date, "said": "; ".join(of_counts or of_people)}
    codes = dict.fromkeys((*material.regions, str(area.units(0).index[0])))
    pen.outlined(
        "population",
        ((material.label(code), area.unit(code).people) for code in codes),
        source=material.say(Message("Source, as of {day}: {said}", words)),
        columns=(area.level_name(min(1, len(area.levels) - 1), language),),
    )


def _figures(pen: Pen) -> None:
    material = pen.material
    cases = material.results["cases"]
    pen.say(cases.finding, "lead")
    pen.items(cases.also)
    if cases.groups:
        pen.say(Message("The figures of all years stand in chapter 10, each with its source."))
    rows = []
    for measure, keys in cases.groups.items():
        years = {key: int(key.rsplit("_", 2)[1]) for key in keys}  # victims_identified_2024_1
        rows.append(TableRow(material.say(cases.group_labels.get(measure, measure))))
        for column in (cases.column(key) for key, year in years.items() if year == max(years.values())):
            cell = pen.cell(cases, str(cases.table.index[0]), column)
            rows.append(TableRow(material.say(column.short or column.label), (cell,)))
    pen.outlined("figures", rows, source=material.basis(cases))


def _destinations(pen: Pen) -> None:
    area = pen.material.area
    countries = ", ".join(pen.material.say(area.country(code)) for code in area.settings.destinations)
    pen.say(
        Message("Main countries of destination: {countries}.", {"countries": countries})
        if countries
        else Message("Main countries of destination: not known.")
    )


def _bibliography(pen: Pen) -> None:
    """List every source: of what the report says of law and plans, of figures, of the ground that maps are made of."""
    material = pen.material
    rows = material.view.rows("case_count")
    cited = {(material.say(material.area.phrase(row["source"])), row["source_url"] or "") for row in rows}
    inputs = material.results["norms"].inputs
    for title, sources in (
        (Message("Law, plans and commissions"), (_source(pen, fact) for fact in material.area.settings.context)),
        (Message("Figures of cases"), (". ".join(filter(None, pair)) for pair in sorted(cited))),
        (
            Message("Norms, people, ground and roads"),
            (source_words(origin.source, material.language) for origin in inputs if origin.source),
        ),
    ):
        if listed := list(dict.fromkeys(sources)):
            pen.heading(title, level=3)
            pen.items(listed, small=True)


def _source(pen: Pen, fact: CountryFact) -> str:
    source = pen.material.say(fact.source)
    dated = source if str(fact.year) in source else f"{source} ({fact.year})"
    return ". ".join(filter(None, (dated, fact.address)))


PARTS = {
    "law": _law,
    "population": _population,
    "figures": _figures,
    "destinations": _destinations,
    "bibliography": _bibliography,
}
