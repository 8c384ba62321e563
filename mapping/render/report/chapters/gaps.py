"""Chapter 8: where help is missing, and the indicators of this edition."""

from collections.abc import Callable, Iterable

from mapping.analysis.adequacy.cases import PARTS as PARTS_OF_CASES
from mapping.analysis.adequacy.cases import unlike
from mapping.language.i18n import Message, Share, number, ranged
from mapping.render.report.composer import Pen
from mapping.result import STATES, Figure, Result

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

UNKNOWN = Message("not known")


def _gaps(pen: Pen) -> None:
    """Write each analysis that shows a gap."""
    material = pen.material
    named = [name for name in material.results if f"method-{name}" in material.numbers and name not in ELSEWHERE]
    for name in dict.fromkeys((*SECTIONS, *named)):
        result = material.results[name]
        if name == "funding" and material.view.audience == "public":
            continue
        pen.heading(result.title, anchor=name)
        columns: tuple[str, ...] = COVERAGE if name == "coverage" else ()
        if name not in SECTIONS:
            columns = tuple(column.key for column in result.headlines[:MOST_COLUMNS])
        pen.result(result, columns=columns, most=MOST)
        if name == "siting":
            _proposals(pen, result)


def _proposals(pen: Pen, result: Result) -> None:
    """Say how many people more and more new places reach; what each adds stands in the sentences above."""
    for curve in result.curves:
        ends = zip(curve.y, curve.low, curve.high, strict=True)
        texts = [Figure(y, "people", result.title, low, high).text(pen.material.language) for y, low, high in ends]
        pen.table(
            Message("People gained by so many new places, one after the other"),
            (Message("New places"), curve.label),
            ((str(count), text) for count, text in enumerate(texts) if count),
            source=pen.material.source(result),
            small=True,
        )


def _figure(name: str, key: str) -> Callable[[Pen], object]:
    def text(pen: Pen) -> object:
        figure = pen.material.results[name].figures.get(key)
        return figure.text(pen.material.language) if figure else UNKNOWN

    return text


def _total(name: str, key: str) -> Callable[[Pen], object]:
    def text(pen: Pen) -> object:
        result = pen.material.results[name]
        return (key in result.table and result.total_text(key, pen.material.language)) or UNKNOWN

    return text


def _gini(pen: Pen) -> object:
    total, language = pen.material.results["equity"].total, pen.material.language
    if "gini" not in total:
        return UNKNOWN
    middle, low, high = (number(float(total[key]), language, digits=2) for key in ("gini", "gini_low", "gini_high"))
    return f"{middle} ({ranged(low, high, language)})"


def _closed(pen: Pen) -> object:
    figures = pen.material.results["beneficiaries"].figures.values()
    worst = max(figures, key=lambda figure: figure.value, default=None)
    return worst.text(pen.material.language) if worst else UNKNOWN


def _spoken(pen: Pen) -> object:
    figures = pen.material.results["languages"].figures
    spoken = [figures[code] for code in pen.material.area.languages if code in figures]
    least = min(spoken, key=lambda figure: figure.value, default=None)
    return least.text(pen.material.language) if least else UNKNOWN


def _unlike(pen: Pen) -> object:
    figure = unlike(pen.material.results["cases"])
    return figure.text(pen.material.language) if figure else UNKNOWN


def _referred(pen: Pen) -> object:
    """Say how many of those identified were referred, by the latest source that gives both for one year."""
    counts: dict[tuple[int, str, str], dict[str, int]] = {}
    for row in pen.material.view.rows("case_count"):
        whole = not any(row[part] for part in (*PARTS_OF_CASES, "area_unit", "law_article"))
        if whole and row["count"] is not None:
            key = row["year"], row["period"] or "", row["source"]
            counts.setdefault(key, {}).setdefault(row["measure"], row["count"])
    for (year, _, source), told in sorted(counts.items(), reverse=True):
        if {"victims_identified", "victims_referred"} <= told.keys():
            words = {
                "referred": told["victims_referred"],
                "identified": told["victims_identified"],
                "year": str(year),
                "source": pen.material.area.phrase(source),
            }
            return Message("{referred} of {identified} ({year}, {source})", words)
    return UNKNOWN


