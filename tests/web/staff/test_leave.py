"""Leave in the browser: a day, a deputy with the rights already, the way back; and what is late on first pages."""

import datetime as dt

from tests.web.staff.records.test_records import CHANGE, send
from tests.web.support.office import post

LEAVE = "/en/leave.html"


LATE = '<span class="tag bad">late</span>'


def test_somebody_says_until_when_and_who_stands_in(office):
    zarina, _ = office.client("steward", login="zarina"), office.client("steward", login="ben")
    office.client("steward", login="west", regions=("XT-W",))
    page = zarina.get(LEAVE).text
    assert "only an administrator grants rights" in page
    assert 'value="ben"' in page
    assert 'value="west"' not in page
    assert post(zarina, LEAVE, until="2026-11-23", deputy="ben").status_code == 400
    assert post(zarina, LEAVE, until="2028-01-01", deputy="ben").status_code == 400
    assert post(zarina, LEAVE, until="2026-12-04", deputy="west").status_code == 400
    assert office.accounts.by_login("zarina").away_until is None
    grants = office.accounts.by_login("ben").grants
    assert post(zarina, LEAVE, until="2026-12-04", deputy="ben").status_code == 303
    assert office.accounts.by_login("ben").grants == grants
    line = office.ledger.lines(newest=1)[0]
    assert (line.who, line.action, line.subject, line.reason) == ("zarina", "leave_set", "ben", "until 2026-12-04")
    assert "deputy: ben" in zarina.get("/en/waiting.html").text
    assert "deputy: ben" in office.client("administrator").get("/en/people.html").text
    assert post(zarina, LEAVE, choice="back").status_code == 303
    assert office.accounts.by_login("zarina").away_until is None
    assert office.ledger.lines(newest=1)[0].action == "leave_ended"


def test_an_administrator_says_it_for_whoever_cannot(office):
    for login in ("zarina", "ben"):
        office.client("steward", login=login)
    office.client("steward", login="west", regions=("XT-W",))
    administrator, zarina = office.client("administrator"), office.accounts.by_login("zarina")
    page = f"/en/people/{zarina.id}/leave.html"
    assert f"{zarina.id}/leave.html" in administrator.get(f"/en/people/{zarina.id}.html").text
    assert 'value="west"' not in administrator.get(page).text
    assert post(administrator, page, until="2026-12-04", deputy="west").status_code == 400
    assert post(administrator, page, until="2026-12-04", deputy="ben").status_code == 303
    assert office.accounts.by_login("zarina").deputy == "ben"
    assert office.accounts.by_login("administrator").away_until is None
    line = office.ledger.lines(newest=1)[0]
    assert (line.who, line.action, line.subject) == ("administrator", "leave_set", "ben")
    assert line.reason == "of zarina until 2026-12-04"
    assert "deputy: ben" in administrator.get(f"/en/people/{zarina.id}.html").text
    assert post(administrator, page, choice="back").status_code == 303
    assert office.accounts.by_login("zarina").away_until is None
    assert office.client("steward", login="ben").get(page).status_code == 403


def test_what_is_late_stands_on_the_first_page_of_all_who_may_agree(office):
    send(office.client("steward"), CHANGE, email="desk@legal.example", reason="they wrote")
    second = office.client("steward", login="second")
    assert "1 December 2026" in second.get("/en/waiting.html").text
    assert LATE not in second.get("/en/attention.html").text
    assert "Past its day" not in office.client("administrator").get("/en/people.html").text
    office.clock.now += dt.timedelta(8)
    for person in (office.client("steward", login="second"), office.client("custodian")):
        page = person.get("/en/attention.html").text
        assert LATE in page
        assert "Legal advice" in page
    east = office.client("steward", login="east", regions=("XT-E",))
    assert LATE not in east.get("/en/attention.html").text
    assert "for a second person to agree: 1." in office.client("administrator").get("/en/people.html").text
