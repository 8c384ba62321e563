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
{styles}<style:style style:name="plain" style:family="table-cell"><style:text-properties
 style:text-line-through-style="none" style:text-line-through-type="none"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="List">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def cell(text: str, more: str = "", before: str = "") -> str:
    return f'<table:table-cell {more} office:value-type="string">{before}<text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def ods(path: Path, *rows: str, styles: str = "") -> Path:
    """Write a sheet as LibreOffice does, the least of it."""
    rows = rows or tuple(row(*map(cell, texts)) for texts in ROWS)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", ODS.format(rows="".join(rows), styles=styles))
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_a_sheet_of_libreoffice(tmp_path):
    path = ods(tmp_path / "list.ods")
    (sheet,) = format_of(path).read(path)
    assert (sheet.name, [list(row) for row in sheet.rows]) == ("List", ROWS)
    assert not sheet.skipped


NOTE = "<office:annotation><text:p>не для публикации</text:p></office:annotation>"


@pytest.mark.parametrize(
    "unseen",
    [
        row(cell("Nur", before=NOTE)),
        row(cell("Nur", 'table:style-name="struck"')),
        row(cell("Nur"), more='table:visibility="collapse"'),
        row(cell("Nur", 'table:number-rows-spanned="2"')),
        "<table:table-column table:visibility='collapse'/>",
    ],
)
def test_what_a_reader_of_libreoffice_does_not_see_is_refused_with_the_way_to_convert_it(tmp_path, unseen):
    solid = '<style:text-properties style:text-line-through-style="solid"/>'
    style = f'<style:style style:name="struck">{solid}</style:style>'
    path = ods(tmp_path / "list.ods", row(cell("Name")), unseen, styles=style if "struck" in unseen else "")
    with pytest.raises(FormatError, match=r"save it as \.xlsx"):
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


@pytest.mark.parametrize("ending", ["xls", "xlsx"])
def test_a_table_in_text_under_the_ending_of_a_workbook_is_told(tmp_path, ending):
    path = tmp_path / f"list.{ending}"
    path.write_text(TABLE, encoding="utf-8")
    with pytest.raises(FormatError, match="give it the ending"):
        list(format_of(path).read(path))