def _destinations(pen: Pen) -> object:
    result = pen.material.results["destinations"]
    keys = result.groups.get("countries", ())
    if not keys or result.table.empty:
        return UNKNOWN
    there = sum(bool(result.table.iloc[0][key]) for key in keys)
    return Message("{there} of {all}", {"there": there, "all": len(keys)})


def _progress(pen: Pen) -> object:
    share = pen.progress.share if pen.progress is not None else None
    return Message("no earlier recommendations were given") if share is None else Share(share)


INDICATORS: tuple[tuple[str, Message, Callable[[Pen], object], str], ...] = (
    ("I01", Message("Cells of the referral matrix in which something is listed"), _figure("nrm", "listed"), "nrm"),
    ("I02", Message("People within 60 minutes of any service"), _total("coverage", "any_60"), "coverage"),
    ("I02", Message("People within 120 minutes of any service"), _total("coverage", "any_120"), "coverage"),
    (
        "I03",
        Message("Services for each 100,000 people around"),
        _total("accessibility", "any_services"),
        "accessibility",
    ),
    ("I04", Message("Unevenness between people (Gini)"), _gini, "equity"),
    (
        "I04",
        Message("Share of the services that falls to the fifth who have least"),
        _figure("equity", "fifth"),
        "equity",
    ),
    ("I05", Message("Family places against the norm"), lambda _: STATES["not published"], "norms"),
    ("I06", Message("Core functions closed to the group that is worst off"), _closed, "beneficiaries"),
    (
        "I07",
        Message("People within an hour of help in the language of this edition that reaches fewest"),
        _spoken,
        "languages",
    ),
    ("I08", Message("People within an hour of help at night"), _figure("round_the_clock", "any"), "round_the_clock"),
    ("I09", Message("Referrals without an agreement"), _figure("pathways", "unagreed"), "pathways"),
    ("I10", Message("Minimum standards met"), _figure("standards", "met"), "standards"),
    ("I10", Message("Minimum standards of which it is not known"), _figure("standards", "unknown"), "standards"),
    (
        "I11",
        Message("Services checked in time"),
        lambda pen: UNKNOWN if pen.material.fresh_share is None else pen.material.say(pen.material.fresh_share),
        "freshness",
    ),
    ("I12", Message("Times by which two numbers of cases differ at most"), _unlike, "cases"),
    ("I13", Message("Victims identified for each 100,000 people"), _figure("cases", "rate"), "cases"),
    ("I14", Message("People who were referred to help, of those identified"), _referred, "cases"),
    ("I15", Message("Main countries of destination in which help is listed"), _destinations, "destinations"),
    ("I16", Message("Recommendations of the previous edition that were reached"), _progress, ""),
)
"""Code, name, value and table of each indicator of the outline."""

LATER = {"cases": Message("chapter 10"), "standards": Message("chapter 9")}
"""Tables that are numbered after this chapter."""


def _indicators(pen: Pen) -> None:
    material = pen.material
    tables = material.numbers | LATER
    counted = unlike(material.results["cases"])

    def rows() -> Iterable[tuple[object, ...]]:
        for code, name, value, table in INDICATORS:
            title = counted.label if code == "I12" and counted else name
            yield title, code, material.say(value(pen)), tables.get(table, "")

    pen.table(
        Message("Indicators"),
        (Message("Indicator"), Message("Code"), Message("Value"), Message("Table")),
        rows(),
        source=material.basis(material.results["freshness"]),
        anchor="indicators",
    )


PARTS = {"gaps": _gaps, "indicators": _indicators}
