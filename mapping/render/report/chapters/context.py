"""Chapters 2 and 3: law, plans and figures; and how all numbers were worked out."""

from mapping.area.settings import CountryFact
from mapping.language.i18n import Message
from mapping.render.report.chapters.completeness import asked, doubles
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import TableRow
from mapping.render.report.sources import NOTHING, source_words


def context(pen: Pen) -> None:
    """Say what law, plans, commissions and figures there are, with their contradictions, and where people go."""
    material = pen.material
    pen.chapter("2", Message("Context"), "context")
    pen.heading(Message("Law, plan and commission"))
    facts = material.area.settings.context
    if facts:
        sources = list(dict.fromkeys(_source(pen, fact) for fact in facts))
        numbers = [sources.index(_source(pen, fact)) + 1 for fact in facts]
        pen.items([f"{material.say(fact.text)} [{number}]" for fact, number in zip(facts, numbers, strict=True)])
        pen.say(Message("What the sources say, each in its year; this is no legal opinion."))
        pen.items(sources, ordered=True, small=True)
    else:
        pen.say(Message("Not known: the folder of the study area says nothing of law and plans."), "note")
    pen.heading(Message("People"))
    population = material.area.file.population
    country = str(material.area.units(0).index[0])
    people = [
        TableRow(material.label(code), cells(material.area.unit(code).people, language=material.language))
        for code in dict.fromkeys((*material.regions, country))
    ]
    of_counts, of_people = (
        material.area.attributions(part, language=material.language) for part in ("population/census", "population")
    )
    basis = "; ".join(of_counts or of_people)
    source = Message("Source, as of {day}: {said}", {"day": population.date, "said": basis})
    pen.table(
        Message("How many people live where"),
        (material.area.level_name(min(1, len(material.area.levels) - 1), material.language), Message("People")),
        people,
        source=material.say(source),
    )
    cases = material.results["cases"]
    pen.heading(Message("Known figures, and where they contradict each other"))
    pen.say(cases.finding, "lead")
    pen.items(cases.also)
    if cases.groups:
        pen.say(Message("The figures of all years stand in chapter 10, each with its source."))
    rows = []
    for measure, keys in cases.groups.items():
        latest = max(_year(key) for key in keys)
        rows.append(TableRow(material.say(cases.group_labels.get(measure, measure))))
        for column in (cases.column(key) for key in keys if _year(key) == latest):
            cell = pen.cell(cases, str(cases.table.index[0]), column)
            rows.append(TableRow(material.say(column.short or column.label), (cell,)))
    pen.table(
        Message("Figures of the latest year of each measure"),
        (Message("Year and source"), Message("Count")),
        rows,
        source=material.basis(cases),
    )
    pen.heading(Message("Where people go"))
    destinations = [material.area.country(code) for code in material.area.settings.destinations]
    if destinations:
        pen.say(
            Message(
                "Main countries of destination: {countries}.",
                {"countries": ", ".join(material.say(destination) for destination in destinations)},
            )
        )
    else:
        pen.say(Message("Main countries of destination: not known."))
    pen.end()


def bibliography(pen: Pen) -> None:
    """List every source: of what the report says of law and plans, of figures, of the ground that maps are made of."""
    material = pen.material
    facts = dict.fromkeys(_source(pen, fact) for fact in material.area.settings.context)
    rows = material.view.rows("case_count")
    cited = {(material.say(material.area.phrase(row["source"])), row["source_url"] or "") for row in rows}
    figures = dict.fromkeys(". ".join(filter(None, pair)) for pair in sorted(cited))
    inputs = material.results["norms"].inputs
    norms = dict.fromkeys(source_words(origin.source, material.language) for origin in inputs if origin.source)
    pen.heading(Message("Bibliography"))
    for title, sources in (
        (Message("Law, plans and commissions"), facts),
        (Message("Figures of cases"), figures),
        (Message("Norms, people, ground and roads"), norms),
    ):
        if sources:
            pen.heading(title, level=3)
            pen.items(list(sources), small=True)


