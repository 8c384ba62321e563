"""Accounts pasted from a sheet: all or none, by names or codes, each with its one-time link."""

import re

import pytest

from tests.web.support.office import Office, post

PAGE = "/en/people-sheet.html"
ROWS = """login\tname\trole\tregion\tmail\tlanguage
Gul\tGul Invented\tСпециалист по случаю\tXT-W\tgul@a.example\tru
noor\tNoor\tsteward\t*
sho\t\tFocal point\tJuybor
"""


@pytest.fixture
def office(tmp_path, tiny_area, monkeypatch):
    monkeypatch.setenv("ROHNAMO_PARTNER_ADDRESS", "https://p.example/")
    return Office(tmp_path, tiny_area)


def test_every_row_becomes_an_account(office):
    shown = post(office.client("administrator"), PAGE, rows=ROWS).text
    links = re.findall(r"<code>(\S+)/join/[\w-]+</code>", shown)
    assert links == ["https://p.example/ru", "http://localhost/en", "https://p.example/en"]
    gul, noor, sho = map(office.accounts.by_login, ("gul", "noor", "sho"))
    assert (gul.role, gul.language, gul.mail, gul.grants.regions) == ("caseworker", "ru", "gul@a.example", {"XT-W"})
    assert (noor.role, noor.grants.regions) == ("steward", {"*"})
    assert (sho.name, sho.role, sho.grants.regions) == ("sho", "focal_point", {"XT-W2"})
    assert sum(line.action == "account_added" for line in office.ledger.lines(newest=9)) == 3


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("administrator;A;steward", "the login is empty, taken, or twice"),
        ("command line;A;steward", "the login is empty, taken, or twice"),
        ("b;B;wizard", "no such role"),
        ("b;B;steward;Nowhere", "no such region"),
        ("b;B;steward;*;a@b@c", "no mail address"),
        ("b;B;steward;*;;xx", "not in this language"),
        ("", "Paste rows"),
    ],
)
def test_one_wrong_row_and_none_is_made(office, row, told):
    client = office.client("administrator")
    answer = post(client, PAGE, rows=f"good;Good;steward\n{row}" if row else "")
    assert answer.status_code == 400
    assert told in answer.text
    assert "good" not in {account.login for account in office.accounts.accounts()}
