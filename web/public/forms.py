"""Forms of the live portal: "something is wrong here" and "help is missing here", into the inbox.

Everything that can be said is one of a few answers, so that nobody can be described. What is kept is these answers and
the day. There is no session and no token against forgery: such a token keeps other sites from using the rights that a
browser carries, and here it carries none; whoever could forge a message can as well send one. That browsers are not
made to flood the inbox by another site is seen by what they say of where a form came from (`_from_here`).

A frozen site has no forms; its pages say how to tell instead (``templates/forms/tell.html``).
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
import logging
import secrets
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.language.i18n import Message
from web.layout import Frame, language_of
from web.presenters import choices, entries
from web.presenters.cards import country_name
from web.presenters.edition import Edition, short_code
from web.presenters.hotlines import line_for
from web.public.app import edition, page
from web.stores.inbox import HelpMissing, Inbox, SomethingWrong, read_form
from web.stores.inbox import InboxForm as Sent

blueprint = Blueprint("forms", __name__)

MOST_OF_ONE = "10 per hour; 40 per day"
"""How much may come from one address: several people may share it."""

MOST_OF_ALL = "1000 per day"
"""How much may come in at all, so that no flood fills the disk or the stewards' days."""

TAKEN = 303
"""Status of the answer to a form that was kept: it leads to the page of thanks, so that no reload sends it again."""

LARGEST = 4096
"""Bytes of a form; the longest true one has fewer than 200."""

WRONG: dict[str, Message] = {
    "number_silent": Message("Nobody answers at the number"),
    "number_of_another": Message("The number belongs to somebody else"),
    "closed": Message("It has closed for good"),
    "moved": Message("It is in another place now"),
    "other_hours": Message("It is open at other hours"),
    "turned_away": Message("I was turned away, though this page says that I would be helped"),
    "asked_for_money": Message("They asked for money that this page does not name"),
    "not_safe": Message("It was not safe there"),
}
"""What can be wrong with an entry: code -> what it is called."""

WHY: dict[str, Message] = {
    "none_known": Message("I know of none"),
    "too_far": Message("It is too far"),
    "closed": Message("It was closed"),
    "turned_away": Message("I was turned away"),
    "not_in_my_language": Message("Nobody spoke my language"),
    "cannot_pay": Message("I cannot pay for it"),
}
"""Why help is missing: code -> what it is called."""

WHO: dict[str, Message] = {
    "adult": Message("An adult"),
    "child": Message("A child under 18"),
    "unknown": Message("I would rather not say"),
}
"""For whom help is missing: code -> what it is called."""


def prepare(app: Flask) -> bool:
    """Get ready for forms, and tell whether the portal has any: with an inbox; templates learn it from ``forms``.

    How much came in is counted in memory, for as long as the portal runs.
    """
    inbox: Inbox | None = app.config["INBOX"]
    app.jinja_env.globals["forms"] = inbox is not None
    if inbox is None:
        return False
    area: StudyArea = app.config["AREA"]
    app.config["TODAY"] = lambda: dt.datetime.now(ZoneInfo(area.timezone)).date()
    logging.getLogger("flask-limiter").disabled = True  # it would name whom counts are of, be it under a number
    limiter = Limiter(key_func=_somebody(secrets.token_bytes(32)), app=app, storage_uri="memory://")
    counted: dict[str, Any] = {
        "exempt_when": lambda: request.method != "POST",
        "deduct_when": lambda response: response.status_code == TAKEN,
    }
    limiter.shared_limit(MOST_OF_ONE, scope="one", **counted)(blueprint)
    limiter.shared_limit(MOST_OF_ALL, scope="all", key_func=lambda: "everybody", **counted)(blueprint)
    return True


@blueprint.before_request
def _admit() -> None:
    """Take small forms of our own pages only."""
    request.max_content_length = LARGEST
    if request.method == "POST" and not _from_here():
        abort(404)


@blueprint.route("/<language>/f1/<identifier>.html", methods=["GET", "POST"])
def wrong(language: str, identifier: str) -> ResponseReturnValue:
    """Ask what is wrong with an entry."""
    entry = edition().entries(language).get(identifier)
    if entry is None:
        raise NotFound("no such page")
    shown = {"card": edition().card(entry, language), "code": short_code(identifier), "answers": WRONG}
    if request.method == "GET":
        return _page("forms/wrong.html", language, **shown)
    given = {"service": identifier, "what": request.form.get("what", "")}
    return _take("forms/wrong.html", language, SomethingWrong, given, **shown)


