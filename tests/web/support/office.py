"""The staff portal in tests: an app on the sample of Orzustan, and people who are signed in."""

import datetime as dt
import re
from pathlib import Path

import pyotp
from flask.testing import FlaskClient

from mapping.area.study_area import StudyArea
from tests.support.sample import sample_directory
from web.access.accounts import Accounts
from web.staff.app import create_staff_app
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PASSWORD = "apricot lantern river seven"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def step(self, seconds=30):
        self.now += dt.timedelta(seconds=seconds)


class Office:
    """A staff portal with everything that it stands on.

    ``parts`` are records of `sample`; the whole sample when none are given.
    """

    def __init__(self, folder: Path, area: StudyArea, *parts, **settings):
        self.clock = Clock()
        self.secrets: dict[str, str] = {}
        self.directory = folder / "directory.db"
        sample_directory(folder, area, *parts).close()
        self.accounts = Accounts(folder / "accounts.db")
        self.inbox = Inbox(folder / "inbox.db")
        self.ledger = Ledger(folder / "ledger.db")
        self.app = create_staff_app(
            self.directory,
            area,
            accounts=self.accounts,
            inbox=self.inbox,
            ledger=self.ledger,
            demo=True,
            clock=self.clock,
            secure=False,
            **settings,
        )

    def client(self, role="steward", *, login="", regions=("*",)) -> FlaskClient:
        """Return a browser in which somebody of a role is signed in, with grants for regions."""
        login = login or role
        if login not in self.secrets:
            token = self.accounts.add(login, login.title(), role, by="test", now=self.clock.now)
            self.secrets[login] = self.accounts.begin_enrolment(token, PASSWORD, now=self.clock.now)
            self.accounts.finish_enrolment(token, self.code(login), now=self.clock.now)
            for region in regions:
                self.accounts.grant(self.accounts.by_login(login).id, "region", region)
        self.clock.step()  # a code is good once
        token = self.accounts.sign_in(login, PASSWORD, self.code(login), now=self.clock.now, portal="staff")
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
        return client

    def code(self, login: str) -> str:
        """Return what the authenticator of somebody shows."""
        return pyotp.TOTP(self.secrets[login]).at(self.clock.now)


def csrf(text):
    return re.search(r'name="csrf_token" value="([^"]+)"', text)[1]


def post(client, path, *, page="", **fields):
    """Send the form of a page (that at ``path``, where none is named)."""
    text = client.get(page or path).text
    shows = dict(re.findall(r'<input type="hidden" name="(shows)" value="(\w+)"', text))
    return client.post(path, data={"csrf_token": csrf(text), **shows, **fields})
