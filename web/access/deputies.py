"""Deputies: who gets the reminders of somebody who is away.

A deputy may do already whatever the person may do, wherever the person may do it: naming one grants nothing. Whoever
no longer may, or has no address to be written to, is passed over, and the reminder goes to the person themselves, as
if there were no deputy.
"""

import datetime as dt
from collections.abc import Collection

from mapping.area.study_area import StudyArea
from web.access.accounts import Account, Accounts
from web.access.mailer import usable
from web.access.roles import EVERYWHERE


def may_stand_in(deputy: Account, person: Account, area: StudyArea) -> bool:
    """Tell whether somebody has the rights of a person already, in each region and organization of theirs."""
    units = area.all_units()

    def above(code: str) -> list[str]:
        return [code, *area.ancestors(code)] if code in units else [code]

    return (
        deputy.id != person.id
        and deputy.enrolled
        and not deputy.disabled
        and deputy.actions >= person.actions
        and _covers(deputy.grants.regions, [above(code) for code in person.grants.regions])
        and _covers(deputy.grants.organizations, [[code] for code in person.grants.organizations])
    )


def on_leave(person: Account, day: dt.date) -> bool:
    """Tell whether somebody is away on a day; the last day of a leave is one of them."""
    return person.away_until is not None and day <= person.away_until


def stand_in(person: Account, accounts: Accounts, area: StudyArea, day: dt.date) -> Account:
    """Return who gets a person's reminders on a day: a deputy who is there, or the person where there is none."""
    by_login = {account.login: account for account in accounts.accounts()}
    account, passed = person, {person.login}
    while on_leave(account, day):
        deputy = by_login.get(account.deputy)
        if (
            deputy is None
            or deputy.login in passed
            or not may_stand_in(deputy, person, area)
            or not usable(deputy.mail)
        ):
            return person
        account = deputy
        passed.add(account.login)
    return account


def _covers(own: Collection[str], wanted: Collection[Collection[str]]) -> bool:
    return EVERYWHERE in own or all(not set(own).isdisjoint(codes) for codes in wanted)
