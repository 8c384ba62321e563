"""Making one record of several, and a steward's own word on a record; both outlast every later import."""

import json
from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from mapping.directory.conflicts import (
    CLAIMED,
    DECIDED_OTHERWISE,
    STEWARDS,
    claim,
    claims_of,
    ranks,
    settled,
    together,
)
from mapping.directory.importing import Move, first_claim, moves, origins_of
from mapping.directory.rows import Row, rows_where, stored_ids, stored_rows, to_row
from mapping.directory.writing import Writing
from mapping.errors import InvalidRecord
from mapping.language.parsers import Unreadable, cost, price_words
from mapping.model import (
    PARTS,
    RECORDS,
    WORDS,
    Location,
    Record,
    Service,
    ServiceAtLocation,
    least_precise,
    record_id,
    references,
    strictest,
)

FEES = "fees_description"

SAME: dict[str, tuple[str, ...]] = {
    "phone": ("number", "extension"),
    "address": ("address_1", "address_2", "city", "postal_code", "address_type"),
    "attribute": ("link_type", "taxonomy_term_id", "value"),
    "contact": ("name", "title", "email"),
    "language": ("code", "name"),
    "schedule": ("byday", "opens_at", "closes_at", "freq", "bymonthday", "valid_from", "valid_to"),
    "service_at_location": (),
    "service_area": ("area_unit", "name"),
    "translation": ("field", "language", "text"),
    "url": ("url",),
}
"""Table -> fields that, with what a part belongs to, tell that two parts are one; elsewhere all fields do."""


NOT_EDITED = {
    "approval": "two people agree to it: read a table with `rohnamo approve`",
    "statement": "two people agree to it: bring a new one in",
    "provenance": "it tells where a record came from",
    "decision": "decide again",
} | dict.fromkeys(WORDS, "words that come with Rohnamo or with a list stay as they are")
"""Table -> why a steward does not edit its records."""


def checked(old: Record, fields: Mapping[str, Any]) -> Record:
    """Return a record with fields changed.

    Raises
    ------
    InvalidRecord
        A field is unknown, a value does not fit, or a marking would be lowered.
    """
    if old.table in NOT_EDITED:
        raise InvalidRecord(f"{old.table}: is not edited; {NOT_EDITED[old.table]}")
    unknown = sorted(set(fields) - set(type(old).model_fields) | {"id"} & set(fields))
    if unknown:
        raise InvalidRecord(
            f"{old.table}: {', '.join(unknown)} cannot be edited; the fields are "
            f"{', '.join(name for name in type(old).model_fields if name != 'id')}"
        )
    try:
        new = type(old).model_validate(old.__dict__ | dict(fields))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidRecord(f"{old.table} {old.id}: {problems}") from error
    for name, strict in (("audience", strictest), ("precision", least_precise)):
        if name in fields and getattr(new, name) != strict(getattr(old, name), getattr(new, name)):
            raise InvalidRecord(
                f"{old.table} {old.id}: {name} {getattr(old, name)} cannot be lowered to {getattr(new, name)} by an "
                "edit; that takes an approval by two people (docs/importing.md)"
            )
    if isinstance(old, Location) and isinstance(new, Location) and "position_basis" not in fields:
        point = new.latitude, new.longitude
        if point != (old.latitude, old.longitude):  # whoever writes a point gives it: no longer that of a town
            return new.model_copy(update={"position_basis": "none" if None in point else "given"})
    return new


def keep_edit(writing: Writing, old: Row, new: Row, *, table: str, fields: Mapping[str, Any]) -> None:
    """Store an edited record so that no import undoes it: as the stewards' claim, or as a part that is settled."""
    if table in CLAIMED:
        _claim_as_it_stands(writing, table, old)
        names = {field for name in fields for field in together(name)}
        _say(writing, table, old["id"], {name: new[name] for name in sorted(names - DECIDED_OTHERWISE)})
    else:
        writing.settle(table, old["id"])
    writing.put(table, {new["id"]: new})
    for name in new:
        if old[name] and new[name] != old[name]:
            _say_elsewhere(writing, table, new["id"], name, old[name], new[name])
    if table == Service.table and new["fees_description"] != old["fees_description"]:
        _price_anew(writing, new["id"], new["fees_description"])


def _say_elsewhere(writing: Writing, table: str, record: str, name: str, before: Any, text: Any) -> None:
    """Let a text that stands among the translations too say there what it says now."""
    for own, row in _texts(writing, table, record).items():
        if row["field"] == name and row["text"] == before:
            _put_or_take_out(writing, "translation", own, row | {"text": text} if text else None)


