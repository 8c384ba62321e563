"""A list that was uploaded: what its columns are, what it would do, what agreeing to it opens, and storing it.

What it would do is worked out from what stewards see, never from the whole directory, so that it does not tell what is
hidden; what is stored meets the hidden records as any import does, and is hidden with them.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from flask import current_app

from mapping.batch import Batch, ReadColumn
from mapping.column_map import ColumnMap
from mapping.directory.gate import TELLING
from mapping.directory.proposals import Outdated
from mapping.directory.rows import Proposal
from mapping.directory.writing import Missing
from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound
from mapping.formats import read_sheets
from mapping.intake.guess.column_map import Guessed, guessed
from mapping.intake.read import implied_map, read
from mapping.intake.report import IssueGroup, grouped
from mapping.language.i18n import Message
from mapping.model import AUDIENCES, ENTRIES, ENTRY_POINTS, RECORDS, WHOLES, Approval, Audience, record_id, references
from mapping.quality.call_list import SOURCE as CALLS
from mapping.quality.known_organizations import Known
from mapping.registry import format_of
from mapping.safety.agreed import Key, Showing, digest_of
from mapping.safety.redaction import PUBLISHED
from web.access.guard import log, study_area, today
from web.staff.agreeing import others_of_list
from web.staff.common import directory, everything_seen
from web.staff.imports.columns import words_of
from web.staff.imports.uploads import Upload, Uploads, save_map
from web.staff.visible import VisibleRecords, name_of

IMPORT = Message("Import")
CONTACTS = ("phone", "address", "contact", "url")
"""Parts that lead people somewhere: a new one of a known entry stands beside those that it seems to replace."""
_STORING = threading.Lock()
"""Held by whoever stores a list: the next one waits instead of finding the directory taken."""
RESERVED = {CALLS.id, *(record_id(name, "source") for name in ("stewards", "self-assessment", "rohnamo"))}
"""Senders that no list may pass itself off as: their word counts more than that of lists."""


class Preview(NamedTuple):
    """What a list would do, as far as may be seen."""

    counts: dict[str, Counter[str]]
    hidden: tuple[Key, ...]
    """Entries that fewer people would see."""
    rows: int
    refused: int
    groups: tuple[IssueGroup, ...]
    missing: tuple[Missing, ...]
    """What its sender gave before and it does not hold, of what has a page of its own."""
    differences: tuple[Showing, ...]
    columns: tuple[ReadColumn, ...]
    has_numbers: bool


class Opened(NamedTuple):
    """What agreeing to a list would open; without its file only what the words of its map stand for."""

    words: list[tuple[str, str]]
    columns: tuple[ReadColumn, ...] = ()
    audiences: tuple[tuple[Audience, int], ...] = ()
    """How many services are for whom then."""
    numbers: tuple[tuple[str, str, list[str]], ...] = ()
    """Number, organization, services."""
    shown: tuple[Showing, ...] = ()
    is_there: bool = False


class Stored(NamedTuple):
    """What storing a list did."""

    counts: Counter[str]
    audiences: Counter[Audience]
    """How many services of the list are for whom."""
    shows: bool
    moved: bool
    missing: bool
    agreed: bool


def uploads() -> Uploads:
    """Return the uploads of the installation."""
    return Uploads(Path(current_app.config["DIRECTORY"]).parent / "uploads")


def maps() -> Path:
    """Return the folder of column maps."""
    return Path(current_app.config.get("MAPS") or Path(current_app.config["DIRECTORY"]).parent / "maps")


def agreed_by_two(columns: ColumnMap | None) -> bool:
    """Whether two people agreed to a map as it stands."""
    known = Known()
    known.learn(directory().records(Approval))
    return columns is not None and known.approves(columns)


def trusted_senders() -> set[str]:
    """Return the senders whose numbers two people agreed to, and single numbers."""
    return {approval.subject for approval in everything_seen().records(Approval) if approval.kind == "phone"}


def has_columns(upload: Upload) -> bool:
    """Whether the rows of a file are read by a column map."""
    return hasattr(_format(upload.path), "read")


def first_look(upload: Upload) -> Guessed | ColumnMap:
    """Find what the columns of a file are: a guess, or the map that the file implies."""
    return _guess(upload.path, study_area().folder)


@lru_cache(32)  # an upload never changes, and each look at a stranger's file is a process of its own
def _format(path: Path) -> Any:
    return format_of(path)


@lru_cache(4)
def _guess(path: Path, _area: Path) -> Guessed | ColumnMap:
    sheets = read_sheets(_format(path), path)
    implied = implied_map(sheets, study_area(), source=path.stem, name=path.stem)
    return guessed(sheets, study_area()) if implied is None else implied


def asked_of(source: str) -> set[str]:
    """Return what of a sender waits for a second person."""
    return {proposal.kind for proposal in directory().proposals() if proposal.link_id == source}


# -- reading ---------------------------------------------------------------------------------------------------------


def read_upload(upload: Upload, of: Any, *, agreed: bool = False, numbers: bool = False) -> Batch:
    """Read an upload as one who knows what ``of`` holds; only a map that two people agreed to opens anything.

    With ``agreed``, and with ``numbers`` for the sender's numbers, as if they had, for whoever is to agree.
    """
    known, columns = Known.of(of), upload.columns
    if columns is not None:  # whoever looks first needs no limit; one would tell, by what is stored, who is hidden
        unlimited = columns.rows.model_copy(update={"refused": columns.rows.most})
        columns = columns.model_copy(update={"rows": unlimited}).completing(columns)
    agreed = agreed or agreed_by_two(upload.columns)
    if agreed and upload.columns is not None:
        known.maps.add(upload.columns.digest)
    if not agreed:
        known.phones.discard(upload.source)
    if numbers:
        known.phones.add(upload.source)
    batch = read(upload.path, source=upload.path.stem, columns=columns, area=study_area(), today=today(), known=known)
    if batch.source.id in RESERVED:
        problem = Message(
            "{file}: the name of its sender is kept for the portal itself; rename the file", file=upload.path.name
        )
        raise FormatError(problem)
    return batch


def look(upload: Upload) -> Preview:
    """Work out what a list would do, from what stewards see alone.

    Raises
    ------
    FormatError
        The file cannot be taken.
    """
    whole = everything_seen()
    batch = read_upload(upload, whole)
    agreed = agreed_by_two(upload.columns)
    differences = list(_newly_shown(batch) if agreed else differences_of(batch, whole))
    changed = {owner for showing in differences for owner in (_owner(showing, whole), (showing.table, showing.id))}
    counts: dict[str, Counter[str]] = {table: Counter() for table in ENTRIES}
    hidden = []
    for record in cast("list[Any]", batch.records):
        key = record.table, record.id
        if record.table not in ENTRIES:
            continue
        if not whole.has(*key):
            counts[record.table]["new"] += 1
            continue
        counts[record.table]["changed" if key in changed else "same"] += 1
        if record.table in WHOLES and _is_stricter(record, whole.record(*key)):
            hidden.append(key)
    gone = directory().missing(batch, sight=whole.get)
    return Preview(
        counts,
        tuple(hidden),
        batch.rows,
        len(batch.refused),
        tuple(grouped(batch.issues)),
        tuple(record for record in gone if record.name and record.table in WHOLES),
        tuple(differences),
        tuple(batch.columns),
        bool(batch.of("phone")),
    )


def differences_of(batch: Batch, whole: VisibleRecords) -> Iterator[Showing]:
    """Yield what a list says that stewards do not see yet; what it is silent about stays as it is."""
    audiences = {record.id: getattr(record, "audience", "") for record in cast("list[Any]", batch.records)}
    given = {record.id for record in batch.records}
    for record in cast("list[Any]", batch.records):
        if record.table not in TELLING or is_seen_by_its_unit(record, whole):
            continue
        old = whole.get(record.table, record.id)
        fields = {}
        for name in PUBLISHED[record.table]:
            before, now = getattr(old, name, None), getattr(record, name)
            if name not in ("id", "audience", "precision") and now not in (None, "", before):
                fields[name] = (before, now)
        if old is None and record.table in CONTACTS:
            fields |= _instead(record, whole, given)
        if old is None or fields:
            audience = getattr(record, "audience", "") or audiences.get(getattr(record, "link_id", "")) or ""
            if not audience:
                parents = (getattr(record, f"{table}_id", None) or "" for table in WHOLES)
                audience = next(filter(None, map(audiences.get, parents)), "custodian")
            yield Showing(cast("Audience", audience), record.table, record.id, fields, old is None)


def _instead(record: Any, whole: VisibleRecords, given: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """Return a new contact of a known entry beside those of its kind that the list does not repeat."""
    name = ENTRY_POINTS[record.table][-1 if record.table == "contact" else 0]
    for column, table in references(RECORDS[record.table]).items():
        owner = getattr(record, column)
        if owner and table in WHOLES and whole.has(table, owner):
            old = [part for part in whole.of_owner(record.table, column, owner) if part.id not in given]
            return {name: ("; ".join(str(getattr(part, name)) for part in old), getattr(record, name))} if old else {}
    return {}


def _newly_shown(batch: Batch) -> Iterator[Showing]:
    """Yield what a list says to others than custodians; whether what is for them alone is new, nobody knows here."""
    differences = differences_of(batch, everything_seen())
    return (each for each in differences if not each.appears or each.audience != "custodian")


def is_seen_by_its_unit(record: Any, whole: VisibleRecords) -> bool:
    """Whether a record is a known place, or its address, of which no more is seen than the unit it is listed under."""
    place = {"location": record.id, "address": getattr(record, "location_id", None)}.get(record.table) or ""
    return whole.has("location", place) and whole.record("location", place).precision != "exact"


def _is_stricter(record: Any, old: Any) -> bool:
    return AUDIENCES.index(record.audience) > AUDIENCES.index(old.audience)


def _owner(showing: Showing, whole: VisibleRecords) -> Key | None:
    old = whole.get(showing.table, showing.id)
    return whole.owner(old) if old is not None else showing.owner


# -- agreeing --------------------------------------------------------------------------------------------------------


def opens(proposal: Proposal, language: str) -> Opened | None:
    """Return what agreeing to a list would open; None for other proposals, and for decided ones."""
    if proposal.kind not in ("map", "phones") or proposal.decision != "waiting":
        return None
    upload = _upload_of(proposal)
    columns = ColumnMap.model_validate_json(json.loads(proposal.fields)["map"])
    words = words_of(columns, study_area(), language)
    if upload is None:
        return Opened(words)
    try:
        batch = read_upload(upload, everything_seen(), **_asked(proposal))
    except (MappingError, ValueError, OSError):
        return Opened(words)
    counts = Counter(service.audience for service in cast("list[Any]", batch.of("service")))
    audiences = tuple((audience, counts[audience]) for audience in AUDIENCES if counts[audience])
    shown = tuple(_newly_shown(batch))
    return Opened(words, tuple(batch.columns), audiences, tuple(_numbers(batch, language)), shown, is_there=True)


def _asked(proposal: Proposal) -> dict[str, Any]:
    kinds = {each.kind for each in (proposal, *others_of_list(proposal, directory()))}
    return {"agreed": "map" in kinds, "numbers": "phones" in kinds}


def _is_as_looked_at(showing: Showing, records: Mapping[Key, Any]) -> bool:
    """Whether what waits says no more than a list does of its record; anything else goes on waiting.

    Of a place by its area only, the unit above is shown.
    """
    record = records.get((showing.table, showing.id))
    if record is None:
        return False
    for name, (_, now) in showing.fields.items():
        value = getattr(record, name, None)
        allowed = [value, *(study_area().ancestors(value) if name == "area_unit" and value else ())]
        if name != "precision" and str(now or "") not in {str(each or "") for each in allowed}:
            return False
    return True


def _numbers(batch: Batch, language: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the numbers that would open, with organization and services; those of what is for custodians stay so."""
    whole, trusted = everything_seen(), trusted_senders()
    given = {(record.table, record.id): record for record in cast("list[Any]", batch.records)}
    translated = {
        text.link_id: text.text
        for text in cast("list[Any]", batch.of("translation"))
        if (text.field, text.language) == ("name", language)
    }

    def name(table: str, identifier: str) -> str:
        if whole.has(table, identifier):
            return name_of(whole, whole.record(table, identifier), language)
        return translated.get(identifier) or str(getattr(given.get((table, identifier)), "name", ""))

    calls = defaultdict[tuple[str, str], set[str]](set)
    for phone in cast("list[Any]", batch.of("phone")):
        if phone.audience != "custodian" and phone.number not in trusted:
            service = given.get(("service", phone.service_id))
            body = phone.organization_id or getattr(service, "organization_id", None) or ""
            calls[name("organization", body), phone.number].add(name("service", phone.service_id or ""))
    for (body, number), services in sorted(calls.items()):
        yield number, body, sorted({*services} - {""})


