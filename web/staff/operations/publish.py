"""Publishing: one person builds the next editions, another looks at what differs and publishes; and the way back."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.gate import OnePerson
from mapping.editions.publish import demand_since, note_refusal, note_warnings
from mapping.editions.releases import Plan, Release, Releases
from mapping.errors import InvalidRecord, MappingError, UnsafePublication
from mapping.language.i18n import Message
from mapping.safety.redaction import VIEWS
from web.access.guard import ledger, log, me, now, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.agreeing import may_agree_to_show
from web.staff.common import directory, everything_seen, inbox, is_me, is_other_person, views
from web.staff.fields import KINDS as CHANGES
from web.staff.fields import labels
from web.staff.operations.edition_words import in_words
from web.staff.operations.host import LASTS, alarm
from web.stores.ledger import LedgerLine
from web.stores.referral_log import not_to_be_had

blueprint = Pages("publishing")


ALL = "all"
"""Stands for every audience in an address."""
FOR = labels("edition_for")
KINDS: dict[str, Message] = {"new": CHANGES["added"], "changed": CHANGES["changed"], "gone": CHANGES["removed"]}
STALE = Message(
    "What is shown, the published edition or the day changed since this one was built. Nothing was published: build it "
    "again and look at it."
)
SAME = Message("You built this edition yourself: somebody else must look at it and confirm what is new.")
CONFIRM = Message("Not everything that could be read for the first time was confirmed. Nothing was published.")
REASON = Message("Write why what is unusual is right. Nothing was published.")
NO_REASON = Message("Write why you go back. Nothing was published.")
AGAIN = Message("Password or code is not right. Nothing was published.")
TELLS = Message("Some texts wait for a custodian, so nothing was published. Ask a custodian to look at them.")
"""All that is said of what the search of texts found: which text and what it holds would tell what is hidden."""
MANY_REFUSED, MOST_REFUSED = 2, 5
"""More refused editions of one person in 24 hours than the first raise an alarm; after the second none is built."""
MOST_SHOWN = 500
"""So many entries that two people agreed to stand on the page of an edition."""
_BUILDING = threading.Lock()
NOT_WRITTEN = Message("Nothing was published, and the edition in use stays as it is:")


def releases(audience: str) -> Releases:
    """Return the editions of an audience that has views."""
    paths = views()
    if audience not in VIEWS:
        abort(404)
    folder = Path(current_app.config["DIRECTORY"]).parent / "editions"
    return Releases(folder, paths[audience], audience)


def _of(audience: str) -> list[Releases]:
    return [releases(each) for each in (VIEWS if audience == ALL else (audience,))]


@blueprint.page("confirm", "publish.html", menu=(Message("Publish"), 80))
def overview(language: str) -> str:
    """Show for each audience what is in use, what was built, and what was before."""
    rows = [(each.audience, each.plan(), each.editions()) for each in _of(ALL)]
    return page("ops/publish.html", language, found=rows, done=request.args.get("done", ""))


@blueprint.act("publish", "publish/<audience>/build")
def build(language: str, audience: str) -> ResponseReturnValue:
    """Build the next edition aside, of one audience or of all; whoever presses meanwhile waits."""
    found = _of(audience)
    if too_many_refusals(me().login):
        return _look(language, audience, [], problem=TELLS), 400
    try:
        with _BUILDING:
            for each in found:
                _stage(each)
    except MappingError as error:
        return _look(language, audience, [], **_why(error)), 400
    return redirect(f"/{language}/next/{audience}.html", code=303)


def _stage(waiting: Releases) -> None:
    more, login = {}, me().login
    builder = login if me().counts else ""
    if waiting.audience == "public":
        least = directory().agreed_rules("public", today()).least_count
        demand = inbox().missing_help(least=least, since=demand_since(today()))
        more = {"demand": demand, "unavailable": not_to_be_had(inbox(), today())}
    try:
        plan = waiting.stage(directory(), day=today(), by=builder, **more)  # type: ignore[arg-type]
    except UnsafePublication as error:
        count_refusal(waiting.audience, error, who=login)
        raise
    log("edition_built", subject=f"{waiting.audience} {plan.digest[:16]}", who=login)
    note_warnings(plan.warnings, directory().path)


def _why(error: MappingError, audience: str = "") -> dict[str, object]:
    """Return what is said of an error, without its advice for the command line; texts that tell are counted."""
    if isinstance(error, UnsafePublication):
        if audience:
            count_refusal(audience, error, who=me().login)
        return {"problem": TELLS}
    lines = [line.strip() for line in str(error).splitlines()]
    return {"problem": NOT_WRITTEN, "details": [line for line in lines[1:] if line] or lines}


def too_many_refusals(who: str) -> bool:
    """Whether no text is compared for a person any more, after what was refused in 24 hours."""
    return _refusals(who) >= MOST_REFUSED


def _refusals(who: str) -> int:
    lines = ledger().lines(newest=MOST_REFUSED, who=who, action="edition_refused")
    return sum(dt.datetime.fromisoformat(line.at) >= now() - LASTS for line in lines)


def count_refusal(subject: str, error: UnsafePublication | None = None, *, who: str) -> None:
    """Keep what the texts tell where custodians alone read it; many refusals of one person raise an alarm."""
    if error is not None:
        note_refusal(error, directory().path, day=today())
    log("edition_refused", subject=subject, who=who)
    if (count := _refusals(who)) > MANY_REFUSED:
        alarm("refusal_alarm", count, who=who)


@blueprint.act("publish", "publish/<audience>/drop")
def drop(language: str, audience: str) -> ResponseReturnValue:
    """Discard what was built."""
    for each in _of(audience):
        each.drop()
    return redirect(f"/{language}/publish.html", code=303)


@blueprint.form("confirm", "next/<audience>.html")
def next_edition(language: str, audience: str) -> ResponseReturnValue:
    """Show what was built and how it differs, and publish it when another person has looked at it."""
    found = _of(audience)
    plans = _plans(found)
    if not plans:
        return redirect(f"/{language}/publish.html", code=303)
    if request.method == "GET":
        return _look(language, audience, plans)
    if not all(map(_may_confirm, plans)):
        return _look(language, audience, plans, problem=SAME), 403
    if {plan.digest for plan in plans} - {*request.form.getlist("digest")}:
        return _look(language, audience, plans, problem=STALE), 409
    if (problem := _refused(plans)) is not None:
        return _look(language, audience, plans, problem=problem), 400
    try:
        for plan in plans:
            _publish(plan)
    except OnePerson:
        return _look(language, audience, _plans(found), problem=SAME), 403
    except InvalidRecord:
        return _look(language, audience, _plans(found), problem=STALE), 409
    except MappingError as error:
        code = 400 if isinstance(error, UnsafePublication) else 507
        return _look(language, audience, _plans(found), **_why(error, audience)), code
    return redirect(f"/{language}/publish.html?done={audience}", code=303)


def built_by_others() -> list[Plan]:
    """Return the editions that somebody else built and the person may publish; of several the page of all is shown."""
    plans = [plan for plan in _plans(_of(ALL)) if me().may("confirm") and is_other_person(plan.by)]
    return plans if len(plans) < 2 else [replace(plans[0], audience=ALL)]  # type: ignore[arg-type]


def _plans(found: list[Releases]) -> list[Plan]:
    return [plan for each in found if (plan := each.plan()) is not None]


def _refused(plans: list[Plan]) -> Message | None:
    """Return why what was looked at is not published: what two people agreed to needs no tick, an old edition does."""
    ticked, unusual = request.form.getlist("confirm"), any(plan.alarms for plan in plans)
    if any(plan.back_to and item.key not in ticked for plan in plans for item in plan.newly):
        return CONFIRM
    if unusual and not request.form.get("reason", "").strip():
        return REASON
    if unusual and not is_me():
        return AGAIN
    return TELLS if too_many_refusals(me().login) else None


def _publish(plan: Plan) -> Release:
    audience, reason = plan.audience, request.form.get("reason", "").strip()
    log("edition_confirmed", subject=f"{audience} {plan.digest[:16]}", reason=reason)
    confirmed = [item.key for item in plan.newly]
    given = {"by": me().login, "now": now(), "day": today(), "reason": reason}
    edition = releases(audience).publish(directory(), digest=plan.digest, confirmed=confirmed, **given)  # type: ignore[arg-type]
    if plan.back_to:
        log("edition_gone_back", subject=f"{audience} {edition.number}", reason=plan.reason)
    else:
        log("edition_published", subject=f"{audience} {edition.number} {edition.digest[:16]}", reason=edition.reason)
    return edition


@blueprint.page("confirm", "editions/<audience>/<int:number>.html")
def edition(language: str, audience: str, number: int) -> str:
    """Show what differs between an old edition and the one in use."""
    return _compare(language, audience, number)


@blueprint.act("publish", "editions/<audience>/<int:number>/back")
def back(language: str, audience: str, number: int) -> ResponseReturnValue:
    """Put an old edition in use again, without what is hidden since; another person confirms what that shows."""
    reason = request.form.get("reason", "").strip()
    problem = NO_REASON if not reason else AGAIN if not is_me() else TELLS if too_many_refusals(me().login) else None
    if problem is not None:
        return _compare(language, audience, number, problem=problem), 400
    log("edition_going_back", subject=f"{audience} {number}", reason=reason)
    by = me().login if me().counts else ""
    try:
        plan = releases(audience).roll_back(directory(), number, day=today(), by=by, reason=reason)
    except MappingError as error:
        return _compare(language, audience, number, **_why(error, audience)), 409
    if plan is not None:
        log("edition_built", subject=f"{audience} {plan.digest[:16]}", reason=reason)
        return redirect(f"/{language}/next/{audience}.html", code=303)
    log("edition_gone_back", subject=f"{audience} {number}", reason=reason)
    return redirect(f"/{language}/publish.html?done={audience}", code=303)


def _may_confirm(plan: Plan) -> bool:
    return not (plan.newly or plan.taken) or (bool(plan.by) and is_other_person(plan.by))


def _look(language: str, audience: str, plans: list[Plan], **more: object) -> str:
    """Show what was built; what no longer is what would be built can only be discarded."""
    area = study_area()
    outdated = any(releases(plan.audience).is_outdated(plan, directory(), day=today()) for plan in plans)
    found, above = [], set[tuple[str, object]]()
    for plan in plans:
        newly = list(in_words(plan.newly, area, language))
        rest = list(in_words((item for item in plan.items if not item.newly), area, language))
        found.append((plan, [item for item in newly if plan.back_to or (item.key, item.rows) not in above], rest))
        above |= {(item.key, item.rows) for item in newly}
    values = {
        "found": found,
        "outdated": outdated,
        "is_mine": not all(map(_may_confirm, plans)),
        "waits": _waits(audience),
        "agreed": list(_agreed_since(plans)),
        "audience": audience,
        "kinds": KINDS,
        "ticked": request.form.getlist("confirm"),
        "most": MOST_SHOWN,
        "problem": STALE if outdated else None,
        "tells": TELLS,
    }
    return page("ops/next.html", language, **values | more)


def _agreed_since(plans: list[Plan]) -> Iterator[LedgerLine]:
    live = [each.published_on for plan in plans for each in releases(plan.audience).editions() if each.live]
    for action in ("agreed", "proposal_accepted"):
        for line in ledger().lines(newest=50, action=action):
            if line.at >= max(live, default=""):
                yield line


def _waits(audience: str) -> bool:
    """Whether something that the person may agree to waits, and is in no edition of an audience before."""
    whole, person = everything_seen(), me()
    return any(
        audience in (ALL, difference.showing.audience) and may_agree_to_show(person, difference.showing, whole)
        for difference in directory().waiting()
    )


def _compare(language: str, audience: str, number: int, **more: object) -> str:
    found = releases(audience)
    items = list(in_words(found.compare(number), study_area(), language))
    values = {"one": found.edition(number), "items": items, "audience": audience, "kinds": KINDS}
    return page("ops/edition.html", language, **values | more)
