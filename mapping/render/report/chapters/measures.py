"""Chapter 7: who does what, where, for whom and with whose money: prevention, protection, prosecution, partnership."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from sqlite3 import Row

from mapping.language.fold import skeleton, words_for
from mapping.language.i18n import Message, People, ranged
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.render.report.composer import Pen
from mapping.render.report.recommendations import LABELS

PILLARS: Mapping[Message, frozenset[str]] = {
    Message("Prevention"): frozenset({"PRV"}),
    Message("Protection"): frozenset({"IDN", "CMG", "ACC", "MAT", "HLT", "PSY", "LEG", "CHP", "RET", "INC"}),
    Message("Prosecution"): frozenset({"JUS"}),
    Message("Partnership"): frozenset({"CRD"}),
}
"""The four parts of a national answer to trafficking, with the families of services that belong to each."""

NOT_TOLD, NOT_ASKED = Message("not stated"), Message("not asked")

MOST_PROGRAMMES = 16

TOLD = ("completed", "ongoing", "planned")
"""How far an activity is, where that was told."""

OWN_FUNDS = Message("own funds")
"""Whose money it is where an organization pays itself; any other funder is a name."""

AUDIENCES = LABELS["audience"]
"""Whom campaigns and courses are for, by the list of their words, where they are not people whom services help."""


def _four_parts(pen: Pen) -> None:
    """Count activities and listed services by the part of the answer that they belong to."""
    material = pen.material
    activities = material.view.rows("activity")
    terms = [term for term in material.types.terms() if term.parent]
    rows = []
    for label, families in PILLARS.items():
        done = [row for row in activities if str(row["service_type"] or "").split("-")[0] in families]
        services = [e for e in material.entries if any(code.split("-")[0] in families for code in e.types)]
        collected = done or any(not term.pillar for term in terms if term.code.split("-")[0] in families)
        told = (len(done), len(_bodies(done))) if collected else (NOT_ASKED, NOT_ASKED)
        rows.append((label, *told, len(services), len({entry.organization.id for entry in services})))
    pen.outlined("four-parts", rows, source=f"{_source(pen)} {material.counted_from(material.entries)}")


def _activities(pen: Pen) -> None:
    rows = pen.material.view.rows("activity")
    if not rows:
        return
    pen.heading(Message("What is done, by kind"))
    kinds = _grouped(rows, "service_type", pen.material.type_label)
    _table(pen, rows, kinds, "kinds")
    if untold := sum(row["status"] not in TOLD for row in rows):
        pen.say(Message("How far they are was not told of so many activities: {count}.", {"count": untold}), "source")
    pen.heading(Message("Programmes and whose money"))
    _programmes(pen, rows)
    funders = _grouped(rows, "funder", partial(_funder, pen))
    _table(pen, rows, funders, "funders")
    pen.heading(Message("For whom"))
    _groups(pen, rows, [kind for kind in kinds if kind])


def _source(pen: Pen) -> str:
    return pen.material.source(pen.material.results["activities"])


def _bodies(rows: Iterable[Row]) -> set[str]:
    return {body for row in rows for body in (row["organization_id"], row["implementer_id"]) if body}


def _grouped(rows: Iterable[Row], key: str, read: Callable[[str], str] = str) -> dict[str, list[Row]]:
    """Return activities by what stands in a column, the largest part first; those that do not tell it last."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[read(row[key]) if row[key] else ""].append(row)
    return dict(sorted(parts.items(), key=lambda part: (not part[0], -len(part[1]), part[0])))


def _table(pen: Pen, rows: Sequence[Row], parts: Mapping[str, list[Row]], name: str) -> None:

    def line(label: object, own: Sequence[Row]) -> tuple[object, ...]:
        states = Counter(row["status"] for row in own)
        reached = [row["reached"] for row in own if row["reached"] is not None]
        people = People(sum(reached)) if reached else Message("not known")
        return label, len(own), *(states[state] for state in TOLD), len(_bodies(own)), people

    lines = [line(value or NOT_TOLD, own) for value, own in parts.items()]
    pen.outlined(name, [*lines, line(Message("All"), rows)], source=_source(pen))


def _programmes(pen: Pen, rows: Sequence[Row]) -> None:
    material = pen.material
    area = material.area

    def joined(own: Iterable[Row], key: str, write: Callable[[str], str]) -> str:
        counts = Counter(str(row[key]) for row in own if row[key])
        return ", ".join(write(value) for value, _ in counts.most_common())

    def line(programme: str, own: Sequence[Row]) -> tuple[object, ...]:
        regions = {area.region_of(row["area_unit"]) for row in own if row["area_unit"] in area.all_units()}
        years = sorted({str(row[key])[:4] for row in own for key in ("start", "end") if row[key]})
        return (
            programme or NOT_TOLD,
            joined(own, "funder", partial(_funder, pen)),
            joined(own, "service_type", material.type_label),
            ", ".join(material.label(code) for code in material.regions if code in regions),
            ranged(years[0], years[-1], material.language) if len(years) > 1 else "".join(years),
            len(_bodies(own)),
            len(own),
        )

    pen.outlined(
        "programmes",
        [line(*part) for part in _grouped(rows, "programme").items()][:MOST_PROGRAMMES],
        source=_source(pen),
    )


def _beneficiaries(pen: Pen, words: str) -> str:
    """Return the group of people that a sender's words mean; words for none of ours stay as they are."""
    if match := match_term("beneficiaries", words):
        return str(Vocabulary.load("beneficiaries").label(match.code, pen.material.language))
    names = (pen.material.say(label) for name, label in AUDIENCES.items() if skeleton(words) in words_for(name))
    return next(names, words)


def _funder(pen: Pen, words: str) -> str:
    """Return whose money it is: own funds, an organization, a phrase of the country's, else what a sender wrote."""
    name = skeleton(words)
    if name in words_for("own funds"):
        return pen.material.say(OWN_FUNDS)
    payers = [o.name for o in pen.material.organizations if name in map(skeleton, (o.name, *o.other_names))]
    return payers[0] if len(payers) == 1 else pen.material.say(pen.material.area.phrase(words))


def _groups(pen: Pen, rows: Sequence[Row], kinds: Sequence[str]) -> None:
    lines = []
    for group, own in _grouped(rows, "target_group", partial(_beneficiaries, pen)).items():
        counts = Counter(pen.material.type_label(row["service_type"] or "") for row in own)
        lines.append((group or NOT_TOLD, *(counts[kind] for kind in kinds), len(own)))
    pen.outlined("targets", lines, columns=kinds, source=_source(pen))


PARTS = {"four_parts": _four_parts, "activities": _activities}
