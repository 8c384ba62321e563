"""The command `export`, and cells like formulas: never run in the workbook, as they are in CSV for programs."""

import csv
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.formats.tables.workbook import README, SERVICES
from mapping.render.export import export, format_for, writers
from tests.support.sample import organization, place, public_parts, sample_view, service

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1", '=HYPERLINK("https://x.example")']


@pytest.fixture
def run(tmp_path, tiny_area):
    with sample_view(tmp_path, tiny_area) as view:
        path = view.path
    tiny = Path(__file__).parents[1] / "tiny"

    def call(*words):
        return CliRunner().invoke(app, ["export", *map(str, words), "--view", str(path), "--area", str(tiny)])

    return call


def test_the_list_tells_every_format(run):
    done = run("list")
    assert done.exit_code == 0
    for name in writers():
        assert name in done.output


def test_a_file_is_written_in_a_language(run, tmp_path):
    done = run(tmp_path / "x" / "list.xlsx", "--format", "workbook", "--lang", "ru")
    assert done.exit_code == 0, done.output
    assert "edition 2026-11-24" in done.output
    book = openpyxl.load_workbook(tmp_path / "x" / "list.xlsx")
    assert book.sheetnames[:2] == [README.into("ru"), SERVICES.into("ru")]
    assert book["lists"].sheet_state == "hidden"


@pytest.mark.parametrize("words", [("x.docx",), ("x.xlsx",), ("x.csv", "--lang", "xx"), ("x.csv", "--format", "y")])
def test_what_cannot_be_written_is_said(run, tmp_path, words):
    done = run(tmp_path / words[0], *words[1:])
    assert done.exit_code == 1
    assert list(tmp_path.glob("x.*")) == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("list.csv", "csv"),
        ("list.hxl.csv", "hxl"),
        ("who.PRESENCE.csv", "presence"),
        ("list.json", "hsds_json"),
        ("list.ndjson", "hsds_json"),
        ("list.zip", "hsds_csv"),
        ("ours.profile.zip", "hsds_profile"),
        ("list.gpkg", "geopackage"),
    ],
)
def test_the_longest_ending_tells_the_format(name, wanted):
    assert format_for(Path(name)).__name__.rpartition(".")[2] == wanted


def test_a_restricted_file_says_for_whom_it_is(tmp_path, tiny_area):
    with sample_view(tmp_path, tiny_area, *public_parts(), audience="partner") as view:
        path = export(view, tmp_path / "list.xlsx", area=tiny_area, name="workbook")
    sheet = openpyxl.load_workbook(path)[README.into("en")]
    assert "Restricted: for Partners who signed in" in sheet["A2"].value


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_workbook_is_run_and_csv_for_programs_has_each_as_it_is(tmp_path, tiny_area, text):
    parts = [
        *organization(f"{text} body"),
        *service(f"{text} name", of=f"{text} body", description=text, phones=["+992000100010"]),
        *place(f"{text} place", of=[f"{text} name"], at=(10.04, 60.06), unit="XT-W2", address=text, city=text),
    ]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        table = export(view, tmp_path / "list.csv", area=tiny_area)
        book = export(view, tmp_path / "list.xlsx", area=tiny_area, name="workbook")
    with table.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["description"], row["phones"]) == (f"{text} name".strip(), text.strip(), "+992000100010")
    for sheet in openpyxl.load_workbook(book):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                shown = str(cell.value or "")
                assert (
                    not shown.startswith(("=", "+", "-", "@", "\t"))
                    or shown == "+992000100010"
                    or sheet.title == "Columns"
                )
