"""Chapter 8: where help is missing, and the indicators of this edition."""

from collections.abc import Callable, Mapping

from mapping.analysis.adequacy.cases import PARTS as PARTS_OF_CASES
from mapping.analysis.adequacy.cases import unlike
from mapping.language.i18n import Message, Share, number, ranged
from mapping.render.report.composer import Pen, outline
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
        pen.outlined(
            "proposals",
            ((str(count), text) for count, text in enumerate(texts) if count),
            source=pen.material.source(result),
            columns=(curve.label,),
        )


def _figure(pen: Pen, name: str, key: str) -> object:
    figure = pen.material.results[name].figures.get(key)
    return figure.text(pen.material.language) if figure else UNKNOWN


def _total(pen: Pen, name: str, key: str) -> object:
    result = pen.material.results[name]
    return (key in result.table and result.total_text(key, pen.material.language)) or UNKNOWN


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


VALUES: Mapping[str, Callable[..., object]] = {
    "figure": _figure,
    "total": _total,
    "gini": _gini,
    "hidden": lambda _: STATES["not published"],
    "closed": _closed,
    "spoken": _spoken,
    "checked": lambda pen: UNKNOWN if pen.material.fresh_share is None else pen.material.fresh_share,
    "unlike": _unlike,
    "referred": _referred,
    "destinations": _destinations,
    "progress": _progress,
}
"""First word of the value of an indicator of the outline -> what it is."""

LATER = {"cases": Message("chapter 10"), "standards": Message("chapter 9")}
"""Tables that are numbered after this chapter."""


def _indicators(pen: Pen) -> None:
    material = pen.material
    tables = material.numbers | LATER
    counted = unlike(material.results["cases"])

    rows = []
    for row in outline()["indicator"]:
        title = counted.label if row["code"] == "I12" and counted else Message.of(row["name"])
        kind, *of = row["value"].split()
        rows.append((title, row["code"], material.say(VALUES[kind](pen, *of)), tables.get(row["table"], "")))
    pen.outlined("indicators", rows, source=material.basis(material.results["freshness"]))


PARTS = {"gaps": _gaps, "indicators": _indicators}
