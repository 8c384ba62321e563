"""What several sources say of one record: whose word counts for each field, and what the others said.

As long as one source speaks of an organization, a service or a place, its row is what that source says. With the
second source each has a `Claim`, and the row is worked out from them, field by field: the stewards' own word first,
then that of the source that verified or edited it last, then that of the source of higher rank, then what was imported
last. A blank says nothing, but where somebody emptied a field that they saw. Who may see a record and how closely is
never decided so: there the strictest stays.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlite_utils

from mapping.directory.rows import Row, rows_where, stored_rows
from mapping.model import RECORDS, record_id

CLAIMED = ("organization", "service", "location")
"""Tables whose records several sources may speak of."""

STEWARDS = record_id("stewards", "source")
"""The source of what stewards say themselves; no list overrides it."""

DECIDED_OTHERWISE = frozenset({"id", "audience", "precision", "do_not_list"})
"""Fields in which the strictest word stays, whoever said it."""

TOGETHER = (
    ("latitude", "longitude", "position_basis", "area_unit", "country"),
    ("external_identifier", "external_identifier_type"),
    ("minimum_age", "maximum_age"),
)
"""Fields that are one thing said in several: the first tells whether it was said; all come from one source."""


@dataclass(frozen=True)
class Claimed:
    """A value of a field, the source that gives it, and the day on which that source last verified or edited it."""

    value: Any
    source: str
    on: dt.date | None


@dataclass(frozen=True)
class Conflict:
    """A field on which sources differ: whose word counts, the others, and why."""

    table: str
    record: str
    name: str
    field: str
    winner: Claimed
    losers: tuple[Claimed, ...]
    why: str


def together(name: str) -> tuple[str, ...]:
    """Return the fields that one thing is said in, of which a field is one."""
    return next((group for group in TOGETHER if name in group), (name,))


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a source says with a row: its fields without blanks and without markings."""
    return {name: value for name, value in row.items() if name not in DECIDED_OTHERWISE and value not in (None, "")}


def said_anew(old: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an edited row says otherwise than the row that was seen, with what belongs to it; blanks too."""
    changed = {name for name in row if name not in DECIDED_OTHERWISE and row[name] != old[name]}
    changed |= {name for group in TOGETHER if changed & {*group} for name in group if name in row}
    return {name: row[name] for name in row if name in changed}


def claim(
    table: str, record: str, said_of: str, source: str, *, fields: Mapping[str, Any], said_on: str | None, batch: int
) -> Row:
    """Return the row of a claim."""
    return {
        "id": record_id("claim", table, said_of, source),
        "link_entity": table,
        "link_id": record,
        "said_of": said_of,
        "source_id": source,
        "said_on": said_on,
        "batch": batch,
        "fields": json.dumps(fields, ensure_ascii=False, sort_keys=True),
    }


def claims_of(db: sqlite_utils.Database, table: str, ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return the claims about some records of a table, by record."""
    condition = "link_entity = ? AND link_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    claims: dict[str, list[Row]] = defaultdict(list)
    for row in rows_where(db, "claim", condition, table, json.dumps(list(ids))).values():
        claims[row["link_id"]].append(row)
    return claims


def ranks(db: sqlite_utils.Database) -> dict[str, int]:
    """Return the rank of each source."""
    return dict(db.conn.execute("SELECT id, rank FROM source").fetchall())


def settled(table: str, row: Mapping[str, Any], claims: Iterable[Row], rank: Mapping[str, int]) -> Row:
    """Return a row with each field as the claim says that counts most; what nobody says is blank."""
    ordered = _ordered(claims, rank)
    result = dict(row)
    for name, info in RECORDS[table].model_fields.items():
        if name not in DECIDED_OTHERWISE:
            _, fields = _winner(name, ordered)
            default = None if info.is_required() else info.get_default()
            result[name] = fields.get(name, row[name] if info.is_required() else default)
    return result


def conflicts(db: sqlite_utils.Database, records: Collection[str] | None = None) -> list[Conflict]:
    """Return every field on which sources differ, by table and record; with ``records`` only of these."""
    rank = ranks(db)
    names = dict(db.conn.execute("SELECT id, name FROM source").fetchall()) | {STEWARDS: "stewards"}
    conflicts = []
    for table in CLAIMED:
        of_table = db.conn.execute("SELECT DISTINCT link_id FROM claim WHERE link_entity = ?", [table])
        ids = sorted(record for (record,) in of_table if records is None or record in records)
        rows = stored_rows(db, table, ids)
        for record, claims in sorted(claims_of(db, table, ids).items()):
            if record in rows:
                conflicts += _differing(table, rows[record], _ordered(claims, rank), names)
    return conflicts


Claim = tuple[Row, dict[str, Any]]


def _ordered(claims: Iterable[Row], rank: Mapping[str, int]) -> list[Claim]:
    def weight(claim_row: Row) -> tuple[Any, ...]:
        source = claim_row["source_id"]
        return source == STEWARDS, claim_row["said_on"] or "", rank.get(source, 0), claim_row["batch"], claim_row["id"]

    return [(row, json.loads(row["fields"])) for row in sorted(claims, key=weight, reverse=True)]


def _winner(name: str, ordered: Sequence[Claim]) -> Claim:
    leading = [claim for claim in ordered if name in claim[1] and claim[0]["source_id"] == STEWARDS]
    leading += [claim for claim in ordered if together(name)[0] in claim[1]]
    return next(iter([*leading, *(claim for claim in ordered if name in claim[1])]), ({}, {}))


def _differing(table: str, row: Row, ordered: Sequence[Claim], names: Mapping[str, str]) -> list[Conflict]:
    conflicts = []
    for name in RECORDS[table].model_fields:
        said_values = [(claim_row, fields[name]) for claim_row, fields in ordered if name in fields]
        if len({json.dumps(value) for _, value in said_values}) < 2:
            continue
        first, fields = _winner(name, ordered)
        value = fields.get(name)
        losers = tuple(_said(claim_row, other, names) for claim_row, other in said_values if other != value)
        best = next(claim_row for claim_row, other in said_values if other != value)
        conflicts.append(
            Conflict(
                table, row["id"], row.get("name") or "", name, _said(first, value, names), losers, _why(first, best)
            )
        )
    return conflicts


def _said(claim_row: Row, value: Any, names: Mapping[str, str]) -> Claimed:
    on = dt.date.fromisoformat(claim_row["said_on"]) if claim_row["said_on"] else None
    return Claimed(value, names.get(claim_row["source_id"], claim_row["source_id"]), on)


def _why(first: Row, other: Row) -> str:
    if first["source_id"] == STEWARDS:
        return "the stewards said so"
    if (first["said_on"] or "") != (other["said_on"] or ""):
        return "said last"
    return "of higher rank, or imported last"
