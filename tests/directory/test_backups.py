"""Backups: what was written comes back, also while others write; what is not whole is said, and changes nothing."""

import datetime as dt
import hashlib
import multiprocessing
import os
import re
import resource
import signal
import sqlite3
import threading
import tracemalloc
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from mapping.area.study_area import StudyArea
from mapping.cli import app
from mapping.cli.operations import log_faults
from mapping.directory import backups
from mapping.directory.backups import MAGIC, backup, kept, new_key, rehearse, restore, secret_of
from mapping.directory.directory import Directory
from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound
from mapping.model import Organization
from tests.support.sample import TODAY, key, sample_batch
from web.access.accounts import Accounts
from web.stores.inbox import HelpMissing, Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
KEY, PUBLIC = new_key()
SECRET, PASSPHRASE = KEY.encode(), b"apricot lantern river seven"
MADE_BY_0_1 = Path(__file__).with_name("made_by_0_1.backup")


@pytest.fixture
def private(tmp_path, tiny_area):
    folder = tmp_path / "private"
    with Directory(folder / "directory.db", tiny_area) as directory:
        directory.add(sample_batch(), on=TODAY)
        assert directory.key
    Accounts(folder / "accounts.db").add("gul", "Gul", "steward", by="root", now=NOW)
    assert Accounts(folder / "accounts.db").cookie_key("staff")
    Inbox(folder / "inbox.db").put(HelpMissing(need="legal", area_unit="OZ01"), on=TODAY)
    Ledger(folder / "ledger.db").append("gul", "edited", subject="service 1", now=NOW)
    (folder / "reports").mkdir()
    (folder / "reports" / "list.txt").write_text("2 rows were set aside\n", encoding="utf-8")
    return folder


