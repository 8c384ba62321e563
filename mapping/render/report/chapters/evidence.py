"""Chapters 9 and 10: minimum standards, and the data on cases."""

from mapping.analysis.adequacy.cases import PARTS
from mapping.analysis.adequacy.standards import met_and_known
from mapping.language.i18n import Message, Share
from mapping.language.taxonomy import Term, Vocabulary
from mapping.render.charts import WIDE, chart, kind_of
from mapping.render.report.chapters.completeness import counted_twice
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.result import Result

ASKED = {
    "sex": Message("Sex"),
    "age_band": Message("Age"),
    "nationality": Message("Citizenship"),
    "exploitation": Message("Form of exploitation"),
    "area_unit": Message("Area in the country"),
    "law_article": Message("Law article"),
    "unit_of_count": Message("Unit that is counted"),
    "period": Message("Period"),
    "definition": Message("Definition in words"),
}
"""What figures should tell apart so that they can be compared with the classification IC-TIP."""


def standards(pen: Pen) -> None:
    """Say how far minimum standards are met, and which least."""
    material = pen.material
    pen.chapter("9", Message("Minimum standards"), "standards")
    result = material.results["standards"]
    pen.heading(Message("How far they are met"))
    _families(pen, result)
    pen.say(Message("A national checklist is proposed in the annexes, with how far each item is met."))
    pen.end()


def checklist(pen: Pen) -> None:
    """List what a national checklist could hold, and how far each item is met."""
    material = pen.material
    result = material.results["standards"]
    pen.heading(Message("Proposed national checklist"))
    pen.say(
        Message(
            "These items stand in sources that we have seen. They bind nobody until the commission adopts "
            "them. Of accommodation no answers are published."
        )
    )
    sums = met_and_known(material.view, material.area)
    items = [term for term in Vocabulary.load("standards").terms() if term.source_status == "seen"]
    head = (Message("Item"), Message("For"), Message("Duty"), Message("Met"))
    pen.table(
        Message("Proposed national checklist"),
        head,
        (_item(pen, term, sums) for term in items),
        source=material.basis(result),
        anchor="checklist",
        small=True,
    )


def _families(pen: Pen, result: Result) -> None:
    """Write how far each family meets its items, and which items are met least."""
    material = pen.material
    source = material.source(result, method=material.numbers.get("method-standards", ""))
    pen.say(result.finding, "lead")
    pen.items(result.also)
    if result.table.empty or not result.groups:
        return
    code = str(result.table.index[0])
    families = [group for group in result.groups if group != "items"]
    if kind_of(result) != "none":
        svg = chart(result, material.area, language=material.language, width=WIDE, titled=False)
        pen.picture(svg, result, caption=result.title, source=source, of="standards")
    heads = [result.column(key).short or result.column(key).label for key in result.groups[families[0]]]
    rows = [
        TableRow(
            material.say(result.group_labels[family]),
            tuple(pen.cell(result, code, result.column(key)) for key in result.groups[family]),
        )
        for family in families
    ]
    pen.table(result.title, (Message("Family of services"), *heads), rows, source=source, anchor="standards")
    sums = met_and_known(material.view, material.area)
    items = [
        TableRow(
            material.say(c.label),
            (pen.cell(result, code, c), *cells(sums[c.key][1], language=material.language)),
        )
        for c in map(result.column, result.groups.get("items", ()))
    ]
    head = (Message("Item"), Message("Met"), Message("Answers"))
    pen.table(result.group_labels.get("items", ""), head, items, source=source, anchor="items")


def _item(pen: Pen, term: Term, sums: dict[str, tuple[int, int]]) -> TableRow:
    material = pen.material
    met, known = sums.get(term.code, (0, 0))
    share = Share(met / known) if known else Message("not known")
    about = material.type_label(term.service_type) if term.service_type else material.say(Message("every service"))
    duty = {"must": Message("must"), "should": Message("should")}.get(term.obligation, Message("not stated"))
    made = (*cells(about, duty, language=material.language), Cell(material.say(share), number=bool(known)))
    return TableRow(str(term.label(material.language)), made)


def data(pen: Pen) -> None:
    """Say who counts what, what the figures tell apart, and what would be needed for one system."""
    material = pen.material
    pen.chapter("10", Message("Unified data collection"), "data")
    result = material.results["cases"]
    pen.heading(Message("Who counts what"))
    pen.result(result, drawn=False)
    rows = material.view.rows("case_count")
    whole = {"", material.area.code, *map(str, material.area.units(0).index)}
    parts = sum(any(row[part] for part in PARTS) or (row["area_unit"] or "") not in whole for row in rows)
    if parts:
        text = Message(
            "Figures of one part alone, such as one citizenship or one form of exploitation, that stand in no "
            "table: {count}.",
            {"count": parts},
        )
        pen.say(text)
    pen.heading(Message("What the figures tell apart"))
    pen.say(
        Message(
            "IC-TIP, the international classification of data on trafficking, was endorsed by the UN "
            "Statistical Commission in 2025. To be compared by it, a figure must say what it counts and of "
            "whom. This table says how many of the figures do."
        )
    )
    made = [
        TableRow(
            material.say(label),
            cells(count := sum(bool(row[key]) for row in rows), len(rows) - count, language=material.language),
        )
        for key, label in ASKED.items()
    ]
    head = (Message("Told apart"), Message("Figures that tell it"), Message("Figures that do not"))
    title = Message("What the figures tell apart")
    pen.table(title, head, made if rows else (), source=material.basis(result), anchor="told")
    counted_twice(pen)
    pen.heading(Message("What one system would need"))
    pen.items(
        (
            Message("One unit for each stage: persons identified, persons helped, crimes registered, cases in court."),
            Message("The law article, the period and the source with every number."),
            Message("A code for each person that leads back to nobody, so that persons are counted once."),
            Message(
                "Sex, age, citizenship and form of exploitation, published only where at least {least} are counted.",
                {"least": material.area.settings.thresholds.case_cells},
            ),
        )
    )
    pen.end()
