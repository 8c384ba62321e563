"""A survey that was made with another form is read by that form, given in place of a column map."""

import datetime as dt

import openpyxl
import pytest

from mapping.errors import FormatError
from mapping.formats import read_sheets
from mapping.intake.guess.column_map import ADDED, guessed_map
from mapping.intake.read import Known, read
from mapping.registry import format_of
from tests.support.second_person import EveryMap

TODAY = dt.date(2026, 11, 24)

SURVEY = [
    ("type", "name", "label::English (en)", "label::Русский (ru)"),
    ("begin group", "org", "Organization", "Организация"),
    ("text", "org_name", "Name of organization", "Название организации"),
    ("text", "tel", "Telephone", "Телефон"),
    ("select_one yn", "hidden", "Is it confidential?", "Адрес конфиденциальный?"),
    ("geopoint", "gps", "GPS", "Координаты"),
    ("end group", None, None, None),
    ("begin repeat", "svc", "Services", "Услуги"),
    ("select_one svc", "kind", "Type", "Вид"),
    ("select_multiple grp", "who", "Who is served", "Кого"),
    ("end repeat", None, None, None),
]
CHOICES = [
    ("list_name", "name", "label::English (en)", "label::Русский (ru)"),
    ("svc", "a", "Legal aid", "Юридическая помощь"),
    ("svc", "b", "Hotline", "Горячая линия"),
    ("grp", "w", "Women and girls", "Женщины и девочки"),
    ("grp", "c", "Children (under 18)", "Дети (до 18 лет)"),
    ("yn", "y", "Yes", "Да"),
    ("yn", "n", "No", "Нет"),
]


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


@pytest.fixture
def form(tmp_path):
    return book(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES)


MAIN = {
    "names": [
        ("org_name", "tel", "hidden", "gps", "_uuid", "_index"),
        ("Umed", "1313", "n", "10.05 60.05 0 0", "u", 1),
    ],
    "labels": [
        ("Название организации", "Телефон", "Адрес конфиденциальный?", "Координаты", "_uuid", "_index"),
        ("Umed", "1313", "Нет", "10.05 60.05 0 0", "u", 1),
    ],
}
SERVICES = {
    "names": [("kind", "who", "who/w", "who/c", "_parent_index"), ("a", "w c", "1", "1", 1)],
    "labels": [
        ("Вид", "Кого", "_parent_index"),
        ("Юридическая помощь", "Женщины и девочки Дети (до 18 лет)", 1),
    ],
}


@pytest.mark.parametrize("kind", ["names", "labels"])
def test_names_and_labels_are_read_by_the_form(tmp_path, tiny_area, form, kind):
    path = book(tmp_path / "export.xlsx", main=MAIN[kind], services=SERVICES[kind])
    batch = read(path, columns=form, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [one.name for one in batch.of("organization")] == ["Umed"]
    assert [one.name for one in batch.of("service")] == ["Legal aid"]
    assert len([a for a in batch.of("attribute") if a.link_type == "serves"]) == 2
    assert [one.audience for one in batch.of("location")] == ["public"]
    assert any("drafted from form.xlsx" in issue.problem for issue in batch.issues)


def test_until_it_is_approved_all_is_for_custodians(tmp_path, tiny_area, form):
    path = book(tmp_path / "export.xlsx", main=MAIN["names"], services=SERVICES["names"])
    batch = read(path, columns=form, area=tiny_area, today=TODAY, known=Known())
    assert {one.audience for one in batch.of("service")} == {"custodian"}


def test_what_is_no_form_or_the_wrong_one_is_said(tmp_path, tiny_area, form):
    path = book(tmp_path / "export.xlsx", main=MAIN["names"], services=SERVICES["names"])
    with pytest.raises(FormatError, match="is no XLSForm"):
        read(path, columns=path, area=tiny_area, today=TODAY)
    other = book(tmp_path / "other.xlsx", main=[("a", "b"), (1, 2)])
    with pytest.raises(FormatError, match="holds no answers to this form"):
        read(other, columns=form, area=tiny_area, today=TODAY)


def test_a_real_export_by_labels_is_read(shared, tj_area):
    samples = shared / "samples"
    batch = read(
        samples / "kobo_service_mapping_ru_labels.xlsx",
        columns=samples / "kobo_service_mapping_form.xlsx",
        area=tj_area,
        today=TODAY,
        known=Known(maps=EveryMap()),
    )
    assert batch.rows == 61
    assert len(batch.of("service")) > 100
    said = " ".join(issue.problem for issue in batch.issues)
    assert "were swapped" in said
    assert "lies in the ocean" in said
    hidden = sum(one.audience == "custodian" for one in batch.of("location"))
    typed = {kind.link_id for kind in batch.of("attribute") if kind.link_type == "service_type"}
    untyped = [service for service in batch.of("service") if service.id not in typed]
    assert [service.audience for service in untyped] == ["custodian"] * 3
    assert hidden == 10 + 1 + 3  # as many say yes, another shares one's body and address, three have no kind yet


def test_a_sheet_called_survey_tells_no_kind_of_help(tmp_path, tiny_area):
    rows = [("Name of organization", "District", "Phone"), ("Umed", "Juybor", "1313"), ("Sabo", "Juybor", "1414")]
    path = book(tmp_path / "export.xlsx", survey=rows)
    assert "service" not in guessed_map(read_sheets(format_of(path), path), "x", tiny_area).constants


@pytest.mark.parametrize("heading", ["_uuid", "_Координаты GPS_precision", "_point_altitude"])
def test_what_a_survey_tool_adds_is_no_number_to_dial_and_says_not_how_exactly_a_place_is_shown(heading):
    assert ADDED.fullmatch(heading)