def _source(pen: Pen, fact: CountryFact) -> str:
    """Return where a sentence is from, as it stands in the list of sources."""
    source = pen.material.say(fact.source)
    dated = source if str(fact.year) in source else f"{source} ({fact.year})"
    return ". ".join(filter(None, (dated, fact.address)))


def _year(key: str) -> int:
    """Return the year in the key of a figure: victims_identified_2024_1."""
    return int(key.rsplit("_", 2)[1])


def method(pen: Pen) -> None:
    """Say who is listed, what was asked, who answered, how it was checked, what stays hidden, and each method."""
    material = pen.material
    words = {
        "known": len(material.entries),
        "active": sum(entry.active for entry in material.entries),
        "organizations": len({entry.organization.id for entry in material.entries}),
        "share": material.fresh_share,
    }
    pen.chapter("3", Message("Method"), "method")
    pen.heading(Message("Who is listed"))
    pen.say(
        Message(
            "A service is listed when it helps people who were trafficked, exploited or hurt, or works to "
            "prevent this, and when what kind of help it gives is known. Nobody pays for being listed. An organization "
            "that asks not to be listed is not."
        )
    )
    lists = Message(
        "This edition lists {known} {known:service|services} of {organizations} "
        "{organizations:organization|organizations}; {active} of the services {active:is|are} active.",
        words,
    )
    pen.say(lists if material.entries else NOTHING)
    pen.heading(Message("What was asked, and who answered"))
    pen.say(Message("The questionnaire stands in the annex. Lists of partners, visits and calls filled it in."))
    asked(pen)
    pen.heading(Message("How it was checked"))
    pen.say(Message("Each entry has a day by which somebody must ask again whether it still holds."))
    if material.fresh_share is not None:
        pen.say(Message("Checked in time: {share} of the listed services.", words))
    doubles(pen)
    pen.heading(Message("What stays hidden"))
    if material.view.audience == "public":
        pen.say(
            Message(
                "This report is worked out from a file that holds only what anybody may see. What is secret "
                "is not rounded or blurred: it is not there. Two directories that differ only in secrets give "
                "the same report."
            )
        )
    else:
        pen.say(
            Message(
                "This report is worked out from a file that holds what those may see who arrange help. What "
                "only custodians may know is not there."
            )
        )
    pen.heading(Message("Limits"))
    pen.items(
        (
            Message("A list shows what was told. Where nobody asked, nothing is listed."),
            Message("Travel times are modelled on roads and ground; transport, its price and fear are not in them."),
            Message("Each service counts the same, however many people it can take (chapter 5)."),
            Message("Texts in some languages are drafts that no native speaker has reviewed."),
        )
    )
    pen.say(Message("How each number is worked out stands in the annexes."))
    pen.end()


def methods(pen: Pen) -> None:
    """Say of each analysis how its numbers are worked out, and what limits them."""
    material = pen.material
    pen.heading(Message("How each number is worked out"))
    numbered = {name: number for name in material.results if (number := material.numbers.get(f"method-{name}"))}
    limits: dict[str, list[str]] = {}
    for name in numbered:
        for caveat in dict.fromkeys(map(material.say, material.results[name].caveats)):
            limits.setdefault(caveat, []).append(name)
    for name, number in numbered.items():
        result = material.results[name]
        pen.heading(f"{number}. {material.say(result.title)}", level=3, anchor=f"m-{name}")
        pen.say(result.method)
        pen.items((caveat for caveat, names in limits.items() if names == [name]), small=True)
    shared = {caveat: names for caveat, names in limits.items() if len(names) > 1}
    if shared:
        pen.heading(Message("What limits several of these numbers"), level=3)
        pen.items(
            (
                f"{caveat.rstrip('.')} ({', '.join(numbered[name] for name in names)})"
                for caveat, names in shared.items()
            ),
            small=True,
        )
