"""Chapter 8: where help is missing, and the indicators of this edition."""

from collections.abc import Iterable

from mapping.analysis.adequacy.cases import PARTS, unlike
from mapping.language.i18n import Message, Share, number, ranged
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import TableRow
from mapping.result import STATES, Curve, Figure, Result

SECTIONS = (
    "severity",
    "nrm",
    "norms",
    "coverage",
    "accessibility",
    "equity",
    "capacity",
    "beneficiaries",
    "languages",
    "round_the_clock",
    "pathways",
    "freshness",
    "funding",
    "siting",
)

ELSEWHERE = frozenset({"reach", "standards", "destinations", "activities", "cases", "change"})
"""Analyses that stand in other chapters; one that nobody placed stands at the end of this."""

COVERAGE = ("people", "any_60", "any_120", "any_beyond")
"""Columns of the table of people within reach."""

MOST_COLUMNS = 5
"""So many columns the table of an analysis shows that nobody placed in the outline; all stand in the open data."""

MOST = 6
"""So many units a table shows at most: those that are worst off."""


def gaps(pen: Pen) -> None:
    """Write each analysis that shows a gap, then the indicators."""
    material = pen.material
    pen.chapter("8", Message("Gaps"), "gaps")
    placed = {*SECTIONS, *ELSEWHERE}
    others = [name for name in material.results if f"method-{name}" in material.numbers and name not in placed]
    for name in dict.fromkeys((*SECTIONS, *others)):
        result = material.results[name]
        if name == "funding" and material.view.audience == "public":
            continue
        pen.heading(result.title, anchor=name)
        own = tuple(c.key for c in result.headlines[:MOST_COLUMNS]) if name in others else ()
        pen.result(result, columns=COVERAGE if name == "coverage" else own, most=MOST)
        if name == "siting":
            _proposals(pen, result)
    pen.heading(Message("Indicators of this edition"))
    pen.table(
        Message("Indicators"),
        (Message("Indicator"), Message("Code"), Message("Value"), Message("Table")),
        _indicators(pen),
        source=material.basis(material.results["freshness"]),
        anchor="indicators",
    )
    pen.end()


def _proposals(pen: Pen, result: Result) -> None:
    """Say how many people more and more new places reach; what each adds stands in the sentences above."""
    language = pen.material.language
    source = pen.material.source(result, method=pen.material.numbers.get("method-siting", ""))
    for curve in result.curves:
        gained = [Figure(*ends[:1], "people", result.title, *ends[1:]).text(language) for ends in _ends(curve)]
        made = [TableRow(str(count), cells(text, language=language)) for count, text in enumerate(gained, 1)]
        pen.table(
            Message("People gained by so many new places, one after the other"),
            (Message("New places"), curve.label),
            made,
            source=source,
            small=True,
        )


def _ends(curve: Curve) -> list[tuple[float, float, float]]:
    """Return value, low and high end of a curve, from its second point on."""
    return list(zip(curve.y, curve.low, curve.high, strict=True))[1:]


