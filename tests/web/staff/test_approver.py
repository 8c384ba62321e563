"""An office of one: one account does everything, and an approver from outside only agrees to it."""

import re

import pytest

from tests.support.sample import key
from tests.web.support.office import csrf, post

EVERYTHING = "administrator steward custodian"


@pytest.fixture
def owner(office):
    return office.client(EVERYTHING, login="owner")


@pytest.fixture
def approver(office):
    return office.client("approver", login="guest")


def first_link(client, start):
    text = client.get("/en/waiting.html").text
    assert start in text, text
    path = text[text.index(start) :].split('"')[0]
    return f"/en/{path.rpartition('../')[2]}"


def test_one_account_does_the_work_of_three_roles(owner):
    for path in ("attention", "import", "publish", "reveal", "people", "backups", "log"):
        assert owner.get(f"/en/{path}.html").status_code == 200, path


def test_an_approver_agrees_to_what_another_did_and_publishes_what_another_built(office, owner, approver):
    shown = owner.get(f"/en/r/service/{key('service', 'Legal advice')}.html").text
    phone = f"/en/{re.search(r'e/phone/[^#]+', shown)[0]}"
    seen = re.search(r'name="seen" value="(\d+)"', owner.get(phone).text)[1]
    changed = {"number": "+992 00 010 0555", "reason": "they called", "seen": seen}
    assert post(owner, phone, **changed).status_code == 303
    path = first_link(owner, "p/")
    assert post(owner, path, choice="accepted").status_code == 403  # never what they did themselves
    assert post(approver, path, choice="accepted").status_code == 303
    build = "publish/all/build"
    assert build in owner.get("/en/waiting.html?done").text  # whoever approved goes on to build
    assert build not in approver.get("/en/waiting.html?done").text
    assert post(owner, "/en/publish/public/build", page="/en/publish.html").status_code == 303
    assert 'href="next/public.html"' in approver.get("/en/waiting.html").text
    assert 'href="next/public.html"' not in owner.get("/en/waiting.html").text
    text = approver.get("/en/next/public.html").text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    assert post(approver, "/en/next/public.html", digest=digest).status_code == 303
    assert {line.who for line in office.ledger.lines(action="edition_published")} == {"guest"}


def test_an_approver_does_nothing_else(approver):
    token = csrf(approver.get("/en/account.html").text)
    for path in ("publish/public/build", "publish/public/drop", f"c/{key('service', 'Legal advice')}"):
        assert approver.post(f"/en/{path}", data={"csrf_token": token}).status_code == 403, path
    for path in ("attention", "records", "import", "statement", "reveal", "people", "log", "new/organization"):
        assert approver.get(f"/en/{path}.html").status_code == 403, path
    menu = approver.get("/en/waiting.html").text
    for path in ("people.html", "records.html", "import.html"):
        assert path not in menu


def test_an_approver_says_whom_they_met(office, owner, approver):
    office.accounts.add("noor", "Noor", "steward", by="owner", now=office.clock.now)
    assert "Noor" not in approver.get("/en/waiting.html").text  # who has not used the link cannot be met
    office.client("caseworker", login="other")
    noor = office.accounts.by_login("noor")
    with office.accounts.opened() as db:
        db.execute("UPDATE account SET enrolled = 1 WHERE id = ?", [noor.id])
    assert "Noor" in approver.get("/en/waiting.html").text
    meet = f"/en/people/{noor.id}/meet"
    assert post(approver, meet, page="/en/waiting.html").status_code == 303
    assert post(approver, meet, page="/en/account.html").status_code == 400  # once
    assert "Noor" not in approver.get("/en/waiting.html").text
    assert post(owner, meet, page=f"/en/people/{noor.id}.html").status_code == 303
    assert office.accounts.is_admitted("noor")
