"""XLSForm: what a survey asks, and which column of one of its exports holds which answer.

An export names its columns by the names of the questions or by their labels in one language, with or without the
groups around them; answers to "select several" stand in one cell, or in a column for each choice.

References
----------
XLSForm.org, the sheets ``survey``, ``choices`` and ``settings``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from mapping.column_map import ColumnMap, Notice, Sheets, fold_header
from mapping.formats import Sheet
from mapping.language.parsers.permission import REVIEWS

Line = Mapping[str, str]
"""One row of a form's sheet: column -> text."""

SEPARATORS = ("/", "-", ":", ".")
"""What stands between a group and a question: Kobo writes the first, ODK Central the second."""

POINT = (
    ("latitude", "_{}_latitude", "{}-latitude"),
    ("longitude", "_{}_longitude", "{}-longitude"),
    ("altitude", "_{}_altitude", "{}-altitude"),
    ("precision", "_{}_precision", "{}-accuracy"),
)
"""The parts of a position, and how Kobo and ODK Central name their columns."""


KEYS = ("_uuid", "KEY", "meta/instanceID", "meta-instanceID", "__id", "_id")
"""Columns by which survey tools tell submissions apart, the surest first."""

LINKS = (
    ("_index", "_parent_index"),
    ("KEY", "PARENT_KEY"),
    ("__id", "__Submissions-id"),
    ("_uuid", "_submission__uuid"),
    ("_id", "_submission__id"),
)
"""Columns that tie the rows of a repeat to their submission: there, here."""

NOTICES: dict[str, Notice] = {"not approved": "custodian", "on hold": "custodian", "hasissues": "custodian"}
ADDED = {
    *("start", "end", "today", "deviceid", "submissiondate", "key", "parent_key", "submitterid", "submittername"),
    *("attachmentspresent", "attachmentsexpected", "status", "reviewstate", "edits", "formversion", "formhub/uuid"),
    *("instanceid", "rootuuid"),
}
"""Columns that survey tools add, besides those with an underscore in front."""

NEEDED = {"organization", "service", "marking"}
"""Fields without which an export is hardly a list."""

SILENT = {"start", "end", "today", "deviceid", "note", "calculate", "username", "audit", "hidden"}
"""Kinds of questions that nobody answers."""


@dataclass(frozen=True)
class QuestionGroup:
    """A group or a repeat around questions."""

    name: str
    labels: Mapping[str, str]
    repeats: bool = False


@dataclass(frozen=True)
class Question:
    """A question of a form; ``labels`` are by the language as the form names it, ``choices`` by name, then language."""

    name: str
    kind: str
    labels: Mapping[str, str]
    groups: tuple[QuestionGroup, ...] = ()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hxl: str = ""

    @property
    def repeat(self) -> str:
        """The innermost repeat that the question stands in, "" outside all."""
        return next((group.name for group in reversed(self.groups) if group.repeats), "")

    def said(self) -> Iterator[tuple[str, str]]:
        """Yield (language, name) by which an export may call the question; the language of its own name is ""."""
        for language in ("", *self.labels):
            own = self.labels[language] if language else self.name
            if not own:
                continue
            yield language, own
            above = [group.labels.get(language, "") if language else group.name for group in self.groups]
            for start in range(len(above)):
                parts = [part for part in above[start:] if part]
                for separator in SEPARATORS if parts else ():
                    yield language, separator.join([*parts, own])

    def answers(self, language: str) -> dict[str, str]:
        """Return choice as it is shown in a language, or its name where that is "" -> name of the choice."""
        if not language:
            return {name: name for name in self.choices}
        return {labels[language]: name for name, labels in self.choices.items() if labels.get(language)}


