"""Kill processes in the middle of their work, and look whether what they acknowledged is there: all of it, and whole.

``python -m tests.support.survival --kills 300`` does it for as long as you like; the tests do it some tens of times.
"""

import argparse
import datetime as dt
import multiprocessing
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from mapping.model import Organization, Phone, Service

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from mapping.area.study_area import StudyArea
from mapping.directory.backups import backup, rehearse, restore
from mapping.directory.directory import Directory
from mapping.editions.releases import Releases
from mapping.resources import checksum
from mapping.view.view import View
from tests.support.sample import TODAY, batch, key, organization, sample_directory
from tests.support.second_person import agreeing
from web.access.accounts import Accounts
from web.stores.inbox import HelpMissing, Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
TINY = Path(__file__).parents[1] / "tiny"
SECRET = b"AGE-SECRET-KEY-1F5L4E9YDUQKWN5PKJR05A5MXTECNGZFM2XPLY9T9E7G86KC3PXHQ000XKM"


def edits(folder, told, start):
    """Change one field over and over; tell each number once it is stored."""
    with Directory(folder / "directory.db") as directory:
        for number in range(start, start + 10_000):
            fields = {"description": f"{number}"}
            directory.edit("service", key("service", "Legal advice"), fields, by="g", on=TODAY, reason="why")
            told.send(number)


def edits_are_there(folder, done):
    last = max(done, default=0)
    with Directory(folder / "directory.db") as directory:
        there = int(directory.record(Service, key("service", "Legal advice")).description or 0)
        history = len(directory.history(key("service", "Legal advice")))
    assert last <= there <= last + 1, f"{last} was acknowledged, {there} is there"
    assert history >= there, "the history is shorter than the edits"
    return there + 1


def imports(folder, told, start):
    """Add batch after batch of three bodies each."""
    with Directory(folder / "directory.db") as directory:
        for number in range(start, start + 10_000):
            bodies = [organization(f"Body {number} {part}") for part in "abc"]
            directory.add(batch(*bodies, file=f"{number}.csv"), on=TODAY)
            told.send(number)


def imports_are_there(folder, done):
    last = max(done, default=0)
    with Directory(folder / "directory.db") as directory:
        names = {one.name for one in directory.records(Organization)}
    whole = [number for number in range(1, last + 3) if f"Body {number} a" in names]
    assert done <= set(whole), "a batch that was acknowledged is missing"
    for number in whole:
        assert {f"Body {number} {part}" for part in "abc"} <= names, f"half of batch {number} is there"
    return max(whole, default=0) + 1


def publications(folder, told, start):
    """Publish edition after edition."""
    area = StudyArea.load(TINY)
    with Directory(folder / "directory.db", area) as directory:
        for number in range(start, start + 10_000):
            directory.add(batch(organization(f"Public {number}"), file=f"{number}.csv"), on=TODAY)
            releases = Releases(folder / "editions", folder / "public.db", "public")
            plan = releases.stage(directory, day=TODAY, by="umed")
            confirmed = {item.key for item in plan.newly}
            releases.publish(
                directory, digest=plan.digest, confirmed=confirmed, by="g", now=NOW, day=TODAY, reason="tests"
            )
            told.send(number)


def publications_are_there(folder, done):
    last = max(done, default=0)
    path = folder / "public.db"
    if not path.exists():
        assert last == 0, "the edition that was acknowledged is gone"
        return 1
    with View(path) as view:
        assert view.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        names = {entry.name for entry in view.organizations()}
    there = max((int(name.split()[1]) for name in names if name.startswith("Public ")), default=0)
    assert there >= last, f"edition {last} was acknowledged, {there} is in use"
    releases = Releases(folder / "editions", path, "public")
    assert [edition.digest for edition in releases.editions() if edition.live] == [checksum(path)]
    for edition in releases.editions():
        assert edition.purged_on or checksum(releases.folder / f"{edition.number:05d}.db") == edition.digest
    return there + 2  # a body may be in the directory and not published yet


def letters(folder, told, start):
    """Take in messages, log them, and sign people up."""
    inbox, ledger, accounts = (
        Inbox(folder / "inbox.db"),
        Ledger(folder / "ledger.db"),
        Accounts(folder / "accounts.db"),
    )
    for number in range(start, start + 10_000):
        inbox.put(HelpMissing(need=f"n{number}", area_unit="X"), on=TODAY)
        accounts.add(f"p{number}", "P", "steward", by="t", now=NOW)
        ledger.append("g", "edited", subject=str(number), now=NOW)
        told.send(number)


def letters_are_there(folder, done):
    inbox = {one.message.need for one in Inbox(folder / "inbox.db").messages()}
    logins = {one.login for one in Accounts(folder / "accounts.db").accounts()}
    ledger = Ledger(folder / "ledger.db")
    lines = {line.subject for line in ledger.lines()}
    for number in done:
        assert f"n{number}" in inbox, f"message {number} was acknowledged and is gone"
        assert f"p{number}" in logins, f"account {number} was acknowledged and is gone"
        assert str(number) in lines, f"line {number} was acknowledged and is gone"
    assert ledger.faults() == []
    return max((int(need[1:]) for need in inbox), default=0) + 1


