"""Duplicates and conflicts: two records that may be one, and facts on which sources differ, for a person to decide."""

from typing import Any, cast

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.conflicts import Conflict
from mapping.directory.importing import Move
from mapping.directory.proposals import Outdated, version
from mapping.directory.writing import WHETHER_MOVED
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.quality.candidate import TABLES as COMPARED
from mapping.quality.candidate import Candidate
from mapping.quality.duplicates import Decided, Kind, batch_of
from web.access.guard import log, me, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.agreeing import others
from web.staff.common import directory, everything_seen, outcome, propose, require_over, seen
from web.staff.fields import CHOOSE, FIELDS, LABELS, PARTS, TABLES, labels, said
from web.staff.records.edit import NO_REASON, leads_elsewhere
from web.staff.records.lists import WorkList, WorkRow, work_page
from web.staff.records.records import line, parts_of, places_of, services_of, shown
from web.staff.visible import name_of

blueprint = Pages("doubles")

DUPLICATES = Message("Duplicates")
MAY_BE_ONE = labels("may_be_one")
DISAGREE = Message("Facts that sources disagree about")
COUNTS_NOW = Message("Which is true? The first counts now.")
MOVED = Message("Moved, or two? A newer list has them at another place")
ASK_WHETHER = Message(
    "Ask the sender, or call. If it moved, the two become one, at the new place. Until then both places are shown."
)
CHOICES, MOVE_CHOICES = labels("pair"), {**labels("pair"), **labels("moved")}
SENDERS, SERVICES, PLACES = Message("From which list"), Message("Services"), Message("Places")
GONE = Message("One of the two was changed or merged meanwhile. Look at the list again.")


# -- duplicates ------------------------------------------------------------------------------------------------------


@blueprint.page("attend", "doubles/<table>.html")
def pairs(language: str, table: str) -> str:
    """Show the pairs of a table that may be one, likeliest first."""
    if table not in COMPARED:
        abort(404)
    other_tables = [(f"doubles/{other}.html", TABLES[other]) for other in COMPARED if other != table]
    return work_page(language, DUPLICATES, [duplicates_list(table)], others=other_tables)


def duplicates_list(table: str) -> WorkList:
    """Return the pairs of a table that may be one and that the person may see one of."""
    mine = seen()
    found = [
        pair
        for pair in everything_seen().doubles
        if pair.table == table and (mine.has(table, pair.one) or mine.has(table, pair.other))
    ]
    state = "plain" if table == "location" else "warn"
    return WorkList(MAY_BE_ONE[table], state, f"doubles/{table}.html", found, _pair_row)  # type: ignore[arg-type]


def _pair_row(pair: Candidate, language: str) -> WorkRow:
    whole = everything_seen()
    one, other = (line(whole, whole.record(pair.table, record), language) for record in (pair.one, pair.other))
    bodies = dict.fromkeys(filter(None, (one.body or one.units, other.body)))
    path = f"d/{pair.table}/{pair.one}/{pair.other}.html"
    return WorkRow(f"{one.name} = {other.name}", path, " · ".join(bodies), tuple(pair.reasons))


@blueprint.form("edit", "d/<table>/<identifier>/<other>.html")
def pair(language: str, table: str, identifier: str, other: str) -> ResponseReturnValue:
    """Show two records side by side, and take what somebody decides about them."""
    if table not in COMPARED or identifier == other:
        abort(404)
    both = [everything_seen().record(table, record) for record in (identifier, other)]
    move = next((move for move in moves() if {move.service, move.now} == {identifier, other}), None)
    if move is not None and not may_decide(move):  # whoever may edit one of its places decides
        abort(403)
    for record in both if move is None else ():
        require_over("edit", record)
    if request.method == "GET":
        return _pair(language, table, both, move)
    kind, keep, reason = (request.form.get(name, "").strip() for name in ("decision", "keep", "reason"))
    wrong = {} if kind in CHOICES else {"decision": CHOOSE}
    wrong |= {} if keep in (identifier, other) else {"keep": CHOOSE}
    wrong |= {} if reason or kind != "same" else {"reason": NO_REASON}
    if wrong:
        return _pair(language, table, both, move, wrong=wrong), 400
    try:
        done = _decide(kind, table, keep, other if keep == identifier else identifier, (identifier, other), reason)
    except (InvalidRecord, NotFound):
        return _pair(language, table, both, move, problem=GONE), 409
    log(f"doubles_{kind}", subject=f"{table} {identifier} {other}", reason=reason)
    path = f"r/{table}/{keep}.html" if kind == "same" else "see/moved.html" if move else f"doubles/{table}.html"
    return redirect(f"/{language}/{path}?{done}", code=303)


def _decide(kind: str, table: str, keep: str, lost: str, both: tuple[str, str], reason: str) -> str:
    login, day = me().login, today()
    if kind == "same" and _waits(table, {*both}):
        return "waits"
    if kind == "same":
        change = directory().merge(keep, [lost], table=table, by=login, on=day, reason=reason)
        return "waits" if change.proposal else "done"
    decided = Decided(1, cast("Any", table), *both, cast("Kind", kind), keep, lost, reason)
    return outcome(directory().add(batch_of([decided], by=login, on=day), by=login, on=day))


def _waits(table: str, both: set[str]) -> bool:
    """Whether a second person was asked already to make one of two records."""
    return any(
        (proposal.kind, proposal.link_entity) == ("merge", table) and {proposal.link_id, *others(proposal)} == both
        for proposal in directory().proposals()
    )


