"""Chapter 7: who does what, where, for whom and with whose money: prevention, protection, prosecution, partnership."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from sqlite3 import Row

from mapping.language.fold import skeleton, words_for
from mapping.language.i18n import Message, People, ranged
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow

PILLARS: Mapping[str, tuple[Message, frozenset[str]]] = {
    "prevention": (Message("Prevention"), frozenset({"PRV"})),
    "protection": (
        Message("Protection"),
        frozenset({"IDN", "CMG", "ACC", "MAT", "HLT", "PSY", "LEG", "CHP", "RET", "INC"}),
    ),
    "prosecution": (Message("Prosecution"), frozenset({"JUS"})),
    "partnership": (Message("Partnership"), frozenset({"CRD"})),
}
"""The four parts of a national answer to trafficking, with the families of services that belong to each."""

NOT_TOLD, NOT_ASKED = Message("not stated"), Message("not asked")
MONEY = 16
"""So many programmes or funders a table holds at most."""


OWN_FUNDS = Message("own funds")
"""Whose money it is where an organization pays itself; any other funder is a name."""

AUDIENCES = {
    "general public": Message("General public"),
    "men who leave to work": Message("Men who leave to work"),
    "police officers": Message("Police officers"),
}
"""Whom campaigns and courses are for, by the list of their words, where they are not people whom services help."""


def measures(pen: Pen) -> None:
    """Say what is done in each part of the national answer, within which programmes, for whom and by whose money."""
    material = pen.material
    rows = material.view.rows("activity")
    pen.chapter("7", Message("Measures: prevention, protection, prosecution, partnership"), "prevention")
    pen.heading(Message("The four parts of the national answer"))
    _pillars(pen, rows)
    if rows:
        pen.heading(Message("What is done, by kind"))
        _table(pen, rows, "service_type", Message("Activities by kind"), Message("Kind of activity"), anchor="kinds")
        if untold := sum(row["status"] not in TOLD for row in rows):
            pen.say(
                Message("How far they are was not told of so many activities: {count}.", {"count": untold}), "source"
            )
        pen.heading(Message("Programmes and whose money"))
        _programmes(pen, rows)
        title, name = Message("Activities by funder"), Message("Funder")
        _table(pen, rows, "funder", title, name, anchor="funders", read=partial(_funder, pen))
        pen.heading(Message("For whom"))
        _groups(pen, rows)
    pen.heading(Message("Where"))
    pen.result(material.results["activities"])
    pen.end()


def _source(pen: Pen) -> str:
    material = pen.material
    return material.source(material.results["activities"], method=material.numbers.get("method-activities", ""))


def _bodies(rows: Iterable[Row]) -> set[str]:
    return {body for row in rows for body in (row["organization_id"], row["implementer_id"]) if body}


def _pillars(pen: Pen, rows: Sequence[Row]) -> None:
    """Count activities and listed services by the part of the answer that they belong to."""
    material = pen.material
    made = []
    terms = [term for term in material.types.terms() if term.parent]
    for label, families in PILLARS.values():
        own = [row for row in rows if str(row["service_type"] or "").split("-")[0] in families]
        services = [e for e in material.entries if any(code.split("-")[0] in families for code in e.types)]
        collected = own or any(not term.pillar for term in terms if term.code.split("-")[0] in families)
        numbers = (
            *((len(own), len(_bodies(own))) if collected else (NOT_ASKED, NOT_ASKED)),
            len(services),
            len({entry.organization.id for entry in services}),
        )
        made.append(TableRow(material.say(label), cells(*numbers, language=material.language)))
    pen.table(
        Message("Activities and services by part of the national answer"),
        (
            Message("Part"),
            Message("Activities"),
            Message("Organizations that told of them"),
            Message("Listed services"),
            Message("Organizations that give them"),
        ),
        made,
        source=f"{_source(pen)} {material.counted_from(material.entries)}",
        anchor="four-parts",
    )
    pen.say(
        Message(
            "A service that belongs to two parts counts in both. Activities were asked for prevention and partnership; "
            "protection and prosecution stand in the services of chapter 5."
        ),
        "source",
    )


def _name(pen: Pen, key: str, value: str) -> str:
    if not value:
        return pen.material.say(NOT_TOLD)
    return pen.material.type_label(value) if key == "service_type" else value


def _grouped(rows: Iterable[Row], key: str, read: Callable[[str], str] = str) -> list[tuple[str, list[Row]]]:
    """Return activities by what stands in a column, the largest part first; those that do not tell it last."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[read(str(row[key] or ""))].append(row)
    return sorted(parts.items(), key=lambda part: (not part[0], -len(part[1]), part[0]))


