"""Campaigns: asking every organization whether its entry is still right, and seeing who answered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.directory import public_id
from mapping.errors import MappingError
from mapping.language.i18n import Message, date, translate
from mapping.safety.agreed import Row
from web.access.guard import accounts, log, me, now, today, typed_day
from web.access.mailer import usable
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, seen
from web.staff.fields import AFTER_TODAY, NEEDED
from web.staff.operations.host import mailer, partner_address
from web.stores.campaigns import Campaign, Campaigns

blueprint = Pages("campaigns")


NO_ADDRESS = Message("The address of the partner portal is not set; an administrator sets it with the mail server.")
SUBJECT = Message("Is your entry still right?")
TEXT = Message(
    "Good day, please look at what we publish about {name}, and tell us until {day} whether it is still right: {link} "
    "The link is for you alone and works once."
)


class Own(NamedTuple):
    """An organization that everybody may see: its published id, name, mail, numbers and services."""

    id: str
    name: str
    mail: str
    numbers: tuple[str, ...]
    services: tuple[str, ...]


@blueprint.form("edit", "campaigns.html", menu=(Message("Update requests"), 75))
def overview(language: str) -> ResponseReturnValue:
    """List the campaigns, and begin one."""
    if request.method == "GET":
        return page("ops/campaigns.html", language, campaigns=_all())
    name = request.form.get("name", "").strip()
    due = typed_day("due")
    if not name or due is None or due <= today():
        wrong = {} if name else {"name": NEEDED}
        wrong |= {} if due and due > today() else {"due": AFTER_TODAY}
        return page("ops/campaigns.html", language, campaigns=_all(), wrong=wrong), 400
    number = _store().begin(name[:100], due, by=me().login)
    log("campaign_begun", subject=str(number))
    return redirect(f"/{language}/campaigns/{number}.html", code=303)


@blueprint.page("edit", "campaigns/<int:number>.html")
def one(language: str, number: int) -> str:
    """Show who was asked, who answered, and whom to call."""
    return _page(language, _store().campaign(number))


@blueprint.act("edit", "campaigns/<int:number>/ask")
def ask(language: str, number: int) -> ResponseReturnValue:
    """Make a link for each organization that has not answered, send mails where that can be, and show the texts."""
    campaign, address = _store().campaign(number), partner_address()
    if not address:
        return _page(language, campaign, problem=NO_ADDRESS), 400
    answered = {each.organization for each in _store().asked(number) if each.answered_on}
    letters = []
    for own in _organizations():
        if own.id in answered:
            continue
        token = _store().ask(number, own.id, own.name, own.services, on=today())
        link = f"{address.rstrip('/')}/{language}/mine/{token}"
        text = translate(TEXT.text, language, name=own.name, day=date(campaign.due, language), link=link)
        letters.append({"name": own.name, "mail": own.mail, "text": text, "sent": _sent(own.mail, text, language)})
    log("campaign_asked", subject=str(number), reason=str(len(letters)))
    return _page(language, campaign, letters=letters)


def _store() -> Campaigns:
    return Campaigns.beside(accounts().path)


def _sent(mail: str, text: str, language: str) -> bool:
    post = mailer()
    if post is None or not usable(mail):
        return False
    try:
        post.write(mail, translate(SUBJECT.text, language), text, now=now())
    except MappingError:
        return False
    return True


def _all() -> list[tuple[Campaign, int, int]]:
    asked = ((campaign, _store().asked(campaign.number)) for campaign in _store().all())
    return [(campaign, sum(each.answered_on is not None for each in found), len(found)) for campaign, found in asked]


def _page(language: str, campaign: Campaign, **more: Any) -> str:
    own = {organization.id: organization for organization in _organizations()}
    asked = [each for each in _store().asked(campaign.number) if each.organization in own]
    silent = sorted((each for each in asked if not each.answered_on), key=lambda each: (-each.times, each.name))
    return page(
        "ops/campaign.html",
        language,
        campaign=campaign,
        answered=[each for each in asked if each.answered_on],
        calls=[(each, own[each.organization]) for each in silent],
        new=len(own) - len(asked),
        late=campaign.due < today(),
        **more,
    )


def _organizations() -> Iterator[Own]:
    """Yield the organizations in the person's regions of which everybody may see a service, by name.

    What is told of them is what the public was agreed to see, as far as the person sees it too.
    """
    mine, key = seen(), directory().key
    rows: dict[str, dict[str, Row]] = defaultdict(dict)
    for (table, record), row in directory().agreed("public").items():
        if mine.has(table, record):
            rows[table][record] = dict(row)
    services, numbers = (
        _by_organization(rows[table], value) for table, value in (("service", "id"), ("phone", "number"))
    )
    for record, row in sorted(rows["organization"].items(), key=lambda item: item[1]["name"].casefold()):
        if record in services:
            own = tuple(sorted(public_id(key, service) for service in services[record]))
            yield Own(public_id(key, record), row["name"], row["email"] or "", tuple(numbers[record]), own)


def _by_organization(rows: Mapping[str, Row], value: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        if row["organization_id"]:
            values[row["organization_id"]].append(row[value])
    return values
