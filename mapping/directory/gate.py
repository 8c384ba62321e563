"""The gate: nothing new is shown until a second person agreed to exactly that, whichever way it was written.

The file keeps what each audience was last agreed to see (table ``shown``, where what several see alike stands once).
After every act, whatever its way, each record whose being seen can follow from what was changed is projected anew for
each audience and compared with that (`mapping.safety.agreed`): what is hidden now is forgotten, so that it takes two
people to show it again, and what would be shown beyond it waits (table ``waiting``) with the name of whoever did it. On
another day, and under other rules (settings, vocabulary, study area), everything is compared. A view is written from
nothing but what was agreed to, so that no way of writing goes around this.
"""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import sqlite_utils
from pydantic_core import to_json

from mapping.directory.rows import holds_any, named, reader, stored_ids, stored_rows
from mapping.errors import InvalidRecord, NotFound
from mapping.model import RECORDS, WHOLES, WORDS, Audience, Record, references
from mapping.safety.agreed import (
    FREE,
    STAYING,
    THRESHOLD,
    Key,
    Row,
    Showing,
    difference,
    held,
    kept,
    removal,
)
from mapping.safety.persons import same_person
from mapping.safety.redaction import LINKED, PUBLISHED, VIEWS, Rules, Seen, Tables, allowed_rows, thresholds

Ids = dict[str, set[str]]
"""Table -> ids."""

MANY = 2_000
"""Changed records from which on everything is looked at."""

SHOWABLE = tuple(table for table in PUBLISHED if table not in WORDS)

TELLING = tuple(sorted((table for table in SHOWABLE if table not in FREE), key=LINKED.__contains__))
"""Tables from which readers learn something; what is said of a record comes last."""

DECIDING = (*PUBLISHED, "approval")
"""Tables of what may be shown, and of what decides it."""

PARENTS: dict[str, dict[str, str]] = {
    table: {c: to for c, to in references(RECORDS[table]).items() if c in PUBLISHED[table] and to not in WORDS}
    for table in SHOWABLE
}
"""Table -> field -> table of the record that it belongs to: seen by those at most who see that one."""

DECIDED_BY = {"service": {"attribute": "link_id"}, "location": {"service_at_location": "location_id"}}
"""Table -> table whose records decide who sees its own, with the field that names them: a service's kinds, and the
services at a place."""

TABLES = {
    "shown": '"table" TEXT NOT NULL, record TEXT NOT NULL, '
    + "".join(f"{audience} INTEGER NOT NULL, " for audience in VIEWS)
    + f'"row" TEXT NOT NULL, PRIMARY KEY ("table", record, {", ".join(VIEWS)})',
    "waiting": 'record TEXT NOT NULL, "table" TEXT NOT NULL, audience TEXT NOT NULL, digest TEXT NOT NULL,'
    ' fields TEXT NOT NULL, appears INTEGER NOT NULL, batch INTEGER NOT NULL, "by" TEXT NOT NULL,'
    ' PRIMARY KEY (record, "table", audience)',
    "gate": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
}
"""Table of the gate -> its columns."""

NOTHING: Seen = (None,) * len(VIEWS)
"""What is seen of a record by each audience when none sees it."""

OF_RECORD = 'record = ? AND "table" = ? AND audience = ?'
"""The condition that something waits about a record, as an audience would see it."""

SHOWN = f'"table", record, {", ".join(VIEWS)}, "row"'
"""The columns of ``shown``: a record, 1 for each audience that was agreed to see this of it and 0 for the others, and
the fields that have something."""

DEFAULTS = thresholds(Rules(today=dt.date.min))
"""The least counts that Rohnamo shows by itself."""


class Records(Protocol):
    """What the gate asks of a directory."""

    db: sqlite_utils.Database


class Waiting(NamedTuple):
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
    """Make the tables of what was agreed to, of what waits, and of the day and the rules of the last act.

    The least counts that Rohnamo shows by itself are agreed to.
    """
    for name, columns in TABLES.items():
        db.execute(f"CREATE TABLE {name} ({columns}) STRICT, WITHOUT ROWID")
    for key, row in DEFAULTS.items():
        _insert_shown(db, _shown_lines(key, (row,) * len(VIEWS)))


