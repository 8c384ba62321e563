"""Chapter 5: what is there by pillar, how far it is, and how many people it can take."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from mapping.analysis.common.presence import ServicePresence
from mapping.language.i18n import Message
from mapping.language.taxonomy import Term
from mapping.render.charts import WIDE, chart
from mapping.render.layers.services import spaced
from mapping.render.report import print_map
from mapping.render.report.composer import Pen
from mapping.render.report.elements import Cell, TableRow
from mapping.render.report.recommendations import LABELS
from mapping.result import SPEAKING, STATES
from mapping.view.view import Entry

PILLARS, CAPACITIES = LABELS["pillar"], LABELS["capacity"]
"""Parts of the referral mechanism; what services count that they can take, as their numbers name it."""


def listed(pen: Pen, entry: Entry) -> tuple[object, ...]:
    """Return the row of a service: whose it is, where, and how to call it."""
    return entry.name, entry.organization.name, where(pen, entry), calls(pen, entry)


def where(pen: Pen, entry: Entry) -> str:
    """Say where a service is: towns or units, countries, or that it is reached by phone."""
    material = pen.material
    known = material.area.all_units()
    places = []
    for place in entry.places:
        if material.area.is_abroad(place.country):
            country = material.say(material.area.country(str(place.country)))
            places.append(", ".join(filter(None, (place.city, country))))
        elif place.area_unit in known:
            places.append(material.label(str(place.area_unit)))
        elif place.city:
            places.append(place.city)
    if not places:
        places = [material.label(code) for code in entry.covers if code in known]
    shown = list(dict.fromkeys(places))
    more = [material.say(Message("and {count} more", {"count": len(shown) - 3}))] if len(shown) > 3 else []
    return "; ".join((*shown[:3], *more)) or material.say(Message("not stated"))


def calls(pen: Pen, entry: Entry) -> str:
    """Return the numbers of a service as people read them, or its mail."""
    region, language = pen.material.area.code, pen.material.language
    numbers = [spaced(phone.number, region, language) for phone in entry.phones if phone.kind != "fax"]
    return "; ".join(dict.fromkeys(numbers[:2])) or entry.email or pen.material.say(Message("not stated"))


def _pillars(pen: Pen) -> None:
    material = pen.material
    presence = ServicePresence(material.view, material.area, min(1, material.area.levels[-1].level))
    for pillar, title in PILLARS.items():
        pen.heading(title)
        terms = [term for term in material.types.terms() if term.parent and str(term.pillar) == pillar]
        rows, empty = _by_type(pen, presence, terms)
        pen.outlined(
            "pillar",
            rows,
            source=[e for e in material.entries if {term.code for term in terms}.intersection(e.types)],
            words={"pillar": title},
            anchor=f"pillar-{pillar}",
            columns=[material.area.unit(code).titles for code in presence.units],
        )
        if empty:
            pen.say(Message("None listed in any region: {types}.", {"types": ", ".join(empty)}), "source")


def _by_type(pen: Pen, presence: ServicePresence, terms: Iterable[Term]) -> tuple[list[TableRow], list[str]]:
    """Return a row for each type of which something is listed or said, and the names of the others."""
    rows, empty = [], []
    for term in terms:
        states = presence.states(term)
        name = str(term.label(pen.material.language))
        if all(state == "none listed" for state, _ in states.values()):
            empty.append(name)
            continue
        texts = []
        for state, count in states.values():
            words = STATES[state].into(pen.material.language)
            counted = str(count) if state in ("present", "single") else f"{count} ({words})"
            texts.append(words if state in SPEAKING else counted)
        rows.append(TableRow(name, tuple(Cell(text, number=True) for text in texts)))
    return rows, empty


def _distances(pen: Pen) -> None:
    material = pen.material
    coverage, reach = material.results["coverage_regions"], material.results["reach_regions"]
    pen.result(coverage, columns=("people", "any_30", "any_60", "any_120"), anchor="coverage-regions", brief=True)
    if len(reach.table) and reach.table["people"].any():
        pen.picture(
            chart(reach, material.area, language=material.language, kind="stacked", width=WIDE, titled=False),
            reach,
            kind="share",
            caption=Message("People by minutes of travel to the nearest service"),
            source=material.source(reach),
        )


def _small_maps(pen: Pen) -> None:
    """Draw for each core function that people visit which districts have it within an hour."""
    material = pen.material
    result = material.results["coverage"]
    columns = print_map.functions(result)
    if columns and not result.table.empty:
        title = material.say(Message("People within an hour of each core function, by area"))
        for first in range(0, len(columns), print_map.ON_A_PAGE):
            shown = columns[first : first + print_map.ON_A_PAGE]
            pen.picture(
                print_map.small_maps(material.area, result, shown, title=title, language=material.language),
                result,
                words=f"{title}. {material.say(result.finding)}.",
                caption=title,
                source=material.source(result) if first + len(shown) == len(columns) else "",
                anchor="" if first else "small-maps",
                of="map-functions",
            )


def _stated_capacity(pen: Pen) -> None:
    """Say how many people services can take, by family and by what they count: the least that is known."""
    material = pen.material
    capacities: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in material.view.rows("service_capacity"):
        most = row["maximum"] if row["maximum"] is not None else row["available"]
        if most is not None and row["service_id"]:
            capacities[row["service_id"]].append((row["description"] or "", float(most)))
    counted = {what for numbers in capacities.values() for what, _ in numbers}
    units = [*(what for what in CAPACITIES if what in counted), *sorted(counted - {*CAPACITIES})]
    rows = []
    for family in (term.code for term in material.types.terms() if term.parent is None):
        entries = [entry for entry in material.entries if family in {code.split("-")[0] for code in entry.types}]
        if not entries:
            continue
        sums: Counter[str] = Counter()
        for entry in entries:
            for what, most in capacities.get(entry.id, ()):
                sums[what] += round(most)
        known = sum(entry.id in capacities for entry in entries)
        totals = (sums[what] or Message("not known") for what in units)
        rows.append((material.type_label(family), len(entries), known, *totals))
    pen.outlined(
        "stated-capacity",
        rows,
        source=[entry for entry in material.entries if entry.id in capacities],
        columns=[CAPACITIES.get(what, what) for what in units],
    )


PARTS = {
    "pillars": _pillars,
    "distances": _distances,
    "small_maps": _small_maps,
    "stated_capacity": _stated_capacity,
}
