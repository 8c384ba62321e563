"""Nothing that was acknowledged is lost: a kill at any write, a power cut, a full disk, many writers.

The runs of the suite are few; ``make fuzz`` makes a thousand of each kind.
"""

import contextlib
import datetime as dt
import random
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mapping.directory.directory import Directory
from mapping.errors import MappingError
from mapping.model import Organization
from tests.support.power_cut import after_cut, killed_at, watched
from tests.support.sample import TODAY, batch, organization
from web.access.accounts import Accounts
from web.stores.inbox import HelpMissing, Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
ROUNDS = 4
LETTER = HelpMissing(need="legal", area_unit="X")


@pytest.fixture(scope="module")
def runs(pytestconfig):
    return 1000 if pytestconfig.getoption("--hypothesis-profile") == "fuzz" else 25


@pytest.fixture(scope="module")
def kills(runs):
    return runs if runs == 1000 else 8


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """A private folder that is whole and closed."""
    folder = tmp_path_factory.mktemp("base")
    with Directory(folder / "directory.db") as directory:
        directory.add(batch(organization("First")), on=TODAY)
        assert directory.key
    Inbox(folder / "inbox.db").put(LETTER, on=TODAY)
    Ledger(folder / "ledger.db").append("gul", "edited", subject="first", now=NOW)
    Accounts(folder / "accounts.db").add("gul", "Gul", "steward", by="root", now=NOW)
    assert Accounts(folder / "accounts.db").cookie_key("staff")
    return folder


def writes(folder: Path, disk, rounds: int = ROUNDS) -> None:
    """Write to each store in turn, and acknowledge each time."""
    inbox, ledger, accounts = (
        kind(folder / name) for kind, name in ((Inbox, "inbox.db"), (Ledger, "ledger.db"), (Accounts, "accounts.db"))
    )
    for number in range(rounds):
        inbox.put(LETTER, on=TODAY)
        disk.ack(f"letter:{number}")
        ledger.append("gul", "edited", subject=f"own {number}", now=NOW)
        disk.whole(folder / "ledger.end")
        disk.ack(f"line:{number}")
        with Directory(folder / "directory.db") as directory:
            directory.add(batch(organization(f"Body {number}"), organization(f"Twin {number}")), on=TODAY)
        disk.ack(f"body:{number}")
        accounts.add(f"person{number}", "Person", "caseworker", by="root", now=NOW)
        disk.ack(f"person:{number}")


