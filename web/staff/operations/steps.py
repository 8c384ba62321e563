"""First steps: what an office still needs before its first edition, for its administrators."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint

from mapping.directory.backups import kept
from mapping.formats.reader_process import has_sandbox
from mapping.language.i18n import Message
from mapping.model import Service
from web.access.guard import Open, accounts
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import everything_seen
from web.staff.operations.admin import backup_folder, mailer
from web.staff.operations.publish import releases

blueprint = Blueprint("steps", __name__)

ROUTES: dict[str, Action | Open] = {"steps.overview": "administer"}
MENU = (MenuItem("steps.html", Message("First steps"), "administer", 5),)


class Step(NamedTuple):
    """Something to do once: whether it is done, how, and on which page; no page where others than administrators do."""

    done: bool
    title: Message
    how: Message
    path: str = ""


@blueprint.get("/<language>/steps.html")
def overview(language: str) -> str:
    """Show what is done and what comes next."""
    return page("ops/steps.html", language, steps=list(_steps()))


def _steps() -> Iterator[Step]:
    book = accounts()
    stewards = [
        account
        for account in book.accounts()
        if account.role == "steward" and account.enrolled and not account.disabled
    ]
    yield Step(
        sum(account.role == "administrator" and account.counts and account.enrolled for account in book.accounts()) > 1,
        Message("Two administrators can sign in"),
        Message("Give the second one-time link to the other person: on this computer, or through your web server."),
        "people.html",
    )
    yield Step(
        sum(steward.counts and bool(steward.grants.regions) for steward in stewards) > 1,
        Message("Two stewards can sign in, each met by two people"),
        Message(
            "An administrator makes the account and gives the link to its owner. Once they have signed in, two "
            "administrators meet them, and each says so on the page of the account. Give each a region, or all."
        ),
        "people.html",
    )
    yield Step(
        bool(everything_seen().records(Service)) or _published(),
        Message("A first list is brought in"),
        Message(
            "A steward opens Import and says what each column is. Another one agrees under Second person: to how the "
            "list is read, to its numbers, and to what is newly shown."
        ),
    )
    yield Step(
        _published(),
        Message("The first edition is published"),
        Message("A steward opens Publish and builds the edition; another one looks at it and publishes it."),
    )
    yield Step(
        bool(kept(backup_folder())),
        Message("A backup is made"),
        Message("Download it and keep it away from this computer, and the key away from both."),
        "backups.html",
    )
    yield Step(
        mailer() is not None,
        Message("Mails can be sent"),
        Message("Reminders and campaigns write to people. Without a mail server you copy their texts by hand."),
        "settings.html",
    )
    yield Step(
        has_sandbox(),
        Message("Files of strangers are read apart"),
        Message(
            "Install bubblewrap on this computer (Linux) and start the portal again: a hostile list then reaches "
            "neither other files nor the network."
        ),
    )


def _published() -> bool:
    return any(edition.live and edition.entries for edition in releases("public").editions())