def _upload_of(proposal: Proposal) -> Upload | None:
    fields = json.loads(proposal.fields)
    try:
        return replace(uploads().get(fields["upload"], None), columns=ColumnMap.model_validate_json(fields["map"]))
    except (NotFound, ValueError, KeyError):
        return None


def agree(proposal: Proposal, *, by: str, note: str, looked_at: str) -> None:
    """Agree to a list as it was looked at: its map, its numbers, and what it shows."""
    upload, records = _upload_of(proposal), dict[Key, Any]()
    if upload is not None:
        batch = read_upload(upload, everything_seen(), **_asked(proposal))
        records = {(record.table, record.id): record for record in batch.records}
        if digest_of(_newly_shown(batch)) != looked_at:
            raise Outdated
    for one in (proposal, *others_of_list(proposal, directory())):
        directory().decide(one.id, "accepted", by=by, on=today(), note=note)
    log("proposal_accepted", subject=f"{proposal.link_entity} {proposal.link_id}", reason=note, who=by)
    if upload is None:
        return
    number = _last_act()
    store(upload, by=proposal.proposed_by)
    newly = [each.showing for each in directory().waiting() if each.batch > number]
    if agreed := [showing for showing in newly if _is_as_looked_at(showing, records)]:
        directory().agree(agreed, by=by, on=today())
        log("agreed", subject=f"act {_last_act()}: {len(agreed)} differences", who=by)