def agreed(db: sqlite_utils.Database, audience: Audience) -> dict[Key, Row]:
    """Return what an audience was last agreed to see."""
    lines = db.conn.execute(f'SELECT "table", record, "row" FROM shown WHERE {audience}')
    return {(table, record): _whole(table, text) for table, record, text in lines}


def staying(db: sqlite_utils.Database, audience: Audience) -> dict[str, list[Row]]:
    """Return the rows of removed records that an audience sees until a second person agrees to the removal."""
    rows: dict[str, list[Row]] = {}
    for table, ids in _removed(db).items():
        rows[table] = [*_agreed(db, audience, table, ids).values()]
    return rows


def _removed(db: sqlite_utils.Database) -> Ids:
    return {
        table: {
            record
            for (record,) in db.conn.execute(
                f'SELECT record FROM waiting WHERE "table" = ? AND record NOT IN (SELECT id FROM "{table}")', [table]
            )
        }
        for table in STAYING
    }


def agreed_thresholds(db: sqlite_utils.Database, audience: Audience) -> dict[Key, Row]:
    """Return the least counts that an audience was last agreed to see."""
    return _agreed(db, audience, THRESHOLD)


def _agreed(
    db: sqlite_utils.Database, audience: Audience, table: str, ids: Collection[str] | None = None
) -> dict[Key, Row]:
    lines = _lines(db, f'record, "row", {audience}', "shown", table, ids)
    return {(table, record): _whole(table, text) for record, text, sees in lines if sees}


def _lines(
    db: sqlite_utils.Database, columns: str, of: str, table: str, ids: Collection[str] | None
) -> Iterator[tuple[Any, ...]]:
    query, values = f'SELECT {columns} FROM {of} WHERE "table" = ?', [table]
    if ids is not None:
        query, values = f"{query} AND record IN (SELECT value FROM json_each(?))", [table, to_json([*ids]).decode()]
    return iter(db.conn.execute(query, values))


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


def catch_up(directory: Records, rules: Rules) -> None:
    """Compare everything once where the day or the rules are others than at the last act.

    To be asked before an act writes: a consent that ran out meanwhile takes two people again, though the act renews it,
    and what a change of the rules would show waits as nobody's act.
    """
    db, state = directory.db, {"day": rules.today.isoformat(), "rules": rules.digest}
    last = dict(db.conn.execute("SELECT name, value FROM gate WHERE name IN ('day', 'rules')"))
    if last == state:
        return
    db.conn.executemany("INSERT OR REPLACE INTO gate VALUES (?, ?)", state.items())
    # an act may be entered late, of an earlier day: what was hidden then and is seen now is not forgotten for it
    forget = state["rules"] != last.get("rules") or state["day"] > last["day"]
    _compare(db, deciding(db), rules, None, forget=forget)


def pass_gate(
    directory: Records,
    rules: Rules,
    *,
    number: int,
    by: str,
    agreed_by: str | None,
    signed_in: bool,
    showings: list[Showing] | None = None,
) -> Counter[str]:
    """Compare what the directory would show after an act with what was agreed to.

    Return of how many records of each table it shows more; what it shows is added to ``showings``.

    With ``agreed_by`` two people did the act, and what it shows is shown; else it waits.

    Raises
    ------
    OnePerson
        The two are one.
    """
    if agreed_by is not None and same_person(by, agreed_by):
        raise OnePerson
    touched = touched_by(directory.db, number)
    tables = _tables(directory, touched)
    by = by if signed_in else ""
    both = agreed_by is not None
    return _compare(directory.db, tables, rules, touched, number=number, by=by, agreed=both, showings=showings)


