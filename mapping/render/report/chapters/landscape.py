"""Chapters 4 to 7: who is there, what is there by pillar, what is there abroad, and what is done to prevent."""

from collections import Counter
from collections.abc import Iterable

from mapping.analysis.common.presence import ServicePresence
from mapping.language.i18n import Message
from mapping.language.taxonomy import Term, Vocabulary
from mapping.render.charts import chart
from mapping.render.layers.services import spaced
from mapping.render.report.chapters.completeness import capacity
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.result import SPEAKING, STATES
from mapping.view.view import Entry

COMMISSION, DESK = "CRD-COM", "CMG-REF"

PILLARS = {
    1: Message("Identification and protection"),
    2: Message("Individual support and access to services"),
    3: Message("Social inclusion"),
    4: Message("Criminal justice and redress"),
}


def actors(pen: Pen) -> None:
    """Say which organizations there are, which commissions, and between whom agreements are in force."""
    material = pen.material
    pen.chapter("4", Message("Who is there"), "actors")
    pen.heading(Message("Organizations by kind and region"))
    words = {
        "count": len(material.organizations),
        "listed": len({entry.organization.id for entry in material.entries}),
    }
    pen.say(Message("Organizations in the directory: {count}; of them {listed} have a listed service.", words), "lead")
    head = (
        Message("Kind"),
        *(material.area.unit(code).names for code in material.regions),
        Message("Abroad, or place not told"),
        Message("All"),
    )
    pen.table(
        Message("Organizations by kind and region"),
        head,
        _kinds(pen),
        source=material.own_source(material.entries),
        anchor="actors",
        even=True,
        small=True,
    )
    pen.say(Message("An organization counts in each region in which it has a place."), "source")
    pen.heading(Message("Commissions and referral desks"))
    desks = [e for e in material.entries if {COMMISSION, DESK}.intersection(e.types)]
    pen.table(
        Message("Commissions and referral desks"),
        HEAD,
        (listed(pen, entry) for entry in desks),
        source=material.own_source(desks),
        anchor="desks",
        small=True,
    )
    pen.heading(Message("Agreements to refer people"))
    _agreements(pen)
    pen.end()


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
    said = []
    for place in entry.places:
        if place.country not in (None, "", material.area.code):
            country = material.say(material.area.settings.country_names.get(str(place.country), {"en": place.country}))
            said.append(", ".join(filter(None, (place.city, country))))
        elif place.area_unit in known:
            said.append(material.label(str(place.area_unit)))
        elif place.city:
            said.append(place.city)
    if not said and entry.covers:
        said = [material.label(code) for code in entry.covers if code in known]
    shown = list(dict.fromkeys(said))
    more = [material.say(Message("and {count} more", {"count": len(shown) - 3}))] if len(shown) > 3 else []
    return "; ".join((*shown[:3], *more)) or material.say(Message("not told"))


def calls(pen: Pen, entry: Entry) -> str:
    """Return the numbers of a service as people read them, or its mail."""
    numbers = [spaced(phone.number, pen.material.area.code) for phone in entry.phones if phone.kind != "fax"]
    return "; ".join(dict.fromkeys(numbers[:2])) or entry.email or pen.material.say(Message("not told"))


def _kinds(pen: Pen) -> Iterable[TableRow]:
    """Count organizations by kind and region; where there is none, say so."""
    material = pen.material
    regions: dict[str, set[str]] = {one.id: set() for one in material.organizations}
    for entry in material.entries:
        inside = material.units_of(entry).intersection(material.regions)
        regions.setdefault(entry.organization.id, set()).update(inside)
    counts: Counter[tuple[str, str]] = Counter()
    for one in material.organizations:
        for place in (*(regions[one.id] or {"elsewhere"}), "all"):
            counts[one.kind, place] += 1
    kinds = Vocabulary.load("organization_types")
    order = [term.code for term in kinds.terms() if counts[term.code, "all"]]
    order += sorted({one.kind for one in material.organizations} - set(order))
    none = STATES["none listed"].into(material.language)
    for kind in order:
        name = str(kinds.label(kind, material.language)) if kind in kinds else material.say(Message("not told"))
        made = [counts[kind, place] for place in (*material.regions, "elsewhere", "all")]
        yield TableRow(name, tuple(Cell(material.say(count) if count else none, number=True) for count in made))


