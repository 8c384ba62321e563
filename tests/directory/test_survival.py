"""What was acknowledged survives: kills in the middle, a full disk, and one that may not be written."""

import os
import re
import resource
import shutil
import subprocess

import pytest

from mapping.directory.backups import backup
from mapping.directory.directory import Directory
from mapping.editions.releases import Releases
from mapping.errors import MappingError
from mapping.model import Organization
from tests.support.sample import TODAY, batch, organization, sample_directory
from tests.support.survival import KINDS, NOW, SECRET, SLOW, main, torture
from web.access.accounts import Accounts
from web.stores.inbox import HelpMissing, Inbox
from web.stores.ledger import Ledger

KILLS = {"edits": 6, "imports": 6, "publications": 3, "letters": 6, "backups": 3, "merges": 6, "restores": 3}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_acknowledged_is_lost_by_a_kill(kind, tmp_path):
    most = 0.8 if kind in SLOW else 0.15
    assert torture(kind, tmp_path / kind, kills=KILLS[kind], most=most) > 0


def everything(folder):
    """Ways of writing, each with what it is called."""
    releases = Releases(folder / "editions", folder / "public.db", "public")

    def stage():
        with Directory(folder / "directory.db") as directory:
            releases.stage(directory, day=TODAY)

    def store():
        with Directory(folder / "directory.db") as directory:
            directory.add(batch(*(organization(f"Body {n}", description="x" * 900) for n in range(300))), on=TODAY)

    def fill(write):
        for number in range(2000):
            write(number)

    letter = HelpMissing(need="legal", area_unit="X")
    inbox, ledger = Inbox(folder / "inbox.db"), Ledger(folder / "ledger.db")
    return {
        "import": store,
        "edition": stage,
        "message": lambda: fill(lambda _: inbox.put(letter, on=TODAY)),
        "log": lambda: fill(lambda n: ledger.append("g" * 300, "edited", subject=str(n), now=NOW)),
        "backup": lambda: backup(folder, folder.parent / "x.backup", secret=SECRET, now=NOW),
    }


@pytest.fixture
def folder(tmp_path):
    sample_directory(tmp_path / "private").close()
    Accounts(tmp_path / "private" / "accounts.db").add("gul", "Gul", "steward", by="t", now=NOW)
    everything(tmp_path / "private")
    return tmp_path / "private"


@pytest.mark.parametrize("what", ["import", "edition", "message", "log", "backup"])
def test_a_file_that_may_not_grow_is_said_and_nothing_is_half(what, folder):
    write, before = everything(folder)[what], resource.getrlimit(resource.RLIMIT_FSIZE)
    inbox, ledger = ((folder / name).stat().st_size + 8192 for name in ("inbox.db", "ledger.db"))
    small = {"import": 100_000, "edition": 30_000, "message": inbox, "log": ledger, "backup": 30_000}[what]
    resource.setrlimit(resource.RLIMIT_FSIZE, (small, before[1]))
    try:
        with pytest.raises(MappingError, match=r"(disk|free space|try again)"):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with Directory(folder / "directory.db") as directory:
        assert directory.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not [one for one in directory.records(Organization) if one.name.startswith("Body")]
    assert Ledger(folder / "ledger.db").faults() == []
    assert not (folder / "public.db").exists()
    assert not (folder.parent / "x.backup").exists()


@pytest.fixture
def mounted(folder, tmp_path):
    """The private folder on a small disk of its own; only root can make one."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    shutil.copytree(folder, disk / "private")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("what", ["import", "edition", "message", "log", "backup"])
def test_a_full_disk_is_said_and_nothing_is_half(what, mounted):
    folder = mounted / "private"
    write = everything(folder)[what]
    free = os.statvfs(mounted)
    (mounted / "filler").write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - 8192)))
    with pytest.raises(MappingError, match=r"(disk|free space|try again)"):
        write()
    (mounted / "filler").unlink()
    with Directory(folder / "directory.db") as directory:
        assert directory.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not [one for one in directory.records(Organization) if one.name.startswith("Body")]
    assert Ledger(folder / "ledger.db").faults() == []
    assert not (folder / "public.db").exists()
    assert not list(mounted.glob("x.backup*"))


@pytest.mark.parametrize("what", ["import", "edition", "message", "log", "backup"])
def test_a_disk_that_may_not_be_written_is_said(what, mounted):
    write = everything(mounted / "private")[what]
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    try:
        with pytest.raises(MappingError, match=r"(rights|disk|try again|check the)"):
            write()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)


def test_the_torture_itself_is_a_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["survival", "--kills", "1", "--kinds", "letters"])
    main()
    assert re.fullmatch(r"letters: killed 1 times, \d+ acknowledged, nothing lost\n", capsys.readouterr().out)