def contents(folder):
    """Every table row and every other file of a private folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".db":
            db = sqlite3.connect(path)
            found[name] = "\n".join(db.iterdump())
            db.close()
        elif path.is_file() and path.suffix not in (".lock", ".db-wal", ".db-shm"):
            found[name] = path.read_bytes()
    return found


@pytest.fixture
def made(private, tmp_path):
    return backup(private, tmp_path / "out.backup", secret=SECRET, now=NOW)


def test_counts_of_visitors_are_not_kept(private, tmp_path):
    (private / "inbox.counts").write_bytes(b"counts")
    found = rehearse(backup(private, tmp_path / "b.backup", secret=SECRET, now=NOW).path, secret=SECRET)
    assert "inbox.db" in found.files
    assert "inbox.counts" not in found.files
    (private / "inbox.counts").unlink()


def test_everything_comes_back(private, made, tmp_path):
    found = restore(made.path, tmp_path / "again", secret=SECRET, check=log_faults)
    assert found.made == made.made == "2026-11-24T09:00:00+00:00"
    assert contents(tmp_path / "again") == contents(private)
    assert set(found.files) >= {
        "directory.db",
        "directory.key",
        "accounts.db",
        "accounts.key",
        "inbox.db",
        "ledger.db",
        "ledger.key",
        "ledger.end",
        "reports/list.txt",
    }
    with Directory(tmp_path / "again" / "directory.db") as directory:
        assert directory.key.hex() == (private / "directory.key").read_text().strip()
        assert directory.record(Organization, key("organization", "Umed")).name == "Umed"
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "again").iterdir() if path.is_file()} == {"0o600"}
    assert Ledger(tmp_path / "again" / "ledger.db").faults() == []


def test_the_file_tells_nothing(private, made):
    held = made.path.read_bytes()
    assert made.size == len(held)
    assert made.path.stat().st_mode & 0o777 == 0o600
    for told in (b"Umed", b"directory.db", b"SQLite format", (private / "directory.key").read_bytes().strip()):
        assert told not in held
    assert held.startswith(MAGIC)


def test_two_backups_share_no_byte_of_content(private, made, tmp_path):
    other = backup(private, tmp_path / "other.backup", secret=SECRET, now=NOW)
    one, two = made.path.read_bytes()[len(MAGIC) :], other.path.read_bytes()[len(MAGIC) :]
    assert not {one[at : at + 16] for at in range(0, len(one), 16)} & {
        two[at : at + 16] for at in range(0, len(two), 16)
    }


def test_a_rehearsal_leaves_nothing(private, made, tmp_path):
    before = contents(private)
    found = rehearse(made.path, secret=SECRET, check=log_faults, beside=private)
    assert found.faults == ()
    assert found.folder is None
    assert contents(private) == before
    assert not list(private.glob(".rohnamo*"))


def test_another_key_is_said(made, tmp_path):
    for secret in (new_key()[0].encode(), b"another passphrase"):
        with pytest.raises(InvalidRecord, match=r"out.backup: was made with another key or passphrase"):
            restore(made.path, tmp_path / "again", secret=secret)
    with pytest.raises(InvalidRecord, match=r"out.backup: public keys open nothing; name the key file"):
        restore(made.path, tmp_path / "again", secret=PUBLIC.encode())
    assert not (tmp_path / "again").exists()


def test_what_is_made_for_public_keys_is_opened_by_each_of_their_keys_alone(private, tmp_path):
    other, other_public = new_key()
    (tmp_path / "keys").write_text(f"# two offices\n{PUBLIC}\n\n{other_public}\n", encoding="ascii")
    made = backup(private, tmp_path / "out.backup", secret=secret_of(tmp_path / "keys", None), now=NOW)
    for number, key_ in enumerate((KEY, other, f"{new_key()[0]}\n{KEY}")):
        restore(made.path, tmp_path / f"again{number}", secret=key_.encode())
        assert contents(tmp_path / f"again{number}") == contents(private)


def test_a_passphrase_opens_what_it_closed(private, tmp_path):
    made = backup(private, tmp_path / "out.backup", secret=PASSPHRASE, now=NOW)
    restore(made.path, tmp_path / "again", secret=PASSPHRASE)
    assert contents(tmp_path / "again") == contents(private)
    with pytest.raises(InvalidRecord, match="another key or passphrase"):
        rehearse(made.path, secret=b"apricot lantern river eight")


def test_a_busy_moment_is_waited_for(private, tmp_path, monkeypatch):
    made = backup(private, tmp_path / "out.backup", secret=PASSPHRASE, now=NOW)
    decrypt, busy = pyrage.passphrase.decrypt, [True] * 2

    def sometimes(held, passphrase):
        if busy and busy.pop():
            raise pyrage.DecryptError("Excessive work parameter for passphrase.")
        return decrypt(held, passphrase)

    monkeypatch.setattr(backups.time, "sleep", lambda _: None)
    monkeypatch.setattr(backups.pyrage, "passphrase", SimpleNamespace(decrypt=sometimes))
    restore(made.path, tmp_path / "again", secret=PASSPHRASE)
    assert contents(tmp_path / "again") == contents(private)
    busy += [True] * 9
    with pytest.raises(MappingError, match="try again when this machine does nothing else"):
        rehearse(made.path, secret=PASSPHRASE)


def test_a_backup_of_version_0_1_is_opened(tmp_path):
    found = restore(MADE_BY_0_1, tmp_path / "again", secret=PASSPHRASE)
    assert (found.made, found.files) == ("2026-11-24T09:00:00+00:00", ("directory.key", "other.db", "reports/list.txt"))
    assert (tmp_path / "again" / "reports" / "list.txt").read_text() == "2 rows were set aside\n"
    with pytest.raises(InvalidRecord, match="another key or passphrase"):
        rehearse(MADE_BY_0_1, secret=b"apricot lantern river eight")
    held = MADE_BY_0_1.read_bytes()
    for spoilt in (held[:-1], held[:70], held[:65], held[:40], held[:-9] + b"X" + held[-8:], held + b"x"):
        (tmp_path / "spoilt.backup").write_bytes(spoilt)
        with pytest.raises((FormatError, InvalidRecord), match=r"spoilt.backup: (is cut off or was|was made)"):
            rehearse(tmp_path / "spoilt.backup", secret=PASSPHRASE)


def positions(size):
    """Bytes all over a file."""
    return sorted({*range(len(MAGIC)), len(MAGIC) + 3, len(MAGIC) + 20, *range(60, size, max(1, size // 25)), size - 1})


def test_a_changed_byte_is_found_wherever_it_is(made, tmp_path):
    held = made.path.read_bytes()
    for at in positions(len(held)):
        spoilt = tmp_path / "spoilt.backup"
        spoilt.write_bytes(held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :])
        with pytest.raises((FormatError, InvalidRecord), match=r"spoilt.backup: (is no backup|was |is cut off)"):
            rehearse(spoilt, secret=SECRET)


def test_a_cut_file_is_found_wherever_it_is_cut(made, tmp_path):
    held = made.path.read_bytes()
    for at in (0, 5, len(MAGIC) + 3, 64, 70, 2**16 + 500, len(held) // 2, len(held) - 17, len(held) - 1):
        cut = tmp_path / "cut.backup"
        cut.write_bytes(held[:at])
        with pytest.raises(FormatError, match=r"cut.backup: (is no backup|is cut off)"):
            rehearse(cut, secret=SECRET)


def test_a_damaged_database_is_not_restored(private, tmp_path):
    db = sqlite3.connect(private / "other.db")
    db.executescript(
        "CREATE TABLE a (id TEXT PRIMARY KEY); CREATE TABLE b (a TEXT REFERENCES a (id)); INSERT INTO b VALUES ('no')"
    )
    db.close()
    (private / "odd.key").write_text("not a key", encoding="ascii")
    Ledger(private / "ledger.db").append("gul", "edited", now=NOW)
    (private / "ledger.end").write_text("7 wrong wrong", encoding="ascii")
    made = backup(private, tmp_path / "out.backup", secret=SECRET, now=NOW)
    faults = rehearse(made.path, secret=SECRET, check=log_faults).faults
    assert faults == (
        "odd.key does not hold 64 hexadecimal digits",
        "other.db: a row of b refers to one that is not there",
        "the log: the end is not the one that was noted",
    )
    with pytest.raises(InvalidRecord, match=r"nothing was restored; odd.key does not hold"):
        restore(made.path, tmp_path / "again", secret=SECRET)
    assert not (tmp_path / "again").exists()


def test_what_is_there_is_not_overwritten(private, made, tmp_path):
    before = contents(private)
    with pytest.raises(InvalidRecord, match="holds something already, and nothing was restored"):
        restore(made.path, private, secret=SECRET)
    assert contents(private) == before
    restore(made.path, private, secret=SECRET, replace=True)
    assert contents(private) == before == contents(tmp_path / "private.before")
    restore(made.path, private, secret=SECRET, replace=True)
    assert (tmp_path / "private.before-2").is_dir()


def write_on(folder: Path, area: StudyArea, told: Connection) -> None:
    """Edit, take in and log over and over; tell each number once it is stored."""
    inbox, ledger = Inbox(folder / "inbox.db"), Ledger(folder / "ledger.db")
    with Directory(folder / "directory.db", area) as directory:
        for number in range(100_000):
            fields = {"description": f"{number} "}
            directory.edit("service", key("service", "Legal advice"), fields, by="gul", on=TODAY, reason="why")
            inbox.put(HelpMissing(need="legal", area_unit="OZ01"), on=TODAY)
            ledger.append("gul", "edited", subject=str(number), now=NOW)
            told.send(number)


def test_backups_made_while_others_write_are_whole(private, tmp_path, tiny_area):
    here, there = multiprocessing.Pipe(duplex=False)
    writer = multiprocessing.get_context("fork").Process(target=write_on, args=(private, tiny_area, there))
    writer.start()
    there.close()
    done = [here.recv()]

    def read_on() -> None:
        with suppress(EOFError, OSError):  # it is killed, perhaps within a number
            while True:
                done.append(here.recv())

    reading = threading.Thread(target=read_on)
    reading.start()
    try:
        for number in range(3):
            acknowledged = done[-1]
            made = backup(private, tmp_path / f"{number}.backup", secret=SECRET, now=NOW)
            found = restore(made.path, tmp_path / f"again{number}", secret=SECRET, check=log_faults)
            assert found.faults == ()
            lines = Ledger(tmp_path / f"again{number}" / "ledger.db").lines(newest=1)
            assert int(lines[0].subject) >= acknowledged
    finally:
        writer.kill()
        writer.join()
        reading.join()
    assert done[-1] > done[0]


def test_a_large_file_takes_little_memory(private, tmp_path):
    with (private / "large.bin").open("wb") as file:
        for _ in range(40):
            file.write(os.urandom(2**20))
    whole = hashlib.sha256((private / "large.bin").read_bytes()).digest()
    tracemalloc.start()
    made = backup(private, tmp_path / "large.backup", secret=SECRET, now=NOW)
    restore(made.path, tmp_path / "again", secret=SECRET)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 12 * 2**20
    assert hashlib.sha256((tmp_path / "again" / "large.bin").read_bytes()).digest() == whole


@pytest.fixture
def small_disk():
    """Files of this process may not grow beyond some bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_leaves_no_half(private, made, tmp_path, small_disk):
    small_disk(made.size // 2)
    with pytest.raises(MappingError, match=r"no backup was made .*make room on the disk"):
        backup(private, tmp_path / "more.backup", secret=SECRET, now=NOW)
    with pytest.raises(MappingError, match=r"nothing was restored .*make room on the disk"):
        restore(made.path, tmp_path / "again", secret=SECRET)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.backup", "private"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"folder": "nowhere"}, "there is nothing to back up"),
        ({"out": "private/x.backup"}, "lies in the folder that is backed up"),
        ({"out": "nowhere/x.backup"}, r"no backup was made \(No such file or directory\); check the path"),
    ],
)
def test_a_backup_that_cannot_be_made_says_why(private, tmp_path, arguments, said):
    folder, out = (tmp_path / arguments.get(name, default) for name, default in (("folder", "private"), ("out", "x")))
    with pytest.raises(MappingError, match=said):
        backup(folder, out, secret=SECRET, now=NOW)


