"""Doubles, to be decided by a person: pairs with what each record says, out as a table and back with decisions.

A pair called different is remembered and never proposed again; one called the same is merged, and every source's key
leads to the record that was kept.
"""

import csv
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import Directory
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import skeleton, words_for
from mapping.language.i18n import Message
from mapping.language.spreadsheet import neutral
from mapping.model import RECORDS, Address, Decision, Location, Record, Source, record_id
from mapping.quality.candidate import TABLES, Candidate, Table
from mapping.quality.filled import filled_rows
from mapping.quality.holdings import HeldService, Holdings
from mapping.quality.known_organizations import Known, RecordsByKind
from mapping.quality.matching import candidates
from mapping.resources import for_owner

SOURCE = Source(id=record_id("stewards", "source"), name="Stewards")
COLUMNS = ("table", "score", "reasons", "one", "one_says", "other", "other_says", "decision", "keep", "reason")
Kind = Literal["same", "different", "later"]

MOVED = Message("moved? A newer list has the same help of the organization at another address only")

MERGED_FIRST: tuple[Table, ...] = ("location", "service", "organization")
"""Whatever belongs to a record is merged before it."""

WORDS: dict[str, Kind] = {word: kind for kind in get_args(Kind) for word in words_for(f"decided {kind}")}
"""Folded word of a steward -> what it decides."""


@dataclass(frozen=True)
class ShownPair:
    """A pair with what each record says, in a line."""

    candidate: Candidate
    one: str
    other: str


@dataclass(frozen=True)
class Decided:
    """A row of a decided file: which pair, what, and which record stays."""

    row: int
    table: Table
    one: str
    other: str
    kind: Kind
    keep: str
    lost: str
    """The record that goes into the one kept."""
    reason: str


def tables_of(word: str) -> tuple[Table, ...]:
    """Return the tables that a word of the command line stands for.

    Raises
    ------
    InvalidRecord
        It stands for none.
    """
    if word == "all":
        return TABLES
    if word not in TABLES:
        raise InvalidRecord(f"--table {word}: write one of {', '.join(TABLES)}, or all")
    return tuple(table for table in TABLES if table == word)


def pairs(
    directory: RecordsByKind,
    area: StudyArea,
    tables: Collection[Table] = TABLES,
    moved: Iterable[tuple[str, str]] = (),
) -> list[ShownPair]:
    """Return the pairs that may be one, with what each record says, likeliest first within a table.

    ``moved`` are services that seem to have moved, with what they are now: asked about before all others.
    """
    known = Known.of(directory)
    holdings = Holdings.of(directory, area, dt.date.min)
    held = {held_service.service.id: held_service for held_service in holdings.services}
    streets = {address.location_id: address for address in directory.records(Address)}
    places = {location.id: location for location in directory.records(Location)}

    def says(table: Table, record: str) -> str:
        if table == "organization":
            body = known.bodies[record]
            names = [body.name, *sorted(body.names - {body.name})]
            return _line(" = ".join(names), sorted(body.phones), sorted(body.mails), _units(body.units, area))
        if table == "service":
            return _service(held[record], area)
        street, place = streets.get(record), places[record]
        where = f"{place.latitude:.4f}, {place.longitude:.4f}" if place.latitude is not None else ""
        return _line(place.name or "", [street.address_1 if street else "", where], [], _units([place.area_unit], area))

    went = [Candidate("service", old, new, 0.99, (MOVED,)) for old, new in moved if "service" in tables]
    return [
        ShownPair(pair, says(pair.table, pair.one), says(pair.table, pair.other))
        for pair in (*went, *candidates(directory, area, tables=tables))
    ]


def _service(held: HeldService, area: StudyArea) -> str:
    body = held.organization.name if held.organization else ""
    day = held.verification.verified_on if held.verification else None
    checked = f"checked {day}" if day else "never checked"
    return _line(
        held.service.name, [body], [phone.number for phone in held.phones], _units(held.units, area), [checked]
    )


def _line(*parts: str | Iterable[str]) -> str:
    flat = [part for group in parts for part in ([group] if isinstance(group, str) else group)]
    return " | ".join(part for part in flat if part)


def _units(units: Iterable[str | None], area: StudyArea) -> list[str]:
    known = area.all_units()
    return [area.label(unit, "en") if unit in known else unit for unit in units if unit]


def write_pairs(shown_pairs: Sequence[ShownPair], path: str | Path, language: str = "en") -> None:
    """Write pairs as CSV, readable by its owner only, with empty columns for what is decided."""
    with for_owner(Path(path)).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for pair in shown_pairs:
            candidate = pair.candidate
            reasons = "; ".join(reason.into(language) for reason in candidate.reasons)
            ids = (candidate.one, pair.one, candidate.other, pair.other)
            cells = (candidate.table, candidate.score, reasons, *ids, "", "", "")
            writer.writerow([neutral(str(cell)) for cell in cells])


