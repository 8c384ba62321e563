"""Chapter 12: the public directory, the words, the questionnaire, the log of changes, and the open data."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from mapping.analysis.common.listed import sort_of
from mapping.formats.surveys.field_form import survey
from mapping.language.i18n import Message, chain, number
from mapping.language.taxonomy import Vocabulary
from mapping.render.report.chapters.gaps import COVERAGE
from mapping.render.report.chapters.landscape import calls, where
from mapping.render.report.composer import Pen
from mapping.render.report.elements import TableRow
from mapping.render.report.sheet import table_csv
from mapping.travel import scenarios
from mapping.view.view import Entry

SIGNS = {"overdue": " !", "lapsed": " !", "unverified": " ?"}

YES, NO = Message("yes"), Message("no")
TAXONOMY = Message("Our own list of types.")
DRAFTS = Message("Our own list of types; its labels in this language are drafts.")

AS_ASKED = Message(
    "People gained are counted as asked: services that are active and checked in time, one season, full speed."
)

CHECKLIST = re.compile(r"STD-\d+")
"""How the questions of the checklist begin, which stands in a chapter of its own."""


def _every_unit(pen: Pen) -> None:
    """Say of every area unit how many people are within reach of a service."""
    result = pen.material.results["coverage"]
    title = Message("{title}, everywhere", {"title": result.title})
    pen.heading(title)
    head, rows = pen.laid_out(result, COVERAGE)
    pen.table(title, head, rows, source=pen.material.source(result), anchor="coverage-all", small=True)


def _statements(pen: Pen) -> None:
    for statement in pen.material.statements:
        pen.say(Message("{said} Call: {route}.", {"said": statement.text, "route": statement.route}), "note")


def _directory(pen: Pen) -> None:
    material = pen.material
    titles: dict[str, object] = {code: material.area.unit(code).titles for code in material.regions}
    titles |= {"by phone": Message("By phone, or place not stated"), "abroad": Message("Abroad")}
    groups: dict[str, list[Entry]] = {group: [] for group in titles}
    for entry in material.entries:
        inside = material.units_of(entry)
        elsewhere = "abroad" if material.is_abroad(entry) else "by phone"
        groups[next((code for code in material.regions if code in inside), elsewhere)].append(entry)
    for group, entries in groups.items():
        pen.outlined("directory", _rows(pen, entries), caption=titles[group], source=entries)


def _rows(pen: Pen, entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each organization and place: the services that are reached there, in the same languages.

    Services of one name stand there once, with the sign of the one that was checked last.
    """
    languages = Vocabulary.load("languages")
    services: dict[tuple[str, ...], dict[str, str]] = {}
    for entry in sorted(entries, key=lambda entry: entry.organization.name):
        spoken = (
            str(languages.label(code, pen.material.language)) if code in languages else code for code in entry.languages
        )
        reached = where(pen, entry), calls(pen, entry), ", ".join(spoken)
        names = services.setdefault((entry.organization.id, entry.organization.name, *reached), {})
        sign = SIGNS.get(entry.freshness, "")
        names[entry.name] = min(sign, names.get(entry.name, sign))  # none before !, and ! before ?
    for (_, name, *rest), names in services.items():
        yield name, "; ".join(f"{service}{sign}" for service, sign in names.items()), *rest


def _taxonomy(pen: Pen) -> None:
    material = pen.material
    terms = material.types.terms()
    names = {term.code: str(term.label(material.language)) for term in terms}
    pen.outlined(
        "taxonomy",
        (
            (names[term.code], term.code, str(term.pillar or ""), YES if term.core else NO)
            if term.parent
            else TableRow(names[term.code])
            for term in terms
        ),
        source=material.say(DRAFTS if any(material.language in term.drafts for term in terms) else TAXONOMY),
    )


def _questionnaire(pen: Pen) -> None:
    labels = (_label(question.labels, pen.material.language) for question in survey(pen.material.area).questions)
    pen.items((label for label in labels if label and not CHECKLIST.match(label)), ordered=True, small=True)


