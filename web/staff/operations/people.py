"""People: accounts one by one or from a sheet, what they may do and where, who met them, and who is on leave."""

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterator
from typing import NamedTuple, cast

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from mapping.area.geocode import find_unit
from mapping.directory.directory import public_id
from mapping.errors import InvalidRecord
from mapping.language.fold import skeleton
from mapping.language.i18n import Message
from mapping.language.languages import codes
from mapping.language.languages import language as language_of
from mapping.model import Organization
from web.access.accounts import Account, is_reserved
from web.access.deputies import may_stand_in, on_leave
from web.access.guard import Open, accounts, log, me, now, study_area, today, typed_day
from web.access.mailer import usable
from web.access.roles import ACTIONS, EVERYWHERE, PORTAL_ROLES, ROLES, Action, Role, Scope
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen
from web.staff.fields import CHOOSE, NEEDED
from web.staff.operations.host import NO_MAIL_ADDRESS, partner_address
from web.staff.reminders import late
from web.staff.visible import is_open

blueprint = Blueprint("people", __name__)

ROUTES: dict[str, Action | Open] = {
    "people.all_": "administer",
    "people.add": "administer",
    "people.paste": "administer",
    "people.person": "administer",
    "people.invite": "administer",
    "people.meet": "administer",
    "people.end_sessions": "administer",
    "people.grants": "administer",
    "people.leave": "own_account",
    "people.leave_of_another": "administer",
}
MENU = (
    MenuItem("people.html", Message("Accounts"), "administer", 100),
    MenuItem("leave.html", Message("Leave and deputy"), "own_account", 120),
)

YOURSELF = Message("You cannot change your own role or disable yourself: another administrator does.")
LAST = Message("This is the last administrator who can sign in; make another one first.")
TAKEN = Message("This login is taken or empty; choose another.")
ANOTHER = Message("Only somebody else who is admitted can say so, once, after the one-time link was used.")
NO_UNIT = Message("There is no such region; choose one from the list.")
MOST = 200
"""So many rows of a sheet at once."""
REFUSED = Message("No account was made. Mend these rows and send them again:")
EMPTY = Message("Paste rows with login, name, role, region, mail and language; the last three may be empty.")
LOGIN = Message("Row {row}: the login is empty, taken, or twice here.")
ROLE = Message("Row {row}: there is no such role.")
REGION = Message("Row {row}: there is no such region.")
MAIL = Message("Row {row}: this is no mail address of one person.")
LANGUAGE = Message("Row {row}: pages are not in this language.")
LONGEST = dt.timedelta(days=365)
NO_DAY = Message("Say until which day: today or later, at most a year, as 2026-12-31.")
NO_DEPUTY = Message("This person has not the same rights in all of the same regions; an administrator grants that.")


class Person(NamedTuple):
    """Somebody who gets an account."""

    login: str
    name: str
    role: str
    region: str
    mail: str
    language: str


def link_of(person: Account, token: str) -> str:
    """Return a one-time link; from the root on, where nobody said under which address the person signs in."""
    address = partner_address() if person.role in PORTAL_ROLES else request.host_url
    return f"{address.rstrip('/')}/{person.language}/join/{token}"


def _make(person: Person) -> tuple[Account, str]:
    """Make an account; return it with its one-time link."""
    log("account_added", subject=person.login, reason=person.role)
    more = {"language": person.language, "mail": person.mail}
    token = accounts().add(person.login, person.name, cast("Role", person.role), by=me().login, now=now(), **more)
    account = accounts().by_login(person.login)
    if person.region:
        log("granted", subject=person.login, reason=f"region {person.region}")
        accounts().grant(account.id, "region", person.region)
    return account, link_of(account, token)


# -- all accounts ----------------------------------------------------------------------------------------------------


@blueprint.get("/<language>/people.html")
def all_(language: str) -> str:
    """List the accounts."""
    return _people(language)


@blueprint.post("/<language>/people/add")
def add(language: str) -> ResponseReturnValue:
    """Make an account, and show its one-time link once."""
    form, wrong = request.form, _wrong()
    login = form.get("login", "").strip().casefold()
    if not login:
        wrong["login"] = TAKEN
    if form.get("region", "") not in ("", EVERYWHERE, *study_area().all_units()):
        wrong["region"] = NO_UNIT
    if wrong:
        return _people(language, wrong=wrong), 400
    texts = (form.get(name, "").strip() for name in ("name", "role", "region", "mail", "language"))
    try:
        return _link(language, *_make(Person(login, *texts)))
    except InvalidRecord:
        return _people(language, wrong={"login": TAKEN}), 400


