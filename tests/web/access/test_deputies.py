"""Deputies: only who has the rights already, and only while they do."""

import datetime as dt

import pytest

from tests.web.support.signed_in import NOW
from web.access.accounts import Accounts
from web.access.deputies import may_stand_in, on_leave, stand_in

DAY = NOW.date()


@pytest.fixture
def book(tmp_path):
    """Three stewards and a custodian who have taken up their accounts: of the west, its north, and everywhere."""
    made = Accounts(tmp_path / "accounts.db")
    regions = {"ann": "XT-W", "ben": "XT-W1", "cem": "*", "dil": "*"}
    for login, region in regions.items():
        role = "custodian" if login == "dil" else "steward"
        made.add(login, login, role, by="t", now=NOW, mail=f"{login}@p.example")
        made.grant(made.by_login(login).id, "region", region)
    with made.opened() as db:
        db.execute("UPDATE account SET enrolled = 1")
    return made


def able(book, login, area):
    return [other.login for other in book.accounts() if may_stand_in(other, book.by_login(login), area)]


def test_a_deputy_has_the_role_and_the_regions_already(book, tiny_area):
    assert able(book, "ann", tiny_area) == ["cem"]  # who has one district of the west has not the west
    assert able(book, "ben", tiny_area) == ["ann", "cem"]  # who has the west has each district of it
    assert able(book, "cem", tiny_area) == []
    assert able(book, "dil", tiny_area) == []
    book.change(book.by_login("cem").id, disabled=True)
    assert able(book, "ann", tiny_area) == []


def test_a_leave_lasts_until_the_evening_of_its_last_day(book, tiny_area):
    ben = book.by_login("ben").id
    book.leave(ben, DAY, "ann")
    assert on_leave(book.account(ben), DAY)
    assert not on_leave(book.account(ben), DAY + dt.timedelta(1))
    assert stand_in(book.account(ben), book, tiny_area, DAY).login == "ann"
    book.leave(ben, None)
    assert stand_in(book.account(ben), book, tiny_area, DAY).login == "ben"


def test_a_deputy_who_is_away_too_hands_on_and_a_ring_leads_back(book, tiny_area):
    ann, ben, cem = (book.by_login(login).id for login in ("ann", "ben", "cem"))
    book.leave(ben, DAY, "ann")
    book.leave(ann, DAY, "cem")
    assert stand_in(book.account(ben), book, tiny_area, DAY).login == "cem"
    book.leave(cem, DAY, "ben")
    assert stand_in(book.account(ben), book, tiny_area, DAY).login == "ben"


def test_whoever_cannot_be_written_to_gets_nobodys_reminders(book, tiny_area):
    ben = book.by_login("ben").id
    book.leave(ben, DAY, "ann")
    book.change(book.by_login("ann").id, mail="")
    assert stand_in(book.account(ben), book, tiny_area, DAY).login == "ben"
