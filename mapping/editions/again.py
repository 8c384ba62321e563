"""Publishing again after little changed: the view before is copied, and what follows from the changes made anew.

What changed the private file itself noted (`mapping.directory.watching`). Of these records, and of all whose being seen
follows from them, the projection gives the rows, as it gives them for a whole view; so nothing is shown by this way
that is not shown by that one. Where more could follow than rows, a whole view is written:

- the view before is not, byte for byte, one that this directory wrote with the same code, study area, rules and key;
- much changed, a word, a least count, a case count, an answer to a checklist, or a source of a licence;
- a service came, went or moved, its place, address or phone changed, or something hidden was changed or hidden anew:
  every text is looked through then for what is hidden, and the steward is warned anew;
- a new text could tell something hidden, taken as if nothing were published.
"""

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlite_utils

from mapping.area.study_area import StudyArea
from mapping.directory import gate
from mapping.directory.directory import Directory, public_id
from mapping.directory.rows import reader, stored_ids, stored_rows
from mapping.directory.watching import Since, since
from mapping.model import RECORDS, WORDS, Audience, Record, references
from mapping.resources import CODE_DIGEST, stamp_of
from mapping.safety.agreed import DAYS, THRESHOLD, Agreed, Key
from mapping.safety.leak_scan import FACT_FIELDS, HiddenFacts, may_tell, text_fields
from mapping.safety.redaction import LINKED, PUBLISHED, Row, Tables, project, rename
from mapping.view.rewriting import Changed, rewrite
from mapping.view.writer import months_of, with_due_days

MOST = 5_000
"""Records that are projected anew; of more a whole view is quicker."""

PLACES = ("location", "service_at_location", "address", "phone")
"""Tables of where and how something is reached: every one of their rows is compared with all that is hidden."""

STANDING = frozenset({*FACT_FIELDS, *PLACES})
"""Tables whose rows are facts, or warned of: of these nothing may come, go or be hidden."""


class Whole(Exception):
    """A whole view must be written."""


def made_by(directory: Directory, ground: str) -> str:
    """Return a text that is another wherever the same records could give another view; "" where nobody can tell."""
    if not ground or directory.area is None or not directory.area.digest:
        return ""
    facts = [_code(), ground, directory.area.digest, directory.rules(dt.date.min).digest]
    facts += [directory.area.settings.model_dump_json(), hashlib.sha256(directory.key).hexdigest()]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _code() -> str:
    """Return a text that is another for other code and other libraries under it."""
    return f"{CODE_DIGEST} {sys.version} {sqlite3.sqlite_version} {zlib.ZLIB_RUNTIME_VERSION}"


def again(
    directory: Directory,
    audience: Audience,
    path: Path,
    *,
    area: StudyArea | None,
    edition: dt.date,
    previous: Path,
    digest: str,
    stamp: tuple[int, int, int],
    maker: str,
) -> Since | None:
    """Write the view that a whole publication would write, but for travel times; None where that takes a whole one.

    ``digest`` is the checksum of the view before, and ``stamp`` its `stamp_of` when that was taken. Return what
    the next can be told from.
    """
    try:
        with directory.snapshot():
            before = since(directory.db, audience, digest, maker) if maker else None
            if before is None:
                return None
            changed, conceals = _changes(directory, audience, edition, previous, before)
        _require_same_travel(previous, changed, area)
        shutil.copyfile(previous, path)
        if audience != "public":
            path.chmod(0o600)
        if not rewrite(path, previous, changed, area=directory.area, edition=edition):
            return None
        if stamp_of(previous) != stamp:  # another took its place while it was read
            return None
    except Whole:
        return None
    return Since({}, conceals, before.warnings)


