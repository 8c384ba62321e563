"""Chapters 5 and 6: what is there by pillar, and what is there abroad."""

from collections.abc import Iterable

from mapping.analysis.common.presence import ServicePresence
from mapping.language.i18n import Message
from mapping.language.taxonomy import Term
from mapping.render.charts import WIDE, chart
from mapping.render.layers.services import spaced
from mapping.render.report import print_map
from mapping.render.report.chapters.completeness import capacity
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.result import SPEAKING, STATES
from mapping.view.view import Entry

PILLARS = {
    1: Message("Identification and protection"),
    2: Message("Individual support and access to services"),
    3: Message("Social inclusion"),
    4: Message("Criminal justice and redress"),
}


HEAD = (Message("Service"), Message("Organization"), Message("Where"), Message("Phone"))


def listed(pen: Pen, entry: Entry) -> TableRow:
    """Return the row of a service: whose it is, where, and how to call it."""
    return TableRow(
        entry.name, cells(entry.organization.name, where(pen, entry), calls(pen, entry), language=pen.material.language)
    )


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
    if not places and entry.covers:
        places = [material.label(code) for code in entry.covers if code in known]
    shown = list(dict.fromkeys(places))
    more = [material.say(Message("and {count} more", {"count": len(shown) - 3}))] if len(shown) > 3 else []
    return "; ".join((*shown[:3], *more)) or material.say(Message("not stated"))


def calls(pen: Pen, entry: Entry) -> str:
    """Return the numbers of a service as people read them, or its mail."""
    region, language = pen.material.area.code, pen.material.language
    numbers = [spaced(phone.number, region, language) for phone in entry.phones if phone.kind != "fax"]
    return "; ".join(dict.fromkeys(numbers[:2])) or entry.email or pen.material.say(Message("not stated"))


def services(pen: Pen) -> None:
    """Say what is listed by pillar, type and region, how far it is, how many people it takes, and what is met."""
    material = pen.material
    pen.chapter("5", Message("Services by pillar"), "services")
    listing = ServicePresence(material.view, material.area, min(1, material.area.levels[-1].level))
    for pillar, title in PILLARS.items():
        pen.heading(title)
        terms = [term for term in material.types.terms() if term.parent and term.pillar == pillar]
        rows, empty = _by_type(pen, listing, terms)
        head = (Message("Type of service"), *(material.area.unit(code).titles for code in listing.units))
        used = [e for e in material.entries if {term.code for term in terms}.intersection(e.types)]
        pen.table(
            Message("Services by type and region: {pillar}", {"pillar": title}),
            head,
            rows,
            source=material.own_source(used),
            anchor=f"pillar-{pillar}",
            small=True,
            even=True,
        )
        if empty:
            pen.say(Message("None listed in any region: {types}.", {"types": ", ".join(empty)}), "source")
    pen.heading(Message("How far it is"))
    coverage, reach = material.results["coverage_regions"], material.results["reach_regions"]
    pen.result(coverage, columns=("people", "any_30", "any_60", "any_120"), anchor="coverage-regions", brief=True)
    if reach.table.shape[0] and not reach.table["people"].eq(0).all():
        svg = chart(reach, material.area, language=material.language, kind="stacked", width=WIDE, titled=False)
        pen.picture(
            svg,
            reach,
            kind="share",
            caption=Message("People by minutes of travel to the nearest service"),
            source=material.source(reach, method=material.numbers.get("method-reach", "")),
        )
    _small_maps(pen)
    capacity(pen)
    pen.heading(Message("Standards"))
    pen.say(material.results["standards"].finding)
    pen.say(Message("How far minimum standards are met stands in chapter 9."))
    pen.end()


def _small_maps(pen: Pen) -> None:
    """Draw for each core function that people visit which districts have it within an hour."""
    material = pen.material
    result = material.results["coverage"]
    columns = print_map.functions(result)
    if not columns or result.table.empty:
        return
    title = Message("People within an hour of each core function, by area")
    words = f"{material.say(title)}. {material.say(result.finding)}."
    svg = print_map.small_maps(material.area, result, columns, title=material.say(title), language=material.language)
    source = material.source(result, method=material.numbers.get("method-coverage", ""))
    pen.picture(svg, result, words=words, caption=title, source=source, anchor="small-maps", of="map-functions")


def _by_type(pen: Pen, listing: ServicePresence, terms: Iterable[Term]) -> tuple[list[TableRow], list[str]]:
    """Return a row for each type of which something is listed or said, and the names of the others."""
    rows, empty = [], []
    for term in terms:
        states = listing.states(term)
        name = str(term.label(pen.material.language))
        if all(state == "none listed" for state, _ in states.values()):
            empty.append(name)
            continue
        made = []
        for state, count in states.values():
            words = STATES[state].into(pen.material.language)
            there = state in ("present", "single")
            made.append(
                Cell(str(count) if there else words if state in SPEAKING else f"{count} ({words})", number=True)
            )
        rows.append(TableRow(name, tuple(made)))
    return rows, empty


def abroad(pen: Pen) -> None:
    """Say what help is listed in the countries to which people go."""
    material = pen.material
    pen.chapter("6", Message("Help abroad"), "abroad")
    result = material.results["destinations"]
    pen.result(result)
    if result.table["services"].any():
        pen.say(Message("Names and numbers of these services stand in the directory, at the end."))
    pen.end()
