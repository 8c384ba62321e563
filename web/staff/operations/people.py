"""People: accounts one by one or from a sheet, what they may do and where, who met them, and who is on leave."""

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterator
from typing import NamedTuple, cast

from flask import abort, redirect, request
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
from web.access.guard import accounts, log, me, now, study_area, today, typed_day
from web.access.mailer import usable
from web.access.pages import Pages
from web.access.roles import ACTIONS, EVERYWHERE, ROLES, Scope, roles_in
from web.access.signin import page
from web.staff.common import directory, everything_seen, to_be_met
from web.staff.fields import CHOOSE, NEEDED, Field
from web.staff.operations.host import NO_MAIL_ADDRESS, partner_address
from web.staff.reminders import late
from web.staff.visible import is_open

blueprint = Pages("people")


YOURSELF = Message("You cannot change your own role or disable yourself: another administrator does.")
LAST = Message("This is the last administrator who can sign in; make another one first.")
TAKEN = Message("This login is taken or empty; choose another.")
ONE_PORTAL = Message("Choose roles of one portal; for the other portal make another account.")
ANOTHER = Message("Only somebody else who is admitted can say so, once, after the one-time link was used.")
NO_UNIT = Message("There is no such region; choose one from the list.")
MOST = 200
"""So many rows of a sheet at once."""
REFUSED = Message("No account was made. Mend these rows and send them again:")
EMPTY = Message("Paste rows with login, name, role, region, mail and language; the last three may be empty.")
OF_ROW = Message("Row {row}: {reason}")
LONGEST = dt.timedelta(days=365)
NO_DAY = Message("Say until which day: today or later, at most a year, as 2026-12-31.")
NO_DEPUTY = Message("This person has not the same rights in all of the same regions; an administrator grants that.")


class Person(NamedTuple):
    """Somebody who gets an account, as it was typed."""

    login: str
    name: str
    roles: str
    region: str
    mail: str
    language: str

    @classmethod
    def of_form(cls, login: str = "") -> "Person":
        """Read a form; ``login`` is that of an account which is there."""
        texts = (request.form.get(name, "").strip() for name in ("name", "region", "mail", "language"))
        name, region, mail, language = texts
        login = login or request.form.get("login", "").strip().casefold()
        return cls(login, name, " ".join(request.form.getlist("role")), region, mail, language)

    @classmethod
    def of_row(cls, row: list[str], language: str) -> "Person":
        """Read a row of a sheet, in which a role or a region may stand by its name."""
        login, name, role, region, mail, spoken = row
        names = ((code, each) for code, rule in ROLES.items() for each in (code, *map(rule.label.into, codes())))
        roles = {skeleton(each): code for code, each in names}
        named = [roles.get(skeleton(each), each) for each in role.split(",")]
        if region and region not in (EVERYWHERE, *study_area().all_units()):
            region = find_unit(study_area(), region).unit or region
        return cls(login.casefold(), name or login, " ".join(named), region, mail, spoken or language)

    def wrong(self, taken: Collection[str] = ()) -> dict[str, Message]:
        """Return what does not fit, by the name of the field; ``taken`` are the logins of others."""
        wrong = {} if self.login and self.login not in taken and not is_reserved(self.login) else {"login": TAKEN}
        wrong |= {} if self.name else {"name": NEEDED}
        wrong |= {} if self.region in ("", EVERYWHERE, *study_area().all_units()) else {"region": NO_UNIT}
        wrong |= {} if self.language in study_area().languages else {"language": CHOOSE}
        wrong |= {} if not self.mail or usable(self.mail) else {"mail": NO_MAIL_ADDRESS}
        try:
            roles_in(self.roles)
        except InvalidRecord:
            wrong["role"] = ONE_PORTAL if self.roles and {*self.roles.split()} <= {*ROLES} else CHOOSE
        return wrong

    def make(self) -> tuple[Account, str]:
        """Make the account; return it with its one-time link."""
        log("account_added", subject=self.login, reason=self.roles)
        more = {"language": self.language, "mail": self.mail}
        token = accounts().add(self.login, self.name, self.roles, by=me().login, now=now(), **more)
        account = accounts().by_login(self.login)
        if self.region:
            log("granted", subject=self.login, reason=f"region {self.region}")
            accounts().grant(account.id, "region", self.region)
        return account, link_of(account, token)


