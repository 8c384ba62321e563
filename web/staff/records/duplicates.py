"""Doubles and conflicts: two records that may be one, and facts on which sources differ, for a person to decide."""

from typing import Any, cast

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.proposals import Outdated, version
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.quality.duplicates import Decided, Kind, apply
from mapping.quality.matching import TABLES as COMPARED
from mapping.quality.matching import Candidate
from web.access.guard import Open, log, me
from web.access.roles import Action
from web.access.signin import page
from web.staff.common import directory, everything_seen, require_over, seen, study_area, today
from web.staff.fields import FIELDS, LABELS, PARTS, TABLES, said
from web.staff.records.edit import leads_elsewhere
from web.staff.records.records import RecordLine, line, parts_of, shown
from web.staff.visible import VisibleRecords

doubles = Blueprint("doubles", __name__)
blueprint = doubles

ROUTES: dict[str, Action | Open] = {
    "doubles.pairs": "attend",
    "doubles.pair": "edit",
    "doubles.conflicts": "attend",
    "doubles.settle": "edit",
}
MOST = 50
CHOICES: dict[str, Message] = {
    "same": Message("They are one: merge them"),
    "different": Message("They are two: do not ask again"),
    "later": Message("I do not know yet"),
}
GONE = Message("One of the two was changed or merged meanwhile. Look at the list again.")


@doubles.get("/<language>/doubles/<table>.html")
def pairs(language: str, table: str) -> str:
    """Show the pairs of a table that may be one, likeliest first."""
    if table not in COMPARED:
        abort(404)
    mine, whole = seen(), everything_seen()
    found = [
        pair
        for pair in whole.doubles
        if pair.table == table and (mine.has(table, pair.one) or mine.has(table, pair.other))
    ]
    rows = [
        (pair, _line(whole, table, pair.one, language), _line(whole, table, pair.other, language))
        for pair in found[:MOST]
    ]
    return page("staff/doubles.html", language, table=table, rows=rows, count=len(found), compared=COMPARED)


def _line(whole: VisibleRecords, table: str, one: str, language: str) -> RecordLine:
    return line(whole, whole.record(table, one), language)


@doubles.route("/<language>/d/<table>/<one>/<other>.html", methods=["GET", "POST"])
def pair(language: str, table: str, one: str, other: str) -> ResponseReturnValue:
    """Show two records side by side, and take what somebody decides about them."""
    if table not in COMPARED or one == other:
        abort(404)
    whole = everything_seen()
    both = [whole.record(table, each) for each in (one, other)]
    for each in both:
        require_over("edit", each)
    if request.method == "GET":
        return _pair(language, table, both)
    kind, keep, reason = (request.form.get(name, "").strip() for name in ("decision", "keep", "reason"))
    if kind not in CHOICES or keep not in (one, other):
        abort(400)
    lost = other if keep == one else one
    login, day, done = me().login, today(), "done"
    try:
        if kind == "same":
            change = directory().merge(keep, [lost], table=table, by=login, on=day, reason=reason)
            done = "waits" if change.proposal else "done"
        else:
            decided = Decided(1, table, one, other, cast("Kind", kind), keep, lost, reason)
            list(apply(directory(), [decided], by=login, on=day))
    except (InvalidRecord, NotFound):
        return _pair(language, table, both, problem=GONE), 409
    log(f"doubles_{kind}", subject=f"{table} {one} {other}", reason=reason)
    path = f"r/{table}/{keep}.html" if kind == "same" else f"doubles/{table}.html"
    return redirect(f"/{language}/{path}?{done}", code=303)


def _pair(language: str, table: str, both: list[Any], *, problem: Message | None = None) -> str:
    whole = everything_seen()
    likely: Candidate | None = next(
        (each for each in whole.doubles if {each.one, each.other} == {one.id for one in both}), None
    )
    said_of = [{each.name: each.text for each in shown(one, language)} for one in both]
    rows = [(LABELS[name], *(each.get(name, "") for each in said_of)) for name in FIELDS[table]]
    for part in PARTS[table]:
        texts = ["; ".join(text for _, text in parts_of(whole, one, part, language)) for one in both]
        rows.append((TABLES[part], *texts))
    return page(
        "staff/pair.html",
        language,
        table=table,
        lines=[line(whole, one, language) for one in both],
        rows=[row for row in rows if any(row[1:])],
        likely=likely,
        choices=CHOICES,
        problem=problem,
    )


@doubles.get("/<language>/conflicts.html")
def conflicts(language: str, *, problem: Message | None = None) -> str:
    """Show the facts on which sources differ: what counts now and why, and what the others say."""
    mine, area = seen(), study_area()
    rows = []
    for each in mine.conflicts():
        told = [(one, said(each.table, each.field, one.value, area, language)) for one in (each.winner, *each.losers)]
        rows.append(
            (
                each,
                line(mine, mine.record(each.table, each.record), language),
                LABELS[each.field],
                told,
                version(directory().db, each.table, each.record),
            )
        )
    return page("staff/conflicts.html", language, rows=rows, problem=problem)


@doubles.post("/<language>/conflicts/<table>/<one>/<field>")
def settle(language: str, table: str, one: str, field: str) -> ResponseReturnValue:
    """Let one of the values count, as the stewards' own word."""
    found = next((e for e in seen().conflicts() if (e.table, e.record, e.field) == (table, one, field)), None)
    if found is None:
        return conflicts(language, problem=GONE), 409
    record, told = seen().record(table, one), (found.winner, *found.losers)
    require_over("edit", record)
    chosen = request.form.get("value", "")
    if not chosen.isdigit() or int(chosen) >= len(told):
        abort(400)
    values = {field: told[int(chosen)].value}
    reason, number = f"sources differ: {told[int(chosen)].source}", int(request.form.get("seen", "0") or 0)
    try:
        if leads_elsewhere(table, one, values):
            directory().propose("edit", table, one, values, by=me().login, on=today(), reason=reason)
            return redirect(f"/{language}/conflicts.html?waits", code=303)
        directory().edit(table, one, values, by=me().login, on=today(), reason=reason, seen=number)
    except Outdated:
        return conflicts(language, problem=GONE), 409
    log("edited", subject=f"{table} {one}: {field}", reason=reason)
    return redirect(f"/{language}/conflicts.html?done", code=303)
