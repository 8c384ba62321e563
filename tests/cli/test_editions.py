"""Publishing from the command line: one builds, another looks and confirms; editions are kept, and gone back to."""

import datetime as dt
import re

import pytest

from mapping.cli.editions import NOTHING_SHOWN
from mapping.directory.directory import Directory
from tests.cli.test_curation import Desk
from tests.support.sample import batch, key, organization, place, service
from tests.support.second_person import SecondPerson

TODAY = dt.date.today()


@pytest.fixture
def desk(tmp_path, tiny_area):
    return Desk(tmp_path / "private", tiny_area)


@pytest.fixture
def run(desk, tmp_path):
    def call(*words, login=""):
        done = desk.run(*words, "--view", tmp_path / "public.db", login=login)
        return done.output if done.exception is None else f"{done.output}REFUSED {done.exception}"

    return call


def add(desk, area, *names):
    with Directory(desk.folder / "directory.db", area) as directory:
        for name in names:
            directory.add(batch(organization(name), file=f"{name}.csv"), on=TODAY)


def signs(told):
    return re.search("SHA-256 ([0-9a-f]{12})", told)[1]


def publish(run, *words):
    """Build as one person, and confirm as another."""
    return run("publish", "--confirm", signs(run("publish", "--check", login="zarina")), *words, login="umed")


def test_one_builds_and_another_confirms(desk, run, tmp_path, tiny_area):
    view = tmp_path / "public.db"
    assert "edition 1:" in publish(run)
    before = view.read_bytes()
    add(desk, tiny_area, "Care")
    refused = run("publish", login="zarina")
    assert "1 new, 0 changed, 0 gone\n  new: organization Care\n" in refused
    assert "REFUSED something could be read for the first time, or a number or hours go" in refused
    assert run("publish", "--check").strip() in refused  # looking builds nothing anew
    for login in ("zarina", ""):
        assert "REFUSED a second person must agree" in run("publish", "--confirm", signs(refused), login=login)
    assert "REFUSED the directory, the published view or the day" in run("publish", "--confirm", "0" * 12, login="umed")
    assert view.read_bytes() == before
    assert "edition 2:" in run("publish", "--confirm", signs(refused), login="umed")


def test_what_waits_for_a_second_person_is_told_with_the_edition_that_lacks_it(desk, run, tiny_area, monkeypatch):
    assert "approval" not in publish(run)
    monkeypatch.setattr(SecondPerson, "present", False)
    add(desk, tiny_area, "Care")
    told = desk.run("publish", "--view", desk.folder.parent / "public.db")
    assert "Nothing new is shown: 1 record waits for approval: rohnamo agree\n" in told.output
    assert told.exit_code == NOTHING_SHOWN == 5
    assert desk.run("agree").output.endswith("To agree: rohnamo agree NUMBER --as LOGIN --and LOGIN\n")


def test_a_first_edition_in_which_all_waits_says_how_many_services_do(tmp_path, tiny_area, monkeypatch):
    monkeypatch.setattr(SecondPerson, "present", False)
    desk = Desk(tmp_path / "private", tiny_area)
    for words in ((), ("--json",)):
        told = desk.run("publish", "--view", tmp_path / "public.db", *words)
        assert "Nothing new is shown: 1 service waits for approval: rohnamo agree\n" in told.output
        assert told.exit_code == NOTHING_SHOWN


def test_what_waits_beside_something_that_is_published_is_told_and_no_failure(desk, run, tiny_area, monkeypatch):
    publish(run)
    monkeypatch.setattr(SecondPerson, "present", False)
    add(desk, tiny_area, "Care")
    with Directory(desk.folder / "directory.db", tiny_area) as directory:
        directory.edit("service", key("service", "Advice"), {"audience": "custodian"}, by="g", on=TODAY, reason="r")
    told = desk.run("publish", "--view", desk.folder.parent / "public.db", "--reason", "asked for")
    assert "Records that wait until two people agreed, not in it or as they were: 1 (rohnamo agree)" in told.output
    assert told.exit_code == 0


@pytest.mark.parametrize("login", ["zarina", "umed"])
def test_an_account_that_is_not_admitted_neither_builds_nor_confirms_what_is_new(desk, run, tiny_area, login):
    publish(run)
    add(desk, tiny_area, "Care")
    with desk.accounts.opened() as db:
        db.execute("UPDATE account SET admitted = 0 WHERE login = ?", [login])
    assert "REFUSED a second person must agree" in publish(run)


