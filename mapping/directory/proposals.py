"""Proposals: changes that wait for a second person, kept in the directory until one of the two is done with them.

One person may say less to fewer people. What would let more people know, or send people somewhere new, needs a second
one: a number or an address that the public is to see, a lowered audience or precision, an entry that is listed again,
a column map with its table of markings. What is proposed changes nothing until somebody else agrees.

So does what cannot be taken back: erasing. What is to be erased is hidden meanwhile, for which one person is enough.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import sqlite_utils
from pydantic import ValidationError

from mapping.directory.conflicts import CLAIMED, STEWARDS, claim, said
from mapping.directory.erasure import erasable, erase
from mapping.directory.merge import checked, keep_edit, merge
from mapping.directory.rows import Proposal, ProposalKind, Row, reader, stored_rows, to_row
from mapping.directory.undo import undo, undoable
from mapping.directory.writing import Writing
from mapping.errors import InvalidRecord, NotFound
from mapping.model import RECORDS, Approval, Record, record_id, references
from mapping.safety.persons import two_people

OF_NO_RECORD = ("map", "phones", "undo")
"""Kinds that are about no record of the directory."""

CONSENTED = ("audience", "precision", "statement")
"""Kinds that hold as long as the operator's consent."""

PROPOSED = (
    "kind",
    "link_entity",
    "link_id",
    "fields",
    "seen",
    "consent_by",
    "consent_until",
    "proposed_by",
    "signed_in",
)
"""What makes two proposals one, whatever reason and day they have."""

Decided = Literal["accepted", "refused", "withdrawn"]


class Outdated(InvalidRecord):
    """Somebody else changed a record after it was looked at."""

    def __init__(self) -> None:
        super().__init__("somebody else changed this record meanwhile; look at it again, then repeat your change")


class SamePerson(InvalidRecord):
    """Somebody wanted to agree to what they proposed themselves."""

    def __init__(self) -> None:
        super().__init__("a second person must agree; you proposed this yourself")


def version(db: sqlite_utils.Database, table: str, record: str) -> int:
    """Return the number of the last change of a record, by which a form tells whether it is still up to date."""
    query = 'SELECT coalesce(max(number), 0) FROM history WHERE record = ? AND "table" = ?'
    return int(db.conn.execute(query, [record, table]).fetchone()[0])


def require_reasons(
    kind: ProposalKind, *, by: str, on: dt.date, reason: str, consent_by: str, consent_until: dt.date | None
) -> None:
    """Refuse a proposal of nobody, one without a reason, and one that lacks the operator's consent it needs."""
    if not by.strip() or not reason.strip():
        raise InvalidRecord("a proposal needs somebody who makes it, and a reason")
    if kind in CONSENTED and (not consent_by.strip() or consent_until is None or consent_until <= on):
        raise InvalidRecord("to let more people see it, its operator must agree: say who agreed, and until when")


def keep_proposal(writing: Writing, proposal: Proposal) -> str:
    """Keep what waits for a second person, with the number of the record's last change; return its id.

    What the same person proposed already and still waits is kept once.
    """
    kind, table, record, fields = proposal.kind, proposal.link_entity, proposal.link_id, json.loads(proposal.fields)
    if kind == "add":
        _new(table, record, fields)
    elif kind == "new":
        new_records(fields)
    elif kind == "statement":
        by, until = proposal.proposed_by, proposal.consent_until
        _statement(record, fields, proposal.consent_by or "", cast("dt.date", until), by, f"{by} too")
    elif kind == "undo":
        undoable(writing.db, int(record))
    elif kind == "erase":
        _hide(writing, erasable(writing.db, record), record)
    elif kind not in OF_NO_RECORD:
        row = stored_rows(writing.db, table, [record]).get(record)
        if row is None:
            raise NotFound(f"{table}: there is no record {record}")
        if kind == "edit":
            checked(reader(RECORDS[table])(list(row.values())), fields)
        elif kind == "merge":
            others = {other: version(writing.db, table, other) for other in fields["others"]}
            proposal.fields = json.dumps({"others": others}, sort_keys=True)
    proposal.seen = version(writing.db, table, record)
    for waiting in stored_proposals(writing.db):
        if all(getattr(waiting, name) == getattr(proposal, name) for name in PROPOSED):
            return waiting.id
    proposal.id = record_id("stewards", "proposal", writing.number)
    writing.put("proposal", {proposal.id: to_row(proposal)})
    return proposal.id


