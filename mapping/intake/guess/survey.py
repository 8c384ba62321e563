"""Draft a column map from another sender's form: the XLSForm of a survey tells what the columns of its exports hold."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap
from mapping.formats import Sheet, refusal
from mapping.formats.surveys.xlsform import SILENT, Question, Survey, map_of
from mapping.formats.tables import xlsx
from mapping.intake.guess.column_map import source_code
from mapping.intake.guess.headings import field_of
from mapping.language.fold import skeleton
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import Audience

TAXONOMIES = {
    "service": "service_types",
    "serves": "beneficiaries",
    "languages": "languages",
    "documents": "documents",
    "organization_kind": "organization_types",
    "status": "statuses",
    "verified_how": "verification",
}
"""Fields that a question with choices may fill -> the terms that its choices must name."""

ASKED = (
    *("organization", "description", "unit", "place", "address", "phone", "email", "website", "ages", "hours"),
    *("cost", "verified_on", "capacity", "funded_until", "accessible"),
)
"""Fields that a question without choices may ask for, by the words of headings."""

CONFIDENTIAL = re.compile(r"confiden|secret|конфиденц|секретн|махф|maxfiy", re.I)
HALF = 0.5
"""Share of the choices of a question that must be terms of a taxonomy for it to be about them."""


def map_from_form(path: str | Path, sheets: Sequence[Sheet], area: StudyArea, *, name: str) -> ColumnMap:
    """Return the map of an export that the form beside it implies, as far as its words can be guessed.

    Until two people approved it, all rows stay with the custodians, as with every map.

    Raises
    ------
    FormatError
        When the workbook is no form, or the export does not hold its answers.
    """
    survey = Survey.read(list(xlsx.read(path)))
    if survey is None:
        raise refusal("{path}: is no XLSForm with a sheet 'survey'; give the form, or a column map in TOML", path=path)
    fields = _fields(survey, area)
    if "organization" not in fields.values():
        raise refusal("{path}: no question of the form asks for the organization's name; write a column map", path=path)
    draft = map_of(
        survey,
        sheets,
        fields,
        lambda question, choice: _meant(question, choice, fields.get(question.name, ""), area),
        source=source_code(name),
        name=name,
    )
    if draft is None:
        raise refusal("{path}: the export holds no answers to this form; is it the right one?", path=path)
    words = dict(draft.words)
    markings: dict[str, Audience] = {
        word: "custodian" if meant == "yes" else "public"
        for word, meant in words.pop("marking", {}).items()
        if meant in ("yes", "no")
    }
    for question in survey.questions:
        field = fields.get(question.name, "")
        if (
            question.kind == "select_one" and field in TAXONOMIES
        ):  # a word that means no term is cut into words that may
            terms = Vocabulary.load(TAXONOMIES[field])
            words[field] = {word: meant for word, meant in words.get(field, {}).items() if meant in terms}
    notes = [
        Message("the map was drafted from {file}; look it through, and keep it as a column map", file=Path(path).name)
    ]
    return draft.model_copy(update={"words": words, "markings": markings, "notes": notes})


def _fields(survey: Survey, area: StudyArea) -> dict[str, str]:
    fields: dict[str, str] = {}
    questions = [question for question in survey.questions if question.kind not in SILENT]
    for question in questions:
        field = "coordinates" if question.kind == "geopoint" else _by_choices(question, area)
        if field and (field not in fields.values() or field == "unit"):
            fields[question.name] = field
    taken = set(fields.values())
    for field, question in product(ASKED, questions):
        texts = [question.name.replace("_", " "), *question.labels.values()]
        if (
            field not in taken
            and question.name not in fields
            and not question.choices
            and field in map(field_of, texts)
        ):
            fields[question.name] = field
            taken.add(field)
    return fields


def _by_choices(question: Question, area: StudyArea) -> str:
    if not question.choices:
        return ""
    if any(CONFIDENTIAL.search(text) for text in (question.name, *question.labels.values())):
        return "marking"
    share: dict[str, float] = {}
    for field, taxonomy in TAXONOMIES.items():
        named = sum(_term(taxonomy, choice, labels) is not None for choice, labels in question.choices.items())
        share[field] = named / len(question.choices)
    units = sum(_unit(area, choice, labels) is not None for choice, labels in question.choices.items())
    share["unit"] = units / len(question.choices)
    best = max(share, key=lambda field: share[field])
    return best if share[best] >= HALF else ""


def _meant(question: Question, choice: str, field: str, area: StudyArea) -> str:
    """Return what a choice stands for: a code where it is a term or a unit, yes or no, else its own words."""
    labels = question.choices[choice]
    if field == "unit":
        return _unit(area, choice, labels) or choice
    if field in TAXONOMIES:
        return _term(TAXONOMIES[field], choice, labels) or next(iter(labels.values()), choice)
    folded = {skeleton(text) for text in (choice, *labels.values())}
    for plain, words in (("yes", ("yes", "да", "ҳа")), ("no", ("no", "нет", "не"))):
        if folded & {skeleton(word) for word in words}:
            return plain
    return next(iter(labels.values()), choice)


def _term(taxonomy: str, choice: str, labels: Mapping[str, str]) -> str | None:
    """Return the term that one of the labels of a choice means; its name alone is too short to tell."""
    return next((match.code for text in (*labels.values(), choice) if (match := match_term(taxonomy, text))), None)


def _unit(area: StudyArea, choice: str, labels: Mapping[str, str]) -> str | None:
    return next((unit for text in (*labels.values(), choice) if (unit := find_unit(area, text).unit)), None)
