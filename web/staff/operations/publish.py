"""Publishing from the browser: one builds, another looks and confirms what is new; and the way back."""

import datetime as dt
from pathlib import Path
from typing import cast

from flask import Blueprint, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.gate import OnePerson
from mapping.editions.publish import demand_since, note_refusal, note_warnings
from mapping.editions.releases import Plan, Releases
from mapping.errors import InvalidRecord, MappingError, UnsafePublication
from mapping.language.i18n import Message
from mapping.model import Audience
from mapping.safety.redaction import VIEWS
from web.access.guard import Open, accounts, ledger, log, me, now, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.agreeing import may_agree_to_show
from web.staff.common import directory, everything_seen, inbox, is_me, is_other_person, views
from web.staff.fields import KINDS as CHANGES
from web.staff.fields import TABLES
from web.staff.jobs import Job, is_ready, jobs, waiting_page
from web.staff.operations.admin import LASTS, alarm
from web.staff.operations.edition_words import in_words
from web.stores.referral_log import not_to_be_had

blueprint = Blueprint("publishing", __name__)

ROUTES: dict[str, Action | Open] = {
    "publishing.overview": "publish",
    "publishing.build": "publish",
    "publishing.next_edition": "publish",
    "publishing.drop": "publish",
    "publishing.edition": "publish",
    "publishing.back": "publish",
}
MENU = (MenuItem("publish.html", Message("Publish"), "publish", 80),)

FOR: dict[Audience, Message] = {
    "public": Message("For everybody"),
    "partner": Message("For partners"),
    "focal_point": Message("For focal points"),
}
KINDS: dict[str, Message] = {
    "new": CHANGES["added"],
    "changed": CHANGES["changed"],
    "gone": CHANGES["removed"],
}
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
NOT_WRITTEN = Message("Nothing was published, and the edition in use stays as it is:")


def releases(audience: str) -> Releases:
    """Return the editions of an audience that has views."""
    paths = views()
    if audience not in paths:
        abort(404)
    folder = Path(current_app.config["DIRECTORY"]).parent / "editions"
    return Releases(folder, paths[audience], audience)


@blueprint.get("/<language>/publish.html")
def overview(language: str) -> str:
    """Show for each audience what is in use, what was built, and what was before."""
    rows = [(audience, releases(audience).plan(), releases(audience).editions()) for audience in VIEWS]
    values = {"found": rows, "called": FOR, "done": request.args.get("done", "")}
    return page("ops/publish.html", language, **values, alone=not accounts().are_two())


@blueprint.post("/<language>/publish/<audience>/build")
def build(language: str, audience: str) -> ResponseReturnValue:
    """Build the next edition aside; whoever presses meanwhile waits for the same."""
    waiting, login, name = releases(audience), me().login, ("edition", audience)
    builder = login if me().counts else ""

    def do(job: Job) -> None:
        least = directory().agreed_rules("public", today()).least_count
        demand = inbox().missing_help(least=least, since=demand_since(today()))
        public = {"demand": demand, "unavailable": not_to_be_had(inbox(), today())} if audience == "public" else {}
        try:
            plan = waiting.stage(directory(), day=today(), by=builder, progress=job.progress, **public)  # type: ignore[arg-type]
        except UnsafePublication as error:  # counted here: nobody has to open the page on which it is said
            count_refusal(audience, error, who=login)
            raise
        log("edition_built", subject=f"{audience} {plan.digest[:16]}", who=login)
        note_warnings(plan.warnings, directory().path)

    if too_many_refusals(login):
        return _look(language, audience, None, problem=TELLS), 400
    about = FOR[cast("Audience", audience)].into(language)
    job = jobs().start(name, do, about=about, menu=MENU[0].label, anew=True)
    if is_ready(job) and (answer := _not_built(language, audience, job)) is not None:
        return answer
    return redirect(f"/{language}/next/{audience}.html", code=303)


def _not_built(language: str, audience: str, job: Job) -> ResponseReturnValue | None:
    """Say why an edition could not be built; None where it was."""
    try:
        job.result()
    except UnsafePublication:
        jobs().drop(("edition", audience))
        return _look(language, audience, None, problem=TELLS), 400
    except MappingError as error:
        jobs().drop(("edition", audience))
        return _look(language, audience, None, problem=NOT_WRITTEN, details=_lines(error)), 400
    return None


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


@blueprint.post("/<language>/publish/<audience>/drop")
def drop(language: str, audience: str) -> ResponseReturnValue:
    """Forget the edition that was built."""
    releases(audience).drop()
    return redirect(f"/{language}/publish.html", code=303)


