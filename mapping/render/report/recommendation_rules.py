"""Rules that make recommendations: `recommendations.csv` says what may be asked, and when to by a figure or a search.

A key names what is asked for, not what was found, so that the next edition can tell what became of it. The rows for
the whole country rest on no number: they are asked where a country says in ``reviewed`` of area.toml when they were
last held against its sources, or in ``[[context]]`` what they rest on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from mapping.analysis.adequacy.cases import unlike
from mapping.analysis.adequacy.standards import met_and_known
from mapping.analysis.common import wording
from mapping.language.i18n import UNSAID, Message, Share, Text, listing
from mapping.language.taxonomy import Vocabulary
from mapping.render.report.recommendations import Cost, Group, Priority, Recommendation
from mapping.render.report.sources import Sources
from mapping.resources import table_beside
from mapping.result import Figure, Kind, Result

ADDRESSEES = {row["key"]: row for row in table_beside(__file__, "addressees")}

DEFAULTS: Mapping[str, Message] = {key: Message.of(row["label"]) for key, row in ADDRESSEES.items()}
"""Whom recommendations are for; a study area names its own in ``[addressees]`` of area.toml."""

TASKS: Mapping[str, Message] = {key: Message.of(row["task"]) for key, row in ADDRESSEES.items() if row["task"]}
"""Tasks of those of them that answer for more than services."""

MINISTRIES: Mapping[str, str] = {code: key for key, row in ADDRESSEES.items() for code in row["codes"].split()}
"""Family or type of service -> who answers for it."""

ANSWERS = 5
"""So many services must have answered before anything is asked because of their answers."""

MOST = 3
"""So many districts, groups or items a rule speaks of at most: the worst."""


def addressee(material: Sources, key: str) -> Text:
    """Return whom a key means in a study area."""
    named: Mapping[str, Text] = material.area.settings.addressees  # type: ignore[assignment]
    return named.get(key) or DEFAULTS[key]


def region_authority(material: Sources, code: str) -> Message:
    """Return the authority of a region; where it has none of its own, the commission for its districts."""
    if code in material.area.settings.without_authority:
        words = {"commission": addressee(material, "commission"), "region": material.area.unit(code).titles}
        return Message("{commission}, for {region}", words)
    return Message("Authority of the region: {region}", {"region": material.area.unit(code).titles})


@dataclass(frozen=True)
class Grounds:
    """One thing that a rule found: what its texts are filled with, what is measured now, and what it should become."""

    values: Mapping[str, object]
    value: float | None
    target: float
    key: str = ""
    """Added to the key of the rule."""
    lead: Text | None = None
    responsible: Text | None = None
    row: str = ""
    """Key of another row of the table that says it."""
    evidence: Message | None = None
    measure: Message | None = None
    kind: Kind | None = None
    range: tuple[float, float] = (0.0, 0.0)
    """The ends of the range of the value; a change that is smaller than it cannot be an aim."""


@cache
def rules() -> Mapping[str, Mapping[str, str]]:
    """Return the rows of the table by key: ``lead`` is a key of `DEFAULTS`, ``table`` the anchor of the evidence."""
    return {row["key"]: row for row in table_beside(__file__, "recommendations")}


def advise(material: Sources) -> list[Recommendation]:
    """Return what every rule asks for."""
    return [
        _recommendation(material, key, finding)
        for key in rules()
        if (search := SEARCHES.get(key))
        for finding in search(material)
    ]


def _recommendation(material: Sources, key: str, finding: Grounds) -> Recommendation:
    row = rules()[finding.row or key]
    low, high = finding.range
    told = finding.value is None or abs(finding.value - finding.target) > high - low
    return Recommendation(
        material.day,
        f"{key}-{finding.key}" if finding.key else key,
        cast("Group", row["group"]),
        finding.lead or addressee(material, row["lead"]),
        Message.of(row["text"], finding.values),
        evidence=finding.evidence or Message.of(row["evidence"], finding.values),
        table=row["table"],
        cost=cast("Cost", row["cost"]),
        measure=finding.measure or Message.of(row["measure"], finding.values),
        value=finding.value,
        target=finding.target if told else None,
        range=finding.range,
        responsible=finding.responsible,
        kind=finding.kind or cast("Kind", row["kind"]),
        indicator=row["indicator"],
        priority=cast("Priority", row["priority"]),
        aim=Message.of(row["aim"]) if row["aim"] else None,
    )


def _ministry(material: Sources, code: str) -> Text:
    family = material.types.family(code).code if code in material.types else code
    return addressee(material, MINISTRIES.get(code, MINISTRIES.get(family, "commission")))


def _national(key: str) -> "Search":
    """Return a search for what no number asks for: it is asked where the country's folder says that it holds there."""

    def search(material: Sources) -> Iterator[Grounds]:
        facts: dict[str, Text] = {fact.asks: fact.text for fact in material.area.settings.context}
        if rules()[key]["evidence"] and material.area.settings.reviewed:
            yield Grounds({}, None, 1)
        elif fact := facts.get(key.removeprefix("national-")):
            yield Grounds({}, None, 1, evidence=Message("{fact} See chapter 2.", {"fact": fact}))

    return search


