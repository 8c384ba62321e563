"""Edits, merging, undoing and agreeing on the command line: who acts signs in, and one person shows nothing."""

import datetime as dt

import pyotp
import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.directory.directory import Directory
from mapping.directory.proposals import as_fields
from mapping.model import RECORDS, Approval, Phone, Service
from mapping.safety.redaction import project
from tests.conftest import TINY
from tests.support.sample import batch, key, organization, sample_directory, service
from tests.support.second_person import SecondPerson
from tests.web.support.signed_in import PASSWORD, admit
from web.access.accounts import Accounts

UMED, OTHER, LEGAL = key("organization", "Umed"), key("organization", "Umed too"), key("service", "Advice")
PARTS = (
    organization("Umed", phones=["+992000100001"]),
    organization("Umed too", phones=["+992000100009"]),
    service("Advice", of="Umed", phones=["+992000100002"]),
)


class Desk:
    """A directory, accounts, and people who type."""

    def __init__(self, folder, area):
        self.folder = folder
        sample_directory(folder, area, *PARTS).close()
        self.accounts = Accounts(folder / "accounts.db")
        self.secrets = {}
        for login in ("zarina", "umed", "chief"):
            now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
            role = "administrator" if login == "chief" else "steward"
            token = self.accounts.add(login, login.title(), role, by="command line", now=now)
            self.secrets[login] = self.accounts.begin_enrolment(token, PASSWORD, now=now)
            self.accounts.finish_enrolment(token, pyotp.TOTP(self.secrets[login]).at(now), now=now)
            self.accounts.grant(self.accounts.by_login(login).id, "region", "*")
            admit(self.accounts, login)

    def run(self, *words, login="", signs=(), password=PASSWORD):
        """Run a command; whoever signs types their password and code."""
        own = ["--as", login] if login else []
        files = ["--directory", self.folder / "directory.db", "--area", TINY]
        files += ["--accounts", self.folder / "accounts.db"] if login else []
        typed = "".join(f"{password}\n{self.code(one)}\n" for one in signs or ([login] if login else []))
        return CliRunner().invoke(app, [str(word) for word in (*words, *own, *files)], input=typed)

    def code(self, login):
        """Return a code that nobody used yet."""
        with self.accounts.opened() as db:
            db.execute("UPDATE account SET last_step = 0 WHERE login = ?", [login])
        return pyotp.TOTP(self.secrets[login]).now()

    def seen(self):
        """Return what the public sees."""
        with Directory(self.folder / "directory.db") as opened:
            tables = {table: opened.records(kind) for table, kind in RECORDS.items()}
            return project(tables, "public", opened.rules(dt.date.today()), opened.agreed("public"))

    def numbers(self):
        return {row["number"] for row in self.seen()["phone"]}


@pytest.fixture
def desk(tmp_path, tiny_area, monkeypatch):
    made = Desk(tmp_path, tiny_area)
    monkeypatch.setattr(SecondPerson, "present", False)
    return made


@pytest.fixture
def number(desk):
    """The id of a number that the public sees."""
    with Directory(desk.folder / "directory.db") as opened:
        (own,) = opened.records(Phone, service_id=LEGAL)
        return own.id


NEW = "number=+992999999999"


def edit(desk, number, **given):
    return desk.run("edit", number, NEW, "--table", "phone", "--reason", "they moved", **given)


def act_of(desk):
    with Directory(desk.folder / "directory.db") as opened:
        return opened.waiting()[-1].batch


def test_who_signs_in_needs_one_other_who_does(desk, number):
    before = desk.numbers()
    told = edit(desk, number, login="zarina")
    assert told.exit_code == 0, told.output
    assert "wait to be shown until a second person agreed" in told.output
    assert desk.numbers() == before
    act = act_of(desk)
    listed = " ".join(desk.run("agree").output.split())
    assert f"Act {act}" in listed
    assert "Advice, Service, Umed, to Everybody, Partners who signed in, Focal points" in listed
    assert "Number: +992 00 010 0002 -> +992 99 999 9999" in listed
    assert number not in listed
    assert desk.run("agree", act, login="zarina").exit_code == 1
    assert desk.run("agree", act, login="umed", password="wrong").exit_code == 1
    assert desk.run("agree", act, login="chief").exit_code == 1
    assert desk.numbers() == before
    assert desk.run("agree", act, login="umed").exit_code == 0
    assert "+992999999999" in desk.numbers()


def test_a_typed_name_is_nobody(desk, number):
    before = desk.numbers()
    told = edit(desk, number)
    assert "until two people agreed" in told.output
    act = act_of(desk)
    assert desk.run("agree", act, login="umed").exit_code == 1
    assert desk.numbers() == before
    assert desk.run("agree", act, "--and", "zarina", login="umed", signs=("umed", "zarina")).exit_code == 0
    assert "+992999999999" in desk.numbers()