def link_of(account: Account, token: str) -> str:
    """Return a one-time link; from the root on, where nobody said under which address the person signs in."""
    address = request.host_url if account.is_staff else partner_address()
    return f"{address.rstrip('/')}/{account.language}/join/{token}"


# -- all accounts ----------------------------------------------------------------------------------------------------


@blueprint.page("administer", "people.html", menu=(Message("Accounts"), 100))
def all_(language: str) -> str:
    """List the accounts."""
    return _people(language)


@blueprint.act("administer", "people/add")
def add(language: str) -> ResponseReturnValue:
    """Make an account, and show its one-time link once."""
    person = Person.of_form()
    if wrong := person.wrong(_logins()):
        return _people(language, wrong=wrong), 400
    return _link(language, *person.make())


@blueprint.form("administer", "people-sheet.html")
def paste(language: str) -> ResponseReturnValue:
    """Make accounts of rows pasted from a sheet, all or none, and show their links once."""
    if request.method == "GET":
        return page("ops/sheet.html", language)
    people = [Person.of_row(row, language) for row in _rows(request.form.get("rows", ""))]
    if not people or len(people) > MOST:
        return page("ops/sheet.html", language, wrong={"rows": EMPTY}), 400
    faults, taken = [], _logins()
    for number, person in enumerate(people, 1):
        wrong = person.wrong(taken).values()
        faults += [OF_ROW.filled_with({"row": number, "reason": why}).into(language) for why in wrong]
        taken.add(person.login)
    if faults:
        return page("ops/sheet.html", language, problem=REFUSED, details=faults), 400
    return page("ops/sheet.html", language, invited=[person.make() for person in people])


def _logins() -> set[str]:
    return {account.login for account in accounts().accounts()}


def _rows(text: str) -> Iterator[list[str]]:
    separator = next((sign for sign in "\t;," if sign in text), ",")
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        cells = [cell.strip() for cell in row]
        if any(cells) and cells[0].casefold() != "login":
            yield [*cells, *[""] * 6][:6]


def _people(language: str, **more: object) -> str:
    book = accounts().accounts()
    return page(
        "ops/people.html",
        language,
        people=book,
        roles=ROLES,
        unmet={account.id for account in to_be_met()},
        away={account.id for account in book if on_leave(account, today())},
        late=len(late(directory(), study_area(), today())),
        fields=_fields(language),
        **more,
    )


def _fields(language: str, account: Account | None = None) -> list[Field]:
    roles = tuple((code, rule.label.into(language)) for code, rule in ROLES.items())
    tongues = tuple((code, language_of(code).name) for code in study_area().languages)
    found = [
        Field("name", NAME, "text", account.name if account else "", needed=True),
        Field("mail", MAIL, "text", account.mail if account else "", keyboard="email"),
        Field("role", ROLE, "days", ",".join(account.roles) if account else "", roles),
        Field("language", LANGUAGE, "choice", account.language if account else language, tongues, needed=True),
    ]
    if account is None:
        regions = ((EVERYWHERE, ALL_REGIONS.into(language)), *_regions(language))
        found.insert(0, Field("login", LOGIN, "text", "", needed=True))
        found.append(Field("region", REGION, "choice", "", regions))
    return found


NAME, LOGIN, LANGUAGE = Message("Name of the person"), Message("Login"), Message("Language")
MAIL, ROLE = Message("Mail address, if they want mails"), Message("Roles: one, or several of the same portal")
REGION = Message("Where they work: stewards, custodians and focal points need a region")
ALL_REGIONS = Message("All regions")


def _regions(language: str) -> list[tuple[str, str]]:
    area = study_area()
    return [(code, area.label(code, language)) for code, unit in area.all_units().items() if unit.level == 1]