def read_decisions(path: str | Path, directory: RecordsByKind) -> list[Decided]:
    """Read a decided file; rows without a decision are passed over.

    Raises
    ------
    FormatError
        It is no such file.
    InvalidRecord
        Naming every row that cannot be taken.
    """
    path = Path(path)
    needed = {"table", "one", "other", "decision"}
    rows = filled_rows(path, needed, "decide the file of `rohnamo duplicates --csv`")
    ids = {table: {record.id for record in directory.records(RECORDS[table])} for table in TABLES}
    decided: list[Decided] = []
    faults: list[str] = []
    gone: dict[str, str] = {}
    for number, cells in rows:
        if not cells["decision"]:
            continue
        decision = _decision(number, cells, ids)
        if isinstance(decision, Decided) and decision.kind == "same":
            decision = replace(decision, keep=_survivor(gone, decision.keep), lost=_survivor(gone, decision.lost))
            if decision.keep == decision.lost:
                continue  # earlier rows made them one
            gone[decision.lost] = decision.keep
        if isinstance(decision, str):
            faults.append(f"row {number}: {decision}")
        else:
            decided.append(decision)
    if faults:
        raise InvalidRecord(f"{path}: nothing was stored; {'; '.join(faults)}")
    return decided


def _decision(number: int, cells: dict[str, str], ids: dict[Table, set[str]]) -> Decided | str:
    kind, table = WORDS.get(skeleton(cells["decision"])), next((t for t in TABLES if t == cells["table"]), None)
    if table is None:
        return f"table {cells['table']!r}: is none of {', '.join(TABLES)}"
    if kind is None:
        return f"decision {cells['decision']!r}: write same, different or later"
    record_id, other = cells["one"], cells["other"]
    for record in (record_id, other):
        if record not in ids[table]:
            return f"{record!r} is no {table} of this directory; it may have been merged"
    if record_id == other:
        return "both are the same record"
    either = dict.fromkeys(("", "one", "1", record_id), record_id) | dict.fromkeys(("other", "2", other), other)
    keep = either.get(cells.get("keep", ""))
    if keep is None:
        return f"keep {cells['keep']!r}: write one or other"
    return Decided(
        number, table, record_id, other, kind, keep, other if keep == record_id else record_id, cells.get("reason", "")
    )


def _survivor(gone: dict[str, str], record: str) -> str:
    """Return the record that one went into by earlier rows, itself if by none."""
    while record in gone:
        record = gone[record]
    return record


def batch_of(decisions: Iterable[Decided], *, by: str, on: dt.date) -> Batch:
    """Return what was decided otherwise than that two are one, as a batch."""
    records: list[Record] = [
        Decision(
            id=record_id("stewards", "decision", decision.table, *sorted((decision.one, decision.other))),
            kind=decision.kind,
            link_entity=decision.table,
            one=decision.one,
            other=decision.other,
            decided_by=by,
            decided_on=on,
            reason=decision.reason or None,
        )
        for decision in decisions
    ]
    return Batch(SOURCE, "decisions", records=records, partial=True)


def apply(
    directory: Directory, decisions: Sequence[Decided], *, by: str, on: dt.date, dry_run: bool = False
) -> Iterator[str]:
    """Store decisions, all or none, and say what was done.

    Raises
    ------
    InvalidRecord
        Nobody is named who decided.
    """
    if not by.strip():
        raise InvalidRecord("who decided? add --by NAME; the name stays in the private history")
    same = sorted(
        (decision for decision in decisions if decision.kind == "same"),
        key=lambda decision: MERGED_FIRST.index(decision.table),
    )
    for decision in same:  # whatever cannot be merged is found before anything is stored
        directory.merge(
            decision.keep, [decision.lost], table=decision.table, by=by, on=on, reason=decision.reason, dry_run=True
        )
    if remembered := [decision for decision in decisions if decision.kind != "same"]:
        change = directory.add(batch_of(remembered, by=by, on=on), by=by, on=on, dry_run=dry_run)
        yield f"{'Would be' if dry_run else 'Remembered'}: {change}"
    for decision in same:
        if dry_run:
            yield f"row {decision.row}: would be merged into {decision.keep}"
            continue
        try:
            change = directory.merge(
                decision.keep, [decision.lost], table=decision.table, by=by, on=on, reason=decision.reason
            )
            done = "is to be merged, when two people agreed," if change.proposal else "was merged"
            yield f"row {decision.row}: {done} into {decision.keep}"
        except NotFound:
            yield f"row {decision.row}: became one with an earlier row"
    if not decisions:
        yield "No row has a decision."
