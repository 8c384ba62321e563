"""An upload is read and compared with what stewards see: what it would do, and what agreeing to its map would open.

The preview is worked out from what stewards see, never from the whole directory, so that it does not tell what is
hidden; what is stored meets the hidden records as any import does, and is hidden with them.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from flask import current_app

from mapping.batch import Batch, ReadColumn
from mapping.column_map import ColumnMap
from mapping.directory.rows import Proposal
from mapping.directory.writing import Missing
from mapping.errors import FormatError, MappingError
from mapping.formats import read_sheets
from mapping.intake.guess.column_map import Guessed, guessed
from mapping.intake.read import implied_map, read
from mapping.intake.report import IssueGroup, grouped
from mapping.language.i18n import Message, Phrase
from mapping.model import AUDIENCES, ENTRIES, PARTS, RECORDS, WHOLES, Approval, record_id
from mapping.quality.call_list import SOURCE as CALLS
from mapping.quality.known_organizations import Known
from mapping.registry import format_of
from mapping.safety.redaction import PUBLISHED
from web.access.guard import study_area, today
from web.staff.common import directory, everything_seen
from web.staff.imports.map_words import MapWords, in_words
from web.staff.imports.new_values import NewValue, is_seen_by_its_unit, new_values
from web.staff.imports.uploads import Upload, Uploads
from web.staff.visible import VisibleRecords, name_of
from web.staff.work import Work, workshop

RESERVED = {CALLS.id, *(record_id(name, "source") for name in ("stewards", "self-assessment", "rohnamo"))}
"""Senders that no list may pass itself off as: their word counts more than that of lists."""


class Preview(NamedTuple):
    """What a list would do, as far as may be seen: counts by table, and what it would hide from those who see it."""

    counts: dict[str, Counter[str]]
    hidden: tuple[tuple[str, str], ...]
    """Table and id of the entries."""
    rows: int
    refused: int
    groups: tuple[IssueGroup, ...]
    missing: tuple[Missing, ...]
    """What its sender gave before and it does not hold, of what has a page of its own."""
    values: tuple[NewValue, ...]
    columns: tuple[ReadColumn, ...]
    has_numbers: bool


class Looked(NamedTuple):
    """What was found at the first look at a file: what is guessed of its columns, or the map that it implies."""

    guess: Guessed | None
    implied: ColumnMap | None


HERE = Message("The file is here")
LOOK_STEPS = (HERE, Message("Its columns are looked at"))
READ_STEPS = (HERE, Message("Its rows are read"), Message("It is compared with what is there"))
STORE_STEPS = (
    HERE,
    Message("Its rows are read"),
    Message("It is being stored"),
    Message("The pages are brought up to date"),
)
AGREE_STEPS = (HERE, Message("Its rows are read"))


def uploads() -> Uploads:
    """Return the uploads of the installation."""
    return Uploads(Path(current_app.config["DIRECTORY"]).parent / "uploads")


def maps() -> Path:
    """Return the folder of column maps."""
    return Path(current_app.config.get("MAPS") or Path(current_app.config["DIRECTORY"]).parent / "maps")


def agreed_by_two(columns: ColumnMap) -> bool:
    """Whether two people agreed to a map as it stands."""
    known = Known()
    known.learn(directory().records(Approval))
    return known.approves(columns)


def is_agreed(upload: Upload) -> bool:
    """Whether two people agreed to the map that an upload is read by."""
    return upload.columns is not None and agreed_by_two(upload.columns)


def asked_of(source: str) -> set[str]:
    """Return what of a sender waits for a second person."""
    return {proposal.kind for proposal in directory().proposals() if proposal.link_id == source}


def trusted_senders() -> set[str]:
    """Return the senders whose numbers two people agreed to, and single numbers."""
    return {approval.subject for approval in everything_seen().records(Approval) if approval.kind == "phone"}


def state() -> Hashable:
    """Return what stands for all records of the directory, and for the day; what only waits for somebody is none."""
    marks = ", ".join("?" * len(RECORDS))
    query = f'SELECT batch FROM history WHERE "table" IN ({marks}) ORDER BY batch DESC LIMIT 1'
    return directory().db.conn.execute(query, [*RECORDS]).fetchone(), today()


def last_act() -> int:
    """Return the number of the last act that changed the directory."""
    (last,) = directory().db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    return int(last)


def first_look(upload: Upload) -> Work[Looked]:
    """Return the work of finding what the columns of a file are."""

    def do(_work: Work[Looked]) -> Looked:
        module = format_of(upload.path)
        sheets, name = read_sheets(module, upload.path), upload.path.stem
        if (implied := implied_map(sheets, study_area(), source=name, name=name)) is not None:
            return Looked(None, implied)
        guess = guessed(sheets, study_area())
        return Looked(replace(guess, sheet=replace(guess.sheet, rows=())), None)  # all that is asked of it was counted

    account, about = upload.account, upload.path.name
    name = ("columns", upload.token)
    return workshop().work(name, do, of=upload.path, state=None, account=account, about=about, steps=LOOK_STEPS, step=1)


def whole_look(upload: Upload, *, current: bool = True) -> Work[Preview]:
    """Return the work of finding what an upload would do; if not ``current``, what it would have done will do."""
    columns = upload.columns
    trusted = columns is not None and columns.source in trusted_senders()
    of = (columns.model_dump_json() if columns else "", is_agreed(upload), trusted)

    def do(work: Work[Preview]) -> Preview:
        return look(upload, work)

    name = ("preview", upload.token)
    held = None if current else workshop().known(name)
    known_state = held.state if held is not None else state()
    account, about = upload.account, upload.path.name
    return workshop().work(name, do, of=of, state=known_state, account=account, about=about, steps=READ_STEPS, step=1)


def forget(upload: Upload) -> None:
    """Let go of an upload, and of what is worked out of it."""
    workshop().forget(*_works_of(upload))
    uploads().drop(upload)


def is_worked_on(upload: Upload) -> bool:
    """Whether somebody waits for something of an upload."""
    return workshop().goes_on(*_works_of(upload))


def _works_of(upload: Upload) -> list[tuple[str, str]]:
    return [(what, upload.token) for what in ("columns", "preview", "store")]


def look(upload: Upload, work: Work[Any] | None = None) -> Preview:
    """Work out what a list would do, from what stewards see alone.

    Raises
    ------
    FormatError
        The file cannot be taken.
    """
    whole = everything_seen()
    batch = read_upload(upload, whole, work=work)
    if work is not None:
        work.next_step()
    counts: dict[str, Counter[str]] = {table: Counter() for table in ENTRIES}
    hidden = []
    parts = [record for record in batch.records if record.table in PARTS and _may_be_seen(record)]
    changed = {whole.owner(part) for part in parts if _shows_otherwise(part, whole)}
    for record in cast("list[Any]", batch.records):
        if record.table not in ENTRIES:
            continue
        if not whole.has(record.table, record.id):
            counts[record.table]["new"] += 1
            continue
        old = whole.record(record.table, record.id)
        otherwise = (record.table, record.id) in changed or _shows_otherwise(record, whole)
        counts[record.table]["changed" if otherwise else "same"] += 1
        if record.table in WHOLES and AUDIENCES.index(record.audience) > AUDIENCES.index(old.audience):
            hidden.append((record.table, record.id))
    gone = directory().missing(batch, sight=whole.get)
    missing = [record for record in gone if record.name and record.table in WHOLES]
    return Preview(
        counts,
        tuple(hidden),
        batch.rows,
        len(batch.refused),
        tuple(grouped(batch.issues)),
        tuple(missing),
        tuple(new_values(batch, whole)),
        tuple(batch.columns),
        bool(batch.of("phone")),
    )


def _may_be_seen(record: Any) -> bool:
    """Whether a part of an entry is of those that may stand here at all; of others nobody sees here what was known."""
    return record.table in PUBLISHED and getattr(record, "audience", "") != "custodian"


def _shows_otherwise(record: Any, whole: VisibleRecords) -> bool:
    """Whether a list says more or something else of what may be seen; what it is silent about stays as it is."""
    if is_seen_by_its_unit(record, whole):
        return False
    if not whole.has(record.table, record.id):
        return True
    old = whole.record(record.table, record.id)
    names = [name for name in PUBLISHED[record.table] if name not in ("audience", "precision")]
    return any(getattr(record, name) not in (None, "", getattr(old, name)) for name in names)


def read_upload(
    upload: Upload, held: Any, *, agreed: bool = False, numbers: bool = False, work: Work[Any] | None = None
) -> Batch:
    """Read an upload as one who knows what ``held`` holds; only a map that two people agreed to opens anything.

    With ``agreed``, and with ``numbers`` for the sender's numbers, as if they had, for whoever is to agree.
    """
    known, columns = Known.of(held), upload.columns
    if columns is not None:  # whoever looks first needs no limit; one would tell, by what is stored, who is hidden
        unlimited = columns.rows.model_copy(update={"refused": columns.rows.most})
        columns = columns.model_copy(update={"rows": unlimited}).completing(columns)
    agreed = agreed or is_agreed(upload)
    source = upload.columns.source if upload.columns is not None else ""
    if agreed and upload.columns is not None:
        known.maps.add(upload.columns.digest)
    if not agreed:
        known.phones.discard(source)
    if numbers:
        known.phones.add(source)
    batch = read(
        upload.path,
        source=upload.path.stem,
        columns=columns,
        area=study_area(),
        today=today(),
        known=known,
        progress=work.progress if work else None,
    )
    if batch.source.id in RESERVED:
        problem = Phrase(
            "{file}: the name of its sender is kept for the portal itself; rename the file", file=upload.path.name
        )
        raise FormatError(problem)
    return batch


def opened_by(proposal: Proposal, language: str) -> Work[Any] | None:
    """Return the work of finding what agreeing to a map, or to a sender's numbers, would open; None for other acts.

    It is what `words_of` or `numbers_of` gives.
    """
    read_it = {"map": words_of, "phones": numbers_of}.get(proposal.kind)
    if read_it is None:
        return None
    fields, name = json.loads(proposal.fields), ("opens", proposal.id, language)
    of = proposal.decision, uploads().has(fields.get("upload", ""))

    def do(work: Work[Any]) -> Any:
        return read_it(fields, language, work)

    return workshop().work(name, do, of=of, state=state(), about=proposal.reason, steps=AGREE_STEPS, step=1)


def words_of(fields: Mapping[str, Any], language: str, work: Work[Any] | None = None) -> MapWords:
    """Return the map of a proposal in words, with the first values of its list as long as the file is there."""
    columns, area = ColumnMap.model_validate_json(fields["map"]), study_area()
    batch = _agreed_batch(fields, work=work)
    return in_words(columns, batch, {code: area.label(code, language) for code in area.all_units()}, language)


def numbers_of(
    fields: Mapping[str, Any], language: str, work: Work[Any] | None = None
) -> list[tuple[str, str, list[str]]] | None:
    """Return what agreeing to a sender's numbers would open: number, organization, services; None without its file.

    Numbers of what is for custodians only stay so whoever agrees, and are not told.
    """
    batch = _agreed_batch(fields, numbers=True, work=work)
    if batch is None:
        return None
    whole, agreed = everything_seen(), trusted_senders()
    given = {(record.table, record.id): record for record in cast("list[Any]", batch.records)}
    spoken = {
        text.link_id: text.text
        for text in cast("list[Any]", batch.of("translation"))
        if (text.field, text.language) == ("name", language)
    }

    def name(table: str, identifier: str) -> str:
        if whole.has(table, identifier):
            return name_of(whole, whole.record(table, identifier), language)
        return spoken.get(identifier) or (given[table, identifier].name if (table, identifier) in given else "")

    calls = defaultdict[tuple[str, str], set[str]](set)
    for phone in cast("list[Any]", batch.of("phone")):
        if phone.audience != "custodian" and phone.number not in agreed:
            service = given.get(("service", phone.service_id))
            body = phone.organization_id or (service.organization_id if service else None)
            calls[name("organization", body or ""), phone.number].add(name("service", phone.service_id or ""))
    return [(number, body, sorted({*services} - {""})) for (body, number), services in sorted(calls.items())]


def _agreed_batch(fields: Mapping[str, Any], *, numbers: bool = False, work: Work[Any] | None = None) -> Batch | None:
    """Return the list of a proposal as it would be read were it agreed to, as long as the file is there."""
    try:
        upload = uploads().get(fields.get("upload", ""), None)
        columns = ColumnMap.model_validate_json(fields.get("map", ""))
        upload = replace(upload, columns=columns)
        return read_upload(upload, everything_seen(), agreed=True, numbers=numbers, work=work)
    except (MappingError, ValueError, OSError):
        return None
