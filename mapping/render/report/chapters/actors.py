"""Chapter 4: who answers for what, who helps, with whom agreements are in force, and how people are referred."""

from collections import Counter, defaultdict

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.render.charts import WIDE, draw_stacked
from mapping.render.report.chapters.landscape import listed
from mapping.render.report.composer import Pen
from mapping.render.report.elements import Cell
from mapping.render.report.recommendation_rules import DEFAULTS, MINISTRIES, TASKS, addressee
from mapping.render.svg import Drawing
from mapping.result import STATES, Result
from mapping.view.view import Entry, OrganizationEntry

COMMISSION, DESK = "CRD-COM", "CMG-REF"

CIVIL = ("igo", "ingo", "ngo", "union", "religious", "diaspora", "legal clinic")
"""Kinds of organization of which profiles are written: international bodies first."""

ELSEWHERE = Message("Abroad, or place not stated")
"""Where an organization works that has no place in a region."""

MOST = 16
"""So many profiles a table holds at most: those that do most; all stand in the directory."""


def _mandates(pen: Pen) -> None:
    """Say which body answers for which help, and what is listed of state bodies that give it."""
    material = pen.material
    codes_of: dict[str, list[str]] = {}
    tasks: dict[str, str] = {}
    for key in DEFAULTS:
        codes = [code for code, whose in MINISTRIES.items() if whose == key and code in material.types]
        name = material.say(addressee(material, key))
        if codes or key in TASKS or name in codes_of:
            codes_of.setdefault(name, []).extend(codes)
            tasks.setdefault(name, TASKS.get(key, ""))

    def answers(entry: Entry, codes: list[str]) -> bool:
        types = {*entry.types, *(code.split("-")[0] for code in entry.types)}
        return entry.organization.kind == "government" and not types.isdisjoint(codes)

    pen.outlined(
        "mandates",
        (
            (
                name,
                ", ".join(map(material.type_label, codes)) or tasks[name],
                sum(answers(entry, codes) for entry in material.entries) if codes else STATES["not applicable"],
            )
            for name, codes in codes_of.items()
        ),
        source=material.entries,
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


def _desks(pen: Pen) -> None:
    desks = [entry for entry in pen.material.entries if {COMMISSION, DESK}.intersection(entry.types)]
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
    pen.outlined("desks", (listed(pen, entry) for entry in desks), source=desks)


def _organizations(pen: Pen) -> None:
    material = pen.material
    words = {
        "count": len(material.organizations),
        "listed": len({entry.organization.id for entry in material.entries}),
    }
    pen.say(Message("Organizations in the directory: {count}; with a listed service: {listed}.", words), "lead")
    regions: dict[str, set[str]] = defaultdict(set)
    for entry in material.entries:
        regions[entry.organization.id] |= material.units_of(entry).intersection(material.regions)
    counts: Counter[tuple[str, str]] = Counter()
    for organization in material.organizations:
        for place in (*(regions[organization.id] or {"elsewhere"}), "all"):
            counts[organization.kind, place] += 1
    order = [term.code for term in Vocabulary.load("organization_types").terms() if counts[term.code, "all"]]
    order += sorted({organization.kind for organization in material.organizations} - set(order))
    places = (*material.regions, "elsewhere", "all")
    pen.outlined(
        "actors",
        ((_kind(pen, kind), *(_counted(pen, counts[kind, place]) for place in places)) for kind in order),
        source=material.entries,
        columns=(
            *(material.area.unit(code).titles for code in material.regions),
            ELSEWHERE,
        ),
    )


def _counted(pen: Pen, count: int) -> Cell:
    return Cell(pen.material.say(count or STATES["none listed"]), number=True)


def _kind(pen: Pen, kind: str) -> str:
    kinds = Vocabulary.load("organization_types")
    return str(kinds.label(kind, pen.material.language)) if kind in kinds else pen.material.say(Message("not stated"))


def _profiles(pen: Pen) -> None:
    material = pen.material
    services: dict[str, list[Entry]] = defaultdict(list)
    for entry in material.entries:
        services[entry.organization.id].append(entry)
    activities: dict[str, dict[str, str]] = defaultdict(dict)
    for row in material.view.rows("activity"):
        for body in filter(None, (row["organization_id"], row["implementer_id"])):
            activities[body][row["id"]] = row["programme"] or ""
    bodies = [o for o in material.organizations if o.kind in CIVIL and (services[o.id] or activities[o.id])]
    bodies.sort(key=lambda o: (CIVIL.index(o.kind) > 1, -len(services[o.id]) - len(activities[o.id]), o.name))

    def profile(organization: OrganizationEntry) -> tuple[object, ...]:
        entries, programmes = services[organization.id], activities[organization.id]
        families = dict.fromkeys(code.split("-")[0] for entry in entries for code in entry.types)
        regions = [code for code in material.regions if any(code in material.units_of(entry) for entry in entries)]
        return (
            organization.name,
            ", ".join(map(material.type_label, families)),
            ", ".join(map(material.label, regions)) or (ELSEWHERE if entries else ""),
            ", ".join(sorted({*programmes.values()} - {""})),
            len(entries),
            len(programmes),
        )

    pen.outlined(
        "profiles",
        map(profile, bodies[:MOST]),
        source=[entry for organization in bodies[:MOST] for entry in services[organization.id]],
    )
    if len(bodies) > MOST:
        pen.say(Message("And {count} more; they stand in the directory.", {"count": len(bodies) - MOST}), "source")


def _agreements(pen: Pen) -> None:
    """Count agreements in force between kinds of organizations; small counts are not told."""
    material = pen.material
    least, today = material.area.settings.thresholds.providers, material.day.isoformat()
    rows = material.view.rows("referral_agreement")
    if not rows:
        pen.say(Message("Not known: no agreement is listed between organizations that may both be shown."), "note")
        return
    force = [row for row in rows if row["status"] == "active" and (row["valid_to"] or today) >= today]
    pen.say(Message("Agreements listed: {all}. In force: {force}.", {"force": len(force), "all": len(rows)}), "lead")
    kinds = {organization.id: organization.kind for organization in material.organizations}
    pairs = Counter(
        (kinds.get(row["from_organization_id"], ""), kinds.get(row["to_organization_id"], "")) for row in force
    )
    few = Message("fewer than {least}", {"least": least})
    pen.outlined(
        "agreements",
        (
            (_kind(pen, giver), _kind(pen, other), count if count >= least else few)
            for (giver, other), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        source=material.entries,
    )


def mechanism(result: Result, area: StudyArea, *, language: str) -> str:
    """Return the steps of the referral mechanism, with a bar of all area units for each referral below, as SVG.

    Empty where no referral was looked at.
    """
    links = [column for column in result.columns if column.kind == "state" and "_" in column.key]
    if not links or result.table.empty:
        return ""
    types = Vocabulary.load("service_types")
    drawing = Drawing(WIDE, result.title.into(language), f"{result.finding.into(language)}.", titled=False)
    steps = dict.fromkeys(code for column in links for code in column.key.split("_"))
    drawing.steps([str(types.label(code, language)) for code in steps if code in types])
    draw_stacked(drawing, result, area, language)
    return drawing.text()


def _mechanism(pen: Pen) -> None:
    material = pen.material
    result = material.results["pathways"]
    if svg := mechanism(result, material.area, language=material.language):
        pen.picture(
            svg,
            result,
            caption=Message("The referral mechanism: in how many areas each referral holds"),
            source=material.source(result),
            anchor="mechanism",
        )


PARTS = {
    "mandates": _mandates,
    "desks": _desks,
    "organizations": _organizations,
    "profiles": _profiles,
    "agreements": _agreements,
    "referral_mechanism": _mechanism,
}