def test_nothing_is_done_for_who_does_not_sign_in_or_may_not(desk, number):
    for given in (
        {"login": "zarina", "password": "wrong"},
        {"login": "chief"},
        {"login": "nobody", "signs": ("umed",)},
    ):
        assert edit(desk, number, **given).exit_code == 1
    with Directory(desk.folder / "directory.db") as opened:
        assert opened.record(Phone, number).number == "+992000100002"


def test_a_steward_of_one_region_is_asked_on_the_pages(desk, number):
    own = desk.accounts.by_login("zarina").id
    desk.accounts.revoke(own, "region", "*")
    desk.accounts.grant(own, "region", "XT-W")
    assert edit(desk, number, login="zarina").exit_code == 1


def test_undoing_goes_the_same_way(desk, number):
    edit(desk, number, login="zarina")
    desk.run("agree", act_of(desk), login="umed")
    told = desk.run("undo", act_of_edit(desk), login="zarina")
    assert told.exit_code == 0, told.output
    assert "until a second person agreed" in told.output
    assert "+992999999999" in desk.numbers()


def test_the_list_of_acts_says_who_undid_which_and_when(desk):
    words = ("edit", LEGAL, "alert=Closed", "--table", "service", "--reason", "r")
    assert desk.run(*words, login="zarina").exit_code == 0
    assert desk.run("undo", act_of_edit(desk), "--today", "2026-11-25", login="zarina").exit_code == 0
    lines = " ".join(desk.run("undo", "--list").output.split())
    assert "edit (r) by zarina: 0 new, 1 changed, 0 removed; undone by zarina on 2026-11-25 (batch" in lines


def test_a_directory_without_acts_says_so(tmp_path, tiny_area):
    Directory(tmp_path / "directory.db", tiny_area).close()
    words = ["undo", "--list", "--directory", str(tmp_path / "directory.db"), "--area", str(TINY)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).output == "Nothing was stored yet.\n"


def act_of_edit(desk):
    with Directory(desk.folder / "directory.db") as opened:
        return next(each.number for each in opened.batches() if each.file == "edit")


def test_a_merge_waits_whole_and_another_agrees_to_it(desk):
    before = desk.seen()
    told = desk.run("merge", UMED, OTHER, "--reason", "one house", login="zarina")
    assert told.exit_code == 0, told.output
    assert "waits as a whole" in told.output
    assert desk.seen() == before
    with Directory(desk.folder / "directory.db") as opened:
        (asked,) = opened.proposals()
    listed = desk.run("agree").output
    assert asked.id in listed
    assert "Umed too" in listed
    assert "nobody: nothing of this number or id waits" in str(desk.run("agree", "nobody").exception)
    assert desk.run("agree", asked.id, login="zarina").exit_code == 1
    assert desk.run("agree", asked.id, login="umed").exit_code == 0
    assert {row["name"] for row in desk.seen()["organization"]} == {"Umed"}


def test_a_table_of_approvals_takes_two_who_sign_in_and_what_it_shows_waits(desk, tiny_area):
    table = desk.folder / "approvals.csv"
    table.write_text(
        "kind,source,table,key,value,approved_by,approved_by_too,approved_on,consent_by,consent_until,reason\n"
        f"audience,sample,service,Advice,public,A,B,{dt.date.today()},Umed,2099-01-01,they asked\n",
        encoding="utf-8",
    )
    with Directory(desk.folder / "directory.db", tiny_area) as opened:
        opened.edit("service", LEGAL, {"audience": "custodian"}, by="x", on=dt.date.today(), reason="x")
        assert opened.record(Service, LEGAL).audience == "custodian"
    assert desk.seen()["service"] == []
    for words in ((), ("--as", "zarina"), ("--as", "zarina", "--and", "zarina")):
        refused = desk.run("approve", table, *words, "--accounts", desk.folder / "accounts.db", signs=words[1::2])
        assert refused.exit_code == 1, "names that somebody typed prove nothing"
    told = desk.run("approve", table, "--and", "umed", login="zarina", signs=("zarina", "umed"))
    assert told.exit_code == 0, told.output
    with Directory(desk.folder / "directory.db") as opened:
        (approval,) = [one for one in opened.records(Approval) if one.kind == "audience"]
    assert {approval.approved_by, approval.approved_by_too} == {"zarina", "umed"}
    assert desk.seen()["service"] == []
    assert desk.run("agree", act_of(desk), login="zarina").exit_code == 1
    assert desk.run("agree", act_of(desk), login="umed").exit_code == 0
    assert [row["id"] for row in desk.seen()["service"]] == [LEGAL]


