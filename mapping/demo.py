"""The demonstration: invented partners' lists, and what two invented stewards decided about them."""

import csv
import datetime as dt
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import DEMO_STEWARDS as STEWARDS
from mapping.directory.directory import Change, Directory
from mapping.errors import MappingError
from mapping.intake.approvals import read_approvals
from mapping.intake.read import read
from mapping.intake.report import summary, write_index, write_report
from mapping.model import Record, Source, Statement, Translation, record_id
from mapping.quality.known_organizations import Known
from mapping.resources import shipped
from mapping.safety.persons import two_people
from mapping.safety.signatures import signers

STEWARDS_NAME = "Stewards of the demonstration (invented)"


@dataclass(frozen=True)
class ImportOutcome:
    """What one list gave, and what storing it changed; or why it was refused as a whole."""

    file: str
    batch: Batch | None
    change: Change | None
    refusal: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        if self.batch is None:
            return f"{self.file}: refused: {self.refusal}"
        return summary(self.batch).splitlines()[0]


def import_demo(
    directory: Directory,
    area: StudyArea,
    *,
    today: dt.date,
    folder: Path | None = None,
    report_dir: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[ImportOutcome]:
    """Read every list of the demo into a directory, in its order, with its approvals; write the reports.

    A list that is refused as a whole changes nothing and does not stop the others.
    """
    folder = folder or shipped("demo")
    lists = tomllib.loads((folder / "demo.toml").read_text(encoding="utf-8"))["lists"]
    if not directory.path.with_suffix(".key").exists():
        shutil.copyfile(folder / "demo.key", directory.path.with_suffix(".key"))
    approvals = read_approvals(folder / "approvals.csv", by=STEWARDS, name=STEWARDS_NAME)
    by, agreed_by = _people(folder / "approvals.csv", "stewards")
    directory.add(approvals, by=by, agreed_by=agreed_by, on=today)
    outcomes = []
    known = Known.of(directory)
    for number, name in enumerate(lists):
        outcomes.append(_import(directory, area, folder / name, today, known))
        if outcomes[-1].change is None:
            known = Known.of(directory)
        if progress is not None:
            progress(number + 1, len(lists) + 1)
    stewards = Source(id=record_id(STEWARDS, "source"), name=STEWARDS_NAME)
    statements = Batch(stewards, "statements.csv", records=list(_statements(folder)))
    by, agreed_by = _people(folder / "statements.csv", "stewards")
    directory.add(statements, by=by, agreed_by=agreed_by, on=today)
    if progress is not None:
        progress(len(lists) + 1, len(lists) + 1)
    if report_dir is not None:
        stored_batches = [
            (outcome.batch, f"Stored: {outcome.change}") for outcome in outcomes if outcome.batch is not None
        ]
        for batch, stored in stored_batches:
            write_report(batch, report_dir, stored=stored)
        write_index(stored_batches, report_dir)
    return outcomes


def _import(directory: Directory, area: StudyArea, path: Path, today: dt.date, known: Known) -> ImportOutcome:
    try:
        batch = read(path, columns=path.with_suffix(".toml"), area=area, today=today, known=known)
        by, agreed_by = _people(path, "import")
        return ImportOutcome(path.name, batch, directory.add(batch, by=by, agreed_by=agreed_by, on=today))
    except MappingError as error:
        return ImportOutcome(path.name, None, None, str(error))


def _people(path: Path, otherwise: str) -> tuple[str, str | None]:
    """Return who acts and who agrees: the two stewards who signed a file as it is, else nobody, and it waits."""
    files = [file for file in (path, path.with_suffix(".toml")) if file.exists()]
    people = signers(files, path.with_name("signatures.csv"), path.with_name("keys.csv"))
    if len(people) > 1 and two_people(people[0], people[1]):
        return people[0], people[1]
    return otherwise, None


def _statements(folder: Path) -> Iterator[Record]:
    for row in _rows(folder / "statements.csv"):
        statement = record_id(STEWARDS, "statement", row["area_unit"], row["service_type"], row["route"])
        yield Statement(
            id=statement,
            text=row["text_en"],
            service_type=row["service_type"] or None,
            area_unit=row["area_unit"] or None,
            route=row["route"],
            consent_by=row["consent_by"],
            consent_until=dt.date.fromisoformat(row["consent_until"]),
            approved_by=row["approved_by"],
            approved_by_too=row["approved_by_too"],
            audience=row["audience"],  # type: ignore[arg-type]
        )
        for column, text in row.items():
            if column.startswith("text_") and text:
                language = column.removeprefix("text_")
                yield Translation(
                    id=record_id(STEWARDS, "translation", statement, language),
                    link_id=statement,
                    link_entity="statement",
                    field="text",
                    language=language,
                    text=text,
                )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