@dataclass(frozen=True)
class Survey:
    """The questions of a form, in order."""

    questions: tuple[Question, ...]

    @classmethod
    def of(cls, survey: Sequence[Line], choices: Sequence[Line]) -> Self:
        """Read the questions from the rows of a form's two sheets; what is no question is passed over."""
        lists: dict[str, dict[str, dict[str, str]]] = {}
        for line in choices:
            name = line.get("list_name", "") or line.get("list name", "")
            lists.setdefault(name, {})[line.get("name", "")] = _labels(line)
        groups: list[QuestionGroup] = []
        questions = []
        for line in survey:
            kind, _, rest = " ".join(line.get("type", "").replace("_", " ").split()).partition(" ")
            if kind in ("begin", "end"):
                if kind == "begin":
                    groups.append(QuestionGroup(line.get("name", ""), _labels(line), repeats=rest.startswith("repeat")))
                elif groups:
                    groups.pop()
                continue
            words = line.get("type", "").split()
            name = line.get("name", "").strip()
            if not words or not name:
                continue
            options = lists.get(words[-1], {}) if words[0].startswith("select") else {}
            several = words[0] == "select_multiple" or line["type"].startswith("select multiple")
            shape = "select_multiple" if several else "select_one" if options else words[0]
            questions.append(Question(name, shape, _labels(line), tuple(groups), options, line.get("hxl", "")))
        return cls(tuple(questions))

    @classmethod
    def read(cls, sheets: Sequence[Sheet]) -> Self | None:
        """Read the questions from the sheets of a workbook; None where it is no form."""
        by_name = {sheet.name.strip().casefold(): sheet for sheet in sheets}
        if "survey" not in by_name:
            return None
        survey, choices = _lines(by_name["survey"]), _lines(by_name["choices"]) if "choices" in by_name else []
        survey_form = cls.of(survey, choices)
        return survey_form if survey_form.questions and any("type" in line for line in survey) else None

    def question(self, name: str) -> Question | None:
        """Return a question by its name."""
        return next((question for question in self.questions if question.name == name), None)

    @cached_property
    def headers(self) -> Mapping[str, tuple[str, str, str]]:
        """Question, what is answered there and which part of it, by folded header of a column.

        Where two questions share a label, the first has it.
        """
        called: dict[str, tuple[str, str, str]] = {}
        for question in self.questions:
            for language, label in question.said():
                called.setdefault(fold_header(label), (question.name, "", ""))
                if question.kind == "select_multiple":
                    for shown, name in question.answers(language).items():
                        called.setdefault(fold_header(f"{label}/{shown}"), (question.name, "choice", name))
                if question.kind == "geopoint":
                    for part, *patterns in POINT:
                        for pattern in patterns:
                            called.setdefault(fold_header(pattern.format(label)), (question.name, "point", part))
        return called


@dataclass
class Answered:
    """Which columns of one sheet of an export hold the answers to which question, as they are written there."""

    sheet: str
    columns: dict[str, str] = field(default_factory=dict)
    """Question -> its column."""
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    """Question -> column of one of its choices -> the choice."""
    points: dict[str, dict[str, str]] = field(default_factory=dict)
    """Question -> part of the position -> column."""
    others: list[str] = field(default_factory=list)
    """Columns that are no answers: what the survey tool adds."""

    def named(self) -> set[str]:
        """Return the questions that have a column here."""
        return {*self.columns, *self.choices, *self.points}


def header_of(sheet: Sheet) -> list[str]:
    """Return the names of an export's columns: its first row that holds anything."""
    for row in sheet.rows[:5]:
        if any(cell not in (None, "") for cell in row):
            return [str(cell).strip() for cell in row if cell not in (None, "")]
    return []


def answered(survey: Survey, sheet: Sheet) -> Answered:
    """Find the columns of a sheet that hold answers."""
    answered_sheet = Answered(sheet.name)
    for header in header_of(sheet):
        question_name, what, part = survey.headers.get(fold_header(header), ("", "", ""))
        if not question_name:
            answered_sheet.others.append(header)
        elif what == "choice":
            answered_sheet.choices.setdefault(question_name, {})[header] = part
        elif what == "point":
            answered_sheet.points.setdefault(question_name, {}).setdefault(part, header)
        else:
            answered_sheet.columns.setdefault(question_name, header)
    return answered_sheet


def _labels(line: Line) -> dict[str, str]:
    labels = {}
    for column, text in line.items():
        name, _, language = column.partition("::")
        if name.strip().casefold() == "label" and text:
            labels[language.strip() or "-"] = " ".join(text.split())
    return labels


