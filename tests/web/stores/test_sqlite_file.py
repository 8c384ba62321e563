"""Private files: whatever goes wrong, a file is closed again; nobody but its owner reads it."""

import datetime as dt
import sqlite3
import stat

import pytest

from mapping.errors import MappingError
from web.access.accounts import Accounts
from web.stores import sqlite_file
from web.stores.inbox import Inbox, SomethingWrong
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
ONE = "00000000-0000-4000-8000-000000000001"
USES = {
    "inbox": (Inbox, lambda inbox: inbox.put(SomethingWrong(service=ONE, what="moved"), on=NOW.date()), MappingError),
    "ledger": (Ledger, lambda ledger: ledger.append("a", "edited", now=NOW), MappingError),
    "accounts": (Accounts, lambda accounts: accounts.accounts(), sqlite3.OperationalError),
}


@pytest.mark.parametrize(("make", "use", "error"), USES.values(), ids=list(USES))
def test_a_file_that_cannot_be_opened_is_let_go(tmp_path, monkeypatch, make, use, error):
    opened = []

    class Broken(sqlite3.Connection):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            opened.append(self)

        def execute(self, *_args):
            raise sqlite3.OperationalError("disk I/O error")

    file = make(tmp_path / "file.db")
    connect = sqlite3.connect
    monkeypatch.setattr(
        "web.stores.sqlite_file.sqlite3.connect", lambda *args, **named: connect(*args, factory=Broken, **named)
    )
    with pytest.raises(error):
        use(file)
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.total_changes  # noqa: B018


@pytest.mark.parametrize("make", [make for make, _, _ in USES.values()], ids=list(USES))
def test_only_the_owner_reads_a_file(tmp_path, make):
    make(tmp_path / "own" / "file.db")
    assert stat.S_IMODE((tmp_path / "own" / "file.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700


def test_a_key_is_made_once(tmp_path):
    path = tmp_path / "a.key"
    first = sqlite_file.key(path)
    assert (len(first), sqlite_file.key(path), stat.S_IMODE(path.stat().st_mode)) == (32, first, 0o600)


@pytest.mark.parametrize(("make", "use", "error"), USES.values(), ids=list(USES))
def test_a_file_that_is_no_database_is_named(tmp_path, make, use, error):
    (tmp_path / "file.db").write_bytes(b"something else" * 100)
    with pytest.raises(MappingError, match=r"file\.db: cannot be used .*is it the right file"):
        make(tmp_path / "file.db")
