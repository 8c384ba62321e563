"""Pages of what is new in an area since a day, and of the referral agreements; both from the edition alone.

What somebody chose to hear of can be remembered, and a mail sent when there is news (`send_news`).
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.view.view import View
from web.access.accounts import Account, Accounts
from web.access.guard import accounts, log, me, study_area, typed_day
from web.access.mailer import Mailer, Sent, usable
from web.access.pages import Pages
from web.partner.alerts import Alert, Alerts
from web.partner.common import edition, page, readable
from web.partner.finding.agreements import Agreement, agreements
from web.presenters import choices
from web.presenters.cards import Card, label
from web.presenters.edition import Edition, Editions
from web.stores.ledger import Ledger

blueprint = Pages("news")


SINCE = dt.timedelta(days=31)
"""How far back is looked unless somebody says otherwise."""


@dataclass(frozen=True)
class News:
    """What changed since a day: services that are new or changed, newest first, and how many are gone.

    Whether something closed, was merged or is no longer shown cannot be told apart, and nobody can tell where it was.
    """

    changed: tuple[tuple[dt.date, Card], ...]
    gone: int


@blueprint.form("find", "news.html", menu=(Message("What is new"), 41))
def news(language: str) -> ResponseReturnValue:
    """Show what is new in an area, for a need, since a day; without a choice what was remembered, or own regions."""
    units, typed, alert = choices.regions(study_area()).values(), request.form.get("since", ""), alerts().of(me().id)
    day = typed_day("since")
    since, wrong = day or edition().day - SINCE, bool(typed) and day is None
    if request.method == "POST":
        unit, need = _chosen()
        own = {unit} - {""}
    elif alert is not None:
        unit, need, own = alert.unit, alert.need, {alert.unit} - {""}
    else:
        own = set(me().grants.regions) & set(units)
        unit, need = next(iter(own)) if len(own) == 1 else "", ""
    shown = page(
        "partner/news.html",
        language,
        wrong=wrong,
        typed=typed,
        found=changed(edition(), language, own, need, since),
        since=since,
        unit=unit,
        need=need,
        own=sorted(own),
        alert=alert,
        writable=usable(me().mail),
        units=[(code, study_area().label(code, language)) for code in units],
        needs=choices.needs(),
        granted=request.method == "GET" and alert is None,
    )
    return (shown, 400) if wrong else shown


@blueprint.act("find", "news/remember")
def remember(language: str) -> ResponseReturnValue:
    """Keep the choice of a region and a need, and whether a mail is wanted."""
    unit, need = _chosen()
    mail = bool(request.form.get("mail")) and usable(me().mail)
    alerts().remember(me().id, Alert(unit, need, mail, edition().day))
    log("news_remembered", subject=unit, reason="mail" if mail else "")
    return redirect(f"/{language}/news.html", code=303)


@blueprint.act("find", "news/forget")
def forget(language: str) -> ResponseReturnValue:
    """Forget the choice; no more mails are sent."""
    alerts().forget(me().id)
    log("news_forgotten")
    return redirect(f"/{language}/news.html", code=303)


def alerts() -> Alerts:
    """Return what people want to hear of."""
    return Alerts(accounts())


def due_news(accounts: Accounts, editions: Sequence[Editions]) -> list[tuple[Account, dt.date]]:
    """Return whom to write to, since something changed that they want to hear of, and the day of their edition.

    Parameters
    ----------
    accounts
        Who may sign in; what they chose stands beside them.
    editions
        What is published for partners and for focal points, the most open first (`web.partner.common.editions`).
    """
    due = []
    for person, alert in Alerts(accounts).by_mail():
        widest = readable(editions, person.roles) if person.may("find") and usable(person.mail) else None
        if widest is None:
            continue
        now, units = widest.now(), {alert.unit} - {""}
        news = changed(now, now.area.languages[0], units, alert.need, alert.told + dt.timedelta(days=1))
        everything = not units and not alert.need  # of what is gone nobody can tell where it was, or what
        if news.changed or (everything and news.gone):
            due.append((person, now.day))
    return due


def send_news(
    accounts: Accounts, editions: Sequence[Editions], mailer: Mailer, ledger: Ledger, *, by: str, now: dt.datetime
) -> Sent:
    """Write to those whom `due_news` names, log each mail, and note that they were told of their edition.

    Raises
    ------
    MappingError
        The mail server cannot be used; nobody counts as told.
    """
    due, alerts = due_news(accounts, editions), Alerts(accounts)
    sent = mailer.send([person for person, _ in due], "news", now=now)
    for person, day in due:
        if person.login in sent.to:
            alerts.tell(person.id, day)
            ledger.append(by, "news_sent", subject=person.login, now=now)
    for login, fault in sent.failed.items():
        ledger.append(by, "mail_failed", subject=login, reason=fault, now=now)
    return sent


@blueprint.page("find", "agreements.html", menu=(Message("Agreements"), 40))
def agreements_(language: str) -> str:
    """Show the referral agreements: those of the own organizations first, then those that hold."""
    names = {organization.id: organization for organization in edition().organizations(language).values()}
    own = me().grants.organizations

    def order(agreement: Agreement) -> tuple[bool, bool, str, str]:
        mine = bool({agreement.giver, agreement.taker} & own)
        return not mine, not agreement.holds, names[agreement.giver].name, names[agreement.taker].name

    own_agreements = sorted(
        (agreement for agreement in agreements(edition()) if agreement.giver in names and agreement.taker in names),
        key=order,
    )
    return page("partner/agreements.html", language, found=own_agreements, names=names, own=own, label=label)


def changed(edition: Edition, language: str, units: Collection[str], need: str, since: dt.date) -> News:
    """Return what changed since a day in some regions (in all, where none is named), for a need or for all."""
    kinds = {term.code for term in Vocabulary.load("service_types").terms() if not need or term.need == need}
    area, known = edition.area, edition.area.all_units()
    with View(edition.path) as view:
        days, gone = view.days("service")
    changes = []
    for entry in edition.entries(language).values():
        codes = {*entry.covers, *(place.area_unit for place in entry.places)}
        wanted = not units or not {area.region_of(code) for code in codes if code in known}.isdisjoint(units)
        if wanted and (not need or kinds.intersection(entry.types)) and days.get(entry.id, dt.date.min) >= since:
            changes.append((days[entry.id], edition.card(entry, language)))
    changes.sort(key=lambda change: (-change[0].toordinal(), str(change[1].name)))
    return News(tuple(changes), sum(day >= since for day in gone))


def _chosen() -> tuple[str, str]:
    unit, need = request.form.get("unit", ""), request.form.get("need", "")
    known = {"", *choices.regions(study_area()).values()}, {"", *(term.code for term in choices.needs())}
    if unit not in known[0] or need not in known[1]:
        raise InvalidRecord("choose again: unit, need")
    return unit, need
