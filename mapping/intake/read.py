"""Intake: the way in. A file is read, cleaned and checked into a batch; nothing is stored here.

format -> sheets -> rows (`mapping.intake.rows`) -> fields (`mapping.intake.row_reader`) -> records
(`mapping.intake.services`, `mapping.intake.activities`) -> checks (`mapping.intake.check`)
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

from mapping.area.study_area import StudyArea
from mapping.batch import UNAPPROVED, Batch, Issue, Progress, ReadColumn, RefusedRow, without_collecting
from mapping.column_map import UNNAMED, ColumnMap, field_name, fold_header
from mapping.errors import FormatError
from mapping.formats import ReadContext, Sheet, read_records, read_sheets, source_of
from mapping.intake.activities import READERS as LINKS
from mapping.intake.case_counts import case_counts
from mapping.intake.check import CHECKS
from mapping.intake.guess.column_map import guessed_map, source_code
from mapping.intake.guess.draft import drafted
from mapping.intake.guess.survey import map_from_form
from mapping.intake.roundtrip.workbook import changes, is_returned
from mapping.intake.row_keys import without_repeats
from mapping.intake.row_reader import HELD, Intake, Reader
from mapping.intake.rows import Rows, missing_columns, rows_of, unnamed_columns
from mapping.intake.services import organizations_seen, read_services
from mapping.language.i18n import UNSAID, Message, and_more, both, either, quoted
from mapping.language.taxonomy import match_term
from mapping.model import Organization, Source, record_id
from mapping.quality.known_organizations import Known
from mapping.registry import format_of, formats

__all__ = ["Known", "read"]

READERS = {**LINKS, "case": case_counts}
"""Shapes whose rows are no services."""

SHOWN_PLACES = 40
"""So many places of what was passed over are said."""

LOOKED_AT, FIRST_VALUES = 300, 5
"""Rows in which the first values of a column are looked for, and how many are shown."""


@without_collecting()
def read(
    path: str | Path,
    *,
    area: StudyArea,
    source: str = "",
    columns: str | Path | ColumnMap | None = None,
    kind: str = "",
    today: dt.date | None = None,
    known: Known | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Read a partner's list into a batch: cleaned, checked, every issue said at once, nothing stored.

    Parameters
    ----------
    path
        The list: a workbook or a CSV file.
    area
        The study area that its places, phones and prices are of.
    source
        Name of the sender, where no column map says it.
    columns
        The sender's column map, or the XLSForm with which the list was collected; without either, columns are guessed
        from their names and the rows stay with custodians. A map without fields adds to what the file says itself.
    kind
        The kind of help of all rows that tell none: a code or a word for it.
    today
        The day on which dates are judged.
    known
        What the directory holds already, so that a body in two lists is met again.
    progress
        Is told now and then how many rows of how many were read.

    Raises
    ------
    FormatError
        When the file as a whole cannot be taken: not a list, the wrong map, too few or too many rows, too many refused.
    """
    path = Path(path)
    known, today = known or Known(), today or dt.date.today()
    form = Path(columns) if isinstance(columns, str | Path) and Path(columns).suffix.lower() == ".xlsx" else None
    column_map = None if form else columns if not isinstance(columns, str | Path) else ColumnMap.load(columns)
    module = format_of(path)
    if hasattr(module, "records"):
        about = (
            source_of(column_map)
            if column_map
            else Source(id=record_id(source_code(source or path.stem), "source"), name=source or path.stem)
        )
        batch = read_records(module, path, ReadContext(area, today, known, about, column_map, progress))
    else:
        sheets = read_sheets(module, path)
        if form is not None:
            column_map = map_from_form(form, sheets, area, name=source or path.stem)
        if column_map is not None and not column_map.fields:
            column_map = _completed(column_map, sheets, area)
        if column_map is None:
            column_map = implied_map(sheets, area, source=source, name=path.stem)
            column_map = column_map or guessed_map(sheets, source or path.stem, area)
        if kind:
            column_map = _of_kind(column_map, kind)
        intake = Intake(column_map, area, today, known, Batch(source_of(column_map), path.name), progress)
        batch = _read_rows(path, sheets, intake)
    batch.keeps_emptied = not batch.partial and (column_map is None or not column_map.emptied_removes)
    batch.records.once()
    for check in CHECKS:
        batch.extend(check(batch, known))
    batch.issues = [*dict.fromkeys(batch.issues)]
    batch.issues.sort(key=lambda issue: (issue.sheet, issue.row or 0, issue.column, issue.problem))
    return batch


def implied_map(sheets: Sequence[Sheet], area: StudyArea, *, source: str = "", name: str = "") -> ColumnMap | None:
    """Return the column map that a convention within the cells implies, such as a row of hashtags.

    ``source`` is the sender's name where it was given; ``name`` stands for it where neither it nor the convention says.
    """
    for module in formats().values():
        recognise = getattr(module, "columns", None)
        if getattr(recognise, "__module__", "") != module.__name__:
            continue  # another function of that name which it only uses
        if (column_map := module.columns(sheets, area)) is not None:
            implied = cast("ColumnMap", column_map)
            sender = source or (name if implied.source == UNNAMED else "")
            return implied.model_copy(update={"source": source_code(sender), "name": sender}) if sender else implied
    return None


