"""Accounts pasted from a sheet: all or none, by names or codes, each with its one-time link."""

import re

import pytest

from tests.web.support.office import Office, post

PAGE = "/en/people-sheet.html"
ROWS = """login\tname\trole\tregion\tmail\tlanguage
Gul\tGul Invented\tСпециалист по ведению случая\tXT-W\tgul@a.example\tru
noor\tNoor\tsteward, Custodian\t*
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
    assert (gul.roles, gul.language, gul.mail, gul.grants.regions) == (("caseworker",), "ru", "gul@a.example", {"XT-W"})
    assert (noor.roles, noor.grants.regions) == (("steward", "custodian"), {"*"})
    assert (sho.name, sho.roles, sho.grants.regions) == ("sho", ("focal_point",), {"XT-W2"})
    assert sum(line.action == "account_added" for line in office.ledger.lines(newest=9)) == 3


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("administrator;A;steward", "Row 2: This login is taken or empty"),
        ("command line;A;steward", "Row 2: This login is taken or empty"),
        ("b;B;wizard", "Row 2: Choose one of these."),
        ("b;B;steward;Nowhere", "Row 2: There is no such region"),
        ("b;B;steward;*;a@b@c", "no mail address of one person"),
        ("b;B;steward;*;;xx", "Choose one of these."),
        ("", "Paste rows"),
    ],
)
def test_one_wrong_row_and_none_is_made(office, row, told):
    client = office.client("administrator")
    answer = post(client, PAGE, rows=f"good;Good;steward\n{row}" if row else "")
    assert answer.status_code == 400
    assert told in answer.text
    assert "good" not in {account.login for account in office.accounts.accounts()}
