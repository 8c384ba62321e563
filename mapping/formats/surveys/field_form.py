"""The field form: an XLSForm in every language of the study area, made from our taxonomies and model.

What it asks stands in ``field_form.csv`` and what may be answered, besides terms and units, in
``field_form_answers.csv``; translations of their texts in the catalogue ``field``. Its exports come back without a
column map, because the form knows its own: the column ``field`` says what each question fills
(see `mapping.formats.surveys.kobo`), ``each`` whether it is asked for each language, level of units or item of the
checklist.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from babel import Locale, UnknownLocaleError

from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from mapping.formats.surveys.xlsform import Survey
from mapping.language.i18n import Message, Text, show
from mapping.language.taxonomy import Term, Vocabulary
from mapping.resources import table_beside

FORM_ID = "rohnamo_services"
TITLE = Message("Services for people in need of protection")
REQUIRED = Message("Please answer this.")

FIRST_DAY = dt.datetime(2020, 1, 1)
"""The day that stands in the file: the form is the same whenever it is made."""

Cells = dict[str, str]


QUESTIONS = table_beside(__file__, "field_form")
LABELS: dict[str, Message] = {
    row["name"]: Message.of(row["label"]) for row in QUESTIONS if row["label"] and not row["each"]
}
"""Question or group -> its label."""

ANSWERS: dict[str, dict[str, Message]] = {
    name: {row["name"]: Message.of(row["label"]) for row in rows}
    for name, rows in groupby(table_beside(__file__, "field_form_answers"), key=lambda row: row["list"])
}
"""List -> answer -> its label."""


def write_form(path: str | Path, area: StudyArea) -> str:
    """Write the form as a workbook and return its version, a checksum of all that it asks.

    Raises
    ------
    MappingError
        When the file cannot be written.
    """
    import xlsxwriter  # takes a tenth of a second, which no portal waits for
    from xlsxwriter.exceptions import FileCreateError

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
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIRST_DAY})
    bold = book.add_format({"bold": True})
    for name, lines in (("survey", survey), ("choices", choices), ("settings", [settings])):
        sheet = book.add_worksheet(name)
        for place, column in enumerate(dict.fromkeys(column for line in lines for column in line)):
            sheet.set_column(place, place, 44 if "::" in column else 20)
            sheet.write_string(0, place, column, bold)
            for number, line in enumerate(lines, 1):
                if text := line.get(column, ""):
                    sheet.write_string(number, place, text)
        sheet.freeze_panes(1, 2 if name == "survey" else 0)
    try:
        book.close()
    except FileCreateError as error:
        reason = error.args[0] if error.args else error
        raise MappingError(f"{path}: cannot be written ({reason}); check the folder and its rights") from error
    return version


@lru_cache(maxsize=4)
def survey(area: StudyArea) -> Survey:
    """Return the questions of the form."""
    return Survey.of(*rows(area))


@lru_cache(maxsize=4)
def rows(area: StudyArea) -> tuple[list[Cells], list[Cells]]:
    """Return the rows of the sheets ``survey`` and ``choices``."""
    return list(_questions(area)), list(_choices(area))


def unit_questions(area: StudyArea) -> list[str]:
    """Return the questions for the unit of each level below the country, the finest first."""
    return [f"unit_{level.level}" for level in sorted(area.levels, key=lambda level: -level.level) if level.level > 0]


def fields(area: StudyArea) -> dict[str, str]:
    """Return every question that fills a field of a column map, and which."""
    named = {row["name"]: row["field"] for row in QUESTIONS if row["field"]}
    return {
        question.format(language=language): field.format(language=language)
        for question, field in named.items()
        for language in (area.languages if "{" in question else ("",))
    }


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
    return f"{language_name(language, language)} ({language})"


def language_name(code: str, into: str) -> str:
    """Return the name of a language in a language."""
    try:
        name = Locale.parse(code).get_language_name(into) or code
    except (UnknownLocaleError, ValueError):
        name = code
    return name[:1].upper() + name[1:]


def _questions(area: StudyArea) -> Iterator[Cells]:
    for each, rows in groupby(QUESTIONS, key=lambda row: row["each"]):
        asked = [*rows]
        if not each:
            yield from (_question(area, row) for row in asked)
        elif each == "language":
            for language in area.languages:
                tongue = {code: language_name(language, code) for code in area.languages}
                yield from (
                    _question(area, row, Message.of(row["label"], {"tongue": tongue}), language=language)
                    for row in asked
                )
        elif each == "level":
            yield from (line for row in asked for line in _unit_questions(area, row))
        else:
            yield from (_item(area, row, term) for term in checklist() for row in asked)


def _question(area: StudyArea, row: Cells, label: Text | None = None, **names: str) -> Cells:
    """Return the row of a question; its texts in every language, each in a column of its own."""
    texts: dict[str, Text | None] = {
        "label": label or (Message.of(row["label"]) if row["label"] else None),
        "hint": Message.of(row["hint"]) if row["hint"] else None,
        "constraint_message": Message.of(row["message"]) if row["message"] else None,
        "required_message": REQUIRED if row["required"] else None,
    }
    line = {name: _with(row[name], names) for name in ("type", "name") if row[name]}
    for column, text in texts.items():
        line |= _in_each_language(area, column, text) if text else {}
    more = ("constraint", "required", "default", "relevant", "choice_filter", "appearance")
    line |= {name: _with(row[name], names) for name in more if row[name]}
    if row["name"] == "excludes":
        codes = [term.code for term in Vocabulary.load("beneficiaries").terms()]
        line["constraint"] = " and ".join(f"not(selected(., '{c}') and selected(${{serves}}, '{c}'))" for c in codes)
    return line


def _with(text: str, names: Mapping[str, str]) -> str:
    """Return a cell with the name of what its question is asked for, where it has a place for that."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _unit_questions(area: StudyArea, row: Cells) -> Iterator[Cells]:
    labels = {level.level: level.label for level in area.levels}
    above = ""
    for level in _levels(area):
        line = _question(area, row, labels[level], level=str(level))
        yield line | ({"choice_filter": f"parent=${{{above}}}", "appearance": "minimal"} if above else {})
        above = line["name"]


