"""The portals of those who sign in, each served on this machine; a web server with TLS stands before them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mapping.commands.common import AreaOption, out, study_area
from mapping.commands.people import ACCOUNTS, AccountsOption
from mapping.errors import NotFound

if TYPE_CHECKING:
    from flask import Flask

app = typer.Typer()

InboxOption = Annotated[Path, typer.Option("--inbox", help="The file of what is sent in.")]
LedgerOption = Annotated[Path, typer.Option("--ledger", help="The file of who did what.")]
PortOption = Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")]
DemoOption = Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")]
PlainOption = Annotated[
    bool, typer.Option("--plain-http", help="Let cookies go over HTTP: only to try it on your own machine.")
]
INBOX, LEDGER = Path("build/private/inbox.db"), Path("build/private/ledger.db")
PARTNER_VIEW, FOCAL_VIEW = Path("build/private/partner.db"), Path("build/private/focal_point.db")


@app.command()
def partner(
    view: Annotated[Path, typer.Option("--view", help="The view published for partners.")] = PARTNER_VIEW,
    focal_view: Annotated[
        Path | None, typer.Option("--focal-view", help="The view published for focal points; without one they see "
                                                       "what partners see.")
    ] = None,
    accounts: AccountsOption = ACCOUNTS,
    inbox: InboxOption = INBOX,
    ledger: LedgerOption = LEDGER,
    port: PortOption = 8001,
    area: AreaOption = None,
    demo: DemoOption = False,
    plain_http: PlainOption = False,
) -> None:  # fmt: skip
    """Serve the portal of those who refer people: finder, pathway, cards, referral log, capacity."""
    from web.accounts import Accounts
    from web.inbox import Inbox
    from web.ledger import Ledger
    from web.partner import create_partner_app

    for path, audience in ((view, "partner"), (focal_view, "focal_point")):
        if path is not None and not path.exists():
            raise NotFound(f"{path}: there is no view; run `rohnamo publish --audience {audience} --view {path}` first")
    portal = create_partner_app(
        view, study_area(area), focal_view=focal_view, accounts=Accounts(accounts), inbox=Inbox(inbox),
        ledger=Ledger(ledger), demo=demo, secure=not plain_http,
    )  # fmt: skip
    serve_portal(portal, port)


def serve_portal(portal: "Flask", port: int) -> None:
    """Serve a portal on this machine until Ctrl-C."""
    import waitress

    out.print(f"The portal is at http://127.0.0.1:{port}/   (Ctrl-C ends it)")
    waitress.serve(portal, host="127.0.0.1", port=port, threads=8, ident=None, _quiet=True)
