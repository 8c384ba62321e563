"""Reminders: who is written to since something is due, by the page of the staff portal and by `rohnamo remind` alike.

Providers are asked to look through their entries; stewards are told that checks are due, or that consents, agreements
or funding end soon in their regions. Of what is late for a second person everybody is told who may agree to it, and so
are the administrators; it goes on waiting for two people. Who is on leave has a deputy (`web.access.deputies`). A mail
says no more than that (`web.access.mailer`).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, public_id
from mapping.directory.gate import Waiting
from mapping.directory.rows import Proposal
from mapping.quality.call_list import calls_of
from mapping.quality.overview import matters
from mapping.safety.persons import same_person
from web.access.accounts import Account, Accounts
from web.access.deputies import stand_in
from web.access.mailer import Mailer, Sent, to_remind, usable
from web.access.roles import EVERYWHERE
from web.staff.agreeing import may_agree
from web.staff.visible import VisibleRecords
from web.stores.ledger import Ledger

REMIND_AFTER = 14
"""Days before somebody is reminded again."""
LATE_AFTER = 3
"""Days before somebody is told again that something is late."""

ENDING = ("consent", "statement", "agreement", "agreement-over", "funding", "check-overdue", "check-lapsed")
"""Matters (`mapping.quality.overview.matters`) of which stewards are told."""


@dataclass(frozen=True)
class Reminder:
    """Somebody to write to, why (`web.access.mailer.WHY`), and the day they were last written to, if of late.

    ``for_whom`` are the logins of those on leave whose deputy this is.
    """

    account: Account
    why: str
    told: str
    for_whom: tuple[str, ...] = ()


def late(store: Directory, area: StudyArea, day: dt.date) -> list[tuple[Proposal | Waiting, str]]:
    """Return what waits for a second person and is past its day, with who began it."""
    begun = [(proposal, proposal.proposed_by, proposal.proposed_on) for proposal in store.proposals()]
    begun += [(difference, difference.by, difference.on) for difference in store.waiting()]  # type: ignore[misc]
    longest = dt.timedelta(area.settings.second_person_days)
    return [(waiting, by) for waiting, by, on in begun if day > on + longest]


def due_bodies(whole: VisibleRecords) -> set[str]:
    """Return the published ids of the bodies with services to be looked through."""
    owners = {due.held.service.organization_id for call in calls_of(whole.holdings) for due in call.due}
    return {public_id(whole.key, owner) for owner in owners if owner}


def waiting(
    store: Directory,
    area: StudyArea,
    visible_in: Callable[[Collection[str]], VisibleRecords],
    accounts: Accounts,
    ledger: Ledger,
    *,
    now: dt.datetime,
    day: dt.date,
) -> list[Reminder]:
    """Return who could be written to, providers first; ``visible_in`` gives what stewards see in some regions."""
    people = [(account, "entries") for account in to_remind(accounts, due_bodies(visible_in({EVERYWHERE})))]
    people += [
        (account, "ending")
        for account in accounts.accounts()
        if "steward" in account.roles and not account.disabled and _ends(visible_in(account.grants.regions))
    ]
    people += [(account, "late") for account in _of_late(store, area, visible_in({EVERYWHERE}), accounts, day)]
    by_deputy: dict[tuple[str, str], list[str]] = {}
    written: dict[str, Account] = {}
    for account, why in people:
        deputy = stand_in(account, accounts, area, day)
        written[deputy.id] = deputy
        by_deputy.setdefault((deputy.id, why), []).extend([account.login] * (deputy.id != account.id))
    return [
        Reminder(written[identifier], why, _told(written[identifier], why, ledger, now), tuple(for_whom))
        for (identifier, why), for_whom in by_deputy.items()
        if usable(written[identifier].mail)
    ]


def _of_late(
    store: Directory, area: StudyArea, whole: VisibleRecords, accounts: Accounts, day: dt.date
) -> Iterator[Account]:
    """Yield who may agree to something late that they did not begin, and the administrators."""
    overdue = late(store, area, day)
    for account in accounts.accounts():
        foreign = (waiting for waiting, by in overdue if not same_person(by, account.login))
        is_told = bool(overdue) and "administrator" in account.roles and not account.disabled
        if is_told or (account.counts and any(may_agree(account, proposal, store, whole) for proposal in foreign)):
            yield account


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
        for_whom = {reminder.account.login: reminder.for_whom for reminder in soon if reminder.why == why}
        for login in sent.to:
            away = ", ".join(for_whom[login])
            ledger.append(by, "reminder_sent", subject=login, reason=f"{why} for {away}" if away else why, now=now)
        for login, fault in sent.failed.items():
            ledger.append(by, "mail_failed", subject=login, reason=fault, now=now)
        to += sent.to
        failed |= sent.failed
    return Sent(tuple(to), failed)


def _ends(mine: VisibleRecords) -> bool:
    pressing = matters(mine, mine.holdings, calls_of(mine.holdings), ())
    return any(matter.count for matter in pressing if matter.key in ENDING)


def _told(account: Account, why: str, ledger: Ledger, now: dt.datetime) -> str:
    days = LATE_AFTER if why == "late" else REMIND_AFTER
    for line in ledger.lines(newest=20, action="reminder_sent", subject=account.login):
        if line.reason.split(" ")[0] == why:
            return line.at[:10] if (now - dt.datetime.fromisoformat(line.at)).days < days else ""
    return ""
