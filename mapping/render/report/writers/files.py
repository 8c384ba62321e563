"""Writing reports to files: whole or not at all, restricted ones never where the public reads, each of these logged."""

import csv
import hashlib
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

from mapping.errors import FormatError, UnsafePublication
from mapping.render.report.elements import Report
from mapping.render.report.recommendations import to_csv
from mapping.resources import whole_file

Format = Literal["html", "pdf", "docx"]

LOG = "restricted-reports.csv"
"""Who got which restricted report; it stands beside the reports, readable by its owner only."""

SITE_MARK = "checksums.txt"
"""A folder that holds this file is a frozen site, which is put where everybody reads it."""


def format_of(path: Path, name: str = "") -> Format:
    """Return the format that a report is to be written in: by name, else by the ending of the file.

    Raises
    ------
    FormatError
        There is no such format.
    """
    wanted = name or path.suffix.lstrip(".").lower()
    for ending in get_args(Format):
        if wanted == ending:
            return ending  # type: ignore[no-any-return]
    raise FormatError(
        f"{path}: a report is written as {', '.join(get_args(Format))}; end the file so, or give --format"
    )


def write(report: Report, path: Path, format: Format, *, reader: str = "") -> Path:  # noqa: A002
    """Write a report into a file beside its place, and move it there at once; log it where it is restricted.

    Raises
    ------
    UnsafePublication
        The report is not for everybody, and the file would lie in a public folder.
    MappingError
        The file cannot be written.
    """
    refuse_public_place(report, path)
    held: bytes = import_module(f"mapping.render.report.writers.{format}").write(report)
    _write(report, path, held)
    if report.audience != "public":
        _log(path, report, reader, held)
    return path


def write_recommendations(report: Report, path: Path) -> Path:
    """Write the recommendations of a report as CSV, under the same rules as the report.

    Raises
    ------
    UnsafePublication, MappingError
        As `write`.
    """
    refuse_public_place(report, path)
    text = to_csv(
        report.recommendations, report.language, edition=report.day, audience=report.audience, numbers=report.numbers
    )
    _write(report, path, text.encode())
    return path


def refuse_public_place(report: Report, path: Path) -> None:
    """Refuse to put a report that is not for everybody into a folder that everybody reads.

    Raises
    ------
    UnsafePublication
        A folder above the file is a frozen site, or the one that lies beside public views by default.
    """
    if report.audience == "public":
        return
    for folder in path.resolve().parents:
        if (folder / SITE_MARK).exists() or folder.name == "site":
            raise UnsafePublication(
                f"{path}: this report is for {report.audience} and {folder} is published; write it elsewhere, "
                "for example into build/private"
            )


def _write(report: Report, path: Path, held: bytes) -> None:
    with whole_file(path, private=report.audience != "public") as beside:
        beside.write_bytes(held)


def _log(path: Path, report: Report, reader: str, held: bytes) -> None:
    log = path.with_name(LOG)
    begin = not log.exists()
    log.touch(mode=0o600)
    with log.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if begin:
            writer.writerow(("reader", "edition", "audience", "language", "file", "sha256"))
        digest = hashlib.sha256(held).hexdigest()
        writer.writerow((reader, report.day.isoformat(), report.audience, report.language, path.name, digest))
