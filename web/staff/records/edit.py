"""Edit: change a record and its parts, note a check, keep an entry out of every list.

What needs a second person (`leads_elsewhere`) becomes a proposal; so does what somebody would
rather have looked at. Every form carries the change after which the record was looked at: what was changed meanwhile is
refused.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.proposals import Outdated, version
from mapping.editions.hiding import HIDDEN, hide
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from mapping.model import ENTRY_POINTS, RECORDS, WHOLES, Record, Schedule, Service, Source, record_id, strictest
from mapping.quality.call_list import batch_of_calls, found_by_call
from mapping.quality.holdings import HeldService
from mapping.safety.redaction import VIEWS
from web.access.guard import log, me, study_area, today, typed_day
from web.access.pages import Pages
from web.staff.common import directory, everything_seen, outcome, propose, require_over, seen
from web.staff.fields import CHOOSE, FIELDS, LEVELS, PARTS, RESULTS, given
from web.staff.operations.publish import releases
from web.staff.persons import ANSWER, ASKS, asked_about
from web.staff.records import week
from web.staff.records.records import OpenForm, record_page
from web.staff.visible import body_of, name_of

blueprint = Pages("edit")

WORK_LIST = re.compile(r"(see/[a-z-]+|attention)\.html")
"""Where somebody goes on after a check that they noted in a work list."""
STALE = Message("Somebody else changed this meanwhile. Below is how it stands now; repeat your change if it is needed.")
NO_REASON = Message("Say why, in a few words: the history keeps it.")
NOTHING = Message("Nothing was changed.")
NO_DAY = Message("Write the day as year, month and day: 2026-12-31.")
LATE = Message("This day is still to come: write the day on which it was checked.")


def back(language: str, record: Any, *, outcome: str = "done") -> ResponseReturnValue:
    """Lead to the page of the record that another belongs to."""
    table, owner = everything_seen().owner(record) or (record.table, record.id)
    return redirect(f"/{language}/r/{table}/{owner}.html?{outcome}", code=303)


def visible(table: str, identifier: str) -> Any:
    """Return a record that the person sees and may change, or refuse."""
    if table not in FIELDS:
        abort(404)
    record = seen().record(table, identifier)
    require_over("edit", record)
    return record


@blueprint.form("edit", "e/<table>/<identifier>.html")
def change(language: str, table: str, identifier: str) -> ResponseReturnValue:
    """Change fields of a record or of a part of one, on the page of the record."""
    record = visible(table, identifier)
    if request.method == "GET":
        return _form(language, OpenForm(table, record))
    values, wrong = given(table, request.form, request.form.getlist("byday"), study_area(), record)
    if refusal := _refused(language, OpenForm(table, record), values, wrong, record):
        return refusal
    reason, number = request.form["reason"].strip(), request.form.get("seen", 0, type=int)
    try:
        if leads_elsewhere(table, identifier, values) or "ask" in request.form:
            if version(directory().db, table, identifier) != number:
                raise Outdated
            propose("edit", table, identifier, values, reason=reason)
            return back(language, record, outcome="waits")
        made = directory().edit(table, identifier, values, by=me().login, on=today(), reason=reason, last_change=number)
    except Outdated:
        now = everything_seen().record(table, identifier)
        return _form(language, OpenForm(table, now, problem=STALE, typed={})), 409
    except InvalidRecord:
        return _form(language, OpenForm(table, record, problem=NOTHING)), 400
    log("edited", subject=f"{table} {identifier}: {', '.join(sorted(values))}", reason=reason)
    return back(language, record, outcome=outcome(made))


@blueprint.form("edit", "a/<table>/<owner_table>/<owner>.html")
def add(language: str, table: str, owner_table: str, owner: str) -> ResponseReturnValue:
    """Add a part to a record; a number or an address that more than custodians see needs a second person."""
    if owner_table not in WHOLES or table not in PARTS[owner_table]:
        abort(404)
    owner_record = visible(owner_table, owner)
    if request.method == "GET":
        return _form(language, OpenForm(table, typed=request.args), owner_record)
    values, wrong = given(table, request.form, request.form.getlist("byday"), study_area())
    belonging = _belonging(table, owner_record)
    if refusal := _refused(language, OpenForm(table), values, wrong, owner_record, belonging):
        return refusal
    reason, new = request.form["reason"].strip(), str(uuid.uuid4())
    values |= belonging
    if table in ENTRY_POINTS and values.get("audience") != "custodian":
        propose("add", table, new, values, reason=reason)
        return back(language, owner_record, outcome="waits")
    record = RECORDS[table].model_validate(values | {"id": new})
    batch = Batch(STEWARDS, f"{table} of a steward", records=[record], rows=1, partial=True)
    made = directory().add(batch, by=me().login, on=today())
    log("added", subject=f"{table} {new}", reason=reason)
    return back(language, owner_record, outcome=outcome(made))


@blueprint.act("edit", "x/<table>/<identifier>")
def remove(language: str, table: str, identifier: str) -> ResponseReturnValue:
    """Take out a part; where more people would see the record then, a second person agrees first."""
    record = visible(table, identifier)
    if table in WHOLES:
        abort(404)
    batch = Batch(STEWARDS, f"{table} of a steward", removed=[(table, identifier)], partial=True)
    if directory().add(batch, by=me().login, on=today(), dry_run=True).shows:
        reason = request.form.get("reason", "").strip() or "-"
        propose("remove", table, identifier, {}, reason=reason)
        return back(language, record, outcome="waits")
    answer = back(language, record)
    directory().add(batch, by=me().login, on=today())
    log("removed", subject=f"{table} {identifier}")
    return answer


@blueprint.form("edit", "week/<table>/<identifier>.html")
def hours(language: str, table: str, identifier: str) -> ResponseReturnValue:
    """Change the ordinary hours of a service or a place as one week."""
    record = visible(table, identifier)
    if "schedule" not in PARTS.get(table, ()):
        abort(404)
    old = week.ordinary(everything_seen().of_owner("schedule", f"{table}_id", identifier))
    form = OpenForm("schedule", fields=week.fields_of(old))
    if request.method == "GET":
        return _form(language, form, record)
    rows, wrong = week.entered(request.form)
    known = {(each.byday, each.opens_at, each.closes_at): each for each in old}
    new = [row for row in rows if known.pop((row["byday"], row["opens_at"], row["closes_at"]), None) is None]
    gone, records = list(known.values()), list[Record]()
    audience = strictest(record.audience, *(each.audience for each in old))
    if refusal := _refused(language, form, {"hours": new} if new or gone else {}, wrong, record):
        return refusal
    for row in new:  # what is shown of changed hours stays until somebody else agreed to the new ones
        if gone:
            records.append(directory().record(Schedule, gone.pop().id).model_copy(update=row))
        else:
            own = {**row, f"{table}_id": identifier, "audience": audience, "id": str(uuid.uuid4())}
            records.append(Schedule.model_validate(own))
    removed = [("schedule", each.id) for each in gone]
    batch = Batch(STEWARDS, "schedule of a steward", records=records, removed=removed, rows=len(records), partial=True)
    made = directory().add(batch, by=me().login, on=today())
    log("edited", subject=f"{table} {identifier}: schedule", reason=request.form["reason"].strip())
    return back(language, record, outcome=outcome(made))


@blueprint.act("edit", "c/<identifier>")
def check(language: str, identifier: str) -> ResponseReturnValue:
    """Note that a service was checked: what was found, how, by whom, when."""
    record = visible("service", identifier)
    result, level = request.form.get("result", ""), request.form.get("level", "")
    on = typed_day("on") if request.form.get("on", "").strip() else today()
    wrong = {} if result in RESULTS else {"result": CHOOSE}
    wrong |= {} if level in LEVELS else {"level": CHOOSE}
    wrong |= {} if on and on <= today() else {"on": LATE if on else NO_DAY}
    if on is None or wrong:
        return record_page(language, "service", identifier, wrong=wrong), 400
    held = cast("HeldService", everything_seen().held(identifier))
    held = replace(held, service=directory().record(Service, identifier))
    note = request.form.get("note", "").strip()
    details = {"by": me().login, "method": level, "note": note}
    records = list(found_by_call(held, result, on, level, details, study_area()))
    directory().add(batch_of_calls("check", records), by=me().login, on=today())
    log("checked", subject=f"service {identifier}: {result}")
    if result == "changed":
        return redirect(f"/{language}/e/service/{identifier}.html#form", code=303)
    if WORK_LIST.fullmatch(work_list := request.form.get("next", "")):
        return redirect(f"/{language}/{work_list}?done#list1", code=303)
    return back(language, record)


@blueprint.act("edit", "f/<table>/<identifier>")
def flag(language: str, table: str, identifier: str) -> ResponseReturnValue:
    """Hide an entry now, in every edition in use; to list it again, a second person must agree."""
    record = visible(table, identifier)
    reason = request.form.get("reason", "").strip()
    if table not in HIDDEN:
        abort(404)
    if not reason:
        return record_page(language, table, identifier, wrong={"reason": NO_REASON}), 400
    subject = f"{table} {identifier}: do_not_list"
    if getattr(record, "do_not_list", False):
        propose("edit", table, identifier, {"do_not_list": False}, reason=reason, subject=subject)
        return back(language, record, outcome="waits")
    own = [releases(audience) for audience in VIEWS]
    hide(directory(), table, identifier, own, by=me().login, day=today(), reason=reason)
    log("edited", subject=subject, reason=reason)
    if table == "location":
        return redirect(f"/{language}/records.html", code=303)
    return back(language, record)


STEWARDS = Source(id=record_id("stewards", "source"), name="Stewards")


def _refused(
    language: str,
    form: OpenForm,
    values: dict[str, Any],
    wrong: Mapping[str, Message],
    record: Any,
    belonging: Mapping[str, Any] = MappingProxyType({}),
) -> ResponseReturnValue | None:
    """Return the form again where something in it does not fit, or looks like somebody's name; else None."""
    if not request.form.get("reason", "").strip():
        wrong = {**wrong, "reason": NO_REASON}
    if wrong or not values:
        return _form(language, replace(form, problem=None if wrong else NOTHING), record, wrong), 400
    if questions := _asked_about(language, form.table, {**values, **belonging}, record):
        return _form(language, replace(form, problem=ASKS, asks=ANSWER), record, questions), 409
    return None


