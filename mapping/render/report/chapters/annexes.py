"""Chapter 12: the public directory, the words, the questionnaire, the log of changes, and the open data."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from mapping.formats.surveys.field_form import survey
from mapping.language.i18n import Message, chain
from mapping.language.taxonomy import Vocabulary
from mapping.render.report.chapters.context import bibliography, methods
from mapping.render.report.chapters.evidence import checklist
from mapping.render.report.chapters.gaps import COVERAGE
from mapping.render.report.chapters.landscape import calls, where
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import Cell, TableRow
from mapping.render.report.sheet import table_csv
from mapping.view.view import Entry


def annexes(pen: Pen) -> None:
    """Write the annexes."""
    pen.chapter("12", Message("Annexes"), "annexes")
    methods(pen)
    _glossary(pen)
    bibliography(pen)
    _every_unit(pen)
    checklist(pen)
    _directory(pen)
    _taxonomy(pen)
    _questionnaire(pen)
    _changes(pen)
    _open_data(pen)
    pen.end()


def _every_unit(pen: Pen) -> None:
    """Say of every area unit how many people are within reach of a service."""
    result = pen.material.results["coverage"]
    title = Message("{title}, everywhere", {"title": result.title})
    pen.heading(title)
    head, rows = pen.laid_out(result, COVERAGE)
    source = pen.material.source(result, method=pen.material.numbers.get("method-coverage", ""))
    pen.table(title, head, rows, source=source, anchor="coverage-all", small=True)


def _directory(pen: Pen) -> None:
    """List every listed service of the view by region, and what may be said of hidden help."""
    material = pen.material
    public = material.view.audience == "public"
    pen.heading(Message("Public directory") if public else Message("Directory of this edition"))
    for statement in material.statements:
        pen.say(Message("{said} Call: {route}.", {"said": statement.text, "route": statement.route}), "note")
    pen.say(
        Message("Call first. ! stands beside entries whose check is overdue, ? beside those that were never checked."),
        "source",
    )
    groups: dict[str, list[Entry]] = {code: [] for code in (*material.regions, "by phone", "abroad")}
    for entry in material.entries:
        inside = material.units_of(entry).intersection(material.regions)
        groups[
            next(
                (code for code in material.regions if code in inside),
                "abroad" if material.is_abroad(entry) else "by phone",
            )
        ].append(entry)
    head = (Message("Organization"), Message("Services"), Message("Where"), Message("Phone"), Message("Languages"))
    for group, entries in groups.items():
        title: object = {"by phone": Message("By phone, or place not stated"), "abroad": Message("Abroad")}.get(group)
        pen.table(
            title or material.area.unit(group).titles,
            head,
            _rows(pen, entries),
            source=material.own_source(entries),
            small=True,
        )


SIGNS = {"overdue": " !", "lapsed": " !", "unverified": " ?"}


def _rows(pen: Pen, entries: Iterable[Entry]) -> Iterator[TableRow]:
    """Yield a row for each organization and place: the services that are reached there, in the same languages.

    Services of one name stand there once, with the sign of the one that was checked last.
    """
    services: dict[tuple[str, ...], dict[str, str]] = {}
    for entry in sorted(entries, key=lambda entry: entry.organization.name):
        where_to = where(pen, entry), calls(pen, entry), _spoken(pen, entry)
        own = services.setdefault((entry.organization.id, entry.organization.name, *where_to), {})
        sign = SIGNS.get(entry.freshness, "")
        own[entry.name] = min(sign, own.get(entry.name, sign))  # none before !, and ! before ?
    for (_, name, *rest), names in services.items():
        listed_there = "; ".join(f"{service}{sign}" for service, sign in names.items())
        yield TableRow(name, cells(listed_there, *rest, language=pen.material.language))


def _spoken(pen: Pen, entry: Entry) -> str:
    languages = Vocabulary.load("languages")
    return ", ".join(
        str(languages.label(code, pen.material.language)) if code in languages else code for code in entry.languages
    )


def _taxonomy(pen: Pen) -> None:
    material = pen.material
    pen.heading(Message("Types of service"))
    rows = []
    for term in material.types.terms():
        name = str(term.label(material.language))
        rows.append(
            TableRow(name)
            if term.parent is None
            else TableRow(
                name,
                cells(
                    term.code,
                    str(term.pillar or ""),
                    material.say(YES if term.core else NO),
                    language=material.language,
                ),
            )
        )
    head = (Message("Type of service"), Message("Code"), Message("Pillar"), Message("Core function"))
    drafts = any(material.language in term.drafts for term in material.types.terms())
    pen.table(Message("Types of service"), head, rows, source=material.say(DRAFTS if drafts else TAXONOMY), small=True)


YES, NO = Message("yes"), Message("no")
TAXONOMY = Message("Our own list of types.")
DRAFTS = Message("Our own list of types; its labels in this language are drafts.")

GLOSSARY: tuple[tuple[Message, Message], ...] = (
    (
        Message("Trafficking in persons"),
        Message(
            "Bringing or keeping somebody by force, deceit or abuse of weakness, in order to exploit them. For "
            "children no means is needed."
        ),
    ),
    (
        Message("National referral mechanism"),
        Message("How state authorities and civil society find victims, protect them and hand them on to help."),
    ),
    (
        Message("Core function"),
        Message("A kind of service that the referral mechanism cannot do without, in every region."),
    ),
    (Message("Referral"), Message("When one service leads a person to the next, with consent.")),
    (Message("Custodian"), Message("Somebody who may know where a shelter is.")),
    (Message("Listed service"), Message("A service in the directory that is not closed for good.")),
    (Message("Active service"), Message("A listed service that is not closed for a time.")),
    (
        Message("Confirmed service"),
        Message("An active service that somebody checked, at most some days too long ago; analyses take these."),
    ),
    (
        Message("Met"),
        Message("Of a minimum standard: the share of the answers that could be given which say that it is met."),
    ),
    (Message("Checked in time"), Message("Somebody asked the service, and the next check is not overdue.")),
    (Message("Norm"), Message("How much of a service a recognised source asks for; it binds nobody here.")),
    (
        Message("Index of Gini"),
        Message("How uneven something is spread: 0 when all have the same, near 1 when one has everything."),
    ),
)


def _glossary(pen: Pen) -> None:
    pen.heading(Message("Glossary"))
    pen.facts(GLOSSARY)


def _questionnaire(pen: Pen) -> None:
    """List the questions of the field form."""
    pen.heading(Message("Questionnaire"))
    pen.say(
        Message(
            "The questions of the field form, in their order. Questions that are a list let one or several "
            "answers be chosen."
        )
    )
    pen.items(_questions(pen), ordered=True, small=True)
    pen.say(
        Message(
            "For each item of the checklist in chapter 9 it asks whether it is met, and what was shown as evidence."
        )
    )


CHECKLIST = re.compile(r"STD-\d+")
"""How the questions of the checklist begin, which stands in a chapter of its own."""


def _questions(pen: Pen) -> Iterator[str]:
    for question in survey(pen.material.area).questions:
        label = _label(question.labels, pen.material.language)
        if label and not CHECKLIST.match(label):
            yield label


def _label(labels: Mapping[str, str], language: str) -> str:
    """Return a label of a form, whose languages are named as "Tajik (tg)"."""
    for tried in chain(language):
        for name, text in labels.items():
            if name == tried or name.endswith(f"({tried})"):
                return " ".join(text.replace("*", "").split())
    return ""


def _changes(pen: Pen) -> None:
    material = pen.material
    change = material.results["change"]
    pen.heading(Message("Log of changes"))
    pen.say(change.finding)
    pen.items(change.also)
    if material.previous is not None:
        head, rows = pen.laid_out(change)
        pen.table(change.title, head, rows, source=material.source(change))
    gone = material.view.rows("tombstone") if _has(pen, "tombstone") else []
    if gone:
        pen.say(Message("Records of earlier editions that are no longer here: {count}.", {"count": len(gone)}))


def _has(pen: Pen, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_schema WHERE name = ?"
    return pen.material.view.connection.execute(query, (table,)).fetchone() is not None


def _open_data(pen: Pen) -> None:
    """Name the files that this report was made from, and the tables in it, with their checksums."""
    material = pen.material
    pen.heading(Message("Open data") if material.view.audience == "public" else Message("Data of this edition"))
    pen.say(Message("Whoever has the same file gets the same checksum, and from it the same report."))
    held = material.view.path.read_bytes()
    rows = [TableRow(material.say(Message("The directory of this edition (SQLite)")), _sum(pen, held))]
    for name, result in material.results.items():
        if f"method-{name}" in material.numbers:
            table = table_csv(result, material.area, material.language, demo=material.view.demo)
            rows.append(TableRow(f"{material.say(result.title)}: {name}.csv", _sum(pen, table)))
    # A checksum is one word of 64 signs: it stands in two lines, so that a page can hold it.
    pen.table(
        Message("Checksums"),
        (Message("File"), Message("Size, kB"), "SHA-256"),
        rows,
        source=material.say(Message("Tables as CSV, in the language of this report.")),
        small=True,
    )


def _sum(pen: Pen, held: bytes) -> tuple[Cell, ...]:
    digest = hashlib.sha256(held).hexdigest()
    return cells(math.ceil(len(held) / 1000), f"{digest[:32]} {digest[32:]}", language=pen.material.language)