def _levels(area: StudyArea) -> list[int]:
    return sorted(level.level for level in area.levels if level.level > 0)


def _item(area: StudyArea, row: Cells, term: Term) -> Cells:
    if row["label"]:
        return _question(area, row, Message.of(row["label"], {"code": term.code}), item=_safe(term.code))
    label = {language: f"{term.code}. {term.label(language)}" for language in area.languages}
    only = {"relevant": f"${{service}} = '{term.service_type}'"} if term.service_type else {}
    return _question(area, row, label, item=_safe(term.code)) | only


def _choices(area: StudyArea) -> Iterator[Cells]:
    for name in ("who", "yes_no", "shown", "assessors"):
        yield from (_option(area, name, code, label) for code, label in ANSWERS[name].items())
    for name in ("organization_types", "languages", "statuses", "documents", "verification", "answers"):
        terms = (term for term in Vocabulary.load(name).terms() if term.code != "not applicable")
        yield from (_term(area, name, term) for term in terms)
    yield from (_option(area, "answers", code, label) for code, label in ANSWERS["answers"].items())
    types = Vocabulary.load("service_types")
    yield from (_term(area, "families", term) for term in types.children())
    for family in types.children():
        yield from (_term(area, "services", term) | {"family": family.code} for term in types.children(family.code))
    people = Vocabulary.load("beneficiaries").terms()
    yield from (_term(area, "people", term) for term in people)
    yield from (_term(area, "excluded", term) for term in (*people, *Vocabulary.load("conditions").terms()))
    units = sorted(area.all_units().values(), key=lambda unit: (unit.level, unit.parent or "", unit.code))
    levels = _levels(area)
    for level in levels:
        for unit in (candidate for candidate in units if candidate.level == level):
            line = _option(area, f"unit_{level}", unit.code, _unit_names(area, unit.code, level))
            yield line | ({"parent": unit.parent or ""} if level != levels[0] else {})
    below = (unit for unit in units if unit.level > 0)
    yield from (_option(area, "units", unit.code, _unit_names(area, unit.code)) for unit in below)


def _unit_names(area: StudyArea, code: str, level: int | None = None) -> dict[str, str]:
    """Return the name of a unit in every language, told apart from its namesakes by what it lies in."""
    named = {}
    parent = area.unit(code).parent
    rivals = [unit.code for unit in area.all_units().values() if unit.level > 0 and level in (None, unit.level)]
    for language in area.languages:
        own = area.label(code, language)
        is_shared = sum(area.label(rival, language) == own for rival in rivals) > 1
        named[language] = f"{own} ({area.label(parent, language)})" if is_shared and parent else own
    return named


def _term(area: StudyArea, name: str, term: Term) -> Cells:
    return _option(area, name, term.code, {language: str(term.label(language)) for language in area.languages})


def _option(area: StudyArea, name: str, code: str, label: Text) -> Cells:
    return {"list_name": name, "name": choice_name(code)} | _in_each_language(area, "label", label)


def _in_each_language(area: StudyArea, column: str, text: Text) -> Cells:
    return {f"{column}::{_column(language)}": show(text, language) for language in area.languages}


def _version(survey: list[Cells], choices: list[Cells]) -> str:
    questions = json.dumps([survey, choices], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(questions.encode()).hexdigest()[:12]