def _asked_about(language: str, table: str, values: Mapping[str, Any], record: Any) -> dict[str, Message]:
    whole = everything_seen()
    body = name_of(whole, record, language) if record.table == "organization" else body_of(whole, record, language)
    audience = str(values.get("audience") or getattr(record, "audience", ""))
    about = {name: getattr(record, name) for name in ("link_entity", "field") if hasattr(record, name)}
    return asked_about(table, {**about, **values}, audience=audience, body=body)


def leads_elsewhere(table: str, identifier: str, values: Mapping[str, Any]) -> bool:
    """Whether an edit would lead people elsewhere, or show a record that is not shown.

    It waits as a whole then, so that the record tells what is shown; what merely tells more is stored at once, and
    the gate holds it back until somebody else agreed.
    """
    would = directory().edit(table, identifier, values, by=me().login, on=today(), reason="-", dry_run=True)
    return any(showing.leads for showing in would.showings)


def _belonging(table: str, owner: Any) -> dict[str, Any]:
    if f"{owner.table}_id" in RECORDS[table].model_fields:
        return {f"{owner.table}_id": owner.id}
    return {"link_id": owner.id, "link_entity": owner.table}


def _form(language: str, form: OpenForm, record: Any = None, wrong: Mapping[str, Message] | None = None) -> str:
    record = form.record if record is None else record
    table, owner = everything_seen().owner(record) or (record.table, record.id)
    return record_page(language, table, owner, form=form, wrong=wrong)
