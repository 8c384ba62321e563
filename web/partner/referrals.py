"""Pages of the referral log: note a referral, say what came of it, let the receiver say it, and read the counts."""

import datetime as dt
import secrets
from typing import cast

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from web.access.guard import me, study_area, today
from web.access.pages import Pages
from web.partner.common import edition, inbox, page, plain
from web.presenters.cards import label
from web.stores.inbox import Referral, ReferralOutcome, read_form
from web.stores.referral_log import (
    LINK,
    OUTCOMES,
    REASONS,
    Noted,
    alias,
    find_noted,
    last_months,
    noted,
    tally,
    unavailable,
)

blueprint = Pages("referrals")


LINK_DAYS = 14
"""For so long a receiver can answer through a link."""


@blueprint.page("refer", "referrals.html", menu=(Message("Referrals"), 20))
def own(language: str) -> str:
    """Show the referrals that this account noted, and a form for what came of each."""
    known = edition().entries(language)
    return page(
        "partner/referrals.html",
        language,
        noted=noted(inbox(), sender=_alias()),
        known=known,
        outcomes=OUTCOMES,
        reasons=REASONS,
        label=label,
    )


@blueprint.form("refer", "refer")
def refer(language: str) -> ResponseReturnValue:
    """Note that somebody was referred to a service: which service and which month, and nothing of whom."""
    if request.method == "GET":
        return redirect(f"/{language}/referrals.html")
    entry = edition().entries(language).get(request.form.get("service", ""))
    if entry is None:
        raise NotFound("no such page")
    body = next(iter(sorted(me().grants.organizations - {"*"})), None)
    referral = Referral(
        number=secrets.token_hex(4),
        service=entry.id,
        service_type=entry.types[0] if entry.types else "unknown",
        sent_by=body,
        month=f"{today():%Y-%m}",
    )
    inbox().put(referral, on=today(), sender=_alias())
    return _with_link(language, Noted(referral, _alias())), 201


@blueprint.form("refer", "link")
def link(language: str) -> ResponseReturnValue:
    """Make a one-time link for the receiver of an own referral."""
    if request.method == "GET":
        return redirect(f"/{language}/referrals.html")
    return _with_link(language, _own(request.form.get("number", "")))


@blueprint.act("refer", "outcome")
def outcome(language: str) -> ResponseReturnValue:
    """Note what came of an own referral."""
    referral = _own(request.form.get("number", ""))
    inbox().put(_outcome(referral), on=today(), sender=_alias())
    return redirect(f"/{language}/referrals.html", code=303)


@blueprint.form("everyone", "r/<token>")
def answer(language: str, token: str) -> ResponseReturnValue:
    """Ask a receiver without an account what came of a referral; the link is good once, and for some days."""
    referral = _by_token(token)
    answers = (message for message in inbox().messages("outcome") if message.sender == LINK)
    numbers = {cast("ReferralOutcome", message.message).number for message in answers}
    if referral is None or referral.referral.number in numbers:
        return plain("partner/answered.html", language, used=True), 404
    shown: dict[str, object] = {"one": referral, "outcomes": OUTCOMES, "reasons": REASONS}
    if request.method == "GET":
        return plain("partner/answer.html", language, **shown)
    try:
        reply = _outcome(referral)
    except InvalidRecord:
        return plain("partner/answer.html", language, incomplete=True, **shown), 400
    if not inbox().put_once(reply, on=today(), sender=LINK):
        return plain("partner/answered.html", language, used=True), 404
    return plain("partner/answered.html", language, used=False)


@blueprint.page("see_counts", "counts.html", menu=(Message("Counts"), 21))
def counts(language: str) -> str:
    """Show counts of referrals and where listed help was not to be had, for the regions that were granted."""
    entries, least = edition().entries(language), study_area().settings.thresholds.case_cells
    referrals = last_months(noted(inbox()), today())

    def granted(region: str) -> bool:
        return me().may("see_counts", {region, *study_area().ancestors(region)})

    return page(
        "partner/counts.html",
        language,
        rows=[row for row in tally(referrals, entries, study_area(), least=least) if granted(row.region)],
        label=label,
        signals=[row for row in unavailable(referrals, entries, study_area(), least=least) if granted(row.region)],
        outcomes=OUTCOMES,
        least=least,
        codes=[*OUTCOMES, "waiting"],
    )


def _own(number: str) -> Noted:
    """Return a referral that this account noted; any other is as if it never was."""
    note = find_noted(inbox(), number)
    if note is None or note.sender != _alias():
        raise NotFound("no such page")
    return note


def _alias() -> str:
    """Return under which number whoever is signed in keeps referrals: no login stands beside one, nor in the log."""
    return alias(_key(), me().id)


def _outcome(note: Noted) -> ReferralOutcome:
    reply = request.form.get("outcome", "")
    reason = request.form.get("reason", "") if reply in ("declined", "unavailable") else ""
    fields = {"number": note.referral.number, "outcome": reply, "reason": reason}
    return cast("ReferralOutcome", read_form(ReferralOutcome, fields.items()))


def _key() -> bytes:
    key = current_app.secret_key
    if not isinstance(key, bytes):
        abort(500)
    return key


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_key(), salt="answer to a referral")


def _with_link(language: str, note: Noted) -> str:
    until = today() + dt.timedelta(days=LINK_DAYS)
    token = _signer().dumps([note.referral.number, until.isoformat()])
    address = f"{request.host_url}{language}/r/{token}"
    entry = edition().entries(language).get(note.referral.service)
    return page("partner/noted.html", language, one=note, entry=entry, address=address, until=until)


def _by_token(token: str) -> Noted | None:
    """Return the referral that a link is for; None where it has run out or nobody here made it."""
    try:
        number, until = _signer().loads(token)
    except BadSignature:
        return None
    return find_noted(inbox(), number) if today() <= dt.date.fromisoformat(until) else None
