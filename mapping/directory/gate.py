"""The gate: nothing new is shown until a second person agreed to exactly that, whichever way it was written.

The file keeps what each audience was last agreed to see (table ``shown``). After every act, whatever its way, the rows
that hang together with what it changed are projected anew for each audience and compared with that
(`mapping.safety.agreed`): what is hidden now is forgotten, so that it takes two people to show it again, and what would
be shown beyond it waits (table ``waiting``) with the name of whoever did it. A view is written from nothing but what
was agreed to, so that no way of writing goes around this.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlite_utils

from mapping.directory.rows import reader, stored_rows
from mapping.errors import InvalidRecord, NotFound
from mapping.model import RECORDS, WORDS, Audience, Record, references
from mapping.safety.agreed import FREE, Key, Showing, differences, held
from mapping.safety.people import same_person
from mapping.safety.redaction import PUBLISHED, VIEWS, Rules, Shown, allowed_rows

Ids = dict[str, set[str]]
"""Table -> ids."""

SHOWABLE = tuple(table for table in PUBLISHED if table not in WORDS)

PARENTS: dict[str, dict[str, str]] = {
    table: {c: to for c, to in references(RECORDS[table]).items() if c in PUBLISHED[table] and to not in WORDS}
    for table in SHOWABLE
}
"""Table -> field -> table of the record that it belongs to."""

LINKED = tuple(table for table in SHOWABLE if "link_id" in RECORDS[table].model_fields)


@dataclass(frozen=True)
class Waiting:
    """Something that would newly be shown and waits for a second person, with the act that it comes from."""

    showing: Showing
    batch: int
    by: str
    what: str
    on: dt.date


class OnePerson(InvalidRecord):
    """Somebody wanted to agree to what they did themselves."""

    def __init__(self) -> None:
        super().__init__("a second person must agree; you did this yourself")


def create_gate(db: sqlite_utils.Database) -> None:
    """Make the tables of what was agreed to and of what waits."""
    db.execute(
        'CREATE TABLE shown (record TEXT NOT NULL, "table" TEXT NOT NULL, audience TEXT NOT NULL, "row" TEXT NOT NULL,'
        ' PRIMARY KEY (record, "table", audience)) STRICT, WITHOUT ROWID'
    )
    db.execute(
        'CREATE TABLE waiting (record TEXT NOT NULL, "table" TEXT NOT NULL, audience TEXT NOT NULL,'
        " digest TEXT NOT NULL, fields TEXT NOT NULL, appears INTEGER NOT NULL, batch INTEGER NOT NULL,"
        ' "by" TEXT NOT NULL, PRIMARY KEY (record, "table", audience)) STRICT, WITHOUT ROWID'
    )
    db.execute("CREATE TABLE gate (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")


def agreed(db: sqlite_utils.Database, audience: Audience) -> dict[Key, dict[str, Any]]:
    """Return what an audience was last agreed to see."""
    rows = db.conn.execute('SELECT "table", record, "row" FROM shown WHERE audience = ?', [audience])
    return {(table, record): json.loads(row) for table, record, row in rows}


def waiting(db: sqlite_utils.Database, batch: int | None = None) -> list[Waiting]:
    """Return what waits for a second person, by act; of one act or of all."""
    query = (
        'SELECT w.audience, w."table", w.record, w.fields, w.appears, w.batch, w."by", b.file, b."on" FROM waiting w'
        " LEFT JOIN batch b ON b.number = w.batch WHERE ? IS NULL OR w.batch = ?"
        ' ORDER BY w.batch, w."table", w.record, w.audience'
    )
    return [
        Waiting(
            Showing(audience, table, record, _fields(fields), bool(appears)),
            number,
            by,
            what or "",
            dt.date.fromisoformat(on) if on else dt.date.min,
        )
        for audience, table, record, fields, appears, number, by, what, on in db.conn.execute(query, [batch, batch])
    ]


def pass_gate(
    db: sqlite_utils.Database,
    number: int,
    rules: Rules,
    *,
    by: str,
    agreed_by: str | None = None,
    signed_in: bool = False,
) -> list[Showing]:
    """Compare what an act changed with what was agreed to, and return what it shows.

    With ``agreed_by`` two people did the act, and what it shows is shown; else it waits.

    Raises
    ------
    OnePerson
        The two are one.
    """
    if agreed_by is not None and same_person(by, agreed_by):
        raise OnePerson
    by = by if signed_in else ""
    earlier = _lapsed(db, rules.today)
    if earlier:
        _compare(db, earlier, rules, number=number, by=by, agree=False)
    return _compare(db, _touched(db, number), rules, number=number, by=by, agree=agreed_by is not None)


def pass_everything(db: sqlite_utils.Database, rules: Rules) -> None:
    """Take what a directory of an earlier version shows now for agreed."""
    everything = {table: _ids(db, f'SELECT id FROM "{table}"') for table in SHOWABLE}
    _compare(db, everything, rules, number=0, by="", agree=True)


def agree(
    db: sqlite_utils.Database, wanted: Collection[Showing], rules: Rules, *, by: str, also: str = ""
) -> list[Showing]:
    """Let what waits be shown, each exactly as it was looked at; return it.

    ``by`` is whoever agrees; ``also`` a second who agrees with them, needed where nobody is known to have done it.

    Raises
    ------
    OnePerson
        Whoever agrees did it.
    NotFound
        It waits no more, or is another difference now.
    """
    there = {(each.showing.table, each.showing.id, each.showing.audience): each for each in waiting(db)}
    now = _differences(db, _group((one.table, one.id) for one in wanted), rules)
    for one in wanted:
        known = there.get((one.table, one.id, one.audience))
        fresh = now.get((one.table, one.id, one.audience))
        if known is None or fresh is None or not one.digest == known.showing.digest == fresh[0].digest:
            raise NotFound("this is no longer what would be shown; look at it again")
        author = known.by or also
        if not author.strip() or same_person(author, by):
            raise OnePerson
    for one in wanted:
        _show(db, *now[one.table, one.id, one.audience])
    return list(wanted)


def _compare(
    db: sqlite_utils.Database, touched: Ids, rules: Rules, *, number: int, by: str, agree: bool
) -> list[Showing]:
    """Bring what is agreed to and what waits up to date around some records; return what is new."""
    # all of it: what hangs together with a change was once told too narrowly, and a public place was held back
    around = {table: _ids(db, f'SELECT id FROM "{table}"') | touched.get(table, set()) for table in SHOWABLE}
    ids = [record for own in around.values() for record in own]
    stored = _stored(db, ids)
    tables = _tables(db, around)
    new: list[Showing] = []
    for audience in VIEWS:
        rows = _own(allowed_rows(tables, audience, rules), around)
        before = {key[:2]: row for key, row in stored.items() if key[2] == audience}
        _forget(db, audience, rows, before, around, rules)
        by_key = {(table, row["id"]): row for table, own in rows.items() for row in own}
        before = {key: row for key, row in before.items() if key in by_key}
        found = {(one.table, one.id): one for one in differences(rows, before, audience, rules.unit_to_show)}
        waits = _waiting_of(db, audience, ids)
        gone = [key for key in waits if key not in found or waits[key] != found[key].digest]
        db.conn.executemany(
            'DELETE FROM waiting WHERE record = ? AND "table" = ? AND audience = ?',
            ((record, table, audience) for table, record in gone),
        )
        fresh = [one for key, one in found.items() if waits.get(key) != one.digest]
        if agree:
            for one in fresh:
                _show(db, one, by_key[one.table, one.id], before.get((one.table, one.id)))
        else:
            lines = (
                (one.id, one.table, audience, one.digest, _text(one.fields), one.appears, number, by) for one in fresh
            )
            db.conn.executemany("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)
        new += fresh
    return new


def _differences(db: sqlite_utils.Database, touched: Ids, rules: Rules) -> dict[tuple[str, str, str], Any]:
    """Return what would be shown of some records now: (table, id, audience) -> difference, row, what was agreed to."""
    tables = _tables(db, touched)
    stored = _stored(db, [record for own in touched.values() for record in own])
    result: dict[tuple[str, str, str], Any] = {}
    for audience in VIEWS:
        rows = _own(allowed_rows(tables, audience, rules), touched)
        before = {key[:2]: row for key, row in stored.items() if key[2] == audience}
        by_key = {(table, row["id"]): row for table, own in rows.items() for row in own}
        for one in differences(rows, before, audience, rules.unit_to_show):
            key = (one.table, one.id)
            result[one.table, one.id, audience] = (one, by_key[key], before.get(key))
    return result


def _show(db: sqlite_utils.Database, one: Showing, row: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """Note that a difference is agreed to."""
    told = dict(row) if before is None else {**before, **{name: row[name] for name in one.fields}}
    db.conn.execute(
        "INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?)",
        [one.id, one.table, one.audience, _text(told)],
    )
    db.conn.execute(
        'DELETE FROM waiting WHERE record = ? AND "table" = ? AND audience = ?', [one.id, one.table, one.audience]
    )


def _forget(
    db: sqlite_utils.Database, audience: str, rows: Shown, before: dict[Key, Any], around: Ids, rules: Rules
) -> None:
    """Forget what is hidden now, and take over what anybody may change alone; ``before`` is brought up to date."""
    there = {(table, row["id"]): row for table, own in rows.items() for row in own}
    gone = [key for key in before if key not in there and key[1] in around.get(key[0], ())]
    db.conn.executemany(
        'DELETE FROM shown WHERE record = ? AND "table" = ? AND audience = ?',
        ((record, table, audience) for table, record in gone),
    )
    changed = []
    for key in before.keys() & there.keys():
        row = held(key[0], there[key], before[key], rules.unit_to_show)
        text = _text(row)
        row = json.loads(text)
        if row != before[key]:
            before[key] = row
            changed.append((text, key[1], key[0], audience))
    db.conn.executemany('UPDATE shown SET "row" = ? WHERE record = ? AND "table" = ? AND audience = ?', changed)


def _touched(db: sqlite_utils.Database, number: int) -> Ids:
    """Return the records that an act changed, and those whose being seen hangs on them."""
    touched: Ids = defaultdict(set)
    lines = db.conn.execute('SELECT DISTINCT "table", record, before FROM history WHERE batch = ?', [number]).fetchall()
    changed = _group((table, record) for table, record, _ in lines)
    now = {table: stored_rows(db, table, sorted(ids)) for table, ids in changed.items() if table in RECORDS}
    for table, record, before in lines:
        if table in SHOWABLE:
            touched[table].add(record)
        for row in (json.loads(before) if before else None, now.get(table, {}).get(record)):
            if row is None:
                continue
            if table == "attribute" and row["link_entity"] in SHOWABLE:
                touched[row["link_entity"]].add(row["link_id"])
            elif table == "service_at_location" and row["location_id"]:
                touched["location"].add(row["location_id"])
            elif table == "approval":
                for other in SHOWABLE:
                    touched[other] |= _ids(db, f'SELECT id FROM "{other}" WHERE id = ?', [row["subject"]])
    return touched


def _lapsed(db: sqlite_utils.Database, today: dt.date) -> Ids:
    """Return the records whose consent ran out since the last act; what it showed takes two people again."""
    (last,) = db.conn.execute("SELECT coalesce(max(value), '') FROM gate WHERE name = 'day'").fetchone()
    if last >= today.isoformat():
        return {}
    db.conn.execute("INSERT OR REPLACE INTO gate VALUES ('day', ?)", [today.isoformat()])
    values = [last, today.isoformat()]
    lapsed: Ids = defaultdict(set)
    query = "SELECT subject FROM approval WHERE consent_until >= ? AND consent_until < ?"
    subjects = sorted(_ids(db, query, values))
    for table in SHOWABLE if subjects else ():
        query = f'SELECT id FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
        lapsed[table] |= _ids(db, query, [json.dumps(subjects)])
    lapsed["statement"] |= _ids(db, "SELECT id FROM statement WHERE consent_until >= ? AND consent_until < ?", values)
    return {table: ids for table, ids in lapsed.items() if ids}


def _tables(db: sqlite_utils.Database, around: Ids) -> dict[str, list[Record]]:
    """Return some records with all that it takes to tell who may see them."""
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    new = {table: set(ids) for table, ids in around.items()}
    while any(new.values()):
        found: Ids = defaultdict(set)
        for table, ids in new.items():
            own = stored_rows(db, table, sorted(ids))
            rows[table] |= own
            for row in own.values():
                for column, parent in PARENTS.get(table, {}).items():
                    found[parent] |= {row[column]} - {None}
                if row.get("link_id") and row["link_entity"] in SHOWABLE:
                    found[row["link_entity"]].add(row["link_id"])
            wanted = json.dumps(sorted(ids))
            if table == "service":
                query = "SELECT id FROM attribute WHERE link_id IN (SELECT value FROM json_each(?))"
                found["attribute"] |= _ids(db, query, [wanted])
            elif table == "location":
                query = "SELECT id FROM service_at_location WHERE location_id IN (SELECT value FROM json_each(?))"
                found["service_at_location"] |= _ids(db, query, [wanted])
        new = {table: {one for one in ids if one not in rows[table]} for table, ids in found.items()}
        new = {table: {*stored_rows(db, table, sorted(ids))} for table, ids in new.items() if ids}
    subjects = json.dumps([record for own in rows.values() for record in own])
    query = "SELECT id FROM approval WHERE subject IN (SELECT value FROM json_each(?))"
    rows["approval"] = stored_rows(db, "approval", sorted(_ids(db, query, [subjects])))
    return {
        table: [reader(kind)(list(row.values())) for _, row in sorted(rows.get(table, {}).items())]
        for table, kind in RECORDS.items()
    }


def _own(rows: Shown, around: Ids) -> Shown:
    return {
        table: [row for row in own if row["id"] in around.get(table, ())]
        for table, own in rows.items()
        if table not in FREE
    }


def _stored(db: sqlite_utils.Database, ids: Collection[str]) -> dict[tuple[str, str, str], dict[str, Any]]:
    query = 'SELECT "table", record, audience, "row" FROM shown WHERE record IN (SELECT value FROM json_each(?))'
    rows = db.conn.execute(query, [json.dumps(list(ids))])
    return {(table, record, audience): json.loads(row) for table, record, audience, row in rows}


def _waiting_of(db: sqlite_utils.Database, audience: str, ids: Collection[str]) -> dict[Key, str]:
    query = (
        'SELECT "table", record, digest FROM waiting WHERE audience = ? AND record IN (SELECT value FROM json_each(?))'
    )
    return {(t, r): digest for t, r, digest in db.conn.execute(query, [audience, json.dumps(list(ids))])}


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(dict(fields), ensure_ascii=False, default=str)


def _fields(text: str) -> dict[str, tuple[Any, Any]]:
    return {name: (before, now) for name, (before, now) in json.loads(text).items()}


def _group(keys: Iterable[Key]) -> Ids:
    grouped: Ids = defaultdict(set)
    for table, record in keys:
        grouped[table].add(record)
    return grouped


def _ids(db: sqlite_utils.Database, query: str, values: Collection[Any] = ()) -> set[str]:
    return {one for (one,) in db.conn.execute(query, list(values)) if one}
