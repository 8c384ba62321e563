"""Reminders: who is written to since something is due, by the page of the staff portal and by `rohnamo remind` alike.

Providers are asked to look through their entries; stewards are told that checks are due, or that consents, agreements
or funding end soon in their regions. A mail says no more than that (`web.access.mailer`).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from mapping.directory.directory import public_id
from mapping.quality.call_list import calls_of
from mapping.quality.overview import matters
from web.access.accounts import Account, Accounts
from web.access.mailer import Mailer, Sent, of_role, to_remind
from web.access.roles import EVERYWHERE
from web.staff.visible import VisibleRecords
from web.stores.ledger import Ledger

REMIND_AFTER = 14
"""Days before somebody is reminded again."""

ENDING = ("consent", "statement", "agreement", "agreement-over", "funding", "check-overdue", "check-lapsed")
"""Matters (`mapping.quality.overview.matters`) of which stewards are told."""


@dataclass(frozen=True)
class Reminder:
    """Somebody to write to, why (`web.access.mailer.WHY`), and the day they were last written to, if of late."""

    account: Account
    why: str
    told: str


def due_bodies(whole: VisibleRecords) -> set[str]:
    """Return the published ids of the bodies with services to be looked through."""
    owners = {due.held.service.organization_id for call in calls_of(whole.holdings) for due in call.due}
    return {public_id(whole.key, owner) for owner in owners if owner}


def waiting(
    visible_in: Callable[[Collection[str]], VisibleRecords], accounts: Accounts, ledger: Ledger, *, now: dt.datetime
) -> list[Reminder]:
    """Return who could be written to, providers first; ``visible_in`` gives what stewards see in some regions."""
    people = [(account, "entries") for account in to_remind(accounts, due_bodies(visible_in({EVERYWHERE})))]
    people += [
        (account, "ending") for account in of_role(accounts, "steward") if _ends(visible_in(account.grants.regions))
    ]
    return [Reminder(account, why, _told(account, ledger, now)) for account, why in people]


def remind(mailer: Mailer, ledger: Ledger, reminders: Iterable[Reminder], *, by: str, now: dt.datetime) -> Sent:
    """Write to those who were not written to a short while ago, and log each mail.

    Raises
    ------
    MappingError
        The server cannot be reached, or does not let us in; those who were written to before it are in the log.
    """
    soon = [reminder for reminder in reminders if not reminder.told]
    to: list[str] = []
    failed: dict[str, str] = {}
    for why in dict.fromkeys(reminder.why for reminder in soon):
        sent = mailer.send([reminder.account for reminder in soon if reminder.why == why], why, now=now)
        for login in sent.to:
            ledger.append(by, "reminder_sent", subject=login, reason=why, now=now)
        for login, fault in sent.failed.items():
            ledger.append(by, "mail_failed", subject=login, reason=fault, now=now)
        to += sent.to
        failed |= sent.failed
    return Sent(tuple(to), failed)


def _ends(mine: VisibleRecords) -> bool:
    pressing = matters(mine, mine.holdings, calls_of(mine.holdings), ())
    return any(matter.count for matter in pressing if matter.key in ENDING)


def _told(account: Account, ledger: Ledger, now: dt.datetime) -> str:
    lines = ledger.lines(newest=1, action="reminder_sent", subject=account.login)
    return lines[0].at[:10] if lines and (now - dt.datetime.fromisoformat(lines[0].at)).days < REMIND_AFTER else ""
