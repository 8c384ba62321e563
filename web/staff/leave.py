"""Leave: until when somebody is away, and who gets their reminders meanwhile."""

import datetime as dt

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from mapping.language.i18n import Message
from web.access.accounts import Account
from web.access.deputies import may_stand_in, on_leave
from web.access.guard import Open, accounts, log, me, study_area, today, typed_day
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem

blueprint = Blueprint("leave", __name__)

ROUTES: dict[str, Action | Open] = {"leave.leave": "own_account", "leave.leave_of_another": "administer"}
MENU = (MenuItem("leave.html", Message("Leave and deputy"), "own_account", 120),)

LONGEST = dt.timedelta(days=365)
NO_DAY = Message("Say until which day: today or later, at most a year, as 2026-12-31.")
NO_DEPUTY = Message("This person has not the same rights in all of the same regions; an administrator grants that.")


@blueprint.route("/<language>/leave.html", methods=["GET", "POST"])
def leave(language: str) -> ResponseReturnValue:
    """Show whether the person is on leave; take until when they are, and their deputy, or that they are back."""
    return _leave(language, me())


@blueprint.route("/<language>/people/<identifier>/leave.html", methods=["GET", "POST"])
def leave_of_another(language: str, identifier: str) -> ResponseReturnValue:
    """Do the same for somebody who cannot: who fell ill, or left without a word."""
    return _leave(language, accounts().account(identifier))


def _leave(language: str, person: Account) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(language, person)
    form = request.form
    whose = "" if person.id == me().id else f"of {person.login} "
    if form.get("choice") == "back":
        accounts().leave(person.id, None)
        log("leave_ended", subject=person.login)
        return redirect(f"{request.path}?done", code=303)
    until = typed_day("until")
    if until is None or not today() <= until <= today() + LONGEST:
        return _page(language, person, wrong={"until": NO_DAY}), 400
    deputy = form.get("deputy", "")
    if deputy and deputy not in {account.login for account in _able(person)}:
        return _page(language, person, wrong={"deputy": NO_DEPUTY}), 400
    accounts().leave(person.id, until, deputy)
    log("leave_set", subject=deputy, reason=f"{whose}until {until}")
    return redirect(f"{request.path}?done", code=303)


def _page(language: str, person: Account, **more: object) -> str:
    away = on_leave(person, today())
    return page("staff/leave.html", language, person=person, away=away, able=_able(person), **more)


def _able(person: Account) -> list[Account]:
    return [account for account in accounts().accounts() if may_stand_in(account, person, study_area())]