def _price_anew(writing: Writing, service: str, words: str | None) -> None:
    """Read the price of a service from its words, which were edited: what stood for other words goes with them.

    A price that changed is wrong in every language. Words that cannot be read leave no price beside them.
    """
    try:
        price = cost(words, writing.money) if words else None
    except Unreadable:
        price = None
    texts = price_words(price, writing.money) if price else {}
    for own, row in _texts(writing, Service.table, service).items():
        if row["field"] == FEES and row["text"] != words:
            text = texts.get(row["language"])
            _put_or_take_out(writing, "translation", own, row | {"text": text} if text else None)
    values = {"option": price.kind, "amount": price.amount, "currency": price.currency} if price else None
    for own, row in rows_where(writing.db, "cost_option", "service_id = ? ORDER BY id", service).items():
        _put_or_take_out(writing, "cost_option", own, row | values if values else None)
        values = None  # once


def _put_or_take_out(writing: Writing, table: str, record: str, row: Row | None) -> None:
    writing.settle(table, record)
    if row is None:
        writing.remove(table, [record])
    else:
        writing.put(table, {record: row})


def merge(writing: Writing, table: str, keep: str, others: Sequence[str]) -> None:
    """Make one record of several: claims, parts, keys and whatever speaks of the others move to the one that is kept.

    Raises
    ------
    InvalidRecord
        The records of this table are not merged, or one would be merged into itself.
    """
    if table not in CLAIMED:
        raise InvalidRecord(f"{table}: only records of {', '.join(CLAIMED)} are merged")
    if keep in others or len(set(others)) != len(others) or not others:
        raise InvalidRecord(f"{table} {keep}: name the record to keep, and others that are not it, each once")
    rows = stored_rows(writing.db, table, [keep, *others])
    for move in moves(writing.db) if table == Service.table else ():
        if {move.service, move.now} <= rows.keys():
            _leave_behind(writing, move)
    own = set(_texts(writing, table, keep))
    for record in rows.values():
        _claim_as_it_stands(writing, table, record)
    waiting = [(table, other, keep) for other in others]
    gone: list[tuple[str, str]] = []
    while waiting:
        name, other, survivor = waiting.pop(0)
        _move_all(writing, name, other, survivor)
        writing.settle(name, other, survivor=survivor)
        gone.append((name, other))
        own |= {survivor} if other in own else set()
        waiting += [repeat for repeat in _repeats(writing, name, survivor) if (repeat[0], repeat[1]) not in gone]
    _part_texts(writing, _texts(writing, table, keep).keys() - {other for _, other in gone}, own)
    kept_row = _settled_row(writing, table, rows, keep, others)
    writing.put(table, {keep: kept_row})
    writing.end_consents([keep, *others])
    for name, other in reversed(gone):
        writing.remove(name, [other])


def _leave_behind(writing: Writing, move: Move) -> None:
    """Remove parts of a service that moved which its list gave and does not give it at its new place."""
    query = (
        "SELECT h.record FROM history h JOIN batch b ON b.number = h.batch JOIN batch newest ON newest.number = ?"
        " WHERE b.source = newest.source AND b.series = newest.series AND b.number < newest.number"
        " AND h.change = 'added' AND h.record IN (SELECT value FROM json_each(?))"
        " AND h.record NOT IN (SELECT id FROM merged)"  # what merging or a steward settled stays
    )
    for table in reversed([table for table in RECORDS if table in PARTS]):
        own, given = (_parts_of(writing, table, Service.table, service) for service in (move.service, move.now))
        same = {_sign(table, row | {name: move.service for name in row if row[name] == move.now}) for row in given}
        own_ids = json.dumps([row["id"] for row in own if _sign(table, row) not in same])
        left = [record for (record,) in writing.db.conn.execute(query, [move.batch, own_ids])]
        if table == ServiceAtLocation.table:
            for part, kind in RECORDS.items():
                if table in references(kind).values():
                    writing.remove(part, stored_ids(writing.db, part, left, "service_at_location_id"))
        writing.remove(table, left)


def _settled_row(writing: Writing, table: str, rows: Mapping[str, Row], keep: str, others: Sequence[str]) -> Row:
    first = rows[keep]
    names = [rows[identifier].get(name) for identifier in (keep, *others) for name in ("alternate_name", "name")]
    other_names = list(dict.fromkeys(name for name in names if name and name != first.get("name")))
    own = {"name": first["name"]} if first.get("name") else {}
    if other_names:
        own["alternate_name"] = other_names[0]
    _say(writing, table, keep, own)
    moved = dict(stored_rows(writing.db, table, [keep])[keep])
    row = settled(table, moved, claims_of(writing.db, table, [keep])[keep], ranks(writing.db))
    row["audience"] = strictest(*(kept_row["audience"] for kept_row in rows.values()))
    if "precision" in row:
        row["precision"] = least_precise(*(kept_row["precision"] for kept_row in rows.values()))
    if "do_not_list" in row:
        row["do_not_list"] = max(kept_row["do_not_list"] or 0 for kept_row in rows.values())
    for name, parent in references(RECORDS[table]).items():
        if parent == table and row[name] in (keep, *others):
            row[name] = None
    texts = [_name_text(table, keep, name) for name in other_names[1:]]
    writing.put("translation", {text["id"]: text for text in texts})
    return row


def _texts(writing: Writing, table: str, record: str) -> dict[str, Row]:
    return rows_where(writing.db, "translation", "link_entity = ? AND link_id = ? ORDER BY id", table, record)