@blueprint.route("/<language>/f2.html", methods=["GET", "POST"], defaults={"code": ""})
@blueprint.route("/<language>/f2/<code>.html", methods=["GET", "POST"])
def missing(language: str, code: str) -> ResponseReturnValue:
    """Ask which help is missing where; ``code`` is an area unit or the code of a list, from which the form was opened.

    What these say already is chosen when the form opens.
    """
    chosen = opened_from(code, edition())
    places = where(edition(), language)
    shown = {"needs": choices.needs(), "places": places, "who": WHO, "why": WHY}
    if request.method == "GET":
        return _page("forms/missing.html", language, chosen=chosen, **shown)
    given = {name: request.form.get(name, "") for name in HelpMissing.model_fields}
    if given["need"] not in {need.code for need in choices.needs()}:
        given["need"] = ""
    if given["area_unit"] not in {place for _, group in places for place, _ in group}:
        given["area_unit"] = ""
    return _take("forms/missing.html", language, HelpMissing, given, chosen=given, **shown)


@blueprint.get("/<language>/f3.html")
def thanks(language: str) -> str:
    """Say thank you, and what can be done now."""
    return _page("forms/thanks.html", language)


@blueprint.errorhandler(429)
def _too_many(_error: Exception) -> tuple[str, int]:
    """Say that no more is taken now: whoever needs help should not have to wait for a form."""
    return _page("forms/later.html", language_of(request.path)), 429


def opened_from(code: str, edition: Edition) -> dict[str, str]:
    """Return what is known from where the form was opened: an area unit, or a need with a region and for whom."""
    if not code:
        return {}
    if code in edition.area.all_units():
        return {"area_unit": code}
    choice = choices.parse(code, edition)
    place = choices.regions(edition.area).get(choice.where) or choices.countries(edition).get(choice.where, "")
    who = {choices.ADULT: "adult", choices.CHILD: "child"}.get(choice.who, "")
    return {"need": choice.need.code, "area_unit": place, "who": who}


def where(edition: Edition, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places that can be named, in groups: each region with what lies in it, then countries abroad."""
    area = edition.area
    units = area.all_units()
    groups = []
    for region in choices.regions(area).values():
        within = [code for code in units if region in area.ancestors(code)]
        whole = Message("{region}: anywhere", {"region": units[region].titles}).into(language)
        named = sorted(((code, area.label(code, language)) for code in within), key=lambda pair: pair[1])
        groups.append((area.label(region, language), [(region, whole), *named]))
    abroad = dict.fromkeys((*edition.area.settings.destinations, *choices.countries(edition).values()))
    if abroad:
        countries = [(code, country_name(area, code, language)) for code in abroad]
        groups.append((Message("In another country").into(language), countries))
    return groups


def _take(
    template: str, language: str, kind: type[Sent], given: dict[str, str], **shown: object
) -> ResponseReturnValue:
    """Keep what a form says and lead to the page of thanks, or show the form again."""
    try:
        message = read_form(kind, given.items())
    except InvalidRecord:
        return _page(template, language, again=True, **shown), 400
    try:
        cast("Inbox", current_app.config["INBOX"]).put(message, on=current_app.config["TODAY"]())
    except MappingError:
        return _page("forms/later.html", language, broken=True), 503
    return redirect(Frame.bare(edition().area, request.path, language).here("f3.html"), code=TAKEN)


def _from_here() -> bool:
    """Tell whether a form was sent by one of our own pages, as far as the browser says.

    Pages that send no referrer send the origin "null" too, so that the origin counts only where there is one.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


def _somebody(salt: bytes) -> Callable[[], str]:
    """Return what tells senders apart for a day: a number from which no address can be worked out.

    The salt is never written down and ends with the process; the day goes in, so that no number lasts longer.
    """

    def number() -> str:
        try:
            address = ipaddress.ip_address(request.remote_addr or "")
        except ValueError:
            return "nobody"
        network = ipaddress.ip_network((address, 64 if address.version == 6 else 32), strict=False)
        day = current_app.config["TODAY"]().isoformat()
        return hmac.new(salt, f"{day} {network}".encode(), hashlib.sha256).hexdigest()[:16]

    return number


def _page(template: str, language: str, **values: object) -> str:
    line = line_for(edition(), language, abroad=False)
    return page(template, language, line=line, emergency=entries.emergency(edition().area, language), **values)
