"""A portal in tests: the people who are signed in to it, and the clock by which it goes."""

import datetime as dt
import html
import re
from pathlib import Path

import pyotp
from flask import Flask
from flask.testing import FlaskClient

from web.access.accounts import Accounts
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PASSWORD = "apricot lantern river seven"


def admit(accounts, login):
    """Let an account count as a person, as if two people had met its owner."""
    with accounts.opened() as db:
        db.execute("UPDATE account SET admitted = 1 WHERE login = ?", [login])


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def step(self, seconds=30, **by):
        self.now += dt.timedelta(**(by or {"seconds": seconds}))


class SignedIn:
    """A portal with everything that it stands on, and browsers in which people of a role are signed in."""

    portal: str
    role: str
    """Who is signed in where no role is named."""
    app: Flask

    def __init__(self, folder: Path):
        self.clock = Clock()
        self.secrets: dict[str, str] = {}
        self.accounts = Accounts(folder / "accounts.db")
        self.inbox = Inbox(folder / "inbox.db")
        self.ledger = Ledger(folder / "ledger.db")
        self.settings = {"accounts": self.accounts, "inbox": self.inbox, "ledger": self.ledger, "clock": self.clock}
        self.settings |= {"demo": True, "secure": False}

    def token(self, role="", *, login="", regions=("*",), organizations=()):
        """Return the session of somebody of a role who has just signed in, with grants for regions."""
        role = role or self.role
        login = login or role
        if login not in self.secrets:
            link = self.accounts.add(login, login.title(), role, by="test", now=self.clock.now)
            self.secrets[login] = self.accounts.begin_enrolment(link, PASSWORD, now=self.clock.now)
            self.accounts.finish_enrolment(link, self.code(login), now=self.clock.now)
            own = self.accounts.by_login(login).id
            admit(self.accounts, login)
            for scope, granted in (("region", regions), ("organization", organizations)):
                for value in granted:
                    self.accounts.grant(own, scope, value)
        self.clock.step()  # a code is good once
        return self.accounts.sign_in(login, PASSWORD, self.code(login), now=self.clock.now, portal=self.portal)

    def client(self, role="", **grants) -> FlaskClient:
        """Return a browser in which somebody of a role is signed in."""
        token = self.token(role, **grants)
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
            session["account"] = self.accounts.session(token, now=self.clock.now, portal=self.portal).id
        return client

    def code(self, login: str) -> str:
        """Return what the authenticator of somebody shows."""
        return pyotp.TOTP(self.secrets[login]).at(self.clock.now)


def csrf(text):
    return re.search(r'name="csrf_token" value="([^"]+)"', text)[1]


def hidden(text):
    """The hidden fields of a page, as a browser would send them back."""
    return {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    }