def _hide(writing: Writing, table: str, record: str) -> None:
    """Hide what is to be erased, if it is there yet, and keep lists from bringing it up to date meanwhile."""
    for row in stored_rows(writing.db, table, [record]).values():
        hidden = {"audience": "custodian"}
        keep_edit(writing, row, row | hidden, table=table, fields=hidden)


def as_fields(records: Sequence[Record]) -> dict[str, Any]:
    """Return records as the fields of a proposal that would add them, owners first."""
    return {"records": [{"table": record.table} | to_row(record) for record in records]}


def new_records(fields: Mapping[str, Any]) -> list[Record]:
    """Return the records that a proposal would add.

    Raises
    ------
    InvalidRecord
        One of them is none.
    """
    return [
        _new(values["table"], values["id"], {name: value for name, value in values.items() if name != "table"})
        for values in fields["records"]
    ]


def stored_proposals(db: sqlite_utils.Database, *, waiting: bool = True) -> list[Proposal]:
    """Return what was proposed, oldest first; those that wait, or all."""
    names = ", ".join(f'"{name}"' for name in Proposal.model_fields)
    where = "WHERE decision = 'waiting'" if waiting else ""
    read = reader(Proposal)
    rows = db.conn.execute(f"SELECT {names} FROM proposal {where} ORDER BY proposed_on, rowid")
    return [cast("Proposal", read(row)) for row in rows]


def stored_proposal(db: sqlite_utils.Database, proposal_id: str) -> Row:
    """Return what was proposed under an id.

    Raises
    ------
    NotFound
        There is nothing.
    """
    if (row := stored_rows(db, "proposal", [proposal_id]).get(proposal_id)) is None:
        raise NotFound("there is no such proposal")
    return row


def keep_decision(
    writing: Writing, proposal_id: str, decided: Decided, *, by: str, on: dt.date, note: str, signed_in: bool
) -> None:
    """Keep who decided what, and do what two people agreed to.

    Whoever signed in and agrees to what somebody proposed who did not is taken for the one who proposed it.
    """
    row = stored_proposal(writing.db, proposal_id)
    if row["decision"] != "waiting":
        raise Outdated
    other = two_people(row["proposed_by"], by)
    if (decided == "accepted" and not other) or (decided == "withdrawn" and other):
        raise SamePerson
    if decided == "accepted" and row["kind"] == "erase" and not signed_in:
        raise InvalidRecord("sign in first: a typed name proves nothing, and what is erased does not come back")
    if decided == "accepted" and signed_in and not row["signed_in"]:
        writing.put("proposal", {proposal_id: row | {"proposed_by": by, "signed_in": 1}})
        return
    if decided == "accepted":
        carry_out(writing, row, by=by, on=on)
    done = {"decision": decided, "decided_by": by, "decided_on": on.isoformat(), "note": note or None}
    writing.put("proposal", {proposal_id: row | done})


