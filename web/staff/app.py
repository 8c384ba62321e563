"""Staff portal: where stewards, custodians and administrators look after the directory.

It is the only portal that opens the directory. It runs on a private host of its own (docs/deploy.md).
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

import web.staff
from mapping.area.study_area import StudyArea
from mapping.errors import Busy, InvalidRecord, MappingError
from mapping.language.i18n import Message
from mapping.quality.overview import FRESHNESS_NAMES
from web import restricted
from web.access import signin
from web.access.accounts import Accounts
from web.access.guard import accounts, guard, me, study_area
from web.access.pages import MenuItem, Pages
from web.access.signin import page
from web.portal import ErrorPages, create_portal, pages_of
from web.staff.agreeing import why
from web.staff.common import close_directory, edition_in_use
from web.staff.fields import AUDIENCE_LABELS, KINDS, LEVELS, RESULTS, TABLES
from web.staff.imports.columns import in_words
from web.staff.operations.publish import FOR
from web.staff.review.worklist import waiting_count
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

blueprint = Pages("staff")

GROUPS: tuple[tuple[Message, int], ...] = (
    (Message("Work"), 40),
    (Message("Records"), 80),
    (Message("Publish"), 90),
    (Message("Team"), 120),
    (Message("Me"), 1000),
)
"""Groups of the menu, each with the order (`MenuItem.order`) at which the next one begins."""

ERRORS = ErrorPages(
    others={
        RequestEntityTooLarge: ("staff/too_large.html", 413),
        InvalidRecord: ("staff/not_done.html", 400),
        Busy: ("staff/busy.html", 503),
        MappingError: ("staff/not_done.html", 503),
    }
)
"""Where nothing was stored: a file is too large, a value is wrong, the disk is full, another process writes."""


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
    proxies: int = 0,
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
    proxies
        How many web servers of ours stand before the portal; see `create_portal`.
    settings
        What else parts of the portal ask for, by the name under which they find it in the app's configuration.
    """
    app = create_portal(
        area,
        [*pages_of(web.staff), restricted, signin],
        admit=partial(guard, portal="staff", accounts=accounts, ledger=ledger, clock=clock, secure=secure),
        errors=ERRORS,
        demo=demo,
        proxies=proxies,
        directory=Path(directory),
        inbox=inbox,
        restricted=partial(edition_in_use, "focal_point"),
    )
    app.config.update({name.upper(): value for name, value in settings.items()})
    app.context_processor(_words)
    app.teardown_appcontext(close_directory)
    return app


def _words() -> dict[str, object]:
    words = {"audiences": AUDIENCE_LABELS, "tables": TABLES, "kinds": KINDS, "why": why, "said": request.args}
    words |= {"results": RESULTS, "levels": LEVELS, "states": FRESHNESS_NAMES, "called": FOR, "alone": _is_alone}
    return words | {"groups": _groups, "local_time": _local_time, "in_words": in_words}


def _is_alone() -> bool:
    """Whether fewer than two people are admitted, so that nothing that takes two can be done."""
    return not accounts().are_two()


def _local_time(moment: str | dt.datetime) -> str:
    when = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{when.astimezone(ZoneInfo(study_area().timezone)):%Y-%m-%d %H:%M}"


def _groups() -> list[tuple[Message, int, list[MenuItem]]]:
    menu: tuple[MenuItem, ...] = current_app.config["MENU"]
    mine = [item for item in menu if me().may(item.action)]
    starts = [0, *(end for _, end in GROUPS)]
    groups = [
        (label, [item for item in mine if start <= item.order < end])
        for start, (label, end) in zip(starts, GROUPS, strict=False)
    ]
    return [(label, waiting_count() if label == GROUPS[0][0] else 0, items) for label, items in groups if items]


@blueprint.page("own_account", "", "index.html")
def home(language: str) -> ResponseReturnValue:
    """Lead to the page where somebody's work begins."""
    menu: tuple[MenuItem, ...] = current_app.config["MENU"]
    first = next((item.path for item in menu if me().may(item.action)), "")
    return redirect(f"/{language}/{first}") if first else page("account/account.html", language)