def test_one_person_hides_a_number_and_two_who_sign_in_erase_it(desk, number):
    refused = desk.run("erase", "nobody", "--reason", "they asked")
    assert "nobody: is no contact and no phone" in str(refused.exception)
    hidden = desk.run("erase", number, "--reason", "they asked", login="zarina")
    assert "Hidden from the next edition on" in hidden.output
    assert "+992000100002" not in desk.numbers()
    with Directory(desk.folder / "directory.db") as opened:
        (asked,) = opened.proposals()
        assert opened.record(Phone, number)
    assert f"rohnamo agree {asked.id}" in hidden.output
    listed = " ".join(desk.run("agree").output.split())
    assert f"Erase for good, Advice, phone {number}, by zarina: they asked" in listed
    assert desk.run("agree", asked.id, login="zarina").exit_code == 1
    assert "erased for good" in desk.run("agree", asked.id, login="umed").output
    with Directory(desk.folder / "directory.db") as opened:
        assert number not in {phone.id for phone in opened.records(Phone)}


def test_what_somebody_asked_to_erase_under_a_typed_name_takes_two_who_sign_in(desk, number):
    told = desk.run("erase", number, "--reason", "they asked", "--by", "Zarina")
    assert "until two people agreed" in told.output
    with Directory(desk.folder / "directory.db") as opened:
        (asked,) = opened.proposals()
    assert desk.run("agree", asked.id, login="umed").exit_code == 1
    both = desk.run("agree", asked.id, "--and", "zarina", login="umed", signs=("umed", "zarina"))
    assert "Agreed to by umed and zarina; it is erased for good" in both.output


def test_who_agrees_is_told_first_of_what_looks_like_one_that_is_kept_out(desk, tiny_area):
    """An act and a proposal alike; where nothing is kept out, nothing is said."""
    day = dt.date(2026, 11, 24)
    new = organization("Umed again", phones=["+992000100001"])
    proposed = organization("Umed once more", phones=["+992000100001"])
    with Directory(desk.folder / "directory.db", tiny_area, signed_in=True) as opened:
        opened.add(batch(*new, source="another"), by="zarina", on=day)
        opened.propose("new", "organization", proposed[0].id, as_fields(proposed), by="zarina", on=day, reason="new")
    act = act_of(desk)
    assert "kept out" not in desk.run("agree").output
    desk.run("edit", UMED, "do_not_list=yes", "--table", "organization", "--reason", "a front", login="zarina")
    lines = [line.strip() for line in desk.run("agree").output.splitlines() if "kept out of every list" in line]
    for name, record in (("Umed again", new[0]), ("Umed once more", proposed[0])):
        (line,) = [line for line in lines if name in line]
        assert line.endswith(f"organization {name} ({record.id}) = Umed ({UMED})")
    told = desk.run("agree", act, login="umed", password="wrong")
    assert "kept out of every list" in told.output, "it is told before anybody signs"
    assert told.exit_code == 1


def test_whoever_types_and_whoever_agrees_to_a_persons_name_is_told_of_it(desk):
    typed = "Ask for Каримова З. А."
    words = ("edit", LEGAL, f"description={typed}", "--reason", "they wrote")
    warning = "LOOK first, it looks like somebody's name: description"
    assert warning in desk.run(*words, login="zarina").output
    assert warning in desk.run("agree").output
    harmless = desk.run("edit", LEGAL, "description=Ask at the desk", "--reason", "they wrote", login="zarina")
    assert "somebody's name" not in harmless.output
    assert "somebody's name" not in desk.run("agree").output


def test_two_who_sign_in_admit_somebody_on_the_command_line(desk):
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    token = desk.accounts.add("gul", "Gul", "administrator", by="command line", now=now)
    secret = desk.accounts.begin_enrolment(token, PASSWORD, now=now)
    desk.accounts.finish_enrolment(token, pyotp.TOTP(secret).at(now), now=now)

    def meet(login="", by=""):
        own = ["user", "meet", login, "--accounts", str(desk.folder / "accounts.db"), *(["--as", by] if by else [])]
        return CliRunner().invoke(app, own, input=f"{PASSWORD}\n{desk.code(by)}\n" if by else None)

    with desk.accounts.opened() as db:
        db.execute("UPDATE account SET admitted = 0, first = 0 WHERE login = 'gul'")
    assert "counts as a person" in meet("gul").output  # the second whom the command line may name
    with desk.accounts.opened() as db:
        db.execute("UPDATE account SET admitted = 0 WHERE login = 'umed'")
    assert "two people who count already have to meet" in str(meet("umed").exception)
    assert "Another person who counts has to meet" in meet("umed", "zarina").output
    assert "zarina cannot say so" in str(meet("umed", "zarina").exception)
    assert "counts as a person" in meet("umed", "chief").output
