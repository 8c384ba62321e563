"""Tables of Word: merged cells are filled, what is struck through is left out, other texts are refused."""

import docx
import pytest

from mapping.errors import FormatError
from mapping.registry import format_of


def rows(path):
    return [[list(row) for row in sheet.rows] for sheet in format_of(path).read(path)]


def test_merged_cells_stand_in_each_of_their_rows(tmp_path):
    text, path = docx.Document(), tmp_path / "annex.docx"
    text.add_paragraph("Приложение 1")
    table = text.add_table(4, 3)
    cells = [["Район", "Орган", "Телефон"], ["Восеъ", "А", "1"], ["", "Б", "2"], ["Итого", "", "2"]]
    for line, values in zip(table.rows, cells, strict=True):
        for cell, value in zip(line.cells, values, strict=True):
            cell.text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    text.save(path)
    (read,) = rows(path)
    assert [[cell.strip() for cell in row] for row in read] == [
        ["Приложение 1"],
        ["Район", "Орган", "Телефон"],
        ["Восеъ", "А", "1"],
        ["Восеъ", "Б", "2"],
        ["Итого", "Итого", "2"],
    ]


def test_what_is_struck_through_is_not_read(tmp_path):
    text, path = docx.Document(), tmp_path / "annex.docx"
    cell = text.add_table(1, 1).cell(0, 0)
    cell.paragraphs[0].add_run("2210001").font.strike = True
    cell.paragraphs[0].add_run("2210002")
    text.save(path)
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == [["2210002"]]
    assert sheet.skipped == ("1 text that is struck through, not read",)


@pytest.mark.parametrize("contents", [b"", b"anything", b"PK\x03\x04 cut"])
def test_what_is_none_is_refused(tmp_path, contents):
    path = tmp_path / "annex.docx"
    path.write_bytes(contents)
    with pytest.raises(FormatError, match=r"annex\.docx"):
        rows(path)


def test_a_text_without_a_table_is_refused(tmp_path):
    path = tmp_path / "letter.docx"
    docx.Document().save(path)
    with pytest.raises(FormatError, match="no table"):
        rows(path)


def test_what_stands_before_a_table_is_its_title_and_no_row_of_it(tmp_path):
    text, path = docx.Document(), tmp_path / "annex.docx"
    for paragraph in ("Минувшее", "Приложение 2", "", "Телефоны доверия", "Октябрь 2026 г.", "слово " * 100):
        text.add_paragraph(paragraph)
    text.add_paragraph().add_run("Черновик").font.strike = True
    text.add_table(1, 1).cell(0, 0).text = "Линия"
    text.add_paragraph("после")
    text.add_table(1, 1).cell(0, 0).text = "Орган"
    text.add_table(1, 1).cell(0, 0).text = "Район"
    text.save(path)
    assert rows(path) == [
        [["Приложение 2"], ["Телефоны доверия"], ["Октябрь 2026 г."], ["Линия"]],
        [["после"], ["Орган"]],
        [["Район"]],
    ]
    assert [sheet.first_row for sheet in format_of(path).read(path)] == [-2, 0, 1]


def test_what_is_noted_under_a_table_stands_below_its_rows(tmp_path):
    text, path = docx.Document(), tmp_path / "annex.docx"
    for name, notes in (
        ("Приют*", ("* не подлежит опубликованию", "Телефоны доверия")),
        ("Линия", ("Для служебного пользования",)),
    ):
        text.add_table(1, 1).cell(0, 0).text = name
        for note in notes:
            text.add_paragraph(note)
    text.save(path)
    assert rows(path) == [
        [["Приют*"], ["* не подлежит опубликованию"]],
        [["Телефоны доверия"], ["Линия"], ["Для служебного пользования"]],
    ]
