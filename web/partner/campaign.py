"""A campaign's page: an organization looks at its own entry by a one-time link, without an account.

The link opens the services of it that everybody may see, and nothing else; what is changed goes to the stewards as a
proposal.
"""

from flask import current_app, request
from flask.typing import ResponseReturnValue

from mapping.errors import NotFound
from mapping.view.view import Entry
from web.access.guard import accounts, today
from web.access.pages import Pages
from web.partner.common import inbox, plain
from web.partner.provider import FIELDS, draft_of, fields_of
from web.presenters.edition import Editions
from web.stores.campaigns import Asked, Campaigns

blueprint = Pages("campaign")


@blueprint.form("everyone", "mine/<token>")
def entry(language: str, token: str) -> ResponseReturnValue:
    """Show the services of the organization of a link with their texts to be changed, and take the answer in."""
    try:
        link = campaigns().of_link(token, on=today())
    except NotFound:
        return plain("partner/link_gone.html", language), 404
    entries = _entries(link, language)
    if request.method == "GET":
        return plain("partner/mine.html", language, asked=link, entries=entries, fields=FIELDS, of=fields_of)
    drafts = [draft for service in entries if (draft := draft_of(service, _texts(service))) is not None]
    if drafts:  # first of all: a link that ended cannot be used to send it again
        inbox().put_all(drafts, on=today(), sender=f"campaign {link.campaign}: {link.name}")
    campaigns().answer(token, changes=len(drafts), on=today())
    return plain("partner/mine_done.html", language, changes=len(drafts))


def campaigns() -> Campaigns:
    """Return the campaigns of the office."""
    return Campaigns.beside(accounts().path)


def _entries(link: Asked, language: str) -> list[Entry]:
    editions: tuple[Editions, ...] = current_app.config["EDITIONS"]
    known = editions[0].now().entries(language)
    return [known[service] for service in link.services if service in known]


def _texts(entry: Entry) -> dict[str, str]:
    of_service = f"{entry.id}."
    return {name.removeprefix(of_service): text for name, text in request.form.items() if name.startswith(of_service)}
