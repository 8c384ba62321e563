"""Returned: a flat workbook that comes back. A cell that was edited changes that field of the record, and nothing else.

Rows are met by their published ids, for which the directory's key is needed. Who may see a record, and how closely a
place is shown, is never lowered by a row; what the workbook's audience could not see is never touched.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mapping.batch import Issue, RefusedRow
from mapping.column_map import Returned, fold_header
from mapping.formats.tables._workbook_columns import CHECK, EDITED, edited
from mapping.intake.clean import is_formula
from mapping.intake.roundtrip.cells import HANDLERS, OF_PLACE
from mapping.intake.roundtrip.edits import Edit, HeldRecords
from mapping.intake.row_reader import Intake, Reader
from mapping.language.fold import is_garbled
from mapping.language.i18n import Message, and_more, both, listing
from mapping.model import Audience, Provenance, Record, Service, ServiceAtLocation
from mapping.safety.redaction import VIEWS

WITH_MARKS = frozenset({"url", "email"})
"""Columns in which a question mark stands for itself."""

SAVE_WHOLE = Message("nothing was changed; save the workbook as .xlsx or .ods, or as CSV UTF-8")


@dataclass
class _File:
    """What the rows of one file share."""

    intake: Intake
    returned: Returned
    records: dict[str, Record] = field(default_factory=dict)
    told: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """(record, column) -> what a row made of it, and which."""
    numbers: list[tuple[int, int]] = field(default_factory=list)
    """Number of each row as it was sent, and of how many."""
    changed: int = 0
    """Rows that changed something."""
    lost: bool = False
    """Whether a program saved the file without the letters that it had no sign for."""


def is_returned(reader: Reader) -> bool:
    """Tell whether a row carries a published id."""
    returned = reader.intake.columns.returned
    return returned is not None and bool(reader.row.text([returned.columns["id"], returned.columns["place_id"]]))


def changes(readers: Sequence[Reader], intake: Intake, hidden: int = 0) -> None:
    """Turn rows with published ids into changes of the records that they name, within the intake's batch.

    ``hidden`` rows were not read: what was edited in them is told as such, and not as rows that were deleted.
    """
    returned, batch = intake.columns.returned, intake.batch
    if returned is None or not readers:
        return
    batch.partial = True
    try:
        held = HeldRecords(intake.known)
    except LookupError:
        problem = Message(
            "{count} {count:row carries|rows carry} ids of a directory, and can be compared with that directory only",
            count=len(readers),
        )
        batch.issues.append(
            Issue(batch.file, "", None, "", problem, Message("look with `rohnamo import --dry-run`"), "note")
        )
        return
    texts = [heading for key, heading in returned.columns.items() if key not in WITH_MARKS]
    lost = any(is_garbled(reader.row.text([heading])) for reader in readers for heading in texts)
    file = _File(intake, returned, lost=lost)
    for reader in _single(readers, returned):
        edit = _edit(reader, file, held)
        if edit is not None and edit.columns:
            _apply(edit, file)
    batch.records.extend(file.records.values())
    batch.edited |= {record.id for record in file.records.values()}
    problem = Message(
        "{count} {count:row|rows} of ours came back, {changed} of them edited", count=len(readers), changed=file.changed
    )
    batch.issues.append(Issue(batch.file, "", None, "", problem, Message("only edited cells are read"), "note"))
    if hidden:
        problem = Message(
            "{count} hidden {count:row was|rows were} not read, and with {count:it|them} what was edited there",
            count=hidden,
        )
        fix = Message("take the filter off, show all rows, save the workbook and send it again")
        batch.issues.append(Issue(batch.file, "", None, "", problem, fix, "doubt"))
    else:
        _say_deleted(file)


def _single(readers: Sequence[Reader], returned: Returned) -> Iterator[Reader]:
    """Yield the rows whose ids stand in one row only; refuse the others, since nobody knows which is meant."""
    by_key: dict[tuple[str, str], list[Reader]] = defaultdict(list)
    for reader in readers:
        by_key[reader.row.text([returned.columns["id"]]), reader.row.text([returned.columns["place_id"]])] += [reader]
    for same in by_key.values():
        if len(same) == 1:
            yield same[0]
            continue
        problem = Message("rows {rows} have the same id", rows=listing(str(reader.row.number) for reader in same))
        for reader in same:
            _refuse(reader, returned, problem, Message("keep one; a copy for a new service has no id"))


def _refuse(reader: Reader, returned: Returned, problem: Message, fix: Message) -> None:
    batch, row = reader.intake.batch, reader.row
    batch.issues.append(Issue(batch.file, row.sheet, row.number, returned.columns["id"], problem, fix, "refused"))
    batch.refused.append(RefusedRow(row.sheet, row.number, row.raw, (both(problem, fix),)))


def _edit(reader: Reader, file: _File, held: HeldRecords) -> Edit | None:
    """Meet the records of a row; None where they are not known, or the row is not to be believed."""
    row, heads = reader.row, file.returned.columns
    service = held.private.get(("service", row.text([heads["id"]])))
    place = row.text([heads["place_id"]])
    location = held.private.get(("location", place)) if place else None
    newer = Message("take the row from a newer workbook; a new service has no id")
    if service is None or (place and location is None):
        _refuse(reader, file.returned, Message("the id is none of this directory"), newer)
        return None
    ties = held.of(ServiceAtLocation, "service_id", service)
    if location is not None and location not in {tie.location_id for tie in ties}:
        _refuse(reader, file.returned, Message("the two ids do not belong together"), newer)
        return None
    raw = {fold_header(name): text for name, text in row.raw.items()}
    cells = {column.key: raw.get(fold_header(heads[column.key]), "") for column in EDITED}
    check = raw.get(fold_header(heads["check"]), "")
    there = {fold_header(name) for name in row.cells}
    columns = edited(cells, check)
    match = CHECK.fullmatch(check.strip())
    audience: Audience = next((view for view in VIEWS if match and match[3] == view), "public")
    if columns is None:
        columns = {key for key, text in cells.items() if text}
        problem = Message(
            "the check of the row is damaged: every filled cell was taken for edited, and empty ones change nothing"
        )
        reader.say("", problem, Message("look whether the row is right"))
    elif match is not None:
        file.numbers.append((int(match[1]), int(match[2])))
    columns = {key for key in columns if fold_header(heads[key]) in there}  # a column that was deleted says nothing
    body = held.records(Service)[service].organization_id
    return Edit(
        reader,
        held,
        columns,
        audience,
        service,
        location,
        body,
        file.returned.language,
        file.records,
        reader.intake.batch.removed,
    )


def _apply(edit: Edit, file: _File) -> None:
    """Let each edited cell change its field, unless another row said otherwise of the same record."""
    for column in EDITED:
        if column.key not in edit.columns:
            continue
        owner = edit.location if column.key in OF_PLACE else edit.service
        if column.key == "organization":
            owner = edit.organization
        text, number = edit.text(column.key), edit.reader.row.number
        if is_formula(edit.reader.cell_as_sent(fold_header(edit.heading(column.key)))):
            continue  # it is told of the row, and changes nothing
        if column.key not in WITH_MARKS and (is_garbled(text) or (file.lost and "?" in text)):
            edit.say(column.key, Message("{text!r} has lost letters", text=text), SAVE_WHOLE, "doubt")
            continue
        before = file.told.setdefault((owner or "", column.key), (text, number))
        if before[1] == number:
            HANDLERS[column.key](edit, column.key)
        elif before[0] != text:
            edit.say(
                column.key,
                Message("row {row} says otherwise of the same record", row=str(before[1])),
                Message("make both alike"),
            )
    if edit.touched:
        file.changed += 1
        came_from = edit.reader.provenance("service", edit.service, edit.text("id"), named_by="service")
        edit.put(Provenance(**came_from | {"id": edit.own_id("provenance", "service", edit.service)}))


def _say_deleted(file: _File) -> None:
    """Say which rows that were sent are no longer there: nothing is deleted by leaving it out."""
    if not file.numbers:
        return
    total = max(of for _, of in file.numbers)
    gone = sorted({*range(1, total + 1)} - {number for number, _ in file.numbers})
    if gone:
        batch = file.intake.batch
        problem = Message(
            "{count} of the {total} {total:row that was|rows that were} sent {count:is|are} missing: {rows}",
            count=len(gone),
            total=total,
            rows=and_more([*map(str, gone)], 20),
        )
        fix = Message(
            "nothing was deleted; ask whether these services are closed, and say so in the column of the status"
        )
        batch.issues.append(Issue(batch.file, "", None, "", problem, fix))