def test_what_cannot_be_copied_is_named(private, tmp_path):
    (private / "other.db").write_bytes(b"no database" * 100)
    with pytest.raises(MappingError, match=r"other\.db: cannot be copied, and no backup was made .*not a database"):
        backup(private, tmp_path / "x", secret=SECRET, now=NOW)


def test_secrets(tmp_path):
    (tmp_path / "key").write_text("a" * 64 + "\n", encoding="ascii")
    assert secret_of(tmp_path / "key", None) == b"a" * 64
    assert secret_of(None, PASSPHRASE.decode()) == PASSPHRASE
    with pytest.raises(InvalidRecord, match="at least 16 signs"):
        secret_of(None, "short")
    with pytest.raises(NotFound, match="--new-key FILE"):
        secret_of(tmp_path / "none", None)
    (tmp_path / "short").write_text("a" * 15 + "\n", encoding="ascii")
    with pytest.raises(InvalidRecord, match="short: is too short for a key; make one"):
        secret_of(tmp_path / "short", None)
    for number, key_ in enumerate((KEY[:-1], PUBLIC[:-1], f"{KEY}\n{PUBLIC}")):
        (tmp_path / f"spoilt{number}").write_text(key_, encoding="ascii")
        with pytest.raises(InvalidRecord, match="is no age key"):
            secret_of(tmp_path / f"spoilt{number}", None)


