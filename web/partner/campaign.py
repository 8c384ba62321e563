"""A campaign's page: an organization looks at its own entry by a one-time link, without an account.

The link opens the services of it that everybody may see, and nothing else; what is changed goes to the stewards as a
proposal.
"""

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from mapping.errors import NotFound
from mapping.view.view import Entry
from web.access.accounts import Accounts
from web.access.guard import Open
from web.access.roles import Action
from web.partner.common import area, checked, inbox, plain, today
from web.partner.provider import FIELDS, fields_of
from web.presenters.edition import Editions
from web.stores.campaigns import Asked, Campaigns
from web.stores.inbox import Draft, InboxForm, read_form

blueprint = Blueprint("campaign", __name__)

ROUTES: dict[str, Action | Open] = {"campaign.entry": "everyone"}


@blueprint.route("/<language>/mine/<token>", methods=["GET", "POST"])
def entry(language: str, token: str) -> ResponseReturnValue:
    """Show the services of the organization of a link with their texts to be changed, and take the answer in."""
    try:
        link = campaigns().of_link(token, on=today())
    except NotFound:
        return plain("partner/link_gone.html", _shown(language)), 404
    entries = _entries(link, checked(language))
    if request.method == "GET":
        return plain("partner/mine.html", language, asked=link, entries=entries, fields=FIELDS, of=fields_of)
    drafts = [draft for service in entries if (draft := _draft(service)) is not None]
    if drafts:  # first of all: a link that ended cannot be used to send it again
        inbox().put_all(drafts, on=today(), sender=f"campaign {link.campaign}: {link.name}")
    campaigns().answer(token, changes=len(drafts), on=today())
    return plain("partner/mine_done.html", language, changes=len(drafts))


def campaigns() -> Campaigns:
    """Return the campaigns of the office."""
    accounts: Accounts = current_app.config["ACCOUNTS"]
    return Campaigns.beside(accounts.path)


def _shown(language: str) -> str:
    return language if language in area().languages else area().languages[0]


def _entries(link: Asked, language: str) -> list[Entry]:
    """Return the services that a link opens, as the edition for partners has them."""
    editions: tuple[Editions, ...] = current_app.config["EDITIONS"]
    known = editions[0].now().entries(language)
    return [known[service] for service in link.services if service in known]


def _draft(entry: Entry) -> InboxForm | None:
    """Return what was changed of a service; None where nothing was."""
    before = fields_of(entry)
    changed = {
        name: text
        for name in FIELDS
        if (text := request.form.get(f"{entry.id}.{name}", before[name]).replace("\r\n", "\n").strip())
        != before[name].strip()
    }
    if not changed:
        return None
    fields: dict[str, object] = {"entity": "service", "record": entry.id, "fields": changed}
    return read_form(Draft, fields)