def _lines(sheet: Sheet) -> list[dict[str, str]]:
    if not sheet.rows:
        return []
    names = [str(cell or "").strip() for cell in sheet.rows[0]]
    names = [name if "::" in name else name.casefold() for name in names]
    return [
        {name: str(cell).strip() for name, cell in zip(names, row, strict=False) if name and cell not in (None, "")}
        for row in sheet.rows[1:]
    ]


def is_added(header: str) -> bool:
    """Tell whether a column is one that the survey tool added, and no answer."""
    folded = fold_header(header)
    last = folded.rpartition("meta/")[2].rpartition("meta-")[2]
    return folded.startswith(("_", "set-of-")) or last in ADDED


def map_of(
    survey: Survey,
    sheets: Sequence[Sheet],
    fields: Mapping[str, str],
    meaning: Callable[[Question, str], str],
    **about: Any,
) -> ColumnMap | None:
    """Draft the column map of an export from the form it was made with; None where its answers are not there.

    Parameters
    ----------
    survey
        The form.
    sheets
        The export.
    fields
        Question -> the field that it fills; of two that fill the same, the first answered one counts.
    meaning
        What a choice of a question stands for.
    about
        Further keys of the map: its source and name, what is private.
    """
    own, repeated = (
        {name for name in fields if (q := survey.question(name)) is not None and bool(q.repeat) is inner}
        for inner in (False, True)
    )
    answered_sheets = [answered(survey, sheet) for sheet in sheets if sheet.rows]
    main = max(answered_sheets, key=lambda sheet: len(own & sheet.named()), default=None)
    if main is None or not own & main.named():
        return None
    others = [sheet for sheet in answered_sheets if sheet is not main]
    child = max(others, key=lambda sheet: len(repeated & sheet.named()), default=None)
    if child is not None and not repeated & child.named():
        child = None
    columns = about | _answers(survey, fields, meaning, main, child)
    added = [header for sheet in (main, child) if sheet for header in sheet.others if is_added(header)]
    states = [header for header in added if fold_header(header) in REVIEWS]
    columns["private"] = [*columns.get("private", ()), *states]
    columns["ignored"] = [*columns.get("ignored", ()), *(header for header in added if header not in states)]
    columns["key"] = [key for key in KEYS if key in main.others][:1]
    columns["notices"] = NOTICES if states else {}
    columns["shape"] = "repeat" if repeated else "service"
    links = [pair for pair in LINKS if pair[0] in main.others and (child is None or pair[1] in child.others)]
    parent_key, child_key = (*links, LINKS[0])[0]
    columns["sheets"] = Sheets(
        only=[sheet.sheet for sheet in (main, child) if sheet],
        children=child.sheet if child else "services",
        parent_key=parent_key,
        child_key=child_key,
    )
    return ColumnMap(**columns)


def _answers(
    survey: Survey,
    fields: Mapping[str, str],
    meaning: Callable[[Question, str], str],
    main: Answered,
    child: Answered | None,
) -> dict[str, Any]:
    named: dict[str, list[str]] = {}
    choices: dict[str, dict[str, str]] = {}
    words: dict[str, dict[str, str]] = {}
    for name, field_name in fields.items():
        question = survey.question(name)
        if question is None:
            continue
        where = child if question.repeat else main
        if where is None:
            continue
        if name in where.columns:
            named.setdefault(field_name, []).append(where.columns[name])
        for part in ("latitude", "longitude"):
            if name in where.points and part in where.points[name]:
                named.setdefault(part, []).append(where.points[name][part])
        for column, choice in where.choices.get(name, {}).items():
            choices.setdefault(field_name, {})[column] = meaning(question, choice)
        if name not in where.named() and field_name in NEEDED and field_name not in named:
            named[field_name] = [name]  # so that it is said; others may be missing because nobody answered
        for choice, labels in question.choices.items():
            for text in (choice, *labels.values()):
                words.setdefault(field_name, {}).setdefault(text, meaning(question, choice))
    parts = [
        where.points[name][part]
        for where in (main, child)
        if where
        for name in where.points
        for part in ("altitude", "precision")
        if part in where.points[name]
    ]
    silent = [
        where.columns[q.name]
        for q in survey.questions
        for where in (main, child)
        if where and q.name in where.columns and q.name not in fields and q.kind in SILENT
    ]
    return {"fields": named, "choices": choices, "words": words, "ignored": parts + silent}
