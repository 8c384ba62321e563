"""The partner portal: for those who refer people, who provide help, and who plan it.

It opens the views for partners and for focal points, the accounts, the inbox and the ledger, and never the directory.
Which edition somebody reads follows from their role; every route is an action of `web.access.roles`.
"""

import datetime as dt
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.security import safe_join

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from web import restricted
from web.access import signin
from web.access.accounts import Accounts
from web.access.guard import Open, guard
from web.access.roles import PORTAL_ROLES, Action
from web.headers import set_headers
from web.layout import set_words
from web.partner import news, provider, referrals
from web.partner.common import area, edition, editions, plain
from web.partner.finding import pages as finder_pages
from web.presenters.edition import Editions
from web.public.app import STATIC, file
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

log = logging.getLogger(__name__)
partner = Blueprint("partner", __name__)


class MenuEntry(NamedTuple):
    """An entry of the menu: shown to those who may do the action."""

    path: str
    label: Message
    action: Action


PARTS = (finder_pages, referrals, provider, news, restricted)
"""Modules with pages of the portal: each has ``blueprint``, ``ROUTES`` and ``MENU``."""

ROUTES: dict[str, Action | Open] = {"partner.start": "everyone", "partner.static": "everyone", **signin.ROUTES}
for _part in PARTS:
    ROUTES |= _part.ROUTES


def create_partner_app(
    view: str | Path,
    area: StudyArea,
    *,
    accounts: Accounts,
    inbox: Inbox,
    ledger: Ledger,
    focal_view: str | Path | None = None,
    demo: bool = False,
    clock: Callable[[], dt.datetime] | None = None,
    secure: bool = True,
) -> Flask:
    """Make the portal of a view for partners, and of one for focal points where there is one.

    ``secure`` is False only for trying it on the own machine without TLS.

    Raises
    ------
    UnsafePublication
        A view was made for fewer people than would read it here.
    """
    found = [Editions(view, area, "partner")]
    if focal_view is not None:
        found.append(Editions(focal_view, area, "focal_point"))
    invented = [each.now().demo for each in found]
    app = Flask("web", static_folder=None)
    app.config.update(
        EDITIONS=editions(*found),
        AREA=area,
        DEMO=demo or any(invented),
        INBOX=inbox,
        RESTRICTED=edition,
        MENU=tuple(MenuEntry(*item) for part in PARTS for item in part.MENU),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    set_words(app)
    set_headers(app)
    for blueprint in (partner, signin.signin, *(part.blueprint for part in PARTS)):
        app.register_blueprint(blueprint)
    guard(app, accounts, ledger, ROUTES, portal="partner", roles=PORTAL_ROLES, clock=clock, secure=secure)
    for kind in (HTTPException, NotFound, InvalidRecord):
        app.register_error_handler(kind, _refuse)
    app.register_error_handler(Exception, _fail)
    return app


@partner.get("/")
def start() -> ResponseReturnValue:
    """Lead to the first page in the first language."""
    return redirect(f"/{area().languages[0]}/index.html")


@partner.get("/static/<path:name>")
def static(name: str) -> Response:
    """Return a file that comes with the portal."""
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        abort(404)
    return file(Path(path).read_bytes(), name)


def _refuse(error: Exception) -> tuple[str, int]:
    """Say on a plain page that something cannot be had; what is hidden looks like what never was."""
    code = (error.code or 500) if isinstance(error, HTTPException) else 404 if isinstance(error, NotFound) else 400
    return plain("partner/refused.html", _language(), code=code), code


def _fail(error: Exception) -> tuple[str, int]:
    """Answer with a plain page when something broke; the log names the kind of error and its line, and no content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    log.error("%s at %s:%s in %s", type(error).__name__, Path(last.filename).name, last.lineno, request.endpoint)
    return plain("partner/refused.html", _language(), code=500), 500


def _language() -> str:
    language = request.path.split("/")[1] if request.path.count("/") > 1 else ""
    return language if language in area().languages else area().languages[0]