# -- storing ---------------------------------------------------------------------------------------------------------


def _last_act() -> int:
    (last,) = directory().db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    return int(last)


def store(upload: Upload, *, by: str) -> Stored | None:
    """Store a list for somebody; None where it was stored or dropped meanwhile."""
    with _STORING:
        waiting = {(each.token, each.stored) for each in uploads().of(upload.account)}
        return _store(upload, by) if (upload.token, upload.stored) in waiting else None


def _store(upload: Upload, login: str) -> Stored:
    batch, agreed = read_upload(upload, directory()), agreed_by_two(upload.columns)
    if agreed:
        undo_stored(upload, login)
    change = directory().add(batch, by=login, on=today())
    log("imported", subject=upload.path.name, who=login)
    if upload.columns is not None and not upload.fixed:
        save_map(upload.columns, maps())
    if upload.columns is None or (agreed and not asked_of(upload.source)):
        uploads().drop(upload)
    else:
        uploads().note(replace(upload, stored=_last_act()))
    whole = everything_seen()
    missing = [record for record in change.missing if record.table in WHOLES and whole.has(record.table, record.id)]
    changed = {"added": change.added, "changed": change.changed}
    return Stored(
        Counter({name: sum(counts[table] for table in ENTRIES) for name, counts in changed.items()}),
        Counter(service.audience for service in cast("list[Any]", batch.of("service"))),
        bool(change.shows),
        any(record.moved for record in missing),
        any(not record.moved for record in missing),
        agreed or upload.columns is None,
    )


def undo_stored(upload: Upload, login: str) -> None:
    """Undo the act by which a list was stored for custodians only: what was stored as secret would stay so."""
    acts = (act for act in directory().batches() if act.number == upload.stored and act.undone_by is None)
    for act in acts:
        try:
            directory().undo(act.number, by=login, on=today())
        except InvalidRecord:  # somebody changed it since
            return
