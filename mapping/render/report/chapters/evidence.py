"""Chapters 9 and 10: minimum standards, and the data on cases."""

from collections import defaultdict

from mapping.analysis.adequacy.cases import PARTS as PARTS_OF_CASES
from mapping.analysis.adequacy.standards import met_and_known
from mapping.language.i18n import Message, Share
from mapping.language.taxonomy import Vocabulary
from mapping.render.charts import WIDE, chart, kind_of
from mapping.render.report.composer import Pen
from mapping.render.report.recommendations import LABELS

TOLD_APART = LABELS["figure"]
"""What figures should tell apart so that they can be compared with the classification IC-TIP."""

DUTIES = LABELS["duty"]


def _standards(pen: Pen) -> None:
    material = pen.material
    result = material.results["standards"]
    source = material.source(result)
    pen.say(result.finding, "lead")
    pen.items(result.also)
    if result.table.empty or not result.groups:
        return
    code = str(result.table.index[0])
    families = {group: keys for group, keys in result.groups.items() if group != "items"}
    if kind_of(result) != "none":
        svg = chart(result, material.area, language=material.language, width=WIDE, titled=False)
        pen.picture(svg, result, caption=result.title, source=source, of="standards")
    heads = [result.column(key).short or result.column(key).label for key in next(iter(families.values()))]
    pen.outlined(
        "standards",
        (
            (
                result.group_labels[family],
                *(pen.cell(result, code, result.column(key)) for key in result.groups[family]),
            )
            for family in families
        ),
        source=source,
        caption=result.title,
        columns=heads,
    )
    sums = met_and_known(material.view, material.area)
    pen.outlined(
        "items",
        (
            (column.label, pen.cell(result, code, column), sums[column.key][1])
            for column in map(result.column, result.groups.get("items", ()))
        ),
        source=source,
        caption=result.group_labels.get("items", ""),
    )


def _checklist(pen: Pen) -> None:
    material = pen.material
    sums = met_and_known(material.view, material.area)
    rows = []
    for term in Vocabulary.load("standards").terms():
        if term.source_status == "seen":
            met, known = sums.get(term.code, (0, 0))
            about = material.type_label(term.service_type) if term.service_type else Message("every service")
            duty = DUTIES.get(term.obligation, Message("not stated"))
            rows.append((term.labels, about, duty, Share(met / known) if known else Message("not known")))
    pen.outlined("checklist", rows, source=material.basis(material.results["standards"]))


def _figures_of_parts(pen: Pen) -> None:
    area = pen.material.area
    whole = {"", area.code, *map(str, area.units(0).index)}
    parts = sum(
        any(row[part] for part in PARTS_OF_CASES) or (row["area_unit"] or "") not in whole
        for row in pen.material.view.rows("case_count")
    )
    if parts:
        text = Message(
            "Figures of one part alone, such as one citizenship or one form of exploitation, that stand in no "
            "table: {count}.",
            {"count": parts},
        )
        pen.say(text)


def _told_apart(pen: Pen) -> None:
    rows = pen.material.view.rows("case_count")
    told = {label: sum(bool(row[key]) for row in rows) for key, label in TOLD_APART.items()}
    pen.outlined(
        "told",
        ((label, count, len(rows) - count) for label, count in told.items() if rows),
        source=pen.material.basis(pen.material.results["cases"]),
    )


def _counted_twice(pen: Pen) -> None:
    """Say what figures of cases tell of those whom several bodies counted."""
    rows = pen.material.view.rows("case_count")
    if not rows:
        return
    sources: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in rows:
        sources[row["measure"], row["year"]].add(row["source"])
    words = {
        "figures": len(rows),
        "persons": sum(row["unit_of_count"] == "persons" for row in rows),
        "several": sum(len(named) > 1 for named in sources.values()),
        "all": len(sources),
    }
    pen.heading(Message("Counted twice"))
    pen.say(
        Message(
            "One person may be counted by a service, a line, the police and a court, and no figure here says "
            "whom another counted too. Of {figures} figures {persons} count persons. For {several} of {all} "
            "measures and years more than one source gives a figure; nothing is added up across sources, so "
            "that nobody is counted twice in this report.",
            words,
        )
    )
    pen.say(
        Message(
            "How many are counted twice can be told once each source hands on, for every person, a code that "
            "leads back to nobody, or at least says how many came from which other source."
        )
    )


PARTS = {
    "standards": _standards,
    "checklist": _checklist,
    "figures_of_parts": _figures_of_parts,
    "told_apart": _told_apart,
    "counted_twice": _counted_twice,
}
