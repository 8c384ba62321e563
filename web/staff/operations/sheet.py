"""Accounts in bulk: rows pasted from a sheet become accounts, all or none, each with its one-time link."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mapping.area.geocode import find_unit
from mapping.language.fold import skeleton
from mapping.language.i18n import Message
from mapping.language.languages import codes
from web.access.accounts import is_reserved
from web.access.guard import Open, accounts, log, me, now, study_area
from web.access.mailer import usable
from web.access.roles import EVERYWHERE, ROLES, Action, Role
from web.access.signin import page
from web.staff.operations.admin import link_of

blueprint = Blueprint("sheet", __name__)

ROUTES: dict[str, Action | Open] = {"sheet.paste": "administer"}

MOST = 200
"""So many rows at once."""

REFUSED = Message("No account was made. Mend these rows and send them again:")
EMPTY = Message("Paste rows with login, name, role, region, mail and language; the last three may be empty.")
LOGIN = Message("Row {row}: the login is empty, taken, or twice here.")
ROLE = Message("Row {row}: there is no such role.")
REGION = Message("Row {row}: there is no such region.")
MAIL = Message("Row {row}: this is no mail address of one person.")
LANGUAGE = Message("Row {row}: pages are not in this language.")


class Person(NamedTuple):
    """A row: somebody who gets an account."""

    login: str
    name: str
    role: str
    region: str
    mail: str
    language: str


class Invited(NamedTuple):
    """A made account and its one-time link; without an address where nobody said where it signs in."""

    person: Person
    link: str


@blueprint.route("/<language>/people-sheet.html", methods=["GET", "POST"])
def paste(language: str) -> ResponseReturnValue:
    """Take rows in, and show the links once."""
    if request.method == "GET":
        return _page(language)
    rows = list(_rows(request.form.get("rows", "")))
    if not rows or len(rows) > MOST:
        return _page(language, wrong={"rows": EMPTY}), 400
    people = [_person(row, language) for row in rows]
    faults = list(_faults(people))
    if faults:
        return _page(language, problem=REFUSED, details=[fault.into(language) for fault in faults]), 400
    return _page(language, invited=[_invite(person) for person in people])


def _page(language: str, **more: object) -> str:
    return page("ops/sheet.html", language, **more)


def _rows(text: str) -> Iterator[list[str]]:
    separator = next((sign for sign in "\t;," if sign in text), ",")
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        cells = [cell.strip() for cell in row]
        if any(cells) and cells[0].casefold() != "login":
            yield [*cells, *[""] * 6][:6]


def _person(row: list[str], language: str) -> Person:
    login, name, role, region, mail, spoken = row
    known = {skeleton(label): code for code, rule in ROLES.items() for label in (code, *map(rule.label.into, codes()))}
    if region and region not in (EVERYWHERE, *study_area().all_units()):
        region = find_unit(study_area(), region).unit or "?"
    return Person(login.casefold(), name or login, known.get(skeleton(role), ""), region, mail, spoken or language)


def _faults(people: list[Person]) -> Iterator[Message]:
    taken = {account.login for account in accounts().accounts()}
    for number, person in enumerate(people, 1):
        if not person.login or person.login in taken or is_reserved(person.login):
            yield LOGIN.filled_with({"row": number})
        if not person.role:
            yield ROLE.filled_with({"row": number})
        if person.region == "?":
            yield REGION.filled_with({"row": number})
        if person.mail and not usable(person.mail):
            yield MAIL.filled_with({"row": number})
        if person.language not in study_area().languages:
            yield LANGUAGE.filled_with({"row": number})
        taken.add(person.login)


def _invite(person: Person) -> Invited:
    role, more = cast("Role", person.role), {"language": person.language, "mail": person.mail}
    token = accounts().add(person.login, person.name, role, by=me().login, now=now(), **more)
    account = accounts().by_login(person.login)
    log("account_added", subject=person.login, reason=person.role)
    if person.region:
        accounts().grant(account.id, "region", person.region)
        log("granted", subject=person.login, reason=f"region {person.region}")
    return Invited(person, link_of(account, token))