def _agreements(pen: Pen) -> None:
    """Count agreements in force between kinds of organizations; small counts are not told."""
    material = pen.material
    least = material.area.settings.thresholds.providers
    rows = material.view.rows("referral_agreement")
    kinds = {one.id: one.kind for one in material.organizations}
    force = [
        row
        for row in rows
        if row["status"] == "active" and (not row["valid_to"] or row["valid_to"] >= material.day.isoformat())
    ]
    if not rows:
        pen.say(Message("Not known: no agreement is listed between bodies that may both be shown."), "note")
        return
    words = {"force": len(force), "all": len(rows)}
    pen.say(Message("Agreements listed: {all}. In force: {force}.", words), "lead")
    pairs = Counter(
        (kinds.get(row["from_organization_id"], ""), kinds.get(row["to_organization_id"], "")) for row in force
    )
    names = Vocabulary.load("organization_types")

    def name(kind: str) -> str:
        return str(names.label(kind, material.language)) if kind in names else material.say(Message("not told"))

    few = material.say(Message("fewer than {least}", {"least": least}))
    made = [
        TableRow(
            name(one), (Cell(name(other)), Cell(material.say(count) if count >= least else few, number=count >= least))
        )
        for (one, other), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    head = (Message("From"), Message("To"), Message("Agreements"))
    source = material.own_source(material.entries)
    pen.table(Message("Agreements in force by kind of organization"), head, made, source=source, anchor="agreements")


def services(pen: Pen) -> None:
    """Say what is listed by pillar, type and region, how far it is, how many people it takes, and what is met."""
    material = pen.material
    pen.chapter("5", Message("Services by pillar"), "services")
    listing = ServicePresence(material.view, material.area, min(1, material.area.levels[-1].level))
    for pillar, title in PILLARS.items():
        pen.heading(title)
        terms = [term for term in material.types.terms() if term.parent and term.pillar == pillar]
        rows, empty = _by_type(pen, listing, terms)
        head = (Message("Type of service"), *(material.area.unit(code).names for code in listing.units))
        used = [e for e in material.entries if {term.code for term in terms}.intersection(e.types)]
        pen.table(
            Message("Services by type and region"),
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
    pen.result(coverage, columns=("people", "any_30", "any_60", "any_120"), anchor="coverage-regions", drawn=False)
    if reach.table.shape[0] and not reach.table["people"].eq(0).all():
        svg = chart(reach, material.area, language=material.language, kind="stacked")
        words = f"{material.say(reach.title)}: {material.say(reach.finding)}."
        pen.picture(
            svg,
            words,
            caption=Message("People by minutes of travel to the nearest service"),
            source=material.source(reach, method=material.numbers.get("method-reach", "")),
        )
    capacity(pen)
    pen.heading(Message("Standards"))
    pen.say(material.results["standards"].finding)
    pen.say(Message("How far minimum standards are met stands in chapter 9."))
    pen.end()


def _by_type(pen: Pen, listing: ServicePresence, terms: Iterable[Term]) -> tuple[list[TableRow], list[str]]:
    """Return a row for each type of which something is listed or said, and the names of the others."""
    rows, empty = [], []
    for term in terms:
        said = listing.states(term)
        name = str(term.label(pen.material.language))
        if all(state == "none listed" for state, _ in said.values()):
            empty.append(name)
            continue
        made = []
        for state, count in said.values():
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
    pen.result(material.results["destinations"])
    used = [entry for entry in material.entries if material.is_abroad(entry)]
    used.sort(key=lambda entry: (entry.places[0].country or "", entry.places[0].city))
    pen.table(
        Message("Services abroad"),
        HEAD,
        (listed(pen, entry) for entry in used),
        source=material.own_source(used),
        anchor="abroad",
        small=True,
    )
    pen.end()


def prevention(pen: Pen) -> None:
    """Say who does what to prevent, where and when."""
    pen.chapter("7", Message("Prevention and coordination"), "prevention")
    pen.result(pen.material.results["activities"])
    pen.end()
