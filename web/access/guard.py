"""Guard: every route of a portal belongs to an action, and nobody does what the table of roles does not allow.

A route that no table names is refused to everybody, so that a forgotten one is found by its first test. Whoever is
not signed in is sent to the sign-in page from a page, and refused elsewhere.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Literal, NoReturn, cast
from zoneinfo import ZoneInfo

from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from web.access.accounts import Account, Accounts
from web.access.roles import Action
from web.layout import language_of
from web.stores.deeds import Deed
from web.stores.ledger import Ledger

Open = Literal["everyone"]
Portal = Literal["partner", "staff"]
"""Each has cookies, keys and sessions of its own, so that a session of one opens nothing of the other."""

Routes = Mapping[str, str]
"""Endpoint -> the action that it is, or "everyone"."""


def guard(
    app: Flask,
    routes: Routes,
    *,
    accounts: Accounts,
    ledger: Ledger,
    portal: Portal,
    clock: Callable[[], dt.datetime] | None = None,
    secure: bool = True,
) -> None:
    """Make an app ask who is there before each request, and keep forms from being sent by other sites.

    ``secure`` is False only for trying the portal on the own machine without TLS: cookies then also go over HTTP.
    """
    app.config.update(
        PORTAL=portal,
        SECRET_KEY=accounts.cookie_key(portal),
        SESSION_COOKIE_NAME=f"__Host-rohnamo-{portal}" if secure else f"rohnamo-{portal}",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # no page sends a referrer
        MAX_CONTENT_LENGTH=32 * 2**20,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        ACCOUNTS=accounts,
        LEDGER=ledger,
        ROUTES=dict(routes),
        CLOCK=clock or (lambda: dt.datetime.now(dt.UTC)),
    )
    app.before_request(_admit)
    app.context_processor(_who)
    CSRFProtect(app)


def study_area() -> StudyArea:
    """Return the study area of the portal."""
    return cast("StudyArea", current_app.config["AREA"])


def accounts() -> Accounts:
    """Return who may sign in."""
    return cast("Accounts", current_app.config["ACCOUNTS"])


def ledger() -> Ledger:
    """Return where it is written down who did what."""
    return cast("Ledger", current_app.config["LEDGER"])


def now() -> dt.datetime:
    """Return the moment of this request."""
    return cast("dt.datetime", current_app.config["CLOCK"]())


def today() -> dt.date:
    """Return the day of this request where the study area is."""
    return now().astimezone(ZoneInfo(study_area().timezone)).date()


def typed_day(name: str) -> dt.date | None:
    """Return the day that was typed into a field of the form, as 2026-12-31; None where it is none."""
    try:
        return dt.date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


def somebody() -> Account | None:
    """Return who is signed in to this portal, if anybody is whose role may be."""
    if "account" not in g:
        token = session.get("token", "")
        portal = current_app.config["PORTAL"]
        account = accounts().session(token, now=now(), portal=portal) if token else None
        g.account = account if account is not None and account.is_staff == (portal == "staff") else None
    return cast("Account | None", g.account)


def _who() -> dict[str, object]:
    """Return what the frame of every page needs: who is signed in, and the menu; nobody where that cannot be read."""
    account = None
    with contextlib.suppress(MappingError, sqlite3.Error):
        account = somebody()
    return {"me": account, "menu": current_app.config.get("MENU", ())}


def me() -> Account:
    """Return who is signed in; on a route that not everyone may use there is somebody."""
    account = somebody()
    if account is None:
        abort(401)
    return account


def require(action: Action, over: object = None) -> None:
    """Refuse the request unless the person may do this, and to what it is done (`web.access.roles.may`)."""
    if not me().may(action, over):
        _refuse(action)


def log(action: Deed, *, subject: str = "", reason: str = "", who: str = "") -> None:
    """Write a line of the ledger about this request, or about what was begun by ``who``."""
    if not who:
        account = somebody()
        who = account.login if account else ""
    ledger().append(who, action, subject=subject, reason=reason, now=now())


def log_at_most(most: int, action: Deed, *, since: dt.datetime, subject: str, reason: str) -> int:
    """Write a line unless this person has ``most`` of the action since; return the count, 0 where it was refused."""
    return ledger().append_at_most(most, me().login, action, since=since, subject=subject, reason=reason, now=now())


def _admit() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: answered as such
    needed = current_app.config["ROUTES"].get(request.endpoint)
    if needed is None:
        abort(403)
    if needed == "everyone":
        return None
    account = somebody()
    if account is None:
        if request.method == "GET" and PurePosixPath(request.path).suffix in ("", ".html"):
            return redirect(f"/{language_of(request.path)}/sign-in.html")
        abort(401)
    if not account.may(needed):
        _refuse(needed)
    return None


def _refuse(action: str) -> NoReturn:
    """Answer that somebody may not do this, and write it down; where that fails it is refused all the same."""
    with contextlib.suppress(MappingError):
        log("refused", subject=request.endpoint or "", reason=action)
    abort(403)
