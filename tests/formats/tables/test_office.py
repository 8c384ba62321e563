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
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2"><office:body><office:spreadsheet>
<table:table table:name="List">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path) -> Path:
    """Write a sheet as LibreOffice does, the least of it."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in ROWS)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", ODS.format(rows=rows))
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_a_sheet_of_libreoffice(tmp_path):
    path = ods(tmp_path / "list.ods")
    (sheet,) = format_of(path).read(path)
    assert (sheet.name, [list(row) for row in sheet.rows]) == ("List", ROWS)
    assert "hidden or struck through cannot be told" in str(sheet.skipped[0])


def test_comments_of_libreoffice_are_looked_at_as_remarks(tmp_path):
    note = "<office:annotation><text:p>не для</text:p><text:p>публикации</text:p></office:annotation>"
    cell = '<table:table-cell office:value-type="string">{}<text:p>{}</text:p></table:table-cell>'
    rows = [
        f"<table:table-row>{cell.format('', 'Name')}</table:table-row>",
        f"<table:table-row table:number-rows-repeated='2'>{cell.format('', 'Nur')}</table:table-row>",
        f"<table:table-row>{cell.format(note, 'Умед')}</table:table-row>",
    ]
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", ODS.format(rows="".join(rows)))
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    (sheet,) = format_of(path).read(path)
    assert [list(row) for row in sheet.rows] == [["Name"], ["Nur"], ["Nur"], ["Умед"]]
    assert dict(sheet.comments) == {4: "не для публикации"}
    assert "rows 4" in str(sheet.skipped[1])


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