def _missing_functions(material: Sources) -> Iterator[Grounds]:
    """Yield what several regions lack, each function with who answers for it."""
    lacking = {code: regions for code, regions in _without(material.results["nrm"]).items() if len(regions) > 1}
    if not lacking:
        return
    functions = listing(
        (
            Message(
                "{function} ({lead}: {regions})",
                {
                    "function": material.types.term(code).labels,
                    "lead": _ministry(material, code),
                    "regions": listing(material.area.unit(region).titles for region in regions),
                },
            )
            for code, regions in lacking.items()
        ),
        "; ",
    )
    count = sum(map(len, lacking.values()))
    yield Grounds({"functions": functions, "lacking": len(lacking), "count": count}, count, 0)


def _missing_in_region(material: Sources) -> Iterator[Grounds]:
    """Yield what each region alone lacks; what several lack is asked of the ministry."""
    lacking: dict[str, list[str]] = {}
    for code, regions in _without(material.results["nrm"]).items():
        if len(regions) == 1:
            lacking.setdefault(regions[0], []).append(code)
    for region, types in lacking.items():
        functions = listing(material.types.term(code).labels for code in types)
        values = {"count": len(types), "functions": functions, "region": material.area.unit(region).titles}
        yield Grounds(values, len(types), 0, region, region_authority(material, region))


def _without(result: Result) -> dict[str, list[str]]:
    lacking = {}
    for column in (c for keys in result.groups.values() for c in map(result.column, keys)):
        codes = [str(code) for code in result.table.index if result.state(str(code), column.key) == "none listed"]
        if codes:
            lacking[column.key] = codes
    return lacking


def _far_districts(material: Sources) -> Iterator[Grounds]:
    """Yield the districts in which most people live more than an hour from any help."""
    result = material.results["coverage"]
    if "any_beyond" not in result.table or result.level == 0:
        return
    beyond = 1 - result.table["any_60"].astype(float)
    worst = result.table["any_beyond"].sort_values(ascending=False, kind="stable")
    for code in [str(code) for code in worst.index[:MOST] if worst[code] > 0]:
        people = float(worst[code])
        low, high = (float(result.table[f"any_beyond_{end}"].astype(float)[code]) for end in ("low", "high"))
        values = {
            "unit": material.area.unit(code).titles,
            "people": Figure(people, "people", UNSAID, low, high),
            "share": Share(float(beyond[code])),
        }
        authority = region_authority(material, material.area.region_of(code))
        half = round(people / 2, -3)  # visiting days reach some villages of a district, not all
        yield Grounds(values, people, half, code, authority, range=(low, high))


def _new_places(material: Sources) -> Iterator[Grounds]:
    result = material.results["siting"]
    if result.proposals and "without" in result.total:
        gained, without = float(result.total["gained"]), float(result.total["without"])
        ends = float(result.total["without_low"]), float(result.total["without_high"])
        values = {
            "places": listing(proposal.name for proposal in result.proposals),
            "people": wording.ranged(result.total, "gained", "people"),
            "without": wording.ranged(result.total, "without", "people"),
            "what": result.title.values["type"],
        }
        yield Grounds(values, without, without - gained, range=ends)


def _norms_unmet(material: Sources) -> Iterator[Grounds]:
    """Yield what norms count as missing; of what is secret, that there should be a plan."""
    result = material.results["norms"]
    terms = {term.code: term for term in material.area.norms}
    for norm, keys in result.groups.items():
        needed = int(result.total.get(keys[0], 0))
        values: dict[str, object] = {"norm": terms[norm].labels, "needed": needed}
        if f"{norm}_missing" not in keys:
            yield Grounds(values, None, needed, norm, row="norm-secret")
        elif missing := int(result.total.get(f"{norm}_missing", 0)):
            short = [str(code) for code in result.table.index if result.table.loc[code, f"{norm}_missing"] > 0]
            values |= {"missing": missing, "regions": listing(material.area.unit(code).titles for code in short)}
            yield Grounds(values, missing, 0, norm, _ministry(material, terms[norm].service_type or ""))


def _range(figure: Figure) -> tuple[float, float]:
    return (figure.value if figure.low is None else figure.low, figure.value if figure.high is None else figure.high)


def _people(figure: Figure) -> Message:
    return Message("{share} of the people", {"share": figure})


def _compared(key: str) -> "Search":
    """Return a search for what a row compares: a figure or column that should be nothing, or not ``below`` a number."""
    analysis, name = rules()[key]["figure"].split(".")
    below = float(rules()[key]["below"] or 0)

    def search(material: Sources) -> Iterator[Grounds]:
        result = material.results[analysis]
        column, figure = result.table.get(name), result.figures.get(name)
        if below:
            if figure is not None and figure.value < below:
                yield Grounds({"who": _people(figure)}, figure.value, below, range=_range(figure))
            return
        total = result.total.get(name, 0) or (0 if column is None else int(column.sum()))
        if count := int(figure.value if figure is not None else total):
            held = result.figures.get("held")
            codes = () if column is None else column.index[column > 0]
            units = listing(material.area.unit(str(code)).titles for code in codes)
            yield Grounds({"count": count, "of": count + int(held.value if held else 0), "units": units}, count, 0)

    return search


