"""Chapter 4: who answers for what, who helps, with whom agreements are in force, and how people are referred."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.render.report.chapters.landscape import HEAD, listed
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.render.report.mechanism import mechanism
from mapping.render.report.recommendation_rules import DEFAULTS, MINISTRIES, addressee
from mapping.result import STATES
from mapping.view.view import Entry, OrganizationEntry

COMMISSION, DESK = "CRD-COM", "CMG-REF"

CIVIL = ("igo", "ingo", "ngo", "union", "religious", "diaspora", "legal clinic")
"""Kinds of organization of which profiles are written: international bodies first."""

ELSEWHERE = Message("Abroad, or place not stated")
"""Where an organization works that has no place in a region."""

MOST = 16
"""So many profiles a table holds at most: those that do most; all stand in the directory."""

OWN_TASKS = {
    "prosecutor": Message("Prosecution of trafficking; rights of victims in proceedings"),
    "courts": Message("Trials, compensation, protection of witnesses in court"),
    "statistics": Message("Counts of cases, crimes and victims"),
}
"""Tasks of bodies that answer for no family of services."""


def actors(pen: Pen) -> None:
    """Say who has which mandate, which organizations help, and how they refer people to each other."""
    pen.chapter("4", Message("Who is there"), "actors")
    _mandates(pen)
    _commissions(pen)
    _organizations(pen)
    _profiles(pen)
    pen.heading(Message("Agreements to refer people"))
    _agreements(pen)
    _mechanism(pen)
    pen.end()


def _mandates(pen: Pen) -> None:
    """Say which body answers for which help, and what is listed of state bodies that give it."""
    material = pen.material
    pen.heading(Message("Mandates"))
    tasks: dict[str, list[str]] = defaultdict(list)
    for code, key in MINISTRIES.items():
        if code in material.types:
            tasks[key].append(code)
    rows: list[tuple[str, str]] = []
    codes_of: dict[str, list[str]] = {}
    for key in DEFAULTS:
        name = material.say(addressee(material, key))
        if name in codes_of or (key not in tasks and key not in OWN_TASKS):
            codes_of.get(name, []).extend(tasks.get(key, ()))
            continue
        codes_of[name] = tasks[key]
        rows.append((key, name))
    made = []
    for key, name in rows:
        codes = codes_of[name]
        helps = ", ".join(material.type_label(code) for code in codes) or material.say(OWN_TASKS[key])
        state = [e for e in material.entries if e.organization.kind == "government" and _answers(e, codes)]
        number = Cell(material.say(len(state)), number=True) if codes else Cell(material.say(STATES["not applicable"]))
        made.append(TableRow(name, (Cell(helps), number)))
    pen.table(
        Message("Who answers for which help"),
        (Message("Organization"), Message("Answers for"), Message("Listed services of state authorities")),
        made,
        source=material.own_source(material.entries),
        anchor="mandates",
        small=True,
    )
    named = Message(
        "The organizations are those that the study area names; which help falls to which of them is a rule of "
        "this report, to be put right by the commission."
    )
    by_task = Message(
        "The study area names no organizations, so that each is called by its task; which help falls to which of them "
        "is a rule of this report, to be put right by the commission."
    )
    pen.say(named if material.area.settings.addressees else by_task, "source")


def _answers(entry: Entry, codes: Iterable[str]) -> bool:
    """Tell whether a service is of one of some types or families."""
    own = {*entry.types, *(code.split("-")[0] for code in entry.types)}
    return not own.isdisjoint(codes)


def _commissions(pen: Pen) -> None:
    material = pen.material
    pen.heading(Message("Commissions and referral desks"))
    desks = [e for e in material.entries if {COMMISSION, DESK}.intersection(e.types)]
    desks.sort(key=lambda entry: COMMISSION not in entry.types)
    pen.say(
        Message(
            "Commissions listed: {commissions}; referral desks listed: {desks}. A commission coordinates the "
            "organizations above in its region; a desk is where a person is first referred on.",
            {
                "commissions": sum(COMMISSION in entry.types for entry in desks),
                "desks": sum(DESK in entry.types for entry in desks),
            },
        )
    )
    pen.table(
        Message("Commissions and referral desks"),
        HEAD,
        (listed(pen, entry) for entry in desks),
        source=material.own_source(desks),
        anchor="desks",
        small=True,
    )


def _organizations(pen: Pen) -> None:
    material = pen.material
    pen.heading(Message("Organizations by kind and region"))
    words = {
        "count": len(material.organizations),
        "listed": len({entry.organization.id for entry in material.entries}),
    }
    pen.say(Message("Organizations in the directory: {count}; with a listed service: {listed}.", words), "lead")
    head = (
        Message("Kind"),
        *(material.area.unit(code).titles for code in material.regions),
        ELSEWHERE,
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


def _profiles(pen: Pen) -> None:
    """Write a line for each international body and for the civil organizations that do most."""
    material = pen.material
    services: dict[str, list[Entry]] = defaultdict(list)
    for entry in material.entries:
        services[entry.organization.id].append(entry)
    activities: dict[str, set[str]] = defaultdict(set)
    programmes: dict[str, set[str]] = defaultdict(set)
    for row in material.view.rows("activity"):
        for body in filter(None, (row["organization_id"], row["implementer_id"])):
            activities[body].add(row["id"])
            programmes[body].update(filter(None, (row["programme"],)))
    bodies = [
        organization
        for organization in material.organizations
        if organization.kind in CIVIL and (services[organization.id] or activities[organization.id])
    ]
    bodies.sort(
        key=lambda organization: (
            CIVIL.index(organization.kind) > 1,
            -len(services[organization.id]) - len(activities[organization.id]),
            organization.name,
        )
    )
    pen.heading(Message("Profiles of international organizations and civil organizations"))

    def profile(organization: OrganizationEntry) -> TableRow:
        own = services[organization.id]
        families = dict.fromkeys(code.split("-")[0] for entry in own for code in entry.types)
        regions = [code for code in material.regions if any(code in material.units_of(entry) for entry in own)]
        texts = (
            ", ".join(material.type_label(code) for code in families),
            ", ".join(material.label(code) for code in regions) or (material.say(ELSEWHERE) if own else ""),
            ", ".join(sorted(programmes[organization.id])),
        )
        return TableRow(
            organization.name,
            cells(*texts, len(own), len(activities[organization.id]), language=material.language),
        )

    head = (
        Message("Organization"),
        Message("Help"),
        Message("Where"),
        Message("Programmes"),
        Message("Services"),
        Message("Activities"),
    )
    pen.table(
        Message("Who offers what, where, and within which programmes"),
        head,
        (profile(organization) for organization in bodies[:MOST]),
        source=material.own_source([entry for organization in bodies[:MOST] for entry in services[organization.id]]),
        anchor="profiles",
        small=True,
    )
    if len(bodies) > MOST:
        words = {"count": len(bodies) - MOST}
        pen.say(Message("And {count} more; they stand in the directory.", words), "source")


def _mechanism(pen: Pen) -> None:
    """Draw the steps of the referral mechanism, and in how many units each referral holds or breaks."""
    material = pen.material
    result = material.results["pathways"]
    svg = mechanism(result, material.area, language=material.language)
    if not svg:
        return
    pen.picture(
        svg,
        result,
        caption=Message("The referral mechanism: in how many areas each referral holds"),
        source=material.source(result, method=material.numbers.get("method-pathways", "")),
        anchor="mechanism",
    )


def _kinds(pen: Pen) -> Iterable[TableRow]:
    """Count organizations by kind and region; where there is none, say so."""
    material = pen.material
    regions: dict[str, set[str]] = {organization.id: set() for organization in material.organizations}
    for entry in material.entries:
        inside = material.units_of(entry).intersection(material.regions)
        regions.setdefault(entry.organization.id, set()).update(inside)
    counts: Counter[tuple[str, str]] = Counter()
    for organization in material.organizations:
        for place in (*(regions[organization.id] or {"elsewhere"}), "all"):
            counts[organization.kind, place] += 1
    kinds = Vocabulary.load("organization_types")
    order = [term.code for term in kinds.terms() if counts[term.code, "all"]]
    order += sorted({organization.kind for organization in material.organizations} - set(order))
    none = STATES["none listed"].into(material.language)
    for kind in order:
        name = str(kinds.label(kind, material.language)) if kind in kinds else material.say(Message("not stated"))
        made = [counts[kind, place] for place in (*material.regions, "elsewhere", "all")]
        yield TableRow(name, tuple(Cell(material.say(count) if count else none, number=True) for count in made))


def _agreements(pen: Pen) -> None:
    """Count agreements in force between kinds of organizations; small counts are not told."""
    material = pen.material
    least = material.area.settings.thresholds.providers
    rows = material.view.rows("referral_agreement")
    kinds = {organization.id: organization.kind for organization in material.organizations}
    force = [
        row
        for row in rows
        if row["status"] == "active" and (not row["valid_to"] or row["valid_to"] >= material.day.isoformat())
    ]
    if not rows:
        pen.say(Message("Not known: no agreement is listed between organizations that may both be shown."), "note")
        return
    words = {"force": len(force), "all": len(rows)}
    pen.say(Message("Agreements listed: {all}. In force: {force}.", words), "lead")
    pairs = Counter(
        (kinds.get(row["from_organization_id"], ""), kinds.get(row["to_organization_id"], "")) for row in force
    )
    names = Vocabulary.load("organization_types")

    def name(kind: str) -> str:
        return str(names.label(kind, material.language)) if kind in names else material.say(Message("not stated"))

    few = material.say(Message("fewer than {least}", {"least": least}))
    made = [
        TableRow(
            name(giver),
            (Cell(name(other)), Cell(material.say(count) if count >= least else few, number=count >= least)),
        )
        for (giver, other), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    head = (Message("From"), Message("To"), Message("Agreements"))
    source = material.own_source(material.entries)
    pen.table(Message("Agreements in force by kind of organization"), head, made, source=source, anchor="agreements")
