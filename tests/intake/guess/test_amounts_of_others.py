"""How much, what it costs, in which languages, with which papers, when it was checked and whether it still works.

Cells of somebody who saw neither words nor rules, with their meaning (tests/language/cells_of_others/amounts.csv), read
as the columns of a list that nobody mapped. Of their meanings five were made more exact: closed for a while, not open
yet, sign language.
"""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from mapping import StudyArea
from mapping.batch import Batch
from mapping.intake.read import Known, read
from mapping.language.taxonomy import match_term
from mapping.model import Record

CELLS = Path(__file__).parents[2] / "language" / "cells_of_others" / "amounts.csv"
TODAY = dt.date(2026, 11, 24)
NAME = "Организация «Лола {}»"
RIGHT = {"capacity": 22, "cost": 28, "languages": 23, "date": 16, "status": 23, "documents": 23}
"""Kind -> how many cells are read as they are meant, or told where nobody can know."""


def _cells(kind: str) -> dict[str, list[dict[str, str]]]:
    """Return the cells of a kind by the heading of their column."""
    cells = defaultdict(list)
    with CELLS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == kind:
                cells[row["heading"]].append(row)
    return cells


def _taken(path: Path, heading: str, cells: Iterable[str], area: StudyArea) -> tuple[Batch, dict[str, int]]:
    """Read a list of one column; also return the number of the row that each service and its records stand in."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Название организации", "Вид услуги", heading, "Город"])
        lines.writerows([NAME.format(n), "юридическая консультация", cell, "Душанбе"] for n, cell in enumerate(cells))
    batch = read(path, area=area, today=TODAY, known=Known())
    bodies = {body.id: int(body.name.split()[-1].rstrip("»")) for body in batch.of("organization")}
    return batch, {service.id: bodies[service.organization_id] for service in batch.of("service")}


def _says(kind: str, records: list[Record], told: bool) -> set[str]:
    """Return what records say of a kind, in the words of the file; two where it is free for some."""
    of = {table: [record for record in records if record.table == table] for table in {r.table for r in records}}
    if kind == "capacity":
        return {f"{places.maximum:g}" for places in of.get("service_capacity", ()) if places.maximum is not None}
    if kind == "cost":
        paid = {"free": {"free"}, "tariff": {"paid"}, "amount": {"paid"}, "mixed": {"free", "paid"}}
        return {price for option in of.get("cost_option", ()) for price in paid[option.option]}
    if kind == "languages":
        return {" ".join(sorted(spoken.code for spoken in of.get("language", ())))} - {""}
    if kind == "date":
        return {day for check in of["verification"] if (day := str(check.verified_on or ""))}
    if kind == "status":
        words = {"active": "unsure" if told else "active", "temporarily closed": "paused"}
        return {words.get(service.status, "closed") for service in of["service"]}
    papers = {match_term("documents", paper.document).code for paper in of.get("required_document", ())}
    short = {"PASSPORT": "id", "REFERRAL": "referral", "NONE": "none"}
    return {" ".join(sorted(short.get(code, "other") for code in papers))} - {""}


@pytest.mark.parametrize("kind", RIGHT)
def test_amounts_are_read_as_they_are_meant(kind, tmp_path, tj_area):
    right, wrong = 0, []
    for heading, rows in _cells(kind).items():
        batch, numbers = _taken(tmp_path / "list.csv", heading, (row["cell"] for row in rows), tj_area)
        records = defaultdict(list)
        for record in batch.records:
            own = record.id if record.table == "service" else record.get("service_id") or record.get("link_id")
            if own in numbers:
                records[numbers[own]].append(record)
        doubted = {issue.row - 2 for issue in batch.issues if issue.column == heading and issue.level != "note"}
        for number, row in enumerate(rows):
            meant = " ".join(sorted(row["value"].split()))
            read_as = _says(kind, records[number], number in doubted)
            same = meant in read_as or (kind == "date" and meant and any(day.startswith(meant) for day in read_as))
            right += bool(same or (not meant and (row["doubt"] or not read_as)))
            if read_as and meant and not same:
                wrong.append((row["cell"], read_as))
    assert wrong == []
    assert right >= RIGHT[kind]
