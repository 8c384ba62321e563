"""Rows: where the names of the columns stand, what is passed over, and that this is told."""

import pytest

from mapping.column_map import ColumnMap
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.rows import missing_columns, rows_of, unnamed_columns


def columns(**changes):
    fields = {"organization": ["Name"], "unit": ["District", "Place / district"], "phone": ["Phone"]}
    return ColumnMap.model_validate({"source": "x", "name": "X", "fields": fields} | changes)


def cells(found):
    return [(row.number, {name: text for name, text in row.cells.items() if text}) for row in found.rows]


def test_the_header_is_found_below_a_title():
    sheet = Sheet("", [["A list of bodies"], [], ["Name", "Phone"], ["Umed", 1]])
    assert cells(rows_of([sheet], columns(), "f")) == [(4, {"name": "Umed", "phone": "1"})]


def test_a_header_of_two_rows_with_merged_cells():
    rows = [
        ["Name", "Place", None, "Phone"],
        [None, "district", "street", None],
        [1, 2, 3, 4],
        ["Umed", "Juybor", "x", 5],
    ]
    found = rows_of([Sheet("", rows)], columns(header={"has": "Name", "rows": 2, "skip_after": 1}), "f")
    assert found.headers[""] == ["Name", "Place / district", "Place / street", "Phone"]
    assert cells(found) == [(4, {"name": "Umed", "place / district": "Juybor", "place / street": "x", "phone": "5"})]


def test_what_is_passed_over_is_told_with_its_rows():
    rows = [["Name", "Phone"], ["Section A"], ["Umed", 1], ["Name", "Phone"], [None], ["Total: 7", 2], ["Nur", 3]]
    found = rows_of([Sheet("S", rows)], columns(skip={"any_cell": ["^total"], "fewer_cells": 2}), "f")
    assert [number for number, _ in cells(found)] == [3, 7]
    assert dict(found.skipped) == {
        "a heading or a row with almost nothing in it": ["S 2"],
        "a repeated header": ["S 4"],
        "a row that the map passes over": ["S 6"],
    }
    assert found.totals == [("S", 6, 7)]


@pytest.mark.parametrize(
    ("text", "total"),
    [("Итого: 34", 34), ("Ҷамъ: 60 марказ", 60), ("TOTAL 5", 5), ("Totally 5", None), ("5 total", None)],
)
def test_totals_in_several_languages(text, total):
    found = rows_of([Sheet("", [["Name"], [text]])], columns(), "f")
    assert [n for _, _, n in found.totals] == ([total] if total else [])


def test_a_row_of_totals_is_passed_over_and_a_row_with_a_name_is_none():
    lines = [
        ["No", "Name", "Places"],
        [1, "Умед", "Всего 16 мест"],
        ["Итого:", None, 16],
        [None, "Всего по району", 16],
        [3, "Ҷамъияти Нур", "Ҷамъ 4"],
        [4, "Total Care", "jami 5 ta"],
    ]
    rows = rows_of([Sheet("S", lines)], columns(), "f")
    assert [number for number, _ in cells(rows)] == [2, 5, 6]
    assert dict(rows.skipped) == {"a row of totals": ["S 3", "S 4"]}
    assert rows.totals == []


def test_sheets_are_chosen_by_name():
    sheets = [Sheet(name, [["Name"], [name]]) for name in ("one", "two", "notes")]
    assert [row.sheet for row in rows_of(sheets, columns(sheets={"but": ["notes"]}), "f").rows] == ["one", "two"]
    assert [row.sheet for row in rows_of(sheets, columns(sheets={"only": "two"}), "f").rows] == ["two"]
    with pytest.raises(FormatError, match="'one', 'two', 'notes'"):
        rows_of(sheets, columns(sheets={"only": "three"}), "f")


def test_rows_of_a_second_sheet_are_kept_apart():
    sheets = [Sheet("one", [["Name"], ["Umed"]]), Sheet("two", [["Name"], ["x"]])]
    found = rows_of(sheets, columns(shape="repeat", sheets={"children": "two"}), "f")
    assert ([row.sheet for row in found.rows], [row.sheet for row in found.children]) == (["one"], ["two"])


