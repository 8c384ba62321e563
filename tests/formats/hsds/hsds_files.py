"""Files of HSDS for tests: builders of small packages and documents, and what a steward approved."""

import csv
import io
import json
import zipfile
from pathlib import Path

from mapping.column_map import ColumnMap
from mapping.intake.read import Known, read
from mapping.model import Approval, record_id
from tests.support.sample import TODAY, records_of
from tests.support.second_person import EveryMap

MAP = ColumnMap(source="feed", name="Feed", constants={"marking": "open"}, markings={"open": "public"})
"""The map of a sender whose records everybody may see."""


def approved(*kinds: str, known: Known | None = None) -> Known:
    """What is known once two people approved the feed and its numbers, besides what was ``known``."""
    known = known or Known()
    kinds = kinds or ("map", "phone")
    if "map" in kinds:
        known.maps = EveryMap()
    known.learn(
        Approval(
            id=record_id("t", "approval", kind),
            kind=kind,
            subject="feed",
            approved_by="Steward One",
            approved_by_too="Steward Two",
            approved_on=TODAY,
        )
        for kind in kinds
    )
    return known


def package(folder: Path, name: str = "dump.zip", **tables: list[dict]) -> Path:
    """Write a zip with a CSV file for each table: package(tmp, services=[{"id": 1}], organization=[…])."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, rows in tables.items():
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{table}.csv", text.getvalue())
    return path


def document(folder: Path, content: object, name: str = "feed.json") -> Path:
    """Write a JSON file, or one document a line."""
    path = folder / name
    if name.endswith(".json"):
        path.write_text(json.dumps(content), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(each) + "\n" for each in content), encoding="utf-8")
    return path


def taken(path: Path, area, *, known: Known | None = None, columns: ColumnMap | None = MAP):
    """Read a file as an import does, from an approved sender."""
    return read(path, columns=columns, area=area, today=TODAY, known=known or approved())


def one(batch, table: str):
    """The only record of a table."""
    (record,) = batch.of(table)
    return record


def said(batch, column: str = "", level: str = "") -> list[str]:
    """The problems of a batch, of one column or level."""
    return [
        issue.problem
        for issue in batch.issues
        if (not column or issue.column == column) and (not level or issue.level == level)
    ]


__all__ = ["MAP", "approved", "document", "one", "package", "records_of", "said", "taken"]