def _label(labels: Mapping[str, str], language: str) -> str:
    """Return a label of a form, whose languages are named as "Tajik (tg)"."""
    for tried in chain(language):
        for name, text in labels.items():
            if name == tried or name.endswith(f"({tried})"):
                return " ".join(text.replace("*", "").split())
    return ""


def _scenarios(pen: Pen) -> None:
    """Tell of each scenario what it asks, what it changes, and whom it brings within reach."""
    from mapping.analysis.supply.coverage import gains  # travel is compiled, which takes a portal long

    area, language = pen.material.area, pen.material.language
    names = {entry.id: entry.name for entry in pen.material.entries}
    for saved in pen.material.scenarios:
        before, after, people = gains(pen.material.view, area, saved)
        key = f"{saved.kind}_{saved.minutes}"
        title = Message("Scenario: {name}", {"name": saved.name or saved.kind})
        pen.heading(title)
        season = next(season for season in scenarios(area) if season.id == saved.season)
        pen.facts(
            [
                (Message("Kind of help"), sort_of(saved.kind).label),
                (Message("Travel time"), Message("{minutes} min", {"minutes": saved.minutes})),
                (Message("Season"), season.label),
                (Message("People gained"), _signed(sum(people.values()), language)),
            ]
        )
        placed = []
        for place, (_, lat, lon) in enumerate(saved.add, 1):
            unit, new = area.unit_at(lat, lon), Message("New service {number}", {"number": place})
            where_it_is = f"{area.label(unit, language)}, " if unit else ""
            placed.append(f"{pen.material.say(new)}: {where_it_is}{lat:.4f}, {lon:.4f}")
        gone = [Message("Taken away: {name}", {"name": names.get(each, each)}) for each in saved.without]
        pen.items([*placed, *gone])
        head = [Message("Area"), Message("Before"), Message("Now"), Message("People gained")]
        changed = sorted((code for code, more in people.items() if more), key=lambda code: -abs(people[code]))
        cells = ((result.text(code, key, language) for result in (before, after)) for code in changed)
        rows = [
            (area.label(code, language), *texts, _signed(people[code], language))
            for code, texts in zip(changed, cells, strict=True)
        ]
        pen.table(title, head, rows, source=pen.material.say(AS_ASKED))


def _signed(people: int, language: str) -> str:
    return f"{'−' if people < 0 else '+'}{number(abs(people), language)}"


def _changes(pen: Pen) -> None:
    material = pen.material
    change = material.results["change"]
    pen.say(change.finding)
    pen.items(change.also)
    if material.previous is not None:
        head, rows = pen.laid_out(change)
        pen.table(change.title, head, rows, source=material.source(change))
    known = material.view.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tombstone'").fetchone()
    if gone := material.view.rows("tombstone") if known else []:
        pen.say(Message("Records of earlier editions that are no longer here: {count}.", {"count": len(gone)}))


def _open_data(pen: Pen) -> None:
    material = pen.material
    files = [(material.say(Message("The directory of this edition (SQLite)")), material.view.path.read_bytes())]
    files += [
        (
            f"{material.say(result.title)}: {name}.csv",
            table_csv(result, material.area, material.language, notice=material.view.notice),
        )
        for name, result in material.results.items()
        if f"method-{name}" in material.numbers
    ]
    sums = {name: hashlib.sha256(contents).hexdigest() for name, contents in files}
    # A checksum is one word of 64 signs: it stands in two lines, so that a page can hold it.
    pen.outlined(
        "open-data",
        ((name, math.ceil(len(held) / 1000), f"{sums[name][:32]} {sums[name][32:]}") for name, held in files),
        columns=("SHA-256",),
        source=material.say(Message("Tables as CSV, in the language of this report.")),
    )


PARTS = {
    "every_unit": _every_unit,
    "statements": _statements,
    "directory": _directory,
    "taxonomy": _taxonomy,
    "questionnaire": _questionnaire,
    "scenarios": _scenarios,
    "changes": _changes,
    "open_data": _open_data,
}
