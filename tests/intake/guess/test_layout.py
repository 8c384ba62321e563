"""Tables side by side and tables on their side."""

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from mapping.formats import Sheet
from mapping.intake.guess.layout import tables_of
from mapping.intake.read import Known, read
from tests.support.sample import TODAY
from tests.support.second_person import EveryMap

UPRIGHT = [
    ["Организация", "Район", "Телефон", "Услуга", "Режим работы"],
    ["ОО «Умед»", "Восе", "900001122", "юрист", "пн-пт 8-17"],
    ["ОО «Нур»", "Ашт", "900001133", "психолог", "24/7"],
]


def cells(sheet):
    return [[cell for cell in row if cell is not None] for row in sheet.rows if any(row)]


def test_a_table_on_its_side_is_stood_up_with_its_title_and_what_is_noted_beside_any_of_it():
    lying = [["Справочник"], [], *map(list, zip(*UPRIGHT, strict=True))]
    (table,) = tables_of([Sheet("x", lying, comments={4: "не публиковать", 6: "да"})])
    assert cells(table) == [["Справочник"], *UPRIGHT]
    assert table.rows[1 - table.first_row] == UPRIGHT[0]  # column 1 of the file
    assert dict(table.comments) == dict.fromkeys([1, 2, 3], "не публиковать; да")


def test_a_table_that_stands_is_left_alone():
    sheet = Sheet("x", UPRIGHT)
    assert [*tables_of([sheet])] == [sheet]


def test_tables_side_by_side_are_each_read_under_what_stands_over_them():
    one, other = ["Номи ташкилот", "Телефон"], ["Организация", "Тел."]
    rows = [["Узбекистан", None, None, "Россия"], [*one, None, *other], ["А", "1", None, "Б", "2"], ["В", "3"]]
    first, second = tables_of([Sheet("x", rows)])
    assert cells(first) == [one, ["Узбекистан"], ["А", "1"], ["В", "3"]]
    assert cells(second) == [other, ["Россия"], ["Б", "2"]]


def test_what_stands_over_and_under_tables_side_by_side_is_said_of_each():
    rows = [
        ["Для служебного пользования"],
        [],
        ["Организация", "Телефон", None, "Организация", "Тел."],
        ["А*", "1", None, "Б*", "2"],
        ["В", "3"],
        [],
        ["* не публиковать"],
    ]
    for number, table in enumerate(tables_of([Sheet("x", rows)])):
        assert cells(table)[0] == ["Для служебного пользования"]
        assert cells(table)[-1] == ["* не публиковать"]
        assert [row[:1] for row in table.rows[3:5]] == [[["А*"], ["В"]], [["Б*"], []]][number]


def test_tables_side_by_side_ask_for_silence_as_one_alone_does(tmp_path, tj_area):
    lines = [
        ["Для служебного пользования"],
        [],
        ["Организация", "Телефон", "Услуга", None, "Организация", "Телефон", "Услуга"],
        ["ОО «Умед»", "900001122", "юрист", None, "ОО «Нур»", "900001133", "психолог"],
    ]
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.save(tmp_path / "list.xlsx")
    batch = read(tmp_path / "list.xlsx", area=tj_area, today=TODAY, known=Known(maps=EveryMap()))
    assert len(batch.of("service")) == 2
    assert {service.audience for service in batch.of("service")} == {"custodian"}
    assert sum("служебного" in str(issue) for issue in batch.issues) == 2


@pytest.mark.parametrize("between", ["да", 5])
def test_a_column_without_a_name_that_is_filled_parts_no_tables(between):
    rows = [["Организация", "Телефон", None, "Организация", "Тел."], ["А", "1", between, "Б", "2"]]
    sheet = Sheet("x", rows)
    assert [*tables_of([sheet])] == [sheet]


def test_colours_mean_what_a_legend_says_and_others_are_told(tmp_path, tj_area):
    book = openpyxl.Workbook()
    book.active.append(["", "закрыто"])
    book.active["A1"].fill = red = PatternFill("solid", fgColor="FFFF0000")
    sheet = book.create_sheet("Список")
    for row in (*UPRIGHT, *([f"ОО «Сабо {n}»", "Восе", "", "юрист", ""] for n in range(6))):
        sheet.append(row)
    for cell in sheet[2]:
        cell.fill = red
    for cell in sheet[5]:
        cell.fill = PatternFill("solid", fgColor="FF00FF00")
    book.save(tmp_path / "list.xlsx")
    batch = read(tmp_path / "list.xlsx", area=tj_area, today=TODAY)
    closed = {service.organization_id for service in batch.of("service") if service.status == "inactive"}
    assert [body.name for body in batch.of("organization") if body.id in closed] == ["ОО «Умед»"]
    assert any("a colour that nothing explains: rows 5" in str(issue) for issue in batch.issues)


LINES = [["№", "Линия", "Номер", "Режим", "Языки"], [1, "Телефон доверия", "1313", "24/7", "тадж."]]


@pytest.mark.parametrize("title", [[], [["Телефоны доверия"]]])
def test_tables_one_below_another_are_each_read_under_their_own_names(title):
    rows = [["Список"], [], *UPRIGHT, ["Итого: 2"], [], *title, *LINES]
    first, second = tables_of([Sheet("x", rows, comments={4: "да", 9 + len(title): "не публиковать"})])
    assert (first.name, second.name) == ("x", "x 2")
    assert any("from row" in what for what in first.skipped)
    assert cells(first) == [["Список"], *UPRIGHT, ["Итого: 2"]]
    assert cells(second) == [*title, *LINES]
    assert second.rows[9 + len(title) - second.first_row] == rows[8 + len(title)]  # the row of the file
    assert (dict(first.comments), dict(second.comments)) == ({4: "да"}, {9 + len(title): "не публиковать"})


@pytest.mark.parametrize(
    "rows",
    [
        [*UPRIGHT[:2], [], UPRIGHT[2]],  # a gap
        [*UPRIGHT[:2], [], UPRIGHT[0], UPRIGHT[2]],  # the names again, as on each page
        [*UPRIGHT[:2], ["Хатлон"], [], UPRIGHT[2]],
        [*UPRIGHT, [], ["NGO-082", "Partner", "Training", "Phone", "English"]],  # a row whose words name columns
        [["Список"], [], *UPRIGHT],
    ],
)
def test_a_gap_in_a_table_begins_no_other(rows):
    sheet = Sheet("x", rows)
    assert [*tables_of([sheet])] == [sheet]


def test_a_list_whose_names_of_bodies_look_like_columns_stands():
    rows = [
        ["Name", "Place", "Number", "Notes"],
        *([name, "Rosht", "1313", "daily"] for name in ("Crisis line", "Organization X", "Legal help", "Phone", "Day")),
    ]
    sheet = Sheet("x", rows)
    assert [*tables_of([sheet])] == [sheet]
