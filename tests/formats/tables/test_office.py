"""Workbooks of LibreOffice and of the old Excel, and those with macros: read as values, or refused with advice."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from mapping.errors import FormatError
from mapping.registry import format_of

ROWS = [["Name", "Phone"], ["Умед", "1313"]]
ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2"><office:automatic-styles>
<style:style style:name="struck" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style>
<style:style style:name="plain" style:family="table-cell"><style:text-properties
 style:text-line-through-style="none" style:text-line-through-type="none"/></style:style>
<style:style style:name="red" style:family="table-cell"><style:table-cell-properties
 fo:background-color="#ff0000"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="List">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def cell(text: str, more: str = "", before: str = "") -> str:
    return f'<table:table-cell {more} office:value-type="string">{before}<text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def ods(path: Path, *rows: str, columns: str = "") -> Path:
    """Write a sheet as LibreOffice does, the least of it."""
    rows = rows or tuple(row(*map(cell, texts)) for texts in ROWS)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", ODS.format(rows=columns + "".join(rows)))
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_a_sheet_of_libreoffice(tmp_path):
    path = ods(tmp_path / "list.ods")
    (sheet,) = format_of(path).read(path)
    assert (sheet.name, [list(row) for row in sheet.rows]) == ("List", ROWS)
    assert not sheet.skipped


def test_a_sheet_of_qgis_has_line_ends_between_its_cells(tmp_path):
    path = ods(
        tmp_path / "list.ods", *(f"\n{row(f'{chr(10)}{cell(text)}{chr(10)}')}\n" for text in ("Name", "Nur", "Умед"))
    )
    (sheet,) = format_of(path).read(path)
    assert [str(line[0]) for line in sheet.rows] == ["Name", "Nur", "Умед"]


def test_comments_of_libreoffice_are_looked_at_as_remarks(tmp_path):
    note = "<office:annotation><text:p>не для</text:p><text:p>публикации</text:p></office:annotation>"
    again = "table:number-rows-repeated='2'"
    path = ods(tmp_path / "list.ods", row(cell("Name")), row(cell("Nur"), more=again), row(cell("Умед", before=note)))
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == [["Name"], ["Nur"], ["Nur"], ["Умед"]]
    assert dict(sheet.comments) == {4: "не для публикации"}
    assert "rows 4" in str(sheet.skipped[0])


STRUCK = 'table:style-name="struck"'


def test_what_is_struck_through_in_libreoffice_is_not_read_and_said(tmp_path):
    piece = '<text:span text:style-name="struck">{}</text:span>'
    path = ods(
        tmp_path / "list.ods",
        row(cell("Name"), cell("Phone")),
        row(cell("Nur", STRUCK), cell("1", STRUCK)),
        row(cell("Sabo", 'table:style-name="plain"'), cell(piece.format("2"))),
        row(cell(piece.format("no ") + "Umed"), cell("3", 'table:style-name="red"')),
    )
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == [["Name", "Phone"], [None, None], ["Sabo", None], ["no Umed", "3"]]
    assert [*map(str, sheet.skipped)] == [
        "struck through, not read: row 2",
        "struck through, not read: cells of row 3",
    ]


def test_what_is_hidden_in_libreoffice_is_not_read_and_said(tmp_path):
    path = ods(
        tmp_path / "list.ods",
        row(cell("Name"), cell("Secret", "table:number-columns-repeated='2'"), cell("Phone")),
        row(cell("Nur"), cell("a"), cell("b"), cell("1"), more='table:visibility="collapse"'),
        row(cell("Umed"), cell("a"), cell("b"), cell("2")),
        columns="<table:table-column/><table:table-column table:number-columns-repeated='2' "
        "table:visibility='collapse'/><table:table-column/>",
    )
    (sheet,) = format_of(path).read(path)
    assert [[text for text in row if text] for row in sheet.rows] == [["Name", "Phone"], [], ["Umed", "2"]]
    assert [*map(str, sheet.skipped)] == ["1 hidden row, not read", "2 hidden columns, not read"]


def test_merged_cells_of_libreoffice_hold_for_each_of_their_rows(tmp_path):
    path = ods(
        tmp_path / "list.ods",
        row(cell("Name"), cell("District")),
        row(cell("Nur"), cell("Ашт", 'table:number-rows-spanned="2"')),
        row(cell("Umed"), "<table:covered-table-cell/>"),
        row(cell("Sabo"), cell("Восе")),
    )
    (sheet,) = format_of(path).read(path)
    assert [row[1] for row in sheet.rows] == ["District", "Ашт", "Ашт", "Восе"]


def test_a_legend_explains_colours_of_libreoffice(tmp_path):
    red = 'table:style-name="red"'
    path = ods(
        tmp_path / "list.ods",
        row(cell("Name"), cell("Help"), cell("Phone")),
        row(cell("Nur", red), cell("food", red), cell("1", red)),
        row(cell("Umed"), cell("food"), cell("2")),
        row(cell("закрыто", red)),
    )
    (sheet,) = format_of(path).read(path)
    assert dict(sheet.comments) == {2: "закрыто"}


def test_a_part_of_libreoffice_that_is_no_xml_is_refused(tmp_path):
    path = ods(tmp_path / "list.ods", "<annotation>")
    with pytest.raises(FormatError, match="damaged"):
        list(format_of(path).read(path))


def test_a_workbook_with_macros_is_read_as_any(tmp_path):
    book, path = openpyxl.Workbook(), tmp_path / "list.xlsm"
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == ROWS


@pytest.mark.parametrize("ending", [".xls", ".ods"])
@pytest.mark.parametrize("contents", [b"", b"anything\0", b"\xd0\xcf\x11\xe0 cut short", b"PK\x03\x04 cut"])
def test_what_is_none_is_refused(tmp_path, ending, contents):
    path = tmp_path / f"list{ending}"
    path.write_bytes(contents)
    with pytest.raises(FormatError, match=f"list{ending}"):
        list(format_of(path).read(path))


TABLE = "Name\tPhone\r\nУмед\t1313\r\n"
PAGE = "<html><body><table><tr><td>Name</td></tr></table></body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_a_table_in_text_under_the_ending_of_old_excel_is_read(tmp_path, encoding):
    path = tmp_path / "list.xls"
    path.write_bytes(TABLE.encode(encoding))
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == ROWS


def test_a_new_workbook_under_the_ending_of_old_excel_is_read(tmp_path):
    book, path = openpyxl.Workbook(), tmp_path / "list.xls"
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "list.xlsx").rename(path)
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == ROWS


@pytest.mark.parametrize("ending", ["xls", "xlsx", "csv"])
@pytest.mark.parametrize("start", ["", "\ufeff", '<?xml version="1.0"?>\n'])
def test_a_web_page_is_told_by_what_it_is_whatever_its_ending(tmp_path, ending, start):
    path = tmp_path / f"list.{ending}"
    path.write_text(start + PAGE, encoding="utf-8")
    with pytest.raises(FormatError, match="is a web page"):
        list(format_of(path).read(path))


def test_a_table_in_text_under_the_ending_of_a_workbook_is_told(tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_text(TABLE, encoding="utf-8")
    with pytest.raises(FormatError, match="give it the ending"):
        list(format_of(path).read(path))