def check(folder: Path, acknowledged: list[str]) -> None:
    """Check that all that was acknowledged is there, and nothing is half."""
    promised = {kind: sum(what.startswith(f"{kind}:") for what in acknowledged) for kind in WORDS}
    for name in ("directory.db", "inbox.db", "ledger.db", "accounts.db"):
        with contextlib.closing(sqlite3.connect(folder / name)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",), name
    letters = len(list(Inbox(folder / "inbox.db").messages())) - 1
    lines = len(Ledger(folder / "ledger.db").lines()) - 1
    people = len(Accounts(folder / "accounts.db").accounts()) - 1
    with Directory(folder / "directory.db") as directory:
        names = {one.name for one in directory.records(Organization)}
    bodies, twins = ({name.split()[1] for name in names if name.startswith(kind)} for kind in ("Body", "Twin"))
    assert bodies == twins  # a batch goes in whole or not at all
    for kind, count in (("letter", letters), ("line", lines), ("body", len(bodies)), ("person", people)):
        assert promised[kind] <= count <= promised[kind] + 1, (kind, promised, count)
    assert Ledger(folder / "ledger.db").faults() == []


WORDS = ("letter", "line", "body", "person")


def test_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged(base, runs, tmp_path):
    folder, dice = tmp_path / "own", random.Random(7)
    shutil.copytree(base, folder)
    before = {str(path): path.read_bytes() for path in folder.iterdir()}
    with watched() as disk:
        writes(folder, disk)
    shutil.rmtree(folder)
    for _ in range(runs):
        notes = disk.notes[: dice.randrange(len(disk.notes) + 1)]
        folder.mkdir()
        for name, content in after_cut(before, notes, dice).items():
            Path(name).write_bytes(content)
        check(folder, [note[2] for note in notes if note[0] == "ack"])
        shutil.rmtree(folder)


def test_a_disk_that_does_not_sync_loses_what_was_acknowledged(base, tmp_path):
    """The check would see a loss: without syncs there is one."""
    folder, dice = tmp_path / "own", random.Random(7)
    shutil.copytree(base, folder)
    before = {str(path): path.read_bytes() for path in folder.iterdir()}
    with watched() as disk:
        writes(folder, disk)
    shutil.rmtree(folder)
    folder.mkdir()
    for name, content in after_cut(before, [note for note in disk.notes if note[0] != "sync"], dice).items():
        Path(name).write_bytes(content)
    with pytest.raises((AssertionError, MappingError, sqlite3.Error)):
        check(folder, [note[2] for note in disk.notes if note[0] == "ack"])


@pytest.fixture(scope="module")
def calls(base, tmp_path_factory) -> int:
    """How often the work calls the disk."""
    folder = tmp_path_factory.mktemp("count") / "own"
    shutil.copytree(base, folder)
    with watched() as disk:
        writes(folder, disk)
    return disk.calls


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_kill_at_the_moment_of_any_write_loses_nothing(base, kills, calls, tmp_path):
    dice = random.Random(11)
    for run in range(kills):
        folder = tmp_path / f"own{run}"
        shutil.copytree(base, folder)
        check(folder, killed_at(dice.randrange(1, calls + 1), lambda disk, folder=folder: writes(folder, disk)))
        shutil.rmtree(folder)


def test_a_disk_that_is_full_from_any_write_on_is_said_and_loses_nothing(base, kills, calls, tmp_path):
    dice = random.Random(13)
    for run in range(kills):
        folder, full = tmp_path / f"own{run}", dice.randrange(1, calls + 1)
        shutil.copytree(base, folder)
        with watched() as disk:
            disk.before = lambda number, full=full: number < full
            with contextlib.suppress(MappingError, sqlite3.Error):
                writes(folder, disk)
            acknowledged = [note[2] for note in disk.notes if note[0] == "ack"]
        check(folder, acknowledged)
        shutil.rmtree(folder)


def test_two_stewards_and_twenty_writers_lose_nothing(base, runs, tmp_path):
    folder, rounds = tmp_path / "own", max(2, runs // 20)
    shutil.copytree(base, folder)

    def steward(number):
        done = 0
        for turn in range(rounds):
            name = f"{number}-{turn}"
            with contextlib.suppress(MappingError), Directory(folder / "directory.db") as directory:
                directory.add(batch(organization(f"Body {name}"), organization(f"Twin {name}")), on=TODAY)
                done += 1
        return "body", done

    def writer(number):
        inbox, ledger, done = Inbox(folder / "inbox.db"), Ledger(folder / "ledger.db"), 0
        for turn in range(rounds):
            inbox.put(LETTER, on=TODAY)
            ledger.append("gul", "edited", subject=f"{number} {turn}", now=NOW)
            done += 1
        return "letter", done

    with ThreadPoolExecutor(22) as pool:
        counts = [*pool.map(steward, range(2)), *pool.map(writer, range(20))]
    done = {kind: sum(count for own, count in counts if own == kind) for kind in ("body", "letter")}
    assert done["letter"] == 20 * rounds
    assert len(list(Inbox(folder / "inbox.db").messages())) == 1 + done["letter"]
    ledger = Ledger(folder / "ledger.db")
    assert (len(ledger.lines()), ledger.faults()) == (1 + done["letter"], [])
    with Directory(folder / "directory.db") as directory:
        names = [one.name for one in directory.records(Organization)]
    assert sum(name.startswith("Body") for name in names) == done["body"] > 0
    assert sum(name.startswith("Twin") for name in names) == done["body"]