@blueprint.route("/<language>/people-sheet.html", methods=["GET", "POST"])
def paste(language: str) -> ResponseReturnValue:
    """Make accounts of rows pasted from a sheet, all or none, and show their links once."""
    if request.method == "GET":
        return page("ops/sheet.html", language)
    people = [_of_row(row, language) for row in _rows(request.form.get("rows", ""))]
    if not people or len(people) > MOST:
        return page("ops/sheet.html", language, wrong={"rows": EMPTY}), 400
    if faults := list(_faults(people)):
        details = [fault.into(language) for fault in faults]
        return page("ops/sheet.html", language, problem=REFUSED, details=details), 400
    return page("ops/sheet.html", language, invited=[(person, _make(person)[1]) for person in people])


def _rows(text: str) -> Iterator[list[str]]:
    separator = next((sign for sign in "\t;," if sign in text), ",")
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        cells = [cell.strip() for cell in row]
        if any(cells) and cells[0].casefold() != "login":
            yield [*cells, *[""] * 6][:6]


def _of_row(row: list[str], language: str) -> Person:
    login, name, role, region, mail, spoken = row
    roles = {skeleton(label): code for code, rule in ROLES.items() for label in (code, *map(rule.label.into, codes()))}
    if region and region not in (EVERYWHERE, *study_area().all_units()):
        region = find_unit(study_area(), region).unit or "?"
    return Person(login.casefold(), name or login, roles.get(skeleton(role), ""), region, mail, spoken or language)


def _faults(people: list[Person]) -> Iterator[Message]:
    taken = {account.login for account in accounts().accounts()}
    for number, person in enumerate(people, 1):
        faults = (
            (LOGIN, not person.login or person.login in taken or is_reserved(person.login)),
            (ROLE, not person.role),
            (REGION, person.region == "?"),
            (MAIL, bool(person.mail) and not usable(person.mail)),
            (LANGUAGE, person.language not in study_area().languages),
        )
        yield from (fault.filled_with({"row": number}) for fault, is_so in faults if is_so)
        taken.add(person.login)


def _people(language: str, **more: object) -> str:
    book = accounts().accounts()
    return page(
        "ops/people.html",
        language,
        people=book,
        roles=ROLES,
        alone=not accounts().are_two(),
        units=_regions(language),
        everywhere=EVERYWHERE,
        unmet={account.id for account in book if _to_be_met(account)},
        away={account.id for account in book if on_leave(account, today())},
        late=len(late(directory(), study_area(), today())),
        **_choices(),
        **more,
    )


def _choices() -> dict[str, object]:
    return {
        "choices": [(role, rule.label) for role, rule in ROLES.items()],
        "languages": [(code, language_of(code).name) for code in study_area().languages],
    }


def _regions(language: str) -> list[tuple[str, str]]:
    area = study_area()
    return [(code, area.label(code, language)) for code, unit in area.all_units().items() if unit.level == 1]


def _wrong() -> dict[str, Message]:
    form, mail = request.form, request.form.get("mail", "").strip()
    wrong = {} if form.get("name", "").strip() else {"name": NEEDED}
    wrong |= {} if form.get("role") in ROLES else {"role": CHOOSE}
    wrong |= {} if form.get("language") in study_area().languages else {"language": CHOOSE}
    return wrong | ({"mail": NO_MAIL_ADDRESS} if mail and not usable(mail) else {})


def _to_be_met(account: Account) -> bool:
    """Whether two people have to meet the owner of an account before it counts as a person, and it is of use."""
    return account.role not in PORTAL_ROLES and not account.admission.admitted


# -- one account -----------------------------------------------------------------------------------------------------


@blueprint.route("/<language>/people/<identifier>.html", methods=["GET", "POST"])
def person(language: str, identifier: str) -> ResponseReturnValue:
    """Show an account, and change what it is called, what it may do, and whether it may sign in."""
    account, form = accounts().account(identifier), request.form
    if request.method == "GET":
        return _person(language, account)
    if wrong := _wrong():
        return _person(language, account, wrong=wrong), 400
    role, disabled = cast("Role", form["role"]), form.get("disabled") == "1"
    if account.id == me().id and (role != account.role or disabled):
        return _person(language, account, problem=YOURSELF), 400
    if _is_last_administrator(account) and (role != "administrator" or disabled):
        return _person(language, account, problem=LAST), 400
    log("account_changed", subject=account.login, reason=f"{role}{' disabled' if disabled else ''}")
    accounts().change(
        account.id,
        role=role if role != account.role else None,
        disabled=disabled,
        mail=form.get("mail", "").strip(),
        name=form["name"].strip(),
        language=form["language"],
    )
    return _back(language, account)


def _back(language: str, account: Account) -> ResponseReturnValue:
    return redirect(f"/{language}/people/{account.id}.html", code=303)


