"""Cells far longer than what they should hold, made of what patterns stumble over: read or told, and soon."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.intake.read import Known, read
from mapping.intake.row_reader import LONGEST_CELL
from mapping.language.parsers import LONGEST_VALUE
from tests.support.patience import PIECES, at_most

ROW = {
    "Kind of help": "Legal advice",
    "Phone": "+992 44 600 00 01",
    "District": "XT-W2",
    "May we publish?": "yes",
}
HEADINGS = (
    "Organization",
    *ROW,
    "Address",
    "Email",
    "Opening hours",
    "Languages",
    "Ages",
    "For whom",
    "Cost",
    "Capacity",
    "Status",
    "Checked on",
    "Website",
    "Description",
    "Latitude",
    "Town",
    "Documents",
)


def imported(folder: Path, area: StudyArea, rows: list[dict[str, str]]) -> Batch:
    """What a list of some rows gives."""
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows({"Organization": f"Hope {chr(97 + number)}", **row} for number, row in enumerate(rows))
    return read(folder / "list.csv", area=area, today=dt.date(2026, 11, 28), known=Known())


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_cell_in_any_column_takes_no_minutes(piece: str, tmp_path: Path, tiny_area: StudyArea) -> None:
    text = (piece * LONGEST_VALUE)[: LONGEST_VALUE // 2] + "x"
    rows = [{**ROW, name: text} for name in HEADINGS]
    with at_most(60):
        batch = imported(tmp_path, tiny_area, [*rows, ROW])
    assert batch.of("service")


def test_the_longest_heading_and_note_take_no_minutes(tmp_path: Path, tiny_area: StudyArea) -> None:
    heading, note = "№" * (LONGEST_CELL - 1) + "x", "Ж" * LONGEST_CELL
    with (tmp_path / "list.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["Organization", *ROW, heading, "Notes"], ["Hope", *ROW.values(), "", note]])
    with at_most(60):
        batch = read(tmp_path / "list.csv", area=tiny_area, today=dt.date(2026, 11, 28), known=Known())
    assert batch.of("service")


def test_a_cell_too_long_for_its_field_sets_its_row_aside(tmp_path: Path, tiny_area: StudyArea) -> None:
    rows = [{**ROW, "Description": "word " * 6_000}, {**ROW, "Address": "word " * 1_000}, ROW]
    batch = imported(tmp_path, tiny_area, rows)
    (refused,) = batch.refused
    assert refused.row == 3
    assert "the cell holds 4,999 letters, and a field 4,000 at most" in refused.reasons[0]


@pytest.mark.parametrize("address", ["Long Street, house 5, " * 60, "734000, Long Street, house 5, " * 60])
def test_a_long_address_is_kept_whole(address: str, tmp_path: Path, tiny_area: StudyArea) -> None:
    (kept_address,) = imported(tmp_path, tiny_area, [{**ROW, "Address": address}]).of("address")
    assert kept_address.get("address_1").count("Long Street, house 5") == 60


@pytest.mark.parametrize("number", ["1" * 30, "9" * 3_000, "1" * 400 + "-" + "2" * 400])
@pytest.mark.parametrize("name", ["Capacity", "Cost", "Ages"])
def test_a_number_without_end_is_told(name: str, number: str, tmp_path: Path, tiny_area: StudyArea) -> None:
    batch = imported(tmp_path, tiny_area, [{**ROW, name: number}, {**ROW, name: "12"}])
    assert any(issue.row == 2 and issue.column == name for issue in batch.issues)
    assert len(batch.of("service")) == 2


@pytest.mark.parametrize("swapped", [False, True])
def test_a_row_that_is_set_aside_takes_no_other_row_of_the_same_with_it(
    swapped: bool, tmp_path: Path, tiny_area: StudyArea
) -> None:
    """Who reads the list again is told of the row that was refused; the other one is stored as if it stood alone."""
    rows = [{**ROW, "Organization": "Hope"}, {**ROW, "Organization": "Hope", "Address": "word " * 20_000}]
    batch = imported(tmp_path, tiny_area, rows[::-1] if swapped else rows)
    assert [refused.row for refused in batch.refused] == [2 if swapped else 3]
    assert len(batch.of("service")) == 1
    assert not any("the one checked last stands" in str(issue.fix) for issue in batch.issues)
