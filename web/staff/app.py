"""Staff portal: where stewards, custodians and administrators look after the directory.

It is the only portal that opens the directory. It runs on a private host of its own (docs/deploy.md).
"""

import datetime as dt
import importlib
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.security import safe_join

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, MappingError, NotFound
from web import restricted
from web.access.accounts import Accounts
from web.access.guard import Open, guard, me
from web.access.roles import PORTAL_ROLES, ROLES, Action
from web.access.signin import ROUTES as SIGNIN_ROUTES
from web.access.signin import page, signin
from web.headers import set_headers
from web.layout import Frame, set_words
from web.presenters.edition import Edition, Editions
from web.public.app import STATIC, file
from web.staff.common import MenuItem, close_directory
from web.staff.fields import AUDIENCE_LABELS, KINDS, TABLES
from web.staff.operations.publish import views
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

log = logging.getLogger(__name__)
staff = Blueprint("staff", __name__)

STAFF_ROLES = tuple(role for role in ROLES if role not in PORTAL_ROLES)

PARTS = (
    "review.worklist",
    "review.inbox",
    "review.proposals",
    "records.records",
    "records.edit",
    "records.create",
    "review.consent",
    "records.duplicates",
    "operations.imports",
    "records.history",
    "operations.publish",
    "records.reveal",
    "operations.admin",
)
"""Modules of this folder with pages of their own: each offers ``blueprint``, ``ROUTES`` and ``MENU``."""

ROUTES: dict[str, Action | Open] = {
    "staff.start": "everyone",
    "staff.static": "everyone",
    "staff.home": "own_account",
}

MENU: tuple[MenuItem, ...] = ()


def create_staff_app(
    directory: str | Path,
    area: StudyArea,
    *,
    accounts: Accounts,
    inbox: Inbox,
    ledger: Ledger,
    demo: bool = False,
    clock: Callable[[], dt.datetime] | None = None,
    secure: bool = True,
    **settings: object,
) -> Flask:
    """Make the portal of those who look after a directory.

    Parameters
    ----------
    directory
        The private file; it is opened anew for each request.
    area
        The study area.
    accounts, inbox, ledger
        Who may sign in, what was sent in, and where it is written down who did what.
    demo
        Says on every page that the content is invented.
    clock
        Tells the moment of a request; the wall clock when not given.
    secure
        False only for trying it on the own machine without TLS.
    settings
        What else parts of the portal ask for, by the name under which they find it in the app's configuration.
    """
    app = Flask("web", static_folder=None)
    app.config.update(AREA=area, DEMO=demo, DIRECTORY=Path(directory), INBOX=inbox)
    app.config.update({name.upper(): value for name, value in settings.items()})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    set_words(app)
    set_headers(app)
    routes, menu = {**SIGNIN_ROUTES, **ROUTES}, list(MENU)
    app.register_blueprint(signin)
    app.register_blueprint(staff)
    for part in parts():
        app.register_blueprint(part.blueprint)
        routes |= part.ROUTES
        menu += part.MENU
    app.register_blueprint(restricted.blueprint)
    routes |= restricted.ROUTES
    app.config.update(MENU=(*menu, *(MenuItem(*item) for item in restricted.MENU)), RESTRICTED=_for_focal_points)
    app.context_processor(_words)
    guard(app, accounts, ledger, routes, portal="staff", roles=STAFF_ROLES, clock=clock, secure=secure)
    app.teardown_appcontext(close_directory)
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(NotFound, _refuse)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(MappingError, _not_done)
    app.register_error_handler(Exception, _fail)
    return app


def _for_focal_points() -> Edition | None:
    """Return the edition in use for focal points."""
    path = views()["focal_point"]
    if not path.exists():
        return None
    kept = current_app.extensions.setdefault("rohnamo_restricted", {})
    if path not in kept:
        kept[path] = Editions(path, current_app.config["AREA"], "focal_point")
    found: Editions = kept[path]
    return found.now()


def parts() -> list[ModuleType]:
    """Return the modules with further pages that are installed."""
    return [importlib.import_module(f"web.staff.{name}") for name in PARTS]


def _words() -> dict[str, object]:
    """Return what templates of the staff portal call things, and what the last request said."""
    return {"audiences": AUDIENCE_LABELS, "tables": TABLES, "kinds": KINDS, "said": request.args}


@staff.get("/")
def start() -> ResponseReturnValue:
    """Lead to the first page."""
    return redirect(f"/{current_app.config['AREA'].languages[0]}/index.html")


@staff.get("/<language>/index.html")
def home(language: str) -> ResponseReturnValue:
    """Lead to the page where somebody's work begins."""
    menu: tuple[MenuItem, ...] = current_app.config["MENU"]
    first = next((item.path for item in menu if me().may(item.action)), "")
    return redirect(f"/{language}/{first}") if first else page("account/account.html", language)


@staff.get("/static/<path:name>")
def static(name: str) -> Response:
    """Return a file that comes with the portal."""
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        abort(404)
    return file(Path(path).read_bytes(), name)


def _refuse(error: Exception) -> tuple[str, int]:
    """Answer with one plain page; what is hidden looks like what never was."""
    return _plain("missing.html", error.code if isinstance(error, HTTPException) and error.code else 404)


def _too_large(_error: Exception) -> tuple[str, int]:
    """Say that a file is too large."""
    return _plain("staff/too_large.html", 413)


def _not_done(error: Exception) -> tuple[str, int]:
    """Say that nothing was stored: the disk is full or may not be written, another process writes, a value is wrong."""
    code = 400 if isinstance(error, InvalidRecord) else 503
    log.error("%s in %s", type(error).__name__, request.endpoint)
    return _plain("staff/not_done.html", code)


def _fail(error: Exception) -> tuple[str, int]:
    """Answer with a plain page when something broke; the log names the kind of error and its line, and no content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    log.error("%s at %s:%s in %s", type(error).__name__, Path(last.filename).name, last.lineno, request.endpoint)
    return _plain("broken.html", 500)


def _plain(template: str, code: int) -> tuple[str, int]:
    area: StudyArea = current_app.config["AREA"]
    language = request.path.split("/")[1] if request.path.count("/") > 1 else ""
    language = language if language in area.languages else area.languages[0]
    return render_template(template, frame=Frame.bare(area, request.path, language)), code