def carry_out(writing: Writing, row: Row, *, by: str, on: dt.date) -> None:
    """Do what two people agreed to."""
    kind, table, record, fields = row["kind"], row["link_entity"], row["link_id"], json.loads(row["fields"])
    if kind not in OF_NO_RECORD and version(writing.db, table, record) != row["seen"]:
        raise Outdated
    if kind == "edit":
        before = stored_rows(writing.db, table, [record])[record]
        old = reader(RECORDS[table])(list(before.values()))
        new = to_row(checked(old, fields))
        keep_edit(writing, before, new, table=table, fields=fields)
    elif kind == "add":
        writing.put(table, {record: to_row(_new(table, record, fields))})
    elif kind == "new":
        _add_new(writing, new_records(fields), row, by=by, on=on)
    elif kind == "statement":
        until = dt.date.fromisoformat(row["consent_until"])
        own = _statement(record, fields, row["consent_by"], until, row["proposed_by"], by)
        writing.put(table, {record: to_row(own)})
        for language, text in fields.get("texts", {}).items():
            translation_id = record_id("stewards", "translation", record, "text", language)
            link = {"link_id": record, "link_entity": table, "field": "text", "language": language}
            writing.put(
                "translation", {translation_id: to_row(_new("translation", translation_id, link | {"text": text}))}
            )
    elif kind == "remove":
        writing.settle(table, record)
        writing.take_out(table, [record])
    elif kind == "merge":
        if any(version(writing.db, table, other) != before for other, before in fields["others"].items()):
            raise Outdated
        merge(writing, table, record, list(fields["others"]))
    elif kind == "undo":
        undo(writing, int(record))
    elif kind == "erase":
        erase(writing, record)
        return  # that somebody agreed to a number that is no more proves nothing
    agreed = "phone" if table == "phone" or kind == "phones" else kind
    if agreed not in ("phone", "map", "audience", "precision"):
        return  # the proposal itself tells who agreed
    _approve(writing, row, cast("Any", agreed), record, fields.get("value"), by=by, on=on)


def _approve(writing: Writing, row: Row, kind: Any, subject: str, value: Any, *, by: str, on: dt.date) -> None:
    key = (row["id"],) if subject == row["link_id"] else (row["id"], subject)
    approval = Approval(
        id=record_id("stewards", "approval", *key),
        kind=kind,
        subject=subject,
        value=value,
        approved_by=row["proposed_by"],
        approved_by_too=by,
        approved_on=on,
        consent_by=row["consent_by"],
        consent_until=dt.date.fromisoformat(row["consent_until"]) if row["consent_until"] else None,
        reason=row["reason"],
    )
    writing.put("approval", {approval.id: to_row(approval)})


def _add_new(writing: Writing, records: Sequence[Record], row: Row, *, by: str, on: dt.date) -> None:
    """Store new records as the stewards' own word, which no list undoes; what they belong to must still be there."""
    new = {new_record.id for new_record in records}
    for new_record in records:
        owners = {name: value for name, value in to_row(new_record).items() if value and value not in new}
        for name, table in references(type(new_record)).items():
            if name in owners and not stored_rows(writing.db, table, [owners[name]]):
                raise Outdated
        link, entity = owners.get("link_id"), owners.get("link_entity")
        if link and not stored_rows(writing.db, str(entity), [link]):
            raise Outdated
        writing.put(new_record.table, {new_record.id: to_row(new_record)})
        if new_record.table in CLAIMED:
            own = claim(
                new_record.table,
                new_record.id,
                new_record.id,
                STEWARDS,
                fields=said(to_row(new_record)),
                said_on=on.isoformat(),
                batch=writing.number,
            )
            writing.put("claim", {own["id"]: own})
        elif new_record.table == "phone":
            _approve(writing, row, "phone", new_record.id, None, by=by, on=on)


def _statement(
    record: str, fields: Mapping[str, Any], consent_by: str, until: dt.date | None, approver: str, other: str
) -> Record:
    consent = {"consent_by": consent_by, "consent_until": until, "approved_by": approver, "approved_by_too": other}
    if not str(fields.get("text") or "").strip() or not str(fields.get("route") or "").strip():
        raise InvalidRecord("statement: text and route: say what can be arranged, and through which line")
    own = {name: value for name, value in fields.items() if name != "texts"}
    return _new("statement", record, own | consent)


def _new(table: str, record: str, fields: Mapping[str, Any]) -> Record:
    try:
        return RECORDS[table].model_validate({**fields, "id": record})
    except ValidationError as error:
        names = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}))
        raise InvalidRecord(f"{table}: {names}: does not fit; write it otherwise") from error