def test_what_nobody_who_signed_in_built_is_not_confirmed(desk, run, tiny_area):
    told = run("publish")
    assert "build it with --as LOGIN; then somebody else" in told
    assert "REFUSED a second person must agree" in run("publish", "--confirm", signs(told), login="umed")


def test_what_hides_something_is_published_by_one_person(desk, run, tmp_path, tiny_area):
    publish(run)
    with Directory(desk.folder / "directory.db", tiny_area) as directory:
        directory.edit("service", key("service", "Advice"), {"audience": "custodian"}, by="g", on=TODAY, reason="r")
    assert "edition 2:" in run("publish", "--reason", "asked for")


def test_much_that_changes_needs_a_reason_and_old_editions_are_gone_back_to(desk, run, tmp_path, tiny_area):
    publish(run)
    before = (tmp_path / "public.db").read_bytes()
    add(desk, tiny_area, *(f"Body {number}" for number in range(20)))
    assert "LOOK: 20 of " in run("publish", "--check")
    assert "REFUSED write why this is right" in publish(run)
    assert "edition 2:" in publish(run, "--reason", "a register came")
    assert f"Edition 1 of {TODAY} is in use again" in run("editions", "--back-to", "1")
    assert (tmp_path / "public.db").read_bytes() == before
    lines = [line for line in run("editions").splitlines() if "yes" in line]
    assert len(lines) == 1


def test_going_back_to_what_shows_something_takes_a_second_person(desk, run, tmp_path, tiny_area):
    publish(run)
    with Directory(desk.folder / "directory.db", tiny_area) as directory:
        directory.add(batch(organization("Care", phones=["+992 37 999 00 05"]), file="care.csv"), on=TODAY)
    publish(run)
    assert "is in use again" in run("editions", "--back-to", "1")
    hidden = (tmp_path / "public.db").read_bytes()
    told = run("editions", "--back-to", "2", login="zarina")
    assert "new: organization Care" in told
    assert "REFUSED something could be read that the edition in use does not show" in told
    assert "REFUSED" in run("publish", "--confirm", signs(told), login="zarina")
    assert signs(run("publish", "--check")) == signs(told)
    assert (tmp_path / "public.db").read_bytes() == hidden
    assert "edition 2:" in run("publish", "--confirm", signs(told), login="umed")
    assert (tmp_path / "public.db").read_bytes() != hidden


def test_what_could_tell_no_more_is_forgotten(desk, run):
    told = desk.folder / "publishing.txt"
    told.write_text("Care is shown, 90 m from the hidden location 7\n")
    publish(run)
    assert told.read_text() == ""
    assert told.stat().st_mode & 0o077 == 0


SECRETS = (
    organization("Гулбог", audience="custodian"),
    service("Night", of="Umed", types=["ACC-VOT"], audience="custodian"),
    place("Mill", of=["Night"], at=(10.0, 60.1), unit="XT-W2", address="Mill street 9", city="Chashma"),
    service("Silent", of="Гулбог", types=["nothing we know"]),
)


def printed(folder, area, *parts):
    """What publishing says, and what it says of a text that was agreed to and tells what is hidden."""
    desk, told = Desk(folder / "private", area), []

    def run(*words, login=""):
        done = desk.run(*words, "--view", folder / "public.db", login=login)
        return done.output if done.exception is None else f"{done.output}REFUSED {done.exception}"

    with Directory(desk.folder / "directory.db", area) as directory:
        directory.add(batch(organization("Umed"), *parts, file="first.csv"), on=TODAY)
    told += [publish(run), run("publish", "--check", login="zarina"), run("editions"), desk.run("agree").output]
    return (
        [re.sub(r"[0-9a-f]{12,}|\d{6}", "", text).replace(str(folder), "").replace("\n", "") for text in told],
        run,
        desk,
    )


def test_what_publishing_prints_depends_on_no_secret(tmp_path, tiny_area):
    (without, *_), (told, run, desk) = (
        printed(tmp_path / name, tiny_area, *parts) for name, parts in (("a", ()), ("b", SECRETS))
    )
    assert told == without
    assert "for custodians: /private/publishing.txt" in told[0]
    with Directory(desk.folder / "directory.db", tiny_area) as directory:
        directory.add(batch(organization("Umed", description="Mill street 9"), file="next.csv"), on=TODAY)
    refused = run("publish", login="zarina")
    assert "some texts would tell what is hidden" in refused
    assert "Umed" not in refused
    assert "'Umed'" in (desk.folder / "refused.txt").read_text()
