"""Which kinds of help a row names."""

import pytest

from mapping.language.taxonomy import Vocabulary, term_id
from tests.fixtures.few_rows import MAP, ROW, said, with_cells


def test_several_kinds_of_help_in_a_cell_are_several_services_at_one_place(take):
    batch = take((*ROW[:3], "legal advice; psychologist", *ROW[4:]))
    assert len(batch.of("service")) == 2
    assert len(batch.of("location")) == 1


def test_words_that_nobody_listed_make_up_a_kind_and_this_is_told(take):
    batch = take((*ROW[:3], "юр. и псих. помощь для ЖТЛ", *ROW[4:]))
    assert len(batch.of("service")) == 2
    assert {(level, str(problem)) for level, column, problem in said(batch) if column == "Help"} == {
        ("note", "'юр.' was taken for Legal aid (LEG)"),
        ("note", "'псих. помощь для ЖТЛ' was taken for Mental health and psychosocial support (PSY)"),
    }


def test_a_name_is_no_kind_of_help_where_no_column_tells_it(take):
    fields = {name: columns for name, columns in MAP["fields"].items() if name != "service"}
    batch = take((ROW[0], "Day centre for elderly people", *ROW[2:]), fields=fields)
    assert [(service.name, service.audience) for service in batch.of("service")] == [
        ("Day centre for elderly people", "custodian")
    ]


def test_words_for_another_choice_stand_beside_the_choices(take):
    heads, row = with_cells(legal="1", other="translation")
    fields = MAP["fields"] | {"service": ["other"]}
    found = take(row, heads=heads, fields=fields, choices={"service": {"legal": "legal aid"}})
    assert sorted(service.name for service in found.of("service")) == [
        "Interpretation and cultural mediation",
        "Legal aid",
    ]


@pytest.mark.parametrize(
    ("answer", "kinds", "told"),
    [
        ("да, по средам 14-16", {"ACC", "LEG"}, "по средам 14-16"),
        ("da (24/24, 10 locuri)", {"ACC", "LEG"}, "24/24, 10 locuri"),
        ("да, временно закрыт", {"LEG"}, "временно закрыт"),
        ("нет, с 2025", {"LEG"}, "с 2025"),
    ],
)
def test_what_a_yes_says_besides_is_told(take, answer, kinds, told):
    fields = {name: columns for name, columns in MAP["fields"].items() if name != "service"}
    changes = {"shape": "place", "fields": fields, "services": {"Shelter": "ACC", "Lawyer": "LEG"}}
    row = ("1", "Umed", "Juybor", answer, "yes", "+992 00 000 11 11", "all")
    batch = take(row, heads=("No", "Name", "District", "Shelter", "Lawyer", "Phone", "Open to"), **changes)
    codes = {term_id(term): term.code for term in Vocabulary.load("service_types").terms()}
    assert {codes.get(record.taxonomy_term_id) for record in batch.of("attribute")} & {"ACC", "LEG"} == kinds
    assert any(told in problem for _, _, problem in said(batch))