def _part_texts(writing: Writing, texts: Collection[str], own: Container[str]) -> None:
    """Leave one of some texts of each field and language, that of the kept record; other names stay beside it."""
    first: dict[tuple[str, str], str] = {}
    rows = stored_rows(writing.db, "translation", [*texts])
    for identifier, row in sorted(rows.items(), key=lambda item: (item[0] not in own, item[0])):
        if (row["field"], row["language"]) not in first:
            first[row["field"], row["language"]] = identifier
        elif row["field"] == "name":
            writing.put("translation", {identifier: row | {"field": "alternate_name"}})
            writing.settle("translation", identifier)
        elif row["field"] != "alternate_name":
            writing.settle("translation", identifier, survivor=first[row["field"], row["language"]])
            writing.remove("translation", [identifier])


def _name_text(table: str, record: str, name: str) -> Row:
    kind = RECORDS["translation"]
    return to_row(
        kind.model_validate(
            {
                "id": record_id("stewards", "translation", record, name),
                "link_id": record,
                "link_entity": table,
                "field": "alternate_name",
                "language": "und",
                "text": name,
                "kind": "original",
            }
        )
    )


def _claim_as_it_stands(writing: Writing, table: str, row: Row) -> None:
    """Note what the one source of a record says of it, unless its claims are kept already."""
    if claims_of(writing.db, table, [row["id"]]):
        return
    origin = origins_of(writing.db, table, [row["id"]]).get(row["id"])
    if origin is not None:
        first = first_claim(writing.db, table, row, origin)
        writing.put("claim", {first["id"]: first})


def _say(writing: Writing, table: str, record: str, fields: Mapping[str, Any]) -> None:
    before = [row for row in claims_of(writing.db, table, [record]).get(record, ()) if row["source_id"] == STEWARDS]
    earlier: dict[str, Any] = {}
    for row in sorted(before, key=lambda row: row["batch"]):
        earlier |= json.loads(row["fields"])
    own = claim(table, record, record, STEWARDS, fields=earlier | dict(fields), said_on=None, batch=writing.number)
    writing.put("claim", {own["id"]: own})


def _move_all(writing: Writing, table: str, other: str, survivor: str) -> None:
    for child, kind in RECORDS.items():
        columns = [column for column, parent in references(kind).items() if parent == table]
        columns += [column for column in ("link_id", "subject", "one", "other") if column in kind.model_fields]
        for column in columns:
            rows = rows_where(writing.db, child, f'"{column}" = ? ORDER BY id', other)
            if child == "approval":  # an agreement to lower one record is none to lower another
                rows = {own: row for own, row in rows.items() if row["kind"] not in ("audience", "precision")}
            writing.put(child, {own: row | {column: survivor} for own, row in rows.items()})
    for claim_row in claims_of(writing.db, table, [other]).get(other, ()):
        writing.put("claim", {claim_row["id"]: claim_row | {"link_id": survivor}})
    before, after = json.dumps(other), json.dumps(survivor)
    for told_by, row in rows_where(writing.db, "claim", "instr(fields, ?) ORDER BY id", before).items():
        writing.put("claim", {told_by: row | {"fields": row["fields"].replace(before, after)}})
    led = rows_where(writing.db, "merged", "link_entity = ? AND kept = ? ORDER BY id", table, other)
    writing.put("merged", {own: row | {"kept": survivor} for own, row in led.items()})


def _repeats(writing: Writing, table: str, survivor: str) -> list[tuple[str, str, str]]:
    """Return the parts of a record that say the same as another of its parts: (table, part, the one that stays)."""
    repeats = []
    for child in sorted(PARTS):
        first: dict[Any, Row] = {}
        for row in _parts_of(writing, child, table, survivor):
            sign = _sign(child, row)
            if sign in first:
                stays = first[sign]
                if "audience" in row and row["audience"] != stays["audience"]:
                    stays = stays | {"audience": strictest(stays["audience"], row["audience"])}
                    first[sign] = stays
                    writing.put(child, {stays["id"]: stays})
                repeats.append((child, row["id"], stays["id"]))
            else:
                first[sign] = row
    return repeats


def _parts_of(writing: Writing, child: str, table: str, record: str) -> list[Row]:
    kind = RECORDS[child]
    columns = [column for column, parent in references(kind).items() if parent == table]
    columns += [column for column in ("link_id",) if column in kind.model_fields]
    if not columns:
        return []
    owned = " OR ".join(f'"{column}" = ?' for column in columns)
    return [*rows_where(writing.db, child, f"{owned} ORDER BY id", *[record] * len(columns)).values()]


def _sign(table: str, row: Row) -> tuple[Any, ...]:
    owners = [*references(RECORDS[table]), *(column for column in ("link_id", "link_entity") if column in row)]
    names = SAME.get(table) or [name for name in row if name not in ("id", "audience", *owners)]
    if table == "service_at_location":
        names = ["role"]
    return tuple(row[name] for name in (*owners, *names))
