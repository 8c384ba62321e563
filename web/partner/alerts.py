"""Alerts: what somebody wants to hear of, a region and a need, and whether they want a mail when there is news.

They stand in the file of accounts. A mail says that there is news and nothing of what it is (`web.access.mailer`), and
comes once for an edition.
"""

import datetime as dt
import sqlite3
from dataclasses import dataclass

from web.access.accounts import Account, Accounts


@dataclass(frozen=True)
class Alert:
    """A choice of somebody: the code of a region and of a need, each "" for all.

    ``told`` is the day of the edition that they were last told of, or in which they chose.
    """

    unit: str
    need: str
    mail: bool
    told: dt.date


class Alerts:
    """The alerts of some accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def of(self, account_id: str) -> Alert | None:
        """Return what somebody chose; None where they chose nothing."""
        with self.accounts.opened() as db:
            row = db.execute("SELECT * FROM alert WHERE account = ?", [account_id]).fetchone()
        return _alert(row) if row is not None else None

    def remember(self, account_id: str, alert: Alert) -> None:
        """Keep a choice in the place of the one before."""
        row = [account_id, alert.unit, alert.need, alert.mail, alert.told.isoformat()]
        with self.accounts.opened() as db:
            db.execute("INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?)", row)

    def forget(self, account_id: str) -> None:
        """Forget what somebody chose."""
        with self.accounts.opened() as db:
            db.execute("DELETE FROM alert WHERE account = ?", [account_id])

    def by_mail(self) -> list[tuple[Account, Alert]]:
        """Return who wants mails, and about what; not those whose account is disabled."""
        with self.accounts.opened() as db:
            chosen = {row["account"]: _alert(row) for row in db.execute("SELECT * FROM alert WHERE mail")}
        return [
            (account, chosen[account.id])
            for account in self.accounts.accounts()
            if account.id in chosen and not account.disabled
        ]

    def tell(self, account_id: str, day: dt.date) -> None:
        """Note that somebody was told of the edition of a day."""
        with self.accounts.opened() as db:
            db.execute("UPDATE alert SET told = ? WHERE account = ?", [day.isoformat(), account_id])


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(row["unit"], row["need"], bool(row["mail"]), dt.date.fromisoformat(row["told"]))
