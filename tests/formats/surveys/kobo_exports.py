"""Answers to the field form, and the shapes in which Kobo and ODK export them, for tests."""

import csv
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from mapping.area.study_area import StudyArea
from mapping.formats.surveys import field_form
from mapping.formats.surveys.xlsform import Question


@dataclass
class Submission:
    """Answers by the name of the question; those to "select several" are lists, positions are (lat, lon)."""

    answers: dict[str, Any]
    services: list[dict[str, Any]] = field(default_factory=list)
    uuid: str = "u1"
    time: str = "2026-11-20T10:00:00"
    state: str = ""


@dataclass(frozen=True)
class Shape:
    """How an export is written: "" is by names, else a language; with groups; several choices in columns or a cell."""

    language: str = ""
    groups: str = ""
    split: bool = False
    together: bool = True
    points: str = "both"


def _name(question: Question, shape: Shape) -> str:
    own = question.labels.get(shape.language, question.name) if shape.language else question.name
    above = [group.labels[shape.language] if shape.language else group.name for group in question.groups]
    return shape.groups.join([*above, own]) if shape.groups else own


def _shown(question: Question, choice: str, shape: Shape) -> str:
    return question.choices[choice][shape.language] if shape.language else choice


def _cells(question: Question, answer: Any, shape: Shape) -> dict[str, str]:
    name = _name(question, shape)
    if question.kind == "select_multiple":
        picked = answer or []
        cells = {name: " ".join(_shown(question, one, shape) for one in picked)} if shape.together else {}
        if shape.split:
            said = {f"{name}/{_shown(question, one, shape)}": str(int(one in picked)) for one in question.choices}
            cells |= said if answer is not None else dict.fromkeys(said, "")
        return cells
    if question.kind == "geopoint":
        lat, lon = answer if answer else ("", "")
        cells = {name: f"{lat} {lon} 800 5" if answer else ""} if shape.points != "columns" else {}
        if shape.points != "text":
            cells |= {f"_{name}_latitude": str(lat), f"_{name}_longitude": str(lon)}
        return cells
    return {name: _shown(question, answer, shape) if question.choices and answer else str(answer or "")}


def tables(area: StudyArea, submissions: list[Submission], shape: Shape) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows of the two sheets of an export, each with the names of its columns first."""
    questions = field_form.survey(area).questions
    main, child = [], []
    for number, one in enumerate(submissions, 1):
        cells: dict[str, str] = {}
        for question in questions:
            if not question.repeat:
                cells |= _cells(question, one.answers.get(question.name), shape)
        main.append(
            cells
            | {
                "_id": str(number),
                "_uuid": one.uuid,
                "_submission_time": one.time,
                "_validation_status": one.state,
                "__version__": "v1",
                "_index": str(number),
            }
        )
        for service in one.services:
            cells = {}
            for question in questions:
                if question.repeat:
                    cells |= _cells(question, service.get(question.name), shape)
            child.append(
                cells
                | {
                    "_index": str(len(child) + 1),
                    "_parent_table_name": "main",
                    "_parent_index": str(number),
                    "_submission__uuid": one.uuid,
                }
            )
    return _table(main), _table(child)


def _table(rows: list[dict[str, str]]) -> list[list[str]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def write_xlsx(path, main, child):
    """Write the two tables as sheets of a workbook, every cell text."""
    book = openpyxl.Workbook()
    book.active.title = "Services for people"
    for row in main:
        book.active.append([cell or None for cell in row])
    sheet = book.create_sheet("services")
    for row in child:
        sheet.append([cell or None for cell in row])
    book.save(path)
    return path


def write_zip(path, main, child):
    """Write the two tables as CSV files in a zip."""
    with zipfile.ZipFile(path, "w") as parts:
        for name, rows in (("main", main), ("main-services", child)):
            copy = path.with_suffix(f".{name}")
            with copy.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rows)
            parts.write(copy, f"{name}.csv")
    return path


def write_json(path, area, submissions, page=True):
    """Write what Kobo's interface gives: names with their groups, repeats inside, several choices in one text."""
    shape = Shape(groups="/", points="text")
    questions = field_form.survey(area).questions
    out = []
    for number, one in enumerate(submissions, 1):
        record = {
            "_id": number,
            "_uuid": one.uuid,
            "_submission_time": one.time,
            "_attachments": [],
            "_tags": [],
            "_validation_status": {"uid": one.state} if one.state else {},
            "_geolocation": [None, None],
        }
        for question in questions:
            if not question.repeat and one.answers.get(question.name) is not None:
                record |= _cells(question, one.answers[question.name], shape)
        record["services"] = [
            {
                name: cell
                for question in questions
                if question.repeat and service.get(question.name) is not None
                for name, cell in _cells(question, service[question.name], shape).items()
            }
            for service in one.services
        ]
        out.append(record)
    path.write_text(json.dumps({"count": len(out), "results": out} if page else out, ensure_ascii=False), "utf-8")
    return path
