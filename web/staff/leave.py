"""Leave: until when somebody is away, and who gets their reminders meanwhile."""

import datetime as dt

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue

from mapping.language.i18n import Message
from web.access.accounts import Account, Accounts
from web.access.deputies import may_stand_in, on_leave
from web.access.guard import Open, log, me
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import study_area, today

blueprint = Blueprint("leave", __name__)

ROUTES: dict[str, Action | Open] = {"leave.leave": "own_account"}
MENU = (MenuItem("leave.html", Message("Leave and deputy"), "own_account", 120),)

LONGEST = dt.timedelta(days=365)
NO_DAY = Message("Say until which day: today or later, at most a year, as 2026-12-31.")
NO_DEPUTY = Message("This person may not do in all of your regions what you may do; an administrator grants that.")


@blueprint.route("/<language>/leave.html", methods=["GET", "POST"])
def leave(language: str) -> ResponseReturnValue:
    """Show whether the person is on leave; take until when they are, and their deputy, or that they are back."""
    if request.method == "GET":
        return _page(language)
    form = request.form
    if form.get("choice") == "back":
        _accounts().leave(me().id, None)
        log("leave_ended", subject=me().login)
        return redirect(f"/{language}/leave.html?done", code=303)
    try:
        until = dt.date.fromisoformat(form.get("until", ""))
    except ValueError:
        until = dt.date.min
    if not today() <= until <= today() + LONGEST:
        return _page(language, problem=NO_DAY), 400
    deputy = form.get("deputy", "")
    if deputy and deputy not in {account.login for account in _able()}:
        return _page(language, problem=NO_DEPUTY), 400
    _accounts().leave(me().id, until, deputy)
    log("leave_set", subject=deputy, reason=f"until {until}")
    return redirect(f"/{language}/leave.html?done", code=303)


def _page(language: str, problem: Message | None = None) -> str:
    person = me()
    return page("staff/leave.html", language, away=on_leave(person, today()), able=_able(), problem=problem)


def _able() -> list[Account]:
    """Return who may be the deputy of whoever is signed in."""
    return [account for account in _accounts().accounts() if may_stand_in(account, me(), study_area())]


def _accounts() -> Accounts:
    accounts: Accounts = current_app.config["ACCOUNTS"]
    return accounts
