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
