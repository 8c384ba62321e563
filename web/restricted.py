"""Restricted: analyses, Atlas and report of the widest edition that a role may read, for those whom the table allows.

Both portals have these pages. Every look is a line of the log, and every page and file names its reader, so that what
is passed on tells from whom.
"""

import threading
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import get_args

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue

from mapping.language.i18n import Message
from mapping.render import atlas
from mapping.render import report as reports
from mapping.render.report.writers.files import Format
from mapping.view.view import View
from web.access.guard import log, me
from web.access.pages import Pages
from web.access.signin import page
from web.portal import file
from web.presenters import sheets
from web.presenters.edition import Edition
from web.public import findings, maps

blueprint = Pages("restricted")


MARK = Message("Restricted · for {reader} alone")
"""What stands on all that is handed out."""

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


@blueprint.page("see_restricted", "restricted.html", menu=(Message("Analyses"), 85))
def overview(language: str) -> str:
    """Show what every analysis finds, and offer the report."""
    current = edition()
    if current is None or not _ready(current):
        return page("restricted/none.html", language, working=current is not None)
    shown = findings.questions(current, language)
    log("restricted_read", subject="overview")
    return page("restricted/overview.html", language, shown=shown, day_=current.day, formats=_formats(current))


@blueprint.page("see_restricted", "restricted/<name>.html")
def finding(language: str, name: str) -> str:
    """Show what one analysis finds, with its whole table."""
    current = _edition()
    shown = findings.finding(current, name, language)
    without_links = {"across": [(heading, "") for heading, _ in shown.grid.across], "down": [""] * len(shown.grid.down)}
    grid = SimpleNamespace(**vars(shown.grid) | without_links)
    shown = SimpleNamespace(**vars(shown) | {"grid": grid})
    log("restricted_read", subject=name)
    return page("restricted/finding.html", language, shown=shown, day_=current.day)


@blueprint.page("see_restricted", "restricted/<name>.svg")
def picture(language: str, name: str) -> Response:
    """Return the chart of an analysis, or its map."""
    return file(sheets.picture(_edition(), name, language).encode(), f"{name}.svg")


@blueprint.page("see_restricted", "restricted/<name>.csv")
def table(language: str, name: str) -> Response:
    """Return the whole table of an analysis, with its reader in each row."""
    current, mark = _edition(), MARK.filled_with({"reader": me().name})
    log("restricted_read", subject=f"{name}.csv")
    return file(findings.table(current, name, language, notice=mark), f"{name}.csv")


@blueprint.page("see_restricted", "atlas.html", menu=(Message("Atlas"), 86))
def atlas_(language: str) -> str:
    """Show the Atlas of what this reader may see."""
    current = edition()
    if current is None or not _ready(current):
        return page("restricted/none.html", language, working=current is not None)
    log("restricted_read", subject="atlas")
    return page(
        "restricted/atlas.html",
        language,
        seasons=atlas.season_ids(current.area),
        day_=current.day,
        embedded=False,
        office=True,
    )


@blueprint.page("see_restricted", "atlas-data.js")
def atlas_data(language: str) -> Response:
    """Return what the Atlas says, of the edition of this reader."""
    return file(maps.atlas_data(_edition(), language), "atlas-data.js")


@blueprint.page("see_restricted", "/static/atlas/<name>.js")
def atlas_file(name: str) -> Response:
    """Return what the Atlas needs of the study area, which is the same for everybody."""
    return file(maps.atlas_file(_edition(), name), f"{name}.js")


@blueprint.page("see_restricted", "restricted/report.<kind>")
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
    with View(current.path) as view:
        return {kind: FORMATS[kind] for kind in get_args(Format)} if view.audience == "focal_point" else {}
