"""The work list: a check by phone in one press, what is late first, and each part at its old address."""

import datetime as dt
import re

import pytest

from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.model import Verification
from tests.support.sample import TODAY, key
from tests.web.staff.records.test_records import LEGAL, send
from tests.web.support.office import post

LAPSED = key("service", "Counselling")


@pytest.mark.parametrize("page", ["attention.html", "see/check-lapsed.html"])
def test_a_call_is_noted_in_the_row_and_leads_back_to_the_list(office, steward, page):
    (row,) = [row for row in steward.get(f"/en/{page}").text.split("<tr>") if f"c/{LAPSED}" in row]
    assert 'href="tel:' in row
    sent = dict(re.findall(r'<input type="hidden" name="(level|next)" value="([^"]*)"', row))
    answer = post(steward, f"/en/c/{LAPSED}", page=f"/en/{page}", result="confirmed", **sent)
    assert answer.location == "/en/see/check-lapsed.html?done#list1"
    assert f"c/{LAPSED}" not in steward.get("/en/see/check-lapsed.html").text
    with Directory(office.directory) as opened:
        checks = [check for check in opened.records(Verification) if check.link_id == LAPSED]
    assert (checks[-1].level, max(check.verified_on for check in checks)) == ("phone", TODAY)


def test_whoever_does_not_answer_is_called_again_later_and_the_row_rests(office, steward):
    office.clock.step(hours=24 * 1000)
    steward, page = office.client("steward"), "/en/see/check-lapsed.html"
    first = re.findall(r'action="\.\./c/([\w-]+)"', steward.get(page).text)
    assert len(first) > 1
    for days in (1, 3, 7, 7):
        day = f"{office.clock.now + dt.timedelta(days):%d}".lstrip("0")
        (row,) = [row for row in steward.get(page).text.split("<tr>") if f"c/{first[0]}" in row]
        assert re.search(rf"Nobody answered, again on {day}\b", row), (days, row)
        sent = {"result": "unreachable", "level": "phone", "next": page.removeprefix("/en/")}
        assert post(steward, f"/en/c/{first[0]}", page=page, **sent).location == f"{page}?done#list1"
        rows = re.findall(r'action="\.\./c/([\w-]+)"', steward.get(page).text)
        assert rows[-1] == first[0], "it stands last until its day"
        office.clock.step(hours=24 * days)
        steward = office.client("steward")
    assert re.findall(r'action="\.\./c/([\w-]+)"', steward.get(page).text) == first


@pytest.mark.parametrize("elsewhere", ["https://trap.example/", "//trap.example", "../../trap", "see/x.html?y"])
def test_a_check_leads_nowhere_but_to_a_work_list(steward, elsewhere):
    sent = {"result": "confirmed", "level": "phone", "next": elsewhere}
    answer = post(steward, f"/en/c/{LAPSED}", page="/en/attention.html", **sent)
    assert answer.location == f"/en/r/service/{LAPSED}.html?done"


def test_whoever_may_not_edit_is_offered_no_result(office):
    assert f"c/{LAPSED}" not in office.client("custodian").get("/en/see/check-lapsed.html").text


def test_the_menu_has_groups_and_counts_what_waits(office, steward):
    second = office.client("steward", login="second")
    assert second.get("/en/records.html").text.count('<details name="menu">') == 5
    send(steward, f"/en/e/service/{LEGAL}.html", email="desk@legal.example", reason="they wrote")
    assert re.search(r'Work <span class="tag warn">1</span>', second.get("/en/records.html").text)


def test_a_missing_text_is_added_in_its_cell_and_the_public_entry_stands_beside(office, steward, tiny_area, tmp_path):
    public = tmp_path / "published.db"
    office.app.config["VIEWS"] = {"public": public}
    page = steward.get(f"/en/r/service/{LEGAL}.html").text
    assert "As readers see it" not in page
    link = f"a/translation/service/{LEGAL}.html?field=description&amp;language=ru"
    assert link in page
    form = steward.get("/en/" + link.replace("&amp;", "&")).text
    assert '<option value="description" selected>' in form
    assert '<option value="ru" selected>' in form
    with Directory(office.directory, tiny_area) as opened:
        publish(opened, "public", public, area=tiny_area, edition=TODAY)
    beside = steward.get(f"/en/r/service/{LEGAL}.html").text.split("As readers see it")[1]
    assert "Legal Centre" in beside.split("</section>")[0]