def test_a_row_keeps_its_cells_as_they_were_read():
    (row,) = rows_of(
        [Sheet("", [["Name", "Phone", ""], [" <b>Umed</b> ", 992000001111.0, "x", "beyond"]])], columns(), "f"
    ).rows
    assert row.cells == {"name": "Umed", "phone": "992000001111"}
    assert row.raw == {
        "Name": " <b>Umed</b> ",
        "Phone": "992000001111",
        "column 3": "x",
        "beyond the last column": "beyond",
    }
    assert row.cut == ""


def test_a_row_that_ends_early_says_where():
    first, second = rows_of(
        [Sheet("", [["Name", "District", "Phone"], ["Umed", "Juybor"], ["Nur", "", ""]])], columns(), "f"
    ).rows
    assert (first.cut, second.cut) == ("Phone", "")


def test_unnamed_and_missing_columns():
    found = rows_of([Sheet("S", [["Name", "Phones", "Foo"], ["a", "b", "c"]])], columns(), "f")
    assert list(unnamed_columns(found, columns())) == [("S", "Phones", "phone"), ("S", "Foo", "")]
    assert missing_columns(found, columns()) == ["unit", "phone"]


def test_a_file_without_the_columns_of_the_map():
    with pytest.raises(FormatError, match="is it the right map"):
        rows_of([Sheet("", [["a", "b"], [1, 2]])], columns(), "f")


@pytest.mark.parametrize(
    "sign",
    [
        "-//-",
        "— // —",
        '-"-',
        '"',
        "″",
        "''",
        "То же",
        "тоже",
        "то же самое",
        "тот же",
        "та же",
        "те же самые",
        "ҳамон",
        "ditto",
        "ҳамон хизматҳо",
        "те же услуги",
        "same services",
    ],
)
def test_a_sign_for_the_same_as_above_stands_for_it(sign):
    rows = [["Name", "District", "Phone"], ["Umed", "Juybor", "1"], [sign, sign, "2"], [sign, "Chashma", sign]]
    found = rows_of([Sheet("", rows)], columns(), "f")
    umed = {"name": "Umed"}
    assert cells(found) == [
        (2, umed | {"district": "Juybor", "phone": "1"}),
        (3, umed | {"district": "Juybor", "phone": "2"}),
        (4, umed | {"district": "Chashma", "phone": "2"}),
    ]
    assert found.cleaned["a sign such as -//- replaced by what stands above it"] == 4
    assert found.rows[1].raw["Name"] == sign


@pytest.mark.parametrize("text", ["-", "—", "/", "и то же", "the same house", "'", "//", "", "0"])
def test_what_is_no_such_sign_stays_as_it_is(text):
    rows = [["Name", "Phone"], ["Umed", "1"], ["Nur", text]]
    assert rows_of([Sheet("", rows)], columns(), "f").rows[1].cells["phone"] == text


def test_a_sign_below_nothing_stays_as_it_is():
    rows = [["Name", "Phone"], ["-//-", "1"], ["Nur", ""], ["Umed", "-//-"]]
    found = rows_of([Sheet("", rows)], columns(), "f")
    assert [(row.cells["name"], row.cells["phone"]) for row in found.rows] == [
        ("-//-", "1"),
        ("Nur", ""),
        ("Umed", "-//-"),
    ]


def test_a_total_that_counts_in_another_column_is_passed_over():
    rows = [["No", "Name", "Phone"], ["1", "Umed", 1], ["Итого:", "9 учреждений", None]]
    found = rows_of([Sheet("", rows)], columns(), "f")
    assert [number for number, _ in cells(found)] == [2]
    assert "a row of totals" in found.skipped


def test_what_is_noted_beside_a_row_and_behind_its_columns_goes_with_it():
    rows = [["Name", "Phone"], ["Umed", 1, "yes"], ["Nur", 2]]
    umed, nur = rows_of([Sheet("", rows, comments={3: "call first"})], columns(), "f").rows
    assert (umed.comment, umed.raw["beyond the last column"]) == ("", "yes")
    assert (nur.comment, "beyond the last column" in nur.raw) == ("call first", False)
