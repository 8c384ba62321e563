"""Approvals: what two people agreed to, read from a table.

A row needs two different people. ``kind`` is ``map`` (a sender's column map and its table of markings), ``phone`` (a
sender's numbers were called back), ``audience`` or ``precision`` (a record is lowered, with its operator's consent
until a day), or ``withhold`` (a field of a record is kept back). For the last three, ``source``, ``table`` and ``key``
name the record by the sender's own key; several parts of a key stand between ``|||``.

A ``map`` names in ``value`` the file of the map, beside the table, or its digest, and holds for that map as it is now:
one that changes afterwards needs its two people again.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from mapping.batch import Batch
from mapping.column_map import ColumnMap
from mapping.errors import FormatError, InvalidRecord
from mapping.language.i18n import Message, listing
from mapping.model import RECORDS, Approval, Source, record_id
from mapping.safety.persons import two_people

COLUMNS = (
    "kind",
    "source",
    "table",
    "key",
    "value",
    "approved_by",
    "approved_by_too",
    "approved_on",
    "consent_by",
    "consent_until",
    "reason",
)
"""Columns of the table."""

OF_A_RECORD = ("audience", "precision", "withhold")
"""Kinds that speak of one record."""

DIGEST = re.compile("[0-9a-f]{64}")


def read_approvals(
    path: str | Path, *, by: str = "stewards", name: str = "Stewards", approvers: tuple[str, str] | None = None
) -> Batch:
    """Read a table of approvals into a batch, to be added to a directory before the lists that it is about.

    Parameters
    ----------
    path
        A CSV file with the columns `COLUMNS`, in UTF-8.
    by
        Short name of the stewards: the same table read again under it brings the same approvals up to date.
    name
        Their name, as it stands in the history.
    approvers
        Who approves all of it, having signed in, whatever names stand in the table.

    Raises
    ------
    FormatError
        When the file cannot be read as such a table.
    InvalidRecord
        Naming every row that is no approval, and why.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise FormatError(Message("{path}: there is no such file; check the name", path=path)) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = Message("{path}: cannot be read as CSV in UTF-8 ({why}); save it again", path=path, why=str(error))
        raise FormatError(problem) from error
    missing = [column for column in COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise FormatError(
            Message("{path}: has no column {names}; see docs/importing.md", path=path, names=listing(missing))
        )
    if approvers is not None:
        rows = [row | dict(zip(("approved_by", "approved_by_too"), approvers, strict=True)) for row in rows]
    faults = [f"row {number}: {fault}" for number, row in enumerate(rows, 2) for fault in _faults(row, path.parent)]
    if faults:
        raise InvalidRecord(f"{path}: {'; '.join(faults)}")
    return Batch(Source(id=record_id(by, "source"), name=name), path.name, records=[_approval(row, by) for row in rows])


def _faults(row: dict[str, str], folder: Path) -> Iterator[str]:
    if not two_people(row["approved_by"] or "", row["approved_by_too"] or ""):
        yield "two different people must approve"
    if row["kind"] in OF_A_RECORD and (row["table"] not in RECORDS or not row["key"]):
        yield f"{row['kind']} needs the table and the sender's key of a record"
    if row["kind"] in ("audience", "precision") and not (row["consent_by"] and row["consent_until"]):
        yield f"{row['kind']} needs the operator's consent and its last day"
    if row["kind"] == "map":
        try:
            row["value"] = _map_digest(row, folder)
        except FormatError as error:
            yield str(error)
    try:
        _approval(row, "")
    except ValidationError as error:
        yield "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    except ValueError as error:
        yield f"{error}; write days as 2026-12-31"


def _map_digest(row: dict[str, str], folder: Path) -> str:
    """Return the digest of the map that a row names."""
    value = row["value"]
    if DIGEST.fullmatch(value):
        return value
    if not value or Path(value).name != value:
        raise FormatError(
            "map needs in 'value' the name of the map's file, which lies beside this table, or the map's digest,"
            " as 'rohnamo check LIST' tells it"
        )
    columns = ColumnMap.load(folder / value)
    if columns.source != row["source"]:
        raise FormatError(f"{value} is the map of {columns.source!r}, not of {row['source']!r}")
    return columns.digest


def _approval(row: dict[str, str], by: str) -> Approval:
    subject = record_id(row["source"], row["table"], *row["key"].split("|||")) if row["key"] else row["source"]
    until = row["consent_until"]
    return Approval(
        id=record_id(by, "approval", row["kind"], row["source"], row["table"], row["key"], row["value"]),
        kind=row["kind"],  # type: ignore[arg-type]
        subject=subject,
        value=row["value"] or None,
        approved_by=row["approved_by"],
        approved_by_too=row["approved_by_too"],
        approved_on=dt.date.fromisoformat(row["approved_on"]),
        consent_by=row["consent_by"] or None,
        consent_until=dt.date.fromisoformat(until) if until else None,
        reason=row["reason"] or None,
    )