# -- one account -----------------------------------------------------------------------------------------------------


@blueprint.form("administer", "people/<identifier>.html")
def person(language: str, identifier: str) -> ResponseReturnValue:
    """Show an account, and change what it is called, what it may do, and whether it may sign in."""
    account, form = accounts().account(identifier), request.form
    if request.method == "GET":
        return _person(language, account)
    typed = Person.of_form(account.login)
    if wrong := typed.wrong():
        return _person(language, account, wrong=wrong), 400
    roles, disabled = roles_in(typed.roles), form.get("disabled") == "1"
    if account.id == me().id and (roles != account.roles or disabled):
        return _person(language, account, problem=YOURSELF), 400
    if _is_last_administrator(account) and ("administrator" not in roles or disabled):
        return _person(language, account, problem=LAST), 400
    log("account_changed", subject=account.login, reason=f"{' '.join(roles)}{' disabled' if disabled else ''}")
    accounts().change(
        account.id,
        roles=" ".join(roles) if roles != account.roles else None,
        disabled=disabled,
        mail=typed.mail,
        name=typed.name,
        language=typed.language,
    )
    return _back(language, account)


def _back(language: str, account: Account) -> ResponseReturnValue:
    return redirect(f"/{language}/people/{account.id}.html", code=303)


@blueprint.act("administer", "people/<identifier>/invite")
def invite(language: str, identifier: str) -> ResponseReturnValue:
    """Recover an account: its password, authenticator and sessions end, and a new one-time link is shown once."""
    account = accounts().account(identifier)
    log("account_invited", subject=account.login)
    token = accounts().invite(account.id, by=me().login, now=now())
    return _link(language, account, link_of(account, token))


@blueprint.act("meet", "people/<identifier>/meet")
def meet(language: str, identifier: str) -> ResponseReturnValue:
    """Note that whoever is here has met the owner of an account."""
    account = accounts().account(identifier)
    try:
        accounts().meet(account.id, by=me().login)
    except InvalidRecord:
        log("meeting_refused", subject=account.login)
        if not me().may("administer"):
            abort(400)
        return _person(language, account, problem=ANOTHER), 400
    log("account_met", subject=account.login)
    return _back(language, account) if me().may("administer") else redirect(f"/{language}/waiting.html?done", code=303)


@blueprint.act("administer", "people/<identifier>/end-sessions")
def end_sessions(language: str, identifier: str) -> ResponseReturnValue:
    """End every session of an account."""
    account = accounts().account(identifier)
    log("sessions_ended", subject=account.login)
    accounts().end_all(account.id)
    return _back(language, account)


@blueprint.act("administer", "people/<identifier>/grants")
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
        actions=[label for action, label in ACTIONS.items() if action in account.actions],
        fields=_fields(language, account),
        units=_regions(language),
        names={code: area.label(code, language) for code in area.all_units()},
        organizations=_organizations(),
        sessions=accounts().sessions(account.id),
        away=on_leave(account, today()),
        unmet=account in to_be_met(),
        everywhere=EVERYWHERE,
        **more,
    )


def _organizations() -> dict[str, str]:
    """Return the organizations that everybody may know, by published id: administrators see no others."""
    found = sorted(filter(is_open, everything_seen().records(Organization)), key=lambda body: body.name.casefold())
    return {public_id(directory().key, body.id): body.name for body in found}


def _is_last_administrator(account: Account) -> bool:
    able = [
        each for each in accounts().accounts() if "administrator" in each.roles and not each.disabled and each.enrolled
    ]
    return [each.id for each in able] == [account.id]


# -- leave -----------------------------------------------------------------------------------------------------------


@blueprint.form("own_account", "leave.html", menu=(Message("Leave and deputy"), 120))
def leave(language: str) -> ResponseReturnValue:
    """Show whether the person is on leave; take until when they are, and their deputy, or that they are back."""
    return _leave(language, me())


@blueprint.form("administer", "people/<identifier>/leave.html")
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
