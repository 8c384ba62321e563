"""Secrets of authenticators: unreadable without the key that lies elsewhere, and a missing key is told."""

import datetime as dt
import sqlite3
from contextlib import closing

import pyotp
import pytest

from mapping.cli.portals import _stores
from mapping.errors import MappingError
from web.access.accounts import Accounts

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PASSWORD = "apricot lantern river seven"


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Return what opens the accounts with a key, "" for none."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    def opened(key=""):
        monkeypatch.setenv("ROHNAMO_AUTHENTICATORS_KEY", str(key))
        return Accounts(tmp_path / "private" / "accounts.db")

    return opened


@pytest.fixture
def keys(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(name.encode().hex().ljust(64, "0") + "\n", encoding="ascii")
    return tmp_path / "one", tmp_path / "two"


def enrol(accounts, login="gul"):
    link = accounts.add(login, login.title(), "steward", by="root", now=NOW)
    secret = accounts.begin_enrolment(link, PASSWORD, now=NOW)
    assert accounts.enrolment_secret(link, now=NOW) == secret
    accounts.finish_enrolment(link, pyotp.TOTP(secret).at(NOW - dt.timedelta(seconds=30)), now=NOW)
    return secret


def sign_in(accounts, secret, login="gul"):
    return accounts.sign_in(login, PASSWORD, pyotp.TOTP(secret).at(NOW), now=NOW)


def stored(accounts):
    return b"".join(path.read_bytes() for path in accounts.path.parent.glob("accounts.db*"))


def test_a_copy_of_the_private_folder_holds_no_secret_of_an_authenticator(office, keys):
    accounts = office(keys[0])
    secret = enrol(accounts)
    assert secret.encode() not in stored(accounts)
    assert sign_in(office(keys[0]), secret)


def test_secrets_of_before_are_wrapped_at_the_first_start(office, keys):
    secret = enrol(office())
    accounts = office(keys[0])
    with closing(sqlite3.connect(accounts.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() not in stored(accounts)
    assert sign_in(accounts, secret)


def test_a_systemd_credential_is_the_key(office, keys, tmp_path, monkeypatch):
    secret = enrol(office(keys[0]))
    folder = tmp_path / "credentials"
    folder.mkdir()
    keys[0].rename(folder / "authenticators.key")
    office()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert sign_in(Accounts(tmp_path / "private" / "accounts.db"), secret)


@pytest.mark.parametrize(("key", "told"), [(None, "no key for them is named"), (1, "wrapped with another key")])
def test_a_missing_key_is_told_when_a_portal_starts_and_at_a_sign_in(office, keys, tmp_path, key, told):
    secret = enrol(office(keys[0]))
    accounts = office("" if key is None else keys[key])
    with pytest.raises(MappingError, match=rf"{told}; name the file of the key in ROHNAMO_AUTHENTICATORS_KEY"):
        _stores(accounts.path, tmp_path / "inbox.db", tmp_path / "ledger.db")
    with pytest.raises(MappingError, match=told):
        sign_in(accounts, secret)
    assert [account.login for account in accounts.accounts()] == ["gul"]


def test_the_wrapped_secret_of_one_account_opens_no_other(office, keys):
    accounts = office(keys[0])
    enrol(accounts)
    secret = enrol(accounts, "noor")
    with accounts.opened() as db:
        db.execute("UPDATE account SET secret = (SELECT secret FROM account WHERE login = 'noor') WHERE login = 'gul'")
    with pytest.raises(MappingError, match="another key"):
        sign_in(accounts, secret)


@pytest.mark.parametrize("held", [None, "", "abc", "zz" * 32])
def test_a_file_that_is_no_key_is_told(office, tmp_path, held):
    if held is not None:
        (tmp_path / "key").write_text(held, encoding="ascii")
    with pytest.raises(MappingError, match=r"key: holds no key of authenticators .*openssl rand -hex 32"):
        office(tmp_path / "key")