def backups(folder, told, start):
    """Back up over and over to the same file."""
    for number in range(start, start + 10_000):
        backup(folder, folder.parent / f"{folder.name}.backup", secret=SECRET, now=NOW)
        told.send(number)


def backups_are_there(folder, done):
    path = folder.parent / f"{folder.name}.backup"
    if done or path.exists():
        assert rehearse(path, secret=SECRET).faults == ()
    return max(done, default=0) + 1


def merges(folder, told, start):
    """Merge two bodies, undo it, and so on."""
    keep, lose = (organization(f"{name} body", phones=[number]) for name, number in PAIR.items())
    with Directory(folder / "directory.db") as directory:
        if start == 1 and not directory.records(Organization, name="First body"):
            directory.add(batch(*keep, *lose, file=PAIR_FILE), on=TODAY)
        for number in range(start, start + 10_000):
            if number % 2:
                directory.merge(keep[0].id, [lose[0].id], table="organization", by="g", on=TODAY, reason="one body")
            else:
                directory.undo(by="g", on=TODAY)
            told.send(number)


PAIR = {"First": "+00 22 001111", "Second": "+00 22 002222"}
PAIR_FILE = "pair.csv"


def merges_are_there(folder, done):
    last = max(done, default=0)
    with Directory(folder / "directory.db") as directory:
        files = [act.file for act in directory.batches()]
        there = len(files) - files.index(PAIR_FILE) - 1 if PAIR_FILE in files else 0
        bodies = [one for one in directory.records(Organization) if one.name.endswith(" body")]
        phones = {body.name: len(directory.records(Phone, organization_id=body.id)) for body in bodies}
        assert directory.db.execute("PRAGMA foreign_key_check").fetchone() is None
    assert last <= there <= last + 1, f"{last} was acknowledged, {there} is there"
    whole = {"First body": 2} if there % 2 else {"First body": 1, "Second body": 1}
    assert phones == (whole if PAIR_FILE in files else {}), f"half of act {there} is there: {phones}"
    return there + 1


def restores(folder, told, start):
    """Bring a backup back over and over, each time in place of what stands there."""
    path, target = folder.parent / f"{folder.name}.backup", folder.parent / f"{folder.name}.again"
    if not path.exists():
        backup(folder, path, secret=SECRET, now=NOW)
    for number in range(start, start + 10_000):
        restore(path, target, secret=SECRET, replace=True)
        told.send(number)


def restores_are_there(folder, done):
    again = f"{folder.name}.again"
    aside = sorted(folder.parent.glob(f"{again}.before*"))
    target = folder.parent / again
    assert target.exists() or aside or not done, "what was restored is gone, and nothing is kept aside"
    for copy in (target, *aside):
        if copy.exists():
            with closing(sqlite3.connect(copy / "directory.db")) as db:
                assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", f"half of {copy.name} is there"
            with Directory(copy / "directory.db") as directory:
                assert directory.record(Service, key("service", "Legal advice"))
    if target.exists():
        for copy in aside:
            shutil.rmtree(copy)
    return max(done, default=0) + 1


KINDS = {
    "edits": (edits, edits_are_there),
    "imports": (imports, imports_are_there),
    "publications": (publications, publications_are_there),
    "letters": (letters, letters_are_there),
    "backups": (backups, backups_are_there),
    "merges": (merges, merges_are_there),
    "restores": (restores, restores_are_there),
}


SLOW = {"publications", "backups", "restores"}
"""What takes some tenths of a second each time, so that it is killed later too."""

ROUND = 50
"""Kills of one folder; then another begins, since what grows for hours is only slow."""


def torture(kind, folder, *, kills, seed=1, most=0.4):
    """Kill a process so many times, each at another moment; return how much it acknowledged in all.

    ``most`` is the longest wait in seconds after the first acknowledgement.
    """
    work, look = KINDS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    sample_directory(folder).close()
    chance, context = random.Random(seed), multiprocessing.get_context("fork")
    done, start = set(), 1
    for _ in range(kills):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(folder, there, start))
        process.start()
        there.close()
        if chance.random() < 0.7:
            here.poll(120)  # mostly after the first acknowledgement, at times before it
        time.sleep(chance.random() * most)
        process.kill()
        process.join()
        try:
            while here.poll():
                done.add(here.recv())
        except EOFError:
            pass
        here.close()
        for name in ("directory.db", "inbox.db", "ledger.db", "accounts.db"):
            if (folder / name).exists():
                with closing(sqlite3.connect(folder / name)) as db:
                    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", f"{name} is damaged"
        start = look(folder, done)
    return len(done)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often each kind of work is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS])
    options = parser.parse_args()
    for kind in options.kinds:
        done = 0
        for begun in range(0, options.kills, ROUND):
            with tempfile.TemporaryDirectory() as folder, agreeing():
                kills = min(ROUND, options.kills - begun)
                most = 0.8 if kind in SLOW else 0.15
                done += torture(kind, Path(folder) / kind, kills=kills, seed=options.seed + begun, most=most)
        print(f"{kind}: killed {options.kills} times, {done} acknowledged, nothing lost", flush=True)


if __name__ == "__main__":
    main()