TOLD = ("completed", "ongoing", "planned")
"""How far an activity is, where that was told."""


def _table(
    pen: Pen,
    rows: Sequence[Row],
    key: str,
    title: Message,
    name: Message,
    *,
    anchor: str,
    read: Callable[[str], str] = str,
) -> None:
    """Write how many activities each kind or funder has, how far they are, by how many bodies, for how many people."""
    material = pen.material

    def line(label: str, own: Sequence[Row]) -> TableRow:
        states = Counter(row["status"] for row in own)
        reached = [row["reached"] for row in own if row["reached"] is not None]
        numbers = (
            len(own),
            *(states[state] for state in TOLD),
            len(_bodies(own)),
            People(sum(reached)) if reached else Message("not known"),
        )
        return TableRow(label, cells(*numbers, language=material.language))

    made = [line(_name(pen, key, value), own) for value, own in _grouped(rows, key, read)]
    made.append(line(material.say(Message("All")), rows))
    head = (
        name,
        Message("Activities"),
        Message("Done"),
        Message("Under way"),
        Message("Planned"),
        Message("Organizations"),
        Message("People reached, as told"),
    )
    pen.table(title, head, made, source=_source(pen), anchor=anchor, small=True)


def _programmes(pen: Pen, rows: Sequence[Row]) -> None:
    """Write for each programme whose money it is, what it does, where and until when."""
    material = pen.material

    def joined(own: Iterable[Row], key: str, write: Callable[[str], str]) -> str:
        counts = Counter(str(row[key]) for row in own if row[key])
        return ", ".join(write(value) for value, _ in counts.most_common())

    made = []
    for programme, own in _grouped(rows, "programme")[:MONEY]:
        regions = {material.area.region_of(row["area_unit"]) for row in own if row["area_unit"] in _units(pen)}
        texts = (
            joined(own, "funder", partial(_funder, pen)),
            joined(own, "service_type", material.type_label),
            ", ".join(material.label(code) for code in material.regions if code in regions),
            _period(own, pen.material.language),
        )
        name = programme or material.say(NOT_TOLD)
        made.append(
            TableRow(name, (*map(Cell, texts), *cells(len(_bodies(own)), len(own), language=material.language)))
        )
    head = (
        Message("Programme"),
        Message("Whose money"),
        Message("Kinds of activity"),
        Message("Where"),
        Message("Years"),
        Message("Organizations"),
        Message("Activities"),
    )
    title = Message("Programmes: who pays, what is done, where and when")
    pen.table(title, head, made, source=_source(pen), anchor="programmes", small=True)


def _units(pen: Pen) -> Mapping[str, object]:
    return pen.material.area.all_units()


def _period(rows: Iterable[Row], language: str) -> str:
    years = sorted({str(row[key])[:4] for row in rows for key in ("start", "end") if row[key]})
    return ranged(years[0], years[-1], language) if len(years) > 1 else "".join(years)


def _beneficiaries(pen: Pen, words: str) -> str:
    """Return the group of people that a sender's words mean; words for none of ours stay as they are."""
    match = match_term("beneficiaries", words)
    if match:
        return str(Vocabulary.load("beneficiaries").label(match.code, pen.material.language))
    return next(
        (pen.material.say(label) for name, label in AUDIENCES.items() if skeleton(words) in words_for(name)), words
    )


def _funder(pen: Pen, words: str) -> str:
    """Return whose money it is: own funds, an organization, a phrase of the country's, else what a sender wrote."""
    name = skeleton(words)
    if name in words_for("own funds"):
        return pen.material.say(OWN_FUNDS)
    payers = [o.name for o in pen.material.organizations if name in map(skeleton, (o.name, *o.other_names))]
    return payers[0] if len(payers) == 1 else pen.material.say(pen.material.area.phrase(words))


def _groups(pen: Pen, rows: Sequence[Row]) -> None:
    """Count activities by target group and kind."""
    material = pen.material
    kinds = [kind for kind, _ in _grouped(rows, "service_type") if kind]
    made = []
    for group, own in _grouped(rows, "target_group", read=partial(_beneficiaries, pen)):
        counts = Counter(str(row["service_type"]) for row in own)
        numbers = (*(counts[kind] for kind in kinds), len(own))
        made.append(TableRow(group or material.say(NOT_TOLD), cells(*numbers, language=material.language)))
    head = (Message("Target group"), *(material.type_label(kind) for kind in kinds), Message("All"))
    title = Message("Activities by target group and kind")
    pen.table(title, head, made, source=_source(pen), anchor="targets", small=True, even=True)
