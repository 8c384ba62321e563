"""Importing 5,000 to 200,000 rows of a workbook, beside peers that only read the cells and put them into one table.

The list is invented: bodies of ten thousand names, services, towns, phones, hours, languages and dates as people write
them. Ours reads, cleans and checks every cell and stores organizations, services, places, phones and the rest in their
tables, with history. The peers keep the cells as they stand: what they do not do is the point of the ratio.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from _harness import Measured, Table, fresh, main, timed

ABOUT = (
    "Reading a workbook of invented services (12 columns) and storing it. Ours reads every cell for what it means, "
    "checks the whole, and writes about 16 records a row with their history; the peers put the cells into one table of "
    "texts, which is the least that any import must do."
)
HEAD = (
    "Ref",
    "Organisation",
    "Service",
    "District",
    "Town",
    "Address",
    "Phone",
    "E-mail",
    "Opening hours",
    "Languages",
    "Checked",
    "Who may see it",
)
DAY = dt.date(2026, 11, 24)


def workbook(path: Path, rows: int) -> Path:
    """Write the invented list."""
    import xlsxwriter

    from mapping.area.study_area import StudyArea
    from mapping.language.taxonomy import Vocabulary

    area = StudyArea.load(Path("data/geo/tj"))
    units = [unit.names["en"] for unit in area.all_units().values()][6:]
    kinds = [str(term.label("en")) for term in Vocabulary.load("service_types").terms() if term.parent]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Services")
        sheet.write_row(0, 0, HEAD)
        for n in range(rows):
            row = (
                n + 1,
                f"Centre «Nilufar {n // 10}»",
                kinds[n * 7 % len(kinds)],
                units[n // 10 % len(units)],
                "",
                f"{n % 300 + 1} Garden Street",
                f"+992 37 {n // 10 % 900 + 100} {n % 90 + 10} {n % 80 + 10}",
                f"office{n // 10}@nilufar.example",
                ("Mon-Fri 8:00-17:00", "Mon-Sat 9-18", "24/7")[n % 3],
                ("Tajik, Russian", "Tajik", "Uzbek; Tajik")[n % 3],
                f"{n % 28 + 1:02}.10.2026",
                "all",
            )
            sheet.write_row(n + 1, 0, row)
    return path


def ours(path: str) -> Measured:
    """Read and store the list with the intake."""
    from mapping.area.study_area import StudyArea
    from mapping.column_map import ColumnMap
    from mapping.directory.directory import Directory
    from mapping.intake.read import Known, read

    area = StudyArea.load(Path("data/geo/tj"))
    fields = (
        "key",
        "organization",
        "service",
        "unit",
        "place",
        "address",
        "phone",
        "email",
        "hours",
        "languages",
        "verified_on",
        "marking",
    )
    columns = ColumnMap.model_validate(
        {
            "source": "invented",
            "name": "Invented",
            "key": "Ref",
            "fields": dict(zip(fields, HEAD, strict=True)),
            "markings": {"all": "public"},
            "rows": {"refused": 1000},
        }
    )
    _ = area.all_units(), area.gazetteer

    def store() -> int:
        with tempfile.TemporaryDirectory() as folder, Directory(Path(folder) / "directory.db", area) as directory:
            batch = read(path, columns=columns, area=area, today=DAY, known=Known.of(directory))
            directory.add(batch, on=DAY)
            return directory.count("service")

    return timed(store, answer=int)


def only_read(path: str) -> Measured:
    """Read the cells with the workbook reader of ours, and nothing more."""
    from mapping.formats.tables import xlsx

    return timed(lambda: list(xlsx.read(path)), answer=lambda sheets: len(sheets[0].rows) - 1)


def pandas_table(path: str, engine: Any) -> Measured:
    """Read the cells with pandas and put them into one table."""
    import pandas as pd

    def store() -> int:
        with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "list.db") as connection:
            pd.read_excel(path, engine=engine, dtype=str).to_sql("list", connection, index=False)
            return int(connection.execute("SELECT count(*) FROM list").fetchone()[0])

    return timed(store, answer=int)


def run(quick: bool) -> list[Table]:
    """Measure each on the same workbook; all must find the same rows."""
    return [_table(rows) for rows in ((2_000,) if quick else (5_000, 20_000))]


def _table(rows: int) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = str(workbook(Path(folder) / "list.xlsx", rows))
        size = Path(path).stat().st_size / 1e6
        table = Table(f"{rows:,} rows of XLSX ({size:.1f} MB)")
        table.rows = [
            ("Rohnamo: read, clean, check, store", fresh(ours, path)),
            ("Rohnamo: cells only", fresh(only_read, path)),
            ("pandas with calamine, to one table", fresh(pandas_table, path, "calamine")),
            ("pandas with openpyxl, to one table", fresh(pandas_table, path, "openpyxl")),
        ]
    counts = {label: measured.answer for label, measured in table.rows if not measured.failure}
    if set(counts.values()) != {rows}:
        raise AssertionError(f"not all found {rows} rows: {counts}")
    seconds = table.rows[0][1].seconds
    table.remark = f"{rows / seconds:,.0f} rows a second, each with all its records and their history."
    return table


if __name__ == "__main__":
    main(
        "importing-xlsx",
        "Importing a workbook",
        run,
        about=ABOUT,
        packages=("python-calamine", "openpyxl", "pandas", "pydantic"),
    )
