"""Answers to our own field form, as Kobo and ODK export them: the form knows its columns, and no map is needed.

Workbooks and CSV, a zip of CSV files, repeats on sheets of their own; names or labels, in any language of the form.
Taken is what the organization agreed to and nobody rejected, each submission once.
"""

import html
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap, fold_header
from mapping.formats import Sheet, refusal
from mapping.formats._archives import content, members
from mapping.formats.surveys import field_form
from mapping.formats.surveys.field_form import ANSWERS, LABELS
from mapping.formats.surveys.xlsform import KEYS, LINKS, answered, map_of
from mapping.formats.tables import csv, xlsx
from mapping.language import languages
from mapping.language.i18n import Message
from mapping.language.parsers.permission import REVIEWS

SUFFIX = ".xlsx .csv .zip"
LABEL = Message("Answers of a survey in KoboToolbox or ODK (Excel, CSV)")
LOOKED_AT = 2**20
"""Bytes of each part of a file in which the names of its columns must stand to be seen."""

MOST_PARTS = 100
REJECTED = {"not approved", "validation_status_not_approved", "rejected"}


def recognises(path: Path) -> bool:
    """Tell whether a file holds the two questions by which our form is known."""
    try:
        return any(_holds_form(text) for text in _starts(path))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, KeyError):
        return False


def read(path: str | Path) -> Iterator[Sheet]:
    """Read an export; what was sent twice, rejected or has no consent is passed over, and that is said.

    Raises
    ------
    FormatError
        When the file cannot be read, as `mapping.formats.tables.csv` and `mapping.formats.tables.xlsx` say.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    sheets = _unzipped(path) if suffix == ".zip" else csv.read(path) if suffix == ".csv" else xlsx.read(path)
    yield from tidied(list(sheets))


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Return the map of an export of our form, None where the sheets are none."""
    if not any(_is_main(_header(sheet)) for sheet in sheets):
        return None
    fields = dict.fromkeys(field_form.unit_questions(area), "unit") | field_form.fields(area)
    survey = field_form.survey(area)
    draft = map_of(
        survey,
        sheets,
        fields,
        lambda _question, choice: field_form.code_of(choice),
        source="field-form",
        name="Field form",
    )
    if draft is None:
        return None
    standards, evidence, private, passed = {}, {}, [], []
    for sheet in sheets:
        for name, header in answered(survey, sheet).columns.items():
            item = field_form.standard_of(name)
            if item is not None and item[1]:
                evidence[item[0]] = header
            elif item is not None:
                standards[header] = item[0]
            elif name == "remarks":
                private.append(header)
            elif name not in fields:
                passed.append(header)
    words = dict(draft.words)
    markings = words.pop("marking_service", {}) | words.pop("marking", {})
    precisions = words.pop("precision", {})
    answers = next((q.choices for q in survey.questions if field_form.standard_of(q.name) and q.choices), {})
    words["answer"] = {
        word: field_form.code_of(choice) for choice, texts in answers.items() for word in (choice, *texts.values())
    }
    agreed = any(
        fold_header(heading) in _called("consent") for sheet in sheets for heading in map(_last, _header(sheet))
    )
    whose = {name: columns for name, columns in draft.fields.items() if agreed or name != "marking"}
    notes = [] if agreed else [Message("no column tells whether the organization agreed: all is for custodians only")]
    if draft.sheets.children not in draft.sheets.only:
        notes.append(Message("the services are missing: export them too, as XLSX or as a zip of CSV files"))
    own = ColumnMap.model_validate(
        draft.model_dump()
        | {
            "fields": whose,
            "words": words,
            "markings": markings,
            "precisions": precisions,
            "notes": notes,
            "standards": standards,
            "evidence": evidence,
            "private": [*draft.private, *private],
            "ignored": list(dict.fromkeys([*draft.ignored, *passed])),
        }
    )
    return own.asking_consent() if agreed else own