def _of_kind(columns: ColumnMap, kind: str) -> ColumnMap:
    """Return a map by which all rows that tell no kind of help are of one.

    Raises
    ------
    FormatError
        The kind is none that is known.
    """
    match = match_term("service_types", kind)
    if match is None:
        raise FormatError(
            Message("{kind!r} is no kind of help; give a code of mapping/language/terms/service_types.csv", kind=kind)
        )
    return columns.model_copy(update={"constants": columns.constants | {"service": match.code}})


def _completed(columns: ColumnMap, sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap:
    """Return a map that names no columns with those of the convention that the cells follow; its own words count."""
    implied = implied_map(sheets, area)
    if implied is None:
        return columns
    own = {name: getattr(columns, name) for name in columns.model_fields_set}
    whole = {name: getattr(implied, name) | value if isinstance(value, dict) else value for name, value in own.items()}
    return implied.model_copy(update=whole).completing(columns)


def draft_map(path: str | Path, draft: str | Path, *, area: StudyArea) -> None:
    """Write the draft of a column map for a list of an unknown sender.

    Raises
    ------
    FormatError
        The list cannot be read, needs no map, looks like no list, or the draft is there already.
    """
    path, draft = Path(path), Path(draft)
    if draft.exists():
        raise FormatError(
            Message("{draft}: is there already; choose another name, so that no work is lost", draft=draft)
        )
    module = format_of(path)
    if not hasattr(module, "read"):
        raise FormatError(
            Message("{path}: says itself what it holds and needs no column map; import it as it is", path=path)
        )
    sheets = read_sheets(module, path)
    if implied_map(sheets, area) is not None:
        raise FormatError(
            Message(
                "{path}: follows a convention that we know and needs no column map: import it as it "
                "is. A short map may add words and a name to it (docs/field-forms.md)",
                path=path,
            )
        )
    text = drafted(sheets, path.name, area)
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(text, encoding="utf-8")


def _read_rows(path: Path, sheets: list[Sheet], intake: Intake) -> Batch:
    """Turn the rows of sheets into records; the sheets are let go of, and so is each row once it is read."""
    columns, batch = intake.columns, intake.batch
    rows = rows_of(sheets, columns, path)
    sheets.clear()
    batch.cleaned, batch.rows, intake.asking = rows.cleaned, len(rows.rows), rows.asking
    intake.headings = rows.headers
    batch.columns = list(_read_columns(rows, columns))
    _require_expected(path, rows, columns)
    _say_columns(rows, columns, intake)
    left = rows.rows
    if columns.returned is not None:
        readers = [Reader(intake, row) for row in rows.rows]
        changes([reader for reader in readers if is_returned(reader)], intake, rows.hidden)
        left = [reader.row for reader in readers if not is_returned(reader)]
    if columns.shape in READERS:
        readers = [*without_repeats(left, intake, by_content=False)]
        for _row, records in READERS[columns.shape](readers, intake):
            batch.records.extend(records)
        for reader in readers:
            if reader.reasons:
                intake.set_aside(reader)
    else:
        read_services(left, intake, _children(rows, columns, intake) if len(rows.children) else {})
        organizations_seen(batch.records)
        intake.known.learn(batch.records.of(Organization))
    _set_aside(path, intake, [*rows.headers])
    return batch


def _read_columns(own_rows: Rows, columns: ColumnMap) -> Iterator[ReadColumn]:
    """Yield what each column was taken for, with its first values."""
    taken = {fold_header(column): name for name, names in columns.fields.items() for column in names}
    taken |= {fold_header(column): "service" for column in columns.services}
    taken |= {fold_header(column): "private" for column in columns.private}
    taken |= {fold_header(column): HELD[columns.shape] for column in columns.headings}
    taken |= {fold_header(column): "answer" for column in columns.standards}
    taken |= {fold_header(column): name for name, choices in columns.choices.items() for column in choices}
    headings = dict.fromkeys(name for names in own_rows.headers.values() for name in names if name)
    rows = [*islice(own_rows.rows, LOOKED_AT), *islice(own_rows.children, LOOKED_AT)]
    for heading in headings:
        name = taken.get(folded := fold_header(heading), "")
        first = rows if name != "private" else ()
        values = dict.fromkeys(text for row in first if (text := row.cells.get(folded, "")))
        yield ReadColumn(heading, name, tuple(values)[:FIRST_VALUES])


def _require_expected(path: Path, rows: Rows, columns: ColumnMap) -> None:
    expected, count = columns.rows, len(rows.rows)
    if not expected.least <= count <= expected.most:
        raise FormatError(
            Message(
                "{path}: {count} {count:row|rows} where {least} to {most} are expected; is it the whole file? If "
                "it is, change [rows] in the map",
                path=path,
                count=count,
                least=expected.least,
                most=expected.most,
            )
        )


def _say_columns(rows: Rows, columns: ColumnMap, intake: Intake) -> None:
    """Say which columns nobody named, which are missing, and what was passed over."""
    batch = intake.batch
    back = columns.returned is not None and all(is_returned(Reader(intake, row)) for row in rows.rows)
    if not intake.approved and not back:
        problem = Message("two people have not approved the map and the markings of {source!r}", source=columns.name)
        batch.issues.append(Issue(batch.file, "", None, "", problem, UNAPPROVED))
        batch.unapproved = columns.digest
    batch.extend(Issue(batch.file, "", None, "", Message.of(note), UNSAID, "note") for note in columns.notes)
    for sheet, name, close in unnamed_columns(rows, columns):
        fix = Message("is it {close!r}? name it in the map", close=close) if close else Message("name it in the map")
        batch.issues.append(
            Issue(batch.file, sheet, None, name, Message("is a column that the map does not name"), fix)
        )
    for name in missing_columns(rows, columns):
        wanted = either([*map(quoted, columns.fields[name])])
        fix = Message("mend the map, or ask for the column")
        if columns.returned is not None:
            fix = Message("nothing of it was read; if it stands there under another heading, write this one above it")
        batch.issues.append(
            Issue(batch.file, "", None, field_name(name), Message("there is no column {wanted}", wanted=wanted), fix)
        )
    for (sheet, name), numbers in rows.doubled.items():
        heading = next(heading for heading in rows.headers[sheet] if fold_header(heading) == name)
        problem = Message(
            "stands there twice, and in {count} {count:row|rows} the second says something else", count=len(numbers)
        )
        fix = Message(
            "nothing of the second was read: give each column a name of its own, each table a sheet of its own"
        )
        batch.issues.append(Issue(batch.file, sheet, numbers[0], heading, problem, fix))
    for sheet, number, heading, formula in rows.formulas:
        problem = Message("{text!r} is a formula that stands there as a text: nothing is read from it", text=formula)
        batch.issues.append(Issue(batch.file, sheet, number, heading, problem, Message("write what it should show")))
    if not len(rows.rows):
        problem = Message("no row stands under the names of the columns")
        batch.issues.append(Issue(batch.file, "", None, "", problem, Message("ask the sender for the whole list")))
    for sheet, number, total in rows.totals:
        there = sum(row.sheet == sheet for row in rows.rows)
        if there != total:
            problem = Message(
                "the list says that it has {total} {total:row|rows}, and {there} {there:is|are} there",
                total=total,
                there=there,
            )
            batch.issues.append(Issue(batch.file, sheet, number, "", problem, Message("ask whether some were lost")))
    for what, places in sorted(rows.skipped.items()):
        problem = Message("passed over: {what}", what=what)
        if len(places) > 1:
            problem = Message("passed over: {what} ({count} times)", what=what, count=len(places))
        if where := and_more([place for place in places if place], SHOWN_PLACES):
            problem = Message("{problem}: {where}", problem=problem, where=where)
        batch.issues.append(Issue(batch.file, "", None, "", problem, UNSAID, "note"))


def _children(rows: Rows, columns: ColumnMap, intake: Intake) -> dict[str, list[Reader]]:
    """Return the rows of the second sheet by what they belong to, and say which belong to nothing."""
    children: dict[str, list[Reader]] = defaultdict(list)
    parents = {row.text([columns.sheets.parent_key]) for row in rows.rows}
    for row in rows.children:
        reader, parent = Reader(intake, row), row.text([columns.sheets.child_key])
        if parent in parents:
            children[parent].append(reader)
        else:
            batch = intake.batch
            problem = Message("belongs to {parent!r}, which is not in the list", parent=parent)
            fix = Message("look whether its entry was deleted or passed over")
            batch.issues.append(
                Issue(batch.file, row.sheet, row.number, columns.sheets.child_key, problem, fix, "refused")
            )
            batch.refused.append(RefusedRow(row.sheet, row.number, row.raw, (both(problem, fix),)))
    return children


def _set_aside(path: Path, intake: Intake, sheets: Sequence[str]) -> None:
    """Keep the refused rows with their reasons; refuse the file when they are more than the map allows."""
    batch, columns = intake.batch, intake.columns
    for sheet, number in sorted(intake.aside, key=lambda row: (sheets.index(row[0]), row[1])):
        reader = intake.aside[sheet, number]
        batch.refused.append(RefusedRow(sheet, number, reader.row.raw, tuple(reader.reasons)))
    if not batch.refused:
        return
    first, allowed = batch.refused[0], columns.rows.refused
    if allowed is None and not batch.records:
        raise FormatError(
            Message(
                "{path}: {rows} {rows:row|rows}, and none could be read; row {row}: {reason}",
                path=path,
                rows=batch.rows,
                row=str(first.row),
                reason=first.reasons[0],
            )
        )
    if allowed is not None and len(batch.refused) > allowed:
        raise FormatError(
            Message(
                "{path}: {count} of {rows} {rows:row|rows} would be refused, and the map allows {refused}; the "
                "first is row {row}: {reason}",
                path=path,
                count=len(batch.refused),
                rows=batch.rows,
                refused=allowed,
                row=str(first.row),
                reason=first.reasons[0],
            )
        )
