"""Records, edits, checks and flags through the pages: what one person may do alone, and what waits for a second."""

import datetime as dt
import html
import re

import pytest

from mapping.directory.directory import PRAGMAS, Directory
from mapping.errors import MappingError
from mapping.model import RECORDS, Attribute, Phone, Schedule, ServiceArea, Verification
from mapping.render.layers.services import spaced
from tests.support.sample import SECRETS, TODAY, key
from tests.web.support.office import post

LEGAL = key("service", "Legal advice")
SHELTER = key("service", str(SECRETS["name of a hidden service"]))
PATH = f"/en/r/service/{LEGAL}.html"
CHANGE = f"/en/e/service/{LEGAL}.html"


def fields_of(client, path):
    """The fields of the form of a page as a browser would send them back."""
    text = client.get(path).text
    found = dict(re.findall(r'<input type="(?:hidden|text)"[^>]* name="([^"]+)" value="([^"]*)"', text))
    found |= dict(re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', text))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def send(client, path, **changed):
    return client.post(path, data=fields_of(client, path) | changed)


def record(office, table, one):
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        return opened.record(RECORDS[table], one)


def waiting(office):
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        return opened.proposals()


def test_a_record_is_found_by_name_number_street_and_place(steward):
    for words in ("legal advice", "992000100010", "консультация", LEGAL):
        found = post(steward, "/en/records.html", words=words, table="service", unit="", state="")
        assert f"r/service/{LEGAL}.html" in found.text, words
    for asked, there in (({"unit": "XT-W2"}, True), ({"unit": "XT-E1"}, False), ({"state": "fresh"}, True)):
        settings = {"words": "", "table": "service", "unit": "", "state": ""} | asked
        assert (LEGAL in post(steward, "/en/records.html", **settings).text) is there, asked
    place = key("location", "Legal Centre, Chashma")
    assert place in post(steward, "/en/records.html", words="1 market", table="", unit="", state="").text


def test_a_record_shows_what_it_says_and_a_hidden_one_looks_like_none(steward):
    text = steward.get(PATH).text
    for said in ("Legal advice", "Legal Centre", spaced("+992000100010", "TJ", "en"), "Free", "By phone"):
        assert said in text
    hidden, none = (steward.get(f"/en/r/service/{one}.html") for one in (SHELTER, key("service", "none")))
    assert hidden.status_code == none.status_code == 404
    assert hidden.text.replace(SHELTER, "") == none.text.replace(key("service", "none"), "")


def agreed_by_another(office, tiny_area):
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.decide(waiting(office)[-1].id, "accepted", by="another steward", on=TODAY)


def test_an_edit_is_stored_with_its_reason_and_shown_side_by_side(office, steward, tiny_area):
    assert send(steward, CHANGE, fees_description="Free for all", reason="asked on the phone").status_code == 303
    assert office.ledger.lines(newest=1)[0].action == "proposed"
    agreed_by_another(office, tiny_area)
    assert record(office, "service", LEGAL).fees_description == "Free for all"
    history = steward.get(f"/en/h/service/{LEGAL}.html").text
    for said in ("<del>Free</del>", "<ins>Free for all</ins>", "another steward"):
        assert said in history
    assert "Free for all" not in str(office.ledger.lines())


def test_an_edit_needs_a_reason_a_change_and_values_that_fit(steward):
    assert "Say why" in send(steward, CHANGE, fees_description="1", reason=" ").text
    assert "Nothing was changed" in send(steward, CHANGE, reason="x").text
    wrong = send(steward, CHANGE, minimum_age="many", reason="x")
    assert wrong.status_code == 400
    assert "From which age" in wrong.text
    assert 'value="many"' in wrong.text
    assert send(steward, CHANGE, name="", reason="x").status_code == 400


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(office, steward):
    old = fields_of(steward, CHANGE)
    second = office.client("steward", login="second")
    assert send(second, CHANGE, wait_time="a day", reason="x").status_code == 303
    late = steward.post(CHANGE, data=old | {"wait_time": "two days", "reason": "x"})
    assert late.status_code == 409
    assert "Somebody else changed this meanwhile" in late.text
    assert record(office, "service", LEGAL).wait_time == "a day"
    ask = steward.post(CHANGE, data=old | {"wait_time": "two days", "reason": "x", "ask": "1"})
    assert ask.status_code == 409
    assert waiting(office) == []


def test_what_leads_the_public_somewhere_new_waits_for_a_second_person(office, steward):
    phone = key("phone", "+992000100010")
    with Directory(office.directory) as opened:
        phone = next(each.id for each in opened.records(Phone) if each.number == "+992000100010")
    answer = send(steward, f"/en/e/phone/{phone}.html", number="+992000100019", reason="misprint")
    assert answer.location.endswith("?waits")
    assert send(steward, CHANGE, email="trap@trap.example", reason="new").location.endswith("?waits")
    new = f"/en/a/phone/service/{LEGAL}.html"
    assert send(steward, new, number="+992000100018", reason="second line").location.endswith("?waits")
    assert [each.kind for each in waiting(office)] == ["edit", "edit", "add"]
    assert record(office, "phone", phone).number == "+992000100010"
    assert "A change by steward waits" in steward.get(PATH).text
    quiet = send(steward, new, number="+992000100017", audience="custodian", reason="for us")
    assert quiet.location.endswith("?done")
    assert len(waiting(office)) == 3


def test_parts_are_added_changed_and_taken_out(office, steward, tiny_area):
    add = f"/en/a/schedule/service/{LEGAL}.html"
    assert send(steward, add, opens_at="25:00", closes_at="17:00", reason="x").status_code == 400
    data = fields_of(steward, add) | {"byday": ["SA", "SU"], "opens_at": "10:00", "closes_at": "12:00", "reason": "x"}
    assert steward.post(add, data=data).location.endswith("?waits")  # the hours of a line lead people there
    agreed_by_another(office, tiny_area)
    assert "Saturday: 10:00-12:00" in steward.get(PATH).text
    area = f"/en/a/service_area/service/{LEGAL}.html"
    assert send(steward, area, area_unit="XT-E1", reason="x").status_code == 303
    with Directory(office.directory) as opened:
        mine = next(each for each in opened.records(ServiceArea) if each.service_id == LEGAL)
    assert post(steward, f"/en/x/service_area/{mine.id}", page=PATH).location.endswith("?waits")
    agreed_by_another(office, tiny_area)
    with Directory(office.directory) as opened:
        assert all(each.id != mine.id for each in opened.records(ServiceArea))


@pytest.mark.parametrize(
    ("page", "name", "keyboard"),
    [
        (f"/en/a/phone/service/{LEGAL}.html", "number", "tel"),
        (f"/en/e/service/{LEGAL}.html", "email", "email"),
        (f"/en/e/service/{LEGAL}.html", "minimum_age", "decimal"),
    ],
)
def test_a_phone_shows_the_keys_that_a_field_needs(steward, page, name, keyboard):
    field = re.search(f'<input[^>]* name="{name}"[^>]*>', steward.get(page).text)[0]
    assert f'inputmode="{keyboard}"' in field


def test_a_kind_of_help_is_taken_out_by_one_and_hides_the_service(office, steward):
    with Directory(office.directory) as opened:
        kind = next(each for each in opened.records(Attribute) if each.link_id == LEGAL)
    assert post(steward, f"/en/x/attribute/{kind.id}", page=PATH, reason="x").status_code == 303
    assert not waiting(office)
    assert steward.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("result", "status"), [("confirmed", "active"), ("closed", "defunct"), ("paused", "temporarily closed")]
)
def test_a_check_takes_a_few_taps(office, steward, result, status):
    assert post(steward, f"/en/c/{LEGAL}", page=PATH, result=result, level="visit", on="").status_code == 303
    assert record(office, "service", LEGAL).status == status
    with Directory(office.directory) as opened:
        last = max(
            (each for each in opened.records(Verification) if each.link_id == LEGAL),
            key=lambda each: each.verified_on,
        )
    assert (last.level, last.verified_by, last.verified_on) == ("visit", "steward", TODAY)