def test_the_commands(private, tmp_path, monkeypatch):
    run, outside = CliRunner(), tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setenv("ROHNAMO_BACKUP_PASSPHRASE", PASSPHRASE.decode())
    first = run.invoke(app, ["backup", str(outside), "--private", str(private)], catch_exceptions=False)
    assert "Backup of " in first.output
    ((file, size),) = kept(outside)
    assert size > 1000
    checked = run.invoke(app, ["restore", str(file), "--check"], catch_exceptions=False)
    assert "can be restored; databases, keys and log are whole" in checked.output
    done = run.invoke(app, ["restore", str(file), "--private", str(tmp_path / "again")], catch_exceptions=False)
    assert "Restored " in done.output
    assert contents(tmp_path / "again") == contents(private)


def test_what_is_said_to_rehearse_can_be_said(private, tmp_path):
    (tmp_path / "key").write_text("a" * 64, encoding="ascii")
    words = ["backup", str(tmp_path / "x.backup"), "--private", str(private), "--key", str(tmp_path / "key")]
    (line,) = re.findall("rohnamo (restore .*)", CliRunner().invoke(app, words, catch_exceptions=False).output)
    assert CliRunner().invoke(app, line.split(), catch_exceptions=False).exit_code == 0


def test_a_host_makes_what_it_cannot_open(private, tmp_path):
    def run(*words):
        return CliRunner().invoke(app, [*map(str, words)])

    told = run("backup", tmp_path / "key", "--new-key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    (public,) = re.findall("age1[a-z0-9]+", told.output)
    assert "is there already" in str(run("backup", tmp_path / "key", "--new-key").exception)
    (tmp_path / "public").write_text(public, encoding="ascii")
    files = (tmp_path / "x.backup", "--private", private, "--key", tmp_path / "public")
    assert "Backup of " in run("backup", *files).output
    assert "cannot be read on this host" in run("restore", tmp_path / "x.backup", "--check", *files[-2:]).output
    assert "can be restored" in run("restore", tmp_path / "x.backup", "--check", "--key", tmp_path / "key").output


def back_up_and_die(private: Path, folder: Path) -> None:
    """Back up, and be killed at the first write to the disk."""
    os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)
    backup(private, folder, secret=SECRET, now=NOW)


def test_a_killed_backup_leaves_nothing_for_good(private, tmp_path):
    """The next one removes what it left, and leaves alone what somebody still works on."""
    folder = tmp_path / "backups"
    folder.mkdir()
    killed = multiprocessing.get_context("fork").Process(target=back_up_and_die, args=(private, folder))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert [path.suffix for path in folder.iterdir()] == [".part"]
    busy = folder / ".rohnamo-busy.part"
    busy.mkdir()
    with FileLock(busy / ".held.lock"):
        made = backup(private, folder, secret=SECRET, now=NOW)
        assert sorted(folder.iterdir()) == sorted([busy, made.path])
    rehearse(made.path, secret=SECRET, beside=folder)
    assert list(folder.iterdir()) == [made.path]