def tidied(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Leave out the submissions that must not be taken, with their services, and part a single table into two."""
    main = next((sheet for sheet in sheets if _is_main(_header(sheet))), None)
    if main is None:
        return list(sheets)
    rest = [sheet for sheet in sheets if sheet is not main]
    dropped, notes = _dropped(main)
    rest = [_without(sheet, _orphans(sheet, main, dropped), ()) for sheet in rest]
    return [_without(main, dropped, notes), *(_numbered(sheet, main) for sheet in rest)]


def _link(main: Sheet, sheet: Sheet) -> tuple[str, str] | None:
    there, here = _header(main), _header(sheet)
    return next(((a, b) for a, b in LINKS if a in there and b in here), None)


def _numbered(sheet: Sheet, main: Sheet) -> Sheet:
    """Number the services of each submission from 1, where the export numbers those of all: such numbers shift."""
    link = _link(main, sheet)
    if link is None or link[0] == "KEY":
        return sheet
    start, header = _start(sheet), _header(sheet)
    parent = header.index(link[1])
    own = header.index(link[0]) if link[0] in header else len(header)
    counts: Counter[str] = Counter()
    rows: list[Sequence[object]] = [*sheet.rows[: start - 1], [*header[:own], link[0], *header[own + 1 :]]]
    for row in sheet.rows[start:]:
        if not (text := _cell(row, parent)):
            rows.append(row)
            continue
        counts[text] += 1
        whole = [_raw(row, at) for at in range(max(len(row), own + 1))]
        rows.append([*whole[:own], counts[text], *whole[own + 1 :]])
    return Sheet(sheet.name, rows, sheet.first_row, sheet.skipped)


def _without(sheet: Sheet, dropped: set[int], notes: Sequence[Message]) -> Sheet:
    """Return a sheet whose dropped rows are empty, so that the numbers of the others stay."""
    if not dropped and not notes:
        return sheet
    rows = [() if at in dropped else row for at, row in enumerate(sheet.rows)]
    return Sheet(sheet.name, rows, sheet.first_row, (*sheet.skipped, *notes))


def _orphans(sheet: Sheet, main: Sheet, dropped: set[int]) -> set[int]:
    """Return the rows of a repeat that belong to dropped submissions only."""
    link = _link(main, sheet)
    if link is None or not dropped:
        return set()
    there, here = _header(main), _header(sheet)
    at = there.index(link[0])
    gone = {_cell(row, at) for number, row in enumerate(main.rows) if number in dropped}
    gone -= {_cell(row, at) for number, row in enumerate(main.rows) if number not in dropped}
    column = here.index(link[1])
    return {number for number, row in enumerate(sheet.rows) if _cell(row, column) in gone}


def _start(sheet: Sheet) -> int:
    return next((at for at, row in enumerate(sheet.rows) if any(cell not in (None, "") for cell in row)), 0) + 1


def _raw(row: Sequence[object], at: int) -> object:
    return row[at] if at < len(row) else None


def _cell(row: Sequence[object], at: int) -> str:
    cell = _raw(row, at)
    return "" if cell is None else str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


@cache
def _called(question: str) -> frozenset[str]:
    labels = (LABELS[question].into(language) for language in languages.codes())
    return frozenset(map(fold_header, (question, *labels)))


@cache
def _yes() -> frozenset[str]:
    return frozenset(fold_header(ANSWERS["yes_no"]["yes"].into(language)) for language in languages.codes()) | {"yes"}


def _holds_form(text: str) -> bool:
    folded = fold_header(text)
    return all(any(name in folded for name in _called(question)) for question in ("who_may_see", "organization_name"))


def _is_main(header: Sequence[str]) -> bool:
    """Tell whether a sheet holds submissions: two questions of ours, among the names of its columns."""
    folded = {fold_header(_last(name)) for name in header}
    return bool(folded & _called("who_may_see")) and bool(folded & _called("organization_name"))


def _last(header: str) -> str:
    """Return a column's name without the groups around it."""
    folded = fold_header(header)
    known = _called("who_may_see") | _called("organization_name") | _called("consent")
    return next((name for name in known if folded.endswith(("/" + name, "-" + name))), header)


def _header(sheet: Sheet) -> list[str]:
    row = next((row for row in sheet.rows[:5] if any(cell not in (None, "") for cell in row)), ())
    return [str("" if cell is None else cell).strip() for cell in row]


def _starts(path: Path) -> Iterator[str]:
    if path.suffix.lower() == ".csv":
        with path.open("rb") as file:
            yield _text(file.read(LOOKED_AT))
        return
    with zipfile.ZipFile(path) as parts:
        for part in parts.infolist()[:MOST_PARTS]:
            if part.filename.endswith(".csv") or re.match(r"xl/(sharedStrings|worksheets/).*xml$", part.filename):
                with parts.open(part) as file:
                    yield html.unescape(_text(file.read(LOOKED_AT)))


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    plain = content.decode("utf-8-sig", errors="replace")
    return plain if plain.count("\ufffd") < 3 else content.decode("cp1251", errors="replace")


def _unzipped(path: Path) -> Iterator[Sheet]:
    tables = [part for part in members(path) if part.filename.lower().endswith(".csv")]
    if not tables:
        raise refusal("{path}: holds no CSV file; export the answers as CSV or XLSX", path=path)
    with tempfile.TemporaryDirectory() as folder:
        for part in tables:
            copy = Path(folder) / "table.csv"
            copy.write_bytes(content(path, part))
            if copy.read_bytes().strip():
                yield from (replace(sheet, name=Path(part.filename).stem) for sheet in csv.read(copy))


def _dropped(sheet: Sheet) -> tuple[set[int], list[Message]]:
    """Return the rows of submissions that must not be taken, and why."""
    header = _header(sheet)
    start = _start(sheet)
    folded = [fold_header(_last(name)) for name in header]
    consent = next((at for at, name in enumerate(folded) if name in _called("consent")), None)
    state = next((at for at, name in enumerate(folded) if name in REVIEWS), None)
    key = next((folded.index(fold_header(name)) for name in KEYS if fold_header(name) in folded), None)
    times = [folded.index(name) for name in ("_submission_time", "submissiondate", "end") if name in folded]
    dropped: set[int] = set()
    notes: list[Message] = []
    latest: dict[str, tuple[str, int]] = {}
    for at, row in enumerate(sheet.rows[start:], start):
        if not any(cell not in (None, "") for cell in row):
            continue
        number = sheet.first_row + at
        if consent is not None and fold_header(_cell(row, consent)) not in _yes():
            dropped.add(at)
            notes.append(
                Message(
                    "a submission without the organization's consent, row {row}: nothing of it was read",
                    row=str(number),
                )
            )
            continue
        if state is not None and fold_header(_cell(row, state)) in REJECTED:
            dropped.add(at)
            notes.append(Message("a submission that was rejected, row {row}", row=str(number)))
            continue
        name = _cell(row, key) if key is not None else ""
        if not name:
            continue
        mine = (_cell(row, times[0]) if times else "", at)
        if name in latest:
            older, mine = sorted((latest[name], mine))
            dropped.add(older[1])
            notes.append(
                Message(
                    "row {row}, sent again as row {again}: the later stands",
                    row=str(sheet.first_row + older[1]),
                    again=str(sheet.first_row + mine[1]),
                )
            )
        latest[name] = mine
    return dropped, notes
