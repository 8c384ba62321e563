"""Chapter 3 and the annex of methods: how the list was checked, and how each number is worked out."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.model import AnyRecord, record_id
from mapping.quality.candidate import Candidate
from mapping.quality.matching import candidates
from mapping.render.report.composer import Pen
from mapping.view.view import View

LEVELS = ("visit", "phone", "official", "self-reported", "unverified")
"""How a service was last asked, the surest way first."""


def _asked(pen: Pen) -> None:
    material = pen.material
    ways = Vocabulary.load("verification")
    rows = []
    for level in LEVELS:
        entries = [entry for entry in material.entries if entry.verification_level == level]
        if not entries:
            continue
        name = ways.term(level).labels if level in ways else Message("Never asked")
        days = [entry.verified_on for entry in entries if entry.verified_on is not None]
        first, last = (min(days), max(days)) if days else ("", "")
        rows.append((name, len(entries), sum(entry.checked_in_time for entry in entries), first, last))
    pen.outlined("asked", rows, source=material.entries)


def _doubles(pen: Pen) -> None:
    """Say how many different organizations and services there are at least, if all that looks alike is one."""
    material = pen.material
    pairs = candidates(Listed(material.view, {entry.id for entry in material.entries}), material.area)
    rows = []
    for table, name, listed in (
        ("organization", Message("Organizations"), len(material.organizations)),
        ("service", Message("Services"), len(material.entries)),
    ):
        of_table = [pair for pair in pairs if pair.table == table]
        rows.append((name, listed, len(of_table), listed - joined(of_table)))
    pen.outlined("doubles", rows, source=material.entries)


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
    groups: dict[str, set[str]] = {}
    fewer = 0
    for pair in pairs:
        one, other = (groups.setdefault(record, {record}) for record in (pair.one, pair.other))
        if one is not other:
            one |= other
            groups.update(dict.fromkeys(other, one))
            fewer += 1
    return fewer


def _methods(pen: Pen) -> None:
    material = pen.material
    numbered = {name: number for name in material.results if (number := material.numbers.get(f"method-{name}"))}
    limits: dict[str, list[str]] = {}
    for name in numbered:
        for caveat in dict.fromkeys(map(material.say, material.results[name].caveats)):
            limits.setdefault(caveat, []).append(name)
    for name, number in numbered.items():
        pen.heading(f"{number}. {material.say(material.results[name].title)}", level=3, anchor=f"m-{name}")
        pen.say(material.results[name].method)
        pen.items((caveat for caveat, names in limits.items() if names == [name]), small=True)
    shared = [
        f"{caveat.rstrip('.')} ({', '.join(numbered[name] for name in names)})"
        for caveat, names in limits.items()
        if len(names) > 1
    ]
    if shared:
        pen.heading(Message("What limits several of these numbers"), level=3)
        pen.items(shared, small=True)


PARTS = {"asked": _asked, "doubles": _doubles, "methods": _methods}