def _changes(
    directory: Directory, audience: Audience, edition: dt.date, previous: Path, before: Since
) -> tuple[Changed, frozenset[Key]]:
    """Return the rows that differ, and the records of which something is not shown."""
    db = directory.db
    with closing(sqlite3.connect(f"{previous.resolve().as_uri()}?mode=ro", uri=True)) as view:
        (day,) = view.execute("SELECT value FROM edition WHERE name = 'edition'").fetchone()
    _require_rows_only(directory, before)
    written = {(table, record) for table, ids in before.changed.items() for record in ids}
    written |= _decided_by_the_day(db, day, edition.isoformat())
    touched = gate.following(db, gate.grouped(key for key in written if key[0] in gate.SHOWABLE))
    if touched["case_count"] or touched["standard_assessment"] or sum(map(len, touched.values())) > MOST:
        raise Whole
    tables = gate.needed_for(db, touched) | directory.tables(WORDS)
    rules, agreed = directory.rules(edition), gate.agreed_of(db, audience, tables)
    _require_own_owners(tables, agreed)
    shown = project(tables, audience, rules, agreed)
    there = {(table, row["id"]) for table, rows in shown.items() for row in rows}
    facts = HiddenFacts()
    facts.add(tables, shown)

    key = directory.key
    own = {public_id(key, record): (table, record) for table, ids in touched.items() for record in ids}
    published = with_due_days(rename(shown, lambda private: public_id(key, private)), months_of(directory.area))
    with closing(sqlite3.connect(f"{previous.resolve().as_uri()}?mode=ro", uri=True)) as view:
        _require_all_that_hangs_on_them(view, own)
        changed = dict(_differing(view, published, own))
    _require_nothing_waited(db, changed, own, audience)

    altered = written | {own[public] for rows in changed.values() for public in rows}
    if facts.concealed & altered or any(key not in there for key in written if key[0] in STANDING):
        raise Whole
    _require_known_words(changed, {public_id(key, word) for word in rules.vocabulary})
    _require_same_warnings(changed, before)
    _require_nothing_told(directory, changed, before)
    _require_same_licences(directory, changed, own)
    return changed, before.conceals - altered


def _decided_by_the_day(db: sqlite_utils.Database, before: str, now: str) -> set[Key]:
    """Return the records of which a consent holds on one of two days and not on the other."""
    holds = {"approval": "approved_on <= {0} AND {0} <= consent_until", "statement": "consent_until >= {0}"}
    subject = {"approval": "subject", "statement": "id"}
    keys: set[Key] = set()
    for table, condition in holds.items():
        query = (
            f'SELECT {subject[table]} FROM "{table}" WHERE ({condition.format("?1")}) IS NOT ({condition.format("?2")})'
        )
        for (record,) in db.execute(query, [before, now]).fetchall():
            owners = ("statement",) if table == "statement" else gate.SHOWABLE
            keys |= {(owner, record) for owner in owners if stored_ids(db, owner, [record])}
    return keys


def _require_rows_only(directory: Directory, before: Since) -> None:
    """Require that what changed is told by rows alone: no words, rules or sources, and no facts never shown."""
    if {*WORDS, THRESHOLD, "source", "case_count", *(FACT_FIELDS.keys() - PUBLISHED)} & before.changed.keys():
        raise Whole
    senders = stored_rows(directory.db, "source", sorted(before.changed.get("sender", ())))
    if any(row["licence"] for row in senders.values()):
        raise Whole


OWNERS = {
    table: [*own, *(name for name in ("link_id", "link_entity") if name in RECORDS[table].model_fields)]
    for table, own in gate.PARENTS.items()
}
"""Table -> fields that name what a record belongs to."""


def _require_own_owners(tables: Tables, agreed: Agreed) -> None:
    """Require that nothing is shown as a part of what it was agreed to belong to, and does not any more."""
    for table, names in OWNERS.items():
        for record in tables.get(table, ()):
            row = agreed.get((table, record.id))
            if row is not None and any(row[name] != record.get(name) for name in names):
                raise Whole


def _require_all_that_hangs_on_them(view: sqlite3.Connection, own: Mapping[str, Key]) -> None:
    """Require that all that a view shows as parts of some records are among them."""
    wanted = json.dumps([*own])
    for table, names in OWNERS.items():
        for name in names:
            query = f'SELECT id FROM "{table}" WHERE "{name}" IN (SELECT value FROM json_each(?))'
            if name != "link_entity" and any(part not in own for (part,) in view.execute(query, [wanted])):
                raise Whole


def _require_nothing_waited(
    db: sqlite_utils.Database, changed: Changed, own: Mapping[str, Key], audience: Audience
) -> None:
    """Require that nothing was agreed to that is said of what is shown only now."""
    new = [own[public][1] for rows in changed.values() for public, (was, _) in rows.items() if was is None]
    tables = ", ".join(f"'{table}'" for table in LINKED)
    query = f'SELECT 1 FROM shown WHERE "table" IN ({tables}) AND {audience} AND instr("row", ?)'
    for record in new:
        if db.execute(query, [record]).fetchone() is not None:
            raise Whole


def _differing(
    view: sqlite3.Connection, shown: Mapping[str, Sequence[Mapping[str, Any]]], own: Mapping[str, Key]
) -> Iterator[tuple[str, dict[str, tuple[Row | None, Row | None]]]]:
    """Yield table by table the rows that differ from those of the view before, by their published ids."""
    for table in gate.SHOWABLE:
        ids = [public for public, (name, _) in own.items() if name == table]
        now = {row["id"]: _plain(table, row) for row in shown.get(table, ()) if own.get(row["id"], "")}
        names = ("id", *PUBLISHED[table])
        columns = ", ".join(f'"{name}"' for name in names)
        query = f'SELECT {columns} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
        was: dict[str, Row] = {
            row[0]: dict(zip(names, row, strict=True)) for row in view.execute(query, [json.dumps(ids)])
        }
        pairs = {i: (was.get(i), now.get(i)) for i in ids if was.get(i) != now.get(i)}
        if pairs:
            yield table, pairs