@blueprint.post("/<language>/people/<identifier>/invite")
def invite(language: str, identifier: str) -> ResponseReturnValue:
    """Recover an account: its password, authenticator and sessions end, and a new one-time link is shown once."""
    account = accounts().account(identifier)
    log("account_invited", subject=account.login)
    token = accounts().invite(account.id, by=me().login, now=now())
    return _link(language, account, link_of(account, token))


@blueprint.post("/<language>/people/<identifier>/meet")
def meet(language: str, identifier: str) -> ResponseReturnValue:
    """Note that the administrator who is here has met the owner of an account."""
    account = accounts().account(identifier)
    try:
        accounts().meet(account.id, by=me().login)
    except InvalidRecord:
        log("meeting_refused", subject=account.login)
        return _person(language, account, problem=ANOTHER), 400
    log("account_met", subject=account.login)
    return _back(language, account)


@blueprint.post("/<language>/people/<identifier>/end-sessions")
def end_sessions(language: str, identifier: str) -> ResponseReturnValue:
    """End every session of an account."""
    account = accounts().account(identifier)
    log("sessions_ended", subject=account.login)
    accounts().end_all(account.id)
    return _back(language, account)


@blueprint.post("/<language>/people/<identifier>/grants")
def grants(language: str, identifier: str) -> ResponseReturnValue:
    """Give somebody a region or an organization, or take it back."""
    account, form = accounts().account(identifier), request.form
    scope, value, take = form.get("scope", ""), form.get("value", "").strip(), form.get("take") == "1"
    known: dict[str, Collection[str]] = {"region": study_area().all_units(), "organization": _organizations()}
    if scope not in known:
        return _person(language, account, problem=CHOOSE), 400
    if not take and value != EVERYWHERE and value not in known[scope]:
        return _person(language, account, wrong={scope: NO_UNIT if scope == "region" else CHOOSE}), 400
    log("grant_taken_back" if take else "granted", subject=account.login, reason=f"{scope} {value}")
    (accounts().revoke if take else accounts().grant)(account.id, cast("Scope", scope), value)
    return _back(language, account)


def _link(language: str, person: Account, link: str) -> str:
    return page("ops/link.html", language, person=person, link=link, known=not link.startswith("/"))


def _person(language: str, account: Account, **more: object) -> str:
    area = study_area()
    return page(
        "ops/person.html",
        language,
        person=account,
        roles=ROLES,
        actions=ACTIONS,
        units=_regions(language),
        names={code: area.label(code, language) for code in area.all_units()},
        organizations=_organizations(),
        sessions=accounts().sessions(account.id),
        away=on_leave(account, today()),
        unmet=_to_be_met(account),
        alone=not accounts().are_two(),
        everywhere=EVERYWHERE,
        **_choices(),
        **more,
    )


def _organizations() -> dict[str, str]:
    """Return the organizations that everybody may know, by published id: administrators see no others."""
    found = sorted(filter(is_open, everything_seen().records(Organization)), key=lambda body: body.name.casefold())
    return {public_id(directory().key, body.id): body.name for body in found}


def _is_last_administrator(account: Account) -> bool:
    able = [
        each for each in accounts().accounts() if each.role == "administrator" and not each.disabled and each.enrolled
    ]
    return [each.id for each in able] == [account.id]


# -- leave -----------------------------------------------------------------------------------------------------------


@blueprint.route("/<language>/leave.html", methods=["GET", "POST"])
def leave(language: str) -> ResponseReturnValue:
    """Show whether the person is on leave; take until when they are, and their deputy, or that they are back."""
    return _leave(language, me())


@blueprint.route("/<language>/people/<identifier>/leave.html", methods=["GET", "POST"])
def leave_of_another(language: str, identifier: str) -> ResponseReturnValue:
    """Do the same for somebody who cannot: who fell ill, or left without a word."""
    return _leave(language, accounts().account(identifier))


def _leave(language: str, person: Account) -> ResponseReturnValue:
    able = [account for account in accounts().accounts() if may_stand_in(account, person, study_area())]
    values = {"person": person, "away": on_leave(person, today()), "able": able}
    if request.method == "GET":
        return page("staff/leave.html", language, **values)
    if request.form.get("choice") == "back":
        accounts().leave(person.id, None)
        log("leave_ended", subject=person.login)
        return redirect(f"{request.path}?done", code=303)
    until, deputy = typed_day("until"), request.form.get("deputy", "")
    if until is None or not today() <= until <= today() + LONGEST:
        return page("staff/leave.html", language, **values, wrong={"until": NO_DAY}), 400
    if deputy and deputy not in {account.login for account in able}:
        return page("staff/leave.html", language, **values, wrong={"deputy": NO_DEPUTY}), 400
    accounts().leave(person.id, until, deputy)
    whose = "" if person.id == me().id else f"of {person.login} "
    log("leave_set", subject=deputy, reason=f"{whose}until {until}")
    return redirect(f"{request.path}?done", code=303)
