"""Pages of what is new in an area since a day, and of the referral agreements; both from the edition alone."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, request

from mapping.errors import InvalidRecord
from mapping.taxonomy import Taxonomy
from mapping.view import View
from mapping.words import Message
from web import choices
from web.cards import Card, label
from web.edition import Edition
from web.guard import Open, me
from web.partner_common import area, checked, edition, page
from web.partner_finder import Agreement, agreements
from web.roles import Action

blueprint = Blueprint("news", __name__)

ROUTES: dict[str, Action | Open] = {"news.news": "find", "news.agreements_": "find"}
MENU: tuple[tuple[str, Message, Action], ...] = (
    ("agreements.html", Message("Agreements"), "find"),
    ("news.html", Message("What is new"), "find"),
)

SINCE = dt.timedelta(days=31)
"""How far back is looked unless somebody says otherwise."""


@dataclass(frozen=True)
class News:
    """What changed since a day: services that are new or changed, newest first, and how many are gone.

    Whether something closed, was merged or is no longer shown cannot be told apart, and nobody can tell where it was.
    """

    changed: tuple[tuple[dt.date, Card], ...]
    gone: int


@blueprint.route("/<language>/news.html", methods=["GET", "POST"])
def news(language: str) -> str:
    """Show what is new in an area, for a need, since a day; without a choice, in the regions that were granted."""
    units = choices.regions(area()).values()
    since, unit, need = _since(), request.form.get("unit", ""), request.form.get("need", "")
    if unit not in {"", *units} or need not in {"", *(term.code for term in choices.needs())}:
        raise InvalidRecord("choose again: unit, need")
    own = {unit} if unit else set(me().grants.regions) & set(units) if request.method == "GET" else set()
    return page(
        "partner/news.html", language, found=changed(edition(), checked(language), own, need, since), since=since,
        unit=unit or (next(iter(own)) if len(own) == 1 else ""), need=need, own=sorted(own),
        units=[(code, area().label(code, language)) for code in units], needs=choices.needs(),
    )  # fmt: skip


@blueprint.get("/<language>/agreements.html")
def agreements_(language: str) -> str:
    """Show the referral agreements: those of the own organizations first, then those that hold."""
    names = {each.id: each for each in edition().organizations(checked(language)).values()}
    own = me().grants.organizations

    def order(each: Agreement) -> tuple[bool, bool, str, str]:
        mine = bool({each.giver, each.taker} & own)
        return not mine, not each.holds, names[each.giver].name, names[each.taker].name

    found = sorted((each for each in agreements(edition()) if each.giver in names and each.taker in names), key=order)
    return page("partner/agreements.html", language, found=found, names=names, own=own, label=label)


def changed(edition: Edition, language: str, units: Collection[str], need: str, since: dt.date) -> News:
    """Return what changed since a day in some regions (in all, where none is named), for a need or for all."""
    kinds = {term.code for term in Taxonomy.load("service_types").terms() if not need or term.need == need}
    with View(edition.path) as view:
        days = {row["id"]: dt.date.fromisoformat(row["modified_on"]) for row in _rows(view, "modified")}
        gone = sum(row["gone_on"] >= since.isoformat() for row in _rows(view, "tombstone"))
    found = [
        (days[entry.id], edition.card(entry, language))
        for entry in edition.entries(language).values()
        if entry.id in days
        and days[entry.id] >= since
        and (kinds.intersection(entry.types) or not need)
        and (not units or not _regions(edition, entry.id, language).isdisjoint(units))
    ]
    return News(tuple(sorted(found, key=lambda each: (-each[0].toordinal(), str(each[1].name)))), gone)


def _rows(view: View, table: str) -> list[dict[str, str]]:
    return [dict(row) for row in view.rows(table) if row["entity"] == "service"]


def _regions(edition: Edition, service: str, language: str) -> set[str]:
    """Return the regions that a service is in or says that it serves."""
    known, entry = edition.area.all_units(), edition.entries(language)[service]
    codes = {*entry.covers, *(place.area_unit for place in entry.places)}
    return {edition.area.region_of(code) for code in codes if code in known}


def _since() -> dt.date:
    """Read the day to look from; a month back where none was chosen."""
    text = request.form.get("since", "")
    if not text:
        return edition().day - SINCE
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidRecord("choose again: since") from error