def test_a_check_of_the_future_or_of_nothing_is_refused(steward):
    late = (TODAY + dt.timedelta(1)).isoformat()
    for fields in ({"result": "confirmed", "level": "visit", "on": late}, {"result": "x", "level": "visit"}):
        assert post(steward, f"/en/c/{LEGAL}", page=PATH, **fields).status_code == 400


def test_what_is_not_to_be_listed_is_kept_out_at_once_and_comes_back_by_two(office, steward):
    assert post(steward, f"/en/f/service/{LEGAL}", page=PATH, reason="may be a trap").status_code == 303
    assert record(office, "service", LEGAL).do_not_list
    assert "Kept out of every list" in steward.get(PATH).text
    back = post(steward, f"/en/f/service/{LEGAL}", page=PATH, reason="visited").location
    assert back.endswith("?waits")
    assert record(office, "service", LEGAL).do_not_list


def test_grants_bound_what_is_seen_and_what_is_done(office):
    east = office.client("steward", login="east", regions=("XT-E",))
    assert east.get(PATH).status_code == 404
    assert LEGAL not in post(east, "/en/records.html", words="", table="", unit="", state="").text
    school = key("service", "School places")
    assert east.get(f"/en/r/service/{school}.html").status_code == 200
    assert send(east, f"/en/e/service/{school}.html", wait_time="a week", reason="x").status_code == 303
    for path in (CHANGE, f"/en/a/phone/service/{LEGAL}.html", f"/en/h/service/{LEGAL}.html"):
        assert east.get(path).status_code == 404, path
    none = office.client("steward", login="none", regions=())
    assert none.get(f"/en/e/service/{school}.html").status_code == 403


