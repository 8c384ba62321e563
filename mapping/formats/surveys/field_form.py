"""The field form: an XLSForm in every language of the study area, made from our taxonomies and model.

What it asks is what the directory can hold. Its exports come back without a column map, because the form knows its
own: `survey` gives its questions and `FIELDS` the field that each of them fills (see `mapping.formats.surveys.kobo`).
"""

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from mapping.formats.surveys.field_form_texts import (
    ASSESSORS,
    CONSTRAINTS,
    CONTRADICTION,
    HINTS,
    LABELS,
    NOT_KNOWN,
    REQUIRED,
    SHOWN,
    TITLE,
    UNHARMFUL,
    WHO,
    YES_NO,
    evidence,
    name_in,
    told_in,
)
from mapping.formats.surveys.xlsform import Survey
from mapping.language.i18n import Text, show
from mapping.language.taxonomy import Term, Vocabulary

if TYPE_CHECKING:
    import openpyxl

FORM_ID = "rohnamo_services"

FIELDS: dict[str, str] = {
    "who_may_see": "marking",
    "organization_name": "organization",
    "organization_kind": "organization_kind",
    "country": "country",
    "town": "place",
    "address": "address",
    "gps": "coordinates",
    "show_place": "precision",
    "place_name": "place_name",
    "accessible": "accessible",
    "phones": "phone",
    "messenger": "messenger",
    "email": "email",
    "website": "website",
    "hours": "hours",
    "spoken": "languages",
    "contact_person": "contact",
    "service": "service",
    "service_who": "marking_service",
    "status": "status",
    "serves": "serves",
    "excludes": "excludes",
    "cost": "cost",
    "documents": "documents",
    "capacity": "capacity",
    "covers": "covers",
    "funder": "funder",
    "funded_until": "funded_until",
    "verified_how": "verified_how",
    "verified_on": "verified_on",
    "verified_by": "verified_by",
    "assessed_by": "assessed_by",
}
"""Question -> the field of a column map that it fills; those of units and of texts in a language are added."""

FIRST_DAY = (2020, 1, 1, 0, 0, 0)
"""The day that stands in the file: the form is the same whenever it is made."""

Cells = dict[str, str]


def write_form(path: str | Path, area: StudyArea) -> str:
    """Write the form as a workbook and return its version, a checksum of all that it asks.

    Raises
    ------
    MappingError
        When the file cannot be written.
    """
    import openpyxl  # takes a tenth of a second, which no portal waits for
    from openpyxl.styles import Font

    path = Path(path)
    book = openpyxl.Workbook()
    book.remove(book.active)
    survey, choices = rows(area)
    version = _version(survey, choices)
    home = _column(area.languages[0])
    settings = {
        "form_title": TITLE.into(area.languages[0]),
        "form_id": FORM_ID,
        "version": version,
        "default_language": home,
        "instance_name": "${organization_name}",
    }
    for name, lines in (("survey", survey), ("choices", choices), ("settings", [settings])):
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for line in lines for column in line))
        sheet.append(columns)
        for line in lines:
            sheet.append([line.get(column, "") or None for column in columns])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "C2" if name == "survey" else "A2"
        for column, title in zip(sheet.columns, columns, strict=True):
            sheet.column_dimensions[column[0].column_letter].width = 44 if "::" in title else 20
    try:
        path.write_bytes(_repeatable(book))
    except OSError as error:
        raise MappingError(f"{path}: cannot be written ({error.strerror}); check the folder and its rights") from error
    return version


@lru_cache(maxsize=4)
def survey(area: StudyArea) -> Survey:
    """Return the questions of the form."""
    return Survey.of(*rows(area))


@lru_cache(maxsize=4)
def rows(area: StudyArea) -> tuple[list[Cells], list[Cells]]:
    """Return the rows of the sheets ``survey`` and ``choices``."""
    form = _Form(area)
    return list(form.survey()), list(form.choices())


def unit_questions(area: StudyArea) -> list[str]:
    """Return the questions for the unit of each level below the country, the finest first."""
    return [f"unit_{level.level}" for level in sorted(area.levels, key=lambda level: -level.level) if level.level > 0]


def fields(area: StudyArea) -> dict[str, str]:
    """Return every question that fills a field of a column map, and which."""
    by_language = {
        f"{question}_{language}": f"{field}.{language}"
        for question, field in (("organization_name", "organization"), ("description", "description"))
        for language in area.languages
    }
    return FIELDS | by_language


@cache
def _items() -> dict[str, str]:
    return {_safe(term.code): term.code for term in checklist()}


def checklist() -> list[Term]:
    """Return the items that the form asks about: those whose source was seen."""
    return [term for term in Vocabulary.load("standards").terms() if term.source_status == "seen"]


def standard_of(question: str) -> tuple[str, bool] | None:
    """Return the item that a question is about and whether it asks for the evidence; None for other questions."""
    match = re.fullmatch(r"std_(\w+?)(_evidence)?", question)
    codes = _items()
    return (codes[match[1]], bool(match[2])) if match and match[1] in codes else None


