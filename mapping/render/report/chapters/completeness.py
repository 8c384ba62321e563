"""How complete an edition is: who was asked last and how, what may be listed twice, and how much a service can take.

Each section says what the view can tell, and where it cannot, what somebody would have to collect.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import AnyRecord, record_id
from mapping.quality.candidate import Candidate
from mapping.quality.matching import candidates
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.view.view import Entry, View

LEVELS = ("visit", "phone", "official", "self-reported", "unverified")
"""How a service was last asked, the surest way first."""


def asked(pen: Pen) -> None:
    """Say how each listed service was last asked, and why no rate of answers can be told."""
    material = pen.material
    ways = Vocabulary.load("verification")
    rows = []
    for level in LEVELS:
        own = [entry for entry in material.entries if entry.verification_level == level]
        if not own:
            continue
        name = str(ways.label(level, material.language)) if level in ways else material.say(Message("Never asked"))
        checked = sum(entry.checked_in_time for entry in own)
        days = [entry.verified_on for entry in own if entry.verified_on is not None]
        last = (material.say(day) for day in (min(days), max(days))) if days else ("", "")
        rows.append(TableRow(name, (*cells(len(own), checked, language=material.language), *map(Cell, last))))
    head = (
        Message("How the service was last asked"),
        Message("Services"),
        Message("Checked in time"),
        Message("Longest ago"),
        Message("Latest"),
    )
    pen.table(
        Message("How the listed services were last asked"),
        head,
        rows,
        source=material.own_source(material.entries),
        anchor="asked",
    )
    pen.say(
        Message(
            "What share of those who were asked answered is not known: this edition holds those who are listed "
            "and nobody who kept silent. For the next one, publish before the asking begins which organizations will "
            "be asked, and mark each as answered, refused or not reached."
        )
    )


def doubles(pen: Pen) -> None:
    """Say how many different organizations and services there are at least, if all that looks alike is one."""
    material = pen.material
    if not material.entries:
        return
    pen.heading(Message("What may be listed twice"))
    pairs = candidates(Listed(material.view, {entry.id for entry in material.entries}), material.area)
    kinds = (
        ("organization", Message("Organizations"), len(material.organizations)),
        ("service", Message("Services"), len(material.entries)),
    )
    rows = []
    for table, name, listed in kinds:
        own = [pair for pair in pairs if pair.table == table]
        rows.append(
            TableRow(material.say(name), cells(listed, len(own), listed - joined(own), language=material.language))
        )
    head = ("", Message("Listed"), Message("Pairs that may be one"), Message("Different ones at least"))
    pen.table(
        Message("What may be listed twice"), head, rows, source=material.own_source(material.entries), anchor="doubles"
    )
    pen.say(
        Message(
            "A pair has names, numbers or places so alike that both may be one. Nobody called to find out, or "
            "what was found is not in this edition; numbers in this report count each as listed. What was "
            "joined before the edition is not in it either."
        )
    )


class Listed:
    """Records of what a view lists, for what looks for doubles; words have the ids by which that knows them."""

    def __init__(self, view: View, services: Collection[str]) -> None:
        self._view, self._services = view, services
        terms = [row for row in view.rows("taxonomy_term") if row["taxonomy"] == "service_types"]
        self._terms = {row["id"]: record_id("rohnamo", "taxonomy_term", "service_types", row["code"]) for row in terms}

    def records(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """Yield the records of a kind; none of one that enters no view."""
        table = kind.table
        try:
            rows = self._view.rows(table)
        except NotFound:
            return
        for row in rows:
            values: dict[str, Any] = {key: row[key] for key in row.keys() if row[key] is not None}  # noqa: SIM118
            if table == "service" and values["id"] not in self._services:
                continue
            if table == "attribute":
                term = values.get("taxonomy_term_id", "")
                values["taxonomy_term_id"] = self._terms.get(term, term)
            yield kind.model_construct(**values)


def joined(pairs: Iterable[Candidate]) -> int:
    """Return by how many records a list is shorter if both of each pair are one."""
    heads: dict[str, str] = {}

    def head(record_id: str) -> str:
        while heads.get(record_id, record_id) != record_id:
            record_id = heads[record_id]
        return record_id

    fewer = 0
    for pair in pairs:
        head_id, other = head(pair.one), head(pair.other)
        if head_id != other:
            heads[other], fewer = head_id, fewer + 1
    return fewer


COUNTED = {
    "a month": Message("People a month"),
    "beds": Message("Beds"),
    "rooms": Message("Rooms"),
    "": Message("Places, or people at a time"),
}
"""What services count that they can take, as their numbers name it."""


def capacity(pen: Pen) -> None:
    """Say how many people services can take, by family and by what they count: the least that is known."""
    material = pen.material
    pen.heading(Message("How many people services can take"))
    if material.view.audience == "public":
        pen.say(
            Message(
                "Not in this edition: a service tells partners how many people it can take, and nobody else. "
                "So each service counts the same here. Sums by type and region could be published where at "
                "least {least} organizations tell a number and agree to that.",
                {"least": material.area.settings.thresholds.providers},
            )
        )
        return
    capacities: dict[str, list[tuple[str, float]]] = {}
    for row in material.view.rows("service_capacity"):
        most = row["maximum"] if row["maximum"] is not None else row["available"]
        if most is not None and row["service_id"]:
            capacities.setdefault(row["service_id"], []).append((row["description"] or "", float(most)))
    counted = sorted(
        {what for own in capacities.values() for what, _ in own},
        key=lambda unit_of_count: (
            list(COUNTED).index(unit_of_count) if unit_of_count in COUNTED else len(COUNTED),
            unit_of_count,
        ),
    )
    rows = []
    for family, own in _families(material.entries).items():
        known = [entry for entry in own if entry.id in capacities]
        sums: Counter[str] = Counter()
        for entry in known:
            for what, most in capacities[entry.id]:
                sums[what] += round(most)
        made = cells(len(own), len(known), language=material.language)
        made += tuple(
            Cell(material.say(sums[what] if sums[what] else Message("not known")), number=bool(sums[what]))
            for what in counted
        )
        rows.append(TableRow(material.type_label(family), made))
    head = (
        Message("Family of services"),
        Message("Services"),
        Message("That tell a number"),
        *(COUNTED.get(what, what) for what in counted),
    )
    pen.table(
        Message("How many people services can take: the least that is known"),
        head,
        rows,
        source=material.own_source([e for e in material.entries if e.id in capacities]),
        anchor="stated-capacity",
    )
    pen.say(
        Message(
            "A service of several families stands in each. Of the others nothing is known, so that there is no "
            "most; places, beds and people a month are not added up. To know, ask each service on one day what "
            "it can take, in one unit for each family."
        ),
        "source",
    )


def _families(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return services by family, in the order of the types."""
    types = Vocabulary.load("service_types")
    families: dict[str, list[Entry]] = {}
    for term in types.terms():
        if term.parent is None:
            own = [
                entry
                for entry in entries
                if any(code in types and types.term(code).parent == term.code for code in entry.types)
            ]
            if own:
                families[term.code] = own
    return families


def counted_twice(pen: Pen) -> None:
    """Say what figures of cases tell of those whom several bodies counted."""
    material = pen.material
    rows = material.view.rows("case_count")
    if not rows:
        return
    sources: dict[tuple[str, int], set[str]] = {}
    for row in rows:
        sources.setdefault((row["measure"], row["year"]), set()).add(row["source"])
    words = {
        "figures": len(rows),
        "persons": sum(row["unit_of_count"] == "persons" for row in rows),
        "several": sum(len(own) > 1 for own in sources.values()),
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