def _indicators(pen: Pen) -> Iterable[TableRow]:
    """Yield each indicator of the outline with its value and the table that it stands in."""
    material = pen.material

    def figure(name: str, key: str) -> str:
        figure = material.results[name].figures.get(key)
        return figure.text(material.language) if figure is not None else material.say(Message("not known"))

    def total(name: str, key: str) -> str:
        result = material.results[name]
        text = result.total_text(key, material.language) if key in result.table else ""
        return text or material.say(Message("not known"))

    hidden, counted = STATES["not published"].into(material.language), unlike(material.results["cases"])
    scores: tuple[tuple[str, Message, str, str], ...] = (
        ("I01", Message("Cells of the referral matrix in which something is listed"), figure("nrm", "listed"), "nrm"),
        ("I02", Message("People within 60 minutes of any service"), total("coverage", "any_60"), "coverage"),
        ("I02", Message("People within 120 minutes of any service"), total("coverage", "any_120"), "coverage"),
        (
            "I03",
            Message("Services for each 100,000 people around"),
            total("accessibility", "any_services"),
            "accessibility",
        ),
        ("I04", Message("Unevenness between people (Gini)"), _gini(pen), "equity"),
        (
            "I04",
            Message("Share of the services that falls to the fifth who have least"),
            figure("equity", "fifth"),
            "equity",
        ),
        ("I05", Message("Family places against the norm"), hidden, "norms"),
        (
            "I06",
            Message("Core functions closed to the group that is worst off"),
            _worst(pen, "beneficiaries"),
            "beneficiaries",
        ),
        (
            "I07",
            Message("People within an hour of help in the language of this edition that reaches fewest"),
            _least(pen),
            "languages",
        ),
        ("I08", Message("People within an hour of help at night"), figure("round_the_clock", "any"), "round_the_clock"),
        ("I09", Message("Referrals without an agreement"), figure("pathways", "unagreed"), "pathways"),
        ("I10", Message("Minimum standards met"), figure("standards", "met"), "standards"),
        ("I10", Message("Minimum standards of which it is not known"), figure("standards", "unknown"), "standards"),
        ("I11", Message("Services checked in time"), material.fresh_text(material.fresh_share), "freshness"),
        (
            "I12",
            counted.label if counted else Message("Times by which two numbers of cases differ at most"),
            counted.text(material.language) if counted else material.say(Message("not known")),
            "cases",
        ),
        ("I13", Message("Victims identified for each 100,000 people"), figure("cases", "rate"), "cases"),
        ("I14", Message("People who were referred to help, of those identified"), _referred(pen), "cases"),
        ("I15", Message("Main countries of destination in which help is listed"), _destinations(pen), "destinations"),
        ("I16", Message("Recommendations of the previous edition that were reached"), _progress(pen), ""),
    )
    tables = material.numbers | LATER
    for code, name, value, table in scores:
        where = tables.get(table, "")
        yield TableRow(material.say(name), cells(code, value, material.say(where), language=material.language))


LATER = {"cases": Message("chapter 10"), "standards": Message("chapter 9")}
"""Tables that are numbered after this chapter."""


def _worst(pen: Pen, name: str) -> str:
    figures = pen.material.results[name].figures.values()
    worst = max(figures, key=lambda figure: figure.value, default=None)
    return worst.text(pen.material.language) if worst else pen.material.say(Message("not known"))


def _gini(pen: Pen) -> str:
    total, language = pen.material.results["equity"].total, pen.material.language
    if "gini" not in total:
        return pen.material.say(Message("not known"))
    texts = [number(float(total[key]), language, digits=2) for key in ("gini", "gini_low", "gini_high")]
    return f"{texts[0]} ({ranged(texts[1], texts[2], language)})"


def _least(pen: Pen) -> str:
    result = pen.material.results["languages"]
    own = [result.figures[code] for code in pen.material.area.languages if code in result.figures]
    least = min(own, key=lambda figure: figure.value, default=None)
    return least.text(pen.material.language) if least else pen.material.say(Message("not known"))


def _referred(pen: Pen) -> str:
    """Say how many of those identified were referred, by the latest source that gives both for one year."""
    counts: dict[tuple[int, str, str], dict[str, int]] = {}
    for row in pen.material.view.rows("case_count"):
        whole = not any(row[part] for part in (*PARTS, "area_unit", "law_article"))
        if whole and row["count"] is not None:
            key = row["year"], row["period"] or "", row["source"]
            counts.setdefault(key, {}).setdefault(row["measure"], row["count"])
    for (year, _, source), own in sorted(counts.items(), reverse=True):
        if {"victims_identified", "victims_referred"} <= own.keys():
            words = {
                "referred": own["victims_referred"],
                "identified": own["victims_identified"],
                "year": str(year),
                "source": pen.material.area.phrase(source),
            }
            return pen.material.say(Message("{referred} of {identified} ({year}, {source})", words))
    return pen.material.say(Message("not known"))


def _destinations(pen: Pen) -> str:
    result = pen.material.results["destinations"]
    keys = result.groups.get("countries", ())
    if not keys or result.table.empty:
        return pen.material.say(Message("not known"))
    there = sum(bool(result.table.iloc[0][key]) for key in keys)
    return pen.material.say(Message("{there} of {all}", {"there": there, "all": len(keys)}))


def _progress(pen: Pen) -> str:
    share = pen.progress.share if pen.progress is not None else None
    return pen.material.say(Message("no earlier recommendations were given") if share is None else Share(share))