@cache
def _codes() -> dict[str, str]:
    lists = ("statuses", "organization_types", "answers", "verification", "documents", "conditions")
    return {choice_name(term.code): term.code for name in lists for term in Vocabulary.load(name).terms()}


def code_of(choice: str) -> str:
    """Return the code that a choice of the form stands for."""
    return _codes().get(choice, choice)


def choice_name(code: str) -> str:
    """Return a code as a form may name a choice: without spaces."""
    return code.replace(" ", "_")


def _safe(code: str) -> str:
    return re.sub(r"\W", "_", code.casefold())


def _column(language: str) -> str:
    """Return a language as the form names it."""
    return f"{language_name(language, language)} ({language})"


def language_name(code: str, into: str) -> str:
    """Return the name of a language in a language."""
    try:
        name = Locale.parse(code).get_language_name(into) or code
    except (UnknownLocaleError, ValueError):
        name = code
    return name[:1].upper() + name[1:]


class _Form:
    """The rows of one form."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area
        self.levels = sorted(level.level for level in area.levels if level.level > 0)

    def said(self, column: str, text: Text) -> Cells:
        """Return a text in every language, each in its column."""
        return {f"{column}::{_column(language)}": show(text, language) for language in self.area.languages}

    def ask(self, kind: str, name: str, label: Text | None = None, **more: str) -> Cells:
        """Return the row of a question."""
        line = {"type": kind, "name": name} | self.said("label", label or LABELS[name])
        line |= self.said("hint", HINTS[name]) if name in HINTS else {}
        if name in CONSTRAINTS:
            line |= {"constraint": CONSTRAINTS[name][0]} | self.said("constraint_message", CONSTRAINTS[name][1])
        if more.get("required"):
            line |= self.said("required_message", REQUIRED)
        return line | more

    def survey(self) -> Iterator[Cells]:
        """Yield the questions."""
        yield from ({"type": kind, "name": kind} for kind in ("start", "end", "today"))
        yield self.ask("note", "intro")
        yield self.ask("select_one who", "who_may_see", required="yes")
        yield self.ask("select_one yes_no", "consent", required="yes")
        yield self.ask("note", "stop", relevant="${consent} = 'no'")
        agreed = "${consent} = 'yes'"
        yield from self.group("organization", self.organization(), relevant=agreed)
        yield from self.group("place", self.place(), relevant=agreed)
        yield from self.group("reach", self.reach(), relevant=agreed)
        yield from self.group("services", self.service(), kind="repeat", relevant=agreed)
        yield from self.group("verification", self.verification(), relevant=agreed)

    def group(self, name: str, lines: Iterable[Cells], *, kind: str = "group", relevant: str) -> Iterator[Cells]:
        yield self.ask(f"begin {kind}", name, relevant=relevant)
        yield from lines
        yield {"type": f"end {kind}"}

    def organization(self) -> Iterator[Cells]:
        yield self.ask("text", "organization_name", required="yes")
        for language in self.area.languages:
            yield self.ask("text", f"organization_name_{language}", name_in(self.names_of(language)))
        yield self.ask("select_one organization_types", "organization_kind")

    def place(self) -> Iterator[Cells]:
        yield self.ask("select_one yes_no", "abroad", default="no")
        yield self.ask("text", "country", relevant="${abroad} = 'yes'", required="yes")
        here = "not(${abroad} = 'yes')"
        labels = {level.level: level.label for level in self.area.levels}
        for number, level in enumerate(self.levels):
            above = f"${{unit_{self.levels[number - 1]}}}" if number else ""
            line = self.ask(f"select_one unit_{level}", f"unit_{level}", labels[level], relevant=here)
            yield line | ({"choice_filter": f"parent={above}", "appearance": "minimal"} if above else {})
        for name in ("town", "address"):
            yield self.ask("text", name)
        yield self.ask("geopoint", "gps")
        yield self.ask("select_one shown", "show_place", required="yes")
        yield self.ask("text", "place_name")
        yield self.ask("select_one yes_no", "accessible")

    def reach(self) -> Iterator[Cells]:
        for name in ("phones", "messenger", "email", "website", "hours"):
            yield self.ask("text", name)
        yield self.ask("select_multiple languages", "spoken")
        yield self.ask("text", "contact_person")

    def service(self) -> Iterator[Cells]:
        yield self.ask("select_one families", "family", required="yes", appearance="minimal")
        yield self.ask("select_one services", "service", required="yes", choice_filter="family=${family}")
        yield self.ask("select_one who", "service_who", appearance="minimal")
        yield self.ask("select_one statuses", "status", default="active")
        for language in self.area.languages:
            line = self.ask("text", f"description_{language}", told_in(self.names_of(language)))
            yield line | self.said("hint", UNHARMFUL)
        yield self.ask("select_multiple people", "serves")
        codes = [term.code for term in Vocabulary.load("beneficiaries").terms()]
        both = " and ".join(f"not(selected(., '{c}') and selected(${{serves}}, '{c}'))" for c in codes)
        yield self.ask("select_multiple excluded", "excludes", constraint=both) | self.said(
            "constraint_message", CONTRADICTION
        )
        yield self.ask("text", "cost")
        yield self.ask("select_multiple documents", "documents")
        yield self.ask("integer", "capacity")
        yield self.ask("select_multiple units", "covers", appearance="minimal")
        yield self.ask("text", "funder")
        yield self.ask("date", "funded_until")
        yield self.ask("select_one yes_no", "checklist")
        yield from self.group("standards", self.standards(), relevant="${checklist} = 'yes'")

    def standards(self) -> Iterator[Cells]:
        for term in checklist():
            name = f"std_{_safe(term.code)}"
            only = {"relevant": f"${{service}} = '{term.service_type}'"} if term.service_type else {}
            label = {language: f"{term.code}. {term.label(language)}" for language in self.area.languages}
            yield self.ask("select_one answers", name, label, **only)
            shown = f"selected('met partly', ${{{name}}})"
            yield self.ask("text", f"{name}_evidence", evidence(term.code), relevant=f"${{{name}}} != '' and {shown}")

    def verification(self) -> Iterator[Cells]:
        yield self.ask("select_one verification", "verified_how", required="yes")
        yield self.ask("date", "verified_on", required="yes", default="today()")
        yield self.ask("text", "verified_by")
        yield self.ask("select_one assessors", "assessed_by")
        yield self.ask("text", "remarks", appearance="multiline")

    def names_of(self, language: str) -> dict[str, str]:
        """Return the name of a language in all of them."""
        return {code: language_name(language, code) for code in self.area.languages}

    def choices(self) -> Iterator[Cells]:
        """Yield the answers that can be selected."""
        for name, texts in (("who", WHO), ("yes_no", YES_NO), ("shown", SHOWN), ("assessors", ASSESSORS)):
            yield from (self.option(name, code, text) for code, text in texts.items())
        for name in ("organization_types", "languages", "statuses", "documents", "verification"):
            yield from (self.term(name, term) for term in Vocabulary.load(name).terms())
        for term in Vocabulary.load("answers").terms():
            if term.code != "not applicable":
                yield self.term("answers", term)
        yield self.option("answers", "unknown", NOT_KNOWN)
        types = Vocabulary.load("service_types")
        yield from (self.term("families", term) for term in types.children())
        for family in types.children():
            yield from (self.term("services", term) | {"family": family.code} for term in types.children(family.code))
        people = Vocabulary.load("beneficiaries").terms()
        yield from (self.term("people", term) for term in people)
        yield from (self.term("excluded", term) for term in (*people, *Vocabulary.load("conditions").terms()))
        yield from self.units()

    def units(self) -> Iterator[Cells]:
        """Yield the administrative units; where two share a name, with what they lie in."""
        units = sorted(self.area.all_units().values(), key=lambda unit: (unit.level, unit.parent or "", unit.code))
        below = [unit for unit in units if unit.level > 0]
        for level in self.levels:
            for unit in (candidate for candidate in below if candidate.level == level):
                own = self.option(f"unit_{level}", unit.code, self.unit_names(unit.code, level))
                yield own | ({"parent": unit.parent or ""} if level != self.levels[0] else {})
        yield from (self.option("units", unit.code, self.unit_names(unit.code)) for unit in below)

    def unit_names(self, code: str, level: int | None = None) -> dict[str, str]:
        """Return the name of a unit in every language, told apart from its namesakes."""
        named = {}
        unit = self.area.unit(code)
        for language in self.area.languages:
            own = self.area.label(code, language)
            others = [
                namesake
                for namesake in self.area.all_units().values()
                if namesake.level > 0
                and (level in (None, namesake.level))
                and self.area.label(namesake.code, language) == own
            ]
            parent = self.area.label(unit.parent, language) if unit.parent else ""
            named[language] = f"{own} ({parent})" if len(others) > 1 and parent else own
        return named

    def term(self, name: str, term: Term) -> Cells:
        return self.option(name, term.code, {language: str(term.label(language)) for language in self.area.languages})

    def option(self, name: str, code: str, text: Text) -> Cells:
        return {"list_name": name, "name": choice_name(code)} | self.said("label", text)


def _version(survey: list[Cells], choices: list[Cells]) -> str:
    """Return a checksum of all that the form asks."""
    questions = json.dumps([survey, choices], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(questions.encode()).hexdigest()[:12]


def _repeatable(book: "openpyxl.Workbook") -> bytes:
    """Return a workbook as bytes that do not tell when they were made."""
    day = dt.datetime(*FIRST_DAY)
    book.properties.created = day
    made, repeatable = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(repeatable, "w", zipfile.ZIP_DEFLATED) as into:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                stamp = f"{day:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            into.writestr(zipfile.ZipInfo(part.filename, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return repeatable.getvalue()