def test_a_custodian_and_an_administrator_do_not_edit(office):
    for role, seen in (("custodian", 200), ("administrator", 403)):
        client = office.client(role)
        assert client.get(PATH).status_code == seen
        assert client.get(CHANGE).status_code == 403


def test_a_place_of_which_only_the_area_is_shown_keeps_its_point(office, steward):
    place = key("location", "Papers, by area")
    asked = fields_of(steward, f"/en/e/location/{place}.html")
    assert "latitude" not in asked
    assert "transportation" not in asked
    before = record(office, "location", place)
    data = asked | {"latitude": "1", "longitude": "1", "area_unit": "XT-E2", "reason": "x"}
    steward.post(f"/en/e/location/{place}.html", data=data)
    after = record(office, "location", place)
    assert (after.latitude, after.longitude) == (before.latitude, before.longitude)


def test_while_something_large_is_stored_what_was_typed_is_kept_and_sent_again(office, steward, monkeypatch):
    form = fields_of(steward, CHANGE) | {"wait_time": 'a "day"', "reason": "x"}
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 50)
    with Directory(office.directory) as storing:
        storing.db.execute("BEGIN IMMEDIATE")
        answer = steward.post(CHANGE, data=form)
        storing.db.execute("ROLLBACK")
    assert answer.status_code == 503
    assert "Something large is being stored" in answer.text
    assert "directory.db" not in answer.text
    typed = {name: html.unescape(value) for name, value in re.findall(HIDDEN, answer.text)}
    assert typed["wait_time"] == 'a "day"'
    assert steward.post(CHANGE, data=typed).status_code == 303
    assert record(office, "service", LEGAL).wait_time == 'a "day"'


HIDDEN = r'<input type="hidden" name="([^"]+)" value="([^"]*)">'


def test_what_cannot_be_written_is_said_and_nothing_is_stored(office, steward, monkeypatch):
    form = fields_of(steward, CHANGE) | {"wait_time": "a day", "reason": "x"}

    def full(*_, **__):
        raise MappingError("directory.db: could not edit (database or disk is full)")

    monkeypatch.setattr(Directory, "acting", full)
    answer = steward.post(CHANGE, data=form)
    assert answer.status_code == 503
    assert "nothing was stored" in answer.text
    assert "directory.db" not in answer.text
    assert record(office, "service", LEGAL).wait_time is None


def test_the_hours_of_a_week_are_shown_in_order_and_changed_in_one_form(office, steward, tiny_area):
    page, form = f"/en/r/service/{LEGAL}.html", f"/en/week/service/{LEGAL}.html"
    send(
        steward,
        form,
        WE="10:00-12:00, 14:00-16:00",
        MO="9:00-17:00",
        TU="09:00-17:00",
        TH="",
        FR="",
        reason="they wrote",
    )
    shown = re.findall(r"<div>Hours: (\w+: [^<]+)</div>", steward.get(page).text)
    assert shown == ["Monday: 09:00-17:00", "Tuesday: 09:00-17:00", "Wednesday: 10:00-12:00, 14:00-16:00"]
    known = fields_of(steward, form)
    assert (known["MO"], known["TU"], known["SU"]) == ("09:00-17:00", "09:00-17:00", "")
    assert post(steward, form, **known | {"reason": "nothing"}).status_code == 400
    for wrong in ("9-17", "09:00-25:00", "whenever"):
        answer = post(steward, form, **known | {"FR": wrong, "reason": "x"})
        assert (answer.status_code, f'value="{wrong}"' in answer.text) == (400, True)
    changed = known | {"MO": "08:00-17:00", "TU": "08:00-17:00", "WE": "", "reason": "they called"}
    assert post(steward, form, **changed).status_code == 303
    with Directory(office.directory, tiny_area) as opened:
        own = [(row.byday, row.opens_at, row.closes_at) for row in opened.records(Schedule) if row.service_id == LEGAL]
    assert own == [("MO,TU", "08:00", "17:00")]
    assert office.client("custodian").get(form).status_code == 403