@blueprint.route("/<language>/next/<audience>.html", methods=["GET", "POST"])
def next_edition(language: str, audience: str) -> ResponseReturnValue:
    """Show the edition that was built, and publish it when another person confirmed all that is new."""
    waiting, job = releases(audience), jobs().find(("edition", audience))
    if job is not None and request.method == "GET":
        if not is_ready(job):
            return waiting_page(language, job)
        if (answer := _not_built(language, audience, job)) is not None:
            return answer
    plan = waiting.plan()
    if plan is None:
        return redirect(f"/{language}/publish.html", code=303)
    if request.method == "GET":
        return _look(language, audience, plan)
    form = request.form
    confirmed = _confirmed(plan)
    problem: Message | None = None
    if not _may_confirm(plan):
        return _look(language, audience, plan, problem=SAME), 403
    if any(item.key not in confirmed for item in plan.newly):
        problem = CONFIRM
    elif plan.alarms and not form.get("reason", "").strip():
        problem = REASON
    elif plan.alarms and not is_me():
        problem = AGAIN
    elif too_many_refusals(me().login):
        problem = TELLS
    if problem is not None:
        return _look(language, audience, plan, problem=problem, confirmed=confirmed), 400
    log("edition_confirmed", subject=f"{audience} {plan.digest[:16]}", reason=form.get("reason", "").strip())
    try:
        edition = waiting.publish(
            directory(),
            digest=form.get("digest", ""),
            confirmed=confirmed,
            by=me().login,
            now=now(),
            day=today(),
            reason=form.get("reason", ""),
        )
    except OnePerson:
        return _look(language, audience, plan, problem=SAME), 403
    except InvalidRecord:
        return _look(language, audience, plan, problem=STALE), 409
    except UnsafePublication as error:
        count_refusal(audience, error, who=me().login)
        return _look(language, audience, plan, problem=TELLS), 400
    except MappingError as error:
        return _look(language, audience, plan, problem=NOT_WRITTEN, details=_lines(error)), 507
    if plan.back_to:
        log("edition_gone_back", subject=f"{audience} {edition.number}", reason=plan.reason)
    else:
        log("edition_published", subject=f"{audience} {edition.number} {edition.digest[:16]}", reason=edition.reason)
    return redirect(f"/{language}/publish.html?done={audience}", code=303)


@blueprint.get("/<language>/editions/<audience>/<int:number>.html")
def edition(language: str, audience: str, number: int) -> str:
    """Show what differs between an old edition and the one in use."""
    return _compare(language, audience, number)


@blueprint.post("/<language>/editions/<audience>/<int:number>/back")
def back(language: str, audience: str, number: int) -> ResponseReturnValue:
    """Put an old edition in use again, without what is hidden since; another person confirms what that shows."""
    reason = request.form.get("reason", "").strip()
    problem = NO_REASON if not reason else AGAIN if not is_me() else None
    if problem is None and too_many_refusals(me().login):
        problem = TELLS
    if problem is not None:
        return _compare(language, audience, number, problem=problem), 400
    log("edition_going_back", subject=f"{audience} {number}", reason=reason)
    try:
        plan = releases(audience).roll_back(
            directory(), number, day=today(), by=me().login if me().counts else "", reason=reason
        )
    except UnsafePublication as error:
        count_refusal(audience, error, who=me().login)
        return _compare(language, audience, number, problem=TELLS), 409
    except MappingError as error:
        return _compare(language, audience, number, problem=NOT_WRITTEN, details=_lines(error)), 409
    if plan is not None:
        log("edition_built", subject=f"{audience} {plan.digest[:16]}", reason=reason)
        return redirect(f"/{language}/next/{audience}.html", code=303)
    log("edition_gone_back", subject=f"{audience} {number}", reason=reason)
    return redirect(f"/{language}/publish.html?done={audience}", code=303)


def _may_confirm(plan: Plan) -> bool:
    return not (plan.newly or plan.taken) or (bool(plan.by) and is_other_person(plan.by))


def _look(language: str, audience: str, plan: Plan | None, **more: object) -> str:
    """Show an edition that was built; one that no longer is what would be built can only be discarded."""
    outdated = plan is not None and releases(audience).is_outdated(plan, directory(), day=today())
    values = {"confirmed": (), "problem": STALE if outdated else None, **more}
    return page(
        "ops/next.html",
        language,
        plan=plan,
        newly=list(in_words(plan.newly, study_area(), language)) if plan else [],
        rest=list(in_words((item for item in plan.items if not item.newly), study_area(), language)) if plan else [],
        outdated=outdated,
        own=plan is not None and not _may_confirm(plan),
        waits=_waits(audience),
        alone=not accounts().are_two(),
        audience=audience,
        called=FOR,
        kinds=KINDS,
        names=TABLES,
        **values,
    )


def _waits(audience: str) -> bool:
    """Whether something that the person may agree to waits, and is in no edition of an audience before."""
    whole, person = everything_seen(), me()
    return any(
        difference.showing.audience == audience and may_agree_to_show(person, difference.showing, whole)
        for difference in directory().waiting()
    )


def _compare(language: str, audience: str, number: int, **more: object) -> str:
    own_releases = releases(audience)
    return page(
        "ops/edition.html",
        language,
        one=own_releases.edition(number),
        items=list(in_words(own_releases.compare(number), study_area(), language)),
        audience=audience,
        called=FOR,
        kinds=KINDS,
        **more,
    )


def _confirmed(plan: Plan) -> set[str]:
    """Return the entries that were ticked; a first edition is ticked table by table."""
    ticked = set(request.form.getlist("confirm"))
    if plan.first:
        return {item.key for item in plan.newly if f"all:{item.table}" in ticked}
    return ticked


def _lines(error: MappingError) -> list[str]:
    """Return what an error names, a line each, without its advice for the command line."""
    lines = [line.strip() for line in str(error).splitlines()]
    return [line for line in lines[1:] if line] or lines
