"""Restricted: the analyses and the report of the widest edition that a role may read, for those whom the table allows.

Both portals have these pages. Every look is a line of the log, and every page and file names its reader, so that what
is passed on tells from whom.
"""

import threading
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import get_args

from flask import Blueprint, Response, abort, current_app
from flask.typing import ResponseReturnValue

from mapping.language.i18n import Message
from mapping.render import report as reports
from mapping.render.report.writers.files import Format
from mapping.view.view import View
from web.access.guard import Open, log, me
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem, file
from web.presenters import sheets
from web.presenters.edition import Edition
from web.public import findings

blueprint = Blueprint("restricted", __name__)

ROUTES: dict[str, Action | Open] = {
    "restricted.overview": "see_restricted",
    "restricted.finding": "see_restricted",
    "restricted.picture": "see_restricted",
    "restricted.report": "see_restricted",
}
MENU = (MenuItem("restricted.html", Message("Analyses"), "see_restricted", 85),)

WAIT = 10.0
"""Seconds that a request waits for the analyses of a new edition; then the page says to look again."""

FORMATS: dict[str, Message] = {
    "docx": Message("For Word (DOCX)"),
    "pdf": Message("For print (PDF)"),
    "html": Message("As a web page (HTML)"),
}


def edition() -> Edition | None:
    """Return the edition that whoever is signed in may read here; None where none was published."""
    give: Callable[[], Edition | None] = current_app.config["RESTRICTED"]
    return give()


@blueprint.get("/<language>/restricted.html")
def overview(language: str) -> str:
    """Show what every analysis finds, and offer the report."""
    current = edition()
    if current is None or not _ready(current):
        return page("restricted/none.html", language, working=current is not None)
    shown = findings.questions(current, language)
    log("restricted_read", subject="overview")
    return page("restricted/overview.html", language, shown=shown, day_=current.day, formats=_formats(current))


@blueprint.get("/<language>/restricted/<name>.html")
def finding(language: str, name: str) -> str:
    """Show what one analysis finds, with its whole table."""
    current = _edition()
    shown = findings.finding(current, name, language)
    without_links = {"across": [(heading, "") for heading, _ in shown.grid.across], "down": [""] * len(shown.grid.down)}
    grid = SimpleNamespace(**vars(shown.grid) | without_links)
    shown = SimpleNamespace(**vars(shown) | {"grid": grid})
    log("restricted_read", subject=name)
    return page("restricted/finding.html", language, shown=shown, day_=current.day)


@blueprint.get("/<language>/restricted/<name>.svg")
def picture(language: str, name: str) -> Response:
    """Return the chart of an analysis."""
    return file(sheets.picture(_edition(), name, language).encode(), f"{name}.svg")


@blueprint.get("/<language>/restricted/report.<kind>")
def report(language: str, kind: str) -> ResponseReturnValue:
    """Return the restricted report as a file, made for its one reader."""
    current = _edition()
    if kind not in _formats(current):
        abort(404)
    log("restricted_report", subject=f"report.{kind}", reason=language)
    with View(current.path) as view:
        made = reports.make(
            view,
            current.area,
            language=language,
            edition="restricted",
            reader=me().name,
            results=current.report_results(),
            demo=bool(current_app.config["DEMO"]),
        )
    answer = file(import_module(f"mapping.render.report.writers.{kind}").write(made), f"report.{kind}")
    answer.headers["Content-Disposition"] = f"attachment; filename=report-{current.day.isoformat()}.{kind}"
    return answer


def _ready(current: Edition) -> bool:
    """Tell whether the analyses of an edition are worked out; they go on while nobody waits."""
    working = threading.Thread(target=current.results, daemon=True)
    working.start()
    working.join(WAIT)
    return not working.is_alive()


def _edition() -> Edition:
    current = edition()
    if current is None:
        abort(404)
    return current


def _formats(current: Edition) -> dict[str, Message]:
    """Return in which formats there is a report: it is made from the edition of focal points alone."""
    with View(current.path) as view:
        return {kind: FORMATS[kind] for kind in get_args(Format)} if view.audience == "focal_point" else {}
