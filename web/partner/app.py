"""The partner portal: for those who refer people, who provide help, and who plan it.

It opens the views for partners and for focal points, the accounts, the inbox and the ledger, and never the directory.
Which edition somebody reads follows from their role; every route is an action of `web.access.roles`.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

import web.partner
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from web import restricted
from web.access import signin
from web.access.accounts import Accounts
from web.access.guard import guard
from web.partner.common import edition, editions
from web.portal import ErrorPages, create_portal, pages_of
from web.presenters.edition import Editions
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

PAGE = "partner/refused.html"
ERRORS = ErrorPages(PAGE, PAGE, {InvalidRecord: (PAGE, 400)})


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
    proxies: int = 0,
) -> Flask:
    """Make the portal of a view for partners, and of one for focal points where there is one.

    ``secure`` is False only for trying it on the own machine without TLS; for ``proxies`` see `create_portal`.

    Raises
    ------
    UnsafePublication
        A view was made for fewer people than would read it here.
    """
    views = [Editions(view, area, "partner")]
    if focal_view is not None:
        views.append(Editions(focal_view, area, "focal_point"))
    for edition_view in views:
        edition_view.now()
    return create_portal(
        area,
        [*pages_of(web.partner), restricted, signin],
        admit=partial(
            guard,
            portal="partner",
            accounts=accounts,
            ledger=ledger,
            clock=clock,
            secure=secure,
        ),
        errors=ERRORS,
        demo=demo,
        proxies=proxies,
        editions=editions(*views),
        inbox=inbox,
        restricted=edition,
    )