def _plain(table: str, row: Mapping[str, Any]) -> Row:
    """Return a row as a view holds it: days as texts, the columns in their order."""
    days = {name: row[name].isoformat() for name in DAYS[table] if isinstance(row.get(name), dt.date)}
    return {name: row[name] for name in ("id", *PUBLISHED[table])} | days


def _require_known_words(changed: Changed, vocabulary: set[str]) -> None:
    """Require that no word is used, or used no more, but for those that every view has."""
    for table, rows in changed.items():
        columns = [name for name, parent in references(RECORDS[table]).items() if parent in WORDS]
        for was, now in rows.values():
            values = [{row[name] if row else None for row in (was, now)} for name in columns]
            if any(len(pair) > 1 and not pair - {None} <= vocabulary for pair in values):
                raise Whole
            if any(row and row.get("link_entity") in WORDS for row in (was, now)):
                raise Whole


def _require_same_warnings(changed: Changed, before: Since) -> None:
    """Require that the steward would be warned of the same, in the same words."""
    if any(table in PLACES for table in changed):
        raise Whole
    if any(None in pair for table, rows in changed.items() if table in STANDING for pair in rows.values()):
        raise Whole
    bodies = [(was, now, name) for name, table in BODIES.items() for was, now in changed.get(table, {}).values()]
    if before.warnings and any(was and now and was[name] != now[name] for was, now, name in bodies):
        raise Whole


BODIES = {"name": "organization", "organization_id": "service"}
"""Fields by which a warning names a place: whose service is there."""


def _require_nothing_told(directory: Directory, changed: Changed, before: Since) -> None:
    """Require that no text could tell something hidden, which none did before.

    Of what is hidden there is nothing more than before. What was published and is not any more could make a name,
    a number or an address a secret again.
    """
    texts = set()
    for table, rows in changed.items():
        for was, now in rows.values():
            for what, text in _facts(table, was):
                if (before.conceals or what == "phone") and (what, text) not in _facts(table, now):
                    raise Whole
            fields = text_fields(table) if now else ()
            texts |= {now[name] for name in fields if now and now[name] and not (was and was[name] == now[name])}
    ids: dict[str, list[str]] = {}
    for table, record in before.conceals:
        ids.setdefault(table, []).append(record)
    tables: dict[str, list[Record]] = {}
    for table, own in ids.items():
        read = reader(RECORDS[table])
        tables[table] = [read(list(row.values())) for row in stored_rows(directory.db, table, own).values()]
    if may_tell(texts, tables, common=directory.common_names() if tables else ()):
        raise Whole


def _facts(table: str, row: Mapping[str, Any] | None) -> set[tuple[str, str]]:
    """Return what a row tells, of the kinds of which it counts that they are published: kind and text."""
    if row is None:
        return set()
    fields = row
    if table == "translation":
        table, fields = row["link_entity"], {row["field"]: row["text"]}
    kinds = {name: what for name, what in FACT_FIELDS.get(table, {}).items() if what != "name"}
    kinds |= {"name": "body"} if table == "organization" else {}
    return {(what, fields[name]) for name, what in kinds.items() if fields.get(name)}


def _require_same_licences(directory: Directory, changed: Changed, own: Mapping[str, Key]) -> None:
    """Require that nothing came or went of which a source has a licence to be named."""
    ids = [own[public][1] for rows in changed.values() for public, pair in rows.items() if None in pair]
    query = (
        "SELECT 1 FROM provenance p JOIN source s ON s.id = p.source_id WHERE coalesce(s.licence, '') <> ''"
        " AND p.link_id IN (SELECT value FROM json_each(?))"
    )
    if directory.db.execute(query, [json.dumps(ids)]).fetchone() is not None:
        raise Whole


def _require_same_travel(previous: Path, changed: Changed, area: StudyArea | None) -> None:
    """Require that people can go to the same places beyond the border."""
    if area is None or not area.settings.travel.cross_borders or not {"service", "service_area"} & changed.keys():
        return
    query = "SELECT 1 FROM location WHERE coalesce(country, '') NOT IN ('', ?) LIMIT 1"
    with closing(sqlite3.connect(f"{previous.resolve().as_uri()}?mode=ro", uri=True)) as db:
        if db.execute(query, [area.code]).fetchone() is not None:
            raise Whole