def _spoken(material: Sources) -> Iterator[Grounds]:
    """Yield the language of the country in which help reaches fewest people."""
    figures = material.results["languages"].figures
    codes = [code for code in material.area.languages if code in figures]
    if not codes:
        return
    best = max((figures[code] for code in codes), key=lambda figure: figure.value)
    least = min(codes, key=lambda code: figures[code].value)
    if figures[least].value < best.value - 0.05:
        values = {
            "spoken": Vocabulary.load("languages").term(least).labels,
            "who": _people(figures[least]),
            "best": best,
        }
        yield Grounds(values, figures[least].value, best.value, least, range=_range(figures[least]))


def _groups_closed(material: Sources) -> Iterator[Grounds]:
    result = material.results["beneficiaries"]
    worst = sorted(((f.value, key) for key, f in result.figures.items() if f.value), key=lambda pair: -pair[0])[:MOST]
    names = {key: result.figures[key].label.values.get("group", result.column(key).label) for _, key in worst}
    if worst:
        parts = [Message("{group}: {share}", {"group": names[key], "share": Share(share)}) for share, key in worst]
        yield Grounds({"group": listing(names.values()), "shares": listing(parts)}, worst[0][0], 0)


def _standards_unmet(material: Sources) -> Iterator[Grounds]:
    """Yield the items that are met least, of those that enough services answered."""
    result = material.results["standards"]
    if result.figures.get("met") is None or not len(result.table):
        return
    row, sums = result.table.iloc[0], met_and_known(material.view, material.area)
    shares = sorted((float(row[key]), key) for key in result.groups.get("items", ()) if sums[key][1] >= ANSWERS)
    worst = [(share, key) for share, key in shares[:MOST] if share < 0.5]
    if worst:
        labels = {key: Vocabulary.load("standards").term(key).labels for _, key in worst}
        items = listing((wording.within(label) for label in labels.values()), "; ")
        met = (Message("{there} of {all}", {"there": sums[key][0], "all": sums[key][1]}) for key in labels)
        yield Grounds({"items": items, "item": items, "answers": listing(met)}, worst[0][0], 1)


def _overdue(material: Sources) -> Iterator[Grounds]:
    if late := sum(not entry.checked_in_time for entry in material.entries):
        yield Grounds({"count": late, "known": len(material.entries)}, late, 0)


def _capacity_unknown(material: Sources) -> Iterator[Grounds]:
    """Yield how many services do not say their capacity; a public edition cannot say who told it."""
    silent = sum(not entry.capacity for entry in material.entries)
    if material.view.audience != "public" and silent > len(material.entries) / 2:
        yield Grounds({"count": silent, "known": len(material.entries)}, silent, 0)


def _cases_disagree(material: Sources) -> Iterator[Grounds]:
    figure = unlike(material.results["cases"])
    if figure is not None:
        values = {"name": figure.label, "number": round(figure.value, 1)}
        yield Grounds(values, figure.value, 1, measure=figure.label, kind=figure.kind)


def _destinations_without(material: Sources) -> Iterator[Grounds]:
    result = material.results["destinations"]
    for key in result.groups.get("countries", ()) if len(result.table) else ():
        if not result.table.loc[str(result.table.index[0]), key]:
            values = {"country": result.column(key).label}
            embassy = Message("Embassy or consulate for: {country}", values)
            yield Grounds(values, 0, 1, key, embassy, addressee(material, "foreign"))


def _said_missing(material: Sources) -> Iterator[Grounds]:
    result = material.results["demand"]
    needs = {term.code: term for term in Vocabulary.load("needs").terms()}
    counts = {code: int(result.total[code]) for code in needs if code in result.total}
    if any(counts.values()):
        code = max(counts, key=lambda need: counts[need])
        types = [term.code for term in material.types.terms() if term.need == code]
        lead = _ministry(material, types[0]) if types else None
        yield Grounds({"need": needs[code].labels, "count": counts[code]}, counts[code], 0, code, lead)


Search = Callable[[Sources], Iterable[Grounds]]

SEARCHES: Mapping[str, Search] = {
    **{key: _national(key) for key in rules() if key.startswith("national-")},
    **{key: _compared(key) for key, row in rules().items() if row["figure"]},
    "function": _missing_functions,
    "norm": _norms_unmet,
    "siting-any": _new_places,
    "standard": _standards_unmet,
    "cases": _cases_disagree,
    "region": _missing_in_region,
    "reach": _far_districts,
    "language": _spoken,
    "group": _groups_closed,
    "checks": _overdue,
    "capacity": _capacity_unknown,
    "demand": _said_missing,
    "abroad": _destinations_without,
}
"""Key of a row -> what finds whether there is something to ask for."""


def about_unit(material: Sources, advice: Iterable[Recommendation], unit: str) -> list[Recommendation]:
    """Return what is asked for one unit or of its region."""
    keys = {f"reach-{unit}", f"region-{material.area.region_of(unit)}"}
    return [recommendation for recommendation in advice if recommendation.key in keys]
