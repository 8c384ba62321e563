"""What the portals of 0.1 wrote opens in this release: accounts, inbox and log, each a dump of a file made by 0.1."""

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyotp
import pytest

from web.access.accounts import Accounts
from web.stores.inbox import Capacity, Draft, Inbox, SomethingWrong
from web.stores.ledger import Ledger

MADE_BY_0_1 = Path(__file__).with_name("made_by_0_1")
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
SERVICE = "00000000-0000-0000-0000-000000000001"
AUTHENTICATOR, PASSWORD = "Q3NK3JP7FFFSQ3ZLPQ6XYG4MFSCKZFXL", "apricot lantern river seven"


@pytest.fixture
def old(tmp_path):
    """The files of an office of 0.1."""
    for dump in MADE_BY_0_1.glob("*.sql"):
        with closing(sqlite3.connect(tmp_path / f"{dump.stem}.db")) as db:
            db.executescript(dump.read_text(encoding="utf-8"))
    for name in ("ledger.end", "ledger.key"):
        shutil.copy(MADE_BY_0_1 / name, tmp_path)
    return tmp_path


def test_people_sign_in_with_their_password_and_code(old):
    accounts = Accounts(old / "accounts.db")
    code = pyotp.TOTP(AUTHENTICATOR).at(NOW)
    session = accounts.session(
        accounts.sign_in("sara", PASSWORD, code, now=NOW, portal="staff"), now=NOW, portal="staff"
    )
    assert session is not None
    assert (session.roles, session.language, session.grants.regions) == (("steward",), "ru", {"*"})
    gul = accounts.by_login("gul")
    assert not gul.enrolled
    assert gul.made_by == "sara"
    assert not accounts.is_admitted("gul")
    assert not accounts.is_admitted("sara")
    assert accounts.invite(gul.id, by="sara", now=NOW)


def test_what_was_sent_in_is_there_and_more_can_be_sent(old):
    inbox = Inbox(old / "inbox.db")
    assert [message.kind for message in inbox.messages()] == ["wrong", "capacity", "missing", "referral", "draft"]
    assert inbox.message(1).message == SomethingWrong(service=SERVICE, what="closed")
    assert inbox.decisions()[1] == ("refused", "sara", dt.date(2026, 11, 24))
    room = Capacity(service=SERVICE, room="full", until=dt.date(2026, 12, 1))
    assert inbox.rooms(on=NOW.date()) == {SERVICE: room}
    assert isinstance(inbox.message(5).message, Draft)
    assert inbox.put(room, on=NOW.date(), sender="gul") == 6


def test_the_log_is_whole_and_goes_on(old):
    ledger = Ledger(old / "ledger.db")
    assert list(ledger.faults()) == []
    ledger.append("sara", "sign_in", now=NOW)
    assert [line.action for line in ledger.lines(newest=3)] == ["sign_in", "edited", "sign_in"]
    assert list(ledger.faults()) == []