def _pair(language: str, table: str, both: list[Any], move: Move | None, **more: object) -> str:
    whole = everything_seen()
    found = (each for each in whole.doubles if {each.one, each.other} == {record.id for record in both})
    rows = zip(*(_side(record, language) for record in both), strict=True)
    return page(
        "staff/pair.html",
        language,
        table=table,
        lines=[line(whole, record, language) for record in both],
        rows=[(label, one, other) for (label, one), (_, other) in rows if one or other],
        likely=next(found, None),
        went=WHETHER_MOVED if move else None,
        choices=MOVE_CHOICES if move else CHOICES,
        **more,
    )


def _side(record: Any, language: str) -> list[tuple[Message, str]]:
    whole, texts = everything_seen(), shown(record, language)
    rows = [(LABELS[name], texts.get(name, "")) for name in FIELDS[record.table]]
    for part in PARTS[record.table]:
        rows.append((TABLES[part], "; ".join(text for _, text in parts_of(whole, record, part, language))))
    for label, found in ((SERVICES, services_of(whole, record)), (PLACES, places_of(whole, record))):
        rows.append((label, "; ".join(name_of(whole, each, language) for each in found)))
    notes = whole.of_owner("provenance", "link_id", record.id)
    sources: list[Any] = [whole.get("source", note.source_id or "") for note in notes]
    rows.append((SENDERS, "; ".join(sorted({source.name for source in sources if source is not None}))))
    return rows


# -- what seems to have moved ----------------------------------------------------------------------------------------


def moved_list() -> WorkList:
    """Return the services that seem to have moved, of which the person may decide whether they did."""
    found = [move for move in moves() if may_decide(move)]
    return WorkList(MOVED, "warn", "see/moved.html", found, _move_row, ASK_WHETHER)


def _move_row(move: Move, language: str) -> WorkRow:
    now = line(everything_seen(), everything_seen().record("service", move.now), language)
    return WorkRow(now.name, f"d/service/{move.service}/{move.now}.html", now.body, (WHETHER_MOVED,))


def moves() -> list[Move]:
    """Return what seems to have moved and may be seen, in any region, and what a second person is not asked about."""
    whole = everything_seen()
    return [
        move
        for move in directory().moves()
        if whole.has("service", move.service)
        and whole.has("service", move.now)
        and not _waits("service", {move.service, move.now})
    ]


def may_decide(move: Move) -> bool:
    """Whether the person may edit a service that seems to have moved, at its old place or at its new one."""
    whole = everything_seen()
    return me().may(
        "edit", whole.units(whole.record("service", move.service)) | whole.units(whole.record("service", move.now))
    )


# -- conflicts -------------------------------------------------------------------------------------------------------


@blueprint.page("attend", "conflicts.html")
def conflicts(language: str, *, problem: Message | None = None) -> str:
    """Show the facts on which sources differ: what counts now and why, and what the others say."""
    return work_page(language, DISAGREE, [conflicts_list()], problem=problem)


def conflicts_list() -> WorkList:
    """Return the facts on which sources differ, in the regions of whoever is signed in."""
    return WorkList(DISAGREE, "warn", "conflicts.html", seen().conflicts(), _conflict_row)


def _conflict_row(conflict: Conflict, language: str) -> WorkRow:
    record = seen().record(conflict.table, conflict.record)
    of, claims = line(seen(), record, language), (conflict.winner, *conflict.losers)
    may_edit = me().may("edit", everything_seen().units(record))
    return WorkRow(
        f"{of.name}: {LABELS[conflict.field].into(language)}",
        f"r/{conflict.table}/{conflict.record}.html",
        of.body,
        (COUNTS_NOW,),
        action=f"conflicts/{conflict.table}/{conflict.record}/{conflict.field}",
        sent={"seen": version(directory().db, conflict.table, conflict.record)},
        buttons=tuple(("value", str(n), _claim(conflict, claim, language)) for n, claim in enumerate(claims))
        if may_edit
        else (),
    )


def _claim(conflict: Conflict, claim: Any, language: str) -> str:
    on = [Message("checked on {day}", {"day": claim.on}).into(language)] if claim.on else []
    return " · ".join([said(conflict.table, conflict.field, claim.value, study_area(), language), claim.source, *on])


@blueprint.act("edit", "conflicts/<table>/<identifier>/<field>")
def settle(language: str, table: str, identifier: str, field: str) -> ResponseReturnValue:
    """Let one of the values count, as the stewards' own word."""
    conflict = next((e for e in seen().conflicts() if (e.table, e.record, e.field) == (table, identifier, field)), None)
    if conflict is None:
        return conflicts(language, problem=GONE), 409
    require_over("edit", seen().record(table, identifier))
    claims, chosen = (conflict.winner, *conflict.losers), request.form.get("value", "")
    if not chosen.isdigit() or int(chosen) >= len(claims):
        return conflicts(language, problem=CHOOSE), 400
    values, reason = {field: claims[int(chosen)].value}, claims[int(chosen)].source
    number = request.form.get("seen", 0, type=int)
    try:
        if leads_elsewhere(table, identifier, values):
            propose("edit", table, identifier, values, reason=reason)
            return redirect(f"/{language}/conflicts.html?waits", code=303)
        directory().edit(table, identifier, values, by=me().login, on=today(), reason=reason, last_change=number)
    except Outdated:
        return conflicts(language, problem=GONE), 409
    log("edited", subject=f"{table} {identifier}: {field}", reason=reason)
    return redirect(f"/{language}/conflicts.html?done", code=303)
