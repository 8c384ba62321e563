"""The field form: pyxform takes it, it asks what the directory can hold, and it says so in every language."""

import re
from collections import Counter

import openpyxl
import pytest
from pyxform.xls2xform import convert
from typer.testing import CliRunner

from mapping.cli import app
from mapping.column_map import FIELDS
from mapping.errors import MappingError
from mapping.formats.surveys import field_form
from mapping.formats.surveys.field_form import ANSWERS, LABELS
from mapping.formats.surveys.xlsform import Survey
from mapping.formats.tables import xlsx
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES


@pytest.fixture(scope="module")
def made(tmp_path_factory, tj_area):
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    field_form.write_form(path, tj_area)
    return path


@pytest.fixture(scope="module")
def sheets(made):
    book = openpyxl.load_workbook(made)
    tables = {}
    for sheet in book:
        head, *rows = sheet.iter_rows(values_only=True)
        tables[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return tables


@pytest.mark.parametrize("area", ["tj_area", "tiny_area"])
def test_pyxform_takes_the_form_without_a_warning(tmp_path, request, area):
    path = tmp_path / "form.xlsx"
    field_form.write_form(path, request.getfixturevalue(area))
    taken = convert(str(path))
    assert taken.warnings == []
    assert "<h:title>" in taken.xform


def test_the_same_form_is_the_same_bytes_and_another_has_another_version(tmp_path, tj_area, tiny_area, monkeypatch):
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    version = field_form.write_form(one, tj_area)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert field_form.write_form(two, tj_area) == version
    assert one.read_bytes() == two.read_bytes()
    assert field_form.write_form(two, tiny_area) != version


def test_the_version_stands_in_the_settings(made, sheets, tj_area):
    (settings,) = sheets["settings"]
    assert settings["version"] == field_form.write_form(made, tj_area)
    assert settings["form_id"] == "rohnamo_services"
    assert settings["default_language"] == "Тоҷикӣ (tg)"


def test_who_may_see_it_is_asked_first_in_plain_words_for_each_audience(sheets):
    asked = [row["name"] for row in sheets["survey"] if row["type"] and row["type"].startswith("select")]
    assert asked[:2] == ["who_may_see", "consent"]
    offered = [row["name"] for row in sheets["choices"] if row["list_name"] == "who"]
    assert tuple(offered) == AUDIENCES
    assert not any(
        audience in text.text.casefold() for audience, text in ANSWERS["who"].items() if audience == "focal_point"
    )


def test_every_text_is_in_every_language(sheets, tj_area):
    columns = [name for name in sheets["survey"][0] if name.startswith("label::")]
    assert columns == ["label::Тоҷикӣ (tg)", "label::Русский (ru)", "label::English (en)", "label::O‘zbek (uz)"]
    for row in sheets["survey"]:
        for kind in ("label", "hint", "constraint_message", "required_message"):
            texts = [row.get(column.replace("label", kind)) for column in columns]
            assert all(texts) or not any(texts), row["name"]
        assert bool(row.get("constraint")) == bool(row.get("constraint_message::English (en)"))
        assert bool(row.get("required")) == bool(row.get("required_message::English (en)"))
    assert all(row[column] for row in sheets["choices"] for column in columns)


def test_no_two_questions_share_a_label_so_that_exports_by_label_can_be_read(tj_area):
    survey = field_form.survey(tj_area)
    for language in survey.questions[-1].labels:
        labels = Counter(one.labels[language] for one in survey.questions if one.labels)
        assert [label for label, count in labels.items() if count > 1] == []
        for question in survey.questions:
            shown = Counter(labels[language] for labels in question.choices.values())
            assert [label for label, count in shown.items() if count > 1] == [], question.name


def test_each_question_fills_a_field_that_there_is(tj_area):
    survey = field_form.survey(tj_area)
    for name, field in field_form.fields(tj_area).items():
        assert survey.question(name) is not None, name
        assert field.partition(".")[0] in FIELDS


def test_the_help_is_asked_by_family_and_units_by_what_they_lie_in(sheets, tj_area):
    rows = {row["name"]: row for row in sheets["survey"] if row["name"]}
    assert rows["service"]["choice_filter"] == "family=${family}"
    assert rows["unit_2"]["choice_filter"] == "parent=${unit_1}"
    offered = {row["name"]: row for row in sheets["choices"] if row["list_name"] == "services"}
    terms = Vocabulary.load("service_types")
    assert set(offered) == {term.code for term in terms.terms() if term.parent}
    assert all(row["family"] == terms.family(code).code for code, row in offered.items())
    units = {row["name"]: row["parent"] for row in sheets["choices"] if row["list_name"] == "unit_2"}
    assert units == {unit.code: unit.parent for unit in tj_area.all_units().values() if unit.level == 2}


def test_the_checklist_holds_every_item_whose_source_was_seen_for_the_services_it_is_about(sheets):
    rows = {row["name"]: row for row in sheets["survey"] if row["name"]}
    items = [term for term in Vocabulary.load("standards").terms() if term.source_status == "seen"]
    assert len(items) == 68
    for term in items:
        row = rows[f"std_{term.code.casefold().replace('-', '_')}"]
        assert row["relevant"] == (f"${{service}} = '{term.service_type}'" if term.service_type else None)
        assert rows[f"{row['name']}_evidence"]["type"] == "text"
    answers = [row["name"] for row in sheets["choices"] if row["list_name"] == "answers"]
    assert answers == ["met", "partly", "not_met", "unknown"]


def test_only_what_is_needed_is_demanded(sheets):
    demanded = {row["name"] for row in sheets["survey"] if row.get("required")}
    assert demanded == {
        "who_may_see",
        "consent",
        "organization_name",
        "country",
        "show_place",
        "family",
        "service",
        "verified_how",
        "verified_on",
    }


def test_nothing_is_looked_up_elsewhere_so_that_it_works_without_a_network(sheets):
    used = {word for row in sheets["survey"] for word in re.findall(r"pulldata|search\(|instance\(|jr://", str(row))}
    assert used == set()
    assert not any("external" in row["type"] or "from_file" in row["type"] for row in sheets["survey"])


def test_a_form_reads_back_as_the_survey_it_was_made_from(made, tj_area):
    read = Survey.read(list(xlsx.read(made)))
    assert read is not None
    assert [(q.name, q.kind, q.labels) for q in read.questions] == [
        (q.name, q.kind, q.labels) for q in field_form.survey(tj_area).questions
    ]


def test_another_country_brings_its_own_languages_and_units(tiny_area):
    survey = field_form.survey(tiny_area)
    assert set(survey.questions[-1].labels) == {"Тоҷикӣ (tg)", "Русский (ru)", "English (en)"}
    units = survey.question(field_form.unit_questions(tiny_area)[0])
    assert units is not None
    assert set(units.choices) <= set(tiny_area.all_units())


def test_every_question_has_its_label(tj_area):
    names = {question.name for question in field_form.survey(tj_area).questions}
    groups = {group.name for question in field_form.survey(tj_area).questions for group in question.groups}
    assert set(LABELS) - names == groups


def test_the_command_writes_the_form_and_says_what_to_do_next(tmp_path, monkeypatch):
    path = tmp_path / "form.xlsx"
    assert "end the name in .xlsx" in str(CliRunner().invoke(app, ["form", str(path.with_suffix(".pdf"))]).exception)
    result = CliRunner().invoke(app, ["form", str(path)])
    assert result.exit_code == 0
    assert path.exists()
    assert "load it into Kobo or ODK" in result.output


def test_a_folder_that_is_not_there_is_said(tmp_path, tiny_area):
    with pytest.raises(MappingError, match="cannot be written"):
        field_form.write_form(tmp_path / "none" / "form.xlsx", tiny_area)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", {"tg": "Tajik", "ru": "Russian", "en": "English", "uz": "Uzbek"}),
        ("ru", {"tg": "Таджикский", "ru": "Русский", "en": "Английский", "uz": "Узбекский"}),
    ],
)
def test_each_form_names_the_languages_in_its_own(language, names):
    """The name in Tajik is asked for as the name in Tajik, in the language of the enumerator."""
    assert {code: field_form.language_name(code, language) for code in names} == names