def _compare(
    db: sqlite_utils.Database,
    tables: Tables,
    rules: Rules,
    touched: Ids | None,
    *,
    number: int = 0,
    by: str = "",
    agreed: bool = False,
    agree_to: Collection[str] = (),
    forget: bool = True,
    showings: list[Showing] | None = None,
) -> Counter[str]:
    """Bring what is agreed to and what waits up to date, of some records or of all; return how many show more.

    Two people ``agreed`` to all that is new, or to the differences of some digests (``agree_to``); what is new and what
    they agreed to is added to ``showings``.
    """
    shows: Counter[str] = Counter()
    for table, ids, rows in _rows(tables, _with_counted(db, rules), touched):
        before, waits = _stored(db, table, ids), _digests(db, table, ids)
        gone = _gone(db, table, before)
        after: dict[str, Seen] = {}
        new: list[Showing] = []
        over: list[tuple[str, Audience]] = []
        for record in {**rows, **before, **waits}:
            now, was, digests = rows.get(record, NOTHING), before.get(record, NOTHING), waits.get(record, {})
            if now == was and not digests:
                continue
            if agreed and was is NOTHING and not digests and showings is None:  # two people show all of it at once
                after[record] = now
                shows[table] += any(now)
                continue
            if record in gone:
                after[record] = _of_shown_owners(db, table, was)
                wanted = removal(table, record, zip(VIEWS, after[record], strict=True))
            else:
                after[record] = _still_agreed(table, now, was, rules) if forget else was
                wanted = _differences(table, record, now, after[record], rules)
            fresh = [showing for showing in wanted if digests.get(showing.audience) != (digests and showing.digest)]
            shows[table] += bool(fresh)
            both = fresh if agreed else [showing for showing in wanted if showing.digest in agree_to]
            after[record] = _with_shown(both, now, after[record])
            new += () if agreed else fresh
            if showings is not None:
                showings += both or fresh
            if digests:
                waiting = {showing.audience for showing in wanted} - {showing.audience for showing in both}
                over += [(record, audience) for audience in digests.keys() - waiting]
        _stop_waiting(db, table, over)
        lines = [
            (
                showing.id,
                table,
                showing.audience,
                showing.digest,
                _text(showing.fields),
                showing.appears,
                number,
                _author(db, showing, by) if showing.audience in waits.get(showing.id, ()) else by,
            )
            for showing in new
        ]
        db.conn.executemany("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)
        _keep(db, table, before, after)
    return +shows


def _gone(db: sqlite_utils.Database, table: str, shown: Collection[str]) -> set[str]:
    return {*shown} - stored_ids(db, table, shown, "id") if table in STAYING and shown else set()


def _of_shown_owners(db: sqlite_utils.Database, table: str, was: Seen) -> Seen:
    """Return what is agreed to yet of a removed record: nothing where what it belongs to is shown no more."""

    def has_owner(audience: Audience, row: Row) -> bool:
        owners = [(parent, row[name]) for name, parent in PARENTS[table].items() if row.get(name)]
        owners += [(row["link_entity"], row["link_id"])] if row.get("link_id") else []
        query = f'SELECT 1 FROM shown WHERE "table" = ? AND record = ? AND {audience}'
        return bool(owners) and all(db.conn.execute(query, owner).fetchone() for owner in owners)

    pairs = zip(VIEWS, was, strict=True)
    return tuple(row if row is not None and has_owner(audience, row) else None for audience, row in pairs)


def _author(db: sqlite_utils.Database, difference: Showing, by: str) -> str:
    """Return who did a difference: nobody in particular, where it holds what somebody else did that still waits."""
    query = f'SELECT fields, "by" FROM waiting WHERE {OF_RECORD}'
    fields, author = db.conn.execute(query, (difference.id, difference.table, difference.audience)).fetchone()
    earlier = _fields(fields)
    holds = any(name in earlier and earlier[name][1] == now for name, (_, now) in difference.fields.items())
    return "" if holds and not same_person(author, by) else by


def pass_everything(directory: Records, rules: Rules) -> None:
    """Take what a directory of an earlier version shows now for agreed."""
    _compare(directory.db, deciding(directory.db), rules, None, agreed=True)


def take_up(db: sqlite_utils.Database, wanted: Collection[Showing], *, by: str) -> None:
    """Let somebody who signed in stand for what waits and nobody is known to have done; another must agree then.

    Raises
    ------
    NotFound
        It waits no more, is another difference now, or somebody stands for it already.
    """
    changed = db.conn.executemany(
        f'UPDATE waiting SET "by" = ? WHERE {OF_RECORD} AND digest = ? AND "by" = \'\'',
        ((by, showing.id, showing.table, showing.audience, showing.digest) for showing in wanted),
    )
    if changed.rowcount != len(wanted):
        raise NotFound("this is no longer what would be shown; look at it again")


def agree(directory: Records, rules: Rules, wanted: Collection[Showing], *, by: str, also: str = "") -> list[Showing]:
    """Let what waits be shown, each exactly as it was looked at; return it.

    ``by`` is whoever agrees; ``also`` a second who agrees with them, needed where nobody is known to have done it.

    Raises
    ------
    OnePerson
        Whoever agrees did it.
    NotFound
        It waits no more, or is another difference now.
    """
    db = directory.db
    authors = dict(db.conn.execute('SELECT digest, "by" FROM waiting'))
    digests = {showing.digest for showing in wanted}
    for author in {authors[digest] or also for digest in digests & authors.keys()}:
        if not author.strip() or same_person(author, by):
            raise OnePerson
    records = grouped((showing.table, showing.id) for showing in wanted)
    touched = _with_counts(db, records) if len(wanted) <= MANY else None
    shown: list[Showing] = []
    tables = _tables(directory, touched)
    _compare(db, tables, rules, touched, agree_to=digests & authors.keys(), forget=False, showings=shown)
    if digests - {showing.digest for showing in shown}:
        raise NotFound("this is no longer what would be shown; look at it again")
    return list(wanted)


def _tables(directory: Records, touched: Ids | None) -> Tables:
    return deciding(directory.db) if touched is None else needed_for(directory.db, touched)


def deciding(db: sqlite_utils.Database) -> dict[str, list[Record]]:
    """Return every record that may be shown and tells something by itself, and all that decides it.

    What is for custodians by its own marking, and was never lowered, is shown to nobody with all that belongs to it,
    and counts for other records as one that is not there: a large list that waits for its approval need not be read
    again.
    """
    records = {}
    for table in (*TELLING, "approval"):
        kind = RECORDS[table]
        sql = f'SELECT {named(kind)} FROM "{table}" AS own WHERE {_may_be_seen(table)} ORDER BY id'
        records[table] = [*map(reader(kind), db.conn.execute(sql))]
    return records


def _may_be_seen(table: str) -> str:
    """Return the condition that a row, or a record to which it belongs, is not for custodians by its own marking."""
    wholes = WHOLES if table in LINKED else ()
    owners = [
        *((f'own."{column}"', owner) for column, owner in PARENTS.get(table, {}).items()),
        *((f"own.link_entity = '{owner}' AND own.link_id", owner) for owner in wholes),
    ]
    # its own marking first: of what that hides no owner is looked for
    conditions = [f"NOT ({_HIDDEN.format('own')})"] if _is_marked(table) else []
    conditions += [
        f'coalesce({column} IN (SELECT id FROM "{owner}" AS up WHERE {_HIDDEN.format("up")}), 0) = 0'
        for column, owner in owners
        if _is_marked(owner)
    ]
    return " AND ".join(conditions) or "1"


def _is_marked(table: str) -> bool:
    return "audience" in RECORDS[table].model_fields


_HIDDEN = "{0}.audience IS 'custodian' AND {0}.id NOT IN (SELECT subject FROM approval WHERE kind = 'audience')"
"""The condition that a row is for custodians by its own marking."""


def touched_by(db: sqlite_utils.Database, number: int) -> Ids | None:
    """Return the records that an act changed and every record whose being seen follows from them, of each table.

    None stands for all of them, where so many were changed that it is quicker to look at everything.
    """
    changes = db.conn.execute('SELECT "table", record, before FROM history WHERE batch = ?', [number])
    lines = changes.fetchmany(MANY + 1)
    if len(lines) > MANY:
        return None
    changed = grouped((table, record) for table, record, _ in lines if table in RECORDS)
    rows = [(table, json.loads(before)) for table, _, before in lines if before and table in RECORDS]
    rows += [(table, row) for table, ids in changed.items() for row in stored_rows(db, table, sorted(ids)).values()]
    new = {table: ids for table, ids in changed.items() if table in SHOWABLE}
    for table, row in rows:  # what stood there before the act counts too
        decided = _decided_by(table, row)
        if table == "approval":
            decided = {other: stored_ids(db, other, [row["subject"]]) for other in SHOWABLE}
        for other, ids in decided.items():
            new.setdefault(other, set()).update(ids)
    return following(db, new)


def following(db: sqlite_utils.Database, new: Ids) -> Ids:
    """Return records and every one whose being seen follows from them, of each table."""
    touched: Ids = {table: set() for table in SHOWABLE}
    while any(new.values()):
        ids_of: Ids = defaultdict(set)
        for table, ids in new.items():
            touched[table] |= ids
            for other, more in _parts(db, table, ids).items():
                ids_of[other] |= more
        new = {table: ids - touched[table] for table, ids in ids_of.items()}
    for table, ids in _removed(db).items():
        touched[table] |= ids
    return _with_counts(db, touched)


def _with_counts(db: sqlite_utils.Database, touched: Ids) -> Ids:
    """Return records with all counts of cases where one is among them: each decides whether others may be told."""
    counts = touched.get("case_count")
    every = db.conn.execute("SELECT id FROM case_count") if counts else ()
    return touched | {"case_count": counts | {count for (count,) in every}} if counts else touched


def needed_for(db: sqlite_utils.Database, touched: Ids) -> dict[str, list[Record]]:
    """Return some records with all that it takes to tell who may see them: what they belong to, and what decides."""
    rows: dict[str, dict[str, Record | None]] = {table: {} for table in RECORDS}
    wanted = {table: {*ids} for table, ids in touched.items() if table in SHOWABLE}
    while any(wanted.values()):
        ids_of: Ids = defaultdict(set)
        for table, ids in wanted.items():
            own = _read(db, table, "id", ids)
            rows[table] |= dict.fromkeys(ids) | own  # a missing one is asked for once
            values = [row.__dict__ for row in own.values()]
            for column, parent in PARENTS[table].items():
                ids_of[parent].update(map(itemgetter(column), values))
            if table in LINKED:
                for owner, record in {(row["link_entity"], row["link_id"]) for row in values}:
                    if owner in SHOWABLE:
                        ids_of[owner].add(record)
            for other, column in DECIDED_BY.get(table, {}).items():
                ids_of[other] |= stored_ids(db, other, own, column)
        wanted = {table: ids - rows[table].keys() - {None} for table, ids in ids_of.items()}
    subjects = [record for own_rows in rows.values() for record in own_rows]
    rows["approval"].update(_read(db, "approval", "subject", subjects))
    return {table: [row for _, row in sorted(own_rows.items()) if row is not None] for table, own_rows in rows.items()}


def _read(db: sqlite_utils.Database, table: str, column: str, wanted: Collection[str]) -> dict[str, Record]:
    if not wanted or not holds_any(db, table):
        return {}
    kind = RECORDS[table]
    query = f'SELECT {named(kind)} FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
    rows = db.conn.execute(query, [to_json([*wanted]).decode()])
    return {record.id: record for record in map(reader(kind), rows)}


def _decided_by(table: str, row: Mapping[str, Any]) -> Ids:
    """Return the records whose being seen a row decides, besides those that belong to it."""
    return {
        owner: {row[column]}
        for owner, decided in DECIDED_BY.items()
        for other, column in decided.items()
        if other == table and row[column]
    }


def _parts(db: sqlite_utils.Database, table: str, ids: Collection[str]) -> Ids:
    parts: Ids = defaultdict(set)
    columns = [(child, column) for child, own in PARENTS.items() for column, parent in own.items() if parent == table]
    for child, column in (*columns, *((child, "link_id") for child in LINKED)):
        parts[child] |= stored_ids(db, child, ids, column)
    for row in stored_rows(db, table, sorted(ids)).values():
        for other, more in _decided_by(table, row).items():
            parts[other] |= more
    return parts


def _with_counted(db: sqlite_utils.Database, rules: Rules) -> Rules:
    """Return rules that know what the public was told of counts of cases until now."""
    return replace(rules, counted=_agreed(db, "public", "case_count"))


def _rows(
    tables: Tables, rules: Rules, touched: Ids | None
) -> Iterator[tuple[str, set[str] | None, Mapping[str, Seen]]]:
    least: dict[str, Seen] = {name: (row,) * len(VIEWS) for (_, name), row in thresholds(rules).items()}
    for table, rows in (*allowed_rows(tables, rules), (THRESHOLD, least)):
        ids = None if touched is None else touched.get(table, set())
        if table in (*TELLING, THRESHOLD) and (ids is None or ids):
            yield table, ids, {own: _as_kept(table, row) for own, row in rows.items() if ids is None or own in ids}


def _as_kept(table: str, rows: Seen) -> Seen:
    return tuple(None if row is None else kept(table, row) for row in rows)


def _still_agreed(table: str, now: Seen, was: Seen, rules: Rules) -> Seen:
    """Return what is agreed to yet of a record: nothing if it is hidden now, and what anybody may change alone."""
    return tuple(
        None if row is None or before is None else held(table, row, before, rules.unit_to_show)
        for row, before in zip(now, was, strict=True)
    )


def _differences(table: str, record: str, now: Seen, agreed: Seen, rules: Rules) -> list[Showing]:
    return [
        Showing(audience, table, record, fields, appears=before is None)
        for audience, row, before in zip(VIEWS, now, agreed, strict=True)
        if row is not None and (fields := difference(table, row, before, rules.unit_to_show)) is not None
    ]


def _with_shown(new: Iterable[Showing], now: Seen, agreed: Seen) -> Seen:
    after = [*agreed]
    for showing in new:
        place = VIEWS.index(showing.audience)
        row, before = now[place], agreed[place]
        after[place] = row if before is None or row is None else before | {name: row[name] for name in showing.fields}
    return tuple(after)


def _stop_waiting(db: sqlite_utils.Database, table: str, records: Iterable[tuple[str, Audience]]) -> None:
    lines = ((record, table, audience) for record, audience in records)
    db.conn.executemany(f"DELETE FROM waiting WHERE {OF_RECORD}", lines)


def _keep(db: sqlite_utils.Database, table: str, before: Mapping[str, Seen], after: Mapping[str, Seen]) -> None:
    changed = sorted(record for record, rows in after.items() if rows != before.get(record, NOTHING))
    gone = ((table, record) for record in changed if record in before)
    db.conn.executemany('DELETE FROM shown WHERE "table" = ? AND record = ?', gone)
    # as they stand in the file: it is written from one end to the other
    _insert_shown(db, (line for record in changed for line in _shown_lines((table, record), after[record])))


def _insert_shown(db: sqlite_utils.Database, lines: Iterable[tuple[str | int, ...]]) -> None:
    db.conn.executemany(f"INSERT INTO shown ({SHOWN}) VALUES ({', '.join('?' * (len(VIEWS) + 3))})", lines)


def _shown_lines(key: Key, rows: Seen) -> Iterator[tuple[str | int, ...]]:
    """Yield the lines of ``shown`` of a record, of which each audience sees a row or nothing."""
    sees: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row is not None:
            sees.setdefault(_text(row), [0] * len(VIEWS))[place] = 1
    return ((*key, *flags, text) for text, flags in sees.items())


def _stored(db: sqlite_utils.Database, table: str, ids: Collection[str] | None) -> dict[str, Seen]:
    stored: dict[str, list[Row | None]] = defaultdict(lambda: [*NOTHING])
    lines = _lines(db, SHOWN, "shown", table, ids)
    for _, record, *flags, text in lines:
        row = _whole(table, text)
        for place, sees in enumerate(flags):
            if sees:
                stored[record][place] = row
    return {record: tuple(rows) for record, rows in stored.items()}


def _whole(table: str, text: str) -> Row:
    return {**BLANK[table], **json.loads(text)}


def _digests(db: sqlite_utils.Database, table: str, ids: Collection[str] | None) -> dict[str, dict[Audience, str]]:
    digests: dict[str, dict[Audience, str]] = defaultdict(dict)
    for record, audience, digest in _lines(db, "record, audience, digest", "waiting", table, ids):
        digests[record][audience] = digest
    return dict(digests)


def grouped(keys: Iterable[Key]) -> Ids:
    """Return the ids of each table."""
    grouped: Ids = defaultdict(set)
    for table, record in keys:
        grouped[table].add(record)
    return grouped


BLANK = {table: dict.fromkeys(("id", *PUBLISHED[table])) for table in SHOWABLE} | {THRESHOLD: {}}
"""Table -> a row of nothing but blank fields."""


def _text(fields: Mapping[str, Any]) -> str:
    given = {name: value for name, value in fields.items() if value is not None}
    return to_json(given).decode()


def _fields(text: str) -> dict[str, tuple[Any, Any]]:
    return {name: (before, now) for name, (before, now) in json.loads(text).items()}
